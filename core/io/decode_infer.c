/* decode_infer - how the numbers of a column are written, where nobody declared it: its first 10,000 rows tell, every
 * later cell must agree (a dead letter otherwise), and what decided is told (partner-model C.1).
 *
 * Law: nothing is guessed. Two readings that differ stop the file before its first row; a column that showed no mark yet
 * reads digits and a decimal point, and refuses what could mean two things. */
#include "io/decode.h"
#include "io/decode_total.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

bool tribx_infer_wanted(const struct tribx_layout *s)
{
	for (int i = 0; i < s->target_count; i++)
		if (s->targets[i].infer)
			return true;
	return false;
}

void tribx_infer_cells(struct tribx_guess *g, const struct tribx_layout *s, const struct tribx_cell *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		/* a number of JSON or of a sheet is written in one way always */
		bool told = cells[i].page < 0 || tribx_cell_null(s, &cells[i]);
		tribx_guess_cell(g, told ? (struct trib_text){ NULL, 0 } : (struct trib_text){ cells[i].p, cells[i].size });
	}
}

/* ---- a cell as a style reads it ---- */

static const char *reading(const struct trib_numbers *f, const char *cell, char to[TRIB_DEC_TEXT])
{
	trib_dec v;
	int scale;
	if (trib_number(f, tribx_text(cell), &v, &scale) != 0)
		return "none";
	to[trib_dec_text(v, scale, to)] = 0;
	return to;
}

static struct trib_numbers marks(int style, const struct trib_numbers *with)
{
	struct trib_numbers f = *with;
	f.decimal = tribx_style(style)->decimal;
	f.group = tribx_style(style)->group;
	f.indian = tribx_style(style)->indian;
	return f;
}

static const char *shown(const struct tribx_target *t, const char *text)
{
	return t->personal ? "***" : text;
}

bool tribx_two_readings(struct trib_text cell)
{
	trib_dec v, w;
	int a, b;
	return trib_number(tribx_style(0), cell, &v, &a) == 0 && trib_number(tribx_style(1), cell, &w, &b) == 0 &&
	       (a != b || trib_dec_cmp(v, w) != 0);
}

/* ---- what the votes say ---- */

static int ambiguous(const struct tribx_layout *s, const struct tribx_target *t, const struct tribx_guess *g, struct tribx_error *e)
{
	int a, b;
	const struct tribx_guess_cell *cell;
	char x[TRIB_DEC_TEXT], y[TRIB_DEC_TEXT];
	tribx_error_at(e, s->file, 0, 0, NULL);
	if (!tribx_guess_differ(g, &a, &b, &cell)) {
		tribx_error_hint(e, "write percent: true for the column if all of it are percents; the others are dead letters then");
		return tribx_fail(e, TRIB_CONFIG, "number.ambiguous_locale", "%s: column %s: some of its numbers have a percent sign and some have none", s->file, t->name);
	}
	const struct trib_numbers f = marks(a, &t->numbers), h = marks(b, &t->numbers);
	tribx_error_sample(e, tribx_text(shown(t, cell->text)));
	tribx_error_hint(e, "write locale: %s (%s) or locale: %s (%s) for the column", tribx_style_locales[a], tribx_style_samples[a], tribx_style_locales[b],
	                 tribx_style_samples[b]);
	return tribx_fail(e, TRIB_CONFIG, "number.ambiguous_locale", "%s: column %s can be read in two ways: \"%s\" in row %lld is %s as in %s, or %s as in %s", s->file,
	                  t->name, shown(t, cell->text), (long long)cell->row, shown(t, reading(&f, cell->text, x)), tribx_style_samples[a],
	                  shown(t, reading(&h, cell->text, y)), tribx_style_samples[b]);
}

