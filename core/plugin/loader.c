/* loader - see loader.h. Modules are found by name in fixed folders only, never through library paths or the current folder.
 *
 * ltdl says "file not found" for every fault and binds lazily, so the file is looked at first: owner and mode of file and
 * folder, the ELF ranges (a cut file would kill the process when mapped), and one dlopen with RTLD_NOW for the real reason. */
#include "plugin/loader.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <ltdl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "plugin/adopt.h"
#include "plugin/elf.h"

enum { MODULES_MAX = 256, FOLDERS_MAX = 32 };

/* What dlopen knows of the process is global anyway; this is our side of it. */
static struct {
	pthread_mutex_t lock;
	bool ready;
	struct tribx_arena arena;
	size_t count;
	const struct trib_plugin *modules[MODULES_MAX];
	lt_dlhandle preloaded[MODULES_MAX];
	size_t preloaded_count;
} registry = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* libtool preloads the library beside the plugins; only what has the entry symbol is one. */
static int keep_preloaded(lt_dlhandle handle)
{
	if (registry.preloaded_count < MODULES_MAX && lt_dlsym(handle, "trib_plugin"))
		registry.preloaded[registry.preloaded_count++] = handle;
	return 0;
}

static bool ready(struct tribx_error *e)
{
	if (!registry.ready && lt_dlinit() != 0)
		return tribx_fail(e, TRIB_FATAL, "plugin.no_loader", "the plugin loader does not start: %s", lt_dlerror()), false;
	if (!registry.ready)
		lt_dlpreload_open(NULL, keep_preloaded);
	registry.ready = true;
	return true;
}

/* ---- folders ---- */

struct folders { char at[FOLDERS_MAX][PATH_MAX]; size_t count; };

static void add_folder(struct folders *f, const char *path, size_t n)
{
	if (n > 0 && n < PATH_MAX && path[0] == '/' && f->count < FOLDERS_MAX)
		snprintf(f->at[f->count++], PATH_MAX, "%.*s", (int)n, path);
}

