/* fuzz: numbers as partners write them: the short cut against the long way, both against a naive reader of the plain form, and
 * decimals as text and back. The first line is a locale, the byte behind it what else is declared, the rest is a cell. */
#include "fuzz/fuzz.h"

#include "parse/guess.h"
#include "parse/number.h"

/* [-]digits[mark digits], groups of three or none: digits without marks, or false. Nothing else is looked at. */
static bool naive(const struct trib_numbers *f, struct trib_text t, char digits[64], int *scale, bool *negative)
{
	size_t n = 0, i = 0, group = 0, whole = 0;
	bool grouped = false;
	*scale = -1;
	*negative = t.n && t.p[0] == '-';
	for (i = *negative; i < t.n && n < 60; i++) {
		const char c = t.p[i];
		if (c >= '0' && c <= '9') {
			digits[n++] = c;
			if (*scale >= 0)
				++*scale;
			else
				group++, whole++;
		} else if (f->group && c == f->group && *scale < 0 && !f->indian && group && (grouped ? group == 3 : group <= 3)) {
			grouped = true;
			group = 0;
		} else if (f->decimal && c == f->decimal && *scale < 0) {
			*scale = 0;
		} else {
			return false;
		}
		if (grouped && group > 3)
			return false;
	}
	digits[n] = 0;
	/* a point without digits on both sides, and a group behind a zero, are for others to judge */
	if (i < t.n || !whole || *scale == 0 || (grouped && (group != 3 || digits[0] == '0')))
		return false;
	*scale = *scale < 0 ? 0 : *scale;
	return true;
}

static void check_naive(const struct trib_numbers *f, struct trib_text t, int rc, trib_dec v, int scale)
{
	char digits[64], is[TRIB_DEC_TEXT + 1];
	int want_scale;
	bool negative;
	if (f->percent || !naive(f, t, digits, &want_scale, &negative))
		return;
	const char *d = digits + strspn(digits, "0");
	if (strlen(d) > 38 || want_scale > 38) {
		return;                                              /* its own zeros may go: the limits are the decimals' */
	}
	FUZZ_LAW(rc == 0, "%.*s is refused: %d", (int)t.n, t.p, rc);
	FUZZ_LAW(scale <= want_scale, "%.*s has %d decimals, not %d", (int)t.n, t.p, scale, want_scale);
	const size_t n = trib_dec_text(v, scale, is);
	char got[64] = "";
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (is[i] >= '0' && is[i] <= '9')
			got[k++] = is[i];
	for (int i = scale; i < want_scale; i++)
		got[k++] = '0';
	got[k] = 0;
	const char *g = got + strspn(got, "0");
	FUZZ_LAW(strcmp(g, d) == 0, "%.*s is %.*s", (int)t.n, t.p, (int)n, is);
	FUZZ_LAW((is[0] == '-') == (negative && *d), "%.*s is %.*s", (int)t.n, t.p, (int)n, is);
}

static void check_decimal(trib_dec v, int scale)
{
	char text[TRIB_DEC_TEXT], brief[TRIB_DEC_TEXT];
	trib_dec back, wide;
	FUZZ_LAW(scale >= 0 && scale <= 38, "scale %d", scale);
	const size_t n = trib_dec_text(v, scale, text), m = trib_dec_short(v, scale, brief);
	FUZZ_LAW(n > 0 && n <= TRIB_DEC_TEXT && m > 0 && m <= n, "%zu and %zu bytes", n, m);
	FUZZ_LAW(trib_dec_parse((struct trib_text){ text, n }, scale, &back) == 0 && trib_dec_cmp(v, back) == 0, "%.*s", (int)n, text);
	FUZZ_LAW(trib_dec_parse((struct trib_text){ brief, m }, scale, &back) == 0 && trib_dec_cmp(v, back) == 0, "%.*s", (int)m, brief);
	for (int to = scale; to <= 38; to++)
		if (trib_dec_rescale(v, scale, to, &wide) == 0)
			FUZZ_LAW(trib_dec_rescale(wide, to, scale, &back) == 0 && trib_dec_cmp(v, back) == 0, "%.*s by way of scale %d", (int)n, text, to);
}

/* What one style alone reads is read by it; the votes of one cell agree with the styles. */
static void check_guess(struct trib_text cell)
{
	struct trib_guess g;
	struct trib_numbers f;
	trib_guess_start(&g);
	trib_guess_cell(&g, cell);
	const int rc = trib_guess_end(&g, &f);
	FUZZ_LAW(g.cells >= 0 && g.cells <= 1 && g.disagree <= g.cells, "%lld votes", (long long)g.cells);
	trib_dec v;
	int scale;
	bool some = false;                           /* what else stands in a cell is declared, not guessed */
	for (int i = 0; i < TRIBX_STYLES; i++)
		some |= trib_number(tribx_style(i), cell, &v, &scale) == 0;
	if (rc == 0 && g.cells == 1 && some) {
		FUZZ_LAW(trib_number(&f, cell, &v, &scale) == 0, "%.*s is not read by its own style", (int)cell.n, cell.p);
	}
}

FUZZ(number)
{
	static const char *const currencies[] = { "", "EUR", "USD", "CHF", "SEK", "XYZ" };
	struct fuzz_in in = { data, size };
	char *locale = fuzz_text(fuzz_line(&in));
	struct trib_numbers f;
	trib_dec v = { 0, 0 }, w = { 0, 0 };
	int scale = 0, other = 0;
	if (trib_numbers(locale, &f) == 0) {
		const uint8_t flags = fuzz_byte(&in);
		char *p = fuzz_block(in.p, in.n, 0);
		const struct trib_text cell = { p, in.n };
		f.scientific = flags & 1;
		f.dash_is_zero = flags & 2;
		f.percent = flags & 4;
		strcpy(f.currency, currencies[(flags >> 3) % 6]);
		const int rc = trib_number(&f, cell, &v, &scale), slow = tribx_number_any(&f, cell, &w, &other);
		FUZZ_LAW(rc == slow, "%.*s: %d by the short cut, %d", (int)cell.n, cell.p, rc, slow);
		FUZZ_LAW(rc != 0 || (scale == other && trib_dec_cmp(v, w) == 0), "%.*s: another number by the short cut", (int)cell.n, cell.p);
		check_naive(&f, cell, rc, v, scale);
		if (rc == 0)
			check_decimal(v, scale);
		check_guess(cell);
		(void)trib_null_word(cell);
		free(p);
	}
	free(locale);
	return 0;
}
