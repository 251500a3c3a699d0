/* date - days and instants: the proleptic Gregorian calendar and ISO 8601.
 *
 * Law: years 1 to 9999; what does not exist (2023-02-29, 24:00, :60) is no value and is never moved to a neighbour.
 * Digits behind the microsecond are cut, not rounded: a rounded cursor would skip rows. */
#include "base/text.h"
#include "parse/date.h"

enum { CENTURIES_4 = 146097, EPOCH = 719468 };     /* days of 400 years; of 1970-01-01 counted from 0000-03-01 */

trib_date trib_date_of(int year, int month, int day)
{
	/* month 13 is January of the next year, 0 December of the last */
	const int roll = (month > 12 ? month - 1 : month - 12) / 12;
	year += roll;
	month -= roll * 12;
	/* years start in March: the leap day is their last, and months have the lengths of a straight line */
	const int64_t y = (int64_t)year - (month <= 2);
	const int64_t era = (y >= 0 ? y : y - 399) / 400;
	const int64_t of_era = y - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return (trib_date){ (int32_t)(era * CENTURIES_4 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH) };
}

void trib_date_split(trib_date d, int *year, int *month, int *day)
{
	const int64_t z = (int64_t)d.days + EPOCH, era = (z >= 0 ? z : z - CENTURIES_4 + 1) / CENTURIES_4;
	const int of_era = (int)(z - era * CENTURIES_4);
	const int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const int of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
	*day = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = (int)(y + era * 400) + (*month <= 2);
}

int tribx_days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && ((year % 4 == 0 && year % 100) || year % 400 == 0) ? 29 : days[month - 1];
}

static int weekday(trib_date d)      /* Monday is 0 */
{
	const int r = (d.days + 3) % 7;
	return r < 0 ? r + 7 : r;
}

trib_date tribx_week_start(int year, int week)
{
	const trib_date fourth = trib_date_of(year, 1, 4);               /* is in week 1 always */
	return (trib_date){ fourth.days - weekday(fourth) + (week - 1) * 7 };
}

static int two(const char *p)      /* negative: not two digits */
{
	const unsigned a = (unsigned char)(p[0] - '0'), b = (unsigned char)(p[1] - '0');
	return a > 9 || b > 9 ? -1 : (int)(a * 10 + b);
}

int tribx_date_check(const struct tribx_parts *p, trib_date *out)
{
	if (p->seen & (TRIBX_EPOCH | TRIBX_SERIAL)) {
		int64_t days = p->epoch_us / 86400000000;
		days -= p->epoch_us % 86400000000 < 0;
		*out = (trib_date){ (int32_t)days };
		return 0;
	}
	if (!(p->seen & TRIBX_YEAR) || p->year < 1 || p->year > 9999 || p->hour > 23 || p->second > 59)
		return TRIB_NOT_A_VALUE;
	if (p->seen & TRIBX_WEEK) {
		const trib_date start = tribx_week_start(p->year, p->week), next = tribx_week_start(p->year + 1, 1);
		if (p->week < 1 || start.days >= next.days)
			return TRIB_NOT_A_VALUE;
		*out = (trib_date){ start.days + (p->weekday ? p->weekday - 1 : 0) };
		return 0;
	}
	if (p->seen & TRIBX_YDAY) {
		if (p->yday < 1 || p->yday > 337 + tribx_days_in_month(p->year, 2))
			return TRIB_NOT_A_VALUE;
		*out = (trib_date){ trib_date_of(p->year, 1, 1).days + p->yday - 1 };
		return 0;
	}
	const int month = p->seen & TRIBX_MONTH ? p->month : p->seen & TRIBX_QUARTER ? p->quarter * 3 - 2 : 1;
	const int day = p->seen & TRIBX_DAY ? p->day : 1;
	if (month < 1 || month > 12 || day < 1 || day > tribx_days_in_month(p->year, month))
		return TRIB_NOT_A_VALUE;
	*out = trib_date_of(p->year, month, day);
	return 0;
}

/* YYYY-MM-DD alone is worth its own path: nearly every date of every feed. */
static bool plain(const char *p, struct tribx_parts *out)
{
	const int century = two(p), year = two(p + 2), month = two(p + 5), day = two(p + 8);
	if ((century | year | month | day) < 0 || p[4] != '-' || p[7] != '-')
		return false;
	*out = (struct tribx_parts){ .seen = TRIBX_YEAR | TRIBX_MONTH | TRIBX_DAY, .year = century * 100 + year,
	                             .month = month, .day = day };
	return true;
}

static int iso_date(struct trib_text t, struct tribx_parts *p)
{
	static const char *const forms[] = { "%Y%m%d", "%G-W%V-%u", "%GW%V%u", "%Y-%j", "%Y%j" };
	if (t.n == 10 && plain(t.p, p))
		return 0;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (tribx_date_match(t, forms[i], p) == 0)
			return 0;
	return TRIB_NOT_A_VALUE;
}

int trib_date_parse(struct trib_text cell, const char *format, trib_date *out)
{
	struct tribx_parts p;
	if (!cell.p)
		return TRIB_NOT_A_VALUE;
	cell = tribx_text_trim(cell);
	const int e = tribx_date_iso(format) ? iso_date(cell, &p) : tribx_date_match(cell, format, &p);
	return e ? e : tribx_date_check(&p, out);
}

