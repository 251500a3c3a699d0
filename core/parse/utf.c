/* utf - see utf.h. */
#include "parse/utf.h"

#include <string.h>

#include "parse/scan_kernels.h"

bool tribx_utf8_walk(const char *p, size_t n, size_t to, size_t *at)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = *at;
	while (i < to) {
		unsigned char c = s[i];
		if (c < 0x80 && c) {
			i++;
			continue;
		}
		size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
		*at = i;
		if (c < 0xC2 || c > 0xF4 || n - i <= more)
			return false;
		unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80, high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
		if (s[i + 1] < low || s[i + 1] > high)
			return false;
		for (size_t k = 2; k <= more; k++)
			if ((s[i + k] & 0xC0) != 0x80)
				return false;
		i += more + 1;
	}
	*at = i;
	return true;
}

size_t tribx_utf8_bad(enum tribx_isa isa, const char *p, size_t n)
{
	const struct tribx_kernel *k = tribx_kernel(isa);
	size_t at = 0;
	if (k && k->text(p, n))
		return n;
	return tribx_utf8_walk(p, n, n, &at) ? n : at;
}

size_t tribx_utf8_put(uint32_t c, char to[4])
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xC0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		if (c >= 0xD800 && c < 0xE000)
			return 0;
		to[0] = (char)(0xE0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3F));
		to[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	if (c > 0x10FFFF)
		return 0;
	to[0] = (char)(0xF0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3F));
	to[2] = (char)(0x80 | (c >> 6 & 0x3F));
	to[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

const char *const tribx_encoding_names[] = { "auto", "utf-8", "utf-16le", "utf-16be", "utf-16", "latin-1", "windows-1252" };

/* ASCII only: what strcasecmp thinks of an I depends on the locale. */
static bool same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		char low = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a, other = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
		if (low != other)
			return false;
	}
	return *a == *b;
}

int tribx_encoding_find(const char *name)
{
	static const struct { const char *name; enum tribx_encoding is; } more[] = {
		{ "utf8", TRIBX_UTF8 }, { "utf16", TRIBX_UTF16 }, { "utf16le", TRIBX_UTF16LE }, { "utf16be", TRIBX_UTF16BE },
		{ "latin1", TRIBX_LATIN1 }, { "iso-8859-1", TRIBX_LATIN1 }, { "cp1252", TRIBX_WINDOWS1252 }, { "ansi", TRIBX_WINDOWS1252 },
	};
	for (int i = 0; i < TRIBX_ENCODING_COUNT; i++)
		if (same(tribx_encoding_names[i], name))
			return i;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (same(more[i].name, name))
			return (int)more[i].is;
	return -1;
}

/* 0x80..0x9F of windows-1252; 0: not assigned. */
static const uint16_t windows1252[32] = {
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
};

static const char *from_latin(bool windows, const char *in, size_t n, char *out, size_t *used, size_t *made)
{
	size_t i = 0, o = 0;
	const char *why = NULL;
	for (; i < n; i++) {
		uint64_t eight;
		while (n - i >= 8 && (memcpy(&eight, in + i, 8), (eight & 0x8080808080808080u) == 0)) {
			memcpy(out + o, &eight, 8);
			i += 8;
			o += 8;
		}
		if (i == n)
			break;
		uint32_t c = (unsigned char)in[i];
		if (windows && c >= 0x80 && c < 0xA0 && !(c = windows1252[c - 0x80])) {
			why = "windows-1252 has no such byte";
			break;
		}
		o += tribx_utf8_put(c, out + o);
	}
	*used = i;
	*made = o;
	return why;
}

static const char *from_utf16(bool big, const char *in, size_t n, char *out, size_t *used, size_t *made)
{
	const unsigned char *s = (const unsigned char *)in;
	size_t i = 0, o = 0;
	const char *why = NULL;
	while (n - i >= 2) {
		uint32_t c = big ? (uint32_t)s[i] << 8 | s[i + 1] : (uint32_t)s[i + 1] << 8 | s[i];
		size_t size = 2;
		if (c >= 0xD800 && c < 0xE000) {
			if (c >= 0xDC00) {
				why = "half of a UTF-16 pair";
				break;
			}
			if (n - i < 4)
				break;
			uint32_t d = big ? (uint32_t)s[i + 2] << 8 | s[i + 3] : (uint32_t)s[i + 3] << 8 | s[i + 2];
			if (d < 0xDC00 || d >= 0xE000) {
				why = "half of a UTF-16 pair";
				break;
			}
			c = 0x10000 + ((c - 0xD800) << 10) + (d - 0xDC00);
			size = 4;
		}
		o += tribx_utf8_put(c, out + o);
		i += size;
	}
	*used = i;
	*made = o;
	return why;
}

const char *tribx_to_utf8(enum tribx_encoding from, const char *in, size_t n, char *out, size_t *used, size_t *made)
{
	if (from == TRIBX_UTF16LE || from == TRIBX_UTF16BE)
		return from_utf16(from == TRIBX_UTF16BE, in, n, out, used, made);
	return from_latin(from == TRIBX_WINDOWS1252, in, n, out, used, made);
}
