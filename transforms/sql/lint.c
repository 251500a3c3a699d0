/* lint - finds where a query would make a double of a decimal, or compare the texts of two, before a row is read. It reads tokens: what is
 * an operand of what. A column that is decimal compares by its value (its collation); what a function made of decimals does
 * not, so it is asked for dec_cmp, and for COLLATE decimal where it orders. What slips through is stopped by its result: a
 * double fits no column but one that is declared float64. */
#include <stdlib.h>
#include <strings.h>
#include "sql.h"

enum kind { NAME, NUMBER, STRING, OP, OPEN, CLOSE, COMMA, DOT };
enum level { PLAIN, COLUMN, RESULT };                  /* of an operand: no decimal, a decimal column, made of decimals */
struct token { enum kind kind; const char *p; int n; };
struct lint { const struct sq *s; struct token *all; int count; bool any; struct token alias[64]; int aliases; };

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 128;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *quoted(const char *p, char end)
{
	for (p++; *p; p++)
		if (*p == end && (end == ']' || p[1] != end))
			return p + 1;
		else if (*p == end)
			p++;
	return p;
}

static const char *blanks(const char *p)
{
	for (;;) {
		while (*p && strchr(" \t\r\n", *p))
			p++;
		if (p[0] == '-' && p[1] == '-')
			while (*p && *p != '\n')
				p++;
		else if (p[0] == '/' && p[1] == '*') {
			const char *end = strstr(p + 2, "*/");
			p = end ? end + 2 : p + strlen(p);
		} else
			return p;
	}
}

static struct token next(const char **at)
{
	static const char *const twos[] = { "<=", ">=", "<>", "!=", "==", "||", "->", "<<", ">>" };
	const char *p = blanks(*at), *q = p + 1;
	enum kind kind = OP;
	if (digit(*p) || (*p == '.' && digit(p[1]))) {
		kind = NUMBER;
		while (digit(*q) || letter(*q) || *q == '.')
			q++;
	} else if (letter(*p)) {
		kind = NAME;
		while (digit(*q) || letter(*q) || *q == '$')
			q++;
	} else if (*p == '"' || *p == '`' || *p == '[') {
		q = quoted(p, *p == '[' ? ']' : *p);
		*at = q;
		return (struct token){ NAME, p + 1, (int)(q - p) - 2 > 0 ? (int)(q - p) - 2 : 0 };
	} else if (*p == '\'')
		q = quoted(p, '\''), kind = STRING;
	else if (*p == '(' || *p == ')' || *p == ',' || *p == '.')
		kind = *p == '(' ? OPEN : *p == ')' ? CLOSE : *p == ',' ? COMMA : DOT;
	else
		for (size_t i = 0; i < sizeof twos / sizeof *twos; i++)
			if (strncmp(p, twos[i], 2) == 0)
				q = p + 2;
	*at = q;
	return (struct token){ kind, p, (int)(q - p) };
}

static bool is(const struct lint *l, int i, const char *word)
{
	return i >= 0 && i < l->count && (size_t)l->all[i].n == strlen(word) && strncasecmp(l->all[i].p, word, (size_t)l->all[i].n) == 0;
}

static bool any_of(const struct lint *l, int i, const char *const *words)
{
	for (; *words; words++)
		if (is(l, i, *words))
			return true;
	return false;
}

static bool kind(const struct lint *l, int i, enum kind k)
{
	return i >= 0 && i < l->count && l->all[i].kind == k;
}

static const char *const keywords[] = {
	"select", "distinct", "all", "from", "where", "and", "or", "not", "on", "by", "having", "when", "then", "else", "case", "end", "in", "between",
	"like", "is", "as", "limit", "over", "filter", "using", "values", "union", "except", "intersect", "group", "order", "collate", "asc", "desc", "join",
	"partition", "with", "exists", NULL,
};

static int last_of(const struct lint *l, int i)                /* the token that closes the bracket at i */
{
	for (int depth = 0; i < l->count; i++) {
		depth += kind(l, i, OPEN) - kind(l, i, CLOSE);
		if (depth == 0)
			return i;
	}
	return l->count - 1;
}

static int first_of(const struct lint *l, int i)               /* the one that opens it */
{
	for (int depth = 0; i >= 0; i--) {
		depth += kind(l, i, CLOSE) - kind(l, i, OPEN);
		if (depth == 0)
			return i;
	}
	return 0;
}

/* The operand that begins at i: its last token. */
static int forward(const struct lint *l, int i)
{
	while (is(l, i, "+") || is(l, i, "-") || is(l, i, "not"))
		i++;
	while (kind(l, i, NAME) && kind(l, i + 1, DOT))
		i += 2;
	if (kind(l, i, NAME) && kind(l, i + 1, OPEN))
		i++;
	int end = kind(l, i, OPEN) ? last_of(l, i) : i;
	if (is(l, i, "case"))
		for (int depth = 0; end < l->count - 1; end++)
			if ((depth += is(l, end, "case") - is(l, end, "end")) == 0)
				break;
	while ((is(l, end + 1, "over") || is(l, end + 1, "filter")) && kind(l, end + 2, OPEN))
		end = last_of(l, end + 2);
	return end;
}

