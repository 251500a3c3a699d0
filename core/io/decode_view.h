/* decode_view - a text of a room becomes a view of 16 bytes: the inner loop of every text column. */
#ifndef TRIBX_DECODE_VIEW_H
#define TRIBX_DECODE_VIEW_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "io/decode.h"

#include <string.h>

/* tribx_text_view without a branch: short and long texts take turns in real columns, and a wrong guess costs more than both.
 * 16 bytes of p are readable. A short view is the text behind its length; a long one its first four bytes, page and offset. */
static inline void tribx_put_view(int32_t *view, const char *p, int32_t page, int64_t offset, uint32_t size)
{
#ifdef __SSE2__
#define KEEP(n) { 0, (n) > 3 ? -1 : (1 << 8 * (n) % 32) - 1, (n) > 7 ? -1 : (n) < 4 ? 0 : (1 << 8 * (n) % 32) - 1, (n) > 11 ? -1 : (n) < 8 ? 0 : (1 << 8 * (n) % 32) - 1 }
	static const int32_t keep[14][4] __attribute__((aligned(16))) = { KEEP(0), KEEP(1), KEEP(2), KEEP(3), KEEP(4), KEEP(5), KEEP(6), KEEP(7), KEEP(8), KEEP(9),
		KEEP(10), KEEP(11), KEEP(12), { 0, -1, 0, 0 } };
	static const int32_t where[14][4] __attribute__((aligned(16))) = { [13] = { 0, 0, -1, -1 } };
#undef KEEP
	const uint32_t row = size < 13 ? size : 13;
	__m128i text = _mm_slli_si128(_mm_loadu_si128((const __m128i *)(const void *)p), 4);
	__m128i place = _mm_or_si128(_mm_slli_si128(_mm_cvtsi32_si128((int32_t)offset), 12), _mm_set_epi32(0, page, 0, 0));
	text = _mm_and_si128(text, *(const __m128i *)(const void *)keep[row]);
	place = _mm_and_si128(place, *(const __m128i *)(const void *)where[row]);
	_mm_storeu_si128((__m128i *)(void *)view, _mm_or_si128(_mm_or_si128(text, place), _mm_cvtsi32_si128((int32_t)size)));
#else
	tribx_text_view(view, p - offset, page, offset, size);
#endif
}

#endif
