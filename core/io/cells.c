/* cells - see cells.h. */
#include "io/cells.h"

#include <stdlib.h>
#include <string.h>

static char *room(struct tribx_cells *c, size_t size)
{
	if (c->failed || c->too_long)
		return NULL;
	if (c->max && c->have - c->record + size > c->max) {
		c->too_long = true;
		return NULL;
	}
	if (size > c->cap - c->have) {
		size_t cap = c->cap ? c->cap : TRIBX_CELLS_ENOUGH;
		while (cap - c->have < size)
			cap *= 2;
		char *grown = realloc(c->mem, cap);
		if (!grown) {
			c->failed = true;
			return NULL;
		}
		c->mem = grown;
		c->cap = cap;
	}
	return c->mem + c->have;
}

static bool needs_quotes(struct trib_text t)
{
	unsigned char first = t.n ? (unsigned char)*t.p : 0;
	if (first < TRIBX_MARKS || first == '\r')   /* the empty text, what looks like a mark, what looks like a blank line */
		return true;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char b = (unsigned char)t.p[i];
		if (b == TRIBX_CELLS_DELIMITER || b == TRIBX_CELLS_EOL || b == TRIBX_CELLS_QUOTE)
			return true;
	}
	return false;
}

static char *quoted(char *to, struct trib_text t)
{
	*to++ = TRIBX_CELLS_QUOTE;
	for (size_t i = 0; i < t.n; i++) {
		if (t.p[i] == TRIBX_CELLS_QUOTE)
			*to++ = TRIBX_CELLS_QUOTE;
		*to++ = t.p[i];
	}
	*to++ = TRIBX_CELLS_QUOTE;
	return to;
}

void tribx_cells_put(struct tribx_cells *c, enum tribx_mark mark, struct trib_text t)
{
	bool quote = t.p && mark == TRIBX_MARK_NONE && needs_quotes(t);
	char *to = room(c, (quote ? 2 * t.n : t.n) + 4), *from = to;
	if (!to)
		return;
	if (c->count++)
		*to++ = TRIBX_CELLS_DELIMITER;
	if (quote) {
		to = quoted(to, t);
	} else if (t.p && mark != TRIBX_MARK_ERROR) {
		if (mark != TRIBX_MARK_NONE)
			*to++ = (char)mark;
		memcpy(to, t.p, t.n);
		to += t.n;
	} else if (t.p) {
		*to++ = (char)mark;
		for (size_t i = 0; i < t.n; i++)   /* the reason may hold text of the file */
			*to++ = (unsigned char)t.p[i] < 0x20 || t.p[i] == TRIBX_CELLS_QUOTE ? ' ' : t.p[i];
	}
	c->have += (size_t)(to - from);
}

void tribx_cells_end(struct tribx_cells *c)
{
	char *to = room(c, 2);
	if (!to)
		return;
	if (c->count == 1 && c->have == c->record) {
		*to++ = TRIBX_MARK_NULL;
		c->have++;
	}
	*to = TRIBX_CELLS_EOL;
	c->record = ++c->have;
	c->count = 0;
}

void tribx_cells_blank(struct tribx_cells *c, int64_t records)
{
	for (; records > 0 && !c->failed && !c->too_long; records--)
		tribx_cells_end(c);
}

void tribx_cells_done(struct tribx_cells *c)
{
	free(c->mem);
	*c = (struct tribx_cells){ 0 };
}

/* ---- as a layer ---- */

struct layer {
	struct tribx_stream base;
	const struct tribx_cells_reader *reader;
	void *self;
	struct tribx_cells cells;
	size_t at;                       /* of cells: handed on */
	int status;                      /* of the last produce */
};

/* The open record moves to the front; what was handed on goes. */
static void rewind_cells(struct layer *l)
{
	struct tribx_cells *c = &l->cells;
	memmove(c->mem, c->mem + c->record, c->have - c->record);
	c->have -= c->record;
	c->record = l->at = 0;
}

static int refill(struct layer *l, struct tribx_error *e)
{
	struct tribx_cells *c = &l->cells;
	if (c->mem)
		rewind_cells(l);
	while (l->status == TRIB_OK && c->record == 0) {
		l->status = l->reader->produce(l->self, c, e);
		if (c->failed)
			l->status = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a row of %zu bytes", c->have - c->record);
		else if (c->too_long)
			l->status = tribx_fail(e, TRIB_DATA, "csv.record_too_long", "a row is longer than record_max (%zu bytes)", c->max);
	}
	return l->status;
}

static int read_layer(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct layer *l = (struct layer *)s;
	*got = 0;
	if (l->at == l->cells.record) {
		int rc = refill(l, e);
		if (rc < 0 || l->cells.record == 0)
			return rc;
	}
	*got = l->cells.record - l->at < size ? l->cells.record - l->at : size;
	memcpy(to, l->cells.mem + l->at, *got);
	l->at += *got;
	return TRIB_OK;
}

static void close_layer(struct tribx_stream *s)
{
	struct layer *l = (struct layer *)s;
	l->reader->done(l->self);
	tribx_cells_done(&l->cells);
	free(l);
}

int tribx_cells_stream(const struct tribx_cells_reader *r, void *self, size_t record_max, struct tribx_stream **out, struct tribx_error *e)
{
	struct layer *l = calloc(1, sizeof *l);
	if (!l) {
		r->done(self);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
	}
	*l = (struct layer){ .base = { .read = read_layer, .close = close_layer }, .reader = r, .self = self, .cells.max = record_max };
	*out = &l->base;
	return TRIB_OK;
}
