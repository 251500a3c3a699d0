/* new - trib new connector|transform|sink NAME: a plugin that builds, passes its tests and has a page. Never overwrites. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/new.h"
#include "plugin/loader.h"

enum { NAME_MAX_LENGTH = 40 };

struct flags { const char *to; };
static const struct trib_field flag_fields[] = {
	TRIB_FIELD(struct flags, to, .help = "Folder to make; that of the name if left out."),
	{ 0 }
};

/* Where each template goes; NAME is the plugin's. */
static const struct { const char *from, *to; bool own; } places[] = {
	{ "plugin.c", "NAME.c", true }, { "conformance.yaml", "conformance.yaml", true }, { "pipeline.yaml", "pipeline.yaml", true },
	{ "tests.yaml", "tests/NAME.yaml", true }, { "Makefile", "Makefile", false }, { "README.md", "README.md", false },
	{ "gitignore", ".gitignore", false }, { "words.csv", "in/words.csv", false },
};

static const char *template(const char *folder, const char *name)
{
	char full[64];
	snprintf(full, sizeof full, "%s/%s", folder, name);
	for (const struct tribx_template *t = tribx_templates; t->name; t++)
		if (strcmp(t->name, full) == 0)
			return t->text;
	return "";
}

/* @NAME@ and @KIND@ in text, NAME in a place. */
static void put_filled(struct tribx_buf *out, const char *text, const char *const *pairs)
{
	while (*text) {
		const char *const *p = pairs;
		while (*p && strncmp(text, p[0], strlen(p[0])) != 0)
			p += 2;
		if (*p)
			tribx_buf_puts(out, p[1]);
		else
			tribx_buf_putc(out, *text);
		text += *p ? strlen(p[0]) : 1;
	}
}

static int fail(struct tribx_cli *c, const char *path, int error)
{
	tribx_fail(&c->error, TRIB_ENV, "cli.init", "%s: %s", path, strerror(error));
	if (error == EEXIST)
		tribx_error_hint(&c->error, "nothing is overwritten: name a new folder, --to FOLDER");
	return tribx_exit_of(c->error.status);
}

static int write_file(struct tribx_cli *c, const char *path, const struct tribx_buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;
	const bool good = to && fwrite(text->p, 1, text->n, to) == text->n;
	if (to && fclose(to) == 0 && good)
		return 0;
	return fail(c, path, errno);
}

static int write_one(struct tribx_cli *c, size_t i, const char *kind, const char *name, const char *dir)
{
	const char *const in_text[] = { "@NAME@", name, "@KIND@", kind, NULL }, *const in_path[] = { "NAME", name, NULL };
	struct tribx_buf path = { 0 }, text = { 0 };
	tribx_buf_fmt(&path, "%s/", dir);
	put_filled(&path, places[i].to, in_path);
	put_filled(&text, template(places[i].own ? kind : "all", places[i].from), in_text);
	char *slash = path.failed ? NULL : strrchr(path.p, '/');
	int code = slash && !text.failed ? 0 : fail(c, dir, ENOMEM);
	if (!code) {
		*slash = 0;
		code = mkdir(path.p, 0755) == 0 || errno == EEXIST ? 0 : fail(c, path.p, errno);
		*slash = '/';
	}
	if (!code)
		code = write_file(c, path.p, &text);
	tribx_buf_done(&path);
	tribx_buf_done(&text);
	return code;
}

