/* cast - see cast.h. */
#include "arrow/cast.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tributary/value.h>
#include "arrow/rows.h"

static const int64_t day_us = (int64_t)86400 * 1000000;
enum { FITS = 0, NOT_THIS = TRIB_NOT_A_VALUE, TOO_LARGE = TRIB_OUT_OF_RANGE };

static const char *const not_codes[] = {
	[TRIB_BOOL] = "cell.not_a_bool", [TRIB_I64] = "cell.not_a_number", [TRIB_F64] = "cell.not_a_number",
	[TRIB_DEC] = "cell.not_a_number", [TRIB_STR] = "cell.not_a_text", [TRIB_JSON] = "cell.not_json",
	[TRIB_DATE] = "cell.not_a_date", [TRIB_TIME] = "cell.not_a_time",
	[TRIB_CLOCK] = "cell.not_a_clock", [TRIB_DURATION] = "cell.not_a_duration",
};

const char *tribx_type_text(enum trib_type type, int precision, int scale, char to[TRIBX_NUMBER_TEXT])
{
	if (type == TRIB_DEC)
		snprintf(to, TRIBX_NUMBER_TEXT, "decimal(%d,%d)", precision, scale);
	else
		snprintf(to, TRIBX_NUMBER_TEXT, "%s", tribx_type_names[type]);
	return to;
}

/* ---- values and their text ---- */

struct tribx_value tribx_value_at(const struct trib_view *v, int64_t row)
{
	struct tribx_value out = { .type = v->type, .scale = v->scale };
	if (trib_null(v, row))
		return (struct tribx_value){ .type = TRIB_NULL };
	switch (v->type) {
	case TRIB_BOOL:
		out.i64 = tribx_bit(v->values, row + v->bit);
		break;
	case TRIB_DATE:
		out.i64 = ((const int32_t *)v->values)[row];
		break;
	case TRIB_F64:
		out.f64 = ((const double *)v->values)[row];
		break;
	case TRIB_DEC:
		out.dec = ((const trib_dec *)v->values)[row];
		break;
	case TRIB_STR: case TRIB_JSON:
		out.text = trib_str(v, row);
		break;
	default:
		out.i64 = ((const int64_t *)v->values)[row];
	}
	return out;
}

struct trib_text tribx_value_text(const struct tribx_value *v, char to[TRIBX_NUMBER_TEXT])
{
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON:
		return v->text;
	case TRIB_BOOL:
		return tribx_text(v->i64 ? "true" : "false");
	case TRIB_F64:
		return (struct trib_text){ to, tribx_f64_text(v->f64, to) };
	case TRIB_DEC:
		return (struct trib_text){ to, trib_dec_short(v->dec, v->scale, to) };
	case TRIB_DATE:
		return (struct trib_text){ to, trib_date_text((trib_date){ (int32_t)v->i64 }, to) };
	case TRIB_TIME:
		return (struct trib_text){ to, trib_time_text((trib_time){ v->i64 }, to) };
	case TRIB_CLOCK:
		return (struct trib_text){ to, tribx_clock_text((trib_clock){ v->i64 }, to) };
	case TRIB_DURATION:
		return (struct trib_text){ to, tribx_span_text((trib_duration){ v->i64 }, to) };
	case TRIB_I64:
		return (struct trib_text){ to, tribx_i64_text(v->i64, to) };
	default:
		return (struct trib_text){ NULL, 0 };
	}
}

/* ---- one function per target ---- */

static int to_bool(const struct tribx_value *v, int64_t *out)
{
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON:
		*out = tribx_text_is(v->text, "true");
		return *out || tribx_text_is(v->text, "false") ? FITS : NOT_THIS;
	case TRIB_BOOL: case TRIB_I64:
		*out = v->i64;
		return v->i64 == 0 || v->i64 == 1 ? FITS : NOT_THIS;
	case TRIB_F64:
		*out = v->f64 == 1;
		return v->f64 == 0 || v->f64 == 1 ? FITS : NOT_THIS;
	default:
		return NOT_THIS;
	}
}

static int dec_to_i64(trib_dec v, int scale, int64_t *out)
{
	trib_dec whole, back;
	if (trib_dec_rescale(v, scale, 0, &whole) < 0 || trib_dec_rescale(whole, 0, scale, &back) < 0 ||
	    back.lo != v.lo || back.hi != v.hi)
		return NOT_THIS;   /* decimals would be lost */
	*out = (int64_t)whole.lo;
	return whole.hi == (*out < 0 ? -1 : 0) ? FITS : TOO_LARGE;
}

