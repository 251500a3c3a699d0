/* moment - see moment.h. An offset in the text wins over the zone of its column (partner-model C.4). */
#include "parse/moment.h"

#include "base/text.h"
#include "parse/date.h"

enum { DAY = 86400 };

/* Seconds of the clock; what does not exist stays none unless roll says otherwise. */
static int clock_of(const struct tribx_clock *c, struct tribx_parts *p, int64_t *out)
{
	trib_date day;
	int more = 0;
	if (p->seen & TRIBX_SERIAL) {
		const int64_t s = p->epoch_us / 1000000 - (p->epoch_us % 1000000 < 0);
		p->micro = (int)(p->epoch_us - s * 1000000);
		*out = s;
		return 0;
	}
	if (c->roll && p->hour == 24 && !p->minute && !p->second && !p->micro) {
		p->hour = 0;
		more = DAY;
	} else if (c->roll && p->second == 60 && p->minute == 59) {
		p->second = 59;
		more = 1;
	}
	const int e = tribx_date_check(p, &day);
	if (e)
		return e;
	*out = (int64_t)day.days * DAY + p->hour * 3600 + p->minute * 60 + p->second + more;
	return 0;
}

int tribx_moment(const struct tribx_clock *c, struct trib_text cell, trib_time *out)
{
	struct tribx_parts p;
	int64_t s;
	int taken = 0;
	if (!cell.p)
		return TRIB_NOT_A_VALUE;
	int e = tribx_time_parts(tribx_text_trim(cell), c->format, &p);
	if (e == 0 && p.lost && c->exact)
		e = TRIBX_TOO_FINE;
	if (e == 0 && (p.seen & TRIBX_EPOCH)) {
		out->us = p.epoch_us;
		return 0;
	}
	if (e == 0)
		e = clock_of(c, &p, &s);
	if (e)
		return e;
	if (p.seen & TRIBX_OFFSET) {
		s -= p.offset_s;
	} else if (c->zone) {
		const struct tribx_local l = tribx_zone_local(c->zone, s);
		if (l.is == TRIBX_LOCAL_GAP && !c->shift)
			return TRIBX_IN_GAP;
		if (l.is == TRIBX_LOCAL_FOLD && c->fold == TRIBX_FOLD_ERROR)
			return TRIBX_IN_FOLD;
		taken = l.is == TRIBX_LOCAL_FOLD;
		s = l.is == TRIBX_LOCAL_GAP || c->fold == TRIBX_FOLD_LAST ? l.last : l.first;
	} else if ((p.seen & TRIBX_CLOCK) && !c->utc) {
		return TRIBX_NO_ZONE;
	}
	out->us = s * 1000000 + p.micro;
	return taken;
}
