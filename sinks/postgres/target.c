/* target - the table that rows go to: what the catalogue says of it; made, widened, and what cannot be one. */
#include "postgres.h"

#include <stdlib.h>
#include <string.h>

/* ---- the catalogue ---- */

int pg_columns(struct trib *t, struct pg *s, const char *table, struct pg_stored **columns)
{
	/* a domain is stored as what it is made of */
	static const char sql[] =
		"SELECT a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE a.atttypid END::bigint,"
		" CASE WHEN y.typtype = 'd' THEN y.typtypmod ELSE a.atttypmod END, a.attgenerated <> '' OR a.attidentity = 'a',"
		" y.typtype IN ('e', 'd') AND y.typtype = 'e', c.relkind"
		" FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = $1"
		" LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_type AS y ON y.oid = a.atttypid"
		" WHERE c.relname = $2 ORDER BY a.attnum";
	const char *const values[] = { s->schema, table };
	PGresult *r = NULL;
	int rc = pg_ask(t, s, sql, 2, values, &r), n = r ? PQntuples(r) : 0;
	struct pg_stored *list = rc == TRIB_OK ? trib_scratch(t, ((size_t)n + 1) * sizeof *list) : NULL;
	*columns = list;
	if (rc < 0)
		return rc;
	const char *kind = n ? PQgetvalue(r, 0, 6) : "r";
	if (*kind != 'r' && *kind != 'p' && *kind != 'v' && *kind != 'm' && *kind != 'f')
		rc = trib_fail(t, TRIB_CONFIG, "sink.bad_table: %s: %s is the name of an index or a sequence there, not of a table", s->where, table);
	for (int i = 0, k = 0; rc == TRIB_OK && list && i < n; i++) {
		if (PQgetisnull(r, i, 0))
			continue;               /* a table without columns */
		const bool word = *PQgetvalue(r, i, 5) == 't';   /* an enumeration goes as text */
		list[k] = (struct pg_stored){ .name = trib_fmt(t, "%s", PQgetvalue(r, i, 0)), .type = trib_fmt(t, "%s", PQgetvalue(r, i, 1)),
		                              .oid = word ? 25 : (unsigned)strtoul(PQgetvalue(r, i, 2), NULL, 10), .modifier = atoi(PQgetvalue(r, i, 3)),
		                              .computed = *PQgetvalue(r, i, 4) == 't' };
		if (!list[k].name || !list[k].type)
			rc = pg_no_memory(t);
		k++;
	}
	PQclear(r);
	return list || rc < 0 ? rc : pg_no_memory(t);
}

static const struct pg_stored *find(const struct pg_stored *list, const char *name)
{
	for (; list->name; list++)
		if (strcmp(list->name, name) == 0)
			return list;
	return NULL;
}

/* ---- making ---- */

/* An error of one statement that must not cost the transaction. *state: its SQLSTATE, "" if there was none. */
static int try(struct trib *t, struct pg *s, const char *sql, char state[6])
{
	int rc = pg_run(t, s, "SAVEPOINT _trib");
	state[0] = 0;
	if (rc < 0)
		return rc;
	PGresult *r = PQexec(s->db, sql);
	const char *code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	if (code)
		memcpy(state, code, 5);
	state[5] = 0;
	if (PQresultStatus(r) != PGRES_COMMAND_OK && !code)
		rc = pg_fail(t, s, r, NULL);
	PQclear(r);
	return rc < 0 ? rc : pg_run(t, s, state[0] ? "ROLLBACK TO SAVEPOINT _trib; RELEASE SAVEPOINT _trib" : "RELEASE SAVEPOINT _trib");
}

/* A table that was made by somebody else may not know that its key is one. */
static int check_unique(struct trib *t, struct pg *s, const struct trib_sql *sql)
{
	char state[6];
	int rc = try(t, s, sql->unique, state);
	if (rc < 0 || !state[0])
		return rc;
	if (strcmp(state, "42P10") != 0)
		return pg_run(t, s, sql->unique);        /* says what it is */
	rc = try(t, s, sql->make_unique.create, state);
	if (rc == TRIB_OK && strcmp(state, "23505") == 0)
		return trib_fail(t, TRIB_CONFIG, "sink.key_not_unique: %s: the key of table %s is not unique in it", s->where, sql->name);
	return rc == TRIB_OK && state[0] ? pg_run(t, s, sql->make_unique.create) : rc;
}

static int make_indexes(struct trib *t, struct pg *s, const struct trib_sql *sql)
{
	int rc = TRIB_OK;
	for (const struct trib_sql_index *x = sql->indexes; rc == TRIB_OK && x->create; x++) {
		const char *const values[] = { s->schema, x->name };
		PGresult *r = NULL;    /* CREATE IF NOT EXISTS wants the owner even when there is nothing to make */
		rc = pg_ask(t, s, "SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2", 2,
		            values, &r);
		if (rc == TRIB_OK && PQntuples(r) == 0)
			rc = pg_run(t, s, x->create);
		PQclear(r);
	}
	return rc;
}

