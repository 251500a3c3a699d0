/* value - numbers as read become values: unit, percent or fraction, currency; one rounding at the end. See norm.h. */
#include <stdlib.h>
#include "norm.h"

static const char *column_of(const struct norm *s, int64_t row)
{
	return s->wide ? s->columns.texts[row % s->columns.count].p : s->o.value_column;
}

/* ---- percent or fraction (partner-model C.2): said by the unit, else by the values of the first rows ---- */

static int decide_shares(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	bool any = false;
	for (int64_t i = 0; i < r->count; i++) {
		struct norm_entry *e = r->entry[i] < 0 ? NULL : &s->entries[r->entry[i]];
		if (!e || e->decided || r->status[i] != 'A')
			continue;
		norm_share_vote(&e->votes, r->m[i], r->scale[i]);
		any = true;
	}
	for (int32_t c = 0; any && c < s->names.count; c++) {
		struct norm_entry *e = &s->entries[c];
		if (e->is.metric < 0 || e->decided || e->votes.above_one + e->votes.others == 0)
			continue;
		const int is = norm_share_end(&e->votes);
		if (is == TRIB_AMBIGUOUS)
			return trib_fail(t, TRIB_CONFIG,
			                 "normalise.percent_or_fraction: \"%s\": some values are above 1 and some are not, so "
			                 "they are neither all percent nor all "
			                 "fractions; give the alias a unit: \"%%\" or fraction",
			                 s->wide ? s->columns.texts[c < s->columns.count ? c : 0].p : s->names.texts[c].p);
		e->decided = true;
		e->way = NORM_UNASKED_WAY;
		e->inferred = (int8_t)is;
		if (is == 100 && norm_ratio_mul(e->is.ratio, (struct norm_ratio){ 1, 100 }, &e->is.ratio) == 0) {
			const int sign = e->is.negative ? -1 : 1;
			e->factor = norm_factor_of(e->is.ratio);
			e->factor.m *= sign;
		}
	}
	(void)in;
	return TRIB_OK;
}

/* ---- currency ---- */

enum { POLICIES = NORM_FX_SPOT + 1 };

/* NULL: the table knows not yet so many periods or currencies. */
static inline struct norm_money *rate_at(const struct norm *s, enum norm_policy policy, int32_t period, int32_t currency)
{
	return period >= s->rate_periods || currency >= s->rate_currencies ? NULL :
	       &s->rates[((size_t)period * (size_t)s->rate_currencies + (size_t)currency) * POLICIES + policy];
}

int norm_rate_of(struct norm *s, int metric, int32_t period, int32_t currency, struct norm_rate *out)
{
	const enum norm_policy policy = s->catalogue->metrics[metric].policy;
	struct norm_money *m = rate_at(s, policy, period, currency);
	/* a new currency or period: ask again for all */
	if (!m) {
		const int32_t periods = s->periods.count + 16, currencies = s->currencies.count + 4;
		struct norm_money *rates = calloc((size_t)periods * (size_t)currencies * POLICIES, sizeof *rates);
		if (!rates)
			return TRIB_FATAL;
		free(s->rates);
		s->rates = rates, s->rate_periods = periods, s->rate_currencies = currencies;
		m = rate_at(s, policy, period, currency);
	}
	if (!m->asked) {
		const struct norm_period *p = &s->period_of[period];
		const char *from = s->currencies.texts[currency].p;
		m->asked = true;
		m->found = norm_fx_rate(s->fx, norm_code3(from), norm_code3(s->currencies.texts[s->target].p), policy, p->start,
		                        p->end, &m->rate) == 0;
	}
	*out = m->rate;
	return m->found ? 0 : TRIB_NOT_A_VALUE;
}

/* What the text of a currency column means: a code, a symbol, nothing. Worked out once per text. */
static int32_t meaning(struct norm *s, int32_t code)
{
	if (code >= s->money_cap) {
		const int32_t cap = code * 2 + 16;
		int32_t *of = realloc(s->money_of, (size_t)cap * sizeof *of);
		if (!of)
			return NORM_UNKNOWN;
		for (int32_t i = s->money_cap; i < cap; i++)
			of[i] = NORM_UNASKED;
		s->money_of = of, s->money_cap = cap;
	}
	if (s->money_of[code] != NORM_UNASKED)
		return s->money_of[code];
	const struct trib_text x = norm_trimmed(s->currencies.texts[code], "");
	char is[4] = "";
	struct norm_spec said;
	int32_t m = NORM_UNKNOWN;
	for (size_t k = 0; k < 3 && x.n == 3; k++)
		is[k] = (char)(x.p[k] >= 'a' && x.p[k] <= 'z' ? x.p[k] - 32 : x.p[k]);
	if (x.n == 0)
		m = NORM_UNSAID;
	else if (norm_currency_known(is))
		m = norm_currency_code(s, is);
	else if (norm_spec(x, NORM_MONEY, false, &said) != 0)
		m = NORM_UNKNOWN;
	else if (said.currency[0])
		m = norm_currency_code(s, said.currency);
	else if (said.ambiguous)
		m = NORM_BY_MARKET;
	if (code < s->money_cap)
		s->money_of[code] = m;
	return m;
}

