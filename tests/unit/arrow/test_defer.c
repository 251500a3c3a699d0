/* test_defer - rows that are decoded later: by whichever call needs them first, once, with constants asked for before. */
#include "fixture.h"

struct later { struct tribx_later later; int decoded, dropped, fail, columns; struct tribx_room *room; };

static int decode(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e)
{
	struct later *me = (struct later *)l;
	me->decoded++;
	me->columns = trib_cols(out);
	if (me->fail)
		return tribx_fail(e, TRIB_DATA, "csv.ragged_row", "line 7 has 3 columns");
	for (int i = 0; i < 3; i++) {
		trib_put_i64(out, 0, i * 10);
		trib_put_text(out, 1, i == 1 ? T("not a number") : T("5"));
		trib_rows(out, 1);
	}
	return TRIB_OK;
}

static void drop(struct tribx_later *l)
{
	((struct later *)l)->dropped++;
}

static void defer(struct trib_batch *b, struct later *l)
{
	*l = (struct later){ .later = { .decode = decode, .drop = drop, .bytes = 12345 } };
	*b = (struct trib_batch){ 0 };
	trib_add(b, "a", TRIB_I64);
	trib_add(b, "b", TRIB_I64);
	cr_assert_eq(tribx_defer(b, &l->later), TRIB_OK);
}

static int by_view(struct trib_batch *b) { struct trib_view v; return trib_view(b, 0, &v); }
static int by_add(struct trib_batch *b) { return trib_add(b, "c", TRIB_I64) < 0 ? TRIB_FATAL : TRIB_OK; }
static int by_pick(struct trib_batch *b) { return trib_pick(b, (const int32_t[]){ 0, 1, 2 }, 3); }
static int by_ready(struct trib_batch *b) { return b ? TRIB_OK : TRIB_FATAL; }

Test(defer, every_call_that_needs_rows_decodes_once)
{
	static int (*const calls[])(struct trib_batch *) = { by_view, by_add, by_pick, by_ready };
	for (int i = 0; i < 4; i++) {
		struct trib_batch b;
		struct later l;
		struct tribx_dead_list dead = { 0 };
		defer(&b, &l);
		tribx_attach(&b, &dead, "reader");
		trib_constant(&b, "k", T("konst"));
		cr_expect(tribx_deferred(&b));
		cr_expect_eq(tribx_held(&b), 12345);
		cr_expect_eq(trib_cols(&b), 3);
		cr_expect_eq(trib_col(&b, "k"), 2);
		cr_expect_str_eq(trib_col_name(&b, 1), "b");
		cr_expect_eq(tribx_type(&b, 2), TRIB_STR);
		cr_expect_eq(l.decoded, 0);
		cr_expect_eq(calls[i](&b), TRIB_OK);
		cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
		cr_expect_eq(l.decoded, 1);
		cr_expect_eq(l.dropped, 1);
		cr_expect_eq(l.columns, 2, "decode meets the columns that were there when the rows were deferred");
		cr_expect_not(tribx_deferred(&b));
		cr_expect_eq(b.array.length, 2);
		cr_expect_eq(dead.count, 1);
		cr_expect_str_eq(dead.head->code, "cell.not_a_number");
		cr_expect_str_eq(dead.head->stage, "reader");
		struct tribx_buf out = { 0 };
		tribx_row_json(&b, 1, &out);
		cr_expect_str_eq(out.p, i == 1 ? "{\"a\":20,\"b\":5,\"k\":\"konst\",\"c\":null}" : "{\"a\":20,\"b\":5,\"k\":\"konst\"}");
		tribx_buf_done(&out);
		tribx_dead_done(&dead);
		trib_free(&b);
	}
	no_leaks();
}

Test(defer, undecoded_and_failing)
{
	struct trib_batch b;
	struct trib_view v;
	struct later l;
	struct tribx_error e = { 0 };
	defer(&b, &l);
	trib_free(&b);
	cr_expect_eq(l.decoded, 0);
	cr_expect_eq(l.dropped, 1);
	defer(&b, &l);
	l.fail = 1;
	cr_expect_eq(trib_view(&b, 0, &v), TRIB_DATA);
	cr_expect_eq(tribx_ready(&b, &e), TRIB_DATA, "the fault is remembered");
	cr_expect_str_eq(e.code, "csv.ragged_row");
	cr_expect_str_eq(e.text, "line 7 has 3 columns");
	cr_expect_eq(l.decoded, 1);
	cr_expect_eq(l.dropped, 1);
	trib_free(&b);
	no_leaks();
}

Test(defer, shapes_unite_before_decoding)
{
	struct trib_batch b, all = { 0 };
	struct later l;
	bool grew = false;
	defer(&b, &l);
	trib_constant(&b, "k", T("v"));
	cr_assert_eq(tribx_unite(&all, &b, &grew), TRIB_OK);
	cr_expect(grew);
	cr_expect_eq(trib_cols(&all), 3);
	cr_expect_eq(l.decoded, 0);
	trib_free(&all);
	trib_free(&b);
	no_leaks();
}
