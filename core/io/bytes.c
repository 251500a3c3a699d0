/* bytes - see bytes.h: a URL becomes a stack of layers; pack.h has the picture. */
#include "io/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "io/foreign.h"
#include "io/pack.h"
#include "io/shelf.h"

struct trib_bytes {
	struct tribx_stream *top;
	struct tribx_pack pack;
	struct tribx_source *plain;            /* what top reads from its begin to its end; owned by top */
	struct tribx_source *known;            /* a tar that was looked through before, from the entry on; owned by top */
	int64_t taken;
	int ended;                             /* 0, TRIB_END, or the status it failed with */
	char *name;
};

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
}

/* ---- entries ---- */

/* The way that is left: to a file (member; NULL: the only one that is there), from what is called name now. */
struct way { char *name; const char *member; };

/* Whether entry is the next step of the way; *rest is what follows behind it, NULL: nothing. */
static bool is_step(const char *member, const char *entry, const char **rest)
{
	size_t n = strlen(entry);
	if (!member || strncmp(member, entry, n) != 0 || (member[n] && strncmp(member + n, "!/", 2) != 0))
		return false;
	*rest = member[n] ? member + n + 2 : NULL;
	return true;
}

/* Takes the step to entry. What nobody named becomes part of the name of the bytes. */
static int step(struct trib_bytes *in, struct way *w, const char *entry, const char *rest, struct tribx_error *e)
{
	char *name = strdup(entry), *whole = NULL;
	if (!name || (!w->member && asprintf(&whole, "%s!/%s", in->name, entry) < 0)) {
		free(name);
		return no_memory(e);
	}
	free(w->name);
	w->name = name;
	w->member = w->member ? rest : NULL;
	if (whole) {
		free(in->name);
		in->name = whole;
	}
	return TRIB_OK;
}

/* The next entry of the way, or without one the only file. */
static const struct tribx_zip_entry *pick(const struct tribx_zip *z, const char *member, const char **rest, struct tribx_error *e)
{
	const struct tribx_zip_entry *only = NULL;
	size_t files = 0;
	*rest = NULL;
	for (size_t i = 0; i < z->count; i++) {
		const struct tribx_zip_entry *m = &z->entries[i];
		if (is_step(member, m->name, rest))
			return m;
		if (!m->is_folder && files++ == 0)
			only = m;
	}
	if (member)
		tribx_fail(e, TRIB_DATA, "archive.no_member", "has no entry \"%s\"", member);
	else if (files == 0)
		tribx_fail(e, TRIB_DATA, "archive.no_member", "holds folders only");
	else if (files > 1)
		tribx_fail(e, TRIB_CONFIG, "archive.which_member", "holds %zu files (\"%s\" ...): say which with member", files, only->name);
	return member || files != 1 ? NULL : only;
}

/* Takes src. */
static int enter_zip(struct trib_bytes *in, struct way *w, struct tribx_source *src, struct tribx_error *e)
{
	struct tribx_shelf *shelf = in->pack.in_memory ? NULL : in->pack.limits.shelf;
	struct tribx_held *held = NULL;
	const char *rest;
	const struct tribx_zip *z = tribx_shelf_zip(shelf, src, &in->pack.limits, &held, e);
	if (!z) {
		src->close(src);
		return e && e->status ? e->status : TRIB_DATA;
	}
	const struct tribx_zip_entry *m = pick(z, w->member, &rest, e);
	int rc = m ? step(in, w, m->name, rest, e) : e && e->status ? e->status : TRIB_DATA;
	if (rc < 0)
		src->close(src);
	else
		rc = tribx_pack_entry(&in->pack, z, m, src, &in->top, e);
	tribx_shelf_drop(shelf, held);
	return rc;
}

