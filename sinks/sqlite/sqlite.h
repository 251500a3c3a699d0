/* sqlite.h - what the files of this sink share.
 *
 * The laws: the database is written under one lock file (PATH.lock), from the first statement of a unit that touches
 * it to its commit, and checkpointed under it too; automatic checkpoints are off. Staged rows live in temporary
 * tables of this connection, so a unit that only stages holds no lock while the source is slow. Rows, states, dead
 * letters and the ledger row are one transaction. */
#ifndef TRIBUTARY_SINK_SQLITE_H
#define TRIBUTARY_SINK_SQLITE_H

#include <sqlite3.h>
#include <tributary.h>
#include <tributary/sql.h>

enum { LITE_ROWS = 64, LITE_CELL = 48 };     /* rows per INSERT; room for a number or time as text */

struct lite_table {                          /* an output of the load, by its index */
	struct trib_sql *sql;
	char *shape;                         /* what sql was made of, to see whether it changed */
	int field_count;
	struct trib_field *fields;
	bool used, ready, absent_seen;       /* in this unit; ready: the target is there and wide enough */
	bool *absent;                        /* per field: some batch of this unit lacked it */
	bool *put_absent;                    /* what the statements below were made for */
	sqlite3_stmt *put_many, *put_one;
	int many;                            /* rows of put_many */
	char *cells;                         /* LITE_CELL bytes per bound value of one statement */
	int64_t rows;                        /* handed to the staging table or the target in this unit */
};

struct lite {
	const char *path, *model, *synchronous;
	trib_duration lock_wait;
	sqlite3 *db;
	int lock;                            /* descriptor + 1; 0: not open */
	bool locked, claimed;
	int wal_pages;                       /* in the log after the last commit */
	const struct trib_load *load;
	struct lite_table **tables;
	int table_count;
};

/* db.c */
int lite_fail(struct trib *t, struct lite *s, const char *doing);       /* from the connection's last error */
int lite_run(struct trib *t, struct lite *s, const char *sql);
int lite_prepare(struct trib *t, struct lite *s, const char *sql, sqlite3_stmt **out);
/* TRIB_OK: done; TRIB_MORE: a row is there */
int lite_step(struct trib *t, struct lite *s, sqlite3_stmt *q, const char *doing);
int lite_open(struct trib *t, struct lite *s, bool make);                 /* not there and not to be made: s->db stays NULL */
void lite_close(struct trib *t, struct lite *s);
/* takes the lock and begins to write; again: nothing */
int lite_enter(struct trib *t, struct lite *s);
int lite_commit(struct trib *t, struct lite *s);
void lite_rollback(struct lite *s);
void lite_bind_text(sqlite3_stmt *q, int at, const char *text);
/* rows.c */
void lite_bind_cell(sqlite3_stmt *q, int at, const struct trib_view *v, int64_t row, bool near, char *cell);
int lite_put(struct trib *t, struct lite *s, int table, const struct trib_batch *b);
/* tables.c */
int lite_table(struct trib *t, struct lite *s, int table, const struct trib_table *is);
int lite_apply(struct trib *t, struct lite *s, const struct trib_commit *c);
void lite_forget(struct lite *s);                                       /* the unit has ended */
void lite_drop_tables(struct lite *s);
/* target.c */
int lite_ready(struct trib *t, struct lite *s, struct trib_sql *sql);   /* creates or widens the target */
/* checkpoint.c */
int lite_install(struct trib *t, struct lite *s);
int lite_claim(struct trib *t, struct lite *s, const struct trib_load *load, int64_t *epoch, struct trib_batch *states);
int lite_known(struct trib *t, struct lite *s, const char *load_id);    /* TRIB_END: committed already */
int lite_store(struct trib *t, struct lite *s, const struct trib_commit *c, const struct trib_batch *ledger);
/* recall.c */
int lite_recall(struct trib *t, struct lite *s, const char *table, const struct trib_batch *keys,
                struct trib_batch *out);
/* model.c */
int lite_model_install(struct trib *t, struct lite *s);
enum trib_mode lite_model_mode(const struct lite *s, const char *name);     /* of a table of the partner model */
/* Fills mode, key and options that the pipeline leaves open for a table of the partner model; copies are scratch. */
int lite_model_table(struct trib *t, const struct lite *s, const struct trib_table *is, struct trib_table *filled);

#endif
