/* escapes - of JSON: those that jsonb refuses, of which one would cost the whole load. */
#include "copy.h"

#include <string.h>

static int hex4(const char *p)
{
	int v = 0;
	for (int i = 0; i < 4; i++) {
		const char c = p[i];
		v = v * 16 + (c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 1 << 20);
	}
	return v;
}

enum pg_bad pg_escapes(struct trib_text x)
{
	for (const char *p = x.p, *end = x.p + x.n; (p = memchr(p, '\\', (size_t)(end - p))) && p + 1 < end; p += 2) {
		if (p[1] != 'u' || end - p < 6)
			continue;
		const int v = hex4(p + 2);
		if (v == 0)
			return PG_NUL;
		if (v >= 0xdc00 && v < 0xe000)
			return PG_ESCAPE;
		if (v < 0xd800 || v >= 0xdc00)
			continue;
		if (end - p < 12 || p[6] != '\\' || p[7] != 'u' || hex4(p + 8) < 0xdc00 || hex4(p + 8) >= 0xe000)
			return PG_ESCAPE;
		p += 6;
	}
	return PG_GOOD;
}
