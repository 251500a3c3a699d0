/* reference - see lookup.h. */
#define XXH_INLINE_ALL
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <tributary/value.h>
#include <xxhash.h>
#include "lookup.h"

enum { CHUNK = 256 << 10 };

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static int room_for(struct trib *t, const struct lookup *o, struct lk_shared *s, size_t more)
{
	if (s->bytes + more > (size_t)o->reference_max)
		return trib_fail(t, TRIB_CONFIG, "lookup.too_large: path: the reference takes more memory than reference_max allows "
		                 "(%" PRId64 " MiB), at its row %" PRId64, o->reference_max >> 20, s->read);
	s->bytes += more;
	return TRIB_OK;
}

size_t lk_width(enum trib_type type)
{
	return type == TRIB_STR || type == TRIB_JSON ? sizeof(struct trib_text) : type == TRIB_DEC ? sizeof(trib_dec) :
		type == TRIB_DATE ? 4 : type == TRIB_BOOL ? 1 : 8;
}

/* ---- memory ---- */

static int keep(struct trib *t, const struct lookup *o, struct lk_shared *s, struct trib_text *x)
{
	if (x->n > s->chunk_left) {
		const size_t size = x->n > CHUNK ? x->n : CHUNK;
		const int rc = room_for(t, o, s, size);
		char **grown = rc == TRIB_OK ? realloc(s->chunks, (s->chunk_count + 1) * sizeof *grown) : NULL;
		if (rc != TRIB_OK)
			return rc;
		if (!grown || !(s->chunks = grown, grown[s->chunk_count] = malloc(size)))
			return no_memory(t);
		s->chunk_count++;
		s->chunk_left = size;
	}
	/* a chunk is filled from its end */
	char *to = s->chunks[s->chunk_count - 1] + s->chunk_left - x->n;
	if (x->n)
		memcpy(to, x->p, x->n);
	s->chunk_left -= x->n;
	x->p = to;
	return TRIB_OK;
}

static bool grow_to(void *array, size_t count, size_t size)
{
	void *was, *grown;
	memcpy(&was, array, sizeof was);
	grown = realloc(was, count * size);
	if (grown)
		memcpy(array, &grown, sizeof grown);
	return grown != NULL;
}

static bool grow_column(struct lk_column *c, uint32_t cap)
{
	return grow_to(&c->set, cap, 1) && (c->type == TRIB_NULL || grow_to(&c->values, cap, lk_width(c->type)));
}

/* One row more than there are: what a miss gives is the last. */
static int grow(struct trib *t, const struct lookup *o, struct lk_shared *s)
{
	if (s->count + 2 <= s->cap)
		return TRIB_OK;
	const uint32_t cap = s->cap ? s->cap * 2 : 64;
	size_t each = sizeof *s->rows + 2 * sizeof *s->slots;
	for (size_t c = 0; c < s->column_count; c++)
		each += lk_width(s->columns[c].type) + 1;
	if (s->count > UINT32_MAX / 4)
		return trib_fail(t, TRIB_CONFIG, "lookup.too_large: path: the reference has more than a billion rows");
	const int rc = room_for(t, o, s, each * (cap - s->cap));
	if (rc != TRIB_OK)
		return rc;
	bool good = grow_to(&s->rows, cap, sizeof *s->rows);
	for (size_t c = 0; good && c < s->column_count; c++)
		good = grow_column(&s->columns[c], cap);
	uint32_t *slots = good ? calloc(2 * (size_t)cap, sizeof *slots) : NULL;
	if (!slots)
		return no_memory(t);
	free(s->slots);
	s->slots = slots;
	s->mask = 2 * cap - 1;
	s->cap = cap;
	for (uint32_t r = 0; r < s->count; r++) {
		uint32_t i = (uint32_t)XXH3_64bits(s->rows[r].key.p, s->rows[r].key.n) & s->mask;
		if (s->rows[r].next == UINT32_MAX)
			continue;                              /* not the first of its key */
		while (s->slots[i])
			i = (i + 1) & s->mask;
		s->slots[i] = r + 1;
	}
	return TRIB_OK;
}

/* The slot of a key: of its first row, or the free one where it belongs. */
static uint32_t *slot_of(const struct lk_shared *s, struct trib_text key)
{
	uint32_t i = (uint32_t)XXH3_64bits(key.p, key.n) & s->mask;
	for (; s->slots[i]; i = (i + 1) & s->mask) {
		const struct trib_text *k = &s->rows[s->slots[i] - 1].key;
		if (k->n == key.n && memcmp(k->p, key.p, key.n) == 0)
			break;
	}
	return &s->slots[i];
}

/* ---- cells ---- */

