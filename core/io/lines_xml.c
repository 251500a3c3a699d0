/* lines_xml - an XML document as JSON lines: expat finds elements, xml_tree holds the record that is open.
 *
 * Names are compared without their prefixes. A document type declaration is refused: with it goes every entity beyond the
 * five of XML, and so what they are misused for. Expat is opened when the first XML file is. */
#include "io/lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/expat.h"
#include "io/xml_tree.h"

enum { STEPS = 32, TAG_MAX = 1 << 20, BITE = 64 << 10 };   /* a tag, a comment: expat reads what is not whole again with every bite */

struct xml {
	struct tribx_lines base;
	struct tribx_expat x;
	XML_Parser parser;
	struct tribx_xml_tree *tree;
	char *path, *steps[STEPS];
	int step_count, depth, depth_max, on, reached;   /* on: elements of the path that are open; reached: at most */
	size_t record_max;
	int64_t records, fed;
	struct tribx_error *error;       /* of the push that runs */
};

/* ---- where ---- */

static int fail(struct xml *s, const char *code, const char *why)
{
	char record[40] = "";
	if (s->on == s->step_count)
		snprintf(record, sizeof record, "record %lld, ", (long long)s->records + 1);
	int rc = tribx_fail(s->error, TRIB_DATA, code, "%s, %sline %lld, byte %lld: %s", s->base.file, record, (long long)s->x.line(s->parser),
	                    (long long)s->x.byte(s->parser) + 1, why);
	s->x.stop(s->parser, XML_FALSE);
	return rc;
}

static void told(struct xml *s, const char *why)
{
	if (!why)
		return;
	if (strcmp(why, "no memory") == 0) {
		tribx_fail(s->error, TRIB_FATAL, "internal.no_memory", "no memory to read %s", s->base.file);
		s->x.stop(s->parser, XML_FALSE);
	} else {
		fail(s, "xml.too_many_names", why);
	}
}

/* ---- what expat finds ---- */

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct xml *s = data;
	if (s->error->status)
		return;
	if (s->depth == s->depth_max) {
		fail(s, "xml.too_deep", "nested deeper than depth_max");
		return;
	}
	s->depth++;
	if (s->on < s->step_count) {
		const char *colon = strrchr(name, ':'), *step = s->steps[s->depth - 1 < STEPS ? s->depth - 1 : STEPS - 1];
		if (s->on != s->depth - 1 || (strcmp(step, "*") != 0 && strcmp(step, colon ? colon + 1 : name) != 0))
			return;
		s->on = s->depth;
		s->reached = s->on > s->reached ? s->on : s->reached;
		if (s->on < s->step_count)
			return;
	}
	told(s, tribx_xml_tree_open(s->tree, name, attributes));
	if (tribx_xml_tree_size(s->tree) > s->record_max)
		fail(s, "xml.record_too_long", "a record is longer than record_max");
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
	struct xml *s = data;
	(void)name;
	if (s->error->status)
		return;
	if (s->on == s->step_count) {
		tribx_xml_tree_close(s->tree);
		if (s->depth == s->step_count) {
			tribx_xml_tree_line(s->tree, &s->base.out);
			s->records++;
		}
	}
	s->depth--;
	s->on = s->on > s->depth ? s->depth : s->on;
}

static void XMLCALL on_text(void *data, const XML_Char *p, int n)
{
	struct xml *s = data;
	if (s->error->status || s->on < s->step_count)
		return;
	told(s, tribx_xml_tree_text(s->tree, p, (size_t)n));
	if (tribx_xml_tree_size(s->tree) > s->record_max)
		fail(s, "xml.record_too_long", "a record is longer than record_max");
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int subset)
{
	(void)name, (void)system, (void)public, (void)subset;
	fail(data, "xml.dtd", "the document declares its own type (<!DOCTYPE>), which is not read");
}

/* Single-byte encodings that we know and expat does not. */
static int XMLCALL on_encoding(void *data, const XML_Char *name, XML_Encoding *info)
{
	int is = tribx_encoding_find(name);
	(void)data;
	if (is < TRIBX_LATIN1)
		return XML_STATUS_ERROR;
	for (int c = 0; c < 256; c++) {
		int means = c < 128 || is == TRIBX_LATIN1 ? c : tribx_single_bytes[is - TRIBX_WINDOWS1250][c - 128];
		info->map[c] = means || !c ? means : -1;
	}
	info->data = NULL;
	info->convert = NULL;
	info->release = NULL;
	return XML_STATUS_OK;
}

