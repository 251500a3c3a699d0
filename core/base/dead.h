/* dead - rows that could not go on, kept whole with the reason: dead letters on their way to the sink. */
#ifndef TRIBX_DEAD_H
#define TRIBX_DEAD_H

#include <stdarg.h>
#include <stdint.h>
#include <tributary.h>

struct tribx_dead {
	struct tribx_dead *next;
	const char *stage;        /* borrowed: the pipeline's name of the step */
	const char *part;         /* borrowed: the part (file, member) it came in; NULL: not known, as of what was summed up */
	char *code, *detail, *record;   /* record: JSON object, or the raw text as a JSON string */
	char *personal;           /* JSON list of the names in record that are about people; "*": all of it; NULL: none */
	int64_t line;             /* line in the source file, 1-based; relative to a chunk until the chunk's place is known; 0 none */
};
struct tribx_dead_list { struct tribx_dead *head, **tail; int64_t count; bool failed; };   /* all zero is empty */

/* Takes nothing; copies code, detail and record. failed is set when there is no memory (the load then fails: nothing is dropped silently). */
void tribx_dead_put(struct tribx_dead_list *l, const char *stage, const char *code, const char *detail, const char *record, size_t record_size, int64_t line);
/* Of the letter that was put last; takes names. */
void tribx_dead_personal(struct tribx_dead_list *l, char *names);
void tribx_dead_move(struct tribx_dead_list *to, struct tribx_dead_list *from);     /* appends; from becomes empty */
void tribx_dead_cut(struct tribx_dead_list *l, int64_t keep);                        /* drops all after the first keep (RETRY) */
void tribx_dead_done(struct tribx_dead_list *l);

#endif
