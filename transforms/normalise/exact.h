/* exact - 128-bit decimals and rationals of the hot loop: multiply exactly, round once, half-even.
 *
 * A value is m * 10^-scale. Everything that fits in 128 bits stays here (a row costs a few multiplications); what does
 * not goes to the 256-bit functions of value.h. Law: no function here rounds twice. */
#ifndef NORM_NORM_EXACT_H
#define NORM_NORM_EXACT_H

#include <tributary/value.h>

typedef __int128 norm_wide;
typedef unsigned __int128 norm_uwide;

struct norm_ratio { int64_t num, den; };                /* reduced, den > 0 */

/* What a cell is multiplied with: m / (den * 10^scale). den is 1 unless the ratio has prime factors beside 2 and 5. */
struct norm_factor { int64_t m, den; int scale; };

extern const norm_uwide norm_pow10[39];

static inline norm_wide norm_wide_of(trib_dec d)
{
	return (norm_wide)((norm_uwide)(uint64_t)d.hi << 64 | d.lo);
}

static inline trib_dec norm_dec_of(norm_wide w)
{
	return (trib_dec){ .lo = (uint64_t)w, .hi = (int64_t)(w >> 64) };
}

/* reduces; TRIB_OUT_OF_RANGE */
int norm_ratio_make(norm_wide num, norm_wide den, struct norm_ratio *out);
int norm_ratio_mul(struct norm_ratio a, struct norm_ratio b, struct norm_ratio *out);
int norm_ratio_div(struct norm_ratio a, struct norm_ratio b, struct norm_ratio *out);
int norm_ratio_parse(struct trib_text text, struct norm_ratio *out);                         /* 0.001, 1/60, 1e6 */
struct norm_factor norm_factor_of(struct norm_ratio r);

/* 10^digits as a divisor of numbers below 2^63, by multiplication: magic is 2^(64 + shift) / 10^digits, rounded up, which is near enough
 * for all of them because 10^digits < 2^(shift + 1). */
struct norm_tens { uint64_t by, magic; int shift; };
extern const struct norm_tens norm_tens[19];

/* v / 10^digits, half to even; v < 2^63, digits 1 to 18. */
static inline uint64_t norm_half_even(uint64_t v, int digits)
{
	const struct norm_tens *d = &norm_tens[digits];
	const uint64_t q = (uint64_t)((norm_uwide)v * d->magic >> 64) >> d->shift, r = v - q * d->by;
	return q + (2 * r + (q & 1) > d->by);
}

/* x * 10^up where nothing can overflow and no division is needed, which is nearly always; false: not done. */
static inline bool norm_shift(int64_t x, int up, norm_wide *out)
{
	if ((uint32_t)up <= 18) {
		*out = (norm_wide)x * (int64_t)norm_tens[up].by;        /* less than 10^38 */
		return true;
	}
	const uint64_t sign = (uint64_t)(x >> 63), v = ((uint64_t)x ^ sign) - sign;
	if ((uint32_t)-up > 18 || x == INT64_MIN)
		return false;
	*out = (int64_t)((norm_half_even(v, -up) ^ sign) - sign);
	return true;
}

/* m at scale `from`, rounded half-even to scale `to`. */
int norm_round(norm_wide m, int from, int to, norm_wide *out);
/* m * f exactly, then rounded once to scale `to`. */
int norm_scale_any(norm_wide m, int scale, struct norm_factor f, int to, norm_wide *out);
static inline int norm_scale(norm_wide m, int scale, struct norm_factor f, int to, norm_wide *out)
{
	int64_t x;
	if (f.den == 1 && m == (int64_t)m && !__builtin_mul_overflow((int64_t)m, f.m, &x) && norm_shift(x, to - scale - f.scale, out))
		return 0;
	return norm_scale_any(m, scale, f, to, out);
}
/* The same times a rate (its own mantissa and scale). */
int norm_convert(norm_wide m, int scale, struct norm_factor f, norm_wide rate, int rate_scale, int to, norm_wide *out);
void norm_trim(norm_wide *m, int *scale);              /* drops trailing zeros */
int norm_from_f64(double v, norm_wide *m, int *scale); /* its shortest decimal; not finite: TRIB_NOT_A_VALUE */

#endif
