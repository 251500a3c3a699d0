/* services - the trib_ functions that need no run: errors, memory of an instance, rejects; and the doors to the run. */
#include "plugin/instance.h"
#include "arrow/personal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"

/* ---- errors ---- */

/* "file.no_match: nothing there" brings its own code; otherwise the status gives one. Returns where the text begins. */
static const char *split_code(const char *text, int status, char code[48])
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.");
	if (n > 2 && n < 47 && memchr(text, '.', n) && text[n] == ':' && text[n + 1] == ' ') {
		snprintf(code, 48, "%.*s", (int)n, text);
		return text + n + 2;
	}
	snprintf(code, 48, "plugin.%s", tribx_status(status)->name);
	for (char *c = code; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}

static int fail(struct trib *t, int status, const char *fmt, va_list args)
{
	char text[1024], code[48];
	vsnprintf(text, sizeof text, fmt, args);
	const char *rest = split_code(text, status, code);
	if (t->error.status == 0)
		tribx_fail(&t->error, status, code, "%s", rest);
	t->error.status = status;
	return status;
}

int trib_fail(struct trib *t, int status, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	fail(t, status, fmt, args);
	va_end(args);
	return status;
}

int trib_wait(struct trib *t, int status, trib_duration at_least, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	fail(t, status, fmt, args);
	va_end(args);
	t->wait_ms = at_least.ms;
	return status;
}

void trib_log(struct trib *t, const char *fmt, ...)
{
	static const char warning[] = "warning: ";
	char line[1024];
	va_list args;
	va_start(args, fmt);
	vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	const size_t word = strncmp(line, warning, sizeof warning - 1) == 0 ? sizeof warning - 1 : 0;
	tribx_log(word ? TRIBX_WARN : TRIBX_INFO, "%s/%s: %s", t->job && t->job->pipeline ? t->job->pipeline : "-", t->stage, line + word);
}

/* ---- memory ---- */

char *trib_fmt(struct trib *t, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	char *text = tribx_arena_fmt(&t->scratch, fmt, args);
	va_end(args);
	return text;
}

void *trib_scratch(struct trib *t, size_t size)
{
	return tribx_arena_new(&t->scratch, size);
}

void trib_keep(struct trib *t, const char **slot, const char *s)
{
	const char *was = *slot;
	*slot = s ? tribx_arena_text(&t->kept, s, strlen(s)) : NULL;
	tribx_arena_drop(&t->kept, was);
}

/* ---- facts ---- */

bool trib_stopping(const struct trib *t)
{
	return t->job && t->job->stopping && atomic_load(t->job->stopping);
}

trib_time trib_started(const struct trib *t)
{
	return t->job ? t->job->started : tribx_now();
}

const char *trib_stream_name(const struct trib *t)
{
	return t->job && t->job->stream ? t->job->stream : "";
}

const void *trib_shared(const struct trib *t)
{
	return t->shared;
}

void trib_scope(struct trib *t, enum trib_scope scope)
{
	t->scope = scope;
}

void trib_count(struct trib *t, int output, int what, int64_t n)
{
	if (output >= 0 && output < TRIBX_OUTPUTS && what >= 0 && what < TRIB_COUNTS)
		t->counts[output][what] += n;
}

void trib_tell_(struct trib *t, const struct trib_figure *f)
{
	tribx_figure_put(&t->figures, t->stage, NULL, f);
}

/* ---- rejects ---- */

/* row < 0: what never became a row, of the columns of b; b may be NULL. */
static void bury(struct trib *t, const struct trib_batch *b, int64_t row, const char *code, const char *fmt, va_list args, const struct tribx_buf *record)
{
	char detail[1024];
	vsnprintf(detail, sizeof detail, fmt, args);
	tribx_text_whole(detail);
	const bool personal = b && tribx_any_personal(b);
	if (personal && row >= 0)
		tribx_hide(detail, b, row);
	tribx_dead_put(&t->dead, t->stage, code, detail, record->p ? record->p : "{}", record->p ? record->n : 2, 0);
	if (personal)
		tribx_personal_tell(b, row < 0, &t->dead);
}

void trib_reject(struct trib *t, const struct trib_batch *b, int64_t row, const char *code, const char *fmt, ...)
{
	struct tribx_buf record = { .max = 64 << 20 };
	va_list args;
	tribx_row_json(b, row, &record);
	int marked = record.failed ? TRIB_FATAL : tribx_mark(b, row);
	va_start(args, fmt);
	if (marked < 0)
		t->dead.failed = true;
	else if (marked == TRIB_OK)   /* one row, one dead letter: the first reason stays */
		bury(t, b, row, code, fmt, args, &record);
	va_end(args);
	tribx_buf_done(&record);
}

void trib_reject_raw(struct trib *t, struct trib_batch *b, struct trib_text raw, const char *code, const char *fmt, ...)
{
	struct tribx_buf record = { .max = 128 << 20 };
	va_list args;
	tribx_buf_json(&record, raw);
	va_start(args, fmt);
	if (record.failed)
		t->dead.failed = true;
	else
		bury(t, b, -1, code, fmt, args, &record);
	va_end(args);
	tribx_buf_done(&record);
	if (b)
		tribx_unrow(b);
}

int64_t trib_rejected(const struct trib *t, const struct trib_batch *b)
{
	(void)t;
	return tribx_marked(b);
}

/* ---- doors to the run ---- */

static int closed(struct trib *t, const char *what)
{
	return trib_fail(t, TRIB_FATAL, "internal.no_host: %s called outside of a run", what);
}

int trib_emit(struct trib *t, int output, struct trib_batch *b)
{
	if (t->host && t->host->emit)
		return t->host->emit(t, output, b);
	trib_free(b);
	return closed(t, "trib_emit");
}

int trib_start(struct trib *t, int output, struct trib_batch *out)
{
	memset(out, 0, sizeof *out);
	return t->host && t->host->start ? t->host->start(t, output, out) : closed(t, "trib_start");
}

int trib_slice(struct trib *t, struct trib_batch *b)
{
	if (t->host && t->host->slice)
		return t->host->slice(t, b);
	trib_free(b);
	return closed(t, "trib_slice");
}

int trib_recall(struct trib *t, const char *table, const struct trib_batch *keys, struct trib_batch *out)
{
	memset(out, 0, sizeof *out);
	/* keys is the caller's batch, usually just built: closing its builders changes nothing that it can see */
	if (tribx_ready((struct trib_batch *)(uintptr_t)keys, &t->error) < 0)
		return t->error.status;
	return t->host && t->host->recall ? t->host->recall(t, table, keys, out) : closed(t, "trib_recall");
}

int trib_ledger(struct trib *t, struct trib_batch *row)
{
	memset(row, 0, sizeof *row);
	return t->host && t->host->ledger ? t->host->ledger(t, row) : closed(t, "trib_ledger");
}
