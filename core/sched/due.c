/* due - when periods are due, and which are: see schedule.h. */
#include <stdlib.h>

#include "sched/schedule.h"

enum { DAY = 86400, GRACE = 3600 };      /* GRACE: with catchup none, how long a due time counts */

/* ---- instants ---- */

static int64_t floor_to(int64_t t, int64_t step)
{
	return t - ((t % step) + step) % step;
}

static int64_t plain_next(const struct tribx_schedule *s, int64_t after)
{
	if (s->cron_text)
		return tribx_cron_next(&s->cron, s->zone, s->dst, after);
	return s->every ? s->anchor + floor_to(after - s->anchor, s->every) + s->every : INT64_MAX;
}

int64_t tribx_fires_next(const struct tribx_schedule *s, int64_t after)
{
	const int64_t t = plain_next(s, after - s->shift);
	return t == INT64_MAX ? t : t + s->shift;
}

int64_t tribx_fires_last(const struct tribx_schedule *s, int64_t until)
{
	int64_t t = INT64_MIN;
	if (s->cron_text)
		t = tribx_cron_last(&s->cron, s->zone, s->dst, until - s->shift);
	else if (s->every)
		t = s->anchor + floor_to(until - s->shift - s->anchor, s->every);
	return t == INT64_MIN ? t : t + s->shift;
}

/* ---- periods ---- */

/* The period is over, and so many calendar days (and hours) have gone since its last one began. */
static int64_t ready(const struct tribx_schedule *s, const struct tribx_window *p)
{
	int64_t base = p->start + s->lag;
	if (s->grain != TRIBX_HOUR)
		base = tribx_wall_instant(s->zone, (p->last.days + s->lag / DAY) * DAY + s->lag % DAY);
	return base > p->end ? base : p->end;
}

int64_t tribx_period_due(const struct tribx_schedule *s, const struct tribx_window *p)
{
	const int64_t base = ready(s, p);
	if (!s->cron_text && !s->every)
		return base + s->shift;
	const int64_t t = plain_next(s, base - 1);
	return t == INT64_MAX ? t : t + s->shift;
}

struct tribx_window tribx_period_newest(const struct tribx_schedule *s, int64_t now)
{
	struct tribx_window p = tribx_period_at(s->zone, s->grain, now);
	for (p = tribx_period_before(s->zone, s->grain, &p); tribx_period_due(s, &p) > now;)
		p = tribx_period_before(s->zone, s->grain, &p);
	return p;
}

/* ---- what is due ---- */

/* Where catching up begins: where it was told to, else where the target's record does, else with the newest. */
static int64_t origin(const struct tribx_schedule *s, const struct tribx_done *done, const struct tribx_window *newest)
{
	if (s->catchup != TRIBX_CATCHUP_ALL)
		return newest->start;
	if (s->start != INT64_MIN)
		return s->start;
	return done->count && done->items[0].start < newest->start ? done->items[0].start : newest->start;
}

static bool take(struct tribx_due *d, size_t *cap, const struct tribx_window *p, bool again)
{
	if (d->count == *cap) {
		*cap = *cap ? *cap * 2 : 16;
		struct tribx_window *grown = realloc(d->items, *cap * sizeof *grown);
		if (!grown)
			return false;
		d->items = grown;
	}
	d->items[d->count] = *p;
	d->items[d->count++].again = again;
	d->fresh += !again;
	return true;
}

static void reverse(struct tribx_due *d)
{
	for (size_t i = 0; i < d->count / 2; i++) {
		const struct tribx_window swap = d->items[i];
		d->items[i] = d->items[d->count - 1 - i];
		d->items[d->count - 1 - i] = swap;
	}
}

/* What ended behind it is read once more with the newest. */
static int64_t look_back(const struct tribx_schedule *s, const struct tribx_window *newest)
{
	if (s->grain == TRIBX_HOUR)
		return newest->start - s->window;
	return tribx_day_start(s->zone, newest->first.days - s->window / DAY) - s->window % DAY;
}

bool tribx_due_list(const struct tribx_schedule *s, const struct tribx_done *done, int64_t now, struct tribx_due *out)
{
	size_t cap = 0;
	*out = (struct tribx_due){ 0 };
	if (s->paused)
		return true;
	const struct tribx_window newest = tribx_period_newest(s, now);
	const bool fresh = !tribx_done_covers(done, newest.start, newest.end);
	const int64_t from = origin(s, done, &newest), look = fresh ? look_back(s, &newest) : INT64_MAX;
	if (s->catchup == TRIBX_CATCHUP_NONE && now >= tribx_period_due(s, &newest) + GRACE)
		return true;
	for (struct tribx_window p = newest;; p = tribx_period_before(s->zone, s->grain, &p)) {
		const bool wanted = p.start >= from && (s->start == INT64_MIN || p.start >= s->start);
		const bool known = tribx_done_covers(done, p.start, p.end), again = known && p.end > look;
		if (!wanted && p.end <= look)
			break;
		if (((wanted && !known) || again) && !take(out, &cap, &p, again)) {
			free(out->items);
			*out = (struct tribx_due){ 0 };
			return false;
		}
	}
	reverse(out);
	return true;
}

struct tribx_window tribx_due_whole(const struct tribx_due *d)
{
	struct tribx_window w = d->items[d->count - 1];
	w.start = d->items[0].start;
	w.start_offset = d->items[0].start_offset;
	w.first = d->items[0].first;
	return w;
}

int64_t tribx_due_instant(const struct tribx_schedule *s, int64_t last_run, int64_t now)
{
	const int64_t t = s->paused ? INT64_MIN : tribx_fires_last(s, now);
	if (t == INT64_MIN || t <= last_run || t < s->start || (s->catchup == TRIBX_CATCHUP_NONE && now >= t + GRACE))
		return INT64_MIN;
	return t;
}

int64_t tribx_due_next(const struct tribx_schedule *s, const struct tribx_done *done, int64_t now, struct tribx_window *p)
{
	*p = (struct tribx_window){ 0 };
	if (s->paused)
		return INT64_MAX;
	if (!s->grain) {
		int64_t t = tribx_fires_next(s, now);
		while (t < s->start)
			t = tribx_fires_next(s, s->start - 1);
		return t;
	}
	*p = tribx_period_newest(s, now);
	do
		*p = tribx_period_next(s->zone, s->grain, p);
	while (tribx_done_covers(done, p->start, p->end) || p->start < s->start);
	return tribx_period_due(s, p);
}
