/* fuzz: exact decimals against arithmetic on digits: parsing with its half-even rounding, sums, products, quotients. */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "parse/dec.h"

enum { DIGITS = 120 };
struct big { uint8_t d[DIGITS]; };               /* d[0] is the lowest digit */

static struct big big_of(trib_dec v)
{
	struct big b = { { 0 } };
	tribx_u128 u = tribx_dec_abs(v);
	for (int i = 0; u; i++, u /= 10)
		b.d[i] = (uint8_t)(u % 10);
	return b;
}

static struct big times(const struct big *a, const struct big *b)
{
	struct big r = { { 0 } };
	for (int i = 0; i < 40; i++) {
		int carry = 0;
		for (int k = 0; k < 45; k++) {
			const int v = r.d[i + k] + a->d[i] * b->d[k] + carry;
			r.d[i + k] = (uint8_t)(v % 10);
			carry = v / 10;
		}
	}
	return r;
}

static int compare(const struct big *a, const struct big *b)
{
	for (int i = DIGITS - 1; i >= 0; i--)
		if (a->d[i] != b->d[i])
			return a->d[i] < b->d[i] ? -1 : 1;
	return 0;
}

/* Without its lowest n digits, rounded half-even. n < 0: zeros come behind. */
static struct big settle(const struct big *a, int n)
{
	struct big r = { { 0 } };
	for (int i = 0; i < DIGITS; i++)
		r.d[i] = i + n >= 0 && i + n < DIGITS ? a->d[i + n] : 0;
	if (n <= 0 || n >= DIGITS)
		return r;
	bool rest = false;
	for (int i = 0; i < n - 1; i++)
		rest |= a->d[i] != 0;
	if (a->d[n - 1] < 5 || (a->d[n - 1] == 5 && !rest && r.d[0] % 2 == 0))
		return r;
	for (int i = 0; i < DIGITS && ++r.d[i] == 10; i++)
		r.d[i] = 0;
	return r;
}

static bool fits(const struct big *a)
{
	for (int i = 38; i < DIGITS; i++)
		if (a->d[i])
			return false;
	return true;
}

static void check(const char *what, const struct big *want, bool negative, int rc, trib_dec is)
{
	const struct big zero = { { 0 } }, got = rc == 0 ? big_of(is) : zero;
	FUZZ_LAW((rc == 0) == fits(want), "%s: %d", what, rc);
	FUZZ_LAW(rc != 0 || compare(&got, want) == 0, "%s: other digits", what);
	FUZZ_LAW(rc != 0 || (is.hi < 0) == (negative && compare(want, &zero) != 0), "%s: another sign", what);
}

static void check_parse(struct trib_text t, int scale)
{
	const char *p = t.p, *end = t.p + t.n;
	struct big b = { { 0 } };
	int n = 0, behind = -1;
	trib_dec v;
	const bool negative = p < end && *p == '-';
	p += p < end && (*p == '-' || *p == '+');
	char digits[DIGITS] = "";
	for (; p < end && n < 70; p++) {
		if (*p == '.' && behind < 0)
			behind = 0;
		else if (*p >= '0' && *p <= '9')
			digits[n++] = *p, behind += behind >= 0;
		else
			return;
	}
	if (p < end || n == 0 || behind == 0 || behind == n)       /* 5. and .5 are for others to judge */
		return;
	for (int i = 0; i < n; i++)
		b.d[n - 1 - i] = (uint8_t)(digits[i] - '0');
	const struct big want = settle(&b, (behind < 0 ? 0 : behind) - scale);
	const int rc = trib_dec_parse(t, scale, &v);
	check("parse", &want, negative, rc, rc == 0 ? v : (trib_dec){ 0, 0 });
}

static trib_dec small(trib_dec v)                /* of 38 digits */
{
	const struct big b = big_of(v);
	return fits(&b) ? v : (trib_dec){ v.lo, v.hi >> 8 };
}

FUZZ(decimal)
{
	struct fuzz_in in = { data, size };
	const int sa = (int)fuzz_pick(&in, 39), sb = (int)fuzz_pick(&in, 39), to = (int)fuzz_pick(&in, 39), ta = (int)fuzz_pick(&in, 17), tb = (int)fuzz_pick(&in, 17);
	trib_dec a = { 0, 0 }, b = { 0, 0 }, is = { 0, 0 };
	a.lo = fuzz_word(&in, ta < 8 ? ta : 8), a.hi = (int64_t)fuzz_word(&in, ta > 8 ? ta - 8 : 0);
	b.lo = fuzz_word(&in, tb < 8 ? tb : 8), b.hi = (int64_t)fuzz_word(&in, tb > 8 ? tb - 8 : 0);
	a = small(a), b = small(b);
	const struct big x = big_of(a), y = big_of(b), zero = { { 0 } }, exact = times(&x, &y);
	const bool negative = (a.hi < 0) != (b.hi < 0);

	const struct big product = settle(&exact, sa + sb - to);
	int rc = trib_dec_mul(a, sa, b, sb, to, &is);
	if (sa + sb - to > -40)
		check("product", &product, negative, rc, is);

	/* |a / b - q| <= 1/2 of the last digit: |a * 10^k - q * b| * 2 <= b */
	rc = trib_dec_div(a, sa, b, sb, to, &is);
	FUZZ_LAW(compare(&y, &zero) != 0 || rc == TRIB_OUT_OF_RANGE, "division by zero: %d", rc);
	const int k = to + sb - sa;
	if (rc == 0) {
		struct big q = big_of(is), low = times(&q, &y), n = k >= 0 ? settle(&x, -k) : x;
		if (k < 0)
			low = settle(&low, k);
		struct big d = { { 0 } }, bound = k < 0 ? settle(&y, k) : y;
		const struct big *most = compare(&n, &low) >= 0 ? &n : &low, *least = most == &n ? &low : &n;
		int borrow = 0, carry = 0;
		for (int i = 0; i < DIGITS; i++) {
			int v = most->d[i] - least->d[i] - borrow;
			borrow = v < 0;
			d.d[i] = (uint8_t)(v + 10 * borrow);
		}
		for (int i = 0; i < DIGITS; i++) {
			const int v = d.d[i] * 2 + carry;
			d.d[i] = (uint8_t)(v % 10);
			carry = v / 10;
		}
		FUZZ_LAW(compare(&d, &bound) <= 0, "the quotient is off by more than a half");
	}

	rc = trib_dec_add(a, b, &is);
	if (rc == 0) {
		trib_dec back;
		FUZZ_LAW(trib_dec_sub(is, b, &back) == 0 && trib_dec_cmp(back, a) == 0, "a + b - b");
	}
	char *text = fuzz_block(in.p, in.n, 0);
	check_parse((struct trib_text){ text, in.n }, sa);
	free(text);
	return 0;
}
