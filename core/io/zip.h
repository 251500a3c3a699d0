/* zip - the directory of a zip file, and its members as streams. Our own small reader, not libarchive's.
 *
 * Why: libarchive hands on members whose CRC is wrong (a warning), falls back to streaming when the end record is missing, cuts
 * names at a NUL, and its inflate is zlib's. Here the end record is required, directory and local headers must agree, and one
 * odd entry - absolute, .., backslash, drive, control characters, symlink, device, duplicate, overlap - refuses the archive. */
#ifndef TRIBX_ZIP_H
#define TRIBX_ZIP_H

#include "io/bytes.h"
#include "io/stream.h"

struct tribx_zip_entry {
	char *name;                    /* UTF-8; raw is the archive's own spelling (code page 437 where that is declared) */
	struct trib_text raw;
	bool is_folder;
	uint16_t flags, method;
	uint32_t crc;
	int64_t packed, size, at, end; /* at: of its local header; end: where the next entry or the directory begins */
};
struct tribx_zip { struct tribx_zip_entry *entries; size_t count; uint8_t *directory; };

enum { TRIBX_RATIO_FROM = 16 << 20 };   /* below this a report of zeros may be as small as it likes */
extern const struct tribx_limits tribx_limits_default;
/* What of limits is 0 becomes its default; NULL: all of them. */
struct tribx_limits tribx_limits_of(const struct tribx_limits *limits);

int tribx_zip_load(struct tribx_source *src, const struct tribx_limits *limits, struct tribx_zip *out, struct tribx_error *e);
void tribx_zip_done(struct tribx_zip *z);
/* Whether it can be read at all: encryption, method, declared sizes against the limits. */
int tribx_zip_usable(const struct tribx_zip_entry *m, const struct tribx_limits *limits, struct tribx_error *e);
/* Encrypted, or neither stored nor deflated: foreign.h reads it. */
bool tribx_zip_is_foreign(const struct tribx_zip_entry *m);
/* Compares the member's local header with the directory; *data is where its data begins. */
int tribx_zip_check(const struct tribx_zip_entry *m, struct tribx_source *src, int64_t *data, struct tribx_error *e);
/* The member's bytes, verified at their end. Takes src, also on failure. */
int tribx_zip_member(const struct tribx_zip_entry *m, struct tribx_source *src, int64_t *taken, struct tribx_stream **out,
                     struct tribx_error *e);
/* zip_name.c: the name as UTF-8 (the caller frees), or NULL and e says what is odd about it. */
char *tribx_zip_name(struct trib_text raw, bool utf8, struct tribx_error *e);

static inline uint16_t tribx_le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t tribx_le32(const uint8_t *p) { return tribx_le16(p) | (uint32_t)tribx_le16(p + 2) << 16; }
static inline uint64_t tribx_le64(const uint8_t *p) { return tribx_le32(p) | (uint64_t)tribx_le32(p + 4) << 32; }

#endif
