/* members - the files inside of an archive that a pattern names, through its inner archives.
 *
 * A pattern without "!/" is for files of all levels, one with it names the inner archives: "in*.zip!/a.csv". etag: of a zip's
 * entry its CRC and size as the archive declares them (reading verifies both); of a tar's the XXH3-128 of its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/glob.h"
#include "io/foreign.h"
#include "io/pack.h"
#include "io/shelf.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { HASH_STEP = 128 << 10, SOME = 3 };

struct listing {
	tribx_member *put;
	void *ctx;
	size_t put_count, file_count;
	char *some[SOME];              /* names, for the error when none matches */
	struct tribx_error *e;
};

/* One archive: how deep it lies, what is looked for in it, and what stands before the names of its entries. */
/* plain: a tar as it lies in its file */
struct level { struct tribx_pack pack; const char *pattern, *before; struct tribx_source *plain; };

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a list of files");
}

/* A pattern without / is for the last part of the name: "*.csv" finds 2025/03/report.csv. */
static bool matches(const char *pattern, const char *name)
{
	const char *last = strrchr(name, '/');
	return strcmp(pattern, name) == 0 || tribx_glob(pattern, !strchr(pattern, '/') && last ? last + 1 : name);
}

/* What is looked for inside of an inner archive; NULL: nothing. head: room for the part of the pattern before "!/". */
static const char *inside(const char *pattern, const char *name, char *head)
{
	const char *split = strstr(pattern, "!/");
	if (!tribx_is_archive_name(name))
		return NULL;
	if (!split)
		return matches(pattern, name) ? "*" : pattern;
	memcpy(head, pattern, (size_t)(split - pattern));
	head[split - pattern] = 0;
	return matches(head, name) ? split + 2 : NULL;
}

/* Hash of what is left of s. */
static int hash(struct tribx_stream *s, char to[64], struct tribx_error *e)
{
	XXH3_state_t *state = XXH3_createState();
	char *room = malloc(HASH_STEP);
	size_t got;
	int rc = state && room ? TRIB_OK : no_memory(e);
	if (rc == TRIB_OK)
		XXH3_128bits_reset(state);
	while (rc == TRIB_OK && (rc = tribx_stream_read(s, room, HASH_STEP, &got, e)) == TRIB_OK)
		XXH3_128bits_update(state, room, got);
	if (rc == TRIB_END) {
		XXH128_hash_t h = XXH3_128bits_digest(state);
		snprintf(to, 64, "xxh3-%016llx%016llx", (unsigned long long)h.high64, (unsigned long long)h.low64);
		rc = TRIB_OK;
	}
	XXH3_freeState(state);
	free(room);
	return rc;
}

static int list_stream(struct listing *l, struct level *v, struct tribx_stream *s, const char *name, struct tribx_error *e);

/* An inner archive. Takes s. */
static int list_inner(struct listing *l, const struct level *v, const char *pattern, const char *name, struct tribx_stream *s)
{
	char *before = NULL;
	if (asprintf(&before, "%s%s!/", v->before, name) < 0) {
		tribx_stream_close(s);
		return no_memory(l->e);
	}
	struct level inner = { v->pack, pattern, before, NULL };
	int rc = list_stream(l, &inner, s, name, l->e);
	free(before);
	return rc == TRIB_END ? tribx_fail(l->e, TRIB_DATA, "archive.not_archive", "entry \"%s\" is no archive, though it should be one", name) : rc;
}

static int put(struct listing *l, const struct level *v, const char *name, const char *etag, int64_t size)
{
	char *whole = NULL;
	if (asprintf(&whole, "%s%s", v->before, name) < 0)
		return no_memory(l->e);
	int rc = l->put(l->ctx, whole, etag, size);
	free(whole);
	l->put_count++;
	return rc;
}

static void note(struct listing *l, const struct level *v, const char *name)
{
	if (l->file_count++ < SOME && asprintf(&l->some[l->file_count - 1], "%s%s", v->before, name) < 0)
		l->some[l->file_count - 1] = NULL;
}

/* ---- zip ---- */

