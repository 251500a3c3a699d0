/* files - a folder with files for one test, and what was found in them. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"

struct folder { char path[64]; };

static inline struct folder folder_new(void)
{
	struct folder d = { "/tmp/trib-unit-XXXXXX" };
	cr_assert_not_null(mkdtemp(d.path));
	return d;
}

static inline const char *file_put(const struct folder *d, const char *name, const char *text)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", d->path, name);
	FILE *f = fopen(path, "we");
	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	fclose(f);
	return path;
}

static inline void folder_done(const struct folder *d)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", d->path);
	cr_assert_eq(system(command), 0);
}

/* "code@line:column text" of each finding, one per line; faults and warnings. */
static inline char *said(struct tribx_findings *f)
{
	struct tribx_buf b = { 0 };
	for (size_t i = 0; i < f->count; i++)
		tribx_buf_fmt(&b, "%s%s@%d:%d %s", i ? "\n" : "", f->items[i].code, f->items[i].line,
		              f->items[i].column, f->items[i].text);
	tribx_findings_done(f);
	return tribx_buf_take(&b);
}

static inline const struct tribx_conf *yaml(const char *text, struct tribx_arena *a, struct tribx_findings *f)
{
	return tribx_yaml(text, "t.yaml", a, f);
}

#endif
