/* loader - a project while it is read: what project.c finds, unroll.c makes instances of and order.c puts in order. */
#ifndef TRIBX_LOADER_H
#define TRIBX_LOADER_H

#include "config/load.h"

/* One pipeline file. */
struct tribx_unit {
	const char *shown, *name;            /* as the user would name it; `pipeline:` */
	struct tribx_conf *root;             /* NULL: it could not be read, or has no name */
	struct tribx_findings f;             /* of the file; what is wrong with one instance only is kept with that */
	bool nameless;
	const char **after; size_t after_count;
	size_t first, count;                 /* its instances */
	int mark;                            /* of the ordering: 0 new, 1 being visited, 2 done */
};

struct tribx_loader {
	struct tribx_project *p;
	struct tribx_cache *cache;
	struct tribx_findings *all, *f;      /* of the whole; of what is at hand */
	const struct tribx_set *sets;
	size_t set_count, cap, unit_count;
	struct tribx_unit *units;
	bool whole;                          /* a folder: `after` can be checked */
	bool memory;                         /* ran out */
};

void *tribx_loader_memory(struct tribx_loader *l, void *p);                  /* p; NULL is told once as a fault */
/* The text of c if it may be a name; NULL with a fault. what: the key. */
const char *tribx_loader_name(struct tribx_loader *l, const struct tribx_conf *c, const char *what);
void tribx_loader_tell(struct tribx_loader *l, struct tribx_pipeline *p, const struct tribx_findings *f);   /* more findings of a pipeline */

void tribx_unroll(struct tribx_loader *l, struct tribx_unit *u);             /* appends the instances of u, one at least */
void tribx_order(struct tribx_loader *l);                                    /* what others come after is before them */

#endif
