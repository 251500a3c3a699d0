/* zip - archives made by libarchive; every cut and every flipped bit gives an error or the same bytes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "fixture.h"

TestSuite(zip, .init = folder_start, .fini = folder_end);

static const char *const two[][2] = {
	{ "2025/", "" },
	{ "2025/a.csv", "id;n\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n" },
	{ "b.csv", "id;n\n3;4\n" },
};

Test(zip, writers)
{
	static const char *const options[] = { NULL, "zip:compression=store", "zip:zip64", "zip:compression=deflate,zip:zip64" };
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		struct blob out;
		struct tribx_error e;
		put_zip("a.zip", two, 3, options[i]);
		int rc = slurp("a.zip!/2025/a.csv", NULL, NULL, 5, &out, &e);
		cr_expect(rc == TRIB_END && out.n == strlen(two[1][1]) && memcmp(out.p, two[1][1], out.n) == 0, "%zu: %d %s %s", i, rc, e.code, e.text);
		free(out.p);
		rc = slurp("a.zip", NULL, NULL, 5, NULL, &e);
		cr_expect(rc == TRIB_CONFIG && strcmp(e.code, "archive.which_member") == 0, "%s", e.code);
		rc = slurp("a.zip!/c.csv", NULL, NULL, 5, NULL, &e);
		cr_expect(rc == TRIB_DATA && strcmp(e.code, "archive.no_member") == 0, "%s", e.code);
		rc = slurp("a.zip!/2025/", NULL, NULL, 5, NULL, &e);
		cr_expect(rc == TRIB_DATA && strcmp(e.code, "archive.no_member") == 0, "%s", e.code);
		put_zip("one.zip", two + 2, 1, options[i]);
		rc = slurp("one.zip", i % 2 ? "zip" : NULL, NULL, 4096, &out, &e);
		cr_expect(rc == TRIB_END && out.n == strlen(two[2][1]), "%zu: %d %s %s", i, rc, e.code, e.text);
		free(out.p);
	}
}

Test(zip, a_member_may_be_gzip_but_no_archive)
{
	struct blob packed = gz("PK\3\4", 4, 6), out;
	struct tribx_error e;
	char name[64];
	put("inner.gz", packed.p, packed.n);
	for (int i = 0; i < 2; i++) {
		FILE *p;
		char command[256];
		put_text("plain.csv", "1;2\n");
		snprintf(name, sizeof name, "%s", i ? "inner.gz" : "plain.csv.gz");
		snprintf(command, sizeof command, "cd %s && rm -f o.zip && gzip -nkf plain.csv && python3 -m zipfile -c o.zip %s", folder, name);
		cr_assert((p = popen(command, "r")) && pclose(p) == 0);
		int rc = slurp("o.zip", NULL, NULL, 100, &out, &e);
		if (i)
			cr_expect(rc == TRIB_DATA && strcmp(e.code, "archive.nested") == 0, "%d %s", rc, e.code);
		else
			cr_expect(rc == TRIB_END && out.n == 4 && memcmp(out.p, "1;2\n", 4) == 0, "%d %s %s", rc, e.code, e.text);
		free(out.p);
	}
	free(packed.p);
}

/* A gzip layer over a zip's member counts: 1 + 1; a third is one too many. */
Test(zip, every_cut_and_every_flip)
{
	struct tribx_error e;
	struct blob out;
	put_zip("a.zip", two, 3, "zip:compression=deflate");
	struct blob all = get("a.zip");
	size_t size = strlen(two[1][1]);
	for (size_t n = 0; n < all.n; n++) {
		put("cut.zip", all.p, n);
		int rc = slurp("cut.zip!/2025/a.csv", NULL, NULL, 64, NULL, &e);
		cr_expect(rc == TRIB_DATA && tribx_error_find(e.code), "cut at %zu: %d %s", n, rc, e.code);
	}
	for (size_t bit = 0; bit < all.n * 8; bit++) {
		all.p[bit / 8] ^= (char)(1 << bit % 8);
		put("flip.zip", all.p, all.n);
		int rc = slurp("flip.zip!/2025/a.csv", NULL, NULL, 64, &out, &e);
		bool same = rc == TRIB_END && out.n == size && memcmp(out.p, two[1][1], size) == 0;
		cr_expect(same || (rc == TRIB_DATA && tribx_error_find(e.code)), "bit %zu: %d %s, %zu bytes", bit, rc, e.code, out.n);
		free(out.p);
		all.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	free(all.p);
}

Test(zip, names)
{
	static const char *const fine[][2] = { { "a b(1).csv", "x" }, { "...csv", "x" }, { "a..b/c.csv", "x" }, { "C", "x" } };
	static const char *const odd[] = { "a/../b.csv", "..", "./a.csv", "a//b.csv", "a\\b.csv", "a\tb.csv", "C:a.csv" };
	struct tribx_error e;
	struct tribx_listing l;
	put_zip("fine.zip", fine, 4, NULL);
	cr_assert(tribx_find_files(folder, "fine.zip", "*", NULL, &l, &e) == TRIB_OK, "%s", e.text);
	cr_expect(l.count == 3, "%zu: patterns do not see names with a dot in front, like __MACOSX/._x", l.count);
	tribx_find_done(&l);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		const char *const one[][2] = { { "x/y/z/0.csv", "x" } };
		char name[16];
		size_t n = strlen(odd[i]);
		put_zip("odd.zip", one, 1, NULL);
		struct blob b = get("odd.zip");
		snprintf(name, sizeof name, "%s%s", odd[i], &"zzzzzzzzzzz"[n]);
		for (char *at = b.p; (at = memmem(at, b.n - (size_t)(at - b.p), "x/y/z/0.csv", 11)); at += 11)
			memcpy(at, n == 2 ? "../yyy/0.cs" : name, 11);
		put("odd.zip", b.p, b.n);
		e = (struct tribx_error){ 0 };
		int rc = tribx_find_files(folder, "odd.zip", "*", NULL, &l, &e);
		cr_expect(rc == TRIB_DATA && strcmp(e.code, "archive.odd_entry") == 0, "%s: %d %s", odd[i], rc, e.code);
		free(b.p);
	}
}

/* Code page 437 without the UTF-8 flag: 0x81 is ü, 0xE1 is ß. */
Test(zip, old_names)
{
	static const char *const one[][2] = { { "M__nch.csv", "x" } };
	struct tribx_error e = { 0 };
	struct tribx_listing l;
	put_zip("old.zip", one, 1, NULL);
	struct blob b = get("old.zip");
	for (char *at = b.p; (at = memmem(at, b.n - (size_t)(at - b.p), "M__nch", 6)); at += 6)
		memcpy(at, "M\x81\xe1nch", 6);
	put("old.zip", b.p, b.n);
	cr_assert(tribx_find_files(folder, "old.zip", "M*", NULL, &l, &e) == TRIB_OK, "%s", e.text);
	cr_expect(l.count == 1 && strcmp(l.items[0].member, "Müßnch.csv") == 0, "%s", l.items[0].member);
	tribx_find_done(&l);
	free(b.p);
}
