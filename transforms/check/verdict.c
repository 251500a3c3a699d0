/* verdict - what a figure came to, and whether it is as the pipeline wants it. */
#include "check.h"

#include <stdio.h>

static const struct { const char *word; enum action is; } actions[] = { { "warn", WARN }, { "reject", REJECT }, { "fail", FAIL } };

/* ---- numbers of two scales ---- */

static bool shift(wide *v, int by)
{
	for (; by > 0; by--)
		if (__builtin_mul_overflow(*v, (wide)10, v))
			return false;
	return true;
}

static int compare(wide a, int a_scale, wide b, int b_scale)
{
	const wide one = a_scale < b_scale ? a : b;      /* the one that grows: past 128 bits it is the larger one */
	if (!shift(a_scale < b_scale ? &a : &b, a_scale < b_scale ? b_scale - a_scale : a_scale - b_scale))
		return (one > 0) == (a_scale < b_scale) ? 1 : -1;
	return a < b ? -1 : a > b;
}

static trib_dec dec_of(wide v)
{
	return (trib_dec){ .lo = (uint64_t)v, .hi = (int64_t)(v >> 64) };
}

/* ---- options ---- */

static bool moments(const struct gate *g)
{
	return (g->type == TRIB_DATE || g->type == TRIB_TIME) && (g->what == MIN || g->what == MAX);
}

static int bound(struct trib *t, const struct gate *g, const char *option, const char *text, struct bound *to)
{
	static const struct trib_numbers plain = { .decimal = '.' };
	const struct trib_text x = { text, text ? strlen(text) : 0 };
	trib_date day;
	trib_time at;
	trib_dec d;
	int bad;
	if (!text)
		return TRIB_OK;
	to->given = true;
	to->scale = 0;
	if (moments(g) && g->type == TRIB_DATE) {
		bad = trib_date_parse(x, NULL, &day);
		to->v = bad ? 0 : day.days;
	} else if (moments(g)) {
		bad = trib_time_parse(x, NULL, &at);
		to->v = bad ? 0 : at.us;
	} else {
		bad = trib_number(&plain, x, &d, &to->scale);
		to->v = bad ? 0 : (wide)(((unsigned __int128)(uint64_t)d.hi << 64) | d.lo);
	}
	return bad ? trib_fail(t, TRIB_CONFIG, "check.bad_bound: %s: %s: \"%s\" is no %s", g->f->name, option, text,
	                       !moments(g) ? "plain number" : g->type == TRIB_DATE ? "date (2025-01-31)" : "time (2025-01-31T12:00:00Z)") : TRIB_OK;
}

int gate_bounds(struct trib *t, struct gate *g)
{
	const struct figure *f = g->f;
	int bad = bound(t, g, "min", f->min, &g->min);
	if (bad == 0)
		bad = bound(t, g, "max", f->max, &g->max);
	if (bad == 0)
		bad = bound(t, g, "is", f->is, &g->is);
	if (bad == 0)
		bad = bound(t, g, "tolerance", f->tolerance, &g->tolerance);
	if (bad == 0 && f->within.ms && g->type != TRIB_NULL && !(moments(g) && g->what == MAX))
		bad = trib_fail(t, TRIB_CONFIG, "check.bad_type: %s: within is for the max of a date or time, not for text; give the column its type", f->name);
	return bad;
}

static const char *named(struct trib *t, const struct figure *f)
{
	if (f->column)
		return trib_fmt(t, "%s(%s)", f->measure, f->column);
	char *all = trib_fmt(t, "%s", f->measure);
	for (size_t i = 0; all && i < f->columns.count; i++)
		all = trib_fmt(t, "%s%s%s%s", all, i ? ", " : "(", ((const char *const *)f->columns.items)[i], i + 1 == f->columns.count ? ")" : "");
	return all;
}

/* Which options a measure takes. */
static const char *misuse(const struct gate *g)
{
	const struct figure *f = g->f;
	const unsigned flags = check_measures[g->what].flags;
	const bool wants = f->min || f->max || f->is || f->same_as || f->within.ms;
	if (flags & NEEDS_COLUMN && !f->column)
		return "needs a column";
	if (flags & NEEDS_COLUMNS && !f->column && !f->columns.count)
		return "needs columns, those of the key";
	if (!(flags & NEEDS_COLUMNS) && f->columns.count)
		return "takes one column, not columns";
	if (!(flags & (NEEDS_COLUMN | NEEDS_COLUMNS)) && f->column)
		return "is of all columns and takes none";
	if (f->column && f->columns.count)
		return "takes column or columns, not both";
	if (f->columns.count > 16)
		return "takes at most 16 columns";
	if ((g->what == OTHERS) != (f->values.count > 0))
		return g->what == OTHERS ? "needs values, the list of those that may be" : "takes no values";
	if (g->action == REJECT && !(flags & ABOUT_ROWS))
		return "is about no single row: action is fail or warn";
	if (g->action == REJECT && wants)
		return "rejects each row that is not so, and takes no bounds with it";
	if (f->action && g->action != REJECT && !wants)
		return "has an action and says not what is wanted: min, max, is, same_as or within";
	if (f->tolerance && !f->same_as && !f->is)
		return "has a tolerance without is or same_as";
	return NULL;
}

