/* commit.h - the end of a unit, and its beginning for a run. */
#ifndef TRIBUTARY_SINK_FILES_COMMIT_H
#define TRIBUTARY_SINK_FILES_COMMIT_H

#include "files.h"

int files_claim(struct trib *t, struct files *s, const struct trib_load *load, int64_t *epoch,
                struct trib_batch *states);
int files_commit(struct trib *t, struct files *s, const struct trib_commit *c);
int files_recall(struct trib *t, struct files *s, const char *table, const struct trib_batch *keys,
                 struct trib_batch *out);   /* recall.c */
int files_finish_part(struct trib *t, struct files *s, struct files_table *b);          /* files.c */
char *files_columns_text(struct trib *t, const struct files_table *b);                  /* files.c */
int files_json_columns(struct trib *t, const struct trib_batch *b, struct files_column **out);   /* files.c */

#endif
