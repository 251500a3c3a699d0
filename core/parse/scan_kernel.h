/* scan_kernel - the bodies of the kernels, included once per instruction set by scan_x86.c.
 *
 * ISA(name) names a function: load takes 64 bytes, eq(block, byte) makes a mask of 64 bits, masks(block) those of JSON, parity(mask)
 * is the running exclusive-or of its bits, first(mask) the place of the lowest, anything below 64 if there is none. A set that counts
 * bytes in a better way than by masks defines OWN_TALLY. */

/* Positions of eight bits of m, whether there are so many or not: a branch per bit would cost more. */
static inline TARGET uint64_t ISA(eight)(uint32_t *o, uint64_t m, uint32_t base)
{
	_Pragma("GCC unroll 8")
	for (uint32_t k = 0; k < 8; k++) {
		o[k] = base + ISA(first)(m);
		m &= m - 1;
	}
	return m;
}

static inline TARGET uint32_t *ISA(flatten)(uint32_t *o, uint64_t m, uint32_t base)
{
	uint32_t *end = o + __builtin_popcountll(m);
	for (;; o += 8) {
		m = ISA(eight)(o, m, base);
		if (o + 8 >= end)
			return end;
	}
}

/* The same where nearly all blocks have more than eight. */
static inline TARGET uint32_t *ISA(flatten_many)(uint32_t *o, uint64_t m, uint32_t base)
{
	uint32_t *end = o + __builtin_popcountll(m);
	m = ISA(eight)(o, m, base);
	m = ISA(eight)(o + 8, m, base);
	for (o += 16; o < end; o += 8)
		m = ISA(eight)(o, m, base);
	return end;
}

static TARGET void ISA(index)(const struct tribx_dialect *d, const char *p, size_t at, size_t to, struct tribx_strip *s)
{
	uint32_t *end = s->ends, *rec = s->recs;
	uint64_t inside = s->inside, after_end = s->after_end, after_close = s->after_close, after_return = s->after_return, odd = 0;
	for (; at < to; at += 64) {
		ISA(block) b = ISA(load)(p + at);
		uint64_t valid = to - at >= 64 ? ~0ull : (1ull << (to - at)) - 1;
		uint64_t quote = d->quote ? ISA(eq)(b, d->quote) & valid : 0;
		uint64_t in = ISA(parity)(quote) ^ inside;
		uint64_t line = ISA(eq)(b, d->eol) & ~in & valid;
		uint64_t stop = (ISA(eq)(b, d->delimiter) & ~in & valid) | line;
		inside = (uint64_t)((int64_t)in >> 63);
		if (quote | after_close | after_return) {
			uint64_t opens = quote & in, closes = quote & ~in, behind = (closes << 1 | after_close) & valid & ~(stop | quote);
			uint64_t back = behind & ISA(eq)(b, '\r');       /* fine if the line ends there */
			odd |= opens & ~((stop | quote) << 1 | after_end);
			odd |= (behind & ~back) | ((back << 1 | after_return) & valid & ~line);
			after_close = closes >> 63;
			after_return = back >> 63;
		}
		after_end = (stop | quote) >> 63;
		uint32_t base = (uint32_t)(end - s->first);
		end = ISA(flatten)(end, stop, (uint32_t)at);
		for (; line; line &= line - 1)
			*rec++ = base + (uint32_t)__builtin_popcountll(stop & (line ^ (line - 1)));
	}
	*s = (struct tribx_strip){ s->first, end, rec, inside, after_end, after_close, after_return, s->odd | odd };
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
