/* decode_head - what stands before the first row of a CSV file: sep= line, banner, header, units; and which field of a
 * record becomes which column. Runs once per file, byte by byte. */
#include <stdio.h>
#include <stdlib.h>

#include "io/decode.h"

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the header");
}

/* A file without a single \n in its first 64 KiB ends its lines with \r. */
bool tribx_head_eol(const struct tribx_format *f, struct tribx_layout *s, const char *p, size_t n, bool ended)
{
	if (s->kind->cells || (f->line_end && *f->line_end && strcmp(f->line_end, "auto") != 0))
		return true;
	bool lf = memchr(p, '\n', n);
	if (!lf && !ended && n < 65536)
		return false;
	s->dialect.eol = lf || !memchr(p, '\r', n) ? '\n' : '\r';
	return true;
}

/* ---- bodies that are no table ---- */

static bool starts(const char *p, size_t n, const char *word)
{
	size_t size = strlen(word);
	for (size_t i = 0; i < size; i++) {
		char c = i < n ? p[i] : 0;
		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word[i])
			return false;
	}
	return true;
}

static int body(const struct tribx_layout *s, const char *p, size_t n, struct tribx_error *e)
{
	static const char *const html[] = { "<!doctype", "<html", "<head", "<body", "<?xml" }, *const json[] = { "{\"", "[{", "[]", "{}" };
	size_t at = 0;
	while (at < n && (p[at] == ' ' || p[at] == '\t' || p[at] == '\r' || p[at] == '\n'))
		at++;
	struct trib_text sample = { p + at, n - at < 80 ? n - at : 80 };
	for (size_t i = 0; i < sizeof html / sizeof *html; i++)
		if (starts(p + at, n - at, html[i])) {
			tribx_error_sample(e, sample);
			return tribx_fail(e, TRIB_DATA, "csv.html_body", "%s is a web page, not CSV (a login or error page?)", s->file);
		}
	char packed[2] = { 0 };
	for (size_t i = at, k = 0; i < n && i < at + 64 && k < 2; i++)
		if (p[i] != ' ' && p[i] != '\n' && p[i] != '\r' && p[i] != '\t')
			packed[k++] = p[i];
	for (size_t i = 0; i < sizeof json / sizeof *json; i++)
		if (memcmp(packed, json[i], 2) == 0) {
			tribx_error_sample(e, sample);
			return tribx_fail(e, TRIB_DATA, "csv.json_body", "%s is JSON, not CSV (an error message?)", s->file);
		}
	return TRIB_OK;
}

/* ---- lines ---- */

struct lines { const char *p; size_t n, at; int64_t line; char eol; };

/* The line at l->at without its end; false: it does not end here. */
static bool line(struct lines *l, struct trib_text *out)
{
	const char *end = l->at < l->n ? memchr(l->p + l->at, l->eol, l->n - l->at) : NULL;
	if (!end)
		return false;
	*out = (struct trib_text){ l->p + l->at, (size_t)(end - l->p) - l->at };
	if (out->n && out->p[out->n - 1] == '\r')
		out->n--;
	l->at = (size_t)(end - l->p) + 1;
	l->line++;
	return true;
}

/* true: the lines before the header are passed; otherwise more is needed, or e is set. */
static bool banner(const struct tribx_format *f, struct tribx_layout *s, struct lines *l, bool ended, struct tribx_error *e)
{
	struct trib_text t;
	struct lines was = *l;
	if (!s->kind->cells && line(l, &t) && t.n == 5 && starts(t.p, t.n, "sep=")) {
		if (!s->delimiter_declared)
			s->dialect.delimiter = (unsigned char)t.p[4];
	} else {
		*l = was;
	}
	for (int64_t i = 0; i < f->skip; i++)
		if (!line(l, &t)) {
			if (ended)
				tribx_fail(e, TRIB_DATA, "csv.no_header", "%s ends within the %lld %ss to skip", s->file, (long long)f->skip, s->kind->record);
			return false;
		}
	while (f->skip_until && *f->skip_until) {
		was = *l;
		if (!line(l, &t)) {
			if (ended)
				tribx_fail(e, TRIB_DATA, "csv.no_header", "%s has no %s with \"%s\"", s->file, s->kind->record, f->skip_until);
			return false;
		}
		if (t.n && memmem(t.p, t.n, f->skip_until, strlen(f->skip_until))) {
			*l = was;
			break;
		}
	}
	return true;
}

