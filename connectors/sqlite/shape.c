/* shape - what is read, and which type each of its columns has: what the pipeline says, else what is declared, else what is stored. */
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE = 1000 };

char *source_quoted(struct trib *t, const char *name)
{
	char *quoted = trib_scratch(t, strlen(name) * 2 + 3), *w = quoted;
	if (!quoted)
		return NULL;
	*w++ = '"';
	for (; *name; *w++ = *name++)
		if (*name == '"')
			*w++ = '"';
	*w = '"';
	return quoted;
}

int source_prepare(struct trib *t, const struct source *s, const char *sql, sqlite3_stmt **out)
{
	*out = NULL;
	if (!sql)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	return sqlite3_prepare_v2(s->db, sql, -1, out, NULL) ? source_fail(t, s, NULL) : TRIB_OK;
}

static int keep(struct trib *t, char **slot, const char *text)
{
	free(*slot);
	*slot = text ? strdup(text) : NULL;
	return *slot ? TRIB_OK : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

/* ---- a table ---- */

static const char tables[] = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                             " AND name NOT LIKE '\\_trib\\_%' ESCAPE '\\' ORDER BY name";

/* Their names with commas between, and how many; *one is the last one. */
static int list_tables(struct trib *t, const struct source *s, const char **all, const char **one, int *count)
{
	sqlite3_stmt *q;
	int rc = source_prepare(t, s, tables, &q), step = SQLITE_DONE;
	*all = *one = "";
	*count = 0;
	while (rc == TRIB_OK && (step = sqlite3_step(q)) == SQLITE_ROW) {
		*one = trib_fmt(t, "%s", sqlite3_column_text(q, 0));
		if (++*count <= 20)
			*all = *one && *all ? trib_fmt(t, "%s%s%s", *all, **all ? ", " : "", *one) : NULL;
		if (!*one || !*all)
			rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	}
	if (rc == TRIB_OK && step != SQLITE_DONE)
		rc = source_fail(t, s, NULL);
	sqlite3_finalize(q);
	return rc;
}

static int no_table(struct trib *t, const struct source *s, const char *wanted)
{
	const char *all, *one;
	int count, rc = list_tables(t, s, &all, &one, &count);
	if (rc < 0)
		return rc;
	return wanted ? trib_fail(t, TRIB_CONFIG, "sqlite.no_table: table: %s has no table '%s'; it has %s%s", s->part, wanted, *all ? all : "none",
	                          count > 20 ? " ..." : "")
	              : trib_fail(t, TRIB_CONFIG, "sqlite.no_table: say which table, or a query; %s has %s%s", s->part, *all ? all : "none",
	                          count > 20 ? " ..." : "");
}

static int find_table(struct trib *t, struct source *s, const char *wanted)
{
	sqlite3_stmt *q;
	char *name = NULL;
	int rc = source_prepare(t, s, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE", &q);
	if (rc < 0)
		return rc;
	sqlite3_bind_text(q, 1, wanted, -1, SQLITE_STATIC);
	if (sqlite3_step(q) != SQLITE_ROW)
		rc = no_table(t, s, wanted);
	else if ((name = source_quoted(t, (const char *)sqlite3_column_text(q, 0))))
		rc = keep(t, &s->base, name);
	else
		rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	sqlite3_finalize(q);
	return rc;
}

/* ---- a query ---- */

static int bad_query(struct trib *t, const char *why)
{
	return trib_fail(t, TRIB_CONFIG, "sqlite.bad_query: query: %s", why);
}

/* One SELECT and nothing behind it. What is kept of it has no end mark, and a comment in it ends with its line. */
static int check_query(struct trib *t, struct source *s)
{
	sqlite3_stmt *q = NULL, *more = NULL;
	const char *tail = NULL, *why = NULL;
	if (sqlite3_prepare_v2(s->db, s->query, -1, &q, &tail))
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_query: query: %s: %s", s->part, sqlite3_errmsg(s->db));
	if (!q)
		why = "it holds no statement";
	else if (!sqlite3_stmt_readonly(q) || sqlite3_column_count(q) == 0)
		why = "it is no SELECT: a source only reads";
	else if (sqlite3_stmt_isexplain(q))
		why = "it is an EXPLAIN";
	else if (sqlite3_bind_parameter_count(q))
		why = "it has parameters; ${} fills in what differs";
	else if (sqlite3_prepare_v2(s->db, tail, -1, &more, NULL) || more)
		why = "one statement, please: there is more behind the first one";
	size_t n = q ? (size_t)(tail - s->query) : 0;
	if (n > 0 && s->query[n - 1] == ';')
		n--;
	char *text = why ? NULL : trib_fmt(t, "(\n%.*s\n)", (int)n, s->query), *inner = text ? trib_fmt(t, "SELECT * FROM %s", text) : NULL;
	sqlite3_finalize(q);
	sqlite3_finalize(more);
	if (inner && sqlite3_prepare_v2(s->db, inner, -1, &q, NULL))
		why = "it is no SELECT: PRAGMA and the like cannot be read in order";
	else if (inner)
		sqlite3_finalize(q);
	return why ? bad_query(t, why) : keep(t, &s->base, text);
}

int source_base(struct trib *t, struct source *s)
{
	const char *all, *one, *stream = trib_stream_name(t), *wanted = s->table && *s->table ? s->table : NULL;
	int count;
	if (s->base)
		return TRIB_OK;
	if (s->query && *s->query)
		return check_query(t, s);
	if (!wanted && strcmp(stream, "rows") != 0)
		wanted = stream;
	if (!wanted) {
		const int rc = list_tables(t, s, &all, &one, &count);
		if (rc < 0 || count != 1)
			return rc < 0 ? rc : no_table(t, s, NULL);
		wanted = one;
	}
	return find_table(t, s, wanted);
}

/* ---- types ---- */

static bool has(const char *declared, const char *word)
{
	char pattern[24];
	snprintf(pattern, sizeof pattern, "%%%s%%", word);
	return sqlite3_strlike(pattern, declared, 0) == 0;
}

/* SQLite's own rules of affinity, and before them the words that it has no type for. In this order. */
static void declared_type(struct column *c, const char *declared)
{
	static const struct { const char *word; enum trib_type type; } words[] = {
		{ "BOOL", TRIB_BOOL }, { "DATETIME", TRIB_TIME }, { "TIMESTAMP", TRIB_TIME }, { "DATE", TRIB_DATE }, { "INT", TRIB_I64 }, { "CHAR", TRIB_STR },
		{ "CLOB", TRIB_STR }, { "TEXT", TRIB_STR }, { "REAL", TRIB_F64 }, { "FLOA", TRIB_F64 }, { "DOUB", TRIB_F64 },
	};
	int precision, scale = 0;
	const char *digits = strchr(declared, '(');
	c->type = TRIB_STR;
	if ((has(declared, "DECIMAL") || has(declared, "NUMERIC")) && digits && sscanf(digits, "( %d , %d", &precision, &scale) >= 1 &&
	    precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision) {
		c->type = TRIB_DEC;
		c->precision = precision;
		c->scale = scale;
		return;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has(declared, words[i].word)) {
			c->type = words[i].type;
			return;
		}
}

static void stored_type(struct column *c, unsigned met)
{
	const unsigned integers = 1u << SQLITE_INTEGER, reals = 1u << SQLITE_FLOAT;
	c->type = met == integers ? TRIB_I64 : met && !(met & ~(integers | reals)) ? TRIB_F64 : TRIB_STR;
}

/* A column without a declared type (an expression, mostly): by the first rows. */
static int sample(struct trib *t, struct source *s, const unsigned *open)
{
	sqlite3_stmt *q;
	unsigned *met = trib_scratch(t, ((size_t)s->shape_count + 1) * sizeof *met);
	int rc = met ? source_prepare(t, s, trib_fmt(t, "SELECT * FROM %s LIMIT %d", s->base, SAMPLE), &q) : TRIB_FATAL, step = SQLITE_DONE;
	if (rc < 0)
		return met ? rc : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	while ((step = sqlite3_step(q)) == SQLITE_ROW)
		for (int i = 0; i < s->shape_count; i++)
			met[i] |= 1u << sqlite3_column_type(q, s->shape[i].at);
	if (step != SQLITE_DONE)
		rc = source_fail(t, s, NULL);
	sqlite3_finalize(q);
	for (int i = 0; rc == TRIB_OK && i < s->shape_count; i++)
		if (open[i])
			stored_type(&s->shape[i], met[i] & ~(1u << SQLITE_NULL));
	return rc;
}

static const struct wish *wish_of(const struct source *s, const char *name)
{
	const struct wish *all = s->columns.items;
	for (size_t i = 0; i < s->columns.count; i++)
		if (strcmp(s->columns.names[i], name) == 0)
			return &all[i];
	return NULL;
}

static void take_wish(struct column *c, const struct wish *w)
{
	static const struct { const char *word; enum trib_type type; } types[] = {
		{ "text", TRIB_STR }, { "int64", TRIB_I64 }, { "float64", TRIB_F64 }, { "decimal", TRIB_DEC },
		{ "bool", TRIB_BOOL }, { "date", TRIB_DATE }, { "time", TRIB_TIME }, { "json", TRIB_JSON },
	};
	static const struct { const char *word; int64_t us; } units[] = {
		{ "seconds", 1000000 }, { "milliseconds", 1000 }, { "microseconds", 1 }, { "text", 0 },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, w->type) == 0)
			c->type = types[i].type;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].word, w->unit) == 0)
			c->unit_us = units[i].us;
	c->precision = (int)w->precision;
	c->scale = (int)w->scale;
	c->personal = w->personal;
}

