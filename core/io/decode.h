/* decode - inside of the decoder: what is known of a file once its head was read, and what its ranges become.
 *
 * The reader's thread cuts (decode.c, decode_head.c); decode_csv.c and decode_json.c run wherever the batch is finished.
 * What they share is a struct tribx_layout: counted, constant after the head was read. It lives longer than decoder,
 * instance and options, so every text in it is a copy. */
#ifndef TRIBX_DECODE_H
#define TRIBX_DECODE_H

#include <stdatomic.h>

#include "arrow/build.h"
#include "io/cells.h"
#include "io/format.h"
#include "parse/guess.h"
#include "parse/json_walk.h"
#include "parse/moment.h"
#include "parse/utf.h"
#include <tributary/value.h>

/* ---- options, as users write them ---- */

struct tribx_column_option {
	const char *type, *from, *format, *locale, *join, *currency, *zone, *dst_gap, *dst_fold, *fraction;
	int64_t precision, scale, width;
	bool scientific, percent, dash_is_zero, roll, personal;
};
struct tribx_format_limits { int64_t unpacked, ratio, entries, nesting, inner, window; };
struct tribx_format {
	const char *format, *delimiter, *quote, *escape, *stray_quotes, *line_end, *skip_until, *comment, *ragged, *blank_lines, *duplicate_headers,
		*other_columns, *locale, *zone, *unpack, *repeated_headers, *total_column, *total_scope, *total_tolerance, *total_mismatch, *width_in;
	bool header, trim, fill_merged;
	int64_t skip, skip_after_header, footer, record_max, field_max, header_rows, record_length;
	const char *records, *explode, *explode_empty, *ordinal, *duplicate_keys, *bad_escapes, *table, *sheet, *error_cells, *empty_formulas;
	int64_t depth_max, columns_max, shared_strings_max, sheet_file_max;
	trib_secret password;
	struct tribx_format_limits limits;
	trib_list footer_match, null_words, encoding, header_match, total_match, total_check;
	trib_map columns, aliases;
};

/* ---- what they mean for one file ---- */

enum tribx_rows { TRIBX_CSV, TRIBX_TSV, TRIBX_FIXED, TRIBX_JSONL };
struct tribx_rows_kind {                      /* a format: a row of the table in format.c */
	const char *word, *ends, *what;  /* ends: extensions that mean it, with blanks between */
	enum tribx_rows rows;
	const char *record;              /* what errors count: line, row, record */
	int first;                       /* number of the first one: 0 if a made header stands in front of the file's records */
	/* NULL: the file's own bytes are decoded. Else it becomes text first: cells text (cells.h) or, where rows are JSON, JSON lines
	 * (lines.h); in is borrowed until the stream is closed. */
	int (*cells)(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);
};
static inline bool tribx_is_cells(const struct tribx_rows_kind *k) { return k->cells && k->rows != TRIBX_JSONL; }
enum tribx_ragged { TRIBX_RAGGED_ERROR, TRIBX_RAGGED_PAD, TRIBX_RAGGED_LOOSE };
enum tribx_repeated { TRIBX_REPEATED_KEEP, TRIBX_REPEATED_DROP, TRIBX_REPEATED_ERROR };
enum { TRIBX_HEADER_ROWS = 4 };

enum { TRIBX_ORDINAL = -2 };
struct tribx_target {                    /* one column of the batches */
	const char *name, *from, *format, *join;
	enum trib_type type;
	int precision, scale;
	struct trib_numbers numbers;
	bool infer;                      /* marks of numbers: nothing was declared, the first rows tell */
	bool personal;                   /* its cells are not shown */
	bool undecided;                  /* they told nothing: a later 1.234 has two readings */
	struct tribx_clock clock;
	const char *many;                /* JSON: steps behind the source, from the first [*] on; NULL: none */
	bool of_item;                    /* JSON: of an item of `explode`; source is of that plan */
	int source;                      /* CSV: field of the record; JSON: column of the plan, or TRIBX_ORDINAL */
	size_t at, width;                /* fixed width: characters, or bytes, before and of the column */
};

struct tribx_words { const char **items; size_t count; };
bool tribx_words_of(struct tribx_arena *a, const trib_list *from, struct tribx_words *out);      /* copies; false: no memory */

