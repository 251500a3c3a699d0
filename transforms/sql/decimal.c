/* decimal - exact decimals in SQLite: texts, compared by the collation `decimal`, reckoned by functions of ours. Results have no
 * zeros at the end, so that equal values are equal texts. A double is refused: it was never exact. */
#include <stdio.h>
#include "sql.h"

bool sq_dec_of(const char *p, size_t n, struct sq_dec *out)
{
	const char *point = memchr(p, '.', n);
	size_t decimals = point ? n - (size_t)(point + 1 - p) : 0;
	while (decimals > 0 && p[n - 1] == '0')
		n--, decimals--;
	if (point && decimals == 0 && n > 1)
		n = (size_t)(point - p);                   /* 5. is 5 */
	out->scale = (int)decimals;
	return n > 0 && decimals <= 38 && trib_dec_parse((struct trib_text){ p, n }, out->scale, &out->v) == 0;
}

static const char *name_of(sqlite3_context *c)
{
	return sqlite3_user_data(c);
}

static void refuse(sqlite3_context *c, sqlite3_value *x)
{
	const int type = sqlite3_value_type(x);
	char *text = sqlite3_mprintf(type == SQLITE_FLOAT ? "%s: %.40s is a double; write decimals as texts: '0.1', not 0.1" :
	                             "%s: \"%.40s\" is no decimal of at most 38 digits", name_of(c), sqlite3_value_text(x));
	sqlite3_result_error(c, text ? text : "no memory", -1);
	sqlite3_free(text);
}

/* false: it was refused. Nulls are the caller's. */
static bool arg(sqlite3_context *c, sqlite3_value *x, struct sq_dec *out)
{
	const int type = sqlite3_value_type(x);
	if (type == SQLITE_INTEGER) {
		*out = (struct sq_dec){ trib_dec_i64(sqlite3_value_int64(x)), 0 };
		return true;
	}
	const char *p = type == SQLITE_TEXT ? (const char *)sqlite3_value_text(x) : NULL;
	if (p && sq_dec_of(p, (size_t)sqlite3_value_bytes(x), out))
		return true;
	refuse(c, x);
	return false;
}

static void answer(sqlite3_context *c, int bad, struct sq_dec d)
{
	char text[TRIB_DEC_TEXT], why[80];
	if (bad == 0) {
		sqlite3_result_text(c, text, (int)trib_dec_short(d.v, d.scale, text), SQLITE_TRANSIENT);
		return;
	}
	snprintf(why, sizeof why, "%s: the result has more than 38 digits, or none", name_of(c));
	sqlite3_result_error(c, why, -1);
}

/* Brings both to one scale. */
static int level(struct sq_dec *a, struct sq_dec *b)
{
	const int to = a->scale > b->scale ? a->scale : b->scale;
	int bad = trib_dec_rescale(a->v, a->scale, to, &a->v);
	if (bad == 0)
		bad = trib_dec_rescale(b->v, b->scale, to, &b->v);
	a->scale = b->scale = to;
	return bad;
}

static int add(struct sq_dec a, struct sq_dec b, struct sq_dec *out)
{
	int bad = level(&a, &b);
	if (bad == 0)
		bad = trib_dec_add(a.v, b.v, &out->v);
	out->scale = a.scale;
	return bad;
}

static struct sq_dec minus(struct sq_dec a)
{
	const trib_dec zero = { 0 };
	if (trib_dec_sub(zero, a.v, &a.v) != 0)
		a.v = zero;                                /* cannot be: the range is symmetric */
	return a;
}

/* ---- the collation: digits are compared, whatever their number ---- */

struct digits { bool negative; const char *whole, *part; size_t whole_n, part_n; };

