/* The sqlite sink, called as the core calls it; what is in the file is asked with another connection. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "host.h"

static char *folder, path[256], option[280];

static void start(void)
{
	folder = rig_folder();
	snprintf(path, sizeof path, "%s/deep/out.db", folder);
	snprintf(option, sizeof option, "path=%s", path);
}

static void stop(void)
{
	char command[300];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	cr_assert(system(command) == 0);
	free(folder);
}

TestSuite(sqlite, .init = start, .fini = stop, .timeout = 60);

static struct rig *rig(const char *pipeline, const char *more)
{
	struct rig *r = rig_open(&sqlite_LTX_trib_plugin, pipeline, (const char *const[]){ option,
	        more ? more : "lock_wait=2s", NULL });
	cr_assert(rig_claim(r) == TRIB_OK, "%s", r->t.error.text);
	return r;
}

static const char *ask(const char *sql)
{
	static char out[1 << 16];
	size_t n = 0;
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	cr_assert(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	cr_assert(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s\n%s", sqlite3_errmsg(db), sql);
	out[0] = 0;
	while (sqlite3_step(q) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(q); i++) {
			const char *v = (const char *)sqlite3_column_text(q, i);
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "|" : n ? ";" : "", v ? v : "~");
		}
	sqlite3_finalize(q);
	sqlite3_close(db);
	return out;
}

static void unit(struct rig *r, const char *id, const struct spec *s, const char *rows, const struct ending *e,
                 const char *tally)
{
	static const struct ending plain = { 0 };
	cr_assert(rig_begin(r, id) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_table(r, 0, s) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, s, rows) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, e ? e : &plain) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), tally, "%s: %s, not %s", id, rig_tally(r, 0), tally);
}

Test(sqlite, stores_every_type_exactly)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .columns = "s:s i:i d:d f:f b:b day:D t:t c:c j:j" };
	unit(r, "l1", &s, "x|-9223372036854775808|12345678901234567890123456789.000000001|0.1|true|2025-01-31|"
	        "2025-01-31T23:59:59.000001Z|23:59:59|{\"a\":1}"
	     ";~|~|~|~|~|~|~|~|~;|9223372036854775807|-0.5|-2|false|1969-12-31|1969-12-31T00:00:00Z|00:00:00|"
	     "[]", NULL, "+3 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT s, i, d_dec, f, b, day, t, c, j FROM t ORDER BY i"),
	                 "~|~|~|~|~|~|~|~|~;x|-9223372036854775808|12345678901234567890123456789.000000001|0.1|1|"
	                 "2025-01-31|2025-01-31T23:59:59.000001Z|23:59:59|{\"a\":1}"
	                 ";|9223372036854775807|-0.5|-2.0|0|1969-12-31|1969-12-31T00:00:00Z|00:00:00|[]");
	cr_assert_str_eq(ask("SELECT typeof(d), typeof(d_dec), typeof(i), typeof(s) FROM t WHERE i > 0"),
	                 "real|text|integer|text");
	rig_close(r);
	cr_assert(access(path, F_OK) == 0);
	char wal[300];
	snprintf(wal, sizeof wal, "%s-wal", path);
	cr_assert(access(wal, F_OK) < 0, "the log is written back when the sink closes");
}

Test(sqlite, a_load_is_rows_state_ledger_and_dead_letters_or_nothing)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	unit(r, "l1", &s, "a|1;b|2;~|3", &(struct ending){ .states = "p1|{\"n\":1}", .dead = "read|bad|why|{}|7" },
	     "+2 ~0 =0 <0 -0 !1");
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	cr_assert_str_eq(ask("SELECT pipeline, stream, part, state, load_id FROM _trib_state"), "p|s|p1|{\"n\":1}|l1");
	cr_assert_str_eq(ask("SELECT load_id, outcome, rows_in, rows_inserted, rows_rejected, epoch FROM _trib_loads"),
	                 "l1|committed|3|2|1|1");
	cr_assert_str_eq(ask("SELECT load_id, stage, code, detail, record, line FROM _trib_dead_letters"),
	                 "l1|read|bad|why|{}|7");
	cr_assert(rig_begin(r, "l1") == TRIB_END, "the load is known");
	/* books that do not balance */
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK &&
	          rig_write(r, 0, &s, "a|9;c|1") == TRIB_OK);
	r->ledger_fails = true;
	cr_assert(rig_commit(r, &(struct ending){ .states = "p1|{\"n\":2}" }) == TRIB_FATAL);
	r->ledger_fails = false;
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2");
	cr_assert_str_eq(ask("SELECT state FROM _trib_state"), "{\"n\":1}");
	/* the same again, now well: nothing of the failed unit is left over */
	unit(r, "l3", &s, "c|1", &(struct ending){ .states = "p1|{\"n\":3}" }, "+1 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT * FROM t ORDER BY 1"), "a|1;b|2;c|1");
	rig_close(r);
	r = rig("p", NULL);
	cr_assert_str_eq(rig_states(r), "p1|{\"n\":3}");
	cr_assert(r->load.epoch == 2);
	rig_close(r);
}

