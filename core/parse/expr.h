/* expr - expressions over batches (docs/expressions.md), without an instance: what plugins get through
 * tributary/expr.h, and what the core's own conditions and templates use.
 *
 * compile: text to nodes; bind: nodes and columns to a flat array of operations with settled types; eval, match: the
 * operations one after the other over strips of rows, each a loop over vectors. Nothing is allocated per row. */
#ifndef TRIBX_EXPR_H
#define TRIBX_EXPR_H

#include <tributary/expr.h>
#include "base/error.h"
#include "base/mem.h"

/* Everything of the expression that does not depend on a batch lives in a; tribx_expr_done frees the rest. */
int tribx_expr_compile(const char *text, struct tribx_arena *a, struct trib_expr **out, struct tribx_error *e);
void tribx_expr_done(struct trib_expr *x);                                    /* NULL is fine */

int tribx_expr_bind(struct trib_expr *x, const struct trib_batch *in, enum trib_type *type, int *scale,
                    struct tribx_error *e);

/* Rows whose value cannot be had: told one by one, in order. */
struct tribx_expr_bad { void (*row)(void *ctx, int64_t row, const char *code, const char *text); void *ctx; };
int tribx_expr_eval(struct trib_expr *x, const struct trib_batch *in, struct trib_batch *out, int col,
                    const struct tribx_expr_bad *bad, struct tribx_error *e);
int64_t tribx_expr_match(struct trib_expr *x, const struct trib_batch *in, int32_t *rows,
                         const struct tribx_expr_bad *bad, struct tribx_error *e);
/* It reads a column that is about people. Bound. */
bool tribx_expr_personal(const struct trib_expr *x, const struct trib_batch *in);
/* Comparisons of a number with a text, since it was compiled: they are false. */
int64_t tribx_expr_mismatches(const struct trib_expr *x);

#endif
