/* xlsx_book - what a workbook says: where its parts are, which sheets it has, what its styles show, its shared strings.
 *
 * Nothing is found by a fixed path: _rels/.rels names the workbook, the workbook's relations name the rest. Relations are known
 * by the last step of their type, which is the same in the transitional and the strict namespaces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/xlsx.h"

enum { STYLES_MAX = 65536, FORMATS_MAX = 4096, SHEETS_MAX = 4096 };   /* Excel: 65,490 and about 250 */

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a workbook");
}

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

static bool type_is(const char *type, const char *last)
{
	const char *slash = type ? strrchr(type, '/') : NULL;
	return slash && strcmp(slash + 1, last) == 0;
}

static int64_t number(const char *text, int64_t other)
{
	int64_t v = 0;
	if (!text || !*text)
		return other;
	for (; *text >= '0' && *text <= '9' && v < 1000000000; text++)
		v = v * 10 + (*text - '0');
	return *text ? other : v;
}

/* ---- one part through its calls ---- */

static int read_part(struct tribx_book *b, const char *part, const struct tribx_xml_calls *calls, void *self, struct tribx_xml **xml, struct tribx_error *e)
{
	struct tribx_stream *in = NULL;
	int rc = tribx_package_part(b->package, part, &in, e);
	return rc < 0 ? rc : tribx_xml_all(in, part, calls, self, xml, e);
}

static void nothing(void *self, const char *name)
{
	(void)self, (void)name;
}

/* ---- relations ---- */

struct relations {
	struct tribx_book *book;
	struct tribx_xml *xml;
	const char *base;                /* the part that they belong to */
	void (*take)(struct relations *r, const char *id, const char *type, const char *target, bool external);
};

static void relation(void *self, const char *name, const char **attributes)
{
	struct relations *r = self;
	const char *target = tribx_xml_attribute(attributes, "Target");
	if (is(name, "Relationship") && target)
		r->take(r, tribx_xml_attribute(attributes, "Id"), tribx_xml_attribute(attributes, "Type"), target, is(tribx_xml_attribute(attributes, "TargetMode"), "External"));
}

/* The part in *to; the first of its kind counts. */
static void resolve(struct relations *r, const char *target, bool external, char **to)
{
	if (*to)
		return;
	if (external)
		tribx_xml_stop(r->xml, tribx_fail(tribx_xml_error(r->xml), TRIB_DATA, "xlsx.bad_target", "part %s names \"%.100s\", which lies outside of the file", r->base, target));
	else if (!(*to = tribx_package_target(r->base, target, tribx_xml_error(r->xml))))
		tribx_xml_stop(r->xml, TRIB_DATA);
}

static void root_relation(struct relations *r, const char *id, const char *type, const char *target, bool external)
{
	(void)id;
	if (type_is(type, "officeDocument"))
		resolve(r, target, external, &r->book->workbook);
}

static void book_relation(struct relations *r, const char *id, const char *type, const char *target, bool external)
{
	struct tribx_book *b = r->book;
	if (type_is(type, "sharedStrings"))
		resolve(r, target, external, &b->strings_part);
	else if (type_is(type, "styles"))
		resolve(r, target, external, &b->styles_part);
	else if (type_is(type, "worksheet"))
		for (size_t i = 0; id && i < b->sheets.count; i++)   /* until now place is the relation's id, with a blank in front */
			if (b->sheets.items[i].place && *b->sheets.items[i].place == ' ' && strcmp(b->sheets.items[i].place + 1, id) == 0) {
				free(b->sheets.items[i].place);
				b->sheets.items[i].place = NULL;
				resolve(r, target, external, &b->sheets.items[i].place);
			}
}

static int read_relations(struct tribx_book *b, const char *part, const char *base, void (*take)(struct relations *, const char *, const char *, const char *, bool),
                          struct tribx_error *e)
{
	static const struct tribx_xml_calls calls = { relation, nothing, NULL };
	struct relations r = { .book = b, .base = base, .take = take };
	return read_part(b, part, &calls, &r, &r.xml, e);
}

/* ---- the workbook ---- */

struct workbook { struct tribx_book *book; struct tribx_xml *xml; };

