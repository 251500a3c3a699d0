/* model_tables - tables of the partner model and the taxonomy, version 1. The metrics are those of tributary/metrics.h.
 *
 * Facts are half-open in both times: [period_start, period_end) is what they speak of, [recorded_from, recorded_to)
 * when that was believed. Dimensions are never null: * is "all", so that UNIQUE means what it says. A decimal NAME is
 * a REAL for queries and NAME_dec, the exact text. */
#include "model.h"

#define OPEN "'9999-12-31'"
#define TEXT_ALL " TEXT NOT NULL DEFAULT '*'"

const struct lite_model_table lite_model_tables[] = {
	{
		.name = "series", .mode = TRIB_INSERT_ONLY,
		.key = "series_id",
		.columns = "series_id TEXT NOT NULL PRIMARY KEY, partner_id" TEXT_ALL ", market_id" TEXT_ALL ","
		           " device_id" TEXT_ALL ", product_id" TEXT_ALL ", metric_id TEXT NOT NULL,"
		           " unit_id" TEXT_ALL ", currency" TEXT_ALL ", grain TEXT NOT NULL,"
		           " calendar_id" TEXT_ALL ", tz" TEXT_ALL ", basis TEXT NOT NULL CHECK(basis IN"
		           " ('reported', 'recomputed', 'allocated')), source_id" TEXT_ALL ", extra TEXT,"
		           " UNIQUE(partner_id, market_id, device_id, product_id, metric_id, unit_id, currency,"
		           " grain, calendar_id, tz, basis, source_id, extra)) WITHOUT ROWID",
	},
	{
		.name = "observation", .mode = TRIB_SCD2,
		.key = "series_id period_start period_end", .ignore = "run_id raw_ref source_asof", .revision = true,
		.columns = "series_id TEXT NOT NULL, period_start TEXT NOT NULL, period_end TEXT NOT NULL,"
		           " revision INTEGER NOT NULL DEFAULT 0, value REAL, value_dec TEXT,"
		           " obs_status TEXT NOT NULL DEFAULT 'A' CHECK(obs_status IN ('A', 'P', 'E', 'F', 'Q', 'L',"
		           " 'M', 'H', 'O', 'N', 'B', 'D', 'I', 'U', 'V', 'K', 'W', 'S', 'G', 'J')),"
		           " conf_status TEXT, source_asof TEXT, recorded_from TEXT NOT NULL,"
		           " recorded_to TEXT NOT NULL DEFAULT " OPEN ", run_id TEXT, raw_ref TEXT,"
		           " PRIMARY KEY(series_id, period_start, period_end, revision),"
		           " CHECK(period_start < period_end), CHECK(value_dec IS NOT NULL OR obs_status IN ('M',"
		           " 'L', 'Q', 'O', 'H', 'S', 'J', 'K')), CHECK(value_dec IS NULL OR obs_status NOT IN ('M',"
		           " 'L', 'O', 'H'))) WITHOUT ROWID",
	},
	{
		.name = "observation_flag", .mode = TRIB_INSERT_ONLY,
		.key = "series_id period_start flag recorded_from",
		.columns = "series_id TEXT NOT NULL, period_start TEXT NOT NULL, flag TEXT NOT NULL,"
		           " recorded_from TEXT NOT NULL, detail TEXT, state TEXT NOT NULL DEFAULT 'open'"
		           " CHECK(state IN ('open', 'accepted', 'fixed')), decided_at TEXT,"
		           " PRIMARY KEY(series_id, period_start, flag, recorded_from)) WITHOUT ROWID",
	},
	{
		.name = "ticket", .mode = TRIB_MERGE,
		.key = "source_id ticket_id",
		.columns = "source_id TEXT NOT NULL, ticket_id TEXT NOT NULL, partner_id" TEXT_ALL ","
		           " market_id TEXT, product_id TEXT, device_id TEXT, channel TEXT, queue TEXT, lang TEXT,"
		           " opened_at TEXT, local_date TEXT, closed_at TEXT, source_label TEXT, text_hash TEXT,"
		           " dup_of TEXT,"
		           " PRIMARY KEY(source_id, ticket_id)) WITHOUT ROWID",
	},
	{
		.name = "ticket_category", .mode = TRIB_SCD2,
		.key = "source_id ticket_id taxonomy", .time_from = "decided_at",
		.columns = "source_id TEXT NOT NULL, ticket_id TEXT NOT NULL, taxonomy TEXT NOT NULL,"
		           " category_id TEXT NOT NULL, assigned_by TEXT NOT NULL CHECK(assigned_by IN ('source',"
		           " 'rule', 'model', 'reviewer')), rule_or_model TEXT, version TEXT, confidence REAL,"
		           " confidence_dec TEXT, evidence TEXT, decided_at TEXT, recorded_from TEXT NOT NULL,"
		           " recorded_to TEXT NOT NULL DEFAULT " OPEN ", PRIMARY KEY(source_id, ticket_id, taxonomy,"
		           " recorded_from)) WITHOUT ROWID",
	},
	{
		.name = "review_item", .mode = TRIB_INSERT_ONLY,
		.key = "source_id ticket_id taxonomy rule_or_model",
		.columns = "source_id TEXT NOT NULL, ticket_id TEXT NOT NULL, taxonomy TEXT NOT NULL,"
		           " rule_or_model TEXT NOT NULL, proposed TEXT, confidence REAL, confidence_dec TEXT,"
		           " evidence TEXT, state TEXT NOT NULL DEFAULT 'open', PRIMARY KEY(source_id, ticket_id,"
		           " taxonomy, rule_or_model)) WITHOUT ROWID",
	},
	{
		.name = "partner", .mode = TRIB_MERGE,
		.key = "partner_id",
		.columns = "partner_id TEXT NOT NULL PRIMARY KEY, parent_id TEXT, name TEXT,"
		           " kind TEXT CHECK(kind IS NULL OR kind IN ('carrier', 'oem', 'mvno', 'platform',"
		           " 'reseller')), home_market TEXT, tz TEXT, calendar_id TEXT, currency TEXT,"
		           " stage TEXT) WITHOUT ROWID",
	},
	/* of two sources that tell the same value the one with the smaller precedence is shown */
	{
		.name = "source", .mode = TRIB_MERGE,
		.key = "source_id",
		.columns = "source_id TEXT NOT NULL PRIMARY KEY, name TEXT, precedence INTEGER NOT NULL DEFAULT 100) WITHOUT"
		           " ROWID",
	},
	{
		.name = "opportunity", .mode = TRIB_MERGE,
		.key = "id",
		.columns = "id TEXT NOT NULL PRIMARY KEY, partner_id TEXT, kind TEXT CHECK(kind IS NULL OR kind IN"
		           " ('upsell', 'co_marketing', 'referral', 'case_study')), stage TEXT, amount REAL,"
		           " amount_dec TEXT, currency TEXT, introduced_by TEXT) WITHOUT ROWID",
	},
	{
		.name = "metric", .mode = TRIB_APPEND,
		.columns = "metric_id TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL CHECK(kind IN"
		           " ('additive', 'semi_additive', 'ratio', 'distinct', 'given')), unit_id TEXT,"
		           " better TEXT CHECK(better IN ('up', 'down', 'near')), time_agg TEXT, space_agg TEXT,"
		           " num_metric TEXT, den_metric TEXT, den_time_agg TEXT, factor TEXT, per TEXT,"
		           " fx_policy TEXT, lateness INTEGER, plausible_min TEXT, plausible_max TEXT,"
		           " definition TEXT, owner_role TEXT, maturity INTEGER, tmf_tid TEXT, valid_from TEXT,"
		           " def_hash TEXT, PRIMARY KEY(metric_id, version), CHECK((kind = 'ratio') = (num_metric IS"
		           " NOT NULL AND den_metric IS NOT NULL))) WITHOUT ROWID",
	},
	{
		.name = "category", .mode = TRIB_APPEND,
		.columns = "taxonomy TEXT NOT NULL, version INTEGER NOT NULL, category_id TEXT NOT NULL,"
		           " parent TEXT, counts_as_complaint INTEGER NOT NULL, label TEXT,"
		           " PRIMARY KEY(taxonomy, version, category_id)) WITHOUT ROWID",
	},
	{ .name = "asof", .columns = "one INTEGER PRIMARY KEY CHECK(one = 1), at TEXT NOT NULL)" },
	{ .name = NULL },
};

const struct lite_category lite_categories[] = {
	{ "complaint", NULL, 1, "Complaint" },
	{ "complaint.billing", "complaint", 1, "Wrong bill" }, { "complaint.service_quality", "complaint", 1,
	                                                         "Service quality" },
	{ "complaint.app_defect", "complaint", 1, "Defect" }, { "complaint.fraud", "complaint", 1, "Fraud" },
	{ "complaint.cancellation", "complaint", 1, "Cancellation" }, { "complaint.content", "complaint", 1,
	                                                                "Content" },
	{ "complaint.privacy", "complaint", 1, "Privacy" },
	{ "how_to", NULL, 0, "How to" }, { "tech_support", NULL, 0, "Technical support" }, { "billing_question", NULL,
	        0, "Question about a bill" },
	{ "sales_inquiry", NULL, 0, "Sales inquiry" }, { "feature_request", NULL, 0,
	                                                 "Feature request" }, { "compliment", NULL, 0, "Compliment" },
	{ "duplicate", NULL, 0, "Duplicate" }, { "spam", NULL, 0, "Spam" }, { "internal", NULL, 0,
	                                                                      "Internal" }, { "other", NULL, 0,
	        "Other" },
	{ NULL, NULL, 0, NULL },
};
