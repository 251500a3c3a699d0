/* sqlite - a database file: rows, cursor, ledger and dead letters in one transaction. docs/delivery.md says what each
 * mode does; core/sql makes the statements; the laws of this sink are in sqlite.h. */
#include "sqlite.h"

#include <string.h>

static const struct trib_field options[] = {
	TRIB_FIELD(struct lite, path, .flags = TRIB_REQUIRED | TRIB_PATH,
	           .help = "Database file; it and its folders are made when they are missing."),
	TRIB_FIELD(struct lite, model, .dflt = "none", .allow = "none|partner",
	           .help = "Tables, catalogue and views to install; partner: unified partner metrics."),
	TRIB_FIELD(struct lite, synchronous, .dflt = "full", .allow = "normal|full|extra",
	           .help = "How a commit reaches the disk; normal may lose the last loads in a power cut."),
	TRIB_FIELD(struct lite, lock_wait, .dflt = "30s", .help = "How long to wait for another run that writes the"
	                                                          " same file."),
	{ 0 }
};

static void close_db(struct trib *t, void *self)
{
	struct lite *s = self;
	lite_rollback(s);
	lite_drop_tables(s);
	lite_close(t, s);
}

static void cancel(struct trib *t, void *self)
{
	struct lite *s = self;
	(void)t;
	if (s->db)
		sqlite3_interrupt(s->db);
}

static int claim(struct trib *t, void *self, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	return lite_claim(t, self, load, epoch, states);
}

static int begin(struct trib *t, void *self, const struct trib_load *load)
{
	struct lite *s = self;
	int rc = lite_known(t, s, load->load_id);
	if (rc == TRIB_OK)
		s->load = load;
	return rc;
}

static int table(struct trib *t, void *self, int index, const struct trib_table *is)
{
	return lite_table(t, self, index, is);
}

static int write_rows(struct trib *t, void *self, int index, const struct trib_batch *b)
{
	return lite_put(t, self, index, b);
}

static int recall(struct trib *t, void *self, const char *name, const struct trib_batch *keys, struct trib_batch *out)
{
	return lite_recall(t, self, name, keys, out);
}

static enum trib_mode mode_of(const void *self, const char *table)
{
	return lite_model_mode(self, table);
}

static void undo(struct trib *t, void *self)
{
	(void)t;
	lite_rollback(self);
	lite_forget(self);
}

static int commit(struct trib *t, void *self, const struct trib_commit *c)
{
	struct lite *s = self;
	struct trib_batch ledger = { 0 };
	if (c->outcome != TRIB_OK)
		lite_rollback(s);       /* rows of a failed load are not kept, whoever wrote them */
	int rc = lite_enter(t, s);
	if (rc == TRIB_OK && c->outcome == TRIB_OK)
		rc = lite_apply(t, s, c);
	if (rc == TRIB_OK)
		rc = trib_ledger(t, &ledger);
	if (rc == TRIB_OK)
		rc = lite_store(t, s, c, &ledger);
	if (rc == TRIB_OK)
		rc = lite_commit(t, s);
	else
		lite_rollback(s);
	lite_forget(s);
	trib_free(&ledger);
	return rc;
}

TRIB_PLUGIN(sqlite, .help = "SQLite database.", .flags = TRIB_CAN_RECALL, .self_size = sizeof(struct lite), .options = options,
            .modes = 1 << TRIB_APPEND | 1 << TRIB_MERGE | 1 << TRIB_INSERT_ONLY | 1 << TRIB_REPLACE_SLICE |
                     1 << TRIB_REPLACE | 1 << TRIB_SCD2,
            .close = close_db, .cancel = cancel, .claim = claim, .begin = begin,
            .table = table, .write = write_rows,
            .recall = recall, .commit = commit, .abort = undo, .mode_of = mode_of);
