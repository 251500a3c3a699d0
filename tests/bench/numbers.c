/* numbers - nanoseconds per cell of our parser and of ICU's unum_parseDecimal on the same cells, by market: numbers [W1.csv].
 * The floor is a ratio of 30 over all cells; below it, or where a value differs, the end is 1.
 *
 * Without a file the cells are made here: the twelve markets of W1, seeded. ICU gets its cells as UTF-16 made before the clock
 * starts, and is strict. Every value is compared; a cell that one of both refuses is counted, not timed away. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "base/text.h"
#include "parse/number.h"

/* icu: de_AT groups by blanks in CLDR, the files by points. ours: as a user would declare it. */
static const struct market { const char *name, *ours, *icu, *group, *point; } markets[] = {
	{ "DE", "de_DE", "de_DE", ".", "," }, { "AT", "de_DE", "de_DE", ".", "," }, { "FR", "fr_FR", "fr_FR", "\u202f", "," },
	{ "ES", "de_DE", "de_DE", ".", "," }, { "PL", "pl_PL", "pl_PL", "\u00a0", "," }, { "CZ", "cs_CZ", "cs_CZ", "\u00a0", "," },
	{ "BR", "pt_BR", "pt_BR", ".", "," }, { "TR", "tr_TR", "tr_TR", ".", "," }, { "GB", "en_GB", "en_GB", ",", "." },
	{ "US", "en_US", "en_US", ",", "." }, { "CH", "1'234.56", "de_CH", "'", "." }, { "IN", "en_US", "en_US", ",", "." },
};

enum { MARKETS = sizeof markets / sizeof *markets, CELLS = 20000, UNITS = 40, ROUNDS = 5 };

struct cell { char text[48]; size_t size; UChar wide[UNITS]; int32_t units; };
static struct cell cells[MARKETS][CELLS];
static size_t counts[MARKETS];

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void add(size_t market, const char *p, size_t n)
{
	UErrorCode e = U_ZERO_ERROR;
	if (!n || n >= sizeof cells[0][0].text || counts[market] == CELLS)
		return;
	struct cell *const c = &cells[market][counts[market]++];
	memcpy(c->text, p, n);
	c->size = n;
	u_strFromUTF8(c->wide, UNITS, &c->units, p, (int32_t)n, &e);
}

/* Fields of a line of W1; quoted ones hold no quotes and no line ends there. */
static void load(const char *file)
{
	FILE *const in = fopen(file, "r");
	char line[4096];
	if (!in) {
		perror(file);
		exit(3);
	}
	while (fgets(line, sizeof line, in)) {
		const char *field[6] = { 0 }, *p = line;
		size_t size[6] = { 0 };
		for (int i = 0; i < 6 && *p; i++) {
			const char stop = *p == '"' ? '"' : ',';
			field[i] = p += *p == '"';
			while (*p && *p != stop && *p != '\n')
				p++;
			size[i] = (size_t)(p - field[i]);
			p += *p == '"';
			p += *p == ',';
		}
		for (size_t m = 0; field[4] && m < MARKETS; m++)
			if (size[1] == 2 && memcmp(field[1], markets[m].name, 2) == 0)
				add(m, field[4], size[4]);
	}
	fclose(in);
}

static void make(void)
{
	srand(1);
	for (size_t m = 0; m < MARKETS; m++)
		for (int i = 0; i < CELLS; i++) {
			char digits[16], text[48], *to = text;
			const int n = sprintf(digits, "%d", rand() % (i & 1 ? 1000 : 100000000));
			for (int k = 0; k < n; k++) {
				if (k && (n - k) % 3 == 0)
					to = stpcpy(to, markets[m].group);
				*to++ = digits[k];
			}
			to += sprintf(to, "%s%02d", markets[m].point, rand() % 100);
			add(m, text, (size_t)(to - text));
		}
}

static volatile uint64_t sink;      /* keeps what is timed from being left out */

