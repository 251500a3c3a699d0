/* decode_names - the header of a text table becomes names, and names become columns. Runs once per file, byte by byte. */
#include <stdio.h>
#include <stdlib.h>

#include "io/decode_head.h"

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the header");
}

/* ---- names ---- */

/* byte order mark, zero-width space, non-joiner and joiner, direction marks, word joiner, soft hyphen, blanks of all widths */
static const char *const invisible[] = {
	"\xEF\xBB\xBF", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x81\xA0", "\xC2\xAD", "\xC2\xA0",
	"\xE2\x80\x89", "\xE2\x80\xAF", "\xE3\x80\x80", " ", "\t",
};

static struct trib_text clean(struct trib_text t)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++) {
			size_t n = strlen(invisible[i]);
			if (t.n >= n && memcmp(t.p, invisible[i], n) == 0) {
				t.p += n;
				t.n -= n;
				again = true;
			} else if (t.n >= n && memcmp(t.p + t.n - n, invisible[i], n) == 0) {
				t.n -= n;
				again = true;
			}
		}
	}
	return t;
}

/* The text of one header field: unquoted, cleaned, line ends inside as blanks. */
static char *name_of(const struct tribx_layout *s, struct tribx_arena *a, struct trib_text t)
{
	char *out = tribx_arena_new(a, t.n + 1), quote = (char)s->dialect.quote;
	size_t n = 0;
	if (!out)
		return NULL;
	if (s->kind->cells && t.n && (unsigned char)*t.p < TRIBX_MARKS)
		t = (struct trib_text){ t.p + 1, *t.p == TRIBX_MARK_ERROR ? 0 : t.n - 1 };   /* an error is no name */
	t = clean(t);
	bool quoted = quote && t.n >= 2 && t.p[0] == quote && t.p[t.n - 1] == quote;
	for (size_t i = quoted; i < t.n - quoted; i++) {
		out[n++] = t.p[i] == '\n' || t.p[i] == '\r' ? ' ' : t.p[i];
		if (quoted && t.p[i] == quote && i + 2 < t.n && t.p[i + 1] == quote)
			i++;
	}
	t = clean((struct trib_text){ out, n });
	memmove(out, t.p, t.n);
	out[t.n] = 0;
	return out;
}

/* Fields of the record at l->at; TRIB_OK with *end == 0: it is not whole. */
static int record(const struct tribx_layout *s, const struct tribx_lines *l, struct tribx_index *ix, size_t *end, struct tribx_error *e)
{
	struct tribx_cut cut = { .seen = l->at };
	*end = 0;
	for (size_t to = l->at; to < l->n && !cut.end;) {   /* a record at a time, not the whole room */
		const char *eol = memchr(l->p + to, l->eol, l->n - to);
		if (!eol)
			return TRIB_OK;
		to = (size_t)(eol - l->p) + 1;
		tribx_cut(&s->dialect, l->p, to, &cut);
	}
	if (!cut.end)
		return TRIB_OK;
	*end = cut.end;
	if (!tribx_scan_serial(&s->dialect, l->p, l->at, *end, ix))
		return no_memory(e);
	return TRIB_OK;
}

static bool blank(const struct tribx_layout *s, const struct tribx_index *ix, const char *p)
{
	size_t from = ix->ends[0] + 1, size = ix->ends[1] - from;
	return ix->fields == 1 && (size == 0 || (size == 1 && p[from] == '\r') || (s->dialect.comment && (unsigned char)p[from] == s->dialect.comment));
}

/* The fields of one record as texts; count -1: it is not whole. */
struct cells { char **items; int count; };

