/* dedupe, where hashes collide: every hash is 0 here, so every key meets every other, in memory, in the partitions and in the
 * partitions of those. What the rules give is in tests/cases/dedupe.sh. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "drive.h"
#include "dedupe/dedupe.h"

extern const struct trib_plugin dedupe_LTX_trib_plugin;

/* rows of `keys` keys, each `times` times, in turn; a long key where `wide` */
static char *rows_of(int keys, int times, int wide)
{
	char *text = malloc((size_t)keys * (size_t)times * (size_t)(wide + 40) + 40), *to = text;
	cr_assert(text);
	to += sprintf(to, "k|v:int64\n");
	for (int i = 0; i < keys * times; i++)
		to += sprintf(to, "%0*d|%d\n", wide, i % keys, i);
	return text;
}

static char *expected(int keys, int from, int wide)
{
	char *text = malloc((size_t)keys * (size_t)(wide + 40) + 1), *to = text;
	cr_assert(text);
	*to = 0;
	for (int i = 0; i < keys; i++)
		to += sprintf(to, "%0*d|%d\n", wide, i, from + i);
	return text;
}

static void collide(const char *options, int keys, int wide, int times, int from, bool spills)
{
	struct drive d = { 0 };
	char *rows = rows_of(keys, times, wide), *want = expected(keys, from, wide);
	drive_open(&d, &dedupe_LTX_trib_plugin, options);
	cr_assert_str_eq(d.error, "");
	struct dedupe *self = d.t->self;
	self->policy.hash_mask = 0;
	cr_assert_eq(drive_rows(&d, rows), TRIB_OK, "%s", d.error);
	cr_assert_eq(self->full, spills);
	int rc;
	while ((rc = drive_flush(&d)) == TRIB_MORE)
		;
	cr_assert_eq(rc, TRIB_OK, "%s", d.error);
	cr_assert_str_eq(drive_out(&d, 0), want, "%s", options);
	cr_assert(drive_balanced(&d));
	drive_close(&d);
	free(rows);
	free(want);
}

Test(dedupe, equal_hashes_lose_no_row)
{
	collide("{'key': ['k'], 'keep': 'first', 'spill_dir': '.'}", 300, 8, 3, 0, false);
	collide("{'key': ['k'], 'version': 'v', 'spill_dir': '.'}", 300, 8, 3, 600, false);
	collide("{'key': ['k'], 'keep': 'last', 'spill_dir': '.'}", 300, 8, 3, 600, false);
}

Test(dedupe, nor_when_they_are_spilled)
{
	collide("{'key': ['k'], 'keep': 'first', 'memory': '1MiB', 'spill_dir': '.'}", 1500, 3000, 2, 0, true);
	collide("{'key': ['k'], 'version': 'v', 'memory': '1MiB', 'spill_dir': '.'}", 1500, 3000, 2, 1500, true);
}

/* The order that versions have as numbers is the order of their bytes. */
Test(dedupe, ranks_compare_like_their_values)
{
	static const struct { const char *less, *more; enum dd_class as; } pairs[] = {
		{ "-2", "-1", DD_NUMBER }, { "-1", "0", DD_NUMBER }, { "9", "10", DD_NUMBER }, { "0.1", "0.10000000000000001", DD_NUMBER },
		{ "1e2", "101", DD_NUMBER }, { "-99999999999999999999", "99999999999999999999", DD_NUMBER },
		{ "2025-01-01", "2025-01-01T00:00:00.000001Z", DD_TIME }, { "1969-12-31", "1970-01-01", DD_TIME },
		{ "10", "9", DD_TEXT }, { "", "a", DD_TEXT }, { "a", "ab", DD_TEXT },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		unsigned char rank[2][DD_RANK_TEXT];
		const char *const text[] = { pairs[i].less, pairs[i].more };
		for (int k = 0; k < 2; k++) {
			const int32_t offsets[] = { 0, (int32_t)strlen(text[k]) };
			const struct trib_view v = { .type = TRIB_STR, .length = 1, .offsets = offsets, .bytes = text[k] };
			cr_assert(dd_rank(&v, pairs[i].as, 0, rank[k]), "%s", text[k]);
		}
		cr_expect(memcmp(rank[0], rank[1], DD_RANK_TEXT) < 0, "%s < %s", pairs[i].less, pairs[i].more);
	}
	double last = -1e308;
	static const double up[] = { -1e300, -2, -1, -1e-300, 0, 1e-300, 0.5, 1, 2, 1e300 };
	for (size_t i = 0; i < sizeof up / sizeof *up; last = up[i++]) {
		unsigned char a[DD_RANK_TEXT], b[DD_RANK_TEXT];
		const struct trib_view v = { .type = TRIB_F64, .length = 1, .values = &last }, w = { .type = TRIB_F64, .length = 1, .values = &up[i] };
		cr_assert(dd_rank(&v, DD_UNDECIDED, 0, a) && dd_rank(&w, DD_UNDECIDED, 0, b));
		cr_expect(memcmp(a, b, DD_RANK_TEXT) < 0, "%g < %g", last, up[i]);
	}
}
