/* expect - what a run left behind against `expect`: rows of tables, dead letters, figures, the error. What a test says nothing
 * of must be as in a good run: no error, no dead letter. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/figure.h"
#include "config/load.h"
#include "test/trial.h"

struct expect { trib_json tables, dead, figures; trib_list warnings; const char *error, *says; int64_t read; };
static const struct trib_field expect_fields[] = {
	TRIB_FIELD(struct expect, tables, .help = "Rows by table: a list of maps, or a map with rows, csv or file, key, ordered, types, count."),
	TRIB_FIELD(struct expect, dead, .help = "Dead letters: their number, their number by code, or all of them as a list of maps."),
	TRIB_FIELD(struct expect, figures, .help = "Figures that steps told: a list of maps."),
	TRIB_FIELD(struct expect, warnings, .help = "Codes of warnings of the check."),
	TRIB_FIELD(struct expect, error, .help = "Code of the error that the check or the run ends with."),
	TRIB_FIELD(struct expect, says, .help = "Text that this error holds."),
	TRIB_FIELD(struct expect, read, .dflt = "-1", .help = "Rows that are read."),
	{ 0 }
};
struct table { trib_list key; trib_json rows; const char *file, *csv; bool ordered; trib_map types; int64_t count; };
static const struct trib_field table_fields[] = {
	TRIB_FIELD(struct table, rows, .help = "All rows: a list of maps; columns that no map names are not compared."),
	TRIB_FIELD(struct table, csv, .help = "The same as CSV; an empty cell is null or the empty text."),
	TRIB_FIELD(struct table, file, .help = "The same in a file beside the test: CSV, YAML or JSON."),
	TRIB_FIELD(struct table, key, .help = "Columns that tell which rows belong together in a difference; the table's own key if left out."),
	TRIB_FIELD(struct table, ordered, .help = "The order of rows counts."),
	TRIB_FIELD(struct table, types, .help = "Types of columns, by name: int64, decimal, text, time ..."),
	TRIB_FIELD(struct table, count, .dflt = "-1", .help = "Number of rows."),
	{ 0 }
};

static bool text_of(const struct tribx_conf *c, const char **out)
{
	*out = c && c->kind == TRIBX_SCALAR ? c->text : NULL;
	return *out;
}

/* ---- rows ---- */

static const struct trib_field *shape_of(const struct tribx_trial *x, const char *table)
{
	for (int i = 0; i < x->shape_count; i++)
		if (strcmp(x->shapes[i].table, table) == 0)
			return x->shapes[i].columns;
	return NULL;
}

static const struct tribx_table_conf *conf_of(const struct tribx_trial *x, const char *table)
{
	for (size_t i = 0; i < x->pipeline.table_count; i++)
		if (x->pipeline.tables[i].name ? strcmp(x->pipeline.tables[i].name, table) == 0 : x->shape_count > 0 && strcmp(x->shapes[0].table, table) == 0)
			return &x->pipeline.tables[i];
	return NULL;
}

/* Rows that are written in a text begin behind the line of their key. */
static void shift_lines(struct tribx_conf *c, int by)
{
	c->line += by;
	for (size_t i = 0; i < c->count; i++)
		shift_lines(&c->items[i], by);
}

static bool expected_rows(struct tribx_trial *x, const struct tribx_conf *c, const struct table *t, struct tribx_sheet *out, bool *given)
{
	struct tribx_findings f = { 0 };
	const struct tribx_conf *list = c->kind == TRIBX_LIST ? c : tribx_conf_get(c, "rows"), *csv = tribx_conf_get(c, "csv");
	bool is_csv = false;
	if (t->csv && csv && (list = tribx_csv_conf(t->csv, csv->file, x->a, &f))) {
		shift_lines((struct tribx_conf *)(uintptr_t)list, csv->line > csv->key_line ? csv->line - 1 : csv->line);
		is_csv = true;
	}
	if (t->file) {
		list = tribx_trial_file(x, t->file, tribx_conf_get(c, "file"));
		is_csv = tribx_is_csv(t->file);
		if (!list)
			return false;
	}
	*given = list != NULL;
	const bool good = tribx_sheet_of_conf(out, list, is_csv, x->a, &f);
	for (size_t i = 0; i < f.count; i++)
		tribx_trial_error(x, &f.items[i]);
	tribx_findings_done(&f);
	return good && !f.count;
}

