/* adopt - a plugin in our shape: every table copied row by row, from its stride to ours. After it nobody asks about sizes,
 * with one exception: rows handed to the plugin (trib_table.columns) have its own stride again, tribx_outwards(). */
#ifndef TRIBX_ADOPT_H
#define TRIBX_ADOPT_H

#include "base/error.h"
#include "base/mem.h"

/* Checks ABI, sizes and what every plugin must have; the copy lives in arena. field_size of the copy stays the plugin's. */
const struct trib_plugin *tribx_adopt_plugin(const struct trib_plugin *theirs, const char *name, struct tribx_arena *arena, struct tribx_error *e);
/* count rows of ours plus the end row, in the stride of p. NULL: no memory. The caller frees. */
struct trib_field *tribx_outwards(const struct trib_plugin *p, const struct trib_field *rows, size_t count);

#endif
