/* commit - see commit.h. Order is the promise: rows applied and counted, books balanced, then one commit of rows, states,
 * dead letters and ledger; only after it is the source told. */
#include "run/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

/* ---- batches for the sink ---- */

/* Parts for whose absence others were read are forgotten at the end, or each later run would find the source changed. */
static int states_batch(struct tribx_side *s, struct trib_batch *b, bool ended)
{
	int part = trib_add(b, "part", TRIB_STR), state = trib_add(b, "state", TRIB_STR);
	for (int i = 0; i < s->parts->count; i++)
		if (s->pending[i]) {
			trib_put_str(b, part, tribx_text(s->parts->items[i].name));
			trib_put_str(b, state, tribx_text(s->pending[i]));
			trib_rows(b, 1);
		}
	for (int i = 0; ended && i < s->parts->gone_count; i++) {
		trib_put_str(b, part, tribx_text(s->parts->gone[i]));
		trib_put_null(b, state);
		trib_rows(b, 1);
	}
	const struct tribx_window *w = s->flow->conf->window;
	if (ended && w) {
		char *text = tribx_done_add(&s->done, w->start, w->end) ? tribx_done_text(&s->done) : NULL;
		if (!text)
			return tribx_fail(&s->error, TRIB_FATAL, "internal.no_memory", "no memory");
		trib_put_str(b, part, tribx_text(TRIBX_DONE_PART));
		trib_put_str(b, state, tribx_text(text));
		trib_rows(b, 1);
		free(text);
	}
	return tribx_ready(b, &s->error);
}

static int dead_batch(struct tribx_side *s, struct trib_batch *b)
{
	static const char *const names[] = { "stage", "code", "detail", "record", "part", "personal" };
	enum { TEXTS = sizeof names / sizeof *names };
	int col[TEXTS], line;
	for (int i = 0; i < TEXTS; i++)
		col[i] = trib_add(b, names[i], i == 3 ? TRIB_JSON : TRIB_STR);
	line = trib_add(b, "line", TRIB_I64);
	for (const struct tribx_dead *d = s->dead.head; d; d = d->next) {
		const char *const texts[] = { d->stage, d->code, d->detail, d->record, d->part, d->personal };
		for (int i = 0; i < TEXTS; i++)
			if (texts[i])
				trib_put_str(b, col[i], tribx_text(texts[i]));
			else
				trib_put_null(b, col[i]);
		if (d->line > 0)
			trib_put_i64(b, line, d->line);
		else
			trib_put_null(b, line);
		trib_rows(b, 1);
	}
	return tribx_ready(b, &s->error);
}

/* ---- books ---- */

static int balance_steps(struct tribx_side *s)
{
	for (int i = 0; i < s->flow->step_count; i++) {
		const struct tribx_books *b = &s->books[i];
		if (!tribx_books_balance(b))
			return tribx_fail(&s->error, TRIB_FATAL, "run.unbalanced_step",
			                  "%s: %lld rows in + %lld created, but %lld out + %lld filtered + %lld deduplicated + %lld aggregated + %lld dead",
			                  s->flow->steps[i].name, (long long)b->in, (long long)b->counts[TRIB_CREATED], (long long)b->out,
			                  (long long)b->counts[TRIB_FILTERED], (long long)b->counts[TRIB_DEDUPED], (long long)b->counts[TRIB_AGGREGATED], (long long)b->dead);
	}
	return TRIB_OK;
}

static int64_t applied(const struct trib *t, int table)
{
	int64_t n = 0;
	for (int w = TRIB_INSERTED; w <= TRIB_SUPERSEDED; w++)
		n += t->counts[table][w];
	return n;
}

/* rows_in = inserted + updated + unchanged + superseded + rejected, summed over the tables: what a sink's write rejected is
 * not told apart by table. Deleted rows are counted apart. */
static int balance_tables(struct tribx_side *s)
{
	int64_t in = 0, out = 0;
	if (s->t->dead.count > 0)
		return trib_fail(s->t, TRIB_FATAL, "run.late_reject: %s rejects rows in commit: their dead letters would be lost", s->flow->sink.p->name);
	for (int i = 0; i < s->flow->table_count; i++) {
		in += s->flow->tables[i].rows;
		out += applied(s->t, i);
		if (applied(s->t, i) > s->flow->tables[i].rows)
			return trib_fail(s->t, TRIB_FATAL, "run.unbalanced_table: %s got %lld rows and accounts for %lld", s->flow->tables[i].name,
			                 (long long)s->flow->tables[i].rows, (long long)applied(s->t, i));
	}
	if (in == out + s->rejected)
		return TRIB_OK;
	return trib_fail(s->t, TRIB_FATAL, "run.unbalanced_table: the sink got %lld rows and accounts for %lld and %lld rejected ones",
	                 (long long)in, (long long)out, (long long)s->rejected);
}

