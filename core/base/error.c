/* error - see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"

const struct tribx_error_row tribx_errors[] = {
#define ERROR(code, status, meaning, todo) { code, status, meaning, todo },
#include "base/errors.def"
#undef ERROR
	{ 0 }
};

static const struct tribx_status_row statuses[] = {
	{ TRIB_MORE, "MORE", 0, true, "More rows follow; here is no safe point." },
	{ TRIB_END, "END", 0, true, "Finished." },
	{ TRIB_OK, "OK", 0, true, "Done." },
	{ TRIB_RETRY, "RETRY", 1, true, "A transient fault that did not go away." },
	{ TRIB_LATER, "LATER", 4, true, "The source asks to come back later." },
	{ TRIB_AUTH, "AUTH", 3, false, "Credentials were refused; a person must act." },
	{ TRIB_ENV, "ENV", 3, true, "A host, disk or database is not usable now." },
	{ TRIB_CONFIG, "CONFIG", 2, false, "The pipeline or the command line is wrong." },
	{ TRIB_DATA, "DATA", 1, false, "The source broke its contract; nothing of this part was published." },
	{ TRIB_HELD, "HELD", 5, false, "A guard, a contract or the reject budget holds the load." },
	{ TRIB_FENCED, "FENCED", 6, true, "Another run owns the stream." },
	{ TRIB_UNKNOWN, "UNKNOWN", 1, true, "The answer to a commit was lost and could not be learnt." },
	{ TRIB_FATAL, "FATAL", 1, false, "The run could not go on." },
	{ TRIB_STOPPED, "STOPPED", 130, true, "Stopped on request." },
};

const struct tribx_status_row *tribx_status(int status)
{
	const struct tribx_status_row *fatal = NULL;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		if (statuses[i].status == status)
			return &statuses[i];
		if (statuses[i].status == TRIB_FATAL)
			fatal = &statuses[i];
	}
	return fatal;
}

const struct tribx_error_row *tribx_error_find(const char *code)
{
	for (const struct tribx_error_row *r = tribx_errors; r->code; r++)
		if (strcmp(r->code, code) == 0)
			return r;
	return NULL;
}

int tribx_fail(struct tribx_error *e, int status, const char *code, const char *fmt, ...)
{
	if (!e || e->status)
		return e ? e->status : status;
	va_list args;
	e->status = status;
	snprintf(e->code, sizeof e->code, "%s", code);
	va_start(args, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, args);
	tribx_text_whole(e->text);
	va_end(args);
	return status;
}

void tribx_error_at(struct tribx_error *e, const char *file, int line, int column, const char *line_text)
{
	if (!e || e->file[0])
		return;
	snprintf(e->file, sizeof e->file, "%s", file ? file : "");
	tribx_text_whole(e->file);
	e->line = line;
	e->column = column;
	snprintf(e->line_text, sizeof e->line_text, "%s", line_text ? line_text : "");
	tribx_text_whole(e->line_text);
}

void tribx_error_hint(struct tribx_error *e, const char *fmt, ...)
{
	va_list args;
	if (!e || e->hint[0])
		return;
	va_start(args, fmt);
	vsnprintf(e->hint, sizeof e->hint, fmt, args);
	tribx_text_whole(e->hint);
	va_end(args);
}

void tribx_error_sample(struct tribx_error *e, struct trib_text sample)
{
	if (!e || e->sample[0] || !sample.p)
		return;
	size_t n = sample.n < sizeof e->sample - 4 ? sample.n : sizeof e->sample - 4;
	while (n > 0 && n < sample.n && ((unsigned char)sample.p[n] & 0xC0) == 0x80)
		n--;   /* never half a character */
	memcpy(e->sample, sample.p, n);
	strcpy(e->sample + n, n < sample.n ? "..." : "");
}
