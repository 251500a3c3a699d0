/* dedupe - of the rows of one key one stays: the highest version, or what `keep` and `on_conflict` say. How it works, and
 * what bounds its memory, is in dedupe/dedupe.h; the rules for users are in docs/dedupe.md.
 *
 * Law: what is kept goes on in the order of the input. What goes away is counted as deduplicated; rows that contradict one
 * another are dead letters unless an option says which one holds. */
#include <stdlib.h>
#include "dedupe/dedupe.h"
#include "near.h"

static const struct trib_field options[] = {
	TRIB_FIELD(struct dedupe, key, .help = "Columns that name a thing: one row of each stays. Not given: whole rows are compared."),
	TRIB_FIELD(struct dedupe, version,
	           .help = "Column whose highest value stays: a number, a date, a time. Null is the lowest."),
	TRIB_FIELD(struct dedupe, version_as, .allow = "number|time|text",
	           .help = "How a version column of texts is compared; not given: as its first cell looks."),
	TRIB_FIELD(struct dedupe, keep, .allow = "first|last|newest|error",
	           .help = "Which of the rows stays; with a version: of those with the highest one. newest: that version, the last of equals. error: rows that differ are dead letters."),
	TRIB_FIELD(struct dedupe, on_conflict, .allow = "error|first|last|max",
	           .help = "Without a version: what becomes of rows of one key with other values. error: dead letters."),
	TRIB_FIELD(struct dedupe, max_of, .help = "on_conflict max: the column whose greatest value stays."),
	TRIB_FIELD(struct dedupe, within, .dflt = "run", .allow = "part|period|run",
	           .help = "Where duplicates are looked for: in each file or page, in each period, in all that a run reads."),
	TRIB_FIELD(struct dedupe, flag, .help = "Nothing goes away: this new column says which rows are duplicates."),
	TRIB_FIELD(struct dedupe, count, .help = "New column: how many rows the one that stays stands for."),
	TRIB_FIELD(struct dedupe, memory, .dflt = "64MiB", .allow = "1MiB..1TiB",
	           .help = "Memory for keys and waiting rows; what is more goes to temporary files."),
	TRIB_FIELD(struct dedupe, spill_dir, .flags = TRIB_PATH, .dflt = ".trib", .help = "Folder of the temporary files."),
	{ 0 },
};

static bool is(const char *text, const char *word)
{
	return text && strcmp(text, word) == 0;
}

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

/* ---- open ---- */

static const char *contradiction(const struct dedupe *d)
{
	if (!d->key.count && (d->version || d->on_conflict || d->max_of))
		return "key: version and on_conflict choose between rows of one key; name its columns";
	if (d->version && d->on_conflict)
		return "on_conflict: is for rows without a version; between rows of one version `keep` decides";
	if (is(d->keep, "newest") && !d->version)
		return "keep: newest needs `version`, the column that says what is newer";
	if (is(d->on_conflict, "max") != (d->max_of != NULL))
		return d->max_of ? "max_of: is for `on_conflict: max`" : "on_conflict: max needs `max_of`, the column whose greatest value stays";
	if (d->keep && d->on_conflict && !is(d->keep, d->on_conflict))
		return "on_conflict: and `keep` say different things; without a version write one of them";
	if (d->version_as && !DD_BY(d))
		return "version_as: is for `version`";
	if (d->flag && d->count && strcmp(d->flag, d->count) == 0)
		return "count: and `flag` name the same column";
	return NULL;
}

static void reset_scope(struct dedupe *d)
{
	static const struct { const char *word; enum dd_class as; } classes[] = {
		{ "number", DD_NUMBER }, { "time", DD_TIME }, { "text", DD_TEXT },
	};
	d->as = DD_UNDECIDED;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (is(d->version_as, classes[i].word))
			d->as = classes[i].as;
	d->index = (struct dd_index){ .policy = &d->policy };
	d->spool.file.dir = d->verdicts.runs_file.dir = d->verdicts.log_file.dir = d->spill_dir;
	d->full = d->merging = false;
}

