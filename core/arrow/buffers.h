/* buffers - what a finished batch is made of: shells that are copied, buffers that are counted.
 *
 *	trib_batch.array (root) ── children: shells, one per column ──> tribx_buffers: buffers, pages (counted)
 *	trib_batch.schema (root) ── children: shells ──> label: name, format (counted)
 *
 * A column moves by copying its two shells, is shared by copying and counting, and never changes once it is made. */
#ifndef TRIBX_BUFFERS_H
#define TRIBX_BUFFERS_H

#include "arrow/build.h"
#include "arrow/layout.h"

struct tribx_buffers {
	atomic_int refs;
	void *validity, *values;           /* blocks of its own, or NULL */
	struct tribx_buffers *lender;        /* whose buffers these are otherwise */
	struct ArrowArray words;           /* of a coded column */
	struct ArrowArray foreign;         /* taken over from outside */
	const struct tribx_page *pages;    /* that text lies in */
	int page_count;
	const void **buffers;
};

/* A column from its parts. */
struct tribx_parts {
	int bits;
	bool views;
	int64_t length, nulls;
	void *validity, *values;           /* blocks, taken over, also on failure */
	const struct tribx_page *pages;    /* counted, not taken */
	int page_count;
	struct ArrowArray *words;          /* moved in, also on failure; makes it a coded column */
};
int tribx_array_new(struct ArrowArray *to, const struct tribx_parts *p);
void tribx_array_empty(struct ArrowArray *to, enum trib_type type);        /* no rows; needs no memory */
void tribx_array_null(struct ArrowArray *to, int64_t length);              /* an absent column; needs no memory */
void tribx_array_share(struct ArrowArray *to, const struct ArrowArray *from);
void tribx_array_drop(struct ArrowArray *a);                               /* released already is fine */
/* The pages of a text column: its own, or of a coded one the words'. */
const struct tribx_buffers *tribx_text_buffers(const struct ArrowArray *a);
/* one reference; buffers and pages in the same memory */
struct tribx_buffers *tribx_buffers_new(int buffer_count, int page_count);
void tribx_buffers_drop(struct tribx_buffers *s);                              /* NULL is fine */
struct tribx_buffers *tribx_buffers_keep(struct tribx_buffers *s);
void tribx_release_array(struct ArrowArray *a);                            /* the release of columns that count */
struct tribx_page tribx_page_keep(const struct tribx_page *p);
void tribx_page_drop(struct tribx_page *p);

/* Roots. Children that are not set yet are all zero (release NULL). */
int tribx_roots_new(struct trib_batch *b, int count);          /* b: overwritten */
int tribx_roots_grow(struct trib_batch *b, int count);         /* b may be all zero */
bool tribx_ours(const struct trib_batch *b);                   /* made by tribx_roots_new, or empty */
/* Columns and labels that were replaced stay until tribx_roots_forget: views and names that plugins hold stay good. */
int tribx_retire_room(struct trib_batch *b, int more);         /* before tribx_retire */
void tribx_retire(struct trib_batch *b, struct ArrowArray *a, struct ArrowSchema *s);   /* moved; either may be NULL */
void tribx_roots_forget(struct trib_batch *b);
/* The shells of column `col` of b become copies of these (moved). */
static inline struct ArrowArray *tribx_kid(const struct trib_batch *b, int col) { return b->array.children[col]; }
static inline struct ArrowSchema *tribx_label(const struct trib_batch *b, int col) { return b->schema.children[col]; }
/* starts looking at `near`: columns mostly come in order */
int tribx_col_find(const struct trib_batch *b, const char *name, int near);

extern const int64_t tribx_zeros[8];           /* where buffers of nothing point */

#endif
