/* test_edit - pick, clear, columns picked, words, constants, sharing: what is shared stays as it was. */
#include "fixture.h"

#include <stdio.h>

static int32_t backwards(int64_t i, int64_t n) { return (int32_t)(n - 1 - i); }
static int32_t every_third(int64_t i, int64_t n) { return (int32_t)(i * 3 % n); }
static int32_t twice(int64_t i, int64_t n) { return (int32_t)(i / 2 % n); }

Test(edit, pick_every_type)
{
	static int32_t (*const orders[])(int64_t, int64_t) = { backwards, every_third, twice };
	for (int t = 0; t < TYPE_COUNT; t++)
		for (int p = 0; p < PATTERN_COUNT; p++)
			for (int o = 0; o < 3; o++) {
				enum { N = 70 };
				struct trib_batch b, kept;
				struct trib_view v, before;
				int32_t rows[N];
				make(&b, all_types[t], N, &patterns[p]);
				cr_assert_eq(tribx_share(&kept, &b), TRIB_OK);
				cr_assert_eq(trib_view(&kept, 0, &before), TRIB_OK);
				for (int i = 0; i < N; i++)
					rows[i] = orders[o](i, N);
				cr_assert_eq(trib_pick(&b, rows, N / 2), TRIB_OK);
				cr_assert_eq(trib_pick(&b, (const int32_t[]){ 3, 4, 5, 0 }, 4), TRIB_OK, "pick of a pick");
				cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
				cr_assert_eq(v.length, 4);
				for (int i = 0; i < 4; i++) {
					int64_t row = rows[(const int32_t[]){ 3, 4, 5, 0 }[i]];
					expect_cell(&v, i, row, patterns[p].null(row, N), patterns[p].name);
				}
				for (int64_t row = 0; row < N; row++)
					expect_cell(&before, row, row, patterns[p].null(row, N), "shared");
				trib_free(&kept);
				trib_free(&b);
			}
	no_leaks();
}

Test(edit, pick_nothing_everything_and_wrongly)
{
	struct trib_batch b;
	struct trib_view v, w;
	struct tribx_error e = { 0 };
	make(&b, TRIB_STR, 5, &patterns[0]);
	trib_view(&b, 0, &v);
	cr_assert_eq(trib_pick(&b, (const int32_t[]){ 0, 1, 2, 3, 4 }, 5), TRIB_OK);
	trib_view(&b, 0, &w);
	cr_expect_eq(v.values, w.values, "all rows in their order: nothing is done");
	cr_expect_lt(trib_pick(&b, (const int32_t[]){ 5 }, 1), 0);
	cr_expect_eq(tribx_ready(&b, &e), TRIB_FATAL);
	cr_expect_str_eq(e.code, "batch.no_row");
	trib_free(&b);
	make(&b, TRIB_STR, 5, &patterns[0]);
	cr_assert_eq(trib_pick(&b, NULL, 0), TRIB_OK);
	cr_expect_eq(b.array.length, 0);
	cr_expect_eq(trib_view(&b, 0, &v), TRIB_OK);
	trib_free(&b);
	no_leaks();
}

Test(edit, views_stay_good_after_clear)
{
	enum { N = 50 };
	for (int t = 0; t < TYPE_COUNT; t++) {
		struct trib_batch b;
		struct trib_view before, v;
		make(&b, all_types[t], N, &patterns[5]);
		cr_assert_eq(trib_view(&b, 0, &before), TRIB_OK);
		const char *name = trib_col_name(&b, 0);
		trib_clear(&b, 0, TRIB_STR);
		for (int64_t row = 0; row < N; row++) {
			expect_cell(&before, row, row, patterns[5].null(row, N), "while it is filled");
			trib_put_str(&b, 0, text_of(row + 1));
		}
		int more = trib_add(&b, "more", TRIB_I64);
		trib_put_i64(&b, more, 7);
		cr_assert_eq(trib_pick(&b, (const int32_t[]){ 4, 2 }, 2), TRIB_OK);
		for (int64_t row = 0; row < N; row++)
			expect_cell(&before, row, row, patterns[5].null(row, N), "until it is handed on");
		cr_expect_str_eq(name, "c");
		cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
		cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
		expect_cell(&v, 0, 5, false, "cleared");
		expect_cell(&v, 1, 3, false, "cleared");
		trib_free(&b);
	}
	no_leaks();
}

Test(edit, a_text_cut_out_of_another_column_is_not_copied)
{
	struct trib_batch b = { 0 };
	struct trib_view v, w;
	int col = trib_add(&b, "c", TRIB_STR);
	trib_put_str(&b, col, T("the quick brown fox jumps over the lazy dog"));
	trib_rows(&b, 1);
	tribx_ready(&b, NULL);
	trib_view(&b, 0, &v);
	struct trib_text t = trib_str(&v, 0);
	int part = trib_add(&b, "part", TRIB_STR);
	trib_put_str(&b, part, (struct trib_text){ t.p + 4, 15 });
	tribx_ready(&b, NULL);
	trib_view(&b, part, &w);
	cr_expect_eq(trib_str(&w, 0).p, t.p + 4);
	trib_free(&b);
	no_leaks();
}

