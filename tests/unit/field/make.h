/* make - conf trees for tests, from JSON; every value gets file test.yaml and its ordinal as the line. */
#ifndef TEST_MAKE_H
#define TEST_MAKE_H

#include <criterion/criterion.h>
#include <jansson.h>

#include "field/field.h"

static inline void place(struct tribx_conf *c, int *line)
{
	c->file = "test.yaml";
	c->line = c->key_line = ++*line;
	c->column = 5;
	c->key_column = 3;
	for (size_t i = 0; i < c->count; i++)
		place(&c->items[i], line);
}

static inline struct tribx_conf *make(const char *json, struct tribx_arena *a)
{
	int line = 0;
	json_t *v = json_loads(json, JSON_DECODE_ANY, NULL);
	cr_assert_not_null(v, "%s", json);
	struct tribx_conf *c = tribx_conf_of_json(v, NULL, a);
	json_decref(v);
	place(c, &line);
	return c;
}

#endif
