/* sqlite_source - rows of SQLite databases: `use: sqlite` in a source. One part per file; docs/sqlite.md is for users. The laws are
 * in source.h. A connector of its own and no half of the sink: their options have nothing in common but path and lock_wait. */
#include "source.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct trib_field wishes[] = {
	TRIB_FIELD(struct wish, type, .dflt = "text", .allow = "text|int64|float64|decimal|bool|date|time|json", .help = "Type of the column."),
	TRIB_FIELD(struct wish, unit, .dflt = "text", .allow = "text|seconds|milliseconds|microseconds", .help = "How a time is stored: as text, or as a number since 1970."),
	TRIB_FIELD(struct wish, precision, .dflt = "38", .allow = "1..38", .help = "Digits of a decimal."),
	TRIB_FIELD(struct wish, scale, .dflt = "9", .allow = "0..38", .help = "Decimals of a decimal; a text with more of them is a dead letter."),
	TRIB_FIELD(struct wish, personal, .help = "The column is about people: shown as *** wherever values are shown."),
	{ 0 }
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct source, path, .flags = TRIB_REQUIRED | TRIB_PATH, .help = "Database file, or files by pattern (* ? [a-z]); it is opened for reading only."),
	TRIB_FIELD(struct source, optional, .dflt = "false", .help = "No matching file is not an error."),
	TRIB_FIELD(struct source, table, .help = "Table or view to read; `stream` names one, too. A database with a single table needs neither."),
	TRIB_FIELD(struct source, query, .help = "A SELECT to read instead of a table."),
	TRIB_FIELD(struct source, cursor, .help = "Column that only grows (updated_at, id): a run reads what came since the last one, ties included; if left out, a file that changed is read whole."),
	TRIB_FIELD(struct source, key, .help = "Columns that order rows with the same cursor value; the rowid if left out."),
	TRIB_FIELD(struct source, null_cursor, .dflt = "error", .allow = "error|read", .help = "Rows without a cursor value: an error, or each is read once."),
	TRIB_FIELD(struct source, lookback, .help = "How far before the last position a run begins: a number for numbers, 30s, 5m, 2h, 1d or 1w for times. These rows come again; merge them."),
	TRIB_FIELD(struct source, columns, TRIB_OF(struct wish, wishes), .help = "Types, by column, where they are not those that the table declares: a type word or {type, unit, ...}."),
	TRIB_FIELD(struct source, blobs, .dflt = "reject", .allow = "reject|hex", .help = "BLOBs in text columns: dead letters, or their bytes in hexadecimal."),
	TRIB_FIELD(struct source, batch, .dflt = "8192", .allow = "1..1000000", .help = "Rows of a batch."),
	TRIB_FIELD(struct source, lock_wait, .dflt = "30s", .help = "How long to wait for a program that writes the file."),
	TRIB_FIELD(struct source, part, .flags = TRIB_PART, .help = "The file that this part is."),
	TRIB_FIELD(struct source, etag, .flags = TRIB_PART, .help = "Changes when the file or its log changes."),
	TRIB_FIELD(struct source, of, .flags = TRIB_PART, .help = "What is read of it."),
	{ 0 }
};

static const struct trib_field state[] = {
	TRIB_FIELD(struct source, at, .help = "Cursor value of the last group that was read."),
	TRIB_FIELD(struct source, edge, .help = "Number, sum and hashes of its rows."),
	TRIB_FIELD(struct source, nulls, .help = "The same of the rows without a cursor value."),
	TRIB_FIELD(struct source, digest, .help = "Number and sum of all rows, without a cursor."),
	TRIB_FIELD(struct source, from, .help = "The table and cursor that this is of."),
	{ 0 }
};

/* ---- parts ---- */

/* Where names of parts start in a path of n bytes: behind the last folder that is no pattern. */
static size_t folder_of(const char *path, bool pattern)
{
	size_t at = 0;
	const size_t end = pattern ? strcspn(path, "*?[") : strlen(path);
	for (size_t i = 0; i < end; i++)
		if (path[i] == '/')
			at = i + 1;
	return at;
}

static bool is_pattern(const char *path)
{
	return access(path, F_OK) < 0 && strpbrk(path, "*?[");
}

/* Files that SQLite, or the sink, keeps beside a database. */
static bool beside(const char *path)
{
	static const char *const tails[] = { "-wal", "-shm", "-journal", ".lock" };
	const size_t n = strlen(path);
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
		if (n > strlen(tails[i]) && strcmp(path + n - strlen(tails[i]), tails[i]) == 0)
			return true;
	return false;
}

static int check_options(struct trib *t, const struct source *s)
{
	const bool cursor = s->cursor && *s->cursor;
	if (s->table && *s->table && s->query && *s->query)
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_option: query: either table or query, not both");
	if (s->query && *s->query && strcmp(trib_stream_name(t), "rows") != 0)
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_option: query: a stream other than rows is a table, and there is a query");
	if (!cursor && ((s->lookback && *s->lookback) || s->key.count || strcmp(s->null_cursor, "error") != 0))
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_option: lookback, key and null_cursor are about a cursor, and there is none");
	return TRIB_OK;
}

static const char *etag_of(struct trib *t, const char *path, const struct stat *is)
{
	struct stat log;
	const char *wal = trib_fmt(t, "%s-wal", path);
	if (!wal || stat(wal, &log) < 0 || log.st_size == 0)
		return trib_fmt(t, "%lld-%lld.%09ld", (long long)is->st_size, (long long)is->st_mtim.tv_sec, is->st_mtim.tv_nsec);
	return trib_fmt(t, "%lld-%lld.%09ld+%lld-%lld.%09ld", (long long)is->st_size, (long long)is->st_mtim.tv_sec, is->st_mtim.tv_nsec,
	                (long long)log.st_size, (long long)log.st_mtim.tv_sec, log.st_mtim.tv_nsec);
}

