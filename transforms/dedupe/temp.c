/* temp - files that hold what memory does not: without a name from the start, where the file system can do that, else removed
 * once they are open; 0600. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "dedupe.h"

enum { BUFFER = 256 << 10 };

static int broken(struct trib *t, const struct dd_file *f, const char *what)
{
	return trib_fail(t, TRIB_ENV, "dedupe.no_room: spill_dir: %s: %s: %s", f->dir, what, strerror(errno));
}

static int open_file(struct trib *t, struct dd_file *f)
{
	char name[4096];
	if (mkdir(f->dir, 0700) < 0 && errno != EEXIST)
		return broken(t, f, "the folder cannot be made");
	f->fd = open(f->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (f->fd < 0) {
		snprintf(name, sizeof name, "%s/dedupe.XXXXXX", f->dir);
		f->fd = mkostemp(name, O_CLOEXEC);
		if (f->fd >= 0)
			unlink(name);
	}
	if (f->fd < 0)
		return broken(t, f, "a temporary file cannot be made");
	f->open = true;
	return TRIB_OK;
}

static int write_all(struct trib *t, struct dd_file *f, const char *p, size_t n)
{
	int rc = f->open ? TRIB_OK : open_file(t, f);
	while (rc == TRIB_OK && n > 0) {
		const ssize_t k = write(f->fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return broken(t, f, "a temporary file cannot be written");
		p += k;
		n -= (size_t)k;
	}
	return rc;
}

int dd_file_end(struct trib *t, struct dd_file *f)
{
	const size_t n = f->used;
	f->used = 0;
	return n ? write_all(t, f, f->buffer, n) : TRIB_OK;
}

int dd_file_put(struct trib *t, struct dd_file *f, const void *p, size_t n)
{
	int rc = TRIB_OK;
	if (!f->buffer && !(f->buffer = malloc(BUFFER)))
		return trib_fail(t, TRIB_FATAL, "no memory");
	if (n > BUFFER - f->used)
		rc = dd_file_end(t, f);
	if (rc == TRIB_OK && n > BUFFER)
		rc = write_all(t, f, p, n);
	else if (rc == TRIB_OK && n > 0) {
		memcpy(f->buffer + f->used, p, n);
		f->used += n;
	}
	f->size += rc == TRIB_OK ? (int64_t)n : 0;
	return rc;
}

/* What is still in the buffer is read from there: little data never sees the disk. */
int dd_file_get(struct trib *t, struct dd_file *f, struct dd_span from, void *to)
{
	const int64_t written = f->size - (int64_t)f->used;
	if (from.n > 0 && from.at >= written) {
		memcpy(to, f->buffer + (from.at - written), from.n);
		return TRIB_OK;
	}
	if (from.at + (int64_t)from.n > written && dd_file_end(t, f) != TRIB_OK)
		return TRIB_ENV;
	for (size_t got = 0; got < from.n;) {
		const ssize_t k = pread(f->fd, (char *)to + got, from.n - got, from.at + (int64_t)got);
		if (k < 0 && errno == EINTR)
			continue;
		if (k == 0)
			errno = EIO;
		if (k <= 0)
			return broken(t, f, "a temporary file cannot be read");
		got += (size_t)k;
	}
	return TRIB_OK;
}

void dd_file_forget(struct dd_file *f, struct dd_span what)
{
	/* not every file system can: then the room comes back when the file is closed */
	if (f->open && what.n >= DD_BLOCK)
		(void)!fallocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, what.at, (off_t)what.n);
}

void dd_file_done(struct dd_file *f)
{
	if (f->open)
		close(f->fd);
	free(f->buffer);
	*f = (struct dd_file){ .dir = f->dir };
}
