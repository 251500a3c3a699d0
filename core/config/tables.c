/* tables - what a sink's `tables:` says, and the same words at the sink itself for the main output's table. */
#include <stdlib.h>

#include "config/load.h"

const struct tribx_mode_word tribx_modes[] = {
	{ "append", NULL, TRIB_APPEND }, { "merge", "upsert", TRIB_MERGE },
	{ "merge", "insert_only", TRIB_INSERT_ONLY },
	{ "merge", "replace_slice", TRIB_REPLACE_SLICE }, { "replace", NULL, TRIB_REPLACE },
	{ "scd2", NULL, TRIB_SCD2 },
	{ "effective", NULL, TRIB_EFFECTIVE }, { "snapshot", NULL, TRIB_SNAPSHOT }, { 0 }
};
static const char *const table_keys[] = { "mode", "strategy", "key", "version_by", "slice_by", NULL };

static const char *word_at(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static void bad_word(const struct tribx_conf *c, const char *key, const char *const *words, size_t count,
                     const char *allowed, struct tribx_findings *f)
{
	struct tribx_error *e = tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", c, false,
	                                          "%s: unknown word (allowed: %s)", key, allowed);
	const char *near = c->kind == TRIBX_SCALAR ? tribx_nearest(c->text, word_at, words, count) : NULL;
	if (e && near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
}

static bool is(const struct tribx_conf *c, const char *word)
{
	return c && c->kind == TRIBX_SCALAR && strcmp(c->text, word) == 0;
}

static void shape_mode(struct tribx_table_conf *t, const struct tribx_conf *at, struct tribx_findings *f)
{
	static const char *const modes[] = { "append", "merge", "replace", "scd2", "effective", "snapshot" };
	static const char *const strategies[] = { "upsert", "insert_only", "replace_slice" };
	const struct tribx_conf *mode = tribx_conf_get(at, "mode"), *strategy = tribx_conf_get(at, "strategy");
	const struct tribx_mode_word *found = NULL;
	for (const struct tribx_mode_word *m = tribx_modes; m->mode && !found; m++)
		found = is(mode, m->mode) ? m : NULL;   /* the first of a mode is its default */
	if (mode && mode->kind != TRIBX_NULL && !found)
		bad_word(mode, "mode", modes, 6, "append|merge|replace|scd2|effective|snapshot", f);
	if (found) {
		t->mode = found->is;
		t->mode_given = true;
	}
	if (!strategy || strategy->kind == TRIBX_NULL)
		return;
	if (!is(mode, "merge")) {
		struct tribx_error *e = tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", strategy, true,
		                                          "strategy: belongs to mode merge");
		if (e)
			tribx_error_hint(e, "write mode: merge, or leave strategy out");
		return;
	}
	found = NULL;
	for (const struct tribx_mode_word *m = tribx_modes; m->mode && !found; m++)
		found = m->strategy && is(strategy, m->strategy) ? m : NULL;
	if (found)
		t->mode = found->is;
	else
		bad_word(strategy, "strategy", strategies, 3, "upsert|insert_only|replace_slice", f);
}

/* The rest, as written: nested values as JSON. */
static void shape_options(struct tribx_table_conf *t, const struct tribx_conf *at, struct tribx_arena *arena,
                          struct tribx_findings *f)
{
	t->option_names = tribx_arena_new(arena, at->count * sizeof *t->option_names);
	t->option_texts = tribx_arena_new(arena, at->count * sizeof *t->option_texts);
	if (!t->option_names || !t->option_texts) {
		tribx_no_memory(f);
		return;
	}
	for (size_t i = 0; i < at->count; i++) {
		const struct tribx_conf *c = &at->items[i];
		bool taken = c->kind == TRIBX_NULL;
		for (size_t k = 0; table_keys[k]; k++)
			taken |= strcmp(c->key, table_keys[k]) == 0;
		if (taken)
			continue;
		struct tribx_buf json = { 0 };
		bool scalar = c->kind == TRIBX_SCALAR, good = scalar || tribx_conf_json(c, &json);
		const char *text = scalar ? c->text : json.failed ? NULL
			: tribx_arena_text(arena, json.p ? json.p : "", json.n);
		tribx_buf_done(&json);
		if (!good)
			tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", c, false,
			                  "%s: no JSON value (.inf, .nan or too deep)", c->key);
		if (!text)
			tribx_no_memory(f);
		t->option_names[t->option_count] = c->key;
		t->option_texts[t->option_count++] = text ? text : "";
	}
}

static void shape_table(struct tribx_table_conf *t, const char *name, const struct tribx_conf *at, bool options,
                        struct tribx_arena *arena,
                        struct tribx_findings *f)
{
	*t = (struct tribx_table_conf){ .name = name, .at = at, .mode = TRIB_APPEND };
	if (at->kind == TRIBX_NULL)
		return;
	if (at->kind != TRIBX_MAP) {
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", at, false,
		                  "table %s: not a map; write { mode: ..., key: [...] }", name);
		return;
	}
	shape_mode(t, at, f);
	tribx_texts(at, "key", arena, &t->key.items, &t->key.count, f);
	tribx_texts(at, "version_by", arena, &t->version_by.items, &t->version_by.count, f);
	tribx_texts(at, "slice_by", arena, &t->slice_by.items, &t->slice_by.count, f);
	if (options)
		shape_options(t, at, arena, f);
}

void tribx_shape_tables(struct tribx_pipeline *p, const struct tribx_conf *sink, struct tribx_arena *arena,
                        struct tribx_findings *f)
{
	const struct tribx_conf *tables = tribx_conf_get(sink, "tables"), *own = NULL;
	for (size_t k = 0; table_keys[k] && !own; k++)
		own = tribx_conf_get(sink, table_keys[k]);
	if (tables && tables->kind != TRIBX_MAP && tables->kind != TRIBX_NULL) {
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", tables, false,
		                  "tables: not a map; write NAME: { mode: ..., key: [...] }");
		tables = NULL;
	}
	size_t count = tables ? tables->count : 0;
	p->tables = tribx_arena_new(arena, (count + 1) * sizeof *p->tables);
	if (!p->tables) {
		tribx_no_memory(f);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		shape_table(&p->tables[p->table_count++], tables->items[i].key, &tables->items[i], true, arena, f);
		if (own && p->table && strcmp(p->table, tables->items[i].key) == 0)
			tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", own, true,
			                  "%s: table %s has an entry in tables; say it there", own->key, p->table);
	}
	if (own)
		shape_table(&p->tables[p->table_count++], p->table, sink, false, arena, f);
}
