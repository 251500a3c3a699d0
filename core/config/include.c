/* include - the files of lists and maps that pipelines name: each is read once for the whole project, and what is wrong with it
 * is told to everybody who names it. */
#include <string.h>

#include "config/load.h"

/* findings: of its text, told to everybody who asks for it. */
struct tribx_file { struct tribx_file *next; const char *shown; const struct tribx_conf *conf; const struct tribx_findings *findings; };

const char *tribx_join(struct tribx_arena *arena, const char *a, const char *b, const char *c)
{
	struct tribx_buf out = { 0 };
	tribx_buf_fmt(&out, "%s%s%s", a, b, c);
	const char *text = out.failed ? NULL : tribx_arena_text(arena, out.p, out.n);
	tribx_buf_done(&out);
	return text;
}

static const struct tribx_file *known_file(const struct tribx_cache *c, const struct tribx_conf *where)
{
	const char *dir = *where->text == '/' ? "" : c->shown_dir;
	size_t n = strlen(dir);
	for (const struct tribx_file *known = c->files; known; known = known->next)
		if (strncmp(known->shown, dir, n) == 0 && strcmp(known->shown + n, where->text) == 0)
			return known;
	return NULL;
}

static const struct tribx_conf *read_file(struct tribx_cache *c, const struct tribx_conf *where, struct tribx_findings *f)
{
	struct tribx_arena *arena = &c->project->arena;
	bool rooted = *where->text == '/';
	const char *shown = tribx_join(arena, rooted ? "" : c->shown_dir, where->text, "");
	const char *path = tribx_join(arena, rooted ? "" : c->project->dir, rooted ? "" : "/", where->text);
	if (!shown || !path) {
		tribx_no_memory(f);
		return NULL;
	}
	const char *text = tribx_file_text(path, shown, where, arena, f), *end = strrchr(shown, '.');
	struct tribx_file *file = text ? tribx_arena_new(arena, sizeof *file) : NULL;
	struct tribx_findings own = { 0 };
	if (!text)
		return NULL;   /* it is said where it is named, to each who names it */
	if (!file) {
		tribx_no_memory(f);
		return NULL;
	}
	bool csv = end && strcmp(end, ".csv") == 0;
	*file = (struct tribx_file){ c->files, shown, csv ? tribx_csv_conf(text, shown, arena, &own) : tribx_yaml(text, shown, arena, &own), NULL };
	file->findings = tribx_findings_keep(arena, &own);
	tribx_findings_add(f, &own, false);
	tribx_findings_done(&own);
	c->files = file;
	return file->conf;
}

/* Workers fill the options of their own instances: a file is read once, whoever asks first. */
const struct tribx_conf *tribx_include(void *ctx, const struct tribx_conf *where, struct tribx_findings *f)
{
	struct tribx_cache *c = ctx;
	pthread_mutex_lock(&c->lock);
	const struct tribx_file *known = known_file(c, where);
	if (known && known->findings)
		tribx_findings_add(f, known->findings, false);
	const struct tribx_conf *conf = known ? known->conf : read_file(c, where, f);
	pthread_mutex_unlock(&c->lock);
	return conf;
}
