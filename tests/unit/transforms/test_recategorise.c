/* recategorise below the plugin: normal form, rules, matching by both engines, decisions. Spans are read off the texts by
 * hand, compositions are those of Unicode's own normalisation (Python's unicodedata gave them). */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wctype.h>
#include "../../../transforms/recategorise/recategorise.h"

#define LIST(...) { (const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *) }
#define SURE(percent) { .lo = (percent) * 10000000ULL }
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct trib_text text(const char *s)
{
	return (struct trib_text){ s, s ? strlen(s) : 0 };
}

/* ---- text ---- */

Test(recat_text, one_form)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "plain text", "plain text" },
		{ "  two  spaces\tand a tab ", "two spaces and a tab" },
		{ "line\r\nbreak", "line break" },
		{ "caf\x65\xcc\x81", "caf\xc3\xa9" },                        /* e + acute */
		{ "vi\xe1\xbb\x87t = vi\x65\xcc\xa3\xcc\x82t", "vi\xe1\xbb\x87t = vi\xe1\xbb\x87t" },
		{ "\xd0\xb8\xcc\x86", "\xd0\xb9" },                          /* Cyrillic short i */
		{ "don\xe2\x80\x99t \xe2\x80\x9equote\xe2\x80\x9c", "don't \"quote\"" },
		{ "a\xc2\xa0" "b\xe2\x80\x89" "c", "a b c" },
		{ "zero\xe2\x80\x8bwidth soft\xc2\xadhyphen", "zerowidth softhyphen" },
		{ "5 \xe2\x84\xaa", "5 K" },                                 /* Kelvin sign */
		{ "e\xe2\x80\x93mail", "e-mail" },
		{ "bad \xff\xc0\x80 bytes", "bad bytes" },
		{ "cut \xe2\x82", "cut" },
		{ "surrogate \xed\xa0\x80 end", "surrogate end" },
		{ "emoji \xf0\x9f\x98\x80 stays", "emoji \xf0\x9f\x98\x80 stays" },
		{ "", "" },
		{ " \n\t ", "" },
		{ "0123456789abcde  x", "0123456789abcde x" },
		{ "0123456789abcdef  y", "0123456789abcdef y" },
		{ "Case Stays AS it Is, really: yes 100%", "Case Stays AS it Is, really: yes 100%" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct recat_text t = { 0 };
		cr_assert(recat_text_put(&t, text(rows[i].in)));
		cr_expect(t.n == strlen(rows[i].out) && memcmp(t.p, rows[i].out, t.n) == 0, "row %zu: '%.*s'", i, (int)t.n, t.p);
		recat_text_done(&t);
	}
}

