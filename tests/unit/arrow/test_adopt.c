/* test_adopt - foreign arrays: every layout, whole and sliced, is read as the formula of its rows. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 100, SHIFT_MAX = 13 };
static const int64_t offsets[] = { 0, 1, 3, 8, 13 };

/* Buffers of rows 0.. for every layout, formula as in the fixture. */
struct source {
	uint8_t validity[ROWS / 8 + 2], bits[ROWS / 8 + 2];
	int64_t ints[ROWS], sizes[1], large[ROWS + 1];
	int32_t dates[ROWS], small[ROWS + 1], codes[ROWS], views[4 * ROWS];
	double doubles[ROWS];
	trib_dec decs[ROWS];
	char bytes[ROWS * 24 + 64];
	int64_t nulls;
};

static struct source *source(const struct pattern *p)
{
	struct source *s = calloc(1, sizeof *s);
	int32_t used = 0;
	for (int i = 0; i < ROWS; i++) {
		struct trib_text t = text_of(i);
		bool null = p->null(i, ROWS);
		s->nulls += null;
		s->validity[i / 8] |= (uint8_t)(!null << i % 8);
		s->bits[i / 8] |= (uint8_t)(bool_of(i) << i % 8);
		s->ints[i] = int_of(i);
		s->dates[i] = (int32_t)(int_of(i) % 100000);
		s->doubles[i] = f64_of(i);
		s->decs[i] = dec_of(i);
		s->codes[i] = i % 18;
		s->small[i] = used;
		s->large[i] = used;
		s->views[4 * i] = (int32_t)t.n;
		memcpy(&s->views[4 * i + 1], t.p, t.n <= 12 ? t.n : 4);
		if (t.n > 12)
			s->views[4 * i + 3] = used;
		memcpy(s->bytes + used, t.p, t.n);
		used += (int32_t)t.n;
	}
	s->small[ROWS] = used;
	s->large[ROWS] = used;
	s->sizes[0] = used;
	return s;
}

static int64_t nulls_between(const struct source *s, int64_t from, int64_t n)
{
	int64_t nulls = 0;
	for (int64_t i = from; i < from + n; i++)
		nulls += !(s->validity[i / 8] >> i % 8 & 1);
	return nulls;
}

static const struct { const char *format; enum trib_type type; } layouts[] = {
	{ "b", TRIB_BOOL }, { "l", TRIB_I64 }, { "g", TRIB_F64 }, { "d:38,9", TRIB_DEC }, { "u", TRIB_STR }, { "vu", TRIB_STR }, { "U", TRIB_STR }, { "tdD", TRIB_DATE },
	{ "tsu:UTC", TRIB_TIME }, { "tsu:Europe/Vienna", TRIB_TIME }, { "tsu:", TRIB_TIME }, { "tsu:+02:00", TRIB_TIME }, { "ttu", TRIB_CLOCK }, { "tDm", TRIB_DURATION },
	{ "i", TRIB_STR },
};

static void add_column(struct trib_batch *b, const struct source *s, const char *format, int64_t offset, int64_t n)
{
	bool text = strcmp(format, "u") == 0, large = strcmp(format, "U") == 0, views = strcmp(format, "vu") == 0, coded = strcmp(format, "i") == 0;
	const void *values = text ? (void *)s->small : large ? (void *)s->large : views ? (void *)s->views : coded ? (void *)s->codes : format[0] == 'b' ? (void *)s->bits :
	                     format[0] == 'g' ? (void *)s->doubles : format[0] == 'd' ? (void *)s->decs : strcmp(format, "tdD") == 0 ? (void *)s->dates : (void *)s->ints;
	const void *const buffers[] = { s->nulls ? s->validity : NULL, values, s->bytes, s->sizes };
	int64_t nulls = nulls_between(s, offset, n);
	foreign_column(b, 0, format, n, offset, offset % 2 ? -1 : nulls, views ? 4 : text || large ? 3 : 2, buffers);
	if (coded) {
		const void *const words[] = { NULL, s->views, s->bytes, s->sizes };
		foreign_dictionary(b, 0, foreign_array(18, 0, 0, 4, words), foreign_schema("vu", ""));
	}
}