static int mixed(const struct tribx_layout *s, const struct tribx_target *t, const struct tribx_guess *g, struct tribx_error *e)
{
	trib_dec v;
	int scale, before = 0, here = tribx_style_of(&(struct trib_numbers){ 0 }, tribx_text(g->against.text), &v, &scale);
	while (!(g->before >> before & 1))
		before++;
	tribx_error_at(e, s->file, 0, 0, NULL);
	tribx_error_sample(e, tribx_text(shown(t, g->against.text)));
	tribx_error_hint(e, "write locale: %s for the column; cells that are written otherwise become dead letters then", tribx_style_locales[before]);
	return tribx_fail(e, TRIB_CONFIG, "number.mixed_locale", "%s: column %s: its numbers are written in more than one way: \"%s\" in row %lld is none as in %s%s%s, \"%s\" in row %lld is",
	                  s->file, t->name, shown(t, g->against.text), (long long)g->against.row, tribx_style_samples[before], here < 0 ? "" : " but as in ",
	                  here < 0 ? "" : tribx_style_samples[here], g->decided.row ? shown(t, g->decided.text) : "the first", (long long)(g->decided.row ? g->decided.row : 1));
}

/* "in/kpi.csv: column revenue: numbers as in 1.234,56 (de): 10000 rows agree, "1.234,50" in row 3 decided" */
static void tell(const struct tribx_layout *s, const struct tribx_target *t, const struct tribx_guess *g, bool decided, struct tribx_findings *notes)
{
	char others[80] = "", text[400];
	int style = tribx_style_like(&t->numbers);
	for (int i = 0; decided && i < TRIBX_STYLES; i++)
		if (i != style && (g->votes.alive >> i & 1))
			snprintf(others + strlen(others), sizeof others - strlen(others), "%s%s", *others ? ", " : "; the same as in ", tribx_style_samples[i]);
	if (!decided)
		snprintf(text, sizeof text, "%s: column %s: no locale is declared, and no cell of the first %lld rows has a mark that tells", s->file, t->name, (long long)g->votes.cells);
	else if (g->decided.row)
		snprintf(text, sizeof text, "%s: column %s: numbers as in %s (locale: %s): %lld rows agree, \"%s\" in row %lld decided%s", s->file, t->name, tribx_style_samples[style],
		         tribx_style_locales[style], (long long)g->votes.cells, shown(t, g->decided.text), (long long)g->decided.row, others);
	else
		snprintf(text, sizeof text, "%s: column %s: numbers as in %s (locale: %s): %lld rows agree%s", s->file, t->name, tribx_style_samples[style], tribx_style_locales[style],
		         (long long)g->votes.cells, others);
	tribx_log(TRIBX_INFO, "%s", text);
	struct tribx_error *note = decided ? tribx_finding_new(notes) : NULL;   /* counts and ids need no word in every run */
	if (!note)
		return;
	tribx_fail(note, TRIB_OK, "number.inferred_locale", "%s", text);
	note->note = true;
	tribx_error_at(note, s->file, 0, 0, NULL);
}

static int conclude(const struct tribx_layout *s, struct tribx_target *t, const struct tribx_guess *g, struct tribx_findings *notes, struct tribx_error *e)
{
	bool decided;
	struct trib_numbers f;
	const int is = tribx_guess_end(g, &f, &decided);
	if (is == TRIB_AMBIGUOUS)
		return ambiguous(s, t, g, e);
	if (is != 0)
		return mixed(s, t, g, e);
	if (!decided)
		f.decimal = '.';
	t->numbers = f;
	t->undecided = !decided;
	if (decided || g->votes.cells >= TRIBX_INFER_ROWS)
		tell(s, t, g, decided, notes);
	return TRIB_OK;
}

int tribx_infer(struct tribx_layout *s, const struct tribx_chunk *first, struct tribx_findings *notes, struct tribx_error *e)
{
	struct tribx_error odd = { 0 };
	struct trib_batch none = { 0 };
	struct tribx_layout *look = malloc(sizeof *look);
	struct tribx_guess *guesses = calloc((size_t)s->target_count, sizeof *guesses);
	int rc = TRIB_OK;
	if (!look || !guesses)
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read %s", s->file);
	for (int i = 0; rc == TRIB_OK && i < s->target_count; i++)
		tribx_guess_start(&guesses[i], &s->targets[i].numbers);
	if (rc == TRIB_OK && first->to > first->from) {
		/* the same decoder over the same bytes; what is odd in them is said when they are decoded for good */
		struct tribx_chunk chunk = *first;
		memcpy(look, s, sizeof *look);
		look->guesses = guesses;
		chunk.layout = look;
		chunk.later.decode(&chunk.later, &none, &odd);
	}
	for (int i = 0; rc == TRIB_OK && i < s->target_count; i++)
		if (s->targets[i].infer)
			rc = conclude(s, &s->targets[i], &guesses[i], notes, e);
	tribx_totals_told(s);
	trib_free(&none);
	free(guesses);
	free(look);
	return rc;
}

