/* scope - the end of a scope: partitions are decided one by one, then the spool is read once and what is kept goes on. */
#include <stdlib.h>
#include "dedupe.h"

/* Partitions of partitions; what is deeper has too many equal hashes to be divided, and stays in memory. */
enum { DEEPEST = 8 };

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static struct dd_parts *new_parts(const struct dedupe *d)
{
	struct dd_parts *p = calloc(1, sizeof *p);
	if (p) {
		p->policy = &d->policy;
		p->file.dir = d->spill_dir;
	}
	return p;
}

static void parts_free(struct dd_parts *p)
{
	if (p)
		dd_parts_done(p);
	free(p);
}

int dd_partition(struct trib *t, struct dedupe *d)
{
	d->full = true;
	d->spool.on_disk = true;
	d->parts = new_parts(d);
	return d->parts ? TRIB_OK : no_memory(t);
}

/* ---- deciding ---- */

static int decide(struct trib *t, struct dedupe *d, struct dd_parts *from, uint32_t level);

struct desk { struct dd_index index; struct dd_parts *deeper; uint32_t level; };

static int record(struct trib *t, struct dedupe *d, struct desk *k, const struct dd_record *r)
{
	const uint64_t hash = dd_hash(&d->policy, k->level, r->key, r->key_size);
	const uint32_t ref = dd_find(&k->index, hash, r);
	int rc = DD_FULL;
	if (ref)
		return dd_meet(&k->index, ref, r) == DD_CONFLICT ? dd_conflict(t, &d->verdicts, &k->index, r->seq, ref) : TRIB_OK;
	if (!k->deeper)
		rc = dd_add(&k->index, hash, r, k->level < DEEPEST ? (size_t)d->memory : SIZE_MAX);
	if (rc == DD_FULL && !k->deeper && !(k->deeper = new_parts(d)))
		rc = TRIB_FATAL;
	if (rc == TRIB_FATAL)
		return no_memory(t);
	return rc == DD_FULL ? dd_parts_put(t, k->deeper, hash, r) : rc;
}

static int decide_part(struct trib *t, struct dedupe *d, struct dd_parts *from, int i, uint32_t level)
{
	struct desk k = { .index.policy = &d->policy, .level = level };
	struct dd_reader reader = { .from = from, .part = &from->part[i], .left = from->part[i].records };
	struct dd_record r = { 0 };
	int rc;
	while ((rc = dd_parts_get(t, &reader, &r)) == TRIB_OK && (rc = record(t, d, &k, &r)) == TRIB_OK)
		;
	dd_reader_done(&reader);
	if (rc == TRIB_END)
		rc = dd_winners(t, &d->verdicts, &k.index, false);
	dd_index_done(&k.index);
	if (rc == TRIB_OK && k.deeper)
		rc = decide(t, d, k.deeper, level + 1);
	parts_free(k.deeper);
	return rc;
}

static int decide(struct trib *t, struct dedupe *d, struct dd_parts *from, uint32_t level)
{
	int rc = dd_parts_end(t, from);
	for (int i = 0; rc == TRIB_OK && i < DD_PARTS; i++) {
		if (trib_stopping(t))
			return trib_fail(t, TRIB_STOPPED, "stopped");
		if (from->part[i].records)
			rc = decide_part(t, d, from, i, level);
	}
	return rc;
}

int dd_scope_decide(struct trib *t, struct dedupe *d)
{
	/* what streamed has gone on already: its index only had to know the keys */
	int rc = d->streams ? TRIB_OK : dd_winners(t, &d->verdicts, &d->index, !d->full);
	dd_index_done(&d->index);
	if (rc == TRIB_OK && d->parts)
		rc = decide(t, d, d->parts, 1);
	parts_free(d->parts);
	d->parts = NULL;
	return rc == TRIB_OK ? dd_merge(t, &d->verdicts) : rc;
}

/* ---- going on ---- */

struct verdicts { int32_t *rows, *refused; int64_t *counts, row_count, refused_count; uint8_t *kept; };

