/* See server.h. */
#include "server.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char url[512], schema[32];   /* as options */
static PGconn *other;

const char *server_schema(void)
{
	return schema + 7;
}

PGresult *server_answer(const char *sql)
{
	PGresult *r = PQexec(other, sql);
	cr_assert(PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK, "%s\n%s", sql, PQerrorMessage(other));
	return r;
}

void server_run(const char *sql)
{
	PQclear(server_answer(sql));
}

const char *server_ask(const char *sql)
{
	static char out[1 << 16];
	size_t n = 0;
	PGresult *r = server_answer(sql);
	out[0] = 0;
	for (int row = 0; row < PQntuples(r); row++)
		for (int i = 0; i < PQnfields(r); i++)
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "|" : n ? ";" : "", PQgetisnull(r, row, i) ? "~" : PQgetvalue(r, row, i));
	PQclear(r);
	return out;
}

void server_start(void)
{
	const char *at = getenv("TRIB_TEST_PG");
	char sql[512];
	if (!at)
		cr_skip_test("no server: tests/suite/postgres.sh brings one");
	snprintf(url, sizeof url, "url=%s&application_name=u%d", at, getpid());   /* tests run side by side */
	snprintf(schema, sizeof schema, "schema=u%d", getpid());
	other = PQconnectdb(at);
	cr_assert(PQstatus(other) == CONNECTION_OK, "%s", PQerrorMessage(other));
	snprintf(sql, sizeof sql, "SET client_min_messages = error; DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s; SET search_path = %s; SET timezone = 'UTC'",
	         server_schema(), server_schema(), server_schema());
	server_run(sql);
}

void server_stop(void)
{
	char sql[128];
	if (!other)
		return;
	snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", server_schema());
	server_run(sql);
	PQfinish(other);
}

struct rig *server_look(const char *pipeline, const char *more)
{
	return rig_open(&postgres_LTX_trib_plugin, pipeline, (const char *const[]){ url, schema, more ? more : "lock_wait=2s", NULL });
}

struct rig *server_rig(const char *pipeline, const char *more)
{
	struct rig *r = server_look(pipeline, more);
	cr_assert(rig_claim(r) == TRIB_OK, "%s", r->t.error.text);
	return r;
}

void server_unit(struct rig *r, const char *id, const struct spec *s, const char *rows, const struct ending *e, const char *tally)
{
	static const struct ending plain = { 0 };
	cr_assert(rig_begin(r, id) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_table(r, 0, s) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, s, rows) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, e ? e : &plain) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), tally, "%s: %s, not %s", id, rig_tally(r, 0), tally);
}
