#include "lab.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_PQ
#include <libpq-fe.h>
#endif

enum { ROOM = 1 << 16 };

/* Rows of sql as text behind out, with values as its parameters; answers the number of rows it changed. */
struct base {
	int64_t (*ask)(void *db, const char *sql, int n, const char *const *values, char *out);
	void (*close)(void *db);
};

static void put_cell(char *out, int column, const char *text)
{
	const size_t n = strlen(out);
	snprintf(out + n, ROOM - n, "%s%s", column ? "|" : n ? ";" : "", text ? text : "~");
}

/* ---- SQLite ---- */

/* The real one adds a microsecond; here any greater text will do. */
static void after(sqlite3_context *c, int n, sqlite3_value **v)
{
	char best[80];
	(void)n;
	snprintf(best, sizeof best, "%s", sqlite3_value_text(v[0]));
	const char *from = (const char *)sqlite3_value_text(v[1]), *to = (const char *)sqlite3_value_text(v[2]);
	if (from && strcmp(best, from) <= 0)
		snprintf(best, sizeof best, "%s+", from);
	if (to && strcmp(to, "9999-12-31") != 0 && strcmp(best, to) < 0)
		snprintf(best, sizeof best, "%s", to);
	sqlite3_result_text(c, best, -1, SQLITE_TRANSIENT);
}

static int64_t lite_ask(void *db, const char *sql, int n, const char *const *values, char *out)
{
	const char *rest = sql;
	int rc = SQLITE_DONE;
	while (*rest && rc == SQLITE_DONE) {
		sqlite3_stmt *q = NULL;
		cr_assert(sqlite3_prepare_v2(db, rest, -1, &q, &rest) == SQLITE_OK, "%s\n%s", sql, sqlite3_errmsg(db));
		cr_assert(sqlite3_bind_parameter_count(q) == n);
		for (int i = 0; i < n; i++)
			sqlite3_bind_text(q, i + 1, values[i], -1, SQLITE_STATIC);
		while ((rc = sqlite3_step(q)) == SQLITE_ROW)
			for (int i = 0; out && i < sqlite3_column_count(q); i++)
				put_cell(out, i, (const char *)sqlite3_column_text(q, i));
		sqlite3_finalize(q);
	}
	cr_assert(rc == SQLITE_DONE, "%s\n%s", sql, sqlite3_errmsg(db));
	return sqlite3_changes64(db);
}

static void lite_close(void *db)
{
	sqlite3_close(db);
}

static struct lab lite_open(void)
{
	static const struct base lite = { lite_ask, lite_close };
	sqlite3 *db = NULL;
	cr_assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
	sqlite3_create_function(db, "trib_after", 3, SQLITE_UTF8, NULL, after, NULL, NULL);
	return (struct lab){ .base = &lite, .db = db, .d = trib_dialect("sqlite") };
}

/* ---- PostgreSQL ---- */

#ifdef HAVE_PQ
static int64_t pg_ask(void *db, const char *sql, int n, const char *const *values, char *out)
{
	PGresult *r = n ? PQexecParams(db, sql, n, NULL, values, NULL, NULL, 0) : PQexec(db, sql);
	const ExecStatusType is = PQresultStatus(r);
	cr_assert(is == PGRES_COMMAND_OK || is == PGRES_TUPLES_OK, "%s\n%s", sql, PQerrorMessage(db));
	for (int row = 0; out && row < PQntuples(r); row++)
		for (int i = 0; i < PQnfields(r); i++)
			put_cell(out, i, PQgetisnull(r, row, i) ? NULL : PQgetvalue(r, row, i));
	const int64_t changed = strtoll(PQcmdTuples(r), NULL, 10);
	PQclear(r);
	return changed;
}

static void pg_close(void *db)
{
	PQfinish(db);
}

