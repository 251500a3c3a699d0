/* side - the sink's side of a run: units of work, the steps that need order, tables, checkpoints, the ledger.
 *
 * A unit begins with its first row, dead letter or state and ends with commit or abort. What is published is whole parts:
 * a checkpoint inside a part only stages, on sinks that can. Books are balanced before every commit. */
#ifndef TRIBX_SIDE_H
#define TRIBX_SIDE_H

#include "run/chain.h"
#include "run/done.h"
#include "run/parts.h"
#include "run/report.h"
#include "run/work.h"

struct tribx_side {
	struct tribx_flow *flow;
	struct tribx_parts *parts;
	struct tribx_report *report;
	struct tribx_chain chain;              /* steps [cut, step_count) */
	struct trib *t;                        /* the sink's instance */
	bool opened, begun;
	struct trib_load load;
	char load_id[64];
	int64_t load_no;
	int64_t rows_since, bytes_since, since_us;   /* of this unit: what a checkpoint is measured by */
	struct tribx_dead_list dead;           /* of this unit */
	const char *part;                      /* in hand */
	struct trib_batch slices;
	char **pending;                        /* per part: state to commit; NULL: it did not move */
	struct tribx_books *books;             /* per step, of this unit */
	int64_t read;                          /* rows read in this unit */
	int64_t rejected;                      /* by the sink's write, in this unit; in dead already */
	struct tribx_done done;                /* what the target has done of the stream's periods */
	bool recorded;                         /* the run's window is among them */
	bool holding;                          /* the reject budget is spent: rows are only counted */
	struct tribx_error error;
	void (*committed)(void *ctx, int part, const char *state);   /* after each commit, per part that moved */
	void *ctx;
};

/* look: answer the states, fence nothing (claim with run_id NULL). */
int tribx_side_open(struct tribx_side *s, struct tribx_flow *f, struct tribx_report *r, struct trib_batch *states, bool look);
int tribx_side_ready(struct tribx_side *s, struct tribx_parts *parts);     /* opens the steps */
int tribx_side_item(struct tribx_side *s, int part, struct tribx_item *it);
int tribx_side_part_begins(struct tribx_side *s, const char *name);     /* name stays until the unit ends */
/* The part was seen to its end; scope: the widest that ends with it. */
int tribx_side_part_ends(struct tribx_side *s, enum trib_scope scope);
bool tribx_side_due(const struct tribx_side *s);                            /* a checkpoint is due */
int tribx_side_checkpoint(struct tribx_side *s, bool publish, bool ended);   /* ended: the run's period is recorded with it */
int tribx_side_hold(struct tribx_side *s);                                  /* stores dead letters and a failed ledger row alone; answers TRIB_HELD. An error that is set stays */
int tribx_side_tell_emptied(struct tribx_side *s, bool complete);
void tribx_side_abort(struct tribx_side *s);
int tribx_side_put_states(struct tribx_side *s, const struct trib_batch *states);   /* a commit of nothing but these */
bool tribx_side_over_budget(const struct tribx_side *s, bool at_end);
void tribx_side_done(struct tribx_side *s);

#endif
