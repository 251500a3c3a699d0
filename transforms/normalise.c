/* normalise - rows of partner KPIs, as each partner writes them, become canonical rows: metric, unit, currency, period,
 * exact value. The rules and their sources are in docs/normalise.md; how it works is in normalise/norm.h.
 *
 * Law: nothing is guessed silently and nothing is dropped. What a rule does not cover is a dead letter with the cell,
 * or stops the run with the place and the fix. 12 million rows of twelve number styles take 0.2 us of one core each. */
#include <ctype.h>
#include <stdlib.h>
#include "near.h"
#include "normalise/norm.h"

#define OPTION(m, ...) \
	{ .name = #m, .type = TRIB_TYPE_OF(((struct norm *)0)->o.m), .offset = offsetof(struct norm, o.m), __VA_ARGS__ }
static const struct trib_field options[] = {
	OPTION(metrics, TRIB_OF(struct norm_metric_row, norm_metric_fields),
	       .help = "Metrics of your own, or others' with another definition; a file works as well."),
	OPTION(aliases, TRIB_OF(struct norm_alias_row, norm_alias_fields),
	       .help = "How partners call the metrics; a CSV file works as well."),
	OPTION(metric_column,
	       .help = "Long input: column that names the metric. Without it each column that is an alias is one."),
	OPTION(value_column, .dflt = "value", .help = "Long input: column of the numbers."),
	OPTION(unit_column, .help = "Column with the unit of each value."),
	OPTION(currency_column, .help = "Column with the currency of each amount."),
	OPTION(source_currency, .help = "Currency of amounts that name none."),
	OPTION(period_column, .dflt = "period", .help = "Column with the period or day."),
	OPTION(period, .help = "The period of all rows, instead of a column."),
	OPTION(period_format, .flags = TRIB_TIME_FORMAT,
	       .help = "How periods are written (strptime's letters), if the known spellings do not cover it."),
	OPTION(period_grain, .allow = "day|week|month|quarter|year",
	       .help = "What a shorter spelling stands for: month, when 2025-01-31 means January."),
	OPTION(locale,
	       .help = "How numbers are written: de_DE, fr, en_IN, or a sample (1.234,56). Not given: inferred, or "
	       "refused if two readings are possible."),
	OPTION(locale_by, .help = "Column whose value decides how the row's numbers are written."),
	OPTION(locales, .help = "Value of locale_by to locale."),
	OPTION(scientific, .dflt = "false", .help = "1.2e3 is a number."),
	OPTION(dash_is_zero, .dflt = "false", .help = "A dash is zero (accounting style), not null."),
	OPTION(bytes, .dflt = "decimal", .allow = "decimal|binary", .help = "binary: the source says GB and means GiB."),
	OPTION(clock, .allow = "h:mm|mm:ss", .help = "What 1:30 is."),
	OPTION(currency, .help = "Currency that amounts are converted to; without it they are not."),
	OPTION(fx, TRIB_OF(struct norm_fx_row, norm_fx_fields), .help = "Rates; a CSV file works as well."),
	OPTION(fx_pivot, .dflt = "EUR", .help = "Currency that cross rates go through."),
	OPTION(fx_max_age, .dflt = "5", .allow = "0..366",
	       .help = "Days that a daily rate stays good over weekends and holidays."),
	OPTION(converted_as, .help = "Name of the column of converted values; value_ and the currency if not given."),
	OPTION(decimals, .dflt = "9", .allow = "0..18", .help = "Decimals of values: rounded once, half-even."),
	OPTION(keep, .help = "Columns of the input that go along."),
	OPTION(ignore, .help = "Wide input: columns that are no metrics and do not go along."),
	OPTION(partner, .dflt = "*", .help = "Partner of all rows."),
	OPTION(partner_column, .help = "Column with the partner."),
	OPTION(market, .dflt = "*", .help = "Market of all rows; an ISO country settles signs like $."),
	OPTION(market_column, .help = "Column with the market."),
	OPTION(device, .dflt = "*", .help = "Device of all rows."),
	OPTION(device_column, .help = "Column with the device."),
	OPTION(product, .dflt = "*", .help = "Product of all rows."),
	OPTION(product_column, .help = "Column with the product."),
	OPTION(source_id, .help = "Source that series and aliases belong to; the stream's name if not given."),
	OPTION(tz, .dflt = "UTC", .help = "Zone that the periods are in."),
	OPTION(calendar_id, .dflt = "gregorian", .help = "Calendar that the periods are of."),
	OPTION(output, .dflt = "long", .allow = "long|model",
	       .help = "long: one table. model: observation, series and observation_flag of the partner model."),
	OPTION(grain, .allow = "day|week|month|quarter|year",
	       .help = "Periods that values are combined to, by the kind of the metric."),
	OPTION(duplicates, .dflt = "error", .allow = "error|last|max|sum",
	       .help = "A second value of one series and period that differs: refused, or the last or greatest is kept and "
	       "flagged; sum: rows are parts of one value. Looked for where series are known: output model, grain, decumulate."),
	OPTION(decumulate, .dflt = "false",
	       .help = "Running totals (collection mtd, qtd, ytd, lifetime) become what each period added."),
	OPTION(fiscal_year_start, .dflt = "1", .allow = "1..12", .help = "Month in which totals of the year begin anew."),
	{ 0 },
};

#define COLUMN(column, kind, ...) { .name = column, .type = kind, __VA_ARGS__ }
static const struct trib_field series_columns[] = {
	COLUMN("series_id", TRIB_STR, .flags = TRIB_KEY), COLUMN("partner_id", TRIB_STR), COLUMN("market_id", TRIB_STR),
	COLUMN("device_id", TRIB_STR),
	COLUMN("product_id", TRIB_STR), COLUMN("metric_id", TRIB_STR), COLUMN("unit_id", TRIB_STR),
	COLUMN("currency", TRIB_STR), COLUMN("grain", TRIB_STR),
	COLUMN("calendar_id", TRIB_STR), COLUMN("tz", TRIB_STR), COLUMN("basis", TRIB_STR), COLUMN("source_id", TRIB_STR),
	COLUMN("extra", TRIB_JSON), { 0 },
};
static const struct trib_field flag_columns[] = {
	COLUMN("series_id", TRIB_STR, .flags = TRIB_KEY), COLUMN("period_start", TRIB_DATE, .flags = TRIB_KEY),
	COLUMN("flag", TRIB_STR, .flags = TRIB_KEY),
	COLUMN("recorded_from", TRIB_TIME, .flags = TRIB_KEY), COLUMN("detail", TRIB_JSON), COLUMN("state", TRIB_STR),
	{ 0 },
};
static const struct trib_stream outputs[] = {
	{ "series", "What is observed: one row per partner, market, device, product, metric, currency, grain and basis.",
	  series_columns, NULL },
	{ "observation_flag", "What is odd about an observation.", flag_columns, NULL },
	{ 0 },
};

static int share(struct trib *t, const void *self, void *shared)
{
	const struct norm *s = self;
	struct norm_shared *h = shared;
	const int bad = norm_catalogue_make(t, &h->catalogue, &s->o.metrics, &s->o.aliases,
	                                    strcmp(s->o.bytes, "binary") == 0);
	return bad ? bad : norm_fx_make(t, &h->fx, &s->o.fx, s->o.fx_pivot, s->o.fx_max_age);
}

static void unshare(struct trib *t, void *shared)
{
	struct norm_shared *h = shared;
	(void)t;
	norm_catalogue_done(&h->catalogue);
	norm_fx_done(&h->fx);
}

static int open_currency(struct trib *t, struct norm *s)
{
	const char *const asked[] = { s->o.currency, s->o.source_currency };
	for (int i = 0; i < 2; i++)
		if (asked[i] && !norm_currency_known(asked[i]))
			return trib_fail(t, TRIB_CONFIG, "normalise.unknown_currency: %s \"%s\" is not in ISO 4217",
			                 i ? "source_currency" : "currency", asked[i]);
	s->target = s->o.currency ? norm_currency_code(s, s->o.currency) : -1;
	s->source_currency = s->o.source_currency ? norm_currency_code(s, s->o.source_currency) : -1;
	if (s->o.currency && !s->o.converted_as) {
		char name[16] = "value_";
		for (int i = 0; i < 3; i++)
			name[6 + i] = (char)tolower((unsigned char)s->o.currency[i]);
		trib_keep(t, &s->o.converted_as, name);
	}
	return TRIB_OK;
}

static int open_norm(struct trib *t, void *self)
{
	struct norm *s = self;
	const struct norm_shared *h = trib_shared(t);
	s->catalogue = &h->catalogue;
	s->fx = &h->fx;
	s->wide = !s->o.metric_column;
	s->to_model = strcmp(s->o.output, "model") == 0;
	static const char letters[] = "elms";
	s->duplicates = (enum norm_duplicates)(strchr(letters, s->o.duplicates[0]) - letters);
	s->held = s->o.grain || s->o.decumulate || (s->to_model && s->duplicates == NORM_PARTS);
	s->decimals = s->held ? NORM_HELD_SCALE : (int)s->o.decimals;
	if (!s->o.source_id)
		trib_keep(t, &s->o.source_id, trib_stream_name(t));
	if ((s->o.grain && trib_grain(s->o.grain, &s->grain) != 0) ||
	    (s->o.period_grain && trib_grain(s->o.period_grain, &s->period_grain) != 0))
		return trib_fail(t, TRIB_CONFIG, "normalise.bad_grain: grain is day, week, month, quarter or year");
	int bad = open_currency(t, s);
	if (bad == 0)
		bad = norm_locale_open(t, s);
	/* what the first rows decide, or a ratio needs beside it, must be seen by one instance, in order */
	const bool declared = s->o.locale || s->o.locale_by;
	if (s->held)
		trib_scope(t, TRIB_PER_PERIOD);
	else if (s->to_model || s->wide || !declared)
		trib_scope(t, TRIB_PER_PART);
	s->votes = s->held || s->to_model || s->wide || !declared;
	return bad;
}

static void close_norm(struct trib *t, void *self)
{
	struct norm *s = self;
	struct norm_rows *r = &s->rows;
	(void)t;
	norm_words_done(&s->names), norm_words_done(&s->columns), norm_words_done(&s->periods),
		norm_words_done(&s->currencies), norm_words_done(&s->markets);
	for (int d = 0; d < NORM_DIMS; d++)
		norm_words_done(&s->dims[d]), free(r->dim[d]);
	free(s->entries), free(s->period_of), free(s->style_of), free(s->style_known), free(s->rates), free(s->money_of), free(s->metric_entries);
	free(r->entry), free(r->period), free(r->currency), free(r->style), free(r->room), free(r->m), free(r->converted), free(r->scale),
		free(r->status), free(r->is_converted);
	norm_hold_done(s);
	norm_model_done(s);
}

/* ---- bind ---- */

static bool listed(const trib_list *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(((const char *const *)l->items)[i], name) == 0)
			return true;
	return false;
}

