/* odd.h - texts are copied and looked through at once, 16 bytes at a time: is there a byte that a cell cannot hold as it is?
 * Two forms of the same functions, SSE2 and plain C; encode.c inlines them. */
#ifndef FILES_ODD_H
#define FILES_ODD_H

#include <string.h>
#include "files.h"

/* Bits of the 16 bytes that a cell cannot hold as they are. */
#ifdef __SSE2__
#include <emmintrin.h>
typedef __m128i v16;
struct odd { v16 a, b, c, d; bool json; };

static inline struct odd odd_bytes(const struct files_format *f)
{
	return (struct odd){ _mm_set1_epi8(f->json ? 0x1f : f->delimiter), _mm_set1_epi8('"'),
	                     _mm_set1_epi8(f->json ? '\\' : '\n'),
	                     _mm_set1_epi8('\r'), f->json };
}

static inline v16 load16(const void *p)
{
	return _mm_loadu_si128(p);
}

static inline unsigned odd16(const struct odd *o, v16 x)
{
	v16 first = o->json ? _mm_cmpeq_epi8(_mm_min_epu8(x, o->a), x) :
	                      _mm_or_si128(_mm_cmpeq_epi8(x, o->a), _mm_cmpeq_epi8(x, o->d));
	v16 second = _mm_or_si128(_mm_cmpeq_epi8(x, o->b), _mm_cmpeq_epi8(x, o->c));
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(first, second));
}

static inline unsigned quotes16(v16 x)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
}

static inline void store16(char *to, v16 x)
{
	_mm_storeu_si128((v16 *)to, x);
}

/* Of CSV, for many texts with one question at the end: what is odd in x is added to sum, which begins as none. */
static inline v16 none16(void)
{
	return _mm_setzero_si128();
}

static inline v16 add_odd(const struct odd *o, v16 sum, v16 x)
{
	sum = _mm_or_si128(sum, _mm_or_si128(_mm_cmpeq_epi8(x, o->a), _mm_cmpeq_epi8(x, o->b)));
	return _mm_or_si128(sum, _mm_or_si128(_mm_cmpeq_epi8(x, o->c), _mm_cmpeq_epi8(x, o->d)));
}

static inline bool any_odd(v16 sum)
{
	return _mm_movemask_epi8(sum) != 0;
}

/* The text of a short view: what lies behind its length. */
static inline v16 text_of_view(v16 x)
{
	return _mm_srli_si128(x, 4);
}
#else
typedef struct { unsigned char b[16]; } v16;
struct odd { bool is[256]; };

static inline struct odd odd_bytes(const struct files_format *f)
{
	struct odd o = { { false } };
	o.is['"'] = true;
	o.is[f->json ? '\\' : '\n'] = true;
	for (int i = 0; f->json && i < 32; i++)
		o.is[i] = true;
	if (!f->json)
		o.is[(unsigned char)f->delimiter] = o.is['\r'] = true;
	return o;
}

static inline v16 load16(const void *p)
{
	v16 x;
	memcpy(&x, p, 16);
	return x;
}

static inline unsigned odd16(const struct odd *o, v16 x)
{
	unsigned bits = 0;
	for (int i = 0; i < 16; i++)
		bits |= (unsigned)o->is[x.b[i]] << i;
	return bits;
}

static inline unsigned quotes16(v16 x)
{
	unsigned bits = 0;
	for (int i = 0; i < 16; i++)
		bits |= (unsigned)(x.b[i] == '"') << i;
	return bits;
}

static inline void store16(char *to, v16 x)
{
	memcpy(to, &x, 16);
}

static inline v16 none16(void)
{
	return (v16){ { 0 } };
}

static inline v16 add_odd(const struct odd *o, v16 sum, v16 x)
{
	for (int i = 0; i < 16; i++)
		sum.b[0] |= o->is[x.b[i]];
	return sum;
}

static inline bool any_odd(v16 sum)
{
	return sum.b[0];
}

static inline v16 text_of_view(v16 x)
{
	v16 y = { { 0 } };
	memcpy(y.b, x.b + 4, 12);
	return y;
}
#endif

/* Copies the text; true: something in it is odd, and the rest was not looked at. 16 bytes more than n may be written. */
static inline bool copy_text(const struct odd *o, char *to, const char *p, size_t n)
{
	unsigned odd = 0;
	size_t i = 0;
	for (; i + 16 <= n; i += 16) {
		v16 x = load16(p + i);
		store16(to + i, x);
		if (odd16(o, x))
			return true;
	}
	if (i < n && n >= 16) {   /* the last 16 bytes again: no byte behind the text is read */
		v16 x = load16(p + n - 16);
		store16(to + n - 16, x);
		odd = odd16(o, x);
	} else if (i < n && n >= 8) {
		char both[16];
		memcpy(both, p, 8);
		memcpy(both + 8, p + n - 8, 8);
		memcpy(to, both, 8);
		memcpy(to + n - 8, both + 8, 8);
		odd = odd16(o, load16(both));
	} else if (i < n) {
		char few[16] = { 0 };
		for (; i < n; i++)
			to[i] = few[i] = p[i];
		odd = odd16(o, load16(few)) & ((1u << n) - 1);
	}
	return odd != 0;
}

/* The same for texts of 13 bytes and more whose oddness is asked for later: see add_odd. */
static inline v16 copy_long(const struct odd *o, v16 sum, char *to, const char *p, size_t n)
{
	if (n < 16) {
		char both[16];
		memcpy(both, p, 8);
		memcpy(both + 8, p + n - 8, 8);
		memcpy(to, both, 8);
		memcpy(to + n - 8, both + 8, 8);
		return add_odd(o, sum, load16(both));
	}
	for (size_t i = 0; i + 16 < n; i += 16) {
		const v16 x = load16(p + i);
		store16(to + i, x);
		sum = add_odd(o, sum, x);
	}
	const v16 x = load16(p + n - 16);
	store16(to + n - 16, x);
	return add_odd(o, sum, x);
}

/* Copies up to `most` bytes of x, 16 at most, or one quote and what is before it, doubled. How many were taken. */
static inline size_t double_one(char **to, v16 x, size_t most)
{
	unsigned quotes = quotes16(x) & ((1u << most) - 1);
	size_t step = quotes ? (size_t)__builtin_ctz(quotes) + 1 : most;
	store16(*to, x);
	*to += step;
	**to = '"';
	*to += quotes != 0;
	return step;
}

/* The text with its quotes doubled; behind its end. Up to 16 bytes more are written, none behind the text is read. */
static inline char *copy_doubled(char *to, const char *p, size_t n)
{
	char last[32] = { 0 };
	size_t i = 0;
	while (n - i >= 16)
		i += double_one(&to, load16(p + i), 16);
	if (n >= 16) {           /* the last 16 bytes again, from where they begin to be new */
		store16(last, load16(p + n - 16));
		p = last + 16 - (n - i);
	} else {
		for (size_t k = 0; k < n; k++)
			last[k] = p[k];
		p = last;
	}
	for (n -= i, i = 0; i < n;)
		i += double_one(&to, load16(p + i), n - i);
	return to;
}

#endif
