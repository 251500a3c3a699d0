/* json_check - strict RFC 8259, byte by byte, with the reason: what the fast walk is tested against, and what says why a
 * line is bad. Beyond the grammar: depth at most TRIBX_JSON_DEPTH, no lone surrogates, no U+0000 (no database holds it). */
#include "parse/json_index.h"

#include <string.h>

struct at { const char *begin, *p, *end; };

static void blank(struct at *a)
{
	while (a->p < a->end && (*a->p == ' ' || *a->p == '\t' || *a->p == '\r' || *a->p == '\n'))
		a->p++;
}

static bool digits(struct at *a)
{
	const char *from = a->p;
	while (a->p < a->end && *a->p >= '0' && *a->p <= '9')
		a->p++;
	return a->p > from;
}

static const char *number(struct at *a)
{
	if (*a->p == '-')
		a->p++;
	if (a->p < a->end && *a->p == '0')
		a->p++;
	else if (!digits(a))
		return "not a JSON value";
	if (a->p < a->end && *a->p >= '0' && *a->p <= '9')
		return "a number with a leading zero";
	if (a->p < a->end && *a->p == '.' && (a->p++, !digits(a)))
		return "a number that ends with its point";
	if (a->p < a->end && (*a->p | 0x20) == 'e') {
		a->p++;
		if (a->p < a->end && (*a->p == '+' || *a->p == '-'))
			a->p++;
		if (!digits(a))
			return "a number without its exponent";
	}
	return NULL;
}

static const char *string(struct at *a)
{
	for (a->p++; a->p < a->end; a->p++) {
		if (*a->p == '"') {
			a->p++;
			return NULL;
		}
		if ((unsigned char)*a->p < 0x20)
			return "a control byte inside a text";
		if (*a->p == '\\') {
			if (!tribx_json_escape(a->begin, a->p, a->end))
				return "an escape that JSON does not have (or U+0000, or half of a pair)";
			a->p++;
		}
	}
	return "a text without its closing quote";
}

static const char *word(struct at *a)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);
		if ((size_t)(a->end - a->p) >= n && memcmp(a->p, words[i], n) == 0) {
			a->p += n;
			return NULL;
		}
	}
	return "not a JSON value";
}

static const char *scalar(struct at *a)
{
	if (*a->p == '"')
		return string(a);
	return *a->p == '-' || (*a->p >= '0' && *a->p <= '9') ? number(a) : word(a);
}

static const char *name(struct at *a)
{
	blank(a);
	if (a->p == a->end || *a->p != '"')
		return "a name was expected";
	const char *why = string(a);
	if (why)
		return why;
	blank(a);
	if (a->p == a->end || *a->p != ':')
		return "no colon behind a name";
	a->p++;
	return NULL;
}

static const char *value(struct at *a)
{
	char open[TRIBX_JSON_DEPTH];
	const char *why;
	int depth = 0;
	for (;;) {
		blank(a);
		if (a->p == a->end)
			return "the text ends too early";
		if (*a->p == '{' || *a->p == '[') {
			if (depth == TRIBX_JSON_DEPTH)
				return "nested deeper than 512";
			char close = open[depth++] = (char)(*a->p++ + 2);
			blank(a);
			if (a->p == a->end || *a->p != close) {
				if (close == '}' && (why = name(a)))
					return why;
				continue;
			}
		} else if ((why = scalar(a))) {
			return why;
		}
		for (;;) {   /* behind a value, or at the close of an empty one */
			blank(a);
			if (depth == 0)
				return NULL;
			if (a->p == a->end)
				return "the text ends too early";
			if (*a->p == open[depth - 1]) {
				a->p++;
				depth--;
				continue;
			}
			if (*a->p != ',')
				return "a comma or a closing bracket was expected";
			a->p++;
			if (open[depth - 1] == '}' && (why = name(a)))
				return why;
			break;
		}
	}
}

const char *tribx_json_check(const char *p, size_t n, size_t *at)
{
	struct at a = { p, p, p + n };
	const char *why = value(&a);
	if (!why && a.p < a.end)
		why = "something stands behind the value";
	*at = (size_t)(a.p - p);
	return why;
}
