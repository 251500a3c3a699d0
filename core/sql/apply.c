/* apply - the steps that bring a staged unit into its table, mode by mode. t is the target, s the staging table.
 *
 * The law of the counts: what was staged starts as "unchanged"; each step says what it takes from there. So a row is
 * counted once however the mode splits its work, and the books balance by construction. */
#include "sql/plan.h"

#include <string.h>

#define MATCH "t.@ = !s.@"               /* the staged side drives: its rows are few and come in key order */
#define MATCH_STAGED "s.@ = t.@"

struct trib_sql_step *tribx_sql_step(struct tribx_sql *p, struct tribx_buf *b, int adds, int takes)
{
	static const struct trib_sql_step none = { .adds = -1, .takes = -1 };
	if (p->step_count + 1 >= SQL_STEPS) {
		p->no_memory = true;
		return &p->steps[0];
	}
	struct trib_sql_step *s = &p->steps[p->step_count++];
	*s = none;
	s->sql = tribx_sql_keep(p, b);
	s->adds = adds;
	s->takes = takes;
	return s;
}

void tribx_sql_no_steps(struct tribx_sql *p)
{
	for (size_t i = 0; i < p->step_count; i++)   /* a long run has many units */
		tribx_arena_drop(&p->arena, p->steps[i].sql);
	p->step_count = 0;
	memset(p->steps, 0, sizeof p->steps);
}

static void open_rows(struct tribx_buf *b, const struct tribx_sql *p)
{
	tribx_buf_fmt(b, "t.%s%s%s", p->to, p->open ? " = " : " IS NULL", p->open ? p->open : "");
}

static const char *open_value(const struct tribx_sql *p)
{
	return p->open ? p->open : "NULL";
}

static void moment(struct tribx_buf *b, const struct tribx_sql *p, const char *of, const char *column)
{
	tribx_buf_fmt(b, "%s%s.%s%s", p->d->moment[0], of, column, p->d->moment[1]);
}

/* The column whose exact text `other` is, of a number that comes as another type now; NULL: none. */
static const char *exact_of(const struct tribx_sql *p, const char *other)
{
	for (size_t i = 0; p->d->exact_beside && i < p->pub.column_count; i++) {
		const char *quoted = p->columns[i].quoted;
		size_t n = strlen(quoted);
		if (strlen(other) == n + 4 && strncmp(other, quoted, n - 1) == 0 && strncmp(other + n - 1, "_dec", 4) == 0)
			return quoted;
	}
	return NULL;
}

/* pattern over such columns: @ is the exact text's, # the number's. */
static void exact_texts(struct tribx_buf *b, const struct tribx_sql *p, const struct trib_sql_unit *u, const char *pattern)
{
	for (size_t i = 0; u->others && u->others[i]; i++) {
		const char *number = exact_of(p, u->others[i]);
		for (const char *s = number ? pattern : ""; *s; s++)
			if (*s == '@' || *s == '#')
				tribx_buf_puts(b, *s == '@' ? u->others[i] : number);
			else
				tribx_buf_putc(b, *s);
	}
}

/* kept: columns that the load does not have get a value, too. */
static void insert_into(struct tribx_buf *b, const struct tribx_sql *p, const struct trib_sql_unit *u, bool kept)
{
	tribx_buf_fmt(b, "INSERT INTO %s AS t(", p->pub.target);
	tribx_sql_list(b, p, SQL_IN_ROWS, ", ", "@");
	exact_texts(b, p, u, ", @");
	if (p->mode == TRIB_SCD2)
		tribx_buf_fmt(b, ", %s, %s", p->from, p->to);
	if (p->revision)
		tribx_buf_fmt(b, ", %s", p->revision);
	for (size_t i = 0; kept && u->others && u->others[i]; i++)
		if (!exact_of(p, u->others[i]))
			tribx_buf_fmt(b, ", %s", u->others[i]);
	tribx_buf_puts(b, ") SELECT ");
	tribx_sql_list(b, p, SQL_IN_ROWS, ", ", "s.@");
	exact_texts(b, p, u, ", CAST(s.# AS TEXT)");
}

