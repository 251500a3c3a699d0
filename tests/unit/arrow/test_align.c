/* test_align - shapes united by name, columns imposed and cast, tables appended. */
#include "fixture.h"

#include <stdio.h>
#include <tributary/value.h>

static void one(struct trib_batch *b, enum trib_type type, int precision, int scale)
{
	*b = (struct trib_batch){ 0 };
	if (type == TRIB_DEC)
		trib_add_dec(b, "c", precision, scale);
	else
		trib_add(b, "c", type);
}

/* from: the text that is put to a column of type is; to: the JSON of the row as type as, NULL: a dead letter of that code. */
static const struct row { enum trib_type is; int p, s; const char *from; enum trib_type as; int as_p, as_s; const char *to, *code; } casts[] = {
	{ TRIB_STR, 0, 0, "12", TRIB_I64, 0, 0, "12", 0 },
	{ TRIB_STR, 0, 0, "-9223372036854775808", TRIB_I64, 0, 0, "-9223372036854775808", 0 },
	{ TRIB_STR, 0, 0, "9223372036854775808", TRIB_I64, 0, 0, NULL, "cell.out_of_range" },
	{ TRIB_STR, 0, 0, "1.0", TRIB_I64, 0, 0, NULL, "cell.not_a_number" },
	{ TRIB_STR, 0, 0, " 1", TRIB_I64, 0, 0, NULL, "cell.not_a_number" },
	{ TRIB_STR, 0, 0, "", TRIB_I64, 0, 0, "null", 0 },
	{ TRIB_STR, 0, 0, "0.1", TRIB_F64, 0, 0, "0.1", 0 },
	{ TRIB_STR, 0, 0, "1e400", TRIB_F64, 0, 0, NULL, "cell.out_of_range" },
	{ TRIB_STR, 0, 0, "12.345", TRIB_DEC, 38, 9, "12.345", 0 },
	{ TRIB_STR, 0, 0, "99999999999999999999999999999.999999999", TRIB_DEC, 38, 9, "99999999999999999999999999999.999999999", 0 },
	{ TRIB_STR, 0, 0, "100000000000000000000000000000", TRIB_DEC, 38, 9, NULL, "cell.out_of_range" },
	{ TRIB_STR, 0, 0, "100.00", TRIB_DEC, 4, 2, NULL, "cell.out_of_range" },
	{ TRIB_STR, 0, 0, "true", TRIB_BOOL, 0, 0, "true", 0 },
	{ TRIB_STR, 0, 0, "TRUE", TRIB_BOOL, 0, 0, NULL, "cell.not_a_bool" },
	{ TRIB_STR, 0, 0, "2025-02-29", TRIB_DATE, 0, 0, NULL, "cell.not_a_date" },
	{ TRIB_STR, 0, 0, "2024-02-29", TRIB_DATE, 0, 0, "\"2024-02-29\"", 0 },
	{ TRIB_STR, 0, 0, "2025-01-31T23:59:59.123456Z", TRIB_TIME, 0, 0, "\"2025-01-31T23:59:59.123456Z\"", 0 },
	{ TRIB_STR, 0, 0, "soon", TRIB_TIME, 0, 0, NULL, "cell.not_a_time" },
	{ TRIB_STR, 0, 0, "23:59:59.5", TRIB_CLOCK, 0, 0, "\"23:59:59.500000\"", 0 },
	{ TRIB_STR, 0, 0, "24:00:00", TRIB_CLOCK, 0, 0, NULL, "cell.not_a_clock" },
	{ TRIB_STR, 0, 0, "PT1H30M", TRIB_DURATION, 0, 0, "\"PT5400S\"", 0 },
	{ TRIB_STR, 0, 0, "90", TRIB_DURATION, 0, 0, NULL, "cell.not_a_duration" },
	{ TRIB_STR, 0, 0, "{\"x\": [1, 2]}", TRIB_JSON, 0, 0, "{\"x\": [1, 2]}", 0 },
	{ TRIB_STR, 0, 0, "{x", TRIB_JSON, 0, 0, NULL, "cell.not_json" },
	{ TRIB_JSON, 0, 0, "[1]", TRIB_STR, 0, 0, "\"[1]\"", 0 },
	{ TRIB_I64, 0, 0, "7", TRIB_STR, 0, 0, "\"7\"", 0 },
	{ TRIB_I64, 0, 0, "7", TRIB_F64, 0, 0, "7", 0 },
	{ TRIB_I64, 0, 0, "-9223372036854775808", TRIB_DEC, 38, 9, "-9223372036854775808", 0 },
	{ TRIB_I64, 0, 0, "1000", TRIB_DEC, 5, 2, NULL, "cell.out_of_range" },
	{ TRIB_I64, 0, 0, "2", TRIB_BOOL, 0, 0, NULL, "cell.not_a_bool" },
	{ TRIB_I64, 0, 0, "7", TRIB_TIME, 0, 0, NULL, "cell.not_a_time" },
	{ TRIB_F64, 0, 0, "7", TRIB_I64, 0, 0, "7", 0 },
	{ TRIB_F64, 0, 0, "7.5", TRIB_I64, 0, 0, NULL, "cell.not_a_number" },
	{ TRIB_F64, 0, 0, "1e30", TRIB_I64, 0, 0, NULL, "cell.out_of_range" },
	{ TRIB_F64, 0, 0, "0.1", TRIB_DEC, 38, 9, "0.1", 0 },
	{ TRIB_F64, 0, 0, "1.5e-10", TRIB_DEC, 38, 9, "0", 0 },
	{ TRIB_F64, 0, 0, "2.5e-9", TRIB_DEC, 38, 9, "0.000000002", 0 },
	{ TRIB_F64, 0, 0, "3.5e-9", TRIB_DEC, 38, 9, "0.000000004", 0 },
	{ TRIB_F64, 0, 0, "-1.25e20", TRIB_DEC, 38, 9, "-125000000000000000000", 0 },
	{ TRIB_F64, 0, 0, "1e300", TRIB_DEC, 38, 9, NULL, "cell.out_of_range" },
	{ TRIB_F64, 0, 0, "1e-300", TRIB_DEC, 38, 9, "0", 0 },
	{ TRIB_DEC, 38, 9, "12.5", TRIB_STR, 0, 0, "\"12.5\"", 0 },
	{ TRIB_DEC, 38, 9, "12.5", TRIB_F64, 0, 0, "12.5", 0 },
	{ TRIB_DEC, 38, 9, "12", TRIB_I64, 0, 0, "12", 0 },
	{ TRIB_DEC, 38, 9, "12.5", TRIB_I64, 0, 0, NULL, "cell.not_a_number" },
	{ TRIB_DEC, 38, 9, "99999999999999999999999999999", TRIB_I64, 0, 0, NULL, "cell.out_of_range" },
	{ TRIB_DEC, 38, 9, "12.345", TRIB_DEC, 38, 2, "12.34", 0 },
	{ TRIB_DEC, 10, 2, "12.34", TRIB_DEC, 38, 9, "12.34", 0 },
	{ TRIB_DEC, 38, 0, "99999999999999999999999999999999999999", TRIB_DEC, 38, 1, NULL, "cell.out_of_range" },
	{ TRIB_BOOL, 0, 0, "true", TRIB_I64, 0, 0, "1", 0 },
	{ TRIB_BOOL, 0, 0, "false", TRIB_STR, 0, 0, "\"false\"", 0 },
	{ TRIB_DATE, 0, 0, "2025-01-31", TRIB_TIME, 0, 0, "\"2025-01-31T00:00:00Z\"", 0 },
	{ TRIB_DATE, 0, 0, "2025-01-31", TRIB_STR, 0, 0, "\"2025-01-31\"", 0 },
	{ TRIB_TIME, 0, 0, "2025-01-31T00:00:00Z", TRIB_DATE, 0, 0, "\"2025-01-31\"", 0 },
	{ TRIB_TIME, 0, 0, "2025-01-31T00:00:01Z", TRIB_DATE, 0, 0, NULL, "cell.not_a_date" },
	{ TRIB_NULL, 0, 0, "", TRIB_I64, 0, 0, "", 0 },
};

