/* subst - ${env:X} (${X} in capitals is the same), ${file:path}, ${project}, ${partner.id} and ${period.id} in values,
 * after parsing: what comes in stays one value.
 *
 * Names may hold ${} themselves: ${env:TOKEN_${partner.id}}. $${ is a literal ${. What is not set is an error, never
 * an empty text. Keys, and files that lists and maps are kept in, are data and stay as they are. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/load.h"

enum { SECRET_FILE_MAX = 64 << 10, NESTED_MAX = 4 };

struct subst {
	const struct tribx_vars *vars;
	struct tribx_arena *arena;
	struct tribx_findings *f;
	const struct tribx_conf *at;     /* the value in hand */
	const struct tribx_conf *root;
	const char *key;                 /* of the root, that the value is under; NULL: none */
	bool secret, absent;             /* it came from outside; it is nothing but an empty cell */
	char origin[256];
	bool failed;
};

static void fault(struct subst *s, const char *code, const char *hint, const char *fmt,
                  ...) __attribute__((format(printf, 4, 5)));
static void fault(struct subst *s, const char *code, const char *hint, const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	s->failed = true;
	struct tribx_error *e = tribx_finding_put(s->f, TRIB_CONFIG, code, s->at, false, "%s", text);
	if (e && hint)
		tribx_error_hint(e, "%s", hint);
}

/* ---- where values come from ---- */

/* Values of variables so named are masked wherever they would be printed; secret options are masked whatever their
 * source. */
