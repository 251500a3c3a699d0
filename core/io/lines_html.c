/* lines_html - one table of a web page as cells text: portals save such pages as .xls and call them reports.
 *
 * Tables are counted in the order in which they begin, nested ones included; or the first is taken whose first row holds a text.
 * A cell is its text without tags, blanks around it and more than one between; the text of a nested table is text of the cell
 * that it lies in. colspan and rowspan repeat the cell. What has no end tag ends where the next begins, but a page that ends
 * inside of the table was cut. */
#include <stdio.h>
#include <stdlib.h>

#include "io/lines.h"
#include "parse/html_tokens.h"

enum { LEVELS = 32, COLUMNS = 16384, SPAN = 1000, ROWSPAN = 65534 };

struct cell { size_t at, size; int columns, rows; };
struct span { char *text; size_t size; int rows; };              /* of a cell that reaches into the rows below */
struct level {                                                   /* a table that is open */
	int number;
	bool watched, in_row, in_cell, row_seen;
	struct tribx_buf text;                                   /* of the row, cell by cell */
	struct cell *cells;
	int count, cap;
};

struct html {
	struct tribx_lines base;
	struct tribx_html *tokens;
	struct level levels[LEVELS];
	int depth, number, want;                                 /* number: tables so far; want: 0 by text */
	char *holds;
	int chosen;                                              /* level of the table, -1: not yet or not any more */
	bool found, done;
	struct span *spans;
	int span_count;
	struct tribx_cells out;
	size_t record_max;
	struct tribx_error *error;
};

static void no_memory(struct html *h)
{
	tribx_fail(h->error, TRIB_FATAL, "internal.no_memory", "no memory to read %s", h->base.file);
}

static void too_many_columns(struct html *h)
{
	tribx_fail(h->error, TRIB_DATA, "html.too_many_columns", "%s: a row of the table has more than %d columns", h->base.file, COLUMNS);
}

static void too_long(struct html *h)
{
	tribx_error_hint(h->error, "raise record_max if the row is meant");
	tribx_fail(h->error, TRIB_DATA, "csv.record_too_long", "%s: a row of the table is longer than record_max (%zu bytes)", h->base.file, h->record_max);
}

/* ---- rows ---- */

static bool hold(struct html *h, int column, const char *p, size_t n, int rows)
{
	if (column >= h->span_count) {
		struct span *grown = realloc(h->spans, ((size_t)column + 1) * sizeof *grown);
		if (!grown)
			return false;
		h->spans = grown;
		memset(grown + h->span_count, 0, ((size_t)column + 1 - (size_t)h->span_count) * sizeof *grown);
		h->span_count = column + 1;
	}
	struct span *s = &h->spans[column];
	free(s->text);
	*s = (struct span){ .text = malloc(n + 1), .size = n, .rows = rows };
	if (s->text)
		memcpy(s->text, p, n);
	return s->text;
}

static void put(struct html *h, const char *p, size_t n)
{
	tribx_cells_put(&h->out, TRIBX_MARK_NONE, (struct trib_text){ n ? p : NULL, n });
}

/* Cells that reach down from above into the columns from *column on. */
static void fill_spans(struct html *h, int *column)
{
	while (*column < h->span_count && h->spans[*column].rows > 0) {
		struct span *s = &h->spans[(*column)++];
		put(h, s->text, s->size);
		s->rows--;
	}
}

static void write_row(struct html *h, const struct level *l)
{
	int column = 0;
	for (int i = 0; i < l->count && !h->error->status; i++) {
		const struct cell *c = &l->cells[i];
		const char *p = l->text.p ? l->text.p + c->at : "";
		fill_spans(h, &column);
		for (int k = 0; k < c->columns && !h->error->status; k++, column++) {
			if (column == COLUMNS)
				too_many_columns(h);
			put(h, p, c->size);
			if (c->rows > 1 && !hold(h, column, p, c->size, c->rows - 1))
				no_memory(h);
		}
	}
	fill_spans(h, &column);
	for (; column < h->span_count; column++)   /* behind the row's last cell: there is none to stand between */
		h->spans[column].rows -= h->spans[column].rows > 0;
	tribx_cells_end(&h->out);
}