static int to_i64(const struct tribx_value *v, int64_t *out)
{
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON:
		return tribx_i64_parse(v->text, out);
	case TRIB_BOOL: case TRIB_I64:
		*out = v->i64;
		return FITS;
	case TRIB_F64:
		if (!(v->f64 >= -0x1p63 && v->f64 < 0x1p63))
			return TOO_LARGE;
		*out = (int64_t)v->f64;
		return (double)*out == v->f64 ? FITS : NOT_THIS;
	case TRIB_DEC:
		return dec_to_i64(v->dec, v->scale, out);
	default:
		return NOT_THIS;
	}
}

static int to_f64(const struct tribx_value *v, double *out)
{
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON:
		return tribx_f64_parse(v->text, out);
	case TRIB_BOOL: case TRIB_I64:
		*out = (double)v->i64;
		return FITS;
	case TRIB_DEC:
		*out = trib_dec_f64(v->dec, v->scale);
		return FITS;
	case TRIB_F64:
		*out = v->f64;
		return FITS;
	default:
		return NOT_THIS;
	}
}

/* The shortest text has at most 17 digits: digits and power of ten are integers, one exact scaling, one rounding. */
static int f64_to_dec(double v, int scale, trib_dec *out)
{
	char text[TRIBX_NUMBER_TEXT];
	int64_t number = 0, exponent = 0;
	bool point = false;
	size_t n = tribx_f64_text(v, text), i = text[0] == '-';
	if (!isfinite(v))
		return NOT_THIS;
	for (; i < n && text[i] != 'e'; i++) {
		point |= text[i] == '.';
		if (text[i] != '.') {
			number = number * 10 + (text[i] - '0');
			exponent -= point;
		}
	}
	int64_t written = 0;
	if (i < n && tribx_i64_parse((struct trib_text){ text + i + 1, n - i - 1 }, &written) < 0)
		return NOT_THIS;
	unsigned __int128 u = (uint64_t)number, limit = (unsigned __int128)1 << 126;
	for (exponent += written + scale; exponent > 0 && u != 0; exponent--)
		if ((u *= 10) > limit)
			return TOO_LARGE;
	uint64_t unit = 1;
	for (; exponent < 0 && unit < 1000000000000000000; exponent++)
		unit *= 10;
	uint64_t rest = exponent < 0 ? 0 : (uint64_t)(u % unit), half = unit / 2;
	u = exponent < 0 ? 0 : u / unit;
	if (unit > 1 && (rest > half || (rest == half && (u & 1))))
		u++;   /* half-even */
	__int128 signed_value = text[0] == '-' ? -(__int128)u : (__int128)u;
	*out = (trib_dec){ .lo = (uint64_t)signed_value, .hi = (int64_t)(signed_value >> 64) };
	return FITS;
}

static int to_dec(const struct tribx_value *v, int scale, trib_dec *out)
{
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON:
		return trib_dec_parse(v->text, scale, out);
	case TRIB_BOOL: case TRIB_I64:
		return trib_dec_rescale(trib_dec_i64(v->i64), 0, scale, out);
	case TRIB_F64:
		return f64_to_dec(v->f64, scale, out);
	case TRIB_DEC:
		return trib_dec_rescale(v->dec, v->scale, scale, out);
	default:
		return NOT_THIS;
	}
}

static int to_date(const struct tribx_value *v, int64_t *out)
{
	trib_date d;
	if (v->type == TRIB_TIME) {
		*out = v->i64 / day_us;
		return v->i64 % day_us == 0 ? FITS : NOT_THIS;   /* the time of day would be lost */
	}
	if (v->type == TRIB_I64)
		return TOO_LARGE;   /* days that fit were stored by put */
	int status = tribx_textual(v->type) ? trib_date_parse(v->text, NULL, &d) : NOT_THIS;
	if (status == FITS)
		*out = d.days;
	return status;
}

static int to_time(const struct tribx_value *v, int64_t *out)
{
	trib_time t;
	if (v->type == TRIB_DATE) {
		*out = v->i64 * day_us;
		return FITS;
	}
	int status = tribx_textual(v->type) ? trib_time_parse(v->text, NULL, &t) : NOT_THIS;
	if (status == FITS)
		*out = t.us;
	return status;
}

static int to_span(const struct tribx_value *v, enum trib_type type, int64_t *out)
{
	trib_clock c;
	trib_duration d;
	int status = NOT_THIS;
	if (!tribx_textual(v->type))
		return status;
	if (type == TRIB_CLOCK && (status = tribx_clock_parse(v->text, &c)) == FITS)
		*out = c.us;
	if (type == TRIB_DURATION && (status = tribx_span_parse(v->text, &d)) == FITS)
		*out = d.ms;
	return status;
}

