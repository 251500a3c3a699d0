/* recategorise - finds tickets that are filed under the wrong category and says what they are.
 *
 * The source's label is never overwritten: `ticket_category` gets a row for it (assigned_by source, from the moment the
 * ticket was opened) and, where the rules are sure enough, a second one (assigned_by rule, from the start of this run).
 * Where they are less sure, or contradict each other, `review_item` gets a row. The same tickets with the same rules give
 * the same rows, so a second run adds nothing.
 * Files: text.c (normal form), match_*.c (which expressions are in it), rules.c (compiled rules), decide.c. */
#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>
#include <xxhash.h>
#include "../near.h"
#include "recategorise.h"

enum { CATEGORY = 1, REVIEW = 2 };                /* outputs */
enum { TEXTS_MAX = 16 };

struct recategorise {
	trib_list text;
	const char *label, *taxonomy;
	trib_map labels;
	trib_list rules;
	trib_dec threshold, review_threshold;
	const char *source, *source_id, *ticket_id, *opened_at, *language, *engine;
	bool keep_text;
	int64_t evidence;
	/* not options: what changes while rows pass */
	struct recat_scratch scratch;
	struct recat_votes votes;
	struct recat_text plain;
};

struct shared { struct recat_setup setup; struct recat_rules rules; };

static const struct trib_field options[] = {
	TRIB_FIELD(struct recategorise, text, .flags = TRIB_REQUIRED, .help = "Columns that hold what the customer wrote, in order (subject, then body)."),
	TRIB_FIELD(struct recategorise, label, .dflt = "source_label", .help = "Column with the category that the source gives."),
	TRIB_FIELD(struct recategorise, taxonomy, .dflt = "v1", .help = "Name of the set of categories."),
	TRIB_FIELD(struct recategorise, labels, .help = "The source's labels and the category of each; a label that is not here is a dead letter. Without it the label is the category."),
	TRIB_FIELD(struct recategorise, rules, .flags = TRIB_REQUIRED, TRIB_OF(struct recat_rule, recat_rule_fields), .help = "The rules, or a file with them."),
	TRIB_FIELD(struct recategorise, threshold, .dflt = "0.90", .allow = "0..1", .precision = 38, .scale = 9, .help = "Confidence from which a ticket is moved."),
	TRIB_FIELD(struct recategorise, review_threshold, .dflt = "0.50", .allow = "0..1", .precision = 38, .scale = 9, .help = "Confidence from which a ticket is put before a person."),
	TRIB_FIELD(struct recategorise, source, .help = "Name of the source system, if no column tells it."),
	TRIB_FIELD(struct recategorise, source_id, .dflt = "source_id", .help = "Column that names the source system."),
	TRIB_FIELD(struct recategorise, ticket_id, .dflt = "ticket_id", .help = "Column with the ticket's id in that system."),
	TRIB_FIELD(struct recategorise, opened_at, .dflt = "opened_at", .help = "Column with the time from which the source's label holds."),
	TRIB_FIELD(struct recategorise, language, .dflt = "lang", .help = "Column with the ticket's language, for rules that name languages."),
	TRIB_FIELD(struct recategorise, engine, .dflt = "auto", .allow = "auto|hyperscan|pcre2", .help = "Matcher; all give the same result."),
	TRIB_FIELD(struct recategorise, keep_text, .dflt = "false", .help = "Keep the text columns; otherwise only text_hash is left of them."),
	TRIB_FIELD(struct recategorise, evidence, .dflt = "80", .allow = "0..1000", .help = "Most characters of evidence that are kept; 0: none."),
	{ 0 }
};