static void insert_all(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	insert_into(&b, p, u, false);
	tribx_buf_fmt(&b, " FROM %s AS s", p->pub.stage);
	tribx_sql_step(p, &b, TRIB_INSERTED, TRIB_UNCHANGED);
}

/* Columns that some batch did not bring keep what is stored. */
static void fill_absent(struct tribx_sql *p, const bool *absent)
{
	struct tribx_buf b = { 0 };
	int n = 0;
	tribx_buf_fmt(&b, "UPDATE %s AS s SET ", p->pub.stage);
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (c->from < 0 || !absent[c->from] || c->role & TRIB_SQL_STAGE_KEY)
			continue;
		tribx_buf_fmt(&b, "%s%s = CASE WHEN ", n++ ? ", " : "", c->quoted);
		tribx_sql_lacked(&b, "s.", c);
		tribx_buf_fmt(&b, " THEN t.%s ELSE s.%s END", c->quoted, c->quoted);
	}
	tribx_buf_fmt(&b, " FROM %s AS t WHERE ", p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", MATCH);
	if (p->mode == TRIB_SCD2) {
		tribx_buf_puts(&b, " AND ");
		open_rows(&b, p);
	}
	if (n)
		tribx_sql_step(p, &b, -1, -1);
	else
		tribx_buf_done(&b);
}

static void count_new(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "SELECT count(*) FROM %s AS s WHERE NOT EXISTS (SELECT 1 FROM %s AS t WHERE ", p->pub.stage,
	              p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
	tribx_buf_puts(&b, ")");
	tribx_sql_step(p, &b, TRIB_INSERTED, TRIB_UPDATED)->answers = true;
}

static void count_late(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "SELECT count(*) FROM %s AS s, %s AS t WHERE ", p->pub.stage, p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", MATCH);
	tribx_buf_puts(&b, " AND NOT coalesce(");
	tribx_sql_newer(&b, p, "s", "t");
	tribx_buf_puts(&b, ", 1 = 0)");
	tribx_sql_step(p, &b, TRIB_SUPERSEDED, TRIB_UNCHANGED)->answers = true;
}

static void insert_missing(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	insert_into(&b, p, u, false);
	tribx_buf_fmt(&b, " FROM %s_trib_diff_%d AS s WHERE s._trib_n = %d", p->d->temp_schema, p->number, SQL_NEW);
	tribx_sql_step(p, &b, TRIB_INSERTED, TRIB_UNCHANGED);
}

static void upsert_joined(struct tribx_sql *p, const struct trib_sql_unit *u, bool versions)
{
	struct tribx_buf b = { 0 };
	tribx_sql_differences(p, versions, p->has_compare);
	if (versions) {
		tribx_buf_fmt(&b, "SELECT count(*) FROM %s_trib_diff_%d WHERE _trib_n = %d", p->d->temp_schema, p->number, SQL_LATE);
		tribx_sql_step(p, &b, TRIB_SUPERSEDED, TRIB_UNCHANGED)->answers = true;
	}
	if (p->has_compare)
		tribx_sql_update_changed(p);
	insert_missing(p, u);
}

static void upsert(struct tribx_sql *p, const struct trib_sql_unit *u, bool versions)
{
	struct tribx_buf b = { 0 };
	if (u->fresh) {
		insert_all(p, u);
		return;
	}
	if (p->d->joined) {
		upsert_joined(p, u, versions);
		return;
	}
	count_new(p);
	if (versions)
		count_late(p);
	insert_into(&b, p, u, false);
	tribx_buf_fmt(&b, " FROM %s AS s WHERE 1 = 1 ON CONFLICT(", p->pub.stage);   /* the parser needs the WHERE */
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
	tribx_buf_puts(&b, p->has_compare ? ") DO UPDATE SET " : ") DO NOTHING");
	if (p->has_compare) {
		tribx_sql_list(&b, p, TRIB_SQL_VALUE, ", ", "@ = excluded.@");
		exact_texts(&b, p, u, ", @ = excluded.@");
		tribx_buf_puts(&b, " WHERE (");
		tribx_sql_list(&b, p, TRIB_SQL_COMPARE, " OR ", "t.@ ^ excluded.@");
		tribx_buf_puts(&b, ")");
		if (versions) {
			tribx_buf_puts(&b, " AND ");
			tribx_sql_newer(&b, p, "excluded", "t");
		}
	}
	tribx_sql_step(p, &b, TRIB_UPDATED, TRIB_UNCHANGED);
}

