/* xml_tree - one record of XML, held until its end, because siblings of one name may stand anywhere in it; then a JSON line.
 *
 * An element with attributes or children is an object: attributes as @name, its own text as #text, children by name, an array where a
 * name stands more than once. One with neither is its text, without blanks around it. xsi:nil="true" is null. The record itself
 * is always an object. Prefixes are dropped. */
#ifndef TRIBX_XML_TREE_H
#define TRIBX_XML_TREE_H

#include "base/mem.h"
#include "base/text.h"

struct tribx_xml_tree;
struct tribx_xml_tree *tribx_xml_tree_new(void);                 /* NULL: no memory */
void tribx_xml_tree_free(struct tribx_xml_tree *t);              /* NULL is fine */
/* NULL, or why it cannot go on: no memory, too many names. Attributes are name, value, ..., NULL. */
const char *tribx_xml_tree_open(struct tribx_xml_tree *t, const char *name, const char *const *attributes);
const char *tribx_xml_tree_text(struct tribx_xml_tree *t, const char *p, size_t n);
void tribx_xml_tree_close(struct tribx_xml_tree *t);
void tribx_xml_tree_line(struct tribx_xml_tree *t, struct tribx_buf *out);       /* the record; the tree is empty again */
size_t tribx_xml_tree_size(const struct tribx_xml_tree *t);      /* bytes that the record takes */

#endif