static int32_t of_market(struct norm *s, const char *symbol, int64_t i)
{
	const int32_t d = s->o.market_column ? s->rows.dim[NORM_MARKET][i] : -1;
	const char *is = norm_currency_of(symbol, d >= 0 ? s->dims[NORM_MARKET].texts[d] : norm_text_of(s->o.market));
	return is ? norm_currency_code(s, is) : -1;
}

/* The currency of a row: its column, the cell or header, the market's for a symbol that several share, the
 * pipeline's. */
static int32_t currency_at(struct norm *s, const struct norm_entry *e, int64_t i)
{
	const int32_t c = s->rows.currency[i], m = c < 0 ? NORM_UNSAID : meaning(s, c);
	if (m >= 0)
		return m;
	if (m == NORM_BY_MARKET) {
		const struct trib_text x = norm_trimmed(s->currencies.texts[c], "");
		char symbol[8] = "";
		memcpy(symbol, x.p, x.n < 7 ? x.n : 7);
		return of_market(s, symbol, i);
	}
	if (m == NORM_UNKNOWN)
		return -1;
	if (e->currency >= 0)
		return e->currency;
	if (e->is.ambiguous)
		return of_market(s, e->is.symbol, i);
	return s->source_currency;
}

/* A minor unit counts as a hundredth; of a currency with another number of digits the point moves by the difference. */
static void by_digits(struct norm *s, const struct norm_entry *e, int64_t i)
{
	struct norm_rows *r = &s->rows;
	const int32_t c = currency_at(s, e, i);
	const int digits = c < 0 ? -1 : norm_currency_digits(s->currencies.texts[c].p);
	for (int d = digits; d > 2; d--)
		r->scale[i]++;
	for (int d = digits; d >= 0 && d < 2; d++)
		if (r->scale[i] > 0 || __builtin_mul_overflow(r->m[i], (norm_wide)10, &r->m[i]))
			r->scale[i]--;
}

static void reject_currency(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i,
                            const struct norm_entry *e)
{
	const int32_t c = s->rows.currency[i];
	const char *id = s->catalogue->metrics[e->is.metric].id;
	if (c >= 0 && s->currencies.texts[c].n > 0)
		trib_reject(t, in, i, "normalise.unknown_currency", "%s: \"%s\" is no currency that is known here", id,
		            s->currencies.texts[c].p);
	else if (e->is.ambiguous)
		trib_reject(t, in, i, "normalise.unknown_currency",
		            "%s: \"%s\" is the sign of several currencies; give the market, or source_currency", id,
		            e->is.symbol);
	else
		trib_reject(t, in, i, "normalise.no_currency", "%s is an amount, and nothing says in which currency", id);
}

static void reject_rate(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, const struct norm_entry *e,
                        int32_t currency)
{
	static const char *const policy[] = { "", "average", "end-of-period", "daily" };
	const struct norm_metric *m = &s->catalogue->metrics[e->is.metric];
	trib_reject(t, in, i, "normalise.no_rate", "%s: no %s rate from %s to %s is published for %s%s", m->id,
	            policy[m->policy], s->currencies.texts[currency].p,
	            s->currencies.texts[s->target].p, s->periods.texts[s->rows.period[i]].p,
	            m->policy == NORM_FX_AVG ? "" : " or shortly before it");
}

/* ---- the row ---- */

static const norm_wide norm_widest = (norm_wide)(~(norm_uwide)0 >> 1);

static void out_of_range(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i)
{
	trib_reject(t, in, i, "normalise.out_of_range",
	            "column \"%s\": the value needs more than 38 digits with %d decimals", column_of(s, i), s->decimals);
	s->rows.entry[i] = -1;
	s->rows.status[i] = 0;
}