static int verdicts_of(struct trib *t, struct dedupe *d, int64_t n, struct verdicts *v)
{
	const uint64_t from = d->spool.read_rows;
	struct dd_verdict is;
	int rc = TRIB_OK;
	v->rows = trib_scratch(t, ((size_t)n + 1) * sizeof *v->rows);
	v->refused = trib_scratch(t, ((size_t)n + 1) * sizeof *v->refused);
	v->counts = trib_scratch(t, ((size_t)n + 1) * sizeof *v->counts);
	v->kept = trib_scratch(t, (size_t)n / 8 + 1);
	if (!v->rows || !v->refused || !v->counts || !v->kept)
		return no_memory(t);
	while (dd_next(t, &d->verdicts, from + (uint64_t)n, &is, &rc)) {
		const int64_t row = (int64_t)(is.seq - from);
		if (is.refused) {
			v->refused[v->refused_count++] = (int32_t)row;
			continue;
		}
		v->rows[v->row_count++] = (int32_t)row;
		v->counts[d->flag ? row : v->row_count - 1] = is.count;
		v->kept[row >> 3] |= (uint8_t)(1 << (row & 7));
	}
	return rc;
}

/* flag: all rows go on but those that are refused. What had no verdict is flagged. */
static void flag_rows(struct verdicts *v, int64_t n, uint8_t *twice)
{
	int64_t k = 0, no = 0;
	for (int64_t i = 0; i < n; i++) {
		if (no < v->refused_count && v->refused[no] == i) {
			no++;
			continue;
		}
		const bool kept = v->kept[i >> 3] >> (i & 7) & 1;
		twice[k >> 3] |= (uint8_t)(!kept << (k & 7));
		v->counts[k] = kept ? v->counts[i] : 0;
		v->rows[k++] = (int32_t)i;
	}
	v->row_count = k;
}

/* So that they can be looked at. */
static int close_columns(struct trib *t, struct trib_batch *b)
{
	const int n = trib_cols(b);
	int *cols = trib_scratch(t, ((size_t)n + 1) * sizeof *cols);
	for (int i = 0; cols && i < n; i++)
		cols[i] = i;
	return cols && trib_pick_cols(b, cols, NULL, n) >= 0 ? TRIB_OK : no_memory(t);
}

static int emit_rows(struct trib *t, struct dedupe *d, struct trib_batch *b, struct verdicts *v, int64_t n)
{
	uint8_t *twice = trib_scratch(t, (size_t)n / 8 + 1);
	struct trib_view *keys;
	int count, rc = twice ? TRIB_OK : no_memory(t);
	if (rc == TRIB_OK && v->refused_count) {
		rc = close_columns(t, b);
		if (rc == TRIB_OK)
			rc = dd_key_views(t, d, b, &keys, &count);
		for (int64_t i = 0; rc == TRIB_OK && i < v->refused_count; i++)
			dd_refuse(t, d, b, keys, v->refused[i]);
	}
	if (rc == TRIB_OK && d->flag)
		flag_rows(v, n, twice);
	if (rc == TRIB_OK && trib_pick(b, v->rows, v->row_count) < 0)
		rc = no_memory(t);
	if (rc != TRIB_OK)
		return rc;
	trib_count(t, 0, TRIB_DEDUPED, n - v->row_count - v->refused_count);
	if (d->flag) {
		trib_clear(b, trib_col(b, d->flag), TRIB_BOOL);
		trib_put_many(b, trib_col(b, d->flag), twice, NULL, v->row_count);
	}
	if (d->count) {
		trib_clear(b, trib_col(b, d->count), TRIB_I64);
		trib_put_many(b, trib_col(b, d->count), v->counts, NULL, v->row_count);
	}
	return trib_emit(t, 0, b);
}

int dd_scope_emit(struct trib *t, struct dedupe *d)
{
	struct verdicts v = { 0 };
	struct trib_batch b = { 0 };
	int64_t n = 0;
	int rc = dd_spool_peek(t, &d->spool, &n);
	if (rc == TRIB_END)
		return TRIB_OK;
	if (rc == TRIB_OK)
		rc = verdicts_of(t, d, n, &v);
	const bool want = v.row_count || v.refused_count || d->flag;
	if (rc == TRIB_OK && want)
		rc = trib_start(t, 0, &b);
	if (rc == TRIB_OK)
		rc = dd_spool_next(t, &d->spool, want, &b);
	if (rc == TRIB_OK && want)
		rc = emit_rows(t, d, &b, &v, n);
	else if (rc == TRIB_OK)
		trib_count(t, 0, TRIB_DEDUPED, n);
	trib_free(&b);
	return rc == TRIB_OK ? TRIB_MORE : rc;
}

void dd_scope_done(struct dedupe *d)
{
	dd_index_done(&d->index);
	parts_free(d->parts);
	d->parts = NULL;
	dd_spool_done(&d->spool);
	dd_verdicts_done(&d->verdicts);
}
