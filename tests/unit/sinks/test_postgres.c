/* The postgres sink, called as the core calls it, against the server of TRIB_TEST_PG (tests/suite/postgres.sh); what is there is asked
 * with another connection. Expected values are PostgreSQL's own words for what was written down in the case. */
#include <criterion/criterion.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "host.h"
#include "../../../sinks/postgres/copy.h"

extern const struct trib_plugin postgres_LTX_trib_plugin;

static char url[512], schema[32];
static PGconn *other;

static PGresult *answer(const char *sql)
{
	PGresult *r = PQexec(other, sql);
	cr_assert(PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK, "%s\n%s", sql, PQerrorMessage(other));
	return r;
}

static void run(const char *sql)
{
	PQclear(answer(sql));
}

static const char *ask(const char *sql)
{
	static char out[1 << 16];
	size_t n = 0;
	PGresult *r = answer(sql);
	out[0] = 0;
	for (int row = 0; row < PQntuples(r); row++)
		for (int i = 0; i < PQnfields(r); i++)
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "|" : n ? ";" : "", PQgetisnull(r, row, i) ? "~" : PQgetvalue(r, row, i));
	PQclear(r);
	return out;
}

static void start(void)
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
	         schema + 7, schema + 7, schema + 7);
	run(sql);
}

static void stop(void)
{
	char sql[128];
	if (!other)
		return;
	snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", schema + 7);
	run(sql);
	PQfinish(other);
}

TestSuite(postgres, .init = start, .fini = stop, .timeout = 60);

static struct rig *rig(const char *pipeline, const char *more)
{
	struct rig *r = rig_open(&postgres_LTX_trib_plugin, pipeline, (const char *const[]){ url, schema, more ? more : "lock_wait=2s", NULL });
	cr_assert(rig_claim(r) == TRIB_OK, "%s", r->t.error.text);
	return r;
}

static void unit(struct rig *r, const char *id, const struct spec *s, const char *rows, const struct ending *e, const char *tally)
{
	static const struct ending plain = { 0 };
	cr_assert(rig_begin(r, id) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_table(r, 0, s) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, s, rows) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, e ? e : &plain) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), tally, "%s: %s, not %s", id, rig_tally(r, 0), tally);
}

/* ---- the encoder ---- */

Test(postgres, stores_every_type_exactly)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "s:s i:i d:d f:f b:b day:D t:t c:c u:u j:j" };
	unit(r, "l1", &s, "x|-9223372036854775808|12345678901234567890123456789.000000001|0.1|true|2025-01-31|2025-01-31T23:59:59.000001Z|23:59:59|90061500ms|{\"a\":1}"
	     ";~|~|~|~|~|~|~|~|~|~;|9223372036854775807|-0.5|-2|false|1969-12-31|1969-12-31T00:00:00Z|00:00:00|-1ms|[]", NULL, "+3 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT s, i, d, f, b, day, t, c, u, j FROM t ORDER BY i"),
	                 "x|-9223372036854775808|12345678901234567890123456789.000000001|0.1|t|2025-01-31|2025-01-31 23:59:59.000001+00|23:59:59|25:01:01.5|"
	                 "{\"a\": 1};|9223372036854775807|-0.5|-2|f|1969-12-31|1969-12-31 00:00:00+00|00:00:00|-00:00:00.001|[];~|~|~|~|~|~|~|~|~|~");
	cr_assert_str_eq(ask("SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass"
	                     " AND attnum > 0"),
	                 "text, bigint, numeric, double precision, boolean, date, timestamp with time zone, time without time zone, interval, jsonb");
	rig_close(r);
}

