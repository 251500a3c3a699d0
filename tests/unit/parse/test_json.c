/* test_json - strictness against JSONTestSuite (when it is beside the repository), and the walk against known answers. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/json_walk.h"
#include "parse/utf.h"

/* The value of column 0 of `path` in one line, or why there is none. */
static const char *walk(enum tribx_isa isa, const char *path, const char *line, char *out, size_t size)
{
	struct tribx_json_plan plan = { 0 };
	struct tribx_json_index ix = { 0 };
	struct tribx_json_walk w = { 0 };
	size_t n = strlen(line);
	char *p = calloc(1, n + 130);
	memcpy(p, line, n);
	p[n] = '\n';
	const char *why = tribx_json_plan_add(&plan, path);
	if (!why && tribx_json_scan(isa, p, 0, n + 1, &ix) && tribx_json_walk_start(&w, &plan, p, 1)) {
		w.at = ix.at;
		enum tribx_line is = ix.odd ? TRIBX_LINE_BAD : tribx_json_line(&w);
		why = is == TRIBX_LINE_OK ? NULL : is == TRIBX_LINE_BLANK ? "blank" : w.why ? w.why : "bad";
		if (is == TRIBX_LINE_OK)
			snprintf(out, size, "%.*s", (int)w.cells[0][0].size, p + w.cells[0][0].at);
	}
	tribx_json_walk_done(&w);
	tribx_json_index_done(&ix);
	tribx_json_plan_done(&plan);
	free(p);
	return why;
}

