/* cells - from a row of SQLite, whose cells have types of their own, to columns of one type. What does not fit exactly is refused. */
#include "source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

/* ---- what a row is known by ---- */

static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint64_t hash_bytes(uint64_t h, const unsigned char *p, size_t n)
{
	uint64_t word;
	h = mix(h ^ n);
	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&word, p, 8);
		h = mix(h ^ word);
	}
	for (word = 0; n > 0; n--)
		word = word << 8 | *p++;
	return mix(h ^ word);
}

/* Cells are looked at as values: the column functions of SQLite take and leave a lock each, which is twice the time. */
uint64_t source_hash(sqlite3_stmt *q, int columns, size_t *size)
{
	uint64_t h = 0x9e3779b97f4a7c15u;
	for (int i = 0; i < columns; i++) {
		sqlite3_value *v = sqlite3_column_value(q, i);
		const int type = sqlite3_value_type(v);
		double real;
		uint64_t bits = 0;
		h += (uint64_t)type;
		*size += 16;
		if (type == SQLITE_INTEGER)
			bits = (uint64_t)sqlite3_value_int64(v);
		else if (type == SQLITE_FLOAT) {
			real = sqlite3_value_double(v);
			memcpy(&bits, &real, sizeof bits);
		}
		if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
			const void *p = type == SQLITE_TEXT ? sqlite3_value_text(v) : sqlite3_value_blob(v);
			const size_t n = p ? (size_t)sqlite3_value_bytes(v) : 0;
			h = hash_bytes(h, p, n);
			*size += n;
		} else
			h = mix(h ^ bits);
	}
	return h;
}

/* ---- text ---- */

