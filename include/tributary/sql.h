/* sql.h - SQL for the tables of a load, generated once over a dialect row. For database sinks.
 *
 * A sink asks for one plan per table (trib_sql_new, in its `table` callback) and brings connect, execute and bind:
 *   write   rows go through trib_sql_put into the staging table; append has none: its rows go into the target
 *   commit  in one transaction: create, add (columns that the target lacks), then the steps of trib_sql_apply in order
 * The modes are those of docs/delivery.md. Rows that are equal to what is stored are never rewritten. Rows with a
 * null in a key column must not be staged: they are dead letters (`sink.null_key`).
 *
 * Every text belongs to the plan and lives until trib_sql_free. Names from pipelines and data are quoted, values are
 * always parameters. Nothing here talks to a database.
 */
#ifndef TRIBUTARY_SQL_H
#define TRIBUTARY_SQL_H

#include <tributary.h>

/* What one database says differently. Pairs are what stands before and behind an expression. */
struct trib_dialect {
	size_t size;
	const char *name;
	char quote;                       /* around names; doubled inside */
	bool one_case;                    /* names that differ in ASCII case only are one name */
	bool exact_beside;                /* no exact decimals: NAME is approximate, NAME_dec the exact text */
	size_t name_bytes_max;            /* 0: none */
	const char *reserved;             /* a prefix that tables cannot have */
	const char *same, *differs;       /* comparisons to which null is a value */
	const char *driven;               /* before a staged key: looked up in the target, not the other way round */
	const char *moment[2];            /* makes time texts sort as times */
	/* function (now, from, to): now, or the first moment after from and not before to */
	const char *after;
	const char *keyed;                /* behind CREATE TABLE of a table with a key */
	const char *temp, *temp_schema;   /* CREATE ... TABLE; before a temporary table's name */
	const char *types[TRIB_DURATION + 1];   /* by enum trib_type; NULL: cannot be a column */
	size_t columns_max;               /* of a table; 0: none */
	bool numbered;                    /* parameters are $1, $2 ..., otherwise ? and ?1 */
	/* Rows are copied into staging tables that have no key: trib_sql_settle leaves one row per key. What changed is updated and
	 * what is missing inserted by joins; ON CONFLICT would lock rows that stay as they are. Types must agree. */
	bool joined;
	const char *tick;                 /* behind from in `after`: the next moment; NULL: the function adds it */
	const char *bytewise;             /* behind a text whose order counts; NULL: texts are compared byte by byte anyway */
	const char *clear;                /* empties a staging table */
	const char *taken;                /* columns cannot have these names: " a b " */
};
TRIB_API const struct trib_dialect *trib_dialect(const char *name);   /* "sqlite", "postgres"; NULL: not known */
/* Quoted; its length without the 0, or -1: NUL inside or too long for the dialect. to: room of 2 * name.n + 3. */
TRIB_API int trib_sql_quote(const struct trib_dialect *d, struct trib_text name, char *to);

enum {                                    /* roles of a column */
	TRIB_SQL_KEY = 1, TRIB_SQL_VALUE = 2,
	TRIB_SQL_COMPARE = 4,             /* a value whose change is a change of the row */
	TRIB_SQL_NEAR = 8,                /* the approximate number beside an exact text */
	TRIB_SQL_EXACT = 16,              /* that text */
	TRIB_SQL_ADDED = 32,              /* kept by the mode (recorded_from ...), not in the rows */
	TRIB_SQL_VERSION = 64, TRIB_SQL_SLICE = 128, TRIB_SQL_CLOSE = 256,
	TRIB_SQL_WHEN = 512,              /* the row's own time, of which its history is made */
	TRIB_SQL_MOMENT = 1024,           /* a time as text, which sorts through the dialect's moment */
	TRIB_SQL_TEXT = 2048,             /* sorts byte by byte */
	TRIB_SQL_STAGE_KEY = TRIB_SQL_KEY | TRIB_SQL_WHEN,   /* must not be null */
};

struct trib_sql_column {
	const char *name, *quoted, *type;
	int from;                         /* column of the rows; -1: ADDED */
	unsigned role;
	const char *add;                  /* ALTER TABLE: this column */
};

struct trib_sql_index { const char *name, *create; };   /* name as stored */

