/* expr_run - the operations over the rows of a batch, a strip of 1,024 at a time: the registers stay in the cache, and
 * texts that were made for a strip are forgotten with it. */
#include <stdlib.h>
#include "arrow/batch.h"
#include "arrow/build.h"
#include "arrow/cast.h"
#include "parse/expr_node.h"

static const struct { const char *code, *text; } reasons[TRIBX_STATES] = {
	[TRIBX_BAD_RANGE]  = { "cell.out_of_range", "a number is larger than 38 digits, or than the column holds" },
	[TRIBX_BAD_ZERO]   = { "expr.division_by_zero", "a division by zero" },
	[TRIBX_BAD_NUMBER] = { "cell.not_a_number", "a value is not a number" },
	[TRIBX_BAD_DATE]   = { "cell.not_a_date", "a value is not a date" },
	[TRIBX_BAD_TIME]   = { "cell.not_a_time", "a value is not a time" },
	[TRIBX_BAD_BOOL]   = { "cell.not_a_bool", "a value is neither true nor false" },
	[TRIBX_BAD_JSON]   = { "cell.not_json", "a value is not JSON of this shape" },
	[TRIBX_BAD_TEXT]   = { "cell.not_a_text", "a value cannot be text" },
	[TRIBX_BAD_LONG]   = { "expr.too_much_text", "a text becomes too long" },
	[TRIBX_BAD_HARD]   = { "expr.too_hard", "a regular expression needs too many steps" },
};

/* ---- texts of a strip ---- */

enum { PIECE = 64 << 10 };

char *tribx_run_room(struct tribx_run *r, size_t size)
{
	struct tribx_heap *const h = r->heap;
	struct tribx_piece *p = h->list;
	if (size > TRIBX_EXPR_VALUE || h->held > TRIBX_EXPR_HEAP)
		return NULL;
	if (!p || p->size - p->used < size + 1) {
		const size_t want = size + 1 > PIECE ? size + 1 : PIECE;
		p = malloc(sizeof *p + want);
		if (!p) {
			r->failed = true;
			return NULL;
		}
		*p = (struct tribx_piece){ .next = h->list, .size = want };
		h->list = p;
		h->held += want;
	}
	p->used += size + 1;
	return p->mem + p->used - size - 1;
}

static void forget(struct tribx_heap *h)
{
	struct tribx_piece *p = h->list;
	while (p && p->next) {                       /* the last one is kept for the next strip */
		struct tribx_piece *const gone = p;
		p = p->next;
		h->held -= gone->size;
		free(gone);
	}
	h->list = p;
	if (p)
		p->used = 0;
}

/* ---- columns to registers ---- */

static void load_state(const struct trib_view *v, int64_t base, int n, uint8_t *state)
{
	if (!v->validity) {
		memset(state, 0, (size_t)n);
		return;
	}
	const int64_t bit = v->bit + base;
	for (int i = 0; i < n; i++)
		state[i] = !(v->validity[(bit + i) >> 3] >> ((bit + i) & 7) & 1);
}

static void load(const struct tribx_column_use *use, int64_t base, int n)
{
	const struct trib_view *const v = &use->view;
	struct tribx_reg *const r = use->reg;
	if (v->type == TRIB_NULL) {                  /* absent from this batch */
		memset(r->state, TRIBX_NULLED, (size_t)n);
		r->values = r->own;
		return;
	}
	load_state(v, base, n, r->state);
	switch (r->type) {
	case TRIB_BOOL:
		for (int i = 0; i < n; i++) {
			const int64_t bit = v->bit + base + i;
			tribx_ints(r)[i] = ((const uint8_t *)v->values)[bit >> 3] >> (bit & 7) & 1;
		}
		break;
	case TRIB_DATE:
		for (int i = 0; i < n; i++)
			tribx_ints(r)[i] = ((const int32_t *)v->values)[base + i];
		break;
	case TRIB_STR:
	case TRIB_JSON:
		for (int i = 0; i < n; i++) {
			const struct trib_text t = trib_str(v, base + i);
			tribx_texts(r)[i] = t.p || r->state[i] ? t : (struct trib_text){ "", 0 };
		}
		break;
	case TRIB_DEC:
		r->values = (trib_dec *)(uintptr_t)v->values + base;
		break;
	default:
		r->values = (int64_t *)(uintptr_t)v->values + base;
	}
}

