/* lock - one `run --due` at a time per pipeline and project folder: .trib/due-NAME.lock, held by flock and so let go by
 * any end of the process. It keeps two from doing the same work; what keeps data right is the target's epoch. */
#ifndef TRIBX_LOCK_H
#define TRIBX_LOCK_H

#include "config/pipeline.h"

struct tribx_lock { int fd; };           /* fd + 1; 0: not held */
/* TRIB_END: somebody has it; `holder` says who, as far as that is known. */
int tribx_lock_take(struct tribx_lock *l, const struct tribx_pipeline *p, char *holder, size_t size, struct tribx_error *e);
void tribx_lock_drop(struct tribx_lock *l);

#endif
