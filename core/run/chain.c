/* chain - see chain.h. */
#include "run/chain.h"

#include <stdlib.h>
#include <string.h>

static int emit(struct trib *t, int output, struct trib_batch *b);
static int start(struct trib *t, int output, struct trib_batch *out);
static int recall(struct trib *t, const char *table, const struct trib_batch *keys, struct trib_batch *out);
static int onwards(struct tribx_chain *c, int step, struct trib_batch *b);
static const struct tribx_host host = { .emit = emit, .start = start, .recall = recall };

/* ---- books ---- */

void tribx_books_add(struct tribx_books *to, const struct tribx_books *b)
{
	to->in += b->in;
	to->out += b->out;
	to->dead += b->dead;
	for (int i = 0; i < TRIB_COUNTS; i++)
		to->counts[i] += b->counts[i];
}

bool tribx_books_balance(const struct tribx_books *b)
{
	return b->in + b->counts[TRIB_CREATED] ==
	       b->out + b->counts[TRIB_FILTERED] + b->counts[TRIB_DEDUPED] + b->counts[TRIB_AGGREGATED] + b->dead;
}

/* Counts are totals in the instance; the books take what is new. */
static void book(struct tribx_link *l)
{
	l->books.dead += l->t->dead.count - l->dead_seen;
	l->dead_seen = l->t->dead.count;
	for (int o = 0; o < TRIBX_OUTPUTS; o++)
		for (int w = 0; w < TRIB_COUNTS; w++) {
			l->books.counts[w] += l->t->counts[o][w] - l->counts_seen[o][w];
			l->counts_seen[o][w] = l->t->counts[o][w];
		}
}

void tribx_chain_books(struct tribx_chain *c, struct tribx_dead_list *dead, struct tribx_books *books)
{
	for (int i = 0; i < c->hi - c->lo; i++) {
		struct tribx_link *l = &c->links[i];
		book(l);
		tribx_books_add(&books[i], &l->books);
		l->books = (struct tribx_books){ 0 };
		tribx_dead_move(dead, &l->t->dead);
		l->dead_seen = 0;
	}
}

void tribx_chain_figures(struct tribx_chain *c, struct tribx_figures *to, const char *part)
{
	for (int i = 0; i < c->hi - c->lo; i++)
		if (c->links[i].t)
			tribx_figures_move(to, &c->links[i].t->figures, c->links[i].t->scope == TRIB_PER_ROW ? NULL : part);
}

/* ---- errors ---- */

static int broke(struct tribx_chain *c, struct trib *t, int rc)
{
	if (c->error.status)
		return rc;
	c->error = t->error;
	if (!c->error.status)
		tribx_fail(&c->error, rc, "internal.silent_failure", "%s answered %s without saying why", t->stage, tribx_status(rc)->name);
	return rc;
}

static int no_memory(struct tribx_chain *c)
{
	return tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory");
}

/* ---- binding ---- */

static int declare_outputs(struct tribx_link *l)
{
	int count = 1;
	for (const struct trib_stream *o = l->t->p->outputs; o && o->name; o++, count++)
		if (count == TRIBX_OUTPUTS || tribx_shape_fields(&l->outs[count], o->columns) < 0)
			return TRIB_FATAL;
	l->output_count = count;
	return TRIB_OK;
}

static int bind(struct tribx_chain *c, struct tribx_link *l)
{
	trib_free(&l->outs[0]);
	if (tribx_shape(&l->outs[0], &l->in) < 0 || (!l->bound && declare_outputs(l) < 0))
		return no_memory(c);
	l->bound = true;
	tribx_call_start(l->t);
	int rc = l->t->p->bind ? l->t->p->bind(l->t, l->t->self, &l->in, l->outs) : TRIB_OK;
	tribx_call_end(l->t);
	for (int o = 0; rc >= 0 && o < l->output_count; o++)
		if (tribx_ready(&l->outs[o], &c->error) < 0)
			return c->error.status;
	for (int o = 0; rc >= 0 && o < l->output_count; o++)
		tribx_personal_fill(&l->outs[o], &l->in, &c->flow->personal);
	return rc < 0 ? broke(c, l->t, rc) : TRIB_OK;
}

