/* check - data-quality gates (check/check.h). The descriptor: options, and the way of a batch through rules and figures.
 *
 * Law: a row goes on or is a dead letter, never anything else; what was seen is told at the end of the scope whatever
 * it is, and a load that fails is held back as a whole. */
#include "check/check.h"

#include <stdlib.h>

static const struct trib_field rule_fields[] = {
	TRIB_FIELD(struct rule, require, .flags = TRIB_REQUIRED | TRIB_EXPR, .help = "Condition that each row must fulfil; null is not true."),
	TRIB_FIELD(struct rule, when, .flags = TRIB_EXPR, .help = "Only rows for which this is true are asked."),
	TRIB_FIELD(struct rule, name, .help = "How the summary and dead letters call it; the condition if left out."),
	TRIB_FIELD(struct rule, action, .dflt = "reject", .allow = "reject|warn|fail",
	           .help = "reject makes the row a dead letter, warn only counts it, fail holds the load back."),
	{ 0 }
};

static const struct trib_field figure_fields[] = {
	TRIB_FIELD(struct figure, measure, .flags = TRIB_REQUIRED,
	           .allow = "rows|sum|avg|min|max|nulls|null_share|duplicates|others|descents", .help = "What is measured (docs/check.md)."),
	TRIB_FIELD(struct figure, column, .help = "Column that is measured."),
	TRIB_FIELD(struct figure, columns, .help = "duplicates: the columns of the key."),
	TRIB_FIELD(struct figure, values, .help = "others: the values that may be."),
	TRIB_FIELD(struct figure, when, .flags = TRIB_EXPR, .help = "Only rows for which this is true are measured."),
	TRIB_FIELD(struct figure, name, .help = "How the summary and same_as call it; measure and columns if left out."),
	TRIB_FIELD(struct figure, min, .help = "Least that is good: a number, for min and max of dates a date."),
	TRIB_FIELD(struct figure, max, .help = "Most that is good."),
	TRIB_FIELD(struct figure, is, .help = "The only number that is good."),
	TRIB_FIELD(struct figure, same_as, .help = "Name of another figure of this step that must come to the same."),
	TRIB_FIELD(struct figure, tolerance, .help = "How far is and same_as may be off."),
	TRIB_FIELD(struct figure, within, .help = "max of a date or time: so long before the run's start at most."),
	TRIB_FIELD(struct figure, action, .allow = "reject|warn|fail",
	           .help = "If it is not so: fail (if left out) holds the load back, warn says it; reject makes the rows that nulls, duplicates, others and descents count dead letters."),
	{ 0 }
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct check, rows, TRIB_OF(struct rule, rule_fields), .help = "What each row must be, in this order."),
	TRIB_FIELD(struct check, figures, TRIB_OF(struct figure, figure_fields),
	           .help = "What all rows together come to; without min, max, is, same_as and within it is only measured."),
	TRIB_FIELD(struct check, not_null, .help = "Columns without null and empty text; short for figures of nulls with max 0."),
	TRIB_FIELD(struct check, unique, .help = "Columns that together are different in every row; short for a figure of duplicates with max 0."),
	TRIB_FIELD(struct check, over, .dflt = "run", .allow = "run|period|part", .help = "What figures are of: the whole run, a period, a file."),
	TRIB_FIELD(struct check, keys_max, .dflt = "2000000", .allow = "1..1000000000",
	           .help = "Different keys that duplicates remembers, 32 bytes each at most."),
	{ 0 }
};

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

/* ---- open ---- */

static int open_rule(struct trib *t, struct check *c, size_t i)
{
	const struct rule *r = (const struct rule *)c->rows.items + i;
	struct trib_expr *alone;
	c->rules[i].name = r->name ? r->name : r->require;
	c->rules[i].action = strcmp(r->action, "warn") == 0 ? WARN : strcmp(r->action, "fail") == 0 ? FAIL : REJECT;
	int bad = trib_expr(t, r->require, &alone);
	if (bad == 0 && r->when)
		bad = trib_expr(t, r->when, &alone);        /* first alone: their faults have places in them */
	if (bad)
		return bad;
	const char *text = r->when ? trib_fmt(t, "not (%s) or (%s)", r->when, r->require) : r->require;
	return text ? trib_expr(t, text, &c->rules[i].e) : no_memory(t);
}

