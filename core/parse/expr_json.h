/* expr_json - values inside of JSON texts, found by looking, without building a tree. */
#ifndef TRIBX_EXPR_JSON_H
#define TRIBX_EXPR_JSON_H

#include "parse/expr_node.h"

/* any scalar as text, objects and lists as they are */
void tribx_run_json_text(struct tribx_run *r, const struct tribx_eop *o);
void tribx_run_json_bool(struct tribx_run *r, const struct tribx_eop *o);
void tribx_run_to_json(struct tribx_run *r, const struct tribx_eop *o);
/* JSON beside a value of a type, to be compared with it: what is not of the type counts as a mismatch and is null. */
struct tribx_reg *tribx_json_as(struct tribx_bind *b, struct tribx_reg *json, enum trib_type type, int scale);
/* false: the two cannot be compared. */
bool tribx_json_order(struct trib_text a, struct trib_text b, int *order);
/* The next item of an array: *at is behind '[' or an item; false: there is none. */
bool tribx_json_item(const char **at, const char *end, struct trib_text *item);

#endif
