/* error - what went wrong, for a person: code, place in the user's file, sample, one thing to do.
 *
 * Caller's storage, last argument, never allocates. The first cause stays: setting an error that is set already keeps
 * the text and only fills what is empty. Codes are the stable dotted words of errors.def; a test fails on others. */
#ifndef TRIBX_ERROR_H
#define TRIBX_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <tributary.h>

struct tribx_error {
	int status;               /* enum trib_status; 0: not set */
	bool note;                /* of a finding: what was found out, not even a warning */
	bool of_value;            /* of a finding: it is about one value, which has one fault */
	char code[48];            /* csv.ragged_row; see errors.def */
	char text[512];           /* what, no "failed to", no full stop */
	char file[256];           /* the user's file, as the user would name it; "" none */
	int line, column;         /* 1-based; 0 none */
	char line_text[256];      /* that line of the file, for the caret */
	char sample[160];         /* the offending value, already masked where it may be personal */
	char hint[256];           /* one thing to do */
};

/* Returns status. An error that is set already is left alone. */
int tribx_fail(struct tribx_error *e, int status, const char *code, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void tribx_error_at(struct tribx_error *e, const char *file, int line, int column, const char *line_text);
void tribx_error_hint(struct tribx_error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tribx_error_sample(struct tribx_error *e, struct trib_text sample);

/* The table of codes (errors.def): code, status, meaning, what to do. NULL ends it. */
struct tribx_error_row {
	const char *code;
	int status;
	const char *meaning, *todo;
};
extern const struct tribx_error_row tribx_errors[];
const struct tribx_error_row *tribx_error_find(const char *code);    /* NULL: none */

/* The table of statuses: name, exit code, whether a later run may succeed, a sentence for the operator. */
struct tribx_status_row {
	int status;
	const char *name;
	int exit_code;
	bool again;
	const char *meaning;
};
const struct tribx_status_row *tribx_status(int status);              /* never NULL: FATAL's row for unknown ones */

#endif