/* Makes the step know every column of b, and b have every column that the step knows. */
static int fit(struct tribx_chain *c, struct tribx_link *l, struct trib_batch *b)
{
	bool grew = false;
	if (tribx_unite(&l->in, b, &grew) < 0)
		return no_memory(c);
	int rc = grew || !l->bound ? bind(c, l) : TRIB_OK;
	return rc < 0 ? rc : tribx_align(b, &l->in, &l->t->dead, l->t->stage, &c->error);
}

/* ---- flow ---- */

static int flush_one(struct tribx_chain *c, struct tribx_link *l)
{
	int rc = TRIB_OK;
	if (!l->t->p->flush || !(l->bound || l->t->p->flags & TRIB_FLUSHED))
		return TRIB_OK;
	do {
		tribx_call_start(l->t);
		rc = l->t->p->flush(l->t, l->t->self);
		tribx_call_end(l->t);
	} while (rc == TRIB_MORE);
	return rc < 0 ? broke(c, l->t, rc) : TRIB_OK;
}

/* No rows: the step binds and what it will emit goes on, so that a table whose slice became empty is known to the sink. */
static int feed_shape(struct tribx_chain *c, int i, struct trib_batch *b)
{
	struct tribx_link *l = &c->links[i];
	struct trib_batch none = { 0 };
	int rc = fit(c, l, b);
	trib_free(b);
	if (rc >= 0 && (tribx_shape(&none, &l->outs[0]) < 0 || tribx_ready(&none, &c->error) < 0))
		rc = no_memory(c);
	return rc >= 0 ? onwards(c, c->lo + i, &none) : rc;
}

static int feed(struct tribx_chain *c, int i, struct trib_batch *b)
{
	struct tribx_link *l = &c->links[i];
	int64_t rows = b->array.length;
	if (rows == 0)
		return feed_shape(c, i, b);
	int rc = fit(c, l, b);
	if (rc >= 0) {
		l->books.in += rows;
		tribx_attach(b, &l->t->dead, l->t->stage);
		tribx_call_start(l->t);
		rc = l->t->p->apply(l->t, l->t->self, b);
		tribx_call_end(l->t);
		if (rc < 0)
			broke(c, l->t, rc);
	}
	trib_free(b);
	if (rc >= 0 && l->t->scope == TRIB_PER_ROW)
		rc = flush_one(c, l);
	return rc;
}

static int onwards(struct tribx_chain *c, int step, struct trib_batch *b)
{
	if (c->tap)
		c->tap(c->ctx, step, b);
	if (b->array.length == 0 && trib_cols(b) == 0) {
		trib_free(b);
		return TRIB_OK;
	}
	if (step + 1 < c->hi)
		return feed(c, step + 1 - c->lo, b);
	return c->deliver(c->ctx, 0, b, &c->error);
}

int tribx_chain_feed(struct tribx_chain *c, struct trib_batch *b)
{
	c->error = (struct tribx_error){ 0 };
	return onwards(c, c->lo - 1, b);
}

static int emit(struct trib *t, int output, struct trib_batch *b)
{
	struct tribx_link *l = t->ctx;
	struct tribx_chain *c = l->chain;
	int step = c->lo + (int)(l - c->links);
	if (output < 0 || output >= l->output_count) {
		trib_free(b);
		return trib_fail(t, TRIB_FATAL, "internal.bad_output: %s emits to output %d and has %d", t->stage, output, l->output_count);
	}
	int rc = tribx_ready(b, &t->error);
	if (rc >= 0)
		rc = tribx_align(b, &l->outs[output], &t->dead, t->stage, &t->error);
	if (rc < 0) {
		trib_free(b);
		return rc;
	}
	l->books.out += b->array.length;
	if (output == 0)
		return onwards(c, step, b);
	if (b->array.length > 0)
		return c->deliver(c->ctx, c->flow->steps[step].first_table + output - 1, b, &c->error);
	trib_free(b);
	return TRIB_OK;
}

