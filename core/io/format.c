/* format - the option table of every format, what a table cannot check, and the words become what the decoders use. */
#include "io/format.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "field/field.h"
#include "io/decode_total.h"
#include "io/lines.h"
#include "io/parquet.h"
#include "io/sheet.h"

static const struct trib_field column_fields[] = {
	TRIB_FIELD(struct tribx_column_option, type, .dflt = "text", .allow = "text|int64|float64|decimal|bool|date|time|json", .help = "Type of the column."),
	TRIB_FIELD(struct tribx_column_option, from, .help = "Header (CSV), place counted from 1 (CSV without a header), places like 1-10 (fixed width) or path like /via/channel, /custom_fields/[id=7]/value, /lines/[*]/sku (JSON, XML; . is the whole row); the column's name if left out."),
	TRIB_FIELD(struct tribx_column_option, format, .flags = TRIB_TIME_FORMAT, .help = "How dates and times are written: strptime's letters, or iso8601, epoch, epoch_s, epoch_ms, epoch_us, excel1900, excel1904; ISO 8601 if left out."),
	TRIB_FIELD(struct tribx_column_option, locale, .help = "How numbers are written: a locale (de_DE), a sample (1.234,56) or infer; the format's locale if left out."),
	TRIB_FIELD(struct tribx_column_option, join, .help = "JSON, XML: an array of scalars, or all that [*] finds, becomes one text with this between the items."),
	TRIB_FIELD(struct tribx_column_option, width, .allow = "0..1000000", .help = "Fixed width: characters of the column, from `from` on or behind the column before."),
	TRIB_FIELD(struct tribx_column_option, precision, .dflt = "38", .allow = "1..38", .help = "Digits of a decimal."),
	TRIB_FIELD(struct tribx_column_option, scale, .dflt = "9", .allow = "0..38", .help = "Decimals of a decimal; more digits are rounded half-even."),
	TRIB_FIELD(struct tribx_column_option, scientific, .help = "1.2e3 is a number."),
	TRIB_FIELD(struct tribx_column_option, percent, .help = "Every cell has a percent sign; 12.5 % is 0.125."),
	TRIB_FIELD(struct tribx_column_option, dash_is_zero, .help = "A dash or nil is zero, as accountants write it, not null."),
	TRIB_FIELD(struct tribx_column_option, currency, .help = "Code like EUR that may stand beside the number, or a symbol of it; another one is an error."),
	TRIB_FIELD(struct tribx_column_option, zone, .help = "Time zone of times without an offset, like Europe/Madrid; the format's zone if left out."),
	TRIB_FIELD(struct tribx_column_option, dst_gap, .dflt = "error", .allow = "error|shift", .help = "A local time that clocks skipped: a dead letter, or moved forward by the gap."),
	TRIB_FIELD(struct tribx_column_option, dst_fold, .dflt = "first", .allow = "first|last|error", .help = "A local time that clocks said twice: which one; how many there were is told."),
	TRIB_FIELD(struct tribx_column_option, roll, .help = "24:00 is midnight of the next day and a second 60 the next minute; otherwise they are no times."),
	TRIB_FIELD(struct tribx_column_option, fraction, .dflt = "cut", .allow = "cut|error", .help = "Digits behind the microsecond: cut, or a dead letter if they are not 0."),
	TRIB_FIELD(struct tribx_column_option, personal, .help = "The column is about people: shown as *** wherever values are shown."),
	{ 0 }
};

