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

const char *const tribx_encoding_names[] = { "auto", "utf-8", "utf-16le", "utf-16be", "utf-16", "latin-1",
	"windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258",
	"iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-15", "koi8-r" };

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
		{ "latin1", TRIBX_LATIN1 }, { "iso-8859-1", TRIBX_LATIN1 }, { "ansi", TRIBX_WINDOWS1252 },
		{ "latin-2", TRIBX_ISO2 }, { "latin-5", TRIBX_ISO9 }, { "latin-9", TRIBX_ISO15 }, { "koi8r", TRIBX_KOI8R },
		{ "cp1250", TRIBX_WINDOWS1250 }, { "cp1251", TRIBX_WINDOWS1251 }, { "cp1252", TRIBX_WINDOWS1252 }, { "cp1253", TRIBX_WINDOWS1253 },
		{ "cp1254", TRIBX_WINDOWS1254 }, { "cp1255", TRIBX_WINDOWS1255 }, { "cp1256", TRIBX_WINDOWS1256 }, { "cp1257", TRIBX_WINDOWS1257 },
		{ "cp1258", TRIBX_WINDOWS1258 },
	};
	for (int i = 0; i < TRIBX_ENCODING_COUNT; i++)
		if (same(tribx_encoding_names[i], name))
			return i;
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (same(more[i].name, name))
			return (int)more[i].is;
	return -1;
}

/* high: what the bytes from 0x80 are; NULL: themselves. */
static const char *from_single(const uint16_t *high, const char *in, size_t n, char *out, size_t *used, size_t *made)
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
		if (high && c >= 0x80 && !(c = high[c - 0x80])) {
			why = "the encoding has no such byte";
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
	if (from == TRIBX_UTF8) {   /* as it stands; whether it is well-formed is asked of the whole */
		memcpy(out, in, n);
		*used = *made = n;
		return NULL;
	}
	if (from == TRIBX_UTF16LE || from == TRIBX_UTF16BE)
		return from_utf16(from == TRIBX_UTF16BE, in, n, out, used, made);
	return from_single(from < TRIBX_WINDOWS1250 ? NULL : tribx_single_bytes[from - TRIBX_WINDOWS1250], in, n, out, used, made);
}
