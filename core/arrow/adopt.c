/* adopt - foreign Arrow pairs become batches: checked, columns lent or converted (intake.h), the parent let go. */
#include "arrow/personal.h"
#include "arrow/intake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tribx_refuse(const struct tribx_intake *in, const char *code, const char *fmt, ...)
{
	char text[400];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return tribx_fail(in->e, TRIB_DATA, code, "column %.100s: %s", in->column, text);
}

/* ---- one array ---- */

static int64_t count_nulls(const uint8_t *validity, int64_t bit, int64_t n)
{
	int64_t valid = 0, i = 0;
	for (; i < n && (bit + i) % 8; i++)
		valid += tribx_bit(validity, bit + i);
	for (; i + 64 <= n; i += 64) {
		uint64_t word;
		memcpy(&word, validity + (bit + i) / 8, 8);
		valid += __builtin_popcountll(word);
	}
	for (; i < n; i++)
		valid += tribx_bit(validity, bit + i);
	return n - valid;
}

static int check_nulls(struct tribx_intake *in)
{
	const struct ArrowArray *a = in->a;
	const uint8_t *validity = a->n_buffers > 0 ? a->buffers[0] : NULL;
	if (a->null_count < -1 || a->null_count > a->length)
		return tribx_refuse(in, "arrow.nulls", "null_count is %lld of %lld rows", (long long)a->null_count,
		                    (long long)a->length);
	if (!validity && a->null_count > 0 && a->n_buffers > 0)
		return tribx_refuse(in, "arrow.nulls", "null_count is %lld, but there is no validity buffer",
		                    (long long)a->null_count);
	if (!validity)
		return TRIB_OK;
	int64_t real = count_nulls(validity, a->offset, a->length);
	if (a->null_count >= 0 && a->null_count != real)
		return tribx_refuse(in, "arrow.nulls", "null_count is %lld, the validity buffer has %lld",
		                    (long long)a->null_count, (long long)real);
	in->nulls = in->length == a->length ? real : count_nulls(validity, in->offset, in->length);
	in->validity = in->nulls ? validity : NULL;
	return TRIB_OK;
}

static int check_structure(const struct tribx_intake *in)
{
	const struct ArrowArray *a = in->a;
	const struct ArrowSchema *s = in->s;
	if (!s->release || !s->format)
		return tribx_refuse(in, "arrow.structure", "its schema is released or has no format");
	if (a->length < 0 || a->offset < 0 || a->length > INT64_MAX / 32 - a->offset)
		return tribx_refuse(in, "arrow.length", "length %lld, offset %lld", (long long)a->length,
		                    (long long)a->offset);
	if (a->n_children != s->n_children || !a->dictionary != !s->dictionary)
		return tribx_refuse(in, "arrow.structure", "array and schema differ in children or dictionary");
	if (a->n_buffers < 0 || (a->n_buffers > 0 && !a->buffers))
		return tribx_refuse(in, "arrow.buffers", "%lld buffers, and no list of them", (long long)a->n_buffers);
	return TRIB_OK;
}

int tribx_take(struct tribx_intake *in, bool nested, struct tribx_taken *out)
{
	int status;
	*out = (struct tribx_taken){ 0 };
	if ((status = check_structure(in)) < 0 || (status = check_nulls(in)) < 0)
		return status;
	const char *f = in->s->format;
	if (in->s->dictionary || f[0] == '+') {
		if (nested || (f[0] == '+' && strcmp(f, "+r") != 0))
			return tribx_refuse(in, "arrow.type", "nested type %.40s", f);
		return in->s->dictionary ? tribx_take_coded(in, out) : tribx_take_runs(in, out);
	}
	if (in->a->n_children)
		return tribx_refuse(in, "arrow.structure", "a column of type %.40s has children", f);
	if (strcmp(f, "u") == 0 || strcmp(f, "U") == 0 || strcmp(f, "vu") == 0)
		return tribx_take_text(in, out);
	status = f[0] == 'd' ? tribx_take_decimal(in, out) : tribx_take_number(in, out);
	return status == TRIB_END ? tribx_refuse(in, "arrow.type", "type %.40s", f) : status;
}

/* ---- one column ---- */

/* Takes the foreign child, whatever happens. */
static struct tribx_buffers *hold(struct ArrowArray *foreign)
{
	struct tribx_buffers *s = tribx_buffers_new(0, 0);
	if (s)
		s->foreign = *foreign;
	else
		foreign->release(foreign);
	foreign->release = NULL;
	return s;
}

