/* parquet - Parquet files as cells text, through DuckDB's library, opened at its first use.
 *
 * DuckDB gives every column as text: numbers exactly as they are, times as ISO 8601, lists and structs as JSON. The cells carry
 * the mark of their kind, so that neither a locale nor a date format touches them. One thread, no spilling, no extension is ever
 * fetched. DuckDB wants a path: the open file itself (/proc/self/fd/N), or a copy in memory where the bytes came through a packing. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/lazy.h"
#include "base/text.h"
#include "io/cells.h"
#include "io/decode.h"
#include "io/parquet.h"
#include "io/sheet.h"

struct result { uint64_t counts[3]; void *columns; char *error; void *internal; };   /* duckdb_result: passed by value */
struct text { uint32_t size; char prefix[4]; const char *p; };   /* duckdb_string_t: up to 12 bytes lie in it, from prefix on */

struct duckdb {                          /* in the order of symbols; 0 is success, handles are pointers */
	int (*open)(const char *path, void **db);
	void (*close)(void **db);
	int (*connect)(void *db, void **to);
	void (*disconnect)(void **to);
	int (*query)(void *to, const char *sql, struct result *out);
	int (*prepare)(void *to, const char *sql, void **out);
	const char *(*prepare_error)(void *statement);
	void (*unprepare)(void **statement);
	int (*stream)(void *statement, void **pending);
	const char *(*stream_error)(void *pending);
	void (*unstream)(void **pending);
	int (*execute)(void *pending, struct result *out);
	const char *(*result_error)(struct result *r);
	void (*result_done)(struct result *r);
	void *(*fetch)(struct result r);
	void (*chunk_done)(void **chunk);
	uint64_t (*chunk_size)(void *chunk);
	uint64_t (*chunk_columns)(void *chunk);
	void *(*vector)(void *chunk, uint64_t column);
	void *(*data)(void *vector);
	uint64_t *(*validity)(void *vector);
};
static const char *const symbols[] = {
	"duckdb_open", "duckdb_close", "duckdb_connect", "duckdb_disconnect", "duckdb_query", "duckdb_prepare", "duckdb_prepare_error", "duckdb_destroy_prepare",
	"duckdb_pending_prepared_streaming", "duckdb_pending_error", "duckdb_destroy_pending", "duckdb_execute_pending", "duckdb_result_error",
	"duckdb_destroy_result", "duckdb_fetch_chunk", "duckdb_destroy_data_chunk", "duckdb_data_chunk_get_size", "duckdb_data_chunk_get_column_count",
	"duckdb_data_chunk_get_vector", "duckdb_vector_get_data", "duckdb_vector_get_validity", NULL,
};