static int column_type(struct trib *t, struct lk_shared *s, struct lk_column *c, const struct trib_view *v, const char *name)
{
	if (v->type == TRIB_NULL || (c->type == v->type && c->scale == v->scale))
		return TRIB_OK;
	if (c->type != TRIB_NULL)
		return trib_fail(t, TRIB_CONFIG, "lookup.column_type: take: column \"%s\" of the reference changes its type at row %" PRId64,
		                 name, s->read + 1);
	c->type = v->type;
	c->scale = v->scale;
	return s->cap == 0 || grow_column(c, s->cap) ? TRIB_OK : no_memory(t);
}

static int put_cell(struct trib *t, const struct lookup *o, struct lk_shared *s, struct lk_column *c, const struct trib_view *v,
                    int64_t i)
{
	const uint32_t r = s->count;
	const size_t w = lk_width(c->type);
	c->set[r] = !trib_null(v, i);
	if (!c->set[r])
		return TRIB_OK;
	char room[64];
	struct trib_text x;
	lk_cell(v, i, room, &x);
	XXH3_128bits_update(s->hash, x.p, x.n);
	if (c->type == TRIB_STR || c->type == TRIB_JSON) {
		const int rc = keep(t, o, s, &x);
		memcpy(c->values + r * w, &x, w);
		return rc;
	}
	if (c->type == TRIB_BOOL)
		c->values[r] = room[0] == 't';
	else
		memcpy(c->values + r * w, (const char *)v->values + (size_t)i * w, w);
	return TRIB_OK;
}

/* A default, as the column would have it. */
static bool put_text(struct lk_column *c, uint32_t r, const char *text)
{
	const struct trib_text x = { text, strlen(text) };
	static const struct trib_numbers plain = { .decimal = '.', .scientific = true };
	trib_dec d = { 0 };
	int scale = 0;
	bool good = true;
	char *to = c->values + r * lk_width(c->type);
	switch (c->type) {
	case TRIB_NULL: return false;
	case TRIB_STR: case TRIB_JSON: memcpy(to, &x, sizeof x); break;
	case TRIB_DATE: good = trib_date_parse(x, NULL, (trib_date *)to) == 0; break;
	case TRIB_TIME: good = trib_time_parse(x, NULL, (trib_time *)to) == 0; break;
	case TRIB_BOOL: good = strcmp(text, "true") == 0 || strcmp(text, "false") == 0, *to = text[0] == 't'; break;
	case TRIB_DEC: good = trib_number(&plain, x, &d, &scale) == 0 && trib_dec_rescale(d, scale, c->scale, &d) == 0,
		memcpy(to, &d, sizeof d); break;
	case TRIB_F64: {
		good = trib_number(&plain, x, &d, &scale) == 0;
		const double f = trib_dec_f64(d, scale);
		memcpy(to, &f, sizeof f);
		break;
	}
	default: good = trib_number(&plain, x, &d, &scale) == 0 && scale == 0 && d.hi == ((int64_t)d.lo < 0 ? -1 : 0),
		memcpy(to, &d.lo, 8);
	}
	c->set[r] = good;
	return good;
}

/* ---- rows ---- */

static int find(struct trib *t, const struct trib_batch *b, const char *option, const char *name, struct trib_view *v)
{
	const int at = trib_col(b, name);
	char all[300] = "";
	size_t n = 0;
	if (at >= 0)
		return trib_view(b, at, v) < 0 ? no_memory(t) : TRIB_OK;
	for (int c = 0; c < trib_cols(b) && n + 70 < sizeof all; c++)
		n += (size_t)snprintf(all + n, sizeof all - n, "%s%.60s", c ? ", " : "", trib_col_name(b, c));
	return trib_fail(t, TRIB_CONFIG, "lookup.no_column: %s: the reference has no column \"%s\"; it has %s", option, name, all);
}

static int same_key(struct trib *t, struct lk_shared *s, uint32_t first, uint32_t row)
{
	char key[200];
	lk_show(s->rows[row].key, key, sizeof key);
	return trib_fail(t, TRIB_CONFIG, "lookup.duplicate_key: path: rows %u and %u of the reference have the same key: %s",
	                 s->rows[first].number, s->rows[row].number, key);
}