static int adopt_column(struct trib_batch *to, int col, const struct trib_batch *from, struct tribx_error *e)
{
	struct ArrowArray *child = from->array.children[col];
	const struct ArrowSchema *s = from->schema.children[col];
	struct tribx_intake in = { .e = e, .column = s->name ? s->name : "", .a = child, .s = s };
	struct tribx_taken taken;
	if (!child->release)
		return tribx_refuse(&in, "arrow.released", "the array is released already");
	if (child->length < 0 || child->length - from->array.offset < from->array.length)
		return tribx_refuse(&in, "arrow.length", "%lld rows of a batch of %lld", (long long)child->length,
		                    (long long)from->array.length);
	if (!(in.holder = hold(child)))
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a batch");
	in.a = &in.holder->foreign;
	in.offset = in.a->offset < 0 ? 0 : in.a->offset + from->array.offset;
	in.length = from->array.length;
	int status = tribx_take(&in, false, &taken);
	tribx_buffers_drop(in.holder);
	if (status < 0) {
		tribx_array_drop(&taken.array);
		if (status == TRIB_FATAL)
			tribx_fail(e, status, "internal.no_memory", "no memory for a batch");
		return status;
	}
	struct trib_text extension = tribx_metadata(s->metadata, "ARROW:extension:name");
	if (taken.type == TRIB_STR && tribx_text_is(extension, "arrow.json"))
		taken.type = TRIB_JSON;
	*tribx_kid(to, col) = taken.array;
	const struct tribx_label_as as = {
		.name = in.column, .marks = s->flags & TRIBX_ABOUT_PEOPLE, .type = taken.type, .precision = taken.precision, .scale = taken.scale,
		.coded = taken.coded ? TRIBX_CODED : TRIBX_PLAIN, .format = taken.offsets ? "u" : NULL,
	};
	if (tribx_label_new(tribx_label(to, col), &as) < 0)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a batch");
	return TRIB_OK;
}

/* ---- the pair ---- */

static int check_names(const struct ArrowSchema *s, struct tribx_error *e)
{
	for (int64_t i = 0; i < s->n_children; i++) {
		const char *name = s->children[i]->name ? s->children[i]->name : "";
		if (!tribx_utf8((struct trib_text){ name, strlen(name) }))
			return tribx_fail(e, TRIB_DATA, "arrow.name", "the name of column %lld is not UTF-8",
			                  (long long)i + 1);
		for (int64_t k = 0; k < i; k++) {
			const char *other = s->children[k]->name ? s->children[k]->name : "";
			if (other[0] == name[0] && strcmp(other, name) == 0)
				return tribx_fail(e, TRIB_DATA, "arrow.name", "two columns are named \"%.100s\"", name);
		}
	}
	return TRIB_OK;
}

static int check_pair(const struct trib_batch *b, struct tribx_error *e)
{
	const struct ArrowArray *a = &b->array;
	const struct ArrowSchema *s = &b->schema;
	if (!a->release || !s->release)
		return tribx_fail(e, TRIB_DATA, "arrow.released", "the %s is released already",
		                  a->release ? "schema" : "array");
	if (!s->format || strcmp(s->format, "+s") != 0)
		return tribx_fail(e, TRIB_DATA, "arrow.structure", "a batch is a struct (+s), not %.40s",
		                  s->format ? s->format : "nothing");
	if (a->length < 0 || a->offset < 0 || a->length > INT32_MAX || a->offset > INT64_MAX / 64)
		return tribx_fail(e, TRIB_DATA, "arrow.length", "a batch of length %lld, offset %lld",
		                  (long long)a->length, (long long)a->offset);
	if (a->n_children != s->n_children || a->n_children < 0 || a->n_children > INT32_MAX)
		return tribx_fail(e, TRIB_DATA, "arrow.structure", "the array has %lld columns, the schema %lld",
		                  (long long)a->n_children, (long long)s->n_children);
	if (a->n_children > 0 && (!a->children || !s->children))
		return tribx_fail(e, TRIB_DATA, "arrow.structure", "the columns are missing");
	for (int64_t i = 0; i < a->n_children; i++)
		if (!a->children[i] || !s->children[i])
			return tribx_fail(e, TRIB_DATA, "arrow.structure", "column %lld is missing", (long long)i + 1);
	const uint8_t *validity = a->n_buffers > 0 && a->buffers ? a->buffers[0] : NULL;
	if (validity && count_nulls(validity, a->offset, a->length) > 0)
		return tribx_fail(e, TRIB_DATA, "arrow.nulls", "rows are null as a whole");
	return check_names(s, e);
}

int tribx_adopt(struct trib_batch *b, struct tribx_error *e)
{
	struct tribx_error mine = { 0 };
	struct trib_batch to;
	if (tribx_ours(b))
		return TRIB_OK;
	e = e ? e : &mine;
	tribx_rows_drop(b);   /* what was being built before the plugin replaced it */
	int status = check_pair(b, e);
	if (status == TRIB_OK && (status = tribx_roots_new(&to, (int)b->array.n_children)) == TRIB_OK) {
		to.array.length = b->array.length;
		for (int i = 0; i < (int)b->array.n_children && status == TRIB_OK; i++)
			status = adopt_column(&to, i, b, e);
		if (status < 0)
			trib_free(&to);
	}
	trib_free(b);
	if (status == TRIB_OK) {
		trib_move(b, &to);
		return TRIB_OK;
	}
	if (status == TRIB_FATAL)
		tribx_fail(e, status, "internal.no_memory", "no memory for a batch");
	/* whoever looks at the empty batch next learns why it is empty */
	tribx_batch_fault(b, status, e->code, "%s", e->text);
	return status;
}
