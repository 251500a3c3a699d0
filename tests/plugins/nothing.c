/* nothing - a sink for tests and measurements: counts rows and lets them go. No claim, so the project keeps the position. */
#include <tributary.h>

static int write_rows(struct trib *t, void *self, int table, const struct trib_batch *b)
{
	(void)self;
	trib_count(t, table, TRIB_INSERTED, b->array.length);
	return TRIB_OK;
}

TRIB_PLUGIN(nothing, .help = "Counts rows, for tests.", .write = write_rows);
