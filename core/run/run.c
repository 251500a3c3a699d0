/* run - see run.h. The caller's thread is the sink's side; readers and workers are in work.c and read.c. */
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "run/side.h"
#include "run/work.h"

enum { DEAD_SHOWN_MAX = 1000 };   /* past the budget the part is read on for its other faults, this far */

struct run {
	const struct tribx_run_options *o;
	struct tribx_report *report;
	struct tribx_flow flow;
	struct tribx_side side;
	struct tribx_parts parts;
	struct tribx_work work;
	struct tribx_findings *notes;
	int stop;                  /* 0, 1 drain, 2 cancel */
	const char *part;          /* in hand */
	int64_t shown_us;
};

static void poll(void *ctx)
{
	struct run *r = ctx;
	int asked = r->o->stop ? r->o->stop(r->o->ctx) : 0;
	if (asked >= 1 && r->stop < 1) {
		tribx_work_drain(&r->work);
		tribx_work_cancel(&r->work, false);
	}
	if (asked >= 2 && r->stop < 2) {
		atomic_store(&r->flow.stopping, true);
		tribx_work_cancel(&r->work, true);
	}
	r->stop = asked > r->stop ? asked : r->stop;
	int64_t now = tribx_ticks_us();
	if (r->o->progress && now - r->shown_us >= 250000) {
		struct tribx_report so_far = *r->report;
		so_far.read += r->side.read;
		so_far.dead += r->side.dead.count;
		so_far.elapsed_us = now - so_far.elapsed_us;
		r->o->progress(r->o->ctx, &so_far, r->part);
		r->shown_us = now;
	}
}

static void told(void *ctx, int part, const char *state)
{
	tribx_work_committed(&((struct run *)ctx)->work, part, state);
}

/* ---- parts ---- */

static int next_open(const struct run *r, int k)
{
	do
		k++;
	while (k < r->parts.count && r->parts.items[k].known);
	return k;
}

/* The widest scope that ends with part k. */
static enum trib_scope ending(const struct run *r, int k)
{
	int next = next_open(r, k);
	if (next >= r->parts.count)
		return TRIB_PER_RUN;
	return tribx_parts_same_period(&r->parts.items[k], &r->parts.items[next]) ? TRIB_PER_PART : TRIB_PER_PERIOD;
}

static enum trib_scope widest(const struct tribx_flow *f)
{
	enum trib_scope scope = TRIB_PER_ROW;
	for (int i = 0; i < f->step_count; i++)
		scope = f->steps[i].scope > scope ? f->steps[i].scope : scope;
	return scope;
}

/* A checkpoint inside a part: only where the sink can keep rows unseen, nothing is held and the connector said so. */
static int stage_if_due(struct run *r, int status)
{
	bool can = r->flow.sink.p->flags & TRIB_CAN_STAGE;
	if (status != TRIB_OK || !can || widest(&r->flow) != TRIB_PER_ROW || !tribx_side_due(&r->side))
		return TRIB_OK;
	return tribx_side_checkpoint(&r->side, false, false);
}

static int consume(struct run *r, int k)
{
	int rc = TRIB_OK;
	for (int status = TRIB_OK; rc >= 0 && status != TRIB_END;) {
		struct tribx_item *it = tribx_work_next(&r->work, poll, r);
		status = it->status;
		rc = r->stop >= 2 && it->status >= 0 ? tribx_fail(&r->side.error, TRIB_STOPPED, "run.stopped", "stopped on request") : tribx_side_item(&r->side, k, it);
		tribx_work_release(&r->work, it);
		if (rc >= 0 && tribx_side_over_budget(&r->side, false))
			r->side.holding = true;
		if (r->side.holding && r->side.dead.count >= DEAD_SHOWN_MAX)
			break;
		if (rc >= 0 && !r->side.holding)
			rc = stage_if_due(r, status);
	}
	return rc;
}

/* What is taken as gone because a load does not have it cannot be committed in pieces: not a source that replaces a table, unless
 * the sink keeps pieces unseen, and not a period that replaces its slice. */
