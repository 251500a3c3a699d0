/* figure - see figure.h. */
#include "base/figure.h"

#include <stdlib.h>
#include <string.h>

const char *const tribx_verdict_names[] = { "measured", "passed", "warned", "failed" };

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void drop(struct tribx_figure *f)
{
	free(f->step);
	free(f->part);
	free(f->name);
	free(f->wanted);
	free(f->seen);
	free(f);
}

static bool copy(char **to, const char *from)
{
	return !from || (*to = strdup(from));
}

static struct tribx_figure *same_rows(const struct tribx_figures *l, const char *step, const char *part, const char *name)
{
	for (struct tribx_figure *f = l->head; f; f = f->next)
		if (f->of && equal(f->name, name) && equal(f->step, step) && equal(f->part, part))
			return f;
	return NULL;
}

void tribx_figure_put(struct tribx_figures *l, const char *step, const char *part, const struct trib_figure *f)
{
	struct tribx_figure *was = f->of ? same_rows(l, step, part, f->name) : NULL;
	if (was) {
		was->rows += f->rows;
		was->of += f->of;
		was->verdict = f->verdict > was->verdict ? f->verdict : was->verdict;
		return;
	}
	if (l->count >= TRIBX_FIGURES_MAX && f->verdict <= TRIB_PASSED) {
		l->left_out++;
		return;
	}
	struct tribx_figure *n = calloc(1, sizeof *n);
	if (!n) {
		l->failed = true;
		return;
	}
	*n = (struct tribx_figure){ .rows = f->rows, .of = f->of, .verdict = f->verdict };
	if (!copy(&n->step, step) || !copy(&n->part, part) || !copy(&n->name, f->name) || !copy(&n->wanted, f->wanted) || !copy(&n->seen, f->seen)) {
		drop(n);
		l->failed = true;
		return;
	}
	*(l->tail ? l->tail : &l->head) = n;
	l->tail = &n->next;
	l->count++;
}

void tribx_figures_move(struct tribx_figures *to, struct tribx_figures *from, const char *part)
{
	for (const struct tribx_figure *f = from->head; f; f = f->next)
		tribx_figure_put(to, f->step, f->part ? f->part : part,
		                 &(struct trib_figure){ sizeof(struct trib_figure), f->name, f->wanted, f->seen, f->rows, f->of, f->verdict });
	to->failed |= from->failed;
	to->left_out += from->left_out;
	tribx_figures_done(from);
}

void tribx_figures_done(struct tribx_figures *l)
{
	for (struct tribx_figure *f = l->head, *next; f; f = next) {
		next = f->next;
		drop(f);
	}
	*l = (struct tribx_figures){ 0 };
}
