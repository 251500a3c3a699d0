/* norm - the instance: what the user asked for, what the distinct texts mean, the rows of the batch in hand as arrays.
 *
 *	cells --read.c--> rows: metric, period, currency, number --value.c--> values --> one of
 *	    long.c    canonical rows, written in bulk
 *	    hold.c    held until the scope ends: running totals, longer periods; then long or model
 *	    model.c   series, observations, flags
 *
 * Law: per row only array reads, multiplications and one hash per text column; whatever a text means is worked out when
 * it is met first. A row that cannot be understood is rejected where that shows, with the cell as sample. */
#ifndef TRIBX_NORM_H
#define TRIBX_NORM_H

#include "catalogue.h"
#include "cell.h"
#include "fx.h"
#include "over_time.h"
#include "text.h"
#include "words.h"

enum { NORM_TEXTS = 1 << 20, NORM_HELD_SCALE = 18 };
enum { NORM_UNKNOWN = -1, NORM_UNSAID = -2, NORM_BY_MARKET = -3, NORM_UNASKED = -4 };
enum { NORM_PARTNER, NORM_MARKET, NORM_DEVICE, NORM_PRODUCT, NORM_DIMS };

struct norm_options {
	trib_list metrics, aliases, keep, ignore, fx;
	const char *metric_column, *value_column, *unit_column, *currency_column, *source_currency;
	const char *period_column, *period, *period_format, *period_grain;
	const char *locale, *locale_by;
	trib_map locales;
	bool scientific, dash_is_zero;
	const char *bytes, *clock;
	const char *currency, *fx_pivot, *converted_as;
	int64_t fx_max_age, decimals;
	const char *partner, *market, *device, *product, *partner_column, *market_column, *device_column, *product_column;
	const char *source_id, *tz, *calendar_id;
	const char *output, *grain, *duplicates;
	bool decumulate;
	int64_t fiscal_year_start;
};

struct norm_shared { struct norm_catalogue catalogue; struct norm_fx fx; };

/* How the value of a row comes about: NORM_NUMBER, NORM_AMOUNT: a multiplication, for an amount another one by its rate. */
enum norm_way { NORM_UNASKED_WAY, NORM_LONG_WAY, NORM_NUMBER, NORM_AMOUNT };

/* What a metric's name means here, ready to multiply. A unit beside the value makes another one from it. */
struct norm_entry {
	struct norm_sense is;
	struct norm_factor factor;
	int32_t currency;                /* code, -1: not said */
	enum norm_way way;
	enum norm_policy policy;         /* once the way is known; least: no product may be smaller on the short ones */
	int64_t least;
	bool decided;                    /* percent or fraction is settled */
	int8_t inferred;                 /* by the first rows: 100 percent, 1 fraction; the rest is held to it */
	bool bad_unit;                   /* the unit beside the value is of another dimension, or unknown */
	struct norm_share votes;
	char near[64];
};
struct norm_period { trib_date start, end; enum trib_grain grain; bool good; };
struct norm_style { struct trib_numbers numbers; bool known; };
struct norm_money { struct norm_rate rate; bool asked, found; };

/* The batch in hand, by row. */
struct norm_rows {
	int64_t count, cap;
	int32_t *entry, *period, *currency, *style, *dim[NORM_DIMS];    /* codes; currency -1: none; entry -1: rejected */
	int32_t *room;                   /* for codes or days on their way out */
	norm_wide *m;                    /* as read; then the value at the output's scale */
	norm_wide *converted;
	int8_t *scale;
	char *status;                    /* SDMX letter: A, O missing, Q suppressed; 0: rejected */
	bool *is_converted;
	bool any_hole, any_lack;         /* of all rows: one has no value; one has none in the target's currency */
};

