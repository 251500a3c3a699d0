/* foreign - see foreign.h. */
#include "io/foreign.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include "base/lazy.h"

enum { ROOM = 64 << 10, BLOCK = 512, AES = 99 };

enum {
	NEW, FREE, TAR, ZIP, PASSPHRASE, DATA, READ, SEEK, OPEN, HEADER, HEADER_AT, GIVE, ERROR, NAME, NAME_UTF8, TYPE, SIZE, HARDLINK, SYMBOLS
};
static const char *const files[] = { "libarchive.so.13", NULL };
static const char *const symbols[] = {
	[NEW] = "archive_read_new", [FREE] = "archive_read_free", [TAR] = "archive_read_support_format_tar",
	[ZIP] = "archive_read_support_format_zip_seekable", [PASSPHRASE] = "archive_read_add_passphrase", [DATA] = "archive_read_set_callback_data",
	[READ] = "archive_read_set_read_callback", [SEEK] = "archive_read_set_seek_callback", [OPEN] = "archive_read_open1",
	[HEADER] = "archive_read_next_header", [HEADER_AT] = "archive_read_header_position", [GIVE] = "archive_read_data", [ERROR] = "archive_error_string",
	[NAME] = "archive_entry_pathname", [NAME_UTF8] = "archive_entry_pathname_utf8", [TYPE] = "archive_entry_filetype", [SIZE] = "archive_entry_size",
	[HARDLINK] = "archive_entry_hardlink", [SYMBOLS] = NULL,
};
static const struct tribx_lazy libarchive = { files, "tar files and encrypted zips", "the package libarchive13", symbols };

/* A function of the library, with the type of its header. */
#define CALL(r, i, name) ((__typeof__(&name))(r)->call[i])

/* A reader of libarchive's over one of ours. */
struct reader {
	struct archive *a;
	struct archive_entry *entry;   /* borrowed from a */
	struct tribx_stream *lower;    /* tar */
	struct tribx_source *src;      /* zip */
	int64_t at, *taken;            /* zip: where it reads */
	int64_t total, filled;         /* tar: bytes that were given, and how many of them come up to the last that is not zero */
	struct tribx_error *e;         /* of the call that is running */
	int status;                    /* of ours, when a callback failed */
	void (*call[SYMBOLS])(void);
	uint8_t room[ROOM];
};

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to unpack");
}

/* ---- callbacks ---- */

static la_ssize_t give_stream(struct archive *a, void *ctx, const void **out)
{
	struct reader *r = ctx;
	size_t got = 0;
	(void)a;
	int rc = tribx_stream_read(r->lower, r->room, sizeof r->room, &got, r->e);
	if (rc < 0) {
		r->status = rc;
		return ARCHIVE_FATAL;
	}
	size_t last = got;
	while (last > 0 && r->room[last - 1] == 0)
		last--;
	r->filled = last ? r->total + (int64_t)last : r->filled;
	r->total += (int64_t)got;
	*out = r->room;
	return (la_ssize_t)got;
}

static la_ssize_t give_source(struct archive *a, void *ctx, const void **out)
{
	struct reader *r = ctx;
	size_t got = 0;
	(void)a;
	int rc = r->src->pread(r->src, r->room, sizeof r->room, r->at, &got, r->e);
	if (rc < 0) {
		r->status = rc;
		return ARCHIVE_FATAL;
	}
	r->at += (int64_t)got;
	if (r->taken)
		*r->taken += (int64_t)got;
	*out = r->room;
	return (la_ssize_t)got;
}

static la_int64_t seek_source(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct reader *r = ctx;
	(void)a;
	int64_t to = (whence == SEEK_CUR ? r->at : whence == SEEK_END ? r->src->size : 0) + offset;
	if (to < 0 || to > r->src->size)
		return ARCHIVE_FATAL;
	return r->at = to;
}

/* ---- errors ---- */

