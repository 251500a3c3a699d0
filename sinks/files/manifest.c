/* manifest - what is committed: one JSON file, replaced as a whole. Per pipeline and stream: epoch, states, files, dead
 * letters, the last loads. What it names and what lies in the folders is brought together after a crash. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_VERSION = 1 };
static const char manifest[] = "manifest.json", next_manifest[] = ".manifest.json.new";

int files_manifest_load(struct trib *t, struct files *s, json_t **out)
{
	json_error_t why;
	struct stat st;
	int fd = files_open(s->root - 1, manifest, O_RDONLY | O_CLOEXEC, 0);
	*out = NULL;
	if (fd < 0 && errno == ENOENT) {
		*out = json_pack("{s:i, s:[]}", "v", MANIFEST_VERSION, "streams");
		return *out ? TRIB_OK : files_fault(t, s, manifest, ENOMEM);
	}
	if (fd < 0 || fstat(fd, &st) < 0) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return files_fault(t, s, manifest, error);
	}
	json_t *m = json_loadfd(fd, 0, &why);
	close(fd);
	if (!m || json_integer_value(json_object_get(m, "v")) != MANIFEST_VERSION ||
	    !json_is_array(json_object_get(m, "streams"))) {
		json_decref(m);
		return trib_fail(t, TRIB_ENV, "files.bad_manifest: %s/%s: %s", s->path, manifest,
		                 m ? "not a manifest of this version" : why.text);
	}
	*out = m;
	return TRIB_OK;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

/* The rename is the commit. If the folder cannot be flushed after it, nobody knows: the manifest is asked. */
int files_manifest_save(struct trib *t, struct files *s, const json_t *m)
{
	char *text = json_dumps(m, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	int fd = text ? files_open(s->root - 1, next_manifest, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	                       0666) : -1, error = text ? errno : ENOMEM;
	bool good = fd >= 0;
	if (good && (!write_all(fd, text, strlen(text)) || !write_all(fd, "\n", 1) || fsync(fd) < 0)) {
		error = errno;
		good = false;
	}
	free(text);
	if (fd >= 0 && close(fd) < 0 && good) {
		error = errno;
		good = false;
	}
	if (good && renameat(s->root - 1, next_manifest, s->root - 1, manifest) < 0) {
		error = errno;
		good = false;
	}
	if (!good)
		return files_fault(t, s, manifest, error);
	if (files_sync_folder(t, s, "") < 0)
		return trib_fail(t, TRIB_UNKNOWN, "files.commit_unknown: %s was not flushed after its manifest was"
		                                  " replaced", s->path);
	return TRIB_OK;
}

json_t *files_manifest_stream(json_t *m, const char *pipeline, const char *stream)
{
	json_t *list = json_object_get(m, "streams"), *one;
	size_t i;
	json_array_foreach(list, i, one)
		if (strcmp(json_string_value(json_object_get(one, "pipeline")) ?: "", pipeline) == 0 &&
		    strcmp(json_string_value(json_object_get(one, "stream")) ?: "", stream) == 0)
			return one;
	one = json_pack("{s:s, s:s, s:i, s:{}, s:[], s:[], s:[]}", "pipeline", pipeline, "stream", stream, "epoch", 0,
	                "states", "files",
	                "dead_letters", "loads");
	return json_array_append_new(list, one) < 0 ? NULL : one;
}

/* ---- names before and after ---- */

char *files_hidden(struct trib *t, const struct files *s, const json_t *entry)
{
	const char *file = json_string_value(json_object_get(entry, "file"));
	const char *load = json_string_value(json_object_get(entry, "load_id"));
	const char *slash = file ? strrchr(file, '/') : NULL;
	if (!file || !load || strstr(file, "..") || file[0] == '/' || strchr(load, '/'))
		return NULL;
	return trib_fmt(t, "%.*s.%s~%s~%s", slash ? (int)(slash + 1 - file) : 0, file, s->tag, load,
	                slash ? slash + 1 : file);
}

static char *folder_of(struct trib *t, const char *file)
{
	const char *slash = strrchr(file, '/');
	return slash ? trib_fmt(t, "%.*s", (int)(slash - file), file) : trib_fmt(t, "%s", "");
}

static bool unnamed(const json_t *e)
{
	return !json_is_true(json_object_get(e, "staged")) && !json_is_true(json_object_get(e, "named"));
}

/* The hidden name is gone: it was given before, by a run that had no time to note it. Who the file is for may have taken it away
 * since; then what it replaced stays, for we cannot tell. */
static bool was_named(struct files *s, const char *hidden, const char *file)
{
	if (faccessat(s->root - 1, hidden, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
		return false;
	s->taken |= faccessat(s->root - 1, file, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
	return true;
}

static int rename_all(struct trib *t, struct files *s, json_t *list)
{
	json_t *e;
	size_t i;
	json_array_foreach(list, i, e) {
		char *hidden = files_hidden(t, s, e);
		if (!hidden)
			return trib_fail(t, TRIB_ENV, "files.bad_manifest: %s: an entry is not a file of this sink",
			                 s->path);
		const char *file = json_string_value(json_object_get(e, "file"));
		if (!unnamed(e) || renameat(s->root - 1, hidden, s->root - 1, file) == 0)
			continue;
		const int error = errno;
		if (error != ENOENT || !was_named(s, hidden, file))
			return files_fault(t, s, file, s->not_named = error);
	}
	return TRIB_OK;
}

/* `named` is stored with the next commit: from then on nobody looks for the hidden name again. */
static int publish_list(struct trib *t, struct files *s, json_t *list)
{
	const char *last = NULL;
	json_t *e;
	size_t i;
	int rc = rename_all(t, s, list);
	json_array_foreach(list, i, e) {
		if (rc < 0 || !unnamed(e))
			continue;
		char *folder = folder_of(t, json_string_value(json_object_get(e, "file")));
		if (!folder)
			return files_fault(t, s, "", ENOMEM);
		if (!last || strcmp(last, folder) != 0)
			rc = files_sync_folder(t, s, folder);
		last = folder;
		if (rc == TRIB_OK)
			json_object_set_new(e, "named", json_true());
	}
	return rc;
}

static int publish(struct trib *t, struct files *s, json_t *stream)
{
	int rc = publish_list(t, s, json_object_get(stream, "files"));
	return rc == TRIB_OK ? publish_list(t, s, json_object_get(stream, "dead_letters")) : rc;
}

/* ---- after a crash ---- */

static bool named_staged(struct trib *t, struct files *s, const json_t *stream, const char *path)
{
	json_t *e;
	size_t i;
	json_array_foreach(json_object_get(stream, "files"), i, e) {
		char *hidden = json_is_true(json_object_get(e, "staged")) ? files_hidden(t, s, e) : NULL;
		if (hidden && strcmp(hidden, path) == 0)
			return true;
	}
	return false;
}

/* Files with our tag that no committed entry waits for: a run that died before its commit. */
static int sweep_folder(struct trib *t, struct files *s, const json_t *stream, const char *folder)
{
	size_t tag = strlen(s->tag);
	int fd = files_open(s->root - 1, *folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), rc = TRIB_OK;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return error == ENOTDIR || error == ENOENT ? TRIB_OK : files_fault(t, s, folder, error);
	}
	for (struct dirent *e; rc == TRIB_OK && (e = readdir(d));) {
		if (*folder == 0 && e->d_name[0] != '.') {
			struct stat st;
			if (fstatat(s->root - 1, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
				rc = sweep_folder(t, s, stream, e->d_name);
			continue;
		}
		if (e->d_name[0] != '.' || strncmp(e->d_name + 1, s->tag, tag) != 0 || e->d_name[1 + tag] != '~')
			continue;
		char *path = trib_fmt(t, "%s%s%s", folder, *folder ? "/" : "", e->d_name);
		if (!path)
			rc = files_fault(t, s, folder, ENOMEM);
		else if (!named_staged(t, s, stream, path) && unlinkat(s->root - 1, path, 0) < 0 && errno != ENOENT)
			rc = files_fault(t, s, path, errno);
	}
	closedir(d);
	return rc;
}

/* Staged files belong to the states that were stored with them: without states the refresh begins anew. */
void files_forget_orphans(json_t *stream)
{
	json_t *list = json_object_get(stream, "files");
	for (size_t i = json_array_size(list); i-- > 0 && json_object_size(json_object_get(stream, "states")) == 0;)
		if (json_is_true(json_object_get(json_array_get(list, i), "staged")))
			json_array_remove(list, i);
}

/* Replaced files, when the new ones have their names. */
static int drop_replaced(struct trib *t, struct files *s, json_t *stream)
{
	json_t *e;
	size_t i;
	json_array_foreach(json_object_get(stream, "replaced"), i, e) {
		const char *file = json_string_value(e);
		if (file && !strstr(file, "..") && file[0] != '/' && unlinkat(s->root - 1, file, 0) < 0 &&
		    errno != ENOENT)
			return files_fault(t, s, file, errno);
	}
	json_object_del(stream, "replaced");
	return TRIB_OK;
}

int files_settle(struct trib *t, struct files *s, json_t *stream)
{
	s->taken = false;
	s->not_named = 0;
	const int rc = publish(t, s, stream);
	return rc == TRIB_OK && !s->taken ? drop_replaced(t, s, stream) : rc;
}

/* Those that are there under their hidden name. */
static const json_t *first_hidden(struct trib *t, const struct files *s, const json_t *list, size_t *count)
{
	const json_t *e, *first = NULL;
	size_t i;
	json_array_foreach(list, i, e) {
		const char *hidden = unnamed(e) ? files_hidden(t, s, e) : NULL;
		if (!hidden || faccessat(s->root - 1, hidden, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		first = first ? first : e;
		++*count;
	}
	return first;
}

void files_tell_hidden(struct trib *t, const struct files *s, const json_t *stream)
{
	size_t count = 0;
	const json_t *first = first_hidden(t, s, json_object_get(stream, "files"), &count), *dead = first_hidden(t, s, json_object_get(stream, "dead_letters"), &count);
	first = first ? first : dead;
	const char *hidden = first ? files_hidden(t, s, first) : NULL;
	char more[64] = "";
	if (count > 1)
		snprintf(more, sizeof more, ", and %zu more like it", count - 1);
	if (hidden)
		trib_log(t, "warning: %s/%s is committed and has no name yet (%s): it is hidden as %s%s; nothing is lost, the next run names it", s->path,
		         json_string_value(json_object_get(first, "file")), strerror(s->not_named), hidden, more);
	else
		trib_log(t, "warning: the files of this commit in %s have their names, and what they replace may still be there; the next run removes it", s->path);
}

int files_recover(struct trib *t, struct files *s, json_t *stream)
{
	int rc = files_settle(t, s, stream);
	return rc == TRIB_OK ? sweep_folder(t, s, stream, "") : rc;
}
