/* test_values - numbers, dates and times as columns read them: the hostile collections through the real decoder, the
 * policies of the design, and how a column without a locale is told. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoded.h"
#include "fixture.h"

/* One CSV column `v` of these quoted cells, declared so. */
static struct decoded column(const char *const *cells, size_t count, const char *declared, size_t room)
{
	char options[400];
	struct tribx_buf text = { 0 };
	tribx_buf_puts(&text, "v,w\n");
	for (size_t i = 0; i < count; i++)
		tribx_buf_fmt(&text, "\"%s\",x\n", cells[i]);
	snprintf(options, sizeof options, "{\"v\":{%s}}", declared);
	put("v.csv", text.p, text.n);
	tribx_buf_done(&text);
	return decode("v.csv", (const char *const[]){ "columns", options, NULL }, room, TRIBX_SERIAL);
}

/* ---- the hostile collections ---- */

struct hostile { FILE *in; char line[1024], *fields[5]; int rows; };

/* The collection beside the sources, or the copy of it that the tests have; both must say the same. */
static bool hostile_open(struct hostile *h, const char *folder_of, const char *name)
{
	static const char *const places[] = { "%s/../shared/badinput/%s/%s", "%s/tests/unit/parse/%.0s%s" };
	const char *source = getenv("TRIB_SRC");
	char path[4096];
	*h = (struct hostile){ 0 };
	for (int i = 0; i < 2 && !h->in; i++) {
		snprintf(path, sizeof path, i ? places[1] : places[0], source ? source : ".", folder_of, name);
		h->in = fopen(path, "r");
	}
	return h->in;
}

static bool hostile_next(struct hostile *h)
{
	do {
		if (!fgets(h->line, sizeof h->line, h->in)) {
			fclose(h->in);
			return false;
		}
	} while (*h->line == '#');
	h->line[strcspn(h->line, "\n")] = 0;
	char *p = h->line;
	for (int i = 0; i < 5; i++) {
		h->fields[i] = p;
		p += strcspn(p, "\t");
		if (*p)
			*p++ = 0;
	}
	h->rows++;
	return true;
}

/* A JSON string without its quotes, BMP only. */
static void unescape(const char *s, char *to)
{
	for (s++; *s && *s != '"'; s++) {
		if (*s != '\\') {
			*to++ = *s;
			continue;
		}
		char hex[5] = { s[2], s[3], s[4], s[5], 0 };
		const unsigned c = (unsigned)strtoul(hex, NULL, 16);
		s += 5;
		if (c >= 0x800) {
			*to++ = (char)(0xE0 | c >> 12);
			*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		} else {
			*to++ = (char)(0xC0 | c >> 6);
		}
		*to++ = (char)(0x80 | (c & 0x3F));
	}
	*to = 0;
}

/* What the collection leaves to a declaration, as its note says it. */
static void declare(const struct hostile *h, const char *cell, char *to, size_t size)
{
	static const struct { const char *is, *locale; } names[] = { { "ch", "de_CH" }, { "in", "en_IN" } };
	const char *locale = h->fields[0];
	for (size_t i = 0; i < 2; i++)
		locale = strcmp(locale, names[i].is) == 0 ? names[i].locale : locale;
	snprintf(to, size, "\"type\":\"decimal\",\"locale\":\"%s\",\"scale\":%d", locale, strlen(cell) > 25 ? 0 : 17);
	const char *more[] = {
		strchr(cell, '%') ? ",\"percent\":true" : "", strchr(cell, '$') || strstr(cell, "USD") ? ",\"currency\":\"USD\"" : "",
		strstr(cell, "EUR") || strstr(cell, "\u20ac") ? ",\"currency\":\"EUR\"" : "",
		/* decision 13: 1e3 is a number only where scientific is declared */
		strchr(cell, 'e') || strchr(cell, 'E') ? ",\"scientific\":true" : "" };
	for (size_t i = 0; i < 4; i++)
		if (i != 3 || !strstr(cell, "EUR"))
			snprintf(to + strlen(to), size - strlen(to), "%s", more[i]);
}

