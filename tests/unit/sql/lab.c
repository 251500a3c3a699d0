#include "lab.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 16 };

/* The real one adds a microsecond; here any greater text will do. */
static void after(sqlite3_context *c, int n, sqlite3_value **v)
{
	char best[80];
	(void)n;
	snprintf(best, sizeof best, "%s", sqlite3_value_text(v[0]));
	const char *from = (const char *)sqlite3_value_text(v[1]), *to = (const char *)sqlite3_value_text(v[2]);
	if (from && strcmp(best, from) <= 0)
		snprintf(best, sizeof best, "%s+", from);
	if (to && strcmp(to, "9999-12-31") != 0 && strcmp(best, to) < 0)
		snprintf(best, sizeof best, "%s", to);
	sqlite3_result_text(c, best, -1, SQLITE_TRANSIENT);
}

struct lab lab_open(void)
{
	struct lab l = { .now = "2025-01-01T00:00:00Z" };
	cr_assert(sqlite3_open(":memory:", &l.db) == SQLITE_OK);
	sqlite3_create_function(l.db, "trib_after", 3, SQLITE_UTF8, NULL, after, NULL, NULL);
	return l;
}

const struct trib_field *fields(const char *spec)
{
	static struct trib_field pool[4][64];     /* tests run in processes of their own */
	static char texts[4][512];
	static int turn;
	struct trib_field *f = pool[turn % 4];
	char *copy = texts[turn++ % 4], *save = NULL;
	int n = 0;
	memset(f, 0, sizeof pool[0]);
	snprintf(copy, sizeof texts[0], "%s", spec);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
		char *type = strchr(w, ':'), *flags;
		*type++ = 0;
		flags = type + 1;
		f[n].name = w;
		f[n].type = *type == 'i' ? TRIB_I64 : *type == 'd' ? TRIB_DEC : *type == 't' ? TRIB_TIME :
		            *type == '?' ? TRIB_NULL : TRIB_STR;
		f[n].flags = (strchr(flags, 'k') ? TRIB_KEY : 0) | (strchr(flags, 'v') ? TRIB_CURSOR : 0) |
		             (strchr(flags, 'c') ? TRIB_SLICE : 0);
	}
	return f;
}

static void run(struct lab *l, const char *sql)
{
	char *why = NULL;
	cr_assert(sqlite3_exec(l->db, sql, NULL, NULL, &why) == SQLITE_OK, "%s\n%s", sql, why);
}

static int64_t number(struct lab *l, const char *sql)
{
	sqlite3_stmt *q = NULL;
	cr_assert(sqlite3_prepare_v2(l->db, sql, -1, &q, NULL) == SQLITE_OK, "%s\n%s", sql, sqlite3_errmsg(l->db));
	int64_t n = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_finalize(q);
	return n;
}

static void put_row(struct lab *l, struct trib_sql *s, char **cells, const bool *absent)
{
	sqlite3_stmt *q = NULL;
	const char *sql = trib_sql_put(s, absent, 1);
	cr_assert(sqlite3_prepare_v2(l->db, sql, -1, &q, NULL) == SQLITE_OK, "%s\n%s", sql, sqlite3_errmsg(l->db));
	int at = 0;
	for (size_t i = 0; i < s->column_count; i++) {
		const struct trib_sql_column *c = &s->columns[i];
		if (c->from < 0 || (absent && absent[c->from]))
			continue;
		if (strcmp(cells[c->from], "~") == 0)
			sqlite3_bind_null(q, ++at);
		else
			sqlite3_bind_text(q, ++at, cells[c->from], -1, SQLITE_TRANSIENT);
	}
	cr_assert(sqlite3_bind_parameter_count(q) == at);
	cr_assert(sqlite3_step(q) == SQLITE_DONE, "%s\n%s", sql, sqlite3_errmsg(l->db));
	sqlite3_finalize(q);
}

static int64_t put_rows(struct lab *l, struct trib_sql *s, const char *rows, int fields_count, bool *ever)
{
	char *copy = strdup(rows), *save = NULL;
	int64_t n = 0;
	for (char *r = strtok_r(copy, ";", &save); r; r = strtok_r(NULL, ";", &save), n++) {
		char *cells[64] = { 0 };
		bool absent[64] = { 0 }, any = false;
		for (int i = 0; i < fields_count; i++) {
			cells[i] = r;
			r = strchr(r, '|');
			if (r)
				*r++ = 0;
			else
				r = "~";
			absent[i] = strcmp(cells[i], "=") == 0;
			any |= absent[i];
			ever[i] |= absent[i];
		}
		put_row(l, s, cells, any ? absent : NULL);
	}
	free(copy);
	return n;
}

