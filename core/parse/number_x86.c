/* number_x86 - the short cut of number.c without a loop, for cells of up to 16 bytes: a minus sign or none, digits, group marks in
 * threes, a decimal mark, digits.
 *
 * One shuffle takes the digits to the right end of a vector, past the marks between them; they become a number in three
 * multiply-and-adds. What does not look like that goes the way of number.c. */
#include <string.h>

#include "parse/number.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET __attribute__((target("sse4.1")))

#define NO -64                            /* stays negative, which shuffles a zero in, whatever is taken from it below */
#define NONE NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO
/* Windows of 16 bytes: at k, the first k bytes of a text move to the right end of a vector. */
static const int8_t right[33] = { NONE, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
/* At k, by the width of group marks: how far the bytes in front of the last k (those are behind the mark) come from, because of
 * the decimal mark and the group marks between. */
#define THREE(n) n, n, n
#define SKIP(width) { -1 - 5 * (width), THREE(-1 - 4 * (width)), THREE(-1 - 3 * (width)), THREE(-1 - 2 * (width)), THREE(-1 - (width)), THREE(-1) }
static const int8_t skip[4][32] = { SKIP(0), SKIP(1), SKIP(2), SKIP(3) };
/* At which bytes group marks of one, two and three bytes begin where `p` bytes stand in front of the decimal mark (groups of three,
 * one to three digits in front). */
static const uint16_t begins[3][17] = {
	{ 0, 0, 0, 0, 0, 2, 4, 8, 0, 0x22, 0x44, 0x88, 0, 0x222, 0x444, 0x888, 0 },
	{ 0, 0, 0, 0, 0, 0, 2, 4, 8, 0, 0, 0x42, 0x84, 0x108, 0, 0, 0x842 },
	{ 0, 0, 0, 0, 0, 0, 0, 2, 4, 8, 0, 0, 0, 0x82, 0x104, 0x208, 0 },
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

/* The width of the group marks: they are those of a number of `point` bytes, all of them like the first; 0: they are not. */
static inline TARGET int groups(const struct trib_numbers *f, __m128i t, const char *p, unsigned n, unsigned marks, unsigned point)
{
	if (!f->group || f->indian || *p == '0')
		return 0;
	if (marks == begins[0][point] && marks == (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(t, _mm_set1_epi8(f->group))))
		return 1;
	const char *const mark = p + __builtin_ctz(marks);
	const int width = tribx_group_mark(mark, p + n, f->group);
	const unsigned begin = width ? begins[width - 1][point] : 0;
	if (!begin || marks != (begin << width) - begin)
		return 0;
	for (int i = 0; i < width; i++)
		if ((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(t, _mm_set1_epi8(mark[i]))) != begin << i)
			return 0;
	return width;
}

/* A number of n = 1 to 16 bytes, which are in t and at p: digits, marks, no sign. */
static inline __attribute__((always_inline)) TARGET bool plain(const struct trib_numbers *f, __m128i t, const char *p, unsigned n, uint64_t *u, unsigned *behind)
{
	const __m128i digits = _mm_sub_epi8(t, _mm_set1_epi8('0'));
	const unsigned is_digit = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits));
	unsigned marks = ~is_digit & ((1u << n) - 1);
	const int8_t *from = right + n + 1, *by = skip[0];
	*behind = 0;
	if (marks) {
		const unsigned at = (unsigned)__builtin_clz(marks) ^ 31;
		unsigned point = n;
		if (p[at] == f->decimal) {
			if (at - 1 >= n - 2 || !f->decimal)       /* digits on both sides */
				return false;
			point = at;
			*behind = n - 1 - at;
			marks ^= 1u << at;
			from--;
		}
		if (marks) {
			const int width = groups(f, t, p, n, marks, point);
			if (!width)
				return false;
			by = skip[width];
		}
	}
	*u = value(_mm_shuffle_epi8(digits, _mm_add_epi8(window(from, 0), window(by, *behind))));
	return true;
}

/* The same, perhaps with a minus sign in front. */
static inline __attribute__((always_inline)) TARGET bool signed_plain(const struct trib_numbers *f, __m128i t, const char *p, unsigned n, trib_dec *out, unsigned *behind)
{
	uint64_t u;
	if (__builtin_expect(*p != '-', 1)) {
		if (!plain(f, t, p, n, &u, behind))
			return false;
		*out = (trib_dec){ .lo = u };
		return true;
	}
	if (n == 1 || !plain(f, _mm_srli_si128(t, 1), p + 1, n - 1, &u, behind))
		return false;
	*out = trib_dec_i64(-(int64_t)u);
	return true;
}

TARGET bool tribx_number_sse(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale)
{
	unsigned behind;
	if (!signed_plain(f, text(cell.p, (unsigned)cell.n), cell.p, (unsigned)cell.n, out, &behind))
		return false;
	*scale = (int)behind;
	return true;
}

TARGET int64_t tribx_number_many_sse(const struct trib_view *v, int64_t row, int64_t end, const struct trib_numbers *styles,
                                     const int32_t *style, trib_dec *out, int8_t *scale)
{
	const int32_t *x = (const int32_t *)v->values + 4 * row;
	for (; row < end; row++, x += 4) {
		const int32_t is = style ? style[row] : 0;
		const unsigned n = (unsigned)x[0];
		const char *p = (const char *)(x + 1);
		unsigned behind;
		__m128i t;
		if (is < 0 || styles[is].percent)
			break;
		if (n - 1 < 12) {
			t = _mm_srli_si128(_mm_loadu_si128((const __m128i *)(const void *)x), 4);
		} else if (n - 1 < 16) {
			p = (const char *)v->pages[x[2]] + x[3];
			t = text(p, n);
		} else
			break;
		if (!signed_plain(&styles[is], t, p, n, &out[row], &behind))
			break;
		scale[row] = (int8_t)behind;
	}
	return row;
}
#endif