static void unknown_columns(struct tribx_trial *x, const struct tribx_conf *c, const struct tribx_sheet *want, const struct trib_batch *b,
                            const struct trib_field *types, const char *table)
{
	for (size_t i = 0; i < want->column_count; i++) {
		const struct trib_field *f = types;
		while (f && f->name && strcmp(f->name, want->columns[i]))
			f++;
		if ((f && f->name) || trib_col(b, want->columns[i]) >= 0)
			continue;
		tribx_trial_at(x, c);
		tribx_buf_fmt(&x->why, "table %s has no column %s; it has", table, want->columns[i]);
		for (f = types; f && f->name; f++)
			tribx_buf_fmt(&x->why, "%s %s", f == types ? "" : ",", f->name);
		tribx_buf_putc(&x->why, '\n');
	}
}

static void judge_types(struct tribx_trial *x, const struct tribx_conf *c, const struct table *t, const struct trib_field *types, const char *table)
{
	for (size_t i = 0; i < t->types.count; i++) {
		const char *name = t->types.names[i], *want = trib_map_text(&t->types, name);
		const struct trib_field *f = types;
		while (f && f->name && strcmp(f->name, name))
			f++;
		const char *is = f && f->name ? tribx_column_word(f->type) : NULL;
		if (is && strcmp(is, want) == 0)
			continue;
		tribx_trial_at(x, c);
		tribx_buf_fmt(&x->why, is ? "table %s: column %s is %s, not %s\n" : "table %s has no column %s\n", table, name, is, want);
	}
}

static void judge_rows(struct tribx_trial *x, const struct tribx_conf *c, const struct table *t, const struct trib_batch *b)
{
	const struct trib_field *types = shape_of(x, c->key);
	const struct tribx_table_conf *conf = conf_of(x, c->key);
	struct tribx_sheet want, got;
	bool given;
	if (!expected_rows(x, c, t, &want, &given))
		return;
	judge_types(x, c, t, types, c->key);
	if (t->count >= 0 && t->count != b->array.length) {
		tribx_trial_at(x, c);
		tribx_buf_fmt(&x->why, "table %s: expected %" PRId64 " rows, got %" PRId64 "\n", c->key, t->count, b->array.length);
	}
	if (!given)
		return;
	const size_t before = x->why.n;
	if (want.count > 0)
		unknown_columns(x, c, &want, b, types, c->key);
	else {                                     /* none is expected: all of those that are there are shown */
		want.column_count = 0;
		want.columns = tribx_arena_new(x->a, ((size_t)trib_cols(b) + 1) * sizeof *want.columns);
		for (int i = 0; want.columns && i < trib_cols(b); i++)
			want.columns[want.column_count++] = trib_col_name(b, i);
	}
	struct tribx_comparing how = { t->key.items, t->key.count, t->ordered };
	if (!t->key.count && conf)
		how = (struct tribx_comparing){ (const char *const *)conf->key.items, conf->key.count, t->ordered };
	for (size_t k = 0; k < how.key_count; k++)
		if (tribx_sheet_column(&want, how.key[k]) < 0)
			how.key_count = 0;                 /* the key is not among what is compared */
	if (x->why.n > before)
		return;
	if (!tribx_sheet_of_batch(&got, b, &want, types, x->a))
		x->why.failed = true;
	else
		tribx_sheets_equal(c->key, &want, &got, &how, &x->why, x->a);
}

