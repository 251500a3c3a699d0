/* recall - what the target holds for keys: this unit's staged rows, else the stored ones. */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options of a table that is a history; *n is 0 for any other. */
static int history_of(struct trib *t, struct pg *s, const char *name, const char **names, const char **values, size_t *n)
{
	static const char *const words[] = { "recorded_from", "recorded_to", "revision", "open" };
	const char *const asked[] = { name };
	PGresult *r = NULL;
	int rc = pg_ask(t, s, trib_fmt(t, "SELECT recorded_from, recorded_to, revision, open FROM %s WHERE name = $1", pg_name(t, s, "_trib_tables")), 1, asked, &r);
	*n = 0;
	for (int i = 0; rc == TRIB_OK && PQntuples(r) && i < 4; i++) {
		if (PQgetisnull(r, 0, i))
			continue;
		names[*n] = words[i];
		if (!(values[(*n)++] = trib_fmt(t, "%s", PQgetvalue(r, 0, i))))
			rc = pg_no_memory(t);
	}
	PQclear(r);
	return rc;
}

/* A table that no row of this run has gone to yet is described by the database; without the columns that its mode added. */
static int describe(struct trib *t, struct pg *s, const char *name, const struct trib_batch *keys, const char *const *added, size_t n,
                    struct trib_field **fields)
{
	enum { SCALE = 9 };
	struct pg_stored *stored = NULL;
	size_t count = 0, k = 0;
	int rc = pg_columns(t, s, name, &stored);
	while (rc == TRIB_OK && stored[count].name)
		count++;
	struct trib_field *f = rc == TRIB_OK ? trib_scratch(t, (count + 1) * sizeof *f) : NULL;
	*fields = f;
	if (rc < 0 || !f)
		return rc < 0 ? rc : pg_no_memory(t);
	for (size_t i = 0; i < count; i++) {
		bool ours = true;
		for (size_t a = 0; a < n; a++)
			ours &= strcmp(added[a], stored[i].name) != 0;
		if (!ours)
			continue;
		f[k] = (struct trib_field){ .name = stored[i].name, .type = pg_trib_type(stored[i].oid) };
		f[k].flags = trib_col(keys, f[k].name) >= 0 ? TRIB_KEY : 0;
		if (f[k].type == TRIB_DEC) {
			const struct pg_type type = pg_stored_type(stored[i].oid, stored[i].modifier);
			f[k].precision = 38;
			f[k].scale = type.limit < 0 ? SCALE : type.decimals;
		}
		k++;
	}
	return TRIB_OK;
}

/* ---- answers ---- */

static int64_t interval_ms(const char *x)
{
	const bool negative = strchr(x, '-') != NULL;
	const char *at = strstr(x, "day");
	long long days = at ? strtoll(x, NULL, 10) : 0, h = 0, m = 0, sec = 0, ms = 0;
	char part[8] = "";
	const char *clock = strchr(x, ':');
	while (clock && clock > x && clock[-1] >= '0' && clock[-1] <= '9')
		clock--;
	if (clock && sscanf(clock, "%lld:%lld:%lld.%7[0-9]", &h, &m, &sec, part) == 4) {
		memset(part + strlen(part), '0', 3);
		part[3] = 0;
		ms = atoi(part);
	}
	ms += ((h * 60 + m) * 60 + sec) * 1000;
	return days * 86400000 + (negative ? -ms : ms);
}

static void put_value(struct trib_batch *out, int col, enum trib_type type, const PGresult *r, int row, int at)
{
	char text[64];
	struct trib_text x = { PQgetvalue(r, row, at), (size_t)PQgetlength(r, row, at) };
	if (PQgetisnull(r, row, at))
		trib_put_null(out, col);
	else if (type == TRIB_BOOL)
		trib_put_i64(out, col, *x.p == 't');
	else if (type == TRIB_I64)
		trib_put_i64(out, col, strtoll(x.p, NULL, 10));
	else if (type == TRIB_DURATION)
		trib_put_i64(out, col, interval_ms(x.p));
	else if (type == TRIB_STR || type == TRIB_JSON)
		trib_put_str(out, col, x);
	else if (type == TRIB_TIME && x.n < sizeof text - 1) {
		/* 2025-01-31 23:59:59.5+00 as the contract writes it */
		memcpy(text, x.p, x.n + 1);
		char *blank = strchr(text, ' '), *zone = strstr(text, "+00");
		if (blank)
			*blank = 'T';
		if (zone)
			strcpy(zone, "Z");
		trib_put_text(out, col, (struct trib_text){ text, strlen(text) });
	} else
		trib_put_text(out, col, x);
}

