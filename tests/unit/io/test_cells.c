/* test_cells - cells text: what a reader writes is what the decoder's columns get, whatever the bytes are. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoded.h"
#include "fixture.h"

/* A record per text: cells between |, a first # is a number, @ a time, ! an error, ~ null; "" is a blank record. */
struct made { const char *const *records; size_t at; int end; bool closed; };

static int open_cells(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	(void)f, (void)columns, (void)in, (void)out;
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "never opened");
}
static const struct tribx_rows_kind made_kind = { "made", ".made", "a test", TRIBX_CSV, "row", 1, open_cells };

static void put_cell(struct tribx_cells *to, const char *p, size_t n)
{
	static const char marks[] = "?#@~!";
	const char *mark = n ? strchr(marks + 1, *p) : NULL;
	if (mark && *mark == '~')
		tribx_cells_put(to, TRIBX_MARK_NONE, (struct trib_text){ NULL, 0 });
	else
		tribx_cells_put(to, mark ? (enum tribx_mark)(mark - marks) : TRIBX_MARK_NONE, (struct trib_text){ p + !!mark, n - !!mark });
}

static int produce(void *self, struct tribx_cells *to, struct tribx_error *e)
{
	struct made *m = self;
	const char *p = m->records[m->at];
	if (!p)
		return m->end < 0 ? tribx_fail(e, m->end, "archive.crc", "the bytes differ") : m->end;
	m->at++;
	while (*p) {
		size_t n = strcspn(p, "|");
		put_cell(to, p, n);
		p += n + (p[n] == '|');
		if (!*p && p[-1] == '|')
			put_cell(to, p, 0);
	}
	tribx_cells_end(to);
	return TRIB_OK;
}

static void done(void *self)
{
	((struct made *)self)->closed = true;
}

static const struct tribx_cells_reader reader = { produce, done };
struct one { const char *records[8], *options[7], *rows, *dead, *code; int end; };

static void run(const struct one *c, size_t i, size_t room)
{
	struct made m = { .records = c->records, .end = c->end ? c->end : TRIB_END };
	struct tribx_stream *s = NULL;
	struct tribx_error e = { 0 };
	cr_assert_eq(tribx_cells_stream(&reader, &m, 0, &s, &e), TRIB_OK);
	struct decoded d = decode_stream("in.made", &made_kind, s, c->options, room);
	cr_expect_str_eq(d.error.code, c->code ? c->code : "", "case %zu: %s %s", i, d.error.code, d.error.text);
	cr_expect_eq(d.status, c->code ? TRIB_DATA : TRIB_END, "case %zu: %d", i, d.status);
	if (!c->code)
		cr_expect_str_eq(d.rows, c->rows, "case %zu: %s", i, d.rows);
	if (!c->code)
		cr_expect_str_eq(d.dead, c->dead ? c->dead : "", "case %zu: %s", i, d.dead);
	cr_expect(m.closed, "case %zu: the reader was not closed", i);
	decoded_done(&d);
}

