/* decode - the reader's side: fills rooms, makes UTF-8 where the file is not, and cuts behind the last whole record.
 *
 * A room belongs to one batch; what lies behind the cut is copied to the next one. For UTF-8 that copy (part of a record
 * per MiB) is the only one, and a count of quotes and line ends is the only look that this thread takes at the bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "io/decode_total.h"

enum { SPARE = 64, ROOM = (1 << 20) - SPARE, RAW = 1 << 18, RARE = 4 << 20 };   /* a room with its spare bytes is one recycled block of 1 MiB */

struct tribx_decoder {
	struct tribx_layout *layout;
	const struct tribx_format *options;
	const struct trib_field *columns;
	struct trib_bytes *in;           /* or */
	struct tribx_stream *text;       /* cells text of it */
	struct tribx_room *room;
	size_t size, from, have;         /* of the room: wanted, first byte not handed on, bytes filled */
	size_t seen, quotes;             /* [from, seen) was counted: so many quotes */
	struct tribx_cut cut;            /* end: behind the last whole record; the rest is for dialects without parity */
	char *raw;                       /* bytes that are not UTF-8 yet */
	size_t raw_have, raw_at;
	size_t record_left;              /* characters of the record of fixed length that is being filled */
	int64_t line, offset, taken;     /* of from; offset counts bytes of UTF-8. taken: raw bytes turned to UTF-8 */
	int64_t order;                   /* of the next chunk */
	bool started, ended, encoded, done;
	bool undecided;                  /* all ASCII so far: UTF-8 and the fallback are the same */
	struct tribx_findings notes;
};

static int no_memory(const struct tribx_decoder *d, struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", d->layout->file);
}

static int open_decoder(const struct tribx_format *f, const struct trib_field *columns, const struct tribx_rows_kind *kind, const char *name, struct tribx_decoder **out,
                        struct tribx_error *e)
{
	struct tribx_decoder *d = calloc(1, sizeof *d);
	if (!d)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", name);
	int rc = tribx_layout_new(f, columns, name, kind, &d->layout, e);
	if (rc != TRIB_OK) {
		free(d);
		return rc;
	}
	d->options = f;
	d->columns = columns;
	d->size = ROOM;
	d->line = 1;
	d->record_left = d->layout->record_length;
	*out = d;
	return TRIB_OK;
}

int tribx_decoder_over(const struct tribx_format *f, const struct trib_field *columns, const struct tribx_rows_kind *kind, const char *name, struct tribx_stream *text,
                       struct tribx_decoder **out, struct tribx_error *e)
{
	int rc = open_decoder(f, columns, kind, name, out, e);
	if (rc == TRIB_OK)
		(*out)->text = text;
	else
		tribx_stream_close(text);
	return rc;
}

int tribx_decoder_new(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_decoder **out, struct tribx_error *e)
{
	const char *name = tribx_bytes_name(in);
	const struct tribx_rows_kind *kind = tribx_rows_kind_of(f, name);
	struct tribx_stream *text = NULL;
	int rc = kind->cells ? kind->cells(f, columns, in, &text, e) : TRIB_OK;
	if (rc < 0)
		tribx_error_at(e, name, 0, 0, NULL);
	else if (text)
		rc = tribx_decoder_over(f, columns, kind, name, text, out, e);
	else if ((rc = open_decoder(f, columns, kind, name, out, e)) == TRIB_OK)
		(*out)->in = in;
	return rc;
}

void tribx_decoder_free(struct tribx_decoder *d)
{
	if (!d)
		return;
	tribx_stream_close(d->text);
	tribx_room_drop(d->room);
	tribx_layout_drop(d->layout);
	tribx_findings_done(&d->notes);
	free(d->raw);
	free(d);
}

void tribx_decoder_tune(struct tribx_decoder *d, size_t room, enum tribx_isa isa)
{
	d->size = room;
	d->layout->isa = isa;
}

const struct tribx_findings *tribx_decoder_notes(const struct tribx_decoder *d)
{
	return &d->notes;
}

/* ---- bytes into the room ---- */

