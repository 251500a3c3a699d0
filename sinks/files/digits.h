/* digits.h - integers and decimals as their digits: four at a time from a table, without a division by what is not a
 * constant and, in numbers of the usual size, without a branch. Each function writes at `at` and answers the place
 * behind; up to 16 bytes more than the digits may be written. */
#ifndef FILES_DIGITS_H
#define FILES_DIGITS_H

#include <string.h>
#include <tributary/value.h>
#include "files.h"

/* The digits of 0 to 9999, four bytes each, the highest first: one load where arithmetic takes a dozen instructions. */
#define ONES(p) p "\0" p "\1" p "\2" p "\3" p "\4" p "\5" p "\6" p "\7" p "\10" p "\11"
#define TENS(p) ONES(p "\0") ONES(p "\1") ONES(p "\2") ONES(p "\3") ONES(p "\4") \
	ONES(p "\5") ONES(p "\6") ONES(p "\7") ONES(p "\10") ONES(p "\11")
#define HUNDREDS(p) TENS(p "\0") TENS(p "\1") TENS(p "\2") TENS(p "\3") TENS(p "\4") \
	TENS(p "\5") TENS(p "\6") TENS(p "\7") TENS(p "\10") TENS(p "\11")
static const char fours[] __attribute__((aligned(64))) =
	HUNDREDS("\0") HUNDREDS("\1") HUNDREDS("\2") HUNDREDS("\3") HUNDREDS("\4")
	HUNDREDS("\5") HUNDREDS("\6") HUNDREDS("\7") HUNDREDS("\10") HUNDREDS("\11");
#undef ONES
#undef TENS
#undef HUNDREDS

static inline uint64_t four(uint32_t v)      /* v < 10^4, the highest digit in the lowest byte */
{
	uint32_t x;
	memcpy(&x, fours + (size_t)4 * v, 4);
	return x;
}

static inline uint64_t eight(uint32_t v)     /* v < 10^8 */
{
	const uint32_t high = v / 10000;
	return four(high) | four(v - high * 10000) << 32;
}

#define ZEROS 0x3030303030303030u

static inline char *put_eight(char *at, uint32_t v)
{
	uint64_t x = eight(v) + ZEROS;
	memcpy(at, &x, 8);
	return at + 8;
}

static inline char *put_few(char *at, uint32_t v)       /* v < 10^8, no leading zeros */
{
	uint64_t x = eight(v);
	int skip = __builtin_ctzll(x | (uint64_t)1 << 56) & 56;
	x = (x + ZEROS) >> skip;
	memcpy(at, &x, 8);
	return at + 8 - (skip >> 3);
}

static __attribute__((noinline, unused)) char *put_many(char *at, uint64_t v)   /* v >= 10^8 */
{
	if (v < 10000000000000000) {
		at = put_few(at, (uint32_t)(v / 100000000));
		return put_eight(at, (uint32_t)(v % 100000000));
	}
	at = put_few(at, (uint32_t)(v / 10000000000000000));
	v %= 10000000000000000;
	return put_eight(put_eight(at, (uint32_t)(v / 100000000)), (uint32_t)(v % 100000000));
}

static inline char *put_u64(char *at, uint64_t v)
{
	return v < 100000000 ? put_few(at, (uint32_t)v) : put_many(at, v);
}

static inline char *put_i64(char *at, int64_t v)
{
	*at = '-';
	return put_u64(at + (v < 0), v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

static const uint64_t ones[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
	100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000 };

/* Digits of x (from eight()) without the zeros at the end; nothing where x is 0. */
static inline char *put_front(char *at, uint64_t x)
{
	const uint64_t text = x + ZEROS;
	memcpy(at, &text, 8);
	return at + 8 - (__builtin_clzll(x | 1) >> 3) - (x == 0);
}

/* The `scale` digits of r behind a point, without the zeros at the end; nothing where r is 0. r < 10^scale, scale <= 16. */
static inline char *put_fraction(char *at, uint64_t r, int scale)
{
	*at = '.';
	if (scale <= 8)
		return put_front(at + 1, eight((uint32_t)(r * ones[8 - scale]))) - (r == 0);
	r *= ones[16 - scale];
	const uint32_t high = (uint32_t)(r / 100000000), low = (uint32_t)(r % 100000000);
	return low ? put_front(put_eight(at + 1, high), eight(low)) : put_front(at + 1, eight(high)) - (r == 0);
}

/* Any decimal. */
static __attribute__((noinline, unused)) char *put_dec(char *at, trib_dec d, int scale)
{
	if ((unsigned)scale > 16 || d.hi != (int64_t)d.lo >> 63)
		return at + trib_dec_short(d, scale, at);
	const uint64_t v = d.hi < 0 ? 0 - d.lo : d.lo, whole = v / ones[scale];
	*at = '-';
	return put_fraction(put_u64(at + (d.hi < 0), whole), v - whole * ones[scale], scale);
}

/* v < 10^12 at a scale of 4; minus is 0 or -1. */
static inline char *put_fours(char *at, int64_t minus, uint64_t v)
{
	const uint64_t whole = v / 10000, fraction = four((uint32_t)(v - whole * 10000));
	*at = '-';
	at = put_few(at - minus, (uint32_t)whole);
	const uint32_t text = (uint32_t)(fraction + ZEROS);
	*at = '.';
	memcpy(at + 1, &text, 4);
	/* the point and what stands in front of the zeros at the end, or nothing */
	return at + ((63 - __builtin_clzll(fraction << 16 | 1)) >> 3);
}

/* A decimal of scale 4. */
static inline char *put_dec4(char *at, trib_dec d)
{
	const uint64_t less = d.lo ^ (uint64_t)d.hi;     /* |d|, or one less than that */
	if ((uint64_t)d.hi + 1 > 1 || less >= 999999999999)
		return put_dec(at, d, 4);
	return put_fours(at, d.hi, less - (uint64_t)d.hi);
}

/* Decimals of any scale up to 16 with not more than four digits behind the point become ones of scale 4 by one
 * multiplication. Odd numbers have an inverse modulo 2^64: v is a multiple of 10^k exactly if v / 5^k, turned right by k
 * bits, is at most 2^64 / 10^k; then that is v / 10^k. */
static inline struct files_scale scale_of(int scale)
{
	struct files_scale s = { .times = 1, .fits = UINT64_MAX, .bound = 1000000000000, .scale = scale };
	if (scale < 0 || scale > 16)
		s.fits = 0;
	else if (scale <= 4) {
		s.times = ones[4 - scale];
		s.fits = ones[8 + scale] - 1;
	} else {
		s.turn = scale - 4;
		for (int i = 4; i < scale; i++)
			s.times *= 0xCCCCCCCCCCCCCCCDu;  /* 1 / 5 */
		if (UINT64_MAX / ones[s.turn] < s.bound)
			s.bound = UINT64_MAX / ones[s.turn] + 1;
	}
	return s;
}

static inline char *put_scaled(char *at, trib_dec d, const struct files_scale *s)
{
	const uint64_t less = d.lo ^ (uint64_t)d.hi, v = (less - (uint64_t)d.hi) * s->times;
	const uint64_t at4 = v >> s->turn | v << (-s->turn & 63);
	if ((uint64_t)d.hi + 1 > 1 || less >= s->fits || at4 >= s->bound)
		return put_dec(at, d, s->scale);
	return put_fours(at, d.hi, at4);
}

#endif