Test(recat_text, marked_lines_are_dropped)
{
	static const struct { const char *in, *out; } rows[] = {
		{ "It fails again\n> I want to complain\n> about all of it\nthanks", "It fails again thanks" },
		{ "Hello\n-- \nJohn Doe\nComplaints department", "Hello" },
		{ "Hello\n--\nJohn", "Hello" },
		{ "Hello\n---\nmore", "Hello --- more" },
		{ "Yes\nOn Tue, 7 Jan 2025 at 10:11, A <a@example.org> wrote:\nold words", "Yes" },
		{ "On time it was.\nI wrote: no\nmore", "On time it was. I wrote: no more" },
		{ "Ja\r\nAm 07.01.2025 um 10:11 schrieb B:\r\nalt", "Ja" },
		{ "New\n-----Original Message-----\nFrom: x", "New" },
		{ "Help\nSent from my phone\nplease", "Help please" },
		{ "> one line only is no reply", "> one line only is no reply" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct recat_text t = { 0 };
		cr_assert(recat_text_put(&t, text(rows[i].in)));
		cr_expect(t.n == strlen(rows[i].out) && memcmp(t.p, rows[i].out, t.n) == 0, "row %zu: '%.*s'", i, (int)t.n, t.p);
		recat_text_done(&t);
	}
}

Test(recat_text, columns_are_apart_and_never_longer)
{
	struct recat_text t = { 0 };
	cr_assert(recat_text_put(&t, text("subject")) && recat_text_put(&t, text(NULL)) && recat_text_put(&t, text("body text")));
	cr_expect(t.n == strlen("subject\n\nbody text") && memcmp(t.p, "subject\n\nbody text", t.n) == 0);
	recat_text_done(&t);
	uint32_t seed = 7;
	for (int k = 0; k < 3000; k++) {              /* any bytes: result is no longer, and a second pass changes nothing */
		char in[64];
		size_t n = k % 64;
		for (size_t i = 0; i < n; i++)
			in[i] = (char)((seed = seed * 1664525 + 1013904223) >> (k % 3 ? 24 : 25));
		struct recat_text a = { 0 }, b = { 0 };
		cr_assert(recat_text_put(&a, (struct trib_text){ in, n }) && a.n <= n);
		if (!a.n || memchr(a.p, '\n', a.n) || memchr(in, '\n', n)) {
			recat_text_done(&a);
			continue;
		}
		cr_assert(recat_text_put(&b, (struct trib_text){ a.p, a.n }));
		cr_expect(a.n == b.n && memcmp(a.p, b.p, a.n) == 0);
		recat_text_done(&a);
		recat_text_done(&b);
	}
}

/* ---- matching ---- */

static const char *no_name(const void *arg, uint32_t rule)
{
	(void)arg, (void)rule;
	return "r";
}

static const enum recat_engine engines[] = { RECAT_PCRE2, RECAT_HYPERSCAN };

/* The hits of exprs in one text as "expr:from-to ...". */
static void hits(char *to, size_t room, enum recat_engine engine, const struct recat_expr *exprs, size_t count, const char *s)
{
	struct recat_matcher m;
	struct recat_scratch scratch;
	struct recat_error e = { "" };
	struct recat_text t = { 0 };
	cr_assert_eq(recat_matcher_new(&m, exprs, count, engine, no_name, NULL, &e), 0, "%s", e.text);
	cr_assert_eq(recat_scratch_new(&scratch, &m), 0);
	cr_assert(recat_text_put(&t, text(s)));
	cr_assert_eq(recat_match(&m, &scratch, &t), 0);
	size_t n = 0;
	*to = '\0';
	for (size_t i = 0; i < scratch.count; i++)
		n += (size_t)snprintf(to + n, room - n, "%s%u:%u-%u", i ? " " : "", scratch.hits[i].expr, scratch.hits[i].from, scratch.hits[i].to);
	recat_text_done(&t);
	recat_scratch_done(&scratch);
	recat_matcher_done(&m);
}

Test(recat_match, words_and_patterns_with_both_engines)
{
	static const struct recat_expr exprs[] = {
		{ .text = "card", .phrase = true }, { .text = "reset my password", .phrase = true }, { .text = "c++", .phrase = true },
		{ .text = "\xc3\xbc" "bel", .phrase = true }, { .text = "a.b", .phrase = true }, { .text = "k\xc3\xb6nnen", .phrase = true },
		{ .text = "\\bhow (do|can) (i|we)\\b" }, { .text = "^refund" }, { .text = "\\d{2,} (eur|usd)$" }, { .text = "(?<!not )happy" },
		{ .text = "(\\w)\\1\\1" }, { .text = "\\p{Greek}+" }, { .text = "\xe1\x8e\xa0x", .phrase = true },
	};
	static const struct { const char *in, *want; } rows[] = {
		{ "my card", "0:3-7" }, { "CARD!", "0:0-4" }, { "discard", "" }, { "discard the card", "0:12-16" }, { "cards", "" }, { "card_1", "" },
		{ "e-card", "0:2-6" }, { "\xc3\xa9" "card", "" }, { "card\xc3\xa9 card", "0:7-11" }, { "\xe2\x82\xac" "card", "0:3-7" },
		{ "please Reset  my\nPassword now", "1:7-24" }, { "reset my passwords", "" }, { "I use c++ and C++x", "2:6-9" }, { "xc++ no", "" },
		{ "\xc3\x9c" "BEL!", "3:0-5" }, { "Gr\xc3\xbc" "bel", "" }, { "u\xcc\x88" "bel", "3:0-5" }, { "axb a.b", "4:4-7" }, { "K\xc3\x96NNEN wir", "5:0-7" },
		{ "How can I do it", "6:0-9" }, { "show can I", "" }, { "Refund me", "7:0-6" }, { "a refund", "" }, { "pay 10 EUR", "8:4-10" }, { "10 eur now", "" },
		{ "not happy", "" }, { "very happy", "9:5-10" }, { "soooo", "10:1-4" }, { "\xce\xb1\xce\xb2", "11:0-4" }, { "\xea\xad\xb0X", "12:0-4" },
		{ "card \xf0\x9f\x98\x80 \xf0\x9e\xa4\x80", "0:0-4" },
	};
	for (size_t k = 0; k < COUNT(engines); k++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			char got[128];
			if (engines[k] == RECAT_HYPERSCAN && !recat_set_offered())
				continue;
			hits(got, sizeof got, engines[k], exprs, COUNT(exprs), rows[i].in);
			cr_expect_str_eq(got, rows[i].want, "engine %zu '%s': %s, not %s", k, rows[i].in, got, rows[i].want);
		}
}

/* Every letter that has another case, in a phrase and in a text; and words of every kind: both engines say the same. */
Test(recat_match, engines_agree_on_all_of_unicode)
{
	if (!recat_set_offered())
		cr_skip_test("this build has no Hyperscan");
	enum { MOST = 3000 };
	static struct recat_expr exprs[MOST];
	static char phrases[MOST][16], texts[MOST][16];
	locale_t c = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	cr_assert(c);
	locale_t old = uselocale(c);
	size_t n = 0;
	for (wint_t u = 0x80; u < 0x1f000 && n < MOST; u++) {
		if (towlower_l(u, c) == u)
			continue;
		snprintf(phrases[n], sizeof phrases[n], "q%lcq", u);
		snprintf(texts[n], sizeof texts[n], "q%lcq", (wint_t)towlower_l(u, c));
		exprs[n] = (struct recat_expr){ .text = phrases[n], .phrase = true };
		n++;
	}
	exprs[n] = (struct recat_expr){ .text = "\\bz\\w+\\b" };
	struct recat_matcher m[2];
	struct recat_scratch s[2];
	struct recat_error e;
	for (size_t k = 0; k < 2; k++) {
		cr_assert_eq(recat_matcher_new(&m[k], exprs, n + 1, engines[k], no_name, NULL, &e), 0);
		cr_assert_eq(recat_scratch_new(&s[k], &m[k]), 0);
	}
	size_t found = 0;
	for (wint_t u = 0x80, i = 0; u < 0x1f000; u++) {
		char word[32];
		if ((u >= 0xd800 && u < 0xe000) || (u >= 0x1100 && u % 7))    /* all of Latin, Greek, Cyrillic ...; a sample of the rest */
			snprintf(word, sizeof word, "%s", i < n ? texts[i] : "z");
		else
			snprintf(word, sizeof word, "%s z%lc z%lcx", i < n ? texts[i] : "", u, u);
		if (i >= n && strcmp(word, "z") == 0)
			continue;
		i += i < n;
		struct recat_text t = { 0 };
		recat_text_put(&t, text(word));
		recat_match(&m[0], &s[0], &t);
		recat_match(&m[1], &s[1], &t);
		found += s[0].count;
		cr_expect(s[0].count == s[1].count && memcmp(s[0].hits, s[1].hits, s[0].count * sizeof *s[0].hits) == 0, "U+%04X '%s'", (unsigned)u, word);
		recat_text_done(&t);
	}
	cr_expect(n > 1300 && found > 2 * n, "%zu letters, %zu hits", n, found);
	for (size_t k = 0; k < 2; k++) {
		recat_scratch_done(&s[k]);
		recat_matcher_done(&m[k]);
	}
	uselocale(old);
	freelocale(c);
}

/* ---- rules ---- */

static const char *const label_names[] = { "Complaint", "Sonstiges" };
static const char *const label_items[] = { "complaint", "other" };
static const trib_map labels = { label_names, label_items, 2 };
static const trib_map no_labels = { 0 };

static struct recat_setup setup(const struct recat_rule *rules, size_t count, const trib_map *map, enum recat_engine engine)
{
	return (struct recat_setup){
		.rules = rules, .rule_count = count, .labels = map, .taxonomy = "v1", .threshold = 900000000, .review_threshold = 500000000, .engine = engine,
	};
}

Test(recat_rules, faults_name_the_rule_and_the_place)
{
	const struct { struct recat_rule rule; const char *want; } rows[] = {
		{ { "a", "how_to", .phrases = LIST("x"), .confidence = SURE(0), .enabled = true }, "rule a: confidence is above 0 and at most 1" },
		{ { "a", "how_to", .phrases = LIST("x"), .confidence = SURE(101), .enabled = true }, "rule a: confidence is above 0 and at most 1" },
		{ { "b", "how_to", .confidence = SURE(90), .enabled = true }, "rule b: needs phrases or patterns" },
		{ { "c", "how_to", .phrases = LIST("ok", " \t"), .confidence = SURE(90), .enabled = true }, "rule c: phrase 2 is empty" },
		{ { "d", "how_to", .patterns = LIST("fine", "how (do|can"), .confidence = SURE(90), .enabled = true },
		  "rule d: pattern 2, character 12 of 'how (do|can': missing closing parenthesis" },
		{ { "e", "how_to", .patterns = LIST("x*"), .confidence = SURE(90), .enabled = true }, "rule e: pattern 1, 'x*', matches the empty text" },
		{ { "f", "how_to", .from = LIST("complain"), .phrases = LIST("x"), .confidence = SURE(90), .enabled = true },
		  "rule f: from names 'complain', which no label and no rule gives" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct recat_rules r;
		struct recat_error e = { "" };
		const struct recat_setup s = setup(&rows[i].rule, 1, &labels, RECAT_AUTO);
		cr_expect_eq(recat_rules_new(&r, &s, &e), -1);
		cr_expect_str_eq(e.text, rows[i].want, "%s", e.text);
		recat_rules_done(&r);
	}
	const struct recat_rule twice[] = {
		{ "a", "how_to", .phrases = LIST("x"), .confidence = SURE(90), .enabled = true },
		{ "a", "other", .phrases = LIST("y"), .confidence = SURE(90), .enabled = true },
	};
	struct recat_rules r;
	struct recat_error e = { "" };
	const struct recat_setup s = setup(twice, 2, &labels, RECAT_AUTO);
	cr_expect_eq(recat_rules_new(&r, &s, &e), -1);
	cr_expect_str_eq(e.text, "rule a: the id is there twice");
	recat_rules_done(&r);
}

Test(recat_rules, labels)
{
	static const struct { const char *in, *with, *without; } rows[] = {
		{ "Complaint", "complaint", "Complaint" }, { " COMPLAINT ", "complaint", "COMPLAINT" }, { "sonstiges", "other", "sonstiges" },
		{ "Praise", NULL, "Praise" }, { "", NULL, NULL }, { NULL, NULL, NULL }, { "complaint", "complaint", "complaint" },
	};
	const struct recat_rule rule = { "a", "complaint", .phrases = LIST("x"), .confidence = SURE(90), .enabled = true };
	for (int with = 0; with < 2; with++) {
		struct recat_rules r;
		struct recat_error e = { "" };
		const struct recat_setup s = setup(&rule, 1, with ? &labels : &no_labels, RECAT_AUTO);
		cr_assert_eq(recat_rules_new(&r, &s, &e), 0, "%s", e.text);
		for (size_t i = 0; i < COUNT(rows); i++) {
			int32_t number;
			const struct trib_text got = recat_label(&r, text(rows[i].in), &number);
			const char *want = with ? rows[i].with : rows[i].without;
			cr_expect(want ? got.n == strlen(want) && memcmp(got.p, want, got.n) == 0 : !got.p, "row %zu", i);
			cr_expect_eq(number >= 0, want && (strcmp(want, "complaint") == 0 || strcmp(want, "other") == 0), "row %zu", i);
		}
		recat_rules_done(&r);
	}
}

Test(recat_rules, version_changes_with_everything_that_decides)
{
	struct recat_rule base = { "a", "how_to", .from = LIST("other"), .phrases = LIST("x", "y"), .confidence = SURE(90), .enabled = true };
	struct recat_rule rows[8];
	for (size_t i = 0; i < COUNT(rows); i++)
		rows[i] = base;
	rows[1].id = "b";
	rows[2].category = "other";
	rows[3].confidence.lo++;
	rows[4].not = (trib_list)LIST("z");
	rows[5].patterns = (trib_list)LIST("z");
	rows[6].phrases = (trib_list)LIST("xy");
	rows[7].from = (trib_list){ 0 };
	char versions[COUNT(rows)][17];
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int again = 0; again < 2; again++) {
			struct recat_rules r;
			struct recat_error e;
			const struct recat_setup s = setup(&rows[i], 1, &labels, again ? RECAT_PCRE2 : RECAT_AUTO);
			cr_assert_eq(recat_rules_new(&r, &s, &e), 0);
			if (again)
				cr_expect_str_eq(versions[i], r.version, "the engine does not decide");
			strcpy(versions[i], r.version);
			recat_rules_done(&r);
		}
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t k = 0; k < i; k++)
			cr_expect(strcmp(versions[i], versions[k]) != 0, "%zu %zu", i, k);
}

