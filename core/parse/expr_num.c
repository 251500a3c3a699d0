/* expr_num - exact arithmetic. Integers stay integers while they fit; a decimal keeps the scale of its operands,
 * products up to 18 decimals, quotients 9; every rounding is half-even. Doubles are computed with only where a column
 * is one. */
#include "base/text.h"
#include "parse/expr_node.h"

enum { PRODUCT_SCALE = 18, QUOTIENT_SCALE = 9, TEXT_SCALE = 18 };

/* ---- kernels ---- */

#define INTEGER(name, builtin) \
static void name##_i64(struct tribx_run *r, const struct tribx_eop *o) \
{ \
	const int64_t *const a = tribx_ints(o->arg[0]), *const b = tribx_ints(o->arg[1]); \
	const uint8_t *const s = o->arg[0]->state, *const t = o->arg[1]->state; \
	for (int i = 0; i < r->n; i++) { \
		uint8_t worst = tribx_worst(s[i], t[i]); \
		if (builtin(a[i], b[i], &tribx_ints(o->to)[i]) && !worst) \
			worst = TRIBX_BAD_RANGE; \
		o->to->state[i] = worst; \
	} \
}
INTEGER(add, __builtin_add_overflow)
INTEGER(sub, __builtin_sub_overflow)
INTEGER(mul, __builtin_mul_overflow)

#define DOUBLE(name, sign) \
static void name##_f64(struct tribx_run *r, const struct tribx_eop *o) \
{ \
	const double *const a = tribx_doubles(o->arg[0]), *const b = tribx_doubles(o->arg[1]); \
	for (int i = 0; i < r->n; i++) { \
		o->to->state[i] = tribx_worst(o->arg[0]->state[i], o->arg[1]->state[i]); \
		if (!o->to->state[i]) \
			tribx_doubles(o->to)[i] = a[i] sign b[i]; \
	} \
}
DOUBLE(add, +)
DOUBLE(sub, -)
DOUBLE(mul, *)

static void div_f64(struct tribx_run *r, const struct tribx_eop *o)
{
	const double *const a = tribx_doubles(o->arg[0]), *const b = tribx_doubles(o->arg[1]);
	for (int i = 0; i < r->n; i++) {
		uint8_t s = tribx_worst(o->arg[0]->state[i], o->arg[1]->state[i]);
		if (!s && b[i] == 0)
			s = TRIBX_BAD_ZERO;
		if (!s)
			tribx_doubles(o->to)[i] = a[i] / b[i];
		o->to->state[i] = s;
	}
}

#define EXACT(name, call, zero) \
static void name##_dec(struct tribx_run *r, const struct tribx_eop *o) \
{ \
	const trib_dec *const a = tribx_decs(o->arg[0]), *const b = tribx_decs(o->arg[1]); \
	trib_dec *const to = tribx_decs(o->to); \
	const int sa = o->arg[0]->scale, sb = o->arg[1]->scale, st = o->to->scale; \
	(void)sa, (void)sb, (void)st; \
	for (int i = 0; i < r->n; i++) { \
		uint8_t s = tribx_worst(o->arg[0]->state[i], o->arg[1]->state[i]); \
		if (!s && (call)) \
			s = zero && !(b[i].lo | (uint64_t)b[i].hi) ? TRIBX_BAD_ZERO : TRIBX_BAD_RANGE; \
		o->to->state[i] = s; \
	} \
}
EXACT(add, trib_dec_add(a[i], b[i], &to[i]), false)
EXACT(sub, trib_dec_sub(a[i], b[i], &to[i]), false)
EXACT(mul, trib_dec_mul(a[i], sa, b[i], sb, st, &to[i]), false)
EXACT(div, trib_dec_div(a[i], sa, b[i], sb, st, &to[i]), true)

static void neg_i64(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		const bool over = __builtin_sub_overflow((int64_t)0, tribx_ints(o->arg[0])[i], &tribx_ints(o->to)[i]);
		o->to->state[i] = !s && over ? TRIBX_BAD_RANGE : s;
	}
}

