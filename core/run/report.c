/* report - see report.h. */
#include "run/report.h"

static const char *const count_names[TRIB_COUNTS] = { "created", "filtered", "deduplicated", "aggregated", "inserted", "updated", "unchanged", "superseded", "deleted" };

static void number(struct tribx_buf *out, const char *name, int64_t v)
{
	tribx_buf_fmt(out, ",\"%s\":%lld", name, (long long)v);
}

static void text(struct tribx_buf *out, const char *name, const char *v)
{
	tribx_buf_fmt(out, ",\"%s\":", name);
	tribx_buf_json(out, v && v[0] ? tribx_text(v) : (struct trib_text){ NULL, 0 });
}

void tribx_report_json(const struct tribx_report *r, struct tribx_buf *out)
{
	tribx_buf_puts(out, "{\"pipeline\":");
	tribx_buf_json(out, tribx_text(r->pipeline));
	text(out, "run_id", r->run_id);
	text(out, "stream", r->stream);
	text(out, "period", r->period);
	text(out, "status", tribx_status(r->status)->name);
	number(out, "exit_code", r->exit_code);
	number(out, "parts", r->parts);
	number(out, "parts_known", r->parts_known);
	number(out, "parts_done", r->parts_done);
	number(out, "rows_read", r->read);
	number(out, "rows_rejected", r->dead);
	number(out, "loads", r->loads);
	text(out, "load", r->last_load);
	number(out, "elapsed_ms", r->elapsed_us / 1000);
	tribx_buf_puts(out, ",\"steps\":[");
	for (int i = 0; i < r->step_count; i++) {
		const struct tribx_books *b = &r->steps[i].books;
		tribx_buf_puts(out, i ? ",{\"name\":" : "{\"name\":");
		tribx_buf_json(out, tribx_text(r->steps[i].name));
		number(out, "in", b->in);
		number(out, "out", b->out);
		number(out, "dead", b->dead);
		for (int w = TRIB_CREATED; w < TRIB_INSERTED; w++)
			number(out, count_names[w], b->counts[w]);
		tribx_buf_puts(out, "}");
	}
	tribx_buf_puts(out, "],\"tables\":[");
	for (int i = 0; i < r->table_count; i++) {
		tribx_buf_puts(out, i ? ",{\"name\":" : "{\"name\":");
		tribx_buf_json(out, tribx_text(r->tables[i].name));
		number(out, "rows", r->tables[i].rows);
		for (int w = TRIB_INSERTED; w < TRIB_COUNTS; w++)
			number(out, count_names[w], r->tables[i].counts[w]);
		tribx_buf_puts(out, "}");
	}
	tribx_buf_puts(out, "],\"figures\":[");
	for (const struct tribx_figure *f = r->figures.head; f; f = f->next) {
		tribx_buf_puts(out, f == r->figures.head ? "{\"step\":" : ",{\"step\":");
		tribx_buf_json(out, tribx_text(f->step));
		text(out, "part", f->part);
		text(out, "name", f->name);
		text(out, "verdict", tribx_verdict_names[f->verdict]);
		text(out, "wanted", f->wanted);
		text(out, "seen", f->seen);
		if (f->of) {
			number(out, "rows", f->rows);
			number(out, "of", f->of);
		}
		tribx_buf_puts(out, "}");
	}
	tribx_buf_puts(out, "]");
	number(out, "figures_left_out", r->figures.left_out);
	tribx_buf_puts(out, "}");
}

void tribx_report_done(struct tribx_report *r)
{
	tribx_figures_done(&r->figures);
}