Test(sqlite, abort_and_a_held_load_leave_no_rows)
{
	struct rig *r = rig("p", NULL);
	const struct spec append = { .table = "t", .columns = "k:s v:i" };
	unit(r, "l1", &append, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &append) == TRIB_OK &&
	          rig_write(r, 0, &append, "b|1") == TRIB_OK);
	rig_abort(r);
	cr_assert_str_eq(ask("SELECT * FROM t"), "a|1");
	cr_assert(rig_begin(r, "l3") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ .outcome = TRIB_HELD, .states = "",
	                                          .dead = "s|c|d|{}|~" }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(ask("SELECT outcome FROM _trib_loads WHERE load_id = 'l3'"), "held");
	cr_assert_str_eq(ask("SELECT count(*) FROM _trib_state"), "0");
	cr_assert_str_eq(ask("SELECT code FROM _trib_dead_letters"), "c");
	cr_assert(rig_begin(r, "l3") == TRIB_OK, "a held load is not a committed one");
	rig_abort(r);
	rig_close(r);
}

Test(sqlite, a_stale_run_is_fenced)
{
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" };
	struct rig *old = rig("p", NULL), *other = rig("q", NULL), *new = rig("p", NULL);
	cr_assert(rig_begin(old, "old") == TRIB_OK && rig_table(old, 0, &s) == TRIB_OK &&
	          rig_write(old, 0, &s, "a|1") == TRIB_OK);
	unit(new, "new", &s, "a|2", NULL, "+1 ~0 =0 <0 -0 !0");
	cr_assert(rig_commit(old, &(struct ending){ .states = "p|1" }) == TRIB_FENCED, "%s", old->t.error.text);
	cr_assert_str_eq(ask("SELECT * FROM t"), "a|2");
	unit(other, "other", &s, "b|1", NULL, "+1 ~0 =0 <0 -0 !0");
	rig_close(old);
	rig_close(other);
	rig_close(new);
}

Test(sqlite, one_writer_at_a_time_and_staging_holds_no_lock)
{
	const struct spec append = { .table = "a", .columns = "v:i" }, merge = { .table = "m", .mode = TRIB_MERGE,
	        .columns = "k:s:k" };
	struct rig *a = rig("p", "lock_wait=100ms"), *b = rig("q", "lock_wait=100ms");
	cr_assert(rig_begin(b, "b") == TRIB_OK && rig_table(b, 0, &merge) == TRIB_OK &&
	          rig_write(b, 0, &merge, "x") == TRIB_OK);
	cr_assert(rig_begin(a, "a") == TRIB_OK && rig_table(a, 0, &append) == TRIB_OK &&
	          rig_write(a, 0, &append, "1") == TRIB_OK, "%s", a->t.error.text);
	cr_assert(rig_commit(b, &(struct ending){ 0 }) == TRIB_FENCED, "the file is locked by the other");
	cr_assert(rig_commit(a, &(struct ending){ 0 }) == TRIB_OK);
	unit(b, "b2", &merge, "x", NULL, "+1 ~0 =0 <0 -0 !0");
	rig_close(a);
	rig_close(b);
}

Test(sqlite, columns_come_late_and_absent_ones_keep_what_is_stored)
{
	struct rig *r = rig("p", NULL);
	const struct spec one = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k a:i" }, two = { .table = "t",
	        .mode = TRIB_MERGE, .columns = "k:s:k a:i b:d" };
	unit(r, "l1", &one, "x|1;y|2", NULL, "+2 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &one) == TRIB_OK &&
	          rig_write(r, 0, &one, "x|3;z|4") == TRIB_OK);
	cr_assert(rig_table(r, 0, &two) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, &two, "y|=|0.5;z|=|0.25") == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~2 =0 <1 -0 !0");
	cr_assert_str_eq(ask("SELECT k, a, b, b_dec FROM t ORDER BY 1"), "x|3|~|~;y|2|0.5|0.5;z|4|0.25|0.25");
	unit(r, "l3", &one, "y|9", NULL, "+0 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT k, a, b_dec FROM t WHERE k = 'y'"), "y|9|0.5");
	rig_close(r);
}

