/* decode_fill - cells become columns: text as views where it lies, everything else parsed once, straight into the column.
 *
 * A column is filled a block of cells at a time, so that cells and text stay in the caches. A cell that does not fit is
 * noted; the caller makes its row a dead letter and fills again without it: that costs only where something is wrong. */
#include <stdlib.h>

#include "io/decode.h"
#include "io/decode_view.h"

bool tribx_fill_start(struct tribx_fill *f, const struct tribx_chunk *c, struct trib_batch *out)
{
	f->chunk = c;
	f->out = out;
	f->page = tribx_batch_add_room(out, c->room);
	f->columns = calloc((size_t)c->layout->target_count + 1, sizeof *f->columns);
	return f->page >= 0 && f->columns;
}

char *tribx_fill_room(struct tribx_fill *f, size_t size, int *page)
{
	enum { SIDES = sizeof f->sides / sizeof *f->sides };
	int i = f->side_count - 1;
	if (i < 0 || size > f->sides[i].room->size - f->sides[i].used) {
		size_t want = (size_t)32768 << (i + 1 < 14 ? i + 1 : 14);
		struct tribx_room *r = ++i < SIDES ? tribx_room_new(size > want ? size : want) : NULL;
		int added = r ? tribx_batch_add_room(f->out, r) : -1;
		if (added < 0) {
			tribx_room_drop(r);
			f->failed = true;
			return NULL;
		}
		f->sides[i].room = r;
		f->sides[i].page = added;
		f->sides[i].used = 0;
		f->side_count = i + 1;
	}
	char *p = f->sides[i].room->mem + f->sides[i].used;
	f->sides[i].used += size;
	*page = f->sides[i].page;
	return p;
}

void tribx_fill_done(struct tribx_fill *f)
{
	for (int i = 0; i < f->side_count; i++)
		tribx_room_drop(f->sides[i].room);
	free(f->columns);
	free(f->bad);
}

static void bad(struct tribx_fill *f, const struct tribx_target *t, size_t row, const struct tribx_cell *c)
{
	if (f->bad_count == f->bad_cap) {
		size_t cap = f->bad_cap ? f->bad_cap * 2 : 64;
		void *grown = realloc(f->bad, cap * sizeof *f->bad);
		if (!grown) {
			f->failed = true;
			return;
		}
		f->bad = grown;
		f->bad_cap = cap;
	}
	f->bad[f->bad_count].row = (uint32_t)row;
	f->bad[f->bad_count].error = c->page == TRIBX_CELL_ERROR;
	f->bad[f->bad_count].target = (int)(t - f->chunk->layout->targets);
	size_t n = c->size < sizeof f->bad->sample - 1 ? c->size : sizeof f->bad->sample - 1;
	while (n > 0 && n < c->size && ((unsigned char)c->p[n] & 0xC0) == 0x80)
		n--;
	memcpy(f->bad[f->bad_count].sample, c->p, n);
	f->bad[f->bad_count++].sample[n] = 0;
}

/* ---- one cell ---- */

bool tribx_cell_null(const struct tribx_layout *s, const struct tribx_cell *c)
{
	struct trib_text t = { c->p, c->size };
	if (c->page == TRIBX_CELL_NULL)
		return true;
	if (c->page == TRIBX_CELL_ERROR)   /* #N/A, too: an error cell is no word (null_words may say it is) */
		return false;
	if (!s->null_declared)
		return c->size < 8 && c->page != TRIBX_CELL_NUMBER && trib_null_word(t);
	for (size_t i = 0; i < s->null_words.count; i++)
		if (tribx_text_is(t, s->null_words.items[i]))
			return true;
	return c->size == 0;
}

/* Up to 18 digits, with a sign and a decimal mark: what nearly every number is. scale: digits behind the mark. */
static bool plain(const struct tribx_cell *c, char mark, int64_t *out, int *scale)
{
	const char *p = c->p, *end = p + c->size, *point = NULL;
	bool minus = p < end && *p == '-';
	uint64_t v = 0;
	p += minus;
	if (end - p < 1 || end - p > 19)
		return false;
	const char *from = p;
	for (; p < end; p++) {
		unsigned digit = (unsigned char)*p - '0';
		if (digit < 10)
			v = v * 10 + digit;
		else if (*p == mark && !point && p > from)
			point = p + 1;
		else
			return false;
	}
	if (end - from - (point != NULL) > 18 || point == end)
		return false;
	*out = minus ? -(int64_t)v : (int64_t)v;
	*scale = point ? (int)(end - point) : 0;
	return true;
}

