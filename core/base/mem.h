/* mem - memory with a lifetime or a limit.
 *
 * arena: freed as a whole (scratch of a call, life of an instance, a parsed file).
 * room:  counted, shared byte ranges that Arrow buffers point into; large ones are recycled, so that a run of any length
 *        touches the same pages again and its resident size does not grow with the input. */
#ifndef TRIBX_MEM_H
#define TRIBX_MEM_H

#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <tributary.h>

struct tribx_node;
struct tribx_arena { struct tribx_node *list; size_t used, limit; };   /* limit 0: none. All zero is an empty arena */

void *tribx_arena_new(struct tribx_arena *a, size_t size);              /* zeroed, 16-aligned; NULL: no memory or limit */
char *tribx_arena_text(struct tribx_arena *a, const char *s, size_t n); /* copy, 0-terminated */
char *tribx_arena_fmt(struct tribx_arena *a, const char *fmt, va_list args);
void tribx_arena_drop(struct tribx_arena *a, const void *p);            /* frees one allocation early; unknown or NULL is fine */
void tribx_arena_done(struct tribx_arena *a);

struct tribx_room {
	atomic_int refs;
	size_t size;               /* bytes in mem that may be used */
	char *mem;                 /* 64-aligned; at least 64 readable bytes follow size (for wide loads) */
};
struct tribx_room *tribx_room_new(size_t size);                         /* one reference; NULL: no memory */
struct tribx_room *tribx_room_keep(struct tribx_room *r);
void tribx_room_drop(struct tribx_room *r);                             /* NULL is fine */

/* 64-aligned buffers of batches, with 64 readable bytes behind; recycled like rooms. */
void *tribx_block_new(size_t size);
void *tribx_block_grow(void *p, size_t size, size_t used);              /* keeps used bytes; p may be NULL; on failure p is freed and NULL returned */
void tribx_block_free(void *p);                                         /* NULL is fine */
size_t tribx_block_size(const void *p);                                 /* usable bytes, at least what was asked for */
void tribx_block_trim(void);                                            /* gives the recycled ones back to the system */

#endif
