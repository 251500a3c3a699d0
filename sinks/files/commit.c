/* commit - data to the disk, books balanced, then the manifest: rows, states, dead letters and ledger in one rename. */
#include "commit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <tributary/value.h>

enum { LOADS_KEPT = 200 };
static const char letters[] = "_dead_letters";

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

/* ---- claim ---- */

/* FNV-1a over pipeline and stream: leftovers in a shared folder are told apart by it. */
static void make_tag(struct files *s, const struct trib_load *load)
{
	uint64_t h = 0xcbf29ce484222325;
	const char *const texts[] = { load->pipeline, load->stream };
	for (int i = 0; i < 2; i++)
		for (const char *p = texts[i];; p++) {
			h = (h ^ (unsigned char)*p) * 0x100000001b3;
			if (!*p)
				break;
		}
	snprintf(s->tag, sizeof s->tag, "%016llx", (unsigned long long)h);
}

static void answer_states(const json_t *stream, struct trib_batch *states)
{
	const char *part;
	json_t *state;
	int p = trib_col(states, "part"), v = trib_col(states, "state");
	if (p < 0)
		p = trib_add(states, "part", TRIB_STR);
	if (v < 0)
		v = trib_add(states, "state", TRIB_STR);
	json_object_foreach(json_object_get(stream, "states"), part, state) {
		trib_put_str(states, p, (struct trib_text){ part, strlen(part) });
		trib_put_str(states, v, (struct trib_text){ json_string_value(state), json_string_length(state) });
		trib_rows(states, 1);
	}
}

/* run_id NULL: somebody only looks. Nothing is made, fenced or locked. */
static int look(struct trib *t, struct files *s, const struct trib_load *load, struct trib_batch *states)
{
	json_t *m = NULL;
	int fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? TRIB_OK : files_fault(t, s, "", errno);
	s->root = fd + 1;
	int rc = files_manifest_load(t, s, &m);
	if (rc == TRIB_OK)
		answer_states(files_manifest_stream(m, load->pipeline, load->stream), states);
	json_decref(m);
	return rc;
}

int files_claim(struct trib *t, struct files *s, const struct trib_load *load, int64_t *epoch,
                struct trib_batch *states)
{
	json_t *m = NULL, *stream = NULL;
	make_tag(s, load);
	if (!load->run_id)
		return look(t, s, load, states);
	int rc = files_folder(t, s, "");
	if (rc == TRIB_OK)
		rc = files_lock(t, s);
	if (rc < 0)
		return rc;
	rc = files_manifest_load(t, s, &m);
	if (rc == TRIB_OK && !(stream = files_manifest_stream(m, load->pipeline, load->stream)))
		rc = no_memory(t);
	if (rc == TRIB_OK) {
		files_forget_orphans(stream);
		*epoch = json_integer_value(json_object_get(stream, "epoch")) + 1;
		if (json_object_set_new(stream, "epoch", json_integer(*epoch)) < 0 ||
		    json_object_set_new(stream, "run_id", json_string(load->run_id)) < 0)
			rc = no_memory(t);
	}
	/* fenced first: nobody of an older run can commit any more to what is being tidied */
	if (rc == TRIB_OK)
		rc = files_manifest_save(t, s, m);
	if (rc == TRIB_OK)
		rc = files_recover(t, s, stream);
	if (rc == TRIB_OK)
		answer_states(stream, states);
	files_unlock(s);
	json_decref(m);
	return rc == TRIB_UNKNOWN ? TRIB_ENV : rc;
}

/* ---- what a commit brings ---- */

/* Every finished file is on the disk; so must be its name. */
static int finish_tables(struct trib *t, struct files *s)
{
	int rc = TRIB_OK;
	for (int i = 0; rc == TRIB_OK && i < s->table_count; i++) {
		struct files_table *b = s->tables[i];
		if (!b || !b->used)
			continue;
		rc = files_finish_part(t, s, b);
		if (rc == TRIB_OK && b->parts)
			rc = files_sync_folder(t, s, s->file ? "" : b->folder);
	}
	return rc;
}

