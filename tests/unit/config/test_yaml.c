/* yaml - what becomes of YAML text: values by the YAML 1.2 specification, faults with their places. */
#include "files.h"

Test(yaml, values)
{
	static const struct { const char *text, *json; } cases[] = {
		{ "a: 1", "{\"a\":1}" },
		{ "countries: [no, se, dk]\nflag: off\nversion: 1.10\ntime: 12:30\n",
		  "{\"countries\":[\"no\",\"se\",\"dk\"],\"flag\":\"off\",\"version\":1.10,\"time\":\"12:30\"}" },
		{ "a: \"1\"\nb: '~'\nc: ~\nd:\ne: null\n",
		  "{\"a\":\"1\",\"b\":\"~\",\"c\":null,\"d\":null,\"e\":null}" },
		{ "a: !!str 5\nb: ! 6\nc: !!int \"7\"\n", "{\"a\":\"5\",\"b\":\"6\",\"c\":7}" },
		{ "a: |\n  x\n  y\nb: >\n  p\n  q\n", "{\"a\":\"x\\ny\\n\",\"b\":\"p q\\n\"}" },
		{ "- a\n-\n- {x: [1, {y: 2}]}\n", "[\"a\",null,{\"x\":[1,{\"y\":2}]}]" },
		{ "base: &b {x: 1, y: 2}\nt: {<<: *b, y: 3}\n",
		  "{\"base\":{\"x\":1,\"y\":2},\"t\":{\"y\":3,\"x\":1}}" },
		{ "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nt:\n  <<: [*a, *b]\n  z: 3\n",
		  "{\"a\":{\"x\":1},\"b\":{\"x\":2,\"y\":2},\"t\":{\"z\":3,\"x\":1,\"y\":2}}" },
		{ "\"<<\": 5\n", "{\"<<\":5}" },
		{ "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{\"a\":1,\"b\":1,\"c\":2,\"d\":2}" },
		{ "1: x\ntrue: y\n~: z\n", "{\"1\":\"x\",\"true\":\"y\",\"~\":\"z\"}" },
		{ "{\n\t\"a\": [1, 2.50],\n\t\"b\": {\"c\": null}\n}\n", "{\"a\":[1,2.50],\"b\":{\"c\":null}}" },
		{ "a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}" },
		{ "--- \na: 1\n...\n", "{\"a\":1}" },
		{ "a: 12345678901234567890\n", "{\"a\":12345678901234567890}" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		struct tribx_buf b = { 0 };
		const struct tribx_conf *c = yaml(cases[i].text, &a, &f);
		cr_expect_not_null(c, "%s: %s", cases[i].text, said(&f));
		if (c && tribx_conf_json(c, &b))
			cr_expect_str_eq(b.p, cases[i].json);
		tribx_buf_done(&b);
		tribx_arena_done(&a);
	}
}

Test(yaml, faults)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "a: \"x\\0y\"\n", "config.control_character@1:5 \\0 inside of a text: no option can hold it" },
		{ "", "yaml.empty@1:1 the file is empty" }, { "# nothing\n", "yaml.empty@1:1 the file is empty" },
		{ "~\n", "yaml.empty@1:1 the file is empty" },
		{ "a: 1\nb: 2\na: 3\n", "yaml.duplicate_key@3:1 key \"a\" is there twice, first on line 1" },
		{ "x: {a: 1, a: 2, b: 1, b: 1}\n",
		  "yaml.duplicate_key@1:11 key \"a\" is there twice, first on line 1\nyaml.duplicate_key@1:23 key "
		  "\"b\" is there twice, first on line 1" },
		{ "a:\n\tb: 1\n", "yaml.syntax@2:1 tab character may not be used as indentation" },
		{ "a: [1, 2\n", "yaml.syntax@2:1 flow sequence without a closing bracket" },
		{ "a: &a [*a]\n", "yaml.alias@1:9 alias *a is inside of what it stands for" },
		{ "a: *b\n", "yaml.alias@1:5 there is no anchor &b before this alias" },
		{ "a: !!binary \"AA==\"\n", "yaml.tag@1:14 tag !!binary is not known" },
		{ "a: !x 1\nb: !!python/x 2\n",
		  "yaml.tag@1:7 tag !x is not known\nyaml.tag@2:15 tag !!python/x is not known" },
		{ "? [1]\n: 2\n", "yaml.key@1:3 a key is a text, not a list" },
		{ ": 2\n", "yaml.key@1:1 a key is a text, not a null" },
		{ "a: 1\n---\nb: 2\n", "yaml.documents@2:1 a second document starts here; one file holds one" },
		{ "<<: 5\n", "yaml.merge@1:5 << takes a map or a list of maps" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		cr_expect_null(yaml(cases[i].text, &a, &f), "%s", cases[i].text);
		char *got = said(&f);
		cr_expect_str_eq(got, cases[i].said);
		free(got);
		tribx_arena_done(&a);
	}
}

