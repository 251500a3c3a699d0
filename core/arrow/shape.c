/* shape - the columns of a batch apart from its rows: copied, united, imposed. Labels are shared: a shape is small. */
#include "arrow/personal.h"
#include "arrow/cast.h"
#include "arrow/rows.h"

#include <string.h>

/* The column's label in the layout that builders make. */
static int plain(struct ArrowSchema *to, const struct trib_batch *b, int col)
{
	const struct ArrowSchema *s = tribx_label(b, col);
	struct tribx_layout l;
	if (!tribx_layout_of(s, &l))
		return TRIB_FATAL;
	bool constant = tribx_is_constant(b, col);
	if (!l.coded && !l.offsets && !(constant && l.type != TRIB_STR)) {
		tribx_label_share(to, s);
		return TRIB_OK;
	}
	return tribx_label_new(to, &(struct tribx_label_as){ .name = s->name, .marks = s->flags & TRIBX_ABOUT_PEOPLE, .type = constant ? TRIB_STR : l.type,
	                                                     .from = tribx_label_from(s) });
}

static struct trib_batch *adopted(const struct trib_batch *b)
{
	struct trib_batch *mine = (struct trib_batch *)(uintptr_t)b;
	return tribx_ours(b) || tribx_adopt(mine, NULL) == TRIB_OK ? mine : NULL;
}

int tribx_shape(struct trib_batch *to, const struct trib_batch *from)
{
	from = adopted(from);
	if (!from || tribx_roots_new(to, trib_cols(from)) < 0)
		return TRIB_FATAL;
	for (int i = 0; i < trib_cols(from); i++) {
		if (plain(tribx_label(to, i), from, i) < 0) {
			trib_free(to);
			return TRIB_FATAL;
		}
		tribx_array_empty(tribx_kid(to, i), tribx_type(from, i));
	}
	return TRIB_OK;
}

int tribx_shape_fields(struct trib_batch *to, const struct trib_field *table)
{
	int count = 0;
	while (table && table[count].name)
		count++;
	if (tribx_roots_new(to, count) < 0)
		return TRIB_FATAL;
	for (int i = 0; i < count; i++) {
		const struct trib_field *f = &table[i];
		bool dec = f->type == TRIB_DEC;
		struct tribx_label_as as = { .name = f->name, .marks = f->flags & TRIB_PII ? TRIBX_PERSONAL : 0, .type = f->type, .from = f->from ? f->from : "" };
		if (dec) {
			as.precision = f->precision ? f->precision : 38;
			as.scale = f->precision || f->scale ? f->scale : 9;
		}
		if (tribx_label_new(tribx_label(to, i), &as) < 0) {
			trib_free(to);
			return TRIB_FATAL;
		}
		tribx_array_empty(tribx_kid(to, i), tribx_stored(f->type));
	}
	return TRIB_OK;
}

/* A shape gets a column at its end, or its column `col` gets another label. */
static int take_label(struct trib_batch *all, int col, const struct trib_batch *b, int from)
{
	struct ArrowSchema fresh;
	if (plain(&fresh, b, from) < 0)
		return TRIB_FATAL;
	if (col < 0) {
		col = trib_cols(all);
		if (tribx_roots_grow(all, col + 1) < 0) {
			tribx_label_drop(&fresh);
			return TRIB_FATAL;
		}
	} else {
		tribx_label_drop(tribx_label(all, col));
		tribx_array_drop(tribx_kid(all, col));
	}
	*tribx_label(all, col) = fresh;
	tribx_array_empty(tribx_kid(all, col), tribx_type(b, from));
	return TRIB_OK;
}

int tribx_unite(struct trib_batch *all, const struct trib_batch *b, bool *grew)
{
	bool more = false;
	if (!(b = adopted(b)) || tribx_settle(all) < 0)
		return TRIB_FATAL;
	for (int i = 0; i < trib_cols(b); i++) {
		if (tribx_type(b, i) == TRIB_NULL)
			continue;   /* absent here: there is nothing to learn from it */
		int col = tribx_col_find(all, tribx_label(b, i)->name, i);
		if (col >= 0 && trib_is_personal(b, i) && !(tribx_label(all, col)->flags & TRIBX_ABOUT_PEOPLE)) {
			trib_personal(all, col, true);
			more = true;
		}
		if (col >= 0 && tribx_type(all, col) != TRIB_NULL)
			continue;
		if (take_label(all, col, b, i) < 0)
			return TRIB_FATAL;
		more = true;
	}
	if (grew)
		*grew = more;
	return TRIB_OK;
}

/* ---- align ---- */

/* Same bytes, same meaning. Text in any layout is text; JSON is text that was checked. */
static bool alike(const struct tribx_layout *is, const struct tribx_layout *as)
{
	if (is->type == TRIB_NULL || as->type == TRIB_NULL)
		return true;
	if (as->type == TRIB_STR && is->type == TRIB_JSON)
		return true;
	if (is->type != as->type)
		return false;
	return is->type != TRIB_DEC || (is->scale == as->scale && is->precision <= as->precision);
}

static int cast(struct trib_batch *b, int col, const struct tribx_layout *as)
{
	struct trib_view v;
	if (trib_view(b, col, &v) < 0)
		return TRIB_FATAL;
	trib_clear(b, col, as->type);
	if (!b->rows || b->rows->status)
		return TRIB_FATAL;
	if (as->type == TRIB_DEC && tribx_column_retype(b, col, as->type, as->precision, as->scale) < 0)
		return TRIB_FATAL;
	for (int64_t row = 0; row < v.length; row++) {
		struct tribx_value value = tribx_value_at(&v, row);
		tribx_put_value(b, col, &value);
	}
	return TRIB_OK;
}

