/* xls - one sheet of a binary workbook of Excel 97 to 2003 (BIFF8) as cells text. Our own reader: freexl loses the values of formulas,
 * shows error cells as numbers and durations without their days. The file is held in memory, bounded by sheet_file_max. */
#include "io/xls.h"

#include <stdlib.h>
#include <string.h>

#include "arrow/scalar.h"
#include "base/text.h"
#include "io/decode.h"
#include "io/ole.h"
#include "io/sheet.h"
#include "io/sheet_value.h"

enum { BIFF8 = 0x600, SHEET = 0, MAC_EPOCH = 1, STYLES_MAX = 65536, FORMATS_MAX = 4096, RECALCULATE = 2 };

struct xls {
	uint8_t *book;                   /* the stream of records */
	size_t size, at;
	struct tribx_sheets sheets;      /* place: none; see begins */
	uint32_t *begins;
	bool is_1904, error_null, formula_null, in_row;
	struct { uint16_t id; uint8_t shows; } *formats;
	uint8_t *shows;                  /* by style */
	size_t format_count, style_count, begin_count;
	uint16_t *styles;                /* formats of them */
	struct tribx_texts strings, text;
	uint64_t *ends;                  /* of the shared strings */
	size_t string_count;
	struct tribx_grid grid;
	int last, depth;                 /* last: column of the row; depth: of charts inside of the sheet */
	bool awaits_text;                /* of the formula before */
};

static int corrupt(struct tribx_error *e, const char *why)
{
	return tribx_fail(e, TRIB_DATA, "xls.corrupt", "%s", why);
}

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a workbook");
}

static int encrypted(struct tribx_error *e, const char *how)
{
	tribx_error_hint(e, "ask for the file without a password");
	return tribx_fail(e, TRIB_DATA, "sheet.encrypted", "%s", how);
}

/* ---- the workbook ---- */

/* One more item behind count of them; the array doubles at powers of two. */
static bool grow(void **items, size_t count, size_t size)
{
	if (count && (count & (count - 1)))
		return true;
	void *grown = realloc(*items, (count ? 2 * count : 1) * size);
	if (grown)
		*items = grown;
	return grown;
}

static int add_format(struct xls *x, const struct tribx_record *r, struct tribx_error *e)
{
	static const uint8_t nul[] = { 1, 0, 0, 0 };   /* a text of one character, behind the code */
	struct tribx_bytes_at b = tribx_record_bytes(x->book, x->size, r, 2);
	if (r->size < 5 || x->format_count == FORMATS_MAX)
		return r->size < 5 ? corrupt(e, "has a damaged number format") : tribx_fail(e, TRIB_DATA, "xlsx.limit", "has more than %d number formats", FORMATS_MAX);
	x->text.have = 0;
	tribx_biff_text(&b, true, &x->text);
	tribx_biff_text(&(struct tribx_bytes_at){ nul, sizeof nul, 0, sizeof nul, false }, true, &x->text);
	if (x->text.failed || !grow((void **)&x->formats, x->format_count, sizeof *x->formats))
		return no_memory(e);
	if (x->text.too_large)
		return corrupt(e, "has a damaged number format");
	x->formats[x->format_count].id = tribx_le16(r->p);
	x->formats[x->format_count++].shows = (uint8_t)tribx_sheet_format(x->text.mem);
	return TRIB_OK;
}

static int add_sheet(struct xls *x, const struct tribx_record *r, struct tribx_error *e)
{
	if (r->size < 8)
		return corrupt(e, "has a damaged list of sheets");
	struct tribx_bytes_at b = tribx_record_bytes(x->book, x->size, r, 6);
	x->text.have = 0;
	size_t n = tribx_biff_text(&b, false, &x->text);
	char *name = strndup(x->text.mem ? x->text.mem : "", n);
	bool fine = name && grow((void **)&x->begins, x->begin_count, sizeof *x->begins) && tribx_sheets_add(&x->sheets, name, r->p[4] & 3);
	free(name);
	if (!fine)
		return no_memory(e);
	x->begins[x->begin_count++] = r->p[5] == SHEET ? tribx_le32(r->p) : 0;
	return TRIB_OK;
}

