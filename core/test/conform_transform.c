/* conform_transform - a step gives the same whatever the batches and the workers, accounts for every row (the run balances its
 * books), and says what it lacks instead of breaking. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "config/load.h"
#include "test/conform.h"
#include "test/rows.h"

enum { MADE = 120, MANY = 40000 };

static struct tribx_around given(const struct tribx_conform *k, const char *sub)
{
	return (struct tribx_around){ .sub = sub, .make = MADE, .rows = tribx_conf_get(k->given, "rows"), .columns = tribx_conf_get(k->given, "columns") };
}

static void applies(struct tribx_conform *k)
{
	const struct tribx_around how = given(k, "a");
	if (tribx_around_good(k, &how) && !*tribx_kept_text(k, "a", "rows"))
		tribx_blame(k, "nothing comes out: say in conformance.yaml which rows are given and which options it needs");
}

static void nothing(struct tribx_conform *k)
{
	struct tribx_around how = { .sub = "a" };
	if (tribx_around_good(k, &how) && *tribx_kept_text(k, "a", "rows"))
		tribx_blame(k, "rows come out and none went in");
}

static void same_with(struct tribx_conform *k, const char *what, int64_t batch, int workers)
{
	struct tribx_around a = given(k, "a"), b = given(k, "b");
	b.batch = batch;
	b.workers = workers;
	if (tribx_around_good(k, &a) && tribx_around_good(k, &b))
		tribx_same_rows(k, what, tribx_kept_text(k, "a", "rows"), tribx_kept_text(k, "b", "rows"));
}

static void twice(struct tribx_conform *k) { same_with(k, "two runs", 1000, 1); }
static void one_by_one(struct tribx_conform *k) { same_with(k, "row by row", 1, 1); }
static void batches(struct tribx_conform *k) { same_with(k, "batches of 7", 7, 1); }
static void workers(struct tribx_conform *k) { same_with(k, "four workers", 7, 4); }

/* Without each of the columns that were given in turn: rows, or an error that says so; never memory, luck or a crash. */
static void lacks(struct tribx_conform *k)
{
	struct tribx_sheet s;
	struct tribx_findings f = { 0 };
	struct tribx_around how = given(k, NULL);
	struct tribx_report *r = calloc(1, sizeof *r);
	if (!how.rows || !r || !tribx_sheet_of_conf(&s, how.rows, false, k->a, &f)) {
		tribx_waive(k, "the rows that are made have no columns to take away: give rows in conformance.yaml");
		free(r);
		return;
	}
	for (size_t i = 0; i < s.column_count; i++) {
		const char *const names[] = { s.columns[i], NULL };
		struct tribx_conf *list = tribx_arena_new(k->a, sizeof *list), *items = tribx_arena_new(k->a, (how.rows->count + 1) * sizeof *items);
		if (!list || !items)
			break;
		*list = *how.rows;
		list->items = items;
		for (size_t n = 0; n < list->count; n++)
			items[n] = *tribx_without(&how.rows->items[n], names, k->a);
		struct tribx_around less = how;
		less.rows = list;
		less.columns = how.columns ? tribx_without(how.columns, names, k->a) : NULL;
		if (tribx_around_run(k, &less, r) == TRIB_FATAL && !k->why.n)
			tribx_blame(k, "without the column %s: error[%s]: %s; answer TRIB_CONFIG and name it", s.columns[i], r->error.code, r->error.text);
		k->why.n = r->status == TRIB_CONFIG ? 0 : k->why.n;
	}
	tribx_findings_done(&f);
	free(r);
}

static long peak(void)
{
	struct rusage u;
	return getrusage(RUSAGE_SELF, &u) == 0 ? u.ru_maxrss : 0;
}

static void memory(struct tribx_conform *k)
{
	struct tribx_around few = given(k, "a"), many = given(k, "b");
	if (few.rows) {
		tribx_waive(k, "its rows are given, so there are few");
		return;
	}
	few.counting = many.counting = true;
	few.make = MANY;
	many.make = MANY * 4;
	if (!tribx_around_good(k, &few))
		return;
	const long before = peak();
	if (tribx_around_good(k, &many) && peak() > before + before / 2 + 8192)
		tribx_blame(k, "%d rows take %ld KiB, four times as many %ld KiB", MANY, before, peak());
}

const struct tribx_check_of tribx_checks_transform[] = {
	{ "applies", TRIBX_IS_TRANSFORM, applies }, { "nothing_in_nothing_out", TRIBX_IS_TRANSFORM, nothing }, { "the_same_twice", TRIBX_IS_TRANSFORM, twice },
	{ "row_by_row", TRIBX_IS_TRANSFORM, one_by_one }, { "any_batches", TRIBX_IS_TRANSFORM, batches }, { "any_workers", TRIBX_IS_TRANSFORM, workers },
	{ "says_what_it_lacks", TRIBX_IS_TRANSFORM, lacks }, { "flat_memory", TRIBX_IS_TRANSFORM, memory }, { 0 }
};
