/* fuzz: patterns, URLs, names of entries and of files. The first line is a pattern or a URL, the rest a name. */
#include "fuzz/fuzz.h"

#include "base/glob.h"
#include "io/bytes.h"
#include "io/source.h"
#include "io/zip.h"
#include "parse/utf.h"

/* Letters and * within a part. */
static bool part_matches(const char *p, const char *t, int *left)
{
	if (--*left < 0)
		return false;
	for (; *p == '*'; t++) {
		if (part_matches(p + 1, t, left))
			return true;
		if (!*t || *t == '/')
			return false;
	}
	const bool p_ends = !*p || *p == '/', t_ends = !*t || *t == '/';
	return p_ends || t_ends ? p_ends && t_ends : *p == *t && part_matches(p + 1, t + 1, left);
}

static const char *next_part(const char *s)
{
	s = strchr(s, '/');
	return s ? s + 1 : NULL;
}

/* ** for any number of parts, the last one for one at least; a dot in front of a part is matched by a dot. NULL: no part is left. */
static bool matches(const char *p, const char *t, int *left)
{
	if (--*left < 0)
		return false;
	if (!p || !t)
		return !p && !t;
	if (strcmp(p, "**") == 0)
		p = "**/*";
	if (strncmp(p, "**/", 3) == 0)
		return matches(p + 3, t, left) || (*t != '.' && matches(p, next_part(t), left));
	return (*t != '.' || *p == '.') && part_matches(p, t, left) && matches(next_part(p), next_part(t), left);
}

static void check_glob(const char *pattern, const char *name)
{
	int left = 20000, stars = 0;
	bool odd = false;
	for (const char *p = pattern; *p; p++) {
		const bool deep = strncmp(p, "**", 2) == 0 && (p == pattern || p[-1] == '/') && (!p[2] || p[2] == '/');
		odd |= (unsigned char)*p >= 0x80 || strchr("[?", *p);
		stars += *p == '*';
		p += deep;
	}
	if (stars > 8)
		return;
	const bool is = tribx_glob(pattern, name), want = odd || matches(pattern, name, &left);
	if (!odd && left >= 0)
		FUZZ_LAW(is == want, "\"%s\" and \"%s\": %d", pattern, name, is);
	struct tribx_error e = { 0 };
	const int rc = tribx_glob_check(pattern, &e);
	FUZZ_LAW(rc == TRIB_OK || rc == TRIB_CONFIG, "\"%s\": %d", pattern, rc);
}

static void check_url(const char *url)
{
	const char *rest = NULL;
	char *path = NULL;
	struct tribx_error e = { 0 };
	const struct tribx_transport *t = tribx_transport(url, &rest, &e);
	if (!t) {
		fuzz_error(&e, e.status);
		FUZZ_LAW(e.status < 0, "no transport and no reason");
		return;
	}
	const int rc = t->path("/the/folder", rest, &path, &e);
	fuzz_error(&e, rc);
	if (rc == TRIB_OK) {
		FUZZ_LAW(path && path[0] == '/', "\"%s\" leads to \"%s\"", url, path);
		const char *below = tribx_below("/the/folder", path);
		FUZZ_LAW(below >= path && below <= path + strlen(path) && *below, "\"%s\" is shown as \"%s\"", path, below);
	}
	free(path);
}

/* A name that is taken stays below the folder that it is put in. */
static void check_entry(const char *raw, size_t n, bool utf8)
{
	struct tribx_error e = { 0 };
	char *name = tribx_zip_name((struct trib_text){ raw, n }, utf8, &e);
	if (!name) {
		fuzz_error(&e, e.status);
		FUZZ_LAW(e.status < 0, "no name and no reason");
		return;
	}
	const size_t size = strlen(name);
	FUZZ_LAW(size && name[0] != '/' && !strchr(name, '\\') && tribx_utf8_bad(TRIBX_SERIAL, name, size) == size, "\"%s\"", name);
	FUZZ_LAW(!(((name[0] | 32) >= 'a' && (name[0] | 32) <= 'z') && name[1] == ':'), "\"%s\" has a drive", name);
	for (const char *p = name; p; p = strchr(p, '/'), p = p ? p + 1 : NULL)
		FUZZ_LAW(!(p[0] == '.' && p[1] == '.' && (!p[2] || p[2] == '/')), "\"%s\" leads up", name);
	for (size_t i = 0; i < size; i++)
		FUZZ_LAW((unsigned char)name[i] >= 0x20 && name[i] != 0x7F, "\"%s\" has a control character", name);
	free(name);
}

FUZZ(path)
{
	struct fuzz_in in = { data, size };
	char *first = fuzz_text(fuzz_line(&in)), *raw = fuzz_block(in.p, in.n, 0), *name = fuzz_text((struct trib_text){ raw, in.n });
	check_glob(first, name);
	if (tribx_utf8_bad(TRIBX_SERIAL, first, strlen(first)) == strlen(first))
		check_url(first);
	check_entry(raw, in.n, true);
	check_entry(raw, in.n, false);
	FUZZ_LAW(tribx_unpacked_name(name, strlen(name)) <= strlen(name), "longer than \"%s\"", name);
	free(first);
	free(raw);
	free(name);
	return 0;
}
