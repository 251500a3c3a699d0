/* scan_kernel - the bodies of the kernels, included once per instruction set by scan_x86.c.
 *
 * ISA(name) names a function: load takes 64 bytes, eq(block, byte) makes a mask of 64 bits, masks(block) those of JSON, parity(mask)
 * is the running exclusive-or of its bits, first(mask) the place of the lowest, anything below 64 if there is none. A set that counts
 * bytes in a better way than by masks defines OWN_TALLY. */

/* Positions of n bits of m, whether there are so many or not: a branch per bit would cost more. */
static inline __attribute__((always_inline)) TARGET uint64_t ISA(some)(uint32_t *o, uint64_t m, uint32_t base, uint32_t n)
{
	_Pragma("GCC unroll 8")
	for (uint32_t k = 0; k < n; k++) {
		o[k] = base + ISA(first)(m);
		m &= m - 1;
	}
	return m;
}

/* Where nearly all blocks have more than eight. */
static inline TARGET uint32_t *ISA(flatten_many)(uint32_t *o, uint64_t m, uint32_t base)
{
	uint32_t *end = o + __builtin_popcountll(m);
	m = ISA(some)(o, m, base, 8);
	m = ISA(some)(o + 8, m, base, 8);
	for (o += 16; o < end; o += 8)
		m = ISA(some)(o, m, base, 8);
	return end;
}

static inline __attribute__((always_inline)) TARGET void ISA(half)(uint32_t *o, const uint32_t *end, uint64_t m, uint32_t base)
{
	m = ISA(some)(o, m, base, 6);
	for (o += 6; o < end; o += 4)
		m = ISA(some)(o, m, base, 4);
}

/* Where nearly all have a dozen or fewer: two chains, because what each step of a chain waits for is the one before it. */
static inline TARGET uint32_t *ISA(flatten)(uint32_t *o, uint64_t m, uint32_t base)
{
	uint32_t *middle = o + __builtin_popcount((uint32_t)m), *end = o + __builtin_popcountll(m);
	ISA(half)(o, middle, (uint32_t)m, base);
	ISA(half)(middle, end, m >> 32, base + 32);
	return end;
}

/* One block; valid: which of its bytes are text. */
static inline __attribute__((always_inline)) TARGET void ISA(index_block)(const struct tribx_dialect *d, const char *p, size_t at, uint64_t valid, struct tribx_strip *s)
{
	ISA(block) b = ISA(load)(p + at);
	uint64_t quote = d->quote ? ISA(eq)(b, d->quote) & valid : 0;
	uint64_t in = ISA(parity)(quote) ^ s->inside;
	uint64_t line = ISA(eq)(b, d->eol) & ~in & valid;
	uint64_t stop = (ISA(eq)(b, d->delimiter) & ~in & valid) | line, ends = stop | quote;
	s->inside = (uint64_t)((int64_t)in >> 63);
	uint64_t closes = quote & ~in, behind = (closes << 1 | s->after_close) & valid & ~ends;
	s->odd |= quote & in & ~(ends << 1 | s->after_end);
	s->after_close = closes >> 63;
	s->after_end = ends >> 63;
	if (__builtin_expect((behind | s->after_return) != 0, false)) {
		uint64_t back = behind & ISA(eq)(b, '\r');       /* fine if the line ends there */
		s->odd |= (behind & ~back) | ((back << 1 | s->after_return) & valid & ~line);
		s->after_return = back >> 63;
	}
	uint32_t field = (uint32_t)(s->ends - s->first);
	s->ends = ISA(flatten)(s->ends, stop, (uint32_t)at);
	uint64_t more = line & (line - 1);
	s->recs[0] = field + (uint32_t)__builtin_popcountll(stop & (line ^ (line - 1)));
	s->recs[1] = field + (uint32_t)__builtin_popcountll(stop & (more ^ (more - 1)));
	uint32_t *rest = s->recs + 2;
	s->recs += __builtin_popcountll(line);
	for (more &= more - 1; more; more &= more - 1)
		*rest++ = field + (uint32_t)__builtin_popcountll(stop & (more ^ (more - 1)));
}

static TARGET void ISA(index)(const struct tribx_dialect *d, const char *p, size_t at, size_t to, struct tribx_strip *s)
{
	struct tribx_strip now = *s;
	const struct tribx_dialect own = *d;      /* no write of an end can change it */
	for (; at + 64 <= to; at += 64)
		ISA(index_block)(&own, p, at, ~0ull, &now);
	if (at < to)
		ISA(index_block)(&own, p, at, (1ull << (to - at)) - 1, &now);
	*s = now;
}

#ifndef OWN_TALLY
static TARGET struct tribx_tally ISA(tally)(const char *p, size_t n, unsigned char a, unsigned char b)
{
	struct tribx_tally t = { 0, 0 };
	size_t at = 0;
	for (; at + 64 <= n; at += 64) {
		ISA(block) v = ISA(load)(p + at);
		t.a += (size_t)__builtin_popcountll(ISA(eq)(v, a));
		t.b += (size_t)__builtin_popcountll(ISA(eq)(v, b));
	}
	for (; at < n; at++) {
		t.a += (unsigned char)p[at] == a;
		t.b += (unsigned char)p[at] == b;
	}
	return t;
}
#endif

/* Escapes are few: a loop over them finds which bytes they take, and checks them on the way. What is known comes and goes by
 * value, so that it stays in registers where there are none. */
static __attribute__((noinline)) TARGET struct tribx_escapes ISA(escapes)(const char *p, size_t at, uint64_t slash, uint64_t carry, const char *end)
{
	struct tribx_escapes e = { .taken = carry };
	for (slash &= ~carry; slash; slash &= slash - 1) {
		unsigned i = (unsigned)__builtin_ctzll(slash);
		e.odd |= !tribx_json_escape(p, p + at + i, end);
		if (i == 63)
			e.carry = 1;
		else
			e.taken |= 2ull << i;
		slash &= ~e.taken | (1ull << i);
	}
	return e;
}

/* One block; valid: which of its bytes are text. */
static inline __attribute__((always_inline)) TARGET void ISA(json_block)(const char *p, size_t at, uint64_t valid, struct tribx_json_strip *s)
{
	struct masks m = ISA(masks)(ISA(load)(p + at));
	uint64_t slash = m.slash & valid, escaped = 0;
	if (__builtin_expect((slash | s->escaped) != 0, false)) {
		struct tribx_escapes e = ISA(escapes)(p, at, slash, s->escaped, s->end);
		escaped = e.taken;
		s->escaped = e.carry;
		s->odd |= e.odd;
	}
	uint64_t quote = m.quote & ~escaped & valid;
	uint64_t in = ISA(parity)(quote) ^ s->inside;
	s->inside = (uint64_t)((int64_t)in >> 63);
	s->odd |= m.control & in & valid;
	uint64_t punct = m.punct & ~in, run = ~(m.punct | m.white | quote | in);
	uint64_t tokens = (punct | quote | (run & ~(run << 1 | s->scalar))) & valid;
	s->scalar = run >> 63;
	if (tokens)              /* long texts are many blocks without any */
		s->out = ISA(flatten_many)(s->out, tokens, (uint32_t)at);
}

static TARGET void ISA(json)(const char *p, size_t at, size_t to, struct tribx_json_strip *s)
{
	struct tribx_json_strip now = *s;
	for (; at + 64 <= to; at += 64)
		ISA(json_block)(p, at, ~0ull, &now);
	if (at < to)
		ISA(json_block)(p, at, (1ull << (to - at)) - 1, &now);
	*s = now;
}
