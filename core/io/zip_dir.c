/* zip_dir - from the end record to checked entries. Every number in the file is a claim; it is compared before it is used.
 *
 *   [local header, data]*  directory: [central header]*  [zip64 end record, its locator]  end record [comment]
 *
 * The end record must end the file and the directory must end where it begins: bytes before or behind mean that two readers
 * could see two archives in one file. */
#include "io/zip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { END_SIZE = 22, COMMENT_MAX = 65535, LOCATOR_SIZE = 20, END64_SIZE = 56, CENTRAL_SIZE = 46, LOCAL_SIZE = 30, ZIP64_ID = 1 };
enum { DIRECTORY_MAX = 64 << 20, MADE_ON_UNIX = 3, MADE_ON_MACOS = 19, SAYS_UTF8 = 1 << 11 };
static const uint32_t end_mark = 0x06054b50, end64_mark = 0x06064b50, locator_mark = 0x07064b50, central_mark = 0x02014b50;

const struct tribx_limits tribx_limits_default = {
	.unpacked_max = (int64_t)16 << 30, .ratio_max = 200, .entries_max = 10000, .inner_max = 64 << 20, .window_max = 128 << 20, .layers_max = 2,
};

struct tribx_limits tribx_limits_of(const struct tribx_limits *limits)
{
	static const size_t places[] = {
		offsetof(struct tribx_limits, unpacked_max), offsetof(struct tribx_limits, ratio_max), offsetof(struct tribx_limits, entries_max),
		offsetof(struct tribx_limits, inner_max), offsetof(struct tribx_limits, window_max), offsetof(struct tribx_limits, layers_max),
	};
	struct tribx_limits l = limits ? *limits : tribx_limits_default;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		int64_t *to = (int64_t *)((char *)&l + places[i]);
		if (*to == 0)
			*to = *(const int64_t *)((const char *)&tribx_limits_default + places[i]);
	}
	return l;
}

struct end { int64_t at, entries, size, offset; };   /* of the directory; at: where the (first) end record begins */

static int bad(struct tribx_error *e, const char *code, const char *why)
{
	return tribx_fail(e, TRIB_DATA, code, "%s", why);
}

static int read_at(struct tribx_source *src, void *to, size_t size, int64_t at, struct tribx_error *e)
{
	size_t got = 0;
	int rc = src->pread(src, to, size, at, &got, e);
	return rc < 0 ? rc : got == size ? TRIB_OK : bad(e, "archive.truncated", "the archive is cut");
}

/* ---- the end record ---- */

static int no_end(struct tribx_source *src, bool marked, struct tribx_error *e)
{
	uint8_t head[4];
	if (marked)
		return bad(e, "archive.trailing_bytes", "other bytes follow the end record of the archive");
	int rc = src->size < 4 ? TRIB_OK : read_at(src, head, sizeof head, 0, e);
	if (rc < 0)
		return rc;
	if (src->size >= 4 && tribx_le32(head) == 0x04034b50)
		return bad(e, "archive.truncated", "the archive has no end record: it is cut");
	return bad(e, "archive.not_archive", src->size ? "is no zip file, though it should be one" : "is empty, and should be a zip file");
}

static int find_end(struct tribx_source *src, uint8_t end[END_SIZE], int64_t *at, struct tribx_error *e)
{
	size_t size = src->size < END_SIZE + COMMENT_MAX ? (size_t)src->size : END_SIZE + COMMENT_MAX;
	bool marked = false;
	uint8_t *tail = malloc(size + 1);
	if (!tail)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the directory of the archive");
	int rc = read_at(src, tail, size, src->size - (int64_t)size, e);
	for (size_t i = size < END_SIZE ? 0 : size - END_SIZE + 1; rc == TRIB_OK && i-- > 0;) {
		if (tribx_le32(tail + i) != end_mark)
			continue;
		marked = true;
		if (i + END_SIZE + tribx_le16(tail + i + 20) == size) {
			memcpy(end, tail + i, END_SIZE);
			*at = src->size - (int64_t)(size - i);
			free(tail);
			return TRIB_OK;
		}
	}
	free(tail);
	return rc < 0 ? rc : no_end(src, marked, e);
}

