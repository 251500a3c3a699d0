/* expr_cond - comparisons and conditions. Two values: a comparison with null is false, and so is null as a condition.
 * An error matters only where it decides: `x != 0 and 1 / x > 2` has none in rows where x is 0. */
#include <stdlib.h>
#include "parse/expr_json.h"
#include "parse/expr_node.h"

enum { LESS = 1, EQUAL = 2, MORE = 4 };        /* what a comparison accepts: k of its operation */

static int order_of_texts(struct trib_text a, struct trib_text b)
{
	const int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

#define COMPARE(name, comparable, order) \
static void compare_##name(struct tribx_run *r, const struct tribx_eop *o) \
{ \
	const struct tribx_reg *const x = o->arg[0], *const y = o->arg[1]; \
	const int accepts = (int)o->k; \
	for (int i = 0; i < r->n; i++) { \
		uint8_t s = tribx_worst(x->state[i], y->state[i]); \
		int c = 0; \
		if (s == TRIBX_FINE && !(comparable)) \
			s = TRIBX_NULLED; \
		if (s == TRIBX_FINE) \
			c = (order); \
		tribx_ints(o->to)[i] = s == TRIBX_FINE && (accepts & (c < 0 ? LESS : c > 0 ? MORE : EQUAL)); \
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE; \
	} \
}
COMPARE(i64, true, (tribx_ints(x)[i] > tribx_ints(y)[i]) - (tribx_ints(x)[i] < tribx_ints(y)[i]))
/* not NaN */
COMPARE(f64, tribx_doubles(x)[i] == tribx_doubles(x)[i] && tribx_doubles(y)[i] == tribx_doubles(y)[i],
        (tribx_doubles(x)[i] > tribx_doubles(y)[i]) - (tribx_doubles(x)[i] < tribx_doubles(y)[i]))
COMPARE(dec, true, trib_dec_cmp(tribx_decs(x)[i], tribx_decs(y)[i]))
COMPARE(text, true, order_of_texts(tribx_texts(x)[i], tribx_texts(y)[i]))

static void compare_json(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = tribx_worst(o->arg[0]->state[i], o->arg[1]->state[i]);
		int c = 0;
		bool holds = false;
		if (s == TRIBX_FINE) {
			holds = tribx_json_order(tribx_texts(o->arg[0])[i], tribx_texts(o->arg[1])[i], &c);
			r->x->mismatches += !holds;
		}
		tribx_ints(o->to)[i] = holds && (o->k & (c < 0 ? LESS : c > 0 ? MORE : EQUAL));
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE;
	}
}

/* a number and a text: false, and counted where both are there */
static void compare_never(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = tribx_worst(o->arg[0]->state[i], o->arg[1]->state[i]);
		r->x->mismatches += s == TRIBX_FINE;
		tribx_ints(o->to)[i] = 0;
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE;
	}
}

static void is_null(struct tribx_run *r, const struct tribx_eop *o)     /* k: the answer for null */
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		tribx_ints(o->to)[i] = (s == TRIBX_NULLED) == (o->k != 0);
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE;
	}
}

/* ---- what can be compared with what ---- */

static bool is_moment(enum trib_type t)
{
	return t == TRIB_DATE || t == TRIB_TIME;
}

static bool both_to(struct tribx_bind *b, struct tribx_reg **x, struct tribx_reg **y, enum trib_type type, int scale)
{
	*x = tribx_cast(b, *x, type, scale);
	*y = *x ? tribx_cast(b, *y, type, scale) : NULL;
	return *x && *y;
}

static int scale_of(const struct tribx_reg *r)
{
	return r->type == TRIB_DEC ? r->scale : 0;
}

