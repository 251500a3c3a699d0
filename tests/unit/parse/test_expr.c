/* expressions: one row of a batch in every type, one table of expressions and what they are; errors by their text;
 * random texts */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "arrow/batch.h"
#include <tributary/value.h>
#include "parse/expr.h"

static trib_dec dec(const char *text, int scale)
{
	trib_dec v = { 0 };
	cr_assert_eq(trib_dec_parse(tribx_text(text), scale, &v), 0);
	return v;
}

/* rows of these columns; row 1 is null throughout */
static void fill(struct trib_batch *b, int rows)
{
	const int name = trib_add(b, "name", TRIB_STR), n = trib_add(b, "n", TRIB_I64), m = trib_add(b, "m",
		TRIB_I64), amount = trib_add(b, "amount", TRIB_DEC);
	const int rate = trib_add_dec(b, "rate", 38, 18), ratio = trib_add(b, "ratio", TRIB_F64), ok = trib_add(b,
		"ok", TRIB_BOOL), day = trib_add(b, "day", TRIB_DATE);
	const int at = trib_add(b, "at", TRIB_TIME), doc = trib_add(b, "doc", TRIB_JSON), cell = trib_add(b, "cell",
		TRIB_STR), odd = trib_add(b, "Net revenue", TRIB_STR);
	trib_add(b, "none", TRIB_STR);
	for (int i = 0; i < rows; i++) {
		if (i == 1) {
			trib_rows(b, 1);
			continue;
		}
		trib_put_str(b, name, tribx_text("\u00c4nne Ober"));
		trib_put_i64(b, n, 7 + i);
		trib_put_i64(b, m, 0);
		trib_put_dec(b, amount, dec("1234.56", 9));
		trib_put_dec(b, rate, dec("1.159309523809524100", 18));
		trib_put_f64(b, ratio, 0.25);
		trib_put_i64(b, ok, 1);
		trib_put_i64(b, day, trib_date_of(2025, 1, 31).days);
		trib_put_i64(b, at, trib_date_of(2025, 1, 31).days * 86400000000LL + 86399123456LL);
		trib_put_str(b, doc, tribx_text("{ \"a\": {\"b\": [1, 2.5, \"x\\u00e9\"]}, \"s\": \"t\\\"q\", "
		             "\"n\": 1.5e3, \"z\": null, \"@t\": true, \"l\": [{\"id\":1},{\"id\":2},{\"x\":3}] }"));
		trib_put_str(b, cell, tribx_text("1.234,56"));
		trib_put_str(b, odd, tribx_text("12.50"));
		trib_rows(b, 1);
	}
	struct tribx_error e = { 0 };
	cr_assert_eq(tribx_ready(b, &e), 0, "%s", e.text);
}

struct seen { int64_t rows; char code[64]; };

static void note(void *ctx, int64_t row, const char *code, const char *text)
{
	struct seen *const s = ctx;
	(void)row, (void)text;
	s->rows++;
	snprintf(s->code, sizeof s->code, "%s", code);
}

/* Row 0 as text: "null", the code of its dead letter, or the text of the error. */
static const char *value(const struct trib_batch *b, const char *text, char to[1024])
{
	struct tribx_arena arena = { 0 };
	struct tribx_error e = { 0 };
	struct trib_expr *x = NULL;
	struct trib_batch out = { 0 };
	struct trib_view v;
	struct tribx_buf cell = { 0 };
	struct seen seen = { 0 };
	enum trib_type type;
	int scale;
	snprintf(to, 1024, "?");
	if (tribx_expr_compile(text, &arena, &x, &e) == 0 && tribx_expr_bind(x, b, &type, &scale, &e) == 0) {
		const int col = type == TRIB_DEC ? trib_add_dec(&out, "out", 38, scale) : trib_add(&out, "out",
			type == TRIB_NULL ? TRIB_STR : type);
		if (tribx_expr_eval(x, b, &out, col, &(struct tribx_expr_bad){ note, &seen }, &e) == 0) {
			trib_rows(&out, b->array.length);
			cr_assert_eq(tribx_ready(&out, &e), 0, "%s: %s", text, e.text);
			cr_assert_eq(trib_view(&out, col, &v), 0);
			snprintf(to, 1024, "%s", trib_null(&v, 0) ? seen.rows ? seen.code : "null" : tribx_cell(&v, 0,
				&cell) ? cell.p : "null");
		}
	}
	if (e.status)
		snprintf(to, 1024, "%s: %s%s%s", e.code, e.text, e.hint[0] ? " - " : "", e.hint);
	tribx_buf_done(&cell);
	trib_free(&out);
	tribx_expr_done(x);
	tribx_arena_done(&arena);
	return to;
}

