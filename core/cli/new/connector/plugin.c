/* @NAME@ - numbers from 1 to `upto`: what a connector is made of. Put your own source in its place. */
#include <tributary.h>

struct @NAME@ {
	int64_t upto;                   /* option */
	int64_t last;                   /* state: stored with the rows by the same commit */
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct @NAME@, upto, .dflt = "1000", .allow = "0..1000000000", .help = "Last number."),
	{ 0 }
};
static const struct trib_field state[] = { TRIB_FIELD(struct @NAME@, last, .help = "Number that was read last."), { 0 } };
static const struct trib_field columns[] = {
	{ "id", TRIB_I64, TRIB_KEY, .help = "The number." },
	{ "word", TRIB_STR, .help = "The number in a text." },
	{ 0 }
};

/* Some rows, and the state moved past them. TRIB_OK: call again, a checkpoint may be taken here. */
static int read_rows(struct trib *t, void *self, struct trib_batch *out)
{
	struct @NAME@ *s = self;
	for (int i = 0; i < 100 && s->last < s->upto && !trib_stopping(t); i++) {
		const char *word = trib_fmt(t, "number %lld", (long long)++s->last);
		if (!word)
			return trib_fail(t, TRIB_FATAL, "@NAME@.no_memory: no memory");
		trib_put_i64(out, 0, s->last);
		trib_put_str(out, 1, (struct trib_text){ word, strlen(word) });
		trib_rows(out, 1);
	}
	return s->last < s->upto ? TRIB_OK : TRIB_END;
}

static const struct trib_stream streams[] = { { "rows", "Numbers.", columns, read_rows }, { 0 } };

TRIB_PLUGIN(@NAME@, .help = "Numbers, to start from.", .self_size = sizeof(struct @NAME@), .options = options, .state = state, .streams = streams);
