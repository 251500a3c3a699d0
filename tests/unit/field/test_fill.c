/* fill - the option table is the only source of defaults and limits, and every refusal says what is allowed. */
#include <inttypes.h>

#include "make.h"

struct probe {
	const char *name, *grain, *where, *folder;
	int64_t pages, url_part;
	bool deep;
	trib_duration wait;
	trib_secret token;
	trib_json extra;
	trib_dec rate;
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct probe, name, .flags = TRIB_REQUIRED, .help = "Name."),
	TRIB_FIELD(struct probe, pages, .dflt = "10", .allow = "1..100", .help = "Pages."),
	TRIB_FIELD(struct probe, deep, .help = "Deep."),
	TRIB_FIELD(struct probe, wait, .dflt = "2m", .help = "Wait."),
	TRIB_FIELD(struct probe, grain, .allow = "day|week|month", .dflt = "day", .help = "Grain."),
	TRIB_FIELD(struct probe, where, .flags = TRIB_EXPR, .help = "Filter."),
	TRIB_FIELD(struct probe, folder, .flags = TRIB_PATH, .dflt = "out", .help = "Folder."),
	TRIB_FIELD(struct probe, token, .help = "Token."),
	TRIB_FIELD(struct probe, extra, .dflt = "{\"x\": 1.10}", .help = "Extra."),
	TRIB_FIELD(struct probe, rate, .precision = 10, .scale = 2, .dflt = "1.5", .help = "Rate."),
	TRIB_FIELD(struct probe, url_part, .flags = TRIB_PART, .help = "Of the part."),
	{ .name = "old", .type = TRIB_STR, .flags = TRIB_DEPRECATED, .offset = offsetof(struct probe, where),
	  .help = "Use where." },
	{ 0 }
};

static const struct tribx_includes includes = { .dir = "/srv/p" };

Test(fill, defaults_fill_what_the_user_left_out)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	struct probe p = { 0 };
	cr_assert(tribx_fields_load(options, &p, NULL, NULL, &a, make("{\"name\": \"x\"}", &a), &includes, &f));
	cr_expect_str_eq(p.name, "x");
	cr_expect_eq(p.pages, 10);
	cr_expect_eq(p.wait.ms, 120000);
	cr_expect_str_eq(p.grain, "day");
	cr_expect_str_eq(p.folder, "/srv/p/out");
	cr_expect_str_eq(p.extra.text, "{\"x\": 1.10}");
	cr_expect_eq(p.rate.lo, 150);
	cr_expect_null(p.where);
	cr_expect_eq(f.count, 0);
	tribx_arena_done(&a);
}

