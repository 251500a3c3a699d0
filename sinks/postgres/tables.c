/* tables - an output of the load: its plan over what the target is already, and the types in which its rows go there. */
#include "postgres.h"

#include <stdlib.h>
#include <string.h>

/* ---- describing ---- */

static void free_table(struct pg_table *b)
{
	if (!b)
		return;
	trib_sql_free(b->sql);
	pg_done(&b->out);
	free(b->keys.slots);
	free(b->shape);
	free(b->fields);
	free(b->types);
	free(b->widen);
	free(b->absent);
	free(b->put_absent);
	free(b);
}

void pg_drop_tables(struct pg *s)
{
	for (int i = 0; i < s->table_count; i++)
		free_table(s->tables[i]);     /* what is temporary goes with the connection */
	free(s->tables);
	s->tables = NULL;
	s->table_count = 0;
}

static int slot(struct trib *t, struct pg *s, int table)
{
	if (table < s->table_count)
		return TRIB_OK;
	struct pg_table **more = realloc(s->tables, ((size_t)table + 1) * sizeof *more);
	if (!more)
		return pg_no_memory(t);
	s->tables = more;
	while (s->table_count <= table)
		s->tables[s->table_count++] = NULL;
	return TRIB_OK;
}

static int same_target(struct trib *t, const struct pg *s, int table, const char *name)
{
	for (int i = 0; i < s->table_count; i++)
		if (i != table && s->tables[i] && strcmp(s->tables[i]->sql->name, name) == 0)
			return trib_fail(t, TRIB_CONFIG, "sink.bad_table: two outputs of one stream go to the table %s", name);
	return TRIB_OK;
}

/* ---- types ---- */

/* Types that hold all that another one holds. */
static bool holds(enum pg_wire all, enum pg_wire of)
{
	static const unsigned above[PG_WIRES] = {
		[PG_BOOL] = 1 << PG_INT8 | 1 << PG_NUMERIC, [PG_INT2] = 1 << PG_NUMERIC, [PG_INT4] = 1 << PG_NUMERIC, [PG_INT8] = 1 << PG_NUMERIC,
		[PG_FLOAT4] = 1 << PG_NUMERIC, [PG_FLOAT8] = 1 << PG_NUMERIC, [PG_DATE] = 1 << PG_STAMP,
	};
	return all == PG_TEXT || above[of] & 1u << all;
}

/* How field f goes into a column that is there. *type: its type in the plan; NULL: the plan's own, to which the column is widened. */
static int fit(struct trib *t, const struct pg *s, const struct trib_table *is, const struct trib_field *f, const struct pg_stored *stored,
               struct pg_table *b, int i, const char **type)
{
	const struct trib_dialect *d = trib_dialect("postgres");
	const enum trib_type wider[] = { f->type, TRIB_DEC, TRIB_STR };
	b->types[i] = pg_stored_type(stored->oid, stored->modifier);
	*type = stored->type;
	if (b->types[i].wire == PG_NONE)
		return trib_fail(t, TRIB_CONFIG, "postgres.column_type: %s: column %s of %s is %s there, a type that is not written", s->where, f->name,
		                 is->name, stored->type);
	if (pg_way(f->type, b->types[i].wire))
		return TRIB_OK;
	for (int k = 0; k < 3; k++) {
		const struct pg_type to = pg_own_type(wider[k]);
		if (!holds(to.wire, b->types[i].wire) || !pg_way(f->type, to.wire))
			continue;
		b->types[i] = to;
		b->widen[i] = true;
		*type = d->types[wider[k]];
		return TRIB_OK;
	}
	return TRIB_OK;
}

static int fit_all(struct trib *t, struct pg *s, const struct trib_table *is, struct pg_table *b, const char **types)
{
	struct pg_stored *stored = NULL;
	int rc = pg_columns(t, s, is->name, &stored);
	for (int i = 0; rc == TRIB_OK && i < b->field_count; i++) {
		const struct pg_stored *c = stored;
		while (c->name && strcmp(c->name, is->columns[i].name) != 0)
			c++;
		b->types[i] = pg_own_type(is->columns[i].type);
		if (c->name && is->columns[i].type != TRIB_NULL)
			rc = fit(t, s, is, &is->columns[i], c, b, i, &types[i]);
	}
	return rc;
}

