/* json_strict - see json_strict.h: one state per place in the grammar, a bit per open container. */
#include "parse/json_strict.h"

#include <string.h>

enum state { S_VALUE, S_FIRST, S_FIRST_NAME, S_NAME, S_COLON, S_AFTER, S_TEXT, S_ESCAPE, S_HEX, S_UTF8, S_NUMBER, S_WORD };
enum number { N_MINUS, N_ZERO, N_WHOLE, N_POINT, N_FRACTION, N_E, N_SIGN, N_EXPONENT };

void tribx_json_strict_start(struct tribx_json_strict *s, int depth_max)
{
	*s = (struct tribx_json_strict){ .depth_max = depth_max < TRIBX_JSON_DEPTH ? depth_max : TRIBX_JSON_DEPTH, .watch = -1, .until = -1, .state = S_VALUE };
}

bool tribx_json_strict_object(const struct tribx_json_strict *s)
{
	return s->depth && s->object[(s->depth - 1) / 64] >> ((s->depth - 1) & 63) & 1;
}

void tribx_json_strict_past(struct tribx_json_strict *s)
{
	s->told = false;
	s->state = S_AFTER;
}

static enum tribx_json_event bad(struct tribx_json_strict *s, const char *why)
{
	s->why = why;
	return TRIBX_JSON_BAD;
}

/* A value ended. */
static enum tribx_json_event past(struct tribx_json_strict *s)
{
	s->state = S_AFTER;
	return s->depth == s->until ? TRIBX_JSON_DONE : TRIBX_JSON_MORE;
}

static enum tribx_json_event open(struct tribx_json_strict *s, bool object)
{
	if (s->depth == s->depth_max)
		return bad(s, "nested deeper than depth_max");
	uint64_t bit = (uint64_t)1 << (s->depth & 63), *to = &s->object[s->depth / 64];
	*to = object ? *to | bit : *to & ~bit;
	s->depth++;
	s->state = object ? S_FIRST_NAME : S_FIRST;
	return TRIBX_JSON_MORE;
}

static void text(struct tribx_json_strict *s, bool is_name)
{
	s->state = S_TEXT;
	s->is_name = is_name;
	s->overlong = false;
	s->name_size = 0;
}

static enum tribx_json_event value(struct tribx_json_strict *s, char c)
{
	s->told = false;
	if (c == '{' || c == '[')
		return open(s, c == '{');
	if (c == '"') {
		text(s, false);
		return TRIBX_JSON_MORE;
	}
	s->state = S_NUMBER;
	s->number = c == '-' ? N_MINUS : c == '0' ? N_ZERO : N_WHOLE;
	if (c == '-' || (c >= '0' && c <= '9'))
		return TRIBX_JSON_MORE;
	s->state = S_WORD;
	s->word = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
	return c == 't' || c == 'f' || c == 'n' ? TRIBX_JSON_MORE : bad(s, "not a JSON value");
}

/* The place that digits lead to, or -1: none may stand here. */
static int digit(int at, bool zero)
{
	static const signed char to[] = { [N_MINUS] = N_WHOLE, [N_ZERO] = -1, [N_WHOLE] = N_WHOLE, [N_POINT] = N_FRACTION, [N_FRACTION] = N_FRACTION,
		[N_E] = N_EXPONENT, [N_SIGN] = N_EXPONENT, [N_EXPONENT] = N_EXPONENT };
	return at == N_MINUS && zero ? N_ZERO : to[at];
}

static bool number_whole(const struct tribx_json_strict *s)
{
	return s->number == N_ZERO || s->number == N_WHOLE || s->number == N_FRACTION || s->number == N_EXPONENT;
}

/* true: c belongs to the number; false: it does not, and why is set if the number may not end here. */
static bool number(struct tribx_json_strict *s, char c)
{
	int to = -1;
	if (c >= '0' && c <= '9') {
		to = digit(s->number, c == '0');
		if (to < 0)
			s->why = "a number with a leading zero";
	} else if (c == '.' && (s->number == N_ZERO || s->number == N_WHOLE)) {
		to = N_POINT;
	} else if ((c | 0x20) == 'e' && number_whole(s) && s->number != N_EXPONENT) {
		to = N_E;
	} else if ((c == '+' || c == '-') && s->number == N_E) {
		to = N_SIGN;
	} else if (!number_whole(s)) {
		s->why = "a number that is not whole";
	}
	s->number = to < 0 ? s->number : to;
	return to >= 0;
}

/* The first byte of a character of several; false: none. */
static bool lead(struct tribx_json_strict *s, unsigned char c)
{
	s->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	s->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	s->more = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
	s->state = S_UTF8;
	return c >= 0xC2 && c <= 0xF4;
}

