/* build - see build.h: columns of a builder, their memory, the pages of their texts. */
#include "arrow/personal.h"
#include "arrow/rows.h"

#include <stdlib.h>
#include <string.h>

/* ---- pages ---- */

int tribx_page_add(struct trib_batch *b, const struct tribx_page *p)
{
	struct trib_rows *r = tribx_rows_open(b);
	if (!r)
		return -1;
	for (int i = r->page_count - 1; i >= 0 && i >= r->page_count - 8; i--)
		if (r->pages[i].mem == p->mem && r->pages[i].size >= p->size)
			return i;
	if (r->page_count == r->page_cap) {
		int cap = r->page_cap ? r->page_cap * 2 : 4;
		struct tribx_page *pages = realloc(r->pages, (size_t)cap * sizeof *pages);
		if (pages)
			r->pages = pages;
		const void **mems = realloc(r->mems, (size_t)cap * sizeof *mems);
		if (mems)
			r->mems = mems;
		if (!pages || !mems) {
			tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a batch's texts");
			return -1;
		}
		r->page_cap = cap;
	}
	r->pages[r->page_count] = tribx_page_keep(p);
	r->mems[r->page_count] = p->mem;
	return r->page_count++;
}

int tribx_batch_add_room(struct trib_batch *b, struct tribx_room *room)
{
	if (room->size > INT32_MAX) {
		tribx_batch_fault(b, TRIB_DATA, "cell.too_long", "text of more than 2 GiB in one piece");
		return -1;
	}
	int page = tribx_page_add(b, &(struct tribx_page){ .mem = room->mem, .size = (int64_t)room->size,
	                                                   .room = room });
	if (page >= 0)
		b->rows->last = page;
	return page;
}

char *trib_room(struct trib_batch *b, size_t size)
{
	struct tribx_room *room = size <= INT32_MAX && tribx_rows_open(b) ? tribx_room_new(size) : NULL;
	if (!room) {
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for %zu bytes of text", size);
		return NULL;
	}
	int page = tribx_batch_add_room(b, room);
	char *mem = page < 0 ? NULL : room->mem;
	tribx_room_drop(room);   /* the batch has its own reference */
	return mem;
}

/* ---- columns ---- */

static size_t bytes(int64_t values, int bits)
{
	return bits == 1 ? (size_t)(values + 7) / 8 : (size_t)values * (size_t)(bits / 8);
}

/* Fresh bits: of values 0, of validity 1, so that a put touches only what differs from that. */
static bool grow_bits(uint8_t **bits, int64_t count, int64_t cap, int fresh)
{
	size_t used = *bits ? (size_t)(count + 7) / 8 : 0, size = (size_t)(cap + 7) / 8;
	*bits = tribx_block_grow(*bits, size, used);
	if (*bits)
		memset(*bits + used, fresh, tribx_block_size(*bits) - used);
	return *bits != NULL;
}

static bool grow(struct tribx_column *c, int64_t need)
{
	int64_t cap = c->cap * 2 > need ? c->cap * 2 : need;
	cap = cap < 64 ? 64 : cap;
	if (c->bits == 0) {
		c->cap = INT64_MAX / 2;
		return true;
	}
	if (c->bits == 1) {
		uint8_t *values = c->values;
		c->values = grow_bits(&values, c->count, cap, 0) ? values : NULL;
	} else {
		c->values = tribx_block_grow(c->values, bytes(cap, c->bits), bytes(c->count, c->bits));
	}
	if (c->values)
		cap = (int64_t)(tribx_block_size(c->values) * 8 / (size_t)c->bits);
	if (!c->values || (c->validity && !grow_bits(&c->validity, c->count, cap, 0xFF))) {
		c->cap = 0;
		return false;
	}
	c->cap = cap;
	return true;
}

/* Puts the rows that the column has in the array into the builder, so that more can follow. */
static bool thaw(struct trib_batch *b, int col)
{
	struct tribx_column *c = &b->rows->cols[col];
	struct ArrowArray *a = tribx_kid(b, col);
	struct trib_view v;
	if (tribx_retire_room(b, (int)b->array.n_children))
		return false;
	bool any = a->release && a->length > 0 && tribx_view_of(a, tribx_label(b, col), &v);
	if (tribx_column_retype(b, col, c->type, c->precision, c->scale) < 0)
		return false;
	c->live = true;
	if (any)
		tribx_append_view(b, col, &v, tribx_textual(v.type) ? tribx_text_buffers(a) : NULL);
	if (c->count < b->array.length)         /* rows closed before anything was put here are null */
		tribx_fill_nulls(b, col, b->array.length - c->count);
	return true;
}

