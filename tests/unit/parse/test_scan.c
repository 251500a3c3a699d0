/* test_scan - every kernel finds what the serial machine finds, wherever the text starts and ends. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "parse/scan.h"

static const struct tribx_dialect rfc = { .delimiter = ',', .eol = '\n', .quote = '"' };

static uint32_t seed = 1;

static uint32_t next(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* Text in which every hard byte is frequent. well: as RFC 4180 has it. */
static size_t make(char *to, size_t want, bool well)
{
	static const char any[] = ",\n\"\"\r ab;\xC3\xA4";
	size_t n = 0;
	while (!well && n < want)
		to[n++] = any[next(sizeof any - 1)];
	while (well && n + 16 < want) {
		bool quoted = next(3) == 0;
		if (quoted)
			to[n++] = '"';
		for (uint32_t k = next(9); k; k--) {
			if (quoted && next(4) == 0) {
				to[n++] = "\n,\"\r"[next(4)];
				if (to[n - 1] == '"')
					to[n++] = '"';
			} else {
				to[n++] = (char)('a' + next(26));
			}
		}
		if (quoted)
			to[n++] = '"';
		if (next(4) == 0) {
			if (next(2))
				to[n++] = '\r';
			to[n++] = '\n';
		} else {
			to[n++] = ',';
		}
	}
	to[n++] = '\n';
	return n;
}

static void same(enum tribx_isa isa, const struct tribx_dialect *d, const char *p, size_t from, size_t to)
{
	struct tribx_index a = { 0 }, b = { 0 };
	cr_assert(tribx_scan_serial(d, p, from, to, &a) && tribx_scan(isa, d, p, from, to, &b));
	cr_assert_eq(a.fields, b.fields, "%s: %zu fields, %zu expected, seed %u", tribx_isa_names[isa], b.fields, a.fields, seed);
	cr_assert_eq(a.records, b.records);
	cr_assert_eq(memcmp(a.ends, b.ends, (a.fields + 1) * sizeof *a.ends), 0, "%s: seed %u", tribx_isa_names[isa], seed);
	cr_assert_eq(memcmp(a.recs, b.recs, (a.records + 1) * sizeof *a.recs), 0, "%s: seed %u", tribx_isa_names[isa], seed);
	cr_assert_eq(a.open, b.open);
	/* a closing quote before a '\r' that is no line end is left to whoever takes the field */
	cr_assert(b.odd == a.odd || (memchr(p + from, '\r', to - from) != NULL), "%s: odd %d, %d expected, seed %u", tribx_isa_names[isa], b.odd, a.odd, seed);
	tribx_index_done(&a);
	tribx_index_done(&b);
}

Test(scan, kernels_agree_with_the_serial_machine)
{
	char *p = calloc(1, 70000 + 64);
	for (enum tribx_isa isa = TRIBX_SSE2; isa < TRIBX_ISA_COUNT; isa++) {
		if (!tribx_isa_here(isa)) {
			cr_log_info("%s: not on this machine, not tested", tribx_isa_names[isa]);
			continue;
		}
		for (int round = 0; round < 4000; round++) {
			size_t n = make(p, 1 + next(round % 100 ? 300 : 69000), round & 1), from = next(20);
			same(isa, &rfc, p, from < n ? from : 0, n);
		}
		const struct tribx_dialect mac = { .delimiter = ';', .eol = '\r', .quote = '\'' }, bare = { .delimiter = '\t', .eol = '\n' };
		for (int round = 0; round < 1000; round++) {
			size_t n = make(p, 1 + next(300), false);
			same(isa, &mac, p, 0, n);
			same(isa, &bare, p, 0, n);
		}
	}
	free(p);
}

Test(scan, fields_of_every_dialect)
{
	static const struct { struct tribx_dialect d; const char *text; size_t fields, records; bool odd, open; } cases[] = {
		{ { ',', '\n', '"', 0, 0, 0 }, "a,b\n1,\"x\ny\"\n", 4, 2, false, false },
		{ { ',', '\n', '"', 0, 0, 0 }, "a,b\n1,\"x\"y\n", 4, 2, true, false },
		{ { ',', '\n', '"', 0, 0, 0 }, "a,b\n1,5\" pipe\n2,3\n", 3, 1, true, true },
		{ { ',', '\n', '"', 0, 0, 1 }, "a,b\n1,5\" pipe\n2,3\n", 6, 3, false, false },
		{ { ',', '\n', '"', '\\', 0, 0 }, "a,b\n1,\"x\\\",\ny\"\n", 4, 2, false, false },
		{ { ',', '\n', '"', 0, '#', 0 }, "# it's \"5\na,b\n1,2\n", 5, 3, false, false },
		{ { ',', '\n', 0, 0, 0, 0 }, "a,\"b\n1,\"2\n", 4, 2, false, false },
		{ { ',', '\r', '"', 0, 0, 0 }, "a,b\r1,2\r", 4, 2, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (enum tribx_isa isa = TRIBX_SERIAL; isa <= tribx_isa_best(); isa++) {
			struct tribx_index ix = { 0 };
			char p[128] = "";
			strcpy(p, cases[i].text);
			cr_assert(tribx_scan(isa, &cases[i].d, p, 0, strlen(p), &ix));
			cr_expect(eq(sz, ix.fields, cases[i].fields), "case %zu", i);
			cr_expect(eq(sz, ix.records, cases[i].records), "case %zu", i);
			cr_expect_eq(ix.odd, cases[i].odd, "case %zu %s", i, tribx_isa_names[isa]);
			cr_expect_eq(ix.open, cases[i].open, "case %zu %s", i, tribx_isa_names[isa]);
			tribx_index_done(&ix);
		}
}

Test(scan, tally_and_cut)
{
	char p[400];
	size_t n = make(p, 300, true), quotes = 0, lines = 0;
	for (size_t i = 0; i < n; i++) {
		quotes += p[i] == '"';
		lines += p[i] == '\n';
	}
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++)
		if (tribx_isa_here(isa)) {
			struct tribx_tally t = tribx_tally(isa, p, n, '"', '\n');
			cr_expect(eq(sz, t.a, quotes));
			cr_expect(eq(sz, t.b, lines));
		}
	struct tribx_cut c = { 0 };
	const char *text = "a,\"b\nc\"\nd,e";
	for (size_t to = 0; to <= strlen(text); to++) {   /* byte by byte */
		tribx_cut(&rfc, text, to, &c);
		cr_expect(eq(sz, c.end, to < 8 ? 0 : 8));
	}
}
