/* read - see read.h. RETRY puts the state and the dead letters back and waits, doubling up to a minute; five tries. */
#include "run/read.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 5, WAIT_FIRST_MS = 200, WAIT_MAX_MS = 60000 };

struct reader {
	struct tribx_work *w;
	int part;
	struct trib *t;
	struct tribx_item *item;           /* being filled */
	struct trib_batch shape;           /* columns so far, for the next read */
};

static int slice(struct trib *t, struct trib_batch *b)
{
	struct reader *r = t->ctx;
	int rc = tribx_ready(b, &t->error);
	if (rc >= 0)
		rc = tribx_append(&r->item->slices, b);
	trib_free(b);
	return rc;
}

static const struct tribx_host host = { .slice = slice };

/* ---- committed ---- */

static bool tell(struct trib *t, const char *ack)
{
	char *state = NULL, *row = NULL;
	bool end = false;
	void *was = calloc(1, t->p->self_size + 1);
	struct tribx_arena memory = { 0 };
	struct tribx_error e = { 0 };
	if (was && tribx_part_parse(ack, strlen(ack), &state, &row, &end)) {
		json_auto_t *o = state ? json_loads(state, 0, NULL) : NULL;
		tribx_fields_restore(t->p->state, was, &memory, o, &e);
		tribx_call_start(t);
		t->p->committed(t, t->self, was);
		tribx_call_end(t);
	}
	free(state);
	free(row);
	free(was);
	tribx_arena_done(&memory);
	return end;
}

/* true: the end of the part was told, nothing more will come. */
static bool tell_pending(struct tribx_work *w, struct tribx_lane *lane, struct trib *t)
{
	pthread_mutex_lock(&w->lock);
	char *ack = lane->ack;
	lane->ack = NULL;
	pthread_mutex_unlock(&w->lock);
	bool end = ack && t->p->committed && tell(t, ack);
	free(ack);
	return end;
}

void tribx_park_done(struct tribx_lane *lane)
{
	if (lane->parked) {
		tribx_close_instance(lane->parked);
		tribx_instance_free(lane->parked);
	}
	lane->parked = NULL;
}

/* The reader tells a live instance at its next read; a parked one belongs to the sink's side. */
void tribx_work_committed(struct tribx_work *w, int part, const char *state)
{
	struct tribx_lane *lane = &w->lanes[part];
	if (!w->flow->source.p->committed)
		return;
	pthread_mutex_lock(&w->lock);
	free(lane->ack);
	lane->ack = strdup(state);
	struct trib *parked = lane->parked;
	pthread_mutex_unlock(&w->lock);
	if (parked && tell_pending(w, lane, parked))
		tribx_park_done(lane);
}

void tribx_work_cancel(struct tribx_work *w, bool current_too)
{
	pthread_mutex_lock(&w->lock);
	for (int i = 0; i < w->parts->count; i++) {
		struct trib *t = w->lanes[i].live;
		if (t && t->p->cancel && (current_too || i != w->current))
			t->p->cancel(t, t->self);
	}
	pthread_mutex_unlock(&w->lock);
}

/* ---- reading ---- */

static bool wait_ms(struct reader *r, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&r->w->lock);
	while (!r->w->closing && !atomic_load(&r->w->flow->stopping) && pthread_cond_timedwait(&r->w->changed, &r->w->lock, &until) == 0)
		;
	bool go = !r->w->closing;
	pthread_mutex_unlock(&r->w->lock);
	return go;
}

static int call_read(struct reader *r)
{
	const struct tribx_flow *f = r->w->flow;
	struct trib *t = r->t;
	int rc = TRIB_RETRY;
	int64_t pause = WAIT_FIRST_MS;
	for (int tries = 0; rc == TRIB_RETRY && tries < TRIES; tries++, pause = pause * 2 < WAIT_MAX_MS ? pause * 2 : WAIT_MAX_MS) {
		json_auto_t *before = tribx_fields_save(t->p->state, t->self);
		int64_t dead = t->dead.count;
		if (tribx_shape(&r->item->raw, &r->shape) < 0)
			return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
		tribx_attach(&r->item->raw, &t->dead, t->stage);
		tribx_call_start(t);
		rc = f->stream->read(t, t->self, &r->item->raw);
		tribx_personal_fill(&r->item->raw, NULL, &f->personal);
		tribx_call_end(t);
		if (rc != TRIB_RETRY)
			break;
		tribx_dead_cut(&t->dead, dead);
		trib_free(&r->item->raw);
		trib_free(&r->item->slices);
		struct tribx_error e = { 0 };
		if (tribx_fields_restore(t->p->state, t->self, &t->kept, before, &e) < 0 || tries + 1 == TRIES ||
		    !wait_ms(r, t->wait_ms > pause ? t->wait_ms : pause))
			return t->error.status;
	}
	return rc;
}

