/* expr_text - texts: pieces of them, their case, their length. UTF-8 throughout; case follows Unicode's simple
 * mappings of the Latin, Greek and Cyrillic letters and does not depend on the process's locale. */
#include "base/text.h"
#include "parse/expr_json.h"
#include "parse/number.h"
#include "parse/utf.h"

/* ---- case ---- */

/* Letters with a constant distance, or in pairs of (even upper, odd lower) or (odd upper, even lower). */
static const struct { uint32_t from, to; int lower; char pairs; } cases[] = {
	{ 'A', 'Z', 32, 0 }, { 0xC0, 0xD6, 32, 0 }, { 0xD8, 0xDE, 32, 0 }, { 0x100, 0x12F, 1, 'e' },
	{ 0x132, 0x137, 1, 'e' }, { 0x139, 0x148, 1, 'o' }, { 0x14A, 0x177, 1, 'e' },
	{ 0x178, 0x178, -121, 0 }, { 0x179, 0x17E, 1, 'o' }, { 0x218, 0x21B, 1, 'e' }, { 0x386, 0x386, 38, 0 },
	{ 0x388, 0x38A, 37, 0 }, { 0x38C, 0x38C, 64, 0 }, { 0x38E, 0x38F, 63, 0 },
	{ 0x391, 0x3A1, 32, 0 }, { 0x3A3, 0x3AB, 32, 0 }, { 0x400, 0x40F, 80, 0 }, { 0x410, 0x42F, 32, 0 },
	{ 0x460, 0x481, 1, 'e' }, { 0x48A, 0x4BF, 1, 'e' }, { 0x4D0, 0x52F, 1, 'e' },
	{ 0x1E00, 0x1E95, 1, 'e' }, { 0x1EA0, 0x1EFF, 1, 'e' },
};

static uint32_t lower(uint32_t c)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases && c >= cases[i].from; i++)
		if (c <= cases[i].to)
			return !cases[i].pairs || (c & 1) == (cases[i].pairs == 'o') ? c + (uint32_t)cases[i].lower : c;
	return c;
}

static uint32_t upper(uint32_t c)
{
	if (c == 0x3C2)      /* the sigma at a word's end */
		return 0x3A3;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const uint32_t u = c - (uint32_t)cases[i].lower;
		if (u >= cases[i].from && u <= cases[i].to && (!cases[i].pairs || (u & 1) == (cases[i].pairs == 'o')))
			return u;
	}
	return c;
}

/* No letter of the table needs more bytes in the other case than it has, U+0178 apart: 2 bytes both. */
static void recase(struct tribx_run *r, const struct tribx_eop *o)      /* k: 1 upper */
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			char *const to = tribx_run_room(r, t.n + 4), *w = to;
			const char *const end = t.p + t.n;
			int size = 1;
			for (const char *p = t.p; to && p < end; p += size) {
				const unsigned char byte = (unsigned char)*p;
				size = 1;
				if (byte < 0x80) {
					*w++ = (char)(o->k ? byte - 32 * (byte >= 'a' && byte <= 'z') :
					              byte + 32 * (byte >= 'A' && byte <= 'Z'));
					continue;
				}
				const uint32_t c = tribx_char(p, end, &size), d = o->k ? upper(c) : lower(c);
				char made[4];
				const size_t n = d == c ? 0 : tribx_utf8_put(d, made);
				if (n == 0 || n > (size_t)size) {
					memcpy(w, p, (size_t)size);
					w += size;
				} else {
					memcpy(w, made, n);
					w += n;
				}
			}
			tribx_texts(o->to)[i] = (struct trib_text){ to, (size_t)(w - to) };
			s = to ? TRIBX_FINE : TRIBX_BAD_LONG;
		}
		o->to->state[i] = s;
	}
}

/* ---- pieces ---- */

static void trim(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			struct trib_text t = tribx_texts(o->arg[0])[i];
			for (bool more = true; more && t.n;) {
				const bool wide = t.n > 1 && memcmp(t.p, "\u00a0", 2) == 0;
				more = wide || strchr(" \t\r\n\v\f", *t.p);
				more = more && *t.p;
				t.p += more ? 1 + wide : 0;
				t.n -= more ? 1 + wide : 0;
			}
			for (bool more = true; more && t.n;) {
				const bool wide = t.n > 1 && memcmp(t.p + t.n - 2, "\u00a0", 2) == 0;
				more = wide || (t.p[t.n - 1] && strchr(" \t\r\n\v\f", t.p[t.n - 1]));
				t.n -= more ? 1 + wide : 0;
			}
			tribx_texts(o->to)[i] = t;
		}
		o->to->state[i] = s;
	}
}

static void replace(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			struct trib_text t = tribx_texts(o->arg[0])[i];
			const char *const end = t.p + t.n;
			size_t found = 0;
			for (const char *p = t.p; (p = memmem(p, (size_t)(end - p), o->a.p, o->a.n)); p += o->a.n)
				found++;
			char *const to = found ? tribx_run_room(r, t.n + found * o->b.n) : NULL, *w = to;
			if (found && to) {
				const char *p = t.p;
				for (const char *at; (at = memmem(p, (size_t)(end - p), o->a.p,
				                                  o->a.n)); p = at + o->a.n) {
					w = mempcpy(w, p, (size_t)(at - p));
					w = mempcpy(w, o->b.p, o->b.n);
				}
				w = mempcpy(w, p, (size_t)(end - p));
				t = (struct trib_text){ to, (size_t)(w - to) };
			}
			s = found && !to ? TRIBX_BAD_LONG : TRIBX_FINE;
			tribx_texts(o->to)[i] = t;
		}
		o->to->state[i] = s;
	}
}

