/* schedule - trib schedule list|next|why: what is due when, and why something is not done. Looks at targets and history,
 * changes neither. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/scheduled.h"
#include "run/run.h"
#include "run/store.h"
#include "sched/lock.h"

struct flags { int64_t limit; const char *now; };
static const struct trib_field next_fields[] = {
	TRIB_FIELD(struct flags, limit, .dflt = "5", .allow = "1..1000", .help = "Times per pipeline."),
	TRIB_FIELD(struct flags, now, .help = "As if it were this time in UTC."),
	{ 0 }
};
static const struct trib_field now_fields[] = { TRIB_FIELD(struct flags, now, .help = "As if it were this time in UTC."), { 0 } };

/* What the three verbs know of a pipeline. */
struct seen {
	const struct tribx_pipeline *p;
	struct tribx_schedule s;
	struct tribx_record record;
	struct tribx_due due;
	struct tribx_tries tries;            /* of the oldest period that is due, else of the last done */
	struct tribx_window next, last;      /* last: the newest period that is done; id "" none */
	int64_t now, next_at, due_at;        /* due_at: INT64_MIN, nothing is due */
	bool busy, faulty;                   /* faulty: nothing else is known */
	char holder[128];
};

typedef int verb(struct tribx_cli *c, struct seen *v, void *ctx);

/* ---- looking ---- */

static void local_text(const struct tribx_zone *z, int64_t at, char to[40])
{
	const int32_t offset = tribx_zone_offset(z, at);
	char text[40];
	trib_time_text((trib_time){ (at + offset) * 1000000 }, text);
	snprintf(to, 40, "%.10s %.5s %c%02d:%02d", text, text + 11, offset < 0 ? '-' : '+', abs(offset) / 3600, abs(offset) / 60 % 60);
}

static void last_done(struct seen *v)
{
	const struct tribx_done *d = &v->record.done;
	if (d->count)
		v->last = tribx_period_at(v->s.zone, v->s.grain, d->items[d->count - 1].end - 1);
}

static int read_tries(struct tribx_cli *c, struct seen *v)
{
	struct tribx_store *store = NULL;
	struct tribx_error e = { 0 };
	const char *period = v->due.count ? v->due.items[0].id : v->last.id[0] ? v->last.id : NULL;
	int rc = tribx_store_open(v->p->dir, false, &store, &e);
	if (rc == TRIB_OK)
		rc = tribx_store_tries(store, v->p->name, period, &v->tries, &e);
	tribx_store_close(store);
	return rc < 0 ? tribx_cli_fail(c, &e) : 0;
}

/* Whether a run is at it: its lock is taken and given back. A folder that cannot be written to has no runs. */
static void see_lock(struct seen *v)
{
	struct tribx_lock lock = { 0 };
	struct tribx_error e = { 0 };
	char path[4200];
	snprintf(path, sizeof path, "%s/.trib", v->p->dir);
	if (access(path, W_OK) < 0)
		return;
	v->busy = tribx_lock_take(&lock, v->p, v->holder, sizeof v->holder, &e) == TRIB_END;
	tribx_lock_drop(&lock);
}

