/* bytes - bytes of a URL: transport, then unpacking, each verified to its end. One reader per struct.
 *
 * Transports here: local paths (also file://). Others (http, sftp, s3 ...) are added as rows of one table. Unpacking: gz, zst,
 * xz, bz2, lz4 (any number of frames), members of zip and tar (`URL!/MEMBER`, also `URL!/INNER.zip!/MEMBER`), plain. */
#ifndef TRIBX_BYTES_H
#define TRIBX_BYTES_H

#include "base/error.h"
#include "base/mem.h"

struct trib_bytes;
/* How far unpacking may go, and what opens encrypted entries (NULL: nothing). 0: the default of each. */
struct tribx_limits {
	int64_t unpacked_max, ratio_max, entries_max;
	int64_t inner_max;             /* bytes of an archive inside of an archive: it is held in memory */
	int64_t window_max;            /* bytes that a decoder may need */
	int64_t layers_max;            /* 1 and limits.nesting */
	const char *password;
	struct tribx_shelf *shelf;     /* of the run: archives it has looked through; NULL: none */
};
struct tribx_entry { char *url, *member, *etag; int64_t size; };                          /* of a listing; freed by tribx_find_done */
struct tribx_listing { struct tribx_entry *items; size_t count; };

/* dir: what relative paths start at. unpack: auto, none, or what the one layer is: gz, zip ... (NULL: auto). */
int tribx_open(const char *dir, const char *url, const char *unpack, int64_t from, int64_t size, const struct tribx_limits *limits,
               struct trib_bytes **out, struct tribx_error *e);
/* TRIB_OK: *got bytes, less than size only near the end, never 0; TRIB_END: none, and all of it was verified; negative: *got is 0. */
int tribx_read(struct trib_bytes *in, void *to, size_t size, size_t *got, struct tribx_error *e);
void tribx_close(struct trib_bytes *in);
struct tribx_source;
int tribx_bytes_peek(struct trib_bytes *in, struct trib_text *out, struct tribx_error *e);                /* the first bytes; before the first read */
struct tribx_source *tribx_bytes_plain(const struct trib_bytes *in);                                 /* what is read, by position; NULL: it is packed or a range */
const struct tribx_limits *tribx_bytes_limits(const struct trib_bytes *in);
const char *tribx_bytes_name(const struct trib_bytes *in);                                           /* for errors: the user's spelling, member included */
size_t tribx_unpacked_name(const char *name, size_t size);                                            /* how much of it is left without .gz, .zst ... */
/* Files in name order, below dir without it. member: a pattern of entries; those of inner archives are INNER!/ENTRY. TRIB_END: nothing matches; e says (file.no_match) what was looked for and what is there. */
int tribx_find_files(const char *dir, const char *url, const char *member, const struct tribx_limits *limits, struct tribx_listing *out,
                     struct tribx_error *e);
void tribx_find_done(struct tribx_listing *l);

#endif
