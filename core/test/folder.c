/* folder - where a test lives: made for it, and gone with it. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/test.h"

bool tribx_folder_new(struct tribx_folder *d, struct tribx_error *e)
{
	const char *tmp = getenv("TMPDIR");
	char at[sizeof d->path], *real = NULL;
	int n = snprintf(at, sizeof at, "%s/trib-test-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (n < (int)sizeof at && mkdtemp(at) && (real = realpath(at, NULL)) && strlen(real) < sizeof d->path)
		snprintf(d->path, sizeof d->path, "%s", real);
	else
		tribx_fail(e, TRIB_ENV, "test.folder", "%s: %s", at, strerror(real ? ENAMETOOLONG : errno));
	free(real);
	return !e->status;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st; (void)type; (void)at;
	return remove(path);
}

void tribx_folder_done(struct tribx_folder *d)
{
	if (d->path[0])
		nftw(d->path, drop, 16, FTW_DEPTH | FTW_PHYS);
	d->path[0] = 0;
}

const char *tribx_folder_at(const char *dir, const char *name, struct tribx_arena *a)
{
	size_t n = strlen(dir), m = strlen(name);
	char *to = tribx_arena_new(a, n + m + 2);
	if (to) {
		memcpy(to, dir, n);
		to[n] = '/';
		memcpy(to + n + 1, name, m + 1);
	}
	return to;
}
