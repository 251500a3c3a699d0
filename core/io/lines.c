/* lines - see lines.h: bytes of the file to a kind, as UTF-8 if it wants, and what it made on to the decoder. */
#include "io/lines.h"

#include <stdlib.h>

enum { PIECE = 128 << 10, OUT_MAX = 2147483647 };

static int no_memory(const struct tribx_lines *l, struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", l->file);
}

/* A piece as UTF-8. What is left of a character goes to the next piece. */
static int convert(struct tribx_lines *l, size_t from, size_t have, size_t *made, struct tribx_error *e)
{
	size_t used = 0;
	const char *why = tribx_to_utf8(l->encoding, l->piece + from, have - from, l->text, &used, made);
	if (!why && l->ended && used < have - from)
		why = "the file ends inside a character";
	if (why)
		return tribx_fail(e, TRIB_DATA, "format.bad_encoding", "%s, byte %lld: %s", l->file, (long long)(l->at - (int64_t)(have - from - used)), why);
	l->kept = have - from - used;
	memmove(l->piece, l->piece + from + used, l->kept);
	return TRIB_OK;
}

/* Bytes of the file behind those that were kept: at least the few that a mark has. */
static int more(struct tribx_lines *l, size_t *have, struct tribx_error *e)
{
	for (*have = l->kept; *have < 4 && !l->ended;) {
		size_t n = 0;
		int rc = tribx_read(l->in, l->piece + *have, PIECE - *have, &n, e);
		if (rc < 0)
			return rc;
		*have += n;
		l->at += (int64_t)n;
		l->ended = rc == TRIB_END;
	}
	l->kept = 0;
	return TRIB_OK;
}

static int one_piece(struct tribx_lines *l, struct tribx_error *e)
{
	size_t have, mark = 0;
	int rc = more(l, &have, e);
	if (rc < 0)
		return rc;
	bool asks = !l->begun && l->declared && l->encoding == TRIBX_ENCODING_AUTO;
	if (!l->begun && !l->raw)
		tribx_sniff(&l->encoding, l->piece, have, &mark);
	int declared = asks && !mark ? l->declared(l->piece, have) : -1;
	if (declared >= 0)
		l->encoding = (enum tribx_encoding)declared;
	if (!l->begun)
		l->mark = (int64_t)mark;
	l->begun = true;
	const char *p = l->piece + mark;
	size_t n = have - mark;
	if (!l->raw && l->encoding != TRIBX_UTF8) {
		if ((rc = convert(l, mark, have, &n, e)) < 0)
			return rc;
		p = l->text;
	}
	rc = l->push(l, p, n, l->ended, e);
	return rc == TRIB_OK && l->out.failed ? no_memory(l, e) : rc;
}

static int read_lines(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct tribx_lines *l = (struct tribx_lines *)s;
	*got = 0;
	while (l->taken == l->out.n) {
		if (l->ended && l->begun)
			return TRIB_END;
		l->taken = l->out.n = 0;
		int rc = one_piece(l, e);
		if (rc < 0)
			return rc;
	}
	size_t n = l->out.n - l->taken;
	*got = n < size ? n : size;
	memcpy(to, l->out.p + l->taken, *got);
	l->taken += *got;
	return TRIB_OK;
}

static void close_lines(struct tribx_stream *s)
{
	struct tribx_lines *l = (struct tribx_lines *)s;
	tribx_buf_done(&l->out);
	free(l->piece);
	free(l->text);
	l->close(l);
}

int tribx_lines_open(struct tribx_lines *l, const struct tribx_format *f, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	int encoding = tribx_encoding_find(f->encoding.count ? *(const char *const *)f->encoding.items : "auto");
	l->base.read = read_lines;
	l->base.close = close_lines;
	l->in = in;
	l->file = tribx_bytes_name(in);
	l->encoding = encoding < 0 ? TRIBX_ENCODING_AUTO : (enum tribx_encoding)encoding;
	l->out.max = OUT_MAX;
	l->piece = malloc(PIECE);
	l->text = l->raw ? NULL : malloc(3 * PIECE);
	if (!l->piece || (!l->raw && !l->text)) {
		int rc = no_memory(l, e);
		close_lines(&l->base);
		return rc;
	}
	*out = &l->base;
	return TRIB_OK;
}
