/* slices - which rows of the target a unit speaks for: those of the slices that are declared, and of those that occur. */
#include "sql/plan.h"

#include <string.h>

static bool declared(const struct trib_sql *slices, const char *name)
{
	for (size_t i = 0; slices && i < slices->column_count; i++)
		if (strcmp(slices->columns[i].name, name) == 0)
			return true;
	return false;
}

int tribx_sql_slice_columns(struct tribx_buf *b, const struct tribx_sql *p, unsigned role, const struct trib_sql *slices,
                            int want, const char *of)
{
	int n = 0;
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (!(c->role & role) || (want >= 0 && declared(slices, c->name) != (want == 1)))
			continue;
		if (b && *of == '#' && p->d->joined)   /* their types are the connector's */
			tribx_buf_fmt(b, "%sCAST(%s AS %s)", n ? ", " : "", c->quoted, c->type);
		else if (b)
			tribx_buf_fmt(b, "%s%s%s", n ? ", " : "", *of == '#' ? "" : of, c->quoted);
		n++;
	}
	return n;
}

/* The slices of this unit: those declared, and those that occur. Slice columns that no declaration names take the
 * values that occur: "period is declared, series are those of the file". */
void tribx_sql_slices(struct tribx_sql *p, unsigned role, const struct trib_sql_unit *u)
{
	struct tribx_buf b = { 0 };
	const char *temp = p->d->temp_schema;
	const int known = tribx_sql_slice_columns(NULL, p, role, u->slices, 1, "");
	const int open = tribx_sql_slice_columns(NULL, p, role, u->slices, 0, "");
	tribx_buf_fmt(&b, "DROP TABLE IF EXISTS %s_trib_slice_%d", temp, p->number);
	tribx_sql_step(p, &b, -1, -1);
	tribx_buf_fmt(&b, "%s %s_trib_slice_%d AS SELECT DISTINCT ", p->d->temp, temp, p->number);
	if (known == 0 || open == 0) {
		tribx_sql_slice_columns(&b, p, role, u->slices, -1, "");
		tribx_buf_fmt(&b, " FROM %s", p->pub.stage);
		if (known) {
			tribx_buf_puts(&b, " UNION SELECT ");
			tribx_sql_slice_columns(&b, p, role, u->slices, -1, "#");
			tribx_buf_fmt(&b, " FROM %s%s", temp, u->slices->target);
		}
	} else {
		tribx_sql_slice_columns(&b, p, role, u->slices, 1, "d.");
		tribx_buf_puts(&b, ", ");
		tribx_sql_slice_columns(&b, p, role, u->slices, 0, "o.");
		tribx_buf_puts(&b, " FROM (SELECT ");
		tribx_sql_slice_columns(&b, p, role, u->slices, 1, "#");
		tribx_buf_fmt(&b, " FROM %s%s UNION SELECT ", temp, u->slices->target);
		tribx_sql_slice_columns(&b, p, role, u->slices, 1, "");
		tribx_buf_fmt(&b, " FROM %s) AS d CROSS JOIN (SELECT DISTINCT ", p->pub.stage);
		tribx_sql_slice_columns(&b, p, role, u->slices, 0, "");
		tribx_buf_fmt(&b, " FROM %s) AS o", p->pub.stage);
	}
	tribx_sql_step(p, &b, -1, -1);
	if (p->d->joined)
		return;   /* slices are hashed */
	tribx_buf_fmt(&b, "CREATE INDEX %s_trib_slice_%d_all ON _trib_slice_%d(", temp, p->number, p->number);
	tribx_sql_slice_columns(&b, p, role, u->slices, -1, "");
	tribx_buf_puts(&b, ")");
	tribx_sql_step(p, &b, -1, -1);
}

void tribx_sql_in_slices(struct tribx_buf *b, const struct tribx_sql *p, unsigned role)
{
	if (p->d->joined) {   /* an IN is hashed, "not distinct" is not: only rows with a null need it */
		tribx_buf_puts(b, "((");
		tribx_sql_list(b, p, role, ", ", "t.@");
		tribx_buf_puts(b, ") IN (SELECT ");
		tribx_sql_list(b, p, role, ", ", "z.@");
		tribx_buf_fmt(b, " FROM %s_trib_slice_%d AS z) OR ((", p->d->temp_schema, p->number);
		tribx_sql_list(b, p, role, " OR ", "t.@ IS NULL");
		tribx_buf_puts(b, ") AND ");
	}
	tribx_buf_fmt(b, "EXISTS (SELECT 1 FROM %s_trib_slice_%d AS z WHERE ", p->d->temp_schema, p->number);
	tribx_sql_list(b, p, role, " AND ", "z.@ ~ t.@");
	tribx_buf_puts(b, p->d->joined ? ")))" : ")");
}
