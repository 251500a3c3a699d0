/* joined - for databases that copy rows into staging tables without a key: one row per key is left, and one join finds what differs. */
#include "sql/plan.h"

/* ---- one staged row per key ---- */

/* newest first: by version, then as they came */
static void newest_first(struct tribx_buf *b, const struct tribx_sql *p)
{
	tribx_buf_puts(b, "ORDER BY ");
	for (size_t i = 0; i < p->pub.column_count; i++)
		if (p->columns[i].role & TRIB_SQL_VERSION)
			tribx_buf_fmt(b, "%s%s DESC NULLS LAST, ", p->columns[i].quoted,
			              p->columns[i].role & TRIB_SQL_TEXT && p->d->bytewise ? p->d->bytewise : "");
	tribx_buf_puts(b, "_trib_n DESC");
}

/* What the newest row of a key does not have comes from the row before it. */
static void overlay(struct tribx_sql *p, const bool *absent)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "UPDATE %s AS s SET ", p->pub.stage);
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (c->from >= 0 && absent[c->from] && !(c->role & TRIB_SQL_STAGE_KEY))
			tribx_buf_fmt(&b, "%s = z.%s, ", c->quoted, c->quoted);
	}
	for (int w = 0; w < p->mask_words; w++) {
		tribx_buf_puts(&b, w ? ", " : "");
		tribx_sql_mask(&b, w);
		tribx_buf_puts(&b, " = z.");
		tribx_sql_mask(&b, w);
	}
	tribx_buf_puts(&b, " FROM (SELECT ");
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (c->from < 0 || !absent[c->from] || c->role & TRIB_SQL_STAGE_KEY)
			continue;
		tribx_buf_fmt(&b, ", (array_agg(%s ", c->quoted);
		newest_first(&b, p);
		tribx_buf_puts(&b, ") FILTER (WHERE NOT ");
		tribx_sql_lacked(&b, "", c);
		tribx_buf_fmt(&b, "))[1] AS %s", c->quoted);
	}
	for (int w = 0; w < p->mask_words; w++) {
		tribx_buf_puts(&b, ", bit_and(");
		tribx_sql_mask(&b, w);
		tribx_buf_puts(&b, ") AS ");
		tribx_sql_mask(&b, w);
	}
	tribx_buf_fmt(&b, " FROM %s GROUP BY ", p->pub.stage);
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	tribx_buf_puts(&b, " HAVING count(*) > 1) AS z WHERE ");
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, " AND ", "s.@ = z.@");
	tribx_sql_step(p, &b, -1, -1);
}

const struct trib_sql_step *trib_sql_settle(struct trib_sql *s, const bool *absent)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	struct tribx_buf b = { 0 };
	tribx_sql_no_steps(p);
	if (!s->stage || !p->has_key || !p->d->joined)
		return p->steps;
	if (absent)
		overlay(p, absent);
	tribx_buf_fmt(&b, "DELETE FROM %s WHERE ctid IN (SELECT z.at FROM (SELECT ctid AS at, row_number() OVER (PARTITION BY ", s->stage);
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	tribx_buf_puts(&b, " ");
	newest_first(&b, p);
	tribx_buf_fmt(&b, ") AS n FROM %s WHERE (", s->stage);
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	tribx_buf_puts(&b, ") IN (SELECT ");
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	tribx_buf_fmt(&b, " FROM %s GROUP BY ", s->stage);
	tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	tribx_buf_puts(&b, " HAVING count(*) > 1)) AS z WHERE z.n > 1)");
	tribx_sql_step(p, &b, -1, -1);
	return p->no_memory ? NULL : p->steps;
}

/* ---- what differs ---- */

/* One join of all that is staged finds what is new, changed or late: mostly little, and the rest of the work is over that. */
void tribx_sql_differences(struct tribx_sql *p, bool versions, bool changes)
{
	struct tribx_buf b = { 0 };
	const char *key = NULL;
	for (size_t i = 0; !key && i < p->pub.column_count; i++)
		key = p->columns[i].role & TRIB_SQL_KEY ? p->columns[i].quoted : NULL;
	tribx_buf_fmt(&b, "DROP TABLE IF EXISTS %s_trib_diff_%d", p->d->temp_schema, p->number);
	tribx_sql_step(p, &b, -1, -1);
	tribx_buf_fmt(&b, "%s %s_trib_diff_%d AS SELECT ", p->d->temp, p->d->temp_schema, p->number);
	tribx_sql_list(&b, p, SQL_IN_ROWS, ", ", "s.@");
	tribx_buf_fmt(&b, ", CASE WHEN t.%s IS NULL THEN %d", key, SQL_NEW);
	if (versions) {
		tribx_buf_puts(&b, " WHEN NOT coalesce(");
		tribx_sql_newer(&b, p, "s", "t");
		tribx_buf_fmt(&b, ", 1 = 0) THEN %d", SQL_LATE);
	}
	tribx_buf_fmt(&b, " ELSE %d END AS _trib_n FROM %s AS s LEFT JOIN %s AS t ON ", SQL_CHANGED, p->pub.stage, p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
	tribx_buf_fmt(&b, " WHERE t.%s IS NULL", key);
	if (changes) {
		tribx_buf_puts(&b, " OR ");
		tribx_sql_list(&b, p, TRIB_SQL_COMPARE, " OR ", "t.@ ^ s.@");
	}
	if (versions) {
		tribx_buf_puts(&b, " OR NOT coalesce(");
		tribx_sql_newer(&b, p, "s", "t");
		tribx_buf_puts(&b, ", 1 = 0)");
	}
	tribx_sql_step(p, &b, -1, -1);
}

void tribx_sql_update_changed(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "UPDATE %s AS t SET ", p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_VALUE, ", ", "@ = s.@");
	tribx_buf_fmt(&b, " FROM %s_trib_diff_%d AS s WHERE s._trib_n = %d AND ", p->d->temp_schema, p->number, SQL_CHANGED);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
	tribx_sql_step(p, &b, TRIB_UPDATED, TRIB_UNCHANGED);
}
