/* schedule - the keys of `schedule:`: read, checked, turned into numbers. due.c says what follows from them. */
#include "sched/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The keys as they are written; catchup may be a map as well. */
struct keys {
	const char *cron, *tz, *period, *catchup;
	trib_duration every, lag, window, jitter;
	trib_map dst;
	const char *start, *since;
	bool paused;
};

const struct trib_field tribx_schedule_fields[] = {
	TRIB_FIELD(struct keys, cron, .help = "Five fields (minute hour day month weekday) or @hourly, @daily, @weekly, @monthly, @yearly."),
	TRIB_FIELD(struct keys, every, .help = "Instead of cron: time that passes between two runs, counted from start, or from 1970 in UTC."),
	TRIB_FIELD(struct keys, tz, .dflt = "UTC", .help = "Zone of cron, periods and start: an IANA name or an offset like +02:00."),
	TRIB_FIELD(struct keys, period, .allow = "hour|day|week|month|quarter|year", .help = "What one run is for; without it the stream runs by its position."),
	TRIB_FIELD(struct keys, lag, .dflt = "0s", .allow = "0s..", .help = "A period is due this long after its last day began: 1d is the day behind it, 2d the next; never before its end."),
	TRIB_FIELD(struct keys, window, .dflt = "0s", .allow = "0s..", .help = "With a new period, periods done so long before it are read once more, for data that comes late."),
	TRIB_FIELD(struct keys, catchup, .dflt = "all", .allow = "all|last|none", .help = "Periods that were missed: all of them, the last one, or none when its time is an hour ago; { since: DATE } is all from there."),
	TRIB_FIELD(struct keys, dst, .help = "Times that a change of the clock skips or repeats: gap next or skip, fold first, last or both."),
	TRIB_FIELD(struct keys, jitter, .dflt = "0s", .allow = "0s..", .help = "Spreads pipelines over this time; each has its own, always equal part of it."),
	TRIB_FIELD(struct keys, start, .help = "The first day (2026-01-01): no period before it, and what every counts from."),
	TRIB_FIELD(struct keys, paused, .dflt = "false", .help = "Nothing is due."),
	{ 0 }
};

static const struct trib_field since_fields[] = { { .name = "since", .type = TRIB_STR, .help = "Day." }, { 0 } };

/* Keys of later parts: refused rather than read and not obeyed. */
static const struct { const char *key, *why; } later[] = {
	{ "business_days", "due times on working days are not offered yet; name weekdays in cron: \"30 6 * * MON-FRI\"" },
	{ "calendar", "calendars other than the Gregorian one and ISO weeks are not offered yet" },
	{ "overlap", "two runs of one pipeline never overlap; other policies are not offered yet" },
	{ "catchup_parallel", "periods are caught up one after the other; more at once is not offered yet" },
	{ "expect", "alerts on late data are not offered yet; `trib schedule list` shows what is late" },
	{ "pause_after", "pausing by itself is not offered yet; paused: true does it by hand" },
	{ "deadline", "deadlines are not offered yet" },
};

struct loader { struct tribx_schedule *s; const struct tribx_pipeline *p; const struct tribx_conf *at; struct tribx_findings *f; bool good; };

static struct tribx_error *fault(struct loader *l, const char *code, const struct tribx_conf *c, bool on_key, const char *text)
{
	l->good = false;
	return tribx_finding_put(l->f, TRIB_CONFIG, code, c ? c : l->at, on_key, "%s", text);
}

static void fault_key(struct loader *l, const char *code, const char *key, const char *text)
{
	fault(l, code, tribx_conf_get(l->at, key), false, text);
}

/* ---- one key each ---- */

/* The caret stands at the field that is wrong. */
static void read_cron(struct loader *l, const char *text)
{
	char all[sizeof ((struct tribx_cron_fault *)0)->text + 16];
	struct tribx_cron_fault wrong;
	const struct tribx_conf *c = l->at->kind == TRIBX_SCALAR ? l->at : tribx_conf_get(l->at, "cron");
	if (tribx_cron_parse(text, &l->s->cron, &wrong)) {
		l->s->cron_text = text;
		return;
	}
	snprintf(all, sizeof all, "cron: %s", wrong.text);
	struct tribx_error *e = fault(l, "schedule.bad_cron", c, false, all);
	if (e && wrong.hint[0])
		tribx_error_hint(e, "%s", wrong.hint);
	if (e && e->column > 0 && strstr(e->line_text, text))
		e->column += (int)wrong.at;
}

