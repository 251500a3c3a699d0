/* xml - see xml.h. */
#include "io/xml.h"

#include <stdlib.h>
#include <string.h>

#include "io/expat.h"

struct tribx_xml {
	struct tribx_expat api;
	XML_Parser parser;
	struct tribx_stream *in;
	const struct tribx_xml_calls *calls;
	void *self;
	const char *name;
	struct tribx_error *error;
	int depth, status;
};

static const char *local(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon ? colon + 1 : name;
}

const char *tribx_xml_attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(local(*attributes), name) == 0)
			return attributes[1];
	return NULL;
}

void tribx_xml_stop(struct tribx_xml *x, int status)
{
	if (x->status == TRIB_OK)
		x->status = status;
	x->api.stop(x->parser, XML_FALSE);
}

struct tribx_error *tribx_xml_error(struct tribx_xml *x)
{
	return x->error;
}

static void start(void *self, const XML_Char *name, const XML_Char **attributes)
{
	struct tribx_xml *x = self;
	if (x->status != TRIB_OK)
		return;
	if (++x->depth > TRIBX_XML_DEPTH)
		tribx_xml_stop(x, tribx_fail(x->error, TRIB_DATA, "xml.too_deep", "%s: elements lie inside of each other more than %d deep", x->name, TRIBX_XML_DEPTH));
	else
		x->calls->start(x->self, local(name), (const char **)attributes);
}

static void end(void *self, const XML_Char *name)
{
	struct tribx_xml *x = self;
	x->depth--;
	if (x->status == TRIB_OK)
		x->calls->end(x->self, local(name));
}

static void text(void *self, const XML_Char *p, int n)
{
	struct tribx_xml *x = self;
	if (x->status == TRIB_OK)
		x->calls->text(x->self, p, n);
}

static void doctype(void *self, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
	struct tribx_xml *x = self;
	(void)name, (void)system, (void)public, (void)internal;
	tribx_xml_stop(x, tribx_fail(x->error, TRIB_DATA, "xml.dtd", "%s has a document type declaration, which could name entities and other files", x->name));
}

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read XML");
}

int tribx_xml_new(struct tribx_stream *in, const char *name, const struct tribx_xml_calls *calls, void *self, struct tribx_xml **out, struct tribx_error *e)
{
	struct tribx_xml *x = calloc(1, sizeof *x);
	int rc = x ? tribx_expat(&x->api, e) : no_memory(e);
	if (rc == TRIB_OK && !(x->parser = x->api.create(NULL)))
		rc = no_memory(e);
	if (rc < 0) {
		free(x);
		tribx_stream_close(in);
		return rc;
	}
	x->in = in;
	x->name = name;
	x->calls = calls;
	x->self = self;
	x->api.user(x->parser, x);
	x->api.elements(x->parser, start, end);
	x->api.doctype(x->parser, doctype);
	if (calls->text)
		x->api.text(x->parser, text);
	*out = x;
	return TRIB_OK;
}

int tribx_xml_step(struct tribx_xml *x, struct tribx_error *e)
{
	size_t got = 0;
	void *to = x->api.buffer(x->parser, TRIBX_XML_STEP);
	if (!to)
		return no_memory(e);
	int rc = tribx_stream_read(x->in, to, TRIBX_XML_STEP, &got, e);
	if (rc < 0)
		return rc;
	x->error = e;
	bool fine = x->api.parse_buffer(x->parser, (int)got, rc == TRIB_END) == XML_STATUS_OK;
	x->error = NULL;
	if (x->status != TRIB_OK)
		return x->status;
	if (fine)
		return rc;
	enum XML_Error code = x->api.code(x->parser);
	if (code == XML_ERROR_NO_MEMORY)
		return no_memory(e);
	return tribx_fail(e, TRIB_DATA, "xml.bad_document", "%s, line %llu: %s", x->name, (unsigned long long)x->api.line(x->parser), x->api.why(code));
}

void tribx_xml_free(struct tribx_xml *x)
{
	if (!x)
		return;
	x->api.free(x->parser);
	tribx_stream_close(x->in);
	free(x);
}

int tribx_xml_all(struct tribx_stream *in, const char *name, const struct tribx_xml_calls *calls, void *self, struct tribx_xml **self_xml, struct tribx_error *e)
{
	struct tribx_xml *x = NULL;
	int rc = tribx_xml_new(in, name, calls, self, &x, e);
	if (rc == TRIB_OK && self_xml)
		*self_xml = x;
	while (rc == TRIB_OK)
		rc = tribx_xml_step(x, e);
	tribx_xml_free(x);
	return rc == TRIB_END ? TRIB_OK : rc;
}
