/* lookup - columns from a reference: a file of any format, or a table of SQLite, found by a key, and as of a date where the
 * reference says from when to when a row holds. The rules for users are in docs/lookup.md, the reference in memory is in
 * lookup/lookup.h.
 *
 * Law: a row finds one row of the reference or none. What it gets when there is none is said by `on_miss`; rows that do not
 * go on are dead letters or counted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "lookup/lookup.h"
#include "near.h"

/* A suggestion looks at every key: only so many are made, and only in references that are short enough. */
enum { SUGGESTIONS = 20, SUGGEST_IN = 50000 };

static const struct trib_field options[] = {
	TRIB_FIELD(struct lookup, path, .flags = TRIB_REQUIRED | TRIB_PATH,
	           .help = "The reference: a file of any format, in an archive too (file.zip!/name.csv); with `table` an SQLite database."),
	TRIB_FIELD(struct lookup, table, .help = "Table or view of the SQLite database in `path`; it is only read."),
	TRIB_FIELD(struct lookup, format, .help = "Format options of the file (docs/formats.md), if it does not say itself what it is."),
	TRIB_FIELD(struct lookup, key, .flags = TRIB_REQUIRED, .help = "Column here to the column of the reference that it is found in."),
	TRIB_FIELD(struct lookup, take, .flags = TRIB_REQUIRED, .help = "New column here to the column of the reference that it is taken from."),
	TRIB_FIELD(struct lookup, match, .dflt = "exact", .allow = "exact|trim|casefold",
	           .help = "How keys compare: byte by byte, without blanks at their ends, without those and without regard to case."),
	TRIB_FIELD(struct lookup, as_of, .help = "Column here with the date or time for which the reference is asked."),
	TRIB_FIELD(struct lookup, valid_from, .help = "Column of the reference: from when a row holds; empty: always."),
	TRIB_FIELD(struct lookup, valid_to, .help = "Column of the reference: when a row ceases to hold, that moment not included; empty: never."),
	TRIB_FIELD(struct lookup, date_format, .flags = TRIB_TIME_FORMAT,
	           .help = "How valid_from and valid_to are written (strptime's letters); ISO 8601 if not given."),
	TRIB_FIELD(struct lookup, on_miss, .allow = "null|error|dead|drop|default",
	           .help = "A row that finds nothing: it gets nulls (if nothing is said), it stops the run, is a dead letter, is left out and counted, gets `default`."),
	{ .name = "default", .type = TRIB_MAP, .offset = offsetof(struct lookup, otherwise),
	  .help = "New column to its value in rows that find nothing; the others get null." },
	TRIB_FIELD(struct lookup, reference_max, .dflt = "256MiB", .allow = "1MiB..1TiB", .help = "Memory that the reference may take."),
	TRIB_FIELD(struct lookup, reference_id,
	           .help = "New column with the hash of the reference: it changes when what is read from it has changed."),
	{ 0 },
};

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

/* ---- the reference ---- */

static const char *contradiction(const struct lookup *o)
{
	if (o->key.count == 0)
		return "key: names no column";
	if (o->as_of && !o->valid_from && !o->valid_to)
		return "as_of: needs `valid_from` or `valid_to`, the columns that say when a row holds";
	if (!o->as_of && (o->valid_from || o->valid_to))
		return o->valid_from ? "valid_from: needs `as_of`, the column here with the date" : "valid_to: needs `as_of`, the column here with the date";
	if (o->date_format && !o->as_of)
		return "date_format: is for `as_of`";
	if (o->on_miss && (strcmp(o->on_miss, "default") == 0) != (o->otherwise.count > 0))
		return o->otherwise.count ? "on_miss: and `default` say different things" : "on_miss: default needs `default: { column: value }`";
	if (o->table && o->format.count)
		return "format: is for files, and `table` is of a database";
	return NULL;
}

static int share(struct trib *t, const void *self, void *shared)
{
	const struct lookup *o = self;
	struct lk_shared *s = shared;
	const char *odd = contradiction(o);
	if (odd)
		return trib_fail(t, TRIB_CONFIG, "lookup.bad_option: %s", odd);
	for (size_t i = 0; i < o->otherwise.count; i++)
		if (!trib_map_text(&o->take, o->otherwise.names[i]))
			return trib_fail(t, TRIB_CONFIG, "lookup.bad_default: default: \"%s\" is none of the columns that are taken", o->otherwise.names[i]);
	const int rc = lk_load(t, o, s);
	if (rc == TRIB_OK)
		trib_log(t, "reference=%s rows=%u without_key=%" PRId64 " bytes=%zu hash=%s", o->path, s->count, s->keyless, s->bytes, s->id);
	return rc;
}

static void unshare(struct trib *t, void *shared)
{
	(void)t;
	lk_done(shared);
}