static int span_of(struct trib *t, const struct lookup *o, struct lk_shared *s, const struct trib_view v[2], int64_t i)
{
	struct lk_row *r = &s->rows[s->count];
	const char *const option[] = { "valid_from", "valid_to" }, *const name[] = { o->valid_from, o->valid_to };
	int64_t *const to[] = { &r->from, &r->to };
	char room[64];
	struct trib_text x;
	r->from = INT64_MIN, r->to = INT64_MAX;
	for (int k = 0; k < 2; k++)
		if (name[k] && lk_moment(&v[k], i, o->date_format, *to[k], to[k]) != 0) {
			lk_cell(&v[k], i, room, &x);
			return trib_fail(t, TRIB_CONFIG, "lookup.bad_date: %s: row %u of the reference has \"%.*s\", which is no date%s", option[k],
			                 r->number, x.n > 60 ? 60 : (int)x.n, x.p, o->date_format ? " as date_format says" : " (ISO 8601)");
		}
	if (r->from >= r->to)
		return trib_fail(t, TRIB_CONFIG, "lookup.overlap: valid_to: row %u of the reference ends before it begins", r->number);
	return TRIB_OK;
}

struct views { struct trib_view *key, *take, span[2]; };

static int look(struct trib *t, const struct lookup *o, struct lk_shared *s, const struct trib_batch *b, struct views *v)
{
	const char *const *keys = o->key.items, *const *takes = o->take.items;
	int rc = TRIB_OK;
	v->key = trib_scratch(t, (o->key.count + 1) * sizeof *v->key);
	v->take = trib_scratch(t, (o->take.count + 1) * sizeof *v->take);
	if (!v->key || !v->take)
		return no_memory(t);
	for (size_t k = 0; rc == TRIB_OK && k < o->key.count; k++)
		rc = find(t, b, "key", keys[k], &v->key[k]);
	for (size_t k = 0; rc == TRIB_OK && k < o->take.count; k++) {
		rc = find(t, b, "take", takes[k], &v->take[k]);
		if (rc == TRIB_OK)
			rc = column_type(t, s, &s->columns[k], &v->take[k], takes[k]);
	}
	if (rc == TRIB_OK && o->valid_from)
		rc = find(t, b, "valid_from", o->valid_from, &v->span[0]);
	if (rc == TRIB_OK && o->valid_to)
		rc = find(t, b, "valid_to", o->valid_to, &v->span[1]);
	return rc;
}

static int add_row(struct trib *t, const struct lookup *o, struct lk_shared *s, const struct views *v, int64_t i, struct lk_buf *key)
{
	bool null;
	int rc = grow(t, o, s);
	if (rc != TRIB_OK || !lk_key(v->key, o->key.count, lk_match_of(o), i, key, &null))
		return rc != TRIB_OK ? rc : no_memory(t);
	s->read++;
	if (null) {
		s->keyless++;
		return TRIB_OK;
	}
	struct lk_row *r = &s->rows[s->count];
	*r = (struct lk_row){ .key = { key->p, key->n }, .number = (uint32_t)s->read };
	XXH3_128bits_update(s->hash, key->p, key->n);
	rc = keep(t, o, s, &r->key);
	if (rc == TRIB_OK)
		rc = span_of(t, o, s, v->span, i);
	if (rc == TRIB_OK && o->as_of) {
		const int64_t span[] = { r->from, r->to };
		XXH3_128bits_update(s->hash, span, sizeof span);
	}
	for (size_t k = 0; rc == TRIB_OK && k < o->take.count; k++)
		rc = put_cell(t, o, s, &s->columns[k], &v->take[k], i);
	if (rc != TRIB_OK)
		return rc;
	uint32_t *slot = slot_of(s, r->key);
	if (*slot && !o->as_of)
		return same_key(t, s, *slot - 1, s->count);
	if (*slot)
		r->next = UINT32_MAX;
	else
		*slot = s->count + 1;
	s->count++;
	return TRIB_OK;
}

int lk_add(struct trib *t, const struct lookup *o, struct lk_shared *s, const struct trib_batch *b)
{
	struct views v = { 0 };
	struct lk_buf key = { 0 };
	int rc = look(t, o, s, b, &v);
	for (int64_t i = 0; rc == TRIB_OK && i < b->array.length; i++)
		rc = add_row(t, o, s, &v, i, &key);
	free(key.p);
	return rc;
}

/* ---- dates ---- */

static int by_start(const void *x, const void *y, void *rows)
{
	const struct lk_row *a = (const struct lk_row *)rows + *(const uint32_t *)x, *b = (const struct lk_row *)rows + *(const uint32_t *)y;
	const size_t n = a->key.n < b->key.n ? a->key.n : b->key.n;
	int is = memcmp(a->key.p, b->key.p, n);
	is = is ? is : (a->key.n > b->key.n) - (a->key.n < b->key.n);
	is = is ? is : (a->from > b->from) - (a->from < b->from);
	return is ? is : (a->number > b->number) - (a->number < b->number);
}