/* Libarchive's own words, as one of our codes. */
static int said(struct reader *r, const char *what, struct tribx_error *e)
{
	static const struct { const char *part, *code; } rows[] = {
		{ "passphrase", "archive.password" }, { "assphrase required", "archive.encrypted" }, { "runcated", "archive.truncated" },
		{ "CRC", "archive.crc" }, { "uthentication", "archive.crc" }, { "nsupported", "archive.method" }, { "nrecognized", "archive.not_archive" },
	};
	const char *text = CALL(r, ERROR, archive_error_string)(r->a), *code = "archive.corrupt";
	if (r->status < 0)
		return r->status;
	if (!text)
		return tribx_fail(e, TRIB_DATA, code, "%s is damaged", what);
	for (size_t i = sizeof rows / sizeof *rows; i-- > 0;)
		if (strstr(text, rows[i].part))
			code = rows[i].code;
	if (strcmp(code, "archive.password") == 0)
		return tribx_fail(e, TRIB_DATA, code, "the password does not open %s", what);
	return tribx_fail(e, TRIB_DATA, code, "%s cannot be read: %.200s", what, text);
}

static void close_reader(struct reader *r)
{
	if (r->a)
		CALL(r, FREE, archive_read_free)(r->a);
	tribx_stream_close(r->lower);
	if (r->src)
		r->src->close(r->src);
	free(r);
}

/* Takes what it reads from: one of the two. */
static int open_reader(struct tribx_stream *lower, struct tribx_source *src, const char *password, struct reader **out, struct tribx_error *e)
{
	struct reader *r = calloc(1, sizeof *r);
	if (!r) {
		tribx_stream_close(lower);
		if (src)
			src->close(src);
		return no_memory(e);
	}
	r->lower = lower;
	r->src = src;
	r->e = e;
	int rc = tribx_lazy(&libarchive, r->call, e);
	if (rc == TRIB_OK && !(r->a = CALL(r, NEW, archive_read_new)()))
		rc = no_memory(e);
	if (rc == TRIB_OK) {
		int set = src ? CALL(r, ZIP, archive_read_support_format_zip_seekable)(r->a) : CALL(r, TAR, archive_read_support_format_tar)(r->a);
		if (set == ARCHIVE_OK && password && *password)
			set = CALL(r, PASSPHRASE, archive_read_add_passphrase)(r->a, password);
		CALL(r, DATA, archive_read_set_callback_data)(r->a, r);
		CALL(r, READ, archive_read_set_read_callback)(r->a, src ? give_source : give_stream);
		if (src)
			CALL(r, SEEK, archive_read_set_seek_callback)(r->a, seek_source);
		rc = set != ARCHIVE_OK ? no_memory(e) : CALL(r, OPEN, archive_read_open1)(r->a) == ARCHIVE_OK ? TRIB_OK : said(r, "the archive", e);
	}
	if (rc < 0)
		close_reader(r);
	else
		*out = r;
	return rc;
}

/* The next header; a warning is let pass if it is about the letters of a name alone. */
static int next_header(struct reader *r, const char *what, struct tribx_error *e)
{
	r->e = e;
	int rc = CALL(r, HEADER, archive_read_next_header)(r->a, &r->entry);
	const char *text = rc == ARCHIVE_WARN ? CALL(r, ERROR, archive_error_string)(r->a) : NULL;
	if (rc == ARCHIVE_EOF)
		return TRIB_END;
	return rc == ARCHIVE_OK || (text && strstr(text, "converted")) ? TRIB_OK : said(r, what, e);
}

static int give(struct reader *r, const char *what, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	r->e = e;
	*got = 0;
	la_ssize_t n = CALL(r, GIVE, archive_read_data)(r->a, to, size);
	if (n < 0)
		return said(r, what, e);
	*got = (size_t)n;
	return n ? TRIB_OK : TRIB_END;
}

/* ---- tar ---- */

struct tribx_tar {
	struct reader *r;
	char *name;                    /* of the entry in hand */
	int64_t entries, entries_max;
	struct tribx_source *known;    /* borrowed */
};

int tribx_tar_open(struct tribx_stream *lower, const struct tribx_limits *limits, struct tribx_tar **out, struct tribx_error *e)
{
	struct tribx_tar *t = calloc(1, sizeof *t);
	if (!t) {
		tribx_stream_close(lower);
		return no_memory(e);
	}
	t->entries_max = limits->entries_max;
	int rc = open_reader(lower, NULL, NULL, &t->r, e);
	if (rc < 0)
		free(t);
	else
		*out = t;
	return rc;
}

void tribx_tar_known(struct tribx_tar *t, struct tribx_source *src)
{
	t->known = src;
}

