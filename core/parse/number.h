/* number - inside of locale numbers (tributary/value.h). */
#ifndef TRIBX_CELL_NUMBER_H
#define TRIBX_CELL_NUMBER_H

#include "parse/dec.h"

/* trib_number without its short cut for plain ASCII cells: the oracle of the tests. */
int tribx_number_any(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale);
/* Bytes of the group mark at p: the mark itself, or what stands for a blank or an apostrophe in UTF-8. 0: none. */
static inline int tribx_group_mark(const char *p, const char *end, char group)
{
	const unsigned char *const u = (const unsigned char *)p;
	if (*p == group)
		return 1;
	if (u[0] == 0xC2)
		return group == ' ' && end - p > 2 && u[1] == 0xA0 ? 2 : 0;
	if (u[0] != 0xE2 || end - p < 3 || u[1] != 0x80)
		return 0;
	return group == ' ' ? (u[2] == 0xAF || u[2] == 0x89 || u[2] == 0x87 ? 3 : 0) : group == '\'' && u[2] == 0x99 ? 3 : 0;
}

#ifdef __x86_64__
/* What nearly every cell is; needs SSE4.1. One of 4 to 16 bytes; false: the long way has to look. Rows of string views without
 * nulls, for trib_number_many; the first that is for others to look at. */
bool tribx_number_sse(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale);
int64_t tribx_number_many_sse(const struct trib_view *v, int64_t row, int64_t end, const struct trib_numbers *styles,
                              const int32_t *style, trib_dec *out, int8_t *scale);
#endif
/* One character of UTF-8 at p < end, its length in *n; U+FFFD of length 1 for what is not UTF-8. */
static inline uint32_t tribx_char(const char *p, const char *end, int *n)
{
	const unsigned char *const s = (const unsigned char *)p;
	const size_t left = (size_t)(end - p);
	*n = 1;
	if (s[0] < 0x80)
		return s[0];
	if (s[0] >= 0xC2 && s[0] < 0xE0 && left >= 2 && (s[1] & 0xC0) == 0x80) {
		*n = 2;
		return (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
	}
	if ((s[0] & 0xF0) == 0xE0 && left >= 3 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80) {
		const uint32_t c = (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
		if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
			*n = 3;
			return c;
		}
	}
	if (s[0] >= 0xF0 && s[0] < 0xF5 && left >= 4 && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80 &&
	    (s[3] & 0xC0) == 0x80) {
		const uint32_t c = (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
		                   (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
		if (c >= 0x10000 && c <= 0x10FFFF) {
			*n = 4;
			return c;
		}
	}
	return 0xFFFD;
}

#endif
