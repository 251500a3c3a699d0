/* state - a plugin's state fields as JSON and back: integers exact, decimals, dates and times as text, durations in
 * ms. */
#include <jansson.h>
#include <stdio.h>

#include "field/fill.h"

static json_t *save_value(const struct trib_field *row, const void *slot);

static json_t *save_item(const struct trib_field *row, const char *items, size_t i)
{
	if (row->of)
		return tribx_fields_save(row->of, items + i * row->of_size);
	const char *text = ((const char *const *)items)[i];
	return text ? json_string(text) : json_null();
}

static json_t *save_many(const struct trib_field *row, const void *slot)
{
	const trib_list *list = slot;
	const trib_map *map = slot;
	bool is_map = row->type == TRIB_MAP;
	json_t *out = is_map ? json_object() : json_array();
	bool good = out != NULL;
	for (size_t i = 0; good && i < (is_map ? map->count : list->count); i++) {
		json_t *item = save_item(row, is_map ? map->items : list->items, i);
		good = (is_map ? json_object_set_new(out, map->names[i], item) : json_array_append_new(out, item)) == 0;
	}
	if (!good)
		json_decref(out);
	return good ? out : NULL;
}

static json_t *save_value(const struct trib_field *row, const void *slot)
{
	char text[64];
	union tribx_value v;
	if (row->type == TRIB_LIST || row->type == TRIB_MAP)
		return save_many(row, slot);
	v = tribx_value_load(row, slot);
	switch (row->type) {
	case TRIB_BOOL:     return json_boolean(v.b);
	case TRIB_I64:      return json_integer(v.i);
	case TRIB_F64:      return json_real(v.f);
	case TRIB_DURATION: return json_integer(v.duration.ms);
	case TRIB_STR:
	case TRIB_SECRET:   return v.text ? json_string(v.text) : json_null();
	case TRIB_JSON:     return v.text ? json_loads(v.text, JSON_DECODE_ANY, NULL) : json_null();
	default:
		tribx_value_show(row, v, text);
		return json_string(text);
	}
}

struct json_t *tribx_fields_save(const struct trib_field *table, const void *self)
{
	json_t *out = json_object();
	for (const struct trib_field *row = table; out && row && row->name; row++)
		/* NULL value: -1 */
		if (json_object_set_new(out, row->name, save_value(row, (const char *)self + row->offset)) < 0) {
			json_decref(out);
			out = NULL;
		}
	return out;
}

/* ---- back ---- */

/* Lets go of what the slot holds, so that state put back a thousand times needs the room of one. */
static void drop(const struct trib_field *row, void *slot, struct tribx_arena *kept)
{
	if (tribx_is_text(row->type)) {
		tribx_arena_drop(kept, *(const char **)slot);
		*(const char **)slot = NULL;
	}
	if (row->type != TRIB_LIST && row->type != TRIB_MAP)
		return;
	trib_map *m = slot;
	trib_list *l = slot;
	size_t count = row->type == TRIB_MAP ? m->count : l->count;
	char *items = (char *)(row->type == TRIB_MAP ? m->items : l->items);
	for (size_t i = 0; i < count; i++) {
		if (row->type == TRIB_MAP)
			tribx_arena_drop(kept, m->names[i]);
		if (!row->of)
			tribx_arena_drop(kept, ((const char **)items)[i]);
		for (const struct trib_field *r = row->of; r && r->name; r++)
			drop(r, items + i * row->of_size + r->offset, kept);
	}
	tribx_arena_drop(kept, items);
	if (row->type == TRIB_MAP)
		tribx_arena_drop(kept, m->names);
	memset(slot, 0, row->type == TRIB_MAP ? sizeof *m : sizeof *l);
}

static const char *restore_json(const json_t *v, void *slot, struct tribx_arena *kept)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *copy = text ? tribx_arena_text(kept, text, strlen(text)) : NULL;
	free(text);
	*(const char **)slot = copy;
	return copy ? NULL : "no memory";
}