Test(postgres, decimals_come_back_digit_by_digit)
{
	/* scale 9, as the batch has it: what is not written is 0 and not shown */
	static const struct { const char *in, *out; } t[] = {
		{ "0", "0" }, { "1", "1" }, { "-1", "-1" }, { "10", "10" }, { "9999", "9999" }, { "10000", "10000" }, { "10001", "10001" }, { "100000000", "100000000" },
		{ "0.1", "0.1" }, { "0.01", "0.01" }, { "0.0001", "0.0001" }, { "0.00001", "0.00001" }, { "0.000000001", "0.000000001" },
		{ "-0.000000001", "-0.000000001" }, { "1.5", "1.5" }, { "12.3456", "12.3456" }, { "12.34567", "12.34567" }, { "100.10", "100.1" },
		{ "1234.00005", "1234.00005" }, { "9999.9999", "9999.9999" }, { "10000.0001", "10000.0001" },
		{ "18446744073709551615", "18446744073709551615" }, { "18446744073709551616", "18446744073709551616" },
		{ "18446744073.709551615", "18446744073.709551615" }, { "18446744073.709551616", "18446744073.709551616" },
		{ "99999999999999999999999999999.999999999", "99999999999999999999999999999.999999999" },
		{ "-99999999999999999999999999999.999999999", "-99999999999999999999999999999.999999999" },
		{ "10000000000000000000000000000", "10000000000000000000000000000" }, { "10000000000000000", "10000000000000000" },
		{ "1000000000000000.0000001", "1000000000000000.0000001" },
	};
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "i:i d:d" };
	char rows[8192] = "";
	size_t n = 0;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		n += (size_t)snprintf(rows + n, sizeof rows - n, "%s%zu|%s", i ? ";" : "", i, t[i].in);
	cr_assert(rig_begin(r, "l1") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, rows) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	PGresult *got = answer("SELECT d FROM t ORDER BY i");
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		cr_assert_str_eq(PQgetvalue(got, (int)i, 0), t[i].out, "%s: %s", t[i].in, PQgetvalue(got, (int)i, 0));
	PQclear(got);
	/* PostgreSQL's own reading of the same text is the same number, in form, too */
	cr_assert_str_eq(ask("SELECT count(*) FROM t WHERE numeric_send(d) <> numeric_send(d::text::numeric)"), "0");
	rig_close(r);
}

Test(postgres, values_go_into_the_types_that_are_there)
{
	static const struct { const char *column, *type, *rows, *want, *code; } t[] = {   /* code: of the row that does not fit */
		{ "v:i", "integer", "2147483647;-2147483648;2147483648", "2147483647;-2147483648", "postgres.too_narrow" },
		{ "v:i", "smallint", "32767;-32768;-32769", "32767;-32768", "postgres.too_narrow" },
		{ "v:i", "double precision", "9007199254740992;9007199254740993", "9.007199254740992e+15", "postgres.too_narrow" },
		{ "v:i", "numeric(3,0)", "999;-999;1000", "999;-999", "postgres.too_narrow" },
		{ "v:i", "text", "5;-6", "5;-6", NULL },
		{ "v:d", "numeric(6,2)", "1234.5;-0.25;1.999", "1234.50;-0.25", "postgres.too_narrow" },
		{ "v:d", "numeric(6,2)", "9999.99;10000", "9999.99", "postgres.too_narrow" },
		{ "v:d", "text", "1.50;7", "1.5;7", NULL },
		{ "v:f", "real", "0.5;1e300", "0.5", "postgres.too_narrow" },
		{ "v:f", "numeric", "0.1;-123.25;1e20;1e-10;12345.678;0", "0.1;-123.25;100000000000000000000;0.0000000001;12345.678;0", NULL },
		{ "v:f", "text", "0.1;-123.25;1e20;1e-10;0;100000", "0.1;-123.25;1e20;1e-10;0;100000", NULL },
		{ "v:b", "integer", "true;false", "1;0", NULL },
		{ "v:b", "text", "true;false", "true;false", NULL },
		{ "v:s", "varchar(3)", "äöü;abcd", "äöü", "postgres.too_narrow" },
		{ "v:s", "text", "😀", "😀", NULL },
		{ "v:j", "json", "{\"a\":1}", "{\"a\":1}", NULL },
		{ "v:j", "jsonb", "{\"a\":\"\\u00e4\"};\"\\u0000\"", "{\"a\": \"ä\"}", "sink.nul_in_text" },
		{ "v:j", "jsonb", "\"\\ud83d\\ude00\"", "\"😀\"", NULL },
		{ "v:D", "timestamp", "2025-01-31", "2025-01-31 00:00:00", NULL },
		{ "v:D", "date", "0001-01-01;9999-12-31", "0001-01-01;9999-12-31", NULL },
		{ "v:t", "timestamp", "2025-01-31T23:59:59.000001Z", "2025-01-31 23:59:59.000001", NULL },
		{ "v:t", "text", "2025-01-31T23:59:59.5Z", "2025-01-31T23:59:59.5Z", NULL },
		{ "v:u", "bigint", "1500ms", "1500", NULL },
	};
	struct rig *r = rig("p", NULL);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char sql[256], id[16];
		const struct spec s = { .table = "t", .columns = t[i].column };
		snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS t; CREATE TABLE t(n bigint GENERATED ALWAYS AS IDENTITY, v %s)", t[i].type);
		run(sql);
		snprintf(id, sizeof id, "l%zu", i);
		struct rig *q = rig("q", NULL);
		cr_assert(rig_begin(q, id) == TRIB_OK && rig_table(q, 0, &s) == TRIB_OK && rig_write(q, 0, &s, t[i].rows) == TRIB_OK, "row %zu: %s", i, q->t.error.text);
		cr_assert((q->t.dead.count == 1) == (t[i].code != NULL), "row %zu: %d dead letters", i, (int)q->t.dead.count);
		if (t[i].code)
			cr_assert_str_eq(q->t.dead.head->code, t[i].code, "row %zu: %s: %s", i, q->t.dead.head->code, q->t.dead.head->detail);
		cr_assert(rig_commit(q, &(struct ending){ 0 }) == TRIB_OK, "row %zu: %s", i, q->t.error.text);
		cr_assert_str_eq(ask("SELECT v FROM t ORDER BY n"), t[i].want, "row %zu: %s", i, ask("SELECT v FROM t ORDER BY n"));
		rig_close(q);
	}
	rig_close(r);
}

