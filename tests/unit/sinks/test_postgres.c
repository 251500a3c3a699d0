/* The postgres sink, called as the core calls it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "server.h"

TestSuite(postgres, .init = server_start, .fini = server_stop, .timeout = 60);

Test(postgres, a_load_is_rows_state_ledger_and_dead_letters_or_nothing)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	server_unit(r, "l1", &s, "a|1;b|2;~|3", &(struct ending){ .states = "p1|{\"n\":1}", .dead = "read|bad|why|{}|7" }, "+2 ~0 =0 <0 -0 !1");
	cr_assert_str_eq(server_ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	cr_assert_str_eq(server_ask("SELECT pipeline, stream, part, state, load_id FROM _trib_state"), "p|s|p1|{\"n\":1}|l1");
	cr_assert_str_eq(server_ask("SELECT load_id, outcome, rows_in, rows_inserted, rows_rejected, epoch FROM _trib_loads"), "l1|committed|3|2|1|1");
	cr_assert_str_eq(server_ask("SELECT load_id, stage, code, detail, record, line FROM _trib_dead_letters"), "l1|read|bad|why|{}|7");
	cr_assert(rig_begin(r, "l1") == TRIB_END, "the load is known");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|9;c|1") == TRIB_OK);
	r->ledger_fails = true;                       /* books that do not balance */
	cr_assert(rig_commit(r, &(struct ending){ .states = "p1|{\"n\":2}" }) == TRIB_FATAL);
	r->ledger_fails = false;
	cr_assert_str_eq(server_ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	cr_assert_str_eq(server_ask("SELECT state FROM _trib_state"), "{\"n\":1}");
	server_unit(r, "l3", &s, "c|1", &(struct ending){ .states = "p1|{\"n\":3}" }, "+1 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2;c|1");
	rig_close(r);
	r = server_rig("p", NULL);
	cr_assert_str_eq(rig_states(r), "p1|{\"n\":3}");
	cr_assert(r->load.epoch == 2);
	rig_close(r);
}

Test(postgres, rows_that_do_not_change_are_not_rewritten)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	server_unit(r, "l1", &s, "a|1;b|2;c|3", NULL, "+3 ~0 =0 <0 -0 !0");
	char before[1024];
	snprintf(before, sizeof before, "%s", server_ask("SELECT ctid, xmin, xmax FROM t ORDER BY k"));
	server_unit(r, "l2", &s, "a|1;b|2;c|3", NULL, "+0 ~0 =3 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT ctid, xmin, xmax FROM t ORDER BY k"), before);   /* not even locked */
	rig_close(r);
}

Test(postgres, abort_and_a_held_load_leave_no_rows)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec append = { .table = "t", .columns = "k:s v:i" };
	server_unit(r, "l1", &append, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &append) == TRIB_OK && rig_write(r, 0, &append, "b|1") == TRIB_OK);
	rig_abort(r);
	cr_assert_str_eq(server_ask("SELECT * FROM t"), "a|1");
	cr_assert(rig_begin(r, "l3") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ .outcome = TRIB_HELD, .states = "", .dead = "s|c|d|{}|~" }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(server_ask("SELECT outcome FROM _trib_loads WHERE load_id = 'l3'"), "held");
	cr_assert_str_eq(server_ask("SELECT code FROM _trib_dead_letters"), "c");
	cr_assert(rig_begin(r, "l3") == TRIB_OK, "a held load is not a committed one");
	rig_abort(r);
	rig_close(r);
}

Test(postgres, a_stale_run_is_fenced)
{
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	struct rig *old = server_rig("p", NULL), *new = server_rig("p", NULL);
	cr_assert(rig_begin(old, "old") == TRIB_OK && rig_table(old, 0, &s) == TRIB_OK && rig_write(old, 0, &s, "a|1") == TRIB_OK);
	server_unit(new, "new", &s, "a|2", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_commit(old, &(struct ending){ .states = "p|1" }) == TRIB_FENCED, "%s", old->t.error.text);
	cr_assert_str_eq(server_ask("SELECT * FROM t"), "a|2");
	rig_close(old);
	rig_close(new);
}

