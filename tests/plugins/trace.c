/* trace - a sink for tests: every call becomes a line of `log`, states and rows live in `store` (JSON lines), and faults can be
 * asked for. Built twice: as trace, and as trace_stage with TRIB_CAN_STAGE (trace_stage.c). */
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tributary.h>

#ifndef TRACE_NAME
#define TRACE_NAME trace
#define TRACE_FLAGS TRIB_CAN_RECALL
#endif

struct trace {
	const char *log, *store, *fail;      /* fail: CALL:STATUS, e.g. commit:-9 */
	int64_t lose, miscount, reject_every;
	json_t *doc;                         /* {"epoch":, "states":{}, "loads":[], "rows":[]} */
	json_t *unit;                        /* rows of this unit */
	char names[16][64];
	int64_t rows[16];
	int table_count;
	int64_t epoch;
	const struct trib_load *load;
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct trace, log, .flags = TRIB_REQUIRED, .help = "File for the calls."),
	TRIB_FIELD(struct trace, store, .flags = TRIB_REQUIRED, .help = "File for rows and states."),
	TRIB_FIELD(struct trace, fail, .help = "CALL:STATUS: that call answers that status."),
	TRIB_FIELD(struct trace, lose, .help = "The n-th commit is stored but answers UNKNOWN; negative: not stored."),
	TRIB_FIELD(struct trace, miscount, .help = "Rows that are not accounted for."),
	TRIB_FIELD(struct trace, reject_every, .help = "Every n-th row of a batch is rejected by write."),
	{ 0 }
};

static void note(const struct trace *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void note(const struct trace *s, const char *fmt, ...)
{
	va_list args;
	FILE *log = fopen(s->log, "ae");
	if (!log)
		return;
	va_start(args, fmt);
	vfprintf(log, fmt, args);
	va_end(args);
	fputc('\n', log);
	fclose(log);
}

static int asked(struct trib *t, const struct trace *s, const char *call)
{
	size_t n = strlen(call);
	if (!s->fail || strncmp(s->fail, call, n) || s->fail[n] != ':')
		return 0;
	return trib_fail(t, atoi(s->fail + n + 1), "trace.asked: %s was asked to fail", call);
}

static int open(struct trib *t, void *self)
{
	struct trace *s = self;
	s->doc = json_load_file(s->store, 0, NULL);
	if (!s->doc)
		s->doc = json_pack("{s:i,s:{},s:[],s:[],s:[]}", "epoch", 0, "states", "loads", "rows", "dead");
	note(s, "open");
	return asked(t, s, "open");
}

static void close(struct trib *t, void *self)
{
	struct trace *s = self;
	(void)t;
	note(s, "close");
	json_decref(s->doc);
	json_decref(s->unit);
}

static int save(struct trib *t, const struct trace *s)
{
	return json_dump_file(s->doc, s->store, JSON_SORT_KEYS) ? trib_fail(t, TRIB_ENV, "cannot write the store") : TRIB_OK;
}

static int claim(struct trib *t, void *self, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	struct trace *s = self;
	const char *part;
	json_t *state;
	s->epoch = *epoch = json_integer_value(json_object_get(s->doc, "epoch")) + 1;
	json_object_set_new(s->doc, "epoch", json_integer(s->epoch));
	json_object_foreach(json_object_get(s->doc, "states"), part, state) {
		trib_put_str(states, trib_add(states, "part", TRIB_STR), (struct trib_text){ part, strlen(part) });
		trib_put_str(states, trib_add(states, "state", TRIB_STR), (struct trib_text){ json_string_value(state), json_string_length(state) });
		trib_rows(states, 1);
	}
	note(s, "claim %s %s epoch %" PRId64, load->pipeline, load->stream, s->epoch);
	int rc = asked(t, s, "claim");
	return rc < 0 ? rc : save(t, s);
}

static int begin(struct trib *t, void *self, const struct trib_load *load)
{
	struct trace *s = self;
	size_t i;
	json_t *was;
	s->load = load;
	json_decref(s->unit);
	s->unit = json_array();
	memset(s->rows, 0, sizeof s->rows);
	json_array_foreach(json_object_get(s->doc, "loads"), i, was)
		if (strcmp(json_string_value(was), load->load_id) == 0) {
			note(s, "begin: it is there");
			return TRIB_END;
		}
	note(s, "begin epoch %" PRId64, load->epoch);
	return asked(t, s, "begin");
}

static int table(struct trib *t, void *self, int k, const struct trib_table *is)
{
	static const char *const modes[] = { "append", "merge", "insert_only", "replace_slice", "replace", "scd2", "effective", "snapshot" };
	struct trace *s = self;
	char line[2048] = "";
	for (const struct trib_field *f = is->columns; f->name; f++)
		snprintf(line + strlen(line), sizeof line - strlen(line), " %s:%d%s%s%s%s", f->name, f->type, f->flags & TRIB_KEY ? "/key" : "",
		         f->flags & TRIB_CURSOR ? "/cursor" : "", f->flags & TRIB_SLICE ? "/slice" : "", f->flags & TRIB_PII ? "/pii" : "");
	for (size_t i = 0; i < is->options->count; i++)
		snprintf(line + strlen(line), sizeof line - strlen(line), " %s=%s", is->options->names[i], ((const char *const *)is->options->items)[i]);
	for (const struct trib_field *f = is->columns; f->name; f++)
		if (f->type == TRIB_DEC)
			snprintf(line + strlen(line), sizeof line - strlen(line), " %s(%d,%d)", f->name, f->precision, f->scale);
	note(s, "table %d %s %s%s", k, is->name, modes[is->mode], line);
	snprintf(s->names[k & 15], sizeof s->names[0], "%s", is->name);
	return asked(t, s, "table");
}

static json_t *cell(const struct trib_view *v, int64_t row)
{
	if (trib_null(v, row))
		return json_null();
	if (v->type == TRIB_I64)
		return json_integer(((const int64_t *)v->values)[row]);
	if (v->type == TRIB_STR || v->type == TRIB_JSON)
		return json_stringn(trib_str(v, row).p, trib_str(v, row).n);
	char text[64];
	switch (v->type) {
	case TRIB_F64:
		return json_real(((const double *)v->values)[row]);
	case TRIB_BOOL:
		return json_boolean(((const uint8_t *)v->values)[(row + v->bit) >> 3] >> ((row + v->bit) & 7) & 1);
	case TRIB_DATE:
		return json_integer(((const int32_t *)v->values)[row]);
	case TRIB_DEC:
		snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64 "e-%d", (uint64_t)((const trib_dec *)v->values)[row].hi,
		         ((const trib_dec *)v->values)[row].lo, v->scale);
		return json_string(text);
	case TRIB_TIME:
	case TRIB_CLOCK:
	case TRIB_DURATION:
		return json_integer(((const int64_t *)v->values)[row]);
	default:
		return json_string("?");
	}
}

