/* decoded - a whole file through the decoder, as text: one JSON object per row, then dead letters, then the error. */
#ifndef DECODED_H
#define DECODED_H

#include "io/decode.h"

struct decoded {
	char *rows;                      /* JSON lines */
	char *dead;                      /* "code line detail" per dead letter */
	struct tribx_error error;
	int status;                      /* TRIB_END at best */
	int64_t count, batches;
};
/* options: name, value, ..., NULL, as a user would write them. room 0: the default. */
struct decoded decode(const char *file, const char *const *options, size_t room, enum tribx_isa isa);
/* The same for a stream, which is taken. */
struct decoded decode_stream(const char *name, const struct tribx_rows_kind *kind, struct tribx_stream *text, const char *const *options, size_t room);
void decoded_done(struct decoded *d);

struct decode_case { const char *text, *options[15], *rows, *dead, *code; };        /* rows and dead, or the code of the error */
void decode_case(const char *name, const struct decode_case *c, size_t i);
/* The same file in rooms of every size, by every kernel: the same rows, the same dead letters, the same error. */
void every_room(const char *name, const char *const *options);

#endif
