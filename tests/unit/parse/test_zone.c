/* time zones against the C library, which reads the same files by code of its own, and against vectors that Python's
 * zoneinfo computed */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/text.h"
#include "parse/zone.h"
#include <tributary/value.h>

static int64_t seconds(const char *text)
{
	trib_time t;
	cr_assert_eq(trib_time_parse(tribx_text(text), NULL, &t), 0, "%s", text);
	return t.us / 1000000;
}

static struct tribx_zone *zone(const char *name)
{
	struct tribx_zone *z = NULL;
	struct tribx_error e = { 0 };
	cr_assert_eq(tribx_zone_open(name, &z, &e), TRIB_OK, "%s: %s", name, e.text);
	return z;
}

Test(zone, clocks_are_read_as_python_reads_them)
{
	static const struct { const char *zone, *local; enum tribx_local_is is; const char *first, *last; } cases[] = {
		{ "Europe/Madrid", "2024-01-15T00:00:00", TRIBX_LOCAL_ONE, "2024-01-14T23:00:00Z", "2024-01-14T23:00:00Z" },
		{ "Europe/Madrid", "2024-10-27T02:30:00", TRIBX_LOCAL_FOLD, "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z" },
		{ "Europe/Berlin", "2026-03-29T02:30:00", TRIBX_LOCAL_GAP, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z" },
		{ "Europe/Berlin", "2026-10-25T02:30:00", TRIBX_LOCAL_FOLD, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z" },
		{ "America/New_York", "2026-11-01T01:30:00", TRIBX_LOCAL_FOLD, "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z" },
		{ "Australia/Lord_Howe", "2026-10-04T02:15:00", TRIBX_LOCAL_GAP, "2026-10-03T15:15:00Z", "2026-10-03T15:45:00Z" },
		{ "Australia/Lord_Howe", "2026-04-05T01:45:00", TRIBX_LOCAL_FOLD, "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z" },
		{ "America/Sao_Paulo", "2018-11-04T00:00:00", TRIBX_LOCAL_GAP, "2018-11-04T02:00:00Z", "2018-11-04T03:00:00Z" },
		{ "Pacific/Apia", "2011-12-30T12:00:00", TRIBX_LOCAL_GAP, "2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z" },
		{ "Africa/Casablanca", "2026-02-15T02:30:00", TRIBX_LOCAL_FOLD, "2026-02-15T01:30:00Z", "2026-02-15T02:30:00Z" },
		{ "Asia/Kathmandu", "2026-03-29T02:30:00", TRIBX_LOCAL_ONE, "2026-03-28T20:45:00Z", "2026-03-28T20:45:00Z" },
		{ "Europe/Madrid", "2438-03-28T02:30:00", TRIBX_LOCAL_GAP, "2438-03-28T00:30:00Z", "2438-03-28T01:30:00Z" },
		{ "Europe/Madrid", "2838-10-31T02:30:00", TRIBX_LOCAL_FOLD, "2838-10-31T00:30:00Z", "2838-10-31T01:30:00Z" },
		{ "+05:30", "2024-01-15T00:00:00", TRIBX_LOCAL_ONE, "2024-01-14T18:30:00Z", "2024-01-14T18:30:00Z" },
		{ "UTC", "2024-01-15T00:00:00", TRIBX_LOCAL_ONE, "2024-01-15T00:00:00Z", "2024-01-15T00:00:00Z" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_zone *const z = zone(cases[i].zone);
		const struct tribx_local l = tribx_zone_local(z, seconds(cases[i].local));
		cr_expect_eq(l.is, cases[i].is, "%s %s: %d", cases[i].zone, cases[i].local, (int)l.is);
		cr_expect_eq(l.first, seconds(cases[i].first), "%s %s first", cases[i].zone, cases[i].local);
		cr_expect_eq(l.last, seconds(cases[i].last), "%s %s last", cases[i].zone, cases[i].local);
		tribx_zone_close(z);
	}
	struct tribx_zone *const z = zone("Europe/Berlin");
	cr_expect_eq(tribx_zone_local(z, seconds("2026-03-29T02:30:00")).change, seconds("2026-03-29T01:00:00Z"));
	cr_expect_eq(tribx_zone_next(z, seconds("2026-01-01T00:00:00Z")), seconds("2026-03-29T01:00:00Z"));
	cr_expect_eq(tribx_zone_next(z, seconds("2026-03-29T01:00:00Z")), seconds("2026-10-25T01:00:00Z"));
	tribx_zone_close(z);
}

/* Every zone from 1900 to 2100 and around each of its changes: offset, and the way back from the clock. */
static void compare(const char *name)
{
	struct tribx_zone *const z = zone(name);
	char tz[128];
	snprintf(tz, sizeof tz, ":%s", name);
	setenv("TZ", tz, 1);
	tzset();
	const int64_t end = seconds("2100-01-01T00:00:00Z");
	for (int64_t at = seconds("1902-01-01T00:00:00Z"), next; at < end; at = next) {
		next = tribx_zone_next(z, at);
		if (next > end)
			next = end;
		const int64_t looks[] = { at, at + (next - at) / 2, next - 1 };
		for (int i = 0; i < 3; i++) {
			const time_t t = looks[i];
			struct tm tm;
			localtime_r(&t, &tm);
			const int32_t offset = tribx_zone_offset(z, looks[i]);
			cr_assert_eq(offset, tm.tm_gmtoff, "%s at %lld: %d, libc %ld", name, (long long)t, offset, tm.tm_gmtoff);
			const struct tribx_local l = tribx_zone_local(z, looks[i] + offset);
			cr_assert(l.is != TRIBX_LOCAL_GAP && (l.first == looks[i] || l.last == looks[i]), "%s at %lld", name, (long long)t);
		}
		/* a clock that never said what lies in the gap, or said it twice */
		const int32_t before = tribx_zone_offset(z, next - 1), after = tribx_zone_offset(z, next);
		if (after > before)
			cr_assert_eq(tribx_zone_local(z, next + before).is, TRIBX_LOCAL_GAP, "%s at %lld", name, (long long)next);
		else if (after < before)
			cr_assert_eq(tribx_zone_local(z, next + after).is, TRIBX_LOCAL_FOLD, "%s at %lld", name, (long long)next);
	}
	tribx_zone_close(z);
}

Test(zone, every_zone_is_what_the_c_library_reads)
{
	FILE *const list = fopen(TRIBX_ZONE_FOLDER "/tzdata.zi", "r");
	char line[256], a[100], b[100];
	int zones = 0;
	if (!list)
		return;
	while (fgets(line, sizeof line, list))
		if ((sscanf(line, "Z %99s", a) == 1 || sscanf(line, "L %99s %99s", b, a) == 2) && ++zones)
			compare(a);
	fclose(list);
	cr_expect(zones > 300, "%d zones", zones);
}

Test(zone, bad_names_and_bad_files)
{
	static const char *const names[] = { "", "Europe/Madird", "../../../etc/passwd", "/etc/passwd", "right/UTC", "Europe", "+25:00", "+0530", "Europe/Mad rid" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct tribx_zone *z = NULL;
		struct tribx_error e = { 0 };
		cr_expect_eq(tribx_zone_open(names[i], &z, &e), TRIB_CONFIG, "%s", names[i]);
		cr_expect_null(z);
	}
	static char file[1 << 16];
	FILE *const f = fopen(TRIBX_ZONE_FOLDER "/Europe/Madrid", "rb");
	if (!f)
		return;
	const size_t n = fread(file, 1, sizeof file, f);
	fclose(f);
	for (size_t cut = 0; cut < n; cut++) {
		char *const copy = malloc(cut + 1);      /* its own block: a read behind the end is noticed */
		memcpy(copy, file, cut);
		struct tribx_zone *const z = tribx_zone_of(copy, cut);
		cr_expect_null(z, "cut at %zu", cut);
		free(copy);
	}
	for (unsigned seed = 1; seed < 20000; seed++) {
		unsigned at = seed * 2654435761u % (unsigned)n, to = seed * 40503u >> 3 & 255;
		const char was = file[at];
		file[at] = (char)to;
		struct tribx_zone *const z = tribx_zone_of(file, n);
		if (z) {
			tribx_zone_offset(z, 1700000000);
			tribx_zone_local(z, 1700000000);
			tribx_zone_local(z, INT64_MAX);
		}
		tribx_zone_close(z);
		file[at] = was;
	}
}