static bool digits_of(const char *p, size_t n, struct digits *d)
{
	*d = (struct digits){ .negative = n && *p == '-' };
	if (n && (*p == '-' || *p == '+'))
		p++, n--;
	for (d->whole = p; n && *p >= '0' && *p <= '9'; n--)
		p++, d->whole_n++;
	size_t seen = d->whole_n;
	if (n && *p == '.')
		for (p++, n--, d->part = p; n && *p >= '0' && *p <= '9'; n--)
			p++, d->part_n++;
	seen += d->part_n;
	while (d->whole_n && *d->whole == '0')
		d->whole++, d->whole_n--;
	while (d->part_n && d->part[d->part_n - 1] == '0')
		d->part_n--;
	d->negative &= d->whole_n + d->part_n > 0;
	return n == 0 && seen > 0;
}

static int order(const char *a, size_t an, const char *b, size_t bn)
{
	const size_t n = an < bn ? an : bn;
	const int c = n ? memcmp(a, b, n) : 0;
	return c ? c : (an > bn) - (an < bn);
}

static int collate(void *none, int an, const void *a, int bn, const void *b)
{
	struct digits x, y;
	const bool x_is = digits_of(a, (size_t)an, &x), y_is = digits_of(b, (size_t)bn, &y);
	(void)none;
	if (!x_is || !y_is)
		return x_is ? -1 : y_is ? 1 : order(a, (size_t)an, b, (size_t)bn);
	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	int c = x.whole_n != y.whole_n ? (x.whole_n > y.whole_n ? 1 : -1) : order(x.whole, x.whole_n, y.whole, y.whole_n);
	if (c == 0)
		c = order(x.part, x.part_n, y.part, y.part_n);
	return x.negative ? -c : c;
}

/* ---- functions of values ---- */

enum { DEC, ADD, SUB, MUL, DIV, CMP, ROUND, ABS };

static void scalar(sqlite3_context *c, int n, sqlite3_value **x, int what)
{
	struct sq_dec a = { 0 }, b = { 0 }, r = { 0 };
	int bad = 0, to = 9;
	for (int i = 0; i < n; i++)
		if (sqlite3_value_type(x[i]) == SQLITE_NULL)
			return;
	if (!arg(c, x[0], &a) || (n > 1 && what != ROUND && !arg(c, x[1], &b)))
		return;
	if (what == ROUND || (what == DIV && n > 2)) {
		to = n > 1 ? sqlite3_value_int(x[n - 1]) : 0;
		bad = to < 0 || to > 38 ? TRIB_OUT_OF_RANGE : 0;
	}
	switch (what) {
	case DEC: r = a; break;
	case ADD: bad = add(a, b, &r); break;
	case SUB: bad = add(a, minus(b), &r); break;
	case MUL:
		r.scale = a.scale + b.scale;
		bad = r.scale > 38 ? TRIB_OUT_OF_RANGE : trib_dec_mul(a.v, a.scale, b.v, b.scale, r.scale, &r.v);
		break;
	case DIV:
		r.scale = to;
		bad = bad ? bad : trib_dec_div(a.v, a.scale, b.v, b.scale, to, &r.v);
		break;
	case ROUND:
		r = a;
		if (bad == 0 && a.scale > to)
			r.scale = to, bad = trib_dec_rescale(a.v, a.scale, to, &r.v);
		break;
	case ABS: r = a.v.hi < 0 ? minus(a) : a; break;
	default: break;
	}
	answer(c, bad, r);
}

static void f_dec(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, DEC); }
static void f_add(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, ADD); }
static void f_sub(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, SUB); }
static void f_mul(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, MUL); }
static void f_div(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, DIV); }
static void f_round(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, ROUND); }
static void f_abs(sqlite3_context *c, int n, sqlite3_value **x) { scalar(c, n, x, ABS); }

static void f_cmp(sqlite3_context *c, int n, sqlite3_value **x)
{
	struct sq_dec d;
	for (int i = 0; i < n; i++)
		if (sqlite3_value_type(x[i]) == SQLITE_NULL || !arg(c, x[i], &d))
			return;
	const int order_is = collate(NULL, sqlite3_value_bytes(x[0]), sqlite3_value_text(x[0]), sqlite3_value_bytes(x[1]), sqlite3_value_text(x[1]));
	sqlite3_result_int(c, (order_is > 0) - (order_is < 0));
}