/* A larger room with what is not handed on yet. */
static int grow(struct tribx_decoder *d, size_t size, struct tribx_error *e)
{
	struct tribx_room *r = tribx_room_new(size + SPARE);
	if (!r)
		return no_memory(d, e);
	size_t left = d->have - d->from;
	if (left)
		memcpy(r->mem, d->room->mem + d->from, left);
	tribx_room_drop(d->room);
	if (size > RARE)
		tribx_block_trim();   /* no room so small will be asked for soon, and all of them would stay resident beside this one */
	d->room = r;
	r->size = size + SPARE;
	d->seen -= d->from;
	d->cut.seen -= d->from;
	d->cut.end = d->cut.end > d->from ? d->cut.end - d->from : 0;
	d->from = 0;
	d->have = left;
	return TRIB_OK;
}

static int read_all(struct tribx_decoder *d, char *to, size_t size, size_t *got, struct tribx_error *e)
{
	for (*got = 0; *got < size && !d->ended;) {
		size_t n = 0;
		int rc = d->text ? tribx_stream_read(d->text, to + *got, size - *got, &n, e) : tribx_read(d->in, to + *got, size - *got, &n, e);
		if (rc < 0) {
			tribx_error_at(e, d->layout->file, 0, 0, NULL);
			return rc;
		}
		*got += n;
		d->ended = rc == TRIB_END;
	}
	return TRIB_OK;
}

/* UTF-8 or the fallback: settled for the file by the first bytes that are not ASCII, all that are at hand together. Answers
 * how many bytes may be converted now: a character that is cut off decides nothing. */
static size_t decide(struct tribx_decoder *d)
{
	struct tribx_layout *s = d->layout;
	const char *p = d->raw + d->raw_at;
	size_t n = d->raw_have - d->raw_at, first = 0, at = 0;
	while (first < n && (unsigned char)p[first] < 0x80)
		first++;
	while (at < n) {
		at += tribx_utf8_bad(s->isa, p + at, n - at);
		if (at == n || p[at])
			break;
		at++;   /* a NUL byte says nothing of encodings */
	}
	unsigned char lead = at < n ? (unsigned char)p[at] : 0;
	bool cut = at < n && !d->ended && n - at < (lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2) && lead >= 0xC2;
	if (first == n || (cut && at == first))
		return first;
	d->undecided = false;
	if (at == n || cut) {
		d->encoded = s->record_length > 0;
		return n;
	}
	s->encoding = s->fallback;
	tribx_log(TRIBX_INFO, "%s: byte %lld is not UTF-8, the file is read as %s", s->file, (long long)d->taken + (long long)at, tribx_encoding_names[s->encoding]);
	return n;
}

/* Raw bytes to the room, as far as both go. */
static int convert(struct tribx_decoder *d, size_t room, struct tribx_error *e)
{
	while (d->have + 3 * 64 < room || d->have == d->from) {
		size_t left = d->raw_have - d->raw_at, got = 0, used, made;
		if (left < 4 && !d->ended) {
			memmove(d->raw, d->raw + d->raw_at, left);
			int rc = read_all(d, d->raw + left, RAW - left, &got, e);
			if (rc < 0)
				return rc;
			d->raw_at = 0;
			d->raw_have = left += got;
		}
		if (d->undecided)
			left = decide(d);
		if (!d->encoded)
			return TRIB_OK;
		size_t fits = (room - d->have) / 4, n = left < fits ? left : fits;
		const char *in = d->raw + d->raw_at, *why;
		if (d->layout->record_length)
			why = tribx_records(d->layout, &d->record_left, d->ended && in + n == d->raw + d->raw_have, in, n, d->room->mem + d->have, &used, &made);
		else
			why = tribx_to_utf8(d->layout->encoding, in, n, d->room->mem + d->have, &used, &made);
		d->raw_at += used;
		d->taken += (int64_t)used;
		d->have += made;
		if (!why && !used && d->ended && left)
			why = "the file ends inside a character";
		if (why)
			return tribx_fail(e, TRIB_DATA, why == tribx_line_end_inside ? "csv.line_end_in_record" : "format.bad_encoding", "%s, byte %lld: %s", d->layout->file, (long long)d->taken, why);
		if (!used)
			break;
	}
	return TRIB_OK;
}

