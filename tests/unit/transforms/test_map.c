/* map: what each option does, their order, faults of the pipeline, dead letters, books. */
#include <criterion/criterion.h>
#include "drive.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
extern const struct trib_plugin map_LTX_trib_plugin;

static const struct { const char *options, *in, *out, *dead, *error; int64_t filtered; } rows[] = {
	{ .options = "{}", "a|b\n1|x\n", "1|x\n" },
	{ .options = "{'select':['b']}", "a|b\n1|x\n", "x\n" },
	{ .options = "{'select':['b','a']}", "a|b\n1|x\n", "x|1\n" },
	{ .options = "{'drop':['a']}", "a|b|c\n1|x|y\n", "x|y\n" },
	{ .options = "{'rename':{'a':'n'},'select':['n']}", "a|b\n1|x\n", "1\n" },
	{ .options = "{'rename':{'a':'b','b':'a'},'select':['a']}", "a|b\n1|x\n", "x\n" },
	{ .options = "{'constants':{'partner':'P01'}}", "a\n1\n~\n", "1|P01\n~|P01\n" },
	{ .options = "{'cast':{'a':'int64','b':{'type':'decimal','locale':'de_DE','scale':2}}}", "a|b\n12|1.234,565\n~|-\n N/A |1\n", "12|1234.56\n~|~\n~|1\n" },
	{ .options = "{'cast':{'d':{'type':'date','format':'%d.%m.%Y'},'t':'time'}}", "d|t\n31.01.2025|2025-01-31T10:00:00Z\n", "2025-01-31|2025-01-31T10:00:00Z\n" },
	{ .options = "{'cast':{'d':'date'}}", "a|d\n1|31.01.2025\n2|2025-02-01\n", "2|2025-02-01\n", "map.not_a_value: column \"d\": \"31.01.2025\" is not date" },
	{ .options = "{'cast':{'a':'int64'}}", "a\n1.0\n1.5\n9223372036854775807\n9223372036854775808\n", "1\n9223372036854775807\n", "map.not_a_value: column \"a\": \"1.5\" is not int64" },
	{ .options = "{'cast':{'a':'int64'}}", "a\n-9223372036854775808\n-9223372036854775809\n", "-9223372036854775808\n", "map.not_a_value: column \"a\": \"-9223372036854775809\" is too large for int64" },
	{ .options = "{'cast':{'a':{'type':'decimal','scale':0}}}", "a\n0.5\n1.5\n2.5\n", "0\n2\n2\n" },
	{ .options = "{'cast':{'a':'bool','b':'float64'}}", "a|b\nYes|1.5\nfalse|-0.25\n~|~\nmaybe|1\n", "true|1.5\nfalse|-0.25\n~|~\n", "map.not_a_value: column \"a\": \"maybe\" is not bool" },
	{ .options = "{'cast':{'a':'text','b':'text','c':'decimal','d':'text'}}", "a:int64|b:decimal|c:int64|d:date\n5|1.5|7|2025-01-31\n", "5|1.500000000|7|2025-01-31\n" },
	{ .options = "{'cast':{'a':{'type':'float64','scientific':true}}}", "a\n1.5e3\n", "1500\n" },
	{ .options = "{'filter':'a > 1'}", "a:int64|b\n1|x\n2|y\n3|~\n", "2|y\n3|~\n", NULL, NULL, 1 },
	{ .options = "{'filter':'b exists'}", "a:int64|b\n1|x\n2|~\n", "1|x\n", NULL, NULL, 1 },
	{ .options = "{'derive':{'c':'b | upper'}}", "a|b\n1|x\n", "1|x|X\n" },
	{ .options = "{'derive':{'b':'b | upper'}}", "a|b|c\n1|x|z\n", "1|X|z\n" },
	{ .options = "{'derive':{'c':'b | upper','d':'c | lower'}}", "b\nx\n", "x|X|x\n" },
	{ .options = "{'derive':{'c':'b'},'cast':{'c':'int64'},'rename':{'c':'n'},'drop':['b']}", "b\n7\n", "7\n" },
	/* the filter sees what came, not what is derived; rows keep their dead letters in order */
	{ .options = "{'filter':'a > 1','cast':{'b':'int64'}}", "a:int64|b\n1|q\n2|x\n3|4\n1|5\n4|y\n", "3|4\n", "map.not_a_value: column \"b\": \"x\" is not int64\nmap.not_a_value: column \"b\": \"y\" is not int64\n", NULL, 2 },
	/* faults of the pipeline */
	{ .options = "{'select':['bb']}", "a|b\n1|x\n", NULL, NULL, "map.unknown_column: select: there is no column \"bb\"; did you mean \"b\"?" },
	{ .options = "{'drop':['zzzz']}", "a|b\n1|x\n", NULL, NULL, "map.unknown_column: drop: there is no column \"zzzz\"" },
	{ .options = "{'rename':{'partnr':'p'}}", "partner\n1\n", NULL, NULL, "map.unknown_column: rename: there is no column \"partnr\"; did you mean \"partner\"?" },
	{ .options = "{'rename':{'a':'b'}}", "a|b\n1|x\n", NULL, NULL, "map.name_clash: rename: two columns would be called \"b\"" },
	{ .options = "{'rename':{'a':'n'},'select':['a']}", "a|b\n1|x\n", NULL, NULL, "map.unknown_column: select: column \"a\" has another name by then" },
	{ .options = "{'cast':{'vale':'int64'}}", "value\n1\n", NULL, NULL, "map.unknown_column: cast: there is no column \"vale\"; did you mean \"value\"?" },
	{ .options = "{'cast':{'a':{'type':'date','locale':'de'}}}", "a\n1\n", NULL, NULL, "map.bad_cast: cast of \"a\": locale is for numbers, not for date" },
	{ .options = "{'cast':{'a':{'type':'int64','locale':'xx_YY'}}}", "a\n1\n", NULL, NULL, "map.bad_cast: cast of \"a\": no locale \"xx_YY\" is known" },
	{ .options = "{'cast':{'a':'integer'}}", "a\n1\n", NULL, NULL, "config.bad_value" },
	{ .options = "{'select':['a'],'drop':['b']}", "a|b\n1|2\n", NULL, NULL, "map.name_clash: select and drop exclude one another" },
	{ .options = "{'constants':{'a':'x'}}", "a\n1\n", NULL, NULL, "map.name_clash: constants: there is a column \"a\" already" },
	{ .options = "{'filter':'nope > 1'}", "a:int64\n1\n", NULL, NULL, "nope" },
	{ .options = "{'filter':'a'}", "a:int64\n1\n", NULL, NULL, "not a condition" },
};

