/* text.c - the form of a text that rules are matched against.
 *
 * White space of any kind is one space, quotes and dashes are ASCII, letters with marks are composed, invisible characters
 * and broken UTF-8 are gone; quoted replies, forwarded mails and signatures are dropped where a line marks them. Case stays:
 * the engines ignore it, and evidence is shown as written.
 * Law: the result is never longer than the input, so room is made once per column. Plain ASCII of one line, most of what
 * comes, is checked and copied 16 bytes at a time (about 10 GB/s; the careful path does 0.6). */
#include <stdlib.h>
#include "recategorise.h"
#include "compose.h"

static bool has_room(struct recat_text *t, size_t more)
{
	if (t->cap - t->n >= more)
		return true;
	size_t cap = (t->n + more) * 2 + 1024;
	char *p = realloc(t->p, cap);
	if (!p)
		return false;
	t->p = p;
	t->cap = cap;
	return true;
}

bool recat_same(struct trib_text a, const char *b)
{
	size_t i = 0;
	for (; i < a.n && b[i]; i++) {
		const char x = a.p[i], y = b[i];
		if (x != y && ((x | 32) != (y | 32) || (x | 32) < 'a' || (x | 32) > 'z'))
			return false;
	}
	return i == a.n && !b[i];
}

void recat_text_clear(struct recat_text *t)
{
	t->n = 0;
	t->wide = t->young = false;
}

void recat_text_done(struct recat_text *t)
{
	free(t->p);
	*t = (struct recat_text){ 0 };
}

/* ---- lines that are not the customer's words ---- */

enum drops { NOTHING, LINE, REST };
static const struct { const char *start, *inside, *end; enum drops drops; } marks[] = {
	{ ">", "", "", LINE },
	{ "Sent from my ", "", "", LINE },
	{ "Gesendet von meinem ", "", "", LINE },
	{ "Von meinem ", "", "gesendet", LINE },
	{ "Envoyé de mon ", "", "", LINE },
	{ "----", "Original Message", "----", REST },
	{ "----", "Forwarded message", "----", REST },
	{ "----", "Ursprüngliche Nachricht", "----", REST },
	{ "----", "Message d'origine", "----", REST },
	{ "________________", "", "________________", REST },
	{ "On ", "20", "wrote:", REST },
	{ "Am ", " schrieb", ":", REST },
	{ "Le ", " a écrit", ":", REST },
};

static bool begins(struct trib_text line, const char *with)
{
	size_t n = strlen(with);
	return line.n >= n && memcmp(line.p, with, n) == 0;
}

static bool finishes(struct trib_text line, const char *with)
{
	size_t n = strlen(with);
	return line.n >= n && memcmp(line.p + line.n - n, with, n) == 0;
}

