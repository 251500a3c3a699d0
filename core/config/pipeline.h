/* pipeline - a YAML file as the run needs it: every key checked, every option with its place, nothing loaded or
 * opened yet.
 *
 * Shape (README 5, docs/pipeline.md):
 *   pipeline, after, for_each, defaults, schedule (core/sched reads it), max_rejects, personal, checkpoint {rows, bytes,
 *   age},
 *   source {use, stream, ...options}, steps: [- name: {options}] (or {use, name, ...}), sink {use, table, mode,
 *   tables, ...options}
 * mode, strategy, key, version_by and slice_by of the sink itself are those of the main output's table. */
#ifndef TRIBX_PIPELINE_H
#define TRIBX_PIPELINE_H

#include "field/field.h"

struct tribx_step {
	const char *use;                       /* plugin's name */
	const char *name;                      /* unique in the pipeline; errors, books and dead letters name it */
	const struct tribx_conf *options;      /* the map, `use` and `name` taken out */
	const struct tribx_conf *at;
	const struct trib_plugin *plugin;      /* instead of the one called `use` (tests); NULL: that one */
};

struct tribx_table_conf {                      /* tables: { observation: { mode: scd2, key: [..], ... } } */
	const char *name;                      /* NULL: the main output's, where `table` does not name it */
	enum trib_mode mode;
	bool mode_given;
	struct { const char **items; size_t count; } key, version_by, slice_by;
	const char **option_names, **option_texts;   /* the rest, as written, nested ones as JSON: trib_table.options */
	size_t option_count;
	const struct tribx_conf *at;
};

/* The period that a run is for: half-open, in seconds UTC; what ${period.…} is made of. */
struct tribx_window {
	char id[32];                           /* 2026-03-29, 2026-W13, 2026-03, 2026-Q1, 2026, 2026-03-29T02 */
	int64_t start, end;
	int32_t start_offset, end_offset;      /* of the schedule's zone, seconds east of UTC */
	trib_date first, last;                 /* local days, both in */
	bool again;                            /* read although it is done */
};

struct tribx_vars;
struct tribx_pipeline {
	const char *name, *base;               /* instance: carrier-kpis/P53; as the file says: carrier-kpis */
	const char *file, *dir;                /* the YAML file; its folder: relative paths start there */
	const char **after; size_t after_count;
	const char **personal; size_t personal_count;   /* columns by name, wherever they come up: shown masked */
	const char *next;                      /* what to type after a good run; NULL: nothing special */
	struct tribx_step source, sink;
	const char *stream;                    /* of the source; NULL: its first */
	const char *table;                     /* where the main output goes; NULL: the stream's name */
	struct tribx_step *steps; size_t step_count;
	struct tribx_table_conf *tables; size_t table_count;
	int64_t max_rejects; double max_rejects_share;   /* -1: that form is not used; default 0 rows */
	/* default: 100000, 64 MiB, 60 s, whichever is first */
	int64_t checkpoint_rows, checkpoint_bytes, checkpoint_age_ms;
	struct tribx_includes includes;
	/* the whole file, substituted; schedule NULL: none */
	const struct tribx_conf *conf, *schedule;
	const struct tribx_conf *period_at;    /* the first value with ${period.…}; NULL: what is read is the same for all */
	const struct tribx_window *window;     /* that they were made of; NULL: they stand as written */
	const struct tribx_findings *findings; /* of its file as it was read; NULL: none */
	bool faulty;                           /* it cannot be run; no more than name, base, file and dir may be there */
	bool nameless;                         /* the file could not be read as far as its name; named like the file */
	const struct tribx_conf *raw;          /* before substitution, and what it was substituted with */
	const struct tribx_vars *vars;
};

/* A project: a folder (every *.yaml in it that has `pipeline:`), or one file. All memory is in it. */
struct tribx_project {
	struct tribx_arena arena;
	const char *dir;
	struct tribx_pipeline *pipelines; size_t count;   /* in the order of after:, then of names; for_each unrolled */
};
struct tribx_set { const char *key, *value; };   /* --set source.url=... */
/* What is wrong with a pipeline stays with it, and with nobody else; f: what is wrong with all. NULL only if nothing could be
 * read. */
struct tribx_project *tribx_project_read(const char *path, const struct tribx_set *sets, size_t set_count,
                                         struct tribx_findings *f);
/* The same, and every fault of every file is a finding. */
struct tribx_project *tribx_project_load(const char *path, const struct tribx_set *sets, size_t set_count,
                                         struct tribx_findings *f);
/* every step has its plugin's name and options: it can be looked at further */
bool tribx_pipeline_whole(const struct tribx_pipeline *p);
/* The pipeline as a run of this period has it. false: findings. out's memory is in arena; p must outlive it. */
bool tribx_pipeline_at(const struct tribx_pipeline *p, const struct tribx_window *w, struct tribx_arena *arena,
                       struct tribx_findings *f, struct tribx_pipeline *out);
/* What is behind "period." of such a window: id, start, end, last, start|FORMAT. NULL, or what is wrong with it. */
const char *tribx_window_text(const struct tribx_window *w, const char *name, struct tribx_buf *out);
void tribx_project_free(struct tribx_project *p);
/* One YAML, JSON or CSV file as a conf tree. */
const struct tribx_conf *tribx_conf_load(const char *path, const char *shown_as, struct tribx_arena *arena,
                                         struct tribx_findings *f);

#endif
