/* fuzz: what the files sink writes is read back as the same cells: CSV by our decoder, JSON lines by jansson. The first bytes choose
 * delimiter and null word; cells are parted by 0xFF, rows by 0xFE. */
#include "fuzz/fuzz.h"

#include <jansson.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../sinks/files/files.h"
#include "arrow/batch.h"
#include "parse/utf.h"

enum { COLUMNS = 3, ROWS = 24, ANSWER = 1 << 20 };
struct cells { struct trib_text at[ROWS][COLUMNS]; int rows; };

static void cells_of(struct fuzz_in in, struct cells *c)
{
	int col = 0;
	*c = (struct cells){ 0 };
	for (size_t i = 0, from = 0; i <= in.n && c->rows < ROWS; i++) {
		if (i < in.n && in.p[i] < 0xFE)
			continue;
		const bool null = i - from == 1 && in.p[from] == '~';
		if (col < COLUMNS)
			c->at[c->rows][col++] = (struct trib_text){ null ? NULL : (const char *)in.p + from, null ? 0 : i - from };
		from = i + 1;
		if (i == in.n || in.p[i] == 0xFE) {
			c->rows++;
			col = 0;
		}
	}
}

static char *encode(const struct files_format *f, const struct trib_batch *b, const char *const *prefixes, size_t *size)
{
	struct files_out o = { .fd = memfd_create("out", MFD_CLOEXEC) };
	struct files_column c[COLUMNS + 1] = { 0 };
	struct files_day days[FILES_DAYS] = { 0 };
	struct files_word words[COLUMNS][FILES_KNOWN] = { 0 };
	static const char *const names[] = { "a", "b", "c" };
	const int fd = dup(o.fd);
	FUZZ_LAW(fd >= 0 && files_out_start(&o, 0), "no file");
	for (int i = 0; i < COLUMNS; i++) {
		FUZZ_LAW(trib_view(b, i, &c[i].view) == 0, "no column");
		c[i].days = days;
		c[i].words = words[i];
		c[i].prefix = prefixes[i];
		c[i].prefix_size = strlen(prefixes[i]);
	}
	FUZZ_LAW(f->json || files_header(&o, f, names, COLUMNS), "no header");
	FUZZ_LAW(files_encode(&o, f, c, COLUMNS, 0, b->array.length, 0) == b->array.length && files_out_finish(&o), "not written");
	*size = (size_t)o.bytes;
	char *text = calloc(1, *size + 1);
	FUZZ_LAW(text && pread(fd, text, *size, 0) == (ssize_t)*size, "not read");
	close(fd);
	files_out_done(&o);
	return text;
}

/* Row by row, as JSON that our decoder or jansson makes of the file. */
static void check(const struct cells *c, const char *lines, const char *what)
{
	for (int r = 0; r < c->rows; r++) {
		const char *end = lines ? strchr(lines, '\n') : NULL;
		FUZZ_LAW(end, "%s: %d of %d rows", what, r, c->rows);
		json_t *row = json_loadb(lines, (size_t)(end - lines), 0, NULL);
		FUZZ_LAW(row, "%s: row %d is no JSON: %.*s", what, r, (int)(end - lines), lines);
		for (int i = 0; i < COLUMNS; i++) {
			const json_t *v = json_object_get(row, (const char *[]){ "a", "b", "c" }[i]);
			const struct trib_text t = c->at[r][i];
			if (!t.p)
				FUZZ_LAW(!v || json_is_null(v), "%s: row %d, cell %d is not null: %.*s", what, r, i, (int)(end - lines), lines);
			else
				FUZZ_LAW(json_is_string(v) && json_string_length(v) == t.n && memcmp(json_string_value(v), t.p, t.n) == 0,
				         "%s: row %d, cell %d was \"%.*s\": %.*s", what, r, i, (int)t.n, t.p, (int)(end - lines), lines);
		}
		json_decref(row);
		lines = end + 1;
	}
	FUZZ_LAW(!lines || !*lines, "%s: too many rows: %s", what, lines);
}

FUZZ(export)
{
	static const struct fuzz_option options[] = {
		{ ',', "delimiter", "," }, { ';', "delimiter", ";" }, { 't', "delimiter", "\\t" }, { '|', "delimiter", "|" },
		{ 'e', "null_words", "[\"\"]" }, { 'N', "null_words", "[\"NULL\"]" }, { 'n', "null_words", "[\"\\\\N\"]" }, { 0, NULL, NULL },
	};
	static const struct { char letters[3], delimiter; const char *null; } forms[] = {
		{ ",e", ',', "" }, { ";N", ';', "NULL" }, { "tn", '\t', "\\N" }, { "|e", '|', "" },
	};
	struct fuzz_in in = { data, size };
	const unsigned form = fuzz_pick(&in, 4);
	struct cells cells;
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	cells_of(in, &cells);
	for (int i = 0; i < COLUMNS; i++)
		trib_add(&b, (const char *[]){ "a", "b", "c" }[i], TRIB_STR);
	bool good = true;
	for (int r = 0; r < cells.rows; r++) {
		for (int i = 0; i < COLUMNS; i++) {
			const struct trib_text t = cells.at[r][i];
			good = good && (!t.p || tribx_utf8_bad(TRIBX_SERIAL, t.p, t.n) == t.n);
			if (t.p)
				trib_put_str(&b, i, t);
			else
				trib_put_null(&b, i);
		}
		trib_rows(&b, 1);
	}
	if (good && tribx_ready(&b, &e) == 0) {
		static const char *const prefixes[] = { "{\"a\":", ",\"b\":", ",\"c\":" }, *const none[] = { "", "", "" };
		struct files_format f = { .header = true, .delimiter = forms[form].delimiter, .null = tribx_text(forms[form].null) };
		size_t n;
		char *text = encode(&f, &b, none, &n);
		struct fuzz_rows rows;
		fuzz_decode(options, tribx_text(forms[form].letters), text, n, 0, 0, &rows);
		FUZZ_LAW(rows.status == TRIB_END && !rows.dead.n, "%d %s %s of\n%s", rows.status, rows.error.text, rows.dead.p, text);
		check(&cells, rows.rows.p, "csv");
		fuzz_rows_done(&rows);
		free(text);
		f.json = true;
		text = encode(&f, &b, prefixes, &n);
		check(&cells, text, "json");
		free(text);
	}
	trib_free(&b);
	return 0;
}