static void judge_tables(struct tribx_trial *x, struct tribx_look *l)
{
	const struct tribx_conf *tables = tribx_conf_get(tribx_conf_get(x->is->at, "expect"), "tables");
	if (tables && tables->kind != TRIBX_MAP) {
		tribx_trial_at(x, tables);
		tribx_buf_puts(&x->why, "tables: a map of rows by table\n");
		return;
	}
	for (size_t i = 0; tables && i < tables->count; i++) {
		const struct tribx_conf *c = &tables->items[i];
		struct table t = { .count = -1 };
		struct trib_batch b = { 0 };
		struct tribx_error e = { 0 };
		if (c->kind != TRIBX_LIST && !tribx_trial_fields(x, table_fields, &t, c))
			continue;
		if (tribx_look_rows(l, c->key, &b, &e) < 0)
			tribx_trial_error(x, &e);
		else if (trib_cols(&b) == 0 && !shape_of(x, c->key) && !(c->kind == TRIBX_LIST && c->count == 0)) {
			tribx_trial_at(x, c);
			tribx_buf_fmt(&x->why, "the pipeline writes no table %s; it writes", c->key);
			for (int k = 0; k < x->shape_count; k++)
				tribx_buf_fmt(&x->why, "%s %s", k ? "," : "", x->shapes[k].table);
			tribx_buf_putc(&x->why, '\n');
		} else
			judge_rows(x, c, &t, &b);
		trib_free(&b);
	}
}

/* ---- things that are told: dead letters, figures ---- */

struct thing { const char *names[8]; const char *texts[8]; bool met; };

static const char *thing_text(const struct thing *t, const char *name)
{
	for (int i = 0; i < 8 && t->names[i]; i++)
		if (strcmp(t->names[i], name) == 0)
			return t->texts[i] ? t->texts[i] : "";
	return NULL;
}

/* Texts of people and records are matched by a part of them, all else as a whole. */
static bool fits(const struct thing *t, const struct tribx_conf *want)
{
	for (size_t i = 0; i < want->count; i++) {
		const char *name = want->items[i].key, *text = thing_text(t, name), *is;
		const bool part = strcmp(name, "detail") == 0 || strcmp(name, "record") == 0 || strcmp(name, "part") == 0;
		if (!text || !text_of(&want->items[i], &is) || !(part ? strstr(text, is) != NULL : strcmp(text, is) == 0))
			return false;
	}
	return true;
}

static void show_thing(struct tribx_buf *out, const struct thing *t)
{
	for (int i = 0; i < 8 && t->names[i]; i++)
		if (t->texts[i] && *t->texts[i])
			tribx_buf_fmt(out, " %s=%s", t->names[i], t->texts[i]);
	tribx_buf_putc(out, '\n');
}

static void match_things(struct tribx_trial *x, const struct tribx_conf *list, const char *what, struct thing *all, size_t count, bool whole)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct tribx_conf *want = &list->items[i];
		size_t k = 0;
		while (k < count && (all[k].met || want->kind != TRIBX_MAP || !fits(&all[k], want)))
			k++;
		if (k < count) {
			all[k].met = true;
			continue;
		}
		tribx_trial_at(x, want);
		tribx_buf_fmt(&x->why, "no %s is like this\n", what);
		for (k = 0; k < count && k < 10 && !whole; k++) {
			tribx_buf_fmt(&x->why, "  there is:");
			show_thing(&x->why, &all[k]);
		}
	}
	for (size_t k = 0; k < count && whole; k++)
		if (!all[k].met) {
			tribx_buf_fmt(&x->why, "a %s that is not expected:", what);
			show_thing(&x->why, &all[k]);
		}
}

