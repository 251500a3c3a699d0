/* archives - every file of ../shared/badinput/archive/own has the outcome that its expected.json declares; which code, and how
 * many rows, is written here from what the cases say about themselves. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/resource.h>
#include "io/bytes.h"

/* rows: lines that follow the header; -1: rejected with code. What "either" means here is decided by us. */
static const struct { const char *file; int rows; const char *code; } cases[] = {
	{ "bomb-100m.csv.gz", -1, "archive.ratio" },
	{ "bomb-many-entries.zip", -1, "archive.too_many_entries" },
	{ "bomb-nested-4x4.zip", -1, "archive.nested" },
	{ "bomb-overlap-2000.zip", -1, "archive.duplicate_entry" },
	{ "bomb-ratio-100m.zip", -1, "archive.ratio" },
	{ "cd-local-mismatch.zip", -1, "archive.mismatch" },
	{ "crc-bad-data.zip", -1, "archive.crc" },
	{ "crc-wrong.csv.gz", -1, "archive.crc" },
	{ "crc-wrong.zip", -1, "archive.mismatch" },
	{ "csv-as.zip", -1, "archive.not_archive" },
	{ "deflate-corrupt.zip", -1, "archive.corrupt" },
	{ "device.tar.gz", -1, "archive.odd_entry" },
	{ "double.csv.gz.gz", 2, NULL },
	{ "dup-names-case.zip", -1, "archive.duplicate_entry" },
	{ "dup-names.zip", -1, "archive.duplicate_entry" },
	{ "empty.zip", -1, "archive.no_entries" },
	{ "encrypted-flag.zip", -1, "archive.encrypted" },
	{ "html-as.zip", -1, "archive.not_archive" },
	{ "isize-wrong.csv.gz", -1, "archive.length" },
	{ "method-unknown.zip", -1, "archive.method" },
	{ "multi-member.csv.gz", 3, NULL },
	{ "name-newline.zip", -1, "archive.odd_entry" },
	{ "name-nul.zip", -1, "archive.odd_entry" },
	{ "no-match.zip", -1, "archive.no_member" },
	{ "no-trailer.csv.gz", -1, "archive.truncated" },
	{ "ok-nested-dirs.zip", 2, NULL },
	{ "ok-stored.zip", 2, NULL },
	{ "ok-utf8-name.zip", 2, NULL },
	{ "ok.csv.gz", 2, NULL },
	{ "ok.tar.gz", 2, NULL },
	{ "ok.zip", 2, NULL },
	{ "only-dirs.zip", -1, "archive.no_member" },
	{ "prefix-garbage.zip", -1, "archive.extra_bytes" },
	{ "size-lie-huge.zip", -1, "archive.ratio" },
	{ "size-lie-small.zip", -1, "archive.length" },
	{ "slip-absolute.tar.gz", -1, "archive.odd_entry" },
	{ "slip-absolute.zip", -1, "archive.odd_entry" },
	{ "slip-backslash.zip", -1, "archive.odd_entry" },
	{ "slip-dotdot.tar.gz", -1, "archive.odd_entry" },
	{ "slip-dotdot.zip", -1, "archive.odd_entry" },
	{ "slip-drive.zip", -1, "archive.odd_entry" },
	{ "slip-hardlink.tar.gz", -1, "archive.odd_entry" },
	{ "slip-symlink-dir.zip", -1, "archive.odd_entry" },
	{ "slip-symlink.tar.gz", -1, "archive.odd_entry" },
	{ "slip-symlink.zip", -1, "archive.odd_entry" },
	{ "trailing-garbage.csv.gz", -1, "archive.trailing_bytes" },
	{ "trailing-garbage.zip", -1, "archive.trailing_bytes" },
	{ "trailing-zeros.csv.gz", 2, NULL },
	{ "truncated-data.zip", -1, "archive.truncated" },
	{ "truncated-eocd.zip", -1, "archive.truncated" },
	{ "truncated-half.zip", -1, "archive.truncated" },
	{ "truncated.csv.gz", -1, "archive.truncated" },
	{ "zero-bytes.zip", -1, "archive.not_archive" },
};

static json_t *expected(char *dir, size_t size)
{
	const char *src = getenv("TRIB_SRC");
	char path[1024];
	snprintf(dir, size, "%s/../shared/badinput/archive/own", src ? src : "../..");
	snprintf(path, sizeof path, "%s/expected.json", dir);
	return json_load_file(path, 0, NULL);
}

