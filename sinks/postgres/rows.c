/* rows - a batch into the blocks of a COPY. Rows that the table cannot hold become dead letters here, before the server sees them: one
 * value that it refuses would cost it the whole load. */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>

static size_t clock_text(int64_t us, char *cell)
{
	int n = snprintf(cell, PG_CELL, "%02d:%02d:%02d", (int)(us / 3600000000), (int)(us / 60000000 % 60), (int)(us / 1000000 % 60));
	if (us % 1000000)
		n += snprintf(cell + n, (size_t)(PG_CELL - n), ".%06d", (int)(us % 1000000));
	return (size_t)n;
}

size_t pg_text(const struct trib_view *v, int64_t row, char *cell, const char **text)
{
	*text = cell;
	if (trib_null(v, row)) {
		*text = NULL;
		return 0;
	}
	switch (v->type) {
	case TRIB_BOOL:
		return (size_t)snprintf(cell, PG_CELL, "%d", ((const uint8_t *)v->values)[(row + v->bit) >> 3] >> ((row + v->bit) & 7) & 1);
	case TRIB_I64: case TRIB_DURATION:
		return (size_t)snprintf(cell, PG_CELL, "%lld", (long long)((const int64_t *)v->values)[row]);
	case TRIB_F64: {
		size_t n = (size_t)snprintf(cell, PG_CELL, "%.17g", ((const double *)v->values)[row]);
		for (size_t i = 0; i < n; i++)       /* whatever the locale's point is */
			if (cell[i] == ',')
				cell[i] = '.';
		return n;
	}
	case TRIB_DEC:
		return trib_dec_short(((const trib_dec *)v->values)[row], v->scale, cell);
	case TRIB_DATE:
		return trib_date_text((trib_date){ ((const int32_t *)v->values)[row] }, cell);
	case TRIB_TIME:
		return trib_time_text((trib_time){ ((const int64_t *)v->values)[row] }, cell);
	case TRIB_CLOCK:
		return clock_text(((const int64_t *)v->values)[row], cell);
	default: {
		const struct trib_text x = trib_str(v, row);
		*text = x.p;
		return x.n;
	}
	}
}

/* ---- the buffer ---- */

int pg_flush(struct trib *t, struct pg *s, int table)
{
	struct pg_table *b = s->tables[table];
	if (!b->out.n)
		return TRIB_OK;
	return pg_copy_send(t, s, trib_sql_copy(b->sql, b->put_any ? b->put_absent : NULL), table, &b->out);
}

int pg_flush_all(struct trib *t, struct pg *s)
{
	int rc = TRIB_OK;
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++)
		if (s->tables[i] && s->tables[i]->used)
			rc = pg_flush(t, s, i);
	return rc == TRIB_OK ? pg_copy_end(t, s) : rc;
}

/* Blocks hold rows of the same columns: others begin a new COPY. */
static int reshape(struct trib *t, struct pg *s, int table, const bool *absent, bool any)
{
	struct pg_table *b = s->tables[table];
	const size_t size = (size_t)b->field_count * sizeof *absent;
	if (b->fits && memcmp(b->put_absent, absent, size) == 0)
		return TRIB_OK;
	int rc = pg_flush(t, s, table);
	if (rc == TRIB_OK && s->copying == table + 1)
		rc = pg_copy_end(t, s);
	memcpy(b->put_absent, absent, size);
	b->put_any = any;
	b->fits = true;
	return rc;
}

/* ---- rows ---- */

struct feed {
	struct pg_lane *lanes;
	const struct trib_sql_column **columns;  /* of the lanes */
	int count;
	int64_t numbers[PG_COLUMNS / 62 + 2];    /* the words of the mask, then the row's number */
	int more;
	bool suspect, keyed;                     /* a key column may have a null; there is a key */
};

