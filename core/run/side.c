/* side - see side.h. commit.c holds the checkpoint; here: claim, units, rows. */
#include "run/side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "plugin/adopt.h"
#include "run/commit.h"

/* ---- errors ---- */

static int broke(struct tribx_side *s, int rc)
{
	if (s->error.status)
		return s->error.status;
	s->error = s->t->error;
	tribx_fail(&s->error, rc, "internal.silent_failure", "%s answered %s without saying why", s->flow->sink.p->name, tribx_status(rc)->name);
	return s->error.status = rc;
}

int tribx_side_failed(struct tribx_side *s, int rc)
{
	return broke(s, rc);
}

/* ---- units ---- */

static const struct tribx_host host = { .ledger = tribx_side_ledger };

int tribx_side_begin(struct tribx_side *s)
{
	if (s->begun)
		return TRIB_OK;
	snprintf(s->load_id, sizeof s->load_id, "%s-%04lld", s->flow->run_id, (long long)++s->load_no);
	memset(s->t->counts, 0, sizeof s->t->counts);
	for (int i = 0; i < s->flow->table_count; i++) {
		s->flow->tables[i].told = false;
		s->flow->tables[i].rows = 0;
	}
	tribx_call_start(s->t);
	int rc = s->t->p->begin ? s->t->p->begin(s->t, s->t->self, &s->load) : TRIB_OK;
	tribx_call_end(s->t);
	if (rc < 0)
		return broke(s, rc);
	s->begun = true;
	s->since_us = tribx_ticks_us();
	return TRIB_OK;
}

void tribx_side_abort(struct tribx_side *s)
{
	if (s->begun && s->t->p->abort) {
		struct tribx_error first = s->t->error;
		s->t->p->abort(s->t, s->t->self);
		tribx_call_end(s->t);
		s->t->error = first;
	}
	s->begun = false;
}

/* ---- rows ---- */

static unsigned named(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return 1;
	return 0;
}

/* What is known of a column: the pipeline's keys win, then what the stream or output declared. */
static unsigned column_flags(const struct tribx_target *q, const char *name)
{
	unsigned flags = trib_is_personal(&q->shape, trib_col(&q->shape, name)) ? TRIB_PII : 0;
	for (const struct trib_field *f = q->declared; f && f->name; f++)
		if (strcmp(f->name, name) == 0)
			flags |= f->flags & (TRIB_KEY | TRIB_CURSOR | TRIB_SLICE | TRIB_PII);
	const struct tribx_table_conf *c = q->conf;
	if (!c)
		return flags;
	if (c->key.count)
		flags = (flags & ~(unsigned)TRIB_KEY) | (named(name, c->key.items, c->key.count) ? TRIB_KEY : 0);
	if (c->version_by.count)
		flags = (flags & ~(unsigned)TRIB_CURSOR) | (named(name, c->version_by.items, c->version_by.count) ? TRIB_CURSOR : 0);
	if (c->slice_by.count)
		flags = (flags & ~(unsigned)TRIB_SLICE) | (named(name, c->slice_by.items, c->slice_by.count) ? TRIB_SLICE : 0);
	return flags;
}

static int told_already(const struct trib_field *list, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return 1;
	return 0;
}

/* Of a table that got no row the names are told that the pipeline and the stream know, without types. */
static int name_columns(const struct tribx_target *q, struct trib_field *to, int n)
{
	for (int i = 0; i < n; i++)
		to[i].type = TRIB_NULL;
	for (const struct trib_field *f = q->declared; f && f->name; f++)
		if (!told_already(to, n, f->name))
			to[n++] = (struct trib_field){ .name = f->name, .type = TRIB_NULL, .flags = column_flags(q, f->name) };
	for (int k = 0; q->conf && k < 3; k++) {
		const char **items = k == 0 ? q->conf->key.items : k == 1 ? q->conf->version_by.items : q->conf->slice_by.items;
		size_t count = k == 0 ? q->conf->key.count : k == 1 ? q->conf->version_by.count : q->conf->slice_by.count;
		for (size_t i = 0; i < count; i++)
			if (!told_already(to, n, items[i]))
				to[n++] = (struct trib_field){ .name = items[i], .type = TRIB_NULL, .flags = column_flags(q, items[i]) };
	}
	return n;
}

static size_t names_max(const struct tribx_target *q)
{
	size_t n = q->conf ? q->conf->key.count + q->conf->version_by.count + q->conf->slice_by.count : 0;
	for (const struct trib_field *f = q->declared; f && f->name; f++)
		n++;
	return n;
}