int tribx_iso_offset(const char **at, const char *end, struct tribx_parts *p)
{
	const char *s = *at;
	if (s < end && (*s == 'Z' || *s == 'z')) {
		p->seen |= TRIBX_OFFSET;
		*at = s + 1;
		return 0;
	}
	if (end - s < 3 || (*s != '+' && *s != '-'))
		return TRIB_NOT_A_VALUE;
	const bool west = *s++ == '-';
	const int hours = two(s);
	int minutes = 0;
	s += 2;
	if (s < end && *s == ':' && end - s < 3)
		return TRIB_NOT_A_VALUE;
	if (end - s >= 3 && *s == ':')
		s++;
	if (end - s >= 2 && (minutes = two(s)) >= 0)
		s += 2;
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return TRIB_NOT_A_VALUE;
	p->offset_s = (hours * 60 + minutes) * (west ? -60 : 60);
	p->seen |= TRIBX_OFFSET;
	*at = s;
	return 0;
}

void tribx_fraction(const char **at, const char *end, struct tribx_parts *p)
{
	int place = 100000;
	for (; *at < end && (unsigned char)(**at - '0') <= 9; ++*at, place /= 10) {
		p->micro += (**at - '0') * place;
		p->lost |= !place && **at != '0';
	}
}

int tribx_iso_clock(const char **at, const char *end, struct tribx_parts *p)
{
	const char *s = *at;
	if (end - s < 4)
		return TRIB_NOT_A_VALUE;
	const bool colons = s[2] == ':';
	p->hour = two(s);
	s += 2 + colons;
	if (end - s < 2)
		return TRIB_NOT_A_VALUE;
	p->minute = two(s);
	s += 2;
	if (end - s >= 2 + colons && (!colons || *s == ':') && two(s + colons) >= 0) {
		p->second = two(s + colons);
		s += 2 + colons;
		if (end - s >= 2 && (*s == '.' || *s == ',') && (unsigned char)(s[1] - '0') <= 9)
			s++, tribx_fraction(&s, end, p);
	}
	if (p->hour < 0 || p->hour > 24 || p->minute < 0 || p->minute > 59 || p->second > 60)
		return TRIB_NOT_A_VALUE;
	p->seen |= TRIBX_CLOCK;
	*at = s;
	return 0;
}

static int instant(const struct tribx_parts *p, trib_time *out)
{
	trib_date day;
	if (p->seen & (TRIBX_EPOCH | TRIBX_SERIAL)) {
		out->us = p->epoch_us;
		return 0;
	}
	const int e = tribx_date_check(p, &day);
	if (e)
		return e;
	const int64_t seconds = (int64_t)day.days * 86400 + p->hour * 3600 + p->minute * 60 + p->second - p->offset_s;
	out->us = seconds * 1000000 + p->micro;
	return 0;
}

int tribx_time_parts(struct trib_text cell, const char *format, struct tribx_parts *out)
{
	struct tribx_parts p;
	const char *const end = cell.p + cell.n, *s;
	if (!tribx_date_iso(format))
		return tribx_date_match(cell, format, out);
	for (s = cell.p; s < end && *s != 'T' && *s != 't' && *s != ' '; s++)
		;
	int e = iso_date((struct trib_text){ cell.p, (size_t)(s - cell.p) }, &p);
	if (e == 0 && s < end) {
		s++;
		e = tribx_iso_clock(&s, end, &p);
		if (e == 0 && s < end)
			s += *s == ' ' && s + 1 < end;
		if (e == 0 && s < end)
			e = tribx_iso_offset(&s, end, &p);
		if (e == 0 && s != end)
			e = TRIB_NOT_A_VALUE;
	}
	if (e == 0)
		*out = p;
	return e;
}

int trib_time_parse(struct trib_text cell, const char *format, trib_time *out)
{
	struct tribx_parts p;
	if (!cell.p)
		return TRIB_NOT_A_VALUE;
	const int e = tribx_time_parts(tribx_text_trim(cell), format, &p);
	return e ? e : instant(&p, out);
}

static char *digits(char *to, unsigned v, int width)
{
	for (int i = width - 1; i >= 0; i--, v /= 10)
		to[i] = (char)('0' + v % 10);
	return to + width;
}

size_t trib_date_text(trib_date d, char to[16])
{
	int year, month, day, width = 4;
	char *w = to;
	trib_date_split(d, &year, &month, &day);
	if (year < 0)
		*w++ = '-';
	const unsigned y = (unsigned)(year < 0 ? -year : year);
	for (unsigned most = 9999; y > most; most = most * 10 + 9)
		width++;
	w = digits(w, y, width);
	*w++ = '-';
	w = digits(w, (unsigned)month, 2);
	*w++ = '-';
	w = digits(w, (unsigned)day, 2);
	*w = 0;
	return (size_t)(w - to);
}

size_t trib_time_text(trib_time t, char to[40])
{
	int64_t days = t.us / 86400000000, rest = t.us % 86400000000;
	if (rest < 0) {
		rest += 86400000000;
		days--;
	}
	char *w = to + trib_date_text((trib_date){ (int32_t)days }, to);
	const unsigned seconds = (unsigned)(rest / 1000000), micro = (unsigned)(rest % 1000000);
	*w++ = 'T';
	w = digits(w, seconds / 3600, 2);
	*w++ = ':';
	w = digits(w, seconds / 60 % 60, 2);
	*w++ = ':';
	w = digits(w, seconds % 60, 2);
	if (micro) {
		*w++ = '.';
		w = digits(w, micro, 6);
		while (w[-1] == '0')
			w--;
	}
	*w++ = 'Z';
	*w = 0;
	return (size_t)(w - to);
}