/* ---- making ---- */

static struct trib_field *fields_of(const struct trib_table *is, const struct trib_sql *sql, int count)
{
	struct trib_field *f = calloc((size_t)count + 1, sizeof *f);
	for (int i = 0; f && i < count; i++)
		f[i] = (struct trib_field){ .type = is->columns[i].type, .precision = is->columns[i].precision, .scale = is->columns[i].scale };
	for (size_t i = 0; f && i < sql->column_count; i++)
		if (sql->columns[i].from >= 0)
			f[sql->columns[i].from].name = sql->columns[i].name;
	return f;
}

/* Takes shape. */
static struct pg_table *new_table(struct trib *t, struct pg *s, const struct trib_table *is, int table, char *shape, int *rc)
{
	struct pg_table *b = calloc(1, sizeof *b);
	const char **stored = NULL;
	*rc = TRIB_OK;
	if (!b) {
		free(shape);
		*rc = pg_no_memory(t);
		return NULL;
	}
	while (is->columns[b->field_count].name)
		b->field_count++;
	const size_t n = (size_t)b->field_count + 1;
	b->shape = shape;
	b->absent = calloc(n, sizeof *b->absent);
	b->put_absent = calloc(n, sizeof *b->put_absent);
	b->types = calloc(n, sizeof *b->types);
	b->widen = calloc(n, sizeof *b->widen);
	stored = trib_scratch(t, n * sizeof *stored);
	if (!b->absent || !b->put_absent || !b->types || !b->widen || !stored)
		*rc = pg_no_memory(t);
	if (*rc == TRIB_OK)
		*rc = fit_all(t, s, is, b, stored);
	if (*rc < 0)
		return b;
	const struct trib_sql_place at = { .size = sizeof at, .schema = s->schema, .stored = stored };
	b->sql = trib_sql_new_at(trib_dialect("postgres"), is, &at, table, 0);
	if (b->sql && b->sql->fault)
		*rc = trib_fail(t, TRIB_CONFIG, "%s: %s: %s", b->sql->fault_code, s->where, b->sql->fault);
	else if (!b->sql || !(b->fields = fields_of(is, b->sql, b->field_count)))
		*rc = pg_no_memory(t);
	return b;
}

/* A column whose type became wider while rows are staged. */
static int retype(struct trib *t, struct pg *s, const struct trib_sql *was, const struct trib_sql *now)
{
	int rc = TRIB_OK;
	for (size_t i = 0; now->stage && i < now->column_count; i++)
		for (size_t k = 0; rc == TRIB_OK && now->columns[i].from >= 0 && k < was->column_count; k++)
			if (strcmp(now->columns[i].name, was->columns[k].name) == 0 && strcmp(now->columns[i].type, was->columns[k].type) != 0)
				rc = pg_run(t, s, trib_fmt(t, "ALTER TABLE %s ALTER COLUMN %s TYPE %s USING %s::text::%s", now->stage, now->columns[i].quoted,
				                           now->columns[i].type, now->columns[i].quoted, now->columns[i].type));
	return rc;
}

/* Columns were added while rows are staged: the staging table grows, and what is new is absent in the rows that are there. */
static int grow(struct trib *t, struct pg *s, int table, struct pg_table *now)
{
	const struct pg_table *was = s->tables[table];
	int rc = pg_flush(t, s, table);
	const char *sql = trib_sql_widen(now->sql, was->sql);
	if (rc < 0)
		return rc;
	if (!sql)
		return pg_no_memory(t);
	memcpy(now->absent, was->absent, (size_t)(was->field_count < now->field_count ? was->field_count : now->field_count));
	for (size_t i = 0; was->rows > 0 && i < now->sql->column_count; i++) {
		const int from = now->sql->columns[i].from;
		if (from >= was->field_count)
			now->absent[from] = now->absent_seen = true;
	}
	now->absent_seen |= was->absent_seen;
	now->rows = was->rows;
	now->number = was->number;
	now->keys.doubtful = true;
	rc = *sql ? pg_run(t, s, sql) : pg_copy_end(t, s);
	return rc < 0 ? rc : retype(t, s, was->sql, now->sql);
}