static int tell_table(struct tribx_side *s, int table, bool has_rows)
{
	struct tribx_target *q = &s->flow->tables[table];
	int count = trib_cols(&q->shape);
	struct trib_field *ours = calloc((size_t)count + names_max(q) + 1, sizeof *ours), *theirs = NULL;
	for (int i = 0; ours && i < count; i++)
		ours[i] = (struct trib_field){ .name = trib_col_name(&q->shape, i), .type = tribx_type(&q->shape, i),
		                               .flags = column_flags(q, trib_col_name(&q->shape, i)),
		                               .precision = tribx_precision(&q->shape, i), .scale = tribx_scale(&q->shape, i) };
	if (ours && !has_rows)
		count = name_columns(q, ours, count);
	int rc = TRIB_FATAL;
	if (ours && (theirs = tribx_outwards(s->t->p, ours, (size_t)count))) {
		const struct trib_table is = { sizeof is, q->name, q->mode, theirs, &q->options };
		tribx_call_start(s->t);
		rc = s->t->p->table ? s->t->p->table(s->t, s->t->self, table, &is) : TRIB_OK;
		tribx_call_end(s->t);
	} else
		trib_fail(s->t, TRIB_FATAL, "internal.no_memory: no memory");
	free(ours);
	free(theirs);
	q->told = rc >= 0;
	return rc;
}

/* Tables without a row in this unit are told as well when that means that rows are gone. */
int tribx_side_tell_emptied(struct tribx_side *s, bool complete)
{
	int rc = TRIB_OK;
	for (int i = 0; rc >= 0 && i < s->flow->table_count; i++) {
		const struct tribx_target *q = &s->flow->tables[i];
		if (!q->told && ((q->whole && complete) || (s->slices.array.length > 0 && (q->sliced || trib_cols(&q->shape) > 0))))
			rc = tell_table(s, i, !q->sliced && !q->whole);
	}
	return rc < 0 ? broke(s, rc) : TRIB_OK;
}

static void bury(struct tribx_side *s, struct tribx_dead_list *fresh)
{
	for (struct tribx_dead *d = fresh->head; d; d = d->next)
		d->part = s->part;
	tribx_dead_move(&s->dead, fresh);
}

int tribx_side_rows(struct tribx_side *s, int table, struct trib_batch *b)
{
	struct tribx_target *q = &s->flow->tables[table];
	bool grew = false;
	int rc = tribx_side_begin(s);
	if (rc < 0 || (b->array.length == 0 && trib_cols(b) == 0))
		return rc;
	if (tribx_unite(&q->shape, b, &grew) < 0)
		return tribx_fail(&s->error, TRIB_FATAL, "internal.no_memory", "no memory");
	if (b->array.length == 0)
		return TRIB_OK;   /* a slice that became empty: the table is told when the unit ends, if nothing else comes for it */
	if ((grew || !q->told) && (rc = tell_table(s, table, true)) < 0)
		return broke(s, rc);
	struct tribx_dead_list fresh = { 0 };
	rc = tribx_align(b, &q->shape, &fresh, s->flow->sink.name, &s->error);
	bury(s, &fresh);
	if (rc < 0)
		return rc;
	q->rows += b->array.length;
	s->rows_since += b->array.length;
	s->bytes_since += (int64_t)tribx_held(b);
	tribx_call_start(s->t);
	rc = s->t->p->write(s->t, s->t->self, table, b);
	tribx_call_end(s->t);
	return rc < 0 ? broke(s, rc) : TRIB_OK;
}

/* End of the chain beside the sink; takes b. */
static int deliver(void *ctx, int table, struct trib_batch *b, struct tribx_error *e)
{
	struct tribx_side *s = ctx;
	int rc = s->holding ? TRIB_OK : tribx_side_rows(s, table, b);
	trib_free(b);
	if (rc < 0 && !e->status)
		*e = s->error;
	return rc;
}

static int recall(void *ctx, const char *table, const struct trib_batch *keys, struct trib_batch *out, struct tribx_error *e)
{
	struct tribx_side *s = ctx;
	int rc = tribx_side_begin(s);
	if (rc < 0 || !s->t->p->recall)
		return tribx_fail(e, rc < 0 ? rc : TRIB_CONFIG, "run.no_recall", "the sink %s cannot be asked for earlier rows", s->flow->sink.p->name);
	tribx_call_start(s->t);
	rc = s->t->p->recall(s->t, s->t->self, table, keys, out);
	tribx_call_end(s->t);
	if (rc >= 0)
		rc = tribx_ready(out, e);
	else
		*e = s->t->error;
	return rc;
}

static void gather(struct tribx_side *s)
{
	struct tribx_dead_list fresh = { 0 };
	tribx_chain_books(&s->chain, &fresh, s->books + s->flow->cut);
	tribx_chain_figures(&s->chain, &s->report->figures, s->part);
	s->rejected += s->t->dead.count;
	tribx_dead_move(&fresh, &s->t->dead);
	bury(s, &fresh);
}

static int feed_outs(struct tribx_side *s, struct tribx_item *it)
{
	int rc = TRIB_OK;
	for (int i = 0; rc >= 0 && i < it->out_count; i++) {
		struct trib_batch *b = &it->outs[i].b;
		if (it->outs[i].table >= 0)
			rc = deliver(s, it->outs[i].table, b, &s->error);
		else if ((rc = tribx_chain_feed(&s->chain, b)) < 0 && !s->error.status)
			s->error = s->chain.error;
	}
	return rc;
}

