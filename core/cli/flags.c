/* flags - see flags.h. Flag > environment TRIB_NAME > default; global flags stand anywhere, those of a verb behind
 * it. */
#include "cli/flags.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

struct globals { bool json, quiet, yes, no_color, help, version, verbose; const char *dir, *set, *select; };

const struct trib_field tribx_global_flags[] = {
	TRIB_FIELD(struct globals, json, .help = "The answer as one JSON object (JSON lines for rows)."),
	TRIB_FIELD(struct globals, quiet, .help = "No talk on stderr."),
	TRIB_FIELD(struct globals, yes, .help = "Do not ask."),
	TRIB_FIELD(struct globals, no_color, .help = "No colours; NO_COLOR does the same."),
	TRIB_FIELD(struct globals, dir, .help = "Work in this folder."),
	TRIB_FIELD(struct globals, set,
	           .help = "KEY=VALUE over what the pipeline says: source.url=x, steps.NAME.option=y. Repeatable."),
	TRIB_FIELD(struct globals, select,
	           .help = "Only pipelines whose name matches this glob; !GLOB takes away. Repeatable."),
	TRIB_FIELD(struct globals, verbose, .help = "More talk; repeatable."),
	TRIB_FIELD(struct globals, help, .help = "What a command does."),
	TRIB_FIELD(struct globals, version, .help = "The version."),
	{ 0 }
};
static const struct { char letter; const char *name; } letters[] = {
	{ 'q', "quiet" }, { 'y', "yes" }, { 'C', "dir" }, { 's', "select" }, { 'v', "verbose" }, { 'h', "help" },
	{ 'V', "version" }, { 'n', "limit" }, { 'k', "filter" },
};

struct parser {
	struct tribx_cli *c;
	struct globals g;
	const struct tribx_command *command;
	char *flags;
	unsigned char given[64];               /* flags of the command that the line has */
	const char **args, **select;
	struct tribx_set *sets;
};

void tribx_flag_name(const char *field, char *to, size_t size)
{
	snprintf(to, size, "--%s", field);
	for (char *p = to + 2; *p; p++)
		*p = *p == '_' ? '-' : *p;
}

char tribx_flag_letter(const char *field)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (strcmp(letters[i].name, field) == 0)
			return letters[i].letter;
	return 0;
}

static bool same(const char *field, const char *given, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((field[i] == '_' ? '-' : field[i]) != given[i])
			return false;
	return !field[n];
}

static const struct trib_field *find(const struct trib_field *table, const char *name, size_t n)
{
	for (const struct trib_field *r = table; r && r->name; r++)
		if (strlen(r->name) == n && same(r->name, name, n))
			return r;
	return NULL;
}

static const char *name_at(const void *list, size_t i)
{
	return ((const char (*)[64])list)[i];
}

static bool unknown(struct parser *p, const char *flag)
{
	char names[64][64];
	size_t n = 0;
	tribx_cli_usage(p->c, "unknown flag %.*s", (int)strcspn(flag, "="), flag);
	for (const struct trib_field *r = tribx_global_flags; r->name && n < 64; r++)
		tribx_flag_name(r->name, names[n++], 64);
	for (const struct trib_field *r = p->command ? p->command->flags : NULL; r && r->name && n < 64; r++)
		tribx_flag_name(r->name, names[n++], 64);
	const char *near = tribx_nearest(flag, name_at, names, n);
	if (near)
		tribx_error_hint(&p->c->error, "did you mean %s?", near);
	else
		tribx_error_hint(&p->c->error, "trib %s%s--help lists the flags", p->command ? p->command->name : "",
		                 p->command ? " " : "");
	return false;
}

