/* node - YAML 1.2 core rules (table 10.3.2 of the specification) and JSON. */
#include <inttypes.h>

#include "make.h"

Test(node, plain_scalars)
{
	static const struct { const char *text; enum trib_type type; const char *json; } cases[] = {
		{ "", TRIB_NULL, "null" }, { "~", TRIB_NULL, "null" }, { "NULL", TRIB_NULL, "null" },
		{ "nULL", TRIB_STR, "\"nULL\"" },
		{ "True", TRIB_BOOL, "true" }, { "tRUE", TRIB_STR, "\"tRUE\"" }, { "no", TRIB_STR, "\"no\"" },
		{ "on", TRIB_STR, "\"on\"" },
		{ "1.10", TRIB_F64, "1.10" }, { "0047123", TRIB_I64, "47123" }, { "12:30", TRIB_STR, "\"12:30\"" },
		{ "0x1F", TRIB_I64, "31" },
		{ "0o17", TRIB_I64, "15" }, { "0b1", TRIB_STR, "\"0b1\"" }, { "-0", TRIB_I64, "-0" },
		{ "+12", TRIB_I64, "12" },
		{ "12345678901234567890", TRIB_I64, "12345678901234567890" }, { ".5", TRIB_F64, "0.5" },
		{ "-.5", TRIB_F64, "-0.5" }, { "1.", TRIB_F64, "1" },
		{ "1.e3", TRIB_F64, "1e3" }, { "+1.5E-3", TRIB_F64, "1.5E-3" }, { "1e", TRIB_STR, "\"1e\"" },
		{ ".", TRIB_STR, "\".\"" },
		{ "1_000", TRIB_STR, "\"1_000\"" }, { "2025-01-31", TRIB_STR, "\"2025-01-31\"" },
		{ ".nan", TRIB_F64, NULL }, { "-.INF", TRIB_F64, NULL },
		{ "0xFFFFFFFFFFFFFFFFFF", TRIB_I64, NULL }, { "=", TRIB_STR, "\"=\"" }, { "<<", TRIB_STR, "\"<<\"" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_buf b = { 0 };
		const struct tribx_conf c = { .kind = TRIBX_SCALAR, .text = cases[i].text, .plain = true };
		cr_expect_eq(tribx_plain_type(cases[i].text), cases[i].type, "%s", cases[i].text);
		bool good = tribx_conf_json(&c, &b);
		cr_expect_eq(good, cases[i].json != NULL, "%s", cases[i].text);
		if (good && cases[i].json)
			cr_expect_str_eq(b.p, cases[i].json);
		tribx_buf_done(&b);
	}
}

Test(node, json_there_and_back)
{
	static const char *const cases[] = {
		"null", "true", "-5", "\"x\"", "[]", "{}", "{\"a\":[1,\"1\",null,{\"b\":false}]}",
		"9223372036854775807", "\"tab\\tquote\\\"\"",
	};
	struct tribx_arena a = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_buf b = { 0 };
		cr_expect(tribx_conf_json(make(cases[i], &a), &b));
		cr_expect_str_eq(b.p, cases[i]);
		tribx_buf_done(&b);
	}
	tribx_arena_done(&a);
}

static void count(void *ctx, const char *name, size_t first, size_t again)
{
	(void)name;
	*(size_t *)ctx += first * 10 + again;
}

Test(node, names_that_come_twice)
{
	static const char *const names[] = { "b", "a", "c", "a", "b", "a" };
	size_t sum = 0;
	cr_assert(tribx_each_twice(names, 6, count, &sum));
	cr_expect_eq(sum, 13 + 15 + 4);   /* a: 1,3 1,5; b: 0,4 */
	sum = 0;
	cr_assert(tribx_each_twice(names, 0, count, &sum));
	cr_expect_eq(sum, 0);
}
