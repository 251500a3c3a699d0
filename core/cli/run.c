/* run - trib run [PATH]: runs every pipeline of a project in order, one summary at the end. */
#include "run/run.h"

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "cli/commands.h"
#include "cli/view.h"
#include "run/store.h"

struct flags { bool full_refresh; int64_t workers; };

static const struct trib_field flag_fields[] = {
	TRIB_FIELD(struct flags, full_refresh, .help = "Read everything again, as if the target held no positions."),
	TRIB_FIELD(struct flags, workers, .allow = "0..64", .help = "Threads that decode and transform; 0: one per core."),
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

static void watch_signals(void)
{
	struct sigaction a = { .sa_handler = count_signal };
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	signal(SIGPIPE, SIG_IGN);
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

static void run_one(struct tribx_cli *c, const struct tribx_pipeline *p, const struct flags *f, struct tribx_report *r)
{
	struct shown shown = { .c = c };
	const struct tribx_run_options o = { .full_refresh = f->full_refresh, .workers = (int)f->workers, .progress = progress, .ctx = &shown, .stop = stop };
	tribx_run(p, &o, &c->findings, r);
	tribx_view_progress_end(c);
	if (r->status == TRIB_STOPPED && last_signal == SIGTERM)
		r->exit_code = 143;
	if (r->error.status < 0 && !c->json)
		tribx_error_print(stderr, &r->error, c->err_color);
	if (r->run_id[0])
		remember(c, p, r);
}

/* ---- summary ---- */

static int64_t sum(const struct tribx_report *r, int what)
{
	int64_t n = 0;
	for (int i = 0; i < r->table_count; i++)
		n += r->tables[i].counts[what];
	return n;
}

static const char *outcome(const struct tribx_report *r)
{
	if (!r->run_id[0])
		return "not run";
	if (r->status == TRIB_OK)
		return r->loads ? "done" : "nothing new";
	return r->status == TRIB_LATER ? "stopped" : r->status == TRIB_HELD ? "held" : "failed";
}

static void row(struct tribx_table *t, const struct tribx_report *r)
{
	char n[32];
	const int counts[] = { TRIB_INSERTED, TRIB_UPDATED, TRIB_UNCHANGED, TRIB_SUPERSEDED };
	tribx_table_cell(t, r->pipeline);
	tribx_table_fmt(t, "%lld/%lld", (long long)r->parts_done, (long long)(r->parts - r->parts_known));
	tribx_table_cell(t, tribx_view_number(r->read, n));
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		tribx_table_cell(t, tribx_view_number(sum(r, counts[i]), n));
	tribx_table_cell(t, tribx_view_number(r->dead, n));
	tribx_table_fmt(t, "%.2f s", (double)r->elapsed_us / 1e6);
	tribx_table_cell(t, outcome(r));
	tribx_table_row(t);
}

static void next_command(struct tribx_cli *c, const struct tribx_project *p, const struct tribx_report *reports, size_t count)
{
	const struct tribx_report *bad = NULL;
	const char *told = NULL;
	int64_t dead = 0;
	for (size_t i = 0; i < count; i++) {
		bad = !bad && reports[i].status < 0 ? &reports[i] : bad;
		dead += reports[i].dead;
		told = p->pipelines[i].next ? p->pipelines[i].next : told;
	}
	const char *path = c->arg_count ? c->args[0] : ".";
	if (bad && bad->status == TRIB_LATER)
		printf("next: trib run %s\n", path);
	else if (dead)
		printf("next: trib dead-letters list %s\n", path);
	else if (bad && bad->error.code[0])
		printf("next: trib explain %s\n", bad->error.code);
	else if (told)
		printf("next: %s\n", told);
	else if (count)
		printf("next: trib runs show %s\n", reports[count - 1].run_id);
}

/* What checks saw; of many figures those that are not as they should be. */
static void figures(const struct tribx_report *reports, size_t count)
{
	static const char *const heads[] = { "pipeline", "step", "part", "figure", "wanted", "seen", "verdict", NULL };
	enum { SHOWN = 40 };
	struct tribx_table t;
	int64_t left_out = 0;
	tribx_table_start(&t, heads);
	for (size_t i = 0; i < count; i++) {
		const bool many = reports[i].figures.count > SHOWN;
		left_out += reports[i].figures.left_out;
		for (const struct tribx_figure *f = reports[i].figures.head; f; f = f->next) {
			if ((many && f->verdict <= TRIB_PASSED) || tribx_table_rows(&t) >= SHOWN) {
				left_out++;
				continue;
			}
			const char *const cells[] = { reports[i].pipeline, f->step, f->part, f->name, f->wanted };
			for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
				tribx_table_cell(&t, cells[k]);
			if (f->of)
				tribx_table_fmt(&t, "%s%s%lld of %lld rows are not so", f->seen ? f->seen : "", f->seen ? "; " : "", (long long)f->rows, (long long)f->of);
			else
				tribx_table_cell(&t, f->seen);
			tribx_table_cell(&t, tribx_verdict_names[f->verdict]);
			tribx_table_row(&t);
		}
	}
	if (tribx_table_rows(&t))
		tribx_table_print(&t, stdout, true);
	if (left_out)
		printf("%lld more figures: trib runs show\n", (long long)left_out);
	tribx_table_done(&t);
}

static void summary(struct tribx_cli *c, const struct tribx_project *p, const struct tribx_report *reports, size_t count)
{
	static const char *const heads[] = { "pipeline", "parts", "read", "inserted", "updated", "unchanged", "superseded", "rejected", "time", "outcome", NULL };
	struct tribx_table t;
	struct rusage u;
	int64_t loads = 0, known = 0, failed = 0;
	tribx_table_start(&t, heads);
	for (size_t i = 0; i < count; i++) {
		row(&t, &reports[i]);
		loads += reports[i].loads;
		known += reports[i].parts_known;
		failed += reports[i].status < 0;
	}
	tribx_table_print(&t, stdout, true);
	tribx_table_done(&t);
	figures(reports, count);
	getrusage(RUSAGE_SELF, &u);
	if (!failed && !loads)
		printf("nothing changed: %s%lld part%s known\n", known == 1 ? "the " : "all ", (long long)known, known == 1 ? " is" : "s are");
	printf("run %s, peak memory %.1f MiB\n", count ? reports[count - 1].run_id : "-", (double)u.ru_maxrss / 1024);
	next_command(c, p, reports, count);
}

static void as_json(struct tribx_cli *c, const struct tribx_report *reports, size_t count)
{
	c->result = json_array();
	for (size_t i = 0; i < count; i++) {
		struct tribx_buf b = { 0 };
		tribx_report_json(&reports[i], &b);
		json_t *o = json_loads(b.p ? b.p : "{}", 0, NULL);
		if (reports[i].error.status < 0)
			json_object_set_new(o, "error", tribx_error_json(&reports[i].error));
		json_array_append_new(c->result, o);
		tribx_buf_done(&b);
	}
}

/* ---- the command ---- */

static bool blocked(const struct tribx_project *p, const struct tribx_report *reports, size_t at)
{
	for (size_t k = 0; k < p->pipelines[at].after_count; k++)
		for (size_t i = 0; i < at; i++) {
			const char *before = p->pipelines[at].after[k], *name = p->pipelines[i].name;   /* for_each: name/instance */
			size_t n = strlen(before);
			if (reports[i].status < 0 && strncmp(name, before, n) == 0 && (name[n] == 0 || name[n] == '/'))
				return true;
		}
	return false;
}

static int run_all(struct tribx_cli *c, const struct tribx_project *p, const struct flags *f)
{
	int code = 0;
	struct tribx_report *reports = calloc(p->count + 1, sizeof *reports);
	if (!reports)
		return 1;
	size_t done = 0;
	for (size_t i = 0; i < p->count && !signals; i++) {
		struct tribx_report *r = &reports[done];
		if (!tribx_cli_picks(c, &p->pipelines[i]))
			snprintf(r->pipeline, sizeof r->pipeline, "%s", p->pipelines[i].name);
		else if (blocked(p, reports, i)) {
			snprintf(r->pipeline, sizeof r->pipeline, "%s", p->pipelines[i].name);
			r->status = TRIB_LATER;
			r->exit_code = 4;
		} else
			run_one(c, &p->pipelines[i], f, r);
		code = tribx_exit_worse(code, r->exit_code);
		done++;
	}
	if (signals && done < p->count)
		code = tribx_exit_worse(code, 4);
	if (c->json)
		as_json(c, reports, done);
	else if (!c->quiet)
		summary(c, p, reports, done);
	for (size_t i = 0; i < done; i++)
		tribx_report_done(&reports[i]);
	free(reports);
	return code;
}

static int run(struct tribx_cli *c, const void *flags)
{
	struct tribx_project *p = tribx_cli_project(c, NULL);
	bool whole = p != NULL && tribx_cli_faults(c) == 0, good = whole;
	for (size_t i = 0; whole && i < p->count; i++)
		good &= !tribx_cli_picks(c, &p->pipelines[i]) || tribx_check(&p->pipelines[i], &c->findings);
	watch_signals();
	int code = good ? run_all(c, p, flags) : tribx_cli_faults(c);
	tribx_project_free(p);
	return code;
}

const struct tribx_command tribx_cmd_run = {
	.name = "run", .group = "run", .usage = "[PATH]", .help = "Runs the pipelines of a project or file, in order, once.",
	.more = "Nothing starts while anything in any of the files is wrong. A part of the source that is known and unchanged is skipped. The first "
	        "SIGINT or SIGTERM finishes the part in hand and commits it, the second gives up at once; both are safe to run again.",
	.examples = "trib run examples/quickstart\ntrib run carrier.yaml --set source.url=in/2025-01.zip\ntrib run . --select 'carrier-*' --json",
	.flags = flag_fields, .flags_size = sizeof(struct flags), .args_max = 1, .run = run
};