static int cells_of(const struct tribx_layout *s, const struct tribx_lines *l, struct tribx_arena *a, const struct tribx_index *ix, struct cells *out,
                    struct tribx_error *e)
{
	*out = (struct cells){ tribx_arena_new(a, ix->fields * sizeof *out->items), (int)ix->fields };
	for (int i = 0; out->items && i < out->count; i++) {
		size_t from = ix->ends[i] + 1, to = ix->ends[i + 1];
		to -= i == out->count - 1 && to > from && l->p[to - 1] == '\r';
		if (!(out->items[i] = name_of(s, a, (struct trib_text){ l->p + from, to - from })))
			return no_memory(e);
	}
	return out->items ? TRIB_OK : no_memory(e);
}

static const char *cell(const struct cells *c, int i)
{
	return i < c->count ? c->items[i] : "";
}

/* Rows of a header: a group's name goes to the columns on its right that have a name of their own below, up to the next group. */
static bool join(struct tribx_arena *a, const struct cells *rows, int count, struct tribx_header *h)
{
	for (int r = 0; r < count; r++)
		h->count = rows[r].count > h->count ? rows[r].count : h->count;
	if (!(h->names = tribx_arena_new(a, (size_t)h->count * sizeof *h->names)))
		return false;
	const char *group[TRIBX_HEADER_ROWS] = { NULL };
	for (int i = 0; i < h->count; i++) {
		struct tribx_buf name = { 0 };
		for (int r = 0; r < count; r++) {
			const char *own = cell(&rows[r], i), *below = r + 1 < count ? cell(&rows[count - 1], i) : "";
			for (int k = r + 1; *own && k < count; k++)
				group[k] = NULL;
			if (*own)
				group[r] = *below ? own : NULL;   /* nothing below: a cell of two rows, not a group */
			const char *text = *own || !*below || !group[r] ? own : group[r];
			if (*text && name.n)
				tribx_buf_putc(&name, ' ');
			tribx_buf_puts(&name, text);
		}
		h->names[i] = tribx_arena_text(a, name.p ? name.p : "", name.n);
		bool fine = !name.failed && h->names[i];
		tribx_buf_done(&name);
		if (!fine)
			return false;
	}
	return true;
}

int tribx_header_at(const struct tribx_format *f, struct tribx_layout *s, const struct tribx_lines *from, struct tribx_arena *a, struct tribx_header *h,
                    struct tribx_error *e)
{
	struct tribx_lines l = *from;
	struct tribx_index ix = { 0 };
	struct cells rows[TRIBX_HEADER_ROWS];
	int want = f->header && f->header_rows > 1 ? (int)f->header_rows : 1, rc = TRIB_OK;
	*h = (struct tribx_header){ 0 };
	while (rc == TRIB_OK && h->row_count < want) {
		size_t end;
		rc = record(s, &l, &ix, &end, e);
		if (rc != TRIB_OK || !end) {
			h->end = 0;
			h->open = l.at < l.n;
			h->line = l.line;
			break;
		}
		if (!blank(s, &ix, l.p)) {
			size_t to = end - 1;
			h->from = h->row_count ? h->from : l.at;
			h->line = h->row_count ? h->line : l.line;
			h->rows[h->row_count] = (struct trib_text){ l.p + l.at, to - l.at - (to > l.at && l.p[to - 1] == '\r') };
			if ((int64_t)ix.fields > s->columns_max)
				rc = tribx_fail(e, TRIB_DATA, "csv.too_many_columns", "%s, %s %lld: %zu columns, more than columns_max allows (%lld)", s->file, s->kind->record,
				                (long long)l.line, ix.fields, (long long)s->columns_max);
			else
				rc = cells_of(s, &l, a, &ix, &rows[h->row_count++], e);
			h->odd |= ix.odd;
			h->end = end;
		}
		l.line += (int64_t)tribx_tally(TRIBX_SERIAL, l.p + l.at, end - l.at, s->dialect.eol, s->dialect.eol).a;
		l.at = end;
	}
	tribx_index_done(&ix);
	if (rc == TRIB_OK && h->row_count == want && h->end && !join(a, rows, want, h))
		rc = no_memory(e);
	return rc;
}

/* ---- duplicates ---- */

