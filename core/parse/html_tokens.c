/* html_tokens - see html_tokens.h. */
#include "parse/html_tokens.h"

#include <string.h>

enum state { IN_TEXT, IN_OPEN, IN_TAG, IN_MARKUP, IN_COMMENT, IN_RAW };

static bool letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool of_name(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || c == ':' || c == '-';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* The tag in tag_text: /name attributes */
static void whole_tag(struct tribx_html *h)
{
	char name[16];
	size_t n = 0, at = 0;
	bool closes = h->size && h->tag_text[0] == '/';
	for (at = closes; at < h->size && of_name(h->tag_text[at]); at++)
		if (n + 1 < sizeof name)
			name[n++] = lower(h->tag_text[at]);
	name[n] = 0;
	h->state = IN_TEXT;
	h->tag(h->data, name, closes, (struct trib_text){ h->tag_text + at, h->size - at });
	if (!closes && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0)) {
		h->state = IN_RAW;
		h->match = 0;
		strcpy(h->raw, "</");
		strcat(h->raw, name);
	}
}

/* A byte of a tag: quotes hold its end back. */
static void in_tag(struct tribx_html *h, char c)
{
	if (h->quote) {
		h->quote = c == h->quote ? 0 : h->quote;
	} else if (c == '>') {
		whole_tag(h);
		return;
	} else if ((c == '"' || c == '\'') && h->size && h->tag_text[h->size - 1] == '=') {
		h->quote = c;
	}
	bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n', after_equal = h->size && h->tag_text[h->size - 1] == '=';
	if (h->size < sizeof h->tag_text && !(blank && after_equal && !h->quote))
		h->tag_text[h->size++] = blank ? ' ' : c;
}

/* The byte behind <. */
static void opened(struct tribx_html *h, char c)
{
	h->size = 0;
	h->quote = 0;
	if (letter(c) || c == '/') {
		h->state = IN_TAG;
		h->tag_text[h->size++] = c;
	} else if (c == '!' || c == '?') {
		h->state = IN_MARKUP;
		h->dashes = 0;
	} else {
		h->text(h->data, "<", 1);
		h->state = c == '<' ? IN_OPEN : IN_TEXT;
		if (c != '<')
			h->text(h->data, &c, 1);
	}
}

static void in_markup(struct tribx_html *h, char c)
{
	if (h->state == IN_MARKUP) {
		if (c == '-' && h->size == h->dashes && ++h->dashes == 2) {
			h->state = IN_COMMENT;
			h->dashes = 0;
		} else if (c == '>') {
			h->state = IN_TEXT;
		}
		h->size++;
		return;
	}
	if (c == '>' && h->dashes >= 2)
		h->state = IN_TEXT;
	h->dashes = c == '-' ? h->dashes + 1 : 0;
}

static void in_raw(struct tribx_html *h, char c)
{
	h->match = lower(c) == h->raw[h->match] ? h->match + 1 : c == '<';
	if (h->raw[h->match])
		return;
	h->size = 0;
	h->quote = 0;
	h->state = IN_TAG;
	for (const char *p = h->raw + 1; *p; p++)
		h->tag_text[h->size++] = *p;
}

void tribx_html_run(struct tribx_html *h, const char *p, size_t n)
{
	for (const char *end = p + n; p < end; p++) {
		if (h->state == IN_TEXT) {
			const char *open = memchr(p, '<', (size_t)(end - p)), *to = open ? open : end;
			if (to > p)
				h->text(h->data, p, (size_t)(to - p));
			if (!open)
				return;
			p = open;
			h->state = IN_OPEN;
		} else if (h->state == IN_OPEN) {
			opened(h, *p);
		} else if (h->state == IN_TAG) {
			in_tag(h, *p);
		} else if (h->state == IN_RAW) {
			in_raw(h, *p);
		} else {
			in_markup(h, *p);
		}
	}
}

int tribx_html_number(struct trib_text a, const char *name, int most)
{
	size_t size = strlen(name);
	char quote = 0;
	for (size_t i = 0; i + size < a.n; i++) {
		if (quote || ((a.p[i] == '"' || a.p[i] == '\'') && i && a.p[i - 1] == '=')) {
			quote = !quote ? a.p[i] : a.p[i] == quote ? 0 : quote;
			continue;
		}
		size_t k = 0;
		while (k < size && lower(a.p[i + k]) == name[k])
			k++;
		if (k < size || (i && a.p[i - 1] != ' ' && a.p[i - 1] != '"' && a.p[i - 1] != '\''))
			continue;
		i += size;
		while (i < a.n && a.p[i] == ' ')
			i++;
		if (i >= a.n || a.p[i] != '=')
			return 1;
		for (i++; i < a.n && (a.p[i] == ' ' || a.p[i] == '"' || a.p[i] == '\''); i++)
			;
		long v = 0;
		for (; i < a.n && a.p[i] >= '0' && a.p[i] <= '9' && v <= most; i++)
			v = v * 10 + a.p[i] - '0';
		return v < 1 ? 1 : v > most ? most : (int)v;
	}
	return 1;
}
