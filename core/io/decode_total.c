/* decode_total - see decode_total.h. */
#include "io/decode_total.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "parse/dec.h"

enum scope { AUTO, SECTION, WHOLE };
/* An exact sum: v * 10^-scale. holes: cells and rows that are not in it, because they could not be read. */
struct amount { tribx_i128 v; int scale; int64_t holes; bool none; };
/* The rows up to a total row (or to the end of the range) and what that row says. */
struct event { int64_t line, rows, holes; bool total; };
struct part {
	struct part *next;
	int64_t order;
	bool last;
	size_t count;
	struct event *events;
	struct amount *amounts;          /* per event: a sum per column, then a total per column */
};

struct tribx_totals {
	struct tribx_words labels;
	struct tribx_target label, *checks;
	size_t count;                    /* of checks */
	trib_dec tolerance;
	int tolerance_scale;
	enum scope scope;
	bool warn;
	pthread_mutex_t lock;            /* of all below */
	struct part *waiting;            /* in their order */
	int64_t next, section_rows, all_rows, seen;
	struct amount *section, *all;
	struct tribx_error failed;       /* status 0: nothing differed so far */
};

static int no_memory(const struct tribx_layout *s, struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the totals of %s", s->file);
}

/* ---- what is declared ---- */

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

static const char *field_name(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

/* A column by its name, or by its header where `columns` does not have it. */
static int find(const struct tribx_format *f, const struct tribx_layout *s, const char *name, struct tribx_target *out, struct tribx_error *e)
{
	for (int i = 0; i < s->target_count; i++)
		if (is(name, s->targets[i].name)) {
			*out = s->targets[i];
			return out->numbers.decimal ? TRIB_OK : tribx_numbers_of(name, f->locale, &out->numbers, e);
		}
	for (int i = 0; s->fields && i < s->field_count; i++)
		if (is(name, s->fields[i])) {
			*out = (struct tribx_target){ .name = s->fields[i], .source = i };
			return tribx_numbers_of(name, f->locale, &out->numbers, e);
		}
	const char *near = s->fields ? tribx_nearest(name, field_name, s->fields, (size_t)s->field_count) : NULL;
	if (near)
		tribx_error_hint(e, "did you mean \"%s\"?", near);
	return tribx_fail(e, TRIB_DATA, "csv.missing_column", "%s has no column \"%s\", which the totals need", s->file, name);
}

static int checks(const struct tribx_format *f, struct tribx_layout *s, struct tribx_totals *t, struct tribx_error *e)
{
	const char *const *names = f->total_check.items;
	size_t most = f->total_check.count ? f->total_check.count : (size_t)s->target_count;
	int rc = TRIB_OK;
	if (!(t->checks = tribx_arena_new(&s->memory, (most + 1) * sizeof *t->checks)))
		return no_memory(s, e);
	for (size_t i = 0; rc == TRIB_OK && i < f->total_check.count; i++)
		rc = find(f, s, names[i], &t->checks[t->count++], e);
	for (int i = 0; !f->total_check.count && i < s->target_count; i++)
		if (s->targets[i].type == TRIB_I64 || s->targets[i].type == TRIB_F64 || s->targets[i].type == TRIB_DEC)
			t->checks[t->count++] = s->targets[i];
	if (rc == TRIB_OK && !t->count)
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "total_match needs total_check: no column of `columns` is a number");
	for (size_t i = 0; i < t->count; i++)
		t->checks[i].numbers.scientific |= t->checks[i].type == TRIB_F64;
	return rc;
}

void tribx_totals_told(struct tribx_layout *s)
{
	for (size_t i = 0; s->totals && i < s->totals->count; i++)
		for (int k = 0; k < s->target_count; k++)
			if (s->targets[k].infer && is(s->targets[k].name, s->totals->checks[i].name))
				s->totals->checks[i].numbers = s->targets[k].numbers;
}

