/* yaml - YAML 1.2 as a conf tree, from the parser's events.
 *
 * Events, not documents: they carry the place of every value, and aliases stay what they are. An alias shares the
 * values of its anchor instead of copying them, so a bomb costs nothing here; it is refused all the same, because
 * everything that walks the tree later would pay. The parser checks syntax only: duplicate keys, tags, merge keys
 * and depth are ours. */
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"

enum { DEPTH_MAX = 64, EXPANDED_MAX = 100000 };

struct frame {                         /* a list or map that is open */
	struct tribx_conf head;
	size_t base, size;             /* where its values start on the stack; how many values it is, expanded */
	char *anchor;
	struct tribx_conf key;         /* the key whose value comes next; kind SCALAR: there is one */
};
struct anchor { struct anchor *next; const char *name; struct tribx_conf is; size_t size; };

struct reader {
	struct tribx_arena *arena;
	struct tribx_findings *f;
	const char *file, *source;
	struct tribx_conf *stack;      /* values of the open frames, one behind the other */
	size_t count, cap;
	struct frame frames[DEPTH_MAX];
	size_t depth, expanded;
	struct anchor *anchors;
	struct tribx_conf root;
	int documents;
	bool failed, stop;             /* stop: there is no use in reading on */
};

/* By this address a merge key is known: written plain, "<<" in quotes is a key like others. */
static const char merge_key[] = "<<";

static void fault(struct reader *r, const char *code, const struct tribx_conf *at, bool on_key, const char *fmt,
                  ...) __attribute__((format(printf, 5, 6)));
static void fault(struct reader *r, const char *code, const struct tribx_conf *at, bool on_key, const char *fmt, ...)
{
	char text[256];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	r->failed = true;
	tribx_finding_put(r->f, TRIB_CONFIG, code, at, on_key, "%s", text);
}

static void *memory(struct reader *r, void *p)
{
	if (!p) {
		r->failed = r->stop = true;
		tribx_no_memory(r->f);
	}
	return p;
}

static char *token_text(struct reader *r, struct fy_token *token)
{
	size_t n = 0;
	const char *text = token ? fy_token_get_text(token, &n) : "";
	return memory(r, text ? tribx_arena_text(r->arena, text, n) : NULL);
}

static bool push(struct reader *r, const struct tribx_conf *c)
{
	if (r->count == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 64;
		struct tribx_conf *grown = realloc(r->stack, cap * sizeof *grown);
		if (!memory(r, grown))
			return false;
		r->stack = grown;
		r->cap = cap;
	}
	r->stack[r->count++] = *c;
	return true;
}

/* ---- values find their place ---- */

static void put_key(struct reader *r, struct frame *top, const struct tribx_conf *c)
{
	if (c->kind != TRIBX_SCALAR && !(c->kind == TRIBX_NULL && c->text && *c->text)) {
		fault(r, "yaml.key", c->line ? c : &top->head, false, "a key is a text, not a %s",
		      c->kind == TRIBX_LIST ? "list" : c->kind == TRIBX_MAP ? "map" : "null");
		r->stop = true;
		return;
	}
	top->key = *c;
	top->key.kind = TRIBX_SCALAR;
	top->key.key = c->plain && strcmp(c->text, merge_key) == 0 ? merge_key : c->text;
}

static void put(struct reader *r, struct tribx_conf c, size_t size)
{
	if (r->depth == 0) {
		r->root = c;
		return;
	}
	struct frame *top = &r->frames[r->depth - 1];
	top->size += size;
	if (top->head.kind == TRIBX_MAP && top->key.kind != TRIBX_SCALAR) {
		put_key(r, top, &c);
		return;
	}
	if (top->head.kind == TRIBX_MAP) {
		c.key = top->key.key;
		c.key_line = top->key.line;
		c.key_column = top->key.column;
		c.line = c.line ? c.line : top->key.line;      /* nothing is written: at its key */
		c.column = c.column ? c.column : top->key.column;
		top->key.kind = TRIBX_NULL;
	}
	push(r, &c);
}

static void remember(struct reader *r, const char *name, const struct tribx_conf *c, size_t size)
{
	struct anchor *a = name ? tribx_arena_new(r->arena, sizeof *a) : NULL;
	if (!name || !memory(r, a))
		return;
	*a = (struct anchor){ r->anchors, name, *c, size };
	r->anchors = a;
}

