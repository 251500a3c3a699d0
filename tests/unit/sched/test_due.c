/* test_due - which periods are due: lag, catch-up, windows, what is done. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sched/schedule.h"
#include "times.h"

static struct tribx_schedule schedule(const char *text)
{
	char path[] = "/tmp/trib-due-XXXXXX";
	struct tribx_findings f = { 0 };
	struct tribx_schedule s;
	const int fd = mkstemp(path);
	dprintf(fd, "pipeline: p\nschedule: %s\nsource: { use: file, url: a }\nsink: { use: sqlite, path: x.db }\n", text);
	close(fd);
	struct tribx_project *p = tribx_project_load(path, NULL, 0, &f);
	cr_assert(p && tribx_schedule_load(&s, &p->pipelines[0], &f), "%s: %s", text, f.count ? f.items[0].text : "");
	s.cron_text = s.cron_text ? "kept" : NULL;
	tribx_findings_done(&f);
	tribx_project_free(p);
	unlink(path);
	return s;
}

Test(due, when_a_period_is)
{
	static const struct { const char *schedule, *id, *due; } rows[] = {
		{ "{ cron: '30 6 * * *', tz: Europe/Berlin, period: day, lag: 1d }", "2026-03-29", "2026-03-30T04:30:00Z" },
		{ "{ cron: '30 6 * * *', tz: Europe/Berlin, period: day }", "2026-03-28", "2026-03-29T04:30:00Z" },
		{ "{ cron: '30 6 * * *', tz: Europe/Berlin, period: day, lag: 2d }", "2026-03-28", "2026-03-30T04:30:00Z" },
		{ "{ cron: '30 6 * * *', tz: Europe/Berlin, period: day, lag: 1d7h }", "2026-03-28", "2026-03-30T04:30:00Z" },
		{ "{ cron: '0 0 * * *', tz: Europe/Berlin, period: day }", "2026-03-28", "2026-03-28T23:00:00Z" },
		{ "{ cron: '30 2 * * *', tz: Europe/Berlin, period: day }", "2026-03-28", "2026-03-29T01:00:00Z" },
		{ "{ cron: '0 9 * * MON-FRI', tz: UTC, period: day }", "2026-05-01", "2026-05-04T09:00:00Z" },
		{ "{ cron: '30 6 * * *', tz: Europe/Berlin, period: month, lag: 3d }", "2026-03", "2026-04-03T04:30:00Z" },
		{ "{ cron: '0 6 * * *', tz: UTC, period: week, lag: 1d }", "2026-W13", "2026-03-30T06:00:00Z" },
		{ "{ period: day, tz: Europe/Berlin }", "2026-10-25", "2026-10-25T23:00:00Z" },
		{ "{ period: day, tz: Europe/Berlin, lag: 1d6h }", "2026-10-25", "2026-10-26T05:00:00Z" },
		{ "{ every: 6h, period: day }", "2026-03-29", "2026-03-30T00:00:00Z" },
		{ "{ every: 7h, period: day, start: 2026-03-28 }", "2026-03-29", "2026-03-30T01:00:00Z" },
		{ "{ period: hour, tz: Europe/Berlin, lag: 2h }", "2026-10-25T02+0200", "2026-10-25T02:00:00Z" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_schedule s = schedule(rows[i].schedule);
		struct tribx_window w;
		cr_assert_null(tribx_period_named(s.zone, s.grain, rows[i].id, &w));
		cr_expect_eq(tribx_period_due(&s, &w), at(rows[i].due), "%s %s: %s", rows[i].schedule, rows[i].id, shown(tribx_period_due(&s, &w)));
		tribx_schedule_done(&s);
	}
}

/* "2026-03-25 2026-03-26+" are periods due, + those that are read once more; done: "FROM/TO FROM/TO" of days in UTC */
static void expect(const char *text, const char *done_text, const char *now, const char *wanted)
{
	struct tribx_schedule s = schedule(text);
	struct tribx_done done = { 0 };
	struct tribx_due due;
	struct tribx_buf got = { 0 };
	char from[32], to[32];
	int used = 0;
	for (const char *p = done_text; sscanf(p, " %10[0-9-]/%10[0-9-]%n", from, to, &used) == 2; p += used) {
		strcat(from, "T00:00:00Z");
		strcat(to, "T00:00:00Z");
		cr_assert(tribx_done_add(&done, at(from), at(to)));
	}
	cr_assert(tribx_due_list(&s, &done, at(now), &due));
	tribx_buf_puts(&got, "");
	for (size_t i = 0; i < due.count; i++)
		tribx_buf_fmt(&got, "%s%s%s", i ? " " : "", due.items[i].id, due.items[i].again ? "+" : "");
	cr_expect_str_eq(got.p, wanted, "%s, done %s, now %s: %s", text, done_text, now, got.p);
	free(due.items);
	tribx_buf_done(&got);
	tribx_done_free(&done);
	tribx_schedule_done(&s);
}