struct norm {
	struct norm_options o;
	const struct norm_catalogue *catalogue;
	const struct norm_fx *fx;
	int decimals;                    /* scale that values are rounded to in the rows */
	int32_t target, source_currency; /* codes, -1: none */
	bool wide, votes, to_model, held;
	bool any_unknown, any_bad_period;   /* a text that means no metric, no period: rows have to be looked at one by one */
	enum trib_grain grain;           /* 0: as it comes */
	enum norm_duplicates duplicates;
	enum trib_grain period_grain;

	struct norm_words names, columns, periods, currencies, markets, dims[NORM_DIMS];
	struct norm_entry *entries;      /* by code of names */
	struct norm_period *period_of;
	struct trib_numbers *style_of;   /* by code of markets */
	bool *style_known;
	int32_t *money_of;               /* by code of currencies: the code that it means, or one of the words below */
	struct norm_money *rates;        /* [period][currency], of the policies that metrics have */
	int32_t entry_count, entry_cap, period_cap, style_cap, money_cap, rate_periods, rate_currencies;
	struct norm_style only;          /* without locale_by */
	bool guessed;
	struct norm_rows rows;

	int32_t *metric_entries;         /* wide: by code of columns, the input's columns that are metrics */

	struct norm_hold *hold;
	struct norm_model *model;
};

/* read.c: rows of `in` from its cells; negative after trib_fail. in is already wide-repeated. */
int norm_read(struct trib *t, struct norm *s, struct trib_batch *in);
int norm_look(struct trib *t, const struct trib_batch *in, const char *column, struct trib_view *v);   /* absent: all null */
int32_t norm_entry_in(struct norm *s, int32_t entry, struct trib_text unit);   /* the same name with a unit beside its value; -1: no memory */
int32_t norm_entry_of(struct norm *s, struct trib_text name, struct trib_text partner);   /* code, -1: no memory */
int32_t norm_currency_code(struct norm *s, const char *code);                              /* -1: none or no memory */

/* read_numbers.c */
int norm_read_numbers(struct trib *t, struct norm *s, struct trib_batch *in);

/* locale.c */
int norm_locale_open(struct trib *t, struct norm *s);
int norm_locale_guess(struct trib *t, struct norm *s, const char *column, const struct trib_view *v, int64_t first,
                      int64_t step, int64_t count);
void norm_locale_reject(struct trib *t, const struct trib_batch *in, int64_t row, const char *column,
                        struct trib_text cell, const struct trib_numbers *declared, int why);

/* value.c: m as read becomes the value in the metric's unit, and in the target currency. */
int norm_values(struct trib *t, struct norm *s, struct trib_batch *in);
int norm_rate_of(struct norm *s, int metric, int32_t period, int32_t currency, struct norm_rate *out);

/* long.c */
int norm_long_bind(struct trib *t, struct norm *s, struct trib_batch *out, const struct trib_batch *in);
int norm_long_emit(struct trib *t, struct norm *s, struct trib_batch *in);

/* hold.c */
int norm_hold_rows(struct trib *t, struct norm *s, struct trib_batch *in);
int norm_hold_flush(struct trib *t, struct norm *s);
void norm_hold_done(struct norm *s);

/* One observation, whatever made it. */
struct norm_observation {
	int metric;
	int32_t currency, dim[NORM_DIMS];
	trib_date start, end;
	const char *grain;
	norm_wide value, converted;      /* at o.decimals */
	bool is_converted;
	char status;
	const char *flag;                /* NULL: none; detail is a JSON object */
	const char *detail;
	const char *rate;                /* what converted it, NULL: several or none */
	norm_wide half;                  /* half of the last digit that was printed, in the metric's unit */
};
static inline bool norm_has_value(char status) { return status == 'A' || status == 'P'; }
const char *norm_grain_name(enum trib_grain grain);

/* model.c */
int norm_model_bind(struct trib *t, struct norm *s, struct trib_batch *outs);
int norm_model_rows(struct trib *t, struct norm *s, struct trib_batch *in);
int norm_model_put(struct trib *t, struct norm *s, const struct norm_observation *o);
int norm_model_flush(struct trib *t, struct norm *s);
void norm_model_done(struct norm *s);

#endif
