/* conform_sink - rows, position and books are one commit: of a broken load nothing is there, a repeated one changes nothing, and
 * values come back as they went in, where the sink can be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "config/load.h"
#include "run/side.h"
#include "test/conform.h"
#include "test/rows.h"

enum { MADE = 120, MANY = 20000 };

/* The edges of every type. */
static const char edges[] =
	"columns: { id: int64, i: int64, d: { type: decimal, scale: 9 }, s: text, ts: time, day: date, b: bool }\n"
	"rows:\n"
	"- { id: 1, i: 9223372036854775807, d: 99999999999999999999999999999.999999999, s: \"\\U0001F600 \\\"q\\\", 'x';\\r\\nline\", ts: 1969-12-31T23:59:59.999999Z, day: 1899-12-31, b: true }\n"
	"- { id: 2, i: -9223372036854775808, d: -99999999999999999999999999999.999999999, s: \"\", ts: 2025-06-30T12:34:56.123456Z, day: 1969-07-20, b: false }\n"
	"- { id: 3, i: null, d: null, s: null, ts: null, day: null, b: null }\n"
	"- { id: 4, i: 0, d: 0.000000001, s: tilde, ts: 2025-06-30T00:00:00Z, day: 2000-02-29, b: true }\n";

/* Rows of the main table, as the sink answers them. -1: it cannot be asked. */
static int64_t stored(struct tribx_conform *k, struct trib_batch *b)
{
	struct tribx_pipeline p;
	struct tribx_findings f = { 0 };
	struct tribx_error e = { 0 };
	struct tribx_look *l = calloc(1, sizeof *l);
	int rc = l && tribx_around_pipeline(k, &(struct tribx_around){ .make = 1 }, &p) ? tribx_look_open(l, &p, false, &f, &e) : TRIB_FATAL;
	if (rc >= 0)
		rc = tribx_look_rows(l, "rows", b, &e);
	const bool asked = rc >= 0;
	if (l)
		tribx_look_done(l);
	free(l);
	tribx_findings_done(&f);
	return asked ? b->array.length : -1;
}

static bool holds(struct tribx_conform *k, const char *when, int64_t want)
{
	struct trib_batch b = { 0 };
	const int64_t got = stored(k, &b);
	trib_free(&b);
	if (got >= 0 && got != want)
		tribx_blame(k, "%s: %lld rows are there, not %lld", when, (long long)got, (long long)want);
	return got < 0 || got == want;
}

static bool readable(struct tribx_conform *k)
{
	struct trib_batch b = { 0 };
	const bool is = k->p->recall && tribx_around_good(k, &(struct tribx_around){ .make = 1 }) && stored(k, &b) >= 0;
	trib_free(&b);
	return is;
}

static void writes(struct tribx_conform *k)
{
	if (tribx_around_good(k, &(struct tribx_around){ .make = MADE, .batch = 7 }))
		holds(k, "after a load", MADE);
}

static void empty(struct tribx_conform *k)
{
	const struct tribx_conf none = { .kind = TRIBX_LIST };
	if (tribx_around_good(k, &(struct tribx_around){ .rows = &none }))
		holds(k, "after an empty load", 0);
}

static void one_row(struct tribx_conform *k)
{
	if (tribx_around_good(k, &(struct tribx_around){ .make = 1 }))
		holds(k, "after one row", 1);
}

static void repeats(struct tribx_conform *k)
{
	const struct tribx_around how = { .make = MADE };
	if (tribx_around_good(k, &how) && tribx_around_good(k, &how))
		holds(k, "after a second run of the same", MADE);
}

static void delivered_again(struct tribx_conform *k)
{
	if (!(k->p->modes & 1u << TRIB_MERGE)) {
		tribx_waive(k, "it offers no mode: merge, so rows have no key to be known by");
		return;
	}
	if (tribx_around_good(k, &(struct tribx_around){ .make = MADE, .mode = "merge" }) &&
	    tribx_around_good(k, &(struct tribx_around){ .make = MADE, .mode = "merge", .full_refresh = true }))
		holds(k, "merged twice", MADE);
}

static void broken(struct tribx_conform *k)
{
	struct tribx_report *r = calloc(1, sizeof *r);
	if (r && tribx_around_run(k, &(struct tribx_around){ .make = MADE, .batch = 7, .fail_at = 60 }, r) >= 0)
		tribx_blame(k, "the source broke and the run went well");
	else if (r && strcmp(r->error.code, "test.broke") != 0 && !k->why.n)
		tribx_blame(k, "error[%s]: %s", r->error.code, r->error.text);
	free(r);
	if (!k->why.n && k->p->claim)
		holds(k, "after a broken load", 0);
	if (!k->why.n && tribx_around_good(k, &(struct tribx_around){ .make = MADE, .batch = 7 }) && k->p->claim)
		holds(k, "and one that went well", MADE);
}

static int again(struct tribx_side *s, const char *load_id)
{
	struct trib *t = s->t;
	struct trib_load load = s->load;
	load.load_id = load_id;
	tribx_call_start(t);
	const int rc = t->p->begin ? t->p->begin(t, t->self, &load) : TRIB_END;
	if (rc == TRIB_OK && t->p->abort)
		t->p->abort(t, t->self);
	tribx_call_end(t);
	return rc;
}