static int list_entry(struct listing *l, const struct level *v, struct tribx_source *src, const struct tribx_zip *z, const struct tribx_zip_entry *m,
                      char *head)
{
	char etag[64];
	const char *inner = inside(v->pattern, m->name, head);
	struct tribx_source *lent = NULL;
	struct tribx_stream *s = NULL;
	struct level at = *v;
	if (!inner) {
		note(l, v, m->name);
		snprintf(etag, sizeof etag, "crc32-%08x-%lld", m->crc, (long long)m->size);
		return matches(v->pattern, m->name) ? put(l, v, m->name, etag, m->size) : TRIB_OK;
	}
	int rc = tribx_source_lend(src, &lent, l->e);
	if (rc == TRIB_OK)
		rc = tribx_pack_entry(&at.pack, z, m, lent, &s, l->e);
	return rc < 0 ? rc : list_inner(l, &at, inner, m->name, s);
}

static int list_zip(struct listing *l, const struct level *v, struct tribx_source *src)
{
	struct tribx_shelf *shelf = v->pack.in_memory ? NULL : v->pack.limits.shelf;
	struct tribx_held *held = NULL;
	const struct tribx_zip *z = tribx_shelf_zip(shelf, src, &v->pack.limits, &held, l->e);
	if (!z)
		return l->e->status;
	char *head = malloc(strlen(v->pattern) + 1);
	int rc = head ? TRIB_OK : no_memory(l->e);
	for (size_t i = 0; rc == TRIB_OK && i < z->count; i++)
		if (!z->entries[i].is_folder)
			rc = list_entry(l, v, src, z, &z->entries[i], head);
	free(head);
	tribx_shelf_drop(shelf, held);
	return rc;
}

/* ---- tar ---- */

struct names { struct tribx_place *items; size_t count, cap; };

static int remember(struct names *n, const struct tribx_tar_entry *x, struct tribx_error *e)
{
	if (n->count == n->cap) {
		size_t cap = n->cap ? n->cap * 2 : 32;
		struct tribx_place *grown = realloc(n->items, cap * sizeof *grown);
		if (!grown)
			return no_memory(e);
		n->items = grown;
		n->cap = cap;
	}
	n->items[n->count] = (struct tribx_place){ strdup(x->name), x->at };
	return n->items[n->count].name ? n->count++, TRIB_OK : no_memory(e);
}

static int by_letters(const void *a, const void *b)
{
	return strcasecmp(((const struct tribx_place *)a)->name, ((const struct tribx_place *)b)->name);
}

static int check_names(struct names *n, struct tribx_error *e)
{
	if (n->count)
		qsort(n->items, n->count, sizeof *n->items, by_letters);
	for (size_t i = 1; i < n->count; i++) {
		const char *one = n->items[i - 1].name, *two = n->items[i].name;
		if (strcasecmp(one, two) == 0)
			return tribx_fail(e, TRIB_DATA, "archive.duplicate_entry", "two entries are named \"%s\"%s", two,
			                  strcmp(one, two) ? " but for upper and lower case" : "");
	}
	return TRIB_OK;
}

static void forget(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->items[i].name);
	free(n->items);
}

static int list_tar_entry(struct listing *l, const struct level *v, struct tribx_tar *t, const struct tribx_tar_entry *x, char *head)
{
	char etag[64];
	const char *inner = inside(v->pattern, x->name, head);
	struct tribx_stream *s = NULL;
	if (!inner)
		note(l, v, x->name);
	if (!inner && !matches(v->pattern, x->name))
		return TRIB_OK;
	int rc = tribx_tar_entry(t, false, false, &s, l->e);
	if (rc == TRIB_OK)
		rc = tribx_guard_new(&v->pack, s, &s, l->e);
	if (rc < 0 || inner)
		return rc < 0 ? rc : list_inner(l, v, inner, x->name, s);
	rc = hash(s, etag, l->e);
	tribx_stream_close(s);
	return rc < 0 ? rc : put(l, v, x->name, etag, x->size);
}

/* Takes s. */
static int list_tar(struct listing *l, const struct level *v, struct tribx_stream *s)
{
	struct tribx_tar *t = NULL;
	struct tribx_tar_entry x;
	struct names names = { 0 };
	char *head = malloc(strlen(v->pattern) + 1);
	int rc = tribx_tar_open(s, &v->pack.limits, &t, l->e);
	if (rc == TRIB_OK && !head)
		rc = no_memory(l->e);
	while (rc == TRIB_OK && (rc = tribx_tar_next(t, &x, l->e)) == TRIB_OK)
		if (!x.is_folder && (rc = remember(&names, &x, l->e)) == TRIB_OK)
			rc = list_tar_entry(l, v, t, &x, head);
	if (rc == TRIB_END)
		rc = check_names(&names, l->e);
	if (rc == TRIB_OK && v->plain)
		tribx_shelf_put(v->pack.limits.shelf, v->plain, &v->pack.limits, names.items, names.count);
	else
		forget(&names);
	free(head);
	tribx_tar_close(t);
	return rc;
}

