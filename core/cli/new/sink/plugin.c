/* @NAME@ - rows as lines of a file: what a sink is made of. It keeps no position, so it delivers at least once; one with `claim`
 * stores rows and position in one commit, and is exactly once (docs/plugins.md, Sinks). */
#include <stdio.h>
#include <tributary.h>

struct @NAME@ {
	const char *path;
	FILE *to;
	int64_t rows[16];
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct @NAME@, path, .flags = TRIB_REQUIRED | TRIB_PATH, .help = "File that rows are appended to."),
	{ 0 }
};

static int begin(struct trib *t, void *self, const struct trib_load *load)
{
	struct @NAME@ *s = self;
	(void)load;
	memset(s->rows, 0, sizeof s->rows);
	s->to = fopen(s->path, "ae");
	return s->to ? TRIB_OK : trib_fail(t, TRIB_ENV, "@NAME@.cannot_open: %s cannot be opened", s->path);
}

/* The number of columns and the texts of the row; other types come by trib_view as their buffers. */
static int write_rows(struct trib *t, void *self, int table, const struct trib_batch *b)
{
	struct @NAME@ *s = self;
	if (table >= 16)
		return trib_fail(t, TRIB_CONFIG, "@NAME@.too_many: more than 16 tables");
	for (int64_t row = 0; row < b->array.length; row++) {
		fprintf(s->to, "%d", trib_cols(b));
		for (int col = 0; col < trib_cols(b); col++) {
			struct trib_view v;
			if (trib_view(b, col, &v) < 0)
				return trib_fail(t, TRIB_FATAL, "@NAME@.no_memory: no memory");
			if (v.type == TRIB_STR && !trib_null(&v, row))
				fprintf(s->to, "\t%.*s", (int)trib_str(&v, row).n, trib_str(&v, row).p);
		}
		fputc('\n', s->to);
	}
	s->rows[table] += b->array.length;
	return TRIB_OK;
}

/* Ends the unit, without a commit. */
static void undo(struct trib *t, void *self)
{
	struct @NAME@ *s = self;
	(void)t;
	if (s->to)
		fclose(s->to);
	s->to = NULL;
}

static int commit(struct trib *t, void *self, const struct trib_commit *c)
{
	struct @NAME@ *s = self;
	struct trib_batch ledger = { 0 };
	(void)c;
	for (int table = 0; table < 16; table++)
		trib_count(t, table, TRIB_INSERTED, s->rows[table]);
	int rc = trib_ledger(t, &ledger);       /* the books: rows in = rows counted + rows rejected */
	trib_free(&ledger);
	if (rc >= 0 && fflush(s->to) != 0)
		rc = trib_fail(t, TRIB_ENV, "@NAME@.disk: %s cannot be written", s->path);
	undo(t, self);
	return rc;
}

TRIB_PLUGIN(@NAME@, .help = "Lines of a file, to start from.", .self_size = sizeof(struct @NAME@), .options = options, .begin = begin,
            .write = write_rows, .commit = commit, .abort = undo);
