/* probe - a connector for tests: what the host makes of values, statuses, kept texts and columns that change. `what` says which.
 * share, open, close and unshare are written to `log`, in their order. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <tributary.h>
#include "foreign.h"

struct shared { char log[256], word[16]; };
struct probe {
	const char *what, *log, *expr, *path, *word;
	trib_secret secret;
	trib_duration pause;
	trib_date day;
	trib_clock at;
	trib_time when;
	trib_dec price;
	double ratio;
	bool on;
	trib_json doc;
	int64_t times;
	int64_t part_no;
	const char *kept;                    /* state */
	int64_t next;                        /* state */
	int64_t calls;
	struct trib_bytes *in;
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct probe, what, .flags = TRIB_REQUIRED, .help = "What to do."),
	TRIB_FIELD(struct probe, log, .flags = TRIB_REQUIRED, .help = "File for what happened."),
	TRIB_FIELD(struct probe, expr, .flags = TRIB_EXPR, .help = "An expression."),
	TRIB_FIELD(struct probe, path, .flags = TRIB_PATH, .help = "A file."),
	TRIB_FIELD(struct probe, word, .dflt = "w", .flags = TRIB_DEPRECATED, .help = "A word."),
	TRIB_FIELD(struct probe, secret, .help = "A secret."),
	TRIB_FIELD(struct probe, pause, .dflt = "1500ms", .help = "A duration."),
	TRIB_FIELD(struct probe, day, .dflt = "2025-02-28", .help = "A date."),
	TRIB_FIELD(struct probe, at, .dflt = "06:30:00", .help = "A time of day."),
	TRIB_FIELD(struct probe, when, .dflt = "2025-01-01T00:00:00Z", .help = "A time."),
	TRIB_FIELD(struct probe, price, .dflt = "12.345", .precision = 20, .scale = 4, .help = "A decimal."),
	TRIB_FIELD(struct probe, ratio, .dflt = "0.25", .help = "A number."),
	TRIB_FIELD(struct probe, on, .dflt = "true", .help = "A switch."),
	TRIB_FIELD(struct probe, doc, .dflt = "[1,{\"a\":2}]", .help = "JSON."),
	TRIB_FIELD(struct probe, times, .dflt = "3", .allow = "1..100000", .help = "How often."),
	TRIB_FIELD(struct probe, part_no, .flags = TRIB_PART, .help = "The part."),
	{ 0 }
};
static const struct trib_field state[] = {
	TRIB_FIELD(struct probe, kept, .help = "A text that grows."),
	TRIB_FIELD(struct probe, next, .help = "Calls of read that count."),
	{ 0 }
};

static void note(const char *log, const char *what, const char *more)
{
	FILE *to = log && *log ? fopen(log, "ae") : NULL;
	if (!to)
		return;
	fprintf(to, "%s %s\n", what, more);
	fclose(to);
}

static int share(struct trib *t, const void *self, void *shared)
{
	const struct probe *p = self;
	struct shared *s = shared;
	(void)t;
	snprintf(s->log, sizeof s->log, "%s", p->log);
	snprintf(s->word, sizeof s->word, "shared");
	note(p->log, "share", p->kept ? "with state" : "options only");
	return strcmp(p->what, "bad_share") ? TRIB_OK : trib_fail(t, TRIB_ENV, "probe.share: nothing to share");
}

static void unshare(struct trib *t, void *shared)
{
	(void)t;
	note(((struct shared *)shared)->log, "unshare", "");
}

static int open(struct trib *t, void *self)
{
	const struct probe *p = self;
	const struct shared *s = trib_shared(t);
	note(p->log, "open", s ? s->word : "nothing shared");
	return strcmp(p->what, "bad_open") ? TRIB_OK : trib_fail(t, TRIB_AUTH, "probe.open: no");
}

static void close(struct trib *t, void *self)
{
	(void)t;
	note(((const struct probe *)self)->log, "close", "");
}

static struct trib_text text(const char *s)
{
	return (struct trib_text){ s, s ? strlen(s) : 0 };
}