static void insert_only(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	if (p->d->joined) {
		tribx_sql_differences(p, false, false);
		insert_missing(p, u);
		return;
	}
	insert_into(&b, p, u, false);
	tribx_buf_fmt(&b, " FROM %s AS s WHERE 1 = 1 ON CONFLICT(", p->pub.stage);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
	tribx_buf_puts(&b, ") DO NOTHING");
	tribx_sql_step(p, &b, TRIB_INSERTED, TRIB_UNCHANGED);
}

static void not_staged(struct tribx_buf *b, const struct tribx_sql *p)
{
	tribx_buf_fmt(b, "NOT EXISTS (SELECT 1 FROM %s AS s WHERE ", p->pub.stage);
	tribx_sql_list(b, p, TRIB_SQL_KEY, " AND ", MATCH_STAGED);
	tribx_buf_puts(b, ")");
}

static void replace(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	bool sliced = p->mode == TRIB_REPLACE_SLICE;
	if (!sliced && !u->complete)
		tribx_sql_fault(p, "table %s: mode replace, and this load is not the whole source", p->pub.name);
	if (sliced && !u->fresh)
		tribx_sql_slices(p, TRIB_SQL_SLICE, u);
	if (!u->fresh) {
		tribx_buf_fmt(&b, "DELETE FROM %s AS t WHERE 1 = 1", p->pub.target);
		if (sliced) {
			tribx_buf_puts(&b, " AND ");
			tribx_sql_in_slices(&b, p, TRIB_SQL_SLICE);
		}
		if (p->has_key) {
			tribx_buf_puts(&b, " AND ");
			tribx_buf_puts(&b, "(");
			not_staged(&b, p);
			/* nothing stays that the source does not say */
			for (size_t i = 0; !sliced && u->others && u->others[i]; i++)
				tribx_buf_fmt(&b, " OR %st.%s IS NOT NULL%s", i % SQL_CHAIN ? "" : "(", u->others[i],
				              i % SQL_CHAIN == SQL_CHAIN - 1 || !u->others[i + 1] ? ")" : "");
			tribx_buf_puts(&b, ")");
		}
		tribx_sql_step(p, &b, TRIB_DELETED, -1);
	}
	if (p->has_key)
		upsert(p, u, false);
	else
		insert_all(p, u);
}

/* ---- history ---- */

/* The load's time, or the first moment after t's beginning and not before `until`. */
static void next_moment(struct tribx_buf *b, const struct tribx_sql *p, const char *until)
{
	tribx_buf_fmt(b, "%s(%s, t.%s%s, %s)", p->d->after, p->now, p->from, p->d->tick ? p->d->tick : "", until);
}

static void close_changed(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "UPDATE %s AS t SET %s = ", p->pub.target, p->to);
	next_moment(&b, p, "NULL");
	tribx_buf_fmt(&b, " FROM %s AS s WHERE ", p->pub.stage);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", MATCH);
	tribx_buf_puts(&b, " AND ");
	open_rows(&b, p);
	tribx_buf_puts(&b, " AND (");
	tribx_sql_list(&b, p, TRIB_SQL_COMPARE, " OR ", "t.@ ^ s.@");
	tribx_buf_puts(&b, ")");
	tribx_sql_step(p, &b, TRIB_UPDATED, TRIB_INSERTED)->timed = true;
}

