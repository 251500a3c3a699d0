/* when - the instants that a cron expression names in a zone. Days are walked, so years without a due time cost
 * nothing, and of a day all times are asked: two hours of a fold may be in either order. */
#include "sched/cron.h"

#include <tributary/value.h>

enum { DAYS_MAX = 40 * 366 };

static int64_t floor_day(int64_t s)
{
	return s / 86400 - (s % 86400 < 0);
}

int64_t tribx_wall_instant(const struct tribx_zone *z, int64_t local)
{
	const struct tribx_local l = tribx_zone_local(z, local);
	return l.is == TRIBX_LOCAL_GAP ? l.change : l.first;
}

int64_t tribx_day_start(const struct tribx_zone *z, int64_t day)
{
	return tribx_wall_instant(z, day * 86400);
}

/* By where days begin: a day whose midnight comes twice begins at the first, whatever the clock says after it. */
int64_t tribx_local_day(const struct tribx_zone *z, int64_t instant)
{
	int64_t day = floor_day(instant + tribx_zone_offset(z, instant));
	while (instant >= tribx_day_start(z, day + 1))
		day++;
	while (instant < tribx_day_start(z, day))
		day--;
	return day;
}

static bool names_day(const struct tribx_cron *c, int64_t day)
{
	int year, month, mday;
	trib_date_split((trib_date){ (int32_t)day }, &year, &month, &mday);
	if (!(c->months >> month & 1))
		return false;
	const bool in_month = c->days >> mday & 1, in_week = c->weekdays >> (((day + 4) % 7 + 7) % 7) & 1;
	return c->any_day || c->any_weekday ? in_month && in_week : in_month || in_week;
}

/* The instants of one local time: none, one or two. */
static int instants(const struct tribx_cron *c, const struct tribx_zone *z, struct tribx_dst dst, int64_t local, int64_t to[2])
{
	const struct tribx_local l = tribx_zone_local(z, local);
	const enum tribx_fold fold = c->elapsed ? TRIBX_FOLD_BOTH : dst.fold;
	if (l.is == TRIBX_LOCAL_GAP) {
		to[0] = l.change;
		return !c->elapsed && dst.gap == TRIBX_GAP_NEXT;
	}
	to[0] = l.is == TRIBX_LOCAL_FOLD && fold == TRIBX_FOLD_LAST ? l.last : l.first;
	to[1] = l.last;
	return l.is == TRIBX_LOCAL_FOLD && fold == TRIBX_FOLD_BOTH ? 2 : 1;
}

/* The best instant of a day within [low, high]: the first, or the last. */
static bool of_day(const struct tribx_cron *c, const struct tribx_zone *z, struct tribx_dst dst, int64_t day, int64_t low, int64_t high,
                   bool first, int64_t *best)
{
	int64_t to[2];
	bool any = false;
	if (!names_day(c, day) || tribx_day_start(z, day) == tribx_day_start(z, day + 1))
		return false;
	for (int h = 0; h < 24; h++)
		for (int m = 0; c->hours >> h & 1 && m < 60; m++) {
			const int n = c->minutes >> m & 1 ? instants(c, z, dst, day * 86400 + h * 3600 + m * 60, to) : 0;
			for (int i = 0; i < n; i++)
				if (to[i] >= low && to[i] <= high && (!any || (first ? to[i] < *best : to[i] > *best))) {
					*best = to[i];
					any = true;
				}
		}
	return any;
}

/* A neighbour of the day that has one may have a better one: a fold or a gap lies across midnight. */
int64_t tribx_cron_next(const struct tribx_cron *c, const struct tribx_zone *z, struct tribx_dst dst, int64_t after)
{
	const int64_t from = floor_day(after) - 2;
	int64_t best = INT64_MAX, other;
	for (int64_t day = from; day < from + DAYS_MAX; day++)
		if (of_day(c, z, dst, day, after + 1, INT64_MAX, true, &best)) {
			if (of_day(c, z, dst, day + 1, after + 1, INT64_MAX, true, &other) && other < best)
				best = other;
			return best;
		}
	return INT64_MAX;
}

int64_t tribx_cron_last(const struct tribx_cron *c, const struct tribx_zone *z, struct tribx_dst dst, int64_t until)
{
	const int64_t from = floor_day(until) + 2;
	int64_t best = INT64_MIN, other;
	for (int64_t day = from; day > from - DAYS_MAX; day--)
		if (of_day(c, z, dst, day, INT64_MIN, until, false, &best)) {
			if (of_day(c, z, dst, day - 1, INT64_MIN, until, false, &other) && other > best)
				best = other;
			return best;
		}
	return INT64_MIN;
}
