/* doctor - trib doctor [PATH]: is this machine fit to run? Versions, plugins, permissions, disk. */
#include <config.h>
#include <jansson.h>
#include <libfyaml.h>
#include <ltdl.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <pcre2.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "plugin/loader.h"

enum { SQLITE_RESET_FIXED = 3051003 };   /* the WAL-reset defect of versions before it needs two writers at once */

enum state { FINE, WARN, FAIL };

struct doctor {
	struct tribx_table table;
	const char *path;
	int warned, failed;
};

static void say(struct doctor *d, const char *what, enum state state, const char *fmt,
                ...) __attribute__((format(printf, 4, 5)));
static void say(struct doctor *d, const char *what, enum state state, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "warn", "fail" };
	char text[512];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	tribx_table_cell(&d->table, what);
	tribx_table_cell(&d->table, words[state]);
	tribx_table_cell(&d->table, text);
	d->warned += state == WARN;
	d->failed += state == FAIL;
}

static void versions(struct doctor *d)
{
	char pcre[64] = "";
	say(d, "tributary", FINE, "%s, ABI %d, plugins in %s", PACKAGE_VERSION, TRIB_ABI, TRIB_PLUGIN_DIR);
	if (sqlite3_libversion_number() < SQLITE_RESET_FIXED)
		say(d, "sqlite", WARN,
		    "%s: before 3.51.3 two writers at once can damage a database in WAL mode; tributary's own runs "
		    "take turns by a lock, other "
		    "programs must not write at the same time", sqlite3_libversion());
	else
		say(d, "sqlite", FINE, "%s", sqlite3_libversion());
	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof pcre)
		pcre2_config(PCRE2_CONFIG_VERSION, pcre);
	pcre[strcspn(pcre, " ")] = 0;   /* a date follows */
	say(d, "libraries", FINE, "libfyaml %s, jansson %s, zlib %s, pcre2 %s%s", fy_library_version(),
	    jansson_version_str(), zlibVersion(), pcre,
#ifdef HAVE_ISAL
	    ", isa-l"
#else
	    ""
#endif
	);
}

static void plugins(struct doctor *d)
{
	struct tribx_found *all;
	size_t count, good = 0;
	if (tribx_plugins(&all, &count) < 0) {
		say(d, "plugins", FAIL, "no memory for the list");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct tribx_error e = { 0 };
		if (tribx_plugin(all[i].name, &e))
			good++;
		else
			say(d, "plugin", WARN, "%s: %s", all[i].name, e.text);
	}
	free(all);
	say(d, "plugins", good ? FINE : FAIL, "%zu can be used%s", good,
	    good ? "" : "; TRIB_PLUGIN_PATH names more folders");
}

static void disk(struct doctor *d, const char *what, const char *path)
{
	struct statvfs v;
	if (statvfs(path, &v) < 0) {
		say(d, what, FAIL, "%s: %s", path, strerror(errno));
		return;
	}
	double free_gib = (double)v.f_bavail * (double)v.f_frsize / 1073741824.0;
	bool writable = access(path, W_OK) == 0;
	say(d, what, !writable ? FAIL : free_gib < 0.1 ? FAIL : free_gib < 1 ? WARN : FINE, "%s: %s%.1f GiB free", path,
	    writable ? "" : "cannot be written, ", free_gib);
}

/* Run history and tokens are in .trib: nobody else may read it. */
static void project(struct doctor *d)
{
	char path[4096];
	struct stat st;
	disk(d, "folder", d->path);
	snprintf(path, sizeof path, "%s/.trib", d->path);
	if (stat(path, &st) == 0) {
		bool open = st.st_mode & 077, ours = st.st_uid == geteuid();
		say(d, "state", open || !ours ? WARN : FINE, "%s: mode %03o%s%s", path, st.st_mode & 0777,
		    open ? ", others may look into it: chmod 700" : "",
		    ours ? "" : ", it belongs to somebody else");
	}
}

static void machine(struct doctor *d)
{
	struct rlimit files;
	const char *tmp = getenv("TMPDIR");
	disk(d, "temporary files", tmp && *tmp ? tmp : "/tmp");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		say(d, "open files", files.rlim_cur < 256 ? WARN : FINE, "%llu", (unsigned long long)files.rlim_cur);
	say(d, "cores", FINE, "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	say(d, "time zones", access("/usr/share/zoneinfo/UTC", R_OK) == 0 ? FINE : WARN, "%s",
	    access("/usr/share/zoneinfo/UTC", R_OK) == 0 ? "/usr/share/zoneinfo"
	    : "none: install tzdata, or local times cannot be placed");
	if (tribx_now_fixed())
		say(d, "clock", WARN, "TRIB_NOW stands for now: for tests only");
}

static int doctor(struct tribx_cli *c, const void *flags)
{
	static const char *const heads[] = { "what", "state", "detail", NULL };
	struct doctor d = { .path = c->arg_count ? c->args[0] : "." };
	(void)flags;
	tribx_table_start(&d.table, heads);
	versions(&d);
	plugins(&d);
	machine(&d);
	project(&d);
	c->summary = json_pack("{s:i,s:i}", "failed", d.failed, "warnings", d.warned);
	tribx_cli_table(c, &d.table);
	return d.failed ? 3 : 0;
}

const struct tribx_command tribx_cmd_doctor = {
	.name = "doctor", .group = "start", .usage = "[PATH]",
	.help = "Tells whether this machine is fit to run: versions, plugins, permissions, disk.",
	.examples = "trib doctor\ntrib doctor --json", .args_max = 1, .run = doctor
};
