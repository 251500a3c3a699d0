/* done - the intervals that a stream has done, as its target holds them: {"v":1,"done":[["2026-03-28T23:00:00Z",
 * "2026-03-29T22:00:00Z"]]}, the state of a part that no source has. Half-open, sorted, merged: a year of days is one.
 *
 * Law: it is committed with the last rows of its period, so no second list can disagree with the data. */
#ifndef TRIBX_DONE_H
#define TRIBX_DONE_H

#include "arrow/batch.h"
#include "base/error.h"

#define TRIBX_DONE_PART "@done"

struct tribx_interval { int64_t start, end; };               /* seconds UTC */
struct tribx_done { struct tribx_interval *items; size_t count, cap; };   /* all zero is empty */

/* From the states of a target (columns part, state). */
int tribx_done_read(struct tribx_done *d, const struct trib_batch *states, struct tribx_error *e);
bool tribx_done_covers(const struct tribx_done *d, int64_t start, int64_t end);
bool tribx_done_add(struct tribx_done *d, int64_t start, int64_t end);   /* false: no memory */
char *tribx_done_text(const struct tribx_done *d);           /* the caller frees; NULL: no memory */
void tribx_done_free(struct tribx_done *d);

#endif
