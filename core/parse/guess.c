/* guess - how a column writes its numbers, by votes of its cells (partner-model C.1).
 *
 * Law: a style must read every number of the column; two styles that survive must agree on every value, else nothing is
 * guessed. Measured there: integers below 10 rows are ambiguous in a sixth of all columns, from 100 rows on in none. */
#include "parse/number.h"

static const struct trib_numbers styles[] = {
	{ .decimal = '.', .group = ',' },
	{ .decimal = ',', .group = '.' },
	{ .decimal = '.', .group = '\'' },
	{ .decimal = ',', .group = ' ' },
	{ .decimal = '.', .group = ',', .indian = true },
};

enum { STYLES = sizeof styles / sizeof *styles, ALL = (1 << STYLES) - 1, PERCENT = 1 << 30, PLAIN = 1 << 29,
       DIGITS_ONLY = 1 << 28 };

void trib_guess_start(struct trib_guess *g)
{
	*g = (struct trib_guess){ .alive = ALL | DIGITS_ONLY };
}

/* bit of the pair of styles i < j */
static uint32_t pair(int i, int j)
{
	return 1U << (j * (j - 1) / 2 + i);
}

struct reading { trib_dec value; int scale; };

static bool same(const struct reading *a, const struct reading *b)
{
	return a->scale == b->scale && trib_dec_cmp(a->value, b->value) == 0;
}

static uint32_t read_all(struct trib_text cell, bool percent, struct reading r[STYLES])
{
	uint32_t can = 0;
	for (int i = 0; i < STYLES; i++) {
		struct trib_numbers f = styles[i];
		f.percent = percent;
		if (trib_number(&f, cell, &r[i].value, &r[i].scale) == 0)
			can |= 1U << i;
	}
	return can;
}

void trib_guess_cell(struct trib_guess *g, struct trib_text cell)
{
	struct reading r[STYLES];
	g->cells++;
	if (trib_null_word(cell))
		return;
	uint32_t can = read_all(cell, false, r), form = PLAIN;
	if (!can) {
		can = read_all(cell, true, r);
		form = PERCENT;
	}
	if (!can)
		return;
	g->alive |= form;
	if (can != ALL)
		g->alive &= ~(uint32_t)DIGITS_ONLY;
	if (g->alive & ALL & ~can)
		g->deciding_row = (int32_t)g->cells;
	g->alive &= can | ~(uint32_t)ALL;
	bool differ = false;
	for (int j = 1; j < STYLES; j++)
		for (int i = 0; i < j; i++)
			if ((can >> i & can >> j & 1) && !same(&r[i], &r[j])) {
				g->pairs |= pair(i, j);
				differ = true;
			}
	if (differ)
		g->alive &= ~(uint32_t)DIGITS_ONLY;
	g->disagree += differ;
}

int trib_guess_end(const struct trib_guess *g, struct trib_numbers *out)
{
	struct trib_numbers f = { 0 };
	int first = -1;
	if (!(g->alive & ALL))
		return TRIB_NOT_A_VALUE;
	if ((g->alive & PLAIN) && (g->alive & PERCENT))
		return TRIB_AMBIGUOUS;
	for (int j = 0; j < STYLES; j++) {
		if (!(g->alive >> j & 1))
			continue;
		if (first < 0)
			first = j;
		for (int i = 0; i < j; i++)
			if ((g->alive >> i & 1) && (g->pairs & pair(i, j)))
				return TRIB_AMBIGUOUS;
	}
	/* nothing but digits was seen: no mark is known, and the first one will be noticed */
	if (!(g->alive & DIGITS_ONLY))
		f = styles[first];
	f.percent = (g->alive & PERCENT) != 0;
	*out = f;
	return 0;
}
