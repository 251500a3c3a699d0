/* test_error - the first cause stays; tables of codes and statuses hold together. */
#include <criterion/criterion.h>
#include "base/error.h"
#include "base/text.h"

Test(error, the_first_cause_stays)
{
	struct tribx_error e = { 0 };
	cr_expect_eq(tribx_fail(&e, TRIB_ENV, "a.b", "disk %d", 1), TRIB_ENV);
	cr_expect_eq(tribx_fail(&e, TRIB_DATA, "c.d", "later"), TRIB_ENV);
	cr_expect_str_eq(e.code, "a.b");
	cr_expect_str_eq(e.text, "disk 1");
	tribx_error_at(&e, "f.yaml", 3, 4, "x: y");
	tribx_error_at(&e, "g.yaml", 9, 9, "z");
	cr_expect_str_eq(e.file, "f.yaml");
	cr_expect_eq(e.line, 3);
	cr_expect_eq(tribx_fail(NULL, TRIB_DATA, "c.d", "no place to put it"), TRIB_DATA);
}

Test(error, samples_are_cut_between_characters)
{
	struct tribx_error e = { 0 };
	char text[400];
	memset(text, 'a', sizeof text);
	for (size_t i = 101; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa4", 2);
	tribx_error_sample(&e, (struct trib_text){ text, sizeof text });
	size_t n = strlen(e.sample);
	cr_expect_str_eq(e.sample + n - 3, "...");
	cr_expect_eq((unsigned char)e.sample[n - 4], 0xa4);
}

Test(error, every_row_is_whole_and_sorted)
{
	for (const struct tribx_error_row *r = tribx_errors; r->code; r++) {
		cr_expect(strchr(r->code, '.'), "%s", r->code);
		cr_expect(r->status <= 0, "%s: TRIB_OK is a warning", r->code);
		cr_expect(r->meaning[strlen(r->meaning) - 1] == '.', "%s: the meaning is a sentence", r->code);
		cr_expect(r->todo[0], "%s", r->code);
		cr_expect_eq(tribx_error_find(r->code), r);
		cr_expect(!r[1].code || strcmp(r->code, r[1].code) < 0, "%s is in its place", r->code);
	}
	cr_expect_null(tribx_error_find("no.such"));
}

Test(error, exit_codes_are_those_of_the_design)
{
	static const struct { int status, exit_code; } rows[] = {
		{ TRIB_OK, 0 }, { TRIB_END, 0 }, { TRIB_RETRY, 1 }, { TRIB_LATER, 4 }, { TRIB_AUTH, 3 }, { TRIB_ENV, 3 }, { TRIB_CONFIG, 2 },
		{ TRIB_DATA, 1 }, { TRIB_HELD, 5 }, { TRIB_FENCED, 6 }, { TRIB_FATAL, 1 }, { TRIB_STOPPED, 130 }, { -99, 1 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_expect_eq(tribx_status(rows[i].status)->exit_code, rows[i].exit_code, "%d", rows[i].status);
}
