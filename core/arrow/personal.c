/* personal - columns that are about people: marked on their labels, and the only way in which a cell is shown.
 *
 * A mark follows its column through picking, renaming, uniting and steps; what is computed from it is marked as well.
 * TRIBX_MASKED says that a step made a column harmless, so that its name alone marks it no more. Values are kept whole
 * in the batch, in the sink and in dead letters; tribx_shown and tribx_hide make what people see. */
#include "arrow/personal.h"
#include "arrow/rows.h"

#include <string.h>

enum { PREFIX_MIN = 4 };               /* a detail may hold a value cut short; less than this says nothing */
static const char stars[] = "***";

static struct ArrowSchema *deferred(const struct trib_batch *b, int col)
{
	struct trib_rows *r = b->rows;
	return r && r->later && col < trib_cols(&r->shape) ? tribx_label(&r->shape, col) : NULL;
}

static void mark(struct trib_batch *b, int col, int64_t as)
{
	struct ArrowSchema *s = tribx_label(b, col), *later = deferred(b, col);
	s->flags = (s->flags & ~TRIBX_ABOUT_PEOPLE) | as;
	if (later)
		later->flags = (later->flags & ~TRIBX_ABOUT_PEOPLE) | as;
}

static int64_t marks(const struct trib_batch *b, int col)
{
	return tribx_label(b, col)->flags & TRIBX_ABOUT_PEOPLE;
}

void trib_personal(struct trib_batch *b, int col, bool is)
{
	if (col >= 0 && col < trib_cols(b))
		mark(b, col, is ? TRIBX_PERSONAL : TRIBX_MASKED);
}

bool trib_is_personal(const struct trib_batch *b, int col)
{
	return col >= 0 && col < trib_cols(b) && tribx_ours(b) && marks(b, col) & TRIBX_PERSONAL;
}

bool tribx_any_personal(const struct trib_batch *b)
{
	for (int i = 0; i < trib_cols(b); i++)
		if (trib_is_personal(b, i))
			return true;
	return false;
}

/* ---- marks on their way ---- */

static bool named(const char *name, const struct tribx_names *list)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (strcmp(list->items[i], name) == 0)
			return true;
	return false;
}

void tribx_personal_fill(struct trib_batch *b, const struct trib_batch *in, const struct tribx_names *list)
{
	if (!tribx_ours(b) || (!(list && list->count) && !(in && tribx_any_personal(in))))
		return;
	for (int i = 0; i < trib_cols(b); i++) {
		const char *name = tribx_label(b, i)->name;
		if (marks(b, i) == 0 && (named(name, list) || (in && trib_is_personal(in, trib_col(in, name)))))
			mark(b, i, TRIBX_PERSONAL);
	}
}

void tribx_personal_as(struct trib_batch *b, const struct trib_batch *as)
{
	for (int i = 0; i < trib_cols(b) && i < trib_cols(as); i++)
		mark(b, i, marks(as, i));
}

/* ---- what is shown ---- */

bool tribx_shown(const struct trib_batch *b, int col, const struct trib_view *v, int64_t row, struct tribx_buf *out)
{
	if (!trib_is_personal(b, col))
		return tribx_cell(v, row, out);
	if (row >= v->length || trib_null(v, row))
		return false;
	tribx_buf_puts(out, stars);
	return true;
}

void tribx_row_shown(const struct trib_batch *b, int64_t row, struct tribx_buf *out)
{
	struct trib_view v;
	bool any = false;
	tribx_buf_putc(out, '{');
	for (int col = 0; col < trib_cols(b); col++) {
		if (trib_view(b, col, &v) < 0 || v.type == TRIB_NULL)
			continue;   /* an absent column is no null */
		tribx_buf_puts(out, any ? "," : "");
		any = true;
		tribx_buf_json(out, tribx_text(tribx_label(b, col)->name));
		tribx_buf_putc(out, ':');
		if (trib_is_personal(b, col) && row < v.length && !trib_null(&v, row))
			tribx_buf_json(out, tribx_text(stars));
		else
			tribx_cell_json(&v, row, out);
	}
	tribx_buf_putc(out, '}');
}

void tribx_personal_tell(const struct trib_batch *b, bool whole, struct tribx_dead_list *dead)
{
	struct tribx_buf names = { 0 };
	if (!tribx_any_personal(b))
		return;
	for (int i = 0; !whole && i < trib_cols(b); i++)
		if (trib_is_personal(b, i)) {
			tribx_buf_putc(&names, names.n ? ',' : '[');
			tribx_buf_json(&names, tribx_text(tribx_label(b, i)->name));
		}
	tribx_buf_puts(&names, whole ? "*" : "]");
	char *text = tribx_buf_take(&names);
	if (text)
		tribx_dead_personal(dead, text);
	else
		dead->failed = true;
}

/* Takes every beginning of value, of PREFIX_MIN bytes and more, out of text. */
void tribx_take_out(char *text, const char *value, size_t n)
{
	const size_t least = n < PREFIX_MIN ? n : PREFIX_MIN;
	for (char *at = text; n > 0 && *at; at++) {
		size_t same = 0;
		while (same < n && at[same] == value[same])
			same++;
		if (same < least || same < sizeof stars - 1)
			continue;
		memcpy(at, stars, sizeof stars - 1);
		memmove(at + sizeof stars - 1, at + same, strlen(at + same) + 1);
		at += sizeof stars - 2;
	}
}

void tribx_hide(char *text, const struct trib_batch *b, int64_t row)
{
	struct trib_view v;
	for (int col = 0; col < trib_cols(b); col++) {
		struct tribx_buf value = { 0 };
		if (!trib_is_personal(b, col) || !tribx_peek(b, col, &v) || v.type == TRIB_NULL || !tribx_cell(&v, row, &value))
			continue;
		if (v.type == TRIB_JSON || value.failed)
			memcpy(text, strlen(text) < sizeof stars ? "" : stars, strlen(text) < sizeof stars ? 1 : sizeof stars);   /* any part may be quoted */
		else if (value.p)
			tribx_take_out(text, value.p, value.n);
		tribx_buf_done(&value);
	}
}
