/* options - the words of a write mode: a table of what each mode understands; anything else is refused, never
 * ignored. */
#include "sql/plan.h"

#include <stdio.h>
#include <string.h>

enum { ALL = -1, SCD2 = 1 << TRIB_SCD2, MERGE = 1 << TRIB_MERGE };

static const struct word { const char *name, *dflt; int modes; } words[] = {
	{ "strategy", "upsert", MERGE }, { "recorded_from", "valid_from", SCD2 }, { "recorded_to", "valid_to", SCD2 },
	{ "revision", NULL, SCD2 }, { "open", NULL, SCD2 }, { "time_from", NULL, SCD2 },
	{ "ignore", NULL, SCD2 | MERGE },
	{ "absent", "keep", SCD2 }, { "close_in", NULL, SCD2 },
};

static const char *word(const struct trib_table *is, const char *name)
{
	const char *given = is->options ? trib_map_text(is->options, name) : NULL;
	for (size_t i = 0; !given && i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].dflt;
	return given;
}

static void refuse_others(struct tribx_sql *p, const struct trib_table *is)
{
	for (size_t i = 0; is->options && i < is->options->count; i++) {
		const char *name = is->options->names[i];
		bool known = false;
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			known |= strcmp(words[k].name, name) == 0 && words[k].modes & 1 << p->mode;
		if (!known)
			tribx_sql_fault(p, "table %s: the option `%s` is not offered for its mode", p->pub.name, name);
	}
}

/* Names of a list: ["a", "b"], [a, b] or a, b. Each is handed to the columns: role is set, or a compare is taken
 * away. */
static void each_name(struct tribx_sql *p, const char *option, const char *list, unsigned gives, unsigned takes)
{
	while (list && *list) {
		char name[256];
		list += strspn(list, "[], \"\t\n");
		size_t n = strcspn(list, "[],\"\t\n"), found = 0;
		while (n && list[n - 1] == ' ')
			n--;
		if (n == 0)
			break;
		snprintf(name, sizeof name, "%.*s", (int)n, list);
		list += n;
		for (size_t i = 0; i < p->pub.column_count; i++) {
			struct trib_sql_column *c = &p->columns[i];
			const char *field = c->role & TRIB_SQL_EXACT ? p->columns[i - 1].name : c->name;
			if (strcmp(field, name) != 0)
				continue;
			found++;
			if (!(c->role & TRIB_SQL_NEAR))
				c->role = (c->role & ~takes) | gives;
		}
		if (!found)
			tribx_sql_fault(p, "table %s: `%s:` names the column `%s`, which it does not have", p->pub.name,
			                option, name);
	}
}

static const char *literal(struct tribx_sql *p, const char *text)
{
	struct tribx_buf b = { 0 };
	tribx_buf_putc(&b, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			tribx_buf_putc(&b, '\'');
		tribx_buf_putc(&b, *text);
	}
	tribx_buf_putc(&b, '\'');
	return tribx_sql_keep(p, &b);
}

static const char *kept(struct tribx_sql *p, const char *text)
{
	const char *s = text ? tribx_arena_text(&p->arena, text, strlen(text)) : NULL;
	if (text && !s)
		p->no_memory = true;
	return s;
}

static void scd2(struct tribx_sql *p, const struct trib_table *is)
{
	const char *open = word(is, "open"), *absent = word(is, "absent"), *when = word(is, "time_from");
	p->pub.recorded_from = p->from = kept(p, word(is, "recorded_from"));
	p->pub.recorded_to = p->to = kept(p, word(is, "recorded_to"));
	p->pub.revision = p->revision = kept(p, word(is, "revision"));
	if (open && strcmp(open, "null") != 0) {
		p->open = literal(p, open);
		p->pub.open = kept(p, open);
	}
	each_name(p, "close_in", word(is, "close_in"), TRIB_SQL_CLOSE, 0);
	p->close_absent = strcmp(absent, "close") == 0;
	if (!p->close_absent && strcmp(absent, "keep") != 0)
		tribx_sql_fault(p, "table %s: `absent:` is keep or close, not `%s`", p->pub.name, absent);
	if (!when)
		return;
	each_name(p, "time_from", when, TRIB_SQL_WHEN, TRIB_SQL_COMPARE);
	for (size_t i = 0; i < p->pub.column_count; i++)
		if (p->columns[i].role & TRIB_SQL_WHEN)
			p->when = p->columns[i].quoted;
	if (p->revision || p->close_absent || word(is, "close_in"))
		tribx_sql_fault(p, "table %s: `time_from:` goes with neither `revision:`, `absent: close` nor"
		                   " `close_in:`", p->pub.name);
}

void tribx_sql_options(struct tribx_sql *p, const struct trib_table *is)
{
	refuse_others(p, is);
	if (p->pub.fault)
		return;
	if (p->mode == TRIB_MERGE) {
		const char *s = word(is, "strategy");
		if (strcmp(s, "insert_only") == 0)
			p->mode = TRIB_INSERT_ONLY;
		else if (strcmp(s, "replace_slice") == 0)
			p->mode = TRIB_REPLACE_SLICE;
		else if (strcmp(s, "upsert") != 0)
			tribx_sql_fault(p, "table %s: `strategy:` is upsert, insert_only or replace_slice, not `%s`",
			                p->pub.name, s);
	}
	if (is->mode == TRIB_MERGE || is->mode == TRIB_SCD2)
		each_name(p, "ignore", word(is, "ignore"), 0, TRIB_SQL_COMPARE);
	if (p->mode == TRIB_SCD2)
		scd2(p, is);
}
