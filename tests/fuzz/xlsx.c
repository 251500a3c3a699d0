/* fuzz: the parts of a workbook: sheet, shared strings, styles, workbook, with 0xFF between them, packed into a zip that is whole, so
 * that the sanitizer's time goes into the parts. Otherwise as book. */
#include "fuzz/documents.h"

#include <zlib.h>

static void le(struct tribx_buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		tribx_buf_putc(b, (char)(v >> 8 * i));
}

struct zip { struct tribx_buf file, directory; int count; };

/* Stored, as it stands. */
static void add(struct zip *z, const char *name, const void *p, size_t n)
{
	const unsigned long crc = crc32(0, p, (unsigned)n);
	const size_t at = z->file.n;
	for (int i = 0; i < 2; i++) {
		struct tribx_buf *b = i ? &z->directory : &z->file;
		tribx_buf_put(b, i ? "PK\1\2" : "PK\3\4", 4);
		le(b, 20, i ? 2 : 0);
		le(b, 20, 2);
		le(b, 0, 2 + 2);
		le(b, 0x21 << 16, 4);
		le(b, crc, 4);
		le(b, n, 4);
		le(b, n, 4);
		le(b, strlen(name), 2);
		le(b, 0, i ? 2 + 2 + 2 + 2 : 2);
		le(b, 0, i ? 4 : 0);
		le(b, at, i ? 4 : 0);
		tribx_buf_puts(b, name);
	}
	tribx_buf_put(&z->file, p, n);
	z->count++;
}

static void finish(struct zip *z)
{
	const size_t at = z->file.n;
	tribx_buf_put(&z->file, z->directory.p, z->directory.n);
	tribx_buf_put(&z->file, "PK\5\6\0\0\0\0", 8);
	le(&z->file, (uint64_t)z->count, 2);
	le(&z->file, (uint64_t)z->count, 2);
	le(&z->file, z->directory.n, 4);
	le(&z->file, at, 4);
	le(&z->file, 0, 2);
	tribx_buf_done(&z->directory);
}

#define RELATIONS "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

FUZZ(xlsx)
{
	static const char *const names[] = { "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml" };
	static const char top[] = RELATIONS "<Relationship Id=\"r\" Type=\"" OFFICE "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
	static const char below[] = RELATIONS "<Relationship Id=\"s1\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
	                            "<Relationship Id=\"s2\" Type=\"" OFFICE "/sharedStrings\" Target=\"sharedStrings.xml\"/>"
	                            "<Relationship Id=\"s3\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/></Relationships>";
	static const char book[] = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"" OFFICE "\"><sheets>"
	                           "<sheet name=\"a\" sheetId=\"1\" r:id=\"s1\"/></sheets></workbook>";
	struct fuzz_in in = { data, size };
	struct zip z = { 0 };
	struct tribx_buf whole = { 0 };
	const struct trib_text letters = fuzz_line(&in);
	tribx_buf_put(&whole, letters.p, letters.n);
	tribx_buf_putc(&whole, '\n');
	tribx_buf_putc(&whole, (char)fuzz_byte(&in));
	add(&z, "_rels/.rels", top, sizeof top - 1);
	add(&z, "xl/_rels/workbook.xml.rels", below, sizeof below - 1);
	for (int i = 0; i < 4; i++) {
		const uint8_t *end = in.n ? memchr(in.p, 0xFF, in.n) : NULL;
		const size_t n = end ? (size_t)(end - in.p) : in.n;
		if (n || i < 3)
			add(&z, names[i], in.p, n);
		else
			add(&z, names[i], book, sizeof book - 1);
		in.p += n + (end != NULL);
		in.n -= n + (end != NULL);
	}
	finish(&z);
	tribx_buf_put(&whole, z.file.p, z.file.n);
	document('B', (const uint8_t *)whole.p, whole.n);
	tribx_buf_done(&z.file);
	tribx_buf_done(&whole);
	return 0;
}