/* ---- aggregates, of windows too: exact for integers and decimals; a sum of doubles is one ---- */

struct sum { struct sq_dec total; int64_t count, texts, reals; double real; };

static void take(sqlite3_context *c, sqlite3_value *x, int sign)
{
	struct sum *s = sqlite3_aggregate_context(c, sizeof *s);
	struct sq_dec d;
	const int type = sqlite3_value_type(x);
	if (!s || type == SQLITE_NULL)
		return s ? (void)0 : sqlite3_result_error_nomem(c);
	if (type == SQLITE_FLOAT && strncmp(name_of(c), "dec_", 4) != 0)
		s->reals += sign, s->real += sign * sqlite3_value_double(x);
	else {
		if (!arg(c, x, &d))
			return;
		s->texts += type == SQLITE_TEXT ? sign : 0;
		if (add(s->total, sign < 0 ? minus(d) : d, &s->total) != 0)
			return answer(c, TRIB_OUT_OF_RANGE, d);
	}
	s->count += sign;
	if (s->reals > 0 && s->texts > 0)
		sqlite3_result_error(c, "decimals and doubles in one sum: cast the doubles to decimal with map before", -1);
}

static void step(sqlite3_context *c, int n, sqlite3_value **x) { (void)n; take(c, x[0], 1); }
static void inverse(sqlite3_context *c, int n, sqlite3_value **x) { (void)n; take(c, x[0], -1); }

static void value(sqlite3_context *c)
{
	const struct sum *s = sqlite3_aggregate_context(c, 0);
	const char *name = name_of(c);
	const bool total = strcmp(name, "total") == 0, avg = strstr(name, "avg") != NULL, dec = strncmp(name, "dec_", 4) == 0;
	struct sq_dec r = s ? s->total : (struct sq_dec){ 0 };
	const double sum = s ? s->real + trib_dec_f64(r.v, r.scale) : 0;
	if (!s || s->count == 0)
		return total ? sqlite3_result_double(c, 0) : (void)0;
	if ((dec || s->texts) && avg) {
		const int to = r.scale > 9 ? r.scale : 9;
		const int bad = trib_dec_div(r.v, r.scale, trib_dec_i64(s->count), 0, to, &r.v);
		r.scale = to;
		answer(c, bad, r);
	} else if (dec || s->texts)
		answer(c, 0, r);
	else if (avg || total || s->reals)
		sqlite3_result_double(c, avg ? sum / (double)s->count : sum);
	else if (r.v.hi == ((int64_t)r.v.lo < 0 ? -1 : 0))
		sqlite3_result_int64(c, (int64_t)r.v.lo);
	else
		sqlite3_result_error(c, "sum: more than an int64 holds; dec_sum has 38 digits", -1);
}

int sq_functions(sqlite3 *db)
{
	static const struct { const char *name; int args; void (*f)(sqlite3_context *, int, sqlite3_value **); } functions[] = {
		{ "dec", 1, f_dec }, { "dec_add", 2, f_add }, { "dec_sub", 2, f_sub }, { "dec_mul", 2, f_mul }, { "dec_div", 2, f_div },
		{ "dec_div", 3, f_div }, { "dec_cmp", 2, f_cmp }, { "dec_round", 1, f_round }, { "dec_round", 2, f_round }, { "dec_abs", 1, f_abs },
	};
	static const char *const sums[] = { "sum", "total", "avg", "dec_sum", "dec_avg" };
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
	int rc = sqlite3_create_collation(db, "decimal", SQLITE_UTF8, NULL, collate);
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof functions / sizeof *functions; i++)
		rc = sqlite3_create_function_v2(db, functions[i].name, functions[i].args, flags, (void *)(uintptr_t)functions[i].name, functions[i].f, NULL, NULL, NULL);
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof sums / sizeof *sums; i++)
		rc = sqlite3_create_window_function(db, sums[i], 1, flags, (void *)(uintptr_t)sums[i], step, value, value, inverse, NULL);
	return rc;
}
