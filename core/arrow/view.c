/* view - the buffers of a column, and what can be asked of a batch in any state. */
#include "arrow/rows.h"

#include <string.h>

int trib_cols(const struct trib_batch *b)
{
	return (int)b->schema.n_children;
}

int trib_col(const struct trib_batch *b, const char *name)
{
	return name ? tribx_col_find(b, name, 0) : -1;
}

const char *trib_col_name(const struct trib_batch *b, int col)
{
	return col >= 0 && col < trib_cols(b) ? b->schema.children[col]->name : NULL;
}

static struct tribx_layout layout(const struct trib_batch *b, int col)
{
	struct tribx_layout l = { 0 };
	if (col >= 0 && col < trib_cols(b))
		tribx_layout_of(tribx_label(b, col), &l);
	return l;
}

enum trib_type tribx_type(const struct trib_batch *b, int col)
{
	return tribx_is_constant(b, col) ? TRIB_STR : layout(b, col).type;
}

int tribx_scale(const struct trib_batch *b, int col)
{
	return layout(b, col).scale;
}

int tribx_precision(const struct trib_batch *b, int col)
{
	return layout(b, col).precision;
}

static const void *at(const void *p, int64_t bytes)
{
	return p ? (const char *)p + bytes : NULL;
}

/* Of a finished column: a has the values (the dictionary's array when coded) that v describes. */
static void set_values(struct trib_view *v, const struct ArrowArray *a, const struct tribx_layout *l)
{
	if (l->offsets) {
		v->offsets = at(a->buffers[1], a->offset * 4);
		v->bytes = a->buffers[2] ? a->buffers[2] : "";   /* where all texts are empty there may be none */
		return;
	}
	if (l->bits == 0)
		return;
	v->values = l->bits == 1 ? a->buffers[1] : at(a->buffers[1], a->offset * (l->bits / 8));
	if (tribx_textual(l->type))
		v->pages = (const void *const *)a->buffers + 2;
}

bool tribx_view_of(const struct ArrowArray *a, const struct ArrowSchema *s, struct trib_view *out)
{
	struct tribx_layout l;
	if (!a->release || !tribx_layout_of(s, &l))
		return false;
	struct trib_view v = { .type = l.type, .scale = l.scale, .length = a->length, .null_count = a->null_count,
	                       .bit = a->offset };
	if (l.type != TRIB_NULL && a->null_count)
		v.validity = a->buffers[0];
	if (l.coded) {
		v.codes = at(a->buffers[1], a->offset * 4);
		set_values(&v, a->dictionary, &l);
	} else {
		set_values(&v, a, &l);
	}
	*out = v;
	return true;
}

static void view_built(const struct trib_rows *r, const struct tribx_column *c, struct trib_view *out)
{
	*out = (struct trib_view){ .type = c->type, .scale = c->scale, .length = c->count, .null_count = c->nulls,
	                           .validity = c->nulls ? c->validity : NULL,
	                           .values = c->values, .pages = tribx_textual(c->type) ? r->mems : NULL };
}

bool tribx_peek(const struct trib_batch *b, int col, struct trib_view *out)
{
	const struct tribx_column *c = tribx_built(b, col);
	if (c && c->live && !c->constant && c->count > 0) {
		view_built(b->rows, c, out);
		return true;
	}
	return tribx_view_of(tribx_kid(b, col), tribx_label(b, col), out);
}

int trib_view_(const struct trib_batch *b, int col, struct trib_view *out, size_t size)
{
	struct trib_view v;
	/* decoding and adopting change nothing that can be seen */
	struct trib_batch *mine = (struct trib_batch *)(uintptr_t)b;
	if (!tribx_ours(b)) {
		int status = tribx_adopt(mine, NULL);
		if (status < 0)
			return status;
	}
	if (b->rows && b->rows->later) {
		int status = tribx_settle(mine);
		if (status < 0)
			return status;
	}
	if (b->rows && b->rows->status)
		return b->rows->status;
	const struct tribx_column *c = tribx_built(b, col);
	if (col < 0 || col >= trib_cols(b) || (c && c->live && !c->constant))
		return TRIB_FATAL;
	if (c && c->constant) {
		int status = tribx_settle(mine);
		if (status < 0)
			return status;
	}
	if (!tribx_view_of(tribx_kid(b, col), tribx_label(b, col), &v))
		return TRIB_FATAL;
	memset(out, 0, size);
	memcpy(out, &v, size < sizeof v ? size : sizeof v);
	return TRIB_OK;
}

/* ---- weight ---- */

static bool counted(const struct trib_batch *b, int cols, int page, const char *mem)
{
	for (int i = cols; i >= 0; i--) {
		const struct ArrowArray *a = tribx_kid(b, i);
		const struct tribx_buffers *s = a->release ? tribx_text_buffers(a) : NULL;
		int end = !s ? 0 : i == cols ? page : s->page_count;
		if (i < cols && s && page < end && s->pages[page].mem == mem)
			return true;   /* columns of one batch mostly have the same pages */
		for (int k = 0; k < end; k++)
			if (s->pages[k].mem == mem)
				return true;
	}
	return false;
}

static size_t weight(const struct trib_batch *b, int col)
{
	const struct ArrowArray *a = tribx_kid(b, col);
	const struct tribx_buffers *s = a->release ? tribx_text_buffers(a) : NULL;
	struct tribx_layout l;
	size_t n = 0;
	if (!a->release || !tribx_layout_of(tribx_label(b, col), &l))
		return 0;
	n += (size_t)a->length * (size_t)(l.coded ? 32 : l.bits) / 8 + (a->null_count ? (size_t)a->length / 8 : 0);
	for (int i = 0; s && i < s->page_count; i++)
		if (!counted(b, col, i, s->pages[i].mem))
			n += (size_t)s->pages[i].size;
	return n;
}

static size_t block_size(const void *p)
{
	return p ? tribx_block_size(p) : 0;
}

size_t tribx_held(const struct trib_batch *b)
{
	const struct trib_rows *r = b->rows;
	size_t n = 0;
	if (r && r->later)
		return r->later->bytes;
	for (int i = 0; i < (int)b->array.n_children; i++)
		n += weight(b, i);
	for (int i = 0; r && i < r->count; i++)
		n += block_size(r->cols[i].values) + block_size(r->cols[i].validity);
	for (int i = 0; r && i < r->page_count; i++)
		n += (size_t)r->pages[i].size;
	return n;
}
