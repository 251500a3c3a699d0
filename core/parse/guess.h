/* guess - inside of guessing how a column writes its numbers: votes with the evidence for people (value.h has the votes). */
#ifndef TRIBX_GUESS_H
#define TRIBX_GUESS_H

#include <tributary/value.h>

enum { TRIBX_STYLES = 5, TRIBX_STYLE_PAIRS = TRIBX_STYLES * (TRIBX_STYLES - 1) / 2, TRIBX_GUESS_SHOWN = 40 };

struct tribx_guess_cell { int64_t row; char text[TRIBX_GUESS_SHOWN]; };        /* row from 1; 0: none */

struct tribx_guess {
	struct trib_guess votes;
	struct trib_numbers with;                /* what is declared besides the marks: scientific, currency, percent, dash_is_zero */
	struct tribx_guess_cell decided;         /* the last cell that ruled a style out */
	struct tribx_guess_cell against;         /* the cell that no style reads which read all before it */
	struct tribx_guess_cell differs[TRIBX_STYLE_PAIRS];      /* the first cell that two styles read as two values */
	uint32_t before;                         /* styles that were alive before `against` */
};

void tribx_guess_start(struct tribx_guess *g, const struct trib_numbers *with);
void tribx_guess_cell(struct tribx_guess *g, struct trib_text cell);
/* As trib_guess_end; *decided: false if no mark was seen, so that out is plain digits. */
int tribx_guess_end(const struct tribx_guess *g, struct trib_numbers *out, bool *decided);
/* The survivors that differ, by a cell: false if there are none. */
bool tribx_guess_differ(const struct tribx_guess *g, int *one, int *other, const struct tribx_guess_cell **cell);

extern const char *const tribx_style_locales[TRIBX_STYLES];      /* "de": what a user would write */
extern const char *const tribx_style_samples[TRIBX_STYLES];      /* "1.234,56" */
const struct trib_numbers *tribx_style(int i);
/* The style that reads a cell which `not` does not read; negative: none. */
int tribx_style_of(const struct trib_numbers *not, struct trib_text cell, trib_dec *out, int *scale);
int tribx_style_like(const struct trib_numbers *f);              /* negative: no style has these marks */

#endif
