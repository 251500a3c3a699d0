/* xls - records of a BIFF8 workbook (Excel 97 to 2003) and the texts in them.
 *
 * A record is id, length, bytes; what is longer goes on in CONTINUE records, where a text says anew how wide its characters are. */
#ifndef TRIBX_XLS_H
#define TRIBX_XLS_H

#include "io/sheet_grid.h"
#include "io/zip.h"

enum tribx_biff {
	TRIBX_BIFF_FORMULA = 0x06, TRIBX_BIFF_EOF = 0x0A, TRIBX_BIFF_DATEMODE = 0x22, TRIBX_BIFF_FILEPASS = 0x2F, TRIBX_BIFF_CONTINUE = 0x3C,
	TRIBX_BIFF_BOUNDSHEET = 0x85, TRIBX_BIFF_MULRK = 0xBD, TRIBX_BIFF_RSTRING = 0xD6, TRIBX_BIFF_XF = 0xE0, TRIBX_BIFF_MERGED = 0xE5, TRIBX_BIFF_SST = 0xFC,
	TRIBX_BIFF_LABELSST = 0xFD, TRIBX_BIFF_NUMBER = 0x203, TRIBX_BIFF_LABEL = 0x204, TRIBX_BIFF_BOOLERR = 0x205, TRIBX_BIFF_STRING = 0x207,
	TRIBX_BIFF_RK = 0x27E, TRIBX_BIFF_FORMAT = 0x41E, TRIBX_BIFF_BOF = 0x809,
};
struct tribx_record { uint16_t id; size_t size; const uint8_t *p; size_t next; };      /* next: of the stream */
/* The record at `at` of the stream; false: there is none, or it is cut. */
bool tribx_record_at(const uint8_t *stream, size_t size, size_t at, struct tribx_record *out);

/* Bytes of a record and of the CONTINUE records behind it. */
struct tribx_bytes_at { const uint8_t *stream; size_t size, at, end; bool failed; };   /* end: of the record at hand */
struct tribx_bytes_at tribx_record_bytes(const uint8_t *stream, size_t size, const struct tribx_record *r, size_t skip);
uint8_t tribx_biff8(struct tribx_bytes_at *b);
uint16_t tribx_biff16(struct tribx_bytes_at *b);

struct tribx_texts { char *mem; size_t have, cap, max; bool failed, too_large; };      /* UTF-8; all zero but max is empty */
/* A text: its characters, their flags, runs and phonetic text passed. wide: the count has 16 bits. Appends to t; its length. */
size_t tribx_biff_text(struct tribx_bytes_at *b, bool wide, struct tribx_texts *t);

#endif
