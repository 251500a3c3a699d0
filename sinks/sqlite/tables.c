/* tables - an output of the load: its plan, its target, and the commit's steps over it. */
#include "sqlite.h"

#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

/* ---- describing ---- */

static void drop_table(struct lite *s, struct lite_table *b)
{
	if (!b)
		return;
	sqlite3_finalize(b->put_many);
	sqlite3_finalize(b->put_one);
	if (b->sql && b->sql->stage_drop && s->db)
		sqlite3_exec(s->db, b->sql->stage_drop, NULL, NULL, NULL);
	trib_sql_free(b->sql);
	free(b->shape);
	free(b->fields);
	free(b->absent);
	free(b->put_absent);
	free(b->cells);
	free(b);
}

void lite_drop_tables(struct lite *s)
{
	for (int i = 0; i < s->table_count; i++)
		drop_table(s, s->tables[i]);
	free(s->tables);
	s->tables = NULL;
	s->table_count = 0;
}

static int slot(struct trib *t, struct lite *s, int table)
{
	if (table < s->table_count)
		return TRIB_OK;
	struct lite_table **more = realloc(s->tables, ((size_t)table + 1) * sizeof *more);
	if (!more)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	s->tables = more;
	while (s->table_count <= table)
		s->tables[s->table_count++] = NULL;
	return TRIB_OK;
}

/* Columns were added while rows are staged: the staging table grows, and what is new is absent in the rows that are
 * there. */
static int widen(struct trib *t, struct lite *s, const struct lite_table *was, struct lite_table *now)
{
	const char *sql = trib_sql_widen(now->sql, was->sql);
	if (!sql)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	memcpy(now->absent, was->absent, (size_t)(was->field_count < now->field_count ? was->field_count :
	                                          now->field_count));
	for (size_t i = 0; was->rows > 0 && i < now->sql->column_count; i++) {
		int from = now->sql->columns[i].from;
		if (from >= was->field_count)
			now->absent[from] = now->absent_seen = true;
	}
	now->absent_seen |= was->absent_seen;
	now->rows = was->rows;
	return *sql ? lite_run(t, s, sql) : TRIB_OK;
}

/* Types and scales of the fields, for recalls; the names are the plan's. */
static struct trib_field *fields_of(const struct trib_table *is, const struct trib_sql *sql, int count)
{
	struct trib_field *f = calloc((size_t)count + 1, sizeof *f);
	for (int i = 0; f && i < count; i++)
		f[i] = (struct trib_field){ .type = is->columns[i].type, .precision = is->columns[i].precision,
		                            .scale = is->columns[i].scale };
	for (size_t i = 0; f && i < sql->column_count; i++)
		if (sql->columns[i].from >= 0 && !(sql->columns[i].role & TRIB_SQL_EXACT && i > 0 &&
		                                   sql->columns[i - 1].role & TRIB_SQL_NEAR))
			f[sql->columns[i].from].name = sql->columns[i].name;
	return f;
}

/* Takes shape. */
static struct lite_table *new_table(struct trib *t, const struct lite *s, const struct trib_table *is, int table, char *shape,
                                    int *rc)
{
	struct lite_table *b = calloc(1, sizeof *b);
	*rc = TRIB_OK;
	if (!b)
		free(shape);
	while (b && is->columns[b->field_count].name)
		b->field_count++;
	if (b) {
		b->sql = trib_sql_new(trib_dialect("sqlite"), is, table, 0);
		b->shape = shape;
		b->absent = calloc((size_t)b->field_count + 1, sizeof *b->absent);
		b->put_absent = calloc((size_t)b->field_count + 1, sizeof *b->put_absent);
	}
	if (b && b->sql)
		b->fields = fields_of(is, b->sql, b->field_count);
	if (!b || !b->sql || !b->absent || !b->put_absent || !b->fields)
		*rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	else if (b->sql->fault)
		*rc = trib_fail(t, TRIB_CONFIG, "%s: %s: %s", b->sql->fault_code, s->path, b->sql->fault);
	return b;
}

