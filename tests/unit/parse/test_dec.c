/* decimals against Python's (dec_cases.py), and the texts that readers meet */
#include <criterion/criterion.h>
#include "base/text.h"
#include "parse/dec.h"

static trib_dec dec(const char *text, int scale)
{
	trib_dec v = { 0 };
	cr_assert_eq(trib_dec_parse(tribx_text(text), scale, &v), 0, "%s", text);
	return v;
}

static const struct { char op; const char *a; int scale_a; const char *b; int scale_b, to; const char *is; } cases[] = {
#include "dec_cases.h"
};

Test(dec, agrees_with_python)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const trib_dec a = dec(cases[i].a, 0), b = dec(cases[i].b, 0);
		trib_dec r = { 0 };
		char text[TRIB_DEC_TEXT] = "";
		int e = -9;
		if (cases[i].op == '*')
			e = trib_dec_mul(a, cases[i].scale_a, b, cases[i].scale_b, cases[i].to, &r);
		else if (cases[i].op == '/')
			e = trib_dec_div(a, cases[i].scale_a, b, cases[i].scale_b, cases[i].to, &r);
		else
			e = trib_dec_rescale(a, cases[i].scale_a, cases[i].to, &r);
		cr_expect_eq(e, cases[i].is ? 0 : TRIB_OUT_OF_RANGE, "row %zu: %d", i, e);
		trib_dec_text(r, 0, text);
		if (e == 0 && cases[i].is)
			cr_expect_str_eq(text, cases[i].is, "row %zu: %s", i, text);
	}
}

