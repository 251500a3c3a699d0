/* buffers - see buffers.h. */
#include "arrow/buffers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const int64_t tribx_zeros[8] = { 0 };
static const void *const no_buffers[3] = { NULL, tribx_zeros, tribx_zeros };

/* ---- counted buffers ---- */

struct tribx_buffers *tribx_buffers_new(int buffer_count, int page_count)
{
	size_t buffers = (size_t)buffer_count * sizeof(void *), pages = (size_t)page_count * sizeof(struct tribx_page);
	struct tribx_buffers *s = calloc(1, sizeof *s + pages + (size_t)page_count * sizeof(int64_t) + buffers);
	if (!s)
		return NULL;
	char *at = (char *)(s + 1);
	s->pages = (void *)at;
	s->page_count = page_count;
	s->buffers = (void *)(at + pages + (size_t)page_count * sizeof(int64_t));
	atomic_init(&s->refs, 1);
	return s;
}

struct tribx_buffers *tribx_buffers_keep(struct tribx_buffers *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

struct tribx_page tribx_page_keep(const struct tribx_page *p)
{
	if (p->room)
		tribx_room_keep(p->room);
	if (p->lender)
		tribx_buffers_keep(p->lender);
	return *p;
}

void tribx_page_drop(struct tribx_page *p)
{
	tribx_room_drop(p->room);
	tribx_buffers_drop(p->lender);
}

void tribx_buffers_drop(struct tribx_buffers *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	tribx_block_free(s->validity);
	tribx_block_free(s->values);
	tribx_array_drop(&s->words);
	tribx_array_drop(&s->foreign);
	for (int i = 0; i < s->page_count; i++)
		tribx_page_drop((struct tribx_page *)&s->pages[i]);
	tribx_buffers_drop(s->lender);
	free(s);
}

/* ---- columns ---- */

void tribx_release_array(struct ArrowArray *a)
{
	struct tribx_buffers *s = a->private_data;
	a->release = NULL;
	tribx_buffers_drop(s);
}

static void release_nothing(struct ArrowArray *a)
{
	a->release = NULL;
}

int tribx_array_new(struct ArrowArray *to, const struct tribx_parts *p)
{
	int pages = p->views ? p->page_count : 0;
	int count = p->bits == 0 ? 0 : p->views ? 3 + pages : 2;
	struct tribx_buffers *s = tribx_buffers_new(count, pages);
	if (!s) {
		tribx_block_free(p->validity);
		tribx_block_free(p->values);
		if (p->words)
			tribx_array_drop(p->words);
		return TRIB_FATAL;
	}
	s->validity = p->validity;
	s->values = p->values;
	if (count) {
		s->buffers[0] = p->validity;
		s->buffers[1] = p->values ? p->values : tribx_zeros;
	}
	int64_t *sizes = (int64_t *)(uintptr_t)(s->pages + pages);
	for (int i = 0; i < pages; i++) {
		((struct tribx_page *)s->pages)[i] = tribx_page_keep(&p->pages[i]);
		s->buffers[2 + i] = p->pages[i].mem;
		sizes[i] = p->pages[i].size;
	}
	if (p->views)
		s->buffers[2 + pages] = pages ? sizes : tribx_zeros;
	*to = (struct ArrowArray){ .length = p->length, .null_count = p->nulls, .n_buffers = count,
	                           .buffers = s->buffers,
	                           .release = tribx_release_array, .private_data = s };
	if (p->words) {
		s->words = *p->words;
		p->words->release = NULL;
		to->dictionary = &s->words;
	}
	return TRIB_OK;
}

void tribx_array_empty(struct ArrowArray *to, enum trib_type type)
{
	bool text = type == TRIB_STR || type == TRIB_JSON;
	*to = (struct ArrowArray){ .n_buffers = type == TRIB_NULL ? 0 : text ? 3 : 2,
	                           .buffers = (const void **)(uintptr_t)no_buffers, .release = release_nothing };
}

void tribx_array_null(struct ArrowArray *to, int64_t length)
{
	*to = (struct ArrowArray){ .length = length, .null_count = length,
	                           .buffers = (const void **)(uintptr_t)no_buffers, .release = release_nothing };
}

void tribx_array_share(struct ArrowArray *to, const struct ArrowArray *from)
{
	if (from->private_data)
		tribx_buffers_keep(from->private_data);
	*to = *from;
}

void tribx_array_drop(struct ArrowArray *a)
{
	if (a->release)
		a->release(a);
}

const struct tribx_buffers *tribx_text_buffers(const struct ArrowArray *a)
{
	return a->dictionary ? a->dictionary->private_data : a->private_data;
}

/* ---- roots ---- */

struct array_root {
	struct ArrowArray *kids, **at;
	int cap;
	struct ArrowArray *retired;
	int retired_count, retired_cap;
};
struct schema_root {
	struct ArrowSchema *kids, **at;
	int cap;
	struct ArrowSchema *retired;
	int retired_count, retired_cap;
};

static void release_array_root(struct ArrowArray *a)
{
	struct array_root *r = a->private_data;
	for (int64_t i = 0; i < a->n_children; i++)
		tribx_array_drop(a->children[i]);
	for (int i = 0; i < r->retired_count; i++)
		tribx_array_drop(&r->retired[i]);
	free(r->retired);
	free(r->kids);
	free(r->at);
	free(r);
	a->release = NULL;
}

static void release_schema_root(struct ArrowSchema *s)
{
	struct schema_root *r = s->private_data;
	for (int64_t i = 0; i < s->n_children; i++)
		tribx_label_drop(s->children[i]);
	for (int i = 0; i < r->retired_count; i++)
		tribx_label_drop(&r->retired[i]);
	free(r->retired);
	free(r->kids);
	free(r->at);
	free(r);
	s->release = NULL;
}

bool tribx_ours(const struct trib_batch *b)
{
	return (b->array.release == release_array_root || !b->array.release) &&
		(b->schema.release == release_schema_root || !b->schema.release) &&
	       !b->array.release == !b->schema.release;
}

/* Kids lie in one piece each: a batch of 200 columns costs six allocations, not 400. The pointers grow first, so that
 * they are valid whatever fails. */
#define GROW(owner, r, count) do { \
	void *at_ = realloc((r)->at, (size_t)(count) * sizeof *(r)->at); \
	if (!at_) \
		return TRIB_FATAL; \
	(owner)->children = (r)->at = at_; \
	void *kids_ = realloc((r)->kids, (size_t)(count) * sizeof *(r)->kids); \
	if (!kids_) \
		return TRIB_FATAL; \
	(r)->kids = kids_; \
	memset((r)->kids + (r)->cap, 0, (size_t)((count) - (r)->cap) * sizeof *(r)->kids); \
	(r)->cap = (count); \
	for (int i_ = 0; i_ < (r)->cap; i_++) \
		(r)->at[i_] = &(r)->kids[i_]; \
} while (0)

