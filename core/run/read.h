/* read - the reader threads of work.h: open an instance per part, call read, snapshot the state with each batch. */
#ifndef TRIBX_READ_H
#define TRIBX_READ_H

#include "run/work.h"

void *tribx_reader(void *work);                          /* thread */
void tribx_park_done(struct tribx_lane *lane);           /* closes and frees a parked instance */

/* of work.c, for the readers */
struct tribx_item *tribx_item_new(const struct tribx_flow *f);
void tribx_item_free(struct tribx_item *it);
void tribx_work_post(struct tribx_work *w, int part, struct tribx_item *it);   /* takes it */
bool tribx_work_room(struct tribx_work *w, int part);    /* waits for the budget; false: the run is closing */

#endif