/* in->top is a tar and becomes its entry. */
static int enter_tar(struct trib_bytes *in, struct way *w, struct tribx_error *e)
{
	struct tribx_tar *t = NULL;
	struct tribx_tar_entry x;
	struct tribx_stream *lower = in->top;
	const char *rest = NULL;
	bool any = !w->member;
	in->top = NULL;
	int rc = tribx_tar_open(lower, &in->pack.limits, &t, e);
	if (rc == TRIB_OK && in->known)
		tribx_tar_known(t, in->known);
	in->known = NULL;                      /* what lies inside of the entry is not */
	while (rc == TRIB_OK && (rc = tribx_tar_next(t, &x, e)) == TRIB_OK)
		if (any ? !x.is_folder : is_step(w->member, x.name, &rest))
			break;
	if (rc == TRIB_END)
		rc = any ? tribx_fail(e, TRIB_DATA, "archive.no_member", "holds folders only")
		         : tribx_fail(e, TRIB_DATA, "archive.no_member", "has no entry \"%s\"", w->member);
	else if (rc == TRIB_OK && x.is_folder)
		rc = tribx_fail(e, TRIB_DATA, "archive.no_member", "\"%s\" is a folder", x.name);
	if (rc == TRIB_OK)
		rc = step(in, w, x.name, rest, e);
	if (rc < 0) {
		tribx_tar_close(t);
		return rc;
	}
	rc = tribx_tar_entry(t, true, any, &lower, e);
	return rc < 0 ? rc : tribx_guard_new(&in->pack, lower, &in->top, e);
}

/* in->top, a zip inside of something, becomes its entry: a directory lies at the end, so the archive is held in memory. */
static int enter_inner_zip(struct trib_bytes *in, struct way *w, struct tribx_error *e)
{
	struct tribx_source *src = NULL;
	struct tribx_stream *lower = in->top;
	in->top = NULL;
	int rc = tribx_memory_new(&in->pack, lower, &src, e);
	in->pack.in_memory = true;
	return rc < 0 ? rc : enter_zip(in, w, src, e);
}

/* ---- layers ---- */

struct range { int64_t from, size; };

static int follow(struct trib_bytes *in, struct way *w, enum tribx_kind is, struct tribx_error *e)
{
	int rc = TRIB_OK;
	while (rc == TRIB_OK && is != TRIBX_PLAIN) {
		rc = is == TRIBX_ZIP ? enter_inner_zip(in, w, e) : enter_tar(in, w, e);
		if (rc == TRIB_OK)
			rc = tribx_peel(&in->pack, &in->top, w->name, &is, e);
	}
	if (rc == TRIB_OK && w->member)
		rc = tribx_fail(e, TRIB_DATA, "archive.not_archive", "is no archive, so it has no entry \"%s\"", w->member);
	return rc;
}

/* One layer that `unpack` names, and nothing inside of it. */
static int unpack_as(struct trib_bytes *in, struct way *w, enum tribx_kind act, struct tribx_error *e)
{
	int rc = act == TRIBX_PLAIN ? TRIB_OK : act == TRIBX_TAR ? enter_tar(in, w, e) : tribx_pack_filter(&in->pack, act, &in->top, e);
	return rc == TRIB_OK && w->member ? tribx_fail(e, TRIB_DATA, "archive.not_archive", "is no archive, so it has no entry \"%s\"", w->member) : rc;
}

/* Takes src. act: what `unpack` says it is, -1: look. */
static int stack(struct tribx_source *src, struct way *w, int act, struct range r, struct trib_bytes *in, struct tribx_error *e)
{
	enum tribx_kind is = act < 0 ? TRIBX_PLAIN : (enum tribx_kind)act;
	bool ranged = r.from > 0 || r.size >= 0;
	int rc = act < 0 ? tribx_look(src, w->name, &is, e) : TRIB_OK;
	if (rc == TRIB_OK && ranged && (is != TRIBX_PLAIN || r.from < 0 || r.from > src->size))
		rc = tribx_fail(e, TRIB_CONFIG, "file.no_range", is == TRIBX_PLAIN ? "the range lies outside of the file" : "is packed, so it has no ranges");
	if (rc == TRIB_OK && is == TRIBX_ZIP)
		rc = tribx_pack_layer(&in->pack, e);
	if (rc < 0) {
		src->close(src);
		return rc;
	}
	if (is == TRIBX_ZIP) {
		rc = enter_zip(in, w, src, e);
	} else {
		const int64_t place = is == TRIBX_TAR && act < 0 ? tribx_shelf_place(in->pack.limits.shelf, src, &in->pack.limits, w->member) : -1;
		if (place >= 0) {
			r.from = place;
			in->known = src;
		}
		int64_t left = src->size - (ranged || place >= 0 ? r.from : 0);
		rc = tribx_range_new(src, ranged || place >= 0 ? r.from : 0, ranged && r.size >= 0 && r.size < left ? r.size : left, &in->taken, &in->top, e);
	}
	if (rc < 0 || ranged)
		return rc;
	in->plain = is == TRIBX_PLAIN ? src : NULL;
	if (act >= 0 || is == TRIBX_PLAIN)
		return is == TRIBX_ZIP ? TRIB_OK : unpack_as(in, w, is, e);
	rc = tribx_peel(&in->pack, &in->top, w->name, &is, e);
	return rc < 0 ? rc : follow(in, w, is, e);
}

