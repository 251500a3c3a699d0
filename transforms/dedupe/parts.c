/* parts - records in 64 partitions of one temporary file: the blocks of a partition lie where there was room, its list says
 * where. A record may go over the end of a block. */
#include <stdlib.h>
#include "dedupe.h"

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static int put_block(struct trib *t, struct dd_parts *p, struct dd_part *q)
{
	if ((q->block_count & (q->block_count - 1)) == 0) {
		uint32_t *grown = realloc(q->blocks, (q->block_count ? 2 * (size_t)q->block_count : 1) * sizeof *grown);
		if (!grown)
			return no_memory(t);
		q->blocks = grown;
	}
	q->blocks[q->block_count++] = (uint32_t)(p->file.size / DD_BLOCK);
	q->used = 0;
	return dd_file_put(t, &p->file, q->buffer, DD_BLOCK);
}

static int put_bytes(struct trib *t, struct dd_parts *p, struct dd_part *q, const void *from, size_t n)
{
	const char *at = from;
	int rc = TRIB_OK;
	while (rc == TRIB_OK && n > 0) {
		const size_t room = DD_BLOCK - q->used, k = n < room ? n : room;
		memcpy(q->buffer + q->used, at, k);
		q->used += (uint32_t)k;
		at += k;
		n -= k;
		if (q->used == DD_BLOCK)
			rc = put_block(t, p, q);
	}
	return rc;
}

int dd_parts_put(struct trib *t, struct dd_parts *p, uint64_t hash, const struct dd_record *r)
{
	struct dd_part *q = &p->part[hash % DD_PARTS];
	if (!q->buffer && !(q->buffer = calloc(1, DD_BLOCK)))
		return no_memory(t);
	int rc = put_bytes(t, p, q, &r->seq, 8);
	if (rc == TRIB_OK && p->policy->tie == DD_REFUSE)
		rc = put_bytes(t, p, q, r->row, 16);
	if (rc == TRIB_OK && p->policy->ranked)
		rc = put_bytes(t, p, q, r->rank, p->policy->rank_size);
	if (rc == TRIB_OK)
		rc = put_bytes(t, p, q, &r->key_size, 4);
	if (rc == TRIB_OK)
		rc = put_bytes(t, p, q, r->key, r->key_size);
	q->records++;
	return rc;
}

/* No more records; the buffers go. */
int dd_parts_end(struct trib *t, struct dd_parts *p)
{
	int rc = TRIB_OK;
	for (int i = 0; i < DD_PARTS; i++) {
		struct dd_part *q = &p->part[i];
		if (rc == TRIB_OK && q->used)
			rc = put_block(t, p, q);
		free(q->buffer);
		q->buffer = NULL;
	}
	return rc == TRIB_OK ? dd_file_end(t, &p->file) : rc;
}

static int get_bytes(struct trib *t, struct dd_reader *r, void *to, size_t n)
{
	char *at = to;
	while (n > 0) {
		if (r->at == DD_BLOCK || r->next == 0) {
			const struct dd_span block = { (int64_t)r->part->blocks[r->next] * DD_BLOCK, DD_BLOCK };
			const int rc = dd_file_get(t, &r->from->file, block, r->block);
			if (rc != TRIB_OK)
				return rc;
			dd_file_forget(&r->from->file, block);
			r->next++;
			r->at = 0;
		}
		const size_t left = DD_BLOCK - r->at, k = n < left ? n : left;
		memcpy(at, r->block + r->at, k);
		r->at += (uint32_t)k;
		at += k;
		n -= k;
	}
	return TRIB_OK;
}

int dd_parts_get(struct trib *t, struct dd_reader *r, struct dd_record *out)
{
	const struct dd_policy *p = r->from->policy;
	if (r->left == 0)
		return TRIB_END;
	if (!r->block && !(r->block = malloc(DD_BLOCK)))
		return no_memory(t);
	int rc = get_bytes(t, r, &out->seq, 8);
	if (rc == TRIB_OK && p->tie == DD_REFUSE)
		rc = get_bytes(t, r, out->row, 16);
	if (rc == TRIB_OK && p->ranked)
		rc = get_bytes(t, r, out->rank, p->rank_size);
	if (rc == TRIB_OK)
		rc = get_bytes(t, r, &out->key_size, 4);
	if (rc == TRIB_OK && out->key_size > r->key.cap) {
		char *grown = realloc(r->key.p, out->key_size);
		if (!grown)
			return no_memory(t);
		r->key.p = grown;
		r->key.cap = out->key_size;
	}
	if (rc == TRIB_OK)
		rc = get_bytes(t, r, r->key.p, out->key_size);
	out->key = r->key.p;
	r->left--;
	return rc;
}

void dd_reader_done(struct dd_reader *r)
{
	free(r->block);
	free(r->key.p);
}

void dd_parts_done(struct dd_parts *p)
{
	for (int i = 0; i < DD_PARTS; i++) {
		free(p->part[i].buffer);
		free(p->part[i].blocks);
		p->part[i] = (struct dd_part){ 0 };
	}
	dd_file_done(&p->file);
}
