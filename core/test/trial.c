/* trial - see trial.h. The real pipeline runs: its check, its steps, its tables. Only its ends are other ones: the source reads
 * what the test gives, the sink is a SQLite file in the test's own folder (the pipeline's own options, if that is its sink). */
#include "test/trial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/load.h"
#include "plugin/loader.h"
#include "sched/schedule.h"
#include "test/given.h"

/* A test that says no time runs at this one: what it expects must hold tomorrow as well. */
#define DEFAULT_NOW "2025-01-01T00:00:00Z"

struct given { trib_map files, columns; trib_list copy; trib_json rows; };
static const struct trib_field given_fields[] = {
	TRIB_FIELD(struct given, files, .help = "Files of the source, name to text."),
	TRIB_FIELD(struct given, copy, .help = "Files beside the test that become files of the source."),
	TRIB_FIELD(struct given, rows, .help = "Rows as the source would deliver them: a list of maps."),
	TRIB_FIELD(struct given, columns, .help = "Types of the columns of rows that the source does not declare."),
	{ 0 }
};

void tribx_trial_at(struct tribx_trial *x, const struct tribx_conf *c)
{
	if (c && c->file)
		tribx_buf_fmt(&x->why, "%s:%d: ", c->file, c->line ? c->line : c->key_line);
}

void tribx_trial_error(struct tribx_trial *x, const struct tribx_error *e)
{
	tribx_buf_fmt(&x->why, "error[%s]: %s\n", e->code, e->text);
	if (e->file[0])
		tribx_buf_fmt(&x->why, " --> %s:%d:%d\n", e->file, e->line, e->column);
	if (e->sample[0])
		tribx_buf_fmt(&x->why, "   = sample: %s\n", e->sample);
	if (e->hint[0])
		tribx_buf_fmt(&x->why, "   = help: %s\n", e->hint);
}

bool tribx_trial_fields(struct tribx_trial *x, const struct trib_field *table, void *self, const struct tribx_conf *c)
{
	struct tribx_findings f = { 0 };
	const bool good = tribx_fields_load(table, self, NULL, NULL, x->a, c && c->kind != TRIBX_NULL ? c : NULL, NULL, &f);
	for (size_t i = 0; i < f.count && !good; i++)
		tribx_trial_error(x, &f.items[i]);
	if (!good && !x->why.n)
		tribx_buf_puts(&x->why, "the test cannot be read\n");
	tribx_findings_done(&f);
	return good;
}

bool tribx_is_csv(const char *name)
{
	const char *end = strrchr(name, '.');
	return end && strcmp(end, ".csv") == 0;
}

const struct tribx_conf *tribx_trial_file(struct tribx_trial *x, const char *name, const struct tribx_conf *where)
{
	struct tribx_findings f = { 0 };
	const char *path = *name == '/' ? name : tribx_folder_at(x->is->dir, name, x->a);
	const char *text = path ? tribx_file_text(path, name, where, x->a, &f) : NULL;
	const struct tribx_conf *c = !text ? NULL : tribx_is_csv(name) ? tribx_csv_conf(text, name, x->a, &f) : tribx_yaml(text, name, x->a, &f);
	for (size_t i = 0; i < f.count && !c; i++)
		tribx_trial_error(x, &f.items[i]);
	tribx_findings_done(&f);
	return c;
}

/* ---- the environment of a test ---- */

/* The process is the test's own: nothing has to be put back. */
static void set_env(const struct tribx_trial *x)
{
	const struct tribx_case *is = x->is;
	for (size_t i = 0; i < is->env.count; i++)
		setenv(is->env.names[i], trib_map_text(&is->env, is->env.names[i]), 1);
	setenv("TRIB_NOW", is->now ? is->now : DEFAULT_NOW, 1);
}

/* ---- the pipeline ---- */

static const struct tribx_set *sets(const struct tribx_trial *x, size_t *count)
{
	const trib_map *m = &x->is->set;
	struct tribx_set *all = tribx_arena_new(x->a, (m->count + 1) * sizeof *all);
	for (size_t i = 0; all && i < m->count; i++)
		all[i] = (struct tribx_set){ m->names[i], trib_map_text(m, m->names[i]) };
	*count = all ? m->count : 0;
	return all;
}