static int write_rows(struct trib *t, void *self, int k, const struct trib_batch *b)
{
	struct trace *s = self;
	int64_t rejected = 0;
	for (int64_t row = 0; row < b->array.length; row++) {
		if (s->reject_every && (row + 1) % s->reject_every == 0) {
			trib_reject(t, b, row, "trace.rejected", "the sink does not want it");
			rejected++;
			continue;
		}
		json_t *o = json_pack("{s:s}", "_table", s->names[k & 15]);
		for (int c = 0; c < trib_cols(b); c++) {
			struct trib_view v;
			if (trib_view(b, c, &v) >= 0)
				json_object_set_new(o, trib_col_name(b, c), cell(&v, row));
		}
		json_array_append_new(s->unit, o);
	}
	s->rows[k & 15] += b->array.length;
	note(s, "write %d rows %" PRId64 " cols %d", k, b->array.length, trib_cols(b));
	trib_count(t, k, TRIB_INSERTED, b->array.length - rejected - (k == 0 ? s->miscount : 0));
	return asked(t, s, "write");
}

/* Rows of a table by its keys: stored ones and those of this unit. */
static int recall(struct trib *t, void *self, const char *name, const struct trib_batch *keys, struct trib_batch *out)
{
	struct trace *s = self;
	struct trib_view v;
	json_t *const lists[] = { json_object_get(s->doc, "rows"), s->unit };
	int row = trib_add(out, "row", TRIB_I64), id = trib_add(out, "id", TRIB_I64), part = trib_add(out, "part", TRIB_STR);
	if (trib_view(keys, 0, &v) < 0 || v.type != TRIB_I64)
		return trib_fail(t, TRIB_CONFIG, "keys must be one int64");
	note(s, "recall %s keys %" PRId64, name, keys->array.length);
	for (int64_t i = 0; i < keys->array.length; i++)
		for (int l = 0; l < 2; l++) {
			size_t k;
			json_t *o;
			json_array_foreach(lists[l], k, o)
				if (!strcmp(json_string_value(json_object_get(o, "_table")), name) &&
				    json_integer_value(json_object_get(o, "id")) == ((const int64_t *)v.values)[i]) {
					const char *text = json_string_value(json_object_get(o, "part"));
					trib_put_i64(out, row, i);
					trib_put_i64(out, id, ((const int64_t *)v.values)[i]);
					trib_put_str(out, part, (struct trib_text){ text, text ? strlen(text) : 0 });
					trib_rows(out, 1);
				}
		}
	return TRIB_OK;
}

