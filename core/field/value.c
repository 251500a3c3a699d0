/* value - one option value from text: types, units, ranges and words are tables. See fill.h. */
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>

#include "field/fill.h"

enum { DEC_SCALE = 9 };   /* of a row that says neither precision nor scale, as for columns */

static int scale_of(const struct trib_field *row)
{
	return row->precision ? row->scale : DEC_SCALE;
}

bool tribx_is_text(enum trib_type type)
{
	return type == TRIB_STR || type == TRIB_SECRET || type == TRIB_JSON;
}

/* ---- units ---- */

static const struct unit { const char *name; int64_t n; } durations[] = {
	{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { "w", 604800000 },
}, sizes[] = {
	{ "B", 1 }, { "kB", 1000 }, { "KB", 1000 }, { "MB", 1000000 }, { "GB", 1000000000 }, { "TB", 1000000000000 },
	{ "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { "TiB", (int64_t)1 << 40 },
};

static const struct unit *find(const struct unit *units, size_t count, const char *name, size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].name) == n && memcmp(units[i].name, name, n) == 0)
			return &units[i];
	return NULL;
}

/* Digits of base at *s, moved past. false: none, or more than int64 holds. */
static bool number(const char **s, unsigned base, bool negative, int64_t *out)
{
	static const char all[] = "0123456789abcdef";
	uint64_t v = 0, max = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	const char *from = *s;
	bool fits = true;
	for (const char *d; **s && (d = strchr(all, **s | (**s >= 'A' && **s <= 'F' ? 32 : 0))) &&
	     (unsigned)(d - all) < base; ++*s) {
		unsigned digit = (unsigned)(d - all);
		fits = fits && v <= (max - digit) / base;
		v = fits ? v * base + digit : v;
	}
	*out = negative ? (int64_t)-v : (int64_t)v;
	return *s > from && fits;
}

const char *tribx_duration_parse(const char *text, trib_duration *out)
{
	static const char why[] = "not a duration (like 30s, 2m, 1h30m, 1d)";
	int64_t sum = 0;
	if (strcmp(text, "0") == 0) {
		out->ms = 0;
		return NULL;
	}
	for (const char *s = text; *s || s == text;) {
		int64_t n;
		if (*s < '0' || *s > '9')
			return why;
		if (!number(&s, 10, false, &n))
			return "out of range";
		size_t length = strspn(s, "abcdefghijklmnopqrstuvwxyz");
		const struct unit *u = find(durations, sizeof durations / sizeof *durations, s, length);
		if (!u)
			return why;
		if (__builtin_mul_overflow(n, u->n, &n) || __builtin_add_overflow(sum, n, &sum))
			return "out of range";
		s += length;
	}
	out->ms = sum;
	return NULL;
}

/* ---- one parser per type ---- */

static const char *parse_bool(const struct trib_field *row, const char *text, union tribx_value *out)
{
	(void)row;
	if (tribx_plain_type(text) != TRIB_BOOL)
		return "not true or false";
	out->b = (*text | 32) == 't';
	return NULL;
}

static const char *parse_i64(const struct trib_field *row, const char *text, union tribx_value *out)
{
	const char *s = text;
	bool negative = *s == '-', sign = negative || *s == '+';
	unsigned base = strncmp(text, "0x", 2) == 0 ? 16 : strncmp(text, "0o", 2) == 0 ? 8 : 10;
	(void)row;
	s += base != 10 ? 2 : sign;
	const char *digits = s;
	bool good = number(&s, base, negative, &out->i);
	if (s == digits)
		return "not a number";
	if (*s && base == 10) {
		size_t gap = strspn(s, " ");
		const struct unit *u = find(sizes, sizeof sizes / sizeof *sizes, s + gap, strlen(s + gap));
		if (!u)
			return "not a number";
		good = good && !__builtin_mul_overflow(out->i, u->n, &out->i);
	} else if (*s)
		return "not a number";
	return good ? NULL : "out of range";
}

