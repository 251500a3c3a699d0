/* scheduled - see scheduled.h. */
#include "cli/scheduled.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "run/look.h"
#include "run/store.h"

int64_t tribx_cli_seconds(void)
{
	const int64_t us = tribx_now().us;
	return us / 1000000 - (us % 1000000 < 0);
}

int tribx_cli_now(struct tribx_cli *c, const char *now)
{
	trib_time t;
	char text[40];
	if (!now || !*now)
		return 0;
	if (trib_time_parse(tribx_text(now), NULL, &t) < 0)
		return tribx_cli_usage(c, "--now %s is no time: write 2026-03-29T06:30:00Z", now);
	trib_time_text(t, text);
	return setenv("TRIB_NOW", text, 1) == 0 ? 0 : 1;
}

static void sample(struct tribx_cli *c, struct tribx_project *p, struct tribx_pipeline *is, const struct tribx_schedule *s)
{
	struct tribx_pipeline at;
	struct tribx_window w = tribx_period_newest(s, tribx_cli_seconds());
	w.again = true;
	if (tribx_pipeline_at(is, &w, &p->arena, &c->findings, &at)) {
		at.findings = is->findings;
		*is = at;
	} else
		is->faulty = true;
}

void tribx_cli_schedules(struct tribx_cli *c, struct tribx_project *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct tribx_schedule s;
		struct tribx_pipeline *is = &p->pipelines[i];
		if (!tribx_cli_picks(c, is))
			continue;
		if (!tribx_schedule_load(&s, is, &c->findings))
			is->faulty = true;
		else if (is->period_at)
			sample(c, p, is, &s);
		tribx_schedule_done(&s);
	}
}

static bool one_period(struct tribx_cli *c, struct tribx_project *p, struct tribx_pipeline *is, const char *id, bool *any)
{
	struct tribx_schedule s;
	struct tribx_window w;
	struct tribx_pipeline at;
	bool good = tribx_schedule_load(&s, is, &c->findings);
	if (good && s.grain) {
		const char *why = tribx_period_named(s.zone, s.grain, id, &w);
		*any = true;
		w.again = true;
		if (why)
			tribx_cli_usage(c, "--period %s for %s: %s", id, is->name, why);
		good = !why && tribx_pipeline_at(is, &w, &p->arena, &c->findings, &at);
		if (good)
			*is = at;
	}
	tribx_schedule_done(&s);
	return good;
}

bool tribx_cli_period(struct tribx_cli *c, struct tribx_project *p, const char *id)
{
	bool any = false, good = true;
	for (size_t i = 0; i < p->count && good; i++)
		if (tribx_cli_picks(c, &p->pipelines[i]))
			good = one_period(c, p, &p->pipelines[i], id, &any);
	if (good && !any)
		tribx_cli_usage(c, "--period: no pipeline here has a schedule with a period");
	return good && any;
}

/* ---- what is done ---- */

static int last_run(struct tribx_cli *c, const struct tribx_pipeline *p, int64_t *out)
{
	struct tribx_store *s = NULL;
	struct tribx_error e = { 0 };
	int rc = tribx_store_open(p->dir, false, &s, &e);
	if (rc == TRIB_OK)
		rc = tribx_store_last(s, p->name, out, &e);
	tribx_store_close(s);
	return rc < 0 ? tribx_cli_fail(c, &e) : 0;
}

int tribx_cli_record(struct tribx_cli *c, const struct tribx_pipeline *p, const struct tribx_schedule *s, struct tribx_record *out)
{
	*out = (struct tribx_record){ .last_run = INT64_MIN };
	if (!s->grain)
		return last_run(c, p, &out->last_run);
	struct tribx_error e = { 0 };
	struct tribx_look *l = calloc(1, sizeof *l);
	int rc = l ? tribx_look_open(l, p, false, &c->findings, &e) : tribx_fail(&e, TRIB_FATAL, "internal.no_memory", "no memory");
	if (rc >= 0) {
		out->done = l->side.done;
		l->side.done = (struct tribx_done){ 0 };
	}
	if (l)
		tribx_look_done(l);
	free(l);
	return rc >= 0 ? 0 : e.status ? tribx_cli_fail(c, &e) : tribx_cli_faults(c);
}

void tribx_record_free(struct tribx_record *r)
{
	tribx_done_free(&r->done);
}
