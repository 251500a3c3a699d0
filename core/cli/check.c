/* check - trib check [PATH]: every fault of every file, plugin options included, and what steps find when they are
 * opened; no source, no target, nothing is started. */
#include <jansson.h>

#include "cli/commands.h"
#include "run/run.h"

struct check { bool strict; };
static const struct trib_field flags[] = { TRIB_FIELD(struct check, strict, .help = "Warnings are faults."), { 0 } };

static size_t warnings(const struct tribx_findings *f)
{
	return f->count + f->dropped - tribx_findings_faults(f);
}

static void check_pipeline(struct tribx_cli *c, const struct tribx_pipeline *p, struct tribx_table *t)
{
	size_t before = tribx_findings_faults(&c->findings);
	/* what is not whole has findings already */
	bool good = tribx_pipeline_whole(p) && tribx_check(p, &c->findings) &&
		tribx_findings_faults(&c->findings) == before;
	tribx_table_cell(t, p->name);
	tribx_table_cell(t, p->file);
	tribx_table_fmt(t, "%zu", p->step_count);
	tribx_table_cell(t, good ? "ok" : "faulty");
}

static int check(struct tribx_cli *c, const void *options)
{
	static const char *const heads[] = { "pipeline", "file", "steps", "state", NULL };
	const struct check *o = options;
	struct tribx_project *p = tribx_cli_project(c, NULL);
	struct tribx_table t;
	size_t count = 0;
	tribx_table_start(&t, heads);
	for (size_t i = 0; p && i < p->count; i++)
		if (tribx_cli_picks(c, &p->pipelines[i])) {
			check_pipeline(c, &p->pipelines[i], &t);
			count++;
		}
	tribx_findings_unique(&c->findings);
	size_t faults = tribx_findings_faults(&c->findings), warned = warnings(&c->findings);
	c->summary = json_pack("{s:I,s:I,s:I}", "pipelines", (json_int_t)count, "faults", (json_int_t)faults,
	                       "warnings", (json_int_t)warned);
	if (c->json || c->verbose)
		tribx_cli_table(c, &t);
	else
		tribx_table_done(&t);
	tribx_cli_say(c, "%zu pipeline%s, %zu fault%s, %zu warning%s", count, count == 1 ? "" : "s", faults,
	              faults == 1 ? "" : "s", warned, warned == 1 ? "" : "s");
	int code = tribx_cli_faults(c);
	tribx_project_free(p);
	return code == 0 && o->strict && warned ? 2 : code;
}

const struct tribx_command tribx_cmd_check = {
	.name = "check", .group = "look", .usage = "[PATH|PIPELINE]",
	.help = "Finds every fault of a project or a pipeline file, with its place; nothing is started.",
	.more = "PATH is a folder (every .yaml in it that has `pipeline:`) or one file; without it the folder you are "
	        "in. PIPELINE is the name of one in it. Options of plugins, expressions,\n"
	        "modes of tables and files of lists are checked as well. Exit code 2 when something is wrong.",
	.examples = "trib check examples/quickstart\ntrib check pipelines/p05.yaml --strict\ntrib check --json "
	            "--select 'carrier-*'",
	.flags = flags, .flags_size = sizeof(struct check), .args_max = 1, .run = check
};
