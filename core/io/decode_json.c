/* decode_json - a range of JSON lines becomes a batch, on any worker.
 *
 * One index, one walk per line for all columns, slices of the text per cell; a column unescapes what it takes. A range in
 * which anything is odd is walked line by line, each checked first: slow, and only then. */
#include <stdio.h>
#include <stdlib.h>

#include "io/decode.h"
#include "io/decode_reject.h"

struct json {
	struct tribx_fill fill;          /* first: gather gets it back */
	struct tribx_json_index ix;
	struct tribx_json_walk walk;
	uint32_t *lines;                 /* per row: where its line begins */
	uint32_t *live;                  /* rows of the walk that are still rows */
	struct tribx_reject reject;
	bool no_memory;
};

/* ---- cells ---- */

/* The scalars of an array as one text. */
static void join(struct tribx_fill *f, const struct tribx_target *t, const char *p, size_t size, struct tribx_cell *cell)
{
	size_t between = strlen(t->join), n = 0;
	char *to = tribx_fill_room(f, size + size * between / 2 + 1, &cell->page);   /* a value takes at least two bytes with its comma */
	if (!to)
		return;
	bool any = false;
	for (const char *at = p + 1, *end = p + size - 1; at < end;) {
		if (*at == ' ' || *at == '\t' || *at == '\r' || *at == ',') {
			at++;
			continue;
		}
		if (any) {
			memcpy(to + n, t->join, between);
			n += between;
		}
		any = true;
		const char *from = at;
		if (*at == '"') {
			for (at++; *at != '"'; at++)
				at += *at == '\\';
			n += tribx_json_unescape(from + 1, (size_t)(at - from) - 1, to + n);
			at++;
		} else {
			while (at < end && *at != ',' && *at != ' ' && *at != '\t' && *at != '\r')
				at++;
			memcpy(to + n, from, (size_t)(at - from));
			n += (size_t)(at - from);
		}
	}
	cell->p = to;
	cell->size = (uint32_t)n;
}

