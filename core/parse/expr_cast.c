/* expr_cast - one type to another: explicit (| int, | str ...), implied (arithmetic on text), final (the column that is
 * filled). Exact or an error of the row, except for scales: decimals that a smaller scale cannot hold are rounded
 * half-even. */
#include <stdlib.h>
#include "arrow/cast.h"
#include "base/text.h"
#include "parse/expr_json.h"
#include "parse/expr_node.h"

/* ---- to decimal and integer ---- */

static uint8_t of_dec(int e)
{
	return e == 0 ? TRIBX_FINE : e == TRIB_OUT_OF_RANGE ? TRIBX_BAD_RANGE : TRIBX_BAD_NUMBER;
}

static void i64_to_dec(struct tribx_run *r, const struct tribx_eop *o)
{
	const int64_t *const v = tribx_ints(o->arg[0]);
	const uint8_t *const s = o->arg[0]->state;
	trib_dec *const to = tribx_decs(o->to);
	const int scale = o->to->scale;
	const int64_t power = scale < TRIBX_TENS - 1 ? (int64_t)tribx_tens[scale].value : 0;
	for (int i = 0; i < r->n; i++) {
		o->to->state[i] = s[i];
		if (power)                       /* 63 and 60 bits: no overflow */
			to[i] = tribx_dec_of((tribx_i128)v[i] * power);
		else if (!s[i])
			o->to->state[i] = of_dec(trib_dec_rescale(trib_dec_i64(v[i]), 0, scale, &to[i]));
	}
}

static void dec_to_dec(struct tribx_run *r, const struct tribx_eop *o)
{
	const trib_dec *const v = tribx_decs(o->arg[0]);
	const uint8_t *const s = o->arg[0]->state;
	trib_dec *const to = tribx_decs(o->to);
	for (int i = 0; i < r->n; i++)
		o->to->state[i] = s[i] ? s[i] : of_dec(trib_dec_rescale(v[i], o->arg[0]->scale, o->to->scale, &to[i]));
}

/* the double's shortest text, as a number of any spelling */
static int exact(double v, int scale, trib_dec *out)
{
	static const struct trib_numbers style = { .decimal = '.', .scientific = true };
	char text[TRIBX_NUMBER_TEXT];
	const size_t n = tribx_f64_text(v, text);
	trib_dec d;
	int from;
	const int e = trib_number(&style, (struct trib_text){ text, n }, &d, &from);
	return e ? e : trib_dec_rescale(d, from, scale, out);
}

static void f64_to_dec(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		o->to->state[i] = s ? s : of_dec(exact(tribx_doubles(o->arg[0])[i], o->to->scale,
		                                       &tribx_decs(o->to)[i]));
	}
}

static void text_to_dec(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		const struct trib_text t = s ? (struct trib_text){ NULL, 0 } : tribx_text_trim(tribx_texts(o->arg[0])[i]);
		o->to->state[i] = s ? s : t.n == 0 ? TRIBX_NULLED : of_dec(trib_dec_parse(t, o->to->scale,
			&tribx_decs(o->to)[i]));
	}
}

static void dec_to_i64(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		trib_dec v;
		uint8_t s = o->arg[0]->state[i];
		if (!s)
			s = of_dec(trib_dec_rescale(tribx_decs(o->arg[0])[i], o->arg[0]->scale, 0, &v));
		if (!s && !tribx_dec_small(v))
			s = TRIBX_BAD_RANGE;
		tribx_ints(o->to)[i] = s ? 0 : (int64_t)v.lo;
		o->to->state[i] = s;
	}
}

/* ---- to double ---- */

static void to_f64(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const a = o->arg[0];
	double *const to = tribx_doubles(o->to);
	for (int i = 0; i < r->n; i++) {
		uint8_t s = a->state[i];
		if (!s && a->type == TRIB_I64)
			to[i] = (double)tribx_ints(a)[i];
		else if (!s && a->type == TRIB_DEC)
			to[i] = trib_dec_f64(tribx_decs(a)[i], a->scale);
		else if (!s)
			s = of_dec(tribx_f64_parse(tribx_texts(a)[i], &to[i]));
		o->to->state[i] = s;
	}
}

