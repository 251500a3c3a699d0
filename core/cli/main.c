/* main - trib VERB [NOUN] [ARGS] [--flags anywhere]. Parses, calls the verb, writes the answer's frame. */
#include <config.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/log.h"
#include "cli/flags.h"
#include "cli/scheduled.h"

/* ---- what verbs call ---- */

int tribx_exit_of(int status)
{
	return status >= 0 ? 0 : tribx_status(status)->exit_code;
}

int tribx_exit_worse(int a, int b)
{
	static const int order[] = { 130, 143, 3, 2, 1, 6, 5, 4, 0 };
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a;
}

int tribx_cli_fail(struct tribx_cli *c, const struct tribx_error *e)
{
	if (!c->error.status && &c->error != e)
		c->error = *e;
	return tribx_exit_of(e->status);
}

int tribx_cli_usage(struct tribx_cli *c, const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	tribx_fail(&c->error, TRIB_CONFIG, "cli.usage", "%s", text);
	return 2;
}

int tribx_cli_faults(const struct tribx_cli *c)
{
	int code = c->findings.no_memory ? tribx_exit_of(TRIB_FATAL) : c->findings.dropped ? 2 : 0;
	for (size_t i = 0; i < c->findings.count; i++)
		code = tribx_exit_worse(code, tribx_exit_of(c->findings.items[i].status));
	return code;
}

static const char *name_at(const void *list, size_t i)
{
	return ((const struct tribx_pipeline *)list)[i].base;
}

/* There is no such file: the word is a pipeline of the project here, all instances of one, or a slip. */
static struct tribx_project *named(struct tribx_cli *c, const char *word)
{
	struct tribx_findings f = { 0 };
	struct tribx_project *p = tribx_project_read(".", c->sets, c->set_count, &f);
	const char **only = tribx_arena_new(&c->arena, sizeof *only);
	bool is = false;
	for (size_t i = 0; p && only && i < p->count && c->select_count == 0 && !is; i++)
		is = strcmp(p->pipelines[i].name, word) == 0 || strcmp(p->pipelines[i].base, word) == 0;
	if (is) {
		*only = word;
		c->select = only;
		c->select_count = 1;
		tribx_findings_add(&c->findings, &f, false);
	} else {
		struct tribx_error *e = tribx_finding_new(&c->findings);
		const char *near = p ? tribx_nearest(word, name_at, p->pipelines, p->count) : NULL;
		tribx_fail(e ? e : &c->error, TRIB_CONFIG, "config.unreadable", "%s: %s, and no pipeline of this folder has that name", word, strerror(ENOENT));
		tribx_error_at(e ? e : &c->error, word, 0, 0, "");
		if (near)
			tribx_error_hint(e ? e : &c->error, "did you mean \"%s\"?", near);
		tribx_project_free(p);
		p = NULL;
	}
	tribx_findings_done(&f);
	return p;
}

struct tribx_project *tribx_cli_project(struct tribx_cli *c, const char *path)
{
	path = path ? path : c->arg_count ? c->args[0] : ".";
	struct tribx_project *p = access(path, F_OK) < 0 && errno == ENOENT ? named(c, path)
		: tribx_project_read(path, c->sets, c->set_count, &c->findings);
	for (size_t i = 0; p && i < p->count; i++) {
		const struct tribx_pipeline *is = &p->pipelines[i];
		const bool picked = tribx_cli_picks(c, is);
		if (is->findings && (picked || is->nameless))   /* what has no name may be meant: said, and nothing fails of it */
			tribx_findings_add(&c->findings, is->findings, !picked);
	}
	if (p)
		tribx_cli_schedules(c, p);
	return p;
}

bool tribx_cli_picks(const struct tribx_cli *c, const struct tribx_pipeline *p)
{
	bool any = false, hit = false;
	for (size_t i = 0; i < c->select_count; i++) {
		bool away = *c->select[i] == '!';
		const char *glob = c->select[i] + away;
		bool match = tribx_glob(glob, p->name) || tribx_glob(glob, p->base);
		if (away && match)
			return false;
		any |= !away;
		hit |= !away && match;
	}
	return hit || !any;
}

void tribx_cli_table(struct tribx_cli *c, struct tribx_table *t)
{
	if (t->failed)
		tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory for the answer");
	else if (c->json) {
		json_decref(c->result);
		c->result = tribx_table_json(t);
	} else
		tribx_table_print(t, stdout, c->tty);
	tribx_table_done(t);
}

static void say(FILE *to, const char *fmt, va_list args)
{
	char *text;
	if (vasprintf(&text, fmt, args) < 0)
		return;
	fprintf(to, "%s\n", tribx_mask(text));
	free(text);
}

void tribx_cli_say(const struct tribx_cli *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	if (!c->json)
		say(stdout, fmt, args);
	va_end(args);
}

void tribx_cli_talk(const struct tribx_cli *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	if (!c->json && !c->quiet)
		say(stderr, fmt, args);
	va_end(args);
}

