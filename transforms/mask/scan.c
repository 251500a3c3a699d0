/* scan - e-mail addresses, IBANs, card and phone numbers inside of a text.
 *
 * One pass from left to right; at each place the first kind that fits takes its bytes. IBANs and cards are believed by
 * their check digits only; phone numbers have none, so they must begin like one (+, 00, 0, or 555-123-4567) and be no date. */
#include "mask.h"

#include <stdbool.h>

static bool digit(char c) { return c >= '0' && c <= '9'; }
static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool word(char c) { return digit(c) || letter(c) || (unsigned char)c >= 0x80; }
static bool in_local(char c) { return word(c) || (c && strchr("._%+-'", c)); }

/* ---- e-mail: the place of its end; 0: none begins here ---- */

static size_t email(struct trib_text x, size_t from)
{
	size_t at = from;
	if (!word(x.p[from]) || (from && in_local(x.p[from - 1])))
		return 0;
	while (at < x.n && in_local(x.p[at]))
		at++;
	if (at == x.n || x.p[at] != '@')
		return 0;
	size_t i = at + 1, end = 0, label = i;
	for (bool dot = false; i <= x.n; i++) {
		if (i < x.n && (word(x.p[i]) || x.p[i] == '-'))
			continue;
		if (i == label)
			break;
		if (dot && i - label >= 2)
			end = i;
		if (i == x.n || x.p[i] != '.')
			break;
		dot = true;
		label = i + 1;
	}
	return end;
}

/* ---- numbers with check digits ---- */

/* Letters and digits from `from`, single blanks and dashes between them left out: where each ended. */
static int gather(struct trib_text x, size_t from, bool letters, char *to, size_t *ends, int most)
{
	int n = 0;
	for (size_t i = from; i < x.n && n < most; i++) {
		if (digit(x.p[i]) || (letters && letter(x.p[i]))) {
			to[n] = x.p[i];
			ends[n++] = i + 1;
		} else if (!(n && (x.p[i] == ' ' || x.p[i] == '-') && i == ends[n - 1]))
			break;
	}
	return n;
}

static bool mod97(const char *p, int n)
{
	int rest = 0;
	for (int i = 0; i < n; i++) {
		const char c = p[(i + 4) % n];
		const int v = digit(c) ? c - '0' : (c | 32) - 'a' + 10;
		rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
	}
	return rest == 1;
}

static bool luhn(const char *p, int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++) {
		const int d = (p[n - 1 - i] - '0') << (i & 1);
		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

static size_t iban(struct trib_text x, size_t from)
{
	char c[34];
	size_t ends[34];
	if (from + 15 > x.n || !letter(x.p[from]) || !letter(x.p[from + 1]) || !digit(x.p[from + 2]) || !digit(x.p[from + 3]) || (from && word(x.p[from - 1])))
		return 0;
	for (int n = gather(x, from, true, c, ends, 34); n >= 15; n--)
		if ((ends[n - 1] == x.n || !word(x.p[ends[n - 1]])) && mod97(c, n))
			return ends[n - 1];
	return 0;
}

static size_t card(struct trib_text x, size_t from)
{
	char c[19];
	size_t ends[19];
	if (x.p[from] < '2' || x.p[from] > '6' || (from && word(x.p[from - 1])))
		return 0;
	for (int n = gather(x, from, false, c, ends, 19); n >= 13; n--)
		if ((ends[n - 1] == x.n || !word(x.p[ends[n - 1]])) && luhn(c, n))
			return ends[n - 1];
	return 0;
}

/* ---- phone ---- */

/* 31.01.2025, 01/31/25, 2025-01-31 and such are no phone numbers. */
static bool is_date(struct trib_text x)
{
	int groups[4] = { 0 }, n = 0;
	for (size_t i = 0; i < x.n; i++) {
		if (digit(x.p[i]))
			groups[n]++;
		else if (memchr("./-", x.p[i], 3) && n < 3)
			n++;
		else
			return false;
	}
	return n == 2 && ((groups[0] <= 2 && groups[1] <= 2 && (groups[2] == 2 || groups[2] == 4)) || (groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2));
}

static bool shaped(struct trib_text x)
{
	static const char shape[] = "ddd-ddd-dddd";
	if (x.n != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (shape[i] == 'd' ? !digit(x.p[i]) : !memchr("-. ", x.p[i], 3))
			return false;
	return true;
}

static size_t phone(struct trib_text x, size_t from)
{
	size_t end = from, digits = 0;
	const char first = x.p[from];
	if ((!digit(first) && first != '+' && first != '(') || (from && (word(x.p[from - 1]) || memchr("+.,-/(", x.p[from - 1], 6))))
		return 0;
	for (size_t i = from; i < x.n && digits <= 16; i++) {
		if (digit(x.p[i])) {
			digits++;
			end = i + 1;
		} else if (!(i == from || (memchr(" ()/.-", x.p[i], 6) && i - end < 3)))
			break;
	}
	const struct trib_text all = { x.p + from, end - from };
	if (digits < 7 || digits > 15 || (end < x.n && word(x.p[end])) || is_date(all))
		return 0;
	if (first == '+' || shaped(all))
		return end;
	if (first == '(')
		return from + 1 < x.n && digit(x.p[from + 1]) ? end : 0;
	return first == '0' && digit(x.p[from + 1]) ? end : first == '0' && (x.p[from + 1] == '/' || x.p[from + 1] == ' ') ? end : 0;
}

/* ---- all of them ---- */

size_t mask_scan(struct trib_text x, char *to, int64_t *found)
{
	static const struct { size_t (*end)(struct trib_text, size_t); const char *tag; } kinds[] = {
		{ email, "[email]" }, { iban, "[iban]" }, { card, "[card]" }, { phone, "[phone]" },
	};
	size_t out = 0;
	for (size_t i = 0; i < x.n;) {
		size_t end = 0;
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds && !end; k++)
			if ((end = kinds[k].end(x, i))) {
				const size_t n = strlen(kinds[k].tag);
				memcpy(to + out, kinds[k].tag, n);
				out += n;
				++*found;
			}
		if (end)
			i = end;
		else
			to[out++] = x.p[i++];
	}
	return out;
}
