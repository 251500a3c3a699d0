/* disk - names, folders and the lock; a rename is durable only when its folder was flushed, too. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int files_fault(struct trib *t, const struct files *s, const char *name, int error)
{
	static const struct { int error; const char *code; } codes[] = {
		{ ENOSPC, "files.disk_full" }, { EDQUOT, "files.disk_full" }, { EACCES, "files.not_allowed" },
		{ EPERM, "files.not_allowed" }, { EROFS, "files.not_allowed" },
	};
	const char *code = "files.io_error";
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].error == error)
			code = codes[i].code;
	if (error == ENOMEM)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	return trib_fail(t, TRIB_ENV, "%s: %s%s%s: %s", code, s->path, *name ? "/" : "", name, strerror(error));
}

/* Letters, digits, - _ . and bytes of UTF-8 stay; the rest, and a dot in front, become %XX. Two names never become
 * one. */
char *files_safe(struct trib *t, const char *name)
{
	size_t n = strlen(name), at = 0;
	char *to = trib_scratch(t, n * 3 + 4);
	if (!to)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
		bool plain = letter || c == '-' || (i > 0 && (c == '_' || c == '.'));
		if (plain)
			to[at++] = (char)c;
		else
			at += (size_t)snprintf(to + at, 4, "%%%02X", c);
	}
	if (n == 0)
		strcpy(to, "%");
	return to;
}

int files_open(int folder, const char *name, int flags, unsigned mode)
{
	int fd;
	do
		fd = openat(folder, name, flags, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static int sync_at(int folder, const char *name)
{
	int fd = files_open(folder, *name ? name : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), error = 0;
	if (fd < 0)
		return errno;
	if (fsync(fd) < 0)
		error = errno;
	close(fd);
	return error;
}

int files_sync_folder(struct trib *t, struct files *s, const char *name)
{
	int error = sync_at(s->root - 1, name);
	return error ? files_fault(t, s, name, error) : TRIB_OK;
}

/* The sink's own folder, and what is missing above it. */
static int make_root(struct trib *t, struct files *s)
{
	char *path = trib_fmt(t, "%s/", s->path);
	if (!path)
		return files_fault(t, s, "", ENOMEM);
	for (char *p = path + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		if (mkdir(path, 0777) == 0) {
			char *slash = strrchr(path, '/');
			char *slash_at = slash == path ? path + 1 : slash;   /* the folder above: /, or what is before */
			char *above = slash_at ? trib_fmt(t, "%.*s", (int)(slash_at - path), path) : trib_fmt(t, ".");
			int error = above ? sync_at(AT_FDCWD, above) : ENOMEM;
			if (error)
				return files_fault(t, s, "", error);
		} else if (errno != EEXIST)
			return files_fault(t, s, "", errno);
	}
	int fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return files_fault(t, s, "", errno);
	s->root = fd + 1;
	return TRIB_OK;
}

int files_folder(struct trib *t, struct files *s, const char *name)
{
	if (!s->root) {
		int rc = make_root(t, s);
		if (rc < 0)
			return rc;
	}
	if (!*name)
		return TRIB_OK;
	if (mkdirat(s->root - 1, name, 0777) < 0)
		return errno == EEXIST ? TRIB_OK : files_fault(t, s, name, errno);
	return files_sync_folder(t, s, "");
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* An open-file-description lock: ours alone even between two instances of one process, gone with the process. */
int files_lock(struct trib *t, struct files *s)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const int64_t until = now_ms() + s->lock_wait.ms;
	if (!s->lock) {
		int fd = files_open(s->root - 1, ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return files_fault(t, s, ".lock", errno);
		s->lock = fd + 1;
	}
	for (int64_t pause = 1; fcntl(s->lock - 1, F_OFD_SETLK, &all) < 0; pause = pause < 50 ? pause * 2 : 50) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return files_fault(t, s, ".lock", errno);
		if (trib_stopping(t))
			return trib_fail(t, TRIB_STOPPED, "files.stopped: stopped while waiting for %s/.lock", s->path);
		if (now_ms() >= until)
			return trib_fail(t, TRIB_FENCED, "files.locked: another run commits to %s (waited %lld ms)",
			                 s->path, (long long)s->lock_wait.ms);
		nanosleep(&(struct timespec){ .tv_nsec = (long)(pause * 1000000) }, NULL);
	}
	return TRIB_OK;
}

void files_unlock(struct files *s)
{
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	if (s->lock)
		fcntl(s->lock - 1, F_OFD_SETLK, &all);
}
