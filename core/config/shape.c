/* shape - the keys of a pipeline file. Options stay conf trees: plugins are not loaded here. */
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"

static const char *const top_keys[] = { "pipeline", "after", "next", "for_each", "defaults", "schedule",
                                        "max_rejects", "personal", "checkpoint", "source", "steps", "sink", NULL };
static const char *const source_own[] = { "use", "stream", NULL };
static const char *const sink_own[] = { "use", "table", "tables", "mode", "strategy", "key", "version_by", "slice_by",
                                        NULL };
static const char *const step_own[] = { "use", "name", NULL };

static const char *word_at(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static bool has(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

void tribx_unknown_key(const struct tribx_conf *c, const char *in, const char *const *names, struct tribx_findings *f)
{
	size_t n = 0, used = 0;
	while (names[n])
		n++;
	struct tribx_error *e = tribx_finding_put(f, TRIB_CONFIG, "config.unknown_key", c, true,
	                                          "unknown key \"%s\" in %s", c->key, in);
	const char *near = tribx_nearest(c->key, word_at, names, n);
	if (e && near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	for (size_t i = 0; e && !near && i < n && used < sizeof e->hint; i++)
		used += (size_t)snprintf(e->hint + used, sizeof e->hint - used, "%s%s", i ? ", " : "keys: ", names[i]);
}

struct tribx_conf *tribx_without(const struct tribx_conf *map, const char *const *names, struct tribx_arena *arena)
{
	struct tribx_conf *to = tribx_arena_new(arena, sizeof *to);
	struct tribx_conf *items = tribx_arena_new(arena, map->count * sizeof *items);
	if (!to || !items)
		return NULL;
	*to = *map;
	to->kind = TRIBX_MAP;
	to->items = items;
	to->count = 0;
	for (size_t i = 0; i < map->count; i++)
		if (!has(names, map->items[i].key))
			items[to->count++] = map->items[i];
	return to;
}

static const char *text_of(const struct tribx_conf *map, const char *key, struct tribx_findings *f)
{
	const struct tribx_conf *c = tribx_conf_get(map, key);
	if (!c || c->kind == TRIBX_NULL)
		return NULL;
	if (c->kind == TRIBX_SCALAR)
		return c->text;
	tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", c, false, "%s: a %s where a name is wanted", key,
	                  c->kind == TRIBX_LIST ? "list" : "map");
	return NULL;
}

bool tribx_texts(const struct tribx_conf *map, const char *key, struct tribx_arena *arena, const char ***items,
                 size_t *count, struct tribx_findings *f)
{
	const struct tribx_conf *c = tribx_conf_get(map, key);
	if (!c || c->kind == TRIBX_NULL)
		return true;
	size_t n = c->kind == TRIBX_LIST ? c->count : 1;
	const char **out = tribx_arena_new(arena, n * sizeof *out);
	if (!out)
		return tribx_no_memory(f);
	for (size_t i = 0; i < n; i++) {
		const struct tribx_conf *item = c->kind == TRIBX_LIST ? &c->items[i] : c;
		if (item->kind != TRIBX_SCALAR) {
			tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", item, false,
			                  "%s: not a name or a list of names", key);
			return false;
		}
		out[i] = item->text;
	}
	*items = out;
	*count = n;
	return true;
}

/* ---- defaults: ---- */

static void mark(struct tribx_conf *c, const char *origin)
{
	c->origin = origin;
	for (size_t i = 0; i < c->count; i++)
		mark(&c->items[i], origin);
}

/* map with what `defaults:` has for its plugin and it has not itself. */
static const struct tribx_conf *with_defaults(const struct tribx_conf *map, const char *use,
                                              const struct tribx_conf *root, struct tribx_arena *arena,
                                              struct tribx_findings *f)
{
	static const char *const none[] = { NULL };
	const struct tribx_conf *more = tribx_conf_get(tribx_conf_get(root, "defaults"), use);
	if (!more || more->kind != TRIBX_MAP)
		return map;
	struct tribx_conf *to = tribx_without(map, none, arena);
	struct tribx_conf *items = tribx_arena_new(arena, (map->count + more->count) * sizeof *items);
	if (!to || !items) {
		tribx_no_memory(f);
		return map;
	}
	if (to->count)
		memcpy(items, to->items, to->count * sizeof *items);
	to->items = items;
	for (size_t i = 0; i < more->count; i++)
		if (!tribx_conf_get(map, more->items[i].key)) {
			items[to->count] = more->items[i];
			mark(&items[to->count++], "defaults");
		}
	return to;
}

static void check_defaults(const struct tribx_pipeline *p, const struct tribx_conf *root, struct tribx_findings *f)
{
	const struct tribx_conf *d = tribx_conf_get(root, "defaults");
	if (d && d->kind != TRIBX_MAP && d->kind != TRIBX_NULL)
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", d, false,
		                  "defaults: not a map; write PLUGIN: { option: value }");
	for (size_t i = 0; d && d->kind == TRIBX_MAP && i < d->count; i++) {
		const char *name = d->items[i].key;
		bool used = (p->source.use && strcmp(p->source.use, name) == 0) ||
			(p->sink.use && strcmp(p->sink.use, name) == 0);
		for (size_t k = 0; k < p->step_count; k++)
			used |= p->steps[k].use && strcmp(p->steps[k].use, name) == 0;
		if (!used)
			tribx_finding_put(f, TRIB_OK, "config.unused_defaults", &d->items[i], true,
			                  "defaults for %s: no step of this pipeline uses it", name);
		if (d->items[i].kind != TRIBX_MAP && d->items[i].kind != TRIBX_NULL)
			tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", &d->items[i], false,
			                  "defaults for %s: not a map of options", name);
	}
}

