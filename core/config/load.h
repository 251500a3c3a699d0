/* load - what the files of this folder share: reading files into conf trees, and what is done to the trees. */
#ifndef TRIBX_LOAD_H
#define TRIBX_LOAD_H

#include <pthread.h>
#include "config/pipeline.h"

/* A file's whole text, 0-terminated, without a byte order mark: UTF-8 and free of control characters, or findings at
 * `where` (NULL: at the file) and NULL. */
const char *tribx_file_text(const char *path, const char *shown_as, const struct tribx_conf *where,
                            struct tribx_arena *arena, struct tribx_findings *f);
/* What the includes of a project share (include.c). */
struct tribx_cache {
	pthread_mutex_t lock;
	struct tribx_project *project;
	const char *shown_dir;               /* "" or "examples/quickstart/" */
	struct tribx_file *files;
};
const struct tribx_conf *tribx_include(void *ctx, const struct tribx_conf *where, struct tribx_findings *f);   /* ctx: the cache */
const char *tribx_join(struct tribx_arena *arena, const char *a, const char *b, const char *c);   /* NULL: no memory */

/* Text in the three formats. NULL: findings. */
const struct tribx_conf *tribx_yaml(const char *text, const char *file, struct tribx_arena *arena,
                                    struct tribx_findings *f);
const struct tribx_conf *tribx_csv_conf(const char *text, const char *file, struct tribx_arena *arena,
                                        struct tribx_findings *f);

/* ${...}: a copy of tree with every value substituted; a value that cannot be is a finding and stays. NULL: no
 * memory. */
struct tribx_vars {
	const char *project;                 /* ${project}: folder */
	const char *dir;                     /* what ${file:} is relative to */
	const char *loop;                    /* "partner"; NULL: no for_each */
	const struct tribx_conf *row;        /* its values; NULL without loop */
	const char *row_name;                /* "for_each partners.csv:3", the origin of its values */
	const struct tribx_window *window;   /* ${period.…}; NULL: stays as it is written */
	const struct tribx_conf **period_at; /* the first value that names it; NULL: there are no periods here */
};
struct tribx_conf *tribx_substitute(const struct tribx_conf *tree, const struct tribx_vars *vars,
                                    struct tribx_arena *arena, struct tribx_findings *f);

/* --set a.b.c=value on a tree; steps are reached by name. Values that aliases share are copied first. */
void tribx_set_apply(struct tribx_conf *root, const struct tribx_set *set, struct tribx_arena *arena,
                     struct tribx_findings *f);

/* Shape: keys of a pipeline into its struct; name, file, dir and includes are set already. */
void tribx_pipeline_shape(struct tribx_pipeline *p, const struct tribx_conf *root, struct tribx_arena *arena,
                          struct tribx_findings *f);
void tribx_shape_tables(struct tribx_pipeline *p, const struct tribx_conf *sink, struct tribx_arena *arena,
                        struct tribx_findings *f);
/* The words of modes and the keys of a table, for the schema of editors. */
struct tribx_mode_word { const char *mode, *strategy; enum trib_mode is; };
extern const struct tribx_mode_word tribx_modes[];                       /* mode NULL ends it */

/* Key lists: a scalar or a list of scalars. false: a finding. */
bool tribx_texts(const struct tribx_conf *c, const char *key, struct tribx_arena *arena, const char ***items,
                 size_t *count, struct tribx_findings *f);
/* A key that is not one of names (NULL-terminated): a finding with "did you mean". */
void tribx_unknown_key(const struct tribx_conf *c, const char *in, const char *const *names, struct tribx_findings *f);
/* Without the entries whose keys are in names; a new map that shares the values. */
struct tribx_conf *tribx_without(const struct tribx_conf *map, const char *const *names, struct tribx_arena *arena);
bool tribx_no_memory(struct tribx_findings *f);                          /* notes it; always false */

#endif
