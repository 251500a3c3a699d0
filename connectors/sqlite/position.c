/* position - how far a part was read: a cursor value as its storage class and text, and which rows of it are known. */
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

/* ---- edges: COUNT:SUM[:HASH...], in hexadecimal ---- */

struct edge *edge_new(void)
{
	return calloc(1, sizeof(struct edge));
}

void edge_add(struct edge *e, uint64_t hash)
{
	if (e->count < EDGE_ROWS)
		e->hashes[e->count] = hash;
	e->count++;
	e->sum += hash;
}

/* Rows that are equal are as many as they were. */
bool edge_take(struct edge *e, uint64_t hash)
{
	for (int64_t i = 0; e->count <= EDGE_ROWS && i < e->count; i++)
		if (e->hashes[i] == hash && !e->taken[i])
			return e->taken[i] = true;
	return false;
}

static bool number(const char **at, uint64_t *out)
{
	char *end = NULL;
	*out = strtoull(*at, &end, 16);
	const bool good = end != *at && (*end == ':' || !*end);
	*at = *end ? end + 1 : end;
	return good;
}

bool edge_read(struct edge *e, const char *text)
{
	uint64_t count, sum;
	memset(e, 0, sizeof *e);
	if (!text || !*text)
		return true;
	if (!number(&text, &count) || !number(&text, &sum))
		return false;
	for (uint64_t i = 0; count <= EDGE_ROWS && i < count; i++)
		if (!number(&text, &e->hashes[i]))
			return false;
	e->count = (int64_t)count;
	e->sum = sum;
	return true;
}

char *edge_text(struct trib *t, const struct edge *e)
{
	const int64_t kept = e->count <= EDGE_ROWS ? e->count : 0;
	char *text = trib_scratch(t, (size_t)kept * 17 + 40), *w = text;
	if (!text)
		return NULL;
	w += sprintf(w, "%llx:%llx", (unsigned long long)e->count, (unsigned long long)e->sum);
	for (int64_t i = 0; i < kept; i++)
		w += sprintf(w, ":%llx", (unsigned long long)e->hashes[i]);
	return text;
}

/* ---- cursors: i:42, r:<bits>, t:2025-01-31 ---- */

static bool grow(struct cursor *c, size_t n)
{
	if (n < c->cap)
		return true;
	char *text = realloc(c->text, n + 64);
	if (text) {
		c->text = text;
		c->cap = n + 64;
	}
	return text;
}

static bool set_text(struct cursor *c, const char *p, size_t n)
{
	if (!grow(c, n))
		return false;
	memcpy(c->text, p, n);
	c->text[n] = 0;
	c->size = n;
	c->type = SQLITE_TEXT;
	return true;
}

/* As SQL compares: 1 and 1.0 are one value. */
bool cursor_is(const struct cursor *c, sqlite3_stmt *q, int at)
{
	const int type = sqlite3_column_type(q, at);
	if (type == SQLITE_INTEGER && c->type == type)
		return sqlite3_column_int64(q, at) == c->whole;
	if (type == SQLITE_TEXT && c->type == type) {
		const void *p = sqlite3_column_text(q, at);
		return p && (size_t)sqlite3_column_bytes(q, at) == c->size && memcmp(p, c->text, c->size) == 0;
	}
	if ((type != SQLITE_INTEGER && type != SQLITE_FLOAT) || (c->type != SQLITE_INTEGER && c->type != SQLITE_FLOAT))
		return false;
	const long double mine = c->type == SQLITE_INTEGER ? (long double)c->whole : (long double)c->real;
	return mine == (type == SQLITE_INTEGER ? (long double)sqlite3_column_int64(q, at) : (long double)sqlite3_column_double(q, at));
}

int cursor_take(struct trib *t, const struct source *s, struct cursor *c)
{
	const char *p;
	c->type = sqlite3_column_type(s->q, s->cursor_at);
	if (c->type == SQLITE_INTEGER)
		c->whole = sqlite3_column_int64(s->q, s->cursor_at);
	else if (c->type == SQLITE_FLOAT)
		c->real = sqlite3_column_double(s->q, s->cursor_at);
	else if (c->type == SQLITE_TEXT) {
		p = (const char *)sqlite3_column_text(s->q, s->cursor_at);
		const size_t n = (size_t)sqlite3_column_bytes(s->q, s->cursor_at);
		if (!p || !set_text(c, p, n))
			return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
		if (memchr(p, 0, n) || !source_utf8(p, n))
			return trib_fail(t, TRIB_DATA, "sqlite.bad_cursor: %s: the cursor %s holds a text that is no UTF-8, or has a 0 byte", s->part, s->cursor);
	} else
		return trib_fail(t, TRIB_DATA, "sqlite.bad_cursor: %s: the cursor %s holds a BLOB", s->part, s->cursor);
	return TRIB_OK;
}

