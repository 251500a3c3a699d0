/* apply - the commit's steps over what is staged, in the transaction of rows, states and ledger. */
#include "postgres.h"

#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

static int number(struct trib *t, struct pg *s, const char *sql, int64_t *n)
{
	PGresult *r = NULL;
	int rc = pg_ask(t, s, sql, 0, NULL, &r);
	*n = rc == TRIB_OK && PQntuples(r) ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
	PQclear(r);
	return rc;
}

static int run_step(struct trib *t, struct pg *s, const struct trib_sql_step *k, int64_t *n)
{
	char now[40];
	const char *const values[] = { now };
	PGresult *r = NULL;
	if (k->timed)
		trib_time_text(s->load->started, now);
	int rc = pg_ask(t, s, k->sql, k->timed ? 1 : 0, values, &r);
	*n = rc < 0 ? 0 : strtoll(k->answers ? PQgetvalue(r, 0, 0) : PQcmdTuples(r), NULL, 10);
	PQclear(r);
	return rc;
}

static int run_steps(struct trib *t, struct pg *s, const struct trib_sql_step *steps, int64_t *count)
{
	int rc = steps ? TRIB_OK : pg_no_memory(t);
	for (const struct trib_sql_step *k = steps; rc == TRIB_OK && k->sql; k++) {
		int64_t n = 0;
		rc = run_step(t, s, k, &n);
		if (k->adds >= 0)
			count[k->adds] += n;
		if (k->takes >= 0)
			count[k->takes] -= n;
	}
	return rc;
}

/* A temporary table has no figures until somebody makes them, and the planner would take it for a small one. */
static int analyse(struct trib *t, struct pg *s, const struct pg_table *b)
{
	enum { SMALL = 1000 };
	const char *keys = NULL;
	for (size_t i = 0; i < b->sql->column_count; i++)
		if (b->sql->columns[i].from >= 0 && b->sql->columns[i].role & TRIB_SQL_STAGE_KEY)
			keys = keys ? trib_fmt(t, "%s, %s", keys, b->sql->columns[i].quoted) : b->sql->columns[i].quoted;
	return b->rows < SMALL || !keys ? TRIB_OK : pg_run(t, s, trib_fmt(t, "ANALYZE %s(%s)", b->sql->stage, keys));
}

int pg_settle(struct trib *t, struct pg *s, struct pg_table *b)
{
	int64_t count[TRIB_COUNTS] = { 0 };
	if (!b->keys.doubtful)
		return TRIB_OK;          /* no key came twice */
	int rc = analyse(t, s, b);
	return rc < 0 ? rc : run_steps(t, s, trib_sql_settle(b->sql, b->absent_seen ? b->absent : NULL), count);
}

/* What the table has beside the columns of the load, quoted. */
static int other_columns(struct trib *t, struct pg *s, const struct trib_sql *sql, const char *const **others)
{
	struct pg_stored *stored = NULL;
	size_t n = 0, all = 0;
	int rc = pg_columns(t, s, sql->name, &stored);
	if (rc < 0)
		return rc;
	while (stored[all].name)
		all++;
	const char **list = trib_scratch(t, (all + 1) * sizeof *list);
	for (size_t k = 0; list && k < all; k++) {
		bool ours = stored[k].computed;
		for (size_t i = 0; i < sql->column_count; i++)
			ours |= strcmp(sql->columns[i].name, stored[k].name) == 0;
		if (ours)
			continue;
		char *quoted = trib_scratch(t, 2 * strlen(stored[k].name) + 3);
		if (!quoted)
			return pg_no_memory(t);
		trib_sql_quote(trib_dialect("postgres"), (struct trib_text){ stored[k].name, strlen(stored[k].name) }, quoted);
		list[n++] = quoted;
	}
	*others = list;
	return list ? TRIB_OK : pg_no_memory(t);
}