int tribx_side_item(struct tribx_side *s, int part, struct tribx_item *it)
{
	int rc = it->status < 0 ? it->status : TRIB_OK;
	tribx_figures_move(&s->report->figures, &it->figures, NULL);
	if (rc < 0) {
		s->error = it->error;
		return rc;
	}
	s->read += it->rows;
	for (int i = 0; i < s->flow->cut; i++)
		tribx_books_add(&s->books[i], &it->books[i]);
	bury(s, &it->dead);
	if (it->slices.array.length > 0 && tribx_append(&s->slices, &it->slices) < 0)
		return tribx_fail(&s->error, TRIB_FATAL, "internal.no_memory", "no memory");
	rc = feed_outs(s, it);
	gather(s);
	if (rc < 0)
		return rc;
	if (s->dead.failed || s->report->figures.failed)
		return tribx_fail(&s->error, TRIB_FATAL, "internal.no_memory", "no memory for dead letters");
	free(s->pending[part]);
	s->pending[part] = it->state;
	it->state = NULL;
	return TRIB_OK;
}

/* ---- scopes ---- */

/* What a step held over several parts came from none of them alone. */
static bool holds_parts(const struct tribx_flow *f)
{
	for (int i = 0; i < f->step_count; i++)
		if (f->steps[i].scope > TRIB_PER_PART)
			return true;
	return false;
}

int tribx_side_part_begins(struct tribx_side *s, const char *name)
{
	s->part = name;
	int rc = tribx_chain_next_part(&s->chain);
	if (rc < 0)
		s->error = s->chain.error;
	return rc;
}

int tribx_side_part_ends(struct tribx_side *s, enum trib_scope scope)
{
	if (holds_parts(s->flow))
		s->part = NULL;
	int rc = tribx_chain_flush(&s->chain, scope);
	if (rc < 0 && !s->error.status)
		s->error = s->chain.error;
	gather(s);
	if (rc >= 0 && (s->dead.failed || s->report->figures.failed))
		rc = tribx_fail(&s->error, TRIB_FATAL, "internal.no_memory", "no memory for dead letters");
	return rc;
}

bool tribx_side_due(const struct tribx_side *s)
{
	const struct tribx_pipeline *p = s->flow->conf;
	return (p->checkpoint_rows > 0 && s->rows_since >= p->checkpoint_rows) || (p->checkpoint_bytes > 0 && s->bytes_since >= p->checkpoint_bytes) ||
	       (p->checkpoint_age_ms > 0 && s->begun && tribx_ticks_us() - s->since_us >= p->checkpoint_age_ms * 1000);
}

/* ---- life ---- */

static int claim(struct tribx_side *s, struct trib_batch *states)
{
	if (!s->t->p->claim)
		return tribx_store_claim(s, states);
	trib_add(states, "part", TRIB_STR);
	trib_add(states, "state", TRIB_STR);
	tribx_call_start(s->t);
	int rc = s->t->p->claim(s->t, s->t->self, &s->load, &s->load.epoch, states);
	tribx_call_end(s->t);
	return rc < 0 ? broke(s, rc) : tribx_ready(states, &s->error);
}

int tribx_side_open(struct tribx_side *s, struct tribx_flow *f, struct tribx_report *r, struct trib_batch *states, bool look)
{
	*s = (struct tribx_side){ .flow = f, .report = r, .t = f->sink.proto };
	s->load = (struct trib_load){ .size = sizeof s->load, .pipeline = f->conf->name, .stream = f->job.stream, .run_id = f->run_id,
	                              .load_id = s->load_id, .started = f->job.started };
	if (look)
		s->load.run_id = NULL;
	s->t->host = &host;
	s->t->ctx = s;
	int rc = tribx_flow_share(&f->sink, &s->error);
	if (rc < 0)
		return rc;
	s->opened = true;   /* close also follows an open that did not go well */
	if ((rc = tribx_open_instance(s->t)) < 0)
		return broke(s, rc);
	rc = claim(s, states);
	return rc < 0 ? rc : tribx_done_read(&s->done, states, &s->error);
}

int tribx_side_ready(struct tribx_side *s, struct tribx_parts *parts)
{
	s->parts = parts;
	s->pending = calloc((size_t)parts->count + 1, sizeof *s->pending);
	s->books = calloc((size_t)s->flow->step_count + 1, sizeof *s->books);
	if (!s->pending || !s->books)
		return tribx_fail(&s->error, TRIB_FATAL, "internal.no_memory", "no memory");
	s->chain.deliver = deliver;
	s->chain.recall = recall;
	s->chain.ctx = s;
	return tribx_chain_open(&s->chain, s->flow, s->flow->cut, s->flow->step_count, false, &s->error);
}

void tribx_side_done(struct tribx_side *s)
{
	tribx_side_abort(s);
	tribx_chain_done(&s->chain);
	if (s->opened)
		tribx_close_instance(s->t);
	for (int i = 0; s->pending && s->parts && i < s->parts->count; i++)
		free(s->pending[i]);
	free(s->pending);
	free(s->books);
	trib_free(&s->slices);
	tribx_dead_done(&s->dead);
	tribx_done_free(&s->done);
}
