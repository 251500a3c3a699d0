/* look - at a target without running: its states, and the rows of its own tables (_trib_loads, _trib_dead_letters). Nothing is
 * fenced; claim is called with run_id NULL. Setting states is a unit of work of its own, under a new epoch. */
#ifndef TRIBX_LOOK_H
#define TRIBX_LOOK_H

#include "run/side.h"

struct tribx_look {
	struct tribx_flow flow;
	struct tribx_report report;
	struct tribx_side side;
	struct trib_batch states;          /* part, state */
	struct tribx_parts none;           /* of setting states: side points at it to its end */
};
/* write: claim for real, so that states can be set. */
int tribx_look_open(struct tribx_look *l, const struct tribx_pipeline *p, bool write, struct tribx_findings *findings, struct tribx_error *e);
int tribx_look_rows(struct tribx_look *l, const char *table, struct trib_batch *out, struct tribx_error *e);   /* every row of a table of the target */
/* states: part, state; a null state is forgotten. */
int tribx_look_set(struct tribx_look *l, const struct trib_batch *states, struct tribx_error *e);
void tribx_look_done(struct tribx_look *l);

#endif
