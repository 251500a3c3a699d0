/* look - see look.h. */
#include "run/look.h"

#include "run/commit.h"

int tribx_look_open(struct tribx_look *l, const struct tribx_pipeline *p, bool write, struct tribx_findings *findings, struct tribx_error *e)
{
	*l = (struct tribx_look){ 0 };
	if (!tribx_flow_build(&l->flow, p, findings))
		return TRIB_CONFIG;
	int rc = tribx_side_open(&l->side, &l->flow, &l->report, &l->states, !write);
	if (rc < 0)
		*e = l->side.error;
	return rc < 0 ? rc : TRIB_OK;
}

int tribx_look_rows(struct tribx_look *l, const char *table, struct trib_batch *out, struct tribx_error *e)
{
	const struct trib_batch all = { 0 };
	struct trib *t = l->side.t;
	if (!t->p->recall)
		return tribx_fail(e, TRIB_CONFIG, "run.no_recall", "the sink %s cannot be asked for rows", t->p->name);
	tribx_call_start(t);
	int rc = t->p->recall(t, t->self, table, &all, out);
	tribx_call_end(t);
	if (rc < 0)
		*e = t->error;
	return rc < 0 ? rc : tribx_ready(out, e);
}

int tribx_look_set(struct tribx_look *l, const struct trib_batch *states, struct tribx_error *e)
{
	int rc = tribx_side_ready(&l->side, &l->none);
	if (rc >= 0)
		rc = tribx_side_put_states(&l->side, states);
	if (rc < 0)
		*e = l->side.error;
	return rc;
}

void tribx_look_done(struct tribx_look *l)
{
	tribx_side_done(&l->side);
	tribx_report_done(&l->report);
	trib_free(&l->states);
	tribx_flow_done(&l->flow);
}