struct question {
	const char *sql;
	const struct trib_sql *plan;
	const struct trib_field *fields;
	const struct trib_batch *keys;
	struct trib_batch *out;
	int *columns;
	const struct trib_view *v;
};

static int shape_answer(struct trib *t, const struct question *k)
{
	if (trib_add(k->out, "row", TRIB_I64) != 0)
		return trib_fail(t, TRIB_FATAL, "sink.bad_batch: the answer of a recall must start empty");
	for (size_t i = 0; i < k->plan->column_count; i++) {
		const struct trib_sql_column *c = &k->plan->columns[i];
		if (c->from < 0)
			continue;
		const struct trib_field *f = &k->fields[c->from];
		k->columns[i] = f->type == TRIB_DEC ? trib_add_dec(k->out, f->name, f->precision ? f->precision : 38, f->scale) : trib_add(k->out, f->name, f->type);
		if (k->columns[i] < 0)
			return pg_no_memory(t);
	}
	return TRIB_OK;
}

static void take(const struct question *k, const PGresult *r, int64_t row)
{
	for (int i = 0; i < PQntuples(r); i++) {
		int n = 0;
		trib_put_i64(k->out, 0, row);
		for (size_t c = 0; c < k->plan->column_count; c++)
			if (k->plan->columns[c].from >= 0)
				put_value(k->out, k->columns[c], k->fields[k->plan->columns[c].from].type, r, i, n++);
		trib_rows(k->out, 1);
	}
}

/* Many questions on their way at once (pipeline mode): a key costs no round trip of its own. */
enum { FLIGHT = 200 };

static int send_key(struct trib *t, struct pg *s, const struct question *k, int64_t row)
{
	char cells[16][PG_CELL];
	const char *values[16];
	int n = 0;
	for (size_t i = 0; i < k->plan->column_count; i++)
		if (k->plan->columns[i].role & TRIB_SQL_KEY) {
			const char *text;
			const size_t size = pg_text(&k->v[n], row, cells[n], &text);
			values[n] = text ? trib_fmt(t, "%.*s", (int)size, text) : NULL;
			n++;
		}
	return PQsendQueryPrepared(s->db, "_trib_recall", n, values, NULL, NULL, 0) ? TRIB_OK : pg_fail(t, s, NULL, "recall");
}

static int flight(struct trib *t, struct pg *s, const struct question *k, int64_t from, int64_t to)
{
	int rc = TRIB_OK;
	for (int64_t row = from; rc == TRIB_OK && row < to; row++)
		rc = send_key(t, s, k, row);
	if (rc == TRIB_OK && !PQpipelineSync(s->db))
		rc = pg_fail(t, s, NULL, "recall");
	bool synced = rc < 0;
	for (int64_t row = from; !synced && PQstatus(s->db) == CONNECTION_OK;) {
		PGresult *r = PQgetResult(s->db);
		if (!r) {
			row++;
			continue;
		}
		synced = PQresultStatus(r) == PGRES_PIPELINE_SYNC;
		if (PQresultStatus(r) == PGRES_TUPLES_OK && rc == TRIB_OK)
			take(k, r, row);
		else if (PQresultStatus(r) == PGRES_FATAL_ERROR && rc == TRIB_OK)
			rc = pg_fail(t, s, r, k->plan->name);
		PQclear(r);
	}
	return rc == TRIB_OK && !synced ? pg_fail(t, s, NULL, "recall") : rc;
}

static int ask_all(struct trib *t, struct pg *s, const struct question *k)
{
	int rc = pg_run(t, s, "DEALLOCATE ALL");
	if (rc < 0)
		return rc;
	PGresult *r = PQprepare(s->db, "_trib_recall", k->sql, 0, NULL);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		rc = pg_fail(t, s, r, k->plan->name);
	PQclear(r);
	if (rc < 0)
		return rc;
	if (!PQenterPipelineMode(s->db))
		return pg_fail(t, s, NULL, "recall");
	for (int64_t from = 0; rc == TRIB_OK && from < k->keys->array.length; from += FLIGHT)
		rc = flight(t, s, k, from, from + FLIGHT < k->keys->array.length ? from + FLIGHT : k->keys->array.length);
	if (!PQexitPipelineMode(s->db) && rc == TRIB_OK)
		rc = pg_fail(t, s, NULL, "recall");
	return rc;
}

