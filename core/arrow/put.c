/* put - values to the ends of columns. What is of the column's own type is stored here, all else goes to cast.c. */
#include "arrow/cast.h"
#include "arrow/rows.h"

#include <string.h>

void trib_put_null(struct trib_batch *b, int col)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	if (!c)
		return;
	if (c->bits && !c->validity && !tribx_column_validity(b, col))
		return;
	if (c->bits == 128)
		memset((char *)c->values + c->count * 16, 0, 16);
	else if (c->bits == 64)
		((int64_t *)c->values)[c->count] = 0;
	else if (c->bits == 32)
		((int32_t *)c->values)[c->count] = 0;
	if (c->bits)
		tribx_bit_off(c->validity, c->count);
	c->count++;
	c->nulls++;
}

void trib_put_i64(struct trib_batch *b, int col, int64_t v)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	if (!c)
		return;
	switch (c->type) {
	case TRIB_I64: case TRIB_TIME: case TRIB_CLOCK: case TRIB_DURATION:
		((int64_t *)c->values)[c->count++] = v;
		return;
	case TRIB_DATE:
		if (v == (int32_t)v) {
			((int32_t *)c->values)[c->count++] = (int32_t)v;
			return;
		}
		break;
	case TRIB_BOOL:
		if (v == 0 || v == 1) {
			if (v)
				tribx_bit_on(c->values, c->count);
			c->count++;
			return;
		}
		break;
	default:
		break;
	}
	tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_I64, .i64 = v });
}

void trib_put_f64(struct trib_batch *b, int col, double v)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	if (c && c->type == TRIB_F64)
		((double *)c->values)[c->count++] = v;
	else if (c)
		tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_F64, .f64 = v });
}

void trib_put_dec(struct trib_batch *b, int col, trib_dec v)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	if (c && c->type == TRIB_DEC && tribx_dec_fits(v, c->precision))
		((trib_dec *)c->values)[c->count++] = v;
	else if (c)
		tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_DEC, .dec = v,
		                                               .scale = c->type == TRIB_NULL ? 9 : c->scale });
}

/* ---- text ---- */

enum { HEAP_FIRST = 64 << 10, HEAP_LAST = 1 << 20, LOOK = 16, INLINE = 12 };

static bool inside(const struct tribx_page *p, struct trib_text t)
{
	return t.p >= p->mem && t.p + t.n <= p->mem + p->size;
}

/* The page of a finished column of the same batch: a text cut out of it is not copied either. */
static int page_of_columns(struct trib_batch *b, struct trib_text t)
{
	int looked = 0;
	for (int i = 0; i < (int)b->array.n_children && looked < LOOK; i++) {
		const struct ArrowArray *a = tribx_kid(b, i);
		const struct tribx_buffers *s = a->release ? tribx_text_buffers(a) : NULL;
		for (int k = 0; s && k < s->page_count && looked < LOOK; k++, looked++)
			if (inside(&s->pages[k], t))
				return tribx_page_add(b, &s->pages[k]);
	}
	return -1;
}

static int page_of(struct trib_batch *b, struct trib_text t)
{
	struct trib_rows *r = b->rows;
	if (r->last >= 0 && inside(&r->pages[r->last], t))
		return r->last;
	for (int i = r->page_count - 1; i >= 0 && i >= r->page_count - LOOK; i--)
		if (inside(&r->pages[i], t))
			return r->last = i;
	int page = b->array.length > 0 ? page_of_columns(b, t) : -1;
	return page < 0 ? -1 : (r->last = page);
}

/* Copies t behind the other copied texts; the page, or -1. */
static int page_for(struct trib_batch *b, struct trib_text *t)
{
	struct trib_rows *r = b->rows;
	if (r->heap < 0 || r->heap_used + t->n > (size_t)r->pages[r->heap].size) {
		size_t size = r->heap < 0 ? HEAP_FIRST : (size_t)r->pages[r->heap].size * 2;
		size = size < HEAP_LAST ? size : HEAP_LAST;
		struct tribx_room *room = tribx_room_new(t->n > size ? t->n : size);
		if (!room) {
			tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for %zu bytes of text", t->n);
			return -1;
		}
		int page = tribx_page_add(b, &(struct tribx_page){ .mem = room->mem, .size = (int64_t)room->size,
		                                                   .room = room });
		tribx_room_drop(room);
		if (page < 0)
			return -1;
		r->heap = page;
		r->heap_used = 0;
	}
	char *to = r->pages[r->heap].room->mem + r->heap_used;
	memcpy(to, t->p, t->n);
	r->heap_used += t->n;
	t->p = to;
	return r->heap;
}