/* ---- a later cell that does not agree ---- */

struct why { char *to; size_t size; const struct tribx_target *t; const char *sample, *shown; };      /* shown: the sample, or *** */

static const char *number_why(const struct why *w, bool json)
{
	char x[TRIB_DEC_TEXT];
	trib_dec v;
	const struct tribx_target *t = w->t;
	const struct trib_text cell = tribx_text(w->sample);
	int scale, own = tribx_style_like(&t->numbers), other;
	if (t->undecided && tribx_two_readings(cell)) {
		snprintf(w->to, w->size, "column %s: \"%s\" has two readings, and nothing before it told how this column writes numbers; declare its locale", t->name, w->shown);
		return "number.ambiguous_locale";
	}
	if (trib_number(&t->numbers, cell, &v, &scale) != TRIB_NOT_A_VALUE || (other = tribx_style_of(&t->numbers, cell, &v, &scale)) < 0)
		return NULL;
	const struct trib_numbers f = marks(other, &t->numbers);
	snprintf(w->to, w->size, "column %s: \"%s\" is no number as in %s, which %s; as in %s (%s) it would be %s", t->name, w->shown,
	         t->undecided || own < 0 ? "1234.56" : tribx_style_samples[own], t->infer ? "the first rows told" : "is declared", tribx_style_samples[other],
	         tribx_style_locales[other], w->shown == w->sample ? reading(&f, w->sample, x) : w->shown);
	return json ? "json.locale_mismatch" : "csv.locale_mismatch";
}

static const char *time_why(const struct why *w)
{
	static const struct { int is; const char *code, *text; } whys[] = {
		{ TRIBX_IN_GAP, "time.gap", "is a time that clocks skipped in the column's zone; dst_gap: shift moves it forward" },
		{ TRIBX_IN_FOLD, "time.fold", "is a time that clocks said twice in the column's zone; dst_fold: first or last takes one" },
		{ TRIBX_NO_ZONE, "time.no_zone", "has no offset, and the column has no zone; declare one, like zone: UTC" },
		{ TRIBX_TOO_FINE, "time.fraction", "has digits behind the microsecond; fraction: cut drops them" },
	};
	trib_time v;
	int is = tribx_moment(&w->t->clock, tribx_text(w->sample), &v);
	for (size_t i = 0; i < sizeof whys / sizeof *whys; i++)
		if (whys[i].is == is) {
			snprintf(w->to, w->size, "column %s: \"%s\" %s", w->t->name, w->shown, whys[i].text);
			return whys[i].code;
		}
	return NULL;
}

const char *tribx_cell_why(char *to, size_t size, const struct tribx_layout *s, const struct tribx_target *t, const char *sample, bool error, bool hidden)
{
	static const char *const kinds[] = { [TRIB_I64] = "whole number of 64 bits", [TRIB_F64] = "number", [TRIB_DEC] = "decimal", [TRIB_BOOL] = "yes or no",
		[TRIB_DATE] = "date", [TRIB_TIME] = "time" };
	const char *kind = (size_t)t->type < sizeof kinds / sizeof *kinds && kinds[t->type] ? kinds[t->type] : "value of its type", *code = NULL;
	const bool json = s->rows == TRIBX_JSONL;
	const struct why w = { to, size, t, sample, hidden || t->personal ? "***" : sample };
	if (error) {
		snprintf(to, size, "column %s: the cell holds %s", t->name, w.shown);
		return "csv.bad_value";
	}
	if (t->type == TRIB_I64 || t->type == TRIB_F64 || t->type == TRIB_DEC)
		code = number_why(&w, json);
	else if (t->type == TRIB_TIME)
		code = time_why(&w);
	if (code)
		return code;
	snprintf(to, size, "column %s: \"%s\" is no %s%s%s", t->name, w.shown, kind, t->format ? " like " : "", t->format ? t->format : "");
	return json ? "json.bad_value" : "csv.bad_value";
}
