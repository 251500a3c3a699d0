/* recategorise.h - what the files of this transform share: text -> hits of expressions -> a decision.
 *
 * Compiled rules and the matcher are built once and constant; everything that changes is in struct recat_scratch, one per
 * instance. Nothing below allocates per ticket. */
#ifndef RECATEGORISE_H
#define RECATEGORISE_H

#include <tributary.h>

#define RECAT_ONE 1000000000LL          /* a confidence of 1: decimals of scale 9 */

struct recat_error { char text[400]; };
int recat_fail(struct recat_error *e, const char *fmt, ...) TRIB_FMT(2);   /* -1 */

/* ---- text.c: what people write, in the one form that rules are matched against ---- */

struct recat_text {
	char *p;                        /* valid UTF-8; columns are split by '\n', which occurs nowhere else */
	size_t n, cap;
	bool wide, young;               /* not only ASCII; with characters that Hyperscan's Unicode tables do not know alike */
};
bool recat_text_put(struct recat_text *to, struct trib_text column);   /* false: no memory */
void recat_text_clear(struct recat_text *t);
void recat_text_done(struct recat_text *t);
bool recat_young(const char *s);
bool recat_same(struct trib_text a, const char *b);                    /* but for the case of A to Z */

/* ---- match_pcre.c, match_hs.c: which expressions are in a text, and where ---- */

struct recat_expr {
	const char *text;               /* a phrase in normalised form, or a regular expression */
	uint32_t rule;                  /* whose */
	uint32_t nth;                   /* of the rule's phrases, patterns or vetoes, from 1: for messages */
	bool phrase, veto;
};
struct recat_hit { uint32_t expr, from, to; };   /* span of the leftmost match */

struct recat_matcher {
	const struct recat_expr *exprs;
	size_t count;
	struct recat_code { void *code; uint32_t size; } *codes;   /* size: bytes of an ASCII phrase, else 0 */
	void *set;                      /* Hyperscan's database; NULL: every expression is asked on every text */
	uint32_t *asked;                /* those that the set cannot hold */
	size_t asked_count;
	uint32_t *regular;              /* all regular expressions: asked on texts that are not ASCII */
	size_t regular_count;
};
struct recat_scratch {
	void *set, *match, *context, *stack;
	struct recat_hit *hits;         /* room for one of each expression */
	size_t count;
	uint32_t *seen, round;          /* per expression: the round in which it was seen last */
	uint32_t failed;                /* the expression that gave up */
};

enum recat_engine { RECAT_AUTO, RECAT_HYPERSCAN, RECAT_PCRE2 };
/* exprs is borrowed for the matcher's life; name(arg, rule) gives the rule's id for messages. -1: e says which rule and where. */
int recat_matcher_new(struct recat_matcher *m, const struct recat_expr *exprs, size_t count, enum recat_engine engine,
                      const char *(*name)(const void *arg, uint32_t rule), const void *arg, struct recat_error *e);
void recat_matcher_done(struct recat_matcher *m);
int recat_scratch_new(struct recat_scratch *s, const struct recat_matcher *m);      /* -1: no memory */
void recat_scratch_done(struct recat_scratch *s);
/* Fills s->hits, ordered by expression. -1: an expression needed too many steps (s->failed). */
int recat_match(const struct recat_matcher *m, struct recat_scratch *s, const struct recat_text *text);

char *recat_spelled(const struct recat_expr *x);     /* as a regular expression, without borders; the caller frees */

bool recat_set_offered(void);
int recat_set_new(struct recat_matcher *m, struct recat_error *e);
void recat_set_done(struct recat_matcher *m);
int recat_set_scratch(struct recat_scratch *s, const struct recat_matcher *m);
void recat_set_scratch_done(struct recat_scratch *s);
/* Candidates: hits with `to` only, each expression once, in any order; a superset of the truth. */
int recat_set_scan(const struct recat_matcher *m, struct recat_scratch *s, const char *text, size_t n);

/* ---- rules.c: the rules as written, and compiled ---- */

struct recat_rule {                      /* as users write it */
	const char *id, *category;
	trib_list from, phrases, patterns, not;
	trib_dec confidence;
	trib_list languages;
	bool enabled;
};
extern const struct trib_field recat_rule_fields[];

struct recat_compiled {                  /* one rule */
	const char *id;
	int32_t category;
	int64_t confidence;              /* of RECAT_ONE */
	const int32_t *from;             /* categories it may correct; from_count 0: any */
	size_t from_count;
	const char *const *languages;
	size_t language_count;
};
struct recat_pool;
struct recat_rules {
	struct recat_pool *pool;         /* all texts and arrays below */
	struct recat_compiled *rules;
	size_t count;
	const char **categories;
	int32_t category_count;
	struct { const char *label; int32_t category; } *labels;
	size_t label_count;
	struct recat_expr *exprs;
	size_t expr_count;
	struct recat_matcher matcher;
	char version[17];                /* hash of everything that decides */
};
struct recat_setup {
	const struct recat_rule *rules;
	size_t rule_count;
	const trib_map *labels;
	const char *taxonomy;
	int64_t threshold, review_threshold;
	enum recat_engine engine;
};
int recat_rules_new(struct recat_rules *r, const struct recat_setup *setup, struct recat_error *e);
void recat_rules_done(struct recat_rules *r);
/* The category of a source's label, by `labels`, or the label itself if none are given. *number is its number, -1 if no
 * rule names it. p == NULL: no such label. */
struct trib_text recat_label(const struct recat_rules *r, struct trib_text label, int32_t *number);

/* ---- decide.c: what becomes of a ticket ---- */

enum recat_what { RECAT_KEEP, RECAT_MOVE, RECAT_REVIEW };
struct recat_choice {
	enum recat_what what;
	uint32_t rule;
	struct trib_text evidence;       /* into the text */
};
struct recat_votes { struct recat_vote { uint32_t hit; bool veto; } *of; };   /* per rule; all zero between calls */
struct recat_choice recat_decide(const struct recat_rules *r, const struct recat_setup *limits, struct recat_votes *votes, int32_t current,
                                 struct trib_text language, const struct recat_hit *hits, size_t count, const char *text);

#endif
