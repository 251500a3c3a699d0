/* intake - columns that are lent, numbers and decimals that are converted. See intake.h. */
#include "arrow/intake.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "arrow/scalar.h"

/* ---- lending ---- */

int tribx_lend(struct ArrowArray *to, const struct tribx_intake *in, const struct tribx_page *pages, int page_count)
{
	int count = (int)in->a->n_buffers;
	struct tribx_buffers *s = tribx_buffers_new(count, page_count);
	if (!s)
		return TRIB_FATAL;
	s->lender = tribx_buffers_keep(in->holder);
	for (int i = 0; i < count; i++)
		s->buffers[i] = in->a->buffers[i];
	for (int i = 0; i < page_count; i++)
		((struct tribx_page *)s->pages)[i] = tribx_page_keep(&pages[i]);
	*to = (struct ArrowArray){ .length = in->length, .null_count = in->nulls, .offset = in->offset,
	                           .n_buffers = count, .buffers = s->buffers,
	                           .release = tribx_release_array, .private_data = s };
	return TRIB_OK;
}

int tribx_copy_validity(struct tribx_parts *p, const struct tribx_intake *in)
{
	p->length = in->length;
	p->nulls = in->nulls;
	if (!in->nulls)
		return TRIB_OK;
	uint8_t *bits = p->validity = tribx_block_new((size_t)in->length / 8 + 1);
	if (!bits)
		return TRIB_FATAL;
	memset(bits, 0, (size_t)in->length / 8 + 1);
	for (int64_t i = 0; i < in->length; i++)
		bits[i >> 3] |= (uint8_t)(tribx_bit(in->validity, in->offset + i) << (i & 7));
	return TRIB_OK;
}

int tribx_add_nulls(struct ArrowArray *a, const uint8_t *also)
{
	struct tribx_buffers *s = a->private_data;
	size_t size = (size_t)a->length / 8 + 1;
	int64_t nulls = 0;
	if (!s->validity) {
		if (!(s->validity = tribx_block_new(size)))
			return TRIB_FATAL;
		memset(s->validity, 0xFF, size);
		s->buffers[0] = s->validity;
	}
	for (int64_t i = 0; i < a->length; i++) {
		if (!tribx_bit(also, i))
			tribx_bit_off(s->validity, i);
		nulls += !tribx_bit(s->validity, i);
	}
	a->null_count = nulls;
	return TRIB_OK;
}

int tribx_all_null(struct ArrowArray *to, enum trib_type type, int64_t n)
{
	size_t size = (size_t)n * 16 + 16;
	struct tribx_parts p = { .bits = tribx_bits(type), .views = tribx_textual(type), .length = n, .nulls = n,
	                         .validity = tribx_block_new((size_t)n / 8 + 1), .values = tribx_block_new(size) };
	if (!p.validity || !p.values) {
		tribx_block_free(p.validity);
		tribx_block_free(p.values);
		return TRIB_FATAL;
	}
	memset(p.validity, 0, (size_t)n / 8 + 1);
	memset(p.values, 0, size);
	return tribx_array_new(to, &p);
}

/* ---- numbers, times ---- */

enum source { AS_IS, I8, U8, I16, U16, I32, U32, I64, U64, F16, F32 };

/* format: a prefix when it ends with a colon (the zone follows). Integers are multiplied, or divided and floored. */
static const struct number {
	const char *format;
	enum trib_type type;
	enum source source;
	int size;
	int64_t mul, div;
} numbers[] = {
	{ "n", TRIB_NULL, AS_IS, 0, 1, 1 }, { "b", TRIB_BOOL, AS_IS, 0, 1, 1 },
	{ "l", TRIB_I64, AS_IS, 8, 1, 1 }, { "g", TRIB_F64, AS_IS, 8, 1, 1 },
	{ "c", TRIB_I64, I8, 1, 1, 1 }, { "C", TRIB_I64, U8, 1, 1, 1 }, { "s", TRIB_I64, I16, 2, 1, 1 },
	{ "S", TRIB_I64, U16, 2, 1, 1 },
	{ "i", TRIB_I64, I32, 4, 1, 1 }, { "I", TRIB_I64, U32, 4, 1, 1 }, { "L", TRIB_DEC, U64, 8, 1, 1 },
	{ "e", TRIB_F64, F16, 2, 1, 1 }, { "f", TRIB_F64, F32, 4, 1, 1 },
	{ "tdD", TRIB_DATE, AS_IS, 4, 1, 1 }, { "tdm", TRIB_DATE, I64, 8, 1, 86400000 },
	{ "ttu", TRIB_CLOCK, AS_IS, 8, 1, 1 }, { "tts", TRIB_CLOCK, I32, 4, 1000000, 1 },
	{ "ttm", TRIB_CLOCK, I32, 4, 1000, 1 },
	{ "ttn", TRIB_CLOCK, I64, 8, 1, 1000 },
	{ "tsu:", TRIB_TIME, AS_IS, 8, 1, 1 }, { "tss:", TRIB_TIME, I64, 8, 1000000, 1 },
	{ "tsm:", TRIB_TIME, I64, 8, 1000, 1 }, { "tsn:", TRIB_TIME, I64, 8, 1, 1000 },
	{ "tDm", TRIB_DURATION, AS_IS, 8, 1, 1 }, { "tDs", TRIB_DURATION, I64, 8, 1000, 1 },
	{ "tDu", TRIB_DURATION, I64, 8, 1, 1000 },
	{ "tDn", TRIB_DURATION, I64, 8, 1, 1000000 },
};

