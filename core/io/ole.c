/* ole - see ole.h. Sectors are chained in a table; small streams lie in sectors of their own inside of the root's stream. */
#include "io/ole.h"

#include <stdlib.h>
#include <string.h>

#include "io/zip.h"

enum { HEADER = 512, ENTRY = 128, NAME_MAX = 64, IN_HEADER = 109, MINI_SHIFT = 6 };
static const uint32_t last_sector = 0xFFFFFFFA;   /* this and above are marks: end of chain, free, of the table itself */

static int corrupt(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_DATA, "xls.corrupt", "is a damaged compound file");
}

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a workbook");
}

/* NULL: not inside of the file. The last one may be cut. */
static const uint8_t *sector(const struct tribx_ole *o, uint32_t i, size_t *size)
{
	size_t at = ((size_t)i + 1) << o->shift, whole = (size_t)1 << o->shift;
	if (i >= last_sector || at >= o->size)
		return NULL;
	*size = o->size - at < whole ? o->size - at : whole;
	return o->file + at;
}

static bool read_fat_sector(struct tribx_ole *o, uint32_t i, size_t *have)
{
	size_t size, per = (size_t)1 << (o->shift - 2);
	const uint8_t *p = sector(o, i, &size);
	if (!p || size < per * 4)
		return false;
	for (size_t k = 0; k < per && *have < o->sectors; k++)
		o->fat[(*have)++] = tribx_le32(p + 4 * k);
	return true;
}

/* The sectors of the table are listed in the header, and then in a chain of lists. */
static bool read_fat(struct tribx_ole *o)
{
	size_t have = 0, size, per = (size_t)1 << (o->shift - 2);
	for (size_t i = 0; i < IN_HEADER && have < o->sectors; i++) {
		uint32_t at = tribx_le32(o->file + 76 + 4 * i);
		if (at < last_sector && !read_fat_sector(o, at, &have))
			return false;
	}
	uint32_t list = tribx_le32(o->file + 68);
	for (size_t lists = 0; list < last_sector && have < o->sectors; lists++) {
		const uint8_t *p = sector(o, list, &size);
		if (!p || size < per * 4 || lists > o->sectors)
			return false;
		for (size_t i = 0; i + 1 < per && have < o->sectors; i++)
			if (tribx_le32(p + 4 * i) < last_sector && !read_fat_sector(o, tribx_le32(p + 4 * i), &have))
				return false;
		list = tribx_le32(p + 4 * (per - 1));
	}
	for (; have < o->sectors; have++)
		o->fat[have] = 0xFFFFFFFF;
	return true;
}

int tribx_ole_open(struct tribx_ole *o, const uint8_t *file, size_t size, struct tribx_error *e)
{
	*o = (struct tribx_ole){ .file = file, .size = size };
	if (size < HEADER || memcmp(file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) != 0)
		return corrupt(e);
	o->shift = tribx_le16(file + 30);
	o->directory = tribx_le32(file + 48);
	if ((o->shift != 9 && o->shift != 12) || tribx_le16(file + 32) != MINI_SHIFT)
		return corrupt(e);
	o->sectors = (size >> o->shift) + 1;
	if (!(o->fat = malloc(o->sectors * sizeof *o->fat)))
		return no_memory(e);
	return read_fat(o) ? TRIB_OK : corrupt(e);
}

void tribx_ole_done(struct tribx_ole *o)
{
	free(o->fat);
	o->fat = NULL;
}

static uint32_t next(const struct tribx_ole *o, uint32_t i)
{
	return i < o->sectors ? o->fat[i] : 0xFFFFFFFF;
}

/* A chain as bytes, `want` of them at most. */
static int chain(const struct tribx_ole *o, uint32_t first, size_t want, uint8_t **out, size_t *got, struct tribx_error *e)
{
	size_t steps = 0, size;
	*got = 0;
	if (want > o->size)
		want = o->size;
	if (!(*out = malloc(want + 1)))
		return no_memory(e);
	for (uint32_t i = first; i < last_sector && *got < want; i = next(o, i)) {
		const uint8_t *p = sector(o, i, &size);
		if (!p || ++steps > o->sectors) {
			free(*out);
			*out = NULL;
			return corrupt(e);
		}
		size = size < want - *got ? size : want - *got;
		memcpy(*out + *got, p, size);
		*got += size;
	}
	return TRIB_OK;
}

/* A small stream: its chain is that of the second table, its sectors lie in the root's stream. */
static int small(const struct tribx_ole *o, const uint8_t *root, uint32_t first, size_t want, uint8_t **out, size_t *got, struct tribx_error *e)
{
	uint8_t *mini = NULL, *table = NULL;
	size_t mini_size = 0, table_size = 0, steps = 0;
	int rc = chain(o, tribx_le32(root + 116), o->size, &mini, &mini_size, e);
	if (rc == TRIB_OK)
		rc = chain(o, tribx_le32(o->file + 60), o->size, &table, &table_size, e);
	*got = 0;
	if (rc == TRIB_OK && !(*out = malloc(want + 1)))
		rc = no_memory(e);
	for (uint32_t i = first; rc == TRIB_OK && *got < want; i = tribx_le32(table + 4 * (size_t)i)) {
		size_t at = (size_t)i << MINI_SHIFT, size = (size_t)1 << MINI_SHIFT;
		if (i >= last_sector || at >= mini_size || 4 * (size_t)i + 4 > table_size || ++steps > o->size) {
			free(*out);
			*out = NULL;
			rc = corrupt(e);
			break;
		}
		size = size < mini_size - at ? size : mini_size - at;
		size = size < want - *got ? size : want - *got;
		memcpy(*out + *got, mini + at, size);
		*got += size;
	}
	free(mini);
	free(table);
	return rc;
}

static bool is_named(const uint8_t *entry, const char *name)
{
	size_t n = strlen(name);
	if (tribx_le16(entry + NAME_MAX) != 2 * n + 2 || entry[66] != 2)
		return false;
	for (size_t i = 0; i < n; i++)
		if (entry[2 * i] != (uint8_t)name[i] || entry[2 * i + 1])
			return false;
	return true;
}

int tribx_ole_stream(const struct tribx_ole *o, const char *name, uint8_t **out, size_t *size, struct tribx_error *e)
{
	uint8_t *entries = NULL;
	size_t have = 0, want = 0;
	int rc = chain(o, o->directory, o->size, &entries, &have, e);
	if (rc < 0)
		return rc;
	const uint8_t *found = NULL;
	for (size_t at = 0; at + ENTRY <= have && !found; at += ENTRY)
		found = is_named(entries + at, name) ? entries + at : NULL;
	if (found) {
		want = tribx_le32(found + 120);
		uint32_t first = tribx_le32(found + 116);
		*out = NULL;
		rc = want > o->size ? corrupt(e) : want < tribx_le32(o->file + 56) ? small(o, entries, first, want, out, size, e) : chain(o, first, want, out, size, e);
		if (rc == TRIB_OK && *size < want) {
			free(*out);
			*out = NULL;
			rc = tribx_fail(e, TRIB_DATA, "xls.corrupt", "is cut: its stream \"%s\" is shorter than it says", name);
		}
	}
	free(entries);
	return rc < 0 ? rc : found ? TRIB_OK : TRIB_END;
}