static int write_letters(struct trib *t, struct files *s, const struct trib_batch *dead, json_t **entry)
{
	const struct files_format how = { .json = true };
	struct files_out out = { .fd = -1 };
	struct files_column *columns = NULL;
	const char *load = files_safe(t, s->load->load_id);
	char *file = load ? trib_fmt(t, "%s/%s.jsonl", letters, load) : NULL;
	int rc = files_folder(t, s, letters), n = trib_cols(dead);
	*entry = file ? json_pack("{s:s, s:s, s:I}", "file", file, "load_id", s->load->load_id, "rows",
	                          (json_int_t)dead->array.length) : NULL;
	char *hidden = *entry ? files_hidden(t, s, *entry) : NULL;
	if (rc == TRIB_OK && !hidden)
		rc = no_memory(t);
	if (rc == TRIB_OK)
		rc = files_json_columns(t, dead, &columns);
	if (rc < 0)
		return rc;
	out.fd = files_open(s->root - 1, hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = out.fd < 0 ? errno : 0;
	if (!error && !(files_out_start(&out, 0) && files_encode(&out, &how, columns, n, 0, dead->array.length, 0) >= 0 &&
	                files_out_finish(&out)))
		error = out.error;
	files_out_done(&out);
	return error ? files_fault(t, s, file, error) : files_sync_folder(t, s, letters);
}

/* ---- the manifest's lists ---- */

static bool is_staged(const json_t *e)
{
	return json_is_true(json_object_get(e, "staged"));
}

static json_t *new_entry(const struct files_table *b, const struct files_part *p, const struct trib_load *load)
{
	json_t *e = json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:b}", "table", b->name, "file", p->file,
	                      "rows", (json_int_t)p->rows, "bytes", (json_int_t)p->bytes,
	                      "load_id", load->load_id, "epoch", (json_int_t)load->epoch, "staged", 1);
	if (e && b->mode == TRIB_REPLACE)
		json_object_set_new(e, "replace", json_true());
	return e;
}

/* `file:` has one entry that grows; parts have one each. All begin as staged. */
static int add_parts(struct trib *t, struct files *s, struct files_table *b, json_t *list)
{
	for (const struct files_part *p = b->parts; p; p = p->next) {
		json_t *e, *grown = NULL;
		size_t i;
		json_array_foreach(list, i, e) {
			char *hidden = s->file && is_staged(e) ? files_hidden(t, s, e) : NULL;
			if (hidden && strcmp(hidden, p->hidden) == 0)
				grown = e;
		}
		if (!grown && (json_array_append_new(list, new_entry(b, p, s->load)) < 0 ||
		               !(grown = json_array_get(list, json_array_size(list) - 1))))
			return no_memory(t);
		json_object_set_new(grown, "rows", json_integer(p->rows));
		json_object_set_new(grown, "bytes", json_integer(p->bytes));
		if (s->file)
			json_object_set_new(grown, "columns", json_string(files_columns_text(t, b) ?: ""));
	}
	return TRIB_OK;
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	const char *x = json_string_value(json_object_get(a, key)), *y = json_string_value(json_object_get(b, key));
	return x && y && strcmp(x, y) == 0;
}

/* A replacement begins anew with each run: what a broken one staged is not continued. The next claim sweeps the files. */
static void drop_stale(const struct files *s, json_t *list, const char *table)
{
	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *e = json_array_get(list, i);
		bool ours = strcmp(json_string_value(json_object_get(e, "table")) ?: "", table) == 0;
		if (ours && is_staged(e) && !files_of_this_run(s, e))
			json_array_remove(list, i);
	}
}

/* Entries that give way to e: all of its table in mode replace, the former file of that name with `file:`. Their
 * rows. */
static int64_t give_way(json_t *stream, json_t *list, const json_t *e, bool whole)
{
	bool replaces = json_is_true(json_object_get(e, "replace"));
	int64_t rows = 0;
	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *was = json_array_get(list, i);
		if (was == e || is_staged(was) || json_is_true(json_object_get(was, "fresh")))
			continue;
		bool same_file = same_text(was, e, "file");
		if (!(replaces && same_text(was, e, "table")) && !(whole && same_file))
			continue;
		rows += replaces ? json_integer_value(json_object_get(was, "rows")) : 0;
		if (!same_file) {
			json_t *gone = json_object_get(stream, "replaced");
			if (!gone) {
				json_object_set_new(stream, "replaced", json_array());
				gone = json_object_get(stream, "replaced");
			}
			json_array_append(gone, json_object_get(was, "file"));
		}
		json_array_remove(list, i);
	}
	return rows;
}

