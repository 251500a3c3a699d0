/* given - see given.h. The rows lie in a JSON file as texts and nulls, each text parsed to its column's type: what a test
 * writes as 1.10 never was a double. */
#include "test/given.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/load.h"
#include "test/rows.h"
#include "test/test.h"

/* ---- the connector ---- */

enum { GIVEN_BATCH = 1000 };

struct given {
	const char *path;
	trib_map types;                        /* of columns that the stream does not declare, in order */
	int64_t batch, fail_at, make;
	json_t *rows;
	int64_t next;                          /* state */
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct given, path, .help = "File of the rows."),
	TRIB_FIELD(struct given, types, .help = "Types of columns, by name."),
	TRIB_FIELD(struct given, batch, .dflt = "1000", .help = "Rows of a batch."),
	TRIB_FIELD(struct given, fail_at, .dflt = "-1", .help = "Row at which the source breaks."),
	TRIB_FIELD(struct given, make, .help = "So many rows id, word and amount, instead of a file."),
	{ 0 }
};
static const struct trib_field state[] = { TRIB_FIELD(struct given, next, .help = "Next row."), { 0 } };

static int open_rows(struct trib *t, void *self)
{
	struct given *g = self;
	if (g->make > 0 || !g->path)
		return TRIB_OK;
	g->rows = json_load_file(g->path, 0, NULL);
	return g->rows ? TRIB_OK : trib_fail(t, TRIB_ENV, "test.folder: %s cannot be read", g->path);
}

static void close_rows(struct trib *t, void *self)
{
	(void)t;
	json_decref(((struct given *)self)->rows);
}

static void add_columns(const struct given *g, struct trib_batch *out)
{
	for (size_t i = 0; i < g->types.count; i++) {
		const char *word = trib_map_text(&g->types, g->types.names[i]);
		const enum trib_type type = tribx_column_type(word);
		if (trib_col(out, g->types.names[i]) >= 0)
			continue;                      /* declared, or there from the batch before */
		const int scale = strncmp(word, "decimal:", 8) == 0 ? (int)strtol(word + 8, NULL, 10) : -1;
		if (scale >= 0)
			trib_add_dec(out, g->types.names[i], 38, scale);
		else
			trib_add(out, g->types.names[i], type == TRIB_NULL ? TRIB_STR : type);
	}
}

static int make_rows(struct trib *t, struct given *g, struct trib_batch *out)
{
	const int id = trib_add(out, "id", TRIB_I64), word = trib_add(out, "word", TRIB_STR), amount = trib_add_dec(out, "amount", 38, 2);
	for (int64_t n = 0; n < g->batch && g->next < g->make; n++, g->next++) {
		if (g->next == g->fail_at)
			return trib_fail(t, TRIB_DATA, "test.broke: the source was asked to break at row %lld", (long long)g->next);
		char text[32];
		const int size = snprintf(text, sizeof text, "word %lld", (long long)g->next);
		trib_put_i64(out, id, g->next);
		trib_put_str(out, word, (struct trib_text){ text, (size_t)size });
		trib_put_dec(out, amount, (trib_dec){ .lo = (uint64_t)g->next * 25 });
		trib_rows(out, 1);
	}
	return g->next < g->make ? TRIB_OK : TRIB_END;
}

static int read_rows(struct trib *t, void *self, struct trib_batch *out)
{
	struct given *g = self;
	if (g->make > 0)
		return make_rows(t, g, out);
	const char *name;
	json_t *value;
	const int64_t count = (int64_t)json_array_size(g->rows);
	add_columns(g, out);
	for (int64_t n = 0; n < g->batch && g->next < count; n++, g->next++) {
		if (g->next == g->fail_at)
			return trib_fail(t, TRIB_DATA, "test.broke: the source was asked to break at row %lld", (long long)g->next);
		json_object_foreach(json_array_get(g->rows, (size_t)g->next), name, value) {
			const int col = trib_col(out, name);
			if (json_is_string(value) && col >= 0)
				trib_put_text(out, col, (struct trib_text){ json_string_value(value), json_string_length(value) });
		}
		trib_rows(out, 1);
	}
	return g->next < count ? TRIB_OK : TRIB_END;
}

const struct trib_plugin *tribx_given_plugin(const struct trib_stream *of, struct tribx_arena *a)
{
	struct trib_plugin *p = tribx_arena_new(a, sizeof *p);
	struct trib_stream *s = tribx_arena_new(a, 2 * sizeof *s);
	if (!p || !s)
		return NULL;
	s[0] = (struct trib_stream){ .name = of ? of->name : "rows", .help = "Rows of a test.", .columns = of ? of->columns : NULL, .read = read_rows };
	*p = (struct trib_plugin){ .abi = TRIB_ABI, .size = sizeof *p, .field_size = sizeof(struct trib_field), .stream_size = sizeof *s,
	                           .command_size = sizeof(struct trib_command), .name = "given", .help = "Rows of a test.",
	                           .self_size = sizeof(struct given), .options = options, .state = state, .open = open_rows,
	                           .close = close_rows, .streams = s };
	return p;
}

/* ---- its options ---- */

bool tribx_write_file(const char *path, const char *text, size_t n, struct tribx_error *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), error = 0;
	for (size_t done = 0; fd >= 0 && done < n && !error;) {
		const ssize_t put = write(fd, text + done, n - done);
		if (put < 0 && errno != EINTR)
			error = errno;
		done += put > 0 ? (size_t)put : 0;
	}
	if (fd < 0 || (close(fd) < 0 && !error))
		error = errno;
	if (error)
		tribx_fail(e, TRIB_ENV, "test.folder", "%s: %s", path, strerror(error));
	return !error;
}