/* Reads the zip64 end record if its locator stands before the end record; what the end record says too must agree. */
static int read_end64(struct tribx_source *src, struct end *d, struct tribx_error *e)
{
	uint8_t locator[LOCATOR_SIZE] = { 0 }, end[END64_SIZE];
	bool needed = d->entries == 0xFFFF || d->size == 0xFFFFFFFF || d->offset == 0xFFFFFFFF;
	int rc = d->at < LOCATOR_SIZE + END64_SIZE ? TRIB_OK : read_at(src, locator, sizeof locator, d->at - LOCATOR_SIZE, e);
	if (rc == TRIB_OK && tribx_le32(locator) != locator_mark)
		return needed ? bad(e, "archive.corrupt", "the zip64 end record is missing") : TRIB_OK;
	if (rc < 0)
		return rc;
	uint64_t at = tribx_le64(locator + 8), behind = (uint64_t)(d->at - LOCATOR_SIZE);
	if (at > behind - END64_SIZE)
		return bad(e, "archive.corrupt", "the zip64 end record is missing");
	if ((rc = read_at(src, end, sizeof end, (int64_t)at, e)) < 0)
		return rc;
	if (tribx_le32(end) != end64_mark || tribx_le64(end + 4) != behind - at - 12)
		return bad(e, "archive.corrupt", "the zip64 end record is damaged");
	if (tribx_le32(end + 16) || tribx_le32(end + 20) || tribx_le64(end + 24) != tribx_le64(end + 32))
		return bad(e, "archive.unsupported", "the archive is one of several volumes");
	uint64_t entries = tribx_le64(end + 32), size = tribx_le64(end + 40), offset = tribx_le64(end + 48);
	if (entries > at || size > at || offset > at)
		return bad(e, "archive.corrupt", "the zip64 end record points out of the file");
	if ((d->entries != 0xFFFF && entries != (uint64_t)d->entries) || (d->size != 0xFFFFFFFF && size != (uint64_t)d->size) ||
	    (d->offset != 0xFFFFFFFF && offset != (uint64_t)d->offset))
		return bad(e, "archive.mismatch", "the two end records of the archive disagree");
	*d = (struct end){ .at = (int64_t)at, .entries = (int64_t)entries, .size = (int64_t)size, .offset = (int64_t)offset };
	return TRIB_OK;
}

static int read_end(struct tribx_source *src, const struct tribx_limits *limits, struct end *d, struct tribx_error *e)
{
	uint8_t end[END_SIZE] = { 0 };
	int rc = find_end(src, end, &d->at, e);
	if (rc < 0)
		return rc;
	d->entries = tribx_le16(end + 10);
	d->size = tribx_le32(end + 12);
	d->offset = tribx_le32(end + 16);
	if (tribx_le16(end + 4) || tribx_le16(end + 6) || tribx_le16(end + 8) != d->entries)
		return bad(e, "archive.unsupported", "the archive is one of several volumes");
	if ((rc = read_end64(src, d, e)) < 0)
		return rc;
	if (d->offset + d->size != d->at)
		return bad(e, "archive.extra_bytes", "the archive's directory does not lie where its end record says");
	if (d->entries == 0)
		return bad(e, "archive.no_entries", "the archive is empty");
	if (d->entries > limits->entries_max)
		return tribx_fail(e, TRIB_DATA, "archive.too_many_entries", "the archive has %lld entries, more than limits.entries allows (%lld)",
		                  (long long)d->entries, (long long)limits->entries_max);
	if (d->entries > d->size / CENTRAL_SIZE || d->size > DIRECTORY_MAX)
		return bad(e, "archive.corrupt", "the size of the archive's directory is not possible");
	return TRIB_OK;
}

/* ---- entries ---- */

/* 64-bit numbers of the extra field, for those that are all ones, in this order. */
static bool read_zip64(const uint8_t *extra, size_t size, struct tribx_zip_entry *m)
{
	int64_t *const wide[] = { &m->size, &m->packed, &m->at };
	const uint8_t *v = NULL, *end = NULL;
	for (size_t i = 0; i + 4 <= size; i += 4 + tribx_le16(extra + i + 2)) {
		if (i + 4 + tribx_le16(extra + i + 2) > size)
			return false;
		if (tribx_le16(extra + i) == ZIP64_ID) {
			v = extra + i + 4;
			end = v + tribx_le16(extra + i + 2);
		}
	}
	for (size_t i = 0; i < 3; i++)
		if (*wide[i] == 0xFFFFFFFF) {
			if (!v || end - v < 8 || tribx_le64(v) > INT64_MAX / 4)
				return false;
			*wide[i] = (int64_t)tribx_le64(v);
			v += 8;
		}
	return true;
}

/* Devices, links and pipes have their type where Unix keeps the mode. */
static bool is_special(const uint8_t *h)
{
	uint32_t mode = tribx_le32(h + 38) >> 16, type = mode & S_IFMT;
	return (h[5] == MADE_ON_UNIX || h[5] == MADE_ON_MACOS || type == S_IFLNK) && type && type != S_IFREG && type != S_IFDIR;
}