static int add_strings(struct xls *x, const struct tribx_record *r, size_t max, struct tribx_error *e)
{
	if (r->size < 8)
		return corrupt(e, "has a damaged table of texts");
	uint32_t count = tribx_le32(r->p + 4);
	struct tribx_bytes_at b = tribx_record_bytes(x->book, x->size, r, 8);
	x->strings.max = max;
	for (uint32_t i = 0; i < count; i++) {
		tribx_biff_text(&b, true, &x->strings);
		if (x->strings.failed || (!b.failed && !grow((void **)&x->ends, x->string_count, sizeof *x->ends)))
			return no_memory(e);
		if (x->strings.too_large)
			return tribx_fail(e, TRIB_DATA, "xlsx.strings_too_large", "its shared strings take more than shared_strings_max (%zu bytes)", max);
		if (b.failed)
			return corrupt(e, "has a table of texts that ends in the middle");
		x->ends[x->string_count++] = x->strings.have;
	}
	return TRIB_OK;
}

static int add_style(struct xls *x, const struct tribx_record *r, struct tribx_error *e)
{
	if (r->size < 4 || x->style_count == STYLES_MAX)
		return corrupt(e, "has damaged styles");
	if (!grow((void **)&x->styles, x->style_count, sizeof *x->styles))
		return no_memory(e);
	x->styles[x->style_count++] = tribx_le16(r->p + 2);
	return TRIB_OK;
}

static int bind_styles(struct xls *x, struct tribx_error *e)
{
	if (!(x->shows = calloc(x->style_count + 1, 1)))
		return no_memory(e);
	for (size_t i = 0; i < x->style_count; i++) {
		x->shows[i] = (uint8_t)tribx_sheet_builtin(x->styles[i]);
		for (size_t k = 0; k < x->format_count; k++)
			if (x->formats[k].id == x->styles[i])
				x->shows[i] = x->formats[k].shows;
	}
	return TRIB_OK;
}

static int read_book(struct xls *x, size_t strings_max, struct tribx_error *e)
{
	struct tribx_record r;
	if (!tribx_record_at(x->book, x->size, 0, &r) || r.id != TRIBX_BIFF_BOF || r.size < 4)
		return corrupt(e, "is no workbook");
	if (tribx_le16(r.p) != BIFF8) {
		tribx_error_hint(e, "open it in a spreadsheet program and save it as .xlsx");
		return tribx_fail(e, TRIB_DATA, "xls.too_old", "is a workbook of Excel 95 or older, which is not read");
	}
	int rc = TRIB_OK;
	for (size_t at = r.next; rc == TRIB_OK; at = r.next) {
		if (!tribx_record_at(x->book, x->size, at, &r))
			return corrupt(e, "is cut: the workbook has no end");
		if (r.id == TRIBX_BIFF_EOF)
			return bind_styles(x, e);
		switch (r.id) {
		case TRIBX_BIFF_FILEPASS: rc = encrypted(e, "is protected by a password"); break;
		case TRIBX_BIFF_DATEMODE: x->is_1904 = r.size >= 2 && tribx_le16(r.p) == MAC_EPOCH; break;
		case TRIBX_BIFF_FORMAT: rc = add_format(x, &r, e); break;
		case TRIBX_BIFF_XF: rc = add_style(x, &r, e); break;
		case TRIBX_BIFF_BOUNDSHEET: rc = add_sheet(x, &r, e); break;
		case TRIBX_BIFF_SST: rc = add_strings(x, &r, strings_max, e); break;
		default: break;
		}
	}
	return rc;
}

/* ---- cells ---- */

static int fail_row(struct xls *x, const char *code, const char *why, struct tribx_error *e)
{
	tribx_error_at(e, NULL, (int)x->grid.row, 0, NULL);
	return tribx_fail(e, TRIB_DATA, code, "row %lld: %s", (long long)x->grid.row, why);
}

/* Opens the row of a cell. */
static int place(struct xls *x, int64_t row, int column, struct tribx_error *e)
{
	if (row > x->grid.row) {
		if (x->in_row)
			tribx_grid_end(&x->grid);
		tribx_grid_row(&x->grid, row);
		x->last = 0;
		x->in_row = true;
	}
	if (row < x->grid.row || column <= x->last)
		return fail_row(x, "xlsx.order", "behind it a cell follows that stands before it", e);
	x->last = column;
	return TRIB_OK;
}

static int put(struct xls *x, enum tribx_mark mark, struct trib_text t, struct tribx_error *e)
{
	tribx_grid_put(&x->grid, x->last, mark, t);
	return x->grid.failed ? no_memory(e) : TRIB_OK;
}

