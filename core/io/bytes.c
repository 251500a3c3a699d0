/* bytes - see bytes.h: a URL becomes a stack of layers, found by what the bytes say, not by what the name promises.
 *
 *   source -> range -> [gzip]* -> reader          source -> zip directory -> member -> [gzip]* -> reader
 *
 * A name may only make demands: .gz and .zip must hold what they say (a login page named report.zip is an error). Limits are
 * counted once, on the outermost layer: bytes unpacked against bytes read from the source. */
#include "io/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "io/zip.h"

enum { RATIO_FROM = 16 << 20 };                /* below this a report of zeros may be as small as it likes */
enum act { PLAIN, GZIP, ZIP, NOT_YET };

/* What bytes say they are. Sheets and documents are zips by construction, but they are files to us. */
static const struct kind { const char *name; size_t at; const char *magic; size_t size; enum act act; } kinds[] = {
	{ "gzip", 0, "\x1f\x8b", 2, GZIP },
	{ "zip", 0, "PK\3\4", 4, ZIP },
	{ "zip", 0, "PK\5\6", 4, ZIP },
	{ "tar", 257, "ustar", 5, NOT_YET },
	{ "xz", 0, "\xfd" "7zXZ\0", 6, NOT_YET },
	{ "zstd", 0, "\x28\xb5\x2f\xfd", 4, NOT_YET },
	{ "lz4", 0, "\x04\x22\x4d\x18", 4, NOT_YET },
	{ "compress (.Z)", 0, "\x1f\x9d", 2, NOT_YET },
	{ "7z", 0, "7z\xbc\xaf\x27\x1c", 6, NOT_YET },
	{ "rar", 0, "Rar!\x1a\x07", 6, NOT_YET },
	{ "bzip2", 4, "\x31\x41\x59\x26\x53\x59", 6, NOT_YET },
};
static const struct { const char *suffix; enum act act; } suffixes[] = {
	{ ".gz", GZIP }, { ".gzip", GZIP }, { ".tgz", GZIP }, { ".zip", ZIP }, { ".tar", NOT_YET },
};
static const char *const documents[] = { ".xlsx", ".xlsm", ".docx", ".pptx", ".ods", ".odt", ".jar", ".kmz" };
static const struct { const char *word; int act; } unpacks[] = { { "auto", -1 }, { "none", PLAIN }, { "gz", GZIP }, { "zip", ZIP } };

struct trib_bytes {
	struct tribx_stream *top;
	struct tribx_limits limits;
	int64_t taken, given;
	int ended;                             /* 0, TRIB_END, or the status it failed with */
	char *name;
};

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);
	return n > m && strcasecmp(name + n - m, suffix) == 0;
}

static enum act promised(const char *name)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (ends_with(name, suffixes[i].suffix))
			return suffixes[i].act;
	return PLAIN;
}

static const struct kind *kind_of(struct trib_text head)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (head.n >= kinds[i].at + kinds[i].size && memcmp(head.p + kinds[i].at, kinds[i].magic, kinds[i].size) == 0)
			return &kinds[i];
	return NULL;
}

static bool is_document(const char *name)
{
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		if (ends_with(name, documents[i]))
			return true;
	return false;
}

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
}

/* ---- layers ---- */

/* Whether what s begins with is one more gzip layer: 1, 0 or negative. */
static int is_packed(struct tribx_stream *s, const char *name, bool first, struct tribx_error *e)
{
	struct trib_text head;
	enum act promise = first ? promised(name) : PLAIN;
	int rc = tribx_stream_peek(s, &head, e);
	if (rc < 0 || promise == GZIP)
		return rc < 0 ? rc : 1;
	const struct kind *k = kind_of(head);
	if (promise == NOT_YET || (k && k->act == NOT_YET))
		return tribx_fail(e, TRIB_DATA, "archive.unsupported", "is packed as %s, which is not read yet", k ? k->name : "tar");
	if (k && k->act == ZIP && !is_document(name))
		return tribx_fail(e, TRIB_DATA, "archive.nested", "holds a zip archive inside of another archive, which is not read");
	return k && k->act == GZIP;
}

/* Puts gzip layers on *top: as many as the bytes ask for, or one where act says so. layers: how many there are already. On
 * failure *top is closed and NULL. */
static int unwrap(struct tribx_stream **top, const char *name, int act, int layers, int nesting_max, struct tribx_error *e)
{
	struct tribx_stream *s = *top;
	int more = act < 0 ? is_packed(s, name, true, e) : act == GZIP;
	*top = NULL;
	while (more > 0) {
		int rc = ++layers > nesting_max ? tribx_fail(e, TRIB_DATA, "archive.nested", "is packed more than %d times", nesting_max) : TRIB_OK;
		if (rc < 0) {
			more = rc;
			break;
		}
		if ((rc = tribx_gzip_new(s, &s, e)) < 0)
			return rc;
		more = act < 0 ? is_packed(s, name, false, e) : 0;
	}
	if (more < 0)
		tribx_stream_close(s);
	else
		*top = s;
	return more;
}

