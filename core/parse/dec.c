/* dec - exact decimals: 128-bit unscaled value, scale beside it, at most 38 digits.
 *
 * Law: everything is computed exactly in up to 256 bits and rounded once, half-even; what does not fit 38 digits is
 * TRIB_OUT_OF_RANGE and never wraps. Powers of ten are divided by reciprocals in steps of one word, without a branch on
 * the data: value x factor of one word each costs 10 ns, 2 of them the call; with branches on the remainder it was
 * 19. */
#include "parse/dec.h"

const struct tribx_ten tribx_tens[TRIBX_TENS] = {
	{ 1U, 0x8000000000000000U, 0xffffffffffffffffU, 63 },
	{ 10U, 0xa000000000000000U, 0x9999999999999999U, 60 },
	{ 100U, 0xc800000000000000U, 0x47ae147ae147ae14U, 57 },
	{ 1000U, 0xfa00000000000000U, 0x624dd2f1a9fbe76U, 54 },
	{ 10000U, 0x9c40000000000000U, 0xa36e2eb1c432ca57U, 50 },
	{ 100000U, 0xc350000000000000U, 0x4f8b588e368f0846U, 47 },
	{ 1000000U, 0xf424000000000000U, 0xc6f7a0b5ed8d36bU, 44 },
	{ 10000000U, 0x9896800000000000U, 0xad7f29abcaf48578U, 40 },
	{ 100000000U, 0xbebc200000000000U, 0x5798ee2308c39df9U, 37 },
	{ 1000000000U, 0xee6b280000000000U, 0x12e0be826d694b2eU, 34 },
	{ 10000000000U, 0x9502f90000000000U, 0xb7cdfd9d7bdbab7dU, 30 },
	{ 100000000000U, 0xba43b74000000000U, 0x5fd7fe17964955fdU, 27 },
	{ 1000000000000U, 0xe8d4a51000000000U, 0x19799812dea11197U, 24 },
	{ 10000000000000U, 0x9184e72a00000000U, 0xc25c268497681c26U, 20 },
	{ 100000000000000U, 0xb5e620f480000000U, 0x6849b86a12b9b01eU, 17 },
	{ 1000000000000000U, 0xe35fa931a0000000U, 0x203af9ee756159b2U, 14 },
	{ 10000000000000000U, 0x8e1bc9bf04000000U, 0xcd2b297d889bc2b6U, 10 },
	{ 100000000000000000U, 0xb1a2bc2ec5000000U, 0x70ef54646d496892U, 7 },
	{ 1000000000000000000U, 0xde0b6b3a76400000U, 0x2725dd1d243aba0eU, 4 },
	{ 10000000000000000000U, 0x8ac7230489e80000U, 0xd83c94fb6d2ac34aU, 0 },
};

enum { WORDS = 4 };
struct wide { uint64_t w[WORDS]; };      /* 256 bits, lowest word first */

/* 2^64 * hi + lo over t, hi < t->value; the remainder comes back through *hi. */
static inline uint64_t step(const struct tribx_ten *t, uint64_t *hi, uint64_t lo)
{
	const tribx_u128 u = ((tribx_u128)*hi << 64 | lo) << t->shift;
	const uint64_t u1 = (uint64_t)(u >> 64), u0 = (uint64_t)u;
	const tribx_u128 q = (tribx_u128)t->reciprocal * u1 + u;
	uint64_t top = (uint64_t)(q >> 64) + 1;
	uint64_t rest = u0 - top * t->shifted;
	const uint64_t much = -(uint64_t)(rest > (uint64_t)q);      /* as likely as not: no branch */
	top += much;
	rest += much & t->shifted;
	if (__builtin_expect(rest >= t->shifted, 0)) {
		top++;
		rest -= t->shifted;
	}
	*hi = rest >> t->shift;
	return top;
}

static inline tribx_u128 step2(const struct tribx_ten *t, tribx_u128 u, uint64_t *rest)
{
	const uint64_t hi = (uint64_t)(u >> 64);
	uint64_t top = 0;
	*rest = hi;
	if (hi >= t->value) {
		*rest = 0;
		top = step(t, rest, hi);
	}
	return (tribx_u128)top << 64 | step(t, rest, (uint64_t)u);
}

/* rest / t->value of the last digit dropped; sticky: something not zero was dropped before. */
static inline bool round_up(const struct tribx_ten *t, uint64_t rest, bool sticky, bool odd)
{
	const uint64_t half = t->value / 2;
	return (rest > half) | ((rest == half) & (sticky | odd));
}

