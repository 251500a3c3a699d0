/* expr_time - dates and instants: reading, writing, moving, cutting. An instant is UTC; months and years move to the
 * same day of the month, or to its last one. */
#include "base/text.h"
#include "parse/date.h"
#include "parse/expr_node.h"

static const int64_t day_us = INT64_C(86400000000);
enum { YEAR_1 = -719162, YEAR_10000 = 2932897 };

static int64_t days_of(int64_t us)
{
	return us / day_us - (us % day_us < 0);
}

/* ---- writing ---- */

static char *pad(char *w, unsigned v, int width)
{
	for (int i = width - 1; i >= 0; i--, v /= 10)
		w[i] = (char)('0' + v % 10);
	return w + width;
}

struct moment { int year, month, day, yday, weekday, iso_year, week; unsigned second, micro; };

static struct moment split(int64_t us)
{
	struct moment m;
	const trib_date d = { (int32_t)days_of(us) };
	const int64_t rest = us - d.days * day_us;
	trib_date_split(d, &m.year, &m.month, &m.day);
	m.yday = d.days - trib_date_of(m.year, 1, 1).days + 1;
	m.weekday = (int)((((int64_t)d.days + 3) % 7 + 7) % 7) + 1;
	/* the week belongs to the year of its Thursday */
	const trib_date thursday = { d.days + 4 - m.weekday };
	int month, day;
	trib_date_split(thursday, &m.iso_year, &month, &day);
	m.week = (thursday.days - trib_date_of(m.iso_year, 1, 1).days) / 7 + 1;
	m.second = (unsigned)(rest / 1000000);
	m.micro = (unsigned)(rest % 1000000);
	return m;
}

static char *letter(char *w, char c, const struct moment *m)
{
	static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August",
	                                      "September", "October", "November", "December" };
	const unsigned hour = m->second / 3600;
	switch (c) {
	case 'Y': return pad(w, (unsigned)m->year, 4);
	case 'G': return pad(w, (unsigned)m->iso_year, 4);
	case 'y': return pad(w, (unsigned)m->year % 100, 2);
	case 'm': return pad(w, (unsigned)m->month, 2);
	case 'd': return pad(w, (unsigned)m->day, 2);
	case 'e': return m->day < 10 ? (*w = ' ', pad(w + 1, (unsigned)m->day, 1)) : pad(w, (unsigned)m->day, 2);
	case 'j': return pad(w, (unsigned)m->yday, 3);
	case 'V': return pad(w, (unsigned)m->week, 2);
	case 'u': return pad(w, (unsigned)m->weekday, 1);
	case 'q': return pad(w, (unsigned)(m->month + 2) / 3, 1);
	case 'H': return pad(w, hour, 2);
	case 'I': return pad(w, hour % 12 ? hour % 12 : 12, 2);
	case 'M': return pad(w, m->second / 60 % 60, 2);
	case 'S': return pad(w, m->second % 60, 2);
	case 'f': return pad(w, m->micro, 6);
	case 'p': return mempcpy(w, hour < 12 ? "AM" : "PM", 2);
	case 'z': return mempcpy(w, "+0000", 5);
	case 'b':
	case 'h': return mempcpy(w, months[m->month - 1], 3);
	case 'B': return mempcpy(w, months[m->month - 1], strlen(months[m->month - 1]));
	case 'F': return pad(mempcpy(letter(mempcpy(letter(w, 'Y', m), "-", 1), 'm', m), "-", 1), (unsigned)m->day, 2);
	case 'R': return letter(mempcpy(letter(w, 'H', m), ":", 1), 'M', m);
	case 'T': return letter(mempcpy(letter(w, 'R', m), ":", 1), 'S', m);
	case 'D': return letter(mempcpy(letter(mempcpy(letter(w, 'm', m), "/", 1), 'd', m), "/", 1), 'y', m);
	default:
		*w = c;
		return w + 1;
	}
}

static void write_date(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		const int64_t us = s ? 0 : tribx_ints(o->arg[0])[i];
		if (!s && (days_of(us) < YEAR_1 || days_of(us) >= YEAR_10000))
			s = TRIBX_BAD_RANGE;
		if (!s) {
			const struct moment m = split(us);
			char *const to = tribx_run_room(r, o->a.n * 6 + 1), *w = to;      /* %F: 10 of 2, %T: 8 of 2 */
			for (const char *f = o->a.p; to && f < o->a.p + o->a.n; f++) {
				if (*f != '%') {
					*w++ = *f;
					continue;
				}
				f++;
				const bool loose = *f == '-';
				f += loose;
				char *const from = w;
				w = letter(w, *f, &m);
				while (loose && w - from > 1 && *from == '0') {
					memmove(from, from + 1, (size_t)(w - from) - 1);
					w--;
				}
			}
			tribx_texts(o->to)[i] = (struct trib_text){ to, (size_t)(w - to) };
			s = to ? TRIBX_FINE : TRIBX_BAD_LONG;
		}
		o->to->state[i] = s;
	}
}