/* The first thing, for people. */
static bool wrong_with(const char *name, char *why, size_t size)
{
	const size_t n = strlen(name), good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
	const unsigned char c = (unsigned char)name[good];
	if (n == 0)
		snprintf(why, size, "it is empty");
	else if (c >= 'A' && c <= 'Z')
		snprintf(why, size, "%c is a capital", c);
	else if (c == ' ')
		snprintf(why, size, "there is a space in it");
	else if (c > ' ' && c < 0x7F)
		snprintf(why, size, "%c is not allowed in it", c);
	else if (c >= 0xC2)   /* one character, whatever its bytes */
		snprintf(why, size, "%.*s is not a letter of a-z", c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4, name + good);
	else if (c)
		snprintf(why, size, "byte 0x%02x is not allowed in it", c);
	else if (*name < 'a' || *name > 'z')
		snprintf(why, size, "it begins with %c, not with a letter", *name);
	else if (n > NAME_MAX_LENGTH)
		snprintf(why, size, "it has %zu characters", n);
	else
		return false;
	return true;
}

static int check_name(struct tribx_cli *c, const char *name)
{
	struct tribx_error e = { 0 };
	char why[80];
	if (wrong_with(name, why, sizeof why)) {
		tribx_fail(&c->error, TRIB_CONFIG, "plugin.bad_name", "\"%s\" is no plugin name: %s", name, why);
		tribx_error_hint(&c->error, "allowed are small letters a-z, digits and _, a letter first, at most %d: it is a word of C and of pipelines", NAME_MAX_LENGTH);
		return 2;
	}
	static const char *const taken[] = { "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
		"float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
		"switch", "typedef", "union", "unsigned", "void", "volatile", "while", "trib", "formats", NULL };
	bool is = false;
	for (size_t i = 0; taken[i]; i++)
		is |= strcmp(taken[i], name) == 0;
	if (tribx_plugin(name, &e)) {
		tribx_error_hint(&c->error, "names of plugins are unique: `trib plugins` lists them");
		return tribx_cli_usage(c, "%s is taken: there is a plugin of that name", name);
	}
	if (is)
		tribx_error_hint(&c->error, "a plugin is a variable of C that is called like it");
	return is ? tribx_cli_usage(c, "%s is taken: it is a word of C or of trib", name) : 0;
}

/* What the template of a kind makes. */
static const char *makes(const char *kind)
{
	return *kind == 'c' ? "it makes numbers" : *kind == 't' ? "it writes a column in capitals" : "it writes a line per row";
}

static int new(struct tribx_cli *c, const void *options)
{
	const struct flags *f = options;
	const char *name = c->args[0], *kind = strchr(c->command, ' ') + 1, *dir = f->to ? f->to : name;
	int code = check_name(c, name);
	if (!code && mkdir(dir, 0755) < 0)
		code = fail(c, dir, errno);
	for (size_t i = 0; !code && i < sizeof places / sizeof *places; i++)
		if (strcmp(kind, "connector") != 0 || strcmp(places[i].from, "words.csv") != 0)
			code = write_one(c, i, kind, name, dir);
	c->result = json_pack("{s:s,s:s,s:s}", "kind", kind, "name", name, "folder", dir);
	if (code == 0)
		tribx_cli_say(c, "%s is a %s that works: %s, for you to replace in %s/%s.c.\n"
		                 "Next:  cd %s && make && make test\n"
		                 "Then:  make docs                                                 its page, from its tables\n"
		                 "       TRIB_PLUGIN_PATH=$PWD trib run pipeline.yaml", name, kind, makes(kind), dir, name, dir);
	return code;
}

#define NEW(kind, about) \
	const struct tribx_command tribx_cmd_new_##kind = { \
		.name = "new " #kind, .group = "start", .usage = "NAME", .help = "Writes a " #kind " that builds and passes its tests, to start from.", \
		.more = about " The folder has one C file, a Makefile of one line of the compiler, conformance.yaml, a pipeline and a test; nothing is " \
		        "overwritten. docs/plugins.md explains the contract.", \
		.examples = "trib new " #kind " acme\ncd acme && make && make test", .flags = flag_fields, .flags_size = sizeof(struct flags), \
		.args_min = 1, .args_max = 1, .run = new \
	}

NEW(connector, "A connector brings rows.");
NEW(transform, "A transform changes rows.");
NEW(sink, "A sink stores rows.");
