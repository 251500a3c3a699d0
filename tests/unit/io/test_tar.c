/* tar - tars and encrypted zips, written by libarchive and read by our checks around it; archives inside of archives. */
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include "fixture.h"
#include "io/shelf.h"

TestSuite(tar, .init = folder_start, .fini = folder_end);

struct item { const char *name, *text; int type; const char *link; };

static void put_packed(const char *name, void (*format)(struct archive *), const char *options, const char *password, const struct item *items, size_t count)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	struct archive *a = archive_write_new();
	format(a);
	cr_assert(!options || archive_write_set_options(a, options) == ARCHIVE_OK, "%s", archive_error_string(a));
	cr_assert(!password || archive_write_set_passphrase(a, password) == ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	cr_assert(archive_write_open_filename(a, path) == ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *x = archive_entry_new();
		size_t n = items[i].text && !items[i].link ? strlen(items[i].text) : 0;
		archive_entry_set_pathname_utf8(x, items[i].name);
		archive_entry_set_filetype(x, items[i].type ? (unsigned)items[i].type : AE_IFREG);
		archive_entry_set_perm(x, 0644);
		archive_entry_set_size(x, (la_int64_t)n);
		if (items[i].link && items[i].type == AE_IFLNK)
			archive_entry_set_symlink(x, items[i].link);
		else if (items[i].link)
			archive_entry_set_hardlink(x, items[i].link);
		cr_assert(archive_write_header(a, x) >= ARCHIVE_WARN, "%s", archive_error_string(a));
		cr_assert(n == 0 || archive_write_data(a, items[i].text, n) == (la_ssize_t)n);
		archive_entry_free(x);
	}
	cr_assert(archive_write_close(a) == ARCHIVE_OK);
	archive_write_free(a);
}

static void ustar(struct archive *a) { archive_write_set_format_ustar(a); }
static void pax(struct archive *a) { archive_write_set_format_pax(a); }
static void gnutar(struct archive *a) { archive_write_set_format_gnutar(a); }
static void v7(struct archive *a) { archive_write_set_format_v7tar(a); }
static void zip(struct archive *a) { archive_write_set_format_zip(a); }
static void pax_xz(struct archive *a) { archive_write_set_format_pax(a); archive_write_add_filter_xz(a); }

#define LONG "a-name-that-is-longer-than-the-hundred-bytes-of-the-old-header-and-so-goes-another-way-in-each-of-the-formats-that-came-later.csv"
static const struct item three[] = { { "./", NULL, AE_IFDIR, NULL }, { "./2025/", NULL, AE_IFDIR, NULL }, { "./2025/a.csv", "id;n\n1;2\n", 0, NULL }, { "b.csv", "id;n\n3;4\n", 0, NULL } };

static const struct item plain[] = { { "2025/", NULL, AE_IFDIR, NULL }, { "2025/a.csv", "id;n\n1;2\n", 0, NULL }, { "b.csv", "id;n\n3;4\n", 0, NULL } };

static void gives(const char *url, const struct tribx_limits *limits, const char *text)
{
	struct blob got;
	struct tribx_error e;
	int rc = slurp(url, NULL, limits, 5, &got, &e);
	cr_expect(rc == TRIB_END && got.n == strlen(text) && memcmp(got.p, text, got.n) == 0, "%s: %d %s %s", url, rc, e.code, e.text);
	free(got.p);
}

static void fails(const char *url, const struct tribx_limits *limits, const char *code)
{
	struct tribx_error e;
	int rc = slurp(url, NULL, limits, 64, NULL, &e);
	cr_expect(rc < 0 && strcmp(e.code, code) == 0, "%s: %d %s %s, not %s", url, rc, e.code, e.text, code);
}

