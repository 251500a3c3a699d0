/* expr_bind - nodes to operations: columns are found, types settled, constants computed once.
 *
 * Types: integers stay integers, any other exact number is a decimal, doubles only meet doubles. A text that is
 * computed with is read as a number; a text that is compared with a number is not (README of the language). Values
 * out of JSON have no type before their row: they are cast to what the other side is. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/text.h"
#include "arrow/batch.h"
#include "parse/expr_node.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

const char *tribx_type_word(enum trib_type type)
{
	return type == TRIB_NULL ? "nothing" : tribx_type_names[type];
}

bool tribx_is_number(enum trib_type t)
{
	return t == TRIB_I64 || t == TRIB_DEC || t == TRIB_F64;
}

struct tribx_reg *tribx_bind_fail(struct tribx_bind *b, const struct tribx_enode *n, const char *code, const char *fmt,
                                  ...)
{
	char what[300];
	va_list args;
	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	if (!b->failed)
		tribx_fail_at(b->e, b->x->text, n->at, code, "%s", what);
	b->failed = true;
	return NULL;
}

static struct tribx_reg *no_memory(struct tribx_bind *b)
{
	if (!b->failed)
		tribx_fail(b->e, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
	b->failed = true;
	return NULL;
}

static size_t lane(enum trib_type type)
{
	return type == TRIB_DEC || type == TRIB_STR || type == TRIB_JSON ? 16 : 8;
}

static struct tribx_reg *reg(struct tribx_bind *b, enum trib_type type, int scale, bool owned)
{
	struct trib_expr *const x = b->x;
	if (b->failed)
		return NULL;
	if (x->op_count == TRIBX_EXPR_OPS) {
		tribx_fail(b->e, TRIB_CONFIG, "expr.too_long", "the expression needs more than %d operations",
		           TRIBX_EXPR_OPS);
		b->failed = true;
		return NULL;
	}
	struct tribx_reg *const r = &x->regs[x->op_count];
	*r = (struct tribx_reg){ .type = type, .scale = scale };
	r->state = tribx_arena_new(&x->bound, TRIBX_STRIP);
	r->own = owned ? tribx_arena_new(&x->bound, TRIBX_STRIP * lane(type)) : NULL;
	r->values = r->own;
	if (!r->state || (owned && !r->own))
		return no_memory(b);
	x->ops[x->op_count++] = (struct tribx_eop){ .to = r };
	return r;
}

/* ---- constants ---- */

static void spread(struct tribx_reg *r)
{
	const size_t size = lane(r->type);
	for (int i = 1; i < TRIBX_STRIP; i++) {
		memcpy((char *)r->values + (size_t)i * size, r->values, size);
		r->state[i] = r->state[0];
	}
}

/* An operation on constants is done now, for one row; its texts stay as long as the binding. */
static void compute(struct tribx_bind *b, struct tribx_eop *o)
{
	struct tribx_run r = { .x = b->x, .n = 1, .heap = &b->x->constants };
	o->run(&r, o);
	o->run = NULL;
	o->to->constant = true;
	spread(o->to);
	if (r.failed)
		no_memory(b);
}

/* Constants are folded one operation later, when the operation has got its parameters; the last one by
 * tribx_bind_node. */
void tribx_fold(struct tribx_bind *b)
{
	struct tribx_eop *const o = b->x->op_count ? &b->x->ops[b->x->op_count - 1] : NULL;
	if (b->failed || !o || !o->run)
		return;
	int args = 0;
	for (int i = 0; i < 3; i++)
		if (o->arg[i]) {
			args++;
			if (!o->arg[i]->constant)
				return;
		}
	for (int i = 0; i < o->count; i++)
		if (!o->many[i]->constant)
			return;
	if (args + o->count > 0)
		compute(b, o);
}

struct tribx_reg *tribx_constant(struct tribx_bind *b, enum trib_type type, int scale, const void *value)
{
	tribx_fold(b);
	struct tribx_reg *const r = reg(b, type, scale, true);
	if (!r)
		return NULL;
	if (value)
		memcpy(r->values, value, lane(type));
	else
		r->state[0] = TRIBX_NULLED;
	r->constant = true;
	spread(r);
	return r;
}

struct tribx_reg *tribx_op(struct tribx_bind *b, tribx_erun *run, enum trib_type type, int scale, struct tribx_reg *x,
                           struct tribx_reg *y, struct tribx_reg *z)
{
	tribx_fold(b);
	struct tribx_reg *const r = reg(b, type, scale, true);
	if (!r)
		return NULL;
	struct tribx_eop *const o = &b->x->ops[b->x->op_count - 1];
	o->run = run;
	o->arg[0] = x;
	o->arg[1] = y;
	o->arg[2] = z;
	return r;
}

