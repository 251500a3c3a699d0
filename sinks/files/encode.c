/* encode - columns to CSV or JSON lines. The hot loop of this sink: one growing block, no calls per cell into libc,
 * no stdio.
 *
 * A short text (at most 12 bytes) lies inside its 16-byte view: it is looked through and copied as one vector. Longer
 * ones are copied while they are looked through, and done again with quotes in the rare case that one needs them. */
#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>
#include "digits.h"
#include "odd.h"

enum { CELL = 80 };                          /* room of any cell but a text */
enum { SENTENCE = 64 };                      /* from here on a text likely needs quotes: that is no reason to write its row again */

/* ---- the block ---- */

static char *flush_and_grow(struct files_out *o, char *at, size_t need)
{
	o->used = (size_t)(at - o->block);
	return files_out_flush(o) && (need <= o->room - o->used || files_out_grow(o, need)) ? o->block + o->used : NULL;
}

/* Room for `need` more bytes behind at; the cursor, or NULL: o->error. */
static inline char *make_room(struct files_out *o, char *at, size_t need)
{
	return (size_t)(o->block + o->room - at) >= need ? at : flush_and_grow(o, at, need);
}

static bool settle(struct files_out *o, const char *at)
{
	o->used = (size_t)(at - o->block);
	return o->used < FILES_BLOCK || files_out_flush(o);
}

bool files_put(struct files_out *o, const char *p, size_t n)
{
	char *at = make_room(o, o->block + o->used, n);
	if (!at)
		return false;
	memcpy(at, p, n);
	return settle(o, at + n);
}

/* ---- values ---- */

/* The shortest of 15 to 17 digits that reads back as the same number; a comma of the locale becomes a point. */
static char *put_f64(char *at, double v, bool json)
{
	char text[40];
	int n = 0;
	if (v != v || v - v != 0) {
		const char *word = json ? "null" : v != v ? "NaN" : v < 0 ? "-Infinity" : "Infinity";
		return memcpy(at, word, strlen(word)), at + strlen(word);
	}
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	for (int i = 0; i < n; i++)
		at[i] = text[i] == ',' ? '.' : text[i];
	return at + n;
}

static inline char *put_day(char *at, struct files_column *c, int32_t day)
{
	struct files_day *d = &c->days[(uint32_t)day % FILES_DAYS];
	if (d->day != day) {
		d->size = (int)trib_date_text((trib_date){ day }, d->text);
		d->day = day;
	}
	memcpy(at, d->text, 16);
	return at + d->size;
}

static char *put_clock(char *at, int64_t us)
{
	at += snprintf(at, CELL, "%02d:%02d:%02d", (int)(us / 3600000000), (int)(us / 60000000 % 60),
	               (int)(us / 1000000 % 60));
	return us % 1000000 ? at + snprintf(at, 16, ".%06d", (int)(us % 1000000)) : at;
}

/* Any cell but a text. */
static __attribute__((noinline)) char *put_plain(char *at, struct files_column *c, int64_t row, bool json)
{
	const struct trib_view *v = &c->view;
	switch (v->type) {
	case TRIB_I64:
	case TRIB_DURATION:
		return put_i64(at, ((const int64_t *)v->values)[row]);
	case TRIB_DEC:
		return put_dec(at, ((const trib_dec *)v->values)[row], v->scale);
	case TRIB_F64:
		return put_f64(at, ((const double *)v->values)[row], json);
	case TRIB_BOOL: {
		bool yes = ((const uint8_t *)v->values)[(row + v->bit) >> 3] >> ((row + v->bit) & 7) & 1;
		return memcpy(at, yes ? "true " : "false", 5), at + (yes ? 4 : 5);
	}
	default:
		break;
	}
	*at = '"';
	at += json;
	if (v->type == TRIB_DATE)
		at = put_day(at, c, ((const int32_t *)v->values)[row]);
	else if (v->type == TRIB_TIME)
		at += trib_time_text((trib_time){ ((const int64_t *)v->values)[row] }, at);
	else
		at = put_clock(at, ((const int64_t *)v->values)[row]);
	*at = '"';
	return at + json;
}

/* ---- texts ---- */

