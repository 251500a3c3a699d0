/* node - see node.h. */
#include "field/node.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

enum { DEPTH_MAX = 128 };

const struct tribx_conf *tribx_conf_get(const struct tribx_conf *map, const char *key)
{
	for (size_t i = 0; map && map->kind == TRIBX_MAP && i < map->count; i++)
		if (strcmp(map->items[i].key, key) == 0)
			return &map->items[i];
	return NULL;
}

struct named { const char *name; size_t i; };

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int d = strcmp(x->name, y->name);
	return d ? d : (x->i > y->i) - (x->i < y->i);
}

bool tribx_each_twice(const char *const *names, size_t count, void (*each)(void *ctx, const char *name, size_t first,
                                                                           size_t again), void *ctx)
{
	struct named *sorted = malloc((count + 1) * sizeof *sorted);
	size_t first = 0;
	if (!sorted)
		return false;
	for (size_t i = 0; i < count; i++)
		sorted[i] = (struct named){ names[i], i };
	qsort(sorted, count, sizeof *sorted, by_name);
	for (size_t i = 1; i < count; i++) {
		first = strcmp(sorted[i].name, sorted[first].name) == 0 ? first : i;
		if (first != i)
			each(ctx, sorted[i].name, sorted[first].i, sorted[i].i);
	}
	free(sorted);
	return true;
}

/* ---- YAML 1.2 core rules (chapter 10.3.2): a table of words, then three shapes of numbers ---- */

static const struct { const char *text; enum trib_type type; const char *json; } words[] = {
	{ "", TRIB_NULL, "null" }, { "~", TRIB_NULL, "null" }, { "null", TRIB_NULL, "null" },
	{ "Null", TRIB_NULL, "null" },
	{ "NULL", TRIB_NULL, "null" }, { "true", TRIB_BOOL, "true" }, { "True", TRIB_BOOL, "true" },
	{ "TRUE", TRIB_BOOL, "true" },
	{ "false", TRIB_BOOL, "false" }, { "False", TRIB_BOOL, "false" }, { "FALSE", TRIB_BOOL, "false" },
	{ ".nan", TRIB_F64, NULL }, { ".NaN", TRIB_F64, NULL }, { ".NAN", TRIB_F64, NULL },
	{ ".inf", TRIB_F64, NULL }, { ".Inf", TRIB_F64, NULL }, { ".INF", TRIB_F64, NULL },
	{ "+.inf", TRIB_F64, NULL }, { "+.Inf", TRIB_F64, NULL }, { "+.INF", TRIB_F64, NULL },
	{ "-.inf", TRIB_F64, NULL }, { "-.Inf", TRIB_F64, NULL }, { "-.INF", TRIB_F64, NULL },
};

static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

static enum trib_type number(const char *s)
{
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'o')) {
		size_t n = strspn(s + 2, s[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567");
		return n > 0 && !s[2 + n] ? TRIB_I64 : TRIB_STR;
	}
	s += *s == '-' || *s == '+';
	size_t whole = digits(s), part = 0;
	s += whole;
	if (whole > 0 && !*s)
		return TRIB_I64;
	if (*s == '.') {
		part = digits(s + 1);
		s += 1 + part;
	}
	if (whole + part == 0)
		return TRIB_STR;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		size_t n = digits(s);
		return n > 0 && !s[n] ? TRIB_F64 : TRIB_STR;
	}
	return *s ? TRIB_STR : TRIB_F64;
}

enum trib_type tribx_plain_type(const char *text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i].text) == 0)
			return words[i].type;
	return number(text);
}

/* ---- to JSON ---- */

static bool plain_number(const char *s, struct tribx_buf *out)
{
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'o')) {
		errno = 0;
		tribx_buf_fmt(out, "%llu", strtoull(s + 2, NULL, s[1] == 'x' ? 16 : 8));
		return errno == 0;
	}
	if (*s == '-')
		tribx_buf_putc(out, '-');
	s += *s == '-' || *s == '+';
	while (s[0] == '0' && s[1] >= '0' && s[1] <= '9')
		s++;   /* 010 is ten in YAML 1.2 and no JSON */
	if (*s == '.')
		tribx_buf_putc(out, '0');
	size_t n = strcspn(s, ".");
	tribx_buf_put(out, s, n);
	if (!s[n])
		return true;
	size_t part = digits(s + n + 1);
	if (part > 0)
		tribx_buf_put(out, s + n, part + 1);
	tribx_buf_puts(out, s + n + 1 + part);
	return true;
}

