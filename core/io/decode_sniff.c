/* decode_sniff - header and delimiter of a CSV file where nobody says them, by evidence of its first bytes.
 *
 * Law: what is found does not depend on how the bytes came in. A sample is 64 KiB or the whole file, and nothing is decided
 * on less; what was decided is told (-v). What could be read in two ways is refused, not guessed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "io/decode_head.h"

static const unsigned char candidates[] = { ',', ';', '\t', '|' };
enum { CANDIDATES = sizeof candidates, RECORDS = 50 };

static const char *word_of(unsigned char delimiter)
{
	static const char *const words[] = { "comma", "semicolon", "tab", "bar" };
	for (int i = 0; i < CANDIDATES; i++)
		if (candidates[i] == delimiter)
			return words[i];
	return "delimiter";
}

static bool enough(const struct tribx_lines *l)
{
	return l->ended || l->n - l->at >= TRIBX_SAMPLE;
}

/* ---- the delimiter ---- */

struct vote { size_t fields, records, alike; };

/* How a delimiter splits the first records: fields of the first one, and how many others have as many. */
static bool vote(const struct tribx_layout *s, const struct tribx_lines *l, unsigned char delimiter, size_t most, struct vote *v)
{
	struct tribx_dialect d = s->dialect;
	struct tribx_cut cut = { .seen = l->at };
	struct tribx_index ix = { 0 };
	const size_t limit = l->n - l->at > TRIBX_SAMPLE ? l->at + TRIBX_SAMPLE : l->n;
	d.delimiter = delimiter;
	*v = (struct vote){ 0 };
	for (size_t to = l->at, records = 0; to < limit && records < most;) {   /* no further than they reach: every file pays for this */
		const char *eol = memchr(l->p + to, l->eol, limit - to);
		size_t was = cut.end > l->at ? cut.end : l->at;
		to = eol ? (size_t)(eol - l->p) + 1 : limit;
		tribx_cut(&d, l->p, to, &cut);
		records += cut.end > was + 2;   /* not a blank line */
	}
	if (!cut.end)
		return true;
	if (!tribx_scan_serial(&d, l->p, l->at, cut.end, &ix))
		return false;
	for (size_t r = 0; r < ix.records && v->records < most; r++) {
		size_t fields = ix.recs[r + 1] - ix.recs[r], from = ix.ends[ix.recs[r]] + 1, size = ix.ends[ix.recs[r + 1]] - from;
		if (fields == 1 && (size == 0 || (size == 1 && l->p[from] == '\r') || (d.comment && (unsigned char)l->p[from] == d.comment)))
			continue;
		v->fields = v->records ? v->fields : fields;
		v->alike += fields == v->fields;
		v->records++;
	}
	tribx_index_done(&ix);
	return true;
}

static bool splits(const struct vote *v)
{
	return v->fields > 1 && v->alike * 10 >= v->records * 9;
}

static int ambiguous(const struct tribx_layout *s, const struct vote *votes, struct tribx_error *e)
{
	char text[300] = "";
	for (int i = 0, n = 0; i < CANDIDATES && n < (int)sizeof text - 60; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "%s%s: %zu field%s in %zu of %zu rows", i ? ", " : "", word_of(candidates[i]), votes[i].fields,
		              votes[i].fields == 1 ? "" : "s", votes[i].alike, votes[i].records);
	tribx_error_hint(e, "write the delimiter that the file has, like delimiter: \";\"");
	return tribx_fail(e, TRIB_DATA, "csv.ambiguous_delimiter", "%s: the delimiter cannot be told: %s", s->file, text);
}

int tribx_delimiter_find(struct tribx_layout *s, const struct tribx_lines *l, struct tribx_error *e)
{
	struct vote votes[CANDIDATES];
	int best = -1, count = 0;
	bool one = true;
	if (!s->delimiter_auto && vote(s, l, ',', 1, votes) && votes[0].fields > 1)
		return TRIB_OK;   /* the comma, as RFC 4180 has it */
	for (int i = 0; i < CANDIDATES; i++) {
		if (!vote(s, l, candidates[i], RECORDS, &votes[i]))
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", s->file);
		if (splits(&votes[i]))
			best = count++ ? best : i;
		one &= votes[i].fields <= 1 && votes[i].alike == votes[i].records;
	}
	if (!enough(l))
		return TRIB_END;
	bool certain = count == 1 && (s->delimiter_auto || votes[best].records > 1);
	if (!certain)
		return s->delimiter_auto && !one ? ambiguous(s, votes, e) : TRIB_OK;
	s->dialect.delimiter = candidates[best];
	tribx_log(TRIBX_INFO, "%s: the delimiter is %s: %zu fields in %zu of the first %zu rows", s->file, word_of(candidates[best]), votes[best].fields,
	          votes[best].alike, votes[best].records);
	return TRIB_OK;
}

/* ---- the header ---- */

/* The names that the header must have. */
struct wanted { const struct tribx_words *words; const struct tribx_target *targets; size_t count; };

static bool same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a >= 'A' && *a <= 'Z' ? *a + 32 : *a) != (*b >= 'A' && *b <= 'Z' ? *b + 32 : *b))
			return false;
	return *a == *b;
}