static const struct number *find_number(const char *format)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		size_t n = strlen(numbers[i].format);
		bool zoned = numbers[i].format[n - 1] == ':';
		if (zoned ? strncmp(format, numbers[i].format, n) == 0 : strcmp(format, numbers[i].format) == 0)
			return &numbers[i];
	}
	return NULL;
}

/* Instants are UTC whatever the zone says; a name that nobody knows is a sign that they may not be. No list of zones on
 * this machine: any well-formed name is believed. */
static bool known_zone(const char *zone)
{
	char path[128];
	size_t n = strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
	if (!*zone || strcmp(zone, "UTC") == 0 || strcmp(zone, "Z") == 0)
		return true;
	if (*zone == '+' || *zone == '-')
		return strlen(zone) == 6 && zone[3] == ':' && strspn(zone + 1, "0123456789:") == 5;
	if (zone[n] || n > 64 || *zone == '/')
		return false;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
	return access("/usr/share/zoneinfo/UTC", F_OK) != 0 || access(path, F_OK) == 0;
}

static int check_fixed(const struct tribx_intake *in, int size, int align)
{
	if (in->a->n_buffers != 2)
		return tribx_refuse(in, "arrow.buffers", "%lld buffers instead of 2", (long long)in->a->n_buffers);
	if (!in->a->buffers[1] && in->a->length > 0)
		return tribx_refuse(in, "arrow.buffers", "%lld rows and no values", (long long)in->a->length);
	if (size && (uintptr_t)in->a->buffers[1] % (size_t)align)
		return tribx_refuse(in, "arrow.buffers", "the values are not aligned to %d bytes", align);
	return TRIB_OK;
}

static int64_t load(const void *p, enum source source, int64_t i)
{
	switch (source) {
	case I8:
		return ((const int8_t *)p)[i];
	case U8:
		return ((const uint8_t *)p)[i];
	case I16:
		return ((const int16_t *)p)[i];
	case U16:
		return ((const uint16_t *)p)[i];
	case I32:
		return ((const int32_t *)p)[i];
	case U32:
		return ((const uint32_t *)p)[i];
	default:
		return ((const int64_t *)p)[i];
	}
}

static double half(uint16_t h)
{
	int exponent = h >> 10 & 31, fraction = h & 1023;
	double v = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
	if (exponent == 31)
		v = fraction ? (double)NAN : (double)INFINITY;
	return h >> 15 ? -v : v;
}

static bool convert(const struct number *k, const void *from, int64_t i, void *to, int64_t at)
{
	if (k->source == F16)
		((double *)to)[at] = half(((const uint16_t *)from)[i]);
	else if (k->source == F32)
		((double *)to)[at] = ((const float *)from)[i];
	else if (k->source == U64)
		((trib_dec *)to)[at] = (trib_dec){ .lo = ((const uint64_t *)from)[i], .hi = 0 };
	else {
		int64_t v = load(from, k->source, i);
		if (k->div > 1)
			v = v / k->div - (v % k->div < 0);
		if (__builtin_mul_overflow(v, k->mul, &v) || (k->type == TRIB_DATE && v != (int32_t)v))
			return false;
		if (k->type == TRIB_DATE)
			((int32_t *)to)[at] = (int32_t)v;
		else
			((int64_t *)to)[at] = v;
	}
	return true;
}

