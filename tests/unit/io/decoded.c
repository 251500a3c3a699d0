/* decoded - see decoded.h. */
#include "decoded.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/log.h"
#include "field/field.h"
#include "fixture.h"

static void options_of(struct tribx_format *f, struct tribx_arena *a, const char *const *options)
{
	struct tribx_findings findings = { 0 };
	cr_assert(tribx_fields_load(tribx_format_fields, f, NULL, NULL, a, NULL, NULL, &findings), "%s", findings.count ? findings.items->text : "");
	tribx_findings_done(&findings);
	for (; options && *options; options += 2) {
		const struct trib_field *row = tribx_format_fields;
		while (row->name && strcmp(row->name, options[0]) != 0)
			row++;
		cr_assert(row->name != NULL, "no option %s", options[0]);
		const char *why = tribx_field_set(row, f, a, options[1]);
		cr_assert(why == NULL, "%s: %s", options[0], why);
	}
}

static void take(struct decoded *d, struct trib_batch *b, struct tribx_buf *rows)
{
	struct tribx_error e = { 0 };
	int rc = tribx_ready(b, &e);
	if (rc < 0) {
		d->status = rc;
		d->error = e;
		return;
	}
	for (int64_t i = 0; i < b->array.length; i++) {
		tribx_row_json(b, i, rows);
		tribx_buf_putc(rows, '\n');
	}
	d->count += b->array.length;
	d->batches++;
}

/* Of a file, or of a text that is decoded as kind says. */
static struct decoded decode_all(const char *file, const struct tribx_rows_kind *kind, struct tribx_stream *text, const char *const *options, size_t room, enum tribx_isa isa)
{
	struct decoded d = { 0 };
	struct tribx_format f = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_dead_list list = { 0 };
	struct tribx_buf rows = { 0 }, dead = { 0 };
	struct trib_bytes *in = NULL;
	struct tribx_decoder *decoder = NULL;
	tribx_log_level(TRIBX_ERROR);
	options_of(&f, &arena, options);
	if (text)
		d.status = tribx_decoder_over(&f, NULL, kind, file, text, &decoder, &d.error);
	else if ((d.status = tribx_open(folder, file, "auto", 0, -1, NULL, &in, &d.error)) == TRIB_OK)
		d.status = tribx_decoder_new(&f, NULL, in, &decoder, &d.error);
	if (d.status == TRIB_OK && room)
		tribx_decoder_tune(decoder, room, isa);
	while (d.status == TRIB_OK) {
		struct trib_batch b = { 0 };
		tribx_attach(&b, &list, "read");
		d.status = tribx_decoder_next(decoder, &b, &d.error);
		if (d.status >= 0)
			take(&d, &b, &rows);
		trib_free(&b);
	}
	for (const struct tribx_dead *x = list.head; x; x = x->next)
		tribx_buf_fmt(&dead, "%s %lld %s\n", x->code, (long long)x->line, x->record);
	tribx_decoder_free(decoder);
	tribx_close(in);
	tribx_dead_done(&list);
	tribx_arena_done(&arena);
	d.rows = tribx_buf_take(&rows);
	d.dead = tribx_buf_take(&dead);
	return d;
}

struct decoded decode(const char *file, const char *const *options, size_t room, enum tribx_isa isa)
{
	return decode_all(file, NULL, NULL, options, room, isa);
}

struct decoded decode_stream(const char *name, const struct tribx_rows_kind *kind, struct tribx_stream *text, const char *const *options, size_t room)
{
	return decode_all(name, kind, text, options, room, TRIBX_SERIAL);
}

void decoded_done(struct decoded *d)
{
	free(d->rows);
	free(d->dead);
}

void decode_case(const char *name, const struct decode_case *c, size_t i)
{
	put_text(name, c->text);
	struct decoded d = decode(name, c->options, 0, TRIBX_SERIAL);
	cr_expect_str_eq(d.error.code, c->code ? c->code : "", "case %zu: %s %s", i, d.error.code, d.error.text);
	cr_expect_eq(d.status, c->code ? TRIB_DATA : TRIB_END, "case %zu: %d", i, d.status);
	if (!c->code)
		cr_expect_str_eq(d.rows, c->rows, "case %zu: %s", i, d.rows);
	if (!c->code)
		cr_expect_str_eq(d.dead, c->dead ? c->dead : "", "case %zu: %s", i, d.dead);
	decoded_done(&d);
}

void every_room(const char *name, const char *const *options)
{
	struct decoded want = decode(name, options, 0, TRIBX_SERIAL);
	for (enum tribx_isa isa = TRIBX_SERIAL; isa <= tribx_isa_best(); isa++)
		for (size_t room = 16; room < 400; room += room < 80 ? 1 : 37) {
			struct decoded d = decode(name, options, room, isa);
			cr_assert_str_eq(d.error.text, want.error.text, "%s room %zu %s: %s", name, room, tribx_isa_names[isa], d.error.text);
			cr_assert_eq(d.status, want.status, "%s room %zu", name, room);
			if (want.status == TRIB_END) {
				cr_assert_str_eq(d.rows, want.rows, "%s room %zu %s: %s", name, room, tribx_isa_names[isa], d.rows);
				cr_assert_str_eq(d.dead, want.dead, "%s room %zu %s: %s", name, room, tribx_isa_names[isa], d.dead);
			}
			decoded_done(&d);
		}
	decoded_done(&want);
}
