/* doc - what is generated from a table. */
#include <stdlib.h>

#include "make.h"

struct item { const char *name; };
struct probe { const char *name, *grain, *where; int64_t pages, part; bool deep; trib_list items; trib_map texts; };
static const struct trib_field item[] = { TRIB_FIELD(struct item, name, .flags = TRIB_REQUIRED, .help = "Name."),
                                          { 0 } };
static const struct trib_field options[] = {
	TRIB_FIELD(struct probe, name, .flags = TRIB_REQUIRED, .help = "Name."),
	TRIB_FIELD(struct probe, pages, .dflt = "10", .allow = "1..100", .help = "Pages."),
	TRIB_FIELD(struct probe, grain, .allow = "day|week", .help = "A | B."),
	TRIB_FIELD(struct probe, where, .flags = TRIB_EXPR, .help = "Filter."),
	TRIB_FIELD(struct probe, items, TRIB_OF(struct item, item), .help = "Items."),
	TRIB_FIELD(struct probe, part, .flags = TRIB_PART, .help = "Hidden."),
	{ 0 }
};

Test(doc, markdown)
{
	struct tribx_buf b = { 0 };
	tribx_fields_markdown(options, &b);
	cr_expect_str_eq(b.p,
		"| Option | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n"
		"| `name` | text | **required** | | Name. |\n"
		"| `pages` | integer | `10` | `1..100` | Pages. |\n"
		"| `grain` | text | | `day\\|week` | A \\| B. |\n"
		"| `where` | expression | | | Filter. |\n"
		"| `items` | list of maps | | | Items. |\n"
		"\nEach of `items`:\n\n"
		"| Option | Type | Default | Allowed | Meaning |\n|---|---|---|---|---|\n"
		"| `name` | text | **required** | | Name. |\n");
	tribx_buf_done(&b);
}

Test(doc, schema)
{
	json_t *s = tribx_fields_schema(options);
	json_t *p = json_object_get(s, "properties"), *pages = json_object_get(p, "pages");
	cr_assert_not_null(s);
	cr_expect_eq(json_integer_value(json_object_get(pages, "minimum")), 1);
	cr_expect_eq(json_integer_value(json_object_get(pages, "maximum")), 100);
	cr_expect_str_eq(json_string_value(json_object_get(pages, "description")), "Pages.");
	cr_expect_null(json_object_get(p, "part"));
	cr_expect_eq(json_object_size(p), 5);
	cr_expect_str_eq(json_string_value(json_array_get(json_object_get(s, "required"), 0)), "name");
	json_t *list = json_array_get(json_object_get(json_object_get(p, "items"), "anyOf"), 0);
	cr_expect_str_eq(json_string_value(json_object_get(list, "type")), "array");
	cr_expect(json_object_get(json_object_get(json_object_get(list, "items"), "properties"), "name"));
	json_decref(s);
}

Test(doc, type_names)
{
	static const struct { struct trib_field row; const char *name; } cases[] = {
		{ { .type = TRIB_STR }, "text" }, { { .type = TRIB_STR, .flags = TRIB_PATH }, "path" },
		{ { .type = TRIB_LIST }, "list of texts" },
		{ { .type = TRIB_MAP, .flags = TRIB_EXPR }, "map of expressions" },
		{ { .type = TRIB_MAP, .of = item, .of_size = 8 }, "map of maps" }, { { .type = TRIB_MAP, .of = item }, "map of options" },
		{ { .type = TRIB_DURATION }, "duration" }, { { .type = TRIB_DEC }, "decimal" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_str_eq(tribx_field_type_name(&cases[i].row), cases[i].name);
}

/* A group is a struct in place: given in part it has its defaults, left out it has all of them. */
Test(doc, groups)
{
	struct inner { int64_t a, b; };
	struct outer { int64_t x; struct inner in; };
	static const struct trib_field inner_rows[] = {
		TRIB_FIELD(struct inner, a, .dflt = "1KiB", .help = "A."), TRIB_FIELD(struct inner, b, .dflt = "7", .allow = "0..9", .help = "B."), { 0 }
	};
	static const struct trib_field rows[] = { TRIB_FIELD(struct outer, x, .dflt = "3"), TRIBX_GROUP(struct outer, in, inner_rows, .help = "Both."), { 0 } };
	static const struct { const char *json; int64_t a, b; const char *fault; } cases[] = {
		{ "{}", 1024, 7, NULL }, { "{\"in\": {\"b\": 0}}", 1024, 0, NULL }, { "{\"in\": {\"a\": \"2MiB\", \"b\": 9}}", 2 << 20, 9, NULL },
		{ "{\"in\": {\"b\": 10}}", 0, 0, "option in.b: out of range (allowed: 0..9)" }, { "{\"in\": {\"c\": 1}}", 0, 0, "unknown option in.c" },
		{ "{\"in\": 5}", 0, 0, "option in: not a map of options" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		struct outer o = { 0 };
		json_t *v = json_loads(cases[i].json, 0, NULL);
		bool ok = tribx_fields_load(rows, &o, NULL, NULL, &a, tribx_conf_of_json(v, NULL, &a), NULL, &f);
		cr_expect(ok == !cases[i].fault, "%s", cases[i].json);
		cr_expect(!ok || (o.x == 3 && o.in.a == cases[i].a && o.in.b == cases[i].b), "%s: %ld %ld", cases[i].json, (long)o.in.a, (long)o.in.b);
		cr_expect(ok || (f.count && strcmp(f.items[0].text, cases[i].fault) == 0), "%s: %s", cases[i].json, f.count ? f.items[0].text : "");
		tribx_findings_done(&f);
		tribx_arena_done(&a);
		json_decref(v);
	}
	json_t *s = tribx_fields_schema(rows), *in = json_object_get(json_object_get(s, "properties"), "in");
	cr_expect_str_eq(json_string_value(json_object_get(in, "type")), "object");
	cr_expect(json_object_get(json_object_get(in, "properties"), "b"));
	json_decref(s);
	struct tribx_buf b = { 0 };
	tribx_fields_markdown(rows, &b);
	cr_expect(b.p && strstr(b.p, "Options of `in`:") && strstr(b.p, "| `b` | integer | `7` | `0..9` | B. |"), "%s", b.p);
	tribx_buf_done(&b);
}
