/* store - see store.h. */
#include "run/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "run/commit.h"

struct tribx_store { sqlite3 *db; };

static const char schema[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"   /* history may lose its last row at a power cut, never more */
	"CREATE TABLE IF NOT EXISTS runs(run_id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, started_at INTEGER NOT NULL, elapsed_ms INTEGER NOT NULL,"
	" status TEXT NOT NULL, exit_code INTEGER NOT NULL, parts INTEGER NOT NULL, rows_read INTEGER NOT NULL, rows_rejected INTEGER NOT NULL,"
	" loads INTEGER NOT NULL, error TEXT, report TEXT) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS state(pipeline TEXT NOT NULL, stream TEXT NOT NULL, part TEXT NOT NULL, state TEXT NOT NULL,"
	" PRIMARY KEY(pipeline, stream, part)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS runs_of ON runs(pipeline, started_at);";

static int sql_failed(struct tribx_store *s, struct tribx_error *e)
{
	return tribx_fail(e, TRIB_ENV, "store.unusable", ".trib/project.db: %s", s && s->db ? sqlite3_errmsg(s->db) : "no memory");
}

int tribx_store_open(const char *project_dir, bool create, struct tribx_store **out, struct tribx_error *e)
{
	char path[4200];
	snprintf(path, sizeof path, "%s/.trib", project_dir);
	if (create && mkdir(path, 0700) < 0 && errno != EEXIST)
		return tribx_fail(e, TRIB_ENV, "store.unusable", "%s: %s", path, strerror(errno));
	snprintf(path, sizeof path, "%s/.trib/project.db", project_dir);
	if (!create && access(path, F_OK) < 0)
		return TRIB_END;
	struct tribx_store *s = calloc(1, sizeof *s);
	mode_t mask = umask(077);
	int rc = s ? sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), NULL) : SQLITE_NOMEM;
	umask(mask);
	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(s->db, 10000);
		rc = sqlite3_exec(s->db, schema, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK) {
		*out = s;
		return TRIB_OK;
	}
	sql_failed(s, e);
	tribx_store_close(s);
	return e->status;
}

void tribx_store_close(struct tribx_store *s)
{
	if (s)
		sqlite3_close(s->db);
	free(s);
}

static int run_statement(struct tribx_store *s, sqlite3_stmt *q, struct tribx_error *e)
{
	int rc = q ? sqlite3_step(q) : SQLITE_ERROR;
	sqlite3_finalize(q);
	return rc == SQLITE_DONE ? TRIB_OK : sql_failed(s, e);
}

int tribx_store_run(struct tribx_store *s, const struct tribx_report *r, struct tribx_error *e)
{
	sqlite3_stmt *q = NULL;
	struct tribx_buf report = { 0 };
	tribx_report_json(r, &report);
	sqlite3_prepare_v2(s->db, "INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", -1, &q, NULL);
	sqlite3_bind_text(q, 1, r->run_id, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, r->pipeline, -1, SQLITE_STATIC);
	const int64_t numbers[] = { r->started.us, r->elapsed_us / 1000 };
	for (int i = 0; i < 2; i++)
		sqlite3_bind_int64(q, 3 + i, numbers[i]);
	sqlite3_bind_text(q, 5, tribx_status(r->status)->name, -1, SQLITE_STATIC);
	const int64_t more[] = { r->exit_code, r->parts, r->read, r->dead, r->loads };
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int64(q, 6 + i, more[i]);
	char error[sizeof r->error.text];
	snprintf(error, sizeof error, "%s", r->error.text);
	if (r->error.status)
		sqlite3_bind_text(q, 11, tribx_mask(error), -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 12, report.p, (int)report.n, SQLITE_STATIC);
	int rc = run_statement(s, q, e);
	tribx_buf_done(&report);
	return rc;
}

static int collect(struct tribx_store *s, sqlite3_stmt *q, struct trib_batch *out, struct tribx_error *e)
{
	int rc = SQLITE_ERROR, cols = q ? sqlite3_column_count(q) : 0;
	for (int c = 0; c < cols; c++)
		trib_add(out, sqlite3_column_name(q, c), strstr(sqlite3_column_decltype(q, c) ? sqlite3_column_decltype(q, c) : "", "INT") ? TRIB_I64 : TRIB_STR);
	while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		for (int c = 0; c < cols; c++)
			if (sqlite3_column_type(q, c) == SQLITE_NULL)
				trib_put_null(out, c);
			else if (sqlite3_column_type(q, c) == SQLITE_INTEGER)
				trib_put_i64(out, c, sqlite3_column_int64(q, c));
			else
				trib_put_str(out, c, (struct trib_text){ (const char *)sqlite3_column_text(q, c), (size_t)sqlite3_column_bytes(q, c) });
		trib_rows(out, 1);
	}
	sqlite3_finalize(q);
	return rc == SQLITE_DONE ? tribx_ready(out, e) : sql_failed(s, e);
}

int tribx_store_runs(struct tribx_store *s, const char *run_id, int64_t limit, struct trib_batch *out, struct tribx_error *e)
{
	sqlite3_stmt *q = NULL;
	sqlite3_prepare_v2(s->db, "SELECT * FROM runs WHERE ?1 IS NULL OR run_id = ?1 OR run_id LIKE ?1 || '%' ORDER BY run_id DESC LIMIT ?2", -1, &q, NULL);
	if (run_id)
		sqlite3_bind_text(q, 1, run_id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, limit > 0 ? limit : 50);
	return collect(s, q, out, e);
}