/* ---- to text ---- */

static void to_text(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const a = o->arg[0];
	const bool wide = a->type == TRIB_DEC;
	for (int i = 0; i < r->n; i++) {
		char room[TRIBX_NUMBER_TEXT];
		struct tribx_value v = { .type = a->type, .scale = a->scale };
		uint8_t s = a->state[i];
		if (!s) {
			if (wide)
				v.dec = tribx_decs(a)[i];
			else
				memcpy(&v.i64, &tribx_ints(a)[i], 8);      /* or the double */
			const struct trib_text t = tribx_value_text(&v, room);
			char *const copy = tribx_run_room(r, t.n);
			if (copy) {
				memcpy(copy, t.p, t.n);
				tribx_texts(o->to)[i] = (struct trib_text){ copy, t.n };
			} else {
				s = TRIBX_BAD_LONG;
			}
		}
		o->to->state[i] = s;
	}
}

/* ---- dates ---- */

static void text_to_time(struct tribx_run *r, const struct tribx_eop *o)
{
	const bool day = o->to->type == TRIB_DATE;
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			trib_date d;
			trib_time us;
			if (t.n == 0) {
				s = TRIBX_NULLED;
			} else if (day) {
				if (trib_date_parse(t, NULL, &d))
					s = TRIBX_BAD_DATE;
				else
					tribx_ints(o->to)[i] = d.days;
			} else {
				if (trib_time_parse(t, NULL, &us))
					s = TRIBX_BAD_TIME;
				else
					tribx_ints(o->to)[i] = us.us;
			}
		}
		o->to->state[i] = s;
	}
}

static const int64_t day_us = INT64_C(86400000000);

static void date_to_time(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const int64_t days = o->arg[0]->state[i] ? 0 : tribx_ints(o->arg[0])[i];
		const bool far = days < -100000000 || days > 100000000;
		tribx_ints(o->to)[i] = far ? 0 : days * day_us;
		o->to->state[i] = far ? TRIBX_BAD_RANGE : o->arg[0]->state[i];
	}
}

static void time_to_date(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const int64_t us = o->arg[0]->state[i] ? 0 : tribx_ints(o->arg[0])[i];
		tribx_ints(o->to)[i] = us / day_us - (us % day_us < 0);
		o->to->state[i] = o->arg[0]->state[i];
	}
}

/* ---- booleans ---- */

static void text_to_bool(struct tribx_run *r, const struct tribx_eop *o)
{
	static const struct { const char *word; int64_t is; } words[] = { { "true", 1 }, { "false", 0 }, { "yes", 1 },
		{ "no", 0 }, { "1", 1 }, { "0", 0 }, { "y", 1 }, { "n", 0 }, { "t", 1 }, { "f", 0 } };
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_text_trim(tribx_texts(o->arg[0])[i]);
			s = t.n ? TRIBX_BAD_BOOL : TRIBX_NULLED;
			for (size_t k = 0; k < sizeof words / sizeof *words && s == TRIBX_BAD_BOOL; k++)
				if (t.n == strlen(words[k].word) && strncasecmp(t.p, words[k].word, t.n) == 0) {
					tribx_ints(o->to)[i] = words[k].is;
					s = TRIBX_FINE;
				}
		}
		o->to->state[i] = s;
	}
}

static void i64_to_bool(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		const int64_t v = s ? 0 : tribx_ints(o->arg[0])[i];
		tribx_ints(o->to)[i] = v;
		o->to->state[i] = s ? s : v == 0 || v == 1 ? TRIBX_FINE : TRIBX_BAD_BOOL;
	}
}

static void bool_to_i64(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		tribx_ints(o->to)[i] = tribx_ints(o->arg[0])[i];
		o->to->state[i] = o->arg[0]->state[i];
	}
}