Test(postgres, a_row_that_cannot_be_stored_costs_itself_only)
{
	static const struct trib_text texts[] = { { "whole", 5 }, { "a\0b", 3 }, { "\0", 1 }, { "end", 3 } };
	for (int keyed = 0; keyed < 2; keyed++) {
		struct rig *r = rig("p", NULL);
		struct trib_batch b = { 0 };
		struct tribx_error e = { 0 };
		run("DROP TABLE IF EXISTS t");
		const struct spec s = { .table = "t", .mode = keyed ? TRIB_MERGE : TRIB_APPEND, .columns = keyed ? "i:i:k s:s" : "i:i s:s" };
		trib_add(&b, "i", TRIB_I64);
		trib_add(&b, "s", TRIB_STR);
		for (int i = 0; i < 4; i++) {
			trib_put_i64(&b, 0, i);
			trib_put_str(&b, 1, texts[i]);
			trib_rows(&b, 1);
		}
		cr_assert(tribx_ready(&b, &e) == TRIB_OK);
		cr_assert(rig_begin(r, keyed ? "k" : "a") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK, "%s", r->t.error.text);
		r->rows[0] = 4;
		tribx_call_start(&r->t);
		cr_assert(r->t.p->write(&r->t, r->t.self, 0, &b) == TRIB_OK, "%s", r->t.error.text);
		trib_free(&b);
		tribx_call_end(&r->t);
		cr_assert(r->t.dead.count == 2 && strcmp(r->t.dead.head->code, "sink.nul_in_text") == 0);
		cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
		cr_assert_str_eq(ask("SELECT i, s FROM t ORDER BY i"), "0|whole;3|end");
		rig_close(r);
	}
}

