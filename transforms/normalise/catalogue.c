/* catalogue - see catalogue.h. */
#include <stdlib.h>
#include <tributary/metrics.h>
#include "catalogue.h"
#include "text.h"

const struct trib_field norm_metric_fields[] = {
	TRIB_FIELD(struct norm_metric_row, metric_id, .flags = TRIB_REQUIRED, .help = "Name of the metric, snake_case."),
	TRIB_FIELD(struct norm_metric_row, kind, .dflt = "additive", .allow = "additive|semi_additive|ratio|distinct|given",
	           .help = "How values of it combine."),
	TRIB_FIELD(struct norm_metric_row, unit, .dflt = "1",
	           .help = "Unit that values are stored in: 1, fraction, currency, B, GB, s, min, ..."),
	TRIB_FIELD(struct norm_metric_row, decimals, .dflt = "2", .allow = "0..9", .help = "Decimals that reports show."),
	TRIB_FIELD(struct norm_metric_row, time_agg, .allow = "sum|avg|last|max|min|none",
	           .help = "How periods combine; by kind if not given."),
	TRIB_FIELD(struct norm_metric_row, fx_policy, .allow = "avg|end|spot|none",
	           .help = "Which rate converts it; by kind if not given."),
	TRIB_FIELD(struct norm_metric_row, num_metric, .help = "Numerator of a ratio."),
	TRIB_FIELD(struct norm_metric_row, den_metric, .help = "Denominator of a ratio."),
	TRIB_FIELD(struct norm_metric_row, factor, .dflt = "1", .help = "What numerator / denominator is multiplied with."),
	TRIB_FIELD(struct norm_metric_row, plausible_min, .help = "Smaller values are refused."),
	TRIB_FIELD(struct norm_metric_row, plausible_max, .help = "Larger values are refused."),
	{ 0 },
};

const struct trib_field norm_alias_fields[] = {
	TRIB_FIELD(struct norm_alias_row, scope, .dflt = "global",
	           .help = "Who says so: global, partner, partner:ID, source, source:ID."),
	TRIB_FIELD(struct norm_alias_row, alias, .flags = TRIB_REQUIRED,
	           .help = "The partner's name for it; case, accents and spaces do not matter."),
	TRIB_FIELD(struct norm_alias_row, metric, .flags = TRIB_REQUIRED, .help = "The metric meant."),
	TRIB_FIELD(struct norm_alias_row, unit,
	           .help = "Unit of the values: %, GB, k EUR, c, ...; the metric's if not given."),
	TRIB_FIELD(struct norm_alias_row, multiplier,
	           .help = "Number or fraction that values are multiplied with, exactly."),
	TRIB_FIELD(struct norm_alias_row, collection, .dflt = "delta",
	           .allow = "delta|gauge|mtd|qtd|ytd|lifetime|cumulative|discrete_event", .help = "What a value covers."),
	TRIB_FIELD(struct norm_alias_row, sign, .dflt = "+", .allow = "+|-",
	           .help = "- turns values around, for refunds sent as positive amounts."),
	TRIB_FIELD(struct norm_alias_row, currency, .help = "Currency of the amounts, if nothing else says it."),
	{ 0 },
};

/* Names that mean one thing everywhere. Plain "revenue" is none of them: gross and net are two metrics. */
static const struct { const char *alias, *metric; } known_as[] = {
	{ "net revenue", "revenue_net" }, { "revenue (net)", "revenue_net" }, { "nettoumsatz", "revenue_net" },
	{ "gross revenue", "revenue_gross" }, { "revenue (gross)", "revenue_gross" }, { "bruttoumsatz", "revenue_gross" },
	{ "daily active users", "dau" }, { "weekly active users", "wau" }, { "monthly active users", "mau" },
	{ "aktive nutzer", "active_users" },
	{ "average revenue per user", "arpu" }, { "avg revenue per user", "arpu" }, { "subscriber base", "subscribers" },
	{ "subs", "subscribers" },
	{ "complaints per 1k", "complaints_per_1k" }, { "complaints per 1000", "complaints_per_1k" },
	{ "beschwerden", "complaints" },
	{ "return rate", "return_rate" }, { "customer satisfaction", "csat" }, { "net promoter score", "nps" },
};

