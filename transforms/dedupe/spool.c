/* spool - rows that wait, column by column, chunk by chunk as they came: in memory first, then in a file, read once.
 *
 *   chunk: rows 8 · size of the rest 8 · columns 8 · per column: type 4 · nulls 4 · [validity] · values
 *   texts: bytes 8 · lengths 4 each · bytes. Everything starts at a multiple of 8.
 *
 * Read back, a chunk lies in the room of its batch: its texts are not copied. */
#include <stdlib.h>
#include "dedupe.h"

struct head { int64_t rows, size, cols; };
struct column { int32_t type, nulls; };

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static size_t up8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static bool textual(int type)
{
	return type == TRIB_STR || type == TRIB_JSON;
}

static size_t width(int type)
{
	return type == TRIB_DEC ? 16 : type == TRIB_DATE ? 4 : 8;
}

static size_t bits(int64_t n)
{
	return up8(((size_t)n + 7) / 8);
}

/* What the values of a column take; texts: their bytes alone in *bytes. */
static size_t size_of(const struct trib_view *v, const int32_t *rows, int64_t n, size_t *bytes)
{
	*bytes = 0;
	if (v->type == TRIB_NULL)
		return 0;
	if (v->type == TRIB_BOOL)
		return bits(n);
	if (!textual(v->type))
		return up8((size_t)n * width(v->type));
	for (int64_t i = 0; i < n; i++)
		*bytes += trib_str(v, rows[i]).n;
	return 8 + up8((size_t)n * 4) + up8(*bytes);
}

static char *put_bits(const uint8_t *from, int64_t bit, const int32_t *rows, int64_t n, char *to)
{
	memset(to, 0, bits(n));
	for (int64_t i = 0; i < n; i++) {
		const int64_t at = rows[i] + bit;
		to[i >> 3] |= (char)((from[at >> 3] >> (at & 7) & 1) << (i & 7));
	}
	return to + bits(n);
}

static char *put_texts(const struct trib_view *v, const int32_t *rows, int64_t n, uint64_t bytes, char *to)
{
	memcpy(to, &bytes, 8);
	char *sizes = to + 8, *at = sizes + up8((size_t)n * 4);
	to = at + up8(bytes);
	for (int64_t i = 0; i < n; i++) {
		const struct trib_text x = trib_str(v, rows[i]);
		const uint32_t size = (uint32_t)x.n;
		memcpy(sizes + 4 * i, &size, 4);
		if (x.n)
			memcpy(at, x.p, x.n);
		at += x.n;
	}
	return to;
}

static char *put_column(const struct trib_view *v, const int32_t *rows, int64_t n, size_t bytes, char *to)
{
	const struct column c = { v->type, v->type != TRIB_NULL && v->validity };
	const size_t w = width(v->type);
	memcpy(to, &c, 8);
	to += 8;
	if (c.nulls)
		to = put_bits(v->validity, v->bit, rows, n, to);
	if (v->type == TRIB_NULL)
		return to;
	if (v->type == TRIB_BOOL)
		return put_bits(v->values, v->bit, rows, n, to);
	if (textual(v->type))
		return put_texts(v, rows, n, bytes, to);
	for (int64_t i = 0; i < n; i++)
		memcpy(to + (size_t)i * w, (const char *)v->values + (size_t)rows[i] * w, w);
	return to + up8((size_t)n * w);
}

int dd_spool_put(struct trib *t, struct dd_spool *s, const struct trib_view *views, int cols, const int32_t *rows, int64_t n)
{
	struct head head = { n, 8, cols };
	size_t *bytes = trib_scratch(t, ((size_t)cols + 1) * sizeof *bytes);
	if (!bytes)
		return no_memory(t);
	for (int c = 0; c < cols; c++)
		head.size += (int64_t)(8 + size_of(&views[c], rows, n, &bytes[c]) +
		                       (views[c].type != TRIB_NULL && views[c].validity ? bits(n) : 0));
	const size_t size = 16 + (size_t)head.size;
	struct dd_chunk *k = calloc(1, sizeof *k);
	if (!k || !(k->bytes = calloc(1, size))) {
		free(k);
		return no_memory(t);
	}
	k->rows = n;
	k->size = size;
	memcpy(k->bytes, &head, sizeof head);
	char *to = k->bytes + sizeof head;
	for (int c = 0; c < cols; c++)
		to = put_column(&views[c], rows, n, bytes[c], to);
	s->rows += n;
	if (s->on_disk) {
		const int rc = dd_file_put(t, &s->file, k->bytes, size);
		free(k->bytes);
		free(k);
		return rc;
	}
	if (!s->tail)
		s->tail = &s->head;
	*s->tail = k;
	s->tail = &k->next;
	s->memory += size + sizeof *k;
	return TRIB_OK;
}

