/* out - tables and errors as people and programs see them; what data holds must not move a terminal's cursor. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/out.h"

static const char *const heads[] = { "name", "rows", "note", NULL };

static char *printed(const struct tribx_table *t, bool aligned)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	tribx_table_print(t, to, aligned);
	fclose(to);
	return text;
}

static struct tribx_table sample(void)
{
	struct tribx_table t;
	tribx_table_start(&t, heads);
	tribx_table_cell(&t, "Zürich");
	tribx_table_fmt(&t, "%d", 12);
	tribx_table_cell(&t, "a\tb\n\x1b[31mred\xC2\x9B");
	tribx_table_cell(&t, "x");
	tribx_table_cell(&t, "1,234");
	tribx_table_row(&t);
	return t;
}

Test(out, tables)
{
	static const struct { bool aligned; const char *text; } cases[] = {
		{ true, "name     rows  note\nZürich     12  a\\tb\\n\\x1b[31mred\\x9b\nx       1,234  \n" },
		{ false, "name\trows\tnote\nZürich\t12\ta\\tb\\n\\x1b[31mred\\x9b\nx\t1,234\t\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_table t = sample();
		char *got = printed(&t, cases[i].aligned);
		cr_expect_eq(tribx_table_rows(&t), 2);
		cr_expect_str_eq(got, cases[i].text);
		free(got);
		tribx_table_done(&t);
	}
}

Test(out, table_as_json)
{
	static const char want[] = "[{\"name\":\"Zürich\",\"rows\":12,\"note\":\"a\\tb\\n\\u001b[31mred\xC2\x9B\"},"
	                           "{\"name\":\"x\",\"rows\":\"1,234\",\"note\":null}]";
	struct tribx_table t = sample();
	json_t *v = tribx_table_json(&t), *expected = json_loads(want, 0, NULL);
	cr_assert_not_null(expected);
	cr_expect(json_equal(v, expected));
	json_decref(v);
	json_decref(expected);
	tribx_table_done(&t);
}

Test(out, only_true_integers_become_numbers)
{
	static const struct { const char *text; bool number; } cases[] = {
		{ "0", true }, { "-5", true }, { "1234567890123456789", false }, { "007", false }, { "-", false }, { "", false },
		{ "1.5", false }, { "-0", false }, { "12345678901234567", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_table t;
		tribx_table_start(&t, heads);
		tribx_table_cell(&t, cases[i].text);
		tribx_table_row(&t);
		json_t *v = tribx_table_json(&t);
		cr_expect_eq(json_is_integer(json_object_get(json_array_get(v, 0), "name")), cases[i].number, "%s", cases[i].text);
		json_decref(v);
		tribx_table_done(&t);
	}
}

Test(out, long_cells_are_cut_by_characters)
{
	struct tribx_table t;
	char text[400] = "";
	for (int i = 0; i < 70; i++)
		strcat(text, "ä");
	tribx_table_start(&t, heads);
	tribx_table_cell(&t, text);
	tribx_table_row(&t);
	char *got = printed(&t, true), want[200];
	snprintf(want, sizeof want, "%.*s…", 59 * 2, text);
	cr_expect_not_null(strstr(got, want), "%s", got);
	free(got);
	tribx_table_done(&t);
}

static char *form(const struct tribx_error *e)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	tribx_error_print(to, e, false);
	fclose(to);
	return text;
}

Test(out, the_form_of_an_error)
{
	static const struct { struct tribx_error e; const char *text; } cases[] = {
		{ { .status = TRIB_CONFIG, .code = "config.bad_value", .text = "option a: not a number", .file = "p.yaml", .line = 14,
		    .column = 9, .line_text = "\tÄnd: x y", .sample = "y", .hint = "write a number" },
		  "error[config.bad_value]: option a: not a number\n --> p.yaml:14:9\n   |\n14 |  Änd: x y\n   |         ^\n"
		  "   = sample: y\n   = help: write a number\n" },
		{ { .status = TRIB_OK, .code = "config.deprecated", .text = "old", .file = "--set" },
		  "warning[config.deprecated]: old\n --> --set\n" },
		{ { .status = TRIB_ENV, .code = "x.y", .text = "disk\x1b[2J full" }, "error[x.y]: disk [2J full\n" },
		{ { .status = TRIB_CONFIG, .code = "x.y", .text = "t", .file = "f", .line = 1, .column = 60, .line_text = "short" },
		  "error[x.y]: t\n --> f:1:60\n  |\n1 | short\n  |      ^\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *got = form(&cases[i].e);
		cr_expect_str_eq(got, cases[i].text);
		free(got);
	}
}

Test(out, secrets_do_not_come_through)
{
	static const struct tribx_error e = { .status = TRIB_CONFIG, .code = "x.y", .text = "refused canary-77", .file = "f", .line = 1,
	                                      .column = 5, .line_text = "a: canary-77", .sample = "canary-77", .hint = "not canary-77" };
	tribx_secret("canary-77");
	char *text = form(&e);
	json_t *v = tribx_error_json(&e);
	char *json = json_dumps(v, 0);
	cr_expect(!strstr(text, "canary"), "%s", text);
	cr_expect(!strstr(json, "canary"), "%s", json);
	free(json);
	json_decref(v);
	free(text);
}