static int put_number(struct xls *x, double v, uint16_t style, struct tribx_error *e)
{
	char number[TRIBX_NUMBER_TEXT], text[TRIBX_SHEET_TEXT];
	size_t size = 0;
	if (style >= x->style_count)
		return fail_row(x, "xlsx.bad_style", "a cell names a style that is not there", e);
	struct trib_text stored = { number, tribx_f64_text(v, number) };
	enum tribx_mark mark = tribx_sheet_number(stored, (enum tribx_sheet_shows)x->shows[style], x->is_1904, text, &size);
	return put(x, mark, (struct trib_text){ text, size }, e);
}

static int put_error(struct xls *x, uint8_t code, struct tribx_error *e)
{
	static const struct { uint8_t code; const char *text; } errors[] = {
		{ 0x00, "#NULL!" }, { 0x07, "#DIV/0!" }, { 0x0F, "#VALUE!" }, { 0x17, "#REF!" }, { 0x1D, "#NAME?" }, { 0x24, "#NUM!" }, { 0x2A, "#N/A" },
	};
	const char *text = "an error that has no name";
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].code == code)
			text = errors[i].text;
	return x->error_null ? TRIB_OK : put(x, TRIBX_MARK_ERROR, tribx_text(text), e);
}

static double le_double(const uint8_t *p)
{
	uint64_t bits = tribx_le64(p);
	double v;
	memcpy(&v, &bits, sizeof v);
	return v;
}

/* 30 bits of a number: an integer, or the upper half of a double; and whether it was multiplied by 100. */
static double rk(const uint8_t *p)
{
	uint32_t v = tribx_le32(p);
	uint64_t bits = (uint64_t)(v & ~3u) << 32;
	double d;
	memcpy(&d, &bits, sizeof d);
	if (v & 2)
		d = (double)((int32_t)v >> 2);
	return v & 1 ? d / 100 : d;
}

static int put_formula(struct xls *x, const struct tribx_record *r, struct tribx_error *e)
{
	enum { TEXT = 0, BOOLEAN = 1, ERROR = 2, EMPTY = 3 };
	const uint8_t *v = r->p + 6;
	const bool number = v[6] != 0xFF || v[7] != 0xFF;
	if (tribx_le16(r->p + 14) & RECALCULATE && (number ? tribx_le64(v) == 0 : v[0] == EMPTY))   /* written by a program that does not calculate */
		return x->formula_null ? TRIB_OK : put(x, TRIBX_MARK_ERROR, tribx_text("a formula without a stored value"), e);
	if (number)
		return put_number(x, le_double(v), tribx_le16(r->p + 4), e);
	x->awaits_text = v[0] == TEXT;
	return v[0] == BOOLEAN ? put(x, TRIBX_MARK_NONE, tribx_text(v[2] ? "true" : "false"), e) : v[0] == ERROR ? put_error(x, v[2], e) :
	       v[0] == EMPTY ? put(x, TRIBX_MARK_NONE, tribx_text(""), e) : TRIB_OK;
}

static int put_text(struct xls *x, const struct tribx_record *r, size_t skip, struct tribx_error *e)
{
	struct tribx_bytes_at b = tribx_record_bytes(x->book, x->size, r, skip);
	x->text.have = 0;
	size_t n = tribx_biff_text(&b, true, &x->text);
	if (x->text.failed)
		return no_memory(e);
	if (b.failed || x->text.too_large)
		return fail_row(x, "xls.corrupt", "a text is cut", e);
	return put(x, TRIBX_MARK_NONE, (struct trib_text){ n ? x->text.mem : "", n }, e);
}

static int put_shared(struct xls *x, uint32_t i, struct tribx_error *e)
{
	if (i >= x->string_count)
		return fail_row(x, "xlsx.bad_string", "a cell names a shared string that is not there", e);
	size_t from = i ? x->ends[i - 1] : 0, size = x->ends[i] - from;
	return put(x, TRIBX_MARK_NONE, (struct trib_text){ size ? x->strings.mem + from : "", size }, e);
}

static int put_many(struct xls *x, const struct tribx_record *r, struct tribx_error *e)
{
	int rc = TRIB_OK, column = tribx_le16(r->p + 2) + 1;
	for (size_t at = 4; rc == TRIB_OK && at + 8 <= r->size; at += 6, column++)
		if ((rc = place(x, tribx_le16(r->p) + 1, column, e)) == TRIB_OK)
			rc = put_number(x, rk(r->p + at + 2), tribx_le16(r->p + at), e);
	return rc;
}

