/* expr_token - the text of an expression, token by token, and what is said about a wrong one. */
#include <stdarg.h>
#include <stdio.h>
#include "base/text.h"
#include "parse/expr_token.h"

int tribx_fail_at(struct tribx_error *e, const char *text, int at, const char *code, const char *fmt, ...)
{
	char what[256];
	va_list args;
	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	int column = 1;
	for (int i = 0; i < at; i++)
		column += ((unsigned char)text[i] & 0xC0) != 0x80;
	if (e && !e->status)
		e->column = column;   /* in the text: whoever knows where the text stands moves a caret by it */
	return tribx_fail(e, TRIB_CONFIG, code, "%s, at character %d of: %s", what, column, text);
}

int tribx_parse_fail(struct tribx_parse *p, int at, const char *code, const char *fmt, const char *word, int size)
{
	if (!p->failed)
		tribx_fail_at(p->e, p->text, at, code, fmt, size, word);
	p->failed = true;
	return -1;
}

/* ---- tokens ---- */

static bool name_char(char c, bool first)
{
	return (c | 32) >= 'a' ? (c | 32) <= 'z' || c == '_' || (unsigned char)c >= 0x80 : c == '_' ||
	       (unsigned char)c >= 0x80 || (!first && c >= '0' && c <= '9');
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static int text_size(struct tribx_parse *p)
{
	const char *const s = p->text + p->at;
	for (int i = 1; s[i]; i++) {
		if (s[i] == '\\' && s[i + 1])
			i++;
		else if (s[i] == *s)
			return i + 1;
	}
	tribx_parse_fail(p, p->at, "expr.syntax", "a text has no end%.*s", "", 0);
	return 0;
}

void tribx_token_next(struct tribx_parse *p)
{
	p->at += p->size;
	while (p->text[p->at] == ' ' || p->text[p->at] == '\t' || p->text[p->at] == '\n' || p->text[p->at] == '\r')
		p->at++;
	const char *const s = p->text + p->at;
	p->size = 0;
	if (!*s) {
		p->token = T_END;
	} else if (name_char(*s, true)) {
		p->token = T_NAME;
		while (name_char(s[p->size], false))
			p->size++;
	} else if (digit(*s) || (*s == '.' && digit(s[1]))) {
		p->token = T_NUMBER;
		while (digit(s[p->size]))
			p->size++;
		if (s[p->size] == '.' && digit(s[p->size + 1]))
			for (p->size++; digit(s[p->size]); p->size++)
				;
	} else if (*s == '\'' || *s == '"') {
		p->token = T_TEXT;
		p->size = text_size(p);
	} else {
		p->token = T_SIGN;
		p->size = (strchr("=!<>", *s) && s[1] == '=') || (strchr("&|", *s) && s[1] == *s) ? 2 : 1;
	}
	if (p->failed)
		p->token = T_END;
}

bool tribx_token_is(const struct tribx_parse *p, const char *word)
{
	return (p->token == T_SIGN || p->token == T_NAME) && strlen(word) == (size_t)p->size &&
	       memcmp(p->text + p->at, word, (size_t)p->size) == 0;
}

bool tribx_token_take(struct tribx_parse *p, const char *word)
{
	if (!tribx_token_is(p, word))
		return false;
	tribx_token_next(p);
	return true;
}

int tribx_parse_expected(struct tribx_parse *p, const char *what)
{
	static const struct { const char *is, *hint; } hints[] = { { "=", "==" }, { "&&", "and" }, { "||", "or" },
	                                                           { "!", "not" }, { "&", "and" }, { "<>", "!=" } };
	char text[96];
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (tribx_token_is(p, hints[i].is))
			tribx_error_hint(p->e, "did you mean \"%s\"?", hints[i].hint);
	if (p->token == T_END)
		snprintf(text, sizeof text, "%s expected, but the expression ends%%.*s", what);
	else
		snprintf(text, sizeof text, "%s expected, not '%%.*s'", what);
	if (!p->failed)
		tribx_fail_at(p->e, p->text, p->at, "expr.syntax", text, p->size < 40 ? p->size : 40, p->text + p->at);
	p->failed = true;
	return -1;
}
