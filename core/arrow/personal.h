/* personal - what is shown of columns that are about people. tributary.h has trib_personal and trib_is_personal. */
#ifndef TRIBX_PERSONAL_H
#define TRIBX_PERSONAL_H

#include "arrow/batch.h"

/* Private bits in a label's flags. */
#define TRIBX_PERSONAL ((int64_t)1 << 32)
#define TRIBX_MASKED ((int64_t)1 << 33)
#define TRIBX_ABOUT_PEOPLE (TRIBX_PERSONAL | TRIBX_MASKED)

struct tribx_names { const char **items; size_t count; };

bool tribx_any_personal(const struct trib_batch *b);
/* Columns of b that have no mark yet get one if they are in the list, or have the name of a marked column of in. Both may be NULL. */
void tribx_personal_fill(struct trib_batch *b, const struct trib_batch *in, const struct tribx_names *list);
/* The marks of `as`, which has the same columns. */
void tribx_personal_as(struct trib_batch *b, const struct trib_batch *as);
/* A cell, and a row as JSON, as people may see them. Everything that shows values goes through these two. */
bool tribx_shown(const struct trib_batch *b, int col, const struct trib_view *v, int64_t row, struct tribx_buf *out);
void tribx_row_shown(const struct trib_batch *b, int64_t row, struct tribx_buf *out);
/* Takes the personal values of a row, or one value, out of a text about it, in place: beginnings of it as well. */
void tribx_hide(char *text, const struct trib_batch *b, int64_t row);
void tribx_take_out(char *text, const char *value, size_t n);
/* Tells the dead letter that was put last which of its row's columns are about people; whole: it never became a row. */
void tribx_personal_tell(const struct trib_batch *b, bool whole, struct tribx_dead_list *dead);

#endif