static void alias(struct reader *r, struct tribx_conf c, const char *name)
{
	for (const struct anchor *a = r->anchors; a; a = a->next) {
		if (strcmp(a->name, name) != 0)
			continue;
		if ((r->expanded += a->size) > EXPANDED_MAX) {
			fault(r, "yaml.alias_limit", &c, false, "aliases make more than %d values of this file",
			      EXPANDED_MAX);
			r->stop = true;
			return;
		}
		put(r, a->is, a->size);
		return;
	}
	bool open = false;
	for (size_t i = 0; i < r->depth; i++)
		open |= r->frames[i].anchor && strcmp(r->frames[i].anchor, name) == 0;
	fault(r, "yaml.alias", &c, false, open ? "alias *%s is inside of what it stands for"
	      : "there is no anchor &%s before this alias", name);
	r->stop = true;
}

/* ---- the end of a map: duplicates, merge keys ---- */

static void fault_twice(void *ctx, const char *name, size_t first, size_t again)
{
	struct reader *r = ctx;
	const struct tribx_conf *values = r->stack + r->frames[r->depth - 1].base;
	fault(r, "yaml.duplicate_key", &values[again], true, "key \"%s\" is there twice, first on line %d", name,
	      values[first].key_line);
}

static void check_twice(struct reader *r, const struct tribx_conf *values, size_t count)
{
	const char **names = malloc((count + 1) * sizeof *names);
	if (!memory(r, names))
		return;
	for (size_t i = 0; i < count; i++)
		names[i] = values[i].key;
	memory(r, tribx_each_twice(names, count, fault_twice, r) ? names : NULL);
	free(names);
}

/* Adds what map has and the values from base on have not. */
static void merge_map(struct reader *r, size_t base, const struct tribx_conf *map)
{
	if (map->kind != TRIBX_MAP) {
		fault(r, "yaml.merge", map, false, "<< takes a map or a list of maps");
		return;
	}
	for (size_t i = 0; i < map->count; i++) {
		bool there = false;
		for (size_t k = base; k < r->count && !there; k++)
			there = strcmp(r->stack[k].key, map->items[i].key) == 0;
		if (!there)
			push(r, &map->items[i]);
	}
}

static void merge(struct reader *r, size_t base)
{
	struct tribx_conf from = { 0 };
	for (size_t i = base; i < r->count; i++)
		if (r->stack[i].key == merge_key) {
			from = r->stack[i];
			memmove(r->stack + i, r->stack + i + 1, (r->count-- - i - 1) * sizeof from);
			break;
		}
	if (from.key != merge_key)
		return;
	for (size_t i = 0; from.kind == TRIBX_LIST && i < from.count; i++)
		merge_map(r, base, &from.items[i]);
	if (from.kind != TRIBX_LIST)
		merge_map(r, base, &from);
}

static void close_frame(struct reader *r)
{
	struct frame *top = &r->frames[r->depth - 1];
	if (top->head.kind == TRIBX_MAP && r->count > top->base) {
		check_twice(r, r->stack + top->base, r->count - top->base);
		merge(r, top->base);
	}
	size_t n = r->count - top->base;
	struct tribx_conf c = top->head;
	c.items = memory(r, tribx_arena_new(r->arena, n * sizeof *c.items));
	if (!c.items)
		return;
	if (n)
		memcpy(c.items, r->stack + top->base, n * sizeof *c.items);
	c.count = n;
	r->count = top->base;
	r->depth--;
	remember(r, top->anchor, &c, top->size + 1);
	put(r, c, top->size + 1);
}

static void open_frame(struct reader *r, const struct tribx_conf *head, char *anchor)
{
	if (r->depth == DEPTH_MAX) {
		fault(r, "yaml.too_deep", head, false, "more than %d levels of lists and maps", DEPTH_MAX);
		r->stop = true;
		return;
	}
	r->frames[r->depth++] = (struct frame){ .head = *head, .base = r->count, .anchor = anchor };
}

/* ---- events ---- */

/* !!str makes a text of anything; the others say what the rules say anyway; more would be code or guesses. */
static void apply_tag(struct reader *r, struct fy_event *event, struct tribx_conf *c)
{
	static const char *const known[] = { "str", "int", "float", "bool", "null", "map", "seq" };
	struct fy_token *tag = fy_event_get_tag_token(event);
	if (!tag)
		return;
	const char *handle = fy_tag_token_handle0(tag), *suffix = fy_tag_token_suffix0(tag);
	handle = handle ? handle : "";
	suffix = suffix ? suffix : "";
	bool good = strcmp(handle, "!") == 0 && !*suffix;
	for (size_t i = 0; strcmp(handle, "!!") == 0 && i < sizeof known / sizeof *known; i++)
		good |= strcmp(suffix, known[i]) == 0;
	if (!good)
		fault(r, "yaml.tag", c, false, "tag %s%s is not known", handle, suffix);
	if (c->kind != TRIBX_LIST && c->kind != TRIBX_MAP)
		c->plain = strcmp(handle, "!!") == 0 && strcmp(suffix, "str") != 0;
}