Test(align, casts)
{
	for (size_t i = 0; i < sizeof casts / sizeof *casts; i++) {
		const struct row *r = &casts[i];
		struct trib_batch b, as;
		struct tribx_dead_list dead = { 0 };
		struct tribx_error e = { 0 };
		char want[200], what[300];
		snprintf(what, sizeof what, "%s \"%s\" as %s", tribx_type_names[r->is], r->from, tribx_type_names[r->as]);
		one(&b, r->is, r->p, r->s);
		one(&as, r->as, r->as_p, r->as_s);
		for (int k = 0; k < 2; k++) {
			trib_put_null(&b, 0);
			trib_rows(&b, 1);
			trib_put_text(&b, 0, r->is == TRIB_NULL ? (struct trib_text){ NULL, 0 } : T(r->from));
			trib_rows(&b, 1);
		}
		cr_assert_eq(tribx_ready(&b, &e), TRIB_OK, "%s: %s", what, e.text);
		cr_assert_eq(tribx_ready(&as, NULL), TRIB_OK);
		cr_assert_eq(tribx_align(&b, &as, &dead, "sink", &e), TRIB_OK, "%s: %s", what, e.text);
		if (!r->code) {
			snprintf(want, sizeof want, "{\"c\":%s}", r->to);
			bool absent = r->is == TRIB_NULL;
			expect_rows(&b, (const char *const[]){ absent ? "{}" : "{\"c\":null}", absent ? "{}" : want, absent ? "{}" : "{\"c\":null}", absent ? "{}" : want, NULL }, what);
			cr_expect_eq(dead.count, 0, "%s", what);
			cr_expect_eq(tribx_type(&b, 0), absent ? TRIB_NULL : r->as, "%s", what);
		} else {
			expect_rows(&b, (const char *const[]){ "{\"c\":null}", "{\"c\":null}", NULL }, what);
			cr_assert_eq(dead.count, 2, "%s: %lld", what, (long long)dead.count);
			cr_expect_str_eq(dead.head->code, r->code, "%s: %s", what, dead.head->code);
			cr_expect_not_null(tribx_error_find(r->code), "%s", r->code);
			cr_expect_str_eq(dead.head->stage, "sink");
		}
		tribx_dead_done(&dead);
		trib_free(&b);
		trib_free(&as);
	}
	no_leaks();
}

