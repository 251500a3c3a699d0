/* parts - see parts.h. */
#include "run/parts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "run/done.h"

/* ---- stored states ---- */

bool tribx_part_parse(const char *stored, size_t size, char **state, char **row, bool *end)
{
	json_auto_t *o = json_loadb(stored, size, 0, NULL);
	json_t *inner = json_object_get(o, "state");
	if (!json_is_object(o) || json_integer_value(json_object_get(o, "v")) != 1)
		return false;
	*state = json_is_object(inner) ? json_dumps(inner, JSON_COMPACT) : NULL;
	*row = json_dumps(json_object_get(o, "row"), JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	*end = json_is_true(json_object_get(o, "end"));
	if ((json_is_object(inner) && !*state) || (json_object_get(o, "row") && !*row)) {   /* no memory: not the same as no state */
		free(*state);
		free(*row);
		*state = *row = NULL;
		return false;
	}
	return true;
}

char *tribx_part_state(const struct tribx_part *part, const struct trib *t, bool end)
{
	json_auto_t *o = json_object();
	/* A state that lacks a member for lack of memory would have the part read again, and its rows doubled. */
	bool good = json_object_set_new(o, "v", json_integer(1)) == 0;
	good = json_object_set_new(o, "end", json_boolean(end)) == 0 && good;
	good = json_object_set_new(o, "row", json_loads(part->row, JSON_DECODE_ANY, NULL)) == 0 && good;
	good = json_object_set_new(o, "state", tribx_fields_save(t->p->state, t->self)) == 0 && good;
	return good ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
}

static int learn(struct tribx_part *part, struct trib_text stored, bool split, struct tribx_error *e)
{
	char *row = NULL;
	bool end = false;
	if (!tribx_part_parse(stored.p, stored.n, &part->state, &row, &end)) {
		tribx_error_sample(e, stored);
		return tribx_fail(e, TRIB_CONFIG, "run.state_unreadable", "the target holds a state of part \"%s\" that this version cannot read", part->name);
	}
	part->known = split && end && row && strcmp(row, part->row) == 0;
	free(row);
	return TRIB_OK;
}

bool tribx_parts_same_period(const struct tribx_part *a, const struct tribx_part *b)
{
	if (!a->period.p || !b->period.p)
		return !a->period.p && !b->period.p;
	return a->period.n == b->period.n && memcmp(a->period.p, b->period.p, a->period.n) == 0;
}

/* A part that is gone leaves its period to the others of that period. */
static bool mark_period(struct tribx_parts *p, struct trib_text stored, bool windowed)
{
	char *state = NULL, *row = NULL;
	bool end, shared = false;
	if (tribx_part_parse(stored.p, stored.n, &state, &row, &end)) {
		json_auto_t *o = row ? json_loads(row, JSON_DECODE_ANY, NULL) : NULL;
		const char *period = json_string_value(json_object_get(o, "period"));
		const struct tribx_part gone = { .period = period ? tribx_text(period) : (struct trib_text){ NULL, 0 } };
		for (int k = 0; k < p->count && (period || !windowed); k++)   /* a window shows no part of the others */
			if (tribx_parts_same_period(&p->items[k], &gone))
				p->items[k].again = shared = true;
	}
	free(state);
	free(row);
	return shared;
}

static int match(struct tribx_parts *p, const struct tribx_flow *f, struct trib_text name, struct trib_text stored, struct tribx_error *e)
{
	for (int k = 0; k < p->count; k++)
		if (tribx_text_is(name, p->items[k].name))
			return learn(&p->items[k], stored, p->split, e);
	if (!f->whole && !(f->by_period && mark_period(p, stored, f->conf->window && f->conf->period_at)))
		return TRIB_OK;
	p->gone[p->gone_count] = tribx_arena_text(&p->arena, name.p, name.n);
	if (!p->gone[p->gone_count++])
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	return TRIB_OK;
}

static void forget(struct tribx_part *part)
{
	part->known = false;
	free(part->state);
	part->state = NULL;
}

static void start_over(struct tribx_parts *p)
{
	for (int k = 0; k < p->count; k++)
		forget(&p->items[k]);
	p->known_count = 0;
	p->fresh = true;
}

/* The same for a period, of which one part alone would push the others' rows aside. The parts of a period are neighbours. */
static void periods_start_over(struct tribx_parts *p)
{
	for (int from = 0, to; from < p->count; from = to) {
		bool again = false;
		for (to = from; to < p->count && (to == from || tribx_parts_same_period(&p->items[from], &p->items[to])); to++)
			again |= !p->items[to].known || p->items[to].again;
		for (int k = from; again && k < to; k++)
			forget(&p->items[k]);
	}
}

/* A table that is replaced by the load, or closes what the load has not, must see all of a source of which anything is new:
 * what an earlier run took would be missing. */
static void settle(struct tribx_parts *p, const struct tribx_flow *f, bool full_refresh)
{
	int untouched = 0;
	if (f->by_period)
		periods_start_over(p);
	for (int k = 0; k < p->count; k++) {
		p->known_count += p->items[k].known;
		untouched += !p->items[k].state && !p->items[k].known;
	}
	p->fresh = untouched == p->count;
	if (full_refresh || (f->whole && (p->known_count < p->count || p->gone_count)))
		start_over(p);
}

static int match_states(struct tribx_parts *p, const struct tribx_flow *f, const struct trib_batch *states, bool full_refresh, struct tribx_error *e)
{
	struct trib_view name, state;
	int rc = TRIB_OK;
	const int64_t rows = states->array.length;
	p->gone = tribx_arena_new(&p->arena, ((size_t)rows + 1) * sizeof *p->gone);
	if (!p->gone)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	if (rows && (trib_view(states, trib_col(states, "part"), &name) < 0 || trib_view(states, trib_col(states, "state"), &state) < 0))
		return tribx_fail(e, TRIB_FATAL, "internal.bad_states", "the sink's states have no columns part and state");
	for (int64_t i = 0; rc >= 0 && i < rows; i++) {
		struct trib_text is = trib_str(&name, i), stored = trib_str(&state, i);
		if (is.p && stored.p && !tribx_text_is(is, TRIBX_DONE_PART))
			rc = match(p, f, is, stored, e);
	}
	if (rc >= 0)
		settle(p, f, full_refresh);
	return rc;
}

/* ---- finding ---- */

static char *row_json(const struct trib_batch *b, int64_t row)
{
	struct tribx_buf text = { 0 };
	tribx_row_json(b, row, &text);
	json_auto_t *o = text.failed ? NULL : json_loadb(text.p ? text.p : "{}", text.p ? text.n : 2, 0, NULL);
	tribx_buf_done(&text);
	return o ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
}

static int by_period(const void *a, const void *b)
{
	const struct tribx_part *x = a, *y = b;
	const size_t n = x->period.n < y->period.n ? x->period.n : y->period.n;
	int order = n ? memcmp(x->period.p, y->period.p, n) : 0;
	if (order == 0)
		order = (x->period.n > y->period.n) - (x->period.n < y->period.n);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int take_rows(struct tribx_parts *p, struct tribx_error *e)
{
	struct trib_view name, size = { 0 }, period = { 0 };
	const struct trib_batch *b = &p->batch;
	if (trib_view(b, trib_col(b, "part"), &name) < 0)
		return tribx_fail(e, TRIB_FATAL, "internal.bad_parts", "split answered no column part");
	if (trib_col(b, "size") < 0 || trib_view(b, trib_col(b, "size"), &size) < 0 || size.type != TRIB_I64)
		size = (struct trib_view){ 0 };
	if (trib_col(b, "period") >= 0)
		trib_view(b, trib_col(b, "period"), &period);
	p->count = (int)b->array.length;
	p->items = tribx_arena_new(&p->arena, ((size_t)p->count + 1) * sizeof *p->items);
	for (int i = 0; p->items && i < p->count; i++) {
		struct trib_text is = trib_str(&name, i);
		p->items[i] = (struct tribx_part){ .name = is.p ? tribx_arena_text(&p->arena, is.p, is.n) : NULL, .row = row_json(b, i), .index = i };
		if (!p->items[i].name || !p->items[i].row)
			return tribx_fail(e, TRIB_FATAL, is.p ? "internal.no_memory" : "internal.bad_parts", is.p ? "no memory" : "split answered a part without a name");
		if (size.values && !trib_null(&size, i))
			p->items[i].size = ((const int64_t *)size.values)[i];
		if (period.type == TRIB_STR)
			p->items[i].period = trib_str(&period, i);
	}
	return p->items ? TRIB_OK : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
}

static int one_part(struct tribx_parts *p, struct tribx_error *e)
{
	p->items = tribx_arena_new(&p->arena, sizeof *p->items);
	if (!p->items)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	p->items[0] = (struct tribx_part){ .name = "", .row = strdup("{}") };
	p->count = 1;
	return TRIB_OK;
}

int tribx_parts_find(struct tribx_parts *p, struct tribx_flow *f, const struct trib_batch *states, bool full_refresh, struct tribx_error *e)
{
	*p = (struct tribx_parts){ .split = f->source.p->split != NULL };
	int rc = TRIB_OK;
	if (!p->split) {
		rc = one_part(p, e);
		return rc < 0 ? rc : match_states(p, f, states, full_refresh, e);
	}
	struct trib *t = tribx_instance_like(f->source.proto);
	if (!t)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	rc = tribx_open_instance(t);
	if (rc >= 0) {
		tribx_call_start(t);
		rc = t->p->split(t, t->self, &p->batch);
		tribx_call_end(t);
	}
	if (rc < 0)
		*e = t->error;
	tribx_close_instance(t);
	tribx_instance_free(t);
	if (rc >= 0)
		rc = tribx_ready(&p->batch, e);
	if (rc >= 0 && p->batch.array.length > 0)
		rc = take_rows(p, e);
	if (rc >= 0 && f->by_period && p->count > 1)
		qsort(p->items, (size_t)p->count, sizeof *p->items, by_period);
	return rc < 0 ? rc : match_states(p, f, states, full_refresh, e);
}

void tribx_parts_done(struct tribx_parts *p)
{
	for (int i = 0; i < p->count && p->items; i++) {
		free(p->items[i].row);
		free(p->items[i].state);
	}
	trib_free(&p->batch);
	tribx_arena_done(&p->arena);
}

/* ---- into an instance ---- */

static int set_option(const struct tribx_parts *p, int col, int64_t row, struct trib *t, struct tribx_error *e)
{
	const char *name = trib_col_name(&p->batch, col);
	const struct trib_field *f = t->p->options;
	while (f && f->name && (strcmp(f->name, name) || !(f->flags & TRIB_PART)))
		f++;
	if (!f || !f->name)
		return TRIB_OK;
	struct trib_view v;
	struct tribx_buf text = { 0 };
	if (trib_view(&p->batch, col, &v) < 0 || !tribx_cell(&v, row, &text))
		return TRIB_OK;
	const char *why = text.failed ? "no memory" : tribx_field_set(f, t->self, &t->kept, text.p ? text.p : "");
	if (why)
		tribx_fail(e, TRIB_FATAL, "internal.bad_parts", "part column %s: %s", name, why);
	tribx_buf_done(&text);
	return e->status;
}

int tribx_part_apply(const struct tribx_parts *p, const struct tribx_part *part, struct trib *t, struct tribx_error *e)
{
	int rc = TRIB_OK;
	for (int c = 0; p->split && rc >= 0 && c < trib_cols(&p->batch); c++)
		rc = set_option(p, c, part->index, t, e);
	if (rc < 0 || !part->state)
		return rc;
	json_auto_t *state = json_loads(part->state, 0, NULL);
	return tribx_fields_restore(t->p->state, t->self, &t->kept, state, e);
}