/* Declared columns are bound by their exact names, so they are looked for in the same way; texts of header_match any case. */
static bool has(const struct tribx_format *f, const struct tribx_header *h, const struct wanted *w, size_t i)
{
	const char *name = w->words ? w->words->items[i] : w->targets[i].from;
	for (int k = 0; k < h->count; k++) {
		const char *alias = trib_map_text(&f->aliases, h->names[k]);
		if (w->words ? same(h->names[k], name) || (alias && same(alias, name)) : strcmp(h->names[k], name) == 0 || (alias && strcmp(alias, name) == 0))
			return true;
	}
	return false;
}

/* 1: the header at l has all names, and is on *line; 0: not; negative. */
static int try_one(const struct tribx_format *f, struct tribx_layout *s, const struct tribx_lines *l, const struct wanted *w, int64_t *line, struct tribx_error *e)
{
	struct tribx_arena memory = { 0 };
	struct tribx_header h;
	struct tribx_lines near = *l;
	near.n = l->n - l->at > TRIBX_SAMPLE ? l->at + TRIBX_SAMPLE : l->n;
	int rc = tribx_header_at(f, s, &near, &memory, &h, e);
	bool all = rc == TRIB_OK && h.end && !h.odd;
	for (size_t i = 0; all && i < w->count; i++)
		all = has(f, &h, w, i);
	tribx_arena_done(&memory);
	*line = h.line;
	return rc < 0 ? rc : all;
}

/* The same with each delimiter that the file may have; the one that fits stays. */
static int try(const struct tribx_format *f, struct tribx_layout *s, const struct tribx_lines *l, const struct wanted *w, bool open, int64_t *line, struct tribx_error *e)
{
	unsigned char was = s->dialect.delimiter;
	int rc = try_one(f, s, l, w, line, e);
	for (int i = 0; i < CANDIDATES && rc == 0 && open && w->count > 1; i++) {
		s->dialect.delimiter = candidates[i];
		rc = try_one(f, s, l, w, line, e);
	}
	if (rc != 1)
		s->dialect.delimiter = was;
	return rc;
}

static int missing(const struct tribx_layout *s, const struct wanted *w, struct tribx_error *e)
{
	char text[200];
	size_t n = 0;
	for (size_t i = 0; i < w->count && n < sizeof text; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? ", " : "", w->words->items[i]);
	return tribx_fail(e, TRIB_DATA, "csv.no_header", "%s has no row with all of header_match: %s", s->file, text);
}

/* header_match, or the declared columns where the first row does not have them: the first row that has all. */
int tribx_header_find(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_lines *l, struct tribx_error *e)
{
	struct wanted w = { .words = s->header_match.count ? &s->header_match : NULL, .count = s->header_match.count };
	int rc = w.words ? TRIB_OK : tribx_bind_declared(f, columns, s, e);
	if (rc != TRIB_OK)
		return rc;
	if (!w.words)
		w = (struct wanted){ .targets = s->targets, .count = (size_t)s->target_count };
	if (!w.words && (w.count < 2 || f->skip || (f->skip_until && *f->skip_until)))
		return TRIB_OK;
	bool open = s->rows == TRIBX_CSV && !s->delimiter_declared;
	struct tribx_lines at = *l;
	struct trib_text t;
	int64_t line = l->line;
	size_t limit = w.words ? l->n : l->at + TRIBX_SAMPLE;
	for (;;) {
		rc = try(f, s, &at, &w, open, &line, e);
		if (rc != 0)
			break;
		if (at.at >= limit || !tribx_line(&at, &t))
			break;
	}
	if (rc < 0)
		return rc;
	if (rc == 0 && !(w.words ? l->ended : enough(l)))
		return TRIB_END;
	if (rc == 0)
		return w.words ? missing(s, &w, e) : TRIB_OK;   /* of the first row it is said which column is missing */
	if (at.at != l->at)
		tribx_log(TRIBX_INFO, "%s: the header is %s %lld, what stands before it is no row", s->file, s->kind->record, (long long)line);
	*l = at;
	return TRIB_OK;
}

/* ---- encoding ---- */

/* Which encoding, by byte order mark or declaration. Marks are dropped. */
void tribx_sniff(enum tribx_encoding *is, const char *p, size_t n, size_t *mark)
{
	static const struct { const char *bytes; size_t size; enum tribx_encoding is; } marks[] = {
		{ "\xEF\xBB\xBF", 3, TRIBX_UTF8 }, { "\xFF\xFE", 2, TRIBX_UTF16LE }, { "\xFE\xFF", 2, TRIBX_UTF16BE },
	};
	*mark = 0;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		bool fits = *is == TRIBX_ENCODING_AUTO || *is == marks[i].is || (*is == TRIBX_UTF16 && i > 0);
		if (fits && n >= marks[i].size && memcmp(p, marks[i].bytes, marks[i].size) == 0) {
			*is = marks[i].is;
			*mark = marks[i].size;
			return;
		}
	}
	if (*is == TRIBX_ENCODING_AUTO)
		*is = TRIBX_UTF8;
	if (*is == TRIBX_UTF16)
		*is = TRIBX_UTF16LE;
}
