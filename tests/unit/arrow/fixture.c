/* fixture - see fixture.h. */
#include "fixture.h"

#include <math.h>
#include <stdlib.h>

const enum trib_type all_types[] = { TRIB_BOOL, TRIB_I64, TRIB_F64, TRIB_DEC, TRIB_STR, TRIB_DATE, TRIB_TIME, TRIB_CLOCK, TRIB_DURATION };

static bool none(int64_t row, int64_t n) { return row < 0 && n; }
static bool all(int64_t row, int64_t n) { return row >= 0 && n; }
static bool every_second(int64_t row, int64_t n) { return n && row % 2; }
static bool first(int64_t row, int64_t n) { return n && row == 0; }
static bool last(int64_t row, int64_t n) { return row == n - 1; }
static bool some(int64_t row, int64_t n) { return n && row % 7 == 3; }
const struct pattern patterns[] = { { "none", none }, { "all", all }, { "every second", every_second }, { "first", first }, { "last", last }, { "some", some } };

int64_t int_of(int64_t row)
{
	return row % 2 ? -row * 1000003 : row * 7;
}

bool bool_of(int64_t row)
{
	return row % 3 == 1;
}

double f64_of(int64_t row)
{
	return (double)row / 8 - 3;
}

trib_dec dec_of(int64_t row)
{
	return (trib_dec){ .lo = (uint64_t)row * 0x9E3779B97F4A7C15u, .hi = row % 2 ? -row : row };
}

struct trib_text text_of(int64_t row)
{
	/* U+1F600 is four bytes; lengths 0..17 cross the limit of inline views at 12 */
	static const char texts[18][24] = { "", "a", "\xc3\xa4", "abc", "\xf0\x9f\x98\x80", "hello", "sixsix", "seven77", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "nine nine",
		"ten ten te", "eleven elev", "twelve twelv", "thirteen thir", "fourteen fourt", "fifteen fifteen", "\xf0\x9f\x98\x80 and twelve more", "seventeen seventee" };
	return T(texts[row % 18]);
}

struct trib_text T(const char *s)
{
	return (struct trib_text){ s, strlen(s) };
}

static int64_t raw(enum trib_type type, int64_t row)
{
	return type == TRIB_BOOL ? bool_of(row) : type == TRIB_DATE ? (int32_t)(int_of(row) % 100000) : int_of(row);
}

void put_of(struct trib_batch *b, int col, enum trib_type type, int64_t row)
{
	if (type == TRIB_F64)
		trib_put_f64(b, col, f64_of(row));
	else if (type == TRIB_DEC)
		trib_put_dec(b, col, dec_of(row));
	else if (type == TRIB_STR || type == TRIB_JSON)
		trib_put_str(b, col, text_of(row));
	else
		trib_put_i64(b, col, raw(type, row));
}

void expect_cell(const struct trib_view *v, int64_t at, int64_t row, bool null, const char *what)
{
	cr_assert_eq(trib_null(v, at), null, "%s: row %lld", what, (long long)row);
	if (null)
		return;
	if (v->type == TRIB_STR || v->type == TRIB_JSON) {
		struct trib_text is = trib_str(v, at), want = text_of(row);
		cr_assert(is.p && is.n == want.n && memcmp(is.p, want.p, is.n) == 0, "%s: row %lld: \"%.*s\"", what, (long long)row, (int)is.n, is.p);
	} else if (v->type == TRIB_F64) {
		cr_assert(((const double *)v->values)[at] == f64_of(row), "%s: row %lld", what, (long long)row);
	} else if (v->type == TRIB_DEC) {
		trib_dec is = ((const trib_dec *)v->values)[at], want = dec_of(row);
		cr_assert(is.lo == want.lo && is.hi == want.hi, "%s: row %lld", what, (long long)row);
	} else if (v->type == TRIB_DATE) {
		cr_assert_eq(((const int32_t *)v->values)[at], raw(v->type, row), "%s: row %lld", what, (long long)row);
	} else if (v->type == TRIB_BOOL) {
		const uint8_t *bits = v->values;
		cr_assert_eq(bits[(at + v->bit) / 8] >> (at + v->bit) % 8 & 1, bool_of(row), "%s: row %lld", what, (long long)row);
	} else {
		cr_assert_eq(((const int64_t *)v->values)[at], raw(v->type, row), "%s: row %lld", what, (long long)row);
	}
}

void make(struct trib_batch *b, enum trib_type type, int64_t n, const struct pattern *p)
{
	*b = (struct trib_batch){ 0 };
	int col = trib_add(b, "c", type);
	for (int64_t row = 0; row < n; row++) {
		if (p->null(row, n))
			trib_put_null(b, col);
		else
			put_of(b, col, type, row);
		trib_rows(b, 1);
	}
	struct tribx_error e = { 0 };
	cr_assert_eq(tribx_ready(b, &e), TRIB_OK, "%s", e.text);
}