/* ---- reading ---- */

static void read_date(struct tribx_run *r, const struct tribx_eop *o)      /* thing: formats, k: their number */
{
	const char *const *const formats = o->thing;
	const bool day = o->to->type == TRIB_DATE;
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		const struct trib_text t = s ? (struct trib_text){ NULL, 0 } : tribx_texts(o->arg[0])[i];
		if (!s && t.n == 0)
			s = TRIBX_NULLED;
		bool found = s != TRIBX_FINE;
		for (int64_t k = 0; k < o->k && !found; k++) {
			trib_date d = { 0 };
			trib_time us = { 0 };
			found = (day ? trib_date_parse(t, formats[k], &d) : trib_time_parse(t, formats[k], &us)) == 0;
			tribx_ints(o->to)[i] = day ? d.days : us.us;
		}
		o->to->state[i] = found ? s : day ? TRIBX_BAD_DATE : TRIBX_BAD_TIME;
	}
}

/* ---- moving and cutting ---- */

struct step { int64_t months, us; };

static void move(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct step *const by = o->thing;
	const bool date = o->to->type == TRIB_DATE;
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		int64_t v = s ? 0 : tribx_ints(o->arg[0])[i];
		int64_t days = date ? v : days_of(v);
		const int64_t rest = date ? 0 : v - days * day_us;
		if (days < YEAR_1 || days >= YEAR_10000) {
			s = tribx_worst(s, TRIBX_BAD_RANGE);
		} else if (by->months) {
			int year, month, day;
			trib_date_split((trib_date){ (int32_t)days }, &year, &month, &day);
			const trib_date first = trib_date_of(year, (int)(month + by->months), 1);
			trib_date_split(first, &year, &month, &(int){ 0 });
			const int last = tribx_days_in_month(year, month);
			days = first.days + (day < last ? day : last) - 1;
		}
		v = date ? days + by->us / day_us : days * day_us + rest + by->us;
		const int64_t landed = date ? v : days_of(v);
		if (landed < YEAR_1 || landed >= YEAR_10000)
			s = tribx_worst(s, TRIBX_BAD_RANGE);
		tribx_ints(o->to)[i] = v;
		o->to->state[i] = s;
	}
}

enum { HOUR = TRIB_YEAR + 1, MINUTE };

static void cut(struct tribx_run *r, const struct tribx_eop *o)      /* k: the grain */
{
	const bool date = o->to->type == TRIB_DATE;
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		int64_t v = s ? 0 : tribx_ints(o->arg[0])[i];
		const int64_t day = date ? v : days_of(v);
		if (day < YEAR_1 || day >= YEAR_10000) {
			s = tribx_worst(s, TRIBX_BAD_RANGE);
		} else if (o->k >= HOUR) {
			const int64_t unit = o->k == HOUR ? INT64_C(3600000000) : 60000000, rest = v % unit;
			v -= rest < 0 ? rest + unit : rest;
		} else {
			trib_date start, end;
			trib_period_of((trib_date){ (int32_t)day }, (enum trib_grain)o->k, &start, &end);
			v = date ? start.days : start.days * day_us;
		}
		tribx_ints(o->to)[i] = v;
		o->to->state[i] = s;
	}
}

static void epoch(struct tribx_run *r, const struct tribx_eop *o)      /* k: microseconds of a unit */
{
	for (int i = 0; i < r->n; i++) {
		const int64_t v = o->arg[0]->state[i] ? 0 : tribx_ints(o->arg[0])[i];
		tribx_ints(o->to)[i] = v / o->k - (v % o->k < 0);
		o->to->state[i] = o->arg[0]->state[i];
	}
}

/* ---- binding ---- */

/* A date stays one, anything else becomes an instant. */
static struct tribx_reg *moment(struct tribx_bind *b, struct tribx_reg *x, bool dates)
{
	return x->type == TRIB_DATE && dates ? x : tribx_cast(b, x, TRIB_TIME, 0);
}

static bool format_of(struct tribx_bind *b, const struct tribx_enode *n, int arg, const char **out)
{
	struct trib_text f;
	const char *at = "";
	if (!tribx_literal_text(b, n, arg, &f))
		return false;
	if (!tribx_date_format(f.p, &at)) {
		tribx_bind_fail(b, tribx_argument(b, n, arg), "expr.bad_argument",
		                "'%.3s' is not a letter of date formats", at);
		return false;
	}
	*out = f.p;
	return true;
}