void tribx_cli_nothing(struct tribx_cli *c, const char *text)
{
	if (c->json)
		c->result = json_array();
	tribx_cli_talk(c, "%s", text);
}

/* ---- the frame of an answer ---- */

/* jansson's scanner drops a byte when its buffer cannot grow and goes on, and a value that could not be made is missing in what
 * it was put into: a state that lacks a digit has rows read again and doubled. So the first allocation that fails is the last
 * one: whatever was being read or written fails as a whole. */
static atomic_bool json_starved;

static void *json_room(size_t size)
{
	void *p = atomic_load(&json_starved) ? NULL : malloc(size);
	if (!p)
		atomic_store(&json_starved, true);
	return p;
}

/* false: no memory; what is told then needs none */
static bool envelope(struct tribx_cli *c, int code)
{
	json_t *findings = json_array();
	for (size_t i = 0; i < c->findings.count; i++)
		json_array_append_new(findings, tribx_error_json(&c->findings.items[i]));
	json_t *all = json_pack("{s:i,s:s,s:b,s:O?,s:O?,s:o,s:o}", "v", 1, "command", c->command ? c->command : "",
	                        "ok", code == 0, "summary", c->summary,
	                        "result", c->result, "findings", findings, "error",
	                        c->error.status ? tribx_error_json(&c->error) : json_null());
	json_t *shown = all ? tribx_json_masked(all) : NULL;
	char *text = shown ? json_dumps(shown, JSON_COMPACT) : NULL;
	const bool good = text && (code || !atomic_load(&json_starved));
	if (good)
		puts(text);
	else
		printf("{\"v\":1,\"ok\":false,\"error\":{\"code\":\"%s\"}}\n", c->error.status ? c->error.code : "internal.no_memory");
	free(text);
	json_decref(shown);
	json_decref(all);
	return good;
}

static void talk(const struct tribx_cli *c)
{
	fflush(stdout);   /* the order of stdout and stderr on one terminal is that of events */
	for (size_t i = 0; i < c->findings.count; i++)
		if ((!c->quiet || c->findings.items[i].status != TRIB_OK) && (c->tells || !c->findings.items[i].note))
			tribx_error_print(stderr, &c->findings.items[i], c->err_color);
	if (c->findings.dropped)
		fprintf(stderr, "and %zu more\n", c->findings.dropped);
	if (c->error.status)
		tribx_error_print(stderr, &c->error, c->err_color);
}

static int finish(struct tribx_cli *c, int code)
{
	if (c->findings.no_memory || (code == 0 && atomic_load(&json_starved)))
		tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory");
	if (c->error.status && code == 0)
		code = tribx_exit_of(c->error.status);
	if (!c->json || c->streamed)
		talk(c);
	else if (!envelope(c, code))
		code = tribx_exit_worse(code, tribx_exit_of(TRIB_FATAL));
	json_decref(c->summary);
	json_decref(c->result);
	tribx_findings_done(&c->findings);
	tribx_arena_done(&c->arena);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "error[cli.output]: stdout: %s\n", strerror(errno));
		return tribx_exit_worse(code, 3);
	}
	return code;
}

static int run(struct tribx_cli *c, const struct tribx_parsed *p)
{
	const struct tribx_command *cmd = p->command;
	if (p->version) {
		puts(PACKAGE_NAME " " PACKAGE_VERSION);
		c->streamed = true;
		return 0;
	}
	if (p->help || !cmd) {
		c->streamed = true;
		return cmd ? tribx_help_one(stdout, cmd) : p->help ? tribx_help_all(c, stdout)
			: (tribx_help_all(c, stderr), 2);
	}
	c->command = cmd->name;
	c->is = cmd;
	const bool few = (int)c->arg_count < cmd->args_min;
	if (few || (cmd->args_max >= 0 && (int)c->arg_count > cmd->args_max)) {
		tribx_error_hint(&c->error, "trib %s --help", cmd->name);
		return tribx_cli_usage(c, "too %s arguments: trib %s %s", few ? "few" : "many", cmd->name, cmd->usage);
	}
	tribx_log_level(c->quiet ? TRIBX_ERROR : c->verbose > 1 ? TRIBX_DEBUG : c->verbose ? TRIBX_INFO : TRIBX_WARN);
	return cmd->run(c, p->flags);
}

int trib_main(int argc, char **argv)
{
	struct tribx_cli c = { .tty = isatty(STDOUT_FILENO), .err_tty = isatty(STDERR_FILENO) };
	struct tribx_parsed p;
	json_set_alloc_funcs(json_room, free);
	signal(SIGXFSZ, SIG_IGN);               /* a limit on the size of files is an error of that write, not the end of the process */
	setvbuf(stderr, NULL, _IOLBF, 4096);   /* an error is many small pieces: one write per line */
	int code = tribx_flags_parse(&c, argc, argv, &p) ? run(&c, &p) : tribx_exit_of(c.error.status);
	return finish(&c, code);
}
