/* parts - what a source consists of, and what the sink already has of it. */
#ifndef TRIBX_PARTS_H
#define TRIBX_PARTS_H

#include "run/flow.h"

struct json_t;
struct tribx_part {
	const char *name;
	char *row;                      /* its row of split as JSON: equal and ended means known */
	char *state;                    /* JSON of the state fields at the last commit; NULL: from the start */
	struct trib_text period;        /* of its row; p NULL: none */
	int64_t size;
	int64_t index;                  /* row in batch */
	bool known;                     /* ended with an equal row: not opened again */
	bool again;                     /* a part of its period is gone: the period is read anew */
};
struct tribx_parts {
	struct tribx_arena arena;
	struct trib_batch batch;        /* as split answered; empty for a source of one part */
	bool split;
	struct tribx_part *items;
	int count, known_count;
	bool fresh;                     /* all are read, and from their start */
	const char **gone;              /* parts that the target knows and the source no longer has, of what is read again for them */
	int gone_count;
};

/* states: columns part, state (as claim answers). */
int tribx_parts_find(struct tribx_parts *p, struct tribx_flow *f, const struct trib_batch *states, bool full_refresh, struct tribx_error *e);
/* Parts that tell no period may belong to one: what sees a period must see them together. */
bool tribx_parts_same_period(const struct tribx_part *a, const struct tribx_part *b);
void tribx_parts_done(struct tribx_parts *p);
/* Puts the part's columns into the options of its instance, and its state into the state fields. */
int tribx_part_apply(const struct tribx_parts *p, const struct tribx_part *part, struct trib *t, struct tribx_error *e);
/* What the sink stores for a part: {"v":1,"end":..,"row":..,"state":..}. The caller frees; NULL: no memory. */
char *tribx_part_state(const struct tribx_part *part, const struct trib *t, bool end);
/* The `state` member of such a text as JSON text, and whether the part ended with this row. */
bool tribx_part_parse(const char *stored, size_t size, char **state, char **row, bool *end);

#endif