/* How a column of a type is asked for; the first row whose word the type's name begins with, or contains. */
static const struct kind { const char *type, *before, *after; enum tribx_mark mark; } kinds[] = {
	{ "STRUCT", "CAST(to_json(", ") AS VARCHAR)", TRIBX_MARK_NONE }, { "MAP", "CAST(to_json(", ") AS VARCHAR)", TRIBX_MARK_NONE },
	{ "UNION", "CAST(to_json(", ") AS VARCHAR)", TRIBX_MARK_NONE },
	{ "TIMESTAMP WITH TIME ZONE", "strftime(make_timestamp(epoch_us(", ")), '%Y-%m-%dT%H:%M:%S.%fZ')", TRIBX_MARK_TIME },
	{ "TIMESTAMP_NS", "strftime(", ", '%Y-%m-%dT%H:%M:%S.%n')", TRIBX_MARK_TIME },
	{ "TIMESTAMP", "strftime(CAST(", " AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%f')", TRIBX_MARK_TIME },
	{ "DATE", "CAST(", " AS VARCHAR)", TRIBX_MARK_TIME }, { "TIME", "CAST(", " AS VARCHAR)", TRIBX_MARK_TIME },
	{ "TINYINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER }, { "SMALLINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER },
	{ "INTEGER", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER }, { "BIGINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER },
	{ "HUGEINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER }, { "UTINYINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER },
	{ "USMALLINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER }, { "UINTEGER", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER },
	{ "UBIGINT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER }, { "FLOAT", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER },
	{ "DOUBLE", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER }, { "DECIMAL", "CAST(", " AS VARCHAR)", TRIBX_MARK_NUMBER },
	{ "", "CAST(", " AS VARCHAR)", TRIBX_MARK_NONE },
};

struct parquet {
	struct duckdb api;
	void *db, *connection;
	struct result rows;
	int fd;                              /* + 1: of the copy in memory */
	struct tribx_source *src;
	struct { char *name; const struct kind *kind; } *columns;
	size_t count;
	bool head;                           /* the names were given */
};

/* ---- talking to DuckDB ---- */

static int broken(struct tribx_error *e, const char *why)
{
	const size_t n = why ? strcspn(why, "\n") : 0;
	return tribx_fail(e, TRIB_DATA, "parquet.corrupt", "is no readable Parquet file: %.*s", (int)(n < 300 ? n : 300), why ? why : "");
}

static int ask(struct parquet *q, const char *sql, struct result *out, struct tribx_error *e)
{
	void *statement = NULL, *pending = NULL;
	int rc = TRIB_OK;
	memset(out, 0, sizeof *out);
	if (q->api.prepare(q->connection, sql, &statement))
		rc = broken(e, q->api.prepare_error(statement));
	else if (q->api.stream(statement, &pending))
		rc = broken(e, q->api.stream_error(pending));
	else if (q->api.execute(pending, out))
		rc = broken(e, q->api.result_error(out));
	if (pending)
		q->api.unstream(&pending);
	if (statement)
		q->api.unprepare(&statement);
	return rc;
}

static bool text_at(const struct parquet *q, void *chunk, uint64_t column, uint64_t row, struct trib_text *out)
{
	void *vector = q->api.vector(chunk, column);
	const uint64_t *valid = q->api.validity(vector);
	const struct text *t = (const struct text *)q->api.data(vector) + row;
	if (valid && !(valid[row / 64] >> row % 64 & 1))
		return false;
	*out = (struct trib_text){ t->size <= 12 ? (const char *)t + offsetof(struct text, prefix) : t->p, t->size };
	return true;
}

static const struct kind *kind_of(struct trib_text type)
{
	const struct kind *k = kinds;
	if (type.n > 2 && type.p[type.n - 1] == ']')         /* a list of anything */
		return k;
	while (*k->type && (type.n < strlen(k->type) || memcmp(type.p, k->type, strlen(k->type)) != 0))
		k++;
	return k;
}

/* ---- columns ---- */

static bool add_column(struct parquet *q, struct trib_text name, struct trib_text type)
{
	void *grown = realloc(q->columns, (q->count + 1) * sizeof *q->columns);
	if (!grown)
		return false;
	q->columns = grown;
	q->columns[q->count].kind = kind_of(type);
	return (q->columns[q->count++].name = strndup(name.p, name.n)) != NULL;
}

static int describe(struct parquet *q, const char *from, int64_t columns_max, struct tribx_error *e)
{
	struct tribx_buf sql = { 0 };
	struct result r = { 0 };
	tribx_buf_fmt(&sql, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM %s)", from);
	int rc = sql.failed ? tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a Parquet file") : ask(q, sql.p, &r, e);
	for (void *chunk; rc == TRIB_OK && (chunk = q->api.fetch(r)); q->api.chunk_done(&chunk))
		for (uint64_t i = 0; rc == TRIB_OK && i < q->api.chunk_size(chunk); i++) {
			struct trib_text name = { "", 0 }, type = { "", 0 };
			text_at(q, chunk, 0, i, &name);
			text_at(q, chunk, 1, i, &type);
			if ((int64_t)q->count >= columns_max)
				rc = tribx_fail(e, TRIB_DATA, "csv.too_many_columns", "has more than columns_max (%lld) columns", (long long)columns_max);
			else if (!add_column(q, name, type))
				rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a Parquet file");
		}
	q->api.result_done(&r);
	tribx_buf_done(&sql);
	return rc;
}

static int select_all(struct parquet *q, const char *from, struct tribx_error *e)
{
	struct tribx_buf sql = { 0 };
	tribx_buf_puts(&sql, "SELECT ");
	for (size_t i = 0; i < q->count; i++) {
		tribx_buf_fmt(&sql, "%s%s\"", i ? ", " : "", q->columns[i].kind->before);
		for (const char *p = q->columns[i].name; *p; p++)
			tribx_buf_fmt(&sql, *p == '"' ? "\"\"" : "%c", *p);
		tribx_buf_fmt(&sql, "\"%s", q->columns[i].kind->after);
	}
	tribx_buf_fmt(&sql, " FROM %s", from);
	int rc = sql.failed ? tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a Parquet file") : ask(q, sql.p, &q->rows, e);
	tribx_buf_done(&sql);
	return rc;
}

/* ---- rows ---- */

static void put_head(struct parquet *q, struct tribx_cells *to)
{
	for (size_t i = 0; i < q->count; i++)
		tribx_cells_put(to, TRIBX_MARK_NONE, tribx_text(q->columns[i].name));
	tribx_cells_end(to);
	q->head = true;
}

static void put_rows(const struct parquet *q, void *chunk, struct tribx_cells *to)
{
	const uint64_t rows = q->api.chunk_size(chunk);
	for (uint64_t row = 0; row < rows && !to->failed && !to->too_long; row++) {
		for (size_t i = 0; i < q->count; i++) {
			struct trib_text t = { NULL, 0 };
			const bool there = text_at(q, chunk, i, row, &t);
			tribx_cells_put(to, there ? q->columns[i].kind->mark : TRIBX_MARK_NONE, there ? t : (struct trib_text){ NULL, 0 });
		}
		tribx_cells_end(to);
	}
}

static int produce(void *self, struct tribx_cells *to, struct tribx_error *e)
{
	struct parquet *q = self;
	if (!q->head)
		put_head(q, to);
	void *chunk = q->api.fetch(q->rows);
	if (chunk) {
		put_rows(q, chunk, to);
		q->api.chunk_done(&chunk);
		return TRIB_OK;
	}
	const char *why = q->api.result_error(&q->rows);
	if (why && *why)
		return broken(e, why);
	return q->src->check(q->src, e) < 0 ? TRIB_DATA : TRIB_END;
}

static void done(void *self)
{
	struct parquet *q = self;
	if (q->connection) {
		q->api.result_done(&q->rows);
		q->api.disconnect(&q->connection);
	}
	if (q->db)
		q->api.close(&q->db);
	for (size_t i = 0; i < q->count; i++)
		free(q->columns[i].name);
	free(q->columns);
	if (q->fd)
		close(q->fd - 1);
	if (q->src)
		q->src->close(q->src);
	free(q);
}

/* ---- the file ---- */

static int start(struct parquet *q, struct tribx_error *e)
{
	static const char *const settings[] = { "SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false", "SET threads = 1",
	                                        "SET memory_limit = '512MB'", "SET temp_directory = ''" };
	struct result r;
	if (q->api.open(NULL, &q->db) || q->api.connect(q->db, &q->connection))
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for DuckDB");
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		if (q->api.query(q->connection, settings[i], &r))
			tribx_fail(e, TRIB_ENV, "library.too_old", "Parquet files need a DuckDB that knows \"%s\"", settings[i]);
		q->api.result_done(&r);
	}
	return e->status ? TRIB_ENV : TRIB_OK;
}

/* A descriptor that /proc/self/fd names: the file's own, or that of a copy in memory. */
static int descriptor(struct parquet *q, struct tribx_error *e)
{
	char piece[32768];
	if (q->src->fd)
		return q->src->fd - 1;
	int fd = memfd_create("parquet", MFD_CLOEXEC);
	q->fd = fd + 1;
	for (int64_t at = 0; fd >= 0 && at < q->src->size;) {
		size_t got = 0;
		int rc = q->src->pread(q->src, piece, sizeof piece, at, &got, e);
		if (rc < 0)
			return rc;
		if (!got || write(fd, piece, got) != (ssize_t)got)
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a Parquet file of %lld bytes", (long long)q->src->size);
		at += (int64_t)got;
	}
	return fd < 0 ? tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a Parquet file") : fd;
}

int tribx_parquet_cells(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	static const struct tribx_cells_reader reader = { produce, done };
	const char *mine = getenv("TRIB_DUCKDB"), *const files[] = { mine && *mine ? mine : "libduckdb.so", NULL };
	const struct tribx_lazy library = { files, "Parquet files", "DuckDB's C library (libduckdb.so), or set TRIB_DUCKDB to its path", symbols };
	struct parquet *q = calloc(1, sizeof *q);
	char from[80];
	(void)columns;
	int rc = q ? tribx_lazy(&library, (void (**)(void))(void *)&q->api, e) : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a Parquet file");
	if (rc == TRIB_OK)
		rc = tribx_spool(in, f->sheet_file_max, &q->src, e);
	if (rc == TRIB_OK)
		rc = q->src->size ? start(q, e) : tribx_fail(e, TRIB_DATA, "csv.empty", "is empty: 0 bytes");
	int fd = rc == TRIB_OK ? descriptor(q, e) : rc;
	if (fd >= 0) {
		snprintf(from, sizeof from, "read_parquet('/proc/self/fd/%d')", fd);
		rc = describe(q, from, f->columns_max, e);
		rc = rc == TRIB_OK ? select_all(q, from, e) : rc;
		if (rc == TRIB_OK)
			return tribx_cells_stream(&reader, q, f->record_max > 0 ? (size_t)f->record_max : 0, out, e);
	}
	if (q)
		done(q);
	return fd < 0 ? fd : rc;
}
