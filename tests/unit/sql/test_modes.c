/* append, merge, replace: units in, table and counts out. Expected values follow docs/delivery.md by hand. */
#include <criterion/criterion.h>
#include <string.h>
#include "lab.h"

struct unit { const char *rows, *slices, *tally, *table; };

static void run_units(enum trib_mode mode, const char *columns, const char *option, const char *value,
                      const char *slice_columns,
                      const struct unit *u, size_t count)
{
	struct lab l = lab_open();
	trib_map options = { &option, &value, option ? 1 : 0 };
	struct trib_table is = { .size = sizeof is, .name = "t", .mode = mode, .columns = fields(columns),
	                         .options = &options };
	if (slice_columns)
		l.slice_columns = fields(slice_columns);
	for (size_t i = 0; i < count; i++) {
		l.slices = u[i].slices;
		struct tally n = load(&l, &is, u[i].rows);
		cr_assert(l.why[0] == 0, "unit %zu: %s", i, l.why);
		cr_assert_str_eq(tally_text(&n), u[i].tally, "unit %zu: %s, not %s", i, tally_text(&n), u[i].tally);
		const char *is_now = dump(&l, "SELECT * FROM t ORDER BY 1 NULLS FIRST, 2 NULLS FIRST, 3 NULLS FIRST");
		cr_assert_str_eq(is_now, u[i].table, "unit %zu: %s, not %s", i, is_now, u[i].table);
		int64_t sum = 0;
		for (int c = TRIB_INSERTED; c <= TRIB_SUPERSEDED; c++)
			sum += n.count[c];
		cr_assert(sum == n.in, "unit %zu: the books do not balance", i);
	}
	lab_close(&l);
}
#define RUN(mode, columns, option, value, slices, ...) do { \
	static const struct unit u_[] = { __VA_ARGS__ }; \
	run_units(mode, columns, option, value, slices, u_, sizeof u_ / sizeof *u_); } while (0)

Test(modes, append)
{
	RUN(TRIB_APPEND, "a:s b:s c:s", NULL, NULL, NULL,
	    { "1|x|~;1|x|~", NULL, "+2 ~0 =0 <0 -0", "1|x|~;1|x|~" },
	    { "2|=|y", NULL, "+1 ~0 =0 <0 -0", "1|x|~;1|x|~;2|~|y" });
}

Test(modes, upsert)
{
	RUN(TRIB_MERGE, "k:s:k l:s:k v:s w:s", NULL, NULL, NULL,
	    /* never by concatenated keys */
	    { "a|bc|1|x;ab|c|2|y", NULL, "+2 ~0 =0 <0 -0", "a|bc|1|x;ab|c|2|y" },
	    { "a|bc|1|x;ab|c|3|y", NULL, "+0 ~1 =1 <0 -0", "a|bc|1|x;ab|c|3|y" },
	    /* the later wins, a null overwrites */
	    { "a|bc|~|x;a|bc|9|~;n|n|1|1", NULL, "+1 ~1 =0 <1 -0", "a|bc|9|~;ab|c|3|y;n|n|1|1" },
	    { "a|bc|~|~;n|n|1|1", NULL, "+0 ~1 =1 <0 -0", "a|bc|~|~;ab|c|3|y;n|n|1|1" },
	    { "a|bc|=|5;zz|z|=|6", NULL, "+1 ~1 =0 <0 -0", "a|bc|~|5;ab|c|3|y;n|n|1|1;zz|z|~|6" },
	    /* two halves of a row meet */
	    { "ab|c|=|q;ab|c|4|=;n|n|=|1", NULL, "+0 ~1 =1 <1 -0", "a|bc|~|5;ab|c|4|q;n|n|1|1;zz|z|~|6" });
}

Test(modes, upsert_keeps_the_newest_version)
{
	RUN(TRIB_MERGE, "k:s:k ver:i:v v:s", NULL, NULL, NULL,
	    { "a|2|new;a|1|old;b|1|x;b|1|y;c|~|z", NULL, "+3 ~0 =0 <2 -0", "a|2|new;b|1|y;c|~|z" },
	    { "a|1|older;b|1|z;c|0|n", NULL, "+0 ~2 =0 <1 -0", "a|2|new;b|1|z;c|0|n" },
	    { "c|~|late", NULL, "+0 ~0 =0 <1 -0", "a|2|new;b|1|z;c|0|n" });
}

