/* index - one entry per key: open addressing over 8-byte slots {tag, where}, entries in chunks that never move.
 *
 *   entry: tag 4 · key size 4 · seq 8 · [row hash 16] · [rank 24 or 72] · [epoch 4 · count 4 · conflicts 4 · 0] · key
 *
 * The tag is the upper half of the hash: it finds the slot, spares most comparisons, and is all that growing needs. The
 * lower half chooses the partition. A chunk is 1 MiB; a reference counts in steps of 8 bytes, 0 is none. */
#include <stdlib.h>
#include "dedupe.h"

enum { CHUNK = 1 << 20, STEPS = CHUNK / 8, FIRST_SLOTS = 1 << 10, HEAD = 16 };

void dd_policy_ready(struct dd_policy *p)
{
	uint32_t at = HEAD;
	p->row_at = at, at += p->tie == DD_REFUSE ? 16 : 0;
	p->rank_at = at, at += p->ranked ? p->rank_size : 0;
	p->tally_at = at, at += p->counts || (p->ranked && p->tie == DD_REFUSE) ? 16 : 0;
	p->key_at = at;
}

static char *entry(const struct dd_index *x, uint32_t ref)
{
	return x->chunks[ref / STEPS] + (size_t)(ref % STEPS) * 8;
}

static uint32_t get32(const char *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return v;
}

uint32_t dd_find(const struct dd_index *x, uint64_t hash, const struct dd_record *r)
{
	const uint32_t tag = (uint32_t)(hash >> 32);
	if (!x->slots)
		return 0;
	for (uint32_t i = tag & x->mask; x->slots[i].ref; i = (i + 1) & x->mask) {
		if (x->slots[i].tag != tag)
			continue;
		const char *e = entry(x, x->slots[i].ref);
		if (get32(e + 4) == r->key_size && memcmp(e + x->policy->key_at, r->key, r->key_size) == 0)
			return x->slots[i].ref;
	}
	return 0;
}

static void place(struct dd_slot *slots, uint32_t mask, struct dd_slot s)
{
	uint32_t i = s.tag & mask;
	while (slots[i].ref)
		i = (i + 1) & mask;
	slots[i] = s;
}

static int grow(struct dd_index *x, size_t limit)
{
	const size_t cap = x->slots ? (size_t)x->mask + 1 : 0, to = cap ? cap * 2 : FIRST_SLOTS;
	if (to > (size_t)1 << 31 || (cap && x->bytes + to * sizeof *x->slots > limit))
		return DD_FULL;
	struct dd_slot *slots = calloc(to, sizeof *slots);
	if (!slots)
		return TRIB_FATAL;
	for (size_t i = 0; i < cap; i++)
		if (x->slots[i].ref)
			place(slots, (uint32_t)to - 1, x->slots[i]);
	free(x->slots);
	x->slots = slots;
	x->mask = (uint32_t)to - 1;
	x->bytes += (to - cap) * sizeof *slots;
	return TRIB_OK;
}

static int new_chunk(struct dd_index *x, size_t limit)
{
	if (x->chunk_count && (x->bytes + CHUNK > limit || x->chunk_count == UINT32_MAX / STEPS))
		return DD_FULL;
	if ((x->chunk_count & (x->chunk_count - 1)) == 0) {
		char **grown = realloc(x->chunks, (x->chunk_count ? 2 * (size_t)x->chunk_count : 1) * sizeof *grown);
		if (!grown)
			return TRIB_FATAL;
		x->chunks = grown;
	}
	char *chunk = malloc(CHUNK);
	if (!chunk)
		return TRIB_FATAL;
	if (x->chunk_count && x->chunk_used < CHUNK)       /* where a walk leaves the chunk */
		memset(x->chunks[x->chunk_count - 1] + x->chunk_used, 0xff, 8);
	x->chunks[x->chunk_count++] = chunk;
	x->chunk_used = 8;                                 /* reference 0 is none */
	x->bytes += CHUNK;
	return TRIB_OK;
}

static void put(const struct dd_index *x, char *e, const struct dd_record *r)
{
	const struct dd_policy *p = x->policy;
	memcpy(e + 8, &r->seq, 8);
	if (p->tie == DD_REFUSE)
		memcpy(e + p->row_at, r->row, 16);
	if (p->ranked)
		memcpy(e + p->rank_at, r->rank, p->rank_size);
}

