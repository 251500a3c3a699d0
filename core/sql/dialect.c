/* dialect - one row per database, and the one place where a name becomes SQL. */
#include <tributary/sql.h>

#include <string.h>

static const struct trib_dialect dialects[] = {
	{
		.size = sizeof(struct trib_dialect), .name = "sqlite",
		.quote = '"', .one_case = true, .exact_beside = true,
		.reserved = "sqlite_", .same = "IS", .differs = "IS NOT",
		.driven = "+",
		.moment = { "rtrim(", ", 'Z')" },   /* 00:00:00Z is before 00:00:00.5Z */
		.after = "trib_after",
		.keyed = " WITHOUT ROWID", .temp = "CREATE TEMP TABLE", .temp_schema = "temp.",
		.types = {
			[TRIB_BOOL] = "INTEGER", [TRIB_I64] = "INTEGER", [TRIB_F64] = "REAL", [TRIB_DEC] = "TEXT",
			[TRIB_STR] = "TEXT", [TRIB_JSON] = "TEXT", [TRIB_DATE] = "TEXT", [TRIB_TIME] = "TEXT",
			[TRIB_CLOCK] = "TEXT", [TRIB_DURATION] = "INTEGER",
		},
		.columns_max = 2000,                /* SQLITE_MAX_COLUMN, of the staging tables too */
		.clear = "DELETE FROM",
	},
	{
		.size = sizeof(struct trib_dialect), .name = "postgres",
		.quote = '"', .name_bytes_max = 63,
		.same = "IS NOT DISTINCT FROM", .differs = "IS DISTINCT FROM",
		.driven = "", .moment = { "", "" },
		.after = "GREATEST", .tick = " + interval '1 microsecond'",   /* GREATEST passes nulls over */
		.keyed = "", .temp = "CREATE TEMP TABLE", .temp_schema = "pg_temp.",
		.types = {
			[TRIB_BOOL] = "boolean", [TRIB_I64] = "bigint", [TRIB_F64] = "double precision", [TRIB_DEC] = "numeric",
			[TRIB_STR] = "text", [TRIB_JSON] = "jsonb", [TRIB_DATE] = "date", [TRIB_TIME] = "timestamp with time zone",
			[TRIB_CLOCK] = "time without time zone", [TRIB_DURATION] = "interval",
		},
		.columns_max = 1600,                /* MaxHeapAttributeNumber */
		.numbered = true, .joined = true, .bytewise = " COLLATE \"C\"", .clear = "TRUNCATE",
		.taken = " tableoid xmin cmin xmax cmax ctid ",
	},
};

const struct trib_dialect *trib_dialect(const char *name)
{
	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	return NULL;
}

int trib_sql_quote(const struct trib_dialect *d, struct trib_text name, char *to)
{
	size_t n = 0;
	if (memchr(name.p ? name.p : "", 0, name.n) || (d->name_bytes_max && name.n > d->name_bytes_max))
		return -1;
	to[n++] = d->quote;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == d->quote)
			to[n++] = d->quote;
		to[n++] = name.p[i];
	}
	to[n++] = d->quote;
	to[n] = 0;
	return (int)n;
}
