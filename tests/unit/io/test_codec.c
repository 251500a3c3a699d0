/* codec - gz, zst, xz, bz2, lz4: whole, cut, flipped, one behind the other, with bytes behind. Packed by the libraries' own writers. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>
#include "fixture.h"

TestSuite(codec, .init = folder_start, .fini = folder_end);

enum { SIZE = 300000, FLIPS = 200 };

static const struct codec { const char *ext, *filter, *word; } codecs[] = {
	{ "gz", NULL, "gz" }, { "zst", NULL, "zst" }, { "xz", "xz", "xz" }, { "bz2", "bzip2", "bz2" }, { "lz4", "lz4", "lz4" },
};
enum { COUNT = sizeof codecs / sizeof *codecs };

static struct blob rows(size_t size)
{
	struct blob b = { .p = malloc(size + 64) };
	for (unsigned i = 0, x = 1; b.n < size; i++, x = x * 1103515245 + 12345)
		b.n += (size_t)sprintf(b.p + b.n, "%u;%u;%s\n", i, x >> 8, x & 64 ? "north" : "south");
	b.n = size;
	return b;
}

static struct blob zst(const void *p, size_t n)
{
	struct blob b = { .p = malloc(ZSTD_compressBound(n)) };
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	b.n = ZSTD_compress2(c, b.p, ZSTD_compressBound(n), p, n);
	cr_assert(!ZSTD_isError(b.n));
	ZSTD_freeCCtx(c);
	return b;
}

static struct blob packed(const struct codec *c, const void *p, size_t n)
{
	if (!c->filter)
		return strcmp(c->ext, "gz") == 0 ? gz(p, n, 6) : zst(p, n);
	struct blob b = { .p = malloc(n * 2 + 65536) };
	if (n == 0 && strcmp(c->ext, "lz4") == 0) {   /* what lz4 writes; this writer falls over it */
		memcpy(b.p, "\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02", b.n = 15);
		return b;
	}
	struct archive *a = archive_write_new();
	struct archive_entry *x = archive_entry_new();
	archive_write_set_format_raw(a);
	cr_assert(archive_write_add_filter_by_name(a, c->filter) == ARCHIVE_OK, "%s", archive_error_string(a));
	archive_write_set_bytes_per_block(a, 0);
	cr_assert(archive_write_open_memory(a, b.p, n * 2 + 65536, &b.n) == ARCHIVE_OK);
	archive_entry_set_pathname(x, "x");
	archive_entry_set_filetype(x, AE_IFREG);
	cr_assert(archive_write_header(a, x) == ARCHIVE_OK);
	cr_assert(archive_write_data(a, p, n) == (la_ssize_t)n);
	cr_assert(archive_write_close(a) == ARCHIVE_OK);
	archive_entry_free(x);
	archive_write_free(a);
	return b;
}

/* A file of up to three pieces. */
static const char *put3(const struct codec *c, struct blob a, struct blob b, struct blob d)
{
	static char name[32];
	char *all = malloc(a.n + b.n + d.n + 1);
	if (a.n)
		memcpy(all, a.p, a.n);
	if (b.n)
		memcpy(all + a.n, b.p, b.n);
	if (d.n)
		memcpy(all + a.n + b.n, d.p, d.n);
	snprintf(name, sizeof name, "x.csv.%s", c->ext);
	put(name, all, a.n + b.n + d.n);
	free(all);
	return name;
}

static void gives(const char *what, const char *url, const char *unpack, struct blob want, int times)
{
	struct blob got;
	struct tribx_error e;
	int rc = slurp(url, unpack, NULL, 10007, &got, &e);
	bool same = rc == TRIB_END && got.n == want.n * (size_t)times;
	for (int i = 0; same && i < times; i++)
		same = want.n == 0 || memcmp(got.p + want.n * (size_t)i, want.p, want.n) == 0;
	cr_expect(same, "%s %s: %d %s %s, %zu bytes", what, url, rc, e.code, e.text, got.n);
	free(got.p);
}

