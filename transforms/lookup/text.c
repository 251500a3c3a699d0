/* text - what a cell says, as keys are compared: numbers plain, dates ISO, texts as they are, trimmed or folded. */
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>
#include "lookup.h"

static size_t float_text(double d, char room[64])
{
	int n = 0;
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(room, 64, "%.*g", digits, d);
		if (strtod(room, NULL) == d)
			break;
	}
	for (int i = 0; i < n; i++)
		room[i] = room[i] == ',' ? '.' : room[i];        /* some locales write a comma */
	return (size_t)n;
}

size_t lk_cell(const struct trib_view *v, int64_t i, char room[64], struct trib_text *out)
{
	*out = (struct trib_text){ room, 0 };
	if (trib_null(v, i))
		return 0;
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: *out = trib_str(v, i); break;
	case TRIB_DEC: out->n = trib_dec_short(((const trib_dec *)v->values)[i], v->scale, room); break;
	case TRIB_DATE: out->n = trib_date_text((trib_date){ ((const int32_t *)v->values)[i] }, room); break;
	case TRIB_TIME: out->n = trib_time_text((trib_time){ ((const int64_t *)v->values)[i] }, room); break;
	case TRIB_F64: out->n = float_text(((const double *)v->values)[i], room); break;
	case TRIB_BOOL:
		out->n = (size_t)snprintf(room, 64, "%s", ((const uint8_t *)v->values)[(i + v->bit) >> 3] >> ((i + v->bit) & 7) & 1
		                          ? "true" : "false");
		break;
	default: out->n = trib_dec_text(trib_dec_i64(((const int64_t *)v->values)[i]), 0, room);
	}
	return 1;
}

/* ---- folding ---- */

/* One code point and its width; a byte that is no UTF-8 stands for itself. */
static size_t decode(const char *p, size_t n, uint32_t *c)
{
	const uint8_t *u = (const uint8_t *)p;
	if (u[0] >= 0xc2 && u[0] < 0xe0 && n >= 2 && (u[1] & 0xc0) == 0x80)
		return *c = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu), 2;
	if (u[0] >= 0xe0 && u[0] < 0xf0 && n >= 3 && (u[1] & 0xc0) == 0x80 && (u[2] & 0xc0) == 0x80)
		return *c = (u[0] & 0xfu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu), 3;
	return *c = u[0] < 0x80 ? u[0] : UINT32_MAX, 1;
}

static bool is_blank(uint32_t c)
{
	return c <= ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) || c == 0x202f || c == 0x205f ||
		c == 0x3000 || c == 0xfeff;
}

struct trib_text lk_trimmed(struct trib_text x)
{
	uint32_t c;
	for (size_t w; x.n > 0 && (w = decode(x.p, x.n, &c)) > 0 && is_blank(c);)
		x.p += w, x.n -= w;
	while (x.n > 0) {
		size_t w = 1;
		while (w < 3 && w < x.n && ((uint8_t)x.p[x.n - w] & 0xc0) == 0x80)
			w++;
		if (decode(x.p + x.n - w, w, &c) != w || !is_blank(c))
			break;
		x.n -= w;
	}
	return x;
}

/* Small letters of the scripts that have two kinds: Latin, Greek, Cyrillic, Armenian (Unicode's simple folding). */
static const struct { uint16_t from, to; int16_t add; } folds[] = {
	{ 'A', 'Z', 32 }, { 0xb5, 0xb5, 775 }, { 0xc0, 0xd6, 32 }, { 0xd8, 0xde, 32 }, { 0x178, 0x178, -121 },
	{ 0x386, 0x386, 38 }, { 0x388, 0x38a, 37 }, { 0x38c, 0x38c, 64 }, { 0x38e, 0x38f, 63 }, { 0x391, 0x3a1, 32 },
	{ 0x3a3, 0x3ab, 32 }, { 0x3c2, 0x3c2, 1 }, { 0x400, 0x40f, 80 }, { 0x410, 0x42f, 32 }, { 0x531, 0x556, 48 },
	{ 0x2160, 0x216f, 16 }, { 0xff21, 0xff3a, 32 },
};
/* Where capital and small letters take turns; odd: the capital is the odd one. */
static const struct { uint16_t from, to; bool odd; } pairs[] = {
	{ 0x100, 0x12f, false }, { 0x132, 0x137, false }, { 0x139, 0x148, true }, { 0x14a, 0x177, false },
	{ 0x179, 0x17e, true }, { 0x1cd, 0x1dc, true }, { 0x1de, 0x1ef, false }, { 0x1f8, 0x21f, false }, { 0x222, 0x233, false },
	{ 0x460, 0x481, false }, { 0x48a, 0x4bf, false }, { 0x4c1, 0x4ce, true }, { 0x4d0, 0x52f, false },
	{ 0x1e00, 0x1e95, false }, { 0x1ea0, 0x1eff, false },
};

