/* new - the files that `trib new` writes, made from core/cli/new at build time. */
#ifndef TRIBX_NEW_H
#define TRIBX_NEW_H

struct tribx_template { const char *name, *text; };          /* "connector/plugin.c" */
extern const struct tribx_template tribx_templates[];        /* name NULL ends it */

#endif
