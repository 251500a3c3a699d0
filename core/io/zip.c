/* zip - one member as a stream: its local header compared with the directory, its bytes with their size and CRC. */
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>

enum { LOCAL_SIZE = 30, STORED = 0, DEFLATED = 8, ENCRYPTED = 1, SIZES_FOLLOW = 8, AES = 99 };

/* Those that libarchive reads are foreign: see foreign.h. */
static const struct { uint16_t method; const char *name; bool foreign; } methods[] = {
	{ 1, "Shrink", false }, { 6, "Implode", false }, { 9, "Deflate64", false }, { 12, "bzip2", true }, { 14, "LZMA", true },
	{ 93, "Zstandard", true }, { 95, "xz", true }, { 98, "PPMd", true }, { AES, "AES encryption", false },
};

bool tribx_zip_is_foreign(const struct tribx_zip_entry *m)
{
	return m->flags & ENCRYPTED || (m->method != STORED && m->method != DEFLATED);
}

int tribx_zip_usable(const struct tribx_zip_entry *m, const struct tribx_limits *limits, struct tribx_error *e)
{
	struct tribx_limits l = tribx_limits_of(limits);
	const char *method = "no method that has a name";
	bool read = m->method == STORED || m->method == DEFLATED || (m->method == AES && m->flags & ENCRYPTED);
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (methods[i].method == m->method) {
			method = methods[i].name;
			read |= methods[i].foreign;
		}
	if (m->is_folder)
		return tribx_fail(e, TRIB_DATA, "archive.no_member", "\"%s\" is a folder", m->name);
	if (m->flags & ENCRYPTED && !(l.password && *l.password))
		return tribx_fail(e, TRIB_DATA, "archive.encrypted", "entry \"%s\" is encrypted, and no password is set", m->name);
	if (!read)
		return tribx_fail(e, TRIB_DATA, "archive.method", "entry \"%s\" is packed with method %d (%s), which is not read", m->name,
		                  m->method, method);
	if (m->size > l.unpacked_max)
		return tribx_fail(e, TRIB_DATA, "archive.too_large", "entry \"%s\" declares %lld bytes, more than limits.unpacked allows (%lld)", m->name,
		                  (long long)m->size, (long long)l.unpacked_max);
	if (m->size > TRIBX_RATIO_FROM && m->size / (m->packed + 1) > l.ratio_max)
		return tribx_fail(e, TRIB_DATA, "archive.ratio", "entry \"%s\" declares more than %lld times its packed size (limits.ratio)", m->name,
		                  (long long)l.ratio_max);
	if (m->method == STORED && m->size != m->packed && !(m->flags & ENCRYPTED))
		return tribx_fail(e, TRIB_DATA, "archive.length", "entry \"%s\" is stored, and its two sizes differ", m->name);
	return TRIB_OK;
}

/* ---- reading ---- */

struct member {
	struct tribx_stream base;
	struct tribx_feed feed;
	struct tribx_inflate *z;       /* NULL: stored */
	bool ended;
	uint32_t crc, want;
	int64_t left;                  /* of the declared size */
};

static int read_packed(struct member *m, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	int rc = TRIB_OK;
	while (*got == 0 && !m->ended) {
		rc = tribx_inflate_run(m->z, &m->feed, to, size, got);
		if (rc == TRIB_DATA)
			return tribx_fail(e, TRIB_DATA, "archive.corrupt", "the packed data is damaged");
		m->ended = rc == TRIB_END;
		if (m->ended || *got || m->feed.left)
			continue;
		if ((rc = tribx_feed_fill(&m->feed, e)) == TRIB_END)
			return tribx_fail(e, TRIB_DATA, "archive.truncated", "the packed data ends in the middle");
		if (rc < 0)
			return rc;
	}
	if (m->ended && (m->feed.left || (rc = tribx_feed_fill(&m->feed, e)) == TRIB_OK))
		return tribx_fail(e, TRIB_DATA, "archive.length", "the packed data is shorter than the archive declares");
	return rc < 0 ? rc : TRIB_OK;
}

