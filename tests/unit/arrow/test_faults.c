/* test_faults - each way to break a foreign pair is TRIB_DATA with its reason; the pair is released, nothing crashes. */
#include "fixture.h"

#include <stdlib.h>

/* A good pair: int64 with a null, utf8, views, dictionary of utf8. Each fault breaks one thing. */
static const int64_t ints[] = { 1, 2, 3, 4 }, sizes[] = { 40 };
static const int32_t text_offsets[] = { 0, 1, 3, 3, 6 }, codes[] = { 0, 1, 1, 0 }, word_offsets[] = { 0, 3, 6 };
static const int32_t views[] = { 1, 'x', 0, 0, 20, 'f', 0, 5, 0, 0, 0, 0, 3, 'y', 0, 0 };
static const uint8_t validity[] = { 0x0B };
static const char bytes[64] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
enum { INTS, TEXT, VIEWS, CODES };

static void good(struct trib_batch *b)
{
	foreign(b, 4, 4);
	foreign_column(b, INTS, "l", 4, 0, 1, 2, (const void *const[]){ validity, ints });
	foreign_column(b, TEXT, "u", 4, 0, 0, 3, (const void *const[]){ NULL, text_offsets, bytes });
	foreign_column(b, VIEWS, "vu", 4, 0, 0, 4, (const void *const[]){ NULL, views, bytes, sizes });
	foreign_column(b, CODES, "i", 4, 0, 0, 2, (const void *const[]){ NULL, codes });
	foreign_dictionary(b, CODES, foreign_array(2, 0, 0, 3, (const void *const[]){ NULL, word_offsets, bytes }), foreign_schema("u", ""));
}

static struct ArrowArray *kid(struct trib_batch *b, int i) { return b->array.children[i]; }
static struct ArrowSchema *label(struct trib_batch *b, int i) { return b->schema.children[i]; }

static void root_short(struct trib_batch *b) { b->array.length = -1; }
static void root_offset(struct trib_batch *b) { b->array.offset = -3; }
static void root_huge(struct trib_batch *b) { b->array.length = INT64_MAX; }
static void root_offset_huge(struct trib_batch *b) { b->array.offset = INT64_MAX; }
static void root_format(struct trib_batch *b) { b->schema.format = "l"; }
static void root_formless(struct trib_batch *b) { b->schema.format = NULL; }
static void root_children(struct trib_batch *b) { free(b->schema.children[3]->dictionary); b->schema.children[3]->dictionary = NULL; b->schema.children[3]->release(b->schema.children[3]);
	free(b->schema.children[3]); b->schema.n_children = 3; released++; }