static bool set_global(struct parser *p, const struct trib_field *row, const char *value)
{
	struct tribx_cli *c = p->c;
	if (strcmp(row->name, "verbose") == 0)
		c->verbose++;
	else if (strcmp(row->name, "select") == 0)
		p->select[c->select_count++] = value;
	else if (strcmp(row->name, "set") == 0) {
		const char *equals = strchr(value, '=');
		char *key = equals ? tribx_arena_text(&c->arena, value, (size_t)(equals - value)) : NULL;
		if (!key || !*key) {
			tribx_cli_usage(c, "--set %s: not KEY=VALUE", value);
			return false;
		}
		p->sets[c->set_count++] = (struct tribx_set){ key, equals + 1 };
	} else {
		const char *why = tribx_field_set(row, &p->g, &c->arena, row->type == TRIB_BOOL ? "true" : value);
		if (why)
			tribx_cli_usage(c, "--%s: %s", row->name, why);
		return !why;
	}
	return true;
}

static bool set_own(struct parser *p, const struct trib_field *row, const char *value)
{
	char name[64];
	const char *why = tribx_field_set(row, p->flags, &p->c->arena, value);
	size_t i = (size_t)(row - p->command->flags);
	tribx_flag_name(row->name, name, sizeof name);
	if (why)
		tribx_cli_usage(p->c, "%s %s: %s", name, value, why);
	if (i < sizeof p->given)
		p->given[i] = 1;
	return !why;
}

/* A flag at argv[*i]; *i is moved over its value when that stands apart. */
static bool flag(struct parser *p, int argc, char **argv, int *i)
{
	const char *text = argv[*i], *name = text + 2, *value = NULL;
	size_t n;
	if (text[1] != '-') {
		name = NULL;
		for (size_t k = 0; k < sizeof letters / sizeof *letters; k++)
			if (letters[k].letter == text[1])
				name = letters[k].name;
		if (!name)
			return unknown(p, text);
		n = strlen(name);
		value = text[2] ? text + 2 + (text[2] == '=') : NULL;
	} else {
		n = strcspn(name, "=");
		value = name[n] ? name + n + 1 : NULL;
	}
	const struct trib_field *row = find(tribx_global_flags, name, n), *own = row ||
		!p->command ? NULL : find(p->command->flags, name, n);
	const struct trib_field *r = row ? row : own;
	if (!r)
		return unknown(p, text);
	if (r->type == TRIB_BOOL && value && text[1] != '-') {   /* -vv, -qy: the rest are letters as well */
		char rest[64];
		snprintf(rest, sizeof rest, "-%s", value);
		char *again[] = { rest };
		int zero = 0;
		return (row ? set_global(p, row, "true") : set_own(p, own, "true")) && flag(p, 1, again, &zero);
	}
	if (r->type != TRIB_BOOL && !value) {
		if (*i + 1 >= argc) {
			tribx_cli_usage(p->c, "%s needs a value (%s)", text, tribx_field_type_name(r));
			return false;
		}
		value = argv[++*i];
	}
	return row ? set_global(p, row, value) : set_own(p, own, value ? value : "true");
}

/* ---- which command ---- */

static const char *command_at(const void *list, size_t i)
{
	return ((const struct tribx_command *const *)list)[i]->name;
}

/* Among those of plugins, which are loaded for it. */
static const struct tribx_command *brought_named(struct tribx_cli *c, const char *a, const char *b)
{
	char both[128];
	size_t count;
	const struct tribx_command *const *list = tribx_cli_brought(c, &count);
	snprintf(both, sizeof both, "%s%s%s", a, b ? " " : "", b ? b : "");
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i]->name, both) == 0)
			return list[i];
	return NULL;
}

static const struct tribx_command *command_named(const char *a, const char *b)
{
	char both[128];
	snprintf(both, sizeof both, "%s%s%s", a, b ? " " : "", b ? b : "");
	for (size_t i = 0; tribx_commands[i]; i++)
		if (strcmp(tribx_commands[i]->name, both) == 0)
			return tribx_commands[i];
	return NULL;
}

