/* verdict - what became of the rows: every index leaves a run, sorted by the row's number; the runs are merged as the
 * spool is read. What has no verdict is a duplicate. */
#include <stdlib.h>
#include "dedupe.h"

enum { LOG_READ = 1024, HEAD_MIN = 64, HEAD_MAX = 8192, HEADS_ALL = 256 << 10, SMALL = 24 };

struct dd_head { struct dd_verdict *items; struct dd_span left; size_t at, count; bool owned; };

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static struct dd_run *new_run(struct dd_verdicts *v)
{
	struct dd_run *grown = realloc(v->runs, ((size_t)v->run_count + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	v->runs = grown;
	grown[v->run_count] = (struct dd_run){ .at.at = v->runs_file.size };
	return &grown[v->run_count++];
}

/* ---- conflicts ---- */

int dd_conflict(struct trib *t, struct dd_verdicts *v, const struct dd_index *x, uint64_t seq, uint32_t ref)
{
	const struct dd_conflict c = { seq, ref, dd_epoch(x, ref) };
	return dd_file_put(t, &v->log_file, &c, sizeof c);
}

/* Those whose key has found no better version since. */
static int refused_run(struct trib *t, struct dd_verdicts *v, const struct dd_index *x)
{
	struct dd_conflict *c = v->log_file.size ? malloc(LOG_READ * sizeof *c) : NULL;
	struct dd_run *run = c ? new_run(v) : NULL;
	int rc = TRIB_OK;
	if (v->log_file.size && !run)
		rc = no_memory(t);
	for (int64_t at = 0; rc == TRIB_OK && at < v->log_file.size;) {
		const int64_t left = v->log_file.size - at, most = LOG_READ * (int64_t)sizeof *c;
		const struct dd_span part = { at, (size_t)(left < most ? left : most) };
		rc = dd_file_get(t, &v->log_file, part, c);
		for (size_t i = 0; rc == TRIB_OK && i < part.n / sizeof *c; i++)
			if (c[i].epoch == dd_epoch(x, c[i].ref)) {
				const struct dd_verdict no = { c[i].seq, 1, 1 };
				rc = dd_file_put(t, &v->runs_file, &no, sizeof no);
				run->count++;
			}
		at += (int64_t)part.n;
	}
	free(c);
	dd_file_done(&v->log_file);
	return rc;
}

/* ---- winners ---- */

static void insertion_sort(struct dd_verdict *a, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct dd_verdict x = a[i];
		size_t k = i;
		for (; k > 0 && a[k - 1].seq > x.seq; k--)
			a[k] = a[k - 1];
		a[k] = x;
	}
}

/* In place, by bytes from the highest: no second array, no order of the input makes it slow. */
static void sort(struct dd_verdict *a, size_t n, int shift)
{
	size_t start[257] = { 0 }, at[256];
	if (n <= SMALL) {
		insertion_sort(a, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		start[(a[i].seq >> shift & 255) + 1]++;
	for (int b = 0; b < 256; b++)
		start[b + 1] += start[b], at[b] = start[b];
	for (int b = 0; b < 256; b++)
		while (at[b] < start[b + 1]) {
			const int to = (int)(a[at[b]].seq >> shift & 255);
			if (to == b) {
				at[b]++;
				continue;
			}
			const struct dd_verdict x = a[at[b]];
			a[at[b]] = a[at[to]];
			a[at[to]++] = x;
		}
	for (int b = 0; b < 256 && shift > 0; b++)
		if (start[b + 1] - start[b] > 1)
			sort(a + start[b], start[b + 1] - start[b], shift - 8);
}

int dd_winners(struct trib *t, struct dd_verdicts *v, struct dd_index *x, bool in_memory)
{
	int rc = refused_run(t, v, x);
	const size_t n = x->count;
	dd_slots_done(x);                                  /* their memory is what the verdicts take */
	struct dd_verdict *all = rc == TRIB_OK && n ? malloc(n * sizeof *all) : NULL;
	struct dd_run *run = all ? new_run(v) : NULL;
	if (rc == TRIB_OK && n && !run)
		rc = no_memory(t);
	size_t k = 0;
	bool sorted = true;
	for (uint32_t ref = 0; run && (ref = dd_walk(x, ref, &all[k])) != 0; k++)
		sorted &= k == 0 || all[k].seq > all[k - 1].seq;
	dd_index_done(x);
	if (run && !sorted)
		sort(all, n, 56);
	if (run)
		run->count = n;
	if (run && in_memory) {
		run->mem = all;
		return rc;
	}
	if (run)
		rc = dd_file_put(t, &v->runs_file, all, n * sizeof *all);
	free(all);
	return rc;
}

/* ---- merging ---- */

static int fill(struct trib *t, struct dd_verdicts *v, struct dd_head *h)
{
	const size_t most = h->count * sizeof *h->items, n = h->left.n < most ? h->left.n : most;
	const int rc = n ? dd_file_get(t, &v->runs_file, (struct dd_span){ h->left.at, n }, h->items) : TRIB_OK;
	h->left.at += (int64_t)n;
	h->left.n -= n;
	h->count = n / sizeof *h->items;
	h->at = 0;
	return rc;
}

static uint64_t seq_of(const struct dd_verdicts *v, int i)
{
	const struct dd_head *h = &v->heads[v->heap[i]];
	return h->items[h->at].seq;
}

static void sink(struct dd_verdicts *v, int i)
{
	for (int least = i;; i = least) {
		for (int k = 2 * i + 1; k <= 2 * i + 2 && k < v->heap_count; k++)
			if (seq_of(v, k) < seq_of(v, least))
				least = k;
		if (least == i)
			return;
		const int x = v->heap[i];
		v->heap[i] = v->heap[least];
		v->heap[least] = x;
	}
}

int dd_merge(struct trib *t, struct dd_verdicts *v)
{
	size_t each = v->run_count ? HEADS_ALL / (size_t)v->run_count : 0;
	each = each > HEAD_MAX ? HEAD_MAX : each < HEAD_MIN ? HEAD_MIN : each;
	v->heads = calloc((size_t)v->run_count + 1, sizeof *v->heads);
	v->heap = calloc((size_t)v->run_count + 1, sizeof *v->heap);
	if (!v->heads || !v->heap)
		return no_memory(t);
	for (int i = 0; i < v->run_count; i++) {
		struct dd_head *h = &v->heads[i];
		const struct dd_run *r = &v->runs[i];
		int rc = TRIB_OK;
		*h = (struct dd_head){ .items = r->mem, .count = r->count };
		if (r->count == 0)
			continue;
		if (!r->mem) {
			h->owned = true;
			h->count = each;
			h->left = (struct dd_span){ r->at.at, r->count * sizeof *h->items };
			h->items = malloc(each * sizeof *h->items);
			rc = h->items ? fill(t, v, h) : no_memory(t);
		}
		if (rc != TRIB_OK)
			return rc;
		v->heap[v->heap_count++] = i;
	}
	for (int i = v->heap_count / 2 - 1; i >= 0; i--)
		sink(v, i);
	return TRIB_OK;
}

/* The next verdict of a row below `below`; false: there is none, or *rc says why not. */
bool dd_next(struct trib *t, struct dd_verdicts *v, uint64_t below, struct dd_verdict *out, int *rc)
{
	if (v->heap_count == 0 || seq_of(v, 0) >= below)
		return false;
	struct dd_head *h = &v->heads[v->heap[0]];
	*out = h->items[h->at++];
	if (h->at == h->count && h->owned)                 /* a short one was the last: the buffer is as long as it ever was */
		*rc = fill(t, v, h);
	if (*rc != TRIB_OK)
		return false;
	if (h->at == h->count)
		v->heap[0] = v->heap[--v->heap_count];
	sink(v, 0);
	return true;
}

void dd_verdicts_done(struct dd_verdicts *v)
{
	for (int i = 0; i < v->run_count; i++) {
		free(v->runs[i].mem);
		if (v->heads && v->heads[i].owned)
			free(v->heads[i].items);
	}
	free(v->runs);
	free(v->heads);
	free(v->heap);
	dd_file_done(&v->runs_file);
	dd_file_done(&v->log_file);
	v->runs = NULL, v->heads = NULL, v->heap = NULL;
	v->run_count = v->heap_count = 0;
}