static void texts(struct trib *t, const struct trib_batch *b, const char *what, const struct trace *s, json_t *into)
{
	for (int64_t i = 0; b && i < b->array.length; i++) {
		char *line = trib_fmt(t, "%s", what);
		for (int c = 0; c < trib_cols(b); c++) {
			struct trib_view v;
			if (trib_view(b, c, &v) >= 0 && (v.type == TRIB_STR || v.type == TRIB_JSON))
				line = trib_fmt(t, "%s %s=%.*s", line, trib_col_name(b, c), (int)trib_str(&v, i).n, trib_str(&v, i).p ? trib_str(&v, i).p : "");
		}
		note(s, "%s", line);
		if (into)
			json_array_append_new(into, json_string(line));
	}
}

static void keep_states(struct trace *s, const struct trib_batch *b)
{
	struct trib_view part, state;
	for (int64_t i = 0; b && trib_view(b, 0, &part) >= 0 && trib_view(b, 1, &state) >= 0 && i < b->array.length; i++) {
		char name[256];
		struct trib_text p = trib_str(&part, i), v = trib_str(&state, i);
		snprintf(name, sizeof name, "%.*s", (int)p.n, p.p);
		if (v.p)
			json_object_set_new(json_object_get(s->doc, "states"), name, json_stringn(v.p, v.n));
		else
			json_object_del(json_object_get(s->doc, "states"), name);
	}
}

static void note_ledger(const struct trace *s, const struct trib_batch *b)
{
	char line[1024] = "ledger";
	for (int c = 0; b->array.length == 1 && c < trib_cols(b); c++) {
		struct trib_view v;
		if (trib_view(b, c, &v) < 0)
			continue;
		if (v.type == TRIB_STR)
			snprintf(line + strlen(line), sizeof line - strlen(line), " %s=%.*s", trib_col_name(b, c), (int)trib_str(&v, 0).n, trib_str(&v, 0).p);
		else
			snprintf(line + strlen(line), sizeof line - strlen(line), " %s=%" PRId64, trib_col_name(b, c), ((const int64_t *)v.values)[0]);
	}
	note(s, "%s", line);
}

static int commit(struct trib *t, void *self, const struct trib_commit *c)
{
	struct trace *s = self;
	struct trib_batch ledger = { 0 };
	int rc = asked(t, s, "commit");
	if (rc == 0)
		rc = trib_ledger(t, &ledger);
	note(s, "commit outcome %d publish %d complete %d states %" PRId64 " dead %" PRId64 " slices %" PRId64 " ledger %d ended %d", c->outcome, c->publish,
	     c->complete, c->states ? c->states->array.length : 0, c->dead ? c->dead->array.length : 0, c->slices ? c->slices->array.length : 0, rc, c->ended);
	note_ledger(s, &ledger);
	texts(t, c->slices, "slice", s, NULL);
	texts(t, c->dead, "dead", s, json_object_get(s->doc, "dead"));
	trib_free(&ledger);
	if (rc < 0)
		return rc;
	int64_t n = s->lose < 0 ? -s->lose : s->lose;
	bool lost = n && (int64_t)json_array_size(json_object_get(s->doc, "loads")) + 1 == n;
	if (lost && s->lose < 0)
		return trib_fail(t, TRIB_UNKNOWN, "trace.lost: the answer was lost");
	if (c->outcome == TRIB_OK)
		json_array_extend(json_object_get(s->doc, "rows"), s->unit);
	keep_states(s, c->states);
	json_array_append_new(json_object_get(s->doc, "loads"), json_string(s->load->load_id));
	rc = save(t, s);
	return lost ? trib_fail(t, TRIB_UNKNOWN, "trace.lost: the answer was lost") : rc;
}

static void undo(struct trib *t, void *self)
{
	(void)t;
	note(self, "abort");
}

#define PLUGIN(name, ...) TRIB_PLUGIN(name, __VA_ARGS__)
PLUGIN(TRACE_NAME, .help = "Writes down what it is asked, for tests.", .flags = TRACE_FLAGS, .self_size = sizeof(struct trace), .options = options,
       .open = open, .close = close, .modes = 0xff, .claim = claim, .begin = begin, .table = table, .write = write_rows, .recall = recall,
       .commit = commit, .abort = undo);
