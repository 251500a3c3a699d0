/* target - the table in the database that rows go to: made, widened, and what cannot be one. */
#include "sqlite.h"

#include <string.h>

/* A number that was whole so far gets its exact text: all of its rows tell it. */
static int add_column(struct trib *t, struct lite *s, const struct trib_sql *sql, size_t i)
{
	int rc = lite_run(t, s, sql->columns[i].add);
	if (rc < 0 || !(sql->columns[i].role & TRIB_SQL_EXACT))
		return rc;
	const char *number = sql->columns[i - 1].quoted, *exact = sql->columns[i].quoted;
	char *fill = trib_fmt(t, "UPDATE %s SET %s = CAST(%s AS TEXT) WHERE %s IS NOT NULL", sql->target, exact, number, number);
	return fill ? lite_run(t, s, fill) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

/* How many columns the table has, and which of the plan's are among them; generated ones take a name, too. */
static int look(struct trib *t, struct lite *s, const struct trib_sql *sql, bool *there, size_t *count)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, "SELECT name, hidden FROM pragma_table_xinfo(?)", &q);
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, sql->name);
	while ((rc = lite_step(t, s, q, sql->name)) == TRIB_MORE) {
		const char *name = (const char *)sqlite3_column_text(q, 0);
		const bool computed = sqlite3_column_int(q, 1) > 1;
		for (size_t i = 0; i < sql->column_count; i++) {
			const bool is = sqlite3_stricmp(sql->columns[i].name, name) == 0;
			there[i] |= is;
			if (is && computed)
				rc = trib_fail(t, TRIB_CONFIG, "sink.bad_table: %s: column `%s` of %s is computed by the database and"
				                               " cannot be written", s->path, name, sql->name);
		}
		++*count;
		if (rc < 0)
			break;
	}
	sqlite3_finalize(q);
	return rc;
}

static int add_columns(struct trib *t, struct lite *s, const struct trib_sql *sql)
{
	const size_t most = (size_t)sqlite3_limit(s->db, SQLITE_LIMIT_COLUMN, -1);
	bool *there = trib_scratch(t, sql->column_count + 1);
	size_t count = 0, more = 0;
	if (!there)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	memset(there, 0, sql->column_count);
	int rc = look(t, s, sql, there, &count);
	for (size_t i = 0; i < sql->column_count; i++)
		more += !there[i];
	if (rc == TRIB_OK && more && count + more > most)
		rc = trib_fail(t, TRIB_CONFIG, "sink.too_many_columns: %s: table %s has %zu columns, %zu more would come, and sqlite"
		                               " holds %zu at most", s->path, sql->name, count, more, most);
	for (size_t i = 0; rc == TRIB_OK && i < sql->column_count; i++)
		if (!there[i])
			rc = add_column(t, s, sql, i);
	return rc;
}

static int note_history(struct trib *t, struct lite *s, const struct trib_sql *sql)
{
	sqlite3_stmt *q = NULL;
	const char *const texts[] = { sql->name, sql->recorded_from, sql->recorded_to, sql->revision, sql->open };
	int rc = lite_prepare(t, s, "INSERT INTO _trib_tables VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET recorded_from = ?2,"
	                            " recorded_to = ?3, revision = ?4, open = ?5 WHERE recorded_from <> ?2 OR recorded_to <> ?3 OR"
	                            " revision IS NOT ?4 OR open IS NOT ?5", &q);
	if (rc < 0)
		return rc;
	for (int i = 0; i < 5; i++)
		lite_bind_text(q, i + 1, texts[i]);
	rc = lite_step(t, s, q, sql->name);
	sqlite3_finalize(q);
	return rc;
}

/* The name may be taken by something that is no table: a view shows rows and takes none. */
static int check_kind(struct trib *t, struct lite *s, const struct trib_sql *sql)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, "SELECT type FROM sqlite_master WHERE lower(name) = lower(?) AND type IN ('view', 'index')", &q);
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, sql->name);
	if ((rc = lite_step(t, s, q, sql->name)) == TRIB_MORE)
		rc = trib_fail(t, TRIB_CONFIG, "sink.bad_table: %s: %s is the name of %s %s there, not of a table", s->path, sql->name,
		               *sqlite3_column_text(q, 0) == 'v' ? "a" : "an", (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	return rc;
}

int lite_ready(struct trib *t, struct lite *s, struct trib_sql *sql)
{
	sqlite3_stmt *probe = NULL;
	int rc = check_kind(t, s, sql);
	if (rc == TRIB_OK)
		rc = lite_run(t, s, sql->create);
	if (rc == TRIB_OK)
		rc = add_columns(t, s, sql);
	if (rc == TRIB_OK && sql->recorded_to)
		rc = note_history(t, s, sql);
	for (const struct trib_sql_index *x = sql->indexes; rc == TRIB_OK && x->create; x++)
		rc = lite_run(t, s, x->create);
	if (rc < 0 || !sql->unique)
		return rc;
	/* a table that was made by somebody else may not know that its key is one */
	if (sqlite3_prepare_v2(s->db, sql->unique, -1, &probe, NULL) &&
	    sqlite3_exec(s->db, sql->make_unique.create, NULL, NULL, NULL))
		rc = trib_fail(t, TRIB_CONFIG, "sink.key_not_unique: %s: the key of table %s is not unique in it: %s",
		               s->path, sql->name, sqlite3_errmsg(s->db));
	sqlite3_finalize(probe);
	return rc;
}