static int look(struct tribx_cli *c, const struct tribx_pipeline *p, struct seen *v)
{
	*v = (struct seen){ .p = p, .now = tribx_cli_seconds(), .due_at = INT64_MIN };
	v->faulty = p->faulty || !tribx_check(p, &c->findings);
	if (v->faulty)
		return tribx_exit_of(TRIB_CONFIG);
	if (!tribx_schedule_load(&v->s, p, &c->findings)) {   /* it is checked by now: no memory */
		v->faulty = true;
		return tribx_cli_faults(c);
	}
	if (!v->s.given)
		return 0;
	int code = tribx_cli_record(c, p, &v->s, &v->record);
	if (code)
		return code;
	if (v->s.grain) {
		if (!tribx_due_list(&v->s, &v->record.done, v->now, &v->due))
			return tribx_exit_of(tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory for the periods of %s", p->name));
		last_done(v);
	} else
		v->due_at = tribx_due_instant(&v->s, v->record.last_run, v->now);
	if (v->due.count) {
		size_t first = 0;
		while (first + 1 < v->due.count && v->due.items[first].again)
			first++;
		v->due.items[0] = v->due.items[first];   /* what is read once more is not what is waited for */
		v->due_at = tribx_period_due(&v->s, &v->due.items[0]);
	}
	v->next_at = tribx_due_next(&v->s, &v->record.done, v->now, &v->next);
	see_lock(v);
	return read_tries(c, v);
}

static const char *state_of(const struct seen *v)
{
	if (v->faulty)
		return "faulty";
	if (v->s.paused)
		return "paused";
	if (v->busy)
		return "running";
	if (v->due_at == INT64_MIN)
		return "waiting";
	return v->tries.count > 0 && !v->tries.good ? "late" : "due";
}

/* A pipeline that cannot be looked at is said beside those before it, and the others are looked at. */
static int look_beside(struct tribx_cli *c, const struct tribx_pipeline *p, struct seen *v)
{
	const struct tribx_error first = c->error;
	c->error = (struct tribx_error){ 0 };
	const int code = look(c, p, v);
	struct tribx_error *e = first.status && c->error.status ? tribx_finding_new(&c->findings) : NULL;
	if (e)
		*e = c->error;
	if (first.status)
		c->error = first;
	return code;
}

/* Calls each for every scheduled pipeline that is picked, and named if a name is given (NAME is all of NAME/...), and for those
 * of which it is not known. */
static int each(struct tribx_cli *c, const char *path, const char *name, size_t *count, verb *call, void *ctx)
{
	const char **only = name && !c->select_count ? tribx_arena_new(&c->arena, sizeof *only) : NULL;
	if (only) {   /* what is wrong with others is none of its business */
		*only = name;
		c->select = only;
		c->select_count = 1;
	}
	struct tribx_project *p = tribx_cli_project(c, path);
	int code = p ? 0 : tribx_cli_faults(c);
	bool known = !name;
	for (size_t i = 0; p && i < p->count; i++) {
		const struct tribx_pipeline *is = &p->pipelines[i];
		struct seen v;
		if (!tribx_cli_picks(c, is) || (name && strcmp(name, is->name) != 0 && strcmp(name, is->base) != 0))
			continue;
		known = true;
		int own = look_beside(c, is, &v);
		if (v.faulty || (own == 0 && v.s.given)) {
			own = tribx_exit_worse(own, call(c, &v, ctx));
			++*count;
		}
		code = tribx_exit_worse(code, own);
		free(v.due.items);
		tribx_record_free(&v.record);
		tribx_schedule_done(&v.s);
	}
	tribx_project_free(p);
	for (size_t i = 0; i < c->findings.count; i++)   /* no memory is nobody's own */
		if (c->findings.items[i].status == TRIB_FATAL)
			code = tribx_exit_worse(code, tribx_exit_of(TRIB_FATAL));
	return code || known ? code : tribx_cli_usage(c, "there is no pipeline %s here", name);
}

/* The argument is a project or file if there is one, else a pipeline of the project here. */
static int run_verb(struct tribx_cli *c, const struct flags *f, size_t *count, verb *call, void *ctx)
{
	const char *word = c->arg_count ? c->args[0] : ".";
	const bool path = access(word, F_OK) == 0;
	const int code = tribx_cli_now(c, f->now);
	return code ? code : each(c, path ? word : ".", path ? NULL : word, count, call, ctx);
}

static int show(struct tribx_cli *c, int code, size_t count, struct tribx_table *t)
{
	if (count == 0) {
		tribx_table_done(t);
		if (code == 0)
			tribx_cli_nothing(c, "no pipeline here has a schedule");
	} else
		tribx_cli_table(c, t);
	return code;
}

/* ---- list ---- */

static void expression(const struct tribx_schedule *s, char *to, size_t size)
{
	if (s->cron_text)
		snprintf(to, size, "%s", s->cron_text);
	else if (s->every)
		snprintf(to, size, s->every % 3600 ? "every %lldm" : "every %lldh", (long long)(s->every % 3600 ? s->every / 60 : s->every / 3600));
	else
		snprintf(to, size, "when it is over");
}

static int list_one(struct tribx_cli *c, struct seen *v, void *ctx)
{
	static const char *const grains[] = { NULL, "day", "week", "month", "quarter", "year", "hour" };
	struct tribx_table *t = ctx;
	char text[128], at[40];
	(void)c;
	tribx_table_cell(t, v->p->name);
	if (v->faulty) {
		for (int i = 0; i < 6; i++)
			tribx_table_cell(t, NULL);
		tribx_table_cell(t, state_of(v));
		tribx_table_row(t);
		return 0;
	}
	expression(&v->s, text, sizeof text);
	tribx_table_cell(t, text);
	tribx_table_cell(t, v->s.tz);
	tribx_table_cell(t, grains[v->s.grain]);
	if (v->record.last_run != INT64_MIN)
		local_text(v->s.zone, v->record.last_run, at);
	tribx_table_cell(t, v->s.grain ? v->last.id[0] ? v->last.id : NULL : v->record.last_run != INT64_MIN ? at : NULL);
	tribx_table_fmt(t, "%zu", v->s.grain ? v->due.fresh : (size_t)(v->due_at != INT64_MIN));
	if (v->next_at != INT64_MAX)
		local_text(v->s.zone, v->next_at, at);
	tribx_table_cell(t, v->next_at != INT64_MAX ? at : NULL);
	tribx_table_cell(t, state_of(v));
	tribx_table_row(t);
	return 0;
}

static int list(struct tribx_cli *c, const void *flags)
{
	static const char *const heads[] = { "pipeline", "schedule", "tz", "period", "last_done", "due", "next_due", "state", NULL };
	struct tribx_table t;
	size_t count = 0;
	tribx_table_start(&t, heads);
	const int code = run_verb(c, flags, &count, list_one, &t);
	return show(c, code, count, &t);
}

/* ---- next ---- */

struct coming { struct tribx_table *t; int64_t limit; };

/* The clock changes on that day, or the day around the period: the time is not what it is on other days. */
static bool near_change(const struct tribx_schedule *s, int64_t at)
{
	const int64_t day = tribx_local_day(s->zone, at);
	return tribx_zone_next(s->zone, tribx_day_start(s->zone, day) - 1) < tribx_day_start(s->zone, day + 1);
}

static int next_one(struct tribx_cli *c, struct seen *v, void *ctx)
{
	const struct coming *n = ctx;
	struct tribx_window w = v->next;
	int64_t at = v->next_at;
	char local[40], utc[40];
	(void)c;
	for (int64_t i = 0; !v->faulty && i < n->limit && at != INT64_MAX; i++) {
		local_text(v->s.zone, at, local);
		trib_time_text((trib_time){ at * 1000000 }, utc);
		tribx_table_cell(n->t, v->p->name);
		tribx_table_fmt(n->t, "%.16s", local);
		tribx_table_cell(n->t, local + 17);
		tribx_table_cell(n->t, utc);
		tribx_table_cell(n->t, v->s.grain ? w.id : NULL);
		tribx_table_cell(n->t, near_change(&v->s, at) ? "DST" : NULL);
		tribx_table_row(n->t);
		if (v->s.grain) {
			w = tribx_period_next(v->s.zone, v->s.grain, &w);
			at = tribx_period_due(&v->s, &w);
		} else
			at = tribx_fires_next(&v->s, at);
	}
	return 0;
}

static int next(struct tribx_cli *c, const void *flags)
{
	static const char *const heads[] = { "pipeline", "local", "offset", "utc", "period", "mark", NULL };
	const struct flags *f = flags;
	struct tribx_table t;
	struct coming n = { &t, f->limit };
	size_t count = 0;
	tribx_table_start(&t, heads);
	const int code = run_verb(c, f, &count, next_one, &n);
	return show(c, code, count, &t);
}

/* ---- why ---- */

static void why_done(const struct seen *v, struct tribx_buf *b)
{
	char at[40];
	const bool ran = v->tries.good && v->tries.run_id[0];
	if (v->s.grain && !v->last.id[0])
		tribx_buf_puts(b, "nothing is done yet");
	else if (v->s.grain)
		tribx_buf_fmt(b, "%s is done", v->last.id);
	else
		tribx_buf_puts(b, v->record.last_run == INT64_MIN ? "it never ran" : "the last run was good");
	if (ran) {
		local_text(v->s.zone, v->tries.last, at);
		tribx_buf_fmt(b, " at %s by %s %s", at, v->tries.load[0] ? "load" : "run", v->tries.load[0] ? v->tries.load : v->tries.run_id);
	}
}

static void why_due(const struct seen *v, const char *state, struct tribx_buf *b)
{
	char at[40], first[40];
	const char *what = v->due.count ? v->due.items[0].id : "a run";
	local_text(v->s.zone, v->due_at, at);
	if (strcmp(state, "due") == 0)
		tribx_buf_fmt(b, "%s is due since %s and was not tried; `trib run --due` does it", what, at);
	else {
		local_text(v->s.zone, v->tries.first, first);
		tribx_buf_fmt(b, "%s is late: due since %s, tried %lld time%s since %s: %s", what, at, (long long)v->tries.count, v->tries.count == 1 ? "" : "s", first,
		              v->tries.error[0] ? v->tries.error : "it failed");
	}
	if (v->due.fresh > 1)
		tribx_buf_fmt(b, "; %zu periods are due in all", v->due.fresh);
}

static void reason(const struct seen *v, const char *state, struct tribx_buf *b)
{
	char at[40];
	if (v->faulty)
		tribx_buf_fmt(b, "cannot run: something is wrong in %s; `trib check` says what", v->p->file);
	else if (strcmp(state, "paused") == 0)
		tribx_buf_puts(b, "paused by `paused: true` in its schedule");
	else if (strcmp(state, "running") == 0)
		tribx_buf_fmt(b, "running: %s", v->holder);
	else if (strcmp(state, "waiting") == 0) {
		if (v->next_at == INT64_MAX)
			tribx_buf_puts(b, "never due again");
		else {
			local_text(v->s.zone, v->next_at, at);
			tribx_buf_fmt(b, "not due until %s%s%s%s", at, v->next.id[0] ? " (" : "", v->next.id, v->next.id[0] ? ")" : "");
		}
		tribx_buf_puts(b, "; ");
		why_done(v, b);
	} else
		why_due(v, state, b);
}

static int why_one(struct tribx_cli *c, struct seen *v, void *ctx)
{
	struct tribx_buf b = { 0 };
	const char *state = state_of(v);
	(void)ctx;
	reason(v, state, &b);
	if (!c->result)
		c->result = json_array();
	json_array_append_new(c->result, json_pack("{s:s,s:s,s:s,s:s}", "pipeline", v->p->name, "state", state, "period",
	                                           v->due.count ? v->due.items[0].id : v->next.id, "reason", b.p ? b.p : ""));
	tribx_cli_say(c, "%s: %s", v->p->name, b.p ? b.p : "");
	const int code = b.failed;
	tribx_buf_done(&b);
	return code;
}

static int why(struct tribx_cli *c, const void *flags)
{
	size_t count = 0;
	const int code = run_verb(c, flags, &count, why_one, NULL);
	if (code == 0 && count == 0)
		tribx_cli_nothing(c, "it has no schedule");
	return code;
}

const struct tribx_command tribx_cmd_schedule_list = {
	.name = "schedule list", .group = "run", .usage = "[PATH|PIPELINE]", .help = "Lists schedules: what was done last, how much is due, what is due next.",
	.more = "States: waiting (nothing is due), due, late (due and tried in vain), running, paused, faulty (its file has a fault: it cannot run).",
	.examples = "trib schedule list\ntrib schedule list . --select 'carrier-*'\ntrib schedule list --json",
	.flags = now_fields, .flags_size = sizeof(struct flags), .args_max = 1, .run = list
};
const struct tribx_command tribx_cmd_schedule_next = {
	.name = "schedule next", .group = "run", .usage = "[PATH|PIPELINE]", .help = "Shows the next times at which something becomes due, and which period.",
	.more = "DST marks days on which the clock of the zone changes.",
	.examples = "trib schedule next\ntrib schedule next carrier-kpis -n 10\ntrib schedule next --json",
	.flags = next_fields, .flags_size = sizeof(struct flags), .args_max = 1, .run = next
};
const struct tribx_command tribx_cmd_schedule_why = {
	.name = "schedule why", .group = "run", .usage = "[PATH|PIPELINE]", .help = "Says in one sentence why a pipeline runs, waits or is late.",
	.examples = "trib schedule why carrier-kpis\ntrib schedule why .\ntrib schedule why carrier-kpis --json",
	.flags = now_fields, .flags_size = sizeof(struct flags), .args_max = 1, .run = why
};
