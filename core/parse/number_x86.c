/* number_x86 - the short cut of number.c without a loop, for cells of 4 to 16 bytes: digits, group marks in threes, a
 * decimal mark, digits.
 *
 * Digits that stand anywhere are shuffled to the right end of a vector, whole ones and those behind the mark, and
 * become a number in three multiply-and-adds. What does not look like that goes the way of number.c. */
#include <string.h>

#include "parse/number.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET __attribute__((target("sse4.1")))

#define NO -128
#define NONE NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO
#define ALL 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
/* Windows of 16 bytes: at k, the first k bytes of a text move to the right end of a vector; only the last k stay; all
 * move k places to the left. */
static const int8_t right[32] = { NONE, ALL };
static const int8_t last[32] = { [16] = -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
static const int8_t whole[32] = { ALL, NONE };
/* Of marks of one, two and three bytes: at which bytes they begin where `p` bytes stand in front of the decimal mark
 * (groups of three, one to three digits in front); as whole, without the marks. */
static const struct { uint16_t begin[17]; int8_t squeeze[32]; } groups[] = {
	{ { 0, 0, 0, 0, 0, 2, 4, 8, 0, 0x22, 0x44, 0x88, 0, 0x222, 0x444, 0x888, 0 },
		{ NO, NO, NO, NO, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, NONE } },
	{ { 0, 0, 0, 0, 0, 0, 2, 4, 8, 0, 0, 0x42, 0x84, 0x108, 0, 0, 0x842 },
		{ NO, NO, NO, NO, NO, NO, 0, 3, 4, 5, 8, 9, 10, 13, 14, 15, NONE } },
	{ { 0, 0, 0, 0, 0, 0, 0, 2, 4, 8, 0, 0, 0, 0x82, 0x104, 0x208, 0 },
		{ NO, NO, NO, NO, NO, NO, NO, 1, 2, 3, 7, 8, 9, 13, 14, 15, NONE } },
};

static inline TARGET __m128i window(const int8_t *table, unsigned at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)(table + at));
}

/* n bytes from p and zeros; nothing behind them is read. */
static inline TARGET __m128i text(const char *p, unsigned n)
{
	if (n >= 8) {
		uint64_t low, high;
		memcpy(&low, p, 8), memcpy(&high, p + n - 8, 8);
		return _mm_set_epi64x(n > 8 ? (int64_t)(high >> 8 * (16 - n)) : 0, (int64_t)low);
	}
	uint32_t low, high;
	memcpy(&low, p, 4), memcpy(&high, p + n - 4, 4);
	return _mm_set_epi64x(0, (int64_t)((uint64_t)high << 8 * (n - 4) | low));
}

/* 16 digits, the highest first. */
static inline TARGET uint64_t value(__m128i digits)
{
	const __m128i twos = _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 10));
	const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(1 << 16 | 100));
	const __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
	const uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
	return (both & 0xFFFFFFFF) * 100000000 + (both >> 32);
}

/* Whether the marks are those that begin at the bits of begin, all of them like the one at mark. */
static inline TARGET bool are_groups(__m128i t, const char *mark, int width, unsigned marks, unsigned begin)
{
	unsigned bytes = 0;
	for (int i = 0; i < width; i++) {
		if ((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(t, _mm_set1_epi8(mark[i]))) != begin << i)
			return false;
		bytes |= begin << i;
	}
	return marks == bytes;
}

TARGET bool tribx_number_sse(const struct trib_numbers *f, const char *p, unsigned n, uint64_t *u, int *scale)
{
	const __m128i t = text(p, n), digits = _mm_sub_epi8(t, _mm_set1_epi8('0'));
	const unsigned is_digit = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
	unsigned marks = ~is_digit & ((1u << n) - 1), point = n, behind = 0;
	if (marks) {
		const unsigned at = 31 - (unsigned)__builtin_clz(marks);
		if (f->decimal && p[at] == f->decimal) {
			point = at;
			behind = n - 1 - at;
			marks ^= 1u << at;
			if (!behind || !at)
				return false;
		}
	}
	const int8_t *left = whole;
	if (marks) {
		const unsigned at = (unsigned)__builtin_ctz(marks);
		const int width = tribx_group_mark(p + at, p + n, f->group);
		if (!width || f->indian || *p == '0' || !are_groups(t, p + at, width, marks, groups[width - 1].begin[point]))
			return false;
		left = groups[width - 1].squeeze;
	}
	const __m128i front = _mm_shuffle_epi8(_mm_shuffle_epi8(digits, window(right, point)), window(left, behind));
	const __m128i back = _mm_and_si128(_mm_shuffle_epi8(digits, window(right, n)), window(last, behind));
	*u = value(_mm_or_si128(front, back));
	*scale = (int)behind;
	return true;
}
#endif
