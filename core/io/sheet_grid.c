/* sheet_grid - see sheet_grid.h: references like B12, merged ranges whose value stands in their first cell only, rows. */
#include <stdlib.h>
#include <string.h>

#include "io/sheet_grid.h"

bool tribx_place_read(const char *text, const char **end, struct tribx_place *out)
{
	int64_t row = 0;
	int column = 0;
	const char *p = text;
	for (; (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z' && column <= TRIBX_COLUMNS_MAX; p++)
		column = column * 26 + ((*p | 0x20) - 'a' + 1);
	for (; *p >= '0' && *p <= '9' && row <= TRIBX_ROWS_MAX; p++)
		row = row * 10 + (*p - '0');
	*end = p;
	*out = (struct tribx_place){ row, column };
	return column >= 1 && column <= TRIBX_COLUMNS_MAX && row >= 1 && row <= TRIBX_ROWS_MAX;
}

bool tribx_merges_add(struct tribx_merges *m, const char *reference)
{
	struct tribx_place from, to;
	const char *p;
	return tribx_place_read(reference, &p, &from) && *p == ':' && tribx_place_read(p + 1, &p, &to) && !*p && tribx_merges_put(m, from, to);
}

bool tribx_merges_put(struct tribx_merges *m, struct tribx_place from, struct tribx_place to)
{
	if (to.row < from.row || to.column < from.column)
		return false;
	if (m->count == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 64;
		void *grown = realloc(m->items, cap * sizeof *m->items);
		m->failed |= !grown;
		if (!grown)
			return true;
		m->items = grown;
		m->cap = cap;
	}
	m->items[m->count++] = (struct tribx_range){ .row = from.row, .row_end = to.row, .column = from.column, .column_end = to.column };
	return true;
}

static int by_row(const void *a, const void *b)
{
	const struct tribx_range *x = a, *y = b;
	return x->row != y->row ? (x->row > y->row) - (x->row < y->row) : x->column - y->column;
}

static int by_column(const void *a, const void *b)
{
	return (*(struct tribx_range *const *)a)->column - (*(struct tribx_range *const *)b)->column;
}

void tribx_merges_sort(struct tribx_merges *m)
{
	if (m->count)
		qsort(m->items, m->count, sizeof *m->items, by_row);
	m->active = calloc(m->count + 1, sizeof *m->active);
	m->failed |= !m->active;
}

void tribx_merges_row(struct tribx_merges *m, int64_t row)
{
	size_t kept = 0, before;
	m->cursor = 0;
	for (size_t i = 0; i < m->active_count; i++)
		if (m->active[i]->row_end >= row) {
			m->active[kept++] = m->active[i];
		} else {
			free((void *)(uintptr_t)m->active[i]->value.p);
			m->active[i]->value.p = NULL;
		}
	for (before = kept; m->next < m->count && m->items[m->next].row <= row; m->next++)
		if (m->items[m->next].row_end >= row)
			m->active[kept++] = &m->items[m->next];
	m->active_count = kept;
	if (kept > before)
		qsort(m->active, kept, sizeof *m->active, by_column);
}

struct tribx_range *tribx_merges_at(struct tribx_merges *m, int column)
{
	while (m->cursor < m->active_count && m->active[m->cursor]->column_end < column)
		m->cursor++;
	struct tribx_range *r = m->cursor < m->active_count ? m->active[m->cursor] : NULL;
	return r && r->column <= column ? r : NULL;
}

int tribx_merges_last(const struct tribx_merges *m)
{
	int last = 0;
	for (size_t i = 0; i < m->active_count; i++)
		if (m->active[i]->value.p && m->active[i]->column_end > last)
			last = m->active[i]->column_end;
	return last;
}

void tribx_merges_done(struct tribx_merges *m)
{
	for (size_t i = 0; i < m->count; i++)
		free((void *)(uintptr_t)m->items[i].value.p);
	free(m->items);
	free(m->active);
	*m = (struct tribx_merges){ 0 };
}

/* ---- rows and columns ---- */

/* Columns up to `column` (not included): null, or the value of the merged range that covers them. */
static void gap(struct tribx_grid *g, int column)
{
	for (; g->put + 1 < column; g->put++) {
		struct tribx_range *r = g->merges.active_count ? tribx_merges_at(&g->merges, g->put + 1) : NULL;
		tribx_cells_put(g->to, r ? r->mark : TRIBX_MARK_NONE, r ? r->value : (struct trib_text){ NULL, 0 });
	}
}

void tribx_grid_put(struct tribx_grid *g, int column, enum tribx_mark mark, struct trib_text t)
{
	gap(g, column);
	tribx_cells_put(g->to, mark, t);
	g->put = column;
	struct tribx_range *r = g->merges.active_count ? tribx_merges_at(&g->merges, column) : NULL;
	if (!r || r->value.p || column != r->column || g->row != r->row)
		return;
	char *kept = malloc(t.n + 1);
	g->failed |= !kept;
	if (!kept)
		return;
	memcpy(kept, t.p, t.n);
	r->value = (struct trib_text){ kept, t.n };
	r->mark = mark;
}

void tribx_grid_end(struct tribx_grid *g)
{
	if (g->merges.active_count)
		gap(g, tribx_merges_last(&g->merges) + 1);
	tribx_cells_end(g->to);
	g->put = 0;
}

void tribx_grid_row(struct tribx_grid *g, int64_t row)
{
	if (!g->merges.count)
		tribx_cells_blank(g->to, row - g->row - 1);
	for (g->row++; g->merges.count; g->row++) {
		tribx_merges_row(&g->merges, g->row);
		if (g->row == row)
			break;
		tribx_grid_end(g);
	}
	g->row = row;
	g->put = 0;
}