void tribx_tar_close(struct tribx_tar *t)
{
	if (!t)
		return;
	close_reader(t->r);
	free(t->name);
	free(t);
}

/* Behind the last entry: an end mark, then zeros, and the layers below are whole. */
static int check_end(struct tribx_tar *t, struct tribx_error *e)
{
	struct reader *r = t->r;
	const void *none;
	la_ssize_t n;
	int64_t end = CALL(r, HEADER_AT, archive_read_header_position)(r->a);
	while ((n = give_stream(r->a, r, &none)) > 0)
		;
	if (n < 0)
		return r->status;
	if (r->filled > end)
		return tribx_fail(e, TRIB_DATA, "archive.trailing_bytes", "other bytes follow the end of the tar archive");
	if (r->total - end < BLOCK)
		return tribx_fail(e, TRIB_DATA, "archive.truncated", "the tar archive has no end mark: it is cut");
	return t->entries ? TRIB_END : tribx_fail(e, TRIB_DATA, "archive.no_entries", "the archive is empty");
}

static int check_entry(struct tribx_tar *t, struct tribx_tar_entry *out, struct tribx_error *e)
{
	struct reader *r = t->r;
	const char *name = CALL(r, NAME_UTF8, archive_entry_pathname_utf8)(r->entry);
	__LA_MODE_T type = CALL(r, TYPE, archive_entry_filetype)(r->entry);
	if (!name)
		name = CALL(r, NAME, archive_entry_pathname)(r->entry);
	if (!name)
		return tribx_fail(e, TRIB_DATA, "archive.odd_entry", "an entry has no name that can be read");
	while (name[0] == '.' && name[1] == '/')
		name += 2;   /* tar -c . writes it */
	bool here = !*name || strcmp(name, ".") == 0;
	free(t->name);
	t->name = here ? strdup("./") : tribx_zip_name((struct trib_text){ name, strlen(name) }, false, e);
	if (!t->name)
		return here ? no_memory(e) : e && e->status ? e->status : TRIB_DATA;
	if ((type != AE_IFREG && type != AE_IFDIR) || CALL(r, HARDLINK, archive_entry_hardlink)(r->entry))
		return tribx_fail(e, TRIB_DATA, "archive.odd_entry", "entry \"%.60s\" is a link, a device or a pipe", t->name);
	*out = (struct tribx_tar_entry){ t->name, type == AE_IFDIR || here, CALL(r, SIZE, archive_entry_size)(r->entry),
	                                 CALL(r, HEADER_AT, archive_read_header_position)(r->a) };
	return TRIB_OK;
}

int tribx_tar_next(struct tribx_tar *t, struct tribx_tar_entry *out, struct tribx_error *e)
{
	int rc = next_header(t->r, "the tar archive", e);
	if (rc == TRIB_END)
		return check_end(t, e);
	if (rc < 0)
		return rc;
	if (++t->entries > t->entries_max)
		return tribx_fail(e, TRIB_DATA, "archive.too_many_entries", "the archive has more entries than limits.entries allows (%lld)",
		                  (long long)t->entries_max);
	return check_entry(t, out, e);
}

struct tar_stream {
	struct tribx_stream base;
	struct tribx_tar *t;
	char *name;                    /* own: no other entry may have it */
	bool own, only, ended;
};

static int read_rest(struct tar_stream *s, struct tribx_error *e)
{
	struct tribx_tar_entry x;
	int rc;
	if (s->t->known)
		return (rc = s->t->known->check(s->t->known, e)) < 0 ? rc : TRIB_END;
	while ((rc = tribx_tar_next(s->t, &x, e)) == TRIB_OK)
		if (strcasecmp(x.name, s->name) == 0)
			return tribx_fail(e, TRIB_DATA, "archive.duplicate_entry", "two entries are named \"%s\"", x.name);
		else if (s->only && !x.is_folder)
			return tribx_fail(e, TRIB_CONFIG, "archive.which_member", "holds several files (\"%s\", \"%s\" ...): say which with member", s->name, x.name);
	return rc;
}

static int read_tar(struct tribx_stream *base, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct tar_stream *s = (struct tar_stream *)base;
	*got = 0;
	if (s->ended)
		return TRIB_END;
	int rc = give(s->t->r, "the tar archive", to, size, got, e);
	s->ended = rc == TRIB_END;
	return s->ended && s->own ? read_rest(s, e) : rc;
}

