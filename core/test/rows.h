/* rows - rows as texts with their places: what a test gives and expects, and what came out, in the same shape.
 *
 * Law: values are compared as what they are, by the type of the column that came out: 1.50 is 1.5 in a decimal and
 * something else in a text, a time is an instant however it is written, null is not the empty text. */
#ifndef TRIBX_ROWS_OF_TESTS_H
#define TRIBX_ROWS_OF_TESTS_H

#include "arrow/batch.h"
#include "field/field.h"

struct tribx_cells {
	const struct tribx_conf *at;           /* its place in the test; NULL: it came out */
	const char **texts;                    /* per column; NULL: null */
	bool *loose;                           /* per column: an empty cell of CSV, which null and "" both are; NULL: none */
	bool met;
};
struct tribx_sheet {
	const char **columns; size_t column_count;
	struct trib_field *types;              /* per column, of what came out; type TRIB_NULL: not known */
	struct tribx_cells *rows; size_t count;
};

/* A list of maps; names of columns in the order in which they come up. csv: empty cells are loose. */
bool tribx_sheet_of_conf(struct tribx_sheet *s, const struct tribx_conf *list, bool csv, struct tribx_arena *a,
                         struct tribx_findings *f);
/* The columns of `like` out of a batch, as texts. types: how they left the pipeline, by name (type NULL ends it). */
bool tribx_sheet_of_batch(struct tribx_sheet *s, const struct trib_batch *b, const struct tribx_sheet *like,
                          const struct trib_field *types, struct tribx_arena *a);
int tribx_sheet_column(const struct tribx_sheet *s, const char *name);   /* -1: none */
/* How a value of this type is written when it is compared; NULL: it is no value of it. */
const char *tribx_plain_value(const struct trib_field *type, const char *text, struct tribx_arena *a);

/* The word of a type as pipelines write it: time is an instant. NULL: it has none. And back; TRIB_NULL: no such word. */
const char *tribx_column_word(enum trib_type type);
enum trib_type tribx_column_type(const char *word);

struct tribx_comparing { const char *const *key; size_t key_count; bool ordered; };
/* What differs, as lines for people; false: something does. */
bool tribx_sheets_equal(const char *table, struct tribx_sheet *want, struct tribx_sheet *got,
                        const struct tribx_comparing *how, struct tribx_buf *out, struct tribx_arena *a);

#endif