static void concat(struct tribx_run *r, const struct tribx_eop *o)      /* null is nothing: the other parts stay */
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = TRIBX_FINE;
		size_t n = 0;
		for (int k = 0; k < o->count; k++) {
			if (o->many[k]->state[i] > TRIBX_NULLED)
				s = tribx_worst(s, o->many[k]->state[i]);
			else if (!o->many[k]->state[i])
				n += tribx_texts(o->many[k])[i].n;
		}
		char *const to = s ? NULL : tribx_run_room(r, n), *w = to;
		for (int k = 0; to && k < o->count; k++)
			if (!o->many[k]->state[i])
				w = mempcpy(w, tribx_texts(o->many[k])[i].p, tribx_texts(o->many[k])[i].n);
		tribx_texts(o->to)[i] = (struct trib_text){ to, n };
		o->to->state[i] = s ? s : to ? TRIBX_FINE : TRIBX_BAD_LONG;
	}
}

static void contains(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const x = o->arg[0], *const y = o->arg[1];
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = tribx_worst(x->state[i], y->state[i]);
		tribx_ints(o->to)[i] = s == TRIBX_FINE && memmem(tribx_texts(x)[i].p, tribx_texts(x)[i].n,
		                                                 tribx_texts(y)[i].p, tribx_texts(y)[i].n);
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE;
	}
}

static void length(struct tribx_run *r, const struct tribx_eop *o)      /* characters of a text, items of a list */
{
	const struct tribx_reg *const x = o->arg[0];
	for (int i = 0; i < r->n; i++) {
		int64_t n = 0;
		if (!x->state[i]) {
			const struct trib_text t = tribx_texts(x)[i];
			const char *p = t.p + 1;
			struct trib_text item;
			if (x->type == TRIB_JSON && t.n && *t.p == '[')
				for (; tribx_json_item(&p, t.p + t.n, &item); n++)
					;
			else
				for (size_t k = 0; k < t.n; k++)
					n += ((unsigned char)t.p[k] & 0xC0) != 0x80;
		}
		tribx_ints(o->to)[i] = n;
		o->to->state[i] = x->state[i];
	}
}

/* ---- binding ---- */

static struct tribx_reg *unary(struct tribx_bind *b, struct tribx_reg *x, tribx_erun *run, int64_t k)
{
	x = tribx_cast(b, x, TRIB_STR, 0);
	struct tribx_reg *const r = x ? tribx_op(b, run, TRIB_STR, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->k = k;
	return r;
}

BIND(lower)
{
	(void)count, (void)n;
	return unary(b, args[0], recase, 0);
}

BIND(upper)
{
	(void)count, (void)n;
	return unary(b, args[0], recase, 1);
}

BIND(trim)
{
	(void)count, (void)n;
	return unary(b, args[0], trim, 0);
}

BIND(str)
{
	(void)count, (void)n;
	return tribx_cast(b, args[0], TRIB_STR, 0);
}

BIND(replace)
{
	(void)count;
	struct trib_text from, to;
	if (!tribx_literal_text(b, n, 1, &from) || !tribx_literal_text(b, n, 2, &to))
		return NULL;
	if (from.n == 0)
		return tribx_bind_fail(b, n, "expr.bad_argument", "replace needs a text to look for");
	struct tribx_reg *const r = unary(b, args[0], replace, 0);
	if (r) {
		tribx_op_of(b, r)->a = from;
		tribx_op_of(b, r)->b = to;
	}
	return r;
}

BIND(concat)
{
	(void)n;
	struct tribx_reg **const parts = tribx_arena_new(&b->x->bound, (size_t)count * sizeof *parts);
	for (int i = 0; parts && i < count; i++)
		if (!(parts[i] = tribx_cast(b, args[i], TRIB_STR, 0)))
			return NULL;
	struct tribx_reg *const r = parts ? tribx_op(b, concat, TRIB_STR, 0, NULL, NULL, NULL) : NULL;
	if (r) {
		tribx_op_of(b, r)->many = parts;
		tribx_op_of(b, r)->count = count;
	}
	return r;
}

BIND(contains)
{
	(void)count, (void)n;
	struct tribx_reg *x = args[0], *y = args[1];
	if (x->type == TRIB_JSON) {
		if (tribx_is_number(y->type))
			y = tribx_cast(b, y, TRIB_DEC, y->type == TRIB_DEC ? y->scale : 18);
		else
			y = tribx_cast(b, y, TRIB_STR, 0);
		return y ? tribx_op(b, tribx_run_json_in, TRIB_BOOL, 0, x, y, NULL) : NULL;
	}
	if ((x->type != TRIB_STR && x->type != TRIB_NULL) || (y->type != TRIB_STR && y->type != TRIB_JSON &&
	                                                      y->type != TRIB_NULL))
		return NULL;
	x = tribx_cast(b, x, TRIB_STR, 0);
	y = x ? tribx_cast(b, y, TRIB_STR, 0) : NULL;
	return y ? tribx_op(b, contains, TRIB_BOOL, 0, x, y, NULL) : NULL;
}

BIND(len)
{
	(void)count, (void)n;
	struct tribx_reg *const x = args[0]->type == TRIB_JSON ? args[0] : tribx_cast(b, args[0], TRIB_STR, 0);
	return x ? tribx_op(b, length, TRIB_I64, 0, x, NULL, NULL) : NULL;
}
