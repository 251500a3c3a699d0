/* scalar - see scalar.h. */
#include "arrow/scalar.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

int tribx_i64_parse(struct trib_text t, int64_t *out)
{
	size_t i = t.n > 0 && (t.p[0] == '-' || t.p[0] == '+');
	bool minus = i && t.p[0] == '-';
	int64_t v = 0;
	if (i == t.n)
		return TRIB_NOT_A_VALUE;
	for (size_t k = i; k < t.n; k++)
		if (!digit(t.p[k]))
			return TRIB_NOT_A_VALUE;
	for (; i < t.n; i++)
		/* downwards: INT64_MIN has no positive */
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, t.p[i] - '0', &v))
			return TRIB_OUT_OF_RANGE;
	if (!minus && v == INT64_MIN)
		return TRIB_OUT_OF_RANGE;
	*out = minus ? v : -v;
	return 0;
}

size_t tribx_i64_text(int64_t v, char to[TRIBX_NUMBER_TEXT])
{
	return (size_t)snprintf(to, TRIBX_NUMBER_TEXT, "%lld", (long long)v);
}

/* ---- doubles ---- */

/* "C" needs no memory and cannot fail in glibc; the thread's own locale is put back. */
static size_t print(char *to, int digits, double v)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), was = uselocale(c);
	int n = snprintf(to, TRIBX_NUMBER_TEXT, "%.*g", digits, v);
	uselocale(was);
	freelocale(c);
	return (size_t)n;
}

static double scan(const char *text)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double v = strtod_l(text, NULL, c);
	freelocale(c);
	return v;
}

size_t tribx_f64_text(double v, char to[TRIBX_NUMBER_TEXT])
{
	if (isnan(v))
		return (size_t)snprintf(to, TRIBX_NUMBER_TEXT, "NaN");
	if (isinf(v))
		return (size_t)snprintf(to, TRIBX_NUMBER_TEXT, "%sInfinity", v < 0 ? "-" : "");
	size_t n = 0;
	for (int digits = 15; digits <= 17; digits++) {
		n = print(to, digits, v);
		if (digits == 17 || scan(to) == v)
			break;
	}
	return n;
}

/* Checks the shape; mantissa and exponent as far as they are exact. false: not a number. */
struct decimal { uint64_t mantissa; int exponent; bool minus, exact; };
static bool take_apart(struct trib_text t, struct decimal *d)
{
	size_t i = t.n > 0 && (t.p[0] == '-' || t.p[0] == '+');
	int seen = 0;
	bool point = false;
	*d = (struct decimal){ .minus = i && t.p[0] == '-', .exact = true };
	for (; i < t.n && (digit(t.p[i]) || (t.p[i] == '.' && !point)); i++) {
		if (t.p[i] == '.') {
			point = true;
			continue;
		}
		seen++;
		d->exact &= d->mantissa < (uint64_t)1 << 53;
		if (d->exact)
			d->mantissa = d->mantissa * 10 + (uint64_t)(t.p[i] - '0');
		d->exponent -= point;
	}
	if (seen == 0)
		return false;
	if (i < t.n && (t.p[i] == 'e' || t.p[i] == 'E')) {
		int64_t e;
		if (tribx_i64_parse((struct trib_text){ t.p + i + 1, t.n - i - 1 }, &e) == TRIB_NOT_A_VALUE)
			return false;
		d->exact = false;
		return true;
	}
	d->exact &= d->mantissa <= (uint64_t)1 << 53;
	return i == t.n;
}

int tribx_f64_parse(struct trib_text t, double *out)
{
	static const double tens[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
	                               1e15, 1e16, 1e17, 1e18,
	                               1e19, 1e20, 1e21, 1e22 };
	struct decimal d;
	char buf[1100];   /* enough for every digit that can matter: 767 significant ones and zeros before them */
	if (!take_apart(t, &d))
		return TRIB_NOT_A_VALUE;
	if (d.exact && d.exponent >= -22) {
		/* both are exact doubles, so one division rounds right (Clinger) */
		double v = (double)d.mantissa / tens[-d.exponent];
		*out = d.minus ? -v : v;
		return 0;
	}
	if (t.n >= sizeof buf)
		return TRIB_OUT_OF_RANGE;
	memcpy(buf, t.p, t.n);
	buf[t.n] = 0;
	double v = scan(buf);
	if (isinf(v))
		return TRIB_OUT_OF_RANGE;
	*out = v;
	return 0;
}

/* ---- clocks and durations ---- */

static bool two(const char *p, int max, int64_t *out)
{
	if (!digit(p[0]) || !digit(p[1]))
		return false;
	*out = (p[0] - '0') * 10 + (p[1] - '0');
	return *out <= max;
}