Test(postgres, columns_come_late_and_absent_ones_keep_what_is_stored)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec one = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k a:i" }, two = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k a:i b:d" };
	server_unit(r, "l1", &one, "x|1;y|2", NULL, "+2 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &one) == TRIB_OK && rig_write(r, 0, &one, "x|3;z|4") == TRIB_OK);
	cr_assert(rig_table(r, 0, &two) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, &two, "y|=|0.5;z|=|0.25") == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~2 =0 <1 -0 !0");
	cr_assert_str_eq(server_ask("SELECT k, a, b FROM t ORDER BY 1"), "x|3|~;y|2|0.5;z|4|0.25");
	server_unit(r, "l3", &one, "y|9", NULL, "+0 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT k, a, b FROM t WHERE k = 'y'"), "y|9|0.5");
	rig_close(r);
}

Test(postgres, a_foreign_table_gets_its_key)
{
	struct rig *r = server_rig("p", NULL);
	server_run("CREATE TABLE t(k text, v bigint, mine text); INSERT INTO t VALUES('a', 1, 'kept'); CREATE TABLE u(k text); INSERT INTO u VALUES('a'), ('a');"
	    "CREATE VIEW w AS SELECT 'a' AS k; CREATE TABLE g(k text, v int GENERATED ALWAYS AS (1) STORED)");
	const struct spec t = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" }, u = { .table = "u", .mode = TRIB_MERGE, .columns = "k:s:k" };
	server_unit(r, "l1", &t, "a|2;b|3", NULL, "+1 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT k, v, mine FROM t ORDER BY k"), "a|2|kept;b|3|~");
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
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k l:i:k v:d at:t u:u b:b" };
	cr_assert(rig_begin(r, "l0") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "a|1"), "");
	rig_abort(r);
	server_unit(r, "l1", &s, "a|1|0.5|~|~|~;b|1|1.5|2025-01-31T23:59:59.5Z|90061500ms|true", NULL, "+2 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|1|6|~|~|~;a|1|7|~|~|~;c|1|8|~|~|~") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "c|1;a|1;zz|1;b|1;b|2;~|1"),
	                 "0|c|1|8|~|~|~;1|a|1|7|~|~|~;3|b|1|1.5|2025-01-31T23:59:59.5Z|PT90061.500S|true");
	cr_assert(rig_write(r, 0, &s, "a|1|9|~|~|~") == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~1 =0 <2 -0 !0");
	rig_close(r);
	r = server_rig("p", NULL);   /* a new run knows the table from the database */
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
	struct rig *r = server_rig("p", NULL);
	const struct spec s = scd2("k:s:k v:i");
	server_unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	server_unit(r, "l2", &s, "a|2", NULL, "+0 ~1 =0 <0 -0 !0");
	server_unit(r, "l3", &s, "a|2", NULL, "+0 ~0 =1 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT v, rev, f, t FROM h ORDER BY rev"),
	                 "1|0|2025-01-01 00:00:00+00|2025-01-01 00:00:00.000001+00;2|1|2025-01-01 00:00:00.000001+00|9999-12-31 00:00:00+00");
	cr_assert(rig_begin(r, "l4") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "h", "k:s", "a"), "0|a|2", "only what is open");
	rig_abort(r);
	rig_close(r);
	r = server_rig("p", NULL);                          /* a history that this run has not written to: only what is open */
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
		struct rig *r = server_rig("p", NULL);
		char id[16];
		snprintf(id, sizeof id, "l%d", i);
		server_run("DROP TABLE IF EXISTS h");
		const struct spec s = { .table = "h", .mode = TRIB_SCD2, .columns = types[i][0], .options = { names, values, 1 } };
		server_unit(r, id, &s, types[i][1], NULL, "+2 ~0 =0 <0 -0 !0");
		cr_assert_str_eq(server_ask("SELECT v, valid_to FROM h ORDER BY v"), types[i][2]);
		rig_close(r);
	}
}