static void reject(struct trib *t, const struct pg_table *b, const struct trib_batch *rows, int64_t row, const struct trib_sql_column *c,
                   enum pg_bad bad)
{
	static const struct { const char *code, *why; } reasons[] = {
		[PG_NUL] = { "sink.nul_in_text", "holds U+0000, which PostgreSQL cannot store" },
		[PG_RANGE] = { "postgres.too_narrow", "is %s there, and the value is out of its range" },
		[PG_DECIMALS] = { "postgres.too_narrow", "is %s there, and the value has more decimals" },
		[PG_LONG] = { "postgres.too_narrow", "is %s there, and the value is longer" },
		[PG_ESCAPE] = { "sink.bad_text", "holds half of a UTF-16 pair, which PostgreSQL cannot store" },
	};
	char why[160];
	const char *pattern = reasons[bad].why, *at = strstr(pattern, "%s");
	if (at)
		snprintf(why, sizeof why, "%.*s%s%s", (int)(at - pattern), pattern, c->type, at + 2);
	else
		snprintf(why, sizeof why, "%s", pattern);
	trib_reject(t, rows, row, reasons[bad].code, "the column %s of %s %s", c->name, b->sql->name, why);
}

static const char *null_key(const struct feed *f, int64_t row)
{
	for (int i = 0; i < f->count; i++)
		if (f->columns[i]->role & TRIB_SQL_STAGE_KEY && trib_null(f->lanes[i].v, row))
			return f->columns[i]->name;
	return NULL;
}

/* The key columns that the batch does not have are null in every row of it. */
static const char *absent_key(const struct pg_table *b, const bool *absent)
{
	for (size_t i = 0; b->sql->stage && i < b->sql->column_count; i++) {
		const struct trib_sql_column *c = &b->sql->columns[i];
		if (c->from >= 0 && c->role & TRIB_SQL_STAGE_KEY && absent[c->from])
			return c->name;
	}
	return NULL;
}

static int put_rows(struct trib *t, struct pg *s, int table, struct feed *f, const struct trib_batch *rows, const char *no_key)
{
	struct pg_table *b = s->tables[table];
	int rc = TRIB_OK, lane = 0;
	for (int64_t r = 0; rc == TRIB_OK && r < rows->array.length; r++) {
		const char *missing = no_key ? no_key : f->suspect ? null_key(f, r) : NULL;
		if (missing) {
			trib_reject(t, rows, r, "sink.null_key", "the key column %s of %s is null", missing, b->sql->name);
			continue;
		}
		if (f->more)
			f->numbers[f->more - 1] = b->sql->stage ? b->number + 1 : 0;
		uint64_t hash = 0;
		const enum pg_bad bad = pg_row(&b->out, f->lanes, f->count, r, f->numbers, f->more, &lane, &hash);
		if (bad == PG_NO_MEMORY)
			return pg_no_memory(t);
		if (bad) {
			reject(t, b, rows, r, f->columns[lane], bad);
			continue;
		}
		if (f->keyed)
			pg_key(&b->keys, hash);
		b->number++;
		b->rows++;
		if (b->out.n >= PG_BLOCK)
			rc = pg_flush(t, s, table);
	}
	return rc;
}

/* A COPY of no column is no statement: a row of nothing brings a null. */
static void bring_one(const struct pg_table *b, const struct trib_view *v, bool *absent)
{
	for (size_t i = 0; i < b->sql->column_count; i++)
		if (b->sql->columns[i].from >= 0 && !absent[b->sql->columns[i].from])
			return;
	for (size_t i = 0; i < b->sql->column_count; i++)
		if (b->sql->columns[i].from >= 0 && v[b->sql->columns[i].from].type == TRIB_NULL) {
			absent[b->sql->columns[i].from] = false;
			return;
		}
}

/* Values of these types are equal only if their bytes are. */
static bool bytes_tell(const struct trib_sql_column *c, enum pg_wire wire)
{
	if (wire == PG_TEXT)
		return strncmp(c->type, "text", 4) == 0 || strncmp(c->type, "character varying", 17) == 0;
	return wire == PG_INT2 || wire == PG_INT4 || wire == PG_INT8 || wire == PG_DATE || wire == PG_STAMP || wire == PG_TIME || wire == PG_BOOL;
}