struct tribx_layout {
	atomic_int refs;
	atomic_llong footers, repeats;   /* rows that footer_match left out; repeated headers that were dropped */
	atomic_llong folds;              /* clock times that exist twice: one was taken */
	struct tribx_arena memory;
	char *file;
	enum tribx_isa isa;
	const struct tribx_rows_kind *kind;
	enum tribx_rows rows;
	struct tribx_dialect dialect;
	enum tribx_encoding encoding, fallback;      /* fallback: of files that are not UTF-8 */
	enum tribx_ragged ragged;
	bool trim, keep_blank, skip_empty, null_declared, delimiter_declared, delimiter_auto;
	struct tribx_words null_words, footer_match, header_match;
	enum tribx_repeated repeated;
	struct trib_text header_lines[TRIBX_HEADER_ROWS];    /* as they stand in the file, to know them again */
	int header_line_count;
	struct tribx_totals *totals;     /* NULL: none are declared */
	bool in_bytes, refuse_more;      /* fixed width: what places count; text behind the last column makes a dead letter */
	size_t record_length;
	size_t record_max, field_max;
	int64_t columns_max;
	int field_count;                 /* of the header */
	const char **fields;             /* their names */
	struct tribx_target *targets;
	int target_count;
	struct { const char *name; struct tribx_zone *is; } zones[8];    /* of the targets' clocks */
	int zone_count;
	struct tribx_guess *guesses;     /* set while the first rows are looked at: one per target */
	struct tribx_json_plan plan;     /* JSON with declared columns: constant */
	struct tribx_json_plan items;    /* JSON with explode: of one item */
	int explode;                     /* column of plan that holds the items, -1: none */
	bool explode_keep, replace_escapes;
};
void tribx_layout_drop(struct tribx_layout *s);

/* A range of records: [from, to) of room, from a record's first byte to behind a line end. */
struct tribx_chunk {
	struct tribx_later later;
	struct tribx_layout *layout;
	struct tribx_room *room;
	size_t from, to;
	int64_t line, offset;            /* of from, in the file */
	size_t lines;                    /* ends of lines in the range */
	int64_t order;                   /* of the chunk, from 0 */
	bool last;
};

int tribx_decode_csv(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e);
int tribx_decode_fixed(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e);
int tribx_decode_json(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e);
/* Paths of the targets to plans; what the options say about rows of JSON. */
int tribx_bind_paths(const struct tribx_format *f, struct tribx_layout *s, struct tribx_error *e);
/* All values that steps (with [*]) find in the JSON value at p, which was checked, as one text: joined, or as an array if join is
 * NULL. to has the value's size + half of it * strlen(join) + 3 bytes. The number of bytes; TRIBX_MANY_NONE: there is no value. */
#define TRIBX_MANY_NONE ((size_t)-1)
size_t tribx_many(const char *steps, const char *p, const char *join, char *to);
/* The same at once, for JSON whose columns nobody declared: plan and targets grow. */
int tribx_decode_json_open(struct tribx_chunk *c, struct trib_batch *out, struct tribx_error *e);
int tribx_check_text(const struct tribx_chunk *c, struct tribx_error *e);      /* UTF-8 without NUL; the error names line and place */

/* ---- columns out of cells ---- */

/* page of a cell, where it is not the page of its text: NUMBER and TIME are canonical (no locale, no format) and never of a text column,
 * ERROR makes its row a dead letter. */
enum { TRIBX_CELLS = 512, TRIBX_CELL_NULL = -1, TRIBX_CELL_NUMBER = -2, TRIBX_CELL_TIME = -3, TRIBX_CELL_ERROR = -4 };
struct tribx_cell { const char *p; uint32_t size; int32_t page; };

struct tribx_column_fill { void *values; uint8_t *validity; int64_t nulls; };
struct tribx_fill {
	const struct tribx_chunk *chunk;
	struct trib_batch *out;
	int page;                        /* of the chunk's room */
	struct { struct tribx_room *room; int page; size_t used; } sides[32];       /* where unescaped texts go; each twice as large */
	int side_count;
	size_t rows;
	void (*views)(struct tribx_fill *f, int index, size_t row, size_t n);     /* a text column without cells between; may be NULL */
	void (*gather)(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells);
	struct tribx_column_fill *columns;
	struct { uint32_t row; int target; bool error; char sample[48]; } *bad;      /* cells that do not fit their column */
	size_t bad_count, bad_cap;
	int64_t folds;
	bool failed;                     /* no memory */
};
bool tribx_fill_start(struct tribx_fill *f, const struct tribx_chunk *c, struct trib_batch *out);       /* f: gather is set, the rest zero */
char *tribx_fill_room(struct tribx_fill *f, size_t size, int *page);           /* size bytes beside the chunk's room; NULL: no memory */
void tribx_put_texts(struct tribx_fill *f, int index, const struct tribx_cell *cells, size_t row, size_t n);
bool tribx_fill_columns(struct tribx_fill *f);                                 /* true: all rows fit and the columns are committed */
void tribx_fill_done(struct tribx_fill *f);

