/* xml - a stream of XML as calls: elements and texts by their local names. expat, opened at its first use.
 *
 * Law: no document type declaration (so no entities, no other files), no deeper than TRIBX_XML_DEPTH, memory as large as the
 * longest tag. Names come without their prefix: producers differ in prefixes and in namespaces, not in names. */
#ifndef TRIBX_XML_H
#define TRIBX_XML_H

#include "io/stream.h"

enum { TRIBX_XML_DEPTH = 256, TRIBX_XML_STEP = 8 << 10 };

/* self is the caller's; a call that finds something wrong says so by tribx_xml_stop. */
struct tribx_xml_calls {
	void (*start)(void *self, const char *name, const char **attributes);
	void (*end)(void *self, const char *name);
	void (*text)(void *self, const char *p, int n);          /* may be NULL */
};
const char *tribx_xml_attribute(const char **attributes, const char *name);     /* by local name; NULL: there is none */

struct tribx_xml;
/* Takes in, also on failure. name: of the part, for errors; borrowed like calls and self. */
int tribx_xml_new(struct tribx_stream *in, const char *name, const struct tribx_xml_calls *calls, void *self, struct tribx_xml **out, struct tribx_error *e);
/* The next TRIBX_XML_STEP bytes. TRIB_OK: there may be more; TRIB_END: the document is whole and its bytes are verified; negative. */
int tribx_xml_step(struct tribx_xml *x, struct tribx_error *e);
void tribx_xml_stop(struct tribx_xml *x, int status);        /* from a call: the step answers this status; the caller has set the error */
struct tribx_error *tribx_xml_error(struct tribx_xml *x);    /* of the step that runs, for calls */
void tribx_xml_free(struct tribx_xml *x);                    /* NULL is fine */
/* All of it at once. *self_xml (may be NULL) is set for the calls. */
int tribx_xml_all(struct tribx_stream *in, const char *name, const struct tribx_xml_calls *calls, void *self, struct tribx_xml **self_xml, struct tribx_error *e);

#endif