static void fails(const char *what, const char *url, const struct tribx_limits *limits, const char *code)
{
	struct tribx_error e;
	int rc = slurp(url, NULL, limits, 10007, NULL, &e);
	cr_expect(rc == TRIB_DATA && strcmp(e.code, code) == 0, "%s %s: %d %s %s", what, url, rc, e.code, e.text);
}

Test(codec, frames)
{
	const struct blob none = { 0 }, junk = { (char *)(uintptr_t)"junk", 4 }, zeros = { (char *)(uintptr_t)"\0\0\0", 4 };
	struct blob data = rows(SIZE);
	for (size_t i = 0; i < COUNT; i++) {
		const struct codec *c = &codecs[i];
		struct blob p = packed(c, data.p, data.n), empty = packed(c, "", 0), head = { p.p, 1 }, half = { p.p, p.n / 2 };
		gives("whole", put3(c, p, none, none), NULL, data, 1);
		gives("by its word", put3(c, p, none, none), c->word, data, 1);
		gives("three", put3(c, p, p, p), NULL, data, 3);
		gives("empty between", put3(c, p, empty, p), NULL, data, 2);
		gives("of nothing", put3(c, empty, none, none), NULL, none, 1);
		fails("junk behind", put3(c, p, junk, none), NULL, "archive.trailing_bytes");
		fails("second cut", put3(c, p, half, none), NULL, "archive.truncated");
		fails("second cut at once", put3(c, p, head, none), NULL, "archive.truncated");
		fails("no bytes", put3(c, none, none, none), NULL, strcmp(c->ext, "gz") == 0 ? "archive.truncated" : "archive.not_archive");
		fails("another file", put3(c, data, none, none), NULL, "archive.not_archive");
		fails("unpacked", put3(c, p, none, none), &(struct tribx_limits){ .unpacked_max = SIZE - 1 }, "archive.too_large");
		if (strcmp(c->ext, "xz") == 0 || strcmp(c->ext, "gz") == 0)
			gives("padded", put3(c, p, zeros, none), NULL, data, 1);
		else
			fails("padded", put3(c, p, zeros, none), NULL, "archive.trailing_bytes");
		free(p.p);
		free(empty.p);
	}
	free(data.p);
}

Test(codec, every_cut)
{
	struct blob data = rows(SIZE);
	for (size_t i = 0; i < COUNT; i++) {
		struct blob p = packed(&codecs[i], data.p, data.n);
		for (size_t k = 1; k < 16 + 8; k++) {
			struct blob cut = { p.p, k < 16 ? p.n * k / 16 : p.n - (k - 15) };
			fails("cut", put3(&codecs[i], cut, (struct blob){ 0 }, (struct blob){ 0 }), NULL, "archive.truncated");
		}
		free(p.p);
	}
	free(data.p);
}

Test(codec, every_flip)
{
	struct blob data = rows(20000);
	for (size_t i = 0; i < COUNT; i++) {
		struct blob p = packed(&codecs[i], data.p, data.n);
		for (size_t k = 0; k < FLIPS; k++) {
			size_t bit = k < 160 ? k : (p.n * 8 - 1) * (k - 160) / (FLIPS - 161);
			struct blob got;
			struct tribx_error e;
			p.p[bit / 8] ^= (char)(1 << bit % 8);
			int rc = slurp(put3(&codecs[i], p, (struct blob){ 0 }, (struct blob){ 0 }), NULL, NULL, 4096, &got, &e);
			bool same = rc == TRIB_END && got.n == data.n && memcmp(got.p, data.p, data.n) == 0;
			cr_expect(same || (rc == TRIB_DATA && tribx_error_find(e.code)), "%s bit %zu: %d %s, %zu bytes", codecs[i].ext, bit, rc, e.code, got.n);
			free(got.p);
			p.p[bit / 8] ^= (char)(1 << bit % 8);
		}
		free(p.p);
	}
	free(data.p);
}