/* What is wrong with other pipelines of the project is theirs. */
static void forget_others(struct tribx_trial *x)
{
	size_t kept = 0;
	for (size_t i = 0; i < x->findings.count; i++) {
		const char *file = x->findings.items[i].file;
		bool ours = true;
		for (size_t k = 0; k < x->project->count; k++)
			ours &= strcmp(file, x->pipeline.file) == 0 || strcmp(file, x->project->pipelines[k].file) != 0;
		if (ours)
			x->findings.items[kept++] = x->findings.items[i];
	}
	x->findings.count = kept;
}

static bool pick(struct tribx_trial *x)
{
	const char *name = x->is->pipeline;
	const struct tribx_pipeline *found = NULL;
	size_t fits = 0;
	for (size_t i = 0; x->project && i < x->project->count; i++) {
		const struct tribx_pipeline *p = &x->project->pipelines[i];
		if (name && strcmp(p->name, name) && strcmp(p->base, name))
			continue;
		found = found ? found : p;
		fits++;
	}
	if (fits == 1) {
		x->pipeline = *found;
		forget_others(x);
		return true;
	}
	tribx_trial_at(x, x->is->at);
	if (fits > 1)
		tribx_buf_fmt(&x->why, "the project has %zu pipelines%s%s%s: say which, pipeline: %s\n", fits, name ? " of the name \"" : "", name ? name : "",
		              name ? "\"" : "", found->name);
	else
		tribx_buf_fmt(&x->why, "there is no pipeline%s%s%s in this project\n", name ? " \"" : "", name ? name : "", name ? "\"" : "");
	for (size_t i = 0; i < x->findings.count && fits == 0; i++)
		tribx_trial_error(x, &x->findings.items[i]);
	return false;
}

/* `period:`, or the last one that is due at `now`. */
static bool set_period(struct tribx_trial *x)
{
	struct tribx_schedule s;
	struct tribx_window w;
	const char *id = x->is->period, *why = NULL;
	bool good = tribx_schedule_load(&s, &x->pipeline, &x->findings);
	if (good && s.grain && (id || x->pipeline.period_at)) {
		const int64_t us = tribx_now().us;
		if (id)
			why = tribx_period_named(s.zone, s.grain, id, &w);
		else
			w = tribx_period_newest(&s, us / 1000000 - (us % 1000000 < 0));
		w.again = true;
		struct tribx_pipeline at;
		good = !why && tribx_pipeline_at(&x->pipeline, &w, &x->project->arena, &x->findings, &at);
		if (good)
			x->pipeline = at;
	} else if (good && id)
		why = "this pipeline has no periods";
	tribx_schedule_done(&s);
	if (why) {
		tribx_trial_at(x, x->is->at);
		tribx_buf_fmt(&x->why, "period %s: %s\n", id, why);
	}
	return good && !why;
}

/* ---- its ends ---- */