int tribx_store_last(struct tribx_store *s, const char *pipeline, int64_t *out, struct tribx_error *e)
{
	sqlite3_stmt *q = NULL;
	sqlite3_prepare_v2(s->db, "SELECT started_at FROM runs WHERE pipeline = ? AND status = 'OK' ORDER BY started_at DESC LIMIT 1", -1, &q, NULL);
	sqlite3_bind_text(q, 1, pipeline, -1, SQLITE_STATIC);
	const int rc = q ? sqlite3_step(q) : SQLITE_ERROR;
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(q, 0) / 1000000;
	sqlite3_finalize(q);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? TRIB_OK : sql_failed(s, e);
}

static void keep_text(char *to, size_t size, sqlite3_stmt *q, int col)
{
	const unsigned char *text = sqlite3_column_text(q, col);
	snprintf(to, size, "%s", text ? (const char *)text : "");
}

int tribx_store_tries(struct tribx_store *s, const char *pipeline, const char *period, struct tribx_tries *out, struct tribx_error *e)
{
	sqlite3_stmt *q = NULL;
	int rc = SQLITE_ERROR;
	*out = (struct tribx_tries){ 0 };
	sqlite3_prepare_v2(s->db, "SELECT started_at, status, run_id, json_extract(report, '$.load'), error"
	                          " FROM runs WHERE pipeline = ?1 AND (?2 IS NULL OR json_extract(report, '$.period') = ?2) ORDER BY started_at DESC", -1, &q, NULL);
	sqlite3_bind_text(q, 1, pipeline, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, period, -1, SQLITE_STATIC);
	while (q && !out->good && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		const unsigned char *status = sqlite3_column_text(q, 1);
		out->good = out->count == 0 && status && strcmp((const char *)status, "OK") == 0;
		if (out->count > 0 && status && strcmp((const char *)status, "OK") == 0)
			break;
		out->first = sqlite3_column_int64(q, 0) / 1000000;
		if (out->count == 0) {
			out->last = out->first;
			keep_text(out->run_id, sizeof out->run_id, q, 2);
			keep_text(out->load, sizeof out->load, q, 3);
			keep_text(out->error, sizeof out->error, q, 4);
		}
		out->count += !out->good;
	}
	sqlite3_finalize(q);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? TRIB_OK : sql_failed(s, e);
}

int tribx_store_states(struct tribx_store *s, const char *pipeline, const char *stream, struct trib_batch *states, struct tribx_error *e)
{
	sqlite3_stmt *q = NULL;
	sqlite3_prepare_v2(s->db, "SELECT part, state FROM state WHERE pipeline = ? AND stream = ?", -1, &q, NULL);
	sqlite3_bind_text(q, 1, pipeline, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 2, stream, -1, SQLITE_STATIC);
	return collect(s, q, states, e);
}

int tribx_store_put_states(struct tribx_store *s, const char *pipeline, const char *stream, const struct trib_batch *states, struct tribx_error *e)
{
	struct trib_view part, state;
	int rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK ? TRIB_OK : sql_failed(s, e);
	if (rc >= 0 && (trib_view(states, 0, &part) < 0 || trib_view(states, 1, &state) < 0))
		rc = tribx_fail(e, TRIB_FATAL, "internal.bad_states", "states have no columns part and state");
	for (int64_t i = 0; rc >= 0 && i < states->array.length; i++) {
		sqlite3_stmt *q = NULL;
		struct trib_text p = trib_str(&part, i), v = trib_str(&state, i);
		sqlite3_prepare_v2(s->db, v.p ? "INSERT OR REPLACE INTO state VALUES(?1,?2,?3,?4)" : "DELETE FROM state WHERE pipeline=?1 AND stream=?2 AND part=?3", -1, &q, NULL);
		sqlite3_bind_text(q, 1, pipeline, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 2, stream, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 3, p.p, (int)p.n, SQLITE_STATIC);
		if (v.p)
			sqlite3_bind_text(q, 4, v.p, (int)v.n, SQLITE_STATIC);
		rc = run_statement(s, q, e);
	}
	if (sqlite3_exec(s->db, rc >= 0 ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK && rc >= 0)
		rc = sql_failed(s, e);
	return rc;
}

/* ---- for sinks without claim ---- */

int tribx_store_claim(struct tribx_side *side, struct trib_batch *states)
{
	struct tribx_store *s = NULL;
	int rc = tribx_store_open(side->flow->conf->dir, true, &s, &side->error);
	if (rc >= 0)
		rc = tribx_store_states(s, side->load.pipeline, side->load.stream, states, &side->error);
	tribx_store_close(s);
	return rc;
}

int tribx_store_commit(struct tribx_side *side, const struct trib_batch *states)
{
	struct tribx_store *s = NULL;
	int rc = tribx_store_open(side->flow->conf->dir, true, &s, &side->error);
	if (rc >= 0)
		rc = tribx_store_put_states(s, side->load.pipeline, side->load.stream, states, &side->error);
	tribx_store_close(s);
	return rc;
}
