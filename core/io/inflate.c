/* inflate - raw deflate with one face. ISA-L inflates about five times as fast as zlib and has the CRC in hardware; it reads
 * ahead of the stream's end into a bit buffer, so its end is stepped back to the byte behind the stream. */
#include "io/stream.h"

#include <stdlib.h>
#include <string.h>
#include <config.h>

#ifdef HAVE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

struct tribx_inflate { struct inflate_state z; };

struct tribx_inflate *tribx_inflate_new(void)
{
	struct tribx_inflate *z = malloc(sizeof *z);
	if (z) {
		memset(z, 0, sizeof *z);   /* the state has no initialiser for its history: never leak what was there */
		isal_inflate_init(&z->z);
	}
	return z;
}

void tribx_inflate_reset(struct tribx_inflate *z)
{
	isal_inflate_reset(&z->z);
}

void tribx_inflate_free(struct tribx_inflate *z)
{
	free(z);
}

int tribx_inflate_run(struct tribx_inflate *z, struct tribx_feed *f, void *to, size_t size, size_t *got)
{
	z->z.next_in = (uint8_t *)(uintptr_t)f->at;
	z->z.avail_in = (uint32_t)f->left;
	z->z.next_out = to;
	z->z.avail_out = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	uint32_t room = z->z.avail_out;
	int rc = isal_inflate(&z->z);
	*got = room - z->z.avail_out;
	f->at = z->z.next_in;
	f->left = z->z.avail_in;
	if (rc < 0)
		return TRIB_DATA;
	if (z->z.block_state != ISAL_BLOCK_FINISH)
		return TRIB_OK;
	size_t early = (size_t)z->z.read_in_length / 8;
	f->at -= early;
	f->left += early;
	return TRIB_END;
}

uint32_t tribx_crc32(uint32_t crc, const void *p, size_t size)
{
	return crc32_gzip_refl(crc, p, size);
}

#else
#include <zlib.h>

struct tribx_inflate { z_stream z; };

struct tribx_inflate *tribx_inflate_new(void)
{
	struct tribx_inflate *z = calloc(1, sizeof *z);
	if (z && inflateInit2(&z->z, -MAX_WBITS) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

void tribx_inflate_reset(struct tribx_inflate *z)
{
	inflateReset(&z->z);
}

void tribx_inflate_free(struct tribx_inflate *z)
{
	if (z)
		inflateEnd(&z->z);
	free(z);
}

int tribx_inflate_run(struct tribx_inflate *z, struct tribx_feed *f, void *to, size_t size, size_t *got)
{
	z->z.next_in = (Bytef *)(uintptr_t)f->at;
	z->z.avail_in = (uInt)f->left;
	z->z.next_out = to;
	z->z.avail_out = size < UINT32_MAX ? (uInt)size : UINT32_MAX;
	uInt room = z->z.avail_out;
	int rc = inflate(&z->z, Z_NO_FLUSH);
	*got = room - z->z.avail_out;
	f->at = z->z.next_in;
	f->left = z->z.avail_in;
	if (rc == Z_STREAM_END)
		return TRIB_END;
	return rc == Z_OK || rc == Z_BUF_ERROR ? TRIB_OK : TRIB_DATA;
}

uint32_t tribx_crc32(uint32_t crc, const void *p, size_t size)
{
	return (uint32_t)crc32_z(crc, p, size);
}
#endif