static int views(struct trib_expr *x, const struct trib_batch *in, struct tribx_error *e)
{
	for (int i = 0; i < x->use_count; i++) {
		const int status = trib_view(in, x->uses[i].col, &x->uses[i].view);
		if (status < 0)
			return tribx_fail(e, status, "expr.unknown_column", "a column of an expression cannot be read");
		const struct trib_view *const v = &x->uses[i].view;
		if (v->type != TRIB_NULL && (v->type != x->uses[i].reg->type || (v->type == TRIB_DEC &&
			v->scale != x->uses[i].reg->scale)))
			return tribx_fail(e, TRIB_FATAL, "expr.types",
			                  "column '%s' has changed its type since the expression was bound",
			                  trib_col_name(in, x->uses[i].col));
	}
	return TRIB_OK;
}

static bool strip(struct trib_expr *x, int64_t base, int n)
{
	struct tribx_run r = { .x = x, .n = n, .base = base, .heap = &x->heap };
	forget(&x->heap);
	for (int i = 0; i < x->use_count; i++)
		load(&x->uses[i], base, n);
	for (int i = 0; i < x->op_count && !r.failed; i++)
		if (x->ops[i].run)
			x->ops[i].run(&r, &x->ops[i]);
	return !r.failed;
}

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
}

static void tell(const struct tribx_expr_bad *bad, const struct tribx_reg *r, int64_t base, int n)
{
	if (tribx_all_fine(r->state, n))
		return;
	for (int i = 0; i < n; i++)
		if (r->state[i] > TRIBX_NULLED)
			bad->row(bad->ctx, base + i, reasons[r->state[i]].code, reasons[r->state[i]].text);
}

/* ---- to a column ---- */

static struct tribx_value value(const struct tribx_reg *r, int i)
{
	struct tribx_value v = { .type = r->type, .scale = r->scale };
	if (r->type == TRIB_DEC)
		v.dec = tribx_decs(r)[i];
	else if (r->type == TRIB_STR || r->type == TRIB_JSON)
		v.text = tribx_texts(r)[i];
	else
		memcpy(&v.i64, &tribx_ints(r)[i], 8);
	return v;
}

/* A number that the column is too narrow for is the expression's fault, not the column's: known before it is put. */
static void narrow(struct tribx_reg *r, int precision, int n)
{
	if (r->type != TRIB_DEC || precision >= TRIBX_DIGITS)
		return;
	for (int i = 0; i < n; i++)
		if (!r->state[i] && !tribx_dec_fits(tribx_decs(r)[i], precision))
			r->state[i] = TRIBX_BAD_RANGE;
}

/* The values as the column stores them; NULL: they go one by one. */
static const void *stored(const struct tribx_reg *r, int n, int32_t narrow_room[TRIBX_STRIP])
{
	switch (r->type) {
	case TRIB_BOOL:
		memset(narrow_room, 0, TRIBX_STRIP / 8);
		for (int i = 0; i < n; i++)
			((uint8_t *)narrow_room)[i >> 3] |= (uint8_t)((tribx_ints(r)[i] & 1) << (i & 7));
		return narrow_room;
	case TRIB_DATE:
		for (int i = 0; i < n; i++)
			narrow_room[i] = (int32_t)tribx_ints(r)[i];
		return narrow_room;
	case TRIB_STR:
	case TRIB_JSON:
	case TRIB_NULL:
		return NULL;
	default:
		return r->values;
	}
}

static void put(struct trib_batch *out, int col, enum trib_type type, const struct tribx_reg *r, int n)
{
	uint8_t valid[TRIBX_STRIP / 8] = { 0 };
	int32_t room[TRIBX_STRIP];
	const void *const values = type == r->type ? stored(r, n, room) : NULL;
	const bool fine = tribx_all_fine(r->state, n);
	if (values) {
		int nulls = 0;
		for (int i = 0; i < n && !fine; i++) {
			valid[i >> 3] |= (uint8_t)((r->state[i] == 0) << (i & 7));
			nulls += r->state[i] != 0;
		}
		trib_put_many(out, col, values, nulls ? valid : NULL, n);
		return;
	}
	for (int i = 0; i < n; i++) {
		if (r->state[i]) {
			trib_put_null(out, col);
		} else if (type == r->type) {
			trib_put_str(out, col, tribx_texts(r)[i]);
		} else {
			const struct tribx_value v = value(r, i);
			tribx_put_value(out, col, &v);
		}
	}
}