Test(map, options)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct drive d;
		drive_open(&d, &map_LTX_trib_plugin, rows[i].options);
		const bool good = !d.error[0] && drive_rows(&d, rows[i].in) >= 0;
		if (rows[i].error)
			cr_expect(strstr(d.error, rows[i].error), "row %zu: error '%s'", i, d.error);
		else
			cr_expect(good && !d.error[0], "row %zu: error '%s'", i, d.error);
		if (good && rows[i].out)
			cr_expect_str_eq(drive_out(&d, 0), rows[i].out, "row %zu:\n%s%s", i, drive_out(&d, 0), drive_dead(&d));
		if (good) {
			cr_expect(rows[i].dead ? strstr(drive_dead(&d), rows[i].dead) != NULL : d.t->dead.count == 0, "row %zu: dead\n%s", i, drive_dead(&d));
			cr_expect(d.t->counts[0][TRIB_FILTERED] == rows[i].filtered, "row %zu: filtered", i);
			cr_expect(drive_balanced(&d), "row %zu: books", i);
		}
		drive_close(&d);
	}
}

/* Columns that appear in a later batch bind again; what was bound keeps its place. */
Test(map, columns_come_later)
{
	struct drive d;
	drive_open(&d, &map_LTX_trib_plugin, "{'derive':{'u':'a | upper'},'drop':['a']}");
	cr_assert(drive_rows(&d, "a|b\nx|1\n") == 0 && drive_rows(&d, "a|b|c\ny|2|3\n") == 0 && drive_rows(&d, "b|a\n4|z\n") == 0, "%s", d.error);
	cr_expect_str_eq(drive_out(&d, 0), "1|X\n2|3|Y\n4|~|Z\n", "%s", drive_out(&d, 0));
	drive_close(&d);
}
