/* test_split - a JSON document as lines: every size of pieces, every kernel; the records are those that jansson finds. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/json_split.h"

struct split { char *lines; struct tribx_error error; int status; int64_t base; };

static struct split split(const char *path, const char *doc, size_t n, size_t feed, enum tribx_isa isa)
{
	struct split r = { .status = TRIB_OK };
	struct tribx_buf out = { 0 };
	struct tribx_json_split *s = tribx_json_split_new(path, "in", 512, isa, &r.error);
	r.status = s ? TRIB_OK : r.error.status;
	for (size_t at = 0; s && r.status == TRIB_OK;) {
		size_t piece = n - at < feed ? n - at : feed;
		char *copy = malloc(piece + 1);                 /* of its own, so that reading behind it shows */
		memcpy(copy, doc + at, piece);
		at += piece;
		r.status = tribx_json_split(s, copy, piece, at == n, &out, &r.error);
		free(copy);
		if (at == n)
			break;
	}
	r.base = s ? tribx_json_split_base(s) : -1;
	tribx_json_split_free(s);
	r.lines = out.p ? tribx_buf_take(&out) : strdup("");
	return r;
}

static void same_records(const struct split *r, const json_t *want, const char *doc, const char *path, size_t feed)
{
	size_t i = 0;
	for (char *at = r->lines, *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		cr_assert(end, "%s in pieces of %zu: a line does not end", doc, feed);
		if (strspn(at, " \t\r\n") >= (size_t)(end - at))   /* no record: an array without any */
			continue;
		json_t *is = json_loadb(at, (size_t)(end - at), JSON_DECODE_ANY, NULL);
		json_t *must = *path && path[strlen(path) - 1] == '.' ? (json_t *)(uintptr_t)want : json_array_get(want, i);
		cr_expect(is && json_equal(is, must), "%s, path %s, pieces of %zu: record %zu is %.*s", doc, path, feed, i, (int)(end - at), at);
		json_decref(is);
		i++;
	}
	size_t count = *path && path[strlen(path) - 1] == '.' ? 1 : json_array_size(want);
	cr_expect_eq(i, count, "%s, path %s, pieces of %zu: %zu records", doc, path, feed, i);
}

/* where: the records for jansson, as names with blanks between; numbers are places. */
static const json_t *at_path(const json_t *v, const char *where)
{
	char copy[100], *save = NULL;
	snprintf(copy, sizeof copy, "%s", where);
	for (char *name = strtok_r(copy, " ", &save); name && v; name = strtok_r(NULL, " ", &save))
		v = json_is_array(v) ? json_array_get(v, (size_t)atoi(name)) : json_object_get(v, name);
	return v;
}

