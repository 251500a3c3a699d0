/* locale numbers: every example of the rules, what ICU writes, hostile cells, and the short cut against the long way */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/text.h"
#include "parse/number.h"

/* A column of this cell alone: read where the cell is a number that ends in a digit, and then as the long way has it. */
static void check_column(const struct trib_numbers *f, struct trib_text cell, int e, trib_dec want, int want_scale)
{
	int32_t row[4] = { (int32_t)cell.n };
	const void *const page = cell.p;
	const struct trib_view v = { .type = TRIB_STR, .length = 1, .values = row, .pages = &page };
	const bool plain = e == 0 && !f->percent && cell.n && cell.p[cell.n - 1] >= '0' && cell.p[cell.n - 1] <= '9';
	trib_dec is;
	int8_t scale;
	if (cell.n <= 12)
		memcpy(row + 1, cell.p, cell.n);
	cr_expect_eq(trib_number_many(&v, 0, 1, f, NULL, &is, &scale), plain, "column: %.*s", (int)cell.n, cell.p);
	cr_expect(!plain || (scale == want_scale && trib_dec_cmp(is, want) == 0), "column and long way differ: %.*s", (int)cell.n, cell.p);
}

/* the value as plain text, "none" or "range" */
static const char *read_cell(const struct trib_numbers *f, struct trib_text cell, char to[TRIB_DEC_TEXT])
{
	trib_dec v, w;
	int scale, other;
	const int e = trib_number(f, cell, &v, &scale);
	cr_expect_eq(e, tribx_number_any(f, cell, &w, &other), "short cut and long way differ: %.*s", (int)cell.n,
	             cell.p);
	check_column(f, cell, e, w, other);
	if (e == 0) {
		cr_expect(scale == other && trib_dec_cmp(v, w) == 0, "short cut and long way differ: %.*s",
		          (int)cell.n, cell.p);
		trib_dec_text(v, scale, to);
	}
	return e == 0 ? to : e == TRIB_NOT_A_VALUE ? "none" : "range";
}

static struct trib_numbers style(const char *locale)
{
	struct trib_numbers f = { 0 };
	cr_assert_eq(trib_numbers(locale, &f), 0, "%s", locale);
	return f;
}

struct row { const char *locale, *cell, *is; };

static void check(const struct row *rows, size_t count, struct trib_numbers extra)
{
	for (size_t i = 0; i < count; i++) {
		struct trib_numbers f = style(rows[i].locale);
		f.scientific = extra.scientific;
		f.dash_is_zero = extra.dash_is_zero;
		f.percent = extra.percent;
		memcpy(f.currency, extra.currency, sizeof f.currency);
		char text[TRIB_DEC_TEXT];
		cr_expect_str_eq(read_cell(&f, tribx_text(rows[i].cell), text), rows[i].is, "%s %s: %s",
		                 rows[i].locale, rows[i].cell,
		                 read_cell(&f, tribx_text(rows[i].cell), text));
	}
}

#define CHECK(rows, ...) check(rows, sizeof rows / sizeof *rows, (struct trib_numbers){ __VA_ARGS__ })

