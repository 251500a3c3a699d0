/* window - ${period.id} and its sisters as text: id, start, end, last, each with a format behind a bar if wanted.
 *
 * Law: start and end are instants, half-open, and without a format they are UTC; with a format they are what a clock on
 * the wall of the schedule's zone says. last is the last local day that is in, for those who ask with a closed end. */
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>

#include "config/load.h"

struct wall {                            /* of a clock on the wall */
	int64_t instant;
	int32_t offset;
	int year, month, day, hour, minute, second, weekday, yday, week_year, week;
};

static int64_t days_of(int64_t s)
{
	return s / 86400 - (s % 86400 < 0);
}

static struct wall read_wall(int64_t instant, int32_t offset)
{
	struct wall w = { .instant = instant, .offset = offset };
	const int64_t local = instant + offset, day = days_of(local), clock = local - day * 86400;
	const trib_date date = { (int32_t)day };
	int month, mday;
	trib_date_split(date, &w.year, &w.month, &w.day);
	w.hour = (int)(clock / 3600);
	w.minute = (int)(clock / 60 % 60);
	w.second = (int)(clock % 60);
	w.weekday = (int)(((day + 3) % 7 + 7) % 7) + 1;   /* Monday is 1 */
	w.yday = date.days - trib_date_of(w.year, 1, 1).days + 1;
	const trib_date thursday = { date.days - w.weekday + 4 };
	trib_date_split(thursday, &w.week_year, &month, &mday);
	w.week = (thursday.days - trib_date_of(w.week_year, 1, 1).days) / 7 + 1;
	return w;
}

static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
                                      "December" };

/* One letter of a format; false: it is none. */
static bool put_letter(struct tribx_buf *out, char letter, bool bare, const struct wall *w)
{
	const struct { char letter; int width, value; } numbers[] = {
		{ 'Y', 4, w->year }, { 'm', 2, w->month }, { 'd', 2, w->day }, { 'H', 2, w->hour }, { 'M', 2, w->minute }, { 'S', 2, w->second },
		{ 'y', 2, w->year % 100 }, { 'j', 3, w->yday }, { 'G', 4, w->week_year }, { 'V', 2, w->week }, { 'u', 1, w->weekday },
		{ 'q', 1, (w->month + 2) / 3 },
	};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (numbers[i].letter == letter) {
			tribx_buf_fmt(out, "%0*d", bare ? 1 : numbers[i].width, numbers[i].value);
			return true;
		}
	if (letter == 'b' || letter == 'B')
		tribx_buf_fmt(out, "%.*s", letter == 'b' ? 3 : 9, months[w->month - 1]);
	else if (letter == 's')
		tribx_buf_fmt(out, "%lld", (long long)w->instant);
	else if (letter == 'z')
		tribx_buf_fmt(out, "%c%02d:%02d", w->offset < 0 ? '-' : '+', abs(w->offset) / 3600, abs(w->offset) / 60 % 60);
	else if (letter == '%')
		tribx_buf_putc(out, '%');
	else
		return false;
	return true;
}

static const char *put_format(struct tribx_buf *out, const char *format, const struct wall *w)
{
	for (const char *p = format; *p; p++) {
		if (*p != '%') {
			tribx_buf_putc(out, *p);
			continue;
		}
		const bool bare = p[1] == '-';
		p += 1 + bare;
		if (!*p || !put_letter(out, *p, bare, w))
			return "a letter of its format is not known; there are %Y %m %d %H %M %S %y %j %G %V %u %q %b %B %s %z";
	}
	return NULL;
}

static bool is(const char *name, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(name, word, n) == 0;
}

const char *tribx_window_text(const struct tribx_window *w, const char *name, struct tribx_buf *out)
{
	const size_t n = strcspn(name, "|");
	const char *format = name[n] ? name + n + 1 : NULL;
	char text[40];
	const bool last = is(name, n, "last"), end = is(name, n, "end");
	if (is(name, n, "id")) {
		if (format)
			return "id takes no format; write ${period.start|...}";
		tribx_buf_puts(out, w->id);
		return NULL;
	}
	if (!last && !end && !is(name, n, "start"))
		return "a period has id, start, end and last";
	if (format)
		while (*format == ' ')
			format++;
	const int64_t instant = last ? (int64_t)w->last.days * 86400 : end ? w->end : w->start;
	const struct wall at = read_wall(instant, last ? 0 : end ? w->end_offset : w->start_offset);
	if (format)
		return put_format(out, format, &at);
	if (last)
		trib_date_text(w->last, text);
	else
		trib_time_text((trib_time){ instant * 1000000 }, text);
	tribx_buf_puts(out, text);
	return NULL;
}
