/* bytes - plain files and gzip, against zlib's own output: every cut and every flipped bit of a small file is rejected or harmless. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fixture.h"

TestSuite(bytes, .init = folder_start, .fini = folder_end);

static const char csv[] = "id,name\n1,Zürich\n2,\"a\nb\"\n";

static void append(struct blob *to, const void *p, size_t n)
{
	to->p = realloc(to->p, to->n + n + 1);
	memcpy(to->p + to->n, p, n);
	to->n += n;
}

Test(bytes, what_opens_and_what_does_not)
{
	static const struct { const char *url, *unpack, *code, *text; } table[] = {
		{ "a.csv", NULL, NULL, csv },
		{ "./a.csv", NULL, NULL, csv },
		{ "a.csv", "none", NULL, csv },
		{ "a.csv.gz", NULL, NULL, csv },
		{ "a.csv.gz", "gz", NULL, csv },
		{ "named-plainly.csv", NULL, NULL, csv },
		{ "odd [1] !/name*.csv", NULL, NULL, csv },
		{ "empty.csv", NULL, NULL, "" },
		{ "sheet.xlsx", NULL, NULL, "PK\3\4 a sheet" },
		{ "BZh.csv", NULL, NULL, "BZh;is;no;bzip2" },
		{ "a.csv", "gz", "archive.not_archive", NULL },
		{ "a.csv", "zip", "archive.not_archive", NULL },
		{ "plain.csv.gz", NULL, "archive.not_archive", NULL },
		{ "empty.csv.gz", NULL, "archive.truncated", NULL },
		{ "a.csv!/b.csv", NULL, "archive.not_archive", NULL },
		{ "a.tar", NULL, "archive.not_archive", NULL },
		{ "a.csv.zst", NULL, "archive.corrupt", NULL },
		{ "a.7z", NULL, "archive.unsupported", NULL },
		{ "a.csv", "lzma", "file.bad_unpack", NULL },
		{ "missing.csv", NULL, "file.not_found", NULL },
		{ "a.csv/b.csv", NULL, "file.not_found", NULL },
		{ "sub", NULL, "file.is_folder", NULL },
		{ "pipe.csv", NULL, "file.not_regular", NULL },
		{ "sftp://host/a.csv", NULL, "file.unknown_scheme", NULL },
		{ "file://host/a.csv", NULL, "file.bad_url", NULL },
		{ "file:///a%2", NULL, "file.bad_url", NULL },
		{ "file:///a%00", NULL, "file.bad_url", NULL },
	};
	struct blob packed = gz(csv, sizeof csv - 1, 9);
	char pipe[128];
	put_text("a.csv", csv);
	put("a.csv.gz", packed.p, packed.n);
	put("named-plainly.csv", packed.p, packed.n);
	put_text("odd [1] !/name*.csv", csv);
	put_text("empty.csv", "");
	put_text("empty.csv.gz", "");
	put_text("plain.csv.gz", csv);
	put_text("sheet.xlsx", "PK\3\4 a sheet");
	put_text("BZh.csv", "BZh;is;no;bzip2");
	put_text("a.tar", "old tar without a mark");
	put_text("a.csv.zst", "\x28\xb5\x2f\xfd....");
	put_text("a.7z", "7z\xbc\xaf\x27\x1c....");
	put_text("sub/x.csv", csv);
	snprintf(pipe, sizeof pipe, "%s/pipe.csv", folder);
	cr_assert(mkfifo(pipe, 0600) == 0);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct blob b;
		struct tribx_error e;
		int rc = slurp(table[i].url, table[i].unpack, NULL, 7, &b, &e);
		if (table[i].code)
			cr_expect(rc < 0 && strcmp(e.code, table[i].code) == 0 && tribx_error_find(e.code) && e.file[0], "%s: %d %s %s", table[i].url, rc,
			          e.code, e.text);
		else
			cr_expect(rc == TRIB_END && b.n == strlen(table[i].text) && memcmp(b.p, table[i].text, b.n) == 0, "%s: %d %s %s, %zu bytes",
			          table[i].url, rc, e.code, e.text, b.n);
		free(b.p);
	}
	free(packed.p);
}

Test(bytes, names_and_urls)
{
	struct trib_bytes *in = NULL;
	struct tribx_error e = { 0 };
	char url[256];
	put_text("with space.csv", csv);
	snprintf(url, sizeof url, "file://%s/with%%20space.csv", folder);
	cr_assert(tribx_open(NULL, url, NULL, 0, -1, NULL, &in, &e) == TRIB_OK, "%s", e.text);
	cr_expect(strcmp(tribx_bytes_name(in), url) == 0);
	tribx_close(in);
	snprintf(url, sizeof url, "FILE://localhost%s/with space.csv", folder);
	cr_assert(tribx_open("/nowhere", url, NULL, 0, -1, NULL, &in, &e) == TRIB_OK, "%s", e.text);
	tribx_close(in);
	snprintf(url, sizeof url, "%s/with space.csv", folder);
	cr_assert(tribx_open(folder, url, NULL, 0, -1, NULL, &in, &e) == TRIB_OK);
	cr_expect(strcmp(tribx_bytes_name(in), "with space.csv") == 0, "%s", tribx_bytes_name(in));
	tribx_close(in);
	tribx_close(NULL);
	int rc = tribx_open(folder, "s3://bucket/x", NULL, 0, -1, NULL, &in, &e);
	cr_expect(rc == TRIB_CONFIG && strstr(e.text, "file://") && strstr(e.text, "s3://"), "%s", e.text);
}

Test(bytes, ranges)
{
	static const struct { const char *url; int64_t from, size; const char *text, *code; } table[] = {
		{ "a", 0, 4, "0123", NULL },  { "a", 3, 4, "3456", NULL },  { "a", 8, 100, "89", NULL }, { "a", 10, -1, "", NULL },
		{ "a", 4, -1, "456789", NULL }, { "a", 11, 1, NULL, "file.no_range" }, { "b", 1, 2, NULL, "file.no_range" }, { "a", -1, 2, NULL, NULL },
	};
	struct blob packed = gz("0123456789", 10, 6);
	put_text("a", "0123456789");
	put("b", packed.p, packed.n);
	for (size_t i = 0; i + 1 < sizeof table / sizeof *table; i++) {
		struct trib_bytes *in = NULL;
		struct tribx_error e = { 0 };
		char to[16];
		size_t got = 0;
		int rc = tribx_open(folder, table[i].url, NULL, table[i].from, table[i].size, NULL, &in, &e);
		if (table[i].code) {
			cr_expect(rc < 0 && strcmp(e.code, table[i].code) == 0, "%zu: %s", i, e.code);
			continue;
		}
		cr_assert(rc == TRIB_OK);
		tribx_read(in, to, sizeof to, &got, &e);
		cr_expect(got == strlen(table[i].text) && memcmp(to, table[i].text, got) == 0, "%zu: %.*s", i, (int)got, to);
		cr_expect(tribx_read(in, to, sizeof to, &got, &e) == TRIB_END);
		tribx_close(in);
	}
	free(packed.p);
}

Test(bytes, a_file_that_changes_fails)
{
	for (int shorter = 0; shorter < 2; shorter++) {
		struct trib_bytes *in = NULL;
		struct tribx_error e = { 0 };
		char to[8];
		size_t got;
		put_text("a.csv", "0123456789");
		cr_assert(tribx_open(folder, "a.csv", NULL, 0, -1, NULL, &in, &e) == TRIB_OK);
		cr_assert(tribx_read(in, to, 4, &got, &e) == TRIB_OK && got == 4);
		usleep(10000);
		put_text("a.csv", shorter ? "01234" : "0123456789ab");
		int rc = TRIB_OK;
		while (rc == TRIB_OK)
			rc = tribx_read(in, to, 4, &got, &e);
		cr_expect(rc == TRIB_DATA && strcmp(e.code, "file.changed") == 0, "%d %s", rc, e.code);
		cr_expect(tribx_read(in, to, 4, &got, &e) == TRIB_DATA && got == 0, "stays failed");
		tribx_close(in);
	}
}

/* Header fields by hand: extra, name, comment, header CRC (zlib's crc32 of the bytes before, low half). */
Test(bytes, gzip_headers)
{
	struct blob body = gz(csv, sizeof csv - 1, 6), b = { 0 };
	static const unsigned char head[] = "\x1f\x8b\x08\x1e\0\0\0\0\0\xff\x04\0ABCDname.csv\0a comment\0";
	struct tribx_error e;
	struct blob out;
	append(&b, head, sizeof head - 1);
	uint32_t crc = 0xFFFFFFFF;
	for (size_t i = 0; i < b.n; i++) {   /* the CRC of RFC 1952, bit by bit */
		crc ^= (unsigned char)b.p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
	}
	crc = ~crc;
	append(&b, (unsigned char[]){ crc & 0xFF, crc >> 8 & 0xFF }, 2);
	append(&b, body.p + 10, body.n - 10);
	put("h.gz", b.p, b.n);
	cr_expect(slurp("h.gz", NULL, NULL, 4096, &out, &e) == TRIB_END && out.n == sizeof csv - 1, "%s %s", e.code, e.text);
	free(out.p);
	b.p[sizeof head - 1] ^= 1;
	put("h.gz", b.p, b.n);
	cr_expect(slurp("h.gz", NULL, NULL, 4096, NULL, &e) == TRIB_DATA && strcmp(e.code, "archive.crc") == 0);
	body.p[3] = (char)0x80;
	put("h.gz", body.p, body.n);
	cr_expect(slurp("h.gz", NULL, NULL, 4096, NULL, &e) == TRIB_DATA && strcmp(e.code, "archive.corrupt") == 0);
	free(b.p);
	free(body.p);
}

