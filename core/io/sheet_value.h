/* sheet_value - what a number of a spreadsheet is: a number, or by its format a date, a time, a duration. For .xlsx and .xls. */
#ifndef TRIBX_SHEET_VALUE_H
#define TRIBX_SHEET_VALUE_H

#include "io/cells.h"

enum { TRIBX_SHEET_TEXT = 400 };
/* Bits: what a format shows. */
enum tribx_sheet_shows { TRIBX_SHOWS_NUMBER = 0, TRIBX_SHOWS_DATE = 1, TRIBX_SHOWS_CLOCK = 2, TRIBX_SHOWS_DURATION = 4 };
enum tribx_sheet_shows tribx_sheet_builtin(int64_t id);           /* of a built-in number format */
enum tribx_sheet_shows tribx_sheet_format(const char *code);      /* "yyyy-mm-dd", "[h]:mm", "[Red]0.00" */

/* The stored text of a number becomes a cell's: canonical digits, or ISO 8601 where the format shows a date. What is no number,
 * or no day, is an error cell. to takes TRIBX_SHEET_TEXT bytes. */
enum tribx_mark tribx_sheet_number(struct trib_text stored, enum tribx_sheet_shows shows, bool is_1904, char *to, size_t *size);
/* An ISO date as a cell of type d holds it. */
enum tribx_mark tribx_sheet_iso(struct trib_text stored, enum tribx_sheet_shows shows, char *to, size_t *size);
/* _x000D_ in a text, in place; the new length. */
size_t tribx_sheet_unescape(char *p, size_t n);

#endif
