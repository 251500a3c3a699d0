/* bad - cells that did not fit their column: kept with row and reason until the batch is ready, then dead letters. */
#include "arrow/personal.h"
#include "arrow/cast.h"
#include "arrow/rows.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLE_SHOWN = 80 };

/* ---- the list ---- */

static int by_row(const void *a, const void *b)
{
	const struct tribx_bad *x = a, *y = b;
	return x->row != y->row ? (x->row < y->row ? -1 : 1) : (x->col > y->col) - (x->col < y->col);
}

void tribx_bad_sort(struct trib_rows *r)
{
	if (r->bad_count)
		qsort(r->bad, (size_t)r->bad_count, sizeof *r->bad, by_row);
}

int64_t tribx_bad_find(const struct trib_rows *r, int64_t row)
{
	int64_t low = 0, high = r->bad_count;
	while (low < high) {
		int64_t mid = (low + high) / 2;
		if (r->bad[mid].row < row)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Sample and detail lie in one piece. */
static bool fill(struct tribx_bad *to, struct trib_text sample, const char *detail)
{
	size_t n = strlen(detail) + 1;
	if (!(to->sample = malloc(sample.n + n)))
		return false;
	if (sample.n)
		memcpy(to->sample, sample.p, sample.n);
	memcpy(to->sample + sample.n, detail, n);
	to->size = sample.n;
	to->detail = to->sample + sample.n;
	return true;
}

bool tribx_bad_copy(struct tribx_bad *to, const struct tribx_bad *from, int64_t row)
{
	*to = *from;
	to->row = row;
	return fill(to, (struct trib_text){ from->sample, from->size }, from->detail);
}

bool tribx_bad_put(struct tribx_bad **list, int64_t *count, int64_t *cap, const struct tribx_bad *bad)
{
	if (*count == *cap) {
		int64_t more = *cap ? *cap * 2 : 16;
		struct tribx_bad *grown = realloc(*list, (size_t)more * sizeof *grown);
		if (!grown) {
			free(bad->sample);
			return false;
		}
		*list = grown;
		*cap = more;
	}
	(*list)[(*count)++] = *bad;
	return true;
}

void tribx_bad_drop(struct trib_rows *r, int64_t from, int col)
{
	int64_t kept = 0;
	for (int64_t i = 0; i < r->bad_count; i++)
		if (r->bad[i].row >= from && (col < 0 || r->bad[i].col == col))
			free(r->bad[i].sample);
		else
			r->bad[kept++] = r->bad[i];
	r->bad_count = kept;
}

void tribx_bad_done(struct tribx_bad *list, int64_t count)
{
	for (int64_t i = 0; i < count; i++)
		free(list[i].sample);
	free(list);
}

/* ---- one bad cell ---- */

void tribx_cell_fault(struct trib_batch *b, int col, const char *code, struct trib_text sample)
{
	struct tribx_column *c = tribx_column_open(b, col, 1);
	struct tribx_buf detail = { .max = 4096 };
	char type[TRIBX_NUMBER_TEXT];
	size_t n = sample.n < SAMPLE_SHOWN ? sample.n : SAMPLE_SHOWN;
	if (!c)
		return;
	while (n > 0 && n < sample.n && ((unsigned char)sample.p[n] & 0xC0) == 0x80)
		n--;   /* never half a character */
	tribx_buf_fmt(&detail, "column %.200s: ", tribx_label(b, col)->name);
	if (trib_is_personal(b, col))
		tribx_buf_puts(&detail, "***");
	else
		tribx_buf_json(&detail, (struct trib_text){ sample.p ? sample.p : "", n });
	tribx_buf_fmt(&detail, "%s does not fit %s", n < sample.n && !trib_is_personal(b, col) ? "..." : "",
	              tribx_type_text(c->type, c->precision, c->scale, type));
	struct tribx_bad bad = { .row = c->count, .col = col, .code = code };
	struct trib_rows *r = b->rows;
	if (detail.failed || !fill(&bad, sample, detail.p) || !tribx_bad_put(&r->bad, &r->bad_count, &r->bad_cap, &bad))
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a dead letter");
	tribx_buf_done(&detail);
	trib_put_null(b, col);
}

void tribx_raw_fault(struct trib_batch *b, const char *code, const char *detail, struct trib_text raw, int64_t line)
{
	struct trib_rows *r = tribx_rows_look(b);
	struct tribx_buf json = { 0 };
	if (!r)
		return;
	if (!r->dead) {
		tribx_batch_fault(b, TRIB_DATA, code, "%s", detail);
		return;
	}
	tribx_buf_json(&json, raw);
	if (json.failed)
		r->dead->failed = true;
	else
		tribx_dead_put(r->dead, r->stage ? r->stage : "", code, detail, json.p, json.n, line);
	tribx_personal_tell(b, true, r->dead);
	tribx_buf_done(&json);
}

/* ---- marks ---- */

int tribx_mark(const struct trib_batch *b, int64_t row)
{
	struct trib_batch *edit = (struct trib_batch *)(uintptr_t)b;   /* b's rows stay as they are: the mark lies beside them */
	struct trib_rows *r = tribx_rows_open(edit);
	struct tribx_bad mark = { .row = row, .col = TRIBX_MARKED };
	if (!r || row < 0 || row >= b->array.length)
		return TRIB_FATAL;
	for (int64_t i = r->bad_count; i > 0 && r->bad[i - 1].row >= row; i--)
		if (r->bad[i - 1].row == row && r->bad[i - 1].col == TRIBX_MARKED)
			return TRIB_END;
	if (!fill(&mark, (struct trib_text){ NULL, 0 }, "") || !tribx_bad_put(&r->bad, &r->bad_count, &r->bad_cap, &mark))
		return TRIB_FATAL;
	return TRIB_OK;
}

int64_t tribx_marked(const struct trib_batch *b)
{
	int64_t n = 0;
	for (int64_t i = 0; b->rows && i < b->rows->bad_count; i++)
		n += b->rows->bad[i].col == TRIBX_MARKED;
	return n;
}

/* The first fault that has no dead letter yet; -1: none. */
static int64_t unburied(const struct trib_rows *r)
{
	for (int64_t i = 0; i < r->bad_count; i++)
		if (r->bad[i].col != TRIBX_MARKED && (i == 0 || r->bad[i - 1].row != r->bad[i].row || r->bad[i - 1].col != TRIBX_MARKED))
			return i;
	return -1;
}

/* ---- dead letters ---- */

/* The row with its bad cells as they were written. */
static void record(const struct trib_batch *b, const struct tribx_bad *bad, int64_t count, struct tribx_buf *out)
{
	struct trib_view v;
	int64_t k = 0;
	bool any = false;
	tribx_buf_putc(out, '{');
	for (int col = 0; col < trib_cols(b); col++) {
		while (k < count && bad[k].col < col)
			k++;
		bool is_bad = k < count && bad[k].col == col;
		if (!is_bad && (!tribx_peek(b, col, &v) || v.type == TRIB_NULL))
			continue;
		tribx_buf_puts(out, any ? "," : "");
		any = true;
		tribx_buf_json(out, tribx_text(tribx_label(b, col)->name));
		tribx_buf_putc(out, ':');
		if (is_bad)
			tribx_buf_json(out, (struct trib_text){ bad[k].sample, bad[k].size });
		else
			tribx_cell_json(&v, bad->row, out);
	}
	tribx_buf_putc(out, '}');
}

static void bury(const struct trib_batch *b, const struct tribx_bad *bad, int64_t count)
{
	const struct trib_rows *r = b->rows;
	struct tribx_buf json = { 0 };
	if (bad->col == TRIBX_MARKED)
		return;
	for (int64_t i = 0; i < count; i++)     /* marked after the cell was put, maybe */
		if (trib_is_personal(b, bad[i].col))
			tribx_take_out((char *)(uintptr_t)bad->detail, bad[i].sample, bad[i].size);
	record(b, bad, count, &json);
	if (json.failed)
		r->dead->failed = true;
	else
		tribx_dead_put(r->dead, r->stage ? r->stage : "", bad->code, bad->detail, json.p, json.n, 0);
	tribx_personal_tell(b, false, r->dead);
	tribx_buf_done(&json);
}

/* The rows between the bad ones; -1: no memory. */
static int64_t good_rows(const struct trib_batch *b, int32_t **out)
{
	const struct trib_rows *r = b->rows;
	int64_t kept = 0, k = 0;
	if (!(*out = malloc(((size_t)b->array.length + 1) * sizeof **out)))
		return -1;
	for (int64_t row = 0; row < b->array.length; row++) {
		while (k < r->bad_count && r->bad[k].row < row)
			k++;
		if (k == r->bad_count || r->bad[k].row != row)
			(*out)[kept++] = (int32_t)row;
	}
	return kept;
}

int tribx_bad_bury(struct trib_batch *b)
{
	struct trib_rows *r = b->rows;
	int32_t *keep = NULL;
	if (r->bad_count == 0)
		return TRIB_OK;
	tribx_bad_sort(r);
	const int64_t first = r->dead ? -1 : unburied(r);
	if (first >= 0) {
		tribx_batch_fault(b, TRIB_DATA, r->bad[first].code, "row %lld: %s", (long long)r->bad[first].row + 1, r->bad[first].detail);
		return TRIB_DATA;
	}
	for (int64_t i = 0, n; i < r->bad_count; i += n) {
		for (n = 1; i + n < r->bad_count && r->bad[i + n].row == r->bad[i].row;)
			n++;
		bury(b, &r->bad[i], n);
	}
	int64_t kept = good_rows(b, &keep);
	tribx_bad_drop(r, 0, -1);
	int status = kept < 0 ? TRIB_FATAL : trib_pick(b, keep, kept);
	free(keep);
	return status;
}
