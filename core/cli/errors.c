/* errors - the error form: what, where in the user's file with a caret, sample, one thing to do. */
#include <jansson.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/out.h"

static const char *paint(bool color, const char *code)
{
	return color ? code : "";
}

/* A line of a file may hold anything: tabs become blanks, controls dots. The caret stands under character `column`. */
static void print_line(FILE *to, const struct tribx_error *e, bool color)
{
	char number[16], line[sizeof e->line_text];
	int n = snprintf(number, sizeof number, "%d", e->line), at = 1;
	memcpy(line, e->line_text, sizeof line);
	tribx_mask(line);
	for (char *c = line; *c; c++)
		*c = *c == '\t' ? ' ' : (unsigned char)*c < 0x20 || *c == 0x7F ? '.' : *c;
	bool moved = strcmp(line, e->line_text) != 0 && strstr(line, "***");
	fprintf(to, "%*s |\n%s | %s\n", n, "", number, line);
	if (e->column < 1 || moved)
		return;
	fprintf(to, "%*s | ", n, "");
	for (const char *c = line; *c && at < e->column; c++)
		at += ((unsigned char)c[1] & 0xC0) != 0x80 ? fputc(' ', to) == ' ' : 0;
	fprintf(to, "%s^%s\n", paint(color, "\033[31;1m"), paint(color, "\033[0m"));
}

static void print_masked(FILE *to, const char *label, const char *text)
{
	char *copy = strdup(text);
	if (!copy || !*copy) {
		free(copy);
		return;
	}
	tribx_mask(copy);
	fputs(label, to);
	for (const char *c = copy; *c; c++)
		fputc((unsigned char)*c < 0x20 || *c == 0x7F ? ' ' : *c, to);
	fputc('\n', to);
	free(copy);
}

static void print_place(FILE *to, const struct tribx_error *e)
{
	char file[sizeof e->file];
	snprintf(file, sizeof file, "%s", e->file);
	fprintf(to, " --> %s", tribx_mask(file));
	if (e->line)
		fprintf(to, ":%d", e->line);
	if (e->line && e->column)
		fprintf(to, ":%d", e->column);
	fputc('\n', to);
}

void tribx_error_print(FILE *to, const struct tribx_error *e, bool color)
{
	const bool warning = e->status == TRIB_OK;
	fprintf(to, "%s%s[%s]%s", paint(color, e->note ? "\033[1m" : warning ? "\033[33;1m" : "\033[31;1m"),
	        e->note ? "note" : warning ? "warning" : "error", e->code, paint(color, "\033[0m"));
	print_masked(to, ": ", e->text);
	if (e->file[0])
		print_place(to, e);
	if (e->line && e->line_text[0])
		print_line(to, e, color);
	const struct tribx_error_row *row = tribx_error_find(e->code);
	print_masked(to, "   = sample: ", e->sample);
	print_masked(to, "   = help: ", e->hint[0] ? e->hint : row && !warning ? row->todo : "");
}

static void set_text(json_t *o, const char *key, const char *text)
{
	char *copy = text[0] ? strdup(text) : NULL;
	if (copy)
		json_object_set_new(o, key, json_string(tribx_mask(copy)));
	free(copy);
}

struct json_t *tribx_error_json(const struct tribx_error *e)
{
	json_t *o = json_object();
	set_text(o, "severity", e->note ? "note" : e->status == TRIB_OK ? "warning" : "error");
	set_text(o, "code", e->code);
	set_text(o, "message", e->text);
	set_text(o, "file", e->file);
	if (e->line)
		json_object_set_new(o, "line", json_integer(e->line));
	if (e->column)
		json_object_set_new(o, "column", json_integer(e->column));
	set_text(o, "sample", e->sample);
	set_text(o, "hint", e->hint);
	if (e->status != TRIB_OK) {
		set_text(o, "status", tribx_status(e->status)->name);
		json_object_set_new(o, "retry", json_boolean(tribx_status(e->status)->again));
	}
	return o;
}