/* Formats: word, rows, extensions, what errors count, number of the first, how it becomes text (cells.h, lines.h), what it is. */
#define FORMATS(F) \
	F("csv", TRIBX_CSV, ".csv", "line", 1, NULL, "fields between commas") \
	F("tsv", TRIBX_TSV, ".tsv .tab", "line", 1, NULL, "fields between tabs") \
	F("fixed", TRIBX_FIXED, ".fwf", "line", 1, NULL, "columns at fixed places of a line") \
	F("jsonl", TRIBX_JSONL, ".jsonl .ndjson .jsonlines", "line", 1, NULL, "one JSON object per line") \
	F("json", TRIBX_JSONL, ".json", "record", 1, tribx_lines_json, "one JSON document") \
	F("xml", TRIBX_JSONL, ".xml", "record", 1, tribx_lines_xml, "XML elements") \
	F("html", TRIBX_CSV, ".html .htm", "row", 1, tribx_lines_html, "a table of a web page") \
	F("xlsx", TRIBX_CSV, ".xlsx .xlsm", "row", 1, tribx_sheet_cells, "a sheet of an Excel workbook") \
	F("xls", TRIBX_CSV, ".xls", "row", 1, tribx_sheet_cells, "a sheet of an Excel workbook before 2007") \
	F("parquet", TRIBX_CSV, ".parquet", "row", 1, tribx_parquet_cells, "a Parquet file (needs DuckDB's library)")
#define KIND(word, rows, ends, record, first, cells, what) { word, ends, what, rows, record, first, cells },
#define WORD(word, rows, ends, record, first, cells, what) "|" word
#define ENDS(word, rows, ends, record, first, cells, what) " " ends
static const struct tribx_rows_kind kinds[] = { FORMATS(KIND) };

static const struct trib_field limit_fields[] = {
	TRIB_FIELD(struct tribx_format_limits, unpacked, .dflt = "16GiB", .allow = "1..", .help = "Bytes that a file may unpack to."),
	TRIB_FIELD(struct tribx_format_limits, ratio, .dflt = "200", .allow = "1..", .help = "How many times its packed size a file may unpack to; counted from 16 MiB on."),
	TRIB_FIELD(struct tribx_format_limits, entries, .dflt = "10000", .allow = "1..16777216", .help = "Entries of one archive."),
	TRIB_FIELD(struct tribx_format_limits, nesting, .dflt = "1", .allow = "0..8", .help = "How often something packed may lie inside of something packed; a tar and its compression are one."),
	TRIB_FIELD(struct tribx_format_limits, inner, .dflt = "64MiB", .allow = "1..", .help = "Bytes of a zip inside of an archive: it is held in memory."),
	TRIB_FIELD(struct tribx_format_limits, window, .dflt = "128MiB", .allow = "1024..", .help = "Memory that unpacking zst or xz may ask for."),
	{ 0 }
};

