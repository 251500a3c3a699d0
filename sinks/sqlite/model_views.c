/* model_views - the views of the partner model. Names and columns are an interface: columns are only added at the
 * end.
 *
 * Ratios divide as REAL and stand beside their numerator and denominator; a ratio is never averaged. What was
 * believed at the moment in `asof` is what the views show; as it is installed, that is now. */
#include "model.h"

#define AT "(SELECT rtrim(at, 'Z') FROM asof)"
#define BELIEVED(x) "rtrim(" x ".recorded_from, 'Z') <= " AT " AND " AT " < rtrim(" x ".recorded_to, 'Z')"

#define OF_SERIES \
	"s.partner_id, s.market_id, s.device_id, s.product_id, s.metric_id, s.unit_id, s.currency, s.grain," \
	" s.calendar_id, s.tz, s.basis, s.source_id, s.extra"
#define OF_OBSERVATION \
	"o.series_id, o.period_start, o.period_end, o.value, o.value_dec, o.obs_status, o.conf_status," \
	" o.source_asof, o.revision, o.recorded_from, o.recorded_to, o.run_id, o.raw_ref"

/* The values of a partner and month: totals (most dimensions *) where they are delivered, else the sum of the
 * details; as delivered before recomputed. Two levels are never added. */
#define BY_MONTH(where) \
	"SELECT partner, month, metric, currency, value FROM (SELECT s.partner_id AS partner," \
	" substr(o.period_start, 1, 7) AS month, s.metric_id AS metric, s.currency AS currency," \
	" sum(o.value) AS value, rank() OVER (PARTITION BY s.partner_id, substr(o.period_start, 1, 7)," \
	" s.metric_id, s.currency ORDER BY s.basis = 'reported' DESC, (s.market_id = '*') + (s.device_id = '*') +" \
	" (s.product_id = '*') DESC) AS place FROM observation o" \
	" JOIN series s ON s.series_id = o.series_id WHERE s.grain = 'month' AND o.value IS NOT NULL AND " where \
	" GROUP BY s.partner_id, substr(o.period_start, 1, 7), s.metric_id, s.currency, s.basis," \
	" (s.market_id = '*') + (s.device_id = '*') + (s.product_id = '*'))" \
	" WHERE place = 1"

#define IS_COMPLAINT(x) \
	"coalesce((SELECT c.counts_as_complaint FROM category c WHERE c.taxonomy = " x ".taxonomy AND" \
	" c.category_id = " x ".category_id ORDER BY c.version DESC LIMIT 1), " x ".category_id = 'complaint')"

