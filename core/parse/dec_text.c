/* dec_text - decimals from and to plain text: [-+]digits[.digits], a point, no grouping, no exponent. */
#include "parse/dec.h"

/* The digits of one number as they are read: up to 38 that count, then the one that decides the rounding, then only
 * whether anything not zero follows. */
struct digits { tribx_u128 u; int whole, behind; bool too_large, sticky; int8_t next; };

static const char *feed(const char *p, const char *end, struct digits *d, int *count)
{
	if (d->u >> 64 == 0 && d->next < 0) {
		uint64_t word = (uint64_t)d->u;
		for (; p < end && (unsigned char)(*p - '0') <= 9 && word < UINT64_MAX / 10 - 9; p++, ++*count)
			word = word * 10 + (unsigned char)(*p - '0');
		d->u = word;
	}
	for (; p < end && (unsigned char)(*p - '0') <= 9; p++) {
		if (d->next >= 0) {
			d->sticky |= *p != '0';
		} else if (d->u >= tribx_pow10(TRIBX_DIGITS - 1)) {
			d->next = (int8_t)(*p - '0');
			d->too_large = count == &d->whole;
		} else {
			d->u = d->u * 10 + (unsigned char)(*p - '0');
			++*count;
		}
	}
	return p;
}

static int settle(struct digits d, bool negative, int scale, trib_dec *out)
{
	if (d.too_large)
		return TRIB_OUT_OF_RANGE;
	if (d.behind == scale && (d.next > 5 || (d.next == 5 && (d.sticky || (d.u & 1)))))
		d.u++;
	/* a digit that is not seen turns an exact half into more than a half, and 0 behind it into something */
	if (d.behind > scale && (d.next > 0 || d.sticky) && d.u % 5 == 0)
		d.u++;
	return tribx_dec_settle(d.u, negative, d.behind, scale, out);
}

int trib_dec_parse(struct trib_text text, int scale, trib_dec *out)
{
	const char *p = text.p, *const end = p + text.n;
	struct digits d = { .next = -1 };
	bool negative = false;
	if (!p || p == end)
		return TRIB_NOT_A_VALUE;
	if (*p == '-' || *p == '+')
		negative = *p++ == '-';
	const char *const first = p;
	p = feed(p, end, &d, &d.whole);
	const bool any = p > first;
	if (p < end && *p == '.') {
		const char *const point = ++p;
		p = feed(p, end, &d, &d.behind);
		if (p == point)
			return TRIB_NOT_A_VALUE;
	} else if (!any) {
		return TRIB_NOT_A_VALUE;
	}
	return p == end ? settle(d, negative, scale, out) : TRIB_NOT_A_VALUE;
}

static char *word_back(uint64_t v, char *to)
{
	do
		*--to = (char)('0' + v % 10);
	while (v /= 10);
	return to;
}

size_t trib_dec_text(trib_dec v, int scale, char to[TRIB_DEC_TEXT])
{
	char room[48], *const end = room + sizeof room, *p = end;
	tribx_u128 u = tribx_dec_abs(v);
	for (; u >> 64; u /= tribx_tens[19].value) {
		char *const stop = p - 19;
		p = word_back((uint64_t)(u % tribx_tens[19].value), p);
		while (p > stop)
			*--p = '0';
	}
	p = word_back((uint64_t)u, p);
	while (end - p <= scale)
		*--p = '0';
	char *w = to;
	if (v.hi < 0)
		*w++ = '-';
	const size_t whole = (size_t)(end - p) - (size_t)scale;
	memcpy(w, p, whole);
	w += whole;
	if (scale) {
		*w++ = '.';
		memcpy(w, p + whole, (size_t)scale);
		w += scale;
	}
	*w = 0;
	return (size_t)(w - to);
}

size_t trib_dec_short(trib_dec v, int scale, char to[TRIB_DEC_TEXT])
{
	size_t n = trib_dec_text(v, scale, to);
	if (scale) {
		while (to[n - 1] == '0')
			n--;
		if (to[n - 1] == '.')
			n--;
		to[n] = 0;
	}
	return n;
}
