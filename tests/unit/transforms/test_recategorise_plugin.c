/* recategorise as a plugin: options, columns, the three outputs, dead letters, books. */
#include <criterion/criterion.h>
#include <stdio.h>
#include "drive.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
extern const struct trib_plugin recategorise_LTX_trib_plugin;

#define RULES "'rules':[{'id':'how','category':'how_to','from':['complaint'],'phrases':['how do i'],'confidence':'0.95'}," \
	"{'id':'maybe','category':'how_to','from':['complaint'],'phrases':['a question'],'confidence':'0.6'}," \
	"{'id':'de','category':'how_to','languages':['de'],'phrases':['wie kann'],'confidence':'0.9','enabled':false}]"
#define LABELS "'labels':{'Complaint':'complaint','Other':'other'},"
#define HEAD "source_id|ticket_id|opened_at|source_label|body\n"

/* The version is a hash: it is cut out before outputs are compared. */
static const char *plain(struct drive *d, int output)
{
	static char to[4096];
	size_t n = 0;
	for (const char *p = drive_out(d, output); *p && n + 1 < sizeof to; p++) {
		if (p[0] == '|' && strspn(p + 1, "0123456789abcdef") == 16 && p[17] == '|')
			p += 17;
		to[n++] = *p;
	}
	to[n] = '\0';
	return to;
}

struct row { const char *options, *in, *tickets, *categories, *reviews, *dead, *error; };

