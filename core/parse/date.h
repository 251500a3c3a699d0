/* date - inside of dates, times and periods (tributary/value.h). */
#ifndef TRIBX_DATE_H
#define TRIBX_DATE_H

#include <tributary/value.h>

enum { TRIBX_YEAR = 1, TRIBX_QUARTER = 2, TRIBX_MONTH = 4, TRIBX_WEEK = 8, TRIBX_DAY = 16, TRIBX_YDAY = 32,
       TRIBX_CLOCK = 64, TRIBX_OFFSET = 128, TRIBX_EPOCH = 256,
       TRIBX_SERIAL = 512 };            /* epoch_us counts what a clock showed (spreadsheets), not an instant */

/* What a format found in a text. */
struct tribx_parts {
	unsigned seen;
	int year, quarter, month, week, day, weekday, yday;
	int hour, minute, second, micro, offset_s;         /* hour 24 and second 60 are seen, and refused by tribx_date_check */
	bool lost;                 /* digits behind the microsecond were not 0 */
	int half;                  /* %p: 1 AM, 2 PM */
	int64_t epoch_us;
};

/* A time by a format, or NULL: ISO 8601. The text is trimmed. */
int tribx_time_parts(struct trib_text cell, const char *format, struct tribx_parts *out);
int tribx_date_match(struct trib_text cell, const char *format, struct tribx_parts *out);
/* the first day of what was seen; ranges checked */
int tribx_date_check(const struct tribx_parts *p, trib_date *out);
int tribx_days_in_month(int year, int month);
trib_date tribx_week_start(int year, int week);                          /* ISO */
/* The next clock letters of ISO 8601 at *at: HH:MM[:SS[.f]], then Z or an offset if any. */
int tribx_iso_clock(const char **at, const char *end, struct tribx_parts *p);
int tribx_iso_offset(const char **at, const char *end, struct tribx_parts *p);
/* Digits of a fraction of a second, as many as there are. */
void tribx_fraction(const char **at, const char *end, struct tribx_parts *p);
/* The month that a word at *at names, in one of the languages of date_format.c; 0: none. */
int tribx_month_name(const char **at, const char *end);
/* Whether a format can be used: only known letters. The first bad one in *at. */
bool tribx_date_iso(const char *format);           /* NULL, and the words for it */
bool tribx_date_format(const char *format, const char **at);

#endif
