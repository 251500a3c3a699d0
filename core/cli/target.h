/* target - what the verbs after a run share: one pass over the targets of a project's pipelines. */
#ifndef TRIBX_TARGET_H
#define TRIBX_TARGET_H

#include "cli/cli.h"
#include "run/look.h"

/* Opens the target of every picked pipeline of the project at path in turn and calls each; stops at the first non-zero answer. */
int tribx_targets(struct tribx_cli *c, const char *path, bool write, int (*each)(struct tribx_cli *c, struct tribx_look *l, void *ctx), void *ctx);
/* Rows of one of the target's own tables that belong to the looked-at pipeline, appended to all. */
int tribx_target_rows(struct tribx_cli *c, struct tribx_look *l, const char *table, struct trib_batch *all);

#endif