static int link_figures(struct trib *t, struct check *c)
{
	for (int i = 0; i < c->gate_count; i++) {
		struct gate *g = &c->gates[i];
		for (int k = 0; k < i; k++)
			if (strcmp(g->f->name, c->gates[k].f->name) == 0)
				return trib_fail(t, TRIB_CONFIG, "check.bad_figure: two figures are called \"%s\"; give one of them a name", g->f->name);
	}
	for (int i = 0; i < c->gate_count; i++) {
		struct gate *g = &c->gates[i];
		g->same_as = -1;
		for (int k = 0; g->f->same_as && k < c->gate_count; k++)
			if (k != i && strcmp(g->f->same_as, c->gates[k].f->name) == 0)
				g->same_as = k;
		if (g->f->same_as && g->same_as < 0)
			return trib_fail(t, TRIB_CONFIG, "check.bad_figure: %s: same_as: no other figure of this step is called \"%s\"", g->f->name, g->f->same_as);
	}
	return TRIB_OK;
}

static int open_check(struct trib *t, void *self)
{
	struct check *c = self;
	const size_t most = c->figures.count + c->not_null.count + 1;
	bool wide_scope = false;
	int bad = TRIB_OK;
	c->rules = calloc(c->rows.count + 1, sizeof *c->rules);
	c->gates = calloc(most, sizeof *c->gates);
	struct figure *shorts = trib_scratch(t, most * sizeof *shorts);
	if (!c->rules || !c->gates || !shorts)
		return no_memory(t);
	for (size_t i = 0; bad == 0 && i < c->rows.count; i++) {
		bad = open_rule(t, c, i);
		wide_scope |= c->rules[i].action == FAIL;
	}
	for (size_t i = 0; bad == 0 && i < most; i++) {
		struct gate *g = &c->gates[c->gate_count];
		const size_t k = i - c->figures.count;
		if (i < c->figures.count)
			g->f = (const struct figure *)c->figures.items + i;
		else if (k < c->not_null.count) {
			shorts[k] = (struct figure){ .measure = "nulls", .column = ((const char *const *)c->not_null.items)[k], .max = "0" };
			g->f = &shorts[k];
		} else if (c->unique.count) {
			shorts[k] = (struct figure){ .measure = "duplicates", .columns = c->unique, .max = "0" };
			g->f = &shorts[k];
		} else
			break;
		c->gate_count++;
		bad = gate_open(t, c, g);
	}
	if (bad == 0)
		bad = link_figures(t, c);
	if (bad == 0 && c->gate_count + c->rows.count == 0)
		bad = trib_fail(t, TRIB_CONFIG, "check.bad_figure: there is nothing to check: say rows, figures, not_null or unique");
	trib_scope(t, c->gate_count == 0 && !wide_scope ? TRIB_PER_ROW : strcmp(c->over, "part") == 0 ? TRIB_PER_PART :
	           strcmp(c->over, "period") == 0 ? TRIB_PER_PERIOD : TRIB_PER_RUN);
	return bad;
}

static void close_check(struct trib *t, void *self)
{
	struct check *c = self;
	(void)t;
	for (int i = 0; i < c->gate_count; i++)
		keys_done(&c->gates[i].keys);
	free(c->gates);
	free(c->rules);
}

/* ---- rows ---- */

static int bind_condition(struct trib *t, struct trib_expr *e, const struct trib_batch *in, const char *name)
{
	enum trib_type type;
	int scale;
	const int bad = trib_expr_bind(t, e, in, &type, &scale);
	if (bad)
		return bad;
	return type == TRIB_BOOL || type == TRIB_NULL ? TRIB_OK : trib_fail(t, TRIB_CONFIG, "expr.types: %s is no condition", name);
}

static int bind_check(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	struct check *c = self;
	int bad = TRIB_OK;
	(void)outs;
	for (size_t i = 0; bad == 0 && i < c->rows.count; i++)
		bad = bind_condition(t, c->rules[i].e, in, c->rules[i].name);
	for (int i = 0; bad == 0 && i < c->gate_count; i++) {
		bad = gate_bind(t, &c->gates[i], in);
		if (bad == 0 && c->gates[i].when)
			bad = bind_condition(t, c->gates[i].when, in, c->gates[i].f->name);
	}
	return bad;
}

static bool is_gone(const uint8_t *gone, int64_t row)
{
	return gone[row >> 3] >> (row & 7) & 1;
}

/* Rows that e is not true for. What e could not be had for is a dead letter by then: those rows are gone as well. */
static int take_rule(struct trib *t, struct check *c, size_t i, const struct trib_batch *in, int32_t *rows, uint8_t *gone)
{
	const int64_t n = in->array.length, before = trib_rejected(t, in), kept = trib_match(t, c->rules[i].e, in, rows);
	if (kept < 0)
		return (int)kept;
	const bool faults = trib_rejected(t, in) > before;
	c->rules[i].of += n;
	for (int64_t row = 0, k = 0; kept < n && row < n; row++) {
		if (k < kept && rows[k] == row) {
			k++;
			continue;
		}
		if (is_gone(gone, row))
			continue;
		c->rules[i].bad++;
		if (c->rules[i].action == REJECT || faults)
			gone[row >> 3] |= (uint8_t)(1 << (row & 7));
		if (c->rules[i].action == REJECT)
			trib_reject(t, in, row, "check.not_so", "%s", c->rules[i].name);
	}
	return TRIB_OK;
}

