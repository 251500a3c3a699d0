/* store - the project's own database, .trib/project.db: run history, and the checkpoint of sinks that keep none. 0600.
 * Cursors of sinks that can commit are never here (README decision 6). */
#ifndef TRIBX_STORE_H
#define TRIBX_STORE_H

#include "run/report.h"

struct tribx_store;
int tribx_store_open(const char *project_dir, bool create, struct tribx_store **out, struct tribx_error *e);   /* TRIB_END: not there and not to be created */
void tribx_store_close(struct tribx_store *s);
int tribx_store_run(struct tribx_store *s, const struct tribx_report *r, struct tribx_error *e);
/* Runs, newest first, one batch: run_id, pipeline, started_at, elapsed_ms, status, exit_code, parts, rows_read, rows_rejected, loads, error, report. run_id NULL: all (at most limit). */
int tribx_store_runs(struct tribx_store *s, const char *run_id, int64_t limit, struct trib_batch *out, struct tribx_error *e);
/* When the last good run of a pipeline began, in seconds; left alone: there was none. */
int tribx_store_last(struct tribx_store *s, const char *pipeline, int64_t *out, struct tribx_error *e);
/* What became of a period (NULL: of any): its last good run, or how often it was tried in vain since, and why. */
struct tribx_tries { bool good; int64_t count, first, last; char run_id[24], load[64], error[512]; };
int tribx_store_tries(struct tribx_store *s, const char *pipeline, const char *period, struct tribx_tries *out, struct tribx_error *e);
int tribx_store_states(struct tribx_store *s, const char *pipeline, const char *stream, struct trib_batch *states, struct tribx_error *e);
int tribx_store_put_states(struct tribx_store *s, const char *pipeline, const char *stream, const struct trib_batch *states, struct tribx_error *e);

#endif
