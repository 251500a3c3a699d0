/* decode_reject - see decode_reject.h; and the check that the text is text. */
#include "io/decode_reject.h"

#include <stdio.h>
#include <stdlib.h>

void tribx_reject_start(struct tribx_reject *r, const struct tribx_chunk *c, struct trib_batch *out)
{
	*r = (struct tribx_reject){ c, out, c->from, c->line };
}

int64_t tribx_reject_line(struct tribx_reject *r, size_t at)
{
	const struct tribx_layout *s = r->chunk->layout;
	unsigned char eol = s->dialect.eol;
	if (at < r->at)
		tribx_reject_start(r, r->chunk, r->out);
	r->line += (int64_t)tribx_tally(s->isa, r->chunk->room->mem + r->at, at - r->at, eol, eol).a;
	r->at = at;
	return r->line;
}

/* Cells text without what only the decoder needs: tabs between cells, no marks. NULL: no memory. */
static char *readable(struct trib_text raw)
{
	char *out = malloc(raw.n + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < raw.n; i++)
		if (raw.p[i] == TRIBX_CELLS_DELIMITER)
			out[n++] = '\t';
		else if ((unsigned char)raw.p[i] >= TRIBX_MARKS)
			out[n++] = raw.p[i];
	if (out)
		out[n] = 0;
	return out;
}

void tribx_reject_row(struct tribx_reject *r, const char *code, const char *detail, struct trib_text raw, size_t at)
{
	const struct tribx_layout *s = r->chunk->layout;
	char text[400], *plain = tribx_is_cells(s->kind) ? readable(raw) : NULL;
	int64_t line = tribx_reject_line(r, at);
	snprintf(text, sizeof text, "%s, %s %lld: %s", s->file, s->kind->record, (long long)line, detail);
	tribx_text_whole(text);
	tribx_raw_fault(r->out, code, text, plain ? (struct trib_text){ plain, strlen(plain) } : raw, line);
	free(plain);
}

/* The name of the field that holds `bad`, by the serial machine: this is the way out, not the way. */
static const char *field_at(const struct tribx_chunk *c, size_t bad)
{
	const struct tribx_layout *s = c->layout;
	struct tribx_index ix = { 0 };
	const char *name = NULL;
	if (s->rows == TRIBX_JSONL || !s->fields || !tribx_scan_serial(&s->dialect, c->room->mem, c->from, c->to, &ix))
		return NULL;
	size_t i = 0, r = 0;
	while (i < ix.fields && ix.ends[i + 1] <= bad)
		i++;
	while (r < ix.records && ix.recs[r + 1] <= i)
		r++;
	if (r < ix.records && i - ix.recs[r] < (size_t)s->field_count)
		name = s->fields[i - ix.recs[r]];
	tribx_index_done(&ix);
	return name;
}

int tribx_check_text(const struct tribx_chunk *c, struct tribx_error *e)
{
	const struct tribx_layout *s = c->layout;
	const char *p = c->room->mem + c->from;
	size_t n = c->to - c->from, bad = tribx_utf8_bad(s->isa, p, n);
	if (bad == n)
		return TRIB_OK;
	long long line = (long long)c->line + (long long)tribx_tally(s->isa, p, bad, s->dialect.eol, s->dialect.eol).a;
	const char *name = field_at(c, c->from + bad);
	bool nul = p[bad] == 0, json = s->rows == TRIBX_JSONL;
	char where[400];
	snprintf(where, sizeof where, "%s, %s %lld%s%s", s->file, s->kind->record, line, name ? ", column " : "", name ? name : "");
	if (!tribx_is_cells(s->kind))   /* there the byte is none of the file */
		snprintf(where + strlen(where), sizeof where - strlen(where), ", byte %lld", (long long)c->offset + (long long)bad);
	tribx_error_at(e, s->file, (int)line, 0, NULL);
	if (nul) {
		tribx_error_hint(e, "is the file UTF-16? then write encoding: utf-16le");
		return tribx_fail(e, TRIB_DATA, json ? "json.nul" : "csv.nul", "%s: a NUL byte", where);
	}
	tribx_error_hint(e, "write encoding: windows-1252 (or latin-1) if the file is not UTF-8");
	return tribx_fail(e, TRIB_DATA, json ? "json.bad_utf8" : "csv.bad_utf8", "%s: byte 0x%02X is not UTF-8", where, (unsigned char)p[bad]);
}