static void on_scalar(struct reader *r, struct fy_event *event, struct tribx_conf c, const char *anchor)
{
	c.kind = TRIBX_SCALAR;
	c.plain = fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
	c.text = token_text(r, event->scalar.value);
	apply_tag(r, event, &c);
	if (!c.text)
		return;
	size_t n = 0;
	fy_token_get_text(event->scalar.value, &n);
	if (strlen(c.text) != n)        /* "\0": what is behind it would be lost */
		fault(r, "config.control_character", &c, false, "\\0 inside of a text: no option can hold it");
	if (c.plain && tribx_plain_type(c.text) == TRIB_NULL)
		c.kind = TRIBX_NULL;
	remember(r, anchor, &c, 1);
	put(r, c, 1);
}

static void on_event(struct reader *r, struct fy_event *event)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	struct tribx_conf c = { .file = r->file, .source = r->source, .origin = "pipeline",
	                        .line = mark ? mark->line + 1 : 0, .column = mark ? mark->column + 1 : 0 };
	struct fy_token *token = event->type == FYET_ALIAS ? NULL : fy_event_get_anchor_token(event);
	char *anchor = token ? token_text(r, token) : NULL;
	switch (event->type) {
	case FYET_DOCUMENT_START:
		if (++r->documents > 1) {
			fault(r, "yaml.documents", &c, false, "a second document starts here; one file holds one");
			r->stop = true;
		}
		break;
	case FYET_SCALAR:
		on_scalar(r, event, c, anchor);
		break;
	case FYET_ALIAS:
		anchor = token_text(r, event->alias.anchor);
		if (anchor)
			alias(r, c, anchor);
		break;
	case FYET_SEQUENCE_START:
	case FYET_MAPPING_START:
		c.kind = event->type == FYET_SEQUENCE_START ? TRIBX_LIST : TRIBX_MAP;
		apply_tag(r, event, &c);
		open_frame(r, &c, anchor);
		break;
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		close_frame(r);
		break;
	default:
		break;
	}
}

static void syntax_errors(struct reader *r, struct fy_diag *diag)
{
	void *at = NULL;
	bool any = false;
	for (struct fy_diag_error *e; (e = fy_diag_errors_iterate(diag, &at)); any = true) {
		const struct tribx_conf c = { .file = r->file, .source = r->source, .line = e->line,
		                              .column = e->column };
		fault(r, "yaml.syntax", &c, false, "%s", e->msg);
	}
	if (!any) {
		const struct tribx_conf c = { .file = r->file };
		fault(r, "yaml.syntax", &c, false, "this is not YAML");
	}
}

static void parse(struct reader *r, struct fy_diag *diag)
{
	const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET, .diag = diag };
	struct fy_parser *parser = diag ? fy_parser_create(&cfg) : NULL;
	struct fy_event *event;
	if (!memory(r, parser))
		return;
	if (fy_parser_set_string(parser, r->source, strlen(r->source)) < 0)
		memory(r, NULL);
	while (!r->stop && (event = fy_parser_parse(parser))) {
		on_event(r, event);
		fy_parser_event_free(parser, event);
	}
	if (!r->stop && fy_parser_get_stream_error(parser))
		syntax_errors(r, diag);
	fy_parser_destroy(parser);
}

const struct tribx_conf *tribx_yaml(const char *text, const char *file, struct tribx_arena *arena,
                                    struct tribx_findings *f)
{
	struct reader *r = calloc(1, sizeof *r);
	if (!r) {
		tribx_no_memory(f);
		return NULL;
	}
	*r = (struct reader){ .arena = arena, .f = f, .file = file, .source = text };
	struct fy_diag *diag = fy_diag_create(NULL);
	if (diag)
		fy_diag_set_collect_errors(diag, true);
	parse(r, diag);
	fy_diag_destroy(diag);
	const struct tribx_conf at = { .file = file, .line = 1, .column = 1 };
	if (!r->failed && (r->documents == 0 || (r->root.kind == TRIBX_NULL)))
		fault(r, "yaml.empty", &at, false, "the file is empty");
	struct tribx_conf *root = r->failed ? NULL : memory(r, tribx_arena_new(arena, sizeof *root));
	if (root)
		*root = r->root;
	free(r->stack);
	free(r);
	return root;
}
