/* test_mem - arenas with limits, recycled blocks, counted rooms; dead letters; masked secrets; a fixed clock. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/dead.h"
#include "base/log.h"
#include "base/mem.h"

Test(mem, arena_memory_is_zeroed_aligned_and_limited)
{
	struct tribx_arena a = { .limit = 100 };
	char *p = tribx_arena_new(&a, 60);
	cr_assert(p);
	for (int i = 0; i < 60; i++)
		cr_expect_eq(p[i], 0);
	cr_expect_eq((uintptr_t)p % 16, 0);
	cr_expect_null(tribx_arena_new(&a, 60));
	tribx_arena_drop(&a, p);
	cr_expect(tribx_arena_new(&a, 60));
	tribx_arena_drop(&a, "not ours");
	tribx_arena_done(&a);
}

Test(mem, blocks_are_aligned_padded_and_recycled)
{
	static const size_t sizes[] = { 1, 1000, 20000, 40000, 1 << 20, 3 << 20 };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *p = tribx_block_new(sizes[i]);
		cr_assert(p);
		cr_expect_eq((uintptr_t)p % 64, 0);
		cr_expect(tribx_block_size(p) >= sizes[i]);
		memset(p, 1, tribx_block_size(p) + 64);
		tribx_block_free(p);
	}
	void *one = tribx_block_new(1 << 20);
	tribx_block_free(one);
	cr_expect_eq(tribx_block_new(1 << 20), one, "a large block comes back");
	tribx_block_free(one);
	tribx_block_trim();
	tribx_block_free(NULL);
}

Test(mem, growing_keeps_what_was_used)
{
	char *p = NULL;
	for (size_t n = 1; n < 1 << 18; n *= 3) {
		p = tribx_block_grow(p, n, n / 3);
		cr_assert(p);
		for (size_t i = 0; i < n / 3; i++)
			cr_assert_eq(p[i], (char)i);
		for (size_t i = 0; i < n; i++)
			p[i] = (char)i;
	}
	tribx_block_free(p);
}

Test(dead, cut_keeps_the_first_and_appending_goes_on)
{
	struct tribx_dead_list l = { 0 }, more = { 0 };
	for (int i = 0; i < 5; i++)
		tribx_dead_put(&l, "s", "c.d", "why", "{}", 2, i);
	tribx_dead_cut(&l, 2);
	cr_expect_eq(l.count, 2);
	tribx_dead_put(&l, "s", "c.e", "why", "{}", 2, 9);
	tribx_dead_put(&more, "s", "c.f", "why", "{\"a\":1}xx", 7, 10);
	tribx_dead_move(&l, &more);
	cr_expect_eq(l.count, 4);
	cr_expect_eq(l.head->next->next->line, 9);
	cr_expect_str_eq(l.head->next->next->next->record, "{\"a\":1}");
	cr_expect_eq(more.count, 0);
	tribx_dead_cut(&l, 0);
	cr_expect_null(l.head);
	tribx_dead_put(&l, "s", "c.g", "why", "{}", 2, 1);
	cr_expect_eq(l.count, 1);
	tribx_dead_done(&l);
}

Test(log, secrets_are_masked_everywhere_in_a_text)
{
	char text[] = "token=hunter2hunter2 and hunter2, not hun";
	tribx_secret("hunter2");
	tribx_secret("abc");
	cr_expect_str_eq(tribx_mask(text), "token=****** and ***, not hun");
}

Test(clock, trib_now_fixes_the_wall_clock)
{
	setenv("TRIB_NOW", "2025-02-02T00:00:01Z", 1);
	cr_expect_eq(tribx_now().us, INT64_C(1738454401000000));
	cr_expect(tribx_now_fixed());
	unsetenv("TRIB_NOW");
	cr_expect_not(tribx_now_fixed());
	cr_expect(tribx_now().us > INT64_C(1738454401000000));
	int64_t a = tribx_ticks_us();
	cr_expect(tribx_ticks_us() >= a);
}
