/* plan - what is behind struct trib_sql: the shape of one table and the words of its mode, from which texts are made.
 *
 * SQL is written with patterns over columns: tribx_sql_list(b, p, role, sep, pattern) repeats the pattern for each
 * column that has the role. In a pattern @ is the quoted column, # its type, ~ and ^ the dialect's "same" and
 * "differs", ! what keeps the planner from driving by the staged side. In all statements t is the target, s the
 * staging table. */
#ifndef TRIBX_SQL_PLAN_H
#define TRIBX_SQL_PLAN_H

#include <tributary/sql.h>
#include "base/mem.h"
#include "base/text.h"

enum {
	SQL_IN_ROWS = 1 << 17,           /* every column with from >= 0 */
	SQL_MASK_BITS = 62,              /* columns per word of the mask of absent columns */
	SQL_STEPS = 16,
	SQL_CHAIN = 64,                  /* conditions in one pair of parentheses: SQLite takes 1,000 behind each other */
};

struct tribx_sql {
	struct trib_sql pub;             /* first: what the sink sees */
	struct tribx_arena arena;
	const struct trib_dialect *d;
	enum trib_mode mode;
	unsigned flags;
	int number, field_count, mask_words;
	const struct trib_sql_place *at;   /* while the plan is made */
	bool has_key, has_version, has_compare, has_values;
	struct trib_sql_column *columns;
	const char *fields_seen;         /* bytes: 1 where a field has a column */
	/* scd2 */
	const char *from, *to, *revision;   /* quoted; revision NULL: none kept */
	const char *open;                /* literal; NULL: null is open */
	const char *when;                /* quoted column of the row's own time; NULL: the load's */
	bool close_absent;
	struct tribx_buf put, recall, widen;
	const char *now;                 /* the parameter that is the load's time */
	struct trib_sql_step steps[SQL_STEPS];
	size_t step_count;
	bool no_memory;
};

void tribx_sql_list(struct tribx_buf *b, const struct tribx_sql *p, unsigned role, const char *sep,
                    const char *pattern);
/* a is not older than b: versions compared one after the other, null is the oldest. */
void tribx_sql_newer(struct tribx_buf *b, const struct tribx_sql *p, const char *a, const char *than);
void tribx_sql_mask(struct tribx_buf *b, int word);       /* name of that word of the mask */
const char *tribx_sql_keep(struct tribx_sql *p, struct tribx_buf *b);   /* the text, in the plan's memory; b is done */
void tribx_sql_fault(struct tribx_sql *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tribx_sql_options(struct tribx_sql *p, const struct trib_table *is);   /* options.c: the words of the mode */
void tribx_sql_texts(struct tribx_sql *p);                /* texts.c: the statements that do not depend on a unit */
struct trib_sql_step *tribx_sql_step(struct tribx_sql *p, struct tribx_buf *b, int adds, int takes);   /* b is done */
void tribx_sql_no_steps(struct tribx_sql *p);
/* where a staged row did not bring column c: a condition over it. */
void tribx_sql_lacked(struct tribx_buf *b, const char *of, const struct trib_sql_column *c);
/* slices.c: q.a, q.b of those columns of the role that are declared as slices (want 1), are not (0), or all (-1); their number. of "#": of
 * the declared slices themselves. b NULL: only counted. */
int tribx_sql_slice_columns(struct tribx_buf *b, const struct tribx_sql *p, unsigned role, const struct trib_sql *slices, int want,
                            const char *of);
void tribx_sql_slices(struct tribx_sql *p, unsigned role, const struct trib_sql_unit *u);      /* steps that collect them */
void tribx_sql_in_slices(struct tribx_buf *b, const struct tribx_sql *p, unsigned role);       /* t is in one of them */
/* joined.c: what is staged and not stored so, as a table whose _trib_n says which of these it is */
enum { SQL_NEW, SQL_CHANGED, SQL_LATE };
void tribx_sql_differences(struct tribx_sql *p, bool versions, bool changes);
void tribx_sql_update_changed(struct tribx_sql *p);
bool tribx_sql_same_name(const struct trib_dialect *d, const char *a, const char *b);

#endif
