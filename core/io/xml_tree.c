/* xml_tree - see xml_tree.h: nodes and texts in two growing arrays that are emptied, not freed, between records. */
#include "io/xml_tree.h"

#include <stdlib.h>

enum { NAMES_MAX = 65536, SLOTS = 2 * NAMES_MAX, NONE = -1, TEXT = -1 };

struct node {
	int32_t name, parent;            /* name TEXT: a piece of text, at in texts */
	int32_t first, last, next;       /* children; the next child of the parent */
	int32_t same;                    /* the next child of the same name */
	bool twin, nil;                  /* twin: another child of the name stands before it */
	size_t at, size;
};
struct name { char *text; uint32_t size, hash; uint64_t stamp; int32_t tail; };  /* stamp: of the node whose children were last looked at */

struct tribx_xml_tree {
	struct node *nodes;
	size_t count, cap;
	int32_t open;
	struct tribx_buf texts, scratch;
	struct name *names;
	size_t name_count, name_cap;
	int32_t *slots;                  /* 1 + name */
	struct tribx_arena memory;       /* of the names */
	uint64_t stamp;
};

struct tribx_xml_tree *tribx_xml_tree_new(void)
{
	struct tribx_xml_tree *t = calloc(1, sizeof *t);
	if (t && !(t->slots = calloc(SLOTS, sizeof *t->slots))) {
		free(t);
		return NULL;
	}
	if (t)
		t->open = NONE;
	return t;
}

void tribx_xml_tree_free(struct tribx_xml_tree *t)
{
	if (!t)
		return;
	tribx_buf_done(&t->texts);
	tribx_buf_done(&t->scratch);
	tribx_arena_done(&t->memory);
	free(t->nodes);
	free(t->names);
	free(t->slots);
	free(t);
}

size_t tribx_xml_tree_size(const struct tribx_xml_tree *t)
{
	return t->texts.n + t->count * sizeof *t->nodes;
}

/* ---- names ---- */

/* The number of a name, of an attribute with @ in front; NONE: no memory or too many (*why). */
static int32_t name_of(struct tribx_xml_tree *t, bool attribute, const char *text, const char **why)
{
	const char *colon = strrchr(text, ':');
	text = colon ? colon + 1 : text;
	size_t size = strlen(text) + attribute;
	uint32_t hash = attribute ? 2166136261u * 3 : 2166136261u;
	for (const char *p = text; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	size_t slot = hash % SLOTS;
	for (; t->slots[slot]; slot = (slot + 1) % SLOTS) {
		const struct name *n = &t->names[t->slots[slot] - 1];
		if (n->hash == hash && n->size == size && (*n->text == '@') == attribute && strcmp(n->text + attribute, text) == 0)
			return t->slots[slot] - 1;
	}
	if (t->name_count == NAMES_MAX) {
		*why = "there are more than 65,536 names of elements and attributes";
		return NONE;
	}
	if (t->name_count == t->name_cap) {
		size_t cap = t->name_cap ? t->name_cap * 2 : 64;
		struct name *grown = realloc(t->names, cap * sizeof *grown);
		if (!grown) {
			*why = "no memory";
			return NONE;
		}
		t->names = grown;
		t->name_cap = cap;
	}
	char *copy = tribx_arena_new(&t->memory, size + 1);
	if (!copy) {
		*why = "no memory";
		return NONE;
	}
	*copy = '@';
	memcpy(copy + attribute, text, size - attribute);
	t->names[t->name_count] = (struct name){ .text = copy, .size = (uint32_t)size, .hash = hash };
	return t->slots[slot] = (int32_t)++t->name_count, (int32_t)t->name_count - 1;
}

/* ---- building ---- */

static struct node *node_new(struct tribx_xml_tree *t, int32_t name)
{
	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		struct node *grown = cap < INT32_MAX ? realloc(t->nodes, cap * sizeof *grown) : NULL;
		if (!grown)
			return NULL;
		t->nodes = grown;
		t->cap = cap;
	}
	int32_t is = (int32_t)t->count++;
	struct node *n = &t->nodes[is];
	*n = (struct node){ .name = name, .parent = t->open, .first = NONE, .last = NONE, .next = NONE, .same = NONE, .at = t->texts.n };
	if (t->open != NONE) {
		struct node *parent = &t->nodes[t->open];
		if (parent->last == NONE)
			parent->first = is;
		else
			t->nodes[parent->last].next = is;
		parent->last = is;
	}
	return n;
}

const char *tribx_xml_tree_text(struct tribx_xml_tree *t, const char *p, size_t n)
{
	struct node *last = t->nodes[t->open].last == NONE ? NULL : &t->nodes[t->nodes[t->open].last];
	if (!last || last->name != TEXT)
		last = node_new(t, TEXT);
	if (!last)
		return "no memory";
	tribx_buf_put(&t->texts, p, n);
	last->size += n;
	return t->texts.failed ? "no memory" : NULL;
}

