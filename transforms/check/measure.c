/* measure - a batch's part of a figure. Every loop runs over a column's buffer; only texts are parsed cell by cell. */
#include "check.h"

#include "../near.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

const struct measure_row check_measures[] = {
	[ROWS] = { "rows", 0 },
	[SUM] = { "sum", NEEDS_COLUMN | NUMERIC },
	[AVG] = { "avg", NEEDS_COLUMN | NUMERIC | NO_ROWS_NO_VALUE },
	[MIN] = { "min", NEEDS_COLUMN | ORDERED | NO_ROWS_NO_VALUE },
	[MAX] = { "max", NEEDS_COLUMN | ORDERED | NO_ROWS_NO_VALUE },
	[NULLS] = { "nulls", NEEDS_COLUMN | ABOUT_ROWS },
	[NULL_SHARE] = { "null_share", NEEDS_COLUMN | NO_ROWS_NO_VALUE },
	[DUPLICATES] = { "duplicates", NEEDS_COLUMNS | ABOUT_ROWS },
	[OTHERS] = { "others", NEEDS_COLUMN | ABOUT_ROWS },
	[DESCENTS] = { "descents", NEEDS_COLUMN | ABOUT_ROWS | ORDERED },
	{ 0 }
};

/* ---- columns ---- */

