/* check - data-quality gates: what rows must be, and what a load must be as a whole.
 *
 * The way of a batch: row rules (one expression each), then the figures, over the rows that are left. Sums are exact:
 * 128-bit integers at the largest scale that was seen, never double. Nothing of a row is held but the hash of its key. */
#ifndef CHECK_H
#define CHECK_H

#include <tributary.h>
#include <tributary/expr.h>
#include <tributary/value.h>

typedef __int128 wide;

enum measure { ROWS, SUM, AVG, MIN, MAX, NULLS, NULL_SHARE, DUPLICATES, OTHERS, DESCENTS };
enum { NEEDS_COLUMN = 1, NEEDS_COLUMNS = 2, ABOUT_ROWS = 4, ORDERED = 8, NUMERIC = 16, NO_ROWS_NO_VALUE = 32 };
struct measure_row { const char *word; unsigned flags; };
extern const struct measure_row check_measures[];     /* by enum measure */

struct rule { const char *name, *when, *require, *action; };                      /* options: rows */
struct figure {                                                                   /* options: figures */
	const char *name, *measure, *column, *when;
	trib_list columns, values;
	const char *min, *max, *is, *same_as, *tolerance;
	trib_duration within;
	const char *action;
};

enum action { NOTHING, WARN, REJECT, FAIL };

struct keys { uint64_t (*slots)[2]; size_t used, cap, max; };     /* 128-bit hashes; {0, 0} is an empty slot */
/* 1: new, 0: was there, -1: no memory, -2: more than max */
int keys_put(struct keys *k, uint64_t a, uint64_t b);
void keys_clear(struct keys *k);
void keys_done(struct keys *k);

struct bound { bool given; wide v; int scale; };        /* numbers, days, microseconds */

struct gate {                       /* a figure at work */
	const struct figure *f;
	struct figure own;              /* of the short forms */
	enum measure what;
	enum action action;
	struct trib_expr *when;
	struct bound min, max, is, tolerance;
	int same_as;                    /* index; -1: none */
	int cols[16], col_count;
	enum trib_type type;
	bool personal;
	/* since the scope began */
	int64_t rows, bad, count;       /* count: values that are not null */
	wide sum, least, most, last;
	int scale;
	bool overflow;
	struct keys keys;
};

struct check {
	trib_list rows, figures, not_null, unique;
	const char *over;
	int64_t keys_max;
	struct { struct trib_expr *e; enum action action; int64_t bad, of; const char *name; } *rules;
	struct gate *gates;
	int gate_count;
	bool bound;
};

/* Which rows of a batch are looked at: all of them, or a list. bad: those that some rule rejected already. */
struct chosen { const int32_t *rows; int64_t n; };

/* measure.c. Columns are known from bind; rejects rows where the action says so, or a cell cannot be had. */
int gate_bind(struct trib *t, struct gate *g, const struct trib_batch *in);
int gate_take(struct trib *t, struct gate *g, const struct trib_batch *in, const struct chosen *c, uint8_t *gone);
void gate_clear(struct gate *g);

/* verdict.c: what was seen, as text (static memory of the caller), and whether it is as wanted. */
struct seen { bool is; wide v; int scale; char text[64]; };
int gate_open(struct trib *t, struct check *c, struct gate *g);       /* options to bounds */
int gate_bounds(struct trib *t, struct gate *g);                      /* again, once the column's type is known */
void gate_seen(const struct gate *g, struct seen *out);
bool gate_holds(struct trib *t, const struct check *c, const struct gate *g, const struct seen *s);
const char *gate_wanted(struct trib *t, const struct check *c, const struct gate *g);   /* scratch; NULL: nothing */

#endif
