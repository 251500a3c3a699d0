/* run - one run of one pipeline: claim, split, read, transform, write, commit. The loop of the engine (core/run/README.md). */
#ifndef TRIBX_RUN_H
#define TRIBX_RUN_H

#include "config/pipeline.h"
#include "run/report.h"

struct tribx_run_options {
	bool full_refresh;          /* forget the states: read everything again */
	int workers;                /* 0: one per core; the caller's thread is one of them */
	/* Called a few times a second with what was done so far; NULL: silent. */
	void (*progress)(void *ctx, const struct tribx_report *so_far, const char *part);
	void *ctx;
	/* Told once at the end: the tables with the columns and types that they had in this run; NULL: not wanted. */
	void (*shapes)(void *ctx, const struct tribx_target *tables, int count);
	/* Asked a few times a second: 0 go on, 1 finish the part in hand, 2 give up now. NULL: never. */
	int (*stop)(void *ctx);
};
/* Loads the plugins and checks every option and table; nothing is opened. */
bool tribx_check(const struct tribx_pipeline *p, struct tribx_findings *findings);
/* Fills r, error and exit code included; returns its status. Nothing is printed. */
int tribx_run(const struct tribx_pipeline *p, const struct tribx_run_options *o, struct tribx_findings *findings, struct tribx_report *r);

#endif