static int word_of(const char *const *words, const char *word, int if_null)
{
	for (int i = 0; word && words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return if_null;
}

static const char *const kinds[] = { "additive", "semi_additive", "ratio", "distinct", "given", NULL };
static const char *const aggs[] = { "sum", "avg", "last", "max", "min", "none", NULL };
static const char *const policies[] = { "none", "avg", "end", "spot", NULL };
static const char *const collections[] = { "delta", "gauge", "mtd", "qtd", "ytd", "lifetime", "cumulative",
                                           "discrete_event", NULL };
static const enum norm_collection collection_of[] = {
	NORM_DELTA, NORM_GAUGE, NORM_MTD, NORM_QTD, NORM_YTD, NORM_LIFETIME, NORM_LIFETIME, NORM_DELTA,
};

static int bound(const char *text, bool *has, norm_wide *to)
{
	trib_dec d;
	*has = text != NULL;
	if (!text)
		return 0;
	if (trib_dec_parse(norm_text_of(text), NORM_BOUND_SCALE, &d) != 0)
		return TRIB_NOT_A_VALUE;
	*to = norm_wide_of(d);
	return 0;
}

static int make_metric(struct trib *t, struct norm_metric *m, const struct norm_metric_row *r)
{
	static const enum norm_over_time by_kind[] = { NORM_SUM, NORM_AVG, NORM_NONE, NORM_NONE, NORM_NONE };
	m->id = r->metric_id;
	m->kind = (enum norm_kind)word_of(kinds, r->kind, NORM_ADDITIVE);
	m->unit = norm_unit(r->unit ? r->unit : "1", NORM_ANY);
	if (!m->unit) {
		const char *near = norm_unit_near(r->unit);
		return trib_fail(t, TRIB_CONFIG, "normalise.unknown_unit: metric %s has unit \"%s\"%s%s%s", m->id, r->unit,
		                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
	m->unit_id = m->unit->id;
	m->time_agg = (enum norm_over_time)word_of(aggs, r->time_agg, by_kind[m->kind]);
	const bool money = m->unit->dim == NORM_MONEY && m->kind != NORM_RATIO_OF;
	m->policy = (enum norm_policy)word_of(policies, r->fx_policy,
	                                      !money ? NORM_FX_NONE : m->kind == NORM_SEMI_ADDITIVE ? NORM_FX_END :
	                                      NORM_FX_AVG);
	m->num = m->den = -1;
	m->bounded = m->unit->dim == NORM_SHARE && r->plausible_max && strcmp(r->plausible_max, "1") == 0;
	if (bound(r->plausible_min, &m->has_min, &m->min) != 0 || bound(r->plausible_max, &m->has_max, &m->max) != 0 ||
	    (m->has_min && m->has_max && m->min > m->max))
		return trib_fail(t, TRIB_CONFIG, "normalise.bad_number: plausible_min and plausible_max of metric %s are \"%s\" "
		                 "and \"%s\"", m->id, r->plausible_min ? r->plausible_min : "",
		                 r->plausible_max ? r->plausible_max : "");
	if (norm_ratio_parse(norm_text_of(r->factor ? r->factor : "1"), &m->factor) != 0)
		return trib_fail(t, TRIB_CONFIG, "normalise.bad_number: factor of metric %s is \"%s\"", m->id, r->factor);
	return TRIB_OK;
}

int norm_metric_find(const struct norm_catalogue *c, const char *id)
{
	for (int i = 0; id && i < c->metric_count; i++)
		if (strcmp(c->metrics[i].id, id) == 0)
			return i;
	return -1;
}

static const char *metric_near(const struct norm_catalogue *c, const char *id)
{
	const char *best = NULL;
	int least = 3;
	for (int i = 0; i < c->metric_count; i++) {
		const int d = norm_edits(norm_text_of(id), norm_text_of(c->metrics[i].id));
		if (d < least)
			least = d, best = c->metrics[i].id;
	}
	return best;
}

static int bind_parts(struct trib *t, struct norm_catalogue *c, int at, const struct norm_metric_row *r)
{
	struct norm_metric *m = &c->metrics[at];
	if (m->kind != NORM_RATIO_OF)
		return TRIB_OK;
	m->num = norm_metric_find(c, r->num_metric);
	m->den = norm_metric_find(c, r->den_metric);
	if (m->num < 0 || m->den < 0) {
		const char *part = m->num < 0 ? r->num_metric : r->den_metric;
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.unknown_metric: ratio %s needs num_metric and den_metric; \"%s\" is no metric",
		                 m->id, part ? part : "");
	}
	return TRIB_OK;
}

static struct norm_metric_row seeded(const struct trib_metric *m)
{
	return (struct norm_metric_row){
		.metric_id = m->id, .kind = m->kind, .unit = m->unit, .time_agg = m->time_agg, .fx_policy = m->fx_policy,
		.num_metric = m->num_metric, .den_metric = m->den_metric, .factor = m->factor,
		.plausible_min = m->plausible_min, .plausible_max = m->plausible_max, .decimals = m->decimals,
	};
}

/* The user's rows, then those of the seed that they do not replace. */
static int make_metrics(struct trib *t, struct norm_catalogue *c, const trib_list *own)
{
	const size_t most = own->count + sizeof trib_metric_seed / sizeof *trib_metric_seed;
	struct norm_metric_row *rows = trib_scratch(t, most * sizeof *rows);
	c->metrics = calloc(most, sizeof *c->metrics);
	if (!rows || !c->metrics)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (own->count)
		memcpy(rows, own->items, own->count * sizeof *rows);
	for (size_t i = 0; i < own->count || trib_metric_seed[i - own->count].id; i++) {
		const bool seed = i >= own->count;
		const struct norm_metric_row r = seed ? seeded(&trib_metric_seed[i - own->count]) : rows[i];
		if (norm_metric_find(c, r.metric_id) >= 0) {
			if (!seed)
				return trib_fail(t, TRIB_CONFIG, "normalise.duplicate_metric: metric %s is declared twice", r.metric_id);
			continue;
		}
		rows[c->metric_count] = r;
		const int bad = make_metric(t, &c->metrics[c->metric_count], &r);
		if (bad != 0)
			return bad;
		c->metric_count++;
	}
	for (int i = 0; i < c->metric_count; i++) {
		const int bad = bind_parts(t, c, i, &rows[i]);
		if (bad != 0)
			return bad;
	}
	return TRIB_OK;
}

static int add_alias(struct trib *t, struct norm_catalogue *c, const char *name, const struct norm_alias *like)
{
	char key[256];
	const size_t n = norm_fold(norm_text_of(name), key, sizeof key - 1);
	struct norm_alias *a = &c->aliases[c->alias_count];
	*a = *like;
	a->key = malloc(n + 1);
	if (!a->key)
		return trib_fail(t, TRIB_FATAL, "no memory");
	memcpy(a->key, key, n), a->key[n] = '\0';
	c->alias_count++;
	return TRIB_OK;
}

static int alias_unit(struct trib *t, const struct norm_alias_row *r, const struct norm_metric *m, bool binary,
                      struct norm_alias *a)
{
	struct norm_spec s;
	if (!r->unit)
		return TRIB_OK;
	if (norm_spec(norm_text_of(r->unit), m->unit->dim, binary, &s) != 0) {
		const bool other = norm_spec(norm_text_of(r->unit), NORM_ANY, binary, &s) == 0;
		const char *near = other ? NULL : norm_unit_near(r->unit);
		return trib_fail(t, TRIB_CONFIG,
		                 other ? "normalise.unit_mismatch: alias \"%s\" is in %s, but %s is in %s%s%s%s" :
		                 "normalise.unknown_unit: alias \"%s\" has unit \"%s\"; %s is in %s%s%s%s", r->alias, r->unit,
		                 m->id, m->unit->id,
		                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
	a->unit = s.unit;
	if (norm_ratio_mul(a->multiplier, s.scale, &a->multiplier) != 0)
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.bad_number: unit and multiplier of alias \"%s\" are too large together", r->alias);
	a->multiplied |= s.scale.num != 1;
	if (s.currency[0])
		memcpy(a->currency, s.currency, 4);
	return TRIB_OK;
}

static int make_alias(struct trib *t, struct norm_catalogue *c, const struct norm_alias_row *r)
{
	struct norm_alias a = { .rank = 2, .multiplier = { 1, 1 }, .metric = norm_metric_find(c, r->metric) };
	const char *colon = strchr(r->scope ? r->scope : "global", ':');
	if (a.metric < 0) {
		const char *near = metric_near(c, r->metric);
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.unknown_metric: alias \"%s\" means metric \"%s\", which is not declared%s%s%s",
		                 r->alias, r->metric,
		                 near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
	if (r->scope && strncmp(r->scope, "source", 6) == 0)
		a.rank = 0;
	else if (r->scope && strncmp(r->scope, "partner", 7) == 0)
		a.rank = 1;
	else if (r->scope && strcmp(r->scope, "global") != 0)
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.bad_scope: scope of alias \"%s\" is \"%s\"; global, partner, partner:ID, source "
		                 "or source:ID", r->alias, r->scope);
	a.for_whom = colon ? colon + 1 : NULL;
	c->by_partner |= a.rank == 1 && colon;
	if (r->multiplier && norm_ratio_parse(norm_text_of(r->multiplier), &a.multiplier) != 0)
		return trib_fail(t, TRIB_CONFIG, "normalise.bad_number: multiplier of alias \"%s\" is \"%s\"", r->alias,
		                 r->multiplier);
	a.multiplied = r->multiplier != NULL;
	a.negative = r->sign && strcmp(r->sign, "-") == 0;
	a.collection = collection_of[word_of(collections, r->collection, 0)];
	if (r->currency) {
		if (!norm_currency_known(r->currency))
			return trib_fail(t, TRIB_CONFIG, "normalise.unknown_currency: alias \"%s\" has currency \"%s\"", r->alias,
			                 r->currency);
		memcpy(a.currency, r->currency, 4);
	}
	const int bad = alias_unit(t, r, &c->metrics[a.metric], c->binary, &a);
	return bad ? bad : add_alias(t, c, r->alias, &a);
}

static int by_key(const void *x, const void *y)
{
	const struct norm_alias *a = x, *b = y;
	const int d = strcmp(a->key, b->key);
	return d ? d : a->rank - b->rank;
}

int norm_catalogue_make(struct trib *t, struct norm_catalogue *c, const trib_list *metrics, const trib_list *aliases,
                        bool binary)
{
	const size_t names = sizeof known_as / sizeof *known_as;
	c->binary = binary;
	int bad = make_metrics(t, c, metrics);
	if (bad != 0)
		return bad;
	c->aliases = calloc(aliases->count + (size_t)c->metric_count + names, sizeof *c->aliases);
	if (!c->aliases)
		return trib_fail(t, TRIB_FATAL, "no memory");
	const struct norm_alias_row *r = aliases->items;
	for (size_t i = 0; i < aliases->count; i++)
		if ((bad = make_alias(t, c, &r[i])) != 0)
			return bad;
	struct norm_alias a = { .rank = 3, .multiplier = { 1, 1 } };
	for (int i = 0; i < c->metric_count; i++) {
		a.metric = i;
		if ((bad = add_alias(t, c, c->metrics[i].id, &a)) != 0)
			return bad;
	}
	for (size_t i = 0; i < names; i++) {
		a.metric = norm_metric_find(c, known_as[i].metric);
		if ((bad = add_alias(t, c, known_as[i].alias, &a)) != 0)
			return bad;
	}
	qsort(c->aliases, (size_t)c->alias_count, sizeof *c->aliases, by_key);
	for (int i = 1; i < c->alias_count; i++) {
		const struct norm_alias *x = &c->aliases[i - 1], *y = &c->aliases[i];
		const char *of_x = x->for_whom ? x->for_whom : "", *of_y = y->for_whom ? y->for_whom : "";
		if (x->rank == y->rank && x->rank < 3 && strcmp(x->key, y->key) == 0 && strcmp(of_x, of_y) == 0)
			return trib_fail(t, TRIB_CONFIG, "normalise.duplicate_alias: alias \"%s\" is declared twice in one scope",
			                 x->key);
	}
	return TRIB_OK;
}

void norm_catalogue_done(struct norm_catalogue *c)
{
	for (int i = 0; i < c->alias_count; i++)
		free(c->aliases[i].key);
	free(c->aliases);
	free(c->metrics);
	*c = (struct norm_catalogue){ 0 };
}
