/* json_walk - see json_walk.h. The tokens come from json_index; a line end is never a valid token inside a value, so a walk
 * cannot leave its line. */
#include "parse/json_walk.h"

#include <stdlib.h>
#include <string.h>

#include "parse/json_plan.h"

static bool value(struct tribx_json_walk *w, const struct tribx_json_node *node);

static inline char token(const struct tribx_json_walk *w, size_t i)
{
	return w->p[w->at[i]];
}

/* May c stand right behind a number or a word? */
static inline bool ends_run(char c)
{
	return c == ',' || c == '}' || c == ']' || c == '\n' || c == ' ' || c == '\r' || c == '\t';
}

static inline const char *digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool scalar(struct tribx_json_walk *w)
{
	const char *p = w->p + w->at[w->i], *from = p;
	if (*p == '"') {
		w->end = w->at[w->i + 1] + 1;
		w->i += 2;
		return true;
	}
	switch (*p) {
	case 't':
		p += memcmp(p, "true", 4) == 0 ? 4 : 0;
		break;
	case 'f':
		p += memcmp(p, "false", 5) == 0 ? 5 : 0;
		break;
	case 'n':
		p += memcmp(p, "null", 4) == 0 ? 4 : 0;
		break;
	default:
		p += *p == '-';
		from = p;
		p = *p == '0' ? p + 1 : digits(p);
		if (p > from && *p == '.') {
			from = p + 1;
			p = digits(from);
		}
		if (p > from && (*p | 0x20) == 'e') {
			from = p + 1 + (p[1] == '+' || p[1] == '-');
			p = digits(from);
		}
	}
	w->end = (uint32_t)(p - w->p);
	if (p == from || !ends_run(*p))
		return false;            /* a line end among it: it is not passed, or the next line would be lost */
	w->i++;
	return true;
}

/* Behind a name: at its colon's value. */
static inline bool name(struct tribx_json_walk *w)
{
	if (token(w, w->i) != '"' || token(w, w->i + 2) != ':')
		return false;
	w->i += 3;
	return true;
}

static int depth_max(const struct tribx_json_walk *w)
{
	return w->plan->depth_max ? w->plan->depth_max : TRIBX_JSON_DEPTH;
}

static bool too_deep(struct tribx_json_walk *w)
{
	w->why = "nested deeper than depth_max";
	return false;
}

static bool skip_nested(struct tribx_json_walk *w)
{
	const int most = depth_max(w);
	uint64_t object[TRIBX_JSON_DEPTH / 64 + 1];
	int depth = w->depth, base = depth;
	for (;;) {
		char c = token(w, w->i);
		if (c == '{' || c == '[') {
			if (depth >= most)
				return too_deep(w);
			uint64_t bit = (uint64_t)1 << (depth & 63);
			object[depth / 64] = c == '{' ? object[depth / 64] | bit : object[depth / 64] & ~bit;
			depth++;
			w->i++;
			if (token(w, w->i) != c + 2) {
				if (c == '{' && !name(w))
					return false;
				continue;
			}
		} else if (!scalar(w)) {
			return false;
		}
		for (;;) {
			if (depth == base)
				return true;
			bool in_object = object[(depth - 1) / 64] >> ((depth - 1) & 63) & 1;
			c = token(w, w->i);
			if (c == (in_object ? '}' : ']')) {
				w->end = w->at[w->i++] + 1;
				depth--;
				continue;
			}
			if (c != ',')
				return false;
			w->i++;
			if (in_object && !name(w))
				return false;
			break;
		}
	}
}

static inline bool skip(struct tribx_json_walk *w)
{
	char c = token(w, w->i);
	return c == '{' || c == '[' ? skip_nested(w) : scalar(w);
}

/* Names with escapes are compared as what they mean. */
static struct tribx_json_node *child_of(struct tribx_json_walk *w, const struct tribx_json_node *node, const char *p, size_t size)
{
	struct tribx_json_node *n = tribx_json_child(node, p, size);
	bool grows = w->plan->open && node == w->plan->root;
	if (n || (!grows && !memchr(p, '\\', size)))
		return n;
	char plain[264];
	if (size > 255) {
		w->why = grows ? "a name is longer than 255 bytes" : NULL;
		return NULL;
	}
	size = tribx_json_unescape(p, size, plain);
	n = tribx_json_child(node, plain, size);
	if (!n && grows) {
		w->why = tribx_json_plan_name(w->plan, plain, size);
		n = w->why ? NULL : tribx_json_child(node, plain, size);
		if (n && !tribx_json_walk_start(w, w->plan, w->p, w->rows_cap))
			w->why = "no memory";
	}
	return n;
}

