/* around - a run with a plugin in the middle and ends of ours: a given source, the sink that keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/load.h"
#include "test/conform.h"
#include "test/given.h"
#include "test/kept.h"

/* ${folder} in a copy of the options. */
static bool fill_folder(struct tribx_conf *c, const char *folder, struct tribx_arena *a)
{
	static const char mark[] = "${folder}";
	const char *at = c->kind == TRIBX_SCALAR && c->text ? strstr(c->text, mark) : NULL;
	if (at) {
		struct tribx_buf b = { 0 };
		tribx_buf_fmt(&b, "%.*s%s%s", (int)(at - c->text), c->text, folder, at + sizeof mark - 1);
		c->text = b.failed ? NULL : tribx_arena_text(a, b.p, b.n);
		tribx_buf_done(&b);
		return c->text;
	}
	struct tribx_conf *items = c->count ? tribx_arena_new(a, c->count * sizeof *items) : NULL;
	if (!c->count)
		return true;
	if (!items)
		return false;
	memcpy(items, c->items, c->count * sizeof *items);
	c->items = items;
	for (size_t i = 0; i < c->count; i++)
		if (!fill_folder(&items[i], folder, a))
			return false;
	return true;
}

static bool own_step(struct tribx_conform *k, struct tribx_step *s)
{
	struct tribx_conf *options = tribx_arena_new(k->a, sizeof *options);
	if (!options)
		return false;
	*options = k->options ? *k->options : (struct tribx_conf){ .kind = TRIBX_MAP };
	*s = (struct tribx_step){ .use = k->p->name, .name = k->p->name, .options = options, .at = options, .plugin = k->p };
	return fill_folder(options, k->folder.path, k->a);
}

static bool source(struct tribx_conform *k, const struct tribx_around *how, struct tribx_step *s)
{
	char make[24], batch[24], fail[24];
	struct tribx_findings f = { 0 };
	const struct tribx_conf *options = NULL;
	snprintf(make, sizeof make, "%lld", (long long)how->make);
	snprintf(batch, sizeof batch, "%lld", (long long)(how->batch ? how->batch : 1000));
	snprintf(fail, sizeof fail, "%lld", (long long)(how->fail_at ? how->fail_at : -1));
	const char *const texts[] = { tribx_arena_text(k->a, make, strlen(make)), tribx_arena_text(k->a, batch, strlen(batch)), tribx_arena_text(k->a, fail, strlen(fail)) };
	if (how->rows) {
		const struct tribx_given g = { .rows = how->rows, .types = how->columns };
		const struct tribx_conf *given = tribx_given_options(&g, k->folder.path, k->a, &f);
		struct tribx_conf *items = given ? tribx_arena_new(k->a, (given->count + 1) * sizeof *items) : NULL;
		struct tribx_conf *all = items ? tribx_arena_new(k->a, sizeof *all) : NULL;
		if (all) {
			*all = *given;
			memcpy(items, given->items, given->count * sizeof *items);
			items[all->count] = items[0];
			items[all->count].key = "batch";
			items[all->count++].text = texts[1];
			all->items = items;
		}
		options = all;
	} else
		options = tribx_conf_texts((const char *const[]){ "make", texts[0], "batch", texts[1], "fail_at", texts[2], NULL }, NULL, k->a);
	for (size_t i = 0; i < f.count; i++)
		tribx_blame(k, "conformance.yaml: %s", f.items[i].text);
	tribx_findings_done(&f);
	*s = (struct tribx_step){ .use = "given", .name = "given", .options = options, .at = options, .plugin = tribx_given_plugin(NULL, k->a) };
	return options && s->plugin;
}

static bool sink(struct tribx_conform *k, const struct tribx_around *how, struct tribx_step *s)
{
	const char *dir = tribx_folder_at(k->folder.path, how->sub ? how->sub : "0", k->a);
	const struct tribx_conf *options = dir ? tribx_conf_texts((const char *const[]){ "path", dir, "counting", how->counting ? "true" : "false", NULL }, NULL, k->a) : NULL;
	*s = (struct tribx_step){ .use = "kept", .name = "kept", .options = options, .at = options, .plugin = &tribx_kept_plugin };
	return options && (mkdir(dir, 0700) == 0 || how->sub || true);
}