/* ---- columns ---- */

/* NAME and NAME_dec, as the sink stores a decimal: one column, of the exact text. */
static bool pair(const struct source *s, sqlite3_stmt *q, int at)
{
	if (at + 1 >= sqlite3_column_count(q))
		return false;
	const char *near = sqlite3_column_name(q, at), *exact = sqlite3_column_name(q, at + 1);
	const char *a = sqlite3_column_decltype(q, at), *b = sqlite3_column_decltype(q, at + 1);
	const size_t n = strlen(near);
	return a && b && sqlite3_stricmp(a, "REAL") == 0 && sqlite3_stricmp(b, "TEXT") == 0 && strncmp(near, exact, n) == 0 &&
	       strcmp(exact + n, "_dec") == 0 && !wish_of(s, exact);
}

static struct column *find(const struct source *s, const char *name)
{
	for (int i = 0; i < s->shape_count; i++)
		if (strcmp(s->shape[i].name, name) == 0)
			return &s->shape[i];
	return NULL;
}

static int no_column(struct trib *t, const struct source *s, const char *option, const char *name)
{
	const char *all = "";
	for (int i = 0; all && i < s->shape_count && i < 30; i++)
		all = trib_fmt(t, "%s%s%s", all, i ? ", " : "", s->shape[i].name);
	return trib_fail(t, TRIB_CONFIG, "sqlite.no_column: %s: %s has no column '%s'; it has %s", option, s->part, name, all ? all : "others");
}

