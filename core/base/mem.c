/* mem - see mem.h. Blocks of 32 KiB and more go round a free list by power-of-two class, bounded to 48 MiB in all. */
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- arenas ---- */

struct tribx_node { struct tribx_node *next; size_t size; _Alignas(16) char mem[]; };

void *tribx_arena_new(struct tribx_arena *a, size_t size)
{
	if (a->limit && size > a->limit - a->used)
		return NULL;
	struct tribx_node *n = calloc(1, sizeof *n + size + !size);
	if (!n)
		return NULL;
	n->next = a->list;
	n->size = size;
	a->list = n;
	a->used += size;
	return n->mem;
}

char *tribx_arena_text(struct tribx_arena *a, const char *s, size_t n)
{
	char *copy = tribx_arena_new(a, n + 1);
	if (copy && n)
		memcpy(copy, s, n);
	return copy;
}

char *tribx_arena_fmt(struct tribx_arena *a, const char *fmt, va_list args)
{
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	char *text = n < 0 ? NULL : tribx_arena_new(a, (size_t)n + 1);
	if (text)
		vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

void tribx_arena_drop(struct tribx_arena *a, const void *p)
{
	for (struct tribx_node **at = &a->list; p && *at; at = &(*at)->next)
		if ((*at)->mem == p) {
			struct tribx_node *gone = *at;
			*at = gone->next;
			a->used -= gone->size;
			free(gone);
			return;
		}
}

void tribx_arena_done(struct tribx_arena *a)
{
	while (a->list) {
		struct tribx_node *gone = a->list;
		a->list = gone->next;
		free(gone);
	}
	a->used = 0;
}

/* ---- blocks ---- */

enum { HEAD = 64, TAIL = 64, CLASS_FIRST = 15, CLASS_COUNT = 12 };
static const size_t cached_max = (size_t)48 << 20;

struct head { struct head *next; size_t size; int class; };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct head *cache[CLASS_COUNT];
static size_t cached;

static int class_of(size_t size)
{
	for (int c = 0; c < CLASS_COUNT; c++)
		if (size <= (size_t)1 << (CLASS_FIRST + c))
			return size > (size_t)1 << (CLASS_FIRST - 1) ? c : -1;
	return -1;
}

void *tribx_block_new(size_t size)
{
	int class = class_of(size);
	struct head *h = NULL;
	if (class >= 0) {
		size = (size_t)1 << (CLASS_FIRST + class);
		pthread_mutex_lock(&lock);
		if ((h = cache[class])) {
			cache[class] = h->next;
			cached -= size;
		}
		pthread_mutex_unlock(&lock);
	}
	if (!h && posix_memalign((void **)&h, 64, HEAD + ((size + 63) & ~(size_t)63) + TAIL))
		return NULL;
	*h = (struct head){ .size = size, .class = class };
	return (char *)h + HEAD;
}

static struct head *head_of(const void *p)
{
	return (struct head *)((char *)(uintptr_t)p - HEAD);
}

size_t tribx_block_size(const void *p)
{
	return head_of(p)->size;
}

void tribx_block_free(void *p)
{
	if (!p)
		return;
	struct head *h = head_of(p);
	if (h->class >= 0) {
		pthread_mutex_lock(&lock);
		bool keep = cached + h->size <= cached_max;
		if (keep) {
			h->next = cache[h->class];
			cache[h->class] = h;
			cached += h->size;
		}
		pthread_mutex_unlock(&lock);
		if (keep)
			return;
	}
	free(h);
}

void *tribx_block_grow(void *p, size_t size, size_t used)
{
	if (p && size <= tribx_block_size(p))
		return p;
	void *grown = tribx_block_new(size);
	if (grown && used)
		memcpy(grown, p, used);
	tribx_block_free(p);
	return grown;
}

void tribx_block_trim(void)
{
	pthread_mutex_lock(&lock);
	for (int c = 0; c < CLASS_COUNT; c++)
		while (cache[c]) {
			struct head *gone = cache[c];
			cache[c] = gone->next;
			free(gone);
		}
	cached = 0;
	pthread_mutex_unlock(&lock);
}

/* ---- rooms ---- */

struct tribx_room *tribx_room_new(size_t size)
{
	struct tribx_room *r = malloc(sizeof *r);
	char *mem = r ? tribx_block_new(size) : NULL;
	if (!mem) {
		free(r);
		return NULL;
	}
	*r = (struct tribx_room){ .size = size, .mem = mem };
	atomic_init(&r->refs, 1);
	return r;
}

struct tribx_room *tribx_room_keep(struct tribx_room *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void tribx_room_drop(struct tribx_room *r)
{
	if (r && atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) == 1) {
		tribx_block_free(r->mem);
		free(r);
	}
}