/* A lost answer to a commit is learned by beginning the same load again. */
static void answers(struct tribx_conform *k)
{
	struct tribx_pipeline p;
	struct tribx_findings f = { 0 };
	struct trib_batch states = { 0 };
	struct tribx_report *r = calloc(1, sizeof *r);
	struct tribx_flow *flow = calloc(1, sizeof *flow);
	struct tribx_side *s = calloc(1, sizeof *s);
	if (!k->p->claim) {
		tribx_waive(k, "it keeps no position (no claim): it delivers at least once");
		return;
	}
	char last[64] = "";
	if (r && tribx_around_run(k, &(struct tribx_around){ .make = MADE }, r) >= 0)
		snprintf(last, sizeof last, "%s", r->last_load);
	if (!*last)
		tribx_blame(k, "the run fails: error[%s]: %s", r ? r->error.code : "", r ? r->error.text : "no memory");
	else if (flow && s && tribx_around_pipeline(k, &(struct tribx_around){ .make = MADE }, &p) && tribx_flow_build(flow, &p, &f)) {
		if (tribx_side_open(s, flow, r, &states, false) < 0)
			tribx_blame(k, "claim: error[%s]: %s", s->error.code, s->error.text);
		else {
			if (trib_cols(&states) < 2 || states.array.length < 1)
				tribx_blame(k, "claim answers no states after a commit");
			if (s->load.epoch < 2)
				tribx_blame(k, "claim answers the epoch %lld to the second run: it has to grow", (long long)s->load.epoch);
			if (again(s, last) != TRIB_END && again(s, last) != TRIB_END)   /* asked as after a lost answer */
				tribx_blame(k, "begin of a load that is committed answers no TRIB_END");
		}
		tribx_side_done(s);
		tribx_flow_done(flow);
	}
	trib_free(&states);
	tribx_findings_done(&f);
	free(r);
	free(flow);
	free(s);
}

static void types(struct tribx_conform *k)
{
	struct tribx_findings f = { 0 };
	struct trib_batch b = { 0 };
	struct tribx_sheet want, got;
	struct tribx_buf diff = { 0 };
	const struct tribx_conf *c = tribx_yaml(edges, "edges", k->a, &f), *rows = tribx_conf_get(c, "rows"), *columns = tribx_conf_get(c, "columns");
	static const struct trib_field kinds[] = {
		{ .name = "id", .type = TRIB_I64 }, { .name = "i", .type = TRIB_I64 }, { .name = "d", .type = TRIB_DEC }, { .name = "s", .type = TRIB_STR },
		{ .name = "ts", .type = TRIB_TIME }, { .name = "day", .type = TRIB_DATE }, { .name = "b", .type = TRIB_BOOL }, { 0 }
	};
	static const char *const key[] = { "id" };
	if (!tribx_around_good(k, &(struct tribx_around){ .rows = rows, .columns = columns }))
		return;
	if (stored(k, &b) < 0)
		tribx_waive(k, "it cannot be asked for rows (no recall): look at what it writes in a test of its own");
	else if (tribx_sheet_of_conf(&want, rows, false, k->a, &f) && tribx_sheet_of_batch(&got, &b, &want, kinds, k->a) &&
	         !tribx_sheets_equal("rows", &want, &got, &(struct tribx_comparing){ key, 1, false }, &diff, k->a))
		tribx_blame(k, "%s", diff.p ? diff.p : "no memory");
	tribx_buf_done(&diff);
	trib_free(&b);
	tribx_findings_done(&f);
}

static void memory(struct tribx_conform *k)
{
	struct rusage few, many;
	if (!tribx_around_good(k, &(struct tribx_around){ .make = MANY }) || getrusage(RUSAGE_SELF, &few) < 0)
		return;
	if (tribx_around_good(k, &(struct tribx_around){ .make = MANY * 4, .full_refresh = true }) && getrusage(RUSAGE_SELF, &many) == 0 &&
	    many.ru_maxrss > few.ru_maxrss + few.ru_maxrss / 2 + 8192)
		tribx_blame(k, "%d rows take %ld KiB, four times as many %ld KiB", MANY, few.ru_maxrss, many.ru_maxrss);
}

static void can_be_read(struct tribx_conform *k)
{
	if (!readable(k) && !k->why.n)
		tribx_waive(k, "it cannot be asked for rows (no recall): that rows arrive is not checked here");
}

const struct tribx_check_of tribx_checks_sink[] = {
	{ "can_be_read", TRIBX_IS_SINK, can_be_read }, { "writes", TRIBX_IS_SINK, writes }, { "an_empty_load", TRIBX_IS_SINK, empty }, { "one_row", TRIBX_IS_SINK, one_row },
	{ "all_types", TRIBX_IS_SINK, types }, { "the_same_again", TRIBX_IS_SINK, repeats }, { "delivered_again", TRIBX_IS_SINK, delivered_again },
	{ "a_broken_load", TRIBX_IS_SINK, broken }, { "answers_for_its_commits", TRIBX_IS_SINK, answers }, { "flat_memory", TRIBX_IS_SINK, memory }, { 0 }
};
