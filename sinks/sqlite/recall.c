/* recall - what the target holds for keys: this unit's staged rows, else the stored ones. */
#include "sqlite.h"

#include <string.h>

static struct trib_sql *plan_of(const struct lite *s, const char *name, struct lite_table **table)
{
	*table = NULL;
	for (int i = 0; i < s->table_count; i++)
		if (s->tables[i] && strcmp(s->tables[i]->sql->name, name) == 0) {
			*table = s->tables[i];
			return s->tables[i]->sql;
		}
	return NULL;
}

static enum trib_type stored_type(const char *declared)
{
	static const struct { const char *word; enum trib_type type; } words[] = {
		{ "INTEGER", TRIB_I64 }, { "INT", TRIB_I64 }, { "BIGINT", TRIB_I64 }, { "REAL", TRIB_F64 }, { "DOUBLE",
		        TRIB_F64 },
	};
	for (size_t i = 0; declared && i < sizeof words / sizeof *words; i++)
		if (sqlite3_stricmp(declared, words[i].word) == 0)
			return words[i].type;
	return TRIB_STR;
}

enum { COLUMNS_MAX = 2000 };

/* Options of a table that is a history; *n is 0 for any other. */
static int history_of(struct trib *t, struct lite *s, const char *name, const char **names, const char **values, size_t *n)
{
	static const char *const words[] = { "recorded_from", "recorded_to", "revision", "open" };
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, "SELECT recorded_from, recorded_to, revision, open FROM _trib_tables WHERE name = ?", &q);
	*n = 0;
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, name);
	if ((rc = lite_step(t, s, q, name)) == TRIB_MORE)
		for (int i = 0; i < 4; i++) {
			if (sqlite3_column_type(q, i) == SQLITE_NULL)
				continue;
			names[*n] = words[i];
			if (!(values[(*n)++] = trib_fmt(t, "%s", sqlite3_column_text(q, i))))
				rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
		}
	sqlite3_finalize(q);
	return rc < 0 ? rc : TRIB_OK;
}

/* Without those that the mode adds. */
static void keep_rows_columns(struct trib_field *f, const char *const *added, size_t n)
{
	struct trib_field *to = f;
	for (; f->name; f++) {
		bool ours = true;
		for (size_t i = 0; i < n; i++)
			ours &= strcmp(added[i], f->name) != 0;
		if (ours)
			*to++ = *f;
	}
	*to = (struct trib_field){ 0 };
}

/* A table that no row of this run has gone to yet is described by the database. *fields empty: there is no such
 * table. */
static int describe(struct trib *t, struct lite *s, const char *name, const struct trib_batch *keys,
                    struct trib_field **fields)
{
	sqlite3_stmt *q = NULL;
	int n = 0, rc = lite_prepare(t, s, "SELECT name, type FROM pragma_table_info(?) LIMIT 2000", &q);
	struct trib_field *f = trib_scratch(t, (COLUMNS_MAX + 1) * sizeof *f);
	if (rc == TRIB_OK && !f)
		rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (rc == TRIB_OK)
		lite_bind_text(q, 1, name);
	while (rc == TRIB_OK && (rc = lite_step(t, s, q, name)) == TRIB_MORE) {
		const char *column = trib_fmt(t, "%s", sqlite3_column_text(q, 0));
		size_t size = column ? strlen(column) : 0;
		rc = column ? TRIB_OK : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
		if (n > 0 && size > 4 && strcmp(column + size - 4, "_dec") == 0 && strlen(f[n - 1].name) == size - 4 &&
		    memcmp(column, f[n - 1].name, size - 4) == 0) {
			f[n - 1].type = TRIB_DEC;   /* the exact text of the number before it */
			f[n - 1].precision = 38;
			f[n - 1].scale = 9;
			continue;
		}
		f[n] = (struct trib_field){ .name = column };
		f[n].type = stored_type((const char *)sqlite3_column_text(q, 1));
		f[n].flags = trib_col(keys, column ? column : "") >= 0 ? TRIB_KEY : 0;
		n++;
	}
	sqlite3_finalize(q);
	*fields = f;
	return rc;
}