bool tribx_unify(struct tribx_bind *b, struct tribx_reg **x, struct tribx_reg **y, bool comparing)
{
	const enum trib_type s = (*x)->type, t = (*y)->type;
	const int scale = scale_of(*x) > scale_of(*y) ? scale_of(*x) : scale_of(*y);
	if (s == t)
		return both_to(b, x, y, s, scale);
	if (s == TRIB_NULL || t == TRIB_NULL)
		return both_to(b, x, y, s == TRIB_NULL ? t : s, scale);
	if (tribx_is_number(s) && tribx_is_number(t))
		return both_to(b, x, y, s == TRIB_F64 || t == TRIB_F64 ? TRIB_F64 : TRIB_DEC, scale);
	if (is_moment(s) && is_moment(t))
		return both_to(b, x, y, TRIB_TIME, 0);
	if (comparing && ((is_moment(s) && t == TRIB_STR && (*y)->constant) || (is_moment(t) && s == TRIB_STR &&
		(*x)->constant)))
		return both_to(b, x, y, s == TRIB_DATE && (*y)->constant && tribx_texts(*y)->n == 10 ? TRIB_DATE :
		               t == TRIB_DATE && (*x)->constant && tribx_texts(*x)->n == 10 ? TRIB_DATE : TRIB_TIME, 0);
	if (s == TRIB_JSON || t == TRIB_JSON) {
		struct tribx_reg **const json = s == TRIB_JSON ? x : y, **const other = s == TRIB_JSON ? y : x;
		if (!comparing)
			return (*json = tribx_cast(b, *json, (*other)->type, scale)) != NULL;
		enum trib_type to = (*other)->type == TRIB_I64 ? TRIB_DEC : (*other)->type;
		*json = tribx_json_as(b, *json, to, to == TRIB_DEC && scale < 18 ? 18 : scale);
		return *json && tribx_unify(b, x, y, true);
	}
	return false;
}

static bool is_literal(const struct tribx_enode *n)
{
	return n && (n->kind == TRIBX_NODE_TEXT || n->kind == TRIBX_NODE_NUMBER || n->kind == TRIBX_NODE_BOOL);
}

static struct tribx_reg *compare(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg *x,
                                 struct tribx_reg *y, const struct tribx_enode *left,
                                 const struct tribx_enode *right, int accepts)
{
	const bool null_left = left && left->kind == TRIBX_NODE_NULL, null_right = right &&
		right->kind == TRIBX_NODE_NULL;
	struct tribx_reg *r;
	if ((null_left || null_right) && (accepts == EQUAL || accepts == (LESS | MORE))) {
		r = tribx_op(b, is_null, TRIB_BOOL, 0, null_left ? y : x, NULL, NULL);
		if (r)
			tribx_op_of(b, r)->k = accepts == EQUAL;
		return r;
	}
	const enum trib_type s = x->type, t = y->type;
	if (!tribx_unify(b, &x, &y, true)) {
		if (b->failed)
			return NULL;
		if (is_literal(left) && is_literal(right))
			return tribx_bind_fail(b, n, "expr.types", "%s is compared with %s: that is never true",
			                       tribx_type_word(s), tribx_type_word(t));
		return tribx_op(b, compare_never, TRIB_BOOL, 0, x, y, NULL);
	}
	tribx_fold(b);
	/* a literal that is no date makes every row bad: better said now */
	if ((is_literal(left) && x->constant && x->state[0] > TRIBX_NULLED) || (is_literal(right) && y->constant &&
		y->state[0] > TRIBX_NULLED))
		return tribx_bind_fail(b, n, "expr.types",
		                       "the text is compared with %s and is none; write it as 2025-01-31 "
		                       "or 2025-01-31T23:59:59Z", tribx_type_word(s == TRIB_STR ? t : s));
	tribx_erun *const run = x->type == TRIB_DEC ? compare_dec : x->type == TRIB_F64 ? compare_f64 :
		x->type == TRIB_STR ? compare_text : x->type == TRIB_JSON ? compare_json : compare_i64;
	r = tribx_op(b, run, TRIB_BOOL, 0, x, y, NULL);
	if (r)
		tribx_op_of(b, r)->k = accepts;
	return r;
}

#define ORDER(name, accepts) \
BIND(name) \
{ \
	(void)count; \
	return compare(b, n, args[0], args[1], tribx_argument(b, n, 0), tribx_argument(b, n, 1), accepts); \
}
ORDER(eq, EQUAL)
ORDER(ne, LESS | MORE)
ORDER(lt, LESS)
ORDER(le, LESS | EQUAL)
ORDER(gt, MORE)
ORDER(ge, MORE | EQUAL)

