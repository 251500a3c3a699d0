/* foreign.h - how an array that the core did not make is let go: the release callbacks of the test plugins that hand some over. */
#ifndef TESTS_FOREIGN_H
#define TESTS_FOREIGN_H

#include <stdlib.h>
#include <tributary/arrow.h>

static void free_array(struct ArrowArray *a)
{
	for (int64_t i = 0; i < a->n_children; i++) {
		if (a->children[i]->release)   /* a consumer may have taken it */
			a->children[i]->release(a->children[i]);
		free(a->children[i]);
	}
	if (a->dictionary && a->dictionary->release)
		a->dictionary->release(a->dictionary);
	free(a->dictionary);
	for (int64_t i = 0; i < a->n_buffers; i++)
		free((void *)(uintptr_t)a->buffers[i]);
	free(a->buffers);
	free(a->children);
	a->release = NULL;
}

static void free_schema(struct ArrowSchema *s)
{
	for (int64_t i = 0; i < s->n_children; i++) {
		if (s->children[i]->release)
			s->children[i]->release(s->children[i]);
		free(s->children[i]);
	}
	if (s->dictionary && s->dictionary->release)
		s->dictionary->release(s->dictionary);
	free(s->dictionary);
	free(s->children);
	s->release = NULL;
}

#endif