static void put_value(struct trib_batch *out, int col, enum trib_type type, sqlite3_stmt *q, int at)
{
	if (sqlite3_column_type(q, at) == SQLITE_NULL)
		trib_put_null(out, col);
	else if (type == TRIB_I64 || type == TRIB_BOOL || type == TRIB_DURATION)
		trib_put_i64(out, col, sqlite3_column_int64(q, at));
	else if (type == TRIB_F64)
		trib_put_f64(out, col, sqlite3_column_double(q, at));
	else {
		struct trib_text x = { (const char *)sqlite3_column_text(q, at), 0 };
		x.n = (size_t)sqlite3_column_bytes(q, at);
		if (type == TRIB_STR || type == TRIB_JSON)
			trib_put_str(out, col, x);
		else
			trib_put_text(out, col, x);
	}
}

struct question {
	sqlite3_stmt *q;
	const struct trib_sql *sql;
	const struct trib_field *fields;
	const struct trib_batch *keys;
	struct trib_batch *out;
};

/* Columns of the answer, after `row`: one per field that is stored. */
static int shape_answer(struct trib *t, const struct question *k, int *columns)
{
	int row = trib_add(k->out, "row", TRIB_I64);
	if (row != 0)
		return trib_fail(t, TRIB_FATAL, "sink.bad_batch: the answer of a recall must start empty");
	for (size_t i = 0; i < k->sql->column_count; i++) {
		const struct trib_sql_column *c = &k->sql->columns[i];
		columns[i] = -1;
		if (c->from < 0 || c->role & TRIB_SQL_NEAR)
			continue;
		const struct trib_field *f = &k->fields[c->from];
		columns[i] = f->type == TRIB_DEC ? trib_add_dec(k->out, f->name, f->precision ? f->precision : 38,
		                                                f->scale) : trib_add(k->out, f->name, f->type);
		if (columns[i] < 0)
			return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	}
	return TRIB_OK;
}

static int ask_all(struct trib *t, struct lite *s, const struct question *k, const int *columns,
                   const struct trib_view *v)
{
	char cells[16][LITE_CELL];
	int rc = TRIB_OK;
	for (int64_t r = 0; rc == TRIB_OK && r < k->keys->array.length; r++) {
		int at = 0;
		for (size_t i = 0; i < k->sql->column_count; i++)
			if (k->sql->columns[i].role & TRIB_SQL_KEY) {
				lite_bind_cell(k->q, at + 1, &v[at], r, false, cells[at]);
				at++;
			}
		while ((rc = lite_step(t, s, k->q, k->sql->name)) == TRIB_MORE) {
			int n = 0;
			trib_put_i64(k->out, 0, r);
			for (size_t i = 0; i < k->sql->column_count; i++) {
				if (k->sql->columns[i].from < 0)
					continue;
				if (columns[i] >= 0)
					put_value(k->out, columns[i], k->fields[k->sql->columns[i].from].type, k->q, n);
				n++;
			}
			trib_rows(k->out, 1);
		}
		sqlite3_reset(k->q);
	}
	return rc;
}

static int ask(struct trib *t, struct lite *s, struct question *k, const bool *absent)
{
	struct trib_view v[16];
	int n = 0;
	int *columns = trib_scratch(t, (k->sql->column_count + 1) * sizeof *columns);
	const char *sql = trib_sql_recall((struct trib_sql *)k->sql, absent);
	if (!columns)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (!sql)
		return trib_fail(t, TRIB_CONFIG, "sink.no_key: table %s has no key to recall by", k->sql->name);
	for (size_t i = 0; i < k->sql->column_count; i++) {
		const struct trib_sql_column *c = &k->sql->columns[i];
		if (!(c->role & TRIB_SQL_KEY))
			continue;
		int col = trib_col(k->keys, k->fields[c->from].name);
		if (n == 16 || col < 0 || trib_view(k->keys, col, &v[n++]) < 0)
			return trib_fail(t, TRIB_DATA, "sink.bad_batch: the key column %s of %s is not among the keys"
			                               " asked for", c->name, k->sql->name);
	}
	int rc = shape_answer(t, k, columns);
	if (rc == TRIB_OK)
		rc = lite_prepare(t, s, sql, &k->q);
	if (rc == TRIB_OK)
		rc = ask_all(t, s, k, columns, v);
	sqlite3_finalize(k->q);
	return rc;
}

