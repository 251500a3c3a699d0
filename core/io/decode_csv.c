/* decode_csv - a range of CSV records becomes a batch, on any worker: where its cells are, without quotes and escapes.
 *
 * Columns gather their cells from the index column by column, so that each output buffer is written front to back. */
#include <stdio.h>
#include <stdlib.h>

#include "arrow/personal.h"
#include "io/decode_rows.h"
#include "io/decode_view.h"

/* ---- fields ---- */

/* Field i of the index without line end, quotes and (trim) blanks. *quoted: it had quotes; *doubled: some inside. false: bytes stand around quotes. */
static inline bool field(const struct tribx_text_rows *c, const struct tribx_layout *s, size_t i, bool last, struct trib_text *out, bool *quoted, bool *doubled)
{
	const char *mem = c->fill.chunk->room->mem, *p = mem + (uint32_t)(c->ix.ends[i] + 1), *end = mem + c->ix.ends[i + 1];
	if (last && s->dialect.eol == '\n' && end > p && end[-1] == '\r')
		end--;
	if (s->trim) {
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		while (p < end && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
	}
	*quoted = *doubled = false;
	if (p == end || (unsigned char)*p != s->dialect.quote || !s->dialect.quote) {
		*out = (struct trib_text){ p, (size_t)(end - p) };
		return true;
	}
	*quoted = true;
	*out = (struct trib_text){ p + 1, (size_t)(end - p) - 2 };
	if (end - p < 2 || (unsigned char)end[-1] != s->dialect.quote)
		return false;
	*doubled = memchr(out->p, s->dialect.quote, out->n) || (s->dialect.escape && memchr(out->p, s->dialect.escape, out->n));
	return true;
}

/* Without doubled quotes and escapes; false: a single quote is inside. to may be NULL: only looks. */
static bool unquote(const struct tribx_dialect *d, struct trib_text t, char *to, size_t *size)
{
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		bool escape = d->escape && c == d->escape && i + 1 < t.n;
		if (!escape && c == d->quote && (i + 1 == t.n || (unsigned char)t.p[i + 1] != d->quote))
			return false;
		i += escape || c == d->quote;
		if (to)
			to[n] = t.p[i];
		n++;
	}
	*size = n;
	return true;
}

/* A cell whose text is not what the file holds: quotes doubled, or escapes. */
static void rewritten(struct tribx_text_rows *c, const struct tribx_layout *s, struct trib_text t, struct tribx_cell *cell)
{
	size_t size;
	char *to = tribx_fill_room(&c->fill, t.n + 1, &cell->page);
	if (!to || !unquote(&s->dialect, t, to, &size)) {   /* stray_quotes: keep - the field as it stands */
		*cell = (struct tribx_cell){ t.p - 1, (uint32_t)t.n + 2, c->fill.page };
		return;
	}
	cell->p = to;
	cell->size = (uint32_t)size;
}

static bool null_word(const struct tribx_layout *s, struct trib_text t)
{
	for (size_t i = 0; i < s->null_words.count; i++)
		if (tribx_text_is(t, s->null_words.items[i]))
			return true;
	return false;
}

/* \x outside quotes, where a backslash escapes. */
static void unescaped(struct tribx_text_rows *c, const struct tribx_layout *s, struct tribx_cell *cell)
{
	struct tribx_dialect bare = s->dialect;
	bare.quote = 0;
	struct trib_text t = { cell->p, cell->size };
	size_t size;
	char *to = memchr(t.p, bare.escape, t.n) ? tribx_fill_room(&c->fill, t.n + 1, &cell->page) : NULL;
	if (to && unquote(&bare, t, to, &size)) {
		cell->p = to;
		cell->size = (uint32_t)size;
	}
}

static __attribute__((noinline)) void gather_one(struct tribx_text_rows *c, const struct tribx_layout *s, uint32_t source, uint32_t row, struct tribx_cell *cell)
{
	uint32_t first = c->ix.recs[row], count = c->ix.recs[row + 1] - first;
	struct trib_text text;
	bool quoted, doubled;
	if (source >= count) {
		*cell = (struct tribx_cell){ NULL, 0, TRIBX_CELL_NULL };
		return;
	}
	bool fine = field(c, s, first + source, source + 1 == count, &text, &quoted, &doubled);
	*cell = (struct tribx_cell){ text.p, (uint32_t)text.n, c->fill.page };
	if (!fine)
		*cell = (struct tribx_cell){ text.p - 1, (uint32_t)text.n + 2, c->fill.page };
	else if (doubled)
		rewritten(c, s, text, cell);
	else if (s->dialect.escape && !quoted)
		unescaped(c, s, cell);
	if (s->null_declared && !quoted && null_word(s, text))
		cell->page = TRIBX_CELL_NULL;
}

