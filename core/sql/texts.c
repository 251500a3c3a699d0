/* texts - the statements of a table that do not depend on what a unit brings, and the two that rows and keys go
 * through. */
#include "sql/plan.h"

#include <string.h>

static bool has_role(const struct trib_sql_column *c, unsigned role)
{
	return c->role & role || (role & SQL_IN_ROWS && c->from >= 0);
}

void tribx_sql_list(struct tribx_buf *b, const struct tribx_sql *p, unsigned role, const char *sep, const char *pattern)
{
	size_t n = 0, all = 0;
	for (size_t i = 0; i < p->pub.column_count; i++)
		all += has_role(&p->columns[i], role);
	const bool grouped = all > SQL_CHAIN && *sep == ' ';
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (!has_role(c, role))
			continue;
		if (n)
			tribx_buf_puts(b, sep);
		if (grouped && n % SQL_CHAIN == 0)
			tribx_buf_putc(b, '(');
		for (const char *s = pattern; *s; s++) {
			const char *put = *s == '@' ? c->quoted : *s == '#' ? c->type : *s == '~' ? p->d->same :
			                  *s == '^' ? p->d->differs : *s == '!' ? p->d->driven : NULL;
			if (put)
				tribx_buf_puts(b, put);
			else
				tribx_buf_putc(b, *s);
		}
		n++;
		if (grouped && (n % SQL_CHAIN == 0 || n == all))
			tribx_buf_putc(b, ')');
	}
}

void tribx_sql_mask(struct tribx_buf *b, int word)
{
	tribx_buf_fmt(b, word ? "_trib_absent_%d" : "_trib_absent", word);
}

void tribx_sql_newer(struct tribx_buf *b, const struct tribx_sql *p, const char *a, const char *than)
{
	int depth = 0;
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		if (!(c->role & TRIB_SQL_VERSION))
			continue;
		const bool moment = c->role & TRIB_SQL_MOMENT;
		const char *before = moment ? p->d->moment[0] : "";
		const char *behind = moment ? p->d->moment[1] : c->role & TRIB_SQL_TEXT && p->d->bytewise ? p->d->bytewise : "";
		tribx_buf_fmt(b, "(%s%s.%s%s > %s%s.%s%s OR (%s.%s IS NULL AND %s.%s IS NOT NULL) OR (%s.%s %s %s.%s AND ", before, a,
		              c->quoted, behind, before, than, c->quoted, behind,
		              than, c->quoted, a, c->quoted, a, c->quoted, p->d->same, than, c->quoted);
		depth++;
	}
	tribx_buf_puts(b, "1 = 1");
	while (depth-- > 0)
		tribx_buf_puts(b, "))");
}

void tribx_sql_lacked(struct tribx_buf *b, const char *of, const struct trib_sql_column *c)
{
	tribx_buf_puts(b, of);
	tribx_sql_mask(b, c->from / SQL_MASK_BITS);
	tribx_buf_fmt(b, " & %lld <> 0", (long long)1 << c->from % SQL_MASK_BITS);
}

static const char *create(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	bool keyed = p->has_key && p->mode != TRIB_APPEND;
	bool temporary = p->flags & TRIB_SQL_TEMPORARY;
	tribx_buf_fmt(&b, "%s IF NOT EXISTS %s%s(", temporary ? p->d->temp : "CREATE TABLE",
	              temporary ? p->d->temp_schema : "", p->pub.target);
	for (size_t i = 0; i < p->pub.column_count; i++) {
		const struct trib_sql_column *c = &p->columns[i];
		bool dated = c->role & TRIB_SQL_ADDED && (c->quoted == p->from || c->quoted == p->revision);
		bool some = keyed && (c->role & TRIB_SQL_KEY || dated);
		tribx_buf_fmt(&b, "%s%s %s%s", i ? ", " : "", c->quoted, c->type, some ? " NOT NULL" : "");
	}
	if (keyed) {
		tribx_buf_puts(&b, ", PRIMARY KEY(");
		tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
		if (p->mode == TRIB_SCD2)
			tribx_buf_fmt(&b, ", %s", p->from);
		tribx_buf_puts(&b, ")");
	}
	tribx_buf_fmt(&b, ")%s", keyed ? p->d->keyed : "");
	return tribx_sql_keep(p, &b);
}

/* A name too long for the database ends in a hash of the whole of it (FNV-1a): two tables, two names. */
static void shorten(struct tribx_buf *b, const struct tribx_sql *p)
{
	enum { TAIL = 17 };
	const size_t most = p->d->name_bytes_max;
	uint64_t h = 14695981039346656037u;
	if (!most || b->failed || b->n <= most)
		return;
	for (size_t i = 0; i < b->n; i++)
		h = (h ^ (unsigned char)b->p[i]) * 1099511628211u;
	b->n = most - TAIL;
	while (b->n && ((unsigned char)b->p[b->n] & 0xc0) == 0x80)   /* not inside a character */
		b->n--;
	tribx_buf_fmt(b, "_%016llx", (unsigned long long)h);
}

