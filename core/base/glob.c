/* glob - patterns of paths as Python's glob(recursive=True) reads them: * ? [..] [!..] in a part, ** for any number of whole folders, also
 * none. A name that begins with a dot is matched by a dot only. Characters are those of UTF-8, a byte that is none is one.
 *
 * Law: no recursion and no locale; the time is at most pattern times text. */
#include "base/glob.h"

#include <string.h>

/* One character and how many bytes it has. */
static unsigned letter(const char *s, const char *end, size_t *size)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = *p < 0x80 ? 1 : *p >= 0xF0 && *p < 0xF5 ? 4 : *p >= 0xE0 && *p < 0xF0 ? 3 : *p >= 0xC2 && *p < 0xE0 ? 2 : 0;
	unsigned c = n > 1 ? *p & (0x7F >> n) : *p;
	*size = 1;
	if (n > (size_t)(end - s))
		n = 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0xDC00 + *p;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (n == 0)
		return 0xDC00 + *p;
	*size = n;
	return c;
}

/* Behind the ] of a set that begins behind p, which is a [; NULL: the [ is a letter like others. */
static const char *set_end(const char *p, const char *end)
{
	p += 1 + (p + 1 < end && p[1] == '!');
	p = p + 1 < end ? memchr(p + 1, ']', (size_t)(end - p - 1)) : NULL;   /* a ] in front is one of the set */
	return p ? p + 1 : NULL;
}

/* holds: whether c is in the set; *empty: a range in it runs backwards. */
static bool in_set(const char *p, const char *end, unsigned c, bool *empty)
{
	bool hit = false, not = p[1] == '!';
	size_t n;
	for (p += 1 + not, end--; p < end; p += n) {
		unsigned low = letter(p, end, &n), high = low;
		if (p + n + 1 < end && p[n] == '-') {
			size_t more;
			high = letter(p + n + 1, end, &more);
			n += 1 + more;
		}
		*empty |= high < low;
		hit |= low <= c && c <= high;
	}
	return hit != not;
}

/* One part of a pattern against one name: at a mismatch the last * takes one character more. */
static bool part(const char *p, const char *end, const char *t, const char *t_end)
{
	const char *star = NULL, *at = NULL;
	size_t n;
	while (t < t_end) {
		bool empty = false, is = false;
		if (p < end && *p == '*') {
			star = ++p;
			at = t;
			continue;
		}
		const char *behind = p < end && *p == '[' ? set_end(p, end) : NULL;
		unsigned c = letter(t, t_end, &n);
		if (behind)
			is = in_set(p, behind, c, &empty);
		else if (p < end)
			is = *p == '?' || *p == *t;
		if (is) {
			t += behind || *p == '?' ? n : 1;
			p = behind ? behind : p + 1;
		} else if (star) {
			p = star;
			letter(at, t_end, &n);
			t = at += n;
		} else
			return false;
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

static const char *part_end(const char *s)
{
	return s + strcspn(s, "/");
}

static bool is_deep(const char *p, const char *end)
{
	return end - p == 2 && memcmp(p, "**", 2) == 0;
}

bool tribx_glob_name(const char *pattern, const char *name)
{
	return part(pattern, pattern + strlen(pattern), name, name + strlen(name));
}

bool tribx_glob(const char *pattern, const char *text)
{
	const char *p = pattern, *t = text, *deep = NULL, *at = NULL;   /* NULL p: behind the last part; NULL t: behind the last name */
	while (t) {
		const char *end = p ? part_end(p) : NULL, *t_end = part_end(t);
		if (p && is_deep(p, end)) {
			if (!*end)
				p = "*";            /* the last part: files at any depth, at least one name */
			deep = *end ? end + 1 : p;
			at = t;
			p = deep;
			continue;
		}
		/* what is wanted at the end must be the last name */
		const bool is = p && !*end == !*t_end && (*t != '.' || *p == '.') && part(p, end, t, t_end);
		if (is) {
			p = *end ? end + 1 : NULL;
			t = *t_end ? t_end + 1 : NULL;
		} else if (deep && *at != '.' && *part_end(at)) {
			p = deep;
			t = at = part_end(at) + 1;
		} else
			return false;
	}
	return !p;
}

/* The first set that no character is in, because a range runs backwards; its size, or 0. */
static int backwards(const char *p, const char *end, const char **set)
{
	for (const char *behind; p < end; p++)
		if (*p == '[' && (behind = set_end(p, end))) {
			bool empty = false;
			in_set(p, behind, 0, &empty);
			if (empty) {
				*set = p;
				return (int)(behind - p);
			}
			p = behind - 1;
		}
	return 0;
}

int tribx_glob_check(const char *pattern, struct tribx_error *e)
{
	for (const char *p = pattern, *end; *p; p = *end ? end + 1 : end) {
		end = part_end(p);
		const char *set = NULL, *stars = memmem(p, (size_t)(end - p), "**", 2);
		const int size = backwards(p, end, &set);
		if (size)
			return tribx_fail(e, TRIB_CONFIG, "file.bad_pattern", "\"%s\": a range of %.*s runs backwards", pattern, size, set);
		if (stars && !is_deep(p, end))
			return tribx_fail(e, TRIB_CONFIG, "file.bad_pattern", "\"%s\": ** stands for whole folders and has nothing beside it, as in **/*.csv",
			                  pattern);
	}
	return TRIB_OK;
}
