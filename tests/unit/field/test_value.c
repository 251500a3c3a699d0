/* value - text to typed values: units, ranges, words. Expected values are from the YAML 1.2 rules and plain
 * arithmetic. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "field/fill.h"

Test(value, durations)
{
	static const struct { const char *text; int64_t ms; const char *why; } cases[] = {
		{ "30s", 30000, NULL }, { "2m", 120000, NULL }, { "1h30m", 5400000, NULL }, { "1d", 86400000, NULL },
		{ "1w", 604800000, NULL },
		{ "250ms", 250, NULL }, { "0", 0, NULL }, { "1h1m1s1ms", 3661001, NULL }, { "0s", 0, NULL },
		{ "", 0, "not a duration" }, { "30", 0, "not a duration" }, { "s", 0, "not a duration" },
		{ "-1s", 0, "not a duration" },
		{ "1.5h", 0, "not a duration" }, { "1 h", 0, "not a duration" }, { "1y", 0, "not a duration" },
		{ "1s ", 0, "not a duration" },
		{ "9223372036854775807ms", INT64_MAX, NULL }, { "9223372036854775808ms", 0, "out of range" },
		{ "9223372036854775807s", 0, "out of range" },
		{ "99999999999999999999d", 0, "out of range" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		trib_duration d = { -7 };
		const char *why = tribx_duration_parse(cases[i].text, &d);
		if (cases[i].why)
			cr_expect(why && strstr(why, cases[i].why), "%s: %s", cases[i].text, why ? why : "taken");
		else
			cr_expect(!why && d.ms == cases[i].ms, "%s: %s %" PRId64, cases[i].text, why ? why : "", d.ms);
	}
}

Test(value, integers)
{
	static const struct { const char *text, *allow; int64_t n; const char *why; } cases[] = {
		{ "10", NULL, 10, NULL }, { "-1", NULL, -1, NULL }, { "+7", NULL, 7, NULL }, { "010", NULL, 10, NULL },
		{ "0x1F", NULL, 31, NULL },
		{ "0o17", NULL, 15, NULL }, { "9223372036854775807", NULL, INT64_MAX, NULL },
		{ "-9223372036854775808", NULL, INT64_MIN, NULL },
		{ "64MiB", NULL, 67108864, NULL }, { "1GB", NULL, 1000000000, NULL }, { "1 kB", NULL, 1000, NULL },
		{ "3TiB", NULL, 3298534883328, NULL },
		{ "9223372036854775808", NULL, 0, "out of range" }, { "99999999999999999999", NULL, 0, "out of range" },
		{ "9223372036854775807KiB", NULL, 0, "out of range" }, { "ten", NULL, 0, "not a number" },
		{ "", NULL, 0, "not a number" },
		{ "1.5", NULL, 0, "not a number" }, { "1e3", NULL, 0, "not a number" },
		{ "1_000", NULL, 0, "not a number" }, { "-", NULL, 0, "not a number" },
		{ "0x", NULL, 0, "not a number" }, { "0o8", NULL, 0, "not a number" },
		{ "0x1F MB", NULL, 0, "not a number" }, { "5 ", NULL, 0, "not a number" },
		{ "1", "1..100", 1, NULL }, { "100", "1..100", 100, NULL }, { "0", "1..100", 0, "out of range" },
		{ "101", "1..100", 0, "out of range" },
		{ "5", "1..", 5, NULL }, { "0", "1..", 0, "out of range" }, { "-5", "..0", -5, NULL },
		{ "1", "..0", 0, "out of range" },
		{ "2MiB", "1KiB..1MiB", 0, "out of range" }, { "7", "1|7|30", 7, NULL },
		{ "8", "1|7|30", 0, "unknown word" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct trib_field row = { .name = "n", .type = TRIB_I64, .allow = cases[i].allow };
		union tribx_value v = { .i = -77 };
		const char *why = tribx_value_parse(&row, cases[i].text, &v);
		if (cases[i].why)
			cr_expect(why && strcmp(why, cases[i].why) == 0, "%s: %s", cases[i].text, why ? why : "taken");
		else
			cr_expect(!why && v.i == cases[i].n, "%s: %s %" PRId64, cases[i].text, why ? why : "", v.i);
	}
}

Test(value, other_types)
{
	static const struct { enum trib_type type; const char *text, *allow, *why; } cases[] = {
		{ TRIB_BOOL, "true", NULL, NULL }, { TRIB_BOOL, "FALSE", NULL, NULL },
		{ TRIB_BOOL, "yes", NULL, "not true or false" },
		{ TRIB_BOOL, "1", NULL, "not true or false" }, { TRIB_F64, "0.5", "0..1", NULL },
		{ TRIB_F64, "1.01", "0..1", "out of range" },
		{ TRIB_F64, "1e400", NULL, "out of range" }, { TRIB_F64, ".inf", NULL, "not a number" },
		{ TRIB_F64, "0x10", NULL, "not a number" },
		{ TRIB_F64, "1,5", NULL, "not a number" }, { TRIB_DEC, "0.95", "0..1", NULL },
		{ TRIB_DEC, "1.0000001", "0..1", "out of range" },
		{ TRIB_DEC, "x", NULL, "not a decimal number" }, { TRIB_STR, "week", "day|week|month", NULL },
		{ TRIB_STR, "wee", "day|week|month", "unknown word" },
		{ TRIB_STR, "", "day|week", "unknown word" }, { TRIB_STR, "..", NULL, NULL },
		{ TRIB_DURATION, "30s", "1s..1h", NULL },
		{ TRIB_DURATION, "2h", "1s..1h", "out of range" }, { TRIB_DATE, "2025-01-31", NULL, NULL },
		{ TRIB_DATE, "31.01.2025", NULL, "not a date (YYYY-MM-DD)" },
		{ TRIB_DATE, "1999-12-31", "2000-01-01..", "out of range" }, { TRIB_CLOCK, "23:59", NULL, NULL },
		{ TRIB_CLOCK, "09:00:01.5", NULL, NULL },
		{ TRIB_CLOCK, "24:00", NULL, "out of range" }, { TRIB_CLOCK, "9:00", NULL,
		                                                 "not a time of day (HH:MM or HH:MM:SS)" },
		{ TRIB_TIME, "2025-01-31T10:00:00Z", NULL, NULL }, { TRIB_TIME, "2025-01-31", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct trib_field row = { .name = "n", .type = cases[i].type, .allow = cases[i].allow };
		union tribx_value v;
		const char *why = tribx_value_parse(&row, cases[i].text, &v);
		cr_expect((!why && !cases[i].why) || (why && cases[i].why && strcmp(why, cases[i].why) == 0), "%s: %s",
		          cases[i].text, why ? why : "taken");
	}
	const struct trib_field clock = { .name = "n", .type = TRIB_CLOCK };
	union tribx_value v;
	cr_assert_null(tribx_value_parse(&clock, "09:00:01.5", &v));
	cr_expect(v.clock.us == 32401500000, "%" PRId64, v.clock.us);
}