static void close_gone(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	unsigned role = tribx_sql_slice_columns(NULL, p, TRIB_SQL_CLOSE, NULL, -1, "") ? TRIB_SQL_CLOSE : 0;
	if (role && u->slices && tribx_sql_slice_columns(NULL, p, TRIB_SQL_CLOSE, u->slices, 1, "") == 0)
		return;   /* slices were declared, of columns that this table does not close by */
	if ((!role || !u->slices) && !(p->close_absent && u->complete))
		return;   /* a part of a source says nothing about what is not in it */
	if (role)
		tribx_sql_slices(p, TRIB_SQL_CLOSE, u);
	tribx_buf_fmt(&b, "UPDATE %s AS t SET %s = ", p->pub.target, p->to);
	next_moment(&b, p, "NULL");
	tribx_buf_puts(&b, " WHERE ");
	open_rows(&b, p);
	if (role) {
		tribx_buf_puts(&b, " AND ");
		tribx_sql_in_slices(&b, p, TRIB_SQL_CLOSE);
	}
	tribx_buf_puts(&b, " AND ");
	not_staged(&b, p);
	tribx_sql_step(p, &b, TRIB_DELETED, -1)->timed = true;
}

/* The newest row of the key says where the new one may begin and what its number is. */
static void of_newest(struct tribx_buf *b, const struct tribx_sql *p, const char *what, const char *otherwise)
{
	tribx_buf_fmt(b, ", coalesce((SELECT %s FROM %s AS t WHERE ", what, p->pub.target);
	tribx_sql_list(b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
	tribx_buf_puts(b, " ORDER BY ");
	moment(b, p, "t", p->from);
	tribx_buf_fmt(b, " DESC LIMIT 1), %s)", otherwise);
}

/* Columns that the load does not have keep what the version before says. */
static void open_new(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 }, what = { 0 }, until = { 0 };
	insert_into(&b, p, u, !u->fresh);
	if (u->fresh)
		tribx_buf_fmt(&b, ", %s, %s%s FROM %s AS s", p->now, open_value(p), p->revision ? ", 0" : "", p->pub.stage);
	else {
		tribx_buf_fmt(&until, "t.%s", p->to);
		next_moment(&what, p, until.p ? until.p : "");
		b.failed |= until.failed;
		tribx_buf_done(&until);
		of_newest(&b, p, what.p ? what.p : "", p->now);
		tribx_buf_fmt(&b, ", %s", open_value(p));
		if (p->revision) {
			what.n = 0;
			tribx_buf_fmt(&what, "t.%s + 1", p->revision);
			of_newest(&b, p, what.p ? what.p : "", "0");
		}
		for (size_t i = 0; u->others && u->others[i]; i++) {
			if (exact_of(p, u->others[i]))
				continue;
			what.n = 0;
			tribx_buf_fmt(&what, "t.%s", u->others[i]);
			of_newest(&b, p, what.p ? what.p : "", "NULL");
		}
		b.failed |= what.failed;
		tribx_buf_fmt(&b, " FROM %s AS s WHERE NOT EXISTS (SELECT 1 FROM %s AS t WHERE ", p->pub.stage,
		              p->pub.target);
		tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
		tribx_buf_puts(&b, " AND ");
		open_rows(&b, p);
		tribx_buf_puts(&b, ")");
	}
	tribx_buf_done(&what);
	tribx_sql_step(p, &b, TRIB_INSERTED, TRIB_UNCHANGED)->timed = true;
}

/* ---- history by the rows' own time ---- */

static void correct_versions(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "UPDATE %s AS t SET ", p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_VALUE, ", ", "@ = s.@");
	tribx_buf_fmt(&b, " FROM %s AS s WHERE ", p->pub.stage);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", MATCH);
	tribx_buf_fmt(&b, " AND t.%s = s.%s AND (", p->from, p->when);
	tribx_sql_list(&b, p, TRIB_SQL_COMPARE, " OR ", "t.@ ^ s.@");
	tribx_buf_puts(&b, ")");
	tribx_sql_step(p, &b, TRIB_UPDATED, TRIB_UNCHANGED);
}