/* What a pattern finds, with commas; or the code. */
static void finds(const char *url, const char *pattern, const struct tribx_limits *limits, const char *want)
{
	struct tribx_listing l;
	struct tribx_error e = { 0 };
	char got[2048] = "";
	int rc = tribx_find_files(folder, url, pattern, limits, &l, &e);
	for (size_t i = 0; rc == TRIB_OK && i < l.count; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? "," : "", l.items[i].member ? l.items[i].member : l.items[i].url);
	cr_expect_str_eq(rc < 0 ? e.code : got, want, "%s %s: %s", url, pattern, e.text);
	tribx_find_done(&l);
}

Test(tar, formats)
{
	static const struct { void (*format)(struct archive *); const char *name; } formats[] = {
		{ ustar, "u.tar" }, { pax, "p.tar" }, { gnutar, "g.tar" }, { v7, "v7.tar" }, { pax_xz, "p.tar.xz" }, { pax_xz, "named.txz" },
	};
	const struct item others[] = { { LONG, "l\n", 0, NULL }, { "M\xc3\xbcnchen.csv", "m\n", 0, NULL }, { "c.csv", "", 0, NULL } };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char url[400];
		put_packed(formats[i].name, formats[i].format, NULL, NULL, three, 4);
		finds(formats[i].name, "*.csv", NULL, "2025/a.csv,b.csv");
		finds(formats[i].name, "2025/*", NULL, "2025/a.csv");
		finds(formats[i].name, "*.txt", NULL, "archive.no_member");
		snprintf(url, sizeof url, "%s!/2025/a.csv", formats[i].name);
		gives(url, NULL, "id;n\n1;2\n");
		fails(formats[i].name, NULL, "archive.which_member");
		snprintf(url, sizeof url, "%s!/c.csv", formats[i].name);
		fails(url, NULL, "archive.no_member");
		put_packed(formats[i].name, formats[i].format, NULL, NULL, three + 3, 1);
		gives(formats[i].name, NULL, "id;n\n3;4\n");
		if (formats[i].format == ustar || formats[i].format == v7)
			continue;
		for (int utf8 = 0; utf8 < 2; utf8++) {
			setlocale(LC_ALL, utf8 ? "C.UTF-8" : "C");
			put_packed(formats[i].name, formats[i].format, formats[i].format == gnutar ? "gnutar:hdrcharset=UTF-8" : NULL, NULL, others, utf8 ? 3 : 1);
			setlocale(LC_ALL, "C");
			finds(formats[i].name, "*", NULL, utf8 ? "M\xc3\xbcnchen.csv," LONG ",c.csv" : LONG);
		}
		snprintf(url, sizeof url, "%s!/M\xc3\xbcnchen.csv", formats[i].name);
		gives(url, NULL, "m\n");
	}
}

Test(tar, every_cut_and_flip)
{
	struct blob all, out;
	struct tribx_error e;
	put_packed("a.tar", ustar, NULL, NULL, three, 4);
	all = get("a.tar");
	for (size_t n = 0; n < all.n - 512; n += n % 512 == 511 ? 1 : 511) {   /* at and around every block; one zero block is end enough */
		put("cut.tar", all.p, n);
		int rc = slurp("cut.tar!/2025/a.csv", NULL, NULL, 64, NULL, &e);
		bool ended = all.n - n < 2 * 512 && n % 512 == 0;
		cr_expect(ended || (rc == TRIB_DATA && tribx_error_find(e.code)), "cut at %zu of %zu: %d %s", n, all.n, rc, e.code);
	}
	for (size_t bit = 0; bit < all.n * 8; bit += 5) {
		size_t at = bit / 8;
		if (at >= 3 * 512 && at < 4 * 512)
			continue;   /* data has no checksum in a tar */
		all.p[at] ^= (char)(1 << bit % 8);
		put("flip.tar", all.p, all.n);
		int rc = slurp("flip.tar!/2025/a.csv", NULL, NULL, 64, &out, &e);
		cr_expect((rc == TRIB_END && out.n == 9) || (rc == TRIB_DATA && tribx_error_find(e.code)), "bit %zu: %d %s, %zu bytes", bit, rc, e.code, out.n);
		free(out.p);
		all.p[at] ^= (char)(1 << bit % 8);
	}
	all.p = realloc(all.p, all.n + 4);
	memcpy(all.p + all.n, "junk", 4);
	put("junk.tar", all.p, all.n + 4);
	fails("junk.tar!/b.csv", NULL, "archive.trailing_bytes");
	memset(all.p, 0, all.n);
	put("zeros.tar", all.p, all.n);
	fails("zeros.tar", NULL, "archive.no_entries");
	free(all.p);
}

