/* The rules of normalise as tables: every inline example of partner-model C.1 to C.3, C.5 and C.6, and what stands around
 * them. Expected values are those of the text, or Python's fractions and decimal. */
#include <criterion/criterion.h>
#include <stdio.h>
#include "drive.h"
#include "normalise/norm.h"
#include "normalise/over_time.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct trib_text text(const char *s)
{
	return (struct trib_text){ s, s ? strlen(s) : 0 };
}

static const char *shown(norm_wide m, int scale)
{
	static __thread char ring[4][TRIB_DEC_TEXT + 1];
	static __thread int at;
	char *to = ring[at = (at + 1) % 4];
	to[trib_dec_short(norm_dec_of(m), scale, to)] = '\0';
	return to;
}

Test(normalise_rules, numbers_are_scaled_exactly_and_rounded_once)
{
	static const struct { const char *number, *times; int to; const char *is; } rows[] = {
		{ "1", "0.0009765625", 9, "0.000976562" },                       /* ...5625 is above, ...5 a tie to even */
		{ "2", "0.0009765625", 9, "0.001953125" }, { "3", "0.0009765625", 9, "0.002929688" }, { "1234.56", "1000", 9, "1234560" },
		{ "0.05", "0.01", 9, "0.0005" }, { "1", "1/3", 9, "0.333333333" }, { "2", "1/3", 9, "0.666666667" }, { "-2", "1/3", 9, "-0.666666667" },
		{ "12.5", "100000", 9, "1250000" }, { "3.2", "10000000", 9, "32000000" }, { "0.5", "1", 0, "0" }, { "1.5", "1", 0, "2" }, { "2.5", "1", 0, "2" },
		{ "-0.5", "1", 0, "0" }, { "-1.5", "1", 0, "-2" }, { "99999999999999999999999999999", "1", 9, "99999999999999999999999999999" },
		{ "99999999999999999999999999999.9999999994", "1", 9, NULL }, { "100000000000000000000000000000", "1", 9, NULL },
		{ "12345678901234567890123456.789", "0.001", 9, "12345678901234567890123.456789" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_ratio r;
		trib_dec d;
		norm_wide is = 0;
		const char *point = strchr(rows[i].number, '.');
		const int scale = point ? (int)strlen(point + 1) : 0;
		cr_assert(norm_ratio_parse(text(rows[i].times), &r) == 0, "row %zu", i);
		if (trib_dec_parse(text(rows[i].number), scale, &d) != 0) {
			cr_expect(rows[i].is == NULL, "row %zu does not parse", i);
			continue;
		}
		const int bad = norm_scale(norm_wide_of(d), scale, norm_factor_of(r), rows[i].to, &is);
		if (rows[i].is)
			cr_expect(bad == 0 && strcmp(shown(is, rows[i].to), rows[i].is) == 0, "row %zu: %s * %s = %s", i, rows[i].number, rows[i].times, shown(is, rows[i].to));
		else
			cr_expect(bad != 0, "row %zu: %s", i, shown(is, rows[i].to));
	}
}

/* The division by multiplication, and products in 64 bits, against 128 bits. */
Test(normalise_rules, short_cuts_round_like_the_long_way)
{
	uint64_t seed = 5;
	for (int i = 0; i < 400000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		const int digits = 1 + (int)(seed >> 33) % 18;
		const uint64_t by = (uint64_t)norm_pow10[digits];
		uint64_t v = seed * 0x9e3779b97f4a7c15u >> (1 + (seed >> 40) % 62);
		if (i % 4 == 0)
			v = v / by * by + (i % 3 ? by / 2 : by - 1);      /* halves, and what is just below the next */
		v = i % 1000 == 1 ? INT64_MAX : v & INT64_MAX;
		const uint64_t q = v / by, r = v % by;
		cr_assert_eq(norm_half_even(v, digits), q + (2 * r > by || (2 * r == by && (q & 1))), "%lu / 10^%d", (unsigned long)v, digits);
		const int64_t x = seed >> 60 & 1 ? -(int64_t)v : (int64_t)v;
		const int up = (int)(seed >> 50) % 45 - 22;
		norm_wide is, want;
		if (norm_shift(x, up, &is))
			cr_assert(norm_round(x, up < 0 ? -up : 0, up < 0 ? 0 : up, &want) == 0 && is == want, "%ld * 10^%d", (long)x, up);
		else
			cr_assert(up > 18 || up < -18);
	}
	norm_wide is;
	cr_expect(!norm_shift(INT64_MIN, -1, &is));
}

Test(normalise_rules, ratios_are_rationals)
{
	static const struct { const char *in; int64_t num, den; } rows[] = {
		{ "0.0009765625", 1, 1024 }, { "0.001", 1, 1000 }, { "1e6", 1000000, 1 }, { "2.5e-3", 1, 400 }, { "1/60", 1, 60 }, { "60/1", 60, 1 }, { "0.01", 1, 100 }, { "-1", -1, 1 },
		{ "1e18", 1000000000000000000, 1 }, { "x", 0, 0 }, { "", 0, 0 }, { "1/0", 0, 0 }, { "1e99", 0, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_ratio r = { 0, 0 };
		const int bad = norm_ratio_parse(text(rows[i].in), &r);
		cr_expect((bad != 0) == (rows[i].den == 0), "%s", rows[i].in);
		cr_expect(r.num == rows[i].num && r.den == rows[i].den, "%s: %lld/%lld", rows[i].in, (long long)r.num, (long long)r.den);
	}
}

Test(normalise_rules, doubles_become_what_was_typed)
{
	static const struct { double in; const char *is; } rows[] = {
		{ 0.1, "0.1" }, { 1234.56, "1234.56" }, { -0.05, "-0.05" }, { 1e15, "1000000000000000" }, { 0.30000000000000004, "0.30000000000000004" }, { 0, "0" }, { 1e20, "100000000000000000000" },
		{ 123456789.125, "123456789.125" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		norm_wide m = 0;
		int scale = 0;
		cr_expect(norm_from_f64(rows[i].in, &m, &scale) == 0 && strcmp(shown(m, scale), rows[i].is) == 0, "%s: %s", rows[i].is, shown(m, scale));
	}
	norm_wide m;
	int scale;
	cr_expect(norm_from_f64(1.0 / 0.0, &m, &scale) != 0);
	cr_expect(norm_from_f64(0.0 / 0.0, &m, &scale) != 0);
}

/* ---- C.1 and C.2: cells ---- */

Test(normalise_rules, cells)
{
	static const struct { const char *locale, *cell; enum norm_dim want; int is; const char *value, *unit; } rows[] = {
		/* null versus zero (C.1) */
		{ "en_US", "", NORM_MONEY, NORM_NULL, 0, 0 }, { "en_US", "-", NORM_MONEY, NORM_NULL, 0, 0 }, { "en_US", "–", NORM_MONEY, NORM_NULL, 0, 0 },
		{ "en_US", "N/A", NORM_MONEY, NORM_NULL, 0, 0 }, { "en_US", "n.a.", NORM_MONEY, NORM_NULL, 0, 0 }, { "en_US", "#N/A", NORM_MONEY, NORM_NULL, 0, 0 },
		{ "en_US", "null", NORM_MONEY, NORM_NULL, 0, 0 }, { "en_US", "..", NORM_MONEY, NORM_NULL, 0, 0 }, { "en_US", "0", NORM_MONEY, NORM_VALUE, "0", 0 },
		{ "en_US", "0.00", NORM_MONEY, NORM_VALUE, "0", 0 }, { "en_US", "*", NORM_COUNT_OF, NORM_SUPPRESSED, 0, 0 }, { "en_US", "c", NORM_COUNT_OF, NORM_SUPPRESSED, 0, 0 },
		{ "en_US", "<5", NORM_COUNT_OF, NORM_SUPPRESSED, 0, 0 }, { "en_US", "#DIV/0!", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },
		/* how numbers are written (C.1) */
		{ "de_DE", "1.234,56", NORM_MONEY, NORM_VALUE, "1234.56", 0 }, { "en_US", "1,234.56", NORM_MONEY, NORM_VALUE, "1234.56", 0 },
		{ "de_DE", "1,234.56", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 }, { "en_US", "12abc", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 }, { "en_US", "1,23", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },
		{ "en_US", "1O0", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 }, { "de_CH", "1'234.56", NORM_MONEY, NORM_VALUE, "1234.56", 0 }, { "de_CH", "1’234.56", NORM_MONEY, NORM_VALUE, "1234.56", 0 },
		{ "fr", "1 234,56", NORM_MONEY, NORM_VALUE, "1234.56", 0 }, { "fr", "1\u202f234,56", NORM_MONEY, NORM_VALUE, "1234.56", 0 }, { "fr", "1\u00a0234,56", NORM_MONEY, NORM_VALUE, "1234.56", 0 },
		{ "en_IN", "12,34,567.89", NORM_MONEY, NORM_VALUE, "1234567.89", 0 }, { "en_US", "12,34,567.89", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },
		{ "en_US", "(1,234.50)", NORM_MONEY, NORM_VALUE, "-1234.5", 0 }, { "en_US", "1234.50-", NORM_MONEY, NORM_VALUE, "-1234.5", 0 }, { "en_US", "−5", NORM_MONEY, NORM_VALUE, "-5", 0 },
		{ "en_US", "１２３", NORM_MONEY, NORM_VALUE, "123", 0 }, { "en_US", "'123", NORM_MONEY, NORM_VALUE, "123", 0 }, { "en_US", "1.2e3", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },
		{ "en_US", "1,234.50 CR", NORM_MONEY, NORM_VALUE, "-1234.5", 0 }, { "en_US", "1,234.50 DR", NORM_MONEY, NORM_VALUE, "1234.5", 0 }, { "ar", "\u0661\u0662\u0663", NORM_MONEY, NORM_VALUE, "123", 0 },
		{ "en_US", "nil", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 }, { "en_US", "1\uff12", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 }, { "en_US", "+1,234", NORM_MONEY, NORM_VALUE, "1234", 0 }, { "en_US", "- 1,234", NORM_MONEY, NORM_VALUE, "-1234", 0 },
		{ "en_US", "($1,234.50)", NORM_MONEY, NORM_VALUE, "-1234.5", "$" }, { "en_US", "(3 %)", NORM_SHARE, NORM_VALUE, "-3", "%" }, { "en_US", "($-5)", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },
		{ "en_US", "($)", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 }, { "en_IN", "3.2 CR", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },              /* a credit of 3.2, or crore */
		/* scale words, units, currencies beside the number (C.2) */
		{ "en_US", "12.5 lakh", NORM_MONEY, NORM_VALUE, "12.5", "lakh" }, { "en_US", "3.2 crore", NORM_MONEY, NORM_VALUE, "3.2", "crore" }, { "en_US", "3.2 Cr", NORM_MONEY, NORM_VALUE, "3.2", "Cr" },
		{ "en_US", "12.5 %", NORM_SHARE, NORM_VALUE, "12.5", "%" }, { "tr", "%12,5", NORM_SHARE, NORM_VALUE, "12.5", "%" }, { "en_US", "1.2k", NORM_COUNT_OF, NORM_VALUE, "1.2", "k" },
		{ "de_DE", "1,2 Mio. €", NORM_MONEY, NORM_VALUE, "1.2", "Mio. €" }, { "en_US", "€ 5.00", NORM_MONEY, NORM_VALUE, "5", "€" }, { "en_US", "-$5.00", NORM_MONEY, NORM_VALUE, "-5", "$" },
		{ "en_US", "5 GB", NORM_DATA, NORM_VALUE, "5", "GB" }, { "en_US", "5 apples", NORM_DATA, TRIB_NOT_A_VALUE, 0, 0 }, { "en_US", "USD 1,000", NORM_MONEY, NORM_VALUE, "1000", "USD" },
		{ "en_US", "12億", NORM_COUNT_OF, NORM_VALUE, "12", "億" }, { "en_US", "Rs. 500", NORM_MONEY, NORM_VALUE, "500", "Rs." },
		{ "en_US", "$1.5k", NORM_MONEY, NORM_VALUE, "1.5", "$ k" }, { "en_US", "EUR 1.5 m", NORM_MONEY, NORM_VALUE, "1.5", "EUR m" }, { "en_US", "$1.5x", NORM_MONEY, TRIB_NOT_A_VALUE, 0, 0 },
		/* durations */
		{ "en_US", "PT1H30M", NORM_SPAN, NORM_VALUE, "5400", "s" }, { "en_US", "1:02:03", NORM_SPAN, NORM_VALUE, "3723", "s" }, { "en_US", "1:30", NORM_SPAN, TRIB_AMBIGUOUS, 0, 0 },
		{ "en_US", "90 min", NORM_SPAN, NORM_VALUE, "90", "min" }, { "en_US", "P1DT1.5S", NORM_SPAN, NORM_VALUE, "86401.5", "s" }, { "en_US", "P1M", NORM_SPAN, TRIB_NOT_A_VALUE, 0, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trib_numbers f;
		struct trib_text unit;
		char room[NORM_UNIT_TEXT];
		norm_wide m = 0;
		int scale = 0;
		cr_assert(trib_numbers(rows[i].locale, &f) == 0, "%s", rows[i].locale);
		const int is = norm_cell(&f, text(rows[i].cell), rows[i].want, NULL, &m, &scale, &unit, room);
		cr_expect(is == rows[i].is, "row %zu '%s': %d", i, rows[i].cell, is);
		if (rows[i].value && is == NORM_VALUE)
			cr_expect(strcmp(shown(m, scale), rows[i].value) == 0, "row %zu '%s': %s", i, rows[i].cell, shown(m, scale));
		cr_expect(rows[i].unit ? unit.p && unit.n == strlen(rows[i].unit) && memcmp(unit.p, rows[i].unit, unit.n) == 0 : !unit.p, "row %zu '%s': unit '%.*s'", i, rows[i].cell, (int)unit.n, unit.p ? unit.p : "");
	}
}

Test(normalise_rules, accounting_and_scientific_are_declared)
{
	struct trib_numbers f;
	struct trib_text unit;
	char room[NORM_UNIT_TEXT];
	norm_wide m = 1;
	int scale = 0;
	cr_assert(trib_numbers("en_US", &f) == 0);
	f.dash_is_zero = f.scientific = true;
	cr_expect(norm_cell(&f, text("-"), NORM_MONEY, NULL, &m, &scale, &unit, room) == NORM_VALUE && m == 0);
	cr_expect(norm_cell(&f, text("1.2e3"), NORM_MONEY, NULL, &m, &scale, &unit, room) == NORM_VALUE && strcmp(shown(m, scale), "1200") == 0, "%s", shown(m, scale));
	cr_expect(norm_span(text("1:30"), "h:mm", &m, &scale) == 0 && m == 5400);
	cr_expect(norm_span(text("1:30"), "mm:ss", &m, &scale) == 0 && m == 90);
}

Test(normalise_rules, units_and_scales)
{
	static const struct { const char *text; enum norm_dim want; const char *unit; int64_t scale; const char *currency; } rows[] = {
		{ "k", NORM_MONEY, NULL, 1000, "" }, { "K", NORM_COUNT_OF, NULL, 1000, "" }, { "'000", NORM_MONEY, NULL, 1000, "" }, { "tsd.", NORM_MONEY, NULL, 1000, "" }, { "(Tsd.)", NORM_COUNT_OF, NULL, 1000, "" },
		{ "m", NORM_MONEY, NULL, 1000000, "" }, { "M", NORM_MONEY, NULL, 1000000, "" }, { "mn", NORM_MONEY, NULL, 1000000, "" }, { "mio", NORM_MONEY, NULL, 1000000, "" }, { "mm", NORM_MONEY, NULL, 1000000, "" },
		{ "mm", NORM_COUNT_OF, "!", 0, "" }, { "bn", NORM_MONEY, NULL, 1000000000, "" }, { "lakh", NORM_MONEY, NULL, 100000, "" }, { "L", NORM_MONEY, NULL, 100000, "" }, { "crore", NORM_MONEY, NULL, 10000000, "" },
		{ "Cr", NORM_MONEY, NULL, 10000000, "" }, { "萬", NORM_COUNT_OF, NULL, 10000, "" }, { "万", NORM_COUNT_OF, NULL, 10000, "" }, { "億", NORM_MONEY, NULL, 100000000, "" },
		{ "M", NORM_DATA, NULL, 1000000, "" }, { "MB", NORM_DATA, "MB", 1, "" }, { "k EUR", NORM_MONEY, NULL, 1000, "EUR" }, { "kEUR", NORM_MONEY, NULL, 1000, "EUR" }, { "TEUR", NORM_MONEY, NULL, 1000, "EUR" },
		{ "in Mio. EUR", NORM_MONEY, NULL, 1000000, "EUR" }, { "M€", NORM_MONEY, NULL, 1000000, "EUR" }, { "(c)", NORM_MONEY, "cent", 1, "" }, { "ct", NORM_MONEY, "cent", 1, "" }, { "minor units", NORM_MONEY, "minor", 1, "" }, { "%", NORM_SHARE, "%", 1, "" },
		{ "per mille", NORM_SHARE, "‰", 1, "" }, { "‰", NORM_SHARE, "‰", 1, "" }, { "bps", NORM_SHARE, "bp", 1, "" }, { "basis points", NORM_SHARE, "bp", 1, "" }, { "GB", NORM_DATA, "GB", 1, "" },
		{ "GiB", NORM_DATA, "GiB", 1, "" }, { "Gb", NORM_DATA, "Gbit", 1, "" }, { "gb", NORM_DATA, "GB", 1, "" }, { "hours", NORM_SPAN, "h", 1, "" }, { "GB", NORM_SPAN, "!", 0, "" }, { "apples", NORM_COUNT_OF, "!", 0, "" },
		{ "tsd", NORM_MONEY, NULL, 1000, "" }, { "12.5", NORM_MONEY, "!", 0, "" }, { "萬", NORM_MONEY, NULL, 10000, "" }, { "億", NORM_COUNT_OF, NULL, 100000000, "" }, { "L", NORM_COUNT_OF, NULL, 100000, "" },
		{ "mm", NORM_DATA, "!", 0, "" }, { "m", NORM_COUNT_OF, NULL, 1000000, "" }, { "K", NORM_MONEY, NULL, 1000, "" },
		{ "JPY", NORM_MONEY, NULL, 1, "JPY" }, { "zł", NORM_MONEY, NULL, 1, "PLN" }, { "XYZ", NORM_MONEY, "!", 0, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_spec s = { .scale = { 0, 1 } };
		const int bad = norm_spec(text(rows[i].text), rows[i].want, false, &s);
		if (rows[i].unit && rows[i].unit[0] == '!') {
			cr_expect(bad != 0, "'%s' is understood", rows[i].text);
			continue;
		}
		cr_expect(bad == 0, "'%s' is not understood", rows[i].text);
		cr_expect(rows[i].unit ? s.unit && strcmp(s.unit->id, rows[i].unit) == 0 : !s.unit, "'%s': unit %s", rows[i].text, s.unit ? s.unit->id : "none");
		cr_expect(s.scale.num == rows[i].scale && s.scale.den == 1, "'%s': scale %lld", rows[i].text, (long long)s.scale.num);
		cr_expect(strcmp(s.currency, rows[i].currency) == 0, "'%s': %s", rows[i].text, s.currency);
	}
}

Test(normalise_rules, units_convert_within_a_dimension_only)
{
	static const struct { const char *from, *to; int64_t num, den; } rows[] = {
		{ "%", "fraction", 1, 100 }, { "‰", "fraction", 1, 1000 }, { "bp", "fraction", 1, 10000 }, { "GB", "B", 1000000000, 1 }, { "GiB", "B", 1073741824, 1 }, { "GiB", "GB", 67108864, 62500000 },
		{ "minor", "currency", 1, 100 }, { "min", "s", 60, 1 }, { "h", "min", 60, 1 }, { "s", "min", 1, 60 }, { "wk", "d", 7, 1 }, { "per_1k", "fraction", 1, 1000 }, { "GB", "min", 0, 0 }, { "%", "currency", 0, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_ratio r = { 0, 0 }, want = { 0, 0 };
		const int bad = norm_unit_ratio(norm_unit(rows[i].from, NORM_ANY), norm_unit(rows[i].to, NORM_ANY), &r);
		if (rows[i].den)
			cr_assert(norm_ratio_make(rows[i].num, rows[i].den, &want) == 0);
		cr_expect((bad != 0) == (rows[i].den == 0) && r.num == want.num && r.den == want.den, "%s to %s: %lld/%lld", rows[i].from, rows[i].to, (long long)r.num, (long long)r.den);
	}
	/* GB and GiB differ by 7.37 % */
	cr_expect(norm_unit("GiB", NORM_DATA)->num * 10000 / norm_unit("GB", NORM_DATA)->num == 10737);
}

Test(normalise_rules, shares_are_percent_fraction_or_an_error)
{
	static const struct { const char *values[4]; int is; } rows[] = {
		{ { "12.5", "3", "99" }, 100 }, { { "0.125", "0.9", "1" }, 1 }, { { "0.125", "12.5" }, TRIB_AMBIGUOUS }, { { "0", "0" }, 1 }, { { "0", "12.5" }, 100 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_share s = { 0 };
		for (int k = 0; k < 4 && rows[i].values[k]; k++) {
			trib_dec d;
			cr_assert(trib_dec_parse(text(rows[i].values[k]), 3, &d) == 0);
			norm_share_vote(&s, norm_wide_of(d), 3);
		}
		cr_expect(norm_share_end(&s) == rows[i].is, "row %zu: %d", i, norm_share_end(&s));
	}
}

/* ---- C.3: currencies ---- */

Test(normalise_rules, currencies)
{
	static const struct { const char *code; int digits; } digits[] = { { "EUR", 2 }, { "JPY", 0 }, { "KWD", 3 }, { "CLF", 4 }, { "USD", 2 }, { "XXX", -1 }, { "eur", -1 }, { "EU", -1 }, { "D A", -1 } };
	static const struct { const char *symbol, *market, *is; } symbols[] = {
		{ "$", "US", "USD" }, { "$", "CA", "CAD" }, { "$", "XX", NULL }, { "$", "", NULL }, { "kr", "SE", "SEK" }, { "kr", "DK", "DKK" }, { "kr", "*", NULL }, { "₨", "PK", "PKR" }, { "₨", "LK", "LKR" },
		{ "€", "*", "EUR" }, { "¥", "JP", "JPY" }, { "¥", "*", NULL },
	};
	for (size_t i = 0; i < COUNT(digits); i++)
		cr_expect(norm_currency_digits(digits[i].code) == digits[i].digits, "%s: %d", digits[i].code, norm_currency_digits(digits[i].code));
	for (size_t i = 0; i < COUNT(symbols); i++) {
		const char *is = norm_currency_of(symbols[i].symbol, text(symbols[i].market));
		cr_expect(is && symbols[i].is ? strcmp(is, symbols[i].is) == 0 : is == symbols[i].is, "%s in %s: %s", symbols[i].symbol, symbols[i].market, is ? is : "none");
	}
}

static trib_date day(const char *iso)
{
	trib_date d = { 0 };
	cr_assert(trib_date_parse(text(iso), NULL, &d) == 0, "%s", iso);
	return d;
}

Test(normalise_rules, rates)
{
	static const struct norm_fx_row quotes[] = {
		{ "EUR", "USD", "2025-01", NULL, "1.08" }, { "EUR", "USD", "2025-02", "avg", "1.10" }, { "EUR", "USD", "2025-03", NULL, "1.12" }, { "EUR", "USD", "2025-Q1", "end", "1.12" },
		{ "EUR", "GBP", "2025-01", NULL, "0.84" }, { "EUR", "CHF", "2025-01-03", NULL, "0.94" }, { "EUR", "CHF", "2025-01-06", NULL, "" }, { "EUR", "CHF", "2025-01-07", "spot", "NaN" },
		{ "EUR", "CHF", "2025-01-31", NULL, "0.95" }, { "EUR", "PLN", "2025-01", NULL, "4.1593095238095241" }, { "EUR", "DKK", "2025-01", NULL, "1.1593095238095241" }, { "SEK", "EUR", "2025-01", NULL, "0.087" },
		{ "PLN", "EUR", "2025-01", NULL, "0.9" },                         /* the other way round: not read where the pivot's own is there */
	};
	const struct norm_fx_row *first = quotes;
	static const struct { const char *from, *to, *start, *end; enum norm_policy policy; const char *rate, *date; } rows[] = {
		{ "EUR", "USD", "2025-01-01", "2025-02-01", NORM_FX_AVG, "1.08", NULL }, { "EUR", "USD", "2025-02-01", "2025-03-01", NORM_FX_AVG, "1.1", NULL },
		{ "EUR", "USD", "2025-01-01", "2025-04-01", NORM_FX_AVG, "1.1", NULL },           /* quarter: mean of its months */
		{ "EUR", "USD", "2025-01-01", "2025-04-01", NORM_FX_END, "1.12", NULL }, { "EUR", "USD", "2025-04-01", "2025-05-01", NORM_FX_AVG, NULL, NULL },
		{ "EUR", "USD", "2025-02-01", "2025-05-01", NORM_FX_AVG, NULL, NULL },            /* April is missing */
		{ "EUR", "EUR", "2025-01-01", "2025-02-01", NORM_FX_AVG, "1", NULL },
		{ "USD", "EUR", "2025-01-01", "2025-02-01", NORM_FX_AVG, "0.925925925925925926", NULL }, { "GBP", "USD", "2025-01-01", "2025-02-01", NORM_FX_AVG, "1.285714285714285714", NULL },
		{ "PLN", "EUR", "2025-01-01", "2025-02-01", NORM_FX_AVG, "0.240424521011385802", NULL }, { "SEK", "USD", "2025-01-01", "2025-02-01", NORM_FX_AVG, "0.09396", NULL }, { "EUR", "DKK", "2025-01-01", "2025-02-01", NORM_FX_AVG, "1.1593095238095241", NULL },
		/* days: last published before, at most five days old */
		{ "EUR", "CHF", "2025-01-03", "2025-01-04", NORM_FX_SPOT, "0.94", "2025-01-03" }, { "EUR", "CHF", "2025-01-05", "2025-01-06", NORM_FX_SPOT, "0.94", "2025-01-03" },
		{ "EUR", "CHF", "2025-01-08", "2025-01-09", NORM_FX_SPOT, "0.94", "2025-01-03" }, { "EUR", "CHF", "2025-01-09", "2025-01-10", NORM_FX_SPOT, NULL, NULL },
		{ "EUR", "CHF", "2025-01-02", "2025-01-03", NORM_FX_SPOT, NULL, NULL }, { "EUR", "CHF", "2025-01-01", "2025-02-01", NORM_FX_END, "0.95", "2025-01-31" },
		{ "EUR", "CHF", "2025-01-01", "2025-02-01", NORM_FX_AVG, "0.945", NULL },         /* mean of the days that were published */
	};
	struct drive d;
	struct norm_fx fx = { 0 };
	extern const struct trib_plugin normalise_LTX_trib_plugin;
	drive_open(&d, &normalise_LTX_trib_plugin, "{}");
	cr_assert(norm_fx_make(d.t, &fx, &(trib_list){ first, COUNT(quotes) }, "EUR", 5) == 0, "%s", d.t->error.text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_rate r = { 0 };
		char date[16];
		const int bad = norm_fx_rate(&fx, norm_code3(rows[i].from), norm_code3(rows[i].to), rows[i].policy, day(rows[i].start), day(rows[i].end), &r);
		cr_expect((bad != 0) == (rows[i].rate == NULL), "row %zu", i);
		if (rows[i].rate)
			cr_expect(strcmp(shown(r.m, r.scale), rows[i].rate) == 0, "row %zu: %s", i, shown(r.m, r.scale));
		date[trib_date_text(r.date, date)] = '\0';
		if (rows[i].date)
			cr_expect(strcmp(date, rows[i].date) == 0, "row %zu: %s", i, date);
	}
	norm_fx_done(&fx);
	drive_close(&d);
}

/* 50k/100k/150k EUR at 1.08/1.10/1.12: months 332,000; quarter average 330,000; quarter end 336,000 USD */
Test(normalise_rules, a_sum_is_converted_month_by_month)
{
	static const struct { int64_t eur; norm_wide rate; } months[] = { { 50000, 108 }, { 100000, 110 }, { 150000, 112 } };
	const struct norm_factor one = { 1, 1, 0 };
	norm_wide sum = 0, x = 0;
	for (size_t i = 0; i < COUNT(months); i++) {
		cr_assert(norm_convert(months[i].eur, 0, one, months[i].rate, 2, 2, &x) == 0);
		sum += x;
	}
	cr_expect(strcmp(shown(sum, 2), "332000") == 0);
	cr_expect(norm_convert(300000, 0, one, 110, 2, 2, &x) == 0 && strcmp(shown(x, 2), "330000") == 0);
	cr_expect(norm_convert(300000, 0, one, 112, 2, 2, &x) == 0 && strcmp(shown(x, 2), "336000") == 0);
}

/* ---- C.5: running totals ---- */

static struct norm_item month(int m, int64_t value)
{
	struct norm_item x = { .grain = TRIB_MONTH, .value = value, .status = 'A' };
	trib_period_of(trib_date_of(2025 + (m - 1) / 12, (m - 1) % 12 + 1, 1), TRIB_MONTH, &x.start, &x.end);
	return x;
}

Test(normalise_rules, running_totals)
{
	static const struct { enum norm_collection how; int fiscal; int in[6][2], out[6][4]; } rows[] = {   /* in: month, value; out: from, to (month after), value, negative */
		{ NORM_YTD, 1, { { 1, 1200 }, { 2, 2500 }, { 3, 2400 }, { 4, 3900 } }, { { 1, 2, 1200, 0 }, { 2, 3, 1300, 0 }, { 3, 4, -100, 1 }, { 4, 5, 1500, 0 } } },
		{ NORM_YTD, 1, { { 1, 100 }, { 3, 300 } }, { { 1, 2, 100, 0 }, { 2, 4, 200, 0 } } },                        /* one observation of two months */
		{ NORM_YTD, 1, { { 3, 300 }, { 4, 500 } }, { { 1, 4, 300, 0 }, { 4, 5, 200, 0 } } },                        /* begins in the middle */
		{ NORM_YTD, 1, { { 12, 1200 }, { 13, 90 } }, { { 1, 13, 1200, 0 }, { 13, 14, 90, 0 } } },                   /* January begins anew */
		{ NORM_YTD, 4, { { 3, 1200 }, { 4, 90 }, { 5, 200 } }, { { -8, 4, 1200, 0 }, { 4, 5, 90, 0 }, { 5, 6, 110, 0 } } },   /* year from April */
		{ NORM_QTD, 1, { { 3, 900 }, { 4, 100 }, { 5, 250 } }, { { 1, 4, 900, 0 }, { 4, 5, 100, 0 }, { 5, 6, 150, 0 } } },
		{ NORM_LIFETIME, 1, { { 1, 1000 }, { 2, 1500 }, { 3, 1400 }, { 4, 600 }, { 5, 700 } }, { { 2, 3, 500, 0 }, { 3, 4, -100, 1 }, { 4, 5, 600, 1 }, { 5, 6, 100, 0 } } },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct norm_item in[6], out[6];
		int n = 0, want = 0;
		for (; n < 6 && rows[i].in[n][0]; n++)
			in[n] = month(rows[i].in[n][0], rows[i].in[n][1]);
		while (want < 6 && rows[i].out[want][1])
			want++;
		const int got = norm_decumulate(in, n, rows[i].how, rows[i].fiscal, out);
		cr_assert(got == want, "row %zu: %d observations", i, got);
		for (int k = 0; k < got; k++) {
			const int *o = rows[i].out[k];
			const trib_date from = o[0] > 0 ? month(o[0], 0).start : trib_date_of(2024, 12 + o[0], 1), to = month(o[1], 0).start;
			cr_expect(out[k].start.days == from.days && out[k].end.days == to.days, "row %zu.%d: days %d to %d", i, k, out[k].start.days, out[k].end.days);
			cr_expect((int)out[k].value == o[2] && out[k].negative_delta == o[3], "row %zu.%d: %d %d", i, k, (int)out[k].value, out[k].negative_delta);
			cr_expect((out[k].grain == TRIB_MONTH) == (o[1] - o[0] == 1), "row %zu.%d: grain", i, k);
		}
	}
}

Test(normalise_rules, periods_combine_by_kind)
{
	struct norm_item days[30];
	norm_wide v = 0;
	for (int i = 0; i < 30; i++)            /* S27: daily users 1,700,000 + 10,000 d */
		days[i] = (struct norm_item){ .start = { i }, .end = { i + 1 }, .grain = TRIB_DAY, .value = 1710000 + 10000 * i, .status = 'A' };
	cr_expect(norm_combine(days, 30, NORM_AVG, 0, &v) == 0 && v == 1855000);
	cr_expect(norm_combine(days, 30, NORM_LAST, 0, &v) == 0 && v == 2000000);
	cr_expect(norm_combine(days, 30, NORM_MIN, 0, &v) == 0 && v == 1710000);
	cr_expect(norm_combine(days, 30, NORM_MAX, 0, &v) == 0 && v == 2000000);
	cr_expect(norm_combine(days, 30, NORM_SUM, 0, &v) == 0 && v == 55650000);
	cr_expect(norm_combine(days, 30, NORM_NONE, 0, &v) == TRIB_NOT_A_VALUE);
}

/* ---- names ---- */

Test(normalise_rules, names_fold)
{
	static const struct { const char *a, *b; bool same; } rows[] = {
		{ "Umsatz", "UMSATZ", true }, { "Réclamations", "reclamations", true }, { "Abonnés actifs", "Abonne\u0301s  actifs", true }, { "active_users", "Active Users", true }, { "net\u00a0rev", "Net-Rev", true },
		{ "Größe", "GRÖSSE", true }, { "ВЫРУЧКА", "выручка", true }, { "ＡＲＰＵ", "arpu", true }, { "Umsatz", "Umsätze", false }, { " x ", "x", true },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect(norm_fold_equal(text(rows[i].a), text(rows[i].b)) == rows[i].same, "%s, %s", rows[i].a, rows[i].b);
	cr_expect(norm_edits(text("Revnue"), text("revenue")) == 1);
	cr_expect(norm_edits(text("ab"), text("ba")) == 1);
}

Test(normalise_rules, words_have_codes)
{
	struct norm_words w = { 0 };
	char t[32];
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			const size_t n = (size_t)snprintf(t, sizeof t, "%s%d", i % 3 ? "a rather long name of " : "", i);
			cr_assert(norm_code_of(&w, (struct trib_text){ t, n }, 1 << 20) == i);
		}
	cr_expect(norm_code_of(&w, text("0"), 1 << 20) == 0);
	cr_expect(norm_code_of(&w, (struct trib_text){ "", 0 }, 1 << 20) == 5000);
	cr_expect(norm_code_of(&w, text("one more"), 5001) == -1);
	norm_words_done(&w);
}

/* A column of views has the codes that its texts have one by one: of lengths around those of a view and a slot, alike at both ends. */
Test(normalise_rules, columns_have_the_codes_of_their_texts)
{
	enum { ROWS = 20000, LONG = 48 };
	static int32_t rows[ROWS][4], codes[ROWS];
	static char bytes[ROWS][LONG];
	static uint8_t valid[ROWS / 8];
	const void *const page = bytes;
	struct trib_view v = { .type = TRIB_STR, .length = ROWS, .values = rows, .pages = &page };
	uint64_t seed = 9;
	for (int i = 0; i < ROWS; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		const int n = (int)(seed >> 40) % 40;
		memset(bytes[i], 'a', LONG);
		for (int k = 0; n > 0 && k < 2; k++)
			bytes[i][(seed >> (48 + 4 * k)) % (uint64_t)n] = (char)('a' + (seed >> (56 + k)) % 3);
		memcpy(rows[i], &(int32_t){ n }, 4);
		memcpy(rows[i] + 1, bytes[i], (size_t)(n > 12 ? 4 : n));
		if (n > 12)
			rows[i][3] = i * LONG;
		valid[i / 8] |= (uint8_t)((seed >> 36 & 7) != 0) << i % 8;
	}
	for (int nulls = 0; nulls < 2; nulls++) {
		struct norm_words w = { 0 };
		v.validity = nulls ? valid : NULL;
		for (int round = 0; round < 2; round++) {
			cr_assert(norm_codes_of(&w, &v, ROWS, 1 << 20, codes));
			for (int i = 0; i < ROWS; i++) {
				const struct trib_text x = trib_str(&v, i);
				cr_assert_eq(codes[i], x.p ? norm_code_of(&w, x, 1 << 20) : -1, "row %d", i);
			}
		}
		norm_words_done(&w);
	}
}