static bool scalar(const struct tribx_conf *c, struct tribx_buf *out)
{
	enum trib_type type = c->plain ? tribx_plain_type(c->text) : TRIB_STR;
	if (type == TRIB_STR) {
		tribx_buf_json(out, tribx_text(c->text));
		return true;
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(c->text, words[i].text) == 0) {
			tribx_buf_puts(out, words[i].json ? words[i].json : "null");
			return words[i].json != NULL;
		}
	return plain_number(c->text, out);
}

static bool put(const struct tribx_conf *c, struct tribx_buf *out, int depth)
{
	if (depth > DEPTH_MAX)
		return false;
	if (c->kind == TRIBX_NULL)
		tribx_buf_puts(out, "null");
	if (c->kind == TRIBX_NULL)
		return true;
	if (c->kind == TRIBX_SCALAR)
		return scalar(c, out);
	bool map = c->kind == TRIBX_MAP, good = true;
	tribx_buf_putc(out, map ? '{' : '[');
	for (size_t i = 0; i < c->count; i++) {
		if (i > 0)
			tribx_buf_putc(out, ',');
		if (map) {
			tribx_buf_json(out, tribx_text(c->items[i].key));
			tribx_buf_putc(out, ':');
		}
		good &= put(&c->items[i], out, depth + 1);
	}
	tribx_buf_putc(out, map ? '}' : ']');
	return good;
}

bool tribx_conf_json(const struct tribx_conf *c, struct tribx_buf *out)
{
	return put(c, out, 0);
}

/* ---- from JSON ---- */

static bool fill(struct tribx_conf *c, const json_t *v, struct tribx_arena *a);

static bool fill_many(struct tribx_conf *c, const json_t *v, struct tribx_arena *a)
{
	json_t *item;
	const char *key;
	size_t i;
	bool map = json_is_object(v), good = true;
	size_t count = map ? json_object_size(v) : json_array_size(v);
	c->kind = map ? TRIBX_MAP : TRIBX_LIST;
	c->items = tribx_arena_new(a, count * sizeof *c->items);
	if (!c->items)
		return false;
	if (map)
		json_object_foreach((json_t *)v, key, item) {
			struct tribx_conf *to = &c->items[c->count++];
			to->key = tribx_arena_text(a, key, strlen(key));
			good = good && to->key && fill(to, item, a);
		}
	else
		json_array_foreach(v, i, item)
			good = good && fill(&c->items[c->count++], item, a);
	return good;
}

static bool fill(struct tribx_conf *c, const json_t *v, struct tribx_arena *a)
{
	char text[32];
	if (json_is_object(v) || json_is_array(v))
		return fill_many(c, v, a);
	if (json_is_null(v))
		return true;
	c->kind = TRIBX_SCALAR;
	c->plain = !json_is_string(v);
	if (json_is_string(v))
		c->text = tribx_arena_text(a, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v)) {
		snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		c->text = tribx_arena_text(a, text, strlen(text));
	} else if (json_is_real(v)) {
		char *whole = json_dumps(v, JSON_ENCODE_ANY);   /* locale-free, unlike printf */
		c->text = whole ? tribx_arena_text(a, whole, strlen(whole)) : NULL;
		free(whole);
	} else
		c->text = json_is_true(v) ? "true" : "false";
	return c->text != NULL;
}

struct tribx_conf *tribx_conf_of_json(const struct json_t *v, const char *key, struct tribx_arena *a)
{
	struct tribx_conf *c = tribx_arena_new(a, sizeof *c);
	if (!c || !fill(c, v, a))
		return NULL;
	c->key = key;
	return c;
}