static const struct trib_field ledger_columns[] = {
	{ "load_id", TRIB_STR, TRIB_KEY, .help = "This unit of work." },
	{ "run_id", TRIB_STR, .help = "The run it belongs to." },
	{ "pipeline", TRIB_STR, .help = "Pipeline instance." },
	{ "stream", TRIB_STR, .help = "Stream of the source." },
	{ "epoch", TRIB_I64, .help = "Fence under which it was written." },
	{ "outcome", TRIB_STR, .help = "committed, staged or held." },
	{ "rows_read", TRIB_I64, .help = "Rows that the source delivered or rejected." },
	{ "rows_in", TRIB_I64, .help = "Rows that reached the sink." },
	{ "rows_inserted", TRIB_I64, .help = "New rows." },
	{ "rows_updated", TRIB_I64, .help = "Changed rows." },
	{ "rows_unchanged", TRIB_I64, .help = "Rows that were there already." },
	{ "rows_superseded", TRIB_I64, .help = "Rows that lost against a newer one." },
	{ "rows_deleted", TRIB_I64, .help = "Rows taken away or closed." },
	{ "rows_rejected", TRIB_I64, .help = "Dead letters of all stages." },
	{ "started_at", TRIB_TIME, .help = "Start of the run." },
	{ 0 }
};

int tribx_side_ledger(struct trib *t, struct trib_batch *row)
{
	struct tribx_side *s = t->ctx;
	int64_t in = 0, sums[TRIB_COUNTS] = { 0 };
	int rc = s->holding ? TRIB_OK : balance_tables(s);
	if (rc < 0)
		return rc;
	for (int i = 0; !s->holding && i < s->flow->table_count; i++) {
		in += s->flow->tables[i].rows;
		for (int w = 0; w < TRIB_COUNTS; w++)
			sums[w] += t->counts[i][w];
	}
	tribx_shape_fields(row, ledger_columns);
	const char *const texts[] = { s->load_id, s->flow->run_id, s->load.pipeline, s->load.stream };
	for (int c = 0; c < 4; c++)
		trib_put_str(row, c, tribx_text(texts[c]));
	trib_put_i64(row, 4, s->load.epoch);
	trib_put_str(row, 5, tribx_text(s->holding ? "held" : "committed"));
	const int64_t numbers[] = { s->read, in, sums[TRIB_INSERTED], sums[TRIB_UPDATED], sums[TRIB_UNCHANGED], sums[TRIB_SUPERSEDED], sums[TRIB_DELETED],
	                            s->dead.count, s->load.started.us };
	for (int c = 0; c < 9; c++)
		trib_put_i64(row, 6 + c, numbers[c]);
	trib_rows(row, 1);
	return tribx_ready(row, &t->error);
}

/* ---- checkpoint ---- */

static void tally(struct tribx_side *s)
{
	struct tribx_report *r = s->report;
	r->loads++;
	r->read += s->read;
	r->dead += s->dead.count;
	memcpy(r->last_load, s->load_id, sizeof r->last_load);
	for (int i = 0; i < s->flow->table_count && i < r->table_count; i++) {
		r->tables[i].rows += s->flow->tables[i].rows;
		for (int w = 0; w < TRIB_COUNTS; w++)
			r->tables[i].counts[w] += s->t->counts[i][w];
	}
	for (int i = 0; i < r->step_count; i++)
		tribx_books_add(&r->steps[i].books, &s->books[i]);
}

static void forget_unit(struct tribx_side *s)
{
	s->begun = false;
	s->rows_since = s->bytes_since = s->read = s->rejected = 0;
	tribx_dead_done(&s->dead);
	tribx_dead_done(&s->t->dead);
	trib_free(&s->slices);
	memset(s->books, 0, (size_t)s->flow->step_count * sizeof *s->books);
}

static int call_commit(struct tribx_side *s, const struct trib_commit *c)
{
	tribx_call_start(s->t);
	int rc = s->t->p->commit ? s->t->p->commit(s->t, s->t->self, c) : TRIB_OK;
	tribx_call_end(s->t);
	s->begun = false;
	if (rc != TRIB_UNKNOWN)
		return rc < 0 ? tribx_side_failed(s, rc) : TRIB_OK;
	/* The answer was lost: beginning the same load again tells whether it was stored. */
	struct tribx_error lost = s->t->error;
	tribx_call_start(s->t);
	rc = s->t->p->begin(s->t, s->t->self, &s->load);
	tribx_call_end(s->t);
	if (rc == TRIB_END)
		return TRIB_OK;
	if (rc >= 0) {
		s->begun = true;
		tribx_side_abort(s);
		s->t->error = lost;
	}
	return tribx_side_failed(s, rc < 0 ? rc : TRIB_ENV);
}

static bool anything(const struct tribx_side *s)
{
	bool moved = s->begun || s->dead.count > 0 || s->parts->gone_count > 0;
	for (int i = 0; i < s->parts->count; i++)
		moved |= s->pending[i] != NULL;
	return moved;
}