static const struct { const char *text, *is; } rows[] = {
	/* arithmetic: Python's decimal, quotients at 9 decimals */
	{ "1 + 2 * 3", "7" }, { "(1 + 2) * 3", "9" }, { "-n + 1", "-6" }, { "7 - 2 - 1", "4" },
	{ "1 / 3", "0.333333333" }, { "2 / 3", "0.666666667" }, { "10 / 4", "2.5" }, { "-1 / 6", "-0.166666667" },
	{ "0.1 + 0.2", "0.3" }, { "amount * 0.01", "12.3456" }, { "amount * rate", "1431.237165714286072896" },
	{ "amount * 1000 / 3", "411520" }, { "n / m", "expr.division_by_zero" },
	{ "if(m == 0, null, n / m)", "null" }, { "m != 0 and n / m > 2", "false" }, { "m == 0 or n / m > 2", "true" },
	{ "9223372036854775807 + n", "cell.out_of_range" },
	{ "9223372036854775807.0 + n", "9223372036854775814" },
	{ "99999999999999999999999999999999999999 + 1", "cell.out_of_range" }, { "ratio * 2", "0.5" },
	{ "2.675 | round(2)", "2.68" },
	{ "1.005 | round(2)", "1" }, { "2.5 | round", "2" }, { "-1.5 | abs", "1.5" }, { "$['Net revenue'] * 2", "25" },
	{ "record['Net revenue'] + 1", "13.5" }, { "name * 2", "cell.not_a_number" },
	{ "none + 1", "null" }, { "null + 1", "null" }, { "1--1", "2" }, { "amount - amount", "0" },
	/* comparisons and conditions */
	{ "n == 7", "true" }, { "n == 7.0", "true" }, { "amount > 1234.55", "true" }, { "n < amount", "true" },
	{ "ratio <= 0.25", "true" }, { "none == 'x'", "false" }, { "none != 'x'", "false" },
	{ "none == null", "true" }, { "none != null", "false" }, { "null == none", "true" }, { "exists n", "true" },
	{ "none exists", "false" }, { "n not exists", "false" }, { "not (none == 1)", "true" },
	{ "n == 'x'", "false" }, { "n != 'x'", "false" }, { "cell == 7", "false" },
	{ "name == '\u00c4nne Ober'", "true" }, { "name < 'Z'", "false" }, { "n in [1, 7, 9.5]", "true" },
	{ "n not in [1, 2]", "true" }, { "name in ['a', 'b']", "false" }, { "cell in ['x', '1.234,56']", "true" },
	{ "n in []", "false" }, { "name contains 'Ob'", "true" }, { "name not contains 'ob'", "true" },
	{ "name matches '^\\S+ O'", "true" }, { "name matches '\u00e4'", "false" },
	{ "name matches '(?i)\u00e4'", "true" }, { "none matches 'x'", "false" }, { "ok", "true" },
	{ "not ok", "false" },
	{ "true and false or true", "true" }, { "true or true and false", "true" }, { "not true or true", "true" },
	{ "day == '2025-01-31'", "true" }, { "day >= '2025-02-01'", "false" },
	{ "at > '2025-01-31T23:00:00Z'", "true" }, { "at < '2025-02-01'", "true" }, { "at > day", "true" },
	{ "'a' in name", "false" }, { "name contains none", "false" },
	/* choices */
	{ "if(n > 5, 'big', 'small')", "big" }, { "if(none == 1, 1, 2.5)", "2.5" },
	{ "coalesce(none, name)", "\u00c4nne Ober" }, { "none | default('x')", "x" }, { "n | default(0.5)", "7" },
	{ "coalesce(null, none, 'y')", "y" }, { "null | default(3)", "3" }, { "if(ok, null, 5)", "null" },
	/* texts */
	{ "name | lower", "\u00e4nne ober" }, { "name | upper", "\u00c4NNE OBER" },
	{ "'\u0391\u03a3 \u0416' | lower", "\u03b1\u03c3 \u0436" },
	{ "'stra\u00dfe \u0142\u00f3d\u017a' | upper", "STRA\u00dfE \u0141\u00d3D\u0179" },
	{ "'  a b\t' | trim", "a b" }, { "concat(name, '/', n, '/', none, amount)", "\u00c4nne Ober/7/1234.56" },
	{ "name | replace('n', 'NN')", "\u00c4NNNNe Ober" }, { "name | len", "9" },
	{ "cell | replace('.', '') | replace(',', '.') | num", "1234.56" },
	{ "name | match('(\\w)(\\w+)$', 2)", "ber" }, { "name | match('O.')", "Ob" },
	{ "name | match('(O)(x)?', 2)", "null" },
	{ "name | match('zz')", "null" }, { "'a,b,,c' | split(',')", "[\"a\",\"b\",\"\",\"c\"]" },
	{ "'a,b,c' | split(',') | join('+')", "a+b+c" }, { "'a,b' | split(',') | first", "a" },
	{ "'a,b' | split(',') | last", "b" }, { "'' | split(',') | first", "null" },
	{ "'a,b' | split(',') | len", "2" }, { "'Hi \u00e9' | b64", "SGkgw6k=" }, { "'SGkgw6k' | b64d", "Hi \u00e9" },
	{ "'/w==' | b64d", "cell.not_a_text" }, { "'a b&\u00e9~' | urlencode", "a%20b%26%C3%A9~" },
	{ "'it\\'s' ", "it's" }, { "\"a\\n\"", "a\n" }, { "lower('AB')", "ab" }, { "concat('a') | upper | lower", "a" },
	/* casts */
	{ "cell | num('de')", "1234.56" }, { "cell | num('1.234,56', 2)", "1234.56" },
	{ "cell | num('en')", "cell.not_a_number" }, { "'N/A' | num('en')", "null" }, { "'12' | int", "12" },
	{ "'12.5' | int", "12" },
	{ "'1e3' | int", "cell.not_a_number" }, { "ratio | int", "0" }, { "n | str", "7" },
	{ "amount | str", "1234.56" }, { "day | str", "2025-01-31" }, { "ok | str", "true" },
	{ "'yes' | bool", "true" },
	{ "0 | bool", "false" }, { "2 | bool", "cell.not_a_bool" }, { "'x' | bool", "cell.not_a_bool" },
	{ "'[1]' | json", "[1]" }, { "'[1' | json", "cell.not_json" }, { "n | json", "7" },
	{ "day | json", "\"2025-01-31\"" },
	{ "ratio | num", "0.25" },
	/* JSON */
	{ "doc.a.b[0]", "1" }, { "doc.a.b[-1]", "\"x\\u00e9\"" }, { "doc.a.b[-1] | str", "x\u00e9" },
	{ "doc.a.b[3]", "null" }, { "doc.a.b[-4]", "null" }, { "record.doc.s | str", "t\"q" }, { "doc['@t']", "true" },
	{ "doc.z", "null" }, { "doc.z == null", "true" }, { "doc.missing exists", "false" }, { "doc.n", "1.5e3" },
	{ "doc.n | str", "1500" }, { "doc.n + 1", "1501" }, { "doc.n == 1500", "true" },
	{ "doc.s == 't\"q'", "true" }, { "doc.n == 'x'", "false" }, { "doc.s == 1", "false" },
	{ "doc['@t'] and ok", "true" }, { "doc.l[*].id", "[1,2]" }, { "doc.l[*].nope", "[]" }, { "doc.l | len", "3" },
	{ "doc.a.b contains 2.5", "true" }, { "doc.a.b contains 'x\u00e9'", "true" }, { "'y' in doc.a.b", "false" },
	{ "doc.a.b[0] < doc.a.b[1]", "true" }, { "doc.a.b[0] == doc.s", "false" }, { "doc.a.b | first", "1" },
	{ "doc.s | num", "cell.not_a_number" }, { "doc.a.b | join('-')", "1-2.5-x\u00e9" },
	{ "doc.n | default(5)", "1500" }, { "if(doc.n > 5, 'y', 'n')", "y" }, { "doc.s in ['a', 't\"q']", "true" },
	/* time */
	{ "day | date('%d.%m.%Y')", "31.01.2025" },
	{ "at | date('%F %T.%f %p %I %j %G-W%V-%u q%q %b %B %-m %%')",
	  "2025-01-31 23:59:59.123456 PM 11 031 2025-W05-5 q1 Jan January 1 %" }, { "at | date", "2025-01-31" },
	{ "'31.01.2025' | parse('%d.%m.%Y')", "2025-01-31" },
	{ "'2025-01-31T01:00:00+02:00' | parse", "2025-01-30T23:00:00Z" },
	{ "'1/2/25' | parse('%Y', '%-m/%-d/%y')", "2025-01-02" },
	{ "'x' | parse('%Y')", "cell.not_a_date" }, { "1711845000 | parse('epoch')", "2024-03-31T00:30:00Z" },
	{ "at | epoch", "1738367999" }, { "at | epoch_ms", "1738367999123" }, { "day | epoch", "1738281600" },
	{ "day | add('1mo')", "2025-02-28" }, { "day | add('-1d')", "2025-01-30" },
	{ "day | add('1h')", "2025-01-31T01:00:00Z" }, { "at | add('-1y') | date", "2024-01-31" },
	{ "at | trunc('hour')", "2025-01-31T23:00:00Z" },
	{ "day | trunc('month')", "2025-01-01" }, { "at | trunc('week')", "2025-01-27T00:00:00Z" },
	{ "day | trunc('quarter')", "2025-01-01" }, { "day | add('999999y')", "cell.out_of_range" },
	/* what is wrong, and where */
	{ "", "expr.syntax: the expression is empty" },
	{ "n +", "expr.syntax: a value expected, but the expression ends, at character 4 of: n +" },
	{ "n = 7", "expr.syntax: an operator expected, not '=', at character 3 of: n = 7 - did you mean \"==\"?" },
	{ "n && m", "expr.syntax: an operator expected, not '&&', at character 3 of: n && m - did you mean \"and\"?" },
	{ "nme == 'x'",
	  "expr.unknown_column: there is no column 'nme', at character 1 of: nme == 'x' - did you mean \"name\"?" },
	{ "name | lowr",
	  "expr.unknown_word: there is no filter or function 'lowr', at character 8 of: name | lowr - did you "
	  "mean \"lower\"?" },
	{ "1 == 'a'", "expr.types: int64 is compared with text: that is never true, at character 3 of: 1 == 'a'" },
	{ "'abc", "expr.syntax: a text has no end, at character 1 of: 'abc" },
	{ "\u00c4 == 1", "expr.unknown_column: there is no column '\u00c4', at character 1 of: \u00c4 == 1" },
	{ "name matches '('",
	  "expr.bad_argument: the pattern is wrong at its character 2: missing closing parenthesis, at "
	  "character 14 of: name matches '('" },
	{ "name matches cell",
	  "expr.bad_argument: this must be a text in quotes; write matches, at character 14 of: name matches cell" },
	{ "'a' + 1", "expr.types: a text is no number, at character 1 of: 'a' + 1 - use concat(a, b) to join texts" },
	{ "name and ok", "expr.types: this is text, not a condition, at character 1 of: name and ok" },
	{ "if(ok, 1, 'a')",
	  "expr.types: if can be int64 or text: one column cannot hold both, at character 1 of: if(ok, 1, 'a') "
	  "- make both the same type, for instance with | str or | num" },
	{ "day == 'soon'",
	  "expr.types: the text is compared with date and is none; write it as 2025-01-31 or "
	  "2025-01-31T23:59:59Z, at character 5 of: day == 'soon'" },
	{ "n.x", "expr.types: column 'n' is int64: there is nothing inside of it, at character 1 of: n.x" },
	{ "round()", "expr.bad_argument: wrong number of arguments; write x | round(2), at character 1 of: round()" },
	{ "day | add('1 day')",
	  "expr.bad_argument: '1 day' is not a step in time; write a number and ms, s, m, h, d, w, mo, q or y, "
	  "at character 11 of: day | add('1 day')" },
	{ "(1", "expr.syntax: ')' expected, but the expression ends, at character 3 of: (1" },
	{ "[1]", "expr.syntax: a list can only stand behind in, at character 1 of: [1]" },
	{ "day + 1", "expr.types: + does not take date and int64, at character 5 of: day + 1" },
	{ "day | date('%Q')",
	  "expr.bad_argument: '%Q' is not a letter of date formats, at character 12 of: day | date('%Q')" },
	{ "1 2", "expr.syntax: an operator expected, not '2', at character 3 of: 1 2" },
};

