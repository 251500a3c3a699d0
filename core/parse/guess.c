/* guess - how a column writes its numbers, by votes of its cells (partner-model C.1).
 *
 * Law: a style must read every number of the column; two styles that survive must agree on every value, else nothing is
 * guessed. Measured there: integers below 10 rows are ambiguous in a sixth of all columns, from 100 rows on in none.
 * Once a mark was seen only the styles that are alive are tried: what they read tells nothing about the others. */
#include "parse/guess.h"
#include "parse/number.h"

static const struct trib_numbers styles[TRIBX_STYLES] = {
	{ .decimal = '.', .group = ',' },
	{ .decimal = ',', .group = '.' },
	{ .decimal = '.', .group = '\'' },
	{ .decimal = ',', .group = ' ' },
	{ .decimal = '.', .group = ',', .indian = true },
};
const char *const tribx_style_locales[TRIBX_STYLES] = { "en", "de", "de_CH", "fr", "en_IN" };
const char *const tribx_style_samples[TRIBX_STYLES] = { "1,234.56", "1.234,56", "1'234.56", "1 234,56", "12,34,567.89" };

enum { ALL = (1 << TRIBX_STYLES) - 1, PERCENT = 1 << 30, PLAIN = 1 << 29, DIGITS_ONLY = 1 << 28 };

const struct trib_numbers *tribx_style(int i)
{
	return &styles[i];
}

int tribx_style_like(const struct trib_numbers *f)
{
	for (int i = 0; i < TRIBX_STYLES; i++)
		if (styles[i].decimal == f->decimal && styles[i].group == f->group && styles[i].indian == f->indian)
			return i;
	return -1;
}

/* number of the pair of styles i < j */
static int pair(int i, int j)
{
	return j * (j - 1) / 2 + i;
}

/* ---- one cell ---- */

struct reading { trib_dec value; int scale; };

static bool same(const struct reading *a, const struct reading *b)
{
	return a->scale == b->scale && trib_dec_cmp(a->value, b->value) == 0;
}

static struct trib_numbers marked(const struct trib_numbers *marks, const struct trib_numbers *with)
{
	struct trib_numbers f = *with;
	f.decimal = marks->decimal;
	f.group = marks->group;
	f.indian = marks->indian;
	return f;
}

static uint32_t read_as(uint32_t which, struct trib_text cell, const struct trib_numbers *with, struct reading r[TRIBX_STYLES])
{
	uint32_t can = 0;
	for (int i = 0; i < TRIBX_STYLES; i++) {
		if (!(which >> i & 1))
			continue;
		const struct trib_numbers f = marked(&styles[i], with);
		if (trib_number(&f, cell, &r[i].value, &r[i].scale) == 0)
			can |= 1U << i;
	}
	return can;
}

/* Some digits, a minus before them at most: every style reads them as the same. */
static bool digits(struct trib_text cell)
{
	size_t i = cell.n > 1 && *cell.p == '-';
	if (!cell.n || cell.n > 18)
		return false;
	while (i < cell.n && (unsigned char)(cell.p[i] - '0') <= 9)
		i++;
	return i == cell.n;
}

struct verdict { uint32_t out, differ; };        /* styles ruled out; pairs that read two values */

static void vote(struct trib_guess *g, const struct trib_numbers *with, struct trib_text cell, struct verdict *v)
{
	struct trib_numbers percent = *with;
	struct reading r[TRIBX_STYLES], any;
	*v = (struct verdict){ 0 };
	g->cells++;
	percent.percent = true;
	if (!with->percent && digits(cell)) {
		g->alive |= PLAIN;
		return;
	}
	if (trib_null_word(cell) && !(with->dash_is_zero && cell.p))
		return;
	const uint32_t tried = g->alive & DIGITS_ONLY ? ALL : g->alive & ALL;
	const struct trib_numbers *how = with;
	uint32_t can = read_as(tried, cell, with, r);
	if (!can && !with->percent)
		can = read_as(tried, cell, how = &percent, r);
	/* no survivor reads it: is it a number at all? */
	if (!can && tried != ALL && !read_as(ALL, cell, with, r) && (with->percent || !read_as(ALL, cell, &percent, r)))
		return;
	if (!can && tried == ALL)
		return;
	g->alive |= how->percent ? PERCENT : PLAIN;
	if (g->alive & DIGITS_ONLY) {
		const struct trib_numbers bare = marked(&(struct trib_numbers){ 0 }, how);
		if (trib_number(&bare, cell, &any.value, &any.scale) != 0)
			g->alive &= ~(uint32_t)DIGITS_ONLY;
	}
	v->out = g->alive & ALL & ~can;
	if (v->out)
		g->deciding_row = (int32_t)g->cells;
	g->alive &= can | ~(uint32_t)ALL;
	for (int j = 1; j < TRIBX_STYLES; j++)
		for (int i = 0; i < j; i++)
			if ((can >> i & can >> j & 1) && !same(&r[i], &r[j]))
				v->differ |= 1U << pair(i, j);
	g->pairs |= v->differ;
	g->disagree += v->differ != 0;
}

