/* decode_view - a text of a room becomes a view of 16 bytes: the inner loop of every text column. */
#ifndef TRIBX_DECODE_VIEW_H
#define TRIBX_DECODE_VIEW_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "io/decode.h"

/* tribx_text_view without a branch: short and long texts take turns in real columns, and a wrong guess costs more than both. */
static inline void tribx_put_view(int32_t *view, const char *p, int32_t page, int64_t offset, uint32_t size)
{
#ifdef __SSE2__
	static const char keep[32] __attribute__((aligned(32))) = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
	__m128i text = _mm_loadu_si128((const __m128i *)(const void *)p), length = _mm_cvtsi32_si128((int32_t)size);
	__m128i mask = _mm_loadu_si128((const __m128i *)(const void *)(keep + (size < 12 ? 12 - size : 0)));
	__m128i brief = _mm_or_si128(_mm_and_si128(_mm_slli_si128(text, 4), mask), length);
	__m128i place = _mm_unpacklo_epi32(_mm_cvtsi32_si128(page), _mm_cvtsi32_si128((int32_t)offset));
	__m128i lengthy = _mm_unpacklo_epi64(_mm_unpacklo_epi32(length, text), place), is_long = _mm_set1_epi32(-(size > 12));
	_mm_storeu_si128((__m128i *)(void *)view, _mm_or_si128(_mm_and_si128(is_long, lengthy), _mm_andnot_si128(is_long, brief)));
#else
	tribx_text_view(view, p - offset, page, offset, size);
#endif
}

#endif