static uint32_t folded(uint32_t c)
{
	for (size_t i = 0; i < sizeof folds / sizeof *folds; i++)
		if (c >= folds[i].from && c <= folds[i].to)
			return (uint32_t)((int32_t)c + folds[i].add);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (c >= pairs[i].from && c <= pairs[i].to)
			return (c & 1) == pairs[i].odd ? c + 1 : c;
	return c;
}

/* to has room for as many bytes as x: no letter grows by this. */
static size_t fold(struct trib_text x, char *to)
{
	size_t n = 0;
	for (size_t i = 0; i < x.n;) {
		uint32_t c;
		const size_t w = decode(x.p + i, x.n - i, &c);
		const uint32_t f = c == UINT32_MAX ? c : folded(c);
		if (c == 0xdf || c == 0x1e9e) {                  /* sharp s */
			to[n++] = 's', to[n++] = 's';
		} else if (f == c)
			memcpy(to + n, x.p + i, w), n += w;
		else if (f < 0x80)
			to[n++] = (char)f;
		else if (f < 0x800)
			to[n++] = (char)(0xc0 | f >> 6), to[n++] = (char)(0x80 | (f & 0x3f));
		else
			to[n++] = (char)(0xe0 | f >> 12), to[n++] = (char)(0x80 | (f >> 6 & 0x3f)), to[n++] = (char)(0x80 | (f & 0x3f));
		i += w;
	}
	return n;
}

/* ---- keys ---- */

/* Each part is its length and its text. null: a part is null, which nothing equals. */
bool lk_key(const struct trib_view *views, size_t count, enum lk_match match, int64_t i, struct lk_buf *to, bool *null)
{
	char room[64];
	struct trib_text x;
	to->n = 0;
	*null = false;
	for (size_t k = 0; k < count; k++) {
		if (!lk_cell(&views[k], i, room, &x)) {
			*null = true;
			return true;
		}
		if (match != LK_EXACT)
			x = lk_trimmed(x);
		if (to->cap - to->n < x.n + 4) {
			const size_t cap = 2 * (to->n + x.n) + 256;
			char *grown = realloc(to->p, cap);
			if (!grown)
				return false;
			to->p = grown;
			to->cap = cap;
		}
		uint32_t n = (uint32_t)x.n;
		if (match == LK_CASEFOLD)
			n = (uint32_t)fold(x, to->p + to->n + 4);
		else if (n > 0)
			memcpy(to->p + to->n + 4, x.p, n);
		memcpy(to->p + to->n, &n, 4);
		to->n += n + 4;
	}
	return true;
}

void lk_show(struct trib_text key, char *to, size_t size)
{
	size_t n = 0;
	*to = 0;
	for (size_t at = 0; at + 4 <= key.n && n + 1 < size;) {
		uint32_t k;
		memcpy(&k, key.p + at, 4);
		const int put = snprintf(to + n, size - n, "%s%.*s", at ? ", " : "", k > 60 ? 60 : (int)k, key.p + at + 4);
		n += put > 0 ? (size_t)put : 0;
		at += 4 + k;
	}
}

/* A date or time as microseconds. 0, or TRIB_NOT_A_VALUE. */
int lk_moment(const struct trib_view *v, int64_t i, const char *format, int64_t null_is, int64_t *out)
{
	trib_time at;
	if (trib_null(v, i)) {
		*out = null_is;
		return 0;
	}
	switch (v->type) {
	case TRIB_DATE: *out = ((const int32_t *)v->values)[i] * INT64_C(86400000000); return 0;
	case TRIB_TIME: *out = ((const int64_t *)v->values)[i]; return 0;
	case TRIB_STR: {
		trib_date day;
		const struct trib_text x = lk_trimmed(trib_str(v, i));
		if (x.n == 0) {
			*out = null_is;
			return 0;
		}
		if (trib_date_parse(x, format, &day) == 0)
			*out = day.days * INT64_C(86400000000);
		else if (trib_time_parse(x, format, &at) == 0)
			*out = at.us;
		else
			return TRIB_NOT_A_VALUE;
		return 0;
	}
	default: return TRIB_NOT_A_VALUE;
	}
}