static bool has_another_job(const struct norm *s, const char *name)
{
	const char *const jobs[] = {
		s->o.unit_column, s->o.currency_column, s->o.period ? NULL : s->o.period_column, s->o.locale_by,
		s->o.partner_column, s->o.market_column,
		s->o.device_column, s->o.product_column,
	};
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
		if (jobs[i] && strcmp(jobs[i], name) == 0)
			return true;
	return listed(&s->o.keep, name) || listed(&s->o.ignore, name);
}

/* Every column without another job is a metric; one that no alias explains makes dead letters, cell by cell. */
static int bind_wide(struct trib *t, struct norm *s, const struct trib_batch *in)
{
	int known = 0;
	for (int c = 0; c < trib_cols(in); c++) {
		const char *name = trib_col_name(in, c);
		if (has_another_job(s, name))
			continue;
		const int32_t before = s->columns.count, code = norm_code_of(&s->columns, norm_text_of(name), NORM_TEXTS);
		if (code < before)
			continue;
		int32_t *entries = realloc(s->metric_entries, ((size_t)code + 1) * sizeof *entries);
		if (code < 0 || !entries)
			return trib_fail(t, TRIB_FATAL, "no memory");
		s->metric_entries = entries;
		entries[code] = norm_entry_of(s, norm_text_of(name), (struct trib_text){ NULL, 0 });
		if (entries[code] < 0)
			return trib_fail(t, TRIB_FATAL, "no memory");
	}
	for (int32_t c = 0; c < s->columns.count; c++)
		known += s->entries[s->metric_entries[c]].is.metric >= 0;
	if (known == 0)
		return trib_fail(t, TRIB_CONFIG,
		                 "normalise.no_metric: none of the columns is a metric that is known; declare aliases, or "
		                 "metric_column for input with one value per row");
	return TRIB_OK;
}

