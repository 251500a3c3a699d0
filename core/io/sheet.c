/* sheet - what a file that is called a spreadsheet really is, and which of its sheets is read. */
#include "io/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/log.h"
#include "base/text.h"
#include "io/decode.h"

/* ---- sheets ---- */

bool tribx_sheets_add(struct tribx_sheets *s, const char *name, bool hidden)
{
	if (s->count == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		void *grown = realloc(s->items, cap * sizeof *s->items);
		if (!grown)
			return false;
		s->items = grown;
		s->cap = cap;
	}
	char *copy = strdup(name);
	if (!copy)
		return false;
	memset(&s->items[s->count], 0, sizeof *s->items);
	s->items[s->count].name = copy;
	s->items[s->count++].hidden = hidden;
	return true;
}

void tribx_sheets_done(struct tribx_sheets *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->items[i].name);
		free(s->items[i].place);
	}
	free(s->items);
	*s = (struct tribx_sheets){ 0 };
}

static const char *name_at(const void *list, size_t i)
{
	return ((const struct tribx_sheets *)list)->items[i].name;
}

/* By name (case counts only where two differ by it), by place, by glob. count: none */
static size_t find(const struct tribx_sheets *s, const char *wanted, size_t *matches)
{
	size_t found = s->count, place = strspn(wanted, "0123456789") == strlen(wanted) ? (size_t)strtoul(wanted, NULL, 10) : 0;
	*matches = 1;
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->items[i].name, wanted) == 0)
			return i;
	for (size_t i = 0; i < s->count; i++)
		if (strcasecmp(s->items[i].name, wanted) == 0)
			return i;
	if (place >= 1 && place <= s->count)
		return place - 1;
	*matches = 0;
	for (size_t i = 0; i < s->count && strpbrk(wanted, "*?["); i++)
		if (tribx_glob_name(wanted, s->items[i].name) && (*matches)++ == 0)
			found = i;
	return found;
}

int tribx_sheets_pick(const struct tribx_sheets *s, const char *wanted, const char *file, size_t *out, struct tribx_error *e)
{
	size_t visible = 0, matches = 0;
	while (visible < s->count && s->items[visible].hidden)
		visible++;
	*out = wanted && *wanted ? find(s, wanted, &matches) : visible;
	if (*out < s->count) {
		if (!(wanted && *wanted) && s->count > 1)
			tribx_log(TRIBX_INFO, "%s: sheet \"%s\" is read, the first visible of %zu", file, s->items[*out].name, s->count);
		else if (matches > 1)
			tribx_log(TRIBX_WARN, "%s: sheet \"%s\" is read, the first of %zu that match \"%s\"", file, s->items[*out].name, matches, wanted);
		return TRIB_OK;
	}
	if (!(wanted && *wanted)) {
		tribx_error_hint(e, "name the sheet: sheet: \"%s\"", s->count ? s->items[0].name : "");
		return tribx_fail(e, TRIB_DATA, "sheet.no_sheet", s->count ? "all its sheets are hidden" : "has no sheet");
	}
	const char *near = tribx_nearest(wanted, name_at, s, s->count);
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	return tribx_fail(e, TRIB_DATA, "sheet.no_sheet", "has no sheet \"%s\": it has %zu, the first is \"%s\"", wanted, s->count, s->count ? s->items[0].name : "");
}

/* ---- what the bytes are ---- */

enum is { ZIP, OLE, HTML, XML, TEXT };