static bool number(const struct tribx_target *t, const struct tribx_cell *c, trib_dec *out, int *scale)
{
	static const struct trib_numbers json = { .decimal = '.', .scientific = true };
	const bool is_json = c->page == TRIBX_CELL_NUMBER;
	return trib_number(is_json ? &json : &t->numbers, (struct trib_text){ c->p, c->size }, out, scale) == 0 &&
	       (is_json || !t->undecided || *scale != 3 || !tribx_two_readings((struct trib_text){ c->p, c->size }));
}

/* The decimal mark where plain() may read the column; a mark that no cell has where it may not. */
static char mark_of(const struct tribx_target *t, const struct tribx_cell *c)
{
	return c->page == TRIBX_CELL_NUMBER ? '.' : t->undecided ? 0 : t->numbers.decimal;
}

/* Columns of percent need the sign: bare digits are none. */
static bool may_be_plain(const struct tribx_target *t, const struct tribx_cell *c)
{
	return !t->numbers.percent || c->page == TRIBX_CELL_NUMBER;
}

static bool int64(const struct tribx_target *t, const struct tribx_cell *c, int64_t *out)
{
	int scale;
	trib_dec v, whole, back;
	if (may_be_plain(t, c) && plain(c, 0, out, &scale))
		return true;
	if (!number(t, c, &v, &scale) || trib_dec_rescale(v, scale, 0, &whole) != 0 || trib_dec_rescale(whole, 0, scale, &back) != 0)
		return false;
	*out = (int64_t)whole.lo;
	return trib_dec_cmp(v, back) == 0 && whole.hi == (*out < 0 ? -1 : 0);
}

static bool decimal(const struct tribx_target *t, const struct tribx_cell *c, trib_dec *out)
{
	static const int64_t power[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
		10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000 };
	int64_t v;
	int scale;
	trib_dec d;
	if (may_be_plain(t, c) && plain(c, mark_of(t, c), &v, &scale) && scale <= t->scale && t->scale - scale <= 18 && t->precision == 38) {
		__int128 wide = (__int128)v * power[t->scale - scale];
		*out = (trib_dec){ .lo = (uint64_t)wide, .hi = (int64_t)(wide >> 64) };
		return true;
	}
	if (!number(t, c, &d, &scale) || trib_dec_rescale(d, scale, t->scale, out) != 0)
		return false;
	char text[TRIB_DEC_TEXT];
	size_t n = trib_dec_text(*out, 0, text);
	return t->precision == 38 || n - (text[0] == '-') <= (size_t)t->precision;
}

static bool float64(const struct tribx_target *t, const struct tribx_cell *c, double *out)
{
	static const double power[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };
	int64_t v;
	int scale;
	trib_dec d;
	if (may_be_plain(t, c) && plain(c, mark_of(t, c), &v, &scale) && v > -(1ll << 53) && v < 1ll << 53) {   /* both exact: one rounding */
		*out = (double)v / power[scale];
		return true;
	}
	if (!number(t, c, &d, &scale))
		return false;
	*out = trib_dec_f64(d, scale);
	return true;
}

static bool boolean(const struct tribx_cell *c, bool *out)
{
	static const struct { const char *word; bool is; } words[] = {
		{ "true", true }, { "false", false }, { "1", true }, { "0", false }, { "yes", true }, { "no", false }, { "t", true }, { "f", false },
		{ "y", true }, { "n", false }, { "on", true }, { "off", false },
	};
	char low[8];
	if (c->size >= sizeof low)
		return false;
	for (uint32_t i = 0; i < c->size; i++)
		low[i] = c->p[i] >= 'A' && c->p[i] <= 'Z' ? (char)(c->p[i] + 32) : c->p[i];
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].word) == c->size && memcmp(words[i].word, low, c->size) == 0) {
			*out = words[i].is;
			return true;
		}
	return false;
}

/* ---- a column ---- */

static void put_null(struct tribx_fill *f, int index, size_t row)
{
	struct tribx_column_fill *c = &f->columns[index];
	int64_t bit = tribx_batch_rows(f->out) + (int64_t)row;
	if (!c->validity && !(c->validity = tribx_column_validity(f->out, index))) {
		f->failed = true;
		return;
	}
	c->validity[bit >> 3] &= (uint8_t)~(1u << (bit & 7));
	c->nulls++;
}

static bool moment(struct tribx_fill *f, const struct tribx_target *t, struct trib_text text, bool canonical, trib_time *out)
{
	struct tribx_clock clock = t->clock;
	if (canonical) {                 /* a sheet's clock has no zone and needs none */
		clock.format = NULL;
		clock.utc = !clock.zone;
	}
	int rc = tribx_moment(&clock, text, out);
	f->folds += rc == 1;
	return rc >= 0;
}