static bool pair_differs(const struct trib_guess *g, int *one, int *other)
{
	for (int j = 0; j < TRIBX_STYLES; j++)
		for (int i = 0; i < j; i++)
			if ((g->alive >> i & g->alive >> j & 1) && (g->pairs >> pair(i, j) & 1)) {
				*one = i;
				*other = j;
				return true;
			}
	return false;
}

static int end(const struct trib_guess *g, struct trib_numbers *out, bool *decided)
{
	int first = 0, other;
	struct trib_numbers f = { 0 };
	if (!(g->alive & ALL))
		return TRIB_NOT_A_VALUE;
	if (((g->alive & PLAIN) && (g->alive & PERCENT)) || pair_differs(g, &first, &other))
		return TRIB_AMBIGUOUS;
	while (!(g->alive >> first & 1))
		first++;
	/* nothing but digits was seen: no mark is known, and the first one will be noticed */
	*decided = !(g->alive & DIGITS_ONLY);
	if (*decided)
		f = styles[first];
	f.percent = (g->alive & PERCENT) != 0;
	*out = f;
	return 0;
}

/* ---- votes alone ---- */

void trib_guess_start(struct trib_guess *g)
{
	*g = (struct trib_guess){ .alive = ALL | DIGITS_ONLY };
}

void trib_guess_cell(struct trib_guess *g, struct trib_text cell)
{
	struct verdict v;
	vote(g, &(struct trib_numbers){ 0 }, cell, &v);
}

int trib_guess_end(const struct trib_guess *g, struct trib_numbers *out)
{
	bool decided;
	return end(g, out, &decided);
}

/* ---- votes with evidence ---- */

void tribx_guess_start(struct tribx_guess *g, const struct trib_numbers *with)
{
	*g = (struct tribx_guess){ .with = *with };
	trib_guess_start(&g->votes);
}

static void note(struct tribx_guess_cell *to, struct trib_text cell, int64_t row)
{
	size_t n = cell.n < sizeof to->text - 1 ? cell.n : sizeof to->text - 1;
	while (n > 0 && n < cell.n && ((unsigned char)cell.p[n] & 0xC0) == 0x80)
		n--;
	memcpy(to->text, cell.p, n);
	to->text[n] = 0;
	to->row = row;
}

void tribx_guess_cell(struct tribx_guess *g, struct trib_text cell)
{
	struct verdict v;
	const uint32_t before = g->votes.alive & ALL;
	if (!before) {
		g->votes.cells++;
		return;
	}
	vote(&g->votes, &g->with, cell, &v);
	if (v.out && !(g->votes.alive & ALL)) {
		note(&g->against, cell, g->votes.cells);
		g->before = before;
	} else if (v.out) {
		note(&g->decided, cell, g->votes.cells);
	}
	for (int i = 0; v.differ && i < TRIBX_STYLE_PAIRS; i++)
		if ((v.differ >> i & 1) && !g->differs[i].row)
			note(&g->differs[i], cell, g->votes.cells);
}

int tribx_guess_end(const struct tribx_guess *g, struct trib_numbers *out, bool *decided)
{
	struct trib_numbers f;
	const int e = end(&g->votes, &f, decided);
	if (e)
		return e;
	*out = marked(&f, &g->with);
	out->percent |= f.percent;
	return 0;
}

bool tribx_guess_differ(const struct tribx_guess *g, int *one, int *other, const struct tribx_guess_cell **cell)
{
	if (!pair_differs(&g->votes, one, other))
		return false;
	*cell = &g->differs[pair(*one, *other)];
	return true;
}

int tribx_style_of(const struct trib_numbers *not, struct trib_text cell, trib_dec *out, int *scale)
{
	const int own = tribx_style_like(not);
	for (int i = 0; i < TRIBX_STYLES; i++) {
		const struct trib_numbers f = marked(&styles[i], not);
		if (i != own && trib_number(&f, cell, out, scale) == 0)
			return i;
	}
	return -1;
}