Test(postgres, moments_past_the_ends_of_the_calendar)
{
	struct rig *r = rig("p", NULL);
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	/* the first moment that PostgreSQL has, one before it, the last of ours */
	static const int64_t us[] = { -210866803200000000, -210866803200000001, INT64_MIN, INT64_MAX, 0 };
	const struct spec s = { .table = "t", .columns = "i:i t:t" };
	trib_add(&b, "i", TRIB_I64);
	trib_add(&b, "t", TRIB_TIME);
	for (int i = 0; i < 5; i++) {
		trib_put_i64(&b, 0, i);
		trib_put_i64(&b, 1, us[i]);
		trib_rows(&b, 1);
	}
	cr_assert(tribx_ready(&b, &e) == TRIB_OK);
	cr_assert(rig_begin(r, "l") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK, "%s", r->t.error.text);
	r->rows[0] = 5;
	tribx_call_start(&r->t);
	cr_assert(r->t.p->write(&r->t, r->t.self, 0, &b) == TRIB_OK, "%s", r->t.error.text);
	trib_free(&b);
	tribx_call_end(&r->t);
	cr_assert(r->t.dead.count == 2 && strcmp(r->t.dead.head->code, "postgres.too_narrow") == 0, "%d", (int)r->t.dead.count);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(ask("SELECT i, t FROM t ORDER BY i"), "0|4714-11-24 00:00:00+00 BC;3|294247-01-10 04:00:54.775807+00;4|1970-01-01 00:00:00+00");
	rig_close(r);
}