/* ---- decisions ---- */

static const struct recat_rule rules[] = {
	{ "how", "how_to", .from = LIST("complaint"), .phrases = LIST("how do i", "where do i find"), .not = LIST("ridiculous", "third time"),
	  .confidence = SURE(95), .enabled = true },
	{ "how_weak", "how_to", .from = LIST("complaint"), .phrases = LIST("question"), .confidence = SURE(60), .enabled = true },
	{ "bill", "billing_question", .from = LIST("complaint"), .phrases = LIST("invoice"), .confidence = SURE(90), .enabled = true },
	{ "angry", "complaint", .from = LIST("other"), .phrases = LIST("unacceptable"), .confidence = SURE(92), .enabled = true },
	{ "angry_weak", "complaint", .from = LIST("other"), .phrases = LIST("annoyed"), .confidence = SURE(61), .enabled = true },
	{ "low", "compliment", .phrases = LIST("nice"), .confidence = SURE(49), .enabled = true },
	{ "just_below", "compliment", .phrases = LIST("thanks"), .confidence = { .lo = 899999999 }, .enabled = true },
	{ "off", "spam", .phrases = LIST("casino"), .confidence = SURE(99), .enabled = false },
	{ "german", "how_to", .from = LIST("complaint"), .phrases = LIST("wie kann ich"), .confidence = SURE(95), .languages = LIST("de"), .enabled = true },
	{ "how_too", "how_to", .from = LIST("complaint"), .phrases = LIST("find"), .confidence = SURE(95), .enabled = true },
};