Test(values, hostile_numbers)
{
	struct hostile h;
	if (!hostile_open(&h, "numbers", "numbers.tsv"))
		cr_skip_test("no numbers.tsv");
	folder_start();
	while (hostile_next(&h)) {
		char cell[300], options[300];
		unescape(h.fields[1], cell);
		declare(&h, cell, options, sizeof options);
		/* decision 13: #N/A is one of the null words, other errors of spreadsheets are errors */
		const char *want = strcmp(cell, "#N/A") == 0 ? "null" : h.fields[2];
		struct decoded d = column((const char *const[]){ cell }, 1, options, 0);
		cr_expect(eq(int, d.status, TRIB_END), "%s: %s", cell, d.error.text);
		if (*want == '!') {
			cr_expect(d.count == 0 && strlen(d.dead) > 0, "%s %s: %s", h.fields[0], cell, d.rows);
		} else if (strcmp(want, "null") == 0) {
			cr_expect_str_eq(d.rows, "{\"v\":null}\n", "%s", cell);
		} else {
			trib_dec is = { 0 }, must;
			char *colon = strchr(d.rows, ':');
			char *got = colon ? colon + 1 + (colon[1] == '"') : d.rows;
			got[strcspn(got, "\"}\n")] = 0;
			const int scale = strlen(cell) > 25 ? 0 : 17;
			cr_assert_eq(trib_dec_parse(tribx_text(want), scale, &must), 0, "%s", want);
			cr_expect(trib_dec_parse(tribx_text(got), scale, &is) == 0 && trib_dec_cmp(is, must) == 0, "%s %s: %s %s", h.fields[0], cell, got, d.dead);
		}
		decoded_done(&d);
	}
	cr_expect(eq(int, h.rows, 68));
	folder_end();
}

/* What the collection says of other types of the same cells, and of rounding. */
Test(values, numbers_of_other_types)
{
	static const struct { const char *cell, *declared, *row; } cases[] = {
		{ "00447911123456", "\"type\":\"text\"", "{\"v\":\"00447911123456\"}\n" },
		{ "9223372036854775808", "\"type\":\"int64\",\"locale\":\"en\"", "" },
		{ "9223372036854775807", "\"type\":\"int64\",\"locale\":\"en\"", "{\"v\":9223372036854775807}\n" },
		{ "1.005", "\"type\":\"decimal\",\"locale\":\"en\",\"scale\":2", "{\"v\":1}\n" },
		{ "2.675", "\"type\":\"decimal\",\"locale\":\"en\",\"scale\":2", "{\"v\":2.68}\n" },
		{ "1e3", "\"type\":\"decimal\",\"locale\":\"en\",\"scale\":0", "" },
		{ "1e3", "\"type\":\"float64\",\"locale\":\"en\"", "{\"v\":1000}\n" },
		{ "-", "\"type\":\"decimal\",\"locale\":\"en\",\"scale\":0,\"dash_is_zero\":true", "{\"v\":0}\n" },
		{ "12", "\"type\":\"decimal\",\"locale\":\"en\",\"scale\":2,\"percent\":true", "" },
		{ "$5", "\"type\":\"int64\",\"locale\":\"en\",\"currency\":\"EUR\"", "" },
		{ "5", "\"type\":\"int64\",\"locale\":\"en\",\"currency\":\"EUR\"", "{\"v\":5}\n" },
	};
	folder_start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decoded d = column(&cases[i].cell, 1, cases[i].declared, 0);
		cr_expect_str_eq(d.rows, cases[i].row, "%s %s: %s%s", cases[i].cell, cases[i].declared, d.rows, d.error.text);
		decoded_done(&d);
	}
	folder_end();
}

/* The instant as it is written here: microseconds, so what the collection has of nanoseconds is cut. */
static void written(const char *utc, char *to)
{
	trib_time t;
	cr_assert_eq(trib_time_parse(tribx_text(utc), NULL, &t), 0, "%s", utc);
	char text[40];
	trib_time_text(t, text);
	sprintf(to, "{\"v\":\"%s\"}\n", text);
}

