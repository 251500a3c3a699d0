/* copy - see copy.h. The hot path of the sink: a cell is a call through its lane and a few stores. */
#include "copy.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

enum { FIXED = 64 };                          /* no cell of fixed size takes more */
#define EPOCH_DAYS 10957                      /* 2000-01-01 */
#define EPOCH_US (EPOCH_DAYS * 86400000000)
#define STAMP_MIN (-211813488000000000)       /* 4713 BC, where PostgreSQL begins; its end is behind ours */
#define DATE_MIN (-2451545)
#define DATE_END 2145031949
#define STAMP_DAYS_END 106751983              /* days after 2000-01-01 that a timestamp cannot tell any more */

/* ---- stores ---- */

bool pg_room(struct pg_out *o, size_t more)
{
	size_t cap = o->cap ? o->cap : 4096;
	if (o->n + more <= o->cap)
		return true;
	while (cap < o->n + more)
		cap *= 2;
	char *p = realloc(o->p, cap);
	if (!p)
		return false;
	o->p = p;
	o->cap = cap;
	return true;
}

static void put16(struct pg_out *o, uint16_t v)
{
	v = htobe16(v);
	memcpy(o->p + o->n, &v, 2);
	o->n += 2;
}

static void put32(struct pg_out *o, uint32_t v)
{
	v = htobe32(v);
	memcpy(o->p + o->n, &v, 4);
	o->n += 4;
}

static void put64(struct pg_out *o, uint64_t v)
{
	v = htobe64(v);
	memcpy(o->p + o->n, &v, 8);
	o->n += 8;
}

static enum pg_bad put_bytes(struct pg_out *o, const char *p, size_t n)
{
	put32(o, (uint32_t)n);
	memcpy(o->p + o->n, p, n);
	o->n += n;
	return PG_GOOD;
}

/* ---- numbers ---- */

static int64_t whole(const struct pg_lane *l, int64_t row)
{
	if (l->v->type != TRIB_BOOL)
		return ((const int64_t *)l->v->values)[row];
	const int64_t bit = row + l->v->bit;
	return ((const uint8_t *)l->v->values)[bit >> 3] >> (bit & 7) & 1;
}

static enum pg_bad to_bool(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	put32(o, 1);
	o->p[o->n++] = (char)whole(l, row);
	return PG_GOOD;
}

static enum pg_bad to_int8(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	put32(o, 8);
	put64(o, (uint64_t)whole(l, row));
	return PG_GOOD;
}

static enum pg_bad to_int4(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const int64_t v = whole(l, row);
	put32(o, 4);
	put32(o, (uint32_t)v);
	return v == (int32_t)v ? PG_GOOD : PG_RANGE;
}

static enum pg_bad to_int2(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const int64_t v = whole(l, row);
	put32(o, 2);
	put16(o, (uint16_t)v);
	return v == (int16_t)v ? PG_GOOD : PG_RANGE;
}

static enum pg_bad put_f64(struct pg_out *o, double d)
{
	uint64_t bits;
	memcpy(&bits, &d, 8);
	put32(o, 8);
	put64(o, bits);
	return PG_GOOD;
}

static enum pg_bad to_float8(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	return put_f64(o, ((const double *)l->v->values)[row]);
}

/* Whole numbers that a double cannot tell apart are not stored as one. */
static enum pg_bad int_to_float8(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const int64_t v = whole(l, row);
	put_f64(o, (double)v);
	return v >= -(1LL << 53) && v <= 1LL << 53 ? PG_GOOD : PG_RANGE;
}

static enum pg_bad to_float4(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const double d = ((const double *)l->v->values)[row];
	const float f = (float)d;
	uint32_t bits;
	memcpy(&bits, &f, 4);
	put32(o, 4);
	put32(o, bits);
	return isinf(f) && !isinf(d) ? PG_RANGE : PG_GOOD;
}

/* ---- decimals: groups of four digits, the point between two of them ---- */

struct groups { uint16_t g[96]; int n; };     /* least significant first */

static void low_groups(struct groups *to, uint64_t v, int least)
{
	int n = 0;
	while (v || n < least) {
		to->g[to->n++] = (uint16_t)(v % 10000);
		v /= 10000;
		n++;
	}
}