Test(align, columns_by_name_in_order)
{
	struct trib_batch b = { 0 }, as = { 0 };
	struct trib_view v, w;
	trib_add(&b, "x", TRIB_I64);
	trib_add(&b, "extra", TRIB_I64);
	trib_add(&b, "t", TRIB_STR);
	for (int i = 0; i < 3; i++) {
		trib_put_i64(&b, 0, i);
		trib_put_i64(&b, 1, -i);
		trib_put_str(&b, 2, text_of(i));
		trib_rows(&b, 1);
	}
	trib_add(&as, "t", TRIB_STR);
	trib_add(&as, "absent", TRIB_DEC);
	trib_add(&as, "x", TRIB_I64);
	tribx_ready(&as, NULL);
	tribx_ready(&b, NULL);
	trib_view(&b, 0, &v);
	cr_assert_eq(tribx_align(&b, &as, NULL, "", NULL), TRIB_OK);
	cr_expect_eq(trib_cols(&b), 3);
	expect_rows(&b, (const char *const[]){ "{\"t\":\"\",\"x\":0}", "{\"t\":\"a\",\"x\":1}", "{\"t\":\"\xc3\xa4\",\"x\":2}", NULL }, "aligned");
	cr_assert_eq(trib_view(&b, 1, &w), TRIB_OK);
	cr_expect_eq(w.type, TRIB_NULL);
	cr_expect(trib_null(&w, 2));
	cr_assert_eq(trib_view(&b, 2, &w), TRIB_OK);
	cr_expect_eq(w.values, v.values, "nothing is copied");
	cr_assert_eq(tribx_align(&b, &as, NULL, "", NULL), TRIB_OK, "again");
	trib_free(&b);
	trib_free(&as);
	no_leaks();
}

Test(align, a_bad_row_loses_nothing_of_its_record)
{
	struct trib_batch b = { 0 }, as = { 0 };
	struct tribx_dead_list dead = { 0 };
	struct tribx_error e = { 0 };
	trib_add(&b, "id", TRIB_I64);
	trib_add(&b, "price", TRIB_STR);
	trib_add(&b, "day", TRIB_STR);
	trib_put_i64(&b, 0, 1), trib_put_str(&b, 1, T("12,5")), trib_put_str(&b, 2, T("31.01.2025")), trib_rows(&b, 1);
	trib_put_i64(&b, 0, 2), trib_put_str(&b, 1, T("12.5")), trib_put_str(&b, 2, T("2025-01-31")), trib_rows(&b, 1);
	trib_add(&as, "price", TRIB_DEC);
	trib_add(&as, "day", TRIB_DATE);
	tribx_ready(&as, NULL);
	cr_assert_eq(tribx_align(&b, &as, &dead, "sink", NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"price\":12.5,\"day\":\"2025-01-31\"}", NULL }, "cast");
	cr_assert_eq(dead.count, 1, "one row, one dead letter");
	cr_expect_str_eq(dead.head->record, "{\"id\":1,\"price\":\"12,5\",\"day\":\"31.01.2025\"}");
	cr_expect_str_eq(dead.head->detail, "column price: \"12,5\" does not fit decimal(38,9)");
	trib_free(&b);
	b = (struct trib_batch){ 0 };
	trib_add(&b, "price", TRIB_STR);
	trib_put_str(&b, 0, T("x")), trib_rows(&b, 1);
	cr_expect_eq(tribx_align(&b, &as, NULL, "", &e), TRIB_DATA, "without a list it is a fault");
	cr_expect_str_eq(e.code, "cell.not_a_number");
	tribx_dead_done(&dead);
	trib_free(&b);
	trib_free(&as);
	no_leaks();
}