static int first_bytes(struct tribx_decoder *d, struct tribx_error *e)
{
	size_t got, mark;
	if (!d->raw && !(d->raw = malloc(RAW)))
		return no_memory(d, e);
	int rc = read_all(d, d->raw, d->size < RAW ? d->size + 4 : RAW, &got, e);
	if (rc < 0)
		return rc;
	tribx_sniff(&d->layout->encoding, d->raw, got, &mark);
	d->taken = (int64_t)mark;
	d->offset = d->text ? d->text->base : (int64_t)mark;
	d->raw_at = mark;
	d->raw_have = got;
	d->undecided = d->layout->encoding == TRIBX_UTF8 && d->layout->fallback && !mark;
	d->encoded = d->layout->encoding != TRIBX_UTF8 || d->undecided || d->layout->record_length;
	d->started = true;
	if (!got && tribx_is_cells(d->layout->kind))   /* a sheet without a row has no rows */
		return tribx_bind_declared(d->options, d->columns, d->layout, e);
	if (!got && d->layout->rows != TRIBX_JSONL)
		return tribx_fail(e, TRIB_DATA, "csv.empty", "%s is empty: 0 bytes, not even a header", d->layout->file);
	return TRIB_OK;
}

/* Reads until the room holds `size` bytes or the file ended; at the end the last line gets its end. */
static int fill(struct tribx_decoder *d, size_t size, struct tribx_error *e)
{
	if (d->encoded && size < 256)
		size = 256;
	if (d->have >= size)
		return TRIB_OK;
	int rc = !d->room || size + SPARE > d->room->size ? grow(d, size, e) : TRIB_OK;
	if (rc == TRIB_OK && d->encoded)
		rc = convert(d, size, e);
	if (rc != TRIB_OK || d->encoded)
		return rc;
	size_t left = d->raw_have - d->raw_at, got;
	if (left) {   /* what was read to learn the encoding */
		left = left < size - d->have ? left : size - d->have;
		memcpy(d->room->mem + d->have, d->raw + d->raw_at, left);
		d->raw_at += left;
		d->have += left;
	}
	if (d->raw_at == d->raw_have && d->have < size) {
		rc = read_all(d, d->room->mem + d->have, size - d->have, &got, e);
		d->have += rc == TRIB_OK ? got : 0;
	}
	return rc;
}

static bool all_read(const struct tribx_decoder *d)
{
	return d->ended && d->raw_at == d->raw_have;
}

static void end_line(struct tribx_decoder *d)
{
	char eol = (char)d->layout->dialect.eol;
	if (d->have > d->from && d->room->mem[d->have - 1] != eol)
		d->room->mem[d->have++] = eol;
}

/* ---- the head ---- */

static int head(struct tribx_decoder *d, struct tribx_error *e)
{
	struct tribx_layout *s = d->layout;
	struct tribx_head h = { .line = s->kind->first };
	int rc = first_bytes(d, e);
	if (rc == TRIB_OK && tribx_is_cells(s->kind) && all_read(d) && !d->raw_have)
		return rc;
	for (size_t size = d->size; rc == TRIB_OK; size *= 2) {
		if (size > s->record_max + ROOM)
			return tribx_fail(e, TRIB_DATA, "csv.no_header", "%s has no header within its first %zu bytes", s->file, size);
		rc = fill(d, size, e);
		bool ended = all_read(d);
		if (rc != TRIB_OK || (s->rows != TRIBX_JSONL && !tribx_head_eol(d->options, s, d->room->mem, d->have, ended)))
			continue;
		if (ended)
			end_line(d);
		if (s->rows == TRIBX_JSONL)
			break;
		rc = tribx_head(d->options, d->columns, s, d->room->mem, d->have, ended, &h, e);
		if (rc != TRIB_OK || !h.more)
			break;
	}
	if (rc == TRIB_OK && s->rows != TRIBX_JSONL)
		rc = tribx_totals_new(d->options, s, e);
	d->from = d->seen = h.at;
	d->cut = (struct tribx_cut){ .seen = h.at, .end = h.at };
	d->line = h.line;
	d->offset += (int64_t)h.at;
	return rc;
}

