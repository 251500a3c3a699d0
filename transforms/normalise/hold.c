/* hold - rows wait until their scope ends, one group per series, then: running totals become deltas, amounts are
 * converted at the grain they came in, short periods are combined. A group's rows are 64 bytes each; its key is kept
 * once. */
#include <stdlib.h>
#include "norm.h"
#include "over_time.h"

struct group {
	int metric;
	int32_t currency, dim[NORM_DIMS];
	enum norm_collection collection;
	struct norm_item *items;
	int count, cap;
};

struct norm_hold {
	struct norm_words keys;
	struct group *groups;
	int32_t group_cap;
	int64_t rows, emitted, refused;
	struct trib_batch out;           /* long output being built */
	int64_t out_rows;
};

/* What a key begins with; the kept cells follow: type, size, bytes of each. */
struct key_head { int32_t metric, currency, collection, dim[NORM_DIMS]; };
struct cell_head { int32_t type; uint32_t size; };

static size_t put_cell(char *to, size_t room, const struct trib_view *v, int64_t i)
{
	struct cell_head h = { .type = trib_null(v, i) ? TRIB_NULL : (int32_t)v->type };
	const void *p = NULL;
	uint8_t bit;
	switch (h.type) {
	case TRIB_NULL: break;
	case TRIB_STR: case TRIB_JSON: {
		const struct trib_text x = trib_str(v, i);
		p = x.p, h.size = (uint32_t)x.n;
		break;
	}
	case TRIB_BOOL:
		bit = ((const uint8_t *)v->values)[(i + v->bit) >> 3] >> ((i + v->bit) & 7) & 1;
		p = &bit, h.size = 1;
		break;
	case TRIB_DATE: p = (const int32_t *)v->values + i, h.size = 4; break;
	case TRIB_DEC: p = (const trib_dec *)v->values + i, h.size = 16; break;
	default: p = (const int64_t *)v->values + i, h.size = 8; break;
	}
	if (sizeof h + h.size > room)
		return 0;
	memcpy(to, &h, sizeof h);
	if (h.size)
		memcpy(to + sizeof h, p, h.size);
	return sizeof h + h.size;
}

static void get_cell(struct trib_batch *b, int col, const char **p)
{
	struct cell_head h;
	int64_t n = 0;
	trib_dec d;
	double f;
	memcpy(&h, *p, sizeof h);
	const char *at = *p + sizeof h;
	*p = at + h.size;
	switch (h.type) {
	case TRIB_NULL: trib_put_null(b, col); break;
	case TRIB_STR: case TRIB_JSON: trib_put_str(b, col, (struct trib_text){ at, h.size }); break;
	case TRIB_BOOL: trib_put_i64(b, col, *at); break;
	case TRIB_DATE: { int32_t day; memcpy(&day, at, 4); trib_put_i64(b, col, day); break; }
	case TRIB_DEC: memcpy(&d, at, 16); trib_put_dec(b, col, d); break;
	case TRIB_F64: memcpy(&f, at, 8); trib_put_f64(b, col, f); break;
	default: memcpy(&n, at, 8); trib_put_i64(b, col, n); break;
	}
}

static struct norm_hold *hold_of(struct norm *s)
{
	if (!s->hold)
		s->hold = calloc(1, sizeof *s->hold);
	return s->hold;
}

static struct group *group_at(struct norm_hold *h, const char *key, size_t size)
{
	const int32_t before = h->keys.count, code = norm_code_of(&h->keys, (struct trib_text){ key, size }, INT32_MAX / 2);
	if (code < 0)
		return NULL;
	if (code >= h->group_cap) {
		const int32_t cap = h->group_cap ? h->group_cap * 2 : 64;
		struct group *g = realloc(h->groups, (size_t)cap * sizeof *g);
		if (!g)
			return NULL;
		h->groups = g, h->group_cap = cap;
	}
	struct group *g = &h->groups[code];
	if (code == before) {
		struct key_head k;
		memcpy(&k, key, sizeof k);
		*g = (struct group){ .metric = k.metric, .currency = k.currency };
		g->collection = (enum norm_collection)k.collection;
		memcpy(g->dim, k.dim, sizeof g->dim);
	}
	return g;
}

static bool add_item(struct group *g, const struct norm_item *x)
{
	if (g->count == g->cap) {
		const int cap = g->cap ? g->cap * 2 : 4;
		struct norm_item *items = realloc(g->items, (size_t)cap * sizeof *items);
		if (!items)
			return false;
		g->items = items, g->cap = cap;
	}
	g->items[g->count] = *x;
	g->items[g->count].order = g->count;
	g->count++;
	return true;
}

