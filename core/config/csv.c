/* csv - a CSV file as a list of maps with places: short tables beside a pipeline (partners, aliases, rates).
 *
 * RFC 4180 with one freedom: the separator is a comma, or a semicolon or tab if the header has no comma. An empty
 * cell is a value that is not given. The data of a run is read elsewhere, by columns and on all cores. */
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"

enum { COLUMNS_MAX = 1000 };

struct reader {
	struct tribx_arena *arena;
	struct tribx_findings *f;
	const char *file, *source;
	char *at;                      /* in a copy that cells are unquoted in */
	char separator;
	int line;
	const char *line_start;
	const char *names[COLUMNS_MAX];
	int name_columns[COLUMNS_MAX];     /* where they stand in the header */
	size_t columns;
	const char *origin;
	bool failed;
};

static struct tribx_conf place(const struct reader *r)
{
	return (struct tribx_conf){ .kind = TRIBX_SCALAR, .file = r->file, .source = r->source, .origin = "pipeline",
	                            .line = r->line,
	                            .column = (int)(r->at - r->line_start) + 1 };
}

static void fault(struct reader *r, const struct tribx_conf *at, const char *text)
{
	r->failed = true;
	tribx_finding_put(r->f, TRIB_CONFIG, "config.bad_csv", at, false, "%s", text);
}

/* Unquotes in place; at is moved behind the closing quote. */
static char *quoted(struct reader *r)
{
	struct tribx_conf start = place(r);
	char *text = ++r->at, *to = text;
	while (*r->at && (*r->at != '"' || r->at[1] == '"')) {
		r->at += *r->at == '"';
		if (*r->at == '\n') {
			r->line++;
			r->line_start = r->at + 1;
		}
		*to++ = *r->at++;
	}
	if (!*r->at)
		fault(r, &start, "a quote is not closed");
	else
		r->at++;
	*to = 0;
	return text;
}

/* The next cell; *end says what followed it: the separator, '\n' or 0. */
static struct tribx_conf cell(struct reader *r, char *end)
{
	const char ends[] = { r->separator, '\r', '\n', 0 };
	struct tribx_conf c = place(r);
	bool quotes = *r->at == '"';
	char *text = quotes ? quoted(r) : r->at;
	char *stop = quotes ? r->at : r->at + strcspn(r->at, ends);
	if (quotes && !strchr(ends, *stop)) {
		fault(r, &c, "text behind the closing quote");
		stop += strcspn(stop, ends);
	}
	*end = *stop;
	r->at = stop + (*stop != 0);
	if (*end == '\r') {
		r->at += *r->at == '\n';
		*end = '\n';
	}
	*stop = 0;
	if (*end == '\n') {
		r->line++;
		r->line_start = r->at;
	}
	c.text = text;
	c.kind = *text || quotes ? TRIBX_SCALAR : TRIBX_NULL;
	return c;
}

static void header(struct reader *r)
{
	static const char other[] = ";\t";
	size_t n = strcspn(r->at, "\n");
	r->separator = ',';
	for (size_t i = 0; !memchr(r->at, ',', n) && other[i]; i++)
		if (memchr(r->at, other[i], n)) {
			r->separator = other[i];
			break;
		}
	for (char end = r->separator; end == r->separator;) {
		struct tribx_conf c = cell(r, &end);
		if (r->columns == COLUMNS_MAX) {
			fault(r, &c, "more than 1000 columns");
			return;
		}
		if (c.kind == TRIBX_NULL)
			fault(r, &c, "a column has no name");
		for (size_t i = 0; i < r->columns; i++)
			if (strcmp(r->names[i], c.text) == 0)
				fault(r, &c, "a column's name is there twice");
		r->name_columns[r->columns] = c.column;
		r->names[r->columns++] = c.text;
	}
}

/* One row; count 0: an empty line. */
static bool row(struct reader *r, struct tribx_conf *out)
{
	*out = place(r);
	out->kind = TRIBX_MAP;
	out->items = tribx_arena_new(r->arena, r->columns * sizeof *out->items);
	if (!out->items)
		return tribx_no_memory(r->f);
	size_t n = 0;
	for (char end = r->separator; end == r->separator; n++) {
		struct tribx_conf c = cell(r, &end);
		if (n >= r->columns)
			continue;
		c.key = r->names[n];
		c.key_line = 1;   /* a key is a column's name: what is wrong with it is wrong in the header */
		c.key_column = r->name_columns[n];
		out->items[n] = c;
	}
	out->count = n == 1 && out->items[0].kind == TRIBX_NULL ? 0 : r->columns;
	if (out->count && n != r->columns) {
		char text[64];
		snprintf(text, sizeof text, "%zu cells, the header has %zu", n, r->columns);
		fault(r, out, text);
		out->count = 0;
	}
	return true;
}

const struct tribx_conf *tribx_csv_conf(const char *text, const char *file, struct tribx_arena *arena,
                                        struct tribx_findings *f)
{
	struct tribx_conf *list = tribx_arena_new(arena, sizeof *list);
	char *copy = tribx_arena_text(arena, text, strlen(text));
	size_t most = 1;
	for (const char *s = text; *(s += strcspn(s, "\r\n")); s++)
		most++;
	struct reader *r = calloc(1, sizeof *r);
	if (!list || !copy || !r || !(list->items = tribx_arena_new(arena, most * sizeof *list->items))) {
		free(r);
		tribx_no_memory(f);
		return NULL;
	}
	*r = (struct reader){ .arena = arena, .f = f, .file = file, .source = text, .at = copy, .line = 1,
	                      .line_start = copy };
	struct tribx_conf at = place(r);
	list->kind = TRIBX_LIST;
	list->file = file;
	list->source = text;
	list->origin = "pipeline";
	list->line = list->column = 1;
	if (!*text)
		fault(r, &at, "the file is empty: its first line names the columns");
	else
		header(r);
	bool good = !r->failed || r->columns > 0;
	while (good && *r->at) {
		good = row(r, &list->items[list->count]);
		list->count += good && list->items[list->count].count > 0;
	}
	good &= !r->failed;
	free(r);
	return good ? list : NULL;
}