Test(expr, values)
{
	struct trib_batch b = { 0 };
	char text[1024];
	fill(&b, 3);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_str_eq(value(&b, rows[i].text, text), rows[i].is, "%s\n  is     %s\n  wanted %s",
		                 rows[i].text, text, rows[i].is);
	trib_free(&b);
}

/* The page for users is a table as well: every "expression -> result" line of it. */
Test(expr, documentation)
{
	const char *const source = getenv("TRIB_SRC"), arrow[] = " \u2192 ";
	struct trib_batch b = { 0 };
	char path[4096], line[1024], is[1024];
	snprintf(path, sizeof path, "%s/docs/expressions.md", source ? source : ".");
	FILE *const in = fopen(path, "r");
	if (!in)
		cr_skip_test("no docs/expressions.md: TRIB_SRC does not name the source folder");
	fill(&b, 1);
	int count = 0;
	while (fgets(line, sizeof line, in)) {
		char *const end = strstr(line, arrow), *const wanted = end + strlen(arrow);
		if (!end)
			continue;
		*end = 0;
		wanted[strcspn(wanted, "\n")] = 0;
		cr_expect_str_eq(value(&b, line, is), wanted, "%s is %s", line, is);
		count++;
	}
	fclose(in);
	trib_free(&b);
	cr_expect_geq(count, 25);
}