static enum pg_bad put_groups(struct pg_out *o, const struct pg_lane *l, struct groups *g, int decimals, bool negative)
{
	const int behind = (decimals + 3) / 4;
	int least = 0;
	while (g->n && g->g[g->n - 1] == 0)
		g->n--;
	while (least < g->n && g->g[least] == 0)
		least++;
	const int weight = g->n - behind - 1, n = g->n - least;
	put32(o, (uint32_t)(8 + 2 * n));
	put16(o, (uint16_t)n);
	put16(o, (uint16_t)(n ? weight : 0));
	put16(o, negative && n ? 0x4000 : 0);
	put16(o, (uint16_t)decimals);
	for (int i = g->n - 1; i >= least; i--)
		put16(o, g->g[i]);
	if (l->type.limit < 0 || n == 0 || weight < 0)
		return PG_GOOD;
	const int first = g->g[g->n - 1], digits = weight * 4 + (first > 999 ? 4 : first > 99 ? 3 : first > 9 ? 2 : 1);
	return digits > l->type.limit ? PG_RANGE : PG_GOOD;
}

static const uint32_t tens[] = { 1, 10, 100, 1000, 10000 };

/* Decimals that are 0 at the end; v > 0. */
static int zeros(unsigned __int128 *v, int most)
{
	int n = 0;
	if (*v >> 64 == 0) {
		uint64_t u = (uint64_t)*v;
		for (; n + 4 <= most && u % 10000 == 0; n += 4)
			u /= 10000;
		for (; n < most && u % 10 == 0; n++)
			u /= 10;
		*v = u;
		return n;
	}
	for (; n < most && *v % 10 == 0; n++)
		*v /= 10;
	return n;
}

static enum pg_bad put_dec(struct pg_out *o, const struct pg_lane *l, trib_dec d, int scale)
{
	enum { UNDECLARED = 9 };    /* the scale of a column that nobody gave one: its zeros say nothing */
	const bool negative = d.hi < 0, narrow = l->type.limit >= 0 && scale > l->type.decimals;
	unsigned __int128 v = (unsigned __int128)(uint64_t)d.hi << 64 | d.lo;
	struct groups g = { .n = 0 };
	if (negative)
		v = -v;
	if (v && scale && (scale == UNDECLARED || narrow))
		scale -= zeros(&v, scale);
	else if (!v && scale == UNDECLARED)
		scale = 0;
	const int decimals = scale, odd = scale % 4;
	if (odd) {
		g.g[g.n++] = (uint16_t)((uint32_t)(v % tens[odd]) * tens[4 - odd]);
		v /= tens[odd];
	}
	while (v >> 64) {
		const uint64_t part = 10000000000000000u;
		low_groups(&g, (uint64_t)(v % part), 4);
		v /= part;
	}
	low_groups(&g, (uint64_t)v, 0);
	const enum pg_bad bad = put_groups(o, l, &g, decimals, negative);
	return bad ? bad : narrow && decimals > l->type.decimals ? PG_DECIMALS : PG_GOOD;
}

static enum pg_bad to_numeric(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	return put_dec(o, l, ((const trib_dec *)l->v->values)[row], l->v->scale);
}

static enum pg_bad int_to_numeric(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	return put_dec(o, l, trib_dec_i64(whole(l, row)), 0);
}

/* The shortest digits that are this double, without a point; their number. value = 0.DIGITS * 10^*exponent. */
static int digits_of(double d, char digits[24], int *exponent)
{
	char text[40];
	int n = 0;
	for (int precision = 14; precision < 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, d);
		if (strtod(text, NULL) == d)
			break;
	}
	const char *e = strchr(text, 'e');
	for (const char *s = text; s < e; s++)   /* whatever the locale's point is */
		if (*s >= '0' && *s <= '9')
			digits[n++] = *s;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	*exponent = atoi(e + 1) + 1;
	return n;
}

static enum pg_bad float_to_numeric(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const double d = ((const double *)l->v->values)[row];
	char digits[24];
	int exponent, n = 0;
	if (isnan(d) || isinf(d)) {
		put32(o, 8);
		put32(o, 0);
		put16(o, isnan(d) ? 0xc000 : d > 0 ? 0xd000 : 0xf000);
		put16(o, 0);
		return l->type.limit >= 0 && isinf(d) ? PG_RANGE : PG_GOOD;
	}
	if (d != 0)
		n = digits_of(fabs(d), digits, &exponent);
	else
		exponent = 0;
	/* the places of ten from the first digit to the last, in groups that begin at the point */
	const int decimals = n > exponent ? n - exponent : 0, top = exponent > 0 ? (exponent + 3) / 4 : 0, behind = (decimals + 3) / 4;
	struct groups g = { .n = 0 };
	if (top + behind > (int)(sizeof g.g / sizeof *g.g))
		return put_dec(o, l, trib_dec_i64(0), 0), PG_RANGE;
	for (int i = top + behind - 1; i >= 0; i--) {
		uint32_t v = 0;
		for (int k = 0; k < 4; k++) {
			const int at = i * 4 + k - top * 4 + exponent;
			v = v * 10 + (uint32_t)(at >= 0 && at < n ? digits[at] - '0' : 0);
		}
		g.g[g.n++] = (uint16_t)v;
	}
	const enum pg_bad bad = put_groups(o, l, &g, decimals, d < 0);
	return bad ? bad : l->type.limit >= 0 && decimals > l->type.decimals ? PG_DECIMALS : PG_GOOD;
}