/* ---- the cut ---- */

/* Behind the last whole record of [from, have), or from. */
static size_t cut(struct tribx_decoder *d)
{
	const struct tribx_layout *s = d->layout;
	const char *p = d->room->mem;
	if (tribx_dialect_serial(&s->dialect)) {
		tribx_cut(&s->dialect, p, d->have, &d->cut);
		return d->cut.end > d->from ? d->cut.end : d->from;
	}
	d->cut.seen = d->have;
	size_t start = d->seen;
	if (s->dialect.quote)
		d->quotes += tribx_tally(s->isa, p + start, d->have - start, s->dialect.quote, s->dialect.quote).a;
	d->seen = d->have;
	bool inside = d->quotes & 1;
	for (size_t i = d->have; i > start; i--) {
		unsigned char c = (unsigned char)p[i - 1];
		if (c == s->dialect.quote && c)
			inside = !inside;
		else if (c == s->dialect.eol && !inside)
			return d->cut.end = i;
	}
	return d->cut.end > d->from ? d->cut.end : d->from;
}

/* Where the rows that `footer` holds back begin. */
static int hold(struct tribx_decoder *d, size_t *end, struct tribx_error *e)
{
	struct tribx_index ix = { 0 };
	const char *p = d->room->mem;
	if (!d->options->footer || *end == d->from)
		return TRIB_OK;
	if (!tribx_scan(d->layout->isa, &d->layout->dialect, p, d->from, *end, &ix))
		return no_memory(d, e);
	int64_t left = d->options->footer;
	size_t r = ix.records;
	for (; r > 0 && left > 0; r--) {
		size_t from = ix.ends[ix.recs[r - 1]] + 1, size = ix.ends[ix.recs[r]] - from;
		bool blank = size == 0 || (size == 1 && p[from] == '\r');
		left -= !blank;
	}
	*end = r ? (size_t)ix.ends[ix.recs[r]] + 1 : d->from;
	tribx_index_done(&ix);
	return TRIB_OK;
}

/* The record that begins at from does not end: where its quote opened. */
static int unclosed(struct tribx_decoder *d, size_t from, struct tribx_error *e)
{
	const struct tribx_dialect *t = &d->layout->dialect;
	const char *p = d->room->mem;
	size_t open = from;
	bool inside = false;
	for (size_t i = from; i < d->have; i++)
		if ((unsigned char)p[i] == t->quote && t->quote) {
			inside = !inside;
			open = inside ? i : open;
		}
	int64_t line = d->line + (int64_t)tribx_tally(d->layout->isa, p + d->from, open - d->from, t->eol, t->eol).a;
	tribx_error_at(e, d->layout->file, (int)line, 0, NULL);
	return tribx_fail(e, TRIB_DATA, "csv.unclosed_quote", "%s, %s %lld: a quote opens here and never closes", d->layout->file, d->layout->kind->record, (long long)line);
}

/* The range to hand on, of `size` bytes if there are so many; grows the room until it holds a record. */
static int next_range(struct tribx_decoder *d, size_t size, size_t *end, struct tribx_error *e)
{
	const struct tribx_layout *s = d->layout;
	for (;; size *= 2) {
		int rc = fill(d, size, e);
		if (rc != TRIB_OK)
			return rc;
		bool ended = all_read(d);
		if (ended)
			end_line(d);
		*end = cut(d);
		if (ended && *end < d->have)
			return unclosed(d, *end, e);
		rc = hold(d, end, e);
		if (rc != TRIB_OK || ended || *end > d->from)
			return rc;
		if (d->have - d->from > s->record_max)
			break;
	}
	const char *code = s->rows == TRIBX_JSONL ? "json.record_too_long" : "csv.record_too_long";
	tribx_error_hint(e, "raise record_max, or look for a quote that never closes");
	return tribx_fail(e, TRIB_DATA, code, "%s, %s %lld: a row is longer than record_max (%zu bytes)", s->file, s->kind->record, (long long)d->line, s->record_max);
}

