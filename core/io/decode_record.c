/* decode_record - records of a fixed length without line ends get them, while they become UTF-8: all that follows is lines. */
#include "io/decode.h"

/* How many bytes of [p, p + n) are whole characters, and at most `most` of them; *count: how many. */
static size_t characters(const struct tribx_layout *s, const char *p, size_t n, size_t most, size_t *count)
{
	size_t at = 0;
	bool wide = s->encoding == TRIBX_UTF16LE || s->encoding == TRIBX_UTF16BE;
	if (!wide && (s->encoding != TRIBX_UTF8 || s->in_bytes)) {
		*count = n < most ? n : most;
		return *count;
	}
	for (*count = 0; *count < most; ++*count) {
		unsigned char c = at < n ? (unsigned char)p[at] : 0;
		if (wide && n - at >= 2)
			c = (unsigned char)p[at + (s->encoding == TRIBX_UTF16LE)];
		size_t size = wide ? (c >= 0xD8 && c < 0xDC ? 4 : 2) : c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
		if (n - at < size)
			break;
		at += size;
	}
	return at;
}

static bool only_line_end(const char *p, size_t n)
{
	return (n == 1 && (*p == '\n' || *p == '\r')) || (n == 2 && memcmp(p, "\r\n", 2) == 0);
}

const char tribx_line_end_inside[] = "a line end inside a record of record_length";

const char *tribx_records(const struct tribx_layout *s, size_t *left, bool last, const char *in, size_t n, char *out, size_t *used, size_t *made)
{
	*used = *made = 0;
	for (size_t count, u, m; *used < n;) {
		size_t bytes = characters(s, in + *used, n - *used, *left, &count);
		const char *why = bytes ? tribx_to_utf8(s->encoding, in + *used, bytes, out + *made, &u, &m) : NULL;
		if (!bytes)
			break;
		if (!why && (memchr(out + *made, '\n', m) || memchr(out + *made, '\r', m))) {
			if (*left != s->record_length || !only_line_end(out + *made, m))
				return tribx_line_end_inside;
			*used += last && *used + u == n ? u : 0;   /* an editor's line end behind the last record */
			break;
		}
		*used += u;
		*made += m;
		*left -= count;
		if (why || u < bytes)
			return why;
		if (!*left) {
			out[(*made)++] = '\n';
			*left = s->record_length;
		}
	}
	return NULL;
}