Test(edit, sharing_counts)
{
	struct trib_batch a, b, c;
	struct trib_view v;
	make(&a, TRIB_STR, 100, &patterns[5]);
	cr_assert_eq(tribx_share(&b, &a), TRIB_OK);
	cr_assert_eq(tribx_share(&c, &b), TRIB_OK);
	size_t held = tribx_held(&a);
	cr_expect_eq(tribx_held(&c), held);
	trib_free(&a);
	trib_free(&c);
	cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
	for (int64_t row = 0; row < 100; row++)
		expect_cell(&v, row, row, patterns[5].null(row, 100), "last owner");
	trib_free(&a);
	trib_move(&a, &b);
	cr_expect_null(b.array.release);
	trib_free(&b);
	trib_free(&a);
	no_leaks();
}

Test(edit, columns_are_picked_and_renamed)
{
	struct trib_batch b = { 0 };
	int x = trib_add(&b, "x", TRIB_I64), y = trib_add(&b, "y", TRIB_STR);
	trib_put_i64(&b, x, 1);
	trib_put_str(&b, y, T("one"));
	trib_rows(&b, 1);
	trib_constant(&b, "k", T("const"));
	cr_assert_eq(trib_pick_cols(&b, (const int[]){ 2, 1, 0, 0 }, (const char *const[]){ NULL, "why", NULL, "again" }, 4), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"k\":\"const\",\"why\":\"one\",\"x\":1,\"again\":1}", NULL }, "picked");
	cr_expect_lt(trib_pick_cols(&b, (const int[]){ 4 }, NULL, 1), 0);
	cr_assert_eq(trib_pick_cols(&b, NULL, NULL, 0), TRIB_OK);
	cr_expect_eq(trib_cols(&b), 0);
	cr_expect_eq(b.array.length, 1, "rows without columns are rows");
	trib_free(&b);
	no_leaks();
}

Test(edit, words)
{
	static const struct trib_text words[] = { { "short", 5 }, { "a word of more than twelve", 26 }, { "", 0 } };
	struct trib_batch b;
	struct trib_view v;
	make(&b, TRIB_I64, 5, &patterns[0]);
	cr_assert_eq(trib_add_words(&b, "w", (const int32_t[]){ 1, -1, 0, 2, 1 }, words, 3), 1);
	cr_assert_eq(trib_add_words(&b, "none", (const int32_t[]){ -1, -1, -1, -1, -1 }, NULL, 0), 2);
	cr_assert_eq(trib_view(&b, 1, &v), TRIB_OK);
	cr_expect_not_null(v.codes);
	cr_expect_eq(v.null_count, 1);
	cr_assert_eq(trib_pick(&b, (const int32_t[]){ 4, 3, 1, 0 }, 4), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"c\":28,\"w\":\"a word of more than twelve\",\"none\":null}", "{\"c\":-3000009,\"w\":\"\",\"none\":null}",
	            "{\"c\":-1000003,\"w\":null,\"none\":null}", "{\"c\":0,\"w\":\"a word of more than twelve\",\"none\":null}", NULL }, "words");
	cr_assert_eq(trib_add_words(&b, "c", (const int32_t[]){ 0, 0, 1, -1 }, words, 3), 0, "replaces a column");
	trib_put_str(&b, 0, T("appended"));
	trib_rows(&b, 1);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"c\":\"short\",\"w\":\"a word of more than twelve\",\"none\":null}", "{\"c\":\"short\",\"w\":\"\",\"none\":null}",
	            "{\"c\":\"a word of more than twelve\",\"w\":null,\"none\":null}", "{\"c\":null,\"w\":\"a word of more than twelve\",\"none\":null}",
	            "{\"c\":\"appended\",\"w\":null,\"none\":null}", NULL }, "appended to");
	cr_expect_lt(trib_add_words(&b, "bad", (const int32_t[]){ 0, 0, 0, 0, 3 }, words, 3), 0);
	trib_free(&b);
	no_leaks();
}

Test(edit, constants)
{
	struct trib_batch b = { 0 };
	struct trib_view v;
	int col = trib_add(&b, "n", TRIB_I64);
	trib_constant(&b, "file", T("a file name of more than twelve bytes"));
	trib_constant(&b, "empty", T(""));
	trib_constant(&b, "null", (struct trib_text){ NULL, 0 });
	for (int i = 0; i < 3; i++) {
		trib_put_i64(&b, col, i);
		trib_rows(&b, 1);
	}
	trib_constant(&b, "late", T("x"));
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_assert_eq(trib_view(&b, 1, &v), TRIB_OK);
	cr_expect_not_null(v.codes);
	const char *row = "{\"n\":%d,\"file\":\"a file name of more than twelve bytes\",\"empty\":\"\",\"null\":null,\"late\":\"x\"}";
	char want[3][200];
	for (int i = 0; i < 3; i++)
		snprintf(want[i], sizeof want[i], row, i);
	expect_rows(&b, (const char *const[]){ want[0], want[1], want[2], NULL }, "constants");
	trib_constant(&b, "n", T("replaced"));
	trib_constant(&b, "late", T("y"));
	struct tribx_error e = { 0 };
	cr_assert_eq(tribx_ready(&b, &e), TRIB_OK, "%s", e.text);
	cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
	cr_expect_eq(v.type, TRIB_STR);
	cr_expect(tribx_text_is(trib_str(&v, 2), "replaced"));
	trib_free(&b);
	no_leaks();
}
