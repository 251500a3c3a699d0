/* rows - the statements that rows and keys go through: into the staging table, and out again for a recall. */
#include "sql/plan.h"

#include <string.h>

static void put_mask(struct tribx_buf *b, const struct tribx_sql *p, const bool *absent)
{
	for (int w = 0; w < p->mask_words; w++) {
		int64_t mask = 0;
		for (int i = w * SQL_MASK_BITS; i < p->field_count && i < (w + 1) * SQL_MASK_BITS; i++)
			mask |= absent[i] ? (int64_t)1 << (i - w * SQL_MASK_BITS) : 0;
		tribx_buf_fmt(b, ", %lld", (long long)mask);
	}
}

static void put_conflict(struct tribx_buf *b, const struct tribx_sql *p, const bool *absent)
{
	tribx_buf_puts(b, " ON CONFLICT(");
	tribx_sql_list(b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
	tribx_buf_puts(b, ") DO UPDATE SET ");
	for (int w = 0; w < p->mask_words; w++) {
		tribx_buf_puts(b, w ? ", " : "");
		tribx_sql_mask(b, w);
		tribx_buf_puts(b, " = s.");
		tribx_sql_mask(b, w);
		tribx_buf_puts(b, " & excluded.");
		tribx_sql_mask(b, w);
	}
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (c->from >= 0 && !(c->role & TRIB_SQL_STAGE_KEY) && !(absent && absent[c->from]))
			tribx_buf_fmt(b, ", %s = excluded.%s", c->quoted, c->quoted);
	}
	if (p->has_version) {
		tribx_buf_puts(b, " WHERE ");
		tribx_sql_newer(b, p, "excluded", "s");
	}
}

const char *trib_sql_put(struct trib_sql *s, const bool *absent, int rows)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	struct tribx_buf *b = &p->put;
	int n = 0;
	b->n = 0;
	const char *schema = p->flags & TRIB_SQL_TEMPORARY ? p->d->temp_schema : "";
	tribx_buf_fmt(b, "INSERT INTO %s%s(", s->stage ? s->stage : schema, s->stage ? " AS s" : s->target);
	for (size_t i = 0; i < s->column_count; i++)
		if (s->columns[i].from >= 0 && !(absent && absent[s->columns[i].from]))
			tribx_buf_fmt(b, "%s%s", n++ ? ", " : "", s->columns[i].quoted);
	for (int w = 0; s->stage && absent && w < p->mask_words; w++) {
		tribx_buf_puts(b, ", ");
		tribx_sql_mask(b, w);
	}
	tribx_buf_puts(b, ") VALUES ");
	for (int r = 0; r < rows; r++) {
		tribx_buf_puts(b, r ? ",(" : "(");
		for (int i = 0; i < n; i++)
			if (p->d->numbered)
				tribx_buf_fmt(b, "%s$%d", i ? "," : "", r * n + i + 1);
			else
				tribx_buf_puts(b, i ? ",?" : "?");
		if (s->stage && absent)
			put_mask(b, p, absent);
		tribx_buf_putc(b, ')');
	}
	if (s->stage && p->has_key && !p->d->joined)
		put_conflict(b, p, absent);
	return b->failed ? NULL : b->p;
}

const char *trib_sql_copy(struct trib_sql *s, const bool *absent)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	struct tribx_buf *b = &p->put;
	int n = 0;
	b->n = 0;
	tribx_buf_fmt(b, "COPY %s%s(", s->stage ? "" : p->flags & TRIB_SQL_TEMPORARY ? p->d->temp_schema : "", s->stage ? s->stage : s->target);
	for (size_t i = 0; i < s->column_count; i++)
		if (s->columns[i].from >= 0 && !(absent && absent[s->columns[i].from]))
			tribx_buf_fmt(b, "%s%s", n++ ? ", " : "", s->columns[i].quoted);
	for (int w = 0; s->stage && absent && w < p->mask_words; w++) {
		tribx_buf_puts(b, n++ ? ", " : "");
		tribx_sql_mask(b, w);
	}
	if (s->stage && p->has_key)
		tribx_buf_puts(b, n ? ", _trib_n" : "_trib_n");
	tribx_buf_puts(b, ") FROM STDIN (FORMAT binary)");
	return b->failed ? NULL : b->p;
}

int trib_sql_mask(const struct trib_sql *s, const bool *absent, int64_t *words)
{
	const struct tribx_sql *p = (const struct tribx_sql *)s;
	for (int w = 0; words && w < p->mask_words; w++)
		words[w] = 0;
	for (int i = 0; words && absent && i < p->field_count; i++)
		words[i / SQL_MASK_BITS] |= absent[i] ? (int64_t)1 << i % SQL_MASK_BITS : 0;
	return p->mask_words;
}