static void neg_dec(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		o->to->state[i] = o->arg[0]->state[i];
		if (!o->to->state[i])
			tribx_decs(o->to)[i] = tribx_dec_of(-tribx_dec_i128(tribx_decs(o->arg[0])[i]));
	}
}

static void neg_f64(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		o->to->state[i] = o->arg[0]->state[i];
		if (!o->to->state[i])
			tribx_doubles(o->to)[i] = -tribx_doubles(o->arg[0])[i];
	}
}

static void abs_any(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const a = o->arg[0];
	for (int i = 0; i < r->n; i++) {
		uint8_t s = a->state[i];
		if (s) {
			o->to->state[i] = s;
			continue;
		}
		if (a->type == TRIB_F64)
			tribx_doubles(o->to)[i] = __builtin_fabs(tribx_doubles(a)[i]);
		else if (a->type == TRIB_DEC)
			tribx_decs(o->to)[i] = tribx_dec_of((tribx_i128)tribx_dec_abs(tribx_decs(a)[i]));
		else if (tribx_ints(a)[i] == INT64_MIN)
			s = TRIBX_BAD_RANGE;
		else
			tribx_ints(o->to)[i] = tribx_ints(a)[i] < 0 ? -tribx_ints(a)[i] : tribx_ints(a)[i];
		o->to->state[i] = s;
	}
}

static void number_text(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct trib_numbers *const style = o->thing;
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		trib_dec v;
		int from;
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			int e = trib_number(style, t, &v, &from);
			if (e && trib_null_word(t)) {
				s = TRIBX_NULLED;
			} else {
				if (e == 0)
					e = trib_dec_rescale(v, from, o->to->scale, &tribx_decs(o->to)[i]);
				s = e == 0 ? TRIBX_FINE : e == TRIB_OUT_OF_RANGE ? TRIBX_BAD_RANGE : TRIBX_BAD_NUMBER;
			}
		}
		o->to->state[i] = s;
	}
}

/* ---- binding ---- */

/* What can be computed with: numbers as they are, texts and JSON as decimals, booleans and dates not. */
static struct tribx_reg *numeric(struct tribx_bind *b, const struct tribx_enode *n, int arg, struct tribx_reg *r)
{
	if (b->failed || tribx_is_number(r->type))
		return b->failed ? NULL : r;
	const struct tribx_enode *const literal = tribx_argument(b, n, arg);
	if (literal && literal->kind == TRIBX_NODE_TEXT) {
		tribx_error_hint(b->e, "use concat(a, b) to join texts");
		return tribx_bind_fail(b, literal, "expr.types", "a text is no number");
	}
	if (r->type == TRIB_STR || r->type == TRIB_JSON)
		return tribx_cast(b, r, TRIB_DEC, TEXT_SCALE);
	return r->type == TRIB_NULL ? tribx_cast(b, r, TRIB_I64, 0) : NULL;
}

struct sides { struct tribx_reg *x, *y; enum trib_type type; };

