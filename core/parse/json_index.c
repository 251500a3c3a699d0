/* json_index - see json_index.h: memory, and the tokens byte by byte where no kernel is. */
#include "parse/json_index.h"

#include "base/mem.h"
#include "parse/scan_kernels.h"

enum { STRIP = 16384, SLACK = 80 };

void tribx_json_index_done(struct tribx_json_index *ix)
{
	tribx_block_free(ix->at);
	*ix = (struct tribx_json_index){ 0 };
}

static bool room(struct tribx_json_index *ix, size_t more)
{
	size_t want = ix->count + more + SLACK;
	if (want <= ix->cap)
		return true;
	uint32_t *grown = tribx_block_grow(ix->at, (want + want / 2) * sizeof *grown, ix->count * sizeof *grown);
	ix->at = grown;
	ix->cap = grown ? tribx_block_size(grown) / sizeof *grown : 0;
	return grown;
}

static bool hex(const char *p, uint32_t *out)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i], low = c | 0x20;
		if (c >= '0' && c <= '9')
			v = v * 16 + c - '0';
		else if (low >= 'a' && low <= 'f')
			v = v * 16 + low - 'a' + 10;
		else
			return false;
	}
	*out = v;
	return true;
}

bool tribx_json_escape(const char *begin, const char *p, const char *end)
{
	uint32_t c, other;
	if (end - p < 2)
		return false;
	switch (p[1]) {
	case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
		return true;
	case 'u':
		break;
	default:
		return false;
	}
	if (end - p < 6 || !hex(p + 2, &c) || c == 0)
		return false;
	if (c < 0xD800 || c >= 0xE000)
		return true;
	if (c < 0xDC00)
		return end - p >= 12 && p[6] == '\\' && p[7] == 'u' && hex(p + 8, &other) && other >= 0xDC00 && other < 0xE000;
	if (p - begin < 6 || p[-6] != '\\' || p[-5] != 'u' || !hex(p - 4, &other) || other < 0xD800 || other >= 0xDC00)
		return false;
	size_t slashes = 0;     /* \\uD800 is a backslash and text */
	while (p - 6 - slashes > begin && p[-7 - (ptrdiff_t)slashes] == '\\')
		slashes++;
	return slashes % 2 == 0;
}

static void serial(const char *p, size_t at, size_t to, struct tribx_json_strip *s)
{
	for (; at < to; at++) {
		unsigned char c = (unsigned char)p[at];
		bool escaped = s->escaped, quote = c == '"' && !escaped;
		s->escaped = c == '\\' && !escaped;
		if (s->escaped)
			s->odd |= !tribx_json_escape(p, p + at, s->end);
		if (quote) {
			s->inside = !s->inside;
			s->scalar = 0;
			*s->out++ = (uint32_t)at;
		} else if (s->inside) {
			s->odd |= c < 0x20;
		} else {
			bool punct = c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':' || c == '\n';
			bool run = !punct && c != ' ' && c != '\t' && c != '\r';
			if (punct || (run && !s->scalar))
				*s->out++ = (uint32_t)at;
			s->scalar = run;
		}
	}
}

/* Whole blocks by the kernel, the rest byte by byte: what either leaves behind the other goes on from. */
void tribx_json_strip(enum tribx_isa isa, const char *p, size_t at, size_t to, struct tribx_json_strip *s)
{
	const struct tribx_kernel *k = tribx_kernel(isa);
	size_t blocks = k ? (to - at) / 64 * 64 : 0;
	if (blocks)
		k->json(p, at, at + blocks, s);
	serial(p, at + blocks, to, s);
	s->inside = s->inside ? ~(uint64_t)0 : 0;
}

bool tribx_json_scan(enum tribx_isa isa, const char *p, size_t from, size_t to, struct tribx_json_index *ix)
{
	const struct tribx_kernel *k = tribx_kernel(isa);
	struct tribx_json_strip s = { .end = p + to };
	ix->count = 0;
	ix->odd = false;
	if (!room(ix, STRIP))
		return false;
	for (size_t at = from; at < to; at += STRIP) {
		if (!room(ix, STRIP))
			return false;
		size_t stop = at + STRIP < to ? at + STRIP : to;
		s.out = ix->at + ix->count;
		(k ? k->json : serial)(p, at, stop, &s);
		ix->count = (size_t)(s.out - ix->at);
	}
	for (int i = 0; i < 4; i++)   /* a walk that looks ahead meets the last line end again */
		ix->at[ix->count + (size_t)i] = (uint32_t)to - 1;
	ix->odd = s.odd | s.inside;
	return true;
}
