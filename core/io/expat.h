/* expat - the XML parser, opened at its first use: the functions that XML files and workbooks call. */
#ifndef TRIBX_EXPAT_H
#define TRIBX_EXPAT_H

#include <expat.h>

#include "base/lazy.h"

struct tribx_expat {                      /* in the order of the symbols in expat.c */
	XML_Parser (*create)(const XML_Char *encoding);
	void (*free)(XML_Parser p);
	void (*user)(XML_Parser p, void *data);
	void (*elements)(XML_Parser p, XML_StartElementHandler start, XML_EndElementHandler end);
	void (*text)(XML_Parser p, XML_CharacterDataHandler h);
	void (*doctype)(XML_Parser p, XML_StartDoctypeDeclHandler h);
	void (*encoding)(XML_Parser p, XML_UnknownEncodingHandler h, void *data);
	enum XML_Status (*parse)(XML_Parser p, const char *s, int n, int last);
	void *(*buffer)(XML_Parser p, int size);
	enum XML_Status (*parse_buffer)(XML_Parser p, int size, int last);
	enum XML_Status (*stop)(XML_Parser p, XML_Bool resumable);
	enum XML_Error (*code)(XML_Parser p);
	const XML_LChar *(*why)(enum XML_Error code);
	XML_Size (*line)(XML_Parser p);
	XML_Index (*byte)(XML_Parser p);
};
int tribx_expat(struct tribx_expat *to, struct tribx_error *e);      /* TRIB_OK or TRIB_ENV */

#endif