void expect_rows(const struct trib_batch *b, const char *const *json, const char *what)
{
	int64_t row = 0;
	for (; json[row]; row++) {
		struct tribx_buf out = { 0 };
		cr_assert_lt(row, b->array.length, "%s: %lld rows", what, (long long)b->array.length);
		tribx_row_json(b, row, &out);
		cr_expect_str_eq(out.p, json[row], "%s: row %lld is %s, not %s", what, (long long)row, out.p, json[row]);
		tribx_buf_done(&out);
	}
	cr_expect_eq(b->array.length, row, "%s: %lld rows", what, (long long)b->array.length);
}

/* ---- foreign pairs ---- */

int made, released;

static void release_array(struct ArrowArray *a)
{
	for (int64_t i = 0; a->children && i < a->n_children; i++)
		if (a->children[i]) {
			if (a->children[i]->release)
				a->children[i]->release(a->children[i]);
			free(a->children[i]);
		}
	if (a->dictionary) {
		if (a->dictionary->release)
			a->dictionary->release(a->dictionary);
		free(a->dictionary);
	}
	free(a->children);
	free(a->buffers);
	a->release = NULL;
	released++;
}

static void release_schema(struct ArrowSchema *s)
{
	for (int64_t i = 0; s->children && i < s->n_children; i++)
		if (s->children[i]) {
			if (s->children[i]->release)
				s->children[i]->release(s->children[i]);
			free(s->children[i]);
		}
	if (s->dictionary) {
		if (s->dictionary->release)
			s->dictionary->release(s->dictionary);
		free(s->dictionary);
	}
	free(s->children);
	s->release = NULL;
	released++;
}

struct ArrowArray *foreign_array(int64_t length, int64_t offset, int64_t null_count, int n_buffers, const void *const *buffers)
{
	struct ArrowArray *a = calloc(1, sizeof *a);
	*a = (struct ArrowArray){ .length = length, .offset = offset, .null_count = null_count, .n_buffers = n_buffers,
	                          .buffers = calloc((size_t)n_buffers + 1, sizeof(void *)), .release = release_array };
	for (int i = 0; i < n_buffers; i++)
		a->buffers[i] = buffers[i];
	made++;
	return a;
}

struct ArrowSchema *foreign_schema(const char *format, const char *name)
{
	struct ArrowSchema *s = calloc(1, sizeof *s);
	*s = (struct ArrowSchema){ .format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = release_schema };
	made++;
	return s;
}

void foreign(struct trib_batch *b, int columns, int64_t length)
{
	static const void *const nothing[1];
	struct ArrowArray *a = foreign_array(length, 0, 0, 1, nothing);
	struct ArrowSchema *s = foreign_schema("+s", "");
	*b = (struct trib_batch){ .array = *a, .schema = *s };
	free(a);
	free(s);
	b->array.n_children = b->schema.n_children = columns;
	b->array.children = calloc((size_t)columns + 1, sizeof(void *));
	b->schema.children = calloc((size_t)columns + 1, sizeof(void *));
}

struct ArrowArray *foreign_column(struct trib_batch *b, int col, const char *format, int64_t length, int64_t offset, int64_t null_count, int n_buffers,
                                  const void *const *buffers)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	b->array.children[col] = foreign_array(length, offset, null_count, n_buffers, buffers);
	b->schema.children[col] = foreign_schema(format, names[col]);
	return b->array.children[col];
}

void foreign_dictionary(struct trib_batch *b, int col, struct ArrowArray *a, struct ArrowSchema *s)
{
	b->array.children[col]->dictionary = a;
	b->schema.children[col]->dictionary = s;
}

void foreign_children(struct trib_batch *b, int col, struct ArrowArray *a, struct ArrowSchema *s, struct ArrowArray *a2, struct ArrowSchema *s2)
{
	struct ArrowArray *array = b->array.children[col];
	struct ArrowSchema *schema = b->schema.children[col];
	array->children = calloc(2, sizeof(void *));
	schema->children = calloc(2, sizeof(void *));
	array->n_children = schema->n_children = 2;
	array->children[0] = a;
	array->children[1] = a2;
	schema->children[0] = s;
	schema->children[1] = s2;
}

extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* Pointers that were left on the stack would hide a leak. */
static __attribute__((noinline)) void scrub(void)
{
	volatile char old[32768];
	for (size_t i = 0; i < sizeof old; i++)
		old[i] = 0;
}

void no_leaks(void)
{
	scrub();
	cr_expect_eq(released, made, "%d of %d foreign structs released", released, made);
	tribx_block_trim();
	if (__lsan_do_recoverable_leak_check)
		cr_expect_eq(__lsan_do_recoverable_leak_check(), 0);
}
