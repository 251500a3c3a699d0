/* state - what is saved comes back equal, as often as it is put back, in the room of one. */
#include <stdlib.h>

#include "make.h"

struct seen { const char *name; int64_t n; };
static const struct trib_field seen[] = { TRIB_FIELD(struct seen, name), TRIB_FIELD(struct seen, n), { 0 } };
struct state {
	int64_t big; bool done; double ratio; trib_dec money; const char *after,
		*none; trib_date day; trib_time at; trib_clock clock;
	trib_duration wait; trib_json raw; trib_list files; trib_map etags; trib_list many;
};
static const struct trib_field table[] = {
	TRIB_FIELD(struct state, big), TRIB_FIELD(struct state, done), TRIB_FIELD(struct state, ratio),
		TRIB_FIELD(struct state, money, .precision = 38, .scale = 9),
	TRIB_FIELD(struct state, after), TRIB_FIELD(struct state, none), TRIB_FIELD(struct state, day),
		TRIB_FIELD(struct state, at),
	TRIB_FIELD(struct state, clock), TRIB_FIELD(struct state, wait), TRIB_FIELD(struct state, raw),
		TRIB_FIELD(struct state, files),
	TRIB_FIELD(struct state, etags), TRIB_FIELD(struct state, many, TRIB_OF(struct seen, seen)), { 0 }
};
static const char text[] =
	"{\"big\":9223372036854775807,\"done\":true,\"ratio\":0.5,\"money\":\"-12345678901234567890.123456789\","
	"\"after\":\"c\\u00e4\",\"none\":null,"
	"\"day\":\"2025-01-31\",\"at\":\"2025-01-31T23:59:59.123456Z\",\"clock\":\"09:30:00.000001\",\"wait\":1500,"
	"\"raw\":{\"a\":[1]},"
	"\"files\":[\"x\",\"y\"],\"etags\":{\"x\":\"1\"},\"many\":[{\"name\":\"p\",\"n\":-9223372036854775808}]}";

Test(state, saved_and_restored)
{
	struct tribx_arena a = { 0 };
	struct tribx_error e = { 0 };
	struct state s = { 0 };
	json_t *want = json_loads(text, 0, NULL);
	cr_assert_not_null(want);
	cr_assert_eq(tribx_fields_restore(table, &s, &a, want, &e), TRIB_OK, "%s", e.text);
	size_t used = a.used;
	cr_expect_eq(s.big, INT64_MAX);
	cr_expect_eq(s.wait.ms, 1500);
	cr_expect_null(s.none);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(tribx_fields_restore(table, &s, &a, want, &e), TRIB_OK);
	cr_expect_eq(a.used, used, "%zu, then %zu", used, a.used);
	json_t *got = tribx_fields_save(table, &s);
	char *dump = json_dumps(got, JSON_COMPACT);
	cr_expect(json_equal(want, got), "%s", dump);
	free(dump);
	json_decref(got);
	cr_assert_eq(tribx_fields_restore(table, &s, &a, NULL, &e), TRIB_OK);
	cr_expect(s.big == 0 && !s.after && s.files.count == 0 && s.day.days == 0);
	cr_expect_eq(a.used, 0);
	json_decref(want);
	tribx_arena_done(&a);
}

Test(state, what_does_not_fit_is_said)
{
	static const struct { const char *json, *text; } cases[] = {
		{ "{\"big\": \"x\"}", "state big: not a number" }, { "{\"big\": 1.5}", "state big: of another type" },
		{ "{\"day\": \"soon\"}", "state day: not a date (YYYY-MM-DD)" },
		{ "{\"files\": {}}", "state files: not an array" }, { "[]", "the stored state is no JSON object" },
		{ "{\"many\": [{\"n\": true}]}", "state n: of another type" },
		{ "{\"files\": [1]}", "state files: of another type" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_error e = { 0 };
		struct state s = { 0 };
		json_t *v = json_loads(cases[i].json, 0, NULL);
		cr_expect_eq(tribx_fields_restore(table, &s, &a, v, &e), TRIB_DATA);
		cr_expect_str_eq(e.text, cases[i].text);
		cr_expect_str_eq(e.code, "state.bad_value");
		json_decref(v);
		tribx_arena_done(&a);
	}
}