struct tribx_column *tribx_column_open(struct trib_batch *b, int col, int64_t n)
{
	struct trib_rows *r = tribx_rows_open(b);
	if (!r)
		return NULL;
	if (col < 0 || col >= r->count) {
		tribx_batch_fault(b, TRIB_FATAL, "batch.no_column", "a value is put to column %d of %d", col, r->count);
		return NULL;
	}
	struct tribx_column *c = &r->cols[col];
	if (c->constant) {
		tribx_batch_fault(b, TRIB_FATAL, "batch.constant", "a value is put to column %s, which is a constant",
		                  tribx_label(b, col)->name);
		return NULL;
	}
	if ((!c->live && !thaw(b, col)) || (c->count + n > c->cap && !grow(c, c->count + n))) {
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for column %s",
		                  tribx_label(b, col)->name);
		return NULL;
	}
	return c;
}

/* The label follows; what was put stays only where it is null or of the type already. */
int tribx_column_retype(struct trib_batch *b, int col, enum trib_type type, int precision, int scale)
{
	struct tribx_column *c = &b->rows->cols[col];
	struct ArrowSchema *s = tribx_label(b, col), fresh;
	struct tribx_layout l;
	type = tribx_stored(type);
	bool same = tribx_layout_of(s, &l) && l.type == type && l.precision == precision && l.scale == scale &&
		!l.coded && !l.offsets;
	if (!same) {
		if (tribx_retire_room(b, (int)b->array.n_children) ||
		    tribx_label_new(&fresh, &(struct tribx_label_as){ .name = s->name, .marks = s->flags & TRIBX_ABOUT_PEOPLE, .type = type,
		                                                      .precision = precision, .scale = scale,
		                    .from = tribx_label_from(s) }) < 0)
			return TRIB_FATAL;
		tribx_retire(b, NULL, s);
		*s = fresh;
	}
	if (c->type == type && c->precision == precision && c->scale == scale)
		return TRIB_OK;
	int64_t nulls = c->live ? c->count : 0;
	tribx_column_done(c);
	*c = (struct tribx_column){ .type = type, .precision = precision, .scale = scale, .bits = tribx_bits(type),
	                            .live = c->live };
	tribx_fill_nulls(b, col, nulls);
	return TRIB_OK;
}

static int add(struct trib_batch *b, const char *name, enum trib_type type, int precision, int scale)
{
	const struct tribx_label_as as = { .name = name, .type = type, .precision = precision, .scale = scale };
	struct trib_rows *r = tribx_rows_open(b);
	if (!r)
		return -1;
	int col = tribx_col_find(b, name, r->count ? r->count - 1 : 0);
	if (col >= 0) {
		/* a column that was absent gets its type; rows closed before stay null */
		if (r->cols[col].type == TRIB_NULL && type != TRIB_NULL && !r->cols[col].constant) {
			if (!r->cols[col].live)
				trib_clear(b, col, type);
			if (tribx_column_retype(b, col, type, precision, scale) < 0)
				col = -1;
		}
	} else if ((col = tribx_column_new(b, &as)) >= 0) {
		r->cols[col].live = true;
		if (b->array.length > r->finished)   /* built by rows: the first value is that of the open row */
			tribx_fill_nulls(b, col, b->array.length);
	}
	if (col < 0)
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for column %s", name);
	return col;
}

int tribx_column_new(struct trib_batch *b, const struct tribx_label_as *as)
{
	struct trib_rows *r = b->rows;
	int col = r->count;
	if (col == r->cap) {
		struct tribx_column *cols = realloc(r->cols, (size_t)r->cap * 2 * sizeof *cols);
		if (!cols)
			return -1;
		r->cols = cols;
		r->cap *= 2;
	}
	if (tribx_roots_grow(b, col + 1) < 0)
		return -1;
	if (tribx_label_new(tribx_label(b, col), as) < 0) {
		b->array.n_children = b->schema.n_children = col;
		return -1;
	}
	*tribx_kid(b, col) = (struct ArrowArray){ 0 };
	r->cols[col] = (struct tribx_column){ .type = tribx_stored(as->type), .precision = as->precision,
	                                      .scale = as->scale, .bits = tribx_bits(as->type) };
	r->count++;
	return col;
}

