/* expr_token - the text of an expression as tokens; private to the parser. */
#ifndef TRIBX_EXPR_TOKEN_H
#define TRIBX_EXPR_TOKEN_H

#include "parse/expr_node.h"

enum tribx_token { T_END, T_NAME, T_NUMBER, T_TEXT, T_SIGN };

struct tribx_parse {
	struct trib_expr *x;
	struct tribx_error *e;
	const char *text;
	int at, size;              /* of the token in hand */
	enum tribx_token token;
	int depth, cap;
	bool failed;               /* the error is set; every token is T_END from now on */
};

void tribx_token_next(struct tribx_parse *p);
bool tribx_token_is(const struct tribx_parse *p, const char *word);
bool tribx_token_take(struct tribx_parse *p, const char *word);
/* Both answer -1, no node. fmt has one %.*s, for word. */
int tribx_parse_fail(struct tribx_parse *p, int at, const char *code, const char *fmt, const char *word, int size);
int tribx_parse_expected(struct tribx_parse *p, const char *what);

#endif