/* Lists with *.csv as the cases say, reads every hit to its end. Lines, or the status. */
static int read_all(const char *dir, const char *file, struct tribx_error *e)
{
	struct tribx_listing l;
	int lines = 0, rc = tribx_find_files(dir, file, "*.csv", &(struct tribx_limits){ .entries_max = 4096 }, &l, e);
	for (size_t i = 0; rc == TRIB_OK && i < l.count; i++) {
		char url[1024], to[4096];
		struct trib_bytes *in = NULL;
		snprintf(url, sizeof url, "%s%s%s", l.items[i].url, l.items[i].member ? "!/" : "", l.items[i].member ? l.items[i].member : "");
		rc = tribx_open(dir, url, NULL, 0, -1, NULL, &in, e);
		for (size_t got = 0; rc == TRIB_OK && (rc = tribx_read(in, to, sizeof to, &got, e)) == TRIB_OK;)
			for (size_t k = 0; k < got; k++)
				lines += to[k] == '\n';
		tribx_close(in);
		rc = rc == TRIB_END ? TRIB_OK : rc;
	}
	tribx_find_done(&l);
	return rc < 0 ? rc : lines;
}

Test(archives, declared_outcomes)
{
	char dir[512];
	json_t *all = expected(dir, sizeof dir), *x;
	size_t at, seen = 0;
	struct rusage use;
	if (!all)
		cr_skip_test("SKIP: no ../shared/badinput/archive beside the source tree");
	json_array_foreach(all, at, x) {
		const char *file = json_string_value(json_object_get(x, "file")), *outcome = json_string_value(json_object_get(x, "outcome"));
		size_t i = 0, n = sizeof cases / sizeof *cases;
		struct tribx_error e = { 0 };
		while (i < n && strcmp(cases[i].file, file) != 0)
			i++;
		cr_assert(i < n, "%s: a new case, decide what it gives", file);
		int lines = read_all(dir, file, &e);
		if (cases[i].rows >= 0)
			cr_expect(lines == cases[i].rows + 1, "%s: %d lines, %s %s", file, lines, e.code, e.text);
		else
			cr_expect(lines < 0 && strcmp(e.code, cases[i].code) == 0, "%s: %d, %s %s", file, lines, e.code, e.text);
		cr_expect(lines >= 0 || tribx_error_find(e.code), "%s: %s is no row of errors.def", file, e.code);
		cr_expect(lines >= 0 || (e.file[0] && !strchr(e.text, '\n')), "%s: no file, or a broken line", file);
		cr_expect(strcmp(outcome, "either") == 0 || (lines >= 0) == (strcmp(outcome, "ok") == 0), "%s: must be %s", file, outcome);
		seen++;
	}
	cr_expect(seen == sizeof cases / sizeof *cases, "%zu cases", seen);
	json_decref(all);
	getrusage(RUSAGE_SELF, &use);
#ifndef __SANITIZE_ADDRESS__
	cr_expect(use.ru_maxrss < 64 << 10, "peak %ld KiB", use.ru_maxrss);
#endif
}

/* What a user sees when an archive of archives is taken whole. */
Test(archives, bombs_by_limits)
{
	static const struct { const char *url; struct tribx_limits limits; const char *code; } table[] = {
		{ "bomb-nested-4x4.zip!/0.zip!/0.zip", { 0 }, "archive.nested" },
		{ "bomb-nested-4x4.zip!/0.zip!/0.zip!/0.zip!/0.zip", { .layers_max = 6 }, NULL },
		{ "bomb-100m.csv.gz", { .unpacked_max = 16 << 20, .ratio_max = 5000 }, "archive.too_large" },
		{ "bomb-ratio-100m.zip", { .unpacked_max = 16 << 20, .ratio_max = 5000 }, "archive.too_large" },
		{ "double.csv.gz.gz", { .layers_max = 1 }, "archive.nested" },
		{ "ok.zip", { .entries_max = 1 }, NULL },
		{ "only-dirs.zip", { 0 }, "archive.no_member" },
	};
	char dir[512], to[65536];
	json_t *all = expected(dir, sizeof dir);
	if (!all)
		cr_skip_test("SKIP: no ../shared/badinput/archive beside the source tree");
	json_decref(all);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct trib_bytes *in = NULL;
		struct tribx_error e = { 0 };
		size_t got;
		clock_t start = clock();
		int rc = tribx_open(dir, table[i].url, NULL, 0, -1, &table[i].limits, &in, &e);
		while (rc == TRIB_OK)
			rc = tribx_read(in, to, sizeof to, &got, &e);
		tribx_close(in);
		cr_expect(table[i].code ? rc < 0 && strcmp(e.code, table[i].code) == 0 : rc == TRIB_END, "%s: %d %s", table[i].url, rc, e.code);
		cr_expect(clock() - start < CLOCKS_PER_SEC, "%s took too long", table[i].url);
	}
}