static enum drops marked(struct trib_text line)
{
	while (line.n && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
		line.n--;
	if (line.n == 2 && memcmp(line.p, "--", 2) == 0)
		return REST;
	while (line.n && *line.p == ' ')
		line.p++, line.n--;
	if (!line.n || !strchr(">SGVE-_OAL", *line.p))
		return NOTHING;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (begins(line, marks[i].start) && finishes(line, marks[i].end) &&
		    (!*marks[i].inside || memmem(line.p, line.n, marks[i].inside, strlen(marks[i].inside))))
			return marks[i].drops;
	return NOTHING;
}

/* ---- characters ---- */

/* Decodes one character of n bytes; its length, or 0 when it is no UTF-8 (short, overlong, surrogate, too large). */
static size_t decode(const unsigned char *p, size_t n, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const size_t size = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf5 ? 4 : 0;
	if (size == 0 || size > n)
		return 0;
	uint32_t c = size == 1 ? *p : *p & (0x7f >> size);
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*out = c;
	return size;
}

static size_t encode(uint32_t c, char *to)
{
	if (c < 0x80)
		return *to = (char)c, 1;
	const size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = size - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(0xf0u << (4 - size) | c);
	return size;
}

/* Ranges, sorted: what each becomes. 0: dropped. */
static const struct { uint32_t first, last, to; } same[] = {
	{ 0x85, 0x85, ' ' }, { 0xa0, 0xa0, ' ' }, { 0xab, 0xab, '"' }, { 0xad, 0xad, 0 }, { 0xb4, 0xb4, '\'' }, { 0xbb, 0xbb, '"' },
	{ 0x17f, 0x17f, 's' }, { 0x2bc, 0x2bc, '\'' }, { 0x1680, 0x1680, ' ' }, { 0x2000, 0x200a, ' ' }, { 0x200b, 0x200f, 0 },
	{ 0x2010, 0x2015, '-' }, { 0x2018, 0x201b, '\'' }, { 0x201c, 0x201f, '"' }, { 0x2028, 0x2029, ' ' }, { 0x202a, 0x202e, 0 },
	{ 0x202f, 0x202f, ' ' }, { 0x2032, 0x2032, '\'' }, { 0x2033, 0x2033, '"' }, { 0x2039, 0x203a, '\'' }, { 0x205f, 0x205f, ' ' },
	{ 0x2060, 0x2064, 0 }, { 0x2126, 0x2126, 0x3a9 }, { 0x212a, 0x212a, 'K' }, { 0x212b, 0x212b, 0xc5 }, { 0x2212, 0x2212, '-' },
	{ 0x3000, 0x3000, ' ' }, { 0xfe00, 0xfe0f, 0 }, { 0xfeff, 0xfeff, 0 },
};

static uint32_t plain_of(uint32_t c)
{
	size_t low = 0, high = sizeof same / sizeof *same;
	while (low < high) {
		const size_t mid = (low + high) / 2;
		if (same[mid].last < c)
			low = mid + 1;
		else
			high = mid;
	}
	return low < sizeof same / sizeof *same && same[low].first <= c ? same[low].to : c;
}

static uint32_t composed(uint32_t base, uint32_t mark)
{
	size_t low = 0, high = sizeof compositions / sizeof *compositions;
	const uint64_t key = (uint64_t)base << 32 | mark;
	while (low < high) {
		const size_t mid = (low + high) / 2;
		const uint64_t at = (uint64_t)compositions[mid].base << 32 | compositions[mid].mark;
		if (at == key)
			return compositions[mid].composed;
		if (at < key)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

/* Ranges in which PCRE2 (Unicode 14) and Hyperscan (about 6.2) agree on letters, digits, space and case; measured over all
 * characters. Texts and expressions with others go to PCRE2 alone. */
static bool young(uint32_t c)
{
	static const struct { uint32_t first, last; } old[] = {
		{ 0, 0x55f }, { 0x5f0, 0x61c }, { 0x61e, 0x85f }, { 0x900, 0x9fb }, { 0xe00, 0xe85 }, { 0x1e00, 0x2bff }, { 0x3000, 0x312d },
		{ 0x3400, 0x4db5 }, { 0x4e00, 0x9fcc }, { 0xac00, 0xd7a3 }, { 0xf900, 0xffff }, { 0x1f000, 0x1faff },
	};
	for (size_t i = 0; i < sizeof old / sizeof *old && old[i].first <= c; i++)
		if (c <= old[i].last)
			return false;
	return true;
}

bool recat_young(const char *s)
{
	const unsigned char *p = (const unsigned char *)s, *const end = p + strlen(s);
	for (uint32_t c; p < end;) {
		const size_t size = decode(p, (size_t)(end - p), &c);
		if (!size || young(c))
			return true;
		p += size;
	}
	return false;
}

static void put(struct recat_text *to, size_t start, uint32_t *last, uint32_t c)
{
	const uint32_t joint = c >= 0x300 && c < 0x370 ? composed(*last, c) : 0;
	if (joint) {
		for (to->n--; ((unsigned char)to->p[to->n] & 0xc0) == 0x80; to->n--)
			;
		c = joint;
	} else if (c == 0 || (c == ' ' && (to->n == start || to->p[to->n - 1] == ' '))) {
		return;
	}
	to->n += encode(c, to->p + to->n);
	to->wide |= c >= 0x80;
	to->young |= young(c);
	*last = c;
}

/* A run of text without line marks, appended to what began at start. */
static void put_run(struct recat_text *to, size_t start, struct trib_text run)
{
	const unsigned char *p = (const unsigned char *)run.p, *const end = p + run.n;
	uint32_t last = 0, c;
	while (p < end) {
		if (*p > ' ' && *p < 0x7f) {
			to->p[to->n++] = (char)(last = *p++);
			continue;
		}
		size_t size = *p < 0x80 ? 1 : decode(p, (size_t)(end - p), &c);
		if (size <= 1)                    /* a control, a space or broken: as a space */
			c = ' ', size = 1;
		p += size;
		put(to, start, &last, c < 0x80 ? c : plain_of(c));
	}
}

/* ---- columns: the fast path, then by lines ---- */

typedef uint8_t bytes16 __attribute__((vector_size(16), aligned(1), may_alias));

/* Copies v while it is printable ASCII without two spaces in a row. false: it is not; nothing was appended. */
static bool put_plain(struct recat_text *to, struct trib_text v)
{
	const char *p = v.p;
	char *q = to->p + to->n;
	size_t i = 0;
	for (bytes16 bad = { 0 }; i + 17 <= v.n; i += 16) {
		const bytes16 a = *(const bytes16 *)(p + i), b = *(const bytes16 *)(p + i + 1);
		bad = (bytes16)((a - 0x20) > 0x5e) | (bytes16)((a == 0x20) & (b == 0x20));
		*(bytes16 *)(q + i) = a;
		uint64_t any[2];
		memcpy(any, &bad, sizeof any);
		if (any[0] | any[1])
			return false;
	}
	for (; i < v.n; i++) {
		if ((unsigned char)(p[i] - 0x20) > 0x5e || (p[i] == ' ' && i + 1 < v.n && p[i + 1] == ' '))
			return false;
		q[i] = p[i];
	}
	to->n += v.n;
	return true;
}

static struct trib_text trimmed(struct trib_text v)
{
	while (v.n && *v.p == ' ')
		v.p++, v.n--;
	while (v.n && (v.p[v.n - 1] == ' ' || v.p[v.n - 1] == '\r'))
		v.n--;
	return v;
}

static void put_lines(struct recat_text *to, size_t start, struct trib_text v)
{
	while (v.n) {
		const char *nl = memchr(v.p, '\n', v.n);
		const struct trib_text line = { v.p, nl ? (size_t)(nl - v.p) : v.n };
		const enum drops drops = marked(line);
		if (drops == REST)
			return;
		uint32_t last = 0;
		if (drops == NOTHING) {
			if (!put_plain(to, trimmed(line)))
				put_run(to, start, line);
			put(to, start, &last, ' ');
		}
		v.p += line.n + (nl != NULL);
		v.n -= line.n + (nl != NULL);
	}
}

bool recat_text_put(struct recat_text *to, struct trib_text v)
{
	if (!has_room(to, v.n + 24))
		return false;
	if (to->n)
		to->p[to->n++] = '\n';
	const size_t start = to->n;
	v = trimmed(v);
	if (put_plain(to, v))
		return true;
	if (memchr(v.p, '\n', v.n))
		put_lines(to, start, v);
	else
		put_run(to, start, v);
	if (to->n > start && to->p[to->n - 1] == ' ')
		to->n--;
	return true;
}
