/* compare - rows that were expected against rows that came: by key, in order, or as a bag; and the difference for people.
 *
 *       day         amount
 *     - 2025-01-01  >1.50<    tests/first.yaml:22
 *     + 2025-01-01  >1.49<
 *
 * Pairs of a bag are made by the most equal cells, so that the one wrong cell is marked and not the whole row. */
#include <stdlib.h>
#include <string.h>

#include "test/rows.h"

enum { SHOWN_MAX = 20, CELL_MAX = 60 };

struct pair { const struct tribx_cells *want, *got; };
struct compared {
	const char *table;
	struct tribx_sheet *want, *got;
	const struct tribx_comparing *how;
	struct tribx_arena *a;
	struct pair *pairs; size_t count;
};

static bool equal_cell(const struct compared *c, const struct tribx_cells *want, const struct tribx_cells *got, size_t i)
{
	const char *w = want->texts[i], *g = got->texts[i];
	if (want->loose && want->loose[i] && (!g || !*g))
		return true;
	if (!w || !g)
		return w == g;
	const char *plain_w = tribx_plain_value(&c->got->types[i], w, c->a), *plain_g = tribx_plain_value(&c->got->types[i], g, c->a);
	return plain_w && plain_g ? strcmp(plain_w, plain_g) == 0 : strcmp(w, g) == 0;
}

static size_t equal_cells(const struct compared *c, const struct tribx_cells *want, const struct tribx_cells *got)
{
	size_t n = 0;
	for (size_t i = 0; i < c->want->column_count; i++)
		n += equal_cell(c, want, got, i);
	return n;
}

static bool equal_keys(const struct compared *c, const struct tribx_cells *want, const struct tribx_cells *got)
{
	for (size_t k = 0; k < c->how->key_count; k++) {
		const int i = tribx_sheet_column(c->want, c->how->key[k]);
		if (i < 0 || !equal_cell(c, want, got, (size_t)i))
			return false;
	}
	return true;
}

/* ---- who belongs to whom ---- */

static void join(struct compared *c, struct tribx_cells *want, struct tribx_cells *got)
{
	want->met = true;
	if (got)
		got->met = true;
	c->pairs[c->count++] = (struct pair){ want, got };
}

static void meet_in_order(struct compared *c)
{
	for (size_t i = 0; i < c->want->count; i++)
		join(c, &c->want->rows[i], i < c->got->count ? &c->got->rows[i] : NULL);
}

/* Every row that is there as expected, first; in files of a test they usually stand in the same order. */
static void meet_equal(struct compared *c)
{
	size_t next = 0;
	for (size_t i = 0; i < c->want->count; i++)
		for (size_t k = 0; k < c->got->count; k++) {
			const size_t at = (next + k) % c->got->count;
			if (c->got->rows[at].met || equal_cells(c, &c->want->rows[i], &c->got->rows[at]) < c->want->column_count)
				continue;
			c->want->rows[i].met = c->got->rows[at].met = true;
			next = at + 1;
			break;
		}
}

static void meet_nearest(struct compared *c)
{
	for (size_t i = 0; i < c->want->count; i++) {
		struct tribx_cells *want = &c->want->rows[i], *best = NULL;
		size_t most = 0;
		if (want->met)
			continue;
		for (size_t k = 0; k < c->got->count; k++) {
			struct tribx_cells *got = &c->got->rows[k];
			const bool fits = !got->met && (!c->how->key_count || equal_keys(c, want, got));
			const size_t n = fits ? equal_cells(c, want, got) + (c->how->key_count > 0) : 0;
			if (n > most) {
				most = n;
				best = got;
			}
		}
		join(c, want, best);
	}
}

/* ---- the difference ---- */