BIND(exists)
{
	(void)count, (void)n;
	return tribx_op(b, is_null, TRIB_BOOL, 0, args[0], NULL, NULL);
}

/* ---- and, or, not ---- */

static void and_(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const x = o->arg[0], *const y = o->arg[1];
	for (int i = 0; i < r->n; i++) {
		const bool no = (x->state[i] <= TRIBX_NULLED && !(x->state[i] == TRIBX_FINE && tribx_ints(x)[i])) ||
		                (y->state[i] <= TRIBX_NULLED && !(y->state[i] == TRIBX_FINE && tribx_ints(y)[i]));
		tribx_ints(o->to)[i] = !no;
		o->to->state[i] = no ? TRIBX_FINE : tribx_worst(x->state[i], y->state[i]);
	}
}

static void or_(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const x = o->arg[0], *const y = o->arg[1];
	for (int i = 0; i < r->n; i++) {
		const bool yes = (x->state[i] == TRIBX_FINE && tribx_ints(x)[i]) || (y->state[i] == TRIBX_FINE &&
			tribx_ints(y)[i]);
		const uint8_t s = tribx_worst(x->state[i], y->state[i]);
		tribx_ints(o->to)[i] = yes;
		o->to->state[i] = yes || s == TRIBX_NULLED ? TRIBX_FINE : s;
	}
}

static void not_(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const x = o->arg[0];
	for (int i = 0; i < r->n; i++) {
		tribx_ints(o->to)[i] = !(x->state[i] == TRIBX_FINE && tribx_ints(x)[i]);
		o->to->state[i] = x->state[i] == TRIBX_NULLED ? TRIBX_FINE : x->state[i];
	}
}

struct tribx_reg *tribx_condition(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg *r)
{
	if (r->type == TRIB_BOOL || r->type == TRIB_NULL || r->type == TRIB_JSON)
		return tribx_cast(b, r, TRIB_BOOL, 0);
	return tribx_bind_fail(b, n, "expr.types", "this is %s, not a condition", tribx_type_word(r->type));
}

static struct tribx_reg *junction(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg **args,
                                  tribx_erun *run)
{
	struct tribx_reg *const x = tribx_condition(b, tribx_argument(b, n, 0), args[0]);
	struct tribx_reg *const y = x && n->count > 1 ? tribx_condition(b, tribx_argument(b, n, 1), args[1]) : NULL;
	return x && (y || n->count == 1) ? tribx_op(b, run, TRIB_BOOL, 0, x, y, NULL) : NULL;
}

BIND(and)
{
	(void)count;
	return junction(b, n, args, and_);
}

BIND(or)
{
	(void)count;
	return junction(b, n, args, or_);
}

BIND(not)
{
	(void)count;
	return junction(b, n, args, not_);
}

BIND(bool)
{
	(void)count, (void)n;
	return tribx_cast(b, args[0], TRIB_BOOL, 0);
}

/* ---- choices ---- */

static void take(struct tribx_reg *to, int i, const struct tribx_reg *from)
{
	to->state[i] = from->state[i];
	if (to->type == TRIB_DEC || to->type == TRIB_STR || to->type == TRIB_JSON)
		tribx_decs(to)[i] = tribx_decs(from)[i];
	else
		tribx_ints(to)[i] = tribx_ints(from)[i];
}

static void choose(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const c = o->arg[0];
	for (int i = 0; i < r->n; i++) {
		if (c->state[i] > TRIBX_NULLED)
			o->to->state[i] = c->state[i];
		else
			take(o->to, i, o->arg[c->state[i] == TRIBX_FINE && tribx_ints(c)[i] ? 1 : 2]);
	}
}

static void first_of(struct tribx_run *r, const struct tribx_eop *o)
{
	if (tribx_all_fine(o->arg[0]->state, r->n)) {
		o->to->values = o->arg[0]->values;
		memset(o->to->state, TRIBX_FINE, (size_t)r->n);
		return;
	}
	o->to->values = o->to->own;
	for (int i = 0; i < r->n; i++)
		take(o->to, i, o->arg[o->arg[0]->state[i] == TRIBX_NULLED]);
}