static int open_dedupe(struct trib *t, void *self)
{
	struct dedupe *d = self;
	struct dd_policy *p = &d->policy;
	const char *odd = contradiction(d), *say = d->on_conflict ? d->on_conflict : d->keep;
	if (odd)
		return trib_fail(t, TRIB_CONFIG, "dedupe.bad_option: %s", odd);
	trib_scope(t, is(d->within, "part") ? TRIB_PER_PART : is(d->within, "period") ? TRIB_PER_PERIOD : TRIB_PER_RUN);
	d->whole = d->key.count == 0;
	p->ranked = DD_BY(d) != NULL;
	p->counts = d->count != NULL;
	p->tie = is(say, "last") || is(say, "newest") || (!say && d->version) ? DD_LAST :
		is(say, "first") || is(say, "max") || d->whole ? DD_FIRST : DD_REFUSE;
	if (d->whole && is(say, "last"))
		p->tie = DD_LAST;
	p->rank_size = DD_RANK;
	p->hash_mask = UINT64_MAX;
	dd_policy_ready(p);
	d->streams = !p->ranked && p->tie != DD_LAST && !p->counts;
	reset_scope(d);
	return TRIB_OK;
}

static void close_dedupe(struct trib *t, void *self)
{
	struct dedupe *d = self;
	(void)t;
	dd_scope_done(d);
	free(d->key_bytes.p);
	free(d->row_bytes.p);
}

/* ---- bind ---- */

