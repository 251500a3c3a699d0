/* fuzz: dates, times and periods. The first line is a format (empty: ISO 8601), the rest a cell. What was read is written and read
 * again as the same; a period holds the day that it begins with. */
#include "fuzz/fuzz.h"

#include "parse/date.h"
#include "parse/moment.h"

static bool leap(int y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* YYYY-MM-DD by the letter; -1: it is of another shape, 0: no such day. */
static int naive(struct trib_text t, int *y, int *m, int *d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (t.n != 10 || t.p[4] != '-' || t.p[7] != '-')
		return -1;
	for (int i = 0; i < 10; i++)
		if (i != 4 && i != 7 && (t.p[i] < '0' || t.p[i] > '9'))
			return -1;
	*y = (t.p[0] - '0') * 1000 + (t.p[1] - '0') * 100 + (t.p[2] - '0') * 10 + t.p[3] - '0';
	*m = (t.p[5] - '0') * 10 + t.p[6] - '0';
	*d = (t.p[8] - '0') * 10 + t.p[9] - '0';
	return *m >= 1 && *m <= 12 && *d >= 1 && *d <= days[*m - 1] + (*m == 2 && leap(*y));
}

static void check_date(struct trib_text cell, const char *format)
{
	trib_date d, back;
	char text[16];
	int y, m, day, is;
	const int rc = trib_date_parse(cell, format, &d);
	if (!format && (is = naive(cell, &y, &m, &day)) >= 0) {
		FUZZ_LAW(y == 0 || (rc == 0) == (is == 1), "%.*s: %d", (int)cell.n, cell.p, rc);
		FUZZ_LAW(rc != 0 || trib_date_of(y, m, day).days == d.days, "%.*s is another day", (int)cell.n, cell.p);
	}
	if (rc != 0)
		return;
	trib_date_split(d, &y, &m, &day);
	FUZZ_LAW(m >= 1 && m <= 12 && day >= 1 && day <= 31 && trib_date_of(y, m, day).days == d.days, "day %d is %d-%d-%d", d.days, y, m, day);
	const size_t n = trib_date_text(d, text);
	FUZZ_LAW(n < sizeof text, "%zu bytes", n);
	if (y >= 1 && y <= 9999)
		FUZZ_LAW(trib_date_parse((struct trib_text){ text, n }, NULL, &back) == 0 && back.days == d.days, "%.*s", (int)n, text);
}

static void check_time(struct trib_text cell, const char *format)
{
	trib_time t, back;
	char text[40];
	if (trib_time_parse(cell, format, &t) != 0)
		return;
	const size_t n = trib_time_text(t, text);
	FUZZ_LAW(n < sizeof text, "%zu bytes", n);
	if (text[0] != '-' && text[0] != '+' && memcmp(text, "0000", 4) != 0 && n > 4 && text[4] == '-')
		FUZZ_LAW(trib_time_parse((struct trib_text){ text, n }, NULL, &back) == 0 && back.us == t.us, "%.*s", (int)n, text);
}

static void check_period(struct trib_text cell, const char *format)
{
	enum trib_grain grain;
	trib_date start, end, first, behind;
	if (trib_period(cell, format, &grain, &start, &end) != 0)
		return;
	FUZZ_LAW(grain >= TRIB_DAY && grain <= TRIB_YEAR && start.days < end.days, "grain %d, %d to %d", grain, start.days, end.days);
	trib_period_of(start, grain, &first, &behind);
	FUZZ_LAW(first.days == start.days && behind.days == end.days, "%.*s: %d to %d, not %d to %d", (int)cell.n, cell.p, first.days, behind.days,
	         start.days, end.days);
	trib_period_of((trib_date){ end.days - 1 }, grain, &first, &behind);
	FUZZ_LAW(first.days == start.days && behind.days == end.days, "%.*s: its last day is of another", (int)cell.n, cell.p);
}

FUZZ(date)
{
	struct fuzz_in in = { data, size };
	char *format = fuzz_text(fuzz_line(&in));
	const char *bad = NULL, *as = *format ? format : NULL;
	char *p = fuzz_block(in.p, in.n, 0);
	const struct trib_text cell = { p, in.n };
	if (!as || tribx_date_iso(as) || tribx_date_format(as, &bad)) {
		check_date(cell, as);
		check_time(cell, as);
		check_period(cell, as);
		for (int i = 0; i < 8; i++) {
			const struct tribx_clock c = { .format = as, .utc = i & 1, .roll = i & 2, .exact = i & 4 };
			trib_time t, plain;
			const int rc = tribx_moment(&c, cell, &t);
			if (rc == 0 && trib_time_parse(cell, as, &plain) == 0)
				FUZZ_LAW(t.us == plain.us, "%.*s: two instants", (int)cell.n, cell.p);
		}
	} else {
		FUZZ_LAW(bad >= as && bad <= as + strlen(as), "the bad letter is not of the format");
	}
	free(p);
	free(format);
	return 0;
}
