/* copy - rows as PostgreSQL's binary COPY wants them, by hand: one pass over the columns of a batch, no memory per row.
 *
 * A lane is a column of the batch on its way to a column of the table; which pairs go is one table in copy.c. A row that
 * cannot be stored leaves the buffer as it was and says why. Numbers are big-endian; a decimal is base-10000 digits. */
#ifndef TRIBUTARY_SINK_POSTGRES_COPY_H
#define TRIBUTARY_SINK_POSTGRES_COPY_H

#include <tributary.h>

enum pg_wire { PG_NONE, PG_BOOL, PG_INT2, PG_INT4, PG_INT8, PG_FLOAT4, PG_FLOAT8, PG_NUMERIC, PG_TEXT, PG_JSONB, PG_DATE, PG_STAMP, PG_TIME,
               PG_INTERVAL, PG_WIRES };

struct pg_type { enum pg_wire wire; int limit, decimals; };   /* limit: characters, or digits before the point; < 0: none */

enum pg_bad { PG_GOOD, PG_NUL, PG_RANGE, PG_DECIMALS, PG_LONG, PG_ESCAPE, PG_NO_MEMORY };

struct pg_out { char *p; size_t n, cap; };

struct pg_lane;
typedef enum pg_bad pg_put_cell(struct pg_out *o, const struct pg_lane *l, int64_t row);
struct pg_lane { pg_put_cell *put; const struct trib_view *v; struct pg_type type; bool key; };   /* key: its bytes are part of the row's hash */

/* How a column of this type goes into a column of that one; NULL: it does not. */
pg_put_cell *pg_way(enum trib_type from, enum pg_wire to);
struct pg_type pg_own_type(enum trib_type type);              /* of the column that we make for it */
struct pg_type pg_stored_type(unsigned oid, int modifier);    /* wire PG_NONE: none that we write */

bool pg_room(struct pg_out *o, size_t more);
/* One row: the lanes, then `more` numbers. *bad_lane: the one that could not. *hash: of the key's cells. */
enum pg_bad pg_row(struct pg_out *o, const struct pg_lane *lanes, int count, int64_t row, const int64_t *numbers, int more, int *bad_lane,
                   uint64_t *hash);
enum pg_bad pg_escapes(struct trib_text x);             /* jsonb has no \u0000 and no half of a pair */
uint64_t pg_hash(uint64_t h, const char *p, size_t n);
/* Hashes of keys, as long as there are few enough: a key that is not there yet is new for certain. */
struct pg_keys { uint64_t *slots; size_t n, size; bool doubtful; };
void pg_key(struct pg_keys *k, uint64_t hash);
void pg_done(struct pg_out *o);

#endif