static void judge_figures(struct tribx_trial *x)
{
	const struct tribx_conf *list = tribx_conf_get(tribx_conf_get(x->is->at, "expect"), "figures");
	const struct tribx_figures *told = &x->report->figures;
	struct thing *all = tribx_arena_new(x->a, ((size_t)told->count + 1) * sizeof *all);
	size_t n = 0;
	if (!list || list->kind != TRIBX_LIST || !all)
		return;
	for (const struct tribx_figure *f = told->head; f; f = f->next) {
		char *numbers = tribx_arena_new(x->a, 64);
		if (!numbers)
			return;
		snprintf(numbers, 32, "%" PRId64, f->rows);
		snprintf(numbers + 32, 32, "%" PRId64, f->of);
		all[n++] = (struct thing){ { "name", "step", "part", "wanted", "seen", "rows", "of", "verdict" },
		                           { f->name, f->step, f->part, f->wanted, f->seen, numbers, numbers + 32, tribx_verdict_names[f->verdict] }, false };
	}
	match_things(x, list, "figure", all, n, false);
}

/* ---- dead letters ---- */

static const char *cell_of(const struct trib_batch *b, const char *name, int64_t row, struct tribx_arena *a)
{
	struct trib_view v;
	struct tribx_buf text = { 0 };
	const int col = trib_col(b, name);
	const char *out = NULL;
	if (col >= 0 && trib_view(b, col, &v) >= 0 && tribx_cell(&v, row, &text))
		out = tribx_arena_text(a, text.p ? text.p : "", text.n);
	tribx_buf_done(&text);
	return out;
}

static struct thing *letters(struct tribx_trial *x, struct tribx_look *l, size_t *count)
{
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	struct thing *all = NULL;
	*count = 0;
	if (tribx_look_rows(l, "_trib_dead_letters", &b, &e) < 0)
		tribx_trial_error(x, &e);
	else if (!(all = tribx_arena_new(x->a, ((size_t)b.array.length + 1) * sizeof *all)))
		x->why.failed = true;
	for (int64_t r = 0; all && r < b.array.length; r++) {
		static const char *const names[] = { "stage", "code", "detail", "record", "part", "line" };
		const char *run = cell_of(&b, "run_id", r, x->a);
		struct thing *t = &all[*count];
		if (!run || strcmp(run, x->report->run_id) != 0)
			continue;                              /* of what was given before */
		for (int i = 0; i < 6; i++) {
			t->names[i] = names[i];
			t->texts[i] = cell_of(&b, names[i], r, x->a);
		}
		++*count;
	}
	trib_free(&b);
	return all;
}

static void count_letters(struct tribx_trial *x, const struct tribx_conf *want, struct thing *all, size_t count)
{
	size_t sum = 0, n;
	for (size_t i = 0; i < want->count; i++, sum += n) {
		const char *text;
		n = 0;
		for (size_t k = 0; k < count; k++)
			n += strcmp(thing_text(&all[k], "code"), want->items[i].key) == 0;
		if (text_of(&want->items[i], &text) && strtoull(text, NULL, 10) == n)
			continue;
		tribx_trial_at(x, &want->items[i]);
		tribx_buf_fmt(&x->why, "expected %s dead letters with the code %s, got %zu\n", text ? text : "?", want->items[i].key, n);
	}
	if (sum != count)
		for (size_t k = 0; k < count; k++)
			if (!tribx_conf_get(want, thing_text(&all[k], "code"))) {
				tribx_buf_puts(&x->why, "a dead letter that is not expected:");
				show_thing(&x->why, &all[k]);
			}
}

static void judge_letters(struct tribx_trial *x, struct tribx_look *l)
{
	const struct tribx_conf *want = tribx_conf_get(tribx_conf_get(x->is->at, "expect"), "dead");
	size_t count;
	struct thing *all = letters(x, l, &count);
	const char *text = "0";
	if (!all)
		return;
	if (want && want->kind == TRIBX_LIST)
		match_things(x, want, "dead letter", all, count, true);
	else if (want && want->kind == TRIBX_MAP)
		count_letters(x, want, all, count);
	else if ((want && !text_of(want, &text)) || strtoull(text, NULL, 10) != count) {
		tribx_trial_at(x, want ? want : x->is->at);
		tribx_buf_fmt(&x->why, "expected %s dead letters, got %zu\n", want && text ? text : "no", count);
		for (size_t k = 0; k < count && k < 10; k++) {
			tribx_buf_puts(&x->why, " ");
			show_thing(&x->why, &all[k]);
		}
	}
}

