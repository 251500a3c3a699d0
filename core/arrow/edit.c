/* edit - rows and columns of a finished batch are picked, cleared, shared. Buffers are never changed in place: another
 * batch, or a view that a plugin holds, may look at them. */
#include "arrow/personal.h"
#include "arrow/rows.h"

#include <stdlib.h>
#include <string.h>

/* ---- picking rows ---- */

static void *gather_values(const void *from, int bits, int64_t bit, const int32_t *rows, int64_t n)
{
	size_t size = bits == 1 ? (size_t)(n + 7) / 8 : (size_t)n * (size_t)(bits / 8);
	void *to = tribx_block_new(size);
	if (!to)
		return NULL;
	switch (bits) {
	case 1:
		memset(to, 0, size);
		for (int64_t i = 0; i < n; i++)
			((uint8_t *)to)[i >> 3] |= (uint8_t)(tribx_bit(from, rows[i] + bit) << (i & 7));
		break;
	case 32:
		for (int64_t i = 0; i < n; i++)
			((int32_t *)to)[i] = ((const int32_t *)from)[rows[i]];
		break;
	case 64:
		for (int64_t i = 0; i < n; i++)
			((int64_t *)to)[i] = ((const int64_t *)from)[rows[i]];
		break;
	default:
		for (int64_t i = 0; i < n; i++)
			memcpy((char *)to + 16 * i, (const char *)from + 16 * (int64_t)rows[i], 16);
	}
	return to;
}

static uint8_t *gather_validity(const struct trib_view *v, const int32_t *rows, int64_t n, int64_t *nulls)
{
	uint8_t *to = gather_values(v->validity, 1, v->bit, rows, n);
	*nulls = n;
	for (int64_t i = 0; to && i < n; i++)
		*nulls -= tribx_bit(to, i);
	return to;
}

/* Offsets become views into the same bytes. */
static int32_t *gather_offsets(const struct trib_view *v, const int32_t *rows, int64_t n)
{
	int32_t *to = tribx_block_new((size_t)n * 16);
	for (int64_t i = 0; to && i < n; i++) {
		struct trib_text t = trib_str(v, rows[i]);
		int32_t *view = to + 4 * i;
		view[0] = (int32_t)t.n;
		view[1] = view[2] = view[3] = 0;
		if (t.n)
			memcpy(view + 1, t.p, t.n <= 12 ? t.n : 4);
		if (t.n > 12)
			view[3] = (int32_t)(t.p - v->bytes);
	}
	return to;
}

int tribx_gather(struct ArrowArray *to, const struct ArrowArray *a, const struct tribx_layout *l, const int32_t *rows,
                 int64_t n)
{
	struct trib_view v = { .bit = a->offset, .validity = a->null_count ? a->buffers[0] : NULL, .type = l->type };
	struct tribx_parts parts = { .bits = l->coded ? 32 : l->offsets ? 128 : l->bits, .length = n };
	struct ArrowArray words;
	if (l->type == TRIB_NULL && !l->coded) {
		tribx_array_null(to, n);
		return TRIB_OK;
	}
	if (n == 0 && !l->coded) {
		tribx_array_empty(to, l->type);
		return TRIB_OK;
	}
	const char *values = (const char *)a->buffers[1];
	if (v.validity && !(parts.validity = gather_validity(&v, rows, n, &parts.nulls)))
		return TRIB_FATAL;
	if (l->coded) {
		tribx_array_share(&words, a->dictionary);
		parts.words = &words;
	} else if (tribx_textual(l->type)) {
		const struct tribx_buffers *s = a->private_data;
		parts.views = true;
		parts.pages = s ? s->pages : NULL;
		parts.page_count = s ? s->page_count : 0;
	}
	if (l->offsets && !l->coded) {
		v.offsets = (const int32_t *)(const void *)values + a->offset;
		v.bytes = a->buffers[2];
		parts.values = gather_offsets(&v, rows, n);
	} else if (n > 0) {
		parts.values = gather_values(parts.bits == 1 ? values : values + a->offset * (parts.bits / 8),
		                             parts.bits, a->offset, rows, n);
	}
	if (n > 0 && !parts.values) {
		tribx_block_free(parts.validity);
		if (parts.words)
			tribx_array_drop(&words);
		return TRIB_FATAL;
	}
	return tribx_array_new(to, &parts);
}

static bool are_rows(const int32_t *rows, int64_t n, int64_t length, bool *same)
{
	int32_t bad = 0, moved = 0;
	for (int64_t i = 0; i < n; i++) {
		bad |= rows[i] < 0 || rows[i] >= length;
		moved |= rows[i] != i;
	}
	*same = n == length && !moved;
	return !bad;
}