/* A replacement without a row: nothing of the table stays. Their rows. */
static int64_t clear_table(json_t *stream, const char *table)
{
	json_t *list = json_object_get(stream, "files"), *e;
	size_t i;
	json_t *none = json_pack("{s:s, s:b}", "table", table, "replace", 1);
	json_array_foreach(list, i, e)
		if (same_text(e, none, "table") && (is_staged(e) || json_is_true(json_object_get(e, "fresh")))) {
			json_decref(none);
			return 0;
		}
	int64_t rows = none ? give_way(stream, list, none, false) : 0;
	json_decref(none);
	return rows;
}

/* What is staged is published: at once, but `replace` only when the source was seen whole, `file:` at the end of a run. */
static int64_t publish_entries(const struct files *s, json_t *stream, const struct trib_commit *c, const char *table)
{
	json_t *list = json_object_get(stream, "files"), *e;
	int64_t rows = 0;
	size_t i;
	bool again = true;
	while (again) {
		again = false;
		json_array_foreach(list, i, e) {
			bool waits = (json_is_true(json_object_get(e, "replace")) && !c->complete) || (s->file && !c->ended);
			if (!is_staged(e) || waits || !c->publish)
				continue;
			if (table && strcmp(json_string_value(json_object_get(e, "table")) ?: "", table) != 0)
				continue;
			json_object_del(e, "staged");
			json_object_set_new(e, "fresh", json_true());
			rows += give_way(stream, list, e, s->file != NULL);
			again = true;
			break;   /* the list has changed under us */
		}
	}
	return rows;
}

static void settle_entries(json_t *stream)
{
	json_t *e;
	size_t i;
	json_array_foreach(json_object_get(stream, "files"), i, e)
		json_object_del(e, "fresh");
}

static int store_states(struct trib *t, json_t *stream, const struct trib_batch *b)
{
	struct trib_view part, state;
	json_t *all = json_object_get(stream, "states");
	if (b->array.length == 0)
		return TRIB_OK;
	if (trib_view(b, trib_col(b, "part"), &part) < 0 || trib_view(b, trib_col(b, "state"), &state) < 0)
		return trib_fail(t, TRIB_FATAL, "sink.bad_batch: the states cannot be read");
	for (int64_t r = 0; r < b->array.length; r++) {
		struct trib_text p = trib_str(&part, r), v = trib_str(&state, r);
		char *name = trib_fmt(t, "%.*s", (int)p.n, p.p);
		if (name && !v.p) {              /* a state of null is forgotten */
			json_object_del(all, name);
			continue;
		}
		if (!name || json_object_set_new(all, name, json_stringn(v.p, v.n)) < 0)
			return trib_fail(t, TRIB_DATA, "files.not_utf8: the name or state of part `%s` is not UTF-8: a"
			                               " manifest cannot hold it", name ? name : "");
	}
	return TRIB_OK;
}

static json_t *cell(const struct trib_view *v, int64_t row)
{
	char text[40];
	if (trib_null(v, row))
		return json_null();
	if (v->type == TRIB_I64)
		return json_integer(((const int64_t *)v->values)[row]);
	if (v->type == TRIB_TIME)
		return json_stringn(text, trib_time_text((trib_time){ ((const int64_t *)v->values)[row] }, text));
	struct trib_text x = trib_str(v, row);
	return json_stringn(x.p ? x.p : "", x.n);
}

