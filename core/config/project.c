/* project - a folder or a file as pipelines: found, read, unrolled over for_each (unroll.c), put in order (order.c). Every fault of every
 * file is collected and kept with its pipeline: what is faulty is in the order as well, so that those that come after it
 * know, and those that do not run without it. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/loader.h"

void *tribx_loader_memory(struct tribx_loader *l, void *p)
{
	if (!p && !l->memory) {
		l->memory = true;
		tribx_no_memory(l->all);
	}
	return p;
}

/* More findings of a pipeline. */
void tribx_loader_tell(struct tribx_loader *l, struct tribx_pipeline *p, const struct tribx_findings *f)
{
	struct tribx_findings all = { 0 };
	if (p->findings)
		tribx_findings_add(&all, p->findings, false);
	tribx_findings_add(&all, f, false);
	p->findings = tribx_findings_keep(&l->p->arena, &all);
	p->faulty |= tribx_findings_faults(f) > 0;
	tribx_loader_memory(l, all.count && !p->findings ? NULL : l);
	tribx_findings_done(&all);
}

/* ---- one file ---- */

static bool good_name(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
	return n > 0 && n <= 100 && !s[n] && *s != '.';
}

const char *tribx_loader_name(struct tribx_loader *l, const struct tribx_conf *c, const char *what)
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
static const char *seeming_name(struct tribx_loader *l, const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL) {
		if (strncmp(line, "pipeline:", 9) != 0)
			continue;
		const char *from = line + 9 + strspn(line + 9, " \t\"'");
		const char *name = tribx_loader_memory(l, tribx_arena_text(&l->p->arena, from, strcspn(from, " \t\r\n\"'#")));
		return name && good_name(name) ? name : NULL;
	}
	return NULL;
}

/* It is in the order and cannot run, under the name it has, seems to have, or its file has. */
static void cannot_run(struct tribx_loader *l, struct tribx_unit *u, const char *text, const struct tribx_conf *name)
{
	const char *slash = strrchr(u->shown, '/'), *stem = slash ? slash + 1 : u->shown;
	const char *seems = u->root || !text ? NULL : seeming_name(l, text);
	if (u->root) {   /* the shape is looked at all the same: its faults are faults */
		struct tribx_pipeline scrap = { .name = u->shown };
		tribx_pipeline_shape(&scrap, u->root, &l->p->arena, l->f);
	}
	u->root = NULL;
	u->nameless = !seems && !(name && name->kind == TRIBX_SCALAR && *name->text);
	u->name = seems ? seems : !u->nameless ? name->text : tribx_loader_memory(l, tribx_arena_text(&l->p->arena, stem, strcspn(stem, ".")));
}

/* false: it is not a pipeline. */
static bool look_at(struct tribx_loader *l, struct tribx_unit *u, const char *path, bool must)
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
	u->name = name ? tribx_loader_name(l, name, "pipeline") : NULL;
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

static void read_unit(struct tribx_loader *l, const char *path, const char *shown, bool must)
{
	struct tribx_unit *u = &l->units[l->unit_count];
	*u = (struct tribx_unit){ .shown = shown };
	l->f = &u->f;
	if (look_at(l, u, path, must))
		l->unit_count++;
	else
		tribx_findings_done(&u->f);
	l->f = l->all;
}

/* ---- where pipelines are ---- */

static int yaml_file(const struct dirent *d)
{
	const char *end = strrchr(d->d_name, '.');
	return d->d_name[0] != '.' && end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

static void read_folder(struct tribx_loader *l)
{
	struct dirent **names;
	int n = scandir(l->p->dir, &names, yaml_file, alphasort);
	l->units = n >= 0 ? tribx_loader_memory(l, tribx_arena_new(&l->p->arena, (size_t)(n + 1) * sizeof *l->units)) : NULL;
	for (int i = 0; i < n; i++) {
		const char *path = tribx_loader_memory(l, (void *)tribx_join(&l->p->arena, l->p->dir, "/", names[i]->d_name));
		const char *shown = tribx_loader_memory(l, (void *)tribx_join(&l->p->arena, l->cache->shown_dir, names[i]->d_name, ""));
		if (l->units && path && shown)
			read_unit(l, path, shown, false);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* The folder as an absolute path, and what is put before a file's name when it is shown. */
static bool place(struct tribx_loader *l, const char *path, bool folder)
{
	struct tribx_arena *arena = &l->p->arena;
	char real[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *dir = folder ? path : !slash ? "." : slash == path ? "/"
		: tribx_arena_text(arena, path, (size_t)(slash - path));
	if (!tribx_loader_memory(l, (void *)dir) || !realpath(dir, real))
		return false;
	size_t n = strlen(dir);
	l->p->dir = tribx_loader_memory(l, tribx_arena_text(arena, real, strlen(real)));
	l->cache->shown_dir = strcmp(dir, ".") == 0 || strcmp(dir, "./") == 0 ? ""
		: tribx_loader_memory(l, (void *)tribx_join(arena, dir, dir[n - 1] == '/' ? "" : "/", ""));
	return l->p->dir && l->cache->shown_dir;
}

static int unit_by_name(const void *a, const void *b)
{
	return strcmp(((const struct tribx_unit *)a)->name, ((const struct tribx_unit *)b)->name);
}

static void load(struct tribx_loader *l, const char *path)
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
	else if ((l->units = tribx_loader_memory(l, tribx_arena_new(&l->p->arena, sizeof *l->units))))
		read_unit(l, path, tribx_loader_memory(l, tribx_arena_text(&l->p->arena, path, strlen(path))), true);
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
		tribx_unroll(l, &l->units[i]);
	tribx_order(l);
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
	struct tribx_loader l = { .p = p, .cache = cache, .all = f, .f = f, .sets = sets, .set_count = set_count };
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
