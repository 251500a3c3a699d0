/* field - fills a struct from a conf tree by its table; every fault is collected, with its place and what is
 * allowed. */
#include "field/field.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "field/fill.h"
#include "parse/date.h"
#include "parse/expr.h"

/* ---- what is wrong, and where ---- */

size_t tribx_path_push(struct tribx_fill *w, const char *name, size_t index)
{
	size_t length = strlen(w->path), left = sizeof w->path - length;
	char *to = w->path + length;
	if (!name) {
		snprintf(to, left, "[%zu]", index);
		return length;
	}
	if (length && left > 1)            /* without printf: every option of every step passes here, given or not */
		*to++ = '.', left--;
	size_t n = strnlen(name, left - 1);
	memcpy(to, name, n);
	to[n] = '\0';
	return length;
}

static const char *word_at(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

/* "did you mean" over the words of allow. */
static void hint_word(struct tribx_error *e, const char *allow, const char *text)
{
	char copy[512], *rest = copy;
	const char *names[32];
	size_t n = 0;
	snprintf(copy, sizeof copy, "%s", allow);
	for (char *w; n < 32 && (w = strsep(&rest, "|"));)
		names[n++] = w;
	const char *near = tribx_nearest(text, word_at, names, n);
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
}

void tribx_fill_fault(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, const char *code,
                      const char *why)
{
	w->failed = true;
	struct tribx_error *e = tribx_finding_put(w->findings, TRIB_CONFIG, code, c, false, "option %s: %s%s%s%s",
	                                          w->path, why,
	                                          row->allow ? " (allowed: " : "", row->allow ? row->allow : "",
	                                          row->allow ? ")" : "");
	if (!e || !c || c->kind != TRIBX_SCALAR)
		return;
	if (row->type == TRIB_SECRET || c->secret)
		memset(e->line_text, 0, sizeof e->line_text);
	else if (!strstr(e->line_text, c->text))
		tribx_error_sample(e, tribx_text(c->text));   /* came by substitution: the line does not show it */
	if (row->allow && tribx_is_text(row->type))
		hint_word(e, row->allow, c->text);
}

bool tribx_fill_memory(struct tribx_fill *w, const void *p)
{
	if (!p) {
		w->failed = true;
		tribx_finding_put(w->findings, TRIB_FATAL, "internal.no_memory", NULL, false, "no memory for option %s",
		                  w->path);
	}
	return p != NULL;
}

/* ---- texts: paths, expressions, secrets ---- */

static char *absolute(struct tribx_fill *w, const char *text)
{
	const char *dir = w->includes ? w->includes->dir : NULL;
	if (!dir || !*text || *text == '/' || strstr(text, "://"))
		return tribx_arena_text(w->kept, text, strlen(text));
	char *here = *dir == '/' ? NULL : getcwd(NULL, 0);
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "%s%s%s%s%s", here ? here : "", here ? "/" : "", dir, dir[strlen(dir) - 1] == '/' ? "" : "/",
	              text);
	free(here);
	char *path = b.failed ? NULL : tribx_arena_text(w->kept, b.p, b.n);
	tribx_buf_done(&b);
	return path;
}

/* The caret moves into the text when that is written on one line; columns are characters. */
static void move_caret(struct tribx_error *e, const char *text, int character)
{
	const char *at = e->line_text;
	for (int column = 1; *at && column < e->column; column++)
		do
			at++;
		while (((unsigned char)*at & 0xC0) == 0x80);
	bool quoted = *at == '"' || *at == '\'';
	if (e->column > 0 && strncmp(at + quoted, text, strlen(text)) == 0)
		e->column += quoted + character - 1;
}

static void check_expression(struct tribx_fill *w, const struct tribx_conf *c, const char *text)
{
	struct tribx_error found = { 0 };
	struct tribx_arena scratch = { 0 };
	struct trib_expr *x = NULL;
	int rc = tribx_expr_compile(text, &scratch, &x, &found);
	tribx_expr_done(x);
	tribx_arena_done(&scratch);
	if (rc >= 0)
		return;
	w->failed = true;
	struct tribx_error *e = tribx_finding_put(w->findings, found.status, found.code, c, false, "option %s: %s", w->path,
	                                          found.text);
	if (e)
		tribx_error_hint(e, "%s", found.hint);
	if (e && found.column > 0)
		move_caret(e, text, found.column);
}

