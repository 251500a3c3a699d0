/* sheet_value - see sheet_value.h. Serial 1 is 1900-01-01; 60 is 1900-02-29, a day that never was; 1904 workbooks count from 0. */
#include "io/sheet_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tributary/value.h>

#include "arrow/scalar.h"

enum { DIGITS_EXACT = 15, PHANTOM = 60, LAST_DAY = 2958466, DAY_MS = 86400000 };   /* LAST_DAY: 10000-01-01 */

/* ---- formats ---- */

enum tribx_sheet_shows tribx_sheet_builtin(int64_t id)
{
	static const struct { int from, to; enum tribx_sheet_shows is; } ids[] = {
		{ 14, 17, TRIBX_SHOWS_DATE }, { 18, 21, TRIBX_SHOWS_CLOCK }, { 22, 22, TRIBX_SHOWS_DATE | TRIBX_SHOWS_CLOCK },
		{ 27, 31, TRIBX_SHOWS_DATE }, { 32, 33, TRIBX_SHOWS_CLOCK }, { 34, 36, TRIBX_SHOWS_DATE }, { 45, 45, TRIBX_SHOWS_CLOCK },
		{ 46, 46, TRIBX_SHOWS_DURATION }, { 47, 47, TRIBX_SHOWS_CLOCK }, { 50, 58, TRIBX_SHOWS_DATE },
	};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (id >= ids[i].from && id <= ids[i].to)
			return ids[i].is;
	return TRIBX_SHOWS_NUMBER;
}

/* [h], [mm], [ss] are durations; other brackets are colours, currencies, locales and conditions. */
static bool elapsed(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr("hms", p[i] | 0x20) || (p[i] | 0x20) != (p[0] | 0x20))
			return false;
	return n > 0;
}

enum tribx_sheet_shows tribx_sheet_format(const char *code)
{
	int shows = 0;
	bool minutes = false;   /* m alone is a month, unless hours or seconds are shown */
	for (const char *p = code; *p && *p != ';'; p++) {
		const char c = *p, *close = c == '"' || c == '[' ? strchr(p + 1, c == '"' ? '"' : ']') : NULL;
		if (close) {
			if (c == '[' && elapsed(p + 1, (size_t)(close - p) - 1))
				return TRIBX_SHOWS_DURATION;
			p = close;
		} else if ((c == '\\' || c == '_' || c == '*') && p[1]) {
			p++;
		} else if (strncasecmp(p, "general", 7) == 0) {
			p += 6;
		} else if (strncasecmp(p, "am/pm", 5) == 0 || strncasecmp(p, "a/p", 3) == 0) {
			shows |= TRIBX_SHOWS_CLOCK;
			p += (p[1] | 0x20) == 'm' ? 4 : 2;
		} else if (strchr("yYdDgG", c) || ((c == 'e' || c == 'E') && p[1] != '+' && p[1] != '-')) {
			shows |= TRIBX_SHOWS_DATE;
		} else if (strchr("hHsS", c)) {
			shows |= TRIBX_SHOWS_CLOCK;
		} else if (c == 'm' || c == 'M') {
			minutes = true;
		}
	}
	if (minutes && !shows)
		shows = TRIBX_SHOWS_DATE;
	return (enum tribx_sheet_shows)shows;
}

/* ---- numbers ---- */

struct number { char digits[TRIBX_SHEET_TEXT]; int count, point; bool minus; };   /* 0.digits * 10^point, no zeros at its ends */