Test(tar, odd_entries)
{
	static const struct { struct item item; const char *code; } cases[] = {
		{ { "a/../b.csv", "x", 0, NULL }, "archive.odd_entry" }, { { "/b.csv", "x", 0, NULL }, "archive.odd_entry" },
		{ { "a\\b.csv", "x", 0, NULL }, "archive.odd_entry" }, { { "C:b.csv", "x", 0, NULL }, "archive.odd_entry" },
		{ { "l", NULL, AE_IFLNK, "/etc" }, "archive.odd_entry" }, { { "h", NULL, 0, "b.csv" }, "archive.odd_entry" },
		{ { "fifo", NULL, AE_IFIFO, NULL }, "archive.odd_entry" }, { { "null", NULL, AE_IFCHR, NULL }, "archive.odd_entry" },
		{ { "B.csv", "x", 0, NULL }, "archive.duplicate_entry" }, { { "b.csv", "x", 0, NULL }, "archive.duplicate_entry" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct item both[] = { three[3], cases[i].item };
		put_packed("odd.tar", ustar, NULL, NULL, both, 2);
		finds("odd.tar", "*.csv", NULL, cases[i].code);
		fails("odd.tar!/b.csv", NULL, cases[i].code);
	}
	put_packed("many.tar", ustar, NULL, NULL, three, 4);
	finds("many.tar", "*.csv", &(struct tribx_limits){ .entries_max = 3 }, "archive.too_many_entries");
	put_packed("folders.tar", ustar, NULL, NULL, three, 2);
	finds("folders.tar", "*.csv", NULL, "archive.no_member");
}

/* NAME with the one file FILE of the folder in it. */
static void wrap(const char *name, void (*format)(struct archive *), const char *file, const char *as)
{
	struct archive *a = archive_write_new();
	struct archive_entry *x = archive_entry_new();
	struct blob b = get(file);
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	format(a);
	archive_write_set_bytes_in_last_block(a, 1);
	cr_assert(archive_write_open_filename(a, path) == ARCHIVE_OK);
	archive_entry_set_pathname(x, as);
	archive_entry_set_filetype(x, AE_IFREG);
	archive_entry_set_perm(x, 0644);
	archive_entry_set_size(x, (la_int64_t)b.n);
	cr_assert(archive_write_header(a, x) == ARCHIVE_OK);
	cr_assert(archive_write_data(a, b.p, b.n) == (la_ssize_t)b.n);
	cr_assert(archive_write_close(a) == ARCHIVE_OK);
	archive_entry_free(x);
	archive_write_free(a);
	free(b.p);
}

Test(tar, archives_inside)
{
	static const struct { const char *outer; void (*format)(struct archive *), (*inner)(struct archive *); const char *as; } cases[] = {
		{ "zz.zip", zip, zip, "in.zip" }, { "zt.tar", pax, zip, "sub/in.zip" }, { "ztx.tar.xz", pax_xz, zip, "in.zip" }, { "tz.zip", zip, pax, "in.tar" },
		{ "txz.zip", zip, pax_xz, "in.tar.xz" }, { "tt.tar", pax, ustar, "in.tar" }, { "tt.txz", pax_xz, pax_xz, "in.txz" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char url[128], want[256];
		put_packed("inner", cases[i].inner, NULL, NULL, plain, 3);
		wrap(cases[i].outer, cases[i].format, "inner", cases[i].as);
		snprintf(url, sizeof url, "%s!/%s!/2025/a.csv", cases[i].outer, cases[i].as);
		gives(url, NULL, "id;n\n1;2\n");
		fails(url, &(struct tribx_limits){ .layers_max = 1 }, "archive.nested");
		snprintf(want, sizeof want, "%s!/2025/a.csv,%s!/b.csv", cases[i].as, cases[i].as);
		finds(cases[i].outer, "*.csv", NULL, want);
		finds(cases[i].outer, "in.*", NULL, want);
		finds(cases[i].outer, "in*!/[!b]*.csv", NULL, strtok(want, ","));
		finds(cases[i].outer, "*.csv", &(struct tribx_limits){ .layers_max = 1 }, "archive.nested");
		wrap("third.zip", zip, cases[i].outer, cases[i].outer);
		finds("third.zip", "*.csv", NULL, "archive.nested");
	}
	fails("zz.zip!/in.zip!/b.csv", &(struct tribx_limits){ .inner_max = 64 }, "archive.too_large");
	fails("zz.zip!/in.zip!/c.csv", NULL, "archive.no_member");
	fails("zz.zip!/in.zip!/b.csv!/c", NULL, "archive.not_archive");
}

Test(tar, encrypted_zips)
{
	static const char *const options[] = { "zip:encryption=zipcrypt", "zip:encryption=aes128", "zip:encryption=aes256", "zip:encryption=aes256,zip:compression=store" };
	const struct tribx_limits right = { .password = "geheim-4711" }, wrong = { .password = "geheim-4712" };
	struct tribx_error e;
	struct blob out;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		put_packed("e.zip", zip, options[i], right.password, plain, 3);
		finds("e.zip", "*.csv", NULL, "2025/a.csv,b.csv");
		gives("e.zip!/2025/a.csv", &right, "id;n\n1;2\n");
		gives("e.zip!/b.csv", &right, "id;n\n3;4\n");
		fails("e.zip!/b.csv", NULL, "archive.encrypted");
		int rc = slurp("e.zip!/b.csv", NULL, &wrong, 64, NULL, &e);
		cr_expect(rc == TRIB_DATA && strncmp(e.code, "archive.", 8) == 0 && !strstr(e.text, "geheim"), "%s: %d %s %s", options[i], rc, e.code, e.text);
		struct blob all = get("e.zip");
		for (size_t bit = 0; bit < all.n * 8; bit += 7) {
			all.p[bit / 8] ^= (char)(1 << bit % 8);
			put("flip.zip", all.p, all.n);
			rc = slurp("flip.zip!/b.csv", NULL, &right, 64, &out, &e);
			bool same = rc == TRIB_END && out.n == 9 && memcmp(out.p, "id;n\n3;4\n", 9) == 0;
			cr_expect(same || (rc == TRIB_DATA && tribx_error_find(e.code)), "%s, bit %zu: %d %s, %zu bytes", options[i], bit, rc, e.code, out.n);
			free(out.p);
			all.p[bit / 8] ^= (char)(1 << bit % 8);
		}
		free(all.p);
	}
}

/* What was looked through is read by its place, and anew when it is another file. */
Test(tar, a_shelf_answers_for_the_file_that_was_looked_at_only)
{
	static const struct { void (*format)(struct archive *); const char *name; } formats[] = {
		{ ustar, "u.tar" }, { pax, "p.tar" }, { gnutar, "g.tar" }, { v7, "v7.tar" }, { zip, "z.zip" }, { pax_xz, "p.tar.xz" },
	};
	static const struct item now[] = { { "a.csv", "1\n", 0, NULL }, { "d/b.csv", "22\n", 0, NULL }, { "c.csv", "", 0, NULL }, { "d/e.csv", "4444\n", 0, NULL } },
	                         later[] = { { "d/e.csv", "new\n", 0, NULL }, { "new.csv", "5\n", 0, NULL }, { "a.csv", "111\n", 0, NULL } },
	                         twice[] = { { "a.csv", "1\n", 0, NULL }, { "d/b.csv", "2\n", 0, NULL }, { "a.csv", "3\n", 0, NULL } };
	struct tribx_limits with = { .shelf = tribx_shelf_new() };
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char a[64], e[64], b[64];
		const char *name = formats[i].name;
		snprintf(a, sizeof a, "%s!/a.csv", name);
		snprintf(b, sizeof b, "%s!/d/b.csv", name);
		snprintf(e, sizeof e, "%s!/d/e.csv", name);
		put_packed(name, formats[i].format, NULL, NULL, now, 4);
		finds(name, "*.csv", &with, "a.csv,c.csv,d/b.csv,d/e.csv");
		for (int k = 0; k < 2; k++) {
			gives(e, &with, "4444\n");
			gives(a, &with, "1\n");
			gives(b, &with, "22\n");
		}
		fails(name, &with, "archive.which_member");
		char more[80];
		snprintf(more, sizeof more, "%s!/no.csv", name);
		fails(more, &with, "archive.no_member");
		put_packed(name, formats[i].format, NULL, NULL, later, 3);
		gives(e, &with, "new\n");
		gives(a, &with, "111\n");
		fails(b, &with, "archive.no_member");
		finds(name, "*.csv", &with, "a.csv,d/e.csv,new.csv");
		gives(a, &with, "111\n");
		put_packed(name, formats[i].format, NULL, NULL, twice, 3);   /* another file: its end is looked at again */
		fails(a, &with, "archive.duplicate_entry");
		struct blob whole = get(name);
		put_packed(name, formats[i].format, NULL, NULL, now, 4);
		finds(name, "a.csv", &with, "a.csv");
		free(whole.p);
		whole = get(name);
		put(name, whole.p, whole.n * 2 / 3);
		struct tribx_error why;
		cr_expect(slurp(a, NULL, &with, 64, NULL, &why) < 0, "%s: cut, and read", name);
		free(whole.p);
	}
	tribx_shelf_free(with.shelf);
}

