/* summary - what the runs of one call did: a line each as they end, then what to type next. */
#include <jansson.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/runs.h"
#include "cli/view.h"

static int64_t sum(const struct tribx_report *r, int what)
{
	int64_t n = 0;
	for (int i = 0; i < r->table_count; i++)
		n += r->tables[i].counts[what];
	return n;
}

static const char *outcome(const struct tribx_report *r)
{
	if (r->status == TRIB_LATER && r->period[0] && strcmp(r->error.code, "run.stopped") != 0)
		return "late";
	if (!r->run_id[0])
		return "not run";
	if (r->status == TRIB_OK)
		return r->loads ? "done" : "nothing new";
	return r->status == TRIB_LATER ? "stopped" : r->status == TRIB_HELD ? "held" : "failed";
}

static void row(struct tribx_summary *s, const struct tribx_report *r)
{
	char n[32];
	struct tribx_table *t = &s->table;
	const int counts[] = { TRIB_INSERTED, TRIB_UPDATED, TRIB_UNCHANGED, TRIB_SUPERSEDED };
	tribx_table_cell(t, r->pipeline);
	if (s->periods)
		tribx_table_cell(t, r->period);
	tribx_table_fmt(t, "%lld/%lld", (long long)r->parts_done, (long long)(r->parts - r->parts_known));
	tribx_table_cell(t, tribx_view_number(r->read, n));
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		tribx_table_cell(t, tribx_view_number(sum(r, counts[i]), n));
	tribx_table_cell(t, tribx_view_number(r->dead, n));
	tribx_table_fmt(t, "%.2f s", (double)r->elapsed_us / 1e6);
	tribx_table_cell(t, outcome(r));
	tribx_table_row(t);
}

/* What checks saw; of many figures those that are not as they should be. */
static void figures(struct tribx_summary *s, const struct tribx_report *r)
{
	enum { SHOWN = 40 };
	struct tribx_table *t = &s->figures;
	const bool many = r->figures.count > SHOWN;
	s->left_out += r->figures.left_out;
	for (const struct tribx_figure *f = r->figures.head; f; f = f->next) {
		if ((many && f->verdict <= TRIB_PASSED) || tribx_table_rows(t) >= SHOWN) {
			s->left_out++;
			continue;
		}
		const char *const cells[] = { r->pipeline, f->step, f->part, f->name, f->wanted };
		for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
			tribx_table_cell(t, cells[k]);
		if (f->of)
			tribx_table_fmt(t, "%s%s%lld of %lld rows are not so", f->seen ? f->seen : "", f->seen ? "; " : "", (long long)f->rows, (long long)f->of);
		else
			tribx_table_cell(t, f->seen);
		tribx_table_cell(t, tribx_verdict_names[f->verdict]);
		tribx_table_row(t);
	}
}

void tribx_summary_start(struct tribx_summary *s, bool periods)
{
	static const char *const heads[] = { "pipeline", "period", "parts", "read", "inserted", "updated", "unchanged", "superseded", "rejected", "time",
	                                     "outcome", NULL };
	static const char *const plain[] = { "pipeline", "parts", "read", "inserted", "updated", "unchanged", "superseded", "rejected", "time", "outcome",
	                                     NULL };
	static const char *const figure_heads[] = { "pipeline", "step", "part", "figure", "wanted", "seen", "verdict", NULL };
	*s = (struct tribx_summary){ .periods = periods };
	tribx_table_start(&s->table, periods ? heads : plain);
	tribx_table_start(&s->figures, figure_heads);
}

static void add_json(struct tribx_summary *s, const struct tribx_report *r)
{
	struct tribx_buf b = { 0 };
	tribx_report_json(r, &b);
	json_t *o = json_loads(b.p ? b.p : "{}", 0, NULL);
	if (r->error.status < 0)
		json_object_set_new(o, "error", tribx_error_json(&r->error));
	json_array_append_new(s->list, o);
	tribx_buf_done(&b);
}

void tribx_summary_add(struct tribx_cli *c, struct tribx_summary *s, const struct tribx_pipeline *p, struct tribx_report *r)
{
	if (!s->list)
		s->list = json_array();
	if (c->json)
		add_json(s, r);
	else {
		row(s, r);
		figures(s, r);
	}
	s->count++;
	s->loads += r->loads;
	s->known += r->parts_known;
	s->dead += r->dead;
	if (r->status < 0 && s->failed++ == 0) {
		s->bad = r->error;
		s->bad.status = r->status;
	}
	if (r->run_id[0])
		memcpy(s->run_id, r->run_id, sizeof s->run_id);
	s->next = p->next ? p->next : s->next;
	tribx_report_done(r);
}

static void next_command(struct tribx_cli *c, const struct tribx_summary *s)
{
	const char *path = c->arg_count ? c->args[0] : ".";
	if (s->bad.status == TRIB_LATER)
		printf("next: trib %s %s\n", s->periods ? "schedule list" : "run", path);
	else if (s->dead)
		printf("next: trib dead-letters list %s\n", path);
	else if (s->bad.status && s->bad.code[0])
		printf("next: trib explain %s\n", s->bad.code);
	else if (s->next)
		printf("next: %s\n", s->next);
	else if (s->count)
		printf("next: trib runs show %s\n", s->run_id);
}

void tribx_summary_tell(struct tribx_cli *c, struct tribx_summary *s)
{
	struct rusage u;
	if (c->json) {
		json_decref(c->result);
		c->result = s->list ? json_incref(s->list) : json_array();
	} else if (!c->quiet) {
		if (s->table.failed || s->figures.failed)
			tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory for the summary; `trib runs list` has the runs");
		tribx_table_print(&s->table, stdout, true);
		if (tribx_table_rows(&s->figures))
			tribx_table_print(&s->figures, stdout, true);
		if (s->left_out)
			printf("%lld more figures: trib runs show\n", (long long)s->left_out);
		getrusage(RUSAGE_SELF, &u);
		if (!s->failed && !s->loads)
			printf("nothing changed: %s%lld part%s known\n", s->known == 1 ? "the " : "all ", (long long)s->known, s->known == 1 ? " is" : "s are");
		printf("run %s, peak memory %.1f MiB\n", s->run_id[0] ? s->run_id : "-", (double)u.ru_maxrss / 1024);
		next_command(c, s);
	}
	tribx_table_done(&s->table);
	tribx_table_done(&s->figures);
	json_decref(s->list);
}
