/* fuzz: UTF-8 by every kernel against a reader of RFC 3629 that knows nothing but its table; other encodings in pieces of every
 * size, whose UTF-8 must be UTF-8. */
#include "fuzz/fuzz.h"

#include "parse/utf.h"

/* Bytes of the character at p, 0: none begins here. */
static size_t character(const unsigned char *p, size_t n, uint32_t *c)
{
	static const struct { unsigned char mask, lead; uint32_t from; } rows[] = { { 0x80, 0, 1 }, { 0xE0, 0xC0, 0x80 }, { 0xF0, 0xE0, 0x800 }, { 0xF8, 0xF0, 0x10000 } };
	for (size_t k = 0; k < 4; k++) {
		if ((p[0] & rows[k].mask) != rows[k].lead || k >= n)
			continue;
		*c = p[0] & (unsigned char)~rows[k].mask;
		for (size_t i = 1; i <= k; i++) {
			if ((p[i] & 0xC0) != 0x80)
				return 0;
			*c = *c << 6 | (p[i] & 0x3F);
		}
		return *c >= rows[k].from && *c <= 0x10FFFF && (*c < 0xD800 || *c > 0xDFFF) ? k + 1 : 0;
	}
	return 0;
}

static void check_utf8(const char *p, size_t n)
{
	size_t bad = 0, at = 0, from = 0;
	uint32_t c;
	for (size_t k; bad < n && (k = character((const unsigned char *)p + bad, n - bad, &c)); bad += k) {
		char back[4];
		FUZZ_LAW(tribx_utf8_put(c, back) == k && memcmp(back, p + bad, k) == 0, "U+%04X is not written as it is read", c);
	}
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++)
		if (tribx_isa_here(isa))
			FUZZ_LAW(tribx_utf8_bad(isa, p, n) == bad, "%s: %zu of %zu, not %zu", tribx_isa_names[isa], tribx_utf8_bad(isa, p, n), n, bad);
	FUZZ_LAW(tribx_utf8_walk(p, n, n, &at) == (bad == n) && at == bad, "walked to %zu, not %zu", at, bad);
	while (from < bad && tribx_utf8_walk(p, n, from + 1, &from))
		;
	FUZZ_LAW(from == bad, "walked step by step to %zu, not %zu", from, bad);
}

/* All of it, `step` bytes more at a time; where it went wrong, or n. */
static size_t convert(enum tribx_encoding from, const char *in, size_t n, size_t step, struct tribx_buf *out)
{
	const size_t times = from == TRIBX_UTF16LE || from == TRIBX_UTF16BE || from == TRIBX_UTF16 ? 2 : 3;
	size_t done = 0;
	for (size_t have = step < n ? step : n;; have = have + step < n ? have + step : n) {
		size_t used = 0, made = 0;
		char *piece = fuzz_block(in + done, have - done, 0), *to = malloc((have - done) * times + 1);
		const char *why = tribx_to_utf8(from, piece, have - done, to, &used, &made);
		FUZZ_LAW(used <= have - done && made <= (have - done) * times, "%zu of %zu bytes used, %zu made", used, have - done, made);
		tribx_buf_put(out, to, made);
		free(piece);
		free(to);
		done += used;
		if (why || have == n)
			return done;
	}
}

FUZZ(utf8)
{
	struct fuzz_in in = { data, size };
	const enum tribx_encoding from = (enum tribx_encoding)(TRIBX_UTF8 + fuzz_pick(&in, TRIBX_ENCODING_COUNT - TRIBX_UTF8));
	const size_t step = 1 + fuzz_pick(&in, 70);
	char *p = fuzz_block(in.p, in.n, 64);
	check_utf8(p, in.n);
	if (from != TRIBX_UTF8) {
		struct tribx_buf whole = { 0 }, pieces = { 0 };
		const size_t a = convert(from, p, in.n, in.n ? in.n : 1, &whole), b = convert(from, p, in.n, step, &pieces);
		FUZZ_LAW(a == b && whole.n == pieces.n && (!whole.n || memcmp(whole.p, pieces.p, whole.n) == 0), "%s: %zu bytes whole, %zu in pieces of %zu",
		         tribx_encoding_names[from], a, b, step);
		for (size_t i = 0, k; i < whole.n; i += k) {
			uint32_t c;
			k = whole.p[i] ? character((const unsigned char *)whole.p + i, whole.n - i, &c) : 1;
			FUZZ_LAW(k, "%s becomes what is not UTF-8, at %zu", tribx_encoding_names[from], i);
		}
		tribx_buf_done(&whole);
		tribx_buf_done(&pieces);
	}
	free(p);
	return 0;
}