/* Length of the character at p by its first byte, and the least second byte's range; 0: none starts so. */
static size_t character(const unsigned char *p, size_t left)
{
	const unsigned char a = p[0];
	const size_t n = a < 0x80 ? 1 : a >= 0xc2 && a < 0xe0 ? 2 : a >= 0xe0 && a < 0xf0 ? 3 : a >= 0xf0 && a < 0xf5 ? 4 : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((a == 0xe0 && p[1] < 0xa0) || (a == 0xed && p[1] > 0x9f) || (a == 0xf0 && p[1] < 0x90) || (a == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

bool source_utf8(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text, *const end = p + n;
	uint64_t word;
	while (p < end) {
		if (end - p >= 8 && (memcpy(&word, p, 8), !(word & 0x8080808080808080u))) {
			p += 8;
			continue;
		}
		const size_t step = character(p, (size_t)(end - p));
		if (step == 0)
			return false;
		p += step;
	}
	return true;
}

static struct trib_text text_of(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);
	return (struct trib_text){ p ? p : "", p ? (size_t)sqlite3_value_bytes(v) : 0 };
}

static void put_hex(struct trib_batch *out, int col, sqlite3_value *v)
{
	const unsigned char *p = sqlite3_value_blob(v);
	const size_t n = (size_t)sqlite3_value_bytes(v);
	char *hex = trib_room(out, n * 2 + 1);
	for (size_t i = 0; hex && i < n; i++) {
		hex[2 * i] = "0123456789abcdef"[p[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
	if (hex)
		trib_put_str(out, col, (struct trib_text){ hex, n * 2 });
}

/* ---- one function per type: NULL, or why the cell does not fit ---- */

static const char *put_text(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	if (type == SQLITE_INTEGER)
		trib_put_i64(out, c->out, sqlite3_value_int64(v));
	else if (type == SQLITE_FLOAT)
		trib_put_f64(out, c->out, sqlite3_value_double(v));
	else {
		const struct trib_text x = text_of(v);
		if (!source_utf8(x.p, x.n))
			return "its bytes are no UTF-8";
		if (c->type == TRIB_JSON)
			trib_put_text(out, c->out, x);
		else
			trib_put_str(out, c->out, x);
	}
	return NULL;
}

static const char *put_int(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	int64_t n = 0;
	if (type == SQLITE_INTEGER)
		n = sqlite3_value_int64(v);
	else if (type == SQLITE_FLOAT) {
		const double real = sqlite3_value_double(v);
		if (!(real >= -0x1p53 && real <= 0x1p53) || (double)(int64_t)real != real)
			return "it is no whole number, or larger than a REAL holds exactly";
		n = (int64_t)real;
	} else {
		const struct trib_text x = text_of(v);
		size_t i = x.n > 1 && (*x.p == '-' || *x.p == '+');
		const bool minus = i && *x.p == '-';
		if (x.n == 0)
			return "it is no whole number";
		for (; i < x.n; i++)
			if ((unsigned char)(x.p[i] - '0') > 9 || __builtin_mul_overflow(n, 10, &n) ||
			    __builtin_add_overflow(n, minus ? '0' - x.p[i] : x.p[i] - '0', &n))
				return "it is no whole number of 64 bits";
	}
	trib_put_i64(out, c->out, n);
	return NULL;
}

static const char *put_real(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	if (type == SQLITE_TEXT)
		trib_put_text(out, c->out, text_of(v));
	else if (type == SQLITE_INTEGER && llabs(sqlite3_value_int64(v)) > 1LL << 53)
		return "it is a whole number that a float64 does not hold exactly";
	else
		trib_put_f64(out, c->out, sqlite3_value_double(v));
	return NULL;
}

static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };

static const char *put_dec(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	struct trib_text x = { NULL, 0 };
	char digits[64];
	trib_dec d;
	if (type == SQLITE_INTEGER) {
		if (trib_dec_rescale(trib_dec_i64(sqlite3_value_int64(v)), 0, c->scale, &d) < 0)
			return "it is too large for the column";
		trib_put_dec(out, c->out, d);
		return NULL;
	}
	if (type == SQLITE_FLOAT) {                /* approximate anyway: the nearest decimal of the scale */
		const double real = sqlite3_value_double(v);
		if (!(fabs(real) < 1e28))
			return "it is too large for the column";
		const double scaled = c->scale <= 15 ? real * powers[c->scale] : 1e300;
		if (fabs(scaled) < 0x1p53) {
			trib_put_dec(out, c->out, trib_dec_i64((int64_t)nearbyint(scaled)));
			return NULL;
		}
		sqlite3_snprintf(sizeof digits, digits, "%.*f", c->scale > 30 ? 30 : c->scale, real);
		x = (struct trib_text){ digits, strlen(digits) };
	} else {
		x = text_of(v);
		const char *point = memchr(x.p, '.', x.n);
		if (point && x.p + x.n - point - 1 > c->scale) {
			const char *end = x.p + x.n;
			while (end > point + 1 && end[-1] == '0')
				end--;
			if (end - point - 1 > c->scale)
				return "it has more decimals than the column";
			x.n = (size_t)(end - x.p) - (end == point + 1);
		}
	}
	if (trib_dec_parse(x, c->scale, &d) < 0)
		return "it is no decimal number, or too large for the column";
	trib_put_dec(out, c->out, d);
	return NULL;
}

static const char *put_bool(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	const char *text = type == SQLITE_TEXT ? (const char *)sqlite3_value_text(v) : "";
	const int64_t n = type == SQLITE_INTEGER ? sqlite3_value_int64(v) : sqlite3_stricmp(text, "true") == 0 ? 1 : sqlite3_stricmp(text, "false") == 0 ? 0 : 2;
	if (n != 0 && n != 1)
		return "it is neither 0 nor 1, true nor false";
	trib_put_i64(out, c->out, n);
	return NULL;
}

static const char *put_date(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	trib_date day;
	if (type != SQLITE_TEXT || trib_date_parse(text_of(v), NULL, &day) < 0)
		return "it is no date like 2025-01-31; `columns` can say text, int64 or time";
	trib_put_i64(out, c->out, day.days);
	return NULL;
}

static const char *put_time(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type)
{
	trib_time at;
	if (type == SQLITE_TEXT) {
		if (c->unit_us || trib_time_parse(text_of(v), NULL, &at) < 0)
			return "it is no time like 2025-01-31 23:59:59";
	} else if (!c->unit_us)
		return "it is a number, and `columns` does not say its unit";
	else if (type == SQLITE_INTEGER) {
		if (__builtin_mul_overflow(sqlite3_value_int64(v), c->unit_us, &at.us))
			return "it is no time of the years that there are";
	} else {
		const double us = sqlite3_value_double(v) * (double)c->unit_us;
		if (!(fabs(us) < 9e18))
			return "it is no time of the years that there are";
		at.us = llround(us);
	}
	trib_put_i64(out, c->out, at.us);
	return NULL;
}

typedef const char *put(struct trib_batch *out, const struct column *c, sqlite3_value *v, int type);
static put *const puts_of[] = {
	[TRIB_STR] = put_text, [TRIB_JSON] = put_text, [TRIB_I64] = put_int, [TRIB_F64] = put_real,
	[TRIB_DEC] = put_dec, [TRIB_BOOL] = put_bool, [TRIB_DATE] = put_date, [TRIB_TIME] = put_time,
};

/* ---- rows ---- */

static const char *put_cell(const struct source *s, struct trib_batch *out, const struct column *c)
{
	sqlite3_value *v = sqlite3_column_value(s->q, c->at);
	const int type = sqlite3_value_type(v);
	if (type == SQLITE_NULL)
		trib_put_null(out, c->out);
	else if (type != SQLITE_BLOB)
		return puts_of[c->type](out, c, v, type);
	else if (c->type != TRIB_STR || strcmp(s->blobs, "hex") != 0)
		return "it is a BLOB";
	else
		put_hex(out, c->out, v);
	return NULL;
}

/* The row as SQL would write it; long cells are cut, what is personal is not shown. */
static struct trib_text record(const struct source *s, char **keep)
{
	enum { CELL_MAX = 200 };
	sqlite3_str *text = sqlite3_str_new(s->db);
	for (int i = 0; i < s->shape_count; i++) {
		const struct column *c = &s->shape[i];
		const int type = sqlite3_column_type(s->q, c->at);
		const struct trib_text x = type == SQLITE_BLOB ? (struct trib_text){ "", 0 } : text_of(sqlite3_column_value(s->q, c->at));
		sqlite3_str_appendf(text, "%s%s=", i ? ", " : "", c->name);
		if (c->personal)
			sqlite3_str_appendall(text, "***");
		else if (type == SQLITE_NULL)
			sqlite3_str_appendall(text, "NULL");
		else if (type == SQLITE_BLOB || !source_utf8(x.p, x.n)) {
			const unsigned char *p = sqlite3_column_blob(s->q, c->at);
			const int n = sqlite3_column_bytes(s->q, c->at);
			sqlite3_str_appendall(text, "X'");
			for (int k = 0; k < n && k < CELL_MAX / 2; k++)
				sqlite3_str_appendf(text, "%02x", p[k]);
			sqlite3_str_appendall(text, "'");
		} else if (type == SQLITE_TEXT)
			sqlite3_str_appendf(text, "'%!.*q'", CELL_MAX, x.p);
		else
			sqlite3_str_append(text, x.p, (int)x.n);
	}
	const size_t n = (size_t)sqlite3_str_length(text);
	*keep = sqlite3_str_finish(text);
	return *keep ? (struct trib_text){ *keep, n } : (struct trib_text){ "", 0 };
}

void source_row(struct trib *t, const struct source *s, struct trib_batch *out)
{
	char *keep = NULL;
	for (int i = 0; i < s->shape_count; i++) {
		const char *why = put_cell(s, out, &s->shape[i]);
		if (!why)
			continue;
		trib_reject_raw(t, out, record(s, &keep), "sqlite.bad_value", "%s: column %s: %s", s->part, s->shape[i].name, why);
		sqlite3_free(keep);
		return;
	}
	trib_rows(out, 1);
}