/* ---- layers ---- */

/* Takes s. TRIB_END: it is no archive. */
static int list_stream(struct listing *l, struct level *v, struct tribx_stream *s, const char *name, struct tribx_error *e)
{
	enum tribx_kind is;
	struct tribx_source *src = NULL;
	char *shown = strdup(name);
	if (!shown) {
		tribx_stream_close(s);
		return no_memory(e);
	}
	int rc = tribx_peel(&v->pack, &s, shown, &is, e);
	free(shown);
	if (rc < 0 || is == TRIBX_TAR)
		return rc < 0 ? rc : list_tar(l, v, s);
	if (is != TRIBX_ZIP) {
		tribx_stream_close(s);
		return TRIB_END;
	}
	if ((rc = tribx_memory_new(&v->pack, s, &src, e)) < 0)
		return rc;
	v->pack.in_memory = true;
	rc = list_zip(l, v, src);
	src->close(src);
	return rc;
}

static int no_member(const struct listing *l, const char *pattern)
{
	size_t n = l->file_count;
	if (n == 0)
		return tribx_fail(l->e, TRIB_DATA, "archive.no_member", "no entry matches \"%s\": the archive holds folders only", pattern);
	return tribx_fail(l->e, TRIB_DATA, "archive.no_member", "no entry matches \"%s\": the archive holds %s%s%s%s%s%s", pattern,
	                  l->some[0] ? l->some[0] : "", n > 1 ? ", " : "", n > 1 && l->some[1] ? l->some[1] : "", n > 2 ? ", " : "",
	                  n > 2 && l->some[2] ? l->some[2] : "", n > 3 ? " and more" : "");
}

/* Names of entries are clean: a pattern that asks for others would find nothing, and say that nothing is there. */
static int check(const char *pattern, struct tribx_error *e)
{
	const char *why = NULL;
	for (const char *p = pattern; !why && p; p = strstr(p, "!/") ? strstr(p, "!/") + 2 : NULL)
		why = !*p ? "is empty" : *p == '/' ? "has a / in front" : NULL;
	for (const char *p = pattern; !why && p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
		const size_t n = strcspn(p, "/");
		why = n == 0 ? "names folders only, or has two / behind each other" : (n == 1 && *p == '.') || (n == 2 && memcmp(p, "..", 2) == 0)
		      ? "has . or .. for a folder" : NULL;
	}
	return why ? tribx_fail(e, TRIB_CONFIG, "file.bad_pattern", "\"%s\" %s; entries of archives are like 2025/a.csv", pattern, why)
	           : tribx_glob_check(pattern, e);
}

int tribx_members(struct tribx_source *src, const char *path, const char *pattern, const struct tribx_limits *limits, tribx_member *put_member, void *ctx,
                  struct tribx_error *e)
{
	int64_t taken = 0;
	struct level v = { { .limits = tribx_limits_of(limits), .taken = &taken }, pattern, "", NULL };
	struct listing l = { .put = put_member, .ctx = ctx, .e = e };
	struct tribx_source *lent = NULL;
	struct tribx_stream *s = NULL;
	enum tribx_kind is;
	int rc = tribx_look(src, path, &is, e);
	if (rc < 0 || is == TRIBX_PLAIN)
		return rc < 0 ? rc : TRIB_END;
	if ((rc = check(pattern, e)) < 0)
		return rc;
	if (is == TRIBX_TAR)
		v.plain = src;
	if (is == TRIBX_ZIP)
		rc = tribx_pack_layer(&v.pack, e);
	if (rc == TRIB_OK && is == TRIBX_ZIP)
		rc = list_zip(&l, &v, src);
	else if (rc == TRIB_OK && (rc = tribx_source_lend(src, &lent, e)) == TRIB_OK && (rc = tribx_range_new(lent, 0, src->size, &taken, &s, e)) == TRIB_OK)
		rc = list_stream(&l, &v, s, path, e);
	if (rc == TRIB_OK && l.put_count == 0)
		rc = no_member(&l, pattern);
	for (size_t i = 0; i < SOME; i++)
		free(l.some[i]);
	return rc;
}
