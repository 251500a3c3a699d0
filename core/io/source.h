/* source - bytes with an address and a place: what a transport opens. Everything above reads it by position.
 *
 * Law: pread gives less than asked for only at the end; check says whether the bytes are still those that were opened. */
#ifndef TRIBX_SOURCE_H
#define TRIBX_SOURCE_H

#include "base/error.h"

enum { TRIBX_ID = 7 };

struct tribx_source {
	int64_t size;
	int (*pread)(struct tribx_source *s, void *to, size_t size, int64_t at, size_t *got, struct tribx_error *e);
	int (*check)(struct tribx_source *s, struct tribx_error *e);
	/* Text that changes when the content may have: of the content itself up to 64 MiB, else of size and time. */
	int (*etag)(struct tribx_source *s, char to[64], struct tribx_error *e);
	void (*close)(struct tribx_source *s);
	int fd;                          /* + 1: of a file as it is, for libraries that want a path; 0: none */
	int64_t id[TRIBX_ID];            /* which file, in which state; the first is not 0 if that can be told */
};

struct tribx_paths { char **items; size_t count, cap; };   /* of a listing; all zero is empty */
void tribx_paths_done(struct tribx_paths *p);
bool tribx_paths_add(struct tribx_paths *p, const char *path);   /* copies; false: no memory */

/* Schemes are rows: the next transport is one more. "" is a plain path. */
struct tribx_transport {
	const char *scheme;
	/* The absolute path behind a URL; the caller frees. dir: what relative ones start at. */
	int (*path)(const char *dir, const char *rest, char **out, struct tribx_error *e);
	bool (*is_file)(const char *path);
	int (*open)(const char *path, struct tribx_source **out, struct tribx_error *e);
	/* Files that match, in name order (bytewise). TRIB_END: none, and e says what was looked for and what is there. */
	int (*list)(const char *pattern, struct tribx_paths *out, struct tribx_error *e);
};
/* The transport of a URL and where its rest begins. NULL: e names the known ones. */
const struct tribx_transport *tribx_transport(const char *url, const char **rest, struct tribx_error *e);

/* local.c and glob.c */
int tribx_local_open(const char *path, struct tribx_source **out, struct tribx_error *e);
int tribx_local_list(const char *pattern, struct tribx_paths *out, struct tribx_error *e);
bool tribx_local_is_file(const char *path);
int tribx_plain_path(const char *dir, const char *rest, char **out, struct tribx_error *e);
int tribx_file_path(const char *dir, const char *rest, char **out, struct tribx_error *e);
/* path as people know it: without dir, if it lies below. Points into path. */
const char *tribx_below(const char *dir, const char *path);

#endif
