/* rules.c - rules as written (a table of fields) and as they run: categories are numbers, phrases are normalised like the
 * texts, and everything that decides is hashed into the version that audit rows carry.
 *
 * Law: what is compiled here is constant; all memory is the pool's, and recat_rules_done also takes half-built rules. */
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <stdio.h>
#include <stdlib.h>
#include "recategorise.h"

const struct trib_field recat_rule_fields[] = {
	TRIB_FIELD(struct recat_rule, id, .flags = TRIB_REQUIRED, .help = "Name of the rule, as audit rows show it."),
	TRIB_FIELD(struct recat_rule, category, .flags = TRIB_REQUIRED, .help = "The category that it speaks for."),
	TRIB_FIELD(struct recat_rule, from, .help = "Categories that it may correct; none: any."),
	TRIB_FIELD(struct recat_rule, phrases, .help = "Texts that speak for it: whole words, any case."),
	TRIB_FIELD(struct recat_rule, patterns, .help = "Regular expressions (PCRE2) that speak for it, any case."),
	TRIB_FIELD(struct recat_rule, not, .help = "Phrases that silence the rule for a ticket."),
	TRIB_FIELD(struct recat_rule, confidence, .flags = TRIB_REQUIRED, .allow = "0..1", .precision = 38, .scale = 9,
	           .help = "Share of its hits that are right, as measured."),
	TRIB_FIELD(struct recat_rule, languages, .help = "Languages of tickets that it reads; none: all."),
	TRIB_FIELD(struct recat_rule, enabled, .dflt = "true", .help = "false: the rule is checked and left out."),
	{ 0 }
};

/* ---- memory ---- */

struct recat_pool { struct recat_pool *next; max_align_t mem[]; };

static void *pool_new(struct recat_rules *r, size_t count, size_t size)
{
	struct recat_pool *p = calloc(1, sizeof *p + count * size + 1);
	if (!p)
		return NULL;
	p->next = r->pool;
	r->pool = p;
	return p->mem;
}

static char *pool_text(struct recat_rules *r, const char *s)
{
	char *to = pool_new(r, strlen(s) + 1, 1);
	return to ? strcpy(to, s) : NULL;
}

