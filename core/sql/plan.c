/* plan - from a table as the pipeline describes it to its columns: quoted names, types, roles, and what cannot be. */
#include "sql/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tribx_sql_fault(struct tribx_sql *p, const char *fmt, ...)
{
	va_list args;
	if (p->pub.fault)
		return;
	va_start(args, fmt);
	p->pub.fault = tribx_arena_fmt(&p->arena, fmt, args);
	va_end(args);
	p->pub.fault_code = "sink.bad_table";
	if (!p->pub.fault)
		p->no_memory = true;
}

const char *tribx_sql_keep(struct tribx_sql *p, struct tribx_buf *b)
{
	const char *s = b->failed ? NULL : tribx_arena_text(&p->arena, b->p ? b->p : "", b->n);
	if (!s)
		p->no_memory = true;
	tribx_buf_done(b);
	*b = (struct tribx_buf){ 0 };
	return s;
}

bool tribx_sql_same_name(const struct trib_dialect *d, const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char x = *a, y = *b;
		if (d->one_case && x >= 'A' && x <= 'Z')
			x = (char)(x + 32);
		if (d->one_case && y >= 'A' && y <= 'Z')
			y = (char)(y + 32);
		if (x != y)
			return false;
	}
	return *a == *b;
}

static const char *quoted(struct tribx_sql *p, const char *name)
{
	size_t n = strlen(name);
	char *to = tribx_arena_new(&p->arena, 2 * n + 3);
	if (!to)
		p->no_memory = true;
	else if (trib_sql_quote(p->d, (struct trib_text){ name, n }, to) < 0)
		tribx_sql_fault(p, "the name `%s` is too long for %s (%zu bytes, at most %zu)", name, p->d->name, n,
		                p->d->name_bytes_max);
	return to;
}

static bool is_taken(const struct tribx_sql *p, const char *name)
{
	const size_t n = strlen(name);
	for (const char *s = p->d->taken; s && n && (s = strstr(s, name)); s++)
		if (s > p->d->taken && s[-1] == ' ' && s[n] == ' ')
			return true;
	return false;
}

static struct trib_sql_column *add_column(struct tribx_sql *p, const char *name, const char *type, int from,
                                          unsigned role)
{
	struct trib_sql_column *c = &p->columns[p->pub.column_count];
	for (size_t i = 0; i < p->pub.column_count; i++)
		if (tribx_sql_same_name(p->d, p->columns[i].name, name))
			tribx_sql_fault(p, "the columns `%s` and `%s` of %s have one name in %s", p->columns[i].name,
			                name, p->pub.name, p->d->name);
	if (!*name && p->d->joined)
		tribx_sql_fault(p, "a column of %s has an empty name, and %s knows none", p->pub.name, p->d->name);
	if (strncmp(name, "_trib_absent", 12) == 0 || (p->d->joined && strcmp(name, "_trib_n") == 0) || is_taken(p, name))
		tribx_sql_fault(p, "the column name `%s` of %s is taken", name, p->pub.name);
	*c = (struct trib_sql_column){ .type = type, .from = from, .role = role };
	c->name = tribx_arena_text(&p->arena, name, strlen(name));
	c->quoted = quoted(p, name);
	c->name = c->name ? c->name : "";   /* the plan is given up at its end; until then names are compared */
	p->no_memory |= !*c->name && *name;
	p->pub.column_count++;
	return c;
}

static unsigned field_role(const struct trib_field *f)
{
	return (f->flags & TRIB_KEY ? TRIB_SQL_KEY : TRIB_SQL_VALUE | TRIB_SQL_COMPARE) |
	       (f->flags & TRIB_CURSOR ? TRIB_SQL_VERSION : 0) | (f->flags & TRIB_SLICE ? TRIB_SQL_SLICE : 0);
}