static int to_json(const struct tribx_value *v, struct tribx_buf *out)
{
	char to[TRIBX_NUMBER_TEXT];
	struct trib_text t = tribx_value_text(v, to);
	json_t *j;
	switch (v->type) {
	case TRIB_STR:
		if (!(j = json_loadb(t.p, t.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL)))
			return NOT_THIS;
		json_decref(j);
		/* fall through */
	case TRIB_BOOL: case TRIB_I64: case TRIB_DEC: case TRIB_JSON:
		tribx_buf_put(out, t.p, t.n);
		return FITS;
	case TRIB_F64:
		if (isfinite(v->f64)) {
			tribx_buf_put(out, t.p, t.n);
			return FITS;
		}
		/* fall through */
	default:
		tribx_buf_json(out, t);
		return FITS;
	}
}

/* ---- */

static void put_text(struct trib_batch *b, int col, const struct tribx_value *v, bool json)
{
	struct tribx_buf buf = { 0 };
	char to[TRIBX_NUMBER_TEXT];
	if (!json) {
		trib_put_str(b, col, tribx_value_text(v, to));
		return;
	}
	if (to_json(v, &buf) != FITS)
		tribx_cell_fault(b, col, not_codes[TRIB_JSON], v->text);
	else if (buf.failed)
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a JSON value");
	else
		trib_put_str(b, col, v->type == TRIB_STR ? v->text : (struct trib_text){ buf.p, buf.n });
	tribx_buf_done(&buf);
}

static int convert(const struct tribx_value *v, const struct tribx_column *c, struct tribx_value *out)
{
	switch (c->type) {
	case TRIB_BOOL:
		return to_bool(v, &out->i64);
	case TRIB_I64:
		return to_i64(v, &out->i64);
	case TRIB_F64:
		return to_f64(v, &out->f64);
	case TRIB_DATE:
		return to_date(v, &out->i64);
	case TRIB_TIME:
		return to_time(v, &out->i64);
	case TRIB_CLOCK: case TRIB_DURATION:
		return to_span(v, c->type, &out->i64);
	case TRIB_DEC: {
		int status = to_dec(v, c->scale, &out->dec);
		return status == FITS && !tribx_dec_fits(out->dec, c->precision) ? TOO_LARGE : status;
	}
	default:
		return NOT_THIS;
	}
}

void tribx_put_value(struct trib_batch *b, int col, const struct tribx_value *v)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	struct tribx_value out = { 0 };
	char to[TRIBX_NUMBER_TEXT];
	if (!c)
		return;
	bool empty = tribx_textual(v->type) && v->text.n == 0 && c->type != TRIB_STR && c->type != TRIB_NULL;
	if (v->type == TRIB_NULL || empty) {
		trib_put_null(b, col);   /* an empty cell is no number, and no fault either */
		return;
	}
	if (c->type == TRIB_NULL) {
		/* the first value of a column whose values were all null so far says what it is */
		bool dec = v->type == TRIB_DEC;
		if (tribx_column_retype(b, col, v->type, dec ? 38 : 0, dec ? v->scale : 0) < 0) {
			tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a column");
			return;
		}
		if (!(c = tribx_spot(b, col, 1)))
			return;
	}
	if (tribx_textual(c->type) && !(c->type == TRIB_JSON && v->type == TRIB_JSON)) {
		put_text(b, col, v, c->type == TRIB_JSON);
		return;
	}
	if (c->type == v->type && c->type != TRIB_DEC && c->type != TRIB_BOOL) {
		if (tribx_textual(c->type))
			trib_put_str(b, col, v->text);
		else if (c->type == TRIB_F64)
			trib_put_f64(b, col, v->f64);
		else
			trib_put_i64(b, col, v->i64);
		return;
	}
	int status = convert(v, c, &out);
	if (status != FITS)
		tribx_cell_fault(b, col, status == TOO_LARGE ? "cell.out_of_range" : not_codes[c->type],
		                 tribx_value_text(v, to));
	else if (c->type == TRIB_DEC)
		trib_put_dec(b, col, out.dec);
	else if (c->type == TRIB_F64)
		trib_put_f64(b, col, out.f64);
	else
		trib_put_i64(b, col, out.i64);
}

void trib_put_text(struct trib_batch *b, int col, struct trib_text t)
{
	struct tribx_column *c = tribx_spot(b, col, 1);
	if (!c)
		return;
	if (!t.p)
		trib_put_null(b, col);
	else if (c->type == TRIB_STR)
		trib_put_str(b, col, t);
	else
		tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_STR, .text = t });
}
