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

/* Behind the digits that p begins with. 8 bytes behind them are readable. */
static inline const char *digits(const char *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (;; p += 8) {
		uint64_t x;
		memcpy(&x, p, 8);
		x ^= 0x3030303030303030;
		x = ((x + 0x7676767676767676) | x) & 0x8080808080808080;     /* the lowest bit is right: what it carries goes up */
		if (x)
			return p + (__builtin_ctzll(x) >> 3);
	}
#else
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
#endif
}

/* Behind the number, NULL: it is none. */
static inline const char *number(const char *p)
{
	p += *p == '-';
	const char *from = p;
	p = *p == '0' ? p + 1 : digits(p);
	if (p > from && *p == '.') {
		from = p + 1;
		p = digits(from);
	}
	if (p > from && (*p | 0x20) == 'e') {
		from = p + 1 + (p[1] == '+' || p[1] == '-');
		p = digits(from);
	}
	return p > from ? p : NULL;
}

static __attribute__((noinline)) uint32_t any_run(const char *text, const uint32_t *t)
{
	const char *p = text + t[0], *end = NULL;
	if (*p <= '9')
		end = number(p);
	else if (memcmp(p, "null", 4) == 0 || memcmp(p, "true", 4) == 0)
		end = p + 4;
	else if (memcmp(p, "false", 5) == 0)
		end = p + 5;
	const uint32_t at = (uint32_t)(end ? end - text : 0);
	return at && (at == t[1] || *end == ' ' || *end == '\r' || *end == '\t') ? at : 0;
}

/* Behind the number or word at token t, 0: it is none. What may not follow it is a token, too, which the caller meets next. */
static inline uint32_t run(const struct tribx_json_walk *w, const uint32_t *t)
{
	const char *p = w->p + t[0];
	if (*p >= '1' && *p <= '9' ? digits(p) == w->p + t[1] : t[1] - t[0] == 4 && (memcmp(p, "null", 4) == 0 || memcmp(p, "true", 4) == 0))
		return t[1];
	return any_run(w->p, t);
}

static inline bool scalar(struct tribx_json_walk *w)
{
	if (token(w, w->i) == '"') {
		w->end = w->at[w->i + 1] + 1;
		w->i += 2;
		return true;
	}
	w->end = run(w, w->at + w->i);
	w->i += w->end != 0;             /* a line end among it: it is not passed, or the next line would be lost */
	return w->end != 0;
}

