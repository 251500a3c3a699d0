/* model - the partner model's tables: observation (main output), series and observation_flag beside it.
 *
 * A series_id is the XXH3-128 of the series' columns, so every instance and every run finds the same one without
 * asking. An amount that was converted is a second series with basis recomputed. A ratio is kept as reported, compared
 * with the quotient of its parts when all three came in one scope, and flagged if they differ by more than printing
 * explains. */
#include <stdio.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include "norm.h"

enum { BATCH = 8192 };

struct parts {
	bool num, den, told, mixed;      /* mixed: amounts of two currencies */
	norm_wide num_value, den_value, reported, half;
	int32_t num_currency, currency, series;
	trib_date start;
};
struct norm_model {
	struct norm_words series, ratios, told;
	struct norm_item *told_items;    /* by code of told: the value of a series and period */
	int32_t told_cap;
	char (*ids)[33];
	struct parts *parts;
	int32_t id_cap, parts_cap;
	struct trib_batch main, more, flags;
	int64_t main_rows, more_rows, flag_rows;
};

enum { BASIS_REPORTED, BASIS_RECOMPUTED };
static const char *const bases[] = { "reported", "recomputed" };
static const char *const policies[] = { "none", "avg", "end", "spot" };

const char *norm_grain_name(enum trib_grain grain)
{
	static const char *const names[] = { "irregular", "day", "week", "month", "quarter", "year" };
	return names[grain];
}

static const struct { const char *name; enum trib_type type; } observation[] = {
	{ "series_id", TRIB_STR }, { "period_start", TRIB_DATE }, { "period_end", TRIB_DATE }, { "value", TRIB_DEC },
	{ "obs_status", TRIB_STR },
	{ "conf_status", TRIB_STR }, { "source_asof", TRIB_DATE }, { "run_id", TRIB_STR }, { "raw_ref", TRIB_STR },
};

int norm_model_bind(struct trib *t, struct norm *s, struct trib_batch *outs)
{
	if (trib_pick_cols(&outs[0], NULL, NULL, 0) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (size_t i = 0; i < sizeof observation / sizeof *observation; i++)
		if (observation[i].type == TRIB_DEC)
			trib_add_dec(&outs[0], observation[i].name, 38, (int)s->o.decimals);
		else
			trib_add(&outs[0], observation[i].name, observation[i].type);
	return TRIB_OK;
}

static struct norm_model *model_of(struct norm *s)
{
	if (!s->model)
		s->model = calloc(1, sizeof *s->model);
	return s->model;
}

/* One more row of b was put; hands it on when it is full. */
static int row_done(struct trib *t, int output, struct trib_batch *b, int64_t *rows)
{
	trib_rows(b, 1);
	if (++*rows < BATCH)
		return TRIB_OK;
	*rows = 0;
	return trib_emit(t, output, b);
}

static void put(struct trib_batch *b, const char *column, const char *text)
{
	trib_put_str(b, trib_add(b, column, TRIB_STR), norm_text_of(text));
}

/* ---- series ---- */

struct series_key { int32_t dim[NORM_DIMS], metric, currency, basis, from; char grain[16]; };

static int put_series(struct trib *t, struct norm *s, const struct series_key *k, char id[33])
{
	struct norm_model *m = s->model;
	const struct norm_metric *metric = &s->catalogue->metrics[k->metric];
	char extra[64] = "{}";
	if (k->basis == BASIS_RECOMPUTED)
		snprintf(extra, sizeof extra, "{\"converted_from\":\"%s\",\"rate\":\"%s\"}", s->currencies.texts[k->from].p,
		         policies[metric->policy]);
	static const char *const names[] = {
		"partner_id", "market_id", "device_id", "product_id", "metric_id", "unit_id", "currency", "grain",
		"calendar_id", "tz", "basis", "source_id", "extra",
	};
	const char *const cells[] = {
		s->dims[NORM_PARTNER].texts[k->dim[NORM_PARTNER]].p, s->dims[NORM_MARKET].texts[k->dim[NORM_MARKET]].p,
		s->dims[NORM_DEVICE].texts[k->dim[NORM_DEVICE]].p,
		s->dims[NORM_PRODUCT].texts[k->dim[NORM_PRODUCT]].p, metric->id, metric->unit_id,
		k->currency < 0 ? "*" : s->currencies.texts[k->currency].p, k->grain,
		s->o.calendar_id, s->o.tz, bases[k->basis], s->o.source_id, extra,
	};
	const size_t count = sizeof cells / sizeof *cells;
	XXH3_state_t *state = XXH3_createState();
	if (!state)
		return trib_fail(t, TRIB_FATAL, "no memory");
	XXH3_128bits_reset(state);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			XXH3_128bits_update(state, "\x1f", 1);
		XXH3_128bits_update(state, cells[i], strlen(cells[i]));
	}
	const XXH128_hash_t hash = XXH3_128bits_digest(state);
	XXH3_freeState(state);
	snprintf(id, 33, "%016llx%016llx", (unsigned long long)hash.high64, (unsigned long long)hash.low64);
	if (m->more_rows == 0) {
		const int bad = trib_start(t, 1, &m->more);
		if (bad != 0)
			return bad;
	}
	put(&m->more, "series_id", id);
	for (size_t i = 0; i + 1 < count; i++)
		put(&m->more, names[i], cells[i]);
	trib_put_str(&m->more, trib_add(&m->more, names[count - 1], TRIB_JSON), norm_text_of(extra));
	trib_count(t, 1, TRIB_CREATED, 1);
	return row_done(t, 1, &m->more, &m->more_rows);
}