Test(number, rules)
{
	static const struct row rows[] = {
		{ "en", "1,234.56", "1234.56" }, { "en", "1,23", "none" }, { "de", "1,234.56", "none" },
		{ "en", "12abc", "none" }, { "en_IN", "12,34,567.89", "1234567.89" },
		{ "en", "12,34,567.89", "none" }, { "en", "(1,234.50)", "-1234.50" },
		{ "en", "1,234.50-", "-1234.50" }, { "en", "1,234.50 CR", "-1234.50" },
		{ "en", "1,234.50DR", "1234.50" }, { "en_IN", "3.2 CR", "none" }, { "en", "\u22125", "-5" },
		{ "en", "'1234", "1234" }, { "de_CH", "'1'234.50", "1234.50" },
		{ "en", "1O0", "none" }, { "en", "\uff11\uff12\uff13", "123" },
		{ "ja", "\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15", "1234.5" }, { "en", "1\uff12", "none" },
		{ "ar", "\u0661\u0662\u0663\u066c\u0664\u0665\u0666\u066b\u0667", "123456.7" },
		{ "ar", "\u0661\u06f2", "none" }, { "en", "1e3", "none" }, { "en", "", "none" },
		{ "en", "-", "none" }, { "en", ",234", "none" }, { "en", "1,234,", "none" }, { "en", "0,123", "none" },
		{ "en", "1234,567", "none" }, { "en", "1,234567", "none" },
		{ "en", "1.", "none" }, { "en", ".5", "0.5" }, { "en", "-.5", "-0.5" }, { "en", "- 5", "-5" },
		{ "en", "5 -", "-5" }, { "en", "-5-", "none" }, { "en", "(-5)", "none" },
		{ "en", "(5", "none" }, { "en", "5)", "none" }, { "en", "( 5 )", "-5" }, { "en", "-5 DR", "none" },
		{ "fr", "12 345,6 ", "12345.6" }, { "fr", "1 23", "none" },
		{ "fr", "1  234", "none" }, { "fr", "1\t234", "none" }, { "en", "1 234", "none" },
		{ "en_IN", "1,234,567", "none" }, { "en_IN", "123,456", "none" },
		{ "en_IN", "1,23,456", "123456" }, { "en", "+1,000,000", "1000000" }, { "en", "000123", "123" },
		{ "C", "1,234", "none" }, { "C", "1234.5", "1234.5" },
		{ "en", "0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001" },
		{ "en", "0.000000000000000000000000000000000000001", "range" },
		{ "en", "999,999,999,999,999,999", "999999999999999999" },
		{ "en", "1,000,000,000,000,000,000", "1000000000000000000" }, { "en", "12%", "none" },
		{ "en", "$5", "none" },
		{ "en", "9223372036854775807", "9223372036854775807" }, { "de", "-12.345.678,90", "-12345678.90" },
		{ "de", "1.234.5", "none" }, { "de", "1.2345", "none" },
		{ "en", "1\0" "2", "1" }, { "en", "\xff", "none" }, { "en", "1\xc3", "none" },
	};
	CHECK(rows, 0);
	static const struct row scientific[] = { { "en", "1.2e3", "1200" }, { "en", "1E+3", "1000" },
	                                         { "en", "-1.5e-3", "-0.0015" }, { "de", "1,5e1", "15" },
	                                         { "en", "1e400", "range" },
		{ "en", "1e-400", "range" }, { "en", "1e", "none" }, { "en", "e3", "none" }, { "en", "1e3.5", "none" },
		{ "en", "1e38", "range" }, { "en", "1e37", "10000000000000000000000000000000000000" } };
	CHECK(scientific, .scientific = true);
	static const struct row accounting[] = { { "en", "-", "0" }, { "en", " \u2013 ", "0" }, { "en", "nil", "0" },
	                                         { "en", "-5", "-5" }, { "en", "", "none" } };
	CHECK(accounting, .dash_is_zero = true);
	static const struct row percent[] = { { "en", "12.5 %", "0.125" }, { "tr", "%12,5", "0.125" },
	                                      { "tr", "-%5", "-0.05" }, { "en", "5", "none" }, { "en", "5%%", "none" },
	                                      { "de", "(3 %)", "-0.03" } };
	CHECK(percent, .percent = true);
	static const struct row money[] = { { "en", "$1,234.50", "1234.50" }, { "en", "USD 5", "5" },
	                                    { "en", "5 USD", "5" }, { "en", "-$5", "-5" }, { "en", "($5)", "-5" },
	                                    { "en", "US$5", "5" },
		{ "en", "\u20ac5", "none" }, { "en", "USDX 5", "none" }, { "en", "$5 USD", "none" },
		{ "en", "5", "5" } };
	CHECK(money, .currency = "USD");
	static const struct row crowns[] = { { "sv", "5 kr", "5" }, { "sv", "5 kr.", "none" },
	                                     { "sv", "5 kron", "none" } };
	CHECK(crowns, .currency = "SEK");
	static const struct row danish[] = { { "da", "5,50 kr.", "5.50" }, { "da", "kr. 5,50", "5.50" },
	                                     { "da", "5 kr", "5" } };
	CHECK(danish, .currency = "DKK");
}