Test(postgres, a_column_grows_when_more_comes)
{
	static const struct { const char *first, *rows, *then, *more, *type, *want; } t[] = {
		{ "v:i", "5", "v:d", "0.5", "numeric", "5;0.5" }, { "v:d", "0.5", "v:i", "5", "numeric", "0.5;5" },
		{ "v:b", "true", "v:i", "7", "bigint", "1;7" }, { "v:f", "0.1", "v:d", "0.3", "numeric", "0.1;0.3" },
		{ "v:i", "5", "v:s", "x", "text", "5;x" }, { "v:D", "2025-01-31", "v:t", "2025-01-31T12:00:00Z", "timestamp with time zone",
		  "2025-01-31 00:00:00+00;2025-01-31 12:00:00+00" },
		{ "v:i", "5", "v:f", "0.25", "numeric", "5;0.25" }, { "v:j", "[1]", "v:s", "x", "text", "[1];x" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		for (int keyed = 0; keyed < 2; keyed++) {
			char one[32], two[32], rows[64], more[64];
			struct rig *r = rig("p", NULL);
			run("DROP TABLE IF EXISTS t");
			snprintf(one, sizeof one, "k:i%s %s", keyed ? ":k" : "", t[i].first);
			snprintf(two, sizeof two, "k:i%s %s", keyed ? ":k" : "", t[i].then);
			snprintf(rows, sizeof rows, "1|%s", t[i].rows);
			snprintf(more, sizeof more, "2|%s", t[i].more);
			const struct spec a = { .table = "t", .mode = keyed ? TRIB_MERGE : TRIB_APPEND, .columns = one };
			const struct spec b = { .table = "t", .mode = keyed ? TRIB_MERGE : TRIB_APPEND, .columns = two };
			char ids[2][24];
			snprintf(ids[0], sizeof ids[0], "a%zu.%d", i, keyed);
			snprintf(ids[1], sizeof ids[1], "b%zu.%d", i, keyed);
			unit(r, ids[0], &a, rows, NULL, "+1 ~0 =0 <0 -0 !0");
			unit(r, ids[1], &b, more, NULL, "+1 ~0 =0 <0 -0 !0");
			cr_assert_str_eq(ask("SELECT v FROM t ORDER BY k"), t[i].want, "row %zu: %s", i, ask("SELECT v FROM t ORDER BY k"));
			cr_assert_str_eq(ask("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'"), t[i].type);
			rig_close(r);
		}
}

/* without a server */
Test(keys, tell_what_came_twice)
{
	struct pg_keys k = { 0 };
	const int64_t many = 300000;
	for (int64_t i = 0; i < many; i++)
		pg_key(&k, pg_hash(0, (const char *)&i, sizeof i));
	cr_assert(!k.doubtful && k.n == (size_t)many, "%zu keys", k.n);
	const int64_t again = 4711;
	pg_key(&k, pg_hash(0, (const char *)&again, sizeof again));
	cr_assert(k.doubtful);
	free(k.slots);
	k = (struct pg_keys){ 0 };
	pg_key(&k, pg_hash(pg_hash(0, "a", 1), "bc", 2));
	pg_key(&k, pg_hash(pg_hash(0, "ab", 2), "c", 1));
	pg_key(&k, pg_hash(0, "", 0));
	pg_key(&k, 0);
	pg_key(&k, 1);
	cr_assert(!k.doubtful || k.n == 4, "0 stands for an empty slot, and is taken for 1");
	free(k.slots);
	k = (struct pg_keys){ 0 };
	for (int64_t i = 0; i < 1 << 20 && !k.doubtful; i++)
		pg_key(&k, pg_hash(0, (const char *)&i, sizeof i));
	cr_assert(k.doubtful && k.size <= 1 << 20, "memory has an end");
	free(k.slots);
}

/* ---- units ---- */

Test(postgres, a_load_is_rows_state_ledger_and_dead_letters_or_nothing)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	unit(r, "l1", &s, "a|1;b|2;~|3", &(struct ending){ .states = "p1|{\"n\":1}", .dead = "read|bad|why|{}|7" }, "+2 ~0 =0 <0 -0 !1");
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	cr_assert_str_eq(ask("SELECT pipeline, stream, part, state, load_id FROM _trib_state"), "p|s|p1|{\"n\":1}|l1");
	cr_assert_str_eq(ask("SELECT load_id, outcome, rows_in, rows_inserted, rows_rejected, epoch FROM _trib_loads"), "l1|committed|3|2|1|1");
	cr_assert_str_eq(ask("SELECT load_id, stage, code, detail, record, line FROM _trib_dead_letters"), "l1|read|bad|why|{}|7");
	cr_assert(rig_begin(r, "l1") == TRIB_END, "the load is known");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|9;c|1") == TRIB_OK);
	r->ledger_fails = true;                       /* books that do not balance */
	cr_assert(rig_commit(r, &(struct ending){ .states = "p1|{\"n\":2}" }) == TRIB_FATAL);
	r->ledger_fails = false;
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	cr_assert_str_eq(ask("SELECT state FROM _trib_state"), "{\"n\":1}");
	unit(r, "l3", &s, "c|1", &(struct ending){ .states = "p1|{\"n\":3}" }, "+1 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2;c|1");
	rig_close(r);
	r = rig("p", NULL);
	cr_assert_str_eq(rig_states(r), "p1|{\"n\":3}");
	cr_assert(r->load.epoch == 2);
	rig_close(r);
}

Test(postgres, rows_that_do_not_change_are_not_rewritten)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	unit(r, "l1", &s, "a|1;b|2;c|3", NULL, "+3 ~0 =0 <0 -0 !0");
	char before[1024];
	snprintf(before, sizeof before, "%s", ask("SELECT ctid, xmin, xmax FROM t ORDER BY k"));
	unit(r, "l2", &s, "a|1;b|2;c|3", NULL, "+0 ~0 =3 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT ctid, xmin, xmax FROM t ORDER BY k"), before);   /* not even locked */
	rig_close(r);
}

Test(postgres, abort_and_a_held_load_leave_no_rows)
{
	struct rig *r = rig("p", NULL);
	const struct spec append = { .table = "t", .columns = "k:s v:i" };
	unit(r, "l1", &append, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &append) == TRIB_OK && rig_write(r, 0, &append, "b|1") == TRIB_OK);
	rig_abort(r);
	cr_assert_str_eq(ask("SELECT * FROM t"), "a|1");
	cr_assert(rig_begin(r, "l3") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ .outcome = TRIB_HELD, .states = "", .dead = "s|c|d|{}|~" }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(ask("SELECT outcome FROM _trib_loads WHERE load_id = 'l3'"), "held");
	cr_assert_str_eq(ask("SELECT code FROM _trib_dead_letters"), "c");
	cr_assert(rig_begin(r, "l3") == TRIB_OK, "a held load is not a committed one");
	rig_abort(r);
	rig_close(r);
}

