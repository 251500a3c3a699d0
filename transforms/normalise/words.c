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

/* Whether the text is the one that was met: its ends are the same. */
static inline bool is_seen(const struct norm_words *w, const struct norm_seen *s, const char *p, int32_t size)
{
	uint64_t x, y;
	if (s->size != size + 1 || size <= 16)
		return s->size == size + 1;
	const char *met = w->texts[s->code].p;
	memcpy(&x, met + 8, 8), memcpy(&y, p + 8, 8);
	return x == y && (size <= 24 || memcmp(met + 16, p + 16, (size_t)size - 24) == 0);
}

bool norm_codes_of(struct norm_words *w, const struct trib_view *v, int64_t n, int32_t max, int32_t *out)
{
	if (v->offsets || v->type == TRIB_NULL)
		return plain_codes(w, v, n, max, out);
	if (!w->seen && !(w->seen = calloc(NORM_SEEN, sizeof *w->seen)))
		return false;
	const int32_t *const views = v->values, *const codes = v->codes;
	const bool nulls = v->validity != NULL;
	for (int64_t i = 0; i < n; i++) {
		const int32_t *x = views + 4 * (codes ? codes[i] : i), size = x[0];
		const char *p = (const char *)(x + 1);
		uint64_t a, b;
		if (nulls && trib_null(v, i)) {
			out[i] = -1;
			continue;
		}
		if (size > 12) {
			p = (const char *)v->pages[x[2]] + x[3];
			memcpy(&a, p, 8), memcpy(&b, p + size - 8, 8);
		} else
			memcpy(&a, x, 8), memcpy(&b, x + 2, 8);
		struct norm_seen *s = &w->seen[(a ^ b * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu >> NORM_SEEN_SHIFT];   /* bits that all others reach */
		if (s->a == a && s->b == b && is_seen(w, s, p, size)) {
			out[i] = s->code;
			continue;
		}
		out[i] = norm_code_of(w, (struct trib_text){ p, (size_t)size }, max);
		if (out[i] < 0)
			return false;
		*s = (struct norm_seen){ a, b, out[i], size + 1 };
	}
	return true;
}
