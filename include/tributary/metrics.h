/* metrics.h - the seed of the metric catalogue: what every project knows without declaring it.
 *
 * One table: the transform that reads partners' numbers and the sinks that install the partner model both include it, so
 * that a metric cannot mean two things. Units are names of the unit table (docs/normalise.md), which series carry as well.
 * Version 1 of partner metrics; rows are only added, a changed meaning is a new metric. */
#ifndef TRIBUTARY_METRICS_H
#define TRIBUTARY_METRICS_H

struct trib_metric {
	const char *id;
	const char *kind;                                /* additive, semi_additive, ratio, distinct, given */
	const char *unit;
	const char *better;                              /* up, down, near */
	const char *time_agg, *space_agg;                /* how periods, and how markets, devices, products combine */
	const char *num_metric, *den_metric, *factor;    /* of a ratio */
	const char *fx_policy;                           /* avg, end, spot, none */
	const char *plausible_min, *plausible_max;       /* what lies outside is refused */
	int decimals;                                    /* that reports show */
	int lateness;                                    /* days after the period's end until a value counts as late */
	const char *definition;
};

/* ends with a NULL id */
static const struct trib_metric trib_metric_seed[] = {
	{ "revenue_gross", "additive", "currency", "up", "sum", "sum",
	  .fx_policy = "avg", .decimals = 2, .lateness = 2,
	  .definition = "Revenue with tax." },
	{ "revenue_net", "additive", "currency", "up", "sum", "sum",
	  .fx_policy = "avg", .decimals = 2, .lateness = 2,
	  .definition = "Revenue without tax, refunds taken off in their own period." },
	{ "partner_share", "additive", "currency", "up", "sum", "sum",
	  .fx_policy = "avg", .decimals = 2, .lateness = 5,
	  .definition = "Part of the net revenue that is the partner's." },
	{ "refunds", "additive", "currency", "down", "sum", "sum",
	  .fx_policy = "avg", .decimals = 2, .lateness = 5,
	  .definition = "Money given back, a negative flow." },
	{ "active_users", "distinct", "1", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Different users active in the period." },
	{ "dau", "semi_additive", "1", "up", "avg", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Different users of a day: averaged over days, never added." },
	{ "wau", "distinct", "1", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Different users of a week." },
	{ "mau", "distinct", "1", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Different users of a month." },
	{ "paying_users", "distinct", "1", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Different users who paid in the period." },
	{ "subscribers", "semi_additive", "1", "up", "last", "sum",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Subscribers at the end of the period." },
	{ "installs", "additive", "1", "up", "sum", "sum",
	  .fx_policy = "none", .lateness = 2,
	  .definition = "Installations." },
	{ "activations", "additive", "1", "up", "sum", "sum",
	  .fx_policy = "none", .lateness = 2,
	  .definition = "First uses." },
	{ "uninstalls", "additive", "1", "down", "sum", "sum",
	  .fx_policy = "none", .lateness = 2,
	  .definition = "Removals." },
	{ "returns", "additive", "1", "down", "sum", "sum",
	  .fx_policy = "none", .lateness = 5,
	  .definition = "Devices or products given back." },
	{ "complaints", "additive", "1", "down", "sum", "sum",
	  .fx_policy = "none", .lateness = 2,
	  .definition = "Tickets that are complaints." },
	{ "contacts_total", "additive", "1", "down", "sum", "sum",
	  .fx_policy = "none", .lateness = 2,
	  .definition = "All tickets." },
	{ "churned", "additive", "1", "down", "sum", "sum",
	  .fx_policy = "none", .lateness = 5,
	  .definition = "Subscribers who left in the period." },
	{ "return_rate", "ratio", "fraction", "down", "none", "none",
	  .num_metric = "returns", .den_metric = "activations", .factor = "1",
	  .fx_policy = "none", .plausible_min = "0", .decimals = 4, .lateness = 5,
	  .definition = "Returns per activation." },
	{ "arpu", "ratio", "currency", "up", "none", "none",
	  .num_metric = "revenue_net", .den_metric = "active_users", .factor = "1",
	  .fx_policy = "none", .decimals = 2, .lateness = 2,
	  .definition = "Net revenue per active user." },
	{ "conversion", "ratio", "fraction", "up", "none", "none",
	  .num_metric = "paying_users", .den_metric = "active_users", .factor = "1", .fx_policy = "none",
	  .plausible_min = "0", .plausible_max = "1", .decimals = 4, .lateness = 2,
	  .definition = "Paying users per active user." },
	{ "complaints_per_1k", "ratio", "per_1k", "down", "none", "none",
	  .num_metric = "complaints", .den_metric = "subscribers", .factor = "1000",
	  .fx_policy = "none", .plausible_min = "0", .decimals = 2, .lateness = 2,
	  .definition = "Complaints per 1,000 subscribers." },
	{ "contact_rate", "ratio", "per_1k", "down", "none", "none",
	  .num_metric = "contacts_total", .den_metric = "subscribers", .factor = "1000",
	  .fx_policy = "none", .plausible_min = "0", .decimals = 2, .lateness = 2,
	  .definition = "Tickets per 1,000 subscribers." },
	{ "churn", "ratio", "fraction", "down", "none", "none",
	  .num_metric = "churned", .den_metric = "subscribers", .factor = "1", .fx_policy = "none",
	  .plausible_min = "0", .plausible_max = "1", .decimals = 4, .lateness = 5,
	  .definition = "Subscribers who left per subscriber." },
	{ "csat", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4, .lateness = 5,
	  .definition = "Customer satisfaction, weighted by answers." },
	{ "nps", "given", "1", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "-100", .plausible_max = "100", .lateness = 5,
	  .definition = "Net promoter score: needs the distribution, is never averaged." },
	{ "first_response_time", "given", "s", "down", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Time to the first answer." },
	{ "resolution_time", "given", "s", "down", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .lateness = 2,
	  .definition = "Time to the end of a ticket." },
	{ "retention_d1", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4, .lateness = 2,
	  .definition = "Share of a cohort that is back on day 1." },
	{ "retention_d7", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4, .lateness = 8,
	  .definition = "Share of a cohort that is back on day 7." },
	{ "retention_d30", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4, .lateness = 31,
	  .definition = "Share of a cohort that is back on day 30." },
	{ "time_to_integrate", "given", "d", "down", "none", "none",
	  .fx_policy = "none",
	  .definition = "From contract to the first accepted data." },
	{ "disclosed_before_asked", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4,
	  .definition = "Share of incidents told before the partner asked." },
	{ "point_person_share", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4,
	  .definition = "Share of contacts that involve the point persons." },
	{ "data_coverage", "given", "fraction", "up", "none", "none",
	  .fx_policy = "none", .plausible_min = "0", .plausible_max = "1", .decimals = 4,
	  .definition = "Periods that are there per period expected." },
	{ .id = 0 },
};

#endif
