/* decode_rows - see decode_rows.h. */
#include "io/decode_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/decode_total.h"
#include "parse/number.h"

/* ---- labels ---- */

static uint32_t lower(uint32_t c)
{
	static const struct { uint16_t from, to, add; } ranges[] = {   /* Latin, Greek, Cyrillic: what labels are written in */
		{ 'A', 'Z', 32 }, { 0xC0, 0xD6, 32 }, { 0xD8, 0xDE, 32 }, { 0x391, 0x3A9, 32 }, { 0x400, 0x40F, 80 }, { 0x410, 0x42F, 32 },
	};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return c + ranges[i].add;
	return c;
}

static bool label(struct trib_text t, const char *word)
{
	size_t size = strlen(word);
	bool prefix = size && word[size - 1] == '*';
	const char *end = word + size - (prefix || (size && word[size - 1] == ':')), *p = t.p;
	while (p < t.p + t.n && word < end) {
		int a, b;
		if (lower(tribx_char(p, t.p + t.n, &a)) != lower(tribx_char(word, end, &b)))
			return false;
		p += a;
		word += b;
	}
	return word == end && (prefix || p == t.p + t.n);
}

bool tribx_label_is(struct trib_text t, const struct tribx_words *words)
{
	while (t.n && (*t.p == ' ' || *t.p == '\t'))
		t.p++, t.n--;
	while (t.n && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == ':' || t.p[t.n - 1] == '\t'))
		t.n--;
	for (size_t i = 0; i < words->count; i++)
		if (label(t, words->items[i]))
			return true;
	return false;
}

/* ---- records ---- */

void tribx_rows_reject(struct tribx_text_rows *c, size_t r, const char *code, const char *detail)
{
	c->holes++;
	tribx_reject_row(&c->reject, code, detail, tribx_rows_raw(c, r), tribx_rows_begin(c, r));
}

static bool is_header(const struct tribx_layout *s, struct trib_text raw)
{
	for (int i = 0; i < s->header_line_count; i++)
		if (raw.n == s->header_lines[i].n && memcmp(raw.p, s->header_lines[i].p, raw.n) == 0)
			return true;
	return false;
}

static struct trib_text first_cell(struct tribx_text_rows *c, const struct tribx_layout *s, uint32_t r)
{
	static const struct tribx_target first = { .source = 0 };
	struct tribx_cell cell;
	c->cell(c, s->rows == TRIBX_FIXED ? &s->targets[0] : &first, r, &cell);
	return (struct trib_text){ cell.p, cell.p ? cell.size : 0 };
}

static void mark(struct tribx_text_rows *c, uint32_t r, size_t rows)
{
	if (c->mark_count == c->mark_cap) {
		size_t cap = c->mark_cap ? c->mark_cap * 2 : 64;
		struct tribx_total_mark *grown = realloc(c->marks, cap * sizeof *grown);
		if (!grown) {
			c->fill.failed = true;
			return;
		}
		c->marks = grown;
		c->mark_cap = cap;
	}
	c->marks[c->mark_count++] = (struct tribx_total_mark){ (uint32_t)rows, r, c->holes };
	c->holes = 0;
}

bool tribx_rows_left_out(struct tribx_text_rows *c, const struct tribx_layout *s, uint32_t r, size_t rows)
{
	struct tribx_layout *counts = c->fill.chunk->layout;
	if (s->header_line_count && is_header(s, tribx_rows_raw(c, r))) {
		if (s->repeated == TRIBX_REPEATED_ERROR)
			tribx_reject_row(&c->reject, "csv.repeated_header", "the header again", tribx_rows_raw(c, r), tribx_rows_begin(c, r));
		else
			atomic_fetch_add_explicit(&counts->repeats, 1, memory_order_relaxed);
		return true;
	}
	if (s->totals && tribx_totals_is(c, r)) {
		mark(c, r, rows);
		return true;
	}
	if (!s->footer_match.count || !tribx_label_is(first_cell(c, s, r), &s->footer_match))
		return false;
	atomic_fetch_add_explicit(&counts->footers, 1, memory_order_relaxed);
	return true;
}

static bool all_empty(const struct tribx_text_rows *c, size_t r)
{
	const char *p = c->fill.chunk->room->mem + tribx_rows_begin(c, r), *end = c->fill.chunk->room->mem + c->ix.ends[c->ix.recs[r + 1]];
	const unsigned char delimiter = c->fill.chunk->layout->dialect.delimiter, quote = c->fill.chunk->layout->dialect.quote;
	const bool marks = c->fill.chunk->layout->kind->cells;
	while (p < end && ((unsigned char)*p == delimiter || (marks && (unsigned char)*p < TRIBX_MARKS) || *p == ' ' || *p == '\r' || ((unsigned char)*p == quote && quote)))
		p++;
	return p == end;
}

/* What follows the last field of the header is empty: a delimiter at the end of the line. */
static bool empty_rest(const struct tribx_text_rows *c, const struct tribx_layout *s, size_t r)
{
	size_t first = c->ix.recs[r] + (size_t)s->field_count, last = c->ix.recs[r + 1] - 1;
	const char *mem = c->fill.chunk->room->mem;
	for (size_t i = first; i <= last; i++) {
		size_t from = (uint32_t)(c->ix.ends[i] + 1), to = c->ix.ends[i + 1];
		to -= i == last && to > from && mem[to - 1] == '\r';
		if (from != to)
			return false;
	}
	return true;
}

static void ragged(struct tribx_text_rows *c, const struct tribx_layout *s, size_t r, size_t count)
{
	char detail[160];
	if (tribx_is_cells(s->kind) && count > (size_t)s->field_count)
		snprintf(detail, sizeof detail, "%zu cells, the header has %d: column %d has no name", count, s->field_count, s->field_count + 1);
	else
		snprintf(detail, sizeof detail, "%zu field%s, the header has %d", count, count == 1 ? "" : "s", s->field_count);
	tribx_rows_reject(c, r, "csv.ragged_row", detail);
}

