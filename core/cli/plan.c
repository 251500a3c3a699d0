/* plan - trib plan [PATH]: what a run would do: parts to read and to skip, steps, tables with mode, key and promise. Looks at
 * source and target, changes neither. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/view.h"
#include "run/look.h"
#include "run/parts.h"

enum { PARTS_SHOWN = 10 };

static void add_tables(const struct tribx_flow *f, json_t *into)
{
	for (int i = 0; i < f->table_count; i++) {
		const struct tribx_target *q = &f->tables[i];
		json_t *key = json_array();
		for (size_t k = 0; q->conf && k < q->conf->key.count; k++)
			json_array_append_new(key, json_string(q->conf->key.items[k]));
		json_array_append_new(into, json_pack("{s:s,s:s,s:o}", "table", q->name, "mode", tribx_mode_names[q->loads], "key", key));
	}
}

static json_t *describe(const struct tribx_look *l, const struct tribx_parts *parts)
{
	static const char *const scopes[] = { "row", "part", "period", "run" };
	const struct tribx_flow *f = &l->flow;
	json_t *list = json_array(), *steps = json_array(), *tables = json_array();
	for (int i = 0; i < parts->count; i++)
		json_array_append_new(list, json_pack("{s:s,s:I,s:b}", "part", parts->items[i].name, "size", (json_int_t)parts->items[i].size, "known", parts->items[i].known));
	for (int i = 0; i < f->step_count; i++)
		json_array_append_new(steps, json_pack("{s:s,s:s,s:s,s:b}", "name", f->steps[i].name, "use", f->steps[i].p->name, "scope", scopes[f->steps[i].scope],
		                                       "parallel", i < f->cut));
	add_tables(f, tables);
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "pipeline", f->conf->name, "source", f->source.p->name, "sink", f->sink.p->name, "promise",
	                 tribx_guarantee(f->sink.p), "parts", list, "steps", steps, "tables", tables);
}

static const char *text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));
	return s ? s : "";
}

static void print_parts(const json_t *plan)
{
	size_t i, known = 0, shown = 0;
	const json_t *part, *parts = json_object_get(plan, "parts");
	int64_t bytes = 0;
	char n[32];
	json_array_foreach(parts, i, part) {
		known += json_is_true(json_object_get(part, "known"));
		bytes += json_is_true(json_object_get(part, "known")) ? 0 : json_integer_value(json_object_get(part, "size"));
	}
	printf("  read   %zu of %zu parts, %s bytes; %zu known\n", json_array_size(parts) - known, json_array_size(parts), tribx_view_number(bytes, n), known);
	json_array_foreach(parts, i, part)
		if (!json_is_true(json_object_get(part, "known")) && shown++ < PARTS_SHOWN)
			printf("         %s\n", text(part, "part")[0] ? text(part, "part") : "(the whole source)");
	if (shown > PARTS_SHOWN)
		printf("         ... and %zu more\n", shown - PARTS_SHOWN);
}

static void print_plan(const json_t *plan)
{
	size_t i, k;
	const json_t *o, *key;
	printf("%s: %s -> %s (%s)\n", text(plan, "pipeline"), text(plan, "source"), text(plan, "sink"), text(plan, "promise"));
	print_parts(plan);
	json_array_foreach(json_object_get(plan, "steps"), i, o)
		printf("  step   %s (%s, per %s%s)\n", text(o, "name"), text(o, "use"), text(o, "scope"), json_is_true(json_object_get(o, "parallel")) ? ", on all cores" : "");
	json_array_foreach(json_object_get(plan, "tables"), i, o) {
		printf("  write  %s (%s", text(o, "table"), text(o, "mode"));
		json_array_foreach(json_object_get(o, "key"), k, key)
			printf("%s%s", k ? ", " : " by ", json_string_value(key));
		printf(")\n");
	}
}

static int plan_one(struct tribx_cli *c, const struct tribx_pipeline *p)
{
	struct tribx_error e = { 0 };
	struct tribx_parts parts = { 0 };
	struct tribx_look *l = calloc(1, sizeof *l);
	int rc = l ? tribx_look_open(l, p, false, &c->findings, &e) : TRIB_FATAL;
	if (rc >= 0)
		rc = tribx_flow_open(&l->flow, &e);
	if (rc >= 0)
		rc = tribx_parts_find(&parts, &l->flow, &l->states, false, &e);
	if (rc >= 0) {
		json_t *plan = describe(l, &parts);
		json_t *shown = c->json ? NULL : tribx_json_masked(plan);
		c->findings.no_memory |= !plan || (!c->json && !shown);
		if (shown)
			print_plan(shown);
		json_decref(shown);
		if (!c->result)
			c->result = json_array();
		json_array_append_new(c->result, plan);
	}
	tribx_findings_sure(&c->findings, rc >= 0 || e.status);
	tribx_parts_done(&parts);
	if (l)
		tribx_look_done(l);
	free(l);
	return rc >= 0 ? 0 : e.status ? tribx_cli_fail(c, &e) : tribx_cli_faults(c);
}

static int plan(struct tribx_cli *c, const void *flags)
{
	struct tribx_project *p = tribx_cli_project(c, NULL);
	int code = tribx_cli_faults(c);
	(void)flags;
	for (size_t i = 0; p && !code && i < p->count; i++)
		if (tribx_cli_picks(c, &p->pipelines[i]))
			code = plan_one(c, &p->pipelines[i]);
	tribx_project_free(p);
	return code;
}

const struct tribx_command tribx_cmd_plan = {
	.name = "plan", .group = "look", .usage = "[PATH|PIPELINE]", .help = "Shows what a run would do; changes nothing.",
	.examples = "trib plan examples/quickstart\ntrib plan carrier.yaml --json\ntrib plan . --select 'crm-*'", .args_max = 1, .run = plan
};
