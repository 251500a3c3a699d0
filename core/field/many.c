/* many - lists and maps: of texts, of structs, written in place or in a file of their own. See fill.h. */
#include <jansson.h>
#include <stdio.h>

#include "field/fill.h"

/* ---- from text: "a, b" and "a = 1, b = 2"; JSON when it starts like JSON ---- */

static char *trimmed(char *text)
{
	text += strspn(text, " ");
	for (size_t end = strlen(text); end > 0 && text[end - 1] == ' ';)
		text[--end] = 0;
	return text;
}

static size_t split(struct tribx_conf *to, bool map, char *text)
{
	size_t n = 0;
	for (char *item; (item = strsep(&text, ",")); n++) {
		struct tribx_conf *c = &to->items[n];
		c->kind = TRIBX_SCALAR;
		if (map)
			c->key = trimmed(strsep(&item, "="));
		c->text = item ? trimmed(item) : "";
	}
	return n;
}

static struct tribx_conf *of_words(const struct trib_field *row, const char *text, struct tribx_arena *a)
{
	size_t most = 1;
	for (const char *s = text; *s; s++)
		most += *s == ',';
	struct tribx_conf *c = tribx_arena_new(a, sizeof *c);
	char *copy = tribx_arena_text(a, text, strlen(text));
	if (!c || !copy || !(c->items = tribx_arena_new(a, most * sizeof *c->items)))
		return NULL;
	c->kind = row->type == TRIB_MAP ? TRIBX_MAP : TRIBX_LIST;
	c->count = *text ? split(c, row->type == TRIB_MAP, copy) : 0;
	return c;
}

const struct tribx_conf *tribx_conf_of_text(const struct trib_field *row, const char *text, struct tribx_arena *a)
{
	bool many = row->type == TRIB_LIST || row->type == TRIB_MAP;
	if (row->type == TRIB_JSON || (many && (*text == '[' || *text == '{'))) {
		json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);
		struct tribx_conf *c = v ? tribx_conf_of_json(v, NULL, a) : NULL;
		json_decref(v);
		if (v)
			return c;
	}
	if (many)
		return of_words(row, text, a);
	struct tribx_conf *c = tribx_arena_new(a, sizeof *c);
	if (c)
		*c = (struct tribx_conf){ .kind = TRIBX_SCALAR, .text = text, .plain = true };
	return c;
}

/* ---- filling ---- */

static const struct trib_field *item_row(const struct trib_field *row, struct trib_field *room)
{
	*room = (struct trib_field){ .name = row->name, .type = TRIB_STR,
	                             .flags = row->flags & (TRIB_EXPR | TRIB_PATH | TRIB_PII), .allow = row->allow };
	return room;
}

/* One item: a struct by `of`, or a text. */
static void fill_item(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, void *slot)
{
	struct trib_field text;
	if (!row->of) {
		if (c->kind == TRIBX_NULL) {
			w->failed = true;
			tribx_finding_put(w->findings, TRIB_CONFIG, "config.bad_value", c, false,
			                  "option %s: nothing is written here ('' is the empty text)", w->path);
		} else
			tribx_fill_value(w, item_row(row, &text), c, slot);
		return;
	}
	struct tribx_conf first, map = *c;
	if (c->kind == TRIBX_SCALAR && row->type == TRIB_MAP) {   /* "users: int64" is "users: { type: int64 }" */
		first = *c;
		first.key = row->of->name;
		map.kind = TRIBX_MAP;
		map.items = &first;
		map.count = 1;
		c = &map;
	}
	if (c->kind != TRIBX_MAP && c->kind != TRIBX_NULL)
		tribx_fill_fault(w, row, c, "config.bad_value", "not a map of options");
	else
		tribx_fill_table(w, row->of, slot, NULL, NULL, c);
}

static void fill_list(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, bool csv,
                      trib_list *out)
{
	size_t size = row->of ? row->of_size : sizeof(const char *);
	char *items = c->count ? tribx_arena_new(w->kept, c->count * size) : NULL;
	if (c->count && !tribx_fill_memory(w, items))
		return;
	for (size_t i = 0; i < c->count; i++) {
		size_t length = tribx_path_push(w, NULL, i);
		const struct tribx_conf *item = &c->items[i];
		if (csv && !row->of && item->kind == TRIBX_MAP && item->count > 0)
			item = &item->items[0];   /* a row where texts are wanted: its first column */
		fill_item(w, row, item, items + i * size);
		w->path[length] = 0;
	}
	*out = (trib_list){ items, c->count };
}