Test(number, null_words)
{
	static const char *const yes[] = { "", " ", "-", "\u2013", "N/A", "n/a", "n.a.", "#N/A", "null", "NULL", "..",
	                                   " - ", "\u00a0" };
	static const char *const no[] = { "0", "0.00", "nil", "NaN", "#DIV/0!", "--", "...", "none", "*", "c", "<5",
	                                  "nullo", "\u2014" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		cr_expect(trib_null_word(tribx_text(yes[i])), "%s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		cr_expect_not(trib_null_word(tribx_text(no[i])), "%s", no[i]);
	cr_expect(trib_null_word((struct trib_text){ NULL, 0 }));
}

static const struct { const char *locale, *text, *value; bool percent; } icu[] = {
#include "locale_cases.h"
};

Test(number, reads_what_icu_writes)
{
	for (size_t i = 0; i < sizeof icu / sizeof *icu; i++) {
		struct trib_numbers f = style(icu[i].locale);
		f.percent = icu[i].percent;
		char text[TRIB_DEC_TEXT];
		cr_expect_str_eq(read_cell(&f, tribx_text(icu[i].text), text), icu[i].value, "%s %s: %s",
		                 icu[i].locale, icu[i].text, read_cell(&f, tribx_text(icu[i].text), text));
	}
}

Test(number, styles_by_example)
{
	static const struct { const char *name; int e; char decimal, group; bool indian; } rows[] = {
		{ "1.234,56", 0, ',', '.', false }, { "1 234.56", 0, '.', ' ', false },
		{ "1'234.56", 0, '.', '\'', false }, { "1\u2019234,5", 0, ',', '\'', false },
		{ "12,34,567.89", 0, '.', ',', true }, { "1,234,567.89", 0, '.', ',', false },
		{ "1\u202f234,56", 0, ',', ' ', false }, { "1234.56", 0, '.', 0, false },
		{ "1234", 0, 0, 0, false }, { "1,234", 0, 0, ',', false }, { "1,234.567", 0, '.', ',', false },
		{ "de-CH", 0, '.', '\'', false }, { "de_DE.UTF-8", 0, ',', '.', false },
		{ "pt-BR", 0, ',', '.', false }, { "en-us", 0, '.', ',', false },
		{ "xx", TRIB_NOT_A_VALUE, 0, 0, false }, { "", TRIB_NOT_A_VALUE, 0, 0, false },
		{ "german", TRIB_NOT_A_VALUE, 0, 0, false }, { "1.5,3", TRIB_NOT_A_VALUE, 0, 0, false },
		{ "1;234", TRIB_NOT_A_VALUE, 0, 0, false }, { "1,23,4", TRIB_NOT_A_VALUE, 0, 0, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trib_numbers f = { 0 };
		cr_expect_eq(trib_numbers(rows[i].name, &f), rows[i].e, "%s", rows[i].name);
		cr_expect(f.decimal == rows[i].decimal && f.group == rows[i].group && f.indian == rows[i].indian,
		          "%s: '%c' '%c'", rows[i].name, f.decimal, f.group);
	}
	struct trib_numbers f;
	cr_expect_eq(trib_numbers(NULL, &f), TRIB_NOT_A_VALUE);
}

Test(number, guesses_by_votes)
{
	static const struct { const char *cells[6]; int e; char decimal, group; bool percent; } rows[] = {
		{ { "1,234", "5" }, TRIB_AMBIGUOUS, 0, 0, false }, { { "1,234", "1,234.5" }, 0, '.', ',', false },
		{ { "1.234", "12,5" }, 0, ',', '.', false },
		{ { "1.234,56" }, 0, ',', '.', false }, { { "12", "-", "N/A", "7" }, 0, 0, 0, false },
		{ { "12.5", "7" }, 0, '.', ',', false }, { { "1'234", "5" }, 0, '.', '\'', false },
		{ { "1 234", "2,5" }, 0, ',', ' ', false }, { { "12,34,567" }, 0, '.', ',', false },
		{ { "1,5", "1.5" }, TRIB_NOT_A_VALUE, 0, 0, false }, { { "" }, 0, 0, 0, false },
		{ { "abc", "1,5" }, 0, ',', '.', false }, { { "0,123" }, 0, ',', '.', false }, { { "1,234,567" },
		0, '.', ',', false }, { { "12.5%", "3%" }, 0, '.', ',', true },
		{ { "12.5%", "3" }, TRIB_AMBIGUOUS, 0, 0, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trib_guess g;
		struct trib_numbers f = { 0 };
		trib_guess_start(&g);
		for (int j = 0; j < 6 && rows[i].cells[j]; j++)
			trib_guess_cell(&g, tribx_text(rows[i].cells[j]));
		const int e = trib_guess_end(&g, &f);
		cr_expect_eq(e, rows[i].e, "row %zu: %d", i, e);
		cr_expect(f.decimal == rows[i].decimal && f.group == rows[i].group && f.percent == rows[i].percent,
		          "row %zu: '%c' '%c'", i, f.decimal, f.group);
	}
	struct trib_guess g;
	trib_guess_start(&g);
	trib_guess_cell(&g, tribx_text("1,234"));
	trib_guess_cell(&g, tribx_text("12,5"));
	cr_expect_eq(g.deciding_row, 2);
	cr_expect_eq(g.disagree, 1);
	cr_expect_eq(g.cells, 2);
}

/* ---- random cells: the short cut and the long way agree (read_cell compares them), nothing else may happen ---- */

Test(number, random_cells)
{
	static const char *const pieces[] = { "0", "1", "2", "34", "567", "9", ",", ".", "'", " ", "-", "+", "(", ")",
	                                      "%", "e", "\u00a0", "\u2019", "\u066b", "\u0661", "\uff11", "$", "CR",
	                                      "\xff" };
	static const char *const locales[] = { "en", "de", "fr", "de_CH", "en_IN", "C" };
	srand(7);
	for (int i = 0; i < 100000; i++) {
		struct trib_numbers f = style(locales[rand() % 6]);
		f.scientific = rand() % 4 == 0;
		f.percent = rand() % 8 == 0;
		f.dash_is_zero = rand() % 8 == 0;
		char cell[64], text[TRIB_DEC_TEXT];
		size_t n = 0;
		for (int k = rand() % 9; k > 0; k--) {
			const char *const piece = pieces[rand() % 3 ? rand() % 8 : rand() % 24];
			memcpy(cell + n, piece, strlen(piece));
			n += strlen(piece);
		}
		/* on the heap, to its exact size: reading one byte too far is seen by the sanitizers */
		char *const exact = malloc(n ? n : 1);
		memcpy(exact, cell, n);
		read_cell(&f, (struct trib_text){ exact, n }, text);
		trib_null_word((struct trib_text){ exact, n });
		free(exact);
	}
}

/* A column of many styles stops at exactly the rows that trib_number does not read, or that have no style. */
Test(number, random_columns)
{
	enum { ROWS = 4000 };
	static const char *const locales[] = { "en", "de", "fr", "de_CH", "en_IN" };
	static const char *const forms[] = { "%d", "-%d", "%d.%02d", "-%d,%d", "%d,%03d", "%d.%03d,%02d", "%d\u202f%03d,5", "%d'%03d.25",
	                                     "%d\u2019%03d", "%d%%", "", "x%d", "%d 000 %03d", "1%08d%09d", "-1%07d%08d" };
	static int32_t rows[ROWS][4], by[ROWS];
	static char bytes[ROWS * 32];
	static trib_dec out[ROWS];
	static int8_t scales[ROWS];
	static uint8_t valid[ROWS / 8];
	const void *const page = bytes;
	struct trib_view v = { .type = TRIB_STR, .length = ROWS, .values = rows, .pages = &page };
	struct trib_numbers styles[5];
	for (size_t i = 0; i < 5; i++)
		styles[i] = style(locales[i]);
	srand(11);
	for (int i = 0, at = 0; i < ROWS; i++) {
		char *const cell = bytes + at;
		rows[i][0] = snprintf(cell, 32, forms[(size_t)rand() % (sizeof forms / sizeof *forms)], rand() % 1000, rand() % 1000);
		rows[i][3] = at;
		if (rows[i][0] <= 12)
			memcpy(rows[i] + 1, cell, (size_t)rows[i][0] < 12 ? (size_t)rows[i][0] + 1 : 12);
		at += rows[i][0];
		by[i] = rand() % 30 ? rand() % 5 : -1;
		valid[i / 8] |= (uint8_t)((rand() % 20 != 0) << i % 8);
	}
	for (int nulls = 0; nulls < 2; nulls++) {
		int64_t read = 0;
		v.validity = nulls ? valid : NULL;
		for (int64_t i = 0; i < ROWS; i++) {
			const int64_t end = trib_number_many(&v, i, ROWS, styles, by, out, scales);
			for (; i < end; i++, read++) {
				trib_dec d;
				int scale;
				const struct trib_text cell = trib_str(&v, i);
				cr_assert_eq(tribx_number_any(&styles[by[i]], cell, &d, &scale), 0, "%.*s", (int)cell.n, cell.p);
				cr_assert(scale == scales[i] && trib_dec_cmp(d, out[i]) == 0, "%.*s", (int)cell.n, cell.p);
			}
			const struct trib_text cell = i < ROWS ? trib_str(&v, i) : tribx_text("");
			trib_dec d;
			int scale;
			cr_assert(cell.n == 0 || by[i] < 0 || cell.p[cell.n - 1] == '%' || trib_number(&styles[by[i]], cell, &d, &scale) != 0,
			          "not read: %.*s", (int)cell.n, cell.p);
		}
		cr_expect(read > ROWS / 4);
	}
}

/* ---- the hostile collection ---- */

static size_t unescape(const char *s, size_t n, char *to)      /* a JSON string without its quotes, BMP only */
{
	char *w = to;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\\' || s[i + 1] != 'u') {
			*w++ = s[i];
			continue;
		}
		char hex[5] = { s[i + 2], s[i + 3], s[i + 4], s[i + 5], 0 };
		const unsigned long c = strtoul(hex, NULL, 16);
		i += 5;
		if (c < 0x80) {
			*w++ = (char)c;
		} else if (c < 0x800) {
			*w++ = (char)(0xC0 | c >> 6);
			*w++ = (char)(0x80 | (c & 0x3F));
		} else {
			*w++ = (char)(0xE0 | c >> 12);
			*w++ = (char)(0x80 | (c >> 6 & 0x3F));
			*w++ = (char)(0x80 | (c & 0x3F));
		}
	}
	return (size_t)(w - to);
}

/* What the collection leaves to a declaration, as its note says it: the declaration. #N/A is null here (README
 * decision 13). */
static void declare(struct trib_numbers *f, const char *cell, const char *note)
{
	f->percent = strstr(note, "percent column") != NULL;
	f->scientific = strchr(cell, 'e') || strchr(cell, 'E');
	if (strstr(cell, "USD") || strchr(cell, '$'))
		memcpy(f->currency, "USD", 4);
	if (strstr(cell, "EUR") || strstr(cell, "\\u20ac"))
		memcpy(f->currency, "EUR", 4);
}

Test(number, hostile_collection)
{
	const char *const source = getenv("TRIB_SRC");
	char path[4096], line[1024];
	snprintf(path, sizeof path, "%s/tests/unit/parse/numbers.tsv", source ? source : ".");
	FILE *const in = fopen(path, "r");
	if (!in)
		cr_skip_test("no numbers.tsv: TRIB_SRC does not name the source folder");
	int rows = 0;
	while (fgets(line, sizeof line, in)) {
		if (*line == '#')
			continue;
		char *save, *const locale = strtok_r(line, "\t", &save), *const raw = strtok_r(NULL, "\t", &save);
		char *is = strtok_r(NULL, "\t\n", &save), *note = strtok_r(NULL, "\n", &save);
		struct trib_numbers f = style(strcmp(locale, "ch") == 0 ? "de_CH" : strcmp(locale, "in") == 0 ?
		                              "en_IN" : locale);
		declare(&f, raw, note ? note : "");
		char cell[256], text[TRIB_DEC_TEXT];
		const size_t n = unescape(raw + 1, strlen(raw) - 2, cell);
		const char *got = read_cell(&f, (struct trib_text){ cell, n }, text);
		if (strcmp(got, "none") == 0 && trib_null_word((struct trib_text){ cell, n }))
			got = "null";
		if (strcmp(raw, "\"#N/A\"") == 0)
			is = (char *)"null";
		trib_dec want, have;
		if (*is == '!')
			cr_expect(strcmp(got, "none") == 0 || strcmp(got, "range") == 0, "%s %s: %s", locale, raw, got);
		else if (trib_dec_parse(tribx_text(is), 19, &want) == 0)      /* -0 is 0; a value, not a spelling */
			cr_expect(trib_dec_parse(tribx_text(got), 19, &have) == 0 && trib_dec_cmp(want, have) == 0,
			          "%s %s: %s", locale, raw, got);
		else
			cr_expect_str_eq(got, is, "%s %s: %s", locale, raw, got);
		rows++;
	}
	fclose(in);
	cr_expect_geq(rows, 60);
}