static struct trib_sql_index make_index(struct tribx_sql *p, const char *prefix, bool unique, const char *where)
{
	struct tribx_buf b = { 0 };
	struct trib_sql_index made;
	char *quoted;
	tribx_buf_fmt(&b, "%s%s", prefix, p->pub.name);
	shorten(&b, p);
	made.name = tribx_sql_keep(p, &b);
	quoted = made.name ? tribx_arena_new(&p->arena, 2 * strlen(made.name) + 3) : NULL;
	if (!quoted) {
		p->no_memory = true;
		return (struct trib_sql_index){ NULL, NULL };
	}
	if (trib_sql_quote(p->d, (struct trib_text){ made.name, strlen(made.name) }, quoted) < 0)
		tribx_sql_fault(p, "the table name `%s` is too long for an index beside it", p->pub.name);
	tribx_buf_fmt(&b, "CREATE %sINDEX IF NOT EXISTS %s ON %s(", unique ? "UNIQUE " : "", quoted, p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
	tribx_buf_puts(&b, ")");
	if (where)
		tribx_buf_fmt(&b, " WHERE %s", where);
	made.create = tribx_sql_keep(p, &b);
	return made;
}

static void indexes(struct tribx_sql *p)
{
	struct trib_sql_index *list = tribx_arena_new(&p->arena, 3 * sizeof *list);
	struct tribx_buf b = { 0 };
	int n = 0;
	if (!list) {
		p->no_memory = true;
		return;
	}
	p->pub.indexes = list;
	if (p->mode == TRIB_SCD2 && !p->when) {
		/* at most one open row per key is the database's promise, not ours */
		tribx_buf_puts(&b, p->to);
		tribx_buf_puts(&b, p->open ? " = " : " IS NULL");
		tribx_buf_puts(&b, p->open ? p->open : "");
		list[n++] = make_index(p, "_trib_open_", true, tribx_sql_keep(p, &b));
	}
	if (p->mode == TRIB_SCD2 || p->mode == TRIB_APPEND || !p->has_key)
		return;
	tribx_buf_fmt(&b, "INSERT INTO %s(", p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
	tribx_buf_puts(&b, ") SELECT ");
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
	tribx_buf_fmt(&b, " FROM %s WHERE 1 = 0 ON CONFLICT(", p->pub.target);
	tribx_sql_list(&b, p, TRIB_SQL_KEY, ", ", "@");
	tribx_buf_puts(&b, ") DO NOTHING");
	p->pub.unique = tribx_sql_keep(p, &b);
	p->pub.make_unique = make_index(p, "_trib_key_", true, NULL);
}

static void stage(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "%s_trib_stage_%d", p->d->temp_schema, p->number);
	p->pub.stage = tribx_sql_keep(p, &b);
	tribx_buf_fmt(&b, "%s IF NOT EXISTS %s(", p->d->temp, p->pub.stage);
	tribx_sql_list(&b, p, SQL_IN_ROWS, ", ", "@ #");
	for (int w = 0; w < p->mask_words; w++) {
		tribx_buf_puts(&b, ", ");
		tribx_sql_mask(&b, w);
		tribx_buf_fmt(&b, " %s NOT NULL DEFAULT 0", p->d->types[TRIB_I64]);
	}
	if (p->has_key && p->d->joined)
		tribx_buf_fmt(&b, ", _trib_n %s GENERATED BY DEFAULT AS IDENTITY)", p->d->types[TRIB_I64]);
	else if (p->has_key) {
		tribx_buf_puts(&b, ", PRIMARY KEY(");
		tribx_sql_list(&b, p, TRIB_SQL_STAGE_KEY, ", ", "@");
		tribx_buf_fmt(&b, "))%s", p->d->keyed);
	} else
		tribx_buf_puts(&b, ")");
	p->pub.stage_create = tribx_sql_keep(p, &b);
	tribx_buf_fmt(&b, "DROP TABLE IF EXISTS %s; DROP TABLE IF EXISTS %s_trib_slice_%d", p->pub.stage,
	              p->d->temp_schema, p->number);
	p->pub.stage_drop = tribx_sql_keep(p, &b);
	tribx_buf_fmt(&b, "%s %s", p->d->clear, p->pub.stage);
	p->pub.stage_clear = tribx_sql_keep(p, &b);
	tribx_buf_fmt(&b, "SELECT count(*) FROM %s", p->pub.stage);
	p->pub.stage_count = tribx_sql_keep(p, &b);
}

void tribx_sql_texts(struct tribx_sql *p)
{
	struct tribx_buf b = { 0 };
	for (size_t i = 0; i < p->pub.column_count; i++) {
		tribx_buf_fmt(&b, "ALTER TABLE %s ADD COLUMN %s %s", p->pub.target, p->columns[i].quoted,
		              p->columns[i].type);
		p->columns[i].add = tribx_sql_keep(p, &b);
	}
	p->pub.create = create(p);
	indexes(p);
	if (p->mode != TRIB_APPEND && !(p->flags & TRIB_SQL_ASKED))
		stage(p);
	tribx_buf_fmt(&b, "SELECT 1 FROM %s LIMIT 1", p->pub.target);
	p->pub.target_any = tribx_sql_keep(p, &b);
}