static void drop_first(struct dd_spool *s)
{
	struct dd_chunk *k = s->head;
	s->head = k->next;
	s->memory -= k->size + sizeof *k;
	free(k->bytes);
	free(k);
}

int dd_spool_spill(struct trib *t, struct dd_spool *s)
{
	int rc = TRIB_OK;
	s->on_disk = true;
	while (rc == TRIB_OK && s->head) {
		rc = dd_file_put(t, &s->file, s->head->bytes, s->head->size);
		drop_first(s);
	}
	s->tail = NULL;
	return rc;
}

/* ---- back ---- */

int dd_spool_peek(struct trib *t, struct dd_spool *s, int64_t *rows)
{
	if (!s->on_disk) {
		if (!s->head)
			return TRIB_END;
		*rows = s->head->rows;
		return TRIB_OK;
	}
	return s->read_at == s->file.size ? TRIB_END : dd_file_get(t, &s->file, (struct dd_span){ s->read_at, 8 }, rows);
}

static const char *get_texts(struct trib *t, const char *at, int64_t n, struct trib_batch *out, int col,
                             const uint8_t *validity, int *rc)
{
	struct trib_text *texts = trib_scratch(t, ((size_t)n + 1) * sizeof *texts);
	uint64_t bytes;
	memcpy(&bytes, at, 8);
	const char *sizes = at + 8, *p = sizes + up8((size_t)n * 4), *end = p + up8(bytes);
	for (int64_t i = 0; texts && i < n; i++) {
		uint32_t size;
		memcpy(&size, sizes + 4 * i, 4);
		texts[i] = (struct trib_text){ p, size };
		p += size;
	}
	if (texts)
		trib_put_many(out, col, texts, validity, n);
	else
		*rc = no_memory(t);
	return end;
}

static int rebuild(struct trib *t, const char *at, int64_t n, struct trib_batch *out)
{
	int64_t cols;
	int rc = TRIB_OK;
	memcpy(&cols, at, 8);
	at += 8;
	for (int c = 0; c < (int)cols && rc == TRIB_OK; c++) {
		struct column is;
		memcpy(&is, at, 8);
		at += 8;
		const uint8_t *validity = is.nulls ? (const uint8_t *)at : NULL;
		at += is.nulls ? bits(n) : 0;
		if (is.type == TRIB_NULL)
			continue;                          /* it was not there yet */
		if (textual(is.type))
			at = get_texts(t, at, n, out, c, validity, &rc);
		else {
			trib_put_many(out, c, at, validity, n);
			at += is.type == TRIB_BOOL ? bits(n) : up8((size_t)n * width(is.type));
		}
	}
	trib_rows(out, n);
	return rc;
}

int dd_spool_next(struct trib *t, struct dd_spool *s, bool want, struct trib_batch *out)
{
	struct head head;
	int rc = TRIB_OK;
	if (s->on_disk)
		rc = dd_file_get(t, &s->file, (struct dd_span){ s->read_at, 16 }, &head);
	else
		memcpy(&head, s->head->bytes, 16);
	if (rc == TRIB_OK && want) {
		char *room = trib_room(out, (size_t)head.size);
		if (!room)
			return no_memory(t);
		if (s->on_disk)
			rc = dd_file_get(t, &s->file, (struct dd_span){ s->read_at + 16, (size_t)head.size }, room);
		else
			memcpy(room, s->head->bytes + 16, (size_t)head.size);
		if (rc == TRIB_OK)
			rc = rebuild(t, room, head.rows, out);
	}
	if (rc != TRIB_OK)
		return rc;
	s->read_rows += (uint64_t)head.rows;
	if (!s->on_disk)
		drop_first(s);
	else {
		dd_file_forget(&s->file, (struct dd_span){ s->read_at, 16 + (size_t)head.size });
		s->read_at += 16 + head.size;
	}
	return TRIB_OK;
}

void dd_spool_done(struct dd_spool *s)
{
	while (s->head)
		drop_first(s);
	dd_file_done(&s->file);
	*s = (struct dd_spool){ .file.dir = s->file.dir };
}
