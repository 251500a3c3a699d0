/* help - `trib help`, `trib VERB --help` and the man page, all from the table of commands. */
#include <config.h>
#include <stdlib.h>

#include "cli/flags.h"

static const struct { const char *name, *title; } groups[] = {
	{ "start", "Start" }, { "look", "Look before" }, { "run", "Run" }, { "after", "Look after" },
};

static void flag_text(const struct trib_field *r, char *to, size_t size)
{
	char name[64], value[64] = "";
	tribx_flag_name(r->name, name, sizeof name);
	if (r->type != TRIB_BOOL)
		snprintf(value, sizeof value, " %s", r->allow && strlen(r->allow) < 40 ? r->allow
		         : tribx_field_type_name(r));
	const char letter[] = { '-', tribx_flag_letter(r->name), ',', ' ', 0 };
	snprintf(to, size, "%s%s%s", letter[1] ? letter : "", name, value);
}

static void print_flags(FILE *to, const struct trib_field *table)
{
	for (const struct trib_field *r = table; r && r->name; r++) {
		char text[128];
		flag_text(r, text, sizeof text);
		fprintf(to, "  %-26s %s%s%s%s%s\n", text, r->help ? r->help : "", r->flags & TRIB_REQUIRED ? " Required." : "",
		        r->dflt ? " Default " : "", r->dflt ? r->dflt : "", r->dflt ? "." : "");
	}
}

/* Each line of a text, with something before it. */
static void print_lines(FILE *to, const char *before, const char *lines)
{
	while (lines && *lines) {
		size_t n = strcspn(lines, "\n");
		fprintf(to, "%s%.*s\n", before, (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

static void help_brought(struct tribx_cli *c, FILE *to)
{
	size_t count;
	const struct tribx_command *const *list = tribx_cli_brought(c, &count);
	if (count)
		fputs("\nBrought by plugins\n", to);
	for (size_t i = 0; i < count; i++)
		fprintf(to, "  %-22s %s\n", list[i]->name, list[i]->help);
}

int tribx_help_all(struct tribx_cli *c, FILE *to)
{
	fputs("trib - partner data into metrics that people can trust\n\nUsage: trib VERB [NOUN] [ARGS] [--flags "
	      "anywhere]\n", to);
	for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
		fprintf(to, "\n%s\n", groups[g].title);
		for (size_t i = 0; tribx_commands[i]; i++)
			if (tribx_commands[i]->group && strcmp(tribx_commands[i]->group, groups[g].name) == 0)
				fprintf(to, "  %-22s %s\n", tribx_commands[i]->name, tribx_commands[i]->help);
	}
	help_brought(c, to);
	fputs("\nFlags of every command\n", to);
	print_flags(to, tribx_global_flags);
	fputs("\n`trib VERB --help` shows examples. `trib help --man` is the man page.\n", to);
	return 0;
}

int tribx_help_one(FILE *to, const struct tribx_command *cmd)
{
	print_lines(to, "  ", cmd->examples);
	fprintf(to, "\nUsage: trib %s%s%s%s\n\n%s\n", cmd->name, cmd->usage && *cmd->usage ? " " : "",
	        cmd->usage ? cmd->usage : "", cmd->flags ? " [flags]" : "",
	        cmd->help);
	if (cmd->more)
		fprintf(to, "\n%s\n", cmd->more);
	if (cmd->flags) {
		fputs("\nFlags\n", to);
		print_flags(to, cmd->flags);
	}
	fputs("\nFlags of every command: trib help\n", to);
	return 0;
}

/* ---- the man page ---- */

/* roff takes \ and a leading . or ' for itself, and - for a hyphen. */
static void roff(FILE *to, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool start = i == 0 || text[i - 1] == '\n';
		if (start && (text[i] == '.' || text[i] == '\''))
			fputs("\\&", to);
		if (text[i] == '\\' || text[i] == '-')
			fputs(text[i] == '-' ? "\\-" : "\\e", to);
		else
			fputc(text[i], to);
	}
}

static void roff_line(FILE *to, const char *before, const char *text)
{
	fputs(before, to);
	roff(to, text, strlen(text));
	fputc('\n', to);
}

static void man_flags(FILE *to, const struct trib_field *table)
{
	for (const struct trib_field *r = table; r && r->name; r++) {
		char text[128];
		flag_text(r, text, sizeof text);
		roff_line(to, ".TP\n.B ", text);
		roff_line(to, "", r->help ? r->help : "");
	}
}

static void man_command(FILE *to, const struct tribx_command *cmd)
{
	fputs(".SS trib ", to);
	roff(to, cmd->name, strlen(cmd->name));
	fputc(' ', to);
	roff_line(to, "", cmd->usage ? cmd->usage : "");
	roff_line(to, "", cmd->help);
	if (cmd->more)
		roff_line(to, ".PP\n", cmd->more);
	man_flags(to, cmd->flags);
	if (!cmd->examples)
		return;
	roff_line(to, ".PP\n.EX\n", cmd->examples);
	fputs(".EE\n", to);
}

void tribx_help_man(FILE *to)
{
	static const char exits[] = "0 done and committed; 1 run failed; 2 usage or configuration; 3 environment: "
	                            "unreachable, credentials refused, disk full; "
		"4 partial or deferred, safe to run again; 5 data held or rejected; 6 fenced or locked by another run; "
		"130 and 143 a second signal.";
	fputs(".TH TRIB 1 \"\" \"" PACKAGE_NAME " " PACKAGE_VERSION "\" \"User Commands\"\n.SH NAME\ntrib \\- partner "
	                                                            "data into metrics that people can trust\n"
	      ".SH SYNOPSIS\n.B trib\n.I VERB\n.RI [ NOUN ]\n.RI [ ARGS ]\n.RI [ \\-\\-flags ]\n.SH COMMANDS\n", to);
	for (size_t i = 0; tribx_commands[i]; i++)
		if (tribx_commands[i]->group)
			man_command(to, tribx_commands[i]);
	fputs(".SH OPTIONS\nFlags of every command; they stand anywhere.\n", to);
	man_flags(to, tribx_global_flags);
	roff_line(to, ".SH EXIT STATUS\n", exits);
	fputs(".SH ENVIRONMENT\n.TP\n.B TRIB_PLUGIN_PATH\nFolders to look for plugins in, before the others.\n.TP\n.B "
	      "TRIB_NOW\n"
	      "A time in UTC that stands for now, so that runs can be compared.\n.TP\n.B NO_COLOR\nNo colours.\n"
	      ".PP\nA flag of a command may also be set as TRIB_NAME.\n", to);
}