static const char *parse_f64(const struct trib_field *row, const char *text, union tribx_value *out)
{
	char *end;
	enum trib_type type = tribx_plain_type(text);
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	(void)row;
	if ((type != TRIB_F64 && type != TRIB_I64) || strpbrk(text, "xonN")) {
		freelocale(c);
		return "not a number";
	}
	errno = 0;
	out->f = c ? strtod_l(text, &end, c) : 0;
	freelocale(c);
	return !c ? "no memory" : errno ? "out of range" : NULL;
}

static const char *parse_dec(const struct trib_field *row, const char *text, union tribx_value *out)
{
	int rc = trib_dec_parse(tribx_text(text), scale_of(row), &out->d);
	return rc == TRIB_OUT_OF_RANGE ? "out of range" : rc < 0 ? "not a decimal number" : NULL;
}

static const char *parse_date(const struct trib_field *row, const char *text, union tribx_value *out)
{
	(void)row;
	return trib_date_parse(tribx_text(text), NULL, &out->date) < 0 ? "not a date (YYYY-MM-DD)" : NULL;
}

static const char *parse_time(const struct trib_field *row, const char *text, union tribx_value *out)
{
	trib_date day;
	(void)row;
	if (trib_date_parse(tribx_text(text), NULL, &day) == 0) {
		out->time.us = (int64_t)day.days * 86400000000;
		return NULL;
	}
	return trib_time_parse(tribx_text(text), NULL, &out->time) < 0 ? "not a time (YYYY-MM-DDTHH:MM:SSZ)" : NULL;
}

/* HH:MM, HH:MM:SS or HH:MM:SS.ffffff */
static const char *parse_clock(const struct trib_field *row, const char *text, union tribx_value *out)
{
	static const char shape[] = "00:00:00.000000", why[] = "not a time of day (HH:MM or HH:MM:SS)";
	size_t n = strlen(text);
	int64_t part[4] = { 0 };
	(void)row;
	if (n != 5 && n != 8 && (n < 10 || n > 15))
		return why;
	for (size_t i = 0; i < n; i++) {
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return why;
		int64_t *p = &part[i < 9 ? i / 3 : 3];
		*p = shape[i] == '0' ? *p * 10 + (text[i] - '0') : *p;
	}
	for (size_t i = n; i < 15; i++)
		part[3] *= n >= 10 ? 10 : 1;
	if (part[0] > 23 || part[1] > 59 || part[2] > 59)
		return "out of range";
	out->clock.us = ((part[0] * 60 + part[1]) * 60 + part[2]) * 1000000 + part[3];
	return NULL;
}

static const char *parse_duration(const struct trib_field *row, const char *text, union tribx_value *out)
{
	(void)row;
	return tribx_duration_parse(text, &out->duration);
}

static const char *parse_text(const struct trib_field *row, const char *text, union tribx_value *out)
{
	(void)row;
	out->text = text;
	return NULL;
}

/* ---- comparing, for ranges ---- */

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare(const struct trib_field *row, union tribx_value a, union tribx_value b)
{
	switch (row->type) {
	case TRIB_I64:      return order(a.i, b.i);
	case TRIB_F64:      return (a.f > b.f) - (a.f < b.f);
	case TRIB_DEC:      return trib_dec_cmp(a.d, b.d);
	case TRIB_DATE:     return order(a.date.days, b.date.days);
	case TRIB_TIME:     return order(a.time.us, b.time.us);
	case TRIB_CLOCK:    return order(a.clock.us, b.clock.us);
	case TRIB_DURATION: return order(a.duration.ms, b.duration.ms);
	default:            return 0;
	}
}

static const struct type {
	enum trib_type type;
	const char *(*parse)(const struct trib_field *row, const char *text, union tribx_value *out);
} types[] = {
	{ TRIB_BOOL, parse_bool }, { TRIB_I64, parse_i64 }, { TRIB_F64, parse_f64 }, { TRIB_DEC, parse_dec },
	{ TRIB_STR, parse_text },
	{ TRIB_JSON, parse_text }, { TRIB_DATE, parse_date }, { TRIB_TIME, parse_time }, { TRIB_CLOCK, parse_clock },
	{ TRIB_DURATION, parse_duration }, { TRIB_SECRET, parse_text },
};