/* Cells that did not fit go where their rows go; a row that was left out takes its fault with it. */
static int move_bad(struct trib_rows *r, const int32_t *rows, int64_t n)
{
	struct tribx_bad *moved = NULL, copy;
	int64_t count = 0, cap = 0;
	tribx_bad_sort(r);
	for (int64_t i = 0; i < n; i++)
		for (int64_t k = tribx_bad_find(r, rows[i]); k < r->bad_count && r->bad[k].row == rows[i]; k++)
			if (!tribx_bad_copy(&copy, &r->bad[k], i) || !tribx_bad_put(&moved, &count, &cap, &copy)) {
				tribx_bad_done(moved, count);
				return TRIB_FATAL;
			}
	tribx_bad_done(r->bad, r->bad_count);
	r->bad = moved;
	r->bad_count = count;
	r->bad_cap = cap;
	return TRIB_OK;
}

struct picked { struct ArrowArray array; struct ArrowSchema label; };

static int pick_column(struct picked *to, const struct trib_batch *b, int col, const int32_t *rows, int64_t n)
{
	const struct ArrowSchema *s = tribx_label(b, col);
	struct tribx_layout l;
	if (!tribx_layout_of(s, &l))
		return TRIB_FATAL;
	const struct tribx_label_as as = { .name = s->name, .marks = s->flags & TRIBX_ABOUT_PEOPLE, .type = l.type, .from = tribx_label_from(s) };
	if (l.offsets && !l.coded && tribx_label_new(&to->label, &as) < 0)
		return TRIB_FATAL;
	return tribx_gather(&to->array, tribx_kid(b, col), &l, rows, n);
}

static void settle_picked(struct trib_batch *b, struct picked *fresh, bool good)
{
	for (int i = 0; i < (int)b->array.n_children; i++) {
		struct ArrowArray *a = good ? tribx_kid(b, i) : &fresh[i].array;
		struct ArrowSchema *s = good && fresh[i].label.release ? tribx_label(b, i) : &fresh[i].label;
		tribx_array_drop(a);
		tribx_label_drop(s);
		if (good)
			*a = fresh[i].array;
		if (good && s != &fresh[i].label)
			*s = fresh[i].label;
	}
	free(fresh);
}

int trib_pick(struct trib_batch *b, const int32_t *rows, int64_t n)
{
	int status = tribx_settle(b), cols = (int)b->array.n_children;
	bool same;
	if (status < 0)
		return status;
	if (n < 0 || !are_rows(rows, n, b->array.length, &same)) {
		tribx_batch_fault(b, TRIB_FATAL, "batch.no_row",
		                  "trib_pick is given a row that the batch of %lld rows does not have",
		                  (long long)b->array.length);
		return TRIB_FATAL;
	}
	if (same)
		return TRIB_OK;
	struct picked *fresh = calloc((size_t)cols + 1, sizeof *fresh);
	for (int i = 0; fresh && i < cols && status == TRIB_OK; i++)
		status = pick_column(&fresh[i], b, i, rows, n);
	if (!fresh)
		return TRIB_FATAL;
	if (status == TRIB_OK && b->rows && b->rows->bad_count)
		status = move_bad(b->rows, rows, n);
	settle_picked(b, fresh, status == TRIB_OK);
	if (status == TRIB_OK)
		b->array.length = n;
	return status;
}

/* ---- columns ---- */

/* b gets the columns of `to` (taken), but keeps its bad rows and where they go. */
static int replace_roots(struct trib_batch *b, struct trib_batch *to, const int *cols, int n)
{
	struct trib_rows *r = b->rows;
	if (r && tribx_rows_look(to)->status)
		return TRIB_FATAL;
	for (int64_t i = 0; r && i < r->bad_count; i++) {
		int at = 0;
		while (at < n && cols[at] != r->bad[i].col)
			at++;
		if (r->bad[i].col != TRIBX_MARKED)
			r->bad[i].col = at < n ? at : TRIBX_GONE;
	}
	if (r) {
		to->rows->dead = r->dead;
		to->rows->stage = r->stage;
		to->rows->bad = r->bad;
		to->rows->bad_count = r->bad_count;
		to->rows->bad_cap = r->bad_cap;
		r->bad = NULL;
		r->bad_count = 0;
	}
	trib_free(b);
	trib_move(b, to);
	return TRIB_OK;
}