static int need(struct trib *t, const struct trib_batch *in, const char *option, const char *column)
{
	if (!column || trib_col(in, column) >= 0)
		return TRIB_OK;
	const char *best = near_column(in, column);
	return trib_fail(t, TRIB_CONFIG, "dedupe.unknown_column: %s: there is no column \"%s\"%s%s%s", option, column,
	                 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

static int add(struct trib *t, const struct trib_batch *in, struct trib_batch *out, const char *option, const char *name,
               enum trib_type type)
{
	if (!name)
		return TRIB_OK;
	if (trib_col(in, name) >= 0)
		return trib_fail(t, TRIB_CONFIG, "dedupe.name_clash: %s: there is a column \"%s\" already", option, name);
	return trib_add(out, name, type) < 0 ? no_memory(t) : TRIB_OK;
}

static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	struct dedupe *d = self;
	struct trib_view v;
	int rc = TRIB_OK;
	for (size_t i = 0; rc == TRIB_OK && i < d->key.count; i++)
		rc = need(t, in, "key", ((const char *const *)d->key.items)[i]);
	if (rc == TRIB_OK)
		rc = need(t, in, d->version ? "version" : "max_of", DD_BY(d));
	if (rc == TRIB_OK)
		rc = add(t, in, &outs[0], "flag", d->flag, TRIB_BOOL);
	if (rc == TRIB_OK)
		rc = add(t, in, &outs[0], "count", d->count, TRIB_I64);
	if (rc == TRIB_OK && d->policy.ranked && d->index.count == 0) {
		const bool text = trib_view(in, trib_col(in, DD_BY(d)), &v) < 0 || v.type == TRIB_STR || v.type == TRIB_JSON ||
			v.type == TRIB_NULL;
		d->policy.rank_size = text ? DD_RANK_TEXT : DD_RANK;
		dd_policy_ready(&d->policy);
	}
	return rc;
}

/* ---- apply ---- */

struct batch {                                     /* one batch, as it is looked at */
	struct trib_batch *in;
	struct trib_view *all, *keys, rank;
	int cols, key_count;
	int32_t *stay, *wait;                      /* rows that go on at once, rows that wait in the spool */
	int64_t stay_count, wait_count;
	uint8_t *twice;                            /* flag: bits of the rows that go on at once */
};

void dd_refuse(struct trib *t, const struct dedupe *d, const struct trib_batch *b, const struct trib_view *keys, int64_t row)
{
	char text[400] = "";
	size_t n = 0;
	for (size_t k = 0; k < d->key.count && n + 80 < sizeof text; k++) {
		if (k) {
			memcpy(text + n, ", ", 3);
			n += 2;
		}
		n += dd_show(&keys[k], row, text + n, sizeof text - n);
	}
	trib_reject(t, b, row, "dedupe.conflict", "another row of key %s %s", text,
	            d->version ? "has the same version and other values" : "has other values");
}

int dd_views(struct trib *t, const struct trib_batch *b, struct trib_view **out)
{
	const int n = trib_cols(b);
	*out = trib_scratch(t, ((size_t)n + 1) * sizeof **out);
	for (int c = 0; *out && c < n; c++)
		if (trib_view(b, c, &(*out)[c]) < 0)
			return trib_fail(t, TRIB_FATAL, "no memory for column \"%s\"", trib_col_name(b, c));
	return *out ? n : no_memory(t);
}

int dd_key_views(struct trib *t, const struct dedupe *d, const struct trib_batch *b, struct trib_view **out, int *count)
{
	*count = (int)d->key.count;
	*out = trib_scratch(t, (d->key.count + 1) * sizeof **out);
	for (int k = 0; *out && k < *count; k++)
		if (trib_view(b, trib_col(b, ((const char *const *)d->key.items)[k]), &(*out)[k]) < 0)
			return no_memory(t);
	return *out ? TRIB_OK : no_memory(t);
}

static int look(struct trib *t, struct dedupe *d, struct batch *b)
{
	const size_t n = (size_t)b->in->array.length;
	b->cols = dd_views(t, b->in, &b->all);
	if (b->cols < 0)
		return b->cols;
	int rc = d->whole ? TRIB_OK : dd_key_views(t, d, b->in, &b->keys, &b->key_count);
	if (d->whole)
		b->keys = b->all, b->key_count = b->cols;
	if (rc == TRIB_OK && d->policy.ranked && trib_view(b->in, trib_col(b->in, DD_BY(d)), &b->rank) < 0)
		rc = no_memory(t);
	b->stay = trib_scratch(t, (n + 1) * sizeof *b->stay);
	b->wait = trib_scratch(t, (n + 1) * sizeof *b->wait);
	b->twice = trib_scratch(t, n / 8 + 1);
	if (rc == TRIB_OK && (!b->stay || !b->wait || !b->twice))
		rc = no_memory(t);
	for (int64_t i = 0; rc == TRIB_OK && d->policy.ranked && d->as == DD_UNDECIDED && i < (int64_t)n; i++)
		if (b->rank.type != TRIB_STR && b->rank.type != TRIB_JSON)
			break;
		else if (!trib_null(&b->rank, i))
			d->as = dd_class_of(trib_str(&b->rank, i));
	return rc;
}

/* false: the row is a dead letter, or *rc says what is wrong. */
static bool read_row(struct trib *t, struct dedupe *d, struct batch *b, int64_t i, struct dd_record *r, int *rc)
{
	char text[160];
	if (!dd_key(b->keys, b->key_count, d->whole, i, &d->key_bytes)) {
		*rc = no_memory(t);
		return false;
	}
	if (d->key_bytes.n > DD_KEY_MAX) {
		trib_reject(t, b->in, i, "dedupe.key_too_long", "the key has %zu bytes; the most is %d", d->key_bytes.n, DD_KEY_MAX);
		return false;
	}
	r->key = d->key_bytes.p;
	r->key_size = (uint32_t)d->key_bytes.n;
	if (d->policy.tie == DD_REFUSE)
		dd_row(b->all, b->cols, i, &d->row_bytes, r->row);
	if (d->policy.ranked && !dd_rank(&b->rank, d->as, i, r->rank)) {
		static const char *const kinds[] = { "", "number of at most 18 decimals", "time (ISO 8601)", "text of at most 70 bytes" };
		dd_show(&b->rank, i, text, sizeof text);
		trib_reject(t, b->in, i, "dedupe.bad_version", "column \"%s\": %s is no %s, as %s; version_as says how versions are compared",
		            DD_BY(d), text, kinds[d->as], d->version_as ? "version_as says" : "the first version is");
		return false;
	}
	return true;
}

/* A new key: into the index, and when that is full its record into a partition. */
static int unknown(struct trib *t, struct dedupe *d, struct batch *b, int64_t i, uint64_t hash, const struct dd_record *r)
{
	int rc = DD_FULL;
	while (!d->full && rc == DD_FULL) {
		rc = dd_add(&d->index, hash, r, (size_t)d->memory - d->spool.memory);
		if (rc == DD_FULL && !d->spool.on_disk && d->spool.memory > 0)
			rc = dd_spool_spill(t, &d->spool) == TRIB_OK ? DD_FULL : TRIB_ENV;
		else if (rc == DD_FULL)
			rc = dd_partition(t, d) == TRIB_OK ? DD_FULL : TRIB_ENV;
	}
	if (rc < 0)
		return rc == TRIB_FATAL ? no_memory(t) : rc;
	if (d->streams && !d->full)
		b->stay[b->stay_count++] = (int32_t)i;
	else
		b->wait[b->wait_count++] = (int32_t)i;
	return d->full ? dd_parts_put(t, d->parts, hash, r) : TRIB_OK;
}

static int one(struct trib *t, struct dedupe *d, struct batch *b, int64_t i)
{
	struct dd_record r = { .seq = (uint64_t)d->spool.rows + (uint64_t)b->wait_count };
	int rc = TRIB_OK;
	if (!read_row(t, d, b, i, &r, &rc))
		return rc;
	const uint64_t hash = dd_hash(&d->policy, 0, r.key, r.key_size);
	const uint32_t ref = dd_find(&d->index, hash, &r);
	if (!ref)
		return unknown(t, d, b, i, hash, &r);
	const enum dd_meets met = dd_meet(&d->index, ref, &r);
	if (met == DD_CONFLICT && d->streams) {
		dd_refuse(t, d, b->in, b->keys, i);
		return TRIB_OK;
	}
	if (met == DD_CONFLICT)
		rc = dd_conflict(t, &d->verdicts, &d->index, r.seq, ref);
	if (!d->streams || (d->flag && d->full)) {
		b->wait[b->wait_count++] = (int32_t)i;
	} else if (d->flag) {
		b->twice[b->stay_count >> 3] |= (uint8_t)(1 << (b->stay_count & 7));
		b->stay[b->stay_count++] = (int32_t)i;
	} else
		trib_count(t, 0, TRIB_DEDUPED, 1);
	return rc;
}

static int go_on(struct trib *t, struct dedupe *d, struct batch *b)
{
	struct trib_batch out = { 0 };
	if (b->stay_count == 0)
		return TRIB_OK;
	trib_move(&out, b->in);
	if (trib_pick(&out, b->stay, b->stay_count) < 0) {
		trib_free(&out);
		return no_memory(t);
	}
	if (d->flag)
		trib_put_many(&out, trib_add(&out, d->flag, TRIB_BOOL), b->twice, NULL, b->stay_count);
	return trib_emit(t, 0, &out);
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct dedupe *d = self;
	struct batch b = { .in = in };
	int rc = look(t, d, &b);
	for (int64_t i = 0; rc == TRIB_OK && i < in->array.length; i++)
		rc = one(t, d, &b, i);
	if (rc == TRIB_OK && b.wait_count)
		rc = dd_spool_put(t, &d->spool, b.all, b.cols, b.wait, b.wait_count);
	if (rc == TRIB_OK && !d->spool.on_disk && d->spool.memory && d->spool.memory + d->index.bytes > (size_t)d->memory)
		rc = dd_spool_spill(t, &d->spool);
	return rc == TRIB_OK ? go_on(t, d, &b) : rc;
}

static int flush(struct trib *t, void *self)
{
	struct dedupe *d = self;
	int rc = d->merging ? TRIB_OK : dd_scope_decide(t, d);
	d->merging = true;
	if (rc == TRIB_OK)
		rc = dd_scope_emit(t, d);
	if (rc == TRIB_MORE)
		return rc;
	dd_scope_done(d);
	reset_scope(d);
	return rc;
}

TRIB_PLUGIN(dedupe, .help = "Of rows with the same key one stays: the highest version, the first, the last.",
            .self_size = sizeof(struct dedupe), .options = options, .scope = TRIB_PER_RUN,
            .open = open_dedupe, .close = close_dedupe, .bind = bind, .apply = apply, .flush = flush);
