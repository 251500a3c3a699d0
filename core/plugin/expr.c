/* expr - the expressions of an instance (tributary/expr.h): they end with it, and their bad rows become its dead
 * letters. */
#include "base/log.h"
#include "parse/expr.h"
#include "plugin/instance.h"
#include "plugin/open.h"

struct tribx_compiled { struct tribx_compiled *next; struct trib_expr *x; const char *text; };

int trib_expr(struct trib *t, const char *text, struct trib_expr **out)
{
	struct tribx_compiled *const c = tribx_arena_new(&t->kept, sizeof *c);
	if (!c)
		return tribx_fail(&t->error, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
	const int status = tribx_expr_compile(text, &t->kept, &c->x, &t->error);
	if (status < 0)
		return status;
	c->text = tribx_arena_text(&t->kept, text, strlen(text));
	c->next = t->exprs;
	t->exprs = c;
	*out = c->x;
	return TRIB_OK;
}

int trib_expr_bind(struct trib *t, struct trib_expr *e, const struct trib_batch *in, enum trib_type *type, int *scale)
{
	return tribx_expr_bind(e, in, type, scale, &t->error);
}

struct place { struct trib *t; const struct trib_batch *in; const struct trib_expr *e; };

static const char *text_of(const struct trib *t, const struct trib_expr *e)
{
	for (const struct tribx_compiled *c = t->exprs; c; c = c->next)
		if (c->x == e)
			return c->text;
	return "";
}

static void reject(void *ctx, int64_t row, const char *code, const char *text)
{
	const struct place *const p = ctx;
	trib_reject(p->t, p->in, row, code, "%s: %s", text, text_of(p->t, p->e));
}

int trib_eval(struct trib *t, struct trib_expr *e, const struct trib_batch *in, struct trib_batch *out, int col)
{
	struct place p = { t, in, e };
	if (tribx_expr_personal(e, in))
		trib_personal(out, col, true);
	return tribx_expr_eval(e, in, out, col, &(struct tribx_expr_bad){ reject, &p }, &t->error);
}

int64_t trib_match(struct trib *t, struct trib_expr *e, const struct trib_batch *in, int32_t *rows)
{
	struct place p = { t, in, e };
	return tribx_expr_match(e, in, rows, &(struct tribx_expr_bad){ reject, &p }, &t->error);
}

void tribx_exprs_done(struct trib *t)
{
	for (const struct tribx_compiled *c = t->exprs; c; c = c->next) {
		const int64_t n = tribx_expr_mismatches(c->x);
		if (n > 0)
			tribx_log(TRIBX_WARN, "%s: %lld times a number was compared with a text, which is false: %s (a column of a file is text until map casts it)",
			          t->stage, (long long)n, c->text ? c->text : "");
		tribx_expr_done(c->x);
	}
	t->exprs = NULL;
}
