/* read - the cells of a batch become rows: codes for texts, mantissa and scale for numbers. See norm.h. */
#include <stdlib.h>
#include "norm.h"

/* ---- arrays ---- */

static bool grow(void *array, int64_t count, size_t size)
{
	void **a = array;
	void *bigger = realloc(*a, (size_t)count * size);
	if (bigger)
		*a = bigger;
	return bigger != NULL;
}

static bool rows_for(struct norm_rows *r, int64_t n)
{
	r->count = n;
	if (n <= r->cap)
		return true;
	const int64_t cap = n + n / 4 + 64;
	bool ok = grow(&r->entry, cap, sizeof *r->entry) && grow(&r->period, cap, sizeof *r->period) &&
	          grow(&r->currency, cap, sizeof *r->currency) && grow(&r->style, cap, sizeof *r->style) &&
	          grow(&r->room, cap, sizeof *r->room) && grow(&r->m, cap, sizeof *r->m) &&
	          grow(&r->converted, cap, sizeof *r->converted) &&
	          grow(&r->scale, cap, sizeof *r->scale) && grow(&r->status, cap, sizeof *r->status) &&
	          grow(&r->is_converted, cap, sizeof *r->is_converted);
	for (int d = 0; d < NORM_DIMS && ok; d++)
		ok = grow(&r->dim[d], cap, sizeof *r->dim[d]);
	r->cap = ok ? cap : 0;
	return ok;
}

static struct trib_text number_text(int64_t v, char to[TRIB_DEC_TEXT])
{
	return (struct trib_text){ to, trib_dec_text(trib_dec_i64(v), 0, to) };
}

/* Cell of a column that names something, as text; ids may have been read as numbers, days as dates. */
static struct trib_text name_at(const struct trib_view *v, int64_t i, char to[TRIB_DEC_TEXT])
{
	if (trib_null(v, i))
		return (struct trib_text){ NULL, 0 };
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: return trib_str(v, i);
	case TRIB_I64: return number_text(((const int64_t *)v->values)[i], to);
	case TRIB_DATE: return (struct trib_text){ to, trib_date_text((trib_date){ ((const int32_t *)v->values)[i] }, to) };
	default: return (struct trib_text){ NULL, 0 };
	}
}

/* A dictionary column: each of its texts is looked up when its code is first seen. */
static int dictionary_codes(struct trib *t, struct norm_words *w, const struct trib_view *v, int64_t n, int32_t *out)
{
	int32_t most = -1;
	for (int64_t i = 0; i < n; i++)
		if (!trib_null(v, i) && v->codes[i] > most)
			most = v->codes[i];
	int32_t *known = trib_scratch(t, ((size_t)most + 2) * sizeof *known);   /* zeroed: code + 1 */
	if (!known)
		return -1;
	for (int64_t i = 0; i < n; i++) {
		if (trib_null(v, i)) {
			out[i] = -1;
			continue;
		}
		int32_t *k = &known[v->codes[i]];
		if (*k == 0)
			*k = norm_code_of(w, trib_str(v, i), NORM_TEXTS) + 1;
		if (*k == 0)
			return -1;
		out[i] = *k - 1;
	}
	return 0;
}

static int codes(struct trib *t, struct norm_words *w, const struct trib_view *v, int64_t n, int32_t *out,
                 const char *column)
{
	int bad = 0;
	char to[TRIB_DEC_TEXT];
	if (v->type == TRIB_STR || v->type == TRIB_JSON)
		bad = v->codes ? dictionary_codes(t, w, v, n, out) : norm_codes_of(w, v, n, NORM_TEXTS, out) ? 0 : -1;
	else if (v->type == TRIB_NULL)
		memset(out, 0xff, (size_t)n * sizeof *out);
	else if (v->type == TRIB_I64 || v->type == TRIB_DATE)
		for (int64_t i = 0; i < n && bad == 0; i++) {
			const struct trib_text x = name_at(v, i, to);
			out[i] = x.p ? norm_code_of(w, x, NORM_TEXTS) : -1;
			bad = x.p && out[i] < 0 ? -1 : 0;
		}
	else
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.column_type: column \"%s\" names something and must be text, whole numbers or "
		                 "dates", column);
	return bad ? trib_fail(t, TRIB_FATAL,
	                       "normalise.too_many_texts: column \"%s\" has more than %d distinct texts, or there is no "
	                       "memory", column, NORM_TEXTS) : TRIB_OK;
}