Test(sqlite, a_foreign_table_gets_its_key)
{
	struct rig *r = rig("p", NULL);
	sqlite3 *db = NULL;
	cr_assert(sqlite3_open(path, &db) == SQLITE_OK && sqlite3_exec(db,
	                                                               "CREATE TABLE t(k, v, mine); INSERT INTO t"
	                                                               " VALUES('a', 1, 'kept'); CREATE TABLE u(k); "
	          "INSERT INTO u VALUES('a'), ('a')", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	const struct spec t = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k v:i" }, u = { .table = "u",
	        .mode = TRIB_MERGE, .columns = "k:s:k" };
	unit(r, "l1", &t, "a|2;b|3", NULL, "+1 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT k, v, mine FROM t ORDER BY k"), "a|2|kept;b|3|~");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &u) == TRIB_OK &&
	          rig_write(r, 0, &u, "a") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_CONFIG && strstr(r->t.error.text, "not unique"), "%s",
	          r->t.error.text);
	rig_close(r);
}

Test(sqlite, recall_sees_what_is_stored_and_what_is_staged)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = { .table = "t", .mode = TRIB_MERGE, .columns = "k:s:k l:i:k v:d" };
	cr_assert(rig_begin(r, "l0") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "a|1"), "");
	rig_abort(r);
	unit(r, "l1", &s, "a|1|0.5;b|1|1.5", NULL, "+2 ~0 =0 <0 -0 !0");
	cr_assert(rig_begin(r, "l2") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK &&
	          rig_write(r, 0, &s, "a|1|7;c|1|8") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "c|1;a|1;zz|1;b|1;b|2;~|1"), "0|c|1|8;1|a|1|7;3|b|1|1.5");
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~1 =0 <0 -0 !0");
	rig_close(r);
	r = rig("p", NULL);   /* a new run knows the table from the database */
	cr_assert(rig_begin(r, "l3") == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "t", "k:s l:i", "b|1;a|1"), "0|b|1|1.5;1|a|1|7");
	rig_abort(r);
	rig_close(r);
}

static struct spec scd2(const char *columns)
{
	static const char *const names[] = { "recorded_from", "recorded_to", "revision",
	                                     "open" }, *const values[] = { "f", "t", "rev", "9999-12-31" };
	return (struct spec){ .table = "h", .mode = TRIB_SCD2, .columns = columns, .options = { names, values, 4 } };
}

Test(sqlite, history_of_one_moment_is_in_order)
{
	struct rig *r = rig("p", NULL);
	const struct spec s = scd2("k:s:k v:i");
	unit(r, "l1", &s, "a|1", NULL, "+1 ~0 =0 <0 -0 !0");
	unit(r, "l2", &s, "a|2", NULL, "+0 ~1 =0 <0 -0 !0");
	unit(r, "l3", &s, "a|2", NULL, "+0 ~0 =1 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT v, rev, f, t FROM h ORDER BY rev"),
	                 "1|0|2025-01-01T00:00:00Z|2025-01-01T00:00:00.000001Z;2|1|2025-01-01T00:00:00.000001Z|"
	                 "9999-12-31");
	cr_assert(rig_begin(r, "l4") == TRIB_OK && rig_table(r, 0, &s) == TRIB_OK);
	cr_assert_str_eq(rig_recall(r, "h", "k:s", "a"), "0|a|2", "only what is open");
	rig_abort(r);
	rig_close(r);
}