/* Its code, negative: a status. A series that is new goes to the series output. */
static int32_t series_of(struct trib *t, struct norm *s, const struct series_key *k)
{
	struct norm_model *m = s->model;
	const int32_t before = m->series.count;
	const int32_t code = norm_code_of(&m->series, (struct trib_text){ (const char *)k, sizeof *k }, INT32_MAX / 2);
	if (code < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (code < before)
		return code;
	if (code >= m->id_cap) {
		const int32_t cap = m->id_cap ? m->id_cap * 2 : 64;
		void *ids = realloc(m->ids, (size_t)cap * sizeof *m->ids);
		if (!ids)
			return trib_fail(t, TRIB_FATAL, "no memory");
		m->ids = ids, m->id_cap = cap;
	}
	const int bad = put_series(t, s, k, m->ids[code]);
	return bad ? bad : code;
}

/* ---- flags ---- */

static int put_flag(struct trib *t, struct norm *s, int32_t series, trib_date start, const char *flag,
                    const char *detail)
{
	struct norm_model *m = s->model;
	if (m->flag_rows == 0) {
		const int bad = trib_start(t, 2, &m->flags);
		if (bad != 0)
			return bad;
	}
	put(&m->flags, "series_id", m->ids[series]);
	trib_put_i64(&m->flags, trib_add(&m->flags, "period_start", TRIB_DATE), start.days);
	put(&m->flags, "flag", flag);
	trib_put_i64(&m->flags, trib_add(&m->flags, "recorded_from", TRIB_TIME), trib_started(t).us);
	trib_put_str(&m->flags, trib_add(&m->flags, "detail", TRIB_JSON), norm_text_of(detail));
	put(&m->flags, "state", "open");
	trib_count(t, 2, TRIB_CREATED, 1);
	return row_done(t, 2, &m->flags, &m->flag_rows);
}

/* What is known of one ratio of one period; grows as its parts arrive. */
static struct parts *parts_of(struct norm *s, const struct norm_observation *o, int ratio)
{
	struct norm_model *m = s->model;
	const struct { int32_t dim[NORM_DIMS], ratio, start, end; } key = {
		{ o->dim[0], o->dim[1], o->dim[2], o->dim[3] }, ratio, o->start.days, o->end.days,
	};
	const struct trib_text as_text = { (const char *)&key, sizeof key };
	const int32_t before = m->ratios.count, code = norm_code_of(&m->ratios, as_text, INT32_MAX / 2);
	if (code < 0)
		return NULL;
	if (code >= m->parts_cap) {
		const int32_t cap = m->parts_cap ? m->parts_cap * 2 : 64;
		struct parts *p = realloc(m->parts, (size_t)cap * sizeof *p);
		if (!p)
			return NULL;
		m->parts = p, m->parts_cap = cap;
	}
	if (code == before)
		m->parts[code] = (struct parts){ .start = o->start };
	return &m->parts[code];
}

static bool note_parts(struct norm *s, const struct norm_observation *o, int32_t series)
{
	const struct norm_catalogue *c = s->catalogue;
	for (int r = 0; r < c->metric_count; r++) {
		const struct norm_metric *m = &c->metrics[r];
		if (m->kind != NORM_RATIO_OF || (m->num != o->metric && m->den != o->metric && r != o->metric))
			continue;
		struct parts *p = parts_of(s, o, r);
		if (!p)
			return false;
		if (r == o->metric)
			p->told = true, p->reported = o->value, p->half = o->half, p->currency = o->currency, p->series = series;
		if (m->num == o->metric)
			p->mixed |= p->num && p->num_currency != o->currency, p->num = true, p->num_value = o->value,
				p->num_currency = o->currency;
		if (m->den == o->metric)
			p->den = true, p->den_value = o->value;
	}
	return true;
}

static int compare(struct trib *t, struct norm *s, int ratio, const struct parts *p)
{
	const int places = (int)s->o.decimals;
	const struct norm_metric *m = &s->catalogue->metrics[ratio];
	trib_dec q;
	norm_wide expected;
	if (!p->num || !p->den || !p->told || p->mixed || p->den_value == 0)
		return TRIB_OK;
	if (m->unit->dim == NORM_MONEY && p->num_currency != p->currency)
		return TRIB_OK;
	if (trib_dec_div(norm_dec_of(p->num_value), places, norm_dec_of(p->den_value), places, 18, &q) != 0 ||
	    norm_scale(norm_wide_of(q), 18, norm_factor_of(m->factor), places, &expected) != 0)
		return TRIB_OK;
	const norm_wide off = p->reported > expected ? p->reported - expected : expected - p->reported,
		size = expected < 0 ? -expected : expected;
	if (off <= p->half || off * 200 <= size)
		return TRIB_OK;
	char a[TRIB_DEC_TEXT], b[TRIB_DEC_TEXT], detail[160];
	a[trib_dec_short(norm_dec_of(p->reported), places, a)] = '\0';
	b[trib_dec_short(norm_dec_of(expected), places, b)] = '\0';
	snprintf(detail, sizeof detail, "{\"reported\":\"%s\",\"recomputed\":\"%s\"}", a, b);
	return put_flag(t, s, p->series, p->start, "ratio_mismatch", detail);
}

/* ---- observations ---- */

static int put_observation(struct trib *t, struct norm *s, int32_t series, const struct norm_observation *o,
                           norm_wide value, const char *from)
{
	struct norm_model *m = s->model;
	struct trib_batch *b = &m->main;
	if (m->main_rows == 0) {
		const int bad = trib_start(t, 0, b);
		if (bad != 0)
			return bad;
	}
	put(b, "series_id", m->ids[series]);
	trib_put_i64(b, trib_add(b, "period_start", TRIB_DATE), o->start.days);
	trib_put_i64(b, trib_add(b, "period_end", TRIB_DATE), o->end.days);
	if (norm_has_value(o->status))
		trib_put_dec(b, trib_add_dec(b, "value", 38, (int)s->o.decimals), norm_dec_of(value));
	const char status[2] = { o->status };
	put(b, "obs_status", status);
	put(b, "conf_status", "F");
	if (from)
		put(b, "raw_ref", from);
	return row_done(t, 0, b, &m->main_rows);
}

static int32_t reported(struct trib *t, struct norm *s, const struct norm_observation *o, struct series_key *k)
{
	if (!model_of(s))
		return trib_fail(t, TRIB_FATAL, "no memory");
	memset(k, 0, sizeof *k);
	memcpy(k->dim, o->dim, sizeof k->dim);
	k->metric = o->metric, k->currency = o->currency, k->from = -1;
	snprintf(k->grain, sizeof k->grain, "%s", o->grain);
	return series_of(t, s, k);
}

static int put_both(struct trib *t, struct norm *s, const struct norm_observation *o, struct series_key *k,
                    int32_t series)
{
	int bad = put_observation(t, s, series, o, o->value, NULL);
	if (bad == 0 && norm_has_value(o->status) && !note_parts(s, o, series))
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (bad == 0 && o->flag)
		bad = put_flag(t, s, series, o->start, o->flag, o->detail);
	if (bad != 0 || !o->is_converted || o->currency == s->target || !norm_has_value(o->status))
		return bad;
	k->basis = BASIS_RECOMPUTED, k->from = o->currency, k->currency = s->target;
	const int32_t second = series_of(t, s, k);
	if (second < 0)
		return second;
	trib_count(t, 0, TRIB_CREATED, 1);
	return put_observation(t, s, second, o, o->converted, o->rate);
}

int norm_model_put(struct trib *t, struct norm *s, const struct norm_observation *o)
{
	struct series_key k;
	const int32_t series = reported(t, s, o, &k);
	return series < 0 ? series : put_both(t, s, o, &k, series);
}

/* Was the series told for this period before, in this scope? NORM_REPLACED: it was not, or this value holds: of two rows
 * of one key the sink takes the later. */
static int told_before(struct trib *t, struct norm *s, const struct norm_observation *o, int32_t series, bool *conflict)
{
	struct norm_model *m = s->model;
	const int32_t key[] = { series, o->start.days, o->end.days }, before = m->told.count;
	const int32_t code = norm_code_of(&m->told, (struct trib_text){ (const char *)key, sizeof key }, INT32_MAX / 2);
	const struct norm_item x = { .start = o->start, .end = o->end, .value = o->value, .status = o->status };
	if (code >= m->told_cap) {
		const int32_t cap = m->told_cap ? m->told_cap * 2 : 64;
		struct norm_item *items = realloc(m->told_items, (size_t)cap * sizeof *items);
		if (!items)
			return trib_fail(t, TRIB_FATAL, "no memory");
		m->told_items = items, m->told_cap = cap;
	}
	if (code < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (code == before)
		return m->told_items[code] = x, NORM_REPLACED;
	m->told_items[code].conflict = false;
	const enum norm_same is = norm_duplicate(&m->told_items[code], &x, s->duplicates);
	*conflict = m->told_items[code].conflict;
	return (int)is;
}

static int put_row(struct trib *t, struct norm *s, struct trib_batch *in, int64_t row, struct norm_observation *o)
{
	struct series_key k;
	bool conflict = false;
	const int32_t series = reported(t, s, o, &k);
	const int is = series < 0 ? series : told_before(t, s, o, series, &conflict);
	if (is < 0)
		return is;
	if (conflict)
		o->flag = "duplicate_conflict", o->detail = "{}";
	if (is == NORM_REPLACED)
		return put_both(t, s, o, &k, series);
	if (is == NORM_CONFLICT)
		trib_reject(t, in, row, "normalise.duplicate_conflict", "%s has another value for the period from \"%s\" in "
		            "this file; `duplicates` says which one holds", s->catalogue->metrics[o->metric].id,
		            s->periods.texts[s->rows.period[row]].p);
	else
		trib_count(t, 0, TRIB_DEDUPED, 1);
	return is == NORM_KEPT && conflict ? put_flag(t, s, series, o->start, o->flag, o->detail) : TRIB_OK;
}

/* The rate behind a converted row: value, kind and the day or period it is of. */
static void rate_text(struct norm *s, const struct norm_observation *o, int32_t period, char *to, size_t room)
{
	struct norm_rate r;
	char number[TRIB_DEC_TEXT + 1], date[16];
	if (norm_rate_of(s, o->metric, period, o->currency, &r) != 0)
		return;
	number[trib_dec_short(norm_dec_of(r.m), r.scale, number)] = '\0';
	date[trib_date_text(r.date, date)] = '\0';
	snprintf(to, room, "1 %s = %s %s, %s of %s", s->currencies.texts[o->currency].p, number,
	         s->currencies.texts[s->target].p, policies[r.kind], date);
}

int norm_model_rows(struct trib *t, struct norm *s, struct trib_batch *in)
{
	const struct norm_rows *r = &s->rows;
	for (int64_t i = 0; i < r->count; i++) {
		if (r->entry[i] < 0)
			continue;
		const struct norm_entry *e = &s->entries[r->entry[i]];
		const struct norm_period *p = &s->period_of[r->period[i]];
		struct norm_observation o = {
			.metric = e->is.metric, .currency = r->currency[i], .start = p->start, .end = p->end,
			.grain = norm_grain_name(p->grain), .value = r->m[i],
			.converted = r->converted[i], .is_converted = r->is_converted[i], .status = r->status[i],
		};
		for (int d = 0; d < NORM_DIMS; d++)
			o.dim[d] = r->dim[d][i];
		struct norm_factor f = e->factor;
		f.m = f.m < 0 ? -f.m : f.m;
		if (norm_scale(5, r->scale[i] + 1, f, s->decimals, &o.half) != 0)
			o.half = 0;
		char rate[128] = "";
		if (o.is_converted && o.currency != s->target)
			rate_text(s, &o, r->period[i], rate, sizeof rate);
		o.rate = rate[0] ? rate : NULL;
		const int bad = put_row(t, s, in, i, &o);
		if (bad != 0)
			return bad;
	}
	return TRIB_OK;
}

int norm_model_flush(struct trib *t, struct norm *s)
{
	struct norm_model *m = s->model;
	if (!m)
		return TRIB_OK;
	int bad = TRIB_OK;
	for (int32_t i = 0; i < m->ratios.count && bad == 0; i++) {
		int32_t ratio;
		memcpy(&ratio, m->ratios.texts[i].p + NORM_DIMS * sizeof ratio, sizeof ratio);
		bad = compare(t, s, ratio, &m->parts[i]);
	}
	norm_words_done(&m->ratios), norm_words_done(&m->told);
	struct { struct trib_batch *b; int64_t *rows; int output; } const rest[] = {
		{ &m->more, &m->more_rows, 1 }, { &m->main, &m->main_rows, 0 }, { &m->flags, &m->flag_rows, 2 },
	};
	for (int i = 0; i < 3 && bad == 0; i++)
		if (*rest[i].rows > 0) {
			*rest[i].rows = 0;
			bad = trib_emit(t, rest[i].output, rest[i].b);
		}
	return bad;
}

void norm_model_done(struct norm *s)
{
	struct norm_model *m = s->model;
	if (!m)
		return;
	trib_free(&m->main), trib_free(&m->more), trib_free(&m->flags);
	norm_words_done(&m->series), norm_words_done(&m->ratios), norm_words_done(&m->told);
	free(m->ids), free(m->parts), free(m->told_items), free(m);
	s->model = NULL;
}
