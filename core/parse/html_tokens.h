/* html_tokens - tags and text of a web page that comes piece by piece, as forgiving as browsers are: what is no tag is text, what
 * has no end ends somewhere. Comments, declarations, scripts and styles are passed over. */
#ifndef TRIBX_HTML_TOKENS_H
#define TRIBX_HTML_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { TRIBX_HTML_TAG = 64 << 10 };              /* bytes of a tag that are looked at */

struct tribx_html {
	void *data;
	void (*text)(void *data, const char *p, size_t n);       /* as it stands, entities included; pieces of one text may come apart */
	void (*tag)(void *data, const char *name, bool closes, struct trib_text attributes);    /* name in lower case */
	/* of html_tokens.c */
	int state;
	char quote, raw[12];             /* raw: the element whose content is no HTML */
	size_t size, dashes, match;
	char tag_text[TRIBX_HTML_TAG];
};
void tribx_html_run(struct tribx_html *h, const char *p, size_t n);
/* The value of an attribute as a number within 1..most; 1 if there is none. */
int tribx_html_number(struct trib_text attributes, const char *name, int most);
/* Entities become characters, white space one blank between words. Works in place; the new size, which is never larger. */
size_t tribx_html_plain(char *p, size_t n);

#endif