static void root_childless(struct trib_batch *b) { b->array.children[1]->release(b->array.children[1]); free(b->array.children[1]); b->array.children[1] = NULL; }
static void root_nulls(struct trib_batch *b) { b->array.buffers[0] = validity; }
static void array_gone(struct trib_batch *b) { b->array.release(&b->array); }
static void schema_gone(struct trib_batch *b) { b->schema.release(&b->schema); }
static void same_name(struct trib_batch *b) { label(b, 2)->name = "a"; }
static void bad_name(struct trib_batch *b) { label(b, 2)->name = "\xff"; }
static void cyclic(struct trib_batch *b) { kid(b, 0)->n_children = label(b, 0)->n_children = 1; kid(b, 0)->children = calloc(1, sizeof(void *)); label(b, 0)->children = calloc(1, sizeof(void *)); }
static void nested(struct trib_batch *b) { label(b, 0)->format = "+l"; }
static void unknown_format(struct trib_batch *b) { label(b, 0)->format = "z"; }
static void formless(struct trib_batch *b) { label(b, 0)->format = NULL; }
static void kid_released(struct trib_batch *b) { kid(b, 1)->release(kid(b, 1)); }
static void label_released(struct trib_batch *b) { label(b, 1)->release(label(b, 1)); }
static void length_negative(struct trib_batch *b) { kid(b, 1)->length = -1; }
static void length_short(struct trib_batch *b) { kid(b, 0)->length = 3; kid(b, 0)->null_count = -1; }
static void offset_negative(struct trib_batch *b) { kid(b, 0)->offset = -1; }
static void offset_huge(struct trib_batch *b) { kid(b, 0)->offset = INT64_MAX; }
static void offset_beyond(struct trib_batch *b) { b->array.offset = 1; }
static void buffers_few(struct trib_batch *b) { kid(b, 0)->n_buffers = 1; }
static void buffers_many(struct trib_batch *b) { kid(b, 1)->n_buffers = 2; }
static void buffers_negative(struct trib_batch *b) { kid(b, 1)->n_buffers = -1; }
static void buffers_none(struct trib_batch *b) { free(kid(b, 0)->buffers); kid(b, 0)->buffers = NULL; }
static void views_few(struct trib_batch *b) { kid(b, 2)->n_buffers = 2; }
static void values_missing(struct trib_batch *b) { kid(b, 0)->buffers[1] = NULL; }
static void offsets_missing(struct trib_batch *b) { kid(b, 1)->buffers[1] = NULL; }
static void bytes_missing(struct trib_batch *b) { kid(b, 1)->buffers[2] = NULL; }
static void views_missing(struct trib_batch *b) { kid(b, 2)->buffers[1] = NULL; }
static void sizes_missing(struct trib_batch *b) { kid(b, 2)->buffers[3] = NULL; }
static void page_missing(struct trib_batch *b) { kid(b, 2)->buffers[2] = NULL; }
static void values_odd(struct trib_batch *b) { kid(b, 0)->buffers[1] = (const char *)ints + 1; }
static void offsets_odd(struct trib_batch *b) { kid(b, 1)->buffers[1] = (const char *)text_offsets + 2; }
static void codes_odd(struct trib_batch *b) { kid(b, 3)->buffers[1] = (const char *)codes + 1; }
static void offsets_fall(struct trib_batch *b) { static const int32_t fall[] = { 0, 5, 3, 6, 6 }; kid(b, 1)->buffers[1] = fall; }
static void offsets_negative(struct trib_batch *b) { static const int32_t negative[] = { -4, 1, 3, 6, 6 }; kid(b, 1)->buffers[1] = negative; }
static void view_negative(struct trib_batch *b) { static const int32_t v[16] = { -1 }; kid(b, 2)->buffers[1] = v; }
static void view_page(struct trib_batch *b) { static const int32_t v[16] = { 20, 0, 1, 0 }; kid(b, 2)->buffers[1] = v; }
static void view_page_negative(struct trib_batch *b) { static const int32_t v[16] = { 20, 0, -1, 0 }; kid(b, 2)->buffers[1] = v; }
static void view_beyond(struct trib_batch *b) { static const int32_t v[16] = { 20, 0, 0, 21 }; kid(b, 2)->buffers[1] = v; }
static void view_offset(struct trib_batch *b) { static const int32_t v[16] = { 20, 0, 0, -1 }; kid(b, 2)->buffers[1] = v; }
static void utf8_text(struct trib_batch *b) { kid(b, 1)->buffers[2] = "ab\xc3" "def"; }
static void utf8_cut(struct trib_batch *b) { kid(b, 1)->buffers[2] = "\xc3\xa4" "cdef"; }   /* the character crosses two rows */
static void utf8_surrogate(struct trib_batch *b) { kid(b, 1)->buffers[2] = "abc\xed\xa0\x80"; }
static void utf8_view(struct trib_batch *b) { static const int32_t v[16] = { 2, 0xFFC3 }; kid(b, 2)->buffers[1] = v; }
static void nulls_lie(struct trib_batch *b) { kid(b, 0)->null_count = 0; }
static void nulls_many(struct trib_batch *b) { kid(b, 0)->null_count = 5; }
static void nulls_negative(struct trib_batch *b) { kid(b, 0)->null_count = -2; }
static void nulls_bitless(struct trib_batch *b) { kid(b, 0)->buffers[0] = NULL; }
static void code_beyond(struct trib_batch *b) { static const int32_t beyond[] = { 0, 1, 2, 0 }; kid(b, 3)->buffers[1] = beyond; }
static void code_negative(struct trib_batch *b) { static const int32_t negative[] = { 0, -1, 1, 0 }; kid(b, 3)->buffers[1] = negative; }
static void code_float(struct trib_batch *b) { label(b, 3)->format = "g"; }
static void dictionary_gone(struct trib_batch *b) { kid(b, 3)->dictionary->release(kid(b, 3)->dictionary); }
static void dictionary_missing(struct trib_batch *b) { kid(b, 3)->dictionary->release(kid(b, 3)->dictionary); free(kid(b, 3)->dictionary); kid(b, 3)->dictionary = NULL; }
static void dictionary_deep(struct trib_batch *b)
{
	kid(b, 3)->dictionary->dictionary = foreign_array(2, 0, 0, 3, (const void *const[]){ NULL, word_offsets, bytes });
	label(b, 3)->dictionary->dictionary = foreign_schema("u", "");
	label(b, 3)->dictionary->format = "i";
}
static void dictionary_short(struct trib_batch *b) { kid(b, 3)->dictionary->length = -2; }
static void decimal_wide(struct trib_batch *b) { label(b, 0)->format = "d:39,2"; }
static void decimal_odd(struct trib_batch *b) { label(b, 0)->format = "d:x,2"; }
static void decimal_beyond(struct trib_batch *b) { static const int64_t v[] = { 1, 0, 99, 0, 0, 0, 100, 0 }; label(b, 0)->format = "d:2,0"; kid(b, 0)->buffers[1] = v;
	kid(b, 0)->buffers[0] = NULL; kid(b, 0)->null_count = 0; }
