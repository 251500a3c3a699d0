/* pack - what bytes are packed as, and the way through several layers: filters (gz, zst, xz, bz2, lz4), tar, zip.
 *
 *   source -> range -> [filter]* -> tar -> entry -> [filter]* -> bytes
 *   source -> zip directory -> entry -> [filter]* -> bytes      an inner zip becomes a source in memory
 *
 * What bytes say decides; a name may only make demands: .gz and .zip must hold what they say (a login page named report.zip is an
 * error). Limits are counted behind every layer: bytes given against bytes read from the source. */
#ifndef TRIBX_PACK_H
#define TRIBX_PACK_H

#include "io/zip.h"

enum tribx_kind { TRIBX_PLAIN, TRIBX_GZIP, TRIBX_IS_ZST, TRIBX_IS_XZ, TRIBX_IS_BZ2, TRIBX_IS_LZ4, TRIBX_TAR, TRIBX_ZIP, TRIBX_NOT_READ };

/* One way down. All zero but limits at the start. */
struct tribx_pack {
	struct tribx_limits limits;
	int64_t *taken;                /* bytes read from the source */
	int64_t layers;
	bool in_memory;                /* the source in hand is an inner archive: its bytes were counted when they were read */
	bool filtered;                 /* the layer in hand is a filter: a tar inside of it is no layer more */
};

/* Kind of the word of `unpack`: -1 auto; TRIB_CONFIG, less than -1: e says that it is none. */
int tribx_kind_of_word(const char *unpack, struct tribx_error *e);
/* What a source is, from its first bytes and its name. */
int tribx_look(struct tribx_source *src, const char *name, enum tribx_kind *is, struct tribx_error *e);
/* Whether an entry so named is an archive that is looked into. */
bool tribx_is_archive_name(const char *name);

/* Counts a layer. */
int tribx_pack_layer(struct tribx_pack *p, struct tribx_error *e);
/* Takes filters off *top until it is plain, a tar or a zip; name loses their suffixes. On failure *top is closed and NULL. */
int tribx_peel(struct tribx_pack *p, struct tribx_stream **top, char *name, enum tribx_kind *is, struct tribx_error *e);
/* One filter over *top, guarded. */
int tribx_pack_filter(struct tribx_pack *p, enum tribx_kind kind, struct tribx_stream **top, struct tribx_error *e);
/* An entry of a zip, guarded. Takes src, also on failure. */
int tribx_pack_entry(struct tribx_pack *p, const struct tribx_zip *z, const struct tribx_zip_entry *m, struct tribx_source *src, struct tribx_stream **out,
                     struct tribx_error *e);

/* memory.c: the limits at work, and sources that are no files. */
int tribx_guard_new(const struct tribx_pack *p, struct tribx_stream *lower, struct tribx_stream **out, struct tribx_error *e);   /* takes lower */
int tribx_memory_new(const struct tribx_pack *p, struct tribx_stream *from, struct tribx_source **out, struct tribx_error *e);   /* takes from */
int tribx_source_lend(struct tribx_source *src, struct tribx_source **out, struct tribx_error *e);           /* closing it leaves src open */

/* members.c: every file inside of an archive that the pattern names, also those of inner archives. TRIB_END: src is no archive. */
typedef int tribx_member(void *ctx, const char *member, const char *etag, int64_t size);
int tribx_members(struct tribx_source *src, const char *path, const char *pattern, const struct tribx_limits *limits, tribx_member *put, void *ctx,
                  struct tribx_error *e);

#endif
