/* text - cells and rows for people: previews, dead letters, JSON. */
#include "arrow/cast.h"
#include "arrow/rows.h"

#include <math.h>
#include <string.h>

bool tribx_cell(const struct trib_view *v, int64_t row, struct tribx_buf *out)
{
	char to[TRIBX_NUMBER_TEXT];
	struct tribx_value value = tribx_value_at(v, row);
	struct trib_text t = tribx_value_text(&value, to);
	if (value.type == TRIB_NULL)
		return false;
	tribx_buf_put(out, t.p, t.n);
	return true;
}

void tribx_cell_json(const struct trib_view *v, int64_t row, struct tribx_buf *out)
{
	char to[TRIBX_NUMBER_TEXT];
	if (row >= v->length || trib_null(v, row)) {
		tribx_buf_puts(out, "null");
		return;
	}
	struct tribx_value value = tribx_value_at(v, row);
	struct trib_text t = tribx_value_text(&value, to);
	bool bare = value.type == TRIB_BOOL || value.type == TRIB_I64 || value.type == TRIB_DEC ||
	            value.type == TRIB_JSON || (value.type == TRIB_F64 && isfinite(value.f64));
	if (bare)
		tribx_buf_put(out, t.p, t.n);
	else
		tribx_buf_json(out, t);
}

void tribx_row_json(const struct trib_batch *b, int64_t row, struct tribx_buf *out)
{
	struct trib_view v;
	bool any = false;
	if (b->rows && b->rows->later)
		tribx_settle((struct trib_batch *)(uintptr_t)b);
	tribx_buf_putc(out, '{');
	for (int col = 0; col < trib_cols(b); col++) {
		if (!tribx_peek(b, col, &v) || v.type == TRIB_NULL)
			continue;   /* an absent column is no null */
		tribx_buf_puts(out, any ? "," : "");
		any = true;
		tribx_buf_json(out, tribx_text(tribx_label(b, col)->name));
		tribx_buf_putc(out, ':');
		tribx_cell_json(&v, row, out);
	}
	tribx_buf_putc(out, '}');
}
