/* source.h - what the files of this connector share.
 *
 * The laws. The database is opened for reading only and a part is read in one transaction: its rows are of one moment. A position
 * is a whole group of rows with one cursor value, and the hashes of that group: the next run asks for >= and leaves out what it
 * knows, so that rows that come late with the same value are neither lost nor doubled. What does not fit its column is a dead
 * letter; nothing is rounded, cut or guessed. */
#ifndef TRIBUTARY_CONNECTOR_SQLITE_H
#define TRIBUTARY_CONNECTOR_SQLITE_H

#include <sqlite3.h>
#include <sys/stat.h>
#include <tributary.h>

enum { EDGE_ROWS = 1000 };                   /* hashes that a position holds; of a larger group only their sum */

struct edge {                                /* a group of rows, whatever their order */
	int64_t count;
	uint64_t sum;
	uint64_t hashes[EDGE_ROWS];          /* of the first ones; complete when count <= EDGE_ROWS */
	bool taken[EDGE_ROWS];               /* met again in this run */
};

struct wish {                                /* an entry of `columns` */
	const char *type, *unit;
	int64_t precision, scale;
	bool personal;
};

struct column {
	char *name;
	int at, out;                         /* in the statement, in the batch */
	enum trib_type type;
	int precision, scale;
	int64_t unit_us;                     /* of a time that is stored as a number; 0: it is text */
	bool personal;
};

struct cursor {                              /* a value of the cursor column; type 0: none */
	int type;                            /* SQLITE_INTEGER, _FLOAT or _TEXT */
	int64_t whole;
	double real;
	char *text;
	size_t size, cap;
};

enum phase { NULLS, ROWS, ENDED };           /* rows without a cursor come first */

struct source {
	const char *path, *table, *query, *cursor, *null_cursor, *lookback, *blobs;
	trib_list key;
	trib_map columns;
	int64_t batch;
	bool optional;
	trib_duration lock_wait;
	const char *part, *etag, *of;        /* per part */

	const char *at, *edge, *nulls, *digest, *from;   /* state; from: what `of` was */

	const struct trib *caller;           /* of the callback that may wait for a lock */
	int64_t until_ms;
	sqlite3 *db;
	char *file;
	bool immutable, waiting;             /* waiting: the statement stands on a row that is not in a batch yet */
	struct stat seen;                    /* of an immutable file */
	char *base, *order;                  /* what is read, and the tie-breaker of its order */
	sqlite3_stmt *q;
	enum phase phase;
	struct column *shape;
	int shape_count, cell_count, cursor_at;
	struct edge *known, *now;            /* known: what the position says of its group; now: the group in hand */
	struct cursor known_at, now_at;
	bool met;                            /* the group in hand is that of the position */
};

/* open.c */
int source_fail(struct trib *t, const struct source *s, const char *doing);
int source_open(struct trib *t, struct source *s);               /* and begins the transaction */
int source_unchanged(struct trib *t, const struct source *s);    /* of an immutable file */
void source_close(struct source *s);
/* shape.c */
char *source_quoted(struct trib *t, const char *name);           /* scratch; NULL: no memory */
int source_prepare(struct trib *t, const struct source *s, const char *sql, sqlite3_stmt **out);
int source_base(struct trib *t, struct source *s);               /* table or query: base, name */
int source_shape(struct trib *t, struct source *s);              /* columns and their types; order */
int source_catalog(struct trib *t, struct source *s, struct trib_batch *catalog);
void source_forget(struct source *s);                            /* base, shape, order */
/* cells.c */
bool source_utf8(const char *text, size_t n);
/* What the row is known by; its bytes are added to size. Before anything else looks at it: SQLite converts in place. */
uint64_t source_hash(sqlite3_stmt *q, int columns, size_t *size);
/* Appends the row the statement stands on, or makes it a dead letter. */
void source_row(struct trib *t, const struct source *s, struct trib_batch *out);
/* position.c */
struct edge *edge_new(void);
void edge_add(struct edge *e, uint64_t hash);
bool edge_take(struct edge *e, uint64_t hash);                   /* true: the row is known */
bool edge_read(struct edge *e, const char *text);
char *edge_text(struct trib *t, const struct edge *e);
bool cursor_is(const struct cursor *c, sqlite3_stmt *q, int at);
int cursor_take(struct trib *t, const struct source *s, struct cursor *c);   /* of the row in hand */
int cursor_read(struct trib *t, const struct source *s, struct cursor *c, const char *text);
char *cursor_text(struct trib *t, const struct cursor *c);       /* scratch; NULL: no memory */
int cursor_bind(struct trib *t, const struct source *s, sqlite3_stmt *q, const struct cursor *c);
int cursor_back(struct trib *t, const struct source *s, const struct cursor *c, struct cursor *out);   /* by lookback */
/* read.c */
int source_read(struct trib *t, void *self, struct trib_batch *out);

#endif