Test(dec, reads_plain_text)
{
	static const struct { const char *text; int scale, e; const char *is; } rows[] = {
		{ "0", 0, 0, "0" }, { "-0", 2, 0, "0.00" }, { "+5", 0, 0, "5" }, { "1234.56", 2, 0, "1234.56" },
		{ ".5", 1, 0, "0.5" },
		{ "-.5", 0, 0, "0" }, { "1.5", 0, 0, "2" }, { "2.5", 0, 0, "2" },
		{ "2.50000000000000000000000000000000000000000000001", 0, 0, "3" },
		{ "0.33333333333333333333333333333333333333333333", 38, 0, "0.33333333333333333333333333333333333333" },
		{ "0.99999999999999999999999999999999999999999999", 38, TRIB_OUT_OF_RANGE, "" },
		{ "0.99999999999999999999999999999999999999999999", 37, 0, "1.0000000000000000000000000000000000000" },
		{ "9.99999999999999999999999999999999999994999999", 37, 0, "9.9999999999999999999999999999999999999" },
		{ "99999999999999999999999999999999999999", 0, 0, "99999999999999999999999999999999999999" },
		{ "-99999999999999999999999999999999999999", 0, 0, "-99999999999999999999999999999999999999" },
		{ "100000000000000000000000000000000000000", 0, TRIB_OUT_OF_RANGE, "" },
		{ "99999999999999999999999999999999999999.5", 0, TRIB_OUT_OF_RANGE, "" },
		{ "0000000000000000000000000000000000000000000000000000001", 0, 0, "1" },
		{ "9223372036854775808", 0, 0, "9223372036854775808" },
		{ "99999999999999999999999999999999999999", 1, TRIB_OUT_OF_RANGE, "" },
		{ "0.0000000000000000000000000000000000000000000001", 38, 0,
		  "0.00000000000000000000000000000000000000" },
		{ "", 0, TRIB_NOT_A_VALUE, "" }, { "-", 0, TRIB_NOT_A_VALUE, "" }, { ".", 0, TRIB_NOT_A_VALUE, "" },
		{ "1.", 0, TRIB_NOT_A_VALUE, "" },
		{ "1,5", 0, TRIB_NOT_A_VALUE, "" }, { "1e3", 0, TRIB_NOT_A_VALUE, "" },
		{ " 1", 0, TRIB_NOT_A_VALUE, "" }, { "1 ", 0, TRIB_NOT_A_VALUE, "" },
		{ "--1", 0, TRIB_NOT_A_VALUE, "" }, { "NaN", 0, TRIB_NOT_A_VALUE, "" },
		{ "0x1F", 0, TRIB_NOT_A_VALUE, "" }, { "1.2.3", 2, TRIB_NOT_A_VALUE, "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		trib_dec v = { 0 };
		char text[TRIB_DEC_TEXT] = "";
		const int e = trib_dec_parse(tribx_text(rows[i].text), rows[i].scale, &v);
		cr_expect_eq(e, rows[i].e, "%s: %d", rows[i].text, e);
		if (e == 0)
			cr_expect_eq(trib_dec_text(v, rows[i].scale, text), strlen(rows[i].is));
		cr_expect_str_eq(text, rows[i].is, "%s: %s", rows[i].text, text);
	}
	trib_dec v;
	cr_assert_eq(trib_dec_parse((struct trib_text){ NULL, 0 }, 0, &v), TRIB_NOT_A_VALUE);
}

Test(dec, short_text_has_no_trailing_zeros)
{
	static const struct { const char *text; int scale; const char *is; } rows[] = {
		{ "1.500", 3, "1.5" }, { "100", 0, "100" }, { "100.000", 3, "100" }, { "-0.010", 3, "-0.01" },
		{ "0.000", 3, "0" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[TRIB_DEC_TEXT];
		cr_expect_eq(trib_dec_short(dec(rows[i].text, rows[i].scale), rows[i].scale, text), strlen(rows[i].is));
		cr_expect_str_eq(text, rows[i].is);
	}
}

Test(dec, adds_and_compares)
{
	const trib_dec most = dec("99999999999999999999999999999999999999",
	                          0), least = dec("-99999999999999999999999999999999999999", 0);
	trib_dec r;
	cr_expect_eq(trib_dec_add(most, trib_dec_i64(1), &r), TRIB_OUT_OF_RANGE);
	cr_expect_eq(trib_dec_add(most, most, &r), TRIB_OUT_OF_RANGE);
	cr_expect_eq(trib_dec_sub(least, trib_dec_i64(1), &r), TRIB_OUT_OF_RANGE);
	cr_expect_eq(trib_dec_sub(least, most, &r), TRIB_OUT_OF_RANGE);
	cr_expect_eq(trib_dec_add(most, least, &r), 0);
	cr_expect_eq(trib_dec_cmp(r, trib_dec_i64(0)), 0);
	cr_expect_eq(trib_dec_add(dec("0.1", 9), dec("0.2", 9), &r), 0);
	cr_expect_eq(trib_dec_cmp(r, dec("0.3", 9)), 0);
	cr_expect_lt(trib_dec_cmp(trib_dec_i64(-5), trib_dec_i64(3)), 0);
	cr_expect_gt(trib_dec_cmp(most, trib_dec_i64(INT64_MAX)), 0);
}

/* doubles as Python's float() of the same text */
Test(dec, nearest_double)
{
	static const struct { const char *text; int scale; double is; } rows[] = {
		{ "0", 9, 0.0 }, { "0.1", 1, 0x1.999999999999ap-4 }, { "-2.675", 9, -0x1.5666666666666p+1 },
		{ "9007199254740993", 0, 0x1p+53 },
		{ "9007199254740995", 0, 0x1.0000000000002p+53 },
		{ "9007199254740993.000000001", 9, 0x1.0000000000001p+53 },
		{ "99999999999999999999999999999999999999", 0, 0x1.2ced32a16a1b1p+126 },
		{ "0.00000000000000000000000000000000000001", 38, 0x1.b38fb9daa78e4p-127 },
		{ "1.1593095238095241", 18, 0x1.28c8824ab4078p+0 },
		{ "-123456789012345678901234567.890123456", 9, -0x1.987bf7c563caap+86 },
		{ "0.3333333333333333333333333333333333333", 37, 0x1.5555555555555p-2 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(trib_dec_f64(dec(rows[i].text, rows[i].scale), rows[i].scale), rows[i].is, "%s: %a",
		             rows[i].text,
		             trib_dec_f64(dec(rows[i].text, rows[i].scale), rows[i].scale));
}
