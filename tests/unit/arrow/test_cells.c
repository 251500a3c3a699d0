/* test_cells - cells and rows as text, text as cells, JSON rows, bad cells on their way to the dead letters. */
#include "fixture.h"

#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include "arrow/scalar.h"

Test(cells, doubles_are_as_short_as_they_can_be_read_back)
{
	/* shortest round-trip texts as Python's repr gives their digits */
	static const struct { double v; const char *text; } rows[] = {
		{ 0, "0" }, { -0.0, "-0" }, { 0.1, "0.1" }, { 1.0 / 3, "0.3333333333333333" }, { 5e-324, "4.94065645841247e-324" }, { 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 123456789012345680.0, "1.2345678901234568e+17" }, { 100000, "100000" }, { 2.5, "2.5" }, { -1e-7, "-1e-07" }, { 9007199254740993.0, "9007199254740992" },
	};
	char to[TRIBX_NUMBER_TEXT];
	for (int locale = 0; locale < 2; locale++) {
		setlocale(LC_ALL, locale ? "de_DE.UTF-8" : "C");   /* a comma there, if it is installed */
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			double back = 1;
			size_t n = tribx_f64_text(rows[i].v, to);
			cr_expect_str_eq(to, rows[i].text);
			cr_expect_eq(tribx_f64_parse((struct trib_text){ to, n }, &back), 0);
			cr_expect(memcmp(&back, &rows[i].v, sizeof back) == 0, "%s", to);
		}
	}
	cr_expect_eq(tribx_f64_text((double)NAN, to), 3);
	cr_expect_str_eq((tribx_f64_text(-(double)INFINITY, to), to), "-Infinity");
}

Test(cells, numbers_are_the_whole_text_or_nothing)
{
	static const struct { const char *text; int status; double v; } rows[] = {
		{ "1", 0, 1 }, { "+1.5", 0, 1.5 }, { "-.5", 0, -.5 }, { "1.", 0, 1 }, { "1e3", 0, 1000 }, { "1E-2", 0, .01 }, { "0.30000000000000004", 0, .1 + .2 },
		{ "9007199254740993", 0, 9007199254740992.0 }, { "123456789.123456789e-5", 0, 1234.56789123456789 }, { "1e400", -2, 0 }, { "", -1, 0 }, { ".", -1, 0 },
		{ "-", -1, 0 }, { "1e", -1, 0 }, { "1,5", -1, 0 }, { "0x10", -1, 0 }, { "nan", -1, 0 }, { "inf", -1, 0 }, { "1 ", -1, 0 }, { "1.2.3", -1, 0 }, { "e5", -1, 0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double v = 0;
		cr_expect_eq(tribx_f64_parse(T(rows[i].text), &v), rows[i].status, "%s", rows[i].text);
		cr_expect(rows[i].status || v == rows[i].v, "%s is %.17g", rows[i].text, v);
	}
}

Test(cells, clocks_and_durations)
{
	static const struct { const char *text; int64_t us; const char *back; } clocks[] = {
		{ "00:00", 0, "00:00:00" }, { "23:59:59", 86399000000, "23:59:59" }, { "12:30:00.000001", 45000000001, "12:30:00.000001" }, { "1:00", -1, 0 }, { "12:60", -1, 0 },
		{ "12:00:00.", -1, 0 }, { "12:00:00.1234567", -1, 0 }, { "12:00:0", -1, 0 }, { "12-00", -1, 0 },
	};
	static const struct { const char *text; int64_t ms; const char *back; } durations[] = {
		{ "PT1.5S", 1500, "PT1.500S" }, { "P1DT1H", 90000000, "PT90000S" }, { "P1W", 604800000, "PT604800S" }, { "-PT2M", -120000, "-PT120S" }, { "250ms", 250, "PT0.250S" },
		{ "5m", 300000, "PT300S" }, { "2h", 7200000, "PT7200S" }, { "1d", 86400000, "PT86400S" }, { "", -1, 0 }, { "P", -1, 0 }, { "PT", -1, 0 }, { "P1H", -1, 0 },
		{ "5", -1, 0 }, { "5m3s", -1, 0 }, { "PT99999999999999999999S", -1, 0 }, { "1.h", 3600000, "PT3600S" },
	};
	char to[TRIBX_NUMBER_TEXT];
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		trib_clock c = { -1 };
		cr_expect_eq(tribx_clock_parse(T(clocks[i].text), &c) < 0, clocks[i].us < 0, "%s", clocks[i].text);
		cr_expect_eq(c.us, clocks[i].us, "%s", clocks[i].text);
		if (clocks[i].back)
			cr_expect_str_eq((tribx_clock_text(c, to), to), clocks[i].back);
	}
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		trib_duration d = { -1 };
		tribx_span_parse(T(durations[i].text), &d);
		cr_expect_eq(d.ms, durations[i].ms, "%s", durations[i].text);
		if (durations[i].back)
			cr_expect_str_eq((tribx_span_text(d, to), to), durations[i].back);
	}
}