Test(expr, depth_and_length_end)
{
	struct trib_batch b = { 0 };
	char text[1024], *deep = calloc(1, 70000);
	fill(&b, 1);
	memset(deep, '(', 500);
	cr_expect(strncmp(value(&b, deep, text), "expr.too_deep", 13) == 0, "%s", text);
	for (int i = 0; i < 500; i++)
		deep[i] = '-';
	cr_expect(strncmp(value(&b, deep, text), "expr.too_deep", 13) == 0, "%s", text);
	for (int i = 0; i < 500; i++)
		memcpy(deep + 4 * i, "not ", 4);
	cr_expect(strncmp(value(&b, deep, text), "expr.too_deep", 13) == 0, "%s", text);
	for (int i = 0; i < 2000; i++)
		memcpy(deep + 2 * i, "1+", 2);
	cr_expect(strncmp(value(&b, deep, text), "expr.too_long", 13) == 0, "%s", text);
	memset(deep, ' ', 69999);
	cr_expect(strncmp(value(&b, deep, text), "expr.too_long", 13) == 0, "%s", text);
	memset(deep, 0, 70000);
	for (int i = 0; i < 200; i++)
		memcpy(deep + 2 * i, i == 199 ? "n" : "n+", i == 199 ? 1 : 2);
	cr_expect_str_eq(value(&b, deep, text), "1400");
	/* 1 MiB doubled five times is more than a value may be */
	strcpy(deep, "'aaaaaaaaaaaaaaaa'");
	for (int i = 0; i < 6; i++)
		strcat(deep, " | replace('a', 'aaaaaaaaaaaaaaaa')");
	cr_expect_str_eq(value(&b, deep, text), "expr.too_much_text");
	cr_expect_str_eq(value(&b, "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' matches '^(a+)+$'", text),
	                 "expr.too_hard");
	free(deep);
	trib_free(&b);
}

