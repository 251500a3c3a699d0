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
	bool negative_delta, conflict;   /* conflict: another value was told for it, and put aside */
	int32_t order;                   /* of arrival */
};

/* items are sorted by start, one per period. out has room for count. The number of items; what is missing in front of a
 * period is part of it (one observation of two months, not a zero and a double). A lifetime total without one before it
 * is a base and gives none. */
int norm_decumulate(const struct norm_item *items, int count, enum norm_collection collection, int fiscal_start,
                    struct norm_item *out);
/* Combines items, all within one longer period; nulls do not count. TRIB_NOT_A_VALUE: the kind of metric refuses. */
int norm_combine(const struct norm_item *items, int count, enum norm_over_time how, int scale, norm_wide *out);
void norm_sort(struct norm_item *items, int count);          /* of one period: as they arrived */
/* What becomes of a second value for one period. Equal ones always collapse, but for NORM_PARTS. */
enum norm_duplicates { NORM_REFUSED, NORM_LATER, NORM_GREATER, NORM_PARTS };
enum norm_same { NORM_KEPT, NORM_REPLACED, NORM_CONFLICT };
/* x comes after *into, for the same period. NORM_CONFLICT: both are as they were. */
enum norm_same norm_duplicate(struct norm_item *into, const struct norm_item *x, enum norm_duplicates how);
bool norm_same_period(const struct norm_item *a, const struct norm_item *b);

#endif
