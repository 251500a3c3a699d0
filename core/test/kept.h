/* kept - the sink of conformance checks: rows as JSON lines, states, and how far both were at every commit, in a folder. */
#ifndef TRIBX_KEPT_H
#define TRIBX_KEPT_H

#include <tributary.h>

/* Files: rows (one line per row: its table, a tab, JSON), states (a JSON object by part), history (per commit a JSON
 * object: rows and states then). It takes checkpoints inside of parts. Its one option is `path`. */
extern const struct trib_plugin tribx_kept_plugin;

#endif
