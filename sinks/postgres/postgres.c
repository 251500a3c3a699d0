/* postgres - a PostgreSQL database: rows, cursor, ledger and dead letters in one transaction. docs/postgres.md; core/sql makes the
 * statements; the laws of this sink are in postgres.h. */
#include "postgres.h"

#include <string.h>
#include <time.h>

static const struct trib_field options[] = {
	TRIB_FIELD(struct pg, url, .help = "Connection string or postgresql:// URL of libpq; it may hold a password, so it is a secret."),
	TRIB_FIELD(struct pg, service, .help = "Name of a connection service (pg_service.conf)."),
	TRIB_FIELD(struct pg, host, .help = "Host, or the folder of a Unix socket."),
	TRIB_FIELD(struct pg, port, .help = "Port."),
	TRIB_FIELD(struct pg, dbname, .help = "Database."),
	TRIB_FIELD(struct pg, user, .help = "Role."),
	TRIB_FIELD(struct pg, password, .help = "Password; ~/.pgpass and PGPASSWORD work, too."),
	TRIB_FIELD(struct pg, sslmode, .allow = "disable|allow|prefer|require|verify-ca|verify-full",
	           .help = "How far TLS goes; verify-full knows whom it talks to."),
	TRIB_FIELD(struct pg, sslrootcert, .flags = TRIB_PATH, .help = "File with the certificates that are trusted."),
	TRIB_FIELD(struct pg, schema, .dflt = "public", .help = "Schema of the tables; it is made when it is missing."),
	TRIB_FIELD(struct pg, lock_wait, .dflt = "30s", .help = "How long to wait for a lock that another session holds."),
	TRIB_FIELD(struct pg, statement_timeout, .dflt = "0s", .help = "How long one statement may take, a whole COPY, too; 0: for ever."),
	TRIB_FIELD(struct pg, connect_timeout, .dflt = "10s", .help = "How long to wait for a connection."),
	TRIB_FIELD(struct pg, synchronous_commit, .dflt = "on", .allow = "off|local|remote_write|on|remote_apply",
	           .help = "How a commit reaches the disk; off may lose the last loads in a crash of the server."),
	{ 0 }
};

static void close_db(struct trib *t, void *self)
{
	(void)t;
	pg_rollback(self);
	pg_drop_tables(self);
	pg_close(self);
}

static void cancel(struct trib *t, void *self)
{
	struct pg *s = self;
	char why[256];
	(void)t;
	if (s->stop)
		PQcancel(s->stop, why, sizeof why);
}

static int claim(struct trib *t, void *self, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	return pg_claim(t, self, load, epoch, states);
}

/* After a commit whose answer was lost the server may be starting again: it is given some time. */
static int open_again(struct trib *t, struct pg *s)
{
	enum { TRIES = 8 };
	for (int i = 0; s->unknown && i < TRIES && !trib_stopping(t) && !pg_try_open(t, s); i++)
		nanosleep(&(struct timespec){ .tv_sec = i / 2, .tv_nsec = 200000000 }, NULL);
	return pg_open(t, s);
}

static int begin(struct trib *t, void *self, const struct trib_load *load)
{
	struct pg *s = self;
	int rc = open_again(t, s);
	if (rc == TRIB_OK)
		rc = pg_known(t, s, load);
	if (rc == TRIB_OK)
		s->load = load;
	return rc;
}

static int table(struct trib *t, void *self, int index, const struct trib_table *is)
{
	return pg_table(t, self, index, is);
}

static int write_rows(struct trib *t, void *self, int index, const struct trib_batch *b)
{
	return pg_put(t, self, index, b);
}

static int recall(struct trib *t, void *self, const char *name, const struct trib_batch *keys, struct trib_batch *out)
{
	return pg_recall(t, self, name, keys, out);
}

static void undo(struct trib *t, void *self)
{
	(void)t;
	pg_rollback(self);
	pg_forget(self);
}

/* The fence first: a stale run learns it before it works, and who asks the ledger waits for us. */
static int apply(struct trib *t, struct pg *s, const struct trib_commit *c)
{
	int rc = pg_enter(t, s);
	if (rc == TRIB_OK)
		rc = pg_fence(t, s);
	return rc == TRIB_OK && c->outcome == TRIB_OK ? pg_apply(t, s, c) : rc;
}

/* Staged rows outlive a rollback: a deadlock with somebody else costs the work of the commit, not the load. */
static int apply_again(struct trib *t, struct pg *s, const struct trib_commit *c)
{
	enum { TRIES = 4 };
	int rc = TRIB_RETRY;
	for (int i = 1; rc == TRIB_RETRY && i <= TRIES; i++) {
		s->again = i < TRIES && !s->mixed && !s->inside && !trib_stopping(t);
		if ((rc = apply(t, s, c)) != TRIB_RETRY)
			break;
		pg_rollback(s);
		for (int k = 0; k < s->table_count; k++)
			if (s->tables[k])
				s->tables[k]->ready = false;
		nanosleep(&(struct timespec){ .tv_nsec = 20000000L << i }, NULL);
	}
	s->again = false;
	return rc;
}

static int commit(struct trib *t, void *self, const struct trib_commit *c)
{
	struct pg *s = self;
	struct trib_batch ledger = { 0 };
	if (c->outcome != TRIB_OK)
		pg_rollback(s);       /* rows of a failed load are not kept, whoever wrote them */
	int rc = pg_flush_all(t, s);
	if (rc == TRIB_OK)
		rc = apply_again(t, s, c);
	if (rc == TRIB_OK)
		rc = trib_ledger(t, &ledger);
	if (rc == TRIB_OK)
		rc = pg_store(t, s, c, &ledger);
	if (rc == TRIB_OK)
		rc = pg_commit(t, s);
	else
		pg_rollback(s);
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++)
		if (s->tables[i])
			s->tables[i]->checked |= s->tables[i]->ready;
	pg_forget(s);
	trib_free(&ledger);
	return rc;
}

TRIB_PLUGIN(postgres, .help = "PostgreSQL database.", .flags = TRIB_CAN_RECALL, .self_size = sizeof(struct pg), .options = options,
            .modes = 1 << TRIB_APPEND | 1 << TRIB_MERGE | 1 << TRIB_INSERT_ONLY | 1 << TRIB_REPLACE_SLICE |
                     1 << TRIB_REPLACE | 1 << TRIB_SCD2,
            .close = close_db, .cancel = cancel, .claim = claim, .begin = begin,
            .table = table, .write = write_rows,
            .recall = recall, .commit = commit, .abort = undo);
