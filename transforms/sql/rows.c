/* rows - batches into `input`, the answer of the query into batches. */
#include <stdio.h>
#include <stdlib.h>
#include "sql.h"

enum { ROWS = 4096 };

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

/* ---- in ---- */

static int bind_cell(sqlite3_stmt *q, int at, const struct trib_view *v, int64_t i)
{
	char text[64];
	int n;
	switch (v->type) {
	case TRIB_BOOL: return sqlite3_bind_int(q, at, ((const uint8_t *)v->values)[(i + v->bit) >> 3] >> ((i + v->bit) & 7) & 1);
	case TRIB_F64: return sqlite3_bind_double(q, at, ((const double *)v->values)[i]);
	case TRIB_DEC: n = (int)trib_dec_text(((const trib_dec *)v->values)[i], v->scale, text); break;
	case TRIB_DATE: n = (int)trib_date_text(((const trib_date *)v->values)[i], text); break;
	case TRIB_TIME: n = (int)trib_time_text(((const trib_time *)v->values)[i], text); break;
	case TRIB_STR: case TRIB_JSON: {
		const struct trib_text x = trib_str(v, i);
		return sqlite3_bind_text64(q, at, x.p, x.n, SQLITE_STATIC, SQLITE_UTF8);
	}
	default: return sqlite3_bind_int64(q, at, ((const int64_t *)v->values)[i]);
	}
	return sqlite3_bind_text(q, at, text, n, SQLITE_TRANSIENT);
}

int sq_insert(struct trib *t, struct sq *s, const struct trib_batch *in)
{
	struct trib_view *views = trib_scratch(t, ((size_t)s->in_count + 1) * sizeof *views);
	if (!views)
		return no_memory(t);
	for (int c = 0; c < s->in_count; c++) {
		const int at = trib_col(in, s->ins[c].name);
		if (at >= 0 && trib_view(in, at, &views[c]) < 0)
			return no_memory(t);
	}
	int rc = SQLITE_OK;
	for (int64_t i = 0; rc == SQLITE_OK && i < in->array.length; i++) {
		for (int c = 0; rc == SQLITE_OK && c < s->in_count; c++)
			rc = trib_null(&views[c], i) ? sqlite3_bind_null(s->insert, c + 1) : bind_cell(s->insert, c + 1, &views[c], i);
		if (rc == SQLITE_OK)
			sqlite3_step(s->insert), rc = sqlite3_reset(s->insert);
	}
	sqlite3_clear_bindings(s->insert);
	if (rc != SQLITE_OK)
		return sq_broken(t, s, "rows");
	s->rows += in->array.length;
	return TRIB_OK;
}

void sq_forget(struct sq *s)
{
	if (s->ask)
		sqlite3_reset(s->ask);
	if (s->forget)
		sqlite3_step(s->forget), sqlite3_reset(s->forget);
	s->rows = s->answers = s->steps = 0;
}

/* ---- out ---- */

static const char *word_of(enum trib_type type)
{
	static const char *const words[] = { "nothing", "bool", "int64", "float64", "decimal", "text", "json", "date", "time", "clock", "duration" };
	return (size_t)type < sizeof words / sizeof *words ? words[type] : "text";
}

/* The row that is being built is no row of this output. */
static void refuse(struct trib *t, struct trib_batch *b, const struct sq_out *o, sqlite3_stmt *q, const char *why)
{
	const char *is = (const char *)sqlite3_column_text(q, o->from);
	is = o->personal ? "***" : is ? is : "";
	const char *raw = trib_fmt(t, "{\"%s\": %.200s}", o->name, is);
	trib_reject_raw(t, b, (struct trib_text){ raw ? raw : "", raw ? strlen(raw) : 0 }, "sql.not_a_value", "column \"%s\": %.80s is no %s%s", o->name, is,
	                word_of(o->type), why);
}

/* A decimal keeps all of its digits or is refused. */
static bool put_dec(struct trib_batch *b, int col, const struct sq_out *o, const char *p, size_t n)
{
	struct sq_dec d;
	trib_dec v;
	if (!sq_dec_of(p, n, &d) || d.scale > o->scale || trib_dec_rescale(d.v, d.scale, o->scale, &v) != 0)
		return false;
	trib_put_dec(b, col, v);
	return true;
}

