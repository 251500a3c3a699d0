/* glob - files by pattern: * ? [..] in any part of a path, ** over any number of folders. In name order, bytewise.
 *
 * A path that exists is itself, whatever characters it has. Patterns do not see names that begin with a dot, unless they begin
 * with one, nor files that are still being delivered (.part, .tmp ...). When nothing matches, the reason names the folder and
 * what lies in it. */
#include "io/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/glob.h"

enum { FOUND_MAX = 1000000, DEPTH_MAX = 64 };

static const char *const unfinished[] = { ".part", ".filepart", ".partial", ".tmp", ".crdownload", ".swp", "~" };

void tribx_paths_done(struct tribx_paths *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->items[i]);
	free(p->items);
	*p = (struct tribx_paths){ 0 };
}

bool tribx_paths_add(struct tribx_paths *p, const char *path)
{
	if (p->count == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 32;
		char **grown = realloc(p->items, cap * sizeof *grown);
		if (!grown)
			return false;
		p->items = grown;
		p->cap = cap;
	}
	if (!(p->items[p->count] = strdup(path)))
		return false;
	p->count++;
	return true;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct tribx_paths *p)
{
	size_t kept = 0;
	if (p->count)
		qsort(p->items, p->count, sizeof *p->items, by_bytes);
	for (size_t i = 0; i < p->count; i++)
		if (kept && strcmp(p->items[kept - 1], p->items[i]) == 0)
			free(p->items[i]);   /* two ways of ** lead to one file */
		else
			p->items[kept++] = p->items[i];
	p->count = kept;
}

struct walk {
	struct tribx_paths parts, *found;
	struct tribx_error *e;
	size_t missed_part;            /* the part that matched nothing, farthest along the pattern */
	char *missed_in;               /* the folder where */
	bool missed;
};

static int no_memory(struct tribx_error *e)
{
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a list of files");
}

static bool is_glob(const char *part)
{
	return strpbrk(part, "*?[");
}

static bool is_unfinished(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
		size_t m = strlen(unfinished[i]);
		if (n > m && strcmp(name + n - m, unfinished[i]) == 0)
			return true;
	}
	return false;
}

/* The names of a folder, sorted; dotted: those that begin with a dot, and no others. TRIB_END: there is none, errno says why. One that may not be looked into is an error: what it
 * holds would be missed without a word. */
