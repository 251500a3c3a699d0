/* flow - see flow.h. */
#include "run/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "io/shelf.h"
#include "plugin/loader.h"
#include "run/runid.h"

const char *const tribx_mode_names[] = { "append", "merge", "insert_only", "replace_slice", "replace", "scd2", "effective", "snapshot" };

const char *tribx_guarantee(const struct trib_plugin *sink)
{
	return sink->claim ? "exactly once" : "at least once";
}

/* ---- stages ---- */

static void place(struct tribx_error *e, const struct tribx_conf *at)
{
	tribx_error_place(e, at, false);
}

static bool load(struct tribx_flow *f, struct tribx_stage *s, const struct tribx_step *step, const char *kind, struct tribx_findings *out)
{
	struct tribx_error e = { 0 };
	s->name = step->name;
	s->p = step->plugin ? step->plugin : !strcmp(kind, "connector") ? tribx_connector(step->use, &e) : tribx_plugin(step->use, &e);
	bool fits = s->p && (!strcmp(kind, "connector") ? s->p->streams != NULL : !strcmp(kind, "transform") ? s->p->apply != NULL : s->p->write != NULL);
	if (s->p && !fits) {
		tribx_fail(&e, TRIB_CONFIG, "config.wrong_kind", "%s is a %s, not a %s", step->use, tribx_plugin_kind(s->p), kind);
		tribx_error_hint(&e, "`trib plugins` lists the %ss", kind);
	}
	if (e.status) {
		struct tribx_error *finding = tribx_finding_new(out);
		const struct tribx_conf *use = tribx_conf_get(step->at, "use");
		tribx_error_place(&e, use ? use : step->at, !use);
		if (finding)
			*finding = e;
		return false;
	}
	s->proto = tribx_instance_new(s->p, s->name, step->options, &f->conf->includes, &f->job, out);
	return s->proto != NULL;
}

static bool pick_stream(struct tribx_flow *f, struct tribx_findings *out)
{
	const struct trib_stream *s = f->source.p->streams;
	for (; f->conf->stream && s->name; s++)
		if (strcmp(s->name, f->conf->stream) == 0 || strcmp(s->name, "*") == 0)
			break;
	if (!s->name) {
		struct tribx_error *e = tribx_finding_new(out);
		tribx_fail(e, TRIB_CONFIG, "config.unknown_stream", "%s has no stream %s", f->source.p->name, f->conf->stream);
		place(e, f->conf->source.at);
		tribx_error_hint(e, "`trib plugins %s` lists its streams", f->source.p->name);
		return false;
	}
	f->stream = s;
	f->job.stream = f->conf->stream ? f->conf->stream : strcmp(s->name, "*") ? s->name : "main";
	f->source.proto->columns = s->columns;
	return true;
}

/* ---- personal columns ---- */

static void add_name(struct tribx_names *n, const char *name)
{
	n->items[n->count++] = name;
}

/* By name: what the pipeline lists, what the format's and the stream's columns say of themselves. */
static bool list_personal(struct tribx_flow *f)
{
	const struct tribx_format *format = f->source.proto->format;
	size_t most = f->conf->personal_count + 1;
	for (size_t i = 0; tribx_format_personal(format, i); i++)
		most++;
	for (const struct trib_field *q = f->stream->columns; q && q->name; q++)
		most++;
	if (!(f->personal.items = tribx_arena_new(&f->arena, most * sizeof *f->personal.items)))
		return false;
	for (size_t i = 0; i < f->conf->personal_count; i++)
		add_name(&f->personal, f->conf->personal[i]);
	for (size_t i = 0; tribx_format_personal(format, i); i++)
		add_name(&f->personal, tribx_format_personal(format, i));
	for (const struct trib_field *q = f->stream->columns; q && q->name; q++)
		if (q->flags & TRIB_PII)
			add_name(&f->personal, q->name);
	return true;
}

/* ---- tables ---- */

static const struct tribx_table_conf *table_conf(const struct tribx_pipeline *p, const char *name, bool is_main)
{
	for (size_t i = 0; i < p->table_count; i++)
		if (p->tables[i].name ? strcmp(p->tables[i].name, name) == 0 : is_main)
			return &p->tables[i];
	return NULL;
}

static bool closes_absent(const struct tribx_target *q)
{
	const char *absent = trib_map_text(&q->options, "absent");
	return absent && strcmp(absent, "keep") != 0;
}

/* It takes what a declared slice no longer has as gone. */
static bool takes_slices(const struct tribx_target *q)
{
	return q->loads == TRIB_REPLACE_SLICE || trib_map_text(&q->options, "close_in");
}

