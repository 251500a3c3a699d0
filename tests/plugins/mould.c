/* mould - a transform for tests: the edits that bend does not make. `what` says which. */
#include <stdio.h>
#include <tributary.h>

struct mould {
	const char *what, *log;
	struct trib_batch held;
	int64_t flushes;
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct mould, what, .flags = TRIB_REQUIRED, .allow = "cols|words|clear|hold|mark|ask|wrong|grow", .help = "What to do."),
	TRIB_FIELD(struct mould, log, .help = "File for what happened."),
	{ 0 }
};

static bool is(const struct mould *m, const char *what)
{
	return strcmp(m->what, what) == 0;
}

static void note(const struct mould *m, const char *line)
{
	FILE *to = m->log ? fopen(m->log, "ae") : NULL;
	if (to)
		fprintf(to, "%s\n", line);
	if (to)
		fclose(to);
}

static int open(struct trib *t, void *self)
{
	(void)t;
	note(self, "open");
	return TRIB_OK;
}

static void close(struct trib *t, void *self)
{
	struct mould *m = self;
	(void)t;
	trib_free(&m->held);
	note(m, "close");
}

static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	const struct mould *m = self;
	const int id = trib_col(in, "id");
	note(m, trib_fmt(t, "bind %d", trib_cols(in)));
	if (id < 0)
		return trib_fail(t, TRIB_CONFIG, "needs a column id");
	if (is(m, "cols"))
		return trib_pick_cols(&outs[0], (const int[]){ trib_col(in, "part"), id }, (const char *const[]){ "where", NULL }, 2);
	if (is(m, "clear"))
		trib_clear(&outs[0], id, TRIB_STR);
	if (is(m, "words") && trib_add(&outs[0], "parity", TRIB_STR) < 0)
		return TRIB_FATAL;
	return TRIB_OK;
}

/* Even or odd as a dictionary; multiples of five have none. */
static int words(struct trib *t, struct trib_batch *in, const int64_t *ids)
{
	static const struct trib_text two[] = { { "even", 4 }, { "odd", 3 } };
	int32_t *codes = trib_scratch(t, ((size_t)in->array.length + 1) * sizeof *codes);
	for (int64_t i = 0; codes && i < in->array.length; i++)
		codes[i] = ids[i] % 5 == 0 ? -1 : (int32_t)(ids[i] & 1);
	if (!codes || trib_add_words(in, "parity", codes, two, 2) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	return trib_emit(t, 0, in);
}

static int clear(struct trib *t, struct trib_batch *in, const int64_t *ids)
{
	const int64_t n = in->array.length;
	trib_clear(in, trib_col(in, "id"), TRIB_STR);
	for (int64_t i = 0; i < n; i++) {
		const char *text = trib_fmt(t, "no. %d", (int)ids[i]);   /* views taken before stay good */
		trib_put_str(in, trib_col(in, "id"), (struct trib_text){ text, strlen(text) });
	}
	return trib_emit(t, 0, in);
}

/* Row 1 is rejected, then rows are turned round and row 0 is left out: what was rejected must still be the one that goes. */
static int mark(struct trib *t, struct trib_batch *in)
{
	const int64_t n = in->array.length;
	int32_t *rows = trib_scratch(t, ((size_t)n + 1) * sizeof *rows);
	struct trib_batch moved;
	if (n < 2 || !rows)
		return trib_emit(t, 0, in);
	trib_reject(t, in, 1, "mould.marked", "the second row");
	trib_reject(t, in, 1, "mould.again", "the same row");
	if (trib_rejected(t, in) != 1)
		return trib_fail(t, TRIB_FATAL, "one row is rejected, not %d", (int)trib_rejected(t, in));
	for (int64_t i = 1; i < n; i++)
		rows[i - 1] = (int32_t)(n - i);
	trib_count(t, 0, TRIB_FILTERED, 1);
	trib_move(&moved, in);
	if (trib_pick(&moved, rows, n - 1) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	return trib_emit(t, 0, &moved);
}

/* The former batch goes on when the next one comes; flush sends the last. */
static int hold(struct trib *t, struct mould *m, struct trib_batch *in)
{
	int rc = m->held.array.length ? trib_emit(t, 0, &m->held) : TRIB_OK;
	trib_move(&m->held, in);
	return rc;
}

static int ask(struct trib *t, struct trib_batch *in)
{
	struct trib_batch keys = { 0 }, found;
	trib_put_i64(&keys, trib_add(&keys, "id", TRIB_I64), 1);
	trib_rows(&keys, 1);
	int rc = trib_recall(t, "rows", &keys, &found);
	trib_free(&keys);
	trib_free(&found);
	return rc < 0 ? rc : trib_emit(t, 0, in);
}

/* A column that bind did not name: it is left out; all columns named are there. */
static int grow(struct trib *t, struct trib_batch *in)
{
	trib_put_many(in, trib_add(in, "unbound", TRIB_I64), (const int64_t[64]){ 0 }, NULL, in->array.length);
	return trib_emit(t, 0, in);
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct mould *m = self;
	struct trib_view id;
	if (is(m, "hold"))
		return hold(t, m, in);
	if (is(m, "mark"))
		return mark(t, in);
	if (is(m, "ask"))
		return ask(t, in);
	if (is(m, "wrong"))
		return trib_emit(t, 3, in);
	if (is(m, "grow"))
		return grow(t, in);
	if (trib_view(in, trib_col(in, "id"), &id) < 0 || id.type != TRIB_I64)
		return trib_fail(t, TRIB_CONFIG, "needs a number id");
	if (is(m, "words"))
		return words(t, in, id.values);
	if (is(m, "clear"))
		return clear(t, in, id.values);
	return trib_pick_cols(in, (const int[]){ trib_col(in, "part"), trib_col(in, "id") }, (const char *const[]){ "where", NULL }, 2) < 0
	               ? trib_fail(t, TRIB_FATAL, "no memory")
	               : trib_emit(t, 0, in);
}

static int flush(struct trib *t, void *self)
{
	struct mould *m = self;
	return m->held.array.length ? trib_emit(t, 0, &m->held) : TRIB_OK;
}

TRIB_PLUGIN(mould, .help = "Edits batches, for tests.", .self_size = sizeof(struct mould), .options = options, .open = open, .close = close, .bind = bind,
            .apply = apply, .flush = flush);
