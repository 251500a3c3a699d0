/* rows - the life of a builder: made when it is first needed, decoded if it was deferred, its faults remembered. */
#include "arrow/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- faults ---- */

void tribx_batch_fault(struct trib_batch *b, int status, const char *code, const char *fmt, ...)
{
	struct trib_rows *r = tribx_rows_look(b);
	char text[400];
	va_list args;
	if (r->status)
		return;
	r->status = status;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if ((r->error = calloc(1, sizeof *r->error)))
		tribx_fail(r->error, status, code, "%s", text);
}

int tribx_rows_status(const struct trib_batch *b, struct tribx_error *e)
{
	const struct trib_rows *r = b->rows;
	if (!r || !r->status)
		return TRIB_OK;
	if (!r->error)
		return tribx_fail(e, r->status, "internal.no_memory", "no memory for a batch");
	if (e && !e->status)
		*e = *r->error;
	return r->status;
}

/* ---- life ---- */

static bool describe_column(struct tribx_column *c, const struct ArrowSchema *s)
{
	struct tribx_layout l;
	if (!tribx_layout_of(s, &l))
		return false;
	*c = (struct tribx_column){ .type = l.type, .precision = l.precision, .scale = l.scale,
	                            .bits = tribx_bits(l.type) };
	return true;
}

/* Stands for the builder that there was no memory for: its fault is remembered like any other. Never written to. */
static const struct trib_rows no_builder = { .status = TRIB_FATAL, .last = -1, .heap = -1 };

static struct trib_rows *fail(struct trib_batch *b)
{
	return b->rows = (struct trib_rows *)(uintptr_t)&no_builder;
}

struct trib_rows *tribx_rows_look(struct trib_batch *b)
{
	if (!tribx_ours(b))
		tribx_adopt(b, NULL);   /* a fault of it is b's now */
	if (b->rows)
		return b->rows;
	int count = (int)b->schema.n_children;
	struct trib_rows *r = calloc(1, sizeof *r);
	struct tribx_column *cols = calloc((size_t)count + 8, sizeof *cols);
	bool good = r && cols;
	for (int i = 0; good && i < count; i++)
		good = describe_column(&cols[i], tribx_label(b, i));
	if (!good) {
		free(r);
		free(cols);
		return fail(b);
	}
	*r = (struct trib_rows){ .cols = cols, .count = count, .cap = count + 8, .finished = b->array.length,
	                         .last = -1, .heap = -1 };
	return b->rows = r;
}

struct trib_rows *tribx_rows_open(struct trib_batch *b)
{
	struct trib_rows *r = tribx_rows_look(b);
	if (r->later && !r->status) {
		tribx_rows_undefer(b);
		r = tribx_rows_look(b);
	}
	return r->status ? NULL : r;
}

void tribx_column_done(struct tribx_column *c)
{
	tribx_block_free(c->values);
	tribx_block_free(c->validity);
	free(c->constant);
	c->values = NULL;
	c->validity = NULL;
	c->constant = NULL;
	c->cap = c->count = c->nulls = 0;
}

void tribx_rows_drop(struct trib_batch *b)
{
	struct trib_rows *r = b->rows;
	b->rows = NULL;
	if (!r || r == &no_builder)
		return;
	if (r->later)
		r->later->drop(r->later);
	trib_free(&r->shape);
	for (int i = 0; i < r->count; i++)
		tribx_column_done(&r->cols[i]);
	for (int i = 0; i < r->page_count; i++)
		tribx_page_drop(&r->pages[i]);
	tribx_bad_done(r->bad, r->bad_count);
	free(r->cols);
	free(r->pages);
	free(r->mems);
	free(r->error);
	free(r);
}

void trib_free(struct trib_batch *b)
{
	tribx_rows_drop(b);
	if (b->array.release)
		b->array.release(&b->array);
	if (b->schema.release)
		b->schema.release(&b->schema);
	*b = (struct trib_batch){ 0 };
}

void trib_move(struct trib_batch *to, struct trib_batch *from)
{
	*to = *from;
	*from = (struct trib_batch){ 0 };
}

void tribx_attach(struct trib_batch *b, struct tribx_dead_list *dead, const char *stage)
{
	struct trib_rows *r = tribx_rows_look(b);
	if (r == &no_builder)
		return;
	r->dead = dead;
	r->stage = stage;
}

/* ---- deferred rows ---- */

int tribx_defer(struct trib_batch *b, struct tribx_later *l)
{
	struct trib_rows *r = tribx_rows_look(b);
	if (r->status || tribx_shape(&r->shape, b) < 0) {
		l->drop(l);
		return TRIB_FATAL;
	}
	r->later = l;
	return TRIB_OK;
}

bool tribx_deferred(const struct trib_batch *b)
{
	return b->rows && b->rows->later;
}

/* Constants that were asked for meanwhile come behind the decoded columns, by name. */
void tribx_rows_undefer(struct trib_batch *b)
{
	struct trib_rows *r = b->rows;
	struct tribx_later *l = r->later;
	struct trib_batch out;
	struct tribx_error e = { 0 };
	trib_move(&out, &r->shape);
	r->later = NULL;
	if (r->dead)
		tribx_attach(&out, r->dead, r->stage);
	int status = l->decode(l, &out, &e);
	l->drop(l);
	if (status < 0) {
		trib_free(&out);
		tribx_batch_fault(b, status, e.code[0] ? e.code : "internal.decode", "%s", e.text);
		if (r->error && e.status)
			*r->error = e;
		return;
	}
	for (int i = 0; i < r->count; i++)
		if (r->cols[i].constant)
			trib_constant(&out, tribx_label(b, i)->name,
			              (struct trib_text){ r->cols[i].constant_size < 0 ? NULL : r->cols[i].constant,
			              r->cols[i].constant_size < 0 ? 0 : (size_t)r->cols[i].constant_size });
	if (tribx_settle(&out) < 0 && !out.rows)
		tribx_batch_fault(&out, TRIB_FATAL, "internal.no_memory", "no memory for a batch");
	trib_free(b);
	trib_move(b, &out);
}
