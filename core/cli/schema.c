/* schema - trib schema: the JSON Schema of a pipeline file, for editors; options come from the tables of all
 * plugins. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "plugin/instance.h"
#include "plugin/loader.h"
#include "sched/schedule.h"

/* Keys of a pipeline that are the core's, as JSON Schema. */
static const char top[] =
	"{\"pipeline\":{\"type\":\"string\",\"description\":\"The name: letters, digits, - _ and .\"},"
	"\"after\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}],"
	"\"description\":\"Pipelines of this project that run before.\"},"
	"\"next\":{\"type\":\"string\",\"description\":\"What to type after a good run.\"},"
	"\"for_each\":{\"type\":\"object\",\"maxProperties\":1,\"description\":\"One instance per row: { partner: "
	"partners.csv }.\"},"
	"\"defaults\":{\"type\":\"object\",\"description\":\"Options by plugin name, under those of the steps.\"},"
	"\"max_rejects\":{\"type\":[\"integer\",\"string\"],\"description\":\"Rows (N) or share (N%) of a load that "
	"may become dead letters.\"},"
	"\"personal\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}],"
	"\"description\":\"Columns that are about people: shown as *** wherever values are shown.\"},"
	"\"checkpoint\":{\"type\":\"object\",\"properties\":{\"rows\":{},\"bytes\":{},\"age\":{}},"
	"\"additionalProperties\":false}}";
static const char table[] =
	"{\"type\":[\"object\",\"null\"],\"properties\":{\"mode\":{\"enum\":[\"append\",\"merge\",\"replace\",\"scd2\","
	"\"effective\",\"snapshot\"]},"
	"\"strategy\":{\"enum\":[\"upsert\",\"insert_only\",\"replace_slice\"]},\"key\":{\"type\":[\"string\","
	"\"array\"]},"
	"\"version_by\":{\"type\":[\"string\",\"array\"]},\"slice_by\":{\"type\":[\"string\",\"array\"]}}}";

enum kind { CONNECTOR, TRANSFORM, SINK };

static bool is_kind(const struct trib_plugin *p, enum kind kind)
{
	return kind == CONNECTOR ? p->streams != NULL : kind == TRANSFORM ? p->apply != NULL : p->write != NULL;
}

/* The options of a plugin; the format options too where it takes them. */
static json_t *options_of(const struct trib_plugin *p)
{
	json_t *own = tribx_fields_schema(p->options);
	if (p->flags & TRIB_FORMATS) {
		json_t *formats = tribx_fields_schema(tribx_format_fields);
		json_object_update(json_object_get(own, "properties"), json_object_get(formats, "properties"));
		json_decref(formats);
	}
	return own;
}

/* The name that a pipeline says: `use: sqlite` is sqlite_source in a source. */
static json_t *said(const char *name, enum kind kind)
{
	const size_t n = strlen(name), tail = strlen(TRIBX_SOURCE);
	return json_stringn(name, kind == CONNECTOR && n > tail && strcmp(name + n - tail, TRIBX_SOURCE) == 0 ? n - tail : n);
}

/* A map with `use`: what else may be in it hangs on its value. */
static json_t *use_form(const struct tribx_found *all, size_t count, enum kind kind, json_t *extra)
{
	json_t *names = json_array(), *cases = json_array();
	for (size_t i = 0; i < count; i++) {
		if (!all[i].plugin || !is_kind(all[i].plugin, kind))
			continue;
		json_t *options = options_of(all[i].plugin), *properties = json_object_get(options, "properties");
		json_object_update_missing(properties, extra);
		json_object_set_new(properties, "use", json_object());
		json_object_del(options, "required");   /* defaults: may have them */
		json_array_append_new(names, said(all[i].name, kind));
		json_array_append_new(cases, json_pack("{s:{s:{s:{s:o}}},s:o}", "if", "properties", "use", "const",
		                                       said(all[i].name, kind), "then", options));
	}
	json_decref(extra);
	return json_pack("{s:s,s:[s],s:{s:{s:o}},s:o}", "type", "object", "required", "use", "properties", "use",
	                 "enum", names, "allOf", cases);
}

