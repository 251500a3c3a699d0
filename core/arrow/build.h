/* build - the builder behind b->rows: columns being appended, the pages that their texts lie in, what is remembered.
 *
 * For the decoders of the core, which write whole columns into the raw buffers without a call per cell:
 *
 *	int page = tribx_batch_add_room(b, room);                      once per buffer of text
 *	int32_t *v = tribx_column_reserve(b, col, rows);               16-byte views of a text, int64_t of an int64
 *	tribx_text_view(v + 4 * i, room->mem, page, offset, length);   per cell
 *	tribx_column_commit(b, col, rows, nulls);                      then trib_rows(b, rows), all columns done
 *
 * Law: no memory or a misuse is remembered in the batch, every later call does nothing, tribx_ready() says it.
 * Law: values are advanced to the first free row, bits (validity, BOOL) are not: row i of the batch is bit i. */
#ifndef TRIBX_BUILD_H
#define TRIBX_BUILD_H

#include "arrow/batch.h"

/* A column of a batch that has b->rows. live: its values are here; otherwise the array's child holds them. The schema's
 * child always says name and type. */
struct tribx_column {
	enum trib_type type;
	int precision, scale, bits;        /* bits of a value in values */
	bool live;
	int64_t count, cap, nulls;         /* cap 0: the next put has to look closer */
	void *values;
	uint8_t *validity;                 /* NULL: no nulls so far */
	char *constant;                    /* the text of every row; NULL: an ordinary column */
	int64_t constant_size;             /* -1: null in every row */
};

/* Bytes that views point into, kept by one of the two owners. */
struct tribx_page {
	const char *mem;
	int64_t size;
	struct tribx_room *room;
	struct tribx_buffers *lender;      /* a foreign array */
};

/* Room for `rows` more values of a column and a pointer to the first of them; NULL: remembered, nothing to write to.
 * Null rows need a value as well (zero is good). BOOL: the bits from row 0 on, all 0 where nothing was written. */
void *tribx_column_reserve(struct trib_batch *b, int col, int64_t rows);
/* The bits from row 0 on, made on demand; all reserved rows are 1, clear those that are null. NULL as above. */
uint8_t *tribx_column_validity(struct trib_batch *b, int col);
/* Takes `rows` of the reserved values, of which `nulls` are null. */
void tribx_column_commit(struct trib_batch *b, int col, int64_t rows, int64_t nulls);
/* Adds a reference to r; the page index for views, or -1 (remembered). r->size is at most 2 GiB. */
int tribx_batch_add_room(struct trib_batch *b, struct tribx_room *r);
/* Rows that are closed, also while building (the same as b->array.length). */
static inline int64_t tribx_batch_rows(const struct trib_batch *b) { return b->array.length; }

/* Writes one string view. mem is a room's (bytes behind its size can be read), page what tribx_batch_add_room said. */
static inline void tribx_text_view(int32_t *view, const char *mem, int32_t page, int64_t offset, int64_t size)
{
	const char *p = mem + offset;
	uint64_t low;
	uint32_t high;
	view[0] = (int32_t)size;
	memcpy(&low, p, 8);
	if (size > 12) {
		memcpy(view + 1, &low, 4);
		view[2] = page;
		view[3] = (int32_t)offset;
		return;
	}
	memcpy(&high, p + 8, 4);
	low &= size >= 8 ? UINT64_MAX : ((uint64_t)1 << 8 * size) - 1;
	high &= size >= 12 ? UINT32_MAX : size > 8 ? ((uint32_t)1 << 8 * (size - 8)) - 1 : 0;
	memcpy(view + 1, &low, 8);
	memcpy(view + 3, &high, 4);
}

/* Remembers the first fault of a batch. */
void tribx_batch_fault(struct trib_batch *b, int status, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Makes the row that holds the next value of col a dead letter; that value becomes null. */
void tribx_cell_fault(struct trib_batch *b, int col, const char *code, struct trib_text sample);
/* The same for what never became a row: kept as the text it was. line: of the file, 0 none. */
void tribx_raw_fault(struct trib_batch *b, const char *code, const char *detail, struct trib_text raw, int64_t line);

#endif
