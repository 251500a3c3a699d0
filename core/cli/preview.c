/* preview - trib preview [PATH]: the first rows after each step; discover - the columns of the source. */
#include "run/preview.h"

#include <jansson.h>
#include <stdlib.h>
#include "cli/commands.h"
#include "cli/view.h"

struct flags { int64_t limit; bool full; };

static const struct trib_field flag_fields[] = {
	TRIB_FIELD(struct flags, limit, .dflt = "5", .allow = "1..1000", .help = "Rows after each step."),
	TRIB_FIELD(struct flags, full, .help = "Long texts whole, instead of cut at 40 bytes."),
	{ 0 }
};
enum { READ_MAX = 100000, CELL_MAX = 40 };

static void dead_letters(const struct tribx_cli *c, const struct tribx_preview *p, int64_t limit)
{
	int64_t shown = 0;
	if (!p->dead.count)
		return;
	printf("rejected: %lld rows\n", (long long)p->dead.count);
	for (const struct tribx_dead *d = p->dead.head; d && shown < limit; d = d->next, shown++) {
		if (d->line)
			tribx_cli_say(c, "  %s  line %lld  %s  %s", d->stage, (long long)d->line, d->code, d->detail);
		else
			tribx_cli_say(c, "  %s  %s  %s", d->stage, d->code, d->detail);
	}
	printf("\n");
}

static void show(struct tribx_cli *c, const struct tribx_pipeline *conf, const struct tribx_preview *p, const struct flags *f)
{
	char title[256], seen[32];
	for (int i = 0; i < p->stage_count; i++) {
		if (i > 0 && trib_cols(&p->stages[i].rows) == 0 && p->stages[i].seen == 0 && i > (int)conf->step_count)
			continue;
		snprintf(title, sizeof title, "== %s: %s  (%s rows seen)", conf->name, p->stages[i].name, tribx_view_number(p->stages[i].seen, seen));
		tribx_view_titled(c, title, &p->stages[i].rows, f->full ? 0 : CELL_MAX);
	}
	dead_letters(c, p, f->limit);
}

static void add_json(struct tribx_cli *c, const struct tribx_pipeline *conf, const struct tribx_preview *p)
{
	json_t *stages = json_array();
	if (!c->result)
		c->result = json_array();
	for (int i = 0; i < p->stage_count; i++)
		c->findings.no_memory |= json_array_append_new(stages, json_pack("{s:s,s:I,s:o}", "stage", p->stages[i].name, "seen",
		                                                                 (json_int_t)p->stages[i].seen, "rows", tribx_view_json(&p->stages[i].rows))) < 0;
	json_array_append_new(c->result, json_pack("{s:s,s:o,s:I}", "pipeline", conf->name, "stages", stages, "rejected", (json_int_t)p->dead.count));
}

static int preview_one(struct tribx_cli *c, const struct tribx_pipeline *conf, const struct flags *f)
{
	struct tribx_error e = { 0 };
	c->tells = true;
	struct tribx_preview *p = calloc(1, sizeof *p);
	int rc = p ? tribx_preview(p, conf, f->limit, READ_MAX, &c->findings, &e) : TRIB_FATAL;
	if (p && c->json)
		add_json(c, conf, p);
	else if (p)
		show(c, conf, p, f);
	tribx_findings_sure(&c->findings, rc >= 0 || e.status);
	int code = rc >= 0 ? 0 : e.status ? tribx_cli_fail(c, &e) : tribx_cli_faults(c);
	if (p)
		tribx_preview_done(p);
	free(p);
	return code;
}

static int preview(struct tribx_cli *c, const void *flags)
{
	int code = 0;
	struct tribx_project *p = tribx_cli_project(c, NULL);
	if (!p || tribx_cli_faults(c))
		code = tribx_cli_faults(c);
	for (size_t i = 0; p && !code && i < p->count; i++)
		if (tribx_cli_picks(c, &p->pipelines[i]))
			code = preview_one(c, &p->pipelines[i], flags);
	tribx_project_free(p);
	return code;
}

const struct tribx_command tribx_cmd_preview = {
	.name = "preview", .group = "look", .usage = "[PATH|PIPELINE]", .help = "Shows the first rows after each step; nothing is written.",
	.examples = "trib preview examples/quickstart\ntrib preview carrier.yaml --limit 20\ntrib preview . --select carrier-kpis --json",
	.flags = flag_fields, .flags_size = sizeof(struct flags), .args_max = 1, .run = preview
};

static int discover(struct tribx_cli *c, const void *flags)
{
	struct tribx_project *p = tribx_cli_project(c, NULL);
	struct trib_batch all = { 0 };
	int code = tribx_cli_faults(c);
	(void)flags;
	for (size_t i = 0; p && !code && i < p->count; i++) {
		struct trib_batch catalog = { 0 };
		struct tribx_error e = { 0 };
		if (!tribx_cli_picks(c, &p->pipelines[i]))
			continue;
		int rc = tribx_discover(&p->pipelines[i], &catalog, &c->findings, &e);
		if (rc >= 0) {
			trib_constant(&catalog, "pipeline", tribx_text(p->pipelines[i].name));
			rc = tribx_ready(&catalog, &e) < 0 ? e.status : tribx_append(&all, &catalog);
		}
		tribx_findings_sure(&c->findings, rc >= 0 || e.status);
		code = rc >= 0 ? 0 : e.status ? tribx_cli_fail(c, &e) : tribx_cli_faults(c);
		trib_free(&catalog);
	}
	struct tribx_error e = { 0 };
	if (!code && tribx_ready(&all, &e) < 0)
		code = tribx_cli_fail(c, &e);
	if (!code)
		tribx_view_batch(c, &all, 0);
	trib_free(&all);
	tribx_project_free(p);
	return code;
}

const struct tribx_command tribx_cmd_discover = {
	.name = "discover", .group = "look", .usage = "[PATH|PIPELINE]", .help = "Lists the streams and columns of the sources.",
	.examples = "trib discover examples/quickstart\ntrib discover carrier.yaml --json\ntrib discover . --select 'crm-*'", .args_max = 1, .run = discover
};
