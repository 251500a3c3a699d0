/* What a plan refuses, with words that name the table, and the shape of what it creates. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include "lab.h"

static const char *fault(const char *name, enum trib_mode mode, const char *columns, const char *option,
                         const char *value)
{
	static char why[256];
	trib_map options = { &option, &value, option ? 1 : 0 };
	struct trib_table is = { .size = sizeof is, .name = name, .mode = mode, .columns = fields(columns),
	                         .options = &options };
	struct trib_sql *s = trib_sql_new(trib_dialect("sqlite"), &is, 0, 0);
	snprintf(why, sizeof why, "%s", s->fault ? s->fault : "");
	trib_sql_free(s);
	return why;
}

Test(plan, refuses)
{
	static const struct { const char *name; enum trib_mode mode; const char *columns, *option, *value,
	                      *words; } t[] = {
		{ "t", TRIB_MERGE, "a:s b:s", NULL, NULL, "`key:`" },
		{ "t", TRIB_SCD2, "a:s b:s", NULL, NULL, "`key:`" },
		{ "t", TRIB_REPLACE_SLICE, "a:s:k b:s", NULL, NULL, "`slice_by:`" },
		{ "t", TRIB_EFFECTIVE, "a:s:k b:s", NULL, NULL, "not offered" },
		{ "t", TRIB_SNAPSHOT, "a:s:k b:s", NULL, NULL, "not offered" },
		{ "t", TRIB_APPEND, "Calls:s calls:s", NULL, NULL, "one name" },
		{ "t", TRIB_APPEND, "v:d v_dec:s", NULL, NULL, "one name" },
		{ "t", TRIB_APPEND, "_trib_absent:s", NULL, NULL, "taken" },
		{ "SQLite_x", TRIB_APPEND, "a:s", NULL, NULL, "sqlite_" },
		{ "_trib_state", TRIB_APPEND, "a:s", NULL, NULL, "_trib_" },
		{ "t", TRIB_APPEND, "a:?", NULL, NULL, "no columns" },
		{ "t", TRIB_APPEND, "a:s", "guard", "{}", "`guard`" },
		{ "t", TRIB_MERGE, "a:s:k", "recorded_from", "x", "`recorded_from`" },
		{ "t", TRIB_MERGE, "a:s:k", "strategy", "sometimes", "`strategy:`" },
		{ "t", TRIB_SCD2, "a:s:k b:s", "absent", "drop", "`absent:`" },
		{ "t", TRIB_SCD2, "a:s:k b:s", "ignore", "[zz]", "`zz`" },
		{ "t", TRIB_SCD2, "a:s:k valid_to:s", NULL, NULL, "one name" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		const char *why = fault(t[i].name, t[i].mode, t[i].columns, t[i].option, t[i].value);
		cr_assert(strstr(why, t[i].words), "row %zu: `%s`", i, why);
	}
}

Test(plan, a_decimal_is_two_columns)
{
	struct lab l = lab_open();
	struct trib_table is = { .size = sizeof is, .name = "t", .mode = TRIB_MERGE, .columns = fields("k:s:k v:d") };
	if (!l.d->exact_beside)
		cr_skip_test("decimals are exact in %s", l.d->name);
	load(&l, &is, "a|1");
	cr_assert_str_eq(dump(&l, "SELECT name, type FROM pragma_table_info('t') ORDER BY cid"),
	                 "k|TEXT;v|REAL;v_dec|TEXT");
	cr_assert_str_eq(dump(&l, "SELECT sql LIKE '%WITHOUT ROWID' FROM sqlite_master WHERE name = 't'"), "1");
	lab_close(&l);
}
