/* text - a growing text that is born with its maximum, and what people need of texts. */
#ifndef TRIBX_TEXT_H
#define TRIBX_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <tributary.h>

struct tribx_buf { char *p; size_t n, cap, max; bool failed; };   /* p is 0-terminated once anything was put; max 0: 1 GiB */

void tribx_buf_put(struct tribx_buf *b, const char *p, size_t n);
void tribx_buf_puts(struct tribx_buf *b, const char *s);
void tribx_buf_putc(struct tribx_buf *b, char c);
void tribx_buf_fmt(struct tribx_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tribx_buf_json(struct tribx_buf *b, struct trib_text v);    /* a JSON string with its quotes; p == NULL: null */
char *tribx_buf_take(struct tribx_buf *b);                       /* the caller frees; NULL if anything failed */
void tribx_buf_done(struct tribx_buf *b);

static inline struct trib_text tribx_text(const char *s) { return (struct trib_text){ s, s ? strlen(s) : 0 }; }
bool tribx_text_is(struct trib_text t, const char *s);
struct trib_text tribx_text_trim(struct trib_text t);      /* without blanks and tabs at both ends */
/* In place, without what is left of characters that were cut: messages are put together from parts that have an end. */
char *tribx_text_whole(char *s);
int tribx_distance(const char *a, const char *b);                /* edit distance with swaps, capped at 9 */
/* The nearest of count names within 2 edits (or a prefix of 3 and more), or NULL: "did you mean". */
const char *tribx_nearest(const char *name, const char *(*at)(const void *list, size_t i), const void *list, size_t count);

#endif
