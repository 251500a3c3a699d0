/* xlsx_part - parts of a package by name: see xlsx.h. Nothing outside of the zip is ever opened, whatever a relation says. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "io/xlsx.h"

static int shared_pread(struct tribx_source *s, void *to, size_t size, int64_t at, size_t *got, struct tribx_error *e)
{
	struct tribx_package *p = (struct tribx_package *)((char *)s - offsetof(struct tribx_package, shared));
	return p->src->pread(p->src, to, size, at, got, e);
}

static int shared_check(struct tribx_source *s, struct tribx_error *e)
{
	(void)s, (void)e;
	return TRIB_OK;   /* the sheet's reader asks once, at its end */
}

static void shared_close(struct tribx_source *s)
{
	(void)s;
}

int tribx_package_open(struct tribx_package *p, struct tribx_source *src, const struct tribx_limits *limits, struct tribx_error *e)
{
	*p = (struct tribx_package){ .src = src, .limits = tribx_limits_of(limits), .shared = { src->size, shared_pread, shared_check, NULL, shared_close } };
	int rc = tribx_zip_load(src, &p->limits, &p->zip, e);
	if (rc < 0)
		tribx_package_done(p);
	return rc;
}

void tribx_package_done(struct tribx_package *p)
{
	tribx_zip_done(&p->zip);
	if (p->src)
		p->src->close(p->src);
	p->src = NULL;
}

static const struct tribx_zip_entry *find(const struct tribx_package *p, const char *name)
{
	for (size_t i = 0; i < p->zip.count; i++)
		if (strcasecmp(p->zip.entries[i].name, name) == 0)
			return &p->zip.entries[i];
	return NULL;
}

bool tribx_package_has(const struct tribx_package *p, const char *name)
{
	return find(p, name);
}

int tribx_package_part(struct tribx_package *p, const char *name, struct tribx_stream **out, struct tribx_error *e)
{
	const struct tribx_zip_entry *m = find(p, name);
	if (!m)
		return tribx_fail(e, TRIB_DATA, "xlsx.no_part", "has no part %s", name);
	int rc = tribx_zip_usable(m, &p->limits, e);
	return rc < 0 ? rc : tribx_zip_member(m, &p->shared, NULL, out, e);
}

/* Appends the steps of path to out, .. taken away; false: out of the package. */
static bool walk(char *out, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");
		char *last = strrchr(out, '/');
		if (n == 2 && memcmp(path, "..", 2) == 0) {
			if (!*out)
				return false;
			*(last ? last : out) = 0;
		} else if (n && !(n == 1 && *path == '.')) {
			if (*out)
				strcat(out, "/");
			strncat(out, path, n);
		}
		path += n + (path[n] == '/');
	}
	return *out;
}

char *tribx_package_target(const char *base, const char *target, struct tribx_error *e)
{
	const bool elsewhere = strstr(target, "://");
	char *out = calloc(1, strlen(base) + strlen(target) + 2);
	if (!out) {
		tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a workbook");
		return NULL;
	}
	const char *slash = strrchr(base, '/');
	if (*target != '/' && slash)
		memcpy(out, base, (size_t)(slash - base));
	if (!elsewhere && walk(out, target))
		return out;
	tribx_fail(e, TRIB_DATA, "xlsx.bad_target", "part %s names \"%s\", which lies outside of the file", base, target);
	free(out);
	return NULL;
}
