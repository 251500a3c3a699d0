/* exact - see exact.h. */
#include <stdio.h>
#include <stdlib.h>
#include "exact.h"

#define E(n) ((norm_uwide)1000000000000000000 * (n))
const norm_uwide norm_pow10[39] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
	10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, E(1), E(10), E(100),
	E(1000), E(10000), E(100000), E(1000000), E(10000000), E(100000000), E(1000000000), E(10000000000), E(100000000000),
	E(1000000000000), E(10000000000000), E(100000000000000), E(1000000000000000), E(10000000000000000),
	E(100000000000000000), E(1000000000000000000), E((norm_uwide)1000000000000000000 * 10),
	E((norm_uwide)1000000000000000000 * 100),
};

#define M(ten, shift) { ten, (uint64_t)((((norm_uwide)1 << (64 + (shift))) + (ten) - 1) / (ten)), shift }
const struct norm_tens norm_tens[19] = {
	{ 1, 0, 0 }, M(10, 3), M(100, 6), M(1000, 9),
	M(10000, 13), M(100000, 16), M(1000000, 19), M(10000000, 23),
	M(100000000, 26), M(1000000000, 29), M(10000000000, 33), M(100000000000, 36),
	M(1000000000000, 39), M(10000000000000, 43), M(100000000000000, 46), M(1000000000000000, 49),
	M(10000000000000000, 53), M(100000000000000000, 56), M(1000000000000000000, 59),
};

int norm_ratio_make(norm_wide num, norm_wide den, struct norm_ratio *out)
{
	if (den == 0)
		return TRIB_OUT_OF_RANGE;
	if (den < 0)
		num = -num, den = -den;
	norm_wide a = num < 0 ? -num : num, b = den;
	while (b != 0) {
		const norm_wide r = a % b;
		a = b, b = r;
	}
	if (a > 1)
		num /= a, den /= a;
	if (num > INT64_MAX || num < -INT64_MAX || den > INT64_MAX)
		return TRIB_OUT_OF_RANGE;
	*out = (struct norm_ratio){ (int64_t)num, (int64_t)den };
	return 0;
}

int norm_ratio_mul(struct norm_ratio a, struct norm_ratio b, struct norm_ratio *out)
{
	return norm_ratio_make((norm_wide)a.num * b.num, (norm_wide)a.den * b.den, out);
}

int norm_ratio_div(struct norm_ratio a, struct norm_ratio b, struct norm_ratio *out)
{
	return norm_ratio_make((norm_wide)a.num * b.den, (norm_wide)a.den * b.num, out);
}

static int decimal_ratio(struct trib_text text, struct norm_ratio *out)
{
	int exponent = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == 'e' || text.p[i] == 'E') {
			const bool minus = i + 1 < text.n && text.p[i + 1] == '-';
			for (size_t k = i + 1 + (minus || (i + 1 < text.n && text.p[i + 1] == '+')); k < text.n; k++) {
				if (text.p[k] < '0' || text.p[k] > '9' || exponent > 18)
					return TRIB_NOT_A_VALUE;
				exponent = exponent * 10 + (text.p[k] - '0');
			}
			exponent = minus ? -exponent : exponent;
			text.n = i;
		}
	if (exponent > 18 || exponent < -18)
		return TRIB_OUT_OF_RANGE;
	trib_dec d;
	const int bad = trib_dec_parse(text, 18, &d);
	if (bad != 0)
		return bad;
	norm_wide m = norm_wide_of(d), den = 1;
	int scale = 18 - exponent;
	while (scale > 0 && m % 10 == 0)
		m /= 10, scale--;
	if (scale > 18 || (scale < 0 && m > (norm_wide)(norm_pow10[38] / norm_pow10[-scale])))
		return TRIB_OUT_OF_RANGE;
	if (scale >= 0)
		den = (norm_wide)norm_pow10[scale];
	else
		m *= (norm_wide)norm_pow10[-scale];
	return norm_ratio_make(m, den, out);
}

int norm_ratio_parse(struct trib_text text, struct norm_ratio *out)
{
	const char *slash = text.p ? memchr(text.p, '/', text.n) : NULL;
	if (!slash)
		return decimal_ratio(text, out);
	struct norm_ratio a, b;
	const size_t n = (size_t)(slash - text.p);
	int bad = decimal_ratio((struct trib_text){ text.p, n }, &a);
	if (bad == 0)
		bad = decimal_ratio((struct trib_text){ slash + 1, text.n - n - 1 }, &b);
	return bad ? bad : norm_ratio_div(a, b, out);
}

struct norm_factor norm_factor_of(struct norm_ratio r)
{
	int64_t rest = r.den;
	int twos = 0, fives = 0;
	while (rest % 2 == 0)
		rest /= 2, twos++;
	while (rest % 5 == 0)
		rest /= 5, fives++;
	const int scale = twos > fives ? twos : fives;
	if (rest != 1 || scale > 18)
		return (struct norm_factor){ r.num, r.den, 0 };
	norm_wide m = r.num;
	for (int i = twos; i < scale; i++)
		m *= 2;
	for (int i = fives; i < scale; i++)
		m *= 5;
	if (m > INT64_MAX || m < -INT64_MAX)
		return (struct norm_factor){ r.num, r.den, 0 };
	return (struct norm_factor){ (int64_t)m, 1, scale };
}

