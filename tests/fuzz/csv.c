/* fuzz: a file of lines through the whole decoder. The first line chooses options, the byte behind it a kernel and the size of rooms,
 * which do not change the answer. */
#include "fuzz/fuzz.h"

static const struct fuzz_option options[] = {
	{ ';', "delimiter", ";" }, { '|', "delimiter", "|" }, { 'A', "delimiter", "auto" }, { 'T', "format", "tsv" },
	{ '\'', "quote", "'" }, { 'q', "quote", "none" }, { '\\', "escape", "backslash" }, { 'x', "escape", "none" },
	{ 'k', "stray_quotes", "keep" }, { 'r', "line_end", "cr" }, { 'n', "header", "false" }, { '1', "skip", "1" },
	{ 'u', "skip_until", "id" }, { 'm', "header_match", "id" }, { '2', "header_rows", "2" }, { 'd', "repeated_headers", "drop" },
	{ 'K', "repeated_headers", "keep" }, { 'a', "skip_after_header", "1" }, { 'f', "footer", "1" }, { 'F', "footer_match", "Total, Sum*" },
	{ 't', "total_match", "Total" }, { 's', "total_scope", "section" }, { 'w', "total_mismatch", "warn" }, { '#', "comment", "#" },
	{ 'p', "ragged", "pad" }, { 'l', "ragged", "loose" }, { 'b', "blank_lines", "skip" }, { 'B', "blank_lines", "empty" },
	{ 'D', "duplicate_headers", "suffix" }, { '0', "null_words", "[\"\", \"NULL\"]" }, { ' ', "trim", "true" }, { 'g', "locale", "de_DE" },
	{ 'z', "zone", "Europe/Madrid" }, { 'L', "encoding", "latin-1" }, { '6', "encoding", "utf-16le" }, { 'U', "encoding", "utf-8, windows-1252" },
	{ 'c', "columns", "{\"id\":{\"type\":\"int64\"},\"amount\":{\"type\":\"decimal\",\"scale\":2},\"day\":{\"type\":\"date\"}}" },
	{ 'C', "columns", "{\"id\":{\"type\":\"text\"},\"n\":{\"type\":\"float64\",\"from\":\"amount\"},\"at\":{\"type\":\"time\",\"from\":\"day\"},"
	                  "\"ok\":{\"type\":\"bool\"},\"doc\":{\"type\":\"json\"}}" },
	{ 'o', "other_columns", "keep" }, { 'e', "other_columns", "error" }, { 'y', "aliases", "{\"Id\":\"id\",\"Betrag\":\"amount\"}" },
	{ 'M', "columns_max", "3" }, { 'R', "record_max", "1024" }, { 'i', "field_max", "16" },
	{ 'X', "format", "fixed" }, { 'Y', "width_in", "bytes" }, { 'Z', "record_length", "7" },
	{ 'W', "columns", "{\"a\":{\"width\":3},\"b\":{\"width\":2,\"type\":\"int64\"},\"c\":{\"from\":\"6-7\"}}" },
	{ 0, NULL, NULL },
};

FUZZ(csv)
{
	struct fuzz_in in = { data, size };
	const struct trib_text letters = fuzz_line(&in);
	const uint8_t how = fuzz_byte(&in);
	fuzz_every_way(options, letters, in.p, in.n, how);
	return 0;
}
