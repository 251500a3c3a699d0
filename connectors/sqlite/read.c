/* read - a part from its position on. Rows come in the order of the cursor; a position lies between two values of it, never inside
 * of a group, and a part without a cursor has none but its end. */
#include "source.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 4 << 20, LOOK_UP = 1024 };

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

static bool by_cursor(const struct source *s)
{
	return s->cursor && *s->cursor;
}

/* ---- statements ---- */

/* where: what to ask of the cursor column, as "IS NULL" or ">= ?1"; NULL: no cursor. Compared byte by byte, whatever the column's
 * collation: a position must not mean several values. */
static int ask(struct trib *t, const struct source *s, const char *where, const struct cursor *from, sqlite3_stmt **out)
{
	char *column = by_cursor(s) ? source_quoted(t, s->cursor) : NULL, *sql;
	if (by_cursor(s) && !column)
		return no_memory(t);
	if (by_cursor(s))
		sql = trib_fmt(t, "SELECT * FROM %s WHERE %s COLLATE BINARY %s ORDER BY %s COLLATE BINARY%s", s->base, column, where, column, s->order);
	else if (s->base[0] == '"')
		sql = trib_fmt(t, "SELECT * FROM %s", s->base);
	else
		sql = trib_fmt(t, "%.*s", (int)strlen(s->base) - 2, s->base + 1);
	int rc = source_prepare(t, s, sql, out);
	return rc == TRIB_OK && from ? cursor_bind(t, s, *out, from) : rc;
}

/* What a statement's rows are known by, all of them. */
static int weigh(struct trib *t, const struct source *s, const char *where, const struct cursor *from, struct edge *e)
{
	sqlite3_stmt *q;
	size_t size = 0;
	int rc = ask(t, s, where, from, &q), step = SQLITE_DONE;
	memset(e, 0, sizeof *e);
	for (int64_t n = 1; rc == TRIB_OK && (step = sqlite3_step(q)) == SQLITE_ROW; n++) {
		edge_add(e, source_hash(q, sqlite3_column_count(q), &size));
		if (n % LOOK_UP == 0 && trib_stopping(t))
			rc = trib_fail(t, TRIB_STOPPED, "sqlite.stopped: stopped on request");
	}
	if (rc == TRIB_OK && step != SQLITE_DONE)
		rc = source_fail(t, s, NULL);
	sqlite3_finalize(q);
	return rc;
}

static bool same_edge(const struct edge *a, const struct edge *b)
{
	return a->count == b->count && a->sum == b->sum;
}

/* A group of which only the sum is known: unchanged as a whole, or read again as a whole. */
static int large_group(struct trib *t, struct source *s, const char *where, const struct cursor *at, bool *same)
{
	int rc = weigh(t, s, where, at, s->now);
	*same = rc == TRIB_OK && same_edge(s->known, s->now);
	if (rc == TRIB_OK && !*same)
		trib_log(t, "warning: %s: %lld rows have the cursor value at which the last run ended, and they changed: they are read again",
		         s->part, (long long)s->now->count);
	memset(s->now, 0, sizeof *s->now);
	if (!*same)
		memset(s->known, 0, sizeof *s->known);
	return rc;
}

/* ---- beginning ---- */

static int begin_nulls(struct trib *t, struct source *s)
{
	bool same = false;
	int rc = TRIB_OK;
	if (!edge_read(s->known, s->nulls))
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_position: %s: the stored position is none of this version", s->part);
	if (s->known->count > EDGE_ROWS)
		rc = large_group(t, s, "IS NULL", NULL, &same);
	if (rc == TRIB_OK && !same)
		return ask(t, s, "IS NULL", NULL, &s->q);
	if (rc == TRIB_OK)
		*s->now = *s->known;
	return rc;
}

/* The first cell of one row. */
static int ask_number(struct trib *t, const struct source *s, const char *sql, int64_t *out)
{
	sqlite3_stmt *q;
	int rc = source_prepare(t, s, sql, &q);
	const int step = rc == TRIB_OK ? sqlite3_step(q) : SQLITE_DONE;
	*out = step == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	if (rc == TRIB_OK && step != SQLITE_ROW && step != SQLITE_DONE)
		rc = source_fail(t, s, NULL);
	sqlite3_finalize(q);
	return rc;
}