static void check_column(const struct trib_batch *b, enum trib_type type, int64_t from, int64_t n, const struct pattern *p, const char *what)
{
	struct trib_view v;
	int64_t nulls = 0;
	cr_assert_eq(trib_view(b, 0, &v), TRIB_OK);
	cr_assert_eq(v.type, type, "%s", what);
	cr_assert_eq(v.length, n);
	for (int64_t i = 0; i < n; i++) {
		bool null = p->null(from + i, ROWS);
		nulls += null;
		/* values only repeat after 18 in the coded column, as the formula of texts does */
		expect_cell(&v, i, from + i, null, what);
	}
	cr_assert_eq(v.null_count, nulls, "%s", what);
}

Test(adopt, every_layout_pattern_and_slice)
{
	for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++)
		for (int p = 0; p < PATTERN_COUNT; p++)
			for (size_t o = 0; o < sizeof offsets / sizeof *offsets; o++)
				for (size_t r = 0; r < sizeof offsets / sizeof *offsets; r++) {
					struct source *s = source(&patterns[p]);
					struct tribx_error e = { 0 };
					struct trib_batch b;
					int64_t child = offsets[o], root = offsets[r], n = ROWS - child - root - 5;
					foreign(&b, 1, n);
					b.array.offset = root;
					add_column(&b, s, layouts[l].format, child, ROWS - child - 2);
					cr_assert_eq(tribx_adopt(&b, &e), TRIB_OK, "%s: %s", layouts[l].format, e.text);
					check_column(&b, layouts[l].type, child + root, n, &patterns[p], layouts[l].format);
					if (o == 1 && r == 2) {
						struct trib_batch kept;
						int32_t rows[ROWS];
						for (int64_t i = 0; i < n - 4; i++)
							rows[i] = (int32_t)(i + 4);
						cr_assert_eq(tribx_share(&kept, &b), TRIB_OK);
						cr_assert_eq(trib_pick(&b, rows, n - 4), TRIB_OK);
						trib_free(&kept);
						check_column(&b, layouts[l].type, child + root + 4, n - 4, &patterns[p], "picked");
						put_of(&b, 0, layouts[l].type, 99);
						trib_rows(&b, 1);
						cr_assert_eq(tribx_ready(&b, &e), TRIB_OK, "%s", e.text);
						struct trib_view v;
						cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
						expect_cell(&v, 0, child + root + 4, patterns[p].null(child + root + 4, ROWS), "appended");
						expect_cell(&v, n - 4, 99, false, "appended");
					}
					trib_free(&b);
					free(s);
				}
	no_leaks();
}

Test(adopt, buffers_are_lent_not_copied)
{
	static const int lent[] = { 1, 2, 3, 5, 7, 8 };
	for (size_t i = 0; i < sizeof lent / sizeof *lent; i++) {
		struct source *s = source(&patterns[5]);
		struct trib_batch b;
		struct trib_view v;
		foreign(&b, 1, ROWS);
		add_column(&b, s, layouts[lent[i]].format, 0, ROWS);
		const void *values = b.array.children[0]->buffers[1];
		cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK, "a view adopts");
		cr_expect_eq(v.values, values, "%s", layouts[lent[i]].format);
		trib_free(&b);
		free(s);
	}
	no_leaks();
}