/* Records that are cells, and their least sizes. */
static int cell(struct xls *x, const struct tribx_record *r, struct tribx_error *e)
{
	static const struct { uint16_t id; uint8_t least; } cells[] = {
		{ TRIBX_BIFF_FORMULA, 20 }, { TRIBX_BIFF_MULRK, 12 }, { TRIBX_BIFF_RSTRING, 9 }, { TRIBX_BIFF_LABELSST, 10 }, { TRIBX_BIFF_NUMBER, 14 },
		{ TRIBX_BIFF_LABEL, 9 }, { TRIBX_BIFF_BOOLERR, 8 }, { TRIBX_BIFF_RK, 10 },
	};
	size_t i = 0;
	while (i < sizeof cells / sizeof *cells && cells[i].id != r->id)
		i++;
	if (i == sizeof cells / sizeof *cells)
		return TRIB_OK;
	if (r->size < cells[i].least)
		return fail_row(x, "xls.corrupt", "a cell is cut", e);
	if (x->awaits_text)
		return fail_row(x, "xls.corrupt", "the text of a formula is missing", e);
	if (r->id == TRIBX_BIFF_MULRK)
		return put_many(x, r, e);
	int rc = place(x, tribx_le16(r->p) + 1, tribx_le16(r->p + 2) + 1, e);
	if (rc < 0)
		return rc;
	const uint16_t style = tribx_le16(r->p + 4);
	switch (r->id) {
	case TRIBX_BIFF_FORMULA: return put_formula(x, r, e);
	case TRIBX_BIFF_LABELSST: return put_shared(x, tribx_le32(r->p + 6), e);
	case TRIBX_BIFF_NUMBER: return put_number(x, le_double(r->p + 6), style, e);
	case TRIBX_BIFF_RK: return put_number(x, rk(r->p + 6), style, e);
	case TRIBX_BIFF_BOOLERR: return r->p[7] ? put_error(x, r->p[6], e) : put(x, TRIBX_MARK_NONE, tribx_text(r->p[6] ? "true" : "false"), e);
	default: return put_text(x, r, 6, e);
	}
}

static int produce(void *self, struct tribx_cells *to, struct tribx_error *e)
{
	struct xls *x = self;
	int rc = TRIB_OK;
	x->grid.to = to;
	for (size_t from = to->have; rc == TRIB_OK && to->have - from < TRIBX_CELLS_ENOUGH && !to->failed && !to->too_long;) {
		struct tribx_record r;
		if (!tribx_record_at(x->book, x->size, x->at, &r))
			return fail_row(x, "xls.corrupt", "the sheet is cut: it has no end", e);
		x->at = r.next;
		if (r.id == TRIBX_BIFF_BOF) {
			x->depth++;
		} else if (r.id == TRIBX_BIFF_EOF && --x->depth == 0) {
			if (x->in_row)
				tribx_grid_end(&x->grid);
			return TRIB_END;
		} else if (x->depth == 1 && r.id == TRIBX_BIFF_STRING && x->awaits_text) {
			x->awaits_text = false;
			rc = put_text(x, &r, 0, e);
		} else if (x->depth == 1) {
			rc = cell(x, &r, e);
		}
	}
	return rc;
}

/* ---- the file ---- */

static void done(void *self)
{
	struct xls *x = self;
	free(x->book);
	tribx_sheets_done(&x->sheets);
	free(x->begins);
	free(x->formats);
	free(x->shows);
	free(x->styles);
	free(x->strings.mem);
	free(x->text.mem);
	free(x->ends);
	tribx_merges_done(&x->grid.merges);
	free(x);
}

/* They stand behind the cells: looked for before. */
static int read_merges(struct xls *x, size_t at, struct tribx_error *e)
{
	struct tribx_record r;
	for (int depth = 0; tribx_record_at(x->book, x->size, at, &r); at = r.next) {
		depth += r.id == TRIBX_BIFF_BOF ? 1 : r.id == TRIBX_BIFF_EOF ? -1 : 0;
		if (depth == 0)
			break;
		for (size_t i = 2; depth == 1 && r.id == TRIBX_BIFF_MERGED && i + 8 <= r.size; i += 8)
			tribx_merges_put(&x->grid.merges, (struct tribx_place){ tribx_le16(r.p + i) + 1, tribx_le16(r.p + i + 4) + 1 },
			                 (struct tribx_place){ tribx_le16(r.p + i + 2) + 1, tribx_le16(r.p + i + 6) + 1 });
	}
	tribx_merges_sort(&x->grid.merges);
	return x->grid.merges.failed ? no_memory(e) : TRIB_OK;
}

