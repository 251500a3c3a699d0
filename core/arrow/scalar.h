/* scalar - doubles, integers, clocks and durations as text and back, whatever the locale is. Decimals, dates: value.h.
 *
 * Parsers take the whole text or nothing: 0, TRIB_NOT_A_VALUE, TRIB_OUT_OF_RANGE. Texts are as short as they can be
 * read back. */
#ifndef TRIBX_SCALAR_H
#define TRIBX_SCALAR_H

#include <tributary.h>

enum { TRIBX_NUMBER_TEXT = 48 };
int tribx_i64_parse(struct trib_text t, int64_t *out);                    /* [-+]digits */
/* JSON's shape, a + and leading zeros allowed */
int tribx_f64_parse(struct trib_text t, double *out);
int tribx_clock_parse(struct trib_text t, trib_clock *out);               /* HH:MM[:SS[.ffffff]] */
int tribx_span_parse(struct trib_text t, trib_duration *out);         /* PnDTnHnMn.nS or 90s, 5m, 250ms, 2h, 1d */
size_t tribx_i64_text(int64_t v, char to[TRIBX_NUMBER_TEXT]);             /* all 0-terminated; the length */
size_t tribx_f64_text(double v, char to[TRIBX_NUMBER_TEXT]);              /* NaN, Infinity, -Infinity as words */
size_t tribx_clock_text(trib_clock v, char to[TRIBX_NUMBER_TEXT]);
size_t tribx_span_text(trib_duration v, char to[TRIBX_NUMBER_TEXT]);  /* ISO 8601, in seconds: PT90.5S */
bool tribx_dec_fits(trib_dec v, int precision);                           /* |v| < 10^precision */

#endif
