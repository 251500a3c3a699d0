/* conform - what every check of a plugin has at hand. A check runs in a process of its own: a crash, a hang and what it prints
 * are its result, and its memory can be measured. */
#ifndef TRIBX_CONFORM_H
#define TRIBX_CONFORM_H

#include "run/look.h"
#include "run/run.h"
#include "test/test.h"

enum { TRIBX_IS_CONNECTOR = 1, TRIBX_IS_TRANSFORM = 2, TRIBX_IS_SINK = 4 };

struct tribx_conform {
	const struct trib_plugin *p;
	struct tribx_arena *a;
	const struct tribx_conf *spec, *options, *given;   /* conformance.yaml (NULL: none); of the plugin */
	const char *dir;                       /* relative paths of options start here */
	const char *stream, *mode;             /* of a connector; of a sink's table */
	struct tribx_folder folder;            /* of the check */
	struct tribx_buf why;                  /* empty: passed */
	bool skip;                             /* why says why it does not apply */
};
struct tribx_check_of { const char *name; int kinds; void (*run)(struct tribx_conform *k); };
extern const struct tribx_check_of tribx_checks_all[], tribx_checks_connector[], tribx_checks_transform[], tribx_checks_sink[];   /* name NULL ends */

void tribx_blame(struct tribx_conform *k, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tribx_waive(struct tribx_conform *k, const char *reason);      /* the check does not apply */

/* One run: what is around the plugin is ours. sub: folder of the kept sink inside of the check's; NULL: `0`. */
struct tribx_around {
	const char *sub;
	int64_t make, batch, fail_at;          /* the made source: rows, of a batch, row at which it breaks (-1: none) */
	const struct tribx_conf *rows, *columns;   /* the given source; NULL: made rows */
	int workers;
	int64_t checkpoint_rows;               /* 0: the usual */
	bool full_refresh, counting;           /* counting: the kept sink keeps no rows */
	int (*stop)(void *ctx);
	const char *mode;                      /* of the main table; NULL: append */
};
int tribx_around_run(struct tribx_conform *k, const struct tribx_around *how, struct tribx_report *r);   /* status; what is wrong with the pipeline is blamed */
bool tribx_around_pipeline(struct tribx_conform *k, const struct tribx_around *how, struct tribx_pipeline *out);
/* The same, and it must go well. */
bool tribx_around_good(struct tribx_conform *k, const struct tribx_around *how);
char *tribx_kept_text(struct tribx_conform *k, const char *sub, const char *file);   /* never NULL; in the arena */
bool tribx_same_rows(struct tribx_conform *k, const char *what, const char *want, const char *got);   /* blames the first line that differs */

#endif
