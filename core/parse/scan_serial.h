/* scan_serial - the state machine over one byte; every dialect, and the oracle of the kernels. */
#ifndef TRIBX_SCAN_SERIAL_H
#define TRIBX_SCAN_SERIAL_H

#include "parse/scan.h"

enum { AT_RECORD, AT_FIELD, IN_PLAIN, IN_QUOTES, CLOSED, IN_COMMENT, RETURNED, ESCAPED = 8 };   /* ESCAPED is added to one of the others; RETURNED: \r behind a closing quote */
enum step { STEP_ON, STEP_FIELD, STEP_RECORD, STEP_ODD = 4 };                                    /* ODD is added, too */

/* Where parity would be wrong the machine does what parity does, and says STEP_ODD: both give the same fields. */
static inline enum step tribx_step(const struct tribx_dialect *d, unsigned char c, uint8_t *state)
{
	if (*state & ESCAPED) {
		*state &= (uint8_t)~ESCAPED;
		return STEP_ON;
	}
	if (*state == IN_COMMENT)
		return c == d->eol ? (*state = AT_RECORD, STEP_RECORD) : STEP_ON;
	if (*state == AT_RECORD && d->comment && c == d->comment) {
		*state = IN_COMMENT;
		return STEP_ON;
	}
	if (d->escape && c == d->escape && *state != CLOSED) {
		*state = (uint8_t)((*state == IN_QUOTES ? IN_QUOTES : IN_PLAIN) | ESCAPED);
		return STEP_ON;
	}
	bool quote = d->quote && c == d->quote;
	if (*state == IN_QUOTES) {
		*state = quote ? CLOSED : IN_QUOTES;
		return STEP_ON;
	}
	const bool returned = *state == RETURNED;
	if (c == d->eol || c == d->delimiter) {
		*state = c == d->eol ? AT_RECORD : AT_FIELD;
		return c == d->eol ? STEP_RECORD : returned ? STEP_FIELD | STEP_ODD : STEP_FIELD;
	}
	if (quote) {
		bool stray = *state == IN_PLAIN || returned;
		if (stray && d->keep_stray)
			return STEP_ON;
		*state = IN_QUOTES;
		return stray ? STEP_ODD : STEP_ON;
	}
	if (*state == CLOSED) {
		*state = c == '\r' ? RETURNED : IN_PLAIN;
		return c == '\r' ? STEP_ON : STEP_ODD;
	}
	*state = IN_PLAIN;
	return returned ? STEP_ODD : STEP_ON;
}

#endif