static int open_lookup(struct trib *t, void *self)
{
	static const char *const words[] = { "null", "error", "dead", "drop", "default" };
	struct lookup *o = self;
	(void)t;
	for (int i = 0; o->on_miss && i < 5; i++)
		if (strcmp(o->on_miss, words[i]) == 0)
			o->miss = (enum lk_miss)i;
	if (o->otherwise.count)
		o->miss = LK_DEFAULT;
	return TRIB_OK;
}

static void close_lookup(struct trib *t, void *self)
{
	struct lookup *o = self;
	(void)t;
	free(o->buffer);
}

/* ---- bind ---- */

static int need(struct trib *t, const struct trib_batch *in, const char *option, const char *column)
{
	if (!column || trib_col(in, column) >= 0)
		return TRIB_OK;
	const char *best = near_column(in, column);
	return trib_fail(t, TRIB_CONFIG, "lookup.unknown_column: %s: there is no column \"%s\"%s%s%s", option, column,
	                 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

static int add(struct trib_batch *b, const char *name, const struct lk_column *c)
{
	return c->type == TRIB_DEC ? trib_add_dec(b, name, 38, c->scale) : trib_add(b, name, c->type == TRIB_NULL ? TRIB_STR : c->type);
}

static int bind(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	const struct lookup *o = self;
	const struct lk_shared *s = trib_shared(t);
	int rc = need(t, in, "as_of", o->as_of);
	for (size_t k = 0; rc == TRIB_OK && k < o->key.count; k++)
		rc = need(t, in, "key", o->key.names[k]);
	for (size_t k = 0; rc == TRIB_OK && k < o->take.count; k++) {
		if (trib_col(in, o->take.names[k]) >= 0)
			return trib_fail(t, TRIB_CONFIG, "lookup.name_clash: take: there is a column \"%s\" already", o->take.names[k]);
		if (add(&outs[0], o->take.names[k], &s->columns[k]) < 0)
			return no_memory(t);
	}
	if (rc == TRIB_OK && o->reference_id && trib_col(&outs[0], o->reference_id) >= 0)
		return trib_fail(t, TRIB_CONFIG, "lookup.name_clash: reference_id: there is a column \"%s\" already", o->reference_id);
	if (rc == TRIB_OK && o->reference_id)
		trib_constant(&outs[0], o->reference_id, (struct trib_text){ s->id, strlen(s->id) });
	return rc;
}

/* ---- apply ---- */

/* The key of the reference that is nearest to one that it does not have. */
static void suggest(struct lookup *o, const struct lk_shared *s, const char *key, char *to, size_t size)
{
	char other[80];
	int least = 3;
	*to = 0;
	if (o->told++ >= SUGGESTIONS || s->count > SUGGEST_IN || strlen(key) < 2)
		return;
	for (uint32_t r = 0; r < s->count; r++) {
		lk_show(s->rows[r].key, other, sizeof other);
		const int d = near_distance(key, other);
		if (d < least) {
			least = d;
			snprintf(to, size, "; did you mean \"%s\"?", other);
		}
	}
}

static char *why(struct trib *t, struct lookup *o, const struct lk_shared *s, const struct trib_view *keys, int64_t row, bool known)
{
	char key[300] = "", near[120] = "", room[64];
	size_t n = 0;
	bool empty = false;
	for (size_t k = 0; k < o->key.count && n + 70 < sizeof key; k++) {
		struct trib_text x;
		const bool is = lk_cell(&keys[k], row, room, &x);
		empty |= !is;
		n += (size_t)snprintf(key + n, sizeof key - n, "%s%.*s", k ? ", " : "", is ? x.n > 60 ? 60 : (int)x.n : 4, is ? x.p : "null");
	}
	if (!empty && !known)
		suggest(o, s, key, near, sizeof near);
	return trib_fmt(t, "%s has no row for \"%s\"%s%s%s", o->table ? o->table : o->path, key, known ? " as of the row's date" : "",
	                empty ? ": a part of the key is null" : "", near);
}

struct batch {
	struct trib_view *keys, as_of;
	uint32_t *found;
	int32_t *rows;
	int64_t kept;
	int dropped;
};

static int missed(struct trib *t, struct lookup *o, struct trib_batch *in, struct batch *b, int64_t i, bool known)
{
	const struct lk_shared *s = trib_shared(t);
	o->misses++;
	if (o->miss == LK_DROP) {
		b->dropped++;
		return TRIB_END;
	}
	if (o->miss != LK_DEAD && o->miss != LK_ERROR)
		return TRIB_OK;
	const char *text = why(t, o, s, b->keys, i, known);
	if (!text)
		return no_memory(t);
	if (o->miss == LK_ERROR)
		return trib_fail(t, TRIB_DATA, "lookup.miss: %s", text);
	trib_reject(t, in, i, "lookup.miss", "%s", text);
	return TRIB_END;
}

/* TRIB_END: the row does not go on. */
static int one(struct trib *t, struct lookup *o, struct trib_batch *in, struct batch *b, int64_t i)
{
	const struct lk_shared *s = trib_shared(t);
	struct lk_buf key = { o->buffer, 0, o->buffer_size };
	bool null;
	int64_t at = 0;
	const bool good = lk_key(b->keys, o->key.count, lk_match_of(o), i, &key, &null);
	o->buffer = key.p;
	o->buffer_size = key.cap;
	if (!good)
		return no_memory(t);
	if (o->as_of && lk_moment(&b->as_of, i, NULL, INT64_MIN, &at) != 0) {
		char room[64];
		struct trib_text x;
		lk_cell(&b->as_of, i, room, &x);
		trib_reject(t, in, i, "lookup.bad_date", "column \"%s\": \"%.*s\" is no date (ISO 8601); map casts those that are written in other ways",
		            o->as_of, x.n > 60 ? 60 : (int)x.n, x.p);
		return TRIB_END;
	}
	const struct trib_text is = { key.p, key.n };
	const bool dateless = o->as_of && at == INT64_MIN;
	const uint32_t row = null || dateless ? s->count : lk_find(s, is, o->as_of != NULL, at);
	b->found[b->kept] = row;
	return row == s->count ? missed(t, o, in, b, i, !null && o->as_of && lk_find(s, is, false, 0) != s->count) : TRIB_OK;
}

static int put_column(struct trib *t, struct trib_batch *b, const char *name, const struct lk_column *c, const uint32_t *found, int64_t n)
{
	const size_t w = lk_width(c->type);
	const int col = add(b, name, c);
	char *values = trib_scratch(t, (size_t)n * w + 16);
	uint8_t *validity = trib_scratch(t, (size_t)n / 8 + 1);
	if (col < 0 || !values || !validity)
		return no_memory(t);
	bool nulls = false;
	for (int64_t i = 0; i < n; i++) {
		const bool set = c->set[found[i]];
		validity[i >> 3] |= (uint8_t)(set << (i & 7));
		nulls |= !set;
		if (set && c->type == TRIB_BOOL)
			values[i >> 3] |= (char)(c->values[found[i]] << (i & 7));
		else if (set)
			memcpy(values + (size_t)i * w, c->values + found[i] * w, w);
	}
	trib_put_many(b, col, values, nulls ? validity : NULL, n);
	return TRIB_OK;
}

static int look(struct trib *t, const struct lookup *o, const struct trib_batch *in, struct batch *b)
{
	const size_t n = (size_t)in->array.length;
	b->keys = trib_scratch(t, (o->key.count + 1) * sizeof *b->keys);
	b->found = trib_scratch(t, (n + 1) * sizeof *b->found);
	b->rows = trib_scratch(t, (n + 1) * sizeof *b->rows);
	if (!b->keys || !b->found || !b->rows)
		return no_memory(t);
	for (size_t k = 0; k < o->key.count; k++)
		if (trib_view(in, trib_col(in, o->key.names[k]), &b->keys[k]) < 0)
			return no_memory(t);
	return o->as_of && trib_view(in, trib_col(in, o->as_of), &b->as_of) < 0 ? no_memory(t) : TRIB_OK;
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct lookup *o = self;
	const struct lk_shared *s = trib_shared(t);
	const int64_t n = in->array.length;
	struct trib_batch out = { 0 };
	struct batch b = { 0 };
	int rc = look(t, o, in, &b);
	for (int64_t i = 0; rc >= 0 && i < n; i++)
		if ((rc = one(t, o, in, &b, i)) == TRIB_OK)
			b.rows[b.kept++] = (int32_t)i;
	if (rc < 0)
		return rc;
	trib_count(t, 0, TRIB_FILTERED, b.dropped);
	trib_move(&out, in);
	rc = b.kept < n && trib_pick(&out, b.rows, b.kept) < 0 ? no_memory(t) : TRIB_OK;
	for (size_t k = 0; rc == TRIB_OK && k < o->take.count; k++)
		rc = put_column(t, &out, o->take.names[k], &s->columns[k], b.found, b.kept);
	if (rc == TRIB_OK && o->reference_id)
		trib_constant(&out, o->reference_id, (struct trib_text){ s->id, strlen(s->id) });
	if (rc == TRIB_OK)
		return trib_emit(t, 0, &out);
	trib_free(&out);
	return rc;
}

TRIB_PLUGIN(lookup, .help = "Columns from a reference: a file or a table of SQLite, by a key, as of a date.",
            .self_size = sizeof(struct lookup), .shared_size = sizeof(struct lk_shared), .options = options,
            .share = share, .unshare = unshare, .open = open_lookup, .close = close_lookup,
            .scope = TRIB_PER_ROW, .bind = bind, .apply = apply);
