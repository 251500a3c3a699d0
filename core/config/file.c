/* file - a configuration file's text, checked before any parser sees it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"
#include "parse/utf.h"

enum { FILE_MAX = 64 << 20 };

bool tribx_no_memory(struct tribx_findings *f)
{
	tribx_finding_put(f, TRIB_FATAL, "internal.no_memory", NULL, false, "no memory for the configuration");
	return false;
}

static bool check(const char *text, size_t n, const char *file, struct tribx_findings *f)
{
	size_t bad = tribx_utf8_bad(TRIBX_SERIAL, text, n);
	struct tribx_conf at = { .file = file, .line = 1 };   /* no source: the line is not fit to be shown */
	for (size_t i = 0; i < bad; i++)
		if (((unsigned char)text[i] < 0x20 && !strchr("\t\n\r", text[i])) || text[i] == 0x7F)
			bad = i;
	if (bad == n)
		return true;
	const char *line = text;
	for (const char *s = text; (s = memchr(s, '\n', (size_t)(text + bad - s))); line = ++s)
		at.line++;
	at.column = (int)(text + bad - line) + 1;
	unsigned char c = (unsigned char)text[bad];
	struct tribx_error *e = c < 0x80 ? tribx_finding_put(f, TRIB_CONFIG, "config.control_character", &at, false,
	                                                     "control character 0x%02x at byte %zu", c, bad)
	                                 : tribx_finding_put(f, TRIB_CONFIG, "config.encoding", &at, false,
	                                                     "not UTF-8 at byte %zu (0x%02x)", bad, c);
	if (e)
		tribx_error_hint(e, c < 0x80 ? "remove it, or write \\x%02x inside of double quotes"
		                 : "save the file as UTF-8", c);
	return false;
}

static const char *unreadable(const char *shown_as, const struct tribx_conf *where, struct tribx_findings *f,
                              const char *why)
{
	const struct tribx_conf file = { .file = shown_as };
	tribx_finding_put(f, TRIB_CONFIG, "config.unreadable", where ? where : &file, false, "%s: %s", shown_as, why);
	return NULL;
}

static const char *read_all(int fd, size_t size, const char *shown_as, const struct tribx_conf *where,
                            struct tribx_arena *arena, struct tribx_findings *f)
{
	char *text = tribx_arena_new(arena, size + 1);
	size_t n = 0;
	if (!text) {
		tribx_no_memory(f);
		return NULL;
	}
	while (n < size) {
		ssize_t got = read(fd, text + n, size - n);
		if (got < 0 && errno != EINTR)
			return unreadable(shown_as, where, f, strerror(errno));
		if (got == 0)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	bool mark = n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
	text[n] = 0;
	text += mark ? 3 : 0;
	return check(text, n - (mark ? 3 : 0), shown_as, f) ? text : NULL;
}

const char *tribx_file_text(const char *path, const char *shown_as, const struct tribx_conf *where,
                            struct tribx_arena *arena, struct tribx_findings *f)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);   /* a pipe by that name must not hang the check */
	const char *text = NULL;
	if (fd < 0 || fstat(fd, &st) < 0)
		unreadable(shown_as, where, f, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		unreadable(shown_as, where, f, S_ISDIR(st.st_mode) ? "is a folder" : "is no regular file");
	else if (st.st_size > FILE_MAX)
		unreadable(shown_as, where, f, "is larger than 64 MiB");
	else
		text = read_all(fd, (size_t)st.st_size, shown_as, where, arena, f);
	if (fd >= 0)
		close(fd);
	return text;
}

const struct tribx_conf *tribx_conf_load(const char *path, const char *shown_as, struct tribx_arena *arena,
                                         struct tribx_findings *f)
{
	const char *text = tribx_file_text(path, shown_as, NULL, arena, f), *end = strrchr(path, '.');
	const char *file = tribx_arena_text(arena, shown_as, strlen(shown_as));
	if (!text || !file)
		return NULL;
	return end && strcmp(end, ".csv") == 0 ? tribx_csv_conf(text, file, arena, f)
		: tribx_yaml(text, file, arena, f);
}
