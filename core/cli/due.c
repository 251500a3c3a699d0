/* due - trib run --due: what is due runs once, and then it is done or late.
 *
 * Laws. A pipeline that is behind does not keep the others waiting: those with one period due run first, then the
 * backlogs, oldest first. What is due is found out under the pipeline's lock, so two calls at once share the work and
 * never do it twice. A period that fails leaves the others their turn, unless they would fail of the same. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/runs.h"
#include "cli/scheduled.h"
#include "sched/lock.h"

struct doing {
	struct tribx_cli *c;
	const struct tribx_project *p;
	const struct tribx_run_flags *f;
	struct tribx_summary summary;
	struct tribx_report *report;
	int *statuses, *put_off;             /* per pipeline; negative: did not go well, is put off */
	int64_t now, next_at;
	char next_name[256], next_period[32];
	int code;
	size_t scheduled;
	json_t *busy;
};

/* ---- runs ---- */

/* What another period of the pipeline would meet as well. */
static bool hopeless(const struct tribx_report *r)
{
	return r->status == TRIB_AUTH || r->status == TRIB_ENV || r->status == TRIB_CONFIG || r->status == TRIB_FENCED || r->status == TRIB_STOPPED ||
	       (r->status == TRIB_LATER && strcmp(r->error.code, "run.stopped") == 0);
}

static bool one_run(struct doing *d, size_t i, const struct tribx_window *w)
{
	struct tribx_arena arena = { 0 };
	struct tribx_pipeline at = d->p->pipelines[i];
	struct tribx_report *r = d->report;
	if (w && !tribx_pipeline_at(&d->p->pipelines[i], w, &arena, &d->c->findings, &at)) {
		tribx_runs_not(&d->p->pipelines[i], false, r);
		r->status = TRIB_CONFIG;
		r->exit_code = 2;
	} else
		tribx_runs_one(d->c, &at, d->f, r);
	tribx_summary_add(d->c, &d->summary, &d->p->pipelines[i], r);
	tribx_arena_done(&arena);
	d->code = tribx_exit_worse(d->code, r->exit_code);
	d->statuses[i] = r->status < 0 ? r->status : d->statuses[i];
	return !hopeless(r) && !tribx_runs_stopped();
}

/* Something is wrong with its file: findings say what. The others are none the worse for it. */
static void cannot_run(struct doing *d, size_t i)
{
	struct tribx_report *r = d->report;
	tribx_runs_not(&d->p->pipelines[i], false, r);
	r->status = TRIB_CONFIG;
	r->exit_code = tribx_exit_of(TRIB_CONFIG);
	tribx_summary_add(d->c, &d->summary, &d->p->pipelines[i], r);
	d->code = tribx_exit_worse(d->code, tribx_exit_of(TRIB_CONFIG));
	d->statuses[i] = TRIB_CONFIG;
}

static void run_list(struct doing *d, size_t i, const struct tribx_due *due)
{
	if (!d->p->pipelines[i].period_at) {   /* it reads the same whatever the period */
		const struct tribx_window w = tribx_due_whole(due);
		one_run(d, i, &w);
		return;
	}
	for (size_t k = 0; k < due->count; k++)
		if (!one_run(d, i, &due->items[k])) {
			if (k + 1 < due->count)
				d->code = tribx_exit_worse(d->code, 4);
			return;
		}
}

/* ---- one pipeline ---- */

static void remember_next(struct doing *d, const struct tribx_pipeline *p, const struct tribx_schedule *s, const struct tribx_record *record)
{
	struct tribx_window w;
	const int64_t at = tribx_due_next(s, &record->done, d->now, &w);
	if (at >= d->next_at)
		return;
	d->next_at = at;
	snprintf(d->next_name, sizeof d->next_name, "%s", p->name);
	snprintf(d->next_period, sizeof d->next_period, "%s", w.id);
}

/* Under the lock. true: it is behind, and others go first. */
static bool under_lock(struct doing *d, size_t i, const struct tribx_schedule *s, bool patient)
{
	const struct tribx_pipeline *p = &d->p->pipelines[i];
	struct tribx_record record;
	struct tribx_due due = { 0 };
	bool behind = false;
	int code = tribx_cli_record(d->c, p, s, &record);
	if (code == 0 && s->grain && !tribx_due_list(s, &record.done, d->now, &due))
		code = tribx_exit_of(tribx_fail(&d->c->error, TRIB_FATAL, "internal.no_memory", "no memory for the periods of %s", p->name));
	if (code) {
		d->code = tribx_exit_worse(d->code, code);
		d->statuses[i] = TRIB_ENV;
	} else if (due.count > 1 && p->period_at && patient)
		behind = true;
	else if (due.count)
		run_list(d, i, &due);
	else if (!s->grain && tribx_due_instant(s, record.last_run, d->now) != INT64_MIN)
		one_run(d, i, NULL);
	if (!behind)
		remember_next(d, p, s, &record);
	free(due.items);
	tribx_record_free(&record);
	return behind;
}