/* ---- times ---- */

static enum pg_bad put_stamp(struct pg_out *o, int64_t us)
{
	const bool past = us < STAMP_MIN + EPOCH_US;
	put32(o, 8);
	put64(o, past ? 0 : (uint64_t)(us - EPOCH_US));
	return past ? PG_RANGE : PG_GOOD;
}

static enum pg_bad to_stamp(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	return put_stamp(o, ((const int64_t *)l->v->values)[row]);
}

static enum pg_bad to_date(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const int64_t days = (int64_t)((const int32_t *)l->v->values)[row] - EPOCH_DAYS;
	put32(o, 4);
	put32(o, (uint32_t)days);
	return days < DATE_MIN || days >= DATE_END ? PG_RANGE : PG_GOOD;
}

static enum pg_bad date_to_stamp(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const int64_t days = (int64_t)((const int32_t *)l->v->values)[row] - EPOCH_DAYS;
	const bool good = days >= DATE_MIN && days < STAMP_DAYS_END;
	put32(o, 8);
	put64(o, good ? (uint64_t)(days * 86400000000) : 0);
	return good ? PG_GOOD : PG_RANGE;
}

static enum pg_bad to_interval(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	int64_t us;
	const bool wide = __builtin_mul_overflow(((const int64_t *)l->v->values)[row], 1000, &us);
	put32(o, 16);
	put64(o, wide ? 0 : (uint64_t)us);
	put64(o, 0);                            /* days, months */
	return wide ? PG_RANGE : PG_GOOD;
}

/* ---- texts ---- */

static bool too_long(struct trib_text x, int limit)
{
	int64_t n = 0;
	if (limit < 0 || x.n <= (size_t)limit)
		return false;
	for (size_t i = 0; i < x.n; i++)
		n += ((unsigned char)x.p[i] & 0xc0) != 0x80;
	return n > limit;
}

static enum pg_bad to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const struct trib_text x = trib_str(l->v, row);
	if (x.n > 1 << 30)
		return PG_LONG;
	if (!pg_room(o, x.n + FIXED))
		return PG_NO_MEMORY;
	put_bytes(o, x.p ? x.p : "", x.n);
	if (memchr(x.p ? x.p : "", 0, x.n))
		return PG_NUL;
	return too_long(x, l->type.limit) ? PG_LONG : PG_GOOD;
}

static enum pg_bad to_jsonb(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const struct trib_text x = trib_str(l->v, row);
	if (x.n > 255 << 20)
		return PG_LONG;
	if (!pg_room(o, x.n + FIXED))
		return PG_NO_MEMORY;
	put32(o, (uint32_t)x.n + 1);
	o->p[o->n++] = 1;                       /* the version */
	memcpy(o->p + o->n, x.p ? x.p : "", x.n);
	o->n += x.n;
	if (memchr(x.p ? x.p : "", 0, x.n))
		return PG_NUL;
	return pg_escapes(x);
}

static enum pg_bad bool_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	return whole(l, row) ? put_bytes(o, "true", 4) : put_bytes(o, "false", 5);
}

static enum pg_bad int_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	char text[24];
	return put_bytes(o, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)whole(l, row)));
}

static enum pg_bad float_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const double d = ((const double *)l->v->values)[row];
	char digits[24], text[48];
	int exponent, n, size = 0;
	if (isnan(d) || isinf(d))
		return put_bytes(o, isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity", isnan(d) ? 3 : d > 0 ? 8 : 9);
	if (d == 0)
		return put_bytes(o, "0", 1);
	n = digits_of(fabs(d), digits, &exponent);
	if (exponent < -4 || exponent > 17) {
		size = snprintf(text, sizeof text, "%s%c%s%.*se%d", d < 0 ? "-" : "", digits[0], n > 1 ? "." : "", n - 1, digits + 1, exponent - 1);
		return put_bytes(o, text, (size_t)size);
	}
	if (d < 0)
		text[size++] = '-';
	if (exponent <= 0)
		text[size++] = '0';
	for (int at = exponent < 0 ? exponent : 0; at < n || at < exponent; at++) {
		if (at == exponent)
			text[size++] = '.';
		text[size++] = at >= 0 && at < n ? digits[at] : '0';
	}
	return put_bytes(o, text, (size_t)size);
}