static void check_time_format(struct tribx_fill *w, const struct tribx_conf *c, const char *text)
{
	const char *at = text;
	if (tribx_date_format(text, &at))
		return;
	w->failed = true;
	struct tribx_error *e = tribx_finding_put(w->findings, TRIB_CONFIG, "config.bad_value", c, false,
	                                          "option %s: %.*s is no part of a date or time", w->path,
	                                          2 + (at[1] == '-'), at);
	if (!e)
		return;
	tribx_error_hint(e, "write it like %%d.%%m.%%Y or %%Y-%%m-%%d %%H:%%M:%%S; docs/formats.md lists the letters");
	move_caret(e, text, (int)(at - text) + 1);
}

/* What is kept of a text value; NULL: no memory, noted. */
static const char *keep_text(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c,
                             const char *text)
{
	if (row->flags & TRIB_EXPR)
		check_expression(w, c, text);
	if (row->flags & TRIB_TIME_FORMAT)
		check_time_format(w, c, text);
	const char *kept = row->flags & TRIB_PATH ? absolute(w, text) : tribx_arena_text(w->kept, text, strlen(text));
	/* what could not be filled in names the place of a secret and is none: it is shown, and said already */
	const bool secret = row->type == TRIB_SECRET && !strstr(text, "${env:") && !strstr(text, "${file:");
	if (tribx_fill_memory(w, kept) && secret)
		tribx_secret(kept);
	if (secret && c->file && !c->secret) {
		struct tribx_error *e = tribx_finding_put(w->findings, TRIB_OK, "config.literal_secret", c, true,
		                                          "option %s: a secret is written in the file", w->path);
		if (e) {
			memset(e->line_text, 0, sizeof e->line_text);
			tribx_error_hint(e, "write ${env:NAME} or ${file:PATH} instead, and change the secret");
		}
	}
	return kept;
}

static void fill_json(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, void *slot)
{
	struct tribx_buf b = { 0 };
	bool good = tribx_conf_json(c, &b);
	if (!good)
		tribx_fill_fault(w, row, c, "config.bad_value", "no JSON value (.inf, .nan or too deep)");
	else {
		const char *kept = b.failed ? NULL : tribx_arena_text(w->kept, b.p, b.n);
		if (tribx_fill_memory(w, kept))
			*(const char **)slot = kept;
	}
	tribx_buf_done(&b);
}

void tribx_fill_value(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, void *slot)
{
	union tribx_value v = { 0 };
	if (row->type == TRIB_LIST || row->type == TRIB_MAP) {
		tribx_fill_many(w, row, c, slot);
		return;
	}
	if (row->type == TRIB_JSON) {
		fill_json(w, row, c, slot);
		return;
	}
	if (c->kind != TRIBX_SCALAR) {
		char why[96];
		snprintf(why, sizeof why, "a %s where one value is wanted (%s)", c->kind == TRIBX_LIST ? "list" : "map",
		         tribx_field_type_name(row));
		tribx_fill_fault(w, row, c, "config.bad_value", why);
		return;
	}
	const char *why = tribx_value_parse(row, c->text, &v);
	if (why) {
		tribx_fill_fault(w, row, c, "config.bad_value", why);
		return;
	}
	if (tribx_is_text(row->type) && !(v.text = keep_text(w, row, c, v.text)))
		return;
	tribx_value_store(row, v, slot);
}

/* ---- a whole table ---- */

/* A JSON option from text is that text: its digits stay as they are. */
static const char *set_json(void *slot, struct tribx_arena *kept, const char *text)
{
	json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);
	json_decref(v);
	if (!v)
		return "not a JSON value";
	const char *copy = tribx_arena_text(kept, text, strlen(text));
	if (!copy)
		return "no memory";
	*(const char **)slot = copy;
	return NULL;
}

