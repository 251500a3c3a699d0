/* rows - from columns to statements: many rows per INSERT, texts bound where they lie in the batch. */
#include "sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

static void bind_clock(sqlite3_stmt *q, int at, int64_t us, char *cell)
{
	int n = snprintf(cell, LITE_CELL, "%02d:%02d:%02d", (int)(us / 3600000000), (int)(us / 60000000 % 60),
	                 (int)(us / 1000000 % 60));
	if (us % 1000000)
		n += snprintf(cell + n, LITE_CELL - (size_t)n, ".%06d", (int)(us % 1000000));
	sqlite3_bind_text(q, at, cell, n, SQLITE_STATIC);
}

/* cell lives as long as the binding. near: the approximate number of a decimal, otherwise its exact text. */
void lite_bind_cell(sqlite3_stmt *q, int at, const struct trib_view *v, int64_t row, bool near, char *cell)
{
	if (trib_null(v, row)) {
		sqlite3_bind_null(q, at);
		return;
	}
	switch (v->type) {
	case TRIB_BOOL: {
		int64_t bit = row + v->bit;
		sqlite3_bind_int(q, at, ((const uint8_t *)v->values)[bit >> 3] >> (bit & 7) & 1);
		return;
	}
	case TRIB_I64:
	case TRIB_DURATION:
		sqlite3_bind_int64(q, at, ((const int64_t *)v->values)[row]);
		return;
	case TRIB_F64:
		sqlite3_bind_double(q, at, ((const double *)v->values)[row]);
		return;
	case TRIB_DEC: {
		trib_dec d = ((const trib_dec *)v->values)[row];
		if (near)
			sqlite3_bind_double(q, at, trib_dec_f64(d, v->scale));
		else
			sqlite3_bind_text(q, at, cell, (int)trib_dec_short(d, v->scale, cell), SQLITE_STATIC);
		return;
	}
	case TRIB_DATE:
		sqlite3_bind_text(q, at, cell, (int)trib_date_text((trib_date){ ((const int32_t *)v->values)[row] },
		                                                   cell), SQLITE_STATIC);
		return;
	case TRIB_TIME:
		sqlite3_bind_text(q, at, cell, (int)trib_time_text((trib_time){ ((const int64_t *)v->values)[row] },
		                                                   cell), SQLITE_STATIC);
		return;
	case TRIB_CLOCK:
		bind_clock(q, at, ((const int64_t *)v->values)[row], cell);
		return;
	default: {
		struct trib_text x = trib_str(v, row);
		sqlite3_bind_text64(q, at, x.p ? x.p : "", x.n, SQLITE_STATIC, SQLITE_UTF8);
	}
	}
}

/* ---- the statements of a table ---- */

static void finish(struct lite_table *b)
{
	sqlite3_finalize(b->put_many);
	sqlite3_finalize(b->put_one);
	b->put_many = b->put_one = NULL;
}