/* Rejected rows leave now; builders are closed here unless the rows are decoded later. */
static int close_batch(struct reader *r)
{
	struct trib_batch *b = &r->item->raw;
	int rc = TRIB_OK;
	bool deferred = tribx_deferred(b);
	if (!deferred && (rc = tribx_adopt(b, &r->t->error)) >= 0)
		rc = tribx_ready(b, &r->t->error);
	if (rc >= 0 && trib_cols(b) > 0) {
		trib_free(&r->shape);
		rc = tribx_shape(&r->shape, b);
	}
	return rc;
}

static int read_once(struct reader *r, const struct tribx_part *part)
{
	struct tribx_item *it = r->item = tribx_item_new(r->w->flow);
	if (!it)
		return TRIB_FATAL;
	int rc = atomic_load(&r->w->flow->stopping) ? trib_fail(r->t, TRIB_STOPPED, "stopped on request") : call_read(r);
	if (rc >= 0) {
		int closed = close_batch(r);
		rc = closed < 0 ? closed : rc;
	}
	if (rc >= 0 && !(it->state = tribx_part_state(part, r->t, rc == TRIB_END)))
		rc = trib_fail(r->t, TRIB_FATAL, "internal.no_memory: no memory");
	tribx_dead_move(&it->dead, &r->t->dead);
	it->rows = it->dead.count;                      /* of one that has nothing else; a worker counts it anew */
	it->status = rc;
	if (rc < 0) {
		it->error = r->t->error;
		if (!it->error.status)
			tribx_fail(&it->error, rc, "internal.silent_failure", "%s answered %s without saying why", r->t->stage, tribx_status(rc)->name);
		trib_free(&it->raw);
	}
	tribx_work_post(r->w, r->part, it);
	return rc;
}

static int open_part(struct reader *r, const struct tribx_part *part)
{
	struct trib *t = r->t = tribx_instance_like(r->w->flow->source.proto);
	if (!t)
		return TRIB_FATAL;
	t->host = &host;
	t->ctx = r;
	int rc = tribx_shape_fields(&r->shape, r->w->flow->stream->columns);
	struct tribx_error e = { 0 };
	if (rc >= 0 && (rc = tribx_part_apply(r->w->parts, part, t, &e)) < 0)
		t->error = e;
	if (rc >= 0)
		rc = tribx_open_instance(t);
	pthread_mutex_lock(&r->w->lock);
	r->w->lanes[r->part].live = rc >= 0 ? t : NULL;
	pthread_mutex_unlock(&r->w->lock);
	return rc;
}

/* A failure before the first read still needs an item that carries it to the sink's side. */
static void post_failure(struct reader *r, int rc)
{
	struct tribx_item *it = tribx_item_new(r->w->flow);
	if (!it) {                              /* the sink's side has an item left to tell it with */
		pthread_mutex_lock(&r->w->lock);
		r->w->starved = true;
		pthread_cond_broadcast(&r->w->changed);
		pthread_mutex_unlock(&r->w->lock);
		return;
	}
	it->status = rc;
	if (r->t)
		it->error = r->t->error;
	tribx_fail(&it->error, rc, "internal.no_memory", "no memory");
	tribx_work_post(r->w, r->part, it);
}

/* A connector that wants to hear of the commit is parked until it did; the sink's side closes it then. */
static void close_part(struct reader *r, int rc)
{
	struct tribx_lane *lane = &r->w->lanes[r->part];
	bool told = false, park = false, settled = false;
	if (!r->t)
		return;
	while (!settled) {
		told |= tell_pending(r->w, lane, r->t);
		pthread_mutex_lock(&r->w->lock);
		settled = !lane->ack;
		if (settled) {
			lane->live = NULL;
			park = rc == TRIB_END && r->t->p->committed && !told;
			lane->parked = park ? r->t : NULL;
		}
		pthread_mutex_unlock(&r->w->lock);
	}
	pthread_mutex_lock(&r->w->lock);
	tribx_findings_tell(&r->w->notes, &r->t->notes);
	pthread_mutex_unlock(&r->w->lock);
	if (!park) {
		tribx_close_instance(r->t);
		tribx_instance_free(r->t);
	}
	r->t = NULL;
	trib_free(&r->shape);
}

static void read_part(struct tribx_work *w, int k)
{
	struct reader r = { .w = w, .part = k };
	const struct tribx_part *part = &w->parts->items[k];
	int rc = open_part(&r, part);
	if (rc < 0)
		post_failure(&r, rc);
	while (rc >= 0 && rc != TRIB_END && tribx_work_room(w, k)) {
		tell_pending(w, &w->lanes[k], r.t);
		rc = read_once(&r, part);
		if (rc == TRIB_FATAL && !r.item)
			post_failure(&r, rc);
	}
	close_part(&r, rc);
}

void *tribx_reader(void *work)
{
	struct tribx_work *w = work;
	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (w->next_part < w->parts->count && w->parts->items[w->next_part].known)
			w->next_part++;
		int k = !w->closing && w->next_part < w->last_part && w->next_part < w->parts->count ? w->next_part++ : -1;
		pthread_mutex_unlock(&w->lock);
		if (k < 0)
			return NULL;
		read_part(w, k);
	}
}