/* false: the row became a dead letter and is gone. */
static bool put(struct trib *t, struct trib_batch *b, int col, const struct sq_out *o, sqlite3_stmt *q)
{
	const int is = sqlite3_column_type(q, o->from);
	if (is == SQLITE_NULL)
		return trib_put_null(b, col), true;
	if (is == SQLITE_FLOAT && o->type == TRIB_F64)
		return trib_put_f64(b, col, sqlite3_column_double(q, o->from)), true;
	if (is == SQLITE_FLOAT)
		return refuse(t, b, o, q, ": it is a double; declare float64, or reckon with dec_..."), false;
	if (is == SQLITE_BLOB)
		return refuse(t, b, o, q, ": it is a blob"), false;
	const bool bare = o->type == TRIB_I64 || o->type == TRIB_BOOL || o->type == TRIB_CLOCK || o->type == TRIB_DURATION;
	if (is == SQLITE_INTEGER && bare) {
		const int64_t v = sqlite3_column_int64(q, o->from);
		if (o->type == TRIB_BOOL && v != 0 && v != 1)
			return refuse(t, b, o, q, ": it is 0 or 1"), false;
		return trib_put_i64(b, col, v), true;
	}
	const char *p = (const char *)sqlite3_column_text(q, o->from);
	const struct trib_text x = { p ? p : "", (size_t)sqlite3_column_bytes(q, o->from) };
	if (o->type == TRIB_DEC && !put_dec(b, col, o, x.p, x.n)) {
		char why[80];
		snprintf(why, sizeof why, " of at most 38 digits, %d of them decimals; dec_round rounds", o->scale);
		return refuse(t, b, o, q, why), false;
	}
	if (o->type == TRIB_STR || o->type == TRIB_NULL)
		trib_put_str(b, col, x);
	else if (o->type != TRIB_DEC)
		trib_put_text(b, col, x);
	return true;
}

static int start(struct trib *t, struct sq *s, struct trib_batch *b, int *at)
{
	const int rc = trib_start(t, 0, b);
	for (int c = 0; rc == TRIB_OK && c < s->out_count; c++)
		at[c] = s->outs[c].type == TRIB_DEC ? trib_add_dec(b, s->outs[c].name, 38, s->outs[c].scale) : trib_add(b, s->outs[c].name, s->outs[c].type);
	for (int c = 0; rc == TRIB_OK && c < s->out_count; c++)
		if (at[c] < 0)
			return no_memory(t);
	return rc;
}

/* Rows that the query made or left out, for the books. */
static void count(struct trib *t, struct sq *s)
{
	const int64_t less = s->rows - s->answers;
	if (less < 0)
		trib_count(t, 0, TRIB_CREATED, -less);
	else if (less > 0)
		trib_count(t, 0, s->aggregates ? TRIB_AGGREGATED : TRIB_FILTERED, less);
}

int sq_answer(struct trib *t, struct sq *s)
{
	struct trib_batch b = { 0 };
	int *at = trib_scratch(t, ((size_t)s->out_count + 1) * sizeof *at);
	int rc = at ? start(t, s, &b, at) : no_memory(t), step = SQLITE_ROW;
	int64_t n = 0;
	for (; rc == TRIB_OK && n < ROWS && (step = sqlite3_step(s->ask)) == SQLITE_ROW; n++) {
		bool good = true;
		for (int c = 0; good && c < s->out_count; c++)
			good = put(t, &b, at[c], &s->outs[c], s->ask);
		if (good)
			trib_rows(&b, 1);
	}
	if (rc == TRIB_OK && step != SQLITE_ROW && step != SQLITE_DONE)
		rc = sq_broken(t, s, "answer");
	s->answers += n;
	if (rc == TRIB_OK && step == SQLITE_DONE)
		count(t, s);
	if (rc == TRIB_OK && n > 0)
		rc = trib_emit(t, 0, &b);
	else
		trib_free(&b);
	return rc < 0 ? rc : step == SQLITE_DONE ? TRIB_OK : TRIB_MORE;
}
