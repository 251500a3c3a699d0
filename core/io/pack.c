/* pack - see pack.h: kinds by bytes and by name, and filters taken off. */
#include "io/pack.h"

#include <stdlib.h>
#include <string.h>
#include "io/foreign.h"

/* What bytes say they are. Sheets and documents are zips by construction, but they are files to us. */
static const struct mark { const char *name; size_t at; const char *magic; size_t size; enum tribx_kind kind; } marks[] = {
	{ "gzip", 0, "\x1f\x8b", 2, TRIBX_GZIP },
	{ "zip", 0, "PK\3\4", 4, TRIBX_ZIP },
	{ "zip", 0, "PK\5\6", 4, TRIBX_ZIP },
	{ "zst", 0, "\x28\xb5\x2f\xfd", 4, TRIBX_IS_ZST },
	{ "zst", 0, "\x50\x2a\x4d\x18", 4, TRIBX_IS_ZST },   /* of several threads: a frame without data in front */
	{ "xz", 0, "\xfd" "7zXZ\0", 6, TRIBX_IS_XZ },
	{ "lz4", 0, "\x04\x22\x4d\x18", 4, TRIBX_IS_LZ4 },
	{ "bz2", 4, "\x31\x41\x59\x26\x53\x59", 6, TRIBX_IS_BZ2 },
	{ "bz2", 4, "\x17\x72\x45\x38\x50\x90", 6, TRIBX_IS_BZ2 },   /* of nothing */
	{ "tar", 257, "ustar", 5, TRIBX_TAR },
	{ "compress (.Z)", 0, "\x1f\x9d", 2, TRIBX_NOT_READ },
	{ "7z", 0, "7z\xbc\xaf\x27\x1c", 6, TRIBX_NOT_READ },
	{ "rar", 0, "Rar!\x1a\x07", 6, TRIBX_NOT_READ },
};
static const struct { const char *suffix; enum tribx_kind kind; const char *inner; } suffixes[] = {
	{ ".gz", TRIBX_GZIP, "" }, { ".gzip", TRIBX_GZIP, "" }, { ".tgz", TRIBX_GZIP, ".tar" }, { ".zst", TRIBX_IS_ZST, "" }, { ".zstd", TRIBX_IS_ZST, "" },
	{ ".tzst", TRIBX_IS_ZST, ".tar" }, { ".xz", TRIBX_IS_XZ, "" }, { ".txz", TRIBX_IS_XZ, ".tar" }, { ".bz2", TRIBX_IS_BZ2, "" },
	{ ".tbz2", TRIBX_IS_BZ2, ".tar" }, { ".tbz", TRIBX_IS_BZ2, ".tar" }, { ".lz4", TRIBX_IS_LZ4, "" }, { ".zip", TRIBX_ZIP, NULL },
	{ ".tar", TRIBX_TAR, NULL },
};
static const char *const documents[] = { ".xlsx", ".xlsm", ".docx", ".pptx", ".ods", ".odt", ".jar", ".kmz" };
static const struct { const char *word; int kind; } words[] = {
	{ "auto", -1 }, { "none", TRIBX_PLAIN }, { "gz", TRIBX_GZIP }, { "zst", TRIBX_IS_ZST }, { "xz", TRIBX_IS_XZ }, { "bz2", TRIBX_IS_BZ2 },
	{ "lz4", TRIBX_IS_LZ4 }, { "zip", TRIBX_ZIP }, { "tar", TRIBX_TAR },
};

int tribx_kind_of_word(const char *unpack, struct tribx_error *e)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!unpack || strcmp(unpack, words[i].word) == 0)
			return words[i].kind;
	return tribx_fail(e, TRIB_CONFIG, "file.bad_unpack", "unpack: \"%s\" is none of auto, none, gz, zst, xz, bz2, lz4, zip, tar", unpack);
}

static bool ends_with(const char *name, size_t n, const char *suffix)
{
	size_t m = strlen(suffix);
	return n > m && strncasecmp(name + n - m, suffix, m) == 0;
}

/* Index of what the name promises, or -1. */
static int promised(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (ends_with(name, n, suffixes[i].suffix))
			return (int)i;
	return -1;
}

size_t tribx_unpacked_name(const char *name, size_t size)
{
	for (int i; (i = promised(name, size)) >= 0 && suffixes[i].inner && !*suffixes[i].inner;)
		size -= strlen(suffixes[i].suffix);
	return size;
}

bool tribx_is_archive_name(const char *name)
{
	int i = promised(name, tribx_unpacked_name(name, strlen(name)));
	return i >= 0;   /* what is left is .zip, .tar or a short form of .tar.gz */
}

static bool is_document(const char *name)
{
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		if (ends_with(name, strlen(name), documents[i]))
			return true;
	return false;
}

static const struct mark *mark_of(struct trib_text head)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (head.n >= marks[i].at + marks[i].size && memcmp(head.p + marks[i].at, marks[i].magic, marks[i].size) == 0)
			return &marks[i];
	return NULL;
}

