/* open - what an instance may have left open: byte streams with their decoders, compiled expressions. */
#ifndef TRIBX_OPEN_H
#define TRIBX_OPEN_H

#include <tributary.h>

void tribx_open_done(struct trib *t);     /* services_io.c */
void tribx_exprs_done(struct trib *t);    /* expr.c */

#endif
