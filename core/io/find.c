/* find - what a URL with globs names, in name order: files, or the members of archives.
 *
 * etag: of a file up to 64 MiB the XXH3-128 of its bytes (delivered again with the same bytes it is the same file), of a larger one
 * size and time; members.c has those of members. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/pack.h"

struct finding {
	const char *dir, *pattern;             /* pattern: of members; NULL none */
	const char *path;                      /* of the archive in hand */
	const struct tribx_limits *limits;
	struct tribx_listing *out;
	size_t cap;
	struct tribx_error *e;
};

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a list of files");
}

static int add(struct finding *f, const char *path, const char *member, const char *etag, int64_t size)
{
	struct tribx_listing *l = f->out;
	if (l->count == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 16;
		struct tribx_entry *grown = realloc(l->items, cap * sizeof *grown);
		if (!grown)
			return no_memory(f->e);
		l->items = grown;
		f->cap = cap;
	}
	struct tribx_entry *x = &l->items[l->count++];
	*x = (struct tribx_entry){ .url = strdup(tribx_below(f->dir, path)), .member = member ? strdup(member) : NULL, .etag = strdup(etag), .size = size };
	return x->url && x->etag && (x->member || !member) ? TRIB_OK : no_memory(f->e);
}

static int add_member(void *ctx, const char *member, const char *etag, int64_t size)
{
	struct finding *f = ctx;
	return add(f, f->path, member, etag, size);
}

static int by_member(const void *a, const void *b)
{
	const struct tribx_entry *x = a, *y = b;
	return strcmp(x->member, y->member);
}

/* TRIB_END: it is no archive. */
static int add_members(struct finding *f, const char *path, struct tribx_source *src)
{
	size_t before = f->out->count;
	f->path = path;
	int rc = tribx_members(src, path, f->pattern, f->limits, add_member, f, f->e);
	if (rc == TRIB_OK)
		qsort(f->out->items + before, f->out->count - before, sizeof *f->out->items, by_member);
	return rc;
}

static int add_file(struct finding *f, const struct tribx_transport *t, const char *path)
{
	struct tribx_source *src = NULL;
	char etag[64];
	int rc = t->open(path, &src, f->e);
	if (rc < 0)
		return rc;
	rc = f->pattern ? add_members(f, path, src) : TRIB_END;
	if (rc == TRIB_END && (rc = src->etag(src, etag, f->e)) == TRIB_OK)
		rc = add(f, path, NULL, etag, src->size);
	src->close(src);
	return rc;
}

/* URL!/MEMBER: at the first "!/" behind a file; the archive's name may be a pattern as well, then at the first of all. */
static char *split_member(const struct tribx_transport *t, char *path)
{
	char *first = strstr(path, "!/");
	if (!first || t->is_file(path))
		return NULL;
	for (char *at = first; at; at = strstr(at + 1, "!/")) {
		*at = 0;
		if (t->is_file(path))
			return at + 2;
		*at = '!';
	}
	*first = 0;
	return first + 2;
}

int tribx_find_files(const char *dir, const char *url, const char *member, const struct tribx_limits *limits, struct tribx_listing *out,
                     struct tribx_error *e)
{
	struct tribx_error own = { 0 };
	struct tribx_listing found = { 0 };
	struct tribx_paths paths = { 0 };
	struct finding f = { .dir = dir, .limits = limits, .out = &found, .e = e ? e : &own };
	const char *rest = NULL, *at = url;
	char *path = NULL;
	*out = found;
	const struct tribx_transport *t = tribx_transport(url, &rest, f.e);
	int rc = t ? t->path(dir, rest, &path, f.e) : f.e->status;
	if (rc == TRIB_OK) {
		char *inner = split_member(t, path);
		f.pattern = inner ? inner : member;
		rc = t->list(path, &paths, f.e);
	}
	for (size_t i = 0; rc == TRIB_OK && i < paths.count; i++) {
		at = tribx_below(dir, paths.items[i]);
		rc = add_file(&f, t, paths.items[i]);
	}
	if (rc != TRIB_OK) {
		tribx_error_at(f.e, at, 0, 0, NULL);
		tribx_find_done(&found);
	}
	tribx_paths_done(&paths);
	free(path);
	*out = found;
	return rc;
}

void tribx_find_done(struct tribx_listing *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].url);
		free(l->items[i].member);
		free(l->items[i].etag);
	}
	free(l->items);
	*l = (struct tribx_listing){ 0 };
}