static void quiet(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

/* Times are texts here, too, so that the cases need no calendar. */
static struct lab pg_open(const char *url)
{
	static const struct base pg = { pg_ask, pg_close };
	static struct trib_dialect d;
	char sql[1000];
	PGconn *db = PQconnectdb(url);
	cr_assert(PQstatus(db) == CONNECTION_OK, "%s", PQerrorMessage(db));
	PQsetNoticeProcessor(db, quiet, NULL);
	snprintf(sql, sizeof sql, "DROP SCHEMA IF EXISTS lab_%d CASCADE; CREATE SCHEMA lab_%d; SET search_path = lab_%d, pg_catalog;"
	         " CREATE FUNCTION trib_after(now text, began text, until text) RETURNS text LANGUAGE sql AS $$"
	         " SELECT GREATEST(CASE WHEN now <= began THEN began || '+' ELSE now END, NULLIF(until, '9999-12-31')) $$",
	         getpid(), getpid(), getpid());
	pg_ask(db, sql, 0, NULL, NULL);
	d = *trib_dialect("postgres");
	d.types[TRIB_TIME] = "text";
	d.after = "trib_after";
	d.tick = NULL;
	return (struct lab){ .base = &pg, .db = db, .d = &d };
}
#endif

struct lab lab_open(void)
{
	const char *url = getenv("TRIB_TEST_PG");
	struct lab l = { 0 };
#ifdef HAVE_PQ
	if (url)
		l = pg_open(url);
#endif
	if (!l.db)
		l = lite_open();
	cr_assert(!url || strcmp(l.d->name, "postgres") == 0, "built without libpq");
	l.now = "2025-01-01T00:00:00Z";
	return l;
}

void lab_close(struct lab *l)
{
	l->base->close(l->db);
}

/* ---- loads ---- */

const struct trib_field *fields(const char *spec)
{
	static struct trib_field pool[4][64];     /* tests run in processes of their own */
	static char texts[4][512];
	static int turn;
	struct trib_field *f = pool[turn % 4];
	char *copy = texts[turn++ % 4], *save = NULL;
	int n = 0;
	memset(f, 0, sizeof pool[0]);
	snprintf(copy, sizeof texts[0], "%s", spec);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
		char *type = strchr(w, ':'), *flags;
		*type++ = 0;
		flags = type + 1;
		f[n].name = w;
		f[n].type = *type == 'i' ? TRIB_I64 : *type == 'd' ? TRIB_DEC : *type == 't' ? TRIB_TIME :
		            *type == '?' ? TRIB_NULL : TRIB_STR;
		f[n].flags = (strchr(flags, 'k') ? TRIB_KEY : 0) | (strchr(flags, 'v') ? TRIB_CURSOR : 0) |
		             (strchr(flags, 'c') ? TRIB_SLICE : 0);
	}
	return f;
}

static void run(struct lab *l, const char *sql)
{
	l->base->ask(l->db, sql, 0, NULL, NULL);
}

static int64_t number(struct lab *l, const char *sql)
{
	char out[ROOM] = "";
	l->base->ask(l->db, sql, 0, NULL, out);
	return strtoll(out, NULL, 10);
}

static void put_row(struct lab *l, struct trib_sql *s, char **cells, const bool *absent)
{
	const char *values[64];
	int n = 0;
	for (size_t i = 0; i < s->column_count; i++) {
		const struct trib_sql_column *c = &s->columns[i];
		if (c->from >= 0 && !(absent && absent[c->from]))
			values[n++] = strcmp(cells[c->from], "~") == 0 ? NULL : cells[c->from];
	}
	l->base->ask(l->db, trib_sql_put(s, absent, 1), n, values, NULL);
}

static int64_t put_rows(struct lab *l, struct trib_sql *s, const char *rows, int fields_count, bool *ever)
{
	char *copy = strdup(rows), *save = NULL;
	int64_t n = 0;
	for (char *r = strtok_r(copy, ";", &save); r; r = strtok_r(NULL, ";", &save), n++) {
		char *cells[64] = { 0 };
		bool absent[64] = { 0 }, any = false;
		for (int i = 0; i < fields_count; i++) {
			cells[i] = r;
			r = strchr(r, '|');
			if (r)
				*r++ = 0;
			else
				r = "~";
			absent[i] = strcmp(cells[i], "=") == 0;
			any |= absent[i];
			ever[i] |= absent[i];
		}
		put_row(l, s, cells, any ? absent : NULL);
	}
	free(copy);
	return n;
}

