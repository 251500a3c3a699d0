/* test_glob - patterns against what Python's glob(recursive=True) finds in the same tree, and those that are refused. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "base/glob.h"
#include "globs.h"

enum { FILES = sizeof glob_files / sizeof *glob_files };

Test(glob, finds_what_python_finds)
{
	for (size_t i = 0; i < sizeof glob_rows / sizeof *glob_rows; i++)
		for (size_t f = 0; f < FILES; f++)
			cr_expect_eq(tribx_glob(glob_rows[i].pattern, glob_files[f]), glob_rows[i].found[f] == 'x', "%s %s", glob_rows[i].pattern,
			             glob_files[f]);
}

Test(glob, bytes_that_are_no_characters_are_one_each)
{
	static const struct { const char *pattern, *name; bool is; } rows[] = {
		{ "?.csv", "\xe4.csv", true }, { "?.csv", "\xc3\xa4.csv", true }, { "??.csv", "\xc3\xa4.csv", false }, { "??.csv", "\xe4\xf6.csv", true },
		{ "[\xe4].csv", "\xe4.csv", true }, { "*", "\xf0\x9f", true }, { "*\x9f", "\xf0\x9f", true }, { "?", "\xf0\x9f\x98\x80", true },
		{ "[!a]", "\xf0\x9f\x98\x80", true }, { "?", "\xf0\x9f\x98", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(tribx_glob(rows[i].pattern, rows[i].name), rows[i].is, "row %zu", i);
}

Test(glob, time_does_not_explode, .timeout = 10)
{
	char *many = malloc(20001), pattern[256] = "";
	for (size_t i = 0; i < 20000; i++)
		many[i] = "a/"[i % 2];
	many[20000] = 0;
	for (int i = 0; i < 12; i++)
		strcat(pattern, "**/a/*/");
	strcat(pattern, "b");
	cr_expect_not(tribx_glob(pattern, many));
	memset(many, 'a', 20000);
	cr_expect_not(tribx_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", many));
	free(many);
}

Test(glob, names_have_no_parts)
{
	cr_expect(tribx_glob_name("Q? *", "Q1 / 2025"));
	cr_expect(tribx_glob_name("*", ".x"));
	cr_expect(tribx_glob_name("Ums?tze", "Ums\xc3\xa4tze"));
	cr_expect_not(tribx_glob_name("Q?", "Q10"));
}

Test(glob, refuses)
{
	static const struct { const char *pattern, *words; } rows[] = {
		{ "in/**.csv", "nothing beside it" }, { "a**/x", "nothing beside it" }, { "in/***/x", "nothing beside it" }, { "**", NULL }, { "a*/**/x", NULL },
		{ "k[9-0].csv", "[9-0] runs backwards" }, { "k[!a-zZ-A]/x", "[!a-zZ-A] runs backwards" }, { "k[0-9-].csv", NULL }, { "k[9-0.csv", NULL },
		{ "k[]-a].csv", NULL }, { "", NULL }, { "a/**/", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_error e = { 0 };
		const int rc = tribx_glob_check(rows[i].pattern, &e);
		cr_expect(rows[i].words ? rc == TRIB_CONFIG && strcmp(e.code, "file.bad_pattern") == 0 && strstr(e.text, rows[i].words) : rc == TRIB_OK,
		          "%s: %d %s", rows[i].pattern, rc, e.text);
	}
}