/* ---- a kind of lines ---- */

static int no_records(const struct xml *s, struct tribx_error *e)
{
	tribx_error_hint(e, "records names the elements from the root down to the row, like /report/row");
	return tribx_fail(e, TRIB_DATA, "xml.no_records", "%s: the document has no %s", s->base.file, s->path);
}

static int push(struct tribx_lines *l, const char *p, size_t n, bool last, struct tribx_error *e)
{
	struct xml *s = (struct xml *)l;
	s->error = e;
	for (size_t at = 0, bite; at < n || last; at += bite) {
		bite = n - at < BITE ? n - at : BITE;
		bool end = last && at + bite == n;
		enum XML_Status is = s->x.parse(s->parser, p + at, (int)bite, end);
		s->fed += (int64_t)bite;
		if (e->status)
			return e->status;
		if (is != XML_STATUS_OK)
			return fail(s, "xml.bad_document", s->x.why(s->x.code(s->parser)));
		if (!end && s->fed - (int64_t)s->x.byte(s->parser) > TAG_MAX && s->x.byte(s->parser) >= 0)
			return fail(s, "xml.tag_too_long", "a tag or comment is longer than 1 MiB");
		if (end)
			return s->reached < (s->step_count > 2 ? s->step_count - 1 : 1) ? no_records(s, e) : TRIB_OK;
	}
	return TRIB_OK;
}

static void close(struct tribx_lines *l)
{
	struct xml *s = (struct xml *)l;
	if (s->parser)
		s->x.free(s->parser);
	tribx_xml_tree_free(s->tree);
	free(s->path);
	free(s);
}

/* /report/row, prefixes dropped; the children of the root if there is no path. */
static const char *parse_path(struct xml *s, const char *path)
{
	char *save = NULL;
	if (*path != '/')
		return "a path starts with /";
	if (!(s->path = malloc(2 * strlen(path) + 2)))
		return "no memory";
	char *copy = s->path + strlen(path) + 1;
	strcpy(s->path, path);
	strcpy(copy, path);
	for (char *step = strtok_r(copy, "/", &save); step; step = strtok_r(NULL, "/", &save)) {
		char *colon = strrchr(step, ':');
		if (s->step_count == STEPS)
			return "a path has at most 32 steps";
		s->steps[s->step_count++] = colon ? colon + 1 : step;
	}
	return s->step_count ? NULL : "a path names elements, like /report/row";
}

static int start(struct xml *s, const struct tribx_format *f, const char *file, struct tribx_error *e)
{
	int encoding = f->encoding.count ? tribx_encoding_find(*(const char *const *)f->encoding.items) : TRIBX_ENCODING_AUTO, rc = tribx_expat(&s->x, e);
	const char *why = parse_path(s, f->records && *f->records ? f->records : "/*/*");
	if (rc != TRIB_OK)
		return rc;
	if (why && strcmp(why, "no memory") != 0)
		return tribx_fail(e, TRIB_CONFIG, "xml.bad_path", "records: \"%s\": %s", f->records, why);
	s->parser = why ? NULL : s->x.create(encoding > TRIBX_ENCODING_AUTO ? tribx_encoding_names[encoding] : NULL);
	s->tree = tribx_xml_tree_new();
	if (!s->parser || !s->tree)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", file);
	s->x.user(s->parser, s);
	s->x.elements(s->parser, on_start, on_end);
	s->x.text(s->parser, on_text);
	s->x.doctype(s->parser, on_doctype);
	s->x.encoding(s->parser, on_encoding, NULL);
	return TRIB_OK;
}

int tribx_lines_xml(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	(void)columns;
	struct xml *s = calloc(1, sizeof *s);
	if (!s)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", tribx_bytes_name(in));
	s->base = (struct tribx_lines){ .base.base = -1, .push = push, .close = close, .raw = true };
	s->depth_max = f->depth_max ? (int)f->depth_max : 512;
	s->record_max = f->record_max > 0 ? (size_t)f->record_max : (size_t)64 << 20;
	int rc = start(s, f, tribx_bytes_name(in), e);
	if (rc == TRIB_OK)
		return tribx_lines_open(&s->base, f, in, out, e);
	close(&s->base);
	return rc;
}
