/* map - shapes rows: filter, derive, cast, rename, select or drop, constants, always in this order.
 *
 * Law: each step sees what the one before made, so a derived column can be cast and a renamed one selected by its new
 * name. Columns that no option names are shared with the input, never copied. A row that the filter leaves out is
 * counted, a cell that does not cast makes its row a dead letter with column, cell and reason. */
#include <stdio.h>
#include <stdlib.h>
#include <tributary.h>
#include <tributary/expr.h>
#include <tributary/value.h>
#include "near.h"

/* What a column that replaces another is called until it has taken its place. */
#define FRESH "\x1f" "fresh"

struct cast {
	const char *type, *format, *locale;
	int64_t scale;
	bool scientific;
};

struct derived { struct trib_expr *e; enum trib_type type; int scale; };

struct map {
	trib_list select, drop;
	trib_map rename, cast, derive, constants;
	const char *filter;
	struct trib_expr *condition;
	struct derived *derived;
	struct trib_numbers *numbers;        /* by cast */
};

static const struct trib_field cast_fields[] = {
	TRIB_FIELD(struct cast, type, .flags = TRIB_REQUIRED,
	           .allow = "text|int64|decimal|float64|bool|date|time|clock|duration|json", .help = "Type of the column."),
	TRIB_FIELD(struct cast, format, .flags = TRIB_TIME_FORMAT,
	           .help = "How dates and times are written (strptime's letters); ISO 8601 if not given."),
	TRIB_FIELD(struct cast, locale,
	           .help = "How numbers are written: de_DE, fr, or a sample (1.234,56); plain if not given."),
	TRIB_FIELD(struct cast, scale, .dflt = "9", .allow = "0..38", .help = "Decimals of a decimal."),
	TRIB_FIELD(struct cast, scientific, .dflt = "false", .help = "1.2e3 is a number."),
	{ 0 },
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct map, filter, .flags = TRIB_EXPR, .help = "Condition of the rows that go on."),
	TRIB_FIELD(struct map, derive, .flags = TRIB_EXPR,
	           .help = "New column to its expression; each sees those before it."),
	TRIB_FIELD(struct map, cast, TRIB_OF(struct cast, cast_fields),
	           .help = "Column to its type, or to {type, format, locale, scale}."),
	TRIB_FIELD(struct map, rename, .help = "Old name to new name."),
	TRIB_FIELD(struct map, select, .help = "The columns that go on, in this order; the others are dropped."),
	TRIB_FIELD(struct map, drop, .help = "Columns that do not go on."),
	TRIB_FIELD(struct map, constants, .help = "New column to the text in every row."),
	{ 0 },
};

static const struct { const char *word; enum trib_type type; } types[] = {
	{ "text", TRIB_STR }, { "int64", TRIB_I64 }, { "decimal", TRIB_DEC }, { "float64", TRIB_F64 },
	{ "bool", TRIB_BOOL }, { "date", TRIB_DATE },
	{ "time", TRIB_TIME }, { "clock", TRIB_CLOCK }, { "duration", TRIB_DURATION }, { "json", TRIB_JSON },
};

static enum trib_type type_of(const char *word)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, word) == 0)
			return types[i].type;
	return TRIB_NULL;
}

static const char *word_of(enum trib_type type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return types[i].word;
	return "nothing";
}

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

/* ---- open ---- */

static int open_cast(struct trib *t, struct map *m, size_t i)
{
	const struct cast *c = (const struct cast *)m->cast.items + i;
	const enum trib_type type = type_of(c->type);
	if (c->locale && type != TRIB_I64 && type != TRIB_DEC && type != TRIB_F64)
		return trib_fail(t, TRIB_CONFIG, "map.bad_cast: cast of \"%s\": locale is for numbers, not for %s",
		                 m->cast.names[i], c->type);
	if (c->format && type != TRIB_DATE && type != TRIB_TIME)
		return trib_fail(t, TRIB_CONFIG, "map.bad_cast: cast of \"%s\": format is for dates and times, not for %s",
		                 m->cast.names[i], c->type);
	m->numbers[i] = (struct trib_numbers){ .decimal = '.' };
	if (c->locale && trib_numbers(c->locale, &m->numbers[i]) != 0)
		return trib_fail(t, TRIB_CONFIG,
		                 "map.bad_cast: cast of \"%s\": no locale \"%s\" is known; write one (de_DE, en_US, fr) or a "
		                 "sample (1.234,56)", m->cast.names[i], c->locale);
	m->numbers[i].scientific |= c->scientific;
	return TRIB_OK;
}

