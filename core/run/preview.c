/* preview - see preview.h. One thread: read, feed, keep the first rows that pass each tap. */
#include "run/preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run/chain.h"
#include "run/parts.h"

struct look {
	struct tribx_preview *out;
	struct tribx_flow flow;
	struct tribx_chain chain;
	struct tribx_parts parts;
	struct tribx_findings *notes;
	int64_t n, read_max;
	bool failed;
};

/* ---- taps ---- */

static void keep(struct look *l, int stage, const struct trib_batch *b)
{
	struct trib_batch copy = { 0 };
	struct tribx_preview *p = l->out;
	int64_t room = l->n - p->stages[stage].rows.array.length, n = b->array.length < room ? b->array.length : room;
	p->stages[stage].seen += b->array.length;
	if (n <= 0)
		return;
	int32_t *rows = malloc((size_t)n * sizeof *rows);
	for (int64_t i = 0; rows && i < n; i++)
		rows[i] = (int32_t)i;
	struct tribx_error e = { 0 };
	l->failed |= !rows || tribx_share(&copy, b) < 0 || trib_pick(&copy, rows, n) < 0 || tribx_append(&p->stages[stage].rows, &copy) < 0 ||
	             tribx_ready(&p->stages[stage].rows, &e) < 0;
	trib_free(&copy);
	free(rows);
}

static void tap(void *ctx, int step, const struct trib_batch *b)
{
	keep(ctx, step + 1, b);
}

static int deliver(void *ctx, int table, struct trib_batch *b, struct tribx_error *e)
{
	struct look *l = ctx;
	(void)e;
	if (table > 0 && l->flow.step_count + table < TRIBX_PREVIEW_STAGES)
		keep(l, l->flow.step_count + table, b);
	trib_free(b);
	return TRIB_OK;
}

static void name_stages(struct look *l)
{
	struct tribx_preview *p = l->out;
	const struct tribx_flow *f = &l->flow;
	int count = f->step_count + f->table_count;
	p->stage_count = count < TRIBX_PREVIEW_STAGES ? count : TRIBX_PREVIEW_STAGES;
	for (int i = 0; i < p->stage_count; i++)
		snprintf(p->stages[i].name, sizeof p->stages[i].name, "%s%s",
		         i > f->step_count ? "output " : "", i == 0 ? f->source.name : i <= f->step_count ? f->steps[i - 1].name : f->tables[i - f->step_count].name);
}

/* ---- reading ---- */

static int slice(struct trib *t, struct trib_batch *b)
{
	(void)t;
	trib_free(b);
	return TRIB_OK;
}

static const struct tribx_host host = { .slice = slice };

static bool enough(const struct look *l)
{
	return l->out->read >= l->read_max || l->out->stages[l->flow.step_count].rows.array.length >= l->n;
}

static int feed(struct look *l, struct trib_batch *b, struct tribx_error *e)
{
	int rc = tribx_ready(b, e);
	l->out->read += rc >= 0 ? b->array.length : 0;
	if (rc >= 0 && (rc = tribx_chain_feed(&l->chain, b)) < 0)
		*e = l->chain.error;
	return rc;
}

static int read_part(struct look *l, const struct tribx_part *part, struct tribx_error *e)
{
	struct trib *t = tribx_instance_like(l->flow.source.proto);
	if (!t)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	t->host = &host;
	int rc = tribx_part_apply(&l->parts, part, t, e);
	if (rc >= 0 && (rc = tribx_open_instance(t)) < 0)
		*e = t->error;
	while (rc >= 0 && rc != TRIB_END && !enough(l)) {
		struct trib_batch b = { 0 };
		tribx_shape_fields(&b, l->flow.stream->columns);
		tribx_attach(&b, &t->dead, t->stage);
		tribx_call_start(t);
		rc = l->flow.stream->read(t, t->self, &b);
		tribx_personal_fill(&b, NULL, &l->flow.personal);
		tribx_call_end(t);
		if (rc < 0)
			*e = t->error;
		else {
			tribx_attach(&b, &t->dead, t->stage);
			int fed = feed(l, &b, e);
			rc = fed < 0 ? fed : rc;
		}
		tribx_dead_move(&l->out->dead, &t->dead);
		trib_free(&b);
	}
	tribx_findings_tell(l->notes, &t->notes);
	tribx_close_instance(t);
	tribx_instance_free(t);
	return rc;
}

