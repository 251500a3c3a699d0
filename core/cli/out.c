/* out - tables. See out.h. */
#include "cli/out.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { WIDTH_MAX = 60 };   /* of an aligned cell; what is longer is cut and marked */

void tribx_table_start(struct tribx_table *t, const char *const *heads)
{
	*t = (struct tribx_table){ .heads = heads };
	while (heads[t->columns])
		t->columns++;
}

static void put(struct tribx_table *t, char *owned)
{
	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		char **grown = realloc(t->cells, cap * sizeof *grown);
		if (!grown) {
			free(owned);
			t->failed = true;
			return;
		}
		t->cells = grown;
		t->cap = cap;
	}
	t->cells[t->count++] = owned;
}

void tribx_table_cell(struct tribx_table *t, const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	t->failed |= text && !copy;
	put(t, copy ? tribx_mask(copy) : NULL);
}

void tribx_table_fmt(struct tribx_table *t, const char *fmt, ...)
{
	char *text;
	va_list args;
	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	t->failed |= n < 0;
	put(t, n < 0 ? NULL : tribx_mask(text));
}

void tribx_table_row(struct tribx_table *t)
{
	while (!t->failed && t->count % t->columns)
		put(t, NULL);
}

size_t tribx_table_rows(const struct tribx_table *t)
{
	return t->columns ? t->count / t->columns : 0;
}

void tribx_table_done(struct tribx_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	*t = (struct tribx_table){ 0 };
}

/* ---- printing ---- */

static size_t width(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

/* Integers and decimals stand to the right. */
static bool numeric(const char *s)
{
	s += *s == '-';
	size_t n = strspn(s, "0123456789.,%");
	return n > 0 && !s[n] && *s >= '0' && *s <= '9';
}

static bool numeric_column(const struct tribx_table *t, size_t c)
{
	bool any = false;
	for (size_t i = c; i < t->count; i += t->columns) {
		if (t->cells[i] && *t->cells[i] && !numeric(t->cells[i]))
			return false;
		any |= t->cells[i] && *t->cells[i];
	}
	return any;
}

/* What a terminal or a TSV reader would act upon is shown as an escape: data must not move the cursor. */
static void put_clean(FILE *to, const char *s, size_t most)
{
	for (size_t n = 0; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool starts = (c & 0xC0) != 0x80;
		if (starts && n++ == most)
			return;
		if (c == '\n' || c == '\t')
			fputs(c == '\n' ? "\\n" : "\\t", to);
		else if (c < 0x20 || c == 0x7F)
			fprintf(to, "\\x%02x", c);
		else if (c == 0xC2 && (unsigned char)s[1] < 0xA0)
			fprintf(to, "\\x%02x", (unsigned char)*++s);   /* C1 controls, CSI among them */
		else
			fputc(c, to);
	}
}

static void print_cell(FILE *to, const char *text, size_t w, bool right, bool last)
{
	size_t n = width(text), shown = n < w ? n : w;
	bool cut = n > w;
	if (right)
		fprintf(to, "%*s", (int)(w - shown), "");
	put_clean(to, text, cut ? w - 1 : w);
	fputs(cut ? "…" : "", to);
	if (!last)
		fprintf(to, "%*s", (int)(right ? 2 : w - shown + 2), "");
}

static void print_aligned(const struct tribx_table *t, FILE *to, size_t *widths)
{
	for (size_t c = 0; c < t->columns; c++) {
		widths[c] = width(t->heads[c]);
		for (size_t i = c; i < t->count; i += t->columns) {
			size_t n = t->cells[i] ? width(t->cells[i]) : 0;
			n = n > WIDTH_MAX && c + 1 < t->columns ? WIDTH_MAX : n;
			widths[c] = n > widths[c] ? n : widths[c];
		}
	}
	for (size_t c = 0; c < t->columns; c++)
		print_cell(to, t->heads[c], widths[c], numeric_column(t, c), c + 1 == t->columns);
	for (size_t i = 0; i < t->count; i++) {
		size_t c = i % t->columns;
		fputs(c == 0 ? "\n" : "", to);
		print_cell(to, t->cells[i] ? t->cells[i] : "", widths[c], numeric_column(t, c), c + 1 == t->columns);
	}
	fputc('\n', to);
}

void tribx_table_print(const struct tribx_table *t, FILE *to, bool aligned)
{
	size_t *widths = aligned ? calloc(t->columns + 1, sizeof *widths) : NULL;
	if (widths) {
		print_aligned(t, to, widths);
		free(widths);
		return;
	}
	for (size_t c = 0; c < t->columns; c++)
		fprintf(to, "%s%s", c ? "\t" : "", t->heads[c]);
	for (size_t i = 0; i < t->count; i++) {
		fputs(i % t->columns ? "\t" : "\n", to);
		put_clean(to, t->cells[i] ? t->cells[i] : "", SIZE_MAX);
	}
	fputc('\n', to);
}

/* Text that is exactly what printing the integer gives: 007 and -0 are names, not numbers. */
static bool whole(const char *text)
{
	if (!text)
		return false;
	const char *digits = text + (*text == '-');
	size_t n = strlen(digits);
	return n > 0 && n < 18 && strspn(digits, "0123456789") == n && (*digits != '0' || strcmp(text, "0") == 0);
}

struct json_t *tribx_table_json(const struct tribx_table *t)
{
	json_t *out = json_array(), *row = NULL;
	for (size_t i = 0; i < t->count; i++) {
		const char *text = t->cells[i];
		size_t c = i % t->columns;
		if (c == 0) {
			row = json_object();
			json_array_append_new(out, row);
		}
		bool integer = whole(text);
		json_object_set_new(row, t->heads[c], !text ? json_null() : integer
		                    ? json_integer(strtoll(text, NULL, 10)) : json_string(text));
	}
	return out;
}

/* ---- secrets in JSON ---- */

static json_t *masked_text(const char *text)
{
	char *copy = strdup(text);
	json_t *o = copy ? json_string(tribx_mask(copy)) : NULL;
	free(copy);
	return o;
}

static bool mask_members(json_t *to, const json_t *o)
{
	const char *name;
	json_t *value;
	bool good = to;
	json_object_foreach((json_t *)(uintptr_t)o, name, value) {
		char *copy = good ? strdup(name) : NULL;
		good = copy && json_object_set_new(to, tribx_mask(copy), tribx_json_masked(value)) == 0;
		free(copy);
	}
	return good;
}

static bool mask_items(json_t *to, const json_t *o)
{
	bool good = to;
	for (size_t i = 0; good && i < json_array_size(o); i++)
		good = json_array_append_new(to, tribx_json_masked(json_array_get(o, i))) == 0;
	return good;
}

struct json_t *tribx_json_masked(const struct json_t *o)
{
	if (json_is_string(o))
		return masked_text(json_string_value(o));
	if (!json_is_object(o) && !json_is_array(o))
		return json_incref((json_t *)(uintptr_t)o);
	json_t *to = json_is_object(o) ? json_object() : json_array();
	if (json_is_object(o) ? mask_members(to, o) : mask_items(to, o))
		return to;
	json_decref(to);
	return NULL;
}