static int (*const decoders[])(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e) = {
	[TRIBX_CSV] = tribx_decode_csv, [TRIBX_TSV] = tribx_decode_csv, [TRIBX_FIXED] = tribx_decode_fixed, [TRIBX_JSONL] = tribx_decode_json,
};

/* How numbers are written where nobody declared it: the first rows tell. They stay in the room, for the first range. */
static int infer(struct tribx_decoder *d, struct tribx_error *e)
{
	const struct tribx_layout *s = d->layout;
	size_t end = d->from;
	int64_t rows = 0;
	if (!tribx_infer_wanted(s))
		return TRIB_OK;
	for (size_t size = d->size; rows < TRIBX_INFER_ROWS; size *= 2) {
		int rc = next_range(d, size, &end, e);
		if (rc != TRIB_OK)
			return rc;
		rows = (int64_t)tribx_tally(s->isa, d->room->mem + d->from, end - d->from, s->dialect.eol, s->dialect.eol).a;
		if (all_read(d) || size >= TRIBX_INFER_BYTES)
			break;
	}
	const struct tribx_chunk first = { .later.decode = decoders[s->rows], .layout = d->layout, .room = d->room, .from = d->from, .to = end, .lines = (size_t)rows, .line = d->line, .offset = d->offset };
	return tribx_infer(d->layout, &first, &d->notes, e);
}

/* ---- handing on ---- */

static void drop_chunk(struct tribx_later *l)
{
	struct tribx_chunk *c = (struct tribx_chunk *)l;
	tribx_room_drop(c->room);
	tribx_layout_drop(c->layout);
	free(c);
}

/* Takes [from, end) out of the decoder, with its room; what is behind it moves to a new room. */
static struct tribx_chunk *take(struct tribx_decoder *d, size_t end, bool last)
{
	struct tribx_chunk *c = malloc(sizeof *c);
	size_t left = last ? 0 : d->have - end, size = left > d->size ? left : d->size;
	struct tribx_room *r = c && !last ? tribx_room_new(size + SPARE) : NULL;
	if (!c || (!r && !last)) {
		free(c);
		return NULL;
	}
	unsigned char eol = d->layout->dialect.eol;
	size_t lines = tribx_tally(d->layout->isa, d->room->mem + d->from, end - d->from, eol, eol).a;
	*c = (struct tribx_chunk){
		.later = { decoders[d->layout->rows], drop_chunk, d->room->size },
		.layout = d->layout, .room = d->room, .from = d->from, .to = end, .lines = lines, .line = d->line, .offset = d->offset, .order = d->order++, .last = last,
	};
	atomic_fetch_add_explicit(&d->layout->refs, 1, memory_order_relaxed);
	d->line += (int64_t)lines;
	d->offset += (int64_t)(end - d->from);
	if (left)
		memcpy(r->mem, d->room->mem + end, left);
	d->room = r;
	d->from = d->seen = d->quotes = 0;
	d->have = left;
	d->cut = (struct tribx_cut){ 0 };
	return c;
}

int tribx_decoder_next(struct tribx_decoder *d, struct trib_batch *out, struct tribx_error *e)
{
	bool first = !d->started;
	int rc = first ? head(d, e) : TRIB_OK;
	if (rc == TRIB_OK && first)
		rc = infer(d, e);
	size_t end = d->from;
	if (rc == TRIB_OK && !d->done)
		rc = next_range(d, d->size, &end, e);
	if (rc == TRIB_OK)
		rc = tribx_layout_batch(d->layout, out) == TRIB_OK ? TRIB_OK : no_memory(d, e);
	if (rc != TRIB_OK)
		return rc;
	bool last = d->done || all_read(d);
	if (end > d->from) {
		struct tribx_chunk *c = take(d, end, last);
		if (!c)
			return no_memory(d, e);
		if (d->layout->rows == TRIBX_JSONL && d->layout->plan.open) {
			rc = tribx_decode_json_open(c, out, e);
			drop_chunk(&c->later);
		} else {
			rc = tribx_defer(out, &c->later);
		}
	} else if (last && !d->done && d->layout->totals) {
		rc = tribx_totals_end(d->layout, d->order++, e);
	}
	d->done = last;
	return rc < 0 ? rc : last ? TRIB_END : TRIB_OK;
}