static int find(struct trib *t, const struct gate *g, const struct trib_batch *in, const char *name)
{
	const int at = trib_col(in, name);
	if (at >= 0)
		return at;
	const char *best = near_column(in, name);
	return trib_fail(t, TRIB_CONFIG, "check.unknown_column: %s: there is no column \"%s\"%s%s%s", g->f->name, name,
	                 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

static bool fits(const struct gate *g)
{
	const unsigned flags = check_measures[g->what].flags;
	switch (g->type) {
	case TRIB_I64: case TRIB_DEC: case TRIB_STR: case TRIB_NULL: return true;
	case TRIB_DATE: case TRIB_TIME: return !(flags & NUMERIC);
	default: return !(flags & (NUMERIC | ORDERED));
	}
}

int gate_bind(struct trib *t, struct gate *g, const struct trib_batch *in)
{
	static const char *const types[] = { "nothing", "bool", "int64", "float64", "decimal", "text", "json", "date", "time", "clock", "duration" };
	struct trib_view v;
	const char *const *names = g->f->columns.items;
	g->col_count = 0;
	if (g->f->column)
		names = &g->f->column;
	const size_t count = g->f->column ? 1 : g->f->columns.count;
	for (size_t i = 0; i < count; i++) {
		const int at = find(t, g, in, names[i]);
		if (at < 0)
			return at;
		g->cols[g->col_count++] = at;
	}
	if (g->col_count && trib_view(in, g->cols[0], &v) >= 0)
		g->type = v.type;
	g->personal = g->col_count && trib_is_personal(in, g->cols[0]);
	if (fits(g))
		return gate_bounds(t, g);
	return trib_fail(t, TRIB_CONFIG, "check.bad_type: %s: a %s has no exact %s; cast the column in a map step before", g->f->name,
	                 g->type < TRIB_SECRET ? types[g->type] : "value", check_measures[g->what].word);
}

/* ---- rows that are not as wanted ---- */

static void mark(struct trib *t, struct gate *g, const struct trib_batch *in, int64_t row, uint8_t *gone)
{
	g->bad++;
	if (g->action != REJECT)
		return;
	gone[row >> 3] |= (uint8_t)(1 << (row & 7));
	trib_reject(t, in, row, "check.not_so", "%s", g->f->name);
}

/* ---- exact numbers ---- */

static bool add(wide *to, wide v)
{
	return !__builtin_add_overflow(*to, v, to);
}

static bool shift(wide *v, int by)
{
	for (; by > 0; by--)
		if (__builtin_mul_overflow(*v, (wide)10, v))
			return false;
	return true;
}

static wide wide_of(trib_dec d)
{
	return (wide)(((unsigned __int128)(uint64_t)d.hi << 64) | d.lo);
}

/* Brings g to at least this scale, and v to that of g. */
static bool level(struct gate *g, wide *v, int scale)
{
	if (scale > g->scale) {
		const int by = scale - g->scale;
		if (!shift(&g->sum, by) || !shift(&g->least, by) || !shift(&g->most, by) || !shift(&g->last, by))
			return false;
		g->scale = scale;
	}
	return shift(v, g->scale - scale);
}

/* A plain number. Up to 18 digits without a point, which most are, take no call. */
static bool parse(struct trib_text x, wide *v, int *scale)
{
	static const struct trib_numbers plain = { .decimal = '.' };
	trib_dec d;
	int64_t n = 0;
	size_t i = x.n && x.p[0] == '-';
	const size_t from = i;
	for (; i < x.n && i < 18 && (unsigned char)(x.p[i] - '0') <= 9; i++)
		n = n * 10 + (x.p[i] - '0');
	if (i == x.n && i > from) {
		*v = from ? -n : n;
		*scale = 0;
		return true;
	}
	if (trib_number(&plain, x, &d, scale) != 0)
		return false;
	*v = wide_of(d);
	return true;
}

/* 1: a value, 0: null, -1: no number */
static int value_at(const struct trib_view *v, int64_t row, wide *out, int *scale)
{
	if (trib_null(v, row))
		return 0;
	*scale = 0;
	switch (v->type) {
	case TRIB_I64: case TRIB_TIME: *out = ((const int64_t *)v->values)[row]; return 1;
	case TRIB_DATE: *out = ((const int32_t *)v->values)[row]; return 1;
	case TRIB_DEC: *out = wide_of(((const trib_dec *)v->values)[row]); *scale = v->scale; return 1;
	default: break;
	}
	const struct trib_text x = trib_str(v, row);
	if (x.n == 0)
		return 0;
	if (parse(x, out, scale))
		return 1;
	return trib_null_word(x) ? 0 : -1;
}

static void take_value(struct gate *g, wide v)
{
	g->least = g->count == 0 || v < g->least ? v : g->least;
	g->most = g->count == 0 || v > g->most ? v : g->most;
	g->count++;
}

static int take_each(struct trib *t, struct gate *g, const struct trib_batch *in, const struct trib_view *v, const struct chosen *c, uint8_t *gone)
{
	for (int64_t k = 0; k < c->n; k++) {
		const int64_t row = c->rows ? c->rows[k] : k;
		wide x;
		int scale;
		const int is = value_at(v, row, &x, &scale);
		if (is < 0) {
			const struct trib_text cell = trib_str(v, row);
			gone[row >> 3] |= (uint8_t)(1 << (row & 7));
			trib_reject(t, in, row, "check.not_a_number", "%s: column \"%s\": \"%.*s\" is no plain number; give the column a type, or cast it before",
			            g->f->name, trib_col_name(in, g->cols[0]), cell.n > 80 ? 80 : (int)cell.n, cell.p);
			continue;
		}
		if (is == 0)
			continue;
		if (!level(g, &x, scale)) {
			g->overflow = true;
			continue;
		}
		if (g->what == DESCENTS && g->count && x < g->last) {
			mark(t, g, in, row, gone);
			if (g->action == REJECT)
				continue;
		}
		g->last = x;
		g->overflow |= (g->what == SUM || g->what == AVG) && !add(&g->sum, x);
		take_value(g, x);
	}
	return TRIB_OK;
}

/* Sums of whole columns: no branch per row but for nulls. */
static bool sum_column(struct gate *g, const struct trib_view *v, int64_t n)
{
	wide sum = 0;
	int64_t count = n;
	if (v->type != TRIB_I64 && v->type != TRIB_DEC)
		return false;
	if (v->type == TRIB_DEC && v->scale != g->scale && g->count)
		return false;
	if (v->type == TRIB_I64) {
		const int64_t *x = v->values;
		if (v->validity)
			for (int64_t i = 0; i < n; i++) {
				const bool null = trib_null(v, i);
				sum += null ? 0 : x[i];
				count -= null;
			}
		else
			for (int64_t i = 0; i < n; i++)
				sum += x[i];
		g->overflow |= !shift(&sum, g->scale);
	} else {
		const trib_dec *x = v->values;
		bool over = false;
		g->scale = v->scale;
		for (int64_t i = 0; i < n; i++)
			if (trib_null(v, i))
				count--;
			else
				over |= !add(&sum, wide_of(x[i]));
		g->overflow |= over;
	}
	g->overflow |= !add(&g->sum, sum);
	g->count += count;
	return true;
}

/* ---- nulls, lists, keys ---- */

static bool empty(const struct trib_view *v, int64_t row)
{
	return trib_null(v, row) || (v->type == TRIB_STR && trib_str(v, row).n == 0);
}

static void take_nulls(struct trib *t, struct gate *g, const struct trib_batch *in, const struct trib_view *v, const struct chosen *c, uint8_t *gone)
{
	if (!v->validity && v->type != TRIB_STR && v->type != TRIB_NULL)
		return;
	for (int64_t k = 0; k < c->n; k++) {
		const int64_t row = c->rows ? c->rows[k] : k;
		if (empty(v, row))
			mark(t, g, in, row, gone);
	}
}

static bool listed(const struct gate *g, const struct trib_view *v, int64_t row)
{
	const char *const *items = g->f->values.items;
	char text[TRIB_DEC_TEXT];
	struct trib_text x = { text, 0 };
	wide n;
	int scale;
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: x = trib_str(v, row); break;
	case TRIB_DATE: x.n = trib_date_text((trib_date){ ((const int32_t *)v->values)[row] }, text); break;
	case TRIB_TIME: x.n = trib_time_text((trib_time){ ((const int64_t *)v->values)[row] }, text); break;
	case TRIB_BOOL: {
		const bool on = ((const uint8_t *)v->values)[(row + v->bit) >> 3] >> ((row + v->bit) & 7) & 1;
		x = on ? (struct trib_text){ "true", 4 } : (struct trib_text){ "false", 5 };
		break;
	}
	default:
		if (value_at(v, row, &n, &scale) == 1)
			x.n = trib_dec_short((trib_dec){ (uint64_t)n, (int64_t)(n >> 64) }, scale, text);
	}
	for (size_t i = 0; i < g->f->values.count; i++)
		if (strlen(items[i]) == x.n && memcmp(items[i], x.p, x.n) == 0)
			return true;
	return false;
}

static size_t cell_bytes(const struct trib_view *v, int64_t row, const void **p)
{
	static const uint8_t one = 1, zero = 0;
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: {
		const struct trib_text x = trib_str(v, row);
		*p = x.p;
		return x.n;
	}
	case TRIB_DEC: *p = (const trib_dec *)v->values + row; return sizeof(trib_dec);
	case TRIB_DATE: *p = (const int32_t *)v->values + row; return sizeof(int32_t);
	case TRIB_BOOL:
		*p = ((const uint8_t *)v->values)[(row + v->bit) >> 3] >> ((row + v->bit) & 7) & 1 ? &one : &zero;
		return 1;
	default: *p = (const int64_t *)v->values + row; return sizeof(int64_t);
	}
}