static enum is look(struct trib_text head)
{
	static const char *const html[] = { "<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<style" };
	if (head.n >= 4 && memcmp(head.p, "PK\3\4", 4) == 0)
		return ZIP;
	if (head.n >= 8 && memcmp(head.p, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
		return OLE;
	if (head.n >= 3 && memcmp(head.p, "\xEF\xBB\xBF", 3) == 0)
		head = (struct trib_text){ head.p + 3, head.n - 3 };
	while (head.n && strchr(" \t\r\n", *head.p) && *head.p)
		head.p++, head.n--;
	for (size_t i = 0; i < sizeof html / sizeof *html; i++)
		if (head.n >= strlen(html[i]) && strncasecmp(head.p, html[i], strlen(html[i])) == 0)
			return HTML;
	return head.n && *head.p == '<' ? XML : TEXT;
}

static int no_sheet_file(enum is is, struct trib_text head, struct tribx_error *e)
{
	static const struct { const char *what, *hint; } kinds[] = {
		[HTML] = { "a web page (a login page, or a table that a portal saved as a spreadsheet)", "if it is a report, write format: html" },
		[XML] = { "XML", "write format: xml, or ask for .xlsx" },
		[TEXT] = { "text", "write format: csv, and its delimiter" },
	};
	if (!head.n)
		return tribx_fail(e, TRIB_DATA, "csv.empty", "is empty: 0 bytes");
	tribx_error_sample(e, (struct trib_text){ head.p, head.n < 80 ? head.n : 80 });
	tribx_error_hint(e, "%s", kinds[is].hint);
	return tribx_fail(e, TRIB_DATA, "sheet.other_file", "is named like a spreadsheet and is %s", kinds[is].what);
}

int tribx_sheet_cells(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e)
{
	struct trib_text head;
	struct tribx_source *src = NULL;
	(void)columns;
	int rc = tribx_bytes_peek(in, &head, e);
	if (rc < 0)
		return rc;
	enum is is = look(head);
	if (is != ZIP && is != OLE)
		return no_sheet_file(is, head, e);
	if ((rc = tribx_spool(in, f->sheet_file_max, &src, e)) < 0)
		return rc;
	return (is == ZIP ? tribx_xlsx_open : tribx_xls_open)(f, tribx_bytes_name(in), tribx_bytes_limits(in), src, out, e);
}

/* ---- all bytes, by position ---- */

struct spool { struct tribx_source base; struct tribx_source *of; uint8_t *mem; };

static int spool_pread(struct tribx_source *s, void *to, size_t size, int64_t at, size_t *got, struct tribx_error *e)
{
	struct spool *p = (struct spool *)s;
	if (p->of)
		return p->of->pread(p->of, to, size, at, got, e);
	*got = at >= s->size ? 0 : (int64_t)size < s->size - at ? size : (size_t)(s->size - at);
	if (*got)
		memcpy(to, p->mem + at, *got);
	return TRIB_OK;
}

static int spool_check(struct tribx_source *s, struct tribx_error *e)
{
	struct spool *p = (struct spool *)s;
	return p->of ? p->of->check(p->of, e) : TRIB_OK;
}

static void spool_close(struct tribx_source *s)
{
	struct spool *p = (struct spool *)s;
	free(p->mem);
	free(p);
}

/* Into memory: what came through a packing or a network has no positions. */
static int read_all(struct spool *p, struct trib_bytes *in, int64_t max, struct tribx_error *e)
{
	size_t cap = 0;
	for (int rc = TRIB_OK;;) {
		size_t got = 0;
		if ((size_t)p->base.size == cap) {
			uint8_t *grown = realloc(p->mem, cap = cap ? cap * 2 : 1 << 18);
			if (!grown)
				return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a workbook of %zu bytes", cap / 2);
			p->mem = grown;
		}
		if ((rc = tribx_read(in, p->mem + p->base.size, cap - (size_t)p->base.size, &got, e)) != TRIB_OK)
			return rc == TRIB_END ? TRIB_OK : rc;
		if ((p->base.size += (int64_t)got) > max) {
			tribx_error_hint(e, "raise sheet_file_max if the file is meant");
			return tribx_fail(e, TRIB_DATA, "sheet.too_large", "is larger than sheet_file_max (%lld bytes), and has to be read into memory", (long long)max);
		}
	}
}

int tribx_spool(struct trib_bytes *in, int64_t max, struct tribx_source **out, struct tribx_error *e)
{
	struct spool *p = calloc(1, sizeof *p);
	if (!p)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
	p->of = tribx_bytes_plain(in);
	p->base = (struct tribx_source){ .pread = spool_pread, .check = spool_check, .close = spool_close, .fd = p->of ? p->of->fd : 0 };
	p->base.size = p->of ? p->of->size : 0;
	int rc = p->of ? TRIB_OK : read_all(p, in, max, e);
	if (rc < 0)
		spool_close(&p->base);
	else
		*out = &p->base;
	return rc;
}