static const struct type *type_of(const struct trib_field *row)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == row->type)
			return &types[i];
	return &types[4];
}

static bool in_range(const struct trib_field *row, const struct type *t, union tribx_value v, const char *dots)
{
	char low[64] = "";
	union tribx_value bound;
	size_t n = (size_t)(dots - row->allow);
	memcpy(low, row->allow, n < sizeof low ? n : sizeof low - 1);
	if (low[0] && (t->parse(row, low, &bound) || compare(row, v, bound) < 0))
		return false;
	return !dots[2] || (!t->parse(row, dots + 2, &bound) && compare(row, v, bound) <= 0);
}

static bool in_words(const char *allow, const char *text)
{
	size_t n = strlen(text);
	for (const char *w = allow; w; w = strchr(w, '|') ? strchr(w, '|') + 1 : NULL)
		if (strcspn(w, "|") == n && memcmp(w, text, n) == 0)
			return true;
	return false;
}

const char *tribx_value_parse(const struct trib_field *row, const char *text, union tribx_value *out)
{
	const struct type *t = type_of(row);
	const char *why = t->parse(row, text, out);
	if (why || !row->allow)
		return why;
	const char *dots = strchr(row->allow, '|') || tribx_is_text(row->type) ? NULL : strstr(row->allow, "..");
	if (dots)
		return in_range(row, t, *out, dots) ? NULL : "out of range";
	return in_words(row->allow, text) ? NULL : "unknown word";
}

/* ---- slots ---- */

void tribx_value_store(const struct trib_field *row, union tribx_value v, void *slot)
{
	switch (row->type) {
	case TRIB_BOOL:     *(bool *)slot = v.b; break;
	case TRIB_I64:      *(int64_t *)slot = v.i; break;
	case TRIB_F64:      *(double *)slot = v.f; break;
	case TRIB_DEC:      *(trib_dec *)slot = v.d; break;
	case TRIB_DATE:     *(trib_date *)slot = v.date; break;
	case TRIB_TIME:     *(trib_time *)slot = v.time; break;
	case TRIB_CLOCK:    *(trib_clock *)slot = v.clock; break;
	case TRIB_DURATION: *(trib_duration *)slot = v.duration; break;
	default:            *(const char **)slot = v.text; break;   /* STR, JSON and SECRET are one pointer */
	}
}

union tribx_value tribx_value_load(const struct trib_field *row, const void *slot)
{
	switch (row->type) {
	case TRIB_BOOL:     return (union tribx_value){ .b = *(const bool *)slot };
	case TRIB_I64:      return (union tribx_value){ .i = *(const int64_t *)slot };
	case TRIB_F64:      return (union tribx_value){ .f = *(const double *)slot };
	case TRIB_DEC:      return (union tribx_value){ .d = *(const trib_dec *)slot };
	case TRIB_DATE:     return (union tribx_value){ .date = *(const trib_date *)slot };
	case TRIB_TIME:     return (union tribx_value){ .time = *(const trib_time *)slot };
	case TRIB_CLOCK:    return (union tribx_value){ .clock = *(const trib_clock *)slot };
	case TRIB_DURATION: return (union tribx_value){ .duration = *(const trib_duration *)slot };
	default:            return (union tribx_value){ .text = *(const char *const *)slot };
	}
}

void tribx_value_show(const struct trib_field *row, union tribx_value v, char to[64])
{
	int64_t s = v.clock.us / 1000000;
	switch (row->type) {
	case TRIB_DEC:  trib_dec_text(v.d, scale_of(row), to); break;
	case TRIB_DATE: trib_date_text(v.date, to); break;
	case TRIB_TIME: trib_time_text(v.time, to); break;
	default:
		snprintf(to, 64, "%02d:%02d:%02d.%06d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60),
		         (int)(v.clock.us % 1000000));
	}
}