static int apply_table(struct trib *t, struct pg *s, int table, const struct trib_commit *c, const struct trib_sql *slices, int64_t *count)
{
	struct pg_table *b = s->tables[table];
	int64_t staged = 0, any = 0;
	struct trib_sql_unit u = { .size = sizeof u, .complete = c->complete, .absent = b->absent_seen ? b->absent : NULL, .slices = slices };
	int rc = pg_flush(t, s, table);
	if (rc == TRIB_OK)
		rc = b->ready ? pg_copy_end(t, s) : pg_ready(t, s, b);
	if (rc == TRIB_OK && b->sql->stage) {
		rc = number(t, s, b->sql->target_any, &any);
		u.fresh = any == 0;
		if (rc == TRIB_OK)
			rc = pg_settle(t, s, b);
		staged = b->rows;
		if (rc == TRIB_OK && b->keys.doubtful)
			rc = number(t, s, b->sql->stage_count, &staged);
		if (rc == TRIB_OK)
			rc = other_columns(t, s, b->sql, &u.others);
		count[TRIB_UNCHANGED] = staged;
		count[TRIB_SUPERSEDED] = b->rows - staged;
	} else
		count[TRIB_INSERTED] = b->rows;
	const struct trib_sql_step *steps = rc == TRIB_OK ? trib_sql_apply(b->sql, &u) : NULL;
	if (rc == TRIB_OK && steps && b->sql->fault)
		return trib_fail(t, TRIB_DATA, "sink.bad_load: %s", b->sql->fault);
	return rc < 0 ? rc : run_steps(t, s, steps, count);
}

/* The declared slices, as a temporary table that all tables of the load can look at. */
static int put_slices(struct trib *t, struct pg *s, const struct trib_batch *slices, struct trib_sql **out)
{
	const int n = trib_cols(slices);
	struct trib_field *columns = trib_scratch(t, ((size_t)n + 1) * sizeof *columns);
	struct trib_view *v = trib_scratch(t, ((size_t)n + 1) * sizeof *v);
	const char **values = trib_scratch(t, ((size_t)n + 1) * sizeof *values);
	if (!columns || !v || !values)
		return pg_no_memory(t);
	for (int i = 0; i < n; i++) {
		if (trib_view(slices, i, &v[i]) < 0)
			return trib_fail(t, TRIB_DATA, "sink.bad_batch: the slices cannot be read");
		columns[i] = (struct trib_field){ .name = trib_col_name(slices, i), .type = v[i].type == TRIB_NULL ? TRIB_STR : v[i].type };
	}
	const struct trib_table is = { .size = sizeof is, .name = "_trib_slices", .mode = TRIB_APPEND, .columns = columns };
	*out = trib_sql_new(trib_dialect("postgres"), &is, 0, TRIB_SQL_TEMPORARY);
	if (!*out)
		return pg_no_memory(t);
	if ((*out)->fault)
		return trib_fail(t, TRIB_DATA, "sink.bad_batch: %s", (*out)->fault);
	int rc = pg_run(t, s, "DROP TABLE IF EXISTS pg_temp._trib_slices");
	if (rc == TRIB_OK)
		rc = pg_run(t, s, (*out)->create);
	for (int64_t r = 0; rc == TRIB_OK && r < slices->array.length; r++) {
		for (int i = 0; i < n; i++) {
			char cell[PG_CELL];
			const char *text;
			const size_t size = pg_text(&v[i], r, cell, &text);
			values[i] = text ? trib_fmt(t, "%.*s", (int)size, text) : NULL;
		}
		rc = pg_ask(t, s, trib_sql_put(*out, NULL, 1), n, values, NULL);
	}
	return rc;
}

int pg_apply(struct trib *t, struct pg *s, const struct trib_commit *c)
{
	struct trib_sql *slices = NULL;
	int64_t (*counts)[TRIB_COUNTS] = trib_scratch(t, ((size_t)s->table_count + 1) * sizeof *counts);
	int rc = counts ? TRIB_OK : pg_no_memory(t);
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++)
		if (s->tables[i] && s->tables[i]->used)
			rc = pg_flush(t, s, i);
	if (rc == TRIB_OK && c->slices)
		rc = put_slices(t, s, c->slices, &slices);
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++)
		if (s->tables[i] && s->tables[i]->used)
			rc = apply_table(t, s, i, c, slices, counts[i]);
	if (slices && rc == TRIB_OK)
		rc = pg_run(t, s, "DROP TABLE IF EXISTS pg_temp._trib_slices");
	trib_sql_free(slices);
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++)
		for (int w = TRIB_INSERTED; w < TRIB_COUNTS; w++)
			if (counts[i][w])
				trib_count(t, i, w, counts[i][w]);
	return rc;
}