static int open_map(struct trib *t, void *self)
{
	struct map *m = self;
	m->derived = calloc(m->derive.count + 1, sizeof *m->derived);
	m->numbers = calloc(m->cast.count + 1, sizeof *m->numbers);
	if (!m->derived || !m->numbers)
		return no_memory(t);
	if (m->select.count && m->drop.count)
		return trib_fail(t, TRIB_CONFIG,
		                 "map.name_clash: select and drop exclude one another: what is not selected is dropped");
	int bad = m->filter ? trib_expr(t, m->filter, &m->condition) : TRIB_OK;
	for (size_t i = 0; i < m->derive.count && bad == 0; i++)
		bad = trib_expr(t, ((const char *const *)m->derive.items)[i], &m->derived[i].e);
	for (size_t i = 0; i < m->cast.count && bad == 0; i++)
		bad = open_cast(t, m, i);
	return bad;
}

static void close_map(struct trib *t, void *self)
{
	struct map *m = self;
	(void)t;
	free(m->derived);
	free(m->numbers);
}

/* ---- columns ---- */

static int find(struct trib *t, const struct trib_batch *b, const char *option, const char *name)
{
	const int at = trib_col(b, name);
	if (at >= 0)
		return at;
	const char *best = near_column(b, name);
	return trib_fail(t, TRIB_CONFIG, "map.unknown_column: %s: there is no column \"%s\"%s%s%s", option, name,
	                 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

static int add(struct trib_batch *b, const char *name, enum trib_type type, int scale)
{
	return type == TRIB_DEC ? trib_add_dec(b, name, 38, scale) : trib_add(b, name, type);
}

/* Closes the column that was added last, so that it can be looked at; it takes the place and the name of `at` (-1:
 * it stays). */
static int close_column(struct trib *t, struct trib_batch *b, int at)
{
	const int n = trib_cols(b) - (at >= 0);
	int *cols = trib_scratch(t, (size_t)n * sizeof *cols);
	const char **names = trib_scratch(t, (size_t)n * sizeof *names);
	if (!cols || !names)
		return no_memory(t);
	for (int i = 0; i < n; i++)
		cols[i] = i == at ? n : i;
	if (at >= 0 && !(names[at] = trib_fmt(t, "%s", trib_col_name(b, at))))
		return no_memory(t);
	return trib_pick_cols(b, cols, names, n) < 0 ? no_memory(t) : TRIB_OK;
}

/* rename, then select or drop. cols and names have room for all columns of b; the number of columns left, or
 * negative. */
static int arrange(struct trib *t, const struct map *m, const struct trib_batch *b, int *cols, const char **names)
{
	const char *const *to = m->rename.items, *const *select = m->select.items, *const *drop = m->drop.items;
	int n = trib_cols(b), kept = 0;
	for (int i = 0; i < n; i++)
		cols[i] = i, names[i] = trib_col_name(b, i);
	for (size_t i = 0; i < m->rename.count; i++) {
		const int at = find(t, b, "rename", m->rename.names[i]);
		if (at < 0)
			return at;
		names[at] = to[i];
	}
	for (int i = 0; i < n; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(names[i], names[k]) == 0)
				return trib_fail(t, TRIB_CONFIG, "map.name_clash: rename: two columns would be called \"%s\"",
				                 names[i]);
	const size_t listed = m->select.count ? m->select.count : m->drop.count;
	int *order = trib_scratch(t, ((size_t)n + listed) * sizeof *order);
	if (!order)
		return no_memory(t);
	for (size_t i = 0; i < listed; i++) {
		const char *name = m->select.count ? select[i] : drop[i];
		int at = 0;
		while (at < n && strcmp(names[at], name) != 0)
			at++;
		if (at == n)
			return find(t, b, m->select.count ? "select" : "drop", name) < 0 ? TRIB_CONFIG :
			       trib_fail(t, TRIB_CONFIG,
			                 "map.unknown_column: %s: column \"%s\" has another name by then (rename comes before)",
			                 m->select.count ? "select" : "drop", name);
		order[i] = at;
	}
	if (m->select.count) {
		const char **by = trib_scratch(t, listed * sizeof *by);
		if (!by)
			return no_memory(t);
		for (size_t i = 0; i < listed; i++)
			by[i] = names[order[i]];
		memcpy(names, by, listed * sizeof *by);
		memcpy(cols, order, listed * sizeof *order);
		return (int)listed;
	}
	for (int i = 0; i < n; i++) {
		bool gone = false;
		for (size_t k = 0; k < listed; k++)
			gone |= order[k] == i;
		if (!gone)
			cols[kept] = cols[i], names[kept++] = names[i];
	}
	return kept;
}

static int finish(struct trib *t, const struct map *m, struct trib_batch *b)
{
	const size_t most = (size_t)trib_cols(b) + m->select.count + 1;
	int *cols = trib_scratch(t, most * sizeof *cols);
	const char **names = trib_scratch(t, most * sizeof *names);
	if (!cols || !names)
		return no_memory(t);
	if (m->rename.count || m->select.count || m->drop.count) {
		const int n = arrange(t, m, b, cols, names);
		if (n < 0)
			return n;
		for (int i = 0; i < n; i++)
			if (!(names[i] = trib_fmt(t, "%s", names[i])))   /* the old names go with the old columns */
				return no_memory(t);
		if (trib_pick_cols(b, cols, names, n) < 0)
			return no_memory(t);
	}
	for (size_t i = 0; i < m->constants.count; i++) {
		const char *text = ((const char *const *)m->constants.items)[i];
		if (trib_col(b, m->constants.names[i]) >= 0)
			return trib_fail(t, TRIB_CONFIG,
			                 "map.name_clash: constants: there is a column \"%s\" already; drop it, or derive it",
			                 m->constants.names[i]);
		trib_constant(b, m->constants.names[i], (struct trib_text){ text, strlen(text) });
	}
	return TRIB_OK;
}

/* ---- cast ---- */

/* Any cell as plain text; false: null. */
static bool text_at(const struct trib_view *v, int64_t i, char to[64], struct trib_text *out)
{
	if (trib_null(v, i))
		return false;
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: *out = trib_str(v, i); return true;
	case TRIB_I64: out->n = trib_dec_text(trib_dec_i64(((const int64_t *)v->values)[i]), 0, to); break;
	case TRIB_DEC: out->n = trib_dec_text(((const trib_dec *)v->values)[i], v->scale, to); break;
	case TRIB_DATE: out->n = trib_date_text((trib_date){ ((const int32_t *)v->values)[i] }, to); break;
	case TRIB_TIME: out->n = trib_time_text((trib_time){ ((const int64_t *)v->values)[i] }, to); break;
	case TRIB_BOOL: {
		const bool on = ((const uint8_t *)v->values)[(i + v->bit) >> 3] >> ((i + v->bit) & 7) & 1;
		*out = on ? (struct trib_text){ "true", 4 } : (struct trib_text){ "false", 5 };
		return true;
	}
	case TRIB_F64: {
		const double d = ((const double *)v->values)[i];
		int digits = 15;
		do
			out->n = (size_t)snprintf(to, 64, "%.*g", digits, d);
		while (digits++ < 17 && strtod(to, NULL) != d);
		for (size_t k = 0; k < out->n; k++)
			to[k] = to[k] == ',' ? '.' : to[k];        /* some locales write a comma */
		break;
	}
	default: return false;
	}
	out->p = to;
	return true;
}

struct target { enum trib_type type; const struct cast *c; const struct trib_numbers *numbers; };

/* One cell into the array of its type. 0, 1: null, or a negative trib_value_error. */
static int convert(const struct target *to, struct trib_text x, void *values, int64_t i)
{
	trib_dec d;
	double f;
	int scale = 0, bad = 0;
	if (x.n == 0 || trib_null_word(x))
		return 1;
	switch (to->type) {
	case TRIB_DATE: return trib_date_parse(x, to->c->format, (trib_date *)values + i);
	case TRIB_TIME: return trib_time_parse(x, to->c->format, (trib_time *)values + i);
	default: bad = trib_number(to->numbers, x, &d, &scale);
	}
	if (bad != 0)
		return bad;
	if (to->type == TRIB_DEC)
		return trib_dec_rescale(d, scale, (int)to->c->scale, (trib_dec *)values + i);
	if (to->type == TRIB_F64) {
		f = trib_dec_f64(d, scale);
		((double *)values)[i] = f;
		return 0;
	}
	trib_dec whole, again;
	bad = trib_dec_rescale(d, scale, 0, &whole);
	if (bad == 0 && (trib_dec_rescale(whole, 0, scale, &again) != 0 || trib_dec_cmp(again, d) != 0))
		return TRIB_NOT_A_VALUE;                        /* 1.5 is no whole number */
	if (bad == 0 && whole.hi != ((int64_t)whole.lo < 0 ? -1 : 0))
		return TRIB_OUT_OF_RANGE;
	((int64_t *)values)[i] = (int64_t)whole.lo;
	return bad;
}

static size_t width(enum trib_type type)
{
	return type == TRIB_DEC ? sizeof(trib_dec) : type == TRIB_DATE ? sizeof(int32_t) : sizeof(int64_t);
}

static void refuse(struct trib *t, const struct trib_batch *b, int64_t row, const char *column, struct trib_text x,
                   const struct target *to, int why)
{
	const int n = x.n > 80 ? 80 : (int)x.n;
	trib_reject(t, b, row, "map.not_a_value", "column \"%s\": \"%.*s\" is %s %s%s%s", column, n, x.p,
	            why == TRIB_OUT_OF_RANGE ? "too large for" : "not", to->c->type,
	            to->c->format ? " as format says: " : to->c->locale ? " as locale says: " : "",
	            to->c->format ? to->c->format : to->c->locale ? to->c->locale : "");
}

/* Numbers, dates and times: whole columns. */
static int cast_many(struct trib *t, struct trib_batch *b, int at, int fresh, const struct trib_view *v,
                     const struct target *to)
{
	const int64_t n = b->array.length;
	char *values = trib_scratch(t, (size_t)n * width(to->type) + 16), text[64];
	uint8_t *valid = trib_scratch(t, (size_t)n / 8 + 1);
	bool nulls = false;
	if (!values || !valid)
		return no_memory(t);
	for (int64_t i = 0; i < n; i++) {
		struct trib_text x;
		const int is = text_at(v, i, text, &x) ? convert(to, x, values, i) : 1;
		valid[i >> 3] |= (uint8_t)((is == 0) << (i & 7));
		nulls |= is != 0;
		if (is < 0)
			refuse(t, b, i, trib_col_name(b, at), x, to, is);
	}
	trib_put_many(b, fresh, values, nulls ? valid : NULL, n);
	return TRIB_OK;
}

static bool truth(struct trib_text x, bool *is)
{
	static const struct { const char *word; bool is; } words[] = {
		{ "true", true }, { "false", false }, { "yes", true }, { "no", false }, { "1", true }, { "0", false },
		{ "t", true }, { "f", false }, { "y", true }, { "n", false },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t k = 0;
		while (k < x.n && words[i].word[k] && (x.p[k] | 32) == (words[i].word[k] | 32))
			k++;
		if (k == x.n && !words[i].word[k])
			return *is = words[i].is, true;
	}
	return false;
}

/* The rest: cell by cell. */
static void cast_each(struct trib *t, struct trib_batch *b, int at, int fresh, const struct trib_view *v,
                      const struct target *to)
{
	char text[64];
	bool on;
	for (int64_t i = 0; i < b->array.length; i++) {
		struct trib_text x;
		if (!text_at(v, i, text, &x) || (to->type != TRIB_STR && (x.n == 0 || trib_null_word(x))))
			trib_put_null(b, fresh);
		else if (to->type == TRIB_STR)
			trib_put_str(b, fresh, x);
		else if (to->type != TRIB_BOOL)
			trib_put_text(b, fresh, x);
		else if (truth(x, &on))
			trib_put_i64(b, fresh, on);
		else {
			refuse(t, b, i, trib_col_name(b, at), x, to, TRIB_NOT_A_VALUE);
			trib_put_null(b, fresh);
		}
	}
}

static int cast_column(struct trib *t, struct map *m, struct trib_batch *b, size_t i)
{
	const struct cast *c = (const struct cast *)m->cast.items + i;
	const struct target to = { type_of(c->type), c, &m->numbers[i] };
	struct trib_view v;
	const int at = find(t, b, "cast", m->cast.names[i]);
	if (at < 0)
		return at;
	if (trib_view(b, at, &v) < 0)
		return no_memory(t);
	if (v.type == to.type && (v.type != TRIB_DEC || v.scale == c->scale))
		return TRIB_OK;
	const int fresh = add(b, FRESH, to.type, (int)c->scale);
	if (trib_is_personal(b, at))
		trib_personal(b, fresh, true);
	const bool many = to.type == TRIB_I64 || to.type == TRIB_DEC || to.type == TRIB_F64 || to.type == TRIB_DATE ||
		to.type == TRIB_TIME;
	const int bad = many && b->array.length > 0 ? cast_many(t, b, at, fresh, &v, &to) : TRIB_OK;
	if (!many)
		cast_each(t, b, at, fresh, &v, &to);
	return bad ? bad : close_column(t, b, at);
}

/* ---- derive and filter ---- */

static int derive_column(struct trib *t, struct map *m, struct trib_batch *b, size_t i, bool bind)
{
	struct derived *d = &m->derived[i];
	const char *name = m->derive.names[i];
	const int at = trib_col(b, name);
	int bad = bind ? trib_expr_bind(t, d->e, b, &d->type, &d->scale) : TRIB_OK;
	if (bad != 0)
		return bad;
	const int fresh = add(b, at >= 0 ? FRESH : name, d->type == TRIB_NULL ? TRIB_STR : d->type, d->scale);
	bad = trib_eval(t, d->e, b, b, fresh);
	if (bad < 0)
		return bad;
	return close_column(t, b, at);
}

/* Rows that are left out are counted; those whose condition cannot be had are dead letters and leave as well. */
static int filter_rows(struct trib *t, struct map *m, struct trib_batch *in, struct trib_batch *b)
{
	const int64_t n = in->array.length;
	int32_t *rows = trib_scratch(t, ((size_t)n + 1) * sizeof *rows);
	if (!rows)
		return no_memory(t);
	const int64_t before = trib_rejected(t, in), kept = trib_match(t, m->condition, in, rows);
	if (kept < 0)
		return (int)kept;
	trib_count(t, 0, TRIB_FILTERED, n - kept - (trib_rejected(t, in) - before));
	trib_move(b, in);
	return trib_pick(b, rows, kept) < 0 ? no_memory(t) : TRIB_OK;
}

/* ---- the plugin ---- */

static int shape(struct trib *t, struct map *m, struct trib_batch *b, bool bind)
{
	int bad = TRIB_OK;
	for (size_t i = 0; i < m->derive.count && bad == 0; i++)
		bad = derive_column(t, m, b, i, bind);
	for (size_t i = 0; i < m->cast.count && bad == 0; i++)
		bad = cast_column(t, m, b, i);
	return bad ? bad : finish(t, m, b);
}

static int bind_map(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	struct map *m = self;
	enum trib_type type;
	int scale;
	if (m->condition) {
		const int bad = trib_expr_bind(t, m->condition, in, &type, &scale);
		if (bad != 0)
			return bad;
		if (type != TRIB_BOOL && type != TRIB_NULL)
			return trib_fail(t, TRIB_CONFIG, "expr.types: filter is %s, not a condition: %s", word_of(type), m->filter);
	}
	return shape(t, m, &outs[0], true);
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct map *m = self;
	struct trib_batch b = { 0 };
	int bad = TRIB_OK;
	if (m->condition)
		bad = filter_rows(t, m, in, &b);
	else
		trib_move(&b, in);
	if (bad == 0)
		bad = shape(t, m, &b, false);
	if (bad == 0)
		return trib_emit(t, 0, &b);
	trib_free(&b);
	return bad;
}

TRIB_PLUGIN(map, .help = "Shapes rows: filter, derive, cast, rename, select, drop, constants.",
            .self_size = sizeof(struct map), .options = options,
            .open = open_map, .close = close_map, .scope = TRIB_PER_ROW, .bind = bind_map, .apply = apply);
