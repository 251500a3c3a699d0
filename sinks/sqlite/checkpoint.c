/* checkpoint - what makes a load exactly once: epochs, states, the ledger and dead letters beside the data. */
#include "sqlite.h"

#include <stdio.h>
#include <string.h>
#include <tributary/value.h>

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS _trib_streams(pipeline TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT"
	" NULL, run_id TEXT,"
	" lease TEXT, updated_at TEXT, PRIMARY KEY(pipeline, stream)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS _trib_state(pipeline TEXT NOT NULL, stream TEXT NOT NULL, part TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" load_id TEXT, updated_at TEXT, PRIMARY KEY(pipeline, stream, part)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS _trib_loads(load_id TEXT NOT NULL PRIMARY KEY, run_id TEXT, pipeline TEXT, stream"
	" TEXT, mode TEXT,"
	" epoch INTEGER, outcome TEXT NOT NULL, rows_read INTEGER, rows_in INTEGER, rows_inserted INTEGER,"
	" rows_updated INTEGER,"
	" rows_unchanged INTEGER, rows_superseded INTEGER, rows_deleted INTEGER, rows_rejected INTEGER, started_at"
	" TEXT,"
	" committed_at TEXT) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS _trib_dead_letters(id INTEGER PRIMARY KEY, load_id TEXT, run_id TEXT, pipeline"
	" TEXT, stream TEXT,"
	" stage TEXT, code TEXT, detail TEXT, record TEXT, line INTEGER, state TEXT NOT NULL DEFAULT 'open',"
	" part TEXT, personal TEXT);"
	/* how a history is kept, for those who ask a table that they did not write */
	"CREATE TABLE IF NOT EXISTS _trib_tables(name TEXT NOT NULL PRIMARY KEY, recorded_from TEXT NOT NULL,"
	" recorded_to TEXT NOT NULL, revision TEXT, open TEXT) WITHOUT ROWID;";

int lite_install(struct trib *t, struct lite *s)
{
	int rc = lite_run(t, s, schema);
	if (rc == TRIB_OK && sqlite3_table_column_metadata(s->db, NULL, "_trib_dead_letters", "part", NULL, NULL, NULL, NULL, NULL))
		rc = lite_run(t, s, "ALTER TABLE _trib_dead_letters ADD COLUMN part TEXT;");   /* of the first builds */
	if (rc == TRIB_OK && sqlite3_table_column_metadata(s->db, NULL, "_trib_dead_letters", "personal", NULL, NULL, NULL, NULL, NULL))
		rc = lite_run(t, s, "ALTER TABLE _trib_dead_letters ADD COLUMN personal TEXT;");
	return rc == TRIB_OK ? lite_model_install(t, s) : rc;
}

/* ---- claim ---- */

static int next_epoch(struct trib *t, struct lite *s, const struct trib_load *load, int64_t *epoch)
{
	char now[40];
	sqlite3_stmt *q = NULL;
	trib_time_text(load->started, now);
	int rc = lite_prepare(t, s, "INSERT INTO _trib_streams(pipeline, stream, epoch, run_id, updated_at) VALUES(?1,"
	                            " ?2, 1, ?3, ?4)"
	                      " ON CONFLICT DO UPDATE SET epoch = epoch + 1, run_id = ?3, updated_at = ?4 RETURNING"
	                      " epoch", &q);
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, load->pipeline);
	lite_bind_text(q, 2, load->stream);
	lite_bind_text(q, 3, load->run_id);
	lite_bind_text(q, 4, now);
	if ((rc = lite_step(t, s, q, "claim")) == TRIB_MORE) {
		*epoch = sqlite3_column_int64(q, 0);
		rc = lite_step(t, s, q, "claim");
	}
	sqlite3_finalize(q);
	return rc;
}

static int read_states(struct trib *t, struct lite *s, const struct trib_load *load, struct trib_batch *states)
{
	sqlite3_stmt *q = NULL;
	int part = trib_col(states, "part"), state = trib_col(states, "state");
	if (part < 0)
		part = trib_add(states, "part", TRIB_STR);
	if (state < 0)
		state = trib_add(states, "state", TRIB_STR);
	int rc = lite_prepare(t, s, "SELECT part, state FROM _trib_state WHERE pipeline = ? AND stream = ? ORDER BY"
	                            " part", &q);
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, load->pipeline);
	lite_bind_text(q, 2, load->stream);
	while ((rc = lite_step(t, s, q, "states")) == TRIB_MORE) {
		trib_put_str(states, part, (struct trib_text){ (const char *)sqlite3_column_text(q, 0),
		                                               (size_t)sqlite3_column_bytes(q, 0) });
		trib_put_str(states, state, (struct trib_text){ (const char *)sqlite3_column_text(q, 1),
		                                                (size_t)sqlite3_column_bytes(q, 1) });
		trib_rows(states, 1);
	}
	sqlite3_finalize(q);
	return rc;
}

/* run_id NULL: somebody only looks. Nothing is fenced, installed or locked. */
static int look(struct trib *t, struct lite *s, const struct trib_load *load, struct trib_batch *states)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_open(t, s, false);
	if (rc < 0 || !s->db)
		return rc;
	rc = lite_prepare(t, s, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_trib_state'", &q);
	if (rc == TRIB_OK)
		rc = lite_step(t, s, q, "states");
	sqlite3_finalize(q);
	return rc == TRIB_MORE ? read_states(t, s, load, states) : rc;
}