/* What makes a known part another one: the pipeline reads something else of it. */
static const char *what_of(struct trib *t, const struct source *s)
{
	uint64_t hash = 1469598103934665603u;
	for (const char *p = s->query; p && *p; p++)
		hash = (hash ^ (unsigned char)*p) * 1099511628211u;
	return s->query && *s->query ? trib_fmt(t, "query %llx by %s", (unsigned long long)hash, s->cursor ? s->cursor : "")
	                             : trib_fmt(t, "%s by %s", s->table ? s->table : "", s->cursor ? s->cursor : "");
}

static int put_part(struct trib *t, const struct source *s, const char *path, size_t folder, struct trib_batch *parts)
{
	struct stat is;
	if (stat(path, &is) < 0)
		return trib_fail(t, TRIB_ENV, "sqlite.cannot_open: %s: %s", path + folder, strerror(errno));
	const char *const texts[] = { path + folder, etag_of(t, path, &is), what_of(t, s) };
	const int size = trib_add(parts, "size", TRIB_I64);
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "part", "etag", "of" };
		if (!texts[i])
			return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
		trib_put_str(parts, trib_add(parts, names[i], TRIB_STR), (struct trib_text){ texts[i], strlen(texts[i]) });
	}
	trib_put_i64(parts, size, is.st_size);
	trib_rows(parts, 1);
	return TRIB_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files, in the order of their bytes: a locale's order would be another one elsewhere. paths and texts are scratch. */
static int find_files(struct trib *t, const struct source *s, const char ***paths, size_t *count)
{
	glob_t found = { 0 };
	*count = 0;
	*paths = NULL;
	const int rc = is_pattern(s->path) ? glob(s->path, GLOB_NOSORT, NULL, &found) : 0;
	bool good = rc != GLOB_NOSPACE && (*paths = trib_scratch(t, (found.gl_pathc + 1) * sizeof **paths));
	for (size_t i = 0; good && i < found.gl_pathc; i++)
		if (!beside(found.gl_pathv[i]))
			good = ((*paths)[(*count)++] = trib_fmt(t, "%s", found.gl_pathv[i]));
	globfree(&found);
	if (good && !is_pattern(s->path) && (access(s->path, F_OK) == 0 || errno != ENOENT))
		(*paths)[(*count)++] = s->path;
	if (!good)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	qsort(*paths, *count, sizeof **paths, by_bytes);
	if (*count == 0 && !s->optional)
		return trib_fail(t, TRIB_DATA, "sqlite.no_match: nothing matches %s", s->path);
	return TRIB_OK;
}

static int split(struct trib *t, void *self, struct trib_batch *parts)
{
	const struct source *s = self;
	const size_t folder = folder_of(s->path, is_pattern(s->path));
	const char **paths;
	size_t count;
	int rc = check_options(t, s);
	if (rc == TRIB_OK)
		rc = find_files(t, s, &paths, &count);
	for (size_t i = 0; rc == TRIB_OK && i < count; i++)
		rc = put_part(t, s, paths[i], folder, parts);
	return rc;
}

/* ---- life ---- */

static int set_file(struct trib *t, struct source *s)
{
	const bool pattern = is_pattern(s->path);
	const size_t folder = folder_of(s->path, pattern);
	free(s->file);
	s->file = malloc(folder + strlen(s->part) + 1);
	if (!s->file)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	memcpy(s->file, s->path, folder);
	strcpy(s->file + folder, s->part);
	return TRIB_OK;
}

static int open_part(struct trib *t, void *self)
{
	struct source *s = self;
	return s->part && *s->part ? set_file(t, s) : TRIB_OK;
}

static void close_part(struct trib *t, void *self)
{
	struct source *s = self;
	(void)t;
	source_close(s);
	source_forget(s);
	free(s->known);
	free(s->now);
	free(s->known_at.text);
	free(s->now_at.text);
	free(s->file);
	s->known = s->now = NULL;
	s->known_at.text = s->now_at.text = s->file = NULL;
}

static void cancel(struct trib *t, void *self)
{
	struct source *s = self;
	(void)t;
	if (s->db)
		sqlite3_interrupt(s->db);
}

/* The tables of the first file; all of one pattern are expected to be alike. */
static int discover(struct trib *t, void *self, struct trib_batch *catalog)
{
	struct source *s = self;
	const char **paths;
	size_t count;
	int rc = check_options(t, s);
	if (rc == TRIB_OK)
		rc = find_files(t, s, &paths, &count);
	if (rc < 0 || count == 0)
		return rc;
	trib_keep(t, &s->part, paths[0] + folder_of(s->path, is_pattern(s->path)));
	rc = set_file(t, s);
	if (rc == TRIB_OK)
		rc = source_open(t, s);
	return rc == TRIB_OK ? source_catalog(t, s, catalog) : rc;
}

static const struct trib_stream streams[] = {
	{ "rows", "Rows of the table or query of the options.", NULL, source_read }, { "*", "A table or view, by its name.", NULL, source_read }, { 0 }
};

TRIB_PLUGIN(sqlite_source, .help = "Rows of SQLite databases, tables or queries; a source says `use: sqlite`.", .self_size = sizeof(struct source),
            .options = options, .state = state, .open = open_part, .close = close_part, .cancel = cancel, .split = split, .discover = discover,
            .streams = streams);
