/* utf - text as UTF-8: checking it, and making it of other encodings, piece by piece. */
#ifndef TRIBX_UTF_H
#define TRIBX_UTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/scan.h"

/* The first byte of p that is not strict UTF-8 (RFC 3629) or is NUL; n: none. */
size_t tribx_utf8_bad(enum tribx_isa isa, const char *p, size_t n);
/* Walks characters from *at until at or behind to; n: end of the text. false: *at is bad. */
bool tribx_utf8_walk(const char *p, size_t n, size_t to, size_t *at);
size_t tribx_utf8_put(uint32_t c, char to[4]);             /* bytes written, 0: c is no character */

/* From WINDOWS1250 on in the order of utf_tables.c. */
enum tribx_encoding { TRIBX_ENCODING_AUTO, TRIBX_UTF8, TRIBX_UTF16LE, TRIBX_UTF16BE, TRIBX_UTF16, TRIBX_LATIN1,
	TRIBX_WINDOWS1250, TRIBX_WINDOWS1251, TRIBX_WINDOWS1252, TRIBX_WINDOWS1253, TRIBX_WINDOWS1254, TRIBX_WINDOWS1255, TRIBX_WINDOWS1256,
	TRIBX_WINDOWS1257, TRIBX_WINDOWS1258, TRIBX_ISO2, TRIBX_ISO5, TRIBX_ISO7, TRIBX_ISO9, TRIBX_ISO15, TRIBX_KOI8R, TRIBX_ENCODING_COUNT };
extern const char *const tribx_encoding_names[];           /* by enum; more spellings are taken by tribx_encoding_find */
extern const uint16_t tribx_single_bytes[][128];
int tribx_encoding_find(const char *name);                 /* -1: unknown */

/* Makes UTF-8 of in: at most three bytes for each byte of latin encodings, two for UTF-16. Stops before a character whose
 * end is not there yet; *used says how much was taken. NULL or why in[*used] is wrong. */
const char *tribx_to_utf8(enum tribx_encoding from, const char *in, size_t n, char *out, size_t *used, size_t *made);

#endif
