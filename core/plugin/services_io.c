/* services_io - bytes and rows for plugins: trib_find, trib_open, trib_read, trib_decode, trib_close.
 *
 * What an instance opened is kept in t->open until it is closed, by the plugin or after close. The decoder of a stream of
 * bytes lives beside it and is made by the first trib_decode. */
#include "plugin/instance.h"

#include <stdlib.h>
#include <string.h>
#include "plugin/open.h"

struct tribx_open {
	struct tribx_open *next;
	struct trib_bytes *in;
	struct tribx_decoder *decoder;
	bool told;                         /* its notes are the instance's */
	struct tribx_arena memory;         /* of the options that trib_decode was called with */
};

static const char *dir_of(const struct trib *t)
{
	return t->job ? t->job->dir : NULL;
}

static struct tribx_limits limits_of(const struct trib *t)
{
	struct tribx_limits l = t->format ? tribx_format_limits(t->format) : (struct tribx_limits){ 0 };
	l.shelf = t->job ? t->job->shelf : NULL;
	return l;
}

static struct tribx_open **find_open(struct trib *t, const struct trib_bytes *in)
{
	struct tribx_open **at = &t->open;
	while (*at && (*at)->in != in)
		at = &(*at)->next;
	return at;
}

static void drop(struct tribx_open *o)
{
	tribx_decoder_free(o->decoder);
	tribx_close(o->in);
	tribx_arena_done(&o->memory);
	free(o);
}

void tribx_open_done(struct trib *t)
{
	while (t->open) {
		struct tribx_open *o = t->open;
		t->open = o->next;
		drop(o);
	}
}

/* ---- what is there ---- */

static int listing_batch(const struct tribx_listing *l, struct trib_batch *out, struct tribx_error *e)
{
	int url = trib_add(out, "url", TRIB_STR), size = trib_add(out, "size", TRIB_I64), etag = trib_add(out, "etag", TRIB_STR);
	int member = trib_add(out, "member", TRIB_STR);
	for (size_t i = 0; i < l->count; i++) {
		const struct tribx_entry *x = &l->items[i];
		struct tribx_buf name = { 0 };
		tribx_buf_puts(&name, x->url);
		if (x->member) {
			tribx_buf_puts(&name, "!/");
			tribx_buf_puts(&name, x->member);
		}
		if (name.failed)
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a list of files");
		trib_put_str(out, url, (struct trib_text){ name.p, name.n });
		trib_put_i64(out, size, x->size);
		trib_put_str(out, etag, tribx_text(x->etag));
		trib_put_str(out, member, tribx_text(x->member));
		trib_rows(out, 1);
		tribx_buf_done(&name);
	}
	return tribx_ready(out, e);
}

int trib_find(struct trib *t, const char *url, const char *member, struct trib_batch *out)
{
	struct tribx_listing l;
	memset(out, 0, sizeof *out);
	const struct tribx_limits limits = limits_of(t);
	int found = tribx_find_files(dir_of(t), url, member, &limits, &l, &t->error);
	int rc = found == TRIB_OK ? listing_batch(&l, out, &t->error) : found;
	tribx_find_done(&l);
	if (rc < 0)
		trib_free(out);
	return rc;
}

/* ---- bytes ---- */

int trib_open(struct trib *t, const char *url, int64_t from, int64_t size, struct trib_bytes **out)
{
	struct tribx_open *o = calloc(1, sizeof *o);
	const char *unpack = t->format ? tribx_format_unpack(t->format) : NULL;
	if (!o)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory for a reader");
	const struct tribx_limits limits = limits_of(t);
	int rc = tribx_open(dir_of(t), url, unpack, from, size, &limits, &o->in, &t->error);
	if (rc < 0) {
		free(o);
		return rc;
	}
	o->next = t->open;
	t->open = o;
	*out = o->in;
	return TRIB_OK;
}

int trib_read(struct trib *t, struct trib_bytes *in, void *to, size_t size, size_t *got)
{
	return tribx_read(in, to, size, got, &t->error);
}

void trib_close(struct trib *t, struct trib_bytes *in)
{
	struct tribx_open **at = find_open(t, in), *o = *at;
	if (!in || !o)
		return;
	*at = o->next;
	drop(o);
}

/* ---- rows ---- */

static const struct trib_field *format_field(const char *name)
{
	const struct trib_field *f = tribx_format_fields;
	while (f->name && strcmp(f->name, name) != 0)
		f++;
	return f->name ? f : NULL;
}

/* Options that a plugin wrote itself: texts by name over the defaults. NULL: e says why. */
static struct tribx_format *format_of(struct trib *t, struct tribx_arena *memory, const trib_map *options)
{
	struct tribx_findings none = { 0 };
	struct tribx_format *f = tribx_arena_new(memory, tribx_format_size);
	bool ok = f && tribx_fields_load(tribx_format_fields, f, NULL, NULL, memory, NULL, NULL, &none);
	tribx_findings_done(&none);
	if (!ok)
		tribx_fail(&t->error, TRIB_FATAL, "internal.no_memory", "no memory for a decoder");
	for (size_t i = 0; ok && i < options->count; i++) {
		const struct trib_field *row = format_field(options->names[i]);
		const char *why = row ? tribx_field_set(row, f, memory, ((const char *const *)options->items)[i]) : "no such format option";
		if (why)
			tribx_fail(&t->error, TRIB_CONFIG, "format.bad_option", "%s: %s", options->names[i], why);
		ok = !why;
	}
	return ok ? f : NULL;
}

static int start(struct trib *t, struct tribx_open *o, const trib_map *options)
{
	struct tribx_format *f = options || !t->format ? format_of(t, &o->memory, options ? options : &(trib_map){ 0 }) : t->format;
	int rc = f ? tribx_format_check(f, &t->error) : t->error.status;
	return rc < 0 ? rc : tribx_decoder_new(f, t->columns, o->in, &o->decoder, &t->error);
}

int trib_decode(struct trib *t, struct trib_bytes *in, const trib_map *format, struct trib_batch *out)
{
	struct tribx_open *o = *find_open(t, in);
	if (!o)
		return trib_fail(t, TRIB_FATAL, "internal.not_open: trib_decode of bytes that are not open");
	int rc = o->decoder ? TRIB_OK : start(t, o, format);
	if (rc < 0)
		return rc;
	trib_free(out);   /* the shape of the batch before: the decoder knows its columns itself */
	tribx_attach(out, &t->dead, t->stage);
	rc = tribx_decoder_next(o->decoder, out, &t->error);
	if (!o->told)                      /* they are complete once the first rows were seen */
		tribx_findings_tell(&t->notes, tribx_decoder_notes(o->decoder));
	o->told = true;
	return rc;
}