static void tell_busy(struct doing *d, const struct tribx_pipeline *p, const char *holder)
{
	tribx_cli_talk(d->c, "%s: left to another `run --due` (%s)", p->name, holder);
	json_array_append_new(d->busy, json_pack("{s:s,s:s}", "pipeline", p->name, "holder", holder));
}

static void one(struct doing *d, size_t i, bool patient)
{
	const struct tribx_pipeline *p = &d->p->pipelines[i];
	struct tribx_schedule s;
	struct tribx_lock lock = { 0 };
	struct tribx_error e = { 0 };
	char holder[128];
	if (patient && (p->faulty || !tribx_check(p, &d->c->findings))) {
		cannot_run(d, i);
		return;
	}
	const bool good = tribx_schedule_load(&s, p, &d->c->findings) && s.given;
	d->put_off[i] = 0;
	if (good && patient)
		d->scheduled++;
	if (good && tribx_runs_blocked(d->p, d->statuses, i)) {
		tribx_runs_not(p, true, d->report);
		tribx_summary_add(d->c, &d->summary, p, d->report);
		d->statuses[i] = TRIB_LATER;
		d->code = tribx_exit_worse(d->code, 4);
	} else if (good && patient && tribx_runs_blocked(d->p, d->put_off, i))
		d->put_off[i] = -1;
	else if (good) {
		const int rc = tribx_lock_take(&lock, p, holder, sizeof holder, &e);
		if (rc == TRIB_END)
			tell_busy(d, p, holder);
		else if (rc < 0)
			d->code = tribx_exit_worse(d->code, tribx_cli_fail(d->c, &e));
		else
			d->put_off[i] = under_lock(d, i, &s, patient) ? -1 : 0;
		tribx_lock_drop(&lock);
	}
	tribx_schedule_done(&s);
}

/* ---- all ---- */

static void tell_nothing(struct doing *d)
{
	char at[40];
	trib_time_text((trib_time){ d->next_at == INT64_MAX ? 0 : d->next_at * 1000000 }, at);
	if (!d->scheduled)
		tribx_cli_say(d->c, "nothing is due: no pipeline here has a schedule");
	else if (d->next_at == INT64_MAX)
		tribx_cli_say(d->c, "nothing is due");
	else
		tribx_cli_say(d->c, "nothing is due; next: %s%s%s at %s", d->next_name, d->next_period[0] ? " " : "", d->next_period, at);
}

static void tell(struct doing *d)
{
	char at[40];
	trib_time_text((trib_time){ d->next_at == INT64_MAX ? 0 : d->next_at * 1000000 }, at);
	d->c->summary = json_pack("{s:I,s:O,s:o}", "runs", (json_int_t)d->summary.count, "busy", d->busy, "next", d->next_at == INT64_MAX ? json_null()
	                          : json_pack("{s:s,s:s,s:s}", "pipeline", d->next_name, "period", d->next_period, "at", at));
	if (!d->summary.count && !d->code && !d->c->json) {
		tell_nothing(d);
		tribx_table_done(&d->summary.table);
		tribx_table_done(&d->summary.figures);
		json_decref(d->summary.list);
	} else
		tribx_summary_tell(d->c, &d->summary);
}

int tribx_runs_due(struct tribx_cli *c, const struct tribx_project *p, const struct tribx_run_flags *f)
{
	struct doing d = { .c = c, .p = p, .f = f, .now = tribx_cli_seconds(), .next_at = INT64_MAX, .busy = json_array() };
	d.report = calloc(1, sizeof *d.report);
	d.statuses = calloc(p->count + 1, sizeof *d.statuses);
	d.put_off = calloc(p->count + 1, sizeof *d.put_off);
	tribx_summary_start(&d.summary, true);
	const bool ready = d.report && d.statuses && d.put_off;
	d.code = ready ? 0 : 1;
	for (int patient = 1; ready && patient >= 0; patient--)
		for (size_t i = 0; i < p->count && !tribx_runs_stopped(); i++)
			if (tribx_cli_picks(c, &p->pipelines[i]) && (patient || d.put_off[i]))
				one(&d, i, patient);
	if (tribx_runs_stopped())
		d.code = tribx_exit_worse(d.code, 4);
	tell(&d);
	json_decref(d.busy);
	free(d.report);
	free(d.statuses);
	free(d.put_off);
	return d.code;
}