const struct trib_field tribx_format_fields[] = {
	TRIB_FIELD(struct tribx_format, format, .dflt = "auto", .allow = "auto" FORMATS(WORD), .help = "Format of the file; auto goes by its extension:" FORMATS(ENDS) "."),
	TRIB_FIELD(struct tribx_format, delimiter, .help = "One byte between fields; tab for tsv. \\t is the tab. auto: of comma, semicolon, tab and bar the one that splits the first rows alike, otherwise the file is refused. If left out, comma; but where the header has none and one of the others splits all first rows alike, that one."),
	TRIB_FIELD(struct tribx_format, quote, .dflt = "\"", .help = "One byte around fields; none: quotes are data."),
	TRIB_FIELD(struct tribx_format, escape, .dflt = "double", .allow = "double|backslash|none", .help = "How a quote is written inside quotes: doubled, or behind a backslash (which then takes any byte)."),
	TRIB_FIELD(struct tribx_format, stray_quotes, .dflt = "error", .allow = "error|keep", .help = "A quote inside an unquoted field: the file is refused, or the quote is data."),
	TRIB_FIELD(struct tribx_format, encoding, .dflt = "auto", .help = "auto (UTF-8, or UTF-16 by its byte order mark), utf-8, utf-16le, utf-16be, latin-1, windows-1250 to windows-1258, iso-8859-2, -5, -7, -9, -15, koi8-r. A second one after auto or utf-8 is for files that are not UTF-8."),
	TRIB_FIELD(struct tribx_format, line_end, .dflt = "auto", .allow = "auto|lf|cr", .help = "lf takes \\n and \\r\\n; auto: cr if the start of the file has no \\n at all."),
	TRIB_FIELD(struct tribx_format, header, .dflt = "true", .help = "The first row names the columns."),
	TRIB_FIELD(struct tribx_format, skip, .dflt = "0", .allow = "0..1000000", .help = "Lines before the header (a banner)."),
	TRIB_FIELD(struct tribx_format, skip_until, .help = "Text that the header line holds; all lines before it are a banner of any length."),
	TRIB_FIELD(struct tribx_format, header_match, .help = "Names that the header has; all lines before it are a banner. If left out, and `columns` names two or more, those are looked for where the first row does not have them."),
	TRIB_FIELD(struct tribx_format, header_rows, .dflt = "1", .allow = "1..4", .help = "Rows of the header; names are joined with a blank, a merged group's name goes to all columns under it."),
	TRIB_FIELD(struct tribx_format, repeated_headers, .dflt = "error", .allow = "error|drop|keep", .help = "Rows that are the header again (a page began): dead letters, left out, or rows. In a file of one column they are rows unless drop."),
	TRIB_FIELD(struct tribx_format, skip_after_header, .dflt = "0", .allow = "0..1000", .help = "Lines between the header and the first row (units)."),
	TRIB_FIELD(struct tribx_format, footer, .dflt = "0", .allow = "0..1000", .help = "Rows at the end that are no data."),
	TRIB_FIELD(struct tribx_format, footer_match, .help = "Texts of the first column that mark rows as no data, like Total, Summe, Sum*; case of A-Z and a colon at the end do not matter."),
	TRIB_FIELD(struct tribx_format, total_match, .help = "Texts that mark total rows, written like those of footer_match: such a row is checked against the sum of the rows above it and left out."),
	TRIB_FIELD(struct tribx_format, total_column, .help = "Column that holds those texts; the first one if left out."),
	TRIB_FIELD(struct tribx_format, total_check, .help = "Columns whose totals are checked; all of int64, float64 and decimal if left out. An empty cell of a total row is not checked."),
	TRIB_FIELD(struct tribx_format, total_scope, .dflt = "auto", .allow = "auto|section|file", .help = "What a total sums up: the rows since the total before it (section), all rows above it (file); auto: since the total before it, or all rows where two totals stand together."),
	TRIB_FIELD(struct tribx_format, total_tolerance, .dflt = "0", .help = "How far a total may be from the sum; what the digits of a total cannot show is never counted."),
	TRIB_FIELD(struct tribx_format, total_mismatch, .dflt = "error", .allow = "error|warn", .help = "A total that differs refuses the file, or is told in the log."),
	TRIB_FIELD(struct tribx_format, comment, .help = "First byte of lines that are no rows."),
	TRIB_FIELD(struct tribx_format, columns, TRIB_OF(struct tribx_column_option, column_fields), .help = "Columns to read, by name: a type word or {type, from, ...}; all columns as text if left out."),
	TRIB_FIELD(struct tribx_format, other_columns, .dflt = "drop", .allow = "drop|keep|error", .help = "Columns of the file that `columns` does not name; keep reads them as text."),
	TRIB_FIELD(struct tribx_format, aliases, .help = "Header to column name; several headers may mean one column."),
	TRIB_FIELD(struct tribx_format, ragged, .dflt = "error", .allow = "error|pad|loose", .help = "Rows with too few or too many fields: dead letters; short ones padded with null (and empty fields at the end of long ones dropped); both taken, extra fields dropped."),
	TRIB_FIELD(struct tribx_format, blank_lines, .dflt = "auto", .allow = "auto|skip|empty", .help = "auto skips blank lines if there is more than one column; in a file of one column they are rows, unless skip; empty also skips rows whose fields are all empty."),
	TRIB_FIELD(struct tribx_format, duplicate_headers, .dflt = "error", .allow = "error|suffix", .help = "Headers that are equal (or differ by case only): refused, or named x, x_2, x_3."),
	TRIB_FIELD(struct tribx_format, null_words, .help = "Unquoted cells that are null, also in text columns ('' is the empty cell); if left out, text has no nulls and typed columns use the common words."),
	TRIB_FIELD(struct tribx_format, trim, .help = "Blanks around fields are dropped."),
	TRIB_FIELD(struct tribx_format, locale, .help = "How numbers are written in typed columns: a locale (de_DE) or a sample (1.234,56); if left out, or infer, the first 10,000 rows of the file tell and all others must agree."),
	TRIB_FIELD(struct tribx_format, zone, .help = "Time zone of times without an offset, like Europe/Madrid; columns may have their own."),
	TRIB_FIELD(struct tribx_format, width_in, .dflt = "characters", .allow = "characters|bytes", .help = "Fixed width: what places and widths count; bytes are those of UTF-8."),
	TRIB_FIELD(struct tribx_format, record_length, .dflt = "0", .allow = "0..1048576", .help = "Fixed width: rows of this length follow each other without line ends."),
	TRIB_FIELD(struct tribx_format, records, .help = "Where a document has its rows. JSON: path of an array, like /data/tickets, or . for the document as one row; the document itself is the array if left out. XML: path of the element, like /report/row, * for any name; the children of the root if left out."),
	TRIB_FIELD(struct tribx_format, explode, .help = "JSON, XML: path of an array inside of a row, like /lines; each of its items becomes a row. Paths of columns that start with it lead into the item, all others are repeated."),
	TRIB_FIELD(struct tribx_format, explode_empty, .dflt = "keep", .allow = "keep|drop", .help = "A row whose `explode` is missing, null or empty: one row without an item, or none."),
	TRIB_FIELD(struct tribx_format, ordinal, .help = "Column to add with the item's place in `explode`, counted from 1."),
	TRIB_FIELD(struct tribx_format, duplicate_keys, .dflt = "error", .allow = "error|last", .help = "JSON: a name that a column needs stands twice in an object: a dead letter, or the last one counts."),
	TRIB_FIELD(struct tribx_format, bad_escapes, .dflt = "error", .allow = "error|replace", .help = "JSON: \\u0000 and halves of surrogate pairs in a text: a dead letter, or U+FFFD in their place."),
	TRIB_FIELD(struct tribx_format, depth_max, .dflt = "512", .allow = "1..512", .help = "JSON, XML: how deep a document may be nested."),
	TRIB_FIELD(struct tribx_format, table, .dflt = "1", .help = "HTML: which table, by its number on the page or a text that its header row holds."),
	TRIB_FIELD(struct tribx_format, unpack, .dflt = "auto", .allow = "auto|none|gz|zst|xz|bz2|lz4|zip|tar", .help = "How the file is packed; auto goes by its bytes."),
	TRIB_FIELD(struct tribx_format, password, .help = "Opens the encrypted entries of zips."),
	TRIBX_GROUP(struct tribx_format, limits, limit_fields, .help = "How far unpacking may go."),
	TRIB_FIELD(struct tribx_format, columns_max, .dflt = "16384", .allow = "1..1000000", .help = "Columns of a file; a sheet has up to 16384."),
	TRIB_FIELD(struct tribx_format, sheet, .help = "Sheet of a workbook: its name, its place counted from 1, or a pattern like Report*; the first visible one if left out."),
	TRIB_FIELD(struct tribx_format, fill_merged, .help = "Merged cells of a sheet all have the value of the first one (.xlsx; the sheet is read twice)."),
	TRIB_FIELD(struct tribx_format, error_cells, .dflt = "reject", .allow = "reject|null", .help = "Error cells of a sheet (#DIV/0!, #N/A): the row is a dead letter, or they are null."),
	TRIB_FIELD(struct tribx_format, empty_formulas, .dflt = "reject", .allow = "reject|null", .help = "Formulas of a sheet that were saved without a value: the row is a dead letter, or they are null."),
	TRIB_FIELD(struct tribx_format, shared_strings_max, .dflt = "268435456", .allow = "1024..4294967296", .help = "Bytes of the table of texts that an .xlsx file may have; it is kept in memory."),
	TRIB_FIELD(struct tribx_format, sheet_file_max, .dflt = "268435456", .allow = "1024..4294967296", .help = "Bytes of a workbook that has to be read into memory: an .xls file, or an .xlsx file that is packed or comes from a network."),
	TRIB_FIELD(struct tribx_format, record_max, .dflt = "67108864", .allow = "1024..1073741824", .help = "Bytes of the longest row."),
	TRIB_FIELD(struct tribx_format, field_max, .dflt = "16777216", .allow = "16..1073741824", .help = "Bytes of the longest field."),
	{ 0 }
};
const size_t tribx_format_size = sizeof(struct tribx_format);