Test(expr, many_rows_match_and_nulls)
{
	enum { ROWS = 5000 };
	struct trib_batch b = { 0 }, out = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_error e = { 0 };
	struct trib_expr *x, *y;
	struct seen seen = { 0 };
	const struct tribx_expr_bad bad = { note, &seen };
	enum trib_type type;
	int scale;
	int32_t *const found = malloc(ROWS * sizeof *found);
	fill(&b, ROWS);
	cr_assert_eq(tribx_expr_compile("n >= 1007 and n < 3007 and name | len == 9", &arena, &x, &e), 0, "%s", e.text);
	cr_assert_eq(tribx_expr_bind(x, &b, &type, &scale, &e), 0, "%s", e.text);
	cr_expect_eq(type, TRIB_BOOL);
	cr_assert_eq(tribx_expr_match(x, &b, found, &bad, &e), 2000);
	for (int i = 0; i < 2000; i++)
		cr_assert_eq(found[i], 1000 + i);
	/* a decimal column of another scale and width: what does not fit is told, and null */
	cr_assert_eq(tribx_expr_compile("n * 0.3", &arena, &y, &e), 0);
	cr_assert_eq(tribx_expr_bind(y, &b, &type, &scale, &e), 0);
	cr_expect(type == TRIB_DEC && scale == 1);
	const int col = trib_add_dec(&out, "d", 3, 0);
	cr_assert_eq(tribx_expr_eval(y, &b, &out, col, &bad, &e), 0, "%s", e.text);
	trib_rows(&out, ROWS);
	cr_assert_eq(tribx_ready(&out, &e), 0);
	struct trib_view v;
	cr_assert_eq(trib_view(&out, col, &v), 0);
	cr_expect_eq(v.length, ROWS);
	for (int i = 0; i < ROWS; i++) {
		const int n = 3 * (7 + i), rounded = n / 10 + (n % 10 > 5 || (n % 10 == 5 && n / 10 % 2));
		if (i == 1 || rounded > 999)
			cr_assert(trib_null(&v, i), "%d", i);
		else
			cr_assert_eq((int)((const trib_dec *)v.values)[i].lo, rounded, "%d", i);
	}
	cr_expect_gt(seen.rows, 1000);
	cr_expect_str_eq(seen.code, "cell.out_of_range");
	trib_free(&out);
	trib_free(&b);
	tribx_expr_done(x);
	tribx_expr_done(y);
	tribx_arena_done(&arena);
	free(found);
}