Test(recat_decide, edges)
{
	static const struct { const char *label, *lang, *in, *want; } rows[] = {
		{ "Complaint", NULL, "How do I change it?", "move how 'How do I'" },
		{ "Complaint", NULL, "hello", "keep" },
		{ "Sonstiges", NULL, "How do I change it?", "keep" },                              /* from does not allow it */
		{ "Complaint", NULL, "How do I end this ridiculous thing", "keep" },               /* vetoed */
		{ "Complaint", NULL, "How do I ... a question", "move how 'How do I'" },           /* agreeing rules: the surest */
		{ "Complaint", NULL, "a question", "review how_weak 'question'" },
		{ "Complaint", NULL, "ridiculous question", "review how_weak 'question'" },        /* a veto is its rule's alone */
		{ "Complaint", NULL, "my invoice", "move bill 'invoice'" },                        /* at the threshold */
		{ "Complaint", NULL, "How do I read my invoice", "review how 'How do I'" },        /* two categories are sure */
		{ "Complaint", NULL, "a question on my invoice", "move bill 'invoice'" },          /* the other one is not sure */
		{ "Complaint", NULL, "How do I cope, unacceptable", "review how 'How do I'" },     /* the ticket's own category is sure too */
		{ "Complaint", NULL, "How do I, annoyed", "move how 'How do I'" },
		{ "Complaint", NULL, "annoyed, a question", "keep" },                              /* it speaks more for staying */
		{ "Sonstiges", NULL, "unacceptable", "move angry 'unacceptable'" },
		{ "Sonstiges", NULL, "annoyed", "review angry_weak 'annoyed'" },
		{ "Sonstiges", NULL, "nice", "keep" },                                             /* below the review threshold */
		{ "Sonstiges", NULL, "thanks", "review just_below 'thanks'" },
		{ "Complaint", NULL, "casino", "keep" },
		{ "Complaint", "de-AT", "Wie kann ich es", "move german 'Wie kann ich'" },
		{ "Complaint", "DE", "Wie kann ich es", "move german 'Wie kann ich'" },
		{ "Complaint", "den", "Wie kann ich es", "keep" },
		{ "Complaint", NULL, "Wie kann ich es", "keep" },
		{ "Complaint", NULL, "Where do I find it", "move how 'Where do I find'" },         /* equal: the first in the file */
		{ "Complaint", NULL, "where do i find, how do i", "move how 'how do i'" },         /* evidence: the first phrase of the rule */
	};
	for (size_t k = 0; k < COUNT(engines); k++) {
		struct recat_rules r;
		struct recat_scratch scratch;
		struct recat_error e = { "" };
		if (engines[k] == RECAT_HYPERSCAN && !recat_set_offered())
			continue;
		const struct recat_setup s = setup(rules, COUNT(rules), &labels, engines[k]);
		cr_assert_eq(recat_rules_new(&r, &s, &e), 0, "%s", e.text);
		cr_assert_eq(recat_scratch_new(&scratch, &r.matcher), 0);
		struct recat_votes votes = { calloc(r.count + 1, sizeof(struct recat_vote)) };
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct recat_text t = { 0 };
			int32_t current;
			char got[128] = "keep";
			recat_text_put(&t, text(rows[i].in));
			recat_label(&r, text(rows[i].label), &current);
			cr_assert_eq(recat_match(&r.matcher, &scratch, &t), 0);
			const struct recat_choice c = recat_decide(&r, &s, &votes, current, text(rows[i].lang), scratch.hits, scratch.count, t.p);
			if (c.what != RECAT_KEEP)
				snprintf(got, sizeof got, "%s %s '%.*s'", c.what == RECAT_MOVE ? "move" : "review", r.rules[c.rule].id, (int)c.evidence.n, c.evidence.p);
			cr_expect_str_eq(got, rows[i].want, "engine %zu '%s': %s, not %s", k, rows[i].in, got, rows[i].want);
			for (size_t v = 0; v < r.count; v++)
				cr_assert(!votes.of[v].hit && !votes.of[v].veto);
			recat_text_done(&t);
		}
		free(votes.of);
		recat_scratch_done(&scratch);
		recat_rules_done(&r);
	}
}
