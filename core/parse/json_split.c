/* json_split - see json_split.h: json_strict leads to the records, the token kernels run through them. */
#include "parse/json_split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/json_walk.h"

enum { STEPS = 32, STRIP = 16384 };
enum phase { OUTSIDE, ITEMS, WHOLE };
enum item { FIRST, VALUE, IN_TEXT, BEHIND };    /* of the records' array: at its start, behind a comma, in a text, behind a value */

struct step { const char *name; size_t size; int64_t place; };
struct level { int64_t index; bool found; };    /* of a container on the path: elements met; the step was met */

struct tribx_json_split {
	struct tribx_json_strict doc;
	const char *file, *path;
	enum tribx_isa isa;
	enum phase phase;
	bool whole, found, candidate;          /* candidate: the value that comes is the next step */
	int step_count, on;                    /* on: containers of the path that are open */
	struct step steps[STEPS];
	struct level levels[STEPS + 1];
	int64_t at, base, records;             /* at: bytes of the document taken */
	char is[12];                           /* what stood where the records should be */
	/* ITEMS */
	enum item item;
	int depth;
	uint64_t object[TRIBX_JSON_DEPTH / 64];
	struct tribx_json_strip strip;
	uint32_t tokens[STRIP + 96];
	char names[];                          /* of the steps, without ~0 and ~1 */
};

/* ---- path ---- */

static int64_t place_of(const char *name, size_t size)
{
	bool digits = size > 0 && size < 10 && strspn(name, "0123456789") >= size && (size == 1 || *name != '0');
	return digits ? strtol(name, NULL, 10) : -1;
}

static const char *parse(struct tribx_json_split *s, const char *path)
{
	char *to = s->names;
	if (strcmp(path, "/") == 0)
		return NULL;
	if (strcmp(path, ".") == 0)
		path = "/.";
	if (*path && *path != '/')
		return "a path starts with /";
	while (*path == '/') {
		struct step *step = &s->steps[s->step_count];
		const char *end = path + 1 + strcspn(path + 1, "/");
		if (strcmp(path, "/.") == 0) {
			s->whole = true;
			return NULL;
		}
		if (s->step_count++ == STEPS)
			return "a path has at most 32 steps";
		step->name = to;
		for (const char *p = path + 1; p < end; p++) {
			if (*p == '~' && p[1] != '0' && p[1] != '1')
				return "~ is written ~0 in a path, and / is ~1";
			*to++ = *p != '~' ? *p : *++p == '0' ? '~' : '/';
		}
		step->size = (size_t)(to - step->name);
		*to++ = 0;
		step->place = place_of(step->name, step->size);
		path = end;
	}
	return NULL;
}

struct tribx_json_split *tribx_json_split_new(const char *path, const char *file, int depth_max, enum tribx_isa isa, struct tribx_error *e)
{
	size_t size = strlen(path) + 2;
	struct tribx_json_split *s = calloc(1, sizeof *s + size);
	const char *why = s ? parse(s, path) : NULL;
	if (!s || why) {
		free(s);
		if (why)
			tribx_fail(e, TRIB_CONFIG, "json.bad_path", "records: \"%s\": %s", path, why);
		else
			tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", file);
		return NULL;
	}
	tribx_json_strict_start(&s->doc, depth_max);
	s->doc.watch = 0;
	s->candidate = true;
	s->file = file;
	s->path = path;
	s->isa = isa;
	s->base = -1;
	return s;
}

void tribx_json_split_free(struct tribx_json_split *s)
{
	free(s);
}

void tribx_json_split_at(struct tribx_json_split *s, int64_t at)
{
	s->at = at;
}

int64_t tribx_json_split_base(const struct tribx_json_split *s)
{
	return s->base;
}

/* ---- what can be wrong ---- */

static int broken(const struct tribx_json_split *s, int64_t at, const char *why, struct tribx_error *e)
{
	const char *code = strcmp(why, "nested deeper than depth_max") == 0 ? "json.too_deep" : "json.bad_document";
	char record[40] = "";
	if (s->phase == ITEMS)
		snprintf(record, sizeof record, "record %lld, ", (long long)s->records + 1);
	return tribx_fail(e, TRIB_DATA, code, "%s, %sbyte %lld: %s", s->file, record, (long long)at + 1, why);
}