int lite_claim(struct trib *t, struct lite *s, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	if (!load->run_id)
		return look(t, s, load, states);
	int rc = lite_open(t, s, true);
	if (rc == TRIB_OK)
		rc = lite_enter(t, s);
	if (rc == TRIB_OK)
		rc = lite_install(t, s);
	if (rc == TRIB_OK)
		rc = next_epoch(t, s, load, epoch);
	if (rc == TRIB_OK)
		rc = read_states(t, s, load, states);
	if (rc == TRIB_OK)
		return lite_commit(t, s);
	lite_rollback(s);
	return rc;
}

int lite_known(struct trib *t, struct lite *s, const char *load_id)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, "SELECT 1 FROM _trib_loads WHERE load_id = ? AND outcome <> 'held'", &q);
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, load_id);
	rc = lite_step(t, s, q, "ledger");
	sqlite3_finalize(q);
	return rc == TRIB_MORE ? TRIB_END : rc;
}

/* ---- commit ---- */

/* A stale run finds no row of its epoch: a newer one owns the stream. */
static int fence(struct trib *t, struct lite *s)
{
	char now[40];
	sqlite3_stmt *q = NULL;
	const struct trib_load *load = s->load;
	int rc = lite_prepare(t, s, "UPDATE _trib_streams SET updated_at = ?4 WHERE pipeline = ?1 AND stream = ?2 AND"
	                            " epoch = ?3", &q);
	if (rc < 0)
		return rc;
	trib_time_text(load->started, now);
	lite_bind_text(q, 1, load->pipeline);
	lite_bind_text(q, 2, load->stream);
	sqlite3_bind_int64(q, 3, load->epoch);
	lite_bind_text(q, 4, now);
	rc = lite_step(t, s, q, "fence");
	sqlite3_finalize(q);
	if (rc == TRIB_OK && sqlite3_changes64(s->db) != 1)
		return trib_fail(t, TRIB_FENCED, "sink.fenced: a newer run owns %s/%s in %s", load->pipeline,
		                 load->stream, s->path);
	return rc;
}

/* Puts the rows of b whose columns are named, in that order, behind the fixed texts. */
static int put_named(struct trib *t, struct lite *s, const char *sql, const char *const *fixed,
                     const char *const *names, const struct trib_batch *b)
{
	struct trib_view v[24];
	char cells[24][LITE_CELL];
	bool there[24] = { false };
	int lead = 0, n = 0;
	sqlite3_stmt *q = NULL;
	while (fixed[lead])
		lead++;
	for (; names[n]; n++) {
		int col = trib_col(b, names[n]);
		there[n] = col >= 0;
		if (there[n] && trib_view(b, col, &v[n]) < 0)
			return trib_fail(t, TRIB_FATAL, "sink.bad_batch: the column %s cannot be read", names[n]);
	}
	int rc = lite_prepare(t, s, sql, &q);
	for (int64_t r = 0; rc == TRIB_OK && r < b->array.length; r++) {
		for (int i = 0; i < lead; i++)
			lite_bind_text(q, i + 1, fixed[i]);
		for (int i = 0; i < n; i++)
			if (there[i])
				lite_bind_cell(q, lead + i + 1, &v[i], r, false, cells[i]);
			else
				sqlite3_bind_null(q, lead + i + 1);
		rc = lite_step(t, s, q, NULL);
		sqlite3_reset(q);
	}
	sqlite3_finalize(q);
	return rc;
}

int lite_store(struct trib *t, struct lite *s, const struct trib_commit *c, const struct trib_batch *ledger)
{
	static const char *const state_columns[] = { "part", "state", NULL };
	static const char *const dead_columns[] = { "stage", "code", "detail", "record", "line", "part", "personal", NULL };
	static const char *const ledger_columns[] = {
		"load_id", "run_id", "pipeline", "stream", "epoch", "rows_read", "rows_in", "rows_inserted",
		"rows_updated", "rows_unchanged", "rows_superseded", "rows_deleted", "rows_rejected", "started_at", NULL,
	};
	char now[40];
	const struct trib_load *load = s->load;
	trib_time_text(load->started, now);
	const char *const stream[] = { load->pipeline, load->stream, load->load_id, now, NULL };
	const char *const letter[] = { load->load_id, load->run_id, load->pipeline, load->stream, NULL };
	const char *const outcome[] = { c->outcome == TRIB_OK ? "committed" : c->outcome == TRIB_HELD ? "held" :
	                                "failed", NULL };
	int rc = fence(t, s);
	if (rc == TRIB_OK && c->outcome == TRIB_OK)   /* a state of null is forgotten */
		rc = put_named(t, s, "DELETE FROM _trib_state WHERE pipeline = ?1 AND stream = ?2 AND part = ?5 AND ?6"
		                     " IS NULL", stream, state_columns, c->states);
	if (rc == TRIB_OK && c->outcome == TRIB_OK)
		rc = put_named(t, s, "INSERT OR REPLACE INTO _trib_state(pipeline, stream, load_id, updated_at, part,"
		                     " state)"
		               " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?6 IS NOT NULL", stream, state_columns, c->states);
	if (rc == TRIB_OK && c->dead)
		rc = put_named(t, s, "INSERT INTO _trib_dead_letters(load_id, run_id, pipeline, stream, stage, code,"
		                     " detail, record, line, part, personal)"
		               " VALUES(?,?,?,?,?,?,?,?,?,?,?)", letter, dead_columns, c->dead);
	if (rc == TRIB_OK)
		rc = put_named(t, s, "INSERT OR REPLACE INTO _trib_loads(outcome, load_id, run_id, pipeline, stream,"
		                     " epoch, rows_read, rows_in,"
		               " rows_inserted, rows_updated, rows_unchanged, rows_superseded, rows_deleted,"
		               " rows_rejected, started_at, committed_at)"
		               " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
		               " strftime('%Y-%m-%dT%H:%M:%fZ'))", outcome, ledger_columns, ledger);
	return rc;
}
