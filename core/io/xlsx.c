/* xlsx - one sheet of a workbook as cells text, streamed: memory is the shared strings, one row and one step of XML.
 *
 * Cells stand where their reference says; what is not there is null, formatting alone is nothing. Rows and cells that are out of
 * order are refused, not sorted: a reader that guesses swaps columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/xlsx.h"

enum type { NUMBER, SHARED, INLINE, STRING, BOOLEAN, ERROR, ISO };

struct sheet {
	struct tribx_package package;
	struct tribx_book book;
	struct tribx_xml *xml;
	struct tribx_grid grid;
	char *text;
	size_t have, cap, text_max;
	int column, style;               /* of the last cell, or of the cell that is read */
	enum type type;
	int phonetic;
	bool in_data, in_row, in_cell, in_text, has_value, has_formula;
	bool error_null, formula_null;
};

static void fail(struct sheet *s, const char *code, const char *why, const char *sample)
{
	struct tribx_error *e = tribx_xml_error(s->xml);
	tribx_error_at(e, NULL, (int)s->grid.row, 0, NULL);
	tribx_xml_stop(s->xml, tribx_fail(e, TRIB_DATA, code, "row %lld: %s%s%.60s%s", (long long)s->grid.row, why, *sample ? " \"" : "", sample, *sample ? "\"" : ""));
}

static void no_memory(struct sheet *s)
{
	tribx_xml_stop(s->xml, tribx_fail(tribx_xml_error(s->xml), TRIB_FATAL, "internal.no_memory", "no memory to read a sheet"));
}

/* ---- cells out ---- */

static void put(struct sheet *s, enum tribx_mark mark, struct trib_text t)
{
	tribx_grid_put(&s->grid, s->column, mark, t);
	if (s->grid.failed)
		no_memory(s);
}

static void put_shared(struct sheet *s, struct trib_text t)
{
	size_t i = 0;
	bool fine = t.n > 0 && t.n < 10;
	for (size_t k = 0; k < t.n && fine; k++) {
		fine = t.p[k] >= '0' && t.p[k] <= '9';
		i = i * 10 + (size_t)(t.p[k] - '0');
	}
	if (!fine || i >= s->book.strings.count)
		fail(s, "xlsx.bad_string", s->book.strings.count ? "a cell names a shared string that is not there:" : "a cell names a shared string, and the workbook has none:", s->text);
	else
		put(s, TRIBX_MARK_NONE, tribx_strings_at(&s->book.strings, i));
}

static void put_number(struct sheet *s, struct trib_text t)
{
	char value[TRIBX_SHEET_TEXT];
	size_t size = 0;
	if (s->style < 0 || ((size_t)s->style >= s->book.style_count && s->book.style_count)) {
		fail(s, "xlsx.bad_style", "a cell names a style that is not there", "");
		return;
	}
	enum tribx_sheet_shows shows = s->book.style_count ? (enum tribx_sheet_shows)s->book.shows[s->style] : TRIBX_SHOWS_NUMBER;
	enum tribx_mark mark = s->type == ISO ? tribx_sheet_iso(t, shows, value, &size) : tribx_sheet_number(t, shows, s->book.is_1904, value, &size);
	put(s, mark, (struct trib_text){ value, size });
}

static struct trib_text trimmed(struct trib_text t)
{
	while (t.n && strchr(" \t\r\n", *t.p))
		t.p++, t.n--;
	while (t.n && strchr(" \t\r\n", t.p[t.n - 1]))
		t.n--;
	return t;
}

static void put_cell(struct sheet *s)
{
	s->text[s->have] = 0;
	struct trib_text t = { s->text, s->have }, bare = trimmed(t);
	if (s->has_formula && !bare.n && s->type != STRING) {
		if (!s->formula_null)
			put(s, TRIBX_MARK_ERROR, tribx_text("a formula without a stored value"));
		return;
	}
	if (!s->has_value || (!bare.n && s->type != STRING && s->type != INLINE))
		return;
	switch (s->type) {
	case SHARED:
		put_shared(s, bare);
		break;
	case INLINE:
	case STRING:
		put(s, TRIBX_MARK_NONE, (struct trib_text){ s->text, tribx_sheet_unescape(s->text, s->have) });
		break;
	case BOOLEAN:
		put(s, TRIBX_MARK_NONE, tribx_text(tribx_text_is(bare, "1") || tribx_text_is(bare, "true") ? "true" : "false"));
		break;
	case ERROR:
		if (s->error_null)
			return;
		put(s, TRIBX_MARK_ERROR, bare);
		break;
	default:
		put_number(s, bare);
	}
}

