/* json_index - tokens of JSON lines: { } [ ] , : and line ends outside strings, both quotes of every string, and the first
 * byte of every other run (numbers, words, rubbish).
 *
 * The kernels answer for perfect text only: odd is set when a string holds a control byte or a line end, or an escape that
 * RFC 8259 does not have (lone surrogates and U+0000 included). Then the lines are looked at one by one by tribx_json_check. */
#ifndef TRIBX_JSON_INDEX_H
#define TRIBX_JSON_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/scan.h"

struct tribx_json_strip { uint32_t *out; const char *end; uint64_t inside, escaped, scalar, odd; };   /* end: of the text, not of the strip */
struct tribx_json_index { uint32_t *at; size_t cap, count; bool odd; };              /* all zero is empty */

/* Tokens of [from, to) of p, whose last byte is a line end; 64 bytes behind `to` are readable. false: no memory. */
bool tribx_json_scan(enum tribx_isa isa, const char *p, size_t from, size_t to, struct tribx_json_index *ix);
void tribx_json_index_done(struct tribx_json_index *ix);

/* Tokens of [at, to) of a text that comes piece by piece: s goes from one piece to the next. out has room for one per byte and 8 more. */
void tribx_json_strip(enum tribx_isa isa, const char *p, size_t at, size_t to, struct tribx_json_strip *s);

/* Is the escape whose backslash is at p fine? end: of the text. A high surrogate needs its low one behind it; a low one that
 * is the second half of a pair is asked for as well. */
bool tribx_json_escape(const char *begin, const char *p, const char *end);

enum { TRIBX_JSON_DEPTH = 512 };
/* Strict RFC 8259 for one value with white space around it. NULL: fine; else the reason, and *at is where. */
const char *tribx_json_check(const char *p, size_t n, size_t *at);

#endif