/* ---- the end of the run ---- */

static const struct tribx_error *ending(const struct tribx_trial *x, const char *code)
{
	const struct tribx_error *first = x->ran && x->report->error.status < 0 ? &x->report->error : NULL;
	for (size_t i = 0; i < x->findings.count; i++) {
		const struct tribx_error *e = &x->findings.items[i];
		if (e->status == TRIB_OK || (!x->ran && e->file[0] && strcmp(e->file, x->pipeline.file) != 0 && code && strcmp(e->code, code) != 0))
			continue;
		if (!first || (code && strcmp(e->code, code) == 0))
			first = e;
	}
	return first;
}

static void judge_error(struct tribx_trial *x, const struct expect *w)
{
	const struct tribx_error *e = ending(x, w->error);
	if (!w->error && e && (!x->ran || x->report->status < 0)) {
		tribx_buf_puts(&x->why, x->ran ? "the run fails\n" : "the pipeline has faults\n");
		tribx_trial_error(x, e);
	} else if (w->error && (!e || strcmp(e->code, w->error) != 0)) {
		tribx_trial_at(x, tribx_conf_get(tribx_conf_get(x->is->at, "expect"), "error"));
		tribx_buf_fmt(&x->why, "expected the error %s, got %s\n", w->error, e ? "another" : "none");
		if (e)
			tribx_trial_error(x, e);
	} else if (w->says && e && !strstr(e->text, w->says) && !strstr(e->hint, w->says)) {
		tribx_trial_at(x, tribx_conf_get(tribx_conf_get(x->is->at, "expect"), "says"));
		tribx_buf_fmt(&x->why, "the error does not say \"%s\"\n", w->says);
		tribx_trial_error(x, e);
	}
}

static void judge_warnings(struct tribx_trial *x, const struct expect *w)
{
	const char *const *codes = w->warnings.items;
	for (size_t i = 0; i < w->warnings.count; i++) {
		size_t k = 0;
		while (k < x->findings.count && strcmp(x->findings.items[k].code, codes[i]) != 0)
			k++;
		if (k == x->findings.count) {
			tribx_trial_at(x, x->is->at);
			tribx_buf_fmt(&x->why, "expected the warning %s\n", codes[i]);
		}
	}
}

void tribx_trial_judge(struct tribx_trial *x)
{
	struct expect w = { .read = -1 };
	const struct tribx_conf *c = tribx_conf_get(x->is->at, "expect");
	struct tribx_look *l = calloc(1, sizeof *l);
	struct tribx_findings f = { 0 };
	struct tribx_error e = { 0 };
	if (!l || !tribx_trial_fields(x, expect_fields, &w, c)) {
		x->why.failed |= !l;
		free(l);
		return;
	}
	judge_error(x, &w);
	judge_warnings(x, &w);
	if (x->ran && w.read >= 0 && w.read != x->report->read) {
		tribx_trial_at(x, tribx_conf_get(c, "read"));
		tribx_buf_fmt(&x->why, "expected %" PRId64 " rows read, got %" PRId64 "\n", w.read, x->report->read);
	}
	if (x->ran) {
		judge_figures(x);
		if (tribx_look_open(l, &x->pipeline, false, &f, &e) >= 0) {
			judge_letters(x, l);
			judge_tables(x, l);
		} else
			tribx_trial_error(x, &e);
		tribx_look_done(l);
	}
	tribx_findings_done(&f);
	free(l);
}
