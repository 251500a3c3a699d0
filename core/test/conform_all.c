/* conform_all - what holds for every plugin: its tables are whole, so that help, docs, schema and errors are. */
#include <stdio.h>
#include <string.h>

#include "field/fill.h"
#include "test/conform.h"

static bool sentence(const char *help)
{
	const size_t n = help ? strlen(help) : 0;
	return n > 1 && help[n - 1] == '.';
}

static bool snake(const char *name)
{
	return *name >= 'a' && *name <= 'z' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static void look_at_default(struct tribx_conform *k, const struct trib_field *f, const char *at)
{
	union tribx_value v;
	if (!f->dflt || f->type == TRIB_LIST || f->type == TRIB_MAP || f->type == TRIB_JSON)
		return;
	const char *why = tribx_value_parse(f, f->dflt, &v);
	if (why)
		tribx_blame(k, "%s%s: its default \"%s\": %s", at, f->name, f->dflt, why);
	if (f->flags & TRIB_REQUIRED)
		tribx_blame(k, "%s%s: it is required and has a default", at, f->name);
}

static void look_at_fields(struct tribx_conform *k, const struct trib_field *table, const char *at, bool options, int depth)
{
	for (const struct trib_field *f = table; f && f->name && depth < 8; f++) {
		if (options && !snake(f->name))
			tribx_blame(k, "%s%s: a name is small letters, digits and _", at, f->name);
		if ((options || f->help) && !sentence(f->help))   /* a column's name may say enough */
			tribx_blame(k, "%s%s: its help is no sentence with a full stop", at, f->name);
		for (const struct trib_field *g = table; g < f; g++)
			if (strcasecmp(g->name, f->name) == 0)
				tribx_blame(k, "%s%s: it is called like %s but for case", at, f->name, g->name);
		look_at_default(k, f, at);
		char inner[256];
		snprintf(inner, sizeof inner, "%s%s.", at, f->name);
		look_at_fields(k, f->of, inner, options, depth + 1);
	}
}

static void look_at_streams(struct tribx_conform *k, const struct trib_stream *s, const char *what)
{
	for (; s && s->name; s++) {
		char at[160];
		snprintf(at, sizeof at, "%s %s: column ", what, s->name);
		if (!sentence(s->help))
			tribx_blame(k, "%s %s: its help is no sentence with a full stop", what, s->name);
		look_at_fields(k, s->columns, at, false, 0);
	}
}

/* The loader has looked at ABI, sizes and offsets already: what it refuses is not tested. */
static void descriptor(struct tribx_conform *k)
{
	const struct trib_plugin *p = k->p;
	if (!snake(p->name))
		tribx_blame(k, "%s: a name is small letters, digits and _", p->name);
	if (!sentence(p->help))
		tribx_blame(k, "the help of the plugin is no sentence with a full stop");
	look_at_fields(k, p->options, "option ", true, 0);
	look_at_fields(k, p->state, "state field ", true, 0);
	look_at_streams(k, p->streams, "stream");
	look_at_streams(k, p->outputs, "output");
	for (const struct trib_command *c = p->commands; c && c->name; c++) {
		if (!sentence(c->help))
			tribx_blame(k, "command %s: its help is no sentence with a full stop", c->name);
		look_at_fields(k, c->options, "option of a command ", true, 0);
	}
}

const struct tribx_check_of tribx_checks_all[] = { { "descriptor", 0, descriptor }, { 0 } };