static int same_target(struct trib *t, const struct lite *s, int table, const char *name)
{
	for (int i = 0; i < s->table_count; i++)
		if (i != table && s->tables[i] && sqlite3_stricmp(s->tables[i]->sql->name, name) == 0)
			return trib_fail(t, TRIB_CONFIG, "sink.bad_table: two outputs of one stream go to the table %s",
			                 name);
	return TRIB_OK;
}

/* A table that got no row is what the database says it is: its columns, but for those that a history added and exact
 * texts, which belong to their number. TRIB_END: it is not there. */
static int stored_columns(struct trib *t, struct lite *s, const struct trib_table *given, struct trib_table *is)
{
	enum { MOST = 2000 };   /* columns of a table, says SQLite */
	static const char sql[] =
		"SELECT c.name, CASE WHEN e.name IS NOT NULL THEN 'DEC' ELSE upper(c.type) END FROM pragma_table_info(?1) AS c"
		" LEFT JOIN pragma_table_info(?1) AS e ON c.type = 'REAL' AND e.type = 'TEXT' AND lower(e.name) = lower(c.name) || '_dec'"
		" WHERE NOT EXISTS (SELECT 1 FROM _trib_tables AS h WHERE h.name = ?1 AND c.name IN (h.recorded_from, h.recorded_to, h.revision))"
		" AND NOT EXISTS (SELECT 1 FROM pragma_table_info(?1) AS n WHERE n.type = 'REAL' AND c.type = 'TEXT' AND lower(c.name) ="
		" lower(n.name) || '_dec') ORDER BY c.cid";
	sqlite3_stmt *q = NULL;
	size_t n = 0;
	struct trib_field *f = trib_scratch(t, (MOST + 1) * sizeof *f);
	int rc = f ? lite_prepare(t, s, sql, &q) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (rc < 0)
		return rc;
	memset(f, 0, (MOST + 1) * sizeof *f);
	lite_bind_text(q, 1, given->name);
	while (n < MOST && (rc = lite_step(t, s, q, given->name)) == TRIB_MORE) {
		const char *type = (const char *)sqlite3_column_text(q, 1);
		f[n].name = trib_fmt(t, "%s", (const char *)sqlite3_column_text(q, 0));
		f[n].type = strcmp(type, "DEC") == 0 ? TRIB_DEC : strcmp(type, "INTEGER") == 0 ? TRIB_I64 :
		            strcmp(type, "REAL") == 0 ? TRIB_F64 : TRIB_STR;
		for (const struct trib_field *g = given->columns; f[n].name && g->name; g++)
			if (sqlite3_stricmp(g->name, f[n].name) == 0)
				f[n].flags = g->flags;
		n++;
	}
	sqlite3_finalize(q);
	*is = *given;
	is->columns = f;
	return rc < 0 ? rc : n ? TRIB_OK : TRIB_END;
}

static bool nameless(const struct trib_table *is)
{
	for (const struct trib_field *f = is->columns; f->name; f++)
		if (f->type != TRIB_NULL)
			return false;
	return true;
}

int lite_table(struct trib *t, struct lite *s, int table, const struct trib_table *given)
{
	struct trib_table is, stored;
	int rc = TRIB_OK;
	if (nameless(given)) {
		if ((rc = stored_columns(t, s, given, &stored)) != TRIB_OK)
			return rc == TRIB_END ? TRIB_OK : rc;
		given = &stored;
	}
	rc = lite_model_table(t, s, given, &is);
	if (rc == TRIB_OK)
		rc = slot(t, s, table);
	if (rc == TRIB_OK)
		rc = same_target(t, s, table, is.name);
	char *shape = rc == TRIB_OK ? trib_sql_shape(&is) : NULL;
	if (!shape)
		return rc < 0 ? rc : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	struct lite_table *was = s->tables[table];
	if (was && strcmp(was->shape, shape) == 0)
		free(shape);
	else {
		struct lite_table *now = new_table(t, s, &is, table, shape, &rc);
		if (rc == TRIB_OK && was && was->used)
			rc = widen(t, s, was, now);
		if (rc < 0) {
			if (now) {
				trib_sql_free(now->sql);
				now->sql = NULL;
			}
			drop_table(s, now);
			return rc;
		}
		if (was && was->used) {   /* its staging table lives on */
			trib_sql_free(was->sql);
			was->sql = NULL;
		}
		drop_table(s, was);
		s->tables[table] = now;
	}
	struct lite_table *b = s->tables[table];
	if (b->sql->stage_create && !b->used)
		rc = lite_run(t, s, b->sql->stage_create);   /* a rollback may have taken it */
	b->used = true;
	b->ready = false;
	return rc;
}