Test(split, records_of_documents)
{
	static const char *const docs[][3] = {
		{ "", "[]", "" },
		{ "/", " [ ] ", "" },
		{ "", "[{\"a\":1},{\"a\":[1,{\"b\":\"]},{\"}]},\"x,y\\\"]\",-1.5e3 , true,null,[[],{}],\"\"]", "" },
		{ "", "\r\n[\n\t{\"a\"\n:\n\"\\\\\"\n}\n,\n\"\\u00e9\\\\\\\"\"\n]\n", "" },
		{ "/t", "{\"t\":[1,2,3]}", "t" },
		{ "/t", "{\"s\":[{\"t\":[9]}],\"u\":{\"t\":[8]},\"t\" : [ {\"t\":[7]} , 2 ], \"v\":\"\\ud83d\\ude00 \xF0\x9F\x98\x80 \xC3\xA9\", \"w\":[-0.0e-1,1E+2,false]}", "t" },
		{ "/data/tickets", "{\"data\":{\"n\":0,\"tickets\":[{\"id\":1},{\"id\":2}],\"more\":false},\"tickets\":[3]}", "data tickets" },
		{ "/0/t", "[{\"t\":[1]},{\"t\":[2]}]", "0 t" },
		{ "/1/2", "[[0],[0,[5],[6,7]],[8]]", "1 2" },
		{ "/a~1b/m~0n", "{\"a/b\":{\"m~n\":[1,[2]]}}", "a/b m~n" },
		{ "/\xC3\xA9", "{\"\\u00e9\":[1]}", "\xC3\xA9" },
		{ "/\xC3\xA9", "{\"\xC3\xA9\":[\"\xC3\xA9\",\"\xE2\x82\xAC\"]}", "\xC3\xA9" },
		{ ".", "{\"a\":\n1}", "" },
		{ ".", "42", "" },
		{ ".", " -1e5 ", "" },
		{ ".", "\"a b\"", "" },
		{ ".", "[1,\n{\"b\":[]}]", "" },
		{ "/a/.", "{\"b\":0,\"a\":{\"x\":[1,2]},\"c\":[]}", "a" },
		{ "/a/.", "{\"a\":12}", "a" },
		{ "/a/.", "{\"a\":12,\"b\":3}", "a" },
	};
	for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
		json_t *all = json_loads(docs[i][1], JSON_DECODE_ANY, NULL);
		const json_t *want = at_path(all, docs[i][2]);
		cr_assert(want, "%s", docs[i][1]);
		for (enum tribx_isa isa = 0; isa < TRIBX_ISA_COUNT; isa++)
			for (size_t feed = 1; tribx_isa_here(isa) && feed <= 64; feed++) {
				struct split r = split(docs[i][0], docs[i][1], strlen(docs[i][1]), feed, isa);
				cr_expect_eq(r.status, TRIB_OK, "%s in pieces of %zu: %s", docs[i][1], feed, r.error.text);
				if (r.status == TRIB_OK)
					same_records(&r, want, docs[i][1], docs[i][0], feed);
				free(r.lines);
			}
		json_decref(all);
	}
}