static const struct trib_field category_columns[] = {
	{ "source_id", TRIB_STR, TRIB_KEY, .help = "Source system." },
	{ "ticket_id", TRIB_STR, TRIB_KEY, .help = "Id in the source system." },
	{ "taxonomy", TRIB_STR, TRIB_KEY, .help = "Set of categories." },
	{ "category_id", TRIB_STR, .help = "Category of the ticket from decided_at on." },
	{ "assigned_by", TRIB_STR, .help = "source, rule, model or reviewer." },
	{ "rule_or_model", TRIB_STR, .help = "Id of the rule." },
	{ "version", TRIB_STR, .help = "Hash of the rules." },
	{ "confidence", TRIB_DEC, .precision = 38, .scale = 9, .help = "Confidence of the rule." },
	{ "evidence", TRIB_STR, TRIB_PII, .help = "The words that the rule found." },
	{ "decided_at", TRIB_TIME, .help = "When the ticket was opened (source) or the run started (rule)." },
	{ 0 }
};
static const struct trib_field review_columns[] = {
	{ "source_id", TRIB_STR, TRIB_KEY, .help = "Source system." },
	{ "ticket_id", TRIB_STR, TRIB_KEY, .help = "Id in the source system." },
	{ "taxonomy", TRIB_STR, TRIB_KEY, .help = "Set of categories." },
	{ "rule_or_model", TRIB_STR, TRIB_KEY, .help = "Id of the rule." },
	{ "proposed", TRIB_STR, .help = "Category that the rule speaks for." },
	{ "confidence", TRIB_DEC, .precision = 38, .scale = 9, .help = "Confidence of the rule." },
	{ "evidence", TRIB_STR, TRIB_PII, .help = "The words that the rule found." },
	{ "state", TRIB_STR, .help = "open, accepted, kept or other." },
	{ 0 }
};
static const struct trib_stream outputs[] = {
	{ "ticket_category", "Categories of tickets: the source's, and corrections.", category_columns, NULL },
	{ "review_item", "Corrections that a person should decide.", review_columns, NULL },
	{ 0 }
};

/* ---- once per pipeline ---- */

static int share(struct trib *t, const void *self, void *shared)
{
	const struct recategorise *o = self;
	struct shared *s = shared;
	const char *taxonomy = NULL;
	trib_keep(t, &taxonomy, o->taxonomy);
	s->setup = (struct recat_setup){
		.rules = o->rules.items,
		.rule_count = o->rules.count,
		.labels = &o->labels,
		.taxonomy = taxonomy,
		.threshold = (int64_t)o->threshold.lo,
		.review_threshold = (int64_t)o->review_threshold.lo,
		.engine = *o->engine == 'h' ? RECAT_HYPERSCAN : *o->engine == 'p' ? RECAT_PCRE2 : RECAT_AUTO,
	};
	struct recat_error e = { "" };
	if (o->threshold.hi || o->review_threshold.hi || s->setup.review_threshold > s->setup.threshold || s->setup.threshold > RECAT_ONE)
		return trib_fail(t, TRIB_CONFIG, "recategorise.bad_thresholds: 0 <= review_threshold <= threshold <= 1 must hold");
	if (recat_rules_new(&s->rules, &s->setup, &e) < 0)
		return trib_fail(t, TRIB_CONFIG, "recategorise.bad_rules: %s", e.text);
	s->setup.rules = NULL;                    /* the options are not ours to keep */
	s->setup.labels = NULL;
	return TRIB_OK;
}

static void unshare(struct trib *t, void *shared)
{
	(void)t;
	recat_rules_done(&((struct shared *)shared)->rules);
}