static const struct trib_field *option(const struct trib_plugin *p, const char *name)
{
	for (const struct trib_field *f = p->options; f && f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* A copy of a map with some of its texts replaced; a NULL text takes the key away. */
static const struct tribx_conf *with(const struct tribx_conf *map, const char *const *pairs, struct tribx_arena *a)
{
	const char *names[16];
	size_t n = 0;
	for (; pairs[2 * n] && n < 15; n++)
		names[n] = pairs[2 * n];
	names[n] = NULL;
	const struct tribx_conf *rest = map && map->kind == TRIBX_MAP ? tribx_without(map, names, a) : map;
	const size_t kept = rest && rest->kind == TRIBX_MAP ? rest->count : 0;
	struct tribx_conf *all = tribx_arena_new(a, sizeof *all), *items = tribx_arena_new(a, (kept + n + 1) * sizeof *items);
	if (!all || !items)
		return NULL;
	*all = map ? *map : (struct tribx_conf){ 0 };
	all->kind = TRIBX_MAP;
	all->items = items;
	if (kept)
		memcpy(items, rest->items, kept * sizeof *items);
	all->count = kept;
	for (size_t i = 0; i < n; i++)
		if (pairs[2 * i + 1])
			items[all->count++] = (struct tribx_conf){ .kind = TRIBX_SCALAR, .key = pairs[2 * i], .text = pairs[2 * i + 1], .file = all->file,
			                                           .line = all->line, .column = all->column };
	return all;
}

static bool put_files(struct tribx_trial *x, const struct given *g, const char *to)
{
	struct tribx_error e = { 0 };
	const char *const *copies = g->copy.items;
	for (size_t i = 0; i < g->files.count + g->copy.count; i++) {
		const char *name = i < g->files.count ? g->files.names[i] : copies[i - g->files.count], *slash = strrchr(name, '/');
		const char *path = tribx_folder_at(to, slash ? slash + 1 : name, x->a), *from = tribx_folder_at(x->is->dir, name, x->a);
		struct stat st;
		if (i < g->files.count) {
			const char *text = trib_map_text(&g->files, name);
			if (!path || !tribx_write_file(path, text, strlen(text), &e))
				break;
		} else if (!path || !from || stat(from, &st) < 0 || symlink(from, path) < 0) {
			tribx_fail(&e, TRIB_CONFIG, "config.unreadable", "%s: there is no such file beside the test", name);
			break;
		}
	}
	if (e.status)
		tribx_trial_error(x, &e);
	return !e.status;
}

static bool source_of_files(struct tribx_trial *x, const struct given *g, const struct trib_plugin *p)
{
	const char *to = tribx_folder_at(x->folder.path, "given", x->a), *url = to ? tribx_folder_at(to, "*", x->a) : NULL;
	if (!option(p, "url")) {
		tribx_trial_at(x, x->is->at);
		tribx_buf_fmt(&x->why, "the source %s reads no files: give rows\n", p->name);
		return false;
	}
	if (!url || (mkdir(to, 0700) < 0 && errno != EEXIST) || !put_files(x, g, to))
		return false;
	const char *const plain[] = { "url", url, "member", NULL, "unpack", NULL, "password", NULL, NULL }, *const packed[] = { "url", url, NULL };
	return (x->pipeline.source.options = with(x->pipeline.source.options, g->copy.count ? packed : plain, x->a)) != NULL;
}

/* Cells of text formats without declared columns are texts; those of JSON are what they are written as. */
static bool cells_are_texts(const struct tribx_conf *options)
{
	const struct tribx_conf *format = tribx_conf_get(options, "format"), *url = tribx_conf_get(options, "url");
	const char *word = format && format->kind == TRIBX_SCALAR && strcmp(format->text, "auto") ? format->text : url && url->kind == TRIBX_SCALAR ? url->text : "";
	return !strstr(word, "json");
}

static bool source_of_rows(struct tribx_trial *x, const struct tribx_conf *c, const struct trib_plugin *p)
{
	const struct trib_stream *stream = p->streams;
	const struct tribx_conf *options = x->pipeline.source.options, *types = tribx_conf_get(c, "columns");
	while (x->pipeline.stream && stream->name && strcmp(stream->name, x->pipeline.stream))
		stream++;
	const bool formats = p->flags & TRIB_FORMATS;
	const struct tribx_given g = { .rows = tribx_conf_get(c, "rows"), .types = types ? types : formats ? tribx_conf_get(options, "columns") : NULL,
	                               .as_text = !types && formats && !tribx_conf_get(options, "columns") && cells_are_texts(options) };
	struct tribx_findings f = { 0 };
	x->pipeline.source.plugin = tribx_given_plugin(stream->name ? stream : NULL, x->a);
	x->pipeline.source.options = tribx_given_options(&g, x->folder.path, x->a, &f);
	for (size_t i = 0; i < f.count; i++)
		tribx_trial_error(x, &f.items[i]);
	tribx_findings_done(&f);
	return x->pipeline.source.plugin && x->pipeline.source.options;
}

static bool give(struct tribx_trial *x, const struct tribx_step *source, const struct tribx_conf *c)
{
	struct given g = { 0 };
	struct tribx_error e = { 0 };
	const struct trib_plugin *p = tribx_connector(source->use, &e);
	x->pipeline.source = *source;
	if (!c || c->kind == TRIBX_NULL)
		return true;                           /* the source itself: its own files, nothing else is promised */
	if (!p || !tribx_trial_fields(x, given_fields, &g, c))
		return false;
	return g.rows.text ? source_of_rows(x, c, p) : source_of_files(x, &g, p);
}

static bool set_target(struct tribx_trial *x)
{
	const char *path = tribx_folder_at(x->folder.path, "target.db", x->a);
	const bool own = strcmp(x->pipeline.sink.use, "sqlite") == 0;
	const char *const pairs[] = { "path", path, "synchronous", "normal", NULL };
	x->pipeline.sink.options = path ? with(own ? x->pipeline.sink.options : NULL, pairs, x->a) : NULL;
	x->pipeline.sink.use = "sqlite";
	return x->pipeline.sink.options;
}

/* ---- the run ---- */

static void keep_shapes(void *ctx, const struct tribx_target *tables, int count)
{
	struct tribx_trial *x = ctx;
	for (int i = 0; i < count; i++) {
		const struct trib_batch *b = &tables[i].shape;
		const int cols = trib_cols(b);
		struct tribx_shape_of *s = NULL;
		for (int k = 0; k < x->shape_count; k++)
			s = strcmp(x->shapes[k].table, tables[i].name) == 0 ? &x->shapes[k] : s;
		if (!s && x->shape_count < (int)(sizeof x->shapes / sizeof *x->shapes))
			s = &x->shapes[x->shape_count++];
		struct trib_field *f = s && cols > 0 ? tribx_arena_new(x->a, ((size_t)cols + 1) * sizeof *f) : NULL;
		for (int c = 0; f && c < cols; c++)
			f[c] = (struct trib_field){ .name = tribx_arena_text(x->a, trib_col_name(b, c), strlen(trib_col_name(b, c))),
			                            .type = tribx_type(b, c), .scale = tribx_scale(b, c) };
		if (s && (f || !s->table))
			*s = (struct tribx_shape_of){ tribx_arena_text(x->a, tables[i].name, strlen(tables[i].name)), f ? f : s->columns };
	}
}

static void run_once(struct tribx_trial *x)
{
	const struct tribx_run_options o = { .workers = 1, .shapes = keep_shapes, .ctx = x };
	tribx_report_done(x->report);
	tribx_run(&x->pipeline, &o, &x->findings, x->report);
	x->ran = true;
}

/* What is given before only prepares the target: it must go well. */
static bool prepare(struct tribx_trial *x, const struct tribx_step *source)
{
	const struct tribx_conf *before = tribx_conf_get(x->is->at, "before");
	const size_t count = before && before->kind == TRIBX_LIST ? before->count : before != NULL;
	for (size_t i = 0; i < count; i++) {
		if (!give(x, source, before->kind == TRIBX_LIST ? &before->items[i] : before))
			return false;
		run_once(x);
		if (x->report->status >= 0)
			continue;
		tribx_trial_at(x, before);
		tribx_buf_puts(&x->why, "what is given before does not load\n");
		tribx_trial_error(x, &x->report->error);
		return false;
	}
	return true;
}

static void go(struct tribx_trial *x)
{
	size_t set_count;
	const struct tribx_set *set = sets(x, &set_count);
	x->why.failed |= !set;
	x->project = tribx_project_load(x->is->project, set, set_count, &x->findings);
	if (!pick(x))
		return;
	const bool good = tribx_findings_faults(&x->findings) == 0 && set_period(x) && tribx_pipeline_whole(&x->pipeline) && tribx_check(&x->pipeline, &x->findings);
	const struct tribx_step source = x->pipeline.source;
	if (x->why.n)
		return;
	if (good && set_target(x) && prepare(x, &source) && give(x, &source, tribx_conf_get(x->is->at, "given")))
		run_once(x);
	if (!x->why.n)
		tribx_trial_judge(x);
}

static enum tribx_outcome in_child(void *ctx, struct tribx_buf *why)
{
	struct tribx_trial *x = ctx;
	set_env(x);
	go(x);
	*why = x->why;
	tribx_report_done(x->report);
	tribx_findings_done(&x->findings);
	tribx_project_free(x->project);
	return why->failed || why->n ? TRIBX_FAILED : TRIBX_PASSED;
}

void tribx_trial_run(struct tribx_case *is, struct tribx_arena *a, struct tribx_result *r)
{
	struct tribx_trial *x = calloc(1, sizeof *x);
	struct tribx_buf why = { 0 };
	struct tribx_error e = { 0 };
	const int64_t start = tribx_ticks_us();
	r->outcome = TRIBX_FAILED;
	r->why = "no memory\n";
	if (x && (x->report = calloc(1, sizeof *x->report))) {
		x->is = is;
		x->a = a;
		if (!tribx_folder_new(&x->folder, &e))
			tribx_buf_fmt(&why, "%s\n", e.text);
		else
			r->outcome = tribx_test_apart(in_child, x, &why);
		const char *text = why.n && !why.failed ? tribx_arena_text(a, why.p, why.n) : NULL;
		r->why = text ? text : r->outcome == TRIBX_PASSED ? "" : r->why;
		tribx_folder_done(&x->folder);
		tribx_buf_done(&why);
		free(x->report);
	}
	free(x);
	r->elapsed_us = tribx_ticks_us() - start;
}