/* ---- commit ---- */

static int number(struct trib *t, struct lite *s, const char *sql, int64_t *n)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, sql, &q);
	if (rc == TRIB_OK && (rc = lite_step(t, s, q, NULL)) == TRIB_MORE)
		*n = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return rc < 0 ? rc : TRIB_OK;
}

static int run_step(struct trib *t, struct lite *s, const struct lite_table *b, const struct trib_sql_step *k,
                    int64_t *n)
{
	char now[40];
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, k->sql, &q);
	if (rc == TRIB_OK && k->timed)
		sqlite3_bind_text(q, 1, now, (int)trib_time_text(s->load->started, now), SQLITE_STATIC);
	if (rc == TRIB_OK)
		rc = lite_step(t, s, q, b->sql->name);
	if (rc >= 0)
		*n = k->answers ? sqlite3_column_int64(q, 0) : sqlite3_changes64(s->db);
	sqlite3_finalize(q);
	return rc < 0 ? rc : TRIB_OK;
}

/* What the table has beside the columns of the load, quoted. */
static int other_columns(struct trib *t, struct lite *s, const struct trib_sql *sql, const char *const **others)
{
	sqlite3_stmt *q = NULL;
	size_t n = 0, most = 0;
	const char **list = NULL;
	int rc = lite_prepare(t, s, "SELECT name, count(*) OVER () FROM pragma_table_info(?)", &q);
	if (rc < 0)
		return rc;
	lite_bind_text(q, 1, sql->name);
	while ((rc = lite_step(t, s, q, sql->name)) == TRIB_MORE) {
		struct trib_text name = { (const char *)sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0) };
		bool ours = false;
		if (!list)
			list = trib_scratch(t, (size_t)(sqlite3_column_int(q, 1) + 1) * sizeof *list);
		for (size_t i = 0; i < sql->column_count; i++)
			ours |= sqlite3_stricmp(sql->columns[i].name, name.p) == 0;
		char *quoted = ours ? NULL : trib_scratch(t, 2 * name.n + 3);
		most += !ours;
		if (list && quoted && trib_sql_quote(trib_dialect("sqlite"), name, quoted) > 0)
			list[n++] = quoted;
	}
	sqlite3_finalize(q);
	if (rc == TRIB_OK && (!list || n < most))
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (list)
		list[n] = NULL;
	*others = list;
	return rc;
}

static int apply_table(struct trib *t, struct lite *s, int table, const struct trib_commit *c,
                       const struct trib_sql *slices)
{
	struct lite_table *b = s->tables[table];
	int64_t count[TRIB_COUNTS] = { 0 }, staged = 0, any = 0;
	struct trib_sql_unit u = { .size = sizeof u, .complete = c->complete,
	                           .absent = b->absent_seen ? b->absent : NULL, .slices = slices };
	int rc = b->ready ? TRIB_OK : lite_ready(t, s, b->sql);
	if (rc == TRIB_OK && b->sql->stage) {
		rc = number(t, s, b->sql->target_any, &any);
		u.fresh = any == 0;
		if (rc == TRIB_OK)
			rc = number(t, s, b->sql->stage_count, &staged);
		if (rc == TRIB_OK)
			rc = other_columns(t, s, b->sql, &u.others);
		count[TRIB_UNCHANGED] = staged;
		count[TRIB_SUPERSEDED] = b->rows - staged;
	} else
		count[TRIB_INSERTED] = b->rows;
	const struct trib_sql_step *steps = rc == TRIB_OK ? trib_sql_apply(b->sql, &u) : NULL;
	if (rc == TRIB_OK && !steps)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (rc == TRIB_OK && b->sql->fault)
		return trib_fail(t, TRIB_DATA, "sink.bad_load: %s", b->sql->fault);
	for (const struct trib_sql_step *k = steps; rc == TRIB_OK && k->sql; k++) {
		int64_t n = 0;
		rc = run_step(t, s, b, k, &n);
		if (k->adds >= 0)
			count[k->adds] += n;
		if (k->takes >= 0)
			count[k->takes] -= n;
	}
	for (int w = TRIB_INSERTED; rc == TRIB_OK && w < TRIB_COUNTS; w++)
		if (count[w])
			trib_count(t, table, w, count[w]);
	return rc;
}

