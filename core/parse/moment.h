/* moment - an instant out of what a clock on the wall said: a text, a format, a zone, and what to do where clocks jump. */
#ifndef TRIBX_MOMENT_H
#define TRIBX_MOMENT_H

#include "parse/zone.h"
#include <tributary/value.h>

enum tribx_fold { TRIBX_FOLD_FIRST, TRIBX_FOLD_LAST, TRIBX_FOLD_ERROR };

struct tribx_clock {
	const char *format;              /* as of trib_time_parse; NULL: ISO 8601 */
	const struct tribx_zone *zone;   /* of texts without an offset; NULL: such a text is no instant, unless it is a day alone (UTC) */
	enum tribx_fold fold;            /* a clock time that exists twice */
	bool shift;                      /* a clock time that the clock skipped moves forward by the gap; otherwise it is none */
	bool roll;                       /* 24:00 is 0:00 of the next day, :60 is the next minute; otherwise they are none */
	bool utc;                        /* a text without an offset is UTC where there is no zone */
	bool exact;                      /* digits behind the microsecond that are not 0 are an error; otherwise they are cut */
};

/* 0; 1: in a fold, one of two was taken; negative: one of value.h, or of these. */
enum { TRIBX_IN_GAP = -10, TRIBX_IN_FOLD = -11, TRIBX_NO_ZONE = -12, TRIBX_TOO_FINE = -13 };
int tribx_moment(const struct tribx_clock *c, struct trib_text cell, trib_time *out);

#endif
