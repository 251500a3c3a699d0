/* test_text - growing texts, JSON strings, distances. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "base/text.h"

Test(text, json_strings_are_escaped_as_rfc_8259_says)
{
	static const struct { const char *in; size_t n; const char *out; } rows[] = {
		{ "", 0, "\"\"" }, { "a\"b\\c", 5, "\"a\\\"b\\\\c\"" }, { "\n\r\t", 3, "\"\\n\\r\\t\"" },
		{ "\0x\x1f", 3, "\"\\u0000x\\u001f\"" }, { "\xc3\xa4\xf0\x9f\x98\x80", 6, "\"\xc3\xa4\xf0\x9f\x98\x80\"" }, { NULL, 0, "null" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_buf b = { 0 };
		tribx_buf_json(&b, (struct trib_text){ rows[i].in, rows[i].n });
		cr_expect_str_eq(b.p, rows[i].out, "row %zu", i);
		tribx_buf_done(&b);
	}
}

Test(text, a_buffer_never_grows_past_its_maximum)
{
	struct tribx_buf b = { .max = 10 };
	tribx_buf_puts(&b, "12345678");
	cr_expect_not(b.failed);
	tribx_buf_puts(&b, "abc");
	cr_expect(b.failed);
	cr_expect_str_eq(b.p, "12345678");
	cr_expect_null(tribx_buf_take(&b));
	tribx_buf_done(&b);
}

Test(text, whole_drops_what_is_left_of_cut_characters)
{
	static const struct { const char *text, *want; } rows[] = {
		{ "", "" }, { "plain", "plain" }, { "Zürich €5 😀", "Zürich €5 😀" }, { "\xe2: a NUL byte", ": a NUL byte" }, { "\xe2\x82: x", ": x" }, { "€\xe2\x82", "€" },
		{ "\xf0\x9f\x98", "" }, { "\xf0\x9f\x98" "é", "é" }, { "a\xc3", "a" }, { "\x82\xac b", " b" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char room[40];
		strcpy(room, rows[i].text);
		cr_expect_str_eq(tribx_text_whole(room), rows[i].want, "row %zu", i);
	}
}

Test(text, distance_is_damerau_levenshtein)
{
	static const struct { const char *a, *b; int d; } rows[] = {
		{ "", "", 0 }, { "abc", "abc", 0 }, { "abc", "acb", 1 }, { "delimiter", "delimeter", 1 }, { "kitten", "sitting", 3 },
		{ "use", "uses", 1 }, { "", "ab", 2 }, { "ca", "abc", 3 }, { "aaaaaaaaaaaa", "bbbbbbbbbbbb", 9 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(tribx_distance(rows[i].a, rows[i].b), rows[i].d, "%s %s", rows[i].a, rows[i].b);
}

static const char *at(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

Test(text, nearest_suggests_only_what_is_near)
{
	static const char *const names[] = { "delimiter", "encoding", "header", "skip" };
	static const struct { const char *in, *out; } rows[] = {
		{ "delimeter", "delimiter" }, { "enc", "encoding" }, { "haeder", "header" }, { "zzz", NULL }, { "x", NULL }, { "skp", "skip" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = tribx_nearest(rows[i].in, at, names, 4);
		cr_expect(got == rows[i].out || (got && rows[i].out && !strcmp(got, rows[i].out)), "%s: %s", rows[i].in, got ? got : "none");
	}
}