/* Three rows of other widths and units, the second one null; raw bytes of the values, and what they mean. */
static const struct { const char *format; const void *values; const char *rows[3]; enum trib_type type; } others[] = {
	{ "c", (int8_t[]){ -128, 0, 127 }, { "-128", "null", "127" }, TRIB_I64 },
	{ "C", (uint8_t[]){ 1, 0, 255 }, { "1", "null", "255" }, TRIB_I64 },
	{ "s", (int16_t[]){ -32768, 0, 7 }, { "-32768", "null", "7" }, TRIB_I64 },
	{ "S", (uint16_t[]){ 65535, 0, 7 }, { "65535", "null", "7" }, TRIB_I64 },
	{ "i", (int32_t[]){ INT32_MIN, 0, 7 }, { "-2147483648", "null", "7" }, TRIB_I64 },
	{ "I", (uint32_t[]){ UINT32_MAX, 0, 7 }, { "4294967295", "null", "7" }, TRIB_I64 },
	{ "L", (uint64_t[]){ UINT64_MAX, 0, 7 }, { "18446744073709551615", "null", "7" }, TRIB_DEC },
	{ "e", (uint16_t[]){ 0x3E00, 0, 0xC000 }, { "1.5", "null", "-2" }, TRIB_F64 },
	{ "f", (float[]){ 0.25f, 0, -8 }, { "0.25", "null", "-8" }, TRIB_F64 },
	{ "tdm", (int64_t[]){ -1, INT64_MAX, 86400000 }, { "\"1969-12-31\"", "null", "\"1970-01-02\"" }, TRIB_DATE },
	{ "tss:UTC", (int64_t[]){ -1, INT64_MAX, 1 }, { "\"1969-12-31T23:59:59Z\"", "null", "\"1970-01-01T00:00:01Z\"" }, TRIB_TIME },
	{ "tsm:", (int64_t[]){ -1, 0, 1 }, { "\"1969-12-31T23:59:59.999Z\"", "null", "\"1970-01-01T00:00:00.001Z\"" }, TRIB_TIME },
	{ "tsn:Z", (int64_t[]){ -1, 0, 1999 }, { "\"1969-12-31T23:59:59.999999Z\"", "null", "\"1970-01-01T00:00:00.000001Z\"" }, TRIB_TIME },
	{ "tts", (int32_t[]){ 1, 0, 86399 }, { "\"00:00:01\"", "null", "\"23:59:59\"" }, TRIB_CLOCK },
	{ "ttm", (int32_t[]){ 1, 0, 86399999 }, { "\"00:00:00.001000\"", "null", "\"23:59:59.999000\"" }, TRIB_CLOCK },
	{ "ttn", (int64_t[]){ 1000, 0, 1999 }, { "\"00:00:00.000001\"", "null", "\"00:00:00.000001\"" }, TRIB_CLOCK },
	{ "tDs", (int64_t[]){ -1, 0, 2 }, { "\"-PT1S\"", "null", "\"PT2S\"" }, TRIB_DURATION },
	{ "tDu", (int64_t[]){ -1, 0, 2000 }, { "\"-PT0.001S\"", "null", "\"PT0.002S\"" }, TRIB_DURATION },
	{ "tDn", (int64_t[]){ 0, 0, 2000000 }, { "\"PT0S\"", "null", "\"PT0.002S\"" }, TRIB_DURATION },
	{ "d:4,2", (int64_t[]){ -9999, -1, 0, 0, 5, 0 }, { "-99.99", "null", "0.05" }, TRIB_DEC },
	{ "d:4,2,32", (int32_t[]){ -9999, 0, 5 }, { "-99.99", "null", "0.05" }, TRIB_DEC },
	{ "d:4,2,64", (int64_t[]){ -9999, 0, 5 }, { "-99.99", "null", "0.05" }, TRIB_DEC },
	{ "d:4,2,256", (int64_t[]){ -9999, -1, -1, -1, 1, 2, 3, 4, 5, 0, 0, 0 }, { "-99.99", "null", "0.05" }, TRIB_DEC },
	{ "d:4,-2", (int64_t[]){ -9999, -1, 0, 0, 5, 0 }, { "-999900", "null", "500" }, TRIB_DEC },
};

