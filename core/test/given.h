/* given - the source of a test: rows that stand in a file, under the name and the columns of the stream they stand for. */
#ifndef TRIBX_GIVEN_H
#define TRIBX_GIVEN_H

#include "config/pipeline.h"

/* A connector that reads rows like `of` would (NULL: a stream `rows` with no declared columns). In the arena. */
const struct trib_plugin *tribx_given_plugin(const struct trib_stream *of, struct tribx_arena *a);
/* Its options: rows (a list of maps) as a file in dir, and the types of columns that are not declared: word by name, or,
 * where there is none, as the rows are written; as_text: texts. NULL: a finding. */
struct tribx_given { const struct tribx_conf *rows, *types; bool as_text; };
const struct tribx_conf *tribx_given_options(const struct tribx_given *g, const char *dir, struct tribx_arena *a,
                                             struct tribx_findings *f);
/* A map of texts: NULL-terminated pairs of name and text. at: whose place they have. NULL: no memory. */
struct tribx_conf *tribx_conf_texts(const char *const *pairs, const struct tribx_conf *at, struct tribx_arena *a);
bool tribx_write_file(const char *path, const char *text, size_t n, struct tribx_error *e);

#endif
