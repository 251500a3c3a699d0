/* locale - how numbers are written: declared, by the value of a column, or inferred from the first rows and then
 * verified. */
#include <stdio.h>
#include "norm.h"

int norm_locale_open(struct trib *t, struct norm *s)
{
	s->only = (struct norm_style){ .numbers = { .decimal = '.' }, .known = false };
	if (s->o.locale) {
		if (trib_numbers(s->o.locale, &s->only.numbers) != 0)
			return trib_fail(t, TRIB_CONFIG,
			                 "normalise.unknown_locale: no locale \"%s\" is known; write one (de_DE, en_US, fr) or a "
			                 "sample (1.234,56)", s->o.locale);
		s->only.known = true;
	}
	for (size_t i = 0; i < s->o.locales.count; i++) {
		struct trib_numbers n;
		const char *locale = ((const char *const *)s->o.locales.items)[i];
		if (trib_numbers(locale, &n) != 0)
			return trib_fail(t, TRIB_CONFIG, "normalise.unknown_locale: locales: no locale \"%s\" is known, %s has it",
			                 locale, s->o.locales.names[i]);
	}
	if (s->o.locales.count && !s->o.locale_by)
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.locale_by: locales is there, but locale_by does not say which column decides");
	s->only.numbers.scientific |= s->o.scientific;
	s->only.numbers.dash_is_zero |= s->o.dash_is_zero;
	return TRIB_OK;
}

/* The cell that two usual styles read as two values, for the error. */
static int two_readings(struct trib *t, const char *column, const struct trib_view *v, int64_t first, int64_t step,
                        int64_t count)
{
	static const char *const usual[] = { "en_US", "de_DE", "fr", "de_CH", "en_IN" };
	char x[2][TRIB_DEC_TEXT];
	for (int64_t i = first; i < count; i += step)
		for (size_t a = 0; a < 5 && !trib_null(v, i); a++)
			for (size_t b = a + 1; b < 5; b++) {
				struct trib_numbers n, m;
				trib_dec p, q;
				int sp, sq;
				const struct trib_text c = trib_str(v, i);
				if (trib_numbers(usual[a], &n) != 0 || trib_numbers(usual[b], &m) != 0 ||
				    trib_number(&n, c, &p, &sp) != 0 || trib_number(&m, c, &q, &sq) != 0)
					continue;
				x[0][trib_dec_text(p, sp, x[0])] = '\0';
				x[1][trib_dec_text(q, sq, x[1])] = '\0';
				if (strcmp(x[0], x[1]) == 0)
					continue;
				return trib_fail(t, TRIB_CONFIG,
				                 "normalise.locale_ambiguous: column \"%s\" can be read in two ways: \"%.*s\" is %s "
				                 "as in %s or %s as in %s; "
				                 "set locale: %s or locale: %s", column, (int)c.n, c.p, x[0], usual[a], x[1], usual[b],
				                 usual[a], usual[b]);
			}
	return trib_fail(t, TRIB_CONFIG,
	                 "normalise.locale_ambiguous: column \"%s\": its numbers can be read in two ways; set locale:",
	                 column);
}

int norm_locale_guess(struct trib *t, struct norm *s, const char *column, const struct trib_view *v, int64_t first,
                      int64_t step, int64_t count)
{
	struct trib_guess g;
	struct trib_numbers n;
	char x[TRIB_DEC_TEXT];
	if (s->o.locale || s->o.locale_by || s->only.known || v->type != TRIB_STR)
		return TRIB_OK;
	trib_guess_start(&g);
	for (int64_t i = first; i < count && i < 10000 * step; i += step) {
		/* a number with something beside it tells as much as a bare one */
		struct trib_text c = trib_null(v, i) ? (struct trib_text){ NULL, 0 } : norm_trimmed(trib_str(v, i), "%");
		while (c.n > 0 && (uint8_t)c.p[c.n - 1] > '9')
			c.n--;
		if (c.n > 0 && !trib_null_word(c))
			trib_guess_cell(&g, norm_trimmed(c, ""));
	}
	if (g.cells == 0)
		return TRIB_OK;
	const int is = trib_guess_end(&g, &n);
	if (is == TRIB_AMBIGUOUS)
		return two_readings(t, column, v, first, step, count);
	if (is != 0) {
		for (int64_t i = first; i < count; i += step)
			if (!trib_null(v, i)) {
				const struct trib_text c = trib_str(v, i);
				const size_t shown = c.n < sizeof x ? c.n : sizeof x - 1;
				return trib_fail(t, TRIB_CONFIG,
				                 "normalise.locale_unknown: column \"%s\": no one way of writing numbers reads all of "
				                 "its cells, \"%.*s\" is the first; set locale:",
				                 column, (int)shown, c.p);
			}
	}
	/* One style for the whole input: what the first column that tells says, the others must agree. A column without any
	 * mark tells nothing. */
	if (n.decimal || n.group) {
		n.scientific |= s->o.scientific;
		n.dash_is_zero |= s->o.dash_is_zero;
		s->only = (struct norm_style){ n, true };
	}
	return TRIB_OK;
}

/* Which usual style reads the cell; NULL: none. */
static const char *reader(struct trib_text cell, char value[TRIB_DEC_TEXT])
{
	static const char *const usual[] = { "en_US", "de_DE", "fr", "de_CH", "en_IN" };
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		struct trib_numbers n;
		trib_dec d;
		int scale;
		if (trib_numbers(usual[i], &n) == 0 && trib_number(&n, cell, &d, &scale) == 0) {
			value[trib_dec_text(d, scale, value)] = '\0';
			return usual[i];
		}
	}
	return NULL;
}

void norm_locale_reject(struct trib *t, const struct trib_batch *in, int64_t row, const char *column,
                        struct trib_text cell, const struct trib_numbers *declared, int why)
{
	char value[TRIB_DEC_TEXT];
	const int n = cell.n > 60 ? 60 : (int)cell.n;
	const char *other = why == TRIB_NOT_A_VALUE && declared ? reader(cell, value) : NULL;
	if (!cell.p)
		trib_reject(t, in, row, "normalise.bad_number", "column \"%s\" holds no number", column);
	else if (why == TRIB_OUT_OF_RANGE)
		trib_reject(t, in, row, "normalise.out_of_range", "column \"%s\": \"%.*s\" has more than 38 digits", column, n,
		            cell.p);
	else if (why == TRIB_AMBIGUOUS)
		trib_reject(t, in, row, "normalise.ambiguous_duration",
		            "column \"%s\": \"%.*s\" is hours and minutes or minutes and seconds; set clock: h:mm or clock: "
		            "mm:ss", column, n, cell.p);
	else if (other)
		trib_reject(t, in, row, "normalise.locale_mismatch",
		            "column \"%s\": \"%.*s\" is no number as this column writes them; as in %s it would be %s", column,
		            n, cell.p, other, value);
	else
		trib_reject(t, in, row, "normalise.bad_number", "column \"%s\": \"%.*s\" is no number", column, n, cell.p);
}
