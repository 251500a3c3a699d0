/* test_memory - every allocation fails once: nothing crashes or leaks, and the fault is told. The linker puts the functions below
 * in front of the real ones for core and tests; libraries are not touched. */
#include "fixture.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

static long countdown = -1;   /* allocations until one fails; negative: none does */

static bool fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t m);
void *__real_realloc(void *p, size_t n);
int __real_posix_memalign(void **p, size_t align, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t m);
void *__wrap_realloc(void *p, size_t n);
int __wrap_posix_memalign(void **p, size_t align, size_t n);

void *__wrap_malloc(size_t n) { return fails() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t m) { return fails() ? NULL : __real_calloc(n, m); }
void *__wrap_realloc(void *p, size_t n) { return fails() ? NULL : __real_realloc(p, n); }
int __wrap_posix_memalign(void **p, size_t align, size_t n) { return fails() ? ENOMEM : __real_posix_memalign(p, align, n); }

/* ---- what is tried; each answers a status. Fixtures are made before memory gets short ---- */

static struct trib_batch given, as;
static struct tribx_dead_list dead;

static int build(void)
{
	struct trib_batch b = { 0 };
	char *room;
	trib_add(&b, "i", TRIB_I64), trib_add(&b, "t", TRIB_STR), trib_add_dec(&b, "d", 10, 2), trib_add(&b, "f", TRIB_BOOL);
	if ((room = trib_room(&b, 100)))
		memset(room, 'x', 100);
	for (int i = 0; i < 100; i++) {
		trib_put_i64(&b, 0, i);
		trib_put_str(&b, 1, text_of(i));
		if (i % 3)
			trib_put_text(&b, 2, i % 10 ? T("1.5") : T("no"));
		trib_put_i64(&b, 3, i % 2);
		trib_rows(&b, 1);
	}
	trib_constant(&b, "k", T("a constant of more than twelve"));
	tribx_attach(&b, &dead, "s");
	int status = tribx_ready(&b, NULL);
	trib_free(&b);
	return status;
}

static int edit(void)
{
	static const struct trib_text words[] = { { "a", 1 }, { "a word of more than twelve", 26 } };
	struct trib_batch b;
	int32_t codes[100], keep[50];
	int status = tribx_share(&b, &given);
	if (status < 0)
		return status;
	for (int i = 0; i < 100; i++)
		codes[i] = i % 2;
	for (int i = 0; i < 50; i++)
		keep[i] = 99 - i;
	tribx_attach(&b, &dead, "s");
	trib_clear(&b, 0, TRIB_I64);
	for (int i = 0; i < 100; i++)
		trib_put_text(&b, 0, i % 7 ? T("12") : T("bad"));
	int added = trib_add_words(&b, "w", codes, words, 2);
	status = added < 0 ? added : trib_pick(&b, keep, 50);
	if (status == TRIB_OK)
		status = trib_pick_cols(&b, (const int[]){ 1, 0 }, (const char *const[]){ "words", "number" }, 2);
	if (status == TRIB_OK)
		status = tribx_ready(&b, NULL);
	trib_free(&b);
	return status;
}

static int align(void)
{
	struct trib_batch b, all = { 0 };
	bool grew;
	int status = tribx_share(&b, &given);
	if (status < 0)
		return status;
	if ((status = tribx_unite(&all, &b, &grew)) == TRIB_OK && (status = tribx_unite(&all, &as, &grew)) == TRIB_OK &&
	    (status = tribx_align(&b, &as, &dead, "s", NULL)) == TRIB_OK)
		status = tribx_append(&all, &b);
	if (status == TRIB_OK)
		status = tribx_ready(&all, NULL);
	trib_free(&b);
	trib_free(&all);
	return status;
}