/* [-+]digits[.digits][E[-+]digits]; false: anything else, or more than fits. */
static bool read_number(struct trib_text t, struct number *to)
{
	const char *p = t.p, *end = t.p + t.n;
	int seen = 0, exponent = 0, sign = 1;
	*to = (struct number){ .minus = p < end && *p == '-' };
	p += p < end && (*p == '-' || *p == '+');
	for (bool point = false; p < end && (*p == '.' || (*p >= '0' && *p <= '9')); p++) {
		if (*p == '.') {
			if (point)
				return false;
			point = true;
			continue;
		}
		seen++;
		if (!point && (to->count || *p != '0'))
			to->point++;
		if (point && !to->count && *p == '0')
			to->point--;
		else if (to->count || *p != '0')
			to->digits[to->count++] = *p;
		if (to->count > 300 || to->point < -1000)
			return false;
	}
	if (p < end && seen && (*p == 'e' || *p == 'E')) {
		p++;
		sign = p < end && *p == '-' ? -1 : 1;
		p += p < end && (*p == '-' || *p == '+');
		if (p == end)
			return false;
		for (; p < end && *p >= '0' && *p <= '9' && exponent < 10000; p++)
			exponent = exponent * 10 + (*p - '0');
	}
	to->point += sign * exponent;
	while (to->count && to->digits[to->count - 1] == '0')
		to->count--;
	return seen && p == end;
}

/* Plain digits; far from the point with an exponent. */
static size_t write_number(const struct number *v, char *to)
{
	char *w = to;
	if (!v->count) {
		*to = '0';
		return 1;
	}
	if (v->minus)
		*w++ = '-';
	if (v->point > 40 || v->point < -40 || v->count > 60)
		return (size_t)(w - to) + (size_t)sprintf(w, "%c%s%.*se%d", v->digits[0], v->count > 1 ? "." : "", v->count - 1, v->digits + 1, v->point - 1);
	if (v->point <= 0) {
		*w++ = '0';
		*w++ = '.';
	}
	for (int i = v->point; i < 0; i++)
		*w++ = '0';
	for (int i = 0; i < v->count || i < v->point; i++) {
		if (i && i == v->point)
			*w++ = '.';
		*w++ = i < v->count ? v->digits[i] : '0';
	}
	return (size_t)(w - to);
}

/* Digits only, few enough to be exact: what nearly every cell holds. */
static bool is_plain(struct trib_text t)
{
	if (t.n == 0 || t.n > DIGITS_EXACT || (t.n > 1 && t.p[0] == '0'))
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] < '0' || t.p[i] > '9')
			return false;
	return true;
}

static enum tribx_mark wrong(struct trib_text stored, const char *why, char *to, size_t *size)
{
	*size = (size_t)snprintf(to, TRIBX_SHEET_TEXT, "%.*s, %s", (int)(stored.n < 40 ? stored.n : 40), stored.p, why);
	return TRIBX_MARK_ERROR;
}

/* Writers print 17 digits where fewer name the same double: 0.10000000000000001 is 0.1. */
static enum tribx_mark plain_number(struct trib_text stored, char *to, size_t *size)
{
	struct number v;
	double d;
	if (is_plain(stored)) {
		memcpy(to, stored.p, *size = stored.n);
		return TRIBX_MARK_NUMBER;
	}
	if (!read_number(stored, &v))
		return wrong(stored, "which is no number", to, size);
	char text[TRIBX_NUMBER_TEXT];
	if (v.count > DIGITS_EXACT && tribx_f64_parse(stored, &d) == 0 && isfinite(d) &&
	    !read_number((struct trib_text){ text, tribx_f64_text(d, text) }, &v))
		return wrong(stored, "which is no number", to, size);
	*size = write_number(&v, to);
	return TRIBX_MARK_NUMBER;
}

/* ---- dates ---- */

