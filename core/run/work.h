/* work - the side of a run that reads: reader threads pull parts, workers decode and run the parallel steps, items wait in
 * order for the sink's side.
 *
 * One byte budget bounds what is read ahead over all parts; the part that the sink waits for may always have one item in
 * flight, so the budget cannot block the run. A worker never waits for a commit. */
#ifndef TRIBX_WORK_H
#define TRIBX_WORK_H

#include <pthread.h>
#include "run/chain.h"
#include "run/parts.h"

struct tribx_out { int table; struct trib_batch b; };       /* table -1: goes on with the steps beside the sink */
struct tribx_item {
	struct tribx_item *next, *next_todo;
	struct trib_batch raw;                      /* as read left it */
	bool done;
	int status;                                 /* of read, or the first failure after it */
	struct tribx_error error;
	char *state;                                /* of the part after this read */
	struct trib_batch slices;
	struct tribx_dead_list dead;
	struct tribx_figures figures;
	struct tribx_out *outs; int out_count, out_cap;
	struct tribx_books *books;                  /* of the parallel steps */
	int64_t rows;                               /* read, those that the source rejected among them */
	size_t text;                                /* bytes, as read left it */
	size_t held;                                /* bytes, as counted against the budget: before it is done what it is expected to grow to */
};
struct tribx_lane {                                 /* a part on its way */
	struct tribx_item *head, **tail;
	int count;
	struct trib *live;                          /* being read: cancel may be called */
	struct trib *parked;                        /* ended; waits for committed and close */
	char *ack;                                  /* state that a commit covered, to be told to the connector */
};
struct tribx_work {
	struct tribx_flow *flow;
	struct tribx_parts *parts;
	struct tribx_lane *lanes;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct tribx_item *todo, **todo_tail;
	size_t held, budget;
	double growth;                              /* of the last item: bytes done by bytes read */
	int next_part, current, last_part;          /* parts from last_part on are not begun (draining) */
	bool closing;
	struct tribx_findings notes;                /* of the readers; under the lock */
	struct tribx_item *spare;                   /* carries the news that there is no memory for an item */
	bool starved;                               /* a reader had none; under the lock */
	struct tribx_worker *own;                   /* of the caller's thread, which works while it waits */
	pthread_t *threads;
	int thread_count;
};

int tribx_work_start(struct tribx_work *w, struct tribx_flow *f, struct tribx_parts *p, int workers, struct tribx_error *e);
/* The next item of the part that is current, done; works or waits until then. poll is called a few times a second or more often. */
struct tribx_item *tribx_work_next(struct tribx_work *w, void (*poll)(void *ctx), void *ctx);
void tribx_work_release(struct tribx_work *w, struct tribx_item *it);       /* the sink's side is through with it */
void tribx_work_part(struct tribx_work *w, int part);                       /* makes a part current */
void tribx_work_drain(struct tribx_work *w);                                /* begins no further part than the current one */
void tribx_work_cancel(struct tribx_work *w, bool current_too);             /* calls cancel of what is being read */
void tribx_work_committed(struct tribx_work *w, int part, const char *state);   /* tells the connector, now or at its next read */
void tribx_work_stop(struct tribx_work *w, struct tribx_findings *notes);    /* joins all threads, frees everything; what readers found out goes to notes */

#endif
