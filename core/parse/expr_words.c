/* expr_words - every operator, filter and function: one row. `x | f(a)` and `f(x, a)` are the same. */
#include "base/text.h"
#include "parse/expr_node.h"

#define SIGN(name, count, fn) { name, count, count, true, tribx_bind_##fn, name }

static const struct tribx_word words[] = {
	SIGN("+", 2, add), SIGN("-", 2, sub), SIGN("*", 2, mul), SIGN("/", 2, div), SIGN("neg", 1, neg),
	SIGN("==", 2, eq), SIGN("!=", 2, ne), SIGN("<", 2, lt), SIGN("<=", 2, le), SIGN(">", 2, gt), SIGN(">=", 2, ge),
	SIGN("in", 2, in), SIGN("contains", 2, contains), SIGN("matches", 2, matches), SIGN("exists", 1,
		exists), SIGN("and", 2, and), SIGN("or", 2, or), SIGN("not", 1, not),
	{ "abs", 1, 1, false, tribx_bind_abs, "x | abs" },
	{ "add", 2, 2, false, tribx_bind_plus, "time | add('-1d')" },
	{ "b64", 1, 1, false, tribx_bind_b64, "text | b64" },
	{ "b64d", 1, 1, false, tribx_bind_b64d, "text | b64d" },
	{ "bool", 1, 1, false, tribx_bind_bool, "x | bool" },
	{ "coalesce", 1, -1, false, tribx_bind_coalesce, "coalesce(a, b, ...)" },
	{ "concat", 1, -1, false, tribx_bind_concat, "concat(a, b, ...)" },
	{ "date", 1, 2, false, tribx_bind_date, "x | date or time | date('%d.%m.%Y')" },
	{ "default", 2, 2, false, tribx_bind_coalesce, "x | default(y)" },
	{ "epoch", 1, 1, false, tribx_bind_epoch, "time | epoch" },
	{ "epoch_ms", 1, 1, false, tribx_bind_epoch_ms, "time | epoch_ms" },
	{ "first", 1, 1, false, tribx_bind_first, "x | first" },
	{ "if", 3, 3, false, tribx_bind_if, "if(condition, a, b)" },
	{ "int", 1, 1, false, tribx_bind_int, "x | int" },
	{ "join", 2, 2, false, tribx_bind_join, "list | join(', ')" },
	{ "json", 1, 1, false, tribx_bind_json, "x | json" },
	{ "last", 1, 1, false, tribx_bind_last, "x | last" },
	{ "len", 1, 1, false, tribx_bind_len, "x | len" },
	{ "lower", 1, 1, false, tribx_bind_lower, "text | lower" },
	{ "match", 2, 3, false, tribx_bind_match, "text | match('a(.)c', 1)" },
	{ "num", 1, 3, false, tribx_bind_num, "text | num('de_DE', 9)" },
	{ "parse", 1, -1, false, tribx_bind_parse, "text | parse('%d.%m.%Y')" },
	{ "replace", 3, 3, false, tribx_bind_replace, "text | replace('a', 'b')" },
	{ "round", 1, 2, false, tribx_bind_round, "x | round(2)" },
	{ "split", 2, 2, false, tribx_bind_split, "text | split(',')" },
	{ "str", 1, 1, false, tribx_bind_str, "x | str" },
	{ "trim", 1, 1, false, tribx_bind_trim, "text | trim" },
	{ "trunc", 2, 2, false, tribx_bind_trunc, "time | trunc('month')" },
	{ "upper", 1, 1, false, tribx_bind_upper, "text | upper" },
	{ "urlencode", 1, 1, false, tribx_bind_urlencode, "text | urlencode" },
};

enum { WORDS = sizeof words / sizeof *words };

const struct tribx_word *tribx_word_find(const char *name, size_t size, bool sign)
{
	for (size_t i = 0; i < WORDS; i++)
		if (words[i].sign == sign && strlen(words[i].name) == size && memcmp(words[i].name, name, size) == 0)
			return &words[i];
	return NULL;
}

static const char *name_at(const void *list, size_t i)
{
	const struct tribx_word *const w = (const struct tribx_word *)list + i;
	return w->sign ? "" : w->name;
}

const char *tribx_word_nearest(const char *name)
{
	return tribx_nearest(name, name_at, words, WORDS);
}