static int no_records(const struct tribx_json_split *s, struct tribx_error *e)
{
	bool root = s->step_count == 0;
	if (root && strcmp(s->is, "an object") == 0)
		tribx_error_hint(e, "write records: /NAME for the array of that name, or records: . to take the document as one row");
	else
		tribx_error_hint(e, "records names the path of the array that holds the rows, like /data/tickets");
	if (*s->is)
		return tribx_fail(e, TRIB_DATA, "json.no_records", "%s: %s is %s, not an array of records", s->file, root ? "the document" : s->path, s->is);
	return tribx_fail(e, TRIB_DATA, "json.no_records", "%s: the document has no %s", s->file, s->path);
}

static const char *kind(char c)
{
	return c == '{' ? "an object" : c == '[' ? "an array" : c == '"' ? "a text" : c == 'n' ? "null" : c == 't' || c == 'f' ? "a bool" : "a number";
}

/* ---- on the way to the records ---- */

/* The value at p begins at the depth that the path has reached. */
static void met(struct tribx_json_split *s, const char *p)
{
	struct level *level = &s->levels[s->on];
	bool in_array = s->on > 0 && !tribx_json_strict_object(&s->doc);
	if (in_array)
		s->candidate = level->index++ == s->steps[s->on - 1].place;
	if (!s->candidate)
		return;
	s->candidate = false;
	if (s->on < s->step_count) {
		if (*p == '{' || *p == '[') {
			s->on++;
			s->levels[s->on] = (struct level){ 0 };
			s->doc.watch = s->on;
		}
		return;
	}
	s->found = s->whole || *p == '[';
	snprintf(s->is, sizeof s->is, "%s", kind(*p));
	if (s->whole) {
		s->phase = WHOLE;
		s->doc.watch = -1;
		s->doc.until = s->doc.depth;
	} else if (s->found) {
		s->phase = ITEMS;
		s->item = FIRST;
		s->depth = 0;
	}
}

static int named(struct tribx_json_split *s, int64_t at, struct tribx_error *e)
{
	const struct step *step = &s->steps[s->on - 1];
	const char *name = s->doc.name;
	char plain[TRIBX_JSON_NAME_MAX];
	size_t size = s->doc.name_size;
	if (!s->doc.overlong && memchr(name, '\\', size)) {
		size = tribx_json_unescape(name, size, plain);
		name = plain;
	}
	s->candidate = !s->doc.overlong && size == step->size && memcmp(name, step->name, size) == 0;
	if (s->candidate && s->levels[s->on].found)
		return tribx_fail(e, TRIB_DATA, "json.duplicate_name", "%s, byte %lld: \"%s\" of the path %s stands twice in one object", s->file, (long long)at, step->name, s->path);
	s->levels[s->on].found |= s->candidate;
	return TRIB_OK;
}

/* *p is moved; the phase may change. */
static int outside(struct tribx_json_split *s, const char **p, const char *end, struct tribx_error *e)
{
	const char *from = *p;
	while (*p < end && s->phase == OUTSIDE) {
		enum tribx_json_event is = tribx_json_strict_run(&s->doc, p, end);
		int64_t at = s->at + (*p - from);
		if (s->doc.depth < s->on)
			s->doc.watch = s->on = s->doc.depth;
		if (is == TRIBX_JSON_BAD)
			return broken(s, at, s->doc.why, e);
		if (is == TRIBX_JSON_VALUE)
			met(s, *p);
		int rc = is == TRIBX_JSON_NAME ? named(s, at, e) : TRIB_OK;
		if (rc != TRIB_OK)
			return rc;
		if (s->phase == ITEMS)
			*p += 1;               /* its bracket */
	}
	s->at += *p - from;
	return TRIB_OK;
}

/* ---- one value as one record ---- */

static int whole(struct tribx_json_split *s, const char **p, const char *end, struct tribx_buf *out, struct tribx_error *e)
{
	const char *from = *p;
	if (s->base < 0)
		s->base = s->at;
	enum tribx_json_event is = tribx_json_strict_run(&s->doc, p, end);
	size_t n = (size_t)(*p - from), at = out->n;
	s->at += (int64_t)n;
	if (is == TRIBX_JSON_BAD)
		return broken(s, s->at, s->doc.why, e);
	tribx_buf_put(out, from, n);
	for (; at < out->n && !out->failed; at++)
		out->p[at] = out->p[at] == '\n' ? '\r' : out->p[at];
	if (is == TRIBX_JSON_DONE) {
		tribx_buf_putc(out, '\n');
		s->phase = OUTSIDE;
		s->doc.until = -1;
		s->doc.watch = s->on;
		s->records++;
	}
	return TRIB_OK;
}

/* ---- elements ---- */