Test(cells, digits_of_decimals_are_counted)
{
	/* 10^38 - 1, 10^38, and their negatives */
	static const struct { trib_dec v; int precision; bool fits; } rows[] = {
		{ { 0x098a223fffffffff, 0x4b3b4ca85a86c47a }, 38, true }, { { 0x098a224000000000, 0x4b3b4ca85a86c47a }, 38, false },
		{ { 0xf675ddc000000001, (int64_t)0xb4c4b357a5793b85 }, 38, true }, { { 0xf675ddc000000000, (int64_t)0xb4c4b357a5793b85 }, 38, false },
		{ { 999, 0 }, 3, true }, { { 1000, 0 }, 3, false }, { { (uint64_t)-999, -1 }, 3, true }, { { (uint64_t)-1000, -1 }, 3, false },
		{ { 999999999999999999, 0 }, 18, true }, { { 1000000000000000000, 0 }, 18, false }, { { UINT64_MAX, 0 }, 19, false }, { { UINT64_MAX, 0 }, 20, true },
		{ { 0, INT64_MIN }, 38, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trib_batch b = { 0 };
		struct tribx_dead_list dead = { 0 };
		cr_expect_eq(tribx_dec_fits(rows[i].v, rows[i].precision), rows[i].fits, "%zu", i);
		tribx_attach(&b, &dead, "s");
		trib_put_dec(&b, trib_add_dec(&b, "d", rows[i].precision, 0), rows[i].v);
		trib_rows(&b, 1);
		cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
		cr_expect_eq(dead.count, !rows[i].fits, "%zu", i);
		tribx_dead_done(&dead);
		trib_free(&b);
	}
}

Test(cells, any_value_to_any_column)
{
	static const struct { enum trib_type type; const char *want; } rows[] = {
		{ TRIB_I64, "3" }, { TRIB_F64, "3" }, { TRIB_DEC, "3" }, { TRIB_STR, "\"3\"" }, { TRIB_JSON, "3" }, { TRIB_NULL, "3" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int how = 0; how < 4; how++) {
			struct trib_batch b = { 0 };
			char want[40];
			int col = trib_add(&b, "c", rows[i].type);
			trib_put_null(&b, col);
			if (how == 0)
				trib_put_i64(&b, col, 3);
			else if (how == 1)
				trib_put_f64(&b, col, 3);
			else if (how == 2)
				trib_put_text(&b, col, T("3"));
			else
				trib_put_str(&b, col, T("3"));
			trib_rows(&b, 2);
			cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK, "%s", tribx_type_names[rows[i].type]);
			snprintf(want, sizeof want, "{\"c\":%s}", rows[i].type == TRIB_NULL && how >= 2 ? "\"3\"" : rows[i].want);
			expect_rows(&b, (const char *const[]){ "{\"c\":null}", want, NULL }, tribx_type_names[rows[i].type]);
			trib_free(&b);
		}
	no_leaks();
}

Test(cells, as_text)
{
	struct trib_batch b = { 0 };
	struct trib_view v;
	trib_add_dec(&b, "dec", 38, 9), trib_add(&b, "time", TRIB_TIME), trib_add(&b, "date", TRIB_DATE), trib_add(&b, "bool", TRIB_BOOL), trib_add(&b, "s", TRIB_STR);
	trib_put_dec(&b, 0, (trib_dec){ (uint64_t)-1500000000, -1 });
	trib_put_i64(&b, 1, -1);
	trib_put_i64(&b, 2, -1);
	trib_put_i64(&b, 3, 1);
	trib_put_str(&b, 4, T("a \"quoted\"\n\xf0\x9f\x98\x80"));
	trib_rows(&b, 2);
	tribx_ready(&b, NULL);
	static const char *const want[] = { "-1.5", "1969-12-31T23:59:59.999999Z", "1969-12-31", "true", "a \"quoted\"\n\xf0\x9f\x98\x80" };
	for (int col = 0; col < 5; col++) {
		struct tribx_buf out = { 0 };
		trib_view(&b, col, &v);
		cr_expect(tribx_cell(&v, 0, &out));
		cr_expect_str_eq(out.p, want[col]);
		cr_expect_not(tribx_cell(&v, 1, &out), "null is nothing");
		tribx_buf_done(&out);
	}
	expect_rows(&b, (const char *const[]){ "{\"dec\":-1.5,\"time\":\"1969-12-31T23:59:59.999999Z\",\"date\":\"1969-12-31\",\"bool\":true,\"s\":\"a \\\"quoted\\\"\\n\xf0\x9f\x98\x80\"}",
	            "{\"dec\":null,\"time\":null,\"date\":null,\"bool\":null,\"s\":null}", NULL }, "text");
	trib_free(&b);
	no_leaks();
}

Test(cells, bad_ones_are_told_when_the_batch_is_handed_on)
{
	struct trib_batch b = { 0 };
	struct tribx_dead_list dead = { 0 };
	tribx_attach(&b, &dead, "reader");
	trib_add(&b, "id", TRIB_I64), trib_add(&b, "n", TRIB_I64), trib_add(&b, "t", TRIB_STR);
	static const char *const cells[] = { "1", "x", "3", "99999999999999999999", "5", "\xf0\x9f\x98\x80" };
	for (int i = 0; i < 6; i++) {
		trib_put_i64(&b, 0, i);
		trib_put_text(&b, 1, T(cells[i]));
		trib_put_str(&b, 2, T(cells[i]));
		trib_rows(&b, 1);
	}
	/* row numbers stay until then: rows 5, 3, 2, 0 are kept, 1 is left out with its fault */
	cr_assert_eq(trib_pick(&b, (const int32_t[]){ 5, 3, 2, 0 }, 4), TRIB_OK);
	cr_expect_eq(b.array.length, 4);
	cr_expect_eq(dead.count, 0);
	cr_assert_eq(trib_pick_cols(&b, (const int[]){ 1, 0 }, (const char *const[]){ "number", NULL }, 2), TRIB_OK);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"number\":3,\"id\":2}", "{\"number\":1,\"id\":0}", NULL }, "left");
	cr_assert_eq(dead.count, 2);
	cr_expect_str_eq(dead.head->code, "cell.not_a_number");
	cr_expect_str_eq(dead.head->detail, "column n: \"\xf0\x9f\x98\x80\" does not fit int64");
	cr_expect_str_eq(dead.head->record, "{\"number\":\"\xf0\x9f\x98\x80\",\"id\":5}");
	cr_expect_str_eq(dead.head->next->code, "cell.out_of_range");
	cr_expect_str_eq(dead.head->next->record, "{\"number\":\"99999999999999999999\",\"id\":3}");
	tribx_dead_done(&dead);
	trib_free(&b);
	no_leaks();
}