/* A CSV file where a map is wanted: the first column names the entries, the others are the value. */
struct entry { const char *name; struct tribx_conf value; };

static bool entry_of(const struct trib_field *row, const struct tribx_conf *c, const struct tribx_conf *item,
                     struct entry *out)
{
	if (c->kind == TRIBX_MAP) {
		*out = (struct entry){ item->key, *item };
		return true;
	}
	if (item->kind != TRIBX_MAP || item->count < 1 || item->items[0].kind != TRIBX_SCALAR ||
	    (!row->of && item->count < 2))
		return false;
	out->name = item->items[0].text;
	out->value = row->of ? *item : item->items[1];
	if (row->of) {
		out->value.items++;
		out->value.count--;
	}
	return true;
}

struct twice { struct tribx_fill *w; const struct trib_field *row; const struct tribx_conf *c; };

static void fault_twice(void *ctx, const char *name, size_t first, size_t again)
{
	struct twice *t = ctx;
	(void)first;
	size_t length = tribx_path_push(t->w, name, 0);
	tribx_fill_fault(t->w, t->row, &t->c->items[again], "config.duplicate_key", "the name is there twice");
	t->w->path[length] = 0;
}

static void fill_map(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, trib_map *out)
{
	size_t size = row->of ? row->of_size : sizeof(const char *), count = 0;
	const char **names = tribx_arena_new(w->kept, (c->count + 1) * sizeof *names);
	char *items = tribx_arena_new(w->kept, (c->count + 1) * size);
	if (!tribx_fill_memory(w, names) || !tribx_fill_memory(w, items))
		return;
	for (size_t i = 0; i < c->count; i++) {
		struct entry e;
		if (!entry_of(row, c, &c->items[i], &e)) {
			tribx_fill_fault(w, row, &c->items[i], "config.bad_value", "not a name and its value");
			continue;
		}
		size_t length = tribx_path_push(w, e.name, 0);
		names[count] = tribx_arena_text(w->kept, e.name, strlen(e.name));
		if (tribx_fill_memory(w, names[count]))
			fill_item(w, row, &e.value, items + count++ * size);
		w->path[length] = 0;
	}
	struct twice twice = { w, row, c };
	if (c->kind == TRIBX_LIST && count == c->count)   /* of a map, the file's reader has seen to it */
		tribx_fill_memory(w, tribx_each_twice(names, count, fault_twice, &twice) ? names : NULL);
	*out = (trib_map){ names, items, count };
}

static bool is_file_name(const struct trib_field *row, const char *text)
{
	static const char *const ends[] = { ".yaml", ".yml", ".json", ".csv" };
	size_t n = strlen(text);
	for (size_t i = 0; !(row->flags & TRIB_PATH) && i < sizeof ends / sizeof *ends; i++)
		if (n > strlen(ends[i]) && strcmp(text + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

void tribx_fill_many(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, void *slot)
{
	bool map = row->type == TRIB_MAP, csv = false;
	if (tribx_is_group(row)) {
		if (c->kind == TRIBX_MAP)
			tribx_fill_table(w, row->of, slot, NULL, NULL, c);
		else
			tribx_fill_fault(w, row, c, "config.bad_value", "not a map of options");
		return;
	}
	if (c->kind == TRIBX_SCALAR && is_file_name(row, c->text) && w->includes && w->includes->load) {
		csv = c->text[strlen(c->text) - 1] == 'v';
		c = w->includes->load(w->includes->ctx, c, w->findings);
		w->failed |= !c;
		if (!c)
			return;
	}
	struct tribx_conf one = { .kind = TRIBX_LIST, .items = (struct tribx_conf *)c, .count = 1 };
	if (!map && !row->of && c->kind == TRIBX_SCALAR)
		c = &one;   /* key: id is key: [id] */
	if (map ? c->kind != TRIBX_MAP && !(csv && c->kind == TRIBX_LIST) : c->kind != TRIBX_LIST) {
		char why[256];
		int n = snprintf(why, sizeof why, "not a %s%s", tribx_field_type_name(row),
		                 c->kind == TRIBX_SCALAR ? ", nor the name of a .yaml, .json or .csv file" : "");
		if (row->of && !map)   /* what an entry looks like: its first two options */
			snprintf(why + n, sizeof why - (size_t)n, "; write one entry per line: - { %s: ..., %s: ... }",
			         row->of[0].name, row->of[1].name ? row->of[1].name : "...");
		tribx_fill_fault(w, row, c, "config.bad_value", why);
	} else if (map)
		fill_map(w, row, c, slot);
	else
		fill_list(w, row, c, csv, slot);
}
