/* period - periods of a calendar in a zone: which one an instant lies in, the one behind, the one named.
 *
 * Laws. The periods of a grain part time without gap or overlap: each ends where the next begins, so none can be lost
 * or done twice. Days are local days of 23, 24, 25 or other hours; a day that the zone left out (Apia 2011-12-30) has
 * no instant and is never met. Hours are those of the clock on the wall, cut where its offset changes. */
#ifndef TRIBX_PERIOD_H
#define TRIBX_PERIOD_H

#include <tributary/value.h>

#include "config/pipeline.h"
#include "parse/zone.h"

enum { TRIBX_NO_PERIOD = 0, TRIBX_HOUR = TRIB_YEAR + 1 };   /* and the words of enum trib_grain */

int tribx_grain_named(const char *name);                     /* TRIBX_NO_PERIOD: NULL or none of them */
struct tribx_window tribx_period_at(const struct tribx_zone *z, int grain, int64_t instant);
struct tribx_window tribx_period_next(const struct tribx_zone *z, int grain, const struct tribx_window *p);
struct tribx_window tribx_period_before(const struct tribx_zone *z, int grain, const struct tribx_window *p);
/* NULL, or why there is no such period of this grain. */
const char *tribx_period_named(const struct tribx_zone *z, int grain, const char *id, struct tribx_window *out);

#endif