Test(fill, refusals_say_what_is_allowed)
{
	static const struct { const char *options, *code, *text, *hint; int line; } cases[] = {
		{ "{}", "config.required", "option name is required: Name.", NULL, 1 },
		{ "{\"name\": null}", "config.required", "option name is required: Name.", NULL, 2 },
		{ "{\"name\":\"x\",\"pages\":0}", "config.bad_value", "option pages: out of range (allowed: 1..100)",
		  NULL, 3 },
		{ "{\"name\":\"x\",\"pages\":\"ten\"}", "config.bad_value",
		  "option pages: not a number (allowed: 1..100)", NULL, 3 },
		{ "{\"name\":\"x\",\"pages\":[1]}", "config.bad_value",
		  "option pages: a list where one value is wanted (integer) (allowed: 1..100)", NULL, 3 },
		{ "{\"name\":\"x\",\"pagse\":5}", "config.unknown_key", "unknown option pagse",
		  "did you mean \"pages\"?", 3 },
		{ "{\"name\":\"x\",\"zzzzzz\":5}", "config.unknown_key", "unknown option zzzzzz",
		  "options: name, pages, deep, wait, grain, where, folder, token, extra, rate", 3 },
		{ "{\"name\":\"x\",\"grain\":\"weak\"}", "config.bad_value",
		  "option grain: unknown word (allowed: day|week|month)", "did you mean \"week\"?", 3 },
		{ "{\"name\":\"x\",\"url_part\":1}", "config.part_option",
		  "option url_part: set for each part by the plugin, not by users", NULL, 3 },
		{ "{\"name\":\"x\",\"where\":\"a == \"}", "expr.syntax", "option where: a value expected, but the expression ends, at character 6 of: a == ", "",
		  3 },
		{ "{\"name\":{}}", "config.bad_value", "option name: a map where one value is wanted (text)", NULL, 2 },
		{ "{\"name\":\"x\",\"deep\":\"yes\"}", "config.bad_value", "option deep: not true or false", NULL, 3 },
		{ "[1]", "config.bad_value", "options are a map: write NAME: VALUE", NULL, 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		struct probe p = { 0 };
		cr_expect_not(tribx_fields_load(options, &p, NULL, NULL, &a, make(cases[i].options, &a), &includes,
		                                &f));
		cr_assert_eq(f.count, 1, "%s: %zu findings", cases[i].options, f.count);
		cr_expect_str_eq(f.items[0].code, cases[i].code);
		cr_expect_str_eq(f.items[0].text, cases[i].text);
		cr_expect_eq(f.items[0].line, cases[i].line, "%s: line %d", cases[i].options, f.items[0].line);
		cr_expect_eq(f.items[0].status, TRIB_CONFIG);
		if (cases[i].hint)
			cr_expect_str_eq(f.items[0].hint, cases[i].hint);
		tribx_findings_done(&f);
		tribx_arena_done(&a);
	}
}

Test(fill, every_fault_is_found_and_warnings_do_not_fail)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	struct probe p = { 0 };
	cr_expect_not(tribx_fields_load(options, &p, NULL, NULL, &a, make("{\"pages\":0,\"deep\":3,\"nmae\":1}", &a),
	                                &includes, &f));
	cr_expect_eq(tribx_findings_faults(&f), 4);   /* two values, one key, one missing */
	tribx_findings_done(&f);
	cr_expect(tribx_fields_load(options, &p, NULL, NULL, &a,
	                            make("{\"name\":\"x\",\"old\":\"y\",\"token\":\"hunter22\"}", &a), &includes, &f));
	cr_expect_eq(f.count, 2);
	cr_expect_eq(tribx_findings_faults(&f), 0);
	cr_expect_str_eq(f.items[0].code, "config.deprecated");
	cr_expect_str_eq(f.items[1].code, "config.literal_secret");
	cr_expect_str_eq(p.token.hidden, "hunter22");
	tribx_findings_done(&f);
	tribx_arena_done(&a);
}

Test(fill, a_second_table_takes_its_keys)
{
	struct more { int64_t skip; } m = { 0 };
	static const struct trib_field format[] = { TRIB_FIELD(struct more, skip, .dflt = "3", .allow = "0..9"),
	                                            { 0 } };
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	struct probe p = { 0 };
	cr_expect(tribx_fields_load(options, &p, format, &m, &a, make("{\"name\":\"x\",\"skip\":5}", &a), NULL, &f));
	cr_expect_eq(m.skip, 5);
	cr_expect(tribx_fields_load(options, &p, format, &m, &a, make("{\"name\":\"x\"}", &a), NULL, &f));
	cr_expect_eq(m.skip, 3);
	cr_expect_str_eq(p.folder, "out");
	cr_expect_not(tribx_fields_load(options, &p, format, &m, &a, make("{\"name\":\"x\",\"skp\":5}", &a), NULL, &f));
	cr_expect_str_eq(f.items[0].hint, "did you mean \"skip\"?");
	tribx_findings_done(&f);
	tribx_arena_done(&a);
}