/* ---- source, steps, sink ---- */

/* A step in its long form. NULL: a finding. */
static const struct tribx_conf *shape_end(struct tribx_step *s, const char *name, const char *const *own,
                                          const struct tribx_conf *root,
                                          struct tribx_arena *arena, struct tribx_findings *f)
{
	const struct tribx_conf *c = tribx_conf_get(root, name);
	s->name = name;
	s->at = c ? c : root;
	if (!c || c->kind == TRIBX_NULL) {
		struct tribx_error *e = tribx_finding_put(f, TRIB_CONFIG, "config.required", root, false,
		                                          "%s is required", name);
		if (e)
			tribx_error_hint(e, "%s: { use: PLUGIN, ... }; `trib plugins` lists them", name);
		return NULL;
	}
	if (c->kind != TRIBX_MAP) {
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", c, false,
		                  "%s: not a map; write { use: PLUGIN, ... }", name);
		return NULL;
	}
	s->use = text_of(c, "use", f);
	if (!s->use && !tribx_conf_get(c, "use"))
		tribx_finding_put(f, TRIB_CONFIG, "config.required", c, false,
		                  "%s.use is required: the name of a plugin", name);
	if (!s->use)
		return NULL;
	c = with_defaults(c, s->use, root, arena, f);
	s->options = tribx_without(c, own, arena);
	if (!s->options)
		tribx_no_memory(f);
	return c;
}

/* "- plugin", "- plugin: {options}" with or without a name beside, "- {use: plugin, name: n, ...}" */
static void shape_step(struct tribx_step *s, const struct tribx_conf *c, const struct tribx_conf *root,
                       struct tribx_arena *arena, struct tribx_findings *f)
{
	static const struct tribx_conf empty = { .kind = TRIBX_MAP };
	const struct tribx_conf *options = &empty, *use = tribx_conf_get(c, "use");
	s->at = c;
	if (c->kind == TRIBX_SCALAR)
		s->use = c->text;
	else if (use) {
		s->use = text_of(c, "use", f);
		s->name = text_of(c, "name", f);
		options = c;
	} else if (c->kind == TRIBX_MAP && c->count == 1 + (size_t)(tribx_conf_get(c, "name") != NULL)) {
		options = &c->items[strcmp(c->items[0].key, "name") == 0];
		s->use = options->key;
		s->name = text_of(c, "name", f);
		s->at = options;
	}
	if (!s->use || (options->kind != TRIBX_MAP && options->kind != TRIBX_NULL)) {
		struct tribx_error *e = tribx_finding_put(f, TRIB_CONFIG, "config.bad_step", s->use ? options : c,
		                                          false, "%s",
		                                          s->use ? "the options of a step are a map"
		                                          : "this is not a step");
		if (e)
			tribx_error_hint(e,
			                 "- PLUGIN: { option: value }, or - { use: PLUGIN, name: NAME, option: value "
			                 "}");
		s->use = NULL;
		return;
	}
	options = with_defaults(options, s->use, root, arena, f);
	static const char *const none[] = { NULL };
	s->options = tribx_without(options, use ? step_own : none, arena);
	if (!s->options)
		tribx_no_memory(f);
}

static bool taken(const struct tribx_pipeline *p, size_t upto, const char *name)
{
	bool hit = strcmp(name, "source") == 0 || strcmp(name, "sink") == 0;
	for (size_t i = 0; i < upto && !hit; i++)
		hit = p->steps[i].name && strcmp(p->steps[i].name, name) == 0;
	return hit;
}

/* Names that users gave must differ; the others get a number. */
static void name_steps(struct tribx_pipeline *p, struct tribx_arena *arena, struct tribx_findings *f)
{
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].name && taken(p, i, p->steps[i].name))
			tribx_finding_put(f, TRIB_CONFIG, "config.duplicate_key", p->steps[i].at, false,
			                  "step name \"%s\" is taken", p->steps[i].name);
	for (size_t i = 0; i < p->step_count; i++) {
		struct tribx_step *s = &p->steps[i];
		const char *base = s->use ? s->use : "step";
		if (s->name)
			continue;
		struct tribx_buf b = { 0 };
		tribx_buf_puts(&b, base);
		for (int n = 2; !b.failed && taken(p, p->step_count, b.p); n++) {
			b.n = 0;
			tribx_buf_fmt(&b, "%s-%d", base, n);
		}
		s->name = b.failed ? NULL : tribx_arena_text(arena, b.p, b.n);
		tribx_buf_done(&b);
		if (!s->name)
			tribx_no_memory(f);
	}
}

