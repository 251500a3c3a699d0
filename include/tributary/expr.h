/* expr.h - the expression language (docs/expressions.md), over whole batches. Optional for plugins.
 *
 * A path names a column (record.name or name; name.a.b and name['a'] look into a JSON column). Filters are
 * `x | filter(args)`, conditions == != < <= > >= in contains matches exists and or not. null compares false. */
#ifndef TRIBUTARY_EXPR_H
#define TRIBUTARY_EXPR_H

#include <tributary.h>

struct trib_expr;

/* Compiles text; the core frees it with the instance. Syntax errors: TRIB_CONFIG with the place in the text. */
TRIB_API TRIB_MUST int trib_expr(struct trib *t, const char *text, struct trib_expr **out);
/* Binds the columns of in (call again when columns were added) and answers the type of the result, TRIB_NULL for
 * nothing but null; negative: unknown column or types that never fit. */
TRIB_API TRIB_MUST int trib_expr_bind(struct trib *t, struct trib_expr *e, const struct trib_batch *in, enum trib_type *type, int *scale);
/* Appends one value per row of in to column col of out, cast to that column's type. A row whose value cannot be had
 * (overflow, text that is no number) is rejected in `in` with its reason, and gets null. */
TRIB_API TRIB_MUST int trib_eval(struct trib *t, struct trib_expr *e, const struct trib_batch *in, struct trib_batch *out, int col);
/* The rows for which e is true, in order; their number, or negative. rows has room for in's length. */
TRIB_API TRIB_MUST int64_t trib_match(struct trib *t, struct trib_expr *e, const struct trib_batch *in, int32_t *rows);

#endif
