/* json_split - one JSON document becomes lines, a record each, so that whoever reads JSON lines reads it.
 *
 * The path says where the records are: steps of a JSON pointer to an array, whose elements they are; or the word `.` as the last
 * step for the value there as one record. Nothing is parsed twice and nothing is copied but the records themselves: behind an
 * element its comma becomes the line end, line ends inside become \r. So a byte keeps its distance to the first record's, and
 * line N is record N. What stands before and behind is checked to the document's last byte.
 *
 * Inside an element only strings and brackets are followed (by the kernels of json_index): whether it is JSON is for its
 * reader to say, so that one bad record is one dead letter. Brackets that do not match end the document. */
#ifndef TRIBX_JSON_SPLIT_H
#define TRIBX_JSON_SPLIT_H

#include "base/error.h"
#include "base/text.h"
#include "parse/json_strict.h"

struct tribx_json_split;
/* path: "" or "/" (the root array), "/data/tickets", "." (the document), "/data/." (the value there). Borrowed, as is file.
 * NULL: e says why (json.bad_path, no memory). */
struct tribx_json_split *tribx_json_split_new(const char *path, const char *file, int depth_max, enum tribx_isa isa, struct tribx_error *e);
/* The next n bytes of the document; lines are appended to out. last: there are no more, then TRIB_OK means verified.
 * TRIB_OK or TRIB_DATA: json.bad_document, json.no_records, json.too_deep, json.duplicate_name. */
int tribx_json_split(struct tribx_json_split *s, const char *p, size_t n, bool last, struct tribx_buf *out, struct tribx_error *e);
void tribx_json_split_at(struct tribx_json_split *s, int64_t at);  /* before the first piece: bytes of the file in front of it (a byte order mark) */
int64_t tribx_json_split_base(const struct tribx_json_split *s);   /* where in the document the first byte of out stood; -1: none yet */
void tribx_json_split_free(struct tribx_json_split *s);            /* NULL is fine */

#endif