Test(cells, bad_ones_in_a_cleared_column_and_in_an_open_row)
{
	struct trib_batch b;
	struct tribx_dead_list dead = { 0 };
	make(&b, TRIB_STR, 4, &patterns[0]);
	tribx_attach(&b, &dead, "step");
	trib_clear(&b, 0, TRIB_I64);
	trib_put_text(&b, 0, T("no"));
	trib_clear(&b, 0, TRIB_I64);   /* anew: what was bad is forgotten */
	for (int i = 0; i < 4; i++)
		trib_put_text(&b, 0, T(i == 2 ? "bad" : "1"));
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_expect_eq(b.array.length, 3);
	cr_expect_eq(dead.count, 1);
	tribx_attach(&b, &dead, "step");
	trib_put_text(&b, 0, T("dropped with its row"));
	tribx_unrow(&b);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_expect_eq(b.array.length, 3);
	cr_expect_eq(dead.count, 1);
	tribx_dead_done(&dead);
	trib_free(&b);
	no_leaks();
}

Test(cells, json_rows_of_found_columns)
{
	json_t *rows = json_loads("[{\"id\":1,\"name\":\"x\",\"late\":null},{\"id\":2,\"tags\":[\"a\",{\"b\":1}],\"ok\":true},{\"late\":1.5,\"id\":\"3\",\"ok\":false}]", 0, NULL);
	struct trib_batch b = { 0 };
	trib_rows_json(&b, rows);
	json_decref(rows);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"id\":1,\"name\":\"x\",\"late\":null,\"tags\":null,\"ok\":null}", "{\"id\":2,\"name\":null,\"late\":null,\"tags\":[\"a\",{\"b\":1}],\"ok\":true}",
	            "{\"id\":3,\"name\":null,\"late\":1.5,\"tags\":null,\"ok\":false}", NULL }, "json");
	cr_expect_eq(tribx_type(&b, trib_col(&b, "tags")), TRIB_JSON);
	cr_expect_eq(tribx_type(&b, trib_col(&b, "late")), TRIB_F64);
	trib_free(&b);
	no_leaks();
}