int gate_open(struct trib *t, struct check *c, struct gate *g)
{
	const struct figure *f = g->f;
	while (strcmp(check_measures[g->what].word, f->measure) != 0)
		g->what++;
	g->action = f->action ? NOTHING : FAIL;
	for (size_t i = 0; f->action && i < sizeof actions / sizeof *actions; i++)
		if (strcmp(actions[i].word, f->action) == 0)
			g->action = actions[i].is;
	g->keys.max = (size_t)c->keys_max;
	g->own = *f;
	if (!f->name) {
		const char *name = named(t, f);
		if (!name)
			return trib_fail(t, TRIB_FATAL, "no memory");
		g->own.name = NULL;
		trib_keep(t, &g->own.name, name);
		if (!g->own.name)
			return trib_fail(t, TRIB_FATAL, "no memory");
	}
	g->f = &g->own;
	const char *wrong = misuse(g);
	if (wrong)
		return trib_fail(t, TRIB_CONFIG, "check.bad_figure: %s: the measure %s %s", g->f->name, f->measure, wrong);
	const int bad = f->when ? trib_expr(t, f->when, &g->when) : TRIB_OK;
	return bad || g->what == MIN || g->what == MAX ? bad : gate_bounds(t, g);   /* of those two the column says what bounds are */
}

/* ---- at the end of a scope ---- */

void gate_seen(const struct gate *g, struct seen *out)
{
	trib_dec d;
	*out = (struct seen){ .is = !(check_measures[g->what].flags & NO_ROWS_NO_VALUE) };
	switch (g->what) {
	case ROWS: out->v = g->rows; break;
	case SUM: out->v = g->sum, out->scale = g->scale; break;
	case MIN: case MAX:
		out->is = g->count > 0;
		out->v = g->what == MIN ? g->least : g->most, out->scale = g->scale;
		break;
	case AVG: case NULL_SHARE: {
		const int64_t of = g->what == AVG ? g->count : g->rows;
		const wide sum = g->what == AVG ? g->sum : (wide)g->bad;
		out->scale = g->what == AVG && g->scale > 9 ? g->scale : 9;
		out->is = of > 0 && trib_dec_div(dec_of(sum), g->what == AVG ? g->scale : 0, trib_dec_i64(of), 0, out->scale, &d) == 0;
		if (out->is)
			out->v = (wide)(((unsigned __int128)(uint64_t)d.hi << 64) | d.lo);
		break;
	}
	default: out->v = g->bad;
	}
	const wide limit = (wide)10000000000000000000u * 10000000000000000000u;    /* 10^38 has no text */
	if (g->overflow || out->v >= limit || out->v <= -limit) {
		out->is = false;
		snprintf(out->text, sizeof out->text, "more than 38 digits");
	} else if (!out->is)
		snprintf(out->text, sizeof out->text, "nothing");
	else if (moments(g) && g->type == TRIB_DATE)
		trib_date_text((trib_date){ (int32_t)out->v }, out->text);
	else if (moments(g))
		trib_time_text((trib_time){ (int64_t)out->v }, out->text);
	else
		trib_dec_short(dec_of(out->v), out->scale, out->text);
}

static bool equals(const struct gate *g, wide a, int a_scale, wide b, int b_scale)
{
	if (!g->tolerance.given)
		return compare(a, a_scale, b, b_scale) == 0;
	const int scale = a_scale > b_scale ? a_scale : b_scale;
	wide d;
	if (!shift(&a, scale - a_scale) || !shift(&b, scale - b_scale) || __builtin_sub_overflow(a, b, &d))
		return false;
	return compare(d < 0 ? -d : d, scale, g->tolerance.v, g->tolerance.scale) <= 0;
}

bool gate_holds(struct trib *t, const struct check *c, const struct gate *g, const struct seen *s)
{
	const struct figure *f = g->f;
	if (!f->min && !f->max && !f->is && !f->same_as && !f->within.ms)
		return true;
	if (!s->is)
		return false;
	if (g->min.given && compare(s->v, s->scale, g->min.v, g->min.scale) < 0)
		return false;
	if (g->max.given && compare(s->v, s->scale, g->max.v, g->max.scale) > 0)
		return false;
	if (g->is.given && !equals(g, s->v, s->scale, g->is.v, g->is.scale))
		return false;
	if (g->f->within.ms) {
		const wide us = g->type == TRIB_DATE ? s->v * 86400000000 : s->v;
		if ((wide)trib_started(t).us - us > (wide)g->f->within.ms * 1000)
			return false;
	}
	if (g->same_as < 0)
		return true;
	struct seen other;
	gate_seen(&c->gates[g->same_as], &other);
	return other.is && equals(g, s->v, s->scale, other.v, other.scale);
}

const char *gate_wanted(struct trib *t, const struct check *c, const struct gate *g)
{
	const struct figure *f = g->f;
	const struct { const char *word, *text; } parts[] = { { "min", f->min }, { "max", f->max }, { "is", f->is },
		{ "same as", g->same_as >= 0 ? c->gates[g->same_as].f->name : NULL }, { "tolerance", f->tolerance } };
	const char *all = NULL;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].text)
			all = trib_fmt(t, "%s%s%s %s", all ? all : "", all ? ", " : "", parts[i].word, parts[i].text);
	static const struct { const char *unit; int64_t ms; } units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "ms", 1 } };
	for (size_t i = 0; f->within.ms && i < sizeof units / sizeof *units; i++)
		if (f->within.ms % units[i].ms == 0)
			return trib_fmt(t, "%s%swithin %lld%s", all ? all : "", all ? ", " : "", (long long)(f->within.ms / units[i].ms), units[i].unit);
	return all;
}
