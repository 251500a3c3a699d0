/* node - a configuration value with its place: what YAML, JSON and CSV files become, and what field tables are
 * filled from. */
#ifndef TRIBX_NODE_H
#define TRIBX_NODE_H

#include <stddef.h>
#include <tributary.h>

enum tribx_kind { TRIBX_NULL, TRIBX_SCALAR, TRIBX_LIST, TRIBX_MAP };
struct tribx_conf {                     /* "node" is taken by lists; conf: one value of a configuration */
	enum tribx_kind kind;
	const char *key;                /* in a map: its name; NULL in lists */
	const char *text;               /* scalar, after ${} substitution */
	bool plain;                     /* scalar written without quotes: YAML 1.2 core rules apply */
	bool secret;                    /* came from ${env:}, ${file:} or ${cmd:} into a secret, never shown */
	struct tribx_conf *items;
	size_t count;
	const char *file;               /* as the user would name it */
	int line, column;               /* 1-based, of the value */
	int key_line, key_column;       /* of the key */
	const char *source;             /* the whole text of that file, for the line under a caret; NULL: none */
	/* where the value came from: "pipeline", "defaults", "for_each partners.csv:3", "default" ... */
	const char *origin;
};
/* NULL: not there or not a map */
const struct tribx_conf *tribx_conf_get(const struct tribx_conf *map, const char *key);

/* Calls each for every name that an earlier one equals. false: no memory. */
bool tribx_each_twice(const char *const *names, size_t count, void (*each)(void *ctx, const char *name, size_t first,
                                                                           size_t again), void *ctx);

/* What a plain scalar is by the YAML 1.2 core rules: TRIB_NULL, TRIB_BOOL, TRIB_I64 (any size), TRIB_F64 or
 * TRIB_STR. */
enum trib_type tribx_plain_type(const char *text);
/* The value as JSON, numbers digit by digit as they were written. false: .inf or .nan is in it, or it is too deep. */
struct tribx_buf;
bool tribx_conf_json(const struct tribx_conf *c, struct tribx_buf *out);
struct json_t;
struct tribx_arena;
/* A conf tree of a JSON value; numbers as text. NULL: no memory. */
struct tribx_conf *tribx_conf_of_json(const struct json_t *v, const char *key, struct tribx_arena *a);

#endif