static char *csv_quoted(char *at, const char *p, size_t n)
{
	*at++ = '"';
	at = copy_doubled(at, p, n);
	*at++ = '"';
	return at;
}

static char *json_escaped(char *at, const char *p, size_t n)
{
	static const char hex[] = "0123456789abcdef", from[] = "\n\r\t\"\\", to[] = "nrt\"\\";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		const char *odd = c ? strchr(from, c) : NULL;
		if (odd) {
			*at++ = '\\';
			*at++ = to[odd - from];
		} else if (c < 0x20) {
			at = (char *)memcpy(at, "\\u00", 4) + 4;
			*at++ = hex[c >> 4];
			*at++ = hex[c & 15];
		} else
			*at++ = (char)c;
	}
	return at;
}

/* Raw line ends can stand between the tokens of JSON only; in a line they become blanks. */
static char *json_value(char *at, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*at++ = p[i] == '\n' || p[i] == '\r' ? ' ' : p[i];
	return at;
}

static inline char *csv_long(char *at, const struct odd *o, const char *p, size_t n)
{
	return copy_text(o, at, p, n) ? csv_quoted(at, p, n) : at + n;
}

static inline char *csv_text(char *at, const struct files_format *f, const struct odd *o, struct trib_text x,
                             bool alone)
{
	bool like_null = x.n == f->null.n && memcmp(x.p, f->null.p, x.n) == 0;
	bool odd = copy_text(o, at, x.p, x.n) || like_null || (alone && x.n == 0);
	return odd ? csv_quoted(at, x.p, x.n) : at + x.n;
}

static inline char *json_text(char *at, const struct odd *o, struct trib_text x)
{
	*at++ = '"';
	at = copy_text(o, at, x.p, x.n) ? json_escaped(at, x.p, x.n) : at + x.n;
	*at++ = '"';
	return at;
}

bool files_json_text(struct files_out *o, struct trib_text text)
{
	const struct files_format f = { .json = true };
	const struct odd odd = odd_bytes(&f);
	char *at = make_room(o, o->block + o->used, text.n * 6 + 64);
	return at && settle(o, json_text(at, &odd, text));
}

/* ---- rows ---- */

/* `rest`: what the other cells of the row may need; a text asks for it, too, so that they need not. */
static __attribute__((noinline)) char *csv_cell(struct files_out *o, char *at, const struct files_format *f, const struct odd *odd,
                                                struct files_column *c, int64_t row, size_t rest, bool alone)
{
	const struct trib_view *v = &c->view;
	if (trib_null(v, row)) {
		if (alone && f->null.n == 0)
			return memcpy(at, "\"\"", 2), at + 2;   /* an empty line would be no row */
		return memcpy(at, f->null.p, f->null.n), at + f->null.n;
	}
	if (v->type != TRIB_STR && v->type != TRIB_JSON)
		return put_plain(at, c, row, false);
	struct trib_text x = trib_str(v, row);
	at = make_room(o, at, x.n * 2 + CELL + rest);
	return at ? csv_text(at, f, odd, (struct trib_text){ x.p ? x.p : "", x.n }, alone) : NULL;
}

/* A word of a dictionary: quoted or not once, copied as a block from then on. */
static inline char *csv_word(char *at, const struct odd *odd, struct files_column *c, int64_t row)
{
	const int32_t code = c->view.codes[row];
	struct files_word *w = &c->words[(uint32_t)code % FILES_KNOWN];
	if (w->code != code + 1) {
		const struct files_format f = { .null = { "", 0 } };   /* of quick rows */
		char text[80];
		struct trib_text x = trib_str(&c->view, row);
		size_t n = x.n > 24 ? x.n : (size_t)(csv_text(text, &f, odd, x, false) - text);
		if (n > sizeof w->text)
			return NULL;
		memcpy(w->text, text, n);
		w->code = code + 1;
		w->size = (int)n;
	}
	memcpy(at, w->text, 24);
	return at + w->size;
}

