/* fuzz: a name as SQL: an SQLite in memory makes a table and a column so called, and says the same name. */
#include "fuzz/fuzz.h"

#include <sqlite3.h>
#include <stdio.h>
#include <tributary/sql.h>

#include "parse/utf.h"

FUZZ(sql)
{
	const struct trib_dialect *d = trib_dialect("sqlite");
	char *name = fuzz_text((struct trib_text){ (const char *)data, size }), *quoted = malloc(2 * size + 3), *text = malloc(4 * size + 64);
	const size_t n = strlen(name);
	const int whole = trib_sql_quote(d, (struct trib_text){ (const char *)data, size }, quoted), length = trib_sql_quote(d, (struct trib_text){ name, n }, quoted);
	FUZZ_LAW((whole < 0) == (n != size), "a NUL inside: %d", whole);
	FUZZ_LAW(length == (int)strlen(quoted) && length >= 2, "%d of %zu bytes", length, strlen(quoted));
	if (tribx_utf8_bad(TRIBX_SERIAL, name, n) == n && n && strncasecmp(name, "sqlite_", 7) != 0) {
		sqlite3 *db = NULL;
		sqlite3_stmt *s = NULL;
		FUZZ_LAW(sqlite3_open(":memory:", &db) == SQLITE_OK, "no SQLite");
		sprintf(text, "CREATE TABLE %s (%s)", quoted, quoted);
		FUZZ_LAW(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", text, sqlite3_errmsg(db));
		FUZZ_LAW(sqlite3_prepare_v2(db, "SELECT m.name, c.name, count(*) OVER () FROM sqlite_schema m, pragma_table_info(m.name) c", -1, &s, NULL) == SQLITE_OK &&
		         sqlite3_step(s) == SQLITE_ROW, "%s", sqlite3_errmsg(db));
		for (int i = 0; i < 2; i++)
			FUZZ_LAW(strcmp((const char *)sqlite3_column_text(s, i), name) == 0, "%s became %s", name, (const char *)sqlite3_column_text(s, i));
		FUZZ_LAW(sqlite3_column_int(s, 2) == 1, "%d columns", sqlite3_column_int(s, 2));
		sqlite3_finalize(s);
		sqlite3_close(db);
	}
	free(name);
	free(quoted);
	free(text);
	return 0;
}
