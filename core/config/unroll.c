/* unroll - a pipeline file as its instances: one per row of `for_each`, the file itself where there is none; and an instance again
 * for one of its periods. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/loader.h"

static const struct tribx_conf *rows_of(struct tribx_loader *l, const struct tribx_conf *each, const struct tribx_vars *vars)
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
static const char *row_id(struct tribx_loader *l, const struct tribx_conf *row)
{
	const struct tribx_conf *id = tribx_conf_get(row, "id");
	if (row->kind != TRIBX_MAP || row->count == 0) {
		tribx_finding_put(l->f, TRIB_CONFIG, "config.bad_value", row, false,
		                  "for_each: a row is a map of values");
		return NULL;
	}
	return tribx_loader_name(l, id ? id : &row->items[0], "for_each");
}

static bool room(struct tribx_loader *l)
{
	if (l->p->count < l->cap)
		return true;
	size_t cap = l->cap ? l->cap * 2 : 8;
	struct tribx_pipeline *grown = tribx_loader_memory(l, realloc(l->p->pipelines, cap * sizeof *grown));
	if (!grown)
		return false;
	l->p->pipelines = grown;
	l->cap = cap;
	return true;
}

static void add_instance(struct tribx_loader *l, struct tribx_unit *u, const struct tribx_vars *vars, const char *id)
{
	struct tribx_project *p = l->p;
	if (!room(l))
		return;
	struct tribx_vars *own = tribx_loader_memory(l, tribx_arena_new(&p->arena, sizeof *own));
	const char *name = id ? tribx_join(&p->arena, u->name, "/", id) : u->name;
	if (!own || !tribx_loader_memory(l, (void *)name))
		return;
	struct tribx_pipeline *to = &p->pipelines[p->count];
	*to = (struct tribx_pipeline){ .name = name, .base = u->name, .file = u->shown, .dir = p->dir, .raw = u->root, .vars = own,
	                               .includes = { .load = tribx_include, .ctx = l->cache, .dir = p->dir } };
	*own = *vars;
	own->period_at = &to->period_at;
	struct tribx_findings f = { 0 };
	struct tribx_conf *root = tribx_loader_memory(l, tribx_substitute(u->root, own, &p->arena, &f));
	own->period_at = NULL;   /* pipelines move when they are put in order */
	if (root) {
		p->count++;
		tribx_pipeline_shape(to, root, &p->arena, &f);
		tribx_loader_tell(l, to, &f);
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

struct twice { struct tribx_loader *l; const struct tribx_conf *rows; };

static void fault_twice(void *ctx, const char *name, size_t first, size_t again)
{
	const struct twice *t = ctx;
	tribx_finding_put(t->l->f, TRIB_CONFIG, "config.duplicate_key", &t->rows->items[again], false,
	                  "for_each: \"%s\" is there twice, first on line %d", name,
	                  t->rows->items[first].line);
}

static void unroll_rows(struct tribx_loader *l, struct tribx_unit *u, const struct tribx_conf *rows, struct tribx_vars *vars)
{
	const char **ids = tribx_loader_memory(l, tribx_arena_new(&l->p->arena, (rows->count + 1) * sizeof *ids));
	bool good = ids != NULL;
	struct twice twice = { l, rows };
	for (size_t i = 0; ids && i < rows->count; i++)
		good &= (ids[i] = row_id(l, &rows->items[i])) != NULL;
	if (!good || !tribx_loader_memory(l, tribx_each_twice(ids, rows->count, fault_twice, &twice) ? ids : NULL))
		return;
	for (size_t i = 0; i < rows->count; i++) {
		char line[32];
		snprintf(line, sizeof line, ":%d", rows->items[i].line);
		vars->row = &rows->items[i];
		vars->row_name = tribx_loader_memory(l, (void *)tribx_join(&l->p->arena, "for_each ",
		                                        vars->row->file ? vars->row->file : u->shown, line));
		if (vars->row_name)
			add_instance(l, u, vars, ids[i]);
	}
}

void tribx_unroll(struct tribx_loader *l, struct tribx_unit *u)
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
