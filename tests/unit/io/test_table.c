/* test_table - tables as portals send them: headers that must be found, delimiters, total rows, pages, fixed width, encodings. */
#include <criterion/criterion.h>
#include <iconv.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "decoded.h"
#include "field/field.h"
#include "fixture.h"

TestSuite(table, .init = folder_start, .fini = folder_end);

#define TYPED "columns", "{\"day\":\"text\",\"calls\":\"int64\",\"eur\":{\"type\":\"decimal\",\"scale\":2}}"

Test(table, headers)
{
	static const struct decode_case cases[] = {
		/* by names, whatever stands before */
		{ "Report: \"May\n\nby;me\nDate;Calls\n1;2\n", { "header_match", "date,calls" }, "{\"Date\":\"1\",\"Calls\":\"2\"}\n", NULL, NULL },
		{ "a,b\nc,d\n", { "header_match", "date" }, NULL, NULL, "csv.no_header" },
		{ "Bericht\nDatum,n\n1,2\n", { "header_match", "day", "aliases", "Datum=day" }, "{\"day\":\"1\",\"n\":\"2\"}\n", NULL, NULL },
		/* by the declared columns; of one column it would be chance */
		{ "Portal, export\nall,regions,2\nday,calls,eur\nx,1,2.50\n", { TYPED }, "{\"day\":\"x\",\"calls\":1,\"eur\":2.5}\n", NULL, NULL },
		{ "Portal | export\nday|calls|eur\nx|1|2.50\n", { TYPED }, "{\"day\":\"x\",\"calls\":1,\"eur\":2.5}\n", NULL, NULL },
		{ "Portal\nday\nx\n", { "columns", "{\"day\":\"text\"}" }, NULL, NULL, "csv.missing_column" },
		{ "when,calls,eur\nday,calls,cent\n", { TYPED }, NULL, NULL, "csv.missing_column" },
		/* two rows */
		{ "Date,,Voice,,Data,\n,Market,Calls,Eur,MB,Eur\n1,2,3,4,5,6\n", { "header_rows", "2" },
		  "{\"Date\":\"1\",\"Market\":\"2\",\"Voice Calls\":\"3\",\"Voice Eur\":\"4\",\"Data MB\":\"5\",\"Data Eur\":\"6\"}\n", NULL, NULL },
		{ "x\n,A,,B,\n,a,,b,\nid,u,v,w,x\n1,2,3,4,5\n", { "header_rows", "3", "header_match", "id" }, "{\"id\":\"1\",\"A a u\":\"2\",\"A a v\":\"3\",\"B b w\":\"4\",\"B b x\":\"5\"}\n", NULL, NULL },
		{ "Voice,,Voice\nA,B,A\n1,2,3\n", { "header_rows", "2" }, NULL, NULL, "csv.duplicate_header" },
		{ "A,B\n", { "header_rows", "2" }, NULL, NULL, "csv.no_header" },
		/* pages */
		{ "a,b\n1,2\na,b\r\n3,4\n", { 0 }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n", "csv.repeated_header 3 \"a,b\"\n", NULL },
		{ "a,b\n1,2\n\n\na,b\r\n3,4\n", { "repeated_headers", "drop" }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n", NULL, NULL },
		{ "a,b\n1,2\na,b\n", { "repeated_headers", "keep" }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"a\",\"b\":\"b\"}\n", NULL, NULL },
		{ "a\n1\na\n", { 0 }, "{\"a\":\"1\"}\n{\"a\":\"a\"}\n", NULL, NULL },
		{ "a\n1\na\n", { "repeated_headers", "drop" }, "{\"a\":\"1\"}\n", NULL, NULL },
		{ "V,,\na,b,c\n1,2,3\nV,,\na,b,c\n4,5,6\n", { "header_rows", "2", "repeated_headers", "drop" },
		  "{\"V a\":\"1\",\"V b\":\"2\",\"V c\":\"3\"}\n{\"V a\":\"4\",\"V b\":\"5\",\"V c\":\"6\"}\n", NULL, NULL },
		/* separators, trailing delimiters */
		{ "a,b\n1,2\n,\n\"\", \n3,4\n", { "blank_lines", "empty" }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n", NULL, NULL },
		{ "a,b\n1,2,\n3,4,,\n5,6,x\n", { "ragged", "pad" }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n", "csv.ragged_row 4 \"5,6,x\"\n", NULL },
		{ "a,b\r\n1,2,\r\n", { 0 }, "", "csv.ragged_row 2 \"1,2,\"\n", NULL },
		{ "a,b\r\n1,2,\r\n", { "ragged", "loose" }, "{\"a\":\"1\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\r\n1,2,\r\n", { "ragged", "pad" }, "{\"a\":\"1\",\"b\":\"2\"}\n", NULL, NULL },
		{ "\xE2\x80\x8E" "a\xC2\xAD,\xE2\x80\xAF" "b\xE2\x80\x8D\n1,2\n", { 0 }, "{\"a\":\"1\",\"b\":\"2\"}\n", NULL, NULL },
		/* backslash as the escape, as data, quotes of nobody */
		{ "a,b\n\\\"x\\\",\"y\\\\\"\n", { "escape", "backslash" }, "{\"a\":\"\\\"x\\\"\",\"b\":\"y\\\\\"}\n", NULL, NULL },
		{ "a,b\n\"x\\\",2\n", { "escape", "none" }, "{\"a\":\"x\\\\\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\n'x, y',2\n", { "quote", "'" }, "{\"a\":\"x, y\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\n1,\n2,\"\"\n3,NA\n4,\"NA\"\n", { "null_words", "[\"\", \"NA\"]" },
		  "{\"a\":\"1\",\"b\":null}\n{\"a\":\"2\",\"b\":\"\"}\n{\"a\":\"3\",\"b\":null}\n{\"a\":\"4\",\"b\":\"NA\"}\n", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		decode_case("in.csv", &cases[i], i);
		every_room("in.csv", cases[i].options);
	}
}

Test(table, delimiters)
{
	static const struct decode_case cases[] = {
		{ "a;b\n1,5;2\n3,5;4\n", { "delimiter", "auto" }, "{\"a\":\"1,5\",\"b\":\"2\"}\n{\"a\":\"3,5\",\"b\":\"4\"}\n", NULL, NULL },
		{ "a\tb\n1;5\t2\n", { "delimiter", "auto" }, "{\"a\":\"1;5\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a|b|c\n\"1|5\"|2|\n", { "delimiter", "auto" }, "{\"a\":\"1|5\",\"b\":\"2\",\"c\":\"\"}\n", NULL, NULL },
		{ "a,b\n", { "delimiter", "auto" }, "", NULL, NULL },
		{ "a\nx\ny\n", { "delimiter", "auto" }, "{\"a\":\"x\"}\n{\"a\":\"y\"}\n", NULL, NULL },
		{ "sep=;\na;b,c\n1;2,3\n", { "delimiter", "auto" }, "{\"a\":\"1\",\"b,c\":\"2,3\"}\n", NULL, NULL },
		{ "a,b;c\n1,2;3\n", { "delimiter", "auto" }, NULL, NULL, "csv.ambiguous_delimiter" },
		{ "a\n1,2\n3;4;5\n6|7\n", { "delimiter", "auto" }, NULL, NULL, "csv.ambiguous_delimiter" },
		/* not declared: the comma, unless it would make one column of what is certainly more */
		{ "a;b\n1,5;2\n3,5;4\n", { 0 }, "{\"a\":\"1,5\",\"b\":\"2\"}\n{\"a\":\"3,5\",\"b\":\"4\"}\n", NULL, NULL },
		{ "a,b;c\n1,2;3\n", { 0 }, "{\"a\":\"1\",\"b;c\":\"2;3\"}\n", NULL, NULL },
		{ "a;b\n", { 0 }, "", NULL, NULL },
		{ "a;b|c\n1;2|3\n", { 0 }, "{\"a;b|c\":\"1;2|3\"}\n", NULL, NULL },
		{ "a;b\nx\ny;z\n", { 0 }, "{\"a;b\":\"x\"}\n{\"a;b\":\"y;z\"}\n", NULL, NULL },
		{ "a;b\n1;2\n", { "delimiter", "," }, "{\"a;b\":\"1;2\"}\n", NULL, NULL },
		{ "sep=;\na;b\n1;2\n", { "delimiter", "," }, "{\"a;b\":\"1;2\"}\n", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		decode_case("in.csv", &cases[i], i);
		every_room("in.csv", cases[i].options);
	}
}

Test(table, totals)
{
	static const struct decode_case cases[] = {
		{ "day,calls,eur\na,1,0.10\nb,2,0.25\nTotal,3,0.35\n", { TYPED, "total_match", "total" }, "{\"day\":\"a\",\"calls\":1,\"eur\":0.1}\n{\"day\":\"b\",\"calls\":2,\"eur\":0.25}\n", NULL, NULL },
		{ "day,calls,eur\na,1,0.10\nb,2,0.25\nTotal,3,0.36\n", { TYPED, "total_match", "total" }, NULL, NULL, "csv.total_mismatch" },
		{ "day,calls,eur\na,1,0.10\nTotal,1,0.11\n", { TYPED, "total_match", "total", "total_tolerance", "0.01" }, "{\"day\":\"a\",\"calls\":1,\"eur\":0.1}\n", NULL, NULL },
		{ "day,calls,eur\na,1,0.10\nTotal,1,0.11\n", { TYPED, "total_match", "total", "total_mismatch", "warn" }, "{\"day\":\"a\",\"calls\":1,\"eur\":0.1}\n", NULL, NULL },
		{ "day,calls,eur\na,1,0.10\nTotal,1,0.11\n", { TYPED, "total_match", "total", "total_check", "calls" }, "{\"day\":\"a\",\"calls\":1,\"eur\":0.1}\n", NULL, NULL },
		/* rounding that a total cannot show; subtotals, then all; an empty cell is not checked */
		{ "day,n\na,1.4\nb,1.2\nSumme,3\n", { "total_match", "Summe", "total_check", "n" }, "{\"day\":\"a\",\"n\":\"1.4\"}\n{\"day\":\"b\",\"n\":\"1.2\"}\n", NULL, NULL },
		{ "day,n\na,1.4\nb,1.0\nSumme,3\n", { "total_match", "Summe", "total_check", "n" }, NULL, NULL, "csv.total_mismatch" },
		{ "day,n,m\na,1,5\nSum A,1,\nb,2,5\nc,3,5\nSum B,5,\nTOTAL:,6,15\n", { "total_match", "Sum*, total", "total_check", "n,m" },
		  "{\"day\":\"a\",\"n\":\"1\",\"m\":\"5\"}\n{\"day\":\"b\",\"n\":\"2\",\"m\":\"5\"}\n{\"day\":\"c\",\"n\":\"3\",\"m\":\"5\"}\n", NULL, NULL },
		{ "day,n\na,1\nTotal,1\nb,2\nTotal,3\n", { "total_match", "Total", "total_check", "n", "total_scope", "file" }, "{\"day\":\"a\",\"n\":\"1\"}\n{\"day\":\"b\",\"n\":\"2\"}\n", NULL, NULL },
		{ "day,n\na,1\nTotal,1\nb,2\nTotal,3\n", { "total_match", "Total", "total_check", "n" }, NULL, NULL, "csv.total_mismatch" },
		{ "day,n\na,1\nTotal,1\nTotal,1\n", { "total_match", "Total", "total_check", "n", "total_scope", "section" }, NULL, NULL, "csv.total_mismatch" },
		/* labels: Cyrillic in any case, an empty key, a column of its own; locales */
		{ "day;n\na;1.234,50\nb;2,25\n\xD0\x98\xD0\xA2\xD0\x9E\xD0\x93\xD0\x9E;1.236,75\n", { "delimiter", ";", "locale", "de_DE", "total_match", "\xD0\x98\xD1\x82\xD0\xBE\xD0\xB3\xD0\xBE", "total_check", "n" },
		  "{\"day\":\"a\",\"n\":\"1.234,50\"}\n{\"day\":\"b\",\"n\":\"2,25\"}\n", NULL, NULL },
		{ "day,k,n\na,x,1\nb,y,2\n,,3\n", { "total_match", "['']", "total_check", "n", "total_column", "k" }, NULL, NULL, "csv.total_mismatch" },
		{ "day,k,n\na,x,1\nb,y,2\nTotal,,3\n", { "total_match", "[\"\"]", "total_check", "n", "total_column", "k" }, "{\"day\":\"a\",\"k\":\"x\",\"n\":\"1\"}\n{\"day\":\"b\",\"k\":\"y\",\"n\":\"2\"}\n", NULL, NULL },
		/* null is nothing, a row that is no row makes the sum unknown: told, not refused */
		{ "day,n\na,1\nb,n/a\nTotal,1\n", { "total_match", "Total", "total_check", "n" }, "{\"day\":\"a\",\"n\":\"1\"}\n{\"day\":\"b\",\"n\":\"n/a\"}\n", NULL, NULL },
		{ "day,n\na,1\nb,2,x\nTotal,3\n", { "total_match", "Total", "total_check", "n" }, "{\"day\":\"a\",\"n\":\"1\"}\n", "csv.ragged_row 3 \"b,2,x\"\n", NULL },
		{ "day,n\na,1\nTotal,2,,,\n", { "total_match", "Total", "total_check", "n" }, NULL, NULL, "csv.total_mismatch" },
		{ "day,n\na,1\n", { "total_match", "Total", "total_check", "n" }, "{\"day\":\"a\",\"n\":\"1\"}\n", NULL, NULL },
		{ "day,n\na,1\n", { "total_match", "Total", "total_check", "m" }, NULL, NULL, "csv.missing_column" },
		{ "day,n\nTotal,99999999999999999999999999999999999999\n", { "total_match", "Total", "total_check", "n" }, NULL, NULL, "csv.total_mismatch" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (i == 12)   /* '' is YAML's, and here two quotes */
			continue;
		decode_case("in.csv", &cases[i], i);
		every_room("in.csv", cases[i].options);
	}
	put_text("in.csv", "day,calls,eur\na,1,0.10\nb,2,0.25\nTotal,3,0.36\n");
	struct decoded d = decode("in.csv", (const char *const[]){ TYPED, "total_match", "total", NULL }, 0, TRIBX_SERIAL);
	cr_expect_str_eq(d.error.text, "in.csv, line 4, column eur: the total is 0.36, and the 2 rows above it sum up to 0.35");
	cr_expect_eq(d.error.line, 4);
	decoded_done(&d);
}

/* ---- totals of ranges that are decoded in any order ---- */

enum { MANY = 400 };
struct range { struct trib_batch batch; struct tribx_dead_list dead; struct tribx_error error; int status; };

static void *ready(void *range)
{
	struct range *r = range;
	r->status = tribx_ready(&r->batch, &r->error);
	return NULL;
}

/* The error of the first range that has one, when ranges are decoded in the order of a seeded shuffle, two at a time. */
static void shuffled(uint32_t seed, struct tribx_error *first, int64_t *rows)
{
	static struct range ranges[MANY];
	struct tribx_format f = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_findings findings = { 0 };
	struct trib_bytes *in = NULL;
	struct tribx_decoder *d = NULL;
	int order[MANY], count = 0, rc = TRIB_OK;
	memset(ranges, 0, sizeof ranges);
	cr_assert(tribx_fields_load(tribx_format_fields, &f, NULL, NULL, &arena, NULL, NULL, &findings));
	f.total_match = (trib_list){ (const char *const[]){ "Total" }, 1 };
	f.total_check = (trib_list){ (const char *const[]){ "n" }, 1 };
	cr_assert_eq(tribx_open(folder, "many.csv", "auto", 0, -1, NULL, &in, first), TRIB_OK);
	cr_assert_eq(tribx_decoder_new(&f, NULL, in, &d, first), TRIB_OK);
	tribx_decoder_tune(d, 64, tribx_isa_best());
	while (rc == TRIB_OK && count < MANY) {
		tribx_attach(&ranges[count].batch, &ranges[count].dead, "read");
		rc = tribx_decoder_next(d, &ranges[count++].batch, first);
	}
	cr_assert_eq(rc, TRIB_END, "%s", first->text);
	for (int i = 0; i < count; i++)
		order[i] = i;
	for (int i = count - 1; i > 0; i--) {
		seed = seed * 1664525u + 1013904223u;
		int k = (int)((seed >> 8) % (uint32_t)(i + 1)), was = order[i];
		order[i] = order[k];
		order[k] = was;
	}
	for (int i = 0; i < count; i += 2) {
		pthread_t other;
		bool two = i + 1 < count && pthread_create(&other, NULL, ready, &ranges[order[i + 1]]) == 0;
		ready(&ranges[order[i]]);
		if (two)
			pthread_join(other, NULL);
	}
	*rows = 0;
	for (int i = count - 1; i >= 0; i--) {
		*rows += ranges[i].status >= 0 ? ranges[i].batch.array.length : 0;
		if (ranges[i].status < 0)
			*first = ranges[i].error;
		trib_free(&ranges[i].batch);
		tribx_dead_done(&ranges[i].dead);
	}
	tribx_decoder_free(d);
	tribx_close(in);
	tribx_arena_done(&arena);
	tribx_findings_done(&findings);
}

Test(table, totals_in_any_order)
{
	char text[16384];
	for (int wrong = 0; wrong < 2; wrong++) {
		size_t n = (size_t)sprintf(text, "day,n\n");
		long sum = 0;
		for (int i = 1; i <= 600; i++) {
			n += (size_t)sprintf(text + n, "d%d,%d\n", i, i);
			sum += i;
			if (i % 37 == 0) {
				n += (size_t)sprintf(text + n, "Total,%ld\n", sum + (wrong && i == 370));
				sum = 0;
			}
		}
		sprintf(text + n, "Total,%ld\n", sum);
		put_text("many.csv", text);
		for (uint32_t seed = 1; seed < 12; seed++) {
			struct tribx_error e = { 0 };
			int64_t rows;
			tribx_log_level(TRIBX_ERROR);
			shuffled(seed, &e, &rows);
			cr_expect_str_eq(e.text, wrong ? "many.csv, line 381, column n: the total is 13025, and the 37 rows above it sum up to 13024" : "", "seed %u", seed);
			cr_expect(wrong || rows == 600, "seed %u: %lld rows", seed, (long long)rows);
		}
	}
}

/* ---- fixed width ---- */

#define PLACES "columns", "{\"id\":{\"from\":\"1-3\",\"type\":\"int64\"},\"name\":{\"from\":\"4-9\"},\"eur\":{\"from\":\"10-15\",\"type\":\"decimal\",\"scale\":2}}"
#define WIDTHS "columns", "{\"id\":{\"width\":3,\"type\":\"int64\"},\"name\":{\"width\":6},\"eur\":{\"width\":6,\"type\":\"decimal\",\"scale\":2}}"

Test(table, fixed_width)
{
	static const struct decode_case cases[] = {
		{ "  1Zo\xC3\xAB   001.50\n  2Bob   -02.25\r\n\n  3\t     \n", { PLACES }, "{\"id\":1,\"name\":\"Zo\xC3\xAB\",\"eur\":1.5}\n{\"id\":2,\"name\":\"Bob\",\"eur\":-2.25}\n", "csv.ragged_row 4 \"  3\\t     \"\n", NULL },
		{ "  1Ann   001.5\n", { WIDTHS }, "{\"id\":1,\"name\":\"Ann\",\"eur\":1.5}\n", NULL, NULL },
		{ "ID Name  Amount\n---------------\n  1Ann     1.50\nTotal      1.50\n", { WIDTHS, "skip", "2", "total_match", "[\"Tot\"]" }, "{\"id\":1,\"name\":\"Ann\",\"eur\":1.5}\n", NULL, NULL },
		{ "  1Ann     1.50\nTot        1.51\n", { WIDTHS, "total_match", "[\"Tot\"]" }, NULL, NULL, "csv.total_mismatch" },
		{ "  1Ann\n  2\n", { WIDTHS, "ragged", "pad" }, "{\"id\":1,\"name\":\"Ann\",\"eur\":null}\n{\"id\":2,\"name\":null,\"eur\":null}\n", NULL, NULL },
		{ "  1Ann     1.50 more\n", { WIDTHS }, "{\"id\":1,\"name\":\"Ann\",\"eur\":1.5}\n", NULL, NULL },
		{ "  1Ann     1.50 more\n  2Ann     1.50   \n", { WIDTHS, "other_columns", "error" }, "{\"id\":2,\"name\":\"Ann\",\"eur\":1.5}\n", "csv.ragged_row 1 \"  1Ann     1.50 more\"\n", NULL },
		{ "  1Ann     1.50  2\xC3\x84nn     2.50  3Cid     3.50\n", { WIDTHS, "record_length", "15" },
		  "{\"id\":1,\"name\":\"Ann\",\"eur\":1.5}\n{\"id\":2,\"name\":\"\xC3\x84nn\",\"eur\":2.5}\n{\"id\":3,\"name\":\"Cid\",\"eur\":3.5}\n", NULL, NULL },
		{ "  1Ann     1.50  2Bob  ", { WIDTHS, "record_length", "15" }, "{\"id\":1,\"name\":\"Ann\",\"eur\":1.5}\n", "csv.ragged_row 2 \"  2Bob  \"\n", NULL },
		{ "  1Ann     1.50\n  2Bob     2.50\n", { WIDTHS, "record_length", "15" }, NULL, NULL, "csv.line_end_in_record" },
		{ "  1\xC3\x84nn    1.50\n", { WIDTHS, "width_in", "bytes" }, "{\"id\":1,\"name\":\"\xC3\x84nn\",\"eur\":1.5}\n", NULL, NULL },
		{ "  1-        -  \n  xAnn     1.50\n", { WIDTHS, "null_words", "[\"-\"]" }, "{\"id\":1,\"name\":null,\"eur\":null}\n", "csv.bad_value 2 \"  xAnn     1.50\"\n", NULL },
		{ "#  a\n  1Ann     1.50\n", { WIDTHS, "comment", "#", "footer", "0" }, "{\"id\":1,\"name\":\"Ann\",\"eur\":1.5}\n", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decode_case c = cases[i];
		size_t n = 0;
		while (c.options[n])
			n += 2;
		c.options[n] = "format";
		c.options[n + 1] = "fixed";
		decode_case("in.txt", &c, i);
		every_room("in.txt", c.options);
	}
}

Test(table, what_a_pipeline_may_not_say)
{
	static const struct { const char *options[9], *code; } cases[] = {
		{ { "format", "fixed" }, "format.bad_place" },
		{ { "format", "fixed", "columns", "{\"a\":{\"from\":\"0-3\"}}" }, "format.bad_place" },
		{ { "format", "fixed", "columns", "{\"a\":{\"from\":\"5-3\"}}" }, "format.bad_place" },
		{ { "format", "fixed", "columns", "{\"a\":{\"from\":\"1-3\",\"width\":5}}" }, "format.bad_place" },
		{ { "format", "fixed", "columns", "{\"a\":{\"width\":5}}", "record_length", "4" }, "format.bad_place" },
		{ { "format", "fixed", "columns", "{\"a\":{\"width\":5}}", "header_match", "a" }, "format.conflict" },
		{ { "record_length", "4" }, "format.conflict" },
		{ { "encoding", "windows-1252, utf-8" }, "format.conflict" },
		{ { "encoding", "utf-8, utf-16le" }, "format.conflict" },
		{ { "encoding", "utf-7" }, "format.unknown_encoding" },
		{ { "header", "false", "header_rows", "2" }, "format.conflict" },
		{ { "total_match", "Total" }, "format.conflict" },
		{ { "total_match", "Total", "total_check", "a", "total_tolerance", "-1" }, "format.bad_tolerance" },
	};
	put_text("in.csv", "a\n1\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct decoded d = decode("in.csv", cases[i].options, 0, TRIBX_SERIAL);
		cr_expect_str_eq(d.error.code, cases[i].code, "case %zu: %s", i, d.error.text);
		cr_expect_eq(d.status, TRIB_CONFIG, "case %zu", i);
		decoded_done(&d);
	}
}

/* ---- encodings ---- */

Test(table, utf8_or_else)
{
	static const struct decode_case cases[] = {
		{ "a,b\n1,caf\xC3\xA9\n", { "encoding", "utf-8, windows-1252" }, "{\"a\":\"1\",\"b\":\"caf\xC3\xA9\"}\n", NULL, NULL },
		{ "a,b\n1,caf\xE9\n2,\x80\n", { "encoding", "utf-8, windows-1252" }, "{\"a\":\"1\",\"b\":\"caf\xC3\xA9\"}\n{\"a\":\"2\",\"b\":\"\xE2\x82\xAC\"}\n", NULL, NULL },
		{ "a,b\n1,2\n", { "encoding", "auto, koi8-r" }, "{\"a\":\"1\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\n1,\xC3\xA9\n2,\x81\n", { "encoding", "auto, windows-1252" }, NULL, NULL, "format.bad_encoding" },
		{ "\xEF\xBB\xBF" "a,b\n1,\xE9\n", { "encoding", "auto, windows-1252" }, NULL, NULL, "csv.bad_utf8" },
		{ "a,b\n1,\xE9\n", { 0 }, NULL, NULL, "csv.bad_utf8" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		decode_case("in.csv", &cases[i], i);
}

/* The first bytes that are not ASCII settle it for the file, however late they come, and also where a block cuts a character. */
Test(table, utf8_or_else_late)
{
	enum { SIZE = 700000 };
	char *text = malloc(SIZE + 16);
	for (int utf = 0; utf < 2; utf++)
		for (size_t at = 262140; at < 262148; at++) {
			memset(text, 'x', SIZE);
			text[0] = 'a';
			for (size_t i = 1; i < SIZE; i += 100)
				text[i] = '\n';
			memcpy(text + at, utf ? "\xE2\x82\xAC" : "\x80yy", 3);
			put("late.csv", text, SIZE);
			struct decoded d = decode("late.csv", (const char *const[]){ "encoding", "utf-8, windows-1252", NULL }, 0, TRIBX_SERIAL);
			cr_expect_eq(d.status, TRIB_END, "%s", d.error.text);
			cr_expect(strstr(d.rows, utf ? "\xE2\x82\xAC" : "\xE2\x82\xACyy") != NULL, "%zu", at);
			cr_expect_eq(d.count, 7000);
			decoded_done(&d);
		}
	free(text);
}

Test(table, encodings_are_those_of_iconv)
{
	for (int e = TRIBX_LATIN1; e < TRIBX_ENCODING_COUNT; e++) {
		const char *name = tribx_encoding_names[e];
		iconv_t to = iconv_open("UTF-8", e == TRIBX_LATIN1 ? "ISO-8859-1" : name);
		cr_assert(to != (iconv_t)-1, "%s", name);
		for (int c = 1; c < 256; c++) {
			char in[2] = { (char)c, 0 }, want[8] = "", got[8] = "", *p = in, *q = want;
			size_t left = 1, room = sizeof want - 1, used, made;
			bool fine = iconv(to, &p, &left, &q, &room) != (size_t)-1;
			fine = iconv(to, NULL, NULL, &q, &room) != (size_t)-1 && fine;
			const char *why = tribx_to_utf8((enum tribx_encoding)e, in, 1, got, &used, &made);
			cr_expect_eq(!why, fine, "%s %02X: %s", name, c, why);
			if (!why && fine)
				cr_expect_str_eq(got, want, "%s %02X", name, c);
		}
		iconv_close(to);
	}
}
