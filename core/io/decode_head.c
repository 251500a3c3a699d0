/* decode_head - what stands before the first row of a text table: sep= line, banner, header, units. Runs once per file, byte
 * by byte; decode_names.c makes columns of the header, decode_sniff.c finds header and delimiter where nobody says them. */
#include <stdio.h>
#include <stdlib.h>

#include "io/decode_head.h"

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

bool tribx_line(struct tribx_lines *l, struct trib_text *out)
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

/* sep=; is a hint of Excel for itself, and never a header. */
static bool sep_line(struct tribx_layout *s, struct tribx_lines *l)
{
	struct trib_text t;
	struct tribx_lines was = *l;
	if (s->rows == TRIBX_FIXED || s->kind->cells || !tribx_line(l, &t) || t.n != 5 || !starts(t.p, t.n, "sep=")) {
		*l = was;
		return false;
	}
	if (!s->delimiter_declared)
		s->dialect.delimiter = (unsigned char)t.p[4];
	return true;
}

/* Passes the lines that skip and skip_until name. TRIB_END: more is needed. */
static int banner(const struct tribx_format *f, const struct tribx_layout *s, struct tribx_lines *l, struct tribx_error *e)
{
	struct trib_text t;
	for (int64_t i = 0; i < f->skip; i++)
		if (!tribx_line(l, &t))
			return l->ended ? tribx_fail(e, TRIB_DATA, "csv.no_header", "%s ends within the %lld %ss to skip", s->file, (long long)f->skip, s->kind->record) : TRIB_END;
	while (f->skip_until && *f->skip_until) {
		struct tribx_lines was = *l;
		if (!tribx_line(l, &t))
			return l->ended ? tribx_fail(e, TRIB_DATA, "csv.no_header", "%s has no %s with \"%s\"", s->file, s->kind->record, f->skip_until) : TRIB_END;
		if (t.n && memmem(t.p, t.n, f->skip_until, strlen(f->skip_until))) {
			*l = was;
			break;
		}
	}
	return TRIB_OK;
}

/* ---- the header ---- */

static int not_whole(const struct tribx_layout *s, const struct tribx_lines *l, const struct tribx_header *h, struct tribx_error *e)
{
	if (!l->ended)
		return TRIB_END;
	if (h->open)
		return tribx_fail(e, TRIB_DATA, "csv.unclosed_quote", "%s, %s %lld: the header opens a quote that never closes", s->file, s->kind->record, (long long)h->line);
	return tribx_fail(e, TRIB_DATA, "csv.no_header", "%s has no header", s->file);
}

static int header(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_lines *l, struct tribx_error *e)
{
	struct tribx_header h;
	int rc = tribx_header_at(f, s, l, &s->memory, &h, e);
	if (rc != TRIB_OK || !h.end)
		return rc != TRIB_OK ? rc : not_whole(s, l, &h, e);
	if (tribx_utf8_bad(TRIBX_SERIAL, l->p + h.from, h.end - h.from) < h.end - h.from)   /* said with its place by the check of the rows */
		return tribx_check_text(&(struct tribx_chunk){ .layout = s, .room = &(struct tribx_room){ .mem = (char *)(uintptr_t)l->p },
			.from = h.from, .to = h.end, .line = h.line }, e);
	if (h.odd && f->header)
		return tribx_fail(e, TRIB_DATA, "csv.stray_quote", "%s, %s %lld: a quote stands where no quote may be, in the header", s->file, s->kind->record, (long long)h.line);
	rc = tribx_header_bind(f, columns, s, &h, e);
	size_t end = f->header ? h.end : h.from;
	l->line += (int64_t)tribx_tally(TRIBX_SERIAL, l->p + l->at, end - l->at, s->dialect.eol, s->dialect.eol).a;
	l->at = end;
	return rc;
}

static int named(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, struct tribx_lines *l, bool settled, struct tribx_error *e)
{
	unsigned char was = s->dialect.delimiter;
	int rc = f->header ? tribx_header_find(f, columns, s, l, e) : TRIB_OK;
	if (rc == TRIB_OK && s->rows == TRIBX_CSV && !settled && s->dialect.delimiter == was)
		rc = tribx_delimiter_find(s, l, e);
	return rc == TRIB_OK ? header(f, columns, s, l, e) : rc;
}

int tribx_head(const struct tribx_format *f, const struct trib_field *columns, struct tribx_layout *s, const char *p, size_t n, bool ended,
               struct tribx_head *h, struct tribx_error *e)
{
	struct tribx_lines l = { p, n, 0, s->kind->first, (char)s->dialect.eol, ended };
	struct trib_text t;
	int rc = s->kind->cells ? TRIB_OK : body(s, p, n, e);
	h->more = false;
	if (rc != TRIB_OK)
		return rc;
	if (s->rows == TRIBX_CSV && !s->delimiter_declared)
		s->dialect.delimiter = ',';   /* what fewer bytes showed is found again */
	bool settled = sep_line(s, &l) || s->delimiter_declared;
	rc = banner(f, s, &l, e);
	if (rc == TRIB_OK)
		rc = s->rows == TRIBX_FIXED ? tribx_fixed_bind(f, columns, s, e) : named(f, columns, s, &l, settled, e);
	for (int64_t i = 0; rc == TRIB_OK && (f->header || s->rows == TRIBX_FIXED) && i < f->skip_after_header; i++)
		if (!tribx_line(&l, &t)) {
			rc = ended ? TRIB_OK : TRIB_END;
			break;
		}
	if (rc == TRIB_OK)
		*h = (struct tribx_head){ .at = l.at, .line = l.line };
	h->more = rc == TRIB_END;
	return rc == TRIB_END ? TRIB_OK : rc;
}
