/* feed - a connector for tests: numbered rows in parts, with every habit that a source can have.
 *
 * Part k delivers ids [k*rows, (k+1)*rows). What it does and is told goes to `log`, one line per fact. */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <tributary.h>
#include <time.h>
#include "foreign.h"

struct constant { const char *name, *value; int64_t times; };
struct feed {
	int64_t rows, parts, batch, flaky, shy, fail_at, slow_ms, slow_from, bad_every;
	const char *status, *log, *etag, *periods;
	bool vary, slices, foreign;
	trib_list constants;
	trib_map words;
	int64_t first;                  /* of the part */
	const char *part_name, *period;
	int64_t next;                   /* state */
	int64_t tries;
	atomic_bool cancelled;
};

static const struct trib_field constant_fields[] = {
	TRIB_FIELD(struct constant, name, .flags = TRIB_REQUIRED, .help = "Column."),
	TRIB_FIELD(struct constant, value, .dflt = "x", .help = "Text."),
	TRIB_FIELD(struct constant, times, .dflt = "1", .help = "How often the text is repeated."),
	{ 0 }
};
static const struct trib_field options[] = {
	TRIB_FIELD(struct feed, rows, .dflt = "10", .help = "Rows of a part."),
	TRIB_FIELD(struct feed, parts, .dflt = "1", .help = "Parts."),
	TRIB_FIELD(struct feed, batch, .dflt = "4", .help = "Rows of a batch."),
	TRIB_FIELD(struct feed, flaky, .help = "Every n-th read answers RETRY after having put rows; 0: none."),
	TRIB_FIELD(struct feed, shy, .help = "The first n reads of an instance answer RETRY after having put rows."),
	TRIB_FIELD(struct feed, fail_at, .dflt = "-1", .help = "Id at which the source breaks."),
	TRIB_FIELD(struct feed, slow_ms, .help = "Pause of a read."),
	TRIB_FIELD(struct feed, slow_from, .help = "Id from which reads are slow."),
	TRIB_FIELD(struct feed, bad_every, .help = "Every n-th id is rejected; 0: none."),
	TRIB_FIELD(struct feed, status, .dflt = "more", .allow = "more|ok", .help = "What a read in the middle answers."),
	TRIB_FIELD(struct feed, log, .help = "File for what happened."),
	TRIB_FIELD(struct feed, etag, .dflt = "1", .help = "Changes the rows of split."),
	TRIB_FIELD(struct feed, periods, .help = "One letter per part: its period."),
	TRIB_FIELD(struct feed, vary, .help = "Part k has a column ck of its own."),
	TRIB_FIELD(struct feed, slices, .help = "Declares its part as a slice."),
	TRIB_FIELD(struct feed, foreign, .help = "Answers a foreign Arrow pair."),
	TRIB_FIELD(struct feed, constants, TRIB_OF(struct constant, constant_fields), .help = "More columns."),
	TRIB_FIELD(struct feed, words, .help = "More columns, name to text."),
	TRIB_FIELD(struct feed, first, .flags = TRIB_PART, .help = "First id of the part."),
	TRIB_FIELD(struct feed, part_name, .flags = TRIB_PART, .help = "Name of the part."),
	TRIB_FIELD(struct feed, period, .flags = TRIB_PART, .help = "Period of the part."),
	{ 0 }
};
static const struct trib_field state[] = { TRIB_FIELD(struct feed, next, .help = "Next id."), { 0 } };
static const struct trib_field columns[] = {
	{ "id", TRIB_I64, TRIB_KEY, .help = "Number of the row." },
	{ "part", TRIB_STR, .help = "Part it came in." },
	{ 0 }
};

static void note(const struct feed *f, const char *what, int64_t n)
{
	FILE *log = f->log ? fopen(f->log, "ae") : NULL;
	if (!log)
		return;
	fprintf(log, "%s %s %" PRId64 "\n", what, f->part_name ? f->part_name : "-", n);
	fclose(log);
}

static int split(struct trib *t, void *self, struct trib_batch *parts)
{
	const struct feed *f = self;
	int part = trib_add(parts, "part", TRIB_STR), size = trib_add(parts, "size", TRIB_I64), first = trib_add(parts, "first", TRIB_I64);
	int name = trib_add(parts, "part_name", TRIB_STR), etag = trib_add(parts, "etag", TRIB_STR), period = trib_add(parts, "period", TRIB_STR);
	for (int64_t k = 0; k < f->parts; k++) {
		const char *is = trib_fmt(t, "p%02" PRId64, k);
		trib_put_str(parts, part, (struct trib_text){ is, strlen(is) });
		trib_put_i64(parts, size, f->rows);
		trib_put_i64(parts, first, k * f->rows);
		trib_put_str(parts, name, (struct trib_text){ is, strlen(is) });
		trib_put_str(parts, etag, (struct trib_text){ f->etag, strlen(f->etag) });
		if (f->periods && (int64_t)strlen(f->periods) > k)
			trib_put_str(parts, period, (struct trib_text){ f->periods + k, 1 });
		trib_rows(parts, 1);
	}
	return TRIB_OK;
}

static void put_more(struct trib *t, const struct feed *f, struct trib_batch *out)
{
	const struct constant *c = f->constants.items;
	for (size_t i = 0; i < f->constants.count; i++) {
		char *text = trib_scratch(t, strlen(c[i].value) * (size_t)c[i].times + 1);
		for (int64_t k = 0; text && k < c[i].times; k++)
			strcat(text, c[i].value);
		if (text)
			trib_put_str(out, trib_add(out, c[i].name, TRIB_STR), (struct trib_text){ text, strlen(text) });
	}
	for (size_t i = 0; i < f->words.count; i++) {
		const char *text = trib_map_text(&f->words, f->words.names[i]);
		trib_put_str(out, trib_add(out, f->words.names[i], TRIB_STR), (struct trib_text){ text, strlen(text) });
	}
	if (f->vary)
		trib_put_i64(out, trib_add(out, trib_fmt(t, "c%" PRId64, f->first / f->rows), TRIB_I64), f->next);
}

