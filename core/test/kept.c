/* kept - see kept.h. */
#include "test/kept.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "arrow/batch.h"

enum { TABLES_MAX = 64 };
struct kept {
	const char *path;
	bool counting;                         /* rows are only counted */
	json_t *states;
	struct tribx_buf unit;
	int64_t count, in_unit, of_table[TABLES_MAX];
	char names[TABLES_MAX][64];
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct kept, path, .flags = TRIB_REQUIRED, .help = "Folder."),
	TRIB_FIELD(struct kept, counting, .help = "Rows are only counted."), { 0 }
};

static const char *file_of(struct trib *t, const struct kept *s, const char *name)
{
	return trib_fmt(t, "%s/%s", s->path, name);
}

static int claim(struct trib *t, void *self, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	struct kept *s = self;
	const char *part;
	json_t *state;
	(void)load;
	*epoch = 1;
	json_decref(s->states);
	s->states = json_load_file(file_of(t, s, "states"), 0, NULL);
	s->states = s->states ? s->states : json_object();
	json_object_foreach(s->states, part, state) {
		trib_put_str(states, trib_add(states, "part", TRIB_STR), tribx_text(part));
		trib_put_str(states, trib_add(states, "state", TRIB_STR), tribx_text(json_string_value(state)));
		trib_rows(states, 1);
	}
	return TRIB_OK;
}

static int begin(struct trib *t, void *self, const struct trib_load *load)
{
	struct kept *s = self;
	(void)t; (void)load;
	tribx_buf_done(&s->unit);
	s->unit = (struct tribx_buf){ 0 };
	s->in_unit = 0;
	memset(s->of_table, 0, sizeof s->of_table);
	return TRIB_OK;
}

static int table(struct trib *t, void *self, int k, const struct trib_table *is)
{
	struct kept *s = self;
	if (k >= TABLES_MAX)
		return trib_fail(t, TRIB_CONFIG, "test.broke: too many tables");
	snprintf(s->names[k], sizeof s->names[k], "%s", is->name);
	return TRIB_OK;
}

static int write_rows(struct trib *t, void *self, int k, const struct trib_batch *b)
{
	struct kept *s = self;
	for (int64_t r = 0; r < b->array.length && !s->counting; r++) {
		tribx_buf_fmt(&s->unit, "%s\t", s->names[k]);
		tribx_row_json(b, r, &s->unit);
		tribx_buf_putc(&s->unit, '\n');
	}
	s->in_unit += b->array.length;
	s->of_table[k] += b->array.length;
	return s->unit.failed ? trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory") : TRIB_OK;
}

static void take_states(struct kept *s, const struct trib_batch *b)
{
	struct trib_view part, state;
	if (trib_cols(b) < 2 || trib_view(b, trib_col(b, "part"), &part) < 0 || trib_view(b, trib_col(b, "state"), &state) < 0)
		return;
	for (int64_t r = 0; r < b->array.length; r++) {
		const struct trib_text p = trib_str(&part, r), v = trib_str(&state, r);
		char *name = strndup(p.p ? p.p : "", p.n);
		if (name && v.p)
			json_object_set_new(s->states, name, json_stringn(v.p, v.n));
		else if (name)
			json_object_del(s->states, name);
		free(name);
	}
}

static bool append(struct trib *t, const struct kept *s, const char *name, const char *text, size_t n)
{
	FILE *to = fopen(file_of(t, s, name), "ae");
	const bool good = to && fwrite(text, 1, n, to) == n;
	return to && fclose(to) == 0 && good;
}

static int commit(struct trib *t, void *self, const struct trib_commit *c)
{
	struct kept *s = self;
	struct trib_batch row = { 0 };
	for (int k = 0; k < TABLES_MAX && c->outcome == TRIB_OK; k++)
		if (s->of_table[k])
			trib_count(t, k, TRIB_INSERTED, s->of_table[k]);
	int rc = trib_ledger(t, &row);
	trib_free(&row);
	if (rc < 0 || c->outcome != TRIB_OK)
		return rc;
	if (c->states)
		take_states(s, c->states);
	s->count += s->in_unit;
	json_t *line = json_pack("{s:I,s:O}", "rows", (json_int_t)s->count, "states", s->states);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	bool good = text && append(t, s, "rows", s->unit.p ? s->unit.p : "", s->unit.n) && append(t, s, "history", text, strlen(text)) &&
		append(t, s, "history", "\n", 1) && json_dump_file(s->states, file_of(t, s, "states"), 0) == 0;
	free(text);
	json_decref(line);
	return good ? TRIB_OK : trib_fail(t, TRIB_ENV, "test.folder: %s cannot be written", s->path);
}

static void undo(struct trib *t, void *self)
{
	(void)t;
	((struct kept *)self)->unit.n = 0;
}

static void close(struct trib *t, void *self)
{
	struct kept *s = self;
	(void)t;
	json_decref(s->states);
	tribx_buf_done(&s->unit);
}

const struct trib_plugin tribx_kept_plugin = {
	.abi = TRIB_ABI, .size = sizeof(struct trib_plugin), .field_size = sizeof(struct trib_field), .stream_size = sizeof(struct trib_stream),
	.command_size = sizeof(struct trib_command), .name = "kept", .help = "Rows of a conformance check.", .flags = TRIB_CAN_STAGE | TRIB_CAN_RECALL,
	.self_size = sizeof(struct kept), .options = options, .close = close, .modes = 0xff, .claim = claim, .begin = begin, .table = table,
	.write = write_rows, .commit = commit, .abort = undo,
};