static bool first_row_holds(const struct html *h, const struct level *l)
{
	for (int i = 0; i < l->count; i++)
		if (memmem(l->text.p + l->cells[i].at, l->cells[i].size, h->holds, strlen(h->holds)))
			return true;
	return false;
}

/* ---- the table ---- */

static void end_cell(struct html *h, struct level *l)
{
	if (!l->in_cell)
		return;
	struct cell *c = &l->cells[l->count - 1];
	l->in_cell = false;
	if (l->text.failed)
		no_memory(h);
	else if (l->text.n > c->at)
		l->text.n = c->at + (c->size = tribx_html_plain(l->text.p + c->at, l->text.n - c->at));
}

static void end_row(struct html *h, struct level *l)
{
	end_cell(h, l);
	if (!l->in_row)
		return;
	l->in_row = false;
	if (h->chosen < 0 && !h->done && !h->want && l->count && first_row_holds(h, l)) {
		h->chosen = (int)(l - h->levels);
		h->found = true;
	}
	if (h->chosen == (int)(l - h->levels) && (l->count || h->span_count))
		write_row(h, l);
	l->watched = h->chosen == (int)(l - h->levels);   /* by text only the first row says */
	l->count = 0;
	l->text.n = 0;
}

static void start_table(struct html *h)
{
	h->number++;
	if (++h->depth > LEVELS)
		return;
	struct level *l = &h->levels[h->depth - 1];
	l->number = h->number;
	l->in_row = l->in_cell = l->row_seen = false;
	l->count = 0;
	l->text.n = 0;
	l->watched = !h->done && h->chosen < 0 && (h->want ? h->number == h->want : true);
	if (h->want && l->watched) {
		h->chosen = h->depth - 1;
		h->found = true;
	}
}

static void end_table(struct html *h)
{
	if (!h->depth)
		return;
	if (h->depth <= LEVELS) {
		struct level *l = &h->levels[h->depth - 1];
		if (l->watched)
			end_row(h, l);
		if (h->chosen == h->depth - 1) {
			h->done = true;
			h->chosen = -1;
		}
		l->watched = false;
	}
	h->depth--;
}

static void start_row(struct html *h, struct level *l)
{
	end_row(h, l);
	l->in_row = l->watched;
}

static void start_cell(struct html *h, struct level *l, struct trib_text attributes)
{
	end_cell(h, l);
	if (!l->watched)
		return;
	l->in_row = true;
	if (l->count == COLUMNS) {
		too_many_columns(h);
		return;
	}
	if (l->count == l->cap) {
		int cap = l->cap ? l->cap * 2 : 32;
		struct cell *grown = realloc(l->cells, (size_t)cap * sizeof *grown);
		if (!grown) {
			no_memory(h);
			return;
		}
		l->cells = grown;
		l->cap = cap;
	}
	l->cells[l->count++] = (struct cell){ l->text.n, 0, tribx_html_number(attributes, "colspan", SPAN), tribx_html_number(attributes, "rowspan", ROWSPAN) };
	l->in_cell = true;
}

static void on_text(void *data, const char *p, size_t n)
{
	struct html *h = data;
	for (int i = 0; i < h->depth && i < LEVELS && !h->error->status; i++) {
		struct level *l = &h->levels[i];
		if (!l->in_cell)
			continue;
		tribx_buf_put(&l->text, p, n);
		if (l->text.n > h->record_max)
			too_long(h);
	}
}

