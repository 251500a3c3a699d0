/* find - globs against lists written by hand; etags; what is said when nothing is there. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "../base/globs.h"
#include "fixture.h"

TestSuite(find, .init = folder_start, .fini = folder_end);

static void tree(void)
{
	static const char *const files[] = {
		"in/b.csv", "in/a.csv", "in/B.csv", "in/a10.csv", "in/a2.csv", "in/.hidden.csv", "in/c.csv.part", "in/d.csv.tmp", "in/e.txt",
		"in/2025/01/x.csv", "in/2025/02/x.csv", "in/2024/12/x.csv", "in/2025/y.csv", "in/[1].csv", "only/one.csv",
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		put_text(files[i], files[i]);
}

static void names(const struct tribx_listing *l, char to[1024])
{
	*to = 0;
	for (size_t i = 0; i < l->count; i++)
		snprintf(to + strlen(to), 1024 - strlen(to), "%s%s%s%s", i ? " " : "", l->items[i].url, l->items[i].member ? "!/" : "",
		         l->items[i].member ? l->items[i].member : "");
}

Test(find, globs)
{
	static const struct { const char *url, *want; } table[] = {
		{ "in/*.csv", "in/B.csv in/[1].csv in/a.csv in/a10.csv in/a2.csv in/b.csv" },
		{ "in/a?.csv", "in/a2.csv" },
		{ "in/a*.csv", "in/a.csv in/a10.csv in/a2.csv" },
		{ "in/a.csv", "in/a.csv" },
		{ "./in/./a.csv", "./in/./a.csv" },
		{ "in/[1].csv", "in/[1].csv" },
		{ "in/*/*/x.csv", "in/2024/12/x.csv in/2025/01/x.csv in/2025/02/x.csv" },
		{ "in/202?/0*/x.csv", "in/2025/01/x.csv in/2025/02/x.csv" },
		{ "in/**/x.csv", "in/2024/12/x.csv in/2025/01/x.csv in/2025/02/x.csv" },
		{ "in/2025/**", "in/2025/01/x.csv in/2025/02/x.csv in/2025/y.csv" },
		{ "**/o*.csv", "only/one.csv" },
		{ "**/**/y.csv", "in/2025/y.csv" },
		{ "in/c.csv.part", "in/c.csv.part" },
		{ "in/.hidden.csv", "in/.hidden.csv" },
	};
	char got[1024];
	tree();
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct tribx_listing l;
		struct tribx_error e = { 0 };
		int rc = tribx_find_files(folder, table[i].url, NULL, NULL, &l, &e);
		names(&l, got);
		if (strcmp(table[i].url, "./in/./a.csv") == 0)
			cr_expect(rc == TRIB_OK && l.count == 1, "%s", got);
		else
			cr_expect(rc == TRIB_OK && strcmp(got, table[i].want) == 0, "%s: %d %s\n%s", table[i].url, rc, e.text, got);
		tribx_find_done(&l);
	}
}

Test(find, finds_what_python_finds)
{
	enum { FILES = sizeof glob_files / sizeof *glob_files };
	for (size_t i = 0; i < FILES; i++)
		put_text(glob_files[i], "x");
	for (size_t i = 0; i < sizeof glob_rows / sizeof *glob_rows; i++) {
		struct tribx_listing l;
		struct tribx_error e = { 0 };
		const char *pattern = glob_rows[i].pattern;
		size_t want = 0, got = 0;
		if (strcmp(pattern, "[1].csv") == 0)
			continue;   /* is there: a path that exists is itself */
		const int rc = tribx_find_files(folder, pattern, NULL, NULL, &l, &e);
		for (size_t f = 0; f < FILES; f++) {
			const bool is = glob_rows[i].found[f] == 'x';
			want += is;
			for (size_t k = 0; is && k < l.count; k++)
				got += strcmp(l.items[k].url, glob_files[f]) == 0;
		}
		const bool refused = strcmp(pattern, "[c-a].csv") == 0;
		cr_expect(got == want && l.count == want && (refused ? rc == TRIB_CONFIG : rc == (want ? TRIB_OK : TRIB_END)), "%s: %d, %zu of %zu: %s", pattern,
		          rc, l.count, want, e.text);
		tribx_find_done(&l);
	}
}

Test(find, nothing)
{
	static const struct { const char *url; int status; const char *code, *says; } table[] = {
		{ "in/KPI_*.csv", TRIB_END, "file.no_match", "which holds 2024, 2025, B.csv and more" },
		{ "in/*/03/*.csv", TRIB_END, "file.no_match", "nothing matches \"03\"" },
		{ "only/KPI.csv", TRIB_END, "file.no_match", "which holds one.csv" },
		{ "missing/*.csv", TRIB_END, "file.no_match", "nothing matches \"missing\"" },
		{ "in/**/z.csv", TRIB_END, "file.no_match", "nothing matches \"z.csv\"" },
		{ "in", TRIB_CONFIG, "file.is_folder", "/*.csv" },
		{ "sftp://x/*.csv", TRIB_CONFIG, "file.unknown_scheme", "sftp" },
		{ "", TRIB_CONFIG, NULL, "" },
		{ "in/**.csv", TRIB_CONFIG, "file.bad_pattern", "** stands for whole folders" },
		{ "in/a[9-0].csv", TRIB_CONFIG, "file.bad_pattern", "[9-0] runs backwards" },
	};
	tree();
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct tribx_listing l;
		struct tribx_error e = { 0 };
		int rc = tribx_find_files(folder, table[i].url, NULL, NULL, &l, &e);
		cr_expect(rc == table[i].status && l.count == 0, "%s: %d", table[i].url, rc);
		cr_expect(!table[i].code || (strcmp(e.code, table[i].code) == 0 && strstr(e.text, table[i].says)), "%s: %s %s", table[i].url, e.code, e.text);
	}
}

