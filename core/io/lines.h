/* lines - documents whose records are not lines become JSON lines (JSON, XML) or cells text (tables of web pages) on the reader's
 * thread, in front of the decoder, which then cuts and decodes as ever.
 *
 * A kind takes the document piece by piece and appends what it makes of it; memory is that of one record. TRIB_END of the bytes
 * below is passed on only when the kind has seen the document's own end: it still means verified. */
#ifndef TRIBX_LINES_H
#define TRIBX_LINES_H

#include "base/text.h"
#include "io/decode.h"
#include "io/stream.h"

struct tribx_lines {
	struct tribx_stream base;                       /* base.base is the kind's; -1: places are not kept */
	/* Takes n bytes; last: these were the last. Appends to out. TRIB_OK or negative. */
	int (*push)(struct tribx_lines *l, const char *p, size_t n, bool last, struct tribx_error *e);
	void (*close)(struct tribx_lines *l);           /* frees l */
	bool raw;                                       /* bytes as they are: the kind knows encodings itself; else they come as UTF-8 */
	int (*declared)(const char *p, size_t n);       /* the encoding that the document itself names, -1: none; NULL: documents of the kind never do */
	struct tribx_buf out;
	const char *file;
	int64_t at, mark;                               /* bytes of the file read; of its byte order mark, which push does not get */
	/* of lines.c */
	struct trib_bytes *in;
	enum tribx_encoding encoding;
	char *piece, *text;
	size_t taken, kept;                             /* of out: handed on; of piece: left for the next time */
	bool begun, ended;
};

/* Takes the kind that l is, its first members set, also on failure. */
int tribx_lines_open(struct tribx_lines *l, const struct tribx_format *f, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);

/* The kinds, as rows of the table of formats want them. */
int tribx_lines_json(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);
int tribx_lines_html(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);
int tribx_lines_xml(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);

#endif
