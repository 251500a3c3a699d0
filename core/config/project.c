/* project - a folder or a file as pipelines: found, read, unrolled over for_each, put in order. Every fault of every
 * file is collected and kept with its pipeline: what is faulty is in the order as well, so that those that come after it
 * know, and those that do not run without it. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/load.h"

/* One pipeline file. */
struct unit {
	const char *shown, *name;            /* as the user would name it; `pipeline:` */
	struct tribx_conf *root;             /* NULL: it could not be read, or has no name */
	struct tribx_findings f;             /* of the file; what is wrong with one instance only is kept with that */
	bool nameless;
	const char **after; size_t after_count;
	size_t first, count;                 /* its instances */
	int mark;                            /* of the ordering: 0 new, 1 being visited, 2 done */
};

struct loader {
	struct tribx_project *p;
	struct tribx_cache *cache;
	struct tribx_findings *all, *f;      /* of the whole; of what is at hand */
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
		tribx_no_memory(l->all);
	}
	return p;
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

/* What a file that is no YAML seems to call itself: the line is there, the rest is not. NULL: nothing. */
static const char *seeming_name(struct loader *l, const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL) {
		if (strncmp(line, "pipeline:", 9) != 0)
			continue;
		const char *from = line + 9 + strspn(line + 9, " \t\"'");
		const char *name = memory(l, tribx_arena_text(&l->p->arena, from, strcspn(from, " \t\r\n\"'#")));
		return name && good_name(name) ? name : NULL;
	}
	return NULL;
}

/* It is in the order and cannot run, under the name it has, seems to have, or its file has. */
static void cannot_run(struct loader *l, struct unit *u, const char *text, const struct tribx_conf *name)
{
	const char *slash = strrchr(u->shown, '/'), *stem = slash ? slash + 1 : u->shown;
	const char *seems = u->root || !text ? NULL : seeming_name(l, text);
	if (u->root) {   /* the shape is looked at all the same: its faults are faults */
		struct tribx_pipeline scrap = { .name = u->shown };
		tribx_pipeline_shape(&scrap, u->root, &l->p->arena, l->f);
	}
	u->root = NULL;
	u->nameless = !seems && !(name && name->kind == TRIBX_SCALAR && *name->text);
	u->name = seems ? seems : !u->nameless ? name->text : memory(l, tribx_arena_text(&l->p->arena, stem, strcspn(stem, ".")));
}

/* false: it is not a pipeline. */
static bool look_at(struct loader *l, struct unit *u, const char *path, bool must)
{
	struct tribx_arena *arena = &l->p->arena;
	const char *text = tribx_file_text(path, u->shown, NULL, arena, l->f);
	if (text && !must && !strstr(text, "pipeline"))
		return false;   /* most files of a folder are lists and rules: they are not even parsed */
	struct tribx_conf *root = text ? (struct tribx_conf *)tribx_yaml(text, u->shown, arena, l->f) : NULL;
	const struct tribx_conf *name = tribx_conf_get(root, "pipeline");
	if (root && !name && !must)
		return false;
	if (root && root->kind != TRIBX_MAP)
		tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", root, false,
		                  "a pipeline file is a map that begins with \"pipeline: NAME\"");
	else if (root && !name)
		tribx_finding_put(l->f, TRIB_CONFIG, "config.required", root, false,
		                  "pipeline is required: the name of this pipeline");
	u->root = root && root->kind == TRIBX_MAP ? root : NULL;
	u->name = name ? name_of(l, name, "pipeline") : NULL;
	for (size_t i = 0; i < l->set_count && u->root; i++)
		tribx_set_apply(u->root, &l->sets[i], arena, l->f);
	for (size_t i = 0; i < l->unit_count && u->name; i++)
		if (!l->units[i].nameless && strcmp(l->units[i].name, u->name) == 0) {   /* which of the two is meant is not known: neither runs */
			tribx_finding_put(&l->units[i].f, TRIB_CONFIG, "config.duplicate_pipeline", name, false,
			                  "pipeline \"%s\" is also in %s", u->name, l->units[i].shown);
			tribx_findings_add(&l->units[i].f, l->f, false);
			return false;
		}
	if (!u->name)
		cannot_run(l, u, text, name);
	return u->name != NULL;
}

static void read_unit(struct loader *l, const char *path, const char *shown, bool must)
{
	struct unit *u = &l->units[l->unit_count];
	*u = (struct unit){ .shown = shown };
	l->f = &u->f;
	if (look_at(l, u, path, must))
		l->unit_count++;
	else
		tribx_findings_done(&u->f);
	l->f = l->all;
}

/* ---- for_each: ---- */

