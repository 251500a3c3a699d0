/* many - lists and maps, in place and from files of their own. */
#include "make.h"

struct rule { const char *phrase, *to; trib_dec confidence; trib_list words; };
static const struct trib_field rule[] = {
	TRIB_FIELD(struct rule, phrase, .flags = TRIB_REQUIRED, .help = "Phrase."),
	TRIB_FIELD(struct rule, to, .allow = "bug|question"),
	TRIB_FIELD(struct rule, confidence, .dflt = "0.9", .allow = "0..1", .precision = 5, .scale = 4),
	TRIB_FIELD(struct rule, words),
	{ 0 }
};
struct probe { trib_list rules, key, paths; trib_map alias, units; };
static const struct trib_field options[] = {
	TRIB_FIELD(struct probe, rules, TRIB_OF(struct rule, rule)),
	TRIB_FIELD(struct probe, key, .dflt = "id, day"),
	TRIB_FIELD(struct probe, paths, .flags = TRIB_PATH),
	TRIB_FIELD(struct probe, alias, .dflt = "a = 1, b = 2"),
	TRIB_FIELD(struct probe, units, TRIB_OF(struct rule, rule)),
	{ 0 }
};

/* Files by name, as JSON. */
static const struct { const char *name, *json; } files[] = {
	{ "rules.yaml", "[{\"phrase\": \"p\", \"confidence\": 7}]" },
	{ "alias.csv", "[{\"k\": \"x\", \"v\": \"1\", \"note\": \"\"}, {\"k\": \"y\", \"v\": \"2\", \"note\": \"\"}]" },
	{ "twice.csv", "[{\"k\": \"x\", \"v\": \"1\"}, {\"k\": \"x\", \"v\": \"2\"}]" },
	{ "units.csv", "[{\"unit\": \"GB\", \"phrase\": \"giga\", \"to\": \"bug\"}]" },
	{ "keys.csv", "[{\"k\": \"x\"}, {\"k\": \"y\"}]" },
};

static const struct tribx_conf *load(void *ctx, const struct tribx_conf *where, struct tribx_findings *f)
{
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (strcmp(files[i].name, where->text) == 0)
			return make(files[i].json, ctx);
	tribx_finding_put(f, TRIB_CONFIG, "config.no_file", where, false, "%s: no such file", where->text);
	return NULL;
}

Test(many, lists_and_maps_are_filled)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	struct probe p = { 0 };
	const struct tribx_includes includes = { .load = load, .ctx = &a, .dir = "/d" };
	cr_assert(tribx_fields_load(options, &p, NULL, NULL, &a,
	                            make("{\"rules\": [{\"phrase\": \"a\", \"to\": \"bug\", \"words\": [\"u\", \"v\"]},"
		"{\"phrase\": \"b\", \"confidence\": \"0.25\"}], \"paths\": [\"x.csv\", \"/y\"]}", &a), &includes, &f));
	const struct rule *r = p.rules.items;
	cr_assert_eq(p.rules.count, 2);
	cr_expect_str_eq(r[0].phrase, "a");
	cr_expect_eq(r[0].confidence.lo, 9000);
	cr_expect_eq(r[1].confidence.lo, 2500);
	cr_assert_eq(r[0].words.count, 2);
	cr_expect_str_eq(((const char *const *)r[0].words.items)[1], "v");
	cr_assert_eq(p.key.count, 2);
	cr_expect_str_eq(((const char *const *)p.key.items)[1], "day");
	cr_expect_str_eq(((const char *const *)p.paths.items)[0], "/d/x.csv");
	cr_expect_str_eq(((const char *const *)p.paths.items)[1], "/y");
	cr_expect_str_eq(trib_map_text(&p.alias, "b"), "2");
	cr_expect_eq(p.units.count, 0);
	tribx_arena_done(&a);
}

Test(many, a_file_name_stands_for_its_content)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	struct probe p = { 0 };
	const struct tribx_includes includes = { .load = load, .ctx = &a };
	cr_expect(tribx_fields_load(options, &p, NULL, NULL, &a,
	                            make("{\"alias\": \"alias.csv\", \"units\": \"units.csv\", \"key\": \"keys.csv\"}",
	                                 &a), &includes, &f));
	cr_expect_str_eq(trib_map_text(&p.alias, "y"), "2");
	cr_assert_eq(p.units.count, 1);
	cr_expect_str_eq(p.units.names[0], "GB");
	cr_expect_str_eq(((const struct rule *)p.units.items)->phrase, "giga");
	cr_expect_str_eq(((const char *const *)p.key.items)[1], "y");
	cr_expect(tribx_fields_load(options, &p, NULL, NULL, &a, make("{\"key\": \"id\"}", &a), &includes, &f));
	cr_expect_eq(p.key.count, 1);
	tribx_arena_done(&a);
}

Test(many, refusals_name_the_item)
{
	static const struct { const char *options, *code, *text; } cases[] = {
		{ "{\"rules\": [{\"phrase\": \"a\"}, {\"phrase\": \"b\", \"confidence\": 2}]}", "config.bad_value",
		  "option rules[1].confidence: out of range (allowed: 0..1)" },
		{ "{\"rules\": [{}]}", "config.required", "option rules[0].phrase is required: Phrase." },
		{ "{\"rules\": [5]}", "config.bad_value", "option rules[0]: not a map of options" },
		{ "{\"rules\": [{\"phrase\": \"a\", \"tp\": \"bug\"}]}", "config.unknown_key",
		  "unknown option rules[0].tp" },
		{ "{\"rules\": {\"a\": 1}}", "config.bad_value", "option rules: not a list of maps; write one entry per line: - { phrase: ..., to: ... }" },
		{ "{\"rules\": \"rules\"}", "config.bad_value",
		  "option rules: not a list of maps, nor the name of a .yaml, .json or .csv file; write one entry per line: "
		  "- { phrase: ..., to: ... }" },
		{ "{\"rules\": \"rules.yaml\"}", "config.bad_value",
		  "option rules[0].confidence: out of range (allowed: 0..1)" },
		{ "{\"rules\": \"none.yaml\"}", "config.no_file", "none.yaml: no such file" },
		{ "{\"alias\": \"twice.csv\"}", "config.duplicate_key", "option alias.x: the name is there twice" },
		{ "{\"alias\": [1]}", "config.bad_value", "option alias: not a map of texts" },
		{ "{\"alias\": {\"a\": [1]}}", "config.bad_value",
		  "option alias.a: a list where one value is wanted (text)" },
		{ "{\"key\": [null]}", "config.bad_value",
		  "option key[0]: nothing is written here ('' is the empty text)" },
		{ "{\"units\": {\"GB\": {\"phrase\": \"x\", \"to\": \"bux\"}}}", "config.bad_value",
		  "option units.GB.to: unknown word (allowed: bug|question)" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		struct probe p = { 0 };
		const struct tribx_includes includes = { .load = load, .ctx = &a };
		cr_expect_not(tribx_fields_load(options, &p, NULL, NULL, &a, make(cases[i].options, &a), &includes,
		                                &f));
		cr_assert_eq(f.count, 1, "%s: %zu", cases[i].options, f.count);
		cr_expect_str_eq(f.items[0].code, cases[i].code);
		cr_expect_str_eq(f.items[0].text, cases[i].text);
		tribx_findings_done(&f);
		tribx_arena_done(&a);
	}
}