/* The verbs of a noun, for "trib state" alone. */
static bool verbs_of(const struct tribx_command *const *all, size_t count, const char *noun, char *to, size_t size)
{
	size_t n = strlen(noun), used = 0;
	for (size_t i = 0; i < count && used < size; i++)
		if (strncmp(all[i]->name, noun, n) == 0 && all[i]->name[n] == ' ')
			used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", " : "", all[i]->name + n + 1);
	return used > 0;
}

/* Ours and those of plugins. */
static const struct tribx_command *const *everything(struct tribx_cli *c, size_t *count)
{
	size_t own = 0, more;
	const struct tribx_command *const *brought = tribx_cli_brought(c, &more);
	while (tribx_commands[own])
		own++;
	const struct tribx_command **all = tribx_arena_new(&c->arena, (own + more + 1) * sizeof *all);
	*count = all ? own + more : 0;
	for (size_t i = 0; i < *count; i++)
		all[i] = i < own ? tribx_commands[i] : brought[i - own];
	return all;
}

static bool no_command(struct tribx_cli *c, const char *a, const char *b)
{
	char verbs[256] = "", both[128];
	size_t count;
	const struct tribx_command *const *all = everything(c, &count);
	bool noun = verbs_of(all, count, a, verbs, sizeof verbs);
	snprintf(both, sizeof both, "%s%s%s", a, noun && b ? " " : "", noun && b ? b : "");
	tribx_cli_usage(c, noun && !b ? "%s needs a verb" : "unknown command \"%s\"", both);
	const char *near = tribx_nearest(both, command_at, all, count);
	if (noun)
		tribx_error_hint(&c->error, "trib %s %s", a, verbs);
	else if (near)
		tribx_error_hint(&c->error, "did you mean \"trib %s\"?", near);
	else
		tribx_error_hint(&c->error, "`trib help` lists the commands");
	return false;
}

/* Words up to the command; what follows them is left in the list. "runs" alone is "runs list". */
static bool choose(struct parser *p, const char **words, size_t count, size_t *used)
{
	const struct tribx_command *two = count > 1 ? command_named(words[0], words[1]) : NULL,
		*one = command_named(words[0], NULL);
	*used = two ? 2 : 1;
	p->command = two ? two : one;
	if (!p->command && count == 1)
		p->command = command_named(words[0], "list");
	if (!p->command && count > 1 && (p->command = brought_named(p->c, words[0], words[1])))
		*used = 2;
	if (!p->command)
		p->command = brought_named(p->c, words[0], NULL);
	return p->command || no_command(p->c, words[0], count > 1 ? words[1] : NULL);
}

/* The command's table as if nothing had to be given: what has to be is known when the line was read. */
static const struct trib_field *optional(struct parser *p)
{
	size_t n = 0;
	for (const struct trib_field *r = p->command->flags; r && r->name; r++)
		n++;
	struct trib_field *copy = p->command->flags ? tribx_arena_new(&p->c->arena, (n + 1) * sizeof *copy) : NULL;
	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = p->command->flags[i];
		copy[i].flags &= ~(unsigned)TRIB_REQUIRED;
	}
	return copy;
}

static bool required(struct parser *p)
{
	for (const struct trib_field *r = p->command->flags; r && r->name; r++) {
		char name[64];
		size_t i = (size_t)(r - p->command->flags);
		if (!(r->flags & TRIB_REQUIRED) || i >= sizeof p->given || p->given[i])
			continue;
		tribx_flag_name(r->name, name, sizeof name);
		tribx_cli_usage(p->c, "%s is required", name);
		tribx_error_hint(&p->c->error, "trib %s --help", p->command->name);
		return false;
	}
	return true;
}

static bool defaults(struct parser *p)
{
	struct tribx_findings f = { 0 };
	p->flags = tribx_arena_new(&p->c->arena, p->command->flags_size + 1);
	const struct trib_field *table = optional(p);
	bool good = p->flags && (table || !p->command->flags) &&
		tribx_fields_load(table, p->flags, NULL, NULL, &p->c->arena, NULL, NULL, &f);
	if (f.count)
		p->c->error = f.items[0];
	else if (!good)
		tribx_fail(&p->c->error, TRIB_FATAL, "internal.no_memory", "no memory");
	tribx_findings_done(&f);
	return good;
}