static void decimal_256(struct trib_batch *b) { static const int64_t v[16] = { 0, 0, 1 }; label(b, 0)->format = "d:38,0,256"; kid(b, 0)->buffers[1] = v; }
static void zone(struct trib_batch *b) { label(b, 0)->format = "tsu:Mars/Phobos!"; }
static void zone_path(struct trib_batch *b) { label(b, 0)->format = "tsu:/etc/passwd"; }
static void zone_offset(struct trib_batch *b) { label(b, 0)->format = "tsu:+2:00"; }
static void time_range(struct trib_batch *b) { static const int64_t v[] = { INT64_MAX / 1000, 0, 0, 0 }; label(b, 0)->format = "tss:UTC"; kid(b, 0)->buffers[1] = v; }
static void date_range(struct trib_batch *b) { static const int64_t v[] = { INT64_MAX, 0, 0, 0 }; label(b, 0)->format = "tdm"; kid(b, 0)->buffers[1] = v; }
static void text_children(struct trib_batch *b) { kid(b, 1)->n_children = 1; kid(b, 1)->children = calloc(1, sizeof(void *)); }
static void null_buffers(struct trib_batch *b) { label(b, 0)->format = "n"; }

static void runs(struct trib_batch *b, const int32_t ends[3])
{
	kid(b, 0)->n_buffers = 0;
	kid(b, 0)->null_count = 0;
	label(b, 0)->format = "+r";
	foreign_children(b, 0, foreign_array(3, 0, 0, 2, (const void *const[]){ NULL, ends }), foreign_schema("i", "run_ends"),
	                 foreign_array(3, 0, 0, 2, (const void *const[]){ NULL, ints }), foreign_schema("l", "values"));
}
static void runs_fall(struct trib_batch *b) { static const int32_t ends[] = { 2, 1, 4 }; runs(b, ends); }
static void runs_short(struct trib_batch *b) { static const int32_t ends[] = { 1, 2, 3 }; runs(b, ends); }
static void runs_zero(struct trib_batch *b) { static const int32_t ends[] = { 0, 2, 4 }; runs(b, ends); }
static void runs_values(struct trib_batch *b) { static const int32_t ends[] = { 1, 2, 4 }; runs(b, ends); kid(b, 0)->children[1]->length = 2; }
static void runs_deep(struct trib_batch *b) { static const int32_t ends[] = { 1, 2, 4 }; runs(b, ends); label(b, 0)->children[1]->format = "+r"; }
static void runs_childless(struct trib_batch *b) { label(b, 0)->format = "+r"; }