static void nothing(struct tribx_run *r, const struct tribx_eop *o)
{
	memset(o->to->state, TRIBX_NULLED, (size_t)r->n);
}

/* ---- the table ---- */

enum { TEXTS = 1 << TRIB_STR, JSONS = 1 << TRIB_JSON, INTS = 1 << TRIB_I64, DECS = 1 << TRIB_DEC,
       DOUBLES = 1 << TRIB_F64, DATES = 1 << TRIB_DATE, TIMES = 1 << TRIB_TIME,
       BOOLS = 1 << TRIB_BOOL, CLOCKS = 1 << TRIB_CLOCK, DURATIONS = 1 << TRIB_DURATION };

static const struct { unsigned from; enum trib_type to; tribx_erun *run; bool by_text; } casts[] = {
	{ INTS, TRIB_DEC, i64_to_dec, false }, { DECS, TRIB_DEC, dec_to_dec, false },
	{ DOUBLES, TRIB_DEC, f64_to_dec, false }, { TEXTS, TRIB_DEC, text_to_dec, false },
	{ DECS, TRIB_I64, dec_to_i64, false }, { BOOLS, TRIB_I64, bool_to_i64, false },
	{ INTS | DECS | TEXTS, TRIB_F64, to_f64, false },
	{ TEXTS, TRIB_BOOL, text_to_bool, false }, { INTS, TRIB_BOOL, i64_to_bool, false },
	{ TEXTS, TRIB_DATE, text_to_time, false }, { TIMES, TRIB_DATE, time_to_date, false },
	{ TEXTS, TRIB_TIME, text_to_time, false }, { DATES, TRIB_TIME, date_to_time, false },
	{ INTS | DECS | DOUBLES | BOOLS | DATES | TIMES | CLOCKS | DURATIONS, TRIB_STR, to_text, false },
	{ JSONS, TRIB_STR, tribx_run_json_text, false }, { JSONS, TRIB_BOOL, tribx_run_json_bool, false },
	{ JSONS, TRIB_DEC, NULL, true }, { JSONS, TRIB_I64, NULL, true },
	{ JSONS, TRIB_F64, NULL, true }, { JSONS, TRIB_DATE, NULL, true }, { JSONS, TRIB_TIME, NULL, true },
	{ TEXTS | INTS | DECS | DOUBLES | BOOLS | DATES | TIMES, TRIB_JSON, tribx_run_to_json, false },
};

struct tribx_reg *tribx_cast(struct tribx_bind *b, struct tribx_reg *r, enum trib_type type, int scale)
{
	if (b->failed || (r->type == type && (type != TRIB_DEC || r->scale == scale)))
		return b->failed ? NULL : r;
	if (r->type == TRIB_NULL)
		return tribx_op(b, nothing, type, scale, r, NULL, NULL);
	/* by the decimal, so that 12.5 rounds and 1e3 does not pass */
	if (r->type == TRIB_STR && type == TRIB_I64)
		return tribx_op(b, dec_to_i64, type, 0, tribx_op(b, text_to_dec, TRIB_DEC, 9, r, NULL, NULL), NULL,
		                NULL);
	if (r->type == TRIB_F64 && type == TRIB_I64)
		return tribx_op(b, dec_to_i64, type, 0, tribx_op(b, f64_to_dec, TRIB_DEC, 9, r, NULL, NULL), NULL,
		                NULL);
	for (size_t i = 0; i < sizeof casts / sizeof *casts; i++) {
		if (!(casts[i].from >> r->type & 1) || casts[i].to != type)
			continue;
		if (!casts[i].by_text)
			return tribx_op(b, casts[i].run, type, scale, r, NULL, NULL);
		struct tribx_reg *const text = tribx_cast(b, r, TRIB_STR, 0);
		return text ? tribx_cast(b, text, type, scale) : NULL;
	}
	return NULL;
}
