/* layout - Arrow formats and metadata <-> column types. One table; everything else asks it. */
#ifndef TRIBX_LAYOUT_H
#define TRIBX_LAYOUT_H

#include "arrow/batch.h"

/* How a column lies in memory, of the layouts that plugins meet. */
struct tribx_layout {
	enum trib_type type;
	int precision, scale;
	int bits;                      /* of a value: 0, 1, 32, 64, 128 */
	bool offsets;                  /* u */
	bool coded;                    /* int32 codes; type, offsets are the dictionary's */
};
/* false: not a layout that plugins meet. */
bool tribx_layout_of(const struct ArrowSchema *s, struct tribx_layout *out);
bool tribx_parse_decimal(const char *format, int *precision, int *scale, int *bits);
int tribx_bits(enum trib_type type);           /* of a value in a builder */
/* The type that a column of `type` is stored as: maps and lists are JSON, secrets text. */
enum trib_type tribx_stored(enum trib_type type);

/* The schema of a column, shared by all batches that have it: reference-counted, never changed. */
enum { TRIBX_PLAIN, TRIBX_CODED };
struct tribx_label_as {
	const char *name;
	enum trib_type type;
	int precision, scale;
	int coded;                     /* TRIBX_CODED: behind int32 codes */
	const char *format;            /* NULL: the type's; u where the text is not views */
	int64_t marks;                 /* personal.h */
	const char *from;              /* of a declared column: where the source has it; NULL: not declared */
};
int tribx_label_new(struct ArrowSchema *to, const struct tribx_label_as *as);
void tribx_label_share(struct ArrowSchema *to, const struct ArrowSchema *from);
int tribx_label_rename(struct ArrowSchema *to, const struct ArrowSchema *from, const char *name);
void tribx_label_drop(struct ArrowSchema *s);
/* JSON pointer or key of a declared column ("" is its name); NULL: the column was not declared. */
const char *tribx_label_from(const struct ArrowSchema *s);
/* A value of schema metadata, as far as it is well formed; p == NULL: none. */
struct trib_text tribx_metadata(const char *metadata, const char *key);

#endif
