/* format - rows of a format: csv, tsv, jsonl. One option table for every transport; batches come out deferred.
 *
 * The reader's thread only finds where records end (quote parity over the chunk, memory speed) and hands on byte ranges of
 * about 1 MiB that end with a record; columns are built where the batch is finished, on any core, in any order. */
#ifndef TRIBX_FORMAT_H
#define TRIBX_FORMAT_H

#include "arrow/batch.h"
#include "field/field.h"
#include "io/bytes.h"

struct tribx_format;                            /* option values; zeroed, then filled from tribx_format_fields */
extern const struct trib_field tribx_format_fields[];
extern const size_t tribx_format_size;
const char *tribx_format_unpack(const struct tribx_format *f);      /* for tribx_open: auto, none, gz, zip ... */
struct tribx_limits tribx_format_limits(const struct tribx_format *f);    /* borrows the password of f */

struct tribx_decoder;
/* Checks what a table cannot (options that exclude each other). */
int tribx_format_check(const struct tribx_format *f, struct tribx_error *e);
/* Opens a decoder over `in` (borrowed until done). columns: the stream's declared columns or NULL. */
int tribx_decoder_new(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_decoder **out, struct tribx_error *e);
/* The next rows, deferred; out is empty (without columns). TRIB_OK, TRIB_END (these were the last, verified), negative. */
int tribx_decoder_next(struct tribx_decoder *d, struct trib_batch *out, struct tribx_error *e);
/* What was found out about the file instead of declared, as findings of status OK. */
const struct tribx_findings *tribx_decoder_notes(const struct tribx_decoder *d);
void tribx_decoder_free(struct tribx_decoder *d);
/* The i-th of the columns that are about people; NULL: there are no more. f may be NULL. */
const char *tribx_format_personal(const struct tribx_format *f, size_t i);

#endif
