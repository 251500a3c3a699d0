/* json_plan - the tree of paths, shared by json_plan.c and json_walk.c. */
#ifndef TRIBX_JSON_PLAN_H
#define TRIBX_JSON_PLAN_H

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "parse/json_walk.h"

struct tribx_json_node {
	const char *name, *find;         /* find: the key of a [key=value] step, name its value */
	uint64_t first8;
	uint32_t size, find_size, id;
	int32_t index;                   /* the name as a place in an array, or -1 */
	int column;                      /* -1: none */
	bool finds;                      /* a child is a [key=value] step */
	struct tribx_json_node *child, *next, *next_in_slot, *twin;
	struct tribx_json_node *slots[32];
};

/* The first 8 bytes of a name, zeros behind its end. 8 bytes are readable. */
static inline uint64_t tribx_json_first8(const char *p, size_t size)
{
	uint64_t v;
	memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return size >= 8 ? v : v & (((uint64_t)1 << 8 * size) - 1);
#else
	return size >= 8 ? v : v & ~(~(uint64_t)0 >> 8 * size);
#endif
}

/* The names of the objects at a node, in the order in which they came last: the next line's nearly always come in the same. Each is
 * a slice of the text that is walked, from its first quote to its colon; child is what it means here (NULL: nobody wants it). */
enum { TRIBX_JSON_ORDER = 64 };
struct tribx_json_order {
	uint32_t count;
	struct tribx_json_name { uint32_t at, size; const struct tribx_json_node *child; } names[TRIBX_JSON_ORDER];
};

/* Does token t begin the same name? Where its bytes are the same, so are its tokens. 16 bytes of the text are readable. */
static inline bool tribx_json_same(const struct tribx_json_name *n, const char *p, const uint32_t *t)
{
	const char *a = p + n->at, *b = p + t[0];
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)a), y = _mm_loadu_si128((const __m128i *)(const void *)b);
	unsigned other = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y)) ^ 0xFFFF;
	if (n->size <= 16)
		return (uint16_t)(other << (16 - n->size)) == 0;
	if (other)
		return false;
#endif
	return t[2] + 1 - t[0] == n->size && memcmp(a, b, n->size) == 0;
}

static inline unsigned tribx_json_slot(uint64_t first8, size_t size)
{
	return (unsigned)((first8 * 0x9E3779B97F4A7C15u + size * 0xC2B2AE3D27D4EB4Fu) >> 59);
}

static inline struct tribx_json_node *tribx_json_child(const struct tribx_json_node *of, const char *name, size_t size)
{
	uint64_t first8 = tribx_json_first8(name, size);
	for (struct tribx_json_node *n = of->slots[tribx_json_slot(first8, size)]; n; n = n->next_in_slot)
		if (n->first8 == first8 && n->size == size && (size <= 8 || memcmp(n->name + 8, name + 8, size - 8) == 0))
			return n;
	return NULL;
}

#endif