/* Sheets show days as times: 2025-01-31 00:00:00 is a date. */
static bool midnight(struct trib_text text, trib_date *out)
{
	const int64_t day_us = 86400000000;
	trib_time t;
	if (trib_time_parse(text, NULL, &t) != 0 || t.us % day_us)
		return false;
	out->days = (int32_t)(t.us / day_us);
	return true;
}

static bool parse(struct tribx_fill *f, const struct tribx_target *t, const struct tribx_cell *cell, void *values, size_t row)
{
	struct trib_text text = { cell->p, cell->size };
	int64_t bit = tribx_batch_rows(f->out) + (int64_t)row;
	const char *format = cell->page == TRIBX_CELL_TIME ? NULL : t->format;
	bool is;
	if (cell->page == TRIBX_CELL_ERROR)
		return false;
	switch (t->type) {
	case TRIB_I64:
		return int64(t, cell, (int64_t *)values + row);
	case TRIB_F64:
		return float64(t, cell, (double *)values + row);
	case TRIB_DEC:
		return decimal(t, cell, (trib_dec *)values + row);
	case TRIB_DATE:
		return trib_date_parse(text, format, (trib_date *)values + row) == 0 ||
		       (cell->page == TRIBX_CELL_TIME && midnight(text, (trib_date *)values + row));
	case TRIB_TIME:
		return moment(f, t, text, cell->page == TRIBX_CELL_TIME, (trib_time *)values + row);
	case TRIB_BOOL:
		if (!boolean(cell, &is))
			return false;
		if (is)
			((uint8_t *)values)[bit >> 3] |= (uint8_t)(1u << (bit & 7));
		return true;
	default:
		return false;
	}
}

/* What a null row, or one that does not fit, holds: reserved memory is not zeroed. */
static void put_zero(const struct tribx_target *t, void *values, size_t row)
{
	size_t size = t->type == TRIB_STR || t->type == TRIB_JSON || t->type == TRIB_DEC ? 16 : t->type == TRIB_DATE ? 4 : t->type == TRIB_BOOL ? 0 : 8;
	memset((char *)values + row * size, 0, size);
}

static const char *side_of(const struct tribx_fill *f, int page)
{
	int i = f->side_count - 1;
	while (i > 0 && f->sides[i].page != page)
		i--;
	return f->sides[i].room->mem;
}

void tribx_put_texts(struct tribx_fill *f, int index, const struct tribx_cell *cells, size_t row, size_t n)
{
	const char *mem = f->chunk->room->mem;
	const int32_t page = f->page;
	int32_t *view = (int32_t *)f->columns[index].values + 4 * row;
	for (size_t i = 0; i < n; i++, view += 4) {
		const struct tribx_cell *cell = &cells[i];
		if (cell->page == page) {
			tribx_put_view(view, cell->p, page, cell->p - mem, cell->size);
		} else if (cell->page == TRIBX_CELL_NULL) {
			memset(view, 0, 16);
			put_null(f, index, row + i);
		} else if (cell->page == TRIBX_CELL_ERROR) {
			memset(view, 0, 16);
			bad(f, &f->chunk->layout->targets[index], row + i, cell);
		} else {
			const char *side = side_of(f, cell->page);
			tribx_put_view(view, cell->p, cell->page, cell->p - side, cell->size);
		}
	}
}

/* The dash of accountants, which is null elsewhere. */
static bool is_zero(const struct tribx_target *t, const struct tribx_cell *c)
{
	trib_dec v;
	int scale;
	return t->numbers.dash_is_zero && c->page >= 0 && c->size && number(t, c, &v, &scale);
}

/* One to eight digits at once: each byte is checked and weighed in three multiplications. 8 bytes of p are readable. */
static inline bool eight_digits(const char *p, uint32_t n, uint64_t *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t x;
	memcpy(&x, p, 8);
	x = (x ^ 0x3030303030303030) << (64 - 8 * n);     /* what is behind the text goes; zeros come in front */
	if (((x + 0x7676767676767676) | x) & 0x8080808080808080)
		return false;
	x = (x * 2561) >> 8 & 0x00FF00FF00FF00FF;
	x = (x * 6553601) >> 16 & 0x0000FFFF0000FFFF;
	*out = (x * 42949672960001) >> 32;
	return true;
#else
	(void)p, (void)n, (void)out;
	return false;
#endif
}

/* Cells from i on that are up to 16 digits and nothing else, which is nearly all of a column of counts; the first that is not.
 * Numbers of JSON are among them: there, too, digits are digits. */
