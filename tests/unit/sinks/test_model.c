/* The partner model by hand: the rows of S02 and S03 are inserted with SQL, the views must give their golden numbers.
 */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/metrics.h>
#include "../../../sinks/sqlite/model.h"

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;
	cr_assert(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s\n%s", why, sql);
}

static const char *answer(sqlite3 *db, const char *sql)
{
	static char out[4096];
	size_t n = 0;
	sqlite3_stmt *q = NULL;
	cr_assert(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s\n%s", sqlite3_errmsg(db), sql);
	out[0] = 0;
	while (sqlite3_step(q) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(q); i++) {
			const char *v = (const char *)sqlite3_column_text(q, i);
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", i ? "|" : n ? ";" : "", v ? v : "~");
		}
	sqlite3_finalize(q);
	return out;
}

static sqlite3 *model(void)
{
	sqlite3 *db = NULL;
	cr_assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
	for (const struct lite_model_table *m = lite_model_tables; m->name; m++) {
		char *sql = NULL;
		cr_assert(asprintf(&sql, "CREATE TABLE %s(%s", m->name, m->columns) > 0);
		run(db, sql);
		free(sql);
	}
	for (const struct lite_model_view *v = lite_model_views; v->name; v++) {
		char *sql = NULL;
		cr_assert(asprintf(&sql, "CREATE VIEW %s AS %s", v->name, v->select) > 0);
		run(db, sql);
		free(sql);
	}
	for (const struct lite_category *c = lite_categories; c->id; c++) {
		char *sql = NULL;
		cr_assert(asprintf(&sql, "INSERT INTO category VALUES('v1', 1, '%s', NULL, %d, '')", c->id,
		                   c->complaint) > 0);
		run(db, sql);
		free(sql);
	}
	run(db, "INSERT INTO asof VALUES(1, '9999-12-30')");
	return db;
}

static void put(sqlite3 *db, const char *partner, const char *metric, const char *currency, const char *month,
                const char *value)
{
	char *sql = NULL;
	cr_assert(asprintf(&sql, "INSERT OR IGNORE INTO series(series_id, partner_id, metric_id, currency, grain,"
	                         " basis) VALUES('%s/%s', '%s', '%s', '%s',"
	                   " 'month', 'reported'); INSERT INTO observation(series_id, period_start, period_end,"
	                   " revision, value, value_dec, recorded_from)"
	                   " VALUES('%s/%s', '%s-01', date('%s-01', '+1 month'), 0, %s, '%s',"
	                   " '2025-06-01T00:00:00Z')", partner, metric, partner, metric,
	                   currency, partner, metric, month, month, value, value) > 0);
	run(db, sql);
	free(sql);
}

/* S02: 1,200 tickets; of 1,000 complaints 575 move out, of 200 others 25 move in, on 2025-02-02. 50 wait for a
 * person. */
static void put_tickets(sqlite3 *db)
{
	static const struct { int n; const char *label, *now; } flows[] = {
		{ 425, "complaint", NULL }, { 425, "complaint", "how_to" }, { 80, "complaint",
		                                                              "billing_question" }, { 40, "complaint",
		        "sales_inquiry" },
		{ 20, "complaint", "compliment" }, { 10, "complaint", "duplicate" }, { 175, "other", NULL }, { 25,
		        "other", "complaint" },
	};
	int id = 0;
	run(db, "BEGIN");
	for (size_t i = 0; i < sizeof flows / sizeof *flows; i++)
		for (int k = 0; k < flows[i].n; k++, id++) {
			char sql[1600];
			snprintf(sql, sizeof sql, "INSERT INTO ticket(source_id, ticket_id, partner_id, opened_at)"
			                          " VALUES('crm', '%d', 'P01', '2025-01-%02dT10:00:00Z');"
			         "INSERT INTO ticket_category(source_id, ticket_id, taxonomy, category_id,"
			         " assigned_by, recorded_from, recorded_to)"
			         " VALUES('crm', '%d', 'v1', '%s', 'source', '2025-01-%02dT10:00:00Z',"
			         " '%s')", id, id % 31 + 1, id, flows[i].label, id % 31 + 1,
			         flows[i].now ? "2025-02-02T00:00:00Z" : "9999-12-31");
			run(db, sql);
			if (!flows[i].now)
				continue;
			snprintf(sql, sizeof sql, "INSERT INTO ticket_category(source_id, ticket_id, taxonomy,"
			                          " category_id, assigned_by, recorded_from)"
			         " VALUES('crm', '%d', 'v1', '%s', 'rule', '2025-02-02T00:00:00Z')", id, flows[i].now);
			run(db, sql);
		}
	run(db, "INSERT INTO review_item(source_id, ticket_id, taxonomy, rule_or_model, proposed) SELECT source_id,"
	        " ticket_id, 'v1', 'r', 'how_to'"
	        " FROM ticket WHERE CAST(ticket_id AS INTEGER) < 45 OR CAST(ticket_id AS INTEGER) BETWEEN 1000 AND"
	        " 1004; COMMIT");
}

Test(model, complaints_before_and_after)
{
	sqlite3 *db = model();
	put_tickets(db);
	put(db, "P01", "subscribers", "*", "2025-01", "250000");
	static const char view[] = "SELECT partner, period, complaints_source, complaints_now, out, \"in\","
	                           " pending_review, printf('%.2f', per_1k_source),"
	                           " printf('%.2f', per_1k_now), top_from_to, tickets FROM v_complaints_before_after";
	cr_assert_str_eq(answer(db, view), "P01|2025-01|1000|450|575|25|50|4.00|1.80|complaint -> how_to 425|1200");
	run(db, "UPDATE asof SET at = '2025-02-01'");
	cr_assert_str_eq(answer(db, view), "P01|2025-01|1000|1000|0|0|50|4.00|4.00|~|1200");
	run(db, "UPDATE asof SET at = '2025-02-02T00:00:00Z'");
	cr_assert_str_eq(answer(db, "SELECT complaints_now FROM v_complaints_before_after"), "450");
	sqlite3_close(db);
}

Test(model, arpu_is_divided_as_a_number)
{
	static const char *const months[] = { "2025-01", "2025-02", "2025-03", "2025-04", "2025-05" };
	static const char *const revenue[] = { "50000", "157500", "440000", "862500", "1320000" };
	static const char *const active[] = { "1000000", "1050000", "1100000", "1150000", "1200000" };
	sqlite3 *db = model();
	for (int i = 0; i < 5; i++) {
		put(db, "P02", "revenue_net", "USD", months[i], revenue[i]);
		put(db, "P02", "active_users", "*", months[i], active[i]);
	}
	put(db, "P02", "arpu", "USD", "2025-01", "0.05");
	cr_assert_str_eq(answer(db, "SELECT month, printf('%.2f', arpu), reported_arpu, round(diff_pct, 9),"
	                            " round(uplift_vs_base, 9) FROM v_arpu_trend ORDER BY 1"),
	                 "2025-01|0.05|0.05|0.0|1.0;2025-02|0.15|~|~|3.0;2025-03|0.40|~|~|8.0;2025-04|0.75|~|~|15.0;"
	                 "2025-05|1.10|~|~|22.0");
	cr_assert_str_eq(answer(db, "SELECT sum(revenue), sum(active), printf('%.5f', sum(revenue) / sum(active)) FROM"
	                            " v_arpu_trend WHERE month > '2025-01'"),
	                 "2780000.0|4500000.0|0.61778");
	cr_assert_str_eq(answer(db, "SELECT typeof(arpu) FROM v_arpu_trend LIMIT 1"), "real");
	sqlite3_close(db);
}

Test(model, a_total_and_its_details_are_never_added)
{
	sqlite3 *db = model();
	put(db, "P09", "revenue_net", "USD", "2025-01", "100");
	put(db, "P09", "active_users", "*", "2025-01", "10");
	run(db, "INSERT INTO series(series_id, partner_id, market_id, metric_id, currency, grain, basis) VALUES('d',"
	        " 'P09', 'DE', 'revenue_net', 'USD', 'month', 'reported');"
	        "INSERT INTO observation(series_id, period_start, period_end, value, value_dec, recorded_from)"
	        " VALUES('d', '2025-01-01', '2025-02-01', 60, '60', '2025-06-01')");
	cr_assert_str_eq(answer(db, "SELECT revenue, arpu FROM v_arpu_trend"), "100.0|10.0");
	sqlite3_close(db);
}

Test(model, freshness)
{
	sqlite3 *db = model();
	put(db, "P01", "subscribers", "*", "2025-01", "250000");
	cr_assert_str_eq(answer(db, "SELECT source, expected_by, arrived_at, lateness, state FROM v_freshness"),
	                 "*|2025-02-03|2025-06-01T00:00:00Z|118.0|late");
	run(db, "UPDATE observation SET recorded_from = '2025-02-02T10:00:00Z'");
	cr_assert_str_eq(answer(db, "SELECT lateness, state FROM v_freshness"), "0.0|fresh");
	sqlite3_close(db);
}

Test(model, holds_its_rules)
{
	static const struct { const char *sql; bool ok; } t[] = {
		{ "INSERT INTO series(series_id, metric_id, grain, basis) VALUES('a', 'arpu', 'month', 'reported')",
		  true },
		{ "INSERT INTO series(series_id, metric_id, grain, basis, market_id) VALUES('b', 'arpu', 'month',"
		  " 'reported', NULL)", false },
		{ "INSERT INTO series(series_id, metric_id, grain, basis) VALUES('c', 'arpu', 'month', 'guessed')",
		  false },
		{ "INSERT INTO observation(series_id, period_start, period_end, value, value_dec, recorded_from)"
		  " VALUES('a', '2025-01-01', '2025-02-01', 1, '1', 'x')", true },
		{ "INSERT INTO observation(series_id, period_start, period_end, recorded_from) VALUES('a',"
		  " '2025-02-01', '2025-03-01', 'x')", false },
		{ "INSERT INTO observation(series_id, period_start, period_end, obs_status, recorded_from) VALUES('a',"
		  " '2025-02-01', '2025-03-01', 'O', 'x')", true },
		{ "INSERT INTO observation(series_id, period_start, period_end, obs_status, value, value_dec,"
		  " recorded_from) VALUES('a', '2025-04-01', '2025-05-01', 'M', 1, '1', 'x')", false },
		{ "INSERT INTO observation(series_id, period_start, period_end, value, value_dec, recorded_from)"
		  " VALUES('a', '2025-02-01', '2025-02-01', 1, '1', 'x')", false },
		{ "INSERT INTO metric(metric_id, version, kind) VALUES('x', 1, 'ratio')", false },
		{ "INSERT INTO metric(metric_id, version, kind, num_metric, den_metric) VALUES('x', 1, 'additive',"
		  " 'a', 'b')", false },
		{ "INSERT INTO asof VALUES(2, '2025-01-01')", false },
	};
	sqlite3 *db = model();
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		cr_assert((sqlite3_exec(db, t[i].sql, NULL, NULL, NULL) == SQLITE_OK) == t[i].ok, "%s: %s", t[i].sql,
		          sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Each metric that a ratio divides is there; words are those that the tables and normalise know. */
Test(model, the_catalogue_is_sound)
{
	for (const struct trib_metric *m = trib_metric_seed; m->id; m++) {
		cr_assert((strcmp(m->kind, "ratio") == 0) == (m->num_metric && m->den_metric && m->factor), "%s", m->id);
		cr_assert(m->unit && m->fx_policy && m->definition, "%s", m->id);
		int found = 0, same = 0;
		for (const struct trib_metric *p = trib_metric_seed; p->id; p++) {
			found += m->num_metric && (strcmp(p->id, m->num_metric) == 0 || strcmp(p->id, m->den_metric) == 0);
			same += strcmp(p->id, m->id) == 0;
		}
		cr_assert(!m->num_metric || found == 2, "%s: its parts are not in the catalogue", m->id);
		cr_assert(same == 1, "%s is there twice", m->id);
	}
}
