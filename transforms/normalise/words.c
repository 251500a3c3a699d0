/* words - see words.h. */
#include <stdlib.h>
#include "words.h"

static bool grow(struct norm_words *w)
{
	const int32_t cap = w->cap ? w->cap * 2 : 64;
	struct trib_text *texts = realloc(w->texts, (size_t)cap * sizeof *texts);
	if (texts)
		w->texts = texts;
	struct norm_key *keys = realloc(w->keys, (size_t)cap * sizeof *keys);
	if (keys)
		w->keys = keys;
	int32_t *slots = calloc((size_t)cap * 4, sizeof *slots);
	if (!texts || !keys || !slots) {
		free(slots);
		return false;
	}
	w->mask = cap * 4 - 1;
	for (int32_t c = 0; c < w->count; c++) {
		int32_t i = (int32_t)(keys[c].hash & (uint64_t)w->mask);
		while (slots[i])
			i = (i + 1) & w->mask;
		slots[i] = c + 1;
	}
	free(w->slots);
	w->slots = slots, w->cap = cap;
	return true;
}

static char *room(struct norm_words *w, size_t n)
{
	if (!w->pages || w->pages->size - w->pages->used < n) {
		const size_t size = n > 4000 ? n : 4000;
		struct norm_page *p = malloc(sizeof *p + size);
		if (!p)
			return NULL;
		*p = (struct norm_page){ .next = w->pages, .size = size };
		w->pages = p;
	}
	char *at = w->pages->bytes + w->pages->used;
	w->pages->used += n;
	return at;
}

int32_t norm_word_new(struct norm_words *w, struct trib_text t, struct norm_key key, int32_t max)
{
	if (w->count >= max || (w->count == w->cap && !grow(w)))
		return -1;
	char *copy = room(w, t.n + 1);
	if (!copy)
		return -1;
	if (t.n)
		memcpy(copy, t.p, t.n);
	copy[t.n] = '\0';
	int32_t i = (int32_t)(key.hash & (uint64_t)w->mask);
	while (w->slots[i])
		i = (i + 1) & w->mask;
	w->slots[i] = w->count + 1;
	w->texts[w->count] = (struct trib_text){ copy, t.n };
	w->keys[w->count] = key;
	return w->count++;
}

void norm_words_done(struct norm_words *w)
{
	while (w->pages) {
		struct norm_page *next = w->pages->next;
		free(w->pages);
		w->pages = next;
	}
	free(w->texts);
	free(w->keys);
	free(w->slots);
	free(w->seen);
	*w = (struct norm_words){ 0 };
}

static bool plain_codes(struct norm_words *w, const struct trib_view *v, int64_t n, int32_t max, int32_t *out)
{
	for (int64_t i = 0; i < n; i++) {
		const struct trib_text x = trib_str(v, i);
		out[i] = x.p ? norm_code_of(w, x, max) : -1;
		if (x.p && out[i] < 0)
			return false;
	}
	return true;
}

enum { SHORT = 12, COVERED = 20 };        /* bytes in a view; bytes that a slot holds of a longer text: 12 first, 8 last */

/* Where a text that was met is remembered. Of the two halves of a view, each has bits that reach the top. */
static inline struct norm_seen *seen_at(const struct norm_words *w, uint64_t a, uint64_t b)
{
	return &w->seen[(a + 2 * b) * 0x9e3779b97f4a7c15u >> NORM_SEEN_SHIFT];
}

static bool make_seen(struct norm_words *w)
{
	w->seen = calloc(NORM_SEEN, sizeof *w->seen);
	if (w->seen)
		seen_at(w, 0, 0)->a = UINT64_MAX;     /* free slots are like the view of "", which looks only here */
	return w->seen != NULL;
}

/* The code of a text that its slot does not hold, which holds it from now on. */
static __attribute__((noinline, cold)) int32_t meet(struct norm_words *w, struct norm_seen *s, struct norm_seen as, struct trib_text t, int32_t max)
{
	as.code = norm_code_of(w, t, max);
	if (as.code >= 0)
		*s = as;
	return as.code;
}

static inline int32_t code_of_long(struct norm_words *w, const struct trib_view *v, const int32_t *x, int32_t max)
{
	const size_t n = (size_t)x[0];
	const char *const p = (const char *)v->pages[x[2]] + x[3];
	uint64_t a, b, c;
	memcpy(&a, x, 8), memcpy(&b, p + n - 8, 8), memcpy(&c, p + 4, 8);
	struct norm_seen *const s = seen_at(w, a, b);
	if (s->a == a && s->b == b && s->c == c &&
	    (n <= COVERED || memcmp(w->texts[s->code].p + SHORT, p + SHORT, n - COVERED) == 0))
		return s->code;
	return meet(w, s, (struct norm_seen){ a, b, c, 0 }, (struct trib_text){ p, n }, max);
}

/* A slot for short texts holds their view, which begins with the length: a longer one cannot be taken for it. */
static inline __attribute__((always_inline)) bool codes_of(struct norm_words *w, const struct trib_view *v, int64_t n, int32_t max,
                                                           int32_t *out, const bool nulls)
{
	const int32_t *x = v->values;
	for (int64_t i = 0; i < n; i++, x += 4) {
		uint64_t a, b;
		if (nulls && trib_null(v, i)) {
			out[i] = -1;
			continue;
		}
		if (__builtin_expect(x[0] > SHORT, 0)) {
			out[i] = code_of_long(w, v, x, max);
			if (out[i] < 0)
				return false;
			continue;
		}
		memcpy(&a, x, 8), memcpy(&b, x + 2, 8);
		struct norm_seen *const s = seen_at(w, a, b);
		out[i] = s->code;
		if (__builtin_expect(s->a != a || s->b != b, 0)) {
			out[i] = meet(w, s, (struct norm_seen){ a, b, 0, 0 }, (struct trib_text){ (const char *)(x + 1), (size_t)x[0] }, max);
			if (out[i] < 0)
				return false;
		}
	}
	return true;
}

bool norm_codes_of(struct norm_words *w, const struct trib_view *v, int64_t n, int32_t max, int32_t *out)
{
	if (v->offsets || v->codes || v->type == TRIB_NULL)
		return plain_codes(w, v, n, max, out);
	if (!w->seen && !make_seen(w))
		return false;
	return v->validity ? codes_of(w, v, n, max, out, true) : codes_of(w, v, n, max, out, false);
}
