/* fuzz - see fuzz.h. */
#include "fuzz/fuzz.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arrow/batch.h"
#include "base/log.h"
#include "field/field.h"
#include "io/decode.h"
#include "parse/utf.h"

_Noreturn void fuzz_broken(const char *file, int line, const char *law, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	fprintf(stderr, "%s:%d: broken: %s\n  ", file, line, law);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

/* ---- the input ---- */

struct trib_text fuzz_line(struct fuzz_in *in)
{
	const uint8_t *end = in->n ? memchr(in->p, '\n', in->n) : NULL;
	const struct trib_text t = { (const char *)in->p, end ? (size_t)(end - in->p) : in->n };
	in->n -= t.n + (end != NULL);
	in->p += t.n + (end != NULL);
	return t;
}

uint8_t fuzz_byte(struct fuzz_in *in)
{
	return in->n ? in->n--, *in->p++ : 0;
}

unsigned fuzz_pick(struct fuzz_in *in, unsigned count)
{
	return fuzz_byte(in) % count;
}

uint64_t fuzz_word(struct fuzz_in *in, int bytes)
{
	uint64_t v = 0;
	for (int i = 0; i < bytes; i++)
		v |= (uint64_t)fuzz_byte(in) << 8 * i;
	return v;
}

char *fuzz_block(const void *p, size_t n, size_t behind)
{
	char *copy = malloc(n + behind + (n + behind == 0));
	FUZZ_LAW(copy, "no memory for a copy");
	if (n)
		memcpy(copy, p, n);
	memset(copy + n, 0, behind);
	return copy;
}

char *fuzz_text(struct trib_text t)
{
	return fuzz_block(t.p, t.n ? strnlen(t.p, t.n) : 0, 1);
}

/* ---- bytes as a file ---- */

int fuzz_file(const void *p, size_t n, char path[32])
{
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);
	FUZZ_LAW(fd >= 0 && (n == 0 || write(fd, p, n) == (ssize_t)n), "no file in memory");
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

struct piece { struct tribx_stream base; const char *p; size_t left, step; };

static int read_piece(struct tribx_stream *s, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct piece *m = (struct piece *)s;
	(void)e;
	*got = size < m->step ? size : m->step;
	*got = *got < m->left ? *got : m->left;
	if (*got)
		memcpy(to, m->p, *got);
	m->p += *got;
	m->left -= *got;
	return *got ? TRIB_OK : TRIB_END;
}

static void close_piece(struct tribx_stream *s)
{
	free(s);
}

struct tribx_stream *fuzz_stream(const void *p, size_t n, size_t step)
{
	struct piece *m = calloc(1, sizeof *m);
	FUZZ_LAW(m, "no memory for a stream");
	*m = (struct piece){ { .read = read_piece, .close = close_piece }, p, n, step ? step : 1 };
	return &m->base;
}

int fuzz_drain(struct tribx_stream *s, struct tribx_buf *out, struct tribx_error *e)
{
	char room[4096];
	size_t got = 0;
	int rc;
	while ((rc = tribx_stream_read(s, room, sizeof room, &got, e)) == TRIB_OK) {
		FUZZ_LAW(got > 0 && got <= sizeof room, "a read of %zu bytes", got);
		tribx_buf_put(out, room, got);
	}
	FUZZ_LAW(rc == TRIB_END || rc < 0, "status %d", rc);
	tribx_stream_close(s);
	return rc;
}

/* ---- rows ---- */

static bool options_of(struct tribx_format *f, struct tribx_arena *a, const struct fuzz_option *options, struct trib_text letters)
{
	struct tribx_findings findings = { 0 };
	FUZZ_LAW(tribx_fields_load(tribx_format_fields, f, NULL, NULL, a, NULL, NULL, &findings), "the defaults are no options");
	tribx_findings_done(&findings);
	for (size_t i = 0; i < letters.n && i < 64; i++)
		for (const struct fuzz_option *o = options; o->name; o++) {
			if (o->key != letters.p[i])
				continue;
			const struct trib_field *row = tribx_format_fields;
			while (row->name && strcmp(row->name, o->name) != 0)
				row++;
			FUZZ_LAW(row->name, "no option %s", o->name);
			const char *why = tribx_field_set(row, f, a, o->value);
			FUZZ_LAW(!why, "%s: %s", o->name, why);
		}
	struct tribx_error e = { 0 };
	return tribx_format_check(f, &e) >= 0;
}

static void take(struct fuzz_rows *r, struct trib_batch *b)
{
	struct tribx_error e = { 0 };
	const int rc = tribx_ready(b, &e);
	if (rc < 0) {
		r->status = rc;
		r->error = e;
		return;
	}
	for (int64_t i = 0; i < b->array.length; i++) {
		tribx_row_json(b, i, &r->rows);
		tribx_buf_putc(&r->rows, '\n');
	}
	r->count += b->array.length;
}

static int by_line(const void *a, const void *b)
{
	const struct tribx_dead *const *x = a, *const *y = b;
	const int order = (*x)->line != (*y)->line ? ((*x)->line < (*y)->line ? -1 : 1) : strcmp((*x)->code, (*y)->code);
	return order ? order : strcmp((*x)->record, (*y)->record);
}

/* By lines: within a range ragged rows come before cells that do not fit, and ranges follow rooms. */
static void letters_of(const struct tribx_dead_list *list, struct tribx_buf *out)
{
	const struct tribx_dead **all = calloc((size_t)list->count + 1, sizeof *all);
	size_t n = 0;
	FUZZ_LAW(all && !list->failed, "no memory for dead letters");
	for (const struct tribx_dead *x = list->head; x; x = x->next)
		all[n++] = x;
	FUZZ_LAW(n == (size_t)list->count, "%zu dead letters, %lld counted", n, (long long)list->count);
	qsort(all, n, sizeof *all, by_line);
	for (size_t i = 0; i < n; i++) {
		FUZZ_LAW(tribx_error_find(all[i]->code), "%s is no row of errors.def", all[i]->code);
		tribx_buf_fmt(out, "%s %lld %s\n", all[i]->code, (long long)all[i]->line, all[i]->record);
	}
	free(all);
}

void fuzz_decode(const struct fuzz_option *options, struct trib_text letters, const void *p, size_t n, size_t room, int isa,
                 struct fuzz_rows *out)
{
	struct tribx_format f = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_dead_list list = { 0 };
	struct trib_bytes *in = NULL;
	struct tribx_decoder *d = NULL;
	char path[32];
	*out = (struct fuzz_rows){ .status = TRIB_CONFIG };
	tribx_log_level(TRIBX_ERROR);
	const bool good = options_of(&f, &arena, options, letters);
	const int fd = fuzz_file(p, n, path);
	if (good && (out->status = tribx_open(NULL, path, "none", 0, -1, NULL, &in, &out->error)) == TRIB_OK)
		out->status = tribx_decoder_new(&f, NULL, in, &d, &out->error);
	if (d && out->status == TRIB_OK && room)
		tribx_decoder_tune(d, room, (enum tribx_isa)isa);
	while (out->status == TRIB_OK) {
		struct trib_batch b = { 0 };
		tribx_attach(&b, &list, "read");
		out->status = tribx_decoder_next(d, &b, &out->error);
		if (out->status >= 0)
			take(out, &b);
		trib_free(&b);
	}
	letters_of(&list, &out->dead);
	tribx_decoder_free(d);
	tribx_close(in);
	close(fd);
	tribx_dead_done(&list);
	tribx_arena_done(&arena);
	if (!good)
		out->error.status = 0;
	/* the descriptor's number is in the name of the file */
	for (char *at = out->error.text; (at = strstr(at, path)); )
		memset(at, '_', strlen(path));
}

static const char *text_of(const struct tribx_buf *b)
{
	return b->p ? b->p : "";
}

/* A row without its nulls, and JSON inside of texts as JSON: columns that nobody declared come up where they are met, as text or
 * as JSON by what their room holds, and rooms say what is before that. */
static json_t *brief(const char *line, size_t n)
{
	json_t *row = json_loadb(line, n, JSON_DECODE_INT_AS_REAL, NULL);
	const char *name;
	json_t *v;
	void *next;
	json_object_foreach_safe(row, next, name, v)
		if (json_is_null(v)) {
			json_object_del(row, name);
		} else if (json_is_string(v)) {
			json_t *inner = json_loadb(json_string_value(v), json_string_length(v), JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, NULL);
			if (inner)
				json_object_set_new(row, name, inner);
		}
	return row;
}

static bool same_rows(const char *a, const char *b)
{
	while (*a && *b && strcmp(a, b) != 0) {
		const char *p = strchr(a, '\n'), *q = strchr(b, '\n');
		json_t *one = brief(a, (size_t)(p - a)), *two = brief(b, (size_t)(q - b));
		const bool same = (p - a == q - b && memcmp(a, b, (size_t)(p - a)) == 0) || (one && two && json_equal(one, two));
		json_decref(one);
		json_decref(two);
		if (!same)
			return false;
		a = p + 1;
		b = q + 1;
	}
	return strcmp(a, b) == 0;
}

/* Which of two faults is met first may depend on rooms; that there is one may not. */
void fuzz_same(const struct fuzz_rows *a, const struct fuzz_rows *b, const char *what)
{
	FUZZ_LAW(a->status == b->status, "%s: status %d (%s) and %d (%s)", what, a->status, a->error.text, b->status, b->error.text);
	if (a->status != TRIB_END)
		return;
	FUZZ_LAW(a->count == b->count && same_rows(text_of(&a->rows), text_of(&b->rows)), "%s: rows\n%s\nand\n%s", what, text_of(&a->rows),
	         text_of(&b->rows));
	FUZZ_LAW(strcmp(text_of(&a->dead), text_of(&b->dead)) == 0, "%s: dead letters\n%s\nand\n%s", what, text_of(&a->dead),
	         text_of(&b->dead));
}

void fuzz_error(const struct tribx_error *e, int status)
{
	if (status >= 0)
		return;
	FUZZ_LAW(e->status == status && tribx_error_find(e->code), "status %d, error %d \"%s\" %s", status, e->status, e->code, e->text);
	FUZZ_LAW(*e->text && strlen(e->text) < sizeof e->text, "%s has no text", e->code);
	FUZZ_LAW(tribx_utf8_bad(TRIBX_SERIAL, e->text, strlen(e->text)) == strlen(e->text), "%s: its text is not UTF-8: %s", e->code, e->text);
}

void fuzz_check(const struct fuzz_rows *r)
{
	int64_t lines = 0;
	if (r->error.status)
		fuzz_error(&r->error, r->status);
	for (const char *at = text_of(&r->rows), *end; *at; at = end + 1, lines++) {
		size_t bad;
		end = strchr(at, '\n');
		FUZZ_LAW(end, "a row does not end: %s", at);
		const char *why = tribx_json_check(at, (size_t)(end - at), &bad);
		FUZZ_LAW(!why, "a row is no JSON: %s at %zu: %.*s", why, bad, (int)(end - at), at);
	}
	FUZZ_LAW(lines == r->count, "%lld rows and %lld lines", (long long)r->count, (long long)lines);
}

void fuzz_every_way(const struct fuzz_option *options, struct trib_text letters, const void *p, size_t n, uint8_t how)
{
	struct fuzz_rows want, got;
	int isa = how % TRIBX_ISA_COUNT;
	if (!tribx_isa_here((enum tribx_isa)isa))
		isa = TRIBX_SERIAL;
	fuzz_decode(options, letters, p, n, 1 << 16, TRIBX_SERIAL, &want);
	fuzz_check(&want);
	fuzz_decode(options, letters, p, n, 16 + (size_t)how, isa, &got);
	fuzz_same(&want, &got, tribx_isa_names[isa]);
	fuzz_rows_done(&got);
	fuzz_rows_done(&want);
}

void fuzz_rows_done(struct fuzz_rows *r)
{
	tribx_buf_done(&r->rows);
	tribx_buf_done(&r->dead);
}