/* Nulls come first: the least row tells, and an index or the rowid finds it at once. */
static int check_nulls(struct trib *t, const struct source *s)
{
	const char *column = source_quoted(t, s->cursor);
	int64_t count = 0;
	if (!column)
		return no_memory(t);
	int rc = ask_number(t, s, trib_fmt(t, "SELECT %s IS NULL FROM %s ORDER BY %s COLLATE BINARY LIMIT 1", column, s->base, column), &count);
	if (rc == TRIB_OK && count)
		rc = ask_number(t, s, trib_fmt(t, "SELECT count(*) FROM %s WHERE %s IS NULL", s->base, column), &count);
	if (rc == TRIB_OK && count)
		rc = trib_fail(t, TRIB_DATA, "sqlite.null_cursor: %s: %lld rows have no value in the cursor %s", s->part, (long long)count, s->cursor);
	return rc;
}

static int begin_rows(struct trib *t, struct source *s)
{
	struct cursor back = { 0 };
	bool same = false;
	int rc = TRIB_OK;
	s->phase = ROWS;
	memset(s->now, 0, sizeof *s->now);
	if (!by_cursor(s))
		return ask(t, s, NULL, NULL, &s->q);
	if (!s->at || !*s->at)
		return ask(t, s, "IS NOT NULL", NULL, &s->q);
	if (!edge_read(s->known, s->edge))
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_position: %s: the stored position is none of this version", s->part);
	rc = cursor_read(t, s, &s->known_at, s->at);
	if (rc == TRIB_OK && s->lookback && *s->lookback)
		rc = cursor_back(t, s, &s->known_at, &back);
	else if (rc == TRIB_OK && s->known->count > EDGE_ROWS)
		rc = large_group(t, s, "= ?1", &s->known_at, &same);
	if (rc == TRIB_OK)
		rc = ask(t, s, same ? "> ?1" : ">= ?1", back.type ? &back : &s->known_at, &s->q);
	free(back.text);
	return rc;
}

/* A position is of one table and one cursor; of another one it says nothing. */
static int check_from(struct trib *t, struct source *s)
{
	const char *what = s->query && *s->query ? "a query" : s->table && *s->table ? s->table : trib_stream_name(t);
	const char *from = by_cursor(s) ? trib_fmt(t, "%s by %s", what, s->cursor) : trib_fmt(t, "%s", what);
	if (!from)
		return no_memory(t);
	if (s->from && *s->from && strcmp(s->from, from) != 0) {
		if (s->at && *s->at)
			return trib_fail(t, TRIB_CONFIG, "sqlite.other_cursor: cursor: %s was read as %s, and now as %s: the position of the one is none of the"
			                                 " other", s->part, s->from, from);
		trib_keep(t, &s->digest, NULL);
	}
	trib_keep(t, &s->from, from);
	return TRIB_OK;
}

static int begin(struct trib *t, struct source *s)
{
	int rc = source_open(t, s);
	if (rc == TRIB_OK)
		rc = check_from(t, s);
	if (rc == TRIB_OK)
		rc = source_base(t, s);
	if (rc == TRIB_OK)
		rc = source_shape(t, s);
	if (rc < 0)
		return rc;
	if (!(s->known = edge_new()) || !(s->now = edge_new()))
		return no_memory(t);
	s->phase = by_cursor(s) ? NULLS : ROWS;
	if (by_cursor(s) && strcmp(s->null_cursor, "read") == 0)
		return begin_nulls(t, s);
	if (by_cursor(s))
		rc = check_nulls(t, s);
	/* the file looks otherwise than it did, and may hold the same rows */
	if (rc == TRIB_OK && !by_cursor(s) && edge_read(s->known, s->digest) && s->known->count > 0) {
		struct edge *known = s->known;
		rc = weigh(t, s, NULL, NULL, s->now);
		if (rc == TRIB_OK && same_edge(known, s->now)) {
			s->phase = ENDED;
			return TRIB_OK;
		}
	}
	return rc == TRIB_OK ? begin_rows(t, s) : rc;
}

/* ---- rows ---- */

