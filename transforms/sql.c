/* sql - a query over the rows of a scope, in an embedded SQLite: for what map cannot say. How it works is in sql/sql.h, the
 * rules for users in docs/sql.md.
 *
 * Law: what a query gives has the type that `columns` declares, else that of the column it comes from or is named after, else
 * text; a value of another kind makes its row a dead letter. Rows in and rows out differ only by what is counted. */
#include <stdlib.h>
#include "sql/sql.h"

static const struct trib_field type_fields[] = {
	TRIB_FIELD(struct sq_type, type, .flags = TRIB_REQUIRED,
	           .allow = "text|int64|decimal|float64|bool|date|time|clock|duration|json", .help = "Type of the column."),
	TRIB_FIELD(struct sq_type, scale, .dflt = "9", .allow = "0..38", .help = "Decimals of a decimal."),
	{ 0 },
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct sq, query, .flags = TRIB_REQUIRED, .help = "One SELECT; the rows are the table `input`."),
	TRIB_FIELD(struct sq, columns, TRIB_OF(struct sq_type, type_fields),
	           .help = "Column of the answer to its type, or to {type, scale}; else as the column it comes from or is named after, else text."),
	TRIB_FIELD(struct sq, over, .dflt = "part", .allow = "batch|part|period|run",
	           .help = "What `input` is: all rows of a file or page, of a period, of the run; batch: any few rows, for queries that look at one row at a time."),
	TRIB_FIELD(struct sq, memory, .dflt = "256MiB", .allow = "1MiB..1TiB", .help = "Memory that the rows of `input` may take."),
	TRIB_FIELD(struct sq, max_steps, .dflt = "10000000000", .allow = "10000..1000000000000000",
	           .help = "Steps of SQLite's machine that one answer may take, about 20 to 100 million a second."),
	{ 0 },
};

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static int open_sql(struct trib *t, void *self)
{
	struct sq *s = self;
	s->t = t;
	s->by_batch = strcmp(s->over, "batch") == 0;
	trib_scope(t, s->by_batch ? TRIB_PER_ROW : strcmp(s->over, "part") == 0 ? TRIB_PER_PART :
	           strcmp(s->over, "period") == 0 ? TRIB_PER_PERIOD : TRIB_PER_RUN);
	int rc = sq_open_db(t, s);
	if (rc == TRIB_OK)
		rc = sq_prepare(t, s, true);
	sqlite3_finalize(s->ask);
	s->ask = NULL;
	if (rc == TRIB_OK)
		rc = sq_run(t, s, "DROP TABLE IF EXISTS input");
	return rc;
}

static void close_sql(struct trib *t, void *self)
{
	struct sq *s = self;
	(void)t;
	sqlite3_finalize(s->ask);
	sqlite3_finalize(s->insert);
	sqlite3_finalize(s->forget);
	sqlite3_close(s->db);
	for (int c = 0; c < s->in_count; c++)
		free(s->ins[c].name);
	for (int c = 0; c < s->out_count; c++)
		free(s->outs[c].name);
	free(s->ins);
	free(s->outs);
}

static void cancel(struct trib *t, void *self)
{
	struct sq *s = self;
	(void)t;
	if (s->db)
		sqlite3_interrupt(s->db);
}

/* ---- bind: input ---- */

/* TEXT or no affinity, the collation of decimals, and which column it is. */
static char *column_of(const struct sq_in *c, int at)
{
	const bool text = c->type == TRIB_STR || c->type == TRIB_JSON || c->type == TRIB_DEC || c->type == TRIB_DATE || c->type == TRIB_TIME;
	return sqlite3_mprintf("\"%w\" \"%s c%d\"%s", c->name, text ? "TEXT" : "BLOB", at, c->type == TRIB_DEC ? " COLLATE decimal" : "");
}

static int add_column(struct trib *t, struct sq *s, const struct trib_batch *in, int at)
{
	struct trib_view v = { 0 };
	struct sq_in *ins = realloc(s->ins, ((size_t)s->in_count + 1) * sizeof *ins);
	if (!ins)
		return no_memory(t);
	s->ins = ins;
	struct sq_in *c = &ins[s->in_count];
	if (trib_view(in, at, &v) < 0)
		return no_memory(t);
	*c = (struct sq_in){ .name = strdup(trib_col_name(in, at)), .type = v.type, .scale = v.scale, .personal = trib_is_personal(in, at) };
	if (!c->name)
		return no_memory(t);
	s->in_count++;
	char *column = column_of(c, s->in_count - 1);
	char *sql = column ? sqlite3_mprintf(s->in_count == 1 ? "CREATE TABLE input(%s)" : "ALTER TABLE input ADD COLUMN %s", column) : NULL;
	int rc = TRIB_OK;
	if (!sql)
		rc = no_memory(t);
	else if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		rc = trib_fail(t, TRIB_CONFIG, "sql.name_clash: column \"%s\" of the input: %s; rename it with map before", c->name, sqlite3_errmsg(s->db));
	sqlite3_free(column);
	sqlite3_free(sql);
	return rc;
}

static bool knows(const struct sq *s, const char *name)
{
	for (int c = 0; c < s->in_count; c++)
		if (strcmp(s->ins[c].name, name) == 0)
			return true;
	return false;
}

