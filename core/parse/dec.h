/* dec - inside of the exact decimals (tributary/value.h): 128-bit shortcuts for files that compute with many of
 * them. */
#ifndef TRIBX_DEC_H
#define TRIBX_DEC_H

#include <tributary/value.h>

typedef unsigned __int128 tribx_u128;
typedef __int128 tribx_i128;

enum { TRIBX_DIGITS = 38, TRIBX_TENS = 20 };

/* 10^k of one word and what divides by it without a division: the value shifted until its top bit is set, the
 * reciprocal floor((2^128 - 1) / shifted) - 2^64, the shift (Moeller and Granlund, "Improved division by invariant
 * integers"). */
struct tribx_ten { uint64_t value, shifted, reciprocal; unsigned shift; };
extern const struct tribx_ten tribx_tens[TRIBX_TENS];

static inline tribx_i128 tribx_dec_i128(trib_dec v)
{
	return (tribx_i128)((tribx_u128)(uint64_t)v.hi << 64 | v.lo);
}

static inline trib_dec tribx_dec_of(tribx_i128 v)
{
	return (trib_dec){ .lo = (uint64_t)v, .hi = (int64_t)(v >> 64) };
}

static inline bool tribx_dec_small(trib_dec v)     /* fits int64 */
{
	return v.hi == (int64_t)v.lo >> 63;
}

static inline tribx_u128 tribx_dec_abs(trib_dec v)
{
	const tribx_u128 u = (tribx_u128)(uint64_t)v.hi << 64 | v.lo;
	return v.hi < 0 ? -u : u;
}

/* 10^k, k <= 38 */
static inline tribx_u128 tribx_pow10(unsigned k)
{
	return k < TRIBX_TENS ? tribx_tens[k].value : (tribx_u128)tribx_tens[19].value * tribx_tens[k - 19].value;
}

/* digits * 10^-scale as a decimal of scale `to`; digits < 2^128. The end of every reader of numbers. */
int tribx_dec_settle(tribx_u128 digits, bool negative, int from, int to, trib_dec *out);

#endif
