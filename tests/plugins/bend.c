/* bend - a transform for tests: two outputs, a shared constant, columns that come and go, rows that are filtered, rejected, held. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <tributary.h>

struct shared { int64_t factor; char name[16]; };
struct bend {
	const char *scope, *log;
	int64_t factor, drop_every, reject_every, forget_every, slow_ms;
	bool audit, twice;
	struct trib_batch held[64];
	int held_count, flushed, batches;
	int times;
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct bend, scope, .dflt = "row", .allow = "row|part|period|run", .help = "What it must see; past row it holds all."),
	TRIB_FIELD(struct bend, factor, .dflt = "10", .help = "times = id * factor."),
	TRIB_FIELD(struct bend, drop_every, .help = "Every n-th id is filtered."),
	TRIB_FIELD(struct bend, reject_every, .help = "Every n-th id is a dead letter."),
	TRIB_FIELD(struct bend, forget_every, .help = "Every n-th id is lost without a word (a defect)."),
	TRIB_FIELD(struct bend, slow_ms, .help = "Pause of a batch, which is told to the log."),
	TRIB_FIELD(struct bend, audit, .help = "Every row gives one of the output audit."),
	TRIB_FIELD(struct bend, twice, .help = "Every row comes out twice."),
	TRIB_FIELD(struct bend, log, .help = "File for what happened."),
	{ 0 }
};
static const struct trib_field audit_columns[] = {
	{ "id", TRIB_I64, TRIB_KEY, .help = "Row." },
	{ "was", TRIB_STR, .help = "Its part." },
	{ 0 }
};
static const struct trib_stream outputs[] = { { "audit", "One row per row.", audit_columns, NULL }, { 0 } };

static void note(const struct bend *s, const char *what, int64_t n)
{
	FILE *log = s->log ? fopen(s->log, "ae") : NULL;
	if (!log)
		return;
	fprintf(log, "%s %" PRId64 "\n", what, n);
	fclose(log);
}

static int share(struct trib *t, const void *self, void *shared)
{
	struct shared *s = shared;
	(void)t;
	s->factor = ((const struct bend *)self)->factor;
	snprintf(s->name, sizeof s->name, "shared");
	note(self, "share", s->factor);
	return TRIB_OK;
}

static void unshare(struct trib *t, void *shared)
{
	(void)t;
	((struct shared *)shared)->factor = 0;
}

static int open(struct trib *t, void *self)
{
	static const char *const names[] = { "row", "part", "period", "run" };
	struct bend *s = self;
	note(s, "open", 0);
	for (int i = 1; i < 4; i++)
		if (strcmp(s->scope, names[i]) == 0)
			trib_scope(t, (enum trib_scope)i);
	return TRIB_OK;
}

static void close(struct trib *t, void *self)
{
	struct bend *s = self;
	(void)t;
	for (int i = 0; i < s->held_count; i++)
		trib_free(&s->held[i]);
}

static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	struct bend *s = self;
	if (trib_col(in, "id") < 0)
		return trib_fail(t, TRIB_CONFIG, "needs a column id");
	s->times = trib_add(&outs[0], "times", TRIB_I64);
	note(s, "bind", trib_cols(in));
	return TRIB_OK;
}

static int audit(struct trib *t, const struct trib_batch *in, const struct trib_view *id)
{
	struct trib_batch b;
	struct trib_view part;
	if (trib_start(t, 1, &b) < 0 || trib_view(in, trib_col(in, "part"), &part) < 0)
		return trib_fail(t, TRIB_FATAL, "no audit");
	for (int64_t i = 0; i < in->array.length; i++) {
		trib_put_i64(&b, 0, ((const int64_t *)id->values)[i]);
		trib_put_str(&b, 1, trib_str(&part, i));
		trib_rows(&b, 1);
	}
	trib_count(t, 1, TRIB_CREATED, in->array.length);
	return trib_emit(t, 1, &b);
}

static void pause_of(struct bend *s)
{
	note(s, "apply", ++s->batches);
	for (int64_t ms = 0; ms < s->slow_ms; ms++)        /* a signal cuts a millisecond short, not the pause */
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static int hand_on(struct trib *t, struct bend *s, struct trib_batch *in)
{
	if (strcmp(s->scope, "row") == 0)
		return trib_emit(t, 0, in);
	if (s->held_count == 64)
		return trib_fail(t, TRIB_FATAL, "too much to hold");
	trib_move(&s->held[s->held_count++], in);
	return TRIB_OK;
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct bend *s = self;
	const struct shared *shared = trib_shared(t);
	struct trib_view id;
	int64_t n = in->array.length, kept = 0;
	int32_t *keep = trib_scratch(t, ((size_t)n * 2 + 2) * sizeof *keep);
	int64_t *times = trib_scratch(t, ((size_t)n + 1) * sizeof *times);
	if (!keep || !times || trib_view(in, trib_col(in, "id"), &id) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory or no id");
	if (s->audit && audit(t, in, &id) < 0)
		return TRIB_FATAL;
	if (s->slow_ms)
		pause_of(s);
	const int64_t *ids = id.values;
	for (int64_t i = 0; i < n; i++) {
		times[i] = ids[i] * shared->factor;
		if (s->drop_every && ids[i] % s->drop_every == 0)
			trib_count(t, 0, TRIB_FILTERED, 1);
		else if (!s->forget_every || ids[i] % s->forget_every != 0) {
			keep[kept++] = (int32_t)i;
			if (s->twice)
				keep[kept++] = (int32_t)i;
		}
	}
	if (s->twice)
		trib_count(t, 0, TRIB_CREATED, kept / 2);
	int col = trib_add(in, "times", TRIB_I64);
	trib_clear(in, col, TRIB_I64);   /* an earlier step may have it as well */
	trib_put_many(in, col, times, NULL, n);
	if (trib_pick(in, keep, kept) < 0 || trib_view(in, trib_col(in, "id"), &id) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (int64_t i = 0; s->reject_every && i < kept; i++)
		if (((const int64_t *)id.values)[i] % s->reject_every == 0)
			trib_reject(t, in, i, "bend.rejected", "id %" PRId64 " is rejected", ((const int64_t *)id.values)[i]);
	return hand_on(t, s, in);
}

/* One held batch per call, to see that MORE is obeyed. */
static int flush(struct trib *t, void *self)
{
	struct bend *s = self;
	if (s->flushed < s->held_count) {
		int rc = trib_emit(t, 0, &s->held[s->flushed++]);
		return rc < 0 ? rc : TRIB_MORE;
	}
	if (s->held_count)
		note(s, "flush", s->held_count);
	s->held_count = s->flushed = 0;
	return TRIB_OK;
}

TRIB_PLUGIN(bend, .help = "Bends rows, for tests.", .self_size = sizeof(struct bend), .shared_size = sizeof(struct shared), .options = options,
            .share = share, .unshare = unshare, .open = open, .close = close, .outputs = outputs, .bind = bind, .apply = apply, .flush = flush);