/* A table that got no row is what the database says it is, but for the columns that a history added. TRIB_END: it is not there. */
static int stored_columns(struct trib *t, struct pg *s, const struct trib_table *given, struct trib_table *is)
{
	struct pg_stored *list = NULL;
	const char *const values[] = { given->name };
	PGresult *r = NULL;
	size_t n = 0, k = 0;
	int rc = pg_columns(t, s, given->name, &list);
	if (rc == TRIB_OK)
		rc = pg_ask(t, s, trib_fmt(t, "SELECT recorded_from, recorded_to, revision FROM %s WHERE name = $1", pg_name(t, s, "_trib_tables")), 1, values, &r);
	while (rc == TRIB_OK && list[n].name)
		n++;
	struct trib_field *f = rc == TRIB_OK ? trib_scratch(t, (n + 1) * sizeof *f) : NULL;
	if (rc == TRIB_OK && !f)
		rc = pg_no_memory(t);
	for (size_t i = 0; rc == TRIB_OK && i < n; i++) {
		bool added = list[i].computed;
		for (int c = 0; PQntuples(r) && c < 3; c++)
			added |= strcmp(PQgetvalue(r, 0, c), list[i].name) == 0;
		if (added)
			continue;
		f[k] = (struct trib_field){ .name = list[i].name, .type = pg_trib_type(list[i].oid) };
		for (const struct trib_field *g = given->columns; g->name; g++)
			if (strcmp(g->name, f[k].name) == 0)
				f[k].flags = g->flags;
		k++;
	}
	PQclear(r);
	*is = *given;
	is->columns = f;
	return rc < 0 ? rc : k ? TRIB_OK : TRIB_END;
}

static bool nameless(const struct trib_table *is)
{
	for (const struct trib_field *f = is->columns; f->name; f++)
		if (f->type != TRIB_NULL)
			return false;
	return true;
}

/* The table as it is described now in the place of the one before. Takes shape. */
static int put_in_place(struct trib *t, struct pg *s, int table, const struct trib_table *is, char *shape)
{
	int rc = TRIB_OK;
	struct pg_table *was = s->tables[table], *now = new_table(t, s, is, table, shape, &rc);
	if (rc == TRIB_OK && was && was->used)
		rc = grow(t, s, table, now);
	else if (rc == TRIB_OK && was && was->sql->stage_drop)
		rc = pg_run(t, s, was->sql->stage_drop);
	if (rc < 0) {
		free_table(now);
		return rc;
	}
	now->used = was && was->used;
	if (s->copying == table + 1)
		rc = pg_copy_end(t, s);
	s->tables[table] = now;
	free_table(was);
	return rc;
}

int pg_table(struct trib *t, struct pg *s, int table, const struct trib_table *given)
{
	struct trib_table stored;
	int rc = TRIB_OK;
	if (nameless(given)) {
		if ((rc = stored_columns(t, s, given, &stored)) != TRIB_OK)
			return rc == TRIB_END ? TRIB_OK : rc;
		given = &stored;
	}
	rc = slot(t, s, table);
	if (rc == TRIB_OK)
		rc = same_target(t, s, table, given->name);
	char *shape = rc == TRIB_OK ? trib_sql_shape(given) : NULL;
	if (!shape)
		return rc < 0 ? rc : pg_no_memory(t);
	const struct pg_table *was = s->tables[table];
	if (was && strcmp(was->shape, shape) == 0)
		free(shape);
	else
		rc = put_in_place(t, s, table, given, shape);
	if (rc < 0)
		return rc;
	struct pg_table *b = s->tables[table];
	if (b->sql->stage_create && !b->used) {       /* a rollback may have taken it; rows of the unit before may be in it */
		rc = pg_run(t, s, b->sql->stage_create);
		if (rc == TRIB_OK)
			rc = pg_run(t, s, b->sql->stage_clear);
	}
	b->used = true;
	b->ready = false;
	return rc;
}

void pg_forget(struct pg *s)
{
	for (int i = 0; i < s->table_count; i++) {
		struct pg_table *b = s->tables[i];
		if (!b || !b->used)
			continue;
		memset(b->absent, 0, (size_t)b->field_count);
		b->used = b->ready = b->absent_seen = b->fits = false;
		b->rows = b->number = 0;
		b->out.n = 0;
		free(b->keys.slots);
		b->keys = (struct pg_keys){ 0 };
	}
	s->load = NULL;
	s->mixed = false;
}