static XXH128_hash_t key_of(const struct trib_view *views, int count, int64_t row)
{
	const void *p;
	if (count == 1 && !trib_null(views, row)) {
		const size_t n = cell_bytes(views, row, &p);
		return XXH3_128bits(p, n);
	}
	XXH128_hash_t h = { .low64 = 0x9E3779B97F4A7C15, .high64 = 1 };
	for (int i = 0; i < count; i++) {       /* chained: ("a", "bc") is not ("ab", "c"), null is not '' */
		uint64_t part[5] = { h.low64, h.high64, 0, 0, trib_null(&views[i], row) };
		if (!part[4]) {
			const size_t n = cell_bytes(&views[i], row, &p);
			const XXH128_hash_t cell = XXH3_128bits(p, n);
			part[2] = cell.low64;
			part[3] = cell.high64;
		}
		h = XXH3_128bits(part, sizeof part);
	}
	return h;
}

static int take_keys(struct trib *t, struct gate *g, const struct trib_batch *in, const struct trib_view *views, const struct chosen *c, uint8_t *gone)
{
	for (int64_t k = 0; k < c->n; k++) {
		const int64_t row = c->rows ? c->rows[k] : k;
		const XXH128_hash_t h = key_of(views, g->col_count, row);
		const int is = keys_put(&g->keys, h.low64, h.high64);
		if (is == 0)
			mark(t, g, in, row, gone);
		else if (is == -1)
			return trib_fail(t, TRIB_FATAL, "no memory");
		else if (is < 0)
			return trib_fail(t, TRIB_CONFIG, "check.too_many_keys: %s: there are more than keys_max (%zu) different keys", g->f->name, g->keys.max);
	}
	return TRIB_OK;
}

int gate_take(struct trib *t, struct gate *g, const struct trib_batch *in, const struct chosen *c, uint8_t *gone)
{
	struct trib_view v[16];
	for (int i = 0; i < g->col_count; i++)
		if (trib_view(in, g->cols[i], &v[i]) < 0)
			return trib_fail(t, TRIB_FATAL, "no memory");
	g->rows += c->n;
	switch (g->what) {
	case ROWS:
		break;
	case NULLS: case NULL_SHARE:
		take_nulls(t, g, in, v, c, gone);
		break;
	case DUPLICATES:
		return take_keys(t, g, in, v, c, gone);
	case OTHERS:
		for (int64_t k = 0; k < c->n; k++) {
			const int64_t row = c->rows ? c->rows[k] : k;
			if (!empty(v, row) && !listed(g, v, row))
				mark(t, g, in, row, gone);
		}
		break;
	case SUM: case AVG:
		if (!c->rows && sum_column(g, v, c->n))
			break;
		/* fall through */
	default:
		return take_each(t, g, in, v, c, gone);
	}
	return TRIB_OK;
}

void gate_clear(struct gate *g)
{
	g->rows = g->bad = g->count = 0;
	g->sum = g->least = g->most = g->last = 0;
	g->scale = 0;
	g->overflow = false;
	keys_clear(&g->keys);
}
