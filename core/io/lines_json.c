/* lines_json - a JSON document as JSON lines: json_split over the bytes. */
#include "io/lines.h"

#include <stdlib.h>

#include "parse/json_split.h"

struct json {
	struct tribx_lines base;
	struct tribx_json_split *split;
	bool begun;
};

static int push(struct tribx_lines *l, const char *p, size_t n, bool last, struct tribx_error *e)
{
	struct json *j = (struct json *)l;
	if (!j->begun)
		tribx_json_split_at(j->split, l->mark);
	j->begun = true;
	int rc = tribx_json_split(j->split, p, n, last, &l->out, e);
	l->base.base = tribx_json_split_base(j->split);
	return rc;
}

static void close(struct tribx_lines *l)
{
	struct json *j = (struct json *)l;
	tribx_json_split_free(j->split);
	free(j);
}

int tribx_lines_json(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	(void)columns;
	struct json *j = calloc(1, sizeof *j);
	if (!j)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", tribx_bytes_name(in));
	j->base = (struct tribx_lines){ .push = push, .close = close };
	j->split = tribx_json_split_new(f->records ? f->records : "", tribx_bytes_name(in), f->depth_max ? (int)f->depth_max : TRIBX_JSON_DEPTH, tribx_isa_best(), e);
	if (j->split)
		return tribx_lines_open(&j->base, f, in, out, e);
	free(j);
	return e->status;
}