Test(postgres, a_stale_run_is_fenced)
{
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	struct rig *old = rig("p", NULL), *new = rig("p", NULL);
	cr_assert(rig_begin(old, "old") == TRIB_OK && rig_table(old, 0, &s) == TRIB_OK && rig_write(old, 0, &s, "a|1") == TRIB_OK);
	unit(new, "new", &s, "a|2", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_commit(old, &(struct ending){ .states = "p|1" }) == TRIB_FENCED, "%s", old->t.error.text);
	cr_assert_str_eq(ask("SELECT * FROM t"), "a|2");
	rig_close(old);
	rig_close(new);
}

Test(postgres, columns_come_late_and_absent_ones_keep_what_is_stored)
{
	struct rig *r = rig("p", NULL);
	const struct spec one = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k a:i" }, two = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k a:i b:d" };
	unit(r, "l1", &one, "x|1;y|2", NULL, "+2 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &one) == TRIB_OK && rig_write(r, 0, &one, "x|3;z|4") == TRIB_OK);
	cr_assert(rig_table(r, 0, &two) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, &two, "y|=|0.5;z|=|0.25") == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~2 =0 <1 -0 !0");
	cr_assert_str_eq(ask("SELECT k, a, b FROM t ORDER BY 1"), "x|3|~;y|2|0.5;z|4|0.25");
	unit(r, "l3", &one, "y|9", NULL, "+0 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT k, a, b FROM t WHERE k = 'y'"), "y|9|0.5");
	rig_close(r);
}

Test(postgres, a_foreign_table_gets_its_key)
{
	struct rig *r = rig("p", NULL);
	run("CREATE TABLE t(k text, v bigint, mine text); INSERT INTO t VALUES('a', 1, 'kept'); CREATE TABLE u(k text); INSERT INTO u VALUES('a'), ('a');"
	    "CREATE VIEW w AS SELECT 'a' AS k; CREATE TABLE g(k text, v int GENERATED ALWAYS AS (1) STORED)");
	const struct spec t = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" }, u = { .table = "u", .mode = TRIB_MERGE, .columns = "k:s:k" };
	unit(r, "l1", &t, "a|2;b|3", NULL, "+1 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT k, v, mine FROM t ORDER BY k"), "a|2|kept;b|3|~");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &u) == TRIB_OK && rig_write(r, 0, &u, "a") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_CONFIG && strstr(r->t.error.text, "not unique"), "%s", r->t.error.text);
	const struct spec view = { .table = "w", .columns = "k:s" }, made = { .table = "g", .columns = "k:s v:i" };
	cr_assert(rig_begin(r, "l3") == TRIB_OK && rig_table(r, 0, &view) == TRIB_OK && rig_write(r, 0, &view, "a") == TRIB_CONFIG);
	cr_assert(strstr(r->t.error.text, "view"), "%s", r->t.error.text);
	rig_abort(r);
	cr_assert(rig_begin(r, "l4") == TRIB_OK && rig_table(r, 0, &made) == TRIB_OK && rig_write(r, 0, &made, "a|1") == TRIB_CONFIG);
	cr_assert(strstr(r->t.error.text, "computed"), "%s", r->t.error.text);
	rig_close(r);
}

Test(postgres, recall_sees_what_is_stored_and_what_is_staged)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k l:i:k v:d at:t u:u b:b" };
	cr_assert(rig_begin(r, "l0") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "a|1"), "");
	rig_abort(r);
	unit(r, "l1", &s, "a|1|0.5|~|~|~;b|1|1.5|2025-01-31T23:59:59.5Z|90061500ms|true", NULL, "+2 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|1|6|~|~|~;a|1|7|~|~|~;c|1|8|~|~|~") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "c|1;a|1;zz|1;b|1;b|2;~|1"),
	                 "0|c|1|8|~|~|~;1|a|1|7|~|~|~;3|b|1|1.5|2025-01-31T23:59:59.5Z|PT90061.500S|true");
	cr_assert(rig_write(r, 0, &s, "a|1|9|~|~|~") == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~1 =0 <2 -0 !0");
	rig_close(r);
	r = rig("p", NULL);   /* a new run knows the table from the database */
	cr_assert(rig_begin(r, "l3") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "b|1;a|1"), "0|b|1|1.5|2025-01-31T23:59:59.5Z|PT90061.500S|true;1|a|1|9|~|~|~");
	rig_abort(r);
	rig_close(r);
}

