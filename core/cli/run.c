/* run - trib run [PATH]: runs every pipeline of a project in order, one summary at the end. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/runs.h"
#include "cli/scheduled.h"
#include "cli/view.h"
#include "run/store.h"

static const struct trib_field flag_fields[] = {
	TRIB_FIELD(struct tribx_run_flags, full_refresh, .help = "Read everything again, as if the target held no positions."),
	TRIB_FIELD(struct tribx_run_flags, workers, .allow = "0..64", .help = "Threads that decode and transform; 0: one per core."),
	TRIB_FIELD(struct tribx_run_flags, due, .help = "Only what `schedule:` says is due, once; safe from cron, a timer and by hand at the same time."),
	TRIB_FIELD(struct tribx_run_flags, period, .help = "Run this period (2026-03-29, 2026-W13, 2026-03), done or not."),
	TRIB_FIELD(struct tribx_run_flags, now, .help = "As if it were this time in UTC (2026-03-29T06:30:00Z): for rehearsals and tests."),
	{ 0 }
};

/* ---- signals: the first finishes the part in hand, the second gives up ---- */

static volatile sig_atomic_t signals, last_signal;

static void count_signal(int sig)
{
	signals = signals < 2 ? signals + 1 : 2;
	last_signal = sig;
}

static int stop(void *ctx)
{
	(void)ctx;
	return signals;
}

void tribx_runs_watch(void)
{
	struct sigaction a = { .sa_handler = count_signal };
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool tribx_runs_stopped(void)
{
	return signals;
}

/* ---- one pipeline ---- */

struct shown { struct tribx_cli *c; bool told_stop; };

static void progress(void *ctx, const struct tribx_report *r, const char *part)
{
	struct shown *s = ctx;
	if (signals && !s->told_stop) {
		s->told_stop = true;
		tribx_view_progress_end(s->c);
		tribx_cli_talk(s->c, "finishing the part in hand; again to give up now (both are safe to run again)");
	}
	tribx_view_progress(s->c, r, part);
}

static void remember(struct tribx_cli *c, const struct tribx_pipeline *p, const struct tribx_report *r)
{
	struct tribx_store *s = NULL;
	struct tribx_error e = { 0 };
	if (tribx_store_open(p->dir, true, &s, &e) < 0 || tribx_store_run(s, r, &e) < 0)
		tribx_cli_talk(c, "warning: this run is not in the history: %s", e.text);
	tribx_store_close(s);
}

void tribx_runs_one(struct tribx_cli *c, const struct tribx_pipeline *p, const struct tribx_run_flags *f, struct tribx_report *r)
{
	struct shown shown = { .c = c };
	const struct tribx_run_options o = { .full_refresh = f->full_refresh, .workers = (int)f->workers, .progress = progress, .ctx = &shown, .stop = stop };
	tribx_run(p, &o, &c->findings, r);
	tribx_view_progress_end(c);
	if (r->status == TRIB_STOPPED && last_signal == SIGTERM)
		r->exit_code = 143;
	if (r->status == TRIB_LATER && p->window && !signals)
		tribx_cli_talk(c, "%s: %s is late: %s", p->name, p->window->id, r->error.text);
	else if (r->error.status < 0 && !c->json)
		tribx_error_print(stderr, &r->error, c->err_color);
	if (r->run_id[0])
		remember(c, p, r);
}

/* ---- the command ---- */

bool tribx_runs_blocked(const struct tribx_project *p, const int *statuses, size_t at)
{
	for (size_t k = 0; k < p->pipelines[at].after_count; k++)
		for (size_t i = 0; i < at; i++) {
			const char *before = p->pipelines[at].after[k], *name = p->pipelines[i].name;   /* for_each: name/instance */
			size_t n = strlen(before);
			if (statuses[i] < 0 && strncmp(name, before, n) == 0 && (name[n] == 0 || name[n] == '/'))
				return true;
		}
	return false;
}

void tribx_runs_not(const struct tribx_pipeline *p, bool blocked, struct tribx_report *r)
{
	*r = (struct tribx_report){ .status = blocked ? TRIB_LATER : TRIB_OK, .exit_code = blocked ? 4 : 0 };
	snprintf(r->pipeline, sizeof r->pipeline, "%s", p->name);
}

static int run_all(struct tribx_cli *c, const struct tribx_project *p, const struct tribx_run_flags *f)
{
	int code = 0, *statuses = calloc(p->count + 1, sizeof *statuses);
	struct tribx_report *r = calloc(1, sizeof *r);
	struct tribx_summary s;
	size_t done = 0;
	tribx_summary_start(&s, f->period != NULL);
	for (; statuses && r && done < p->count && !signals; done++) {
		const struct tribx_pipeline *is = &p->pipelines[done];
		const bool picked = tribx_cli_picks(c, is), blocked = picked && tribx_runs_blocked(p, statuses, done);
		if (picked && !blocked)
			tribx_runs_one(c, is, f, r);
		else
			tribx_runs_not(is, blocked, r);
		statuses[done] = r->status;
		tribx_summary_add(c, &s, is, r);
		code = tribx_exit_worse(code, r->exit_code);
	}
	if (signals && done < p->count)
		code = tribx_exit_worse(code, 4);
	tribx_summary_tell(c, &s);
	if (!statuses || !r)
		code = tribx_exit_of(tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory"));
	free(statuses);
	free(r);
	return code;
}

static int run(struct tribx_cli *c, const void *flags)
{
	const struct tribx_run_flags *f = flags;
	if (f->due && f->period)
		return tribx_cli_usage(c, "--due and --period exclude each other");
	int code = tribx_cli_now(c, f->now);
	if (code)
		return code;
	struct tribx_project *p = tribx_cli_project(c, NULL);
	bool whole = p != NULL && (f->due || tribx_cli_faults(c) == 0) && (!f->period || tribx_cli_period(c, p, f->period)), good = whole;
	for (size_t i = 0; whole && !f->due && i < p->count; i++)   /* of what is due each is looked at when it has its turn */
		good &= !tribx_cli_picks(c, &p->pipelines[i]) || tribx_check(&p->pipelines[i], &c->findings);
	tribx_runs_watch();
	code = !good ? tribx_exit_worse(tribx_cli_faults(c), tribx_exit_of(c->error.status)) : f->due ? tribx_runs_due(c, p, f) : run_all(c, p, f);
	tribx_project_free(p);
	return code;
}

const struct tribx_command tribx_cmd_run = {
	.name = "run", .group = "run", .usage = "[PATH|PIPELINE]", .help = "Runs the pipelines of a project or file, in order, once.",
	.more = "Nothing starts while anything in any of the files is wrong, or in those that --select picks. A part of the source that is known and unchanged is skipped. The first "
	        "SIGINT or SIGTERM finishes the part in hand and commits it, the second gives up at once; both are safe to run again.\n\nWith --due each period that is due and not done runs once, oldest first; one whose file is not there yet is late (exit 4) and "
	        "keeps nobody waiting. A file with a fault keeps nobody waiting either: it is said, and the exit code is 2. Nothing due is exit 0. A pipeline that another --due is at is left to it.",
	.examples = "trib run examples/quickstart\ntrib run carrier-kpis\ntrib run carrier.yaml --set source.url=in/2025-01.zip\ntrib run . --select 'carrier-*' --json\ntrib run . --due\ntrib run . --select carrier --period 2026-03-29",
	.flags = flag_fields, .flags_size = sizeof(struct tribx_run_flags), .args_max = 1, .run = run
};