/* The rows of a figure: those of its `when` that are still there; rows NULL: all. */
static int choose(struct trib *t, const struct gate *g, const struct trib_batch *in, int32_t *rows, const uint8_t *gone, struct chosen *out)
{
	const int64_t n = in->array.length;
	const bool whole = !g->when && trib_rejected(t, in) == 0;
	int64_t kept = n, left = 0;
	*out = (struct chosen){ whole ? NULL : rows, n };
	if (whole)
		return TRIB_OK;
	if (g->when)
		kept = trib_match(t, g->when, in, rows);
	else
		for (int64_t i = 0; i < n; i++)
			rows[i] = (int32_t)i;
	if (kept < 0)
		return (int)kept;
	for (int64_t i = 0; i < kept; i++)
		if (!is_gone(gone, rows[i]))
			rows[left++] = rows[i];
	out->n = left;
	return TRIB_OK;
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct check *c = self;
	const size_t n = (size_t)in->array.length;
	int32_t *rows = trib_scratch(t, (n + 1) * sizeof *rows);
	uint8_t *gone = trib_scratch(t, n / 8 + 1);
	int bad = rows && gone ? TRIB_OK : no_memory(t);
	for (size_t i = 0; bad == 0 && i < c->rows.count; i++)
		bad = take_rule(t, c, i, in, rows, gone);
	for (int i = 0; bad == 0 && i < 2 * c->gate_count; i++) {   /* those that reject first: the others are of the rows that go on */
		struct gate *g = &c->gates[i % c->gate_count];
		struct chosen chosen;
		if ((g->action == REJECT) != (i < c->gate_count))
			continue;
		bad = choose(t, g, in, rows, gone, &chosen);
		if (bad == 0)
			bad = gate_take(t, g, in, &chosen, gone);
	}
	return bad ? bad : trib_emit(t, 0, in);
}

/* ---- at the end of the scope ---- */

static int tell_rules(struct trib *t, struct check *c)
{
	int held = TRIB_OK;
	for (size_t i = 0; i < c->rows.count; i++) {
		const int64_t bad = c->rules[i].bad, of = c->rules[i].of;
		const struct rule *r = (const struct rule *)c->rows.items + i;
		if (of == 0)
			continue;
		trib_tell(t, .name = c->rules[i].name, .wanted = r->require, .rows = bad, .of = of,
		          .verdict = bad == 0 ? TRIB_PASSED : c->rules[i].action == FAIL ? TRIB_FAILED : TRIB_WARNED);
		c->rules[i].bad = c->rules[i].of = 0;
		if (bad && c->rules[i].action == FAIL)
			held = trib_fail(t, TRIB_HELD, "check.failed: %s: %lld of %lld rows are not so; nothing of this load is published", c->rules[i].name,
			                 (long long)bad, (long long)of);
	}
	return held;
}

static int tell_figures(struct trib *t, struct check *c)
{
	int held = TRIB_OK;
	for (int i = 0; i < c->gate_count; i++) {
		const struct gate *g = &c->gates[i];
		const char *wanted = gate_wanted(t, c, g);
		struct seen s;
		gate_seen(g, &s);
		if (g->personal && (g->what == MIN || g->what == MAX))
			memcpy(s.text, "***", sizeof "***");       /* a value of somebody */
		const bool rejects = g->action == REJECT, holds = rejects ? g->bad == 0 : gate_holds(t, c, g, &s);
		trib_tell(t, .name = g->f->name, .wanted = wanted, .seen = s.text,
		          .verdict = !wanted && !rejects ? TRIB_MEASURED : holds ? TRIB_PASSED : g->action == FAIL ? TRIB_FAILED : TRIB_WARNED);
		if (!holds && g->action == FAIL)
			held = trib_fail(t, TRIB_HELD, "check.failed: %s is %s, wanted: %s; nothing of this load is published", g->f->name, s.text, wanted);
	}
	for (int i = 0; i < c->gate_count; i++)
		gate_clear(&c->gates[i]);
	return held;
}

static int flush(struct trib *t, void *self)
{
	struct check *c = self;
	const int rules = tell_rules(t, c), figures = tell_figures(t, c);
	return rules ? rules : figures;
}

TRIB_PLUGIN(check, .help = "Data-quality gates: what rows must be, and what a load must be as a whole.",
            .flags = TRIB_FLUSHED, .self_size = sizeof(struct check), .options = options,
            .open = open_check, .close = close_check, .scope = TRIB_PER_RUN, .bind = bind_check, .apply = apply, .flush = flush);
