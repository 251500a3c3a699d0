/* json_strict - strict RFC 8259 over a document that comes piece by piece: where values and names begin and end, in constant
 * memory. What a splitter looks for is reported; all else is checked and passed.
 *
 * Escapes are checked for their letters only: U+0000 and halves of pairs are the business of who takes the text. */
#ifndef TRIBX_JSON_STRICT_H
#define TRIBX_JSON_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/json_index.h"

enum tribx_json_event {
	TRIBX_JSON_MORE,                 /* all bytes were taken */
	TRIBX_JSON_VALUE,                /* a value begins at the byte that is next, at a depth of at most watch */
	TRIBX_JSON_NAME,                 /* a name at such a depth was read: name, as it stands between its quotes */
	TRIBX_JSON_DONE,                 /* a value ended at depth until; the byte that is next is not of it */
	TRIBX_JSON_BAD,                  /* why, at the byte that is next */
};
enum { TRIBX_JSON_NAME_MAX = 1024 };

struct tribx_json_strict {
	int depth_max, watch, until;     /* set before the first run and between events; -1: nothing */
	int depth;                       /* containers that are open */
	int state, number;               /* of json_strict.c */
	int hex;                         /* digits of \u that are still to come */
	const char *word;                /* rest of true, false, null */
	unsigned char more, low, high;   /* continuation bytes of UTF-8 to come; bounds of the next */
	bool is_name, told, overlong;    /* overlong: the name did not fit name and cannot be one that anybody looks for */
	size_t name_size;
	char name[TRIBX_JSON_NAME_MAX];
	uint64_t object[TRIBX_JSON_DEPTH / 64];
	const char *why;
};
void tribx_json_strict_start(struct tribx_json_strict *s, int depth_max);
/* Takes bytes of [*p, end) until something is to be told. VALUE is told once: the next run enters the value. */
enum tribx_json_event tribx_json_strict_run(struct tribx_json_strict *s, const char **p, const char *end);
void tribx_json_strict_past(struct tribx_json_strict *s);        /* after VALUE: the caller took the value itself */
bool tribx_json_strict_object(const struct tribx_json_strict *s);/* is the innermost open container an object? */
bool tribx_json_strict_end(struct tribx_json_strict *s);         /* the document ended here; false: why */

#endif