/* ---- elements in ---- */

static void start_row(struct sheet *s, const char **attributes)
{
	const char *r = tribx_xml_attribute(attributes, "r");
	int64_t row = s->grid.row + 1;
	if (r) {
		row = 0;
		for (const char *p = r; *p && row <= TRIBX_ROWS_MAX; p++)
			row = *p >= '0' && *p <= '9' ? row * 10 + (*p - '0') : TRIBX_ROWS_MAX + 1;
	}
	if (row > TRIBX_ROWS_MAX || row < 1)
		fail(s, "xlsx.bad_reference", "behind it a row is outside of any sheet:", r ? r : "");
	else if (row <= s->grid.row)
		fail(s, "xlsx.order", "behind it an earlier row follows:", r ? r : "");
	else
		tribx_grid_row(&s->grid, row);
	s->column = 0;
	s->in_row = true;
}

static enum type type_of(const char *t)
{
	static const struct { const char *word; enum type is; } types[] = {
		{ "n", NUMBER }, { "s", SHARED }, { "inlineStr", INLINE }, { "str", STRING }, { "b", BOOLEAN }, { "e", ERROR }, { "d", ISO },
	};
	for (size_t i = 0; t && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, t) == 0)
			return types[i].is;
	return NUMBER;
}

static void start_cell(struct sheet *s, const char **attributes)
{
	const char *ref = NULL, *type = NULL, *style = NULL, *end;
	for (; *attributes; attributes += 2)
		switch (attributes[0][1] ? 0 : attributes[0][0]) {   /* these three have no prefix */
		case 'r': ref = attributes[1]; break;
		case 't': type = attributes[1]; break;
		case 's': style = attributes[1]; break;
		default: break;
		}
	struct tribx_place at = { s->grid.row, s->column + 1 };
	if ((ref && (!tribx_place_read(ref, &end, &at) || *end)) || at.column > TRIBX_COLUMNS_MAX)
		fail(s, "xlsx.bad_reference", "a cell is outside of any sheet:", ref ? ref : "");
	else if (at.row != s->grid.row)
		fail(s, "xlsx.bad_reference", "a cell says that it is of another row:", ref);
	else if (at.column <= s->column)
		fail(s, "xlsx.order", "a cell stands behind one that is further right:", ref ? ref : "");
	s->column = at.column;
	s->type = type_of(type);
	s->style = 0;
	for (; style && *style; style++)
		s->style = *style >= '0' && *style <= '9' && s->style >= 0 && s->style < 1000000 ? s->style * 10 + (*style - '0') : -1;
	s->has_value = s->has_formula = false;
	s->have = 0;
	s->phonetic = 0;
	s->in_cell = true;
}

static void start(void *self, const char *name, const char **attributes)
{
	struct sheet *s = self;
	if (s->in_cell) {
		if (strcmp(name, "v") == 0)
			s->in_text = s->has_value = true;
		else if (strcmp(name, "f") == 0)
			s->has_formula = true;
		else if (strcmp(name, "rPh") == 0)
			s->phonetic++;
		else if (strcmp(name, "t") == 0 && !s->phonetic)
			s->in_text = s->has_value = true;
	} else if (s->in_row) {
		if (strcmp(name, "c") == 0)
			start_cell(s, attributes);
	} else if (s->in_data) {
		if (strcmp(name, "row") == 0)
			start_row(s, attributes);
	} else {
		s->in_data = strcmp(name, "sheetData") == 0;
	}
}

static void end(void *self, const char *name)
{
	struct sheet *s = self;
	if (s->in_text && (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)) {
		s->in_text = false;
	} else if (s->in_cell && strcmp(name, "rPh") == 0) {
		s->phonetic--;
	} else if (s->in_cell && strcmp(name, "c") == 0) {
		s->in_cell = false;
		put_cell(s);
	} else if (s->in_row && strcmp(name, "row") == 0) {
		s->in_row = false;
		tribx_grid_end(&s->grid);
	} else if (strcmp(name, "sheetData") == 0) {
		s->in_data = false;
	}
}

