/* sheet_grid - cells that have places become records: what is not there is null, merged ranges may be filled. For .xlsx and .xls.
 *
 * Law: rows ascend, and columns within a row; the readers refuse a file where they do not. */
#ifndef TRIBX_SHEET_GRID_H
#define TRIBX_SHEET_GRID_H

#include "io/cells.h"

/* ---- references and merged ranges ---- */

enum { TRIBX_ROWS_MAX = 1048576, TRIBX_COLUMNS_MAX = 16384 };
struct tribx_place { int64_t row; int column; };                               /* from 1 */
bool tribx_place_read(const char *text, const char **end, struct tribx_place *out);      /* "B12"; false: outside of any sheet, or nothing of the kind */

struct tribx_range { int64_t row, row_end; int column, column_end; enum tribx_mark mark; struct trib_text value; };
struct tribx_merges {
	struct tribx_range *items;       /* by first row */
	size_t count, cap, next;         /* next: the first that has not begun */
	struct tribx_range **active;     /* of the row, by column */
	size_t active_count, cursor;
	bool failed;
};
bool tribx_merges_add(struct tribx_merges *m, const char *reference);          /* false: no reference */
bool tribx_merges_put(struct tribx_merges *m, struct tribx_place from, struct tribx_place to);
void tribx_merges_sort(struct tribx_merges *m);
void tribx_merges_row(struct tribx_merges *m, int64_t row);                    /* rows ascend */
/* The range that covers a column of the row (columns ascend), or NULL. */
struct tribx_range *tribx_merges_at(struct tribx_merges *m, int column);
int tribx_merges_last(const struct tribx_merges *m);                           /* the last covered column, or 0 */
void tribx_merges_done(struct tribx_merges *m);

/* ---- rows and columns ---- */

struct tribx_grid {
	struct tribx_cells *to;          /* of the step that runs */
	struct tribx_merges merges;      /* none: nothing is filled */
	int64_t row;                     /* that is open, or was the last */
	int put;                         /* columns of it that are put */
	bool failed;                     /* no memory */
};
void tribx_grid_row(struct tribx_grid *g, int64_t row);          /* opens it; rows between are blank, but for merged ranges */
void tribx_grid_put(struct tribx_grid *g, int column, enum tribx_mark mark, struct trib_text t);
void tribx_grid_end(struct tribx_grid *g);                       /* of the row */

#endif
