/* expr_more - regular expressions (PCRE2, compiled when the expression is bound, with a limit of steps) and
 * encodings. */
#include "base/text.h"
#include "parse/expr_node.h"
#include "parse/utf.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { STEPS = 1000000, DEPTH = 10000, GROUPS = 100 };

/* ---- regular expressions ---- */

static int search(struct tribx_run *r, const struct tribx_eop *o, struct trib_text t)
{
	return pcre2_match(o->thing, (PCRE2_SPTR)t.p, t.n, 0, 0, r->x->match_data, r->x->match_limits);
}

static uint8_t trouble(int rc)
{
	return rc == PCRE2_ERROR_NOMATCH ? TRIBX_NULLED : rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21 ?
	       TRIBX_BAD_TEXT : TRIBX_BAD_HARD;
}

static void matches(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		const int rc = s ? PCRE2_ERROR_NOMATCH : search(r, o, tribx_texts(o->arg[0])[i]);
		if (s <= TRIBX_NULLED)
			s = rc >= 0 || trouble(rc) == TRIBX_NULLED ? TRIBX_FINE : trouble(rc);
		tribx_ints(o->to)[i] = rc >= 0;
		o->to->state[i] = s;
	}
}

/* k: the group; no match, or no such group in it: null */
static void match(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			const int rc = search(r, o, t);
			const PCRE2_SIZE *const at = pcre2_get_ovector_pointer(r->x->match_data);
			if (rc < 0)
				s = trouble(rc);
			else if (o->k >= (rc ? rc : GROUPS) || at[2 * o->k] == PCRE2_UNSET ||
			         at[2 * o->k] > at[2 * o->k + 1])
				s = TRIBX_NULLED;
			else
				tribx_texts(o->to)[i] = (struct trib_text){ t.p + at[2 * o->k],
					at[2 * o->k + 1] - at[2 * o->k] };
		}
		o->to->state[i] = s;
	}
}

static pcre2_code *compiled(struct tribx_bind *b, const struct tribx_enode *n, int *groups)
{
	struct trib_expr *const x = b->x;
	struct trib_text pattern;
	int code;
	PCRE2_SIZE at;
	uint32_t count = 0;
	if (!tribx_literal_text(b, n, 1, &pattern))
		return NULL;
	pcre2_code *const re = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
	                                     PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (!re) {
		char why[160] = "";
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
		tribx_bind_fail(b, tribx_argument(b, n, 1), "expr.bad_argument",
		                "the pattern is wrong at its character %zu: %s", at + 1, why);
		return NULL;
	}
	x->codes[x->code_count++] = re;
	pcre2_jit_compile(re, PCRE2_JIT_COMPLETE);
	pcre2_pattern_info(re, PCRE2_INFO_CAPTURECOUNT, &count);
	*groups = count < GROUPS ? (int)count : GROUPS - 1;
	if (!x->match_data)
		x->match_data = pcre2_match_data_create(GROUPS, NULL);
	if (!x->match_limits && (x->match_limits = pcre2_match_context_create(NULL))) {
		pcre2_set_match_limit(x->match_limits, STEPS);
		pcre2_set_depth_limit(x->match_limits, DEPTH);
	}
	if (x->match_data && x->match_limits)
		return re;
	tribx_fail(b->e, TRIB_FATAL, "internal.no_memory", "no memory for an expression");
	b->failed = true;
	return NULL;
}