static void tell_source(struct tribx_side *s)
{
	for (int i = 0; i < s->parts->count; i++) {
		if (s->pending[i] && s->committed)
			s->committed(s->ctx, i, s->pending[i]);
		free(s->pending[i]);
		s->pending[i] = NULL;
	}
}

int tribx_side_checkpoint(struct tribx_side *s, bool publish, bool ended)
{
	const bool records = ended && s->flow->conf->window, complete = ended && s->parts->fresh && (s->parts->count || s->parts->gone_count);
	struct trib_batch states = { 0 }, dead = { 0 };
	if (!anything(s) && !records)
		return TRIB_OK;
	int rc = balance_steps(s);
	if (rc >= 0)
		rc = tribx_side_begin(s);
	if (rc >= 0)
		rc = states_batch(s, &states, ended);
	if (rc >= 0)
		rc = dead_batch(s, &dead);
	if (rc >= 0 && s->slices.array.length)
		rc = tribx_ready(&s->slices, &s->error);
	if (rc >= 0 && publish)
		rc = tribx_side_tell_emptied(s, complete);
	const struct trib_commit c = { .size = sizeof c, .outcome = TRIB_OK, .publish = publish, .complete = complete, .states = &states,
	                               .dead = dead.array.length ? &dead : NULL, .slices = s->slices.array.length ? &s->slices : NULL,
	                               .ended = ended };
	if (rc >= 0)
		rc = call_commit(s, &c);
	if (rc >= 0 && !s->t->p->claim)
		rc = tribx_store_commit(s, &states);
	if (rc >= 0) {
		s->recorded |= records;
		tally(s);
		tell_source(s);
		forget_unit(s);
	}
	trib_free(&states);
	trib_free(&dead);
	return rc;
}

int tribx_side_put_states(struct tribx_side *s, const struct trib_batch *states)
{
	/* Positions are no reason to show rows that a broken load left staged. */
	const bool publish = !(s->t->p->flags & TRIB_CAN_STAGE);
	const struct trib_commit c = { .size = sizeof c, .outcome = TRIB_OK, .publish = publish, .states = states };
	int rc = s->t->p->claim ? tribx_side_begin(s) : tribx_store_commit(s, states);
	return rc >= 0 && s->t->p->claim ? call_commit(s, &c) : rc;
}

/* ---- the reject budget ---- */

bool tribx_side_over_budget(const struct tribx_side *s, bool at_end)
{
	const struct tribx_pipeline *p = s->flow->conf;
	int64_t bad = s->dead.count;
	if (p->max_rejects_share >= 0)
		return at_end && (double)bad > p->max_rejects_share * (double)s->read;
	return bad > p->max_rejects;
}

static void held_error(struct tribx_side *s, int64_t bad)
{
	const struct tribx_pipeline *p = s->flow->conf;
	char allowed[32];
	if (p->max_rejects_share >= 0)
		snprintf(allowed, sizeof allowed, "%g%%", p->max_rejects_share * 100);
	else
		snprintf(allowed, sizeof allowed, "%lld", (long long)p->max_rejects);
	tribx_fail(&s->error, TRIB_HELD, "run.rejects_over_budget", "%lld row%s rejected and max_rejects allows %s: nothing of this load was published",
	           (long long)bad, bad == 1 ? " was" : "s were", allowed);
}

/* The first bad row, as far as it is known where it stood: in/KPI_2025-01.csv:17. */
static void show_first(struct tribx_side *s, const struct tribx_dead *d)
{
	tribx_error_sample(&s->error, tribx_text(d->detail));
	if (d->part && *d->part)
		tribx_error_at(&s->error, d->part, (int)d->line, 0, NULL);
}

int tribx_side_hold(struct tribx_side *s)
{
	struct trib_batch none = { 0 }, dead = { 0 };
	const int64_t bad = s->dead.count;
	s->holding = true;
	tribx_side_abort(s);
	int rc = dead_batch(s, &dead);
	trib_add(&none, "part", TRIB_STR);
	trib_add(&none, "state", TRIB_STR);
	if (rc >= 0)
		rc = tribx_ready(&none, &s->error);
	if (rc >= 0)
		rc = tribx_side_begin(s);
	const struct trib_commit c = { .size = sizeof c, .outcome = TRIB_HELD, .states = &none, .dead = &dead };
	if (rc >= 0)
		rc = call_commit(s, &c);
	if (rc >= 0) {
		const struct tribx_dead *first = s->dead.head;
		s->report->dead += bad;
		memcpy(s->report->last_load, s->load_id, sizeof s->report->last_load);
		if (!s->error.status) {     /* else a step holds the load, and said why */
			held_error(s, bad);
			if (first)
				show_first(s, first);
			tribx_error_hint(&s->error, "`trib dead-letters list` shows them; mend the source or the pipeline, or raise max_rejects");
		}
		rc = TRIB_HELD;
	}
	trib_free(&none);
	trib_free(&dead);
	return rc;
}
