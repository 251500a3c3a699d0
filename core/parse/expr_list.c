/* expr_list - lists, which are JSON arrays: split and join, first and last; and values into JSON. */
#include "arrow/cast.h"
#include "base/text.h"
#include "parse/expr_json.h"
#include "parse/json_index.h"

static uint8_t keep(struct tribx_run *r, struct tribx_buf *b, struct trib_text *to)
{
	char *const copy = b->failed ? NULL : tribx_run_room(r, b->n);
	if (!copy)
		return TRIBX_BAD_LONG;
	if (b->n)
		memcpy(copy, b->p, b->n);
	*to = (struct trib_text){ copy, b->n };
	return TRIBX_FINE;
}

void tribx_run_to_json(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const a = o->arg[0];
	struct tribx_buf made = { .max = TRIBX_EXPR_VALUE };
	for (int i = 0; i < r->n; i++) {
		uint8_t s = a->state[i];
		size_t at;
		if (!s && a->type == TRIB_STR) {             /* a text is read: it must be JSON already */
			tribx_texts(o->to)[i] = tribx_texts(a)[i];
			s = tribx_json_check(tribx_texts(a)[i].p, tribx_texts(a)[i].n, &at) ? TRIBX_BAD_JSON :
				TRIBX_FINE;
		} else if (!s) {
			char room[TRIBX_NUMBER_TEXT];
			struct tribx_value v = { .type = a->type, .scale = a->scale };
			if (a->type == TRIB_DEC)
				v.dec = tribx_decs(a)[i];
			else
				memcpy(&v.i64, &tribx_ints(a)[i], 8);
			const struct trib_text t = tribx_value_text(&v, room);
			made.n = 0;
			if (a->type == TRIB_DATE || a->type == TRIB_TIME)
				tribx_buf_json(&made, t);
			else
				tribx_buf_put(&made, t.p, t.n);
			/* NaN and Infinity are no JSON */
			s = tribx_json_check(made.p, made.n, &at) ? TRIBX_BAD_JSON : keep(r, &made,
				&tribx_texts(o->to)[i]);
		}
		o->to->state[i] = s;
	}
	tribx_buf_done(&made);
}

/* ---- split and join ---- */

enum { TEXTS = 0x7465787 };      /* k of split: all items are texts */

static void split(struct tribx_run *r, const struct tribx_eop *o)
{
	struct tribx_buf list = { .max = TRIBX_EXPR_VALUE };
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			const char *p = t.p, *const end = t.p + t.n;
			list.n = 0;
			list.failed = false;
			tribx_buf_putc(&list, '[');
			while (t.n) {
				const char *const next = memmem(p, (size_t)(end - p), o->a.p, o->a.n);
				tribx_buf_json(&list, (struct trib_text){ p, (size_t)((next ? next : end) - p) });
				if (!next)
					break;
				tribx_buf_putc(&list, ',');
				p = next + o->a.n;
			}
			tribx_buf_putc(&list, ']');
			s = keep(r, &list, &tribx_texts(o->to)[i]);
		}
		o->to->state[i] = s;
	}
	tribx_buf_done(&list);
}

/* The text of an item, unescaped, through the cast that the language has for it: one row of it. */
static uint8_t item_text(struct tribx_run *r, struct trib_text item, struct trib_text *out)
{
	uint8_t state = TRIBX_FINE, result = TRIBX_FINE;
	struct tribx_reg from = { .type = TRIB_JSON, .values = &item, .state = &state },
		to = { .type = TRIB_STR, .values = out, .state = &result };
	const struct tribx_eop o = { .to = &to, .arg = { &from } };
	struct tribx_run one = *r;
	one.n = 1;
	tribx_run_json_text(&one, &o);
	r->failed |= one.failed;
	return result;
}

static void join(struct tribx_run *r, const struct tribx_eop *o)
{
	struct tribx_buf made = { .max = TRIBX_EXPR_VALUE };
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text v = tribx_texts(o->arg[0])[i];
			const char *p = v.p + 1;
			struct trib_text item, t;
			made.n = 0;
			made.failed = false;
			s = v.n && *v.p == '[' ? TRIBX_FINE : TRIBX_BAD_JSON;
			for (bool first = true; !s && tribx_json_item(&p, v.p + v.n, &item); first = false) {
				if (!first)
					tribx_buf_put(&made, o->a.p, o->a.n);
				s = item_text(r, item, &t);
				if (!s)
					tribx_buf_put(&made, t.p, t.n);
				s = s == TRIBX_NULLED ? TRIBX_FINE : s;
			}
			if (!s)
				s = keep(r, &made, &tribx_texts(o->to)[i]);
		}
		o->to->state[i] = s;
	}
	tribx_buf_done(&made);
}

static void end_of(struct tribx_run *r, const struct tribx_eop *o)      /* k: 0 the first, 1 the last */
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text v = tribx_texts(o->arg[0])[i];
			const char *p = v.p + 1;
			struct trib_text item = { "null", 4 }, next;
			s = v.n && *v.p == '[' ? TRIBX_FINE : TRIBX_BAD_JSON;
			while (!s && tribx_json_item(&p, v.p + v.n, &next)) {
				item = next;
				if (!o->k)
					break;
			}
			tribx_texts(o->to)[i] = item;
			if (!s && item.n == 4 && memcmp(item.p, "null", 4) == 0)
				s = TRIBX_NULLED;
		}
		o->to->state[i] = s;
	}
}

/* ---- binding ---- */

BIND(json)
{
	(void)count, (void)n;
	return tribx_cast(b, args[0], TRIB_JSON, 0);
}

BIND(split)
{
	(void)count;
	struct trib_text by;
	struct tribx_reg *const x = tribx_cast(b, args[0], TRIB_STR, 0);
	if (!x || !tribx_literal_text(b, n, 1, &by))
		return NULL;
	if (by.n == 0)
		return tribx_bind_fail(b, n, "expr.bad_argument", "split needs a text to split at");
	struct tribx_reg *const r = tribx_op(b, split, TRIB_JSON, 0, x, NULL, NULL);
	if (r) {
		tribx_op_of(b, r)->a = by;
		tribx_op_of(b, r)->k = TEXTS;
	}
	return r;
}

BIND(join)
{
	(void)count;
	struct trib_text by;
	if (args[0]->type != TRIB_JSON && args[0]->type != TRIB_NULL)
		return NULL;
	struct tribx_reg *const x = tribx_cast(b, args[0], TRIB_JSON, 0);
	if (!x || !tribx_literal_text(b, n, 1, &by))
		return NULL;
	struct tribx_reg *const r = tribx_op(b, join, TRIB_STR, 0, x, NULL, NULL);
	if (r)
		tribx_op_of(b, r)->a = by;
	return r;
}

static struct tribx_reg *one_end(struct tribx_bind *b, struct tribx_reg *x, int64_t last)
{
	if (x->type != TRIB_JSON && x->type != TRIB_NULL)
		return NULL;
	const bool texts = tribx_op_of(b, x)->k == TEXTS;      /* what split made are texts: they need no | str */
	x = tribx_cast(b, x, TRIB_JSON, 0);
	struct tribx_reg *const r = x ? tribx_op(b, end_of, TRIB_JSON, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->k = last;
	return r && texts ? tribx_cast(b, r, TRIB_STR, 0) : r;
}

BIND(first)
{
	(void)count, (void)n;
	return one_end(b, args[0], 0);
}

BIND(last)
{
	(void)count, (void)n;
	return one_end(b, args[0], 1);
}
