/* scd2: histories by the load's time, and by the rows' own. */
#include <criterion/criterion.h>
#include <string.h>
#include "lab.h"

struct unit { const char *now, *rows, *slices; bool partial; const char *tally, *table; };

static void run_units(const char *columns, const char *const *names, const char *const *values, size_t n,
                      const char *slice_columns,
                      const char *select, const struct unit *u, size_t count)
{
	struct lab l = lab_open();
	trib_map options = { names, values, n };
	struct trib_table is = { .size = sizeof is, .name = "t", .mode = TRIB_SCD2, .columns = fields(columns),
	                         .options = &options };
	if (slice_columns)
		l.slice_columns = fields(slice_columns);
	for (size_t i = 0; i < count; i++) {
		l.slices = u[i].slices;
		l.partial = u[i].partial;
		l.now = u[i].now;
		struct tally t = load(&l, &is, u[i].rows);
		cr_assert(l.why[0] == 0, "unit %zu: %s", i, l.why);
		const char *got = dump(&l, select);
		cr_assert_str_eq(got, u[i].table, "unit %zu: %s, not %s", i, got, u[i].table);
		cr_assert_str_eq(tally_text(&t), u[i].tally, "unit %zu: %s, not %s", i, tally_text(&t), u[i].tally);
		/* at most one open row per key, from before to */
		cr_assert_str_eq(dump(&l, "SELECT count(*) FROM (SELECT k FROM t WHERE coalesce(t, 'open') IN ('open',"
		                          " '9999-12-31') GROUP BY k HAVING count(*) > 1) AS x"), "0");
		cr_assert_str_eq(dump(&l, "SELECT count(*) FROM t WHERE f >= coalesce(t, '9999')"), "0");
	}
	lab_close(&l);
}
#define ARGS(...) (const char *const[]){ __VA_ARGS__ }
#define COUNT(a) (sizeof (a) / sizeof *(a))

static const char *const names[] = { "recorded_from", "recorded_to", "revision", "open" };
static const char *const values[] = { "f", "t", "rev", "9999-12-31" };

Test(history, by_the_load)
{
	static const struct unit u[] = {
		{ "1", "a|x;b|y", NULL, true, "+2 ~0 =0 <0 -0", "a|x|0|1|9999-12-31;b|y|0|1|9999-12-31" },
		{ "2", "a|x;b|y", NULL, true, "+0 ~0 =2 <0 -0", "a|x|0|1|9999-12-31;b|y|0|1|9999-12-31" },
		{ "3", "a|z;c|n", NULL, true, "+1 ~1 =0 <0 -0", "a|x|0|1|3;a|z|1|3|9999-12-31;b|y|0|1|9999-12-31;c|n|"
		        "0|3|9999-12-31" },
		/* the same moment again: a moment later */
		{ "3", "a|q;c|n;c|n", NULL, true, "+0 ~1 =1 <1 -0",
		  "a|x|0|1|3;a|z|1|3|3+;a|q|2|3+|9999-12-31;b|y|0|1|9999-12-31;c|n|0|3|9999-12-31" },
		{ "4", "b|~", NULL, true, "+0 ~1 =0 <0 -0",
		  "a|x|0|1|3;a|z|1|3|3+;a|q|2|3+|9999-12-31;b|y|0|1|4;b|~|1|4|9999-12-31;c|n|0|3|9999-12-31" },
		{ "5", "b|=", NULL, true, "+0 ~0 =1 <0 -0",
		  "a|x|0|1|3;a|z|1|3|3+;a|q|2|3+|9999-12-31;b|y|0|1|4;b|~|1|4|9999-12-31;c|n|0|3|9999-12-31" },
	};
	run_units("k:s:k v:s", names, values, 4, NULL, "SELECT k, v, rev, f, t FROM t ORDER BY k, rev", u, COUNT(u));
}

Test(history, what_is_gone_closes_and_may_come_back)
{
	static const struct unit u[] = {
		{ "1", "a|x;b|y", NULL, false, "+2 ~0 =0 <0 -0", "a|x|1|~;b|y|1|~" },
		/* a part of the source says nothing */
		{ "2", "b|y", NULL, true, "+0 ~0 =1 <0 -0", "a|x|1|~;b|y|1|~" },
		{ "3", "b|y", NULL, false, "+0 ~0 =1 <0 -1", "a|x|1|3;b|y|1|~" },
		{ "4", "a|x;b|y", NULL, false, "+1 ~0 =1 <0 -0", "a|x|1|3;a|x|4|~;b|y|1|~" },   /* the gap stays */
	};
	run_units("k:s:k v:s", ARGS("recorded_from", "recorded_to", "absent"), ARGS("f", "t", "close"), 3, NULL,
	          "SELECT k, v, f, t FROM t ORDER BY k, f", u, COUNT(u));
}

