/* view - batches and reports as people read them. */
#ifndef TRIBX_VIEW_H
#define TRIBX_VIEW_H

#include "arrow/batch.h"
#include "cli/cli.h"
#include "run/report.h"

/* All rows of b as a table; personal columns are masked. cell_max: longer texts are cut
 * on a terminal (0: never). */
void tribx_view_batch(struct tribx_cli *c, const struct trib_batch *b, size_t cell_max);
/* The same under a title, for previews: always printed, aligned on a terminal. */
void tribx_view_titled(struct tribx_cli *c, const char *title, const struct trib_batch *b, size_t cell_max);
struct json_t *tribx_view_json(const struct trib_batch *b);      /* array of objects */
char *tribx_view_number(int64_t n, char to[32]);                 /* 1,234,567 */
void tribx_view_progress(const struct tribx_cli *c, const struct tribx_report *r, const char *part);
void tribx_view_progress_end(const struct tribx_cli *c);

#endif
