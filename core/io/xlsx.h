/* xlsx - inside of the .xlsx reader: parts of a package, what a workbook says about its sheets, one sheet as cells.
 *
 * xlsx_part.c finds parts by name in the zip, xlsx_book.c reads relations, workbook, styles and shared strings, xlsx.c streams the
 * sheet; sheet_grid.h places cells, sheet.c says what a file is and which sheet is read. */
#ifndef TRIBX_XLSX_H
#define TRIBX_XLSX_H

#include "io/decode.h"
#include "io/sheet.h"
#include "io/sheet_grid.h"
#include "io/sheet_value.h"
#include "io/xml.h"
#include "io/zip.h"

/* ---- parts ---- */

struct tribx_package {
	struct tribx_source *src;        /* owned */
	struct tribx_source shared;      /* the same, for streams: closing it does nothing */
	struct tribx_limits limits;
	struct tribx_zip zip;
};
int tribx_package_open(struct tribx_package *p, struct tribx_source *src, const struct tribx_limits *limits, struct tribx_error *e);      /* takes src, also on failure */
void tribx_package_done(struct tribx_package *p);
/* A part by its name (case does not count). TRIB_DATA with xlsx.no_part: there is none. */
int tribx_package_part(struct tribx_package *p, const char *name, struct tribx_stream **out, struct tribx_error *e);
bool tribx_package_has(const struct tribx_package *p, const char *name);
/* The part that `target` means when a relation of part `base` says so; the caller frees. NULL: e says why. */
char *tribx_package_target(const char *base, const char *target, struct tribx_error *e);

/* ---- the workbook ---- */

struct tribx_strings { char *mem; size_t have, cap, max; uint64_t *ends; size_t count, ends_cap; };
struct trib_text tribx_strings_at(const struct tribx_strings *s, size_t i);

struct tribx_book {
	struct tribx_package *package;
	char *workbook, *strings_part, *styles_part;    /* names of parts; the last two may be NULL */
	struct tribx_sheets sheets;                     /* place: the part's name, or NULL if it is no worksheet */
	bool is_1904;
	uint8_t *shows;                                 /* by style: what its number format shows */
	size_t style_count;
	struct tribx_strings strings;
};
int tribx_book_open(struct tribx_book *b, struct tribx_package *p, struct tribx_error *e);
int tribx_book_load(struct tribx_book *b, size_t strings_max, struct tribx_error *e);      /* styles and shared strings */
void tribx_book_done(struct tribx_book *b);

#endif