static void add_field(struct tribx_sql *p, const struct trib_field *f, int i)
{
	unsigned role = field_role(f) | (f->type == TRIB_TIME ? TRIB_SQL_MOMENT : f->type == TRIB_STR ? TRIB_SQL_TEXT : 0);
	const char *type = f->type <= TRIB_DURATION ? p->d->types[f->type] : NULL;
	const char *stored = p->at && p->at->stored ? p->at->stored[i] : NULL;
	if (f->type == TRIB_NULL)
		return;   /* nobody has seen a value yet; the table is described again when one comes */
	if (!type) {
		tribx_sql_fault(p, "column `%s` of %s has a type that cannot be stored", f->name, p->pub.name);
		return;
	}
	if (stored && strncmp(stored, "text", 4) != 0 && strncmp(stored, "character", 9) != 0)
		role &= ~(unsigned)TRIB_SQL_TEXT;
	if (type && stored && !(type = tribx_arena_text(&p->arena, stored, strlen(stored))))
		p->no_memory = true;
	if (f->type != TRIB_DEC || !p->d->exact_beside) {
		add_column(p, f->name, type, i, role);
		return;
	}
	/* the number for queries, the text for truth: keys, slices and changes are told by the text, versions by the
	 * number */
	char *exact = tribx_arena_new(&p->arena, strlen(f->name) + 5);
	if (!exact) {
		p->no_memory = true;
		return;
	}
	strcpy(exact, f->name);
	strcat(exact, "_dec");
	add_column(p, f->name, p->d->types[TRIB_F64], i, TRIB_SQL_NEAR | TRIB_SQL_VALUE | (role & TRIB_SQL_VERSION));
	add_column(p, exact, type, i, TRIB_SQL_EXACT | (role & ~(unsigned)TRIB_SQL_VERSION));
}

static void check_mode(struct tribx_sql *p)
{
	static const struct { bool key, slice; } needs[] = {
		[TRIB_MERGE] = { true, false }, [TRIB_INSERT_ONLY] = { true, false },
		[TRIB_REPLACE_SLICE] = { false, true },
		[TRIB_SCD2] = { true, false }, [TRIB_EFFECTIVE] = { true, false }, [TRIB_SNAPSHOT] = { false, false },
	};
	bool slice = false;
	for (size_t i = 0; i < p->pub.column_count; i++) {
		p->has_key |= (p->columns[i].role & TRIB_SQL_KEY) != 0;
		p->has_version |= (p->columns[i].role & TRIB_SQL_VERSION) != 0;
		p->has_compare |= (p->columns[i].role & TRIB_SQL_COMPARE) != 0;
		p->has_values |= (p->columns[i].role & TRIB_SQL_VALUE) != 0;
		slice |= (p->columns[i].role & TRIB_SQL_SLICE) != 0;
	}
	if (p->mode > TRIB_SCD2)
		tribx_sql_fault(p, "table %s: this mode is not offered", p->pub.name);
	else if (needs[p->mode].key && !p->has_key)
		tribx_sql_fault(p, "table %s needs `key:` for its mode", p->pub.name);
	else if (needs[p->mode].slice && !slice)
		tribx_sql_fault(p, "table %s needs `slice_by:` for its mode", p->pub.name);
}

static void check_name(struct tribx_sql *p)
{
	const char *r = p->d->reserved;
	if (p->flags & TRIB_SQL_TEMPORARY)
		return;
	if (!*p->pub.name && p->d->joined)
		tribx_sql_fault(p, "a table has an empty name, and %s knows none", p->d->name);
	if (strncmp(p->pub.name, "_trib_", 6) == 0)
		tribx_sql_fault(p, "table names that begin with _trib_ are taken: `%s`", p->pub.name);
	for (size_t i = 0; r && r[i]; i++) {
		char c = p->pub.name[i];
		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != r[i])
			return;
	}
	if (r)
		tribx_sql_fault(p, "%s keeps table names that begin with %s for itself: `%s`", p->d->name, r,
		                p->pub.name);
}

/* Before a text is made of a column: a table that is far too wide costs nothing. */
static void check_width(struct tribx_sql *p, const struct trib_field *f)
{
	const size_t most = p->d->size > offsetof(struct trib_dialect, columns_max) ? p->d->columns_max : 0;
	const bool staged = p->mode != TRIB_APPEND && !(p->flags & TRIB_SQL_ASKED);
	size_t n = 0, masks = staged ? (size_t)p->mask_words : 0;
	bool doubled = false;
	char beside[64] = "";
	for (; f->name; f++) {
		const bool two = f->type == TRIB_DEC && p->d->exact_beside;
		n += two ? 2 : f->type != TRIB_NULL;
		doubled |= two;
	}
	if (p->pub.fault || !most || n + masks <= most)
		return;
	if (masks)
		snprintf(beside, sizeof beside, ", %zu of them for this mode's own use", masks);
	tribx_sql_fault(p, "table %s would have %zu columns%s%s, and %s holds %zu at most", p->pub.name, n + masks,
	                doubled ? " (a decimal takes two)" : "", beside, p->d->name, most);
	p->pub.fault_code = "sink.too_many_columns";
}

