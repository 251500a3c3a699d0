/* instance - see instance.h. An instance is born with its options and ends with its strings; open and close lie between. */
#include "plugin/instance.h"

#include <stdlib.h>
#include "plugin/open.h"

static bool fill(struct trib *t, struct tribx_findings *f)
{
	bool formats = t->p->flags & TRIB_FORMATS;
	if (formats && !(t->format = tribx_arena_new(&t->kept, tribx_format_size)))
		return false;
	return tribx_fields_load(t->p->options, t->self, formats ? tribx_format_fields : NULL, t->format, &t->kept, t->conf,
	                         t->includes, f);
}

struct trib *tribx_instance_new(const struct trib_plugin *p, const char *stage, const struct tribx_conf *options,
                                const struct tribx_includes *includes, const struct tribx_job *job, struct tribx_findings *f)
{
	struct trib *t = calloc(1, sizeof *t);
	if (!t || !(t->self = calloc(1, p->self_size + 1))) {
		free(t);
		tribx_fail(tribx_finding_new(f), TRIB_FATAL, "internal.no_memory", "no memory for %s", p->name);
		return NULL;
	}
	t->p = p;
	t->stage = stage;
	t->conf = options;
	t->includes = includes;
	t->job = job;
	t->scope = p->scope;
	if (fill(t, f))
		return t;
	tribx_instance_free(t);
	return NULL;
}

struct trib *tribx_instance_like(const struct trib *like)
{
	struct tribx_findings none = { 0 };
	struct trib *t = tribx_instance_new(like->p, like->stage, like->conf, like->includes, like->job, &none);
	if (t) {
		t->shared = like->shared;
		t->columns = like->columns;
		t->host = like->host;
	}
	tribx_findings_done(&none);
	return t;
}

void tribx_instance_free(struct trib *t)
{
	if (!t)
		return;
	tribx_open_done(t);
	tribx_exprs_done(t);
	tribx_dead_done(&t->dead);
	tribx_findings_done(&t->notes);
	tribx_figures_done(&t->figures);
	tribx_arena_done(&t->scratch);
	tribx_arena_done(&t->kept);
	free(t->self);
	free(t);
}

void tribx_call_start(struct trib *t)
{
	t->error = (struct tribx_error){ 0 };
	t->wait_ms = 0;
}

/* ---- where a refused pipeline is wrong ---- */

/* Whether text has word in quotes, or ends with it behind a colon, as where an expression is shown. */
static bool tells(const char *text, const char *word)
{
	const size_t n = word ? strlen(word) : 0, all = strlen(text);
	if (n == 0)
		return false;
	if (all > n + 2 && strcmp(text + all - n, word) == 0 && memcmp(text + all - n - 2, ": ", 2) == 0)
		return true;
	for (const char *at = text; (at = strstr(at, word)); at++)
		if (at > text && strchr("'\"", at[-1]) && at[n] == at[-1])
			return true;
	return false;
}

/* The value, or the key, inside of c that text speaks of; NULL: none. */
static const struct tribx_conf *spoken_of(const struct tribx_conf *c, const char *text, bool *key)
{
	const struct tribx_conf *found = c->kind == TRIBX_SCALAR && tells(text, c->text) ? c : NULL;
	for (size_t i = 0; !found && i < c->count; i++)
		found = spoken_of(&c->items[i], text, key);
	for (size_t i = 0; !found && i < c->count; i++)
		if ((*key = tells(text, c->items[i].key)))
			found = &c->items[i];
	return found;
}

/* A refused pipeline is shown where it is wrong: `OPTION: ...` names the option, a quoted word the value in it. */
static void place(struct trib *t)
{
	const char *text = t->error.text;
	const size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
	const struct tribx_conf *at = t->conf, *value;
	for (size_t i = 0; text[n] == ':' && i < t->conf->count; i++)
		if (t->conf->items[i].key && strncmp(t->conf->items[i].key, text, n) == 0 && !t->conf->items[i].key[n])
			at = &t->conf->items[i];
	bool key = false;
	value = spoken_of(at, text, &key);
	tribx_error_place(&t->error, value ? value : at, key);
}

void tribx_call_end(struct trib *t)
{
	if (t->error.status == TRIB_CONFIG && t->conf)
		place(t);
	tribx_arena_done(&t->scratch);
}

int tribx_open_instance(struct trib *t)
{
	tribx_call_start(t);
	int rc = t->p->open ? t->p->open(t, t->self) : TRIB_OK;
	tribx_call_end(t);
	return rc;
}

void tribx_close_instance(struct trib *t)
{
	if (t->p->close) {
		struct tribx_error first = t->error;   /* what close says must not hide why it is closed */
		t->p->close(t, t->self);
		t->error = first;
	}
	tribx_call_end(t);
	tribx_open_done(t);
}