Test(sqlite, the_partner_model_fills_what_a_pipeline_leaves_open)
{
	struct rig *r = rig("p", "model=partner");
	const struct spec s = { .table = "observation", .columns = "series_id:s period_start:D period_end:D value:d"
	                                                           " obs_status:s run_id:s" };
	unit(r, "l1", &s, "s1|2025-01-01|2025-02-01|5|A|r1", NULL, "+1 ~0 =0 <0 -0 !0");
	unit(r, "l2", &s, "s1|2025-01-01|2025-02-01|5|A|r2", NULL, "+0 ~0 =1 <0 -0 !0");
	unit(r, "l3", &s, "s1|2025-01-01|2025-02-01|6|A|r3", NULL, "+0 ~1 =0 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT value_dec, revision, recorded_from, recorded_to, run_id FROM observation ORDER BY"
	                     " revision"),
	                 "5|0|2025-01-01T00:00:00Z|2025-01-01T00:00:00.000001Z|r1;6|1|2025-01-01T00:00:00.000001Z|"
	                 "9999-12-31|r3");
	cr_assert_str_eq(ask("SELECT count(*) > 25 FROM metric"), "1");
	cr_assert_str_eq(ask("SELECT at FROM asof"), "9999-12-30");
	const struct spec c = { .table = "ticket_category", .columns = "source_id:s:k ticket_id:s:k taxonomy:s:k"
	                                                               " category_id:s assigned_by:s decided_at:t" };
	unit(r, "l4", &c, "x|1|v1|complaint|source|2025-01-05T00:00:00Z;x|1|v1|how_to|rule|2025-02-02T00:00:00Z", NULL,
	     "+2 ~0 =0 <0 -0 !0");
	unit(r, "l5", &c, "x|1|v1|complaint|source|2025-01-05T00:00:00Z;x|1|v1|how_to|rule|2025-02-02T00:00:00Z", NULL,
	     "+0 ~0 =2 <0 -0 !0");
	cr_assert_str_eq(ask("SELECT category_id, recorded_from, recorded_to FROM ticket_category ORDER BY 2"),
	                 "complaint|2025-01-05T00:00:00Z|2025-02-02T00:00:00Z;how_to|2025-02-02T00:00:00Z|9999-12-31");
	rig_close(r);
	r = rig("p", "model=partner");
	rig_close(r);
}

Test(sqlite, looking_makes_nothing_and_fences_nothing)
{
	struct rig *r = rig_open(&sqlite_LTX_trib_plugin, "p", (const char *const[]){ option, NULL });
	r->load.run_id = NULL;
	cr_assert(rig_claim(r) == TRIB_OK && access(path, F_OK) < 0, "%s", r->t.error.text);
	rig_close(r);
	const struct spec s = scd2("k:s:k v:i");
	struct rig *run = rig("p", NULL);
	unit(run, "l1", &s, "a|1", &(struct ending){ .states = "p1|{};p2|{}", .dead = "read|bad|why|{}|7" }, "+1 ~0 =0 <0 -0 !0");
	unit(run, "l2", &s, "a|2", &(struct ending){ .states = "p2|~" }, "+0 ~1 =0 <0 -0 !0");
	struct rig *look = rig_open(&sqlite_LTX_trib_plugin, "p", (const char *const[]){ option, NULL });
	look->load.run_id = NULL;
	cr_assert(rig_claim(look) == TRIB_OK);
	cr_assert_str_eq(rig_states(look), "p1|{}", "a state of null is forgotten");
	cr_assert(strstr(rig_recall(look, "_trib_dead_letters", "", ""), "read|bad|why|{}|7"));
	rig_close(look);
	unit(run, "l3", &s, "a|3", NULL, "+0 ~1 =0 <0 -0 !0");
	rig_close(run);
	run = rig("p", NULL);                          /* a history that this run has not written to: only what is open */
	cr_assert(rig_begin(run, "l4") == TRIB_OK);
	cr_assert_str_eq(rig_recall(run, "h", "k:s", "a"), "0|a|3");
	rig_abort(run);
	rig_close(run);
}

Test(sqlite, names_that_are_one_here_are_refused)
{
	struct rig *r = rig("p", NULL);
	const struct spec a = { .table = "T", .columns = "a:s" }, b = { .table = "t",
	                                                                .columns = "a:s" }, c = { .table = "u",
	        .columns = "a:s A:s" };
	cr_assert(rig_begin(r, "l") == TRIB_OK && rig_table(r, 0, &a) == TRIB_OK && rig_table(r, 1, &b) == TRIB_CONFIG);
	cr_assert(rig_table(r, 2, &c) == TRIB_CONFIG && strstr(r->t.error.text, "one name"), "%s", r->t.error.text);
	rig_abort(r);
	rig_close(r);
}

Test(sqlite, a_file_that_is_no_database_is_an_environment_fault)
{
	struct rig *r = rig_open(&sqlite_LTX_trib_plugin, "p", (const char *const[]){ option, NULL });
	char command[300];
	snprintf(command, sizeof command, "mkdir -p '%s/deep'", folder);
	cr_assert(system(command) == 0);
	FILE *f = fopen(path, "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database, and never was\n", f);
	fclose(f);
	cr_assert(rig_claim(r) == TRIB_ENV && strcmp(r->t.error.code, "sqlite.corrupt") == 0, "%s %s", r->t.error.code,
	          r->t.error.text);
	rig_close(r);
}
