/* find - what a URL with globs names, in name order: files, or the members of zips.
 *
 * etag: of a file up to 64 MiB the XXH3-128 of its bytes (delivered again with the same bytes it is the same file), of a larger one
 * size and time; of a zip's member its CRC and size as the archive declares them (reading verifies both). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "io/zip.h"

struct finding {
	const char *dir, *pattern;             /* pattern: of members; NULL none */
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

/* A pattern without / is for the last part of the name: "*.csv" finds 2025/03/report.csv. */
static bool matches(const char *pattern, const char *name)
{
	const char *last = strrchr(name, '/');
	return strcmp(pattern, name) == 0 || tribx_glob(pattern, !strchr(pattern, '/') && last ? last + 1 : name);
}

static int by_name(const void *a, const void *b)
{
	const struct tribx_zip_entry *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static int no_member(const struct tribx_zip *z, const char *pattern, struct tribx_error *e)
{
	const char *some[3] = { "", "", "" };
	size_t files = 0;
	for (size_t i = 0; i < z->count; i++)
		if (!z->entries[i].is_folder && files++ < 3)
			some[files - 1] = z->entries[i].name;
	if (files == 0)
		return tribx_fail(e, TRIB_DATA, "archive.no_member", "no entry matches \"%s\": the archive holds folders only", pattern);
	return tribx_fail(e, TRIB_DATA, "archive.no_member", "no entry matches \"%s\": the archive holds %s%s%s%s%s%s", pattern, some[0],
	                  files > 1 ? ", " : "", some[1], files > 2 ? ", " : "", some[2], files > 3 ? " and more" : "");
}

static int add_members(struct finding *f, const char *path, struct tribx_source *src)
{
	struct tribx_zip z;
	size_t before = f->out->count;
	int rc = tribx_zip_load(src, NULL, &z, f->e);
	if (rc < 0)
		return rc;
	qsort(z.entries, z.count, sizeof *z.entries, by_name);
	for (size_t i = 0; rc == TRIB_OK && i < z.count; i++) {
		const struct tribx_zip_entry *m = &z.entries[i];
		char etag[64];
		if (m->is_folder || !matches(f->pattern, m->name))
			continue;
		snprintf(etag, sizeof etag, "crc32-%08x-%lld", m->crc, (long long)m->size);
		rc = add(f, path, m->name, etag, m->size);
	}
	if (rc == TRIB_OK && f->out->count == before)
		rc = no_member(&z, f->pattern, f->e);
	tribx_zip_done(&z);
	return rc;
}

static int add_file(struct finding *f, const struct tribx_transport *t, const char *path)
{
	struct tribx_source *src = NULL;
	char etag[64];
	bool zip = false;
	int rc = t->open(path, &src, f->e);
	if (rc < 0)
		return rc;
	if (f->pattern)
		rc = tribx_is_zip(src, path, &zip, f->e);
	if (rc == TRIB_OK && zip)
		rc = add_members(f, path, src);
	else if (rc == TRIB_OK && (rc = src->etag(src, etag, f->e)) == TRIB_OK)
		rc = add(f, path, NULL, etag, src->size);
	src->close(src);
	return rc;
}

/* URL!/MEMBER: the archive's name may be a pattern as well, so there the last "!/" splits. */
static char *split_member(const struct tribx_transport *t, char *path)
{
	char *at = NULL;
	if (t->is_file(path))
		return NULL;
	for (char *next = strstr(path, "!/"); next; next = strstr(next + 1, "!/"))
		at = next;
	if (!at)
		return NULL;
	*at = 0;
	return at + 2;
}

int tribx_find_files(const char *dir, const char *url, const char *member, struct tribx_listing *out, struct tribx_error *e)
{
	struct tribx_error own = { 0 };
	struct tribx_listing found = { 0 };
	struct tribx_paths paths = { 0 };
	struct finding f = { .dir = dir, .out = &found, .e = e ? e : &own };
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
