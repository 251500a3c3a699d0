#include "host.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>

/* ---- batches from text ---- */

static enum trib_type type_of(char c)
{
	static const char letters[] = "sidfbDtcuj";
	static const enum trib_type types[] = { TRIB_STR, TRIB_I64, TRIB_DEC, TRIB_F64, TRIB_BOOL, TRIB_DATE, TRIB_TIME,
	                                        TRIB_CLOCK, TRIB_DURATION,
	                                        TRIB_JSON };
	const char *p = strchr(letters, c);
	cr_assert(p && c, "type %c", c);
	return types[p - letters];
}

struct columns { struct trib_field f[64]; char text[512]; };

static int each_column(const char *columns, struct columns *to)
{
	struct trib_field *f = to->f;
	char *save = NULL;
	int n = 0;
	snprintf(to->text, sizeof to->text, "%s", columns);
	for (char *w = strtok_r(to->text, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
		char *type = strchr(w, ':');
		*type++ = 0;
		f[n] = (struct trib_field){ .name = w, .type = type_of(*type), .precision = 38, .scale = 9 };
		f[n].flags = (strchr(type + 1, 'k') ? TRIB_KEY : 0) | (strchr(type + 1, 'v') ? TRIB_CURSOR :
		                                                       0) | (strchr(type + 1, 'c') ? TRIB_SLICE : 0);
	}
	f[n] = (struct trib_field){ 0 };
	return n;
}

int rig_batch(struct trib_batch *b, const char *columns, const char *rows)
{
	struct columns all;
	const struct trib_field *f = all.f;
	int n = each_column(columns, &all), r = 0;
	char *copy = strdup(rows), *save = NULL, *cells[1000][64] = { { 0 } };
	bool absent[64] = { false };
	for (char *row = strtok_r(copy, ";", &save); row; row = strtok_r(NULL, ";", &save), r++)
		for (int c = 0; c < n; c++) {
			cells[r][c] = row;
			absent[c] |= row[0] == '=' && (row[1] == 0 || row[1] == '|');
			if ((row = strchr(row, '|')))
				*row++ = 0;
			else
				row = "~";
		}
	for (int c = 0; c < n; c++) {
		int col = absent[c] ? trib_add(b, f[c].name, TRIB_NULL) : f[c].type == TRIB_DEC ? trib_add_dec(b,
		        f[c].name, 38, 9) :
		          trib_add(b, f[c].name, f[c].type);
		cr_assert(col == c);
	}
	for (int i = 0; i < r; i++) {
		for (int c = 0; c < n; c++)
			if (absent[c] || strcmp(cells[i][c], "~") == 0)
				trib_put_null(b, c);
			else
				trib_put_text(b, c, tribx_text(cells[i][c]));
		trib_rows(b, 1);
	}
	struct tribx_error e = { 0 };
	cr_assert(tribx_ready(b, &e) == TRIB_OK, "%s", e.text);
	free(copy);
	return r;
}

static const char *batch_text(const struct trib_batch *b)
{
	static char out[1 << 16];
	struct tribx_buf t = { 0 };
	struct trib_view v;
	for (int64_t r = 0; r < b->array.length; r++)
		for (int c = 0; c < trib_cols(b); c++) {
			tribx_buf_puts(&t, c ? "|" : r ? ";" : "");
			cr_assert(trib_view(b, c, &v) == 0);
			if (!tribx_cell(&v, r, &t))
				tribx_buf_puts(&t, "~");
		}
	snprintf(out, sizeof out, "%s", t.p ? t.p : "");
	tribx_buf_done(&t);
	return out;
}

/* ---- the host's side ---- */

static int ledger(struct trib *t, struct trib_batch *row)
{
	struct rig *r = t->ctx;
	int64_t in = 0, out = 0, sum[TRIB_COUNTS] = { 0 };
	char text[512];
	for (int i = 0; i < 8; i++) {
		in += r->rows[i];
		for (int w = TRIB_INSERTED; w < TRIB_COUNTS; w++)
			sum[w] += t->counts[i][w];
	}
	for (int w = TRIB_INSERTED; w <= TRIB_SUPERSEDED; w++)
		out += sum[w];
	if (r->ledger_fails || in != out + t->dead.count)
		return trib_fail(t, TRIB_FATAL, "run.unbalanced_table: %d in, %d accounted for, %d rejected", (int)in,
		                 (int)out, (int)t->dead.count);
	snprintf(text, sizeof text, "%s|%s|%s|%s|%d|committed|%d|%d|%d|%d|%d|%d|%d|2025-01-01T00:00:00Z",
	         r->load.load_id, r->load.run_id, r->load.pipeline, r->load.stream, (int)r->load.epoch, (int)in,
	         (int)sum[TRIB_INSERTED], (int)sum[TRIB_UPDATED], (int)sum[TRIB_UNCHANGED],
	         (int)sum[TRIB_SUPERSEDED], (int)sum[TRIB_DELETED], (int)t->dead.count);
	rig_batch(row, "load_id:s run_id:s pipeline:s stream:s epoch:i outcome:s rows_in:i rows_inserted:i"
	               " rows_updated:i rows_unchanged:i rows_superseded:i"
	          " rows_deleted:i rows_rejected:i started_at:t", text);
	return TRIB_OK;
}
static const struct tribx_host host = { .ledger = ledger };

struct rig *rig_open(const struct trib_plugin *p, const char *pipeline, const char *const *options)
{
	struct rig *r = calloc(1, sizeof *r);
	r->job = (struct tribx_job){ .dir = "/", .pipeline = pipeline, .stream = "s", .run_id = "run",
	                             .stopping = &r->stopping };
	r->load = (struct trib_load){ .size = sizeof r->load, .pipeline = pipeline, .stream = "s", .run_id = "run",
	                              .load_id = r->load_id };
	cr_assert(trib_time_parse(tribx_text("2025-01-01T00:00:00Z"), NULL, &r->load.started) == 0);
	r->job.started = r->load.started;
	r->t = (struct trib){ .p = p, .stage = "sink", .self = calloc(1, p->self_size), .job = &r->job, .host = &host,
	                      .ctx = r };
	for (const struct trib_field *f = p->options; f->name; f++) {
		const char *text = f->dflt;
		for (const char *const *o = options; *o; o++)
			if (strncmp(*o, f->name, strlen(f->name)) == 0 && (*o)[strlen(f->name)] == '=')
				text = *o + strlen(f->name) + 1;
		const char *why = text ? tribx_field_set(f, r->t.self, &r->t.kept, text) : NULL;
		cr_assert(!why, "%s: %s", f->name, why);
	}
	int rc = p->open ? p->open(&r->t, r->t.self) : TRIB_OK;
	cr_assert(rc == TRIB_OK, "open: %s", r->t.error.text);
	tribx_call_end(&r->t);
	return r;
}

void rig_close(struct rig *r)
{
	r->t.p->close(&r->t, r->t.self);
	tribx_call_end(&r->t);
	tribx_dead_done(&r->t.dead);
	tribx_arena_done(&r->t.kept);
	trib_free(&r->states);
	free(r->t.self);
	free(r);
}

static int end(struct rig *r, int rc)
{
	tribx_call_end(&r->t);
	return rc;
}

int rig_claim(struct rig *r)
{
	tribx_call_start(&r->t);
	trib_free(&r->states);
	trib_add(&r->states, "part", TRIB_STR);
	trib_add(&r->states, "state", TRIB_STR);
	int rc = r->t.p->claim(&r->t, r->t.self, &r->load, &r->load.epoch, &r->states);
	struct tribx_error e = { 0 };
	cr_assert(tribx_ready(&r->states, &e) == TRIB_OK);
	return end(r, rc);
}

const char *rig_states(struct rig *r)
{
	return batch_text(&r->states);
}

int rig_begin(struct rig *r, const char *load_id)
{
	snprintf(r->load_id, sizeof r->load_id, "%s", load_id);
	memset(r->t.counts, 0, sizeof r->t.counts);
	memset(r->rows, 0, sizeof r->rows);
	tribx_dead_done(&r->t.dead);
	tribx_call_start(&r->t);
	return end(r, r->t.p->begin(&r->t, r->t.self, &r->load));
}

int rig_table(struct rig *r, int table, const struct spec *s)
{
	struct columns all;
	each_column(s->columns, &all);
	const struct trib_table is = { sizeof is, s->table, s->mode, all.f, &s->options };
	tribx_call_start(&r->t);
	return end(r, r->t.p->table(&r->t, r->t.self, table, &is));
}

int rig_write(struct rig *r, int table, const struct spec *s, const char *rows)
{
	struct trib_batch b = { 0 };
	r->rows[table] += rig_batch(&b, s->columns, rows);
	tribx_call_start(&r->t);
	int rc = r->t.p->write(&r->t, r->t.self, table, &b);
	trib_free(&b);
	return end(r, rc);
}

int rig_commit(struct rig *r, const struct ending *e)
{
	struct trib_batch states = { 0 }, dead = { 0 }, slices = { 0 };
	rig_batch(&states, "part:s state:j", e->states ? e->states : "");
	if (e->dead)
		rig_batch(&dead, "stage:s code:s detail:s record:j line:i", e->dead);
	if (e->slices)
		rig_batch(&slices, e->slice_columns, e->slices);
	const struct trib_commit c = { .size = sizeof c, .outcome = e->outcome, .publish = !e->stage_only,
	                               .complete = !e->partial, .ended = !e->partial, .states = &states,
	                               .dead = e->dead ? &dead : NULL, .slices = e->slices ? &slices : NULL };
	tribx_call_start(&r->t);
	int rc = r->t.p->commit(&r->t, r->t.self, &c);
	trib_free(&states);
	trib_free(&dead);
	trib_free(&slices);
	return end(r, rc);
}

void rig_abort(struct rig *r)
{
	r->t.p->abort(&r->t, r->t.self);
	tribx_call_end(&r->t);
}

const char *rig_recall(struct rig *r, const char *table, const char *columns, const char *rows)
{
	struct trib_batch keys = { 0 }, out = { 0 };
	struct tribx_error e = { 0 };
	rig_batch(&keys, columns, rows);
	tribx_call_start(&r->t);
	int rc = r->t.p->recall(&r->t, r->t.self, table, &keys, &out);
	cr_assert(rc == TRIB_OK, "recall: %s", r->t.error.text);
	cr_assert(tribx_ready(&out, &e) == TRIB_OK, "%s", e.text);
	const char *text = batch_text(&out);
	trib_free(&keys);
	trib_free(&out);
	end(r, rc);
	return text;
}

const char *rig_tally(struct rig *r, int table)
{
	static char out[128];
	const int64_t *n = r->t.counts[table];
	snprintf(out, sizeof out, "+%d ~%d =%d <%d -%d !%d", (int)n[TRIB_INSERTED], (int)n[TRIB_UPDATED],
	         (int)n[TRIB_UNCHANGED], (int)n[TRIB_SUPERSEDED],
	         (int)n[TRIB_DELETED], (int)r->t.dead.count);
	return out;
}

char *rig_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *path = NULL;
	cr_assert(asprintf(&path, "%s/trib-sinks-XXXXXX", tmp ? tmp : "/tmp") > 0);
	cr_assert(mkdtemp(path));
	return path;
}
