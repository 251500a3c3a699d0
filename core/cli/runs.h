/* runs - what the verbs that run pipelines share: one run with its progress, signals and history, and the summary of many. */
#ifndef TRIBX_RUNS_H
#define TRIBX_RUNS_H

#include "cli/cli.h"
#include "run/run.h"

struct tribx_run_flags { bool full_refresh, due; int64_t workers; const char *period, *now; };

void tribx_runs_watch(void);                                 /* the first signal finishes the part in hand, the second gives up */
bool tribx_runs_stopped(void);
void tribx_runs_one(struct tribx_cli *c, const struct tribx_pipeline *p, const struct tribx_run_flags *f, struct tribx_report *r);
int tribx_runs_due(struct tribx_cli *c, const struct tribx_project *p, const struct tribx_run_flags *f);   /* due.c */

/* A pipeline that it comes after did not go well; statuses: of those before it. And the report of what was not run. */
bool tribx_runs_blocked(const struct tribx_project *p, const int *statuses, size_t at);
void tribx_runs_not(const struct tribx_pipeline *p, bool blocked, struct tribx_report *r);

/* A run of years of periods is summed up as it goes: nothing is kept per run but its line. All zero and begun by tribx_summary_start. */
struct tribx_summary {
	struct tribx_table table, figures;
	struct json_t *list;
	bool periods;                        /* the first columns are pipeline and period */
	size_t count;
	int64_t loads, known, failed, dead, left_out;   /* left_out: figures */
	struct tribx_error bad;              /* the first */
	char run_id[24];
	const char *next;
};
void tribx_summary_start(struct tribx_summary *s, bool periods);
/* Lets go of what the report holds. */
void tribx_summary_add(struct tribx_cli *c, struct tribx_summary *s, const struct tribx_pipeline *p, struct tribx_report *r);
void tribx_summary_tell(struct tribx_cli *c, struct tribx_summary *s);   /* and lets go of it */

#endif
