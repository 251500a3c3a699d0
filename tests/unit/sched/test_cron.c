/* test_cron - the expression, and its instants. Golden instants are those of Python's zoneinfo. */
#include "sched/cron.h"
#include "times.h"

Test(cron, expressions_that_are_wrong_say_where)
{
	static const struct { const char *text; size_t at; const char *said; } rows[] = {
		{ "", 0, "only 0 of 5 fields" }, { "* * * *", 7, "only 4 of 5" }, { "* * * * * *", 10, "more than 5" },
		{ "60 * * * *", 0, "minute: 60 is out of range" }, { "0 24 * * *", 2, "hour: 24" }, { "0 0 0 * *", 4, "day of month: 0" },
		{ "0 0 1 13 *", 6, "month: 13" }, { "0 0 * * 8", 8, "day of week: 8" }, { "0 0 L * *", 4, "\"L\" is no number" },
		{ "0 0 ? * *", 4, "\"?\" is no number" }, { "0 0 15W * *", 6, "left over" }, { "0 0 * * 5#2", 9, "left over" },
		{ "0 0 * * FOO", 8, "\"F\" is no number" }, { "*/0 * * * *", 1, "no step" }, { "*/x * * * *", 1, "no step" },
		{ "5-1 * * * *", 0, "goes backwards" }, { "1,,2 * * * *", 2, "\",\" is no number" }, { "1, * * * *", 2, "\"\" is no number" },
		{ "0 0 30 2 *", 4, "never be due" }, { "0 0 31 4,6,9,11 *", 4, "never be due" }, { "@fortnightly", 0, "@fortnightly is no schedule" },
		{ "@reboot", 0, "@reboot is no schedule" }, { "-5 * * * *", 0, "is no number" }, { "0 99999 * * *", 2, "out of range" },
		{ "0 0 * jann *", 9, "left over" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_cron c;
		struct tribx_cron_fault f;
		cr_expect_not(tribx_cron_parse(rows[i].text, &c, &f), "%s", rows[i].text);
		cr_expect_eq(f.at, rows[i].at, "%s: at %zu", rows[i].text, f.at);
		cr_expect(strstr(f.text, rows[i].said), "%s: %s", rows[i].text, f.text);
	}
}

/* count instants from `from` on, one by one; and back again by the last one not behind */
static void check(const char *expression, const char *name, struct tribx_dst dst, const char *from, const char *const *wanted)
{
	struct tribx_cron c;
	struct tribx_cron_fault f;
	struct tribx_zone *z = zone(name);
	cr_assert(tribx_cron_parse(expression, &c, &f), "%s: %s", expression, f.text);
	int64_t t = at(from) - 1, before = INT64_MIN;
	for (int i = 0; wanted[i]; i++) {
		t = tribx_cron_next(&c, z, dst, t);
		cr_expect_eq(t, at(wanted[i]), "%s %s from %s: %s, not %s", name, expression, from, shown(t), wanted[i]);
		cr_expect_eq(tribx_cron_last(&c, z, dst, t), t, "%s %s: last at %s", name, expression, shown(t));
		if (before != INT64_MIN)
			cr_expect_eq(tribx_cron_last(&c, z, dst, t - 1), before, "%s %s: last before %s", name, expression, shown(t));
		before = t;
	}
	tribx_zone_close(z);
}

#define LIST(...) (const char *const[]){ __VA_ARGS__, NULL }
static const struct tribx_dst usual = { TRIBX_GAP_NEXT, TRIBX_FOLD_FIRST };

Test(cron, golden_vectors)
{
	check("30 2 29 3 *", "Europe/Berlin", usual, "2026-03-01T00:00:00Z", LIST("2026-03-29T01:00:00Z"));
	check("30 2 25 10 *", "Europe/Berlin", usual, "2026-03-01T00:00:00Z", LIST("2026-10-25T00:30:00Z", "2027-10-25T00:30:00Z"));
	check("0 2 8 3 *", "America/New_York", usual, "2026-03-01T00:00:00Z", LIST("2026-03-08T07:00:00Z"));
	check("30 1 1 11 *", "America/New_York", usual, "2026-03-01T00:00:00Z", LIST("2026-11-01T05:30:00Z"));
	check("30 1 1 11 *", "America/New_York", (struct tribx_dst){ .fold = TRIBX_FOLD_BOTH }, "2026-03-01T00:00:00Z",
	      LIST("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2027-11-01T05:30:00Z"));
	check("15 2 4 10 *", "Australia/Lord_Howe", usual, "2026-03-01T00:00:00Z", LIST("2026-10-03T15:30:00Z"));
	check("45 1 5 4 *", "Australia/Lord_Howe", usual, "2026-03-01T00:00:00Z", LIST("2026-04-04T14:45:00Z"));
	check("45 1 5 4 *", "Australia/Lord_Howe", (struct tribx_dst){ .fold = TRIBX_FOLD_LAST }, "2026-03-01T00:00:00Z", LIST("2026-04-04T15:15:00Z"));
	check("0 0 4 11 *", "America/Sao_Paulo", usual, "2018-03-01T00:00:00Z", LIST("2018-11-04T03:00:00Z"));
	check("30 2 30 12 *", "Pacific/Apia", usual, "2011-03-01T00:00:00Z", LIST("2012-12-29T12:30:00Z"));   /* none in 2011: the day never was */
	check("30 2 15 2 *", "Africa/Casablanca", usual, "2026-01-01T00:00:00Z", LIST("2026-02-15T01:30:00Z"));
	check("30 2 15 2 *", "Africa/Casablanca", (struct tribx_dst){ .fold = TRIBX_FOLD_LAST }, "2026-01-01T00:00:00Z", LIST("2026-02-15T02:30:00Z"));
	check("30 2 29 3 *", "Asia/Kathmandu", usual, "2026-01-01T00:00:00Z", LIST("2026-03-28T20:45:00Z"));
	check("30 2 * * *", "Europe/Berlin", (struct tribx_dst){ .gap = TRIBX_GAP_SKIP }, "2026-03-28T00:00:00Z", LIST("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"));
}

/* badinput/dates/schedule.tsv */
Test(cron, declared_outcomes_of_badinput)
{
	check("30 2 * * *", "Europe/Madrid", usual, "2024-03-29T23:00:00Z", LIST("2024-03-30T01:30:00Z", "2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z"));
	check("30 2 * * *", "Europe/Madrid", usual, "2024-10-25T22:00:00Z", LIST("2024-10-26T00:30:00Z", "2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"));
	check("0 * * * *", "Europe/Madrid", usual, "2024-10-26T22:00:00Z",
	      LIST("2024-10-26T22:00:00Z", "2024-10-26T23:00:00Z", "2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z", "2024-10-27T02:00:00Z", "2024-10-27T03:00:00Z"));
	check("0 0 29 2 *", "UTC", usual, "2023-01-01T00:00:00Z", LIST("2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"));
}

Test(cron, time_that_passes_runs_through_both_hours)
{
	check("*/30 * * * *", "Europe/Berlin", usual, "2026-10-25T00:00:00Z",
	      LIST("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"));
	check("*/30 * * * *", "Europe/Berlin", usual, "2026-03-29T00:30:00Z", LIST("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"));
	check("0 */2 * * *", "Australia/Lord_Howe", usual, "2026-04-04T13:00:00Z", LIST("2026-04-04T13:00:00Z", "2026-04-04T15:30:00Z"));
}

Test(cron, names_lists_steps_and_days)
{
	check("0 9 * * MON-FRI", "UTC", usual, "2026-05-01T00:00:00Z", LIST("2026-05-01T09:00:00Z", "2026-05-04T09:00:00Z"));
	check("0 9 * jan,JUL 7", "UTC", usual, "2026-01-26T00:00:00Z", LIST("2026-07-05T09:00:00Z", "2026-07-12T09:00:00Z"));
	check("0 0 13 * 5", "UTC", usual, "2026-02-01T00:00:00Z", LIST("2026-02-06T00:00:00Z", "2026-02-13T00:00:00Z", "2026-02-20T00:00:00Z"));   /* either */
	check("0 0 */10 * 1", "UTC", usual, "2026-06-02T00:00:00Z", LIST("2026-08-31T00:00:00Z"));   /* both: the days begin with * */
	check("5/20,50-52 3 * * *", "UTC", usual, "2026-02-01T00:00:00Z",
	      LIST("2026-02-01T03:05:00Z", "2026-02-01T03:25:00Z", "2026-02-01T03:45:00Z", "2026-02-01T03:50:00Z", "2026-02-01T03:51:00Z", "2026-02-01T03:52:00Z"));
	check("@monthly", "UTC", usual, "2026-02-02T00:00:00Z", LIST("2026-03-01T00:00:00Z"));
	check("@weekly", "UTC", usual, "2026-02-02T00:00:00Z", LIST("2026-02-08T00:00:00Z"));
	check("@Yearly", "UTC", usual, "2026-02-02T00:00:00Z", LIST("2027-01-01T00:00:00Z"));
	check("15,45 2 29 3 *", "Europe/Berlin", usual, "2026-01-01T00:00:00Z", LIST("2026-03-29T01:00:00Z", "2027-03-29T00:15:00Z"));   /* a gap makes one of two */
}

Test(cron, years_that_files_do_not_hold)
{
	check("30 2 * 3 0", "Europe/Berlin", usual, "2099-03-28T00:00:00Z", LIST("2099-03-29T01:00:00Z"));
	check("0 12 1 7 *", "America/New_York", usual, "2099-01-01T00:00:00Z", LIST("2099-07-01T16:00:00Z"));
	check("0 12 1 7 *", "Europe/London", usual, "1970-01-01T00:00:00Z", LIST("1970-07-01T11:00:00Z"));
}

/* 60 zones, every day of ten years at 02:30: 3,653 dues each, strictly increasing, none lost. */
Test(cron, no_day_of_ten_years_is_lost_or_doubled)
{
	static const char *const names[] = {
		"Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Johannesburg", "Africa/Juba", "Africa/Khartoum", "Africa/Lagos", "Africa/Sao_Tome",
		"Africa/Windhoek", "America/Anchorage", "America/Argentina/Buenos_Aires", "America/Asuncion", "America/Bogota", "America/Caracas", "America/Chihuahua",
		"America/Godthab", "America/Grand_Turk", "America/Halifax", "America/Havana", "America/Los_Angeles", "America/Mexico_City", "America/Miquelon",
		"America/New_York", "America/Phoenix", "America/Port-au-Prince", "America/Punta_Arenas", "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund",
		"America/St_Johns", "Antarctica/Casey", "Antarctica/Troll", "Asia/Almaty", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Hovd", "Asia/Jerusalem",
		"Asia/Kathmandu", "Asia/Kolkata", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo", "Asia/Tomsk", "Atlantic/Azores", "Australia/Adelaide", "Australia/Lord_Howe",
		"Australia/Sydney", "Europe/Berlin", "Europe/Chisinau", "Europe/Dublin", "Europe/Istanbul", "Europe/London", "Europe/Volgograd", "Pacific/Apia",
		"Pacific/Chatham", "Pacific/Fiji", "Pacific/Marquesas", "Pacific/Norfolk", "Pacific/Tongatapu",
	};
	struct tribx_cron c;
	struct tribx_cron_fault f;
	int64_t dues = 0, shifted = 0;
	cr_assert_eq(sizeof names / sizeof *names, 60);
	cr_assert(tribx_cron_parse("30 2 * * *", &c, &f));
	for (size_t i = 0; i < 60; i++) {
		struct tribx_zone *z = zone(names[i]);
		const int64_t first = trib_date_of(2016, 1, 1).days, end = tribx_day_start(z, trib_date_of(2026, 1, 1).days);
		int64_t n = 0;
		for (int64_t t = tribx_cron_next(&c, z, usual, tribx_day_start(z, first) - 1), last = INT64_MIN; t < end; last = t, n++, t = tribx_cron_next(&c, z, usual, t)) {
			const int64_t local = t + tribx_zone_offset(z, t), day = first + n;
			cr_assert(t > last, "%s: %s", names[i], shown(t));
			cr_assert(t >= tribx_day_start(z, day) && t < tribx_day_start(z, day + 1), "%s: %s is not of day %lld", names[i], shown(t), (long long)n);
			shifted += local != day * 86400 + 9000;
		}
		cr_expect_eq(n, 3653, "%s: %lld", names[i], (long long)n);
		dues += n;
		tribx_zone_close(z);
	}
	cr_expect_eq(dues, 219180);
	cr_expect(shifted > 0);
}
