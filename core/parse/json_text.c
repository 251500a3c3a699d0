/* json_text - texts of JSON without their escapes. */
#include "parse/json_walk.h"

#include <string.h>

#include "parse/utf.h"

static uint32_t hex(const char *p)
{
	uint32_t v = 0;
	for (int i = 0; i < 4; i++)
		v = v * 16 + (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return v;
}

size_t tribx_json_unescape(const char *in, size_t size, char *out)
{
	static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *end = in + size;
	char *to = out;
	while (in < end) {
		const char *slash = memchr(in, '\\', (size_t)(end - in));
		size_t n = (size_t)((slash ? slash : end) - in);
		memcpy(to, in, n);
		to += n;
		in += n;
		if (!slash || end - in < 2)
			break;
		if (in[1] != 'u') {
			const char *found = strchr(plain, in[1]);
			*to++ = found ? means[found - plain] : in[1];
			in += 2;
			continue;
		}
		uint32_t c = hex(in + 2);
		in += 6;
		if (c >= 0xD800 && c < 0xDC00) {   /* checked before: its other half is there */
			c = 0x10000 + ((c - 0xD800) << 10) + (hex(in + 2) - 0xDC00);
			in += 6;
		}
		to += tribx_utf8_put(c, to);
	}
	return (size_t)(to - out);
}
