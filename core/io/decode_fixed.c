/* decode_fixed - rows of fixed width: a line is one field of the index, and columns are places in it.
 *
 * Blanks around a column are padding and always go. Places count characters; where a range is ASCII, which is nearly always,
 * characters are bytes and a cell is an addition. */
#include <stdio.h>
#include <stdlib.h>

#include "io/decode_head.h"
#include "io/decode_rows.h"

/* ---- places ---- */

/* "11-20", "11" (with width, or one character); false: something else. */
static bool place(const char *text, size_t *from, size_t *to)
{
	char *end;
	if (*text < '0' || *text > '9')
		return false;
	unsigned long a = strtoul(text, &end, 10), b = 0;
	if (*end == '-' && end[1] >= '0' && end[1] <= '9')
		b = strtoul(end + 1, &end, 10);
	*from = a;
	*to = b;
	return !*end && a > 0 && a <= 1000000 && b <= 1000000 && (!b || b >= a);
}

static int place_of(const struct tribx_format *f, struct tribx_target *t, int64_t width, size_t behind, struct tribx_error *e)
{
	size_t from, to;
	bool named = strcmp(t->from, t->name) != 0;
	if (place(t->from, &from, &to)) {
		t->at = from - 1;
		t->width = to ? to - from + 1 : width ? (size_t)width : 1;
		if (!to || !width || (size_t)width == t->width)
			return TRIB_OK;
	} else if (!named && width) {
		t->at = behind;
		t->width = (size_t)width;
		return TRIB_OK;
	}
	(void)f;
	return tribx_fail(e, TRIB_CONFIG, "format.bad_place", "%s: a column of fixed width needs from, like 1-10, or width", t->name);
}

int tribx_fixed_check(const struct tribx_format *f, struct tribx_error *e)
{
	const struct tribx_column_option *c = f->columns.items;
	size_t behind = 0;
	int rc = f->columns.count ? TRIB_OK : tribx_fail(e, TRIB_CONFIG, "format.bad_place", "format: fixed needs columns, each with from, like 1-10, or width");
	for (size_t i = 0; rc == TRIB_OK && i < f->columns.count; i++) {
		struct tribx_target t = { .name = f->columns.names[i], .from = c[i].from && *c[i].from ? c[i].from : f->columns.names[i] };
		rc = place_of(f, &t, c[i].width, behind, e);
		behind = t.at + t.width;
		if (rc == TRIB_OK && f->record_length && behind > (size_t)f->record_length)
			rc = tribx_fail(e, TRIB_CONFIG, "format.bad_place", "%s ends at %zu, behind record_length", t.name, behind);
	}
	return rc;
}

int tribx_fixed_bind(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_error *e)
{
	const struct tribx_column_option *c = f->columns.items;
	size_t behind = 0;
	int rc = tribx_bind_declared(f, columns, s, e);
	s->field_count = 1;
	for (int i = 0; rc == TRIB_OK && i < s->target_count; i++) {
		rc = place_of(f, &s->targets[i], c[i].width, behind, e);
		behind = s->targets[i].at + s->targets[i].width;
	}
	return rc;
}

/* ---- cells ---- */

struct fixed {
	struct tribx_text_rows rows;     /* first: gather gets it back */
	bool bytes;                      /* places are bytes: asked for, or the range is ASCII */
	const struct tribx_target *last, *reach;         /* whose start, whose end is the furthest */
};

static bool ascii(const char *p, size_t n)
{
	uint64_t eight, all = 0;
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&eight, p, 8);
		all |= eight;
	}
	for (; n; p++, n--)
		all |= (unsigned char)*p;
	return !(all & 0x8080808080808080u);
}

/* Behind n characters of [p, end). */
static const char *skip(const struct fixed *x, const char *p, const char *end, size_t n)
{
	if (x->bytes)
		return (size_t)(end - p) < n ? end : p + n;
	for (; n && p < end; n--)
		for (p++; p < end && ((unsigned char)*p & 0xC0) == 0x80;)
			p++;
	return p;
}

static void cell_at(const struct fixed *x, struct trib_text line, const struct tribx_target *t, struct tribx_cell *out)
{
	const char *p = skip(x, line.p, line.p + line.n, t->at), *end = skip(x, p, line.p + line.n, t->width);
	bool there = p < line.p + line.n || (t->at == 0 && line.n == 0);
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (p < end && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	const struct tribx_layout *s = x->rows.fill.chunk->layout;
	*out = (struct tribx_cell){ p, (uint32_t)(end - p), there ? x->rows.fill.page : TRIBX_CELL_NULL };
	for (size_t i = 0; i < s->null_words.count; i++)
		if (tribx_text_is((struct trib_text){ p, (size_t)(end - p) }, s->null_words.items[i]))
			out->page = TRIBX_CELL_NULL;
}

static void cell(struct tribx_text_rows *c, const struct tribx_target *t, uint32_t record, struct tribx_cell *out)
{
	cell_at((const struct fixed *)c, tribx_rows_raw(c, record), t, out);
}

static void gather(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells)
{
	const struct fixed *x = (const struct fixed *)f;
	for (size_t i = 0; i < n; i++)
		cell_at(x, tribx_rows_raw(&x->rows, x->rows.rows[row + i]), t, &cells[i]);
}

/* ---- records ---- */

/* A line may end inside its last column, where a writer cut blanks; before it, columns are missing. */
static const char *misfit(const struct fixed *x, const struct tribx_layout *s, struct trib_text line, char detail[160])
{
	const char *end = line.p + line.n;
	if (s->ragged == TRIBX_RAGGED_ERROR && skip(x, line.p, end, x->last->at) == end && x->last->at > 0) {
		snprintf(detail, 160, "the line ends before column %s, which begins at %zu", x->last->name, x->last->at + 1);
		return detail;
	}
	if (s->refuse_more && s->ragged != TRIBX_RAGGED_LOOSE) {
		const char *p = skip(x, line.p, end, x->reach->at + x->reach->width);
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		if (p < end) {
			snprintf(detail, 160, "there is text behind column %s, which ends at %zu", x->reach->name, x->reach->at + x->reach->width);
			return detail;
		}
	}
	return NULL;
}

static void choose(struct tribx_text_rows *c, const struct tribx_layout *s)
{
	struct fixed *x = (struct fixed *)c;
	size_t rows = 0;
	char detail[160];
	x->last = x->reach = s->targets;
	for (int i = 1; i < s->target_count; i++) {
		const struct tribx_target *t = &s->targets[i];
		x->last = t->at > x->last->at ? t : x->last;
		x->reach = t->at + t->width > x->reach->at + x->reach->width ? t : x->reach;
	}
	for (size_t r = 0; r < c->ix.records; r++) {
		struct trib_text line = tribx_rows_raw(c, r);
		bool blank = line.n == 0 && !s->record_length, comment = line.n && s->dialect.comment && (unsigned char)*line.p == s->dialect.comment;
		if (blank || comment || tribx_rows_left_out(c, s, (uint32_t)r, rows))
			continue;
		if (misfit(x, s, line, detail))
			tribx_rows_reject(c, r, "csv.ragged_row", detail);
		else
			c->rows[rows++] = (uint32_t)r;
	}
	c->fill.rows = rows;
}

int tribx_decode_fixed(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e)
{
	const struct tribx_chunk *chunk = (const struct tribx_chunk *)l;
	struct fixed x = { .rows = { .fill.gather = gather, .cell = cell, .choose = choose },
		.bytes = chunk->layout->in_bytes || ascii(chunk->room->mem + chunk->from, chunk->to - chunk->from) };
	return tribx_rows_decode(&x.rows, chunk, out, e);
}