/* ---- header ---- */

static const char *const invisible[] = { "\xEF\xBB\xBF", "\xE2\x80\x8B", "\xE2\x81\xA0", "\xC2\xA0", " ", "\t" };

static struct trib_text clean(struct trib_text t)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < sizeof invisible / sizeof *invisible; i++) {
			size_t n = strlen(invisible[i]);
			if (t.n >= n && memcmp(t.p, invisible[i], n) == 0) {
				t.p += n;
				t.n -= n;
				again = true;
			} else if (t.n >= n && memcmp(t.p + t.n - n, invisible[i], n) == 0) {
				t.n -= n;
				again = true;
			}
		}
	}
	return t;
}

/* The name of one header field: unquoted, cleaned, line ends inside as blanks. */
static char *name_of(struct tribx_layout *s, struct trib_text t, int place)
{
	char *out = tribx_arena_new(&s->memory, t.n + 24), quote = (char)s->dialect.quote;
	size_t n = 0;
	if (!out)
		return NULL;
	if (s->kind->cells && t.n && (unsigned char)*t.p < TRIBX_MARKS)
		t = (struct trib_text){ t.p + 1, t.n - 1 };
	t = clean(t);
	bool quoted = quote && t.n >= 2 && t.p[0] == quote && t.p[t.n - 1] == quote;
	for (size_t i = quoted; i < t.n - quoted; i++) {
		out[n++] = t.p[i] == '\n' || t.p[i] == '\r' ? ' ' : t.p[i];
		if (quoted && t.p[i] == quote && i + 2 < t.n && t.p[i + 1] == quote)
			i++;
	}
	t = clean((struct trib_text){ out, n });
	memmove(out, t.p, t.n);
	out[t.n] = 0;
	if (!t.n)
		sprintf(out, "column_%d", place + 1);
	return out;
}

static int by_fold(const void *a, const void *b)
{
	const unsigned char *x = *(const unsigned char *const *)a, *y = *(const unsigned char *const *)b;
	for (;; x++, y++) {
		int low = *x >= 'A' && *x <= 'Z' ? *x + 32 : *x, other = *y >= 'A' && *y <= 'Z' ? *y + 32 : *y;
		if (low != other || !low)
			return low - other;
	}
}

static bool suffix(struct tribx_layout *s)
{
	for (int i = 1; i < s->field_count; i++) {
		const char *name = s->fields[i];
		char *other = NULL;
		for (int number = 2, k = 0; k < i; k++) {
			if (by_fold(&s->fields[k], &s->fields[i]) != 0)
				continue;
			if (!other && !(other = tribx_arena_new(&s->memory, strlen(name) + 12)))
				return false;
			sprintf(other, "%s_%d", name, number++);
			s->fields[i] = other;
			k = -1;
		}
	}
	return true;
}

static int duplicates(const struct tribx_format *f, struct tribx_layout *s, struct tribx_error *e)
{
	const char **sorted = malloc((size_t)s->field_count * sizeof *sorted), *twice = NULL;
	if (!sorted)
		return no_memory(e);
	memcpy(sorted, s->fields, (size_t)s->field_count * sizeof *sorted);
	qsort(sorted, (size_t)s->field_count, sizeof *sorted, by_fold);
	for (int i = 1; i < s->field_count && !twice; i++)
		twice = by_fold(&sorted[i - 1], &sorted[i]) == 0 ? sorted[i] : NULL;
	free(sorted);
	if (!twice)
		return TRIB_OK;
	if (f->duplicate_headers && strcmp(f->duplicate_headers, "suffix") == 0)
		return suffix(s) ? TRIB_OK : no_memory(e);
	tribx_error_hint(e, "write duplicate_headers: suffix to get \"%s\" and \"%s_2\"", twice, twice);
	return tribx_fail(e, TRIB_DATA, "csv.duplicate_header", "%s: two columns are named \"%s\" (case does not count)", s->file, twice);
}

