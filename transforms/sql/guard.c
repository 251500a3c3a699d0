/* guard - what a query may do: read `input`, itself and JSON, call functions, for so many steps, in so much memory. Nothing that
 * it says reaches a file, a setting or another database. A fault has line and column of the query. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include "../near.h"
#include "sql.h"

enum { TICK = 10000, GUESSES = 400 };

static bool one_of(const char *word, const char *const *words)
{
	while (*words && strcasecmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

static int may_read(struct sq *s, const char *table, const char *column)
{
	static const char *const tables[] = { "input", "json_each", "json_tree", NULL };
	static const char *const own[] = { "sqlite_", "pragma_", "dbstat", "bytecode", "tables_used", NULL };
	/* a common table of the query is named when none of its columns is read; what is SQLite's own is not one */
	bool denied = *column || !*table;
	for (int i = 0; own[i]; i++)
		denied |= strncasecmp(table, own[i], strlen(own[i])) == 0;
	if (denied && !one_of(table, tables))
		return SQLITE_DENY;
	if (strcasecmp(column, "ROWID") == 0)
		s->rowid_read = true;
	for (int i = 0; i < s->in_count; i++)
		if (s->ins[i].personal && strcasecmp(s->ins[i].name, column) == 0)
			s->personal_read = true;
	return SQLITE_OK;
}

/* Functions whose answer is another one the next time, or that reach outside. */
static int may_call(const char *name)
{
	static const char *const no[] = { "load_extension", "fts3_tokenizer", "random", "randomblob", "current_date", "current_time",
	                                  "current_timestamp", "rtreecheck", "changes", "total_changes", "last_insert_rowid", NULL };
	return one_of(name, no) ? SQLITE_DENY : SQLITE_OK;
}

static int allow(void *self, int what, const char *a, const char *b, const char *db, const char *trigger)
{
	(void)db, (void)trigger;
	switch (what) {
	case SQLITE_SELECT: case SQLITE_RECURSIVE: return SQLITE_OK;
	case SQLITE_READ: return may_read(self, a ? a : "", b ? b : "");
	case SQLITE_FUNCTION: return may_call(b ? b : "");
	default: return SQLITE_DENY;
	}
}

static int tick(void *self)
{
	struct sq *s = self;
	s->steps += TICK;
	s->too_long = s->steps > s->max_steps;
	return s->too_long || (s->t && trib_stopping(s->t));
}

