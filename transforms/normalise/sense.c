/* sense - what a partner's name for a number means: alias first, else the name without the unit written at its end. */
#include "catalogue.h"
#include "text.h"

static const struct norm_alias *find(const struct norm_catalogue *c, struct trib_text name, const char *partner,
                                     const char *source)
{
	char key[257];
	const size_t n = norm_fold(name, key, sizeof key - 1);
	key[n] = '\0';
	int lo = 0, hi = c->alias_count;
	while (lo < hi) {
		const int mid = (lo + hi) / 2;
		if (strcmp(c->aliases[mid].key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; n > 0 && lo < c->alias_count && strcmp(c->aliases[lo].key, key) == 0; lo++) {
		const struct norm_alias *a = &c->aliases[lo];
		if (!a->for_whom || strcmp(a->for_whom, a->rank == 0 ? source : partner) == 0)
			return a;
	}
	return NULL;
}

static int settle(const struct norm_catalogue *c, const struct norm_alias *a, const struct norm_spec *said,
                  struct norm_sense *out)
{
	const struct norm_metric *m = &c->metrics[a->metric];
	struct norm_sense s = { .metric = a->metric, .unit = { 1, 1 }, .scale = a->multiplier, .collection = a->collection,
	                        .negative = a->negative };
	const struct norm_unit *unit = said && said->unit ? said->unit : a->unit;
	if (unit && norm_unit_ratio(unit, m->unit, &s.unit) != 0)
		return TRIB_NOT_A_VALUE;
	s.minor = unit && strcmp(unit->id, "minor") == 0;
	if (said && said->scale.num != 1)       /* the header's own "(k)" is nearer than the alias's multiplier */
		s.scale = said->scale;
	s.unit_known = unit || a->multiplied || s.scale.num != 1 || m->unit->dim != NORM_SHARE;
	memcpy(s.currency, said && said->currency[0] ? said->currency : a->currency, 4);
	if (said && said->ambiguous)
		s.ambiguous = true, memcpy(s.symbol, said->symbol, sizeof s.symbol);
	if (norm_ratio_mul(s.unit, s.scale, &s.ratio) != 0)
		return TRIB_OUT_OF_RANGE;
	*out = s;
	return 0;
}

/* Splits "Umsatz (k EUR)", "Data traffic GB", "Churn in %": tries each place where the unit may begin. */
static int peel(const struct norm_catalogue *c, struct trib_text name, const char *partner, const char *source,
                struct norm_sense *out)
{
	for (size_t i = name.n; i-- > 1;) {
		const char at = name.p[i];
		if (at != ' ' && at != '(' && at != '[' && at != ',' && at != '%' && at != '_' && (uint8_t)at != 0xe2)
			continue;
		const struct norm_alias *a = find(c, norm_trimmed((struct trib_text){ name.p, i }, "([,:"), partner, source);
		struct norm_spec said;
		struct trib_text tail = { name.p + i + (at == '_'), name.n - i - (at == '_') };
		if (a && norm_spec(tail, c->metrics[a->metric].unit->dim, c->binary, &said) == 0)
			return settle(c, a, &said, out);
	}
	return TRIB_NOT_A_VALUE;
}

static void nearest(const struct norm_catalogue *c, struct trib_text name, char near[64])
{
	int least = 4;
	near[0] = '\0';
	for (int i = 0; i < c->alias_count; i++) {
		const int d = norm_edits(name, norm_text_of(c->aliases[i].key));
		if (d < least && strlen(c->aliases[i].key) < 64 && (size_t)d * 2 < strlen(c->aliases[i].key))
			least = d, strcpy(near, c->aliases[i].key);
	}
}

int norm_sense(const struct norm_catalogue *c, struct trib_text name, const char *partner, const char *source,
               struct norm_sense *out, char near[64])
{
	struct trib_text whole = norm_trimmed(name, "");
	const struct norm_alias *a = whole.n ? find(c, whole, partner, source) : NULL;
	if (a && settle(c, a, NULL, out) == 0)
		return 0;
	if (!a && whole.n && peel(c, whole, partner, source, out) == 0)
		return 0;
	*out = (struct norm_sense){ .metric = -1 };
	nearest(c, whole, near);
	return TRIB_NOT_A_VALUE;
}

int norm_sense_unit(const struct norm_catalogue *c, struct trib_text unit, struct norm_sense *io)
{
	const struct norm_metric *m = &c->metrics[io->metric];
	struct norm_sense s = *io;
	struct norm_spec said;
	if (norm_spec(unit, m->unit->dim, c->binary, &said) != 0)
		return TRIB_NOT_A_VALUE;
	if (said.unit) {
		if (norm_unit_ratio(said.unit, m->unit, &s.unit) != 0)
			return TRIB_NOT_A_VALUE;
		s.scale = said.scale;
		s.minor = strcmp(said.unit->id, "minor") == 0;
		s.unit_known = true;
	} else if (said.scale.num != 1)
		s.scale = said.scale;
	if (said.currency[0])
		memcpy(s.currency, said.currency, 4), s.ambiguous = false;
	if (said.ambiguous)
		s.ambiguous = true, memcpy(s.symbol, said.symbol, sizeof s.symbol);
	if (norm_ratio_mul(s.unit, s.scale, &s.ratio) != 0)
		return TRIB_OUT_OF_RANGE;
	*io = s;
	return 0;
}