int tribx_take_number(const struct tribx_intake *in, struct tribx_taken *out)
{
	const struct number *k = find_number(in->s->format);
	if (!k)
		return TRIB_END;
	out->type = k->type;
	out->precision = k->type == TRIB_DEC ? 20 : 0;
	if (k->type == TRIB_NULL) {
		tribx_array_null(&out->array, in->length);
		if (in->a->n_buffers)
			return tribx_refuse(in, "arrow.buffers", "nulls with %lld buffers", (long long)in->a->n_buffers);
		return TRIB_OK;
	}
	if (k->type == TRIB_TIME && !known_zone(in->s->format + 4))
		return tribx_refuse(in, "arrow.zone", "time zone \"%.60s\" is not known", in->s->format + 4);
	int status = check_fixed(in, k->size, k->size ? k->size : 1);
	if (status < 0)
		return status;
	if (in->length == 0) {
		tribx_array_empty(&out->array, k->type);
		return TRIB_OK;
	}
	if (k->source == AS_IS)
		return tribx_lend(&out->array, in, NULL, 0);
	struct tribx_parts p = { .bits = tribx_bits(k->type),
	                         .values = tribx_block_new((size_t)in->length * (size_t)tribx_bits(k->type) / 8) };
	status = p.values ? tribx_copy_validity(&p, in) : TRIB_FATAL;
	for (int64_t i = 0; i < in->length && status == TRIB_OK; i++)
		if (!convert(k, in->a->buffers[1], in->offset + i, p.values, i)) {
			memset((char *)p.values + i * p.bits / 8, 0, (size_t)p.bits / 8);
			if (!tribx_in_null(in, i))
				status = tribx_refuse(in, "arrow.range", "row %lld is out of range", (long long)i + 1);
		}
	if (status == TRIB_OK)
		return tribx_array_new(&out->array, &p);
	tribx_block_free(p.values);
	tribx_block_free(p.validity);
	return status;
}

/* ---- decimals ---- */

/* A value of 32, 64, 128 or 256 bits; false: more than 128. */
static bool load_decimal(const void *from, int bits, int64_t i, __int128 *out)
{
	const uint64_t *w = (const uint64_t *)from + i * (bits / 64);
	if (bits == 32) {
		*out = ((const int32_t *)from)[i];
		return true;
	}
	if (bits == 64) {
		*out = (int64_t)*w;
		return true;
	}
	*out = (__int128)((unsigned __int128)w[1] << 64 | w[0]);
	uint64_t sign = w[1] >> 63 ? UINT64_MAX : 0;
	return bits == 128 || (w[2] == sign && w[3] == sign);
}

static bool settle_decimal(const void *from, int bits, int64_t i, int times_ten, int precision, trib_dec *out)
{
	__int128 v;
	bool good = load_decimal(from, bits, i, &v);
	for (int k = 0; good && k < times_ten; k++)
		good = !__builtin_mul_overflow(v, 10, &v);
	*out = (trib_dec){ .lo = (uint64_t)v, .hi = (int64_t)(v >> 64) };
	return good && tribx_dec_fits(*out, precision);
}

int tribx_take_decimal(const struct tribx_intake *in, struct tribx_taken *out)
{
	int precision, scale, bits;
	if (!tribx_parse_decimal(in->s->format, &precision, &scale, &bits) ||
	    (bits != 32 && bits != 64 && bits != 128 && bits != 256))
		return TRIB_END;
	int times_ten = scale < 0 ? -scale : 0;   /* 12E2 of scale -2 is 1200 */
	if (precision < 1 || scale > 38 || precision + times_ten > 38)
		return tribx_refuse(in, "arrow.decimal", "decimal(%d,%d) does not fit 38 digits", precision, scale);
	int status = check_fixed(in, bits / 8, bits >= 64 ? 8 : 4);
	if (status < 0)
		return status;
	*out = (struct tribx_taken){ .type = TRIB_DEC, .precision = precision + times_ten,
	                             .scale = scale < 0 ? 0 : scale };
	if (in->length == 0) {
		tribx_array_empty(&out->array, TRIB_DEC);
		return TRIB_OK;
	}
	bool same = bits == 128 && !times_ten;
	struct tribx_parts p = { .bits = 128 };
	if (!same && (!(p.values = tribx_block_new((size_t)in->length * 16)) || tribx_copy_validity(&p, in) < 0))
		status = TRIB_FATAL;
	for (int64_t i = 0; i < in->length && status == TRIB_OK; i++) {
		trib_dec v;
		bool null = tribx_in_null(in, i);
		if (!settle_decimal(in->a->buffers[1], bits, in->offset + i, times_ten, precision + times_ten, &v) &&
		    !null)
			status = tribx_refuse(in, "arrow.decimal", "row %lld has more than %d digits", (long long)i + 1,
			                      precision);
		if (!same)
			((trib_dec *)p.values)[i] = null ? (trib_dec){ 0, 0 } : v;
	}
	if (status == TRIB_OK)
		return same ? tribx_lend(&out->array, in, NULL, 0) : tribx_array_new(&out->array, &p);
	tribx_block_free(p.values);
	tribx_block_free(p.validity);
	return status;
}