static bool sounds_secret(const char *name)
{
	static const char *const words[] = { "PASS", "SECRET", "TOKEN", "KEY", "CRED", "AUTH", "PWD" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

static bool from_env(struct subst *s, const char *name, struct tribx_buf *out)
{
	const char *value = getenv(name);
	if (!value) {
		fault(s, "config.unset", "export it, or write $${ for a literal ${",
		      "environment variable %s is not set", name);
		return false;
	}
	if (sounds_secret(name))
		tribx_secret(value);
	s->secret = true;
	tribx_buf_puts(out, value);
	return true;
}

/* The text of a file nobody else may read, its last line end left out. */
static bool from_file(struct subst *s, const char *name, struct tribx_buf *out)
{
	struct tribx_buf path = { 0 };
	struct stat st;
	char text[SECRET_FILE_MAX];
	ssize_t n = -1;
	tribx_buf_fmt(&path, "%s%s%s", *name == '/' ? "" : s->vars->dir, *name == '/' ? "" : "/", name);
	int fd = path.failed ? -1 : open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	tribx_buf_done(&path);
	if (fd < 0 || fstat(fd, &st) < 0)
		fault(s, "config.unset", NULL, "secret file %s: %s", name, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		fault(s, "config.secret_file", NULL, "secret file %s: is no regular file", name);
	else if (st.st_mode & 077 || (st.st_uid != geteuid() && st.st_uid != 0))
		fault(s, "config.secret_file", "chmod 600, owned by you or root",
		      "secret file %s: others may read it (mode %03o)", name, st.st_mode & 0777);
	else if ((n = read(fd, text, sizeof text)) < 0 || n == sizeof text)
		fault(s, "config.secret_file", NULL, "secret file %s: %s", name,
		      n < 0 ? strerror(errno) : "is larger than 64 KiB");
	if (fd >= 0)
		close(fd);
	if (n < 0 || n == sizeof text)
		return false;
	n -= n > 0 && text[n - 1] == '\n';
	n -= n > 0 && text[n - 1] == '\r';
	char *kept = memchr(text, 0, (size_t)n) ? NULL : tribx_arena_text(s->arena, text, (size_t)n);
	explicit_bzero(text, sizeof text);
	if (!kept) {
		fault(s, "config.secret_file", NULL, "secret file %s: is no text", name);
		return false;
	}
	tribx_secret(kept);
	s->secret = true;
	tribx_buf_puts(out, kept);
	return true;
}

static const char *key_at(const void *list, size_t i)
{
	return ((const struct tribx_conf *)list)[i].key;
}

static bool from_row(struct subst *s, const char *name, struct tribx_buf *out)
{
	const struct tribx_conf *row = s->vars->row, *c = tribx_conf_get(row, name);
	char hint[128];
	if (!c) {
		const char *near = tribx_nearest(name, key_at, row->items, row->count);
		snprintf(hint, sizeof hint, "did you mean ${%s.%s}?", s->vars->loop, near ? near : "");
		fault(s, "config.unset", near ? hint : NULL, "%s has no column %s", s->vars->row_name, name);
		return false;
	}
	if (c->kind != TRIBX_SCALAR && c->kind != TRIBX_NULL) {
		fault(s, "config.unset", NULL, "${%s.%s} is a %s", s->vars->loop, name,
		      c->kind == TRIBX_LIST ? "list" : "map");
		return false;
	}
	s->absent = c->kind == TRIBX_NULL;
	if (c->kind == TRIBX_SCALAR)
		tribx_buf_puts(out, c->text);
	return true;
}

/* The target holds the record of what is done and is one for all periods; what else a period may not change is known
 * before there is one. */
static bool takes_period(const char *key)
{
	static const char *const names[] = { "source", "steps", "next" };
	for (size_t i = 0; key && i < sizeof names / sizeof *names; i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return key && strncmp(key, "x-", 2) == 0;
}

static bool from_period(struct subst *s, const char *name, struct tribx_buf *out)
{
	static const struct tribx_window any = { .id = "2000-01-01" };
	struct tribx_buf scrap = { 0 };
	const bool real = s->vars->window;
	if (!s->vars->period_at || !takes_period(s->key)) {
		fault(s, "config.unset", "source and steps may name it", "${period.%s} is not known here", name);
		return false;
	}
	const char *why = tribx_window_text(real ? s->vars->window : &any, name, real ? out : &scrap);
	tribx_buf_done(&scrap);
	if (why) {
		fault(s, "config.unset", NULL, "${period.%s}: %s", name, why);
		return false;
	}
	if (!*s->vars->period_at && strncmp(s->key, "x-", 2) != 0)
		*s->vars->period_at = s->at;
	if (!real)
		tribx_buf_fmt(out, "${period.%s}", name);
	return true;
}

static bool resolve(struct subst *s, const char *name, struct tribx_buf *out)
{
	size_t loop = s->vars->loop ? strlen(s->vars->loop) : 0;
	snprintf(s->origin, sizeof s->origin, "${%s}", name);
	if (strncmp(name, "env:", 4) == 0)
		return from_env(s, name + 4, out);
	if (*name && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")])
		return from_env(s, name, out);   /* ${NAME}, as shells write it */
	if (strncmp(name, "file:", 5) == 0)
		return from_file(s, name + 5, out);
	if (strcmp(name, "project") == 0) {
		tribx_buf_puts(out, s->vars->project ? s->vars->project : "");
		return true;
	}
	if (loop && strncmp(name, s->vars->loop, loop) == 0 && name[loop] == '.') {
		snprintf(s->origin, sizeof s->origin, "%s", s->vars->row_name);
		return from_row(s, name + loop + 1, out);
	}
	if (strncmp(name, "period.", 7) == 0)
		return from_period(s, name + 7, out);
	char hint[128];
	snprintf(hint, sizeof hint, "there are ${env:NAME}, ${file:PATH}, ${project}%s%s%s", loop ? " and ${" : "",
	         loop ? s->vars->loop : "", loop ? ".COLUMN}" : "");
	fault(s, "config.unset", hint, "${%s} is not known", name);
	return false;
}

/* ---- one text ---- */

/* The } that closes the ${ before from, or NULL. */
static const char *closing(const char *from)
{
	int open = 1;
	for (const char *p = from; *p; p++) {
		open += p[0] == '$' && p[1] == '{';
		if (*p == '}' && --open == 0)
			return p;
	}
	return NULL;
}

static bool expand(struct subst *s, const char *text, size_t n, struct tribx_buf *out, int depth)
{
	for (const char *end = text + n; text < end;) {
		const char *dollar = memchr(text, '$', (size_t)(end - text));
		tribx_buf_put(out, text, (size_t)((dollar ? dollar : end) - text));
		if (!dollar)
			return true;
		bool escaped = strncmp(dollar, "$${", 3) == 0;
		if (escaped || dollar[1] != '{') {
			tribx_buf_puts(out, escaped ? "${" : "$");
			text = dollar + (escaped ? 3 : 1);
			continue;
		}
		const char *close = closing(dollar + 2);
		struct tribx_buf name = { .max = 1024 };
		if (!close || close >= end || depth == NESTED_MAX) {
			fault(s, "config.unset", "close it, or write $${ for a literal ${", "${ is not closed by }");
			return false;
		}
		tribx_buf_puts(&name, "");
		bool good = expand(s, dollar + 2, (size_t)(close - dollar - 2), &name, depth + 1) && !name.failed &&
			resolve(s, name.p, out);
		tribx_buf_done(&name);
		if (!good)
			return false;
		text = close + 1;
	}
	return true;
}

static void value(struct subst *s, struct tribx_conf *c)
{
	struct tribx_buf out = { 0 };
	s->at = c;
	s->secret = s->absent = false;
	if (!strstr(c->text, "${"))
		return;
	tribx_buf_puts(&out, "");
	bool outer = strncmp(c->text, "${", 2) == 0 && closing(c->text + 2) == c->text + strlen(c->text) - 1;
	if (expand(s, c->text, strlen(c->text), &out, 0)) {
		const char *text = out.failed ? NULL : tribx_arena_text(s->arena, out.p, out.n);
		const char *origin = tribx_arena_text(s->arena, s->origin, strlen(s->origin));
		if (!text || !origin) {
			s->failed = true;
			tribx_no_memory(s->f);
		} else {
			c->text = text;
			c->plain = false;
			c->secret = s->secret;
			c->origin = *origin ? origin : c->origin;
			c->kind = outer && s->absent && !*text ? TRIBX_NULL : TRIBX_SCALAR;
		}
	}
	tribx_buf_done(&out);
}

static bool copy(struct subst *s, const struct tribx_conf *from, struct tribx_conf *to)
{
	*to = *from;
	if (from->kind == TRIBX_SCALAR)
		value(s, to);
	if (from->count == 0)
		return true;
	to->items = tribx_arena_new(s->arena, from->count * sizeof *to->items);
	if (!to->items)
		return tribx_no_memory(s->f);
	for (size_t i = 0; i < from->count; i++) {
		if (from == s->root)
			s->key = from->items[i].key;
		if (!copy(s, &from->items[i], &to->items[i]))
			return false;
	}
	return true;
}

/* The tree also when a value failed: what else is wrong is to be found in the same go. */
struct tribx_conf *tribx_substitute(const struct tribx_conf *tree, const struct tribx_vars *vars,
                                    struct tribx_arena *arena, struct tribx_findings *f)
{
	struct subst s = { .vars = vars, .arena = arena, .f = f, .root = tree };
	struct tribx_conf *to = tribx_arena_new(arena, sizeof *to);
	if (!to) {
		tribx_no_memory(f);
		return NULL;
	}
	return copy(&s, tree, to) ? to : NULL;
}
