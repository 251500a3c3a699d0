/* once - a transform for tests that asks the target: a row whose id is stored already is dropped as a duplicate. */
#include <tributary.h>

struct once { const char *table; };

static const struct trib_field options[] = { TRIB_FIELD(struct once, table, .dflt = "rows", .help = "Table to ask."), { 0 } };

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	const struct once *s = self;
	struct trib_batch keys = { 0 }, found;
	struct trib_view id, row;
	int64_t n = in->array.length, kept = 0;
	int32_t *keep = trib_scratch(t, ((size_t)n + 1) * sizeof *keep);
	char *seen = trib_scratch(t, (size_t)n + 1);
	if (!keep || !seen || trib_view(in, trib_col(in, "id"), &id) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory or no id");
	trib_put_many(&keys, trib_add(&keys, "id", TRIB_I64), id.values, NULL, n);
	trib_rows(&keys, n);
	int rc = trib_recall(t, s->table, &keys, &found);
	trib_free(&keys);
	if (rc < 0)
		return rc;
	if (found.array.length > 0 && trib_view(&found, 0, &row) >= 0)
		for (int64_t i = 0; i < found.array.length; i++)
			seen[((const int64_t *)row.values)[i]] = 1;
	trib_free(&found);
	for (int64_t i = 0; i < n; i++)
		if (!seen[i])
			keep[kept++] = (int32_t)i;
	trib_count(t, 0, TRIB_DEDUPED, n - kept);
	return trib_pick(in, keep, kept) < 0 ? trib_fail(t, TRIB_FATAL, "no memory") : trib_emit(t, 0, in);
}

TRIB_PLUGIN(once, .help = "Drops rows that the target has, for tests.", .flags = TRIB_RECALLS, .self_size = sizeof(struct once), .options = options, .apply = apply);