static bool in_one_piece(const struct run *r, enum trib_scope ends)
{
	const struct tribx_flow *f = &r->flow;
	return (f->whole && !(f->sink.p->flags & TRIB_CAN_STAGE)) || (f->by_period && ends < TRIB_PER_PERIOD);
}

static int end_part(struct run *r, int k)
{
	enum trib_scope scope = ending(r, k);
	bool last = scope == TRIB_PER_RUN || r->stop;
	int rc = tribx_side_part_ends(&r->side, scope);
	if (rc >= 0 && tribx_side_over_budget(&r->side, last))
		r->side.holding = true;
	if (rc == TRIB_HELD || (rc >= 0 && r->side.holding))
		return tribx_side_hold(&r->side);
	if (rc < 0)
		return rc;
	r->report->parts_done++;
	if (scope < widest(&r->flow) && widest(&r->flow) > TRIB_PER_PART)
		return TRIB_OK;   /* rows are still held: no safe point */
	bool ended = next_open(r, k) >= r->parts.count;
	if (!ended && (in_one_piece(r, scope) || !(last || tribx_side_due(&r->side))))
		return TRIB_OK;
	return tribx_side_checkpoint(&r->side, true, ended);
}

static int all_parts(struct run *r)
{
	int rc = TRIB_OK;
	if (r->parts.count == 0 && r->parts.gone_count > 0)   /* all that is left to say is that nothing is left */
		return tribx_side_checkpoint(&r->side, true, true);
	for (int k = next_open(r, -1); rc >= 0 && k < r->parts.count; k = next_open(r, k)) {
		r->part = r->parts.items[k].name;
		tribx_work_part(&r->work, k);
		poll(r);
		if (r->stop)
			return tribx_fail(&r->side.error, r->stop >= 2 ? TRIB_STOPPED : TRIB_LATER, "run.stopped", "stopped on request before part %s", r->part);
		rc = tribx_side_part_begins(&r->side, r->part);
		if (rc >= 0 && (rc = consume(r, k)) == TRIB_HELD)
			return tribx_side_hold(&r->side);
		if (rc >= 0)
			rc = end_part(r, k);
		if (rc >= 0 && r->stop == 1 && next_open(r, k) < r->parts.count)
			return tribx_fail(&r->side.error, TRIB_LATER, "run.stopped", "stopped on request after part %s; the rest is safe to run again", r->part);
	}
	/* A period without news is done as well. */
	return rc >= 0 && r->flow.conf->window && !r->side.recorded ? tribx_side_checkpoint(&r->side, true, true) : rc;
}

/* ---- the run ---- */

/* A source that names its period and has nothing for it yet is not broken: the period is late. */
static int late(struct run *r, int rc)
{
	const struct tribx_pipeline *p = r->flow.conf;
	struct tribx_error *e = &r->side.error;
	if (rc != TRIB_DATA || !p->window || !p->period_at || strcmp(e->code, "file.no_match") != 0)
		return rc;
	e->status = TRIB_LATER;
	tribx_error_hint(e, "period %s stays due; the next `trib run --due` looks again", p->window->id);
	return TRIB_LATER;
}

/* Somebody else may have done the period since it was found to be due. */
static bool done_already(const struct run *r)
{
	const struct tribx_window *w = r->flow.conf->window;
	return w && !w->again && tribx_done_covers(&r->side.done, w->start, w->end);
}