static size_t put_clock(char *to, int64_t ms, int64_t hours)
{
	int n = sprintf(to, "%02lld:%02d:%02d", (long long)hours, (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
	return (size_t)(n + (ms % 1000 ? sprintf(to + n, ".%03d", (int)(ms % 1000)) : 0));
}

static enum tribx_mark duration(double days, char *to, size_t *size)
{
	int64_t ms = llround(fabs(days) * DAY_MS);
	*to = '-';
	*size = put_clock(to + (days < 0 && ms), ms, ms / 3600000) + (days < 0 && ms);
	return TRIBX_MARK_TIME;
}

enum tribx_mark tribx_sheet_number(struct trib_text stored, enum tribx_sheet_shows shows, bool is_1904, char *to, size_t *size)
{
	double days;
	if (shows == TRIBX_SHOWS_NUMBER)
		return plain_number(stored, to, size);
	struct number v;
	if (!read_number(stored, &v) || tribx_f64_parse(stored, &days) != 0 || !isfinite(days))
		return wrong(stored, "which is no number", to, size);
	if (fabs(days) >= LAST_DAY || (days < 0 && !(shows & TRIBX_SHOWS_DURATION)))
		return wrong(stored, "which is no day", to, size);
	if (shows & TRIBX_SHOWS_DURATION)
		return duration(days, to, size);
	int64_t ms = llround(days * DAY_MS), day = ms / DAY_MS;
	ms %= DAY_MS;
	if (day == 0 && shows & TRIBX_SHOWS_CLOCK) {   /* a time of day has no date */
		*size = put_clock(to, ms, ms / 3600000);
		return TRIBX_MARK_TIME;
	}
	if (!is_1904 && (day == PHANTOM || day == 0))
		return wrong(stored, day ? "1900-02-29, a day that does not exist" : "which is no day", to, size);
	trib_date origin = is_1904 ? trib_date_of(1904, 1, 1) : trib_date_of(1899, 12, day < PHANTOM ? 31 : 30);
	*size = trib_date_text((trib_date){ .days = origin.days + (int32_t)day }, to);
	if (ms || shows & TRIBX_SHOWS_CLOCK) {
		to[(*size)++] = ' ';
		*size += put_clock(to + *size, ms, ms / 3600000);
	}
	return TRIBX_MARK_TIME;
}

enum tribx_mark tribx_sheet_iso(struct trib_text stored, enum tribx_sheet_shows shows, char *to, size_t *size)
{
	static const char midnight[] = "T00:00:00";
	trib_time t;
	bool whole = stored.n >= 10 && stored.n < 40 && trib_time_parse(stored, NULL, &t) == 0;
	bool day = whole && !(shows & TRIBX_SHOWS_CLOCK) && stored.n >= 10 + sizeof midnight - 1 && memcmp(stored.p + 10, midnight, sizeof midnight - 1) == 0 &&
	           strspn(stored.p + 10 + sizeof midnight - 1, ".0Z") >= stored.n - 10 - (sizeof midnight - 1);
	if (!whole && !(stored.n >= 5 && stored.n < 20 && stored.p[2] == ':'))
		return wrong(stored, "which is no date", to, size);
	memcpy(to, stored.p, *size = day ? 10 : stored.n);
	if (*size > 10 && to[10] == 'T')
		to[10] = ' ';
	return TRIBX_MARK_TIME;
}

/* ---- texts ---- */

static int hex4(const char *p)
{
	int v = 0;
	for (int i = 0; i < 4; i++) {
		int c = p[i], d = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

/* The code of an escape at p, or -1. */
static int escape_at(const char *p, size_t n)
{
	return n >= 7 && p[0] == '_' && p[1] == 'x' && p[6] == '_' ? hex4(p + 2) : -1;
}

static size_t put_utf8(char *to, int c)
{
	if (c < 0x80) {
		*to = (char)c;
		return 1;
	}
	size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const int lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = size - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3F));
	to[0] = (char)(lead[size] | c);
	return size;
}

size_t tribx_sheet_unescape(char *p, size_t n)
{
	char *found = memmem(p, n, "_x", 2);
	size_t out = found ? (size_t)(found - p) : n;
	for (size_t i = out; i < n;) {
		int c = escape_at(p + i, n - i), low = c >= 0xD800 && c < 0xDC00 ? escape_at(p + i + 7, n - i - 7) : -1;
		bool pair = low >= 0xDC00 && low < 0xE000;
		if (c <= 0 || (c >= 0xD800 && c < 0xE000 && !pair)) {
			p[out++] = p[i++];
			continue;
		}
		out += put_utf8(p + out, pair ? 0x10000 + (c - 0xD800) * 0x400 + (low - 0xDC00) : c);
		i += pair ? 14 : 7;
	}
	return out;
}
