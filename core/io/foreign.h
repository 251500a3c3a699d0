/* foreign - what libarchive reads for us: tar, and entries of a zip that are encrypted or packed with rare methods.
 *
 * It is opened at its first use and never asked for more than one format. What it lets through is checked here: a warning on
 * data is a failure, a tar needs its end mark with nothing but zeros behind it, and an entry that leads elsewhere - link,
 * device, absolute, .. - refuses the archive. */
#ifndef TRIBX_FOREIGN_H
#define TRIBX_FOREIGN_H

#include "io/zip.h"

struct tribx_tar;
struct tribx_tar_entry { const char *name; bool is_folder; int64_t size, at; };   /* name: until the next one; at: of its headers */

int tribx_tar_open(struct tribx_stream *lower, const struct tribx_limits *limits, struct tribx_tar **out, struct tribx_error *e);   /* takes lower */
/* TRIB_END: that was the last one, and the archive is whole. */
int tribx_tar_next(struct tribx_tar *t, struct tribx_tar_entry *out, struct tribx_error *e);
/* The entry in hand as a stream. own: it takes t, and its end is TRIB_END only if the rest of the archive is whole, holds no second
 * entry of this name and, if only, no second file. Otherwise t stays the caller's, until whom it must be closed. */
int tribx_tar_entry(struct tribx_tar *t, bool own, bool only, struct tribx_stream **out, struct tribx_error *e);
/* All of the archive was verified before, as src is: own ends with the entry, and only looks whether src is still so. */
void tribx_tar_known(struct tribx_tar *t, struct tribx_source *src);
void tribx_tar_close(struct tribx_tar *t);                                    /* NULL is fine */

/* An entry of a zip, by its place among the entries. Takes src, also on failure. */
int tribx_foreign_zip(const struct tribx_zip *z, const struct tribx_zip_entry *m, struct tribx_source *src, const char *password, int64_t *taken,
                      struct tribx_stream **out, struct tribx_error *e);

#endif
