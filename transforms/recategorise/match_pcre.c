/* match_pcre.c - every expression as PCRE2 sees it, and that is the law: a Hyperscan set only names candidates faster.
 *
 * A phrase is literal text that begins and ends at word borders; letters and digits of all scripts make words. Regular
 * expressions are PCRE2's, with ^ and $ at the ends of a column. Both ignore case. The engines therefore cannot disagree:
 * what the set proposes is asked again here, most phrases by a look at the two bytes around them. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "recategorise.h"

enum { STEPS = 200000, STACK_START = 32 << 10, STACK_MAX = 1 << 20 };

int recat_fail(struct recat_error *e, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, args);
	va_end(args);
	return -1;
}

/* ---- compiling ---- */

static const char *kind(const struct recat_expr *x)
{
	return x->veto ? "not" : x->phrase ? "phrase" : "pattern";
}

/* A phrase as both engines take it: every byte that could mean something is escaped. */
char *recat_spelled(const struct recat_expr *x)
{
	char *to = malloc(4 * strlen(x->text) + 1), *q = to;
	if (!to || !x->phrase)
		return to ? strcpy(to, x->text) : NULL;
	for (const unsigned char *p = (const unsigned char *)x->text; *p; p++)
		if (*p >= 0x80 || (*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z'))
			*q++ = (char)*p;
		else
			q += sprintf(q, "\\x%02x", *p);
	*q = '\0';
	return to;
}

static int compile_one(struct recat_code *c, const struct recat_expr *x, const char *rule, struct recat_error *e)
{
	char *text = recat_spelled(x), *whole = NULL;
	if (text && x->phrase) {
		/* A border is asked for only where the phrase has a letter or digit: "c++" ends anywhere. Both questions stand
		 * behind the literal, so that the search is one for a literal (20 times faster than with one before it). */
		int letters = 0;
		for (const char *p = x->text; *p; p++)
			letters += ((unsigned char)*p & 0xc0) != 0x80;
		if (asprintf(&whole, "%s(?(?<=\\w)(?!\\w))(?(?<=\\w.{%d})(?<!\\w.{%d}))", text, letters - 1, letters) < 0)
			whole = NULL;
		free(text);
		text = whole;
	}
	if (!text)
		return recat_fail(e, "no memory");

	int code = 0;
	PCRE2_SIZE at = 0;
	uint32_t empty = 0;
	pcre2_code *re = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	                               PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	free(text);
	if (!re) {
		char why[160];
		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
		return recat_fail(e, "rule %s: %s %u, character %zu of '%s': %s", rule, kind(x), x->nth, at + 1, x->text, why);
	}
	c->code = re;
	pcre2_jit_compile(re, PCRE2_JIT_COMPLETE);   /* without JIT it is slower, not different */
	pcre2_pattern_info(re, PCRE2_INFO_MATCHEMPTY, &empty);
	if (empty)
		return recat_fail(e, "rule %s: %s %u, '%s', matches the empty text", rule, kind(x), x->nth, x->text);
	bool ascii = x->phrase;
	for (const char *p = x->text; *p; p++)
		ascii = ascii && (unsigned char)*p < 0x80;
	c->size = ascii ? (uint32_t)strlen(x->text) : 0;
	return 0;
}

int recat_matcher_new(struct recat_matcher *m, const struct recat_expr *exprs, size_t count, enum recat_engine engine,
                      const char *(*name)(const void *arg, uint32_t rule), const void *arg, struct recat_error *e)
{
	*m = (struct recat_matcher){ .exprs = exprs, .count = count };
	m->codes = calloc(count + 1, sizeof *m->codes);
	m->asked = calloc(count + 1, sizeof *m->asked);
	m->regular = calloc(count + 1, sizeof *m->regular);
	if (!m->codes || !m->asked || !m->regular)
		return recat_fail(e, "no memory");
	for (size_t i = 0; i < count; i++)
		if (compile_one(&m->codes[i], &exprs[i], name(arg, exprs[i].rule), e) < 0)
			return -1;
	for (size_t i = 0; i < count; i++)
		if (!exprs[i].phrase)
			m->regular[m->regular_count++] = (uint32_t)i;
	if (engine == RECAT_HYPERSCAN && !recat_set_offered())
		return recat_fail(e, "engine hyperscan is not part of this build; auto or pcre2 is");
	if (engine != RECAT_PCRE2 && recat_set_offered() && count)
		return recat_set_new(m, e);
	return 0;
}

void recat_matcher_done(struct recat_matcher *m)
{
	recat_set_done(m);
	for (size_t i = 0; m->codes && i < m->count; i++)
		pcre2_code_free(m->codes[i].code);
	free(m->codes);
	free(m->asked);
	free(m->regular);
	*m = (struct recat_matcher){ 0 };
}

int recat_scratch_new(struct recat_scratch *s, const struct recat_matcher *m)
{
	*s = (struct recat_scratch){ 0 };
	s->hits = calloc(m->count + 1, sizeof *s->hits);
	s->seen = calloc(m->count + 1, sizeof *s->seen);
	s->match = pcre2_match_data_create(1, NULL);
	s->context = pcre2_match_context_create(NULL);
	s->stack = pcre2_jit_stack_create(STACK_START, STACK_MAX, NULL);
	if (!s->hits || !s->seen || !s->match || !s->context)
		return -1;
	pcre2_set_match_limit(s->context, STEPS);
	if (s->stack)                             /* NULL: no JIT on this machine */
		pcre2_jit_stack_assign(s->context, NULL, s->stack);
	return m->set ? recat_set_scratch(s, m) : 0;
}

void recat_scratch_done(struct recat_scratch *s)
{
	recat_set_scratch_done(s);
	pcre2_jit_stack_free(s->stack);
	pcre2_match_context_free(s->context);
	pcre2_match_data_free(s->match);
	free(s->hits);
	free(s->seen);
	*s = (struct recat_scratch){ 0 };
}

/* ---- matching ---- */

/* 1: found, h is filled; 0: not there; -1: gave up. */
static int ask(const struct recat_matcher *m, struct recat_scratch *s, struct recat_hit *h, size_t from, const char *text, size_t n)
{
	const int rc = pcre2_match(m->codes[h->expr].code, (PCRE2_SPTR)text, n, from, PCRE2_NO_UTF_CHECK, s->match, s->context);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0)
		return s->failed = h->expr, -1;
	const PCRE2_SIZE *span = pcre2_get_ovector_pointer(s->match);
	h->from = (uint32_t)span[0];
	h->to = (uint32_t)(span[1] > span[0] ? span[1] : span[0]);   /* \K can turn a span round */
	return 1;
}

enum side { BORDER, WORD, UNSURE };

static enum side side_of(unsigned char c)
{
	if (c >= 0x80)
		return UNSURE;
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ? WORD : BORDER;
}

/* Is the candidate true? An ASCII phrase shows it by its neighbours; otherwise PCRE2 is asked. */
static int confirm(const struct recat_matcher *m, struct recat_scratch *s, struct recat_hit *h, const char *text, size_t n)
{
	const uint32_t size = m->codes[h->expr].size;
	if (!size || h->to < size)
		return ask(m, s, h, 0, text, n);
	const size_t from = h->to - size;
	const unsigned char *p = (const unsigned char *)text;
	const enum side left = from && side_of(p[from]) == WORD ? side_of(p[from - 1]) : BORDER;
	const enum side right = h->to < n && side_of(p[h->to - 1]) == WORD ? side_of(p[h->to]) : BORDER;
	if (left == BORDER && right == BORDER)
		return h->from = (uint32_t)from, 1;
	return ask(m, s, h, from, text, n);
}

static int by_expr(const void *a, const void *b)
{
	const struct recat_hit *x = a, *y = b;
	return (x->expr > y->expr) - (x->expr < y->expr);
}

/* Asks one expression; 0, or -1 when it gave up. */
static int try_one(const struct recat_matcher *m, struct recat_scratch *s, uint32_t expr, const struct recat_text *t)
{
	struct recat_hit h = { .expr = expr };
	const int rc = ask(m, s, &h, 0, t->p, t->n);
	if (rc > 0)
		s->hits[s->count++] = h;
	return rc < 0 ? -1 : 0;
}

static int try_list(const struct recat_matcher *m, struct recat_scratch *s, const uint32_t *exprs, size_t count, const struct recat_text *t)
{
	for (size_t i = 0; i < count; i++)
		if (try_one(m, s, exprs ? exprs[i] : (uint32_t)i, t) < 0)
			return -1;
	return 0;
}

/* Keeps the candidates that are true. */
static int confirm_all(const struct recat_matcher *m, struct recat_scratch *s, const struct recat_text *t)
{
	const size_t count = s->count;
	s->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct recat_hit h = s->hits[i];
		if (t->wide && !m->exprs[h.expr].phrase)
			continue;                 /* asked below */
		const int rc = confirm(m, s, &h, t->p, t->n);
		if (rc < 0)
			return -1;
		if (rc)
			s->hits[s->count++] = h;
	}
	return 0;
}

int recat_match(const struct recat_matcher *m, struct recat_scratch *s, const struct recat_text *t)
{
	s->count = 0;
	if (!t->n)
		return 0;
	if (!m->set || t->young)
		return try_list(m, s, NULL, m->count, t);
	if (recat_set_scan(m, s, t->p, t->n) < 0 || confirm_all(m, s, t) < 0)
		return -1;
	if (t->wide && try_list(m, s, m->regular, m->regular_count, t) < 0)
		return -1;
	for (size_t i = 0; i < m->asked_count; i++)
		if ((m->exprs[m->asked[i]].phrase || !t->wide) && try_one(m, s, m->asked[i], t) < 0)
			return -1;
	if (s->count > 1)
		qsort(s->hits, s->count, sizeof *s->hits, by_expr);
	return 0;
}