static struct tribx_reg *never_fit(struct tribx_bind *b, const struct tribx_enode *n, enum trib_type s,
                                   enum trib_type t)
{
	tribx_error_hint(b->e, "make both the same type, for instance with | str or | num");
	return tribx_bind_fail(b, n, "expr.types", "%s can be %s or %s: one column cannot hold both", n->word->name,
	                       tribx_type_word(s), tribx_type_word(t));
}

BIND(if)
{
	(void)count;
	struct tribx_reg *const c = tribx_condition(b, tribx_argument(b, n, 0), args[0]), *x = args[1], *y = args[2];
	if (!c)
		return NULL;
	if (!tribx_unify(b, &x, &y, false))
		return b->failed ? NULL : never_fit(b, n, args[1]->type, args[2]->type);
	return tribx_op(b, choose, x->type, x->scale, c, x, y);
}

BIND(coalesce)
{
	struct tribx_reg *x = args[0];
	for (int i = 1; i < count; i++) {
		struct tribx_reg *y = args[i];
		const enum trib_type s = x->type, t = y->type;
		if (!tribx_unify(b, &x, &y, false))
			return b->failed ? NULL : never_fit(b, n, s, t);
		x = tribx_op(b, first_of, x->type, x->scale, x, y, NULL);
		if (!x)
			return NULL;
	}
	return x;
}

/* ---- in ---- */

struct words { size_t count; struct trib_text *texts; };

static int by_text(const void *a, const void *b)
{
	return order_of_texts(*(const struct trib_text *)a, *(const struct trib_text *)b);
}

static void in_words(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct words *const w = o->thing;
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		tribx_ints(o->to)[i] = s == TRIBX_FINE && bsearch(&tribx_texts(o->arg[0])[i], w->texts, w->count,
		                                                  sizeof *w->texts, by_text);
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE;
	}
}

static struct tribx_reg *in_texts(struct tribx_bind *b, const struct tribx_enode *list, struct tribx_reg *x)
{
	struct words *const w = tribx_arena_new(&b->x->bound, sizeof *w + (size_t)list->count * sizeof *w->texts);
	if (!w) {
		tribx_fail(b->e, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
		b->failed = true;
		return NULL;
	}
	w->texts = (struct trib_text *)(w + 1);
	for (int i = list->first; i >= 0; i = b->x->nodes[i].next)
		w->texts[w->count++] = b->x->nodes[i].text;
	qsort(w->texts, w->count, sizeof *w->texts, by_text);
	struct tribx_reg *const r = tribx_op(b, in_words, TRIB_BOOL, 0, x, NULL, NULL);
	if (r)
		tribx_op_of(b, r)->thing = w;
	return r;
}

BIND(in)
{
	const struct tribx_enode *const list = tribx_argument(b, n, 1);
	struct tribx_reg *x = args[0], *any = NULL;
	if (list->kind != TRIBX_NODE_LIST) {
		struct tribx_reg *const swapped[] = { args[1], args[0] };
		return tribx_bind_contains(b, n, (struct tribx_reg **)(uintptr_t)swapped, count);
	}
	bool texts = list->count > 0;
	for (int i = list->first; i >= 0; i = b->x->nodes[i].next)
		texts = texts && b->x->nodes[i].kind == TRIBX_NODE_TEXT;
	if (texts && x->type == TRIB_JSON)
		x = tribx_json_as(b, x, TRIB_STR, 0);
	if (texts && x && x->type == TRIB_STR)
		return in_texts(b, list, x);
	for (int i = list->first; i >= 0 && !b->failed; i = b->x->nodes[i].next) {
		struct tribx_reg *const item = tribx_bind_node(b, i);
		struct tribx_reg *const is = item ? compare(b, n, x, item, tribx_argument(b, n, 0), &b->x->nodes[i],
		                                            EQUAL) : NULL;
		any = !is ? NULL : any ? tribx_op(b, or_, TRIB_BOOL, 0, any, is, NULL) : is;
		if (!any)
			return NULL;
	}
	const int64_t no = 0;
	return any ? any : tribx_constant(b, TRIB_BOOL, 0, &no);
}
