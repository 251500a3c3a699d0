/* @NAME@ - a text column in capitals: what a transform is made of. Put your own step in its place. */
#include <tributary.h>

struct @NAME@ { const char *column; };

static const struct trib_field options[] = {
	TRIB_FIELD(struct @NAME@, column, .flags = TRIB_REQUIRED, .help = "Column to write in capitals."),
	{ 0 }
};

static int find(struct trib *t, const struct @NAME@ *s, const struct trib_batch *in, int *col)
{
	*col = trib_col(in, s->column);
	return *col >= 0 ? TRIB_OK : trib_fail(t, TRIB_CONFIG, "@NAME@.no_column: there is no column \"%s\"", s->column);
}

/* Before the first rows, with their columns: what is wrong with the pipeline is said here. */
static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	int col;
	(void)outs;                     /* as they come in: no column is added, none changes its type */
	return find(t, self, in, &col);
}

/* The batch is ours for this call: look at columns as buffers, start one anew, hand the batch on. */
static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	int col, rc = find(t, self, in, &col);
	struct trib_view v;
	if (rc < 0)
		return rc;
	if (trib_view(in, col, &v) < 0 || v.type != TRIB_STR)
		return trib_fail(t, TRIB_CONFIG, "@NAME@.no_text: the column \"%s\" is no text", trib_col_name(in, col));
	trib_clear(in, col, TRIB_STR);  /* v still shows the former values */
	for (int64_t row = 0; row < v.length; row++) {
		const struct trib_text cell = trib_str(&v, row);
		char *to = cell.p ? trib_room(in, cell.n + 1) : NULL;
		for (size_t i = 0; to && i < cell.n; i++)
			to[i] = (char)(cell.p[i] >= 'a' && cell.p[i] <= 'z' ? cell.p[i] - 32 : cell.p[i]);
		trib_put_str(in, col, (struct trib_text){ to, cell.n });
	}
	return trib_emit(t, 0, in);
}

TRIB_PLUGIN(@NAME@, .help = "A column in capitals, to start from.", .self_size = sizeof(struct @NAME@), .options = options, .bind = bind, .apply = apply);