/* Bytes of a text, as many as are plain. TRIBX_JSON_NAME also where nobody watches. */
static enum tribx_json_event text_run(struct tribx_json_strict *s, const char **p, const char *end)
{
	const char *from = *p, *at = from;
	enum tribx_json_event is = TRIBX_JSON_MORE;
	while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80)
		at++;
	if (at < end) {
		if (*at == '"')
			is = s->is_name ? TRIBX_JSON_NAME : past(s);
		else if (*at == '\\')
			s->state = S_ESCAPE;
		else if ((unsigned char)*at < 0x20)
			is = bad(s, "a control byte inside a text");
		else if (!lead(s, (unsigned char)*at))
			is = bad(s, "a byte that is not UTF-8");
	}
	*p = at + (at < end && is != TRIBX_JSON_BAD);
	size_t size = (size_t)(*p - from) - (at < end && *at == '"');
	if (s->is_name && s->depth == s->watch && size && !s->overlong) {
		s->overlong = size > sizeof s->name - s->name_size;
		memcpy(s->name + s->name_size, from, s->overlong ? 0 : size);
		s->name_size += s->overlong ? 0 : size;
	}
	if (is == TRIBX_JSON_NAME) {
		s->state = S_COLON;
		is = s->depth == s->watch ? is : TRIBX_JSON_MORE;
	}
	return is;
}

/* One byte inside a text that is more than itself. */
static enum tribx_json_event text_byte(struct tribx_json_strict *s, unsigned char c)
{
	if (s->is_name && s->depth == s->watch) {
		s->overlong |= s->name_size == sizeof s->name;
		if (!s->overlong)
			s->name[s->name_size++] = (char)c;
	}
	if (s->state == S_UTF8) {
		if (c < s->low || c > s->high)
			return bad(s, "a byte that is not UTF-8");
		s->low = 0x80;
		s->high = 0xBF;
		s->state = --s->more ? S_UTF8 : S_TEXT;
	} else if (s->state == S_ESCAPE) {
		if (!c || !strchr("\"\\/bfnrtu", c))
			return bad(s, "an escape that JSON does not have");
		s->state = c == 'u' ? S_HEX : S_TEXT;
		s->hex = 4;
	} else {
		unsigned char low = c | 0x20;
		if (!((c >= '0' && c <= '9') || (low >= 'a' && low <= 'f')))
			return bad(s, "an escape that JSON does not have");
		s->state = --s->hex ? S_HEX : S_TEXT;
	}
	return TRIBX_JSON_MORE;
}

/* A byte between values; blanks are passed before. */
static enum tribx_json_event mark(struct tribx_json_strict *s, char c)
{
	bool object = tribx_json_strict_object(s);
	char close = s->depth ? object ? '}' : ']' : 0;
	switch (s->state) {
	case S_FIRST_NAME:
	case S_FIRST:
	case S_AFTER:
		if (!s->depth && s->state == S_AFTER)
			return bad(s, c == '{' || c == '[' ? "another document stands behind the first" : "something stands behind the document");
		if (c == close) {
			s->depth--;
			return past(s);
		}
		if (s->state == S_FIRST)
			return value(s, c);
		if (s->state == S_AFTER) {
			s->state = object ? S_NAME : S_VALUE;
			return c == ',' ? TRIBX_JSON_MORE : bad(s, "a comma or a closing bracket was expected");
		}
		/* fall through */
	case S_NAME:
		text(s, true);
		return c == '"' ? TRIBX_JSON_MORE : bad(s, "a name was expected");
	case S_COLON:
		s->state = S_VALUE;
		return c == ':' ? TRIBX_JSON_MORE : bad(s, "no colon behind a name");
	default:
		return value(s, c);
	}
}

enum tribx_json_event tribx_json_strict_run(struct tribx_json_strict *s, const char **at, const char *end)
{
	enum tribx_json_event is = TRIBX_JSON_MORE;
	const char *p = *at;
	while (p < end && is == TRIBX_JSON_MORE) {
		char c = *p;
		switch (s->state) {
		case S_TEXT:
			is = text_run(s, &p, end);
			continue;
		case S_ESCAPE:
		case S_HEX:
		case S_UTF8:
			is = text_byte(s, (unsigned char)c);
			break;
		case S_NUMBER:
			if (!number(s, c)) {
				is = s->why ? TRIBX_JSON_BAD : past(s);
				*at = p;
				if (is != TRIBX_JSON_MORE)
					return is;
				continue;
			}
			break;
		case S_WORD:
			if (c != *s->word)
				is = bad(s, "not a JSON value");
			else if (!*++s->word)
				is = past(s);
			break;
		default:
			if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
				break;
			if (s->depth <= s->watch && !s->told && (s->state == S_VALUE || (s->state == S_FIRST && c != ']'))) {
				s->told = true;
				*at = p;
				return TRIBX_JSON_VALUE;
			}
			is = mark(s, c);
		}
		p += is != TRIBX_JSON_BAD;
	}
	*at = p;
	return is;
}

bool tribx_json_strict_end(struct tribx_json_strict *s)
{
	if (s->state == S_NUMBER && number_whole(s))
		s->state = S_AFTER;
	bool whole = s->state == S_AFTER && s->depth == 0;
	if (!whole && !s->why)
		s->why = s->state == S_VALUE && s->depth == 0 ? "there is no value" : "the document ends too early";
	return whole;
}