int tribx_totals_new(const struct tribx_format *f, struct tribx_layout *s, struct tribx_error *e)
{
	if (!f->total_match.count)
		return TRIB_OK;
	struct tribx_totals *t = tribx_arena_new(&s->memory, sizeof *t);
	if (!t || !tribx_words_of(&s->memory, &f->total_match, &t->labels))
		return no_memory(s, e);
	t->scope = is(f->total_scope, "section") ? SECTION : is(f->total_scope, "file") ? WHOLE : AUTO;
	t->warn = is(f->total_mismatch, "warn");
	int rc = TRIB_OK;
	if (s->rows == TRIBX_FIXED)
		t->label = s->targets[0];
	if (f->total_column && *f->total_column)
		rc = find(f, s, f->total_column, &t->label, e);
	if (rc == TRIB_OK)
		rc = checks(f, s, t, e);
	const struct trib_text tolerance = { f->total_tolerance, f->total_tolerance ? strlen(f->total_tolerance) : 0 };
	if (rc == TRIB_OK && tolerance.n && (trib_number(&(struct trib_numbers){ .decimal = '.' }, tolerance, &t->tolerance, &t->tolerance_scale) < 0 || t->tolerance.hi < 0))
		rc = tribx_fail(e, TRIB_CONFIG, "format.bad_tolerance", "total_tolerance: \"%s\" is no number like 0.01", f->total_tolerance);
	if (rc == TRIB_OK && (!(t->section = tribx_arena_new(&s->memory, t->count * sizeof *t->section)) ||
	                      !(t->all = tribx_arena_new(&s->memory, t->count * sizeof *t->all))))
		rc = no_memory(s, e);
	if (rc == TRIB_OK && pthread_mutex_init(&t->lock, NULL) == 0)
		s->totals = t;
	return rc;
}

static void drop(struct part *p)
{
	if (p) {
		free(p->events);
		free(p->amounts);
	}
	free(p);
}

void tribx_totals_done(struct tribx_totals *t)
{
	while (t && t->waiting) {
		struct part *p = t->waiting;
		t->waiting = p->next;
		drop(p);
	}
	if (t)
		pthread_mutex_destroy(&t->lock);
}

/* ---- amounts ---- */

static bool scaled(tribx_i128 *v, int by)
{
	return by <= TRIBX_DIGITS && !__builtin_mul_overflow(*v, (tribx_i128)tribx_pow10((unsigned)by), v);
}

static void add(struct amount *sum, const struct amount *more)
{
	tribx_i128 v = more->v;
	bool fits = true;
	sum->holes += more->holes;
	if (more->scale > sum->scale && (fits = scaled(&sum->v, more->scale - sum->scale)))
		sum->scale = more->scale;
	fits = fits && scaled(&v, sum->scale - more->scale) && !__builtin_add_overflow(sum->v, v, &v);
	if (fits)
		sum->v = v;
	else
		sum->holes++;   /* more than 38 digits: no sum is better than a wrong one */
}

static void text_of(const struct amount *a, char to[TRIB_DEC_TEXT])
{
	trib_dec_short(tribx_dec_of(a->v), a->scale, to);
}

/* What may be between a total and the sum: the tolerance, or half of the last digit that the total shows. */
static bool agrees(const struct tribx_totals *t, const struct amount *sum, const struct amount *total)
{
	int scale = sum->scale > total->scale ? sum->scale : total->scale;
	scale = t->tolerance_scale > scale ? t->tolerance_scale : scale;
	tribx_i128 a = sum->v, b = total->v, may = tribx_dec_i128(t->tolerance), half = sum->scale > total->scale ? 5 : 0;
	if (!scaled(&a, scale - sum->scale) || !scaled(&b, scale - total->scale) || !scaled(&may, scale - t->tolerance_scale) ||
	    (half && !scaled(&half, scale - total->scale - 1)) || __builtin_sub_overflow(a, b, &a))
		return false;
	a = a < 0 ? -a : a;
	return a <= may || a <= half;
}

/* ---- one range: any thread ---- */

bool tribx_totals_is(struct tribx_text_rows *c, uint32_t record)
{
	const struct tribx_totals *t = c->fill.chunk->layout->totals;
	struct tribx_cell cell;
	c->cell(c, &t->label, record, &cell);
	return tribx_label_is((struct trib_text){ cell.p, cell.p ? cell.size : 0 }, &t->labels);
}

static bool null_cell(const struct tribx_layout *s, const struct tribx_cell *cell)
{
	struct trib_text text = { cell->p, cell->size };
	if (cell->page == TRIBX_CELL_NULL || cell->size == 0)
		return true;
	for (size_t i = 0; s->null_declared && i < s->null_words.count; i++)
		if (tribx_text_is(text, s->null_words.items[i]))
			return true;
	return !s->null_declared && trib_null_word(text);
}

