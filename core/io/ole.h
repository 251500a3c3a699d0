/* ole - one stream of a compound file, the container of .xls and of encrypted .xlsx files. Every number in it is a claim. */
#ifndef TRIBX_OLE_H
#define TRIBX_OLE_H

#include "base/error.h"

struct tribx_ole { const uint8_t *file; size_t size; uint32_t *fat; size_t sectors, shift; uint32_t directory; };
/* file: all of it, borrowed. */
int tribx_ole_open(struct tribx_ole *o, const uint8_t *file, size_t size, struct tribx_error *e);
void tribx_ole_done(struct tribx_ole *o);
/* The stream of this name, whole (the caller frees). TRIB_END: there is none. */
int tribx_ole_stream(const struct tribx_ole *o, const char *name, uint8_t **out, size_t *size, struct tribx_error *e);

#endif