static void add_table(struct tribx_flow *f, const char *name, const struct trib_field *declared)
{
	struct tribx_target *q = &f->tables[f->table_count++];
	q->name = name;
	q->declared = declared;
	q->conf = table_conf(f->conf, name, f->table_count == 1);
	q->mode = q->conf ? q->conf->mode : TRIB_APPEND;
	if (q->conf)
		q->options = (trib_map){ q->conf->option_names, q->conf->option_texts, q->conf->option_count };
	q->loads = q->mode == TRIB_APPEND && f->sink.p->mode_of ? f->sink.p->mode_of(f->sink.proto->self, name) : q->mode;
	q->whole = q->loads == TRIB_REPLACE || closes_absent(q);
	q->sliced = takes_slices(q);
	f->whole |= q->whole;
	f->by_period |= q->sliced;
}

static bool lay_tables(struct tribx_flow *f)
{
	size_t count = 1;
	for (int i = 0; i < f->step_count; i++)
		for (const struct trib_stream *o = f->steps[i].p->outputs; o && o->name; o++)
			count++;
	f->tables = tribx_arena_new(&f->arena, count * sizeof *f->tables);
	if (!f->tables)
		return false;
	add_table(f, f->conf->table ? f->conf->table : f->job.stream, f->stream->columns);   /* a column that keeps its name keeps its flags */
	for (int i = 0; i < f->step_count; i++) {
		f->steps[i].first_table = f->table_count;
		for (const struct trib_stream *o = f->steps[i].p->outputs; o && o->name; o++)
			add_table(f, o->name, o->columns);
	}
	return true;
}

static const char *target_name(const void *list, size_t i)
{
	return ((const struct tribx_target *)list)[i].name;
}

static void hint_tables(struct tribx_error *e, const struct tribx_flow *f, const char *name)
{
	const char *near = tribx_nearest(name, target_name, f->tables, (size_t)f->table_count);
	struct tribx_buf all = { 0 };
	for (int i = 0; i < f->table_count; i++)
		tribx_buf_fmt(&all, "%s%s", i ? ", " : "", f->tables[i].name);
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	else if (!all.failed)
		tribx_error_hint(e, "its tables: %s", all.p);
	tribx_buf_done(&all);
}

static bool check_tables(const struct tribx_flow *f, struct tribx_findings *out)
{
	bool good = true;
	for (size_t i = 0; i < f->conf->table_count; i++) {
		const struct tribx_table_conf *c = &f->conf->tables[i];
		int at = 0;
		while (c->name && at < f->table_count && strcmp(f->tables[at].name, c->name))
			at++;
		unsigned modes = f->sink.p->modes ? f->sink.p->modes : 1u << TRIB_APPEND;
		if (at < f->table_count && modes & 1u << c->mode)
			continue;
		struct tribx_error *e = tribx_finding_new(out);
		good = false;
		if (at < f->table_count) {
			tribx_fail(e, TRIB_CONFIG, "config.mode_not_offered", "the sink %s cannot write %s in mode %s", f->sink.p->name, f->tables[at].name, tribx_mode_names[c->mode]);
			tribx_error_hint(e, "`trib plugins %s` lists its modes", f->sink.p->name);
		} else {
			tribx_fail(e, TRIB_CONFIG, "config.unknown_table", "no step of this pipeline writes a table %s", c->name);
			hint_tables(e, f, c->name);
		}
		place(e, c->at);
	}
	return good;
}

static bool check_recalls(const struct tribx_flow *f, struct tribx_findings *out)
{
	bool good = true;
	for (int i = 0; i < f->step_count; i++) {
		if (!(f->steps[i].p->flags & TRIB_RECALLS) || f->sink.p->flags & TRIB_CAN_RECALL)
			continue;
		struct tribx_error *e = tribx_finding_new(out);
		tribx_fail(e, TRIB_CONFIG, "run.no_recall", "%s asks the target for earlier rows, and the sink %s cannot answer", f->steps[i].name, f->sink.p->name);
		place(e, f->conf->steps[i].at);
		good = false;
	}
	return good;
}

/* What a period's source does not have is not gone. */
static bool check_period(const struct tribx_flow *f, struct tribx_findings *out)
{
	if (!f->whole || !f->conf->period_at)
		return true;
	const struct tribx_target *q = f->tables;
	while (!q->whole)
		q++;
	struct tribx_error *e = tribx_finding_put(out, TRIB_CONFIG, "config.period_replaces", q->conf ? q->conf->at : f->conf->sink.at, false,
	                                          "%s takes what a load does not have as gone, and the source has one period only", q->name);
	if (e)
		tribx_error_hint(e, "mode: merge with strategy: replace_slice replaces a period");
	return false;
}