Test(yaml, places)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	const struct tribx_conf *c = yaml("source:\n  use: file\n  url:   x y\n  empty:\nlist:\n  - {a: 1}\n", &a, &f);
	cr_assert_not_null(c);
	const struct tribx_conf *source = tribx_conf_get(c, "source"), *url = tribx_conf_get(source, "url"),
		*empty = tribx_conf_get(source, "empty");
	cr_expect(source->line == 2 && source->column == 3 && source->key_line == 1 && source->key_column == 1);
	cr_expect(url->line == 3 && url->column == 10 && url->key_line == 3 && url->key_column == 3, "%d:%d", url->line,
	          url->column);
	cr_expect(empty->line == 4 && empty->column == 3);
	const struct tribx_conf *item = &tribx_conf_get(c, "list")->items[0];
	cr_expect(item->line == 6 && item->column == 5, "%d:%d", item->line, item->column);
	cr_expect_str_eq(url->file, "t.yaml");
	tribx_arena_done(&a);
}

Test(yaml, depth_and_bombs)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	char text[4096] = "", *to = text;
	for (int i = 0; i < 64; i++)
		*to++ = '[';
	for (int i = 0; i < 64; i++)
		*to++ = ']';
	*to = 0;
	cr_expect_not_null(yaml(text, &a, &f));
	memset(text, '[', 70);
	text[70] = 0;
	cr_expect_null(yaml(text, &a, &f));
	cr_expect_str_eq(f.items[0].code, "yaml.too_deep");
	tribx_findings_done(&f);
	to = text + sprintf(text, "a: &a [x,x,x,x,x,x,x,x,x]\n");
	for (char c = 'b'; c < 'j'; c++)
		to += sprintf(to, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1, c - 1, c - 1,
		              c - 1, c - 1, c - 1, c - 1, c - 1);
	cr_expect_null(yaml(text, &a, &f));
	cr_expect_str_eq(f.items[0].code, "yaml.alias_limit");
	tribx_findings_done(&f);
	cr_expect(a.used < 1 << 20, "%zu", a.used);
	tribx_arena_done(&a);
}

Test(yaml, text_that_is_not_fit)
{
	static const struct { const char *text, *said; size_t n; } cases[] = {
		{ "name: Telef\xF3nica\n", "config.encoding@1:12 not UTF-8 at byte 11 (0xf3)", 18 },
		{ "a: 1\nb: \"x\0y\"\n", "config.control_character@2:6 control character 0x00 at byte 10", 14 },
		{ "a: \x1b[0m\n", "config.control_character@1:4 control character 0x1b at byte 3", 8 },
		{ "\xEF\xBB\xBF\xC3", "config.encoding@1:1 not UTF-8 at byte 0 (0xc3)", 4 },
	};
	struct folder d = folder_new();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		const char *path = file_put(&d, "a.yaml", "");
		FILE *file = fopen(path, "we");
		fwrite(cases[i].text, 1, cases[i].n, file);
		fclose(file);
		cr_expect_null(tribx_conf_load(path, "a.yaml", &a, &f));
		char *got = said(&f);
		cr_expect_str_eq(got, cases[i].said);
		free(got);
		tribx_arena_done(&a);
	}
	folder_done(&d);
}
