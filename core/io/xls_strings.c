/* xls_strings - see xls.h. */
#include "io/xls.h"

#include <stdlib.h>

bool tribx_record_at(const uint8_t *stream, size_t size, size_t at, struct tribx_record *out)
{
	if (size < 4 || at > size - 4)
		return false;
	*out = (struct tribx_record){ .id = tribx_le16(stream + at), .size = tribx_le16(stream + at + 2), .p = stream + at + 4 };
	out->next = at + 4 + out->size;
	return out->next <= size;
}

struct tribx_bytes_at tribx_record_bytes(const uint8_t *stream, size_t size, const struct tribx_record *r, size_t skip)
{
	size_t at = (size_t)(r->p - stream);
	return (struct tribx_bytes_at){ stream, size, at + (skip < r->size ? skip : r->size), at + r->size, false };
}

/* Into the next CONTINUE record, if there is one. */
static bool more(struct tribx_bytes_at *b)
{
	struct tribx_record r;
	while (b->at == b->end && !b->failed) {
		b->failed = !tribx_record_at(b->stream, b->size, b->end, &r) || r.id != TRIBX_BIFF_CONTINUE;
		if (!b->failed) {
			b->at = (size_t)(r.p - b->stream);
			b->end = b->at + r.size;
		}
	}
	return !b->failed;
}

uint8_t tribx_biff8(struct tribx_bytes_at *b)
{
	return more(b) ? b->stream[b->at++] : 0;
}

uint16_t tribx_biff16(struct tribx_bytes_at *b)
{
	uint8_t low = tribx_biff8(b);
	return (uint16_t)(low | tribx_biff8(b) << 8);
}

static void pass(struct tribx_bytes_at *b, size_t n)
{
	while (n && more(b)) {
		size_t here = b->end - b->at < n ? b->end - b->at : n;
		b->at += here;
		n -= here;
	}
}

static char *room(struct tribx_texts *t, size_t n)
{
	if (t->have + n > t->max)
		t->too_large = true;
	if (t->failed || t->too_large)
		return NULL;
	if (t->have + n > t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 4096;
		while (cap < t->have + n)
			cap *= 2;
		char *grown = realloc(t->mem, cap);
		t->failed = !grown;
		if (!grown)
			return NULL;
		t->mem = grown;
		t->cap = cap;
	}
	return t->mem + t->have;
}

static size_t put_utf8(char *to, uint32_t c)
{
	static const uint8_t lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = size - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3F));
	to[0] = (char)(lead[size] | c);
	return size;
}

size_t tribx_biff_text(struct tribx_bytes_at *b, bool wide, struct tribx_texts *t)
{
	enum { WIDE = 1, EXTENDED = 4, RICH = 8 };
	size_t count = wide ? tribx_biff16(b) : tribx_biff8(b), from = t->have;
	uint8_t flags = tribx_biff8(b);
	size_t runs = flags & RICH ? tribx_biff16(b) : 0, extra = 0;
	if (flags & EXTENDED) {
		extra = tribx_biff16(b);
		extra |= (size_t)tribx_biff16(b) << 16;
	}
	uint32_t high = 0;
	for (size_t i = 0; i < count && !b->failed; i++) {
		if (b->at == b->end && more(b))
			flags = tribx_biff8(b);
		uint32_t c = flags & WIDE ? tribx_biff16(b) : tribx_biff8(b);
		char *to = room(t, 8);
		if (!to)
			break;
		bool low = c >= 0xDC00 && c < 0xE000;
		if (high && !low)
			t->have += put_utf8(t->mem + t->have, 0xFFFD);   /* half a character */
		if (c >= 0xD800 && c < 0xDC00) {
			high = c;
			continue;
		}
		t->have += put_utf8(t->mem + t->have, low && high ? 0x10000 + (high - 0xD800) * 0x400 + (c - 0xDC00) : low ? 0xFFFD : c);
		high = 0;
	}
	pass(b, runs * 4 + extra);
	return t->have - from;
}
