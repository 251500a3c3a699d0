/* fuzz: one packed stream by each of its readers, in pieces of every size: the answer does not depend on them, and what is not packed
 * is never taken for the end. The first byte chooses the codec, the second the piece. */
#include "fuzz/fuzz.h"

#include "io/stream.h"

static int unpack(unsigned which, const void *p, size_t n, size_t step, struct tribx_buf *out, struct tribx_error *e)
{
	struct tribx_stream *s = NULL, *lower = fuzz_stream(p, n, step);
	const int rc = which ? tribx_codec_new((enum tribx_codec)(which - 1), lower, 1 << 20, &s, e) : tribx_gzip_new(lower, &s, e);
	return rc < 0 ? rc : fuzz_drain(s, out, e);
}

/* Blocks of nothing in a frame of zst that declares no bytes: libzstd takes some for whole at once that it calls damaged in pieces.
 * That a frame holds what it declares is tested in tests/unit/io/test_codec.c. */
static bool zst_of_nothing(unsigned which, int one, int two)
{
	return which == 1 + TRIBX_ZST && one != two && (one == TRIB_END || two == TRIB_END) && (one == TRIB_DATA || two == TRIB_DATA);
}

FUZZ(codec)
{
	struct fuzz_in in = { data, size };
	const unsigned which = fuzz_pick(&in, 5);
	const size_t step = 1 + fuzz_byte(&in);
	char *p = fuzz_block(in.p, in.n, 0);
	struct tribx_buf whole = { .max = 1 << 20 }, pieces = { .max = 1 << 20 };
	struct tribx_error a = { 0 }, b = { 0 };
	const int one = unpack(which, p, in.n, 65536, &whole, &a), two = unpack(which, p, in.n, step, &pieces, &b);
	FUZZ_LAW(one == two || zst_of_nothing(which, one, two), "whole: %d %s, in pieces of %zu: %d %s", one, a.text, step, two, b.text);
	FUZZ_LAW(one != TRIB_END || two != TRIB_END || (whole.n == pieces.n && (!whole.n || memcmp(whole.p, pieces.p, whole.n) == 0)), "other bytes in pieces of %zu", step);
	fuzz_error(&a, one);
	tribx_buf_done(&whole);
	tribx_buf_done(&pieces);
	free(p);
	return 0;
}