/* What an earlier value of the same name gave. */
static void forget(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	for (const struct tribx_json_node *n = node; n; n = n->twin)
		if (n->column >= 0)
			w->cells[n->column][w->row] = (struct tribx_slice){ 0 };
	for (const struct tribx_json_node *n = node->child; n; n = n->next) {
		w->seen[n->id] = 0;
		forget(w, n);
	}
}

static bool object(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	w->i++;
	if (token(w, w->i) == '}') {
		w->end = w->at[w->i++] + 1;
		return true;
	}
	w->depth++;
	for (;;) {
		const char *key = w->p + w->at[w->i] + 1;
		size_t size = (size_t)(w->at[w->i + 1] - w->at[w->i] - 1);
		if (!name(w))
			return false;
		const struct tribx_json_node *n = child_of(w, node, key, size);
		if (w->why)
			return false;
		if (n && w->seen[n->id] == w->row + 1) {
			if (!w->plan->last_wins) {
				w->why = "a name stands twice in one object";
				return false;
			}
			forget(w, n);
		}
		if (n)
			w->seen[n->id] = w->row + 1;
		if (!(n ? value(w, n) : skip(w)))
			return false;
		char c = token(w, w->i);
		if (c == '}') {
			w->end = w->at[w->i++] + 1;
			w->depth--;
			return true;
		}
		if (c != ',')
			return false;
		w->i++;
	}
}

/* Has the object at token i the scalar that the step wants? The object was checked before. */
static bool finds(struct tribx_json_walk *w, size_t i, const struct tribx_json_node *n)
{
	if (token(w, i) != '{' || token(w, i + 1) == '}')
		return false;
	w->i = i + 1;
	for (;;) {
		const char *key = w->p + w->at[w->i] + 1;
		size_t size = (size_t)(w->at[w->i + 1] - w->at[w->i] - 1);
		w->i += 3;
		uint32_t from = w->at[w->i];
		if (!skip(w))
			return false;
		if (size == n->find_size && memcmp(key, n->find, size) == 0) {
			bool text = w->p[from] == '"';
			return w->end - from - 2u * text == n->size && memcmp(w->p + from + text, n->name, n->size) == 0;
		}
		if (token(w, w->i) != ',')
			return false;
		w->i++;
	}
}

static bool element(struct tribx_json_walk *w, const struct tribx_json_node *node, int32_t place)
{
	size_t from = w->i;
	if (!skip(w))
		return false;
	size_t behind = w->i;
	for (const struct tribx_json_node *n = node->child; n; n = n->next) {
		bool taken = w->seen[n->id] == w->row + 1;
		if (taken || !(n->find ? finds(w, from, n) : n->index == place))
			continue;
		w->seen[n->id] = w->row + 1;
		w->i = from;
		if (!value(w, n))
			return false;
	}
	w->i = behind;
	return true;
}

/* An object where a [key=value] step expects an array is an array of one: XML cannot tell them apart. */
static bool alone(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	size_t from = w->i;
	if (!skip(w))
		return false;
	for (const struct tribx_json_node *n = node->child; n; n = n->next) {
		if (!n->find || w->seen[n->id] == w->row + 1 || !finds(w, from, n))
			continue;
		w->seen[n->id] = w->row + 1;
		w->i = from;
		if (!value(w, n))
			return false;
	}
	w->i = from;
	return true;
}

static bool array(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	w->i++;
	if (token(w, w->i) == ']') {
		w->end = w->at[w->i++] + 1;
		return true;
	}
	w->depth++;
	for (int32_t place = 0;; place++) {
		if (!element(w, node, place))
			return false;
		char c = token(w, w->i);
		if (c == ']') {
			w->end = w->at[w->i++] + 1;
			w->depth--;
			return true;
		}
		if (c != ',')
			return false;
		w->i++;
	}
}

