/* kernels - every kernel that this machine has against the serial one, on random text: indexes, tallies, JSON tokens, UTF-8.
 * A program of few files, so that it can be built for another machine and run there (tests/cases/neon.sh does, by emulation). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse/json_index.h"
#include "parse/scan.h"
#include "parse/utf.h"

enum { SIZE = 1500, ROUNDS = 3000 };

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

static bool same_index(enum tribx_isa isa, const struct tribx_dialect *d, const char *p, size_t n)
{
	struct tribx_index a = { 0 }, b = { 0 };
	bool same = tribx_scan_serial(d, p, 0, n, &a) && tribx_scan(isa, d, p, 0, n, &b) && a.odd == b.odd;
	/* what quotes mean is compared where they stand as RFC 4180 allows */
	same = same && (a.odd || (a.fields == b.fields && a.records == b.records && a.open == b.open &&
	                          memcmp(a.ends, b.ends, (a.fields + 1) * sizeof *a.ends) == 0 && memcmp(a.recs, b.recs, (a.records + 1) * sizeof *a.recs) == 0));
	tribx_index_done(&a);
	tribx_index_done(&b);
	return same;
}

static bool same_json(enum tribx_isa isa, const char *p, size_t n)
{
	struct tribx_json_index a = { 0 }, b = { 0 };
	bool same = tribx_json_scan(TRIBX_SERIAL, p, 0, n, &a) && tribx_json_scan(isa, p, 0, n, &b) && a.odd == b.odd;
	same = same && (a.odd || (a.count == b.count && memcmp(a.at, b.at, a.count * sizeof *a.at) == 0));
	tribx_json_index_done(&a);
	tribx_json_index_done(&b);
	return same;
}

int main(void)
{
	static const char csv[] = ",,,\"\"\"\n\n\rab1 ", json[] = "{}[],:\"\"\\ \tn1a\n", text[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF";
	const struct tribx_dialect d = { .delimiter = ',', .eol = '\n', .quote = '"' };
	uint64_t x = 42;
	long long failures = 0, trials = 0;
	for (enum tribx_isa isa = TRIBX_SERIAL + 1; isa < TRIBX_ISA_COUNT; isa++)
		for (int round = 0; tribx_isa_here(isa) && round < ROUNDS; round++, trials += 4) {
			char p[SIZE + 64 + 1] = { 0 };
			size_t n = 1 + next(&x) % (SIZE - 1);
			for (size_t i = 0; i < n; i++)
				p[i] = csv[next(&x) % (sizeof csv - 1)];
			p[n - 1] = '\n';
			failures += !same_index(isa, &d, p, n);
			struct tribx_tally a = tribx_tally(TRIBX_SERIAL, p, n, ',', '"'), b = tribx_tally(isa, p, n, ',', '"');
			failures += a.a != b.a || a.b != b.b;
			for (size_t i = 0; i < n; i++)
				p[i] = json[next(&x) % (sizeof json - 1)];
			p[n - 1] = '\n';
			failures += !same_json(isa, p, n);
			for (size_t i = 0; i < n; i++)
				p[i] = text[i % (sizeof text - 1 - (next(&x) % 40 == 0))];
			failures += (tribx_utf8_bad(TRIBX_SERIAL, p, n) == n) != (tribx_utf8_bad(isa, p, n) == n);
		}
	static char many[64 * 300 + 17];     /* more of one byte than a sum of bytes holds */
	for (enum tribx_isa isa = TRIBX_SERIAL + 1; isa < TRIBX_ISA_COUNT; isa++)
		for (size_t n = sizeof many; tribx_isa_here(isa) && n; n /= 2, trials++) {
			memset(many, ',', sizeof many);
			struct tribx_tally t = tribx_tally(isa, many, n, ',', ',');
			failures += t.a != n || t.b != n || tribx_tally(isa, many, n, ';', ',').b != n;
		}
	printf("kernels %lld %lld (%s)\n", trials, failures, tribx_isa_names[tribx_isa_best()]);
	return failures != 0 || trials == 0;
}