static int open_instance(struct trib *t, void *self)
{
	struct recategorise *r = self;
	const struct shared *s = trib_shared(t);
	r->votes.of = calloc(s->rules.count + 1, sizeof *r->votes.of);
	if (!r->votes.of || recat_scratch_new(&r->scratch, &s->rules.matcher) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	return TRIB_OK;
}

static void close_instance(struct trib *t, void *self)
{
	struct recategorise *r = self;
	(void)t;
	free(r->votes.of);
	recat_scratch_done(&r->scratch);
	recat_text_done(&r->plain);
}

/* ---- columns ---- */

static bool is_text(const struct recategorise *r, const char *column)
{
	const char *const *names = r->text.items;
	for (size_t i = 0; i < r->text.count; i++)
		if (strcmp(names[i], column) == 0)
			return true;
	return false;
}

/* Leaves the text columns out of b. */
static int drop_text(struct trib *t, const struct recategorise *r, struct trib_batch *b)
{
	int *keep = trib_scratch(t, (size_t)trib_cols(b) * sizeof *keep + 1), n = 0;
	for (int i = 0; keep && i < trib_cols(b); i++)
		if (!is_text(r, trib_col_name(b, i)))
			keep[n++] = i;
	return keep ? trib_pick_cols(b, keep, NULL, n) : -1;
}

static int need(struct trib *t, const struct trib_batch *in, const char *name, struct trib_view *v)
{
	const int col = trib_col(in, name);
	if (col >= 0 && trib_view(in, col, v) >= 0)
		return TRIB_OK;
	char *have = trib_fmt(t, "%s", "");
	for (int i = 0; have && i < trib_cols(in); i++)
		have = trib_fmt(t, "%s%s%s", have, i ? ", " : "", trib_col_name(in, i));
	const char *near = near_column(in, name);
	return trib_fail(t, TRIB_CONFIG, "recategorise.no_column: needs a column \"%s\"%s%s%s; there are: %s", name, near ? "; did you mean \"" : "",
	                 near ? near : "", near ? "\"?" : "", have ? have : "");
}

static int need_text(struct trib *t, const struct trib_batch *in, const char *name, struct trib_view *v)
{
	const int rc = need(t, in, name, v);
	if (rc < 0 || v->type == TRIB_STR || v->type == TRIB_JSON || v->type == TRIB_NULL || v->type == TRIB_I64)
		return rc;
	return trib_fail(t, TRIB_CONFIG, "recategorise.bad_column: column '%s' is no text", name);
}

struct columns { struct trib_view text[TEXTS_MAX], label, source, ticket, opened, language; };

static int find(struct trib *t, const struct recategorise *r, const struct trib_batch *in, struct columns *c)
{
	const char *const *texts = r->text.items;
	if (r->text.count > TEXTS_MAX)
		return trib_fail(t, TRIB_CONFIG, "recategorise.bad_column: text has more than %d columns", TEXTS_MAX);
	for (size_t i = 0; i < r->text.count; i++)
		if (need_text(t, in, texts[i], &c->text[i]) < 0)
			return TRIB_CONFIG;
	c->source = (struct trib_view){ .type = TRIB_NULL };
	if (need_text(t, in, r->label, &c->label) < 0 || (!r->source && need_text(t, in, r->source_id, &c->source) < 0) ||
	    need_text(t, in, r->ticket_id, &c->ticket) < 0 || need(t, in, r->opened_at, &c->opened) < 0)
		return TRIB_CONFIG;
	const enum trib_type type = c->opened.type;
	if (type != TRIB_TIME && type != TRIB_DATE && type != TRIB_STR && type != TRIB_NULL)
		return trib_fail(t, TRIB_CONFIG, "recategorise.bad_column: column '%s' is neither time nor date", r->opened_at);
	const int language = trib_col(in, r->language);
	c->language = (struct trib_view){ .type = TRIB_NULL };
	if (language >= 0 && trib_view(in, language, &c->language) < 0)
		return TRIB_FATAL;
	if (c->language.type != TRIB_STR)
		c->language.type = TRIB_NULL;
	const struct shared *s = trib_shared(t);
	for (size_t i = 0; language < 0 && i < s->rules.count; i++)
		if (s->rules.rules[i].language_count)
			return trib_fail(t, TRIB_CONFIG, "recategorise.no_column: rule %s names languages, but there is no column \"%s\"",
			                 s->rules.rules[i].id, r->language);
	return TRIB_OK;
}

static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	const struct recategorise *r = self;
	struct columns c;
	const int rc = find(t, r, in, &c);
	if (rc < 0)
		return rc;
	if (!r->keep_text && drop_text(t, r, &outs[0]) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (r->source && trib_add(&outs[0], r->source_id, TRIB_STR) < 0)
		return trib_fail(t, TRIB_FATAL, "no memory");
	return trib_add(&outs[0], "text_hash", TRIB_STR) < 0 ? trib_fail(t, TRIB_FATAL, "no memory") : TRIB_OK;
}

/* ---- rows ---- */

/* A cell as text; numbers are written to room, which has 24 bytes. */
static struct trib_text cell(const struct trib_view *v, int64_t row, char *room)
{
	if (v->type != TRIB_I64)
		return trib_str(v, row);
	if (trib_null(v, row))
		return (struct trib_text){ NULL, 0 };
	return (struct trib_text){ room, (size_t)snprintf(room, 24, "%lld", (long long)((const int64_t *)v->values)[row]) };
}

static bool time_at(const struct trib_view *v, int64_t row, trib_time *out)
{
	if (trib_null(v, row))
		return false;
	if (v->type == TRIB_STR)
		return trib_time_parse(trib_str(v, row), NULL, out) == 0;
	out->us = v->type == TRIB_DATE ? ((const int32_t *)v->values)[row] * 86400000000LL : ((const int64_t *)v->values)[row];
	return true;
}

/* The first characters of a text, whole ones. */
static struct trib_text cut(struct trib_text v, int64_t characters)
{
	size_t i = 0;
	for (; i < v.n; i++)
		if (((unsigned char)v.p[i] & 0xc0) != 0x80 && characters-- == 0)
			break;
	return (struct trib_text){ v.p, i };
}

struct ticket { struct trib_text source, id, category; trib_time opened; };

static struct trib_text words(const char *s)
{
	return (struct trib_text){ s, strlen(s) };
}

static void put_key(struct trib_batch *b, const struct ticket *k, const struct shared *s)
{
	trib_put_str(b, 0, k->source);
	trib_put_str(b, 1, k->id);
	trib_put_str(b, 2, words(s->setup.taxonomy));
}

static void put_source(struct trib_batch *b, const struct ticket *k, const struct shared *s)
{
	put_key(b, k, s);
	trib_put_str(b, 3, k->category);
	trib_put_str(b, 4, words("source"));
	trib_put_i64(b, 9, k->opened.us);
	trib_rows(b, 1);
}

static void put_move(struct trib_batch *b, const struct ticket *k, const struct shared *s, const struct recat_choice *c, trib_time now)
{
	const struct recat_compiled *rule = &s->rules.rules[c->rule];
	put_key(b, k, s);
	trib_put_str(b, 3, words(s->rules.categories[rule->category]));
	trib_put_str(b, 4, words("rule"));
	trib_put_str(b, 5, words(rule->id));
	trib_put_str(b, 6, words(s->rules.version));
	trib_put_dec(b, 7, (trib_dec){ .lo = (uint64_t)rule->confidence });
	trib_put_str(b, 8, c->evidence);
	trib_put_i64(b, 9, now.us > k->opened.us ? now.us : k->opened.us + 1);   /* a correction follows what it corrects */
	trib_rows(b, 1);
}

static void put_review(struct trib_batch *b, const struct ticket *k, const struct shared *s, const struct recat_choice *c)
{
	const struct recat_compiled *rule = &s->rules.rules[c->rule];
	put_key(b, k, s);
	trib_put_str(b, 3, words(rule->id));
	trib_put_str(b, 4, words(s->rules.categories[rule->category]));
	trib_put_dec(b, 5, (trib_dec){ .lo = (uint64_t)rule->confidence });
	trib_put_str(b, 6, c->evidence);
	trib_put_str(b, 7, words("open"));
	trib_rows(b, 1);
}

static void put_hash(struct trib_batch *b, int col, const struct recat_text *text)
{
	if (!text->n) {
		trib_put_null(b, col);
		return;
	}
	static const char digits[] = "0123456789abcdef";
	XXH128_canonical_t h;
	char hex[2 * sizeof h.digest];
	XXH128_canonicalFromHash(&h, XXH3_128bits(text->p, text->n));
	for (size_t i = 0; i < sizeof h.digest; i++) {
		hex[2 * i] = digits[h.digest[i] >> 4];
		hex[2 * i + 1] = digits[h.digest[i] & 15];
	}
	trib_put_str(b, col, (struct trib_text){ hex, sizeof hex });
}

/* One ticket: r->plain becomes its text; rows go to the two tables. false: it is a dead letter, or no memory (*rc). */
static bool ticket(struct trib *t, struct recategorise *r, const struct columns *c, const struct trib_batch *in, int64_t row,
                   struct trib_batch *tables, int *rc)
{
	const struct shared *s = trib_shared(t);
	char room[3][24];
	struct ticket k = { .source = r->source ? words(r->source) : cell(&c->source, row, room[0]), .id = cell(&c->ticket, row, room[1]) };
	int32_t current;
	for (size_t i = 0; i < r->text.count; i++) {
		char number[24];
		if (!recat_text_put(&r->plain, cell(&c->text[i], row, number)))
			return *rc = trib_fail(t, TRIB_FATAL, "no memory"), false;
	}
	const struct trib_text label = cell(&c->label, row, room[2]);
	k.category = recat_label(&s->rules, label, &current);
	if (!k.source.p || !k.id.p)
		return trib_reject(t, in, row, "recategorise.no_key", "%s or %s is empty", r->source_id, r->ticket_id), false;
	if (!k.category.p)
		return trib_reject(t, in, row, "recategorise.unknown_label", "no category is given for label '%.*s'", (int)label.n, label.p ? label.p : ""), false;
	if (!time_at(&c->opened, row, &k.opened))
		return trib_reject(t, in, row, "recategorise.no_time", "%s is empty or no time", r->opened_at), false;
	if (recat_match(&s->rules.matcher, &r->scratch, &r->plain) < 0) {
		const struct recat_expr *x = &s->rules.exprs[r->scratch.failed];
		return trib_reject(t, in, row, "recategorise.too_hard", "rule %s: '%s' takes too many steps on this text", s->rules.rules[x->rule].id, x->text), false;
	}

	struct recat_choice choice = recat_decide(&s->rules, &s->setup, &r->votes, current, trib_str(&c->language, row), r->scratch.hits,
	                                          r->scratch.count, r->plain.p);
	choice.evidence = r->evidence ? cut(choice.evidence, r->evidence) : (struct trib_text){ NULL, 0 };
	put_source(&tables[0], &k, s);
	trib_count(t, CATEGORY, TRIB_CREATED, 1 + (choice.what == RECAT_MOVE));
	trib_count(t, REVIEW, TRIB_CREATED, choice.what == RECAT_REVIEW);
	if (choice.what == RECAT_MOVE)
		put_move(&tables[0], &k, s, &choice, trib_started(t));
	else if (choice.what == RECAT_REVIEW)
		put_review(&tables[1], &k, s, &choice);
	return true;
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct recategorise *r = self;
	struct columns c;
	struct trib_batch tables[2] = { 0 };
	int rc = find(t, r, in, &c);
	if (rc < 0)
		return rc;
	if (trib_start(t, CATEGORY, &tables[0]) < 0 || trib_start(t, REVIEW, &tables[1]) < 0)
		rc = trib_fail(t, TRIB_FATAL, "no memory");
	if (r->source)
		trib_constant(in, r->source_id, words(r->source));
	const int hash = trib_add(in, "text_hash", TRIB_STR);
	for (int64_t i = 0; rc >= 0 && i < in->array.length; i++) {
		recat_text_clear(&r->plain);
		ticket(t, r, &c, in, i, tables, &rc);
		put_hash(in, hash, &r->plain);
	}
	if (rc >= 0 && !r->keep_text && drop_text(t, r, in) < 0)
		rc = trib_fail(t, TRIB_FATAL, "no memory");
	if (rc >= 0)
		rc = trib_emit(t, CATEGORY, &tables[0]);
	if (rc >= 0)
		rc = trib_emit(t, REVIEW, &tables[1]);
	trib_free(&tables[0]);                    /* empty where it was emitted */
	trib_free(&tables[1]);
	return rc < 0 ? rc : trib_emit(t, 0, in);
}

TRIB_PLUGIN(recategorise, .help = "Moves tickets that are filed under the wrong category, by rules, with the evidence.",
            .self_size = sizeof(struct recategorise), .shared_size = sizeof(struct shared), .options = options, .outputs = outputs,
            .scope = TRIB_PER_ROW, .share = share, .unshare = unshare, .open = open_instance, .close = close_instance, .bind = bind,
            .apply = apply);