static inline tribx_u128 shrink(tribx_u128 u, unsigned drop)
{
	bool sticky = false;
	uint64_t rest;
	if (drop == 0)
		return u;
	for (; drop >= TRIBX_TENS; drop -= 19) {
		u = step2(&tribx_tens[19], u, &rest);
		sticky |= rest != 0;
	}
	u = step2(&tribx_tens[drop], u, &rest);
	return u + round_up(&tribx_tens[drop], rest, sticky, u & 1);
}

static inline int finish(tribx_u128 u, bool negative, trib_dec *out)
{
	if (u >= tribx_pow10(TRIBX_DIGITS))
		return TRIB_OUT_OF_RANGE;
	*out = tribx_dec_of(negative ? -(tribx_i128)u : (tribx_i128)u);
	return 0;
}

static int grow(tribx_u128 u, unsigned more, tribx_u128 *out)
{
	if (u == 0 || more == 0) {
		*out = u;
		return 0;
	}
	if (more > TRIBX_DIGITS || u > (tribx_pow10(TRIBX_DIGITS) - 1) / tribx_pow10(more))
		return TRIB_OUT_OF_RANGE;
	*out = u * tribx_pow10(more);
	return 0;
}

int tribx_dec_settle(tribx_u128 digits, bool negative, int from, int to, trib_dec *out)
{
	if (from > to) {
		digits = shrink(digits, (unsigned)(from - to));
	} else if (from < to) {
		const int e = grow(digits, (unsigned)(to - from), &digits);
		if (e)
			return e;
	}
	return finish(digits, negative, out);
}

/* ---- 256 bits ---- */

static struct wide product(tribx_u128 a, tribx_u128 b)
{
	const uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
	const tribx_u128 low = (tribx_u128)a0 * b0, cross = (tribx_u128)a1 * b0, other = (tribx_u128)a0 * b1;
	const tribx_u128 mid = (low >> 64) + (uint64_t)cross + (uint64_t)other;
	const tribx_u128 high = (tribx_u128)a1 * b1 + (cross >> 64) + (other >> 64) + (mid >> 64);
	return (struct wide){ { (uint64_t)low, (uint64_t)mid, (uint64_t)high, (uint64_t)(high >> 64) } };
}

static uint64_t over_ten(struct wide *x, const struct tribx_ten *t)
{
	uint64_t rest = 0;
	for (int i = WORDS - 1; i >= 0; i--)
		x->w[i] = step(t, &rest, x->w[i]);
	return rest;
}

static int shrink_wide(struct wide x, unsigned drop, bool negative, trib_dec *out)
{
	bool sticky = false;
	uint64_t rest = 0;
	for (; drop >= TRIBX_TENS; drop -= 19)
		sticky |= over_ten(&x, &tribx_tens[19]) != 0;
	if (drop)
		rest = over_ten(&x, &tribx_tens[drop]);
	if (x.w[2] || x.w[3])
		return TRIB_OUT_OF_RANGE;
	const tribx_u128 u = (tribx_u128)x.w[1] << 64 | x.w[0];
	if (u >= tribx_pow10(TRIBX_DIGITS))      /* also keeps u + 1 from wrapping */
		return TRIB_OUT_OF_RANGE;
	return finish(u + (drop && round_up(&tribx_tens[drop], rest, sticky, u & 1)), negative, out);
}

static bool times(struct wide *x, uint64_t by)       /* false: more than 256 bits */
{
	uint64_t carry = 0;
	for (int i = 0; i < WORDS; i++) {
		const tribx_u128 p = (tribx_u128)x->w[i] * by + carry;
		x->w[i] = (uint64_t)p;
		carry = (uint64_t)(p >> 64);
	}
	return carry == 0;
}

/* left, by < 64; what leaves the top is zero by contract */
static struct wide shifted(const struct wide *x, unsigned by)
{
	struct wide r = *x;
	for (int i = WORDS - 1; i > 0 && by; i--)
		r.w[i] = x->w[i] << by | x->w[i - 1] >> (64 - by);
	r.w[0] = x->w[0] << by;
	return r;
}

