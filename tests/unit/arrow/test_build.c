/* test_build - what is put comes out: every type, null pattern and length; texts in rooms; whole columns; misuse is remembered. */
#include "fixture.h"

static const int64_t lengths[] = { 0, 1, 7, 8, 9, 63, 64, 65, 1000 };
enum { LENGTH_COUNT = sizeof lengths / sizeof *lengths };

Test(build, every_type_by_rows)
{
	for (int t = 0; t < TYPE_COUNT; t++)
		for (int p = 0; p < PATTERN_COUNT; p++)
			for (int k = 0; k < LENGTH_COUNT; k++) {
				struct trib_batch b;
				struct trib_view v;
				make(&b, all_types[t], lengths[k], &patterns[p]);
				cr_assert_eq(b.array.length, lengths[k]);
				cr_assert_null(b.rows);
				cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
				cr_assert_eq(v.type, all_types[t]);
				cr_assert_eq(v.length, lengths[k]);
				int64_t nulls = 0;
				for (int64_t row = 0; row < lengths[k]; row++) {
					bool null = patterns[p].null(row, lengths[k]);
					nulls += null;
					expect_cell(&v, row, row, null, patterns[p].name);
				}
				cr_assert_eq(v.null_count, nulls);
				cr_assert_eq(v.validity == NULL, nulls == 0, "no nulls, no bits");
				trib_free(&b);
			}
	no_leaks();
}

Test(build, many_is_the_same_as_one_by_one)
{
	enum { N = 77 };
	int64_t ints[N];
	int32_t dates[N];
	double doubles[N];
	trib_dec decs[N];
	struct trib_text texts[N];
	uint8_t bits[N / 8 + 1] = { 0 }, validity[N / 8 + 1] = { 0 };
	for (int i = 0; i < N; i++) {
		ints[i] = int_of(i);
		dates[i] = (int32_t)(int_of(i) % 100000);
		doubles[i] = f64_of(i);
		decs[i] = dec_of(i);
		texts[i] = text_of(i);
		bits[i / 8] |= (uint8_t)(bool_of(i) << i % 8);
		validity[i / 8] |= (uint8_t)(!patterns[5].null(i, N) << i % 8);
	}
	for (int t = 0; t < TYPE_COUNT; t++)
		for (int nulls = 0; nulls < 2; nulls++) {
			enum trib_type type = all_types[t];
			const void *values = type == TRIB_BOOL ? bits : type == TRIB_DATE ? (void *)dates : type == TRIB_F64 ? (void *)doubles : type == TRIB_DEC ? (void *)decs :
			                     type == TRIB_STR ? (void *)texts : ints;
			struct trib_batch b = { 0 };
			struct trib_view v;
			int col = trib_add(&b, "c", type);
			put_of(&b, col, type, 5);   /* so that many begins beside a byte */
			trib_put_many(&b, col, values, nulls ? validity : NULL, N);
			trib_put_many(&b, col, values, nulls ? validity : NULL, N);
			trib_rows(&b, 2 * N + 1);
			cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
			cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
			expect_cell(&v, 0, 5, false, "first");
			for (int i = 0; i < 2 * N; i++)
				expect_cell(&v, 1 + i, i % N, nulls && patterns[5].null(i % N, N), "many");
			trib_free(&b);
		}
	no_leaks();
}

Test(build, text_in_a_room_is_not_copied)
{
	struct trib_batch b = { 0 };
	struct trib_view v;
	int col = trib_add(&b, "c", TRIB_STR);
	char *room = trib_room(&b, 100);
	strcpy(room, "a text that is longer than twelve bytes");
	trib_put_str(&b, col, (struct trib_text){ room + 2, 30 });
	char *other = trib_room(&b, 100);
	strcpy(other, "another text that is longer than twelve");
	trib_put_str(&b, col, (struct trib_text){ other, 20 });
	trib_put_str(&b, col, (struct trib_text){ room, 20 });
	trib_put_str(&b, col, T("this one lies elsewhere and is copied"));
	trib_rows(&b, 4);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
	cr_expect_eq(trib_str(&v, 0).p, room + 2);
	cr_expect_eq(trib_str(&v, 1).p, other);
	cr_expect_eq(trib_str(&v, 2).p, room);
	cr_expect(tribx_text_is(trib_str(&v, 3), "this one lies elsewhere and is copied"));
	trib_free(&b);
	no_leaks();
}

