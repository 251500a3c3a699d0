/* test_lazy - a library at its first use: found, found under its second name, absent, too old. */
#include "base/lazy.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const libm[] = { "libm.so.6", NULL }, *const second[] = { "libno-such.so.1", "libm.so.6", NULL }, *const none[] = { "libno-such.so.1", NULL };
static const char *const cosine[] = { "cos", NULL }, *const unknown[] = { "cos", "no_such_function", NULL };

Test(lazy, opens)
{
	const struct { const char *const *files, *const *symbols; int rc; const char *code; } cases[] = {
		{ libm, cosine, TRIB_OK, "" }, { second, cosine, TRIB_OK, "" },
		{ none, cosine, TRIB_ENV, "library.missing" }, { libm, unknown, TRIB_ENV, "library.too_old" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_lazy lib = { .files = cases[i].files, .what = "Cosines", .package = "libc6", .symbols = cases[i].symbols };
		struct tribx_error e = { 0 };
		void (*to[2])(void) = { 0 };
		cr_assert_eq(tribx_lazy(&lib, to, &e), cases[i].rc, "case %zu", i);
		cr_assert_str_eq(e.code ? e.code : "", cases[i].code, "case %zu", i);
		if (cases[i].rc == TRIB_OK)
			cr_assert_eq(((double (*)(double))to[0])(0), 1.0);
	}
}
