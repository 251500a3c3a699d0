/* db - the connection: errors as instructions, transactions, the open COPY. Messages of the server are shown, but for its DETAIL, which
 * holds values of rows; a connection string never is. */
#include "postgres.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- errors ---- */

static const struct { const char *state; int status; const char *word; } meanings[] = {   /* the longest that fits comes first */
	{ "57P03", TRIB_ENV, "postgres.cannot_connect" }, { "57014", TRIB_ENV, "postgres.timeout" }, { "57P0", TRIB_ENV, "postgres.connection_lost" },
	{ "08", TRIB_ENV, "postgres.connection_lost" }, { "28", TRIB_AUTH, "postgres.auth" }, { "3D", TRIB_ENV, "postgres.cannot_connect" },
	{ "42501", TRIB_ENV, "postgres.no_privilege" }, { "53100", TRIB_ENV, "postgres.disk_full" }, { "53300", TRIB_ENV, "postgres.cannot_connect" },
	{ "53", TRIB_ENV, "postgres.no_resources" }, { "55P03", TRIB_ENV, "postgres.lock_timeout" }, { "58", TRIB_ENV, "postgres.io_error" },
	{ "40", TRIB_ENV, "postgres.deadlock" }, { "23", TRIB_DATA, "postgres.constraint" }, { "22", TRIB_DATA, "postgres.bad_value" },
	{ "25006", TRIB_ENV, "postgres.read_only" }, { "42804", TRIB_CONFIG, "postgres.column_type" }, { "42883", TRIB_CONFIG, "postgres.column_type" },
	{ "0A", TRIB_CONFIG, "postgres.refused" }, { "2BP01", TRIB_CONFIG, "postgres.refused" }, { "54", TRIB_DATA, "postgres.too_big" },
	{ "P0", TRIB_DATA, "postgres.constraint" }, { "XX001", TRIB_ENV, "postgres.io_error" },
};

int pg_no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

/* Trying again is the cure; 23505: a key that another session inserted meanwhile. */
static bool passes(const char *state)
{
	return state && (strncmp(state, "40", 2) == 0 || strcmp(state, "23505") == 0);
}

/* The first line, without what libpq puts in front. */
static const char *first_line(struct trib *t, const char *message)
{
	for (const char *p; (p = strstr(message, "FATAL:  ")) || (p = strstr(message, "ERROR:  "));)
		message = p + 8;
	char *line = trib_fmt(t, "%s", message);
	if (line)
		line[strcspn(line, "\n")] = 0;
	return line ? line : "";
}

int pg_fail(struct trib *t, struct pg *s, const PGresult *r, const char *doing)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL, *why = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const bool lost = !state || PQstatus(s->db) == CONNECTION_BAD;   /* what libpq says by itself is about the connection */
	s->lost |= lost;
	int status = TRIB_FATAL;
	const char *word = "postgres.error";
	if (s->again && !lost && passes(state))
		return TRIB_RETRY;
	if (!why)
		why = first_line(t, r && *PQresultErrorMessage(r) ? PQresultErrorMessage(r) : s->db ? PQerrorMessage(s->db) : "no memory");
	for (size_t i = 0; state && i < sizeof meanings / sizeof *meanings; i++)
		if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0) {
			status = meanings[i].status;
			word = meanings[i].word;
			break;
		}
	if (lost && status == TRIB_FATAL) {
		status = TRIB_ENV;
		word = "postgres.connection_lost";
	}
	if (state && strcmp(state, "57014") == 0 && trib_stopping(t)) {
		status = TRIB_STOPPED;
		word = "postgres.stopped";
	}
	return trib_fail(t, status, "%s: %s: %s%s%s%s%s%s", word, s->where ? s->where : "PostgreSQL", doing ? doing : "", doing ? ": " : "", why,
	                 state ? " (" : "", state ? state : "", state ? ")" : "");
}

/* ---- opening ---- */

static void quiet(void *ctx, const PGresult *r)
{
	(void)ctx;
	(void)r;   /* "relation exists already, skipping" and the like */
}

/* libpq's own words about a string that it cannot read may quote it. */
static int check_url(struct trib *t, const char *url)
{
	char *why = NULL;
	PQconninfoOption *parsed = url ? PQconninfoParse(url, &why) : NULL;
	PQfreemem(why);
	if (url && !parsed)
		return trib_fail(t, TRIB_CONFIG, "postgres.bad_url: `url` is neither a connection string of libpq (host=... dbname=...) nor a"
		                                 " postgresql:// URL");
	PQconninfoFree(parsed);
	return TRIB_OK;
}

static int connect_failed(struct trib *t, struct pg *s)
{
	const char *said = PQerrorMessage(s->db);
	static const char *const refused[] = { "authentication", "no password supplied", "pg_hba.conf", "role \"" };
	bool person = false;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		person |= strstr(said, refused[i]) != NULL;
	const char *line = first_line(t, said), *host = PQhost(s->db) ? PQhost(s->db) : "", *db = PQdb(s->db) ? PQdb(s->db) : "";
	return trib_fail(t, person ? TRIB_AUTH : TRIB_ENV, "%s: %s/%s: %s", person ? "postgres.auth" : "postgres.cannot_connect", host, db, line);
}

