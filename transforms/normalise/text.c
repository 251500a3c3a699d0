/* text - see text.h. */
#include <stdint.h>
#include "text.h"

static const struct { uint16_t from; char to[4]; } folds[] = {
#include "fold.inc"
};

/* One code point; a byte that is no UTF-8 stands for itself. */
static size_t decode(const char *p, size_t n, uint32_t *c)
{
	const uint8_t *u = (const uint8_t *)p;
	if (u[0] >= 0xc2 && u[0] < 0xe0 && n >= 2)
		return *c = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu), 2;
	if (u[0] >= 0xe0 && u[0] < 0xf0 && n >= 3)
		return *c = (u[0] & 0xfu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu), 3;
	if (u[0] >= 0xf0 && n >= 4)
		return *c = (u[0] & 0x7u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu), 4;
	return *c = u[0], 1;
}

static bool is_space(uint32_t c)
{
	return c <= ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0x205f ||
		c == 0x3000 || c == 0xfeff;
}

static const char *folded(uint32_t c)
{
	size_t lo = 0, hi = sizeof folds / sizeof *folds;
	while (lo < hi) {
		const size_t mid = (lo + hi) / 2;
		if (folds[mid].from < c)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < sizeof folds / sizeof *folds && folds[lo].from == c ? folds[lo].to : NULL;
}

size_t norm_fold(struct trib_text text, char *to, size_t size)
{
	size_t n = 0;
	bool gap = false;
	for (size_t i = 0; i < text.n;) {
		uint32_t c;
		const size_t width = decode(text.p + i, text.n - i, &c);
		const char *f = c >= 0x80 && c <= 0xffff ? folded(c) : NULL;
		char ascii = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		const char *p = f ? f : c < 0x80 ? &ascii : text.p + i;
		const size_t k = f ? strnlen(f, 4) : width;
		i += width;
		if (is_space(c) || c == '_' || c == '-' || (c >= 0x2010 && c <= 0x2015)) {
			gap = n > 0;
			continue;
		}
		if (c >= 0x300 && c < 0x370)                     /* marks that follow their letter */
			continue;
		if (n + k + gap > size)
			break;
		if (gap)
			to[n++] = ' ';
		gap = false;
		memcpy(to + n, p, k);
		n += k;
	}
	return n;
}

bool norm_fold_equal(struct trib_text a, struct trib_text b)
{
	char x[128], y[128];
	const size_t n = norm_fold(a, x, sizeof x);
	return n == norm_fold(b, y, sizeof y) && memcmp(x, y, n) == 0;
}

static size_t space_at(struct trib_text t, size_t i)
{
	uint32_t c;
	const size_t w = decode(t.p + i, t.n - i, &c);
	return is_space(c) ? w : 0;
}

struct trib_text norm_trimmed(struct trib_text t, const char *also)
{
	for (size_t w; t.n > 0; t.p += w, t.n -= w)
		if ((w = space_at(t, 0)) == 0 && (w = *t.p != '\0' && strchr(also, *t.p) != NULL) == 0)
			break;
	while (t.n > 0) {
		size_t i = t.n - 1;
		while (i > 0 && t.n - i < 4 && ((uint8_t)t.p[i] & 0xc0) == 0x80)
			i--;
		if (space_at(t, i) == 0 && !(t.p[t.n - 1] != '\0' && strchr(also, t.p[t.n - 1])))
			break;
		t.n = i;
	}
	return t;
}

struct trib_text norm_word(struct trib_text *rest)
{
	size_t w, n = 0;
	while (rest->n > 0 && (w = space_at(*rest, 0)) > 0)
		rest->p += w, rest->n -= w;
	while (n < rest->n && space_at(*rest, n) == 0)
		n++;
	const struct trib_text word = { rest->p, n };
	rest->p += n, rest->n -= n;
	return word;
}

int norm_edits(struct trib_text a, struct trib_text b)
{
	char x[64], y[64];
	const int n = (int)norm_fold(a, x, sizeof x), m = (int)norm_fold(b, y, sizeof y);
	int rows[3][65], *before = rows[0], *last = rows[1], *row = rows[2];
	if (n - m > 9 || m - n > 9)
		return 9;
	for (int j = 0; j <= m; j++)
		last[j] = j, before[j] = 0;
	for (int i = 1; i <= n; i++) {
		row[0] = i;
		for (int j = 1; j <= m; j++) {
			int d = last[j - 1] + (x[i - 1] != y[j - 1]);
			d = last[j] + 1 < d ? last[j] + 1 : d;
			d = row[j - 1] + 1 < d ? row[j - 1] + 1 : d;
			if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			row[j] = d;
		}
		int *const free_row = before;
		before = last, last = row, row = free_row;
	}
	return last[m] > 9 ? 9 : last[m];
}
