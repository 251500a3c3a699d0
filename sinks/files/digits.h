/* digits.h - integers and decimals as their digits: eight at a time, by multiplications, without a division by what is
 * not a constant. Each function writes at `at` and answers the place behind; up to 16 bytes more than the digits may be
 * written. */
#ifndef FILES_DIGITS_H
#define FILES_DIGITS_H

#include <string.h>
#include <tributary/value.h>

/* v < 10^8 as eight digits, the highest in the lowest byte: three multiplications instead of eight divisions. */
static inline uint64_t eight(uint32_t v)
{
	uint64_t x = v / 10000 | (uint64_t)(v % 10000) << 32;
	uint64_t y = ((x * 10486) >> 20) & 0x7f0000007f;
	x = y | (x - 100 * y) << 16;
	y = ((x * 103) >> 10) & 0x000f000f000f000f;
	return y | (x - 10 * y) << 8;
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

/* v < 10^4 as four digits, as above. */
static inline uint32_t four(uint32_t v)
{
	const uint32_t x = v / 100 | (v % 100) << 16, y = ((x * 103) >> 10) & 0x000f000f;
	return y | (x - 10 * y) << 8;
}

/* The `scale` digits of r behind a point, without the zeros at the end; nothing where r is 0. r < 10^scale, scale <= 16. */
static inline char *put_fraction(char *at, uint64_t r, int scale)
{
	*at = '.';
	if (scale <= 4) {
		const uint32_t x = four((uint32_t)(r * ones[4 - scale])), text = x + (uint32_t)ZEROS;
		memcpy(at + 1, &text, 4);
		return at + (x ? 5 - (__builtin_clz(x | 1) >> 3) : 0);
	}
	if (scale <= 8)
		return put_front(at + 1, eight((uint32_t)(r * ones[8 - scale]))) - (r == 0);
	r *= ones[16 - scale];
	const uint32_t high = (uint32_t)(r / 100000000), low = (uint32_t)(r % 100000000);
	return low ? put_front(put_eight(at + 1, high), eight(low)) : put_front(at + 1, eight(high)) - (r == 0);
}

/* |d| = v at a scale of 0 to 16. */
static inline __attribute__((always_inline)) char *put_scaled(char *at, bool minus, uint64_t v, int scale)
{
	const uint64_t whole = v / ones[scale];
	*at = '-';
	return put_fraction(put_u64(at + minus, whole), v - whole * ones[scale], scale);
}

static inline __attribute__((always_inline)) char *put_dec(char *at, trib_dec d, int scale)
{
	if ((unsigned)scale > 16 || d.hi != (int64_t)d.lo >> 63 || d.lo == (uint64_t)1 << 63)
		return at + trib_dec_short(d, scale, at);
	const bool minus = d.hi < 0;
	const uint64_t v = minus ? 0 - d.lo : d.lo;
	switch (scale) {       /* the scales of money and of columns whose scale nobody declared divide by a constant */
	case 0: return *at = '-', put_u64(at + minus, v);
	case 2: return put_scaled(at, minus, v, 2);
	case 4: return put_scaled(at, minus, v, 4);
	case 9: return put_scaled(at, minus, v, 9);
	default: return put_scaled(at, minus, v, scale);
	}
}

#endif