static bool flat(const char *p, size_t size)
{
	bool inside = false;
	for (size_t i = 1; i + 1 < size; i++) {
		if (inside && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			inside = !inside;
		else if (!inside && (p[i] == '[' || p[i] == '{'))
			return false;
	}
	return true;
}

static void gather(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells)
{
	struct json *j = (struct json *)f;
	const struct tribx_slice *slices = j->walk.cells[t->source];
	const char *mem = f->chunk->room->mem;
	for (size_t i = 0; i < n; i++) {
		struct tribx_slice s = slices[j->live[row + i]];
		const char *p = mem + s.at;
		struct tribx_cell *c = &cells[i];
		*c = (struct tribx_cell){ p, s.size, f->page };
		if (s.size == 0 || (*p == 'n' && s.size == 4)) {
			c->page = TRIBX_CELL_NULL;
		} else if (t->type == TRIB_JSON) {
			continue;
		} else if (*p == '"') {
			c->p = p + 1;
			c->size = s.size - 2;
			if (memchr(c->p, '\\', c->size)) {
				char *to = tribx_fill_room(f, c->size + 1, &c->page);
				if (to)
					c->size = (uint32_t)tribx_json_unescape(c->p, c->size, to);
				c->p = to ? to : c->p;
			}
		} else if (*p == '[' && t->join && flat(p, s.size)) {
			join(f, t, p, s.size, c);
		} else if (t->type != TRIB_STR && ((*p >= '0' && *p <= '9') || *p == '-')) {
			c->page = TRIBX_CELL_NUMBER;
		}
	}
}

/* ---- lines ---- */

static void bad_line(struct json *j, size_t from, size_t to, const char *why, const char *p)
{
	char detail[200];
	size_t at = 0;
	to -= to > from && p[to - 1] == '\n';
	const char *grammar = tribx_json_check(p + from, to - from, &at);
	if (grammar)
		snprintf(detail, sizeof detail, "byte %zu: %s", at + 1, grammar);
	else
		snprintf(detail, sizeof detail, "%s", why ? why : "not a JSON object");
	tribx_reject_row(&j->reject, "json.bad_line", detail, (struct trib_text){ p + from, to - from }, from);
}

static bool line(struct json *j, size_t from, size_t to, const char *p)
{
	switch (tribx_json_line(&j->walk)) {
	case TRIBX_LINE_OK:
		j->lines[j->walk.row++] = (uint32_t)from;
		return true;
	case TRIBX_LINE_BAD:
		bad_line(j, from, to, j->walk.why, p);
		return true;
	case TRIBX_LINE_BLANK:
		return true;
	default:
		j->no_memory = true;
		return false;
	}
}

/* All lines of a clean range by one index. */
static void walk_all(struct json *j, const struct tribx_chunk *c)
{
	const char *p = c->room->mem;
	size_t from = c->from;
	j->walk.at = j->ix.at;
	while (j->walk.i < j->ix.count) {
		enum tribx_line is = tribx_json_line(&j->walk);
		size_t to = j->walk.at[j->walk.i - 1] + 1;
		if (is == TRIBX_LINE_OK)
			j->lines[j->walk.row++] = (uint32_t)from;
		else if (is == TRIBX_LINE_BAD)
			bad_line(j, from, to, j->walk.why, p);
		else if (is == TRIBX_LINE_NO_MEMORY) {
			j->no_memory = true;
			return;
		}
		from = to;
	}
}

/* One by one: the tokens of a line with an open text would run into the next. */
static void walk_each(struct json *j, const struct tribx_chunk *c)
{
	const struct tribx_layout *s = c->layout;
	const char *p = c->room->mem;
	for (size_t from = c->from, to; from < c->to && !j->no_memory; from = to) {
		size_t at;
		to = (size_t)((const char *)memchr(p + from, '\n', c->to - from) - p) + 1;
		bool blank = true;
		for (size_t i = from; i < to && blank; i++)
			blank = p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n';
		if (blank)
			continue;
		if (tribx_json_check(p + from, to - from - 1, &at)) {
			bad_line(j, from, to, NULL, p);
			continue;
		}
		if (!tribx_json_scan(s->isa, p, from, to, &j->ix)) {
			j->no_memory = true;
			return;
		}
		j->walk.at = j->ix.at;
		j->walk.i = 0;
		line(j, from, to, p);
	}
}

static int walk(struct json *j, const struct tribx_chunk *c, struct tribx_json_plan *plan, struct tribx_error *e)
{
	const struct tribx_layout *s = c->layout;
	int rc = tribx_check_text(c, e);
	if (rc != TRIB_OK)
		return rc;
	size_t lines = tribx_tally(s->isa, c->room->mem + c->from, c->to - c->from, '\n', '\n').a;
	j->lines = tribx_block_new((lines + 1) * sizeof *j->lines);
	j->live = tribx_block_new((lines + 1) * sizeof *j->live);
	j->no_memory = !j->lines || !j->live || !tribx_json_walk_start(&j->walk, plan, c->room->mem, lines + 1) ||
	               !tribx_json_scan(s->isa, c->room->mem, c->from, c->to, &j->ix);
	if (!j->no_memory)
		(j->ix.odd ? walk_each : walk_all)(j, c);
	j->fill.rows = j->no_memory ? 0 : j->walk.row;
	for (size_t i = 0; i < j->fill.rows; i++)
		j->live[i] = (uint32_t)i;
	return TRIB_OK;
}

/* ---- rows ---- */

static void drop_bad(struct json *j, const struct tribx_layout *s)
{
	struct tribx_fill *f = &j->fill;
	const char *p = f->chunk->room->mem;
	size_t kept = 0;
	uint32_t *first = calloc(f->rows, sizeof *first);
	if (!first) {
		f->failed = true;
		return;
	}
	for (size_t i = f->bad_count; i-- > 0;)   /* the first column that does not fit is the reason */
		first[f->bad[i].row] = (uint32_t)i + 1;
	for (size_t row = 0; row < f->rows; row++) {
		uint32_t at = j->lines[j->live[row]];
		if (!first[row]) {
			j->live[kept++] = j->live[row];
			continue;
		}
		char detail[256];
		size_t i = first[row] - 1, n = (size_t)((const char *)memchr(p + at, '\n', f->chunk->to - at) - p) - at;
		tribx_reject_detail(detail, sizeof detail, &s->targets[f->bad[i].target], f->bad[i].sample, false);
		tribx_reject_row(&j->reject, "json.bad_value", detail, (struct trib_text){ p + at, n }, at);
	}
	f->rows = kept;
	free(first);
}

static int finish(struct json *j, const struct tribx_chunk *c, struct trib_batch *out, int rc, struct tribx_error *e)
{
	if (rc == TRIB_OK && !j->no_memory && tribx_fill_start(&j->fill, c, out))
		while (!tribx_fill_columns(&j->fill) && !j->fill.failed)
			drop_bad(j, c->layout);
	else
		j->fill.failed = true;
	if (rc == TRIB_OK && j->fill.failed)
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the rows of %s", c->layout->file);
	tribx_fill_done(&j->fill);
	tribx_json_walk_done(&j->walk);
	tribx_json_index_done(&j->ix);
	tribx_block_free(j->lines);
	tribx_block_free(j->live);
	return rc;
}

int tribx_decode_json(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e)
{
	const struct tribx_chunk *c = (const struct tribx_chunk *)l;
	struct json j = { .fill.gather = gather };
	tribx_reject_start(&j.reject, c, out);
	return finish(&j, c, out, walk(&j, c, &c->layout->plan, e), e);
}

/* ---- columns that nobody declared ---- */

/* Text, unless the first rows hold something nested. Later rows do not change a type: text then holds JSON. */
static enum trib_type type_of(const struct json *j, int column)
{
	for (uint32_t row = 0; row < j->walk.row; row++) {
		struct tribx_slice s = j->walk.cells[column][row];
		char c = s.size ? j->walk.p[s.at] : 0;
		if (c == '{' || c == '[')
			return TRIB_JSON;
	}
	return TRIB_STR;
}

static bool grow_targets(struct json *j, struct tribx_layout *s)
{
	int had = s->target_count, want = s->plan.column_count;
	if (want == had)
		return true;
	struct tribx_target *t = tribx_arena_new(&s->memory, (size_t)want * sizeof *t);
	if (!t)
		return false;
	if (had)
		memcpy(t, s->targets, (size_t)had * sizeof *t);
	for (int i = had; i < want; i++)
		t[i] = (struct tribx_target){ .name = tribx_json_plan_column(&s->plan, i), .type = type_of(j, i), .source = i };
	s->targets = t;
	s->target_count = want;
	return true;
}

int tribx_decode_json_open(struct tribx_chunk *c, struct trib_batch *out, struct tribx_error *e)
{
	struct tribx_layout *s = c->layout;
	struct json j = { .fill.gather = gather };
	tribx_reject_start(&j.reject, c, out);
	int rc = walk(&j, c, &s->plan, e);
	if (rc == TRIB_OK && !j.no_memory)
		j.no_memory = !grow_targets(&j, s) || tribx_layout_batch(s, out) != TRIB_OK;
	return finish(&j, c, out, rc, e);
}
