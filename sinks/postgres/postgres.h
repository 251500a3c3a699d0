/* postgres.h - what the files of this sink share.
 *
 * The laws: one connection, one transaction for rows, states, dead letters and ledger. The commit begins with the fence: it locks
 * the stream's row, so a commit whose answer was lost is either seen or waited for by whoever asks the ledger. What appends goes by COPY
 * into the target, inside that transaction from its first row on; what stages goes by COPY into temporary tables outside of it, so a
 * unit that only stages locks nothing while the source is slow, and its commit can be tried again after a deadlock. Every name is
 * written with its schema and search_path is pg_catalog alone: nobody's function or operator runs in our place. */
#ifndef TRIBUTARY_SINK_POSTGRES_H
#define TRIBUTARY_SINK_POSTGRES_H

#include <libpq-fe.h>
#include <tributary.h>
#include <tributary/sql.h>
#include "copy.h"

enum { PG_BLOCK = 256 * 1024, PG_CELL = 64, PG_COLUMNS = 1600 };

struct pg_table {                            /* an output of the load, by its index */
	struct trib_sql *sql;
	char *shape;                         /* what sql was made of, to see whether it changed */
	int field_count;
	struct trib_field *fields;           /* names are the plan's */
	struct pg_type *types;               /* per field: what goes over the wire */
	bool *widen;                         /* per field: the target has a type that cannot hold it */
	bool used, staged, ready, absent_seen;   /* in this unit; ready: the target is there and wide enough */
	bool checked;                        /* in this run: the target's indexes */
	bool *absent;                        /* per field: some batch of this unit lacked it */
	bool *put_absent, put_any, fits;     /* what is in `out` was made without these; fits: out and put_absent agree */
	struct pg_out out;
	int64_t rows, number;                /* handed over in this unit; the last staged row */
	struct pg_keys keys;                 /* of this unit: whether one came twice */
};

struct pg {
	trib_secret url, password;
	const char *service, *host, *port, *dbname, *user, *sslmode, *sslrootcert, *schema, *synchronous_commit;
	trib_duration lock_wait, statement_timeout, connect_timeout;
	PGconn *db;
	PGcancel *stop;                      /* for the other thread */
	char *where;                         /* host/database, for messages */
	char *quoted;                        /* the schema */
	bool inside, unknown, lost;          /* in a transaction; the answer of a commit was lost; the connection is */
	bool mixed;                          /* rows of this unit are in the transaction: it cannot be tried again */
	bool again;                          /* a deadlock is TRIB_RETRY just now, not an error */
	int copying;                         /* index + 1 of the table whose COPY is open */
	const struct trib_load *load;
	struct pg_table **tables;
	int table_count;
};

/* db.c */
int pg_open(struct trib *t, struct pg *s);                 /* nothing if it is open and well */
bool pg_try_open(struct trib *t, struct pg *s);            /* the same without an error */
void pg_close(struct pg *s);
int pg_fail(struct trib *t, struct pg *s, const PGresult *r, const char *doing);     /* r NULL: from the connection */
/* r NULL: rows are of no interest. values: texts, NULL is null; the answer is the caller's. */
int pg_ask(struct trib *t, struct pg *s, const char *sql, int n, const char *const *values, PGresult **r);
int pg_run(struct trib *t, struct pg *s, const char *sql);    /* one or more statements */
int pg_enter(struct trib *t, struct pg *s);                /* begins, once */
int pg_commit(struct trib *t, struct pg *s);
void pg_rollback(struct pg *s);
int pg_copy_send(struct trib *t, struct pg *s, const char *sql, int table, struct pg_out *o);
int pg_copy_end(struct trib *t, struct pg *s);             /* of whatever table */
int pg_no_memory(struct trib *t);
/* rows.c */
size_t pg_text(const struct trib_view *v, int64_t row, char *cell, const char **text);   /* cell: PG_CELL; for numbers and times */
int pg_put(struct trib *t, struct pg *s, int table, const struct trib_batch *b);
int pg_flush(struct trib *t, struct pg *s, int table);     /* what is buffered, to the server; the COPY may stay open */
int pg_flush_all(struct trib *t, struct pg *s);            /* and ends the COPY */
/* tables.c */
int pg_table(struct trib *t, struct pg *s, int table, const struct trib_table *is);
void pg_forget(struct pg *s);                              /* the unit has ended */
void pg_drop_tables(struct pg *s);
/* apply.c */
int pg_settle(struct trib *t, struct pg *s, struct pg_table *b);
int pg_apply(struct trib *t, struct pg *s, const struct trib_commit *c);
/* target.c */
struct pg_stored { const char *name, *type; unsigned oid; int modifier; bool computed; };      /* a column as the catalogue says */
/* scratch, name NULL ends; none: there is no such table */
int pg_columns(struct trib *t, struct pg *s, const char *table, struct pg_stored **columns);
enum trib_type pg_trib_type(unsigned oid);
int pg_ready(struct trib *t, struct pg *s, struct pg_table *b);      /* creates or widens the target */
/* checkpoint.c */
int pg_claim(struct trib *t, struct pg *s, const struct trib_load *load, int64_t *epoch, struct trib_batch *states);
int pg_known(struct trib *t, struct pg *s, const struct trib_load *load);     /* TRIB_END: committed already */
int pg_fence(struct trib *t, struct pg *s);
int pg_store(struct trib *t, struct pg *s, const struct trib_commit *c, const struct trib_batch *ledger);
const char *pg_name(struct trib *t, const struct pg *s, const char *table);   /* with its schema, quoted; scratch */
/* recall.c */
int pg_recall(struct trib *t, struct pg *s, const char *table, const struct trib_batch *keys, struct trib_batch *out);

#endif