static void close_tar(struct tribx_stream *base)
{
	struct tar_stream *s = (struct tar_stream *)base;
	if (s->own)
		tribx_tar_close(s->t);
	free(s->name);
	free(s);
}

int tribx_tar_entry(struct tribx_tar *t, bool own, bool only, struct tribx_stream **out, struct tribx_error *e)
{
	struct tar_stream *s = calloc(1, sizeof *s);
	if (!s || !(s->name = strdup(t->name))) {
		free(s);
		if (own)
			tribx_tar_close(t);
		return no_memory(e);
	}
	s->base = (struct tribx_stream){ .read = read_tar, .close = close_tar };
	s->t = t;
	s->own = own;
	s->only = only;
	*out = &s->base;
	return TRIB_OK;
}

/* ---- zip ---- */

struct zip_stream {
	struct tribx_stream base;
	struct reader *r;
	uint32_t crc, want;
	bool has_crc;                  /* the second kind of AES has a seal instead, and libarchive compares it */
	int64_t left;
};

static int read_zip(struct tribx_stream *base, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	struct zip_stream *s = (struct zip_stream *)base;
	int rc = give(s->r, "the entry", to, size, got, e);
	if (rc < 0)
		return rc;
	if ((int64_t)*got > s->left)
		return tribx_fail(e, TRIB_DATA, "archive.length", "the entry holds more than the archive declares");
	s->left -= (int64_t)*got;
	s->crc = tribx_crc32(s->crc, to, *got);
	if (rc == TRIB_OK)
		return TRIB_OK;
	if (s->left)
		return tribx_fail(e, TRIB_DATA, "archive.length", "the entry holds %lld bytes less than the archive declares", (long long)s->left);
	if (s->has_crc && s->crc != s->want)
		return tribx_fail(e, TRIB_DATA, "archive.crc", "the unpacked bytes do not match the CRC of the archive");
	rc = s->r->src->check(s->r->src, e);
	return rc < 0 ? rc : TRIB_END;
}

static void close_zip(struct tribx_stream *base)
{
	struct zip_stream *s = (struct zip_stream *)base;
	close_reader(s->r);
	free(s);
}

/* Moves to the entry: libarchive hands them out by their place in the file. */
static int find_entry(struct reader *r, const struct tribx_zip *z, const struct tribx_zip_entry *m, struct tribx_error *e)
{
	int rc = TRIB_OK;
	for (size_t i = 0; rc == TRIB_OK && i < z->count; i++)
		if (z->entries[i].at <= m->at)
			rc = next_header(r, "the archive", e);
	if (rc < 0)
		return rc;
	const char *name = rc == TRIB_END ? NULL : CALL(r, NAME_UTF8, archive_entry_pathname_utf8)(r->entry);
	const char *raw = rc == TRIB_END ? NULL : CALL(r, NAME, archive_entry_pathname)(r->entry);
	if ((name && strcmp(name, m->name) == 0) || (raw && strlen(raw) == m->raw.n && memcmp(raw, m->raw.p, m->raw.n) == 0))
		return TRIB_OK;
	return tribx_fail(e, TRIB_DATA, "archive.mismatch", "entry \"%s\" is not where the archive's directory says", m->name);
}

int tribx_foreign_zip(const struct tribx_zip *z, const struct tribx_zip_entry *m, struct tribx_source *src, const char *password, int64_t *taken,
                      struct tribx_stream **out, struct tribx_error *e)
{
	int64_t data = 0;
	struct reader *r = NULL;
	int rc = tribx_zip_check(m, src, &data, e);
	if (rc < 0) {
		src->close(src);
		return rc;
	}
	if ((rc = open_reader(NULL, src, password, &r, e)) < 0)
		return rc;
	r->taken = taken;
	struct zip_stream *s = calloc(1, sizeof *s);
	rc = s ? find_entry(r, z, m, e) : no_memory(e);
	if (rc < 0) {
		free(s);
		close_reader(r);
		return rc;
	}
	*s = (struct zip_stream){ { .read = read_zip, .close = close_zip }, .r = r, .want = m->crc, .has_crc = m->crc || m->method != AES, .left = m->size };
	*out = &s->base;
	return TRIB_OK;
}