static void workbook_start(void *self, const char *name, const char **attributes)
{
	struct workbook *w = self;
	if (is(name, "workbookPr")) {
		const char *flag = tribx_xml_attribute(attributes, "date1904");
		w->book->is_1904 = is(flag, "1") || is(flag, "true") || is(flag, "on");
	} else if (is(name, "sheet")) {
		const char *sheet = tribx_xml_attribute(attributes, "name"), *state = tribx_xml_attribute(attributes, "state"), *id = tribx_xml_attribute(attributes, "id");
		struct tribx_sheets *s = &w->book->sheets;
		if (s->count == SHEETS_MAX)
			tribx_xml_stop(w->xml, tribx_fail(tribx_xml_error(w->xml), TRIB_DATA, "xlsx.limit", "has more than %d sheets", SHEETS_MAX));
		else if (!tribx_sheets_add(s, sheet ? sheet : "", state && !is(state, "visible")) || asprintf(&s->items[s->count - 1].place, " %s", id ? id : "") < 0)
			tribx_xml_stop(w->xml, no_memory(tribx_xml_error(w->xml)));
	}
}

/* "xl/workbook.xml": "xl/_rels/workbook.xml.rels". NULL: no memory. */
static char *relations_of(const char *part)
{
	const char *slash = strrchr(part, '/');
	char *out = NULL;
	int folder = slash ? (int)(slash - part) + 1 : 0;
	return asprintf(&out, "%.*s_rels/%s.rels", folder, part, part + folder) < 0 ? NULL : out;
}

int tribx_book_open(struct tribx_book *b, struct tribx_package *p, struct tribx_error *e)
{
	static const struct tribx_xml_calls calls = { workbook_start, nothing, NULL };
	struct workbook w = { .book = b };
	*b = (struct tribx_book){ .package = p };
	int rc = read_relations(b, "_rels/.rels", "", root_relation, e);
	if (rc == TRIB_OK && !b->workbook)
		rc = tribx_fail(e, TRIB_DATA, "xlsx.no_workbook", "is a package without a workbook: a document of another kind");
	if (rc == TRIB_OK)
		rc = read_part(b, b->workbook, &calls, &w, &w.xml, e);
	if (rc == TRIB_OK && !b->sheets.count)
		rc = tribx_fail(e, TRIB_DATA, "sheet.no_sheet", "has no sheet");
	if (rc == TRIB_OK) {
		char *rels = relations_of(b->workbook);
		rc = rels ? read_relations(b, rels, b->workbook, book_relation, e) : no_memory(e);
		free(rels);
	}
	for (size_t i = 0; i < b->sheets.count; i++)
		if (b->sheets.items[i].place && *b->sheets.items[i].place == ' ') {   /* no worksheet: a chart, or nothing at all */
			free(b->sheets.items[i].place);
			b->sheets.items[i].place = NULL;
		}
	return rc;
}

/* ---- styles ---- */

struct styles {
	struct tribx_book *book;
	struct tribx_xml *xml;
	bool in_formats, in_cells;
	struct { int64_t id; uint8_t shows; } *formats;
	size_t format_count, format_cap, cap;
	int64_t *ids;                    /* by style */
};

static bool grow(void **items, size_t *cap, size_t count, size_t size)
{
	if (count < *cap)
		return true;
	void *grown = realloc(*items, (*cap ? *cap * 2 : 64) * size);
	if (!grown)
		return false;
	*items = grown;
	*cap = *cap ? *cap * 2 : 64;
	return true;
}

static void styles_start(void *self, const char *name, const char **attributes)
{
	struct styles *s = self;
	bool fine = true;
	if (is(name, "numFmts") || is(name, "cellXfs")) {
		s->in_formats = *name == 'n';
		s->in_cells = *name == 'c';
	} else if (s->in_formats && is(name, "numFmt")) {
		const char *code = tribx_xml_attribute(attributes, "formatCode");
		if ((fine = grow((void **)&s->formats, &s->format_cap, s->format_count, sizeof *s->formats))) {
			s->formats[s->format_count].id = number(tribx_xml_attribute(attributes, "numFmtId"), -1);
			s->formats[s->format_count++].shows = (uint8_t)tribx_sheet_format(code ? code : "");
		}
	} else if (s->in_cells && is(name, "xf")) {
		if ((fine = grow((void **)&s->ids, &s->cap, s->book->style_count, sizeof *s->ids)))
			s->ids[s->book->style_count++] = number(tribx_xml_attribute(attributes, "numFmtId"), 0);
	}
	if (!fine)
		tribx_xml_stop(s->xml, no_memory(tribx_xml_error(s->xml)));
	else if (s->format_count > FORMATS_MAX || s->book->style_count > STYLES_MAX)
		tribx_xml_stop(s->xml, tribx_fail(tribx_xml_error(s->xml), TRIB_DATA, "xlsx.limit", "has more than %d styles or %d number formats", STYLES_MAX, FORMATS_MAX));
}

