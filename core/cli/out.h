/* out - how answers look: tables (aligned on a terminal, TSV otherwise), errors (with the line and a caret), both as
 * JSON. */
#ifndef TRIBX_OUT_H
#define TRIBX_OUT_H

#include <stdio.h>
#include "base/error.h"
#include "base/mem.h"

struct json_t;

/* Cells row by row; a row may be short. All zero and heads is an empty table. */
struct tribx_table {
	const char *const *heads;      /* NULL-terminated, borrowed */
	char **cells;                  /* NULL: null */
	size_t count, cap, columns;
	bool failed;
};
void tribx_table_start(struct tribx_table *t, const char *const *heads);
void tribx_table_cell(struct tribx_table *t, const char *text);                  /* copied; NULL: null */
void tribx_table_fmt(struct tribx_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tribx_table_row(struct tribx_table *t);                                     /* fills the row up with nulls */
size_t tribx_table_rows(const struct tribx_table *t);
void tribx_table_print(const struct tribx_table *t, FILE *to, bool aligned);
/* array of objects; integers as numbers */
struct json_t *tribx_table_json(const struct tribx_table *t);
void tribx_table_done(struct tribx_table *t);

/* A copy of o in which all texts and names of members are masked; NULL: no memory. */
struct json_t *tribx_json_masked(const struct json_t *o);

/* error[code]: text, place, line with caret, sample, help. Secrets are masked. */
void tribx_error_print(FILE *to, const struct tribx_error *e, bool color);
struct json_t *tribx_error_json(const struct tribx_error *e);

#endif
