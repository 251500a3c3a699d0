/* value.h - exact values: decimals, locale numbers, dates and periods. Optional for plugins; the core uses the same.
 *
 * Nothing here goes through double. Functions answer 0 or a negative code below and write their out-parameters on
 * success only. Texts are struct trib_text: not 0-terminated, p == NULL is null. Nothing is allocated. */
#ifndef TRIBUTARY_VALUE_H
#define TRIBUTARY_VALUE_H

#include <tributary.h>

enum trib_value_error {
	TRIB_NOT_A_VALUE = -1,   /* the text is not of this shape; nothing of it was guessed */
	TRIB_OUT_OF_RANGE = -2,  /* more digits, or a larger value, than the type holds */
	TRIB_AMBIGUOUS = -3,     /* two readings are possible and nothing is declared */
};

/* ---- decimals: unscaled two's complement 128-bit value and a scale of 0..38; at most 38 digits ---- */

#define TRIB_DEC_TEXT 44         /* room for any decimal as text, sign, point and 0 included */

TRIB_API TRIB_MUST int trib_dec_parse(struct trib_text text, int scale, trib_dec *out);          /* [-+]digits[.digits]; more digits than scale: half-even */
TRIB_API size_t trib_dec_text(trib_dec v, int scale, char to[TRIB_DEC_TEXT]);                    /* plain, all decimals of scale; the length */
TRIB_API size_t trib_dec_short(trib_dec v, int scale, char to[TRIB_DEC_TEXT]);                   /* the same without trailing zeros */
TRIB_API TRIB_MUST int trib_dec_rescale(trib_dec v, int from, int to, trib_dec *out);            /* half-even when digits go */
TRIB_API TRIB_MUST int trib_dec_add(trib_dec a, trib_dec b, trib_dec *out);                      /* equal scales */
TRIB_API TRIB_MUST int trib_dec_sub(trib_dec a, trib_dec b, trib_dec *out);
/* a*b and a/b exactly (256 bits), then one half-even rounding to scale `to`. Division by zero: TRIB_OUT_OF_RANGE. */
TRIB_API TRIB_MUST int trib_dec_mul(trib_dec a, int scale_a, trib_dec b, int scale_b, int to, trib_dec *out);
TRIB_API TRIB_MUST int trib_dec_div(trib_dec a, int scale_a, trib_dec b, int scale_b, int to, trib_dec *out);
TRIB_API int trib_dec_cmp(trib_dec a, trib_dec b);                                               /* equal scales: -1, 0, 1 */
TRIB_API double trib_dec_f64(trib_dec v, int scale);                                             /* nearest double: for REAL columns beside the exact one */

static inline trib_dec trib_dec_i64(int64_t v)
{
	return (trib_dec){ .lo = (uint64_t)v, .hi = v < 0 ? -1 : 0 };
}

/* ---- locale numbers (partner-model C.1) ---- */

/* How numbers are written in a column. Frozen; fill it by trib_numbers() or by hand. */
struct trib_numbers {
	char decimal;                /* '.' or ',' (U+066B is read as well where declared); 0: integers only */
	char group;                  /* '.', ',', '\'' (also U+2019) or ' ' (also NBSP U+00A0, NNBSP U+202F, U+2009); 0: none */
	bool indian;                 /* groups of 2 after the first 3 */
	bool scientific;             /* 1.2e3 is a number */
	bool dash_is_zero;           /* accounting style: "-" is zero, not null */
	bool percent;                /* every cell has a % sign, in front or behind; 12.5 % reads as 0.125 (two more decimals). Set by guessing */
	char currency[4];            /* "USD": this code, or a symbol of it, may stand in front or behind. "": none may */
	char reserved[6];
};

/* By CLDR locale ("de_DE", "de-CH", "en_IN", "fr") or by mark ("1.234,56", "1 234.56", "1'234.56", "12,34,567.89").
 * TRIB_NOT_A_VALUE: no such locale is known. */
TRIB_API TRIB_MUST int trib_numbers(const char *locale, struct trib_numbers *out);
/* One cell. Accepts sign in front or behind, parentheses, CR/DR, U+2212, full-width digits, grouping only in its places,
 * a leading ' of spreadsheets. *scale is the number of decimals written. Rejects anything left over. */
TRIB_API TRIB_MUST int trib_number(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale);
/* Cells of a text column from `row` on, each in styles[style[row]] (style NULL: all in *styles), as long as they are numbers, end in
 * a digit and have a style that is not below 0 and has no percent. The first row that is not so, or end; out and scale are by row. */
TRIB_API TRIB_MUST int64_t trib_number_many(const struct trib_view *v, int64_t row, int64_t end, const struct trib_numbers *styles,
                                            const int32_t *style, trib_dec *out, int8_t *scale);
/* Null words of C.1: "", -, –, N/A, n.a., #N/A, null, .. (and nil when declared). */
TRIB_API bool trib_null_word(struct trib_text cell);
/* Votes over a column: feed every cell, then ask. TRIB_AMBIGUOUS: survivors disagree on values. Cells that are null words, or
 * numbers in no style at all, have no vote. disagree: cells that were read in two ways; deciding_row: the last one (from 1) that ruled a style out. */
struct trib_guess { uint32_t alive; int64_t cells, disagree; int32_t deciding_row; uint32_t pairs; };
TRIB_API void trib_guess_start(struct trib_guess *g);
TRIB_API void trib_guess_cell(struct trib_guess *g, struct trib_text cell);
TRIB_API TRIB_MUST int trib_guess_end(const struct trib_guess *g, struct trib_numbers *out);

/* ---- dates, times, periods ---- */

/* format: NULL is ISO 8601; else strptime's letters Y m d H M S b B y j z f (docs/formats.md). Two-digit years: 1970..2069. */
TRIB_API TRIB_MUST int trib_date_parse(struct trib_text cell, const char *format, trib_date *out);
TRIB_API TRIB_MUST int trib_time_parse(struct trib_text cell, const char *format, trib_time *out);    /* no offset in the text: UTC */
TRIB_API size_t trib_date_text(trib_date d, char to[16]);                        /* 2025-01-31 */
TRIB_API size_t trib_time_text(trib_time t, char to[40]);                        /* 2025-01-31T23:59:59.123456Z, fraction only if not zero */
TRIB_API trib_date trib_date_of(int year, int month, int day);                   /* proleptic Gregorian */
TRIB_API void trib_date_split(trib_date d, int *year, int *month, int *day);

enum trib_grain { TRIB_DAY = 1, TRIB_WEEK, TRIB_MONTH, TRIB_QUARTER, TRIB_YEAR };
TRIB_API TRIB_MUST int trib_grain(const char *name, enum trib_grain *out);
/* A period as partners write it: 2025-01, 01/2025, 202501, Jan 2025, Jänner 2025, 2025-Q1, Q1/25, 2025-W05, 2025, 2025-01-31,
 * 31.01.2025 ... start and end are half-open. format as above, or NULL for the list in docs/formats.md. */
TRIB_API TRIB_MUST int trib_period(struct trib_text cell, const char *format, enum trib_grain *grain, trib_date *start, trib_date *end);
TRIB_API void trib_period_of(trib_date day, enum trib_grain grain, trib_date *start, trib_date *end);

#endif
