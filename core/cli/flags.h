/* flags - argv into a command, its arguments and its flags. */
#ifndef TRIBX_FLAGS_H
#define TRIBX_FLAGS_H

#include "cli/cli.h"

struct tribx_parsed {
	const struct tribx_command *command;    /* NULL: none was named */
	void *flags;                            /* of the command; zeroed and filled; in the arena of c */
	bool help, version;
};
/* false: c->error says why. */
bool tribx_flags_parse(struct tribx_cli *c, int argc, char **argv, struct tribx_parsed *out);
void tribx_flag_name(const char *field, char *to, size_t size);         /* full_refresh: --full-refresh */
char tribx_flag_letter(const char *field);                              /* 0: none */

#endif