BIND(matches)
{
	(void)count;
	int groups;
	struct tribx_reg *const x = tribx_cast(b, args[0], TRIB_STR, 0);
	pcre2_code *const re = x ? compiled(b, n, &groups) : NULL;
	struct tribx_reg *const r = re ? tribx_op(b, matches, TRIB_BOOL, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->thing = re;
	return r;
}

BIND(match)
{
	int groups;
	int64_t group = 0;
	struct tribx_reg *const x = tribx_cast(b, args[0], TRIB_STR, 0);
	pcre2_code *const re = x ? compiled(b, n, &groups) : NULL;
	if (!re)
		return NULL;
	if (count > 2 ? !tribx_literal_int(b, n, 2, 0, groups, &group) : (group = groups > 0, false))
		return NULL;
	struct tribx_reg *const r = tribx_op(b, match, TRIB_STR, 0, x, NULL, NULL);
	if (r) {
		tribx_op_of(b, r)->thing = re;
		tribx_op_of(b, r)->k = group;
	}
	return r;
}

/* ---- base64, URLs ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t encode(struct trib_text t, char *to)
{
	const unsigned char *const s = (const unsigned char *)t.p;
	char *w = to;
	for (size_t i = 0; i < t.n; i += 3) {
		const unsigned v = (unsigned)s[i] << 16 | (i + 1 < t.n ? (unsigned)s[i + 1] << 8 : 0) | (i + 2 < t.n ?
			s[i + 2] : 0);
		*w++ = letters[v >> 18];
		*w++ = letters[v >> 12 & 63];
		*w++ = i + 1 < t.n ? letters[v >> 6 & 63] : '=';
		*w++ = i + 2 < t.n ? letters[v & 63] : '=';
	}
	return (size_t)(w - to);
}

/* Also the URL alphabet, and without the = at the end. Negative: not base64. */
static int64_t decode(struct trib_text t, char *to)
{
	unsigned v = 0, bits = 0;
	char *w = to;
	while (t.n && t.p[t.n - 1] == '=')
		t.n--;
	if (t.n % 4 == 1)
		return -1;
	for (size_t i = 0; i < t.n; i++) {
		const char c = t.p[i] == '-' ? '+' : t.p[i] == '_' ? '/' : t.p[i];
		const char *const at = c ? strchr(letters, c) : NULL;
		if (!at)
			return -1;
		v = (v << 6 | (unsigned)(at - letters)) & 0xFFFFFF;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*w++ = (char)(v >> bits & 255);
		}
	}
	return w - to;
}

static size_t escape(struct trib_text t, char *to)
{
	char *w = to;
	for (size_t i = 0; i < t.n; i++) {
		const char c = t.p[i];
		if (((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c))) {
			*w++ = c;
		} else {
			*w++ = '%';
			*w++ = "0123456789ABCDEF"[(unsigned char)c >> 4];
			*w++ = "0123456789ABCDEF"[c & 15];
		}
	}
	return (size_t)(w - to);
}

static void transform(struct tribx_run *r, const struct tribx_eop *o)      /* k: 0 to base64, 1 from it, 2 for a URL */
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			char *const to = tribx_run_room(r, o->k == 0 ? (t.n + 2) / 3 * 4 : o->k == 1 ? t.n : t.n * 3);
			const int64_t n = !to ? 0 : o->k == 0 ? (int64_t)encode(t, to) : o->k == 1 ? decode(t, to) :
				(int64_t)escape(t, to);
			size_t at = 0;
			s = !to ? TRIBX_BAD_LONG : n < 0 ? TRIBX_BAD_TEXT : TRIBX_FINE;
			/* bytes that are no UTF-8 cannot be a text */
			if (!s && o->k == 1 && !tribx_utf8_walk(to, (size_t)n, (size_t)n, &at))
				s = TRIBX_BAD_TEXT;
			tribx_texts(o->to)[i] = (struct trib_text){ to, s ? 0 : (size_t)n };
		}
		o->to->state[i] = s;
	}
}

static struct tribx_reg *recoded(struct tribx_bind *b, struct tribx_reg *x, int64_t how)
{
	x = tribx_cast(b, x, TRIB_STR, 0);
	struct tribx_reg *const r = x ? tribx_op(b, transform, TRIB_STR, 0, x, NULL, NULL) : NULL;
	if (r)
		tribx_op_of(b, r)->k = how;
	return r;
}

BIND(b64)
{
	(void)count, (void)n;
	return recoded(b, args[0], 0);
}

BIND(b64d)
{
	(void)count, (void)n;
	return recoded(b, args[0], 1);
}

BIND(urlencode)
{
	(void)count, (void)n;
	return recoded(b, args[0], 2);
}
