/* words - the distinct texts of a column as small numbers: hashed once per cell, looked up in one open table.
 *
 * Column texts of partners repeat (markets, metrics, currencies, periods), so what a text means is worked out once per
 * distinct text and then read from an array by its code. Memory: at most `max` distinct texts of an instance. */
#ifndef TRIBX_NORM_WORDS_H
#define TRIBX_NORM_WORDS_H

#include <tributary.h>

struct norm_words {
	struct trib_text *texts;         /* by code; stable until done */
	struct norm_key { uint64_t hash, a, b; } *keys;
	int32_t *slots;                  /* code + 1, 0 is free */
	int32_t count, cap, mask;
	struct norm_seen { uint64_t a, b, c; int32_t code; } *seen;   /* texts met last: see norm_codes_of */
	struct norm_page { struct norm_page *next; size_t used, size; char bytes[]; } *pages;
};

enum { NORM_SEEN = 2048, NORM_SEEN_SHIFT = 64 - 11 };

/* Its code: 0, 1, ... in order of arrival; -1: no memory, or more than max texts. */
int32_t norm_word_new(struct norm_words *w, struct trib_text t, struct norm_key key, int32_t max);
void norm_words_done(struct norm_words *w);

/* a and b hold the last 16 bytes, overlapping where there are fewer: for those, they and the length are the text. */
static inline struct norm_key norm_key_of(struct trib_text t)
{
	struct norm_key k = { .hash = t.n * 0x9e3779b97f4a7c15u };
	const char *p = t.p;
	size_t n = t.n;
	for (; n > 16; p += 8, n -= 8) {
		memcpy(&k.a, p, 8);
		k.hash = (k.hash ^ k.a) * 0xff51afd7ed558ccdu;
		k.hash ^= k.hash >> 32;
	}
	if (n >= 8) {
		memcpy(&k.a, p, 8), memcpy(&k.b, p + n - 8, 8);
	} else if (n >= 4) {
		uint32_t x, y;
		memcpy(&x, p, 4), memcpy(&y, p + n - 4, 4);
		k.a = x, k.b = y;
	} else
		k.a = n > 0 ? (uint64_t)(uint8_t)p[0] << 16 | (uint64_t)(uint8_t)p[n >> 1] << 8 | (uint8_t)p[n - 1] : 0;
	const unsigned __int128 m = (unsigned __int128)(k.a ^ k.hash ^ 0x2d358dccaa6c78a5u) * (k.b ^ 0x8bb84b93962eacc9u);
	k.hash = (uint64_t)m ^ (uint64_t)(m >> 64);
	return k;
}

static inline int32_t norm_code_of(struct norm_words *w, struct trib_text t, int32_t max)
{
	const struct norm_key k = norm_key_of(t);
	if (w->slots)
		for (int32_t i = (int32_t)(k.hash & (uint64_t)w->mask); w->slots[i]; i = (i + 1) & w->mask) {
			const int32_t c = w->slots[i] - 1;
			const struct norm_key *is = &w->keys[c];
			if (is->hash == k.hash && is->a == k.a && is->b == k.b && w->texts[c].n == t.n &&
			    (t.n <= 16 || memcmp(w->texts[c].p, t.p, t.n - 16) == 0))
				return c;
		}
	return norm_word_new(w, t, k, max);
}

/* Codes of n rows of a text column, -1 is null; false: no memory, or more than max texts. A text of up to 12 bytes is its
 * 16-byte view: found again by two comparisons, without touching bytes. A longer one is a = its length and first four bytes,
 * b = its last eight, c = those from the fifth on, and what is left between them. */
bool norm_codes_of(struct norm_words *w, const struct trib_view *v, int64_t n, int32_t max, int32_t *out);

#endif