static int by_fold(const void *a, const void *b)
{
	const unsigned char *x = *(const unsigned char *const *)a, *y = *(const unsigned char *const *)b;
	for (;; x++, y++) {
		int low = *x >= 'A' && *x <= 'Z' ? *x + 32 : *x, other = *y >= 'A' && *y <= 'Z' ? *y + 32 : *y;
		if (low != other || !low)
			return low - other;
	}
}

static bool suffix(struct tribx_layout *s)
{
	for (int i = 1; i < s->field_count; i++) {
		const char *name = s->fields[i];
		char *other = NULL;
		for (int number = 2, k = 0; k < i; k++) {
			if (by_fold(&s->fields[k], &s->fields[i]) != 0)
				continue;
			if (!other && !(other = tribx_arena_new(&s->memory, strlen(name) + 12)))
				return false;
			sprintf(other, "%s_%d", name, number++);
			s->fields[i] = other;
			k = -1;
		}
	}
	return true;
}

static int duplicates(const struct tribx_format *f, struct tribx_layout *s, struct tribx_error *e)
{
	const char **sorted = malloc((size_t)s->field_count * sizeof *sorted), *twice = NULL;
	if (!sorted)
		return no_memory(e);
	memcpy(sorted, s->fields, (size_t)s->field_count * sizeof *sorted);
	qsort(sorted, (size_t)s->field_count, sizeof *sorted, by_fold);
	for (int i = 1; i < s->field_count && !twice; i++)
		twice = by_fold(&sorted[i - 1], &sorted[i]) == 0 ? sorted[i] : NULL;
	free(sorted);
	if (!twice)
		return TRIB_OK;
	if (f->duplicate_headers && strcmp(f->duplicate_headers, "suffix") == 0)
		return suffix(s) ? TRIB_OK : no_memory(e);
	tribx_error_hint(e, "write duplicate_headers: suffix to get \"%s\" and \"%s_2\"", twice, twice);
	return tribx_fail(e, TRIB_DATA, "csv.duplicate_header", "%s: two columns are named \"%s\" (case does not count)", s->file, twice);
}

/* ---- columns ---- */