static int prepare_own(struct trib *t, struct sq *s)
{
	sqlite3_str *sql = sqlite3_str_new(s->db);
	sqlite3_str_appendall(sql, "INSERT INTO input VALUES(");
	for (int c = 0; c < s->in_count; c++)
		sqlite3_str_appendall(sql, c ? ",?" : "?");
	sqlite3_str_appendall(sql, ")");
	char *text = sqlite3_str_finish(sql);
	sqlite3_finalize(s->insert);
	sqlite3_finalize(s->forget);
	s->insert = s->forget = NULL;
	const bool good = text && sqlite3_prepare_v2(s->db, text, -1, &s->insert, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(s->db, "DELETE FROM input", -1, &s->forget, NULL) == SQLITE_OK;
	sqlite3_free(text);
	return good ? TRIB_OK : sq_broken(t, s, "rows");
}

/* ---- bind: the answer ---- */

static enum trib_type type_of(const char *word)
{
	static const struct { const char *word; enum trib_type type; } types[] = {
		{ "text", TRIB_STR }, { "int64", TRIB_I64 }, { "decimal", TRIB_DEC }, { "float64", TRIB_F64 }, { "bool", TRIB_BOOL },
		{ "date", TRIB_DATE }, { "time", TRIB_TIME }, { "clock", TRIB_CLOCK }, { "duration", TRIB_DURATION }, { "json", TRIB_JSON },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, word) == 0)
			return types[i].type;
	return TRIB_STR;
}

static void type_column(const struct sq *s, struct sq_out *o)
{
	const char *declared = sqlite3_column_decltype(s->ask, o->from), *number = declared ? strchr(declared, 'c') : NULL;
	const int origin = number ? atoi(number + 1) : -1;
	const struct sq_in *like = origin >= 0 && origin < s->in_count ? &s->ins[origin] : NULL;
	o->personal = like ? like->personal : s->personal_read;
	for (int c = 0; !like && c < s->in_count; c++)
		if (strcmp(s->ins[c].name, o->name) == 0)
			like = &s->ins[c];
	o->type = like ? like->type : TRIB_STR;
	o->scale = like ? like->scale : 0;
	for (size_t i = 0; i < s->columns.count; i++)
		if (strcmp(s->columns.names[i], o->name) == 0) {
			const struct sq_type *as = (const struct sq_type *)s->columns.items + i;
			o->type = type_of(as->type);
			o->scale = (int)as->scale;
		}
}

static struct sq_out *out_named(const struct sq *s, const char *name)
{
	for (int c = 0; c < s->out_count; c++)
		if (strcmp(s->outs[c].name, name) == 0)
			return &s->outs[c];
	return NULL;
}

static int answer_columns(struct trib *t, struct sq *s)
{
	const int n = sqlite3_column_count(s->ask);
	struct sq_out *outs = realloc(s->outs, ((size_t)s->out_count + (size_t)n) * sizeof *outs);
	if (!outs)
		return no_memory(t);
	s->outs = outs;
	for (int c = 0; c < s->out_count; c++)
		outs[c].from = -1;
	for (int i = 0; i < n; i++) {
		const char *name = sqlite3_column_name(s->ask, i);
		struct sq_out *o = name ? out_named(s, name) : NULL;
		if (o && o->from >= 0)
			return trib_fail(t, TRIB_CONFIG, "sql.name_clash: query: two columns of the answer are called \"%s\"; write AS and another name", name);
		if (o)
			o->from = i;                       /* bound before: place and type stay */
		else {
			o = &outs[s->out_count];
			*o = (struct sq_out){ .name = name ? strdup(name) : NULL, .from = i };
			if (!o->name)
				return no_memory(t);
			s->out_count++;
			type_column(s, o);
		}
	}
	for (size_t i = 0; i < s->columns.count; i++)
		if (!out_named(s, s->columns.names[i]))
			return trib_fail(t, TRIB_CONFIG, "sql.unknown_column: columns: the answer has no column \"%s\"", s->columns.names[i]);
	return TRIB_OK;
}

static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	struct sq *s = self;
	int rc = TRIB_OK;
	s->t = t;
	sqlite3_finalize(s->ask);
	s->ask = NULL;
	for (int c = 0; rc == TRIB_OK && c < trib_cols(in); c++)
		if (!knows(s, trib_col_name(in, c)))
			rc = add_column(t, s, in, c);
	if (rc == TRIB_OK && s->in_count == 0)
		rc = trib_fail(t, TRIB_CONFIG, "sql.unknown_column: query: the input has no columns");
	if (rc == TRIB_OK)
		rc = prepare_own(t, s);
	if (rc == TRIB_OK)
		rc = sq_prepare(t, s, false);
	if (rc == TRIB_OK)
		rc = answer_columns(t, s);
	if (rc == TRIB_OK && trib_pick_cols(&outs[0], NULL, NULL, 0) < 0)
		rc = no_memory(t);
	for (int c = 0; rc == TRIB_OK && c < s->out_count; c++) {
		const struct sq_out *o = &s->outs[c];
		const int at = o->type == TRIB_DEC ? trib_add_dec(&outs[0], o->name, 38, o->scale) : trib_add(&outs[0], o->name, o->type);
		if (at < 0)
			rc = no_memory(t);
		else if (o->personal)
			trib_personal(&outs[0], at, true);
	}
	return rc;
}

/* ---- rows ---- */

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct sq *s = self;
	s->t = t;
	int rc = sq_insert(t, s, in);
	if (rc != TRIB_OK || !s->by_batch)
		return rc;
	while ((rc = sq_answer(t, s)) == TRIB_MORE)
		;
	sq_forget(s);
	return rc;
}

static int flush(struct trib *t, void *self)
{
	struct sq *s = self;
	s->t = t;
	if (s->by_batch || !s->ask)
		return TRIB_OK;
	const int rc = sq_answer(t, s);
	if (rc != TRIB_MORE)
		sq_forget(s);
	return rc;
}

TRIB_PLUGIN(sql, .help = "A query over the rows in an embedded SQLite: groups, windows, joins with themselves.",
            .self_size = sizeof(struct sq), .options = options, .scope = TRIB_PER_PART,
            .open = open_sql, .close = close_sql, .cancel = cancel, .bind = bind, .apply = apply, .flush = flush);
