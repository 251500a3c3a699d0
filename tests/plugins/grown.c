/* grown - a sink for tests built against a header that is to come: its rows are longer than ours, and its descriptor too. What
 * it is handed must come in its own stride, what it hands over must be read in it. */
#include <stdio.h>
#include <tributary.h>

struct row { struct trib_field is; const char *more[3]; };
struct grown { const char *log, *last; int64_t n; };

static const struct row options[] = {
	{ TRIB_FIELD(struct grown, log, .flags = TRIB_REQUIRED, .help = "File."), { "a", "b", "c" } },
	{ TRIB_FIELD(struct grown, n, .dflt = "7", .help = "Number."), { "a", "b", "c" } },
	{ TRIB_FIELD(struct grown, last, .dflt = "z", .help = "Text."), { "a", "b", "c" } },
	{ { 0 }, { "x", "y", "z" } }
};

static int table(struct trib *t, void *self, int k, const struct trib_table *is)
{
	const struct grown *g = self;
	FILE *to = fopen(g->log, "ae");
	(void)k;
	if (!to)
		return trib_fail(t, TRIB_ENV, "no log");
	fprintf(to, "%s %d %s:", is->name, (int)g->n, g->last);
	for (const struct row *r = (const struct row *)(const void *)is->columns; r->is.name; r++)
		fprintf(to, " %s/%d/%u%s", r->is.name, (int)r->is.type, r->is.flags, r->more[2] ? "!" : "");
	fputc('\n', to);
	fclose(to);
	return TRIB_OK;
}

static int write_rows(struct trib *t, void *self, int k, const struct trib_batch *b)
{
	(void)self;
	trib_count(t, k, TRIB_UNCHANGED, b->array.length);
	return TRIB_OK;
}

/* TRIB_PLUGIN as that header would write it. */
struct grown_plugin { struct trib_plugin is; void *more[4]; };
TRIB_API extern const struct grown_plugin grown_LTX_trib_plugin;
const struct grown_plugin grown_LTX_trib_plugin = {
	.is = { .abi = TRIB_ABI, .size = sizeof(struct grown_plugin), .field_size = sizeof(struct row), .stream_size = sizeof(struct trib_stream),
	        .command_size = sizeof(struct trib_command), .name = "grown", .help = "Comes from the future, for tests.",
	        .self_size = sizeof(struct grown), .options = (const struct trib_field *)(const void *)options, .table = table, .write = write_rows },
	.more = { NULL },
};
