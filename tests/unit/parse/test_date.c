/* dates, times and periods against Python's datetime and the hostile collection */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/text.h"
#include "parse/date.h"

struct row { const char *format, *text; long long is; };
static const struct row dates[] = {
#define DATES
#include "date_cases.h"
#undef DATES
};
static const struct row times[] = {
#define TIMES
#include "date_cases.h"
#undef TIMES
};

Test(date, agrees_with_python)
{
	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
		trib_date d = { -1 };
		cr_expect_eq(trib_date_parse(tribx_text(dates[i].text), dates[i].format, &d), 0, "%s", dates[i].text);
		cr_expect_eq(d.days, dates[i].is, "%s: %d", dates[i].text, d.days);
		char text[16];
		trib_date again;
		trib_date_text(d, text);
		cr_expect(trib_date_parse(tribx_text(text), NULL, &again) == 0 && again.days == d.days, "%s", text);
	}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		trib_time t = { -1 };
		cr_expect_eq(trib_time_parse(tribx_text(times[i].text), times[i].format, &t), 0, "%s", times[i].text);
		cr_expect_eq(t.us, times[i].is, "%s: %lld", times[i].text, (long long)t.us);
		char text[40];
		trib_time again;
		trib_time_text(t, text);
		cr_expect(trib_time_parse(tribx_text(text), NULL, &again) == 0 && again.us == t.us, "%s", text);
	}
}

Test(date, every_day_there_and_back)
{
	int year, month, day, before = 0;
	for (int32_t n = -719162; n < 2932897; n++) {          /* 0001-01-01 .. 9999-12-31 */
		trib_date_split((trib_date){ n }, &year, &month, &day);
		const int order = year * 10000 + month * 100 + day;
		cr_assert(order > before && day >= 1 && day <= tribx_days_in_month(year, month), "%d", n);
		cr_assert_eq(trib_date_of(year, month, day).days, n);
		before = order;
	}
	cr_assert_eq(trib_date_of(2024, 13, 1).days, trib_date_of(2025, 1, 1).days);
	cr_assert_eq(trib_date_of(2024, 0, 31).days, trib_date_of(2023, 12, 31).days);
	cr_assert_eq(trib_date_of(2024, -11, 1).days, trib_date_of(2023, 1, 1).days);
}

