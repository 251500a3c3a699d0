/* zone_file - bytes of a TZif file (RFC 9636) to a zone: its table, then the POSIX rule of its footer written out.
 *
 * Law: the bytes are hostile; every count is checked against the length before anything is read. Files that count leap
 * seconds are refused: POSIX time has none. */
#include "parse/zone.h"
#include "parse/zone_file.h"

#include <stdlib.h>
#include <string.h>

#include "parse/date.h"

enum { OFFSET_MAX = 26 * 3600, YEARS = 403 };

#define START INT64_C(-5364662400)      /* 1800: a rule without a table holds from here */

struct bytes { const unsigned char *p; size_t n; };

static int64_t big(const unsigned char *p, int size)
{
	uint64_t v = *p & 0x80 ? UINT64_MAX : 0;
	for (int i = 0; i < size; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

/* A change of the offset; of two at one instant the later counts. false: no memory, or out of order. */
static bool change(struct tribx_zone *z, int64_t at, int32_t offset)
{
	if (z->count && z->changes[z->count - 1].at > at)
		return false;
	if (z->count && z->changes[z->count - 1].at == at)
		z->count--;
	if ((z->count ? z->changes[z->count - 1].offset : z->first) == offset)
		return true;
	if (z->count == z->room) {
		const size_t room = z->room ? z->room * 2 : 256;
		void *const grown = realloc(z->changes, room * sizeof *z->changes);
		if (!grown)
			return false;
		z->changes = grown;
		z->room = room;
	}
	z->changes[z->count].at = at;
	z->changes[z->count++].offset = offset;
	return true;
}

/* ---- the footer: a rule of POSIX, like CET-1CEST,M3.5.0,M10.5.0/3 ---- */

struct rule_day { char kind; int month, week, day; int32_t time; };     /* kind: M, J, or 0 for a count from 0 */
struct rule { int32_t standard, summer; bool two; struct rule_day from, to; };

static bool digits(const char **at, int most, int *out)
{
	const char *p = *at;
	int v = 0;
	for (; *p >= '0' && *p <= '9' && v <= most; p++)
		v = v * 10 + *p - '0';
	if (p == *at || v > most)
		return false;
	*at = p;
	*out = v;
	return true;
}

static bool abbreviation(const char **at)
{
	const char *p = *at;
	if (*p == '<') {
		p = strchr(p, '>');
		if (!p)
			return false;
		*at = p + 1;
		return true;
	}
	while ((*p | 32) >= 'a' && (*p | 32) <= 'z')
		p++;
	const bool fine = p - *at >= 3;
	*at = p;
	return fine;
}

/* [+-]hh[:mm[:ss]] */
static bool clock_of(const char **at, int hours_max, int32_t *out)
{
	const char *p = *at;
	const bool minus = *p == '-';
	int h, m = 0, s = 0;
	p += *p == '-' || *p == '+';
	if (!digits(&p, hours_max, &h))
		return false;
	if (*p == ':' && (p++, !digits(&p, 59, &m)))
		return false;
	if (*p == ':' && (p++, !digits(&p, 59, &s)))
		return false;
	*out = (h * 3600 + m * 60 + s) * (minus ? -1 : 1);
	*at = p;
	return true;
}

static bool day_of(const char **at, struct rule_day *d)
{
	const char *p = *at;
	if (*p++ != ',')
		return false;
	d->kind = *p == 'M' || *p == 'J' ? *p++ : 0;
	bool fine;
	if (d->kind == 'M')
		fine = digits(&p, 12, &d->month) && d->month > 0 && *p++ == '.' && digits(&p, 5, &d->week) && d->week > 0 &&
		       *p++ == '.' && digits(&p, 6, &d->day);
	else
		fine = digits(&p, 365, &d->day) && (!d->kind || d->day > 0);
	d->time = 2 * 3600;
	if (fine && *p == '/')
		fine = (p++, clock_of(&p, 167, &d->time));
	*at = p;
	return fine;
}

static bool rule_of(const char *p, struct rule *r)
{
	if (!abbreviation(&p) || !clock_of(&p, 24, &r->standard))
		return false;
	r->standard = -r->standard;
	if (!*p)
		return true;
	r->two = true;
	r->summer = r->standard + 3600;
	if (!abbreviation(&p))
		return false;
	if (*p && *p != ',') {
		if (!clock_of(&p, 24, &r->summer))
			return false;
		r->summer = -r->summer;
	}
	return day_of(&p, &r->from) && day_of(&p, &r->to) && !*p;
}

static int64_t instant(const struct rule_day *d, int year, int32_t offset)
{
	int64_t day;
	if (d->kind == 'M') {
		const int64_t first = trib_date_of(year, d->month, 1).days;
		const int since_sunday = (int)(((first + 4) % 7 + 7) % 7);
		day = first + (d->day - since_sunday + 7) % 7 + (d->week - 1) * 7;
		if (day >= first + tribx_days_in_month(year, d->month))
			day -= 7;
	} else {
		const bool leap = tribx_days_in_month(year, 2) == 29;
		day = trib_date_of(year, 1, 1).days + d->day - (d->kind ? 1 : 0) + (d->kind && leap && d->day > 59);
	}
	return day * 86400 + d->time - offset;
}

static bool write_out(struct tribx_zone *z, const struct rule *r, int64_t behind)
{
	const int64_t start = behind > START ? behind : START;
	int year, month, day;
	if (!r->two)
		return change(z, behind, r->standard);
	trib_date_split((trib_date){ (int32_t)(start / 86400) - 1 }, &year, &month, &day);
	for (int y = year; y <= year + YEARS; y++) {
		struct { int64_t at; int32_t offset; } pair[2] = {
			{ instant(&r->from, y, r->standard), r->summer }, { instant(&r->to, y, r->summer), r->standard } };
		const int first = pair[1].at < pair[0].at;
		for (int i = 0; i < 2; i++) {
			const int k = i ^ first;
			if (pair[k].at > behind && !change(z, pair[k].at, pair[k].offset))
				return false;
		}
	}
	z->limit = (int64_t)trib_date_of(year + YEARS, 1, 1).days * 86400;
	z->repeats = true;
	return true;
}

/* ---- the table ---- */

enum { HEADER = 44 };

struct counts { uint64_t utc, standard, leap, changes, types, letters; };

static bool header(struct bytes b, struct counts *c)
{
	if (b.n < HEADER || memcmp(b.p, "TZif", 4) != 0)
		return false;
	uint64_t *const all[] = { &c->utc, &c->standard, &c->leap, &c->changes, &c->types, &c->letters };
	for (int i = 0; i < 6; i++)
		*all[i] = (uint64_t)big(b.p + 20 + 4 * i, 4) & UINT32_MAX;
	return c->types > 0 && c->types <= 256 && !c->leap;
}

static uint64_t body(const struct counts *c, uint64_t wide)
{
	return c->changes * (wide + 1) + c->types * 6 + c->letters + c->leap * (wide + 4) + c->standard + c->utc;
}

static bool table(struct tribx_zone *z, const unsigned char *p, const struct counts *c, int wide, int64_t *last)
{
	const unsigned char *const types = p + c->changes * ((uint64_t)wide + 1), *const kinds = p + c->changes * (uint64_t)wide;
	for (uint64_t i = 0; i < c->types; i++)
		if (big(types + 6 * i, 4) <= -OFFSET_MAX || big(types + 6 * i, 4) >= OFFSET_MAX)
			return false;
	z->first = (int32_t)big(types, 4);
	*last = INT64_MIN;
	for (uint64_t i = 0; i < c->changes; i++) {
		const int64_t at = big(p + i * (uint64_t)wide, wide);
		if (kinds[i] >= c->types || (i && at <= *last) || at > INT64_C(1) << 40)
			return false;
		*last = at;
		if (!change(z, at, (int32_t)big(types + 6 * kinds[i], 4)))
			return false;
	}
	return true;
}

static bool footer(struct tribx_zone *z, struct bytes b, int64_t last)
{
	char text[128];
	struct rule r = { 0 };
	if (b.n < 2 || *b.p != '\n')
		return false;
	const unsigned char *const end = memchr(b.p + 1, '\n', b.n - 1);
	const size_t n = end ? (size_t)(end - b.p) - 1 : sizeof text;
	if (n >= sizeof text)
		return false;
	memcpy(text, b.p + 1, n);
	text[n] = 0;
	/* no text: nothing is known behind the table */
	return n == 0 || (rule_of(text, &r) && write_out(z, &r, last));
}

struct tribx_zone *tribx_zone_of(const void *bytes, size_t n)
{
	struct bytes b = { bytes, n };
	struct counts c;
	int64_t last;
	if (!header(b, &c) || body(&c, 4) > n - HEADER)
		return NULL;
	struct tribx_zone *const z = calloc(1, sizeof *z);
	bool fine = z;
	if (fine && b.p[4] < '2') {
		fine = table(z, b.p + HEADER, &c, 4, &last);
	} else if (fine) {
		const uint64_t skip = HEADER + body(&c, 4);
		b = (struct bytes){ b.p + skip, n - skip };
		fine = header(b, &c) && body(&c, 8) <= b.n - HEADER && table(z, b.p + HEADER, &c, 8, &last);
		const uint64_t used = fine ? HEADER + body(&c, 8) : 0;
		fine = fine && footer(z, (struct bytes){ b.p + used, b.n - used }, last);
	}
	if (!fine) {
		tribx_zone_close(z);
		return NULL;
	}
	return z;
}
