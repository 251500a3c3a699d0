/* set - --set a.b.c=value: one value put over what the file says. Maps on the way are copied, because aliases share
 * them. */
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"

struct setter {
	struct tribx_arena *arena;
	struct tribx_findings *f;
	struct tribx_conf value;
	const char *key;                 /* the whole, for messages */
};

static void fault(struct setter *s, const char *why)
{
	const struct tribx_conf at = { .file = s->value.file };
	tribx_finding_put(s->f, TRIB_CONFIG, "config.bad_set", &at, false, "--set %s: %s", s->key, why);
}

/* A copy of c's values with room for one more. */
static bool own(struct setter *s, struct tribx_conf *c)
{
	struct tribx_conf *items = tribx_arena_new(s->arena, (c->count + 1) * sizeof *items);
	if (!items)
		return tribx_no_memory(s->f);
	if (c->count)
		memcpy(items, c->items, c->count * sizeof *items);
	c->items = items;
	return true;
}

/* The value of key in a map; made when it is not there. */
static struct tribx_conf *child(struct setter *s, struct tribx_conf *map, const char *key)
{
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->items[i].key, key) == 0)
			return &map->items[i];
	struct tribx_conf *c = &map->items[map->count++];
	*c = (struct tribx_conf){ .key = key, .file = s->value.file, .origin = s->value.origin };
	return c;
}

static bool named(const struct tribx_conf *c, const char *key, const char *name)
{
	const struct tribx_conf *v = tribx_conf_get(c, key);
	return v && v->kind == TRIBX_SCALAR && strcmp(v->text, name) == 0;
}

/* The options of the step of that name: the step itself in its long form, the value of its one key in the short
 * form. */
static struct tribx_conf *step(struct setter *s, struct tribx_conf *steps, const char *name)
{
	for (size_t i = 0; i < steps->count; i++) {
		struct tribx_conf *c = &steps->items[i];
		bool given = tribx_conf_get(c, "name") != NULL, used = tribx_conf_get(c, "use") != NULL;
		if (named(c, "name", name) ? used : !given && named(c, "use", name))
			return c;
		if (c->kind == TRIBX_SCALAR && strcmp(c->text, name) == 0) {
			*c = (struct tribx_conf){ .kind = TRIBX_MAP, .file = c->file, .source = c->source,
			                          .line = c->line, .column = c->column, .origin = c->origin };
			return own(s, c) ? child(s, c, name) : NULL;
		}
		if (used || c->kind != TRIBX_MAP || !(named(c, "name", name) || (!given && tribx_conf_get(c, name))))
			continue;
		if (!own(s, c))
			return NULL;
		for (size_t k = 0; k < c->count; k++)
			if (strcmp(c->items[k].key, "name") != 0)
				return &c->items[k];
	}
	fault(s, "there is no step of that name");
	return NULL;
}

static void put(struct setter *s, struct tribx_conf *c, char *path)
{
	char *rest = path, *key = strsep(&rest, ".");
	if (c->kind == TRIBX_NULL)
		c->kind = TRIBX_MAP;
	if (!*key || (c->kind != TRIBX_MAP && c->kind != TRIBX_LIST)) {
		fault(s, *key ? "what stands there takes no names" : "a name is empty");
		return;
	}
	if (!own(s, c))
		return;
	struct tribx_conf *to = c->kind == TRIBX_LIST ? step(s, c, key) : child(s, c, key);
	if (!to)
		return;
	if (rest) {
		put(s, to, rest);
		return;
	}
	struct tribx_conf was = *to;
	*to = s->value;
	to->key = was.key;
}

void tribx_set_apply(struct tribx_conf *root, const struct tribx_set *set, struct tribx_arena *arena,
                     struct tribx_findings *f)
{
	struct setter s = { .arena = arena, .f = f, .key = set->key };
	char *path = tribx_arena_text(arena, set->key, strlen(set->key));
	const char *value = tribx_arena_text(arena, set->value, strlen(set->value));
	if (!path || !value) {
		tribx_no_memory(f);
		return;
	}
	s.value = (struct tribx_conf){ .kind = TRIBX_SCALAR, .text = value, .plain = true, .file = "--set",
	                               .origin = "--set" };
	if (*value == '[' || *value == '{') {
		const struct tribx_conf *parsed = tribx_yaml(value, "--set", arena, f);
		if (!parsed)
			return;
		s.value = *parsed;
		s.value.origin = "--set";
	}
	put(&s, root, path);
}
