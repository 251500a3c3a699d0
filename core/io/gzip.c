/* gzip - RFC 1952: any number of members, each verified to its CRC and length; zeros may follow the last (tapes, disks).
 *
 * libarchive and gzread stop quietly at a cut or a wrong trailer; here the end is TRIB_END only when the last trailer was right. */
#include "io/stream.h"

#include <stdlib.h>

enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, FRESERVED = 0xE0 };
enum { TEXT_MAX = 64 << 10, PADDING_MAX = 16 << 20 };   /* a name, a comment; zeros: an end for what has none */
enum place { AT_MEMBER, IN_MEMBER, AT_END };

struct gzip {
	struct tribx_stream base;
	struct tribx_feed feed;
	struct tribx_inflate *z;
	enum place place;
	int64_t members;
	uint32_t crc, length, header_crc;
};

static int bad(struct tribx_error *e, const char *code, const char *why)
{
	return tribx_fail(e, TRIB_DATA, code, "%s", why);
}

static int cut(struct tribx_error *e)
{
	return bad(e, "archive.truncated", "the gzip data ends in the middle");
}

/* The next byte of the header or trailer, or negative. */
static int next(struct gzip *g, struct tribx_error *e)
{
	if (g->feed.left == 0) {
		int rc = tribx_feed_fill(&g->feed, e);
		if (rc != TRIB_OK)
			return rc < 0 ? rc : cut(e);
	}
	g->feed.left--;
	g->header_crc = tribx_crc32(g->header_crc, g->feed.at, 1);
	return *g->feed.at++;
}

/* A little-endian number of size bytes, or negative. */
static int64_t number(struct gzip *g, int size, struct tribx_error *e)
{
	int64_t v = 0;
	for (int i = 0; i < size; i++) {
		int c = next(g, e);
		if (c < 0)
			return c;
		v |= (int64_t)c << (8 * i);
	}
	return v;
}

static int skip_text(struct gzip *g, struct tribx_error *e)
{
	for (int i = 0; i < TEXT_MAX; i++) {
		int c = next(g, e);
		if (c <= 0)
			return c;
	}
	return bad(e, "archive.corrupt", "a text of the gzip header has no end");
}

static int read_header(struct gzip *g, struct tribx_error *e)
{
	g->header_crc = 0;
	int64_t magic = number(g, 2, e);
	if (magic < 0)
		return (int)magic;
	if (magic != 0x8b1f)
		return g->members ? bad(e, "archive.trailing_bytes", "other bytes follow the gzip data")
		                  : bad(e, "archive.not_archive", "is no gzip file, though it should be one");
	int64_t method = number(g, 1, e), flags = method < 0 ? method : number(g, 1, e), rest = flags < 0 ? flags : number(g, 6, e);
	if (rest < 0)
		return (int)rest;
	if (method != 8 || flags & FRESERVED)
		return bad(e, "archive.corrupt", "the gzip header asks for what no version of the format has");
	if (flags & FEXTRA) {
		int64_t size = number(g, 2, e);
		for (; size > 0; size--)
			if ((rest = next(g, e)) < 0)
				return (int)rest;
		if (size < 0)
			return (int)size;
	}
	int rc = flags & FNAME ? skip_text(g, e) : TRIB_OK;
	if (rc == TRIB_OK && flags & FCOMMENT)
		rc = skip_text(g, e);
	if (rc < 0 || !(flags & FHCRC))
		return rc;
	uint32_t want = g->header_crc & 0xFFFF;
	int64_t is = number(g, 2, e);
	return is < 0 ? (int)is : is == want ? TRIB_OK : bad(e, "archive.crc", "the gzip header does not match its CRC");
}

/* Behind a trailer: another member, zeros, or nothing. */
static int after_member(struct gzip *g, struct tribx_error *e)
{
	for (int64_t zeros = 0;; zeros++) {
		int rc = g->feed.left ? TRIB_OK : tribx_feed_fill(&g->feed, e);
		if (rc != TRIB_OK)
			return rc;
		if (*g->feed.at != 0 && zeros == 0)
			return TRIB_OK;
		if (*g->feed.at != 0 || zeros == PADDING_MAX)
			return bad(e, "archive.trailing_bytes", "other bytes follow the gzip data");
		g->feed.at++;
		g->feed.left--;
	}
}

static int read_trailer(struct gzip *g, struct tribx_error *e)
{
	int64_t crc = number(g, 4, e), length = crc < 0 ? crc : number(g, 4, e);
	if (length < 0)
		return (int)length;
	if (crc != g->crc)
		return bad(e, "archive.crc", "the unpacked bytes do not match the CRC of the gzip data");
	if (length != g->length)
		return bad(e, "archive.length", "the unpacked length is not the one that the gzip data declares");
	return TRIB_OK;
}

/* Moves to the next byte of data. TRIB_OK: in a member; TRIB_END. */
static int enter(struct gzip *g, struct tribx_error *e)
{
	int rc = g->members ? after_member(g, e) : TRIB_OK;
	if (rc == TRIB_OK)
		rc = read_header(g, e);
	if (rc < 0)
		return rc;
	g->place = rc == TRIB_END ? AT_END : IN_MEMBER;
	g->members++;
	g->crc = g->length = 0;
	tribx_inflate_reset(g->z);
	return rc;
}

static int read_gzip(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct gzip *g = (struct gzip *)s;
	int rc = TRIB_OK;
	*got = 0;
	while (*got == 0) {
		if (g->place == AT_END)
			return TRIB_END;
		if (g->place == AT_MEMBER && (rc = enter(g, e)) != TRIB_OK)
			return rc;
		rc = tribx_inflate_run(g->z, &g->feed, to, size, got);
		if (rc == TRIB_DATA)
			return bad(e, "archive.corrupt", "the gzip data is damaged");
		g->crc = tribx_crc32(g->crc, to, *got);
		g->length += (uint32_t)*got;
		if (rc == TRIB_END) {
			g->place = AT_MEMBER;
			rc = read_trailer(g, e);
		} else if (*got == 0 && g->feed.left == 0 && (rc = tribx_feed_fill(&g->feed, e)) == TRIB_END) {
			rc = cut(e);
		}
		if (rc < 0)
			return rc;
	}
	return TRIB_OK;
}

static void close_gzip(struct tribx_stream *s)
{
	struct gzip *g = (struct gzip *)s;
	tribx_feed_done(&g->feed);
	tribx_inflate_free(g->z);
	free(g);
}

int tribx_gzip_new(struct tribx_stream *lower, struct tribx_stream **out, struct tribx_error *e)
{
	struct gzip *g = calloc(1, sizeof *g);
	if (!g || !tribx_feed_start(&g->feed, lower) || !(g->z = tribx_inflate_new())) {
		if (g)
			free(g->feed.mem);
		free(g);
		tribx_stream_close(lower);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to unpack");
	}
	g->base = (struct tribx_stream){ .read = read_gzip, .close = close_gzip };
	*out = &g->base;
	return TRIB_OK;
}
