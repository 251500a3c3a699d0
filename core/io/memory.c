/* memory - the limits at work, and sources that are no files: an inner archive held in memory, a source that is lent. */
#include <stdlib.h>
#include <string.h>
#include "io/pack.h"

enum { STEP = 64 << 10 };

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
}

/* ---- the guard ---- */

struct guard {
	struct tribx_stream base, *lower;
	int64_t unpacked_max, ratio_max, given;
	const int64_t *taken;
};

static int read_guard(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct guard *g = (struct guard *)s;
	int rc = tribx_stream_read(g->lower, to, size, got, e);
	if (rc != TRIB_OK)
		return rc;
	g->given += (int64_t)*got;
	if (g->given > g->unpacked_max)
		rc = tribx_fail(e, TRIB_DATA, "archive.too_large", "unpacks to more than limits.unpacked allows (%lld bytes)", (long long)g->unpacked_max);
	else if (g->given > TRIBX_RATIO_FROM && g->given / (*g->taken + 1) > g->ratio_max)
		rc = tribx_fail(e, TRIB_DATA, "archive.ratio", "unpacks to more than limits.ratio allows (%lld times its size)", (long long)g->ratio_max);
	*got = rc < 0 ? 0 : *got;
	return rc;
}

static void close_guard(struct tribx_stream *s)
{
	struct guard *g = (struct guard *)s;
	tribx_stream_close(g->lower);
	free(g);
}

int tribx_guard_new(const struct tribx_pack *p, struct tribx_stream *lower, struct tribx_stream **out, struct tribx_error *e)
{
	struct guard *g = calloc(1, sizeof *g);
	if (!g) {
		tribx_stream_close(lower);
		return no_memory(e);
	}
	*g = (struct guard){ .base = { .read = read_guard, .close = close_guard }, .lower = lower, .unpacked_max = p->limits.unpacked_max,
		.ratio_max = p->limits.ratio_max, .taken = p->taken };
	*out = &g->base;
	return TRIB_OK;
}

/* ---- in memory ---- */

struct memory { struct tribx_source base; uint8_t *p; };

static int read_memory(struct tribx_source *s, void *to, size_t size, int64_t at, size_t *got, struct tribx_error *e)
{
	const struct memory *m = (const struct memory *)s;
	(void)e;
	*got = at < 0 || at >= s->size ? 0 : (int64_t)size < s->size - at ? size : (size_t)(s->size - at);
	if (*got)
		memcpy(to, m->p + at, *got);
	return TRIB_OK;
}

static int check_memory(struct tribx_source *s, struct tribx_error *e)
{
	(void)s, (void)e;
	return TRIB_OK;   /* it was verified when it was read */
}

static int etag_memory(struct tribx_source *s, char to[64], struct tribx_error *e)
{
	(void)s, (void)e;
	strcpy(to, "memory");   /* entries have their own */
	return TRIB_OK;
}

static void close_memory(struct tribx_source *s)
{
	free(((struct memory *)s)->p);
	free(s);
}

/* Grows by what comes, never by what a header declares. */
static int fill(struct memory *m, struct tribx_stream *from, int64_t max, struct tribx_error *e)
{
	size_t cap = 0, got = 0;
	for (int rc;; m->base.size += (int64_t)got) {
		if (cap - (size_t)m->base.size < STEP) {
			cap = cap ? cap * 2 : 2 * STEP;
			uint8_t *grown = realloc(m->p, cap);
			if (!grown)
				return no_memory(e);
			m->p = grown;
		}
		if ((rc = tribx_stream_read(from, m->p + m->base.size, STEP, &got, e)) != TRIB_OK)
			return rc < 0 ? rc : TRIB_OK;
		if (m->base.size + (int64_t)got > max) {
			tribx_error_hint(e, "unpack the outer archive before, or raise limits.inner");
			return tribx_fail(e, TRIB_DATA, "archive.too_large", "an archive inside of it is larger than limits.inner allows (%lld bytes)",
			                  (long long)max);
		}
	}
}

int tribx_memory_new(const struct tribx_pack *p, struct tribx_stream *from, struct tribx_source **out, struct tribx_error *e)
{
	struct memory *m = calloc(1, sizeof *m);
	int rc = m ? fill(m, from, p->limits.inner_max, e) : no_memory(e);
	tribx_stream_close(from);
	if (rc < 0) {
		if (m)
			close_memory(&m->base);
		return rc;
	}
	m->base.pread = read_memory;
	m->base.check = check_memory;
	m->base.etag = etag_memory;
	m->base.close = close_memory;
	*out = &m->base;
	return TRIB_OK;
}

/* ---- lent ---- */

struct lent { struct tribx_source base, *of; };

static int read_lent(struct tribx_source *s, void *to, size_t size, int64_t at, size_t *got, struct tribx_error *e)
{
	struct tribx_source *of = ((struct lent *)s)->of;
	return of->pread(of, to, size, at, got, e);
}

static int check_lent(struct tribx_source *s, struct tribx_error *e)
{
	struct tribx_source *of = ((struct lent *)s)->of;
	return of->check(of, e);
}

static int etag_lent(struct tribx_source *s, char to[64], struct tribx_error *e)
{
	struct tribx_source *of = ((struct lent *)s)->of;
	return of->etag(of, to, e);
}

static void close_lent(struct tribx_source *s)
{
	free(s);
}

int tribx_source_lend(struct tribx_source *src, struct tribx_source **out, struct tribx_error *e)
{
	struct lent *l = calloc(1, sizeof *l);
	if (!l)
		return no_memory(e);
	*l = (struct lent){ { .size = src->size, .pread = read_lent, .check = check_lent, .etag = etag_lent, .close = close_lent }, src };
	*out = &l->base;
	return TRIB_OK;
}