/* ---- URLs ---- */

/* Splits path at the "!/" behind a file; the member or NULL. */
static char *split_member(const struct tribx_transport *t, char *path)
{
	for (char *at = strstr(path, "!/"); at; at = strstr(at + 1, "!/")) {
		*at = 0;
		if (t->is_file(path))
			return at + 2;
		*at = '!';
	}
	return NULL;
}

static int open_url(const char *dir, const char *url, int act, struct range r, struct trib_bytes *in, struct tribx_error *e)
{
	const char *rest = NULL;
	char *path = NULL;
	const struct tribx_transport *t = tribx_transport(url, &rest, e);
	if (!t)
		return e && e->status ? e->status : TRIB_CONFIG;
	int rc = t->path(dir, rest, &path, e);
	if (rc < 0)
		return rc;
	if (!(in->name = strdup(*t->scheme ? url : tribx_below(dir, path)))) {
		free(path);
		return no_memory(e);
	}
	struct way w = { .member = split_member(t, path) };
	struct tribx_source *src = NULL;
	rc = (w.name = strdup(path)) ? t->open(path, &src, e) : no_memory(e);
	if (rc == TRIB_OK)
		rc = stack(src, &w, act, r, in, e);
	free(w.name);
	free(path);
	return rc;
}

int tribx_open(const char *dir, const char *url, const char *unpack, int64_t from, int64_t size, const struct tribx_limits *limits,
               struct trib_bytes **out, struct tribx_error *e)
{
	struct tribx_error own = { 0 };
	if (!e)
		e = &own;
	struct trib_bytes *in = calloc(1, sizeof *in);
	if (!in)
		return no_memory(e);
	int act = tribx_kind_of_word(unpack, e);
	in->pack = (struct tribx_pack){ .limits = tribx_limits_of(limits), .taken = &in->taken };
	int rc = act < -1 ? act : open_url(dir, url, act, (struct range){ from, size }, in, e);
	if (rc < 0) {
		tribx_error_at(e, in->name ? in->name : url, 0, 0, NULL);
		tribx_close(in);
		return rc;
	}
	*out = in;
	return TRIB_OK;
}

/* ---- reading ---- */

int tribx_read(struct trib_bytes *in, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	*got = 0;
	while (*got < size && in->ended == 0) {
		size_t n = 0;
		int rc = tribx_stream_read(in->top, (char *)to + *got, size - *got, &n, e);
		if (rc >= 0)
			*got += n;
		in->ended = rc;
	}
	if (in->ended < 0) {
		*got = 0;
		tribx_fail(e, in->ended, "file.unreadable", "has failed before");
		tribx_error_at(e, in->name, 0, 0, NULL);
		return in->ended;
	}
	return *got || size == 0 ? TRIB_OK : TRIB_END;
}

void tribx_close(struct trib_bytes *in)
{
	if (!in)
		return;
	tribx_stream_close(in->top);
	free(in->name);
	free(in);
}

int tribx_bytes_peek(struct trib_bytes *in, struct trib_text *out, struct tribx_error *e)
{
	int rc = tribx_stream_peek(in->top, out, e);
	if (rc < 0)
		tribx_error_at(e, in->name, 0, 0, NULL);
	return rc;
}

struct tribx_source *tribx_bytes_plain(const struct trib_bytes *in)
{
	return in->plain;
}

const struct tribx_limits *tribx_bytes_limits(const struct trib_bytes *in)
{
	return &in->pack.limits;
}

const char *tribx_bytes_name(const struct trib_bytes *in)
{
	return in->name;
}
