/* expr_parse - text to nodes, by recursive descent; the depth is limited, so that every text ends.
 *
 *	or   := and ("or" and)*            and := not ("and" not)*           not := "not" not | cmp
 *	cmp  := sum [("=="|"!="|"<"|"<="|">"|">="|["not"] "in"|["not"] "contains"|["not"] "matches") sum
 *	         | ["not"] "exists"]
 *	sum  := term (("+"|"-") term)*     term := unary (("*"|"/") unary)*  unary := "-" unary | pipe
 *	pipe := primary ("|" name ["(" or, ... ")"])*
 *	primary := number | text | true | false | null | "(" or ")" | "[" or, ... "]" | name "(" or, ... ")" | path
 *	path := ["$" | "$."] name (("." name) | "[" (text | integer | "*") "]")* */
#include <stdio.h>
#include "base/text.h"
#include "parse/expr_token.h"

/* ---- nodes ---- */

static int node(struct tribx_parse *p, enum tribx_kind kind, int at)
{
	if (p->failed)
		return -1;
	if (p->x->node_count == p->cap)
		return tribx_parse_fail(p, at, "expr.too_long", "the expression has too many parts%.*s", "", 0);
	p->x->nodes[p->x->node_count] = (struct tribx_enode){ .kind = kind, .at = at, .first = -1, .next = -1 };
	return p->x->node_count++;
}

static void give(struct tribx_parse *p, int to, int child)
{
	if (to < 0 || child < 0)
		return;
	int *slot = &p->x->nodes[to].first;
	while (*slot >= 0)
		slot = &p->x->nodes[*slot].next;
	*slot = child;
	p->x->nodes[to].count++;
}

static int call(struct tribx_parse *p, const char *word, int at, int x, int y)
{
	const int n = node(p, TRIBX_NODE_CALL, at);
	if (n < 0)
		return -1;
	p->x->nodes[n].word = tribx_word_find(word, strlen(word), true);
	give(p, n, x);
	give(p, n, y);
	return n;
}

