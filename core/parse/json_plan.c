/* json_plan - paths of json_walk.h as one tree; names are found by a small table per node. */
#include "parse/json_plan.h"

#include <stdlib.h>
#include <string.h>

static struct tribx_json_node *node_new(struct tribx_json_plan *plan)
{
	struct tribx_json_node *n = tribx_arena_new(&plan->memory, sizeof *n);
	if (n) {
		n->column = n->index = -1;
		n->id = plan->node_count++;
	}
	return n;
}

bool tribx_json_plan_root(struct tribx_json_plan *plan)
{
	return plan->root || (plan->root = node_new(plan));
}

static struct tribx_json_node *child_new(struct tribx_json_plan *plan, struct tribx_json_node *of, const char *name, size_t size)
{
	struct tribx_json_node *n = node_new(plan);
	char *copy = n ? tribx_arena_new(&plan->memory, size + 16) : NULL;
	if (!copy)
		return NULL;
	memcpy(copy, name, size);
	n->name = copy;
	n->size = (uint32_t)size;
	n->first8 = tribx_json_first8(copy, size);
	n->next = of->child;
	of->child = n;
	return n;
}

static struct tribx_json_node *key(struct tribx_json_plan *plan, struct tribx_json_node *of, const char *name, size_t size)
{
	struct tribx_json_node *n = tribx_json_child(of, name, size);
	if (n || !(n = child_new(plan, of, name, size)))
		return n;
	unsigned slot = tribx_json_slot(n->first8, size);
	n->next_in_slot = of->slots[slot];
	of->slots[slot] = n;
	if (size > 0 && size < 10 && name[strspn(name, "0123456789")] == 0 && (size == 1 || *name != '0'))
		n->index = (int32_t)strtol(name, NULL, 10);
	return n;
}

/* [key=value] */
static struct tribx_json_node *find(struct tribx_json_plan *plan, struct tribx_json_node *of, const char *step, size_t size)
{
	const char *equal = memchr(step, '=', size);
	struct tribx_json_node *n = child_new(plan, of, equal + 1, (size_t)(step + size - 1 - equal - 1));
	if (!n)
		return NULL;
	of->finds = true;
	n->find_size = (uint32_t)(equal - step - 1);
	n->find = tribx_arena_text(&plan->memory, step + 1, n->find_size);
	return n->find ? n : NULL;
}

static const char *column(struct tribx_json_plan *plan, struct tribx_json_node *n)
{
	if (!n)
		return "no memory";
	if (n->column >= 0) {   /* two columns from one path: the second has a node of its own behind the first */
		struct tribx_json_node *twin = node_new(plan);
		if (!twin)
			return "no memory";
		twin->twin = n->twin;
		n->twin = twin;
		n = twin;
	}
	n->column = plan->column_count++;
	return NULL;
}

const char *tribx_json_plan_add(struct tribx_json_plan *plan, const char *path)
{
	if (!tribx_json_plan_root(plan))
		return "no memory";
	struct tribx_json_node *n = plan->root;
	int steps = 0;
	char step[256];
	if (*path && *path != '/')
		return "a path starts with /";
	for (const char *p = path; n && *p == '/';) {
		size_t size = 0;
		for (p++; *p && *p != '/'; p++) {
			if (size + 2 > sizeof step)
				return "a step of the path is longer than 254 bytes";
			if (*p == '~' && p[1] != '0' && p[1] != '1')
				return "~ is written ~0 in a path, and / is ~1";
			step[size++] = *p == '~' ? *++p == '0' ? '~' : '/' : *p;
		}
		step[size] = 0;
		if (++steps > TRIBX_PATH_STEPS)
			return "a path has at most 32 steps";
		bool finds = size > 3 && step[0] == '[' && step[size - 1] == ']' && memchr(step + 1, '=', size - 2);
		n = finds ? find(plan, n, step, size) : key(plan, n, step, size);
	}
	return column(plan, n);
}

const char *tribx_json_plan_name(struct tribx_json_plan *plan, const char *name, size_t size)
{
	char copy[256];
	if (size >= sizeof copy)
		return "a name is longer than 255 bytes";
	memcpy(copy, name, size);
	copy[size] = 0;
	if (!tribx_json_plan_root(plan))
		return "no memory";
	return column(plan, key(plan, plan->root, copy, size));
}

const char *tribx_json_plan_column(const struct tribx_json_plan *plan, int column)
{
	for (const struct tribx_json_node *n = plan->root ? plan->root->child : NULL; n; n = n->next)
		if (n->column == column)
			return n->name;
	return NULL;
}

void tribx_json_plan_done(struct tribx_json_plan *plan)
{
	tribx_arena_done(&plan->memory);
	*plan = (struct tribx_json_plan){ 0 };
}
