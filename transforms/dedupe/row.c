/* row - cells as bytes that are equal when the cells are, versions as bytes that compare like them, whole rows as a hash.
 *
 * A cell is 0 (null), or 1 and its value; texts have their length in front. Nulls at the end are left out, so that a row is
 * the same before and after a column was added. */
#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>
#include <xxhash.h>
#include "dedupe.h"

static bool room(struct dd_buf *b, size_t n)
{
	if (b->cap - b->n >= n)
		return true;
	const size_t cap = (b->n + n) * 2 + 256;
	char *grown = realloc(b->p, cap);
	if (!grown)
		return false;
	b->p = grown;
	b->cap = cap;
	return true;
}

/* One bit pattern for what is equal: 0.0 and -0.0, all that is no number. */
static double canonical(double d)
{
	return d != d ? (double)__builtin_nan("") : d == 0 ? 0 : d;
}

static bool put_cell(const struct trib_view *v, int64_t i, struct dd_buf *b)
{
	double d;
	if (trib_null(v, i)) {
		if (!room(b, 1))
			return false;
		b->p[b->n++] = 0;
		return true;
	}
	if (v->type == TRIB_STR || v->type == TRIB_JSON) {
		const struct trib_text x = trib_str(v, i);
		const uint32_t n = (uint32_t)x.n;
		if (!room(b, x.n + 5))
			return false;
		b->p[b->n] = 1;
		memcpy(b->p + b->n + 1, &n, 4);
		memcpy(b->p + b->n + 5, x.p, x.n);
		b->n += x.n + 5;
		return true;
	}
	if (!room(b, 17))
		return false;
	char *to = b->p + b->n;
	*to++ = 1;
	size_t n = 8;
	switch (v->type) {
	case TRIB_BOOL: *to = ((const uint8_t *)v->values)[(i + v->bit) >> 3] >> ((i + v->bit) & 7) & 1, n = 1; break;
	case TRIB_DATE: memcpy(to, (const int32_t *)v->values + i, n = 4); break;
	case TRIB_DEC: memcpy(to, (const trib_dec *)v->values + i, n = 16); break;
	case TRIB_F64: d = canonical(((const double *)v->values)[i]), memcpy(to, &d, 8); break;
	default: memcpy(to, (const int64_t *)v->values + i, 8);
	}
	b->n += n + 1;
	return true;
}

bool dd_key(const struct trib_view *views, int count, bool whole, int64_t i, struct dd_buf *to)
{
	size_t end = to->n = 0;
	for (int c = 0; c < count; c++) {
		if (!put_cell(&views[c], i, to))
			return false;
		if (!whole || !trib_null(&views[c], i))
			end = to->n;
	}
	to->n = end;
	return true;
}

void dd_row(const struct trib_view *views, int count, int64_t i, struct dd_buf *scratch, uint64_t to[2])
{
	if (!dd_key(views, count, true, i, scratch))
		scratch->n = 0;
	const XXH128_hash_t h = XXH3_128bits(scratch->p, scratch->n);
	to[0] = h.low64;
	to[1] = h.high64;
}

uint64_t dd_hash(const struct dd_policy *p, uint32_t level, const char *key, size_t n)
{
	return XXH3_64bits_withSeed(key, n, level) & p->hash_mask;
}

/* ---- versions ---- */

enum { PLACES = 18 };

static const struct trib_numbers plain = { .decimal = '.', .scientific = true };

static bool number(struct trib_text x, trib_dec *out)
{
	trib_dec back, m;
	int scale = 0;
	return trib_number(&plain, x, &m, &scale) == 0 && trib_dec_rescale(m, scale, PLACES, out) == 0 &&
		(scale <= PLACES || (trib_dec_rescale(*out, PLACES, scale, &back) == 0 && trib_dec_cmp(back, m) == 0));
}

enum dd_class dd_class_of(struct trib_text x)
{
	trib_dec d;
	trib_time at;
	return number(x, &d) ? DD_NUMBER : trib_time_parse(x, NULL, &at) == 0 ? DD_TIME : DD_TEXT;
}

static void put_number(trib_dec d, unsigned char *to)
{
	uint64_t hi = (uint64_t)d.hi ^ (uint64_t)1 << 63, lo = d.lo;
	for (int i = 7; i >= 0; i--, hi >>= 8, lo >>= 8)
		to[i] = (unsigned char)hi, to[8 + i] = (unsigned char)lo;
}

static bool rank_text(struct trib_text x, enum dd_class as, unsigned char *to)
{
	trib_dec d;
	trib_time at;
	if (as == DD_TEXT) {
		if (x.n > DD_RANK_TEXT - 2)
			return false;
		memcpy(to, x.p, x.n);
		to[DD_RANK_TEXT - 2] = (unsigned char)x.n;
		return true;
	}
	if (as == DD_TIME ? trib_time_parse(x, NULL, &at) != 0 : !number(x, &d))
		return false;
	put_number(as == DD_TIME ? trib_dec_i64(at.us) : d, to);
	return true;
}

bool dd_rank(const struct trib_view *v, enum dd_class as, int64_t i, unsigned char to[DD_RANK_TEXT])
{
	memset(to, 0, DD_RANK_TEXT);
	if (trib_null(v, i))
		return true;
	*to++ = 1;
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: return rank_text(trib_str(v, i), as, to);
	case TRIB_DEC: put_number(((const trib_dec *)v->values)[i], to); return true;
	case TRIB_DATE: put_number(trib_dec_i64(((const int32_t *)v->values)[i]), to); return true;
	case TRIB_BOOL:
		*to = ((const uint8_t *)v->values)[(i + v->bit) >> 3] >> ((i + v->bit) & 7) & 1;
		return true;
	case TRIB_F64: {
		const double d = canonical(((const double *)v->values)[i]);
		int64_t bits;
		memcpy(&bits, &d, 8);
		if (d != d)
			to[-1] = 0;                        /* no number: as null */
		else
			put_number(trib_dec_i64(bits < 0 ? INT64_MIN - bits : bits), to);
		return true;
	}
	default: put_number(trib_dec_i64(((const int64_t *)v->values)[i]), to); return true;
	}
}

size_t dd_show(const struct trib_view *v, int64_t i, char *to, size_t size)
{
	char text[64] = "";
	int n;
	if (trib_null(v, i))
		return (size_t)snprintf(to, size, "null");
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: {
		const struct trib_text x = trib_str(v, i);
		n = snprintf(to, size, "\"%.*s\"", x.n > 60 ? 60 : (int)x.n, x.p);
		break;
	}
	case TRIB_I64: case TRIB_CLOCK: case TRIB_DURATION:
		n = snprintf(to, size, "%lld", (long long)((const int64_t *)v->values)[i]);
		break;
	case TRIB_F64: n = snprintf(to, size, "%.17g", ((const double *)v->values)[i]); break;
	default:
		if (v->type == TRIB_DATE)
			trib_date_text((trib_date){ ((const int32_t *)v->values)[i] }, text);
		else if (v->type == TRIB_TIME)
			trib_time_text((trib_time){ ((const int64_t *)v->values)[i] }, text);
		else if (v->type == TRIB_DEC)
			trib_dec_text(((const trib_dec *)v->values)[i], v->scale, text);
		n = snprintf(to, size, "%s", text);
	}
	return n < 0 ? 0 : (size_t)n >= size ? size - 1 : (size_t)n;
}
