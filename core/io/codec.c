/* codec - zst, xz, bz2 and lz4 as layers: any number of frames, each verified to what the format keeps (checksum, end mark).
 *
 * Each library is opened at its first use and called directly, not through libarchive: that takes bytes behind bz2 and lz4 data
 * for the end (a second stream whose head is cut is lost without a word), lets xz ask for 1 GiB of memory, and brings 13
 * libraries where one does. What a window may need is limits.window. */
#include "io/stream.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>
#include "base/lazy.h"

enum { SYMBOLS = 7, ZST_HEAD = 18 };   /* the longest head of a frame of zst */
enum place { AT_FRAME, IN_FRAME, AT_END };

struct codec {
	struct tribx_stream base;
	struct tribx_feed feed;
	const struct row *row;
	void (*call[SYMBOLS])(void);
	int64_t window_max, frames;
	enum place place;
	void *context;                 /* zst, lz4 */
	uint8_t head[ZST_HEAD];        /* zst: where the frame says its size, perhaps */
	size_t head_size;
	uint64_t unpacked;             /* zst: of the frame */
	lzma_stream xz;
	bz_stream bz2;
};

/* A function of the library, with the type of its header. */
#define CALL(c, i, name) ((__typeof__(&name))(c)->call[i])

/* start: of a frame. run: takes from feed, gives to `to`; TRIB_OK, TRIB_END behind a frame, TRIB_DATA or what e says. */
struct row {
	const char *name, *first;      /* first: what a frame's first byte may be */
	size_t padding;                /* zeros behind a frame come in so many; 0: none may */
	struct tribx_lazy lib;
	int (*start)(struct codec *c, struct tribx_error *e);
	int (*run)(struct codec *c, void *to, size_t size, size_t *got, struct tribx_error *e);
	void (*done)(struct codec *c);
};

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to unpack");
}

static int too_wide(const struct codec *c, struct tribx_error *e)
{
	tribx_error_hint(e, "raise limits.window if you trust the file");
	return tribx_fail(e, TRIB_DATA, "archive.window", "the %s data needs more memory to unpack than limits.window allows (%lld bytes)", c->row->name,
	                  (long long)c->window_max);
}

static int damaged(const struct codec *c, struct tribx_error *e)
{
	return tribx_fail(e, TRIB_DATA, "archive.corrupt", "the %s data is damaged", c->row->name);
}

/* ---- zst ---- */

enum { ZST_NEW, ZST_RUN, ZST_FREE, ZST_SET, ZST_CODE, ZST_SIZE };
static const char *const zst_files[] = { "libzstd.so.1", NULL };
static const char *const zst_symbols[] = { "ZSTD_createDCtx", "ZSTD_decompressStream", "ZSTD_freeDCtx", "ZSTD_DCtx_setParameter", "ZSTD_getErrorCode",
	"ZSTD_getFrameContentSize", NULL };

static int start_zst(struct codec *c, struct tribx_error *e)
{
	int log = 10;
	c->head_size = 0;
	c->unpacked = 0;
	while (log < 31 && (int64_t)2 << log <= c->window_max)
		log++;
	if (c->context)
		return TRIB_OK;
	if (!(c->context = CALL(c, ZST_NEW, ZSTD_createDCtx)()))
		return no_memory(e);
	CALL(c, ZST_SET, ZSTD_DCtx_setParameter)(c->context, ZSTD_d_windowLogMax, log);
	return TRIB_OK;
}

/* libzstd compares the size that a frame declares only where it has all of the frame at once, or a last block with bytes in it: a
 * frame that was cut and closed by an empty block would end like a whole one. */
static bool zst_size_holds(const struct codec *c)
{
	const unsigned long long said = CALL(c, ZST_SIZE, ZSTD_getFrameContentSize)(c->head, c->head_size);
	return said == ZSTD_CONTENTSIZE_UNKNOWN || said == ZSTD_CONTENTSIZE_ERROR || said == c->unpacked;
}

static void zst_passed(struct codec *c, const uint8_t *from, size_t size)
{
	for (; size && c->head_size < ZST_HEAD; size--)
		c->head[c->head_size++] = *from++;
}

static int run_zst(struct codec *c, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	ZSTD_inBuffer in = { c->feed.at, c->feed.left, 0 };
	ZSTD_outBuffer out = { to, size, 0 };
	size_t rc = CALL(c, ZST_RUN, ZSTD_decompressStream)(c->context, &out, &in);
	ZSTD_ErrorCode code = CALL(c, ZST_CODE, ZSTD_getErrorCode)(rc);
	zst_passed(c, c->feed.at, in.pos);
	c->unpacked += out.pos;
	c->feed.at += in.pos;
	c->feed.left -= in.pos;
	*got = out.pos;
	if (code == ZSTD_error_frameParameter_windowTooLarge)
		return too_wide(c, e);
	if (code == ZSTD_error_checksum_wrong)
		return tribx_fail(e, TRIB_DATA, "archive.crc", "the unpacked bytes do not match the checksum of the zst data");
	if (code == ZSTD_error_memory_allocation)
		return no_memory(e);
	if (code || (rc == 0 && !zst_size_holds(c)))
		return damaged(c, e);
	return rc == 0 ? TRIB_END : TRIB_OK;
}

