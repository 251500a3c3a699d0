/* project - a folder or a file as pipelines: found, read, unrolled over for_each, put in order. Every fault of every
 * file is collected; what is faulty is left out of the order, never guessed. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "config/load.h"

/* One pipeline file. */
struct unit {
	const char *shown, *name;            /* as the user would name it; `pipeline:` */
	struct tribx_conf *root;
	const char **after; size_t after_count;
	size_t first, count;                 /* its instances */
	int mark;                            /* of the ordering: 0 new, 1 being visited, 2 done */
};

struct file { struct file *next; const char *shown; const struct tribx_conf *conf; };

/* What the includes of a project share: each file is read once, for all instances. */
struct cache {
	pthread_mutex_t lock;
	struct tribx_project *project;
	const char *shown_dir;               /* "" or "examples/quickstart/" */
	struct file *files;
};

struct loader {
	struct tribx_project *p;
	struct cache *cache;
	struct tribx_findings *f;
	const struct tribx_set *sets;
	size_t set_count, cap, unit_count;
	struct unit *units;
	bool whole;                          /* a folder: `after` can be checked */
	bool memory;                         /* ran out */
};

static void *memory(struct loader *l, void *p)
{
	if (!p && !l->memory) {
		l->memory = true;
		tribx_no_memory(l->f);
	}
	return p;
}

static const char *join(struct tribx_arena *arena, const char *a, const char *b, const char *c)
{
	struct tribx_buf out = { 0 };
	tribx_buf_fmt(&out, "%s%s%s", a, b, c);
	const char *text = out.failed ? NULL : tribx_arena_text(arena, out.p, out.n);
	tribx_buf_done(&out);
	return text;
}

/* ---- files of lists and maps ---- */

static const struct file *known_file(const struct cache *c, const struct tribx_conf *where)
{
	const char *dir = *where->text == '/' ? "" : c->shown_dir;
	size_t n = strlen(dir);
	for (const struct file *known = c->files; known; known = known->next)
		if (strncmp(known->shown, dir, n) == 0 && strcmp(known->shown + n, where->text) == 0)
			return known;
	return NULL;
}

static const struct tribx_conf *read_file(struct cache *c, const struct tribx_conf *where, struct tribx_findings *f)
{
	struct tribx_arena *arena = &c->project->arena;
	bool rooted = *where->text == '/';
	const char *shown = join(arena, rooted ? "" : c->shown_dir, where->text, "");
	const char *path = join(arena, rooted ? "" : c->project->dir, rooted ? "" : "/", where->text);
	if (!shown || !path) {
		tribx_no_memory(f);
		return NULL;
	}
	const char *text = tribx_file_text(path, shown, where, arena, f), *end = strrchr(shown, '.');
	struct file *file = tribx_arena_new(arena, sizeof *file);
	if (!file) {
		tribx_no_memory(f);
		return NULL;
	}
	bool csv = end && strcmp(end, ".csv") == 0;
	*file = (struct file){ c->files, shown, !text ? NULL : csv ? tribx_csv_conf(text, shown, arena, f)
	                       : tribx_yaml(text, shown, arena, f) };
	c->files = file;
	return file->conf;
}

/* Workers fill the options of their own instances: a file is read once, whoever asks first. */
static const struct tribx_conf *include(void *ctx, const struct tribx_conf *where, struct tribx_findings *f)
{
	struct cache *c = ctx;
	pthread_mutex_lock(&c->lock);
	const struct file *known = known_file(c, where);
	const struct tribx_conf *conf = known ? known->conf : read_file(c, where, f);
	pthread_mutex_unlock(&c->lock);
	return conf;
}

/* ---- one file ---- */

static bool good_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
	return n > 0 && n <= 100 && !s[n] && *s != '.';
}

static const char *name_of(struct loader *l, const struct tribx_conf *c, const char *what)
{
	const char *text = c->kind == TRIBX_SCALAR ? c->text : "";
	if (good_name(text))
		return text;
	struct tribx_error *e = tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_name", c, false,
	                                          "%s: \"%s\" is no name", what, text);
	if (e)
		tribx_error_hint(e, "letters, digits, - _ and . make a name, at most 100");
	return NULL;
}