const char *tribx_format_unpack(const struct tribx_format *f)
{
	return f->unpack ? f->unpack : "auto";
}

struct tribx_limits tribx_format_limits(const struct tribx_format *f)
{
	const struct tribx_format_limits *l = &f->limits;
	return (struct tribx_limits){ .unpacked_max = l->unpacked, .ratio_max = l->ratio, .entries_max = l->entries, .inner_max = l->inner,
		.window_max = l->window, .layers_max = l->nesting + 1, .password = f->password.hidden };
}

static const char *or(const char *text, const char *other)
{
	return text && *text ? text : other;
}

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

/* One byte of ASCII: what a delimiter, a quote, a comment mark can be. */
static int one_byte(const char *what, const char *text, unsigned char *out, struct tribx_error *e)
{
	if (strcmp(text, "\\t") == 0 || strcmp(text, "tab") == 0)
		text = "\t";
	if (strlen(text) != 1 || (unsigned char)*text >= 0x80 || *text == '\n' || *text == '\r')
		return tribx_fail(e, TRIB_CONFIG, "format.bad_mark", "%s: \"%s\" is not one byte of ASCII", what, text);
	*out = (unsigned char)*text;
	return TRIB_OK;
}

static int dialect(const struct tribx_format *f, bool tsv, struct tribx_dialect *d, struct tribx_error *e)
{
	*d = (struct tribx_dialect){ .delimiter = tsv ? '\t' : ',', .eol = is(f->line_end, "cr") ? '\r' : '\n', .keep_stray = is(f->stray_quotes, "keep") };
	int rc = TRIB_OK;
	if (f->delimiter && *f->delimiter && !is(f->delimiter, "auto"))
		rc = one_byte("delimiter", f->delimiter, &d->delimiter, e);
	if (rc == TRIB_OK && !is(f->quote, "none"))
		rc = one_byte("quote", or(f->quote, "\""), &d->quote, e);
	if (rc == TRIB_OK && f->comment && *f->comment)
		rc = one_byte("comment", f->comment, &d->comment, e);
	if (is(f->escape, "backslash"))
		d->escape = '\\';
	if (rc == TRIB_OK && (d->delimiter == d->quote || d->delimiter == d->escape || (d->comment && (d->comment == d->quote || d->comment == d->delimiter))))
		rc = tribx_fail(e, TRIB_CONFIG, "format.bad_mark", "delimiter, quote, escape and comment must differ");
	return rc;
}

