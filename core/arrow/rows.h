/* rows - what b->rows is: the builder of a batch. Private to core/arrow. */
#ifndef TRIBX_ROWS_H
#define TRIBX_ROWS_H

#include "arrow/build.h"
#include "arrow/buffers.h"

/* A cell that did not fit: its row becomes a dead letter when the batch is made ready. */
struct tribx_bad { int64_t row; int col; const char *code; char *sample; size_t size; const char *detail; };
/* col: the column went, the row is bad all the same; the row has its dead letter already */
enum { TRIBX_GONE = -1, TRIBX_MARKED = -2 };

struct trib_rows {
	struct tribx_column *cols;         /* one per child of the schema */
	int count, cap;
	int64_t finished;                  /* rows that were there when building began */
	struct tribx_page *pages;          /* of all text columns */
	const void **mems;                 /* their bytes, as views want them */
	int page_count, page_cap;
	int last, heap;                    /* page of the last text; page that texts are copied to, -1: none */
	size_t heap_used;
	struct tribx_later *later;
	struct trib_batch shape;           /* the columns that later->decode meets */
	struct tribx_bad *bad;             /* in order of rows, mostly */
	int64_t bad_count, bad_cap;
	struct tribx_dead_list *dead;
	const char *stage;
	int status;                        /* the first fault; 0: none */
	struct tribx_error *error;         /* its text; NULL if there was no memory */
};

/* The builder of b, made if there is none; rows that are deferred are decoded first. NULL: a fault is remembered. */
struct trib_rows *tribx_rows_open(struct trib_batch *b);
/* the same, without decoding and in spite of a fault: never NULL; look at status before writing to it */
struct trib_rows *tribx_rows_look(struct trib_batch *b);
void tribx_rows_drop(struct trib_batch *b);
/* The column, ready to take n more values; NULL: remembered. */
struct tribx_column *tribx_column_open(struct trib_batch *b, int col, int64_t n);
void tribx_column_done(struct tribx_column *c);                     /* frees its buffers */
int tribx_column_new(struct trib_batch *b, const struct tribx_label_as *as);   /* index, not live yet; -1: no memory */
int tribx_column_retype(struct trib_batch *b, int col, enum trib_type type, int precision, int scale);
void tribx_fill_nulls(struct trib_batch *b, int col, int64_t n);
/* Appends all rows of a view of the same type (and scale). */
void tribx_append_view(struct trib_batch *b, int col, const struct trib_view *v, const struct tribx_buffers *text);
int tribx_page_add(struct trib_batch *b, const struct tribx_page *p);   /* index, or -1 */
void tribx_rows_undefer(struct trib_batch *b);
/* the fault that is remembered, or TRIB_OK */
int tribx_rows_status(const struct trib_batch *b, struct tribx_error *e);
/* Array children for everything; b->rows stays only if there are bad rows to tell of. */
int tribx_settle(struct trib_batch *b);
/* A column as it is, also one that is being built, as far as it was put. */
bool tribx_peek(const struct trib_batch *b, int col, struct trib_view *out);
/* One cell as JSON. */
void tribx_cell_json(const struct trib_view *v, int64_t row, struct tribx_buf *out);
/* A dictionary of texts; at least one. */
int tribx_words_new(struct ArrowArray *to, const struct trib_text *words, int count);
/* the column's label becomes that of texts behind codes */
int tribx_label_code(struct trib_batch *b, int col);
/* The rows of a column, as a column of its own: what trib_pick does. Layouts that plugins meet; text becomes views. */
int tribx_gather(struct ArrowArray *to, const struct ArrowArray *a, const struct tribx_layout *l, const int32_t *rows,
                 int64_t n);
bool tribx_view_of(const struct ArrowArray *a, const struct ArrowSchema *s, struct trib_view *out);

/* Bad cells (bad.c). */
void tribx_bad_sort(struct trib_rows *r);
/* of sorted ones: the first that is not before row */
int64_t tribx_bad_find(const struct trib_rows *r, int64_t row);
bool tribx_bad_copy(struct tribx_bad *to, const struct tribx_bad *from, int64_t row);
/* takes bad, also on failure */
bool tribx_bad_put(struct tribx_bad **list, int64_t *count, int64_t *cap, const struct tribx_bad *bad);
/* those of rows >= from and of column col (-1: of all) */
void tribx_bad_drop(struct trib_rows *r, int64_t from, int col);
void tribx_bad_done(struct tribx_bad *list, int64_t count);
int tribx_bad_bury(struct trib_batch *b);                            /* dead letters; the rows leave a settled batch */

/* The builder's column, or NULL where there is none: not building, or no memory for a builder. */
static inline const struct tribx_column *tribx_built(const struct trib_batch *b, int col)
{
	return b->rows && col >= 0 && col < b->rows->count ? &b->rows->cols[col] : NULL;
}

static inline bool tribx_is_constant(const struct trib_batch *b, int col)
{
	const struct tribx_column *c = tribx_built(b, col);
	return c && c->constant;
}

static inline struct tribx_column *tribx_spot(struct trib_batch *b, int col, int64_t n)
{
	if (__builtin_expect(b->rows && (unsigned)col < (unsigned)b->rows->count, 1)) {
		struct tribx_column *c = &b->rows->cols[col];
		if (__builtin_expect(c->count + n <= c->cap, 1))
			return c;
	}
	return tribx_column_open(b, col, n);
}

static inline bool tribx_bit(const uint8_t *bits, int64_t i) { return bits[i >> 3] >> (i & 7) & 1; }
static inline void tribx_bit_on(uint8_t *bits, int64_t i) { bits[i >> 3] |= (uint8_t)(1 << (i & 7)); }
static inline void tribx_bit_off(uint8_t *bits, int64_t i) { bits[i >> 3] &= (uint8_t)~(1 << (i & 7)); }
static inline bool tribx_textual(enum trib_type type) { return type == TRIB_STR || type == TRIB_JSON; }

#endif