Test(due, what_is)
{
#define DAILY "cron: '30 6 * * *', period: day"
	expect("{ " DAILY " }", "", "2026-03-30T06:30:00Z", "2026-03-29");                           /* nothing known: the newest */
	expect("{ " DAILY " }", "", "2026-03-30T06:29:59Z", "2026-03-28");
	expect("{ " DAILY " }", "2026-03-25/2026-03-26", "2026-03-30T07:00:00Z", "2026-03-26 2026-03-27 2026-03-28 2026-03-29");
	expect("{ " DAILY " }", "2026-03-25/2026-03-26 2026-03-27/2026-03-29", "2026-03-30T07:00:00Z", "2026-03-26 2026-03-29");
	expect("{ " DAILY " }", "2026-03-25/2026-03-30", "2026-03-30T07:00:00Z", "");
	expect("{ " DAILY ", start: 2026-03-27 }", "", "2026-03-30T07:00:00Z", "2026-03-27 2026-03-28 2026-03-29");
	expect("{ " DAILY ", start: 2026-04-01 }", "", "2026-03-30T07:00:00Z", "");
	expect("{ " DAILY ", catchup: { since: 2026-03-28 } }", "2026-03-20/2026-03-21", "2026-03-30T07:00:00Z", "2026-03-28 2026-03-29");
	expect("{ " DAILY ", catchup: last }", "2026-03-20/2026-03-21", "2026-03-30T07:00:00Z", "2026-03-29");
	expect("{ " DAILY ", catchup: none }", "2026-03-20/2026-03-21", "2026-03-30T07:00:00Z", "2026-03-29");
	expect("{ " DAILY ", catchup: none }", "2026-03-20/2026-03-21", "2026-03-30T07:30:00Z", "");
	expect("{ " DAILY ", window: 2d }", "2026-03-20/2026-03-29", "2026-03-30T07:00:00Z", "2026-03-27+ 2026-03-28+ 2026-03-29");
	expect("{ " DAILY ", window: 2d }", "2026-03-20/2026-03-30", "2026-03-30T07:00:00Z", "");
	expect("{ " DAILY ", window: 3d }", "2026-03-20/2026-03-27 2026-03-28/2026-03-29", "2026-03-30T07:00:00Z", "2026-03-26+ 2026-03-27 2026-03-28+ 2026-03-29");
	expect("{ " DAILY ", paused: true }", "", "2026-03-30T07:00:00Z", "");
	expect("{ cron: '0 6 * * *', period: month, lag: 2d }", "2026-01-01/2026-02-01", "2026-04-02T06:00:00Z", "2026-02 2026-03");
	expect("{ cron: '0 6 * * *', period: month, lag: 2d }", "2026-01-01/2026-02-01", "2026-04-02T05:59:00Z", "2026-02");
	expect("{ cron: '0 6 * * *', period: week, start: 2026-03-10 }", "", "2026-03-30T06:00:00Z", "2026-W12 2026-W13");
}

/* Ten years of days that nobody loaded, in a zone that lost one and one that never did. */
Test(due, a_long_gap_loses_nothing)
{
	static const struct { const char *schedule; size_t days; } rows[] = {
		{ "{ period: day, tz: Pacific/Apia, start: 2006-01-01 }", 3651 }, { "{ period: day, tz: Europe/Berlin, start: 2006-01-01 }", 3652 },
	};
	for (size_t i = 0; i < 2; i++) {
		struct tribx_schedule s = schedule(rows[i].schedule);
		struct tribx_done done = { 0 };
		struct tribx_due due;
		cr_assert(tribx_due_list(&s, &done, tribx_day_start(s.zone, trib_date_of(2016, 1, 1).days), &due));
		cr_expect_eq(due.count, rows[i].days, "%zu", due.count);
		for (size_t k = 0; k < due.count; k++) {
			cr_assert(k == 0 || due.items[k - 1].end == due.items[k].start);
			cr_assert(tribx_done_add(&done, due.items[k].start, due.items[k].end));
		}
		cr_expect_eq(done.count, 1);
		const struct tribx_window whole = tribx_due_whole(&due);
		cr_expect(whole.start == done.items[0].start && whole.end == done.items[0].end);
		free(due.items);
		tribx_done_free(&done);
		tribx_schedule_done(&s);
	}
}

Test(due, without_periods)
{
	static const struct { const char *schedule, *last, *now, *due, *next; } rows[] = {
		{ "{ every: 6h }", NULL, "2026-03-30T07:00:00Z", "2026-03-30T06:00:00Z", "2026-03-30T12:00:00Z" },
		{ "{ every: 6h }", "2026-03-30T06:00:05Z", "2026-03-30T07:00:00Z", "never", "2026-03-30T12:00:00Z" },
		{ "{ every: 6h }", "2026-03-30T05:59:59Z", "2026-03-30T07:00:00Z", "2026-03-30T06:00:00Z", "2026-03-30T12:00:00Z" },
		{ "{ cron: '@daily', tz: Asia/Kathmandu }", "2026-03-29T00:00:00Z", "2026-03-30T07:00:00Z", "2026-03-29T18:15:00Z", "2026-03-30T18:15:00Z" },
		{ "{ cron: '@daily', catchup: none }", "2026-03-29T00:00:00Z", "2026-03-30T07:00:00Z", "never", "2026-03-31T00:00:00Z" },
		{ "{ cron: '@daily', start: 2026-04-01 }", NULL, "2026-03-30T07:00:00Z", "never", "2026-04-01T00:00:00Z" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tribx_schedule s = schedule(rows[i].schedule);
		const struct tribx_done none = { 0 };
		struct tribx_window w;
		const int64_t due = tribx_due_instant(&s, rows[i].last ? at(rows[i].last) : INT64_MIN, at(rows[i].now));
		cr_expect_str_eq(shown(due), rows[i].due, "%s: %s", rows[i].schedule, shown(due));
		const int64_t next = tribx_due_next(&s, &none, at(rows[i].now), &w);
		cr_expect_str_eq(shown(next), rows[i].next, "%s: next %s", rows[i].schedule, shown(next));
		tribx_schedule_done(&s);
	}
}
