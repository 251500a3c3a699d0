/* clock - see clock.h. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool fixed(trib_time *out)
{
	const char *text = getenv("TRIB_NOW");
	struct tm tm = { 0 };
	if (!text || sscanf(text, "%4d-%2d-%2d%*1[T ]%2d:%2d:%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) < 3)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	out->us = (int64_t)timegm(&tm) * 1000000;
	return true;
}

bool tribx_now_fixed(void)
{
	trib_time t;
	return fixed(&t);
}

trib_time tribx_now(void)
{
	trib_time t;
	struct timespec ts;
	if (fixed(&t))
		return t;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (trib_time){ (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 };
}

int64_t tribx_ticks_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
