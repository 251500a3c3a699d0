/* json - rows out of parsed JSON objects. Declared columns (a field table's) say where their values are and are all
 * there is; a batch without declared columns gets a column for every key it meets. */
#include "arrow/personal.h"
#include "arrow/cast.h"
#include "arrow/rows.h"

#include <jansson.h>
#include <string.h>

/* RFC 6901; a `from` that does not begin with / is a key. NULL: not there. */
static const json_t *at_pointer(const json_t *j, const char *pointer)
{
	char key[256];
	while (j && *pointer == '/') {
		size_t n = 0;
		for (pointer++; *pointer && *pointer != '/'; pointer++) {
			if (n + 1 >= sizeof key)
				return NULL;
			key[n++] = *pointer != '~' ? *pointer : pointer[1] == '1' ? '/' : '~';
			pointer += *pointer == '~' && (pointer[1] == '0' || pointer[1] == '1');
		}
		key[n] = 0;
		if (!json_is_array(j)) {
			j = json_object_get(j, key);
			continue;
		}
		int64_t index;
		bool good = tribx_i64_parse((struct trib_text){ key, n }, &index) == 0 && index >= 0;
		j = good ? json_array_get(j, (size_t)index) : NULL;
	}
	return j;
}

/* json_dumps writes 0.1 as 0.10000000000000001; depth is bounded by jansson's parser. */
static void dump(const json_t *j, struct tribx_buf *out)
{
	char to[TRIBX_NUMBER_TEXT];
	const char *key;
	json_t *value;
	size_t i = 0;
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		tribx_buf_putc(out, '{');
		json_object_foreach((json_t *)(uintptr_t)j, key, value) {
			tribx_buf_puts(out, i++ ? "," : "");
			tribx_buf_json(out, tribx_text(key));
			tribx_buf_putc(out, ':');
			dump(value, out);
		}
		tribx_buf_putc(out, '}');
		break;
	case JSON_ARRAY:
		tribx_buf_putc(out, '[');
		json_array_foreach(j, i, value) {
			tribx_buf_puts(out, i ? "," : "");
			dump(value, out);
		}
		tribx_buf_putc(out, ']');
		break;
	case JSON_STRING:
		tribx_buf_json(out, (struct trib_text){ json_string_value(j), json_string_length(j) });
		break;
	case JSON_INTEGER:
		tribx_buf_put(out, to, tribx_i64_text(json_integer_value(j), to));
		break;
	case JSON_REAL:
		tribx_buf_put(out, to, tribx_f64_text(json_real_value(j), to));
		break;
	default:
		tribx_buf_puts(out, json_is_null(j) ? "null" : json_is_true(j) ? "true" : "false");
	}
}

static void put_dump(struct trib_batch *b, int col, const json_t *j)
{
	struct tribx_buf text = { 0 };
	dump(j, &text);
	if (text.failed)
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a JSON value");
	else
		tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_JSON, .text = { text.p, text.n } });
	tribx_buf_done(&text);
}

static void put_json(struct trib_batch *b, int col, const json_t *j)
{
	const struct tribx_column *c = tribx_built(b, col);
	enum trib_type type = c ? c->type : TRIB_NULL;
	if (!j || json_is_null(j)) {
		trib_put_null(b, col);
	} else if (type == TRIB_JSON || json_is_object(j) || json_is_array(j)) {
		put_dump(b, col, j);
	} else if (json_is_string(j)) {
		struct trib_text t = { json_string_value(j), json_string_length(j) };
		if (type == TRIB_NULL)
			trib_put_str(b, col, t);
		else
			trib_put_text(b, col, t);
	} else if (json_is_integer(j)) {
		trib_put_i64(b, col, json_integer_value(j));
	} else if (json_is_real(j)) {
		trib_put_f64(b, col, json_real_value(j));
	} else {
		tribx_put_value(b, col, &(struct tribx_value){ .type = TRIB_BOOL, .i64 = json_is_true(j) });
	}
}

static void put_declared(struct trib_batch *b, const json_t *row)
{
	for (int col = 0; col < trib_cols(b); col++) {
		const struct ArrowSchema *s = tribx_label(b, col);
		const char *from = tribx_label_from(s);
		if (!from || !*from)
			put_json(b, col, json_object_get(row, s->name));
		else
			put_json(b, col, *from == '/' ? at_pointer(row, from) : json_object_get(row, from));
	}
}

static void put_found(struct trib_batch *b, json_t *row)
{
	const char *key;
	json_t *value;
	int near = 0;
	json_object_foreach(row, key, value) {
		int col = tribx_col_find(b, key, near);
		if (col < 0)
			col = trib_add(b, key, TRIB_NULL);
		if (col < 0)
			return;
		near = col + 1;
		struct tribx_column *c = tribx_column_open(b, col, 1);
		if (!c)
			return;
		tribx_fill_nulls(b, col, b->array.length - c->count);   /* a column that begins in this row */
		put_json(b, col, value);
	}
}

static void refuse(struct trib_batch *b, const json_t *j)
{
	struct trib_rows *r = b->rows;
	struct tribx_buf text = { 0 };
	dump(j, &text);
	if (text.failed)
		tribx_batch_fault(b, TRIB_FATAL, "internal.no_memory", "no memory for a JSON value");
	else if (!r->dead)
		tribx_batch_fault(b, TRIB_DATA, "json.not_an_object", "row %lld is not a JSON object: %.100s",
		                  (long long)b->array.length + 1, text.p);
	else
		tribx_dead_put(r->dead, r->stage ? r->stage : "", "json.not_an_object", "a row is not a JSON object",
		               text.p, text.n, 0);
	if (r->dead)
		tribx_personal_tell(b, true, r->dead);
	tribx_buf_done(&text);
}

void trib_rows_json(struct trib_batch *b, const struct json_t *array)
{
	bool declared = false;
	if (!tribx_rows_open(b))
		return;
	for (int col = 0; col < trib_cols(b); col++)
		declared |= tribx_label_from(tribx_label(b, col)) != NULL;
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *row = json_array_get(array, i);
		if (!json_is_object(row)) {
			refuse(b, row);
			continue;
		}
		if (declared)
			put_declared(b, row);
		else
			put_found(b, row);
		trib_rows(b, 1);
	}
}