static bool value(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	size_t i = w->i;
	uint32_t from = w->at[i];
	char c = token(w, i);
	bool leaf = (!node->child && !(w->plan->open && node == w->plan->root)) || (c != '{' && c != '[');
	if (node->column >= 0 || leaf) {
		if (!skip(w))
			return false;
		for (const struct tribx_json_node *n = node; n; n = n->twin)
			if (n->column >= 0)
				w->cells[n->column][w->row] = (struct tribx_slice){ from, w->end - from };
		if (leaf)
			return true;
		w->i = i;
	}
	if (w->depth >= depth_max(w))
		return too_deep(w);
	if (c == '{' && node->finds && !alone(w, node))
		return false;
	return c == '{' ? object(w, node) : array(w, node);
}

/* Nothing of the row stays. Without memory a new column may have no cells; nobody looks at any then. */
enum tribx_line tribx_json_undo(struct tribx_json_walk *w)
{
	if (w->why && strcmp(w->why, "no memory") == 0)
		return TRIBX_LINE_NO_MEMORY;
	for (int c = 0; c < w->plan->column_count; c++)
		w->cells[c][w->row] = (struct tribx_slice){ 0 };
	for (uint32_t n = 0; n < w->plan->node_count; n++)
		w->seen[n] = 0;
	return TRIBX_LINE_BAD;
}

enum tribx_line tribx_json_line(struct tribx_json_walk *w)
{
	w->depth = 0;
	w->why = NULL;
	if (token(w, w->i) == '\n') {
		w->i++;
		return TRIBX_LINE_BLANK;
	}
	bool fine = token(w, w->i) == '{' || w->plan->any;
	if (!fine)
		w->why = "a row is an object";
	fine = fine && value(w, w->plan->root) && token(w, w->i) == '\n';
	while (token(w, w->i) != '\n')
		w->i++;
	w->i++;
	return fine ? TRIBX_LINE_OK : tribx_json_undo(w);
}

enum tribx_line tribx_json_value(struct tribx_json_walk *w)
{
	w->depth = 0;
	w->why = NULL;
	bool fine = token(w, w->i) == '{' || w->plan->any;
	if (!fine)
		w->why = "an item is no object";
	return fine && value(w, w->plan->root) ? TRIBX_LINE_OK : tribx_json_undo(w);
}

static bool more(void **at, size_t *cap, size_t want, size_t size)
{
	if (want <= *cap)
		return true;
	size_t cap_new = want + want / 2 + 8;
	void *grown = realloc(*at, cap_new * size);
	if (!grown)
		return false;
	memset((char *)grown + *cap * size, 0, (cap_new - *cap) * size);
	*at = grown;
	*cap = cap_new;
	return true;
}

bool tribx_json_walk_start(struct tribx_json_walk *w, struct tribx_json_plan *plan, const char *p, size_t rows)
{
	w->plan = plan;
	w->p = p;
	w->rows_cap = rows;
	size_t columns = (size_t)plan->column_count;
	if (!more((void **)&w->cells, &w->cells_cap, columns, sizeof *w->cells) || !more((void **)&w->seen, &w->seen_cap, plan->node_count, sizeof *w->seen))
		return false;
	for (size_t c = 0; c < columns; c++) {
		if (w->cells[c])
			continue;
		if (!(w->cells[c] = tribx_block_new(rows * sizeof **w->cells)))
			return false;
		memset(w->cells[c], 0, rows * sizeof **w->cells);
	}
	return true;
}

bool tribx_json_walk_grow(struct tribx_json_walk *w, size_t rows)
{
	size_t had = w->rows_cap, columns = (size_t)w->plan->column_count;
	if (rows <= had)
		return true;
	rows += rows / 2;
	for (size_t c = 0; c < columns; c++) {
		struct tribx_slice *grown = tribx_block_grow(w->cells[c], rows * sizeof *grown, had * sizeof *grown);
		w->cells[c] = grown;
		if (!grown)
			return false;
		memset(grown + had, 0, (rows - had) * sizeof *grown);
	}
	w->rows_cap = rows;
	return true;
}

void tribx_json_walk_done(struct tribx_json_walk *w)
{
	for (size_t c = 0; c < w->cells_cap; c++)
		tribx_block_free(w->cells[c]);
	free(w->cells);
	free(w->seen);
	*w = (struct tribx_json_walk){ 0 };
}