int trib_pick_cols(struct trib_batch *b, const int *cols, const char *const *names, int n)
{
	struct trib_batch to;
	int status = tribx_settle(b);
	if (status < 0)
		return status;
	if (n < 0 || tribx_roots_new(&to, n) < 0)
		return TRIB_FATAL;
	to.array.length = b->array.length;
	for (int i = 0; i < n; i++) {
		bool good = cols[i] >= 0 && cols[i] < trib_cols(b) &&
		            tribx_label_rename(tribx_label(&to, i), tribx_label(b, cols[i]),
		                               names ? names[i] : NULL) == TRIB_OK;
		if (!good) {
			trib_free(&to);
			return TRIB_FATAL;
		}
		tribx_array_share(tribx_kid(&to, i), tribx_kid(b, cols[i]));
	}
	status = replace_roots(b, &to, cols, n);
	if (status < 0)
		trib_free(&to);
	return status;
}

void trib_clear(struct trib_batch *b, int col, enum trib_type type)
{
	struct trib_rows *r = tribx_rows_open(b);
	bool dec = type == TRIB_DEC;
	if (!r)
		return;
	if (col < 0 || col >= r->count) {
		tribx_batch_fault(b, TRIB_FATAL, "batch.no_column", "column %d of %d is cleared", col, r->count);
		return;
	}
	struct tribx_column *c = &r->cols[col];
	tribx_column_done(c);
	c->live = false;
	if (tribx_retire_room(b, (int)b->array.n_children) < 0 ||
	    tribx_column_retype(b, col, type, dec ? 38 : 0, dec ? 9 : 0) < 0)
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for column %s",
		                  tribx_label(b, col)->name);
	c->live = true;
	tribx_bad_drop(r, 0, col);
}

void trib_constant(struct trib_batch *b, const char *name, struct trib_text value)
{
	struct trib_rows *r = tribx_rows_look(b);   /* rows that are decoded later stay so */
	if (r->status)
		return;
	int col = tribx_col_find(b, name, r->count ? r->count - 1 : 0);
	char *text = malloc(value.n + 1);
	if (text && col < 0)
		col = tribx_column_new(b, &(struct tribx_label_as){ .name = name, .type = TRIB_STR });
	if (!text || col < 0) {
		free(text);
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for column %s", name);
		return;
	}
	if (value.n)
		memcpy(text, value.p, value.n);
	struct tribx_column *c = &r->cols[col];
	tribx_column_done(c);
	c->live = true;
	c->constant = text;
	c->constant_size = value.p ? (int64_t)value.n : -1;
}

/* ---- texts behind codes ---- */

int tribx_words_new(struct ArrowArray *to, const struct trib_text *words, int count)
{
	size_t size = 0;
	for (int i = 0; i < count; i++)
		size += words[i].n > 12 ? words[i].n : 0;
	struct tribx_room *room = size && size <= INT32_MAX ? tribx_room_new(size) : NULL;
	int32_t *views = tribx_block_new((size_t)count * 16 + 16);
	if ((size && !room) || !views) {
		tribx_room_drop(room);
		tribx_block_free(views);
		return TRIB_FATAL;
	}
	int32_t used = 0;
	memset(views, 0, (size_t)count * 16);
	for (int i = 0; i < count; i++) {
		int32_t n = (int32_t)words[i].n;
		views[4 * i] = n;
		if (n)
			memcpy(views + 4 * i + 1, words[i].p, n <= 12 ? (size_t)n : 4);
		if (n > 12) {
			memcpy(room->mem + used, words[i].p, (size_t)n);
			views[4 * i + 3] = used;
			used += n;
		}
	}
	struct tribx_page page = { .mem = room ? room->mem : NULL, .size = used, .room = room };
	const struct tribx_parts parts = { .bits = 128, .views = true, .length = count, .values = views, .pages = &page,
	                                   .page_count = room != NULL };
	int status = tribx_array_new(to, &parts);
	tribx_room_drop(room);
	return status;
}

int tribx_label_code(struct trib_batch *b, int col)
{
	struct ArrowSchema fresh, *s = tribx_label(b, col);
	if (tribx_retire_room(b, 1) < 0 ||
	    tribx_label_new(&fresh, &(struct tribx_label_as){ .name = s->name, .marks = s->flags & TRIBX_ABOUT_PEOPLE, .type = TRIB_STR, .coded = TRIBX_CODED,
	                                                      .from = tribx_label_from(s) }) < 0)
		return TRIB_FATAL;
	tribx_retire(b, NULL, s);
	*s = fresh;
	return TRIB_OK;
}

typedef uint32_t four __attribute__((vector_size(16), aligned(4), may_alias));

