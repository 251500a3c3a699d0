/* text - see text.h. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool room(struct tribx_buf *b, size_t more)
{
	size_t max = b->max ? b->max : (size_t)1 << 30;
	if (b->failed || more > max - b->n) {
		b->failed = true;
		return false;
	}
	if (b->n + more + 1 <= b->cap)
		return true;
	size_t cap = b->cap ? b->cap * 2 : 256;
	while (cap < b->n + more + 1)
		cap *= 2;
	char *grown = realloc(b->p, cap);
	if (!grown) {
		b->failed = true;
		return false;
	}
	b->p = grown;
	b->cap = cap;
	return true;
}

void tribx_buf_put(struct tribx_buf *b, const char *p, size_t n)
{
	if (!room(b, n))
		return;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void tribx_buf_puts(struct tribx_buf *b, const char *s)
{
	tribx_buf_put(b, s, strlen(s));
}

void tribx_buf_putc(struct tribx_buf *b, char c)
{
	tribx_buf_put(b, &c, 1);
}

void tribx_buf_fmt(struct tribx_buf *b, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0 || !room(b, (size_t)n))
		return;
	va_start(args, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, args);
	va_end(args);
	b->n += (size_t)n;
}

void tribx_buf_json(struct tribx_buf *b, struct trib_text v)
{
	if (!v.p) {
		tribx_buf_puts(b, "null");
		return;
	}
	tribx_buf_putc(b, '"');
	size_t from = 0;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		tribx_buf_put(b, v.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			tribx_buf_fmt(b, "\\%c", c);
		else if (c == '\n')
			tribx_buf_puts(b, "\\n");
		else if (c == '\t')
			tribx_buf_puts(b, "\\t");
		else if (c == '\r')
			tribx_buf_puts(b, "\\r");
		else
			tribx_buf_fmt(b, "\\u%04x", c);
	}
	tribx_buf_put(b, v.p + from, v.n - from);
	tribx_buf_putc(b, '"');
}

char *tribx_buf_take(struct tribx_buf *b)
{
	if (!b->p && !b->failed)
		tribx_buf_put(b, "", 0);
	char *p = b->failed ? (free(b->p), NULL) : b->p;
	*b = (struct tribx_buf){ .max = b->max };
	return p;
}

void tribx_buf_done(struct tribx_buf *b)
{
	free(b->p);
	*b = (struct tribx_buf){ .max = b->max };
}

/* Bytes of the character that p begins, 0: a part of one. Only what cutting does is looked for: the rest was checked when it came in. */
static size_t character(const unsigned char *p)
{
	const size_t n = *p < 0x80 ? 1 : *p < 0xC0 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

char *tribx_text_whole(char *s)
{
	char *to = s;
	for (const char *p = s; *p;) {
		const size_t n = character((const unsigned char *)p);
		memmove(to, p, n);
		to += n;
		p += n ? n : 1;
	}
	*to = '\0';
	return s;
}

struct trib_text tribx_text_trim(struct trib_text t)
{
	while (t.n && (*t.p == ' ' || *t.p == '\t')) {
		t.p++;
		t.n--;
	}
	while (t.n && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t'))
		t.n--;
	return t;
}

bool tribx_text_is(struct trib_text t, const char *s)
{
	return t.p && t.n == strlen(s) && memcmp(t.p, s, t.n) == 0;
}

int tribx_distance(const char *a, const char *b)
{
	enum { MAX = 64, FAR = 9 };
	size_t n = strlen(a), m = strlen(b);
	if (n >= MAX || m >= MAX)
		return strcmp(a, b) ? FAR : 0;
	int d[3][MAX + 1];
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		int *now = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3];
		now[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			int best = up[j - 1] + (a[i - 1] != b[j - 1]);
			best = up[j] + 1 < best ? up[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			now[j] = best;
		}
	}
	int far = d[n % 3][m];
	return far < FAR ? far : FAR;
}

const char *tribx_nearest(const char *name, const char *(*at)(const void *list, size_t i), const void *list, size_t count)
{
	const char *best = NULL;
	int near = 3;
	for (size_t i = 0; i < count; i++) {
		const char *other = at(list, i);
		int d = tribx_distance(name, other);
		if (d < near && (size_t)d * 2 <= strlen(name) + 1) {
			near = d;
			best = other;
		}
	}
	for (size_t i = 0; !best && strlen(name) >= 3 && i < count; i++)
		if (strncmp(at(list, i), name, strlen(name)) == 0)
			best = at(list, i);
	return best;
}