static enum pg_bad dec_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	char text[TRIB_DEC_TEXT];
	return put_bytes(o, text, trib_dec_short(((const trib_dec *)l->v->values)[row], l->v->scale, text));
}

static enum pg_bad date_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	char text[16];
	return put_bytes(o, text, trib_date_text((trib_date){ ((const int32_t *)l->v->values)[row] }, text));
}

static enum pg_bad time_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	char text[40];
	return put_bytes(o, text, trib_time_text((trib_time){ ((const int64_t *)l->v->values)[row] }, text));
}

static enum pg_bad clock_to_text(struct pg_out *o, const struct pg_lane *l, int64_t row)
{
	const int64_t us = ((const int64_t *)l->v->values)[row];
	char text[40];
	int n = snprintf(text, sizeof text, "%02d:%02d:%02d", (int)(us / 3600000000), (int)(us / 60000000 % 60), (int)(us / 1000000 % 60));
	if (us % 1000000)
		n += snprintf(text + n, sizeof text - (size_t)n, ".%06d", (int)(us % 1000000));
	return put_bytes(o, text, (size_t)n);
}

/* ---- which goes where ---- */

static pg_put_cell *const ways[TRIB_DURATION + 1][PG_WIRES] = {
	[TRIB_BOOL] = { [PG_BOOL] = to_bool, [PG_INT2] = to_int2, [PG_INT4] = to_int4, [PG_INT8] = to_int8, [PG_NUMERIC] = int_to_numeric,
	                [PG_TEXT] = bool_to_text },
	[TRIB_I64] = { [PG_INT2] = to_int2, [PG_INT4] = to_int4, [PG_INT8] = to_int8, [PG_FLOAT8] = int_to_float8,
	               [PG_NUMERIC] = int_to_numeric, [PG_TEXT] = int_to_text },
	[TRIB_F64] = { [PG_FLOAT4] = to_float4, [PG_FLOAT8] = to_float8, [PG_NUMERIC] = float_to_numeric, [PG_TEXT] = float_to_text },
	[TRIB_DEC] = { [PG_NUMERIC] = to_numeric, [PG_TEXT] = dec_to_text },
	[TRIB_STR] = { [PG_TEXT] = to_text },
	[TRIB_JSON] = { [PG_JSONB] = to_jsonb, [PG_TEXT] = to_text },
	[TRIB_DATE] = { [PG_DATE] = to_date, [PG_STAMP] = date_to_stamp, [PG_TEXT] = date_to_text },
	[TRIB_TIME] = { [PG_STAMP] = to_stamp, [PG_TEXT] = time_to_text },
	[TRIB_CLOCK] = { [PG_TIME] = to_int8, [PG_TEXT] = clock_to_text },
	[TRIB_DURATION] = { [PG_INTERVAL] = to_interval, [PG_INT8] = to_int8, [PG_NUMERIC] = int_to_numeric, [PG_TEXT] = int_to_text },
};

pg_put_cell *pg_way(enum trib_type from, enum pg_wire to)
{
	return from <= TRIB_DURATION ? ways[from][to] : NULL;
}

/* ---- rows ---- */

enum pg_bad pg_row(struct pg_out *o, const struct pg_lane *lanes, int count, int64_t row, const int64_t *numbers, int more, int *bad_lane,
                   uint64_t *hash)
{
	const size_t before = o->n;
	if (!pg_room(o, ((size_t)count + (size_t)more + 1) * 256))
		return PG_NO_MEMORY;
	put16(o, (uint16_t)(count + more));
	for (int i = 0; i < count; i++) {
		enum pg_bad bad = PG_GOOD;
		const size_t begins = o->n;
		if (trib_null(lanes[i].v, row))
			put32(o, UINT32_MAX);
		else if ((bad = lanes[i].put(o, &lanes[i], row))) {
			*bad_lane = i;
			o->n = before;
			return bad;
		}
		if (lanes[i].key)
			*hash = pg_hash(*hash, o->p + begins, o->n - begins);
		if ((lanes[i].type.wire == PG_TEXT || lanes[i].type.wire == PG_JSONB) && !pg_room(o, ((size_t)(count - i) + (size_t)more + 1) * 256)) {
			o->n = before;
			return PG_NO_MEMORY;
		}
	}
	for (int i = 0; i < more; i++) {
		put32(o, 8);
		put64(o, (uint64_t)numbers[i]);
	}
	return PG_GOOD;
}

void pg_done(struct pg_out *o)
{
	free(o->p);
	*o = (struct pg_out){ 0 };
}