/* Nearly no row is as long as the header was: the others need no look. */
static inline bool like_header(const struct tribx_layout *s, size_t size)
{
	bool like = false;
	for (int i = 0; i < s->header_line_count; i++)
		like |= size - s->header_lines[i].n <= 1;
	return like;
}

/* The first eight bytes of the only header line, as a word under a mask. No header: a word that no row has under the mask. */
struct first_bytes { uint64_t word, mask; };

static struct first_bytes header_begins(const struct tribx_layout *s)
{
	struct first_bytes h = { 1, 0 };
	if (s->header_line_count) {
		size_t n = s->header_lines[0].n;
		h = (struct first_bytes){ 0, 0 };
		memcpy(&h.word, s->header_lines[0].p, n < 8 ? n : 8);
		memset(&h.mask, 0xFF, n < 8 ? n : 8);
	}
	return h;
}

/* Which records are rows. */
void tribx_rows_choose(struct tribx_text_rows *c, const struct tribx_layout *s)
{
	const char *mem = c->fill.chunk->room->mem;
	const bool labels = s->totals || s->footer_match.count, plain = !labels && !s->skip_empty && s->header_line_count <= 1 && s->field_count > 1;
	const size_t want = (size_t)s->field_count, records = c->ix.records;
	const struct first_bytes header = header_begins(s);
	const uint32_t *recs = c->ix.recs, *ends = c->ix.ends;
	uint32_t *to = c->rows;
	size_t rows = 0;
	for (size_t r = 0; r < records; r++) {
		uint64_t word;
		memcpy(&word, mem + (uint32_t)(ends[recs[r]] + 1), sizeof word);    /* there are 64 bytes behind the last row */
		if (plain && recs[r + 1] - recs[r] == want && (word & header.mask) != header.word) {   /* nearly every row */
			to[rows++] = (uint32_t)r;
			continue;
		}
		size_t count = c->ix.recs[r + 1] - c->ix.recs[r], from = tribx_rows_begin(c, r), size = c->ix.ends[c->ix.recs[r + 1]] - from;
		if (count == 1) {
			bool blank = size == 0 || (size == 1 && mem[from] == '\r');
			if ((blank && !s->keep_blank) || (!blank && s->dialect.comment && (unsigned char)mem[from] == s->dialect.comment))
				continue;
		}
		if ((s->skip_empty && all_empty(c, r)) || ((labels || like_header(s, size)) && tribx_rows_left_out(c, s, (uint32_t)r, rows)))
			continue;
		bool fits = count == want || s->ragged == TRIBX_RAGGED_LOOSE || (s->ragged == TRIBX_RAGGED_PAD && (count < want || empty_rest(c, s, r)));
		if (fits)
			to[rows++] = (uint32_t)r;
		else
			ragged(c, s, r, count);
	}
	c->fill.rows = rows;
	c->straight = rows == records && s->ragged == TRIBX_RAGGED_ERROR;
}

/* Rows with cells that do not fit become dead letters and leave. */
static void drop_bad(struct tribx_text_rows *c, const struct tribx_layout *s)
{
	struct tribx_fill *f = &c->fill;
	size_t kept = 0;
	const char **why = calloc(f->rows, sizeof *why);
	if (!why) {
		f->failed = true;
		return;
	}
	for (size_t i = f->bad_count; i-- > 0;)   /* the first column that does not fit is the reason */
		why[f->bad[i].row] = (const char *)&f->bad[i];
	for (size_t row = 0; row < f->rows; row++) {
		size_t r = c->rows[row];
		if (why[row]) {
			size_t i = ((size_t)(why[row] - (const char *)f->bad)) / sizeof *f->bad;
			char detail[256];
			const char *code = tribx_cell_why(detail, sizeof detail, s, &s->targets[f->bad[i].target], f->bad[i].sample, f->bad[i].error,
				trib_is_personal(f->out, f->bad[i].target));
			tribx_reject_row(&c->reject, code, detail, tribx_rows_raw(c, r), tribx_rows_begin(c, r));
		} else {
			c->rows[kept++] = (uint32_t)r;
		}
	}
	f->rows = kept;
	c->straight = false;
	free(why);
}

int tribx_rows_decode(struct tribx_text_rows *c, const struct tribx_chunk *chunk, struct trib_batch *out, struct tribx_error *e)
{
	const struct tribx_layout *s = chunk->layout;
	int rc = tribx_check_text(chunk, e);
	bool memory = rc != TRIB_OK || (tribx_fill_start(&c->fill, chunk, out) && tribx_scan(s->isa, &s->dialect, chunk->room->mem, chunk->from, chunk->to, &c->ix) &&
	                                (c->rows = tribx_block_new((c->ix.records + 1) * sizeof *c->rows)));
	tribx_reject_start(&c->reject, chunk, out);
	if (rc == TRIB_OK && memory && c->check)
		rc = c->check(c, s, e);
	if (rc == TRIB_OK && memory) {
		c->choose(c, s);
		if (s->totals && !s->guesses && !c->fill.failed)
			rc = tribx_totals_chunk(c, e);
	}
	while (rc == TRIB_OK && memory && !c->fill.failed && !tribx_fill_columns(&c->fill) && !c->fill.failed)
		drop_bad(c, s);
	if (!memory || c->fill.failed)
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the rows of %s", s->file);
	tribx_fill_done(&c->fill);
	tribx_index_done(&c->ix);
	tribx_block_free(c->rows);
	free(c->marks);
	return rc;
}
