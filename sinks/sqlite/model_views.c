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

/* The values of a partner and month. A cell (market, device, product) that several series tell counts once: reported
 * before recomputed, then by the source's precedence, then the newest. Totals (most dimensions *) are taken where they
 * are delivered, else the details of one breakdown; two are never added. Where the metric does not add up over its cells
 * (users, ratios), several cells have no value. */
#define BY_MONTH(where) \
	"SELECT c.partner, c.month, c.metric, c.currency, CASE WHEN c.cells = 1 OR k.space_agg = 'sum' THEN c.value END AS" \
	" value, c.breakdown, c.cells, c.breakdown = max(c.breakdown) OVER every AND c.cells = max(c.cells) OVER every AS whole" \
	" FROM (SELECT partner, month, metric, currency, breakdown, sum(value) AS value, count(*) AS cells," \
	" rank() OVER (PARTITION BY partner, month, metric, currency ORDER BY breakdown DESC) AS place" \
	" FROM (SELECT s.partner_id AS partner, substr(o.period_start, 1, 7) AS month, s.metric_id AS metric," \
	" s.currency AS currency, o.value AS value," \
	" 100 * ((s.market_id = '*') + (s.device_id = '*') + (s.product_id = '*'))" \
	" + 4 * (s.market_id = '*') + 2 * (s.device_id = '*') + (s.product_id = '*') AS breakdown," \
	" row_number() OVER (PARTITION BY s.partner_id, substr(o.period_start, 1, 7), s.metric_id, s.currency, s.market_id," \
	" s.device_id, s.product_id ORDER BY s.basis = 'reported' DESC, s.basis, coalesce(f.precedence, 100)," \
	" o.source_asof DESC, o.recorded_from DESC, s.source_id, s.series_id) AS place" \
	" FROM observation o JOIN series s ON s.series_id = o.series_id LEFT JOIN source f ON f.source_id = s.source_id" \
	" WHERE s.grain = 'month' AND o.value IS NOT NULL AND " where ") WHERE place = 1" \
	" GROUP BY partner, month, metric, currency, breakdown) c LEFT JOIN metric k ON k.metric_id = c.metric" \
	" AND k.version = (SELECT max(version) FROM metric n WHERE n.metric_id = c.metric) WHERE c.place = 1" \
	" WINDOW every AS (PARTITION BY c.partner, c.month, c.metric)"

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
		"SELECT t.source_id, t.ticket_id, s.taxonomy, t.partner_id AS partner, substr(coalesce(t.local_date, t.opened_at), 1,"
		" 7) AS period, s.category_id AS category_source, n.category_id AS category_now, "
		IS_COMPLAINT("s") " AS complaint_source, " IS_COMPLAINT("n") " AS complaint_now, n.assigned_by,"
		" n.rule_or_model, n.confidence, n.confidence_dec, n.version, n.evidence, n.decided_at FROM ticket t JOIN ticket_category s ON s.source_id = t.source_id"
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
		" arpu / nullif(first_value(arpu) OVER (PARTITION BY partner, currency ORDER BY arpu IS NULL, month),"
		" 0) AS uplift_vs_base FROM (SELECT b.partner, b.month, b.currency, r.value AS revenue, a.value AS active,"
		" CASE WHEN r.whole THEN CAST(r.value AS REAL) / nullif(a.value, 0) END AS arpu,"
		" CASE WHEN p.breakdown >= 300 OR r.cells IS NULL OR (r.cells = 1 AND r.breakdown = p.breakdown) THEN p.value END"
		" AS reported_arpu FROM (SELECT DISTINCT partner, month, currency FROM v_month"
		" WHERE metric IN ('revenue_net', 'arpu')) b LEFT JOIN v_month r ON r.partner = b.partner AND r.month = b.month"
		" AND r.currency = b.currency AND r.metric = 'revenue_net' LEFT JOIN v_month a ON a.partner = b.partner AND"
		" a.month = b.month AND a.metric = 'active_users' LEFT JOIN v_month p ON p.partner = b.partner AND p.month ="
		" b.month AND p.metric = 'arpu' AND p.currency = b.currency)",
	},
	/* The newest period of each source: when it was due by its metrics' lateness, and when its first value came. As of a
	 * moment after the next period was due, that one is missed: overdue. Now (9999-12-30) is no moment: SQL has no clock
	 * that a repeated run could trust. */
	{
		"v_freshness",
		"WITH came AS (SELECT s.source_id, s.metric_id, s.grain, o.period_start, o.period_end, o.recorded_from"
		" FROM observation o JOIN series s ON s.series_id = o.series_id WHERE rtrim(o.recorded_from, 'Z') <= " AT "),"
		" newest AS (SELECT c.source_id AS source, c.period_end, max(c.period_start) AS period_start, max(coalesce("
		"m.lateness, 2)) AS days, min(c.recorded_from) AS arrived_at FROM came c LEFT JOIN metric m ON m.metric_id ="
		" c.metric_id WHERE c.period_end = (SELECT max(n.period_end) FROM came n WHERE n.source_id = c.source_id)"
		" GROUP BY c.source_id, c.period_end),"
		" due AS (SELECT *, date(period_end, '+' || days || ' days') AS expected_by,"
		" date(CASE WHEN substr(period_start, 9) = '01' AND substr(period_end, 9) = '01' THEN date(period_end, '+' ||"
		" (12 * (substr(period_end, 1, 4) - substr(period_start, 1, 4)) + substr(period_end, 6, 2) - substr(period_start,"
		" 6, 2)) || ' months') ELSE date(period_end, '+' || (julianday(period_end) - julianday(period_start)) || ' days')"
		" END, '+' || days || ' days') AS next_by FROM newest),"
		" judged AS (SELECT source, CASE WHEN " AT " < '9999' AND " AT " > next_by THEN 'overdue' WHEN arrived_at >"
		" expected_by THEN 'late' ELSE 'fresh' END AS state, expected_by, next_by, arrived_at, period_end FROM due)"
		" SELECT source, CASE state WHEN 'overdue' THEN next_by ELSE expected_by END AS expected_by,"
		" CASE WHEN state <> 'overdue' THEN arrived_at END AS arrived_at, CASE state WHEN 'fresh' THEN 0.0 WHEN 'late' THEN"
		" round(julianday(arrived_at) - julianday(expected_by), 3) ELSE round(julianday(" AT ") - julianday(next_by), 3)"
		" END AS lateness, state, period_end FROM judged",
	},
	{ NULL, NULL },
};