char *cursor_text(struct trib *t, const struct cursor *c)
{
	uint64_t bits;
	memcpy(&bits, &c->real, sizeof bits);
	return c->type == SQLITE_INTEGER ? trib_fmt(t, "i:%lld", (long long)c->whole)
	       : c->type == SQLITE_FLOAT ? trib_fmt(t, "r:%016llx", (unsigned long long)bits) : trib_fmt(t, "t:%s", c->text);
}

int cursor_read(struct trib *t, const struct source *s, struct cursor *c, const char *text)
{
	char *end = NULL;
	uint64_t bits;
	if (strncmp(text, "i:", 2) == 0) {
		c->type = SQLITE_INTEGER;
		c->whole = strtoll(text + 2, &end, 10);
	} else if (strncmp(text, "r:", 2) == 0) {
		c->type = SQLITE_FLOAT;
		bits = strtoull(text + 2, &end, 16);
		memcpy(&c->real, &bits, sizeof bits);
	} else if (strncmp(text, "t:", 2) == 0)
		return set_text(c, text + 2, strlen(text + 2)) ? TRIB_OK : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	if (!end || end == text + 2 || *end)
		return trib_fail(t, TRIB_CONFIG, "sqlite.bad_position: %s: the stored position '%s' is none of this version", s->part, text);
	return TRIB_OK;
}

int cursor_bind(struct trib *t, const struct source *s, sqlite3_stmt *q, const struct cursor *c)
{
	const int rc = c->type == SQLITE_INTEGER ? sqlite3_bind_int64(q, 1, c->whole) : c->type == SQLITE_FLOAT ? sqlite3_bind_double(q, 1, c->real)
	               : sqlite3_bind_text64(q, 1, c->text, c->size, SQLITE_TRANSIENT, SQLITE_UTF8);
	return rc ? source_fail(t, s, s->cursor) : TRIB_OK;
}

/* ---- lookback ---- */

static int no_lookback(struct trib *t, const struct source *s, const struct cursor *c)
{
	const char *is = c->type == SQLITE_TEXT ? c->text : c->type == SQLITE_INTEGER ? "a whole number" : "a REAL";
	return trib_fail(t, TRIB_CONFIG, "sqlite.bad_option: lookback: '%s' cannot be taken from the cursor %s, which is %s", s->lookback, s->cursor, is);
}

static bool span(const char *text, int64_t *us)
{
	static const struct { const char *word; int64_t us; } units[] = {
		{ "s", 1000000 }, { "m", 60000000 }, { "h", 3600000000 }, { "d", 86400000000 }, { "w", 604800000000 },
	};
	char *end = NULL;
	const long long n = strtoll(text, &end, 10);
	for (size_t i = 0; end != text && n >= 0 && n < 100000 && i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].word) == 0) {
			*us = n * units[i].us;
			return true;
		}
	return false;
}

/* The moment before, in the digits, separator and zone that the column has: it is compared as text. */
static char *like(struct trib *t, const char *text, trib_time at)
{
	const size_t n = strlen(text);
	char iso[40], *out = trib_fmt(t, "%s", text);
	const size_t size = trib_time_text(at, iso);
	if (!out || size < 20)
		return out;
	memcpy(out, iso, n < 19 ? n : 19);
	if (n > 10)
		out[10] = text[10];
	for (size_t i = 20; n > 19 && text[19] == '.' && i < n && (unsigned char)(text[i] - '0') <= 9; i++)
		out[i] = i < 26 && iso[19] == '.' && i < size - 1 ? iso[i] : '0';
	return out;
}

/* A whole number of a whole number; 30s, 5m, 2h, 1d, 1w of ISO times in UTC. */
int cursor_back(struct trib *t, const struct source *s, const struct cursor *c, struct cursor *out)
{
	char *end = NULL;
	const char *text = c->text;
	int64_t us = 0;
	const long long n = strtoll(s->lookback, &end, 10);
	out->type = c->type;
	if (c->type == SQLITE_INTEGER && end != s->lookback && !*end && n >= 0) {
		if (__builtin_sub_overflow(c->whole, n, &out->whole))
			out->whole = INT64_MIN;
		return TRIB_OK;
	}
	if (c->type != SQLITE_TEXT || !span(s->lookback, &us))
		return no_lookback(t, s, c);
	const size_t clock = c->size > 11 ? strspn(text + 11, "0123456789:.") : 0;
	const char *zone = c->size > 11 ? text + 11 + clock : text + c->size;
	trib_time at;
	if ((c->size != 10 && c->size < 19) || (*zone && strcmp(zone, "Z") != 0) ||
	    trib_time_parse((struct trib_text){ text, c->size }, NULL, &at) < 0)
		return no_lookback(t, s, c);
	at.us -= us;
	const char *shaped = like(t, text, at);
	return shaped && set_text(out, shaped, strlen(shaped)) ? TRIB_OK : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}
