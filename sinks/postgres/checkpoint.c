/* checkpoint - what makes a load exactly once: epochs, states, the ledger and dead letters beside the data. */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

static const struct { const char *name, *columns; } ours[] = {
	{ "_trib_streams", "pipeline text NOT NULL, stream text NOT NULL, epoch bigint NOT NULL, run_id text, lease text,"
	                   " updated_at timestamptz, PRIMARY KEY(pipeline, stream)" },
	{ "_trib_state", "pipeline text NOT NULL, stream text NOT NULL, part text NOT NULL, state text NOT NULL, load_id text,"
	                 " updated_at timestamptz, PRIMARY KEY(pipeline, stream, part)" },
	{ "_trib_loads", "load_id text NOT NULL PRIMARY KEY, run_id text, pipeline text, stream text, mode text, epoch bigint, outcome text NOT"
	                 " NULL, rows_read bigint, rows_in bigint, rows_inserted bigint, rows_updated bigint, rows_unchanged bigint,"
	                 " rows_superseded bigint, rows_deleted bigint, rows_rejected bigint, started_at timestamptz, committed_at timestamptz" },
	{ "_trib_dead_letters", "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, load_id text, run_id text, pipeline text, stream text, stage"
	                        " text, code text, detail text, record text, line bigint, state text NOT NULL DEFAULT 'open', part text, personal text" },
	/* how a history is kept, for those who ask a table that they did not write */
	{ "_trib_tables", "name text NOT NULL PRIMARY KEY, recorded_from text NOT NULL, recorded_to text NOT NULL, revision text, open text" },
};
enum { OURS = sizeof ours / sizeof *ours };

const char *pg_name(struct trib *t, const struct pg *s, const char *table)
{
	char *to = trib_scratch(t, strlen(s->quoted) + 2 * strlen(table) + 5);
	if (!to)
		return "";
	const size_t n = (size_t)sprintf(to, "%s.", s->quoted);
	return trib_sql_quote(trib_dialect("postgres"), (struct trib_text){ table, strlen(table) }, to + n) < 0 ? "" : to;
}

/* How many of our tables are there; *schema: it is. CREATE IF NOT EXISTS wants rights that a run without it need not have. */
static int count_ours(struct trib *t, struct pg *s, bool *schema, int *n)
{
	const char *const values[] = { s->schema };
	PGresult *r = NULL;
	int rc = pg_ask(t, s, "SELECT count(DISTINCT n.oid), count(c.oid) FROM pg_namespace AS n LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND"
	                      " c.relkind = 'r' AND c.relname IN ('_trib_streams', '_trib_state', '_trib_loads', '_trib_dead_letters',"
	                      " '_trib_tables') WHERE n.nspname = $1", 1, values, &r);
	*schema = rc == TRIB_OK && atoi(PQgetvalue(r, 0, 0)) > 0;
	*n = rc == TRIB_OK ? atoi(PQgetvalue(r, 0, 1)) : 0;
	PQclear(r);
	return rc;
}

static int install(struct trib *t, struct pg *s)
{
	bool schema;
	int n;
	int rc = count_ours(t, s, &schema, &n);
	if (rc < 0 || n == OURS)
		return rc;
	const char *const values[] = { s->schema };
	PGresult *r = NULL;    /* two first runs at once */
	rc = pg_ask(t, s, "SELECT pg_advisory_xact_lock(hashtextextended($1, 29811))", 1, values, &r);
	PQclear(r);
	if (rc == TRIB_OK && !schema)
		rc = pg_run(t, s, trib_fmt(t, "CREATE SCHEMA IF NOT EXISTS %s", s->quoted));
	for (int i = 0; rc == TRIB_OK && i < OURS; i++)
		rc = pg_run(t, s, trib_fmt(t, "CREATE TABLE IF NOT EXISTS %s(%s)", pg_name(t, s, ours[i].name), ours[i].columns));
	/* what was rejected is stored whole: for the owner's eyes, whatever the schema grants by default */
	return rc == TRIB_OK ? pg_run(t, s, trib_fmt(t, "REVOKE ALL ON %s FROM PUBLIC", pg_name(t, s, "_trib_dead_letters"))) : rc;
}

/* ---- claim ---- */

static int next_epoch(struct trib *t, struct pg *s, const struct trib_load *load, int64_t *epoch)
{
	char now[40];
	const char *const values[] = { load->pipeline, load->stream, load->run_id, now };
	PGresult *r = NULL;
	trib_time_text(load->started, now);
	int rc = pg_ask(t, s, trib_fmt(t, "INSERT INTO %s AS s(pipeline, stream, epoch, run_id, updated_at) VALUES($1, $2, 1, $3, $4) ON CONFLICT(pipeline,"
	                                  " stream) DO UPDATE SET epoch = s.epoch + 1, run_id = $3, updated_at = $4 RETURNING epoch",
	                               pg_name(t, s, "_trib_streams")), 4, values, &r);
	if (rc == TRIB_OK)
		*epoch = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return rc;
}