int norm_look(struct trib *t, const struct trib_batch *in, const char *column, struct trib_view *v)
{
	const int at = trib_col(in, column);
	if (at >= 0)
		return trib_view(in, at, v) < 0 ? trib_fail(t, TRIB_FATAL, "no memory") : TRIB_OK;
	memset(v, 0, sizeof *v);
	v->length = in->array.length;                           /* absent in this batch: all null */
	return TRIB_OK;
}

/* Room for one more where the capacity doubles whenever count is a power of two. */
static bool room_for(void *array, int32_t count, size_t size)
{
	return (count & (count - 1)) != 0 || grow(array, count ? 2 * (int64_t)count : 1, size);
}

/* ---- what texts mean ---- */

static struct norm_entry *entry_room(struct norm *s, int32_t code)
{
	if (code >= s->entry_cap) {
		const int32_t cap = code * 2 + 16;
		if (!grow(&s->entries, cap, sizeof *s->entries))
			return NULL;
		s->entry_cap = cap;
	}
	return &s->entries[code];
}

int32_t norm_currency_code(struct norm *s, const char *code)
{
	return code[0] ? norm_code_of(&s->currencies, norm_text_of(code), NORM_TEXTS) : -1;
}

static void ready(struct norm *s, struct norm_entry *e)
{
	e->factor = norm_factor_of(e->is.ratio);
	if (e->is.negative)
		e->factor.m = -e->factor.m;
	e->currency = norm_currency_code(s, e->is.currency);
	e->decided = e->is.unit_known;
	e->inferred = 0;
	e->way = NORM_UNASKED_WAY;
}

/* The entry of a name that was not met before; its code is the next. */
static bool make_entry(struct norm *s, int32_t code, struct trib_text name, struct trib_text partner)
{
	struct norm_entry *e = entry_room(s, code);
	char who[128] = "";
	if (!e)
		return false;
	*e = (struct norm_entry){ .currency = -1 };
	if (partner.p && partner.n < sizeof who)
		memcpy(who, partner.p, partner.n);
	if (norm_sense(s->catalogue, name, who[0] ? who : s->o.partner, s->o.source_id, &e->is, e->near) == 0)
		ready(s, e);
	s->any_unknown |= e->is.metric < 0;
	s->entry_count = code + 1;
	return true;
}

int32_t norm_entry_of(struct norm *s, struct trib_text name, struct trib_text partner)
{
	char key[512];
	struct trib_text both = name;
	if (s->catalogue->by_partner && partner.p && name.n + partner.n + 1 <= sizeof key) {
		memcpy(key, name.p, name.n);
		key[name.n] = 0x1f;
		memcpy(key + name.n + 1, partner.p, partner.n);
		both = (struct trib_text){ key, name.n + 1 + partner.n };
	}
	const int32_t code = norm_code_of(&s->names, both, NORM_TEXTS);
	return code < s->entry_count || (code >= 0 && make_entry(s, code, name, partner)) ? code : -1;
}

int32_t norm_entry_in(struct norm *s, int32_t entry, struct trib_text unit)
{
	char key[80];
	if (unit.n > sizeof key - 8)
		unit.n = sizeof key - 8;
	memcpy(key, "\x1eunit", 4);
	memcpy(key + 4, &entry, 4);
	memcpy(key + 8, unit.p, unit.n);
	const int32_t code = norm_code_of(&s->names, (struct trib_text){ key, unit.n + 8 }, NORM_TEXTS);
	if (code < s->entry_count)
		return code;
	struct norm_entry *e = entry_room(s, code);
	if (!e)
		return -1;
	*e = s->entries[entry];
	s->entry_count = code + 1;
	e->bad_unit = norm_sense_unit(s->catalogue, unit, &e->is) != 0;
	if (!e->bad_unit)
		ready(s, e);
	return code;
}

static void unknown(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, struct trib_text name)
{
	const struct norm_entry *e = &s->entries[s->rows.entry[i]];
	trib_reject(t, in, i, "normalise.unknown_alias", "\"%.*s\" is no known metric%s%s%s", (int)name.n, name.p,
	            e->near[0] ? "; did you mean \"" : "", e->near,
	            e->near[0] ? "\"?" : "");
	s->rows.entry[i] = -1;
}