static int ask(struct trib *t, struct pg *s, struct question *k, const bool *absent)
{
	struct trib_view v[16];
	int n = 0;
	k->columns = trib_scratch(t, (k->plan->column_count + 1) * sizeof *k->columns);
	k->sql = trib_sql_recall((struct trib_sql *)k->plan, absent);
	k->v = v;
	if (!k->columns)
		return pg_no_memory(t);
	if (!k->sql)
		return trib_fail(t, TRIB_CONFIG, "sink.no_key: table %s has no key to recall by", k->plan->name);
	for (size_t i = 0; i < k->plan->column_count; i++) {
		const struct trib_sql_column *c = &k->plan->columns[i];
		if (!(c->role & TRIB_SQL_KEY))
			continue;
		const int col = trib_col(k->keys, k->fields[c->from].name);
		if (n == 16 || col < 0 || trib_view(k->keys, col, &v[n++]) < 0)
			return trib_fail(t, TRIB_DATA, "sink.bad_batch: the key column %s of %s is not among the keys asked for", c->name, k->plan->name);
	}
	int rc = shape_answer(t, k);
	return rc < 0 ? rc : ask_all(t, s, k);
}

/* A decimal of no known scale is shown as its text. */
static enum trib_type look_type(const struct pg_stored *c)
{
	const enum trib_type type = pg_trib_type(c->oid);
	return type == TRIB_DEC ? TRIB_STR : type;
}

/* Every row of a table, for the commands that look. */
static int recall_all(struct trib *t, struct pg *s, const char *name, struct trib_batch *out)
{
	struct pg_stored *stored = NULL;
	PGresult *r = NULL;
	int rc = pg_columns(t, s, name, &stored), n = 0;
	if (rc < 0 || !stored[0].name)
		return rc;
	for (; rc == TRIB_OK && stored[n].name; n++)
		if (trib_add(out, stored[n].name, look_type(&stored[n])) < 0)
			rc = pg_no_memory(t);
	if (rc == TRIB_OK)
		rc = pg_ask(t, s, trib_fmt(t, "SELECT * FROM %s ORDER BY 1", pg_name(t, s, name)), 0, NULL, &r);
	for (int row = 0; rc == TRIB_OK && row < PQntuples(r); row++) {
		for (int i = 0; i < n; i++)
			put_value(out, i, look_type(&stored[i]), r, row, i);
		trib_rows(out, 1);
	}
	PQclear(r);
	return rc;
}

int pg_recall(struct trib *t, struct pg *s, const char *name, const struct trib_batch *keys, struct trib_batch *out)
{
	struct pg_table *table = NULL;
	struct trib_field *fields = NULL;
	struct trib_sql *mine = NULL;
	struct question k = { .keys = keys, .out = out };
	const char *names[4], *values[4];
	trib_map history = { names, values, 0 };
	int rc = TRIB_OK;
	if (trib_cols(keys) == 0)
		return recall_all(t, s, name, out);
	for (int i = 0; i < s->table_count && !table; i++)
		if (s->tables[i] && strcmp(s->tables[i]->sql->name, name) == 0) {
			table = s->tables[i];
			rc = pg_flush(t, s, i);
		}
	if (rc == TRIB_OK)
		rc = pg_copy_end(t, s);
	if (rc == TRIB_OK)
		rc = pg_enter(t, s);     /* what is answered must still hold when this unit commits */
	if (rc < 0)
		return rc;
	if (table) {
		rc = table->ready ? TRIB_OK : pg_ready(t, s, table);
		if (rc == TRIB_OK && table->sql->stage && !table->used)
			rc = pg_run(t, s, table->sql->stage_create);
		if (rc == TRIB_OK && table->sql->stage && table->used)
			rc = pg_settle(t, s, table);
		k.fields = table->fields;
		k.plan = table->sql;
		return rc < 0 ? rc : ask(t, s, &k, table->absent_seen ? table->absent : NULL);
	}
	rc = history_of(t, s, name, names, values, &history.count);
	if (rc == TRIB_OK)
		rc = describe(t, s, name, keys, values, history.count, &fields);
	if (rc < 0 || !fields[0].name)
		return rc;               /* no table, no rows */
	const struct trib_table is = { .size = sizeof is, .name = name, .columns = fields, .options = &history,
	                               .mode = history.count ? TRIB_SCD2 : TRIB_APPEND };
	const struct trib_sql_place at = { .size = sizeof at, .schema = s->schema };
	mine = trib_sql_new_at(trib_dialect("postgres"), &is, &at, 0, TRIB_SQL_ASKED);
	if (!mine || mine->fault)
		rc = trib_fail(t, TRIB_FATAL, "sink.bad_table: %s", mine ? mine->fault : "no memory");
	k.fields = fields;
	k.plan = mine;
	if (rc == TRIB_OK)
		rc = ask(t, s, &k, NULL);
	trib_sql_free(mine);
	return rc;
}