void recat_rules_done(struct recat_rules *r)
{
	recat_matcher_done(&r->matcher);
	for (struct recat_pool *p = r->pool, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	*r = (struct recat_rules){ 0 };
}

/* ---- categories ---- */

static int32_t category_find(const struct recat_rules *r, const char *name)
{
	for (int32_t i = 0; i < r->category_count; i++)
		if (strcmp(r->categories[i], name) == 0)
			return i;
	return -1;
}

/* Room for every name that rules and labels may bring is made before. -1: no memory. */
static int32_t category_of(struct recat_rules *r, const char *name)
{
	const int32_t i = category_find(r, name);
	if (i >= 0)
		return i;
	const char *kept = pool_text(r, name);
	if (!kept)
		return -1;
	r->categories[r->category_count] = kept;
	return r->category_count++;
}

static int collect_categories(struct recat_rules *r, const struct recat_setup *s, struct recat_error *e)
{
	size_t most = s->labels->count + 1;
	for (size_t i = 0; i < s->rule_count; i++)
		most += 1 + s->rules[i].from.count;
	r->categories = pool_new(r, most, sizeof *r->categories);
	r->labels = pool_new(r, s->labels->count, sizeof *r->labels);
	if (!r->categories || !r->labels)
		return recat_fail(e, "no memory");
	for (size_t i = 0; i < s->labels->count; i++, r->label_count++) {
		r->labels[i].label = pool_text(r, s->labels->names[i]);
		r->labels[i].category = category_of(r, ((const char *const *)s->labels->items)[i]);
		if (!r->labels[i].label || r->labels[i].category < 0)
			return recat_fail(e, "no memory");
	}
	for (size_t i = 0; i < s->rule_count; i++)
		if (category_of(r, s->rules[i].category) < 0)
			return recat_fail(e, "no memory");
	return 0;
}

struct trib_text recat_label(const struct recat_rules *r, struct trib_text label, int32_t *number)
{
	while (label.n && label.p[0] == ' ')
		label.p++, label.n--;
	while (label.n && label.p[label.n - 1] == ' ')
		label.n--;
	*number = -1;
	for (size_t i = 0; i < r->label_count; i++)
		if (recat_same(label, r->labels[i].label)) {
			const char *name = r->categories[*number = r->labels[i].category];
			return (struct trib_text){ name, strlen(name) };
		}
	if (r->label_count || !label.n)
		return (struct trib_text){ NULL, 0 };
	for (int32_t i = 0; i < r->category_count && *number < 0; i++)
		if (strlen(r->categories[i]) == label.n && memcmp(r->categories[i], label.p, label.n) == 0)
			*number = i;
	return label;
}

/* ---- the version: a hash of all that decides, so that two runs with one version decide alike ---- */

static void hash_text(XXH3_state_t *h, const char *s)
{
	XXH3_64bits_update(h, s ? s : "", s ? strlen(s) + 1 : 1);
}

static void hash_list(XXH3_state_t *h, const trib_list *l)
{
	const char *const *items = l->items;
	XXH3_64bits_update(h, &(uint8_t){ (uint8_t)(l->count > 0) }, 1);
	for (size_t i = 0; i < l->count; i++)
		hash_text(h, items[i]);
	hash_text(h, "\x1f");
}

static void hash_all(char to[17], const struct recat_setup *s)
{
	XXH3_state_t h;
	XXH3_64bits_reset(&h);
	char numbers[64];
	snprintf(numbers, sizeof numbers, "%lld %lld", (long long)s->threshold, (long long)s->review_threshold);
	hash_text(&h, numbers);
	hash_text(&h, s->taxonomy);
	for (size_t i = 0; i < s->labels->count; i++) {
		hash_text(&h, s->labels->names[i]);
		hash_text(&h, ((const char *const *)s->labels->items)[i]);
	}
	for (size_t i = 0; i < s->rule_count; i++) {
		const struct recat_rule *r = &s->rules[i];
		if (!r->enabled)
			continue;
		hash_text(&h, r->id);
		hash_text(&h, r->category);
		snprintf(numbers, sizeof numbers, "%lld", (long long)r->confidence.lo);
		hash_text(&h, numbers);
		const trib_list *lists[] = { &r->from, &r->phrases, &r->patterns, &r->not, &r->languages };
		for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
			hash_list(&h, lists[k]);
	}
	snprintf(to, 17, "%016llx", (unsigned long long)XXH3_64bits_digest(&h));
}

/* ---- rules ---- */

static int check_rule(const struct recat_setup *s, size_t i, struct recat_error *e)
{
	const struct recat_rule *r = &s->rules[i];
	if (r->confidence.hi != 0 || r->confidence.lo == 0 || r->confidence.lo > (uint64_t)RECAT_ONE)
		return recat_fail(e, "rule %s: confidence is above 0 and at most 1", r->id);
	if (!r->phrases.count && !r->patterns.count)
		return recat_fail(e, "rule %s: needs phrases or patterns", r->id);
	for (size_t k = 0; k < i; k++)
		if (strcmp(s->rules[k].id, r->id) == 0)
			return recat_fail(e, "rule %s: the id is there twice", r->id);
	return 0;
}

/* `from` names categories that a ticket can have: with labels given those are known, and a slip of the pen is an error. */
static int put_from(struct recat_rules *r, struct recat_compiled *c, const struct recat_rule *rule, struct recat_error *e)
{
	const char *const *from = rule->from.items;
	int32_t *to = pool_new(r, rule->from.count, sizeof *to);
	if (!to)
		return recat_fail(e, "no memory");
	for (size_t i = 0; i < rule->from.count; i++) {
		if (r->label_count && category_find(r, from[i]) < 0)
			return recat_fail(e, "rule %s: from names '%s', which no label and no rule gives", rule->id, from[i]);
		if ((to[i] = category_of(r, from[i])) < 0)
			return recat_fail(e, "no memory");
	}
	c->from = to;
	c->from_count = rule->from.count;
	return 0;
}

static int put_exprs(struct recat_rules *r, uint32_t rule, const struct recat_rule *is, const trib_list *list, bool phrase, bool veto,
                     struct recat_error *e)
{
	const char *const *items = list->items;
	for (size_t i = 0; i < list->count; i++) {
		struct recat_expr *x = &r->exprs[r->expr_count++];
		*x = (struct recat_expr){ .rule = rule, .nth = (uint32_t)i + 1, .phrase = phrase, .veto = veto };
		if (!phrase) {
			x->text = pool_text(r, items[i]);
		} else {
			struct recat_text plain = { 0 };
			const bool ok = recat_text_put(&plain, (struct trib_text){ items[i], strlen(items[i]) });
			char *text = ok ? pool_new(r, plain.n + 1, 1) : NULL;
			if (text && plain.n)
				memcpy(text, plain.p, plain.n);
			x->text = text;
			recat_text_done(&plain);
		}
		if (!x->text)
			return recat_fail(e, "no memory");
		if (!*x->text)
			return recat_fail(e, "rule %s: %s %zu is empty", is->id, veto ? "not" : phrase ? "phrase" : "pattern", i + 1);
	}
	return 0;
}

static int put_rule(struct recat_rules *r, const struct recat_rule *rule, struct recat_error *e)
{
	const uint32_t at = (uint32_t)r->count;
	struct recat_compiled *c = &r->rules[r->count++];
	const char **languages = pool_new(r, rule->languages.count, sizeof *languages);
	c->id = pool_text(r, rule->id);
	if (!c->id || !languages)
		return recat_fail(e, "no memory");
	c->confidence = (int64_t)rule->confidence.lo;
	c->category = category_of(r, rule->category);
	for (size_t i = 0; i < rule->languages.count; i++)
		if (!(languages[i] = pool_text(r, ((const char *const *)rule->languages.items)[i])))
			return recat_fail(e, "no memory");
	c->languages = languages;
	c->language_count = rule->languages.count;
	if (put_from(r, c, rule, e) < 0 || put_exprs(r, at, rule, &rule->phrases, true, false, e) < 0 ||
	    put_exprs(r, at, rule, &rule->patterns, false, false, e) < 0)
		return -1;
	return put_exprs(r, at, rule, &rule->not, true, true, e);
}

static const char *rule_name(const void *arg, uint32_t rule)
{
	return ((const struct recat_rules *)arg)->rules[rule].id;
}

int recat_rules_new(struct recat_rules *r, const struct recat_setup *s, struct recat_error *e)
{
	*r = (struct recat_rules){ 0 };
	size_t exprs = 0;
	for (size_t i = 0; i < s->rule_count; i++)
		exprs += s->rules[i].phrases.count + s->rules[i].patterns.count + s->rules[i].not.count;
	r->rules = pool_new(r, s->rule_count, sizeof *r->rules);
	r->exprs = pool_new(r, exprs, sizeof *r->exprs);
	if (!r->rules || !r->exprs)
		return recat_fail(e, "no memory");
	if (collect_categories(r, s, e) < 0)
		return -1;
	for (size_t i = 0; i < s->rule_count; i++)
		if (check_rule(s, i, e) < 0 || (s->rules[i].enabled && put_rule(r, &s->rules[i], e) < 0))
			return -1;
	hash_all(r->version, s);
	return recat_matcher_new(&r->matcher, r->exprs, r->expr_count, s->engine, rule_name, r, e);
}
