/* conform - trib test PLUGIN: which plugin, its conformance.yaml, and one process per check. */
#include "test/conform.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "config/load.h"
#include "plugin/loader.h"

struct spec { const char *plugin, *stream, *mode; trib_json options, given; trib_map skip; };
static const struct trib_field spec_fields[] = {
	TRIB_FIELD(struct spec, plugin, .help = "The plugin's name; that of the folder if left out."),
	TRIB_FIELD(struct spec, options, .help = "Options that it needs; ${folder} is a folder of the check."),
	TRIB_FIELD(struct spec, stream, .help = "Stream of a connector."),
	TRIB_FIELD(struct spec, mode, .help = "Mode of a sink's table."),
	TRIB_FIELD(struct spec, given, .help = "Rows that a transform takes: rows, columns."),
	TRIB_FIELD(struct spec, skip, .help = "Checks that do not hold, with the reason why."),
	{ 0 }
};

void tribx_blame(struct tribx_conform *k, const char *fmt, ...)
{
	char text[2048];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	tribx_buf_fmt(&k->why, "%s\n", text);
}

void tribx_waive(struct tribx_conform *k, const char *reason)
{
	k->skip = true;
	tribx_buf_fmt(&k->why, "%s\n", reason);
}

/* ---- one check ---- */

struct apart { struct tribx_conform *k; const struct tribx_check_of *c; };

static enum tribx_outcome in_child(void *ctx, struct tribx_buf *why)
{
	const struct apart *x = ctx;
	struct tribx_conform *k = x->k;
	const char *out = tribx_folder_at(k->folder.path, "stdout", k->a);
	struct stat st;
	FILE *mute = out ? freopen(out, "we", stdout) : NULL;
	x->c->run(k);
	fflush(stdout);
	if (!mute || stat(out, &st) < 0 || st.st_size > 0)
		tribx_blame(k, "it writes to stdout, which is for answers of commands: %lld bytes", mute ? (long long)st.st_size : -1);
	*why = k->why;
	return k->skip ? TRIBX_SKIPPED : k->why.n ? TRIBX_FAILED : TRIBX_PASSED;
}

static void check(struct tribx_tests *t, const struct tribx_conform *base, const struct spec *s, const struct tribx_check_of *c)
{
	struct tribx_arena a = { 0 };
	struct tribx_conform k = *base;
	struct tribx_result r = { .suite = k.p->name, .name = c->name, .outcome = TRIBX_FAILED };
	struct tribx_error e = { 0 };
	const char *reason = trib_map_text(&s->skip, c->name);
	const int64_t start = tribx_ticks_us();
	if (!tribx_test_wanted(t, c->name))
		return;
	k.a = &a;
	if (reason && *reason) {
		r.outcome = TRIBX_SKIPPED;
		tribx_buf_fmt(&k.why, "%s\n", reason);
	} else if (reason)
		tribx_blame(&k, "it is to be skipped, and conformance.yaml does not say why");
	else if (tribx_folder_new(&k.folder, &e))
		r.outcome = tribx_test_apart(in_child, &(struct apart){ &k, c }, &k.why);
	else
		tribx_blame(&k, "%s", e.text);
	r.why = k.why.p && !k.why.failed ? k.why.p : "";
	r.elapsed_us = tribx_ticks_us() - start;
	t->told(t->ctx, &r);
	tribx_folder_done(&k.folder);
	tribx_buf_done(&k.why);
	tribx_arena_done(&a);
}

/* ---- which plugin ---- */

/* Its folder is looked in first: a plugin beside its conformance.yaml is tested where it was built. */
static void look_in(const char *dir)
{
	const char *was = getenv("TRIB_PLUGIN_PATH");
	struct tribx_buf all = { 0 };
	tribx_buf_fmt(&all, "%s%s%s", dir, was && *was ? ":" : "", was ? was : "");
	if (!all.failed)
		setenv("TRIB_PLUGIN_PATH", all.p, 1);
	tribx_buf_done(&all);
}

