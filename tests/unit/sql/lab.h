/* lab - a database and a load in text, run through a plan as a sink would: what the SQL does, not how it reads. The database is SQLite's
 * in memory, or with TRIB_TEST_PG=URL a schema of a PostgreSQL server (tests/suite/postgres.sh): the same cases for both. */
#ifndef LAB_H
#define LAB_H

#include <tributary/sql.h>

/* What one unit did. */
struct tally { int64_t in, count[TRIB_COUNTS]; };

struct base;                              /* one database: how it is asked */

struct lab {
	const struct base *base;
	void *db;
	const struct trib_dialect *d;
	const char *now;                  /* the load's time */
	bool partial;                     /* not the whole source */
	const struct trib_field *slice_columns;
	const char *slices;               /* rows; NULL: none declared */
	char why[256];
};

/* "name:type[:flags]" separated by blanks; types s i d t; flags k key, v version, c slice. */
const struct trib_field *fields(const char *spec);
/* Rows separated by ;, cells by |, null is ~, a whole column that is absent from the batch is = in every row. A batch
 * ends at a row that is a single '/'. */
struct tally load(struct lab *l, const struct trib_table *is, const char *rows);
/* The table as text in the same form, ordered by all columns. Free not needed. */
const char *dump(struct lab *l, const char *select);
struct lab lab_open(void);
void lab_close(struct lab *l);
/* "in 3: +1 ~1 =1 <0 -0": inserted, updated, unchanged, superseded, deleted */
const char *tally_text(const struct tally *t);

#endif
