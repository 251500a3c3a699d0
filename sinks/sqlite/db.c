/* db - the connection: errors as instructions, the lock file, transactions. */
#include "sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <tributary/value.h>
#include <unistd.h>

/* ---- errors ---- */

static const struct { int code, status; const char *word; } meanings[] = {
	{ SQLITE_FULL, TRIB_ENV, "sqlite.disk_full" }, { SQLITE_IOERR, TRIB_ENV, "sqlite.io_error" },
	{ SQLITE_CANTOPEN, TRIB_ENV, "sqlite.cannot_open" }, { SQLITE_PERM, TRIB_ENV, "sqlite.cannot_open" },
	{ SQLITE_READONLY, TRIB_ENV, "sqlite.read_only" }, { SQLITE_CORRUPT, TRIB_ENV, "sqlite.corrupt" },
	{ SQLITE_NOTADB, TRIB_ENV, "sqlite.corrupt" }, { SQLITE_BUSY, TRIB_ENV, "sqlite.busy" },
	{ SQLITE_LOCKED, TRIB_ENV, "sqlite.busy" }, { SQLITE_INTERRUPT, TRIB_STOPPED, "sqlite.stopped" },
	{ SQLITE_NOMEM, TRIB_FATAL, "internal.no_memory" }, { SQLITE_CONSTRAINT, TRIB_DATA, "sqlite.constraint" },
	{ SQLITE_TOOBIG, TRIB_DATA, "sqlite.too_big" },
};

int lite_fail(struct trib *t, struct lite *s, const char *doing)
{
	int code = s->db ? sqlite3_extended_errcode(s->db) : SQLITE_NOMEM, os = s->db ? sqlite3_system_errno(s->db) : 0;
	const char *why = s->db ? sqlite3_errmsg(s->db) : "no memory";
	int status = TRIB_FATAL;
	const char *word = "sqlite.error";
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
		if (meanings[i].code == (code & 0xff)) {
			status = meanings[i].status;
			word = meanings[i].word;
		}
	bool disk = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
	return trib_fail(t, status, "%s: %s: %s%s%s%s%s", word, s->path, doing ? doing : "", doing ? ": " : "", why,
	                 disk && os ? ": " : "", disk && os ? strerror(os) : "");
}

int lite_run(struct trib *t, struct lite *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) ? lite_fail(t, s, NULL) : TRIB_OK;
}

int lite_prepare(struct trib *t, struct lite *s, const char *sql, sqlite3_stmt **out)
{
	*out = NULL;
	return sqlite3_prepare_v2(s->db, sql, -1, out, NULL) ? lite_fail(t, s, NULL) : TRIB_OK;
}

int lite_step(struct trib *t, struct lite *s, sqlite3_stmt *q, const char *doing)
{
	int rc = sqlite3_step(q);
	return rc == SQLITE_DONE ? TRIB_OK : rc == SQLITE_ROW ? TRIB_MORE : lite_fail(t, s, doing);
}

void lite_bind_text(sqlite3_stmt *q, int at, const char *text)
{
	if (text)
		sqlite3_bind_text64(q, at, text, strlen(text), SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(q, at);
}

/* ---- trib_after(now, from, to): now, or the first moment after from and not before to ---- */

static bool moment(sqlite3_value *v, int64_t *us)
{
	struct trib_text text = { (const char *)sqlite3_value_text(v), (size_t)sqlite3_value_bytes(v) };
	trib_time at;
	if (!text.p || trib_time_parse(text, NULL, &at) < 0)
		return false;
	*us = at.us;
	return true;
}

static void after(sqlite3_context *c, int n, sqlite3_value **v)
{
	int64_t now, from, to;
	char text[40];
	(void)n;
	if (!moment(v[0], &now)) {
		sqlite3_result_error(c, "trib_after: the load's time is no time", -1);
		return;
	}
	if (moment(v[1], &from) && now <= from)
		now = from + 1;
	if (moment(v[2], &to) && now < to)
		now = to;
	size_t size = trib_time_text((trib_time){ now }, text);
	sqlite3_result_text(c, text, (int)size, SQLITE_TRANSIENT);
}

/* ---- opening ---- */

/* The file is made by us: its dead letters are for the owner's eyes, and SQLite gives -wal and -shm the same mode. */
static int make_file(struct trib *t, const struct lite *s)
{
	char *folder = trib_fmt(t, "%s", s->path);
	if (!folder)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	for (char *p = folder + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		if (mkdir(folder, 0777) < 0 && errno != EEXIST)
			return trib_fail(t, TRIB_ENV, "sqlite.cannot_open: %s: %s", folder, strerror(errno));
	}
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? TRIB_OK : trib_fail(t, TRIB_ENV, "sqlite.cannot_open: %s: %s", s->path,
		                                             strerror(errno));
	close(fd);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = 0;
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return TRIB_OK;
}

int lite_open(struct trib *t, struct lite *s, bool make)
{
	if (s->db || (!make && access(s->path, F_OK) < 0 && errno == ENOENT))
		return TRIB_OK;
	int rc = make ? make_file(t, s) : TRIB_OK;
	if (rc < 0)
		return rc;
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		return lite_fail(t, s, "opening");
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, (int)(s->lock_wait.ms > 3600000 ? 3600000 : s->lock_wait.ms));
	if (sqlite3_create_function(s->db, "trib_after", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, after, NULL,
	                            NULL))
		return lite_fail(t, s, "opening");
	return TRIB_OK;
}