int dd_add(struct dd_index *x, uint64_t hash, const struct dd_record *r, size_t limit)
{
	const struct dd_policy *p = x->policy;
	const uint32_t tag = (uint32_t)(hash >> 32), size = (p->key_at + r->key_size + 7) & ~7u;
	int rc = TRIB_OK;
	if (!x->slots || x->count >= (uint32_t)(((uint64_t)x->mask + 1) * 3 / 4))
		rc = grow(x, limit);
	if (rc == TRIB_OK && (x->chunk_count == 0 || x->chunk_used + size > CHUNK))
		rc = new_chunk(x, limit);
	if (rc != TRIB_OK)
		return rc;
	const uint32_t ref = (x->chunk_count - 1) * STEPS + x->chunk_used / 8, tally[4] = { 0, 1 };
	char *e = entry(x, ref);
	memcpy(e, &tag, 4);
	memcpy(e + 4, &r->key_size, 4);
	put(x, e, r);
	if (p->key_at > p->tally_at)
		memcpy(e + p->tally_at, tally, sizeof tally);
	memcpy(e + p->key_at, r->key, r->key_size);
	x->chunk_used += size;
	x->count++;
	place(x->slots, x->mask, (struct dd_slot){ tag, ref });
	return TRIB_OK;
}

/* One more row of a key that is known. */
enum dd_meets dd_meet(struct dd_index *x, uint32_t ref, const struct dd_record *r)
{
	const struct dd_policy *p = x->policy;
	char *e = entry(x, ref);
	uint32_t tally[4] = { 0 };
	const bool tallies = p->key_at > p->tally_at;
	if (tallies)
		memcpy(tally, e + p->tally_at, sizeof tally);
	const int rank = p->ranked ? memcmp(r->rank, e + p->rank_at, p->rank_size) : 0;
	enum dd_meets is = rank > 0 || (rank == 0 && p->tie == DD_LAST) ? DD_TAKE : DD_DROP;
	if (rank == 0 && p->tie == DD_REFUSE && memcmp(r->row, e + p->row_at, 16) != 0)
		is = DD_CONFLICT;
	if (is == DD_TAKE)
		put(x, e, r);
	if (rank > 0) {                                    /* what contradicted the former best does not matter any more */
		tally[0]++;
		tally[1] += tally[2];
		tally[2] = 0;
	}
	tally[is == DD_CONFLICT ? 2 : 1]++;
	if (tallies)
		memcpy(e + p->tally_at, tally, sizeof tally);
	return is;
}

/* The entry behind ref in the order in which they were added; ref 0: the first. 0: there are no more. */
uint32_t dd_walk(const struct dd_index *x, uint32_t ref, struct dd_verdict *out)
{
	const struct dd_policy *p = x->policy;
	uint32_t chunk = ref / STEPS, at = ref ? ref % STEPS * 8 : 8;
	if (ref)
		at += (p->key_at + get32(entry(x, ref) + 4) + 7) & ~7u;
	if (chunk + 1 < x->chunk_count && (at == CHUNK || get32(x->chunks[chunk] + at + 4) == UINT32_MAX))
		chunk++, at = 8;
	if (chunk >= x->chunk_count || (chunk + 1 == x->chunk_count && at >= x->chunk_used))
		return 0;
	const char *e = x->chunks[chunk] + at;
	memcpy(&out->seq, e + 8, 8);
	out->count = p->counts ? get32(e + p->tally_at + 4) : 1;
	out->refused = 0;
	return chunk * STEPS + at / 8;
}

/* How often the best rank of a key has risen: a conflict counts only while it has not risen again. */
uint32_t dd_epoch(const struct dd_index *x, uint32_t ref)
{
	const struct dd_policy *p = x->policy;
	return p->key_at > p->tally_at ? get32(entry(x, ref) + p->tally_at) : 0;
}

void dd_slots_done(struct dd_index *x)
{
	free(x->slots);
	x->slots = NULL;
}

void dd_index_done(struct dd_index *x)
{
	for (uint32_t i = 0; i < x->chunk_count; i++)
		free(x->chunks[i]);
	free(x->chunks);
	free(x->slots);
	*x = (struct dd_index){ .policy = x->policy };
}
