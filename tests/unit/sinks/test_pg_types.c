/* What the postgres sink's encoder makes of values, read back by the server: expected are PostgreSQL's own words for what was written
 * down in the case. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "server.h"
#include "../../../sinks/postgres/copy.h"

TestSuite(pg_types, .init = server_start, .fini = server_stop, .timeout = 60);

Test(pg_types, stores_every_type_exactly)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "s:s i:i d:d f:f b:b day:D t:t c:c u:u j:j" };
	server_unit(r, "l1", &s, "x|-9223372036854775808|12345678901234567890123456789.000000001|0.1|true|2025-01-31|2025-01-31T23:59:59.000001Z|23:59:59|90061500ms|{\"a\":1}"
	     ";~|~|~|~|~|~|~|~|~|~;|9223372036854775807|-0.5|-2|false|1969-12-31|1969-12-31T00:00:00Z|00:00:00|-1ms|[]", NULL, "+3 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT s, i, d, f, b, day, t, c, u, j FROM t ORDER BY i"),
	                 "x|-9223372036854775808|12345678901234567890123456789.000000001|0.1|t|2025-01-31|2025-01-31 23:59:59.000001+00|23:59:59|25:01:01.5|"
	                 "{\"a\": 1};|9223372036854775807|-0.5|-2|f|1969-12-31|1969-12-31 00:00:00+00|00:00:00|-00:00:00.001|[];~|~|~|~|~|~|~|~|~|~");
	cr_assert_str_eq(server_ask("SELECT string_agg(format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass"
	                     " AND attnum > 0"),
	                 "text, bigint, numeric, double precision, boolean, date, timestamp with time zone, time without time zone, interval, jsonb");
	rig_close(r);
}

Test(pg_types, decimals_come_back_digit_by_digit)
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
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "i:i d:d" };
	char rows[8192] = "";
	size_t n = 0;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		n += (size_t)snprintf(rows + n, sizeof rows - n, "%s%zu|%s", i ? ";" : "", i, t[i].in);
	cr_assert(rig_begin(r, "l1") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, rows) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	PGresult *got = server_answer("SELECT d FROM t ORDER BY i");
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		cr_assert_str_eq(PQgetvalue(got, (int)i, 0), t[i].out, "%s: %s", t[i].in, PQgetvalue(got, (int)i, 0));
	PQclear(got);
	/* PostgreSQL's own reading of the same text is the same number, in form, too */
	cr_assert_str_eq(server_ask("SELECT count(*) FROM t WHERE numeric_send(d) <> numeric_send(d::text::numeric)"), "0");
	rig_close(r);
}

Test(pg_types, values_go_into_the_types_that_are_there)
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
	struct rig *r = server_rig("p", NULL);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		char sql[256], id[16];
		const struct spec s = { .table = "t", .columns = t[i].column };
		snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS t; CREATE TABLE t(n bigint GENERATED ALWAYS AS IDENTITY, v %s)", t[i].type);
		server_run(sql);
		snprintf(id, sizeof id, "l%zu", i);
		struct rig *q = server_rig("q", NULL);
		cr_assert(rig_begin(q, id) == TRIB_OK && rig_table(q, 0, &s) == TRIB_OK && rig_write(q, 0, &s, t[i].rows) == TRIB_OK, "row %zu: %s", i, q->t.error.text);
		cr_assert((q->t.dead.count == 1) == (t[i].code != NULL), "row %zu: %d dead letters", i, (int)q->t.dead.count);
		if (t[i].code)
			cr_assert_str_eq(q->t.dead.head->code, t[i].code, "row %zu: %s: %s", i, q->t.dead.head->code, q->t.dead.head->detail);
		cr_assert(rig_commit(q, &(struct ending){ 0 }) == TRIB_OK, "row %zu: %s", i, q->t.error.text);
		cr_assert_str_eq(server_ask("SELECT v FROM t ORDER BY n"), t[i].want, "row %zu: %s", i, server_ask("SELECT v FROM t ORDER BY n"));
		rig_close(q);
	}
	rig_close(r);
}

Test(pg_types, a_row_that_cannot_be_stored_costs_itself_only)
{
	static const struct trib_text texts[] = { { "whole", 5 }, { "a\0b", 3 }, { "\0", 1 }, { "end", 3 } };
	for (int keyed = 0; keyed < 2; keyed++) {
		struct rig *r = server_rig("p", NULL);
		struct trib_batch b = { 0 };
		struct tribx_error e = { 0 };
		server_run("DROP TABLE IF EXISTS t");
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
		cr_assert_str_eq(server_ask("SELECT i, s FROM t ORDER BY i"), "0|whole;3|end");
		rig_close(r);
	}
}

Test(pg_types, moments_past_the_ends_of_the_calendar)
{
	struct rig *r = server_rig("p", NULL);
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
	cr_assert_str_eq(server_ask("SELECT i, t FROM t ORDER BY i"), "0|4714-11-24 00:00:00+00 BC;3|294247-01-10 04:00:54.775807+00;4|1970-01-01 00:00:00+00");
	rig_close(r);
}

Test(pg_types, a_column_grows_when_more_comes)
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
			struct rig *r = server_rig("p", NULL);
			server_run("DROP TABLE IF EXISTS t");
			snprintf(one, sizeof one, "k:i%s %s", keyed ? ":k" : "", t[i].first);
			snprintf(two, sizeof two, "k:i%s %s", keyed ? ":k" : "", t[i].then);
			snprintf(rows, sizeof rows, "1|%s", t[i].rows);
			snprintf(more, sizeof more, "2|%s", t[i].more);
			const struct spec a = { .table = "t", .mode = keyed ? TRIB_MERGE : TRIB_APPEND, .columns = one };
			const struct spec b = { .table = "t", .mode = keyed ? TRIB_MERGE : TRIB_APPEND, .columns = two };
			char ids[2][24];
			snprintf(ids[0], sizeof ids[0], "a%zu.%d", i, keyed);
			snprintf(ids[1], sizeof ids[1], "b%zu.%d", i, keyed);
			server_unit(r, ids[0], &a, rows, NULL, "+1 ~0 =0 <0 -0 !0");
			server_unit(r, ids[1], &b, more, NULL, "+1 ~0 =0 <0 -0 !0");
			cr_assert_str_eq(server_ask("SELECT v FROM t ORDER BY k"), t[i].want, "row %zu: %s", i, server_ask("SELECT v FROM t ORDER BY k"));
			cr_assert_str_eq(server_ask("SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'"), t[i].type);
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
