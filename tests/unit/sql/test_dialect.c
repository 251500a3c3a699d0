/* Names from data become SQL in one place. The list is the one of the hostile-input collection; it is skipped when
 * absent. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "lab.h"

Test(dialect, quotes)
{
	static const struct { const char *name; size_t n; const char *quoted; } t[] = {
		{ "plain", 5, "\"plain\"" }, { "a\"b", 3, "\"a\"\"b\"" }, { "", 0, "\"\"" }, { "a\"; DROP TABLE x; --",
		        20, "\"a\"\"; DROP TABLE x; --\"" },
		{ "nul\0in", 6, NULL },
	};
	const struct trib_dialect *d = trib_dialect("sqlite");
	cr_assert(trib_dialect("no such") == NULL);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char to[64];
		int n = trib_sql_quote(d, (struct trib_text){ t[i].name, t[i].n }, to);
		if (t[i].quoted)
			cr_assert(n == (int)strlen(t[i].quoted) && strcmp(to, t[i].quoted) == 0, "%s", t[i].name);
		else
			cr_assert(n == -1);
	}
}

static void round_trip(const char *name)
{
	struct lab l = lab_open();
	struct trib_field columns[] = { { .name = name, .type = TRIB_STR, .flags = TRIB_KEY },
	                                { .name = "other", .type = TRIB_STR }, { 0 } };
	const bool lite = strcmp(l.d->name, "sqlite") == 0;
	bool reserved = strncmp(name, "_trib_", 6) == 0 || (lite && strncmp(name, "sqlite_", 7) == 0);
	bool refused = !lite && (!*name || strlen(name) > 63 || strcmp(name, "ctid") == 0 || strcmp(name, "xmin") == 0);
	struct trib_table is = { .size = sizeof is, .name = reserved ? "t" : name, .mode = TRIB_MERGE,
	                         .columns = columns };
	struct tally n = load(&l, &is, "k1|a;k2|b");
	if (refused) {
		cr_assert(l.why[0], "%s is taken", name);
		lab_close(&l);
		return;
	}
	cr_assert(l.why[0] == 0 && n.count[TRIB_INSERTED] == 2, "%s: %s", name, l.why);
	n = load(&l, &is, "k1|a;k2|c");
	cr_assert(n.count[TRIB_UPDATED] == 1 && n.count[TRIB_UNCHANGED] == 1, "%s: %s", name, tally_text(&n));
	/* a number that the table knows by the name that was given */
	char to[2 * 600 + 3], sql[4000];
	cr_assert(trib_sql_quote(l.d, (struct trib_text){ name, strlen(name) }, to) > 0);
	snprintf(sql, sizeof sql, "SELECT count(x.%s) FROM %s%s%s AS x", to, reserved ? "t" : "", reserved ? "" : to, "");
	cr_assert_str_eq(dump(&l, sql), "2", "`%s` is not the name in the database", name);
	is.name = name;
	struct trib_sql *s = trib_sql_new(l.d, &is, 0, 0);
	cr_assert((s->fault != NULL) == reserved, "%s", name);
	trib_sql_free(s);
	lab_close(&l);
}

Test(dialect, names_of_the_collection_round_trip, .timeout = 60)
{
	const char *src = getenv("TRIB_SRC");
	char path[512];
	json_t *names = NULL;
	snprintf(path, sizeof path, "%s/../shared/badinput/sql/identifiers.json", src ? src : "../..");
	names = json_load_file(path, JSON_ALLOW_NUL, NULL);
	if (!names)
		cr_skip_test("badinput is not beside the repository");
	cr_assert(json_array_size(names) == 59);
	for (size_t i = 0; i < json_array_size(names); i++) {
		const json_t *v = json_array_get(names, i);
		struct trib_text name = { json_string_value(v), json_string_length(v) };
		char to[2048];
		if (memchr(name.p, 0, name.n))
			cr_assert(trib_sql_quote(trib_dialect("sqlite"), name, to) == -1);
		else
			round_trip(name.p);
	}
	json_decref(names);
}
