/* test_utf - UTF-8 is what RFC 3629 says, in every kernel and at every place of a block. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "parse/utf.h"

static void each_isa(const char *p, size_t n, size_t bad, const char *what)
{
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++)
		if (tribx_isa_here(isa))
			cr_expect_eq(tribx_utf8_bad(isa, p, n), bad, "%s: %s of %zu bytes: %zu, %zu expected", tribx_isa_names[isa], what, n, tribx_utf8_bad(isa, p, n), bad);
}

Test(utf, bad_sequences_are_found_at_every_place)
{
	static const struct { const char *text; bool fine; } cases[] = {
		{ "\xC3\xB3", true }, { "\xE2\x80\xA8", true }, { "\xF0\x9F\x98\x80", true }, { "\xEF\xBF\xBF", true }, { "\xF4\x8F\xBF\xBF", true },
		{ "\xED\x9F\xBF", true }, { "\xEE\x80\x80", true }, { "\xE0\xA0\x80", true }, { "\xC2\x80", true }, { "\xF0\x90\x80\x80", true },
		{ "\xC0\xAF", false }, { "\xC1\x81", false }, { "\xE0\x80\xAF", false }, { "\xE0\x9F\xBF", false }, { "\xF0\x8F\xBF\xBF", false },
		{ "\xED\xA0\xBD\xED\xB8\x80", false }, { "\xF4\x90\x80\x80", false }, { "\xF5\x80\x80\x80", false }, { "\xFF", false }, { "\xFE", false },
		{ "\x80", false }, { "\xBF", false }, { "\xC3", false }, { "\xE2\x80", false }, { "\xF0\x9F\x98", false }, { "\xC3\xC3\xB3", false },
	};
	char p[300];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t at = 0; at < 140; at++)
			for (size_t tail = 0; tail < 80; tail += 13) {
				size_t size = strlen(cases[i].text), n = at + size + tail;
				memset(p, 'x', sizeof p);
				memcpy(p + at, cases[i].text, size);
				size_t bad = cases[i].fine ? n : at;
				each_isa(p, n, bad, cases[i].text);
			}
	memset(p, 'x', sizeof p);
	for (size_t at = 0; at < 200; at++) {
		p[at] = 0;
		each_isa(p, 201, at, "NUL");
		p[at] = 'x';
	}
}

Test(utf, kernels_agree_on_noise)
{
	char p[512];
	uint32_t s = 7;
	for (int round = 0; round < 20000; round++) {
		size_t n = 0, want = 1 + (s >> 9) % 200;
		while (n < want) {
			s = s * 1664525u + 1013904223u;
			uint32_t r = s >> 8, c = r % 3 ? 'a' + r % 26 : r % 0x110000;
			n += tribx_utf8_put(c, p + n);
			if (r % 61 == 0)
				p[n++] = (char)(r >> 4);
		}
		size_t at = 0;
		bool fine = tribx_utf8_walk(p, n, n, &at);
		each_isa(p, n, fine ? n : at, "noise");
	}
}

Test(utf, other_encodings)
{
	static const struct { const char *name, *in; size_t n; const char *out; size_t used; bool fine; } cases[] = {
		{ "latin-1", "Telef\xF3nica", 10, "Telef\xC3\xB3nica", 10, true },
		{ "ISO-8859-1", "\x80\xFF", 2, "\xC2\x80\xC3\xBF", 2, true },
		{ "windows-1252", "\x93quoted\x94 \x80" "5", 11, "\xE2\x80\x9Cquoted\xE2\x80\x9D \xE2\x82\xAC" "5", 11, true },
		{ "cp1252", "a\x81", 2, "a", 1, false },
		{ "utf-16le", "a\0\xAC\x20", 4, "a\xE2\x82\xAC", 4, true },
		{ "UTF-16BE", "\0a\x20\xAC\xD8", 5, "a\xE2\x82\xAC", 4, true },
		{ "utf-16le", "\x3D\xD8\x00\xDE", 4, "\xF0\x9F\x98\x80", 4, true },
		{ "utf-16le", "\x3D\xD8", 2, "", 0, true },
		{ "utf-16le", "\x00\xDE" "a\0", 4, "", 0, false },
		{ "utf-16le", "\x3D\xD8" "a\0", 4, "", 0, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[64];
		size_t used, made;
		const char *why = tribx_to_utf8((enum tribx_encoding)tribx_encoding_find(cases[i].name), cases[i].in, cases[i].n, out, &used, &made);
		out[made] = 0;
		cr_expect_eq(!why, cases[i].fine, "case %zu: %s", i, why ? why : "fine");
		cr_expect(eq(sz, used, cases[i].used), "case %zu", i);
		cr_expect_str_eq(out, cases[i].out, "case %zu", i);
	}
	cr_expect(eq(int, tribx_encoding_find("klingon"), -1));
}
