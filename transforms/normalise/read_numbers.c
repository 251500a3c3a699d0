/* read_numbers - cells of value columns become mantissa and scale, with the marks of their row. See norm.h. */
#include "norm.h"

static int typed(const struct trib_view *v, int64_t i, norm_wide *m, int *scale)
{
	*scale = 0;
	switch (v->type) {
	case TRIB_I64: *m = ((const int64_t *)v->values)[i]; return NORM_VALUE;
	case TRIB_DEC: *m = norm_wide_of(((const trib_dec *)v->values)[i]), *scale = v->scale; return NORM_VALUE;
	case TRIB_F64: return norm_from_f64(((const double *)v->values)[i], m, scale);
	default: return TRIB_NOT_A_VALUE;
	}
}

static const struct trib_numbers *style_at(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i)
{
	const struct norm_rows *r = &s->rows;
	if (!s->o.locale_by)
		return &s->only.numbers;
	if (r->style[i] >= 0 && s->style_known[r->style[i]])
		return &s->style_of[r->style[i]];
	const struct trib_text x = r->style[i] < 0 ? norm_text_of("") : s->markets.texts[r->style[i]];
	trib_reject(t, in, i, "normalise.unknown_locale",
	            "locales has nothing for %s \"%.*s\": how numbers are written there is not known", s->o.locale_by,
	            (int)x.n, x.p);
	return NULL;
}

static int unit_at(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, struct trib_text unit)
{
	int32_t *e = &s->rows.entry[i];
	const int32_t with = norm_entry_in(s, *e, unit);
	if (with < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (s->entries[with].bad_unit) {
		const struct norm_metric *m = &s->catalogue->metrics[s->entries[*e].is.metric];
		struct norm_spec other;
		const bool known = norm_spec(unit, NORM_ANY, false, &other) == 0 && other.unit;
		trib_reject(t, in, i, known ? "normalise.unit_mismatch" : "normalise.unknown_unit",
		            known ? "\"%.*s\" does not convert to %s, the unit of %s" :
		            "\"%.*s\" is no unit; %s is the unit of %s", (int)unit.n, unit.p, m->unit->id, m->id);
		*e = -1;
	} else
		*e = with;
	return TRIB_OK;
}

static void refuse(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, const char *column,
                   struct trib_text cell, const struct trib_numbers *f, int why)
{
	norm_locale_reject(t, in, i, column, cell, f, why);
	s->rows.entry[i] = -1;
}

static int read_number(struct trib *t, struct norm *s, struct trib_batch *in, int64_t i, const struct trib_view *v,
                       const char *column)
{
	struct norm_rows *r = &s->rows;
	struct trib_text unit = { NULL, 0 }, cell = { NULL, 0 };
	const struct trib_numbers *f = NULL;
	char room[NORM_UNIT_TEXT];
	int scale = 0, is;
	if (trib_null(v, i))
		is = NORM_NULL;
	else if (v->type == TRIB_STR || v->type == TRIB_JSON) {
		f = style_at(t, s, in, i);
		if (!f) {
			r->entry[i] = -1;
			return TRIB_OK;
		}
		cell = trib_str(v, i);
		is = norm_cell(f, cell, s->catalogue->metrics[s->entries[r->entry[i]].is.metric].unit->dim, s->o.clock,
		               &r->m[i], &scale, &unit, room);
	} else
		is = typed(v, i, &r->m[i], &scale);
	if (is < 0) {
		refuse(t, s, in, i, column, cell, f, is);
		return TRIB_OK;
	}
	if (is != NORM_VALUE)
		r->m[i] = 0;
	r->scale[i] = (int8_t)scale;
	r->status[i] = is == NORM_VALUE ? 'A' : is == NORM_NULL ? 'O' : 'Q';
	return unit.p ? unit_at(t, s, in, i, unit) : TRIB_OK;
}

/* Rows from i on whose text is a number and nothing else, which is nearly all of them; the first row that is not. What is read of
 * a rejected row does not matter. */
static int64_t plain_numbers(struct norm *s, const struct trib_view *v, int64_t i)
{
	struct norm_rows *r = &s->rows;
	const bool by_row = s->o.locale_by != NULL;
	const int64_t end = trib_number_many(v, i, r->count, by_row ? s->style_of : &s->only.numbers, by_row ? r->style : NULL,
	                                     (trib_dec *)(void *)r->m, r->scale);
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		for (int64_t k = i; k < end; k++)
			r->m[k] = norm_wide_of(((const trib_dec *)(const void *)r->m)[k]);
	memset(r->status + i, 'A', (size_t)(end - i));
	return end;
}

int norm_read_numbers(struct trib *t, struct norm *s, struct trib_batch *in)
{
	struct norm_rows *r = &s->rows;
	const int columns = s->wide ? s->columns.count : 1;
	struct trib_view *v = trib_scratch(t, (size_t)columns * sizeof *v), unit;
	if (!v)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (int c = 0; c < columns; c++) {
		const char *name = s->wide ? s->columns.texts[c].p : s->o.value_column;
		int bad = norm_look(t, in, name, &v[c]);
		if (bad == 0)
			bad = norm_locale_guess(t, s, name, &v[c], c, columns, r->count);
		if (bad != 0)
			return bad;
	}
	s->guessed = true;
	if (s->o.unit_column && norm_look(t, in, s->o.unit_column, &unit) != 0)
		return TRIB_FATAL;
	for (int64_t i = 0; i < r->count; i++) {
		if (columns == 1 && !s->o.unit_column)
			i = plain_numbers(s, &v[0], i);
		if (i == r->count)
			break;
		const int c = columns == 1 ? 0 : (int)(i % columns);
		r->status[i] = 0;
		if (r->entry[i] < 0)
			continue;
		const struct trib_text u = s->o.unit_column ? trib_str(&unit, i) : (struct trib_text){ NULL, 0 };
		int bad = u.n > 0 ? unit_at(t, s, in, i, u) : TRIB_OK;
		if (bad == 0 && r->entry[i] >= 0)
			bad = read_number(t, s, in, i, &v[c], s->wide ? s->columns.texts[c].p : s->o.value_column);
		if (bad != 0)
			return bad;
	}
	return TRIB_OK;
}
