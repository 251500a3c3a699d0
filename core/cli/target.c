/* target - see target.h. */
#include "cli/target.h"

#include <stdlib.h>

static int one(struct tribx_cli *c, const struct tribx_pipeline *p, bool write, int (*each)(struct tribx_cli *c, struct tribx_look *l, void *ctx), void *ctx)
{
	struct tribx_error e = { 0 };
	struct tribx_look *l = calloc(1, sizeof *l);
	int rc = l ? tribx_look_open(l, p, write, &c->findings, &e) : TRIB_FATAL;
	int code = rc >= 0 ? each(c, l, ctx) : e.status ? tribx_cli_fail(c, &e) : tribx_cli_faults(c);
	if (l)
		tribx_look_done(l);
	free(l);
	return code;
}

int tribx_targets(struct tribx_cli *c, const char *path, bool write, int (*each)(struct tribx_cli *c, struct tribx_look *l, void *ctx), void *ctx)
{
	struct tribx_project *p = tribx_cli_project(c, path);
	int code = tribx_cli_faults(c);
	for (size_t i = 0; p && !code && i < p->count; i++)
		if (tribx_cli_picks(c, &p->pipelines[i]))
			code = one(c, &p->pipelines[i], write, each, ctx);
	tribx_project_free(p);
	return code;
}

/* Pipelines that share a target share its tables: each keeps to its own rows. */
static int only_own(struct trib_batch *b, const char *pipeline)
{
	struct trib_view v;
	int col = trib_col(b, "pipeline");
	int64_t n = b->array.length, kept = 0;
	if (col < 0 || trib_view(b, col, &v) < 0 || v.type != TRIB_STR)
		return TRIB_OK;
	int32_t *keep = malloc(((size_t)n + 1) * sizeof *keep);
	for (int64_t i = 0; keep && i < n; i++)
		if (tribx_text_is(trib_str(&v, i), pipeline))
			keep[kept++] = (int32_t)i;
	int rc = keep ? trib_pick(b, keep, kept) : TRIB_FATAL;
	free(keep);
	return rc;
}

int tribx_target_rows(struct tribx_cli *c, struct tribx_look *l, const char *table, struct trib_batch *all)
{
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	int rc = tribx_look_rows(l, table, &b, &e);
	if (rc >= 0)
		rc = only_own(&b, l->flow.conf->name);
	if (rc >= 0)
		rc = tribx_append(all, &b);
	trib_free(&b);
	if (rc < 0)
		tribx_fail(&e, rc, "internal.no_memory", "no memory");
	return rc < 0 ? tribx_cli_fail(c, &e) : 0;
}
