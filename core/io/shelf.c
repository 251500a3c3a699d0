/* shelf - see shelf.h. A few archives, the one that was asked for longest ago goes first. */
#include "io/shelf.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4 };

struct tribx_held {
	int64_t id[TRIBX_ID], entries_max;
	struct tribx_zip zip;
	struct tribx_place *places;            /* in the order of names */
	size_t place_count;
	int holders;                           /* the slot is one */
	uint64_t used;
};

struct tribx_shelf {
	pthread_mutex_t lock;
	struct tribx_held *slots[SLOTS];
	uint64_t clock;
};

struct tribx_shelf *tribx_shelf_new(void)
{
	struct tribx_shelf *s = calloc(1, sizeof *s);
	if (s)
		pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void free_places(struct tribx_place *p, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(p[i].name);
	free(p);
}

/* With the lock. */
static void let_go(struct tribx_held *h)
{
	if (!h || --h->holders > 0)
		return;
	tribx_zip_done(&h->zip);
	free_places(h->places, h->place_count);
	free(h);
}

void tribx_shelf_free(struct tribx_shelf *s)
{
	if (!s)
		return;
	for (int i = 0; i < SLOTS; i++)
		let_go(s->slots[i]);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* With the lock. NULL: not here. */
static struct tribx_held *find(struct tribx_shelf *s, const struct tribx_source *src, int64_t entries_max, bool tar)
{
	for (int i = 0; i < SLOTS; i++) {
		struct tribx_held *h = s->slots[i];
		if (h && h->entries_max == entries_max && (h->places != NULL) == tar && memcmp(h->id, src->id, sizeof h->id) == 0) {
			h->used = ++s->clock;
			return h;
		}
	}
	return NULL;
}

static struct tribx_held *new_held(const struct tribx_source *src, int64_t entries_max)
{
	struct tribx_held *h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	memcpy(h->id, src->id, sizeof h->id);
	h->entries_max = entries_max;
	h->holders = 1;
	return h;
}

static void put(struct tribx_shelf *s, struct tribx_held *h)
{
	pthread_mutex_lock(&s->lock);
	int oldest = 0;
	for (int i = 0; i < SLOTS; i++)
		if (!s->slots[i] || (s->slots[oldest] && s->slots[i]->used < s->slots[oldest]->used))
			oldest = i;
	let_go(s->slots[oldest]);
	s->slots[oldest] = h;
	h->used = ++s->clock;
	pthread_mutex_unlock(&s->lock);
}

const struct tribx_zip *tribx_shelf_zip(struct tribx_shelf *s, struct tribx_source *src, const struct tribx_limits *limits, struct tribx_held **held,
                                        struct tribx_error *e)
{
	const bool shelved = s && src->id[0];
	struct tribx_held *h = NULL;
	if (shelved) {
		pthread_mutex_lock(&s->lock);
		if ((h = find(s, src, limits->entries_max, false)))
			h->holders++;
		pthread_mutex_unlock(&s->lock);
	}
	if (!h) {
		if (!(h = new_held(src, limits->entries_max))) {
			tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the directory of the archive");
			return NULL;
		}
		if (tribx_zip_load(src, limits, &h->zip, e) < 0) {
			free(h);
			return NULL;
		}
		if (shelved) {
			h->holders++;
			put(s, h);
		}
	}
	*held = h;
	return &h->zip;
}

void tribx_shelf_drop(struct tribx_shelf *s, struct tribx_held *held)
{
	if (s)
		pthread_mutex_lock(&s->lock);
	let_go(held);
	if (s)
		pthread_mutex_unlock(&s->lock);
}

/* ---- tar ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tribx_place *)a)->name, ((const struct tribx_place *)b)->name);
}

void tribx_shelf_put(struct tribx_shelf *s, const struct tribx_source *src, const struct tribx_limits *limits, struct tribx_place *places, size_t count)
{
	struct tribx_held *h = s && src->id[0] && count ? new_held(src, limits->entries_max) : NULL;
	if (!h) {
		free_places(places, count);
		return;
	}
	qsort(places, count, sizeof *places, by_name);
	h->places = places;
	h->place_count = count;
	put(s, h);
}

/* The part of member in front of the "!/" at end, or all of it. */
static int64_t place_of(const struct tribx_held *h, const char *member, size_t size)
{
	char *name = strndup(member, size);
	const struct tribx_place key = { .name = name },
	                         *p = name ? bsearch(&key, h->places, h->place_count, sizeof *h->places, by_name) : NULL;
	free(name);
	return p ? p->at : -1;
}

int64_t tribx_shelf_place(struct tribx_shelf *s, const struct tribx_source *src, const struct tribx_limits *limits, const char *member)
{
	int64_t at = -1;
	if (!s || !src->id[0] || !member)
		return -1;
	pthread_mutex_lock(&s->lock);
	const struct tribx_held *h = find(s, src, limits->entries_max, true);
	for (const char *end = h ? strstr(member, "!/") : NULL; at < 0 && end; end = strstr(end + 1, "!/"))
		at = place_of(h, member, (size_t)(end - member));
	if (h && at < 0)
		at = place_of(h, member, strlen(member));
	pthread_mutex_unlock(&s->lock);
	return at;
}
