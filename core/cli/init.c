/* init - trib init [--demo] DIR: a project to start from. Never overwrites. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"

struct init { bool demo; };
static const struct trib_field flags[] = { TRIB_FIELD(struct init, demo,
                                                      .help = "The quickstart: carrier reports, CRM export and tickets,"
                                                              " ready to run."), { 0 } };

static const struct { const char *name, *text; } files[] = {
	{ "pipeline.yaml",
	  "# trib check finds faults, trib preview shows the first rows after each step, trib run does it.\n"
	  "pipeline: first\n"
	  "source:\n"
	  "  use: file\n"
	  "  url: in/*.csv\n"
	  "steps:\n"
	  "  - map: { cast: { amount: { type: decimal } } }\n"
	  "sink:\n"
	  "  use: sqlite\n"
	  "  path: out/data.db\n"
	  "  table: amounts\n"
	  "  mode: merge\n"
	  "  key: [day, partner]\n" },
	{ "in/first.csv",
	  "day,partner,amount\n2025-01-01,P01,1250.50\n2025-01-01,P02,980.00\n2025-01-02,P01,1310.25\n" },
	{ "tests/first.yaml",
	  "# trib test runs these: rows that are given, rows that must come out. docs/testing.md has all the words.\n"
	  "tests:\n"
	  "  - name: amounts become exact numbers\n"
	  "    given:\n"
	  "      rows:\n"
	  "        - { day: 2025-01-01, partner: P01, amount: \"1250.50\" }\n"
	  "        - { day: 2025-01-02, partner: P01, amount: \"0.1\" }\n"
	  "    expect:\n"
	  "      tables:\n"
	  "        amounts:\n"
	  "          - { day: 2025-01-01, partner: P01, amount: 1250.5 }\n"
	  "          - { day: 2025-01-02, partner: P01, amount: 0.1 }\n"
	  "  - name: what is no number does not get in\n"
	  "    given:\n"
	  "      files:\n"
	  "        late.csv: |\n"
	  "          day,partner,amount\n"
	  "          2025-01-03,P01,12\n"
	  "          2025-01-03,P02,a dozen\n"
	  "    expect:\n"
	  "      error: run.rejects_over_budget\n"
	  "      dead: { map.not_a_value: 1 }\n"
	  "      tables: { amounts: [] }\n" },
	{ ".gitignore", ".trib/\nout/\nsecrets/\n" },
};

static int fail(struct tribx_cli *c, const char *path, int error)
{
	tribx_fail(&c->error, TRIB_ENV, "cli.init", "%s: %s", path, strerror(error));
	if (error == EEXIST)
		tribx_error_hint(&c->error, "nothing is overwritten: name a new folder");
	return tribx_exit_of(c->error.status);
}

static int write_file(struct tribx_cli *c, const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool good = fd >= 0;
	while (good && n > 0) {
		ssize_t put = write(fd, text, n);
		good = put >= 0 || errno == EINTR;
		text += put > 0 ? put : 0;
		n -= put > 0 ? (size_t)put : 0;
	}
	int error = errno;
	if (fd >= 0 && close(fd) < 0 && good) {
		good = false;
		error = errno;
	}
	return good ? 0 : fail(c, path, error);
}

/* ---- --demo: the example as it is, without what runs left in it ---- */

static bool found(char *out, size_t size, const char *fmt, const char *a)
{
	char mark[PATH_MAX + 16];
	snprintf(out, size, fmt, a);
	snprintf(mark, sizeof mark, "%.*s/in", PATH_MAX, out);
	return access(mark, R_OK) == 0;
}

