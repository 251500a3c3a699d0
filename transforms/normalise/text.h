/* text - words of partners as they are compared: folded (case, accents, spaces of any kind), trimmed, near or not. */
#ifndef NORM_NORM_TEXT_H
#define NORM_NORM_TEXT_H

#include <tributary.h>

/* Folds into to (at most size bytes, not terminated); the length. Letters with marks lose them, _ and - are spaces,
 * spaces collapse. Enough for matching names; never shown. */
size_t norm_fold(struct trib_text text, char *to, size_t size);
bool norm_fold_equal(struct trib_text a, struct trib_text b);
/* without spaces of any kind and bytes of also at its ends */
struct trib_text norm_trimmed(struct trib_text text, const char *also);
struct trib_text norm_word(struct trib_text *rest);                       /* the next word; rest moves past it */
/* edit distance of the folded texts, capped at 9 */
int norm_edits(struct trib_text a, struct trib_text b);
static inline struct trib_text norm_text_of(const char *s) { return (struct trib_text){ s, s ? strlen(s) : 0 }; }

#endif