static int need(struct trib *t, const struct trib_batch *in, const char *option, const char *column)
{
	if (!column || trib_col(in, column) >= 0)
		return TRIB_OK;
	const char *best = near_column(in, column);
	return trib_fail(t, TRIB_CONFIG, "normalise.unknown_column: %s: the input has no column \"%s\"%s%s%s", option,
	                 column, best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

static int bind_norm(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	struct norm *s = self;
	const struct { const char *option, *column; } needs[] = {
		{ "metric_column", s->o.metric_column }, { "value_column", s->wide ? NULL : s->o.value_column },
		{ "unit_column", s->o.unit_column },
		{ "currency_column", s->o.currency_column }, { "period_column", s->o.period ? NULL : s->o.period_column },
		{ "locale_by", s->o.locale_by },
		{ "partner_column", s->o.partner_column }, { "market_column", s->o.market_column },
		{ "device_column", s->o.device_column },
		{ "product_column", s->o.product_column },
	};
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		if (need(t, in, needs[i].option, needs[i].column) != 0)
			return TRIB_CONFIG;
	const int bad = s->wide ? bind_wide(t, s, in) : TRIB_OK;
	if (bad != 0)
		return bad;
	return s->to_model ? norm_model_bind(t, s, outs) : norm_long_bind(t, s, &outs[0], in);
}

/* ---- apply ---- */

/* One row per metric column: what was one row is created as often. */
static int repeat(struct trib *t, struct norm *s, struct trib_batch *in)
{
	const int64_t n = in->array.length, k = s->columns.count;
	int32_t *rows = trib_scratch(t, ((size_t)(n * k) + 1) * sizeof *rows);
	if (!rows || n * k > INT32_MAX)
		return trib_fail(t, TRIB_FATAL, "no memory");
	for (int64_t i = 0, at = 0; i < n; i++)
		for (int64_t c = 0; c < k; c++)
			rows[at++] = (int32_t)i;
	if (trib_pick(in, rows, n * k) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	trib_count(t, 0, TRIB_CREATED, n * (k - 1));
	return TRIB_OK;
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct norm *s = self;
	int bad = s->wide ? repeat(t, s, in) : TRIB_OK;
	if (bad == 0)
		bad = norm_read(t, s, in);
	if (bad == 0)
		bad = norm_values(t, s, in);
	if (bad != 0)
		return bad;
	return s->held ? norm_hold_rows(t, s, in) : s->to_model ? norm_model_rows(t, s, in) : norm_long_emit(t, s, in);
}

static int flush(struct trib *t, void *self)
{
	struct norm *s = self;
	const int bad = s->held ? norm_hold_flush(t, s) : TRIB_OK;
	return bad || !s->to_model ? bad : norm_model_flush(t, s);
}

TRIB_PLUGIN(normalise, .help = "Partner KPIs to canonical metrics: names, numbers, units, currencies, periods.",
            .self_size = sizeof(struct norm),
            .shared_size = sizeof(struct norm_shared), .options = options, .scope = TRIB_PER_ROW, .outputs = outputs,
            .share = share, .unshare = unshare,
            .open = open_norm, .close = close_norm, .bind = bind_norm, .apply = apply, .flush = flush);
