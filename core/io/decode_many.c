/* decode_many - a path with [*]: every value it finds in a value that was checked before. A value that is no array is an array of
 * one, so that a child of XML that stands once is found as one that stands twice is. */
#include "io/decode.h"

struct many {
	const char *join;                /* NULL: an array of JSON */
	char *to;
	size_t n, count;
};

static const char *blank(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
		p++;
	return p;
}

static const char *text_end(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

/* Behind the value at p. */
static const char *value_end(const char *p)
{
	if (*p == '"')
		return text_end(p);
	if (*p != '{' && *p != '[') {
		while (*p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\t' && *p != '\r' && *p != '\n')
			p++;
		return p;
	}
	for (int depth = 0;;) {
		depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
		if (*p == '"')
			p = text_end(p);
		else
			p++;
		if (depth == 0)
			return p;
	}
}

static void put(struct many *m, const char *p, size_t n)
{
	memcpy(m->to + m->n, p, n);
	m->n += n;
}

static void found(struct many *m, const char *p, const char *end)
{
	if (m->join && *p == 'n')
		return;
	put(m, m->join ? m->join : m->count ? "," : "[", m->join ? m->count ? strlen(m->join) : 0 : 1);
	m->count++;
	if (m->join && *p == '"')
		m->n += tribx_json_unescape(p + 1, (size_t)(end - p) - 2, m->to + m->n);
	else
		put(m, p, (size_t)(end - p));
}

/* Is the text at p (its quotes included) the n bytes of name? */
static bool same(const char *p, const char *end, const char *name, size_t n)
{
	char plain[256];
	size_t size = (size_t)(end - p) - 2;
	p++;
	if (memchr(p, '\\', size)) {
		if (size > sizeof plain)
			return false;
		size = tribx_json_unescape(p, size, plain);
		p = plain;
	}
	return size == n && memcmp(p, name, n) == 0;
}

/* The value of a name of the object at p, or NULL. */
static const char *member(const char *p, const char *name, size_t n)
{
	for (p = blank(p + 1); *p == '"';) {
		const char *end = text_end(p), *v = blank(blank(end) + 1);
		if (same(p, end, name, n))
			return v;
		p = blank(value_end(v));
		if (*p == ',')
			p = blank(p + 1);
	}
	return NULL;
}

static bool has(const char *p, const char *step, size_t n)
{
	const char *equal = memchr(step, '=', n), *v = *p == '{' ? member(p, step + 1, (size_t)(equal - step) - 1) : NULL;
	size_t size = (size_t)(step + n - 1 - equal - 1);
	if (!v)
		return false;
	const char *end = value_end(v);
	return *v == '"' ? same(v, end, equal + 1, size) : (size_t)(end - v) == size && memcmp(v, equal + 1, size) == 0;
}

static void collect(struct many *m, const char *steps, const char *p);

/* Items of the array at p: all, the first that has step's value, or the one at its place. */
static void items(struct many *m, const char *p, const char *step, size_t n, const char *rest)
{
	bool all = n == 3 && memcmp(step, "[*]", 3) == 0, finds = !all && *step == '[' && memchr(step, '=', n);
	long place = all || finds ? -1 : 0;
	for (size_t i = 0; place >= 0 && i < n; i++)
		place = step[i] >= '0' && step[i] <= '9' && place < 100000000 ? place * 10 + step[i] - '0' : -1;
	p = blank(p + 1);
	for (long i = 0; *p != ']'; i++) {
		if (all || (finds ? has(p, step, n) : i == place)) {
			collect(m, rest, p);
			if (!all)
				return;
		}
		p = blank(value_end(p));
		if (*p == ',')
			p = blank(p + 1);
	}
}

static void collect(struct many *m, const char *steps, const char *p)
{
	if (!*steps) {
		found(m, p, value_end(p));
		return;
	}
	char step[256];
	size_t n = 0;
	const char *rest = steps + 1;
	for (; *rest && *rest != '/' && n < sizeof step; rest++)
		step[n++] = *rest != '~' ? *rest : *++rest == '0' ? '~' : '/';
	bool all = n == 3 && memcmp(step, "[*]", 3) == 0;
	if (*p == '[') {
		items(m, p, step, n, rest);
	} else if (all || (*step == '[' && memchr(step, '=', n))) {
		if (all || has(p, step, n))
			collect(m, rest, p);
	} else if (*p == '{' && (p = member(p, step, n))) {
		collect(m, rest, p);
	}
}

size_t tribx_many(const char *steps, const char *p, const char *join, char *to)
{
	struct many m = { .join = join, .to = to };
	collect(&m, steps, p);
	if (!join && m.count)
		put(&m, "]", 1);
	return m.count ? m.n : TRIBX_MANY_NONE;
}
