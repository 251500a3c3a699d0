/* long - canonical long rows: the columns of `keep`, shared with the input, and six or seven of ours, written in bulk.
 * What has few distinct values (metric, unit, currency) goes out as dictionary columns. */
#include "norm.h"

static const struct { const char *name; enum trib_type type; } own[] = {
	{ "period_start", TRIB_DATE }, { "period_end", TRIB_DATE }, { "metric", TRIB_STR }, { "unit", TRIB_STR },
	{ "currency", TRIB_STR },
};

static bool is_own(const struct norm *s, const char *name)
{
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcmp(name, own[i].name) == 0)
			return true;
	return strcmp(name, "value") == 0 || (s->grain && strcmp(name, "obs_status") == 0) || (s->target >= 0 && strcmp(name, s->o.converted_as) == 0);
}

/* The columns of b that are kept, in the order of `keep`; -1 after trib_fail. cols has room for all. */
static int kept(struct trib *t, struct norm *s, const struct trib_batch *b, int *cols)
{
	const char *const *keep = s->o.keep.items;
	int n = 0;
	for (size_t i = 0; i < s->o.keep.count; i++) {
		if (is_own(s, keep[i]))
			return trib_fail(t, TRIB_CONFIG,
			                 "normalise.name_clash: keep: \"%s\" is a column that normalise writes itself; rename it "
			                 "with map before", keep[i]), -1;
		const int at = trib_col(b, keep[i]);
		if (at >= 0)
			cols[n++] = at;
	}
	return n;
}

int norm_long_bind(struct trib *t, struct norm *s, struct trib_batch *out, const struct trib_batch *in)
{
	int *cols = trib_scratch(t, (s->o.keep.count + 1) * sizeof *cols);
	if (!cols)
		return trib_fail(t, TRIB_FATAL, "no memory");
	const int n = kept(t, s, in, cols);
	if (n < 0)
		return TRIB_CONFIG;
	for (size_t i = 0; i < s->o.keep.count; i++)
		if (trib_col(in, ((const char *const *)s->o.keep.items)[i]) < 0)
			return trib_fail(t, TRIB_CONFIG, "normalise.unknown_column: keep: the input has no column \"%s\"",
			                 ((const char *const *)s->o.keep.items)[i]);
	if (trib_pick_cols(out, cols, NULL, n) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		trib_add(out, own[i].name, own[i].type);
	trib_add_dec(out, "value", 38, (int)s->o.decimals);
	if (s->target >= 0)
		trib_add_dec(out, s->o.converted_as, 38, (int)s->o.decimals);
	if (s->grain)
		trib_add(out, "obs_status", TRIB_STR);
	if (s->o.decumulate)
		trib_add(out, "flag", TRIB_STR);
	return TRIB_OK;
}

/* Metric and unit by row as indexes of the catalogue, currency by code. */
static int add_names(struct trib *t, struct norm *s, struct trib_batch *b)
{
	const struct norm_rows *r = &s->rows;
	const int metrics = s->catalogue->metric_count;
	struct trib_text *ids = trib_scratch(t, 2 * (size_t)metrics * sizeof *ids), *units = ids + metrics;
	int32_t *const metric = r->room;
	const int32_t *const entry = r->entry;
	const struct norm_entry *const entries = s->entries;
	const int64_t n = r->count;
	if (!ids)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (int i = 0; i < metrics; i++) {
		ids[i] = norm_text_of(s->catalogue->metrics[i].id);
		units[i] = norm_text_of(s->catalogue->metrics[i].unit_id);
	}
	for (int64_t i = 0; i < n; i++)
		metric[i] = entry[i] < 0 ? -1 : entries[entry[i]].is.metric;
	if (trib_add_words(b, "metric", metric, ids, metrics) < 0 ||
	    trib_add_words(b, "unit", metric, units, metrics) < 0 ||
	    trib_add_words(b, "currency", r->currency, s->currencies.texts, s->currencies.count) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	return TRIB_OK;
}

/* Days of every row's period; a rejected row has no period, and 0. */
static inline __attribute__((always_inline)) const int32_t *days_of(const struct norm *s, const bool end)
{
	const struct norm_rows *r = &s->rows;
	const struct norm_period *const of = s->period_of;
	const int32_t *const entry = r->entry, *const period = r->period;
	int32_t *const days = r->room;
	const int64_t n = r->count;
	if (r->any_hole)
		for (int64_t i = 0; i < n; i++)
			days[i] = entry[i] < 0 ? 0 : end ? of[period[i]].end.days : of[period[i]].start.days;
	else
		for (int64_t i = 0; i < n; i++)
			days[i] = end ? of[period[i]].end.days : of[period[i]].start.days;
	return days;
}

static void add_dates(struct norm *s, struct trib_batch *b)
{
	const int start = trib_add(b, "period_start", TRIB_DATE), end = trib_add(b, "period_end", TRIB_DATE);
	trib_put_many(b, start, days_of(s, false), NULL, s->rows.count);
	trib_put_many(b, end, days_of(s, true), NULL, s->rows.count);
}

/* Decimals as columns hold them: where the machine keeps a number of 128 bits in that order, they are there already. */
static const trib_dec *decimals(const norm_wide *from, trib_dec *room, int64_t n)
{
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		return (const void *)from;
	for (int64_t i = 0; i < n; i++)
		room[i] = norm_dec_of(from[i]);
	return room;
}

static void add_values(struct norm *s, struct trib_batch *b, trib_dec *room, uint8_t *valid)
{
	const struct norm_rows *r = &s->rows;
	if (r->any_hole || r->any_lack)
		memset(valid, 0, (size_t)(r->count + 7) / 8);
	for (int64_t i = 0; i < r->count && (r->any_hole || r->any_lack); i++)
		valid[i >> 3] |= (uint8_t)((r->status[i] == 'A') << (i & 7));
	const int value = trib_add_dec(b, "value", 38, (int)s->o.decimals);
	trib_put_many(b, value, decimals(r->m, room, r->count), r->any_hole ? valid : NULL, r->count);
	if (s->target < 0)
		return;
	/* An amount whose metric is not converted has no value in the target currency; what is no amount stays as it is. */
	for (int64_t i = 0; i < r->count && r->any_lack; i++)
		if (r->currency[i] >= 0 && !r->is_converted[i] && r->currency[i] != s->target)
			valid[i >> 3] &= (uint8_t)~(1u << (i & 7));
	const int converted = trib_add_dec(b, s->o.converted_as, 38, (int)s->o.decimals);
	trib_put_many(b, converted, decimals(r->converted, room, r->count), r->any_hole || r->any_lack ? valid : NULL, r->count);
}

int norm_long_emit(struct trib *t, struct norm *s, struct trib_batch *in)
{
	const size_t n = (size_t)s->rows.count;
	int *cols = trib_scratch(t, (s->o.keep.count + 1) * sizeof *cols);
	const bool as_is = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	trib_dec *room = trib_scratch(t, as_is ? 1 : n * sizeof *room + 1);
	uint8_t *valid = trib_scratch(t, n / 8 + 1);
	if (!cols || !room || !valid)
		return trib_fail(t, TRIB_FATAL, "no memory");
	const int count = kept(t, s, in, cols);
	if (count < 0)
		return TRIB_CONFIG;
	if (trib_pick_cols(in, cols, NULL, count) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	const int bad = add_names(t, s, in);
	if (bad != 0)
		return bad;
	add_dates(s, in);
	add_values(s, in, room, valid);
	return trib_emit(t, 0, in);
}
