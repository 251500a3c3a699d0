/* decode_rows - which records of a text table are rows, for every format whose records are cut by line ends. */
#ifndef TRIBX_DECODE_ROWS_H
#define TRIBX_DECODE_ROWS_H

#include "io/decode_reject.h"

struct tribx_total_mark { uint32_t row, record, holes; };      /* a total row: rows before it in the range, rows rejected since the mark before */

struct tribx_text_rows {
	struct tribx_fill fill;          /* first: gather gets it back */
	struct tribx_index ix;
	uint32_t *rows;                  /* the records that are rows */
	bool straight;                   /* every record is a row with as many fields as the header */
	struct tribx_reject reject;
	struct tribx_total_mark *marks;
	size_t mark_count, mark_cap;
	uint32_t holes;                  /* rows rejected since the last mark */
	/* of the format: one cell; faults of the whole range; which records are rows */
	void (*cell)(struct tribx_text_rows *c, const struct tribx_target *t, uint32_t record, struct tribx_cell *out);
	int (*check)(struct tribx_text_rows *c, const struct tribx_layout *s, struct tribx_error *e);
	void (*choose)(struct tribx_text_rows *c, const struct tribx_layout *s);
};
/* The way of a range: check the text, index it, sort out what is no row, fill the columns. Of c the format's functions and gather are set. */
int tribx_rows_decode(struct tribx_text_rows *c, const struct tribx_chunk *chunk, struct trib_batch *out, struct tribx_error *e);
void tribx_rows_choose(struct tribx_text_rows *c, const struct tribx_layout *s);

static inline size_t tribx_rows_begin(const struct tribx_text_rows *c, size_t r)
{
	return (uint32_t)(c->ix.ends[c->ix.recs[r]] + 1);
}

static inline struct trib_text tribx_rows_raw(const struct tribx_text_rows *c, size_t r)
{
	const char *mem = c->fill.chunk->room->mem;
	size_t from = tribx_rows_begin(c, r), to = c->ix.ends[c->ix.recs[r + 1]];
	to -= to > from && mem[to - 1] == '\r';
	return (struct trib_text){ mem + from, to - from };
}

/* Records that are no rows for what they say: blank, comment, footer, total, the header again. */
bool tribx_rows_left_out(struct tribx_text_rows *c, const struct tribx_layout *s, uint32_t r, size_t rows);
void tribx_rows_reject(struct tribx_text_rows *c, size_t r, const char *code, const char *detail);

/* A label as people write it: blanks around and a colon behind do not matter, nor does case; * at the end of a word is anything. */
bool tribx_label_is(struct trib_text t, const struct tribx_words *words);

#endif