/* Codes of b's rows with their nulls, four by four; -1: a code outside of the words. */
static int64_t copy_codes(const int32_t *codes, int64_t n, int count, int32_t *to, uint8_t *validity)
{
	const uint32_t words = (uint32_t)count;
	const int64_t fours = n & ~(int64_t)3;
	four below = { 0 }, odd = { 0 }, nulls = { 0 };      /* highest bits: of a code below 0; below -1, or not below count */
	for (int64_t i = 0; i < fours; i += 4) {
		const four c = *(const four *)(codes + i);
		below |= c;
		odd |= (c + 1) | (words - 1 - c);
	}
	uint32_t any_below = below[0] | below[1] | below[2] | below[3], any_odd = odd[0] | odd[1] | odd[2] | odd[3];
	for (int64_t i = fours; i < n; i++) {
		const uint32_t c = (uint32_t)codes[i];
		any_below |= c;
		any_odd |= (c + 1) | (words - 1 - c);
	}
	if (any_odd >> 31)
		return -1;
	if (!(any_below >> 31)) {
		memcpy(to, codes, (size_t)n * sizeof *to);
		return 0;
	}
	for (int64_t i = 0; i < fours; i += 4) {
		const four c = *(const four *)(codes + i), null = c >> 31, at = null << (four){ 0, 1, 2, 3 };
		*(four *)(to + i) = c & (null - 1);
		validity[i >> 3] ^= (uint8_t)((at[0] | at[1] | at[2] | at[3]) << (i & 4));
		nulls += null;
	}
	int64_t sum = (int64_t)nulls[0] + nulls[1] + nulls[2] + nulls[3];
	for (int64_t i = fours; i < n; i++) {
		to[i] = codes[i] < 0 ? 0 : codes[i];
		if (codes[i] < 0)
			tribx_bit_off(validity, i);
		sum += codes[i] < 0;
	}
	return sum;
}

/* A finished column under this name, new or instead of the one that is there; a is moved, also on failure. */
static int put_coded(struct trib_batch *b, const char *name, struct ArrowArray *a)
{
	struct trib_rows *r = tribx_rows_open(b);
	int col = r ? tribx_col_find(b, name, 0) : -1;
	if (r && col < 0)
		col = tribx_column_new(b, &(struct tribx_label_as){ .name = name, .type = TRIB_STR,
		                                                    .coded = TRIBX_CODED });
	else if (r && (tribx_retire_room(b, 2) < 0 || tribx_label_code(b, col) < 0))
		col = -1;
	if (col < 0) {
		tribx_array_drop(a);
		return TRIB_FATAL;
	}
	tribx_retire(b, tribx_kid(b, col), NULL);
	*tribx_kid(b, col) = *a;
	tribx_column_done(&r->cols[col]);
	r->cols[col] = (struct tribx_column){ .type = TRIB_STR, .bits = 128 };
	return col;
}

int trib_add_words(struct trib_batch *b, const char *name, const int32_t *codes, const struct trib_text *words,
                   int count)
{
	static const struct trib_text nothing = { "", 0 };
	struct tribx_parts parts = { .bits = 32 };
	struct ArrowArray dictionary, a;
	int status = tribx_settle(b);
	if (status < 0)
		return status;
	int64_t n = parts.length = b->array.length;
	parts.values = tribx_block_new((size_t)n * 4 + 4);
	parts.validity = tribx_block_new((size_t)n / 8 + 1);
	if (parts.validity)
		memset(parts.validity, 0xFF, (size_t)n / 8 + 1);
	if (parts.values && parts.validity && n)
		parts.nulls = copy_codes(codes, n, count, parts.values, parts.validity);
	if (!parts.values || !parts.validity || parts.nulls < 0 ||
	    tribx_words_new(&dictionary, count ? words : &nothing, count ? count : 1) < 0) {
		tribx_block_free(parts.values);
		tribx_block_free(parts.validity);
		if (parts.nulls < 0)
			tribx_batch_fault(b, TRIB_FATAL, "batch.no_word",
			                  "column %s: a code is outside of its %d words", name, count);
		return TRIB_FATAL;
	}
	parts.words = &dictionary;
	if (parts.nulls == 0) {
		tribx_block_free(parts.validity);
		parts.validity = NULL;
	}
	if (tribx_array_new(&a, &parts) < 0)
		return TRIB_FATAL;
	return put_coded(b, name, &a);
}

/* ---- owners ---- */

int tribx_share(struct trib_batch *to, const struct trib_batch *from)
{
	/* closing builders changes nothing that can be seen */
	struct trib_batch *mine = (struct trib_batch *)(uintptr_t)from;
	int status = tribx_settle(mine), cols = (int)from->array.n_children;
	if (status < 0)
		return status;
	if (tribx_roots_new(to, cols) < 0)
		return TRIB_FATAL;
	to->array.length = from->array.length;
	for (int i = 0; i < cols; i++) {
		tribx_array_share(tribx_kid(to, i), tribx_kid(from, i));
		tribx_label_share(tribx_label(to, i), tribx_label(from, i));
	}
	return TRIB_OK;
}