static int shape_batch(struct trib *t, struct source *s, struct trib_batch *out)
{
	for (int i = 0; i < s->shape_count; i++) {
		struct column *c = &s->shape[i];
		c->out = trib_col(out, c->name);
		if (c->out < 0)
			c->out = c->type == TRIB_DEC ? trib_add_dec(out, c->name, c->precision, c->scale) : trib_add(out, c->name, c->type);
		if (c->out < 0)
			return no_memory(t);
		if (c->personal)
			trib_personal(out, c->out, true);
	}
	return TRIB_OK;
}

static int save(struct trib *t, struct source *s)
{
	char *edge = edge_text(t, s->now), *at = s->now_at.type ? cursor_text(t, &s->now_at) : "";
	if (!edge || !at)
		return no_memory(t);
	if (!by_cursor(s))
		trib_keep(t, &s->digest, edge);
	else if (s->phase == NULLS)
		trib_keep(t, &s->nulls, edge);
	else if (s->now_at.type) {
		trib_keep(t, &s->at, at);
		trib_keep(t, &s->edge, edge);
	}
	return TRIB_OK;
}

/* The statement of a phase has no more rows. */
static int next_phase(struct trib *t, struct source *s)
{
	const enum phase was = s->phase;
	int rc = save(t, s);
	sqlite3_finalize(s->q);
	s->q = NULL;
	s->phase = ENDED;
	return rc == TRIB_OK && was == NULLS ? begin_rows(t, s) : rc;
}

static int begin_group(struct trib *t, struct source *s)
{
	s->now->count = 0;
	s->now->sum = 0;
	s->met = s->known_at.type && cursor_is(&s->known_at, s->q, s->cursor_at);
	return cursor_take(t, s, &s->now_at);
}

/* Whether the row in hand has to wait for the next batch, and what this one is then: a position, or the inside of a group. */
static int full(const struct source *s, int64_t rows, size_t bytes, bool group_ends)
{
	if (rows < s->batch && bytes < BATCH_BYTES)
		return 0;
	return group_ends && rows > 0 ? TRIB_OK + 1 : TRIB_MORE;
}

static int fill(struct trib *t, struct source *s, struct trib_batch *out)
{
	size_t bytes = 0;
	for (int64_t rows = 0, seen = 1; s->phase != ENDED; seen++) {
		const bool grouped = by_cursor(s) && s->phase == ROWS;
		int rc = s->waiting ? SQLITE_ROW : s->q ? sqlite3_step(s->q) : SQLITE_DONE;
		if (seen % LOOK_UP == 0 && trib_stopping(t))
			return trib_fail(t, TRIB_STOPPED, "sqlite.stopped: stopped on request");
		if (rc == SQLITE_DONE) {
			if ((rc = next_phase(t, s)) < 0)
				return rc;
			continue;
		}
		if (rc != SQLITE_ROW)
			return source_fail(t, s, NULL);
		s->waiting = true;
		const bool ends = grouped && !(s->now_at.type && cursor_is(&s->now_at, s->q, s->cursor_at));
		if ((rc = full(s, rows, bytes, ends)) == TRIB_MORE)
			return TRIB_MORE;
		if (rc)
			return (rc = save(t, s)) < 0 ? rc : TRIB_OK;
		if (ends && (rc = begin_group(t, s)) < 0)
			return rc;
		const uint64_t hash = source_hash(s->q, s->cell_count, &bytes);
		edge_add(s->now, hash);
		s->waiting = false;
		if ((s->phase == NULLS || s->met) && edge_take(s->known, hash))
			continue;
		source_row(t, s, out);
		rows++;
	}
	return TRIB_END;
}

int source_read(struct trib *t, void *self, struct trib_batch *out)
{
	struct source *s = self;
	s->caller = t;
	if (trib_stopping(t))
		return trib_fail(t, TRIB_STOPPED, "sqlite.stopped: stopped on request");
	int rc = s->now ? TRIB_OK : begin(t, s), answer = rc;
	if (rc == TRIB_OK)
		rc = shape_batch(t, s, out);
	if (rc == TRIB_OK)
		rc = answer = fill(t, s, out);
	if (rc >= 0)
		rc = source_unchanged(t, s);
	return rc < 0 ? rc : answer;
}