static int add_columns(struct trib *t, struct source *s, sqlite3_stmt *q, unsigned *open)
{
	const int n = sqlite3_column_count(q);
	for (int i = 0; i < n; i++) {
		const char *name = sqlite3_column_name(q, i), *declared = sqlite3_column_decltype(q, i);
		const struct wish *w = name ? wish_of(s, name) : NULL;
		struct column *c = &s->shape[s->shape_count];
		if (name && find(s, name))
			return trib_fail(t, TRIB_CONFIG, "sqlite.bad_query: query: two columns are called '%s': name them with AS", name);
		*c = (struct column){ .name = name ? strdup(name) : NULL, .at = i, .precision = 38, .scale = 9 };
		if (!c->name)
			return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
		if (pair(s, q, i)) {
			c->at = ++i;
			c->type = TRIB_DEC;
		} else if (declared && *declared)
			declared_type(c, declared);
		else
			open[s->shape_count] = !w;
		if (w)
			take_wish(c, w);
		open[n] |= open[s->shape_count++];
	}
	return TRIB_OK;
}

/* ---- order ---- */

/* What makes the order of rows with one cursor value the same each time; the result does not hang on it. */
static int tie_breaker(struct trib *t, struct source *s)
{
	const char *const *keys = s->key.items, *order = "";
	sqlite3_stmt *q = NULL;
	for (size_t i = 0; order && i < s->key.count; i++) {
		if (!find(s, keys[i]))
			return no_column(t, s, "key", keys[i]);
		const char *quoted = source_quoted(t, keys[i]);
		order = quoted ? trib_fmt(t, "%s, %s", order, quoted) : NULL;
	}
	if (order && !*order && s->base[0] == '"') {
		const char *sql = trib_fmt(t, "SELECT rowid FROM %s LIMIT 0", s->base);
		if (sql && sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK)
			order = ", rowid";
		sqlite3_finalize(q);
	}
	return keep(t, &s->order, order);
}