static const struct row rows[] = {
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|1|2025-01-05T10:00:00Z|Complaint|How do I stop it\n",
	  NULL, "s|1|v1|complaint|source|~|~|~|~|2025-01-05T10:00:00Z\ns|1|v1|how_to|rule|how|0.95|How do I|", "", NULL, NULL },
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|2|2025-01-05T10:00:00Z|Complaint|just a question\n",
	  NULL, "s|2|v1|complaint|source|~|~|~|~|2025-01-05T10:00:00Z\n", "s|2|v1|maybe|how_to|0.6|a question|open\n", NULL, NULL },
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|3|2025-01-05T10:00:00Z|other|How do I\n",
	  NULL, "s|3|v1|other|source|~|~|~|~|2025-01-05T10:00:00Z\n", "", NULL, NULL },
	{ "{'text':['body'],'evidence':3," LABELS RULES "}", HEAD "s|4|2025-01-05|Complaint|just a question\n",
	  NULL, "|2025-01-05T00:00:00Z\n", "|a q|open\n", NULL, NULL },
	{ "{'text':['body'],'evidence':0," LABELS RULES "}", HEAD "s|5|2025-01-05|Complaint|just a question\n", NULL, NULL, "|0.6|~|open\n", NULL, NULL },
	{ "{'text':['body'],'threshold':0.6," LABELS RULES "}", HEAD "s|6|2025-01-05|Complaint|just a question\n", NULL, "|rule|maybe|0.6|a question|", "", NULL, NULL },
	{ "{'text':['body'],'review_threshold':0.7," LABELS RULES "}", HEAD "s|7|2025-01-05|Complaint|just a question\n", NULL, "|complaint|source|", "", NULL, NULL },
	{ "{'text':['body'],'source':'desk'," LABELS RULES "}", "ticket_id|opened_at|source_label|body\n8|2025-01-05|Complaint|x\n",
	  "8|2025-01-05|Complaint|desk|", "desk|8|v1|", "", NULL, NULL },
	{ "{'text':['body'],'keep_text':true," LABELS RULES "}", HEAD "s|9|2025-01-05|Complaint|x\n", "s|9|2025-01-05|Complaint|x|", NULL, "", NULL, NULL },
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|10|2025-01-05|Complaint|~\n", "s|10|2025-01-05|Complaint|~\n", NULL, "", NULL, NULL },
	{ "{'text':['body'],'engine':'pcre2'," LABELS RULES "}", HEAD "s|11|2025-01-05|Complaint|how  DO\ti\n", NULL, "|rule|how|0.95|how DO i|", "", NULL, NULL },
	{ "{'text':['subject','body'],'ticket_id':'id','opened_at':'at','label':'cat','taxonomy':'t2'," RULES "}",
	  "source_id|id:int64|at:date|cat|subject|body\ns|12|2025-01-05|complaint|how do i|\n",
	  NULL, "s|12|t2|how_to|rule|how|", "", NULL, NULL },
	/* exactly at the thresholds, to the ninth decimal; review_threshold may equal threshold */
	{ "{'text':['body'],'threshold':'0.123456789','review_threshold':'0.123456788'," LABELS "'rules':[{'id':'a','category':'how_to','phrases':['x'],'confidence':'0.123456789'},{'id':'b','category':'spam','phrases':['y'],'confidence':'0.123456788'},{'id':'c','category':'internal','phrases':['z'],'confidence':'0.123456787'}]}",
	  HEAD "s|1|2025-01-05|Complaint|x\ns|2|2025-01-05|Complaint|y\ns|3|2025-01-05|Complaint|z\n", NULL,
	  "s|1|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\ns|1|v1|how_to|rule|a|0.123456789|x|2025-02-01T00:00:00Z\ns|2|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\ns|3|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\n", "s|2|v1|b|spam|0.123456788|y|open\n", NULL, NULL },
	{ "{'text':['body'],'threshold':1,'review_threshold':1," LABELS "'rules':[{'id':'a','category':'how_to','phrases':['x'],'confidence':1},{'id':'b','category':'spam','phrases':['y'],'confidence':'0.999999999'}]}",
	  HEAD "s|1|2025-01-05|Complaint|x\ns|2|2025-01-05|Complaint|y\n", NULL, "s|1|v1|how_to|rule|a|1|x|", "", NULL, NULL },
	/* two rules of equal confidence: same category, the first in the file; two categories, a person; a veto leaves the other one */
	{ "{'text':['body']," LABELS "'rules':[{'id':'z','category':'how_to','phrases':['set up'],'confidence':'0.9'},{'id':'a','category':'how_to','phrases':['set up my phone'],'confidence':'0.9'}]}",
	  HEAD "s|1|2025-01-05|Complaint|please set up my phone\n", NULL, "s|1|v1|how_to|rule|z|0.9|set up|", "", NULL, NULL },
	{ "{'text':['body']," LABELS "'rules':[{'id':'z','category':'how_to','phrases':['set up'],'confidence':'0.9'},{'id':'a','category':'spam','phrases':['set up my phone'],'confidence':'0.9'}]}",
	  HEAD "s|1|2025-01-05|Complaint|please set up my phone\n", NULL, "s|1|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\n", "s|1|v1|z|how_to|0.9|set up|open\n", NULL, NULL },
	{ "{'text':['body']," LABELS "'rules':[{'id':'z','category':'how_to','phrases':['set up'],'not':['my phone'],'confidence':'0.9'},{'id':'a','category':'spam','phrases':['set up my phone'],'confidence':'0.9'}]}",
	  HEAD "s|1|2025-01-05|Complaint|please set up my phone\n", NULL, "s|1|v1|spam|rule|a|0.9|set up my phone|", "", NULL, NULL },
	/* overlapping phrases, in either order and as vetoes */
	{ "{'text':['body']," LABELS "'rules':[{'id':'a','category':'how_to','phrases':['b c d'],'confidence':'0.9'},{'id':'b','category':'how_to','phrases':['a b c'],'confidence':'0.95'}]}",
	  HEAD "s|1|2025-01-05|Complaint|a b c d\n", NULL, "|how_to|rule|b|0.95|a b c|", "", NULL, NULL },
	{ "{'text':['body']," LABELS "'rules':[{'id':'a','category':'how_to','phrases':['a a'],'confidence':'0.9'}]}", HEAD "s|1|2025-01-05|Complaint|aa a a a\n", NULL, "|how_to|rule|a|0.9|a a|", "", NULL, NULL },
	/* case beyond ASCII, in phrases, patterns and vetoes */
	{ "{'text':['body']," LABELS "'rules':[{'id':'a','category':'how_to','phrases':['ÜBER den straßennamen'],'confidence':'0.9'}]}", HEAD "s|1|2025-01-05|Complaint|über DEN STRAẞENNAMEN\n", NULL, "|how_to|rule|a|0.9|über DEN STRAẞENNAMEN|", "", NULL, NULL },
	{ "{'text':['body']," LABELS "'rules':[{'id':'a','category':'how_to','patterns':['^как (мне|нам)\\\\b'],'not':['ΟΔΟΣ'],'confidence':'0.9'}]}", HEAD "s|1|2025-01-05|Complaint|КАК МНЕ быть\ns|2|2025-01-05|Complaint|Как нам οδος\n", NULL,
	  "s|1|v1|how_to|rule|a|0.9|КАК МНЕ|2025-02-01T00:00:00Z\ns|2|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\n", "", NULL, NULL },
	/* anchors are the ends of a column, in every column */
	{ "{'text':['subject','body']," LABELS "'rules':[{'id':'a','category':'how_to','patterns':['^refund$'],'confidence':'0.9'}]}",
	  "source_id|ticket_id|opened_at|source_label|subject|body\ns|1|2025-01-05|Complaint|x|Refund\ns|2|2025-01-05|Complaint|refund|x\ns|3|2025-01-05|Complaint|refund me|a refund\ns|4|2025-01-05|Complaint|x|one refund two\n", NULL,
	  "s|1|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\ns|1|v1|how_to|rule|a|0.9|Refund|2025-02-01T00:00:00Z\ns|2|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\ns|2|v1|how_to|rule|a|0.9|refund|2025-02-01T00:00:00Z\n"
	  "s|3|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\ns|4|v1|complaint|source|~|~|~|~|2025-01-05T00:00:00Z\n", "", NULL, NULL },
	/* dead letters */
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|1|2025-01-05|Praise|x\ns|2|2025-01-05|Other|x\n",
	  "s|2|2025-01-05|Other|", "s|2|v1|other|", "", "recategorise.unknown_label: no category is given for label 'Praise'", NULL },
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|~|2025-01-05|Other|x\n", "", "", "", "recategorise.no_key: source_id or ticket_id is empty", NULL },
	{ "{'text':['body']," LABELS RULES "}", HEAD "s|1|soon|Other|x\n", "", "", "", "recategorise.no_time: opened_at is empty or no time", NULL },
	{ "{'text':['body'],'engine':'pcre2'," LABELS "'rules':[{'id':'hard','category':'x','patterns':['(a+)+$'],'confidence':1}]}",
	  HEAD "s|1|2025-01-05|Other|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n", "", "", "", "recategorise.too_hard: rule hard:", NULL },
	/* refused before the first row, or with the first columns */
	{ "{'text':['body']," LABELS "'rules':[{'id':'a','category':'x','patterns':['(a'],'confidence':1}]}", HEAD, NULL, NULL, NULL, NULL,
	  "recategorise.bad_rules: rule a: pattern 1, character 3 of '(a'" },
	{ "{'text':['body'],'review_threshold':0.95," LABELS RULES "}", HEAD, NULL, NULL, NULL, NULL, "recategorise.bad_thresholds" },
	{ "{'text':['text']," LABELS RULES "}", HEAD "s|1|2025-01-05|Other|x\n", NULL, NULL, NULL, NULL,
	  "recategorise.no_column: needs a column \"text\"; there are: source_id, ticket_id, opened_at, source_label, body" },
	{ "{'text':['body']," LABELS "'rules':[{'id':'a','category':'x','phrases':['b'],'languages':['de'],'confidence':1}]}",
	  HEAD "s|1|2025-01-05|Other|x\n", NULL, NULL, NULL, NULL, "recategorise.no_column: rule a names languages, but there is no column \"lang\"" },
};

Test(recategorise, rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct drive d;
		drive_open(&d, &recategorise_LTX_trib_plugin, r->options);
		const bool good = !d.error[0] && drive_rows(&d, r->in) >= 0;
		if (r->error) {
			cr_expect(strstr(d.error, r->error), "row %zu: error '%s'", i, d.error);
			drive_close(&d);
			continue;
		}
		cr_expect(good, "row %zu: error '%s'", i, d.error);
		const char *const want[] = { r->tickets, r->categories, r->reviews };
		for (int k = 0; good && k < 3; k++)
			if (want[k])
				cr_expect(want[k][0] ? strstr(plain(&d, k), want[k]) != NULL : !plain(&d, k)[0], "row %zu, output %d:\n%s", i, k, plain(&d, k));
		cr_expect(r->dead ? strstr(drive_dead(&d), r->dead) != NULL : !drive_dead(&d)[0], "row %zu: dead\n%s", i, drive_dead(&d));
		cr_expect(drive_balanced(&d), "row %zu: books", i);
		drive_close(&d);
	}
}