/* One, or UTF-8 and what a file is in that is not UTF-8. */
static int encodings(const struct tribx_format *f, struct tribx_error *e)
{
	const char *const *names = f->encoding.items;
	for (size_t i = 0; i < f->encoding.count; i++)
		if (tribx_encoding_find(names[i]) < 0) {
			tribx_error_hint(e, "auto, utf-8, utf-16le, utf-16be, latin-1, windows-1250 to windows-1258, iso-8859-2, -5, -7, -9, -15 or koi8-r");
			return tribx_fail(e, TRIB_CONFIG, "format.unknown_encoding", "encoding \"%s\" is not known", names[i]);
		}
	if (f->encoding.count < 2)
		return TRIB_OK;
	int first = tribx_encoding_find(names[0]), second = tribx_encoding_find(names[1]);
	if (f->encoding.count == 2 && (first == TRIBX_ENCODING_AUTO || first == TRIBX_UTF8) && second >= TRIBX_LATIN1)
		return TRIB_OK;
	return tribx_fail(e, TRIB_CONFIG, "format.conflict", "encoding: two are auto or utf-8, and one of one byte per character for files that are not UTF-8");
}

static int check_fixed(const struct tribx_format *f, bool fixed, struct tribx_error *e)
{
	if (!fixed && f->record_length)
		return tribx_fail(e, TRIB_CONFIG, "format.conflict", "record_length is for format: fixed");
	if (fixed && (f->header_match.count || f->header_rows > 1 || f->aliases.count || (f->delimiter && *f->delimiter)))
		return tribx_fail(e, TRIB_CONFIG, "format.conflict", "format: fixed has no header with names and no delimiter; lines before the rows are passed by skip or skip_until");
	return fixed ? tribx_fixed_check(f, e) : TRIB_OK;
}