static bool number(const struct tribx_target *t, const struct tribx_cell *cell, struct amount *out)
{
	static const struct trib_numbers canonical = { .decimal = '.', .scientific = true };
	trib_dec v;
	if (cell->page == TRIBX_CELL_NULL ||
	    trib_number(cell->page == TRIBX_CELL_NUMBER ? &canonical : &t->numbers, (struct trib_text){ cell->p, cell->size }, &v, &out->scale) < 0)
		return false;
	out->v = tribx_dec_i128(v);
	return true;
}

static void sum_cells(const struct tribx_layout *s, const struct tribx_target *t, const struct tribx_cell *cells, size_t n, struct amount *sum)
{
	for (size_t i = 0; i < n; i++) {
		struct amount one = { 0 };
		if (number(t, &cells[i], &one))
			add(sum, &one);
		else
			sum->holes += !null_cell(s, &cells[i]);
	}
}

static void sum_rows(struct tribx_text_rows *c, size_t from, size_t to, struct amount *sums)
{
	const struct tribx_layout *s = c->fill.chunk->layout;
	struct tribx_cell cells[TRIBX_CELLS];
	for (; from < to; from += TRIBX_CELLS)
		for (size_t k = 0; k < s->totals->count; k++) {
			size_t n = to - from < TRIBX_CELLS ? to - from : TRIBX_CELLS;
			const struct tribx_target *t = &s->totals->checks[k];
			for (size_t i = 0; i < n; i++)
				c->cell(c, t, c->rows[from + i], &cells[i]);
			sum_cells(s, t, cells, n, &sums[k]);
		}
}

static void read_totals(struct tribx_text_rows *c, uint32_t record, int64_t line, struct amount *out)
{
	const struct tribx_layout *s = c->fill.chunk->layout;
	size_t found = 0;
	for (size_t k = 0; k < s->totals->count; k++) {
		const struct tribx_target *t = &s->totals->checks[k];
		struct tribx_cell cell;
		c->cell(c, t, record, &cell);
		out[k].none = !number(t, &cell, &out[k]);
		if (out[k].none && !null_cell(s, &cell))
			tribx_log(TRIBX_WARN, "%s, %s %lld: the total of %s is no number: not checked", s->file, s->kind->record, (long long)line, t->name);
		found += !out[k].none || !null_cell(s, &cell);
	}
	if (!found)
		tribx_log(TRIBX_WARN, "%s, %s %lld: a total row without a number in the columns to check", s->file, s->kind->record, (long long)line);
}

static int post(struct tribx_layout *s, struct part *p, struct tribx_error *e);

int tribx_totals_chunk(struct tribx_text_rows *c, struct tribx_error *e)
{
	const struct tribx_chunk *chunk = c->fill.chunk;
	const struct tribx_totals *t = chunk->layout->totals;
	struct part *p = calloc(1, sizeof *p);
	size_t count = c->mark_count + 1, from = 0;
	if (!p || !(p->events = calloc(count, sizeof *p->events)) || !(p->amounts = calloc(count * 2 * t->count, sizeof *p->amounts))) {
		drop(p);
		return no_memory(chunk->layout, e);
	}
	p->order = chunk->order;
	p->last = chunk->last;
	p->count = count;
	for (size_t i = 0; i < count; i++) {
		const struct tribx_total_mark *m = i < c->mark_count ? &c->marks[i] : NULL;
		struct event *x = &p->events[i];
		size_t to = m ? m->row : c->fill.rows;
		*x = (struct event){ .rows = (int64_t)(to - from), .holes = m ? m->holes : c->holes, .total = m };
		sum_rows(c, from, to, &p->amounts[2 * i * t->count]);
		if (m) {
			x->line = tribx_reject_line(&c->reject, tribx_rows_begin(c, m->record));
			read_totals(c, m->record, x->line, &p->amounts[(2 * i + 1) * t->count]);
		}
		from = to;
	}
	return post(chunk->layout, p, e);
}