static struct spec scd2(const char *columns)
{
	static const char *const names[] = { "recorded_from", "recorded_to", "revision", "open" }, *const values[] = { "f", "t", "rev", "9999-12-31" };
	return (struct spec){ .table = "h", .mode = TRIB_SCD2, .columns = columns, .options = { names, values, 4 } };
}

Test(postgres, history_of_one_moment_is_in_order)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = scd2("k:s:k v:i");
	unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	unit(r, "l2", &s, "a|2", NULL, "+0 ~1 =0 <0 -0 !0");
	unit(r, "l3", &s, "a|2", NULL, "+0 ~0 =1 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT v, rev, f, t FROM h ORDER BY rev"),
	                 "1|0|2025-01-01 00:00:00+00|2025-01-01 00:00:00.000001+00;2|1|2025-01-01 00:00:00.000001+00|9999-12-31 00:00:00+00");
	cr_assert(rig_begin(r, "l4") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "h", "k:s", "a"), "0|a|2", "only what is open");
	rig_abort(r);
	rig_close(r);
	r = rig("p", NULL);                          /* a history that this run has not written to: only what is open */
	cr_assert(rig_begin(r, "l5") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "h", "k:s", "a"), "0|a|2");
	rig_abort(r);
	rig_close(r);
}

Test(postgres, history_by_the_rows_time_has_its_type)
{
	static const char *const names[] = { "time_from" }, *const values[] = { "at" };
	const char *const types[][3] = { { "k:s:k v:i at:t", "a|1|2025-01-01T00:00:00.5Z;a|0|2025-01-01T00:00:00Z", "0|2025-01-01 00:00:00.5+00;1|~" },
	                                 { "k:s:k v:i at:D", "a|1|2025-01-02;a|0|2025-01-01", "0|2025-01-02;1|~" },
	                                 { "k:s:k v:i at:i", "a|1|7;a|0|3", "0|7;1|~" } };
	for (int i = 0; i < 3; i++) {
		struct rig *r = rig("p", NULL);
		char id[16];
		snprintf(id, sizeof id, "l%d", i);
		run("DROP TABLE IF EXISTS h");
		const struct spec s = { .table = "h", .mode = TRIB_SCD2, .columns = types[i][0], .options = { names, values, 1 } };
		unit(r, id, &s, types[i][1], NULL, "+2 ~0 =0 <0 -0 !0");
		cr_assert_str_eq(ask("SELECT v, valid_to FROM h ORDER BY v"), types[i][2]);
		rig_close(r);
	}
}

Test(postgres, declared_slices_of_another_type)
{
	struct rig *r = rig("p", NULL);
	static const char *const names[] = { "strategy" }, *const values[] = { "replace_slice" };
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "day:D:c v:i", .options = { names, values, 1 } };
	unit(r, "l1", &s, "2025-01-01|1;2025-01-02|2;~|3", NULL, "+3 ~0 =0 <0 -0 !0");
	unit(r, "l2", &s, "2025-01-02|5;~|6", &(struct ending){ .slice_columns = "day:s", .slices = "2025-01-01" }, "+2 ~0 =0 <0 -3 !0");
	cr_assert_str_eq(ask("SELECT day, v FROM t ORDER BY v"), "2025-01-02|5;~|6");
	rig_close(r);
}

/* ---- the server ---- */

static void end_backends(void)
{
	char sql[128];
	snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s'", schema + 7);
	run(sql);
	usleep(100000);
}