/* Amounts: currency, and the value in the target's if the metric converts. false: rejected. */
static bool money(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, const struct norm_entry *e,
                  norm_wide m)
{
	struct norm_rows *r = &s->rows;
	struct norm_rate rate;
	const int32_t c = currency_at(s, e, i);
	if (r->status[i] != 'A') {                               /* no amount: its currency does not matter */
		r->currency[i] = c;
		return true;
	}
	if (c < 0) {
		reject_currency(t, s, in, i, e);
		return false;
	}
	r->currency[i] = c;
	if (s->target < 0 || s->held || s->catalogue->metrics[e->is.metric].policy == NORM_FX_NONE)
		return true;
	const int bad = norm_rate_of(s, e->is.metric, r->period[i], c, &rate);
	if (bad != 0) {
		reject_rate(t, s, in, i, e, c);
		return false;
	}
	if (norm_convert(m, r->scale[i], e->factor, rate.m, rate.scale, s->decimals, &r->converted[i]) != 0) {
		out_of_range(t, s, in, i);
		return false;
	}
	r->is_converted[i] = true;
	return true;
}

/* plausible_min and plausible_max, on the exact value in the metric's unit. A running total is no value of its period yet:
 * only its lower bound holds. */
static bool plausible(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, norm_wide m)
{
	const struct norm_entry *e = &s->entries[s->rows.entry[i]];
	const struct norm_metric *metric = &s->catalogue->metrics[e->is.metric];
	const bool total = s->o.decumulate && e->is.collection > NORM_GAUGE;
	char text[TRIB_DEC_TEXT + 1];
	norm_wide v;
	if (norm_scale(m, s->rows.scale[i], e->factor, NORM_BOUND_SCALE, &v) != 0)       /* 10^20 and more */
		v = (m < 0) != (e->factor.m < 0) ? -norm_widest : norm_widest;
	const bool low = metric->has_min && v < metric->min, high = metric->has_max && !total && v > metric->max;
	if (!low && !high)
		return true;
	text[trib_dec_short(norm_dec_of(low ? metric->min : metric->max), NORM_BOUND_SCALE, text)] = '\0';
	trib_reject(t, in, i, "normalise.implausible", "column \"%s\": %s cannot be %s %s", column_of(s, i), metric->id,
	            low ? "below" : "above", text);
	return false;
}

/* What the first rows said of shares holds to the end: 0.5 in a column of percents may be a half. */
static bool against_the_column(const struct norm_rows *r, const struct norm_entry *e, int64_t i, norm_wide m)
{
	if (r->status[i] != 'A' || m == 0)
		return false;
	const norm_wide one = r->scale[i] < 39 ? (norm_wide)norm_pow10[r->scale[i]] : 0, size = m < 0 ? -m : m;
	return (e->inferred == 100 && size <= one) || (e->inferred == 1 && size > one);
}

/* What only some metrics ask of a value; m is the number as it was read. false: rejected. */
static bool fits(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, const struct norm_entry *e,
                 const struct norm_metric *metric, norm_wide m)
{
	struct norm_rows *r = &s->rows;
	if (e->inferred && against_the_column(r, e, i, m)) {
		trib_reject(t, in, i, "normalise.percent_or_fraction",
		            "column \"%s\": %s was %s so far, and this value is not; give its alias the unit \"%%\" or fraction",
		            column_of(s, i), metric->id, e->inferred == 100 ? "in percent" : "a fraction");
		return false;
	}
	if (metric->bounded && !e->is.unit_known && r->m[i] > (norm_wide)norm_pow10[s->decimals]) {
		trib_reject(t, in, i, "normalise.percent_or_fraction",
		            "column \"%s\": %s is a share and cannot be above 1; if it is in percent, give its alias the "
		            "unit \"%%\"", column_of(s, i), metric->id);
		return false;
	}
	return !(metric->has_min || metric->has_max) || r->status[i] != 'A' || plausible(t, s, in, i, m);
}

/* One row. false: rejected. */
static bool value_of(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, const struct norm_entry *e)
{
	struct norm_rows *r = &s->rows;
	const struct norm_metric *metric = &s->catalogue->metrics[e->is.metric];
	if (e->is.minor)
		by_digits(s, e, i);
	const norm_wide m = r->m[i];
	if (norm_scale(m, r->scale[i], e->factor, s->decimals, &r->m[i]) != 0) {
		out_of_range(t, s, in, i);
		return false;
	}
	if ((e->inferred || metric->bounded || metric->has_min || metric->has_max) && !fits(t, s, in, i, e, metric, m))
		return false;
	if (metric->unit->dim == NORM_MONEY)
		return money(t, s, in, i, e, m);
	r->currency[i] = -1;
	return true;
}