int tribx_format_check(const struct tribx_format *f, struct tribx_error *e)
{
	struct tribx_dialect d;
	struct trib_numbers n;
	int rc = dialect(f, false, &d, e);
	if (rc == TRIB_OK)
		rc = encodings(f, e);
	if (rc == TRIB_OK && f->skip && f->skip_until && *f->skip_until)
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "skip and skip_until exclude each other");
	if (rc == TRIB_OK && !f->header && ((f->skip_until && *f->skip_until) || f->aliases.count || f->header_match.count || f->header_rows > 1))
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "skip_until, aliases, header_match and header_rows need a header");
	if (rc == TRIB_OK && is(f->format, "fixed"))
		rc = check_fixed(f, true, e);
	if (rc == TRIB_OK)
		rc = tribx_numbers_of("", f->locale, &n, e);
	if (rc == TRIB_OK)
		rc = tribx_reading_check("", NULL, f->zone, e);
	const struct tribx_column_option *c = f->columns.items;
	for (size_t i = 0; rc == TRIB_OK && i < f->columns.count; i++) {
		rc = tribx_numbers_of(f->columns.names[i], c[i].locale, &n, e);
		if (rc == TRIB_OK)
			rc = tribx_reading_check(f->columns.names[i], &c[i], c[i].zone, e);
		if (rc == TRIB_OK && is(c[i].type, "decimal") && c[i].scale > c[i].precision)
			rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "%s: scale is larger than precision", f->columns.names[i]);
	}
	return rc;
}

const char *tribx_format_personal(const struct tribx_format *f, size_t i)
{
	const struct tribx_column_option *c = f ? f->columns.items : NULL;
	for (size_t k = 0; f && k < f->columns.count; k++)
		if (c[k].personal && i-- == 0)
			return f->columns.names[k];
	return NULL;
}

/* ---- what the words mean for one file ---- */

static bool ends_with(const char *file, size_t n, const char *end, size_t size)
{
	return n > size && strncasecmp(file + n - size, end, size) == 0;
}

/* The format's row: by its word, else by the extension in front of those of packing, else CSV. */
const struct tribx_rows_kind *tribx_rows_kind_of(const struct tribx_format *f, const char *file)
{
	const size_t n = tribx_unpacked_name(file, strlen(file));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (is(f->format, kinds[i].word))
			return &kinds[i];
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (const char *end = kinds[i].ends; *end; end += strspn(end, " ")) {
			size_t size = strcspn(end, " ");
			if (ends_with(file, n, end, size))
				return &kinds[i];
			end += size;
		}
	return &kinds[0];
}

bool tribx_words_of(struct tribx_arena *a, const trib_list *from, struct tribx_words *out)
{
	const char *const *items = from->items;
	if (!from->count)
		return true;
	if (!(out->items = tribx_arena_new(a, from->count * sizeof *out->items)))
		return false;
	for (; out->count < from->count; out->count++)
		if (!(out->items[out->count] = tribx_arena_text(a, items[out->count], strlen(items[out->count]))))
			return false;
	return true;
}

static const char *copied(struct tribx_arena *a, const char *text)
{
	return text && *text ? tribx_arena_text(a, text, strlen(text)) : NULL;
}

static enum trib_type type_of(const char *word)
{
	static const struct { const char *word; enum trib_type type; } types[] = {
		{ "text", TRIB_STR }, { "int64", TRIB_I64 }, { "float64", TRIB_F64 }, { "decimal", TRIB_DEC }, { "bool", TRIB_BOOL },
		{ "date", TRIB_DATE }, { "time", TRIB_TIME }, { "json", TRIB_JSON },
	};
	for (size_t i = 0; word && i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, word) == 0)
			return types[i].type;
	return TRIB_STR;
}