static bool is_filter(enum tribx_kind kind)
{
	return kind >= TRIBX_GZIP && kind <= TRIBX_IS_LZ4;
}

static int kind_of(struct trib_text head, const char *name, enum tribx_kind *is, struct tribx_error *e)
{
	const struct mark *k = mark_of(head);
	int p = promised(name, strlen(name));
	*is = p >= 0 ? suffixes[p].kind : k && !(k->kind == TRIBX_ZIP && is_document(name)) ? k->kind : TRIBX_PLAIN;
	if (*is == TRIBX_TAR && k && is_filter(k->kind))
		*is = k->kind;   /* a .tar that is packed: many tools take it */
	if (*is == TRIBX_NOT_READ)
		return tribx_fail(e, TRIB_DATA, "archive.unsupported", "is packed as %s, which is not read", k->name);
	return TRIB_OK;
}

/* A document under a name that does not say so (a download): a zip with this part. */
static bool is_package(struct tribx_source *src)
{
	struct tribx_zip z;
	bool found = false;
	if (tribx_zip_load(src, NULL, &z, NULL) < 0)
		return false;
	for (size_t i = 0; i < z.count && !found; i++)
		found = strcmp(z.entries[i].name, "[Content_Types].xml") == 0;
	tribx_zip_done(&z);
	return found;
}

int tribx_look(struct tribx_source *src, const char *name, enum tribx_kind *is, struct tribx_error *e)
{
	char head[TRIBX_HEAD];
	size_t got = 0;
	*is = TRIBX_PLAIN;
	int rc = src->pread(src, head, sizeof head, 0, &got, e);
	if (rc == TRIB_OK)
		rc = kind_of((struct trib_text){ head, got }, name, is, e);
	if (rc == TRIB_OK && *is == TRIBX_ZIP && promised(name, strlen(name)) < 0 && is_package(src))
		*is = TRIBX_PLAIN;
	return rc;
}

int tribx_pack_layer(struct tribx_pack *p, struct tribx_error *e)
{
	if (++p->layers <= p->limits.layers_max)
		return TRIB_OK;
	tribx_error_hint(e, "unpack the outer layer before, or raise limits.nesting");
	return tribx_fail(e, TRIB_DATA, "archive.nested", "is packed in more than %lld layers: limits.nesting is %lld", (long long)p->limits.layers_max,
	                  (long long)p->limits.layers_max - 1);
}

int tribx_pack_filter(struct tribx_pack *p, enum tribx_kind kind, struct tribx_stream **top, struct tribx_error *e)
{
	struct tribx_stream *lower = *top;
	*top = NULL;
	int rc = kind == TRIBX_GZIP ? tribx_gzip_new(lower, &lower, e)
	                            : tribx_codec_new((enum tribx_codec)(kind - TRIBX_IS_ZST), lower, p->limits.window_max, &lower, e);
	return rc < 0 ? rc : tribx_guard_new(p, lower, top, e);
}

/* name without the suffix that this filter took off it. */
static void strip(char *name, enum tribx_kind kind)
{
	size_t n = strlen(name);
	int i = promised(name, n);
	if (i >= 0 && suffixes[i].kind == kind && suffixes[i].inner)
		strcpy(name + n - strlen(suffixes[i].suffix), suffixes[i].inner);   /* never longer */
}

int tribx_peel(struct tribx_pack *p, struct tribx_stream **top, char *name, enum tribx_kind *is, struct tribx_error *e)
{
	struct trib_text head;
	int rc;
	for (;;) {
		if ((rc = tribx_stream_peek(*top, &head, e)) < 0 || (rc = kind_of(head, name, is, e)) < 0)
			break;
		if (!(*is == TRIBX_PLAIN || (*is == TRIBX_TAR && p->filtered)) && (rc = tribx_pack_layer(p, e)) < 0)
			break;
		p->filtered = is_filter(*is);
		if (!p->filtered)
			return TRIB_OK;
		strip(name, *is);
		if ((rc = tribx_pack_filter(p, *is, top, e)) < 0)
			return rc;
	}
	tribx_stream_close(*top);
	*top = NULL;
	return rc;
}

int tribx_pack_entry(struct tribx_pack *p, const struct tribx_zip *z, const struct tribx_zip_entry *m, struct tribx_source *src, struct tribx_stream **out,
                     struct tribx_error *e)
{
	struct tribx_stream *s = NULL;
	int rc = tribx_zip_usable(m, &p->limits, e);
	if (rc < 0) {
		src->close(src);
		return rc;
	}
	int64_t *taken = p->in_memory ? NULL : p->taken;
	rc = tribx_zip_is_foreign(m) ? tribx_foreign_zip(z, m, src, p->limits.password, taken, &s, e) : tribx_zip_member(m, src, taken, &s, e);
	return rc < 0 ? rc : tribx_guard_new(p, s, out, e);
}
