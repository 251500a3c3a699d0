/* fuzz: expressions over a small batch: read, bound, run. Twice the same answer, a value per row, a fault with a place; the rows
 * that match are those whose value is true. */
#include "fuzz/fuzz.h"

#include <tributary/value.h>

#include "arrow/batch.h"
#include "parse/expr.h"
#include "parse/utf.h"

enum { ROWS = 3 };

static void fill(struct trib_batch *b)
{
	static const struct { const char *name; enum trib_type type; } columns[] = {
		{ "name", TRIB_STR }, { "n", TRIB_I64 }, { "m", TRIB_I64 }, { "amount", TRIB_DEC }, { "ratio", TRIB_F64 }, { "ok", TRIB_BOOL },
		{ "day", TRIB_DATE }, { "at", TRIB_TIME }, { "doc", TRIB_JSON }, { "cell", TRIB_STR },
	};
	static const char *const texts[ROWS][10] = {
		{ "\xC3\x84nne Ober", "7", "0", "1234.56", "0.25", "true", "2025-01-31", "2025-01-31T23:59:59.123456Z",
		  "{\"a\":{\"b\":[1,2.5,\"x\\u00e9\"]},\"s\":\"t\\\"q\",\"n\":1.5e3,\"z\":null,\"l\":[{\"id\":1},{\"id\":2}]}", "1.234,56" },
		{ NULL },
		{ "", "-9223372036854775808", "9223372036854775807", "-0.000000001", "-1e300", "false", "0001-01-01", "1969-12-31T23:59:59Z", "[]", "x" },
	};
	struct tribx_error e = { 0 };
	for (int c = 0; c < 10; c++)
		trib_add(b, columns[c].name, columns[c].type);
	for (int r = 0; r < ROWS; r++) {
		for (int c = 0; c < 10 && texts[r][c]; c++)
			trib_put_text(b, c, tribx_text(texts[r][c]));
		trib_rows(b, 1);
	}
	FUZZ_LAW(tribx_ready(b, &e) == 0 && b->array.length == ROWS, "the batch: %s", e.text);
}

struct seen { struct tribx_buf text; int64_t bad, last; bool is[ROWS], odd[ROWS]; };

static void note(void *ctx, int64_t row, const char *code, const char *text)
{
	struct seen *s = ctx;
	FUZZ_LAW(row >= 0 && row < ROWS && row >= s->last, "row %lld behind row %lld", (long long)row, (long long)s->last);
	FUZZ_LAW(tribx_error_find(code), "%s is no row of errors.def", code);
	FUZZ_LAW(tribx_utf8_bad(TRIBX_SERIAL, text, strlen(text)) == strlen(text), "the reason is not UTF-8: %s", text);
	s->bad++;
	s->last = row;
	s->odd[row] = true;
}

static void values(struct trib_expr *x, const struct trib_batch *b, enum trib_type type, int scale, struct seen *s)
{
	struct trib_batch out = { 0 };
	struct tribx_error e = { 0 };
	struct trib_view v;
	const int col = type == TRIB_DEC ? trib_add_dec(&out, "out", 38, scale) : trib_add(&out, "out", type == TRIB_NULL ? TRIB_STR : type);
	const int rc = tribx_expr_eval(x, b, &out, col, &(struct tribx_expr_bad){ note, s }, &e);
	fuzz_error(&e, rc);
	trib_rows(&out, b->array.length);
	if (rc == 0 && tribx_ready(&out, &e) == 0) {
		FUZZ_LAW(out.array.length <= ROWS && trib_view(&out, col, &v) == 0, "%lld values", (long long)out.array.length);
		for (int64_t i = 0; i < out.array.length; i++) {
			tribx_cell(&v, i, &s->text);
			tribx_buf_putc(&s->text, '\n');
			if (type == TRIB_BOOL)
				s->is[i] = !trib_null(&v, i) && ((const uint8_t *)v.values)[(i + v.bit) >> 3] >> ((i + v.bit) & 7) & 1;
		}
	}
	trib_free(&out);
}

static void run(struct trib_expr *x, const struct trib_batch *b)
{
	struct tribx_error e = { 0 };
	enum trib_type type;
	int scale = 0;
	const int rc = tribx_expr_bind(x, b, &type, &scale, &e);
	fuzz_error(&e, rc);
	if (rc != 0)
		return;
	struct seen one = { 0 }, two = { 0 }, three = { 0 };
	values(x, b, type, scale, &one);
	values(x, b, type, scale, &two);
	FUZZ_LAW(one.bad == two.bad && one.text.n == two.text.n && (!one.text.n || memcmp(one.text.p, two.text.p, one.text.n) == 0), "twice, and not the same: %s and %s",
	         one.text.p, two.text.p);
	if (type == TRIB_BOOL) {
		int32_t rows[ROWS];
		struct tribx_error again = { 0 };
		const int64_t n = tribx_expr_match(x, b, rows, &(struct tribx_expr_bad){ note, &three }, &again);
		int64_t k = 0;
		for (int32_t i = 0; i < ROWS && n >= 0; i++)
			if (one.is[i] && !one.odd[i])
				FUZZ_LAW(k < n && rows[k++] == i, "row %d is true and does not match", i);
		FUZZ_LAW(n < 0 || k == n, "%lld of %lld rows match", (long long)k, (long long)n);
	}
	tribx_buf_done(&one.text);
	tribx_buf_done(&two.text);
}

FUZZ(expr)
{
	struct tribx_arena arena = { 0 };
	struct tribx_error e = { 0 };
	struct trib_expr *x = NULL;
	struct trib_batch b = { 0 };
	char *text = fuzz_text((struct trib_text){ (const char *)data, size });
	if (tribx_utf8_bad(TRIBX_SERIAL, text, strlen(text)) == strlen(text)) {
		const int rc = tribx_expr_compile(text, &arena, &x, &e);
		fuzz_error(&e, rc);
		if (rc == 0) {
			fill(&b);
			run(x, &b);
		}
	}
	trib_free(&b);
	tribx_expr_done(x);
	tribx_arena_done(&arena);
	free(text);
	return 0;
}