/* Are a name and its colon at token t? The value is three tokens behind. */
static inline bool name(const char *p, const uint32_t *t)
{
	return p[t[0]] == '"' && p[t[2]] == ':';
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

/* All of an object or an array. A line that is wrong is left where it began. */
static bool skip_nested(struct tribx_json_walk *w)
{
	const int most = depth_max(w), base = w->depth;
	const char *const p = w->p;
	const uint32_t *t = w->at + w->i;
	uint64_t objects[TRIBX_JSON_DEPTH / 64 + 1];
	int depth = base;
	bool in_object = false;
	for (;;) {
		const char c = p[*t];
		if (c == '"') {
			t += 2;
		} else if (c == '{' || c == '[') {
			if (depth >= most)
				return too_deep(w);
			uint64_t bit = (uint64_t)1 << (depth & 63);
			in_object = c == '{';
			objects[depth / 64] = in_object ? objects[depth / 64] | bit : objects[depth / 64] & ~bit;
			depth++;
			t++;
			if (p[*t] != c + 2) {
				if (in_object && !name(p, t))
					return false;
				t += in_object ? 3 : 0;
				continue;
			}
		} else if (!run(w, t++)) {
			return false;
		}
		for (; p[*t] == (in_object ? '}' : ']'); t++) {
			if (--depth == base) {
				w->end = *t + 1;
				w->i = (size_t)(t + 1 - w->at);
				return true;
			}
			in_object = objects[(depth - 1) / 64] >> ((depth - 1) & 63) & 1;
		}
		if (p[*t++] != ',' || (in_object && !name(p, t)))
			return false;
		t += in_object ? 3 : 0;
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

static struct tribx_json_order *order_of(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	struct tribx_json_order **o = &w->orders[node->id];
	if (*o)
		return *o;
	if ((*o = malloc(sizeof **o)))
		(*o)->count = 0;
	else
		w->why = "no memory";
	return *o;
}

/* The name at place *next of the order is not what token t begins: it was left out in this line, or the order is learned anew from
 * here. false: there is no name, or w->why. */
static __attribute__((noinline)) bool learn(struct tribx_json_walk *w, const struct tribx_json_node *node, struct tribx_json_order *o, uint32_t *next,
                                            const uint32_t *t, const struct tribx_json_node **child)
{
	const uint32_t here = *next, after = here + 1;
	if (after < o->count && tribx_json_same(&o->names[after], w->p, t)) {
		*child = o->names[after].child;
		*next = after + 1;
		return true;
	}
	if (!name(w->p, t))
		return false;
	*child = child_of(w, node, w->p + t[0] + 1, t[1] - t[0] - 1);
	if (w->why || here == TRIBX_JSON_ORDER)
		return !w->why;
	o->names[here] = (struct tribx_json_name){ t[0], t[2] + 1 - t[0], *child };
	o->count = o->count > after ? o->count : after;
	*next = after;
	return true;
}

/* Names that are wanted stand once in an object, or the last counts. */
static inline bool once(struct tribx_json_walk *w, const struct tribx_json_node *n)
{
	if (w->seen[n->id] == w->row + 1) {
		if (!w->plan->last_wins) {
			w->why = "a name stands twice in one object";
			return false;
		}
		forget(w, n);
	}
	w->seen[n->id] = w->row + 1;
	return true;
}

static inline void put(struct tribx_json_walk *w, const struct tribx_json_node *n, uint32_t from, uint32_t end)
{
	for (; n; n = n->twin)
		if (n->column >= 0)
			w->cells[n->column][w->row] = (struct tribx_slice){ from, end - from };
}

static bool object(struct tribx_json_walk *w, const struct tribx_json_node *node)
{
	size_t i = w->i + 1;
	struct tribx_json_order *o = order_of(w, node);
	if (token(w, i) == '}' || !o) {
		w->end = w->at[i] + 1;
		w->i = i + (o != NULL);
		return o;
	}
	w->depth++;
	const char *const p = w->p;
	const uint32_t *t = w->at + i;   /* the name's first token */
	for (uint32_t next = 0;; t++) {
		const struct tribx_json_node *n;
		if (next < o->count && tribx_json_same(&o->names[next], p, t))
			n = o->names[next++].child;
		else if (!learn(w, node, o, &next, t, &n))
			return false;
		if (n && !once(w, n))
			return false;
		const uint32_t from = t[3];
		const char c = p[from];
		if (c == '"') {
			put(w, n, from, t[4] + 1);
			t += 5;
		} else if (c == '{' || c == '[') {
			w->i = (size_t)(t + 3 - w->at);
			if (!(n ? value(w, n) : skip_nested(w)))
				return false;
			t = w->at + w->i;
		} else {
			const uint32_t end = run(w, t + 3);
			if (!end)
				return false;
			put(w, n, from, end);
			t += 4;
		}
		if (p[*t] != ',')
			break;
	}
	if (p[*t] != '}')
		return false;
	w->end = *t + 1;
	w->i = (size_t)(t + 1 - w->at);
	w->depth--;
	return true;
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
		put(w, node, from, w->end);
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
	if (!more((void **)&w->cells, &w->cells_cap, columns, sizeof *w->cells) || !more((void **)&w->seen, &w->seen_cap, plan->node_count, sizeof *w->seen) ||
	    !more((void **)&w->orders, &w->orders_cap, plan->node_count, sizeof *w->orders))
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
	for (size_t n = 0; n < w->orders_cap; n++)
		free(w->orders[n]);
	free(w->cells);
	free(w->seen);
	free(w->orders);
	*w = (struct tribx_json_walk){ 0 };
}