static int start(struct trib *t, int output, struct trib_batch *out)
{
	struct tribx_link *l = t->ctx;
	if (output < 0 || output >= l->output_count)
		return trib_fail(t, TRIB_FATAL, "internal.bad_output: %s starts output %d and has %d", t->stage, output, l->output_count);
	int rc = tribx_shape(out, &l->outs[output]);
	tribx_attach(out, &t->dead, t->stage);
	return rc < 0 ? trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory") : TRIB_OK;
}

static int recall(struct trib *t, const char *table, const struct trib_batch *keys, struct trib_batch *out)
{
	struct tribx_chain *c = ((struct tribx_link *)t->ctx)->chain;
	if (!(t->p->flags & TRIB_RECALLS) || !c->recall)
		return trib_fail(t, TRIB_CONFIG, "run.no_recall: this sink cannot be asked for earlier rows, and %s needs them", t->stage);
	return c->recall(c->ctx, table, keys, out, &t->error);
}

int tribx_chain_flush(struct tribx_chain *c, enum trib_scope scope)
{
	int rc = TRIB_OK;
	c->error = (struct tribx_error){ 0 };
	for (int i = 0; rc >= 0 && i < c->hi - c->lo; i++)
		if (c->links[i].t->scope != TRIB_PER_ROW && c->links[i].t->scope <= scope)
			rc = flush_one(c, &c->links[i]);
	return rc;
}

/* ---- life ---- */

static int link_up(struct tribx_chain *c, struct tribx_link *l, const struct tribx_stage *s, bool own)
{
	l->chain = c;
	l->owned = own;
	l->t = own ? tribx_instance_like(s->proto) : s->proto;
	if (!l->t)
		return no_memory(c);
	l->t->host = &host;
	l->t->ctx = l;
	if (!own)
		return TRIB_OK;
	int rc = tribx_open_instance(l->t);
	return rc < 0 ? broke(c, l->t, rc) : TRIB_OK;
}

static void unlink_it(struct tribx_link *l)
{
	trib_free(&l->in);
	for (int o = 0; o < TRIBX_OUTPUTS; o++)
		trib_free(&l->outs[o]);
	if (l->owned && l->t) {
		tribx_close_instance(l->t);
		tribx_instance_free(l->t);
	}
	*l = (struct tribx_link){ 0 };
}

int tribx_chain_open(struct tribx_chain *c, struct tribx_flow *f, int lo, int hi, bool own, struct tribx_error *e)
{
	c->flow = f;
	c->lo = lo;
	c->hi = hi;
	c->links = calloc((size_t)(hi - lo) + 1, sizeof *c->links);
	int rc = c->links ? TRIB_OK : no_memory(c);
	for (int i = lo; rc >= 0 && i < hi; i++)
		rc = link_up(c, &c->links[i - lo], &f->steps[i], own);
	if (rc < 0)
		*e = c->error;
	return rc;
}

void tribx_chain_done(struct tribx_chain *c)
{
	for (int i = 0; c->links && i < c->hi - c->lo; i++)
		unlink_it(&c->links[i]);
	free(c->links);
	c->links = NULL;
}

int tribx_chain_next_part(struct tribx_chain *c)
{
	int rc = TRIB_OK;
	for (int i = 0; rc >= 0 && i < c->hi - c->lo; i++) {
		if (c->links[i].t->scope != TRIB_PER_PART)
			continue;
		struct tribx_books books = c->links[i].books;
		struct tribx_dead_list dead = { 0 };
		tribx_dead_move(&dead, &c->links[i].t->dead);
		unlink_it(&c->links[i]);
		rc = link_up(c, &c->links[i], &c->flow->steps[c->lo + i], true);
		if (rc < 0)
			break;
		c->links[i].books = books;
		tribx_dead_move(&c->links[i].t->dead, &dead);
		c->links[i].dead_seen = c->links[i].t->dead.count;
	}
	return rc;
}