static void put_row(struct trib *t, struct feed *f, struct trib_batch *out)
{
	trib_put_i64(out, 0, f->next);
	trib_put_str(out, 1, (struct trib_text){ f->part_name, strlen(f->part_name) });
	put_more(t, f, out);
	if (f->bad_every && f->next % f->bad_every == 0) {
		const char *raw = trib_fmt(t, "row %" PRId64, f->next);
		trib_reject_raw(t, out, (struct trib_text){ raw, strlen(raw) }, "feed.bad", "id %" PRId64 " is bad", f->next);
	} else
		trib_rows(out, 1);
	f->next++;
}

static int declare(struct trib *t, const struct feed *f)
{
	struct trib_batch b = { 0 };
	trib_put_str(&b, trib_add(&b, "part", TRIB_STR), (struct trib_text){ f->part_name, strlen(f->part_name) });
	trib_rows(&b, 1);
	return trib_slice(t, &b);
}

/* The same rows as a foreign producer would hand them: int32 ids and plain utf8, with its own release. */
static void foreign(const struct feed *f, int64_t from, int64_t n, struct trib_batch *out);

static int read_rows(struct trib *t, void *self, struct trib_batch *out)
{
	struct feed *f = self;
	int64_t end = f->first + f->rows, from = f->next;
	for (int64_t ms = 0; f->next >= f->slow_from && ms < f->slow_ms && !f->cancelled; ms++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	if (f->cancelled)
		return trib_fail(t, TRIB_STOPPED, "cancelled");
	if (f->slices && f->next == f->first && declare(t, f) < 0)
		return TRIB_FATAL;
	for (int64_t i = 0; i < f->batch && f->next < end; i++) {
		if (f->next == f->fail_at)
			return trib_fail(t, TRIB_DATA, "feed.broke: the source broke at %" PRId64, f->next);
		if (f->foreign)
			f->next++;
		else
			put_row(t, f, out);
	}
	if (f->foreign)
		foreign(f, from, f->next - from, out);
	if ((f->flaky && ++f->tries % f->flaky == 0) || f->shy-- > 0)
		return trib_wait(t, TRIB_RETRY, (trib_duration){ 1 }, "try again");
	note(f, "read", f->next);
	return f->next >= end ? TRIB_END : strcmp(f->status, "ok") ? TRIB_MORE : TRIB_OK;
}

static int open(struct trib *t, void *self)
{
	struct feed *f = self;
	(void)t;
	f->next = f->next > f->first ? f->next : f->first;
	note(f, "open", f->next);
	return TRIB_OK;
}

static void close(struct trib *t, void *self)
{
	(void)t;
	note(self, "close", ((struct feed *)self)->next);
}

static void cancel(struct trib *t, void *self)
{
	(void)t;
	((struct feed *)self)->cancelled = true;
}

static void committed(struct trib *t, void *self, const void *done)
{
	(void)t;
	note(self, "committed", ((const struct feed *)done)->next);
}

static struct ArrowArray *child(int64_t n, int buffers)
{
	struct ArrowArray *a = calloc(1, sizeof *a);
	*a = (struct ArrowArray){ .length = n, .n_buffers = buffers, .buffers = calloc((size_t)buffers, sizeof(void *)), .release = free_array };
	return a;
}

static struct ArrowSchema *column(const char *name, const char *format)
{
	struct ArrowSchema *s = calloc(1, sizeof *s);
	*s = (struct ArrowSchema){ .format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = free_schema };
	return s;
}

static void foreign(const struct feed *f, int64_t from, int64_t n, struct trib_batch *out)
{
	struct ArrowArray *id = child(n, 2), *part = child(n, 3);
	int32_t *ids = calloc((size_t)n + 1, sizeof *ids), *offsets = calloc((size_t)n + 1, sizeof *offsets);
	size_t len = strlen(f->part_name);
	char *bytes = calloc((size_t)n + 1, len + 1);
	for (int64_t i = 0; i < n; i++) {
		ids[i] = (int32_t)(from + i);
		offsets[i + 1] = offsets[i] + (int32_t)len;
		memcpy(bytes + offsets[i], f->part_name, len);
	}
	id->buffers[1] = ids;
	part->buffers[1] = offsets;
	part->buffers[2] = bytes;
	trib_free(out);
	struct ArrowArray *top = child(n, 1);
	out->array = *top;
	free(top);
	out->array.n_children = 2;
	out->array.children = calloc(2, sizeof(void *));
	out->array.children[0] = id;
	out->array.children[1] = part;
	out->schema = (struct ArrowSchema){ .format = "+s", .name = "", .n_children = 2, .children = calloc(2, sizeof(void *)), .release = free_schema };
	out->schema.children[0] = column("id", "i");
	out->schema.children[1] = column("part", "u");
}

static const struct trib_stream streams[] = { { "rows", "Numbered rows.", columns, read_rows }, { 0 } };

TRIB_PLUGIN(feed, .help = "Numbered rows, for tests.", .self_size = sizeof(struct feed), .options = options, .state = state,
            .streams = streams, .split = split, .open = open, .close = close, .cancel = cancel, .committed = committed);