static size_t width(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

static void put_cell(struct tribx_buf *out, const char *text, bool marked, size_t wide)
{
	struct tribx_buf cell = { 0 };
	size_t n = 0;
	const char *p = text ? text : "null";
	for (; *p && n < CELL_MAX; p++) {
		n += ((unsigned char)*p & 0xC0) != 0x80;
		tribx_buf_putc(&cell, (unsigned char)*p < 0x20 ? ' ' : *p);
	}
	while (((unsigned char)*p & 0xC0) == 0x80)
		tribx_buf_putc(&cell, *p++);
	tribx_buf_fmt(out, "%s%s%s%s", marked ? ">" : " ", cell.p ? cell.p : "", *p ? "…" : "", marked ? "<" : " ");
	for (size_t k = (cell.p ? width(cell.p) : 0) + (*p != 0); k < wide; k++)
		tribx_buf_putc(out, ' ');
	tribx_buf_done(&cell);
}

static void put_row(const struct compared *c, struct tribx_buf *out, char sign, const struct tribx_cells *row,
                    const struct tribx_cells *other, const bool *marks, const size_t *widths)
{
	tribx_buf_fmt(out, "  %c", sign);
	for (size_t i = 0; i < c->want->column_count; i++) {
		tribx_buf_putc(out, ' ');
		put_cell(out, row->texts[i], other && marks[i], widths[i]);
	}
	if (row->at)
		tribx_buf_fmt(out, "  %s:%d%s", row->at->file, row->at->line, other ? "" : ": it is not there");
	else if (!other)
		tribx_buf_puts(out, "  not expected");
	while (out->n > 0 && !out->failed && out->p[out->n - 1] == ' ')
		out->p[--out->n] = 0;
	tribx_buf_putc(out, '\n');
}

static void measure(const struct compared *c, const struct tribx_cells *row, size_t *widths)
{
	for (size_t i = 0; row && i < c->want->column_count; i++) {
		size_t n = width(row->texts[i] ? row->texts[i] : "null");
		n = n > CELL_MAX ? CELL_MAX + 1 : n;
		widths[i] = n > widths[i] ? n : widths[i];
	}
}

static void put_pair(const struct compared *c, const struct pair *p, struct tribx_buf *out, bool *marks, const size_t *widths)
{
	for (size_t i = 0; p->want && p->got && i < c->want->column_count; i++)
		marks[i] = !equal_cell(c, p->want, p->got, i);
	if (p->want)
		put_row(c, out, '-', p->want, p->got, marks, widths);
	if (p->got)
		put_row(c, out, '+', p->got, p->want, marks, widths);
}

static void tell(const struct compared *c, struct tribx_buf *out)
{
	size_t *widths = tribx_arena_new(c->a, (c->want->column_count + 1) * sizeof *widths);
	bool *marks = tribx_arena_new(c->a, c->want->column_count + 1);
	if (!widths || !marks) {
		out->failed = true;
		return;
	}
	const size_t shown = c->count < SHOWN_MAX ? c->count : SHOWN_MAX;
	for (size_t i = 0; i < c->want->column_count; i++)
		widths[i] = width(c->want->columns[i]);
	for (size_t i = 0; i < shown; i++) {
		measure(c, c->pairs[i].want, widths);
		measure(c, c->pairs[i].got, widths);
	}
	tribx_buf_fmt(out, "table %s: %zu row%s not as expected (expected %zu, got %zu; - expected, + got)\n   ", c->table, c->count,
	              c->count == 1 ? " is" : "s are", c->want->count, c->got->count);
	for (size_t i = 0; i < c->want->column_count; i++) {
		tribx_buf_putc(out, ' ');
		put_cell(out, c->want->columns[i], false, widths[i]);
	}
	while (out->n > 0 && !out->failed && out->p[out->n - 1] == ' ')
		out->p[--out->n] = 0;
	tribx_buf_putc(out, '\n');
	for (size_t i = 0; i < shown; i++)
		put_pair(c, &c->pairs[i], out, marks, widths);
	if (shown < c->count)
		tribx_buf_fmt(out, "  and %zu more\n", c->count - shown);
}

bool tribx_sheets_equal(const char *table, struct tribx_sheet *want, struct tribx_sheet *got,
                        const struct tribx_comparing *how, struct tribx_buf *out, struct tribx_arena *a)
{
	struct compared c = { table, want, got, how, a, NULL, 0 };
	size_t differ = 0;
	c.pairs = tribx_arena_new(a, (want->count + got->count + 1) * sizeof *c.pairs);
	if (!c.pairs) {
		out->failed = true;
		return false;
	}
	if (how->ordered)
		meet_in_order(&c);
	else {
		meet_equal(&c);
		meet_nearest(&c);
	}
	for (size_t i = 0; i < c.count; i++)      /* in order: those that are as expected go */
		if (!c.pairs[i].got || equal_cells(&c, c.pairs[i].want, c.pairs[i].got) < want->column_count)
			c.pairs[differ++] = c.pairs[i];
	c.count = differ;
	for (size_t i = 0; i < got->count; i++)
		if (!got->rows[i].met)
			c.pairs[c.count++] = (struct pair){ NULL, &got->rows[i] };
	if (c.count > 0)
		tell(&c, out);
	return c.count == 0;
}
