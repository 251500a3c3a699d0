/* test_period - periods in zones: names, ends, lengths; they part time without gap or overlap. */
#include "sched/period.h"
#include "times.h"

Test(period, names_and_ends)
{
	static const struct { const char *zone, *grain, *when, *id, *start, *end; } rows[] = {
		{ "Europe/Berlin", "day", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z" },         /* 23 h */
		{ "Europe/Berlin", "day", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z" },         /* 25 h */
		{ "Australia/Lord_Howe", "day", "2026-10-03T20:00:00Z", "2026-10-04", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z" },   /* 23.5 h */
		{ "Australia/Lord_Howe", "day", "2026-04-04T20:00:00Z", "2026-04-05", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z" },   /* 24.5 h */
		{ "America/Sao_Paulo", "day", "2018-11-04T12:00:00Z", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z" },
		{ "Africa/Casablanca", "day", "2026-02-15T12:00:00Z", "2026-02-15", "2026-02-14T23:00:00Z", "2026-02-16T00:00:00Z" },     /* 25 h */
		{ "Pacific/Apia", "day", "2011-12-30T09:59:59Z", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z" },
		{ "Pacific/Apia", "day", "2011-12-30T10:00:00Z", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z" },
		{ "UTC", "week", "2026-01-01T00:00:00Z", "2026-W01", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z" },
		{ "UTC", "week", "2027-01-01T00:00:00Z", "2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z" },
		{ "UTC", "week", "2024-12-30T00:00:00Z", "2025-W01", "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z" },
		{ "America/New_York", "week", "2026-03-29T03:59:59Z", "2026-W13", "2026-03-23T04:00:00Z", "2026-03-30T04:00:00Z" },
		{ "Europe/Berlin", "month", "2026-03-31T21:59:59Z", "2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z" },
		{ "Europe/Berlin", "quarter", "2026-01-01T00:00:00Z", "2026-Q1", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z" },
		{ "Europe/Berlin", "year", "2026-06-01T00:00:00Z", "2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z" },
		{ "Europe/Berlin", "hour", "2026-10-25T00:10:00Z", "2026-10-25T02+0200", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z" },
		{ "Europe/Berlin", "hour", "2026-10-25T01:10:00Z", "2026-10-25T02+0100", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z" },
		{ "Europe/Berlin", "hour", "2026-03-29T01:10:00Z", "2026-03-29T03", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z" },
		{ "Asia/Kathmandu", "hour", "2026-03-29T01:10:00Z", "2026-03-29T06", "2026-03-29T00:15:00Z", "2026-03-29T01:15:00Z" },
		{ "Australia/Lord_Howe", "hour", "2026-04-04T15:10:00Z", "2026-04-05T01+1030", "2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_zone *z = zone(rows[i].zone);
		const int grain = tribx_grain_named(rows[i].grain);
		struct tribx_window w = tribx_period_at(z, grain, at(rows[i].when)), named;
		cr_expect_str_eq(w.id, rows[i].id, "%s at %s: %s", rows[i].zone, rows[i].when, w.id);
		cr_expect_eq(w.start, at(rows[i].start), "%s %s starts %s", rows[i].zone, w.id, shown(w.start));
		cr_expect_eq(w.end, at(rows[i].end), "%s %s ends %s", rows[i].zone, w.id, shown(w.end));
		const char *why = tribx_period_named(z, grain, rows[i].id, &named);
		cr_expect(!why && named.start == w.start && named.end == w.end, "%s by name: %s", rows[i].id, why ? why : shown(named.start));
		tribx_zone_close(z);
	}
}

Test(period, no_such_period)
{
	static const struct { const char *zone, *grain, *id, *said; } rows[] = {
		{ "Pacific/Apia", "day", "2011-12-30", "never was" }, { "UTC", "day", "2026-02-30", "no period" }, { "UTC", "day", "2026-02", "another length" },
		{ "UTC", "month", "2026-02-01", "another length" }, { "UTC", "week", "2025-W53", "no period" }, { "UTC", "hour", "2026-02-01", "written like" },
		{ "Europe/Berlin", "hour", "2026-03-29T02", "does not exist" }, { "Europe/Berlin", "hour", "2026-10-25T02", "comes twice" },
		{ "Europe/Berlin", "hour", "2026-10-25T02+0300", "written like" }, { "UTC", "hour", "2026-02-01T24", "written like" }, { "UTC", "day", "", "no period" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_zone *z = zone(rows[i].zone);
		struct tribx_window w;
		const char *why = tribx_period_named(z, tribx_grain_named(rows[i].grain), rows[i].id, &w);
		cr_expect(why && strstr(why, rows[i].said), "%s: %s", rows[i].id, why ? why : "good");
		tribx_zone_close(z);
	}
}

Test(period, they_part_time)
{
	static const char *const zones[] = { "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Africa/Casablanca", "Asia/Gaza", "Antarctica/Troll" };
	static const char *const grains[] = { "hour", "day", "week", "month", "quarter", "year" };
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		for (size_t g = 0; g < sizeof grains / sizeof *grains; g++) {
			struct tribx_zone *z = zone(zones[i]);
			const int grain = tribx_grain_named(grains[g]);
			struct tribx_window w = tribx_period_at(z, grain, at("2011-06-01T00:00:00Z"));
			for (int n = 0; n < 12000 && w.start < at("2030-01-01T00:00:00Z"); n++) {
				const struct tribx_window next = tribx_period_next(z, grain, &w), back = tribx_period_before(z, grain, &next);
				cr_assert(w.start < w.end && next.start == w.end && strcmp(next.id, w.id) != 0, "%s %s: %s then %s", zones[i], grains[g], w.id, next.id);
				cr_assert(back.start == w.start && back.end == w.end, "%s %s: back from %s is %s", zones[i], grains[g], next.id, back.id);
				w = next;
			}
			tribx_zone_close(z);
		}
}