static const char *name_at(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static int missing(const struct tribx_layout *s, const struct tribx_target *t, struct tribx_error *e)
{
	const char *near = tribx_nearest(t->from, name_at, s->fields, (size_t)s->field_count);
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	else if (s->field_count == 1 && strpbrk(s->fields[0], ";\t|,"))
		tribx_error_hint(e, "the header is one field: is the delimiter \"%c\"?", *strpbrk(s->fields[0], ";\t|,"));
	return tribx_fail(e, TRIB_DATA, "csv.missing_column", "%s has no column \"%s\"", s->file, t->from);
}

/* from: a header, or a place where there is none. */
static int place_of(const struct tribx_format *f, const struct tribx_layout *s, const char *const *raw, const struct tribx_target *t, int order)
{
	if (!f->header) {
		char *end;
		long place = strtol(t->from, &end, 10);
		return *end || t->from == end ? order : (int)place - 1;
	}
	for (int i = 0; i < s->field_count; i++)
		if (strcmp(s->fields[i], t->from) == 0 || strcmp(raw[i], t->from) == 0)
			return i;
	return -1;
}

static int bind(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const char *const *raw, struct tribx_error *e)
{
	int rc = tribx_bind_declared(f, columns, s, e), declared = s->target_count;
	for (int i = 0; rc == TRIB_OK && i < declared; i++) {
		s->targets[i].source = place_of(f, s, raw, &s->targets[i], i);
		if (s->targets[i].source < 0 || s->targets[i].source >= s->field_count)
			rc = missing(s, &s->targets[i], e);
	}
	bool keep = !declared || (f->other_columns && strcmp(f->other_columns, "keep") == 0);
	bool refuse = declared && f->other_columns && strcmp(f->other_columns, "error") == 0;
	for (int i = 0; rc == TRIB_OK && (keep || refuse) && i < s->field_count; i++) {
		bool taken = false;
		for (int k = 0; k < declared && !taken; k++) {
			taken = s->targets[k].source == i;
			if (!taken && keep && strcmp(s->targets[k].name, s->fields[i]) == 0)
				return tribx_fail(e, TRIB_DATA, "csv.duplicate_header", "%s: column \"%s\" of `columns` is read from \"%s\", and the file has another \"%s\"",
				                  s->file, s->targets[k].name, s->targets[k].from, s->fields[i]);
		}
		if (taken)
			continue;
		if (refuse)
			return tribx_fail(e, TRIB_DATA, "csv.unknown_column", "%s has a column \"%s\" that `columns` does not name", s->file, s->fields[i]);
		s->targets[s->target_count++] = (struct tribx_target){ .name = s->fields[i], .from = s->fields[i], .type = TRIB_STR, .source = i };
	}
	return rc;
}

/* In a sheet or table a cell without a name in the header is mostly a part of a merged one: whose column it is has to be said. */
static int unnamed(const struct tribx_layout *s, const struct tribx_header *h, int place, struct tribx_error *e)
{
	tribx_error_at(e, s->file, (int)h->line, 0, NULL);
	tribx_error_hint(e, "name the columns that are wanted with columns, or write fill_merged: true if the header is a merged cell");
	return tribx_fail(e, TRIB_DATA, "csv.unnamed_column", "%s, %s %lld: column %d has no name in the header", s->file, s->kind->record, (long long)h->line, place + 1);
}

/* Headers by the columns' own names; unnamed ones are named by their place. */
static int name_fields(const struct tribx_format *f, struct tribx_layout *s, const struct tribx_header *h, bool declared, const char **raw, struct tribx_error *e)
{
	for (int i = 0; i < s->field_count; i++) {
		char place[24];
		if (f->header && !declared && !*h->names[i] && tribx_is_cells(s->kind))
			return unnamed(s, h, i, e);
		int n = snprintf(place, sizeof place, "column_%d", i + 1);
		raw[i] = f->header && *h->names[i] ? h->names[i] : tribx_arena_text(&s->memory, place, (size_t)n);
		if (!raw[i])
			return no_memory(e);
		const char *alias = f->header ? trib_map_text(&f->aliases, raw[i]) : NULL;
		s->fields[i] = alias ? tribx_arena_text(&s->memory, alias, strlen(alias)) : raw[i];
		if (!s->fields[i])
			return no_memory(e);
	}
	return TRIB_OK;
}

static bool keep_lines(struct tribx_layout *s, const struct tribx_header *h)
{
	for (int i = 0; i < h->row_count; i++) {
		const char *copy = tribx_arena_text(&s->memory, h->rows[i].p, h->rows[i].n);
		if (!copy)
			return false;
		s->header_lines[i] = (struct trib_text){ copy, h->rows[i].n };
	}
	s->header_line_count = h->row_count;
	return true;
}

int tribx_header_bind(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const struct tribx_header *h, struct tribx_error *e)
{
	s->field_count = h->count;
	s->keep_blank = s->field_count == 1 && !s->kind->cells && !(f->blank_lines && (strcmp(f->blank_lines, "skip") == 0 || strcmp(f->blank_lines, "empty") == 0));
	s->fields = tribx_arena_new(&s->memory, (size_t)h->count * sizeof *s->fields);
	const char **raw = tribx_arena_new(&s->memory, (size_t)h->count * sizeof *raw);
	if (!s->fields || !raw || (f->header && s->repeated && (h->count > 1 || s->repeated == TRIBX_REPEATED_DROP) && !keep_lines(s, h)))
		return no_memory(e);
	int rc = name_fields(f, s, h, f->columns.count || columns, raw, e);
	if (rc == TRIB_OK && f->header)
		rc = duplicates(f, s, e);
	return rc == TRIB_OK ? bind(f, columns, s, raw, e) : rc;
}