/* NULL: it is not a pipeline, or a finding says why. */
static struct unit *read_unit(struct loader *l, const char *path, const char *shown, bool must)
{
	struct tribx_arena *arena = &l->p->arena;
	const char *text = tribx_file_text(path, shown, NULL, arena, l->f);
	if (!text || (!must && !strstr(text, "pipeline")))
		return NULL;   /* most files of a folder are lists and rules: they are not even parsed */
	const struct tribx_conf *root = tribx_yaml(text, shown, arena, l->f);
	const struct tribx_conf *name = tribx_conf_get(root, "pipeline");
	if (!root || (!name && !must))
		return NULL;
	if (root->kind != TRIBX_MAP) {
		tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", root, false,
		                  "a pipeline file is a map that begins with \"pipeline: NAME\"");
		return NULL;
	}
	struct unit *u = &l->units[l->unit_count];
	*u = (struct unit){ .shown = shown, .root = (struct tribx_conf *)root,
	                    .name = name ? name_of(l, name, "pipeline") : NULL };
	if (!name)
		tribx_finding_put(l->f, TRIB_CONFIG, "config.required", root, false,
		                  "pipeline is required: the name of this pipeline");
	for (size_t i = 0; i < l->unit_count && u->name; i++)
		if (strcmp(l->units[i].name, u->name) == 0) {
			tribx_finding_put(l->f, TRIB_CONFIG, "config.duplicate_pipeline", name, false,
			                  "pipeline \"%s\" is also in %s", u->name, l->units[i].shown);
			return NULL;
		}
	for (size_t i = 0; i < l->set_count; i++)
		tribx_set_apply(u->root, &l->sets[i], arena, l->f);
	if (!u->name) {   /* the shape is looked at all the same: its faults are faults */
		struct tribx_pipeline scrap = { .name = shown };
		tribx_pipeline_shape(&scrap, root, arena, l->f);
		return NULL;
	}
	l->unit_count++;
	return u;
}

/* ---- for_each: ---- */

static const struct tribx_conf *rows_of(struct loader *l, const struct tribx_conf *each, const struct tribx_vars *vars)
{
	struct tribx_conf *c = tribx_substitute(&each->items[0], vars, &l->p->arena, l->f);
	const struct tribx_conf *rows = c;
	if (c && c->kind == TRIBX_SCALAR) {
		rows = include(l->cache, c, l->f);
		if (!rows)
			return NULL;
	}
	if (rows && rows->kind != TRIBX_LIST) {
		struct tribx_error *e = tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", rows, false,
		                                          "for_each: not a list of maps, nor a file that holds one");
		if (e)
			tribx_error_hint(e, "for_each: { %s: rows.csv }", each->items[0].key);
		return NULL;
	}
	if (rows && rows->count == 0)
		tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", rows->file ? rows : &each->items[0], false,
		                  "for_each: there are no rows");
	return rows;
}

/* The row's `id`, or its first value, ends the instance's name. */
static const char *row_id(struct loader *l, const struct tribx_conf *row)
{
	const struct tribx_conf *id = tribx_conf_get(row, "id");
	if (row->kind != TRIBX_MAP || row->count == 0) {
		tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", row, false,
		                  "for_each: a row is a map of values");
		return NULL;
	}
	return name_of(l, id ? id : &row->items[0], "for_each");
}

static void add_instance(struct loader *l, struct unit *u, const struct tribx_vars *vars, const char *id)
{
	struct tribx_project *p = l->p;
	if (p->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		struct tribx_pipeline *grown = memory(l, realloc(p->pipelines, cap * sizeof *grown));
		if (!grown)
			return;
		p->pipelines = grown;
		l->cap = cap;
	}
	struct tribx_vars *own = memory(l, tribx_arena_new(&p->arena, sizeof *own));
	const char *name = id ? join(&p->arena, u->name, "/", id) : u->name;
	if (!own || !memory(l, (void *)name))
		return;
	struct tribx_pipeline *to = &p->pipelines[p->count];
	*to = (struct tribx_pipeline){ .name = name, .base = u->name, .file = u->shown, .dir = p->dir, .raw = u->root, .vars = own,
	                               .includes = { .load = include, .ctx = l->cache, .dir = p->dir } };
	*own = *vars;
	own->period_at = &to->period_at;
	struct tribx_conf *root = memory(l, tribx_substitute(u->root, own, &p->arena, l->f));
	own->period_at = NULL;   /* pipelines move when they are put in order */
	if (!root)
		return;
	p->count++;
	tribx_pipeline_shape(to, root, &p->arena, l->f);
	u->after = to->after;
	u->after_count = to->after_count;
	u->count++;
}

