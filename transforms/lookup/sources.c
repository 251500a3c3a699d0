/* sources - the reference as a file: any format that the core decodes, in any archive that it opens. */
#include <inttypes.h>
#include "lookup.h"

int lk_close_columns(struct trib *t, struct trib_batch *b)
{
	const int n = trib_cols(b);
	int *cols = trib_scratch(t, ((size_t)n + 1) * sizeof *cols);
	for (int i = 0; cols && i < n; i++)
		cols[i] = i;
	return cols && trib_pick_cols(b, cols, NULL, n) >= 0 ? TRIB_OK : trib_fail(t, TRIB_FATAL, "no memory");
}

int lk_read_file(struct trib *t, const struct lookup *o, struct lk_shared *s)
{
	struct trib_bytes *in;
	struct trib_batch b = { 0 };
	int rc = trib_open(t, o->path, 0, -1, &in);
	if (rc < 0)
		return rc;
	do {
		rc = trib_decode(t, in, &o->format, &b);
		if (rc >= 0 && (trib_cols(&b) > 0 || b.array.length > 0)) {
			int added = lk_close_columns(t, &b);
			if (added >= 0)
				added = lk_add(t, o, s, &b);
			rc = added < 0 ? added : rc;
		}
		trib_free(&b);
		if (rc >= 0 && trib_stopping(t))
			rc = trib_fail(t, TRIB_STOPPED, "stopped");
	} while (rc >= 0 && rc != TRIB_END);
	trib_close(t, in);
	return rc < 0 ? rc : TRIB_OK;
}