static int discover(struct trib *t, void *self, struct trib_batch *catalog)
{
	static const char *const rows[][6] = { { "found", "id", "int64", "key", "/id", "Its number." }, { "found", "name", "string", "", "", "Its name." } };
	const struct shared *s = trib_shared(t);
	(void)self;
	for (int r = 0; r < 2; r++) {
		for (int c = 0; c < 6; c++)
			trib_put_str(catalog, c, text(c == 5 && r == 1 && !s ? "nothing shared" : rows[r][c]));
		trib_rows(catalog, 1);
	}
	return TRIB_OK;
}

/* One row: every type of option as a column of its type. */
static int values(struct trib *t, const struct probe *p, struct trib_batch *out)
{
	static const struct trib_text words[] = { { "red", 3 }, { "a blue that is long", 19 } };
	static const int32_t codes[] = { 1, 0, -1 };
	const int price = trib_add_dec(out, "price", 20, 4), plain = trib_add(out, "plain", TRIB_DEC);
	const int day = trib_add(out, "day", TRIB_DATE), at = trib_add(out, "at", TRIB_CLOCK), when = trib_add(out, "when", TRIB_TIME);
	const int pause = trib_add(out, "pause", TRIB_DURATION), ratio = trib_add(out, "ratio", TRIB_F64), on = trib_add(out, "on", TRIB_BOOL);
	const int doc = trib_add(out, "doc", TRIB_JSON), started = trib_add(out, "started", TRIB_TIME), late = trib_add(out, "late", TRIB_I64);
	for (int i = 0; i < 3; i++) {
		trib_put_dec(out, price, (trib_dec){ p->price.lo + (uint64_t)i, 0 });
		trib_put_text(out, plain, text(i ? "-99999999999999999999999999999.123456789" : "7.5"));
		trib_put_i64(out, day, p->day.days);
		trib_put_i64(out, at, p->at.us);
		trib_put_i64(out, when, p->when.us);
		trib_put_i64(out, pause, p->pause.ms);
		trib_put_f64(out, ratio, p->ratio);
		trib_put_i64(out, on, p->on);
		trib_put_str(out, doc, text(p->doc.text));
		trib_put_i64(out, started, trib_started(t).us);
		if (i == 1)
			trib_put_i64(out, late, 5);
		trib_rows(out, 1);   /* late is short: nulls */
	}
	trib_constant(out, "stream", text(trib_stream_name(t)));
	trib_constant(out, "secret", text(p->secret.hidden ? strcmp(p->secret.hidden, "s3cret") ? "another" : "known" : "none"));
	trib_constant(out, "path", text(p->path));
	return trib_add_words(out, "colour", codes, words, 2) < 0 ? trib_fail(t, TRIB_FATAL, "no words") : TRIB_END;
}

static int json_rows(struct trib_batch *out)
{
	json_t *rows = json_loads("[{\"id\":1,\"a\":{\"b\":[1]}},{\"id\":2,\"late\":\"x\"},{\"id\":3.0}]", 0, NULL);
	trib_add(out, "id", TRIB_I64);
	trib_rows_json(out, rows);
	json_decref(rows);
	return TRIB_END;
}

static void row(struct trib_batch *out, int64_t id, const char *word)
{
	trib_put_i64(out, trib_add(out, "id", TRIB_I64), id);
	if (word)
		trib_put_str(out, trib_add(out, "word", TRIB_STR), text(word));
	trib_rows(out, 1);
}

/* Answers a status after it put a row and moved its state; the first good call is number `times`. */
static int status(struct trib *t, struct probe *p, struct trib_batch *out, int answer)
{
	char *grown = trib_fmt(t, "%s+", p->kept ? p->kept : "");
	trib_keep(t, &p->kept, grown);
	row(out, ++p->next, p->kept);
	trib_reject(t, out, 0, "probe.first", "rejected by call %" PRId64, p->calls);
	row(out, 100, p->kept);
	note(p->log, "try", p->kept);
	if (p->calls < p->times)
		return trib_wait(t, answer, p->pause, "probe.later: come back");
	return TRIB_END;
}

