/* badinput - the declared outcome of each hostile YAML file, when that collection lies beside the source. */
#include <jansson.h>

#include "files.h"

static const struct { const char *file, *said; } reasons[] = {   /* what a refusal must say */
	{ "billion-laughs.yaml", "yaml.alias_limit" }, { "alias-cycle.yaml", "is inside of what it stands for" },
	{ "dup-key.yaml", "@2:1 key \"source\" is there twice, first on line 1" },
	{ "tag-python.yaml", "yaml.tag" }, { "tag-binary.yaml", "yaml.tag" }, { "unknown-key.yaml", "shedule" },
	{ "tabs.yaml", "@2:1" }, { "deep.yaml", "yaml.too_deep" },
	{ "multi-doc.yaml", "yaml.documents" }, { "latin1.yaml", "at byte 11" }, { "nul.yaml", "control character" },
	{ "env-missing.yaml", "TRIB_TEST_UNSET_VARIABLE is not set" },
	{ "huge-int.yaml", "out of range" }, { "neg-int.yaml", "out of range" }, { "empty.yaml", "empty" },
};
static const struct { const char *file, *json; } values[] = {
	{ "norway.yaml",
	  "{\"countries\":[\"no\",\"se\",\"dk\"],\"flag\":\"off\",\"version\":\"1.10\",\"phone\":\"0047123\","
	  "\"time\":\"12:30\"}" },
	{ "bom-crlf.yaml", "{\"a\":\"1\",\"b\":\"2\"}" }, { "env-inject.yaml", "{\"name\":\"x\\\"\\npassword: y\"}" },
};

static bool find_data(char *path, size_t size)
{
	static const char *const tried[] = { "", "..", "../..", "../../.." };
	const char *src = getenv("TRIB_SRC");
	for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
		snprintf(path, size, "%s/%s/shared/badinput/yaml/own", src ? src : ".", tried[i]);
		if (access(path, R_OK) == 0)
			return true;
	}
	snprintf(path, size, "%s", getenv("TRIB_BADINPUT") ? getenv("TRIB_BADINPUT") : "");
	return access(path, R_OK) == 0;
}

/* What a text option of each value would hold. */
static void as_texts(const struct tribx_conf *c, struct tribx_buf *out)
{
	if (c->kind == TRIBX_SCALAR)
		tribx_buf_json(out, tribx_text(c->text));
	for (size_t i = 0; i < c->count; i++) {
		tribx_buf_puts(out, i ? "," : c->kind == TRIBX_MAP ? "{" : "[");
		if (c->kind == TRIBX_MAP) {
			tribx_buf_json(out, tribx_text(c->items[i].key));
			tribx_buf_putc(out, ':');
		}
		as_texts(&c->items[i], out);
	}
	if (c->kind != TRIBX_SCALAR)
		tribx_buf_puts(out, c->kind == TRIBX_MAP ? "}" : "]");
}

/* As far as a file goes: text, values, substitution, options, pipeline. */
static struct tribx_conf *through(const char *path, struct tribx_arena *a, struct tribx_findings *f)
{
	static const struct trib_field rows[] = { { .name = "batch_rows", .type = TRIB_I64, .allow = "1..1000000" },
	                                          { 0 } };
	const struct tribx_vars vars = { .project = "/", .dir = "/" };
	int64_t n;
	const struct tribx_conf *c = tribx_conf_load(path, path, a, f);
	struct tribx_conf *made = c ? tribx_substitute(c, &vars, a, f) : NULL;
	if (tribx_conf_get(made, "batch_rows"))
		tribx_fields_load(rows, &n, NULL, NULL, a, made, NULL, f);
	if (tribx_conf_get(made, "pipeline"))
		tribx_project_free(tribx_project_load(path, NULL, 0, f));
	return made;
}

Test(badinput, declared_outcomes)
{
	char dir[512], path[1024];
	if (!find_data(dir, sizeof dir))
		cr_skip("no collection of hostile files");
	setenv("EVIL", "x\"\npassword: y", 1);
	snprintf(path, sizeof path, "%s/expected.json", dir);
	json_t *list = json_load_file(path, 0, NULL), *row;
	size_t i;
	cr_assert_eq(json_array_size(list), 18);
	json_array_foreach(list, i, row) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		const char *file = json_string_value(json_object_get(row, "file"));
		bool ok = strcmp(json_string_value(json_object_get(row, "outcome")), "ok") == 0;
		snprintf(path, sizeof path, "%s/%s", dir, file);
		const struct tribx_conf *c = through(path, &a, &f);
		cr_expect_eq(tribx_findings_faults(&f) == 0, ok, "%s", file);
		if (strcmp(file, "unknown-key.yaml") == 0)
			cr_expect_str_eq(f.items[0].hint, "did you mean \"schedule\"?");
		char *got = said(&f);
		bool known = false;
		for (size_t k = 0; !ok && k < sizeof reasons / sizeof *reasons; k++)
			if (strcmp(reasons[k].file, file) == 0) {
				known = true;
				cr_expect(strstr(got, reasons[k].said), "%s: %s", file, got);
			}
		for (size_t k = 0; ok && k < sizeof values / sizeof *values; k++)
			if (strcmp(values[k].file, file) == 0) {
				struct tribx_buf b = { 0 };
				known = true;
				as_texts(c, &b);
				cr_expect_str_eq(b.p, values[k].json);
				tribx_buf_done(&b);
			}
		cr_expect(known, "%s is not known here", file);
		cr_expect(a.used < 50 << 20, "%s: %zu bytes", file, a.used);
		free(got);
		tribx_arena_done(&a);
	}
	json_decref(list);
}
