/* cli - the frame of the command line: one table of commands, one struct per call, output helpers.
 *
 * A verb is a constant tribx_cmd_NAME in a file of its own and a line in commands.c. Its flags are a field table:
 * parsing, help, man page and TRIB_* environment come from it. stdout is the answer, stderr is talk; with --json the
 * answer is one envelope, which the frame writes from summary, result, findings and error when the verb returns. */
#ifndef TRIBX_CLI_H
#define TRIBX_CLI_H

#include <stdio.h>
#include "cli/out.h"
#include "config/pipeline.h"

struct tribx_command;
struct tribx_cli {
	const char *command;                    /* "state get" */
	const struct tribx_command *is;
	const char *const *args; size_t arg_count;
	bool json, quiet, yes;
	bool tty, color, err_tty, err_color;    /* of stdout; of stderr */
	int verbose;
	const struct tribx_set *sets; size_t set_count;
	const char *const *select; size_t select_count;
	struct tribx_arena arena;               /* lives as long as the call */
	struct tribx_findings findings;         /* shown at the end, or with the envelope */
	bool tells;                             /* notes are part of the answer: shown without being asked for */
	struct tribx_error error;               /* the command itself broke */
	struct json_t *summary, *result;        /* of the envelope; the frame lets go of them */
	bool streamed;                          /* the verb wrote JSON lines: no envelope */
	const struct tribx_command *const *brought; size_t brought_count;   /* by plugins, once they were asked for */
};

struct tribx_command {
	const char *name;                       /* "check", "state get" */
	const char *group;                      /* start, look, run, after, plugins; NULL: not listed */
	const char *usage;                      /* the arguments: "[PATH]" */
	const char *help;                       /* one sentence */
	const char *more;                       /* a paragraph for --help and the man page; NULL: none */
	const char *examples;                   /* one per line: "trib check examples/quickstart" */
	/* name full_refresh is --full-refresh; bool takes no value; NULL: none */
	const struct trib_field *flags;
	size_t flags_size;
	int args_min, args_max;                 /* args_max < 0: any number */
	int (*run)(struct tribx_cli *c, const void *flags);   /* the exit code */
	const struct trib_plugin *plugin;       /* commands that a plugin brings (brought.c) */
	const struct trib_command *brought;
};
extern const struct tribx_command *const tribx_commands[];       /* NULL ends it */

/* Exit codes (README 6, decision 2). Of several results the first in this order stands: 3, 2, 1, 6, 5, 4, 0. */
int tribx_exit_of(int status);
int tribx_exit_worse(int a, int b);
/* Records an error as the command's own and answers its exit code: return tribx_cli_fail(c, &e). */
int tribx_cli_fail(struct tribx_cli *c, const struct tribx_error *e);
/* the same, exit 2 */
int tribx_cli_usage(struct tribx_cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* 0, or the exit code of the worst finding. */
int tribx_cli_faults(const struct tribx_cli *c);

/* The project at path (NULL: the first argument, or "."; a pipeline's name is that of the project here), --set applied, schedules checked; what is wrong with pipelines that
 * are picked is found. NULL: there are findings; return tribx_cli_faults(c). */
struct tribx_project *tribx_cli_project(struct tribx_cli *c, const char *path);
/* Whether --select (globs over names; !GLOB takes away) picks this pipeline. */
bool tribx_cli_picks(const struct tribx_cli *c, const struct tribx_pipeline *p);
/* Prints a table to stdout, or makes it the envelope's result. The table is done afterwards. */
void tribx_cli_table(struct tribx_cli *c, struct tribx_table *t);
/* A line of the answer (stdout), and of talk (stderr, not with --quiet or --json). */
void tribx_cli_say(const struct tribx_cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tribx_cli_talk(const struct tribx_cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A list without entries: said on stderr, an empty array in JSON. */
void tribx_cli_nothing(struct tribx_cli *c, const char *text);

/* brought.c: the commands that plugins bring; loads all plugins when it is called first. */
const struct tribx_command *const *tribx_cli_brought(struct tribx_cli *c, size_t *count);

/* help.c */
int tribx_help_all(struct tribx_cli *c, FILE *to);
int tribx_help_one(FILE *to, const struct tribx_command *cmd);
void tribx_help_man(FILE *to);
extern const struct trib_field tribx_global_flags[];             /* the global ones, as a table, for help */

#endif
