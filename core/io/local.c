/* local - files of this machine as sources: pread only, so that several parts can share the page cache and nothing has a seek
 * position. Opened without blocking and only if regular: a pipe or a device under a report's name never hangs a run. */
#include "io/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { HASH_MAX = 64 << 20, HASH_STEP = 256 << 10 };

struct local { struct tribx_source base; int fd; struct timespec changed; };

static int read_local(struct tribx_source *s, void *to, size_t size, int64_t at, size_t *got, struct tribx_error *e)
{
	struct local *f = (struct local *)s;
	*got = 0;
	while (*got < size) {
		ssize_t n = pread(f->fd, (char *)to + *got, size - *got, at + (int64_t)*got);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return tribx_fail(e, TRIB_ENV, "file.unreadable", "reading stopped at byte %lld: %s", (long long)at + (long long)*got,
			                  strerror(errno));
		*got += n > 0 ? (size_t)n : 0;
	}
	return TRIB_OK;
}

static int check_local(struct tribx_source *s, struct tribx_error *e)
{
	struct local *f = (struct local *)s;
	struct stat st;
	if (fstat(f->fd, &st) == 0 && st.st_size == s->size && st.st_mtim.tv_sec == f->changed.tv_sec && st.st_mtim.tv_nsec == f->changed.tv_nsec)
		return TRIB_OK;
	return tribx_fail(e, TRIB_DATA, "file.changed", "changed while it was read");
}

static int hash(struct tribx_source *s, char to[64], struct tribx_error *e)
{
	XXH3_state_t *state = XXH3_createState();
	char *step = malloc(HASH_STEP);
	int rc = state && step ? TRIB_OK : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to hash a file");
	if (rc == TRIB_OK)
		XXH3_128bits_reset(state);
	for (int64_t at = 0; rc == TRIB_OK && at < s->size;) {
		size_t got = 0;
		rc = s->pread(s, step, HASH_STEP, at, &got, e);
		if (rc == TRIB_OK && got == 0)
			rc = tribx_fail(e, TRIB_DATA, "file.changed", "became shorter while it was read");
		if (rc == TRIB_OK)
			XXH3_128bits_update(state, step, got);
		at += (int64_t)got;
	}
	if (rc == TRIB_OK) {
		XXH128_hash_t h = XXH3_128bits_digest(state);
		snprintf(to, 64, "xxh3-%016llx%016llx", (unsigned long long)h.high64, (unsigned long long)h.low64);
	}
	XXH3_freeState(state);
	free(step);
	return rc;
}

static int etag_local(struct tribx_source *s, char to[64], struct tribx_error *e)
{
	const struct local *f = (const struct local *)s;
	if (s->size <= HASH_MAX)
		return hash(s, to, e);
	snprintf(to, 64, "%lld-%lld.%09ld", (long long)s->size, (long long)f->changed.tv_sec, f->changed.tv_nsec);
	return TRIB_OK;
}

static void close_local(struct tribx_source *s)
{
	struct local *f = (struct local *)s;
	close(f->fd);
	free(f);
}

static int refuse(const char *path, int errnum, struct tribx_error *e)
{
	(void)path;
	if (errnum == ENOENT || errnum == ENOTDIR)
		return tribx_fail(e, TRIB_DATA, "file.not_found", "there is no such file");
	return tribx_fail(e, TRIB_ENV, "file.unreadable", "cannot be opened: %s", strerror(errnum));
}

int tribx_local_open(const char *path, struct tribx_source **out, struct tribx_error *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0) {
		int errnum = errno;
		if (fd >= 0)
			close(fd);
		return refuse(path, errnum, e);
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return S_ISDIR(st.st_mode) ? tribx_fail(e, TRIB_CONFIG, "file.is_folder", "is a folder; say which files of it, for example /*.csv")
		                           : tribx_fail(e, TRIB_DATA, "file.not_regular", "is a device or a pipe, not a file");
	}
	struct local *f = calloc(1, sizeof *f);
	if (!f) {
		close(fd);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a reader");
	}
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	f->base = (struct tribx_source){ .size = st.st_size, .pread = read_local, .check = check_local, .etag = etag_local, .close = close_local };
	f->fd = fd;
	f->base.fd = fd + 1;
	f->changed = st.st_mtim;
	const int64_t id[TRIBX_ID] = { (int64_t)st.st_ino, (int64_t)st.st_dev, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	                               st.st_ctim.tv_sec, st.st_ctim.tv_nsec };
	memcpy(f->base.id, id, sizeof id);
	*out = &f->base;
	return TRIB_OK;
}

bool tribx_local_is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- paths ---- */

int tribx_plain_path(const char *dir, const char *rest, char **out, struct tribx_error *e)
{
	bool alone = rest[0] == '/' || !dir || !*dir || strcmp(dir, ".") == 0;
	if (asprintf(out, "%s%s%s", alone ? "" : dir, alone || dir[strlen(dir) - 1] == '/' ? "" : "/", rest) >= 0)
		return TRIB_OK;
	*out = NULL;
	return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a path");
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* file:///a%20b.csv, file://localhost/...: the rest is host and path, percent-encoded. */
int tribx_file_path(const char *dir, const char *rest, char **out, struct tribx_error *e)
{
	(void)dir;
	if (strncmp(rest, "localhost/", 10) == 0)
		rest += 9;
	if (rest[0] != '/')
		return tribx_fail(e, TRIB_CONFIG, "file.bad_url", "a file:// URL needs an absolute path: file:///folder/name");
	char *path = strdup(rest), *to = path;
	if (!path)
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a path");
	for (const char *p = rest; *p; p++) {
		int high = *p == '%' ? hex(p[1]) : -1, low = high >= 0 ? hex(p[2]) : -1;
		if (*p == '%' && (low < 0 || high + low == 0)) {
			free(path);
			return tribx_fail(e, TRIB_CONFIG, "file.bad_url", "a %% in a URL must be followed by two hex digits");
		}
		*to++ = *p == '%' ? (char)(high << 4 | low) : *p;
		p += *p == '%' ? 2 : 0;
	}
	*to = 0;
	*out = path;
	return TRIB_OK;
}

const char *tribx_below(const char *dir, const char *path)
{
	size_t n = dir ? strlen(dir) : 0;
	while (n > 0 && dir[n - 1] == '/')
		n--;
	return n && strncmp(dir, path, n) == 0 && path[n] == '/' && path[n + 1] ? path + n + 1 : path;
}

/* ---- transports ---- */

static const struct tribx_transport transports[] = {
	{ "", tribx_plain_path, tribx_local_is_file, tribx_local_open, tribx_local_list },
	{ "file", tribx_file_path, tribx_local_is_file, tribx_local_open, tribx_local_list },
};

const struct tribx_transport *tribx_transport(const char *url, const char **rest, struct tribx_error *e)
{
	size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
	bool scheme = n > 1 && strncmp(url + n, "://", 3) == 0;
	char known[128] = "";
	for (size_t i = 0; i < sizeof transports / sizeof *transports; i++) {
		const struct tribx_transport *t = &transports[i];
		if (scheme ? strlen(t->scheme) == n && strncasecmp(t->scheme, url, n) == 0 : !*t->scheme) {
			*rest = scheme ? url + n + 3 : url;
			return t;
		}
		if (*t->scheme)
			snprintf(known + strlen(known), sizeof known - strlen(known), ", %s://", t->scheme);
	}
	tribx_fail(e, TRIB_CONFIG, "file.unknown_scheme", "\"%.*s://\" is not a scheme that is known here: plain paths%s", (int)n, url, known);
	return NULL;
}