Test(values, hostile_dates)
{
	struct hostile h;
	if (!hostile_open(&h, "dates", "dates.tsv"))
		cr_skip_test("no dates.tsv");
	folder_start();
	while (hostile_next(&h)) {
		const char *zone = h.fields[0], *format = h.fields[1], *raw = h.fields[2], *want = h.fields[3], *note = h.fields[4];
		char declared[300], row[80] = "";
		snprintf(declared, sizeof declared, "\"type\":\"time\",\"format\":\"%s\",\"dst_fold\":\"error\"%s%s%s", format, *zone == '-' ? "" : ",\"zone\":\"",
		         *zone == '-' ? "" : zone, *zone == '-' ? "" : "\"");
		if (*want != '!')
			written(want, row);
		struct decoded d = column(&raw, 1, declared, 0);
		cr_expect_str_eq(d.rows, row, "%s %s %s: %s", zone, format, raw, *d.error.text ? d.error.text : d.dead);
		if (strstr(note, "does not exist") || strstr(note, "was skipped"))
			cr_expect_eq(strncmp(d.dead, "time.gap 2 ", 11), 0, "%s", d.dead);
		decoded_done(&d);
		if (strcmp(want, "!ambiguous") != 0)
			continue;
		/* earlier=X later=Y; decision 13: the first is taken and flagged where nothing is declared */
		static const struct { const char *what, *label; } takes[] = { { "", "earlier=" }, { ",\"dst_fold\":\"first\"", "earlier=" }, { ",\"dst_fold\":\"last\"", "later=" } };
		for (int i = 0; i < 3; i++) {
			char instant[32];
			sscanf(strstr(note, takes[i].label) + strlen(takes[i].label), "%31[^ ;]", instant);
			written(instant, row);
			snprintf(declared, sizeof declared, "\"type\":\"time\",\"format\":\"%s\",\"zone\":\"%s\"%s", format, zone, takes[i].what);
			d = column(&raw, 1, declared, 0);
			cr_expect_str_eq(d.rows, row, "%s %s: %s", zone, raw, d.rows);
			decoded_done(&d);
		}
	}
	cr_expect(eq(int, h.rows, 52));
	folder_end();
}

Test(values, times_by_policy)
{
	static const struct { const char *cell, *declared, *row; } cases[] = {
		{ "2024-03-31 02:30:00", "\"zone\":\"Europe/Madrid\",\"dst_gap\":\"shift\"", "2024-03-31T01:30:00Z" },
		{ "2024-10-06 02:15:00", "\"zone\":\"Australia/Lord_Howe\",\"dst_gap\":\"shift\"", "2024-10-05T15:45:00Z" },
		{ "2024-03-31T02:30:00+02:00", "\"zone\":\"America/New_York\"", "2024-03-31T00:30:00Z" },
		{ "2016-12-31T23:59:60Z", "\"roll\":true", "2017-01-01T00:00:00Z" },
		{ "2016-12-31T23:58:60Z", "\"roll\":true", "" },
		{ "2024-01-01 24:00:00", "\"roll\":true,\"zone\":\"UTC\"", "2024-01-02T00:00:00Z" },
		{ "2024-01-01 24:00:01", "\"roll\":true,\"zone\":\"UTC\"", "" },
		{ "2024-03-31T00:30:00.123456789Z", "\"fraction\":\"error\"", "" },
		{ "2024-03-31T00:30:00.123456000Z", "\"fraction\":\"error\"", "2024-03-31T00:30:00.123456Z" },
		{ "202601", "\"format\":\"%Y%m\"", "2026-01-01T00:00:00Z" },
		{ "46023.75", "\"format\":\"excel1900\",\"zone\":\"Europe/Madrid\"", "2026-01-01T17:00:00Z" },
		{ "45382.0208333333", "\"format\":\"excel1900\"", "2024-03-31T00:30:00Z" },
		{ "46023.", "\"format\":\"excel1900\"", "" },
		{ "01-Jan-26", "\"format\":\"%d-%b-%y\"", "2026-01-01T00:00:00Z" },
		{ "31 Ma\u0308r 2024", "\"format\":\"%d %b %Y\"", "2024-03-31T00:00:00Z" },
		{ "31 Maerz 2024", "\"format\":\"%d %b %Y\"", "2024-03-31T00:00:00Z" },
		{ "9 \u043c\u0430\u044f 2024", "\"format\":\"%-d %b %Y\"", "2024-05-09T00:00:00Z" },
		{ "9 \u043c\u0430\u0438\u0306 2024", "\"format\":\"%-d %b %Y\"", "2024-05-09T00:00:00Z" },
		{ "1 \u0421\u0415\u041d\u0422\u042f\u0411\u0420\u042f 2024", "\"format\":\"%-d %B %Y\"", "2024-09-01T00:00:00Z" },
		{ "1 a\u011fustos 2024", "\"format\":\"%-d %B %Y\"", "2024-08-01T00:00:00Z" },
		{ "5 f\u00e9vr. 2024", "\"format\":\"%-d %b %Y\"", "2024-02-05T00:00:00Z" },
		{ "5 pa\u017adziernika 2024", "\"format\":\"%-d %b %Y\"", "2024-10-05T00:00:00Z" },
	};
	folder_start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char declared[300], row[80] = "";
		snprintf(declared, sizeof declared, "\"type\":\"time\",%s", cases[i].declared);
		if (*cases[i].row)
			snprintf(row, sizeof row, "{\"v\":\"%s\"}\n", cases[i].row);
		struct decoded d = column(&cases[i].cell, 1, declared, 0);
		cr_expect_str_eq(d.rows, row, "%s %s: %s", cases[i].cell, declared, *d.error.text ? d.error.text : *d.dead ? d.dead : d.rows);
		decoded_done(&d);
	}
	folder_end();
}