/* x over d; x < d * 2^128. Knuth's algorithm D with two-word divisors; one word is the schoolbook. */
static tribx_u128 over(struct wide x, tribx_u128 d, tribx_u128 *rest)
{
	if (d >> 64 == 0) {
		const uint64_t d0 = (uint64_t)d;
		uint64_t r = x.w[2], q[2];
		for (int i = 1; i >= 0; i--) {
			const tribx_u128 u = (tribx_u128)r << 64 | x.w[i];
			q[i] = (uint64_t)(u / d0);
			r = (uint64_t)(u - (tribx_u128)q[i] * d0);
		}
		*rest = r;
		return (tribx_u128)q[1] << 64 | q[0];
	}
	const unsigned s = (unsigned)__builtin_clzll((uint64_t)(d >> 64));
	d <<= s;
	x = shifted(&x, s);
	const uint64_t d1 = (uint64_t)(d >> 64), d0 = (uint64_t)d;
	tribx_u128 r = (tribx_u128)x.w[3] << 64 | x.w[2];
	uint64_t q[2];
	for (int i = 1; i >= 0; i--) {
		const uint64_t r1 = (uint64_t)(r >> 64), r0 = (uint64_t)r;
		tribx_u128 guess = r1 >= d1 ? UINT64_MAX : r / d1;
		/* guess is at most 2 too large: what it needs is compared with what there is, top word apart */
		const tribx_u128 low = (tribx_u128)(uint64_t)guess * d0,
			high = (tribx_u128)(uint64_t)guess * d1 + (low >> 64);
		tribx_u128 need = high << 64 | (uint64_t)low, have = (tribx_u128)r0 << 64 | x.w[i];
		uint64_t need_top = (uint64_t)(high >> 64);
		while (need_top > r1 || (need_top == r1 && need > have)) {
			guess--;
			need_top -= need < d;
			need -= d;
		}
		q[i] = (uint64_t)guess;
		r = have - need;
	}
	*rest = r >> s;
	return (tribx_u128)q[1] << 64 | q[0];
}

/* ---- arithmetic ---- */

int trib_dec_rescale(trib_dec v, int from, int to, trib_dec *out)
{
	return tribx_dec_settle(tribx_dec_abs(v), v.hi < 0, from, to, out);
}

static int within(tribx_i128 v, trib_dec *out)
{
	const tribx_i128 top = (tribx_i128)tribx_pow10(TRIBX_DIGITS);
	if (v >= top || v <= -top)
		return TRIB_OUT_OF_RANGE;
	*out = tribx_dec_of(v);
	return 0;
}

int trib_dec_add(trib_dec a, trib_dec b, trib_dec *out)
{
	tribx_i128 v;
	return __builtin_add_overflow(tribx_dec_i128(a), tribx_dec_i128(b), &v) ? TRIB_OUT_OF_RANGE : within(v, out);
}

int trib_dec_sub(trib_dec a, trib_dec b, trib_dec *out)
{
	tribx_i128 v;
	return __builtin_sub_overflow(tribx_dec_i128(a), tribx_dec_i128(b), &v) ? TRIB_OUT_OF_RANGE : within(v, out);
}

static __attribute__((noinline)) int multiply_wide(trib_dec a, trib_dec b, int drop, trib_dec *out)
{
	const struct wide x = product(tribx_dec_abs(a), tribx_dec_abs(b));
	const bool negative = (a.hi < 0) != (b.hi < 0);
	if (drop >= 0)
		return shrink_wide(x, (unsigned)drop, negative, out);
	if (x.w[2] || x.w[3])
		return TRIB_OUT_OF_RANGE;
	return tribx_dec_settle((tribx_u128)x.w[1] << 64 | x.w[0], negative, 0, -drop, out);
}

/* The common case is written out: a product of one-word operands over a power of ten of one word, one division step and
 * no saved registers for what the other cases would need. */
int trib_dec_mul(trib_dec a, int scale_a, trib_dec b, int scale_b, int to, trib_dec *out)
{
	const int drop = scale_a + scale_b - to;
	const tribx_i128 p = (tribx_i128)(int64_t)a.lo * (int64_t)b.lo;      /* under 2^126, so under 10^38 */
	const int64_t sign = (int64_t)(p >> 127);
	const tribx_u128 u = ((tribx_u128)p ^ (tribx_u128)(tribx_i128)sign) - (tribx_u128)(tribx_i128)sign;
	const struct tribx_ten *t = &tribx_tens[(unsigned)drop < TRIBX_TENS ? drop : 0];
	uint64_t rest = (uint64_t)(u >> 64);
	if (!tribx_dec_small(a) || !tribx_dec_small(b) || drop < 0)
		return multiply_wide(a, b, drop, out);
	if (drop == 0) {
		*out = tribx_dec_of(p);
		return 0;
	}
	if (rest < t->value && t != tribx_tens) {
		const uint64_t q = step(t, &rest, (uint64_t)u);
		const tribx_i128 r = (tribx_i128)(tribx_u128)q + round_up(t, rest, false, q & 1);
		*out = tribx_dec_of((r ^ sign) - sign);
		return 0;
	}
	return tribx_dec_settle(u, sign < 0, drop, 0, out);
}