static int read_states(struct trib *t, struct pg *s, const struct trib_load *load, struct trib_batch *states)
{
	const char *const values[] = { load->pipeline, load->stream };
	PGresult *r = NULL;
	int part = trib_col(states, "part"), state = trib_col(states, "state");
	if (part < 0)
		part = trib_add(states, "part", TRIB_STR);
	if (state < 0)
		state = trib_add(states, "state", TRIB_STR);
	int rc = pg_ask(t, s, trib_fmt(t, "SELECT part, state FROM %s WHERE pipeline = $1 AND stream = $2 ORDER BY part COLLATE \"C\"",
	                               pg_name(t, s, "_trib_state")), 2, values, &r);
	for (int i = 0; rc == TRIB_OK && i < PQntuples(r); i++) {
		trib_put_str(states, part, (struct trib_text){ PQgetvalue(r, i, 0), (size_t)PQgetlength(r, i, 0) });
		trib_put_str(states, state, (struct trib_text){ PQgetvalue(r, i, 1), (size_t)PQgetlength(r, i, 1) });
		trib_rows(states, 1);
	}
	PQclear(r);
	return rc;
}

int pg_claim(struct trib *t, struct pg *s, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	int rc = pg_open(t, s), n = 0;
	bool schema;
	if (!load->run_id) {    /* somebody only looks: nothing is fenced or installed */
		if (rc == TRIB_OK)
			rc = count_ours(t, s, &schema, &n);
		return rc == TRIB_OK && n == OURS ? read_states(t, s, load, states) : rc;
	}
	if (rc == TRIB_OK)
		rc = pg_enter(t, s);
	if (rc == TRIB_OK)
		rc = install(t, s);
	if (rc == TRIB_OK)
		rc = next_epoch(t, s, load, epoch);
	if (rc == TRIB_OK)
		rc = read_states(t, s, load, states);
	if (rc == TRIB_OK)
		return pg_commit(t, s);
	pg_rollback(s);
	return rc;
}

/* The fence of a commit that is still under way holds the stream's row: whoever asks waits for its end. */
int pg_known(struct trib *t, struct pg *s, const struct trib_load *load)
{
	const char *const stream[] = { load->pipeline, load->stream }, *const id[] = { load->load_id };
	PGresult *r = NULL;
	int rc = TRIB_OK;
	if (s->unknown)
		rc = pg_ask(t, s, trib_fmt(t, "SELECT epoch FROM %s WHERE pipeline = $1 AND stream = $2 FOR UPDATE", pg_name(t, s, "_trib_streams")), 2, stream,
		            NULL);
	if (rc == TRIB_OK)
		rc = pg_ask(t, s, trib_fmt(t, "SELECT 1 FROM %s WHERE load_id = $1 AND outcome <> 'held'", pg_name(t, s, "_trib_loads")), 1, id, &r);
	const bool there = rc == TRIB_OK && PQntuples(r) > 0;
	PQclear(r);
	s->unknown &= rc < 0;
	return there ? TRIB_END : rc;
}

/* ---- commit ---- */

/* A stale run finds no row of its epoch: a newer one owns the stream. */
int pg_fence(struct trib *t, struct pg *s)
{
	const struct trib_load *load = s->load;
	char now[40], epoch[24];
	const char *const values[] = { load->pipeline, load->stream, epoch, now };
	PGresult *r = NULL;
	trib_time_text(load->started, now);
	snprintf(epoch, sizeof epoch, "%lld", (long long)load->epoch);
	int rc = pg_ask(t, s, trib_fmt(t, "UPDATE %s SET updated_at = $4 WHERE pipeline = $1 AND stream = $2 AND epoch = $3", pg_name(t, s, "_trib_streams")), 4,
	                values, &r);
	if (rc == TRIB_OK && strcmp(PQcmdTuples(r), "1") != 0)
		rc = trib_fail(t, TRIB_FENCED, "sink.fenced: a newer run owns %s/%s in %s", load->pipeline, load->stream, s->where);
	PQclear(r);
	return rc;
}

/* An array of PostgreSQL of one column; NULL: no memory. The caller frees it. A text cannot hold U+0000 here either. */
static char *array_of(const struct trib_batch *b, const char *name)
{
	struct trib_view v;
	char *text = NULL, cell[PG_CELL];
	size_t size = 0;
	const int col = trib_col(b, name);
	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	const bool there = col >= 0 && trib_view(b, col, &v) == 0;
	putc('{', f);
	for (int64_t row = 0; row < b->array.length; row++) {
		const char *p = NULL;
		const size_t n = there ? pg_text(&v, row, cell, &p) : 0;
		fputs(row ? "," : "", f);
		if (!p) {
			fputs("NULL", f);
			continue;
		}
		putc('"', f);
		for (size_t i = 0; i < n; i++) {
			if (p[i] == '"' || p[i] == '\\')
				putc('\\', f);
			if (p[i])
				putc(p[i], f);
			else
				fputs("\xef\xbf\xbd", f);
		}
		putc('"', f);
	}
	putc('}', f);
	const bool bad = ferror(f);
	if (fclose(f) == 0 && !bad)
		return text;
	free(text);
	return NULL;
}