Test(postgres, declared_slices_of_another_type)
{
	struct rig *r = server_rig("p", NULL);
	static const char *const names[] = { "strategy" }, *const values[] = { "replace_slice" };
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "day:D:c v:i", .options = { names, values, 1 } };
	server_unit(r, "l1", &s, "2025-01-01|1;2025-01-02|2;~|3", NULL, "+3 ~0 =0 <0 -0 !0");
	server_unit(r, "l2", &s, "2025-01-02|5;~|6", &(struct ending){ .slice_columns = "day:s", .slices = "2025-01-01" }, "+2 ~0 =0 <0 -3 !0");
	cr_assert_str_eq(server_ask("SELECT day, v FROM t ORDER BY v"), "2025-01-02|5;~|6");
	rig_close(r);
}

/* ---- the server ---- */

static void end_backends(void)
{
	char sql[128];
	snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s'", server_schema());
	server_run(sql);
	usleep(100000);
}

Test(postgres, a_lost_connection_is_said_and_the_next_unit_is_well)
{
	const struct spec specs[] = { { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" }, { .table = "a", .columns = "k:s v:i" } };
	for (int i = 0; i < 2; i++) {
		struct rig *r = server_rig("p", NULL);
		const struct spec *s = &specs[i];
		server_unit(r, i ? "a1" : "t1", s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
		cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, s) == TRIB_OK && rig_write(r, 0, s, "b|1") == TRIB_OK);
		end_backends();
		cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_ENV, "%s", r->t.error.text);
		cr_assert_str_eq(r->t.error.code, "postgres.connection_lost", "%s", r->t.error.text);
		server_unit(r, i ? "a3" : "t3", s, "c|1", NULL, "+1 ~0 =0 <0 -0 !0");
		cr_assert_str_eq(server_ask(i ? "SELECT * FROM a ORDER BY 1" : "SELECT * FROM t ORDER BY 1"), "a|1;c|1");
		rig_close(r);
	}
}

Test(postgres, a_key_that_somebody_else_inserts_meanwhile_is_tried_again)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	server_unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "b|2") == TRIB_OK);
	PGconn *third = PQconnectdb(getenv("TRIB_TEST_PG"));
	char sql[256];
	snprintf(sql, sizeof sql, "BEGIN; INSERT INTO %s.t VALUES('b', 1)", server_schema());
	PQclear(PQexec(third, sql));
	PQsendQuery(third, "SELECT pg_sleep(0.5); COMMIT");        /* our insert waits for it, and finds the key taken */
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+0 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(server_ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	PQfinish(third);
	rig_close(r);
}

Test(postgres, a_lock_of_somebody_else_has_an_end)
{
	struct rig *r = server_rig("p", "lock_wait=200ms");
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	server_unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	server_run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|2") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_ENV);
	cr_assert_str_eq(r->t.error.code, "postgres.lock_timeout", "%s", r->t.error.text);
	server_run("ROLLBACK");
	server_unit(r, "l3", &s, "a|2", NULL, "+0 ~1 =0 <0 -0 !0");
	rig_close(r);
}

Test(postgres, a_constraint_and_a_missing_right_are_told)
{
	struct rig *r = server_rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "k:s v:i" };
	server_run("CREATE TABLE t(k text, v bigint CONSTRAINT positive CHECK (v > 0))");
	cr_assert(rig_begin(r, "l1") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK && rig_write(r, 0, &s, "a|1;secret|-1") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_DATA && strcmp(r->t.error.code, "postgres.constraint") == 0, "%s", r->t.error.text);
	cr_assert(strstr(r->t.error.text, "positive") && !strstr(r->t.error.text, "secret"), "%s", r->t.error.text);
	cr_assert_str_eq(server_ask("SELECT count(*) FROM t"), "0");
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
	struct rig *r = server_look("p", NULL);
	r->load.run_id = NULL;
	cr_assert(rig_claim(r) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(server_ask("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_trib%' AND relnamespace = current_schema()::regnamespace"), "0");
	rig_close(r);
}