/* What the columns of these rows have in common is asked once; false: their rows take the slow way. */
static bool kinds(const struct files_format *f, struct files_column *columns, int count)
{
	static const uint8_t of[] = { [TRIB_DEC] = FILES_SCALED + 1, [TRIB_I64] = FILES_COUNTS + 1,
		[TRIB_DATE] = FILES_DATES + 1, [TRIB_NULL] = FILES_SLOW + 1 };
	bool all = !f->json && f->null.n == 0 && count > 1;
	for (struct files_column *c = columns; c < columns + count; c++) {
		const struct trib_view *v = &c->view;
		const bool text = v->type == TRIB_STR || v->type == TRIB_JSON;
		const int other = (size_t)v->type < sizeof of && of[v->type] ? of[v->type] - 1 : FILES_OTHERS;
		c->known = text ? v->codes ? FILES_WORDS : v->offsets ? FILES_SLOW : FILES_TEXTS : (enum files_kind)other;
		c->scale = scale_of(v->scale);
		if (c->known == FILES_SCALED && v->scale == 4)
			c->known = FILES_DECIMALS;
		c->kind = v->validity ? FILES_NULLABLE : c->known;
		all &= c->known != FILES_SLOW;
		if (c->days[0].size == 0)
			c->days[0].day = 1;          /* not of this place: an empty one must not be taken for its day */
	}
	columns[count].kind = FILES_END;
	return all;
}

/* Where the rows of csv_rows may go. */
struct reach {
	const char *stop;                            /* no row begins here or behind */
	const char *end;                             /* long texts end before; all else of a row has room behind it */
	int64_t to;
};

/* Writes whole rows from *rows on, and counts it up, as long as they are plain. Texts are copied first and looked through
 * together at the end of their row: one that needs quotes (or room) ends it all, and its row has to be written cell by
 * cell. A cell ends with a jump to the code of the next one: four instructions for what are twelve with a switch. */
static __attribute__((noinline)) char *csv_rows(char *at, const struct reach *reach, char delimiter,
                                                         const struct odd *odd, struct files_column *columns, int64_t *rows)
{
	static const void *const ways[] = { [FILES_TEXTS] = &&texts, [FILES_WORDS] = &&words, [FILES_DECIMALS] = &&decimals,
		[FILES_SCALED] = &&scaled, [FILES_COUNTS] = &&counts, [FILES_DATES] = &&dates, [FILES_OTHERS] = &&others,
		[FILES_SLOW] = &&end, [FILES_NULLABLE] = &&nullable, [FILES_END] = &&end };
	int64_t row = *rows;
	struct files_column *c = columns;
	for (bool more = true; more; c++) {
		c->way = ways[c->kind];
		if ((more = c->kind != FILES_END))
			c->past_null = ways[c->known];
	}
#define NEXT(behind) do { char *const b = (behind); *b = delimiter; at = b + 1; c++; goto *c->way; } while (0)
	while (row < reach->to && at < reach->stop) {
		char *const start = at;
		v16 sum = none16();
		c = columns;
		goto *c->way;
nullable:
		if (trib_null(&c->view, row))
			NEXT(at);
		goto *c->past_null;
texts: {
		const char *const view = (const char *)c->view.values + 16 * row;
		const int32_t *const s = (const int32_t *)(const void *)view;
		const uint32_t n = (uint32_t)s[0];
		if (n - 1 < 12) {
			const v16 x = text_of_view(load16(view));
			store16(at, x);
			sum = add_odd(odd, sum, x);
			NEXT(at + n);
		}
		if (n == 0)
			NEXT((char *)memcpy(at, "\"\"", 2) + 2);     /* nothing at all would be null */
		const char *const p = (const char *)c->view.pages[s[2]] + s[3];
		if (n >= SENTENCE && (reach->end - at) / 2 >= (int64_t)n)
			NEXT(csv_long(at, odd, p, n));
		if (reach->end - at < (int64_t)n)
			return *rows = row, start;
		sum = copy_long(odd, sum, at, p, n);
		NEXT(at + n);
	}
words: {
		char *const behind = csv_word(at, odd, c, row);
		if (!behind)
			return *rows = row, start;
		NEXT(behind);
	}
decimals:
		NEXT(put_dec4(at, ((const trib_dec *)c->view.values)[row]));
scaled:
		NEXT(put_scaled(at, ((const trib_dec *)c->view.values)[row], &c->scale));
counts:
		NEXT(put_i64(at, ((const int64_t *)c->view.values)[row]));
dates:
		NEXT(put_day(at, c, ((const int32_t *)c->view.values)[row]));
others:
		NEXT(put_plain(at, c, row, false));
end:
		if (any_odd(sum))
			return *rows = row, start;
		at[-1] = '\n';                               /* the delimiter behind the last cell */
		row++;
	}
#undef NEXT
	return *rows = row, at;
}