/* v / 10^digits */
static norm_uwide half_even(norm_uwide v, int digits)
{
	if (v >> 63 == 0 && digits <= 18)
		return norm_half_even((uint64_t)v, digits);
	const norm_uwide by = norm_pow10[digits], q = v / by, r = v % by, other = by - r;
	return q + (r > other || (r == other && (q & 1)));
}

int norm_round(norm_wide m, int from, int to, norm_wide *out)
{
	if (to >= from) {
		if (to - from > 38)
			return m == 0 ? (*out = 0, 0) : TRIB_OUT_OF_RANGE;
		norm_wide x;
		if (__builtin_mul_overflow(m, (norm_wide)norm_pow10[to - from], &x) ||
		    (x < 0 ? -(norm_uwide)x : (norm_uwide)x) >= norm_pow10[38])
			return TRIB_OUT_OF_RANGE;
		*out = x;
		return 0;
	}
	if (from - to > 38)
		return *out = 0, 0;                              /* 39 digits go: |m| < 10^39 / 2 */
	const norm_uwide q = half_even(m < 0 ? -(norm_uwide)m : (norm_uwide)m, from - to);
	*out = m < 0 ? -(norm_wide)q : (norm_wide)q;
	return 0;
}

/* A quotient by a den that is no power of ten: exact in 256 bits. */
static int divide(norm_wide m, int scale, int64_t den, int to, norm_wide *out)
{
	trib_dec q;
	const int bad = trib_dec_div(norm_dec_of(m), scale, trib_dec_i64(den), 0, to, &q);
	if (bad == 0)
		*out = norm_wide_of(q);
	return bad;
}

int norm_scale_any(norm_wide m, int scale, struct norm_factor f, int to, norm_wide *out)
{
	norm_wide x;
	if (__builtin_mul_overflow(m, (norm_wide)f.m, &x)) {
		trib_dec p;
		if (f.den != 1 || scale + f.scale > 38)
			return TRIB_OUT_OF_RANGE;
		const int bad = trib_dec_mul(norm_dec_of(m), scale, trib_dec_i64(f.m), f.scale, to, &p);
		if (bad == 0)
			*out = norm_wide_of(p);
		return bad;
	}
	return f.den == 1 ? norm_round(x, scale + f.scale, to, out) : divide(x, scale + f.scale, f.den, to, out);
}

int norm_convert(norm_wide m, int scale, struct norm_factor f, norm_wide rate, int rate_scale, int to, norm_wide *out)
{
	norm_wide x, y;
	if (__builtin_mul_overflow(m, (norm_wide)f.m, &x) || scale + f.scale > 38)
		return TRIB_OUT_OF_RANGE;
	if (f.den == 1 && !__builtin_mul_overflow(x, rate, &y))
		return norm_round(y, scale + f.scale + rate_scale, to, out);
	int at = scale + f.scale;
	/* money has decimal units; a user's 1/3 ends here, 18 digits on */
	if (f.den != 1) {
		const int bad = divide(x, at, f.den, 18, &x);
		if (bad != 0)
			return bad;
		at = 18;
	}
	trib_dec p;
	const int bad = trib_dec_mul(norm_dec_of(x), at, norm_dec_of(rate), rate_scale, to, &p);
	if (bad == 0)
		*out = norm_wide_of(p);
	return bad;
}

void norm_trim(norm_wide *m, int *scale)
{
	while (*scale > 0 && *m % 10 == 0)
		*m /= 10, --*scale;
}

/* The shortest of 15 to 17 digits that gives v again: what a person typed, when a reader had only a double for it. */
int norm_from_f64(double v, norm_wide *m, int *scale)
{
	char t[40];
	if (!(v - v == 0))
		return TRIB_NOT_A_VALUE;
	for (int digits = 14; digits <= 16; digits++) {
		snprintf(t, sizeof t, "%.*e", digits, v);
		if (strtod(t, NULL) == v)                        /* the same locale wrote and reads it */
			break;
	}
	norm_wide x = 0;
	int decimals = 0, exponent = 0;
	bool point = false;
	const char *p = t;
	for (; *p && *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			x = x * 10 + (*p - '0'), decimals += point;
		else if (*p != '-')
			point = true;
	if (*p == 'e')
		exponent = (int)strtol(p + 1, NULL, 10);
	decimals -= exponent;
	while (decimals > 0 && x % 10 == 0)
		x /= 10, decimals--;
	if (x == 0)
		decimals = 0;
	if (decimals > 38 || decimals < -20)
		return TRIB_OUT_OF_RANGE;
	for (; decimals < 0; decimals++)
		if (__builtin_mul_overflow(x, (norm_wide)10, &x))
			return TRIB_OUT_OF_RANGE;
	*m = t[0] == '-' ? -x : x;
	*scale = decimals;
	return 0;
}