Test(date, refuses)
{
	static const struct { const char *format, *text; } rows[] = {
		{ NULL, "2023-02-29" }, { NULL, "0000-00-00" }, { NULL, "2024-1-5" }, { NULL, "2024-13-01" },
		{ NULL, "2024-W54-1" }, { NULL, "2021-W53-1" }, { NULL, "2023-366" },
		{ NULL, "" }, { NULL, "2024-01-01x" }, { NULL, "01.02.2024" }, { NULL, "2024-01" },
		{ "%d.%m.%Y", "1.2.2024" }, { "%d.%m.%Y", "30.02.2024" }, { "%b %Y", "Foo 2024" },
		{ "%Y-%m-%d", "2024-01-01 " "x" }, { "%H:%M", "10:00" }, { "%d %m %m %Y", "01 02 02 2024" },
		{ "%Q", "1" }, { "%", "1" }, { "excel1900", "60" }, { "excel1900", "0" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		trib_date d;
		cr_expect_eq(trib_date_parse(tribx_text(rows[i].text), rows[i].format, &d),
		             TRIB_NOT_A_VALUE + (strcmp(rows[i].text, "0") == 0 ? -1 : 0), "%s", rows[i].text);
	}
	static const char *const times_[] = { "2016-12-31T23:59:60Z", "2024-01-01T24:00:00Z", "2024-01-01T10",
	                                      "2024-01-01T10:00:00+25:00", "2024-01-01T10:00:00 PM",
	                                      "2024-01-01T1:00:00Z",
		"2024-01-01T10:00:00.Z", "2024-01-01T10:00:00+1", "2024-01-01T10:00:00+01:", "T10:00:00",
			"2024-01-01T" };
	for (size_t i = 0; i < sizeof times_ / sizeof *times_; i++) {
		trib_time t;
		cr_expect_eq(trib_time_parse(tribx_text(times_[i]), NULL, &t), TRIB_NOT_A_VALUE, "%s", times_[i]);
	}
	trib_date d;
	cr_expect_eq(trib_date_parse((struct trib_text){ NULL, 0 }, NULL, &d), TRIB_NOT_A_VALUE);
}

/* month names of eight languages, from their dictionaries */
Test(date, month_names)
{
	static const struct { const char *text; int month; } rows[] = {
		{ "Jan", 1 }, { "J\u00e4nner", 1 }, { "Ja\u0308nner", 1 }, { "janvier", 1 }, { "enero", 1 },
		{ "gennaio", 1 }, { "janeiro", 1 }, { "stycze\u0144", 1 }, { "STYCZNIA", 1 },
		{ "f\u00e9vr.", 2 }, { "F\u00c9VRIER", 2 }, { "Feber", 2 }, { "luty", 2 }, { "M\u00e4rz", 3 },
		{ "Ma\u0308r", 3 }, { "Maerz", 3 }, { "mar\u00e7o", 3 }, { "mrt", 3 }, { "maart", 3 },
		{ "kwi", 4 }, { "avril", 4 }, { "Mai", 5 }, { "maj", 5 }, { "mei", 5 }, { "mayo", 5 }, { "giugno", 6 },
		{ "juin", 6 }, { "Juli", 7 }, { "lip", 7 }, { "luglio", 7 },
		{ "ao\u00fbt", 8 }, { "agosto", 8 }, { "set", 9 }, { "Sept", 9 }, { "wrzesie\u0144", 9 },
		{ "pa\u017adziernika", 10 }, { "Okt", 10 }, { "out", 10 }, { "listopad", 11 },
		{ "d\u00e9c", 12 }, { "Dez", 12 }, { "grudzie\u0144", 12 }, { "dicembre", 12 }, { "Ja", 0 },
		{ "Foo", 0 }, { "", 0 }, { "Janu", 0 }, { "1", 0 }, { "jan feb", 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *at = rows[i].text;
		cr_expect_eq(tribx_month_name(&at, at + strlen(at)), rows[i].month, "%s", rows[i].text);
	}
}

Test(date, periods)
{
	static const struct { const char *text, *format; int e, grain; const char *start, *end; } rows[] = {
		{ "2025-01", NULL, 0, TRIB_MONTH, "2025-01-01", "2025-02-01" },
		{ "01/2025", NULL, 0, TRIB_MONTH, "2025-01-01", "2025-02-01" },
		{ "202501", NULL, 0, TRIB_MONTH, "2025-01-01", "2025-02-01" },
		{ "Jan 2025", NULL, 0, TRIB_MONTH, "2025-01-01", "2025-02-01" },
		{ "J\u00e4nner 2025", NULL, 0, TRIB_MONTH, "2025-01-01", "2025-02-01" },
		{ "2025-Q1", NULL, 0, TRIB_QUARTER, "2025-01-01", "2025-04-01" },
		{ "Q1/25", NULL, 0, TRIB_QUARTER, "2025-01-01", "2025-04-01" },
		{ "4Q24", NULL, 0, TRIB_QUARTER, "2024-10-01", "2025-01-01" },
		{ "2025-W05", NULL, 0, TRIB_WEEK, "2025-01-27", "2025-02-03" },
		{ "KW 1/2025", NULL, 0, TRIB_WEEK, "2024-12-30", "2025-01-06" },
		{ "2025", NULL, 0, TRIB_YEAR, "2025-01-01", "2026-01-01" },
		{ "2025-01-31", NULL, 0, TRIB_DAY, "2025-01-31", "2025-02-01" },
		{ "31.01.2025", NULL, 0, TRIB_DAY, "2025-01-31", "2025-02-01" },
		{ " 2024-12 ", NULL, 0, TRIB_MONTH, "2024-12-01", "2025-01-01" },
		{ "1.2.2025", NULL, 0, TRIB_DAY, "2025-02-01", "2025-02-02" },
		{ "Dec-24", NULL, 0, TRIB_MONTH, "2024-12-01", "2025-01-01" },
		{ "31 d\u00e9c. 2024", NULL, 0, TRIB_DAY, "2024-12-31", "2025-01-01" },
		{ "5 de marzo de 2024", NULL, 0, TRIB_DAY, "2024-03-05", "2024-03-06" },
		{ "31/01/2025", NULL, 0, TRIB_DAY, "2025-01-31", "2025-02-01" },
		{ "01/02/2025", NULL, TRIB_AMBIGUOUS, 0, "", "" },
		{ "01/01/2025", NULL, 0, TRIB_DAY, "2025-01-01", "2025-01-02" },
		{ "01/02/2025", "%d/%m/%Y", 0, TRIB_DAY, "2025-02-01", "2025-02-02" },
		{ "012025", "%m%Y", 0, TRIB_MONTH, "2025-01-01", "2025-02-01" },
		{ "202513", NULL, TRIB_NOT_A_VALUE, 0, "", "" }, { "012025", NULL, TRIB_NOT_A_VALUE, 0, "", "" },
		{ "Q5/25", NULL, TRIB_NOT_A_VALUE, 0, "", "" }, { "2025-W54", NULL, TRIB_NOT_A_VALUE, 0, "", "" },
		{ "", NULL, TRIB_NOT_A_VALUE, 0, "", "" }, { "soon", NULL, TRIB_NOT_A_VALUE, 0, "", "" },
		{ "2025-M03", NULL, 0, TRIB_MONTH, "2025-03-01", "2025-04-01" },
		{ "2023-02-29", NULL, TRIB_NOT_A_VALUE, 0, "", "" },
		{ "25W05", "%yW%V", 0, TRIB_WEEK, "2025-01-27", "2025-02-03" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum trib_grain grain = 0;
		trib_date start = { 0 }, end = { 0 };
		char a[16] = "", b[16] = "";
		const int e = trib_period(tribx_text(rows[i].text), rows[i].format, &grain, &start, &end);
		cr_expect_eq(e, rows[i].e, "%s: %d", rows[i].text, e);
		if (e == 0) {
			trib_date_text(start, a);
			trib_date_text(end, b);
		}
		cr_expect((int)grain == rows[i].grain && strcmp(a, rows[i].start) == 0 && strcmp(b, rows[i].end) == 0,
		          "%s: %d %s %s", rows[i].text, grain, a, b);
	}
	enum trib_grain g;
	cr_expect(trib_grain("quarter", &g) == 0 && g == TRIB_QUARTER);
	cr_expect_eq(trib_grain("hour", &g), TRIB_NOT_A_VALUE);
}

/* Rows whose zone is UTC or in the text; zones belong to the layer above, and this one has no policies: the first
 * word of the column "expected" is the outcome. No offset in an ISO text is UTC here by contract. */
Test(date, hostile_collection)
{
	const char *const source = getenv("TRIB_SRC");
	char path[4096], line[1024];
	snprintf(path, sizeof path, "%s/tests/unit/parse/dates.tsv", source ? source : ".");
	FILE *const in = fopen(path, "r");
	if (!in)
		cr_skip_test("no dates.tsv: TRIB_SRC does not name the source folder");
	int rows = 0;
	while (fgets(line, sizeof line, in)) {
		char *save, *const zone = strtok_r(line, "\t", &save), *const format = strtok_r(NULL, "\t", &save);
		char *const raw = strtok_r(NULL, "\t", &save), *const is = strtok_r(NULL, "\t\n",
			&save), *const note = strtok_r(NULL, "\n", &save);
		if (*zone == '#' || (strcmp(zone, "UTC") != 0 && strcmp(zone, "-") != 0) ||
		    strcmp(format, "auto") == 0 || (note && strstr(note, "no offset and no zone")))
			continue;
		trib_time t, want;
		const int e = trib_time_parse(tribx_text(raw), strcmp(format, "iso8601") == 0 ? NULL : format, &t);
		if (*is == '!') {
			cr_expect_neq(e, 0, "%s %s", format, raw);
		} else {
			cr_expect_eq(e, 0, "%s %s: %d", format, raw, e);
			cr_assert_eq(trib_time_parse(tribx_text(is), NULL, &want), 0, "%s", is);
			cr_expect_eq(t.us, want.us, "%s %s", format, raw);
		}
		rows++;
	}
	fclose(in);
	cr_expect_geq(rows, 30);
}

Test(date, random_texts)
{
	static const char *const pieces[] = { "2", "0", "1", "20", "2024", "-", "/", ".", ":", "T", "Z", "W", "Q", " ",
	                                      "Jan", "M\u00e4r", "+01", "%", "\xc3", "KW" };
	static const char *const formats[] = { NULL, "%Y-%m-%d", "%d.%m.%Y %H:%M", "%b %Y", "%G-W%V-%u", "epoch",
	                                       "excel1900", "%-d/%-m/%y %I:%M %p %z", "%f%%", "%" };
	srand(11);
	for (int i = 0; i < 100000; i++) {
		char text[96];
		size_t n = 0;
		for (int k = rand() % 12; k > 0; k--) {
			const char *const piece = pieces[rand() % 20];
			memcpy(text + n, piece, strlen(piece));
			n += strlen(piece);
		}
		char *const exact = malloc(n ? n : 1);
		memcpy(exact, text, n);
		const struct trib_text cell = { exact, n };
		const char *const format = formats[rand() % 10];
		trib_date d, start, end;
		trib_time t;
		enum trib_grain g;
		if (trib_date_parse(cell, format, &d) == 0)
			cr_expect(d.days >= -719162 && d.days < 2932897);
		if (trib_time_parse(cell, format, &t) == 0)
			cr_expect(t.us >= -719163 * 86400000000LL && t.us < 2932898 * 86400000000LL);
		if (trib_period(cell, format, &g, &start, &end) == 0)
			cr_expect_lt(start.days, end.days);
		free(exact);
	}
}
