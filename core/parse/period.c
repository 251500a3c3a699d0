/* period - what partners call a period: a day, week, month, quarter or year, as half-open days.
 *
 * Law: a text is read by the first form of the table that fits it; 01/02/2025 fits two orders and is TRIB_AMBIGUOUS.
 * Without a format years are 1900 to 2199, so that 202513 or 012025 is not taken for a year and month. */
#include "base/text.h"
#include "parse/date.h"

static const char *const forms[] = {
	"%Y-%m-%d", "%Y-%m", "%Y%m%d", "%Y%m", "%Y", "%-d.%-m.%Y", "%-d.%-m.%y", "%Y/%m/%d", "%Y.%m.%d", "%-m/%Y",
		"%-m.%Y", "%-m-%Y", "%Y/%m", "%Y.%m",
	"%b %Y", "%b-%Y", "%b/%Y", "%b%Y", "%b, %Y", "%b-%y", "%b/%y", "%b '%y", "%b'%y", "%Y %b", "%Y-%b", "%Y M%m",
		"%YM%m", "%Y-M%m",
	"%-d %b %Y", "%-d. %b %Y", "%-d.%b %Y", "%-d-%b-%Y", "%-d-%b-%y", "%-d/%b/%Y", "%b %-d, %Y", "%-d de %b de %Y",
		"%b de %Y", "%d%b%Y",
	"%Y-Q%q", "%YQ%q", "%Y Q%q", "%Y/Q%q", "Q%q/%Y", "Q%q/%y", "Q%q %Y", "Q%q-%Y", "Q%q'%y", "Q%q%Y", "%qQ%Y",
		"%qQ%y", "%qQ %Y", "%q. Quartal %Y", "%Y-T%q", "T%q %Y", "T%q/%Y",
	"%G-W%V", "%GW%V", "%G W%V", "W%-V %G", "W%-V/%G", "KW%-V/%G", "KW %-V/%G", "KW%-V %G", "KW %-V %G",
		"%G-KW%-V", "%G KW%-V", "CW%-V/%G", "CW%-V %G", "%G-CW%-V",
	"%G-W%V-%u", "%Y-%j",
};

/* a day in two orders: both are tried, and must agree if both exist */
static const char *const orders[][2] = { { "%-d/%-m/%Y", "%-m/%-d/%Y" }, { "%-d-%-m-%Y", "%-m-%-d-%Y" },
                                         { "%-d/%-m/%y", "%-m/%-d/%y" } };

static const char *const grains[] = { NULL, "day", "week", "month", "quarter", "year" };

int trib_grain(const char *name, enum trib_grain *out)
{
	for (int i = TRIB_DAY; i <= TRIB_YEAR; i++)
		if (name && strcmp(name, grains[i]) == 0) {
			*out = (enum trib_grain)i;
			return 0;
		}
	return TRIB_NOT_A_VALUE;
}

void trib_period_of(trib_date day, enum trib_grain grain, trib_date *start, trib_date *end)
{
	int y, m, d;
	trib_date_split(day, &y, &m, &d);
	switch (grain) {
	case TRIB_WEEK: {
		const int since_monday = (int)((((int64_t)day.days + 3) % 7 + 7) % 7);
		*start = (trib_date){ day.days - since_monday };
		*end = (trib_date){ start->days + 7 };
		return;
	}
	case TRIB_MONTH:
		*start = trib_date_of(y, m, 1);
		*end = trib_date_of(y, m + 1, 1);
		return;
	case TRIB_QUARTER:
		m -= (m - 1) % 3;
		*start = trib_date_of(y, m, 1);
		*end = trib_date_of(y, m + 3, 1);
		return;
	case TRIB_YEAR:
		*start = trib_date_of(y, 1, 1);
		*end = trib_date_of(y + 1, 1, 1);
		return;
	case TRIB_DAY:
	default:
		*start = day;
		*end = (trib_date){ day.days + 1 };
	}
}

static enum trib_grain grain_of(unsigned seen)
{
	return seen & (TRIBX_DAY | TRIBX_YDAY | TRIBX_EPOCH | TRIBX_SERIAL) ? TRIB_DAY : seen & TRIBX_WEEK ? TRIB_WEEK :
	       seen & TRIBX_MONTH ? TRIB_MONTH :
	       seen & TRIBX_QUARTER ? TRIB_QUARTER : TRIB_YEAR;
}

static int give(const struct tribx_parts *p, enum trib_grain *grain, trib_date *start, trib_date *end)
{
	trib_date day;
	const int e = tribx_date_check(p, &day);
	if (e)
		return e;
	*grain = grain_of(p->seen);
	trib_period_of(day, *grain, start, end);
	return 0;
}

static bool usual(const struct tribx_parts *p)
{
	trib_date day;
	return p->year >= 1900 && p->year <= 2199 && tribx_date_check(p, &day) == 0;
}

static int by_order(struct trib_text cell, enum trib_grain *grain, trib_date *start, trib_date *end)
{
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		struct tribx_parts a, b;
		const bool first = tribx_date_match(cell, orders[i][0], &a) == 0 && usual(&a);
		const bool second = tribx_date_match(cell, orders[i][1], &b) == 0 && usual(&b);
		if (first && second && a.month != b.month)
			return TRIB_AMBIGUOUS;
		if (first || second)
			return give(first ? &a : &b, grain, start, end);
	}
	return TRIB_NOT_A_VALUE;
}

int trib_period(struct trib_text cell, const char *format, enum trib_grain *grain, trib_date *start, trib_date *end)
{
	struct tribx_parts p;
	if (!cell.p)
		return TRIB_NOT_A_VALUE;
	while (cell.n && *cell.p == ' ') {
		cell.p++;
		cell.n--;
	}
	while (cell.n && cell.p[cell.n - 1] == ' ')
		cell.n--;
	if (!tribx_date_iso(format)) {
		const int e = tribx_date_match(cell, format, &p);
		return e ? e : give(&p, grain, start, end);
	}
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (tribx_date_match(cell, forms[i], &p) == 0 && usual(&p))
			return give(&p, grain, start, end);
	return by_order(cell, grain, start, end);
}
