/* The kinds of locale numbers, by construction: random digits are written as a kind writes them, and the same digits, put
 * together here without any arithmetic, are what must come back. A mark moved by one place must be refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/text.h"
#include "parse/number.h"

static const struct kind { const char *name, *locale, *point, *groups[5], *minus; uint32_t zero; bool indian; } kinds[] = {
	{ "en", "en", ".", { "," }, "-", '0', false },
	{ "de", "de", ",", { "." }, "-", '0', false },
	{ "fr", "fr", ",", { " ", "\u00a0", "\u202f", "\u2009" }, "\u2212", '0', false },
	{ "ch", "de_CH", ".", { "'", "\u2019" }, "-", '0', false },
	{ "in", "en_IN", ".", { "," }, "-", '0', true },
	{ "Arabic-Indic", "ar", "\u066b", { "\u066c" }, "\u061c-", 0x0660, false },
	{ "Persian", "fa", "\u066b", { "\u066c" }, "\u200e\u2212", 0x06F0, false },
	{ "Devanagari", "hi", ".", { "," }, "-", 0x0966, true },
	{ "full width", "ja", "\uff0e", { "\uff0c" }, "\uff0d", 0xFF10, false },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static char *put_digit(char *to, uint32_t zero, char digit)
{
	const uint32_t c = zero + (uint32_t)(digit - '0');
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xC0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3F));
	} else {
		*to++ = (char)(0xE0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		*to++ = (char)(0x80 | (c & 0x3F));
	}
	return to;
}

struct number { char whole[40], part[40]; bool negative, grouped; int sign, wrong; };      /* wrong: groups moved by one place */

static struct number random_number(void)
{
	struct number n = { .negative = rand() % 3 == 0, .grouped = rand() % 2, .sign = rand() % 3 };
	const int most = rand() % 4 ? 17 : 36, whole = 1 + rand() % most, part = rand() % 3 ? rand() % (38 - whole < 8 ? 38 - whole : 8) : 0;
	for (int i = 0; i < whole; i++)
		n.whole[i] = (char)('0' + (i || whole == 1 ? rand() % 10 : 1 + rand() % 9));
	for (int i = 0; i < part; i++)
		n.part[i] = (char)('0' + rand() % 10);
	return n;
}

static void write_number(const struct kind *k, const struct number *n, char *to)
{
	const int digits = (int)strlen(n->whole);
	int forms = 0;
	while (forms < 5 && k->groups[forms])
		forms++;
	const char *const group = k->groups[rand() % forms];
	if (n->negative && n->sign < 2)
		to = stpcpy(to, n->sign ? "(" : k->minus);
	for (int i = 0; i < digits; i++) {
		const int left = digits - i - n->wrong;
		if (i && n->grouped && (k->indian ? left == 3 || (left > 3 && left % 2 == 1) : left % 3 == 0))
			to = stpcpy(to, group);
		to = put_digit(to, k->zero, n->whole[i]);
	}
	if (*n->part)
		to = stpcpy(to, k->point);
	for (const char *p = n->part; *p; p++)
		to = put_digit(to, k->zero, *p);
	if (n->negative && n->sign)
		to = stpcpy(to, n->sign == 1 ? ")" : k->minus);
	*to = 0;
}

/* The digits as they are, with a sign unless all of them are 0. */
static void plain_of(const struct number *n, char *to)
{
	const bool zero = strspn(n->whole, "0") == strlen(n->whole) && strspn(n->part, "0") == strlen(n->part);
	sprintf(to, "%s%s%s%s", n->negative && !zero ? "-" : "", n->whole, *n->part ? "." : "", n->part);
}

static int read_as(const char *locale, const char *cell, char to[TRIB_DEC_TEXT])
{
	struct trib_numbers f;
	trib_dec v, w;
	int scale, other;
	cr_assert_eq(trib_numbers(locale, &f), 0, "%s", locale);
	const size_t size = strlen(cell);
	char *const exact = malloc(size + 1);      /* without the 0: a read behind the end is seen */
	memcpy(exact, cell, size);
	const int e = trib_number(&f, (struct trib_text){ exact, size }, &v, &scale);
	cr_assert_eq(e, tribx_number_any(&f, (struct trib_text){ exact, size }, &w, &other), "short cut and long way differ: %s", cell);
	cr_assert(e || (scale == other && trib_dec_cmp(v, w) == 0), "short cut and long way differ: %s", cell);
	free(exact);
	to[e ? 0 : trib_dec_text(v, scale, to)] = 0;
	return e;
}

Test(number_kinds, what_is_written_comes_back)
{
	srand(12);
	for (int i = 0; i < 20000 * KINDS; i++) {
		const struct kind *const k = &kinds[i % KINDS];
		const struct number n = random_number();
		char cell[300], want[100], got[TRIB_DEC_TEXT];
		write_number(k, &n, cell);
		plain_of(&n, want);
		const int e = read_as(k->locale, cell, got);
		cr_assert_eq(e, 0, "%s: %s: %d", k->name, cell, e);
		cr_assert_str_eq(got, want, "%s: %s: %s", k->name, cell, got);
	}
}

Test(number_kinds, a_mark_in_a_wrong_place_is_refused)
{
	srand(13);
	for (int i = 0; i < 5000 * KINDS; i++) {
		const struct kind *const k = &kinds[i % KINDS];
		struct number n = random_number();
		char cell[300], got[TRIB_DEC_TEXT];
		if (strlen(n.whole) < 6)
			continue;
		n.grouped = true;
		n.wrong = 1 + rand() % 2;
		write_number(k, &n, cell);
		cr_assert_eq(read_as(k->locale, cell, got), TRIB_NOT_A_VALUE, "%s: %s: %s", k->name, cell, got);
	}
}