static int grow_array(struct ArrowArray *a, int count)
{
	struct array_root *r = a->private_data;
	if (count > r->cap)
		GROW(a, r, count);
	return TRIB_OK;
}

static int grow_schema(struct ArrowSchema *s, int count)
{
	struct schema_root *r = s->private_data;
	if (count > r->cap)
		GROW(s, r, count);
	return TRIB_OK;
}

int tribx_roots_new(struct trib_batch *b, int count)
{
	*b = (struct trib_batch){
		.array = { .n_buffers = 1, .buffers = (const void **)(uintptr_t)no_buffers,
		           .release = release_array_root,
		           .private_data = calloc(1, sizeof(struct array_root)) },
		.schema = { .format = "+s", .name = "", .release = release_schema_root,
		            .private_data = calloc(1, sizeof(struct schema_root)) },
	};
	if (!b->array.private_data || !b->schema.private_data) {
		free(b->array.private_data);
		free(b->schema.private_data);
		*b = (struct trib_batch){ 0 };
		return TRIB_FATAL;
	}
	if (grow_array(&b->array, count ? count : 1) || grow_schema(&b->schema, count ? count : 1)) {
		trib_free(b);
		return TRIB_FATAL;
	}
	b->array.n_children = b->schema.n_children = count;
	return TRIB_OK;
}

int tribx_roots_grow(struct trib_batch *b, int count)
{
	if (!b->array.release) {
		struct trib_rows *rows = b->rows;
		int status = tribx_roots_new(b, count);
		b->rows = rows;
		return status;
	}
	int had = ((struct array_root *)b->array.private_data)->cap,
		also = ((struct schema_root *)b->schema.private_data)->cap;
	had = had < also ? had : also;
	int cap = count <= had ? had : had * 2 > count ? had * 2 : count;
	if (grow_array(&b->array, cap) || grow_schema(&b->schema, cap))
		return TRIB_FATAL;
	b->array.n_children = b->schema.n_children = count;
	return TRIB_OK;
}

int tribx_retire_room(struct trib_batch *b, int more)
{
	struct array_root *a = b->array.private_data;
	struct schema_root *s = b->schema.private_data;
	if (a->retired_count + more > a->retired_cap) {
		int cap = (a->retired_count + more) * 2;
		void *p = realloc(a->retired, (size_t)cap * sizeof *a->retired);
		if (!p)
			return TRIB_FATAL;
		a->retired = p;
		a->retired_cap = cap;
	}
	if (s->retired_count + more > s->retired_cap) {
		int cap = (s->retired_count + more) * 2;
		void *p = realloc(s->retired, (size_t)cap * sizeof *s->retired);
		if (!p)
			return TRIB_FATAL;
		s->retired = p;
		s->retired_cap = cap;
	}
	return TRIB_OK;
}

void tribx_retire(struct trib_batch *b, struct ArrowArray *a, struct ArrowSchema *s)
{
	struct array_root *ar = b->array.private_data;
	struct schema_root *sr = b->schema.private_data;
	if (a && a->release) {
		assert(ar->retired_count < ar->retired_cap);
		ar->retired[ar->retired_count++] = *a;
		a->release = NULL;
	}
	if (s && s->release) {
		assert(sr->retired_count < sr->retired_cap);
		sr->retired[sr->retired_count++] = *s;
		s->release = NULL;
	}
}

void tribx_roots_forget(struct trib_batch *b)
{
	struct array_root *a = b->array.private_data;
	struct schema_root *s = b->schema.private_data;
	if (!b->array.release)
		return;
	while (a->retired_count > 0)
		tribx_array_drop(&a->retired[--a->retired_count]);
	while (s->retired_count > 0)
		tribx_label_drop(&s->retired[--s->retired_count]);
}

int tribx_col_find(const struct trib_batch *b, const char *name, int near)
{
	int count = (int)b->schema.n_children;
	near = near < count ? near : 0;
	for (int i = 0; i < count; i++) {
		int col = near + i < count ? near + i : near + i - count;
		const char *other = b->schema.children[col]->name;
		if (other[0] == name[0] && strcmp(other, name) == 0)
			return col;
	}
	return -1;
}
