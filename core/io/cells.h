/* cells - records that are not lines (sheets, XML, HTML tables) as text that the CSV decoder reads.
 *
 * A format's reader appends cells and ends records; the decoder then does header, footers, aliases, types and all cores as it
 * does for CSV. The text is RFC 4180 with delimiter 0x1F and record end 0x1E, so that the decoder's line is the record's number.
 * Law: a cell is quoted only where its bytes need it or where it is the empty text. A record without cells is a blank line, one
 * that is shorter than the header is filled with null, an empty unquoted cell is null. A first byte below 5 is a mark: */
#ifndef TRIBX_CELLS_H
#define TRIBX_CELLS_H

#include "io/stream.h"

enum { TRIBX_CELLS_DELIMITER = 0x1F, TRIBX_CELLS_EOL = 0x1E, TRIBX_CELLS_QUOTE = '"' };
enum tribx_mark {
	TRIBX_MARK_NONE,                 /* text as the file has it: numbers in it are read with the column's locale, dates with its format */
	TRIBX_MARK_NUMBER,               /* a canonical number: 1234.5, 1e-7 */
	TRIBX_MARK_TIME,                 /* a canonical date or time: ISO 8601 */
	TRIBX_MARK_NULL,                 /* null; written where a record would otherwise be a blank line */
	TRIBX_MARK_ERROR,                /* what makes its row a dead letter if its column is read; the text says why: #DIV/0! */
	TRIBX_MARKS
};

struct tribx_cells {                     /* all zero is empty */
	char *mem;
	size_t have, cap, max;           /* max: bytes of one record, 0: any */
	size_t record, count;            /* where the open record begins, and its cells */
	bool failed, too_long;           /* no memory; a record above max. Nothing is appended any more */
};
/* The next cell. p == NULL is null; whatever else is text, or what its mark says. */
void tribx_cells_put(struct tribx_cells *c, enum tribx_mark mark, struct trib_text t);
void tribx_cells_end(struct tribx_cells *c);                     /* of the record */
void tribx_cells_blank(struct tribx_cells *c, int64_t records);  /* records without cells */
void tribx_cells_done(struct tribx_cells *c);

/* What a reader is. produce appends some records (about 64 KiB are a good measure): TRIB_OK: there may be more; TRIB_END: there
 * are none, and the file was verified to its end; negative. done frees self, also if tribx_cells_stream fails. */
struct tribx_cells_reader {
	int (*produce)(void *self, struct tribx_cells *to, struct tribx_error *e);
	void (*done)(void *self);
};
enum { TRIBX_CELLS_ENOUGH = 64 << 10 };
int tribx_cells_stream(const struct tribx_cells_reader *r, void *self, size_t record_max, struct tribx_stream **out, struct tribx_error *e);

#endif
