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
		{ { .type = TRIB_MAP, .of = item }, "map of maps" },
		{ { .type = TRIB_DURATION }, "duration" }, { { .type = TRIB_DEC }, "decimal" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_str_eq(tribx_field_type_name(&cases[i].row), cases[i].name);
}