/* At most 12 bytes and zeros behind them, without a call and without reading beyond p + n. */
static inline void copy_inline(char *to, const char *p, size_t n)
{
	memset(to, 0, INLINE);
	if (n >= 8) {
		memcpy(to, p, 8);
		memcpy(to + n - 4, p + n - 4, 4);
	} else if (n >= 4) {
		memcpy(to, p, 4);
		memcpy(to + n - 4, p + n - 4, 4);
	} else if (n > 0) {
		to[0] = p[0];
		to[n / 2] = p[n / 2];
		to[n - 1] = p[n - 1];
	}
}

void trib_put_str(struct trib_batch *b, int col, struct trib_text t)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	if (!c)
		return;
	if (!t.p) {
		trib_put_null(b, col);
		return;
	}
	if (!tribx_textual(c->type)) {
		tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_STR, .text = t });
		return;
	}
	int32_t *view = (int32_t *)c->values + 4 * c->count;
	if (t.n <= INLINE) {
		copy_inline((char *)(view + 1), t.p, t.n);
	} else {
		if (t.n > INT32_MAX) {
			tribx_cell_fault(b, col, "cell.too_long", (struct trib_text){ t.p, 80 });
			return;
		}
		int page = page_of(b, t);
		if (page < 0)
			page = page_for(b, &t);
		if (page < 0)
			return;
		memcpy(view + 1, t.p, 4);
		view[2] = page;
		view[3] = (int32_t)(t.p - b->rows->pages[page].mem);
	}
	view[0] = (int32_t)t.n;
	c->count++;
}

/* ---- many ---- */

static void copy_bits(uint8_t *to, int64_t at, const uint8_t *from, int64_t bit, int64_t n)
{
	int64_t i = 0;
	if (at % 8 == 0 && bit % 8 == 0) {
		memcpy(to + at / 8, from + bit / 8, (size_t)(n / 8));
		i = n & ~(int64_t)7;
	}
	for (; i < n; i++)
		if (tribx_bit(from, bit + i))
			tribx_bit_on(to, at + i);
		else
			tribx_bit_off(to, at + i);
}

static int64_t count_nulls(const uint8_t *validity, int64_t bit, int64_t n)
{
	int64_t nulls = 0;
	for (int64_t i = 0; i < n; i++)
		nulls += !tribx_bit(validity, bit + i);
	return nulls;
}

/* validity of n rows that come next; the values are there. */
static void take_validity(struct trib_batch *b, int col, const uint8_t *validity, int64_t bit, int64_t n)
{
	int64_t nulls = validity ? count_nulls(validity, bit, n) : 0;
	uint8_t *to = nulls ? tribx_column_validity(b, col) : NULL;
	if (to)
		copy_bits(to, b->rows->cols[col].count, validity, bit, n);
	if (to || !nulls)
		tribx_column_commit(b, col, n, nulls);
}

void trib_put_many(struct trib_batch *b, int col, const void *values, const uint8_t *validity, int64_t n)
{
	void *to = n > 0 ? tribx_column_reserve(b, col, n) : NULL;
	if (!to) {
		if (n > 0)
			tribx_batch_fault(b, TRIB_FATAL, "batch.no_type",
			                  "many values are put to column %d, which has no type yet", col);
		return;
	}
	const struct tribx_column *c = &b->rows->cols[col];
	if (tribx_textual(c->type)) {
		const struct trib_text *texts = values;
		for (int64_t i = 0; i < n; i++)
			if (validity && !tribx_bit(validity, i))
				trib_put_null(b, col);
			else
				trib_put_str(b, col, texts[i]);
		return;
	}
	if (c->bits == 1)
		copy_bits(to, c->count, values, 0, n);
	else
		memcpy(to, values, (size_t)n * (size_t)(c->bits / 8));
	take_validity(b, col, validity, 0, n);
}

void tribx_append_view(struct trib_batch *b, int col, const struct trib_view *v, const struct tribx_buffers *text)
{
	if (v->type == TRIB_NULL) {
		tribx_fill_nulls(b, col, v->length);
		return;
	}
	void *to = v->length > 0 ? tribx_column_reserve(b, col, v->length) : NULL;
	if (!to)
		return;
	const struct tribx_column *c = &b->rows->cols[col];
	if (tribx_textual(c->type)) {
		for (int i = 0; text && i < text->page_count; i++)
			b->rows->last = tribx_page_add(b, &text->pages[i]);
		for (int64_t i = 0; i < v->length; i++)
			trib_put_str(b, col, trib_str(v, i));
		return;
	}
	if (c->bits == 1)
		copy_bits(to, c->count, v->values, v->bit, v->length);
	else
		memcpy(to, v->values, (size_t)v->length * (size_t)(c->bits / 8));
	take_validity(b, col, v->validity, v->bit, v->length);
}
