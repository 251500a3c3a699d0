/* config - trib config [PATH]: every value a run would use and where it came from; secrets masked. */
#include <jansson.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/commands.h"
#include "run/flow.h"

static const char *const heads[] = { "pipeline", "key", "value", "origin", "place", NULL };

/* The value as a user would write it; nested ones as JSON. The caller frees. */
static char *shown(const struct tribx_conf *c, const struct trib_field *row)
{
	struct tribx_buf b = { 0 };
	if (row && row->type == TRIB_SECRET && c->kind != TRIBX_NULL)
		tribx_buf_puts(&b, "***");
	else if (c->kind == TRIBX_SCALAR)
		tribx_buf_puts(&b, c->text);
	else
		tribx_conf_json(c, &b);
	return tribx_buf_take(&b);
}

static const struct trib_field *find(const struct trib_field *table, const char *name)
{
	for (; table && table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

static void add(struct tribx_table *t, const struct tribx_pipeline *p, const char *prefix, const struct tribx_conf *c,
                const struct trib_field *row)
{
	char *value = shown(c, row);
	t->failed |= !value && (c->kind != TRIBX_SCALAR || *c->text);
	tribx_table_cell(t, p->name);
	tribx_table_fmt(t, "%s%s%s", prefix, *prefix && c->key ? "." : "", c->key ? c->key : "");
	tribx_table_cell(t, value ? value : "");
	tribx_table_cell(t, c->origin ? c->origin : "pipeline");
	if (c->file && c->line)
		tribx_table_fmt(t, "%s:%d", c->file, c->line);
	tribx_table_row(t);
	free(value);
}

static void add_defaults(struct tribx_table *t, const struct tribx_pipeline *p, const char *prefix,
                         const struct trib_field *table, const struct tribx_conf *given)
{
	for (; table && table->name; table++) {
		const struct tribx_conf *c = tribx_conf_get(given, table->name);
		if (tribx_is_group(table)) {
			char inner[128];
			snprintf(inner, sizeof inner, "%s.%s", prefix, table->name);
			add_defaults(t, p, inner, table->of, c && c->kind == TRIBX_MAP ? c : NULL);
			continue;
		}
		if ((c && c->kind != TRIBX_NULL) || !table->dflt || table->flags & TRIB_PART)
			continue;
		tribx_table_cell(t, p->name);
		tribx_table_fmt(t, "%s.%s", prefix, table->name);
		tribx_table_cell(t, table->dflt);
		tribx_table_cell(t, "default");
		tribx_table_row(t);
	}
}

static void add_step(struct tribx_table *t, const struct tribx_pipeline *p, const char *prefix,
                     const struct tribx_step *s, const struct tribx_stage *stage)
{
	const struct trib_field *options = stage && stage->p ? stage->p->options : NULL;
	const struct trib_field *formats = stage && stage->p && stage->p->flags & TRIB_FORMATS ? tribx_format_fields
		: NULL;
	tribx_table_cell(t, p->name);
	tribx_table_fmt(t, "%s.use", prefix);
	tribx_table_cell(t, s->use);
	tribx_table_cell(t, "pipeline");
	if (s->at && s->at->file)
		tribx_table_fmt(t, "%s:%d", s->at->file, s->at->line);
	tribx_table_row(t);
	for (size_t i = 0; s->options && i < s->options->count; i++) {
		const struct trib_field *row = find(options, s->options->items[i].key);
		add(t, p, prefix, &s->options->items[i], row ? row : find(formats, s->options->items[i].key));
	}
	add_defaults(t, p, prefix, options, s->options);
	add_defaults(t, p, prefix, formats, s->options);
}

static void add_checkpoint(struct tribx_table *t, const struct tribx_pipeline *p)
{
	const struct { const char *name; int64_t n; const char *unit; } rows[] = {
		{ "rows", p->checkpoint_rows, "" }, { "bytes", p->checkpoint_bytes, "" },
		{ "age", p->checkpoint_age_ms, "ms" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct tribx_conf *c = tribx_conf_get(tribx_conf_get(p->conf, "checkpoint"), rows[i].name);
		tribx_table_cell(t, p->name);
		tribx_table_fmt(t, "checkpoint.%s", rows[i].name);
		tribx_table_fmt(t, "%lld%s", (long long)rows[i].n, rows[i].unit);
		tribx_table_cell(t, c ? c->origin : "default");
		if (c && c->file)
			tribx_table_fmt(t, "%s:%d", c->file, c->line);
		tribx_table_row(t);
	}
}

static void add_pipeline(struct tribx_cli *c, struct tribx_table *t, const struct tribx_pipeline *p)
{
	static const char *const own[] = { "after", "next", "max_rejects", "schedule", NULL };
	char prefix[256];
	struct tribx_flow flow = { 0 };
	bool whole = tribx_pipeline_whole(p);
	if (whole)
		tribx_flow_build(&flow, p, &c->findings);   /* secrets are known to the mask from here on */
	for (size_t i = 0; own[i]; i++) {
		const struct tribx_conf *v = tribx_conf_get(p->conf, own[i]);
		if (v)
			add(t, p, "", v, NULL);
	}
	add_checkpoint(t, p);
	if (p->source.use)
		add_step(t, p, "source", &p->source, &flow.source);
	for (size_t i = 0; i < p->step_count; i++)
		if (p->steps[i].use && p->steps[i].name) {
			snprintf(prefix, sizeof prefix, "steps.%s", p->steps[i].name);
			add_step(t, p, prefix, &p->steps[i], flow.steps ? &flow.steps[i] : NULL);
		}
	if (p->sink.use)
		add_step(t, p, "sink", &p->sink, &flow.sink);
	for (size_t i = 0; i < p->table_count; i++)
		if (p->tables[i].name && p->tables[i].at->key && p->tables[i].at != tribx_conf_get(p->conf, "sink"))
			add(t, p, "tables", p->tables[i].at, NULL);
	if (whole)
		tribx_flow_done(&flow);
}

static int config(struct tribx_cli *c, const void *flags)
{
	struct tribx_table t;
	struct tribx_project *p = tribx_cli_project(c, NULL);
	(void)flags;
	tribx_table_start(&t, heads);
	for (size_t i = 0; p && i < p->count; i++)
		if (tribx_cli_picks(c, &p->pipelines[i]))
			add_pipeline(c, &t, &p->pipelines[i]);
	tribx_findings_unique(&c->findings);
	tribx_cli_table(c, &t);
	int code = tribx_cli_faults(c);
	tribx_project_free(p);
	return code;
}

const struct tribx_command tribx_cmd_config = {
	.name = "config", .group = "start", .usage = "[PATH|PIPELINE]",
	.help = "Shows every value a run would use and where it came from; secrets are masked.",
	.examples = "trib config examples/quickstart\ntrib config pipelines/p05.yaml --set source.url=other.csv\ntrib "
	            "config --json --select p05",
	.args_max = 1, .run = config
};