/* ---- the way of nearly all rows: products that fit, nothing to be worked out or told ---- */

/* Of bounds only the common one, nothing below 0, is theirs. */
static enum norm_way way_of(const struct norm *s, const struct norm_entry *e)
{
	const struct norm_metric *m = &s->catalogue->metrics[e->is.metric];
	if (e->factor.den != 1 || e->is.minor || e->inferred || m->bounded || (m->has_min && m->min != 0) || m->has_max)
		return NORM_LONG_WAY;
	if (m->unit->dim != NORM_MONEY)
		return NORM_NUMBER;
	return s->target < 0 || s->held || m->policy == NORM_FX_NONE ? NORM_LONG_WAY : NORM_AMOUNT;
}

static void choose_way(const struct norm *s, struct norm_entry *e)
{
	const struct norm_metric *m = &s->catalogue->metrics[e->is.metric];
	e->way = way_of(s, e);
	e->policy = m->policy;
	e->least = m->has_min ? 0 : INT64_MIN;
}

/* The rate of an amount whose column says the currency, where it was asked for before; NULL: the long way knows. */
static inline const struct norm_rate *known_rate(const struct norm *s, enum norm_policy policy, int32_t period, int32_t said, int32_t *currency)
{
	if (said < 0 || said >= s->money_cap)
		return NULL;
	*currency = s->money_of[said];
	if (*currency < 0)
		return NULL;
	const struct norm_money *m = rate_at(s, policy, period, *currency);
	return m && m->found ? &m->rate : NULL;
}

/* Rows from i on in 64 bits; the first that is not so simple, to which nothing has happened. */
static __attribute__((noinline)) int64_t quick_rows(const struct norm *s, int64_t i)
{
	const struct norm_rows *const r = &s->rows;
	const struct norm_entry *const entries = s->entries;
	const int32_t *const entry = r->entry;
	const char *const status = r->status;
	const int8_t *const scale = r->scale;
	norm_wide *const number = r->m, *const converted = r->converted;
	int32_t *const currencies = r->currency;
	const int decimals = s->decimals;
	for (const int64_t count = r->count; i < count; i++) {
		const norm_wide m = number[i];
		norm_wide value, amount;
		int64_t x, y;
		if (entry[i] < 0 || status[i] != 'A' || m != (int64_t)m)
			break;
		const struct norm_entry *const e = &entries[entry[i]];
		const int up = decimals - scale[i] - e->factor.scale;
		int32_t currency = -1;
		if (e->way < NORM_NUMBER || __builtin_mul_overflow((int64_t)m, e->factor.m, &x) || x < e->least || !norm_shift(x, up, &value))
			break;
		amount = value;
		if (e->way == NORM_AMOUNT) {
			const struct norm_rate *const rate = known_rate(s, e->policy, r->period[i], currencies[i], &currency);
			if (!rate || rate->m != (int64_t)rate->m || __builtin_mul_overflow(x, (int64_t)rate->m, &y) ||
			    !norm_shift(y, up - rate->scale, &amount))
				break;
			r->is_converted[i] = true;
		}
		number[i] = value;
		converted[i] = amount;
		currencies[i] = currency;
	}
	return i;
}

int norm_values(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	const int bad = s->votes ? decide_shares(t, s, in) : TRIB_OK;
	const norm_wide zero = 0;
	int64_t values = 0;
	bool lack = false;
	if (bad != 0)
		return bad;
	memset(r->is_converted, 0, (size_t)r->count * sizeof *r->is_converted);
	for (int64_t i = 0; i < r->count; i++) {
		if (r->entry[i] >= 0 && s->entries[r->entry[i]].way >= NORM_NUMBER) {
			const int64_t from = i;
			i = quick_rows(s, i);
			values += i - from;
			if (i == r->count)
				break;
		}
		if (r->entry[i] < 0) {
			r->m[i] = r->converted[i] = zero, r->status[i] = 0, r->currency[i] = -1;
			continue;
		}
		struct norm_entry *const e = &s->entries[r->entry[i]];
		if (e->way == NORM_UNASKED_WAY)
			choose_way(s, e);
		if (!value_of(t, s, in, i, e)) {
			r->converted[i] = zero, r->entry[i] = -1, r->status[i] = 0;
			continue;
		}
		if (!r->is_converted[i]) {
			r->converted[i] = r->m[i];
			lack |= r->currency[i] >= 0 && r->currency[i] != s->target;
		}
		values += r->status[i] == 'A';
	}
	r->any_hole = values < r->count;
	r->any_lack = lack;
	return TRIB_OK;
}