/* One per core, this thread being one of them; two on one core, so that a slow sink and the steps still overlap. */
static int workers(const struct tribx_run_options *o)
{
	const char *text = getenv("TRIB_WORKERS");
	long cores = sysconf(_SC_NPROCESSORS_ONLN), n = o->workers ? o->workers : text ? strtol(text, NULL, 10) : cores < 2 ? 2 : cores;
	return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static void name_report(struct run *r)
{
	struct tribx_report *report = r->report;
	const struct tribx_flow *f = &r->flow;
	const int tables_max = (int)(sizeof report->tables / sizeof *report->tables), steps_max = (int)(sizeof report->steps / sizeof *report->steps);
	snprintf(report->stream, sizeof report->stream, "%s", f->job.stream);
	report->table_count = f->table_count < tables_max ? f->table_count : tables_max;
	for (int i = 0; i < report->table_count; i++)
		snprintf(report->tables[i].name, sizeof report->tables[i].name, "%s", f->tables[i].name);
	report->step_count = f->step_count < steps_max ? f->step_count : steps_max;
	for (int i = 0; i < report->step_count; i++)
		snprintf(report->steps[i].name, sizeof report->steps[i].name, "%s", f->steps[i].name);
}

static int go(struct run *r)
{
	struct trib_batch states = { 0 };
	int rc = tribx_flow_open(&r->flow, &r->side.error);
	struct tribx_error opening = r->side.error;
	if (rc < 0) {
		r->report->error = opening;
		return rc;
	}
	name_report(r);
	rc = tribx_side_open(&r->side, &r->flow, r->report, &states, false);
	r->side.committed = told;
	r->side.ctx = r;
	const bool over = rc >= 0 && done_already(r);
	if (rc >= 0 && !over)
		rc = late(r, tribx_parts_find(&r->parts, &r->flow, &states, r->o->full_refresh, &r->side.error));
	trib_free(&states);
	r->report->parts = r->parts.count;
	r->report->parts_known = r->parts.known_count;
	if (rc >= 0 && !over)
		rc = tribx_side_ready(&r->side, &r->parts);
	if (rc >= 0 && !over)
		rc = tribx_work_start(&r->work, &r->flow, &r->parts, workers(r->o), &r->side.error);
	if (rc >= 0 && !over)
		rc = all_parts(r);
	if (rc < 0)
		tribx_side_abort(&r->side);
	if (rc < 0 && r->work.lanes) {
		atomic_store(&r->flow.stopping, true);
		tribx_work_cancel(&r->work, true);
	}
	if (r->work.lanes)
		tribx_work_stop(&r->work, r->notes);
	r->report->error = r->side.error;
	if (r->o->shapes)
		r->o->shapes(r->o->ctx, r->flow.tables, r->flow.table_count);
	tribx_side_done(&r->side);
	tribx_parts_done(&r->parts);
	return rc;
}

/* Format options that exclude each other: no table can say that. */
static bool check_format(const struct tribx_flow *f, struct tribx_findings *findings)
{
	struct tribx_error e = { 0 };
	if (!f->source.proto->format || tribx_format_check(f->source.proto->format, &e) >= 0)
		return true;
	tribx_finding_put(findings, e.status, e.code, f->conf->source.at, true, "%s", e.text);
	return false;
}

bool tribx_check(const struct tribx_pipeline *p, struct tribx_findings *findings)
{
	struct tribx_flow *f = calloc(1, sizeof *f);
	bool good = f && tribx_flow_build(f, p, findings);
	if (good)
		good = check_format(f, findings) & tribx_flow_check(f, findings);
	if (f)
		tribx_flow_done(f);
	free(f);
	return tribx_findings_sure(findings, good);
}

int tribx_run(const struct tribx_pipeline *p, const struct tribx_run_options *o, struct tribx_findings *findings, struct tribx_report *report)
{
	struct run *r = calloc(1, sizeof *r);
	*report = (struct tribx_report){ .elapsed_us = tribx_ticks_us() };
	snprintf(report->pipeline, sizeof report->pipeline, "%s", p->name);
	snprintf(report->period, sizeof report->period, "%s", p->window ? p->window->id : "");
	if (!r) {
		report->status = tribx_fail(&report->error, TRIB_FATAL, "internal.no_memory", "no memory");
		report->exit_code = tribx_status(report->status)->exit_code;
		return report->status;
	}
	r->o = o;
	r->report = report;
	r->notes = findings;
	if (tribx_flow_build(&r->flow, p, findings)) {
		memcpy(report->run_id, r->flow.run_id, sizeof report->run_id);
		report->started = r->flow.job.started;
		report->status = go(r);
		report->status = report->status < 0 ? report->status : TRIB_OK;
	} else
		report->status = TRIB_CONFIG;
	tribx_flow_done(&r->flow);
	report->exit_code = tribx_status(report->status)->exit_code;
	report->elapsed_us = tribx_ticks_us() - report->elapsed_us;
	free(r);
	return report->status;
}
