/* node - a configuration value with its place: what YAML, JSON and CSV files become, and what field tables are filled from. */
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
	const char *origin;             /* where the value came from: "pipeline", "defaults", "for_each partners.csv:3", "default" ... */
};
const struct tribx_conf *tribx_conf_get(const struct tribx_conf *map, const char *key);   /* NULL: not there or not a map */

#endif