static void styles_end(void *self, const char *name)
{
	struct styles *s = self;
	if (is(name, "numFmts"))
		s->in_formats = false;
	else if (is(name, "cellXfs"))
		s->in_cells = false;
}

static int load_styles(struct tribx_book *b, struct tribx_error *e)
{
	static const struct tribx_xml_calls calls = { styles_start, styles_end, NULL };
	struct styles s = { .book = b };
	int rc = b->styles_part ? read_part(b, b->styles_part, &calls, &s, &s.xml, e) : TRIB_OK;
	if (rc == TRIB_OK && !(b->shows = calloc(b->style_count + 1, 1)))
		rc = no_memory(e);
	for (size_t i = 0; rc == TRIB_OK && i < b->style_count; i++) {
		b->shows[i] = (uint8_t)tribx_sheet_builtin(s.ids[i]);
		for (size_t k = 0; k < s.format_count; k++)
			if (s.formats[k].id == s.ids[i])
				b->shows[i] = s.formats[k].shows;
	}
	free(s.formats);
	free(s.ids);
	return rc;
}

/* ---- shared strings ---- */

struct reading { struct tribx_book *book; struct tribx_xml *xml; bool in_text; int phonetic; size_t begin; };

static void strings_start(void *self, const char *name, const char **attributes)
{
	struct reading *r = self;
	(void)attributes;
	if (is(name, "si"))
		r->begin = r->book->strings.have;
	else if (is(name, "rPh"))
		r->phonetic++;
	else if (is(name, "t"))
		r->in_text = r->phonetic == 0;
}

static void strings_text(void *self, const char *p, int n)
{
	struct reading *r = self;
	struct tribx_strings *s = &r->book->strings;
	if (!r->in_text)
		return;
	if (s->have + (size_t)n + s->count * sizeof *s->ends > s->max) {
		tribx_error_hint(tribx_xml_error(r->xml), "raise shared_strings_max if the workbook is meant");
		tribx_xml_stop(r->xml, tribx_fail(tribx_xml_error(r->xml), TRIB_DATA, "xlsx.strings_too_large", "its shared strings take more than shared_strings_max (%zu bytes)", s->max));
		return;
	}
	if (s->have + (size_t)n > s->cap) {
		size_t cap = s->cap ? s->cap : 1 << 16;
		while (cap < s->have + (size_t)n)
			cap *= 2;
		char *grown = realloc(s->mem, cap);
		if (!grown) {
			tribx_xml_stop(r->xml, no_memory(tribx_xml_error(r->xml)));
			return;
		}
		s->mem = grown;
		s->cap = cap;
	}
	memcpy(s->mem + s->have, p, (size_t)n);
	s->have += (size_t)n;
}

static void strings_end(void *self, const char *name)
{
	struct reading *r = self;
	struct tribx_strings *s = &r->book->strings;
	if (is(name, "t")) {
		r->in_text = false;
	} else if (is(name, "rPh")) {
		r->phonetic--;
	} else if (is(name, "si")) {
		if (s->have > r->begin)
			s->have = r->begin + tribx_sheet_unescape(s->mem + r->begin, s->have - r->begin);
		if (s->count * sizeof *s->ends > s->max || !grow((void **)&s->ends, &s->ends_cap, s->count, sizeof *s->ends))
			tribx_xml_stop(r->xml, no_memory(tribx_xml_error(r->xml)));
		else
			s->ends[s->count++] = s->have;
	}
}

struct trib_text tribx_strings_at(const struct tribx_strings *s, size_t i)
{
	size_t from = i ? s->ends[i - 1] : 0;
	return (struct trib_text){ s->mem ? s->mem + from : "", s->ends[i] - from };
}

int tribx_book_load(struct tribx_book *b, size_t strings_max, struct tribx_error *e)
{
	static const struct tribx_xml_calls calls = { strings_start, strings_end, strings_text };
	struct reading r = { .book = b };
	b->strings.max = strings_max;
	int rc = load_styles(b, e);
	if (rc == TRIB_OK && b->strings_part && tribx_package_has(b->package, b->strings_part))   /* that it misses shows where a cell needs it */
		rc = read_part(b, b->strings_part, &calls, &r, &r.xml, e);
	return rc;
}

void tribx_book_done(struct tribx_book *b)
{
	free(b->workbook);
	free(b->strings_part);
	free(b->styles_part);
	free(b->shows);
	free(b->strings.mem);
	free(b->strings.ends);
	tribx_sheets_done(&b->sheets);
}