static const char *name_at(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static int missing(const struct tribx_layout *s, const struct tribx_target *t, struct tribx_error *e)
{
	const char *near = tribx_nearest(t->from, name_at, s->fields, (size_t)s->field_count);
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	else if (s->field_count == 1 && strpbrk(s->fields[0], ";\t|,"))
		tribx_error_hint(e, "the header is one field: is the delimiter \"%c\"?", *strpbrk(s->fields[0], ";\t|,"));
	return tribx_fail(e, TRIB_DATA, "csv.missing_column", "%s has no column \"%s\"", s->file, t->from);
}

/* from: a header, or a place where there is none. */
static int place_of(const struct tribx_format *f, const struct tribx_layout *s, const char *const *raw, const struct tribx_target *t, int order)
{
	if (!f->header) {
		char *end;
		long place = strtol(t->from, &end, 10);
		return *end || t->from == end ? order : (int)place - 1;
	}
	for (int i = 0; i < s->field_count; i++)
		if (strcmp(s->fields[i], t->from) == 0 || strcmp(raw[i], t->from) == 0)
			return i;
	return -1;
}

static int bind(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const char *const *raw, struct tribx_error *e)
{
	int rc = tribx_bind_declared(f, columns, s, e), declared = s->target_count;
	for (int i = 0; rc == TRIB_OK && i < declared; i++) {
		s->targets[i].source = place_of(f, s, raw, &s->targets[i], i);
		if (s->targets[i].source < 0 || s->targets[i].source >= s->field_count)
			rc = missing(s, &s->targets[i], e);
	}
	bool keep = !declared || (f->other_columns && strcmp(f->other_columns, "keep") == 0);
	bool refuse = declared && f->other_columns && strcmp(f->other_columns, "error") == 0;
	for (int i = 0; rc == TRIB_OK && (keep || refuse) && i < s->field_count; i++) {
		bool taken = false;
		for (int k = 0; k < declared && !taken; k++) {
			taken = s->targets[k].source == i;
			if (!taken && keep && strcmp(s->targets[k].name, s->fields[i]) == 0)
				return tribx_fail(e, TRIB_DATA, "csv.duplicate_header", "%s: column \"%s\" of `columns` is read from \"%s\", and the file has another \"%s\"",
				                  s->file, s->targets[k].name, s->targets[k].from, s->fields[i]);
		}
		if (taken)
			continue;
		if (refuse)
			return tribx_fail(e, TRIB_DATA, "csv.unknown_column", "%s has a column \"%s\" that `columns` does not name", s->file, s->fields[i]);
		s->targets[s->target_count++] = (struct tribx_target){ .name = s->fields[i], .from = s->fields[i], .type = TRIB_STR, .source = i };
	}
	return rc;
}

/* Fields of the record at l->at; TRIB_OK with *end == 0: it is not whole. */
static int record(struct tribx_layout *s, const struct lines *l, struct tribx_index *ix, size_t *end, struct tribx_error *e)
{
	struct tribx_cut cut = { .seen = l->at };
	*end = 0;
	for (size_t to = l->at; to < l->n && !cut.end;) {   /* a record at a time, not the whole room */
		const char *eol = memchr(l->p + to, l->eol, l->n - to);
		if (!eol)
			return TRIB_OK;
		to = (size_t)(eol - l->p) + 1;
		tribx_cut(&s->dialect, l->p, to, &cut);
	}
	if (!cut.end)
		return TRIB_OK;
	*end = cut.end;
	if (!tribx_scan_serial(&s->dialect, l->p, l->at, *end, ix))
		return no_memory(e);
	return TRIB_OK;
}

static int names(const struct tribx_format *f, struct tribx_layout *s, const struct lines *l, const struct tribx_index *ix, const char **raw, struct tribx_error *e)
{
	for (int i = 0; i < s->field_count; i++) {
		size_t from = ix->ends[i] + 1, to = ix->ends[i + 1];
		to -= i == s->field_count - 1 && to > from && l->p[to - 1] == '\r';
		raw[i] = name_of(s, f->header ? (struct trib_text){ l->p + from, to - from } : (struct trib_text){ "", 0 }, i);
		if (!raw[i])
			return no_memory(e);
		const char *alias = f->header ? trib_map_text(&f->aliases, raw[i]) : NULL;
		s->fields[i] = alias ? tribx_arena_text(&s->memory, alias, strlen(alias)) : raw[i];
		if (!s->fields[i])
			return no_memory(e);
	}
	return TRIB_OK;
}

static int header(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct lines *l, size_t end,
                  struct tribx_index *ix, struct tribx_error *e)
{
	size_t bad = tribx_utf8_bad(TRIBX_SERIAL, l->p + l->at, end - l->at);
	if (bad < end - l->at)   /* said with its place by the check of the rows */
		return tribx_check_text(&(struct tribx_chunk){ .layout = s, .room = &(struct tribx_room){ .mem = (char *)(uintptr_t)l->p },
			.from = l->at, .to = end, .line = l->line }, e);
	if (ix->odd && f->header)
		return tribx_fail(e, TRIB_DATA, "csv.stray_quote", "%s, %s %lld: a quote stands where no quote may be, in the header", s->file, s->kind->record, (long long)l->line);
	if ((int64_t)ix->fields > s->columns_max)
		return tribx_fail(e, TRIB_DATA, "csv.too_many_columns", "%s, %s %lld: %zu columns, more than columns_max allows (%lld)", s->file, s->kind->record,
		                  (long long)l->line, ix->fields, (long long)s->columns_max);
	s->field_count = (int)ix->fields;
	s->keep_blank = s->field_count == 1 && !s->kind->cells && !(f->blank_lines && strcmp(f->blank_lines, "skip") == 0);
	s->fields = tribx_arena_new(&s->memory, ix->fields * sizeof *s->fields);
	const char **raw = tribx_arena_new(&s->memory, ix->fields * sizeof *raw);
	if (!s->fields || !raw)
		return no_memory(e);
	int rc = names(f, s, l, ix, raw, e);
	if (rc == TRIB_OK && f->header)
		rc = duplicates(f, s, e);
	if (rc == TRIB_OK)
		rc = bind(f, columns, s, raw, e);
	return rc;
}

static bool blank(const struct tribx_layout *s, const struct tribx_index *ix, const char *p)
{
	size_t from = ix->ends[0] + 1, size = ix->ends[1] - from;
	return ix->fields == 1 && (size == 0 || (size == 1 && p[from] == '\r') || (s->dialect.comment && (unsigned char)p[from] == s->dialect.comment));
}

int tribx_head(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const char *p, size_t n, bool ended,
               struct tribx_head *h, struct tribx_error *e)
{
	struct lines l = { p, n, 0, s->kind->first, (char)s->dialect.eol };
	struct tribx_index ix = { 0 };
	int rc = s->kind->cells ? TRIB_OK : body(s, p, n, e);
	h->more = false;
	if (rc != TRIB_OK)
		return rc;
	if (!banner(f, s, &l, ended, e)) {
		h->more = !ended;
		return ended ? e->status : TRIB_OK;
	}
	size_t end = 0;
	for (;;) {
		rc = record(s, &l, &ix, &end, e);
		if (rc != TRIB_OK || !end || !blank(s, &ix, p))
			break;
		l.at = end;
		l.line++;
	}
	if (rc == TRIB_OK && !end) {
		h->more = !ended;
		if (ended && l.at < n)
			rc = tribx_fail(e, TRIB_DATA, "csv.unclosed_quote", "%s, %s %lld: the header opens a quote that never closes", s->file, s->kind->record, (long long)l.line);
		else if (ended)
			rc = tribx_fail(e, TRIB_DATA, "csv.no_header", "%s has no header", s->file);
	} else if (rc == TRIB_OK) {
		rc = header(f, columns, s, &l, end, &ix, e);
	}
	tribx_index_done(&ix);
	if (rc != TRIB_OK || h->more)
		return rc;
	struct trib_text t;
	if (f->header) {
		l.line += (int64_t)tribx_tally(TRIBX_SERIAL, p + l.at, end - l.at, s->dialect.eol, s->dialect.eol).a;
		l.at = end;
	}
	for (int64_t i = 0; f->header && i < f->skip_after_header; i++)
		if (!line(&l, &t)) {
			h->more = !ended;
			break;
		}
	if (h->more)
		return TRIB_OK;
	*h = (struct tribx_head){ .at = l.at, .line = l.line };
	return TRIB_OK;
}