static void done_zst(struct codec *c)
{
	if (c->context)
		CALL(c, ZST_FREE, ZSTD_freeDCtx)(c->context);
}

/* ---- xz ---- */

enum { XZ_NEW, XZ_RUN, XZ_FREE };
static const char *const xz_files[] = { "liblzma.so.5", NULL };
static const char *const xz_symbols[] = { "lzma_stream_decoder", "lzma_code", "lzma_end", NULL };

static int start_xz(struct codec *c, struct tribx_error *e)
{
	enum { BESIDE = 128 << 10 };   /* what the decoder needs apart from its window */
	return CALL(c, XZ_NEW, lzma_stream_decoder)(&c->xz, (uint64_t)c->window_max + BESIDE, LZMA_TELL_UNSUPPORTED_CHECK) == LZMA_OK ? TRIB_OK : no_memory(e);
}

static int run_xz(struct codec *c, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	c->xz.next_in = c->feed.at;
	c->xz.avail_in = c->feed.left;
	c->xz.next_out = to;
	c->xz.avail_out = size;
	lzma_ret rc = CALL(c, XZ_RUN, lzma_code)(&c->xz, LZMA_RUN);
	c->feed.at = c->xz.next_in;
	c->feed.left = c->xz.avail_in;
	*got = size - c->xz.avail_out;
	switch (rc) {
	case LZMA_OK:
	case LZMA_BUF_ERROR:       return TRIB_OK;
	case LZMA_STREAM_END:      return TRIB_END;
	case LZMA_MEMLIMIT_ERROR:  return too_wide(c, e);
	case LZMA_MEM_ERROR:       return no_memory(e);
	default:                   return damaged(c, e);
	}
}

static void done_xz(struct codec *c)
{
	CALL(c, XZ_FREE, lzma_end)(&c->xz);
}

/* ---- bz2 ---- */

enum { BZ2_NEW, BZ2_RUN, BZ2_FREE };
static const char *const bz2_files[] = { "libbz2.so.1.0", "libbz2.so.1", NULL };
static const char *const bz2_symbols[] = { "BZ2_bzDecompressInit", "BZ2_bzDecompress", "BZ2_bzDecompressEnd", NULL };

static void done_bz2(struct codec *c)
{
	if (c->bz2.state)
		CALL(c, BZ2_FREE, BZ2_bzDecompressEnd)(&c->bz2);
}

static int start_bz2(struct codec *c, struct tribx_error *e)
{
	done_bz2(c);
	c->bz2 = (bz_stream){ 0 };
	return CALL(c, BZ2_NEW, BZ2_bzDecompressInit)(&c->bz2, 0, 0) == BZ_OK ? TRIB_OK : no_memory(e);
}

static int run_bz2(struct codec *c, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	c->bz2.next_in = (char *)(uintptr_t)c->feed.at;
	c->bz2.avail_in = (unsigned)c->feed.left;
	c->bz2.next_out = to;
	c->bz2.avail_out = size < UINT32_MAX ? (unsigned)size : UINT32_MAX;
	unsigned room = c->bz2.avail_out;
	int rc = CALL(c, BZ2_RUN, BZ2_bzDecompress)(&c->bz2);
	c->feed.at = (const uint8_t *)c->bz2.next_in;
	c->feed.left = c->bz2.avail_in;
	*got = room - c->bz2.avail_out;
	return rc == BZ_OK ? TRIB_OK : rc == BZ_STREAM_END ? TRIB_END : rc == BZ_MEM_ERROR ? no_memory(e) : damaged(c, e);
}

/* ---- lz4 ---- */

enum { LZ4_NEW, LZ4_RUN, LZ4_FREE, LZ4_IS_ERROR };
static const char *const lz4_files[] = { "liblz4.so.1", NULL };
static const char *const lz4_symbols[] = { "LZ4F_createDecompressionContext", "LZ4F_decompress", "LZ4F_freeDecompressionContext", "LZ4F_isError", NULL };

static int start_lz4(struct codec *c, struct tribx_error *e)
{
	LZ4F_dctx *x = NULL;
	if (c->context)
		return TRIB_OK;
	if (CALL(c, LZ4_IS_ERROR, LZ4F_isError)(CALL(c, LZ4_NEW, LZ4F_createDecompressionContext)(&x, LZ4F_VERSION)))
		return no_memory(e);
	c->context = x;
	return TRIB_OK;
}

