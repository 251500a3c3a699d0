/* decode_total - total rows as checksums: what stands in them is compared with the exact sum of the rows above, and they are no rows.
 *
 * Ranges are decoded in any order, sums are needed in one: every range leaves its sums between total rows in a ledger, and
 * whoever brings the range that was missing checks as far as it goes. Of a range that waits only these sums are kept. */
#ifndef TRIBX_DECODE_TOTAL_H
#define TRIBX_DECODE_TOTAL_H

#include "io/decode_rows.h"

struct tribx_totals;
/* After the columns are bound; s->totals stays NULL where none are declared. */
int tribx_totals_new(const struct tribx_format *f, struct tribx_layout *s, struct tribx_error *e);
void tribx_totals_told(struct tribx_layout *s);          /* the first rows told how numbers are written; no totals are fine */
void tribx_totals_done(struct tribx_totals *t);
bool tribx_totals_is(struct tribx_text_rows *c, uint32_t record);
int tribx_totals_chunk(struct tribx_text_rows *c, struct tribx_error *e);       /* c->rows and marks are known */
int tribx_totals_end(struct tribx_layout *s, int64_t order, struct tribx_error *e);      /* the file ended with nothing in its last range */

#endif