/* A version that says what the version before it says is no version. The one before may be stored or staged. */
static void insert_versions(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	insert_into(&b, p, u, false);
	tribx_buf_fmt(&b, ", s.%s, %s FROM %s AS s WHERE NOT EXISTS (SELECT 1 FROM %s AS t WHERE ", p->when,
	              open_value(p), p->pub.stage, p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
	tribx_buf_fmt(&b, " AND t.%s = s.%s)", p->from, p->when);
	if (p->has_compare) {
		tribx_buf_puts(&b, " AND NOT EXISTS (SELECT 1 FROM (SELECT ");
		tribx_sql_list(&b, p, TRIB_SQL_COMPARE, ", ", "t.@ AS @");
		tribx_buf_puts(&b, ", ");
		moment(&b, p, "t", p->from);
		tribx_buf_fmt(&b, " AS _trib_at, 0 AS _trib_staged FROM %s AS t WHERE ", p->pub.target);
		tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
		tribx_buf_puts(&b, " AND ");
		moment(&b, p, "t", p->from);
		tribx_buf_puts(&b, " < ");
		moment(&b, p, "s", p->when);
		tribx_buf_puts(&b, " UNION ALL SELECT ");
		tribx_sql_list(&b, p, TRIB_SQL_COMPARE, ", ", "q.@");
		tribx_buf_puts(&b, ", ");
		moment(&b, p, "q", p->when);
		tribx_buf_fmt(&b, ", 1 FROM %s AS q WHERE ", p->pub.stage);
		tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "q.@ = s.@");
		tribx_buf_puts(&b, " AND ");
		moment(&b, p, "q", p->when);
		tribx_buf_puts(&b, " < ");
		moment(&b, p, "s", p->when);
		tribx_buf_puts(&b, " ORDER BY _trib_at DESC, _trib_staged DESC LIMIT 1) AS v WHERE NOT (");
		tribx_sql_list(&b, p, TRIB_SQL_COMPARE, " OR ", "v.@ ^ s.@");
		tribx_buf_puts(&b, "))");
	}
	tribx_sql_step(p, &b, TRIB_INSERTED, TRIB_UNCHANGED);
}

/* Each version of a key that was touched ends where the next one begins. */
static void chain_versions(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 }, next = { 0 };
	tribx_buf_fmt(&next, "coalesce((SELECT n.%s FROM %s AS n WHERE ", p->from, p->pub.target);
	tribx_sql_list(&next, p, TRIB_SQL_KEY, " AND ", "n.@ = t.@");
	tribx_buf_puts(&next, " AND ");
	moment(&next, p, "n", p->from);
	tribx_buf_puts(&next, " > ");
	moment(&next, p, "t", p->from);
	tribx_buf_puts(&next, " ORDER BY ");
	moment(&next, p, "n", p->from);
	tribx_buf_fmt(&next, " LIMIT 1), %s)", open_value(p));
	tribx_buf_fmt(&b, "UPDATE %s AS t SET %s = %s WHERE (", p->pub.target, p->to, next.p ? next.p : "");
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "t.@");
	tribx_buf_puts(&b, ") IN (SELECT ");
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "s.@");
	tribx_buf_fmt(&b, " FROM %s AS s) AND t.%s %s %s", p->pub.stage, p->to, p->d->differs, next.p ? next.p : "");
	b.failed |= next.failed;
	tribx_buf_done(&next);
	tribx_sql_step(p, &b, -1, -1);
}

static void history(struct tribx_sql *p, const struct trib_sql_unit *u)
{
	if (p->when) {
		if (p->has_compare && !u->fresh)
			correct_versions(p);
		insert_versions(p, u);
		chain_versions(p);
		return;
	}
	if (!u->fresh && p->has_compare)
		close_changed(p);
	if (!u->fresh)
		close_gone(p, u);
	open_new(p, u);
}

const struct trib_sql_step *trib_sql_apply(struct trib_sql *s, const struct trib_sql_unit *u)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	tribx_sql_no_steps(p);
	/* append stages nothing, replace keeps nothing */
	if (u->absent && !u->fresh && p->has_key && p->pub.stage && p->mode != TRIB_REPLACE)
		fill_absent(p, u->absent);
	switch (p->mode) {
	case TRIB_MERGE:
		upsert(p, u, p->has_version);
		break;
	case TRIB_INSERT_ONLY:
		insert_only(p, u);
		break;
	case TRIB_REPLACE:
	case TRIB_REPLACE_SLICE:
		replace(p, u);
		break;
	case TRIB_SCD2:
		history(p, u);
		break;
	default:
		break;   /* append: the rows are there */
	}
	return p->no_memory ? NULL : p->steps;
}