/* Installed, or beside the program in a build tree (whose Makefile knows where the sources are). */
static bool demo_folder(char *out, size_t size)
{
	char exe[PATH_MAX];
	const char *src = getenv("TRIB_SRC");
	if (found(out, size, "%s/examples/quickstart", TRIB_DATA_DIR) ||
	    (src && found(out, size, "%s/examples/quickstart", src)))
		return true;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	for (int up = 0; n > 0 && up < 3; up++) {
		exe[n] = 0;
		char *slash = strrchr(exe, '/');
		n = slash ? slash - exe : 0;
		exe[n] = 0;
		if (found(out, size, "%s/examples/quickstart", exe))
			return true;
	}
	return false;
}

static int copy_file(struct tribx_cli *c, const char *from, const char *to)
{
	struct stat st;
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	char *text = fd >= 0 && fstat(fd, &st) == 0 ? malloc((size_t)st.st_size + 1) : NULL;
	ssize_t n = text ? read(fd, text, (size_t)st.st_size) : -1;
	int code = n < 0 || n != st.st_size ? fail(c, from, errno) : write_file(c, to, text, (size_t)n);
	free(text);
	if (fd >= 0)
		close(fd);
	return code;
}

static bool wanted(const char *name)
{
	static const char *const not[] = { ".", "..", "out", ".trib" };
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof not / sizeof *not; i++)
		if (strcmp(name, not[i]) == 0)
			return false;
	return n < 3 || strcmp(name + n - 3, ".py") != 0;
}

static int copy_folder(struct tribx_cli *c, const char *from, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];
	struct stat st;
	DIR *d = opendir(from);
	int code = d ? 0 : fail(c, from, errno);
	if (d && mkdir(to, 0777) < 0 && errno != EEXIST)
		code = fail(c, to, errno);
	for (const struct dirent *at; code == 0 && (at = readdir(d));) {
		if (!wanted(at->d_name))
			continue;
		if (snprintf(a, sizeof a, "%s/%s", from, at->d_name) >= (int)sizeof a ||
		    snprintf(b, sizeof b, "%s/%s", to, at->d_name) >= (int)sizeof b)
			code = fail(c, to, ENAMETOOLONG);
		else if (stat(a, &st) < 0)
			code = fail(c, a, errno);
		else
			code = S_ISDIR(st.st_mode) ? copy_folder(c, a, b) : copy_file(c, a, b);
	}
	if (d)
		closedir(d);
	return code;
}

static int demo(struct tribx_cli *c, const char *to)
{
	char from[PATH_MAX + 64];
	if (demo_folder(from, sizeof from))
		return copy_folder(c, from, to);   /* makes `to` as well: what cannot be copied leaves no empty folder */
	tribx_fail(&c->error, TRIB_ENV, "cli.init", "the quickstart is not where it is installed (%s)", TRIB_DATA_DIR);
	tribx_error_hint(&c->error, "`make install` puts it there; TRIB_SRC=FOLDER names the sources");
	return tribx_exit_of(c->error.status);
}

static int plain(struct tribx_cli *c, const char *to)
{
	char path[PATH_MAX];
	int code = 0;
	static const char *const folders[] = { "", "/in", "/tests" };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, sizeof path, "%s%s", to, folders[i]);
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return fail(c, path, errno);
	}
	for (size_t i = 0; code == 0 && i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/%s", to, files[i].name);
		code = write_file(c, path, files[i].text, strlen(files[i].text));
	}
	return code;
}

static int init(struct tribx_cli *c, const void *options)
{
	const struct init *o = options;
	const char *to = c->args[0];
	int code = o->demo ? demo(c, to) : plain(c, to);
	c->result = json_pack("{s:s,s:b}", "folder", to, "demo", o->demo);
	if (code == 0)
		tribx_cli_say(c, "%s is ready. Next: trib run %s", to, to);
	return code;
}

const struct tribx_command tribx_cmd_init = {
	.name = "init", .group = "start", .usage = "DIR", .help = "Makes a project to start from; nothing is overwritten.",
	.examples = "trib init my-project\ntrib init --demo demo && trib run demo", .flags = flags,
	.flags_size = sizeof(struct init), .args_min = 1, .args_max = 1,
	.run = init
};