/* ---- the lock file ---- */

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* An open-file-description lock: ours alone even between two instances of one process, gone with the process. */
static int lock_file(struct trib *t, struct lite *s)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const int64_t until = now_ms() + s->lock_wait.ms;
	if (!s->lock) {
		const char *path = trib_fmt(t, "%s.lock", s->path);
		int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
		if (fd < 0)
			return trib_fail(t, TRIB_ENV, "sqlite.cannot_open: %s.lock: %s", s->path, strerror(errno));
		s->lock = fd + 1;
	}
	for (int64_t pause = 1; fcntl(s->lock - 1, F_OFD_SETLK, &all) < 0; pause = pause < 50 ? pause * 2 : 50) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return trib_fail(t, TRIB_ENV, "sqlite.cannot_open: %s.lock: %s", s->path, strerror(errno));
		if (trib_stopping(t))
			return trib_fail(t, TRIB_STOPPED, "sqlite.stopped: stopped while waiting for %s.lock", s->path);
		if (now_ms() >= until)
			return trib_fail(t, TRIB_FENCED, "sqlite.locked: %s is being written by another run (waited"
			                                 " %lld ms for %s.lock)",
			                 s->path, (long long)s->lock_wait.ms, s->path);
		nanosleep(&(struct timespec){ .tv_nsec = (long)(pause * 1000000) }, NULL);
	}
	s->locked = true;
	return TRIB_OK;
}

static void unlock_file(struct lite *s)
{
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	if (s->locked)
		fcntl(s->lock - 1, F_OFD_SETLK, &all);
	s->locked = false;
}

/* ---- transactions ---- */

static int note_pages(void *self, sqlite3 *db, const char *schema, int pages)
{
	(void)db;
	(void)schema;
	((struct lite *)self)->wal_pages = pages;
	return SQLITE_OK;
}

/* WAL and no automatic checkpoints: set once, under the lock, because the first one writes. */
static int prepare_journal(struct trib *t, struct lite *s)
{
	/* pages of 16 KiB for a file that is new: a third less time in the kernel when a load is large */
	char *sql = trib_fmt(t, "PRAGMA page_size = 16384; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = %s;"
	                        " PRAGMA cache_size = -16000;"
	                     "PRAGMA temp.cache_size = -8000", s->synchronous);
	int rc = sql ? lite_run(t, s, sql) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	s->claimed = rc == TRIB_OK;
	sqlite3_wal_hook(s->db, note_pages, s);
	return rc;
}

int lite_enter(struct trib *t, struct lite *s)
{
	if (s->locked && !sqlite3_get_autocommit(s->db))
		return TRIB_OK;
	int rc = s->locked ? TRIB_OK : lock_file(t, s);
	if (rc == TRIB_OK && !s->claimed)
		rc = prepare_journal(t, s);
	if (rc == TRIB_OK)
		rc = lite_run(t, s, "BEGIN IMMEDIATE");
	if (rc < 0)
		unlock_file(s);
	return rc;
}

/* Then the log is written back between two commits; 32 MiB in a file of ours, 8 MiB in one with pages of 4 KiB */
enum { WAL_PAGES_MAX = 2048 };

int lite_commit(struct trib *t, struct lite *s)
{
	int rc;
	if (sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL)) {
		/* rolled back by SQLite itself: ask the ledger rather than guess what reached the disk */
		rc = lite_fail(t, s, "commit");
		if (sqlite3_get_autocommit(s->db))
			rc = trib_fail(t, TRIB_UNKNOWN, "sqlite.commit_unknown: %s: the commit was broken off",
			               s->path);
		lite_rollback(s);
		return rc;
	}
	if (s->wal_pages > WAL_PAGES_MAX)
		sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	unlock_file(s);
	return TRIB_OK;
}

void lite_rollback(struct lite *s)
{
	if (s->db && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	unlock_file(s);
}

/* The last connection writes the log back and removes it; without the lock that is left to the next run. */
void lite_close(struct trib *t, struct lite *s)
{
	lite_rollback(s);
	bool ours = s->db && s->claimed;
	if (ours && lock_file(t, s) < 0)
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(s->db);
	s->db = NULL;
	unlock_file(s);
	if (s->lock)
		close(s->lock - 1);
	s->lock = 0;
}
