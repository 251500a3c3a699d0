/* open - the connection: for reading only, one transaction, and no file beside the database that was not there. */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct { int code, status; const char *word; } meanings[] = {
	{ SQLITE_IOERR, TRIB_ENV, "sqlite.io_error" }, { SQLITE_CANTOPEN, TRIB_ENV, "sqlite.cannot_open" },
	{ SQLITE_PERM, TRIB_ENV, "sqlite.cannot_open" }, { SQLITE_AUTH, TRIB_ENV, "sqlite.cannot_open" },
	{ SQLITE_FULL, TRIB_ENV, "sqlite.disk_full" }, { SQLITE_READONLY, TRIB_ENV, "sqlite.unfinished" },
	{ SQLITE_CORRUPT, TRIB_DATA, "sqlite.damaged" }, { SQLITE_NOTADB, TRIB_DATA, "sqlite.damaged" },
	{ SQLITE_BUSY, TRIB_ENV, "sqlite.busy" }, { SQLITE_LOCKED, TRIB_ENV, "sqlite.busy" },
	{ SQLITE_INTERRUPT, TRIB_STOPPED, "sqlite.stopped" }, { SQLITE_NOMEM, TRIB_FATAL, "internal.no_memory" },
	{ SQLITE_TOOBIG, TRIB_DATA, "sqlite.too_big" },
};

int source_fail(struct trib *t, const struct source *s, const char *doing)
{
	const int code = s->db ? sqlite3_extended_errcode(s->db) & 0xff : SQLITE_NOMEM;
	int status = TRIB_CONFIG;               /* what SQLite says of a statement is said of the user's query */
	const char *word = "sqlite.bad_query";
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (meanings[i].code == code) {
			status = meanings[i].status;
			word = meanings[i].word;
		}
	if (code == SQLITE_BUSY && trib_stopping(t))
		return trib_fail(t, TRIB_STOPPED, "sqlite.stopped: stopped on request");
	return trib_fail(t, status, "%s: %s: %s%s%s", word, s->part, doing ? doing : "", doing ? ": " : "",
	                 s->db ? sqlite3_errmsg(s->db) : "no memory");
}

static bool there(const char *path, const char *tail)
{
	char *name = sqlite3_mprintf("%s%s", path, tail);
	const bool is = name && access(name, F_OK) == 0;
	sqlite3_free(name);
	return is;
}

/* A log that nobody has open is only written back by who may write: SQLite would answer "unable to open database file". */
static int check_log(struct trib *t, const struct source *s)
{
	char *folder = strdup(s->file), *slash = folder ? strrchr(folder, '/') : NULL;
	if (!folder)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (slash)
		*slash = 0;
	const bool writable = access(slash ? folder[0] ? folder : "/" : ".", W_OK) == 0;
	free(folder);
	if (writable || there(s->file, "-shm"))
		return TRIB_OK;
	return trib_fail(t, TRIB_ENV, "sqlite.unfinished: %s has a log (-wal) that is not written back, and its folder cannot be"
	                              " written", s->part);
}

/* Looks at the first bytes. A database whose log is switched on, but which nobody has open, is read as a file that does not
 * change: SQLite would leave a -wal and a -shm beside it. source_unchanged() holds it to that. */
static int look(struct trib *t, struct source *s)
{
	unsigned char head[100];
	const int fd = open(s->file, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
	const int why = errno;
	const bool known = n >= 0 && fstat(fd, &s->seen) == 0;
	if (fd >= 0)
		close(fd);
	if (!known)
		return trib_fail(t, TRIB_ENV, "sqlite.cannot_open: %s: %s", s->part, strerror(why));
	if (n > 0 && (n < (ssize_t)sizeof head || memcmp(head, "SQLite format 3", 16) != 0))
		return trib_fail(t, TRIB_DATA, "sqlite.damaged: %s: its first bytes are not those of an SQLite database: it is another kind"
		                              " of file, or encrypted", s->part);
	const bool logged = n > 0 && head[19] == 2;
	if (logged && (there(s->file, "-wal") || there(s->file, "-shm")))
		return check_log(t, s);
	s->immutable = logged;
	return TRIB_OK;
}

/* As a URI, for immutable. */
static char *address(const struct source *s)
{
	static const char hex[] = "0123456789abcdef";
	const size_t n = strlen(s->file);
	char *uri = malloc(n * 3 + 32), *w = uri;
	if (!uri)
		return NULL;
	w = stpcpy(w, "file:");
	for (const char *p = s->file; *p; p++)
		if (strchr("%?#", *p)) {
			*w++ = '%';
			*w++ = hex[(unsigned char)*p >> 4];
			*w++ = hex[*p & 15];
		} else
			*w++ = *p;
	strcpy(w, s->immutable ? "?immutable=1" : "");
	return uri;
}

/* What changed in the last tick of the file system's clock could change again without a sign. */
static void settle(const struct source *s)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (s->immutable && now.tv_sec - s->seen.st_mtim.tv_sec <= 1)
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for a lock as long as the pipeline says, and not beyond a wish to stop, which sqlite3_busy_timeout would not hear. */
static int wait_lock(void *self, int tries)
{
	struct source *s = self;
	if (tries == 0)
		s->until_ms = now_ms() + s->lock_wait.ms;
	if (trib_stopping(s->caller) || now_ms() >= s->until_ms)
		return 0;
	nanosleep(&(struct timespec){ .tv_nsec = tries < 10 ? 2000000 : 20000000 }, NULL);
	return 1;
}

int source_open(struct trib *t, struct source *s)
{
	if (s->db)
		return TRIB_OK;
	s->caller = t;
	int rc = look(t, s);
	char *uri = rc == TRIB_OK ? address(s) : NULL;
	if (rc < 0 || !uri)
		return rc < 0 ? rc : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	settle(s);
	const int opened = sqlite3_open_v2(uri, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	free(uri);
	if (opened)
		return source_fail(t, s, "opening");
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_handler(s->db, wait_lock, s);
	/* a schema is the partner's: its views call nothing that reaches out */
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	/* the first read fixes the moment that is read */
	if (sqlite3_exec(s->db, s->cursor ? "PRAGMA cache_size = -8000" : "PRAGMA cache_size = -1000", NULL, NULL, NULL) ||      /* to sort in */
	    sqlite3_exec(s->db, "PRAGMA query_only = 1; BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL))
		return source_fail(t, s, NULL);
	return TRIB_OK;
}

int source_unchanged(struct trib *t, const struct source *s)
{
	struct stat now;
	if (!s->immutable)
		return TRIB_OK;
	if (stat(s->file, &now) < 0 || now.st_ino != s->seen.st_ino || now.st_size != s->seen.st_size ||
	    now.st_mtim.tv_sec != s->seen.st_mtim.tv_sec || now.st_mtim.tv_nsec != s->seen.st_mtim.tv_nsec)
		return trib_fail(t, TRIB_DATA, "sqlite.changed: %s was written while it was read; nothing of it is published", s->part);
	return TRIB_OK;
}

void source_close(struct source *s)
{
	sqlite3_finalize(s->q);
	sqlite3_close(s->db);
	s->q = NULL;
	s->db = NULL;
}
