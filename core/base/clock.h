/* clock - the only source of "now". TRIB_NOW (ISO 8601 UTC) fixes the wall clock, so that runs can be compared byte by byte. */
#ifndef TRIBX_CLOCK_H
#define TRIBX_CLOCK_H

#include <stdint.h>
#include <tributary.h>

trib_time tribx_now(void);                 /* wall clock, or TRIB_NOW */
bool tribx_now_fixed(void);
int64_t tribx_ticks_us(void);              /* monotonic: for durations and waits; never fixed */

#endif
