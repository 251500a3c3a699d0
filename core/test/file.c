/* file - a file of tests: `tests:`, a list of maps; each is a test (trial.h). Unknown keys are faults with their place. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "config/load.h"
#include "test/trial.h"

static const struct trib_field case_fields[] = {
	TRIB_FIELD(struct tribx_case, name, .flags = TRIB_REQUIRED, .help = "What the test shows, in words."),
	TRIB_FIELD(struct tribx_case, pipeline, .help = "Which pipeline of the project, by name (NAME/ID with for_each); its only one if left out."),
	TRIB_FIELD(struct tribx_case, now, .help = "The time of the run; 2025-01-01T00:00:00Z if left out."),
	TRIB_FIELD(struct tribx_case, period, .help = "The period that is run, of a pipeline that has periods."),
	TRIB_FIELD(struct tribx_case, env, .help = "Environment variables."),
	TRIB_FIELD(struct tribx_case, set, .help = "Options put over those of the pipeline: source.skip, steps.NAME.option."),
	TRIB_FIELD(struct tribx_case, before, .help = "What earlier runs were given, or a list of that: they fill the target."),
	TRIB_FIELD(struct tribx_case, given, .help = "What the source delivers: rows, files (name to text) or copy (files beside the test)."),
	TRIB_FIELD(struct tribx_case, expect, .help = "tables, dead, figures, warnings, error, says, read."),
	{ 0 }
};

bool tribx_test_wanted(struct tribx_tests *t, const char *name)
{
	const bool is = !t->filter || strstr(name, t->filter) || tribx_glob(t->filter, name);
	t->left_out += !is;
	return is;
}

static const char *folder_of(const char *path, struct tribx_arena *a)
{
	char real[PATH_MAX];
	if (!realpath(path, real))
		return NULL;
	char *slash = strrchr(real, '/');
	return tribx_arena_text(a, real, slash > real ? (size_t)(slash - real) : 1);
}

/* tests/NAME.yaml stands in a project; any other place is the project itself. */
static const char *project_of(const char *path, const char *real, struct tribx_arena *a)
{
	const char *slash = strrchr(path, '/'), *end = strrchr(real, '/');
	const size_t n = slash ? (size_t)(slash - path) : 0;
	if (!end || strcmp(end, "/tests") != 0)
		return n ? tribx_arena_text(a, path, n) : slash ? "/" : ".";
	if (n == 5 && strncmp(path, "tests", 5) == 0)
		return ".";
	if (n > 6 && strncmp(slash - 6, "/tests", 6) == 0)
		return tribx_arena_text(a, path, n - 6);
	return tribx_arena_text(a, real, end > real ? (size_t)(end - real) : 1);
}

static void run_one(struct tribx_tests *t, const char *path, const struct tribx_conf *c, struct tribx_findings *f)
{
	struct tribx_arena a = { 0 };
	struct tribx_case is = { .at = c };
	if (c->kind != TRIBX_MAP)
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", c, false, "a test is a map with name, given and expect");
	else if (tribx_fields_load(case_fields, &is, NULL, NULL, &a, c, NULL, f) && tribx_test_wanted(t, is.name)) {
		struct tribx_result r = { .suite = path, .name = is.name, .line = c->line };
		r.outcome = TRIBX_FAILED;
		r.why = "no memory\n";
		if ((is.dir = folder_of(path, &a)) && (is.project = project_of(path, is.dir, &a)))
			tribx_trial_run(&is, &a, &r);
		t->told(t->ctx, &r);
	}
	tribx_arena_done(&a);
}

void tribx_test_file(struct tribx_tests *t, const char *path, struct tribx_findings *f)
{
	struct tribx_arena a = { 0 };
	const char *text = tribx_file_text(path, path, NULL, &a, f);
	const struct tribx_conf *root = text ? tribx_yaml(text, path, &a, f) : NULL, *tests = tribx_conf_get(root, "tests");
	const struct tribx_conf at = { .file = path };
	static const char *const keys[] = { "tests", NULL };
	for (size_t i = 0; root && root->kind == TRIBX_MAP && i < root->count; i++)
		if (strcmp(root->items[i].key, "tests") != 0)
			tribx_unknown_key(&root->items[i], "a file of tests", keys, f);
	if (root && (!tests || tests->kind != TRIBX_LIST))
		tribx_finding_put(f, TRIB_CONFIG, "config.required", tests ? tests : &at, false, "tests is required: a list of tests");
	for (size_t i = 0; tests && tests->kind == TRIBX_LIST && i < tests->count; i++) {
		if (t->stopped && t->stopped())
			break;
		run_one(t, path, &tests->items[i], f);
	}
	tribx_arena_done(&a);
}
