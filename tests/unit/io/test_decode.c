/* test_decode - options and errors of the decoder, one small file each; and the same file in rooms of every size. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "decoded.h"
#include "fixture.h"

TestSuite(decode, .init = folder_start, .fini = folder_end);

Test(decode, csv_cases)
{
	static const struct decode_case cases[] = {
		{ "a,b\n1,x\n", { 0 }, "{\"a\":\"1\",\"b\":\"x\"}\n", NULL, NULL },
		{ "a;b\n\"1;2\";\"say \"\"hi\"\" to everybody\"\n", { "delimiter", ";" }, "{\"a\":\"1;2\",\"b\":\"say \\\"hi\\\" to everybody\"}\n", NULL, NULL },
		{ "Report\nof May\n\nwhen,n\n2024-01-01,5\nTotal,5\n", { "skip", "3", "footer_match", "total,Summe" }, "{\"when\":\"2024-01-01\",\"n\":\"5\"}\n", NULL, NULL },
		{ "Report\nx\"y\nwhen;n\n1;5\nSumme gesamt:;5;;\n", { "skip_until", "when", "delimiter", ";", "footer_match", "Summe*" }, "{\"when\":\"1\",\"n\":\"5\"}\n", NULL, NULL },
		{ "a,b\n1,2\n3,4\nx,y\nz\n\n", { "footer", "2" }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"3\",\"b\":\"4\"}\n", NULL, NULL },
		{ "a,b\nEUR,pcs\n1,2\n", { "skip_after_header", "1" }, "{\"a\":\"1\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\n1,2,3\n4\n5,6\n", { 0 }, "{\"a\":\"5\",\"b\":\"6\"}\n", "csv.ragged_row 2 \"1,2,3\"\ncsv.ragged_row 3 \"4\"\n", NULL },
		{ "a,b\n1,2,3\n4\n5,6\n", { "ragged", "pad" }, "{\"a\":\"4\",\"b\":null}\n{\"a\":\"5\",\"b\":\"6\"}\n", "csv.ragged_row 2 \"1,2,3\"\n", NULL },
		{ "a,b\n1,2,3\n4\n5,6\n", { "ragged", "loose" }, "{\"a\":\"1\",\"b\":\"2\"}\n{\"a\":\"4\",\"b\":null}\n{\"a\":\"5\",\"b\":\"6\"}\n", NULL, NULL },
		{ "a,A\n1,2\n", { "duplicate_headers", "suffix" }, "{\"a\":\"1\",\"A_2\":\"2\"}\n", NULL, NULL },
		{ "# by \"me\na,b\n# it's\n1,2\n", { "comment", "#" }, "{\"a\":\"1\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\n1,\"x\\\"y\\\\\"\nc\\,d,2\n", { "escape", "backslash" }, "{\"a\":\"1\",\"b\":\"x\\\"y\\\\\"}\n{\"a\":\"c,d\",\"b\":\"2\"}\n", NULL, NULL },
		{ "a,b\n1,5\" pipe\n2,\"x\"y\n", { "stray_quotes", "keep" }, "{\"a\":\"1\",\"b\":\"5\\\" pipe\"}\n{\"a\":\"2\",\"b\":\"\\\"x\\\"y\"}\n", NULL, NULL },
		{ "a,b\n1,\"2\n", { "quote", "none" }, "{\"a\":\"1\",\"b\":\"\\\"2\"}\n", NULL, NULL },
		{ "a,b\n 1 , \"x\" \n", { "trim", "true" }, "{\"a\":\"1\",\"b\":\"x\"}\n", NULL, NULL },
		{ "a,b\n1,\n-,\"-\"\n", { "null_words", "[\"\", \"-\"]" }, "{\"a\":\"1\",\"b\":null}\n{\"a\":null,\"b\":\"-\"}\n", NULL, NULL },
		{ "Datum,Anrufe\n1,2\n", { "aliases", "Datum=day, Date=day" }, "{\"day\":\"1\",\"Anrufe\":\"2\"}\n", NULL, NULL },
		{ "1,2\n3,4\n", { "header", "false" }, "{\"column_1\":\"1\",\"column_2\":\"2\"}\n{\"column_1\":\"3\",\"column_2\":\"4\"}\n", NULL, NULL },
		{ "1,2\n3,4\n", { "header", "false", "columns", "{\"x\":{\"from\":\"2\",\"type\":\"int64\"}}" }, "{\"x\":2}\n{\"x\":4}\n", NULL, NULL },
		{ "u,n,v\n1,x,\"1.234,50\"\n2,y,-\n1O0,z,0\n\"2.000\",z,\"1,2,3\"\n5,w,7\n", { "columns", "{\"u\":\"int64\",\"v\":{\"type\":\"decimal\",\"scale\":2},\"n\":\"text\"}", "locale", "de_DE" },
		  "{\"u\":1,\"v\":1234.5,\"n\":\"x\"}\n{\"u\":2,\"v\":null,\"n\":\"y\"}\n{\"u\":5,\"v\":7,\"n\":\"w\"}\n",
		  "csv.bad_value 4 \"1O0,z,0\"\ncsv.bad_value 5 \"\\\"2.000\\\",z,\\\"1,2,3\\\"\"\n", NULL },
		{ "a,f,t\n1,1.5,true\n2,-0.25,NO\n3,1e3,x\n", { "columns", "{\"f\":\"float64\",\"t\":\"bool\"}" }, "{\"f\":1.5,\"t\":true}\n{\"f\":-0.25,\"t\":false}\n", "csv.bad_value 4 \"3,1e3,x\"\n", NULL },
		{ "a,b\n1,2\n", { "columns", "{\"b\":\"int64\"}", "other_columns", "keep" }, "{\"b\":2,\"a\":\"1\"}\n", NULL, NULL },
		{ "a,b\n1,2\n", { "columns", "{\"b\":\"int64\"}", "other_columns", "error" }, NULL, NULL, "csv.unknown_column" },
		{ "a,b\n1,2\n", { "columns", "{\"a\":{\"from\":\"b\"}}", "other_columns", "keep" }, NULL, NULL, "csv.duplicate_header" },
		{ "date,calls\n1,2\n", { "columns", "{\"callz\":\"int64\"}" }, NULL, NULL, "csv.missing_column" },
		{ "a,b\n1,\"x\"y\n", { 0 }, NULL, NULL, "csv.stray_quote" },
		{ "a,b\n1,5\" pipe\n2,3\" x\n", { 0 }, NULL, NULL, "csv.stray_quote" },
		{ "a,b\n1,\"open\n2,3\n", { 0 }, NULL, NULL, "csv.unclosed_quote" },
		{ "", { 0 }, NULL, NULL, "csv.empty" },
		{ "\n\n", { 0 }, NULL, NULL, "csv.no_header" },
		{ "a,b\n1,2\n", { "skip_until", "zzz" }, NULL, NULL, "csv.no_header" },
		{ "a,b\n1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", { "field_max", "16" }, NULL, NULL, "csv.field_too_long" },
		{ " \n<!DOCTYPE html><html>", { 0 }, NULL, NULL, "csv.html_body" },
		{ "{\"error\": 1}", { 0 }, NULL, NULL, "csv.json_body" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		decode_case("in.csv", &cases[i], i);
}

Test(decode, errors_say_where)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "a,b\n1,2\n3,\"open\n4,5\n", "in.csv, line 3: a quote opens here and never closes" },
		{ "day,operator\n1,Orange\n2,Telef\xF3nica\n", "in.csv, line 3, column operator, byte 29: byte 0xF3 is not UTF-8" },
		{ "a,b\n1,x\n\"2\n3\",\"x\"y\n", "in.csv, line 3, column b: a quote stands where no quote may be" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_text("in.csv", cases[i].text);
		struct decoded d = decode("in.csv", NULL, 0, TRIBX_SERIAL);
		cr_expect(strstr(d.error.text, cases[i].says) != NULL, "%s", d.error.text);
		decoded_done(&d);
	}
	put_text("in.csv", "date,calls\n1,2\n");
	struct decoded d = decode("in.csv", (const char *const[]){ "columns", "{\"callz\":\"int64\"}", NULL }, 0, TRIBX_SERIAL);
	cr_expect_str_eq(d.error.hint, "did you mean \"calls\"?");
	decoded_done(&d);
}

Test(decode, json_lines)
{
	static const struct decode_case cases[] = {
		{ "{\"id\":1,\"s\":\"x\"}\n\n{\"id\":2,\"t\":true}\r\n", { 0 }, "{\"id\":\"1\",\"s\":\"x\",\"t\":null}\n{\"id\":\"2\",\"s\":null,\"t\":\"true\"}\n", NULL, NULL },
		{ "{\"id\":1}\n{bad}\n{\"id\":3}\n", { 0 }, "{\"id\":\"1\"}\n{\"id\":\"3\"}\n", "json.bad_line 2 \"{bad}\"\n", NULL },
		{ "{\"id\":1}\n{\"id\":\n", { 0 }, "{\"id\":\"1\"}\n", "json.bad_line 2 \"{\\\"id\\\":\"\n", NULL },
		{ "{\"id\":1}\n{\"id\":\"x\n{\"id\":\"a\\tb\"}\n", { 0 }, "{\"id\":\"1\"}\n{\"id\":\"a\\tb\"}\n", "json.bad_line 2 \"{\\\"id\\\":\\\"x\"\n", NULL },
		{ "{\"s\":1,\"s\":2}\n[3]\n{\"s\":null}\n", { 0 }, "{\"s\":null}\n", "json.bad_line 1 \"{\\\"s\\\":1,\\\"s\\\":2}\"\njson.bad_line 2 \"[3]\"\n", NULL },
		{ "{\"a\":{\"b\":[1, 2]},\"c\":\"caf\\u00e9 \\ud83d\\ude00 and more text\"}\n", { 0 }, "{\"a\":{\"b\":[1, 2]},\"c\":\"caf\xC3\xA9 \xF0\x9F\x98\x80 and more text\"}\n", NULL, NULL },
		{ "{\"id\":9223372036854775807,\"m\":0.1,\"z\":-0.0,\"e\":1e2}\n{\"id\":9223372036854775808,\"m\":1}\n{\"id\":9007199254740993,\"m\":1e400}\n{\"id\":5,\"m\":\"7\"}\n",
		  { "columns", "{\"id\":\"int64\",\"m\":\"decimal\",\"z\":\"decimal\",\"e\":\"int64\"}" },
		  "{\"id\":9223372036854775807,\"m\":0.1,\"z\":0,\"e\":100}\n{\"id\":5,\"m\":7,\"z\":null,\"e\":null}\n",
		  "json.bad_value 2 \"{\\\"id\\\":9223372036854775808,\\\"m\\\":1}\"\njson.bad_value 3 \"{\\\"id\\\":9007199254740993,\\\"m\\\":1e400}\"\n", NULL },
		{ "{\"tags\":[\"a\", \"b\\\"c\",3],\"f\":[{\"id\":1,\"v\":\"no\"},{\"id\":2,\"v\":\"yes\"}],\"x\":{\"y\":[10,20]}}\n{\"tags\":[],\"f\":[]}\n",
		  { "columns", "{\"tags\":{\"join\":\"|\"},\"v\":{\"from\":\"/f/[id=2]/v\"},\"y\":{\"from\":\"/x/y/1\",\"type\":\"int64\"},\"all\":{\"from\":\"/x\",\"type\":\"json\"}}" },
		  "{\"tags\":\"a|b\\\"c|3\",\"v\":\"yes\",\"y\":20,\"all\":{\"y\":[10,20]}}\n{\"tags\":\"\",\"v\":null,\"y\":null,\"all\":null}\n", NULL, NULL },
		{ "", { 0 }, "", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		decode_case("in.jsonl", &cases[i], i);
}

Test(decode, rooms_of_every_size_give_the_same)
{
	static const struct { const char *name, *text, *options[5]; } cases[] = {
		{ "plain.csv", "id,name,note\n1,Zo\xC3\xAB,\"a \"\"b\"\", c\"\r\n2,\"x\r\ny\nz\",\xF0\x9F\x98\x80\r\n3,,\"\"\n4,a,b,c\n5,\"an unquoted, long field of more than a room of sixteen bytes\",end", { 0 } },
		{ "open.csv", "id,name\n1,\"x\"\n2,\"y\ny\"\n3,\"never\n4,z\n5,z\n", { 0 } },
		{ "stray.csv", "id,name\n1,\"x\"\n2,a\n3,\"b\" c\n4,z\n", { 0 } },
		{ "bytes.csv", "id,name\n1,\"x\"\n2,a\n3,b\xC3\n4,z\n", { 0 } },
		{ "mac.csv", "id,name\r1,\"x\ry\"\r2,z", { 0 } },
		{ "slash.csv", "id,name\n1,\"x\\\"\n,y\"\n2,a\\,b\n3,c\n", { "escape", "backslash" } },
		{ "comment.csv", "# \"it\nid,name\n1,2\n# it's \"\n3,4\n", { "comment", "#" } },
		{ "foot.csv", "id,name\n1,\"2\n3\"\n4,5\n6,7\nTotal,\"1\n2\"\n8\n\n", { "footer", "1", "footer_match", "total" } },
		{ "banner.csv", "a long banner with \"quotes\nand more; of it\n\nid;name\n1;2\n3;4\n", { "skip_until", "id;", "delimiter", ";" } },
		{ "lines.jsonl", "{\"id\":1,\"t\":\"caf\\u00e9\"}\n{\"id\":2}\n\n{bad}\n{\"id\":3,\"t\":\"long enough to be a view into the room\"}\r\n{\"id\":4", { "columns", "{\"id\":\"int64\",\"t\":\"text\"}" } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_text(cases[i].name, cases[i].text);
		every_room(cases[i].name, cases[i].options);
	}
	static const char wide[] = "\xFF\xFE" "i\0d\0,\0n\0\n\0" "1\0,\0\x3D\xD8\x00\xDE\n\0" "2\0,\0\xAC\x20\n\0" "3\0,\0x\0";
	put("wide.csv", wide, sizeof wide - 1);
	every_room("wide.csv", NULL);
	put_text("west.csv", "id,n\n1,\x80uro caf\xE9\n2,\x93q\x94\n");
	every_room("west.csv", (const char *const[]){ "encoding", "windows-1252", NULL });
}