static bool from_environment(struct parser *p)
{
	for (const struct trib_field *r = p->command->flags; r && r->name; r++) {
		char name[80];
		size_t i = (size_t)(r - p->command->flags);
		snprintf(name, sizeof name, "TRIB_%s", r->name);
		for (char *c = name; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		const char *value = getenv(name);
		if (value && *value && i < sizeof p->given && !p->given[i] &&
		    !set_own(p, r, r->type == TRIB_BOOL && strcmp(value, "1") == 0 ? "true" : value))
			return false;
	}
	return true;
}

static bool split(struct parser *p, int argc, char **argv, size_t *count)
{
	bool flags_end = false;
	const char *words[3];
	size_t word_count = 0, used = 0;
	/* the command first: its flags are known from there on */
	for (int i = 1; i < argc; i++) {
		bool is_flag = argv[i][0] == '-' && argv[i][1] && !flags_end;
		if (is_flag && strcmp(argv[i], "--") == 0)
			break;
		size_t n = strcspn(argv[i] + (is_flag ? 2 : 0), "=");
		const struct trib_field *row = is_flag && argv[i][1] == '-' ? find(tribx_global_flags, argv[i] + 2, n)
			: NULL;
		bool apart = (row && row->type != TRIB_BOOL && !argv[i][2 + n]) ||
			(is_flag && (strcmp(argv[i], "-C") == 0 || strcmp(argv[i], "-s") == 0));
		i += apart;
		if (!is_flag && word_count < 2)
			words[word_count++] = argv[i];
	}
	if (word_count && (!choose(p, words, word_count, &used) || !defaults(p)))
		return false;
	for (int i = 1; i < argc; i++) {
		if (!flags_end && strcmp(argv[i], "--") == 0)
			flags_end = true;
		else if (!flags_end && argv[i][0] == '-' && argv[i][1]) {
			if (!flag(p, argc, argv, &i))
				return false;
		} else if (used > 0)
			used--;
		else
			p->args[(*count)++] = argv[i];
	}
	return true;
}

bool tribx_flags_parse(struct tribx_cli *c, int argc, char **argv, struct tribx_parsed *out)
{
	struct parser p = { .c = c };
	size_t count = 0;
	p.args = tribx_arena_new(&c->arena, (size_t)(argc + 1) * sizeof *p.args);
	p.select = tribx_arena_new(&c->arena, (size_t)(argc + 1) * sizeof *p.select);
	p.sets = tribx_arena_new(&c->arena, (size_t)(argc + 1) * sizeof *p.sets);
	if (!p.args || !p.select || !p.sets) {
		tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory");
		return false;
	}
	bool good = split(&p, argc, argv, &count);
	c->json = p.g.json;
	c->quiet = p.g.quiet;
	c->yes = p.g.yes;
	c->args = p.args;
	c->arg_count = count;
	c->select = p.select;
	c->sets = p.sets;
	bool plain = p.g.no_color || (getenv("NO_COLOR") && *getenv("NO_COLOR"));
	c->color = c->tty && !plain;
	c->err_color = c->err_tty && !plain;
	for (int i = 1; i < argc && !good; i++)
		c->json |= strcmp(argv[i], "--json") == 0;   /* also where the fault lies before it */
	*out = (struct tribx_parsed){ .command = p.command, .flags = p.flags, .help = p.g.help,
	                              .version = p.g.version };
	if (good && p.g.dir && chdir(p.g.dir) < 0) {
		tribx_cli_usage(c, "--dir %s: no such folder", p.g.dir);
		return false;
	}
	return good && (!p.command || p.g.help || p.g.version || (from_environment(&p) && required(&p)));
}
