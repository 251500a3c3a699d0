/* database - the reference as a table or view of an SQLite database, read only. The declared type of a column says what it is;
 * what says nothing, or NUMERIC, is text: SQLite would change digits of decimals. */
#include <sqlite3.h>
#include <strings.h>
#include "lookup.h"

enum { ROWS = 4096 };

static int broken(struct trib *t, const struct lookup *o, sqlite3 *db)
{
	return trib_fail(t, TRIB_CONFIG, "lookup.unreadable: table: \"%s\" of %s: %s", o->table, o->path, db ? sqlite3_errmsg(db) : "no memory");
}

static enum trib_type type_of(const char *declared)
{
	static const struct { const char *word; enum trib_type type; } words[] = {
		{ "INT", TRIB_I64 }, { "CHAR", TRIB_STR }, { "CLOB", TRIB_STR }, { "TEXT", TRIB_STR }, { "REAL", TRIB_F64 },
		{ "FLOA", TRIB_F64 }, { "DOUB", TRIB_F64 },
	};
	for (size_t i = 0; declared && i < sizeof words / sizeof *words; i++)
		for (const char *p = declared; *p; p++)
			if (strncasecmp(p, words[i].word, strlen(words[i].word)) == 0)
				return words[i].type;
	return TRIB_STR;
}

/* false: the value is of another kind than its column. */
static bool put_value(struct trib_batch *b, int c, enum trib_type type, sqlite3_stmt *q)
{
	const int is = sqlite3_column_type(q, c);
	if (is == SQLITE_NULL)
		trib_put_null(b, c);
	else if (type == TRIB_STR) {
		const char *text = (const char *)sqlite3_column_text(q, c);
		trib_put_str(b, c, (struct trib_text){ text ? text : "", (size_t)sqlite3_column_bytes(q, c) });
	} else if (type == TRIB_F64 && (is == SQLITE_FLOAT || is == SQLITE_INTEGER))
		trib_put_f64(b, c, sqlite3_column_double(q, c));
	else if (type == TRIB_I64 && is == SQLITE_INTEGER)
		trib_put_i64(b, c, sqlite3_column_int64(q, c));
	else
		return false;
	return true;
}

static int read_some(struct trib *t, const struct lookup *o, struct lk_shared *s, sqlite3_stmt *q, bool *more)
{
	struct trib_batch b = { 0 };
	const int n = sqlite3_column_count(q);
	enum trib_type *types = trib_scratch(t, ((size_t)n + 1) * sizeof *types);
	int rc = types ? TRIB_OK : trib_fail(t, TRIB_FATAL, "no memory");
	for (int c = 0; rc == TRIB_OK && c < n; c++)
		if (trib_add(&b, sqlite3_column_name(q, c), types[c] = type_of(sqlite3_column_decltype(q, c))) < 0)
			rc = trib_fail(t, TRIB_FATAL, "no memory");
	for (int r = 0; rc == TRIB_OK && r < ROWS && *more; r++) {
		const int step = sqlite3_step(q);
		*more = step == SQLITE_ROW;
		if (step != SQLITE_ROW && step != SQLITE_DONE)
			rc = broken(t, o, sqlite3_db_handle(q));
		for (int c = 0; rc == TRIB_OK && *more && c < n; c++)
			if (!put_value(&b, c, types[c], q))
				rc = trib_fail(t, TRIB_CONFIG, "lookup.column_type: table: column \"%s\" is declared %s, and row %lld has \"%s\"",
				               sqlite3_column_name(q, c), sqlite3_column_decltype(q, c), (long long)(s->read + r + 1),
				               (const char *)sqlite3_column_text(q, c));
		if (rc == TRIB_OK && *more)
			trib_rows(&b, 1);
	}
	if (rc == TRIB_OK)
		rc = lk_close_columns(t, &b);
	if (rc == TRIB_OK)
		rc = lk_add(t, o, s, &b);
	trib_free(&b);
	return rc;
}

int lk_read_table(struct trib *t, const struct lookup *o, struct lk_shared *s)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	bool more = true;
	int rc = TRIB_OK;
	if (sqlite3_open_v2(o->path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		rc = broken(t, o, db);
	char *sql = rc == TRIB_OK ? sqlite3_mprintf("SELECT * FROM \"%w\"", o->table) : NULL;
	if (rc == TRIB_OK && (!sql || sqlite3_busy_timeout(db, 10000) != SQLITE_OK || sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK))
		rc = broken(t, o, db);
	while (rc == TRIB_OK && more)
		rc = trib_stopping(t) ? trib_fail(t, TRIB_STOPPED, "stopped") : read_some(t, o, s, q, &more);
	sqlite3_free(sql);
	sqlite3_finalize(q);
	sqlite3_close(db);
	return rc;
}