bool tribx_pipeline_at(const struct tribx_pipeline *p, const struct tribx_window *w, struct tribx_arena *arena,
                       struct tribx_findings *f, struct tribx_pipeline *out)
{
	struct tribx_window *window = tribx_arena_new(arena, sizeof *window);
	const size_t faults = tribx_findings_faults(f);
	*out = *p;
	if (!window)
		return tribx_no_memory(f);
	*window = *w;
	out->window = window;
	if (!p->period_at)
		return true;
	struct tribx_vars vars = *p->vars;
	vars.window = window;
	vars.period_at = &out->period_at;
	const struct tribx_conf *root = tribx_substitute(p->raw, &vars, arena, f);
	if (!root)
		return tribx_no_memory(f);
	*out = (struct tribx_pipeline){ .name = p->name, .base = p->base, .file = p->file, .dir = p->dir, .raw = p->raw, .vars = p->vars,
	                                .includes = p->includes, .period_at = p->period_at, .window = window };
	tribx_pipeline_shape(out, root, arena, f);
	return tribx_findings_faults(f) == faults;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tribx_pipeline *)a)->name, ((const struct tribx_pipeline *)b)->name);
}

struct twice { struct loader *l; const struct tribx_conf *rows; };

static void fault_twice(void *ctx, const char *name, size_t first, size_t again)
{
	const struct twice *t = ctx;
	tribx_finding_put(t->l->f, TRIB_CONFIG, "config.duplicate_key", &t->rows->items[again], false,
	                  "for_each: \"%s\" is there twice, first on line %d", name,
	                  t->rows->items[first].line);
}

static void unroll_rows(struct loader *l, struct unit *u, const struct tribx_conf *rows, struct tribx_vars *vars)
{
	const char **ids = memory(l, tribx_arena_new(&l->p->arena, (rows->count + 1) * sizeof *ids));
	bool good = ids != NULL;
	struct twice twice = { l, rows };
	for (size_t i = 0; ids && i < rows->count; i++)
		good &= (ids[i] = row_id(l, &rows->items[i])) != NULL;
	if (!good || !memory(l, tribx_each_twice(ids, rows->count, fault_twice, &twice) ? ids : NULL))
		return;
	for (size_t i = 0; i < rows->count; i++) {
		char line[32];
		snprintf(line, sizeof line, ":%d", rows->items[i].line);
		vars->row = &rows->items[i];
		vars->row_name = memory(l, (void *)join(&l->p->arena, "for_each ",
		                                        vars->row->file ? vars->row->file : u->shown, line));
		if (vars->row_name)
			add_instance(l, u, vars, ids[i]);
	}
}

static void unroll(struct loader *l, struct unit *u)
{
	const struct tribx_conf *each = tribx_conf_get(u->root, "for_each");
	struct tribx_vars vars = { .project = l->p->dir, .dir = l->p->dir };
	u->first = l->p->count;
	if (!each || each->kind == TRIBX_NULL)
		add_instance(l, u, &vars, NULL);
	else if (each->kind != TRIBX_MAP || each->count != 1) {
		struct tribx_error *e = tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", each, false,
		                                          "for_each: not one variable and its rows");
		if (e)
			tribx_error_hint(e, "for_each: { partner: partners.csv }");
	} else {
		const struct tribx_conf *rows = rows_of(l, each, &vars);
		vars.loop = each->items[0].key;
		if (rows)
			unroll_rows(l, u, rows, &vars);
	}
	if (u->count)
		qsort(&l->p->pipelines[u->first], u->count, sizeof *l->p->pipelines, by_name);
}

/* ---- order: ---- */

static int unit_by_name(const void *a, const void *b)
{
	return strcmp(((const struct unit *)a)->name, ((const struct unit *)b)->name);
}

static const char *unit_name(const void *list, size_t i)
{
	return ((const struct unit *)list)[i].name;
}

static struct unit *find(struct loader *l, const char *name)
{
	for (size_t i = 0; i < l->unit_count; i++)
		if (strcmp(l->units[i].name, name) == 0)
			return &l->units[i];
	return NULL;
}

static void fault_after(struct loader *l, const struct unit *u, const char *name, const char *code, const char *fmt)
{
	const struct tribx_conf *at = tribx_conf_get(u->root, "after");
	struct tribx_error *e = tribx_finding_put(l->f, TRIB_CONFIG, code, at, true, fmt, name, u->name);
	const char *near = tribx_nearest(name, unit_name, l->units, l->unit_count);
	if (e && near && strcmp(near, name) != 0)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
}

/* Depth first: what a unit comes after is put before it. */
static void visit(struct loader *l, struct unit *u, struct tribx_pipeline *out, size_t *n)
{
	u->mark = 1;
	for (size_t i = 0; i < u->after_count; i++) {
		struct unit *before = find(l, u->after[i]);
		if (!before && l->whole)
			fault_after(l, u, u->after[i], "config.unknown_pipeline",
			            "after: there is no pipeline \"%s\" in this project");
		else if (before && before->mark == 1)
			fault_after(l, u, u->after[i], "config.cycle",
			            "after: \"%s\" comes itself after \"%s\", so neither can be first");
		else if (before && before->mark == 0)
			visit(l, before, out, n);
	}
	for (size_t i = 0; i < u->count; i++)
		out[(*n)++] = l->p->pipelines[u->first + i];
	u->mark = 2;
}

