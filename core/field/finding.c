/* finding - faults and warnings as they are collected: no load stops at the first one. See field.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/field.h"

enum { FINDINGS_MAX = 200, NOTES_MAX = 50 };

struct tribx_error *tribx_finding_new(struct tribx_findings *f)
{
	if (f->count == f->cap && f->count < FINDINGS_MAX) {
		size_t cap = f->cap ? f->cap * 2 : 8;
		struct tribx_error *grown = realloc(f->items, cap * sizeof *grown);
		if (grown) {
			f->items = grown;
			f->cap = cap;
		} else
			f->no_memory = true;
	}
	if (f->count == f->cap || f->count >= FINDINGS_MAX) {
		f->dropped++;
		return NULL;
	}
	f->items[f->count] = (struct tribx_error){ 0 };
	return &f->items[f->count++];
}

size_t tribx_findings_faults(const struct tribx_findings *f)
{
	size_t n = f->dropped + f->no_memory;
	for (size_t i = 0; i < f->count; i++)
		n += f->items[i].status != TRIB_OK;
	return n;
}

bool tribx_findings_sure(struct tribx_findings *f, bool good)
{
	f->no_memory |= !good && tribx_findings_faults(f) == 0;
	return good;
}

void tribx_findings_done(struct tribx_findings *f)
{
	free(f->items);
	*f = (struct tribx_findings){ 0 };
}

/* Line n of a text that is kept whole; cut to what an error holds. */
static void copy_line(const char *source, int n, char *to, size_t size)
{
	while (source && n-- > 1) {
		const char *end = strchr(source, '\n');
		source = end ? end + 1 : NULL;
	}
	size_t length = source ? strcspn(source, "\r\n") : 0;
	while (length >= size || (length > 0 && length < strcspn(source, "\r\n") &&
	                          ((unsigned char)source[length] & 0xC0) == 0x80))
		length = length >= size ? size - 1 : length - 1;
	memcpy(to, source ? source : "", length);
	to[length] = 0;
}

void tribx_error_place(struct tribx_error *e, const struct tribx_conf *c, bool on_key)
{
	char line_text[sizeof e->line_text];
	if (!e || !c || !c->file)
		return;
	on_key &= c->key_line > 0;
	copy_line(c->source, on_key ? c->key_line : c->line, line_text, sizeof line_text);
	tribx_error_at(e, c->file, on_key ? c->key_line : c->line, on_key ? c->key_column : c->column, line_text);
}

/* One value has one fault, its first; one text at one place is said once, whatever the number of instances it is in. */
static bool known(const struct tribx_findings *f, size_t n, bool value)
{
	const struct tribx_error *e = &f->items[n];
	for (size_t i = 0; i < n; i++) {
		const struct tribx_error *o = &f->items[i];
		bool here = o->line == e->line && o->column == e->column && strcmp(o->file, e->file) == 0;
		if (here && ((value && e->line > 0 && o->status != TRIB_OK) || (o->status == e->status &&
		                                                 strcmp(o->text, e->text) == 0)))
			return true;
	}
	return false;
}

void tribx_findings_tell(struct tribx_findings *to, const struct tribx_findings *notes)
{
	for (size_t i = 0; i < notes->count && to->count < NOTES_MAX; i++) {
		struct tribx_error *note = tribx_finding_new(to);
		if (note)
			*note = notes->items[i];
	}
}

void tribx_findings_add(struct tribx_findings *to, const struct tribx_findings *from, bool as_warnings)
{
	for (size_t i = 0; i < from->count; i++) {
		struct tribx_error *e = tribx_finding_new(to);
		if (!e)
			continue;
		*e = from->items[i];
		e->status = as_warnings ? TRIB_OK : e->status;
		if (known(to, to->count - 1, e->of_value))
			to->count--;
	}
	to->dropped += as_warnings ? 0 : from->dropped;
	to->no_memory |= from->no_memory;
}

const struct tribx_findings *tribx_findings_keep(struct tribx_arena *arena, const struct tribx_findings *f)
{
	struct tribx_findings *kept = f->count || f->dropped || f->no_memory ? tribx_arena_new(arena, sizeof *kept) : NULL;
	if (!kept)
		return NULL;
	*kept = *f;
	kept->items = tribx_arena_new(arena, (f->count + 1) * sizeof *kept->items);
	if (!kept->items)
		return NULL;
	memcpy(kept->items, f->items, f->count * sizeof *kept->items);
	return kept;
}

void tribx_findings_unique(struct tribx_findings *f)
{
	size_t kept = 0;
	for (size_t i = 0; i < f->count; i++) {
		f->items[kept] = f->items[i];
		kept += !known(f, kept, false);
	}
	f->count = kept;
}

struct tribx_error *tribx_finding_put(struct tribx_findings *f, int status, const char *code,
                                      const struct tribx_conf *c, bool on_key,
                                      const char *fmt, ...)
{
	va_list args;
	struct tribx_error *e = tribx_finding_new(f);
	if (!e)
		return NULL;
	e->status = status;
	snprintf(e->code, sizeof e->code, "%s", code);
	va_start(args, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, args);
	va_end(args);
	tribx_error_place(e, c, on_key);
	e->of_value = e->file[0] && !on_key && status != TRIB_OK && c->kind == TRIBX_SCALAR;
	if (e->file[0] && known(f, f->count - 1, e->of_value)) {
		f->count--;
		return NULL;
	}
	return e;
}
