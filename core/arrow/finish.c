/* finish - closes the builders of a batch: columns become arrays, rows whose cells did not fit become dead letters.
 *
 * tribx_settle() closes and keeps all rows, so that row numbers stay true; only tribx_ready() lets bad rows go. */
#include "arrow/rows.h"

#include <string.h>

/* ---- closing ---- */

static int close_constant(struct trib_batch *b, int col, struct ArrowArray *to)
{
	struct tribx_column *c = &b->rows->cols[col];
	struct trib_text word = { c->constant, (size_t)c->constant_size };
	int64_t rows = b->array.length;
	int32_t *codes = rows ? tribx_block_new((size_t)rows * sizeof *codes) : NULL;
	struct ArrowArray words;
	if ((rows && !codes) || tribx_words_new(&words, &word, 1) < 0) {
		tribx_block_free(codes);
		return TRIB_FATAL;
	}
	if (rows)
		memset(codes, 0, (size_t)rows * sizeof *codes);
	return tribx_array_new(to, &(struct tribx_parts){ .bits = 32, .length = rows, .values = codes,
	                                                  .words = &words });
}

static int close_column(struct trib_batch *b, int col, struct ArrowArray *to)
{
	struct trib_rows *r = b->rows;
	struct tribx_column *c = &r->cols[col];
	bool text = tribx_textual(c->type);
	if (c->constant)
		return close_constant(b, col, to);
	if (c->bits == 0) {
		tribx_array_null(to, c->count);
	} else if (c->count == 0) {
		tribx_array_empty(to, c->type);
	} else {
		if (!c->nulls) {
			tribx_block_free(c->validity);
			c->validity = NULL;
		}
		struct tribx_parts parts = { .bits = c->bits, .views = text, .length = c->count, .nulls = c->nulls,
		                             .validity = c->validity, .values = c->values,
		                             .pages = r->pages, .page_count = text ? r->page_count : 0 };
		c->values = c->validity = NULL;
		return tribx_array_new(to, &parts);
	}
	return TRIB_OK;
}

static int close_live(struct trib_batch *b, int col)
{
	struct tribx_column *c = &b->rows->cols[col];
	struct ArrowArray a;
	int64_t rows = b->array.length;
	if (!c->live) {
		const struct ArrowArray *had = tribx_kid(b, col);
		if (had->release && had->length == rows)
			return TRIB_OK;
		tribx_column_open(b, col, 0);   /* rows were closed that this column was never put to */
	}
	if (c->constant && c->constant_size < 0) {
		tribx_column_done(c);   /* null in every row: an ordinary column says it */
		tribx_column_retype(b, col, TRIB_STR, 0, 0);
	}
	if (!c->constant && c->count < rows)
		tribx_fill_nulls(b, col, rows - c->count);
	if (b->rows->status)
		return b->rows->status;
	if (!c->constant && c->count > rows) {
		tribx_batch_fault(b, TRIB_FATAL, "batch.open_row",
		                  "column %s holds %lld values, but %lld rows are closed", tribx_label(b, col)->name,
		                  (long long)c->count, (long long)rows);
		return TRIB_FATAL;
	}
	if (tribx_retire_room(b, 1) < 0 || (c->constant && tribx_label_code(b, col) < 0) ||
	    close_column(b, col, &a) < 0) {
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for column %s",
		                  tribx_label(b, col)->name);
		return TRIB_FATAL;
	}
	tribx_retire(b, tribx_kid(b, col), NULL);
	*tribx_kid(b, col) = a;
	tribx_column_done(c);
	c->live = false;
	return TRIB_OK;
}

int tribx_settle(struct trib_batch *b)
{
	if (!tribx_ours(b))
		return tribx_adopt(b, NULL);
	if (!b->rows)
		return b->array.release ? TRIB_OK : tribx_roots_new(b, 0);
	struct trib_rows *r = tribx_rows_open(b);
	if (!r)
		return b->rows && b->rows->status ? b->rows->status : TRIB_FATAL;
	if (!b->array.release && tribx_roots_grow(b, 0) < 0)
		return TRIB_FATAL;
	for (int i = 0; i < r->count; i++) {
		int status = close_live(b, i);
		if (status < 0)
			return status;
	}
	r->finished = b->array.length;
	if (r->bad_count == 0 && !r->dead)
		tribx_rows_drop(b);
	return TRIB_OK;
}

int tribx_ready(struct trib_batch *b, struct tribx_error *e)
{
	int status;
	if (!tribx_ours(b))
		return tribx_adopt(b, e);
	status = tribx_settle(b);
	if (status == TRIB_OK && b->rows)
		status = tribx_bad_bury(b);
	if (status < 0) {
		int said = b->rows ? tribx_rows_status(b, e) : TRIB_OK;
		return said < 0 ? said : tribx_fail(e, status, "internal.no_memory", "no memory for a batch");
	}
	tribx_rows_drop(b);
	tribx_roots_forget(b);
	return TRIB_OK;
}
