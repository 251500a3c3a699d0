/* batch - what the core does with batches beyond tributary.h: shapes, unions by name, deferred decoding, foreign arrays.
 *
 * A batch is in one of three states, and every trib_ call brings it to the one that it needs:
 *   finished  array and schema hold everything, rows == NULL. The only state that plugins get (read's out excepted)
 *   building  rows != NULL: columns being appended; tribx_ready() closes the builders
 *   deferred  rows != NULL with a struct tribx_later: the columns are known, the rows are decoded by tribx_ready(),
 *             usually on another thread than the one that read the bytes
 * Memory comes from tribx_block / tribx_room, so a column's buffers are recycled; string columns are views (vu) into rooms.
 */
#ifndef TRIBX_BATCH_H
#define TRIBX_BATCH_H

#include "base/dead.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

/* How a deferred batch gets its rows. decode appends to out, a building batch with the deferred one's columns. */
struct tribx_later {
	int (*decode)(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e);
	void (*drop)(struct tribx_later *l);           /* after decode, or when the batch is freed undecoded */
	size_t bytes;                                  /* memory that it holds, for the byte budget */
};
int tribx_defer(struct trib_batch *b, struct tribx_later *l);   /* b: has its columns, no rows. Takes l */
bool tribx_deferred(const struct trib_batch *b);
size_t tribx_held(const struct trib_batch *b);                  /* bytes held by b, undecoded or not: rooms counted once per batch */

/* Finishes b: decodes, closes builders. Cells that do not fit make dead letters in the list attached to b. */
int tribx_ready(struct trib_batch *b, struct tribx_error *e);
/* Where bad rows of a building batch go; without it they fail the batch. stage is borrowed. Also for rows of trib_put_text. */
void tribx_attach(struct trib_batch *b, struct tribx_dead_list *dead, const char *stage);
void tribx_unrow(struct trib_batch *b);                         /* drops the row that is open in a builder */
/* The row has its dead letter already: it leaves when b is made ready, with those whose cells did not fit; until then the mark
 * goes where the row goes. TRIB_END: it was marked before. Never changes what a reader of b sees, so b may be const there. */
int tribx_mark(const struct trib_batch *b, int64_t row);
int64_t tribx_marked(const struct trib_batch *b);              /* how many rows are marked */

/* Shapes: batches without rows. */
int tribx_shape(struct trib_batch *to, const struct trib_batch *from);                   /* to: empty; from's columns */
int tribx_shape_fields(struct trib_batch *to, const struct trib_field *table);           /* columns of a field table */
int tribx_unite(struct trib_batch *all, const struct trib_batch *b, bool *grew);         /* columns of b that all lacks are added at its end; a column that was TRIB_NULL takes b's type */
/* Gives b exactly the columns of `as`, by name and order: nothing is copied; what is missing becomes a null column; a column
 * of another type is cast (text parsed, numbers widened, anything to text), rows that do not fit go to dead. */
int tribx_align(struct trib_batch *b, const struct trib_batch *as, struct tribx_dead_list *dead, const char *stage, struct tribx_error *e);
enum trib_type tribx_type(const struct trib_batch *b, int col);
int tribx_scale(const struct trib_batch *b, int col);
int tribx_precision(const struct trib_batch *b, int col);

/* A second owner of the same columns (no copy). Both must be freed. from is finished. */
int tribx_share(struct trib_batch *to, const struct trib_batch *from);
/* Appends all rows of b to `all` (columns by name; for recall answers, small tables). */
int tribx_append(struct trib_batch *all, const struct trib_batch *b);
/* Checks a foreign pair structurally, converts layouts that plugins do not meet (large, run-end, other widths) and takes it
 * over. TRIB_DATA with the reason otherwise, and the pair is released. */
int tribx_adopt(struct trib_batch *b, struct tribx_error *e);

/* Cells as text: numbers plain, dates ISO, null as nothing (false is answered). For previews, dead letters, JSON. */
bool tribx_cell(const struct trib_view *v, int64_t row, struct tribx_buf *out);
void tribx_row_json(const struct trib_batch *b, int64_t row, struct tribx_buf *out);     /* one JSON object; numbers bare, JSON columns embedded */
extern const char *const tribx_type_names[];                                             /* by enum trib_type: "int64", "decimal", ... as YAML writes them */

#endif