int tribx_totals_end(struct tribx_layout *s, int64_t order, struct tribx_error *e)
{
	struct part *p = calloc(1, sizeof *p);
	if (!p)
		return no_memory(s, e);
	p->order = order;
	p->last = true;
	return post(s, p, e);
}

/* ---- the ledger: under its lock, in order ---- */

static void differs(const struct tribx_layout *s, struct tribx_totals *t, const struct event *x, size_t k, const struct amount *sum, const struct amount *total,
                    bool whole)
{
	char says[TRIB_DEC_TEXT], is_sum[TRIB_DEC_TEXT], text[400];
	int64_t rows = whole ? t->all_rows : t->section_rows;
	text_of(total, says);
	text_of(sum, is_sum);
	if (sum->holes) {
		tribx_log(TRIBX_WARN, "%s, %s %lld: the total of %s cannot be checked: %lld of the values above it could not be read", s->file, s->kind->record, (long long)x->line,
		          t->checks[k].name, (long long)sum->holes);
		return;
	}
	snprintf(text, sizeof text, "%s, %s %lld, column %s: the total is %s, and the %lld row%s %s sum up to %s", s->file, s->kind->record, (long long)x->line, t->checks[k].name, says,
	         (long long)rows, rows == 1 ? "" : "s", whole ? "of the file" : "above it", is_sum);
	if (t->warn) {
		tribx_log(TRIBX_WARN, "%s", text);
		return;
	}
	tribx_error_at(&t->failed, s->file, (int)x->line, 0, NULL);
	tribx_error_hint(&t->failed, "a row is missing, twice or changed; total_tolerance allows for rounding, total_mismatch: warn takes the file all the same");
	tribx_fail(&t->failed, TRIB_DATA, "csv.total_mismatch", "%s", text);
}

static void check(const struct tribx_layout *s, struct tribx_totals *t, const struct event *x, const struct amount *totals)
{
	bool whole = t->scope == WHOLE || (t->scope == AUTO && !t->section_rows && t->all_rows);
	for (size_t k = 0; k < t->count && !t->failed.status; k++) {
		const struct amount *sum = whole ? &t->all[k] : &t->section[k];
		if (!totals[k].none && !agrees(t, sum, &totals[k]))
			differs(s, t, x, k, sum, &totals[k], whole);
	}
	memset(t->section, 0, t->count * sizeof *t->section);
	t->section_rows = 0;
	t->seen++;
}

static void tell(const struct tribx_layout *s, const struct tribx_totals *t)
{
	if (!t->seen)
		tribx_log(TRIBX_WARN, "%s has no row of total_match: its sums were not checked", s->file);
	else if (t->section_rows)
		tribx_log(TRIBX_WARN, "%s: the %lld rows behind the last of %lld totals were not checked", s->file, (long long)t->section_rows, (long long)t->seen);
	else
		tribx_log(TRIBX_INFO, "%s: %lld total row%s checked against the sums of the rows above and left out", s->file, (long long)t->seen, t->seen == 1 ? "" : "s");
}

static void settle(const struct tribx_layout *s, struct tribx_totals *t, const struct part *p)
{
	for (size_t i = 0; i < p->count && !t->failed.status; i++) {
		const struct event *x = &p->events[i];
		const struct amount *sums = &p->amounts[2 * i * t->count];
		for (size_t k = 0; k < t->count; k++) {
			struct amount one = sums[k];
			one.holes += x->holes;
			add(&t->section[k], &one);
			add(&t->all[k], &one);
		}
		t->section_rows += x->rows;
		t->all_rows += x->rows;
		if (x->total)
			check(s, t, x, sums + t->count);
	}
	if (p->last && !t->failed.status)
		tell(s, t);
}

static int post(struct tribx_layout *s, struct part *p, struct tribx_error *e)
{
	struct tribx_totals *t = s->totals;
	pthread_mutex_lock(&t->lock);
	struct part **at = &t->waiting;
	while (*at && (*at)->order < p->order)
		at = &(*at)->next;
	p->next = *at;
	*at = p;
	while (t->waiting && t->waiting->order == t->next) {
		struct part *first = t->waiting;
		t->waiting = first->next;
		t->next++;
		settle(s, t, first);
		drop(first);
	}
	int rc = t->failed.status;
	if (rc)
		*e = t->failed;
	pthread_mutex_unlock(&t->lock);
	return rc;
}