struct tables { const struct trib_field *t[2]; };

static const struct trib_field *find(const struct tables *both, const char *key, int *which)
{
	for (*which = 0; *which < 2; ++*which)
		for (const struct trib_field *r = both->t[*which]; r && r->name; r++)
			if (strcmp(r->name, key) == 0)
				return r;
	return NULL;
}

static size_t names_of(const struct tables *both, const char *names[], size_t max)
{
	size_t n = 0;
	for (int i = 0; i < 2; i++)
		for (const struct trib_field *r = both->t[i]; r && r->name && n < max; r++)
			if (!(r->flags & (TRIB_PART | TRIB_DEPRECATED)))
				names[n++] = r->name;
	return n;
}

/* Rows of a CSV file have their keys in the header above them: a key's fault is one of the header, once for all rows. */
static bool under_header(const struct tribx_conf *map)
{
	const size_t n = map && map->file ? strlen(map->file) : 0;
	return n > 4 && map->count && strcmp(map->file + n - 4, ".csv") == 0;
}

/* "fx[17].date" as "fx[].date" */
static const char *any_row(const char *path, char *to, size_t size)
{
	size_t n = 0;
	for (const char *p = path; *p && n + 1 < size; p++)
		if (p == path || p[-1] != '[' || strspn(p, "0123456789") == 0)
			to[n++] = *p;
		else {
			p += strspn(p, "0123456789");
			to[n++] = *p;
		}
	to[n] = 0;
	return to;
}

/* Words of one meaning: where one of them is the key, who writes another meant it. */
static const char *meant(const char *key, const char *const *names, size_t n)
{
	enum { GROUPS = 3, WORDS = 4 };
	static const char *const same[GROUPS][WORDS] = {
		{ "tz", "zone", "timezone", "time_zone" }, { "delimiter", "separator", "sep", "delim" }, { "every", "interval", "", "" },
	};
	for (int g = 0; g < GROUPS; g++) {
		bool is = false;
		for (int i = 0; i < WORDS; i++)
			is |= strcmp(same[g][i], key) == 0;
		for (size_t k = 0; is && k < n * WORDS; k++)
			if (strcmp(same[g][k % WORDS], names[k / WORDS]) == 0)
				return names[k / WORDS];
	}
	return NULL;
}

static void unknown(struct tribx_fill *w, const struct tables *both, const struct tribx_conf *c, bool header)
{
	const char *names[256];
	char path[sizeof w->path];
	size_t n = names_of(both, names, 256), used = 0;
	w->failed = true;
	struct tribx_error *e = tribx_finding_put(w->findings, TRIB_CONFIG, "config.unknown_key", c, true,
	                                          "unknown option %s",
	                                          header ? any_row(w->path, path, sizeof path) : w->path);
	const char *other = meant(c->key, names, n), *near = other ? other : tribx_nearest(c->key, word_at, names, n);
	if (!e)
		return;
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	for (size_t i = 0; !near && i < n; i++)
		used += (size_t)snprintf(e->hint + (used < sizeof e->hint ? used : sizeof e->hint - 1),
		                         used < sizeof e->hint ? sizeof e->hint - used : 1, "%s%s",
		                         i ? ", " : "options: ", names[i]);
}

static void fill_given(struct tribx_fill *w, const struct tables *both, void *const selves[2],
                       const struct tribx_conf *c, bool header)
{
	int which;
	const struct trib_field *row = find(both, c->key, &which);
	if (!row)
		unknown(w, both, c, header);
	else if (row->flags & TRIB_PART) {
		w->failed = true;
		tribx_finding_put(w->findings, TRIB_CONFIG, "config.part_option", c, true,
		                  "option %s: set for each part by the plugin, not by users", w->path);
	} else if (c->kind != TRIBX_NULL) {
		if (row->flags & TRIB_DEPRECATED) {
			struct tribx_error *e = tribx_finding_put(w->findings, TRIB_OK, "config.deprecated", c, true,
			                                          "option %s: deprecated", w->path);
			if (e)
				tribx_error_hint(e, "%s", row->help ? row->help : "leave it out");
		}
		tribx_fill_value(w, row, c, (char *)selves[which] + row->offset);
	}
}