/* One central header; *used are its bytes. */
static int read_entry(const uint8_t *h, int64_t left, int64_t directory, struct tribx_zip_entry *m, int64_t *used, struct tribx_error *e)
{
	if (left < CENTRAL_SIZE || tribx_le32(h) != central_mark)
		return bad(e, "archive.corrupt", "the archive's directory is damaged");
	size_t name = tribx_le16(h + 28), extra = tribx_le16(h + 30), comment = tribx_le16(h + 32);
	*used = (int64_t)(CENTRAL_SIZE + name + extra + comment);
	if (*used > left)
		return bad(e, "archive.corrupt", "the archive's directory is damaged");
	*m = (struct tribx_zip_entry){
		.raw = { (const char *)h + CENTRAL_SIZE, name }, .flags = tribx_le16(h + 8), .method = tribx_le16(h + 10),
		.crc = tribx_le32(h + 16), .packed = tribx_le32(h + 20), .size = tribx_le32(h + 24), .at = tribx_le32(h + 42),
	};
	if (!(m->name = tribx_zip_name(m->raw, m->flags & SAYS_UTF8, e)))
		return e && e->status ? e->status : TRIB_DATA;
	m->is_folder = m->raw.p[name - 1] == '/';
	if (is_special(h))
		return tribx_fail(e, TRIB_DATA, "archive.odd_entry", "entry \"%s\" is a link or a device", m->name);
	if (!read_zip64(h + CENTRAL_SIZE + name, extra, m))
		return tribx_fail(e, TRIB_DATA, "archive.corrupt", "entry \"%s\" has a damaged extra field", m->name);
	if (tribx_le16(h + 34))
		return bad(e, "archive.unsupported", "the archive is one of several volumes");
	if (m->at > directory || m->packed > directory - m->at - LOCAL_SIZE - (int64_t)name)
		return tribx_fail(e, TRIB_DATA, "archive.corrupt", "entry \"%s\" reaches out of the file", m->name);
	if (m->is_folder && m->size)
		return tribx_fail(e, TRIB_DATA, "archive.odd_entry", "entry \"%s\" is a folder with contents", m->name);
	return TRIB_OK;
}

static int by_name(const void *a, const void *b, void *ignore_case)
{
	const struct tribx_zip_entry *x = *(struct tribx_zip_entry *const *)a, *y = *(struct tribx_zip_entry *const *)b;
	const uint8_t *p = (const uint8_t *)x->name, *q = (const uint8_t *)y->name;
	for (;; p++, q++) {
		int c = *p >= 'A' && *p <= 'Z' && ignore_case ? *p + 32 : *p, d = *q >= 'A' && *q <= 'Z' && ignore_case ? *q + 32 : *q;
		if (c != d || c == 0)
			return c - d;
	}
}

static int by_place(const void *a, const void *b, void *none)
{
	const struct tribx_zip_entry *x = *(struct tribx_zip_entry *const *)a, *y = *(struct tribx_zip_entry *const *)b;
	(void)none;
	return (x->at > y->at) - (x->at < y->at);
}

/* No two entries of one name (also where case does not count) and no byte in two entries. */
static int check_all(struct tribx_zip *z, int64_t directory, struct tribx_error *e)
{
	struct tribx_zip_entry **order = calloc(z->count, sizeof(struct tribx_zip_entry *));
	int rc = order ? TRIB_OK : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the directory of the archive");
	for (size_t i = 0; order && i < z->count; i++)
		order[i] = &z->entries[i];
	if (order)
		qsort_r(order, z->count, sizeof *order, by_name, z);
	for (size_t i = 1; rc == TRIB_OK && i < z->count; i++)
		if (by_name(&order[i - 1], &order[i], z) == 0)
			rc = tribx_fail(e, TRIB_DATA, "archive.duplicate_entry", "two entries are named \"%s\"%s", order[i]->name,
			                strcmp(order[i - 1]->name, order[i]->name) ? " but for upper and lower case" : "");
	if (rc == TRIB_OK)
		qsort_r(order, z->count, sizeof *order, by_place, NULL);
	for (size_t i = 0; rc == TRIB_OK && i < z->count; i++) {
		struct tribx_zip_entry *m = order[i];
		m->end = i + 1 < z->count ? order[i + 1]->at : directory;
		if (m->end - m->at < LOCAL_SIZE + (int64_t)m->raw.n + m->packed)
			rc = tribx_fail(e, TRIB_DATA, "archive.overlap", "entry \"%s\" overlaps another", m->name);
	}
	free(order);
	return rc;
}

int tribx_zip_load(struct tribx_source *src, const struct tribx_limits *limits, struct tribx_zip *out, struct tribx_error *e)
{
	struct tribx_limits l = tribx_limits_of(limits);
	struct tribx_zip z = { 0 };
	struct end d = { 0 };
	int rc = read_end(src, &l, &d, e);
	if (rc < 0)
		return rc;
	z.directory = malloc((size_t)d.size);
	z.entries = calloc((size_t)d.entries, sizeof *z.entries);
	if (!z.directory || !z.entries)
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the directory of the archive");
	else
		rc = read_at(src, z.directory, (size_t)d.size, d.offset, e);
	int64_t at = 0, used = 0;
	for (int64_t i = 0; rc == TRIB_OK && i < d.entries; i++, at += used) {
		z.count++;
		rc = read_entry(z.directory + at, d.size - at, d.offset, &z.entries[i], &used, e);
	}
	if (rc == TRIB_OK && at != d.size)
		rc = bad(e, "archive.corrupt", "the archive's directory holds more than its entries");
	if (rc == TRIB_OK)
		rc = check_all(&z, d.offset, e);
	if (rc < 0)
		tribx_zip_done(&z);
	else
		*out = z;
	return rc;
}

void tribx_zip_done(struct tribx_zip *z)
{
	for (size_t i = 0; i < z->count; i++)
		free(z->entries[i].name);
	free(z->entries);
	free(z->directory);
	*z = (struct tribx_zip){ 0 };
}
