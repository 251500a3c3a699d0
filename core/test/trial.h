/* trial - one test of a pipeline: what is given, what was run, what is expected. trial.c runs, expect.c judges, file.c reads. */
#ifndef TRIBX_TRIAL_H
#define TRIBX_TRIAL_H

#include "run/look.h"
#include "run/run.h"
#include "test/rows.h"
#include "test/test.h"

struct tribx_case {                            /* as written; expect and given stay conf trees, for their places */
	const char *name, *pipeline, *now, *period;
	trib_map env, set;
	trib_json before, given, expect;
	const struct tribx_conf *at;
	const char *dir;                       /* of the test's file: absolute */
	const char *project;                   /* folder, as the user would name it */
};

struct tribx_shape_of { const char *table; struct trib_field *columns; };
struct tribx_trial {
	const struct tribx_case *is;
	struct tribx_arena *a;
	struct tribx_folder folder;
	struct tribx_findings findings;        /* of the pipeline */
	struct tribx_project *project;
	struct tribx_pipeline pipeline;        /* with the source and the sink of the test */
	struct tribx_report *report;
	struct tribx_shape_of shapes[TRIBX_OUTPUTS * 4]; int shape_count;
	bool ran;
	struct tribx_buf why;                  /* what is not as expected; empty: all is */
};

/* The place: "tests/first.yaml:12: ". */
void tribx_trial_at(struct tribx_trial *x, const struct tribx_conf *c);
void tribx_trial_error(struct tribx_trial *x, const struct tribx_error *e);
/* Compares with `expect`; looks into the target. */
void tribx_trial_judge(struct tribx_trial *x);
/* false: the test itself is wrong, why says how. */
bool tribx_trial_fields(struct tribx_trial *x, const struct trib_field *table, void *self, const struct tribx_conf *c);
void tribx_trial_run(struct tribx_case *is, struct tribx_arena *a, struct tribx_result *r);
/* A file beside the test as a conf tree: CSV, YAML or JSON. */
const struct tribx_conf *tribx_trial_file(struct tribx_trial *x, const char *name, const struct tribx_conf *where);
bool tribx_is_csv(const char *name);

#endif