static bool build(struct tribx_flow *f, const struct tribx_pipeline *conf, struct tribx_findings *findings)
{
	*f = (struct tribx_flow){ .conf = conf, .step_count = (int)conf->step_count };
	f->job = (struct tribx_job){ .dir = conf->dir, .pipeline = conf->name, .run_id = f->run_id, .started = tribx_now(), .stopping = &f->stopping,
	                             .shelf = tribx_shelf_new() };   /* without memory there is none, and all is read anew */
	tribx_run_id(f->run_id);
	f->steps = tribx_arena_new(&f->arena, (conf->step_count + 1) * sizeof *f->steps);
	bool good = f->steps && load(f, &f->source, &conf->source, "connector", findings);
	for (int i = 0; f->steps && i < f->step_count; i++)
		good &= load(f, &f->steps[i], &conf->steps[i], "transform", findings);
	good &= load(f, &f->sink, &conf->sink, "sink", findings);
	return good && pick_stream(f, findings) && list_personal(f) && lay_tables(f) && check_tables(f, findings) && check_recalls(f, findings) &&
	       check_period(f, findings);
}

bool tribx_flow_build(struct tribx_flow *f, const struct tribx_pipeline *conf, struct tribx_findings *findings)
{
	return tribx_findings_sure(findings, build(f, conf, findings));
}

/* ---- opening ---- */

int tribx_flow_share(struct tribx_stage *s, struct tribx_error *e)
{
	if (!s->p->share || s->share_called)
		return TRIB_OK;
	s->shared = calloc(1, s->p->shared_size + 1);
	if (!s->shared)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for %s", s->name);
	tribx_call_start(s->proto);
	s->share_called = true;
	int rc = s->p->share(s->proto, s->proto->self, s->shared);
	tribx_call_end(s->proto);
	s->proto->shared = s->shared;
	if (rc < 0)
		*e = s->proto->error;
	return rc;
}

static int open_step(struct tribx_stage *s, struct tribx_error *e)
{
	s->opened = true;
	int rc = tribx_open_instance(s->proto);
	s->scope = s->proto->scope;
	if (rc < 0)
		*e = s->proto->error;
	return rc;
}

/* What a step makes of a period replaces what it made of it before, unless rows are only added. */
static bool made_anew(const struct tribx_flow *f)
{
	bool wide = false, keeps = false;
	for (int i = 0; i < f->step_count; i++)
		wide |= f->steps[i].scope >= TRIB_PER_PERIOD;
	for (int i = 0; i < f->table_count; i++)
		keeps |= f->tables[i].loads != TRIB_APPEND;
	return wide && keeps;
}

/* A step's own faults (a rule that is no pattern, an alias of no metric) are known once it is open. What else may go wrong there,
 * a host that is away, is no fault of the pipeline. */
bool tribx_flow_check(struct tribx_flow *f, struct tribx_findings *out)
{
	bool good = true;
	for (int i = 0; i < f->step_count; i++) {
		struct tribx_error e = { 0 };
		if (tribx_flow_share(&f->steps[i], &e) >= 0)
			open_step(&f->steps[i], &e);
		if (e.status != TRIB_CONFIG)
			continue;
		struct tribx_error *finding = tribx_finding_new(out);
		if (!e.file[0])
			place(&e, f->conf->steps[i].at);
		if (finding)
			*finding = e;
		good = false;
	}
	return good;
}

int tribx_flow_open(struct tribx_flow *f, struct tribx_error *e)
{
	int rc = tribx_flow_share(&f->source, e);
	for (int i = 0; rc >= 0 && i < f->step_count; i++)
		if ((rc = tribx_flow_share(&f->steps[i], e)) >= 0)
			rc = open_step(&f->steps[i], e);
	if (rc >= 0)
		rc = tribx_flow_share(&f->sink, e);
	f->cut = 0;
	while (f->cut < f->step_count && f->steps[f->cut].scope == TRIB_PER_ROW && !(f->steps[f->cut].p->flags & TRIB_RECALLS))
		f->cut++;
	f->by_period |= made_anew(f);
	return rc;
}

static void stage_done(struct tribx_stage *s)
{
	if (s->opened)
		tribx_close_instance(s->proto);
	if (s->share_called && s->p->unshare)
		s->p->unshare(s->proto, s->shared);
	free(s->shared);
	tribx_instance_free(s->proto);
	*s = (struct tribx_stage){ 0 };
}

void tribx_flow_done(struct tribx_flow *f)
{
	stage_done(&f->source);
	for (int i = 0; f->steps && i < f->step_count; i++)
		stage_done(&f->steps[i]);
	stage_done(&f->sink);
	for (int i = 0; i < f->table_count; i++)
		trib_free(&f->tables[i].shape);
	tribx_shelf_free(f->job.shelf);
	tribx_arena_done(&f->arena);
}
