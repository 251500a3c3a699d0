/* scan - where the structure of a text lies: ends of fields and records, 64 bytes at a time.
 *
 * The law of the fast path: in RFC 4180 text a byte is inside quotes if and only if an odd number of quotes lies before it
 * (a doubled quote counts twice). So the state at any place is a count, not a history, and 64 bytes become four masks.
 * Quotes that stand elsewhere than RFC 4180 allows are noticed (odd) but not understood: tribx_scan_serial is the state
 * machine that knows every dialect, and what the fast kernels are tested against. */
#ifndef TRIBX_SCAN_H
#define TRIBX_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tribx_dialect {
	unsigned char delimiter, eol;   /* eol: '\n' (a '\r' before it belongs to the line end) or '\r' */
	unsigned char quote;            /* 0: none */
	unsigned char escape;           /* a byte that takes the next one as it is, 0: none */
	unsigned char comment;          /* first byte of a line that is not a record, 0: none */
	bool keep_stray;                /* a quote inside an unquoted field is data */
};
bool tribx_dialect_serial(const struct tribx_dialect *d);   /* parity cannot express it */

/* Fields of a range. Field i of all lies in [ends[i] + 1, ends[i + 1]); record r holds the fields recs[r] .. recs[r + 1] - 1.
 * Its last field still has its '\r'. All zero is an empty index; buffers are kept from use to use. */
struct tribx_index {
	uint32_t *ends, *recs;
	size_t ends_cap, recs_cap;
	size_t fields, records;
	bool odd;                       /* a quote was where RFC 4180 has none */
	bool open;                      /* the range ended inside quotes */
};
void tribx_index_done(struct tribx_index *ix);

/* Kernels, fastest last. One is chosen once; tests and measurements name them. */
enum tribx_isa { TRIBX_SERIAL, TRIBX_SSE2, TRIBX_AVX2, TRIBX_AVX512, TRIBX_NEON, TRIBX_ISA_COUNT };
extern const char *const tribx_isa_names[];
bool tribx_isa_here(enum tribx_isa isa);
enum tribx_isa tribx_isa_best(void);

/* Indexes [from, to) of p: begins with a record and ends behind an eol; 64 bytes behind `to` are readable. false: no memory. */
bool tribx_scan(enum tribx_isa isa, const struct tribx_dialect *d, const char *p, size_t from, size_t to, struct tribx_index *ix);
bool tribx_scan_serial(const struct tribx_dialect *d, const char *p, size_t from, size_t to, struct tribx_index *ix);

/* How many bytes of n are a and how many are b. */
struct tribx_tally { size_t a, b; };
struct tribx_tally tribx_tally(enum tribx_isa isa, const char *p, size_t n, unsigned char a, unsigned char b);

/* The serial machine over text that comes piece by piece: where records end, for dialects without parity. */
struct tribx_cut { size_t seen, end; uint8_t state; };   /* seen bytes were looked at; end: behind the last whole record */
void tribx_cut(const struct tribx_dialect *d, const char *p, size_t to, struct tribx_cut *c);

#endif
