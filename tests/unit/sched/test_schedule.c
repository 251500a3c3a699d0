/* test_schedule - the keys of schedule: faults with their places, and what is read. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sched/schedule.h"
#include "times.h"

struct loaded { struct tribx_project *p; struct tribx_findings f; struct tribx_schedule s; bool good; char path[64]; };

static struct loaded load(const char *schedule, const char *url)
{
	struct loaded l = { .path = "/tmp/trib-sched-XXXXXX" };
	const int fd = mkstemp(l.path);
	cr_assert(fd >= 0);
	dprintf(fd, "pipeline: p\nschedule: %s\nsource: { use: file, url: \"%s\" }\nsink: { use: sqlite, path: x.db }\n", schedule, url);
	close(fd);
	l.p = tribx_project_load(l.path, NULL, 0, &l.f);
	cr_assert_not_null(l.p, "%s: %s", schedule, l.f.count ? l.f.items[0].text : "");
	l.good = l.p->count && tribx_schedule_load(&l.s, &l.p->pipelines[0], &l.f);
	return l;
}

static void unload(struct loaded *l)
{
	unlink(l->path);
	tribx_schedule_done(&l->s);
	tribx_findings_done(&l->f);
	tribx_project_free(l->p);
}

Test(schedule, faults_have_a_place)
{
	static const struct { const char *text, *code; int column; const char *said; } rows[] = {
		{ "{ cron: \"30 6 * * FOO\", tz: UTC }", "schedule.bad_cron", 29, "cron: day of week" },
		{ "{ cron: 61 6 * * *, tz: UTC }", "schedule.bad_cron", 19, "cron: minute: 61" },
		{ "\"30 26 * * *\"", "schedule.bad_cron", 15, "cron: hour: 26" },
		{ "{ cron: '@daily', tz: Mars/Olympus }", "zone.unknown", 33, "Mars/Olympus" },
		{ "{ cron: '@daily', every: 6h }", "schedule.incomplete", 36, "exclude each other" },
		{ "{ tz: UTC }", "schedule.incomplete", 11, "neither cron nor every nor period" },
		{ "{ every: 5s }", "config.bad_value", 20, "at least 1m" },
		{ "{ cron: '@daily', period: fortnight }", "config.bad_value", 37, "period" },
		{ "{ cron: '@daily', window: 3d }", "schedule.incomplete", 37, "needs period" },
		{ "{ cron: '@daily', lag: 1d }", "schedule.incomplete", 34, "needs period" },
		{ "{ cron: '@daily', catchp: all }", "config.unknown_key", 29, "catchp" },
		{ "{ cron: '@daily', period: day, catchup: some }", "config.bad_value", 51, "catchup" },
		{ "{ cron: '@daily', period: day, catchup: { since: soon } }", "config.bad_value", 60, "not a day" },
		{ "{ cron: '@daily', period: day, catchup: { form: 2026-01-01 } }", "config.unknown_key", 53, "form" },
		{ "{ cron: '@daily', period: day, start: 2026-13-01 }", "config.bad_value", 49, "not a day" },
		{ "{ cron: '@daily', dst: { gap: first } }", "config.bad_value", 36, "gap: next|skip" },
		{ "{ cron: '@daily', period: day, business_days: DE }", "schedule.not_offered", 42, "MON-FRI" },
		{ "{ cron: '@daily', overlap: skip }", "schedule.not_offered", 29, "never overlap" },
		{ "[1]", "config.bad_value", 11, "not a map" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct loaded l = load(rows[i].text, "a.csv");
		cr_expect_not(l.good, "%s", rows[i].text);
		cr_expect_eq(l.f.count, 1, "%s: %zu findings", rows[i].text, l.f.count);
		if (l.f.count) {
			const struct tribx_error *e = &l.f.items[0];
			cr_expect_str_eq(e->code, rows[i].code, "%s: %s: %s", rows[i].text, e->code, e->text);
			cr_expect(e->line == 2 && e->column == rows[i].column, "%s: at %d:%d", rows[i].text, e->line, e->column);
			cr_expect(strstr(e->text, rows[i].said), "%s: %s", rows[i].text, e->text);
		}
		unload(&l);
	}
}

Test(schedule, period_is_named_without_one)
{
	struct loaded l = load("{ cron: '@daily' }", "in/${period.id}.csv");
	cr_expect(!l.good && l.f.count == 1);
	cr_expect_str_eq(l.f.items[0].code, "schedule.no_period");
	cr_expect_eq(l.f.items[0].line, 3);
	unload(&l);
}

Test(schedule, jitter_is_the_pipelines_own)
{
	struct loaded a = load("{ cron: '0 6 * * *', period: day, jitter: 10m }", "a.csv"), b = load("{ cron: '0 6 * * *', period: day, jitter: 10m }", "b.csv");
	cr_assert(a.good && b.good);
	cr_expect(a.s.shift == b.s.shift && a.s.shift >= 0 && a.s.shift < 600);
	const int64_t t = tribx_fires_next(&a.s, at("2026-01-01T07:00:00Z"));
	cr_expect_eq(t, at("2026-01-02T06:00:00Z") + a.s.shift);
	cr_expect_eq(tribx_fires_last(&a.s, t), t);
	cr_expect_eq(tribx_fires_last(&a.s, t - 1), t - 86400);
	unload(&a);
	unload(&b);
}

Test(schedule, period_in_texts)
{
	static const struct { const char *url, *becomes; } rows[] = {
		{ "in/${period.id}.csv", "in/2026-03-29.csv" }, { "${period.start}", "2026-03-28T23:00:00Z" }, { "${period.end}", "2026-03-29T22:00:00Z" },
		{ "${period.last}", "2026-03-29" }, { "${period.start|%Y%m%d}", "20260329" }, { "${period.end| %d.%m.%y %H:%M %z}", "30.03.26 00:00 +02:00" },
		{ "${period.start|%-d-%b-%Y %j %G-W%V-%u Q%q}", "29-Mar-2026 088 2026-W13-7 Q1" }, { "${period.start|%s%%}", "1774738800%" },
		{ "$${period.id}", "${period.id}" }, { "${period.last|%B}", "March" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct loaded l = load("{ period: day, tz: Europe/Berlin }", rows[i].url);
		struct tribx_pipeline at_period;
		cr_assert(l.good, "%s: %s", rows[i].url, l.f.count ? l.f.items[0].text : "");
		const struct tribx_window w = tribx_period_at(l.s.zone, l.s.grain, at("2026-03-29T10:00:00Z"));
		cr_assert(tribx_pipeline_at(&l.p->pipelines[0], &w, &l.p->arena, &l.f, &at_period));
		cr_expect_str_eq(tribx_conf_get(at_period.source.options, "url")->text, rows[i].becomes, "%s: %s", rows[i].url,
		                 tribx_conf_get(at_period.source.options, "url")->text);
		unload(&l);
	}
}

Test(schedule, period_where_it_cannot_be)
{
	static const char *const urls[] = { "${period.strat}", "${period.start|%Q}", "${period.id|%Y}", "${period.start|%}" };
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct loaded l = load("{ period: day }", urls[i]);
		cr_expect_eq(l.f.count, 1, "%s", urls[i]);
		if (l.f.count)
			cr_expect_str_eq(l.f.items[0].code, "config.unset");
		unload(&l);
	}
	struct loaded l = load("{ period: day, tz: \"${period.id}\" }", "a.csv");
	cr_expect(l.f.count >= 1 && strcmp(l.f.items[0].code, "config.unset") == 0);
	unload(&l);
}