static int divide_wide(tribx_u128 n, tribx_u128 d, int more, bool negative, trib_dec *out)
{
	struct wide x = { { (uint64_t)n, (uint64_t)(n >> 64), 0, 0 } };
	for (int left = more; left > 0; left -= 19)
		if (!times(&x, tribx_tens[left < 19 ? left : 19].value))
			return TRIB_OUT_OF_RANGE;      /* over 2^256, by less than 2^128: no 38 digits */
	for (int left = -more; left > 0; left -= 19) {
		const struct tribx_ten *t = &tribx_tens[left < 19 ? left : 19];
		if (d > ~(tribx_u128)0 / t->value) {   /* more than twice anything that n holds */
			*out = trib_dec_i64(0);
			return 0;
		}
		d *= t->value;
	}
	if (((tribx_u128)x.w[3] << 64 | x.w[2]) >= d)
		return TRIB_OUT_OF_RANGE;
	tribx_u128 rest;
	const tribx_u128 q = over(x, d, &rest);
	if (q >= tribx_pow10(TRIBX_DIGITS))
		return TRIB_OUT_OF_RANGE;
	const tribx_u128 other = d - rest;
	return finish(q + (rest > other || (rest == other && (q & 1))), negative, out);
}

int trib_dec_div(trib_dec a, int scale_a, trib_dec b, int scale_b, int to, trib_dec *out)
{
	const int more = to + scale_b - scale_a;
	const bool negative = (a.hi < 0) != (b.hi < 0);
	const tribx_u128 n = tribx_dec_abs(a), d = tribx_dec_abs(b);
	if (d == 0)
		return TRIB_OUT_OF_RANGE;
	if (more >= 0 && more < TRIBX_TENS && (n | d) >> 64 == 0) {
		const tribx_u128 u = n * tribx_tens[more].value;
		const uint64_t by = (uint64_t)d;
		if (u >> 64 == 0) {
			const uint64_t q = (uint64_t)u / by, rest = (uint64_t)u % by, other = by - rest;
			return finish((tribx_u128)q + (rest > other || (rest == other && (q & 1))), negative, out);
		}
	}
	return divide_wide(n, d, more, negative, out);
}

int trib_dec_cmp(trib_dec a, trib_dec b)
{
	const tribx_i128 x = tribx_dec_i128(a), y = tribx_dec_i128(b);
	return (x > y) - (x < y);
}

/* The quotient gets 64 bits or more, its last bit keeps whether anything is behind, and the conversion of a word to
 * double rounds once. Exponents stay far from the subnormals: 10^-38 .. 10^38. */
double trib_dec_f64(trib_dec v, int scale)
{
	static const double exact[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	const tribx_u128 n = tribx_dec_abs(v), d = tribx_pow10((unsigned)scale);
	if (n == 0)
		return 0;
	if (n >> 53 == 0 && scale <= 22) {
		const double r = (double)(uint64_t)n / exact[scale];
		return v.hi < 0 ? -r : r;
	}
	const int bits_n = n >> 64 ? 128 - __builtin_clzll((uint64_t)(n >> 64)) : 64 - __builtin_clzll((uint64_t)n);
	const int bits_d = d >> 64 ? 128 - __builtin_clzll((uint64_t)(d >> 64)) : 64 - __builtin_clzll((uint64_t)d);
	int up = bits_d + 63 - bits_n;          /* n << up over d is in [2^62, 2^64) */
	struct wide x = { { (uint64_t)n, (uint64_t)(n >> 64), 0, 0 } };
	bool sticky = false;
	if (up < 0) {
		sticky = (n & (((tribx_u128)1 << -up) - 1)) != 0;
		x = (struct wide){ { (uint64_t)(n >> -up), (uint64_t)(n >> -up >> 64), 0, 0 } };
	}
	for (int left = up; left > 0; left -= 63)
		x = shifted(&x, left < 63 ? (unsigned)left : 63);
	tribx_u128 rest;
	const uint64_t q = (uint64_t)over(x, d, &rest) | (sticky || rest != 0);
	const double r = __builtin_ldexp((double)q, -up);
	return v.hi < 0 ? -r : r;
}
