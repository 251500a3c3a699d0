/* fixture - a temporary folder with files, and whole reads. The library under test writes nothing, so zlib and libarchive make
 * what it reads. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "io/bytes.h"

struct blob { char *p; size_t n; };              /* p is malloc'd */

extern char folder[64];                          /* of the running test */
void folder_start(void);
void folder_end(void);
void put(const char *name, const void *bytes, size_t size);      /* folders of the name are made */
void put_text(const char *name, const char *text);
struct blob get(const char *name);
struct blob gz(const void *bytes, size_t size, int level);       /* one gzip member, by zlib */
void put_zip(const char *name, const char *const (*members)[2], size_t count, const char *options);   /* by libarchive */

/* Opens, reads to the end in steps of `step` bytes, closes. Status of what stopped it, TRIB_END at best. */
int slurp(const char *url, const char *unpack, const struct tribx_limits *limits, size_t step, struct blob *out, struct tribx_error *e);

#endif