/* Statements fit the columns that a batch brings; parts with other columns cost a new pair. */
static int statements(struct trib *t, struct lite *s, struct lite_table *b, const bool *absent, bool any)
{
	size_t size = (size_t)b->field_count * sizeof *absent;
	int bound = 0, limit = sqlite3_limit(s->db, SQLITE_LIMIT_VARIABLE_NUMBER, -1);
	if (b->put_one && memcmp(b->put_absent, absent, size) == 0)
		return TRIB_OK;
	finish(b);
	memcpy(b->put_absent, absent, size);
	for (size_t i = 0; i < b->sql->column_count; i++)
		bound += b->sql->columns[i].from >= 0 && !absent[b->sql->columns[i].from];
	b->many = bound ? limit / bound : 1;
	b->many = b->many > LITE_ROWS ? LITE_ROWS : b->many < 1 ? 1 : b->many;
	free(b->cells);
	b->cells = malloc((size_t)b->many * ((size_t)bound + 1) * LITE_CELL);
	const char *sql = b->cells ? trib_sql_put(b->sql, any ? absent : NULL, 1) : NULL;
	int rc = sql ? lite_prepare(t, s, sql, &b->put_one) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (rc < 0 || b->many == 1)
		return rc;
	sql = trib_sql_put(b->sql, any ? absent : NULL, b->many);
	return sql ? lite_prepare(t, s, sql, &b->put_many) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

struct feed {
	const struct trib_sql_column **columns;   /* bound, in order */
	const struct trib_view *views;            /* by field */
	const int32_t *rows;                      /* NULL: all */
	int bound;
	int64_t count;
};

static int put_chunk(struct trib *t, struct lite *s, struct lite_table *b, sqlite3_stmt *q, const struct feed *f,
                     int64_t first, int n)
{
	int at = 0;
	char *cell = b->cells;
	for (int r = 0; r < n; r++) {
		int64_t row = f->rows ? f->rows[first + r] : first + r;
		for (int c = 0; c < f->bound; c++, cell += LITE_CELL)
			lite_bind_cell(q, ++at, &f->views[f->columns[c]->from], row,
			               f->columns[c]->role & TRIB_SQL_NEAR, cell);
	}
	int rc = sqlite3_step(q);
	if (rc != SQLITE_DONE)
		rc = lite_fail(t, s, b->sql->name);
	else
		rc = TRIB_OK;
	sqlite3_reset(q);
	return rc;
}

static int put_all(struct trib *t, struct lite *s, struct lite_table *b, const struct feed *f)
{
	int rc = TRIB_OK;
	int64_t row = 0;
	for (; rc == TRIB_OK && b->put_many && row + b->many <= f->count; row += b->many)
		rc = put_chunk(t, s, b, b->put_many, f, row, b->many);
	for (; rc == TRIB_OK && row < f->count; row++)
		rc = put_chunk(t, s, b, b->put_one, f, row, 1);
	if (b->put_many)
		sqlite3_clear_bindings(b->put_many);   /* they point into the batch */
	sqlite3_clear_bindings(b->put_one);
	return rc;
}

/* ---- one batch ---- */

/* The rows without a null in a key; the others become dead letters. NULL and *count = -1: all rows are good. */
static int32_t *good_rows(struct trib *t, const struct lite_table *b, const struct trib_view *v,
                          const struct trib_batch *rows, int64_t *count)
{
	int64_t n = rows->array.length, kept = 0;
	bool suspect = false;
	*count = -1;
	for (size_t i = 0; b->sql->stage && i < b->sql->column_count; i++) {
		const struct trib_sql_column *c = &b->sql->columns[i];
		if (c->from >= 0 && c->role & TRIB_SQL_STAGE_KEY)
			suspect |= v[c->from].type == TRIB_NULL || (v[c->from].validity && v[c->from].null_count != 0);
	}
	if (!suspect)
		return NULL;
	int32_t *keep = trib_scratch(t, ((size_t)n + 1) * sizeof *keep);
	for (int64_t r = 0; keep && r < n; r++) {
		const char *missing = NULL;
		for (size_t i = 0; !missing && i < b->sql->column_count; i++) {
			const struct trib_sql_column *c = &b->sql->columns[i];
			if (c->from >= 0 && c->role & TRIB_SQL_STAGE_KEY && trib_null(&v[c->from], r))
				missing = c->name;
		}
		if (missing)
			trib_reject(t, rows, r, "sink.null_key", "the key column %s of %s is null", missing, b->sql->name);
		else
			keep[kept++] = (int32_t)r;
	}
	*count = kept;
	return keep;
}

static int check_types(struct trib *t, const struct lite_table *b, const struct trib_view *v)
{
	for (size_t i = 0; i < b->sql->column_count; i++) {
		const struct trib_sql_column *c = &b->sql->columns[i];
		bool decimal = c->role & (TRIB_SQL_NEAR | TRIB_SQL_EXACT);
		if (c->from >= 0 && v[c->from].type != TRIB_NULL && (v[c->from].type == TRIB_DEC) != decimal)
			return trib_fail(t, TRIB_DATA, "sink.type_changed: column %s of %s changed its type inside the"
			                               " load", c->name, b->sql->name);
	}
	return TRIB_OK;
}

static int put_batch(struct trib *t, struct lite *s, struct lite_table *b, const struct trib_batch *rows,
                     struct trib_view *v, bool *absent)
{
	bool any = false;
	struct feed f = { .views = v, .columns = trib_scratch(t, b->sql->column_count * sizeof *f.columns) };
	for (int i = 0; i < b->field_count; i++) {
		if (trib_view(rows, i, &v[i]) < 0)
			return trib_fail(t, TRIB_DATA, "sink.bad_batch: column %d of %s cannot be read", i,
			                 b->sql->name);
		absent[i] = v[i].type == TRIB_NULL;
		any |= absent[i];
		b->absent[i] |= absent[i];
	}
	b->absent_seen |= any;
	f.rows = good_rows(t, b, v, rows, &f.count);
	if (!f.columns || (!f.rows && f.count >= 0))
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (f.count < 0)
		f.count = rows->array.length;
	int rc = check_types(t, b, v);
	if (rc == TRIB_OK && f.count > 0)
		rc = statements(t, s, b, absent, any);
	if (rc < 0 || f.count == 0)
		return rc;
	for (size_t i = 0; i < b->sql->column_count; i++)
		if (b->sql->columns[i].from >= 0 && !absent[b->sql->columns[i].from])
			f.columns[f.bound++] = &b->sql->columns[i];
	rc = put_all(t, s, b, &f);
	if (rc == TRIB_OK)
		b->rows += f.count;
	return rc;
}

int lite_put(struct trib *t, struct lite *s, int table, const struct trib_batch *b)
{
	struct lite_table *to = table < s->table_count ? s->tables[table] : NULL;
	if (!to || trib_cols(b) != to->field_count)
		return trib_fail(t, TRIB_FATAL, "sink.bad_batch: rows for a table that was not described so");
	struct trib_view *v = trib_scratch(t, ((size_t)to->field_count + 1) * sizeof *v);
	bool *absent = trib_scratch(t, (size_t)to->field_count + 1);
	if (!v || !absent)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	int rc = to->sql->stage ? TRIB_OK : lite_enter(t, s);
	if (rc == TRIB_OK && !to->sql->stage && !to->ready) {
		rc = lite_ready(t, s, to->sql);
		to->ready = rc == TRIB_OK;
	}
	/* temporary tables of an open connection need no lock: a transaction of their own only makes them fast */
	bool own = rc == TRIB_OK && sqlite3_get_autocommit(s->db);
	if (own)
		rc = lite_run(t, s, "BEGIN");
	if (rc == TRIB_OK)
		rc = put_batch(t, s, to, b, v, absent);
	if (own && !sqlite3_get_autocommit(s->db) && sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) && rc == TRIB_OK)
		rc = lite_fail(t, s, "staging");
	return rc;
}