/* One lane per column that the batch brings. */
static int lanes(struct trib *t, struct pg_table *b, struct feed *f, const struct trib_view *v, const bool *absent)
{
	for (size_t i = 0; i < b->sql->column_count; i++) {
		const struct trib_sql_column *c = &b->sql->columns[i];
		if (c->from < 0 || absent[c->from])
			continue;
		const struct pg_type type = b->types[c->from];
		pg_put_cell *put = pg_way(v[c->from].type, type.wire);
		if (!put && v[c->from].type != TRIB_NULL)
			return trib_fail(t, TRIB_DATA, "sink.type_changed: column %s of %s changed its type inside the load", c->name, b->sql->name);
		f->suspect |= b->sql->stage && c->role & TRIB_SQL_STAGE_KEY && v[c->from].validity && v[c->from].null_count != 0;
		const bool key = b->sql->stage && c->role & TRIB_SQL_STAGE_KEY;
		f->keyed |= key;
		b->keys.doubtful |= key && !bytes_tell(c, type.wire);
		f->columns[f->count] = c;
		f->lanes[f->count++] = (struct pg_lane){ .put = put, .v = &v[c->from], .type = type, .key = key };
	}
	return TRIB_OK;
}

static bool has_key(const struct trib_sql *sql)
{
	for (size_t i = 0; i < sql->column_count; i++)
		if (sql->columns[i].role & TRIB_SQL_KEY)
			return true;
	return false;
}

static int put_batch(struct trib *t, struct pg *s, int table, const struct trib_batch *rows, struct trib_view *v, bool *absent)
{
	struct pg_table *b = s->tables[table];
	bool any = false;
	struct feed f = { .lanes = trib_scratch(t, (b->sql->column_count + 1) * sizeof *f.lanes),
	                  .columns = trib_scratch(t, (b->sql->column_count + 1) * sizeof *f.columns) };
	if (!f.lanes || !f.columns)
		return pg_no_memory(t);
	for (int i = 0; i < b->field_count; i++) {
		if (trib_view(rows, i, &v[i]) < 0)
			return trib_fail(t, TRIB_DATA, "sink.bad_batch: column %d of %s cannot be read", i, b->sql->name);
		absent[i] = v[i].type == TRIB_NULL;
		any |= absent[i];
		b->absent[i] |= absent[i];
	}
	b->absent_seen |= any;
	if (!b->sql->stage)
		bring_one(b, v, absent);
	int rc = lanes(t, b, &f, v, absent);
	if (rc == TRIB_OK)
		rc = reshape(t, s, table, absent, any);
	if (b->sql->stage && any)
		f.more = trib_sql_mask(b->sql, absent, f.numbers);
	f.more += b->sql->stage && has_key(b->sql);
	return rc < 0 ? rc : put_rows(t, s, table, &f, rows, absent_key(b, absent));
}

int pg_put(struct trib *t, struct pg *s, int table, const struct trib_batch *b)
{
	struct pg_table *to = table < s->table_count ? s->tables[table] : NULL;
	if (!to || trib_cols(b) != to->field_count)
		return trib_fail(t, TRIB_FATAL, "sink.bad_batch: rows for a table that was not described so");
	struct trib_view *v = trib_scratch(t, ((size_t)to->field_count + 1) * sizeof *v);
	bool *absent = trib_scratch(t, (size_t)to->field_count + 1);
	int rc = v && absent ? TRIB_OK : pg_no_memory(t);
	if (rc == TRIB_OK && !to->sql->stage && !to->ready) {
		s->mixed = true;
		if ((rc = pg_enter(t, s)) == TRIB_OK)
			rc = pg_ready(t, s, to);
	}
	s->mixed |= s->inside;
	return rc == TRIB_OK ? put_batch(t, s, table, b, v, absent) : rc;
}
