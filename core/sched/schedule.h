/* schedule - `schedule:` of a pipeline, read and checked; when a period is due, and what is.
 *
 * Laws. Work is a period, an instant only says when it becomes due: a period is due at the first instant of the
 * expression that is not before the period is over and its lag has passed. lag counts like T+1 does: 1d (as 0) is the
 * day behind the last day of the period, 2d the day after that. A period is done when the target's intervals cover it
 * (run/done.h); nothing here keeps a list. A pipeline without `period:` is due when its expression named an instant
 * since its last good run began. */
#ifndef TRIBX_SCHEDULE_H
#define TRIBX_SCHEDULE_H

#include "run/done.h"
#include "sched/cron.h"
#include "sched/period.h"

enum tribx_catchup { TRIBX_CATCHUP_ALL, TRIBX_CATCHUP_LAST, TRIBX_CATCHUP_NONE };

struct tribx_schedule {
	bool given;                          /* there is a schedule */
	bool paused;
	const char *cron_text;               /* NULL: none */
	struct tribx_cron cron;
	int64_t every, anchor;               /* seconds; every 0: none */
	char tz[64];
	struct tribx_zone *zone;
	int grain;                           /* TRIBX_NO_PERIOD: runs by watermark */
	int64_t lag, window;                 /* seconds, whole days of them count as calendar days */
	enum tribx_catchup catchup;
	struct tribx_dst dst;
	int64_t jitter, shift;               /* as given; this pipeline's own part of it */
	int64_t start;                       /* no period before it; INT64_MIN: not said */
};

extern const struct trib_field tribx_schedule_fields[];      /* the keys, for the schema of editors and docs */

/* Reads p->schedule. false: findings. tribx_schedule_done in any case. */
bool tribx_schedule_load(struct tribx_schedule *s, const struct tribx_pipeline *p, struct tribx_findings *f);
void tribx_schedule_done(struct tribx_schedule *s);

/* Instants of the expression, jitter in it. INT64_MAX, INT64_MIN: none. */
int64_t tribx_fires_next(const struct tribx_schedule *s, int64_t after);
int64_t tribx_fires_last(const struct tribx_schedule *s, int64_t until);
/* When a period becomes due. */
int64_t tribx_period_due(const struct tribx_schedule *s, const struct tribx_window *p);
/* The last period that is due at `now`. */
struct tribx_window tribx_period_newest(const struct tribx_schedule *s, int64_t now);

/* What is due at `now`, oldest first. again: done before, read once more (window:). The caller frees items. */
struct tribx_due { struct tribx_window *items; size_t count, fresh; };   /* fresh: those that were never done */
bool tribx_due_list(const struct tribx_schedule *s, const struct tribx_done *done, int64_t now, struct tribx_due *out);   /* false: no memory */
/* Without periods: the instant of the expression that no run has met yet; INT64_MIN: none. last_run INT64_MIN: never. */
int64_t tribx_due_instant(const struct tribx_schedule *s, int64_t last_run, int64_t now);
/* When something is due next that is not due at `now`, and with periods which; INT64_MAX: never. */
int64_t tribx_due_next(const struct tribx_schedule *s, const struct tribx_done *done, int64_t now, struct tribx_window *p);
/* All as one: for a source that is read the same whatever the period. */
struct tribx_window tribx_due_whole(const struct tribx_due *d);

#endif