static size_t put_counts(const struct tribx_cell *cells, size_t i, size_t n, int64_t *values)
{
	for (; i < n; i++) {
		const struct tribx_cell *c = &cells[i];
		uint64_t high = 0, low = 0;
		const uint32_t front = c->size > 8 ? c->size - 8 : 0;
		if ((c->page < 0 && c->page != TRIBX_CELL_NUMBER) || c->size - 1 > 15 || (front && !eight_digits(c->p, front, &high)) || !eight_digits(c->p + front, c->size - front, &low))
			break;
		values[i] = (int64_t)(high * 100000000 + low);
	}
	return i;
}

static void put_typed(struct tribx_fill *f, int index, const struct tribx_cell *cells, size_t row, size_t n)
{
	const struct tribx_target *t = &f->chunk->layout->targets[index];
	void *values = f->columns[index].values;
	const bool counts = t->type == TRIB_I64 && !t->numbers.percent && !f->chunk->layout->null_declared && !f->chunk->layout->guesses;
	for (size_t i = 0; i < n; i++) {
		if (counts && (i = put_counts(cells, i, n, (int64_t *)values + row)) == n)
			break;
		if (tribx_cell_null(f->chunk->layout, &cells[i]) && !is_zero(t, &cells[i])) {
			put_zero(t, values, row + i);
			put_null(f, index, row + i);
		} else if (!parse(f, t, &cells[i], values, row + i)) {
			put_zero(t, values, row + i);
			bad(f, t, row + i, &cells[i]);
		}
	}
}

/* Bits that an earlier attempt with other rows left. */
static void fresh_bits(struct tribx_fill *f, int index)
{
	struct tribx_column_fill *c = &f->columns[index];
	uint8_t *bits = f->chunk->layout->targets[index].type == TRIB_BOOL ? c->values : NULL;
	c->nulls = 0;
	for (int64_t bit = tribx_batch_rows(f->out), end = bit + (int64_t)f->rows; (c->validity || bits) && bit < end; bit++) {
		if (c->validity)
			c->validity[bit >> 3] |= (uint8_t)(1u << (bit & 7));
		if (bits)
			bits[bit >> 3] &= (uint8_t)~(1u << (bit & 7));
	}
}

static void reserve(struct tribx_fill *f, int index)
{
	f->columns[index].values = tribx_column_reserve(f->out, index, (int64_t)f->rows);
	if (f->columns[index].values)
		fresh_bits(f, index);
	else
		f->failed = true;
}

/* The first rows only to learn how their numbers are written: nothing is put anywhere. */
static bool look(struct tribx_fill *f)
{
	const struct tribx_layout *s = f->chunk->layout;
	struct tribx_cell cells[TRIBX_CELLS];
	for (size_t row = 0; row < f->rows && row < TRIBX_INFER_ROWS; row += TRIBX_CELLS)
		for (int i = 0; i < s->target_count; i++) {
			size_t n = f->rows - row < TRIBX_CELLS ? f->rows - row : TRIBX_CELLS;
			n = TRIBX_INFER_ROWS - row < n ? TRIBX_INFER_ROWS - row : n;
			if (!s->targets[i].infer)
				continue;
			f->gather(f, &s->targets[i], row, n, cells);
			tribx_infer_cells(&s->guesses[i], s, cells, n);
		}
	f->rows = 0;
	return true;
}

/* A block of rows through all columns, then the next: the text of the block is read from memory once. Nothing is committed
 * until all rows fit. */
bool tribx_fill_columns(struct tribx_fill *f)
{
	const struct tribx_layout *s = f->chunk->layout;
	struct tribx_cell cells[TRIBX_CELLS];
	f->bad_count = 0;
	f->folds = 0;
	if (!f->rows)
		return !f->failed;
	if (s->guesses)
		return look(f);
	for (int i = 0; i < s->target_count && !f->failed; i++)
		reserve(f, i);
	for (size_t row = 0; row < f->rows; row += TRIBX_CELLS)
		for (int i = 0; i < s->target_count && !f->failed; i++) {
			const struct tribx_target *t = &s->targets[i];
			size_t n = f->rows - row < TRIBX_CELLS ? f->rows - row : TRIBX_CELLS;
			const bool text = t->type == TRIB_STR || t->type == TRIB_JSON;
			if (text && f->views) {
				f->views(f, i, row, n);
				continue;
			}
			f->gather(f, t, row, n, cells);
			(text ? tribx_put_texts : put_typed)(f, i, cells, row, n);
		}
	if (f->failed || f->bad_count)
		return false;
	for (int i = 0; i < s->target_count; i++)
		tribx_column_commit(f->out, i, (int64_t)f->rows, f->columns[i].nulls);
	trib_rows(f->out, (int64_t)f->rows);
	if (f->folds)
		atomic_fetch_add_explicit(&f->chunk->layout->folds, f->folds, memory_order_relaxed);
	return true;
}
