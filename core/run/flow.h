/* flow - a pipeline with its plugins: every stage loaded, its options filled, its place known; nothing has run yet.
 *
 * Steps [0, cut) are PER_ROW: they run on all cores, one instance per worker, on whole batches. Steps [cut, step_count)
 * run beside the sink, in the order of the source. Table 0 takes the main output; the extra outputs of step s take the tables
 * from first_table on. */
#ifndef TRIBX_FLOW_H
#define TRIBX_FLOW_H

#include "arrow/personal.h"
#include "config/pipeline.h"
#include "plugin/instance.h"

struct tribx_stage {
	const struct trib_plugin *p;
	const char *name;
	struct trib *proto;                 /* options; opened by tribx_flow_open for steps */
	bool opened;
	void *shared;
	bool share_called;
	enum trib_scope scope;
	int first_table;                    /* of its extra outputs */
};

struct tribx_target {                   /* a table of the sink */
	const char *name;
	enum trib_mode mode;                          /* as the pipeline says */
	enum trib_mode loads;                         /* as the sink takes it: the same, or its own where the pipeline says none */
	const struct tribx_table_conf *conf;          /* NULL: not named in the pipeline */
	const struct trib_field *declared;            /* of the stream or output; NULL */
	struct trib_batch shape;                      /* columns seen so far, in order of arrival */
	bool whole, sliced;                           /* what a load, or a slice of it, does not have is gone */
	bool told;                                    /* the sink knows the shape in this unit */
	int64_t rows;                                 /* of this unit */
	trib_map options;
};

struct tribx_flow {
	const struct tribx_pipeline *conf;
	struct tribx_arena arena;
	struct tribx_job job;
	char run_id[24];
	atomic_bool stopping;
	struct tribx_stage source, sink, *steps;
	const struct trib_stream *stream;
	int step_count, cut;
	struct tribx_target *tables;
	int table_count;
	struct tribx_names personal;        /* columns by name: of the pipeline, of the source's columns */
	bool whole;                         /* a table takes what is not in the load as gone: the source is read whole or not at all */
	bool by_period;                     /* the same within a period: its parts are read together, in one unit */
};

/* Loads and checks everything that can be known without opening anything. Faults are findings with their places. */
bool tribx_flow_build(struct tribx_flow *f, const struct tribx_pipeline *conf, struct tribx_findings *findings);
/* The same for what steps find when they are opened; source and sink are not. */
bool tribx_flow_check(struct tribx_flow *f, struct tribx_findings *findings);
/* share, then open of the steps: from here on scope and cut are known. Negative: e. */
int tribx_flow_open(struct tribx_flow *f, struct tribx_error *e);
/* share of one stage, once: before its first open, also where only it is opened (discover, a look at the target). */
int tribx_flow_share(struct tribx_stage *s, struct tribx_error *e);
void tribx_flow_done(struct tribx_flow *f);
/* What a sink promises for a mode: "exactly once", "exactly once per key", "at least once". */
const char *tribx_guarantee(const struct trib_plugin *sink);
extern const char *const tribx_mode_names[];   /* by enum trib_mode */

#endif
