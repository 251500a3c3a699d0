/* cast - a value that meets a column of another type. One table of what becomes what, for put, align and append alike:
 * exact or not at all. A value that does not fit makes its row a dead letter. Doubles become decimals by their shortest
 * text. */
#ifndef TRIBX_CAST_H
#define TRIBX_CAST_H

#include "arrow/scalar.h"
#include "base/text.h"

struct tribx_value {
	enum trib_type type;
	int scale;
	/* BOOL, DATE, TIME, CLOCK, DURATION: i64 */
	union { int64_t i64; double f64; trib_dec dec; struct trib_text text; };
};
void tribx_put_value(struct trib_batch *b, int col, const struct tribx_value *v);
struct tribx_value tribx_value_at(const struct trib_view *v, int64_t row);    /* type NULL: a null */
/* Its text; into `to` unless it is text already. */
struct trib_text tribx_value_text(const struct tribx_value *v, char to[TRIBX_NUMBER_TEXT]);
/* "decimal(38,9)", "int64" ... */
const char *tribx_type_text(enum trib_type type, int precision, int scale, char to[TRIBX_NUMBER_TEXT]);

#endif