/* The declared slices, as a temporary table that all tables of the load can look at. */
static int put_slices(struct trib *t, struct lite *s, const struct trib_batch *slices, struct trib_sql **out)
{
	int n = trib_cols(slices), rc = TRIB_OK;
	struct trib_field *columns = trib_scratch(t, ((size_t)n + 1) * sizeof *columns);
	struct trib_view *v = trib_scratch(t, ((size_t)n + 1) * sizeof *v);
	char *cells = trib_scratch(t, ((size_t)n * 2 + 1) * LITE_CELL);
	sqlite3_stmt *q = NULL;
	if (!columns || !v || !cells)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	for (int i = 0; i < n; i++) {
		if (trib_view(slices, i, &v[i]) < 0)
			return trib_fail(t, TRIB_DATA, "sink.bad_batch: the slices cannot be read");
		columns[i] = (struct trib_field){ .name = trib_col_name(slices, i), .type = v[i].type, .scale = v[i].scale };
		if (v[i].type == TRIB_NULL)
			columns[i].type = TRIB_STR;
	}
	const struct trib_table is = { .size = sizeof is, .name = "_trib_slices", .mode = TRIB_APPEND,
	                               .columns = columns };
	*out = trib_sql_new(trib_dialect("sqlite"), &is, 0, TRIB_SQL_TEMPORARY);
	if (!*out)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if ((*out)->fault)
		return trib_fail(t, TRIB_DATA, "sink.bad_batch: %s", (*out)->fault);
	const char *put = trib_sql_put(*out, NULL, 1);
	if ((rc = lite_run(t, s, "DROP TABLE IF EXISTS temp._trib_slices")) == TRIB_OK &&
	    (rc = lite_run(t, s, (*out)->create)) == TRIB_OK)
		rc = put ? lite_prepare(t, s, put, &q) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	for (int64_t r = 0; rc == TRIB_OK && r < slices->array.length; r++) {
		int at = 0;
		for (size_t i = 0; i < (*out)->column_count; i++) {
			const struct trib_sql_column *c = &(*out)->columns[i];
			lite_bind_cell(q, at + 1, &v[c->from], r, c->role & TRIB_SQL_NEAR,
			               cells + (size_t)at * LITE_CELL);
			at++;
		}
		rc = lite_step(t, s, q, "slices");
		sqlite3_reset(q);
	}
	sqlite3_finalize(q);
	return rc;
}

int lite_apply(struct trib *t, struct lite *s, const struct trib_commit *c)
{
	struct trib_sql *slices = NULL;
	int rc = c->slices ? put_slices(t, s, c->slices, &slices) : TRIB_OK;
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++)
		if (s->tables[i] && s->tables[i]->used)
			rc = apply_table(t, s, i, c, slices);
	if (slices && rc == TRIB_OK)
		rc = lite_run(t, s, "DROP TABLE IF EXISTS temp._trib_slices");
	trib_sql_free(slices);
	return rc;
}

void lite_forget(struct lite *s)
{
	for (int i = 0; i < s->table_count; i++) {
		struct lite_table *b = s->tables[i];
		if (!b || !b->used)
			continue;
		if (b->sql->stage_clear && s->db)
			/* not there after a rollback: made again */
			sqlite3_exec(s->db, b->sql->stage_clear, NULL, NULL, NULL);
		memset(b->absent, 0, (size_t)b->field_count);
		b->used = b->ready = b->absent_seen = false;
		b->rows = 0;
	}
	s->load = NULL;
}