/* - plugin, - plugin: {options}, - {use: plugin, name: n, ...} */
static json_t *step_form(const struct tribx_found *all, size_t count)
{
	json_t *names = json_array(), *properties = json_pack("{s:{s:s}}", "name", "type", "string");
	for (size_t i = 0; i < count; i++)
		if (all[i].plugin && is_kind(all[i].plugin, TRANSFORM)) {
			json_t *options = options_of(all[i].plugin);
			json_object_del(options, "required");
			json_object_set_new(options, "type", json_pack("[s,s]", "object", "null"));
			json_array_append_new(names, json_string(all[i].name));
			json_object_set_new(properties, all[i].name, options);
		}
	json_t *shorter = json_pack("{s:s,s:o,s:b,s:i}", "type", "object", "properties", properties,
	                            "additionalProperties", 0, "minProperties", 1);
	return json_pack("{s:[{s:o},o,o]}", "anyOf", "enum", names, shorter,
	                 use_form(all, count, TRANSFORM, json_pack("{s:{s:s}}", "name", "type", "string")));
}

/* A map, or cron alone; catchup is a word or { since: DATE }. */
static json_t *schedule_form(void)
{
	json_t *form = tribx_fields_schema(tribx_schedule_fields), *keys = json_object_get(form, "properties");
	json_object_set_new(keys, "catchup", json_pack("{s:[O,{s:s,s:[s]}]}", "anyOf", json_object_get(keys, "catchup"), "type", "object", "required", "since"));
	return json_pack("{s:[o,{s:s}]}", "anyOf", form, "type", "string");
}

static json_t *pipeline_schema(const struct tribx_found *all, size_t count)
{
	json_t *properties = json_loads(top, 0, NULL), *sink = json_loads(table, 0, NULL);
	json_t *words = json_deep_copy(json_object_get(sink, "properties"));
	json_object_set_new(words, "table", json_pack("{s:s}", "type", "string"));
	json_object_set_new(words, "tables", json_pack("{s:s,s:o}", "type", "object", "additionalProperties", sink));
	json_object_set_new(properties, "schedule", schedule_form());
	json_object_set_new(properties, "source", use_form(all, count, CONNECTOR,
	                                                   json_pack("{s:{s:s}}", "stream", "type", "string")));
	json_object_set_new(properties, "steps", json_pack("{s:s,s:o}", "type", "array", "items",
	                                                   step_form(all, count)));
	json_object_set_new(properties, "sink", use_form(all, count, SINK, words));
	return json_pack("{s:s,s:s,s:s,s:[s,s,s],s:o,s:{s:{}},s:b}", "$schema",
	                 "http://json-schema.org/draft-07/schema#", "title", "tributary pipeline", "type",
	                 "object", "required", "pipeline", "source", "sink", "properties", properties,
	                 "patternProperties", "^x-", "additionalProperties", 0);
}

static int schema(struct tribx_cli *c, const void *flags)
{
	struct tribx_found *all;
	size_t count;
	(void)flags;
	int status = tribx_plugins(&all, &count);
	for (size_t i = 0; status >= 0 && i < count; i++)
		all[i].plugin = tribx_plugin(all[i].name, &all[i].error);
	json_t *s = status < 0 ? NULL : pipeline_schema(all, count);
	free(all);
	char *text = s && !c->json ? json_dumps(s, JSON_INDENT(1)) : NULL;
	if (!s || (!c->json && !text))
		tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory for the schema");
	if (text)
		puts(text);
	free(text);
	if (c->json)
		c->result = s;
	else
		json_decref(s);
	return tribx_exit_of(c->error.status);
}

const struct tribx_command tribx_cmd_schema = {
	.name = "schema", .group = "look", .usage = "",
	.help = "Writes the JSON Schema of pipeline files, for editors that complete and check as you type.",
	.more = "Put \"# yaml-language-server: $schema=pipeline.schema.json\" on the first line of a pipeline file.",
	.examples = "trib schema > pipeline.schema.json", .args_max = 0, .run = schema
};