Test(postgres, a_lost_connection_is_said_and_the_next_unit_is_well)
{
	const struct spec specs[] = { { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" }, { .table = "a", .columns = "k:s v:i" } };
	for (int i = 0; i < 2; i++) {
		struct rig *r = rig("p", NULL);
		const struct spec *s = &specs[i];
		unit(r, i ? "a1" : "t1", s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
		cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, s) == TRIB_OK && rig_write(r, 0, s, "b|1") == TRIB_OK);
		end_backends();
		cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_ENV, "%s", r->t.error.text);
		cr_assert_str_eq(r->t.error.code, "postgres.connection_lost", "%s", r->t.error.text);
		unit(r, i ? "a3" : "t3", s, "c|1", NULL, "+1 ~0 =0 <0 -0 !0");
		cr_assert_str_eq(ask(i ? "SELECT * FROM a ORDER BY 1" : "SELECT * FROM t ORDER BY 1"), "a|1;c|1");
		rig_close(r);
	}
}

Test(postgres, a_key_that_somebody_else_inserts_meanwhile_is_tried_again)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "b|2") == TRIB_OK);
	PGconn *third = PQconnectdb(getenv("TRIB_TEST_PG"));
	char sql[256];
	snprintf(sql, sizeof sql, "BEGIN; INSERT INTO %s.t VALUES('b', 1)", schema + 7);
	PQclear(PQexec(third, sql));
	PQsendQuery(third, "SELECT pg_sleep(0.5); COMMIT");        /* our insert waits for it, and finds the key taken */
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+0 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	PQfinish(third);
	rig_close(r);
}

Test(postgres, a_lock_of_somebody_else_has_an_end)
{
	struct rig *r = rig("p", "lock_wait=200ms");
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|2") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_ENV);
	cr_assert_str_eq(r->t.error.code, "postgres.lock_timeout", "%s", r->t.error.text);
	run("ROLLBACK");
	unit(r, "l3", &s, "a|2", NULL, "+0 ~1 =0 <0 -0 !0");
	rig_close(r);
}

Test(postgres, a_constraint_and_a_missing_right_are_told)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "k:s v:i" };
	run("CREATE TABLE t(k text, v bigint CONSTRAINT positive CHECK (v > 0))");
	cr_assert(rig_begin(r, "l1") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|1;secret|-1") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_DATA && strcmp(r->t.error.code, "postgres.constraint") == 0, "%s", r->t.error.text);
	cr_assert(strstr(r->t.error.text, "positive") && !strstr(r->t.error.text, "secret"), "%s", r->t.error.text);
	cr_assert_str_eq(ask("SELECT count(*) FROM t"), "0");
	rig_close(r);
}

Test(postgres, a_bad_url_or_password_is_not_shown)
{
	static const struct { const char *url; int status; const char *code; } t[] = {
		{ "url=postgresql://u:hunter2@nowhere.invalid/x?connect_timeout=2", TRIB_ENV, "postgres.cannot_connect" },
		{ "url=hunter2", TRIB_CONFIG, "postgres.bad_url" }, { "url=postgresql://u:hunter2@h/x?hunter2=1", TRIB_CONFIG, "postgres.bad_url" },
		{ "url=host=/nowhere password=hunter2", TRIB_ENV, "postgres.cannot_connect" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct rig *r = rig_open(&postgres_LTX_trib_plugin, "p", (const char *const[]){ t[i].url, NULL });
		cr_assert(rig_claim(r) == t[i].status, "row %zu: %s", i, r->t.error.text);
		cr_assert_str_eq(r->t.error.code, t[i].code);
		cr_assert(!strstr(r->t.error.text, "hunter2"), "%s", r->t.error.text);
		rig_close(r);
	}
}

Test(postgres, looking_makes_nothing_and_fences_nothing)
{
	struct rig *r = rig_open(&postgres_LTX_trib_plugin, "p", (const char *const[]){ url, schema, NULL });
	r->load.run_id = NULL;
	cr_assert(rig_claim(r) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(ask("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_trib%' AND relnamespace = current_schema()::regnamespace"), "0");
	rig_close(r);
}
