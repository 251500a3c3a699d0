/* doc - what is generated from a table: the Markdown reference, the JSON Schema for editors, type names. */
#include <jansson.h>
#include <stdlib.h>

#include "field/fill.h"

/* ---- type names ---- */

static const struct { enum trib_type type; const char *name, *expression, *path; } names[] = {
	{ TRIB_BOOL, "true or false", NULL, NULL }, { TRIB_I64, "integer", NULL, NULL },
	{ TRIB_F64, "number", NULL, NULL },
	{ TRIB_DEC, "decimal", NULL, NULL }, { TRIB_STR, "text", "expression", "path" },
	{ TRIB_JSON, "JSON", NULL, NULL },
	{ TRIB_DATE, "date", NULL, NULL }, { TRIB_TIME, "time", NULL, NULL }, { TRIB_CLOCK, "time of day", NULL, NULL },
	{ TRIB_DURATION, "duration", NULL, NULL }, { TRIB_SECRET, "secret", NULL, NULL },
	{ TRIB_LIST, "list of texts", "list of expressions", "list of paths" },
	{ TRIB_MAP, "map of texts", "map of expressions", "map of paths" },
};

const char *tribx_field_type_name(const struct trib_field *row)
{
	if (tribx_is_group(row))
		return "map of options";
	if (row->of)
		return row->type == TRIB_LIST ? "list of maps" : "map of maps";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].type == row->type) {
			const char *name = row->flags & TRIB_EXPR ? names[i].expression : row->flags & TRIB_PATH
				? names[i].path : NULL;
			return name ? name : names[i].name;
		}
	return "nothing";
}

/* ---- Markdown ---- */

/* A cell of a table: | would end it. */
static void cell(struct tribx_buf *out, const char *text, bool code)
{
	tribx_buf_puts(out, code ? "`" : "");
	for (; *text; text++) {
		tribx_buf_puts(out, *text == '|' ? "\\" : "");
		tribx_buf_putc(out, *text == '\n' ? ' ' : *text);
	}
	tribx_buf_puts(out, code ? "` " : " ");
}

static void markdown_row(const struct trib_field *row, struct tribx_buf *out)
{
	tribx_buf_puts(out, "| ");
	cell(out, row->name, true);
	tribx_buf_fmt(out, "| %s | ", tribx_field_type_name(row));
	if (row->flags & TRIB_REQUIRED)
		cell(out, "**required**", false);
	else if (row->dflt)
		cell(out, row->dflt[0] ? row->dflt : "''", true);
	tribx_buf_puts(out, "| ");
	if (row->allow)
		cell(out, row->allow, true);
	tribx_buf_puts(out, row->flags & TRIB_DEPRECATED ? "| Deprecated. " : "| ");
	cell(out, row->help ? row->help : "", false);
	tribx_buf_puts(out, "|\n");
}

static void markdown(const struct trib_field *table, const char *prefix, struct tribx_buf *out)
{
	tribx_buf_puts(out, "| Option | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n");
	for (const struct trib_field *row = table; row && row->name; row++)
		if (!(row->flags & TRIB_PART))
			markdown_row(row, out);
	for (const struct trib_field *row = table; row && row->name; row++) {
		if (!row->of)
			continue;
		struct tribx_buf name = { 0 };
		bool group = tribx_is_group(row);
		tribx_buf_fmt(&name, "%s%s%s", prefix, row->name, row->type == TRIB_LIST ? "[]." : group ? "." : ".NAME.");
		if (!name.failed) {
			tribx_buf_fmt(out, "\n%s `%s%s`:\n\n", group ? "Options of" : "Each of", prefix, row->name);
			markdown(row->of, name.p, out);
		}
		tribx_buf_done(&name);
	}
}

void tribx_fields_markdown(const struct trib_field *table, struct tribx_buf *out)
{
	markdown(table, "", out);
}

/* ---- JSON Schema ---- */

