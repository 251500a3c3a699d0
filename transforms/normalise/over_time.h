/* over_time - values of one series along time: running totals to what each period added, short periods to longer
 * ones. */
#ifndef TRIBX_NORM_OVER_TIME_H
#define TRIBX_NORM_OVER_TIME_H

#include "catalogue.h"

struct norm_item {
	trib_date start, end;
	enum trib_grain grain;           /* 0: no whole period, as after a gap */
	norm_wide value;
	char status;                     /* A: has a value */
	bool negative_delta;
};

/* items are sorted by start, one per period. out has room for count. The number of items; what is missing in front of a
 * period is part of it (one observation of two months, not a zero and a double). A lifetime total without one before it
 * is a base and gives none. */
int norm_decumulate(const struct norm_item *items, int count, enum norm_collection collection, int fiscal_start,
                    struct norm_item *out);
/* Combines items, all within one longer period; nulls do not count. TRIB_NOT_A_VALUE: the kind of metric refuses. */
int norm_combine(const struct norm_item *items, int count, enum norm_over_time how, int scale, norm_wide *out);
void norm_sort(struct norm_item *items, int count);
/* Sums items of the same period in place; the new count. */
int norm_merge(struct norm_item *items, int count);

#endif