static int store_ledger(struct trib *t, json_t *stream, const struct trib_batch *ledger, int outcome)
{
	json_t *loads = json_object_get(stream, "loads"), *one = json_object();
	struct trib_view v;
	for (int c = 0; one && ledger->array.length > 0 && c < trib_cols(ledger); c++)
		if (trib_view(ledger, c, &v) < 0 || json_object_set_new(one, trib_col_name(ledger, c),
		                                                        cell(&v, 0)) < 0) {
			json_decref(one);
			return trib_fail(t, TRIB_FATAL, "sink.bad_batch: the ledger row cannot be read");
		}
	json_object_set_new(one, "outcome", json_string(outcome == TRIB_OK ? "committed" : outcome == TRIB_HELD ?
	                                                "held" : "failed"));
	if (json_array_append_new(loads, one) < 0)
		return no_memory(t);
	while (json_array_size(loads) > LOADS_KEPT)
		json_array_remove(loads, 0);
	return TRIB_OK;
}

/* ---- commit ---- */

static int fence(struct trib *t, const struct files *s, const json_t *stream)
{
	int64_t now = json_integer_value(json_object_get(stream, "epoch"));
	if (now == s->load->epoch)
		return TRIB_OK;
	return trib_fail(t, TRIB_FENCED, "sink.fenced: a newer run owns %s/%s in %s", s->load->pipeline,
	                 s->load->stream, s->path);
}

static int store(struct trib *t, struct files *s, json_t *stream, const struct trib_commit *c, json_t *dead)
{
	struct trib_batch ledger = { 0 };
	int rc = fence(t, s, stream);
	for (int i = 0; rc == TRIB_OK && c->outcome == TRIB_OK && i < s->table_count; i++) {
		struct files_table *b = s->tables[i];
		if (!b || !b->used)
			continue;
		if (b->mode == TRIB_REPLACE)
			drop_stale(s, json_object_get(stream, "files"), b->name);
		rc = add_parts(t, s, b, json_object_get(stream, "files"));
		int64_t replaced = rc == TRIB_OK ? publish_entries(s, stream, c, b->name) : 0;
		if (rc == TRIB_OK && b->mode == TRIB_REPLACE && c->complete && c->publish)
			replaced += clear_table(stream, b->name);
		if (b->rows)
			trib_count(t, i, TRIB_INSERTED, b->rows);
		if (replaced)
			trib_count(t, i, TRIB_DELETED, replaced);
	}
	if (rc == TRIB_OK && c->outcome == TRIB_OK)
		/* staged by an earlier unit, of tables that this one did not touch */
		publish_entries(s, stream, c, NULL);
	settle_entries(stream);
	if (rc == TRIB_OK && c->outcome == TRIB_OK)
		rc = store_states(t, stream, c->states);
	if (rc == TRIB_OK && dead && json_array_append(json_object_get(stream, "dead_letters"), dead) < 0)
		rc = no_memory(t);
	if (rc == TRIB_OK)
		rc = trib_ledger(t, &ledger);
	if (rc == TRIB_OK)
		rc = store_ledger(t, stream, &ledger, c->outcome);
	trib_free(&ledger);
	return rc;
}

/* Names after the commit. A fault here undoes nothing: the next claim finishes it. */
static void tidy(struct trib *t, struct files *s, json_t *stream)
{
	if (files_settle(t, s, stream) < 0)
		files_tell_hidden(t, s, stream);
}

int files_commit(struct trib *t, struct files *s, const struct trib_commit *c)
{
	json_t *m = NULL, *stream = NULL, *dead = NULL;
	int rc = c->outcome == TRIB_OK ? finish_tables(t, s) : TRIB_OK;
	if (rc == TRIB_OK && c->dead && c->dead->array.length > 0)
		rc = write_letters(t, s, c->dead, &dead);
	bool locked = rc == TRIB_OK && (rc = files_lock(t, s)) == TRIB_OK;
	if (rc == TRIB_OK)
		rc = files_manifest_load(t, s, &m);
	if (rc == TRIB_OK && !(stream = files_manifest_stream(m, s->load->pipeline, s->load->stream)))
		rc = no_memory(t);
	if (rc == TRIB_OK) {
		files_settle(t, s, stream);    /* what the commit before this one named by now: said in the manifest */
		rc = store(t, s, stream, c, dead);
	}
	if (rc == TRIB_OK && (rc = files_manifest_save(t, s, m)) == TRIB_OK)
		tidy(t, s, stream);
	if (locked)
		files_unlock(s);
	json_decref(dead);
	json_decref(m);
	return rc;
}