Test(build, large_texts_and_many_of_them)
{
	enum { N = 3000 };
	struct trib_batch b = { 0 };
	struct trib_view v;
	char text[1000];
	int col = trib_add(&b, "c", TRIB_STR);
	for (int i = 0; i < N; i++) {
		memset(text, 'a' + i % 26, sizeof text);
		trib_put_str(&b, col, (struct trib_text){ text, (size_t)(i % 1000) });
		trib_rows(&b, 1);
	}
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
	for (int i = 0; i < N; i++) {
		struct trib_text t = trib_str(&v, i);
		cr_assert_eq(t.n, (size_t)(i % 1000));
		for (size_t k = 0; k < t.n; k++)
			cr_assert_eq(t.p[k], 'a' + i % 26);
	}
	cr_expect_gt(tribx_held(&b), (size_t)N * 450);
	trib_free(&b);
	no_leaks();
}

Test(build, whole_columns)
{
	enum { N = 200 };
	struct trib_batch b = { 0 };
	struct trib_view v;
	struct tribx_room *room = tribx_room_new(N * 20);
	int text = trib_add(&b, "t", TRIB_STR), number = trib_add(&b, "n", TRIB_I64), flag = trib_add(&b, "f", TRIB_BOOL);
	int page = tribx_batch_add_room(&b, room);
	int32_t *views = tribx_column_reserve(&b, text, N);
	int64_t *ints = tribx_column_reserve(&b, number, N), nulls = 0;
	uint8_t *bits = tribx_column_reserve(&b, flag, N), *validity = tribx_column_validity(&b, number);
	int64_t used = 0;
	for (int i = 0; i < N; i++) {
		struct trib_text t = text_of(i);
		memcpy(room->mem + used, t.p, t.n);
		tribx_text_view(views + 4 * i, room->mem, page, used, (int64_t)t.n);
		used += (int64_t)t.n;
		ints[i] = int_of(i);
		if (i % 7 == 3) {
			validity[i / 8] &= (uint8_t)~(1 << i % 8);
			nulls++;
		}
		if (bool_of(i))
			bits[i / 8] |= (uint8_t)(1 << i % 8);
	}
	tribx_column_commit(&b, text, N, 0);
	tribx_column_commit(&b, number, N, nulls);
	tribx_column_commit(&b, flag, N, 0);
	trib_rows(&b, N);
	tribx_room_drop(room);
	cr_assert_eq(tribx_batch_rows(&b), N);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	for (int col = 0; col < 3; col++) {
		cr_assert_eq(trib_view(&b, col, &v), TRIB_OK);
		for (int i = 0; i < N; i++)
			expect_cell(&v, i, i, col == 1 && i % 7 == 3, trib_col_name(&b, col));
	}
	trib_free(&b);
	no_leaks();
}

Test(build, short_columns_are_filled_with_nulls)
{
	struct trib_batch b = { 0 };
	int a = trib_add(&b, "a", TRIB_I64), c = trib_add(&b, "c", TRIB_STR);
	trib_put_i64(&b, a, 1);
	trib_rows(&b, 1);
	trib_put_str(&b, c, T("x"));
	trib_rows(&b, 1);
	trib_rows(&b, 1);
	int late = trib_add(&b, "late", TRIB_BOOL);
	trib_put_i64(&b, late, 1);   /* built by rows: the first value of a late column is that of the open row */
	trib_rows(&b, 1);
	cr_expect_eq(trib_add(&b, "a", TRIB_I64), a, "found again");
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":1,\"c\":null,\"late\":null}", "{\"a\":null,\"c\":\"x\",\"late\":null}", "{\"a\":null,\"c\":null,\"late\":null}",
	            "{\"a\":null,\"c\":null,\"late\":true}", NULL }, "short");
	int added = trib_add(&b, "added", TRIB_I64);   /* to a finished batch: from its first row on */
	trib_put_i64(&b, added, 5);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":1,\"c\":null,\"late\":null,\"added\":5}", "{\"a\":null,\"c\":\"x\",\"late\":null,\"added\":null}",
	            "{\"a\":null,\"c\":null,\"late\":null,\"added\":null}", "{\"a\":null,\"c\":null,\"late\":true,\"added\":null}", NULL }, "added");
	trib_free(&b);
	no_leaks();
}