static int run_lz4(struct codec *c, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	size_t used = c->feed.left;
	*got = size;
	size_t rc = CALL(c, LZ4_RUN, LZ4F_decompress)(c->context, to, got, c->feed.at, &used, NULL);
	if (CALL(c, LZ4_IS_ERROR, LZ4F_isError)(rc)) {
		*got = 0;
		return damaged(c, e);
	}
	c->feed.at += used;
	c->feed.left -= used;
	return rc == 0 ? TRIB_END : TRIB_OK;
}

static void done_lz4(struct codec *c)
{
	if (c->context)
		CALL(c, LZ4_FREE, LZ4F_freeDecompressionContext)(c->context);
}

/* ---- the layer ---- */

static const struct row rows[] = {
	[TRIBX_ZST] = { "zst", "\x28\x50\x51\x52\x53\x54\x55\x56\x57\x58\x59\x5a\x5b\x5c\x5d\x5e\x5f", 0,
	                { zst_files, "zst files", "the package libzstd1", zst_symbols }, start_zst, run_zst, done_zst },
	[TRIBX_XZ] = { "xz", "\xfd", 4, { xz_files, "xz files", "the package liblzma5", xz_symbols }, start_xz, run_xz, done_xz },
	[TRIBX_BZ2] = { "bz2", "B", 0, { bz2_files, "bz2 files", "the package libbz2-1.0", bz2_symbols }, start_bz2, run_bz2, done_bz2 },
	[TRIBX_LZ4] = { "lz4", "\x04\x50\x51\x52\x53\x54\x55\x56\x57\x58\x59\x5a\x5b\x5c\x5d\x5e\x5f", 0,
	                { lz4_files, "lz4 files", "the package liblz4-1", lz4_symbols }, start_lz4, run_lz4, done_lz4 },
};

/* Between frames: another one (TRIB_OK), or the end. */
static int enter(struct codec *c, struct tribx_error *e)
{
	int rc;
	for (size_t zeros = 0;; zeros++) {
		rc = c->feed.left ? TRIB_OK : tribx_feed_fill(&c->feed, e);
		bool zero = rc == TRIB_OK && c->frames && c->row->padding && *c->feed.at == 0;
		if (rc < 0)
			return rc;
		if (!zero && c->row->padding && zeros % c->row->padding)
			return tribx_fail(e, TRIB_DATA, "archive.trailing_bytes", "zeros that are no padding follow the %s data", c->row->name);
		if (!zero)
			break;
		c->feed.at++;
		c->feed.left--;
	}
	if (rc == TRIB_END && c->frames) {
		c->place = AT_END;
		return TRIB_END;
	}
	if (rc == TRIB_END || !strchr(c->row->first, *c->feed.at) || !*c->feed.at)
		return c->frames ? tribx_fail(e, TRIB_DATA, "archive.trailing_bytes", "other bytes follow the %s data", c->row->name)
		                 : tribx_fail(e, TRIB_DATA, "archive.not_archive", "is no %s file, though it should be one", c->row->name);
	c->frames++;
	c->place = IN_FRAME;
	return c->row->start(c, e);
}

static int read_codec(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct codec *c = (struct codec *)s;
	int rc = TRIB_OK;
	*got = 0;
	while (*got == 0) {
		if (c->place == AT_END)
			return TRIB_END;
		if (c->place == AT_FRAME && (rc = enter(c, e)) != TRIB_OK)
			return rc;
		const size_t had = c->feed.left;
		if ((rc = c->row->run(c, to, size, got, e)) < 0) {
			*got = 0;
			return rc;
		}
		if (rc == TRIB_END)
			c->place = AT_FRAME;
		else if (*got == 0 && c->feed.left == 0)
			rc = tribx_feed_fill(&c->feed, e);
		else if (*got == 0 && c->feed.left == had)
			rc = damaged(c, e);   /* it takes nothing and gives nothing */
		if (rc == TRIB_END && c->place == IN_FRAME)
			return tribx_fail(e, TRIB_DATA, "archive.truncated", "the %s data ends in the middle", c->row->name);
		if (rc < 0)
			return rc;
	}
	return TRIB_OK;
}

static void close_codec(struct tribx_stream *s)
{
	struct codec *c = (struct codec *)s;
	c->row->done(c);
	tribx_feed_done(&c->feed);
	free(c);
}

int tribx_codec_new(enum tribx_codec which, struct tribx_stream *lower, int64_t window_max, struct tribx_stream **out, struct tribx_error *e)
{
	struct codec *c = calloc(1, sizeof *c);
	int rc = c ? tribx_lazy(&rows[which].lib, c->call, e) : no_memory(e);
	if (rc == TRIB_OK && !tribx_feed_start(&c->feed, lower))
		rc = no_memory(e);
	if (rc < 0) {
		free(c);
		tribx_stream_close(lower);
		return rc;
	}
	c->base = (struct tribx_stream){ .read = read_codec, .close = close_codec };
	c->row = &rows[which];
	c->window_max = window_max;
	c->xz = (lzma_stream)LZMA_STREAM_INIT;
	*out = &c->base;
	return TRIB_OK;
}