static bool sides(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg **args, bool division,
                  struct sides *out)
{
	struct tribx_reg *x = numeric(b, n, 0, args[0]), *y = x ? numeric(b, n, 1, args[1]) : NULL;
	if (!x || !y)
		return false;
	enum trib_type type = x->type > y->type ? x->type : y->type;
	if (x->type == TRIB_F64 || y->type == TRIB_F64)
		type = TRIB_F64;
	else if (division || x->type == TRIB_DEC || y->type == TRIB_DEC)
		type = TRIB_DEC;
	x = tribx_cast(b, x, type, x->type == TRIB_DEC ? x->scale : 0);
	y = x ? tribx_cast(b, y, type, y->type == TRIB_DEC ? y->scale : 0) : NULL;
	*out = (struct sides){ x, y, type };
	return x && y;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static struct tribx_reg *plus_minus(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg **args,
                                    tribx_erun *i64, tribx_erun *dec, tribx_erun *f64)
{
	struct sides s;
	if (!sides(b, n, args, false, &s))
		return NULL;
	if (s.type != TRIB_DEC)
		return tribx_op(b, s.type == TRIB_I64 ? i64 : f64, s.type, 0, s.x, s.y, NULL);
	const int scale = larger(s.x->scale, s.y->scale);
	s.x = tribx_cast(b, s.x, TRIB_DEC, scale);
	s.y = tribx_cast(b, s.y, TRIB_DEC, scale);
	return s.x && s.y ? tribx_op(b, dec, TRIB_DEC, scale, s.x, s.y, NULL) : NULL;
}

BIND(add)
{
	(void)count;
	return plus_minus(b, n, args, add_i64, add_dec, add_f64);
}

BIND(sub)
{
	(void)count;
	return plus_minus(b, n, args, sub_i64, sub_dec, sub_f64);
}

BIND(mul)
{
	(void)count;
	struct sides s;
	if (!sides(b, n, args, false, &s))
		return NULL;
	if (s.type != TRIB_DEC)
		return tribx_op(b, s.type == TRIB_I64 ? mul_i64 : mul_f64, s.type, 0, s.x, s.y, NULL);
	const int exact = s.x->scale + s.y->scale, most = larger(PRODUCT_SCALE, larger(s.x->scale, s.y->scale));
	return tribx_op(b, mul_dec, TRIB_DEC, exact < most ? exact : most, s.x, s.y, NULL);
}

BIND(div)
{
	(void)count;
	struct sides s;
	if (!sides(b, n, args, true, &s))
		return NULL;
	return tribx_op(b, s.type == TRIB_F64 ? div_f64 : div_dec, s.type, s.type == TRIB_F64 ? 0 : QUOTIENT_SCALE,
	                s.x, s.y, NULL);
}

BIND(neg)
{
	(void)count;
	struct tribx_reg *const x = numeric(b, n, 0, args[0]);
	return x ? tribx_op(b, x->type == TRIB_I64 ? neg_i64 : x->type == TRIB_DEC ? neg_dec : neg_f64, x->type,
	                    x->scale, x, NULL, NULL) : NULL;
}

BIND(abs)
{
	(void)count;
	struct tribx_reg *const x = numeric(b, n, 0, args[0]);
	return x ? tribx_op(b, abs_any, x->type, x->scale, x, NULL, NULL) : NULL;
}

BIND(round)
{
	int64_t decimals = 0;
	struct tribx_reg *x = numeric(b, n, 0, args[0]);
	if (!x || (count > 1 && !tribx_literal_int(b, n, 1, 0, TRIBX_DIGITS, &decimals)))
		return NULL;
	if (x->type == TRIB_I64)
		return x;
	if (x->type == TRIB_F64)
		x = tribx_cast(b, x, TRIB_DEC, TEXT_SCALE);
	return x ? tribx_cast(b, x, TRIB_DEC, x->scale < decimals ? x->scale : (int)decimals) : NULL;
}

BIND(int)
{
	(void)count, (void)n;
	return tribx_cast(b, args[0], TRIB_I64, 0);
}

BIND(num)
{
	struct trib_text locale = { "C", 1 };
	int64_t scale = 9;
	if ((count > 1 && !tribx_literal_text(b, n, 1, &locale)) || (count > 2 && !tribx_literal_int(b, n, 2, 0,
		TRIBX_DIGITS, &scale)))
		return NULL;
	struct tribx_reg *const x = args[0]->type == TRIB_JSON ? tribx_cast(b, args[0], TRIB_STR, 0) : args[0];
	if (!x || x->type != TRIB_STR)
		return x ? tribx_cast(b, x, TRIB_DEC, (int)scale) : NULL;
	struct trib_numbers *const style = tribx_arena_new(&b->x->bound, sizeof *style);
	if (!style || trib_numbers(locale.p, style))
		return tribx_bind_fail(b, n, "expr.bad_argument",
		                       "numbers of '%s' are not known; write a locale (de_DE) or an example "
		                       "(1.234,56)", locale.p);
	struct tribx_reg *const r = tribx_op(b, number_text, TRIB_DEC, (int)scale, x, NULL, NULL);
	if (r)
		tribx_op_of(b, r)->thing = style;
	return r;
}
