/* decode_reject - records that did not become rows: dead letters with their line, kept whole. */
#ifndef TRIBX_DECODE_REJECT_H
#define TRIBX_DECODE_REJECT_H

#include "io/decode.h"

/* Line numbers are counted from the last one asked for: mostly forward. */
struct tribx_reject { const struct tribx_chunk *chunk; struct trib_batch *out; size_t at; int64_t line; };
void tribx_reject_start(struct tribx_reject *r, const struct tribx_chunk *c, struct trib_batch *out);
int64_t tribx_reject_line(struct tribx_reject *r, size_t at);
/* The record at `at` of the chunk's room. */
void tribx_reject_row(struct tribx_reject *r, const char *code, const char *detail, struct trib_text raw, size_t at);

#endif