Test(adopt, other_widths_and_units)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		static const uint8_t validity[] = { 5 };
		const void *const buffers[] = { validity, others[i].values };
		struct trib_batch b;
		struct tribx_error e = { 0 };
		char want[3][100];
		foreign(&b, 1, 3);
		foreign_column(&b, 0, others[i].format, 3, 0, 1, 2, buffers);
		cr_assert_eq(tribx_adopt(&b, &e), TRIB_OK, "%s: %s", others[i].format, e.text);
		for (int k = 0; k < 3; k++)
			snprintf(want[k], sizeof want[k], "{\"a\":%s}", others[i].rows[k]);
		expect_rows(&b, (const char *const[]){ want[0], want[1], want[2], NULL }, others[i].format);
		cr_expect_eq(tribx_type(&b, 0), others[i].type, "%s", others[i].format);
		trib_free(&b);
	}
	no_leaks();
}

static const char bytes[] = "onetwo\xf0\x9f\x98\x80 a word of more than twelve";
static const int32_t word_offsets[] = { 0, 3, 6, 6, 37 };   /* one, two, (null), the long one */
static const void *const words[] = { (uint8_t[]){ 11 }, word_offsets, bytes };

Test(adopt, dictionaries_of_all_widths)
{
	const struct { const char *format; const void *codes; } widths[] = {
		{ "c", (int8_t[]){ 3, 0, 99, 2, 1 } }, { "C", (uint8_t[]){ 3, 0, 99, 2, 1 } }, { "s", (int16_t[]){ 3, 0, 99, 2, 1 } }, { "S", (uint16_t[]){ 3, 0, 99, 2, 1 } },
		{ "i", (int32_t[]){ 3, 0, 99, 2, 1 } }, { "I", (uint32_t[]){ 3, 0, 99, 2, 1 } }, { "l", (int64_t[]){ 3, 0, 99, 2, 1 } }, { "L", (uint64_t[]){ 3, 0, 99, 2, 1 } },
	};
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		const void *const buffers[] = { (uint8_t[]){ 0x1B }, widths[i].codes };
		struct trib_batch b;
		struct trib_view v;
		foreign(&b, 1, 5);
		foreign_column(&b, 0, widths[i].format, 5, 0, 1, 2, buffers);
		foreign_dictionary(&b, 0, foreign_array(4, 0, 1, 3, words), foreign_schema("u", ""));
		cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
		cr_expect_not_null(v.codes);
		cr_expect_eq(v.null_count, 2, "a null and a word that is null");
		for (int k = 0; k < 5; k++)
			cr_expect(v.codes[k] >= 0 && v.codes[k] < 4, "codes of null rows can be looked up too");
		expect_rows(&b, (const char *const[]){ "{\"a\":\"\xf0\x9f\x98\x80 a word of more than twelve\"}", "{\"a\":\"one\"}", "{\"a\":null}", "{\"a\":null}", "{\"a\":\"two\"}", NULL },
		            widths[i].format);
		trib_free(&b);
	}
	no_leaks();
}

Test(adopt, dictionaries_of_numbers_are_spread)
{
	const void *const codes[] = { (uint8_t[]){ 6 }, (int8_t[]){ 77, 1, 0, 1 } }, *const numbers[] = { NULL, (int64_t[]){ 11, 22, 33 } };
	struct trib_batch b;
	foreign(&b, 1, 3);
	foreign_column(&b, 0, "c", 4, 0, 2, 2, codes);
	foreign_dictionary(&b, 0, foreign_array(2, 1, 0, 2, numbers), foreign_schema("l", ""));
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":null}", "{\"a\":33}", "{\"a\":22}", NULL }, "numbers");
	trib_free(&b);
	foreign(&b, 1, 2);
	foreign_column(&b, 0, "c", 2, 0, 2, 2, (const void *const[]){ (uint8_t[]){ 0 }, (int8_t[]){ 5, 6 } });
	foreign_dictionary(&b, 0, foreign_array(0, 0, 0, 3, words), foreign_schema("u", ""));
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":null}", "{\"a\":null}", NULL }, "an empty dictionary");
	trib_free(&b);
	no_leaks();
}