/* Whether c stands in the n bytes from p; 16 bytes are readable there. */
static inline bool holds(const char *p, size_t n, unsigned char c)
{
#ifdef __SSE2__
	if (n <= 16) {
		const __m128i is = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8((char)c));
		return _mm_movemask_epi8(is) & ((1u << n) - 1);
	}
#endif
	return memchr(p, c, n);
}

static void gather(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells)
{
	struct tribx_text_rows *c = (struct tribx_text_rows *)f;
	for (size_t i = 0; i < n; i++)
		gather_one(c, f->chunk->layout, (uint32_t)t->source, c->rows[row + i], &cells[i]);
}

/* The same where rows are whole and nothing is trimmed, escaped or null: what begins with a quote takes the long way. */
static void gather_plain(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells)
{
	struct tribx_text_rows *c = (struct tribx_text_rows *)f;
	const struct tribx_layout *s = f->chunk->layout;
	const uint32_t source = (uint32_t)t->source, *rows = c->rows + row, *recs = c->ix.recs, *ends = c->ix.ends + source;
	const char *mem = f->chunk->room->mem;
	const unsigned char quote = s->dialect.quote;
	const int32_t page = f->page;
	const uint32_t last = source + 1 == (uint32_t)s->field_count && s->dialect.eol == '\n';
	for (size_t i = 0; i < n; i++) {
		const uint32_t *e = ends + recs[rows[i]], from = e[0] + 1;
		uint32_t size = e[1] - from;
		const char *p = mem + from;
		if ((unsigned char)*p == quote && quote) {
			const char *end = p + size - (last && p[size - 1] == '\r') - 1;
			if (end > p && (unsigned char)*end == quote && !holds(p + 1, (size_t)(end - p - 1), quote))
				cells[i] = (struct tribx_cell){ p + 1, (uint32_t)(end - p - 1), page };
			else
				gather_one(c, s, source, rows[i], &cells[i]);
			continue;
		}
		size -= last & (size > 0) & (p[(int64_t)size - 1] == '\r');
		cells[i] = (struct tribx_cell){ p, size, page };
	}
}

/* A text column of such rows, straight to its views. straight: every record is a row and has all fields. last: its cells may
 * end with the \r of the line end. */
static inline __attribute__((always_inline)) void views_of(struct tribx_fill *f, int index, size_t row, size_t n, const bool straight, const bool last)
{
	struct tribx_text_rows *c = (struct tribx_text_rows *)f;
	const struct tribx_layout *s = f->chunk->layout;
	const uint32_t source = (uint32_t)s->targets[index].source, *rows = c->rows + row, *recs = c->ix.recs, *ends = c->ix.ends + source;
	const uint32_t *at = ends + recs[rows[0]];
	const size_t stride = (size_t)s->field_count;
	const char *mem = f->chunk->room->mem;
	const int quote = s->dialect.quote ? s->dialect.quote : -1;
	const int32_t page = f->page;
	int32_t *view = (int32_t *)f->columns[index].values + 4 * row;
	for (size_t i = 0; i < n; i++, view += 4, at += stride) {
		const uint32_t *e = straight ? at : ends + recs[rows[i]];
		uint32_t size = e[1] - e[0] - 1;
		const char *p = mem + (uint32_t)(e[0] + 1);
		if (last)
			size -= (size > 0) & (p[(int64_t)size - 1] == '\r');
		if (__builtin_expect((unsigned char)*p == quote, 0)) {
			const char *end = p + size - 1;
			if (end <= p || (unsigned char)*end != quote || holds(p + 1, (size_t)(end - p - 1), (unsigned char)quote)) {
				struct tribx_cell cell;
				gather_one(c, s, source, rows[i], &cell);
				tribx_put_texts(f, index, &cell, row + i, 1);
				continue;
			}
			p++;
			size -= 2;
		}
		tribx_put_view(view, p, page, p - mem, size);
	}
}

static void views_plain(struct tribx_fill *f, int index, size_t row, size_t n)
{
	const struct tribx_layout *s = f->chunk->layout;
	const bool straight = ((struct tribx_text_rows *)f)->straight;
	if (s->targets[index].source + 1 == s->field_count && s->dialect.eol == '\n')
		views_of(f, index, row, n, straight, true);
	else if (straight)
		views_of(f, index, row, n, true, false);
	else
		views_of(f, index, row, n, false, false);
}