struct tribx_conf *tribx_conf_texts(const char *const *pairs, const struct tribx_conf *at, struct tribx_arena *a)
{
	size_t n = 0;
	while (pairs[2 * n])
		n++;
	struct tribx_conf *map = tribx_arena_new(a, sizeof *map), *items = tribx_arena_new(a, (n + 1) * sizeof *items);
	if (!map || !items)
		return NULL;
	*map = at ? *at : (struct tribx_conf){ 0 };
	map->kind = TRIBX_MAP;
	map->text = NULL;
	map->items = items;
	map->count = n;
	for (size_t i = 0; i < n; i++) {
		items[i] = *map;
		items[i].kind = TRIBX_SCALAR;
		items[i].items = NULL;
		items[i].count = 0;
		items[i].plain = false;
		items[i].key = pairs[2 * i];
		items[i].text = pairs[2 * i + 1];
	}
	return map;
}

/* What a column of undeclared type is: the widest of what its cells are written as. */
static const char *written_type(const struct tribx_sheet *s, size_t col)
{
	enum trib_type seen = TRIB_NULL;
	for (size_t r = 0; r < s->count; r++) {
		const struct tribx_conf *c = tribx_conf_get(s->rows[r].at, s->columns[col]);
		if (!c || !s->rows[r].texts[col])
			continue;
		enum trib_type is = c->kind != TRIBX_SCALAR ? TRIB_JSON : c->plain ? tribx_plain_type(c->text) : TRIB_STR;
		is = is == TRIB_F64 ? TRIB_DEC : is;
		if (seen != TRIB_NULL && seen != is)
			is = (seen == TRIB_I64 || seen == TRIB_DEC) && (is == TRIB_I64 || is == TRIB_DEC) ? TRIB_DEC : TRIB_STR;
		seen = is;
	}
	return tribx_column_word(seen == TRIB_NULL ? TRIB_STR : seen);
}

/* `columns` of a format: a word, or a map with type and scale. */
static const char *declared_type(const struct tribx_conf *c, struct tribx_arena *a)
{
	const struct tribx_conf *type = c->kind == TRIBX_MAP ? tribx_conf_get(c, "type") : c, *scale = tribx_conf_get(c, "scale");
	if (!type || type->kind != TRIBX_SCALAR)
		return "text";
	if (!scale || scale->kind != TRIBX_SCALAR || strcmp(type->text, "decimal") != 0)
		return type->text;
	struct tribx_buf b = { 0 };
	tribx_buf_fmt(&b, "decimal:%s", scale->text);
	const char *text = b.failed ? NULL : tribx_arena_text(a, b.p, b.n);
	tribx_buf_done(&b);
	return text;
}

static const struct tribx_conf *types_of(const struct tribx_given *g, const struct tribx_sheet *s, struct tribx_arena *a)
{
	const size_t declared = g->types && g->types->kind == TRIBX_MAP ? g->types->count : 0;
	const char **pairs = tribx_arena_new(a, 2 * (declared + s->column_count + 1) * sizeof *pairs);
	size_t n = 0;
	for (size_t i = 0; pairs && i < declared; i++) {
		pairs[n++] = g->types->items[i].key;
		if (!(pairs[n++] = declared_type(&g->types->items[i], a)))
			return NULL;
	}
	for (size_t i = 0; pairs && i < s->column_count; i++) {
		if (declared && tribx_conf_get(g->types, s->columns[i]))
			continue;
		pairs[n++] = s->columns[i];
		pairs[n++] = g->as_text ? "text" : written_type(s, i);
	}
	return pairs ? tribx_conf_texts(pairs, g->rows, a) : NULL;
}

static bool write_rows(const struct tribx_sheet *s, const char *path, struct tribx_error *e)
{
	struct tribx_buf b = { 0 };
	tribx_buf_puts(&b, "[");
	for (size_t r = 0; r < s->count; r++) {
		tribx_buf_puts(&b, r ? ",\n{" : "{");
		for (size_t i = 0, n = 0; i < s->column_count; i++) {
			if (!s->rows[r].texts[i])
				continue;
			tribx_buf_puts(&b, n++ ? "," : "");
			tribx_buf_json(&b, tribx_text(s->columns[i]));
			tribx_buf_putc(&b, ':');
			tribx_buf_json(&b, tribx_text(s->rows[r].texts[i]));
		}
		tribx_buf_putc(&b, '}');
	}
	tribx_buf_puts(&b, "]\n");
	const bool good = !b.failed && tribx_write_file(path, b.p, b.n, e);
	if (b.failed)
		tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the rows");
	tribx_buf_done(&b);
	return good;
}

const struct tribx_conf *tribx_given_options(const struct tribx_given *g, const char *dir, struct tribx_arena *a,
                                             struct tribx_findings *f)
{
	struct tribx_sheet s;
	struct tribx_error e = { 0 };
	if (!tribx_sheet_of_conf(&s, g->rows, false, a, f))
		return NULL;
	const char *path = tribx_folder_at(dir, "rows.json", a);
	const struct tribx_conf *types = path ? types_of(g, &s, a) : NULL;
	struct tribx_conf *map = types ? tribx_conf_texts((const char *const[]){ "path", path, "types", "", NULL }, g->rows, a) : NULL;
	if (!map) {
		tribx_no_memory(f);
		return NULL;
	}
	const char *key = map->items[1].key;
	map->items[1] = *types;
	map->items[1].key = key;
	if (write_rows(&s, path, &e))
		return map;
	tribx_finding_put(f, e.status, e.code, g->rows, false, "%s", e.text);
	return NULL;
}