Test(modes, a_decimal_changes_by_its_exact_text)
{
	struct lab l = lab_open();
	const bool beside = l.d->exact_beside;
	lab_close(&l);
	if (beside)
		RUN(TRIB_MERGE, "k:s:k v:d x:s", NULL, NULL, NULL,
		    { "a|0.1|~", NULL, "+1 ~0 =0 <0 -0", "a|0.1|0.1|~" },
		    { "a|0.1000000000000000000000001|~", NULL, "+0 ~1 =0 <0 -0", "a|0.1|0.1000000000000000000000001|~" });
	else
		RUN(TRIB_MERGE, "k:s:k v:d x:s", NULL, NULL, NULL,
		    { "a|0.1|~", NULL, "+1 ~0 =0 <0 -0", "a|0.1|~" },
		    { "a|0.10|~", NULL, "+0 ~0 =1 <0 -0", "a|0.1|~" },
		    { "a|0.1000000000000000000000001|~", NULL, "+0 ~1 =0 <0 -0", "a|0.1000000000000000000000001|~" });
}

Test(modes, ignored_columns_are_no_change)
{
	RUN(TRIB_MERGE, "k:s:k v:s run:s", "ignore", "[run]", NULL,
	    { "a|1|r1", NULL, "+1 ~0 =0 <0 -0", "a|1|r1" },
	    { "a|1|r2", NULL, "+0 ~0 =1 <0 -0", "a|1|r1" },
	    { "a|2|r3", NULL, "+0 ~1 =0 <0 -0", "a|2|r3" });
}

Test(modes, insert_only)
{
	RUN(TRIB_MERGE, "k:s:k v:s w:s", "strategy", "insert_only", NULL,
	    { "a|1|~;b|2|~", NULL, "+2 ~0 =0 <0 -0", "a|1|~;b|2|~" },
	    { "a|9|~;c|3|~;c|4|~", NULL, "+1 ~0 =1 <1 -0", "a|1|~;b|2|~;c|4|~" });
}

Test(modes, replace)
{
	RUN(TRIB_REPLACE, "a:s b:s c:s", NULL, NULL, NULL,
	    { "1|x|~;1|x|~", NULL, "+2 ~0 =0 <0 -0", "1|x|~;1|x|~" },
	    { "2|y|z", NULL, "+1 ~0 =0 <0 -2", "2|y|z" });
	RUN(TRIB_REPLACE, "k:s:k b:s c:s", NULL, NULL, NULL,
	    { "1|x|~;2|x|~;3|x|~", NULL, "+3 ~0 =0 <0 -0", "1|x|~;2|x|~;3|x|~" },
	    { "2|x|~;3|y|~;4|x|~", NULL, "+1 ~1 =1 <0 -1", "2|x|~;3|y|~;4|x|~" });
}

Test(modes, replace_wants_the_whole_source)
{
	struct lab l = lab_open();
	struct trib_table is = { .size = sizeof is, .name = "t", .mode = TRIB_REPLACE, .columns = fields("a:s") };
	load(&l, &is, "1;2");
	l.partial = true;
	load(&l, &is, "3");
	cr_assert(strstr(l.why, "whole source"), "%s", l.why);
	cr_assert_str_eq(dump(&l, "SELECT * FROM t ORDER BY 1"), "1;2");
	lab_close(&l);
}

Test(modes, replace_slice)
{
	RUN(TRIB_MERGE, "day:s:c p:s:c v:s", "strategy", "replace_slice", NULL,
	    { "d1|p1|a;d1|p1|b;d1|p2|c;d2|p1|d;d3|~|e", NULL, "+5 ~0 =0 <0 -0",
	      "d1|p1|a;d1|p1|b;d1|p2|c;d2|p1|d;d3|~|e" },
	    /* null is a slice too */
	    { "d1|p1|z;d3|~|f", NULL, "+2 ~0 =0 <0 -3", "d1|p1|z;d1|p2|c;d2|p1|d;d3|~|f" },
	    { "", NULL, "+0 ~0 =0 <0 -0", "d1|p1|z;d1|p2|c;d2|p1|d;d3|~|f" });
	RUN(TRIB_REPLACE_SLICE, "day:s:c k:s:k v:s", NULL, NULL, "day:s",
	    { "d1|a|1;d1|b|1;d2|c|1", NULL, "+3 ~0 =0 <0 -0", "d1|a|1;d1|b|1;d2|c|1" },
	    { "d1|a|1;d1|n|2", NULL, "+1 ~0 =1 <0 -1", "d1|a|1;d1|n|2;d2|c|1" },
	    /* a correct empty day */
	    { "", "d2", "+0 ~0 =0 <0 -1", "d1|a|1;d1|n|2" },
	    { "d4|q|1", "d1;d4", "+1 ~0 =0 <0 -2", "d4|q|1" });
}
