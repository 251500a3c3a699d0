/* fixture - columns whose values are a formula of the row, null patterns, foreign pairs that count their releases. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <criterion/criterion.h>
#include "arrow/build.h"

/* ---- rows by formula ---- */

extern const enum trib_type all_types[];        /* that a column can be built of */
enum { TYPE_COUNT = 9 };
extern const struct pattern { const char *name; bool (*null)(int64_t row, int64_t n); } patterns[];
enum { PATTERN_COUNT = 6 };

int64_t int_of(int64_t row);                    /* BOOL: 0 or 1 by to_bool */
bool bool_of(int64_t row);
double f64_of(int64_t row);
trib_dec dec_of(int64_t row);
struct trib_text text_of(int64_t row);          /* of every length from 0 to beyond inline, 4-byte characters among them */
void put_of(struct trib_batch *b, int col, enum trib_type type, int64_t row);
/* Does the cell of v say what the formula says of this row? */
void expect_cell(const struct trib_view *v, int64_t at, int64_t row, bool null, const char *what);
/* One column c of n rows, ready. */
void make(struct trib_batch *b, enum trib_type type, int64_t n, const struct pattern *p);
struct trib_text T(const char *s);
void expect_rows(const struct trib_batch *b, const char *const *json, const char *what);   /* NULL ends */

/* ---- foreign pairs ---- */

extern int made, released;                      /* arrays and schemas */
void foreign(struct trib_batch *b, int columns, int64_t length);
/* buffers are copied (the list, not what it points to). */
struct ArrowArray *foreign_column(struct trib_batch *b, int col, const char *format, int64_t length, int64_t offset, int64_t null_count, int n_buffers,
                                  const void *const *buffers);
struct ArrowArray *foreign_array(int64_t length, int64_t offset, int64_t null_count, int n_buffers, const void *const *buffers);
struct ArrowSchema *foreign_schema(const char *format, const char *name);
void foreign_dictionary(struct trib_batch *b, int col, struct ArrowArray *a, struct ArrowSchema *s);
void foreign_children(struct trib_batch *b, int col, struct ArrowArray *a, struct ArrowSchema *s, struct ArrowArray *a2, struct ArrowSchema *s2);
void no_leaks(void);                            /* where the sanitizer can tell; and everything foreign was released */

#endif