struct tribx_eop *tribx_op_of(struct tribx_bind *b, struct tribx_reg *r)
{
	return &b->x->ops[r - b->x->regs];
}

/* ---- literals as parameters ---- */

const struct tribx_enode *tribx_argument(const struct tribx_bind *b, const struct tribx_enode *n, int arg)
{
	int i = n->first;
	while (i >= 0 && arg-- > 0)
		i = b->x->nodes[i].next;
	return i < 0 ? NULL : &b->x->nodes[i];
}

bool tribx_literal_text(struct tribx_bind *b, const struct tribx_enode *n, int arg, struct trib_text *out)
{
	const struct tribx_enode *const a = tribx_argument(b, n, arg);
	if (a && a->kind == TRIBX_NODE_TEXT) {
		*out = a->text;
		return true;
	}
	tribx_bind_fail(b, a ? a : n, "expr.bad_argument", "this must be a text in quotes; write %s", n->word->usage);
	return false;
}

bool tribx_literal_int(struct tribx_bind *b, const struct tribx_enode *n, int arg, int64_t low, int64_t high,
                       int64_t *out)
{
	const struct tribx_enode *const a = tribx_argument(b, n, arg);
	if (a && a->kind == TRIBX_NODE_NUMBER && a->scale == 0 && tribx_dec_small(a->number) &&
	    (int64_t)a->number.lo >= low && (int64_t)a->number.lo <= high) {
		*out = (int64_t)a->number.lo;
		return true;
	}
	tribx_bind_fail(b, a ? a : n, "expr.bad_argument", "this must be a whole number from %lld to %lld; write %s",
	                (long long)low, (long long)high, n->word->usage);
	return false;
}

/* ---- columns ---- */

static const char *column_at(const void *list, size_t i)
{
	return trib_col_name(list, (int)i);
}

static int column_named(struct tribx_bind *b, const struct tribx_step *s)
{
	char name[256];
	if (!s || !s->name || s->size >= sizeof name)
		return -1;
	memcpy(name, s->name, s->size);
	name[s->size] = 0;
	return trib_col(b->in, name);
}

static struct tribx_reg *column(struct tribx_bind *b, int col)
{
	struct trib_expr *const x = b->x;
	for (int i = 0; i < x->use_count; i++)
		if (x->uses[i].col == col)
			return x->uses[i].reg;
	const enum trib_type type = tribx_type(b->in, col);
	if (type == TRIB_NULL)
		return tribx_constant(b, TRIB_NULL, 0, NULL);
	tribx_fold(b);
	/* wide numbers are read where they lie; the others are widened, texts become pointers */
	struct tribx_reg *const r = reg(b, type, type == TRIB_DEC ? tribx_scale(b->in, col) : 0, true);
	if (r)
		x->uses[x->use_count++] = (struct tribx_column_use){ .col = col, .reg = r };
	return r;
}

static struct tribx_reg *bind_column(struct tribx_bind *b, const struct tribx_enode *n)
{
	const struct tribx_step *s = n->steps;
	int col = column_named(b, s);
	if (col < 0 && s->name && s->size == 6 && memcmp(s->name, "record", 6) == 0 && s->next) {
		s = s->next;
		col = column_named(b, s);
	}
	if (col < 0) {
		char name[80];
		snprintf(name, sizeof name, "%.*s", s->name ? (int)s->size : 0, s->name ? s->name : "");
		const char *const nearest = tribx_nearest(name, column_at, b->in, (size_t)trib_cols(b->in));
		if (nearest && !b->failed)
			tribx_error_hint(b->e, "did you mean \"%s\"?", nearest);
		return tribx_bind_fail(b, n, "expr.unknown_column", "there is no column '%s'", name);
	}
	struct tribx_reg *const r = column(b, col);
	if (!r || !s->next || r->type == TRIB_NULL)
		return r;
	if (r->type != TRIB_JSON && r->type != TRIB_STR)
		return tribx_bind_fail(b, n, "expr.types", "column '%s' is %s: there is nothing inside of it",
		                       trib_col_name(b->in, col), tribx_type_word(r->type));
	return tribx_bind_path(b, r, s->next);
}

/* ---- nodes ---- */

