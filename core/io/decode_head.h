/* decode_head - inside of the head of a text table: lines, the names of the columns, which delimiter. */
#ifndef TRIBX_DECODE_HEAD_H
#define TRIBX_DECODE_HEAD_H

#include "io/decode.h"

enum { TRIBX_SAMPLE = 65536 };           /* bytes that are looked at where something is to be found out */

struct tribx_lines { const char *p; size_t n, at; int64_t line; char eol; bool ended; };
bool tribx_line(struct tribx_lines *l, struct trib_text *out);       /* the line at `at` without its end; false: it does not end here */

/* The header records at `at`: their fields unquoted, cleaned, rows joined. */
struct tribx_header {
	char **names;
	int count;
	size_t from, end;                /* end 0: not whole yet */
	int64_t line;                    /* of from */
	struct trib_text rows[TRIBX_HEADER_ROWS];
	int row_count;
	bool odd;                        /* a quote stands where no quote may be */
	bool open;                       /* end 0, and a record began */
};
int tribx_header_at(const struct tribx_format *f, struct tribx_layout *s, const struct tribx_lines *l, struct tribx_arena *a, struct tribx_header *h,
                    struct tribx_error *e);
/* Columns, duplicates, what is bound to what. */
int tribx_header_bind(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const struct tribx_header *h, struct tribx_error *e);

/* Fixed width: the places of the columns. */
int tribx_fixed_bind(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_error *e);

/* Each moves l to the header or sets the delimiter. TRIB_END: more of the file is needed. */
int tribx_header_find(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_lines *l, struct tribx_error *e);
int tribx_delimiter_find(struct tribx_layout *s, const struct tribx_lines *l, struct tribx_error *e);

#endif
