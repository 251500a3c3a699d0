/* units - what a value is measured in: one table of units with exact ratios, scale words (k, Tsd., lakh, crore,
	...) and currencies. A word's meaning may depend on what is measured: M is million of money and mega of bytes.
 *
 * Law: values of two dimensions never convert (GB to minutes is an error), and every ratio is a rational: 0.1 % stays
 * 0.1 %. */
#ifndef NORM_NORM_UNITS_H
#define NORM_NORM_UNITS_H

#include "exact.h"

enum norm_dim { NORM_ANY, NORM_COUNT_OF, NORM_SHARE, NORM_MONEY, NORM_DATA, NORM_SPAN };

struct norm_unit {
	const char *id;                   /* as metrics and outputs name it: 1, %, B, GB, GiB, s, min, minor, ... */
	const char *words;                /* other spellings, between |; compared exactly first, then folded */
	enum norm_dim dim;
	int64_t num, den;                 /* to the base unit of the dimension: 1, fraction, currency unit, byte, second */
};

/* What a header, a unit column or a cell says beside its number: "k EUR", "(Tsd.)", "%", "GB", "TEUR", "in Mio.
 * EUR". */
struct norm_spec {
	const struct norm_unit *unit;    /* NULL: none was named */
	struct norm_ratio scale;         /* of scale words; 1/1: none */
	char currency[4];                 /* "": none */
	/* a currency symbol that several countries use: currency is to be had from the market */
	bool ambiguous;
	char symbol[8];
};

const struct norm_unit *norm_unit(const char *id, enum norm_dim want);      /* NULL: unknown */
const char *norm_unit_near(const char *id);                                   /* for "did you "
	"mean"; NULL: nothing is near */
/* All of text must be understood: TRIB_NOT_A_VALUE otherwise. binary: a source that says GB and means GiB. */
int norm_spec(struct trib_text text, enum norm_dim want, bool binary, struct norm_spec *out);
/* From `from` to `to`; TRIB_NOT_A_VALUE: other dimensions. */
int norm_unit_ratio(const struct norm_unit *from, const struct norm_unit *to, struct norm_ratio *out);
bool norm_currency_known(const char *code);                                   /* ISO 4217 */
/* of its minor unit: JPY 0, KWD 3, CLF 4 */
int norm_currency_digits(const char *code);
/* The currency of a symbol in a market (ISO 3166 code); NULL: not known. */
const char *norm_currency_of(const char *symbol, struct trib_text market);
/* PT1H30M, 1:02:03, 01:30 (by format "h:mm" or "mm:ss") to seconds; TRIB_AMBIGUOUS: 1:30 without a format. */
int norm_span(struct trib_text cell, const char *format, norm_wide *m, int *scale);

#endif
