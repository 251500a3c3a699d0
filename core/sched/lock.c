/* lock - see lock.h. */
#include "sched/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include <tributary/value.h>

/* An instance is called carrier/P53, and no name has an @. */
static void path_of(const struct tribx_pipeline *p, char *to, size_t size)
{
	size_t n = (size_t)snprintf(to, size, "%s/.trib/due-", p->dir);
	for (const char *c = p->name; *c && n + 6 < size; c++)
		to[n++] = *c == '/' ? '@' : *c;
	snprintf(to + n, size - n, ".lock");
}

static void tell_holder(int fd, char *holder, size_t size)
{
	char text[128];
	const ssize_t n = pread(fd, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = 0;
	text[strcspn(text, "\n")] = 0;
	snprintf(holder, size, "%s", text[0] ? text : "another process");
}

int tribx_lock_take(struct tribx_lock *l, const struct tribx_pipeline *p, char *holder, size_t size, struct tribx_error *e)
{
	char path[4400], now[40], text[128];
	snprintf(path, sizeof path, "%s/.trib", p->dir);
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return tribx_fail(e, TRIB_ENV, "schedule.lock", "%s: %s", path, strerror(errno));
	path_of(p, path, sizeof path);
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return tribx_fail(e, TRIB_ENV, "schedule.lock", "%s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		const int why = errno;
		tell_holder(fd, holder, size);
		close(fd);
		return why == EWOULDBLOCK ? TRIB_END : tribx_fail(e, TRIB_ENV, "schedule.lock", "%s: %s", path, strerror(why));
	}
	trib_time_text(tribx_now(), now);
	const int n = snprintf(text, sizeof text, "process %ld since %s\n", (long)getpid(), now);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n) {   /* only who holds it would not be known */
		close(fd);
		return tribx_fail(e, TRIB_ENV, "schedule.lock", "%s: %s", path, strerror(errno));
	}
	l->fd = fd + 1;
	return TRIB_OK;
}

void tribx_lock_drop(struct tribx_lock *l)
{
	if (l->fd)
		close(l->fd - 1);
	l->fd = 0;
}
