/* rows - see rows.h. compare.c compares. */
#include "test/rows.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "field/fill.h"

int tribx_sheet_column(const struct tribx_sheet *s, const char *name)
{
	for (size_t i = 0; i < s->column_count; i++)
		if (strcmp(s->columns[i], name) == 0)
			return (int)i;
	return -1;
}

/* ---- what the test says ---- */

static bool add_column(struct tribx_sheet *s, const char *name, size_t *cap, struct tribx_arena *a)
{
	if (tribx_sheet_column(s, name) >= 0)
		return true;
	if (s->column_count == *cap) {
		const size_t more = *cap ? *cap * 2 : 16;
		const char **grown = tribx_arena_new(a, more * sizeof *grown);
		if (!grown)
			return false;
		if (s->column_count)
			memcpy(grown, s->columns, s->column_count * sizeof *grown);
		s->columns = grown;
		*cap = more;
	}
	s->columns[s->column_count++] = name;
	return true;
}

/* A scalar as written; lists and maps as JSON. NULL is null, or no memory. */
static const char *cell_text(const struct tribx_conf *c, struct tribx_arena *a)
{
	if (!c || c->kind == TRIBX_NULL || (c->kind == TRIBX_SCALAR && c->plain && tribx_plain_type(c->text) == TRIB_NULL))
		return NULL;
	if (c->kind == TRIBX_SCALAR)
		return c->text;
	struct tribx_buf json = { 0 };
	const char *text = tribx_conf_json(c, &json) && !json.failed ? tribx_arena_text(a, json.p, json.n) : NULL;
	tribx_buf_done(&json);
	return text;
}

static bool fill_row(struct tribx_sheet *s, struct tribx_cells *row, bool csv, struct tribx_arena *a)
{
	row->texts = tribx_arena_new(a, (s->column_count + 1) * sizeof *row->texts);
	row->loose = csv ? tribx_arena_new(a, s->column_count + 1) : NULL;
	if (!row->texts || (csv && !row->loose))
		return false;
	for (size_t i = 0; i < row->at->count; i++) {
		const int col = tribx_sheet_column(s, row->at->items[i].key);
		row->texts[col] = cell_text(&row->at->items[i], a);
		if (csv && (!row->texts[col] || !*row->texts[col]))
			row->loose[col] = true;
	}
	return true;
}

bool tribx_sheet_of_conf(struct tribx_sheet *s, const struct tribx_conf *list, bool csv, struct tribx_arena *a,
                         struct tribx_findings *f)
{
	size_t cap = 0;
	bool good = true;
	*s = (struct tribx_sheet){ 0 };
	if (!list || list->kind == TRIBX_NULL)
		return true;
	if (list->kind != TRIBX_LIST) {
		tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", list, false, "rows are a list of maps, one per row");
		return false;
	}
	for (size_t i = 0; i < list->count && good; i++) {
		const struct tribx_conf *row = &list->items[i];
		if (row->kind != TRIBX_MAP) {
			tribx_finding_put(f, TRIB_CONFIG, "config.bad_value", row, false, "a row is a map of columns: { day: 2025-01-31, amount: 1.5 }");
			return false;
		}
		for (size_t k = 0; k < row->count && good; k++)
			good = add_column(s, row->items[k].key, &cap, a);
	}
	s->rows = good ? tribx_arena_new(a, (list->count + 1) * sizeof *s->rows) : NULL;
	s->types = good ? tribx_arena_new(a, (s->column_count + 1) * sizeof *s->types) : NULL;
	good = s->rows && s->types;
	for (size_t i = 0; i < list->count && good; i++) {
		s->rows[i].at = &list->items[i];
		good = fill_row(s, &s->rows[s->count++], csv, a);
	}
	return good || tribx_no_memory(f);
}

/* ---- values ---- */

/* Digits without what does not count: +1.50 is 1.5, -0 is 0. NULL: not digits. */
static const char *plain_number(const char *text, struct tribx_arena *a)
{
	const bool minus = *text == '-';
	const char *p = text + (*text == '-' || *text == '+'), *dot;
	size_t whole = strspn(p, "0123456789"), part = 0;
	dot = p + whole;
	if (*dot == '.')
		part = strspn(dot + 1, "0123456789");
	if (whole + part == 0 || dot[*dot == '.' ? part + 1 : 0])
		return NULL;
	for (; whole > 1 && *p == '0'; whole--)
		p++;
	while (part > 0 && dot[part] == '0')
		part--;
	const bool zero = part == 0 && (whole == 0 || (whole == 1 && *p == '0'));
	char *to = tribx_arena_new(a, whole + part + 4), *w = to;
	if (!to)
		return NULL;
	if (minus && !zero)
		*w++ = '-';
	if (whole == 0)
		*w++ = '0';
	memcpy(w, p, whole);
	w += whole;
	if (part > 0) {
		*w++ = '.';
		memcpy(w, dot + 1, part);
	}
	return to;
}

