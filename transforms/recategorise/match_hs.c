/* match_hs.c - all expressions in one Hyperscan database: one pass over a text names the candidates.
 *
 * Phrases are compiled as literals without borders, regular expressions as prefilters; both may say too much, never too
 * little, and match_pcre.c confirms. What Hyperscan cannot compile at all is asked one by one.
 * Measured with 300 phrases: see docs/recategorise.md. Without Hyperscan (it is x86 only) the stubs below are built. */
#include <stdlib.h>
#include "recategorise.h"

#ifdef RECAT_HYPERSCAN_LIB
#include <hs.h>

bool recat_set_offered(void)
{
	return hs_valid_platform() == HS_SUCCESS;
}

static unsigned flags_of(const struct recat_code *c)
{
	const unsigned all = HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH;
	return c->size ? all : all | HS_FLAG_UTF8 | HS_FLAG_UCP | HS_FLAG_MULTILINE | HS_FLAG_PREFILTER;
}

/* Can the set be trusted not to overlook it? Not where its Unicode tables are too old, or syntax asks for them by name. */
static bool can_hold(const struct recat_expr *x)
{
	if (recat_young(x->text))
		return false;
	for (const char *p = strchr(x->text, '\\'); !x->phrase && p && p[1]; p = strchr(p + 2, '\\'))
		if (strchr("pPXNxo", p[1]))
			return false;
	return true;
}

struct list { const char **texts; unsigned *flags, *ids; unsigned count; };

/* Compiles; those that are refused move from the list to m->asked, one per try. */
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
		m->asked[m->asked_count++] = l->ids[bad];
		free((char *)l->texts[bad]);
		l->count--;
		for (unsigned i = (unsigned)bad; i < l->count; i++) {
			l->texts[i] = l->texts[i + 1];
			l->flags[i] = l->flags[i + 1];
			l->ids[i] = l->ids[i + 1];
		}
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
		l.flags[l.count] = flags_of(&m->codes[i]);
		l.ids[l.count] = (unsigned)i;
		l.texts[l.count] = recat_spelled(&m->exprs[i]);
		if (!l.texts[l.count])
			rc = recat_fail(e, "no memory");
		else
			l.count++;
	}
	if (rc == 0)
		rc = compile_list(m, &l, e);
	for (unsigned i = 0; l.texts && i < l.count; i++)
		free((char *)l.texts[i]);
	free(l.texts);
	free(l.flags);
	free(l.ids);
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

static int note(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct recat_scratch *s = ctx;
	(void)from, (void)flags;
	s->hits[s->count++] = (struct recat_hit){ .expr = id, .to = (uint32_t)to };   /* once per id: SINGLEMATCH */
	return 0;
}

int recat_set_scan(const struct recat_matcher *m, struct recat_scratch *s, const char *text, size_t n)
{
	s->failed = 0;
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