Test(cells, cases)
{
	static const struct one cases[] = {
		{ { "a|b", "x|#1.5", "~|~", "~|#2" }, { 0 }, .rows = "{\"a\":\"x\",\"b\":\"1.5\"}\n{\"a\":null,\"b\":null}\n{\"a\":null,\"b\":\"2\"}\n" },
		{ { "a|b", "", "x", "", "|y" }, { 0 }, .rows = "{\"a\":\"x\",\"b\":null}\n{\"a\":\"\",\"b\":\"y\"}\n" },       /* blank records; short ones; the empty text */
		{ { "a", "~", "x", "", "#1" }, { 0 }, .rows = "{\"a\":null}\n{\"a\":\"x\"}\n{\"a\":\"1\"}\n" },                    /* a null record is a row, a blank one is none */
		{ { "a|b", "x|y|z", "x|y" }, { 0 }, .rows = "{\"a\":\"x\",\"b\":\"y\"}\n", "csv.ragged_row 2 \"x\\ty\\tz\"\n" },
		{ { "#2024|a\"b", "1|2" }, { 0 }, .rows = "{\"2024\":\"1\",\"a\\\"b\":\"2\"}\n" },                              /* a number is a name; quotes in it */
		{ { "a|b", "say \"hi\"\x1e\x1f,;\t\n|\x01""5", "\r|\"" }, { 0 },
		  .rows = "{\"a\":\"say \\\"hi\\\"\\u001e\\u001f,;\\t\\n\",\"b\":\"\\u00015\"}\n{\"a\":\"\\r\",\"b\":\"\\\"\"}\n" },
		{ { "d|n", "31.12.24|1.234,5", "@2024-12-31|#1234.5" }, { "columns", "{\"d\":{\"type\":\"date\",\"format\":\"%d.%m.%y\"},\"n\":{\"type\":\"decimal\",\"scale\":2}}", "locale", "de_DE" },
		  .rows = "{\"d\":\"2024-12-31\",\"n\":1234.5}\n{\"d\":\"2024-12-31\",\"n\":1234.5}\n" },                      /* canonical cells know no locale and no format */
		{ { "t", "@2024-12-31 02:30:00" }, { "columns", "{\"t\":{\"type\":\"time\",\"format\":\"epoch\"}}" }, .rows = "{\"t\":\"2024-12-31T02:30:00Z\"}\n" },
		{ { "a|b", "!#N/A|1", "2|!#DIV/0!" }, { 0 }, .rows = "", "csv.bad_value 2 \"#N/A\\t1\"\ncsv.bad_value 3 \"2\\t#DIV/0!\"\n" },
		{ { "a|b", "!#N/A|1", "N/A|#2" }, { "columns", "{\"a\":\"int64\",\"b\":\"int64\"}" }, .rows = "{\"a\":null,\"b\":2}\n", "csv.bad_value 2 \"#N/A\\t1\"\n" },
		{ { "a|b", "!#N/A|1" }, { "columns", "{\"b\":\"int64\"}" }, .rows = "{\"b\":1}\n" },                             /* an error that nobody reads */
		{ { "a|b", "!#N/A|#-1", "x|" }, { "null_words", "[\"#N/A\", \"-1\"]" }, .rows = "{\"a\":null,\"b\":null}\n{\"a\":\"x\",\"b\":\"\"}\n" },
		{ { "Report", "", "day|n", "~|in pcs", "#1|#2", "Total|#2" }, { "skip_until", "day", "skip_after_header", "1", "footer_match", "total" }, .rows = "{\"day\":\"1\",\"n\":\"2\"}\n" },
		{ { " a |b", " x | y " }, { "trim", "true" }, .rows = "{\"a\":\"x\",\"b\":\"y\"}\n" },
		{ { NULL }, { 0 }, .rows = "" },                                                                                   /* no record at all: no rows */
		{ { NULL }, { "columns", "{\"b\":\"int64\"}" }, .rows = "" },
		{ { "sep=;", "a" }, { 0 }, .rows = "{\"sep=;\":\"a\"}\n" },
		{ { "<html>", "{\"a\":1}" }, { 0 }, .rows = "{\"<html>\":\"{\\\"a\\\":1}\"}\n" },
		{ { "a|b", "x\xff|1" }, { 0 }, .code = "csv.bad_utf8" },
		{ { "a|b", "1|2" }, { 0 }, .code = "archive.crc", .end = TRIB_DATA },
		{ { "a|a", "1|2" }, { 0 }, .code = "csv.duplicate_header" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		run(&cases[i], i, 0);
		run(&cases[i], i, 16);
	}
}

Test(cells, errors_count_records)
{
	static const char *const records[] = { "a|b", "1|2", "", "line\nend|y\xff", NULL };
	struct made m = { .records = records, .end = TRIB_END };
	struct tribx_stream *s = NULL;
	struct tribx_error e = { 0 };
	cr_assert_eq(tribx_cells_stream(&reader, &m, 0, &s, &e), TRIB_OK);
	struct decoded d = decode_stream("in.made", &made_kind, s, NULL, 0);
	cr_expect_str_eq(d.error.text, "in.made, row 4, column b: byte 0xFF is not UTF-8");
	decoded_done(&d);
}

Test(cells, long_records_are_refused)
{
	static const char *const records[] = { "a|b", "0123456789012345678901234567890123456789", NULL };
	struct made m = { .records = records, .end = TRIB_END };
	struct tribx_stream *s = NULL;
	struct tribx_error e = { 0 };
	char room[64];
	size_t got;
	cr_assert_eq(tribx_cells_stream(&reader, &m, 32, &s, &e), TRIB_OK);
	cr_expect_eq(tribx_stream_read(s, room, sizeof room, &got, &e), TRIB_OK);
	cr_expect_eq(got, 4);
	cr_expect_eq(tribx_stream_read(s, room, sizeof room, &got, &e), TRIB_DATA);
	cr_expect_str_eq(e.code, "csv.record_too_long");
	tribx_stream_close(s);
}
