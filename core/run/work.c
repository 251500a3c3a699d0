/* work - see work.h. The reader's side is in read.c; here: queues, budget, workers. */
#include "run/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "run/read.h"

/* Text counts as what it will be: decoded rows of W1 take 2.5 times their text, rows of six cells and 16 bytes 6.4 times. A
 * budget over the text alone starves the workers of the one or holds too much of the other. TRIB_READ_AHEAD says otherwise,
 * for tests and small machines. */
enum { BUDGET_BYTES = 24 << 20, GROWTH_UNKNOWN = 8, GROWTH_LEAST = 3 };

/* ---- items ---- */

void tribx_item_free(struct tribx_item *it)
{
	if (!it)
		return;
	trib_free(&it->raw);
	trib_free(&it->slices);
	for (int i = 0; i < it->out_count; i++)
		trib_free(&it->outs[i].b);
	free(it->outs);
	free(it->books);
	free(it->state);
	tribx_dead_done(&it->dead);
	tribx_figures_done(&it->figures);
	free(it);
}

struct tribx_item *tribx_item_new(const struct tribx_flow *f)
{
	struct tribx_item *it = calloc(1, sizeof *it);
	if (it && !(it->books = calloc((size_t)f->cut + 1, sizeof *it->books))) {
		free(it);
		return NULL;
	}
	return it;
}

static int push_out(struct tribx_item *it, int table, struct trib_batch *b, struct tribx_error *e)
{
	if (it->out_count == it->out_cap) {
		int cap = it->out_cap ? it->out_cap * 2 : 4;
		struct tribx_out *grown = realloc(it->outs, (size_t)cap * sizeof *grown);
		if (!grown) {
			trib_free(b);
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
		}
		it->outs = grown;
		it->out_cap = cap;
	}
	struct tribx_out *out = &it->outs[it->out_count++];
	out->table = table;
	trib_move(&out->b, b);
	return TRIB_OK;
}

/* ---- workers ---- */

struct tribx_worker {
	struct tribx_work *w;
	struct tribx_chain chain;
	struct tribx_item *item;           /* what is being processed: keep adds its outs */
	int status;                        /* of opening the chain */
	struct tribx_error error;
};

static int keep(void *ctx, int table, struct trib_batch *b, struct tribx_error *e)
{
	struct tribx_worker *me = ctx;
	return push_out(me->item, table ? table : -1, b, e);
}

static void process(struct tribx_worker *me, struct tribx_item *it)
{
	const struct tribx_flow *f = me->w->flow;
	struct tribx_error e = { 0 };
	me->item = it;
	tribx_attach(&it->raw, &it->dead, f->source.name);
	int rc = tribx_ready(&it->raw, &e);
	it->rows = (rc >= 0 ? it->raw.array.length : 0) + it->dead.count;   /* so far the source's own */
	bool feeds = it->raw.array.length > 0 || (it->slices.array.length > 0 && trib_cols(&it->raw) > 0);   /* a slice that became empty */
	if (rc >= 0 && feeds && (rc = tribx_chain_feed(&me->chain, &it->raw)) < 0)
		e = me->chain.error;
	tribx_chain_books(&me->chain, &it->dead, it->books);
	tribx_chain_figures(&me->chain, &it->figures, NULL);
	trib_free(&it->raw);
	if (rc < 0) {
		it->status = rc;
		it->error = e;
	}
}

static size_t outs_held(const struct tribx_item *it)
{
	size_t n = 0;
	for (int i = 0; i < it->out_count; i++)
		n += tribx_held(&it->outs[i].b);
	return n;
}

static void worker_open(struct tribx_worker *me, struct tribx_work *w)
{
	*me = (struct tribx_worker){ .w = w };
	me->chain.deliver = keep;
	me->chain.ctx = me;
	me->status = tribx_chain_open(&me->chain, w->flow, 0, w->flow->cut, true, &me->error);
}

/* Takes the oldest item and processes it. The lock is held at the call and at the return, not in between. */
static void work_one(struct tribx_worker *me)
{
	struct tribx_work *w = me->w;
	struct tribx_item *it = w->todo;
	if (!(w->todo = it->next_todo))
		w->todo_tail = &w->todo;
	pthread_mutex_unlock(&w->lock);
	if (me->status < 0) {
		it->status = me->status;
		it->error = me->error;
	} else
		process(me, it);
	size_t held = outs_held(it);
	pthread_mutex_lock(&w->lock);
	w->held = w->held - it->held + held;
	it->held = held;
	if (it->text)
		w->growth = fmax((double)held / (double)it->text, GROWTH_LEAST);
	it->done = true;
	pthread_cond_broadcast(&w->changed);
}

