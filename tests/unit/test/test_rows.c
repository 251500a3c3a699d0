/* Values of tests as they are compared: what is equal in a type, and what is none of it. */
#include <criterion/criterion.h>
#include <string.h>

#include "test/rows.h"

static const struct { enum trib_type type; const char *a, *b; bool equal; } pairs[] = {
	{ TRIB_DEC, "1.50", "1.5", true },      { TRIB_DEC, "+01.5", "1.5", true },     { TRIB_DEC, "-0.00", "0", true },
	{ TRIB_DEC, ".5", "0.50", true },       { TRIB_DEC, "1.5", "1.51", false },     { TRIB_DEC, "-1", "1", false },
	{ TRIB_DEC, "99999999999999999999999999999.999999999", "99999999999999999999999999999.999999998", false },
	{ TRIB_DEC, "1.5000000001", "1.5", false },
	{ TRIB_I64, "9223372036854775807", "9223372036854775806", false }, { TRIB_I64, "-9223372036854775808", "-9223372036854775808", true },
	{ TRIB_STR, "1.50", "1.5", false },     { TRIB_STR, "", "", true },
	{ TRIB_BOOL, "1", "true", true },       { TRIB_BOOL, "0", "false", true },      { TRIB_BOOL, "true", "false", false },
	{ TRIB_TIME, "2025-01-31T12:00:00+01:00", "2025-01-31T11:00:00Z", true },
	{ TRIB_TIME, "2025-01-31T11:00:00.000001Z", "2025-01-31T11:00:00Z", false },
	{ TRIB_DATE, "2025-01-31", "2025-01-31", true }, { TRIB_F64, "1e3", "1000", true }, { TRIB_F64, "0.1", "0.10000000000000001", true },
	{ TRIB_JSON, "{\"a\":1,\"b\":[2]}", "{ \"b\": [2], \"a\": 1 }", true }, { TRIB_JSON, "[1,2]", "[2,1]", false },
};

Test(rows, equal_values)
{
	struct tribx_arena a = { 0 };
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		const struct trib_field f = { .name = "x", .type = pairs[i].type };
		const char *x = tribx_plain_value(&f, pairs[i].a, &a), *y = tribx_plain_value(&f, pairs[i].b, &a);
		cr_assert(x && y, "%s or %s is no value", pairs[i].a, pairs[i].b);
		cr_expect_eq(strcmp(x, y) == 0, pairs[i].equal, "%s and %s: %s, %s", pairs[i].a, pairs[i].b, x, y);
	}
	tribx_arena_done(&a);
}

Test(rows, no_values)
{
	static const struct { enum trib_type type; const char *text; } none[] = {
		{ TRIB_DEC, "" }, { TRIB_DEC, "1." "x" }, { TRIB_DEC, "-" }, { TRIB_DEC, "1.2.3" }, { TRIB_I64, "one" }, { TRIB_BOOL, "yes" },
		{ TRIB_DATE, "2025-02-30" }, { TRIB_TIME, "noon" }, { TRIB_F64, "x" }, { TRIB_JSON, "{" },
	};
	struct tribx_arena a = { 0 };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		const struct trib_field f = { .name = "x", .type = none[i].type };
		cr_expect_null(tribx_plain_value(&f, none[i].text, &a), "%s", none[i].text);
	}
	tribx_arena_done(&a);
}
