/* field - the table {name, type, flags, offset, from, default, allowed, help} at work: one row is validation,
 * default, help, docs, JSON schema, state and columns. Tables come adopted (our stride). */
#ifndef TRIBX_FIELD_H
#define TRIBX_FIELD_H

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"
#include "field/node.h"

struct json_t;
/* A row for member m of struct S that is itself a struct filled by a table: "limits: { entries: 5 }". */
#define TRIBX_GROUP(S, m, table, ...) \
	{ .name = #m, .type = TRIB_MAP, .offset = offsetof(S, m), .of = (table), __VA_ARGS__ }
static inline bool tribx_is_group(const struct trib_field *row)
{
	return row->type == TRIB_MAP && row->of && row->of_size == 0;
}

/* A finding of status TRIB_OK is a warning, others are faults. All zero is empty. */
struct tribx_findings { struct tribx_error *items; size_t count, cap, dropped; bool no_memory; };
/* NULL: no memory (no_memory is set) or more than 200; dropped counts those */
struct tribx_error *tribx_finding_new(struct tribx_findings *f);
/* The same, filled: status, code, the place of c (of its key when on_key; c may be NULL) with the line for the
 * caret, text. NULL also for what is known already: one value has one fault, one text is said once at a place. */
struct tribx_error *tribx_finding_put(struct tribx_findings *f, int status, const char *code,
                                      const struct tribx_conf *c, bool on_key,
                                      const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The place of c, with the line for the caret; an error that has a place keeps it. e and c may be NULL. */
void tribx_error_place(struct tribx_error *e, const struct tribx_conf *c, bool on_key);
/* Notes (status OK) of one place that reads many files: some of them, so that faults find room. */
void tribx_findings_tell(struct tribx_findings *to, const struct tribx_findings *notes);
/* Those of `from` that are not there yet; as warnings if nothing fails of them. */
void tribx_findings_add(struct tribx_findings *to, const struct tribx_findings *from, bool as_warnings);
/* A copy that lives as long as the arena. NULL: no memory, or there are none. */
const struct tribx_findings *tribx_findings_keep(struct tribx_arena *arena, const struct tribx_findings *f);
void tribx_findings_unique(struct tribx_findings *f);                      /* one text at one place stays once */
/* warnings are not counted, dropped ones are, and no_memory is one */
size_t tribx_findings_faults(const struct tribx_findings *f);
/* Answers good. What failed without a fault had no memory for one: f says so, so that nobody takes silence for success. */
bool tribx_findings_sure(struct tribx_findings *f, bool good);
void tribx_findings_done(struct tribx_findings *f);

/* Reads a file of its own for a list or map that is written as a file name ("rules: rules.yaml"); NULL: not offered. */
struct tribx_includes {
	const struct tribx_conf *(*load)(void *ctx, const struct tribx_conf *where, struct tribx_findings *f);
	void *ctx;
	const char *dir;                /* what TRIB_PATH options are relative to */
};

/* Fills self from map (NULL: all defaults). Every fault is a finding with its place; unknown keys too, unless `more`
 * (a second table, may be NULL) has them: that table fills more_self. false: there were faults (warnings alone:
 * true). */
bool tribx_fields_load(const struct trib_field *table, void *self, const struct trib_field *more, void *more_self,
                       struct tribx_arena *kept,
                       const struct tribx_conf *map, const struct tribx_includes *includes, struct tribx_findings *f);
/* One value from text, as a user would write it (part columns, --set). Returns NULL or why not. */
const char *tribx_field_set(const struct trib_field *row, void *self, struct tribx_arena *kept, const char *text);
/* new reference */
struct json_t *tribx_fields_save(const struct trib_field *table, const void *self);
int tribx_fields_restore(const struct trib_field *table, void *self, struct tribx_arena *kept,
                         const struct json_t *state, struct tribx_error *e);

/* Generated text. */
void tribx_fields_markdown(const struct trib_field *table, struct tribx_buf *out);
/* JSON Schema object */
struct json_t *tribx_fields_schema(const struct trib_field *table);
/* "text", "integer", "list of ..." */
const char *tribx_field_type_name(const struct trib_field *row);
/* Duration and size words: 30s, 2m, 1h30m, 1d; 64MiB, 1GB. */
const char *tribx_duration_parse(const char *text, trib_duration *out);

#endif
