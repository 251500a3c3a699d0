/* match_hs.c - expressions in one Hyperscan database: one pass over a text names the candidates.
 *
 * Phrases are literals without borders; what is found too much, match_pcre.c sorts out, and nothing may be overlooked. So
 * phrases whose letters are younger than Hyperscan's Unicode tables stay out. Regular expressions are compiled for ASCII,
 * where both engines mean the same, and count for ASCII texts only: with Unicode's classes a gap of three words took 6 s
 * to compile. What Hyperscan cannot compile at all is asked one by one.
 * Measured with 300 phrases: docs/recategorise.md. Without Hyperscan (it is x86 only) the stubs below are built. */
#include <stdlib.h>
#include "recategorise.h"

#ifdef RECAT_HYPERSCAN_LIB
#include <hs.h>

bool recat_set_offered(void)
{
	return hs_valid_platform() == HS_SUCCESS;
}

static bool can_hold(const struct recat_expr *x)
{
	if (x->phrase)
		return !recat_young(x->text);
	for (const char *p = x->text; *p; p++)
		if ((unsigned char)*p >= 0x80)
			return false;
	return true;
}

struct list { const char **texts; unsigned *flags, *ids, count; };

static void list_drop(struct list *l, unsigned at)
{
	free((char *)l->texts[at]);
	l->count--;
	for (unsigned i = at; i < l->count; i++) {
		l->texts[i] = l->texts[i + 1];
		l->flags[i] = l->flags[i + 1];
		l->ids[i] = l->ids[i + 1];
	}
}

static void list_done(struct list *l)
{
	while (l->texts && l->count)
		list_drop(l, l->count - 1);
	free(l->texts);
	free(l->flags);
	free(l->ids);
}

/* What is refused is tried again as an approximation (look-around, back references), then moves to m->asked. */
static int compile_list(struct recat_matcher *m, struct list *l, struct recat_error *e)
{
	while (l->count) {
		hs_compile_error_t *why = NULL;
		if (hs_compile_multi(l->texts, l->flags, l->ids, l->count, HS_MODE_BLOCK, NULL, (hs_database_t **)&m->set, &why) == HS_SUCCESS)
			return 0;
		const int bad = why ? why->expression : -1;
		const int rc = bad < 0 || (unsigned)bad >= l->count ? recat_fail(e, "rules: %s", why ? why->message : "no memory") : 0;
		hs_free_compile_error(why);
		if (rc < 0)
			return rc;
		if (!m->exprs[l->ids[bad]].phrase && !(l->flags[bad] & HS_FLAG_PREFILTER)) {
			l->flags[bad] |= HS_FLAG_PREFILTER;
			continue;
		}
		m->asked[m->asked_count++] = l->ids[bad];
		list_drop(l, (unsigned)bad);
	}
	return 0;
}

int recat_set_new(struct recat_matcher *m, struct recat_error *e)
{
	struct list l = { calloc(m->count, sizeof *l.texts), calloc(m->count, sizeof *l.flags), calloc(m->count, sizeof *l.ids), 0 };
	int rc = l.texts && l.flags && l.ids ? 0 : recat_fail(e, "no memory");
	for (size_t i = 0; rc == 0 && i < m->count; i++) {
		if (!can_hold(&m->exprs[i])) {
			m->asked[m->asked_count++] = (uint32_t)i;
			continue;
		}
		const bool wide = m->exprs[i].phrase && !m->codes[i].size;
		l.flags[l.count] = HS_FLAG_CASELESS | (wide ? HS_FLAG_UTF8 | HS_FLAG_UCP : 0) | (m->exprs[i].phrase ? 0 : HS_FLAG_SINGLEMATCH | HS_FLAG_MULTILINE);
		l.ids[l.count] = (unsigned)i;
		l.texts[l.count] = recat_spelled(&m->exprs[i]);
		if (!l.texts[l.count])
			rc = recat_fail(e, "no memory");
		else
			l.count++;
	}
	if (rc == 0)
		rc = compile_list(m, &l, e);
	list_done(&l);
	return rc;
}

void recat_set_done(struct recat_matcher *m)
{
	hs_free_database(m->set);
}

int recat_set_scratch(struct recat_scratch *s, const struct recat_matcher *m)
{
	return hs_alloc_scratch(m->set, (hs_scratch_t **)&s->set) == HS_SUCCESS ? 0 : -1;
}

void recat_set_scratch_done(struct recat_scratch *s)
{
	hs_free_scratch(s->set);
}

/* Phrases are told every time, which is 10 % faster than SINGLEMATCH: the first time counts. */
static int note(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct recat_scratch *s = ctx;
	(void)from, (void)flags;
	if (s->seen[id] != s->round) {
		s->seen[id] = s->round;
		s->hits[s->count++] = (struct recat_hit){ .expr = id, .to = (uint32_t)to };
	}
	return 0;
}

int recat_set_scan(const struct recat_matcher *m, struct recat_scratch *s, const char *text, size_t n)
{
	s->failed = 0;
	if (++s->round == 0) {
		memset(s->seen, 0, m->count * sizeof *s->seen);
		s->round = 1;
	}
	return hs_scan(m->set, text, (unsigned)n, 0, s->set, note, s) == HS_SUCCESS ? 0 : -1;
}

#else

bool recat_set_offered(void) { return false; }
int recat_set_new(struct recat_matcher *m, struct recat_error *e) { (void)m; return recat_fail(e, "no Hyperscan"); }
void recat_set_done(struct recat_matcher *m) { (void)m; }
int recat_set_scratch(struct recat_scratch *s, const struct recat_matcher *m) { (void)s, (void)m; return -1; }
void recat_set_scratch_done(struct recat_scratch *s) { (void)s; }
int recat_set_scan(const struct recat_matcher *m, struct recat_scratch *s, const char *t, size_t n) { (void)m, (void)s, (void)t, (void)n; return -1; }

#endif
