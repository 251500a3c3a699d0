/* fuzz - what the targets share. A target is FUZZ(name) { ... } over `data` and `size`, and a row of targets.def.
 *
 * Laws. A target asserts more than that nothing crashes: a second way to the same answer, a round trip, a rule. It keeps
 * nothing from one input to the next, writes no file, and takes its choices from the input: the first line, or bytes. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

typedef int fuzz_target(const uint8_t *data, size_t size);
/* Alone, a target is a program of libFuzzer; together they are the replay of `make check`. */
#ifdef FUZZ_ALONE
#define FUZZ_ENTRY(name) LLVMFuzzerTestOneInput
#else
#define FUZZ_ENTRY(name) fuzz_##name
#endif
#define FUZZ(name) \
	fuzz_target FUZZ_ENTRY(name); \
	int FUZZ_ENTRY(name)(const uint8_t *data, size_t size)

/* Says what does not hold, and aborts. */
#define FUZZ_LAW(holds, ...) do { if (!(holds)) fuzz_broken(__FILE__, __LINE__, #holds, __VA_ARGS__); } while (0)
_Noreturn void fuzz_broken(const char *file, int line, const char *law, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* ---- the input ---- */

struct fuzz_in { const uint8_t *p; size_t n; };
struct trib_text fuzz_line(struct fuzz_in *in);                 /* up to a line end, which is taken, too */
uint8_t fuzz_byte(struct fuzz_in *in);                          /* 0 behind the end */
unsigned fuzz_pick(struct fuzz_in *in, unsigned count);         /* below count */
uint64_t fuzz_word(struct fuzz_in *in, int bytes);              /* little endian */
char *fuzz_text(struct trib_text t);                            /* 0-terminated, to be freed; ends at a NUL, the size is exact */
char *fuzz_block(const void *p, size_t n, size_t behind);       /* a copy with zeros behind, to be freed */

/* ---- bytes as a file ---- */

/* A file without a name in memory: its path while the descriptor, which is answered, is open. */
int fuzz_file(const void *p, size_t n, char path[32]);
struct tribx_stream;
struct tribx_stream *fuzz_stream(const void *p, size_t n, size_t step);      /* lends; gives at most step bytes at a time */
/* Reads to the end. What stopped it: TRIB_END at best. Takes s. */
int fuzz_drain(struct tribx_stream *s, struct tribx_buf *out, struct tribx_error *e);

/* ---- rows ---- */

struct trib_batch;
struct fuzz_option { char key; const char *name, *value; };     /* key NULL ends; a letter of the first line sets it */
struct fuzz_rows {
	struct tribx_buf rows, dead;                            /* JSON lines; "code line record" */
	struct tribx_error error;
	int status;                                             /* TRIB_END at best */
	int64_t count;
};
/* A file through the decoder. letters choose options. room 0: the default; then isa is not used. */
void fuzz_decode(const struct fuzz_option *options, struct trib_text letters, const void *p, size_t n, size_t room, int isa,
                 struct fuzz_rows *out);
/* The same answer: status; rows and dead letters if there is no error. */
void fuzz_same(const struct fuzz_rows *a, const struct fuzz_rows *b, const char *what);
/* how: a kernel, and how small rooms are; then the answer is that of the serial machine in one room. */
void fuzz_every_way(const struct fuzz_option *options, struct trib_text letters, const void *p, size_t n, uint8_t how);
void fuzz_rows_done(struct fuzz_rows *r);
/* rows are JSON, one per line, and there are as many as it was said; error and dead letters are words of errors.def. */
void fuzz_check(const struct fuzz_rows *r);
void fuzz_error(const struct tribx_error *e, int status);       /* a fault has a code of the table and a text of UTF-8 */

#endif