int sq_run(struct trib *t, struct sq *s, const char *sql)
{
	if (!sql || sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return trib_fail(t, TRIB_FATAL, "sql.failed: %s", sql ? sqlite3_errmsg(s->db) : "no memory");
	return TRIB_OK;
}

int sq_open_db(struct trib *t, struct sq *s)
{
	static const int off[] = { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
	                           SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER };
	const int length = s->memory / 4 < 64 << 20 ? (int)(s->memory / 4) : 64 << 20;
	char pages[240];
	if (sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		sqlite3_db_config(s->db, off[i], 0, NULL);
	sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, length);
	sqlite3_extended_result_codes(s->db, 0);
	if (sq_functions(s->db) != SQLITE_OK)
		return trib_fail(t, TRIB_FATAL, "no memory");
	/* what a sort needs beyond the cache is in files without a name, also when the library was built otherwise */
	snprintf(pages, sizeof pages, "PRAGMA page_size=4096; PRAGMA max_page_count=%lld; PRAGMA temp_store=1; PRAGMA cache_size=-4096; PRAGMA journal_mode=OFF; PRAGMA secure_delete=0",
	         (long long)(s->memory / 4096));
	const int rc = sq_run(t, s, pages);
	sqlite3_progress_handler(s->db, TICK, tick, s);
	return rc;
}

/* ---- faults ---- */

static void place_of(const struct sq *s, char *to, size_t size)
{
#if SQLITE_VERSION_NUMBER >= 3038000
	const int at = sqlite3_error_offset(s->db);
	int line = 1, column = 1;
	for (int i = 0; i < at && s->query[i]; i++)
		if (s->query[i] == '\n')
			line++, column = 1;
		else
			column += (s->query[i] & 0xc0) != 0x80;
	if (at >= 0) {
		snprintf(to, size, "line %d, column %d: ", line, column);
		return;
	}
#else
	(void)s, (void)size;
#endif
	*to = '\0';
}

static const char *meant(const struct sq *s, const char *missing)
{
	int least = 3;
	const char *best = NULL;
	const char *dot = strrchr(missing, '.');
	for (int i = 0; i < s->in_count; i++) {
		const int d = near_distance(dot ? dot + 1 : missing, s->ins[i].name);
		if (d < least)
			least = d, best = s->ins[i].name;
	}
	return best;
}

/* What SQLite says, as an error of the step. */
int sq_broken(struct trib *t, struct sq *s, const char *where)
{
	static const char no_column[] = "no such column: ";
	const int rc = sqlite3_errcode(s->db);
	const char *says = sqlite3_errmsg(s->db);
	char at[60];
	place_of(s, at, sizeof at);
	if (trib_stopping(t))
		return trib_fail(t, TRIB_STOPPED, "stopped");
	if (s->too_long)
		return trib_fail(t, TRIB_CONFIG, "sql.too_long: max_steps: the query takes more than %lld steps; does a recursion or a join have no end?", (long long)s->max_steps);
	if (rc == SQLITE_FULL || rc == SQLITE_TOOBIG)
		return trib_fail(t, TRIB_CONFIG, "sql.too_large: memory: %s more than %lld bytes (%s); raise it, or let the query see less at once (over: part, batch)",
		                 rc == SQLITE_FULL ? "the rows take" : "a value takes a quarter of, or", (long long)s->memory, says);
	if (rc == SQLITE_NOMEM)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (strncmp(says, no_column, sizeof no_column - 1) == 0) {
		const char *best = meant(s, says + sizeof no_column - 1);
		return trib_fail(t, TRIB_CONFIG, "sql.unknown_column: query: %sthere is no column \"%s\"%s%s%s", at, says + sizeof no_column - 1,
		                 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
	}
	if (rc == SQLITE_AUTH || strncmp(says, "not authorized", 14) == 0 || strstr(says, "prohibited"))
		return trib_fail(t, TRIB_CONFIG, "sql.not_allowed: query: %s%s: a query reads `input` and nothing else", at, says);
	if (strcmp(where, "query") == 0)
		return trib_fail(t, TRIB_CONFIG, "sql.bad_query: query: %s%s", at, says);
	return trib_fail(t, TRIB_DATA, "sql.failed: %s%s", at, says);
}

/* ---- preparing ---- */

static bool blank(const char *p)
{
	for (; *p; p++)
		if (p[0] == '-' && p[1] == '-')
			for (; p[1] && p[1] != '\n'; p++)
				;
		else if (p[0] == '/' && p[1] == '*') {
			const char *end = strstr(p + 2, "*/");
			if (!end)
				return true;
			p = end + 1;
		} else if (!strchr(" \t\r\n;", *p))
			return false;
	return true;
}

/* Before the columns are known: a column that the query names is there. false: that is not what is wrong. */
static bool guess_one(struct sq *s)
{
	static const char no_table[] = "no such table: input", no_column[] = "no such column: ";
	const char *says = sqlite3_errmsg(s->db);
	if (strcasecmp(says, no_table) == 0)
		return sqlite3_exec(s->db, "CREATE TABLE input(\"\x1f\")", NULL, NULL, NULL) == SQLITE_OK;
	if (strncmp(says, no_column, sizeof no_column - 1) != 0)
		return false;
	const char *name = says + sizeof no_column - 1, *dot = strrchr(name, '.');
	char *sql = sqlite3_mprintf("ALTER TABLE input ADD COLUMN \"%w\"", dot ? dot + 1 : name);
	const bool good = sql && sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	return good;
}

/* Row by row: one scan of input, and nothing that looks at two rows. */
static int row_by_row(struct trib *t, struct sq *s)
{
	static const char *const odd[] = { "USE TEMP B-TREE", "CO-ROUTINE", "MATERIALIZE", "COMPOUND", "RECURSIVE", "MERGE", "UNION", NULL };
	static const char *const odd_steps[] = { "AggStep", "AggStep1", "AggInverse", "AggValue", "Count", "DecrJumpZero", NULL };
	int scans = 0;
	const char *why = s->rowid_read ? "rowid" : NULL;
	for (int detail = 0; detail < 2; detail++) {
		sqlite3_stmt *q = NULL;
		char *sql = sqlite3_mprintf("EXPLAIN %s%s", detail ? "" : "QUERY PLAN ", s->query);
		if (!sql || sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK) {
			sqlite3_free(sql);
			return sq_broken(t, s, "query");
		}
		sqlite3_free(sql);
		while (sqlite3_step(q) == SQLITE_ROW) {
			const char *line = (const char *)sqlite3_column_text(q, detail ? 1 : 3);
			if (detail && one_of(line ? line : "", odd_steps))
				s->aggregates |= strncmp(line, "Decr", 4) != 0, why = "an aggregate, a window or a LIMIT";
			for (int i = 0; !detail && line && odd[i]; i++)
				if (strncmp(line, odd[i], strlen(odd[i])) == 0)
					why = "ORDER BY, GROUP BY, DISTINCT, UNION or a window";
			scans += !detail && line && (strncmp(line, "SCAN", 4) == 0 || strncmp(line, "SEARCH", 6) == 0) &&
				!strstr(line, "CONSTANT ROW") && !strstr(line, "VIRTUAL TABLE");
		}
		sqlite3_finalize(q);
	}
	if (!why && scans > 1)
		why = "input more than once";
	return why && s->by_batch ? trib_fail(t, TRIB_CONFIG, "sql.over_batch: over: the query has %s, and batches are cut anywhere: write `part`, `period` or `run`", why) : TRIB_OK;
}

int sq_prepare(struct trib *t, struct sq *s, bool guess)
{
	const char *tail = "";
	int rc, tries = 0;
	sqlite3_finalize(s->ask);
	s->ask = NULL;
	s->personal_read = s->rowid_read = s->aggregates = false;
	do {
		sqlite3_set_authorizer(s->db, allow, s);
		rc = sqlite3_prepare_v3(s->db, s->query, -1, SQLITE_PREPARE_PERSISTENT, &s->ask, &tail);
		sqlite3_set_authorizer(s->db, rc == SQLITE_OK ? allow : NULL, s);
	} while (rc != SQLITE_OK && guess && tries++ < GUESSES && guess_one(s));
	int bad = TRIB_OK;
	if (rc != SQLITE_OK)
		bad = sq_broken(t, s, "query");
	else if (!s->ask || sqlite3_column_count(s->ask) == 0 || sqlite3_stmt_isexplain(s->ask) || !sqlite3_stmt_readonly(s->ask))
		bad = trib_fail(t, TRIB_CONFIG, "sql.bad_query: query: it must be one SELECT");
	else if (!blank(tail))
		bad = trib_fail(t, TRIB_CONFIG, "sql.bad_query: query: it must be one statement; behind it comes \"%.30s\"", tail);
	else if (sqlite3_bind_parameter_count(s->ask) > 0)
		bad = trib_fail(t, TRIB_CONFIG, "sql.bad_query: query: it has a parameter (%s); write values as literals", sqlite3_bind_parameter_name(s->ask, 1) ? sqlite3_bind_parameter_name(s->ask, 1) : "?");
	else
		bad = row_by_row(t, s);
	sqlite3_set_authorizer(s->db, NULL, NULL);
	return bad ? bad : sq_lint(t, s);
}