Test(align, unite_keeps_the_order_of_arrival)
{
	static const struct { const char *names; enum trib_type type; } parts[] = { { "ab", TRIB_I64 }, { "cb", TRIB_STR }, { "d", TRIB_NULL }, { "ad", TRIB_DATE } };
	static const bool grows[] = { true, true, false, true };
	struct trib_batch all = { 0 };
	for (int i = 0; i < 4; i++) {
		struct trib_batch b = { 0 };
		bool grew = !grows[i];
		for (const char *c = parts[i].names; *c; c++)
			trib_add(&b, (char[]){ *c, 0 }, parts[i].type);
		cr_assert_eq(tribx_unite(&all, &b, &grew), TRIB_OK);
		cr_expect_eq(grew, grows[i], "%d", i);
		trib_free(&b);
	}
	static const struct { const char *name; enum trib_type type; } want[] = { { "a", TRIB_I64 }, { "b", TRIB_I64 }, { "c", TRIB_STR }, { "d", TRIB_DATE } };
	cr_assert_eq(trib_cols(&all), 4);
	for (int i = 0; i < 4; i++) {
		cr_expect_str_eq(trib_col_name(&all, i), want[i].name);
		cr_expect_eq(tribx_type(&all, i), want[i].type);
	}
	trib_free(&all);
	no_leaks();
}

Test(align, an_absent_column_takes_the_type_that_comes)
{
	struct trib_batch all = { 0 }, b = { 0 };
	bool grew;
	trib_add(&all, "x", TRIB_NULL);
	tribx_ready(&all, NULL);
	trib_add_dec(&b, "x", 12, 3);
	cr_assert_eq(tribx_unite(&all, &b, &grew), TRIB_OK);
	cr_expect(grew);
	cr_expect_eq(tribx_type(&all, 0), TRIB_DEC);
	cr_expect_eq(tribx_precision(&all, 0), 12);
	cr_expect_eq(tribx_scale(&all, 0), 3);
	trib_free(&b);
	trib_free(&all);
	no_leaks();
}

Test(align, shapes)
{
	static const struct trib_field table[] = { { "i", TRIB_I64, .from = "/a/0" }, { "d", TRIB_DEC, .precision = 10, .scale = 2 }, { .name = "e", .type = TRIB_DEC },
	                                           { .name = "l", .type = TRIB_LIST }, { .name = "s", .type = TRIB_SECRET }, { 0 } };
	static const enum trib_type want[] = { TRIB_I64, TRIB_DEC, TRIB_DEC, TRIB_JSON, TRIB_STR };
	struct trib_batch b, c;
	cr_assert_eq(tribx_shape_fields(&b, table), TRIB_OK);
	cr_assert_eq(tribx_shape(&c, &b), TRIB_OK);
	trib_free(&b);
	for (int i = 0; i < 5; i++)
		cr_expect_eq(tribx_type(&c, i), want[i], "%d", i);
	cr_expect_eq(tribx_scale(&c, 1), 2);
	cr_expect_eq(tribx_precision(&c, 2), 38);
	cr_expect_eq(tribx_scale(&c, 2), 9);
	cr_expect_eq(c.array.length, 0);
	trib_free(&c);
	cr_assert_eq(tribx_shape_fields(&b, NULL), TRIB_OK);
	cr_expect_eq(trib_cols(&b), 0);
	trib_free(&b);
	no_leaks();
}

Test(align, append_by_name)
{
	struct trib_batch all = { 0 }, b = { 0 }, c = { 0 };
	trib_add(&b, "x", TRIB_I64), trib_add(&b, "t", TRIB_STR);
	trib_put_i64(&b, 0, 1), trib_put_str(&b, 1, T("a text of more than twelve bytes")), trib_rows(&b, 1);
	trib_add(&c, "t", TRIB_STR), trib_add(&c, "f", TRIB_BOOL), trib_add_dec(&c, "d", 10, 2);
	trib_put_null(&c, 0), trib_put_i64(&c, 1, 1), trib_put_dec(&c, 2, (trib_dec){ 1234, 0 }), trib_rows(&c, 1);
	cr_assert_eq(tribx_append(&all, &b), TRIB_OK);
	cr_assert_eq(tribx_append(&all, &c), TRIB_OK);
	trib_free(&b);
	trib_free(&c);
	cr_assert_eq(tribx_ready(&all, NULL), TRIB_OK);
	expect_rows(&all, (const char *const[]){ "{\"x\":1,\"t\":\"a text of more than twelve bytes\",\"f\":null,\"d\":null}", "{\"x\":null,\"t\":null,\"f\":true,\"d\":12.34}", NULL },
	            "appended");
	struct trib_batch copy;
	cr_assert_eq(tribx_share(&copy, &all), TRIB_OK);
	cr_assert_eq(tribx_append(&all, &copy), TRIB_OK, "to finished rows");
	trib_free(&copy);
	cr_assert_eq(tribx_ready(&all, NULL), TRIB_OK);
	cr_expect_eq(all.array.length, 4);
	trib_free(&all);
	no_leaks();
}