int source_shape(struct trib *t, struct source *s)
{
	sqlite3_stmt *q;
	unsigned *open = NULL;
	if (s->shape)
		return TRIB_OK;
	/* a query as it stands: inside of another one SQLite would rename columns that are called the same */
	const char *select = s->base[0] == '"' ? trib_fmt(t, "SELECT * FROM %s", s->base) : trib_fmt(t, "%.*s", (int)strlen(s->base) - 2, s->base + 1);
	int rc = source_prepare(t, s, select, &q);
	if (rc < 0)
		return rc;
	const size_t n = (size_t)sqlite3_column_count(q);
	s->shape = calloc(n + 1, sizeof *s->shape);
	open = trib_scratch(t, (n + 1) * sizeof *open);
	rc = s->shape && open ? add_columns(t, s, q, open) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	s->cell_count = (int)n;
	s->cursor_at = -1;
	for (int i = 0; rc == TRIB_OK && s->cursor && i < (int)n; i++)
		if (strcmp(sqlite3_column_name(q, i), s->cursor) == 0)
			s->cursor_at = i;
	sqlite3_finalize(q);
	if (rc == TRIB_OK && s->cursor && *s->cursor && s->cursor_at < 0)
		rc = no_column(t, s, "cursor", s->cursor);
	for (size_t i = 0; rc == TRIB_OK && i < s->columns.count; i++)
		if (!find(s, s->columns.names[i]))
			rc = no_column(t, s, "columns", s->columns.names[i]);
	if (rc == TRIB_OK && open[n])
		rc = sample(t, s, open);
	return rc == TRIB_OK ? tie_breaker(t, s) : rc;
}

/* ---- discover ---- */

static const char *type_word(enum trib_type type)
{
	static const char *const words[] = { [TRIB_BOOL] = "bool", [TRIB_I64] = "int64", [TRIB_F64] = "float64", [TRIB_DEC] = "decimal", [TRIB_STR] = "text",
	                                     [TRIB_JSON] = "json", [TRIB_DATE] = "date", [TRIB_TIME] = "time" };
	return words[type];
}

void source_forget(struct source *s)
{
	for (int i = 0; i < s->shape_count; i++)
		free(s->shape[i].name);
	free(s->shape);
	free(s->base);
	free(s->order);
	s->shape = NULL;
	s->base = s->order = NULL;
	s->shape_count = 0;
}

static int put_shape(struct trib *t, struct source *s, const char *stream, struct trib_batch *catalog)
{
	const int rc = source_shape(t, s);
	for (int i = 0; rc == TRIB_OK && i < s->shape_count; i++) {
		const char *const texts[] = { stream, s->shape[i].name, type_word(s->shape[i].type), s->shape[i].personal ? "personal" : "", "", "" };
		for (int c = 0; c < 6; c++)
			trib_put_str(catalog, c, (struct trib_text){ texts[c], strlen(texts[c]) });
		trib_rows(catalog, 1);
	}
	return rc;
}

int source_catalog(struct trib *t, struct source *s, struct trib_batch *catalog)
{
	sqlite3_stmt *q;
	int rc = TRIB_OK, step = SQLITE_DONE;
	if ((s->table && *s->table) || (s->query && *s->query) || strcmp(trib_stream_name(t), "rows") != 0) {
		rc = source_base(t, s);
		return rc == TRIB_OK ? put_shape(t, s, trib_stream_name(t), catalog) : rc;
	}
	if ((rc = source_prepare(t, s, tables, &q)) < 0)
		return rc;
	s->columns = (trib_map){ 0 };             /* they are of one table */
	s->cursor = NULL;
	s->key = (trib_list){ 0 };
	while (rc == TRIB_OK && (step = sqlite3_step(q)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(q, 0);
		rc = find_table(t, s, name);
		if (rc == TRIB_OK)
			rc = put_shape(t, s, name, catalog);
		source_forget(s);
	}
	if (rc == TRIB_OK && step != SQLITE_DONE)
		rc = source_fail(t, s, NULL);
	sqlite3_finalize(q);
	return rc;
}
