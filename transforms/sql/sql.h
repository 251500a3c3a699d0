/* sql - a query over the rows of a scope, in an SQLite database in memory that nothing else can reach.
 *
 *   open    the query is prepared against columns that are guessed from it: what is not SQL is found by `trib check`
 *   bind    table `input` gets the columns of the rows; the query's columns become those of the step
 *   apply   rows go into `input`; over batch they are asked at once, else at the end of the scope (flush)
 *
 * Law: a double goes nowhere but into a column that is declared float64. Decimals are exact texts; what SQLite would make
 * a double of them (operators) is refused before a row is read (lint.c), what aggregates them is ours (decimal.c).
 * Affinities: text, decimal, date, time and json columns are TEXT, all others BLOB (none), so that a number beside a decimal
 * becomes a text and is compared by its value, not the decimal a double. The declared type ends in the column's number. */
#ifndef TRIBX_SQL_H
#define TRIBX_SQL_H

#include <sqlite3.h>
#include <tributary.h>
#include <tributary/value.h>

struct sq_type { const char *type; int64_t scale; };   /* option: columns */
struct sq_in { char *name; enum trib_type type; int scale; bool personal; };
struct sq_out { char *name; enum trib_type type; int scale; bool personal; int from; };   /* from: column of the query */

struct sq {
	const char *query, *over;                      /* options */
	trib_map columns;
	int64_t memory, max_steps;

	struct trib *t;                                /* of the callback that runs */
	sqlite3 *db;
	sqlite3_stmt *insert, *ask, *forget;
	struct sq_in *ins;
	struct sq_out *outs;
	int in_count, out_count;
	bool by_batch, aggregates;
	bool personal_read, rowid_read, too_long;
	int64_t rows, answers, steps;                  /* of the scope */
};

struct sq_dec { trib_dec v; int scale; };
bool sq_dec_of(const char *p, size_t n, struct sq_dec *out);   /* [-+]digits[.digits], at most 38 */
int sq_functions(sqlite3 *db);                                 /* dec_..., sum, total, avg, the collation decimal */

int sq_open_db(struct trib *t, struct sq *s);                  /* guard.c */
int sq_prepare(struct trib *t, struct sq *s, bool guess);      /* guess: columns that are missing are made up */
int sq_broken(struct trib *t, struct sq *s, const char *where);
int sq_run(struct trib *t, struct sq *s, const char *sql);     /* ours, not the user's */

int sq_lint(struct trib *t, const struct sq *s);               /* lint.c */

int sq_insert(struct trib *t, struct sq *s, const struct trib_batch *in);       /* rows.c */
int sq_answer(struct trib *t, struct sq *s);                   /* emits; TRIB_MORE: there may be more */
void sq_forget(struct sq *s);

#endif