static bool equal(struct trib_text a, struct trib_text b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static int order_spans(struct trib *t, const struct lookup *o, struct lk_shared *s)
{
	char key[200];
	int rc = room_for(t, o, s, 2 * sizeof *s->order * (size_t)s->count);
	s->order = rc == TRIB_OK ? calloc((size_t)s->count + 1, sizeof *s->order) : NULL;
	s->starts = rc == TRIB_OK ? calloc((size_t)s->count + 1, sizeof *s->starts) : NULL;
	if (!s->order || !s->starts)
		return rc == TRIB_OK ? no_memory(t) : rc;
	for (uint32_t r = 0; r < s->count; r++)
		s->order[r] = r;
	qsort_r(s->order, s->count, sizeof *s->order, by_start, s->rows);
	for (uint32_t i = 0, start = 0; i < s->count; i++) {
		const struct lk_row *r = &s->rows[s->order[i]], *was = i ? &s->rows[s->order[i - 1]] : NULL;
		if (!was || !equal(r->key, was->key))
			start = i;
		else if (was->to > r->from) {
			lk_show(r->key, key, sizeof key);
			return trib_fail(t, TRIB_CONFIG, "lookup.overlap: path: rows %u and %u of the reference are both valid on one day, for the key %s",
			                 was->number, r->number, key);
		}
		const uint32_t first = *slot_of(s, r->key) - 1;
		s->starts[first] = start;
		s->rows[first].next = i + 1;
	}
	return TRIB_OK;
}

/* The row of the key, valid at the moment; count: none. */
uint32_t lk_find(const struct lk_shared *s, struct trib_text key, bool dated, int64_t at)
{
	const uint32_t slot = s->slots ? *slot_of(s, key) : 0;
	if (!slot || !dated)
		return slot ? slot - 1 : s->count;
	uint32_t lo = s->starts[slot - 1], hi = s->rows[slot - 1].next;
	while (hi - lo > 1) {
		const uint32_t mid = lo + (hi - lo) / 2;
		if (s->rows[s->order[mid]].from <= at)
			lo = mid;
		else
			hi = mid;
	}
	const struct lk_row *r = &s->rows[s->order[lo]];
	return r->from <= at && at < r->to ? s->order[lo] : s->count;
}

/* ---- all ---- */

enum lk_match lk_match_of(const struct lookup *o)
{
	return o->match[0] == 't' ? LK_TRIM : o->match[0] == 'c' ? LK_CASEFOLD : LK_EXACT;
}

/* What a miss gives. */
static int put_defaults(struct trib *t, const struct lookup *o, struct lk_shared *s)
{
	int rc = grow(t, o, s);
	for (size_t k = 0; rc == TRIB_OK && k < o->take.count; k++) {
		const char *text = trib_map_text(&o->otherwise, o->take.names[k]);
		s->columns[k].set[s->count] = 0;
		if (text && s->columns[k].type == TRIB_NULL) {
			s->columns[k].type = TRIB_STR;
			if (!grow_column(&s->columns[k], s->cap))
				return no_memory(t);
		}
		if (text && !put_text(&s->columns[k], s->count, text))
			return trib_fail(t, TRIB_CONFIG, "lookup.bad_default: default: \"%s\" does not fit column \"%s\"", text, o->take.names[k]);
	}
	return rc;
}

int lk_load(struct trib *t, const struct lookup *o, struct lk_shared *s)
{
	s->column_count = o->take.count;
	s->columns = calloc(o->take.count + 1, sizeof *s->columns);
	XXH3_state_t *hash = XXH3_createState();
	if (!s->columns || !hash) {
		XXH3_freeState(hash);
		return no_memory(t);
	}
	s->hash = hash;
	XXH3_128bits_reset(hash);
	int rc = o->table ? lk_read_table(t, o, s) : lk_read_file(t, o, s);
	const XXH128_hash_t id = XXH3_128bits_digest(hash);
	XXH3_freeState(hash);
	s->hash = NULL;
	snprintf(s->id, sizeof s->id, "%016" PRIx64 "%016" PRIx64, (uint64_t)id.high64, (uint64_t)id.low64);
	if (rc == TRIB_OK)
		rc = put_defaults(t, o, s);
	return rc == TRIB_OK && o->as_of ? order_spans(t, o, s) : rc;
}

void lk_done(struct lk_shared *s)
{
	for (size_t c = 0; s->columns && c < s->column_count; c++) {
		free(s->columns[c].values);
		free(s->columns[c].set);
	}
	for (size_t c = 0; c < s->chunk_count; c++)
		free(s->chunks[c]);
	free(s->columns);
	free(s->chunks);
	free(s->rows);
	free(s->slots);
	free(s->order);
	free(s->starts);
	*s = (struct lk_shared){ 0 };
}