/* Any scalar may be written as ${...}: editors must not mark that. */
static const char substitution[] = "\\$\\{";

static json_t *words_schema(const char *allow)
{
	json_t *words = json_array();
	for (const char *w = allow; w; w = strchr(w, '|') ? strchr(w, '|') + 1 : NULL)
		json_array_append_new(words, json_stringn(w, strcspn(w, "|")));
	return json_pack("{s:[{s:o},{s:s,s:s}]}", "anyOf", "enum", words, "type", "string", "pattern", substitution);
}

static void bounds(json_t *schema, const struct trib_field *row)
{
	const char *dots = row->allow ? strstr(row->allow, "..") : NULL;
	if (!dots)
		return;
	char *low = strndup(row->allow, (size_t)(dots - row->allow));
	union tribx_value v;
	const struct trib_field plain = { .type = row->type };
	if (low && *low && !tribx_value_parse(&plain, low, &v))
		json_object_set_new(schema, "minimum", row->type == TRIB_I64 ? json_integer(v.i) : json_real(v.f));
	if (dots[2] && !tribx_value_parse(&plain, dots + 2, &v))
		json_object_set_new(schema, "maximum", row->type == TRIB_I64 ? json_integer(v.i) : json_real(v.f));
	free(low);
}

static json_t *scalar_schema(const struct trib_field *row)
{
	json_t *s;
	switch (row->type) {
	case TRIB_BOOL:
		return json_pack("{s:[s,s],s:s}", "type", "boolean", "string", "pattern", substitution);
	case TRIB_I64:
		s = json_pack("{s:[s,s],s:s}", "type", "integer", "string", "pattern", "\\$\\{|^[0-9]+ *[kKMGT]?i?B$");
		bounds(s, row);
		return s;
	case TRIB_F64:
		s = json_pack("{s:[s,s],s:s}", "type", "number", "string", "pattern", substitution);
		bounds(s, row);
		return s;
	case TRIB_DEC:
		return json_pack("{s:[s,s]}", "type", "number", "string");
	case TRIB_JSON:
		return json_object();
	case TRIB_DURATION:
		return json_pack("{s:s,s:s}", "type", "string", "pattern", "\\$\\{|^([0-9]+(ms|[smhdw]))+$|^0$");
	default:
		return row->allow && row->type == TRIB_STR ? words_schema(row->allow)
			: json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
	}
}

static json_t *row_schema(const struct trib_field *row)
{
	const struct trib_field text = { .name = row->name, .type = TRIB_STR, .allow = row->allow };
	json_t *s, *item;
	if (tribx_is_group(row))
		s = tribx_fields_schema(row->of);
	else if (row->type != TRIB_LIST && row->type != TRIB_MAP)
		s = scalar_schema(row);
	else {
		item = row->of ? tribx_fields_schema(row->of) : scalar_schema(&text);
		s = row->type == TRIB_LIST ? json_pack("{s:[{s:s,s:o},{s:s}]}", "anyOf", "type", "array", "items", item,
		                                       "type", "string")
		                           : json_pack("{s:[{s:s,s:o},{s:s}]}", "anyOf", "type", "object",
		                                       "additionalProperties", item, "type", "string");
	}
	if (s && row->help)
		json_object_set_new(s, "description", json_string(row->help));
	if (s && row->dflt)
		json_object_set_new(s, "default", json_string(row->dflt));
	if (s && row->flags & TRIB_DEPRECATED)
		json_object_set_new(s, "deprecated", json_true());
	return s;
}

struct json_t *tribx_fields_schema(const struct trib_field *table)
{
	json_t *properties = json_object(), *required = json_array();
	for (const struct trib_field *row = table; row && row->name; row++) {
		if (row->flags & TRIB_PART)
			continue;
		json_object_set_new(properties, row->name, row_schema(row));
		if (row->flags & TRIB_REQUIRED)
			json_array_append_new(required, json_string(row->name));
	}
	return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties, "required", required,
	                 "additionalProperties", 0);
}
