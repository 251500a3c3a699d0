/* json_plan - the tree of paths, shared by json_plan.c and json_walk.c. */
#ifndef TRIBX_JSON_PLAN_H
#define TRIBX_JSON_PLAN_H

#include <string.h>

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
	return size >= 8 ? v : v & (((uint64_t)1 << 8 * size) - 1);
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