/* Cells text: nulls and marks are its own (cells.h). */
static void gather_cells(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells)
{
	static const int32_t pages[] = { [TRIBX_MARK_NUMBER] = TRIBX_CELL_NUMBER, [TRIBX_MARK_TIME] = TRIBX_CELL_TIME, [TRIBX_MARK_ERROR] = TRIBX_CELL_ERROR };
	struct tribx_text_rows *c = (struct tribx_text_rows *)f;
	const struct tribx_layout *s = f->chunk->layout;
	const uint32_t source = (uint32_t)t->source, *rows = c->rows + row, *recs = c->ix.recs;
	const bool text = t->type == TRIB_STR || t->type == TRIB_JSON, simple = !s->trim && !s->null_declared;
	for (size_t i = 0; i < n; i++) {
		const uint32_t first = recs[rows[i]], *e = c->ix.ends + first + source;
		if (source >= recs[rows[i] + 1] - first || e[0] + 1 == e[1]) {
			cells[i] = (struct tribx_cell){ NULL, 0, TRIBX_CELL_NULL };
			continue;
		}
		const char *p = f->chunk->room->mem + (uint32_t)(e[0] + 1);
		const uint32_t size = e[1] - (e[0] + 1);
		const unsigned char mark = (unsigned char)*p;
		if (mark >= TRIBX_MARKS && mark != TRIBX_CELLS_QUOTE && simple)
			cells[i] = (struct tribx_cell){ p, size, f->page };
		else if (mark >= TRIBX_MARKS)
			gather_one(c, s, source, rows[i], &cells[i]);
		else if (mark == TRIBX_MARK_NULL || (s->null_declared && null_word(s, (struct trib_text){ p + 1, size - 1 })))
			cells[i] = (struct tribx_cell){ NULL, 0, TRIBX_CELL_NULL };
		else
			cells[i] = (struct tribx_cell){ p + 1, size - 1, text && mark != TRIBX_MARK_ERROR ? f->page : pages[mark] };
	}
}

static bool is_plain(const struct tribx_layout *s)
{
	return !s->trim && !s->dialect.escape && !s->null_declared && s->ragged == TRIBX_RAGGED_ERROR;
}

/* ---- the whole range ---- */

/* Quotes were odd: the first field that RFC 4180 does not have, or one that is too long. */
static int check_fields(struct tribx_text_rows *c, const struct tribx_layout *s, struct tribx_error *e)
{
	bool long_fields = c->fill.chunk->to - c->fill.chunk->from > s->field_max;
	if (!(c->ix.odd && !s->dialect.keep_stray) && !long_fields)
		return TRIB_OK;
	for (size_t r = 0; r < c->ix.records; r++)
		for (size_t i = c->ix.recs[r]; i < c->ix.recs[r + 1]; i++) {
			struct trib_text t;
			bool quoted, doubled;
			size_t size;
			bool fine = field(c, s, i, i + 1 == c->ix.recs[r + 1], &t, &quoted, &doubled);
			fine = fine && (quoted ? !doubled || unquote(&s->dialect, t, NULL, &size) : !s->dialect.quote || !memchr(t.p, s->dialect.quote, t.n));
			bool too_long = c->ix.ends[i + 1] - (c->ix.ends[i] + 1) > s->field_max;
			if ((fine || s->dialect.keep_stray) && !too_long)
				continue;
			long long line = (long long)tribx_reject_line(&c->reject, tribx_rows_begin(c, r));
			size_t place = i - c->ix.recs[r];
			const char *name = place < (size_t)s->field_count ? s->fields[place] : "beyond the header";
			tribx_error_at(e, s->file, (int)line, 0, NULL);
			if (!tribx_any_personal(c->fill.out))
				tribx_error_sample(e, t);
			if (too_long)
				return tribx_fail(e, TRIB_DATA, "csv.field_too_long", "%s, %s %lld, column %s: a field is longer than field_max (%zu bytes)", s->file, s->kind->record, line, name, s->field_max);
			tribx_error_hint(e, "if quotes are data in this file, write stray_quotes: keep");
			return tribx_fail(e, TRIB_DATA, "csv.stray_quote", "%s, %s %lld, column %s: a quote stands where no quote may be", s->file, s->kind->record, line, name);
		}
	return TRIB_OK;
}

static void cell(struct tribx_text_rows *c, const struct tribx_target *t, uint32_t record, struct tribx_cell *out)
{
	const struct tribx_layout *s = c->fill.chunk->layout;
	gather_one(c, s, (uint32_t)t->source, record, out);
	if (s->kind->cells && out->page == c->fill.page && out->size && (unsigned char)*out->p < TRIBX_MARKS)
		*out = (struct tribx_cell){ out->p + 1, out->size - 1, *out->p == TRIBX_MARK_NUMBER ? TRIBX_CELL_NUMBER : *out->p == TRIBX_MARK_NULL ? TRIBX_CELL_NULL : out->page };
}

int tribx_decode_csv(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e)
{
	const struct tribx_chunk *chunk = (const struct tribx_chunk *)l;
	const struct tribx_layout *s = chunk->layout;
	const bool plain = !s->kind->cells && is_plain(s);
	struct tribx_text_rows c = { .fill.gather = s->kind->cells ? gather_cells : plain ? gather_plain : gather, .fill.views = plain ? views_plain : NULL,
		.cell = cell, .check = check_fields, .choose = tribx_rows_choose };
	return tribx_rows_decode(&c, chunk, out, e);
}