static bool same_columns(const struct trib_batch *b, const struct trib_batch *as)
{
	int n = trib_cols(as);
	struct tribx_layout x, y;
	if (n != trib_cols(b))
		return false;
	for (int i = 0; i < n; i++)
		if (strcmp(tribx_label(b, i)->name, tribx_label(as, i)->name) != 0 ||
		    !tribx_layout_of(tribx_label(b, i), &x) || !tribx_layout_of(tribx_label(as, i), &y) ||
		    !alike(&x, &y) || (x.type == TRIB_JSON) != (y.type == TRIB_JSON))
			return false;
	return true;
}

/* Columns that have to change are cast where they are; bad rows leave before the columns are put in order. */
static int cast_all(struct trib_batch *b, const struct trib_batch *as, struct tribx_dead_list *dead, const char *stage,
                    struct tribx_error *e)
{
	bool any = false;
	for (int i = 0; i < trib_cols(as); i++) {
		int col = tribx_col_find(b, tribx_label(as, i)->name, i);
		struct tribx_layout is, want;
		if (col < 0 || !tribx_layout_of(tribx_label(b, col), &is) ||
		    !tribx_layout_of(tribx_label(as, i), &want) || alike(&is, &want))
			continue;
		if (!any && dead)
			tribx_attach(b, dead, stage);
		any = true;
		if (cast(b, col, &want) < 0)
			break;
	}
	return any ? tribx_ready(b, e) : TRIB_OK;
}

/* The label says what `as` says, in the layout that the column has. */
static int label_as(struct ArrowSchema *to, const struct ArrowSchema *s, const struct ArrowSchema *as)
{
	struct tribx_layout is, want;
	if (!tribx_layout_of(s, &is) || !tribx_layout_of(as, &want))
		return TRIB_FATAL;
	if (is.type == want.type || is.type == TRIB_NULL || want.type == TRIB_NULL) {
		tribx_label_share(to, s);
		return TRIB_OK;
	}
	return tribx_label_new(to, &(struct tribx_label_as){ .name = as->name, .type = want.type, .coded = is.coded,
	                                                     .format = is.offsets ? "u" : NULL });
}

static int reorder(struct trib_batch *b, const struct trib_batch *as)
{
	struct trib_batch to;
	if (tribx_roots_new(&to, trib_cols(as)) < 0)
		return TRIB_FATAL;
	to.array.length = b->array.length;
	for (int i = 0; i < trib_cols(as); i++) {
		const char *name = tribx_label(as, i)->name;
		int col = tribx_col_find(b, name, i);
		struct ArrowSchema *s = tribx_label(&to, i);
		int status = col >= 0 ? label_as(s, tribx_label(b, col), tribx_label(as, i))
		                      : tribx_label_new(s, &(struct tribx_label_as){ .name = name, .type = TRIB_NULL });
		if (status < 0) {
			trib_free(&to);
			return status;
		}
		if (col >= 0)
			tribx_array_share(tribx_kid(&to, i), tribx_kid(b, col));
		else
			tribx_array_null(tribx_kid(&to, i), b->array.length);
	}
	trib_free(b);
	trib_move(b, &to);
	return TRIB_OK;
}

int tribx_align(struct trib_batch *b, const struct trib_batch *as, struct tribx_dead_list *dead, const char *stage,
                struct tribx_error *e)
{
	if (b->rows && dead && !b->rows->dead)
		tribx_attach(b, dead, stage);
	int status = tribx_ready(b, e);
	if (status >= 0 && same_columns(b, as)) {
		tribx_personal_as(b, as);
		return status;
	}
	if (status < 0)
		return status;
	if ((status = cast_all(b, as, dead, stage, e)) < 0)
		return status;
	if (reorder(b, as) < 0)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a batch");
	tribx_personal_as(b, as);
	return TRIB_OK;
}

/* ---- append ---- */

static void append_column(struct trib_batch *all, int col, const struct trib_batch *b, int from)
{
	struct tribx_column *c = tribx_column_open(all, col, b->array.length);
	struct trib_view v;
	if (!c || trib_view(b, from, &v) < 0)
		return;
	if (c->type == v.type && !tribx_textual(v.type) && v.scale == c->scale) {
		tribx_append_view(all, col, &v, NULL);
		return;
	}
	for (int64_t row = 0; row < v.length; row++) {
		struct tribx_value value = tribx_value_at(&v, row);
		tribx_put_value(all, col, &value);
	}
}

int tribx_append(struct trib_batch *all, const struct trib_batch *b)
{
	struct trib_batch *mine = (struct trib_batch *)(uintptr_t)b;
	int status = tribx_settle(mine);
	if (status < 0)
		return status;
	if (!tribx_rows_open(all))
		return TRIB_FATAL;
	for (int i = 0; i < trib_cols(b); i++) {
		struct tribx_layout l;
		const char *name = tribx_label(b, i)->name;
		if (!tribx_layout_of(tribx_label(b, i), &l))
			return TRIB_FATAL;
		bool dec = l.type == TRIB_DEC;
		int col = dec ? trib_add_dec(all, name, l.precision, l.scale) : trib_add(all, name, l.type);
		if (col < 0)
			return TRIB_FATAL;
		const struct tribx_column *c = tribx_column_open(all, col, 0);
		tribx_fill_nulls(all, col, c ? all->array.length - c->count : 0);
		if (trib_is_personal(b, i))
			trib_personal(all, col, true);
		append_column(all, col, b, i);
	}
	trib_rows(all, b->array.length);
	return tribx_rows_status(all, NULL);
}