static int adopt(void)
{
	long left = countdown;
	struct trib_batch b;
	countdown = -1;
	foreign(&b, 4, 3);
	foreign_column(&b, 0, "i", 3, 0, 1, 2, (const void *const[]){ (uint8_t[]){ 5 }, (int32_t[]){ 1, 2, 3 } });
	foreign_column(&b, 1, "U", 3, 0, 0, 3, (const void *const[]){ NULL, (int64_t[]){ 0, 1, 2, 20 }, "abcdefghijklmnopqrstuvwxyz" });
	foreign_column(&b, 2, "c", 3, 0, 0, 2, (const void *const[]){ NULL, (int8_t[]){ 1, 0, 1 } });
	foreign_dictionary(&b, 2, foreign_array(2, 0, 0, 3, (const void *const[]){ NULL, (int32_t[]){ 0, 1, 2 }, "ab" }), foreign_schema("u", ""));
	foreign_column(&b, 3, "+r", 3, 0, 0, 0, NULL);
	foreign_children(&b, 3, foreign_array(1, 0, 0, 2, (const void *const[]){ NULL, (int32_t[]){ 3 } }), foreign_schema("i", ""),
	                 foreign_array(1, 0, 0, 2, (const void *const[]){ NULL, (int64_t[]){ 7 } }), foreign_schema("l", ""));
	countdown = left;
	int status = tribx_ready(&b, NULL);
	trib_free(&b);
	return status;
}

static int decode(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e)
{
	for (int i = 0; i < 10 && l && e; i++) {
		trib_put_str(out, 0, text_of(i));
		trib_rows(out, 1);
	}
	return TRIB_OK;
}

static void drop(struct tribx_later *l)
{
	l->bytes++;
}

static int defer(void)
{
	struct tribx_later l = { .decode = decode, .drop = drop };
	struct trib_batch b = { 0 };
	struct trib_view v;
	trib_add(&b, "t", TRIB_STR);
	int status = tribx_defer(&b, &l);
	trib_constant(&b, "k", T("k"));
	if (status == TRIB_OK)
		status = trib_view(&b, 0, &v);
	if (status == TRIB_OK)
		status = tribx_ready(&b, NULL);
	trib_free(&b);
	cr_expect_eq(l.bytes, 1, "dropped once");
	return status;
}

static int json(void)
{
	json_t *rows = json_loads("[{\"a\":1,\"b\":[1,{\"c\":\"d\"}]},{\"a\":\"x\",\"n\":null,\"t\":\"a text of more than twelve bytes\"}, 5]", 0, NULL);
	struct trib_batch b = { 0 };
	tribx_attach(&b, &dead, "s");
	trib_rows_json(&b, rows);
	json_decref(rows);
	int status = tribx_ready(&b, NULL);
	trib_free(&b);
	return status;
}

Test(memory, every_allocation_fails_once)
{
	static const struct { const char *name; int (*try)(void); } tries[] = {
		{ "build", build }, { "edit", edit }, { "align", align }, { "adopt", adopt }, { "defer", defer }, { "json", json },
	};
	make(&given, TRIB_STR, 100, &patterns[5]);
	trib_add(&as, "more", TRIB_I64), trib_add(&as, "c", TRIB_JSON);
	cr_assert_eq(tribx_ready(&as, NULL), TRIB_OK);
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		long at = 0, told = 0;
		for (;; at++) {
			tribx_block_trim();
			countdown = at;
			int status = tries[i].try();
			bool failed = countdown < 0, lost = dead.failed;
			countdown = -1;
			tribx_dead_done(&dead);
			if (!failed) {
				cr_expect_eq(status, TRIB_OK, "%s: %d", tries[i].name, status);
				break;
			}
			told += status < 0 || lost;
			cr_expect(status < 0 || lost, "%s: allocation %ld failed and nobody was told", tries[i].name, at);
			cr_assert_lt(at, 10000);
		}
		cr_expect_gt(told, 5, "%s", tries[i].name);
	}
	trib_free(&given);
	trib_free(&as);
	no_leaks();
}