Test(cells, json_rows_of_declared_columns)
{
	static const struct trib_field table[] = { { .name = "id", .type = TRIB_I64 }, { "amount", TRIB_DEC, .from = "/money/0/value" }, { "odd", TRIB_STR, .from = "/a~1b/c~0d" },
	                                           { "renamed", TRIB_STR, .from = "Name" }, { "all", TRIB_JSON, .from = "/money" }, { .name = "day", .type = TRIB_DATE }, { 0 } };
	json_t *rows = json_loads("[{\"id\":1,\"money\":[{\"value\":\"12.34\"}],\"a/b\":{\"c~d\":7},\"Name\":\"x\",\"extra\":1,\"day\":\"2025-01-31\"},"
	                          "{\"id\":2,\"money\":[{\"value\":0.1}],\"day\":\"nope\"}, 5, {\"id\":3,\"money\":{}}]", 0, NULL);
	struct trib_batch b;
	struct tribx_dead_list dead = { 0 };
	tribx_shape_fields(&b, table);
	tribx_attach(&b, &dead, "api");
	trib_rows_json(&b, rows);
	json_decref(rows);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"id\":1,\"amount\":12.34,\"odd\":\"7\",\"renamed\":\"x\",\"all\":[{\"value\":\"12.34\"}],\"day\":\"2025-01-31\"}",
	            "{\"id\":3,\"amount\":null,\"odd\":null,\"renamed\":null,\"all\":{},\"day\":null}", NULL }, "declared");
	cr_assert_eq(dead.count, 2);
	cr_expect_str_eq(dead.head->code, "json.not_an_object");
	cr_expect_str_eq(dead.head->record, "5");
	cr_expect_str_eq(dead.head->next->code, "cell.not_a_date");
	cr_expect_str_eq(dead.head->next->record, "{\"id\":2,\"amount\":0.1,\"odd\":null,\"renamed\":null,\"all\":[{\"value\":0.1}],\"day\":\"nope\"}");
	tribx_dead_done(&dead);
	trib_free(&b);
	no_leaks();
}
