/* partial - a value of which a little is left: enough to tell two apart in a talk, not to call anybody. */
#include "mask.h"

static bool begins(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

static size_t characters(struct trib_text x)
{
	size_t n = 0;
	for (size_t i = 0; i < x.n; i++)
		n += begins(x.p[i]);
	return n;
}

/* Where nothing would be left to hide, nothing is shown. */
static size_t plain(struct trib_text x, size_t first, size_t last, char *to)
{
	const size_t count = characters(x);
	size_t at = 0, out = 0;
	if (first + last >= count)
		first = last = 0;
	for (size_t i = 0; i < x.n; at++) {
		size_t n = 1;
		while (i + n < x.n && !begins(x.p[i + n]))
			n++;
		if (at < first || at >= count - last) {
			memcpy(to + out, x.p + i, n);
			out += n;
		} else
			to[out++] = '*';
		i += n;
	}
	return out;
}

static bool is_phone(struct trib_text x)
{
	int digits = 0;
	for (size_t i = 0; i < x.n; i++) {
		if (x.p[i] >= '0' && x.p[i] <= '9')
			digits++;
		else if (!memchr(" +-()/.", x.p[i], 7))
			return false;
	}
	return digits >= 7 && digits <= 15;
}

/* The last digits stay, and what stands between the digits. */
static size_t phone(struct trib_text x, int last, char *to)
{
	int left = last < 2 ? 2 : last > 4 ? 4 : last;
	for (size_t i = x.n; i-- > 0;) {
		const bool digit = x.p[i] >= '0' && x.p[i] <= '9';
		to[i] = digit && left-- <= 0 ? '*' : x.p[i];
	}
	return x.n;
}

size_t mask_partial(struct trib_text x, int first, int last, char *to)
{
	const char *at = memchr(x.p, '@', x.n);
	if (at && at > x.p && at + 1 < x.p + x.n && !memchr(at + 1, '@', (size_t)(x.p + x.n - at - 1))) {
		const size_t local = (size_t)(at - x.p), n = plain((struct trib_text){ x.p, local }, (size_t)first, 0, to);
		memcpy(to + n, at, x.n - local);
		return n + x.n - local;
	}
	return is_phone(x) ? phone(x, last, to) : plain(x, (size_t)first, (size_t)last, to);
}