/* The result in the column's type, as one more operation behind the others; kept while the column's type is the
 * same. */
static int cast_to(struct trib_expr *x, const struct trib_batch *in, enum trib_type type, int scale,
                   struct tribx_error *e)
{
	if (x->cast && x->cast_type == (int)type && x->cast_scale == scale)
		return TRIB_OK;
	struct tribx_bind b = { .x = x, .in = in, .e = e };
	x->op_count = x->cast_op;
	struct tribx_reg *const r = type == TRIB_NULL ? x->result : tribx_cast(&b, x->result, type, scale);
	if (b.failed)
		return e->status;
	x->cast = r ? r : x->result;      /* no cast of ours: the column's own casts decide cell by cell */
	x->cast_type = (int)type;
	x->cast_scale = scale;
	return TRIB_OK;
}

int tribx_expr_eval(struct trib_expr *x, const struct trib_batch *in, struct trib_batch *out, int col,
                    const struct tribx_expr_bad *bad, struct tribx_error *e)
{
	const enum trib_type type = tribx_type(out, col);
	const int precision = type == TRIB_DEC ? tribx_precision(out, col) : TRIBX_DIGITS;
	int status = x->result ? views(x, in, e) : tribx_fail(e, TRIB_FATAL, "expr.unbound",
	                                                      "an expression is used before it is bound");
	if (status == TRIB_OK)
		status = cast_to(x, in, type, type == TRIB_DEC ? tribx_scale(out, col) : 0, e);
	const int64_t rows = in->array.length;
	if (status == TRIB_OK && rows > 0 && type != TRIB_NULL)
		(void)tribx_column_reserve(out, col, rows);   /* once, not strip by strip */
	for (int64_t base = 0; base < rows && status == TRIB_OK; base += TRIBX_STRIP) {
		const int n = (int)(rows - base < TRIBX_STRIP ? rows - base : TRIBX_STRIP);
		if (!strip(x, base, n))
			return no_memory(e);
		narrow(x->cast, precision, n);
		put(out, col, type, x->cast, n);
		tell(bad, x->cast, base, n);
	}
	return status;
}

int64_t tribx_expr_match(struct trib_expr *x, const struct trib_batch *in, int32_t *rows,
                         const struct tribx_expr_bad *bad, struct tribx_error *e)
{
	int status = x->result ? views(x, in, e) : tribx_fail(e, TRIB_FATAL, "expr.unbound",
	                                                      "an expression is used before it is bound");
	if (status == TRIB_OK && x->result->type != TRIB_NULL)
		status = cast_to(x, in, TRIB_BOOL, 0, e);
	if (status == TRIB_OK && x->result->type != TRIB_NULL && (x->cast->type != TRIB_BOOL ||
	                                                          tribx_is_number(x->result->type) ||
	                                                          x->result->type == TRIB_STR))
		status = tribx_fail(e, TRIB_CONFIG, "expr.types", "this is %s, not a condition: %s",
		                    tribx_type_word(x->result->type), x->text);
	if (status < 0 || x->result->type == TRIB_NULL)
		return status;
	const int64_t length = in->array.length;
	int64_t count = 0;
	for (int64_t base = 0; base < length; base += TRIBX_STRIP) {
		const int n = (int)(length - base < TRIBX_STRIP ? length - base : TRIBX_STRIP);
		if (!strip(x, base, n))
			return no_memory(e);
		const int64_t *const truth = tribx_ints(x->cast);
		for (int i = 0; i < n; i++) {
			rows[count] = (int32_t)(base + i);
			count += x->cast->state[i] == TRIBX_FINE && truth[i];
		}
		tell(bad, x->cast, base, n);
	}
	return count;
}

int64_t tribx_expr_mismatches(const struct trib_expr *x)
{
	return x->mismatches;
}

bool tribx_expr_personal(const struct trib_expr *x, const struct trib_batch *in)
{
	for (int i = 0; i < x->use_count; i++)
		if (trib_is_personal(in, x->uses[i].col))
			return true;
	return false;
}