Test(adopt, runs)
{
	const struct { const char *format; const void *ends; } widths[] = { { "s", (int16_t[]){ 2, 3, 7, 9 } }, { "i", (int32_t[]){ 2, 3, 7, 9 } }, { "l", (int64_t[]){ 2, 3, 7, 9 } } };
	for (size_t i = 0; i < 3; i++) {
		const void *const ends[] = { NULL, widths[i].ends };
		struct trib_batch b;
		foreign(&b, 1, 5);
		b.array.offset = 1;
		foreign_column(&b, 0, "+r", 8, 1, 0, 0, NULL);
		foreign_children(&b, 0, foreign_array(4, 0, 0, 2, ends), foreign_schema(widths[i].format, "run_ends"), foreign_array(4, 0, 1, 3, words), foreign_schema("u", "values"));
		cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
		expect_rows(&b, (const char *const[]){ "{\"a\":\"two\"}", "{\"a\":null}", "{\"a\":null}", "{\"a\":null}", "{\"a\":null}", NULL }, widths[i].format);
		trib_free(&b);
	}
	no_leaks();
}

Test(adopt, empty_and_odd_ones)
{
	struct trib_batch b;
	struct trib_view v;
	for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++) {
		struct source *s = source(&patterns[0]);
		foreign(&b, 1, 0);
		add_column(&b, s, layouts[l].format, 0, 0);
		b.array.children[0]->buffers[1] = NULL;
		b.array.children[0]->private_data = NULL;
		cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK, "%s", layouts[l].format);
		cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
		cr_expect_eq(v.length, 0);
		cr_expect_eq(v.type, layouts[l].type);
		trib_free(&b);
		free(s);
	}
	foreign(&b, 0, 7);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_expect_eq(b.array.length, 7);
	trib_free(&b);
	foreign(&b, 1, 4);
	foreign_column(&b, 0, "n", 4, 0, 4, 0, NULL);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	cr_assert_eq(trib_view(&b, 0, &v), TRIB_OK);
	cr_expect_eq(v.type, TRIB_NULL);
	trib_free(&b);
	no_leaks();
}

Test(adopt, json_by_its_extension_name)
{
	static const char metadata[] = "\1\0\0\0" "\24\0\0\0" "ARROW:extension:name" "\12\0\0\0" "arrow.json";
	struct trib_batch b;
	foreign(&b, 1, 1);
	foreign_column(&b, 0, "u", 1, 0, 0, 3, (const void *const[]){ NULL, (int32_t[]){ 0, 7 }, "{\"a\":1}" });
	b.schema.children[0]->metadata = metadata;
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":{\"a\":1}}", NULL }, "json");
	trib_free(&b);
	no_leaks();
}

Test(adopt, a_pair_in_place_of_what_was_being_built)
{
	struct trib_batch b = { 0 };
	struct tribx_dead_list dead = { 0 };
	trib_add(&b, "x", TRIB_I64);
	tribx_attach(&b, &dead, "reader");
	trib_free(&b);
	foreign(&b, 1, 1);
	foreign_column(&b, 0, "l", 1, 0, 0, 2, (const void *const[]){ NULL, (int64_t[]){ 5 } });
	cr_expect_eq(trib_add(&b, "more", TRIB_I64), 1);
	trib_put_i64(&b, 1, 6);
	cr_assert_eq(tribx_ready(&b, NULL), TRIB_OK);
	expect_rows(&b, (const char *const[]){ "{\"a\":5,\"more\":6}", NULL }, "edited");
	trib_free(&b);
	no_leaks();
}