static void read_zone(struct loader *l, const char *name)
{
	struct tribx_error e = { 0 };
	snprintf(l->s->tz, sizeof l->s->tz, "%s", name);
	if (tribx_zone_open(name, &l->s->zone, &e) >= 0)
		return;
	const struct tribx_conf *c = tribx_conf_get(l->at, "tz");
	struct tribx_error *finding = fault(l, e.code, c, false, e.text);
	if (finding && e.hint[0])
		tribx_error_hint(finding, "%s", e.hint);
}

static bool day_of(const char *text, int64_t *day)
{
	trib_date d;
	if (!text || trib_date_parse(tribx_text(text), NULL, &d) < 0)
		return false;
	*day = d.days;
	return true;
}

static void read_start(struct loader *l, const char *start, const char *since)
{
	int64_t day;
	l->s->start = INT64_MIN;
	const char *const texts[] = { start, since };
	for (int i = 0; i < 2; i++) {
		if (!texts[i])
			continue;
		if (!day_of(texts[i], &day)) {
			const struct tribx_conf *c = i ? tribx_conf_get(tribx_conf_get(l->at, "catchup"), "since") : tribx_conf_get(l->at, "start");
			fault(l, "config.bad_value", c, false, i ? "since: not a day (2026-01-01)" : "start: not a day (2026-01-01)");
		} else if (l->s->zone && tribx_day_start(l->s->zone, day) > l->s->start)
			l->s->start = tribx_day_start(l->s->zone, day);
	}
	l->s->anchor = start && l->s->zone && day_of(start, &day) ? tribx_day_start(l->s->zone, day) : 0;
}

static void read_dst(struct loader *l, const trib_map *dst)
{
	static const struct { const char *key, *word; int is; } words[] = {
		{ "gap", "next", TRIBX_GAP_NEXT }, { "gap", "skip", TRIBX_GAP_SKIP },
		{ "fold", "first", TRIBX_FOLD_FIRST }, { "fold", "last", TRIBX_FOLD_LAST }, { "fold", "both", TRIBX_FOLD_BOTH },
	};
	for (size_t i = 0; i < dst->count; i++) {
		size_t k = 0;
		const char *word = ((const char *const *)dst->items)[i];
		while (k < sizeof words / sizeof *words && (strcmp(words[k].key, dst->names[i]) || strcmp(words[k].word, word)))
			k++;
		if (k == sizeof words / sizeof *words) {
			fault(l, "config.bad_value", tribx_conf_get(tribx_conf_get(l->at, "dst"), dst->names[i]), true,
			      "dst: there are gap: next|skip and fold: first|last|both");
			continue;
		}
		if (dst->names[i][0] == 'g')
			l->s->dst.gap = (enum tribx_gap)words[k].is;
		else
			l->s->dst.fold = (enum tribx_fold)words[k].is;
	}
}

/* Stable over runs, machines and releases (FNV-1a): the same name is always the same time of the day. */
static int64_t own_part(const char *name, int64_t jitter)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
	return jitter > 0 ? (int64_t)((hash ^ hash >> 32) % (uint64_t)jitter) : 0;
}

/* ---- the whole ---- */

static void check_whole(struct loader *l, const struct keys *k)
{
	const struct tribx_schedule *s = l->s;
	if (k->cron && k->every.ms)
		fault_key(l, "schedule.incomplete", "every", "schedule: cron and every exclude each other");
	if (!k->cron && !k->every.ms && !s->grain)
		fault(l, "schedule.incomplete", l->at, false, "schedule: neither cron nor every nor period says when a run is due");
	if (k->every.ms && k->every.ms < 60000)
		fault_key(l, "config.bad_value", "every", "every: at least 1m");
	if (!s->grain && (k->window.ms || k->since || k->lag.ms))
		fault_key(l, "schedule.incomplete", k->window.ms ? "window" : k->lag.ms ? "lag" : "catchup", "schedule: this needs period");
}