static bool set_mode(struct tribx_conform *k, const char *mode, struct tribx_pipeline *p)
{
	const char **key = tribx_arena_new(k->a, sizeof *key);
	if (!mode)
		return true;
	if (!key || !(p->tables = tribx_arena_new(k->a, sizeof *p->tables)))
		return false;
	*key = "id";
	p->tables[0] = (struct tribx_table_conf){ .mode_given = true, .at = p->sink.at, .key = { key, strcmp(mode, "append") != 0 } };
	p->table_count = 1;
	for (const struct tribx_mode_word *w = tribx_modes; w->mode; w++)
		if (strcmp(w->mode, mode) == 0) {
			p->tables[0].mode = w->is;
			break;
		}
	return true;
}

bool tribx_around_pipeline(struct tribx_conform *k, const struct tribx_around *how, struct tribx_pipeline *out)
{
	struct tribx_step *steps = tribx_arena_new(k->a, sizeof *steps);
	*out = (struct tribx_pipeline){ .name = "conformance", .base = "conformance", .file = "conformance.yaml", .dir = k->folder.path, .steps = steps,
	                                .max_rejects_share = -1, .checkpoint_rows = how->checkpoint_rows ? how->checkpoint_rows : 100000,
	                                .checkpoint_bytes = 64 << 20, .checkpoint_age_ms = 60000, .includes = { .dir = k->dir } };
	bool good = steps && source(k, how, &out->source) && sink(k, how, &out->sink);
	if (good && k->p->apply && ++out->step_count)
		good = own_step(k, &steps[0]);
	else if (good && k->p->write)
		good = own_step(k, &out->sink) && set_mode(k, how->mode ? how->mode : k->mode, out);
	else if (good && k->p->streams) {
		good = own_step(k, &out->source);
		out->stream = k->stream;
		out->dir = k->dir;
	}
	if (!good && !k->why.n)
		tribx_blame(k, "no memory");
	return good;
}

int tribx_around_run(struct tribx_conform *k, const struct tribx_around *how, struct tribx_report *r)
{
	struct tribx_pipeline p;
	struct tribx_findings f = { 0 };
	const struct tribx_run_options o = { .workers = how->workers ? how->workers : 1, .full_refresh = how->full_refresh, .stop = how->stop };
	*r = (struct tribx_report){ .status = TRIB_FATAL };
	if (!tribx_around_pipeline(k, how, &p))
		return TRIB_FATAL;
	tribx_run(&p, &o, &f, r);
	for (size_t i = 0; i < f.count; i++)
		if (f.items[i].status < 0) {
			tribx_blame(k, "error[%s]: %s", f.items[i].code, f.items[i].text);
			if (f.items[i].hint[0])
				tribx_blame(k, "   = help: %s", f.items[i].hint);
		}
	if (f.count && r->status == TRIB_CONFIG)
		tribx_blame(k, "options that it needs stand in conformance.yaml (options:) or in --with");
	tribx_findings_done(&f);
	tribx_figures_done(&r->figures);
	return r->status;
}

bool tribx_around_good(struct tribx_conform *k, const struct tribx_around *how)
{
	struct tribx_report *r = calloc(1, sizeof *r);
	const size_t before = k->why.n;
	if (r && tribx_around_run(k, how, r) < 0 && k->why.n == before)
		tribx_blame(k, "the run fails: error[%s]: %s", r->error.code, r->error.text);
	if (r && r->status >= 0 && r->dead > 0)
		tribx_blame(k, "%lld rows are rejected", (long long)r->dead);
	const bool good = r && k->why.n == before;
	free(r);
	return good;
}

char *tribx_kept_text(struct tribx_conform *k, const char *sub, const char *file)
{
	const char *dir = tribx_folder_at(k->folder.path, sub, k->a), *path = dir ? tribx_folder_at(dir, file, k->a) : NULL;
	FILE *in = path ? fopen(path, "re") : NULL;
	struct stat st;
	char *text = NULL;
	if (in && fstat(fileno(in), &st) == 0 && (text = tribx_arena_new(k->a, (size_t)st.st_size + 1)))
		text[fread(text, 1, (size_t)st.st_size, in)] = 0;
	if (in)
		fclose(in);
	return text ? text : tribx_arena_text(k->a, "", 0);
}

bool tribx_same_rows(struct tribx_conform *k, const char *what, const char *want, const char *got)
{
	int64_t row = 1;
	if (strcmp(want, got) == 0)
		return true;
	while (*want && *got) {
		const size_t n = strcspn(want, "\n"), m = strcspn(got, "\n");
		if (n != m || memcmp(want, got, n) != 0)
			break;
		want += n + (want[n] == '\n');
		got += m + (got[m] == '\n');
		row++;
	}
	tribx_blame(k, "%s: row %lld is another\n  - %.*s\n  + %.*s", what, (long long)row, (int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
	return false;
}
