/* preview - the first rows after each step, without a sink and without a trace: nothing is claimed, stored or acknowledged. */
#ifndef TRIBX_PREVIEW_H
#define TRIBX_PREVIEW_H

#include "run/flow.h"

enum { TRIBX_PREVIEW_STAGES = 64 };
struct tribx_preview {
	int stage_count;
	struct { char name[96]; struct trib_batch rows; int64_t seen; } stages[TRIBX_PREVIEW_STAGES];   /* source, each step, extra outputs */
	struct tribx_dead_list dead;
	int64_t parts, read;
};
/* At least n rows after the last step, if the source has them within the first read_max rows. */
int tribx_preview(struct tribx_preview *p, const struct tribx_pipeline *conf, int64_t n, int64_t read_max, struct tribx_findings *findings, struct tribx_error *e);
void tribx_preview_done(struct tribx_preview *p);
/* The columns of a source's stream as far as they can be known: declared, from discover, or from the first rows. catalog:
 * stream, column, type, flags, from, help. */
int tribx_discover(const struct tribx_pipeline *conf, struct trib_batch *catalog, struct tribx_findings *findings, struct tribx_error *e);

#endif