Test(fill, secrets_are_not_in_findings)
{
	static const char source[] = "token: canary-secret\n";
	struct tribx_conf token = { .kind = TRIBX_SCALAR, .key = "token", .text = "canary-secret", .plain = true,
	                            .file = "p.yaml", .source = source,
	                            .line = 1, .column = 8, .key_line = 1, .key_column = 1 };
	struct tribx_conf map = { .kind = TRIBX_MAP, .items = &token, .count = 1, .file = "p.yaml", .source = source,
	                          .line = 1, .column = 1 };
	static const struct trib_field strict[] = { { .name = "token", .type = TRIB_SECRET, .allow = "a|b" }, { 0 } };
	struct { const char *token; } s = { 0 };
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	cr_expect_not(tribx_fields_load(strict, &s, NULL, NULL, &a, &map, NULL, &f));
	cr_expect_eq(f.count, 1);
	for (size_t i = 0; i < f.count; i++)
		cr_expect(!memmem(&f.items[i], sizeof f.items[i], "canary", 6), "%s", f.items[i].code);
	tribx_findings_done(&f);
	tribx_arena_done(&a);
}

Test(fill, the_line_of_the_file_is_shown)
{
	static const char source[] = "a: 1\r\nname: x\r\npages: 7000\r\nend: 1";
	struct tribx_conf c = { .kind = TRIBX_SCALAR, .key = "pages", .text = "7000", .plain = true, .file = "p.yaml",
	                        .source = source,
	                        .line = 3, .column = 8, .key_line = 3, .key_column = 1 };
	struct tribx_findings f = { 0 };
	const struct tribx_error *e = tribx_finding_put(&f, TRIB_CONFIG, "config.bad_value", &c, false, "x");
	cr_expect_str_eq(e->line_text, "pages: 7000");
	cr_expect_eq(e->column, 8);
	e = tribx_finding_put(&f, TRIB_CONFIG, "config.bad_value", &c, true, "x");
	cr_expect_eq(e->column, 1);
	while (tribx_finding_new(&f))
		;
	cr_expect_eq(f.count, 200);
	cr_expect_eq(f.dropped, 1);
	tribx_findings_done(&f);
}

Test(fill, one_value_from_text)
{
	static const struct { size_t row; const char *text, *why; } cases[] = {
		{ 1, "7", NULL }, { 1, "ten", "not a number (allowed: 1..100)" },
		{ 1, "0", "out of range (allowed: 1..100)" }, { 0, "n", NULL },
		{ 8, "{\"a\":1.10}", NULL }, { 8, "{", "not a JSON value" }, { 10, "5", NULL },
	};
	struct tribx_arena a = { 0 };
	struct probe p = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *why = tribx_field_set(&options[cases[i].row], &p, &a, cases[i].text);
		cr_expect((!why && !cases[i].why) || (why && cases[i].why && strcmp(why, cases[i].why) == 0), "%s: %s",
		          cases[i].text, why ? why : "taken");
	}
	cr_expect_eq(p.pages, 7);
	cr_expect_str_eq(p.extra.text, "{\"a\":1.10}");
	cr_expect_eq(p.url_part, 5);
	tribx_arena_done(&a);
}

Test(fill, the_caret_of_an_expression_is_in_it)
{
	static const char source[] = "\xC3\xA4: { where: 'day + * 2' }";
	struct tribx_conf where = { .kind = TRIBX_SCALAR, .key = "where", .text = "day + * 2", .file = "p.yaml",
	                            .source = source, .line = 1, .column = 13, .key_line = 1, .key_column = 6 };
	struct tribx_conf name = { .kind = TRIBX_SCALAR, .key = "name", .text = "x" }, both[] = { name, where };
	struct tribx_conf map = { .kind = TRIBX_MAP, .items = both, .count = 2 };
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	struct probe p = { 0 };
	cr_expect_not(tribx_fields_load(options, &p, NULL, NULL, &a, &map, NULL, &f));
	cr_assert_eq(f.count, 1);
	cr_expect_str_eq(f.items[0].code, "expr.syntax");
	cr_expect_eq(f.items[0].column, 20, "%d", f.items[0].column);   /* the star, by characters */
	tribx_findings_done(&f);
	tribx_arena_done(&a);
}