static struct tribx_reg *bind_literal(struct tribx_bind *b, const struct tribx_enode *n)
{
	const int64_t truth = n->truth, whole = (int64_t)n->number.lo;
	switch (n->kind) {
	case TRIBX_NODE_BOOL:
		return tribx_constant(b, TRIB_BOOL, 0, &truth);
	case TRIBX_NODE_NUMBER:
		return n->scale == 0 && tribx_dec_small(n->number) ? tribx_constant(b, TRIB_I64, 0, &whole) :
		       tribx_constant(b, TRIB_DEC, n->scale, &n->number);
	case TRIBX_NODE_TEXT:
		return tribx_constant(b, TRIB_STR, 0, &n->text);
	default:
		return tribx_constant(b, TRIB_NULL, 0, NULL);
	}
}

static struct tribx_reg *bind_call(struct tribx_bind *b, const struct tribx_enode *n)
{
	struct tribx_reg **const args = tribx_arena_new(&b->x->bound, (size_t)(n->count + 1) * sizeof *args);
	if (!args)
		return no_memory(b);
	int count = 0;
	for (int i = n->first; i >= 0; i = b->x->nodes[i].next) {
		/* the list behind `in` is bound by `in` */
		args[count] = b->x->nodes[i].kind == TRIBX_NODE_LIST && n->word->bind == tribx_bind_in ? NULL :
			tribx_bind_node(b, i);
		if (b->failed)
			return NULL;
		count++;
	}
	struct tribx_reg *const r = n->word->bind(b, n, args, count);
	if (!r && !b->failed)
		return tribx_bind_fail(b, n, "expr.types", "%s does not take %s%s%s", n->word->name,
		                       tribx_type_word(args[0] ? args[0]->type : TRIB_NULL),
		                       count > 1 && args[1] ? " and " : "", count > 1 && args[1] ?
		                       tribx_type_word(args[1]->type) : "");
	return r;
}

struct tribx_reg *tribx_bind_node(struct tribx_bind *b, int node)
{
	const struct tribx_enode *const n = &b->x->nodes[node];
	if (b->failed)
		return NULL;
	tribx_fold(b);
	struct tribx_reg *r;
	if (n->kind == TRIBX_NODE_PATH)
		r = bind_column(b, n);
	else if (n->kind == TRIBX_NODE_LIST)
		return tribx_bind_fail(b, n, "expr.syntax", "a list can only stand behind in");
	else if (n->kind == TRIBX_NODE_CALL)
		r = bind_call(b, n);
	else
		r = bind_literal(b, n);
	tribx_fold(b);
	return b->failed ? NULL : r;
}

/* ---- the whole ---- */

static void unbind(struct trib_expr *x)
{
	for (int i = 0; i < x->code_count; i++)
		pcre2_code_free(x->codes[i]);
	pcre2_match_data_free(x->match_data);
	pcre2_match_context_free(x->match_limits);
	x->match_data = x->match_limits = NULL;
	for (struct tribx_heap *h = &x->heap; h; h = h == &x->heap ? &x->constants : NULL) {
		while (h->list) {
			struct tribx_piece *const gone = h->list;
			h->list = gone->next;
			free(gone);
		}
		h->held = 0;
	}
	tribx_arena_done(&x->bound);
	x->ops = NULL;
	x->result = x->cast = NULL;
	x->op_count = x->use_count = x->code_count = 0;
}

void tribx_expr_done(struct trib_expr *x)
{
	if (x)
		unbind(x);
}

int tribx_expr_bind(struct trib_expr *x, const struct trib_batch *in, enum trib_type *type, int *scale,
                    struct tribx_error *e)
{
	struct tribx_bind b = { .x = x, .in = in, .e = e };
	unbind(x);
	x->ops = tribx_arena_new(&x->bound, (TRIBX_EXPR_OPS + 1) * sizeof *x->ops);
	x->regs = tribx_arena_new(&x->bound, (TRIBX_EXPR_OPS + 1) * sizeof *x->regs);
	x->uses = tribx_arena_new(&x->bound, (TRIBX_EXPR_OPS + 1) * sizeof *x->uses);
	x->codes = tribx_arena_new(&x->bound, (TRIBX_EXPR_OPS + 1) * sizeof *x->codes);
	if (!x->ops || !x->regs || !x->uses || !x->codes)
		no_memory(&b);
	struct tribx_reg *const r = b.failed ? NULL : tribx_bind_node(&b, x->root);
	if (b.failed) {
		unbind(x);
		return e->status;
	}
	x->result = r;
	x->cast_op = x->op_count;
	*type = r->type;
	*scale = r->scale;
	return TRIB_OK;
}
