/* fx - see fx.h. */
#include <stdlib.h>
#include "fx.h"
#include "text.h"

const struct trib_field norm_fx_fields[] = {
	TRIB_FIELD(struct norm_fx_row, base, .flags = TRIB_REQUIRED, .help = "Currency of which one unit is priced."),
	TRIB_FIELD(struct norm_fx_row, quote, .flags = TRIB_REQUIRED, .help = "Currency that the price is in."),
	TRIB_FIELD(struct norm_fx_row, period, .flags = TRIB_REQUIRED,
	           .help = "Day or period that the rate is of: 2025-01-31, 2025-01, 2025-Q1."),
	TRIB_FIELD(struct norm_fx_row, kind, .allow = "avg|end|spot",
	           .help = "Average of the period, rate at its end, or of the day. Not given: spot for a day, avg for a "
	           "longer period."),
	TRIB_FIELD(struct norm_fx_row, rate, .help = "The rate, up to 18 decimals; an empty one or NaN was not published."),
	{ 0 },
};

enum { PLACES = 18 };

static int by_pair(const void *x, const void *y)
{
	const struct norm_quote *a = x, *b = y;
	if (a->pair != b->pair)
		return a->pair < b->pair ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->start.days != b->start.days)
		return a->start.days < b->start.days ? -1 : 1;
	return a->end.days < b->end.days ? -1 : a->end.days > b->end.days;
}

static uint64_t pair_of(uint32_t from, uint32_t to)
{
	return (uint64_t)from << 32 | to;
}

static bool published(const char *rate)
{
	return rate && rate[0] && !norm_fold_equal(norm_text_of(rate), norm_text_of("nan")) &&
		!trib_null_word(norm_text_of(rate));
}

static int add_quote(struct trib *t, struct norm_fx *fx, const struct norm_fx_row *r)
{
	struct norm_quote q = { 0 };
	enum trib_grain grain;
	if (!norm_currency_known(r->base) || !norm_currency_known(r->quote))
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.unknown_currency: rate %s/%s of %s names a currency that ISO 4217 does not know",
		                 r->base, r->quote, r->period);
	if (trib_period(norm_text_of(r->period), NULL, &grain, &q.start, &q.end) != 0)
		return trib_fail(t, TRIB_CONFIG, "normalise.bad_period: rate %s/%s is of \"%s\", which is no day or period",
		                 r->base, r->quote, r->period);
	if (trib_dec_parse(norm_text_of(r->rate), PLACES, &q.rate) != 0 || q.rate.hi < 0 ||
	    (q.rate.hi == 0 && q.rate.lo == 0))
		return trib_fail(t, TRIB_CONFIG, "normalise.bad_number: rate %s/%s of %s is \"%s\"", r->base, r->quote,
		                 r->period, r->rate);
	q.kind = !r->kind ? (grain == TRIB_DAY ? NORM_FX_SPOT : NORM_FX_AVG) : r->kind[0] == 'a' ? NORM_FX_AVG :
		r->kind[0] == 'e' ? NORM_FX_END : NORM_FX_SPOT;
	q.pair = pair_of(norm_code3(r->base), norm_code3(r->quote));
	fx->quotes[fx->count++] = q;
	return TRIB_OK;
}

int norm_fx_make(struct trib *t, struct norm_fx *fx, const trib_list *rows, const char *pivot, int64_t max_age)
{
	const struct norm_fx_row *r = rows->items;
	fx->max_age = (int)max_age;
	fx->pivot = pivot && strlen(pivot) == 3 ? norm_code3(pivot) : 0;
	if (rows->count == 0)
		return TRIB_OK;
	fx->quotes = calloc(rows->count, sizeof *fx->quotes);
	if (!fx->quotes)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (size_t i = 0; i < rows->count; i++) {
		const int bad = published(r[i].rate) ? add_quote(t, fx, &r[i]) : TRIB_OK;
		if (bad != 0)
			return bad;
	}
	qsort(fx->quotes, fx->count, sizeof *fx->quotes, by_pair);
	return TRIB_OK;
}

void norm_fx_done(struct norm_fx *fx)
{
	free(fx->quotes);
	*fx = (struct norm_fx){ 0 };
}

