/* times - instants as people write them, for tests. */
#ifndef TEST_TIMES_H
#define TEST_TIMES_H

#include <criterion/criterion.h>
#include <tributary/value.h>

#include "base/text.h"
#include "parse/zone.h"

static inline int64_t at(const char *text)
{
	trib_time t;
	cr_assert_eq(trib_time_parse(tribx_text(text), NULL, &t), 0, "%s", text);
	return t.us / 1000000;
}

static inline const char *shown(int64_t s)
{
	static char ring[8][40];
	static int n;
	char *to = ring[n++ % 8];
	if (s == INT64_MAX || s == INT64_MIN)
		return "never";
	trib_time_text((trib_time){ s * 1000000 }, to);
	return to;
}

static inline struct tribx_zone *zone(const char *name)
{
	struct tribx_error e = { 0 };
	struct tribx_zone *z = NULL;
	cr_assert(tribx_zone_open(name, &z, &e) >= 0, "%s", e.text);
	return z;
}

#endif