static int names_of(const char *folder, bool dotted, struct tribx_paths *out, struct tribx_error *e)
{
	DIR *d = opendir(*folder ? folder : ".");
	bool ok = true;
	if (!d)
		return errno == ENOENT || errno == ENOTDIR
		               ? TRIB_END
		               : tribx_fail(e, TRIB_ENV, "file.unreadable", "folder %s cannot be read: %s", *folder ? folder : ".", strerror(errno));
	for (const struct dirent *entry; ok && (entry = readdir(d));)
		if (entry->d_name[0] == '.' ? dotted && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") : !dotted)
			ok = out->count < FOUND_MAX && tribx_paths_add(out, entry->d_name);
	closedir(d);
	if (!ok)
		return out->count < FOUND_MAX ? no_memory(e) : tribx_fail(e, TRIB_CONFIG, "file.too_many", "more than %d files in one folder", FOUND_MAX);
	sort(out);
	return TRIB_OK;
}

static int miss(struct walk *w, const char *folder, size_t part)
{
	if (w->missed && part <= w->missed_part)
		return TRIB_OK;
	free(w->missed_in);
	w->missed = true;
	w->missed_part = part;
	w->missed_in = strdup(folder);
	return w->missed_in ? TRIB_OK : no_memory(w->e);
}

static int step(struct walk *w, const char *folder, size_t part, int depth);

/* What is there and leads nowhere: a link into nothing or to itself. As a file it is taken, and opening it says why. */
static bool is_broken(const char *path, struct stat *st)
{
	return lstat(path, st) == 0 && S_ISLNK(st->st_mode);
}

/* folder/name stands for a part of the pattern: take it or go on below it. */
static int enter(struct walk *w, const char *folder, const char *name, size_t part, int depth)
{
	struct stat st;
	char *path = NULL;
	bool last = part + 1 == w->parts.count;
	if (asprintf(&path, "%s%s%s", folder, *folder && folder[strlen(folder) - 1] != '/' ? "/" : "", name) < 0)
		return no_memory(w->e);
	int rc = TRIB_OK;
	if (stat(path, &st) != 0 ? !last || !is_broken(path, &st) : last ? !S_ISREG(st.st_mode) : !S_ISDIR(st.st_mode))
		rc = TRIB_END;
	else if (!last)
		rc = step(w, path, part + 1, depth + 1);
	else if (w->found->count == FOUND_MAX)
		rc = tribx_fail(w->e, TRIB_CONFIG, "file.too_many", "more than %d files match", FOUND_MAX);
	else if (!tribx_paths_add(w->found, path))
		rc = no_memory(w->e);
	free(path);
	return rc;
}

/* ** stands for no folder, or for one more and ** again. Links to folders are not followed: they may lead in circles. */
static int deeper(struct walk *w, const char *folder, size_t part, int depth)
{
	struct tribx_paths names = { 0 };
	int rc = step(w, folder, part + 1, depth);
	if (rc >= 0)
		rc = names_of(folder, false, &names, w->e);
	for (size_t i = 0; rc == TRIB_OK && i < names.count; i++) {
		struct stat st;
		char *path = NULL;
		if (asprintf(&path, "%s%s%s", folder, *folder && folder[strlen(folder) - 1] != '/' ? "/" : "", names.items[i]) < 0)
			rc = no_memory(w->e);
		else if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			rc = step(w, path, part, depth + 1);
		free(path);
	}
	tribx_paths_done(&names);
	return rc < 0 ? rc : TRIB_OK;
}

static int step(struct walk *w, const char *folder, size_t part, int depth)
{
	const char *want = w->parts.items[part];
	bool last = part + 1 == w->parts.count;
	struct tribx_paths names = { 0 };
	if (depth > DEPTH_MAX)
		return tribx_fail(w->e, TRIB_CONFIG, "file.too_many", "folders lie more than %d deep", DEPTH_MAX);
	if (strcmp(want, "**") == 0)
		return deeper(w, folder, part, depth);
	if (!is_glob(want)) {
		int rc = enter(w, folder, want, part, depth);
		return rc == TRIB_END ? miss(w, folder, part) : rc;
	}
	bool any = false;
	int rc = names_of(folder, *want == '.', &names, w->e);
	for (size_t i = 0; rc >= 0 && i < names.count; i++) {
		if (!tribx_glob(want, names.items[i]) || (last && is_unfinished(names.items[i])))
			continue;
		rc = enter(w, folder, names.items[i], part, depth);
		any |= rc == TRIB_OK;
	}
	tribx_paths_done(&names);
	return rc < 0 ? rc : any ? TRIB_OK : miss(w, folder, part);
}

/* Why there is nothing: the folder that was looked into last, and what lies in it. */
static int explain(struct walk *w, struct tribx_error *e)
{
	struct tribx_paths names = { 0 };
	const char *folder = w->missed_in && *w->missed_in ? w->missed_in : ".", *want = w->parts.items[w->missed ? w->missed_part : 0];
	int rc = names_of(folder, false, &names, e);
	if (rc == TRIB_END)
		tribx_fail(e, TRIB_DATA, "file.no_match", "nothing matches \"%s\": folder %s cannot be read (%s)", want, folder, strerror(errno));
	else if (rc == TRIB_OK && names.count == 0)
		tribx_fail(e, TRIB_DATA, "file.no_match", "nothing matches \"%s\": folder %s is empty", want, folder);
	else if (rc == TRIB_OK)
		tribx_fail(e, TRIB_DATA, "file.no_match", "nothing matches \"%s\" in folder %s, which holds %s%s%s%s%s%s", want, folder,
		           names.items[0], names.count > 1 ? ", " : "", names.count > 1 ? names.items[1] : "", names.count > 2 ? ", " : "",
		           names.count > 2 ? names.items[2] : "", names.count > 3 ? " and more" : "");
	tribx_paths_done(&names);
	return rc < 0 ? rc : TRIB_END;
}

static bool split(const char *pattern, struct tribx_paths *parts)
{
	char *copy = strdup(pattern), *save = NULL;
	bool ok = copy;
	for (char *p = ok ? strtok_r(copy, "/", &save) : NULL; ok && p; p = strtok_r(NULL, "/", &save))
		if (strcmp(p, ".") != 0 && !(strcmp(p, "**") == 0 && parts->count && strcmp(parts->items[parts->count - 1], "**") == 0))
			ok = tribx_paths_add(parts, p);
	if (ok && parts->count && strcmp(parts->items[parts->count - 1], "**") == 0)
		ok = tribx_paths_add(parts, "*");
	free(copy);
	return ok;
}

int tribx_local_list(const char *pattern, struct tribx_paths *out, struct tribx_error *e)
{
	struct stat st;
	struct tribx_paths found = { 0 };
	struct walk w = { .found = &found, .e = e };
	int rc = TRIB_OK;
	if (stat(pattern, &st) == 0 && S_ISDIR(st.st_mode))
		return tribx_fail(e, TRIB_CONFIG, "file.is_folder", "is a folder; say which files of it, for example /*.csv");
	if (stat(pattern, &st) == 0)
		rc = tribx_paths_add(&found, pattern) ? TRIB_OK : no_memory(e);
	else if (!split(pattern, &w.parts))
		rc = no_memory(e);
	else if (w.parts.count == 0)
		rc = tribx_fail(e, TRIB_CONFIG, "file.bad_url", "names no file");
	else if ((rc = tribx_glob_check(pattern, e)) == TRIB_OK)
		rc = step(&w, *pattern == '/' ? "/" : "", 0, 0);
	if (rc >= 0 && found.count == 0)
		rc = explain(&w, e);
	sort(&found);
	if (rc == TRIB_OK)
		*out = found;
	else
		tribx_paths_done(&found);
	tribx_paths_done(&w.parts);
	free(w.missed_in);
	return rc;
}
