/* stream - one layer of reading: a range of a source, a gzip file, a member of a zip. Layers stack, each owns the one below.
 *
 * Law: read answers TRIB_OK with at least one byte, or TRIB_END with none, and TRIB_END means verified: lengths and CRCs of
 * this layer and of those below were right. Memory is constant: a layer holds one buffer of its input. */
#ifndef TRIBX_STREAM_H
#define TRIBX_STREAM_H

#include "io/source.h"

enum { TRIBX_HEAD = 512 };           /* bytes that tell a format: tar's mark lies at 257 */

struct tribx_stream {
	int (*read)(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e);
	void (*close)(struct tribx_stream *s);      /* and the layers below */
	uint8_t head[TRIBX_HEAD];                   /* read ahead by peek */
	size_t head_at, head_size;
	int64_t base;                               /* text made of a document: where in it the first byte stood, known once that was read; -1: unknown */
};
/* Reads what peek took first. */
int tribx_stream_read(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e);
/* The first bytes, without taking them: fewer than TRIBX_HEAD only if there are no more. Before the first read. */
int tribx_stream_peek(struct tribx_stream *s, struct trib_text *out, struct tribx_error *e);
void tribx_stream_close(struct tribx_stream *s);    /* NULL is fine */

/* Bytes [at, at + size) of src. Takes src, also on failure. *taken counts what was read, for ratio limits (may be NULL). */
int tribx_range_new(struct tribx_source *src, int64_t at, int64_t size, int64_t *taken, struct tribx_stream **out, struct tribx_error *e);
/* gzip over lower. Takes lower, also on failure. */
int tribx_gzip_new(struct tribx_stream *lower, struct tribx_stream **out, struct tribx_error *e);

/* zst, xz, bz2 or lz4 over lower (codec.c). Takes lower, also on failure. window_max: bytes that unpacking may need. */
enum tribx_codec { TRIBX_ZST, TRIBX_XZ, TRIBX_BZ2, TRIBX_LZ4 };
int tribx_codec_new(enum tribx_codec which, struct tribx_stream *lower, int64_t window_max, struct tribx_stream **out, struct tribx_error *e);

/* ---- input of a decoder: a window over the layer below ---- */

struct tribx_feed {
	struct tribx_stream *lower;
	uint8_t *mem;
	const uint8_t *at;
	size_t left;
	bool ended;
};
bool tribx_feed_start(struct tribx_feed *f, struct tribx_stream *lower);     /* false: no memory */
void tribx_feed_done(struct tribx_feed *f);                                   /* closes lower */
int tribx_feed_fill(struct tribx_feed *f, struct tribx_error *e);            /* left is 0: gets more. TRIB_OK or TRIB_END */

/* ---- raw deflate: ISA-L where present, else zlib ---- */

struct tribx_inflate;
struct tribx_inflate *tribx_inflate_new(void);
void tribx_inflate_reset(struct tribx_inflate *z);
void tribx_inflate_free(struct tribx_inflate *z);
/* Unpacks from f into to; *got bytes came. TRIB_OK, TRIB_END at the end of the deflate stream, with f at the byte behind it,
 * or TRIB_DATA: not deflate. Takes what f holds, never fills it: TRIB_OK with *got 0 asks for that. */
int tribx_inflate_run(struct tribx_inflate *z, struct tribx_feed *f, void *to, size_t size, size_t *got);
uint32_t tribx_crc32(uint32_t crc, const void *p, size_t size);               /* of gzip and zip; starts with 0 */

#endif