static void text(void *self, const char *p, int n)
{
	struct sheet *s = self;
	if (!s->in_text)
		return;
	if (s->have + (size_t)n > s->text_max) {
		fail(s, "csv.field_too_long", "a cell is longer than field_max", "");
		return;
	}
	if (s->have + (size_t)n >= s->cap) {
		char *grown = realloc(s->text, (s->have + (size_t)n) * 2);
		if (!grown) {
			no_memory(s);
			return;
		}
		s->text = grown;
		s->cap = (s->have + (size_t)n) * 2;
	}
	memcpy(s->text + s->have, p, (size_t)n);
	s->have += (size_t)n;
}

/* ---- merged ranges: they stand behind the rows, so the part is read twice ---- */

static void merge_start(void *self, const char *name, const char **attributes)
{
	struct sheet *s = self;
	const char *ref = strcmp(name, "mergeCell") == 0 ? tribx_xml_attribute(attributes, "ref") : NULL;
	if (ref && !tribx_merges_add(&s->grid.merges, ref))
		fail(s, "xlsx.bad_reference", "a merged range is outside of any sheet:", ref);
}

static void merge_end(void *self, const char *name)
{
	(void)self, (void)name;
}

static int read_merges(struct sheet *s, const char *part, struct tribx_error *e)
{
	static const struct tribx_xml_calls calls = { merge_start, merge_end, NULL };
	struct tribx_stream *in = NULL;
	int rc = tribx_package_part(&s->package, part, &in, e);
	if (rc == TRIB_OK)
		rc = tribx_xml_all(in, part, &calls, s, &s->xml, e);
	s->xml = NULL;
	if (rc == TRIB_OK)
		tribx_merges_sort(&s->grid.merges);
	return rc == TRIB_OK && s->grid.merges.failed ? tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a sheet") : rc;
}

/* ---- as a reader ---- */

static int produce(void *self, struct tribx_cells *to, struct tribx_error *e)
{
	struct sheet *s = self;
	s->grid.to = to;
	int rc = tribx_xml_step(s->xml, e);
	return rc == TRIB_END && s->package.src->check(s->package.src, e) < 0 ? TRIB_DATA : rc;
}

static void done(void *self)
{
	struct sheet *s = self;
	tribx_xml_free(s->xml);
	tribx_book_done(&s->book);
	tribx_package_done(&s->package);
	tribx_merges_done(&s->grid.merges);
	free(s->text);
	free(s);
}

static int open_sheet(struct sheet *s, const struct tribx_format *f, const char *file, struct tribx_error *e)
{
	static const struct tribx_xml_calls calls = { start, end, text };
	struct tribx_stream *in = NULL;
	size_t i = 0;
	int rc = tribx_book_open(&s->book, &s->package, e);
	if (rc == TRIB_OK)
		rc = tribx_sheets_pick(&s->book.sheets, f->sheet, file, &i, e);
	const char *part = rc == TRIB_OK ? s->book.sheets.items[i].place : NULL;
	if (rc == TRIB_OK && !part)
		rc = tribx_fail(e, TRIB_DATA, "sheet.no_cells", "sheet \"%s\" has no cells: it is a chart or a dialog", s->book.sheets.items[i].name);
	if (rc == TRIB_OK)
		rc = tribx_book_load(&s->book, (size_t)f->shared_strings_max, e);
	if (rc == TRIB_OK && f->fill_merged)
		rc = read_merges(s, part, e);
	if (rc == TRIB_OK)
		rc = tribx_package_part(&s->package, part, &in, e);
	return rc < 0 ? rc : tribx_xml_new(in, part, &calls, s, &s->xml, e);
}

int tribx_xlsx_open(const struct tribx_format *f, const char *file, const struct tribx_limits *limits, struct tribx_source *src, struct tribx_stream **out,
                   struct tribx_error *e)
{
	static const struct tribx_cells_reader reader = { produce, done };
	struct sheet *s = calloc(1, sizeof *s);
	if (!s || !(s->text = malloc(s->cap = 1024))) {
		free(s);
		src->close(src);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a sheet");
	}
	s->text_max = f->field_max > 0 ? (size_t)f->field_max : (size_t)16 << 20;
	s->error_null = f->error_cells && strcmp(f->error_cells, "null") == 0;
	s->formula_null = f->empty_formulas && strcmp(f->empty_formulas, "null") == 0;
	int rc = tribx_package_open(&s->package, src, limits, e);
	if (rc == TRIB_OK)
		rc = open_sheet(s, f, file, e);
	if (rc < 0) {
		done(s);
		return rc;
	}
	return tribx_cells_stream(&reader, s, f->record_max > 0 ? (size_t)f->record_max : 0, out, e);
}