static void take_keys(struct loader *l, const struct keys *k)
{
	static const char *const policies[] = { "all", "last", "none" };
	struct tribx_schedule *s = l->s;
	s->grain = tribx_grain_named(k->period);
	s->every = k->every.ms / 1000;
	s->lag = k->lag.ms / 1000;
	s->window = k->window.ms / 1000;
	s->jitter = k->jitter.ms / 1000;
	s->shift = own_part(l->p->name, s->jitter);
	s->paused = k->paused;
	for (int i = 0; i < 3; i++)
		if (k->catchup && strcmp(k->catchup, policies[i]) == 0)
			s->catchup = (enum tribx_catchup)i;
	if (k->cron)
		read_cron(l, k->cron);
	read_zone(l, k->tz ? k->tz : "UTC");
	read_start(l, k->start, k->since);
	read_dst(l, &k->dst);
	check_whole(l, k);
}

static bool refuse_later(struct loader *l, const struct tribx_conf *c)
{
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (strcmp(later[i].key, c->key) == 0) {
			struct tribx_error *e = fault(l, "schedule.not_offered", c, true, "");
			if (e)
				snprintf(e->text, sizeof e->text, "%s: %s", later[i].key, later[i].why);
			return true;
		}
	return false;
}

/* catchup: { since: DATE } beside the words; keys of later parts are taken out when they were refused. */
static struct tribx_conf *plain_keys(struct loader *l, struct tribx_arena *arena, struct keys *k)
{
	struct tribx_conf *to = tribx_arena_new(arena, sizeof *to), *items = tribx_arena_new(arena, (l->at->count + 1) * sizeof *items);
	struct { const char *since; } since = { 0 };
	if (!to || !items)
		return NULL;
	*to = *l->at;
	to->items = items;
	to->count = 0;
	for (size_t i = 0; i < l->at->count; i++) {
		const struct tribx_conf *c = &l->at->items[i];
		if (refuse_later(l, c))
			continue;
		if (strcmp(c->key, "catchup") != 0 || c->kind != TRIBX_MAP)
			items[to->count++] = *c;
		else if (tribx_fields_load(since_fields, &since, NULL, NULL, arena, c, NULL, l->f))
			k->since = since.since ? since.since : "";
		else
			l->good = false;
	}
	return to;
}

bool tribx_schedule_load(struct tribx_schedule *s, const struct tribx_pipeline *p, struct tribx_findings *f)
{
	struct tribx_arena arena = { 0 };
	struct keys k = { 0 };
	struct loader l = { s, p, p->schedule, f, true };
	*s = (struct tribx_schedule){ .start = INT64_MIN };
	if (p->schedule && p->schedule->kind == TRIBX_SCALAR) {
		s->given = true;
		k.cron = p->schedule->text;
		take_keys(&l, &k);
	} else if (p->schedule && p->schedule->kind == TRIBX_LIST)
		fault(&l, "config.bad_value", p->schedule, false, "schedule: not a map; write { cron: \"30 6 * * *\", ... }");
	else if (p->schedule && p->schedule->kind == TRIBX_MAP) {
		s->given = true;
		const struct tribx_conf *keys = plain_keys(&l, &arena, &k);
		if (keys && tribx_fields_load(tribx_schedule_fields, &k, NULL, NULL, &arena, keys, NULL, f))
			take_keys(&l, &k);
		else
			l.good = false;
		if (s->cron_text)
			s->cron_text = tribx_conf_get(p->schedule, "cron")->text;   /* the one that stays */
	}
	if (l.good && p->period_at && !s->grain) {
		struct tribx_error *e = fault(&l, "schedule.no_period", p->period_at, false, "${period.…} is named and there is no schedule with a period");
		if (e)
			tribx_error_hint(e, "schedule: { cron: \"30 6 * * *\", period: day }");
	}
	tribx_arena_done(&arena);
	return tribx_findings_sure(f, l.good);
}

void tribx_schedule_done(struct tribx_schedule *s)
{
	tribx_zone_close(s->zone);
	s->zone = NULL;
}
