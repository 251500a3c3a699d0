/* test_run - ids, books, stored states, reports. The loop itself is tested by suite/contract.sh. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include "run/chain.h"
#include "run/parts.h"
#include "run/report.h"
#include "run/runid.h"

Test(runid, ids_sort_by_time_and_differ)
{
	char ids[200][24];
	for (int i = 0; i < 200; i++) {
		tribx_run_id(ids[i]);
		cr_assert_eq(strlen(ids[i]), 16);
		cr_expect(i == 0 || strncmp(ids[i - 1], ids[i], 10) <= 0);
		cr_expect(i == 0 || strcmp(ids[i - 1], ids[i]) != 0);
	}
}

Test(books, in_and_created_equal_all_ways_out)
{
	static const struct { struct tribx_books b; bool balanced; } rows[] = {
		{ { 0 }, true },
		{ { .in = 5, .out = 5 }, true },
		{ { .in = 5, .out = 4 }, false },
		{ { .in = 5, .out = 3, .dead = 1, .counts = { [TRIB_FILTERED] = 1 } }, true },
		{ { .in = 1, .out = 3, .counts = { [TRIB_CREATED] = 2 } }, true },
		{ { .in = 9, .out = 1, .counts = { [TRIB_AGGREGATED] = 6, [TRIB_DEDUPED] = 2 } }, true },
		{ { .in = 9, .out = 1, .counts = { [TRIB_INSERTED] = 8 } }, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(tribx_books_balance(&rows[i].b), rows[i].balanced, "row %zu", i);
}

Test(parts, stored_states_are_read_or_refused)
{
	static const struct { const char *text; bool good, end; const char *state; } rows[] = {
		{ "{\"v\":1,\"end\":true,\"row\":{\"a\":1},\"state\":{\"next\":5}}", true, true, "{\"next\":5}" },
		{ "{\"v\":1,\"end\":false,\"row\":{},\"state\":null}", true, false, NULL },
		{ "{\"v\":2,\"end\":true}", false, false, NULL },
		{ "", false, false, NULL },
		{ "{\"v\":1", false, false, NULL },
		{ "[1]", false, false, NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *state = NULL, *row = NULL;
		bool end = false;
		cr_expect_eq(tribx_part_parse(rows[i].text, strlen(rows[i].text), &state, &row, &end), rows[i].good, "row %zu", i);
		cr_expect_eq(end, rows[i].end, "row %zu", i);
		cr_expect(rows[i].state ? state && !strcmp(state, rows[i].state) : !state, "row %zu", i);
		free(state);
		free(row);
	}
}

Test(report, is_one_json_object)
{
	struct tribx_report r = { .pipeline = "a \"b\"", .status = TRIB_HELD, .exit_code = 5, .read = 7, .table_count = 1, .step_count = 1 };
	struct tribx_buf out = { 0 };
	strcpy(r.tables[0].name, "t");
	r.tables[0].counts[TRIB_INSERTED] = 6;
	strcpy(r.steps[0].name, "map");
	tribx_report_json(&r, &out);
	json_t *o = json_loads(out.p, 0, NULL);
	cr_assert(o, "%s", out.p);
	cr_expect_str_eq(json_string_value(json_object_get(o, "pipeline")), "a \"b\"");
	cr_expect_str_eq(json_string_value(json_object_get(o, "status")), "HELD");
	cr_expect_eq(json_integer_value(json_object_get(json_array_get(json_object_get(o, "tables"), 0), "inserted")), 6);
	json_decref(o);
	tribx_buf_done(&out);
}