const struct lite_model_view lite_model_views[] = {
	{
		"v_current",
		"SELECT " OF_SERIES ", " OF_OBSERVATION " FROM observation o"
		" JOIN series s ON s.series_id = o.series_id WHERE o.recorded_to = '9999-12-31'",
	},
	{
		"v_asof",
		"SELECT " OF_SERIES ", " OF_OBSERVATION " FROM observation o"
		" JOIN series s ON s.series_id = o.series_id WHERE " BELIEVED("o"),
	},
	{
		"v_month",
		BY_MONTH(BELIEVED("o")),
	},
	/* a denominator that was delivered later than the moment asked for is the first one that came */
	{
		"v_month_first",
		BY_MONTH("o.revision = 0"),
	},
	{
		"v_ticket_labels",
		"SELECT t.source_id, t.ticket_id, s.taxonomy, t.partner_id AS partner, substr(t.opened_at, 1,"
		" 7) AS period, s.category_id AS category_source, n.category_id AS category_now, "
		IS_COMPLAINT("s") " AS complaint_source, " IS_COMPLAINT("n") " AS complaint_now, n.assigned_by,"
		" n.rule_or_model, n.confidence FROM ticket t JOIN ticket_category s ON s.source_id = t.source_id"
		" AND s.ticket_id = t.ticket_id AND s.assigned_by = 'source'"
		" JOIN ticket_category n ON n.source_id = t.source_id AND n.ticket_id = t.ticket_id AND n.taxonomy ="
		" s.taxonomy AND " BELIEVED("n") " WHERE NOT EXISTS (SELECT 1"
		" FROM ticket_category x WHERE x.source_id = s.source_id AND x.ticket_id = s.ticket_id AND"
		" x.taxonomy = s.taxonomy AND x.assigned_by = 'source' AND rtrim(x.recorded_from,"
		" 'Z') > rtrim(s.recorded_from, 'Z') AND rtrim(x.recorded_from,"
		" 'Z') <= " AT ") AND rtrim(s.recorded_from, 'Z') <= " AT,
	},
	{
		"v_complaints_before_after",
		"SELECT partner, period, complaints_source, complaints_now, out, \"in\", pending_review,"
		" 1000.0 * complaints_source / nullif(subscribers, 0) AS per_1k_source,"
		" 1000.0 * complaints_now / nullif(subscribers, 0) AS per_1k_now, top_from_to, subscribers, tickets"
		" FROM (SELECT l.partner, l.period, sum(l.complaint_source) AS complaints_source,"
		" sum(l.complaint_now) AS complaints_now, sum(l.complaint_source AND NOT l.complaint_now) AS out,"
		" sum(l.complaint_now AND NOT l.complaint_source) AS \"in\", count(*) AS tickets, (SELECT count(*)"
		" FROM review_item r JOIN v_ticket_labels x ON x.source_id = r.source_id AND x.ticket_id ="
		" r.ticket_id AND x.taxonomy = r.taxonomy WHERE r.state = 'open' AND x.partner = l.partner AND"
		" x.period = l.period) AS pending_review, (SELECT category_source || ' -> ' || category_now || ' '"
		" || count(*) FROM v_ticket_labels x WHERE x.partner = l.partner AND x.period = l.period AND"
		" x.category_source <> x.category_now GROUP BY category_source, category_now ORDER BY count(*) DESC,"
		" category_source, category_now LIMIT 1) AS top_from_to, CAST(coalesce((SELECT sum(m.value)"
		" FROM v_month m WHERE m.partner = l.partner AND m.month = l.period AND m.metric = 'subscribers'),"
		" (SELECT sum(m.value) FROM v_month_first m WHERE m.partner = l.partner AND m.month = l.period AND"
		" m.metric = 'subscribers')) AS REAL) AS subscribers FROM v_ticket_labels l"
		" GROUP BY l.partner, l.period)",
	},
	{
		"v_arpu_trend",
		"SELECT partner, month, currency, revenue, active, arpu, reported_arpu,"
		" 100.0 * (reported_arpu - arpu) / nullif(arpu, 0) AS diff_pct,"
		" arpu / nullif(first_value(arpu) OVER (PARTITION BY partner, currency ORDER BY month),"
		" 0) AS uplift_vs_base FROM (SELECT r.partner, r.month, r.currency, r.value AS revenue,"
		" a.value AS active, CAST(r.value AS REAL) / nullif(a.value, 0) AS arpu, p.value AS reported_arpu"
		" FROM v_month r JOIN v_month a ON a.partner = r.partner AND a.month = r.month AND a.metric ="
		" 'active_users' LEFT JOIN v_month p ON p.partner = r.partner AND p.month = r.month AND p.metric ="
		" 'arpu' AND p.currency = r.currency WHERE r.metric = 'revenue_net')",
	},
	/* the newest period of each source: when it was due by its metrics' lateness, and when its first value came */
	{
		"v_freshness",
		"SELECT source, expected_by, arrived_at, CASE WHEN arrived_at > expected_by THEN"
		" round(julianday(arrived_at) - julianday(expected_by), 3) ELSE 0.0 END AS lateness,"
		" CASE WHEN arrived_at > expected_by THEN 'late' ELSE 'fresh' END AS state, period_end"
		" FROM (SELECT s.source_id AS source, max(o.period_end) AS period_end, date(max(o.period_end),"
		" '+' || coalesce(max(m.lateness), 2) || ' days') AS expected_by, min(o.recorded_from) AS arrived_at"
		" FROM observation o JOIN series s ON s.series_id = o.series_id"
		" LEFT JOIN metric m ON m.metric_id = s.metric_id WHERE o.period_end = (SELECT max(p.period_end)"
		" FROM observation p JOIN series q ON q.series_id = p.series_id"
		" WHERE q.source_id = s.source_id) GROUP BY s.source_id)",
	},
	{ NULL, NULL },
};
