/* dead - see dead.h. */
#include "base/dead.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void drop(struct tribx_dead *d)
{
	while (d) {
		struct tribx_dead *next = d->next;
		free(d->code);
		free(d->detail);
		free(d->record);
		free(d->personal);
		free(d);
		d = next;
	}
}

void tribx_dead_put(struct tribx_dead_list *l, const char *stage, const char *code, const char *detail, const char *record, size_t record_size, int64_t line)
{
	struct tribx_dead *d = calloc(1, sizeof *d);
	if (d) {
		*d = (struct tribx_dead){ .stage = stage, .code = strdup(code), .detail = strdup(detail), .record = strndup(record, record_size), .line = line };
		if (!d->code || !d->detail || !d->record) {
			drop(d);
			d = NULL;
		}
	}
	if (!d) {
		l->failed = true;
		return;
	}
	*(l->tail ? l->tail : &l->head) = d;
	l->tail = &d->next;
	l->count++;
}

void tribx_dead_personal(struct tribx_dead_list *l, char *names)
{
	struct tribx_dead *last = l->tail ? (struct tribx_dead *)((char *)l->tail - offsetof(struct tribx_dead, next)) : NULL;
	if (last && !last->personal && !l->failed)
		last->personal = names;
	else
		free(names);
}

void tribx_dead_move(struct tribx_dead_list *to, struct tribx_dead_list *from)
{
	if (from->head) {
		*(to->tail ? to->tail : &to->head) = from->head;
		to->tail = from->tail;
		to->count += from->count;
	}
	to->failed |= from->failed;
	*from = (struct tribx_dead_list){ 0 };
}

void tribx_dead_cut(struct tribx_dead_list *l, int64_t keep)
{
	struct tribx_dead **at = &l->head;
	for (int64_t i = 0; i < keep && *at; i++)
		at = &(*at)->next;
	drop(*at);
	*at = NULL;
	l->tail = l->head ? at : NULL;
	l->count = l->count < keep ? l->count : keep;
}

void tribx_dead_done(struct tribx_dead_list *l)
{
	drop(l->head);
	*l = (struct tribx_dead_list){ 0 };
}
