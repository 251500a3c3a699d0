/* scan - see scan.h: the serial machine, the index's memory and the choice of a kernel. */
#include "parse/scan.h"

#include <string.h>

#include "base/mem.h"
#include "parse/scan_kernels.h"
#include "parse/scan_serial.h"

enum { STRIP = 16384, SLACK = 80 };   /* bytes indexed between two looks at the memory; what a kernel may write beyond */

const char *const tribx_isa_names[] = { "serial", "sse2", "avx2", "avx512", "neon" };

#if !defined __x86_64__ && !(defined __aarch64__ && defined __ARM_NEON && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
const struct tribx_kernel tribx_kernels[TRIBX_ISA_COUNT];     /* other machines take the serial machine */

bool tribx_isa_here(enum tribx_isa isa)
{
	return isa == TRIBX_SERIAL;
}
#endif

const struct tribx_kernel *tribx_kernel(enum tribx_isa isa)
{
	return tribx_kernels[isa].index && tribx_isa_here(isa) ? &tribx_kernels[isa] : NULL;
}

enum tribx_isa tribx_isa_best(void)
{
	for (enum tribx_isa isa = TRIBX_ISA_COUNT - 1; isa > TRIBX_SERIAL; isa--)
		if (tribx_kernel(isa))
			return isa;
	return TRIBX_SERIAL;
}

bool tribx_dialect_serial(const struct tribx_dialect *d)
{
	return d->escape || d->comment || d->keep_stray;
}

void tribx_index_done(struct tribx_index *ix)
{
	tribx_block_free(ix->ends);
	tribx_block_free(ix->recs);
	*ix = (struct tribx_index){ 0 };
}

/* part: of the range that is done, in 256ths. The rest is expected to be like it, so that nothing is copied twice. */
static bool grow(uint32_t **at, size_t *cap, size_t used, size_t want, size_t part)
{
	if (want <= *cap)
		return true;
	const size_t all = part > 8 ? used * 272 / part : 0, more = all > want + want / 2 ? all : want + want / 2;   /* at most 31 times what is used */
	uint32_t *grown = tribx_block_grow(*at, more * sizeof **at, *at ? used * sizeof **at : 0);
	*at = grown;
	*cap = grown ? tribx_block_size(grown) / sizeof **at : 0;
	return grown;
}

static bool room(struct tribx_index *ix, size_t more, size_t part)
{
	return grow(&ix->ends, &ix->ends_cap, ix->fields + 1, ix->fields + more + SLACK, part) &&
	       grow(&ix->recs, &ix->recs_cap, ix->records + 1, ix->records + more + SLACK, part);
}

static bool start(struct tribx_index *ix, size_t from)
{
	ix->fields = ix->records = 0;
	ix->odd = ix->open = false;
	if (!room(ix, STRIP, 0))
		return false;
	ix->ends[0] = (uint32_t)from - 1;
	ix->recs[0] = 0;
	return true;
}

bool tribx_scan_serial(const struct tribx_dialect *d, const char *p, size_t from, size_t to, struct tribx_index *ix)
{
	uint8_t state = AT_RECORD;
	if (!start(ix, from))
		return false;
	for (size_t at = from; at < to; at++) {
		if ((at - from) % STRIP == 0 && !room(ix, STRIP, 0))
			return false;
		enum step step = tribx_step(d, (unsigned char)p[at], &state);
		ix->odd |= (step & STEP_ODD) != 0;
		if (step & (STEP_FIELD | STEP_RECORD))
			ix->ends[++ix->fields] = (uint32_t)at;
		if (step & STEP_RECORD)
			ix->recs[++ix->records] = (uint32_t)ix->fields;
	}
	ix->open = (state & ~ESCAPED) == IN_QUOTES;
	return true;
}

void tribx_cut(const struct tribx_dialect *d, const char *p, size_t to, struct tribx_cut *c)
{
	for (; c->seen < to; c->seen++)
		if (tribx_step(d, (unsigned char)p[c->seen], &c->state) & STEP_RECORD)
			c->end = c->seen + 1;
}

bool tribx_scan(enum tribx_isa isa, const struct tribx_dialect *d, const char *p, size_t from, size_t to, struct tribx_index *ix)
{
	const struct tribx_kernel *k = tribx_kernel(isa);
	if (!k || tribx_dialect_serial(d))
		return tribx_scan_serial(d, p, from, to, ix);
	if (!start(ix, from))
		return false;
	struct tribx_strip s = { .after_end = 1 };
	for (size_t at = from; at < to; at += STRIP) {
		if (!room(ix, STRIP, (at - from) * 256 / (to - from)))
			return false;
		s.first = ix->ends + 1;
		s.ends = s.first + ix->fields;
		s.recs = ix->recs + 1 + ix->records;
		k->index(d, p, at, at + STRIP < to ? at + STRIP : to, &s);
		ix->fields = (size_t)(s.ends - s.first);
		ix->records = (size_t)(s.recs - ix->recs - 1);
	}
	ix->odd = s.odd;
	ix->open = s.inside;
	return true;
}

static struct tribx_tally tally_serial(const char *p, size_t n, unsigned char a, unsigned char b)
{
	struct tribx_tally t = { 0, 0 };
	for (size_t i = 0; i < n; i++) {
		t.a += (unsigned char)p[i] == a;
		t.b += (unsigned char)p[i] == b;
	}
	return t;
}

struct tribx_tally tribx_tally(enum tribx_isa isa, const char *p, size_t n, unsigned char a, unsigned char b)
{
	const struct tribx_kernel *k = tribx_kernel(isa);
	return k ? k->tally(p, n, a, b) : tally_serial(p, n, a, b);
}