Test(json, walk_finds_paths)
{
	static const struct { const char *path, *line, *is; } cases[] = {
		{ "/a", "{\"a\":1}", "1" },
		{ "/a", " { \"b\" : [1,{\"a\":2}] , \"a\" : \"x\\\"y\" } ", "\"x\\\"y\"" },
		{ "/a/b/c", "{\"a\":{\"x\":{},\"b\":{\"c\":null}}}", "null" },
		{ "/a/1", "{\"a\":[10,20,30]}", "20" },
		{ "/a/1", "{\"a\":{\"1\":5}}", "5" },
		{ "/a", "{\"a\":{\"k\":[1, 2]},\"z\":0}", "{\"k\":[1, 2]}" },
		{ "/f/[id=360001]/value", "{\"f\":[{\"id\":360000,\"value\":1},{\"value\":\"yes\",\"id\":360001},{\"id\":360001,\"value\":3}]}", "\"yes\"" },
		{ "/f/[id=x]/value", "{\"f\":[{\"id\":\"x\",\"value\":7}]}", "7" },
		{ "/f/[id=9]/value", "{\"f\":[{},[],1,{\"id\":8}]}", "" },
		{ "/a~1b/m~0n", "{\"a/b\":{\"m~n\":3}}", "3" },
		{ "/id", "{\"\\u0069d\":4}", "4" },
		{ "/subscription_identifier", "{\"subscription_identifiex\":1,\"subscription_identifier\":2}", "2" },
		{ "", "{\"a\":1}", "{\"a\":1}" },
		{ "/missing", "{\"a\":-1.5e+3,\"b\":true,\"c\":false}", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (enum tribx_isa isa = TRIBX_SERIAL; isa <= tribx_isa_best(); isa++) {
			char out[256] = "";
			const char *why = walk(isa, cases[i].path, cases[i].line, out, sizeof out);
			cr_expect_null(why, "case %zu: %s", i, why);
			cr_expect_str_eq(out, cases[i].is, "case %zu", i);
		}
}

/* Names are asked for in the order of the line before; any order gives the same. Beyond 64 names nothing is remembered. */
Test(json, names_come_in_any_order)
{
	static const char *const paths[] = { "/a", "/a_longer_name", "/a_name_of_more_than_16/x", "/a_name_of_more_than_16/y", "/n70", "/" };
	static const struct { const char *line, *values; } lines[] = {
		{ "{\"a\":1,\"b\":2,\"a_longer_name\":3,\"a_name_of_more_than_16\":{\"x\":4,\"y\":5}}", "1 3 4 5  " },
		{ "{\"a\":1,\"b\":2,\"a_longer_name\":3,\"a_name_of_more_than_16\":{\"x\":6,\"y\":7}}", "1 3 6 7  " },
		{ "{\"a\":1,\"a_longer_name\":3,\"a_name_of_more_than_16\":{\"y\":5}}", "1 3  5  " },
		{ "{\"b\":1,\"a\":3,\"a_longer_namf\":3,\"a_name_of_more_than_17\":{\"y\":5}}", "3     " },
		{ "{\"a_name_of_more_than_16\":{\"y\":5,\"x\":{}},\"\":9,\"\\u0061\":[]}", "[]  {} 5  9" },
		{ "{\"a_name_of_more_than_16\":{\"y\":5,\"x\":{}},\"\":9,\"\\u0061\":[]}", "[]  {} 5  9" },
		{ "{}", "     " },
	};
	enum { PATHS = sizeof paths / sizeof *paths, LINES = sizeof lines / sizeof *lines };
	for (int more = 0; more < 2; more++) {      /* the second time with 80 names in front */
		struct tribx_json_plan plan = { 0 };
		struct tribx_json_index ix = { 0 };
		struct tribx_json_walk w = { 0 };
		char p[LINES * 1200 + 64] = "", names[900] = "";
		size_t n = 0;
		for (int i = 0; i < 80 && more; i++)
			sprintf(names + strlen(names), "\"n%d\":%d,", i, i);
		for (size_t i = 0; i < LINES; i++)
			n += (size_t)sprintf(p + n, "{%s%s\n", strlen(lines[i].line) > 2 ? names : "", lines[i].line + 1);
		for (size_t i = 0; i < PATHS; i++)
			cr_assert_null(tribx_json_plan_add(&plan, paths[i]));
		cr_assert(tribx_json_scan(tribx_isa_best(), p, 0, n, &ix) && tribx_json_walk_start(&w, &plan, p, LINES));
		w.at = ix.at;
		for (w.row = 0; w.row < LINES; w.row++) {
			char is[200] = "", want[200] = "";
			cr_assert_eq(tribx_json_line(&w), TRIBX_LINE_OK, "line %u", w.row);
			for (size_t c = 0; c < PATHS; c++)
				sprintf(is + strlen(is), "%s%.*s", c ? " " : "", (int)w.cells[c][w.row].size, p + w.cells[c][w.row].at);
			strcpy(want, lines[w.row].values);
			if (more && strlen(lines[w.row].line) > 2) {     /* n70 is the column before the last */
				const char *last = strrchr(lines[w.row].values, ' ');
				sprintf(want, "%.*s70%s", (int)(last - lines[w.row].values), lines[w.row].values, last);
			}
			cr_expect_str_eq(is, want, "line %u: %s, not %s", w.row, is, want);
		}
		tribx_json_walk_done(&w);
		tribx_json_index_done(&ix);
		tribx_json_plan_done(&plan);
	}
}

Test(json, bad_lines_are_bad_in_the_walk_and_in_the_check)
{
	static const char *const lines[] = {
		"{bad}", "{\"id\":", "{\"a\":1", "{\"a\":1}}", "{\"a\":1} x", "{\"a\":01}", "{\"a\":1.}", "{\"a\":-}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":NaN}",
		"{\"a\":tru}", "{\"a\":truex}", "{\"a\" 1}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[}", "{\"a\":{]}", "{1:2}", "{\"a\":1 \"b\":2}",
		"{\"a\":\"x\ty\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\\\ud800\\udc00\"}", "{\"a\":\"\\u0000\"}", "{\"a\\u0000b\":1}",
		"{\"a\":\"x}", "{\"a\":'x'}", "{\"a\":\"x\"y}", "\\\"{}", "{\"a\":1}{\"a\":2}", "{\"a\":1e5x}", "{\"a\":--1}", "{\"a\":0x1}", "{\"a\":1_0}", "{\"a\"::1}", "{\"a\"}", "{\"a\":}",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		char out[64];
		size_t at;
		cr_expect_not_null(tribx_json_check(lines[i], strlen(lines[i]), &at), "%s", lines[i]);
		for (enum tribx_isa isa = TRIBX_SERIAL; isa <= tribx_isa_best(); isa++)
			for (int skip = 0; skip < 2; skip++)
				cr_expect_not_null(walk(isa, skip ? "/zzz" : "/a", lines[i], out, sizeof out), "%s: %s", tribx_isa_names[isa], lines[i]);
	}
	char out[64];
	cr_expect_str_eq(walk(TRIBX_SERIAL, "/a", "{\"a\":1,\"a\":2}", out, sizeof out), "a name stands twice in one object");
	cr_expect_str_eq(walk(TRIBX_SERIAL, "/a", "[1]", out, sizeof out), "a row is an object");
}

Test(json, depth_is_limited)
{
	for (int depth = 100; depth <= 100000; depth *= 10) {
		char *p = calloc(1, (size_t)depth * 2 + 16), out[64];
		size_t n = (size_t)sprintf(p, "{\"a\":"), at;
		memset(p + n, '[', (size_t)depth);
		memset(p + n + depth, ']', (size_t)depth);
		strcat(p, "}");
		cr_expect_eq(!tribx_json_check(p, strlen(p), &at), depth < TRIBX_JSON_DEPTH, "%d", depth);
		cr_expect_eq(!walk(TRIBX_SERIAL, "/b", p, out, sizeof out), depth < TRIBX_JSON_DEPTH, "%d", depth);
		free(p);
	}
}

static char *load(const char *dir, const char *name, size_t *n)
{
	char path[2048];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	char *p = calloc(1, 600000);
	*n = f ? fread(p, 1, 500000, f) : 0;
	if (f)
		fclose(f);
	return p;
}

/* y_ must parse, n_ must not, i_ may; the check and the walk agree on what is one line. Our own rule: no U+0000. */
Test(json, json_test_suite)
{
	const char *src = getenv("TRIB_SRC");
	char dir[900];
	snprintf(dir, sizeof dir, "%s/../shared/badinput/json/JSONTestSuite/test_parsing", src ? src : ".");
	DIR *d = opendir(dir);
	if (!d)
		cr_skip_test("JSONTestSuite is not beside the repository");
	int count = 0;
	for (struct dirent *f; (f = readdir(d));) {
		if (!strstr(f->d_name, ".json"))
			continue;
		size_t n, at;
		char *p = load(dir, f->d_name, &n), out[64];
		bool fine = tribx_utf8_bad(TRIBX_SERIAL, p, n) == n && !tribx_json_check(p, n, &at);
		bool nul = strstr(p, "\\u0000") && !strstr(p, "\\\\u0000");
		if (f->d_name[0] != 'i')
			cr_expect_eq(fine, f->d_name[0] == 'y' && !nul, "%s", f->d_name);
		if (strlen(p) == n && !strchr(p, '\n') && tribx_utf8_bad(TRIBX_SERIAL, p, n) == n) {
			char *line = calloc(1, n + 16);
			sprintf(line, "{\"v\":%s}", p);
			bool one = !tribx_json_check(line, strlen(line), &at);
			for (enum tribx_isa isa = TRIBX_SERIAL; isa <= tribx_isa_best(); isa++)
				for (int skip = 0; skip < 2; skip++)
					cr_expect_eq(!walk(isa, skip ? "/w" : "/v", line, out, sizeof out), one, "%s %s", tribx_isa_names[isa], f->d_name);
			free(line);
		}
		count++;
		free(p);
	}
	closedir(d);
	cr_expect_eq(count, 318, "%d files", count);
}

Test(json, unescape)
{
	char out[64];
	static const char in[] = "a\\\"\\\\\\/\\b\\f\\n\\r\\tcaf\\u00e9\\ud83d\\ude00z";
	size_t n = tribx_json_unescape(in, strlen(in), out);
	out[n] = 0;
	cr_expect_str_eq(out, "a\"\\/\b\f\n\r\tcaf\xC3\xA9\xF0\x9F\x98\x80z");
}