static void no_memory(struct tribx_parse *p)
{
	p->failed = true;
	tribx_fail(p->e, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
}

/* The text between the quotes: \\ \' \" \n \t are escapes, any other backslash stays (regular expressions need
 * theirs). */
static struct trib_text unquoted(struct tribx_parse *p)
{
	const char *s = p->text + p->at + 1, *const end = p->text + p->at + p->size - 1;
	char *const copy = tribx_arena_new(p->x->arena, (size_t)(end - s) + 1), *w = copy;
	if (!copy) {
		no_memory(p);
		return (struct trib_text){ "", 0 };
	}
	for (; s < end; s++) {
		const char *const found = *s == '\\' && s + 1 < end ? strchr("\\'\"nt", s[1]) : NULL;
		if (found)
			s++;
		*w++ = !found ? *s : *found == 'n' ? '\n' : *found == 't' ? '\t' : *s;
	}
	return (struct trib_text){ copy, (size_t)(w - copy) };
}

static int either(struct tribx_parse *p);

static void arguments(struct tribx_parse *p, int n, const char *close)
{
	if (tribx_token_take(p, close))
		return;
	do
		give(p, n, either(p));
	while (!p->failed && tribx_token_take(p, ","));
	if (!p->failed && !tribx_token_take(p, close))
		tribx_parse_expected(p, *close == ')' ? "',' or ')'" : "',' or ']'");
}

static int callee(struct tribx_parse *p, int piped)
{
	char name[40];
	const int at = p->at;
	if (p->token != T_NAME)
		return tribx_parse_expected(p, "a filter's name");
	snprintf(name, sizeof name, "%.*s", p->size, p->text + p->at);
	const struct tribx_word *const word = tribx_word_find(p->text + p->at, (size_t)p->size, false);
	if (!word) {
		const char *const nearest = tribx_word_nearest(name);
		if (nearest && !p->failed)
			tribx_error_hint(p->e, "did you mean \"%s\"?", nearest);
		return tribx_parse_fail(p, at, "expr.unknown_word", "there is no filter or function '%.*s'", name,
		            (int)strlen(name));
	}
	tribx_token_next(p);
	const int n = node(p, TRIBX_NODE_CALL, at);
	if (n < 0)
		return -1;
	p->x->nodes[n].word = word;
	give(p, n, piped);
	if (tribx_token_take(p, "("))
		arguments(p, n, ")");
	const int count = p->x->nodes[n].count;
	if (!p->failed && (count < word->least || (word->most >= 0 && count > word->most)))
		return tribx_parse_fail(p, at, "expr.bad_argument", "wrong number of arguments; write %.*s",
		                        word->usage,
		            (int)strlen(word->usage));
	return n;
}

static struct tribx_step *step(struct tribx_parse *p)
{
	struct tribx_step *const s = tribx_arena_new(p->x->arena, sizeof *s);
	if (!s)
		no_memory(p);
	return s;
}

static struct tribx_step *bracket(struct tribx_parse *p)
{
	struct tribx_step *const s = step(p);
	const int at = p->at;
	if (!s)
		return NULL;
	if (p->token == T_TEXT) {
		const struct trib_text t = unquoted(p);
		s->name = t.p;
		s->size = t.n;
	} else if (tribx_token_is(p, "*")) {
		s->all = true;
	} else {
		const bool back = tribx_token_take(p, "-");
		trib_dec v;
		if (p->token != T_NUMBER || trib_dec_parse((struct trib_text){ p->text + p->at, (size_t)p->size },
		                                           0, &v) || v.hi || v.lo > INT32_MAX ||
		    memchr(p->text + p->at, '.', (size_t)p->size)) {
			p->at = p->failed ? p->at : at;
			tribx_parse_expected(p, "a text, an integer or *");
			return NULL;
		}
		s->index = back ? -(int64_t)v.lo : (int64_t)v.lo;
	}
	tribx_token_next(p);
	if (!tribx_token_take(p, "]"))
		tribx_parse_expected(p, "']'");
	return s;
}

/* The first step is a name already, or nothing at all behind a lonely $. */
static int path(struct tribx_parse *p)
{
	const int n = node(p, TRIBX_NODE_PATH, p->at);
	struct tribx_step *first = NULL, **tail = &first;
	if (n < 0)
		return -1;
	bool name = true;
	if (tribx_token_take(p, "$"))
		name = tribx_token_take(p, ".");
	if (!name && !tribx_token_is(p, "["))
		return tribx_parse_expected(p, "a name behind $");
	while (!p->failed) {
		struct tribx_step *s;
		if (name) {
			if (p->token != T_NAME)
				return tribx_parse_expected(p, "a name");
			s = step(p);
			if (!s)
				return -1;
			s->name = p->text + p->at;
			s->size = (size_t)p->size;
			tribx_token_next(p);
		} else {
			tribx_token_take(p, "[");
			s = bracket(p);
		}
		*tail = s;
		if (s)
			tail = &s->next;
		name = tribx_token_take(p, ".");
		if (!name && !tribx_token_is(p, "["))
			break;
	}
	p->x->nodes[n].steps = first;
	return p->failed ? -1 : n;
}

static int literal(struct tribx_parse *p)
{
	static const struct { const char *word; enum tribx_kind kind; bool truth; } words[] = { { "null",
		TRIBX_NODE_NULL, false }, { "true", TRIBX_NODE_BOOL, true }, { "false", TRIBX_NODE_BOOL, false } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (tribx_token_is(p, words[i].word)) {
			const int n = node(p, words[i].kind, p->at);
			if (n >= 0)
				p->x->nodes[n].truth = words[i].truth;
			tribx_token_next(p);
			return n;
		}
	return -2;
}

static int number(struct tribx_parse *p)
{
	const struct trib_text t = { p->text + p->at, (size_t)p->size };
	const char *const point = memchr(t.p, '.', t.n);
	const int scale = point ? (int)(t.p + t.n - point - 1) : 0, n = node(p, TRIBX_NODE_NUMBER, p->at);
	trib_dec v;
	if (n < 0)
		return -1;
	if (scale > TRIBX_DIGITS || trib_dec_parse(t, scale, &v))
		return tribx_parse_fail(p, p->at, "expr.syntax", "a number has more than 38 digits%.*s", "", 0);
	p->x->nodes[n].number = v;
	p->x->nodes[n].scale = scale;
	tribx_token_next(p);
	return n;
}

static int primary(struct tribx_parse *p)
{
	const int at = p->at;
	if (p->token == T_NUMBER)
		return number(p);
	if (p->token == T_TEXT) {
		const int n = node(p, TRIBX_NODE_TEXT, at);
		if (n >= 0)
			p->x->nodes[n].text = unquoted(p);
		tribx_token_next(p);
		return n;
	}
	if (tribx_token_take(p, "(")) {
		const int n = either(p);
		if (!p->failed && !tribx_token_take(p, ")"))
			return tribx_parse_expected(p, "')'");
		return n;
	}
	if (tribx_token_take(p, "[")) {
		const int n = node(p, TRIBX_NODE_LIST, at);
		arguments(p, n, "]");
		return n;
	}
	if (p->token == T_NAME) {
		const int n = literal(p);
		if (n != -2)
			return n;
		const char *s = p->text + p->at + p->size;
		while (*s == ' ')
			s++;
		return *s == '(' ? callee(p, -1) : path(p);
	}
	return tribx_token_is(p, "$") ? path(p) : tribx_parse_expected(p, "a value");
}

static bool deeper(struct tribx_parse *p)
{
	if (!p->failed && ++p->depth > TRIBX_EXPR_DEPTH)
		tribx_parse_fail(p, p->at, "expr.too_deep", "the expression is nested too deep%.*s", "", 0);
	return !p->failed;
}

static int unary(struct tribx_parse *p)
{
	const int at = p->at;
	int n;
	if (!deeper(p))
		return -1;
	const bool minus = tribx_token_take(p, "-");
	if (minus && p->token != T_NUMBER) {
		n = call(p, "neg", at, unary(p), -1);
	} else {
		n = primary(p);
		if (minus && n >= 0)      /* -1.5 | abs: the sign belongs to the number */
			p->x->nodes[n].number = tribx_dec_of(-tribx_dec_i128(p->x->nodes[n].number));
		while (!p->failed && tribx_token_take(p, "|"))
			n = callee(p, n);
	}
	p->depth--;
	return n;
}

static int chain(struct tribx_parse *p, const char *const *signs, int (*below)(struct tribx_parse *))
{
	int n = below(p);
	for (int i = 0; !p->failed && signs[i]; i++) {
		const int at = p->at;
		if (tribx_token_take(p, signs[i])) {
			n = call(p, signs[i], at, n, below(p));
			i = -1;
		}
	}
	return n;
}

static int product(struct tribx_parse *p)
{
	static const char *const signs[] = { "*", "/", NULL };
	return chain(p, signs, unary);
}

static int sum(struct tribx_parse *p)
{
	static const char *const signs[] = { "+", "-", NULL };
	return chain(p, signs, product);
}

static int comparison(struct tribx_parse *p)
{
	static const char *const signs[] = { "==", "!=", "<=", ">=", "<", ">", NULL },
		*const words[] = { "in", "contains", "matches", NULL };
	int at = p->at;
	if (tribx_token_take(p, "exists"))
		return call(p, "exists", at, sum(p), -1);
	int n = sum(p);
	at = p->at;
	for (int i = 0; !p->failed && signs[i]; i++)
		if (tribx_token_take(p, signs[i]))
			return call(p, signs[i], at, n, sum(p));
	const bool negated = tribx_token_take(p, "not");
	if (tribx_token_take(p, "exists")) {
		n = call(p, "exists", at, n, -1);
		return negated ? call(p, "not", at, n, -1) : n;
	}
	for (int i = 0; !p->failed && words[i]; i++)
		if (tribx_token_take(p, words[i])) {
			n = call(p, words[i], at, n, sum(p));
			return negated ? call(p, "not", at, n, -1) : n;
		}
	return negated ? tribx_parse_expected(p, "in, contains, matches or exists") : n;
}

static int negation(struct tribx_parse *p)
{
	const int at = p->at;
	if (!tribx_token_take(p, "not"))
		return comparison(p);
	if (!deeper(p))
		return -1;
	const int n = call(p, "not", at, negation(p), -1);
	p->depth--;
	return n;
}

static int both(struct tribx_parse *p)
{
	static const char *const signs[] = { "and", NULL };
	return chain(p, signs, negation);
}

static int either(struct tribx_parse *p)
{
	static const char *const signs[] = { "or", NULL };
	if (!deeper(p))
		return -1;
	const int n = chain(p, signs, both);
	p->depth--;
	return n;
}

int tribx_expr_compile(const char *text, struct tribx_arena *a, struct trib_expr **out, struct tribx_error *e)
{
	const size_t size = strlen(text);
	if (size > TRIBX_EXPR_TEXT)
		return tribx_fail(e, TRIB_CONFIG, "expr.too_long", "an expression has %zu bytes, %d are read", size,
		                  TRIBX_EXPR_TEXT);
	struct tribx_parse p = { .e = e, .cap = size + 2 < TRIBX_EXPR_OPS ? (int)size + 2 : TRIBX_EXPR_OPS };
	struct trib_expr *const x = tribx_arena_new(a, sizeof *x);
	if (x) {
		x->arena = a;
		p.text = x->text = tribx_arena_text(a, text, size);
		x->nodes = tribx_arena_new(a, (size_t)p.cap * sizeof *x->nodes);
	}
	if (!x || !x->text || !x->nodes)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
	p.x = x;
	tribx_token_next(&p);
	if (p.token == T_END && !p.failed)
		return tribx_fail(e, TRIB_CONFIG, "expr.syntax", "the expression is empty");
	x->root = either(&p);
	if (!p.failed && p.token != T_END)
		tribx_parse_expected(&p, "an operator");
	if (p.failed)
		return e->status;
	*out = x;
	return TRIB_OK;
}