Test(expr, counts_numbers_beside_texts)
{
	struct trib_batch b = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_error e = { 0 };
	struct trib_expr *x;
	struct seen seen = { 0 };
	enum trib_type type;
	int scale;
	int32_t found[3];
	fill(&b, 3);
	cr_assert_eq(tribx_expr_compile("n == name or doc.n == 'x'", &arena, &x, &e), 0);
	cr_assert_eq(tribx_expr_bind(x, &b, &type, &scale, &e), 0);
	cr_expect_eq(tribx_expr_match(x, &b, found, &(struct tribx_expr_bad){ note, &seen }, &e), 0);
	cr_expect_eq(tribx_expr_mismatches(x), 4);
	tribx_expr_done(x);
	tribx_arena_done(&arena);
	trib_free(&b);
}

/* Into a column of the same batch, texts included: what a map step does. */
Test(expr, fills_a_column_of_its_own_batch)
{
	struct trib_batch b = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_error e = { 0 };
	struct trib_expr *x;
	struct seen seen = { 0 };
	enum trib_type type;
	int scale;
	fill(&b, 1500);
	cr_assert_eq(tribx_expr_compile("concat(name, ' is longer than twelve bytes ', n)", &arena, &x, &e), 0);
	cr_assert_eq(tribx_expr_bind(x, &b, &type, &scale, &e), 0);
	const int col = trib_add(&b, "made", type);
	cr_assert_eq(tribx_expr_eval(x, &b, &b, col, &(struct tribx_expr_bad){ note, &seen }, &e), 0, "%s", e.text);
	cr_assert_eq(tribx_ready(&b, &e), 0, "%s", e.text);
	struct trib_view v;
	cr_assert_eq(trib_view(&b, col, &v), 0);
	cr_expect_eq(v.length, 1500);
	const struct trib_text t = trib_str(&v, 1499);
	cr_expect(tribx_text_is(t, "\u00c4nne Ober is longer than twelve bytes 1506"), "%.*s", (int)t.n, t.p);
	cr_expect(tribx_text_is(trib_str(&v, 1), " is longer than twelve bytes "));
	tribx_expr_done(x);
	tribx_arena_done(&arena);
	trib_free(&b);
}

Test(expr, random_texts)
{
	static const char *const pieces[] = { "n", "name", "amount", "doc", "day", "at", "none", "ratio", "ok", "cell",
	                                      "doc.a.b[0]", "doc.l[*].id", "1", "0", "2.5", "'x'", "'2025-01-31'",
	                                      "null", "true", " + ", " - ", " * ", " / ",
		" == ", " < ", " and ", " or ", " not ", " in ", " contains ", " matches ", "(", ")", "[", "]", ",",
			".", " | ", "lower", "num", "str", "int", "date", "parse", "if(", "coalesce(", "concat(",
				" | len", " | default(",
		" | round(1)", " | json", " | first", " | split(',')", " | join('-')", " | add('1mo')",
			" | trunc('week')", " | epoch", " | date('%d.%m.%Y')", " | b64d", " | match('(.)')", "$", "\"",
				"\\", "\xff", "exists", "#" };
	struct trib_batch b = { 0 };
	char text[512], is[1024];
	int good = 0;
	fill(&b, 3);
	srand(5);
	for (int i = 0; i < 100000; i++) {
		size_t n = 0;
		if (i % 4 == 0) {
			for (int k = rand() % 24; k > 0; k--)
				text[n++] = (char)(1 + rand() % 255);
		} else {
			for (int k = 1 + rand() % 9; k > 0; k--) {
				const char *const piece = pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)];
				memcpy(text + n, piece, strlen(piece));
				n += strlen(piece);
			}
		}
		text[n] = 0;
		value(&b, text, is);
		good += strncmp(is, "expr.", 5) != 0;
	}
	cr_expect_gt(good, 1000, "%d", good);
	trib_free(&b);
}
