/* fuzz: kernels of every instruction set against the serial machine: fields and records, tallies, cuts that come piece by piece. */
#include "fuzz/fuzz.h"

#include "parse/scan.h"

static const struct tribx_dialect dialects[] = {
	{ ',', '\n', '"', 0, 0, false }, { ';', '\r', '\'', 0, 0, false }, { '\t', '\n', 0, 0, 0, false }, { 0x1F, 0x1E, '"', 0, 0, false },
	{ ',', '\n', '"', '\\', 0, false }, { ',', '\n', '"', 0, '#', false }, { ',', '\n', '"', 0, 0, true }, { '|', '\r', '"', '\\', '#', true },
};
enum { DIALECTS = sizeof dialects / sizeof *dialects };

static void same(enum tribx_isa isa, const struct tribx_dialect *d, const char *p, size_t from, size_t to)
{
	struct tribx_index a = { 0 }, b = { 0 };
	FUZZ_LAW(tribx_scan_serial(d, p, from, to, &a) && tribx_scan(isa, d, p, from, to, &b), "no memory");
	FUZZ_LAW(a.fields == b.fields && a.records == b.records, "%s: %zu of %zu fields", tribx_isa_names[isa], b.fields, a.fields);
	FUZZ_LAW(memcmp(a.ends, b.ends, (a.fields + 1) * sizeof *a.ends) == 0, "%s: ends", tribx_isa_names[isa]);
	FUZZ_LAW(memcmp(a.recs, b.recs, (a.records + 1) * sizeof *a.recs) == 0, "%s: records", tribx_isa_names[isa]);
	FUZZ_LAW(a.open == b.open, "%s: open", tribx_isa_names[isa]);
	/* a closing quote before a '\r' that is no line end is left to whoever takes the field */
	FUZZ_LAW(a.odd == b.odd || memchr(p + from, '\r', to - from), "%s: odd", tribx_isa_names[isa]);
	tribx_index_done(&a);
	tribx_index_done(&b);
}

static void tallies(const char *p, size_t n, unsigned char x, unsigned char y)
{
	size_t a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		a += (unsigned char)p[i] == x;
		b += (unsigned char)p[i] == y;
	}
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++)
		if (tribx_isa_here(isa)) {
			const struct tribx_tally t = tribx_tally(isa, p, n, x, y);
			FUZZ_LAW(t.a == a && t.b == b, "%s: %zu and %zu of %zu and %zu", tribx_isa_names[isa], t.a, t.b, a, b);
		}
}

static void cuts(const struct tribx_dialect *d, const char *p, size_t n, size_t step)
{
	struct tribx_cut whole = { 0 }, pieces = { 0 };
	tribx_cut(d, p, n, &whole);
	for (size_t to = step; to < n; to += step)
		tribx_cut(d, p, to, &pieces);
	tribx_cut(d, p, n, &pieces);
	FUZZ_LAW(whole.end == pieces.end && whole.state == pieces.state, "cut at %zu, in pieces of %zu at %zu", whole.end, step, pieces.end);
}

FUZZ(scan)
{
	struct fuzz_in in = { data, size };
	const struct tribx_dialect *d = &dialects[fuzz_pick(&in, DIALECTS)];
	const size_t step = 1 + fuzz_byte(&in), skip = fuzz_byte(&in);
	char *p = fuzz_block(in.p, in.n, 65);
	tallies(p, in.n, d->quote, d->eol);
	cuts(d, p, in.n, step);
	p[in.n] = (char)d->eol;                      /* a range ends behind a line end */
	const size_t n = in.n + 1, from = skip < n ? skip : 0;
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++)
		if (tribx_isa_here(isa)) {
			same(isa, d, p, 0, n);
			same(isa, d, p, from, n);
		}
	free(p);
	return 0;
}
