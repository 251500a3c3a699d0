/* json_walk - values at given paths of JSON lines, everything else skipped, all of it checked.
 *
 * A plan is the paths as one tree, so that a line is walked once whatever the number of columns. Paths are JSON pointers
 * (RFC 6901); a step [key=value] takes the first object of an array whose key has that scalar. What comes out are slices
 * of the text as it stands (texts with their quotes and escapes): unescaping happens where a column is built. */
#ifndef TRIBX_JSON_WALK_H
#define TRIBX_JSON_WALK_H

#include "base/mem.h"
#include "parse/json_index.h"

enum { TRIBX_PATH_STEPS = 32 };

struct tribx_json_node;
struct tribx_json_order;
struct tribx_json_plan {
	struct tribx_arena memory;
	struct tribx_json_node *root, *last;
	uint32_t node_count;
	int column_count;
	int depth_max;                   /* 0: TRIBX_JSON_DEPTH, which is also the most */
	bool any;                        /* a line may be any value, not only an object */
	bool last_wins;                  /* of equal names in one object the last counts; else the line is bad */
	bool open;                       /* unknown names of the top level become columns, in the order in which they are met */
};
bool tribx_json_plan_root(struct tribx_json_plan *plan);                                          /* an empty plan can be walked; false: no memory */
/* Adds a column, numbered from 0. "" is the whole line. NULL, or why the path cannot be. */
const char *tribx_json_plan_add(struct tribx_json_plan *plan, const char *path);
const char *tribx_json_plan_name(struct tribx_json_plan *plan, const char *name, size_t size);   /* the same for a name of the top level */
const char *tribx_json_plan_column(const struct tribx_json_plan *plan, int column);               /* the name, for an open plan */
void tribx_json_plan_done(struct tribx_json_plan *plan);

struct tribx_slice { uint32_t at, size; };       /* size 0: the path is not in this line */

struct tribx_json_walk {
	struct tribx_json_plan *plan;
	const char *p;
	const uint32_t *at;              /* tokens; i: the next */
	size_t i;
	uint32_t row, end;               /* end: behind the value that was read last */
	int depth;
	size_t rows_cap;
	struct tribx_slice **cells;      /* per column, rows_cap slices, zeroed */
	size_t cells_cap;
	uint32_t *seen;                  /* per node: 1 + the last row that had it */
	size_t seen_cap;
	struct tribx_json_order **orders;/* per node: names as they came last in p; NULL: there were none yet */
	size_t orders_cap;
	const char *why;                 /* what the last bad line broke, beyond the grammar; NULL: ask tribx_json_check */
};
/* For up to rows lines. false: no memory. */
bool tribx_json_walk_start(struct tribx_json_walk *w, struct tribx_json_plan *plan, const char *p, size_t rows);
bool tribx_json_walk_grow(struct tribx_json_walk *w, size_t rows);     /* room for more rows; those that are there stay */
void tribx_json_walk_done(struct tribx_json_walk *w);

enum tribx_line { TRIBX_LINE_OK, TRIBX_LINE_BLANK, TRIBX_LINE_BAD, TRIBX_LINE_NO_MEMORY };
/* Reads the line whose first token is w->i into w->row, and moves to the next line's. The caller counts rows. */
enum tribx_line tribx_json_line(struct tribx_json_walk *w);
/* Nothing of w->row stays. BAD, or NO_MEMORY if that was the reason. */
enum tribx_line tribx_json_undo(struct tribx_json_walk *w);
/* Reads the value whose first token is w->i, of a line that was read before. Never BLANK. */
enum tribx_line tribx_json_value(struct tribx_json_walk *w);

/* A slice as text. Strings lose quotes and escapes: out needs size bytes, and *plain is set when none was needed (text lies
 * at in + 1). The number of bytes. */
size_t tribx_json_unescape(const char *in, size_t size, char *out);

#endif
