/* csv - short tables as lists of maps; expected values are what Python's csv module reads. */
#include "files.h"

Test(csv, values)
{
	static const struct { const char *text, *json; } cases[] = {
		{ "id,name\nP1,x\nP2,y\n", "[{\"id\":\"P1\",\"name\":\"x\"},{\"id\":\"P2\",\"name\":\"y\"}]" },
		{ "id;name\r\n1;\"a;b\"\r\n", "[{\"id\":\"1\",\"name\":\"a;b\"}]" },
		{ "a\tb\n1\t2", "[{\"a\":\"1\",\"b\":\"2\"}]" },
		{ "a,b\n\"x \"\"y\"\"\",\"l1\nl2\"\n", "[{\"a\":\"x \\\"y\\\"\",\"b\":\"l1\\nl2\"}]" },
		{ "a,b\n,\"\"\n", "[{\"a\":null,\"b\":\"\"}]" }, { "a,b\n\n1,2\n\n", "[{\"a\":\"1\",\"b\":\"2\"}]" },
		{ "a\n1\n\n2\n", "[{\"a\":\"1\"},{\"a\":\"2\"}]" },
		{ "a,b\n", "[]" }, { "a,b\r1,2\r3,4", "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		struct tribx_buf b = { 0 };
		const struct tribx_conf *c = tribx_csv_conf(cases[i].text, "t.csv", &a, &f);
		cr_expect_not_null(c, "%s", cases[i].text);
		if (c && tribx_conf_json(c, &b))
			cr_expect_str_eq(b.p, cases[i].json);
		tribx_buf_done(&b);
		tribx_arena_done(&a);
	}
}

Test(csv, faults_and_places)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "", "config.bad_csv@1:1 the file is empty: its first line names the columns" },
		{ "a,b\n1\n1,2,3\n",
		  "config.bad_csv@2:1 1 cells, the header has 2\nconfig.bad_csv@3:1 3 cells, the header has 2" },
		{ "a,a\n1,2\n", "config.bad_csv@1:3 a column's name is there twice" },
		{ "a,,b\n1,2,3\n", "config.bad_csv@1:3 a column has no name" },
		{ "a,b\n1,\"x\n", "config.bad_csv@2:3 a quote is not closed" },
		{ "a,b\n\"x\"y,2\n", "config.bad_csv@2:1 text behind the closing quote" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		cr_expect_null(tribx_csv_conf(cases[i].text, "t.csv", &a, &f), "%s", cases[i].text);
		char *got = said(&f);
		cr_expect_str_eq(got, cases[i].said);
		free(got);
		tribx_arena_done(&a);
	}
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	const struct tribx_conf *c = tribx_csv_conf("a,b\n\"x\ny\",1\nz,22\n", "t.csv", &a, &f);
	cr_assert(c && c->count == 2);
	cr_expect(c->items[0].line == 2 && c->items[1].line == 4 && c->items[1].items[1].line == 4 &&
	          c->items[1].items[1].column == 3);
	tribx_arena_done(&a);
}