static const char *plain_json(const char *text, struct tribx_arena *a)
{
	json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);
	char *dump = v ? json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
	const char *out = dump ? tribx_arena_text(a, dump, strlen(dump)) : NULL;
	free(dump);
	json_decref(v);
	return out;
}

const char *tribx_plain_value(const struct trib_field *type, const char *text, struct tribx_arena *a)
{
	union tribx_value v;
	char to[64];
	switch (type->type) {
	case TRIB_NULL: case TRIB_STR: case TRIB_SECRET: return text;
	case TRIB_JSON: return plain_json(text, a);
	case TRIB_DEC: case TRIB_I64: return plain_number(text, a);
	case TRIB_BOOL:
		return strcmp(text, "1") == 0 ? "true" : strcmp(text, "0") == 0 ? "false" : strcmp(text, "true") && strcmp(text, "false") ? NULL : text;
	default: break;
	}
	const struct trib_field bare = { .name = "value", .type = type->type };
	if (tribx_value_parse(&bare, text, &v))
		return NULL;
	if (type->type == TRIB_F64)
		snprintf(to, sizeof to, "%a", v.f);   /* compared only; shown as written */
	else
		tribx_value_show(&bare, v, to);
	return tribx_arena_text(a, to, strlen(to));
}

static const struct { const char *word; enum trib_type type; } words[] = {
	{ "text", TRIB_STR }, { "int64", TRIB_I64 }, { "float64", TRIB_F64 }, { "decimal", TRIB_DEC }, { "bool", TRIB_BOOL },
	{ "date", TRIB_DATE }, { "time", TRIB_TIME }, { "clock", TRIB_CLOCK }, { "duration", TRIB_DURATION }, { "json", TRIB_JSON },
};

const char *tribx_column_word(enum trib_type type)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].type == type)
			return words[i].word;
	return NULL;
}

enum trib_type tribx_column_type(const char *word)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].type;
	return TRIB_NULL;
}

/* ---- what came out ---- */

static const struct trib_field *type_of(const struct trib_field *types, const char *name)
{
	for (; types && types->name; types++)
		if (strcmp(types->name, name) == 0)
			return types;
	return NULL;
}

/* A decimal is stored as a number for people and as its exact text beside it: NAME_dec. */
static int stored_column(const struct trib_batch *b, const char *name, const struct trib_field *type)
{
	struct tribx_buf exact = { 0 };
	int col = -1;
	if (type && type->type == TRIB_DEC) {
		tribx_buf_fmt(&exact, "%s_dec", name);
		col = exact.failed ? -1 : trib_col(b, exact.p);
		tribx_buf_done(&exact);
	}
	return col >= 0 ? col : trib_col(b, name);
}

static bool take_column(struct tribx_sheet *s, const struct trib_batch *b, size_t at, const struct trib_field *type, struct tribx_arena *a)
{
	struct trib_view v;
	const int col = stored_column(b, s->columns[at], type);
	s->types[at] = type ? *type : (struct trib_field){ .name = s->columns[at], .type = col >= 0 ? tribx_type(b, col) : TRIB_NULL };
	if (col < 0)
		return true;
	if (trib_view(b, col, &v) < 0)
		return false;
	for (size_t r = 0; r < s->count; r++) {
		struct tribx_buf text = { 0 };
		const bool is = tribx_cell(&v, (int64_t)r, &text);
		s->rows[r].texts[at] = is ? tribx_arena_text(a, text.p ? text.p : "", text.n) : NULL;
		const bool good = !text.failed && (!is || s->rows[r].texts[at]);
		tribx_buf_done(&text);
		if (!good)
			return false;
	}
	return true;
}

bool tribx_sheet_of_batch(struct tribx_sheet *s, const struct trib_batch *b, const struct tribx_sheet *like,
                          const struct trib_field *types, struct tribx_arena *a)
{
	*s = (struct tribx_sheet){ .columns = like->columns, .column_count = like->column_count, .count = (size_t)b->array.length };
	s->rows = tribx_arena_new(a, (s->count + 1) * sizeof *s->rows);
	s->types = tribx_arena_new(a, (s->column_count + 1) * sizeof *s->types);
	if (!s->rows || !s->types)
		return false;
	for (size_t r = 0; r < s->count; r++)
		if (!(s->rows[r].texts = tribx_arena_new(a, (s->column_count + 1) * sizeof *s->rows[r].texts)))
			return false;
	for (size_t i = 0; i < s->column_count; i++)
		if (!take_column(s, b, i, type_of(types, s->columns[i]), a))
			return false;
	return true;
}