static int read_member(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct member *m = (struct member *)s;
	int rc = TRIB_OK;
	*got = 0;
	if (m->z) {
		rc = read_packed(m, to, size, got, e);
	} else if (!m->ended) {
		rc = tribx_stream_read(m->feed.lower, to, size, got, e);
		m->ended = rc == TRIB_END;
	}
	if (rc < 0)
		return rc;
	if ((int64_t)*got > m->left)
		return tribx_fail(e, TRIB_DATA, "archive.length", "the entry holds more than the archive declares");
	m->left -= (int64_t)*got;
	m->crc = tribx_crc32(m->crc, to, *got);
	if (*got)
		return TRIB_OK;
	if (m->left)
		return tribx_fail(e, TRIB_DATA, "archive.length", "the entry holds %lld bytes less than the archive declares", (long long)m->left);
	if (m->crc != m->want)
		return tribx_fail(e, TRIB_DATA, "archive.crc", "the unpacked bytes do not match the CRC of the archive");
	return TRIB_END;
}

static void close_member(struct tribx_stream *s)
{
	struct member *m = (struct member *)s;
	tribx_feed_done(&m->feed);
	tribx_inflate_free(m->z);
	free(m);
}

/* ---- the local header ---- */

static bool agrees(const struct tribx_zip_entry *m, const uint8_t *h)
{
	bool follow = m->flags & SIZES_FOLLOW;
	uint32_t crc = tribx_le32(h + 14), packed = tribx_le32(h + 18), size = tribx_le32(h + 22);
	if (tribx_le16(h + 6) != m->flags || tribx_le16(h + 8) != m->method || tribx_le16(h + 26) != m->raw.n)
		return false;
	if (crc != m->crc && !(follow && crc == 0))
		return false;
	if (packed != m->packed && packed != 0xFFFFFFFF && !(follow && packed == 0))
		return false;
	return size == m->size || size == 0xFFFFFFFF || (follow && size == 0);
}

int tribx_zip_check(const struct tribx_zip_entry *m, struct tribx_source *src, int64_t *data, struct tribx_error *e)
{
	uint8_t h[LOCAL_SIZE];
	size_t got = 0;
	int rc = src->pread(src, h, sizeof h, m->at, &got, e);
	if (rc < 0)
		return rc;
	if (got < sizeof h || tribx_le32(h) != 0x04034b50 || !agrees(m, h))
		return tribx_fail(e, TRIB_DATA, "archive.mismatch", "the header of entry \"%s\" differs from the archive's directory", m->name);
	char *name = malloc(m->raw.n);
	if (!name)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to unpack");
	rc = src->pread(src, name, m->raw.n, m->at + LOCAL_SIZE, &got, e);
	bool same = rc == TRIB_OK && got == m->raw.n && memcmp(name, m->raw.p, got) == 0;
	free(name);
	if (rc < 0)
		return rc;
	if (!same)
		return tribx_fail(e, TRIB_DATA, "archive.mismatch", "entry \"%s\" has another name in the archive's directory", m->name);
	*data = m->at + LOCAL_SIZE + (int64_t)m->raw.n + tribx_le16(h + 28);
	if (*data + m->packed > m->end)
		return tribx_fail(e, TRIB_DATA, "archive.overlap", "entry \"%s\" overlaps another", m->name);
	return TRIB_OK;
}

int tribx_zip_member(const struct tribx_zip_entry *m, struct tribx_source *src, int64_t *taken, struct tribx_stream **out,
                     struct tribx_error *e)
{
	int64_t data = 0;
	struct tribx_stream *lower = NULL;
	int rc = tribx_zip_check(m, src, &data, e);
	if (rc < 0) {
		src->close(src);
		return rc;
	}
	if ((rc = tribx_range_new(src, data, m->packed, taken, &lower, e)) < 0)
		return rc;
	struct member *s = calloc(1, sizeof *s);
	bool packed = m->method == DEFLATED;
	if (!s || !tribx_feed_start(&s->feed, lower) || (packed && !(s->z = tribx_inflate_new()))) {
		if (s)
			free(s->feed.mem);
		free(s);
		tribx_stream_close(lower);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to unpack");
	}
	s->base = (struct tribx_stream){ .read = read_member, .close = close_member };
	s->want = m->crc;
	s->left = m->size;
	*out = &s->base;
	return TRIB_OK;
}
