/* zone - time zones by name, from the system's TZif files (RFC 9636) and the rule behind their tables.
 *
 * The C library knows one zone per process; this knows any number, for any number of threads: a zone is constant once it
 * is open. Seconds count from 1970-01-01; local seconds are those of a clock on the wall, counted the same way. */
#ifndef TRIBX_ZONE_H
#define TRIBX_ZONE_H

#include "base/error.h"

#define TRIBX_ZONE_FOLDER "/usr/share/zoneinfo"

struct tribx_zone;

/* "Europe/Madrid", "UTC", "+05:30". TRIB_CONFIG: no such zone (zone.unknown), or its file is damaged (zone.bad_file). */
int tribx_zone_open(const char *name, struct tribx_zone **out, struct tribx_error *e);
/* The same from the bytes of a file; NULL: they are none, or there is no memory. */
struct tribx_zone *tribx_zone_of(const void *bytes, size_t n);
void tribx_zone_close(struct tribx_zone *z);                            /* NULL is fine */

int32_t tribx_zone_offset(const struct tribx_zone *z, int64_t utc_s);   /* seconds east of UTC */
int64_t tribx_zone_next(const struct tribx_zone *z, int64_t utc_s);     /* the next instant behind utc_s at which the offset changes; INT64_MAX: none */

/* What a clock on the wall says, as instants. ONE: first == last. FOLD: the clock says it twice, first < last.
 * GAP: it never says it; last is the reading moved forward by the gap (02:30 becomes 03:30), first the one moved back,
 * and change the first instant behind the gap. */
enum tribx_local_is { TRIBX_LOCAL_ONE, TRIBX_LOCAL_GAP, TRIBX_LOCAL_FOLD };
struct tribx_local { enum tribx_local_is is; int64_t first, last, change; };
struct tribx_local tribx_zone_local(const struct tribx_zone *z, int64_t local_s);

#endif