/* ---- how a column without a locale is told ---- */

Test(values, a_locale_is_told_by_the_first_rows)
{
	static const struct { const char *cells[5], *rows, *dead, *code; } cases[] = {
		{ { "1.234", "2,5" }, "1234 2.5", "", "" },
		{ { "1,234", "2.5" }, "1234 2.5", "", "" },
		{ { "1 234", "2,5" }, "1234 2.5", "", "" },
		{ { "1\u202f234,5" }, "1234.5", "", "" },
		{ { "1'234.5" }, "1234.5", "", "" },
		{ { "1\u2019234" }, "1234", "", "" },
		{ { "12,34,567.5", "1.5" }, "1234567.5 1.5", "", "" },
		{ { "\u0661\u066c\u0662\u0663\u0664\u066b\u0665" }, "1234.5", "", "" },
		{ { "\u06f1\u06f2", "\u06f1\u066b\u06f5" }, "12 1.5", "", "" },
		{ { "\u0967\u0968,\u0969\u096a,\u0967\u0968\u0969.\u0965" }, "", "csv.bad_value 2 \"\\\"\u0967\u0968,\u0969\u096a,\u0967\u0968\u0969.\u0965\\\",x\"\n", "" },
		{ { "\uff11\uff0c\uff12\uff13\uff14\uff0e\uff15" }, "1234.5", "", "" },
		{ { "12%", "3.5 %" }, "0.12 0.04", "", "" },
		{ { "(1,5)", "2,25-", "\u22123" }, "-1.5 -2.25 -3", "", "" },
		{ { "12", "1234" }, "12 1234", "", "" },
		{ { "N/A", "", "1,5" }, "null null 1.5", "", "" },
		{ { "1,5", "1O0", "2,5" }, "1.5 2.5", "csv.bad_value 3 \"\\\"1O0\\\",x\"\n", "" },
		{ { "1.234" }, "", "", "number.ambiguous_locale" },
		{ { "5", "1,234", "7" }, "", "", "number.ambiguous_locale" },
		{ { "12%", "3" }, "", "", "number.ambiguous_locale" },
		{ { "1,5", "2.5" }, "", "", "number.mixed_locale" },
	};
	folder_start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int infer = 0; infer < 2; infer++) {
			size_t count = 0;
			char want[200] = "", piece[60], all[200];
			while (count < 5 && cases[i].cells[count])
				count++;
			snprintf(all, sizeof all, "%s", cases[i].rows);
			for (char *save, *w = strtok_r(all, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
				snprintf(piece, sizeof piece, "{\"v\":%s}\n", w);
				strcat(want, piece);
			}
			struct decoded d = column(cases[i].cells, count, infer ? "\"type\":\"decimal\",\"scale\":2,\"locale\":\"infer\"" : "\"type\":\"decimal\",\"scale\":2", 0);
			cr_expect_str_eq(d.error.code, cases[i].code, "%s: %s", cases[i].cells[0], d.error.text);
			cr_expect_str_eq(d.rows, want, "%s: %s %s", cases[i].cells[0], d.rows, d.dead);
			cr_expect_str_eq(d.dead, cases[i].dead, "%s: %s", cases[i].cells[0], d.dead);
			decoded_done(&d);
		}
	folder_end();
}

