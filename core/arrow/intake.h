/* intake - a foreign column on its way in: checked, then lent (same buffers) or converted. Private to core/arrow.
 *
 * Nothing of a foreign array is believed before it is looked at: lengths, offsets, null counts, indexes, UTF-8. What
 * cannot be looked at is the size of buffers, which the C data interface does not tell. */
#ifndef TRIBX_INTAKE_H
#define TRIBX_INTAKE_H

#include "arrow/rows.h"

/* One array under inspection: rows offset .. offset + length of its buffers. */
struct tribx_intake {
	struct tribx_error *e;
	const char *column;
	struct tribx_buffers *holder;        /* keeps the foreign array; its buffers are lent to what is made here */
	const struct ArrowArray *a;
	const struct ArrowSchema *s;
	int64_t offset, length, nulls;
	const uint8_t *validity;           /* NULL if there are no nulls */
};
int tribx_refuse(const struct tribx_intake *in, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static inline bool tribx_in_null(const struct tribx_intake *in, int64_t i)
{
	return in->validity && !tribx_bit(in->validity, in->offset + i);
}

bool tribx_utf8(struct trib_text t);
/* Same buffers, counted. pages: of text. */
int tribx_lend(struct ArrowArray *to, const struct tribx_intake *in, const struct tribx_page *pages, int page_count);
/* A copy of the validity, from bit 0; sets p's validity, length and nulls. */
int tribx_copy_validity(struct tribx_parts *p, const struct tribx_intake *in);
/* More nulls for a fresh column that nobody else has seen: rows whose bit in `also` is 0. */
int tribx_add_nulls(struct ArrowArray *a, const uint8_t *also);
/* n nulls of a type. */
int tribx_all_null(struct ArrowArray *to, enum trib_type type, int64_t n);

/* Each takes a column of its formats: the array, and what its label says. */
struct tribx_taken { struct ArrowArray array; enum trib_type type; int precision, scale; bool offsets, coded; };
/* fixed width, but not decimals; TRIB_END: none of these */
int tribx_take_number(const struct tribx_intake *in, struct tribx_taken *out);
int tribx_take_decimal(const struct tribx_intake *in, struct tribx_taken *out);
int tribx_take_text(const struct tribx_intake *in, struct tribx_taken *out);        /* u U vu */
int tribx_take_coded(const struct tribx_intake *in, struct tribx_taken *out);       /* dictionary */
int tribx_take_runs(const struct tribx_intake *in, struct tribx_taken *out);        /* run-end */
/* Checks structure and nulls of an array, then takes it. nested: inside of a dictionary or of runs, where neither may
 * come again. */
int tribx_take(struct tribx_intake *in, bool nested, struct tribx_taken *out);

#endif
