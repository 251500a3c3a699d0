/* fill - what the files of this folder share while a struct is filled. */
#ifndef TRIBX_FILL_H
#define TRIBX_FILL_H

#include "field/field.h"

/* One scalar value of any type but lists and maps. */
union tribx_value {
	bool b;
	int64_t i;
	double f;
	trib_dec d;
	trib_date date;
	trib_time time;
	trib_clock clock;
	trib_duration duration;
	const char *text;
};

/* Parses and checks text against type and allow; text values point at the text given. NULL or why not. */
const char *tribx_value_parse(const struct trib_field *row, const char *text, union tribx_value *out);
void tribx_value_store(const struct trib_field *row, union tribx_value v, void *slot);
union tribx_value tribx_value_load(const struct trib_field *row, const void *slot);
/* Text of a date, time, clock or decimal; to has room for 64 bytes. */
void tribx_value_show(const struct trib_field *row, union tribx_value v, char to[64]);
bool tribx_is_text(enum trib_type type);                     /* STR, SECRET, JSON: a pointer to text */

struct tribx_fill {
	struct tribx_arena *kept;
	const struct tribx_includes *includes;   /* may be NULL */
	struct tribx_findings *findings;
	char path[192];                          /* "rules[2].confidence", for messages */
	bool failed;
};

/* A fault of row at c; says what is allowed. */
void tribx_fill_fault(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, const char *code,
                      const char *why);
bool tribx_fill_memory(struct tribx_fill *w, const void *p);           /* p != NULL, or a finding */
void tribx_fill_value(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, void *slot);
void tribx_fill_many(struct tribx_fill *w, const struct trib_field *row, const struct tribx_conf *c, void *slot);
void tribx_fill_table(struct tribx_fill *w, const struct trib_field *table, void *self, const struct trib_field *more,
                      void *more_self,
                      const struct tribx_conf *map);
/* A default, or a text from --set or a part column, as a conf tree: "a, b", "a = 1, b = 2" or JSON for lists and
 * maps. */
const struct tribx_conf *tribx_conf_of_text(const struct trib_field *row, const char *text, struct tribx_arena *a);
/* name NULL: [index]; returns the length to put back */
size_t tribx_path_push(struct tribx_fill *w, const char *name, size_t index);

#endif