static int look(struct look *l, struct tribx_error *e)
{
	const struct trib_batch none = { 0 };
	struct tribx_books *books = calloc((size_t)l->flow.step_count + 1, sizeof *books);
	int rc = tribx_flow_open(&l->flow, e);
	name_stages(l);
	l->chain = (struct tribx_chain){ .deliver = deliver, .tap = tap, .ctx = l };
	if (rc >= 0)
		rc = tribx_parts_find(&l->parts, &l->flow, &none, true, e);
	if (rc >= 0)
		rc = tribx_chain_open(&l->chain, &l->flow, 0, l->flow.step_count, false, e);
	for (int i = 0; rc >= 0 && i < l->parts.count && !enough(l); i++) {
		rc = read_part(l, &l->parts.items[i], e);
		l->out->parts++;
	}
	if (rc >= 0 && (rc = tribx_chain_flush(&l->chain, TRIB_PER_RUN)) < 0)
		*e = l->chain.error;
	if (rc == TRIB_HELD) {      /* the first rows are no load that a gate could hold */
		*e = (struct tribx_error){ 0 };
		rc = TRIB_OK;
	}
	if (l->chain.links && books)
		tribx_chain_books(&l->chain, &l->out->dead, books);
	tribx_chain_done(&l->chain);
	tribx_parts_done(&l->parts);
	free(books);
	return rc >= 0 && l->failed ? tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory") : rc;
}

int tribx_preview(struct tribx_preview *p, const struct tribx_pipeline *conf, int64_t n, int64_t read_max, struct tribx_findings *findings, struct tribx_error *e)
{
	struct look *l = calloc(1, sizeof *l);
	*p = (struct tribx_preview){ 0 };
	if (!l)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	l->out = p;
	l->notes = findings;
	l->n = n;
	l->read_max = read_max;
	int rc = tribx_flow_build(&l->flow, conf, findings) ? look(l, e) : TRIB_CONFIG;
	tribx_flow_done(&l->flow);
	free(l);
	return rc < 0 ? rc : TRIB_OK;
}

void tribx_preview_done(struct tribx_preview *p)
{
	for (int i = 0; i < p->stage_count; i++)
		trib_free(&p->stages[i].rows);
	tribx_dead_done(&p->dead);
}

/* ---- discover ---- */

static const struct trib_field catalog_columns[] = {
	{ "stream", TRIB_STR, .help = "Stream." },   { "column", TRIB_STR, .help = "Column." },          { "type", TRIB_STR, .help = "Type." },
	{ "flags", TRIB_STR, .help = "key, personal data ..." }, { "from", TRIB_STR, .help = "Header or pointer." }, { "help", TRIB_STR, .help = "Meaning." },
	{ 0 }
};

static void put_column(struct trib_batch *b, const char *stream, const struct trib_field *f)
{
	const char *const texts[] = { stream, f->name, tribx_type_names[f->type], f->flags & TRIB_KEY ? "key" : f->flags & TRIB_PII ? "personal" : "", f->from ? f->from : "", f->help ? f->help : "" };
	for (int c = 0; c < 6; c++)
		trib_put_str(b, c, tribx_text(texts[c]));
	trib_rows(b, 1);
}

/* Columns known at run time only: those of the first rows. */
static int from_rows(const struct tribx_pipeline *conf, const char *stream, struct trib_batch *catalog, struct tribx_findings *findings, struct tribx_error *e)
{
	struct tribx_preview *p = calloc(1, sizeof *p);
	struct tribx_pipeline bare = *conf;
	bare.step_count = bare.table_count = 0;
	int rc = p ? tribx_preview(p, &bare, 1, 1, findings, e) : TRIB_FATAL;
	for (int c = 0; rc >= 0 && c < trib_cols(&p->stages[0].rows); c++) {
		const struct trib_field f = { .name = trib_col_name(&p->stages[0].rows, c), .type = tribx_type(&p->stages[0].rows, c) };
		put_column(catalog, stream, &f);
	}
	if (p)
		tribx_preview_done(p);
	free(p);
	return rc;
}

static int discover(struct tribx_flow *f, struct trib_batch *catalog, struct tribx_error *e)
{
	struct trib *t = f->source.proto;
	int rc = tribx_flow_share(&f->source, e);
	if (rc < 0)
		return rc;
	rc = tribx_open_instance(t);
	if (rc >= 0) {
		tribx_call_start(t);
		rc = t->p->discover(t, t->self, catalog);
		tribx_call_end(t);
	}
	if (rc < 0)
		*e = t->error;
	tribx_close_instance(t);
	return rc;
}

int tribx_discover(const struct tribx_pipeline *conf, struct trib_batch *catalog, struct tribx_findings *findings, struct tribx_error *e)
{
	struct tribx_flow *f = calloc(1, sizeof *f);
	int rc = f ? TRIB_OK : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	if (rc >= 0 && !tribx_flow_build(f, conf, findings))
		rc = TRIB_CONFIG;
	tribx_shape_fields(catalog, catalog_columns);
	bool run_time = false;
	const char *stream = rc >= 0 ? f->job.stream : NULL;   /* outlives f */
	if (rc >= 0 && f->source.p->discover)
		rc = discover(f, catalog, e);
	else if (rc >= 0)
		for (const struct trib_stream *s = f->source.p->streams; s->name; s++) {
			run_time |= !s->columns;
			for (const struct trib_field *c = s->columns; c && c->name; c++)
				put_column(catalog, s->name, c);
		}
	if (f)
		tribx_flow_done(f);
	free(f);
	if (rc >= 0 && run_time)
		rc = from_rows(conf, stream, catalog, findings, e);
	return rc < 0 ? rc : tribx_ready(catalog, e);
}