/* The same column in another type: a later batch, of numbers as text. */
static int retype(const struct probe *p, struct trib_batch *out)
{
	struct trib_batch fresh = { 0 };
	const bool second = p->calls == 2;
	trib_put_i64(&fresh, trib_add(&fresh, "id", TRIB_I64), p->calls);
	const int n = trib_add(&fresh, "n", second ? TRIB_STR : TRIB_I64);
	if (second)
		trib_put_str(&fresh, n, text("42"));
	else
		trib_put_i64(&fresh, n, 41);
	trib_rows(&fresh, 1);
	if (second) {
		trib_put_i64(&fresh, 0, 3);
		trib_put_str(&fresh, n, text("forty"));
		trib_rows(&fresh, 1);
	}
	trib_free(out);
	trib_move(out, &fresh);
	return second ? TRIB_END : TRIB_OK;
}

static int decode(struct trib *t, struct probe *p, struct trib_batch *out)
{
	int rc = p->in ? TRIB_OK : trib_open(t, p->path, 0, -1, &p->in);
	return rc < 0 ? rc : trib_decode(t, p->in, NULL, out);   /* in is left open for the core to close */
}

/* What trib_keep keeps outlives its call; the scratch it came from is gone, and written over. */
static int keep(struct trib *t, struct probe *p, struct trib_batch *out)
{
	enum { SIZE = 100 };
	char *memory = trib_scratch(t, SIZE);
	if (!memory)
		return TRIB_FATAL;
	memset(memory, 'x', SIZE - 1);
	row(out, p->calls, p->kept ? p->kept : "nothing");
	if (!p->kept) {
		strcpy(memory, "said in the first call");
		trib_keep(t, &p->kept, memory);
	}
	return p->calls == p->times ? TRIB_END : TRIB_MORE;
}

/* Memory of a call is gone after it: many calls, each with a lot. */
static int scratch(struct trib *t, const struct probe *p, struct trib_batch *out)
{
	const size_t size = 4 << 20;
	char *memory = trib_scratch(t, size);
	for (size_t i = 0; memory && i < size; i++)
		if (memory[i])
			return trib_fail(t, TRIB_FATAL, "probe.dirty: scratch is not zeroed");
	if (!memory || (uintptr_t)memory % 16)
		return trib_fail(t, TRIB_FATAL, "probe.scratch: no memory, or not aligned");
	memset(memory, 1, size);
	row(out, p->calls, NULL);
	return p->calls == p->times ? TRIB_END : TRIB_MORE;
}

/* Rows of 64 KiB, more than the run may hold at once. */
static int many(struct trib *t, const struct probe *p, struct trib_batch *out)
{
	const size_t size = 64 << 10;
	char *memory = trib_scratch(t, size + 1);
	if (!memory)
		return TRIB_FATAL;
	memset(memory, 'x', size);
	for (int i = 0; i < 8; i++)
		row(out, p->part_no, memory);
	return p->calls == p->times ? TRIB_END : TRIB_MORE;
}

static int foreign(struct trib *t, struct trib_batch *out);

static int read_any(struct trib *t, void *self, struct trib_batch *out)
{
	struct probe *p = self;
	static const struct { const char *what; int status; } answers[] = {
		{ "retry", TRIB_RETRY }, { "later", TRIB_LATER }, { "auth", TRIB_AUTH }, { "env", TRIB_ENV }, { "config", TRIB_CONFIG }, { "held", TRIB_HELD },
		{ "fenced", TRIB_FENCED }, { "fatal", TRIB_FATAL }, { "stopped", TRIB_STOPPED },
	};
	p->calls++;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (strcmp(p->what, answers[i].what) == 0)
			return status(t, p, out, answers[i].status);
	if (strcmp(p->what, "values") == 0)
		return values(t, p, out);
	if (strcmp(p->what, "foreign") == 0)
		return foreign(t, out);
	if (strcmp(p->what, "json") == 0)
		return json_rows(out);
	if (strcmp(p->what, "retype") == 0)
		return retype(p, out);
	if (strcmp(p->what, "decode") == 0)
		return decode(t, p, out);
	if (strcmp(p->what, "keep") == 0)
		return keep(t, p, out);
	if (strcmp(p->what, "scratch") == 0)
		return scratch(t, p, out);
	if (strcmp(p->what, "many") == 0)
		return many(t, p, out);
	if (strcmp(p->what, "silent") == 0)
		return TRIB_DATA;
	row(out, p->calls, p->word);
	if (strcmp(p->what, "reject") == 0)
		trib_reject(t, out, 0, "probe.rejected", "a row of a closed batch");
	return TRIB_END;
}