static int prepare_session(struct trib *t, struct pg *s)
{
	const char *sql = trib_fmt(t, "SET search_path = pg_catalog; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres';"
	                              " SET standard_conforming_strings = on; SET client_min_messages = warning;"
	                              " SET lock_timeout = %lld; SET statement_timeout = %lld; SET synchronous_commit = %s;"
	                              " SELECT set_config('work_mem', '64MB', false) WHERE pg_size_bytes(current_setting('work_mem')) < 67108864",
	                           (long long)s->lock_wait.ms, (long long)s->statement_timeout.ms, s->synchronous_commit);
	return sql ? pg_run(t, s, sql) : pg_no_memory(t);
}

/* What stands before dbname gives way to the url, what stands behind it does not. */
static int dial(struct trib *t, struct pg *s)
{
	const char *wait = trib_fmt(t, "%lld", (long long)((s->connect_timeout.ms + 999) / 1000));
	const struct { const char *name, *value; } all[] = {
		{ "application_name", "tributary" }, { "connect_timeout", wait }, { "keepalives_idle", "30" }, { "keepalives_interval", "10" },
		{ "keepalives_count", "6" }, { "tcp_user_timeout", "120000" }, { "dbname", s->url.hidden }, { "service", s->service }, { "host", s->host },
		{ "port", s->port }, { "dbname", s->dbname }, { "user", s->user }, { "password", s->password.hidden }, { "sslmode", s->sslmode },
		{ "sslrootcert", s->sslrootcert }, { "client_encoding", "UTF8" },
	};
	enum { ALL = sizeof all / sizeof *all };
	const char *names[ALL + 1], *values[ALL + 1];
	int n = 0;
	for (int i = 0; i < ALL; i++)
		if (all[i].value && *all[i].value) {
			names[n] = all[i].name;
			values[n++] = all[i].value;
		}
	names[n] = values[n] = NULL;
	s->db = PQconnectdbParams(names, values, 1);
	return s->db ? TRIB_OK : pg_no_memory(t);
}

bool pg_try_open(struct trib *t, struct pg *s)
{
	pg_close(s);
	return dial(t, s) == TRIB_OK && PQstatus(s->db) == CONNECTION_OK;
}

int pg_open(struct trib *t, struct pg *s)
{
	if (s->db && s->where && !s->lost && PQstatus(s->db) == CONNECTION_OK)
		return TRIB_OK;
	int rc = check_url(t, s->url.hidden);
	pg_close(s);
	if (rc == TRIB_OK)
		rc = dial(t, s);
	if (rc < 0)
		return rc;
	if (PQstatus(s->db) != CONNECTION_OK)
		return connect_failed(t, s);
	PQsetNoticeReceiver(s->db, quiet, NULL);
	s->stop = PQgetCancel(s->db);
	const char *at = trib_fmt(t, "%s/%s", PQhost(s->db) && *PQhost(s->db) ? PQhost(s->db) : "localhost", PQdb(s->db));
	s->where = at ? strdup(at) : NULL;
	s->quoted = malloc(2 * strlen(s->schema) + 3);
	if (!s->where || !s->quoted)
		return pg_no_memory(t);
	if (trib_sql_quote(trib_dialect("postgres"), (struct trib_text){ s->schema, strlen(s->schema) }, s->quoted) < 0 || !*s->schema)
		return trib_fail(t, TRIB_CONFIG, "sink.bad_table: `schema` is empty or longer than 63 bytes");
	return prepare_session(t, s);
}

void pg_close(struct pg *s)
{
	if (s->stop)
		PQfreeCancel(s->stop);
	PQfinish(s->db);
	free(s->where);
	free(s->quoted);
	s->db = NULL;
	s->stop = NULL;
	s->where = s->quoted = NULL;
	s->inside = s->lost = false;
	s->copying = 0;
}

/* ---- statements ---- */

static int finish(struct trib *t, struct pg *s, PGresult *r, const char *doing, PGresult **out)
{
	const ExecStatusType is = PQresultStatus(r);
	int rc = TRIB_OK;
	if (is != PGRES_COMMAND_OK && is != PGRES_TUPLES_OK)
		rc = pg_fail(t, s, r, doing);
	if (out && rc == TRIB_OK)
		*out = r;
	else
		PQclear(r);
	return rc;
}

int pg_ask(struct trib *t, struct pg *s, const char *sql, int n, const char *const *values, PGresult **r)
{
	int rc = s->copying ? pg_copy_end(t, s) : TRIB_OK;
	if (r)
		*r = NULL;
	if (rc < 0)
		return rc;
	if (!sql)
		return pg_no_memory(t);
	return finish(t, s, PQexecParams(s->db, sql, n, NULL, values, NULL, NULL, 0), NULL, r);
}