/* A value that is longer than the grain asked for cannot be taken apart. */
static bool too_long(const struct norm *s, const struct norm_item *x, enum norm_collection c)
{
	trib_date a, b;
	if (!s->grain || (s->o.decumulate && c > NORM_GAUGE))
		return false;
	trib_period_of(x->start, s->grain, &a, &b);
	return x->end.days > b.days;
}

static int hold_row(struct trib *t, struct norm *s, struct trib_batch *in, const struct trib_view *keep, int64_t i,
                    char *key, size_t room)
{
	const struct norm_rows *r = &s->rows;
	const struct norm_entry *e = &s->entries[r->entry[i]];
	const struct norm_period *p = &s->period_of[r->period[i]];
	struct key_head k = { .metric = e->is.metric, .currency = r->currency[i], .collection = (int32_t)e->is.collection };
	const struct norm_item x = { .start = p->start, .end = p->end, .grain = p->grain, .value = r->m[i],
	                             .status = r->status[i] };
	size_t size = sizeof k;
	if (too_long(s, &x, e->is.collection)) {
		trib_reject(t, in, i, "normalise.grain_down",
		            "%s: a value of \"%s\" does not lie within one %s; it would have to be taken apart",
		            s->catalogue->metrics[k.metric].id,
		            s->periods.texts[r->period[i]].p, s->o.grain);
		return TRIB_OK;
	}
	for (int d = 0; d < NORM_DIMS; d++)
		k.dim[d] = r->dim[d][i];
	memcpy(key, &k, sizeof k);
	for (size_t c = 0; c < s->o.keep.count && !s->to_model; c++) {
		const size_t n = put_cell(key + size, room - size, &keep[c], i);
		if (n == 0) {
			trib_reject(t, in, i, "normalise.key_too_long",
			            "the kept columns of this row are longer than %zu bytes together; they are its key", room);
			return TRIB_OK;
		}
		size += n;
	}
	struct group *g = group_at(s->hold, key, size);
	if (!g || !add_item(g, &x))
		return trib_fail(t, TRIB_FATAL, "no memory");
	s->hold->rows++;
	return TRIB_OK;
}

int norm_hold_rows(struct trib *t, struct norm *s, struct trib_batch *in)
{
	enum { ROOM = 16384 };
	char *key = trib_scratch(t, ROOM);
	struct trib_view *keep = trib_scratch(t, (s->o.keep.count + 1) * sizeof *keep);
	if (!hold_of(s) || !key || !keep)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (size_t c = 0; c < s->o.keep.count && !s->to_model; c++) {
		const int at = trib_col(in, ((const char *const *)s->o.keep.items)[c]);
		if (at >= 0 && trib_view(in, at, &keep[c]) < 0)
			return trib_fail(t, TRIB_FATAL, "no memory");
	}
	for (int64_t i = 0; i < s->rows.count; i++) {
		const int bad = s->rows.entry[i] < 0 ? TRIB_OK : hold_row(t, s, in, keep, i, key, ROOM);
		if (bad != 0)
			return bad;
	}
	return TRIB_OK;
}

/* ---- flush ---- */

static void refuse(struct trib *t, struct norm *s, const struct group *g, const struct norm_item *x, const char *code,
                   const char *why)
{
	char from[16], to[16], value[TRIB_DEC_TEXT];
	from[trib_date_text(x->start, from)] = '\0';
	to[trib_date_text(x->end, to)] = '\0';
	value[trib_dec_short(norm_dec_of(x->value), NORM_HELD_SCALE, value)] = '\0';
	const char *raw = trib_fmt(t, "%s %s..%s %s", s->catalogue->metrics[g->metric].id, from, to, value);
	trib_reject_raw(t, NULL, norm_text_of(raw), code, "%s of %s to %s: %s", s->catalogue->metrics[g->metric].id, from,
	                to, why);
	s->hold->refused++;
}

