/* over_time - see over_time.h. Rules: partner-model C.4, C.5. */
#include <stdlib.h>
#include "over_time.h"

static int by_start(const void *x, const void *y)
{
	const struct norm_item *a = x, *b = y;
	if (a->start.days != b->start.days)
		return a->start.days < b->start.days ? -1 : 1;
	if (a->end.days != b->end.days)
		return a->end.days < b->end.days ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

bool norm_same_period(const struct norm_item *a, const struct norm_item *b)
{
	return a->start.days == b->start.days && a->end.days == b->end.days;
}

void norm_sort(struct norm_item *items, int count)
{
	if (count > 1)
		qsort(items, (size_t)count, sizeof *items, by_start);
}

enum norm_same norm_duplicate(struct norm_item *into, const struct norm_item *x, enum norm_duplicates how)
{
	if (x->status != 'A')
		return NORM_KEPT;
	if (into->status != 'A')
		return *into = *x, NORM_REPLACED;
	if (how == NORM_PARTS)
		return __builtin_add_overflow(into->value, x->value, &into->value) ? NORM_CONFLICT : NORM_REPLACED;
	if (x->value == into->value)
		return NORM_KEPT;
	if (how == NORM_REFUSED)
		return NORM_CONFLICT;
	into->conflict = true;
	if (how == NORM_GREATER && x->value < into->value)
		return NORM_KEPT;
	into->value = x->value;
	return NORM_REPLACED;
}

/* Where the running total that is told for `day` began. */
static trib_date window(trib_date day, enum norm_collection c, int fiscal_start)
{
	int y, m, d;
	trib_date_split(day, &y, &m, &d);
	if (c == NORM_MTD)
		return trib_date_of(y, m, 1);
	const int since = (m - fiscal_start + 12) % 12, back = c == NORM_QTD ? since % 3 : since;
	return m > back ? trib_date_of(y, m - back, 1) : trib_date_of(y - 1, m - back + 12, 1);
}

int norm_decumulate(const struct norm_item *items, int count, enum norm_collection c, int fiscal_start,
                    struct norm_item *out)
{
	const struct norm_item *before = NULL;
	trib_date begun = { 0 };
	int n = 0;
	for (int i = 0; i < count; i++) {
		const struct norm_item *x = &items[i];
		struct norm_item o = *x;
		if (x->status != 'A') {
			out[n++] = o;
			continue;
		}
		const trib_date w = c == NORM_LIFETIME ? begun : window(x->start, c, fiscal_start);
		if (before && w.days != begun.days)
			before = NULL;
		begun = w;
		o.start = before ? before->end : c == NORM_LIFETIME ? x->start : w;
		o.value = x->value - (before ? before->value : 0);
		o.negative_delta = o.value < 0 && before;
		if (o.negative_delta && c == NORM_LIFETIME && 2 * x->value < before->value)
			o.value = x->value;                      /* the counter began anew */
		trib_date a, b;
		trib_period_of(o.start, x->grain ? x->grain : TRIB_DAY, &a, &b);
		if (a.days != o.start.days || b.days != o.end.days)
			o.grain = 0;
		if (before || c != NORM_LIFETIME)
			out[n++] = o;
		before = x;
	}
	return n;
}

int norm_combine(const struct norm_item *items, int count, enum norm_over_time how, int scale, norm_wide *out)
{
	norm_wide sum = 0, best = 0;
	int64_t n = 0;
	for (int i = 0; i < count; i++) {
		if (items[i].status != 'A')
			continue;
		const norm_wide v = items[i].value;
		if (__builtin_add_overflow(sum, v, &sum))
			return TRIB_OUT_OF_RANGE;
		if (n == 0 || how == NORM_LAST || (how == NORM_MAX && v > best) || (how == NORM_MIN && v < best))
			best = v;
		n++;
	}
	if (how == NORM_NONE || n == 0)
		return TRIB_NOT_A_VALUE;
	if (how == NORM_AVG) {
		trib_dec q;
		const int bad = trib_dec_div(norm_dec_of(sum), scale, trib_dec_i64(n), 0, scale, &q);
		if (bad != 0)
			return bad;
		*out = norm_wide_of(q);
	} else
		*out = how == NORM_SUM ? sum : best;
	return 0;
}