static const char *nest(struct tribx_json_split *s, char c)
{
	if (s->doc.depth + 1 + s->depth >= s->doc.depth_max)
		return "nested deeper than depth_max";
	uint64_t bit = (uint64_t)1 << (s->depth & 63), *to = &s->object[s->depth / 64];
	*to = c == '{' ? *to | bit : *to & ~bit;
	s->depth++;
	return NULL;
}

static const char *unnest(struct tribx_json_split *s, char c)
{
	s->depth--;
	bool object = s->object[s->depth / 64] >> (s->depth & 63) & 1;
	return c == (object ? '}' : ']') ? NULL : object ? "a } was expected" : "a ] was expected";
}

/* A token of the array itself. NULL: fine; *end: the array is over. */
static const char *between(struct tribx_json_split *s, char *c, bool *end)
{
	switch (*c) {
	case '\n':
	case '\r':                            /* was one: no other \r is a token */
		*c = '\r';
		return NULL;
	case ',':
		if (s->item != BEHIND)
			return "a record was expected, there is a comma";
		s->item = VALUE;
		s->records++;
		*c = '\n';
		return NULL;
	case ']':
		if (s->item == VALUE)
			return "a record was expected behind the comma";
		s->records += s->item == BEHIND;
		*end = true;
		*c = '\n';
		return NULL;
	case '}':
	case ':':
		return "a record was expected";
	}
	if (s->item == BEHIND)
		return "a comma or the end of the array was expected";
	s->item = *c == '"' ? IN_TEXT : BEHIND;
	return *c == '{' || *c == '[' ? nest(s, *c) : NULL;
}

/* Follows count tokens of p. Where the array ended, or n. */
static const char *follow(struct tribx_json_split *s, char *p, size_t count, size_t *at, bool *end)
{
	const char *why = NULL;
	for (size_t i = 0; i < count && !why && !*end; i++) {
		char *c = &p[*at = s->tokens[i]];
		if (s->item == IN_TEXT) {
			s->item = BEHIND;      /* the token behind an opening quote is the closing one */
		} else if (s->depth == 0) {
			why = between(s, c, end);
		} else if ((*c | 0x20) == '{') {
			why = nest(s, *c);
		} else if ((*c | 0x20) == '}') {
			why = unnest(s, *c);
		} else if (*c == '\n') {
			*c = '\r';
		}
	}
	return why;
}

static int items(struct tribx_json_split *s, const char **p, const char *end, struct tribx_buf *out, struct tribx_error *e)
{
	size_t n = (size_t)(end - *p), from = out->n, at = 0;
	bool over = false;
	if (s->base < 0)
		s->base = s->at;
	n = n < STRIP ? n : STRIP;
	tribx_buf_put(out, *p, n);
	if (out->failed)
		return TRIB_OK;
	char *mem = out->p + from;
	s->strip.out = s->tokens;
	s->strip.end = mem + n;
	s->strip.odd = 0;
	tribx_json_strip(s->isa, mem, 0, n, &s->strip);
	for (size_t i = 0; s->strip.odd && i < n; i++)   /* a line end inside of a text: no token, and wrong as \r too */
		mem[i] = mem[i] == '\n' ? '\r' : mem[i];
	const char *why = follow(s, mem, (size_t)(s->strip.out - s->tokens), &at, &over);
	if (why)
		return broken(s, s->at + (int64_t)at, why, e);
	if (over) {
		out->n = from + at + 1;
		out->p[out->n] = 0;
		n = at + 1;
		s->phase = OUTSIDE;
		s->strip = (struct tribx_json_strip){ 0 };
		tribx_json_strict_past(&s->doc);
	}
	*p += n;
	s->at += (int64_t)n;
	return TRIB_OK;
}

int tribx_json_split(struct tribx_json_split *s, const char *p, size_t n, bool last, struct tribx_buf *out, struct tribx_error *e)
{
	const char *end = p + n;
	int rc = TRIB_OK;
	while (p < end && rc == TRIB_OK && !out->failed)
		rc = s->phase == ITEMS ? items(s, &p, end, out, e) : s->phase == WHOLE ? whole(s, &p, end, out, e) : outside(s, &p, end, e);
	if (out->failed)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", s->file);
	if (rc != TRIB_OK || !last)
		return rc;
	if (s->phase == ITEMS)
		return broken(s, s->at, "the document ends inside of the records", e);
	if (!tribx_json_strict_end(&s->doc))
		return broken(s, s->at, s->doc.why, e);
	if (s->phase == WHOLE)                               /* a number ends with the document */
		tribx_buf_putc(out, '\n');
	return s->found ? TRIB_OK : no_records(s, e);
}