static int put_long(struct trib *t, struct norm *s, const struct norm_observation *o, const char *key)
{
	struct norm_hold *h = s->hold;
	struct trib_batch *b = &h->out;
	const struct norm_metric *m = &s->catalogue->metrics[o->metric];
	const char *p = key + sizeof(struct key_head);
	if (h->out_rows == 0) {
		const int bad = trib_start(t, 0, b);
		if (bad != 0)
			return bad;
	}
	for (size_t c = 0; c < s->o.keep.count; c++)
		get_cell(b, trib_col(b, ((const char *const *)s->o.keep.items)[c]), &p);
	trib_put_i64(b, trib_add(b, "period_start", TRIB_DATE), o->start.days);
	trib_put_i64(b, trib_add(b, "period_end", TRIB_DATE), o->end.days);
	trib_put_str(b, trib_add(b, "metric", TRIB_STR), norm_text_of(m->id));
	trib_put_str(b, trib_add(b, "unit", TRIB_STR), norm_text_of(m->unit_id));
	if (o->currency >= 0)
		trib_put_str(b, trib_add(b, "currency", TRIB_STR), s->currencies.texts[o->currency]);
	if (norm_has_value(o->status))
		trib_put_dec(b, trib_add_dec(b, "value", 38, (int)s->o.decimals), norm_dec_of(o->value));
	if (s->target >= 0 && norm_has_value(o->status) && (o->currency < 0 || o->is_converted || o->currency == s->target))
		trib_put_dec(b, trib_add_dec(b, s->o.converted_as, 38, (int)s->o.decimals),
		             norm_dec_of(o->is_converted ? o->converted : o->value));
	if (s->grain)
		trib_put_str(b, trib_add(b, "obs_status", TRIB_STR), (struct trib_text){ &o->status, 1 });
	if (o->flag && s->o.decumulate)
		trib_put_str(b, trib_add(b, "flag", TRIB_STR), norm_text_of(o->flag));
	trib_rows(b, 1);
	if (++h->out_rows < 8192)
		return TRIB_OK;
	h->out_rows = 0;
	return trib_emit(t, 0, b);
}

static int put(struct trib *t, struct norm *s, const struct group *g, const char *key, const struct norm_item *x,
               const norm_wide *converted)
{
	struct norm_observation o = {
		.metric = g->metric, .currency = g->currency, .start = x->start, .end = x->end,
			.grain = norm_grain_name(x->grain), .status = x->status,
		.flag = x->negative_delta ? "negative_delta" : x->conflict ? "duplicate_conflict" : NULL, .detail = "{}",
	};
	memcpy(o.dim, g->dim, sizeof o.dim);
	if (norm_round(x->value, NORM_HELD_SCALE, (int)s->o.decimals, &o.value) != 0 ||
	    (converted && norm_round(*converted, NORM_HELD_SCALE, (int)s->o.decimals, &o.converted) != 0)) {
		refuse(t, s, g, x, "normalise.out_of_range", "more than 38 digits");
		return TRIB_OK;
	}
	o.is_converted = converted != NULL;
	s->hold->emitted++;
	return s->to_model ? norm_model_put(t, s, &o) : put_long(t, s, &o, key);
}

/* The same items in the target currency, each at the rate of its own period; an item without a rate leaves both, and
 * says so. */
static int convert(struct trib *t, struct norm *s, const struct group *g, struct norm_item *items, int n,
                   struct norm_item *out)
{
	const enum norm_policy policy = s->catalogue->metrics[g->metric].policy;
	int kept = 0;
	for (int i = 0; i < n; i++) {
		struct norm_rate rate;
		struct norm_item x = items[i];
		if (x.status == 'A' && norm_fx_rate(s->fx, norm_code3(s->currencies.texts[g->currency].p),
		                                    norm_code3(s->currencies.texts[s->target].p), policy, x.start, x.end,
		                                    &rate) != 0) {
			refuse(t, s, g, &x, "normalise.no_rate", "no rate is published for it");
			continue;
		}
		if (x.status == 'A' && norm_convert(x.value, NORM_HELD_SCALE, (struct norm_factor){ 1, 1, 0 }, rate.m,
		                                    rate.scale, NORM_HELD_SCALE, &x.value) != 0) {
			refuse(t, s, g, &items[i], "normalise.out_of_range", "more than 38 digits");
			continue;
		}
		items[kept] = items[i];
		out[kept++] = x;
	}
	return kept;
}

