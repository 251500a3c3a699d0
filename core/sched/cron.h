/* cron - five fields, or @daily and its sisters, as sets of numbers; which local times they name, and when those are.
 *
 * Laws. A day is named when day and weekday name it; when both are restricted (neither begins with *), either does, as
 * every cron has it. An expression whose hours begin with * runs on time that passes: through both hours of a fold, and
 * what a gap leaves out is left out. Any other names times of the day, and a day that exists has them: what a gap skips
 * is due at its end, what a fold repeats is due the first time, unless the rules say otherwise. */
#ifndef TRIBX_CRON_H
#define TRIBX_CRON_H

#include "parse/zone.h"

struct tribx_cron {
	uint64_t minutes;                    /* bit n: the number n is named */
	uint32_t hours, days, months, weekdays;   /* weekdays: 0 is Sunday */
	bool any_day, any_weekday;           /* the field begins with * */
	bool elapsed;                        /* the hours begin with * */
};
struct tribx_cron_fault { size_t at; char text[160], hint[200]; };   /* at: into the expression */

enum tribx_gap { TRIBX_GAP_NEXT, TRIBX_GAP_SKIP };
enum tribx_fold { TRIBX_FOLD_FIRST, TRIBX_FOLD_LAST, TRIBX_FOLD_BOTH };
struct tribx_dst { enum tribx_gap gap; enum tribx_fold fold; };

bool tribx_cron_parse(const char *text, struct tribx_cron *out, struct tribx_cron_fault *fault);
/* The first instant behind `after`, the last one not behind `until`; INT64_MAX, INT64_MIN: none within 40 years. */
int64_t tribx_cron_next(const struct tribx_cron *c, const struct tribx_zone *z, struct tribx_dst dst, int64_t after);
int64_t tribx_cron_last(const struct tribx_cron *c, const struct tribx_zone *z, struct tribx_dst dst, int64_t until);
/* The instant at which a local day begins; a day that the zone left out begins where the next one does. */
int64_t tribx_day_start(const struct tribx_zone *z, int64_t day);
/* What a clock on the wall says as an instant: behind a gap, the first time in a fold. */
int64_t tribx_wall_instant(const struct tribx_zone *z, int64_t local);
int64_t tribx_local_day(const struct tribx_zone *z, int64_t instant);

#endif
