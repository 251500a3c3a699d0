/* shelf - archives that a run has looked through, so that each of their entries is not a look through all of it: the directory of a zip,
 * the places of entries in a tar that is not packed.
 *
 * Law: what is here was verified to the archive's end, for a file of this device, inode, size and times; another file is looked through
 * anew. Any thread may ask. */
#ifndef TRIBX_SHELF_H
#define TRIBX_SHELF_H

#include "io/zip.h"

struct tribx_shelf;
struct tribx_held;                     /* an archive on the shelf */
struct tribx_shelf *tribx_shelf_new(void);                       /* NULL: no memory */
void tribx_shelf_free(struct tribx_shelf *s);                    /* NULL is fine; nothing may be held any more */

/* The directory of a zip, until it is dropped; loaded if it is not here. NULL: e. s NULL: loaded. */
const struct tribx_zip *tribx_shelf_zip(struct tribx_shelf *s, struct tribx_source *src, const struct tribx_limits *limits, struct tribx_held **held,
                                        struct tribx_error *e);
void tribx_shelf_drop(struct tribx_shelf *s, struct tribx_held *held);

struct tribx_place { char *name; int64_t at; };                  /* of an entry's first header */
/* Puts the places of a tar there. Takes them, also without memory: then they are forgotten. */
void tribx_shelf_put(struct tribx_shelf *s, const struct tribx_source *src, const struct tribx_limits *limits, struct tribx_place *places, size_t count);
/* Where the entry lies that is the first step of the way to member (ENTRY or ENTRY!/...); -1: not known. */
int64_t tribx_shelf_place(struct tribx_shelf *s, const struct tribx_source *src, const struct tribx_limits *limits, const char *member);

#endif