const char *tribx_xml_tree_open(struct tribx_xml_tree *t, const char *name, const char *const *attributes)
{
	const char *why = NULL;
	int32_t id = name_of(t, false, name, &why);
	struct node *n = id == NONE ? NULL : node_new(t, id);
	if (!n)
		return why ? why : "no memory";
	t->open = (int32_t)(n - t->nodes);
	for (; *attributes && !why; attributes += 2) {
		const char *key = attributes[0], *value = attributes[1];
		if (strcmp(key, "xsi:nil") == 0) {
			t->nodes[t->open].nil = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
			continue;
		}
		if (strcmp(key, "xmlns") == 0 || strncmp(key, "xmlns:", 6) == 0)
			continue;
		int32_t at = name_of(t, true, key, &why);
		n = at == NONE ? NULL : node_new(t, at);
		if (!n)
			return why ? why : "no memory";
		int32_t element = t->open;
		t->open = (int32_t)(n - t->nodes);
		why = tribx_xml_tree_text(t, value, strlen(value));
		t->open = element;
	}
	return why;
}

void tribx_xml_tree_close(struct tribx_xml_tree *t)
{
	t->open = t->nodes[t->open].parent;
}

/* ---- writing ---- */

/* The element's own text, without blanks around it. */
static struct trib_text text_of(struct tribx_xml_tree *t, const struct node *n)
{
	t->scratch.n = 0;
	const char *p = "";
	size_t size = 0;
	for (int32_t i = n->first, pieces = 0; i != NONE; i = t->nodes[i].next) {
		const struct node *piece = &t->nodes[i];
		if (piece->name != TEXT)
			continue;
		if (pieces++ == 0) {         /* mostly the only one */
			p = t->texts.p + piece->at;
			size = piece->size;
			continue;
		}
		if (pieces == 2)
			tribx_buf_put(&t->scratch, p, size);
		tribx_buf_put(&t->scratch, t->texts.p + piece->at, piece->size);
		p = t->scratch.p;
		size = t->scratch.n;
	}
	while (size && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++, size--;
	while (size && (p[size - 1] == ' ' || p[size - 1] == '\t' || p[size - 1] == '\r' || p[size - 1] == '\n'))
		size--;
	return (struct trib_text){ p, size };
}

/* Chains children of one name. true: there is a child beside text. */
static bool chain(struct tribx_xml_tree *t, struct node *n)
{
	bool any = false;
	uint64_t stamp = ++t->stamp;
	for (int32_t i = n->first; i != NONE; i = t->nodes[i].next) {
		if (t->nodes[i].name == TEXT)
			continue;
		struct name *name = &t->names[t->nodes[i].name];
		any = true;
		if (name->stamp == stamp) {
			t->nodes[name->tail].same = i;
			t->nodes[i].twin = true;
		}
		name->stamp = stamp;
		name->tail = i;
	}
	return any;
}

static void write_node(struct tribx_xml_tree *t, int32_t at, bool record, struct tribx_buf *out)
{
	struct node *n = &t->nodes[at];
	bool children = chain(t, n), first = true;
	struct trib_text text = text_of(t, n);
	if (n->nil && !record) {
		tribx_buf_puts(out, "null");
		return;
	}
	if (!children && !record) {
		tribx_buf_json(out, text);
		return;
	}
	tribx_buf_putc(out, '{');
	if (text.n) {
		tribx_buf_puts(out, "\"#text\":");
		tribx_buf_json(out, text);
		first = false;
	}
	for (int32_t i = n->first; i != NONE; i = t->nodes[i].next) {
		const struct node *child = &t->nodes[i];
		if (child->name == TEXT || child->twin)
			continue;
		const struct name *name = &t->names[child->name];
		if (!first)
			tribx_buf_putc(out, ',');
		first = false;
		tribx_buf_json(out, (struct trib_text){ name->text, name->size });
		tribx_buf_puts(out, child->same == NONE ? ":" : ":[");
		for (int32_t k = i; k != NONE; k = t->nodes[k].same) {
			if (k != i)
				tribx_buf_putc(out, ',');
			write_node(t, k, false, out);
		}
		if (child->same != NONE)
			tribx_buf_putc(out, ']');
	}
	tribx_buf_putc(out, '}');
}

void tribx_xml_tree_line(struct tribx_xml_tree *t, struct tribx_buf *out)
{
	write_node(t, 0, true, out);
	tribx_buf_putc(out, '\n');
	if (t->scratch.failed || t->texts.failed)
		out->failed = true;
	t->count = t->texts.n = 0;
	t->open = NONE;
}