int pg_run(struct trib *t, struct pg *s, const char *sql)
{
	int rc = s->copying ? pg_copy_end(t, s) : TRIB_OK;
	if (rc < 0)
		return rc;
	return sql ? finish(t, s, PQexec(s->db, sql), NULL, NULL) : pg_no_memory(t);
}

/* ---- transactions ---- */

int pg_enter(struct trib *t, struct pg *s)
{
	if (s->inside)
		return TRIB_OK;
	int rc = pg_run(t, s, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
	s->inside = rc == TRIB_OK;
	return rc;
}

int pg_commit(struct trib *t, struct pg *s)
{
	PGresult *r = PQexec(s->db, "COMMIT");
	const bool done = PQresultStatus(r) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(r), "COMMIT") == 0;
	int rc = TRIB_OK;
	s->inside = false;
	if (!done && PQresultStatus(r) != PGRES_COMMAND_OK && (PQstatus(s->db) == CONNECTION_BAD || !PQresultErrorField(r, PG_DIAG_SQLSTATE))) {
		s->lost = s->unknown = true;   /* it may have been stored: the ledger is asked, nothing is guessed */
		rc = trib_fail(t, TRIB_UNKNOWN, "postgres.commit_unknown: %s: the connection broke while the load was being committed", s->where);
	} else if (!done && PQresultStatus(r) == PGRES_COMMAND_OK)
		rc = trib_fail(t, TRIB_FATAL, "postgres.error: %s: the commit was answered with %s", s->where, PQcmdStatus(r));
	else if (!done)
		rc = pg_fail(t, s, r, "commit");
	PQclear(r);
	return rc;
}

void pg_rollback(struct pg *s)
{
	if (s->lost) {           /* the server rolls back by itself */
		s->inside = false;
		s->copying = 0;
		return;
	}
	if (s->copying) {
		PQputCopyEnd(s->db, "given up");
		for (PGresult *r; (r = PQgetResult(s->db));)
			PQclear(r);
		s->copying = 0;
	}
	if (s->inside)
		PQclear(PQexec(s->db, "ROLLBACK"));
	s->inside = false;
}

/* ---- COPY ---- */

/* The answer of a COPY that ended, well or not. */
static int copy_answer(struct trib *t, struct pg *s, const char *doing)
{
	int rc = TRIB_OK;
	s->copying = 0;
	for (PGresult *r; (r = PQgetResult(s->db));) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK && rc == TRIB_OK)
			rc = pg_fail(t, s, r, doing);
		const bool still = PQresultStatus(r) == PGRES_COPY_IN;
		PQclear(r);
		if (still)
			break;
	}
	if (rc == TRIB_OK && PQstatus(s->db) == CONNECTION_BAD)
		rc = pg_fail(t, s, NULL, doing);
	return rc;
}

int pg_copy_end(struct trib *t, struct pg *s)
{
	static const char tail[2] = { -1, -1 };
	const char *name = s->copying ? s->tables[s->copying - 1]->sql->name : NULL;
	if (!s->copying)
		return TRIB_OK;
	if (PQputCopyData(s->db, tail, 2) < 0 || PQputCopyEnd(s->db, NULL) < 0) {
		s->copying = 0;
		return pg_fail(t, s, NULL, name);
	}
	return copy_answer(t, s, name);
}

/* The server says nothing during a COPY but that it has failed: no need to send it the rest. */
static bool says_something(const struct pg *s)
{
	struct pollfd p = { .fd = PQsocket(s->db), .events = POLLIN };
	return p.fd >= 0 && poll(&p, 1, 0) > 0;
}

static int copy_begin(struct trib *t, struct pg *s, const char *sql, int table)
{
	const char *name = s->tables[table]->sql->name;
	int rc = pg_copy_end(t, s);
	if (rc < 0)
		return rc;
	if (!sql)
		return pg_no_memory(t);
	PGresult *r = PQexec(s->db, sql);
	if (PQresultStatus(r) != PGRES_COPY_IN)
		rc = pg_fail(t, s, r, name);
	PQclear(r);
	if (rc < 0)
		return rc;
	s->copying = table + 1;
	return PQputCopyData(s->db, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19) < 0 ? pg_fail(t, s, NULL, name) : TRIB_OK;
}

int pg_copy_send(struct trib *t, struct pg *s, const char *sql, int table, struct pg_out *o)
{
	int rc = TRIB_OK;
	if (s->copying == table + 1 && says_something(s))
		rc = pg_copy_end(t, s);
	if (rc == TRIB_OK && s->copying != table + 1)
		rc = copy_begin(t, s, sql, table);
	for (size_t at = 0; rc == TRIB_OK && at < o->n; at += PG_BLOCK)
		if (PQputCopyData(s->db, o->p + at, (int)(o->n - at < PG_BLOCK ? o->n - at : PG_BLOCK)) < 0)
			rc = pg_fail(t, s, NULL, s->tables[table]->sql->name);
	o->n = 0;
	return rc;
}