Test(split, mistakes_have_names_and_places)
{
	static const struct { const char *path, *doc, *code, *text; } bad[] = {
		{ "", "", "json.bad_document", "in, byte 1: there is no value" },
		{ "", " \n", "json.bad_document", "in, byte 3: there is no value" },
		{ "", "42", "json.no_records", "in: the document is a number, not an array of records" },
		{ "", "null", "json.no_records", "in: the document is null, not an array of records" },
		{ "", "{\"a\":[]}", "json.no_records", "in: the document is an object, not an array of records" },
		{ "/t", "{\"t\":null}", "json.no_records", "in: /t is null, not an array of records" },
		{ "/t", "{\"t\":\"x\"}", "json.no_records", "in: /t is a text, not an array of records" },
		{ "/t", "{\"t\":{}}", "json.no_records", "in: /t is an object, not an array of records" },
		{ "/t", "{\"s\":[]}", "json.no_records", "in: the document has no /t" },
		{ "/t/u", "{\"t\":3}", "json.no_records", "in: the document has no /t/u" },
		{ "/t", "{\"t\":[],\"t\":[]}", "json.duplicate_name", "in, byte 11: \"t\" of the path /t stands twice in one object" },
		{ "", "[1] [2]", "json.bad_document", "in, byte 5: another document stands behind the first" },
		{ "", "[1]x", "json.bad_document", "in, byte 4: something stands behind the document" },
		{ "", "[1,]", "json.bad_document", "in, record 2, byte 4: a record was expected behind the comma" },
		{ "", "[,1]", "json.bad_document", "in, record 1, byte 2: a record was expected, there is a comma" },
		{ "", "[1 2]", "json.bad_document", "in, record 1, byte 4: a comma or the end of the array was expected" },
		{ "", "[\"a\"\"b\"]", "json.bad_document", "in, record 1, byte 5: a comma or the end of the array was expected" },
		{ "", "[{\"a\":[1}]", "json.bad_document", "in, record 1, byte 9: a ] was expected" },
		{ "", "[{\"a\":1]]", "json.bad_document", "in, record 1, byte 8: a } was expected" },
		{ "", "[{\"a\":1}}", "json.bad_document", "in, record 1, byte 9: a record was expected" },
		{ "", "[1:2]", "json.bad_document", "in, record 1, byte 3: a record was expected" },
		{ "", "[1,[2", "json.bad_document", "in, record 2, byte 6: the document ends inside of the records" },
		{ "", "[1,\"2", "json.bad_document", "in, record 2, byte 6: the document ends inside of the records" },
		{ "/t", "{\"t\":[1],}", "json.bad_document", "in, byte 10: a name was expected" },
		{ "/t", "{\"t\":[1],\"a\":01}", "json.bad_document", "in, byte 15: a number with a leading zero" },
		{ "/t", "{\"t\":[1],\"a\":1.}", "json.bad_document", "in, byte 16: a number that is not whole" },
		{ "/t", "{\"t\":[1],\"a\":\"\\x\"}", "json.bad_document", "in, byte 16: an escape that JSON does not have" },
		{ "/t", "{\"t\":[1],\"a\":\"\\u12g4\"}", "json.bad_document", "in, byte 19: an escape that JSON does not have" },
		{ "/t", "{\"t\":[1],\"a\":\"\n\"}", "json.bad_document", "in, byte 15: a control byte inside a text" },
		{ "/t", "{\"t\":[1],\"a\":\"\xC0\x80\"}", "json.bad_document", "in, byte 15: a byte that is not UTF-8" },
		{ "/t", "{\"t\":[1],\"a\":\"\xED\xA0\x80\"}", "json.bad_document", "in, byte 16: a byte that is not UTF-8" },
		{ "/t", "{\"t\":[1],\"a\":tru}", "json.bad_document", "in, byte 17: not a JSON value" },
		{ "/t", "{\"t\":[1],\"a\":[1}}", "json.bad_document", "in, byte 16: a comma or a closing bracket was expected" },
		{ "/t", "{\"t\":[1]", "json.bad_document", "in, byte 9: the document ends too early" },
		{ ".", "{\"a\":1}{\"a\":2}", "json.bad_document", "in, byte 8: another document stands behind the first" },
		{ ".", "{\"a\":NaN}", "json.bad_document", "in, byte 6: not a JSON value" },
		{ "x", "[]", "json.bad_path", "records: \"x\": a path starts with /" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (size_t feed = 1; feed <= 64; feed++) {
			struct split r = split(bad[i].path, bad[i].doc, strlen(bad[i].doc), feed, TRIBX_SERIAL);
			cr_expect_str_eq(r.error.code, bad[i].code, "%s in pieces of %zu: %s", bad[i].doc, feed, r.error.code);
			cr_expect_str_eq(r.error.text, bad[i].text, "%s in pieces of %zu: %s", bad[i].doc, feed, r.error.text);
			free(r.lines);
		}
}

Test(split, a_record_keeps_its_place)
{
	static const char doc[] = "{\"n\":1,\"t\":[\n  {\"a\":1},\n  {\"a\":\n2}\n]}";
	for (size_t feed = 1; feed <= 64; feed++) {
		struct split r = split("/t", doc, strlen(doc), feed, tribx_isa_best());
		cr_expect_eq(r.base, 12);
		cr_expect_str_eq(r.lines, "\r  {\"a\":1}\n\r  {\"a\":\r2}\r\n");
		free(r.lines);
	}
}

Test(split, depth_ends_where_it_is_said)
{
	char doc[3000];
	for (int depth = 511; depth <= 513; depth++)
		for (int records = 0; records < 2; records++) {
			memset(doc, '[', (size_t)depth);
			memset(doc + depth, ']', (size_t)depth);
			struct split r = split(records ? "" : ".", doc, 2 * (size_t)depth, 100, tribx_isa_best());
			cr_expect_eq(r.status == TRIB_OK, depth <= 512, "%d: %s", depth, r.error.text);
			cr_expect(r.status == TRIB_OK || strcmp(r.error.code, "json.too_deep") == 0);
			free(r.lines);
		}
}