/* 20,000 members of all sizes: their borders fall on every place of the input window. */
Test(bytes, gzip_members_anywhere)
{
	struct blob all = { 0 }, want = { 0 }, out;
	struct tribx_error e;
	unsigned seed = 1;
	for (int i = 0; i < 20000; i++) {
		char text[64];
		size_t n = (seed = seed * 1103515245 + 12345) >> 16 & 31;
		for (size_t k = 0; k < n; k++)
			text[k] = (char)((seed = seed * 1103515245 + 12345) >> 16);
		struct blob one = gz(text, n, i % 10);
		append(&all, one.p, one.n);
		append(&want, text, n);
		free(one.p);
	}
	put("many.gz", all.p, all.n);
	static const size_t steps[] = { 1, 100, 65536, 1 << 20 };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		int rc = slurp("many.gz", NULL, NULL, steps[i], &out, &e);
		cr_expect(rc == TRIB_END && out.n == want.n && memcmp(out.p, want.p, out.n) == 0, "step %zu: %d %s %s", steps[i], rc, e.code, e.text);
		free(out.p);
	}
	free(all.p);
	free(want.p);
}

Test(bytes, gzip_every_cut_and_every_flip)
{
	char text[3000];
	struct tribx_error e;
	struct blob out;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)("0123456789;,\n"[(i * i + i / 7) % 13]);
	struct blob one = gz(text, sizeof text, 6);
	int harmless = 0;
	for (size_t n = 0; n < one.n; n++) {
		put("cut.gz", one.p, n);
		int rc = slurp("cut.gz", NULL, NULL, 512, NULL, &e);
		cr_expect(rc == TRIB_DATA && tribx_error_find(e.code), "cut at %zu: %d %s", n, rc, e.code);
	}
	for (size_t bit = 0; bit < one.n * 8; bit++) {
		one.p[bit / 8] ^= (char)(1 << bit % 8);
		put("flip.gz", one.p, one.n);
		int rc = slurp("flip.gz", NULL, NULL, 512, &out, &e);
		bool same = rc == TRIB_END && out.n == sizeof text && memcmp(out.p, text, out.n) == 0;
		cr_expect(same || rc == TRIB_DATA, "bit %zu: %d %s", bit, rc, e.code);
		harmless += same && bit >= 80;                 /* behind the header (time, OS): */
		free(out.p);
		one.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	cr_expect(harmless < 8, "only the bits between the last code and its byte's end: %d", harmless);
	free(one.p);
}