/* Wide: the columns take turns. A column that no alias explains makes dead letters. */
static void name_wide(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	for (int64_t i = 0, k = 0; i < r->count; i++, k = k + 1 == s->columns.count ? 0 : k + 1) {
		r->entry[i] = s->metric_entries[k];
		if (s->entries[r->entry[i]].is.metric < 0)
			unknown(t, s, in, i, s->columns.texts[k]);
	}
}

/* Long: what the metric column says; names of one partner are looked up together with it. */
static int name_rows(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	struct trib_view v;
	if (norm_look(t, in, s->o.metric_column, &v) != 0)
		return TRIB_FATAL;
	if (v.type != TRIB_STR && v.type != TRIB_NULL)
		return trib_fail(t, TRIB_CONFIG, "normalise.column_type: metric_column \"%s\" is not text", s->o.metric_column);
	const bool by_partner = s->catalogue->by_partner && s->o.partner_column;
	int bad = by_partner ? TRIB_OK : codes(t, &s->names, &v, r->count, r->entry, s->o.metric_column);
	for (int32_t c = s->entry_count; c < s->names.count && bad == 0; c++)
		if (!make_entry(s, c, s->names.texts[c], (struct trib_text){ NULL, 0 }))
			bad = trib_fail(t, TRIB_FATAL, "no memory");
	if (!by_partner && !s->any_unknown && v.type == TRIB_STR && !v.validity)
		return bad;
	for (int64_t i = 0; i < r->count && bad == 0; i++) {
		if (by_partner) {
			const struct trib_text x = trib_str(&v, i);
			r->entry[i] = x.p ? norm_entry_of(s, x, s->dims[NORM_PARTNER].texts[r->dim[NORM_PARTNER][i]]) : -1;
			if (x.p && r->entry[i] < 0)
				return trib_fail(t, TRIB_FATAL, "no memory");
		}
		if (r->entry[i] < 0)
			trib_reject(t, in, i, "normalise.unknown_alias", "column \"%s\" is empty: nothing says what is measured",
			            s->o.metric_column);
		else if (s->entries[r->entry[i]].is.metric < 0)
			unknown(t, s, in, i, trib_str(&v, i));
	}
	return bad;
}

static int32_t day_code(struct norm *s, const struct trib_view *v, int64_t i)
{
	char to[16];
	if (trib_null(v, i))
		return -1;
	const int64_t us = ((const int64_t *)v->values)[i], day = us / 86400000000 - (us % 86400000000 < 0);
	const size_t n = trib_date_text((trib_date){ (int32_t)day }, to);
	return norm_code_of(&s->periods, (struct trib_text){ to, n }, NORM_TEXTS);
}

static int read_periods(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	struct trib_view v;
	bool nulls;
	if (s->o.period) {                                      /* one for all */
		const int32_t code = norm_code_of(&s->periods, norm_text_of(s->o.period), NORM_TEXTS);
		nulls = code < 0;
		for (int64_t i = 0; i < r->count; i++)
			r->period[i] = code;
	} else {
		int bad = norm_look(t, in, s->o.period_column, &v);
		if (bad == 0 && v.type == TRIB_TIME) {           /* the day in UTC */
			for (int64_t i = 0; i < r->count; i++)
				r->period[i] = day_code(s, &v, i);
		} else if (bad == 0)
			bad = codes(t, &s->periods, &v, r->count, r->period, s->o.period_column);
		if (bad != 0)
			return bad;
		nulls = v.type == TRIB_NULL || v.type == TRIB_TIME || v.validity;
	}
	for (; s->period_cap < s->periods.count; s->period_cap++) {
		if (!room_for(&s->period_of, s->period_cap, sizeof *s->period_of))
			return trib_fail(t, TRIB_FATAL, "no memory");
		struct norm_period *p = &s->period_of[s->period_cap];
		struct trib_text x = s->periods.texts[s->period_cap];
		const bool date = !s->o.period && v.type != TRIB_STR;
		p->good = trib_period(norm_trimmed(x, ""), date ? NULL : s->o.period_format, &p->grain, &p->start,
		                      &p->end) == 0;
		if (p->good && s->period_grain && p->grain < s->period_grain) {
			p->grain = s->period_grain;
			trib_period_of(p->start, p->grain, &p->start, &p->end);
		}
		s->any_bad_period |= !p->good;
	}
	for (int64_t i = 0; i < r->count && (nulls || s->any_bad_period); i++)
		if (r->entry[i] >= 0 && (r->period[i] < 0 || !s->period_of[r->period[i]].good)) {
			const struct trib_text x = r->period[i] < 0 ? norm_text_of("") : s->periods.texts[r->period[i]];
			trib_reject(t, in, i, "normalise.bad_period", "column \"%s\": \"%.*s\" is no period%s%s",
			            s->o.period_column, (int)x.n, x.p,
			            s->o.period_format ? " as period_format says: " : "; period_format says how they are written",
			            s->o.period_format ? s->o.period_format : "");
			r->entry[i] = -1;
		}
	return TRIB_OK;
}