Test(tar, a_shelf_knows_the_first_step_of_a_way)
{
	static const struct item inner[] = { { "x.csv", "x\n", 0, NULL }, { "y.csv", "y\n", 0, NULL } };
	struct tribx_limits with = { .shelf = tribx_shelf_new() };
	put_packed("in.tar", pax, NULL, NULL, inner, 2);
	struct blob tar = get("in.tar");
	struct archive *a = archive_write_new();
	char path[512];
	snprintf(path, sizeof path, "%s/out.tar", folder);
	pax(a);
	cr_assert(archive_write_open_filename(a, path) == ARCHIVE_OK);
	for (int i = 0; i < 3; i++) {
		struct archive_entry *x = archive_entry_new();
		char name[16];
		snprintf(name, sizeof name, "in%d.tar", i);
		archive_entry_set_pathname(x, name);
		archive_entry_set_filetype(x, AE_IFREG);
		archive_entry_set_size(x, (la_int64_t)tar.n);
		cr_assert(archive_write_header(a, x) == ARCHIVE_OK && archive_write_data(a, tar.p, tar.n) == (la_ssize_t)tar.n);
		archive_entry_free(x);
	}
	archive_write_free(a);
	finds("out.tar", "*.csv", &with, "in0.tar!/x.csv,in0.tar!/y.csv,in1.tar!/x.csv,in1.tar!/y.csv,in2.tar!/x.csv,in2.tar!/y.csv");
	gives("out.tar!/in2.tar!/y.csv", &with, "y\n");
	gives("out.tar!/in0.tar!/x.csv", &with, "x\n");
	fails("out.tar!/in1.tar!/z.csv", &with, "archive.no_member");
	free(tar.p);
	tribx_shelf_free(with.shelf);
}