static void steps(struct lab *l, const struct trib_sql_step *k, struct tally *t)
{
	cr_assert(k);
	for (; k->sql; k++) {
		char out[ROOM] = "";
		int64_t n = l->base->ask(l->db, k->sql, k->timed ? 1 : 0, &l->now, k->answers ? out : NULL);
		if (k->answers)
			n = strtoll(out, NULL, 10);
		if (k->adds >= 0)
			t->count[k->adds] += n;
		if (k->takes >= 0)
			t->count[k->takes] -= n;
	}
}

static void apply(struct lab *l, struct trib_sql *s, const struct trib_sql_unit *u, struct tally *t)
{
	const struct trib_sql_step *k = trib_sql_apply(s, u);
	if (s->fault)
		snprintf(l->why, sizeof l->why, "%s", s->fault);
	else
		steps(l, k, t);
}

struct tally load(struct lab *l, const struct trib_table *is, const char *rows)
{
	struct tally t = { 0 };
	bool ever[64] = { 0 }, any = false;
	struct trib_sql_unit u = { .size = sizeof u, .complete = !l->partial };
	struct trib_table z = { .size = sizeof z, .name = "_trib_slices", .mode = TRIB_APPEND,
	                        .columns = l->slice_columns };
	struct trib_sql *s = trib_sql_new(l->d, is, 0, 0), *slices = NULL;
	int n = 0;
	char drop[80];
	cr_assert(s);
	snprintf(l->why, sizeof l->why, "%s", s->fault ? s->fault : "");
	if (s->fault) {
		trib_sql_free(s);
		return t;
	}
	while (is->columns[n].name)
		n++;
	run(l, s->create);
	for (const struct trib_sql_index *x = s->indexes; x->create; x++)
		run(l, x->create);
	u.fresh = number(l, s->target_any) == 0;
	if (s->stage_create)
		run(l, s->stage_create);
	t.in = put_rows(l, s, rows, n, ever);
	for (int i = 0; i < n; i++)
		any |= ever[i];
	u.absent = any ? ever : NULL;
	if (l->slices) {
		slices = trib_sql_new(l->d, &z, 0, TRIB_SQL_TEMPORARY);
		cr_assert(slices && !slices->fault, "%s", slices ? slices->fault : "");
		run(l, slices->create);
		bool none[64] = { 0 };
		int k = 0;
		while (l->slice_columns[k].name)
			k++;
		put_rows(l, slices, l->slices, k, none);
		u.slices = slices;
	}
	run(l, "BEGIN");
	if (s->stage) {
		steps(l, trib_sql_settle(s, u.absent), &t);
		int64_t staged = number(l, s->stage_count);
		t.count[TRIB_UNCHANGED] = staged;
		t.count[TRIB_SUPERSEDED] = t.in - staged;
	} else
		t.count[TRIB_INSERTED] = t.in;
	apply(l, s, &u, &t);
	run(l, "COMMIT");
	if (s->stage_drop)
		run(l, s->stage_drop);
	snprintf(drop, sizeof drop, "DROP TABLE IF EXISTS %s_trib_slices", l->d->temp_schema);
	run(l, drop);
	trib_sql_free(slices);
	trib_sql_free(s);
	return t;
}

const char *dump(struct lab *l, const char *select)
{
	static char out[ROOM];
	out[0] = 0;
	l->base->ask(l->db, select, 0, NULL, out);
	return out;
}

const char *tally_text(const struct tally *t)
{
	static char out[128];
	snprintf(out, sizeof out, "+%d ~%d =%d <%d -%d", (int)t->count[TRIB_INSERTED], (int)t->count[TRIB_UPDATED],
	         (int)t->count[TRIB_UNCHANGED], (int)t->count[TRIB_SUPERSEDED], (int)t->count[TRIB_DELETED]);
	return out;
}
