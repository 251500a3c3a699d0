/* loader - plugins by name: where they are looked for, who may have written them, what they offer. */
#ifndef TRIBX_LOADER_H
#define TRIBX_LOADER_H

#include <limits.h>
#include "base/error.h"

/* Finds NAME in TRIB_PLUGIN_PATH, the build tree (when run from it) or pkglibdir, checks owner, mode and ABI, adopts its
 * tables. The result lives to the end of the process. NULL: e says the real reason. */
const struct trib_plugin *tribx_plugin(const char *name, struct tribx_error *e);
#define TRIBX_SOURCE "_source"
/* The connector that `use: NAME` means in a source: the plugin itself, or NAME_source beside a sink of that name. */
const struct trib_plugin *tribx_connector(const char *name, struct tribx_error *e);
/* Every plugin that can be seen, sorted by name; those that cannot be loaded have plugin NULL and an error. */
struct tribx_found { char name[64], path[PATH_MAX]; const struct trib_plugin *plugin; struct tribx_error error; };
int tribx_plugins(struct tribx_found **out, size_t *count);   /* the caller frees *out */
const char *tribx_plugin_kind(const struct trib_plugin *p);   /* "connector", "transform", "sink", "connector, sink" */

#endif
