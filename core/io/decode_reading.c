/* decode_reading - how the cells of a column are read, by its options: the marks of numbers and what may stand beside them,
 * the zone of times and what to do where clocks jump. */
#include "io/decode.h"

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

bool tribx_locale_open(const char *locale)
{
	return !locale || !*locale || strcmp(locale, "infer") == 0;
}

int tribx_numbers_of(const char *column, const char *locale, struct trib_numbers *out, struct tribx_error *e)
{
	*out = (struct trib_numbers){ .decimal = '.' };
	if (tribx_locale_open(locale) || trib_numbers(locale, out) == 0)
		return TRIB_OK;
	tribx_error_hint(e, "write a locale like de_DE, or the number 1234.56 as the file has it, like 1.234,56");
	return tribx_fail(e, TRIB_CONFIG, "format.unknown_locale", "%s%slocale \"%s\" is not known", column, *column ? ": " : "", locale);
}

/* What may stand beside the digits of a column. */
static int beside(const char *column, const struct tribx_column_option *c, struct trib_numbers *out, struct tribx_error *e)
{
	const char *const code = c->currency ? c->currency : "";
	const size_t n = strlen(code);
	out->scientific = c->scientific || is(c->type, "float64");
	out->percent = c->percent;
	out->dash_is_zero = c->dash_is_zero;
	if (n && (n != 3 || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)) {
		tribx_error_hint(e, "write a code of ISO 4217 like EUR; its symbol is known");
		return tribx_fail(e, TRIB_CONFIG, "format.bad_currency", "%s: \"%s\" is no currency code", column, code);
	}
	memcpy(out->currency, code, n);
	return TRIB_OK;
}

int tribx_reading_check(const char *column, const struct tribx_column_option *c, const char *zone, struct tribx_error *e)
{
	struct tribx_zone *z = NULL;
	struct trib_numbers n = { 0 };
	int rc = c ? beside(column, c, &n, e) : TRIB_OK;
	if (rc == TRIB_OK && zone && *zone)
		rc = tribx_zone_open(zone, &z, e);
	tribx_zone_close(z);
	return rc;
}

/* The zone of that name, opened once per file. */
static int zone_of(struct tribx_layout *s, const char *name, const struct tribx_zone **out, struct tribx_error *e)
{
	enum { MOST = sizeof s->zones / sizeof *s->zones };
	for (int i = 0; i < s->zone_count; i++)
		if (strcmp(s->zones[i].name, name) == 0) {
			*out = s->zones[i].is;
			return TRIB_OK;
		}
	if (s->zone_count == MOST)
		return tribx_fail(e, TRIB_CONFIG, "format.conflict", "the columns of one file have more than %d time zones", MOST);
	const char *const copy = tribx_arena_text(&s->memory, name, strlen(name));
	if (!copy)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the columns");
	int rc = tribx_zone_open(name, &s->zones[s->zone_count].is, e);
	if (rc != TRIB_OK)
		return rc;
	s->zones[s->zone_count].name = copy;
	*out = s->zones[s->zone_count++].is;
	return TRIB_OK;
}

int tribx_reading(const struct tribx_format *f, const struct tribx_column_option *c, struct tribx_layout *s, struct tribx_target *t, struct tribx_error *e)
{
	const char *const locale = c && c->locale && *c->locale ? c->locale : f->locale, *const zone = c && c->zone && *c->zone ? c->zone : f->zone;
	int rc = tribx_numbers_of(t->name, locale, &t->numbers, e);
	t->infer = tribx_locale_open(locale) && (t->type == TRIB_I64 || t->type == TRIB_F64 || t->type == TRIB_DEC);
	t->numbers.scientific = t->type == TRIB_F64;
	t->personal |= c && c->personal;
	if (rc == TRIB_OK && c)
		rc = beside(t->name, c, &t->numbers, e);
	t->clock = (struct tribx_clock){ .format = t->format };
	if (c) {
		t->clock.fold = is(c->dst_fold, "last") ? TRIBX_FOLD_LAST : is(c->dst_fold, "error") ? TRIBX_FOLD_ERROR : TRIBX_FOLD_FIRST;
		t->clock.shift = is(c->dst_gap, "shift");
		t->clock.roll = c->roll;
		t->clock.exact = is(c->fraction, "error");
	}
	if (rc == TRIB_OK && t->type == TRIB_TIME && zone && *zone)
		rc = zone_of(s, zone, &t->clock.zone, e);
	return rc;
}