static void fill_missing(struct tribx_fill *w, const struct trib_field *row, void *self, const struct tribx_conf *map)
{
	const struct tribx_conf *c = tribx_conf_get(map, row->name);
	if ((c && c->kind != TRIBX_NULL) || row->flags & TRIB_PART)
		return;
	if (tribx_is_group(row))
		tribx_fill_table(w, row->of, (char *)self + row->offset, NULL, NULL, NULL);
	else if (row->dflt && row->type == TRIB_JSON)
		tribx_fill_memory(w, set_json((char *)self + row->offset, w->kept, row->dflt) ? NULL : row);
	else if (row->dflt) {
		const struct tribx_conf *dflt = tribx_conf_of_text(row, row->dflt, w->kept);
		if (tribx_fill_memory(w, dflt))
			tribx_fill_value(w, row, dflt, (char *)self + row->offset);
	} else if (row->flags & TRIB_REQUIRED) {
		const bool header = under_header(map);
		char path[sizeof w->path];
		w->failed = true;
		tribx_finding_put(w->findings, TRIB_CONFIG, "config.required", c ? c : header ? &map->items[0] : map,
		                  c ? !header : header, "option %s is required: %s",
		                  header && !c ? any_row(w->path, path, sizeof path) : w->path,
		                  row->help ? row->help : tribx_field_type_name(row));
	}
}

void tribx_fill_table(struct tribx_fill *w, const struct trib_field *table, void *self, const struct trib_field *more,
                      void *more_self,
                      const struct tribx_conf *map)
{
	const struct tables both = { { table, more } };
	void *const selves[2] = { self, more_self };
	const bool header = under_header(map);
	for (size_t i = 0; map && i < map->count; i++) {
		size_t length = tribx_path_push(w, map->items[i].key, 0);
		fill_given(w, &both, selves, &map->items[i], header);
		w->path[length] = 0;
	}
	for (int t = 0; t < 2; t++)
		for (const struct trib_field *row = both.t[t]; row && row->name; row++) {
			size_t length = tribx_path_push(w, row->name, 0);
			fill_missing(w, row, selves[t], map);
			w->path[length] = 0;
		}
}

bool tribx_fields_load(const struct trib_field *table, void *self, const struct trib_field *more, void *more_self,
                       struct tribx_arena *kept,
                       const struct tribx_conf *map, const struct tribx_includes *includes, struct tribx_findings *f)
{
	struct tribx_fill w = { .kept = kept, .includes = includes, .findings = f };
	if (map && map->kind != TRIBX_MAP && map->kind != TRIBX_NULL) {
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", map, false,
		                  "options are a map: write NAME: VALUE");
		return false;
	}
	tribx_fill_table(&w, table, self, more, more_self, map);
	return !w.failed;
}

const char *tribx_field_set(const struct trib_field *row, void *self, struct tribx_arena *kept, const char *text)
{
	struct tribx_findings f = { 0 };
	struct tribx_fill w = { .kept = kept, .findings = &f };
	void *slot = (char *)self + row->offset;
	if (row->type == TRIB_JSON)
		return set_json(slot, kept, text);
	const struct tribx_conf *c = tribx_conf_of_text(row, text, kept);
	if (!c)
		return "no memory";
	tribx_fill_value(&w, row, c, slot);
	const char *why = NULL;
	if (w.failed) {
		why = f.count ? f.items[0].text : "no memory";
		size_t prefix = strlen("option : ");   /* the path is empty here */
		why += strncmp(why, "option : ", prefix) == 0 ? prefix : 0;
		why = tribx_arena_text(kept, why, strlen(why));
		why = why ? why : "no memory";
	}
	tribx_findings_done(&f);
	return why;
}
