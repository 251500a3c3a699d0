/* order - pipelines in the order in which they run: by name, and what one comes `after` before it. */
#include <stdlib.h>
#include <string.h>

#include "config/loader.h"

static const char *unit_name(const void *list, size_t i)
{
	return ((const struct tribx_unit *)list)[i].name;
}

static struct tribx_unit *find(struct tribx_loader *l, const char *name)
{
	for (size_t i = 0; i < l->unit_count; i++)
		if (strcmp(l->units[i].name, name) == 0)
			return &l->units[i];
	return NULL;
}

static void fault_after(struct tribx_loader *l, struct tribx_unit *u, const char *name, const char *code, const char *fmt)
{
	const struct tribx_conf *at = tribx_conf_get(u->root, "after");
	struct tribx_error *e = tribx_finding_put(&u->f, TRIB_CONFIG, code, at, true, fmt, name, u->name);
	const char *near = tribx_nearest(name, unit_name, l->units, l->unit_count);
	if (e && near && strcmp(near, name) != 0)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
}

/* Depth first: what a unit comes after is put before it. */
static void visit(struct tribx_loader *l, struct tribx_unit *u, struct tribx_pipeline *out, size_t *n)
{
	u->mark = 1;
	for (size_t i = 0; i < u->after_count; i++) {
		struct tribx_unit *before = find(l, u->after[i]);
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
		tribx_loader_tell(l, &out[(*n)++], &u->f);
	}
	u->mark = 2;
}

void tribx_order(struct tribx_loader *l)
{
	struct tribx_pipeline *out = tribx_loader_memory(l, tribx_arena_new(&l->p->arena, (l->p->count + 1) * sizeof *out));
	size_t n = 0;
	for (size_t i = 0; out && i < l->unit_count; i++)
		if (l->units[i].mark == 0)
			visit(l, &l->units[i], out, &n);
	free(l->p->pipelines);
	l->p->pipelines = out;
	l->p->count = n;
}