static int note_history(struct trib *t, struct pg *s, const struct trib_sql *sql)
{
	const char *const texts[] = { sql->name, sql->recorded_from, sql->recorded_to, sql->revision, sql->open };
	return pg_ask(t, s, trib_fmt(t, "INSERT INTO %s AS h VALUES($1, $2, $3, $4, $5) ON CONFLICT(name) DO UPDATE SET recorded_from = $2,"
	                                " recorded_to = $3, revision = $4, open = $5 WHERE (h.recorded_from, h.recorded_to, h.revision, h.open)"
	                                " IS DISTINCT FROM ($2, $3, $4, $5)", pg_name(t, s, "_trib_tables")), 5, texts, NULL);
}

/* A column whose type holds less than what comes gets the one that holds both: whole numbers, decimals, texts; dates, times. */
static int widen(struct trib *t, struct pg *s, const struct trib_sql *sql, const struct trib_sql_column *c, const struct pg_stored *was)
{
	const bool number = strcmp(c->type, "numeric") == 0 && (was->oid == 700 || was->oid == 701), flag = was->oid == 16 && strcmp(c->type, "text") != 0;
	const char *sql_text = trib_fmt(t, "ALTER TABLE %s ALTER COLUMN %s TYPE %s USING %s%s::%s", sql->target, c->quoted, c->type, c->quoted,
	                                number ? "::text" : flag ? "::int" : "", c->type);
	trib_log(t, "column %s of %s becomes %s, it was %s", c->name, sql->name, c->type, was->type);
	return pg_run(t, s, sql_text);
}

static int match_columns(struct trib *t, struct pg *s, struct pg_table *b, const struct pg_stored *stored)
{
	int rc = TRIB_OK;
	for (size_t i = 0; rc == TRIB_OK && i < b->sql->column_count; i++) {
		const struct trib_sql_column *c = &b->sql->columns[i];
		const struct pg_stored *is = find(stored, c->name);
		if (!is)
			rc = pg_run(t, s, c->add);
		else if (is->computed)
			rc = trib_fail(t, TRIB_CONFIG, "sink.bad_table: %s: column `%s` of %s is computed by the database and cannot be written", s->where,
			               c->name, b->sql->name);
		else if (c->from >= 0 && b->widen[c->from] && strcmp(is->type, c->type) != 0)
			rc = widen(t, s, b->sql, c, is);
	}
	return rc;
}

/* Two runs do not make or load one table at once; appends to a table that is there go side by side. */
static int lock(struct trib *t, struct pg *s, const struct trib_sql *sql)
{
	const char *const values[] = { sql->target };
	PGresult *r = NULL;
	int rc = pg_ask(t, s, "SELECT pg_advisory_xact_lock(hashtextextended($1, 29810))", 1, values, &r);
	PQclear(r);
	return rc;
}

static int check_kind(struct trib *t, struct pg *s, const char *table)
{
	const char *const values[] = { s->schema, table };
	PGresult *r = NULL;
	int rc = pg_ask(t, s, "SELECT c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname ="
	                      " $2 AND c.relkind IN ('v', 'm', 'f')", 2, values, &r);
	if (rc == TRIB_OK && PQntuples(r) > 0)
		rc = trib_fail(t, TRIB_CONFIG, "sink.bad_table: %s: %s is the name of a %s there, not of a table", s->where, table,
		               *PQgetvalue(r, 0, 0) == 'f' ? "foreign table" : "view");
	PQclear(r);
	return rc;
}

static bool complete(const struct pg_table *b, const struct pg_stored *stored)
{
	for (size_t i = 0; i < b->sql->column_count; i++) {
		const struct trib_sql_column *c = &b->sql->columns[i];
		const struct pg_stored *is = find(stored, c->name);
		if (!is || is->computed || (c->from >= 0 && b->widen[c->from] && strcmp(is->type, c->type) != 0))
			return false;
	}
	return true;
}

int pg_ready(struct trib *t, struct pg *s, struct pg_table *b)
{
	struct pg_stored *stored = NULL;
	bool made = false;
	int rc = b->sql->stage ? lock(t, s, b->sql) : TRIB_OK;
	if (rc == TRIB_OK)
		rc = pg_columns(t, s, b->sql->name, &stored);
	if (rc == TRIB_OK && !complete(b, stored)) {
		rc = check_kind(t, s, b->sql->name);
		if (rc == TRIB_OK && !b->sql->stage && (rc = lock(t, s, b->sql)) == TRIB_OK)
			rc = pg_columns(t, s, b->sql->name, &stored);
		made = rc == TRIB_OK && !stored[0].name;
		if (rc == TRIB_OK)
			rc = made ? pg_run(t, s, b->sql->create) : match_columns(t, s, b, stored);
	} else if (rc == TRIB_OK && !b->checked)
		rc = check_kind(t, s, b->sql->name);
	if (rc == TRIB_OK && !b->checked && b->sql->recorded_to)
		rc = note_history(t, s, b->sql);
	if (rc == TRIB_OK && !b->checked)
		rc = make_indexes(t, s, b->sql);
	if (rc == TRIB_OK && !b->checked && !made && b->sql->unique)
		rc = check_unique(t, s, b->sql);
	b->ready = rc == TRIB_OK;
	return rc;
}