static void order(struct loader *l)
{
	struct tribx_pipeline *out = memory(l, tribx_arena_new(&l->p->arena, (l->p->count + 1) * sizeof *out));
	size_t n = 0;
	for (size_t i = 0; out && i < l->unit_count; i++)
		if (l->units[i].mark == 0)
			visit(l, &l->units[i], out, &n);
	free(l->p->pipelines);
	l->p->pipelines = out;
	l->p->count = n;
}

/* ---- where pipelines are ---- */

static int yaml_file(const struct dirent *d)
{
	const char *end = strrchr(d->d_name, '.');
	return d->d_name[0] != '.' && end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

static void read_folder(struct loader *l)
{
	struct dirent **names;
	int n = scandir(l->p->dir, &names, yaml_file, alphasort);
	l->units = n >= 0 ? memory(l, tribx_arena_new(&l->p->arena, (size_t)(n + 1) * sizeof *l->units)) : NULL;
	for (int i = 0; i < n; i++) {
		const char *path = memory(l, (void *)join(&l->p->arena, l->p->dir, "/", names[i]->d_name));
		const char *shown = memory(l, (void *)join(&l->p->arena, l->cache->shown_dir, names[i]->d_name, ""));
		if (l->units && path && shown)
			read_unit(l, path, shown, false);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* The folder as an absolute path, and what is put before a file's name when it is shown. */
static bool place(struct loader *l, const char *path, bool folder)
{
	struct tribx_arena *arena = &l->p->arena;
	char real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *dir = folder ? path : !slash ? "." : slash == path ? "/"
		: tribx_arena_text(arena, path, (size_t)(slash - path));
	if (!memory(l, (void *)dir) || !realpath(dir, real))
		return false;
	size_t n = strlen(dir);
	l->p->dir = memory(l, tribx_arena_text(arena, real, strlen(real)));
	l->cache->shown_dir = strcmp(dir, ".") == 0 || strcmp(dir, "./") == 0 ? ""
		: memory(l, (void *)join(arena, dir, dir[n - 1] == '/' ? "" : "/", ""));
	return l->p->dir && l->cache->shown_dir;
}

static void load(struct loader *l, const char *path)
{
	struct stat st;
	struct tribx_conf at = { .file = path };
	if (stat(path, &st) < 0 || !place(l, path, S_ISDIR(st.st_mode))) {
		if (!l->memory)
			tribx_finding_put(l->f, TRIB_CONFIG, "config.unreadable", &at, false, "%s: %s", path,
			                  strerror(errno));
		return;
	}
	l->whole = S_ISDIR(st.st_mode);
	if (l->whole)
		read_folder(l);
	else if ((l->units = memory(l, tribx_arena_new(&l->p->arena, sizeof *l->units))))
		read_unit(l, path, memory(l, tribx_arena_text(&l->p->arena, path, strlen(path))), true);
	if (l->whole && l->unit_count == 0 && tribx_findings_faults(l->f) == 0) {
		struct tribx_error *e = tribx_finding_put(l->f, TRIB_CONFIG, "config.no_pipeline", &at, false,
		                                          "no pipeline is in this folder");
		if (e)
			tribx_error_hint(e,
			                 "a pipeline is a .yaml file that begins with \"pipeline: NAME\"; `trib init` "
			                 "makes one");
	}
	if (l->unit_count)
		qsort(l->units, l->unit_count, sizeof *l->units, unit_by_name);
	for (size_t i = 0; i < l->unit_count; i++)
		unroll(l, &l->units[i]);
	order(l);
}

struct tribx_project *tribx_project_load(const char *path, const struct tribx_set *sets, size_t set_count,
                                         struct tribx_findings *f)
{
	struct tribx_project *p = calloc(1, sizeof *p);
	struct cache *cache = p ? tribx_arena_new(&p->arena, sizeof *cache) : NULL;
	if (!cache) {
		free(p);
		tribx_no_memory(f);
		return NULL;
	}
	cache->project = p;
	cache->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	struct loader l = { .p = p, .cache = cache, .f = f, .sets = sets, .set_count = set_count };
	load(&l, path);
	if (l.unit_count == 0 || l.memory) {
		tribx_project_free(p);
		return NULL;
	}
	return p;
}

void tribx_project_free(struct tribx_project *p)
{
	if (!p)
		return;
	tribx_arena_done(&p->arena);
	free(p);
}