static int combine(struct trib *t, struct norm *s, const struct group *g, const char *key,
                   const struct norm_item *items, const struct norm_item *money, int n)
{
	const struct norm_metric *m = &s->catalogue->metrics[g->metric];
	for (int i = 0, k; i < n; i = k) {
		struct norm_item x = { .grain = s->grain };
		norm_wide in_target = 0;
		bool negative = false, conflict = false;
		int covered = 0;
		trib_period_of(items[i].start, s->grain, &x.start, &x.end);
		for (k = i; k < n && items[k].start.days < x.end.days; k++) {
			negative |= items[k].negative_delta, conflict |= items[k].conflict;
			covered += items[k].status == 'A' ? items[k].end.days - items[k].start.days : 0;
		}
		if (k > i + 1 || items[i].start.days != x.start.days || items[i].end.days != x.end.days) {
			if (items[k - 1].end.days > x.end.days) {
				refuse(t, s, g, &items[k - 1], "normalise.grain_down",
				       "it does not lie within one period of the grain");
				continue;
			}
			const int is = norm_combine(&items[i], k - i, m->time_agg, NORM_HELD_SCALE, &x.value);
			const bool any = covered > 0;
			if (is == 0 && money && norm_combine(&money[i], k - i, m->time_agg, NORM_HELD_SCALE, &in_target) != 0)
				return trib_fail(t, TRIB_FATAL, "internal.combine: converted values do not combine");
			if (is != 0 && any) {
				refuse(t, s, g, &items[i], is == TRIB_OUT_OF_RANGE ? "normalise.out_of_range" :
				       "normalise.not_aggregable",
				       m->kind == NORM_RATIO_OF ? "a ratio is recomputed from its parts, never averaged" :
				       "values of shorter periods do not add up to it");
				continue;
			}
			x.status = !any ? 'O' : covered < x.end.days - x.start.days ? 'P' : 'A';
		} else
			x = items[i], in_target = money ? money[i].value : 0;
		x.negative_delta = negative, x.conflict = conflict;
		const int bad = put(t, s, g, key, &x, money ? &in_target : NULL);
		if (bad != 0)
			return bad;
	}
	return TRIB_OK;
}

/* One item per period, sorted: the new count. */
static int settle(struct trib *t, struct norm *s, struct group *g)
{
	const enum norm_kind kind = s->catalogue->metrics[g->metric].kind;
	const bool sums = kind == NORM_ADDITIVE || kind == NORM_SEMI_ADDITIVE;
	struct norm_item *items = g->items;
	int n = 0;
	norm_sort(items, g->count);
	for (int i = 0; i < g->count; i++) {
		const struct norm_item x = items[i];
		if (n == 0 || !norm_same_period(&items[n - 1], &x))
			items[n++] = x;
		else if (norm_duplicate(&items[n - 1], &x, s->duplicates == NORM_PARTS && !sums ? NORM_REFUSED : s->duplicates) ==
		         NORM_CONFLICT)
			refuse(t, s, g, &x, "normalise.duplicate_conflict",
			       sums ? "two values for one period" : "two values for one period, and they cannot be added");
	}
	return n;
}

static int flush_group(struct trib *t, struct norm *s, struct group *g, const char *key)
{
	const struct norm_metric *m = &s->catalogue->metrics[g->metric];
	struct norm_item *items = g->items;
	int n = settle(t, s, g);
	struct norm_item *room = calloc(2 * (size_t)n + 1, sizeof *room), *money = room + n;
	if (!room)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (s->o.decumulate && g->collection > NORM_GAUGE) {
		n = norm_decumulate(items, n, g->collection, (int)s->o.fiscal_year_start, room);
		items = room;
	}
	const bool converts = s->target >= 0 && g->currency >= 0 && g->currency != s->target && m->policy != NORM_FX_NONE;
	int bad = TRIB_OK;
	if (converts)
		n = convert(t, s, g, items, n, money);
	if (s->grain)
		bad = combine(t, s, g, key, items, converts ? money : NULL, n);
	else
		for (int i = 0; i < n && bad == 0; i++)
			bad = put(t, s, g, key, &items[i], converts ? &money[i].value : NULL);
	free(room);
	return bad;
}

static void drop_groups(struct norm_hold *h)
{
	for (int32_t i = 0; i < h->keys.count; i++)
		free(h->groups[i].items);
	norm_words_done(&h->keys);
	h->rows = h->emitted = h->refused = 0;
}

int norm_hold_flush(struct trib *t, struct norm *s)
{
	struct norm_hold *h = s->hold;
	int bad = TRIB_OK;
	if (!h)
		return TRIB_OK;
	for (int32_t i = 0; i < h->keys.count && bad == 0; i++)
		bad = flush_group(t, s, &h->groups[i], h->keys.texts[i].p);
	const int64_t gone = h->rows - h->emitted - h->refused;
	trib_count(t, 0, gone >= 0 ? TRIB_AGGREGATED : TRIB_CREATED, gone >= 0 ? gone : -gone);
	drop_groups(h);
	if (bad == 0 && h->out_rows > 0) {
		h->out_rows = 0;
		bad = trib_emit(t, 0, &h->out);
	}
	return bad;
}

void norm_hold_done(struct norm *s)
{
	if (!s->hold)
		return;
	drop_groups(s->hold);
	trib_free(&s->hold->out);
	free(s->hold->groups);
	free(s->hold);
	s->hold = NULL;
}
