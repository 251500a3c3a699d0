/* expat - see expat.h. */
#include "io/expat.h"

int tribx_expat(struct tribx_expat *to, struct tribx_error *e)
{
	static const char *const files[] = { "libexpat.so.1", NULL };
	static const char *const symbols[] = { "XML_ParserCreate", "XML_ParserFree", "XML_SetUserData", "XML_SetElementHandler", "XML_SetCharacterDataHandler",
		"XML_SetStartDoctypeDeclHandler", "XML_SetUnknownEncodingHandler", "XML_Parse", "XML_GetBuffer", "XML_ParseBuffer", "XML_StopParser",
		"XML_GetErrorCode", "XML_ErrorString", "XML_GetCurrentLineNumber", "XML_GetCurrentByteIndex", NULL };
	static const struct tribx_lazy library = { files, "XML files and workbooks", "the package libexpat1", symbols };
	return tribx_lazy(&library, (void (**)(void))(void *)to, e);
}