/* Many parts, for the budget; one otherwise. */
static int split(struct trib *t, void *self, struct trib_batch *parts)
{
	const struct probe *p = self;
	const int64_t count = strcmp(p->what, "many") ? 1 : 24;
	for (int64_t i = 0; i < count; i++) {
		trib_put_str(parts, trib_add(parts, "part", TRIB_STR), text(trib_fmt(t, "part %" PRId64, i)));
		trib_put_i64(parts, trib_add(parts, "part_no", TRIB_I64), i);
		trib_put_i64(parts, trib_add(parts, "times", TRIB_I64), 77);   /* no TRIB_PART option: stays the user's */
		trib_rows(parts, 1);
	}
	return TRIB_OK;
}

/* ---- a foreign pair: decimal256 is another width, decimal32 as well, a dictionary of utf8 behind int8 ---- */

static void *copy(const void *from, size_t size)
{
	void *to = malloc(size);
	if (!to)
		abort();
	return memcpy(to, from, size);
}

static struct ArrowArray *array(int64_t n, const void *a, size_t a_size, const void *b, size_t b_size)
{
	struct ArrowArray *to = calloc(1, sizeof *to);
	const void **buffers = calloc(3, sizeof *buffers);
	if (!to || !buffers)
		abort();
	buffers[1] = a ? copy(a, a_size) : NULL;
	buffers[2] = b ? copy(b, b_size) : NULL;
	*to = (struct ArrowArray){ .length = n, .n_buffers = b ? 3 : a ? 2 : 1, .buffers = buffers, .release = free_array };
	return to;
}

static struct ArrowSchema *schema(const char *name, const char *format)
{
	struct ArrowSchema *to = calloc(1, sizeof *to);
	if (!to)
		abort();
	*to = (struct ArrowSchema){ .format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = free_schema };
	return to;
}

static int foreign(struct trib *t, struct trib_batch *out)
{
	static const int64_t amounts[] = { 12345, 0, -5, -1 };   /* d:38,2: 123.45 and -0.05 */
	static const int8_t codes[] = { 1, 0 };
	static const int32_t offsets[] = { 0, 3, 8 };
	(void)t;
	trib_free(out);
	struct ArrowArray *top = array(2, NULL, 0, NULL, 0);
	out->array = *top;
	free(top);
	out->array.n_children = 3;
	out->array.children = calloc(3, sizeof *out->array.children);
	out->schema = (struct ArrowSchema){ .format = "+s", .name = "", .n_children = 3, .children = calloc(3, sizeof *out->schema.children), .release = free_schema };
	if (!out->array.children || !out->schema.children)
		abort();
	out->array.children[0] = array(2, (const int64_t[]){ 1, 2 }, 16, NULL, 0);
	out->array.children[1] = array(2, amounts, sizeof amounts, NULL, 0);
	out->array.children[2] = array(2, codes, sizeof codes, NULL, 0);
	out->array.children[2]->dictionary = array(2, offsets, sizeof offsets, "redblue!", 8);
	out->schema.children[0] = schema("id", "l");
	out->schema.children[1] = schema("amount", "d:38,2");
	out->schema.children[2] = schema("colour", "c");
	out->schema.children[2]->dictionary = schema("", "u");
	return TRIB_END;
}

static const struct trib_stream streams[] = { { "*", "What was asked for.", NULL, read_any }, { 0 } };

TRIB_PLUGIN(probe, .help = "Asks the host, for tests.", .flags = TRIB_FORMATS, .self_size = sizeof(struct probe), .shared_size = sizeof(struct shared),
            .options = options, .state = state, .share = share, .unshare = unshare, .open = open, .close = close, .streams = streams, .discover = discover,
            .split = split);
