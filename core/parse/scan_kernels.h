/* scan_kernels - what a set of instructions brings; one row per set, chosen by tribx_isa_best(). */
#ifndef TRIBX_SCAN_KERNELS_H
#define TRIBX_SCAN_KERNELS_H

#include "parse/json_index.h"
#include "parse/scan.h"

/* What one strip of an index hands to the next. first: ends[1] of the index. */
struct tribx_strip {
	uint32_t *first, *ends, *recs;
	uint64_t inside;                /* all ones inside quotes */
	uint64_t after_end, after_close;/* 1: the byte before was an end or a quote; a closing quote */
	uint64_t after_return;          /* 1: it was a \r behind a closing quote */
	uint64_t odd;
};

struct tribx_kernel {
	void (*index)(const struct tribx_dialect *d, const char *p, size_t at, size_t to, struct tribx_strip *s);
	struct tribx_tally (*tally)(const char *p, size_t n, unsigned char a, unsigned char b);
	void (*json)(const char *p, size_t at, size_t to, struct tribx_json_strip *s);
	bool (*text)(const char *p, size_t n);   /* UTF-8 without NUL; a multiple of 64 bytes that ends with 3 ASCII bytes or more */
};
extern const struct tribx_kernel tribx_kernels[];              /* of the machine that this is built for: scan_x86.c, scan_arm.c, scan.c */
const struct tribx_kernel *tribx_kernel(enum tribx_isa isa);   /* NULL: serial, or not on this machine */

/* The running exclusive-or where no instruction has it. */
static inline uint64_t tribx_parity(uint64_t m)
{
	for (int by = 1; by < 64; by *= 2)
		m ^= m << by;
	return m;
}

/* Of a block: bytes that stand behind a backslash; 1: so does the first byte of the next; not 0: one that JSON does not have. */
struct tribx_escapes { uint64_t taken, carry, odd; };
struct masks { uint64_t slash, quote, control, punct, white; };

#endif