BIND(date)
{
	const char *f;
	if (count == 1)
		return tribx_cast(b, args[0], TRIB_DATE, 0);
	if (!format_of(b, n, 1, &f))
		return NULL;
	if (!strchr(f, '%'))
		return tribx_bind_fail(b, tribx_argument(b, n, 1), "expr.bad_argument",
		                       "a date is written with letters such as %%Y-%%m-%%d; "
		                       "for numbers use | epoch or | epoch_ms");
	struct tribx_reg *const x = moment(b, args[0], false);
	struct tribx_reg *const r = x ? tribx_op(b, write_date, TRIB_STR, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->a = tribx_text(f);
	return r;
}

BIND(parse)
{
	const char **const formats = tribx_arena_new(&b->x->bound, (size_t)count * sizeof *formats);
	bool days = count > 1;
	if (!formats)
		return NULL;
	for (int i = 1; i < count; i++) {
		if (!format_of(b, n, i, &formats[i - 1]))
			return NULL;
		days = days && strncmp(formats[i - 1], "epoch", 5) != 0;
		for (const char *p = formats[i - 1]; (p = strchr(p, '%')); p += 1 + (p[1] != 0))
			days = days && !strchr("HIMSfpzTR", p[1] == '-' ? p[2] : p[1]);
	}
	struct tribx_reg *const x = tribx_cast(b, args[0], TRIB_STR, 0);
	struct tribx_reg *const r = x ? tribx_op(b, read_date, days ? TRIB_DATE : TRIB_TIME, 0, x, NULL, NULL) : NULL;
	if (r) {
		tribx_op_of(b, r)->thing = formats;      /* none given: NULL is ISO 8601 */
		tribx_op_of(b, r)->k = count > 1 ? count - 1 : 1;
	}
	return r;
}

static struct tribx_reg *since(struct tribx_bind *b, struct tribx_reg *x, int64_t unit)
{
	x = moment(b, x, false);
	struct tribx_reg *const r = x ? tribx_op(b, epoch, TRIB_I64, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->k = unit;
	return r;
}

BIND(epoch)
{
	(void)count, (void)n;
	return since(b, args[0], 1000000);
}

BIND(epoch_ms)
{
	(void)count, (void)n;
	return since(b, args[0], 1000);
}

static const struct { const char *name; int64_t us; int64_t months; } units[] = {
	{ "ms", 1000, 0 }, { "s", 1000000, 0 }, { "m", 60000000, 0 }, { "h", INT64_C(3600000000), 0 },
	{ "d", INT64_C(86400000000), 0 }, { "w", INT64_C(604800000000), 0 },
	{ "mo", 0, 1 }, { "q", 0, 3 }, { "y", 0, 12 },
};

static bool read_step(struct trib_text t, struct step *out)
{
	const bool minus = t.n && *t.p == '-';
	size_t i = minus || (t.n && *t.p == '+');
	int64_t v = 0;
	const size_t first = i;
	for (; i < t.n && t.p[i] >= '0' && t.p[i] <= '9' && i < first + 6; i++)
		v = v * 10 + (t.p[i] - '0');
	if (i == first)
		return false;
	v = minus ? -v : v;
	for (size_t k = 0; k < sizeof units / sizeof *units; k++)
		if (strcmp(t.p + i, units[k].name) == 0) {
			*out = (struct step){ units[k].months * v, units[k].us * v };
			return true;
		}
	return false;
}

BIND(plus)
{
	(void)count;
	struct trib_text t;
	struct step *const by = tribx_arena_new(&b->x->bound, sizeof *by);
	if (!by || !tribx_literal_text(b, n, 1, &t))
		return NULL;
	if (!read_step(t, by))
		return tribx_bind_fail(b, tribx_argument(b, n, 1), "expr.bad_argument",
		                       "'%s' is not a step in time; write a number and ms, s, m, h, d, w, mo, q or y",
		                       t.p);
	struct tribx_reg *const x = moment(b, args[0], by->us % day_us == 0);
	struct tribx_reg *const r = x ? tribx_op(b, move, x->type, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->thing = by;
	return r;
}

BIND(trunc)
{
	(void)count;
	struct trib_text t;
	enum trib_grain grain;
	int k;
	if (!tribx_literal_text(b, n, 1, &t))
		return NULL;
	if (trib_grain(t.p, &grain) == 0)
		k = (int)grain;
	else if (strcmp(t.p, "hour") == 0 || strcmp(t.p, "minute") == 0)
		k = *t.p == 'h' ? HOUR : MINUTE;
	else
		return tribx_bind_fail(b, tribx_argument(b, n, 1), "expr.bad_argument",
		                       "'%s' is none of minute, hour, day, week, month, quarter, year", t.p);
	struct tribx_reg *const x = moment(b, args[0], k < HOUR);
	struct tribx_reg *const r = x ? tribx_op(b, cut, x->type, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->k = k;
	return r;
}