/* Every row of a table, for the commands that look; the lock is not taken. */
static int recall_all(struct trib *t, struct lite *s, const char *name, struct trib_batch *out)
{
	struct trib_batch none = { 0 };
	struct trib_field *f = NULL;
	sqlite3_stmt *q = NULL;
	if (!s->db)
		return TRIB_OK;          /* looking at a database that is not there yet */
	int rc = describe(t, s, name, &none, &f);
	char *quoted = trib_scratch(t, 2 * strlen(name) + 3);
	if (rc < 0 || !f[0].name)
		return rc;
	if (!quoted || trib_sql_quote(trib_dialect("sqlite"), (struct trib_text){ name, strlen(name) }, quoted) < 0)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	rc = lite_prepare(t, s, trib_fmt(t, "SELECT * FROM %s", quoted), &q);
	for (int i = 0; rc == TRIB_OK && i < sqlite3_column_count(q); i++)
		trib_add(out, sqlite3_column_name(q, i), stored_type(sqlite3_column_decltype(q, i)));
	while (rc == TRIB_OK && (rc = lite_step(t, s, q, name)) == TRIB_MORE) {
		for (int i = 0; i < sqlite3_column_count(q); i++)
			put_value(out, i, stored_type(sqlite3_column_decltype(q, i)), q, i);
		trib_rows(out, 1);
		rc = TRIB_OK;
	}
	sqlite3_finalize(q);
	return rc;
}

int lite_recall(struct trib *t, struct lite *s, const char *name, const struct trib_batch *keys, struct trib_batch *out)
{
	struct lite_table *table = NULL;
	struct trib_field *fields = NULL;
	struct question k = { .keys = keys, .out = out };
	struct trib_sql *mine = NULL, *sql = plan_of(s, name, &table);
	const char *names[4], *values[4];
	trib_map history = { names, values, 0 };
	if (trib_cols(keys) == 0)
		return recall_all(t, s, name, out);
	int rc = lite_enter(t, s);   /* what is answered must still hold when this unit commits */
	if (rc < 0)
		return rc;
	if (table) {
		rc = table->ready ? TRIB_OK : lite_ready(t, s, sql);
		if (rc == TRIB_OK && sql->stage_create)
			rc = lite_run(t, s, sql->stage_create);
		k.fields = table->fields;
	} else {
		rc = describe(t, s, name, keys, &fields);
		if (rc < 0 || !fields[0].name)
			return rc;       /* no table, no rows */
		if ((rc = history_of(t, s, name, names, values, &history.count)) < 0)
			return rc;
		const struct trib_table is = { .size = sizeof is, .name = name, .columns = fields, .options = &history,
		                               .mode = history.count ? TRIB_SCD2 : TRIB_APPEND };
		keep_rows_columns(fields, values, history.count);
		mine = sql = trib_sql_new(trib_dialect("sqlite"), &is, 0, TRIB_SQL_ASKED);
		k.fields = fields;
		if (!sql || sql->fault)
			rc = trib_fail(t, TRIB_FATAL, "sink.bad_table: %s", sql ? sql->fault : "no memory");
	}
	k.sql = sql;
	if (rc == TRIB_OK)
		rc = ask(t, s, &k, table && table->absent_seen ? table->absent : NULL);
	trib_sql_free(mine);
	return rc;
}