/* The member's entry, or of an archive without a member in the URL the only one. */
static const struct tribx_zip_entry *pick(const struct tribx_zip *z, const char *member, struct tribx_error *e)
{
	const struct tribx_zip_entry *only = NULL;
	size_t files = 0;
	for (size_t i = 0; i < z->count; i++) {
		const struct tribx_zip_entry *m = &z->entries[i];
		if (member && strcmp(m->name, member) == 0)
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

/* Takes src. *name becomes the member's. */
static int open_member(struct tribx_source *src, const char *member, struct trib_bytes *in, char **name, struct tribx_error *e)
{
	struct tribx_zip z;
	int rc = tribx_zip_load(src, &in->limits, &z, e);
	if (rc < 0) {
		src->close(src);
		return rc;
	}
	const struct tribx_zip_entry *m = pick(&z, member, e);
	rc = m ? tribx_zip_usable(m, &in->limits, e) : e && e->status ? e->status : TRIB_DATA;
	char *whole = NULL;
	if (rc == TRIB_OK && (!(*name = strdup(m->name)) || (!member && asprintf(&whole, "%s!/%s", in->name, m->name) < 0)))
		rc = no_memory(e);
	if (rc == TRIB_OK && whole) {
		free(in->name);
		in->name = whole;
	}
	if (rc < 0)
		src->close(src);
	else
		rc = tribx_zip_member(m, src, &in->taken, &in->top, e);
	tribx_zip_done(&z);
	return rc;
}

static int act_of(const char *unpack, struct tribx_error *e)
{
	for (size_t i = 0; i < sizeof unpacks / sizeof *unpacks; i++)
		if (!unpack || strcmp(unpack, unpacks[i].word) == 0)
			return unpacks[i].act;
	return tribx_fail(e, TRIB_CONFIG, "file.bad_unpack", "unpack: \"%s\" is none of auto, none, gz, zip", unpack);
}

/* What the source itself is, from its first bytes and its name. */
static int look(struct tribx_source *src, const char *path, enum act *is, struct tribx_error *e)
{
	uint8_t head[TRIBX_HEAD];
	size_t got = 0;
	int rc = src->pread(src, head, sizeof head, 0, &got, e);
	const struct kind *k = rc < 0 ? NULL : kind_of((struct trib_text){ (const char *)head, got });
	*is = promised(path);
	if (*is == PLAIN && k && !(k->act == ZIP && is_document(path)))
		*is = k->act;
	return rc;
}

int tribx_is_zip(struct tribx_source *src, const char *path, bool *is, struct tribx_error *e)
{
	enum act act = PLAIN;
	int rc = look(src, path, &act, e);
	*is = act == ZIP;
	return rc;
}

struct range { int64_t from, size; };

/* Takes src. */
static int stack(struct tribx_source *src, const char *path, const char *member, int act, struct range r, struct trib_bytes *in,
                 struct tribx_error *e)
{
	enum act is = PLAIN;
	char *inner = NULL;
	bool ranged = r.from > 0 || r.size >= 0;
	int rc = act < 0 ? look(src, path, &is, e) : TRIB_OK;
	is = act < 0 ? is : (enum act)act;
	if (rc == TRIB_OK && member && is != ZIP)
		rc = tribx_fail(e, TRIB_DATA, "archive.not_archive", "is no zip file, so it has no entry \"%s\"", member);
	if (rc == TRIB_OK && ranged && (is != PLAIN || r.from < 0 || r.from > src->size))
		rc = tribx_fail(e, TRIB_CONFIG, "file.no_range", is == PLAIN ? "the range lies outside of the file" : "is packed, so it has no ranges");
	if (rc < 0) {
		src->close(src);
		return rc;
	}
	if (is == ZIP) {
		rc = open_member(src, member, in, &inner, e);
	} else {
		int64_t left = src->size - (ranged ? r.from : 0);
		rc = tribx_range_new(src, ranged ? r.from : 0, ranged && r.size >= 0 && r.size < left ? r.size : left, &in->taken, &in->top, e);
	}
	if (rc == TRIB_OK && !ranged && !(act == ZIP))
		rc = unwrap(&in->top, inner ? inner : path, act, is == ZIP, in->limits.nesting_max, e);
	free(inner);
	return rc;
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
	char *member = split_member(t, path);
	struct tribx_source *src = NULL;
	if ((rc = t->open(path, &src, e)) == TRIB_OK)
		rc = stack(src, path, member, act, r, in, e);
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
	int act = act_of(unpack, e);
	in->limits = tribx_limits_of(limits);
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

static int check_limits(const struct trib_bytes *in, struct tribx_error *e)
{
	if (in->given <= in->taken)
		return TRIB_OK;   /* nothing is unpacked: a plain file has no limit */
	if (in->given > in->limits.unpacked_max)
		return tribx_fail(e, TRIB_DATA, "archive.too_large", "unpacks to more than the limit of %lld bytes", (long long)in->limits.unpacked_max);
	if (in->given > RATIO_FROM && in->given / (in->taken + 1) > in->limits.ratio_max)
		return tribx_fail(e, TRIB_DATA, "archive.ratio", "unpacks to more than %lld times its size", (long long)in->limits.ratio_max);
	return TRIB_OK;
}

int tribx_read(struct trib_bytes *in, void *to, size_t size, size_t *got, struct tribx_error *e)
{
	*got = 0;
	while (*got < size && in->ended == 0) {
		size_t n = 0;
		int rc = tribx_stream_read(in->top, (char *)to + *got, size - *got, &n, e);
		if (rc >= 0) {
			*got += n;
			in->given += (int64_t)n;
			if (rc == TRIB_OK)
				rc = check_limits(in, e);
		}
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

const char *tribx_bytes_name(const struct trib_bytes *in)
{
	return in->name;
}
