/* stream - see stream.h: peeking, ranges of a source, and the window that decoders read through. */
#include "io/stream.h"

#include <stdlib.h>
#include <string.h>

int tribx_stream_read(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	size_t ready = s->head_size - s->head_at;
	if (ready == 0)
		return s->read(s, to, size, got, e);
	*got = ready < size ? ready : size;
	memcpy(to, s->head + s->head_at, *got);
	s->head_at += *got;
	return TRIB_OK;
}

int tribx_stream_peek(struct tribx_stream *s, struct trib_text *out, struct tribx_error *e)
{
	int rc = TRIB_OK;
	while (rc == TRIB_OK && s->head_size < TRIBX_HEAD) {
		size_t got = 0;
		rc = s->read(s, s->head + s->head_size, TRIBX_HEAD - s->head_size, &got, e);
		s->head_size += got;
	}
	*out = (struct trib_text){ (const char *)s->head, s->head_size };
	return rc < 0 ? rc : TRIB_OK;
}

void tribx_stream_close(struct tribx_stream *s)
{
	if (s)
		s->close(s);
}

/* ---- a range of a source ---- */

struct range {
	struct tribx_stream base;
	struct tribx_source *src;
	int64_t at, end, *taken;
};

static int read_range(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct range *r = (struct range *)s;
	*got = 0;
	if (r->at == r->end) {
		int rc = r->src->check(r->src, e);
		return rc < 0 ? rc : TRIB_END;
	}
	if ((int64_t)size > r->end - r->at)
		size = (size_t)(r->end - r->at);
	int rc = r->src->pread(r->src, to, size, r->at, got, e);
	if (rc < 0)
		return rc;
	if (*got == 0)
		return tribx_fail(e, TRIB_DATA, "file.changed", "became shorter while it was read");
	r->at += (int64_t)*got;
	if (r->taken)
		*r->taken += (int64_t)*got;
	return TRIB_OK;
}

static void close_range(struct tribx_stream *s)
{
	struct range *r = (struct range *)s;
	r->src->close(r->src);
	free(r);
}

int tribx_range_new(struct tribx_source *src, int64_t at, int64_t size, int64_t *taken, struct tribx_stream **out, struct tribx_error *e)
{
	struct range *r = calloc(1, sizeof *r);
	if (!r) {
		src->close(src);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
	}
	r->base = (struct tribx_stream){ .read = read_range, .close = close_range };
	r->src = src;
	r->at = at;
	r->end = at + size;
	r->taken = taken;
	*out = &r->base;
	return TRIB_OK;
}

/* ---- the window ---- */

enum { FEED_KEPT = 16, FEED_SIZE = 128 << 10 };   /* kept: a decoder may step back over bytes it took too early */

bool tribx_feed_start(struct tribx_feed *f, struct tribx_stream *lower)
{
	*f = (struct tribx_feed){ .lower = lower, .mem = malloc(FEED_KEPT + FEED_SIZE) };
	f->at = f->mem ? f->mem + FEED_KEPT : NULL;
	return f->mem;
}

void tribx_feed_done(struct tribx_feed *f)
{
	tribx_stream_close(f->lower);
	free(f->mem);
	*f = (struct tribx_feed){ 0 };
}

int tribx_feed_fill(struct tribx_feed *f, struct tribx_error *e)
{
	size_t got = 0;
	if (f->ended)
		return TRIB_END;
	if (f->at >= f->mem + 2 * FEED_KEPT)
		memcpy(f->mem, f->at - FEED_KEPT, FEED_KEPT);
	else
		memmove(f->mem, f->at - FEED_KEPT, FEED_KEPT);
	int rc = tribx_stream_read(f->lower, f->mem + FEED_KEPT, FEED_SIZE, &got, e);
	f->at = f->mem + FEED_KEPT;
	f->left = got;
	f->ended = rc == TRIB_END;
	return rc;
}
