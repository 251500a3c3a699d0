/* test - trib test [PATH|PLUGIN...]: tests of pipelines and the conformance of plugins; one line per test, then what failed. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/runs.h"
#include "test/test.h"

struct flags { const char *filter, *junit; bool tap; trib_map with; };
static const struct trib_field flag_fields[] = {
	TRIB_FIELD(struct flags, filter, .help = "Only tests whose name holds this text, or matches it as a glob."),
	TRIB_FIELD(struct flags, tap, .help = "TAP, the protocol of test harnesses."),
	TRIB_FIELD(struct flags, junit, .help = "File to write as JUnit XML, for CI."),
	TRIB_FIELD(struct flags, with, .help = "Options of the plugin that is tested: NAME=VALUE, NAME=VALUE; over those of conformance.yaml."),
	{ 0 }
};

struct kept { struct tribx_result r; struct kept *next; };
struct session {
	struct tribx_cli *c;
	const struct flags *f;
	struct kept *head, **tail;
	int64_t count, passed, failed, skipped, since;
	bool failed_memory;
};

/* ---- each, as it ends ---- */

static void lines(FILE *to, const char *before, const char *text)
{
	for (const char *end; *text; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		fprintf(to, "%s%.*s\n", before, (int)(end - text), text);
	}
}

static void say_tap(const struct session *s, const struct tribx_result *r)
{
	printf("%s %" PRId64 " - %s: %s", r->outcome == TRIBX_FAILED ? "not ok" : "ok", s->count, r->suite, r->name);
	printf(r->outcome == TRIBX_SKIPPED ? " # SKIP %.*s\n" : "\n", (int)strcspn(r->why, "\n"), r->why);
	if (r->outcome == TRIBX_FAILED)
		lines(stdout, "# ", r->why);
}

static void say_line(const struct session *s, const struct tribx_result *r)
{
	static const struct { const char *word, *color; } words[] = { { "ok", "32" }, { "FAILED", "31;1" }, { "skipped", "33" } };
	const bool color = s->c->color;
	printf("test %s: %s ... %s%s%s%s", r->suite, r->name, color ? "\033[" : "", color ? words[r->outcome].color : "", color ? "m" : "",
	       words[r->outcome].word);
	printf("%s", color ? "\033[0m" : "");
	if (r->outcome == TRIBX_SKIPPED)
		printf(": %.*s", (int)strcspn(r->why, "\n"), r->why);
	putchar('\n');
}

static char *copy(struct session *s, const char *text)
{
	char *to = tribx_arena_text(&s->c->arena, text, strlen(text));
	s->failed_memory |= !to;
	return to ? tribx_mask(to) : "";
}

static void told(void *ctx, const struct tribx_result *r)
{
	struct session *s = ctx;
	struct kept *k = tribx_arena_new(&s->c->arena, sizeof *k);
	int64_t *const counts[] = { &s->passed, &s->failed, &s->skipped };
	s->count++;
	++*counts[r->outcome];
	s->failed_memory |= !k;
	if (!k)
		return;
	k->r = *r;
	k->r.suite = copy(s, r->suite);
	k->r.name = copy(s, r->name);
	k->r.why = copy(s, r->why);
	*s->tail = k;
	s->tail = &k->next;
	if (s->c->json)
		return;
	if (s->f->tap)
		say_tap(s, &k->r);
	else
		say_line(s, &k->r);
	fflush(stdout);
}

/* ---- all of them ---- */

static void add_json(struct session *s)
{
	static const char *const words[] = { "passed", "failed", "skipped" };
	s->c->result = json_array();
	for (const struct kept *k = s->head; k; k = k->next)
		json_array_append_new(s->c->result, json_pack("{s:s,s:s,s:i,s:s,s:s,s:I}", "suite", k->r.suite, "name", k->r.name, "line", k->r.line,
		                                              "outcome", words[k->r.outcome], "why", k->r.why, "elapsed_ms",
		                                              (json_int_t)(k->r.elapsed_us / 1000)));
}

