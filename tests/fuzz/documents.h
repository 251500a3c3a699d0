/* documents - options of the targets whose rows are not lines of a table: JSON lines and documents, XML, tables of web pages,
 * sheets. */
#ifndef FUZZ_DOCUMENTS_H
#define FUZZ_DOCUMENTS_H

#include "fuzz/fuzz.h"

static const struct fuzz_option options[] = {
	{ 'J', "format", "json" }, { 'X', "format", "xml" }, { 'H', "format", "html" }, { 'N', "format", "jsonl" },
	{ 'B', "format", "xlsx" }, { 'S', "sheet", "2" }, { 'm', "fill_merged", "true" }, { 'y', "error_cells", "null" }, { 'Y', "empty_formulas", "null" },
	{ 'z', "sheet_file_max", "4096" }, { 'u', "header", "false" }, { 'g', "header_rows", "2" },
	{ 'D', "columns", "{\"a\":{\"type\":\"date\"},\"b\":{\"type\":\"decimal\",\"scale\":2},\"c\":{\"type\":\"time\"}}" },
	{ '.', "records", "." }, { 't', "records", "/t" }, { 'd', "records", "/a/t" }, { 's', "records", "/a/*" }, { 'R', "records", "/*/row" },
	{ 'e', "explode", "/l" }, { 'E', "explode_empty", "drop" }, { 'o', "ordinal", "nr" }, { '2', "duplicate_keys", "last" },
	{ 'r', "bad_escapes", "replace" }, { '3', "depth_max", "3" }, { '1', "table", "2" }, { 'n', "table", "Name" },
	{ 'c', "columns", "{\"a\":{\"type\":\"int64\"},\"b\":{\"type\":\"text\",\"from\":\"/b/c\"},\"k\":{\"from\":\"/f/[id=7]/v\"}}" },
	{ 'C', "columns", "{\"a\":{\"type\":\"decimal\",\"scale\":2},\"m\":{\"from\":\"/l/[*]/s\",\"join\":\"+\"},\"w\":{\"type\":\"json\",\"from\":\".\"},"
	                  "\"i\":{\"from\":\"/l/s\"},\"n\":{\"from\":\"/l/[*]\",\"type\":\"json\"}}" },
	{ 'k', "other_columns", "keep" }, { 'q', "other_columns", "error" }, { '0', "null_words", "[\"\", \"NULL\"]" }, { 'L', "encoding", "latin-1" },
	{ 'M', "columns_max", "3" }, { 'b', "record_max", "1024" }, { 'f', "field_max", "16" }, { 'p', "ragged", "pad" }, { 'w', "ragged", "loose" },
	{ 0, NULL, NULL },
};

/* The first line chooses options, the byte behind it kernel and size of rooms; format: the letter of one, which is the target's. */
static inline void document(char format, const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	const struct trib_text line = fuzz_line(&in);
	const uint8_t how = fuzz_byte(&in);
	char letters[64];
	size_t n = 0;
	for (size_t i = 0; i < line.n && n < sizeof letters - 1; i++)
		if (!strchr("JXHNB", line.p[i]))
			letters[n++] = line.p[i];
	letters[n++] = format;
	fuzz_every_way(options, (struct trib_text){ letters, n }, in.p, in.n, how);
}

#endif