/* The first quote of pair and kind that starts on or after `start`. */
static size_t seek(const struct norm_fx *fx, uint64_t pair, enum norm_policy kind, trib_date start)
{
	const struct norm_quote key = { .pair = pair, .kind = kind, .start = start, .end = { INT32_MIN } };
	size_t lo = 0, hi = fx->count;
	while (lo < hi) {
		const size_t mid = (lo + hi) / 2;
		if (by_pair(&fx->quotes[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_of(const struct norm_fx *fx, size_t i, uint64_t pair, enum norm_policy kind)
{
	return i < fx->count && fx->quotes[i].pair == pair && fx->quotes[i].kind == kind;
}

static const struct norm_quote *exactly(const struct norm_fx *fx, uint64_t pair, enum norm_policy kind, trib_date start,
                                        trib_date end)
{
	for (size_t i = seek(fx, pair, kind, start); is_of(fx, i, pair, kind) &&
	     fx->quotes[i].start.days == start.days; i++)
		if (fx->quotes[i].end.days == end.days)
			return &fx->quotes[i];
	return NULL;
}

static const struct norm_quote *last_before(const struct norm_fx *fx, uint64_t pair, trib_date day)
{
	const size_t i = seek(fx, pair, NORM_FX_SPOT, (trib_date){ day.days + 1 });
	if (i == 0 || !is_of(fx, i - 1, pair, NORM_FX_SPOT) || day.days - fx->quotes[i - 1].start.days > fx->max_age)
		return NULL;
	return &fx->quotes[i - 1];
}

/* The mean of the quotes inside [start, end): of periods if they cover it whole, else of days. */
static int mean(const struct norm_fx *fx, uint64_t pair, enum norm_policy kind, trib_date start, trib_date end,
                trib_dec *out)
{
	norm_wide sum = 0;
	int64_t count = 0;
	int32_t covered = start.days;
	for (size_t i = seek(fx, pair, kind, start); is_of(fx, i, pair, kind) && fx->quotes[i].start.days < end.days; i++) {
		const struct norm_quote *q = &fx->quotes[i];
		if (q->end.days > end.days || (kind == NORM_FX_AVG && q->start.days != covered))
			continue;
		sum += norm_wide_of(q->rate), count++;
		covered = q->end.days;
	}
	if (count == 0 || (kind == NORM_FX_AVG && covered != end.days))
		return TRIB_NOT_A_VALUE;
	return trib_dec_div(norm_dec_of(sum), PLACES, trib_dec_i64(count), 0, PLACES, out);
}

static int published_rate(const struct norm_fx *fx, uint64_t pair, enum norm_policy policy, trib_date start,
                          trib_date end, trib_dec *rate, trib_date *date)
{
	const struct norm_quote *q = policy == NORM_FX_SPOT ? NULL : exactly(fx, pair, policy, start, end);
	*date = start;
	if (!q && policy == NORM_FX_AVG)
		return mean(fx, pair, NORM_FX_AVG, start, end, rate) == 0 ? 0 : mean(fx, pair, NORM_FX_SPOT, start, end, rate);
	if (!q)
		q = last_before(fx, pair, policy == NORM_FX_END ? (trib_date){ end.days - 1 } : start);
	if (!q)
		return TRIB_NOT_A_VALUE;
	*rate = q->rate;
	*date = q->start;
	return 0;
}

/* from -> to as num / den of published rates: one of them is 1. The pair written from the pivot is read, its inverse
 * computed. */
static int leg(const struct norm_fx *fx, uint32_t from, uint32_t to, enum norm_policy policy, trib_date start,
               trib_date end, trib_dec *num, trib_dec *den, trib_date *date)
{
	const trib_dec one = norm_dec_of((norm_wide)norm_pow10[PLACES]);
	for (int turn = 0; turn < 2; turn++) {
		const bool inverse = (to == fx->pivot) != (turn == 1);
		trib_dec rate;
		if (published_rate(fx, inverse ? pair_of(to, from) : pair_of(from, to), policy, start, end, &rate, date) != 0)
			continue;
		*num = inverse ? one : rate;
		*den = inverse ? rate : one;
		return 0;
	}
	return TRIB_NOT_A_VALUE;
}

int norm_fx_rate(const struct norm_fx *fx, uint32_t from, uint32_t to, enum norm_policy policy, trib_date start,
                 trib_date end, struct norm_rate *out)
{
	trib_dec num, den, num2, den2, rate, over;
	trib_date date, date2;
	if (from == to) {
		*out = (struct norm_rate){ .m = 1, .date = start, .kind = policy };
		return 0;
	}
	int bad = leg(fx, from, to, policy, start, end, &num, &den, &date);
	if (bad == 0)
		bad = trib_dec_div(num, PLACES, den, PLACES, PLACES, &rate);
	else if (fx->pivot && leg(fx, from, fx->pivot, policy, start, end, &num, &den, &date) == 0 &&
	         leg(fx, fx->pivot, to, policy, start, end, &num2, &den2, &date2) == 0) {
		bad = trib_dec_mul(num, PLACES, num2, PLACES, PLACES, &rate);
		if (bad == 0)
			bad = trib_dec_mul(den, PLACES, den2, PLACES, PLACES, &over);
		if (bad == 0)
			bad = trib_dec_div(rate, PLACES, over, PLACES, PLACES, &rate);
		date = date2.days < date.days ? date2 : date;
	}
	if (bad != 0)
		return bad;
	*out = (struct norm_rate){ .m = norm_wide_of(rate), .scale = PLACES, .date = date, .kind = policy };
	norm_trim(&out->m, &out->scale);
	return 0;
}