/* ---- how numbers are written, where nobody declared it ---- */

enum { TRIBX_INFER_ROWS = 10000, TRIBX_INFER_BYTES = 2 << 20 };
bool tribx_infer_wanted(const struct tribx_layout *s);
/* From the rows of first; the layout is not shared yet. Evidence goes to notes. */
int tribx_infer(struct tribx_layout *s, const struct tribx_chunk *first, struct tribx_findings *notes, struct tribx_error *e);
void tribx_infer_cells(struct tribx_guess *g, const struct tribx_layout *s, const struct tribx_cell *cells, size_t n);
/* 1.234 and its like, which a column that nothing is known of may mean either way. */
bool tribx_two_readings(struct trib_text cell);
bool tribx_cell_null(const struct tribx_layout *s, const struct tribx_cell *c);
/* Why a cell is no value of its column: code and text of the dead letter. error: the sample is what the file says of the cell; hidden: nobody may see it. */
const char *tribx_cell_why(char *to, size_t size, const struct tribx_layout *s, const struct tribx_target *t, const char *sample, bool error, bool hidden);

/* ---- the head ---- */

struct tribx_head { size_t at; int64_t line; bool more; };            /* behind the head; more: it is not whole yet */
int tribx_layout_new(const struct tribx_format *f, const struct trib_field *columns, const char *file, const struct tribx_rows_kind *kind, struct tribx_layout **out,
                     struct tribx_error *e);
const struct tribx_rows_kind *tribx_rows_kind_of(const struct tribx_format *f, const char *file);
int tribx_head(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const char *p, size_t n, bool ended,
               struct tribx_head *h, struct tribx_error *e);
/* Whole characters of in as UTF-8, a line end behind each record; *left: characters that the open record wants. last: in ends the file.
 * NULL or why in[*used] is wrong, tribx_line_end_inside among them. */
const char *tribx_records(const struct tribx_layout *s, size_t *left, bool last, const char *in, size_t n, char *out, size_t *used, size_t *made);
extern const char tribx_line_end_inside[];
int tribx_fixed_check(const struct tribx_format *f, struct tribx_error *e);        /* places of fixed width */
bool tribx_locale_open(const char *locale);                 /* nothing is declared, or infer */
/* How the cells of a column are read. c: NULL for columns of a stream. */
int tribx_reading(const struct tribx_format *f, const struct tribx_column_option *c, struct tribx_layout *s, struct tribx_target *t, struct tribx_error *e);
int tribx_reading_check(const char *column, const struct tribx_column_option *c, const char *zone, struct tribx_error *e);      /* c, zone: may be NULL */
int tribx_numbers_of(const char *column, const char *locale, struct trib_numbers *out, struct tribx_error *e);       /* column: for the message, may be "" */
int tribx_layout_batch(const struct tribx_layout *s, struct trib_batch *out);    /* the columns of the targets, no rows */
/* Which encoding, by byte order mark or declaration; *mark: bytes of the mark, which are no text. */
void tribx_sniff(enum tribx_encoding *is, const char *p, size_t n, size_t *mark);
bool tribx_head_eol(const struct tribx_format *f, struct tribx_layout *s, const char *p, size_t n, bool ended);   /* false: more is needed */
int tribx_bind_declared(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_error *e);

/* A decoder over a stream that is decoded as kind says; takes it, also on failure. name: of the file, for errors. */
int tribx_decoder_over(const struct tribx_format *f, const struct trib_field *columns, const struct tribx_rows_kind *kind, const char *name, struct tribx_stream *text,
                       struct tribx_decoder **out, struct tribx_error *e);
/* For tests: rooms of this many bytes at first, and this kernel. */
void tribx_decoder_tune(struct tribx_decoder *d, size_t room, enum tribx_isa isa);

#endif
