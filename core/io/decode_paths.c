/* decode_paths - where the columns of JSON come from: one plan for the record, one for the items that `explode` makes rows of. */
#include <stdio.h>

#include "io/decode.h"

enum { PATH = 1024 };

/* As a JSON pointer. A name is a step, whatever is in it; `.` is all of the record. */
static const char *pointer(const char *from, char to[PATH])
{
	size_t n = 0;
	if (strcmp(from, ".") == 0)
		from = "";
	if (!*from || *from == '/') {
		snprintf(to, PATH, "%s", from);
		return strlen(from) < PATH ? NULL : "a path is longer than 1,023 bytes";
	}
	to[n++] = '/';
	for (const char *p = from; *p; p++) {
		if (n + 3 > PATH)
			return "a path is longer than 1,023 bytes";
		if (*p == '~' || *p == '/') {
			to[n++] = '~';
			to[n++] = *p == '~' ? '0' : '1';
		} else {
			to[n++] = *p;
		}
	}
	to[n] = 0;
	return NULL;
}

/* The first step [*] of path, or NULL. */
static char *many_of(char *path)
{
	for (char *p = path; (p = strstr(p, "/[*]")); p++)
		if (!p[4] || p[4] == '/')
			return p;
	return NULL;
}

static const char *inside(const char *path, const char *of)
{
	size_t n = strlen(of);
	return strncmp(path, of, n) == 0 && (!path[n] || path[n] == '/') ? path + n : NULL;
}

static const char *bind(struct tribx_layout *s, struct tribx_target *t, const char *explode)
{
	char path[PATH];
	const char *why = pointer(t->from, path), *in = why || !explode ? NULL : inside(path, explode);
	if (why)
		return why;
	struct tribx_json_plan *plan = in ? &s->items : &s->plan;
	char *from = path + (in ? in - path : 0), *many = many_of(from);
	if (many) {
		if (!t->join && t->type != TRIB_JSON)
			return "[*] finds many values: write join for one text of them, or type: json";
		if (!(t->many = tribx_arena_text(&s->memory, many, strlen(many))))
			return "no memory";
		*many = 0;
	}
	plan->any |= !*from;
	why = tribx_json_plan_add(plan, from);
	t->of_item = in;
	t->source = plan->column_count - 1;
	return why;
}

static int explode_of(const struct tribx_format *f, struct tribx_layout *s, char path[PATH], struct tribx_error *e)
{
	const char *ordinal = f->ordinal && *f->ordinal ? f->ordinal : NULL, *why = NULL;
	if (!f->explode || !*f->explode)
		return ordinal ? tribx_fail(e, TRIB_CONFIG, "format.conflict", "ordinal counts the items of explode, which is not set") : TRIB_OK;
	if (!s->target_count)
		return tribx_fail(e, TRIB_CONFIG, "format.conflict", "explode needs columns: they say what is of the row and what of the item");
	if ((why = pointer(f->explode, path)) || (many_of(path) && (why = "items lie in one array: [*] cannot be in the path")))
		return tribx_fail(e, TRIB_CONFIG, "json.bad_path", "explode: \"%s\": %s", f->explode, why);
	for (int i = 0; ordinal && i < s->target_count; i++)
		if (strcmp(s->targets[i].name, ordinal) == 0)
			return tribx_fail(e, TRIB_CONFIG, "format.conflict", "ordinal: there is a column %s already", ordinal);
	if (ordinal) {
		const char *name = tribx_arena_text(&s->memory, ordinal, strlen(ordinal));
		if (!name)
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the columns");
		s->targets[s->target_count++] = (struct tribx_target){ .name = name, .from = name, .type = TRIB_I64, .of_item = true, .source = TRIBX_ORDINAL };
	}
	return TRIB_OK;
}

int tribx_bind_paths(const struct tribx_format *f, struct tribx_layout *s, struct tribx_error *e)
{
	char explode[PATH];
	bool last = f->duplicate_keys && strcmp(f->duplicate_keys, "last") == 0, explodes = f->explode && *f->explode;
	s->explode = -1;
	s->explode_keep = !f->explode_empty || strcmp(f->explode_empty, "drop") != 0;
	s->replace_escapes = f->bad_escapes && strcmp(f->bad_escapes, "replace") == 0;
	int rc = explode_of(f, s, explode, e);
	if (rc != TRIB_OK)
		return rc;
	if (!tribx_json_plan_root(&s->plan) || !tribx_json_plan_root(&s->items))
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the columns");
	s->plan.depth_max = s->items.depth_max = (int)f->depth_max;
	s->plan.last_wins = s->items.last_wins = last;
	s->plan.open = s->target_count == 0;
	for (int i = 0; i < s->target_count; i++) {
		struct tribx_target *t = &s->targets[i];
		const char *why = t->source == TRIBX_ORDINAL ? NULL : bind(s, t, explodes ? explode : NULL);
		if (why)
			return tribx_fail(e, TRIB_CONFIG, "json.bad_path", "%s: \"%s\": %s", t->name, t->from, why);
	}
	if (!explodes)
		return TRIB_OK;
	s->plan.any |= !*explode;
	const char *why = tribx_json_plan_add(&s->plan, explode);
	s->explode = s->plan.column_count - 1;
	return why ? tribx_fail(e, TRIB_CONFIG, "json.bad_path", "explode: \"%s\": %s", f->explode, why) : TRIB_OK;
}
