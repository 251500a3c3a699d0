/* fuzz: cron expressions: the next instant against a clock that is walked minute by minute, the last one against the next. The
 * first byte chooses zone and rules, the next four a time. */
#include "fuzz/fuzz.h"

#include <tributary/value.h>

#include "sched/cron.h"

static bool named(const struct tribx_cron *c, int64_t local)
{
	int y, m, d;
	const int64_t day = local / 86400 - (local % 86400 < 0), s = local - day * 86400;
	trib_date_split((trib_date){ (int32_t)day }, &y, &m, &d);
	const bool in_month = c->days >> d & 1, in_week = c->weekdays >> ((day + 4) % 7 + 7) % 7 & 1;
	return c->minutes >> s / 60 % 60 & 1 && c->hours >> s / 3600 & 1 && c->months >> m & 1 &&
	       (c->any_day || c->any_weekday ? in_month && in_week : in_month || in_week);
}

FUZZ(cron)
{
	static const char *const zones[] = { "UTC", "Europe/Madrid", "Australia/Lord_Howe", "America/New_York", "+05:30" };
	struct fuzz_in in = { data, size };
	const uint8_t flags = fuzz_byte(&in);
	const int64_t from = (int64_t)fuzz_word(&in, 4) / 60 * 60;
	char *text = fuzz_text((struct trib_text){ (const char *)in.p, in.n });
	const struct tribx_dst dst = { (enum tribx_gap)(flags >> 3 & 1), (enum tribx_fold)((flags >> 4) % 3) };
	const int zone = flags % 5;
	struct tribx_cron c;
	struct tribx_cron_fault fault;
	struct tribx_error e = { 0 };
	struct tribx_zone *z = NULL;
	FUZZ_LAW(tribx_zone_open(zones[zone], &z, &e) == 0, "%s", e.text);
	if (!tribx_cron_parse(text, &c, &fault)) {
		FUZZ_LAW(*fault.text && fault.at <= strlen(text) + 16, "%s at %zu", fault.text, fault.at);
	} else {
		const int64_t next = tribx_cron_next(&c, z, dst, from);
		FUZZ_LAW(next > from, "%lld is not behind %lld", (long long)next, (long long)from);
		if (next != INT64_MAX) {
			FUZZ_LAW(next % 60 == 0, "no whole minute");
			FUZZ_LAW(tribx_cron_last(&c, z, dst, next) == next, "the next is not the last");
			const int64_t before = tribx_cron_last(&c, z, dst, next - 1);
			FUZZ_LAW(before <= from, "%lld lies between %lld and %lld", (long long)before, (long long)from, (long long)next);
			if (before != INT64_MIN)
				FUZZ_LAW(tribx_cron_next(&c, z, dst, before) == next, "the next of the last is another");
		}
		/* without jumps of the clock: every minute is looked at, for ten days */
		for (int64_t t = from + 60; (zone == 0 || zone == 4) && t < from + 864000; t += 60) {
			const bool is = named(&c, t + tribx_zone_offset(z, t));
			FUZZ_LAW(is == (t == next), "%lld is %snamed, the next is %lld", (long long)t, is ? "" : "not ", (long long)next);
			if (t == next)
				break;
		}
	}
	tribx_zone_close(z);
	free(text);
	return 0;
}
