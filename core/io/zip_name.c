/* zip_name - which member names are harmless. Members are never written to disk under their names, but a name becomes part of a
 * file's identity, of log lines and of error texts, and an archive with one malicious name is not from the partner. */
#include "io/zip.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Code page 437, upper half: what a zip without the UTF-8 flag means by its bytes. */
static const uint16_t cp437[128] = {
	0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF, 0x00EE, 0x00EC, 0x00C4, 0x00C5,
	0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9, 0x00FF, 0x00D6, 0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192,
	0x00E1, 0x00ED, 0x00F3, 0x00FA, 0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255D, 0x255C, 0x255B, 0x2510,
	0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F, 0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
	0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4, 0x03A6, 0x0398, 0x03A9, 0x03B4, 0x221E, 0x03C6, 0x03B5, 0x2229,
	0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248, 0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

/* Length of the character at p, or 0: not UTF-8. */
static size_t character(const uint8_t *p, size_t n)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size = p[0] < 0x80 ? 1 : p[0] >= 0xC2 && p[0] < 0xE0 ? 2 : p[0] >= 0xE0 && p[0] < 0xF0 ? 3 : p[0] >= 0xF0 && p[0] < 0xF5 ? 4 : 0;
	if (size == 0 || size > n)
		return 0;
	uint32_t c = size == 1 ? p[0] : p[0] & (0x7Fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3F);
	}
	return c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0 : size;
}

static bool is_utf8(struct trib_text t)
{
	for (size_t i = 0, size; i < t.n; i += size)
		if ((size = character((const uint8_t *)t.p + i, t.n - i)) == 0)
			return false;
	return true;
}

static char *from_cp437(struct trib_text raw)
{
	char *name = malloc(raw.n * 3 + 1), *to = name;
	for (size_t i = 0; name && i < raw.n; i++) {
		uint8_t b = (uint8_t)raw.p[i];
		uint16_t c = b < 0x80 ? b : cp437[b - 0x80];
		if (c < 0x80) {
			*to++ = (char)c;
		} else if (c < 0x800) {
			*to++ = (char)(0xC0 | c >> 6);
			*to++ = (char)(0x80 | (c & 0x3F));
		} else {
			*to++ = (char)(0xE0 | c >> 12);
			*to++ = (char)(0x80 | (c >> 6 & 0x3F));
			*to++ = (char)(0x80 | (c & 0x3F));
		}
	}
	if (name)
		*to = 0;
	return name;
}

static const char *odd_part(const char *part, size_t n)
{
	if (n == 0)
		return "has an empty part in its name";
	if (n == 1 && part[0] == '.')
		return "has the part . in its name";
	if (n == 2 && part[0] == '.' && part[1] == '.')
		return "leads out of its folder with ..";
	return NULL;
}

/* What is odd about the name, or NULL. A trailing / makes a folder. */
static const char *odd(struct trib_text raw)
{
	if (raw.n == 0)
		return "has no name";
	if (raw.p[0] == '/')
		return "has an absolute name";
	if (raw.n > 1 && isalpha((unsigned char)(raw.p[0] & 0x7F)) && !(raw.p[0] & 0x80) && raw.p[1] == ':')
		return "names a drive";
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\')
			return "has a backslash in its name";
		if ((unsigned char)raw.p[i] < 0x20 || raw.p[i] == 0x7F)
			return "has a control character in its name";
	}
	size_t n = raw.p[raw.n - 1] == '/' ? raw.n - 1 : raw.n;
	for (const char *at = raw.p, *end = raw.p + n; at <= end;) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		const char *stop = slash ? slash : end, *why = odd_part(at, (size_t)(stop - at));
		if (why)
			return why;
		at = stop + 1;
	}
	return NULL;
}

/* Names in errors: what could split a log line or fool a terminal is shown as ?. */
static void harmless(struct trib_text raw, char to[64])
{
	size_t n = 0;
	for (; n < raw.n && n < 60; n++)
		to[n] = raw.p[n] >= 0x20 && raw.p[n] < 0x7F ? raw.p[n] : '?';
	strcpy(to + n, n < raw.n ? "..." : "");
}

char *tribx_zip_name(struct trib_text raw, bool utf8, struct tribx_error *e)
{
	char shown[64];
	bool is = is_utf8(raw);
	const char *why = utf8 && !is ? "says that its name is UTF-8, which it is not" : odd(raw);
	if (why) {
		harmless(raw, shown);
		tribx_fail(e, TRIB_DATA, "archive.odd_entry", "entry \"%s\" %s", shown, why);
		return NULL;
	}
	char *name = is ? strndup(raw.p, raw.n) : from_cp437(raw);
	if (!name)
		tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the directory of the archive");
	return name;
}
