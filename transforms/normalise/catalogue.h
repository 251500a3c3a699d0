/* catalogue - what is measured (metrics) and how partners call it (aliases): the user's rows over the built-in
 * seed (tributary/metrics.h).
 *
 * Law: a name that nothing explains is never guessed: norm_sense() answers TRIB_NOT_A_VALUE and the nearest name. */
#ifndef TRIBX_NORM_CATALOGUE_H
#define TRIBX_NORM_CATALOGUE_H

#include "units.h"

enum { NORM_BOUND_SCALE = 18 };
enum norm_kind { NORM_ADDITIVE, NORM_SEMI_ADDITIVE, NORM_RATIO_OF, NORM_DISTINCT, NORM_GIVEN };
enum norm_over_time { NORM_SUM, NORM_AVG, NORM_LAST, NORM_MAX, NORM_MIN, NORM_NONE };
enum norm_policy { NORM_FX_NONE, NORM_FX_AVG, NORM_FX_END, NORM_FX_SPOT };
enum norm_collection { NORM_DELTA, NORM_GAUGE, NORM_MTD, NORM_QTD, NORM_YTD, NORM_LIFETIME };

/* Rows as users write them: options `metrics` and `aliases`. */
struct norm_metric_row {
	const char *metric_id, *kind, *unit, *time_agg, *fx_policy, *num_metric, *den_metric, *factor;
	const char *plausible_min, *plausible_max;
	int64_t decimals;
};
struct norm_alias_row { const char *scope, *alias, *metric, *unit, *multiplier, *collection, *sign, *currency; };
extern const struct trib_field norm_metric_fields[], norm_alias_fields[];

struct norm_metric {
	const char *id, *unit_id;
	enum norm_kind kind;
	const struct norm_unit *unit;
	enum norm_over_time time_agg;
	enum norm_policy policy;
	int num, den;                    /* of a ratio: indexes of its parts, else -1 */
	struct norm_ratio factor;        /* of a ratio */
	bool bounded;                    /* a share that cannot exceed 1 */
	bool has_min, has_max;
	norm_wide min, max;              /* of what is plausible, in its unit at NORM_BOUND_SCALE */
};

struct norm_alias {
	char *key;                       /* folded, 0-terminated */
	int rank;                        /* source 0, partner 1, global 2, seed 3 */
	const char *for_whom;            /* partner:ID, source:ID; NULL: whoever it is */
	int metric;
	const struct norm_unit *unit;
	struct norm_ratio multiplier;
	bool multiplied, negative;
	enum norm_collection collection;
	char currency[4];
};

struct norm_catalogue {
	struct norm_metric *metrics;
	struct norm_alias *aliases;      /* sorted by key, then rank */
	int metric_count, alias_count;
	bool binary;                     /* bytes: binary */
	bool by_partner;                 /* some alias belongs to one partner */
};

/* What a header, or the text of a metric column, means. */
struct norm_sense {
	int metric;                      /* negative: unknown */
	struct norm_ratio ratio;         /* from the number as written to the metric's unit: unit times scale */
	struct norm_ratio unit, scale;
	bool unit_known;                 /* by alias, header or multiplier: a share needs no further evidence */
	bool negative, ambiguous;
	bool minor;                      /* in minor units: how many make one is the currency's */
	enum norm_collection collection;
	char currency[4], symbol[8];
};

int norm_catalogue_make(struct trib *t, struct norm_catalogue *c, const trib_list *metrics, const trib_list *aliases,
                        bool binary);
void norm_catalogue_done(struct norm_catalogue *c);
int norm_metric_find(const struct norm_catalogue *c, const char *id);                     /* -1: none */
/* partner, source: who is speaking ("" none). near: room for the nearest known name, "" if nothing is near. */
int norm_sense(const struct norm_catalogue *c, struct trib_text name, const char *partner, const char *source,
               struct norm_sense *out, char near[64]);
/* A unit said beside a value (unit column, cell) replaces what the header said. TRIB_NOT_A_VALUE: another dimension
 * or no unit. */
int norm_sense_unit(const struct norm_catalogue *c, struct trib_text unit, struct norm_sense *in_out);

#endif
