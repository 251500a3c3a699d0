/* say - a plugin for tests that only brings commands: words in a table, failures, a file read with the services that need no run. */
#include <stdlib.h>
#include <tributary.h>

struct say {
	const char *word, *file;
	int64_t times, status;
	trib_date day;
	trib_list also;
};

static const struct trib_field words[] = {
	TRIB_FIELD(struct say, word, .flags = TRIB_REQUIRED, .help = "What to say."),
	TRIB_FIELD(struct say, times, .dflt = "2", .allow = "1..9", .help = "How often."),
	TRIB_FIELD(struct say, day, .help = "When."),
	TRIB_FIELD(struct say, also, .help = "More words."),
	{ 0 }
};
static const struct trib_field faults[] = { TRIB_FIELD(struct say, status, .dflt = "-6", .help = "What to answer."), { 0 } };
static const struct trib_field files[] = { TRIB_FIELD(struct say, file, .flags = TRIB_REQUIRED, .help = "A CSV file."), { 0 } };
/* Options of pipelines: a command does not have them. */
static const struct trib_field options[] = { TRIB_FIELD(struct say, word, .flags = TRIB_REQUIRED, .dflt = "no", .help = "Unused."), { 0 } };

static void put(struct trib_batch *b, const char *text, int64_t n)
{
	trib_put_str(b, trib_add(b, "word", TRIB_STR), (struct trib_text){ text, strlen(text) });
	trib_put_i64(b, trib_add(b, "n", TRIB_I64), n);
	trib_rows(b, 1);
}

static int say(struct trib *t, void *self)
{
	const struct say *s = self;
	const char *const *also = s->also.items;
	struct trib_batch b;
	if (trib_start(t, 0, &b) < 0)
		return TRIB_FATAL;
	trib_log(t, "%lld times", (long long)s->times);
	for (int64_t i = 0; i < s->times; i++)
		put(&b, s->word, i);
	for (size_t i = 0; i < s->also.count; i++)
		put(&b, also[i], s->day.days);
	return trib_emit(t, 0, &b);
}

static int fail(struct trib *t, void *self)
{
	const struct say *s = self;
	return s->status == -10 ? TRIB_FATAL : trib_fail(t, (int)s->status, "say.asked: it was asked to fail with %lld", (long long)s->status);
}

static int lines(struct trib *t, void *self)
{
	const struct say *s = self;
	struct trib_bytes *in;
	int rc = trib_open(t, s->file, 0, -1, &in);
	while (rc == TRIB_OK) {
		struct trib_batch b = { 0 };
		rc = trib_decode(t, in, NULL, &b);
		int emitted = rc >= 0 ? trib_emit(t, 0, &b) : rc;
		rc = emitted < 0 ? emitted : rc;
	}
	return rc;   /* in is left open: the core closes it */
}

static const struct trib_command commands[] = {
	{ "say words", "Says words.", words, say },
	{ "say nothing", "Fails.", faults, fail },
	{ "say lines", "Shows a file.", files, lines },
	{ "hush", "Says nothing.", faults, fail },
	{ 0 }
};
TRIB_PLUGIN(say, .help = "Says words, for tests.", .self_size = sizeof(struct say), .options = options, .commands = commands);