/* The declared columns, of the options or else of the stream, as targets without sources. */
int tribx_bind_declared(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_error *e)
{
	struct tribx_arena *a = &s->memory;
	size_t count = f->columns.count, more = 0;
	s->target_count = 0;
	while (!count && columns && columns[more].name)
		more++;
	s->targets = tribx_arena_new(a, (count + more + (size_t)s->field_count + 1) * sizeof *s->targets);
	if (!s->targets)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the columns");
	const struct tribx_column_option *c = f->columns.items;
	for (size_t i = 0; i < count + more; i++) {
		struct tribx_target *t = &s->targets[s->target_count++];
		const char *name = count ? f->columns.names[i] : columns[i].name, *from = count ? c[i].from : columns[i].from;
		*t = (struct tribx_target){ .name = copied(a, name), .from = copied(a, or(from, name)), .source = -1,
			.type = count ? type_of(c[i].type) : columns[i].type, .format = count ? copied(a, c[i].format) : NULL,
			.join = count && c[i].join ? tribx_arena_text(a, c[i].join, strlen(c[i].join)) : NULL,
			.precision = count ? (int)c[i].precision : columns[i].precision, .scale = count ? (int)c[i].scale : columns[i].scale,
			.personal = !count && (columns[i].flags & TRIB_PII) };
		if (t->type == TRIB_DEC && !t->precision) {
			t->precision = 38;
			t->scale = 9;
		}
		if (!t->name || !t->from)
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the columns");
		int rc = tribx_reading(f, count ? &c[i] : NULL, s, t, e);
		if (rc != TRIB_OK)
			return rc;
	}
	return TRIB_OK;
}

static void settle(const struct tribx_format *f, struct tribx_layout *s)
{
	const char *const *encoding = f->encoding.items;
	s->encoding = f->encoding.count ? (enum tribx_encoding)tribx_encoding_find(encoding[0]) : TRIBX_ENCODING_AUTO;
	s->fallback = f->encoding.count > 1 ? (enum tribx_encoding)tribx_encoding_find(encoding[1]) : TRIBX_ENCODING_AUTO;
	s->ragged = is(f->ragged, "pad") ? TRIBX_RAGGED_PAD : is(f->ragged, "loose") ? TRIBX_RAGGED_LOOSE : TRIBX_RAGGED_ERROR;
	s->trim = f->trim;
	s->null_declared = f->null_words.count > 0;
	s->delimiter_auto = is(f->delimiter, "auto");
	s->delimiter_declared = f->delimiter && *f->delimiter && !s->delimiter_auto;
	s->skip_empty = is(f->blank_lines, "empty");
	s->repeated = is(f->repeated_headers, "keep") ? TRIBX_REPEATED_KEEP : is(f->repeated_headers, "drop") ? TRIBX_REPEATED_DROP : TRIBX_REPEATED_ERROR;
	s->in_bytes = is(f->width_in, "bytes");
	s->refuse_more = is(f->other_columns, "error");
	s->record_length = s->rows == TRIBX_FIXED ? (size_t)f->record_length : 0;
	s->columns_max = f->columns_max > 0 ? f->columns_max : 16384;
	s->record_max = f->record_max > 0 ? (size_t)f->record_max : (size_t)64 << 20;
	s->field_max = f->field_max > 0 ? (size_t)f->field_max : (size_t)16 << 20;
}