Test(history, a_rewritten_slice_closes_what_it_lost)
{
	static const struct unit u[] = {
		{ "1", "a|jan|x;b|jan|y;c|feb|z", "jan;feb", true, "+3 ~0 =0 <0 -0",
		  "a|jan|x|1|~;b|jan|y|1|~;c|feb|z|1|~" },
		/* nothing declared */
		{ "2", "a|jan|x", NULL, true, "+0 ~0 =1 <0 -0", "a|jan|x|1|~;b|jan|y|1|~;c|feb|z|1|~" },
		{ "3", "a|jan|x", "jan", true, "+0 ~0 =1 <0 -1", "a|jan|x|1|~;b|jan|y|1|3;c|feb|z|1|~" },
		{ "4", "", "feb", true, "+0 ~0 =0 <0 -1", "a|jan|x|1|~;b|jan|y|1|3;c|feb|z|1|4" },
	};
	run_units("k:s:k month:s v:s", ARGS("recorded_from", "recorded_to", "close_in"), ARGS("f", "t", "[month]"), 3,
	          "month:s",
	          "SELECT k, month, v, f, t FROM t ORDER BY k, f", u, COUNT(u));
}

Test(history, slices_of_the_series_that_occur)
{
	static const struct unit u[] = {
		{ "1", "s1:1|s1|jan;s1:2|s1|jan;s2:1|s2|jan", NULL, true, "+3 ~0 =0 <0 -0", "s1:1|~;s1:2|~;s2:1|~" },
		/* s2 is another source's */
		{ "2", "s1:1|s1|jan", "jan", true, "+0 ~0 =1 <0 -1", "s1:1|~;s1:2|2;s2:1|~" },
	};
	run_units("k:s:k series:s month:s", ARGS("recorded_from", "recorded_to", "close_in"),
	          ARGS("f", "t", "[series, month]"), 3, "month:s",
	          "SELECT k, t FROM t ORDER BY k, f", u, COUNT(u));
}

Test(history, by_the_rows_own_time)
{
	static const struct unit u[] = {
		{ "9", "a|src|2025-01-05;a|rule|2025-02-02;b|src|2025-01-06", NULL, true, "+3 ~0 =0 <0 -0",
		  "a|src|2025-01-05|2025-02-02;a|rule|2025-02-02|~;b|src|2025-01-06|~" },
		{ "9", "a|src|2025-01-05;a|rule|2025-02-02;b|src|2025-01-06", NULL, true, "+0 ~0 =3 <0 -0",
		  "a|src|2025-01-05|2025-02-02;a|rule|2025-02-02|~;b|src|2025-01-06|~" },
		/* says what was said before */
		{ "9", "a|rule|2025-03-01;b|rule|2025-03-01;b|rule|2025-03-02", NULL, true, "+1 ~0 =2 <0 -0",
		  "a|src|2025-01-05|2025-02-02;a|rule|2025-02-02|~;b|src|2025-01-06|2025-03-01;b|rule|2025-03-01|~" },
		/* late, in between */
		{ "9", "a|mid|2025-01-20", NULL, true, "+1 ~0 =0 <0 -0",
		  "a|src|2025-01-05|2025-01-20;a|mid|2025-01-20|2025-02-02;a|rule|2025-02-02|~;b|src|2025-01-06|"
		  "2025-03-01;b|rule|2025-03-01|~" },
		{ "9", "a|fix|2025-02-02", NULL, true, "+0 ~1 =0 <0 -0",
		  "a|src|2025-01-05|2025-01-20;a|mid|2025-01-20|2025-02-02;a|fix|2025-02-02|~;b|src|2025-01-06|"
		  "2025-03-01;b|rule|2025-03-01|~" },
	};
	run_units("k:s:k v:s at:s", ARGS("recorded_from", "recorded_to", "time_from"), ARGS("f", "t", "at"), 3, NULL,
	          "SELECT k, v, f, t FROM t ORDER BY k, f", u, COUNT(u));
}

Test(history, moments_of_one_second_are_in_order)
{
	static const struct unit u[] = {
		{ "9", "a|1|2025-01-01T00:00:00.5Z;a|0|2025-01-01T00:00:00Z", NULL, true, "+2 ~0 =0 <0 -0",
		  "0|2025-01-01T00:00:00.5Z;1|~" },
	};
	struct lab l = lab_open();
	if (!*l.d->moment[0])
		cr_skip_test("times are no texts in %s", l.d->name);
	trib_map options = { ARGS("time_from"), ARGS("at"), 1 };
	struct trib_table is = { .size = sizeof is, .name = "t", .mode = TRIB_SCD2, .columns = fields("k:s:k v:s at:s"),
	                         .options = &options };
	load(&l, &is, u[0].rows);
	cr_assert_str_eq(dump(&l, "SELECT v, valid_to FROM t ORDER BY v"), u[0].table);
	lab_close(&l);
}