static const char *restore_many(const struct trib_field *row, const json_t *v, void *slot, struct tribx_arena *kept,
                                struct tribx_error *e)
{
	bool map = row->type == TRIB_MAP;
	size_t i, count = map ? json_object_size(v) : json_array_size(v),
		size = row->of ? row->of_size : sizeof(char *), n = 0;
	const char *key;
	json_t *item;
	if (map ? !json_is_object(v) : !json_is_array(v))
		return map ? "not an object" : "not an array";
	char *items = tribx_arena_new(kept, count * size);
	const char **names = map ? tribx_arena_new(kept, count * sizeof *names) : NULL;
	if (!items || (map && !names))
		return "no memory";
	const struct trib_field text = { .name = row->name, .type = TRIB_STR };
	if (map)
		json_object_foreach((json_t *)v, key, item)
			if (!(names[n++] = tribx_arena_text(kept, key, strlen(key))))
				return "no memory";
	for (i = 0; i < count; i++) {
		item = map ? json_object_get(v, names[i]) : json_array_get(v, i);
		const struct trib_field texts[] = { text, { 0 } };
		json_t *wrapped = row->of ? NULL : json_pack("{s:O}", row->name, item);
		int rc = tribx_fields_restore(row->of ? row->of : texts, items + i * size, kept,
		                              row->of ? item : wrapped, e);
		json_decref(wrapped);
		if (rc < 0)
			return "";
	}
	if (map)
		*(trib_map *)slot = (trib_map){ names, items, count };
	else
		*(trib_list *)slot = (trib_list){ items, count };
	return NULL;
}

static const char *restore_text(const struct trib_field *row, const char *text, void *slot, struct tribx_arena *kept)
{
	/* allow binds users only */
	const struct trib_field plain = { .type = row->type, .precision = row->precision, .scale = row->scale };
	union tribx_value v;
	const char *why = tribx_value_parse(&plain, text, &v);
	if (!why && tribx_is_text(row->type) && !(v.text = tribx_arena_text(kept, text, strlen(text))))
		why = "no memory";
	if (!why)
		tribx_value_store(row, v, slot);
	return why;
}

static const char *restore(const struct trib_field *row, const json_t *v, void *slot, struct tribx_arena *kept,
                           struct tribx_error *e)
{
	if (row->type == TRIB_LIST || row->type == TRIB_MAP)
		return restore_many(row, v, slot, kept, e);
	if (row->type == TRIB_JSON)
		return restore_json(v, slot, kept);
	if (row->type == TRIB_BOOL && json_is_boolean(v))
		*(bool *)slot = json_is_true(v);
	else if (row->type == TRIB_I64 && json_is_integer(v))
		*(int64_t *)slot = json_integer_value(v);
	else if (row->type == TRIB_DURATION && json_is_integer(v))
		((trib_duration *)slot)->ms = json_integer_value(v);
	else if (row->type == TRIB_F64 && json_is_number(v))
		*(double *)slot = json_number_value(v);
	else if (json_is_string(v))
		return restore_text(row, json_string_value(v), slot, kept);
	else
		return "of another type";
	return NULL;
}

int tribx_fields_restore(const struct trib_field *table, void *self, struct tribx_arena *kept,
                         const struct json_t *state, struct tribx_error *e)
{
	if (state && !json_is_object(state) && !json_is_null(state))
		return tribx_fail(e, TRIB_DATA, "state.bad_value", "the stored state is no JSON object");
	for (const struct trib_field *row = table; row && row->name; row++) {
		void *slot = (char *)self + row->offset;
		const json_t *v = json_object_get(state, row->name);
		drop(row, slot, kept);
		if (!v || json_is_null(v)) {
			const char *why = row->dflt ? tribx_field_set(row, self, kept, row->dflt) : NULL;
			if (!row->dflt && !tribx_is_text(row->type) && row->type != TRIB_LIST && row->type != TRIB_MAP)
				tribx_value_store(row, (union tribx_value){ 0 }, slot);
			if (why)
				return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "state %s: %s", row->name, why);
			continue;
		}
		const char *why = restore(row, v, slot, kept, e);
		if (why)
			return tribx_fail(e, TRIB_DATA, "state.bad_value", "state %s: %s", row->name, why);
	}
	return TRIB_OK;
}