static inline char *json_cell(struct files_out *o, char *at, const struct odd *odd, struct files_column *c, int64_t row,
                              size_t rest)
{
	const struct trib_view *v = &c->view;
	memcpy(at, c->prefix, c->prefix_size);
	at += c->prefix_size;
	if (trib_null(v, row))
		return memcpy(at, "null", 4), at + 4;
	if (v->type != TRIB_STR && v->type != TRIB_JSON)
		return put_plain(at, c, row, true);
	struct trib_text x = trib_str(v, row);
	at = make_room(o, at, x.n * 6 + CELL + rest);
	if (!at)
		return NULL;
	if (v->type == TRIB_JSON)
		return json_value(at, x.p, x.n);
	return json_text(at, odd, (struct trib_text){ x.p ? x.p : "", x.n });
}

/* The same cell by cell, whatever they are. */
static char *any_row(struct files_out *o, char *at, const struct files_format *f, const struct odd *odd, struct files_column *columns, int count, int64_t row, size_t rest)
{
	for (int c = 0; at && c < count; c++) {
		if (f->json)
			at = json_cell(o, at, odd, &columns[c], row, rest);
		else {
			*at = f->delimiter;
			at = csv_cell(o, at + (c > 0), f, odd, &columns[c], row, rest, count == 1);
		}
	}
	return at;
}

static struct reach reach_of(const struct files_out *o, size_t rest, int64_t to, int64_t max_bytes)
{
	const char *const end = o->block + o->room - rest;
	int64_t most = FILES_BLOCK;
	if (max_bytes && max_bytes - o->bytes < most)
		most = max_bytes > o->bytes ? max_bytes - o->bytes : 0;
	return (struct reach){ .stop = end - o->block < most ? end : o->block + most, .end = end, .to = to };
}

int64_t files_encode(struct files_out *o, const struct files_format *f, struct files_column *columns, int count,
                     int64_t from, int64_t to, int64_t max_bytes)
{
	const struct odd odd = odd_bytes(f);
	const bool quick = kinds(f, columns, count);
	size_t rest = 64;
	char *at = o->block + o->used;
	int64_t row = from;
	for (int c = 0; c < count; c++)
		rest += CELL + columns[c].prefix_size;
	while (row < to) {
		if (at - o->block >= FILES_BLOCK && !(at = flush_and_grow(o, at, rest)))
			return -1;
		if (!(at = make_room(o, at, rest)))
			return -1;
		const int64_t before = row;
		const struct reach reach = reach_of(o, rest, to, max_bytes);
		if (quick)
			at = csv_rows(at, &reach, f->delimiter, &odd, columns, &row);
		if (row < to && (row == before || at < reach.stop)) {
			if (!(at = any_row(o, at, f, &odd, columns, count, row, rest)))
				return -1;
			*at = '}';
			at += f->json;
			*at++ = '\n';
			row++;
		}
		if (max_bytes && o->bytes + (at - o->block) >= max_bytes)
			break;
	}
	o->rows += row - from;
	return settle(o, at) ? row : -1;
}

bool files_header(struct files_out *o, const struct files_format *f, const char *const *names, int count)
{
	const struct odd odd = odd_bytes(f);
	for (int i = 0; i < count; i++) {
		struct trib_text x = { names[i], strlen(names[i]) };
		char *at = make_room(o, o->block + o->used, x.n * 2 + CELL);
		if (!at)
			return false;
		if (i)
			*at++ = f->delimiter;
		if (!settle(o, csv_text(at, f, &odd, x, count == 1)))
			return false;
	}
	return files_put(o, "\n", 1);
}