static void recall_columns(struct tribx_buf *b, const struct tribx_sql *p, const bool *absent)
{
	for (size_t i = 0, n = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (c->from < 0)
			continue;
		tribx_buf_puts(b, n++ ? ", " : "");
		if (!absent || !absent[c->from]) {
			tribx_buf_fmt(b, "s.%s", c->quoted);
			continue;
		}
		tribx_buf_puts(b, "CASE WHEN ");
		tribx_sql_lacked(b, "s.", c);
		tribx_buf_fmt(b, " THEN t.%s ELSE s.%s END", c->quoted, c->quoted);
	}
}

static void recall_open(struct tribx_buf *b, const struct tribx_sql *p)
{
	if (p->mode == TRIB_SCD2)
		tribx_buf_fmt(b, " AND t.%s%s%s", p->to, p->open ? " = " : " IS NULL", p->open ? p->open : "");
}

/* t.k = ?1 AND t.l = ?2: the same parameters serve both sides of the union. */
static void recall_where(struct tribx_buf *b, const struct tribx_sql *p, const char *of)
{
	int n = 0;
	for (size_t i = 0; i < p->pub.column_count; i++)
		if (p->columns[i].role & TRIB_SQL_KEY) {
			tribx_buf_fmt(b, "%s%s.%s = %c%d", n ? " AND " : "", of, p->columns[i].quoted, p->d->numbered ? '$' : '?', n + 1);
			n++;
		}
}

const char *trib_sql_recall(struct trib_sql *s, const bool *absent)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	struct tribx_buf *b = &p->recall;
	if (!p->has_key)
		return NULL;
	b->n = 0;
	if (s->stage) {
		tribx_buf_puts(b, "SELECT ");
		recall_columns(b, p, absent);
		tribx_buf_fmt(b, " FROM %s AS s", s->stage);
		if (absent) {
			tribx_buf_fmt(b, " LEFT JOIN %s AS t ON ", s->target);
			tribx_sql_list(b, p, TRIB_SQL_KEY, " AND ", "t.@ = s.@");
			recall_open(b, p);
		}
		tribx_buf_puts(b, " WHERE ");
		recall_where(b, p, "s");
		tribx_buf_puts(b, " UNION ALL ");
	}
	tribx_buf_puts(b, "SELECT ");
	tribx_sql_list(b, p, SQL_IN_ROWS, ", ", "t.@");
	tribx_buf_fmt(b, " FROM %s AS t WHERE ", s->target);
	recall_where(b, p, "t");
	recall_open(b, p);
	if (s->stage) {
		tribx_buf_fmt(b, " AND NOT EXISTS (SELECT 1 FROM %s AS s WHERE ", s->stage);
		recall_where(b, p, "s");
		tribx_buf_putc(b, ')');
	}
	return b->failed ? NULL : b->p;
}

/* ---- columns that come inside a unit ---- */

static bool had(const struct trib_sql *was, const char *name)
{
	for (size_t i = 0; i < was->column_count; i++)
		if (was->columns[i].from >= 0 && strcmp(was->columns[i].name, name) == 0)
			return true;
	return false;
}

const char *trib_sql_widen(struct trib_sql *s, const struct trib_sql *was)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	const struct tribx_sql *old = (const struct tribx_sql *)was;
	struct tribx_buf *b = &p->widen;
	b->n = 0;
	tribx_buf_puts(b, "");
	if (!s->stage)
		return b->failed ? NULL : b->p;
	for (int w = old->mask_words; w < p->mask_words; w++) {
		tribx_buf_fmt(b, "ALTER TABLE %s ADD COLUMN ", s->stage);
		tribx_sql_mask(b, w);
		tribx_buf_fmt(b, " %s NOT NULL DEFAULT 0;", p->d->types[TRIB_I64]);
	}
	for (size_t i = 0; i < s->column_count; i++) {
		const struct trib_sql_column *c = &s->columns[i];
		if (c->from < 0 || had(was, c->name))
			continue;
		tribx_buf_fmt(b, "ALTER TABLE %s ADD COLUMN %s %s; UPDATE %s SET ", s->stage, c->quoted, c->type,
		              s->stage);
		tribx_sql_mask(b, c->from / SQL_MASK_BITS);
		tribx_buf_puts(b, " = ");
		tribx_sql_mask(b, c->from / SQL_MASK_BITS);
		tribx_buf_fmt(b, " | %lld;", (long long)1 << c->from % SQL_MASK_BITS);
	}
	return b->failed ? NULL : b->p;
}