/* 12,000 rows in chunks of any size: one decision for all of them, and what contradicts it later is named. */
Test(values, a_locale_is_verified_to_the_end)
{
	static const struct { const char *first, *late; size_t rows; const char *dead; } cases[] = {
		{ "1,5", "1.234,5", 12001, "" },
		{ "1,5", "1,234.5", 12000, "csv.locale_mismatch 12002 \"\\\"1,234.5\\\",x\"\n" },
		{ "7", "1234.5", 12001, "" },
		{ "7", "1.234", 12000, "number.ambiguous_locale 12002 \"\\\"1.234\\\",x\"\n" },
		{ "7", "0,5", 12000, "csv.locale_mismatch 12002 \"\\\"0,5\\\",x\"\n" },
		{ "", "1.5", 12001, "" },
	};
	static const char *cells[12001];
	folder_start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t room = 0; room < 20000; room = room ? room * 13 : 128) {
			for (size_t k = 0; k < 12000; k++)
				cells[k] = cases[i].first;
			cells[12000] = cases[i].late;
			struct decoded d = column(cells, 12001, "\"type\":\"decimal\",\"scale\":2", room);
			cr_expect(eq(int, d.status, TRIB_END), "%s", d.error.text);
			cr_expect_eq(d.count, (int64_t)cases[i].rows, "%s %s, room %zu: %lld", cases[i].first, cases[i].late, room, (long long)d.count);
			cr_expect_str_eq(d.dead, cases[i].dead, "%s %s, room %zu: %s", cases[i].first, cases[i].late, room, d.dead);
			decoded_done(&d);
		}
	folder_end();
}

/* Numbers of JSON are written in one way; texts in JSON are told like cells. */
Test(values, json_texts_are_told)
{
	static const struct { const char *text, *rows, *code; } cases[] = {
		{ "{\"v\":1.234}\n{\"v\":\"1.234,5\"}\n", "{\"v\":1.23}\n{\"v\":1234.5}\n", "" },
		{ "{\"v\":1.234}\n{\"v\":2.345}\n", "{\"v\":1.23}\n{\"v\":2.34}\n", "" },
		{ "{\"v\":\"1.234\"}\n", "", "number.ambiguous_locale" },
	};
	folder_start();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put("v.jsonl", cases[i].text, strlen(cases[i].text));
		struct decoded d = decode("v.jsonl", (const char *const[]){ "columns", "{\"v\":{\"type\":\"decimal\",\"scale\":2}}", NULL }, 0, TRIBX_SERIAL);
		cr_expect_str_eq(d.rows, cases[i].rows, "%s: %s", cases[i].text, d.error.text);
		cr_expect_str_eq(d.error.code, cases[i].code);
		decoded_done(&d);
	}
	folder_end();
}

Test(values, the_evidence_is_told)
{
	struct tribx_format f = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_findings none = { 0 };
	struct tribx_error e = { 0 };
	struct trib_bytes *in = NULL;
	struct tribx_decoder *d = NULL;
	struct trib_batch b = { 0 };
	folder_start();
	put_text("v.csv", "v;w\n7;1\n1.234;2\n1,5;3\n");
	cr_assert(tribx_fields_load(tribx_format_fields, &f, NULL, NULL, &arena, NULL, NULL, &none));
	const struct trib_field *row = tribx_format_fields;
	for (; row->name; row++)
		if (strcmp(row->name, "columns") == 0 || strcmp(row->name, "delimiter") == 0)
			cr_assert_null(tribx_field_set(row, &f, &arena, *row->name == 'c' ? "{\"v\":\"decimal\",\"w\":\"int64\"}" : ";"));
	cr_assert_eq(tribx_open(folder, "v.csv", "auto", 0, -1, NULL, &in, &e), TRIB_OK);
	cr_assert_eq(tribx_decoder_new(&f, NULL, in, &d, &e), TRIB_OK);
	cr_assert_eq(tribx_decoder_next(d, &b, &e), TRIB_END);
	const struct tribx_findings *notes = tribx_decoder_notes(d);
	cr_assert_eq(notes->count, (size_t)1);
	cr_expect(notes->items[0].note);
	cr_expect_str_eq(notes->items[0].text, "v.csv: column v: numbers as in 1.234,56 (locale: de): 3 rows agree, \"1,5\" in row 3 decided");
	trib_free(&b);
	tribx_decoder_free(d);
	tribx_close(in);
	tribx_arena_done(&arena);
	folder_end();
}
