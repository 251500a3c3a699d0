/* sheet - spreadsheet files as cells text: which file it is, which sheet of it. See docs/formats.md. */
#ifndef TRIBX_SHEET_H
#define TRIBX_SHEET_H

#include "io/bytes.h"
#include "io/format.h"
#include "io/source.h"
#include "io/stream.h"

/* For the table of formats: .xlsx and .xls, told apart by their bytes, whatever they are named. */
int tribx_sheet_cells(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);

struct tribx_sheets { struct { char *name, *place; bool hidden; } *items; size_t count, cap; };
bool tribx_sheets_add(struct tribx_sheets *s, const char *name, bool hidden);      /* false: no memory */
void tribx_sheets_done(struct tribx_sheets *s);
/* The sheet that the option means: a name, a place from 1, a glob; NULL or "": the first visible one. Says which, where there is a choice. */
int tribx_sheets_pick(const struct tribx_sheets *s, const char *wanted, const char *file, size_t *out, struct tribx_error *e);

/* Readers of one kind of file. Take src, also on failure. */
int tribx_xlsx_open(const struct tribx_format *f, const char *file, const struct tribx_limits *limits, struct tribx_source *src, struct tribx_stream **out,
                   struct tribx_error *e);
int tribx_xls_open(const struct tribx_format *f, const char *file, const struct tribx_limits *limits, struct tribx_source *src, struct tribx_stream **out,
                   struct tribx_error *e);
/* All bytes of in by position: the file itself where it is plain, else in memory, up to max. The caller closes. */
int tribx_spool(struct trib_bytes *in, int64_t max, struct tribx_source **out, struct tribx_error *e);

#endif