Test(codec, windows_and_odd_frames)
{
	const struct blob none = { 0 }, three = { (char *)(uintptr_t)"\0\0", 3 };
	struct blob data = rows(SIZE), z = zst(data.p, data.n), x = packed(&codecs[2], data.p, data.n);
	struct blob skipped = { (char *)(uintptr_t)"\x50\x2a\x4d\x18\3\0\0\0abc", 11 };
	fails("window", put3(&codecs[1], z, none, none), &(struct tribx_limits){ .window_max = 64 << 10 }, "archive.window");
	fails("window", put3(&codecs[2], x, none, none), &(struct tribx_limits){ .window_max = 1 << 20 }, "archive.window");
	fails("odd padding", put3(&codecs[2], x, three, none), NULL, "archive.trailing_bytes");
	gives("skipped", put3(&codecs[1], skipped, z, none), NULL, data, 1);
	gives("skipped", put3(&codecs[1], z, skipped, z), NULL, data, 2);
	free(data.p);
	free(z.p);
	free(x.p);
}

/* RFC 8878 3.1.1: a frame without a checksum, cut behind a block and closed by a last block of nothing, says more than it holds. */
Test(codec, declared_size)
{
	const struct blob none = { 0 };
	struct blob data = rows(SIZE), whole = { .p = malloc(ZSTD_compressBound(data.n)) };
	whole.n = ZSTD_compress(whole.p, ZSTD_compressBound(data.n), data.p, data.n, 1);
	const unsigned char *z = (const unsigned char *)whole.p;
	size_t at = 5 + !(z[4] & 32) + (size_t[]){ z[4] & 32 ? 1 : 0, 2, 4, 8 }[z[4] >> 6];
	int cuts = 0;
	for (; !(z[at] & 1); cuts++) {   /* bits: last block, two of type, size */
		unsigned block = z[at] | (unsigned)z[at + 1] << 8 | (unsigned)z[at + 2] << 16;
		at += 3 + ((block >> 1 & 3) == 1 ? 1 : block >> 3);   /* one byte, repeated, or so many */
		struct blob cut = { malloc(at + 3), at + 3 };
		memcpy(cut.p, whole.p, at);
		memcpy(cut.p + at, "\1\0\0", 3);
		fails("closed too early", put3(&codecs[1], cut, none, none), NULL, "archive.corrupt");
		free(cut.p);
	}
	cr_expect(cuts > 0, "one block only");
	gives("whole", put3(&codecs[1], whole, none, none), NULL, data, 1);
	free(whole.p);
	free(data.p);
}

/* The same way, one in the other: twice is nested once. */
Test(codec, nesting)
{
	struct blob data = rows(5000);
	for (size_t i = 0; i < COUNT; i++) {
		const struct codec *other = &codecs[(i + 1) % COUNT];
		struct blob one = packed(&codecs[i], data.p, data.n), two = packed(other, one.p, one.n), three = packed(&codecs[i], two.p, two.n);
		put("two.csv", two.p, two.n);
		put("three.csv", three.p, three.n);
		gives("two", "two.csv", NULL, data, 1);
		fails("two", "two.csv", &(struct tribx_limits){ .layers_max = 1 }, "archive.nested");
		fails("three", "three.csv", NULL, "archive.nested");
		free(one.p);
		free(two.p);
		free(three.p);
	}
	free(data.p);
}

Test(codec, names)
{
	static const struct { const char *name, *left; } cases[] = {
		{ "a.tsv", "a.tsv" }, { "a.tsv.gz", "a.tsv" }, { "A.TSV.ZST", "A.TSV" }, { "a.jsonl.bz2.xz", "a.jsonl" }, { "a.tgz", "a.tgz" }, { ".gz", ".gz" },
		{ "a.zip", "a.zip" }, { "a.lz4", "a" }, { "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect(tribx_unpacked_name(cases[i].name, strlen(cases[i].name)) == strlen(cases[i].left), "%s", cases[i].name);
}