/* The stream of records out of all bytes of the file. */
static int find_stream(struct xls *x, const uint8_t *file, size_t size, bool named_xls, struct tribx_error *e)
{
	struct tribx_ole o;
	uint8_t *info = NULL;
	size_t info_size;
	int rc = tribx_ole_open(&o, file, size, e);
	if (rc == TRIB_OK)
		rc = tribx_ole_stream(&o, "Workbook", &x->book, &x->size, e);
	if (rc == TRIB_END)
		rc = tribx_ole_stream(&o, "Book", &x->book, &x->size, e);
	if (rc == TRIB_END && tribx_ole_stream(&o, "EncryptionInfo", &info, &info_size, e) == TRIB_OK)
		rc = encrypted(e, "is protected by a password");
	else if (rc == TRIB_END || (rc == TRIB_DATA && !named_xls))
		rc = named_xls ? corrupt(e, "holds no workbook") : encrypted(e, "is a compound file, which .xlsx files are when they are protected by a password");
	free(info);
	tribx_ole_done(&o);
	return rc;
}

static int load(struct xls *x, const char *file, struct tribx_source *src, int64_t max, struct tribx_error *e)
{
	size_t n = strlen(file), size = (size_t)src->size;
	if (src->size > max)
		return tribx_fail(e, TRIB_DATA, "sheet.too_large", "is larger than sheet_file_max (%lld bytes), and has to be read into memory", (long long)max);
	uint8_t *mem = malloc(size + 1);
	int rc = mem ? TRIB_OK : no_memory(e);
	for (size_t at = 0, got; rc == TRIB_OK && at < size; at += got)
		if ((rc = src->pread(src, mem + at, size - at, (int64_t)at, &got, e)) == TRIB_OK && !got)
			rc = tribx_fail(e, TRIB_DATA, "file.changed", "became shorter while it was read");
	if (rc == TRIB_OK)
		rc = src->check(src, e);
	if (rc == TRIB_OK)
		rc = find_stream(x, mem, size, n > 4 && strcasecmp(file + n - 4, ".xls") == 0, e);
	free(mem);
	return rc;
}

static int open_sheet(struct xls *x, const struct tribx_format *f, const char *file, struct tribx_error *e)
{
	size_t i = 0;
	struct tribx_record r;
	int rc = read_book(x, (size_t)f->shared_strings_max, e);
	if (rc == TRIB_OK)
		rc = tribx_sheets_pick(&x->sheets, f->sheet, file, &i, e);
	if (rc < 0)
		return rc;
	if (!x->begins[i])
		return tribx_fail(e, TRIB_DATA, "sheet.no_cells", "sheet \"%s\" has no cells: it is a chart or a macro", x->sheets.items[i].name);
	if (!tribx_record_at(x->book, x->size, x->begins[i], &r) || r.id != TRIBX_BIFF_BOF)
		return corrupt(e, "has no sheet where its list of sheets says");
	x->at = x->begins[i];
	return f->fill_merged ? read_merges(x, x->at, e) : TRIB_OK;
}

int tribx_xls_open(const struct tribx_format *f, const char *file, const struct tribx_limits *limits, struct tribx_source *src, struct tribx_stream **out,
                   struct tribx_error *e)
{
	static const struct tribx_cells_reader reader = { produce, done };
	struct xls *x = calloc(1, sizeof *x);
	(void)limits;
	int rc = x ? load(x, file, src, f->sheet_file_max, e) : no_memory(e);
	src->close(src);
	if (rc == TRIB_OK) {
		x->text.max = f->field_max > 0 ? (size_t)f->field_max : (size_t)16 << 20;
		x->error_null = f->error_cells && strcmp(f->error_cells, "null") == 0;
		x->formula_null = f->empty_formulas && strcmp(f->empty_formulas, "null") == 0;
		rc = open_sheet(x, f, file, e);
	}
	if (rc == TRIB_OK)
		return tribx_cells_stream(&reader, x, f->record_max > 0 ? (size_t)f->record_max : 0, out, e);
	if (x)
		done(x);
	return rc;
}