int tribx_clock_parse(struct trib_text t, trib_clock *out)
{
	int64_t h, m, s = 0, us = 0, unit = 100000;
	if (t.n < 5 || !two(t.p, 23, &h) || t.p[2] != ':' || !two(t.p + 3, 59, &m))
		return TRIB_NOT_A_VALUE;
	if (t.n > 5 && (t.n < 8 || t.p[5] != ':' || !two(t.p + 6, 59, &s)))
		return TRIB_NOT_A_VALUE;
	if (t.n > 8 && (t.p[8] != '.' || t.n == 9 || t.n > 15))
		return TRIB_NOT_A_VALUE;
	for (size_t i = 9; i < t.n; i++, unit /= 10) {
		if (!digit(t.p[i]))
			return TRIB_NOT_A_VALUE;
		us += (t.p[i] - '0') * unit;
	}
	out->us = ((h * 60 + m) * 60 + s) * 1000000 + us;
	return 0;
}

size_t tribx_clock_text(trib_clock v, char to[TRIBX_NUMBER_TEXT])
{
	int64_t s = v.us / 1000000, us = v.us % 1000000;
	int n = snprintf(to, TRIBX_NUMBER_TEXT, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	if (us)
		n += snprintf(to + n, TRIBX_NUMBER_TEXT - (size_t)n, ".%06d", (int)us);
	return (size_t)n;
}

static const struct { const char *word; int64_t ms; bool iso, after_t; } units[] = {
	{ "ms", 1, false, false }, { "s", 1000, false, false }, { "m", 60000, false, false },
	{ "h", 3600000, false, false }, { "d", 86400000, false, false },
	{ "D", 86400000, true, false }, { "W", 604800000, true, false }, { "H", 3600000, true, true },
	{ "M", 60000, true, true }, { "S", 1000, true, true },
};

/* One number with its unit at *p; adds it to *ms. */
static int take_part(const char **p, const char *end, bool iso, bool after_t, int64_t *ms)
{
	int64_t whole = 0, part = 0, scale = 1, value;
	const char *at = *p, *from = at;
	for (; at < end && digit(*at); at++)
		if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, *at - '0', &whole))
			return TRIB_OUT_OF_RANGE;
	if (at == from)
		return TRIB_NOT_A_VALUE;
	if (at < end && *at == '.')
		for (at++; at < end && digit(*at); at++)
			if (scale < 1000000) {
				part = part * 10 + (*at - '0');
				scale *= 10;
			}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t n = strlen(units[i].word);
		if (units[i].iso != iso || units[i].after_t != after_t || (size_t)(end - at) < n ||
		    memcmp(at, units[i].word, n) != 0)
			continue;
		if (!iso && (size_t)(end - at) != n)
			continue;
		if (__builtin_mul_overflow(whole, units[i].ms, &value) || __builtin_add_overflow(*ms, value, ms) ||
		    __builtin_add_overflow(*ms, part * units[i].ms / scale, ms))
			return TRIB_OUT_OF_RANGE;
		*p = at + n;
		return 0;
	}
	return TRIB_NOT_A_VALUE;
}

int tribx_span_parse(struct trib_text t, trib_duration *out)
{
	const char *p = t.p, *end = t.p + t.n;
	int64_t ms = 0;
	bool minus = t.n > 0 && *p == '-', after_t = false;
	p += minus;
	bool iso = p < end && *p == 'P';
	p += iso;
	if (p == end)
		return TRIB_NOT_A_VALUE;
	while (p < end) {
		if (iso && !after_t && *p == 'T') {
			after_t = true;
			if (++p == end)
				return TRIB_NOT_A_VALUE;
		}
		int status = take_part(&p, end, iso, after_t, &ms);
		if (status < 0)
			return status;
	}
	out->ms = minus ? -ms : ms;
	return 0;
}

size_t tribx_span_text(trib_duration v, char to[TRIBX_NUMBER_TEXT])
{
	uint64_t ms = v.ms < 0 ? -(uint64_t)v.ms : (uint64_t)v.ms;
	int n = snprintf(to, TRIBX_NUMBER_TEXT, "%sPT%llu", v.ms < 0 ? "-" : "", (unsigned long long)(ms / 1000));
	if (ms % 1000)
		n += snprintf(to + n, TRIBX_NUMBER_TEXT - (size_t)n, ".%03d", (int)(ms % 1000));
	n += snprintf(to + n, TRIBX_NUMBER_TEXT - (size_t)n, "S");
	return (size_t)n;
}

/* ---- decimals ---- */

bool tribx_dec_fits(trib_dec v, int precision)
{
	if (precision >= 19 && v.hi == ((int64_t)v.lo < 0 ? -1 : 0))
		return true;   /* |v| <= 2^63 < 10^19 */
	unsigned __int128 u = (unsigned __int128)(uint64_t)v.hi << 64 | v.lo, limit = 1;
	if (v.hi < 0)
		u = -u;
	for (int i = 0; i < precision; i++)
		limit *= 10;
	return u < limit;
}
