/* recall - the tables of the manifest, for the commands that look: loads and dead letters, whole. Data is not recalled. */
#include "commit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const load_columns[] = {
	"load_id", "run_id", "pipeline", "stream", "epoch", "outcome", "rows_read", "rows_in", "rows_inserted", "rows_updated",
	"rows_unchanged", "rows_superseded", "rows_deleted", "rows_rejected", "started_at", NULL,
};
static const char *const letter_columns[] = { "stage", "code", "detail", "record", "line", "part", "personal", NULL };

static void put(struct trib_batch *out, int column, const json_t *v)
{
	if (json_is_integer(v))
		trib_put_i64(out, column, json_integer_value(v));
	else if (json_is_string(v))
		trib_put_str(out, column, (struct trib_text){ json_string_value(v), json_string_length(v) });
	else
		trib_put_null(out, column);
}

static bool is_number(const char *name)
{
	return strncmp(name, "rows_", 5) == 0 || strcmp(name, "epoch") == 0 || strcmp(name, "line") == 0;
}

static void all_loads(const json_t *streams, struct trib_batch *out)
{
	json_t *stream, *one;
	size_t i, k;
	for (int c = 0; load_columns[c]; c++)
		trib_add(out, load_columns[c], is_number(load_columns[c]) ? TRIB_I64 : TRIB_STR);
	json_array_foreach(streams, i, stream)
		json_array_foreach(json_object_get(stream, "loads"), k, one) {
			for (int c = 0; load_columns[c]; c++)
				put(out, c, json_object_get(one, load_columns[c]));
			trib_rows(out, 1);
		}
}

static int letters_of(struct trib *t, struct files *s, const json_t *stream, const json_t *entry, struct trib_batch *out)
{
	const char *file = json_string_value(json_object_get(entry, "file"));
	int fd = file && !strstr(file, "..") && file[0] != '/' ? files_open(s->root - 1, file, O_RDONLY | O_CLOEXEC, 0) : -1;
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	char *line = NULL;
	size_t room = 0;
	if (!in) {
		if (fd >= 0)
			close(fd);
		return files_fault(t, s, file ? file : "", errno);
	}
	for (ssize_t n; (n = getline(&line, &room, in)) > 0;) {
		json_t *one = json_loadb(line, (size_t)n, 0, NULL);
		put(out, 0, json_object_get(entry, "load_id"));
		put(out, 1, json_object_get(stream, "pipeline"));
		put(out, 2, json_object_get(stream, "stream"));
		for (int c = 0; letter_columns[c]; c++) {
			json_t *v = json_object_get(one, letter_columns[c]);
			char *text = v && strcmp(letter_columns[c], "record") == 0 ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
			if (text)
				trib_put_str(out, 3 + c, (struct trib_text){ text, strlen(text) });
			else
				put(out, 3 + c, v);
			free(text);
		}
		trib_rows(out, 1);
		json_decref(one);
	}
	free(line);
	fclose(in);
	return TRIB_OK;
}

static int all_letters(struct trib *t, struct files *s, const json_t *streams, struct trib_batch *out)
{
	json_t *stream, *entry;
	size_t i, k;
	int rc = TRIB_OK;
	trib_add(out, "load_id", TRIB_STR);
	trib_add(out, "pipeline", TRIB_STR);
	trib_add(out, "stream", TRIB_STR);
	for (int c = 0; letter_columns[c]; c++)
		trib_add(out, letter_columns[c], is_number(letter_columns[c]) ? TRIB_I64 : TRIB_STR);
	json_array_foreach(streams, i, stream)
		json_array_foreach(json_object_get(stream, "dead_letters"), k, entry)
			if (rc == TRIB_OK)
				rc = letters_of(t, s, stream, entry, out);
	return rc;
}

int files_recall(struct trib *t, struct files *s, const char *table, const struct trib_batch *keys, struct trib_batch *out)
{
	json_t *m = NULL;
	bool loads = strcmp(table, "_trib_loads") == 0, letters = strcmp(table, "_trib_dead_letters") == 0;
	if (trib_cols(keys) > 0 || (!loads && !letters))
		return trib_fail(t, TRIB_CONFIG, "files.no_recall: files cannot be asked for rows of %s by key", table);
	if (!s->root)
		return TRIB_OK;          /* looking at a folder that is not there yet */
	int rc = files_manifest_load(t, s, &m);
	if (rc == TRIB_OK && loads)
		all_loads(json_object_get(m, "streams"), out);
	else if (rc == TRIB_OK)
		rc = all_letters(t, s, json_object_get(m, "streams"), out);
	json_decref(m);
	return rc;
}