static void *work(void *arg)
{
	struct tribx_worker me;
	struct tribx_work *w = arg;
	worker_open(&me, w);
	pthread_mutex_lock(&w->lock);
	while (!w->closing) {
		if (w->todo)
			work_one(&me);
		else
			pthread_cond_wait(&w->changed, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	tribx_chain_done(&me.chain);
	return NULL;
}

/* ---- queues ---- */

void tribx_work_post(struct tribx_work *w, int part, struct tribx_item *it)
{
	struct tribx_lane *lane = &w->lanes[part];
	bool rows = it->status >= 0 && (tribx_deferred(&it->raw) || it->raw.array.length > 0 || it->slices.array.length > 0);
	it->done = !rows;
	it->text = tribx_held(&it->raw);
	pthread_mutex_lock(&w->lock);
	it->held = rows ? (size_t)((double)it->text * w->growth) : it->text;
	*lane->tail = it;
	lane->tail = &it->next;
	lane->count++;
	w->held += it->held;
	if (rows) {
		*w->todo_tail = it;
		w->todo_tail = &it->next_todo;
	}
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

bool tribx_work_room(struct tribx_work *w, int part)
{
	pthread_mutex_lock(&w->lock);
	while (!w->closing && w->held >= w->budget && !(part == w->current && w->lanes[part].count == 0))
		pthread_cond_wait(&w->changed, &w->lock);
	bool go = !w->closing;
	pthread_mutex_unlock(&w->lock);
	return go;
}

static void wait_a_while(struct tribx_work *w)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 200000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&w->changed, &w->lock, &until);
}

/* Under the lock. A reader ended without a word: the spare item is its last one. */
static void tell_starved(struct tribx_work *w, struct tribx_lane *lane)
{
	struct tribx_item *it = w->spare;
	w->spare = NULL;
	it->done = true;
	it->status = tribx_fail(&it->error, TRIB_FATAL, "internal.no_memory", "no memory");
	lane->head = it;
	lane->tail = &it->next;
	lane->count++;
}

struct tribx_item *tribx_work_next(struct tribx_work *w, void (*poll)(void *ctx), void *ctx)
{
	struct tribx_lane *lane = &w->lanes[w->current];
	pthread_mutex_lock(&w->lock);
	while (!lane->head || !lane->head->done) {
		if (w->starved && !lane->head && w->spare)
			tell_starved(w, lane);
		else if (w->todo)
			work_one(w->own);
		else
			wait_a_while(w);
		if (poll) {
			pthread_mutex_unlock(&w->lock);
			poll(ctx);
			pthread_mutex_lock(&w->lock);
		}
	}
	struct tribx_item *it = lane->head;
	lane->head = it->next;
	if (!lane->head)
		lane->tail = &lane->head;
	pthread_mutex_unlock(&w->lock);
	return it;
}

void tribx_work_release(struct tribx_work *w, struct tribx_item *it)
{
	size_t held = it->held;
	tribx_item_free(it);
	pthread_mutex_lock(&w->lock);
	w->held -= held;
	w->lanes[w->current].count--;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void tribx_work_part(struct tribx_work *w, int part)
{
	pthread_mutex_lock(&w->lock);
	w->current = part;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void tribx_work_drain(struct tribx_work *w)
{
	pthread_mutex_lock(&w->lock);
	w->last_part = w->current + 1;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

/* ---- life ---- */

/* The caller is a worker too, whenever the item that it waits for is not done: one thread fewer is started. */
int tribx_work_start(struct tribx_work *w, struct tribx_flow *f, struct tribx_parts *p, int workers, struct tribx_error *e)
{
	const char *asked = getenv("TRIB_READ_AHEAD");
	*w = (struct tribx_work){ .flow = f, .parts = p, .budget = asked ? strtoull(asked, NULL, 10) : BUDGET_BYTES, .last_part = p->count, .current = -1, .growth = GROWTH_UNKNOWN };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->todo_tail = &w->todo;
	int todo = p->count - p->known_count, readers = todo < workers ? todo : workers, threads = workers - 1 + readers;
	w->lanes = calloc((size_t)p->count + 1, sizeof *w->lanes);
	w->threads = calloc((size_t)threads + 1, sizeof *w->threads);
	w->own = calloc(1, sizeof *w->own);
	for (int i = 0; w->lanes && i < p->count; i++)
		w->lanes[i].tail = &w->lanes[i].head;
	w->spare = tribx_item_new(f);
	bool good = w->lanes && w->threads && w->own && w->spare;
	if (good)
		worker_open(w->own, w);
	for (int i = 0; good && i < threads; i++) {
		good = pthread_create(&w->threads[i], NULL, i < readers ? tribx_reader : work, w) == 0;
		w->thread_count += good;
	}
	return good ? TRIB_OK : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory or no thread to be had");
}

void tribx_work_stop(struct tribx_work *w, struct tribx_findings *notes)
{
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->thread_count; i++)
		pthread_join(w->threads[i], NULL);
	for (int i = 0; w->lanes && i < w->parts->count; i++) {
		struct tribx_lane *lane = &w->lanes[i];
		for (struct tribx_item *it = lane->head, *next; it; it = next) {
			next = it->next;
			tribx_item_free(it);
		}
		tribx_park_done(lane);
		free(lane->ack);
	}
	if (w->own && w->own->w)
		tribx_chain_done(&w->own->chain);
	tribx_findings_tell(notes, &w->notes);
	tribx_findings_done(&w->notes);
	tribx_item_free(w->spare);
	free(w->own);
	free(w->lanes);
	free(w->threads);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	*w = (struct tribx_work){ 0 };
}
