/* decide.c - from hits to a decision.
 *
 * A rule speaks when one of its expressions is in the text, none of its vetoes is, and it reads the ticket's language.
 * It may speak for the category that the ticket has, or for another one if its `from` allows to correct the ticket's. A
 * category is as sure as the surest rule that speaks for it: measured shares of one text are not independent, so agreeing
 * rules do not add up. Then
 *   move    the surest other category reaches the threshold, and nothing else does
 *   review  it reaches the threshold but so does a rival (another category, or the one the ticket has); or it lies
 *           between the review threshold and the threshold, and is surer than the ticket's own category
 *   keep    otherwise
 * Equal confidence: the rule that stands first. */
#include "recategorise.h"

enum { NO_RULE = -1 };

static bool reads(const struct recat_compiled *c, struct trib_text language)
{
	for (size_t i = 0; i < c->language_count; i++) {
		const size_t n = strlen(c->languages[i]);
		if (language.n >= n && (language.n == n || language.p[n] == '-' || language.p[n] == '_') &&
		    recat_same((struct trib_text){ language.p, n }, c->languages[i]))
			return true;
	}
	return c->language_count == 0;
}

static bool may_correct(const struct recat_compiled *c, int32_t current)
{
	for (size_t i = 0; i < c->from_count; i++)
		if (c->from[i] == current)
			return true;
	return c->from_count == 0;
}

/* Hits come ordered by expression: the first one of a rule is its evidence. */
static void collect(const struct recat_rules *r, struct recat_votes *votes, const struct recat_hit *hits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct recat_expr *x = &r->exprs[hits[i].expr];
		struct recat_vote *v = &votes->of[x->rule];
		if (x->veto)
			v->veto = true;
		else if (!v->hit)
			v->hit = (uint32_t)i + 1;
	}
}

struct recat_choice recat_decide(const struct recat_rules *r, const struct recat_setup *limits, struct recat_votes *votes, int32_t current,
                                 struct trib_text language, const struct recat_hit *hits, size_t count, const char *text)
{
	struct recat_choice choice = { .what = RECAT_KEEP };
	int64_t best = NO_RULE, rival = 0, stay = 0;
	collect(r, votes, hits, count);
	for (int pass = 0; pass < 2; pass++)      /* the best rule, then the surest one that contradicts it */
		for (size_t i = 0; i < count; i++) {
			const uint32_t rule = r->exprs[hits[i].expr].rule;
			const struct recat_compiled *c = &r->rules[rule];
			const struct recat_vote *v = &votes->of[rule];
			if (v->hit != i + 1 || v->veto || !reads(c, language))
				continue;
			if (c->category == current)
				stay = c->confidence > stay ? c->confidence : stay;
			else if (!may_correct(c, current))
				continue;
			else if (pass == 0 && (best == NO_RULE || c->confidence > r->rules[best].confidence ||
			                       (c->confidence == r->rules[best].confidence && rule < (uint32_t)best)))
				best = rule;
			else if (pass == 1 && best != NO_RULE && c->category != r->rules[best].category && c->confidence > rival)
				rival = c->confidence;
		}

	if (best != NO_RULE) {
		const int64_t sure = r->rules[best].confidence;
		if (sure >= limits->threshold)
			choice.what = stay >= limits->threshold || rival >= limits->threshold ? RECAT_REVIEW : RECAT_MOVE;
		else if (sure >= limits->review_threshold && sure > stay)
			choice.what = RECAT_REVIEW;
		const struct recat_hit *h = &hits[votes->of[best].hit - 1];
		choice.rule = (uint32_t)best;
		choice.evidence = (struct trib_text){ text + h->from, h->to - h->from };
	}
	for (size_t i = 0; i < count; i++)
		votes->of[r->exprs[hits[i].expr].rule] = (struct recat_vote){ 0 };
	return choice;
}