static const struct { const char *name; void (*spoil)(struct trib_batch *b); const char *code; } faults[] = {
#define FAULT(f, code) { #f, f, "arrow." code }
	FAULT(root_short, "length"), FAULT(root_offset, "length"), FAULT(root_huge, "length"), FAULT(root_offset_huge, "length"), FAULT(root_format, "structure"),
	FAULT(root_formless, "structure"), FAULT(root_children, "structure"), FAULT(root_childless, "structure"), FAULT(root_nulls, "nulls"), FAULT(array_gone, "released"),
	FAULT(schema_gone, "released"), FAULT(same_name, "name"), FAULT(bad_name, "name"), FAULT(cyclic, "structure"), FAULT(nested, "type"), FAULT(unknown_format, "type"),
	FAULT(formless, "structure"), FAULT(kid_released, "released"), FAULT(label_released, "structure"), FAULT(length_negative, "length"), FAULT(length_short, "length"),
	FAULT(offset_negative, "length"), FAULT(offset_huge, "length"), FAULT(offset_beyond, "length"), FAULT(buffers_few, "buffers"), FAULT(buffers_many, "buffers"),
	FAULT(buffers_negative, "buffers"), FAULT(buffers_none, "buffers"), FAULT(views_few, "buffers"), FAULT(values_missing, "buffers"), FAULT(offsets_missing, "buffers"),
	FAULT(bytes_missing, "buffers"), FAULT(views_missing, "buffers"), FAULT(sizes_missing, "buffers"), FAULT(page_missing, "index"), FAULT(values_odd, "buffers"),
	FAULT(offsets_odd, "buffers"), FAULT(codes_odd, "buffers"), FAULT(offsets_fall, "offsets"), FAULT(offsets_negative, "offsets"), FAULT(view_negative, "length"),
	FAULT(view_page, "index"), FAULT(view_page_negative, "index"), FAULT(view_beyond, "index"), FAULT(view_offset, "index"), FAULT(utf8_text, "utf8"), FAULT(utf8_cut, "utf8"),
	FAULT(utf8_surrogate, "utf8"), FAULT(utf8_view, "utf8"), FAULT(nulls_lie, "nulls"), FAULT(nulls_many, "nulls"), FAULT(nulls_negative, "nulls"), FAULT(nulls_bitless, "nulls"),
	FAULT(code_beyond, "index"), FAULT(code_negative, "index"), FAULT(code_float, "type"), FAULT(dictionary_gone, "buffers"), FAULT(dictionary_missing, "structure"),
	FAULT(dictionary_deep, "type"), FAULT(dictionary_short, "length"), FAULT(decimal_wide, "decimal"), FAULT(decimal_odd, "type"), FAULT(decimal_beyond, "decimal"),
	FAULT(decimal_256, "decimal"), FAULT(zone, "zone"), FAULT(zone_path, "zone"), FAULT(zone_offset, "zone"), FAULT(time_range, "range"), FAULT(date_range, "range"),
	FAULT(text_children, "structure"), FAULT(null_buffers, "buffers"), FAULT(runs_fall, "index"), FAULT(runs_short, "length"), FAULT(runs_zero, "index"),
	FAULT(runs_values, "structure"), FAULT(runs_deep, "type"), FAULT(runs_childless, "structure"),
};

Test(faults, the_good_pair_is_good)
{
	struct trib_batch b;
	struct tribx_error e = { 0 };
	good(&b);
	cr_assert_eq(tribx_adopt(&b, &e), TRIB_OK, "%s", e.text);
	expect_rows(&b, (const char *const[]){ "{\"a\":1,\"b\":\"a\",\"c\":\"x\",\"d\":\"abc\"}", "{\"a\":2,\"b\":\"bc\",\"c\":\"fghijklmnopqrstuvwxy\",\"d\":\"def\"}",
	            "{\"a\":null,\"b\":\"\",\"c\":\"\",\"d\":\"def\"}", "{\"a\":4,\"b\":\"def\",\"c\":\"y\\u0000\\u0000\",\"d\":\"abc\"}", NULL }, "good");
	trib_free(&b);
	no_leaks();
}

Test(faults, each_is_told_and_released)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct trib_batch b;
		struct tribx_error e = { 0 };
		made = released = 0;
		good(&b);
		faults[i].spoil(&b);
		cr_expect_eq(tribx_ready(&b, &e), TRIB_DATA, "%s", faults[i].name);
		cr_expect_str_eq(e.code, faults[i].code, "%s: %s, %s", faults[i].name, e.code, e.text);
		cr_expect_gt(strlen(e.text), 10, "%s", faults[i].name);
		cr_expect_not_null(tribx_error_find(e.code), "%s", e.code);
		cr_expect_null(b.array.release, "%s", faults[i].name);
		cr_expect_eq(released, made, "%s: %d of %d released", faults[i].name, released, made);
		trib_free(&b);
	}
	no_leaks();
}

Test(faults, a_view_or_an_edit_finds_them_too)
{
	struct trib_batch b;
	struct trib_view v;
	good(&b);
	offsets_fall(&b);
	struct tribx_error e = { 0 };
	cr_expect_eq(trib_view(&b, 0, &v), TRIB_DATA);
	cr_expect_eq(trib_view(&b, 0, &v), TRIB_DATA, "remembered");
	cr_expect_eq(tribx_ready(&b, &e), TRIB_DATA);
	cr_expect_str_eq(e.code, "arrow.offsets");
	trib_free(&b);
	good(&b);
	offsets_fall(&b);
	cr_expect_lt(trib_pick(&b, (const int32_t[]){ 0 }, 1), 0);
	trib_free(&b);
	good(&b);
	offsets_fall(&b);
	cr_expect_lt(trib_add(&b, "x", TRIB_I64), 0);
	trib_free(&b);
	no_leaks();
}