static const struct tribx_conf *rows_of(struct loader *l, const struct tribx_conf *each, const struct tribx_vars *vars)
{
	struct tribx_conf *c = tribx_substitute(&each->items[0], vars, &l->p->arena, l->f);
	const struct tribx_conf *rows = c;
	if (c && c->kind == TRIBX_SCALAR) {
		rows = tribx_include(l->cache, c, l->f);
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

static bool room(struct loader *l)
{
	if (l->p->count < l->cap)
		return true;
	size_t cap = l->cap ? l->cap * 2 : 8;
	struct tribx_pipeline *grown = memory(l, realloc(l->p->pipelines, cap * sizeof *grown));
	if (!grown)
		return false;
	l->p->pipelines = grown;
	l->cap = cap;
	return true;
}

/* More findings of a pipeline. */
static void tell_of(struct loader *l, struct tribx_pipeline *p, const struct tribx_findings *f)
{
	struct tribx_findings all = { 0 };
	if (p->findings)
		tribx_findings_add(&all, p->findings, false);
	tribx_findings_add(&all, f, false);
	p->findings = tribx_findings_keep(&l->p->arena, &all);
	p->faulty |= tribx_findings_faults(f) > 0;
	memory(l, all.count && !p->findings ? NULL : l);
	tribx_findings_done(&all);
}

static void add_instance(struct loader *l, struct unit *u, const struct tribx_vars *vars, const char *id)
{
	struct tribx_project *p = l->p;
	if (!room(l))
		return;
	struct tribx_vars *own = memory(l, tribx_arena_new(&p->arena, sizeof *own));
	const char *name = id ? tribx_join(&p->arena, u->name, "/", id) : u->name;
	if (!own || !memory(l, (void *)name))
		return;
	struct tribx_pipeline *to = &p->pipelines[p->count];
	*to = (struct tribx_pipeline){ .name = name, .base = u->name, .file = u->shown, .dir = p->dir, .raw = u->root, .vars = own,
	                               .includes = { .load = tribx_include, .ctx = l->cache, .dir = p->dir } };
	*own = *vars;
	own->period_at = &to->period_at;
	struct tribx_findings f = { 0 };
	struct tribx_conf *root = memory(l, tribx_substitute(u->root, own, &p->arena, &f));
	own->period_at = NULL;   /* pipelines move when they are put in order */
	if (root) {
		p->count++;
		tribx_pipeline_shape(to, root, &p->arena, &f);
		tell_of(l, to, &f);
		u->after = to->after;
		u->after_count = to->after_count;
		u->count++;
	}
	tribx_findings_done(&f);
}

bool tribx_pipeline_at(const struct tribx_pipeline *p, const struct tribx_window *w, struct tribx_arena *arena,
                       struct tribx_findings *f, struct tribx_pipeline *out)
{
	struct tribx_window *window = tribx_arena_new(arena, sizeof *window);
	struct tribx_findings own = { 0 };
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
	const struct tribx_conf *root = tribx_substitute(p->raw, &vars, arena, &own);
	if (!root) {
		tribx_findings_done(&own);
		return tribx_no_memory(f);
	}
	*out = (struct tribx_pipeline){ .name = p->name, .base = p->base, .file = p->file, .dir = p->dir, .raw = p->raw, .vars = p->vars,
	                                .includes = p->includes, .period_at = p->period_at, .window = window };
	tribx_pipeline_shape(out, root, arena, &own);
	const bool good = tribx_findings_faults(&own) == 0;   /* f may know of them already */
	tribx_findings_add(f, &own, false);
	tribx_findings_done(&own);
	return good;
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
		vars->row_name = memory(l, (void *)tribx_join(&l->p->arena, "for_each ",
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
	l->f = &u->f;
	if (!u->root)
		;
	else if (!each || each->kind == TRIBX_NULL)
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
	l->f = l->all;
	if (u->count)
		qsort(&l->p->pipelines[u->first], u->count, sizeof *l->p->pipelines, by_name);
	else if (room(l)) {   /* nothing of it can run: findings say why */
		l->p->pipelines[l->p->count++] = (struct tribx_pipeline){ .name = u->name, .base = u->name, .file = u->shown, .dir = l->p->dir,
			.faulty = true, .nameless = u->nameless };
		u->count = 1;
	}
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

static void fault_after(struct loader *l, struct unit *u, const char *name, const char *code, const char *fmt)
{
	const struct tribx_conf *at = tribx_conf_get(u->root, "after");
	struct tribx_error *e = tribx_finding_put(&u->f, TRIB_CONFIG, code, at, true, fmt, name, u->name);
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
	for (size_t i = 0; i < u->count; i++) {
		out[*n] = l->p->pipelines[u->first + i];
		tell_of(l, &out[(*n)++], &u->f);
	}
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
		const char *path = memory(l, (void *)tribx_join(&l->p->arena, l->p->dir, "/", names[i]->d_name));
		const char *shown = memory(l, (void *)tribx_join(&l->p->arena, l->cache->shown_dir, names[i]->d_name, ""));
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
		: memory(l, (void *)tribx_join(arena, dir, dir[n - 1] == '/' ? "" : "/", ""));
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
	if (l->whole && l->unit_count == 0 && !l->memory) {
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

static void tell_all(const struct tribx_project *p, struct tribx_findings *f)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->pipelines[i].findings)
			tribx_findings_add(f, p->pipelines[i].findings, false);
}

struct tribx_project *tribx_project_read(const char *path, const struct tribx_set *sets, size_t set_count,
                                         struct tribx_findings *f)
{
	struct tribx_project *p = calloc(1, sizeof *p);
	struct tribx_cache *cache = p ? tribx_arena_new(&p->arena, sizeof *cache) : NULL;
	if (!cache) {
		free(p);
		tribx_no_memory(f);
		return NULL;
	}
	cache->project = p;
	cache->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	struct loader l = { .p = p, .cache = cache, .all = f, .f = f, .sets = sets, .set_count = set_count };
	load(&l, path);
	bool any = false;
	for (size_t i = 0; i < l.unit_count; i++) {
		any |= l.units[i].root != NULL;
		tribx_findings_done(&l.units[i].f);
	}
	if (any && !l.memory)
		return p;
	tell_all(p, f);
	tribx_project_free(p);
	return NULL;
}

struct tribx_project *tribx_project_load(const char *path, const struct tribx_set *sets, size_t set_count,
                                         struct tribx_findings *f)
{
	struct tribx_project *p = tribx_project_read(path, sets, set_count, f);
	if (p)
		tell_all(p, f);
	return p;
}

void tribx_project_free(struct tribx_project *p)
{
	if (!p)
		return;
	tribx_arena_done(&p->arena);
	free(p);
}