static void xml(FILE *to, const char *text)
{
	for (; *text; text++) {
		const char *is = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '"' ? "&quot;" : NULL;
		if (is)
			fputs(is, to);
		else if ((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t')
			fputc(*text, to);
	}
}

static void junit_case(FILE *to, const struct tribx_result *r)
{
	fputs("  <testcase classname=\"", to);
	xml(to, r->suite);
	fputs("\" name=\"", to);
	xml(to, r->name);
	fprintf(to, "\" time=\"%" PRId64 ".%03" PRId64 "\">", r->elapsed_us / 1000000, r->elapsed_us / 1000 % 1000);
	if (r->outcome != TRIBX_PASSED) {
		fputs(r->outcome == TRIBX_FAILED ? "<failure message=\"not as expected\">" : "<skipped message=\"", to);
		xml(to, r->why);
		fputs(r->outcome == TRIBX_FAILED ? "</failure>" : "\"/>", to);
	}
	fputs("</testcase>\n", to);
}

static int write_junit(struct session *s)
{
	FILE *to = fopen(s->f->junit, "we");
	struct tribx_error e = { 0 };
	if (to) {
		fprintf(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"trib test\" tests=\"%" PRId64 "\" failures=\"%" PRId64
		        "\" skipped=\"%" PRId64 "\">\n", s->count, s->failed, s->skipped);
		for (const struct kept *k = s->head; k; k = k->next)
			junit_case(to, &k->r);
		fputs(" </testsuite>\n</testsuites>\n", to);
	}
	if (to && !ferror(to) && fclose(to) == 0)
		return 0;
	tribx_fail(&e, TRIB_ENV, "cli.output", "%s: %s", s->f->junit, strerror(errno));
	return tribx_cli_fail(s->c, &e);
}

static void say_end(struct session *s, const struct tribx_tests *t)
{
	if (s->f->tap) {
		printf("1..%" PRId64 "\n", s->count);
		return;
	}
	if (s->failed)
		printf("\nfailures:\n");
	for (const struct kept *k = s->head; k; k = k->next) {
		if (k->r.outcome != TRIBX_FAILED)
			continue;
		printf(k->r.line ? "\n---- %s  (%s:%d)\n" : "\n---- %s  (%s)\n", k->r.name, k->r.suite, k->r.line);
		lines(stdout, "", k->r.why);
	}
	const int64_t ms = (tribx_ticks_us() - s->since) / 1000;
	printf("\ntest result: %s. %" PRId64 " passed; %" PRId64 " failed; %" PRId64 " skipped; %" PRId64 " filtered out; finished in %" PRId64
	       ".%02" PRId64 "s\n", s->failed ? "FAILED" : "ok", s->passed, s->failed, s->skipped, t->left_out, ms / 1000, ms % 1000 / 10);
}

/* ---- what is meant ---- */

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool there(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	return snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path && stat(path, &st) == 0;
}

/* What else lies beside the tests, rows that they expect, is no test. */
static bool has_tests(const char *path)
{
	char line[4096];
	bool is = false;
	FILE *in = fopen(path, "re");
	while (in && !is && fgets(line, sizeof line, in))
		is = strncmp(line, "tests:", 6) == 0;
	if (in)
		fclose(in);
	return is;
}

static int yaml_file(const struct dirent *d)
{
	const char *end = strrchr(d->d_name, '.');
	return d->d_name[0] != '.' && end && (strcmp(end, ".yaml") == 0 || strcmp(end, ".yml") == 0);
}

static size_t files_of(struct tribx_tests *t, const char *dir, struct tribx_findings *f)
{
	struct dirent **names;
	char path[PATH_MAX];
	size_t count = 0;
	const int n = scandir(dir, &names, yaml_file, alphasort);
	for (int i = 0; i < n; i++) {
		const bool fits = snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name) < (int)sizeof path;
		if (fits && has_tests(path) && !t->stopped()) {
			tribx_test_file(t, strncmp(path, "./", 2) == 0 ? path + 2 : path, f);
			count++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return count;
}

static int folder(struct tribx_cli *c, struct tribx_tests *t, const char *dir)
{
	char inner[PATH_MAX], path[PATH_MAX];
	const bool plugin = there(dir, "conformance.yaml");
	size_t count = plugin;
	snprintf(path, sizeof path, "%s", dir);
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = 0;
	if (plugin)
		tribx_test_plugin(t, path, &c->findings);
	if (snprintf(inner, sizeof inner, "%s/tests", path) >= (int)sizeof inner)
		return tribx_cli_usage(c, "%s is too long a path", path);
	count += files_of(t, is_folder(inner) ? inner : path, &c->findings);
	if (count)
		return 0;
	tribx_error_hint(&c->error, "tests are files tests/NAME.yaml that begin with `tests:`, docs/testing.md; `trib init` makes a project with one");
	return tribx_cli_usage(c, "there are no tests in %s", dir);
}

static int one(struct tribx_cli *c, struct tribx_tests *t, const char *what)
{
	struct stat st;
	const size_t n = strlen(what);
	const bool file = stat(what, &st) == 0;
	if (file && S_ISDIR(st.st_mode))
		return folder(c, t, what);
	if ((file && n > 3 && strcmp(what + n - 3, ".so") == 0) || (!file && !strchr(what, '/') && !strchr(what, '.')))
		tribx_test_plugin(t, what, &c->findings);
	else
		tribx_test_file(t, what, &c->findings);
	return 0;
}

static int test(struct tribx_cli *c, const void *options)
{
	const struct flags *f = options;
	struct session s = { .c = c, .f = f, .tail = &s.head, .since = tribx_ticks_us() };
	struct tribx_set *with = tribx_arena_new(&c->arena, (f->with.count + 1) * sizeof *with);
	struct tribx_tests t = { .filter = f->filter, .with = with, .with_count = with ? f->with.count : 0, .stopped = tribx_runs_stopped, .told = told, .ctx = &s };
	for (size_t i = 0; i < t.with_count; i++)
		with[i] = (struct tribx_set){ f->with.names[i], trib_map_text(&f->with, f->with.names[i]) };
	tribx_runs_watch();
	int code = 0;
	if (f->tap && !c->json)
		puts("TAP version 13");
	for (size_t i = 0; i < (c->arg_count ? c->arg_count : 1) && !tribx_runs_stopped(); i++)
		code = tribx_exit_worse(code, one(c, &t, c->arg_count ? c->args[i] : "."));
	c->summary = json_pack("{s:I,s:I,s:I,s:I}", "passed", (json_int_t)s.passed, "failed", (json_int_t)s.failed, "skipped", (json_int_t)s.skipped,
	                       "filtered", (json_int_t)t.left_out);
	if (c->json)
		add_json(&s);
	else if (s.count || code == 0)
		say_end(&s, &t);
	if (f->junit)
		code = tribx_exit_worse(code, write_junit(&s));
	if (tribx_runs_stopped())
		code = tribx_exit_worse(code, 4);
	if (s.failed_memory)
		tribx_fail(&c->error, TRIB_FATAL, "internal.no_memory", "no memory for the results");
	return tribx_exit_worse(tribx_exit_worse(code, tribx_cli_faults(c)), s.failed ? 1 : 0);
}

const struct tribx_command tribx_cmd_test = {
	.name = "test", .group = "run", .usage = "[PATH|PLUGIN ...]",
	.help = "Runs tests of pipelines (given rows, expected rows) and the conformance of plugins; no network, no state.",
	.more = "PATH is a project (its tests/*.yaml; without a path the folder you are in), a file of tests, or a folder or .so of a plugin; a "
	        "PLUGIN is a name. Each test runs in a folder of its own that is gone afterwards. docs/testing.md has the words of a test. Exit code 1 "
	        "when one fails, 2 when a test cannot be read.",
	.examples = "trib test\ntrib test my-project -k amounts\ntrib test sqlite --tap\ntrib test ./acme --with rows=10 --junit report.xml",
	.flags = flag_fields, .flags_size = sizeof(struct flags), .args_max = -1, .run = test
};