static int backward(const struct lint *l, int i)
{
	int at = kind(l, i, CLOSE) ? first_of(l, i) : i;
	if (is(l, i, "end"))
		for (int depth = 0; at > 0; at--)
			if ((depth += is(l, at, "end") - is(l, at, "case")) == 0)
				break;
	while (at > 1 && kind(l, at, OPEN) && (is(l, at - 1, "over") || is(l, at - 1, "filter")) && kind(l, at - 2, CLOSE))
		at = first_of(l, at - 2);
	if (kind(l, at, OPEN) && kind(l, at - 1, NAME) && !any_of(l, at - 1, keywords))
		at--;
	while (kind(l, at - 1, DOT) && kind(l, at - 2, NAME))
		at -= 2;
	return at;
}

static enum level level_of(const struct lint *l, int from, int to);

static enum level level_of_call(const struct lint *l, int name, int to)
{
	static const char *const plain[] = { "dec_cmp", "count", "length", "typeof", "instr", "exists", "row_number", "rank", "dense_rank", "ntile", "cast", "quote",
	                                     "substr", "hex", "in", "like", "glob", "group_concat", "printf", "format", NULL };
	if (any_of(l, name, plain))
		return PLAIN;
	if (l->all[name].n >= 3 && strncasecmp(l->all[name].p, "dec", 3) == 0 && (l->all[name].n == 3 || l->all[name].p[3] == '_'))
		return RESULT;
	return level_of(l, name + 2, to) > PLAIN ? RESULT : PLAIN;
}

/* Of an operand, or of what stands between brackets: the most decimal of its parts, subqueries up to their FROM. */
static enum level level_of(const struct lint *l, int from, int to)
{
	enum level most = PLAIN;
	for (int i = from; i <= to && i < l->count; i++) {
		enum level one = PLAIN;
		if (is(l, i, "from") || is(l, i, "over"))
			break;
		if (is(l, i, "case") || is(l, i, "when"))              /* what it is asked for is no part of what it is */
			while (i < to && !is(l, i, "then"))
				i++;
		static const char *const compare[] = { "<", "<=", ">", ">=", "=", "==", "!=", "<>", "is", "in", "between", "like", NULL };
		if (kind(l, i, OP) && any_of(l, i, compare))
			return PLAIN;                          /* true or false */
		if (kind(l, i, NAME) && kind(l, i + 1, OPEN) && !any_of(l, i, keywords)) {
			one = level_of_call(l, i, last_of(l, i + 1));
			i = last_of(l, i + 1);
		} else if (kind(l, i, NAME) && !kind(l, i + 1, DOT)) {
			for (int c = 0; c < l->s->in_count; c++)
				if (l->s->ins[c].type == TRIB_DEC && is(l, i, l->s->ins[c].name))
					one = COLUMN;
			for (int a = 0; a < l->aliases; a++)
				if (l->alias[a].n == l->all[i].n && strncasecmp(l->alias[a].p, l->all[i].p, (size_t)l->all[i].n) == 0)
					one = RESULT;
		}
		most = one > most ? one : most;
	}
	return most;
}

static int fault(struct trib *t, const struct lint *l, int at, const char *why)
{
	int line = 1, column = 1;
	for (const char *p = l->s->query; p < l->all[at].p; p++)
		if (*p == '\n')
			line++, column = 1;
		else
			column += (*p & 0xc0) != 0x80;
	return trib_fail(t, TRIB_CONFIG, "sql.double: query: line %d, column %d: \"%.*s\" %s", line, column, l->all[at].n, l->all[at].p, why);
}

static void call_it(struct lint *l, int name, enum level is_of)
{
	bool known = false;
	for (int c = 0; c < l->s->in_count; c++)
		known |= l->s->ins[c].type == TRIB_DEC && is(l, name, l->s->ins[c].name);
	if ((is_of == RESULT || (is_of == COLUMN && !known)) && l->aliases < (int)(sizeof l->alias / sizeof *l->alias))
		l->alias[l->aliases++] = l->all[name];
}

/* WITH name(a, b) AS (SELECT x, y ...): a is x. */
static void name_list(struct lint *l, int as)
{
	int name = first_of(l, as - 1) + 1, from = as + 3;
	for (; from < l->count && name < as; name += 2) {
		int end = from;
		while (end < l->count && !kind(l, end, COMMA) && !kind(l, end, CLOSE) && !is(l, end, "from"))
			end = kind(l, end, OPEN) ? last_of(l, end) + 1 : end + 1;
		call_it(l, name, level_of(l, from, end - 1));
		from = kind(l, end, COMMA) ? end + 1 : l->count;
	}
}

static void find_aliases(struct lint *l)
{
	for (int i = 1; i + 1 < l->count; i++) {
		const bool bare = kind(l, i - 1, CLOSE) && kind(l, i, NAME) && !any_of(l, i, keywords) &&
			(kind(l, i + 1, COMMA) || kind(l, i + 1, CLOSE) || is(l, i + 1, "from"));
		if (is(l, i, "as") && kind(l, i + 1, NAME))
			call_it(l, i + 1, level_of(l, backward(l, i - 1), i - 1));
		else if (is(l, i, "as") && kind(l, i + 1, OPEN) && is(l, i + 2, "select") && kind(l, i - 1, CLOSE))
			name_list(l, i);
		else if (bare)
			call_it(l, i, level_of(l, backward(l, i - 1), i - 1));
	}
}