/* sql with the fixed texts as $1 ..., then the named columns of b as arrays. */
static int put_arrays(struct trib *t, struct pg *s, const char *sql, const char *const *fixed, const char *const *names, const struct trib_batch *b)
{
	const char *values[32] = { NULL };
	int lead = 0, n = 0, rc = TRIB_OK;
	for (; fixed[lead]; lead++)
		values[lead] = fixed[lead];
	for (; rc == TRIB_OK && names[n]; n++)
		if (!(values[lead + n] = array_of(b, names[n])))
			rc = pg_no_memory(t);
	if (rc == TRIB_OK && b->array.length > 0)
		rc = pg_ask(t, s, sql, lead + n, values, NULL);
	for (int i = 0; i < n; i++)
		free((char *)values[lead + i]);
	return rc;
}

static int put_states(struct trib *t, struct pg *s, const struct trib_batch *states)
{
	static const char *const columns[] = { "part", "state", NULL };
	char now[40];
	trib_time_text(s->load->started, now);
	const char *const fixed[] = { s->load->pipeline, s->load->stream, s->load->load_id, now, NULL };
	const char *name = pg_name(t, s, "_trib_state");
	int rc = put_arrays(t, s, trib_fmt(t, "DELETE FROM %s AS s USING unnest($5::text[], $6::text[]) AS x(part, state) WHERE s.pipeline = $1 AND s.stream = $2"
	                                      " AND s.part = x.part AND x.state IS NULL AND $3::text IS NOT NULL AND $4::text IS NOT NULL", name),
	                    fixed, columns, states);   /* a state of null is forgotten */
	return rc < 0 ? rc : put_arrays(t, s, trib_fmt(t, "INSERT INTO %s(pipeline, stream, load_id, updated_at, part, state) SELECT $1, $2, $3, $4::timestamptz,"
	                                                  " x.part, x.state FROM unnest($5::text[], $6::text[]) AS x(part, state) WHERE x.state IS NOT NULL"
	                                                  " ON CONFLICT(pipeline, stream, part) DO UPDATE SET state = excluded.state, load_id ="
	                                                  " excluded.load_id, updated_at = excluded.updated_at", name), fixed, columns, states);
}

static int put_dead(struct trib *t, struct pg *s, const struct trib_batch *dead)
{
	static const char *const columns[] = { "stage", "code", "detail", "record", "line", "part", "personal", NULL };
	const char *const fixed[] = { s->load->load_id, s->load->run_id, s->load->pipeline, s->load->stream, NULL };
	return put_arrays(t, s, trib_fmt(t, "INSERT INTO %s(load_id, run_id, pipeline, stream, stage, code, detail, record, line, part, personal)"
	                                    " SELECT $1, $2, $3, $4, x.* FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],"
	                                    " $10::text[], $11::text[]) AS x", pg_name(t, s, "_trib_dead_letters")), fixed, columns, dead);
}

static int put_ledger(struct trib *t, struct pg *s, int outcome, const struct trib_batch *ledger)
{
	static const char *const columns[] = {
		"load_id", "run_id", "pipeline", "stream", "epoch", "rows_read", "rows_in", "rows_inserted", "rows_updated", "rows_unchanged",
		"rows_superseded", "rows_deleted", "rows_rejected", "started_at", NULL,
	};
	const char *const fixed[] = { outcome == TRIB_OK ? "committed" : outcome == TRIB_HELD ? "held" : "failed", NULL };
	const char *name = pg_name(t, s, "_trib_loads");
	/* a load that was held may be stored under the same name later */
	return put_arrays(t, s, trib_fmt(t, "INSERT INTO %s(outcome, load_id, run_id, pipeline, stream, epoch, rows_read, rows_in, rows_inserted,"
	                                    " rows_updated, rows_unchanged, rows_superseded, rows_deleted, rows_rejected, started_at, committed_at)"
	                                    " SELECT $1, x.*, clock_timestamp() FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],"
	                                    " $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],"
	                                    " $14::bigint[], $15::timestamptz[]) AS x"
	                                    " ON CONFLICT(load_id) DO UPDATE SET outcome = excluded.outcome, epoch = excluded.epoch,"
	                                    " rows_read = excluded.rows_read, rows_in = excluded.rows_in, rows_inserted = excluded.rows_inserted,"
	                                    " rows_updated = excluded.rows_updated, rows_unchanged = excluded.rows_unchanged, rows_superseded ="
	                                    " excluded.rows_superseded, rows_deleted = excluded.rows_deleted, rows_rejected = excluded.rows_rejected,"
	                                    " committed_at = excluded.committed_at", name), fixed, columns, ledger);
}

int pg_store(struct trib *t, struct pg *s, const struct trib_commit *c, const struct trib_batch *ledger)
{
	int rc = c->outcome == TRIB_OK ? put_states(t, s, c->states) : TRIB_OK;
	if (rc == TRIB_OK && c->dead)
		rc = put_dead(t, s, c->dead);
	return rc == TRIB_OK ? put_ledger(t, s, c->outcome, ledger) : rc;
}