int trib_add(struct trib_batch *b, const char *name, enum trib_type type)
{
	bool dec = type == TRIB_DEC;
	return add(b, name, type, dec ? 38 : 0, dec ? 9 : 0);
}

int trib_add_dec(struct trib_batch *b, const char *name, int precision, int scale)
{
	if (precision < 1 || precision > 38 || scale < 0 || scale > 38) {
		tribx_batch_fault(b, TRIB_FATAL, "batch.bad_decimal",
		                  "column %s: decimal(%d,%d) is not within 1..38 digits", name, precision, scale);
		return -1;
	}
	return add(b, name, TRIB_DEC, precision, scale);
}

/* ---- whole columns ---- */

void *tribx_column_reserve(struct trib_batch *b, int col, int64_t rows)
{
	struct tribx_column *c = tribx_spot(b, col, rows);
	if (!c)
		return NULL;
	return c->bits == 1 || !c->values ? c->values : (char *)c->values + bytes(c->count, c->bits);
}

uint8_t *tribx_column_validity(struct trib_batch *b, int col)
{
	struct tribx_column *c = tribx_column_open(b, col, 0);
	if (!c || c->validity || c->bits == 0)
		return c ? c->validity : NULL;
	if (!grow_bits(&c->validity, 0, c->cap, 0xFF))
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for column %s",
		                  tribx_label(b, col)->name);
	return c->validity;
}

void tribx_column_commit(struct trib_batch *b, int col, int64_t rows, int64_t nulls)
{
	struct tribx_column *c = tribx_spot(b, col, rows);
	if (!c)
		return;
	c->count += rows;
	c->nulls += nulls;
}

void tribx_fill_nulls(struct trib_batch *b, int col, int64_t n)
{
	struct tribx_column *c = n > 0 ? tribx_spot(b, col, n) : NULL;
	uint8_t *validity = c && c->bits ? tribx_column_validity(b, col) : NULL;
	if (!c || (c->bits && !validity))
		return;
	if (c->bits > 1)
		memset((char *)c->values + bytes(c->count, c->bits), 0, bytes(n, c->bits));
	for (int64_t i = c->count; validity && i < c->count + n; i++)
		tribx_bit_off(validity, i);
	c->count += n;
	c->nulls += n;
}

/* ---- rows ---- */

void trib_rows(struct trib_batch *b, int64_t n)
{
	struct trib_rows *r = b->rows && !b->rows->later && !b->rows->status ? b->rows : tribx_rows_open(b);
	if (!r || n < 0) {
		if (n < 0)
			tribx_batch_fault(b, TRIB_FATAL, "batch.open_row", "trib_rows is asked to close %lld rows",
			                  (long long)n);
		return;
	}
	if (!b->array.release && tribx_roots_grow(b, 0) < 0) {
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a batch");
		return;
	}
	int64_t rows = b->array.length += n;
	for (int i = 0; i < r->count; i++) {
		const struct tribx_column *c = &r->cols[i];
		if (c->live && c->count < rows && !c->constant)
			tribx_fill_nulls(b, i, rows - c->count);
	}
}

static void shorten(struct tribx_column *c, int64_t rows)
{
	for (int64_t i = rows; i < c->count && c->bits == 1; i++)
		tribx_bit_off(c->values, i);
	for (int64_t i = rows; i < c->count && c->validity; i++)
		if (!tribx_bit(c->validity, i)) {
			tribx_bit_on(c->validity, i);
			c->nulls--;
		}
	if (c->bits == 0)
		c->nulls = rows;
	c->count = rows;
}

void tribx_unrow(struct trib_batch *b)
{
	struct trib_rows *r = b->rows;
	int64_t rows = b->array.length;
	if (!r || r->later || r->status)
		return;
	for (int i = 0; i < r->count; i++)
		if (r->cols[i].live && r->cols[i].count > rows)
			shorten(&r->cols[i], rows);
	tribx_bad_drop(r, rows, -1);
}