/* 0.5, 1e3 and 20 digits are doubles to SQLite. */
static bool has_double(const struct lint *l, int from, int to)
{
	for (int i = from; i <= to && i < l->count; i++)
		if (kind(l, i, NUMBER) && (l->all[i].n > 18 || memchr(l->all[i].p, '.', (size_t)l->all[i].n) || memchr(l->all[i].p, 'e', (size_t)l->all[i].n) ||
		    memchr(l->all[i].p, 'E', (size_t)l->all[i].n)))
			return true;
	return false;
}

static int operators(struct trib *t, const struct lint *l, int i)
{
	static const char *const reckon[] = { "+", "-", "*", "/", "%", NULL };
	static const char *const compare[] = { "<", "<=", ">", ">=", "=", "==", "!=", "<>", "between", "in", NULL };
	static const char *const doubles[] = { "abs", "round", "ceil", "ceiling", "floor", "trunc", "sqrt", "pow", "power", "mod", "exp", "ln", "log", "sign", NULL };
	const bool before = i > 0 && !kind(l, i - 1, OPEN) && !kind(l, i - 1, COMMA) && !kind(l, i - 1, OP) && !kind(l, i - 1, DOT) &&
		(is(l, i - 1, "end") || !any_of(l, i - 1, keywords));
	if (kind(l, i, NAME) && kind(l, i + 1, OPEN) && any_of(l, i, doubles) && level_of(l, i + 2, last_of(l, i + 1)) > PLAIN)
		return fault(t, l, i, "would make a double of a decimal: there are dec_abs and dec_round");
	if (kind(l, i, OP) && any_of(l, i, reckon)) {
		const enum level left = before ? level_of(l, backward(l, i - 1), i - 1) : PLAIN;
		const enum level right = before || is(l, i, "-") ? level_of(l, i + 1, forward(l, i + 1)) : PLAIN;
		if (left > PLAIN || right > PLAIN)
			return fault(t, l, i, "would make a double of a decimal: write dec_add(a, b), dec_sub, dec_mul, dec_div(a, b, scale)");
	}
	if (any_of(l, i, compare) && before) {
		const enum level left = level_of(l, backward(l, i - 1), i - 1), right = level_of(l, i + 1, forward(l, i + 1));
		if ((left == RESULT && right != COLUMN) || (right == RESULT && left != COLUMN))
			return fault(t, l, i, "would compare a decimal as text: write dec_cmp(a, b) < 0, = 0, > 0");
		int end = forward(l, i + 1);
		if (is(l, i, "between") && is(l, end + 1, "and"))
			end = forward(l, end + 2);
		if ((left == COLUMN && has_double(l, i + 1, end)) || (right == COLUMN && has_double(l, backward(l, i - 1), i - 1)))
			return fault(t, l, i, "would compare a decimal with a double: write it as a text, '0.5'");
	}
	return TRIB_OK;
}

static int orders(struct trib *t, const struct lint *l, int by)
{
	static const char *const ends[] = { "limit", "rows", "range", "groups", NULL };
	bool at_start = true;
	for (int i = by + 1; i < l->count && !kind(l, i, CLOSE) && !any_of(l, i, ends); i++) {
		const int end = forward(l, i);
		if (at_start && kind(l, i, NUMBER) && (kind(l, i + 1, COMMA) || kind(l, i + 1, CLOSE) || i + 1 == l->count || any_of(l, i + 1, keywords)) &&
		    l->any)
			return fault(t, l, i, "orders by the place of a column: write its name, so that decimals can be told from texts");
		if (at_start && level_of(l, i, end) == RESULT && !is(l, end + 1, "collate"))
			return fault(t, l, i, "would order decimals as texts: write COLLATE decimal behind it");
		at_start = kind(l, end + 1, COMMA);
		i = end + at_start;
	}
	return TRIB_OK;
}

int sq_lint(struct trib *t, const struct sq *s)
{
	const size_t most = strlen(s->query) + 1;
	struct lint l = { .s = s, .all = trib_scratch(t, most * sizeof *l.all) };
	const char *at = s->query;
	if (!l.all)
		return trib_fail(t, TRIB_FATAL, "no memory");
	while (*blanks(at))
		l.all[l.count++] = next(&at);
	find_aliases(&l);
	for (int i = 0; i < l.count; i++)
		l.any |= l.aliases > 0 || level_of(&l, i, kind(&l, i, NAME) ? forward(&l, i) : i) > PLAIN;
	int bad = TRIB_OK;
	for (int i = 0; bad == TRIB_OK && i < l.count; i++) {
		bad = operators(t, &l, i);
		if (bad == TRIB_OK && is(&l, i, "by") && is(&l, i - 1, "order"))
			bad = orders(t, &l, i);
	}
	return bad;
}
