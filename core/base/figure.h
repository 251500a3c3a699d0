/* figure - what steps measured or asked of their rows, on its way to the summary of the run.
 *
 * A run may have any number of parts: past LIMIT figures those that are as they should be are only counted. */
#ifndef TRIBX_FIGURE_H
#define TRIBX_FIGURE_H

#include <tributary.h>

struct tribx_figure {
	struct tribx_figure *next;
	char *step, *part;        /* part NULL: of the run */
	char *name, *wanted, *seen;   /* wanted NULL: only measured */
	int64_t rows, of;         /* of rows: so many that are not as wanted, of so many; of 0: seen says it */
	enum trib_verdict verdict;
};
struct tribx_figures { struct tribx_figure *head, **tail; int64_t count, left_out; bool failed; };   /* all zero is empty */
enum { TRIBX_FIGURES_MAX = 1000 };

/* Copies all texts. Figures about rows with the step, part and name of an earlier one are added to it. */
void tribx_figure_put(struct tribx_figures *l, const char *step, const char *part, const struct trib_figure *f);
/* Adds all of from; it becomes empty. part: of those that have none. */
void tribx_figures_move(struct tribx_figures *to, struct tribx_figures *from, const char *part);
void tribx_figures_done(struct tribx_figures *l);
extern const char *const tribx_verdict_names[];   /* by enum trib_verdict */

#endif