/* Run from the build tree: the program is ROOT/.libs/trib or, in a static build, ROOT/trib beside ROOT/libtributary.la. */
static void add_build_tree(struct folders *f)
{
	static const char *const kinds[] = { "connectors", "transforms", "sinks" };
	char exe[PATH_MAX], mark[PATH_MAX + 32], at[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return;
	exe[n] = 0;
	char *slash = strrchr(exe, '/');
	*slash = 0;
	slash = strrchr(exe, '/');
	if (slash && strcmp(slash, "/.libs") == 0)
		*slash = 0;
	snprintf(mark, sizeof mark, "%s/libtributary.la", exe);
	for (size_t i = 0; access(mark, F_OK) == 0 && i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(at, sizeof at, "%s/%s/.libs", exe, kinds[i]);
		add_folder(f, at, strlen(at));
	}
}

/* Where this program was installed; under the root it lies in, when it was installed with DESTDIR and not moved to /. */
static void add_installed(struct folders *f)
{
	char exe[PATH_MAX], at[PATH_MAX + sizeof TRIB_PLUGIN_DIR];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	ssize_t tail = sizeof TRIB_PROGRAM - 1;
	if (n < tail || memcmp(exe + n - tail, TRIB_PROGRAM, tail) != 0)
		n = tail;   /* not by its own name: an embedding program */
	snprintf(at, sizeof at, "%.*s%s", (int)(n - tail), exe, TRIB_PLUGIN_DIR);
	add_folder(f, at, strlen(at));
}

static void folders(struct folders *f)
{
	const char *path = getuid() == geteuid() ? getenv("TRIB_PLUGIN_PATH") : NULL;
	for (const char *p = path; p && *p; p += strspn(p, ":")) {
		size_t n = strcspn(p, ":");
		add_folder(f, p, n);
		p += n;
	}
	size_t before = f->count;
	add_build_tree(f);
	if (f->count == before)
		add_installed(f);
}

/* ---- trust ---- */

static bool owned(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

/* Group write is as good as none where the group is the owner's private one (umask 002). */
static bool writable_by_others(const struct stat *st)
{
	bool private = st->st_uid == geteuid() && st->st_gid == st->st_uid;
	return st->st_mode & (private ? 002 : 022);
}

/* A file, or a folder on the way to it, that others may change could become anything before it is loaded. */
static bool trusted(const char *path, struct tribx_error *e)
{
	struct stat st;
	char at[PATH_MAX + 128];
	snprintf(at, sizeof at, "%s", path);
	for (bool file = true; at[0]; file = false) {
		if (stat(at, &st) < 0)
			return tribx_fail(e, TRIB_CONFIG, "plugin.unreadable", "%s: %s", at, strerror(errno)), false;
		bool sticky = !file && (st.st_mode & S_ISVTX);
		if (!owned(&st) || (writable_by_others(&st) && !sticky)) {
			tribx_fail(e, TRIB_CONFIG, "plugin.untrusted", "%s %s: it must belong to root or you and be writable by nobody else", at,
			           owned(&st) ? "is writable by others" : "belongs to another user");
			tribx_error_hint(e, "chmod go-w %s", at);
			return false;
		}
		char *slash = strrchr(at, '/');
		if (!slash)
			break;
		*slash = 0;
	}
	return true;
}

/* ---- loading ---- */

static const struct trib_plugin *adopt(lt_dlhandle handle, const char *name, const char *path, struct tribx_error *e)
{
	const struct trib_plugin *theirs = lt_dlsym(handle, "trib_plugin");
	if (theirs)
		return tribx_adopt_plugin(theirs, name, &registry.arena, e);
	tribx_fail(e, TRIB_CONFIG, "plugin.no_symbol", "%s has no symbol %s_LTX_trib_plugin: it is not a plugin of that name", path, name);
	tribx_error_hint(e, "end the plugin with TRIB_PLUGIN(%s, ...)", name);
	return NULL;
}

static const struct trib_plugin *load(const char *name, const char *path, struct tribx_error *e)
{
	char why[256];
	if (!trusted(path, e))
		return NULL;
	if (!tribx_elf_whole(path, why, sizeof why)) {
		tribx_fail(e, TRIB_CONFIG, "plugin.damaged", "%s: %s", path, why);
		return NULL;
	}
	if (!dlopen(path, RTLD_NOW | RTLD_LOCAL)) {   /* stays open: callbacks of batches live in it */
		tribx_fail(e, TRIB_CONFIG, "plugin.unloadable", "%s", dlerror());
		return NULL;
	}
	lt_dlhandle handle = lt_dlopen(path);
	if (!handle) {
		tribx_fail(e, TRIB_CONFIG, "plugin.unloadable", "%s: %s", path, lt_dlerror());
		return NULL;
	}
	return adopt(handle, name, path, e);
}

static bool good_name(const char *name)
{
	return name[0] && strlen(name) < 64 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static const struct trib_plugin *known(const char *name)
{
	for (size_t i = 0; i < registry.count; i++)
		if (strcmp(registry.modules[i]->name, name) == 0)
			return registry.modules[i];
	return NULL;
}

static const struct trib_plugin *from_preloaded(const char *name, struct tribx_error *e)
{
	for (size_t i = 0; i < registry.preloaded_count; i++) {
		const lt_dlinfo *info = lt_dlgetinfo(registry.preloaded[i]);
		if (info && info->name && strcmp(info->name, name) == 0)
			return adopt(registry.preloaded[i], name, "the program", e);
	}
	return NULL;
}

static const char *found_name(const void *list, size_t i)
{
	return ((const struct tribx_found *)list)[i].name;
}

static void missing(const char *name, const struct folders *f, struct tribx_error *e)
{
	struct tribx_found *all = NULL;
	size_t count = 0;
	char where[256] = "";
	for (size_t i = 0; i < f->count && i < 3; i++)
		snprintf(where + strlen(where), sizeof where - strlen(where), "%s%s", i ? ", " : "", f->at[i]);
	tribx_fail(e, TRIB_CONFIG, "plugin.not_found", "no plugin is called %s (looked in %s)", name, where);
	pthread_mutex_unlock(&registry.lock);
	if (tribx_plugins(&all, &count) == TRIB_OK) {
		const char *near = tribx_nearest(name, found_name, all, count);
		tribx_error_hint(e, near ? "did you mean \"%s\"?" : "`trib plugins` lists what there is", near);
	}
	free(all);
	pthread_mutex_lock(&registry.lock);
}

static const struct trib_plugin *find(const char *name, struct tribx_error *e)
{
	struct folders *f = calloc(1, sizeof *f);
	const struct trib_plugin *p = NULL;
	char path[PATH_MAX + 80];
	if (!f)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory"), NULL;
	folders(f);
	for (size_t i = 0; !p && !e->status && i < f->count; i++) {
		snprintf(path, sizeof path, "%s/%s.so", f->at[i], name);
		if (access(path, F_OK) == 0)
			p = load(name, path, e);
	}
	if (!p && !e->status)
		p = from_preloaded(name, e);
	if (!p && !e->status)
		missing(name, f, e);
	free(f);
	return p;
}

const struct trib_plugin *tribx_plugin(const char *name, struct tribx_error *e)
{
	const struct trib_plugin *p = NULL;
	if (!good_name(name)) {
		tribx_fail(e, TRIB_CONFIG, "plugin.bad_name", "\"%s\" is no plugin name: lower-case letters, digits and _ only", name);
		return NULL;
	}
	pthread_mutex_lock(&registry.lock);
	if (ready(e) && !(p = known(name)) && (p = find(name, e)) && registry.count < MODULES_MAX)
		registry.modules[registry.count++] = p;
	pthread_mutex_unlock(&registry.lock);
	return p;
}

const struct trib_plugin *tribx_connector(const char *name, struct tribx_error *e)
{
	const struct trib_plugin *p = tribx_plugin(name, e), *beside = NULL;
	struct tribx_error none = { 0 };
	char source[96];
	if (p && !p->streams && strlen(name) < 56) {
		snprintf(source, sizeof source, "%s" TRIBX_SOURCE, name);
		beside = tribx_plugin(source, &none);
	}
	return beside && beside->streams ? beside : p;
}

/* ---- listing ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tribx_found *)a)->name, ((const struct tribx_found *)b)->name);
}

static bool note(struct tribx_found **all, size_t *count, const char *name, size_t n, const char *path)
{
	for (size_t i = 0; i < *count; i++)
		if (strlen((*all)[i].name) == n && strncmp((*all)[i].name, name, n) == 0)
			return true;   /* the first folder wins */
	struct tribx_found *grown = realloc(*all, (*count + 1) * sizeof **all);
	if (!grown)
		return false;
	*all = grown;
	grown[*count] = (struct tribx_found){ 0 };
	snprintf(grown[*count].name, sizeof grown->name, "%.*s", (int)n, name);
	snprintf(grown[(*count)++].path, sizeof grown->path, "%s", path);
	return true;
}

static bool list_folder(const char *folder, struct tribx_found **all, size_t *count)
{
	DIR *d = opendir(folder);
	char path[PATH_MAX];
	bool good = true;
	for (const struct dirent *at; d && (at = readdir(d));) {
		size_t n = strlen(at->d_name);
		if (n <= 3 || strcmp(at->d_name + n - 3, ".so") != 0 || n - 3 >= 64)
			continue;
		if (snprintf(path, sizeof path, "%s/%s", folder, at->d_name) < (int)sizeof path)   /* nothing longer can be opened */
			good &= note(all, count, at->d_name, n - 3, path);
	}
	if (d)
		closedir(d);
	return good;
}

int tribx_plugins(struct tribx_found **out, size_t *count)
{
	struct folders *f = calloc(1, sizeof *f);
	struct tribx_error e = { 0 };
	*out = NULL;
	*count = 0;
	if (!f)
		return TRIB_FATAL;
	folders(f);
	bool good = true;
	for (size_t i = 0; i < f->count; i++)
		good &= list_folder(f->at[i], out, count);
	pthread_mutex_lock(&registry.lock);
	for (size_t i = 0; ready(&e) && i < registry.preloaded_count; i++) {
		const lt_dlinfo *info = lt_dlgetinfo(registry.preloaded[i]);
		if (info && info->name && good_name(info->name))
			good &= note(out, count, info->name, strlen(info->name), "built in");
	}
	pthread_mutex_unlock(&registry.lock);
	free(f);
	if (*count)
		qsort(*out, *count, sizeof **out, by_name);
	if (good)
		return TRIB_OK;
	free(*out);
	*out = NULL;
	*count = 0;
	return TRIB_FATAL;
}

const char *tribx_plugin_kind(const struct trib_plugin *p)
{
	static const char *const kinds[] = { "commands", "connector", "transform", "connector, transform", "sink", "connector, sink",
	                                     "transform, sink", "connector, transform, sink" };
	return kinds[(p->streams ? 1 : 0) + (p->apply ? 2 : 0) + (p->write ? 4 : 0)];
}