int tribx_layout_new(const struct tribx_format *f, const struct trib_field *columns, const char *file, const struct tribx_rows_kind *kind, struct tribx_layout **out,
                     struct tribx_error *e)
{
	int rc = tribx_format_check(f, e);
	if (rc == TRIB_OK)
		rc = check_fixed(f, kind->rows == TRIBX_FIXED, e);
	if (rc != TRIB_OK)
		return rc;
	struct tribx_layout *s = calloc(1, sizeof *s);
	if (!s)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", file);
	atomic_init(&s->refs, 1);
	s->isa = tribx_isa_best();
	s->kind = kind;
	s->rows = kind->rows;
	settle(f, s);
	s->file = tribx_arena_text(&s->memory, file, strlen(file));
	if (!s->file || !tribx_words_of(&s->memory, &f->null_words, &s->null_words) || !tribx_words_of(&s->memory, &f->footer_match, &s->footer_match) ||
	    !tribx_words_of(&s->memory, &f->header_match, &s->header_match))
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", file);
	if (rc == TRIB_OK)
		rc = dialect(f, s->rows == TRIBX_TSV, &s->dialect, e);
	if (rc == TRIB_OK && kind->cells && s->fallback)
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "%s is read as %s, which takes one encoding", file, kind->word);
	if (rc == TRIB_OK && kind->cells) {
		s->dialect = (struct tribx_dialect){ .delimiter = TRIBX_CELLS_DELIMITER, .eol = TRIBX_CELLS_EOL, .quote = TRIBX_CELLS_QUOTE, .comment = s->dialect.comment };
		s->encoding = TRIBX_UTF8;
		s->fallback = TRIBX_ENCODING_AUTO;
		s->delimiter_declared = true;
		if (s->ragged == TRIBX_RAGGED_ERROR)   /* cells that are not there are null */
			s->ragged = TRIBX_RAGGED_PAD;
	}
	if (rc == TRIB_OK && s->rows == TRIBX_FIXED)   /* a line is one field: no byte of a text is 0 */
		s->dialect = (struct tribx_dialect){ .eol = s->dialect.eol, .comment = s->dialect.comment };
	if (rc == TRIB_OK && s->rows != TRIBX_JSONL && f->explode && *f->explode)
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "%s is read as %s, which has nothing to explode", file, kind->word);
	if (rc == TRIB_OK && f->records && *f->records && !kind->cells)
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "%s is read as %s, which has its rows nowhere but in its lines: no `records`", file, kind->word);
	if (rc == TRIB_OK && s->rows == TRIBX_JSONL) {
		s->dialect = (struct tribx_dialect){ .eol = '\n' };
		rc = tribx_bind_declared(f, columns, s, e);
		if (rc == TRIB_OK)
			rc = tribx_bind_paths(f, s, e);
	}
	if (rc != TRIB_OK)
		tribx_layout_drop(s);
	else
		*out = s;
	return rc;
}

/* Nothing is left out silently. */
static void tell(struct tribx_layout *s)
{
	long long footers = atomic_load(&s->footers), repeats = atomic_load(&s->repeats), folds = atomic_load(&s->folds);
	if (footers)
		tribx_log(TRIBX_INFO, "%s: %lld row%s left out by footer_match", s->file, footers, footers == 1 ? "" : "s");
	if (repeats)
		tribx_log(TRIBX_INFO, "%s: the header stood there %lld more time%s and was left out", s->file, repeats, repeats == 1 ? "" : "s");
	if (folds)
		tribx_log(TRIBX_WARN, "%s: %lld local time%s twice, because clocks went back; dst_fold says which one was taken", s->file, folds, folds == 1 ? " exists" : "s exist");
}

void tribx_layout_drop(struct tribx_layout *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	tell(s);
	tribx_totals_done(s->totals);
	for (int i = 0; i < s->zone_count; i++)
		tribx_zone_close(s->zones[i].is);
	tribx_json_plan_done(&s->plan);
	tribx_json_plan_done(&s->items);
	tribx_arena_done(&s->memory);
	free(s);
}

int tribx_layout_batch(const struct tribx_layout *s, struct trib_batch *out)
{
	for (int i = 0; i < s->target_count; i++) {
		const struct tribx_target *t = &s->targets[i];
		int col = t->type == TRIB_DEC ? trib_add_dec(out, t->name, t->precision, t->scale) : trib_add(out, t->name, t->type);
		if (col != i)   /* out was empty and names are unique: places of targets are places of columns */
			return TRIB_FATAL;
	}
	return TRIB_OK;
}
