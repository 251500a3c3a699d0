/* instance - struct trib: one running instance of a plugin, and the services that need nothing else.
 *
 * Services that belong to a run (emit, recall, slices, ledger) go through the host table that the run sets; a test sets
 * its own. A callback is always called through the tribx_call_ functions below: they set and drop the scratch. */
#ifndef TRIBX_INSTANCE_H
#define TRIBX_INSTANCE_H

#include <stdatomic.h>
#include "arrow/batch.h"
#include "base/figure.h"
#include "field/field.h"
#include "io/bytes.h"
#include "io/format.h"

enum { TRIBX_OUTPUTS = 16 };

/* What an instance may know of its run. */
struct tribx_job {
	const char *dir;                   /* what relative paths start at */
	const char *pipeline, *stream, *run_id;
	trib_time started;
	const atomic_bool *stopping;       /* NULL: never */
	struct tribx_shelf *shelf;         /* NULL: none */
};

struct tribx_host {
	int (*emit)(struct trib *t, int output, struct trib_batch *b);
	int (*start)(struct trib *t, int output, struct trib_batch *out);
	int (*slice)(struct trib *t, struct trib_batch *b);
	int (*recall)(struct trib *t, const char *table, const struct trib_batch *keys, struct trib_batch *out);
	int (*ledger)(struct trib *t, struct trib_batch *row);
};

struct trib {
	const struct trib_plugin *p;       /* adopted: our strides, our size */
	const char *stage;                 /* its name in the pipeline: "normalise", "sink" ... */
	void *self;
	const void *shared;
	const struct tribx_job *job;
	const struct tribx_host *host;     /* NULL: those services answer TRIB_FATAL */
	void *ctx;                         /* the host's */
	struct tribx_format *format;       /* TRIB_FORMATS: the pipeline's format options */
	const struct trib_field *columns;  /* of the stream served; NULL: known at run time */
	struct tribx_arena scratch, kept;
	struct tribx_error error;          /* of the last failed call */
	int64_t wait_ms;
	enum trib_scope scope;             /* the descriptor's, or what trib_scope said */
	const struct tribx_conf *conf;     /* what the options were filled from; borrowed */
	const struct tribx_includes *includes;
	struct tribx_dead_list dead;
	struct tribx_findings notes;       /* what decoders found out instead of being told */
	struct tribx_figures figures;
	int64_t counts[TRIBX_OUTPUTS][TRIB_COUNTS];
	struct tribx_open *open;           /* bytes and decoders not closed yet */
	struct tribx_compiled *exprs;      /* of trib_expr */
};

/* Options from conf (NULL: defaults only). NULL and findings on fault; the caller frees. Nothing is opened. */
struct trib *tribx_instance_new(const struct trib_plugin *p, const char *stage, const struct tribx_conf *options, const struct tribx_includes *includes,
                                const struct tribx_job *job, struct tribx_findings *f);
/* A second instance with the same options as `like` (workers, parts). */
struct trib *tribx_instance_like(const struct trib *like);
void tribx_instance_free(struct trib *t);           /* close must have been called where open was; NULL is fine */

int tribx_open_instance(struct trib *t);            /* p->open, if any */
void tribx_close_instance(struct trib *t);          /* p->close, if any; frees what was left open */
void tribx_call_end(struct trib *t);                /* after any callback: drops scratch */
void tribx_call_start(struct trib *t);              /* before any callback: forgets the last error */

#endif