static double time_ours(size_t m)
{
	struct trib_numbers f;
	if (trib_numbers(markets[m].ours, &f) != 0)
		abort();
	const double start = now();
	for (size_t i = 0; i < counts[m]; i++) {
		trib_dec v = { 0 };
		int scale;
		if (trib_number(&f, (struct trib_text){ cells[m][i].text, cells[m][i].size }, &v, &scale) == 0)
			sink += v.lo;
	}
	return now() - start;
}

static double time_icu(size_t m, UNumberFormat *f)
{
	char text[64];
	const double start = now();
	for (size_t i = 0; i < counts[m]; i++) {
		UErrorCode e = U_ZERO_ERROR;
		int32_t at = 0;
		sink += (uint64_t)unum_parseDecimal(f, cells[m][i].wide, cells[m][i].units, &at, text, sizeof text, &e);
	}
	return now() - start;
}

/* ICU writes 1.23456789E+6; the same value as plain digits. */
static bool same(const char *icu, trib_dec v, int scale)
{
	const struct trib_numbers plain = { .decimal = '.', .scientific = true };
	trib_dec w, a, b;
	int other;
	if (trib_number(&plain, tribx_text(icu), &w, &other) != 0)
		return false;
	const int most = scale > other ? scale : other;
	return trib_dec_rescale(v, scale, most, &a) == 0 && trib_dec_rescale(w, other, most, &b) == 0 && trib_dec_cmp(a, b) == 0;
}

static void compare(size_t m, UNumberFormat *icu, size_t *differ, size_t *ours_only, size_t *icu_only)
{
	struct trib_numbers f;
	char text[64];
	if (trib_numbers(markets[m].ours, &f) != 0)
		abort();
	for (size_t i = 0; i < counts[m]; i++) {
		struct cell *const c = &cells[m][i];
		UErrorCode e = U_ZERO_ERROR;
		int32_t at = 0;
		trib_dec v;
		int scale;
		const bool mine = trib_number(&f, (struct trib_text){ c->text, c->size }, &v, &scale) == 0;
		const int32_t n = unum_parseDecimal(icu, c->wide, c->units, &at, text, sizeof text - 1, &e);
		const bool theirs = U_SUCCESS(e) && at == c->units;      /* ICU stops early without an error */
		text[theirs ? n : 0] = 0;
		*ours_only += mine && !theirs;
		*icu_only += theirs && !mine;
		*differ += mine && theirs && !same(text, v, scale);
	}
}

int main(int argc, char **argv)
{
	double ours_all = 0, icu_all = 0;
	size_t all = 0, differ = 0, ours_only = 0, icu_only = 0;
	if (argc > 1)
		load(argv[1]);
	else
		make();
	printf("%-6s %8s %9s %9s %7s\n", "market", "cells", "ours ns", "ICU ns", "ratio");
	for (size_t m = 0; m < MARKETS; m++) {
		UErrorCode e = U_ZERO_ERROR;
		UNumberFormat *const f = unum_open(UNUM_DECIMAL, NULL, 0, markets[m].icu, NULL, &e);
		double ours = 1e18, icu = 1e18;
		if (U_FAILURE(e) || !counts[m])
			continue;
		compare(m, f, &differ, &ours_only, &icu_only);
		for (int r = 0; r < ROUNDS; r++) {      /* in turns, so that a busy machine is busy for both */
			const double a = time_ours(m), b = time_icu(m, f);
			ours = a < ours ? a : ours;
			icu = b < icu ? b : icu;
		}
		unum_close(f);
		const double n = (double)counts[m];
		printf("%-6s %8zu %9.1f %9.1f %7.1f\n", markets[m].name, counts[m], ours / n, icu / n, icu / ours);
		ours_all += ours;
		icu_all += icu;
		all += counts[m];
	}
	printf("%-6s %8zu %9.1f %9.1f %7.1f\n", "all", all, ours_all / (double)all, icu_all / (double)all, icu_all / ours_all);
	printf("values that differ %zu, read by us only %zu, by ICU only %zu\n", differ, ours_only, icu_only);
	return differ || icu_all < 30 * ours_all ? 1 : 0;
}