static const char *name_of(const char *which, char dir[PATH_MAX], struct tribx_arena *a)
{
	struct stat st;
	char real[PATH_MAX];
	*dir = 0;
	if (stat(which, &st) < 0 || !realpath(which, real))
		return which;
	char *slash = strrchr(real, '/');
	const char *name = tribx_arena_text(a, slash + 1, strlen(slash + 1));
	if (!S_ISDIR(st.st_mode))
		*slash = 0;
	snprintf(dir, PATH_MAX, "%s", real);
	look_in(dir);
	const size_t n = name ? strlen(name) : 0;
	return n > 3 && strcmp(name + n - 3, ".so") == 0 ? tribx_arena_text(a, name, n - 3) : name;
}

static const struct tribx_conf *read_spec(const char *which, const char *dir, struct spec *s, struct tribx_arena *a, struct tribx_findings *f)
{
	const char *path = *dir ? tribx_folder_at(dir, "conformance.yaml", a) : NULL;
	struct stat st;
	if (!path || stat(path, &st) < 0)
		return NULL;
	struct tribx_buf shown = { 0 };
	const size_t n = strlen(which);
	const bool so = n > 3 && strcmp(which + n - 3, ".so") == 0;
	tribx_buf_fmt(&shown, "%s%s", so ? "" : which, so ? "conformance.yaml" : "/conformance.yaml");
	const char *as = shown.failed ? path : tribx_arena_text(a, shown.p, shown.n);
	tribx_buf_done(&shown);
	const struct tribx_conf *c = tribx_conf_load(path, as ? as : path, a, f);
	return c && tribx_fields_load(spec_fields, s, NULL, NULL, a, c, NULL, f) ? c : NULL;
}

/* --with over `options`. */
static const struct tribx_conf *options_with(const struct tribx_tests *t, const struct tribx_conf *spec, struct tribx_arena *a, struct tribx_findings *f)
{
	struct tribx_conf *root = tribx_arena_new(a, sizeof *root), *items = tribx_arena_new(a, sizeof *items);
	const struct tribx_conf *given = tribx_conf_get(spec, "options");
	if (!root || !items)
		return NULL;
	*items = given ? *given : (struct tribx_conf){ .file = "--with" };
	items->kind = TRIBX_MAP;
	items->key = "options";
	*root = (struct tribx_conf){ .kind = TRIBX_MAP, .items = items, .count = 1 };
	for (size_t i = 0; i < t->with_count; i++) {
		struct tribx_buf key = { 0 };
		tribx_buf_fmt(&key, "options.%s", t->with[i].key);
		if (!key.failed)
			tribx_set_apply(root, &(struct tribx_set){ key.p, t->with[i].value }, a, f);
		tribx_buf_done(&key);
	}
	return &root->items[0];
}

void tribx_test_plugin(struct tribx_tests *t, const char *which, struct tribx_findings *f)
{
	static const struct tribx_check_of *const lists[] = { tribx_checks_all, tribx_checks_connector, tribx_checks_transform, tribx_checks_sink };
	struct tribx_arena a = { 0 };
	struct spec s = { 0 };
	struct tribx_error e = { 0 };
	char dir[PATH_MAX];
	const size_t faults = tribx_findings_faults(f);
	const char *name = name_of(which, dir, &a);
	struct tribx_conform k = { .spec = read_spec(which, dir, &s, &a, f), .dir = *dir ? dir : ".", .stream = s.stream, .mode = s.mode };
	k.options = options_with(t, k.spec, &a, f);
	k.given = tribx_conf_get(k.spec, "given");
	k.p = tribx_findings_faults(f) == faults ? tribx_plugin(s.plugin ? s.plugin : name ? name : which, &e) : NULL;
	if (e.status) {
		struct tribx_error *finding = tribx_finding_new(f);
		if (finding)
			*finding = e;
	}
	const int kinds = !k.p ? 0 : (k.p->streams ? TRIBX_IS_CONNECTOR : 0) | (k.p->apply ? TRIBX_IS_TRANSFORM : 0) | (k.p->write ? TRIBX_IS_SINK : 0);
	for (size_t l = 0; k.p && l < sizeof lists / sizeof *lists; l++)
		for (const struct tribx_check_of *c = lists[l]; c->name && !(t->stopped && t->stopped()); c++)
			if (!c->kinds || c->kinds & kinds)
				check(t, &k, &s, c);
	tribx_arena_done(&a);
}