static int read_dims(struct trib *t, struct norm *s, struct trib_batch *in)
{
	const char *const column[NORM_DIMS] = { s->o.partner_column, s->o.market_column, s->o.device_column,
	                                        s->o.product_column };
	const char *const constant[NORM_DIMS] = { s->o.partner, s->o.market, s->o.device, s->o.product };
	struct trib_view v;
	for (int d = 0; d < NORM_DIMS; d++) {
		int32_t *out = s->rows.dim[d];
		const int32_t all = norm_code_of(&s->dims[d], norm_text_of(constant[d]), NORM_TEXTS);
		if (column[d] && s->o.locale_by && d == NORM_MARKET && strcmp(column[d], s->o.locale_by) == 0)
			continue;                               /* read_styles does both */
		if (!column[d]) {
			if (s->to_model || s->held)
				for (int64_t i = 0; i < s->rows.count; i++)
					out[i] = all;
			continue;
		}
		int bad = norm_look(t, in, column[d], &v);
		if (bad == 0)
			bad = codes(t, &s->dims[d], &v, s->rows.count, out, column[d]);
		if (bad != 0)
			return bad;
		for (int64_t i = 0; i < s->rows.count; i++)
			if (out[i] < 0)
				out[i] = all;
	}
	return TRIB_OK;
}

static int read_styles(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	struct trib_view v;
	if (!s->o.locale_by)
		return TRIB_OK;
	int bad = norm_look(t, in, s->o.locale_by, &v);
	if (bad == 0)
		bad = codes(t, &s->markets, &v, r->count, r->style, s->o.locale_by);
	for (; bad == 0 && s->style_cap < s->markets.count; s->style_cap++) {
		if (!room_for(&s->style_of, s->style_cap, sizeof *s->style_of) ||
		    !room_for(&s->style_known, s->style_cap, sizeof *s->style_known))
			return trib_fail(t, TRIB_FATAL, "no memory");
		const char *locale = trib_map_text(&s->o.locales, s->markets.texts[s->style_cap].p);
		struct trib_numbers *z = &s->style_of[s->style_cap];
		*z = s->only.numbers;
		s->style_known[s->style_cap] = locale || s->only.known;
		if (locale && trib_numbers(locale, z) != 0)
			return trib_fail(t, TRIB_CONFIG, "normalise.unknown_locale: locales: no locale \"%s\" is known", locale);
		z->scientific |= s->o.scientific;
		z->dash_is_zero |= s->o.dash_is_zero;
		z->percent |= !s->style_known[s->style_cap];         /* read_numbers: no cell of it is plain */
	}
	if (bad == 0 && s->o.market_column && strcmp(s->o.market_column, s->o.locale_by) == 0) {
		const int32_t all = norm_code_of(&s->dims[NORM_MARKET], norm_text_of(s->o.market), NORM_TEXTS);
		bad = codes(t, &s->dims[NORM_MARKET], &v, r->count, r->dim[NORM_MARKET], s->o.market_column);
		for (int64_t i = 0; i < r->count && bad == 0; i++)
			if (r->dim[NORM_MARKET][i] < 0)
				r->dim[NORM_MARKET][i] = all;
	}
	return bad;
}

int norm_read(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct trib_view v;
	if (!rows_for(&s->rows, in->array.length))
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (!s->o.currency_column)
		memset(s->rows.currency, 0xff, (size_t)s->rows.count * sizeof *s->rows.currency);
	int bad = read_dims(t, s, in);
	if (bad == 0 && s->wide)
		name_wide(t, s, in);
	else if (bad == 0)
		bad = name_rows(t, s, in);
	if (bad == 0)
		bad = read_periods(t, s, in);
	if (bad == 0)
		bad = read_styles(t, s, in);
	if (bad == 0 && s->o.currency_column && (bad = norm_look(t, in, s->o.currency_column, &v)) == 0)
		bad = codes(t, &s->currencies, &v, s->rows.count, s->rows.currency, s->o.currency_column);
	return bad ? bad : norm_read_numbers(t, s, in);
}
