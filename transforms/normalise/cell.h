/* cell - one cell of a partner's table: a number as it is written, perhaps with a unit, a currency or a percent
 * sign. */
#ifndef TRIBX_NORM_CELL_H
#define TRIBX_NORM_CELL_H

#include "units.h"

/* suppressed: *, c, <5: there is a value and it is not told */
enum norm_cell { NORM_VALUE, NORM_NULL, NORM_SUPPRESSED };

enum { NORM_UNIT_TEXT = 48 };

/* An enum norm_cell, or TRIB_NOT_A_VALUE, TRIB_OUT_OF_RANGE, TRIB_AMBIGUOUS (1:30). unit: what stands beside the number
 * ("%", "lakh", "GB", "EUR", "$ k"), in the cell or in room; p == NULL: nothing. span: "h:mm", "mm:ss" or NULL, for
 * clock-like durations. */
int norm_cell(const struct trib_numbers *f, struct trib_text cell, enum norm_dim want, const char *span, norm_wide *m,
              int *scale, struct trib_text *unit,
              char room[NORM_UNIT_TEXT]);

/* Is a column of bare shares in percent or a fraction? Votes over its values. */
struct norm_share { int64_t above_one, others; };
static inline void norm_share_vote(struct norm_share *s, norm_wide m, int scale)
{
	const norm_wide one = (norm_wide)norm_pow10[scale];
	if (m > one || m < -one)
		s->above_one++;
	else if (m != 0)
		s->others++;
}
/* 1: fraction, 100: percent, TRIB_AMBIGUOUS: mixed. */
static inline int norm_share_end(const struct norm_share *s)
{
	return s->above_one == 0 ? 1 : s->others == 0 ? 100 : TRIB_AMBIGUOUS;
}

#endif
