/* fuzz: a packed file from its bytes: its entries listed, each of them read, and the file itself, in steps of several sizes. What
 * ends well was verified: gzip holds what zlib finds in it; limits hold. The first byte chooses the limits. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "io/bytes.h"
#include "io/pack.h"
#include "parse/utf.h"

enum { MOST = 1 << 16 };

static int slurp(const char *url, const char *unpack, const struct tribx_limits *l, size_t step, struct tribx_buf *out, struct tribx_error *e)
{
	struct trib_bytes *in = NULL;
	char *room = malloc(step);
	int rc = tribx_open(NULL, url, unpack, 0, -1, l, &in, e);
	while (rc == TRIB_OK) {
		size_t got = 0;
		rc = tribx_read(in, room, step, &got, e);
		FUZZ_LAW(got <= step && (rc == TRIB_OK) == (got > 0), "status %d, %zu bytes", rc, got);
		tribx_buf_put(out, room, got);
	}
	tribx_close(in);
	free(room);
	return rc;
}

/* Data that is damaged and too long at once: which of the two is met first depends on the steps. */
static bool is_limit(const struct tribx_error *e)
{
	return strcmp(e->code, "archive.too_large") == 0 || strcmp(e->code, "archive.ratio") == 0;
}

static int both(const char *url, const char *unpack, const struct tribx_limits *l, struct tribx_buf *out)
{
	struct tribx_error e = { 0 }, e2 = { 0 };
	struct tribx_buf again = { 0 };
	const int rc = slurp(url, unpack, l, 4096, out, &e), rc2 = slurp(url, unpack, l, 7, &again, &e2);
	FUZZ_LAW(rc == rc2 && (strcmp(e.text, e2.text) == 0 || is_limit(&e) || is_limit(&e2)), "%s: %d %s, in small steps %d %s", url, rc, e.text, rc2, e2.text);
	if (rc == TRIB_END)
		FUZZ_LAW(out->n == again.n && (!out->n || memcmp(out->p, again.p, out->n) == 0), "%s: other bytes in small steps", url);
	fuzz_error(&e, rc);
	tribx_buf_done(&again);
	return rc;
}

/* All members of a gzip file by zlib. */
static bool inflated(const uint8_t *p, size_t n, struct tribx_buf *out)
{
	unsigned char room[4096];
	while (n) {
		z_stream z = { .next_in = (unsigned char *)(uintptr_t)p, .avail_in = (unsigned)n };
		int rc = inflateInit2(&z, 31);
		while (rc == Z_OK) {
			z.next_out = room;
			z.avail_out = sizeof room;
			rc = inflate(&z, Z_NO_FLUSH);
			tribx_buf_put(out, (char *)room, sizeof room - z.avail_out);
			if (rc == Z_OK && z.avail_out == sizeof room)
				break;
		}
		p += n - z.avail_in;
		n = z.avail_in;
		inflateEnd(&z);
		if (rc != Z_STREAM_END)
			return false;
	}
	return true;
}

static void check_gzip(const uint8_t *p, size_t n, const struct tribx_buf *is)
{
	struct tribx_buf want = { .max = MOST * 4 };
	if (inflated(p, n, &want))
		FUZZ_LAW(want.n == is->n && (!want.n || memcmp(want.p, is->p, want.n) == 0), "zlib finds %zu bytes, not %zu", want.n, is->n);
	tribx_buf_done(&want);
}

FUZZ(archive)
{
	struct fuzz_in in = { data, size };
	const uint8_t flags = fuzz_byte(&in);
	const struct tribx_limits l = { .unpacked_max = flags & 1 ? 1000 : MOST, .ratio_max = 100, .entries_max = flags & 2 ? 2 : 50, .inner_max = MOST,
		.window_max = 1 << 20, .layers_max = 1 + (flags >> 2) % 3, .password = flags & 16 ? "secret" : NULL };
	struct tribx_listing list = { 0 };
	struct tribx_error e = { 0 };
	struct tribx_buf out = { 0 };
	char path[32];
	const int fd = fuzz_file(in.p, in.n, path);
	int rc = both(path, "auto", &l, &out);
	FUZZ_LAW(rc != TRIB_END || (int64_t)out.n <= l.unpacked_max || in.n == out.n, "%zu bytes, and the limit is %lld", out.n, (long long)l.unpacked_max);
	if (in.n > 2 && in.p[0] == 0x1F && in.p[1] == 0x8B) {
		tribx_buf_done(&out);
		out = (struct tribx_buf){ 0 };
		if (both(path, "gz", &l, &out) == TRIB_END)
			check_gzip(in.p, in.n, &out);
	}
	tribx_buf_done(&out);
	rc = tribx_find_files(NULL, path, "**", &l, &list, &e);
	fuzz_error(&e, rc);
	for (size_t i = 0; rc == TRIB_OK && i < list.count && i < 6; i++) {
		const struct tribx_entry *x = &list.items[i];
		struct tribx_buf one = { 0 };
		if (x->member) {
			FUZZ_LAW(*x->member && x->member[0] != '/' && tribx_utf8_bad(TRIBX_SERIAL, x->member, strlen(x->member)) == strlen(x->member), "entry \"%s\"",
			         x->member);
			(void)both(x->url, "auto", &l, &one);   /* what else is wrong with it is seen when it is read */
		}
		tribx_buf_done(&one);
	}
	tribx_find_done(&list);
	close(fd);
	return 0;
}
