/* host - a host just big enough for one sink: calls it as the core does, balances its books, keeps what it says. */
#ifndef HOST_H
#define HOST_H

#include "plugin/instance.h"

extern const struct trib_plugin sqlite_LTX_trib_plugin, files_LTX_trib_plugin;

struct rig {
	struct trib t;
	atomic_bool stopping;
	struct tribx_job job;
	struct trib_load load;
	char load_id[32];
	char name[8][64];                 /* of the tables, by index */
	int64_t rows[8];
	struct trib_batch states;         /* as claim answered */
	bool ledger_fails;
};

/* options: "path=/tmp/x" "model=partner" ..., NULL ends. */
struct rig *rig_open(const struct trib_plugin *p, const char *pipeline, const char *const *options);
void rig_close(struct rig *r);
int rig_claim(struct rig *r);
const char *rig_states(struct rig *r);                           /* "part=state;..." of the last claim */
int rig_begin(struct rig *r, const char *load_id);
struct spec { const char *table; enum trib_mode mode; const char *columns; trib_map options; };
/* columns "name:type[:flags]": s text, i integer, d decimal (scale 9), f float, b bool, D date, t time, c clock, u
 * duration, j JSON; flags k v c. rows: cells by |, rows by ;, ~ null, = in every row of a column: absent. Calls table
 * when told to. */
int rig_table(struct rig *r, int table, const struct spec *s);
int rig_write(struct rig *r, int table, const struct spec *s, const char *rows);
struct ending { int outcome; bool stage_only, partial; const char *states, *dead, *slice_columns, *slices; };
int rig_commit(struct rig *r, const struct ending *e);
void rig_abort(struct rig *r);
/* the answer as text */
const char *rig_recall(struct rig *r, const char *table, const char *columns, const char *rows);
const char *rig_tally(struct rig *r, int table);                 /* "+1 ~0 =0 <0 -0 !0" of the last unit */
char *rig_folder(void);                                          /* a new folder under the temporary one */
int rig_batch(struct trib_batch *b, const char *columns, const char *rows);

#endif
