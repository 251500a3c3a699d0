/* fx - rates between currencies: which one converts an amount of a period.
 *
 * avg  the average published for the period; else the mean of the shorter periods that cover it, else of its days
 * end  the rate published for the period's end; else the last daily one before it, at most max_age days old
 * spot the last published on or before the first day, at most max_age days old
 * Law: a rate is found or the row is a dead letter; an inverse is computed from the rate that was published, a cross
 * goes through the pivot, both with 18 decimals. */
#ifndef TRIBX_NORM_FX_H
#define TRIBX_NORM_FX_H

#include "catalogue.h"

struct norm_fx_row { const char *base, *quote, *period, *kind, *rate; };      /* option `fx`: 1 base is `rate` quote */
extern const struct trib_field norm_fx_fields[];

/* trimmed; date: first day it was published for */
struct norm_rate { norm_wide m; int scale; trib_date date; enum norm_policy kind; };

struct norm_quote { uint64_t pair; trib_date start, end; enum norm_policy kind; trib_dec rate; };
struct norm_fx {
	struct norm_quote *quotes;        /* sorted by pair, kind, start */
	size_t count;
	uint32_t pivot;
	int max_age;
};

/* A currency code as a number. */
static inline uint32_t norm_code3(const char *c)
{
	return (uint32_t)(uint8_t)c[0] << 16 | (uint32_t)(uint8_t)c[1] << 8 | (uint8_t)c[2];
}

int norm_fx_make(struct trib *t, struct norm_fx *fx, const trib_list *rows, const char *pivot, int64_t max_age);
void norm_fx_done(struct norm_fx *fx);
/* 0, or TRIB_NOT_A_VALUE: no rate was published for it. */
int norm_fx_rate(const struct norm_fx *fx, uint32_t from, uint32_t to, enum norm_policy policy, trib_date start,
                 trib_date end, struct norm_rate *out);

#endif