/* A history by the rows' own time has that column's type, where types count. */
static const char *moment_type(const struct tribx_sql *p)
{
	for (size_t i = 0; p->d->joined && i < p->pub.column_count; i++)
		if (p->columns[i].role & TRIB_SQL_WHEN)
			return p->columns[i].type;
	return p->d->types[TRIB_TIME];
}

static void add_history(struct tribx_sql *p)
{
	const struct { const char *name, *type; } added[] = {
		{ p->from, moment_type(p) }, { p->to, moment_type(p) },
		{ p->revision, p->d->types[TRIB_I64] },
	};
	const char *names[3] = { NULL, NULL, NULL };
	for (int i = 0; i < 3; i++)
		if (added[i].name)
			names[i] = add_column(p, added[i].name, added[i].type, -1, TRIB_SQL_ADDED)->quoted;
	p->from = names[0];
	p->to = names[1];
	p->revision = names[2];
}

static const char *target_name(struct tribx_sql *p)
{
	const char *schema = p->at && p->at->schema ? quoted(p, p->at->schema) : NULL, *name = quoted(p, p->pub.name);
	struct tribx_buf b = { 0 };
	if (!schema || !name)
		return name;
	tribx_buf_fmt(&b, "%s.%s", schema, name);
	return tribx_sql_keep(p, &b);
}

struct trib_sql *trib_sql_new(const struct trib_dialect *d, const struct trib_table *is, int number, unsigned flags)
{
	return trib_sql_new_at(d, is, NULL, number, flags);
}

struct trib_sql *trib_sql_new_at(const struct trib_dialect *d, const struct trib_table *is, const struct trib_sql_place *at, int number,
                                 unsigned flags)
{
	struct tribx_sql *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->pub.size = sizeof p->pub;
	p->d = d;
	p->mode = is->mode;
	p->flags = flags;
	p->number = number;
	p->at = at;
	p->now = d->numbered ? "$1" : "?1";
	p->pub.name = tribx_arena_text(&p->arena, is->name, strlen(is->name));
	if (!p->pub.name)
		goto no_memory;
	while (is->columns[p->field_count].name)
		p->field_count++;
	p->mask_words = p->field_count / SQL_MASK_BITS + 1;
	p->columns = tribx_arena_new(&p->arena, ((size_t)p->field_count * 2 + 4) * sizeof *p->columns);
	if (!p->columns)
		goto no_memory;
	p->pub.columns = p->columns;
	check_name(p);
	check_width(p, is->columns);
	for (int i = 0; i < p->field_count && !p->pub.fault; i++)
		add_field(p, &is->columns[i], i);
	if (!p->pub.fault && !p->no_memory && p->pub.column_count == 0)
		tribx_sql_fault(p, "table %s has no columns", p->pub.name);
	if (!p->pub.fault && !p->no_memory)
		tribx_sql_options(p, is);
	if (!p->pub.fault && !p->no_memory && p->mode == TRIB_SCD2)
		add_history(p);
	if (!p->pub.fault && !p->no_memory)
		check_mode(p);
	if (!p->pub.fault && !p->no_memory) {
		p->pub.target = target_name(p);
		tribx_sql_texts(p);
	}
	p->at = NULL;
	if (!p->no_memory)
		return &p->pub;
no_memory:
	trib_sql_free(&p->pub);
	return NULL;
}

void trib_sql_free(struct trib_sql *s)
{
	struct tribx_sql *p = (struct tribx_sql *)s;
	if (!p)
		return;
	tribx_buf_done(&p->put);
	tribx_buf_done(&p->recall);
	tribx_buf_done(&p->widen);
	tribx_arena_done(&p->arena);
	free(p);
}

char *trib_sql_shape(const struct trib_table *is)
{
	char *x = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&x, &size);
	if (!f)
		return NULL;
	fprintf(f, "%zu:%s %d", strlen(is->name), is->name, (int)is->mode);
	for (const struct trib_field *c = is->columns; c->name; c++)
		fprintf(f, " %zu:%s/%d/%u", strlen(c->name), c->name, (int)c->type, c->flags);
	for (size_t i = 0; is->options && i < is->options->count; i++) {
		const char *value = trib_map_text(is->options, is->options->names[i]);
		fprintf(f, " %s=%zu:%s", is->options->names[i], value ? strlen(value) : 0, value ? value : "");
	}
	bool bad = ferror(f);
	if (fclose(f) == 0 && !bad)
		return x;
	free(x);
	return NULL;
}