static void shape_steps(struct tribx_pipeline *p, const struct tribx_conf *root, struct tribx_arena *arena,
                        struct tribx_findings *f)
{
	const struct tribx_conf *steps = tribx_conf_get(root, "steps");
	if (!steps || steps->kind == TRIBX_NULL)
		return;
	if (steps->kind != TRIBX_LIST) {
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", steps, false,
		                  "steps: not a list; write one step per line, each with a dash");
		return;
	}
	p->steps = tribx_arena_new(arena, steps->count * sizeof *p->steps);
	if (!p->steps) {
		tribx_no_memory(f);
		return;
	}
	for (; p->step_count < steps->count; p->step_count++)
		shape_step(&p->steps[p->step_count], &steps->items[p->step_count], root, arena, f);
	name_steps(p, arena, f);
}

/* ---- limits ---- */

static void shape_rejects(struct tribx_pipeline *p, const struct tribx_conf *root, struct tribx_findings *f)
{
	const struct tribx_conf *c = tribx_conf_get(root, "max_rejects");
	static const struct trib_field rows[] = { { .name = "rows", .type = TRIB_I64, .allow = "0.." }, { 0 } };
	static const struct trib_field share[] = { { .name = "share", .type = TRIB_F64, .allow = "0..100" }, { 0 } };
	p->max_rejects = 0;
	p->max_rejects_share = -1;
	if (!c || c->kind == TRIBX_NULL)
		return;
	char text[64] = "";
	struct tribx_arena scratch = { 0 };
	size_t n = c->kind == TRIBX_SCALAR ? strlen(c->text) : 0;
	bool percent = n > 1 && n < sizeof text && c->text[n - 1] == '%';
	double whole = 0;
	memcpy(text, c->kind == TRIBX_SCALAR ? c->text : "", n < sizeof text ? n - percent : 0);
	const char *why = percent ? tribx_field_set(share, &whole, &scratch, text)
		: tribx_field_set(rows, &p->max_rejects, &scratch, text);
	if (why)
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", c, false,
		                  "max_rejects: not a number of rows or a share (allowed: 0.. or 0%%..100%%)");
	if (percent) {
		p->max_rejects = -1;
		p->max_rejects_share = whole / 100;
	}
	tribx_arena_done(&scratch);
}

static void shape_checkpoint(struct tribx_pipeline *p, const struct tribx_conf *root, struct tribx_arena *arena,
                             struct tribx_findings *f)
{
	struct checkpoint { int64_t rows, bytes; trib_duration age; } c = { 0 };
	static const struct trib_field table[] = {
		TRIB_FIELD(struct checkpoint, rows, .dflt = "100000", .allow = "1.."),
		TRIB_FIELD(struct checkpoint, bytes, .dflt = "64MiB", .allow = "1.."),
		TRIB_FIELD(struct checkpoint, age, .dflt = "60s", .allow = "1ms.."),
		{ 0 }
	};
	const struct tribx_conf *given = tribx_conf_get(root, "checkpoint");
	tribx_fields_load(table, &c, NULL, NULL, arena, given && given->kind != TRIBX_NULL ? given : NULL, NULL, f);
	p->checkpoint_rows = c.rows;
	p->checkpoint_bytes = c.bytes;
	p->checkpoint_age_ms = c.age.ms;
}

void tribx_pipeline_shape(struct tribx_pipeline *p, const struct tribx_conf *root, struct tribx_arena *arena,
                          struct tribx_findings *f)
{
	for (size_t i = 0; i < root->count; i++)
		if (!has(top_keys, root->items[i].key) && strncmp(root->items[i].key, "x-", 2) != 0)
			tribx_unknown_key(&root->items[i], "a pipeline", top_keys, f);
	p->conf = root;
	tribx_texts(root, "after", arena, &p->after, &p->after_count, f);
	tribx_texts(root, "personal", arena, &p->personal, &p->personal_count, f);
	p->next = text_of(root, "next", f);
	const struct tribx_conf *source = shape_end(&p->source, "source", source_own, root, arena, f);
	p->stream = source ? text_of(source, "stream", f) : NULL;
	shape_steps(p, root, arena, f);
	const struct tribx_conf *sink = shape_end(&p->sink, "sink", sink_own, root, arena, f);
	p->table = sink ? text_of(sink, "table", f) : NULL;
	if (sink)
		tribx_shape_tables(p, sink, arena, f);
	check_defaults(p, root, f);
	shape_rejects(p, root, f);
	shape_checkpoint(p, root, arena, f);
	p->schedule = tribx_conf_get(root, "schedule");
}

bool tribx_pipeline_whole(const struct tribx_pipeline *p)
{
	bool whole = p->source.options && p->sink.options;
	for (size_t i = 0; i < p->step_count; i++)
		whole &= p->steps[i].options && p->steps[i].name;
	return whole;
}
