/* period - see period.h. */
#include "sched/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/cron.h"

int tribx_grain_named(const char *name)
{
	enum trib_grain grain;
	if (name && strcmp(name, "hour") == 0)
		return TRIBX_HOUR;
	return trib_grain(name, &grain) == 0 ? (int)grain : TRIBX_NO_PERIOD;
}

static void offsets(const struct tribx_zone *z, struct tribx_window *w)
{
	w->start_offset = tribx_zone_offset(z, w->start);
	w->end_offset = tribx_zone_offset(z, w->end);
}

/* ---- days and what is made of them ---- */

static void name_days(int grain, struct tribx_window *w)
{
	int year, month, day;
	trib_date_split(grain == TRIB_WEEK ? (trib_date){ w->first.days + 3 } : w->first, &year, &month, &day);   /* a week's year is its Thursday's */
	switch (grain) {
	case TRIB_WEEK:
		snprintf(w->id, sizeof w->id, "%04d-W%02d", year, (w->first.days + 3 - trib_date_of(year, 1, 1).days) / 7 + 1);
		break;
	case TRIB_MONTH:
		snprintf(w->id, sizeof w->id, "%04d-%02d", year, month);
		break;
	case TRIB_QUARTER:
		snprintf(w->id, sizeof w->id, "%04d-Q%d", year, (month + 2) / 3);
		break;
	case TRIB_YEAR:
		snprintf(w->id, sizeof w->id, "%04d", year);
		break;
	default:
		snprintf(w->id, sizeof w->id, "%04d-%02d-%02d", year, month, day);
	}
}

static struct tribx_window of_days(const struct tribx_zone *z, int grain, trib_date day)
{
	struct tribx_window w = { 0 };
	trib_date end;
	trib_period_of(day, (enum trib_grain)grain, &w.first, &end);
	w.last = (trib_date){ end.days - 1 };
	w.start = tribx_day_start(z, w.first.days);
	w.end = tribx_day_start(z, end.days);
	name_days(grain, &w);
	offsets(z, &w);
	return w;
}

/* ---- hours ---- */

static struct tribx_window of_hour(const struct tribx_zone *z, int64_t instant)
{
	const int32_t offset = tribx_zone_offset(z, instant);
	const int64_t local = instant + offset, since = (local % 3600 + 3600) % 3600;
	struct tribx_window w = { .start = instant - since, .end = instant - since + 3600 };
	for (int64_t change = tribx_zone_next(z, w.start - 1); change < w.end; change = tribx_zone_next(z, change))
		if (change <= instant)
			w.start = change;
		else {
			w.end = change;
			break;
		}
	const int64_t from = w.start + offset, day = from / 86400 - (from % 86400 < 0);
	int year, month, mday;
	w.first = w.last = (trib_date){ (int32_t)day };
	trib_date_split(w.first, &year, &month, &mday);
	const int n = snprintf(w.id, sizeof w.id, "%04d-%02d-%02dT%02d", year, month, mday, (int)((from - day * 86400) / 3600));
	if (tribx_zone_local(z, from).is == TRIBX_LOCAL_FOLD)   /* the hour comes twice: its offset tells which */
		snprintf(w.id + n, sizeof w.id - (size_t)n, "%c%02d%02d", offset < 0 ? '-' : '+', abs(offset) / 3600, abs(offset) / 60 % 60);
	offsets(z, &w);
	return w;
}

struct tribx_window tribx_period_at(const struct tribx_zone *z, int grain, int64_t instant)
{
	if (grain == TRIBX_HOUR)
		return of_hour(z, instant);
	return of_days(z, grain, (trib_date){ (int32_t)tribx_local_day(z, instant) });
}

struct tribx_window tribx_period_next(const struct tribx_zone *z, int grain, const struct tribx_window *p)
{
	return tribx_period_at(z, grain, p->end);
}

struct tribx_window tribx_period_before(const struct tribx_zone *z, int grain, const struct tribx_window *p)
{
	return tribx_period_at(z, grain, p->start - 1);
}

/* ---- by name ---- */

static const char *hour_named(const struct tribx_zone *z, const char *id, struct tribx_window *out)
{
	static const char why[] = "an hour is written like 2026-03-29T02, with +0200 behind where it comes twice";
	int hour, hours = 0, minutes = 0;
	char sign = 0;
	trib_date day;
	const int n = strlen(id) >= 13 && id[10] == 'T' ? sscanf(id + 11, "%2d%c%2d%2d", &hour, &sign, &hours, &minutes) : 0;
	if ((n != 1 && n != 4) || trib_date_parse((struct trib_text){ id, 10 }, NULL, &day) < 0 || hour < 0 || hour > 23 || (n == 4 && sign != '+' && sign != '-'))
		return why;
	const int64_t local = (int64_t)day.days * 86400 + hour * 3600;
	const struct tribx_local l = tribx_zone_local(z, local);
	const int64_t asked = local - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	*out = of_hour(z, n == 4 ? asked : l.is == TRIBX_LOCAL_GAP ? l.change : l.first);
	if (n == 4 && strcmp(out->id, id) != 0)   /* the clock went back by half an hour: the rest of an hour comes twice */
		*out = of_hour(z, asked + 1800);
	return strcmp(out->id, id) == 0 ? NULL : n == 4 ? why : "that hour does not exist, or comes twice and needs its offset";
}

const char *tribx_period_named(const struct tribx_zone *z, int grain, const char *id, struct tribx_window *out)
{
	enum trib_grain is;
	trib_date start, end;
	if (grain == TRIBX_HOUR)
		return hour_named(z, id, out);
	if (trib_period((struct trib_text){ id, strlen(id) }, NULL, &is, &start, &end) < 0)
		return "that is no period";
	if ((int)is != grain)
		return "that is a period of another length than the schedule's";
	*out = of_days(z, grain, start);
	return out->start < out->end ? NULL : "that day never was: the zone left it out";
}