Test(build, rows_can_follow_on_a_finished_batch)
{
	for (int t = 0; t < TYPE_COUNT; t++)
		for (int p = 0; p < PATTERN_COUNT; p++) {
			struct trib_batch b;
			struct trib_view v;
			make(&b, all_types[t], 21, &patterns[p]);
			for (int64_t row = 21; row < 40; row++) {
				if (row == 30)
					cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
				put_of(&b, 0, all_types[t], row);
				trib_rows(&b, 1);
			}
			cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
			cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
			cr_assert_eq(v.length, 40);
			for (int64_t row = 0; row < 40; row++)
				expect_cell(&v, row, row, row < 21 && patterns[p].null(row, 21), patterns[p].name);
			trib_free(&b);
		}
	no_leaks();
}

Test(build, an_open_row_can_be_dropped)
{
	struct trib_batch b = { 0 };
	int a = trib_add(&b, "a", TRIB_I64), c = trib_add(&b, "c", TRIB_BOOL);
	for (int i = 0; i < 20; i++) {
		trib_put_i64(&b, a, i);
		if (i % 2)
			trib_put_null(&b, c);
		else
			trib_put_i64(&b, c, 1);
		if (i % 3)
			tribx_unrow(&b);
		else
			trib_rows(&b, 1);
	}
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":0,\"c\":true}", "{\"a\":3,\"c\":null}", "{\"a\":6,\"c\":true}", "{\"a\":9,\"c\":null}", "{\"a\":12,\"c\":true}",
	            "{\"a\":15,\"c\":null}", "{\"a\":18,\"c\":true}", NULL }, "unrow");
	trib_free(&b);
	no_leaks();
}

static void column_beyond(struct trib_batch *b) { trib_put_i64(b, 7, 1); }
static void column_negative(struct trib_batch *b) { trib_put_str(b, -1, T("x")); }
static void row_open(struct trib_batch *b) { trib_put_i64(b, 0, 1); }
static void rows_negative(struct trib_batch *b) { trib_rows(b, -1); }
static void decimal_wide(struct trib_batch *b) { trib_add_dec(b, "d", 39, 2); }
static void constant_put(struct trib_batch *b) { trib_constant(b, "k", T("v")); trib_put_str(b, trib_col(b, "k"), T("w")); }
static void many_untyped(struct trib_batch *b) { trib_put_many(b, trib_add(b, "n", TRIB_NULL), &(int64_t){ 1 }, NULL, 1); }
static void cell_bad(struct trib_batch *b) { trib_put_text(b, 0, T("x")); trib_rows(b, 1); }

Test(build, misuse_is_remembered)
{
	static const struct { void (*misuse)(struct trib_batch *b); const char *code; int status; } rows[] = {
		{ column_beyond, "batch.no_column", TRIB_FATAL }, { column_negative, "batch.no_column", TRIB_FATAL }, { row_open, "batch.open_row", TRIB_FATAL },
		{ rows_negative, "batch.open_row", TRIB_FATAL }, { decimal_wide, "batch.bad_decimal", TRIB_FATAL }, { constant_put, "batch.constant", TRIB_FATAL },
		{ many_untyped, "batch.no_type", TRIB_FATAL }, { cell_bad, "cell.not_a_number", TRIB_DATA },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trib_batch b = { 0 };
		struct tribx_error e = { 0 };
		struct trib_view v;
		trib_add(&b, "a", TRIB_I64);
		rows[i].misuse(&b);
		trib_rows(&b, 0);
		if (rows[i].status == TRIB_FATAL)
			trib_put_i64(&b, 0, 1);   /* nothing more happens, and nothing crashes */
		cr_expect_eq(tribx_ready(&b, &e), rows[i].status, "%s", rows[i].code);
		cr_expect_str_eq(e.code, rows[i].code);
		cr_expect_not_null(tribx_error_find(e.code), "%s", e.code);
		cr_expect_lt(trib_view(&b, 0, &v), 0);
		trib_free(&b);
	}
	no_leaks();
}