Test(find, members)
{
	static const char *const jan[][2] = { { "b.csv", "1" }, { "2025/a.csv", "1" }, { "readme.txt", "" } }, *const feb[][2] = { { "z.csv", "2" } };
	static const struct { const char *url, *member, *want, *code; } table[] = {
		{ "d/*", "*.csv", "d/1.zip!/2025/a.csv d/1.zip!/b.csv d/2.zip!/z.csv d/3.csv", NULL },
		{ "d/1.zip", "2025/*.csv", "d/1.zip!/2025/a.csv", NULL },
		{ "d/1.zip", "**/*.csv", "d/1.zip!/2025/a.csv d/1.zip!/b.csv", NULL },
		{ "d/1.zip", NULL, "d/1.zip", NULL },
		{ "d/1.zip!/*.csv", NULL, "d/1.zip!/2025/a.csv d/1.zip!/b.csv", NULL },
		{ "d/?.zip!/?.csv", NULL, "d/1.zip!/2025/a.csv d/1.zip!/b.csv d/2.zip!/z.csv", NULL },
		{ "d/*.zip", "b.csv", NULL, "archive.no_member" },
		{ "d/1.zip", "20*/**/a.csv", "d/1.zip!/2025/a.csv", NULL },
		{ "d/1.zip", "202?/**", "d/1.zip!/2025/a.csv", NULL },
		{ "d/1.zip", "**", "d/1.zip!/2025/a.csv d/1.zip!/b.csv d/1.zip!/readme.txt", NULL },
		{ "d/1.zip", "**.csv", NULL, "file.bad_pattern" },
		{ "d/1.zip", "/b.csv", NULL, "file.bad_pattern" },
		{ "d/1.zip", "./b.csv", NULL, "file.bad_pattern" },
		{ "d/1.zip", "2025/../b.csv", NULL, "file.bad_pattern" },
		{ "d/1.zip", "2025/", NULL, "file.bad_pattern" },
		{ "d/1.zip", "", NULL, "file.bad_pattern" },
	};
	char got[1024];
	put_text("d/3.csv", "x");
	put_zip("d/1.zip", jan, 3, NULL);
	put_zip("d/2.zip", feb, 1, NULL);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct tribx_listing l;
		struct tribx_error e = { 0 };
		int rc = tribx_find_files(folder, table[i].url, table[i].member, NULL, &l, &e);
		names(&l, got);
		cr_expect(table[i].want ? rc == TRIB_OK && strcmp(got, table[i].want) == 0 : rc < 0 && strcmp(e.code, table[i].code) == 0,
		          "%s %s: %d %s %s", table[i].url, table[i].member, rc, e.text, got);
		tribx_find_done(&l);
	}
}

static char *etag_of(const char *url, const char *member, int64_t *size)
{
	struct tribx_listing l;
	struct tribx_error e = { 0 };
	cr_assert(tribx_find_files(folder, url, member, NULL, &l, &e) == TRIB_OK && l.count == 1, "%s", e.text);
	char *etag = strdup(l.items[0].etag);
	*size = l.items[0].size;
	tribx_find_done(&l);
	return etag;
}

/* The hashes come from xxhsum -H128 (xxHash's own tool) and from Python's zlib.crc32. */
Test(find, etags_follow_the_content)
{
	static const char *const one[][2] = { { "a.csv", "id\n1\n" } };
	int64_t size;
	put_text("a.csv", "");
	char *empty = etag_of("a.csv", NULL, &size);
	cr_expect(strcmp(empty, "xxh3-99aa06d3014798d86001c324468d497f") == 0 && size == 0, "%s", empty);
	put_text("a.csv", "id\n1\n");
	char *first = etag_of("a.csv", NULL, &size);
	cr_expect(size == 5);
	usleep(20000);
	put_text("a.csv", "id\n1\n");
	char *again = etag_of("a.csv", NULL, &size);
	put_text("a.csv", "id\n2\n");
	char *other = etag_of("a.csv", NULL, &size);
	cr_expect(strcmp(first, again) == 0 && strcmp(first, other) != 0, "%s %s %s", first, again, other);
	put_zip("a.zip", one, 1, NULL);
	char *member = etag_of("a.zip", "*.csv", &size);
	cr_expect(strncmp(member, "crc32-", 6) == 0 && size == 5, "%s", member);
	char path[128];
	snprintf(path, sizeof path, "%s/big.csv", folder);
	put_text("big.csv", "x");
	cr_assert(truncate(path, (64 << 20) + 1) == 0);   /* sparse */
	char *big = etag_of("big.csv", NULL, &size);
	cr_expect(strncmp(big, "67108865-", 9) == 0, "%s", big);
	free(empty), free(first), free(again), free(other), free(member), free(big);
}
