/* scheduled - the schedules of a project, for the verbs: checked with it, and what the targets have done. */
#ifndef TRIBX_SCHEDULED_H
#define TRIBX_SCHEDULED_H

#include "cli/cli.h"
#include "sched/schedule.h"

/* Checks the schedules of those that are picked: what is wrong makes it faulty. A pipeline that names ${period.…} becomes that of the last period that is due. */
void tribx_cli_schedules(struct tribx_cli *c, struct tribx_project *p);
/* Every picked pipeline with periods becomes that of `id`. false: a fault, or none has periods. */
bool tribx_cli_period(struct tribx_cli *c, struct tribx_project *p, const char *id);
int tribx_cli_now(struct tribx_cli *c, const char *now);     /* --now; NULL: nothing */
int64_t tribx_cli_seconds(void);                             /* now, in seconds */

/* What a schedule is compared with: the target's record, or the last good run of one without periods. */
struct tribx_record {
	struct tribx_done done;
	int64_t last_run;                    /* INT64_MIN: never */
};
int tribx_cli_record(struct tribx_cli *c, const struct tribx_pipeline *p, const struct tribx_schedule *s, struct tribx_record *out);   /* exit code */
void tribx_record_free(struct tribx_record *r);

#endif