static void on_tag(void *data, const char *name, bool closes, struct trib_text attributes)
{
	static const char *const apart[] = { "br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "pre" };
	struct html *h = data;
	if (h->error->status || h->done)
		return;
	for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
		if (strcmp(apart[i], name) == 0)
			on_text(h, " ", 1);
	struct level *l = h->depth && h->depth <= LEVELS ? &h->levels[h->depth - 1] : NULL;
	bool cell = strcmp(name, "td") == 0 || strcmp(name, "th") == 0;
	if (strcmp(name, "table") == 0)
		(closes ? end_table : start_table)(h);
	else if (!l)
		return;
	else if (cell && !closes)
		start_cell(h, l, attributes);
	else if (cell)
		end_cell(h, l);
	else if (strcmp(name, "tr") == 0 && !closes)
		start_row(h, l);
	else if (strcmp(name, "tr") == 0 || strcmp(name, "thead") == 0 || strcmp(name, "tbody") == 0 || strcmp(name, "tfoot") == 0)
		end_row(h, l);
}

/* ---- a kind of lines ---- */

static int ended(const struct html *h, struct tribx_error *e)
{
	if (h->chosen >= 0)
		return tribx_fail(e, TRIB_DATA, "html.cut", "%s: the page ends inside of the table", h->base.file);
	if (h->found)
		return TRIB_OK;
	if (h->number)
		tribx_error_hint(e, "the page has %d table%s; table: takes its number, or a text of its first row", h->number, h->number == 1 ? "" : "s");
	else
		tribx_error_hint(e, "look into the file: it may be a login or error page");
	if (h->want)
		return tribx_fail(e, TRIB_DATA, "html.no_table", "%s has no table %d", h->base.file, h->want);
	return tribx_fail(e, TRIB_DATA, "html.no_table", "%s has no table whose first row holds \"%s\"", h->base.file, h->holds);
}

static int push(struct tribx_lines *l, const char *p, size_t n, bool last, struct tribx_error *e)
{
	struct html *h = (struct html *)l;
	h->error = e;
	tribx_html_run(h->tokens, p, n);
	if (h->out.failed)
		no_memory(h);
	if (h->out.too_long)
		too_long(h);
	if (e->status)
		return e->status;
	tribx_buf_put(&l->out, h->out.mem ? h->out.mem : "", h->out.have);
	h->out.have = h->out.record = 0;                         /* a row is put and ended at once: none is open here */
	return last ? ended(h, e) : TRIB_OK;
}

static void close(struct tribx_lines *l)
{
	struct html *h = (struct html *)l;
	for (int i = 0; i < LEVELS; i++) {
		tribx_buf_done(&h->levels[i].text);
		free(h->levels[i].cells);
	}
	for (int i = 0; i < h->span_count; i++)
		free(h->spans[i].text);
	free(h->spans);
	tribx_cells_done(&h->out);
	free(h->tokens);
	free(h->holds);
	free(h);
}

/* <meta charset=...>, also inside of http-equiv, within the first KiB. */
static int declared(const char *p, size_t n)
{
	char name[24];
	n = n < 1024 ? n : 1024;
	for (size_t i = 0; i + 8 < n; i++) {
		if (strncasecmp(p + i, "charset=", 8) != 0)
			continue;
		size_t k = 0;
		i += 8;
		i += p[i] == '"' || p[i] == '\'';
		while (i < n && k + 1 < sizeof name && ((p[i] | 0x20) >= 'a' ? (p[i] | 0x20) <= 'z' : (p[i] >= '0' && p[i] <= '9') || p[i] == '-' || p[i] == '_'))
			name[k++] = p[i++];
		name[k] = 0;
		int is = tribx_encoding_find(name);
		return is == TRIBX_LATIN1 ? TRIBX_WINDOWS1252 : is > TRIBX_LATIN1 ? is : -1;   /* pages that say latin-1 mean windows-1252 */
	}
	return -1;
}

int tribx_lines_html(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	(void)columns;
	const char *table = f->table && *f->table ? f->table : "1";
	struct html *h = calloc(1, sizeof *h);
	if (h)
		*h = (struct html){ .base = { .base.base = -1, .push = push, .close = close, .declared = declared }, .chosen = -1, .tokens = calloc(1, sizeof *h->tokens),
			.holds = strdup(table), .record_max = f->record_max > 0 ? (size_t)f->record_max : (size_t)64 << 20 };
	if (!h || !h->tokens || !h->holds) {
		if (h)
			close(&h->base);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", tribx_bytes_name(in));
	}
	h->out.max = h->record_max;
	h->tokens->data = h;
	h->tokens->text = on_text;
	h->tokens->tag = on_tag;
	if (table[strspn(table, "0123456789")] == 0)
		h->want = atoi(table) > 0 ? atoi(table) : 1;
	return tribx_lines_open(&h->base, f, in, out, e);
}