/* A plan. fault: what is wrong with the table as the pipeline describes it (TRIB_CONFIG); then the rest is empty. */
struct trib_sql {
	size_t size;
	const char *fault;
	const char *name, *target;        /* as given; quoted */
	const char *stage;                /* quoted; NULL: rows go into the target */
	const struct trib_sql_column *columns;
	size_t column_count;
	const char *create;               /* IF NOT EXISTS */
	const struct trib_sql_index *indexes;   /* IF NOT EXISTS; NULL create ends them */
	/* can be prepared only if the key is unique in the target; NULL: need not be */
	const char *unique;
	struct trib_sql_index make_unique;
	const char *stage_create, *stage_drop, *stage_clear, *stage_count;
	const char *recorded_from, *recorded_to, *revision, *open;   /* scd2, as options; NULL: none */
	const char *target_any;           /* answers a row if the target has one */
	const char *fault_code;           /* of fault: sink.bad_table, sink.too_many_columns */
};

enum {
	TRIB_SQL_TEMPORARY = 1,           /* the target itself is a temporary table: declared slices */
	TRIB_SQL_ASKED = 2,               /* only trib_sql_recall will be used: there is no staging table */
};

/* number: of the table in its load, for the staging table's name. NULL: no memory. is is not kept. */
TRIB_API struct trib_sql *trib_sql_new(const struct trib_dialect *d, const struct trib_table *is, int number,
                                       unsigned flags);
/* Where the target is, and what it is already: columns and staged ones take the types that are stored. */
struct trib_sql_place {
	size_t size;
	const char *schema;               /* NULL: names stand alone */
	const char *const *stored;        /* per column of the rows its type there, as SQL; NULL: it is not there. NULL: no column is */
};
TRIB_API struct trib_sql *trib_sql_new_at(const struct trib_dialect *d, const struct trib_table *is, const struct trib_sql_place *at,
                                          int number, unsigned flags);
/* Everything that a plan is made of, as one text, to see whether a table is still the one that was planned. The caller frees it;
 * NULL: no memory. */
TRIB_API char *trib_sql_shape(const struct trib_table *is);
TRIB_API void trib_sql_free(struct trib_sql *s);      /* NULL is fine */
/* Inserts `rows` rows; parameters are, row by row, the columns with from >= 0 whose `absent[from]` is not set (absent
 * NULL: none is). What is absent keeps its stored value. NULL: no memory. The text lives until the next put. */
TRIB_API const char *trib_sql_put(struct trib_sql *s, const bool *absent, int rows);
/* The same for a database that copies: COPY ... FROM STDIN (FORMAT binary). Behind the columns come, in a staging table, the words of
 * the mask if absent is not NULL and, with a key, the number of the row (bigint all; later rows have greater ones). */
TRIB_API const char *trib_sql_copy(struct trib_sql *s, const bool *absent);
TRIB_API int trib_sql_mask(const struct trib_sql *s, const bool *absent, int64_t *words);   /* their number; words NULL: only that */
/* Selects the columns with from >= 0 of one key, whose KEY columns are the parameters: staged rows, else stored ones.
 * absent: as in the unit. NULL: no memory, or a table without a key. The text lives until the next call. */
TRIB_API const char *trib_sql_recall(struct trib_sql *s, const bool *absent);
/* What makes the staging table of `was` that of s, with the rows in it: columns were added inside a unit. "" or
 * statements; NULL: no memory. The text lives until the next call. */
TRIB_API const char *trib_sql_widen(struct trib_sql *s, const struct trib_sql *was);

struct trib_sql_unit {
	size_t size;
	bool fresh;                       /* the target had no rows when the transaction began */
	bool complete;                    /* the whole source was seen */
	const bool *absent;               /* per column of the rows: some batch lacked it. NULL: none */
	const struct trib_sql *slices;    /* a TEMPORARY plan that holds the declared slices; NULL: none declared */
	const char *const *others;        /* columns of the target that the rows do not have, quoted; NULL ends them */
};

/* A statement of the commit. Its number n is the rows it changed, or with `answers` the first column of its row:
 * count[adds] += n, count[takes] -= n. All counts start at 0, TRIB_UNCHANGED at the number of staged rows. */
struct trib_sql_step {
	const char *sql;                  /* NULL ends the steps */
	int adds, takes;                  /* enum trib_count; -1: none */
	bool answers, timed;              /* timed: parameter 1 is the load's time */
};
/* What leaves one staged row per key, before staged rows are counted, applied or recalled; no step where the staging table has a
 * key. absent: as in the unit. NULL: no memory. The steps live until the next call of this or trib_sql_apply. */
TRIB_API const struct trib_sql_step *trib_sql_settle(struct trib_sql *s, const bool *absent);
/* NULL: no memory. s->fault is set when the unit cannot be applied (replace of half a source: TRIB_DATA). */
TRIB_API const struct trib_sql_step *trib_sql_apply(struct trib_sql *s, const struct trib_sql_unit *u);

#endif