static void apply(struct lab *l, struct trib_sql *s, const struct trib_sql_unit *u, struct tally *t)
{
	const struct trib_sql_step *steps = trib_sql_apply(s, u);
	cr_assert(steps);
	if (s->fault) {
		snprintf(l->why, sizeof l->why, "%s", s->fault);
		return;
	}
	for (const struct trib_sql_step *k = steps; k->sql; k++) {
		sqlite3_stmt *q = NULL;
		cr_assert(sqlite3_prepare_v2(l->db, k->sql, -1, &q, NULL) == SQLITE_OK, "%s\n%s", k->sql,
		          sqlite3_errmsg(l->db));
		if (k->timed)
			sqlite3_bind_text(q, 1, l->now, -1, SQLITE_STATIC);
		int rc = sqlite3_step(q);
		int64_t n = k->answers ? sqlite3_column_int64(q, 0) : sqlite3_changes64(l->db);
		cr_assert(rc == (k->answers ? SQLITE_ROW : SQLITE_DONE), "%s\n%s", k->sql, sqlite3_errmsg(l->db));
		sqlite3_finalize(q);
		if (k->adds >= 0)
			t->count[k->adds] += n;
		if (k->takes >= 0)
			t->count[k->takes] -= n;
	}
}

struct tally load(struct lab *l, const struct trib_table *is, const char *rows)
{
	struct tally t = { 0 };
	bool ever[64] = { 0 }, any = false;
	struct trib_sql_unit u = { .size = sizeof u, .complete = !l->partial };
	struct trib_table z = { .size = sizeof z, .name = "_trib_slices", .mode = TRIB_APPEND,
	                        .columns = l->slice_columns };
	struct trib_sql *s = trib_sql_new(trib_dialect("sqlite"), is, 0, 0), *slices = NULL;
	int n = 0;
	cr_assert(s);
	snprintf(l->why, sizeof l->why, "%s", s->fault ? s->fault : "");
	if (s->fault) {
		trib_sql_free(s);
		return t;
	}
	while (is->columns[n].name)
		n++;
	run(l, s->create);
	for (const struct trib_sql_index *x = s->indexes; x->create; x++)
		run(l, x->create);
	u.fresh = number(l, s->target_any) == 0;
	if (s->stage_create)
		run(l, s->stage_create);
	t.in = put_rows(l, s, rows, n, ever);
	for (int i = 0; i < n; i++)
		any |= ever[i];
	u.absent = any ? ever : NULL;
	if (l->slices) {
		slices = trib_sql_new(trib_dialect("sqlite"), &z, 0, TRIB_SQL_TEMPORARY);
		cr_assert(slices && !slices->fault, "%s", slices ? slices->fault : "");
		run(l, slices->create);
		bool none[64] = { 0 };
		int k = 0;
		while (l->slice_columns[k].name)
			k++;
		put_rows(l, slices, l->slices, k, none);
		u.slices = slices;
	}
	if (s->stage) {
		int64_t staged = number(l, s->stage_count);
		t.count[TRIB_UNCHANGED] = staged;
		t.count[TRIB_SUPERSEDED] = t.in - staged;
	} else
		t.count[TRIB_INSERTED] = t.in;
	run(l, "BEGIN");
	apply(l, s, &u, &t);
	run(l, "COMMIT");
	if (s->stage_drop)
		run(l, s->stage_drop);
	run(l, "DROP TABLE IF EXISTS temp._trib_slices");
	trib_sql_free(slices);
	trib_sql_free(s);
	return t;
}

const char *dump(struct lab *l, const char *select)
{
	static char out[ROOM];
	size_t n = 0;
	sqlite3_stmt *q = NULL;
	cr_assert(sqlite3_prepare_v2(l->db, select, -1, &q, NULL) == SQLITE_OK, "%s\n%s", select,
	          sqlite3_errmsg(l->db));
	out[0] = 0;
	while (sqlite3_step(q) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(q); i++) {
			const char *v = (const char *)sqlite3_column_text(q, i);
			n += (size_t)snprintf(out + n, ROOM - n, "%s%s", i ? "|" : n ? ";" : "", v ? v : "~");
		}
	}
	sqlite3_finalize(q);
	return out;
}

const char *tally_text(const struct tally *t)
{
	static char out[128];
	snprintf(out, sizeof out, "+%d ~%d =%d <%d -%d", (int)t->count[TRIB_INSERTED], (int)t->count[TRIB_UPDATED],
	         (int)t->count[TRIB_UNCHANGED], (int)t->count[TRIB_SUPERSEDED], (int)t->count[TRIB_DELETED]);
	return out;
}
